#![doc = include_str!("../README.md")]

mod compute;
mod error;
mod figure;
mod group;
mod health;
mod money;
mod population;
mod relations;
mod revenue;
mod scorecard;
mod service;
mod settings;
mod spread;
mod streams;
mod survey;
mod usage;
mod value;

pub use compute::{
    FittedPlan, MAX_SEGMENTS, PortfolioSurvey, ScorecardPart, ScorecardPlan, scorecard,
};
pub use error::ScorecardError;
pub use figure::{Basis, Figure, Section, Unit, Value};
pub use population::Census;
pub use scorecard::{
    AccountLine, ClassTransition, FittedModel, Group, Population, Scorecard, Spread, TableUse,
};
pub use settings::{Settings, ValueSettings};
pub use streams::ValueStreams;
pub use usage::{is_seen, table_uses};
