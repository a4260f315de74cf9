//! How long things take: first reply, resolution, and their distribution.

mod bins;
mod sketch;
mod tally;
mod within;

pub use sketch::DurationSketch;
pub(crate) use tally::elapsed_ms;
pub use tally::{DurationCounts, DurationTally, TimeMeasure};
pub use within::WithinTargets;
