//! Shares: x of n.

use crate::error::ShareError;
use crate::{Interval, IntervalMethod, Level, Ratio, beta, count_to_f64, normal};

/// `x` hits in `n` trials.
///
/// *Shape*: two counts in, `x` at most `n`; the share as exact ratio or float, and an interval, out.
/// One more hit raises both counts by one.
///
/// *Undefined when* `n` is 0: ratio, estimate and interval are then `None`.
///
/// *Accuracy*: the estimate is exact until converted. Limits in closed form have a relative error
/// below 1e-12, those of Clopper-Pearson and Jeffreys an absolute one below 1e-12 (test against 40
/// digits).
///
/// *Source*: Brown, Cai and DasGupta 2001, "Interval estimation for a binomial proportion", who
/// recommend Wilson (our default) and Jeffreys.
///
/// ```
/// use tenure_stats::{Level, Share, ShareMethod};
///
/// let satisfied = Share::new(280, 400)?;
/// assert_eq!(satisfied.estimate(), Some(0.7));
/// let interval = satisfied.interval(ShareMethod::default(), Level::default()).ok_or("empty")?;
/// assert!((interval.lower() - 0.6533628).abs() < 1e-7);
/// assert_eq!(Share::new(0, 0)?.estimate(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Counts", into = "Counts"))]
pub struct Share {
    x: u64,
    n: u64,
}

/// A share on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "Share")]
struct Counts {
    x: u64,
    n: u64,
}

#[cfg(feature = "serde")]
impl TryFrom<Counts> for Share {
    type Error = ShareError;

    fn try_from(counts: Counts) -> Result<Self, ShareError> {
        Self::new(counts.x, counts.n)
    }
}

#[cfg(feature = "serde")]
impl From<Share> for Counts {
    fn from(share: Share) -> Self {
        Self { x: share.x, n: share.n }
    }
}

/// How the interval of a share is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ShareMethod {
    /// p ± z√(p(1-p)/n). Zero width at 0 and at n, covers too seldom: for comparison with others.
    Wald,
    /// p̃ ± z√(p̃(1-p̃)/ñ) with ñ = n + z², p̃ = (x + z²/2)/ñ; may leave 0 to 1.
    AgrestiCoull,
    /// (p + z²/2n ± z√(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    #[default]
    Wilson,
    /// Wilson with continuity correction, cut to 0 to 1: never narrower.
    WilsonContinuity,
    /// Beta quantiles; covers at least the level, at the price of width.
    ClopperPearson,
    /// Beta(x+½, n-x+½), equal-tailed; 0 at x = 0 and 1 at x = n.
    Jeffreys,
}

impl Share {
    /// Most trials: 2^62, so that a product of two counts fits 128 bits.
    pub const MAX_COUNT: u64 = 1 << 62;

    /// `x` of `n`.
    ///
    /// # Errors
    /// `x` above `n`, `n` above [`Share::MAX_COUNT`].
    pub const fn new(x: u64, n: u64) -> Result<Self, ShareError> {
        if x > n {
            Err(ShareError::MoreThanAll { x, n })
        } else if n > Self::MAX_COUNT {
            Err(ShareError::TooMany { n })
        } else {
            Ok(Self { x, n })
        }
    }

    /// The hits.
    #[must_use]
    pub const fn x(self) -> u64 {
        self.x
    }

    /// The trials.
    #[must_use]
    pub const fn n(self) -> u64 {
        self.n
    }

    /// The misses.
    #[must_use]
    pub const fn misses(self) -> u64 {
        self.n.saturating_sub(self.x) // x ≤ n
    }

    /// The exact share; `None` if there are no trials.
    #[must_use]
    pub fn ratio(self) -> Option<Ratio> {
        Ratio::new(i128::from(self.x), i128::from(self.n))
    }

    /// The share as a float; `None` if there are no trials.
    #[must_use]
    pub fn estimate(self) -> Option<f64> {
        self.ratio().map(Ratio::to_f64)
    }

    /// An interval for the share; `None` if there are no trials.
    #[must_use]
    pub fn interval(self, method: ShareMethod, level: Level) -> Option<Interval> {
        if self.n == 0 {
            return None;
        }
        match method {
            ShareMethod::Wald => self.wald(level),
            ShareMethod::AgrestiCoull => self.agresti_coull(level),
            ShareMethod::Wilson => {
                let (lower, upper) = self.wilson(normal::two_sided_z(level));
                Interval::new(lower, upper, IntervalMethod::Wilson, level)
            }
            ShareMethod::WilsonContinuity => self.wilson_continuity(level),
            ShareMethod::ClopperPearson => self.clopper_pearson(level),
            ShareMethod::Jeffreys => self.jeffreys(level),
        }
    }

    /// x, n - x and n as floats.
    fn floats(self) -> (f64, f64, f64) {
        (count_to_f64(self.x), count_to_f64(self.misses()), count_to_f64(self.n))
    }

