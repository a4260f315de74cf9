//! NBD: buys at a constant rate, for ever.

use tenure_stats::{Positive, ln_gamma_ratio};

use super::counts::without_dropout;
use super::parameter;
use crate::columns::Prediction;
use crate::error::ParameterError;
use crate::history::History;
use crate::rate::DiscountRate;
use crate::unit::{TimeSpan, TimeUnit};
use crate::value::Total;

/// How many purchases are still to come, if nobody ever leaves?
///
/// The yardstick of the other models: what they add is dropout, and if they do not beat NBD there is
/// none to be seen.
///
/// *Setting*: no contract, purchases at any time. *Assumptions*: purchases are Poisson with a rate
/// that differs over customers as `Gamma(r, alpha)`. *Unit*: `alpha` is in the model's
/// [`TimeUnit`]. *Failure modes*: whoever has left is still expected to buy; P(alive) is 1.
///
/// ```text
/// ln L = lnG(r+x) - lnG(r) + r ln alpha - (r+x) ln(alpha+T)     no T^x/x! term
/// E[X(T, T+t)] = (r+x) t/(alpha+T)
/// ```
///
/// *Accuracy*: 1e-14 relative; likelihood as of the other models.
///
/// *Source*: Ehrenberg 1959, "The Pattern of Consumer Purchases"; likelihood as in Fader, Hardie,
/// Lee 2005, "Counting Your Customers the Easy Way".
///
/// ```
/// use tenure_clv::{History, Nbd, TimeSpan, TimeUnit};
/// let model = Nbd::new(0.5, 10.0, TimeUnit::Week)?;
/// let customer = History::new(2, 30.0, 40.0, TimeUnit::Week)?;
/// // 2.5 * 20 / 50
/// assert_eq!(model.expected_purchases(&customer, TimeSpan::new(20.0, TimeUnit::Week)?), 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::wire::Nbd", into = "crate::wire::Nbd"))]
pub struct Nbd {
    r: Positive,
    alpha: Positive,
    unit: TimeUnit,
}

impl Nbd {
    /// The model with these parameters; `alpha` in `unit`s.
    ///
    /// # Errors
    /// A parameter outside 1e-12 to 1e12.
    pub fn new(r: f64, alpha: f64, unit: TimeUnit) -> Result<Self, ParameterError> {
        Ok(Self { r: parameter("r", r)?, alpha: parameter("alpha", alpha)?, unit })
    }

    /// `r`, `alpha`.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 2] {
        [self.r.get(), self.alpha.get()]
    }

    /// The unit of `alpha`, and of what the model says of times.
    #[must_use]
    pub const fn unit(&self) -> TimeUnit {
        self.unit
    }

    /// The logarithm of the likelihood of one history, told in the model's unit.
    #[must_use]
    pub fn log_likelihood(&self, history: &History) -> f64 {
        let told = history.in_unit(self.unit);
        let [r, alpha] = self.parameters();
        ln_gamma_ratio(self.r, told.x())
            - r * libm::log1p(told.age() / alpha)
            - told.x_float() * libm::log(alpha + told.age())
    }

    /// Expected purchases in the `horizon` after `T`, given the history.
    #[must_use]
    pub fn expected_purchases(&self, history: &History, horizon: TimeSpan) -> f64 {
        self.rate(history) * horizon.in_unit(self.unit)
    }

    /// Expected purchases from `from` to `to` after `T`, given the history; none if `to` is not
    /// after `from`.
    #[must_use]
    pub fn expected_purchases_between(
        &self,
        history: &History,
        from: TimeSpan,
        to: TimeSpan,
    ) -> f64 {
        let span = to.in_unit(self.unit) - from.in_unit(self.unit);
        self.rate(history) * span.max(0.0)
    }

    /// Expected repeat purchases of a customer not yet known, in the `horizon` after the first.
    #[must_use]
    pub fn expected_new_customer(&self, horizon: TimeSpan) -> f64 {
        let [r, alpha] = self.parameters();
        r / alpha * horizon.in_unit(self.unit)
    }

    /// The probability of exactly so many `purchases` in the `horizon` after `T`, given the
    /// history.
    #[must_use]
    pub fn p_purchases(&self, history: &History, horizon: TimeSpan, purchases: u64) -> f64 {
        let told = history.in_unit(self.unit);
        let [r, alpha] = self.parameters();
        let (shape, exposure) = (r + told.x_float(), alpha + told.age());
        without_dropout(purchases, shape, exposure, horizon.in_unit(self.unit))
    }

    /// The probability of exactly so many repeat `purchases` of a customer not yet known, in the
    /// `horizon` after the first.
    #[must_use]
    pub fn p_new_customer(&self, horizon: TimeSpan, purchases: u64) -> f64 {
        let [r, alpha] = self.parameters();
        without_dropout(purchases, r, alpha, horizon.in_unit(self.unit))
    }

    /// Expected purchases for ever after `T`, given the history, each discounted continuously to
    /// `T` (DERT). Unbounded without a discount.
    #[must_use]
    pub fn discounted_purchases(&self, history: &History, rate: DiscountRate) -> Total {
        let force = rate.force(self.unit);
        if force > 0.0 { Total::Finite(self.rate(history) / force) } else { Total::Unbounded }
    }

    /// Expected purchases in the next `periods` periods, those of period `i` discounted by
    /// `(1+d)^-i`; see [`BgNbd::discounted_purchases_by_period`](crate::BgNbd).
    #[must_use]
    pub fn discounted_purchases_by_period(
        &self,
        history: &History,
        rate: DiscountRate,
        period: TimeSpan,
        periods: u16,
    ) -> f64 {
        let later = 1.0 / (1.0 + rate.discrete(period));
        let (mut worth, mut sum) = (1.0, 0.0);
        for _ in 0..periods {
            worth *= later;
            sum += worth;
        }
        self.rate(history) * period.in_unit(self.unit) * sum
    }

    /// A prediction of a customer: all are alive.
    pub(crate) fn ahead(&self, prediction: Prediction, living: &History) -> f64 {
        match prediction {
            Prediction::PAlive | Prediction::PAliveAfter(_) => 1.0,
            Prediction::PNoPurchase(horizon) => self.p_purchases(living, horizon, 0),
            Prediction::ExpectedPurchases(horizon) => self.expected_purchases(living, horizon),
            Prediction::DiscountedPurchases(rate) => {
                self.discounted_purchases(living, rate).finite().unwrap_or(f64::MAX)
            }
            Prediction::DiscountedByPeriod { rate, period, periods } => {
                self.discounted_purchases_by_period(living, rate, period, periods)
            }
        }
    }

    /// Mean purchases per unit of a customer with this history.
    fn rate(&self, history: &History) -> f64 {
        let told = history.in_unit(self.unit);
        let [r, alpha] = self.parameters();
        (r + told.x_float()) / (alpha + told.age())
    }
}
