#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

pub mod backtest;
mod bands;
mod care;
mod combiner;
mod component;
mod delta;
mod error;
mod exact;
#[cfg(feature = "files")]
mod file;
#[cfg(feature = "serde")]
mod form;
mod freshness;
mod hysteresis;
mod joined;
mod kernel;
pub mod loyalty;
mod normaliser;
mod observations;
mod portfolio;
mod profile;
pub mod profiles;
pub mod published;
mod score;
mod value;

pub use bands::{Bands, Edge};
pub use care::{CareCounts, CareDefinition, CareError, CareHistory, CareTally, ChannelCounts};
pub use combiner::{Combiner, Gate, GateState};
pub use component::Component;
pub use delta::{Causes, Delta};
pub use error::{
    BacktestError, BandsError, ChanceError, ComponentError, Days, DecayError, DeltaError,
    FloatError, FollowError, GateError, HysteresisError, LoyaltyError, NormaliserError,
    OffScaleError, PortfolioError, ProfileError, PublishedError, ReadingsError, ShareError,
    StateError, ValueError,
};
#[cfg(feature = "files")]
pub use file::{ProfileFault, ProfileFaultCode, ProfileFileError, PublishedRule, RuleScore};
pub use freshness::{Freshness, HalfLife};
pub use hysteresis::{BandSeries, Gap};
pub use joined::Joined;
pub use normaliser::{Direction, Normaliser};
pub use observations::{Intake, Observations, Pushed};
pub use portfolio::Portfolio;
pub use profile::{MissingPolicy, Profile};
pub use score::{Absence, GatePart, Part, Reading, Score, out_of_100};
pub use value::Value;
