//! The net score of one sample: promoters minus detractors.

use tenure_model::Rounding;
use tenure_stats::{
    Interval, IntervalMethod, Level, Ratio, Share, ShareMethod, ZTest, count_to_f64,
    integer_to_f64, normal, student,
};

use crate::error::CountOverflowError;
use crate::score_limit::lower_limit;
use crate::{PseudoCounts, Tally};

/// How much do those in favour outnumber those against? Net Promoter Score and every other net
/// score of three bands.
///
/// ```text
/// θ  = (promoters - detractors) / n        points = 100·θ
/// s² = (passives·(promoters + detractors) + 4·promoters·detractors) / n²
/// SE = √(s²/n)
/// ```
///
/// *Shape*: three counts in; θ from -1 to 1, or points from -100 to 100, out. One more promoter
/// raises θ by (1 - θ)/(n + 1), one more passive draws it towards 0.
///
/// *Undefined when* there are no answers. The unbiased variance and the t interval are also undefined
/// for a single one.
///
/// *Accuracy*: θ, points and both variances are exact until converted, without cancellation; limits
/// in closed form have a relative error below 1e-12, score limits an absolute one below 1e-14.
///
/// *Source*: Reichheld 2003; Rocks 2016, "Interval estimation for the Net Promoter Score"; Tango
/// 1998 and May and Johnson 1997 for the score interval, our default.
///
/// ```
/// use tenure_stats::Level;
/// use tenure_survey::{NetMethod, NetScore};
///
/// let score = NetScore::new(25, 35, 40)?;
/// assert_eq!(score.points().map(|points| points.to_f64()), Some(15.0));
/// assert_eq!(score.variance().map(|variance| variance.to_f64()), Some(0.6275));
/// let interval = score.interval(NetMethod::default(), Level::default()).ok_or("no answers")?;
/// assert!(interval.contains(0.15) && interval.lower() < 0.0);
/// assert_eq!(NetScore::new(0, 0, 0)?.theta(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Counts", into = "Counts"))]
pub struct NetScore {
    detractors: u64,
    passives: u64,
    promoters: u64,
}

/// A net score on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "NetScore")]
struct Counts {
    detractors: u64,
    passives: u64,
    promoters: u64,
}

#[cfg(feature = "serde")]
impl TryFrom<Counts> for NetScore {
    type Error = CountOverflowError;

    fn try_from(counts: Counts) -> Result<Self, CountOverflowError> {
        Self::new(counts.detractors, counts.passives, counts.promoters)
    }
}

#[cfg(feature = "serde")]
impl From<NetScore> for Counts {
    fn from(score: NetScore) -> Self {
        Self { detractors: score.detractors, passives: score.passives, promoters: score.promoters }
    }
}

/// How the interval of a net score is made. All are on the scale of θ.
///
/// Coverage of each, enumerated: see the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum NetMethod {
    /// The θ a score test does not reject; stays in -1 to 1, exact at both ends.
    #[default]
    Score,
    /// θ ± z·√(s²/n); zero width when all agree, covers far too seldom below n = 50, not clipped.
    Wald,
    /// θ ± t(n-1)·√(s²/(n-1)); undefined at n = 1, zero width when all agree, not clipped.
    WaldT,
    /// Wald after adding pseudo-counts, about the adjusted θ; not clipped.
    AdjustedWald(PseudoCounts),
    /// Wilson limits of promoters and detractors, combined with their correlation.
    NewcombeMover,
}

/// A number and its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl Estimate {
    /// The z test of the number against 0; `None` if the standard error is 0.
    #[must_use]
    pub fn test(&self) -> Option<ZTest> {
        ZTest::new(self.value, self.standard_error)
    }

    /// The number ± z standard errors, not clipped; `None` only if a limit leaves the floats.
    ///
    /// ```
    /// use tenure_stats::Level;
    /// use tenure_survey::{NetScore, PseudoCounts};
    ///
    /// let adjusted = NetScore::new(0, 0, 7)?.adjusted(PseudoCounts::ROCKS).ok_or("no answers")?;
    /// let interval = adjusted.wald(Level::default()).ok_or("undefined")?;
    /// assert!(interval.contains(adjusted.value));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn wald(&self, level: Level) -> Option<Interval> {
        let reach = normal::two_sided_z(level) * self.standard_error;
        Interval::about(self.value, reach, IntervalMethod::Wald, level)
    }
}

