//! The difference of two independent net scores.

use tenure_stats::{Interval, IntervalMethod, Level, Ratio, ZTest, count_to_f64, normal};

use crate::net_score::Weights;
use crate::{Estimate, NetMethod, NetScore, PseudoCounts};

/// Did the score change? Two independent samples, signed a - b, on the scale of θ.
///
/// ```text
/// difference = ((P_a - D_a)·n_b - (P_b - D_b)·n_a) / (n_a·n_b)
/// ```
///
/// *Shape*: two samples in; a difference from -2 to 2, intervals and tests out.
///
/// *Undefined when* either sample is empty: [`NetDifference::new`] is then `None`. A test is undefined
/// when its standard error is 0: "p = 0" would be a claim nobody made.
///
/// *Accuracy*: the difference is one exact fraction, converted once; p values hold their relative
/// precision however small they are.
///
/// *Source*: Zou and Donner 2008, "Construction of confidence limits about effect measures: a general
/// approach", for the default interval.
///
/// ```
/// use tenure_stats::Level;
/// use tenure_survey::{DifferenceMethod, NetDifference, NetScore};
///
/// let (now, before) = (NetScore::new(10, 30, 60)?, NetScore::new(30, 30, 40)?);
/// let difference = NetDifference::new(now, before).ok_or("an empty sample")?;
/// assert_eq!(difference.theta().to_f64(), 0.4);
/// let interval = difference
///     .interval(DifferenceMethod::default(), Level::default())
///     .ok_or("undefined")?;
/// assert!(!interval.contains(0.0)); // they differ
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NetDifference {
    a: NetScore,
    b: NetScore,
    theta: Ratio,
}

/// How the interval of a difference is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DifferenceMethod {
    /// The score limits of both, combined: "different" if 0 lies outside.
    #[default]
    MoverScore,
    /// Difference ± z·√(s²_a/n_a + s²_b/n_b).
    Wald,
    /// Wald after adding pseudo-counts to each sample, about the adjusted difference.
    AdjustedWald(PseudoCounts),
}

impl NetDifference {
    /// a - b; `None` if either is empty.
    #[must_use]
    pub fn new(a: NetScore, b: NetScore) -> Option<Self> {
        // products below 2^122, their difference below 2^123
        Some(Self { a, b, theta: subtract(a.theta()?, b.theta()?)? })
    }

    /// The exact difference of θ, over n_a·n_b.
    #[must_use]
    pub const fn theta(&self) -> Ratio {
        self.theta
    }

    /// The exact difference in points.
    #[must_use]
    pub fn points(&self) -> Option<Ratio> {
        let reduced = self.theta.reduced();
        Ratio::new(reduced.num().checked_mul(100)?, reduced.den())
    }

    /// The difference and its unpooled standard error.
    #[must_use]
    pub fn estimate(&self) -> Option<Estimate> {
        let error = libm::hypot(self.a.standard_error()?, self.b.standard_error()?);
        Some(Estimate { value: self.theta.to_f64(), standard_error: error })
    }

    /// The difference and its standard error after adding pseudo-counts to each sample.
    #[must_use]
    pub fn adjusted(&self, pseudo: PseudoCounts) -> Option<Estimate> {
        let (a, b) = (self.a.adjusted(pseudo)?, self.b.adjusted(pseudo)?);
        let exact = |score: NetScore| score.scaled(pseudo.weights()).theta();
        // beyond 128 bits only where the two are nearly 2 apart, and nothing cancels
        let value = match subtract(exact(self.a)?, exact(self.b)?) {
            Some(difference) => difference.to_f64(),
            None => a.value - b.value,
        };
        let standard_error = libm::hypot(a.standard_error, b.standard_error);
        Some(Estimate { value, standard_error })
    }

