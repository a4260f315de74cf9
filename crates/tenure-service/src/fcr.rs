//! First contact resolution.

mod definition;
mod episodes;
mod log;
mod repeat;
mod survey;
mod tally;

pub use definition::{ChannelScope, FcrDefinition, FcrRate, Reopenings, RepeatRule};
pub use episodes::{ContactKind, ContactRow};
pub use log::{ContactLog, KeyedContact};
pub use repeat::{NoRepeat, RepeatRow, first_repeats, no_repeat_by};
pub use survey::{SurveyFcrCounts, SurveyFcrTally};
pub use tally::{AccountEpisodes, FcrCounts, FcrTally};
