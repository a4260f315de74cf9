//! Unpublished: generators, slow oracles, fixtures and the conformance runner.
//!
//! One feature an engine, so that the tests of one room compile without the others.

pub mod conformance;
#[cfg(feature = "clv")]
pub mod fixtures;
pub mod laws;
pub mod oracle;
pub mod strategies;
