//! What age does to a value's weight.

use std::sync::Arc;

use crate::error::DecayError;

/// One, as a multiple of 2^-30.
pub(crate) const WHOLE: u32 = 1 << 30;
/// 2^-20 as a multiple of 2^-30: a weight below this part of its nominal one is missing.
const FAINTEST: u32 = 1 << 10;
/// Binary places kept while halving: one is 2^63.
const PLACES: u32 = 63;

/// A half-life in days, with the factors of its first period.
///
/// ```
/// use tenure_health::HalfLife;
/// let quarter = HalfLife::new(90)?;
/// // Multiples of 2^-30: a whole, a half, and the square root of a half.
/// assert_eq!(quarter.factor(0), 1 << 30);
/// assert_eq!(quarter.factor(90), 1 << 29);
/// assert_eq!(quarter.factor(45), 759_250_125);
/// # Ok::<(), tenure_health::DecayError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u32", into = "u32"))]
pub struct HalfLife {
    days: u32,
    /// 2^(-day / days) as a multiple of 2^-63, for each day below `days`.
    first_period: Arc<[u64]>,
}

impl HalfLife {
    /// The longest half-life, in days.
    pub const MAX_DAYS: u32 = 36_500;

    /// So many days.
    ///
    /// # Errors
    /// 0, or more than [`HalfLife::MAX_DAYS`].
    pub fn new(days: u32) -> Result<Self, DecayError> {
        if (1..=Self::MAX_DAYS).contains(&days) {
            Ok(Self::of_data(days))
        } else {
            Err(DecayError { found: days })
        }
    }

    /// Days known to be right: data of this crate, checked by its tests.
    pub(crate) fn of_data(days: u32) -> Self {
        Self { days, first_period: (0..days).map(|day| two_to_minus(day, days)).collect() }
    }

    /// The half-life in days.
    #[must_use]
    pub const fn days(&self) -> u32 {
        self.days
    }

    /// What is left of a weight at that age: 2^(-age / half-life), rounded half away from zero to a
    /// multiple of 2^-30 and given as that multiple.
    ///
    /// *Accuracy*: the factor is computed in integers to a relative 2^-55 before it is rounded, so
    /// the multiple is the nearest unless the exact factor lies that close to a tie.
    #[must_use]
    pub fn factor(&self, age_days: u32) -> u32 {
        let halvings = age_days.checked_div(self.days).unwrap_or(0);
        let day = age_days.checked_rem(self.days).unwrap_or(0);
        let first = usize::try_from(day).ok().and_then(|day| self.first_period.get(day));
        // From multiples of 2^-63 to multiples of 2^-30, and halved so often.
        let shift = halvings.saturating_add(PLACES.saturating_sub(30));
        let rounded = first.and_then(|&first| {
            let half = 1_u128.checked_shl(shift.checked_sub(1)?)?;
            u128::from(first).checked_add(half)?.checked_shr(shift)
        });
        // Halved more than 30 times nothing is left.
        rounded.and_then(|factor| u32::try_from(factor).ok()).unwrap_or(0)
    }
}

impl TryFrom<u32> for HalfLife {
    type Error = DecayError;
    fn try_from(days: u32) -> Result<Self, DecayError> {
        Self::new(days)
    }
}

impl From<HalfLife> for u32 {
    fn from(half_life: HalfLife) -> Self {
        half_life.days
    }
}

/// 2^(-day / days) as a multiple of 2^-63, for day < days: the product of 2^(-1/2), 2^(-1/4) … over
/// the binary digits of the fraction.
fn two_to_minus(day: u32, days: u32) -> u64 {
    let one = 1_u128.wrapping_shl(PLACES);
    let days = u128::from(days);
    let (mut rest, mut root, mut product) = (u128::from(day), one.wrapping_shr(1), one);
    for _ in 0..PLACES {
        // Each root is below 2^63, so shifted it stays below 2^126.
        root = root.wrapping_shl(PLACES).isqrt();
        rest = rest.wrapping_shl(1);
        if rest >= days {
            rest = rest.wrapping_sub(days);
            product = product.wrapping_mul(root).wrapping_shr(PLACES);
        }
    }
    u64::try_from(product).unwrap_or(u64::MAX)
}

/// How long a value counts.
///
/// A value never decays towards zero: an old good answer is weak evidence, not bad news. Its weight
/// decays, or it expires.
///
/// ```
/// use tenure_health::{Freshness, HalfLife};
/// let survey = Freshness::HalfLife(HalfLife::new(180)?);
/// assert_ne!(survey, Freshness::ExpiresAfter { days: 100 });
/// # Ok::<(), tenure_health::DecayError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", deny_unknown_fields))]
#[non_exhaustive]
pub enum Freshness {
    /// For ever, in full. The default.
    #[default]
    Lasting,
    /// With half the weight after each half-life; below 2^-20 of it the value is missing.
    HalfLife(HalfLife),
    /// In full for so many days, the last included; then it is missing.
    ExpiresAfter {
        /// The days.
        days: u32,
    },
}

impl Freshness {
    /// What is left of the weight at that age, as a multiple of 2^-30; `None`: the value is missing.
    pub(crate) fn factor(&self, age_days: u32) -> Option<u32> {
        match self {
            Self::Lasting => Some(WHOLE),
            Self::ExpiresAfter { days } => (age_days <= *days).then_some(WHOLE),
            Self::HalfLife(half_life) => {
                Some(half_life.factor(age_days)).filter(|&factor| factor >= FAINTEST)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Freshness, HalfLife, WHOLE};

    /// From Python: `round(Fraction(2**30) * Decimal(2) ** (Decimal(-age) / days))` at 60 digits.
    #[test]
    fn factors_of_an_arbitrary_precision_calculator() {
        for (days, age, factor) in [
            (1, 1, 536_870_912),
            (3, 1, 852_229_450),
            (3, 2, 676_414_963),
            (180, 1, 1_069_614_991),
            (180, 365, 263_316_415),
            (36_500, 36_499, 536_881_107),
            (36_500, 1, 1_073_721_433),
            (7, 140, 1_024),
        ] {
            assert_eq!(HalfLife::new(days).unwrap().factor(age), factor, "{age}/{days}");
        }
    }

    #[test]
    fn nothing_is_left_in_the_end() {
        let day = HalfLife::new(1).unwrap();
        assert_eq!([29, 30, 31, 32, 33, u32::MAX].map(|age| day.factor(age)), [2, 1, 1, 0, 0, 0]);
    }

    #[test]
    fn the_last_day_counts() {
        let expiring = Freshness::ExpiresAfter { days: 10 };
        assert_eq!((expiring.factor(10), expiring.factor(11)), (Some(WHOLE), None));
        let daily = Freshness::HalfLife(HalfLife::new(1).unwrap());
        assert_eq!((daily.factor(20), daily.factor(21)), (Some(1 << 10), None));
        assert_eq!(Freshness::default().factor(u32::MAX), Some(WHOLE));
    }

    #[test]
    fn a_half_life_out_of_range_is_an_error() {
        assert_eq!(HalfLife::new(0).unwrap_err().found(), 0);
        let error = HalfLife::new(36_501).unwrap_err();
        assert_eq!(error.to_string(), "half-life `36501` is outside 1 to 36500 days");
    }
}
