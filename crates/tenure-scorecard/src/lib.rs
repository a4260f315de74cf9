#![doc = include_str!("../README.md")]

mod compute;
mod counted;
mod error;
mod figure;
mod group;
mod health;
mod loyalty;
mod money;
mod population;
mod relations;
mod revenue;
mod rfm;
mod scorecard;
mod service;
mod settings;
mod silence;
mod spread;
mod survey;
mod usage;
mod value;

pub use compute::{
    FittedPlan, MAX_SEGMENTS, PortfolioSurvey, ScorecardPart, ScorecardPlan, scorecard,
};
pub use counted::Counted;
pub use error::ScorecardError;
pub use figure::{Basis, Figure, Section, Unit, Value};
pub use loyalty::{LoyaltySection, Membership, PointsSum};
pub use population::Census;
pub use rfm::{FrozenBins, RfmSection, RfmSettings};
pub use scorecard::{
    AccountLine, ClassTransition, FittedModel, Group, Population, Scorecard, Spread, TableUse,
};
pub use settings::{Settings, ValueSettings};
pub use silence::{ReEngagement, Rhythm, Silence};
pub use usage::{is_seen, table_uses};
