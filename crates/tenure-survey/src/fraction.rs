//! Exact fractions of any size, for the decomposition.

use std::fmt;

use num_bigint::{BigInt, Sign};
use tenure_stats::Ratio;

/// An exact fraction in lowest terms, of any size.
///
/// ```
/// use tenure_stats::Ratio;
/// use tenure_survey::Fraction;
///
/// let third = Ratio::new(2, 6).map(Fraction::from).ok_or("undefined")?;
/// assert_eq!(third.to_string(), "1/3");
/// assert_eq!(third.to_f64(), 1.0 / 3.0);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fraction {
    num: BigInt,
    /// Above 0.
    den: BigInt,
}

impl From<Ratio> for Fraction {
    fn from(ratio: Ratio) -> Self {
        Self { num: ratio.num().into(), den: ratio.den().into() }.reduced()
    }
}

#[expect(
    clippy::arithmetic_side_effects,
    reason = "big integers do not overflow, and no denominator is 0"
)]
impl Fraction {
    /// 0.
    #[must_use]
    pub fn zero() -> Self {
        Self { num: BigInt::ZERO, den: 1.into() }
    }

    pub(crate) fn one() -> Self {
        Self { num: 1.into(), den: 1.into() }
    }

    /// The exact sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let num = &self.num * &other.den + &other.num * &self.den;
        Self { num, den: &self.den * &other.den }.reduced()
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        self.plus(&Self { num: -other.num.clone(), den: other.den.clone() })
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        Self { num: &self.num * &other.num, den: &self.den * &other.den }.reduced()
    }

    pub(crate) fn half(&self) -> Self {
        Self { num: self.num.clone(), den: &self.den * 2 }.reduced()
    }

    /// self / other; `None` unless other is above 0.
    pub(crate) fn over(&self, other: &Self) -> Option<Self> {
        (other.num.sign() == Sign::Plus)
            .then(|| Self { num: &self.num * &other.den, den: &self.den * &other.num }.reduced())
    }

    fn reduced(self) -> Self {
        let (mut common, mut rest) = (self.den.clone(), self.num.clone());
        while rest.sign() != Sign::NoSign {
            (common, rest) = (rest.clone(), common % rest);
        }
        // Euclid on a negative numerator may end below 0
        if common.sign() == Sign::Minus {
            common = -common;
        }
        Self { num: self.num / &common, den: self.den / common }
    }

    /// 100 times it: points of a fraction.
    #[must_use]
    pub fn in_points(&self) -> Self {
        Self { num: &self.num * 100, den: self.den.clone() }.reduced()
    }

    /// The same as a ratio; `None` if its integers do not fit 128 bits.
    ///
    /// ```
    /// use tenure_stats::Ratio;
    /// use tenure_survey::Fraction;
    ///
    /// let half = Ratio::new(2, 4).ok_or("undefined")?;
    /// assert_eq!(Fraction::from(half).to_ratio(), Ratio::new(1, 2));
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn to_ratio(&self) -> Option<Ratio> {
        Ratio::new(i128::try_from(&self.num).ok()?, i128::try_from(&self.den).ok()?)
    }

    /// The nearest float but for the last bit; 0 below the smallest.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        // a quotient of 95 bits or so fits an i128; a score is at most 2, so it is never large
        const BITS: u64 = 95;
        let (num, den) = (self.num.bits(), self.den.bits());
        let shift = BITS.saturating_add(den).saturating_sub(num);
        if shift > 1_100 {
            return 0.0;
        }
        let quotient: BigInt = (&self.num << shift) / &self.den;
        let Ok(quotient) = i128::try_from(quotient) else { return 0.0 };
        let mut value = tenure_stats::integer_to_f64(quotient);
        let mut left = shift;
        while left > 0 {
            let step = left.min(512);
            value *= f64::from_bits((1_023 - step) << 52);
            left -= step;
        }
        value
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// As text, `p/q` in lowest terms: no integer of JSON is so long.
#[cfg(feature = "serde")]
impl serde::Serialize for Fraction {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(num: i128, den: i128) -> Fraction {
        Ratio::new(num, den).unwrap().into()
    }

    #[test]
    fn lowest_terms_and_the_sign_above() {
        for (num, den, text) in [(0, 5, "0/1"), (-4, 6, "-2/3"), (4, 6, "2/3"), (-6, 3, "-2/1")] {
            assert_eq!(fraction(num, den).to_string(), text);
        }
        assert_eq!(fraction(1, 3).over(&fraction(0, 1)), None);
        assert_eq!(fraction(1, 3).over(&fraction(1, 6)), Some(fraction(2, 1)));
    }

    #[test]
    fn floats_of_every_size() {
        for (num, den) in [(1, 3), (-2, 3), (1, i128::MAX), (i128::MAX, i128::MAX - 1), (0, 1)] {
            let exact = Ratio::new(num, den).unwrap().to_f64();
            let error = (fraction(num, den).to_f64() - exact).abs();
            assert!(error <= exact.abs() * f64::EPSILON, "{num}/{den}");
        }
        let mut tiny = fraction(1, i128::MAX);
        for _ in 0..4 {
            tiny = tiny.times(&tiny);
        }
        assert_eq!(tiny.to_f64().to_bits(), 0.0_f64.to_bits());
        assert_eq!(tiny.to_ratio(), None);
    }
}
