//! The laws of classification, on random histories under random rule sets.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers outside #[test] functions; what does not fit should stop the test"
)]

mod agreement;
mod explained;
mod given;
mod irrelevant;
mod monotone;
mod playbook;
mod unknown;
