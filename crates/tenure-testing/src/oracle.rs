//! Slow oracles: each metric once more, written from its definition, sharing no code with the engine.

#[cfg(feature = "classify")]
pub mod classify;
#[cfg(feature = "clv")]
pub mod clv;
#[cfg(feature = "health")]
pub mod health;
#[cfg(feature = "scorecard")]
pub mod lists;
#[cfg(feature = "revenue")]
pub mod revenue;
#[cfg(feature = "scorecard")]
pub mod scorecard;
#[cfg(feature = "service")]
pub mod service;
#[cfg(feature = "survey")]
pub mod survey;
