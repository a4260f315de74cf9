//! How long things take: first reply, resolution, and their distribution.

mod bins;
mod calendar;
mod case_times;
mod sketch;
mod tally;
mod within;

pub use calendar::{BusinessCalendar, OpenHours};
pub use case_times::{CaseEvent, CaseEventKind, CaseTimes, Moment, Opener};
pub use sketch::DurationSketch;
pub use tally::{DurationCounts, DurationDefinition, DurationTally, TimeMeasure};
pub(crate) use tally::{elapsed_ms, push_each};
pub use within::WithinTargets;
