#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod automation;
mod counters;
mod deflection;
mod error;
mod fcr;
mod one_touch;
mod rate;
mod sla;
mod times;
mod window;
mod windowed;

pub use automation::{AutomationCounts, AutomationTally};
pub use deflection::{DeflectionCounts, DeflectionDefinition, DeflectionTally};
pub use error::{
    AutomationError, CalendarError, CaseError, CountOverflowError, DefinitionMismatchError,
    DeflectionWindowError, GroupError, RepeatWindowError, RetractError, RowError, StateError,
    TallyError, WindowError,
};
pub use fcr::{
    AccountEpisodes, ChannelScope, ContactKind, ContactLog, ContactRow, FcrCounts, FcrDefinition,
    FcrRate, FcrTally, KeyedContact, NoRepeat, Reopenings, RepeatRow, RepeatRule, SurveyFcrCounts,
    SurveyFcrTally, first_repeats, no_repeat_by,
};
pub use one_touch::{OneTouchCounts, OneTouchRule, OneTouchTally, TouchRow};
pub use rate::ServiceRate;
pub use sla::{SlaCounts, SlaOutcome, SlaRow, SlaTally};
pub use times::{
    BusinessCalendar, CaseEvent, CaseEventKind, CaseTimes, DurationCounts, DurationDefinition,
    DurationSketch, DurationTally, Moment, OpenHours, Opener, TimeMeasure, WithinTargets,
};
pub use window::ServiceWindow;
