//! Pareto/NBD: buys at a constant rate, may drop out at any time.

use tenure_stats::{Positive, ln_gamma_ratio, ln_one_plus_exp, logistic};

use super::beta_mixture::gamma_nodes;
use super::legendre::integrate;
use super::parameter;
use crate::error::ParameterError;
use crate::history::History;
use crate::rate::DiscountRate;
use crate::unit::{TimeSpan, TimeUnit};
use crate::value::Total;

/// How many purchases are still to come from a customer, who may have left at any time?
///
/// *Setting*: no contract, purchases at any time. *Assumptions*: while alive, purchases are
/// Poisson with a rate that differs over customers as `Gamma(r, alpha)`; the lifetime is
/// exponential with a rate that differs as `Gamma(s, beta)`; the two are independent. *Unit*:
/// `alpha` and `beta` are in the model's [`TimeUnit`]. *Failure modes*: seasons, and rates that
/// change, are not seen.
///
/// ```text
/// n = r + x,  A = alpha + T,  B = beta + T
/// odds of death k = s int_{t_x}^T (A/(alpha+u))^n (B/(beta+u))^s du/(beta+u)
/// ln L     = lnG(n) - lnG(r) + r ln alpha - n ln A - s ln(B/beta) + ln(1+k)
/// P(alive) = 1/(1+k)
/// E[X(T, T+t)] = P(alive) n/A int_0^t (B/(B+u))^s du
/// ```
///
/// *Shape*: a [`History`] goes in; probabilities, or expected purchases, come out. *Cost*: some
/// microseconds each.
///
/// *Accuracy*: the bounds of the conformance cases: 1e-12 relative for expectations, 1e-13 for
/// probabilities, and their complements computed without subtraction. The closed forms with 2F1
/// overflow at some hundreds of purchases, so the odds are an integral of a positive function.
///
/// *Source*: Schmittlein, Morrison, Colombo 1987, "Counting Your Customers: Who Are They and What
/// Will They Do Next?"; Fader, Hardie, Lee 2005, "RFM and CLV: Using Iso-Value Curves for Customer
/// Base Analysis".
///
/// ```
/// use tenure_clv::{History, ParetoNbd, TimeSpan, TimeUnit};
/// let model = ParetoNbd::new(0.553, 10.578, 0.606, 11.669, TimeUnit::Week)?;
/// let customer = History::new(26, 30.86, 31.0, TimeUnit::Week)?;
/// assert!((model.p_alive(&customer) - 0.9979).abs() < 5e-5);
/// let year = model.expected_purchases(&customer, TimeSpan::new(52.0, TimeUnit::Week)?);
/// assert!((year - 25.46).abs() < 5e-3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::ParetoNbd", into = "crate::wire::ParetoNbd")
)]
pub struct ParetoNbd {
    r: Positive,
    alpha: Positive,
    s: Positive,
    beta: Positive,
    unit: TimeUnit,
}

impl ParetoNbd {
    /// The model with these parameters; `alpha` and `beta` in `unit`s.
    ///
    /// # Errors
    /// A parameter outside 1e-12 to 1e12.
    pub fn new(
        r: f64,
        alpha: f64,
        s: f64,
        beta: f64,
        unit: TimeUnit,
    ) -> Result<Self, ParameterError> {
        Ok(Self {
            r: parameter("r", r)?,
            alpha: parameter("alpha", alpha)?,
            s: parameter("s", s)?,
            beta: parameter("beta", beta)?,
            unit,
        })
    }

