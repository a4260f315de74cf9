//! Unpublished: generators, slow oracles, fixtures and the conformance runner.
//!
//! One feature an engine, so that the tests of one room compile without the others.

pub mod conformance;
pub mod oracle;
pub mod strategies;
