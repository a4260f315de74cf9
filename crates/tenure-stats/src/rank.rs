//! Rank correlation.

use crate::error::RankError;
use crate::{Interval, IntervalMethod, Level, integer_to_f64, len_to_f64, normal};

/// How far two measures of the same rows agree on the order: Spearman's rank correlation.
///
/// 1. *Question*: do rows that rank high on one measure rank high on the other?
/// 2. *Formula*: Pearson's correlation of the midranks:
///    ```text
///    rho   = sum((p - m)(q - m)) / sqrt(sum((p - m)^2) * sum((q - m)^2))     m = (n + 1) / 2
///    limits = tanh(atanh(rho) ± z * sqrt((1 + rho^2 / 2) / (n - 3)))
///    ```
/// 3. *Shape*: in, two slices of one length; out, -1 to 1. Cost: two sorts.
/// 4. *Undefined when* there are fewer than two rows, or one measure is the same for all rows; the
///    interval with fewer than four rows, and at -1 and 1. *Errors*: slices of different length, a
///    value that is not finite, more than 2^20 rows.
/// 5. *Accuracy*: sums are exact integers; the quotient is within 4 units in the last place.
/// 6. *Source*: Spearman 1904; the interval is Bonett and Wright 2000, Psychometrika 65.
///
/// ```
/// use tenure_stats::{Level, RankCorrelation};
/// let found = RankCorrelation::of(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 1.0, 4.0, 3.0, 5.0])?;
/// let found = found.ok_or("undefined")?;
/// assert_eq!(found.estimate(), 0.8); // 1 - 6 * 4 / (5 * 24)
/// assert!(found.interval(Level::default()).is_some_and(|i| i.contains(0.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankCorrelation {
    estimate: f64,
    rows: usize,
}

impl RankCorrelation {
    /// The most rows: sums of squares then fit 128 bits many times over.
    pub const MAX_ROWS: usize = 1 << 20;

    /// The correlation of two measures of the same rows; `None` where it is undefined.
    ///
    /// # Errors
    /// Slices of different length; a value that is not finite; more than
    /// [`RankCorrelation::MAX_ROWS`].
    pub fn of(one: &[f64], other: &[f64]) -> Result<Option<Self>, RankError> {
        if one.len() != other.len() {
            return Err(RankError::Lengths { one: one.len(), other: other.len() });
        }
        if one.len() > Self::MAX_ROWS {
            return Err(RankError::TooMany { found: one.len() });
        }
        let bad = one.iter().zip(other).position(|(a, b)| !a.is_finite() || !b.is_finite());
        if let Some(row) = bad {
            return Err(RankError::NotFinite { row });
        }
        let (left, right) = (centred(one), centred(other));
        let product = |a: &[i128], b: &[i128]| {
            let terms = a.iter().zip(b).map(|(a, b)| a.saturating_mul(*b));
            terms.fold(0_i128, i128::saturating_add)
        };
        let (a, b) = (product(&left, &left), product(&right, &right));
        if a == 0 || b == 0 {
            return Ok(None);
        }
        // Each is below 2^62, so that the product is exact.
        let scale = integer_to_f64(a.saturating_mul(b)).sqrt();
        let estimate = (integer_to_f64(product(&left, &right)) / scale).clamp(-1.0, 1.0);
        Ok(Some(Self { estimate, rows: one.len() }))
    }

    /// The correlation, -1 to 1.
    #[must_use]
    pub const fn estimate(&self) -> f64 {
        self.estimate
    }

    /// How many rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Bonett and Wright's interval; `None` with fewer than four rows, and at -1 and 1.
    #[must_use]
    pub fn interval(&self, level: Level) -> Option<Interval> {
        let free = self.rows.checked_sub(3).filter(|&free| free > 0)?;
        let rho = self.estimate;
        if rho.abs() >= 1.0 {
            return None;
        }
        let error = ((1.0 + rho * rho / 2.0) / len_to_f64(free)).sqrt();
        let (middle, reach) = (libm::atanh(rho), normal::two_sided_z(level) * error);
        let (lower, upper) = (libm::tanh(middle - reach), libm::tanh(middle + reach));
        Interval::new(lower, upper, IntervalMethod::BonettWright, level)
    }
}

/// Twice the distance of each midrank from the middle rank.
fn centred(values: &[f64]) -> Vec<i128> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |row: &usize| values.get(*row).copied().unwrap_or_default() + 0.0;
    order.sort_unstable_by(|a, b| value(a).total_cmp(&value(b)));
    let mut ranks = vec![0_i128; values.len()];
    let whole = |count: usize| i128::try_from(count).unwrap_or(i128::MAX);
    let middle = whole(values.len()).saturating_add(1);
    let mut below = 0_usize;
    for tied in order.chunk_by(|a, b| value(a).total_cmp(&value(b)).is_eq()) {
        // Ranks below + 1 to below + tied: twice their mean.
        let twice = whole(below.saturating_mul(2)).saturating_add(whole(tied.len()));
        let twice = twice.saturating_add(1).saturating_sub(middle);
        for &row in tied {
            if let Some(rank) = ranks.get_mut(row) {
                *rank = twice;
            }
        }
        below = below.saturating_add(tied.len());
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::RankCorrelation;
    use crate::Level;
    use crate::error::RankError;

    #[test]
    fn ties_share_their_middle_rank() {
        // scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 2]) = 0.5 (scipy 1.14).
        let tied = RankCorrelation::of(&[1.0, 2.0, 2.0, 3.0], &[1.0, 3.0, 2.0, 2.0]);
        assert!((tied.unwrap().unwrap().estimate() - 0.5).abs() < 1e-15);
    }

    #[test]
    fn an_interval_by_hand() {
        // rho 0.8 of 5: atanh 1.0986, error sqrt(1.32 / 2) = 0.8124, reach 1.5923.
        let found = RankCorrelation::of(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 1.0, 4.0, 3.0, 5.0]);
        let interval = found.unwrap().unwrap().interval(Level::default()).unwrap();
        assert!((interval.lower() - -0.456_5).abs() < 1e-3, "{interval:?}");
        assert!((interval.upper() - 0.990_9).abs() < 1e-3, "{interval:?}");
    }

    #[test]
    fn where_there_is_no_order_there_is_no_correlation() {
        assert_eq!(RankCorrelation::of(&[], &[]), Ok(None));
        assert_eq!(RankCorrelation::of(&[1.0], &[1.0]), Ok(None));
        assert_eq!(RankCorrelation::of(&[1.0, 2.0], &[3.0, 3.0]), Ok(None));
        let perfect = RankCorrelation::of(&[1.0, 2.0, 3.0, 4.0], &[8.0, 6.0, 4.0, 2.0]);
        let perfect = perfect.unwrap().unwrap();
        assert_eq!(perfect.estimate().to_bits(), (-1.0_f64).to_bits());
        assert_eq!((perfect.interval(Level::default()), perfect.rows()), (None, 4));
    }

    #[test]
    fn what_is_refused() {
        let refused = |a: &[f64], b: &[f64]| RankCorrelation::of(a, b).unwrap_err();
        assert_eq!(refused(&[1.0], &[]), RankError::Lengths { one: 1, other: 0 });
        assert_eq!(refused(&[1.0, f64::NAN], &[1.0, 1.0]), RankError::NotFinite { row: 1 });
        let many = vec![0.0; RankCorrelation::MAX_ROWS + 1];
        assert_eq!(refused(&many, &many).to_string(), "`1048577` rows: at most 1048576 (2^20)");
    }
}
