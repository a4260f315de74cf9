//! How sure is a prediction? The delta method.

use tenure_stats::{Interval, IntervalMethod, Level, normal};

use super::eigen::dot;
use super::resample::FittedModel;
use super::{Fit, Sum};

/// The scale on which a prediction is taken to be normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "any number, a positive one, a probability")]
pub enum Scale {
    /// The prediction itself: for what may be negative.
    Identity,
    /// Its logarithm: for what is positive.
    Log,
    /// Its log-odds: for probabilities.
    Logit,
}

/// A prediction of a fitted model, and its standard error.
///
/// ```
/// use tenure_clv::Scale;
/// use tenure_stats::Level;
/// use tenure_clv::{BgNbd, GroupedSummary, History, TimeSpan, TimeUnit};
/// let mut groups = GroupedSummary::new(TimeUnit::Week);
/// # for (x, recency, age, customers) in [
/// #     (0, 0.0, 39.0, 90), (0, 0.0, 30.0, 80), (1, 4.0, 39.0, 30), (1, 20.0, 30.0, 20), (2, 20.0, 39.0, 9),
/// #     (2, 9.0, 39.0, 5), (3, 35.0, 39.0, 6), (4, 20.0, 30.0, 4), (6, 30.0, 32.0, 3), (9, 36.0, 39.0, 2),
/// # ] {
/// #     groups.push_many(History::new(x, recency, age, TimeUnit::Week)?, customers)?;
/// # }
/// // … groups filled …
/// let fit = BgNbd::fit(&groups)?;
/// let customer = History::new(2, 20.0, 39.0, TimeUnit::Week)?;
/// let horizon = TimeSpan::new(39.0, TimeUnit::Week)?;
/// let next = fit.estimate(|model| model.expected_purchases(&customer, horizon));
/// let interval = next.interval(Level::default(), Scale::Log).ok_or("not converged")?;
/// assert!(interval.contains(next.value) && interval.lower() > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// What the model predicts.
    pub value: f64,
    /// Its standard error; `None` unless the fit converged and the prediction is smooth there.
    pub se: Option<f64>,
}

impl Estimate {
    /// Value ± z standard errors on that scale; `None` without a standard error, or if the value is
    /// not on the scale (a logarithm of 0, say).
    #[must_use]
    pub fn interval(&self, level: Level, scale: Scale) -> Option<Interval> {
        let (value, z) = (self.value, normal::two_sided_z(level));
        let se = self.se?;
        let (lower, upper, method) = match scale {
            Scale::Identity => (value - z * se, value + z * se, IntervalMethod::Wald),
            Scale::Log => {
                if value <= 0.0 {
                    return None;
                }
                let factor = libm::exp(z * se / value);
                (value / factor, value * factor, IntervalMethod::WaldLog)
            }
            Scale::Logit => {
                let spread = value * (1.0 - value);
                if spread <= 0.0 {
                    return None;
                }
                let odds = value / (1.0 - value);
                let factor = libm::exp(z * se / spread);
                let share = |odds: f64| odds / (1.0 + odds);
                (share(odds / factor), share(odds * factor), IntervalMethod::WaldLogit)
            }
        };
        Interval::new(lower, upper, method, level)
    }
}

/// Steps of the derivatives, in log-parameters.
const STEP: f64 = 1e-3;

impl<M: FittedModel<N>, const N: usize> Fit<M, N> {
    /// A prediction of the fitted model with its standard error by the delta method.
    ///
    /// ```text
    /// se^2 = g' C g,  g the derivatives by the log-parameters, C their covariance
    /// ```
    ///
    /// *Shape*: any function of the model: a probability, an expectation, a value. It is asked at
    /// the estimate and at `4 N` points beside it. *Accuracy*: derivatives by differences of order
    /// four, relative error about 1e-9. *Undefined when* the fit has not converged.
    ///
    /// *Source*: Cramér 1946, "Mathematical Methods of Statistics".
    #[must_use]
    pub fn estimate(&self, predict: impl Fn(&M) -> f64) -> Estimate {
        let value = predict(&self.model);
        let gradient = self.log_gradient(&predict);
        let se = self.log_covariance.zip(gradient).map(|(covariance, gradient)| {
            dot(&covariance.map(|row| dot(&row, &gradient)), &gradient).max(0.0).sqrt()
        });
        Estimate { value, se: se.filter(|se| se.is_finite()) }
    }

