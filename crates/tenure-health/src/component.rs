//! One thing that is looked at.

use rust_decimal::Decimal;
use tenure_model::Text;

use crate::error::ComponentError;
use crate::freshness::Freshness;
use crate::normaliser::{Direction, Normaliser};
use crate::score::{Absence, Reading};
use crate::value::Value;

/// Decimals a weight may have.
const WEIGHT_PLACES: u32 = 4;

/// One thing a health score looks at: how its raw value becomes points, what it weighs, how long it
/// counts.
///
/// ```
/// use tenure_health::{Component, Direction, Freshness, Normaliser};
/// let percent = Normaliser::new(Direction::HigherBetter, &[(0.into(), 0), (100.into(), 1000)])?;
/// let delivery = Component::new("delivery", 15.into(), percent)?
///     .with_freshness(Freshness::ExpiresAfter { days: 100 })
///     .with_reason("delivered on time, percent");
/// assert_eq!(delivery.read(80.into(), 100).points(), Some(800));
/// assert_eq!(delivery.read(80.into(), 101).points(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::form::ComponentForm", into = "crate::form::ComponentForm")
)]
pub struct Component {
    id: Text,
    weight: Decimal,
    /// The weight times 10^4.
    units: u64,
    normaliser: Normaliser,
    freshness: Freshness,
    reason: Text,
}

impl Component {
    /// A component that lasts for ever and gives no reason.
    ///
    /// # Errors
    /// An empty id; a weight not above 0, above 100, or with more than 4 decimals.
    pub fn new(
        id: impl Into<Text>,
        weight: Decimal,
        normaliser: Normaliser,
    ) -> Result<Self, ComponentError> {
        let id = id.into();
        if id.is_empty() {
            return Err(ComponentError::EmptyId);
        }
        let weight = weight.normalize();
        let units = if weight <= Decimal::ONE_HUNDRED { units(weight) } else { None };
        let Some(units) = units.filter(|&units| units > 0) else {
            return Err(ComponentError::Weight { component: id.to_string(), found: weight });
        };
        Ok(Self { id, weight, units, normaliser, freshness: Freshness::Lasting, reason: "".into() })
    }

    /// A component known to be right: data of this crate, checked by its tests.
    pub(crate) fn of_data(
        id: &str,
        weight: u8,
        normaliser: Normaliser,
        freshness: Freshness,
        reason: &str,
    ) -> Self {
        Self {
            id: id.into(),
            weight: weight.into(),
            units: u64::from(weight).saturating_mul(10_000),
            normaliser,
            freshness,
            reason: reason.into(),
        }
    }

    /// With another freshness.
    #[must_use]
    pub fn with_freshness(self, freshness: Freshness) -> Self {
        Self { freshness, ..self }
    }

    /// With words that say what is looked at, and in which unit.
    #[must_use]
    pub fn with_reason(self, reason: impl Into<Text>) -> Self {
        Self { reason: reason.into(), ..self }
    }

    /// Its id, as in the column `component` of `observations`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it weighs, of 100.
    #[must_use]
    pub const fn weight(&self) -> Decimal {
        self.weight
    }

    /// Its weight in ten thousandths.
    pub(crate) const fn units(&self) -> u64 {
        self.units
    }

    /// Which way is good.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.normaliser.direction()
    }

    /// How values become points.
    #[must_use]
    pub const fn normaliser(&self) -> &Normaliser {
        &self.normaliser
    }

    /// How long values count.
    #[must_use]
    pub const fn freshness(&self) -> &Freshness {
        &self.freshness
    }

    /// What is looked at, in words.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// What a value of that age says.
    #[must_use]
    pub fn read(&self, value: Value, age_days: u32) -> Reading {
        match (self.freshness.factor(age_days), &self.freshness) {
            (Some(factor), _) => Reading::present(self.normaliser.points(value), factor),
            (None, Freshness::HalfLife(_)) => Reading::missing(Absence::Faded),
            (None, _) => Reading::missing(Absence::Expired),
        }
    }
}

/// A weight times 10^4, if that is a whole number not below 0.
fn units(weight: Decimal) -> Option<u64> {
    let power = 10_i128.checked_pow(WEIGHT_PLACES.checked_sub(weight.scale())?)?;
    u64::try_from(weight.mantissa().checked_mul(power)?).ok()
}

#[cfg(test)]
mod tests {
    use super::Component;
    use crate::error::ComponentError;
    use crate::normaliser::{Direction, Normaliser};
    use rust_decimal::Decimal;

    fn weighing(id: &str, weight: &str) -> Result<Component, ComponentError> {
        let line = [(0.into(), 0), (1.into(), 1000)];
        let line = Normaliser::new(Direction::HigherBetter, &line).unwrap();
        Component::new(id, Decimal::from_str_exact(weight).unwrap(), line)
    }

    #[test]
    fn a_weight_is_above_nothing_and_exact() {
        assert_eq!(weighing("a", "0.0001").unwrap().units(), 1);
        assert_eq!(weighing("a", "100.00000").unwrap().units(), 1_000_000);
        for wrong in ["0", "-1", "0.00001", "100.0001"] {
            let error = weighing("a", wrong).unwrap_err();
            assert!(matches!(error, ComponentError::Weight { .. }), "{wrong}");
        }
        assert_eq!(
            weighing("a", "-1").unwrap_err().to_string(),
            "weight `-1` of `a` is not above 0, at most 100, with at most 4 decimals"
        );
        assert_eq!(weighing("", "1"), Err(ComponentError::EmptyId));
    }
}