    fn wald(self, level: Level) -> Option<Interval> {
        let (x, misses, n) = self.floats();
        let error = libm::sqrt(x / n * (misses / n) / n);
        let reach = normal::two_sided_z(level) * error;
        Interval::about(x / n, reach, IntervalMethod::Wald, level)
    }

    fn agresti_coull(self, level: Level) -> Option<Interval> {
        let (x, misses, n) = self.floats();
        let z = normal::two_sided_z(level);
        let (hits, misses, n) = (x + 0.5 * z * z, misses + 0.5 * z * z, n + z * z);
        let reach = z * libm::sqrt(hits / n * (misses / n) / n);
        Interval::about(hits / n, reach, IntervalMethod::AgrestiCoull, level)
    }

    /// Wilson's limits; each end from the root that does not cancel.
    fn wilson(self, z: f64) -> (f64, f64) {
        let (x, misses, n) = self.floats();
        let root = z * libm::sqrt(x / n * (misses / n) / n + z * z / (4.0 * n * n));
        let shrink = 1.0 + z * z / n;
        // the product of the two roots is p²/shrink, for the misses as for the hits
        let outer = |hits: f64| (hits / n + z * z / (2.0 * n) + root) / shrink;
        let inner = |hits: f64| hits / n * (hits / n) / (shrink * outer(hits));
        let lower = if self.x == 0 { 0.0 } else { inner(x).min(1.0) };
        let upper = if self.misses() == 0 {
            1.0
        } else if x < misses {
            outer(x)
        } else {
            1.0 - inner(misses)
        };
        (lower, upper.max(lower))
    }

    fn wilson_continuity(self, level: Level) -> Option<Interval> {
        let (x, misses, n) = self.floats();
        let z = normal::two_sided_z(level);
        let whole = 2.0 * (n + z * z);
        let lower = if self.x == 0 {
            0.0
        } else {
            let root = libm::sqrt(z * z - 2.0 - 1.0 / n + 4.0 * (x / n) * (misses + 1.0));
            (2.0 * x + z * z - 1.0 - z * root) / whole
        };
        let upper = if self.misses() == 0 {
            1.0
        } else {
            let root = libm::sqrt(z * z + 2.0 - 1.0 / n + 4.0 * (x / n) * (misses - 1.0));
            (2.0 * x + z * z + 1.0 + z * root) / whole
        };
        let method = IntervalMethod::WilsonContinuity;
        Interval::new(lower.clamp(0.0, 1.0), upper.clamp(0.0, 1.0), method, level)
    }

    fn clopper_pearson(self, level: Level) -> Option<Interval> {
        let (x, misses, n) = self.floats();
        // 1 - (α/2)^(1/n)
        let one_sided = -libm::expm1(libm::log(0.5 * level.outside()) / n);
        let lower = if self.x == 0 {
            0.0
        } else if self.misses() == 0 {
            1.0 - one_sided
        } else {
            beta::central(level, x, misses + 1.0).0
        };
        let upper = if self.misses() == 0 {
            1.0
        } else if self.x == 0 {
            one_sided
        } else {
            beta::central(level, x + 1.0, misses).1
        };
        Interval::new(lower, upper, IntervalMethod::ClopperPearson, level)
    }

    fn jeffreys(self, level: Level) -> Option<Interval> {
        let (x, misses, _) = self.floats();
        let (lower, upper) = beta::central(level, x + 0.5, misses + 0.5);
        let lower = if self.x == 0 { 0.0 } else { lower };
        let upper = if self.misses() == 0 { 1.0 } else { upper };
        Interval::new(lower, upper, IntervalMethod::Jeffreys, level)
    }
}

/// A test statistic that is standard normal if there is no difference, and its two-sided p value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ZTest {
    /// The statistic.
    pub z: f64,
    /// P(|Z| > |z|).
    pub p_two_sided: f64,
}

impl ZTest {
    /// The test of `estimate` against 0; `None` if the standard error is not above 0.
    ///
    /// ```
    /// use tenure_stats::ZTest;
    ///
    /// assert_eq!(ZTest::new(0.5, 0.25).map(|test| test.z), Some(2.0));
    /// assert_eq!(ZTest::new(0.0, 0.0), None);
    /// ```
    #[must_use]
    pub fn new(estimate: f64, standard_error: f64) -> Option<Self> {
        let z = if standard_error > 0.0 { estimate / standard_error } else { f64::NAN };
        let p_two_sided = normal::two_sided_p(z).ok()?;
        z.is_finite().then_some(Self { z, p_two_sided })
    }
}

/// The difference of two independent shares, signed a - b.
///
/// *Undefined when* either has no trials: [`ShareDifference::new`] is then `None`. The tests are
/// undefined when all trials hit or all miss.
///
/// *Source*: Newcombe 1998, "Interval estimation for the difference between independent
/// proportions", Statistics in Medicine 17, method 10; "N - 1": Campbell 2007.
///
/// ```
/// use tenure_stats::{Level, Share, ShareDifference};
///
/// let difference = ShareDifference::new(Share::new(56, 70)?, Share::new(48, 80)?)
///     .ok_or("no trials")?;
/// assert_eq!(difference.ratio().reduced().to_string(), "1/5");
/// let interval = difference.newcombe(Level::default()).ok_or("undefined")?;
/// assert!((interval.lower() - 0.0524).abs() < 5e-5);
/// assert!((interval.upper() - 0.3339).abs() < 5e-5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShareDifference {
    a: Share,
    b: Share,
    ratio: Ratio,
}

