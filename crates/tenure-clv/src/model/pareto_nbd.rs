//! Pareto/NBD: buys at a constant rate, may drop out at any time.

use tenure_stats::{Positive, ln_gamma_ratio, ln_one_plus_exp, logistic};

use super::beta_mixture::gamma_nodes;
use super::counts::with_dropout_at_any_time;
use super::legendre::twelve_between;
use super::parameter;
use crate::columns::Prediction;
use crate::error::ParameterError;
use crate::history::History;
use crate::kernel::{exp_of_negative, ln_1p_of_positive};
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
        let common = ln_gamma_ratio(self.r, told.x());
        // x purchases in that time, in this order, and alive throughout.
        let bought = |time: f64| {
            -r * libm::log1p(time / alpha)
                - told.x_float() * libm::log(alpha + time)
                - s * libm::log1p(time / beta)
        };
        // Relative to the likelier of alive and dead: where one is far likelier, its own sum of
        // logarithms cancels less.
        match self.death(&told) {
            None => common + bought(told.age()),
            Some(death) if death.ln_odds() <= 0.0 => {
                common + bought(told.age()) + ln_one_plus_exp(death.ln_odds())
            }
            Some(death) => {
                common
                    + bought(told.recency())
                    + death.ln_integral
                    + ln_one_plus_exp(-death.ln_odds())
            }
        }
    }

    /// The probability that the customer is alive at `T`.
    #[must_use]
    pub fn p_alive(&self, history: &History) -> f64 {
        self.death(&history.in_unit(self.unit)).map_or(1.0, |death| logistic(-death.ln_odds()))
    }

    /// The probability that the customer has dropped out by `T`: the complement of
    /// [`ParetoNbd::p_alive`], computed without subtracting from 1.
    #[must_use]
    pub fn p_dead(&self, history: &History) -> f64 {
        self.death(&history.in_unit(self.unit)).map_or(0.0, |death| logistic(death.ln_odds()))
    }

    /// The probability that the customer is alive `later` than `T`.
    #[must_use]
    pub fn p_alive_after(&self, history: &History, later: TimeSpan) -> f64 {
        self.p_alive(history) * self.survives(history.in_unit(self.unit).age(), later)
    }

    /// The probability of no purchase in the `horizon` after `T`, given the history: has dropped
    /// out, or is silent.
    #[must_use]
    pub fn p_no_purchase(&self, history: &History, horizon: TimeSpan) -> f64 {
        self.p_purchases(history, horizon, 0)
    }

    /// The probability of exactly so many `purchases` in the `horizon` after `T`, given the
    /// history.
    ///
    /// ```text
    /// (1 - P(alive)) [j=0] + P(alive) pmf(j; n, A, s, B)
    /// pmf(j; r, alpha, s, beta) = NB_t(j) (beta/(beta+t))^s
    ///                           + s int_0^t NB_u(j) (beta/(beta+u))^s du/(beta+u)
    /// ```
    ///
    /// *Cost*: some hundred nodes, more with the root of `purchases`. *Accuracy*: 1e-12 relative.
    ///
    /// ```
    /// use tenure_clv::{History, ParetoNbd, TimeSpan, TimeUnit};
    /// let model = ParetoNbd::new(0.553, 10.578, 0.606, 11.669, TimeUnit::Week)?;
    /// let customer = History::new(2, 30.43, 38.86, TimeUnit::Week)?;
    /// let horizon = TimeSpan::new(39.0, TimeUnit::Week)?;
    /// let all: f64 = (0..200).map(|j| model.p_purchases(&customer, horizon, j)).sum();
    /// assert!((all - 1.0).abs() < 1e-9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn p_purchases(&self, history: &History, horizon: TimeSpan, purchases: u64) -> f64 {
        let living = self.p_living_purchases(history, horizon, purchases);
        let gone = if purchases == 0 { self.p_dead(history) } else { 0.0 };
        gone + self.p_alive(history) * living
    }

    /// The probability of exactly so many repeat `purchases` of a customer not yet known, in the
    /// `horizon` after the first.
    ///
    /// *Source*: Fader, Hardie 2006, "Deriving an Expression for P(X(t) = x) Under the Pareto/NBD
    /// Model".
    #[must_use]
    pub fn p_new_customer(&self, horizon: TimeSpan, purchases: u64) -> f64 {
        let [r, alpha, s, beta] = self.parameters();
        let t = horizon.in_unit(self.unit);
        with_dropout_at_any_time(purchases, [r, alpha], [s, beta], t)
    }

    /// Expected purchases in the `horizon` after `T`, given the history.
    #[must_use]
    pub fn expected_purchases(&self, history: &History, horizon: TimeSpan) -> f64 {
        let told = history.in_unit(self.unit);
        let rate = (self.r.get() + told.x_float()) / (self.alpha.get() + told.age());
        let lived = self.expected_lifetime(told.age(), horizon.in_unit(self.unit));
        self.p_alive(history) * (rate * lived)
    }

    /// Expected purchases from `from` to `to` after `T`, given the history; none if `to` is not
    /// after `from`. Computed over the interval, not as a difference.
    #[must_use]
    pub fn expected_purchases_between(
        &self,
        history: &History,
        from: TimeSpan,
        to: TimeSpan,
    ) -> f64 {
        let told = history.in_unit(self.unit);
        let (start, end) = (from.in_unit(self.unit), to.in_unit(self.unit));
        if end <= start {
            return 0.0;
        }
        let rate = (self.r.get() + told.x_float()) / (self.alpha.get() + told.age());
        let lived = self.expected_lifetime(told.age() + start, end - start);
        self.p_alive_after(history, from) * rate * lived
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
        match self.living_discounted(&history.in_unit(self.unit), rate) {
            Some(purchases) => Total::Finite(self.p_alive(history) * purchases),
            None => Total::Unbounded,
        }
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
        self.p_alive(history)
            * self.ahead(Prediction::DiscountedByPeriod { rate, period, periods }, history)
    }

    /// A prediction of a customer who is known to be alive.
    pub(crate) fn ahead(&self, prediction: Prediction, living: &History) -> f64 {
        let told = living.in_unit(self.unit);
        let often = (self.r.get() + told.x_float()) / (self.alpha.get() + told.age());
        match prediction {
            Prediction::PAlive => 1.0,
            Prediction::PAliveAfter(later) => self.survives(told.age(), later),
            Prediction::PNoPurchase(horizon) => self.p_living_purchases(living, horizon, 0),
            Prediction::ExpectedPurchases(horizon) => {
                often * self.expected_lifetime(told.age(), horizon.in_unit(self.unit))
            }
            Prediction::DiscountedPurchases(rate) => {
                self.living_discounted(&told, rate).unwrap_or(f64::MAX)
            }
            Prediction::DiscountedByPeriod { rate, period, periods } => {
                let length = period.in_unit(self.unit);
                let later = 1.0 / (1.0 + rate.discrete(period));
                let (mut worth, mut sum) = (1.0, 0.0);
                for i in 1..=periods {
                    let by_then = self.expected_lifetime(told.age(), f64::from(i) * length);
                    worth *= later;
                    sum += by_then * if i < periods { worth * (1.0 - later) } else { worth };
                }
                often * sum
            }
        }
    }

    /// The probability of exactly so many purchases of a customer who is alive.
    fn p_living_purchases(&self, history: &History, horizon: TimeSpan, purchases: u64) -> f64 {
        let told = history.in_unit(self.unit);
        let [r, alpha, s, beta] = self.parameters();
        let rate = [r + told.x_float(), alpha + told.age()];
        let t = horizon.in_unit(self.unit);
        with_dropout_at_any_time(purchases, rate, [s, beta + told.age()], t)
    }

    /// Discounted purchases of a customer who is alive, of a history in the model's unit; `None` if
    /// unbounded.
    fn living_discounted(&self, told: &History, rate: DiscountRate) -> Option<f64> {
        let [r, alpha, s, beta] = self.parameters();
        let (force, watched) = (rate.force(self.unit), beta + told.age());
        let lived = if force > 0.0 {
            // int e^(-delta u) (B/(B+u))^s du is the mean of 1/(delta + m) over m ~ Gamma(s, B).
            let (nodes, below) = gamma_nodes(s, watched, force);
            nodes.iter().fold(below / force, |sum, &(death, weight)| sum + weight / (force + death))
        } else if s > 1.0 {
            watched / (s - 1.0)
        } else {
            return None;
        };
        Some((r + told.x_float()) / (alpha + told.age()) * lived)
    }

    /// The probability that a customer alive at that age is alive `later`.
    fn survives(&self, age: f64, later: TimeSpan) -> f64 {
        let [_, _, s, beta] = self.parameters();
        libm::exp(-s * libm::log1p(later.in_unit(self.unit) / (beta + age)))
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

    /// The odds of death of a history in the model's unit; `None` where they are 0.
    fn death(&self, told: &History) -> Option<Death> {
        let silence = told.age() - told.recency();
        if silence <= 0.0 {
            return None;
        }
        let [r, alpha, s, beta] = self.parameters();
        let n = r + told.x_float();
        let (heard, lived) = (alpha + told.recency(), beta + told.recency());
        let (end, quick) = (silence / heard, heard / lived);
        let mut sum = 0.0;
        death_panels([n, s], quick, end, |from, to| {
            let (mut nodes, weights) = twelve_between(from, to);
            // Without a sum between them, several nodes are computed at once.
            for node in &mut nodes {
                let stretched = quick * *node;
                let fallen = n * ln_1p_of_positive(*node) + s * ln_1p_of_positive(stretched);
                *node = exp_of_negative(-fallen) / (1.0 + stretched);
            }
            let panel =
                nodes.iter().zip(weights).fold(0.0, |sum, (node, weight)| sum + node * weight);
            sum += panel;
            panel > 1e-18 * sum
        });
        let ln_integral = libm::log(s) + libm::log(quick) + libm::log(sum);
        Some(Death {
            ln_integral,
            ln_silence: n * libm::log1p(end) + s * libm::log1p(silence / lived),
        })
    }
}

