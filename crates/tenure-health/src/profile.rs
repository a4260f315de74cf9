//! What is looked at, all together.

use std::sync::Arc;

use rust_decimal::Decimal;
use tenure_model::Text;

use crate::bands::Bands;
use crate::combiner::{Combiner, Gate};
use crate::component::Component;
use crate::error::ProfileError;
use crate::kernel::Row;

/// All weights together, in ten thousandths.
const ALL_UNITS: u64 = 1_000_000;

/// What a component without a value does to the score.
///
/// ```
/// use tenure_health::MissingPolicy;
/// assert_eq!(MissingPolicy::default(), MissingPolicy::Interval);
/// assert_eq!(MissingPolicy::Neutral { value: 500 }.name(), "neutral");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::form::MissingForm", into = "crate::form::MissingForm")
)]
#[non_exhaustive]
pub enum MissingPolicy {
    /// It could be anything: the score is an interval. The default.
    #[default]
    Interval,
    /// It is left out; no score where the components present weigh less than `min_coverage` of all.
    Renormalise {
        /// The least share of nominal weight present, 0 to 1.
        min_coverage: Decimal,
    },
    /// It counts as this many points.
    Neutral {
        /// The points, 0 to 1000.
        value: u16,
    },
    /// It counts as nothing.
    Pessimistic,
}

impl MissingPolicy {
    /// Renormalise, with half of the weight present at least.
    pub const RENORMALISE: Self =
        Self::Renormalise { min_coverage: Decimal::from_parts(5, 0, 0, false, 1) };

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Renormalise { .. } => "renormalise",
            Self::Neutral { .. } => "neutral",
            Self::Pessimistic => "pessimistic",
        }
    }
}

