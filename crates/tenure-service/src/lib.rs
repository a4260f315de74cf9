#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod automation;
mod counters;
mod error;
mod fcr;
mod one_touch;
mod sla;
mod times;
mod window;

pub use automation::{AutomationCounts, AutomationTally};
pub use error::{
    AutomationError, CaseError, CountOverflowError, DefinitionMismatchError, RepeatWindowError,
    RetractError, StateError, TallyError, WindowError,
};
pub use fcr::{
    ContactRow, FcrCounts, FcrDefinition, FcrRate, FcrTally, NoRepeat, RepeatRow, RepeatRule,
    first_repeats, no_repeat_by,
};
pub use one_touch::{OneTouchCounts, OneTouchRule, OneTouchTally, TouchRow};
pub use sla::{SlaCounts, SlaOutcome, SlaRow, SlaTally};
pub use times::{DurationCounts, DurationSketch, DurationTally, TimeMeasure, WithinTargets};
pub use window::ServiceWindow;
