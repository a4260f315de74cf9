//! What fuzzing asks of any bytes at all: plain functions that panic where a law is broken.
//!
//! The targets under `fuzz/` call them with what the fuzzer makes up; the test `corpus` with the
//! inputs that were kept.

#[cfg(feature = "classify")]
mod classify;
#[cfg(feature = "clv")]
mod clv;
#[cfg(feature = "ingest")]
mod folder;
#[cfg(feature = "revenue")]
mod ledger;
#[cfg(feature = "health")]
mod profiles;
#[cfg(feature = "classify")]
mod rules;

#[cfg(feature = "classify")]
pub use classify::{Portfolio, classify, same_verdict};
#[cfg(feature = "clv")]
pub use clv::clv;
#[cfg(feature = "ingest")]
pub use folder::folder;
#[cfg(feature = "revenue")]
pub use ledger::ledger;
#[cfg(feature = "health")]
pub use profiles::profiles;
#[cfg(feature = "classify")]
pub use rules::rules;