    /// An interval for the difference.
    ///
    /// ```
    /// use tenure_stats::Level;
    /// use tenure_survey::{DifferenceMethod, NetDifference, NetScore};
    ///
    /// let all = NetScore::new(0, 0, 10)?;
    /// let none = NetDifference::new(all, all).ok_or("an empty sample")?;
    /// let interval = none.interval(DifferenceMethod::MoverScore, Level::default());
    /// // 0.5550656 below each of the two, and nothing above
    /// assert!((interval.ok_or("undefined")?.lower() + 0.5550656).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn interval(&self, method: DifferenceMethod, level: Level) -> Option<Interval> {
        let about = |estimate: Estimate, method| {
            let reach = normal::two_sided_z(level) * estimate.standard_error;
            Interval::about(estimate.value, reach, method, level)
        };
        match method {
            DifferenceMethod::Wald => about(self.estimate()?, IntervalMethod::Wald),
            DifferenceMethod::AdjustedWald(pseudo) => {
                about(self.adjusted(pseudo)?, IntervalMethod::AdjustedWald)
            }
            DifferenceMethod::MoverScore => {
                let reach = |score: NetScore| {
                    let interval = score.interval(NetMethod::Score, level)?;
                    let theta = score.theta()?.to_f64();
                    Some((theta - interval.lower(), interval.upper() - theta))
                };
                let ((below_a, above_a), (below_b, above_b)) = (reach(self.a)?, reach(self.b)?);
                let theta = self.theta.to_f64();
                let lower = theta - libm::hypot(below_a, above_b);
                let upper = theta + libm::hypot(above_a, below_b);
                Interval::new(lower, upper, IntervalMethod::MoverScore, level)
            }
        }
    }

    /// The unpooled z test; `None` if its standard error is 0.
    #[must_use]
    pub fn wald_test(&self) -> Option<ZTest> {
        self.estimate().and_then(|estimate| estimate.test())
    }

    /// The z test after adding pseudo-counts to each sample; `None` if its standard error is 0.
    #[must_use]
    pub fn adjusted_test(&self, pseudo: PseudoCounts) -> Option<ZTest> {
        self.adjusted(pseudo).and_then(|estimate| estimate.test())
    }

    /// The difference and its standard error if both samples had the distribution of their union.
    #[must_use]
    pub fn pooled(&self) -> Option<Estimate> {
        // two full samples have 2^62 answers: their squares fit
        let union = self.a.scaled(Weights::NONE).plus(self.b.scaled(Weights::NONE))?;
        let variance = union.variance()?.to_f64();
        let each = 1.0 / count_to_f64(self.a.n()) + 1.0 / count_to_f64(self.b.n());
        let standard_error = libm::sqrt(variance * each);
        Some(Estimate { value: self.theta.to_f64(), standard_error })
    }

    /// The pooled z test, of *one distribution behind both samples*: equal scores with another
    /// spread reject it too. `None` if all answers agree.
    ///
    /// ```
    /// use tenure_survey::{NetDifference, NetScore};
    ///
    /// let (a, b) = (NetScore::new(0, 0, 8)?, NetScore::new(8, 0, 0)?);
    /// let test = NetDifference::new(a, b).and_then(|both| both.same_distribution_test());
    /// // together 8 against 8: s² = 1, SE = √(1/8 + 1/8)
    /// assert_eq!(test.map(|test| test.z), Some(4.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn same_distribution_test(&self) -> Option<ZTest> {
        self.pooled().and_then(|estimate| estimate.test())
    }
}

/// The exact difference, or `None` beyond 128 bits.
fn subtract(a: Ratio, b: Ratio) -> Option<Ratio> {
    let num = a.num().checked_mul(b.den())?.checked_sub(b.num().checked_mul(a.den())?)?;
    Ratio::new(num, a.den().checked_mul(b.den())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tally;

    fn score(d: u64, n: u64, p: u64) -> NetScore {
        NetScore::new(d, n, p).unwrap()
    }

    #[test]
    fn no_difference_to_nothing() {
        let (none, some) = (NetScore::default(), score(3, 3, 4));
        assert_eq!(NetDifference::new(none, some), None);
        assert_eq!(NetDifference::new(some, none), None);
    }

    #[test]
    fn no_test_without_spread() {
        let difference = NetDifference::new(score(0, 0, 8), score(0, 0, 12)).unwrap();
        assert_eq!((difference.wald_test(), difference.same_distribution_test()), (None, None));
        assert!(difference.adjusted_test(PseudoCounts::ROCKS).is_some());
        let interval = difference.interval(DifferenceMethod::MoverScore, Level::default()).unwrap();
        assert!(interval.contains(0.0) && interval.half_width() > 0.1);
    }

    #[test]
    fn the_largest_samples_differ_by_two() {
        let most = Tally::MAX_ROWS;
        let difference = NetDifference::new(score(0, 0, most), score(most, 0, 0)).unwrap();
        assert_eq!(difference.theta().to_f64().to_bits(), 2.0_f64.to_bits());
        assert_eq!(difference.points().unwrap().to_f64().to_bits(), 200.0_f64.to_bits());
        let adjusted = difference.adjusted(PseudoCounts::ROCKS).unwrap();
        assert_eq!(adjusted.value.to_bits(), 2.0_f64.to_bits());
        // one answer that differs among so many
        let nearly = NetDifference::new(score(1, 0, most - 1), score(0, 0, most)).unwrap();
        assert!(nearly.same_distribution_test().is_some());
        assert!(
            (difference.same_distribution_test().unwrap().z / 2_147_483_648.0 - 1.0).abs() < 1e-9
        );
    }
}
