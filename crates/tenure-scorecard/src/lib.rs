#![doc = include_str!("../README.md")]

mod compute;
mod counted;
mod error;
mod figure;
mod group;
mod groups;
mod health;
mod loyalty;
mod money;
mod parallel;
mod period;
mod plan;
mod population;
mod relations;
mod renewals;
mod revenue;
mod rfm;
mod scorecard;
mod service;
mod settings;
mod silence;
mod spread;
mod streams;
mod survey;
mod usage;
mod value;
mod window;

pub use compute::ScorecardPart;
pub use counted::Counted;
pub use error::ScorecardError;
pub use figure::{Basis, Figure, Section, Unit, Value};
pub use groups::MAX_SEGMENTS;
pub use loyalty::{LoyaltySection, Membership, PointsSum};
pub use period::PeriodLength;
pub use plan::{FittedPlan, PortfolioSurvey, ScorecardPlan, scorecard};
pub use population::Census;
pub use rfm::{FrozenBins, RfmSection, RfmSettings};
pub use scorecard::{
    AccountLine, ClassTransition, FittedModel, Group, PeriodFigures, Population, Scorecard, Spread,
    TableUse,
};
pub use settings::{Settings, ValueSettings};
pub use silence::{ReEngagement, Rhythm, Silence};
pub use streams::ValueStreams;
pub use usage::{is_seen, table_uses};
