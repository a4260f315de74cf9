//! First contact resolution.

mod definition;
mod episodes;
mod repeat;
mod tally;

pub use definition::{FcrDefinition, FcrRate, RepeatRule};
pub use episodes::ContactRow;
pub use repeat::{NoRepeat, RepeatRow, first_repeats, no_repeat_by};
pub use tally::{FcrCounts, FcrTally};
