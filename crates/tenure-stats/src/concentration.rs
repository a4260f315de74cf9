//! How unevenly a whole is spread over its parts.

use crate::ratio::Ratio;

/// How unevenly a whole is spread over its parts: Gini's coefficient, and the share of the largest.
///
/// ```text
/// x_1 <= ... <= x_n, each >= 0, S = sum x
/// Gini        = sum_i (2 i - n - 1) x_i / (n S)          0 where all are equal, (n-1)/n where one has all
/// Herfindahl  = sum x_i^2 / S^2                          1/n where all are equal, 1 where one has all
/// top k share = (x_(n-k+1) + ... + x_n) / S
/// ```
///
/// *Shape*: in, one amount a part, in any order and any integer unit; out, exact ratios. A zero counts
/// as a part. Cost: one sort.
///
/// *Undefined when* there is no part, or all of them are 0. A negative part is an error at
/// [`Concentration::of`]: neither measure has a meaning with one.
///
/// *Accuracy*: exact; `None` where a sum does not fit 128 bits (not below 2^60 a part and 2^30 parts;
/// for Herfindahl, not below 2^45 a part and 2^18 parts).
///
/// *Source*: Gini (1912), "Variabilità e mutabilità", without the correction n/(n-1); Herfindahl (1950).
///
/// ```
/// use tenure_stats::Concentration;
/// let spread = Concentration::of(vec![10, 0, 30, 60])?;
/// // (-3 x 0 - 1 x 10 + 1 x 30 + 3 x 60) / (4 x 100)
/// assert_eq!(spread.gini().map(|gini| gini.to_decimal(2)), Some("0.50".to_owned()));
/// assert_eq!(spread.top(1).map(|top| top.to_decimal(2)), Some("0.60".to_owned()));
/// assert_eq!(spread.herfindahl().map(|sum| sum.to_decimal(2)), Some("0.46".to_owned()));
/// # Ok::<(), tenure_stats::NegativePartError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Concentration {
    /// In ascending order.
    parts: Vec<i128>,
}

/// A part below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("part {index} is `{found}`, below 0: a spread has no negative parts")]
pub struct NegativePartError {
    index: usize,
    found: i128,
}

impl NegativePartError {
    /// Which, from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// The part.
    #[must_use]
    pub const fn found(&self) -> i128 {
        self.found
    }
}

impl Concentration {
    /// The spread of those parts.
    ///
    /// # Errors
    /// A part below 0, the first of them.
    pub fn of(mut parts: Vec<i128>) -> Result<Self, NegativePartError> {
        if let Some((index, &found)) = parts.iter().enumerate().find(|(_, part)| **part < 0) {
            return Err(NegativePartError { index, found });
        }
        parts.sort_unstable();
        Ok(Self { parts })
    }

    /// How many parts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The whole; `None` where it does not fit.
    #[must_use]
    pub fn total(&self) -> Option<i128> {
        self.parts.iter().try_fold(0_i128, |sum, &part| sum.checked_add(part))
    }

    /// Gini's coefficient.
    #[must_use]
    pub fn gini(&self) -> Option<Ratio> {
        let count = i128::try_from(self.parts.len()).ok()?;
        let mut weight = 1_i128.checked_sub(count)?;
        let mut sum = 0_i128;
        for &part in &self.parts {
            sum = sum.checked_add(weight.checked_mul(part)?)?;
            weight = weight.checked_add(2)?;
        }
        Ratio::new(sum, count.checked_mul(self.total()?)?)
    }

    /// Herfindahl's index.
    #[must_use]
    pub fn herfindahl(&self) -> Option<Ratio> {
        let mut parts = self.parts.iter();
        let squares =
            parts.try_fold(0_i128, |sum, &part| sum.checked_add(part.checked_mul(part)?))?;
        let total = self.total()?;
        Ratio::new(squares, total.checked_mul(total)?)
    }

    /// The share of the `count` largest parts, or of all of them if there are fewer.
    #[must_use]
    pub fn top(&self, count: usize) -> Option<Ratio> {
        let mut largest = self.parts.iter().rev().take(count);
        let sum = largest.try_fold(0_i128, |sum, &part| sum.checked_add(part))?;
        Ratio::new(sum, self.total()?)
    }
}

#[cfg(test)]
mod tests {
    use super::{Concentration, NegativePartError};

    fn decimal(found: Option<crate::Ratio>) -> Option<String> {
        found.map(|ratio| ratio.to_decimal(4))
    }

    #[test]
    fn equal_parts_and_one_that_has_all() {
        let equal = Concentration::of(vec![7; 5]).unwrap();
        assert_eq!(decimal(equal.gini()).as_deref(), Some("0.0000"));
        assert_eq!(decimal(equal.herfindahl()).as_deref(), Some("0.2000"));
        let one = Concentration::of(vec![0, 0, 0, 0, 9]).unwrap();
        assert_eq!(decimal(one.gini()).as_deref(), Some("0.8000"));
        assert_eq!(decimal(one.herfindahl()).as_deref(), Some("1.0000"));
        assert_eq!(decimal(one.top(1)).as_deref(), Some("1.0000"));
        assert_eq!(decimal(one.top(0)).as_deref(), Some("0.0000"));
        assert_eq!(decimal(one.top(99)).as_deref(), Some("1.0000"));
    }

    #[test]
    fn gini_is_half_the_mean_difference_of_any_two_over_the_mean() {
        // The definition of 1912: sum |x_i - x_j| / (2 n^2 mean), over every pair.
        let mut seed = 7_u64;
        for count in 1..40_usize {
            let parts: Vec<i128> = (0..count)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    i128::from(seed >> 52)
                })
                .collect();
            let pairs: i128 = parts
                .iter()
                .flat_map(|one| parts.iter().map(move |other| (one - other).abs()))
                .fold(0, |sum, difference| sum + difference);
            let total = parts.iter().fold(0, |sum, part| sum + part);
            let expected =
                crate::Ratio::new(pairs, 2 * i128::try_from(count).unwrap() * total).unwrap();
            let found = Concentration::of(parts).unwrap().gini().unwrap();
            assert_eq!(found.reduced(), expected.reduced(), "{count}");
        }
    }

    #[test]
    fn nothing_to_spread_is_undefined_and_a_negative_part_refused() {
        for parts in [vec![], vec![0, 0]] {
            let spread = Concentration::of(parts).unwrap();
            assert_eq!((spread.gini(), spread.herfindahl(), spread.top(1)), (None, None, None));
        }
        assert!(Concentration::default().is_empty());
        let error = Concentration::of(vec![3, -1, -2]).unwrap_err();
        assert_eq!(error, NegativePartError { index: 1, found: -1 });
        assert_eq!((error.index(), error.found()), (1, -1));
        assert_eq!(error.to_string(), "part 1 is `-1`, below 0: a spread has no negative parts");
        // A sum that does not fit is no number.
        let huge = Concentration::of(vec![i128::MAX, 1]).unwrap();
        assert_eq!((huge.len(), huge.total(), huge.gini(), huge.top(1)), (2, None, None, None));
    }
}
