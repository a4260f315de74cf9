//! What weighted answers say.

use tenure_stats::{Interval, IntervalMethod, Level, count_to_f64, normal};

use crate::{Estimate, PseudoCounts};

/// How the interval of a weighted score is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum WeightedMethod {
    /// θ ± z standard errors, linearised (HC1); not clipped.
    #[default]
    Linearized,
    /// θ ± z·√(s²/n_eff), s² of the weighted shares; not clipped.
    Kish,
    /// Wald after adding pseudo-counts to the shares scaled to n_eff; not clipped.
    AdjustedWald(PseudoCounts),
}

/// How much do those in favour outnumber those against, each answer weighted?
///
/// ```text
/// θ      = Σw·s / Σw,  s = 1, 0, -1
/// n_eff  = (Σw)² / Σw²,  deff = n / n_eff,  cv² = n·Σw²/(Σw)² - 1
/// HC0    = Σw²(s - θ)² / (Σw)²,  HC1 = HC0·n/(n - 1)
/// Kish   = s²(weighted shares) / n_eff
/// ```
///
/// *Shape*: on -1 to 1. Multiplying all weights by one number changes nothing.
///
/// *Undefined when* the total weight is 0; HC1 also with a single row.
///
/// *Accuracy*: weights are summed exactly and 1 - θ, 1 + θ taken from sums, so a dominating weight
/// costs no digits: relative error below 1e-14.
///
/// *Source*: Kish 1965, "Survey sampling"; the linearised variance with replacement is that of the R
/// package `survey` (Lumley).
///
/// See [`WeightedTally`](crate::WeightedTally) for an example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedScore {
    pub(crate) n: u64,
    pub(crate) total: Option<f64>,
    pub(crate) theta: f64,
    /// 1 + θ.
    pub(crate) above: f64,
    /// 1 - θ.
    pub(crate) below: f64,
    /// Of the total weight, unfavourable first.
    pub(crate) shares: [f64; 3],
    /// Sums of squares over the square of the total weight.
    pub(crate) squares: [f64; 3],
}

impl WeightedScore {
    /// Rows of positive weight.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The total weight; `None` beyond the largest float.
    #[must_use]
    pub const fn total_weight(&self) -> Option<f64> {
        self.total
    }

    /// θ, from -1 to 1.
    #[must_use]
    pub const fn theta(&self) -> f64 {
        self.theta
    }

    /// 100·θ.
    #[must_use]
    pub fn points(&self) -> f64 {
        100.0 * self.theta
    }

    /// How many answers of equal weight would tell as much.
    #[must_use]
    pub fn effective_n(&self) -> f64 {
        1.0 / self.all_squares()
    }

    /// What weighting costs: n / n_eff, at least 1.
    #[must_use]
    pub fn design_effect(&self) -> f64 {
        count_to_f64(self.n) * self.all_squares()
    }

    /// The squared coefficient of variation of the weights: the design effect less 1.
    #[must_use]
    pub fn weight_variation(&self) -> f64 {
        self.design_effect() - 1.0
    }

    /// Kish's standard error.
    #[must_use]
    pub fn kish_standard_error(&self) -> f64 {
        let [d, n, p] = self.shares;
        libm::sqrt((n * (p + d) + 4.0 * p * d) * self.all_squares())
    }

    /// The linearised standard error, HC0.
    #[must_use]
    pub fn linearized_standard_error_hc0(&self) -> f64 {
        let [d, n, p] = self.squares;
        let (above, theta, below) = (self.above, self.theta, self.below);
        libm::sqrt(d * above * above + n * theta * theta + p * below * below)
    }

    /// The linearised standard error, HC1, the default; `None` with a single row.
    #[must_use]
    pub fn linearized_standard_error(&self) -> Option<f64> {
        let fewer = self.n.checked_sub(1).filter(|&fewer| fewer > 0)?;
        let factor = count_to_f64(self.n) / count_to_f64(fewer);
        Some(self.linearized_standard_error_hc0() * libm::sqrt(factor))
    }

    /// An interval for θ; `None` with a single row for the linearised one.
    ///
    /// ```
    /// use tenure_stats::Level;
    /// use tenure_survey::{Definition, WeightedMethod, WeightedTally};
    ///
    /// let mut tally = WeightedTally::new(Definition::nps())?;
    /// tally.push_columns(&[10, 5], &[1.0, 1.0])?;
    /// let score = tally.score().ok_or("no weight")?;
    /// // HC0 is (1 + 1)/4, HC1 twice that
    /// let error = score.linearized_standard_error().ok_or("a single row")?;
    /// assert!((error - 1.0).abs() < 1e-15);
    /// let interval = score.interval(WeightedMethod::default(), Level::default());
    /// assert!((interval.ok_or("undefined")?.upper() - 1.959964).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn interval(&self, method: WeightedMethod, level: Level) -> Option<Interval> {
        let z = normal::two_sided_z(level);
        match method {
            WeightedMethod::Linearized => {
                let reach = z * self.linearized_standard_error()?;
                Interval::about(self.theta, reach, IntervalMethod::Linearized, level)
            }
            WeightedMethod::Kish => {
                let reach = z * self.kish_standard_error();
                Interval::about(self.theta, reach, IntervalMethod::Kish, level)
            }
            WeightedMethod::AdjustedWald(pseudo) => {
                let size = self.effective_n();
                let [more_d, more_n, more_p] =
                    pseudo.as_quarters().map(|quarters| 0.25 * f64::from(quarters));
                let [d, n, p] = self.shares;
                let (d, n, p) = (size * d + more_d, size * n + more_n, size * p + more_p);
                let all = d + n + p;
                let variance = (n / all) * ((p + d) / all) + 4.0 * (p / all) * (d / all);
                // the net count from θ, which lost nothing
                let centre = (size * self.theta + (more_p - more_d)) / all;
                let reach = z * libm::sqrt(variance / all);
                Interval::about(centre, reach, IntervalMethod::AdjustedWald, level)
            }
        }
    }

    /// The difference to another weighted score and its standard error; `None` if either rests on a
    /// single row.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Option<Estimate> {
        let (ours, theirs) =
            (self.linearized_standard_error()?, other.linearized_standard_error()?);
        let standard_error = libm::hypot(ours, theirs);
        Some(Estimate { value: self.theta - other.theta, standard_error })
    }

    fn all_squares(&self) -> f64 {
        let [d, n, p] = self.squares;
        d + n + p
    }
}
