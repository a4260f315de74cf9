#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod bands;
mod care;
mod component;
mod error;
mod exact;
#[cfg(feature = "serde")]
mod form;
mod freshness;
mod kernel;
mod normaliser;
mod observations;
mod portfolio;
mod profile;
pub mod profiles;
pub mod published;
mod score;
mod value;

pub use bands::{Bands, Edge};
pub use care::{CareCounts, CareDefinition, CareError, CareTally, ChannelCounts};
pub use component::Component;
pub use error::{
    BandsError, ComponentError, Days, DecayError, NormaliserError, OffScaleError, PortfolioError,
    ProfileError, PublishedError, ReadingsError, StateError, ValueError,
};
pub use freshness::{Freshness, HalfLife};
pub use normaliser::{Direction, Normaliser};
pub use observations::{Intake, Observations, Pushed};
pub use portfolio::Portfolio;
pub use profile::{MissingPolicy, Profile};
pub use score::{Absence, Part, Reading, Score, out_of_100};
pub use value::Value;