/// The odds of death in two parts, for the second is large where the first is not.
struct Death {
    /// `ln(s int ((alpha+t_x)/(alpha+u))^n ((beta+t_x)/(beta+u))^s du/(beta+u))`.
    ln_integral: f64,
    /// `ln(((alpha+T)/(alpha+t_x))^n ((beta+T)/(beta+t_x))^s)`.
    ln_silence: f64,
}

impl Death {
    fn ln_odds(&self) -> f64 {
        self.ln_silence + self.ln_integral
    }
}

/// The panels of the integral of the death odds, over `y = (u-t_x)/(alpha+t_x)` from 0 to `end`:
/// of `(1+y)^-n (1+qy)^-(s+1)`, `q = (alpha+t_x)/(beta+t_x)`. Ends early when `panel` says that it
/// did not count.
///
/// Twelve nodes resolve a fall by six powers of e to a double, and by more where little is left;
/// and want room to the singularities at -1 and -1/q.
pub(crate) fn death_panels(
    [n, s]: [f64; 2],
    q: f64,
    end: f64,
    mut panel: impl FnMut(f64, f64) -> bool,
) {
    let nearest = 1.0_f64.min(1.0 / q);
    let (mut from, mut fallen) = (0.0, 0.0);
    while from < end {
        let slope = n / (1.0 + from) + (s + 1.0) * q / (1.0 + q * from);
        let width = ((6.0 + fallen) / slope).min(from + nearest);
        let to = (from + width).min(end);
        if !panel(from, to) {
            break;
        }
        from = to;
        fallen = n * ln_1p_of_positive(from) + s * ln_1p_of_positive(q * from);
    }
}