impl NetScore {
    /// Counts of the three bands: detractors, passives, promoters; or hard, neither, easy.
    ///
    /// # Errors
    /// More than [`Tally::MAX_ROWS`] in all.
    pub fn new(detractors: u64, passives: u64, promoters: u64) -> Result<Self, CountOverflowError> {
        let n = detractors.checked_add(passives).and_then(|n| n.checked_add(promoters));
        match n {
            Some(n) if n <= Tally::MAX_ROWS => Ok(Self { detractors, passives, promoters }),
            _ => Err(CountOverflowError),
        }
    }

    /// Those against.
    #[must_use]
    pub const fn detractors(self) -> u64 {
        self.detractors
    }

    /// Those between.
    #[must_use]
    pub const fn passives(self) -> u64 {
        self.passives
    }

    /// Those in favour.
    #[must_use]
    pub const fn promoters(self) -> u64 {
        self.promoters
    }

    /// All of them.
    #[must_use]
    pub const fn n(self) -> u64 {
        // checked when made
        self.detractors.wrapping_add(self.passives).wrapping_add(self.promoters)
    }

    /// θ, from -1 to 1.
    #[must_use]
    pub fn theta(self) -> Option<Ratio> {
        self.scaled(Weights::NONE).theta()
    }

    /// 100·θ, from -100 to 100.
    #[must_use]
    pub fn points(self) -> Option<Ratio> {
        let theta = self.theta()?;
        Ratio::new(theta.num().checked_mul(100)?, theta.den())
    }

    /// Points rounded once, from the exact ratio, in units of the last decimal: 398 is 39.8.
    ///
    /// ```
    /// use tenure_model::Rounding;
    /// use tenure_survey::NetScore;
    ///
    /// // 5 of 8 in favour: 62.5 points
    /// let score = NetScore::new(1, 1, 6)?;
    /// assert_eq!(score.points_rounded(Rounding::HalfAway, 0), Some(63));
    /// assert_eq!(score.points_rounded(Rounding::HalfEven, 0), Some(62));
    /// assert_eq!(score.points_rounded(Rounding::HalfAway, 1), Some(625));
    /// # Ok::<(), tenure_survey::CountOverflowError>(())
    /// ```
    #[must_use]
    pub fn points_rounded(self, rounding: Rounding, decimals: u8) -> Option<i128> {
        rounded(self.points()?, rounding, decimals)
    }

    /// s², the variance of one score, with divisor n.
    #[must_use]
    pub fn variance(self) -> Option<Ratio> {
        self.scaled(Weights::NONE).variance()
    }

    /// s²·n/(n-1); `None` below two answers.
    #[must_use]
    pub fn variance_unbiased(self) -> Option<Ratio> {
        let plain = self.variance()?;
        let n = i128::from(self.n());
        Ratio::new(plain.num(), n.checked_mul(n.checked_sub(1)?)?)
    }

    /// √(s²/n).
    #[must_use]
    pub fn standard_error(self) -> Option<f64> {
        Some(libm::sqrt(self.variance()?.to_f64() / count_to_f64(self.n())))
    }

    /// √(s²/(n-1)): the square root of the unbiased variance over n; `None` below two answers.
    #[must_use]
    pub fn standard_error_unbiased(self) -> Option<f64> {
        Some(libm::sqrt(self.variance_unbiased()?.to_f64() / count_to_f64(self.n())))
    }

