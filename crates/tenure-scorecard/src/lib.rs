#![doc = include_str!("../README.md")]

mod compute;
mod error;
mod figure;
mod group;
mod health;
mod money;
mod population;
mod revenue;
mod scorecard;
mod service;
mod settings;
mod survey;
mod usage;
mod value;

pub use compute::{MAX_SEGMENTS, scorecard};
pub use error::ScorecardError;
pub use figure::{Basis, Figure, Section, Unit, Value};
pub use population::Census;
pub use scorecard::{AccountLine, FittedModel, Group, Population, Scorecard, TableUse};
pub use settings::{Settings, ValueSettings};
pub use usage::{is_seen, table_uses};