impl ShareDifference {
    /// a - b.
    #[must_use]
    pub fn new(a: Share, b: Share) -> Option<Self> {
        let product = |left: u64, right: u64| i128::from(left).checked_mul(i128::from(right));
        let num = product(a.x, b.n)?.checked_sub(product(b.x, a.n)?)?;
        Some(Self { a, b, ratio: Ratio::new(num, product(a.n, b.n)?)? })
    }

    /// The exact difference, over the product of the trials.
    #[must_use]
    pub const fn ratio(&self) -> Ratio {
        self.ratio
    }

    /// The difference as a float, rounded once.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        self.ratio.to_f64()
    }

    /// Newcombe's interval, from the Wilson limits of both.
    #[must_use]
    pub fn newcombe(&self, level: Level) -> Option<Interval> {
        let limits = |share: Share| {
            let interval = share.interval(ShareMethod::Wilson, level)?;
            let estimate = share.estimate()?;
            Some((estimate - interval.lower(), interval.upper() - estimate))
        };
        let ((below_a, above_a), (below_b, above_b)) = (limits(self.a)?, limits(self.b)?);
        let estimate = self.estimate();
        let lower = estimate - libm::hypot(below_a, above_b);
        let upper = estimate + libm::hypot(above_a, below_b);
        Interval::new(lower, upper, IntervalMethod::Newcombe, level)
    }

    /// The pooled test; `None` if all trials hit or all miss.
    #[must_use]
    pub fn pooled_test(&self) -> Option<ZTest> {
        self.pooled(0.0)
    }

    /// The pooled test times √((N-1)/N), N the trials of both; `None` as [`Self::pooled_test`].
    #[must_use]
    pub fn n_minus_1_test(&self) -> Option<ZTest> {
        self.pooled(1.0)
    }

    fn pooled(&self, fewer: f64) -> Option<ZTest> {
        let hits = self.a.x.checked_add(self.b.x)?;
        let misses = self.a.misses().checked_add(self.b.misses())?;
        let (hits, misses) = (count_to_f64(hits), count_to_f64(misses));
        let (n_a, n_b) = (count_to_f64(self.a.n), count_to_f64(self.b.n));
        let n = n_a + n_b;
        let variance = hits / n * (misses / n) * (1.0 / n_a + 1.0 / n_b);
        ZTest::new(self.estimate(), libm::sqrt(variance / ((n - fewer) / n)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_more_than_all_and_too_many() {
        assert_eq!(Share::new(2, 1), Err(ShareError::MoreThanAll { x: 2, n: 1 }));
        let n = Share::MAX_COUNT + 1;
        assert_eq!(Share::new(0, n), Err(ShareError::TooMany { n }));
        assert!(ShareError::TooMany { n }.to_string().contains(&Share::MAX_COUNT.to_string()));
    }

    #[test]
    fn nothing_of_nothing_is_undefined() -> Result<(), ShareError> {
        let (nothing, some) = (Share::default(), Share::new(1, 2)?);
        assert_eq!((nothing.ratio(), nothing.estimate()), (None, None));
        assert_eq!(nothing.interval(ShareMethod::Wald, Level::default()), None);
        assert_eq!(ShareDifference::new(nothing, some), None);
        assert_eq!(ShareDifference::new(some, nothing), None);
        Ok(())
    }

    #[test]
    fn the_largest_counts_stay_inside() -> Result<(), ShareError> {
        let half = Share::new(Share::MAX_COUNT / 2, Share::MAX_COUNT)?;
        for method in [
            ShareMethod::Wald,
            ShareMethod::AgrestiCoull,
            ShareMethod::Wilson,
            ShareMethod::WilsonContinuity,
            ShareMethod::ClopperPearson,
            ShareMethod::Jeffreys,
        ] {
            let interval = half.interval(method, Level::default()).unwrap();
            assert!(interval.contains(0.5) && interval.half_width() < 1e-9, "{method:?}");
        }
        let none = Share::new(0, Share::MAX_COUNT)?;
        let difference = ShareDifference::new(half, none).unwrap();
        assert_eq!(difference.estimate().to_bits(), 0.5_f64.to_bits());
        assert!(difference.pooled_test().is_some());
        Ok(())
    }

    #[test]
    fn no_test_without_variance() -> Result<(), ShareError> {
        for x in [0, 10] {
            let all = Share::new(x, 10)?;
            let difference = ShareDifference::new(all, all).unwrap();
            assert_eq!((difference.pooled_test(), difference.n_minus_1_test()), (None, None));
        }
        Ok(())
    }
}
