//! Quotients that are divided once, when someone reads them.

use num_bigint::{BigInt, Sign};
use tenure_stats::Ratio;

/// The most places a rate prints.
const MAX_PLACES: u32 = 100;

/// A named rate: numerator and denominator as they were counted, neither reduced nor divided.
///
/// *Shape*: two integers (minor units, or counts); the denominator is not 0. A company whose
/// credits exceed its revenue opens below 0, so the denominator may be negative.
///
/// *Undefined when* the denominator is 0: [`Rate::new`] is then `None`.
///
/// *Accuracy*: exact; [`Rate::to_decimal`] rounds once, half to even.
///
/// ```
/// use tenure_revenue::Rate;
/// let kept = Rate::new(8_000, 10_000).ok_or("undefined")?;
/// assert_eq!((kept.num(), kept.den()), (8_000, 10_000));
/// assert_eq!(kept.to_decimal(10), "0.8000000000");
/// assert_eq!(kept.complement().ok_or("too large")?.to_decimal(2), "0.20");
/// assert_eq!(Rate::new(1, 0), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    num: i128,
    den: i128,
}

impl Rate {
    /// `num / den`; `None` if `den` is 0.
    #[must_use]
    pub const fn new(num: i128, den: i128) -> Option<Self> {
        // The two minima have no negation, which a negative denominator may need.
        if den == 0 || num == i128::MIN || den == i128::MIN {
            None
        } else {
            Some(Self { num, den })
        }
    }

    /// `num / den` of two counts; `None` if `den` is 0.
    #[must_use]
    pub(crate) fn of_counts(num: u64, den: u64) -> Option<Self> {
        Self::new(i128::from(num), i128::from(den))
    }

    /// The numerator.
    #[must_use]
    pub const fn num(self) -> i128 {
        self.num
    }

    /// The denominator; never 0.
    #[must_use]
    pub const fn den(self) -> i128 {
        self.den
    }

    /// 1 less this, over the same denominator: the churn of a retention; `None` if the difference
    /// does not fit.
    #[must_use]
    pub const fn complement(self) -> Option<Self> {
        match self.den.checked_sub(self.num) {
            Some(num) => Self::new(num, self.den),
            None => None,
        }
    }

    /// The same quotient as a ratio with a denominator above 0.
    #[must_use]
    pub fn ratio(self) -> Ratio {
        let (num, den) = if self.den < 0 {
            (self.num.saturating_neg(), self.den.saturating_neg())
        } else {
            (self.num, self.den)
        };
        Ratio::new(num, den).unwrap_or_else(|| unreachable!("a denominator that is not 0"))
    }

    /// The quotient to so many places, half to even.
    #[must_use]
    pub fn to_decimal(self, places: u32) -> String {
        self.ratio().to_decimal(places)
    }

    /// The nearest float.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.ratio().to_f64()
    }
}

/// A product or sum of rates, exact however long.
///
/// *Shape*: a fraction of integers of any size, kept undivided. *Accuracy*: exact;
/// [`CompoundRate::to_decimal`] rounds once, half to even.
///
/// ```
/// use tenure_revenue::{CompoundRate, Rate};
/// let months = [Rate::new(9, 10), Rate::new(8, 9)];
/// let both = CompoundRate::product(months).ok_or("undefined")?;
/// assert_eq!(both.to_decimal(10), "0.8000000000");
/// assert_eq!(CompoundRate::product([Rate::new(9, 10), None]), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CompoundRate {
    num: BigInt,
    den: BigInt,
}

impl CompoundRate {
    fn times(&self, rate: Rate) -> Option<Self> {
        Some(Self {
            num: self.num.checked_mul(&BigInt::from(rate.num))?,
            den: self.den.checked_mul(&BigInt::from(rate.den))?,
        })
    }

    fn plus(&self, rate: Rate) -> Option<Self> {
        let den = BigInt::from(rate.den);
        let ours = self.num.checked_mul(&den)?;
        let theirs = BigInt::from(rate.num).checked_mul(&self.den)?;
        Some(Self { num: ours.checked_add(&theirs)?, den: self.den.checked_mul(&den)? })
    }

    /// The product; 1 of no rates. `None` if any rate is undefined.
    #[must_use]
    pub fn product(rates: impl IntoIterator<Item = Option<Rate>>) -> Option<Self> {
        let one = Self { num: BigInt::from(1), den: BigInt::from(1) };
        rates.into_iter().try_fold(one, |product, rate| product.times(rate?))
    }

    /// The sum; 0 of no rates. `None` if any rate is undefined.
    #[must_use]
    pub fn sum(rates: impl IntoIterator<Item = Option<Rate>>) -> Option<Self> {
        let zero = Self { num: BigInt::from(0), den: BigInt::from(1) };
        rates.into_iter().try_fold(zero, |sum, rate| sum.plus(rate?))
    }

    /// The mean of period-end rates (`nrr_average_of`); `None` of no rates, or if one is undefined.
    #[must_use]
    pub fn mean(rates: &[Option<Rate>]) -> Option<Self> {
        let sum = Self::sum(rates.iter().copied())?;
        let count = i128::try_from(rates.len()).ok()?;
        sum.times(Rate::new(1, count)?)
    }

