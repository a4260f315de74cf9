//! Benchmarks of the workspace: seeded inputs, the same on every machine.

mod portfolio;
mod random;

pub use portfolio::{INTERACTIONS, PURCHASES, Portfolio, TODAY};
pub use random::Random;