    /// The sum of a prediction over many customers, with the standard error of the sum: that of the
    /// parameters is common to all, so errors of single predictions do not average out.
    ///
    /// ```text
    /// se^2 = g' C g,  g = sum over customers of the derivatives by the log-parameters
    /// ```
    #[must_use]
    pub fn estimate_sum<T>(&self, customers: &[T], predict: impl Fn(&M, &T) -> f64) -> Estimate {
        self.estimate(|model| {
            let mut sum = Sum::default();
            for customer in customers {
                sum.add(predict(model, customer));
            }
            sum.total()
        })
    }

    /// Derivatives by the log-parameters; `None` where a point beside the estimate is outside the
    /// range of the model.
    fn log_gradient(&self, predict: &impl Fn(&M) -> f64) -> Option<[f64; N]> {
        let mut gradient = [0.0; N];
        for (place, slope) in gradient.iter_mut().enumerate() {
            let at = |steps: f64| {
                let mut moved = self.model.parameters();
                for parameter in moved.iter_mut().skip(place).take(1) {
                    *parameter *= libm::exp(steps * STEP);
                }
                self.model.with_parameters(moved).ok().map(|model| predict(&model))
            };
            let (near, far) = (at(1.0)? - at(-1.0)?, at(2.0)? - at(-2.0)?);
            *slope = (8.0 * near - far) / (12.0 * STEP);
        }
        Some(gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::{Estimate, Scale};
    use crate::{Sbg, SurvivorCounts};
    use tenure_stats::{IntervalMethod, Level};

    /// A parameter's own standard error, found again.
    #[test]
    fn the_delta_method_of_a_parameter_is_its_standard_error() {
        let mut counts = SurvivorCounts::new();
        counts.push_cohort(&[1000, 869, 743, 653, 593, 551, 517, 491]).unwrap();
        let fit = Sbg::fit(&counts).unwrap();
        let se = fit.se.unwrap();
        for place in 0..2 {
            let found = fit.estimate(|model| model.parameters()[place]).se.unwrap();
            assert!((found / se[place] - 1.0).abs() < 1e-9, "{found} {se:?}");
        }
        // The correlation counts: a ratio is known otherwise than its parts.
        let ratio = fit.estimate(|model| model.parameters()[0] / model.parameters()[1]);
        let [[aa, ab], [_, bb]] = fit.log_covariance.unwrap();
        let want = ratio.value * libm::sqrt(aa - 2.0 * ab + bb);
        assert!((ratio.se.unwrap() / want - 1.0).abs() < 1e-8);
        let sum = fit.estimate_sum(&[1, 2], |model, &t| model.survival(t));
        let want = fit.estimate(|model| model.survival(1) + model.survival(2));
        assert_eq!(sum, want);
    }

    #[test]
    fn intervals_keep_to_their_scale() {
        let level = Level::default();
        let estimate = Estimate { value: 0.9, se: Some(0.2) };
        let logit = estimate.interval(level, Scale::Logit).unwrap();
        assert!(logit.lower() > 0.0 && logit.upper() < 1.0 && logit.contains(0.9));
        assert_eq!(logit.method(), IntervalMethod::WaldLogit);
        let log = estimate.interval(level, Scale::Log).unwrap();
        assert!((log.lower() * log.upper() - 0.81).abs() < 1e-12);
        let plain = estimate.interval(level, Scale::Identity).unwrap();
        assert!((plain.lower() + plain.upper() - 1.8).abs() < 1e-12);
        let zero = Estimate { value: 0.0, se: Some(0.2) };
        assert_eq!(zero.interval(level, Scale::Log), None);
        assert_eq!(zero.interval(level, Scale::Logit), None);
        let unknown = Estimate { value: 0.9, se: None };
        assert_eq!(unknown.interval(level, Scale::Identity), None);
    }
}
