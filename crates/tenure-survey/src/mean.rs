//! The mean family, from a histogram.

use tenure_stats::{Interval, IntervalMethod, Level, Ratio, count_to_f64, student};

use crate::Scale;

/// What is the average answer, and how far do answers spread?
///
/// ```text
/// mean     = Σ count·point / n
/// sd²      = Σ count·(point - mean)² / (n - 1)
/// interval = mean ± t(n-1)·sd/√n
/// rescaled = 100·(mean - lo)/(hi - lo)
/// ```
///
/// *Shape*: a histogram in; mean on the scale, rescale on 0 to 100 out. Direction reverses nothing.
///
/// *Undefined when* there is no answer; spread and interval also with a single one.
///
/// *Accuracy*: mean, rescale and sd² are exact until converted; the interval has a relative error
/// below 1e-11 of its width.
///
/// *Source*: Student 1908.
///
/// ```
/// use tenure_stats::Level;
/// use tenure_survey::{Definition, Tally};
///
/// // one 1, one 2, one 3
/// let mean = Tally::from_histogram(Definition::csat(), &[1, 1, 1, 0, 0])?.mean();
/// assert_eq!(mean.mean().map(|mean| mean.to_f64()), Some(2.0));
/// assert_eq!(mean.standard_deviation(), Some(1.0));
/// assert_eq!(mean.rescaled().map(|mean| mean.to_f64()), Some(25.0));
/// let interval = mean.interval(Level::default()).ok_or("undefined")?;
/// assert!((interval.upper() - (2.0 + 4.302652729749462 / 3.0_f64.sqrt())).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mean {
    scale: Scale,
    n: u64,
    /// Σ count·(point - lo).
    sum: i128,
    /// n·Σ count·(point - mean)² = Σ over pairs of points of the product of their counts times
    /// their squared distance: below 2^127, and nothing cancels.
    spread: i128,
}

impl Mean {
    /// For at most [`Tally::MAX_ROWS`](crate::Tally::MAX_ROWS) answers, one count a point.
    pub(crate) fn new(scale: Scale, histogram: &[u64]) -> Self {
        let mut n = 0_u64;
        let mut sum = 0_i128;
        let mut spread = 0_i128;
        for (&count, step) in histogram.iter().zip(0_i128..) {
            n = n.wrapping_add(count);
            sum = sum.wrapping_add(i128::from(count).wrapping_mul(step));
            for (&lower, below) in histogram.iter().zip(0..step) {
                let distance = step.wrapping_sub(below);
                let pairs = i128::from(count).wrapping_mul(i128::from(lower));
                let squared = distance.wrapping_mul(distance);
                spread = spread.wrapping_add(pairs.wrapping_mul(squared));
            }
        }
        Self { scale, n, sum, spread }
    }

    /// How many answers.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The mean on the scale; `None` without answers.
    #[must_use]
    pub fn mean(&self) -> Option<Ratio> {
        let n = i128::from(self.n);
        let lowest = i128::from(self.scale.lo()).checked_mul(n)?;
        Ratio::new(self.sum.checked_add(lowest)?, n)
    }

    /// The mean with the lowest point at 0 and the highest at 100; `None` without answers.
    #[must_use]
    pub fn rescaled(&self) -> Option<Ratio> {
        let width = i128::from(self.scale.hi()).checked_sub(i128::from(self.scale.lo()))?;
        Ratio::new(self.sum.checked_mul(100)?, i128::from(self.n).checked_mul(width)?)
    }

    /// The interval of the mean with the lowest point at 0 and the highest at 100; `None` below two
    /// answers.
    #[must_use]
    pub fn rescaled_interval(&self, level: Level) -> Option<Interval> {
        let plain = self.interval(level)?;
        let lowest = f64::from(self.scale.lo());
        let factor = 100.0 / (f64::from(self.scale.hi()) - lowest);
        let (lower, upper) = (factor * (plain.lower() - lowest), factor * (plain.upper() - lowest));
        Interval::new(lower, upper, plain.method(), level)
    }

    /// The unbiased variance; `None` below two answers.
    #[must_use]
    pub fn variance(&self) -> Option<Ratio> {
        let n = i128::from(self.n);
        Ratio::new(self.spread, n.checked_mul(n.checked_sub(1)?)?)
    }

    /// The unbiased standard deviation; `None` below two answers.
    #[must_use]
    pub fn standard_deviation(&self) -> Option<f64> {
        Some(libm::sqrt(self.variance()?.to_f64()))
    }

    /// The standard error of the mean; `None` below two answers.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        Some(libm::sqrt(self.variance()?.to_f64() / count_to_f64(self.n)))
    }

    /// Mean ± t standard errors on n - 1 degrees of freedom; `None` below two answers.
    #[must_use]
    pub fn interval(&self, level: Level) -> Option<Interval> {
        let error = self.standard_error()?;
        let t = student::two_sided_t(level, count_to_f64(self.n.checked_sub(1)?)).ok()?;
        Interval::about(self.mean()?.to_f64(), t * error, IntervalMethod::WaldT, level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_with_none_and_one() {
        let scale = Scale::new(1, 5).unwrap();
        let none = Mean::new(scale, &[0; 5]);
        assert_eq!((none.mean(), none.rescaled(), none.variance()), (None, None, None));
        assert_eq!(none.interval(Level::default()), None);
        let one = Mean::new(scale, &[0, 0, 0, 1, 0]);
        assert_eq!(one.mean(), Ratio::new(4, 1));
        assert_eq!((one.standard_deviation(), one.standard_error()), (None, None));
        assert_eq!(one.interval(Level::default()), None);
    }

    #[test]
    fn the_largest_spread_fits() {
        let half = crate::Tally::MAX_ROWS / 2;
        let scale = Scale::new(0, 10).unwrap();
        let ends = Mean::new(scale, &[half, 0, 0, 0, 0, 0, 0, 0, 0, 0, half]);
        assert_eq!(ends.mean().unwrap().to_f64().to_bits(), 5.0_f64.to_bits());
        assert!((ends.standard_deviation().unwrap() - 5.0).abs() < 1e-15);
        let highest = Scale::new(i16::MAX - 10, i16::MAX).unwrap();
        let mean = Mean::new(highest, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 * half]).mean().unwrap();
        assert_eq!(mean.reduced(), Ratio::new(i128::from(i16::MAX), 1).unwrap());
    }
}
