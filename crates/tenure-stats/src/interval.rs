//! An interval that says how it was made.

use std::fmt;

use crate::Level;

/// How an interval was made.
///
/// Each name is stable and stands in our documents; the formula is documented where the interval is
/// computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum IntervalMethod {
    /// Estimate ± z standard errors.
    Wald,
    /// Estimate ± t standard errors.
    WaldT,
    /// Wald after adding pseudo-counts, about the adjusted estimate.
    AdjustedWald,
    /// Agresti and Coull 1998: Wald after adding z²/2 hits and z²/2 misses.
    AgrestiCoull,
    /// Wilson 1927: the shares a score test does not reject.
    Wilson,
    /// Wilson with continuity correction.
    WilsonContinuity,
    /// Clopper and Pearson 1934, "exact".
    ClopperPearson,
    /// Equal-tailed posterior under the Jeffreys prior.
    Jeffreys,
    /// Newcombe 1998, method 10, for a difference of shares.
    Newcombe,
    /// The scores a score test does not reject (Tango 1998; May and Johnson 1997).
    Score,
    /// Limits of two parts combined with their correlation (Newcombe's form for a net score).
    NewcombeMover,
    /// Score limits of two samples combined (Zou and Donner 2008).
    MoverScore,
    /// Equal-tailed posterior under a Dirichlet prior.
    Dirichlet,
    /// Percentiles of the ideal bootstrap, without resampling.
    ExactBootstrap,
    /// Wald with the standard error of weighted answers, linearised.
    Linearized,
    /// Wald with Kish's effective sample size.
    Kish,
    /// DeLong, DeLong and Clarke-Pearson 1988, for an area under the curve.
    DeLong,
    /// Bonett and Wright 2000, for a rank correlation.
    BonettWright,
    /// Greenwood's variance on the plain scale of a survival curve.
    Greenwood,
    /// Greenwood's variance on the log-log scale of a survival curve.
    LogLog,
    /// Wald on the logarithm of what is positive.
    WaldLog,
    /// Wald on the log-odds of a probability.
    WaldLogit,
    /// Percentiles of estimates from samples drawn with replacement.
    PercentileBootstrap,
    /// Fisher 1915: Wald on the inverse hyperbolic tangent of a correlation.
    FisherZ,
}

impl IntervalMethod {
    /// The name in documents, such as `wilson`.
    ///
    /// ```
    /// use tenure_stats::IntervalMethod;
    ///
    /// assert_eq!(IntervalMethod::MoverScore.name(), "mover_score");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wald => "wald",
            Self::WaldT => "wald_t",
            Self::AdjustedWald => "adjusted_wald",
            Self::AgrestiCoull => "agresti_coull",
            Self::Wilson => "wilson",
            Self::WilsonContinuity => "wilson_continuity",
            Self::ClopperPearson => "clopper_pearson",
            Self::Jeffreys => "jeffreys",
            Self::Newcombe => "newcombe",
            Self::Score => "score",
            Self::NewcombeMover => "newcombe_mover",
            Self::MoverScore => "mover_score",
            Self::Dirichlet => "dirichlet",
            Self::ExactBootstrap => "exact_bootstrap",
            Self::Linearized => "linearized",
            Self::Kish => "kish",
            Self::DeLong => "de_long",
            Self::BonettWright => "bonett_wright",
            Self::Greenwood => "greenwood",
            Self::LogLog => "log_log",
            Self::WaldLog => "wald_log",
            Self::WaldLogit => "wald_logit",
            Self::PercentileBootstrap => "percentile_bootstrap",
            Self::FisherZ => "fisher_z",
        }
    }
}

impl fmt::Display for IntervalMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An interval, the method that made it and the level it claims.
///
/// ```
/// use tenure_stats::{Level, Share, ShareMethod};
///
/// let none_of_ten = Share::new(0, 10)?.interval(ShareMethod::Wilson, Level::default());
/// let interval = none_of_ten.ok_or("no answers")?;
/// assert_eq!(interval.lower(), 0.0);
/// assert!((interval.upper() - 0.27753279986288926).abs() < 1e-15);
/// assert!(interval.contains(0.1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Interval {
    lower: f64,
    upper: f64,
    method: IntervalMethod,
    level: Level,
}

impl Interval {
    /// An interval from `lower` to `upper`; `None` unless both are finite and in this order.
    #[must_use]
    pub fn new(lower: f64, upper: f64, method: IntervalMethod, level: Level) -> Option<Self> {
        let sound = lower.is_finite() && upper.is_finite() && lower <= upper;
        sound.then_some(Self { lower, upper, method, level })
    }

    /// The interval `centre ± reach`; `None` unless both are finite and `reach` is not negative.
    #[must_use]
    pub fn about(centre: f64, reach: f64, method: IntervalMethod, level: Level) -> Option<Self> {
        Self::new(centre - reach, centre + reach, method, level)
    }

    /// The lower limit.
    #[must_use]
    pub const fn lower(&self) -> f64 {
        self.lower
    }

    /// The upper limit.
    #[must_use]
    pub const fn upper(&self) -> f64 {
        self.upper
    }

    /// How it was made.
    #[must_use]
    pub const fn method(&self) -> IntervalMethod {
        self.method
    }

    /// The level it claims.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Whether `value` lies inside or on a limit.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        (self.lower..=self.upper).contains(&value)
    }

    /// Half the distance between the limits.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        0.5 * (self.upper - self.lower)
    }

    /// The same interval with both limits multiplied by a positive factor, such as 100 for points;
    /// `None` if the factor is not above 0 or a limit leaves the floats.
    ///
    /// ```
    /// use tenure_stats::{Interval, IntervalMethod, Level};
    ///
    /// let fraction = Interval::new(-0.25, 0.5, IntervalMethod::Wald, Level::default());
    /// let points = fraction.and_then(|interval| interval.scaled(100.0));
    /// assert_eq!(points.map(|interval| interval.upper()), Some(50.0));
    /// ```
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Option<Self> {
        if factor > 0.0 {
            Self::new(self.lower * factor, self.upper * factor, self.method, self.level)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_interval_without_sound_limits() {
        let make =
            |lower, upper| Interval::new(lower, upper, IntervalMethod::Wald, Level::default());
        assert!(make(0.0, 0.0).is_some());
        for (lower, upper) in [(1.0, 0.0), (f64::NAN, 0.0), (0.0, f64::NAN), (0.0, f64::INFINITY)] {
            assert_eq!(make(lower, upper), None);
        }
        assert_eq!(Interval::about(0.0, -1.0, IntervalMethod::Wald, Level::default()), None);
        let interval = make(-1.0, 3.0).unwrap();
        assert!(interval.contains(-1.0) && interval.contains(3.0) && !interval.contains(3.5));
        assert_eq!(interval.half_width().to_bits(), 2.0_f64.to_bits());
        assert_eq!(interval.scaled(0.0), None);
        assert_eq!(interval.scaled(f64::MAX), None);
    }
}
