//! Generators for property tests; sizes and values shrink towards the small and plain.

#[cfg(feature = "scorecard")]
pub mod book;
#[cfg(feature = "classify")]
pub mod classify;
#[cfg(feature = "clv")]
pub mod clv;
#[cfg(feature = "health")]
pub mod health;
#[cfg(feature = "revenue")]
pub mod revenue;
#[cfg(feature = "service")]
pub mod service;
#[cfg(feature = "survey")]
pub mod survey;
