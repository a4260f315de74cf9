//! Benchmarks of the workspace: seeded inputs, the same on every machine.

pub mod health;
pub mod histories;
mod portfolio;
mod random;

pub use portfolio::{INTERACTIONS, PURCHASES, Portfolio, TODAY};
pub use random::Random;