    /// 1 less this.
    #[must_use]
    pub fn complement(&self) -> Option<Self> {
        Some(Self { num: self.den.checked_sub(&self.num)?, den: self.den.clone() })
    }

    /// The quotient to so many places (at most 100), half to even.
    #[must_use]
    pub fn to_decimal(&self, places: u32) -> String {
        let places = places.min(MAX_PLACES);
        let den = BigInt::from(self.den.magnitude().clone());
        let scaled = BigInt::from(self.num.magnitude().clone())
            .checked_mul(&BigInt::from(10).pow(places))
            .unwrap_or_default();
        let mut whole = scaled.checked_div(&den).unwrap_or_default();
        let rest = whole
            .checked_mul(&den)
            .and_then(|divided| scaled.checked_sub(&divided))
            .unwrap_or_default();
        let to_next = den.checked_sub(&rest).unwrap_or_default();
        if rest > to_next || (rest == to_next && whole.bit(0)) {
            whole = whole.checked_add(&BigInt::from(1)).unwrap_or_default();
        }
        let negative = (self.num.sign() == Sign::Minus) != (self.den.sign() == Sign::Minus);
        let sign = if negative && whole.bits() > 0 { "-" } else { "" };
        let width = usize::try_from(places).unwrap_or_default().saturating_add(1);
        let digits = format!("{whole:0>width$}");
        let (units, decimals) =
            digits.split_at(digits.len().saturating_sub(width.saturating_sub(1)));
        let point = if decimals.is_empty() { "" } else { "." };
        format!("{sign}{units}{point}{decimals}")
    }
}

#[cfg(feature = "serde")]
mod serde_impl {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::{CompoundRate, Rate};

    /// Places of `value` in our documents.
    const VALUE_PLACES: u32 = 10;

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename = "Rate")]
    struct RateForm {
        num: i128,
        den: i128,
        value: String,
    }

    impl Serialize for Rate {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            RateForm { num: self.num, den: self.den, value: self.to_decimal(VALUE_PLACES) }
                .serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Rate {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let form = RateForm::deserialize(deserializer)?;
            let rate = Self::new(form.num, form.den)
                .ok_or_else(|| D::Error::custom("denominator is 0, or a number is too large"))?;
            if rate.to_decimal(VALUE_PLACES) == form.value {
                Ok(rate)
            } else {
                Err(D::Error::custom("value is not num/den to 10 places"))
            }
        }
    }

    #[derive(Serialize)]
    #[serde(rename = "CompoundRate")]
    struct CompoundForm {
        value: String,
    }

    /// Only the value: numerator and denominator are too long to be of use.
    impl Serialize for CompoundRate {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            CompoundForm { value: self.to_decimal(VALUE_PLACES) }.serialize(serializer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CompoundRate, Rate};

    #[test]
    fn a_negative_denominator_keeps_its_sign_and_the_quotient() {
        let rate = Rate::new(3, -8).unwrap();
        assert_eq!((rate.num(), rate.den()), (3, -8));
        assert_eq!(rate.to_decimal(2), "-0.38");
        assert!(rate.to_f64() < 0.0);
    }

    #[test]
    fn numbers_without_a_negation_are_refused() {
        assert_eq!(Rate::new(i128::MIN, 1), None);
        assert_eq!(Rate::new(1, i128::MIN), None);
        assert_eq!(Rate::new(i128::MAX, -1).unwrap().complement(), None);
    }

    #[test]
    fn compound_decimals_round_half_to_even() {
        let text = |num, den, places| {
            CompoundRate::product([Rate::new(num, den)]).unwrap().to_decimal(places)
        };
        assert_eq!(text(1, 8, 2), "0.12");
        assert_eq!(text(3, 8, 2), "0.38");
        assert_eq!(text(-3, 8, 2), "-0.38");
        assert_eq!(text(-1, 1000, 2), "0.00");
        assert_eq!(text(999, 1000, 2), "1.00");
        assert_eq!(text(25, 10, 0), "2");
        assert_eq!(text(-1, -3, 3), "0.333");
    }

    #[test]
    fn a_compound_of_one_reads_as_the_rate_itself() {
        for (num, den) in [(1, 3), (-2, 7), (22, -7), (0, 5), (123_456, 789)] {
            let rate = Rate::new(num, den).unwrap();
            let alone = CompoundRate::product([Some(rate)]).unwrap();
            assert_eq!(alone.to_decimal(10), rate.to_decimal(10), "{num}/{den}");
        }
    }

    #[test]
    fn sums_and_means_are_exact() {
        let thirds = [Rate::new(1, 3), Rate::new(1, 3), Rate::new(1, 3)];
        assert_eq!(CompoundRate::sum(thirds).unwrap().to_decimal(10), "1.0000000000");
        assert_eq!(CompoundRate::mean(&thirds).unwrap().to_decimal(4), "0.3333");
        assert_eq!(CompoundRate::mean(&[]), None);
        assert_eq!(CompoundRate::mean(&[None]), None);
        assert_eq!(CompoundRate::sum([]).unwrap().complement().unwrap().to_decimal(0), "1");
    }
}
