//! Exact quantiles of sorted integers.

use std::fmt;
use std::str::FromStr;

use crate::Ratio;
use crate::error::{ProbabilityError, UnsortedError};

/// A probability as an exact decimal, 0 to 1, with at most 18 places: 0.9 is nine tenths, so that
/// "the ninth of ten" has no float error.
///
/// ```
/// use tenure_stats::Probability;
///
/// let p: Probability = "0.90".parse()?;
/// assert_eq!(p.to_string(), "0.9");
/// assert!("1.1".parse::<Probability>().is_err());
/// # Ok::<(), tenure_stats::ProbabilityError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Probability {
    /// In units of 1e-18.
    units: u64,
}

/// Units of a probability in 1.
const ONE: u64 = 1_000_000_000_000_000_000;

impl Probability {
    /// One half: the median.
    pub const MEDIAN: Self = Self { units: ONE / 2 };

    /// So many hundredths; `None` above 100.
    ///
    /// ```
    /// use tenure_stats::Probability;
    ///
    /// assert_eq!(Probability::percent(95).map(|p| p.to_string()).as_deref(), Some("0.95"));
    /// assert_eq!(Probability::percent(101), None);
    /// ```
    #[must_use]
    pub const fn percent(percent: u8) -> Option<Self> {
        if percent > 100 {
            return None;
        }
        let hundredths = u64::from_le_bytes([percent, 0, 0, 0, 0, 0, 0, 0]);
        Some(Self { units: hundredths.saturating_mul(ONE / 100) })
    }

    /// The probability as an exact ratio.
    #[must_use]
    pub fn ratio(self) -> Option<Ratio> {
        Ratio::new(i128::from(self.units), i128::from(ONE)).map(Ratio::reduced)
    }
}

impl FromStr for Probability {
    type Err = ProbabilityError;

    /// Reads a plain decimal: digits, or digits, a point and digits.
    fn from_str(text: &str) -> Result<Self, ProbabilityError> {
        let refuse = || ProbabilityError { found: text.chars().take(40).collect() };
        let (whole, places) = match text.split_once('.') {
            Some((whole, places)) if !places.is_empty() => (whole, places),
            Some(_) => return Err(refuse()),
            None => (text, ""),
        };
        if places.len() > 18 || !matches!(whole, "0" | "1") {
            return Err(refuse());
        }
        let mut units = if whole == "1" { ONE } else { 0 };
        let mut unit = ONE;
        for digit in places.bytes() {
            unit = unit.checked_div(10).ok_or_else(refuse)?;
            let digit = digit.checked_sub(b'0').filter(|&digit| digit < 10).ok_or_else(refuse)?;
            let more = u64::from(digit).checked_mul(unit).ok_or_else(refuse)?;
            units = units.checked_add(more).ok_or_else(refuse)?;
        }
        if units > ONE { Err(refuse()) } else { Ok(Self { units }) }
    }
}

/// The shortest decimal.
impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.units == ONE {
            return f.write_str("1");
        }
        let text = format!("0.{:018}", self.units);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl TryFrom<String> for Probability {
    type Error = ProbabilityError;

    fn try_from(text: String) -> Result<Self, ProbabilityError> {
        Self::from_str(&text)
    }
}

impl From<Probability> for String {
    fn from(p: Probability) -> Self {
        p.to_string()
    }
}

/// A slice known to ascend, of which quantiles can be taken.
///
/// *Shape*: integers in ascending order in; one exact value a quantile out. Cost: one walk to check
/// the order, then constant.
///
/// *Undefined when* the slice is empty: every quantile is then `None`.
///
/// *Accuracy*: exact.
///
/// *Source*: Hyndman and Fan 1996, "Sample quantiles in statistical packages", types 7 and 1. R,
/// NumPy and Excel's `PERCENTILE.INC` use type 7 by default, so do we.
///
/// ```
/// use tenure_stats::{Probability, Sorted};
///
/// let minutes = Sorted::new(&[1, 1, 2, 3, 4, 5, 6, 9])?;
/// let median = minutes.quantile(Probability::MEDIAN).ok_or("empty")?;
/// assert_eq!(median.reduced().to_string(), "7/2");
/// assert_eq!(minutes.order_statistic("0.9".parse()?), Some(9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sorted<'a, T> {
    values: &'a [T],
}