    /// θ and its standard error after adding pseudo-counts: what [`NetMethod::AdjustedWald`] is
    /// centred on.
    ///
    /// ```
    /// use tenure_survey::{NetScore, PseudoCounts};
    ///
    /// // 1 and ¾ in favour of 1 + 3: (1.75 - 0.75)/4
    /// let adjusted = NetScore::new(0, 0, 1)?.adjusted(PseudoCounts::ROCKS).ok_or("no answers")?;
    /// assert_eq!(adjusted.value, 0.25);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn adjusted(self, pseudo: PseudoCounts) -> Option<Estimate> {
        if self.n() == 0 {
            return None;
        }
        let quarters = self.scaled(pseudo.weights());
        let n = 0.25 * integer_to_f64(quarters.n()?);
        Some(Estimate {
            value: quarters.theta()?.to_f64(),
            standard_error: libm::sqrt(quarters.variance()?.to_f64() / n),
        })
    }

    /// An interval for θ; `None` without answers, and for [`NetMethod::WaldT`] with a single one.
    ///
    /// ```
    /// use tenure_stats::Level;
    /// use tenure_survey::{NetMethod, NetScore};
    ///
    /// // ten promoters: Wald has no width, the score interval reaches down to (10 - z²)/(10 + z²)
    /// let ten = NetScore::new(0, 0, 10)?;
    /// let wald = ten.interval(NetMethod::Wald, Level::default()).ok_or("no answers")?;
    /// assert_eq!((wald.lower(), wald.upper()), (1.0, 1.0));
    /// let score = ten.interval(NetMethod::Score, Level::default()).ok_or("no answers")?;
    /// assert!((score.lower() - 0.4449344).abs() < 1e-6 && score.upper() == 1.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn interval(self, method: NetMethod, level: Level) -> Option<Interval> {
        let theta = self.theta()?.to_f64();
        match method {
            NetMethod::Wald => {
                let reach = normal::two_sided_z(level) * self.standard_error()?;
                Interval::about(theta, reach, IntervalMethod::Wald, level)
            }
            NetMethod::WaldT => {
                let error = self.standard_error_unbiased()?;
                let df = count_to_f64(self.n().checked_sub(1)?);
                let reach = student::two_sided_t(level, df).ok()? * error;
                Interval::about(theta, reach, IntervalMethod::WaldT, level)
            }
            NetMethod::AdjustedWald(pseudo) => {
                let adjusted = self.adjusted(pseudo)?;
                let reach = normal::two_sided_z(level) * adjusted.standard_error;
                Interval::about(adjusted.value, reach, IntervalMethod::AdjustedWald, level)
            }
            NetMethod::Score => {
                let z = normal::two_sided_z(level);
                let (lower, upper) = (lower_limit(self, z), -lower_limit(self.mirrored(), z));
                Interval::new(lower, upper, IntervalMethod::Score, level)
            }
            NetMethod::NewcombeMover => self.newcombe_mover(level),
        }
    }

    /// Promoters and detractors exchanged: -θ.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        Self { detractors: self.promoters, passives: self.passives, promoters: self.detractors }
    }

    fn newcombe_mover(self, level: Level) -> Option<Interval> {
        let reach = |hits: u64| {
            let share = Share::new(hits, self.n()).ok()?;
            let interval = share.interval(ShareMethod::Wilson, level)?;
            let estimate = share.estimate()?;
            Some((estimate - interval.lower(), interval.upper() - estimate))
        };
        let (below_p, above_p) = reach(self.promoters)?;
        let (below_d, above_d) = reach(self.detractors)?;
        // -pd/√(p(1-p)d(1-d)), in counts; 0 if either variance is
        let [d, n, p] = self.floats();
        let spread = libm::sqrt(p * (n + d)) * libm::sqrt(d * (n + p));
        let correlation = if spread > 0.0 { -p * d / spread } else { 0.0 };
        let join = |one: f64, other: f64| {
            // in this order it is the same to the bit with both exchanged
            let squared = (one * one + other * other) - 2.0 * correlation * (one * other);
            libm::sqrt(squared.max(0.0))
        };
        let theta = self.theta()?.to_f64();
        let (lower, upper) = (theta - join(below_p, above_d), theta + join(above_p, below_d));
        Interval::new(lower, upper, IntervalMethod::NewcombeMover, level)
    }

    /// Detractors, passives, promoters.
    pub(crate) fn floats(self) -> [f64; 3] {
        [self.detractors, self.passives, self.promoters].map(count_to_f64)
    }

    /// The counts in quarters, pseudo-counts added: exact.
    pub(crate) fn scaled(self, weights: Weights) -> Scaled {
        let [d, n, p] = weights.added.map(i128::from);
        let count = |count: u64, more: i128| {
            // at most 2^63 and some: nothing overflows
            i128::from(count).wrapping_mul(i128::from(weights.each)).wrapping_add(more)
        };
        Scaled {
            detractors: count(self.detractors, d),
            passives: count(self.passives, n),
            promoters: count(self.promoters, p),
        }
    }
}

/// `value` in units of so many decimals.
pub(crate) fn rounded(value: Ratio, rounding: Rounding, decimals: u8) -> Option<i128> {
    let unit = 10_i128.checked_pow(u32::from(decimals))?;
    rounding.divide(value.num().checked_mul(unit)?, value.den())
}

/// How counts are scaled: each counts so much, and so much is added to each band.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weights {
    pub(crate) each: u8,
    pub(crate) added: [u16; 3],
}

impl Weights {
    pub(crate) const NONE: Self = Self { each: 1, added: [0; 3] };
}

