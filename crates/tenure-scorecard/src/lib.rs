//! The portfolio: every account classified, every metric by class and segment.

mod figure;
mod scorecard;

pub use figure::{Basis, Figure, Section, Unit, Value};
pub use scorecard::{AccountLine, FittedModel, Group, Population, Scorecard, TableUse};