impl<'a, T: Copy + Ord + Into<i128>> Sorted<'a, T> {
    /// A slice in ascending order.
    ///
    /// # Errors
    /// A value less than the one before it.
    pub fn new(values: &'a [T]) -> Result<Self, UnsortedError> {
        let descent =
            values.iter().zip(values.iter().skip(1)).position(|(left, right)| left > right);
        match descent {
            None => Ok(Self { values }),
            Some(before) => Err(UnsortedError { index: before.saturating_add(1) }),
        }
    }

    /// Hyndman-Fan type 7: with h = (n-1)p, the value at ⌊h⌋, moved by the fraction of h towards the
    /// next; exact. `None` if empty.
    #[must_use]
    pub fn quantile(self, p: Probability) -> Option<Ratio> {
        let last = u128::try_from(self.values.len().checked_sub(1)?).ok()?;
        let scaled = last.checked_mul(u128::from(p.units))?;
        let index = usize::try_from(scaled.checked_div(u128::from(ONE))?).ok()?;
        let rest = i128::try_from(scaled.checked_rem(u128::from(ONE))?).ok()?;
        let low: i128 = (*self.values.get(index)?).into();
        let high: i128 = self.values.get(index.checked_add(1)?).map_or(low, |&next| next.into());
        let den = i128::from(ONE);
        let moved = high.checked_sub(low)?.checked_mul(rest)?;
        Ratio::new(low.checked_mul(den)?.checked_add(moved)?, den).map(Ratio::reduced)
    }

    /// The inverse of the empirical distribution function: the value at rank ⌈np⌉, at least the
    /// first. `None` if empty.
    #[must_use]
    pub fn order_statistic(self, p: Probability) -> Option<T> {
        let n = u128::try_from(self.values.len()).ok()?;
        let rank = n.checked_mul(u128::from(p.units))?.div_ceil(u128::from(ONE)).max(1);
        self.values.get(usize::try_from(rank).ok()?.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_decimals() {
        for text in ["0", "1", "0.5", "0.000000000000000001", "1.0", "0.0", "1.000000000000000000"]
        {
            assert!(Probability::from_str(text).is_ok(), "{text}");
        }
        for text in [
            "",
            ".",
            ".5",
            "0.",
            "1.",
            "1.1",
            "1.000000000000000001",
            "2",
            "-0.5",
            "+0.5",
            "0,5",
            "5e-1",
            "0.5 ",
            "00.5",
            "0.0000000000000000001",
            "NaN",
            "0.5.5",
            "١",
        ] {
            let error = Probability::from_str(text).unwrap_err();
            assert_eq!(error.found(), text);
        }
        assert_eq!(Probability::percent(50), Some(Probability::MEDIAN));
        assert_eq!(Probability::percent(100).unwrap().to_string(), "1");
        assert_eq!(Probability::percent(0).unwrap().to_string(), "0");
        assert_eq!(Probability::MEDIAN.ratio().unwrap(), Ratio::new(1, 2).unwrap());
    }

    #[test]
    fn names_the_first_value_out_of_order() {
        assert_eq!(Sorted::new(&[1_u64, 2, 2, 1, 0]).unwrap_err().index(), 3);
        assert!(Sorted::<i64>::new(&[]).is_ok());
    }

    #[test]
    fn none_of_nothing() -> Result<(), UnsortedError> {
        let empty = Sorted::<u64>::new(&[])?;
        assert_eq!(empty.quantile(Probability::MEDIAN), None);
        assert_eq!(empty.order_statistic(Probability::MEDIAN), None);
        Ok(())
    }

    #[test]
    fn ranks_have_no_float_error() -> Result<(), UnsortedError> {
        // in floats 10 * 0.7 and 100 * 0.07 exceed 7, which would take one rank too high
        let values: Vec<u64> = (1..=100).collect();
        let all = Sorted::new(&values)?;
        for percent in 1..=100 {
            let p = Probability::percent(percent).unwrap();
            assert_eq!(all.order_statistic(p), Some(u64::from(percent)));
        }
        Ok(())
    }

    #[test]
    fn the_whole_range_fits() -> Result<(), Box<dyn std::error::Error>> {
        let ends = [i64::MIN, i64::MAX];
        let p = Probability::from_str("0.999999999999999999")?;
        let high = Sorted::new(&ends)?.quantile(p).ok_or("empty")?;
        assert!((high.to_f64() / 9.223_372_036_854_775e18 - 1.0).abs() < 1e-12);
        let ends = [0, u64::MAX];
        let middle = Sorted::new(&ends)?.quantile(Probability::MEDIAN).ok_or("empty")?;
        assert_eq!(middle, Ratio::new(i128::from(u64::MAX), 2).ok_or("empty")?);
        Ok(())
    }
}
