//! How accounts are looked after, and whether they come back: continuity of staff, delivery, goals,
//! cadence of contact, channels, referrals, repeat buying.

mod account;
mod counts;
mod definition;
mod tally;

pub use account::CareHistory;
pub use counts::{CareCounts, ChannelCounts};
pub use definition::{CareDefinition, CareError};
pub use tally::CareTally;