    /// `r`, `alpha`, `s`, `beta`.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 4] {
        [self.r.get(), self.alpha.get(), self.s.get(), self.beta.get()]
    }

    /// The unit of `alpha` and `beta`, and of what the model says of times.
    #[must_use]
    pub const fn unit(&self) -> TimeUnit {
        self.unit
    }

    /// The logarithm of the likelihood of one history, told in the model's unit.
    #[must_use]
    pub fn log_likelihood(&self, history: &History) -> f64 {
        let told = history.in_unit(self.unit);
        let [r, alpha, s, beta] = self.parameters();
        let purchases = ln_gamma_ratio(self.r, told.x())
            - r * libm::log1p(told.age() / alpha)
            - told.x_float() * libm::log(alpha + told.age());
        purchases - s * libm::log1p(told.age() / beta)
            + self.ln_death_odds(&told).map_or(0.0, ln_one_plus_exp)
    }

    /// The probability that the customer is alive at `T`.
    #[must_use]
    pub fn p_alive(&self, history: &History) -> f64 {
        self.ln_death_odds(&history.in_unit(self.unit)).map_or(1.0, |ln_odds| logistic(-ln_odds))
    }

    /// The probability that the customer has dropped out by `T`: the complement of
    /// [`ParetoNbd::p_alive`], computed without subtracting from 1.
    #[must_use]
    pub fn p_dead(&self, history: &History) -> f64 {
        self.ln_death_odds(&history.in_unit(self.unit)).map_or(0.0, logistic)
    }

    /// The probability that the customer is alive `later` than `T`.
    #[must_use]
    pub fn p_alive_after(&self, history: &History, later: TimeSpan) -> f64 {
        let [_, _, s, beta] = self.parameters();
        let watched = beta + history.in_unit(self.unit).age();
        let survives = libm::exp(-s * libm::log1p(later.in_unit(self.unit) / watched));
        self.p_alive(history) * survives
    }

    /// Expected purchases in the `horizon` after `T`, given the history.
    #[must_use]
    pub fn expected_purchases(&self, history: &History, horizon: TimeSpan) -> f64 {
        let told = history.in_unit(self.unit);
        let rate = (self.r.get() + told.x_float()) / (self.alpha.get() + told.age());
        let lived = self.expected_lifetime(told.age(), horizon.in_unit(self.unit));
        self.p_alive(history) * rate * lived
    }

    /// Expected repeat purchases of a customer not yet known, in the `horizon` after the first.
    #[must_use]
    pub fn expected_new_customer(&self, horizon: TimeSpan) -> f64 {
        self.r.get() / self.alpha.get() * self.expected_lifetime(0.0, horizon.in_unit(self.unit))
    }

    /// Expected purchases for ever after `T`, given the history, each discounted continuously to
    /// `T` (DERT). Unbounded without a discount if `s <= 1`.
    #[must_use]
    pub fn discounted_purchases(&self, history: &History, rate: DiscountRate) -> Total {
        let told = history.in_unit(self.unit);
        let [r, alpha, s, beta] = self.parameters();
        let (force, watched) = (rate.force(self.unit), beta + told.age());
        let lived = if force > 0.0 {
            // int e^(-delta u) (B/(B+u))^s du is the mean of 1/(delta + m) over m ~ Gamma(s, B).
            let (nodes, below) = gamma_nodes(s, watched, force);
            nodes.iter().fold(below / force, |sum, &(death, weight)| sum + weight / (force + death))
        } else if s > 1.0 {
            watched / (s - 1.0)
        } else {
            return Total::Unbounded;
        };
        let often = (r + told.x_float()) / (alpha + told.age());
        Total::Finite(self.p_alive(history) * often * lived)
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
        let told = history.in_unit(self.unit);
        let length = period.in_unit(self.unit);
        let later = 1.0 / (1.0 + rate.discrete(period));
        let (mut worth, mut sum) = (1.0, 0.0);
        for i in 1..=periods {
            let by_then = self.expected_lifetime(told.age(), f64::from(i) * length);
            worth *= later;
            sum += by_then * if i < periods { worth * (1.0 - later) } else { worth };
        }
        let often = (self.r.get() + told.x_float()) / (self.alpha.get() + told.age());
        self.p_alive(history) * often * sum
    }

    /// `int_0^t (B/(B+u))^s du = B L expm1((1-s)L) / ((1-s)L)`, `L = ln(1+t/B)`.
    fn expected_lifetime(&self, age: f64, t: f64) -> f64 {
        let [_, _, s, beta] = self.parameters();
        let watched = beta + age;
        let log = libm::log1p(t / watched);
        let y = (1.0 - s) * log;
        // expm1(y)/y to full precision; 1 where y vanishes.
        let ratio = if y.abs() < 1e-300 { 1.0 } else { libm::expm1(y) / y };
        watched * log * ratio
    }

    /// `ln k` of a history in the model's unit; `None` where `k` is 0.
    ///
    /// With `v = ln((alpha+u)/(alpha+t_x))` the integrand is `e^(-nv)` times slow factors.
    fn ln_death_odds(&self, told: &History) -> Option<f64> {
        let silence = told.age() - told.recency();
        if silence <= 0.0 {
            return None;
        }
        let [r, alpha, s, beta] = self.parameters();
        let n = r + told.x_float();
        let (heard, lived) = (alpha + told.recency(), beta + told.recency());
        let end = libm::log1p(silence / heard);
        let value = |v: f64| {
            let grown = heard * libm::expm1(v);
            libm::exp(-n * v - s * libm::log1p(grown / lived)) * (heard + grown) / (lived + grown)
        };
        let mut sum = 0.0;
        death_panels(n, s, heard, lived, end, |from, to| sum += integrate(from, to, value));
        Some(libm::log(s) + n * end + s * libm::log1p(silence / lived) + libm::log(sum))
    }
}

/// The panels of the integral of the death odds over `v` from 0 to `end`: they double from where
/// the quickest factor bends, until nothing is left.
pub(crate) fn death_panels(
    n: f64,
    s: f64,
    heard: f64,
    lived: f64,
    end: f64,
    mut panel: impl FnMut(f64, f64),
) {
    let mut width = (1.0 / (n + s + 1.0)).min(0.5 * libm::log1p(lived / heard));
    let mut from = 0.0;
    while from < end && n * from < 800.0 {
        let to = (from + width).min(end);
        panel(from, to);
        from = to;
        width *= 2.0;
    }
}