/// Components, combiner, gates, bands and missing policy: the definition of a health score.
///
/// It travels with state and result; two profiles are the same only if all they say is. Cloning
/// copies a pointer.
///
/// ```
/// use tenure_health::{Component, Direction, Normaliser, Profile};
/// let percent = Normaliser::new(Direction::HigherBetter, &[(0.into(), 0), (100.into(), 1000)])?;
/// let delivery = Component::new("delivery", 60.into(), percent.clone())?;
/// let sentiment = Component::new("sentiment", 40.into(), percent)?;
/// let ours = Profile::new("ours", vec![delivery.clone(), sentiment])?;
/// assert_eq!(ours.components().len(), 2);
/// // Weights must sum to 100:
/// assert!(Profile::new("light", vec![delivery]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::form::ProfileForm", into = "crate::form::ProfileForm")
)]
pub struct Profile(Arc<Definition>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Definition {
    id: Text,
    components: Vec<Component>,
    /// The weights of the components, in ten thousandths.
    units: Row<u64>,
    combiner: Combiner,
    gates: Vec<Gate>,
    missing: MissingPolicy,
    bands: Bands,
    /// The band of each score, 0 to 1000.
    band_of_score: Vec<usize>,
}

impl Profile {
    /// The most components of a profile.
    pub const MAX_COMPONENTS: usize = 32;
    /// The most gates of a profile.
    pub const MAX_GATES: usize = 16;

    /// A profile of the weighted mean, without gates, with the default bands and the missing policy
    /// `interval`.
    ///
    /// # Errors
    /// An empty id; no component or too many; one twice; weights that do not sum to 100.
    pub fn new(id: impl Into<Text>, components: Vec<Component>) -> Result<Self, ProfileError> {
        let id = id.into();
        if id.is_empty() {
            return Err(ProfileError::EmptyId);
        }
        if !(1..=Self::MAX_COMPONENTS).contains(&components.len()) {
            return Err(ProfileError::ComponentCount { found: components.len() });
        }
        let mut ids: Vec<&str> = components.iter().map(Component::id).collect();
        ids.sort_unstable();
        let twice = ids.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some(*a),
            _ => None,
        });
        if let Some(twice) = twice {
            return Err(ProfileError::DuplicateComponent { component: twice.to_owned() });
        }
        let units = components.iter().fold(0_u64, |all, one| all.saturating_add(one.units()));
        if units != ALL_UNITS {
            let found = Decimal::try_from_i128_with_scale(i128::from(units), 4).unwrap_or_default();
            return Err(ProfileError::WeightSum { found: found.normalize() });
        }
        Ok(Self::of_data(id, components))
    }

    /// Components known to be right: checked, or data of this crate that its tests check.
    pub(crate) fn of_data(id: impl Into<Text>, components: Vec<Component>) -> Self {
        let bands = Bands::default();
        let band_of_score = table(&bands);
        let missing = MissingPolicy::default();
        let (combiner, gates) = (Combiner::default(), Vec::new());
        let id = id.into();
        let mut units: Row<u64> = [0; Self::MAX_COMPONENTS];
        for (slot, component) in units.iter_mut().zip(&components) {
            *slot = component.units();
        }
        Self(Arc::new(Definition {
            id,
            components,
            units,
            combiner,
            gates,
            missing,
            bands,
            band_of_score,
        }))
    }

    /// With another combiner.
    #[must_use]
    pub fn with_combiner(self, combiner: Combiner) -> Self {
        Self(Arc::new(Definition { combiner, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// With these gates, in the order in which they cap.
    ///
    /// # Errors
    /// Too many; two of one id, or one with the id of a component.
    pub fn with_gates(self, gates: Vec<Gate>) -> Result<Self, ProfileError> {
        if gates.len() > Self::MAX_GATES {
            return Err(ProfileError::GateCount { found: gates.len() });
        }
        for (at, gate) in gates.iter().enumerate() {
            let before = gates.iter().take(at).any(|other| other.id() == gate.id());
            if before || self.position(gate.id()).is_some() {
                return Err(ProfileError::DuplicateGate { gate: gate.id().to_owned() });
            }
        }
        Ok(Self(Arc::new(Definition { gates, ..Arc::unwrap_or_clone(self.0) })))
    }

    /// With other bands, of 0 to 1000.
    ///
    /// # Errors
    /// Bands of another scale.
    pub fn with_bands(self, bands: Bands) -> Result<Self, ProfileError> {
        let (least, greatest) = bands.scale();
        if least != Decimal::ZERO || greatest != Decimal::ONE_THOUSAND {
            return Err(ProfileError::BandScale { least, greatest });
        }
        let mut definition = Arc::unwrap_or_clone(self.0);
        definition.band_of_score = table(&bands);
        definition.bands = bands;
        Ok(Self(Arc::new(definition)))
    }

    /// With another missing policy.
    ///
    /// # Errors
    /// A least coverage outside 0 to 1 or with more than 8 decimals; a neutral value above 1000.
    pub fn with_missing(self, missing: MissingPolicy) -> Result<Self, ProfileError> {
        let missing = match missing {
            MissingPolicy::Renormalise { min_coverage } => {
                let share = min_coverage.normalize();
                if share < Decimal::ZERO || share > Decimal::ONE || share.scale() > 8 {
                    return Err(ProfileError::MinCoverage { found: share });
                }
                MissingPolicy::Renormalise { min_coverage: share }
            }
            MissingPolicy::Neutral { value } if value > 1000 => {
                return Err(ProfileError::Neutral { found: value });
            }
            other => other,
        };
        let definition = Definition { missing, ..Arc::unwrap_or_clone(self.0) };
        Ok(Self(Arc::new(definition)))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Its components, in the order that breaks ties between contributions.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.0.components
    }

    /// The weights of its components, in ten thousandths.
    pub(crate) fn units(&self) -> &Row<u64> {
        &self.0.units
    }

    /// How points become a score.
    #[must_use]
    pub fn combiner(&self) -> Combiner {
        self.0.combiner
    }

    /// Its gates, in the order in which they cap.
    #[must_use]
    pub fn gates(&self) -> &[Gate] {
        &self.0.gates
    }

    /// Which of its components has that id, from 0.
    #[must_use]
    pub fn position(&self, component: &str) -> Option<usize> {
        self.components().iter().position(|known| known.id() == component)
    }

    /// Its bands.
    #[must_use]
    pub fn bands(&self) -> &Bands {
        &self.0.bands
    }

    /// What a missing component does.
    #[must_use]
    pub fn missing(&self) -> MissingPolicy {
        self.0.missing
    }

    /// Which band a score lies in, from 0.
    pub(crate) fn band(&self, score: u16) -> usize {
        self.0.band_of_score.get(usize::from(score)).copied().unwrap_or_default()
    }

    /// Whether both say the same; compares pointers first.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self == other
    }
}

fn table(bands: &Bands) -> Vec<usize> {
    // The bands cover 0 to 1000: every score has one.
    (0..=1000_u16).filter_map(|score| bands.index_of(score.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::{MissingPolicy, Profile};
    use crate::bands::{Bands, Edge};
    use crate::combiner::{Combiner, Gate};
    use crate::component::Component;
    use crate::error::ProfileError;
    use crate::normaliser::{Direction, Normaliser};
    use rust_decimal::Decimal;

    fn component(id: &str, weight: &str) -> Component {
        let line = [(0.into(), 0), (1.into(), 1000)];
        let line = Normaliser::new(Direction::HigherBetter, &line).unwrap();
        Component::new(id, Decimal::from_str_exact(weight).unwrap(), line).unwrap()
    }

    fn whole() -> Profile {
        Profile::new("p", vec![component("a", "100")]).unwrap()
    }

    #[test]
    fn weights_sum_to_100_exactly() {
        let thirds = ["33.3333", "33.3333", "33.3334"];
        let three = |weights: [&str; 3]| {
            let of = |(id, weight)| component(id, weight);
            Profile::new("p", ["a", "b", "c"].into_iter().zip(weights).map(of).collect())
        };
        assert!(three(thirds).is_ok());
        let error = three(["33.3333", "33.3333", "33.3333"]).unwrap_err();
        assert_eq!(error.to_string(), "weights sum to `99.9999`, not to 100");
    }

    #[test]
    fn what_is_no_profile_is_an_error() {
        let one = || vec![component("a", "100")];
        assert_eq!(Profile::new("", one()), Err(ProfileError::EmptyId));
        assert_eq!(Profile::new("p", vec![]), Err(ProfileError::ComponentCount { found: 0 }));
        let many = (0..33).map(|at| component(&at.to_string(), "1")).collect();
        assert_eq!(Profile::new("p", many), Err(ProfileError::ComponentCount { found: 33 }));
        assert_eq!(
            Profile::new("p", vec![component("a", "50"), component("a", "50")]),
            Err(ProfileError::DuplicateComponent { component: "a".to_owned() })
        );
    }

    #[test]
    fn bands_cover_the_scores() {
        let hundred = Bands::new(Edge::default(), [(0.into(), 100.into(), "all")]).unwrap();
        let error = whole().with_bands(hundred).unwrap_err();
        assert_eq!(error.to_string(), "bands cover `0` to `100`, not 0 to 1000");
        let halves = [
            (0.into(), Decimal::from_str_exact("499.5").unwrap(), "low"),
            (Decimal::from_str_exact("499.5").unwrap(), 1000.into(), "high"),
        ];
        let profile =
            whole().with_bands(Bands::new(Edge::UpperInclusive, halves).unwrap()).unwrap();
        assert_eq!([0, 499, 500, 1000].map(|score| profile.band(score)), [0, 0, 1, 1]);
    }

    #[test]
    fn a_policy_off_its_range_is_an_error() {
        for (text, fits) in [("-0.1", false), ("0", true), ("1", true), ("1.1", false)] {
            let min_coverage = Decimal::from_str_exact(text).unwrap();
            let policy = MissingPolicy::Renormalise { min_coverage };
            assert_eq!(whole().with_missing(policy).is_ok(), fits, "{text}");
        }
        let min_coverage = Decimal::from_str_exact("0.123456789").unwrap();
        let error = whole().with_missing(MissingPolicy::Renormalise { min_coverage }).unwrap_err();
        assert!(matches!(error, ProfileError::MinCoverage { .. }));
        let error = whole().with_missing(MissingPolicy::Neutral { value: 1001 }).unwrap_err();
        assert_eq!(error, ProfileError::Neutral { found: 1001 });
        assert!(whole().with_missing(MissingPolicy::Neutral { value: 1000 }).is_ok());
    }

    #[test]
    fn gates_have_ids_of_their_own() {
        let gate = |id: &str| Gate::new(id, 490).unwrap();
        assert!(whole().with_gates(vec![gate("p1"), gate("p2")]).is_ok());
        for twice in [vec![gate("p1"), gate("p1")], vec![gate("p1"), gate("a")]] {
            let gate = twice[1].id().to_owned();
            assert_eq!(whole().with_gates(twice), Err(ProfileError::DuplicateGate { gate }));
        }
        let many = (0..17).map(|at| gate(&format!("g{at}"))).collect();
        assert_eq!(whole().with_gates(many), Err(ProfileError::GateCount { found: 17 }));
        let min = whole().with_combiner(Combiner::Min);
        assert_eq!((min.combiner(), whole().combiner()), (Combiner::Min, Combiner::WeightedMean));
        assert!(!whole().is(&min));
    }

    #[test]
    fn a_profile_is_what_it_says() {
        assert!(whole().is(&whole()) && whole().is(&whole().clone()));
        assert!(!whole().is(&whole().with_missing(MissingPolicy::Pessimistic).unwrap()));
        assert_eq!((whole().position("a"), whole().position("b")), (Some(0), None));
    }
}