/// Whole-numbered counts, of which all else follows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scaled {
    detractors: i128,
    passives: i128,
    promoters: i128,
}

impl Scaled {
    pub(crate) fn n(self) -> Option<i128> {
        self.detractors.checked_add(self.passives)?.checked_add(self.promoters)
    }

    /// Both together.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            detractors: self.detractors.checked_add(other.detractors)?,
            passives: self.passives.checked_add(other.passives)?,
            promoters: self.promoters.checked_add(other.promoters)?,
        })
    }

    pub(crate) fn net(self) -> Option<i128> {
        self.promoters.checked_sub(self.detractors)
    }

    pub(crate) fn theta(self) -> Option<Ratio> {
        Ratio::new(self.net()?, self.n()?)
    }

    /// (N(P+D) + 4PD)/n²: at most 1, so below 2^127 for the largest counts in quarters.
    pub(crate) fn variance(self) -> Option<Ratio> {
        let outer = self.promoters.checked_add(self.detractors)?;
        let apart = self.promoters.checked_mul(self.detractors)?.checked_mul(4)?;
        let num = self.passives.checked_mul(outer)?.checked_add(apart)?;
        let n = self.n()?;
        Ratio::new(num, n.checked_mul(n)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(d: u64, n: u64, p: u64) -> NetScore {
        NetScore::new(d, n, p).unwrap()
    }

    const METHODS: [NetMethod; 5] = [
        NetMethod::Score,
        NetMethod::Wald,
        NetMethod::WaldT,
        NetMethod::AdjustedWald(PseudoCounts::ROCKS),
        NetMethod::NewcombeMover,
    ];

    #[test]
    fn undefined_without_answers() {
        let none = NetScore::default();
        assert_eq!((none.theta(), none.points(), none.variance()), (None, None, None));
        assert_eq!((none.variance_unbiased(), none.standard_error()), (None, None));
        assert_eq!(none.points_rounded(Rounding::HalfAway, 0), None);
        for method in METHODS {
            assert_eq!(none.interval(method, Level::default()), None, "{method:?}");
        }
    }

    #[test]
    fn one_answer_has_no_spread() {
        let one = score(0, 0, 1);
        assert_eq!((one.variance_unbiased(), one.standard_error_unbiased()), (None, None));
        assert_eq!(one.interval(NetMethod::WaldT, Level::default()), None);
        assert!(one.interval(NetMethod::Wald, Level::default()).is_some());
    }

    #[test]
    fn the_largest_counts_stay_exact() {
        let most = Tally::MAX_ROWS;
        assert_eq!(NetScore::new(most, 0, 1), Err(CountOverflowError));
        assert_eq!(NetScore::new(u64::MAX, u64::MAX, 1), Err(CountOverflowError));
        let half = score(most / 2, 0, most / 2);
        assert_eq!(half.variance().unwrap().to_f64().to_bits(), 1.0_f64.to_bits());
        assert_eq!(score(0, 0, most).points().unwrap().to_f64().to_bits(), 100.0_f64.to_bits());
        for score in [half, score(0, 0, most), score(most, 0, 0), score(0, most, 0)] {
            for method in METHODS {
                assert!(score.interval(method, Level::default()).is_some(), "{method:?}");
            }
            assert!(score.points_rounded(Rounding::HalfEven, 10).is_some());
        }
    }

    /// (n - z²)/(n + z²) and 1; ±z²/(n + z²).
    #[test]
    fn score_limits_in_closed_form() {
        let level = Level::default();
        let z = normal::two_sided_z(level);
        for n in [1, 10, 1_000, 1_000_000] {
            let size = count_to_f64(n);
            let all = score(0, 0, n).interval(NetMethod::Score, level).unwrap();
            let lower = (size - z * z) / (size + z * z);
            assert!((all.lower() - lower).abs() < 1e-14, "{n}: {} {lower}", all.lower());
            assert_eq!(all.upper().to_bits(), 1.0_f64.to_bits());
            let none = score(n, 0, 0).interval(NetMethod::Score, level).unwrap();
            assert_eq!(none.lower().to_bits(), (-1.0_f64).to_bits());
            let between = score(0, n, 0).interval(NetMethod::Score, level).unwrap();
            assert!((between.upper() - z * z / (size + z * z)).abs() < 1e-14);
            assert_eq!(between.upper().to_bits(), (-between.lower()).to_bits());
        }
    }
}
