//! Pareto/NBD: buys at a constant rate, may drop out at any time.

use tenure_stats::{Positive, ln_gamma_ratio, ln_one_plus_exp};

use super::beta_mixture::gamma_nodes;
use super::counts::with_dropout_at_any_time;
use super::death_odds::{Deaths, Odds, Silence};
use super::parameter;
use crate::columns::{HistoryColumns, Prediction};
use crate::error::ParameterError;
use crate::history::History;
use crate::rate::DiscountRate;
use crate::remembered::Remembered;
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
/// *Shape*: a [`History`] goes in; probabilities, or expected purchases, come out. *Cost*: a series of
/// a dozen to a hundred terms, a fifth of a microsecond and more, while `alpha + t_x` and `beta + t_x`
/// are within a factor of 2.5, and the factor less 1 times the purchases is below about 16; else an
/// integral over some dozen nodes, up to some microseconds. Discounted purchases ten microseconds.
///
/// *Accuracy*: the bounds of the conformance cases: 1e-12 relative for expectations, 1e-13 for
/// probabilities, and their complements computed without subtraction. The closed forms with 2F1
/// overflow at some hundreds of purchases, so the odds are a series of positive terms or an integral
/// of a positive function.
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
            Some(death) if death.ln() <= 0.0 => {
                common + bought(told.age()) + ln_one_plus_exp(death.ln())
            }
            Some(death) => {
                common
                    + bought(told.recency())
                    + self.deaths().ln_integral(&self.silence(&told), &death)
                    + ln_one_plus_exp(-death.ln())
            }
        }
    }

    /// The probability that the customer is alive at `T`.
    #[must_use]
    pub fn p_alive(&self, history: &History) -> f64 {
        self.death(&history.in_unit(self.unit)).map_or(1.0, |death| death.p_alive()[0])
    }

    /// The probability that the customer has dropped out by `T`: the complement of
    /// [`ParetoNbd::p_alive`], computed without subtracting from 1.
    #[must_use]
    pub fn p_dead(&self, history: &History) -> f64 {
        self.death(&history.in_unit(self.unit)).map_or(0.0, |death| death.p_dead())
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
        let lived = self.expected_lifetime(told.age(), horizon.in_unit(self.unit));
        self.p_alive(history) * (self.rate(&told) * lived)
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
        let lived = self.expected_lifetime(told.age() + start, end - start);
        self.p_alive_after(history, from) * self.rate(&told) * lived
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
        match self.discounted_lifetime(told.age(), rate) {
            Some(lived) => Total::Finite(self.p_alive(history) * (self.rate(&told) * lived)),
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
        let told = history.in_unit(self.unit);
        let length = period.in_unit(self.unit);
        let lived = self.lifetime_by_period(told.age(), rate.discrete(period), length, periods);
        self.p_alive(history) * (self.rate(&told) * lived)
    }

    /// A prediction of a customer who is known to be alive. Most are the rate times something that
    /// depends on `T` alone, and that is remembered.
    #[inline]
    pub(crate) fn ahead(
        &self,
        prediction: Prediction,
        living: &History,
        known: &mut Remembered,
    ) -> f64 {
        let told = living.in_unit(self.unit);
        let age = told.age();
        let anybody = History::trusted(0, 0.0, living.age(), living.unit());
        match prediction {
            Prediction::PAlive => 1.0,
            Prediction::PAliveAfter(later) => known.get(&anybody, || self.survives(age, later)),
            Prediction::PNoPurchase(horizon) => {
                known.get(living, || self.p_living_purchases(living, horizon, 0))
            }
            Prediction::ExpectedPurchases(horizon) => {
                let t = horizon.in_unit(self.unit);
                self.rate(&told) * known.get(&anybody, || self.expected_lifetime(age, t))
            }
            Prediction::DiscountedPurchases(rate) => {
                let lived = || self.discounted_lifetime(age, rate).unwrap_or(f64::MAX);
                self.rate(&told) * known.get(&anybody, lived)
            }
            Prediction::DiscountedByPeriod { rate, period, periods } => {
                let (discount, length) = (rate.discrete(period), period.in_unit(self.unit));
                let lived = || self.lifetime_by_period(age, discount, length, periods);
                self.rate(&told) * known.get(&anybody, lived)
            }
        }
    }

    /// Expected purchases in a unit of time of a customer who is alive, of a history in the
    /// model's unit.
    #[inline]
    fn rate(&self, told: &History) -> f64 {
        (self.r.get() + told.x_float()) / (self.alpha.get() + told.age())
    }

    /// The probability of exactly so many purchases of a customer who is alive.
    fn p_living_purchases(&self, history: &History, horizon: TimeSpan, purchases: u64) -> f64 {
        let told = history.in_unit(self.unit);
        let [r, alpha, s, beta] = self.parameters();
        let rate = [r + told.x_float(), alpha + told.age()];
        let t = horizon.in_unit(self.unit);
        with_dropout_at_any_time(purchases, rate, [s, beta + told.age()], t)
    }

    /// `int_0^inf e^(-delta u) (B/(B+u))^s du`; `None` if unbounded.
    fn discounted_lifetime(&self, age: f64, rate: DiscountRate) -> Option<f64> {
        let [_, _, s, beta] = self.parameters();
        let (force, watched) = (rate.force(self.unit), beta + age);
        if force > 0.0 {
            // The mean of 1/(delta + m) over m ~ Gamma(s, B).
            let (nodes, below) = gamma_nodes(s, watched, force);
            let from = below / force;
            Some(nodes.iter().fold(from, |sum, &(death, weight)| sum + weight / (force + death)))
        } else {
            (s > 1.0).then(|| watched / (s - 1.0))
        }
    }

    /// The lifetime within so many periods of that `length`, that in each discounted at its end.
    fn lifetime_by_period(&self, age: f64, discount: f64, length: f64, periods: u16) -> f64 {
        let later = 1.0 / (1.0 + discount);
        let (mut worth, mut sum) = (1.0, 0.0);
        for i in 1..=periods {
            let by_then = self.expected_lifetime(age, f64::from(i) * length);
            worth *= later;
            sum += by_then * if i < periods { worth * (1.0 - later) } else { worth };
        }
        sum
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

    /// P(alive) of many: the same bits as one by one, several at once.
    pub(crate) fn p_alive_of(
        &self,
        customers: &HistoryColumns<'_>,
        known: &mut Remembered,
        out: &mut [f64],
    ) {
        const TOGETHER: usize = 4;
        let same_unit = customers.unit() == self.unit;
        let deaths = self.deaths();
        let mut waiting = [Silence::default(); TOGETHER];
        let mut places = [0_usize; TOGETHER];
        let mut some = 0_usize;
        for (place, told) in customers.iter().enumerate() {
            let told = if same_unit { told } else { told.in_unit(self.unit) };
            let silence = self.silence(&told);
            if silence.length > 0.0 && deaths.series_is_short(&silence) {
                if let (Some(slot), Some(at)) = (waiting.get_mut(some), places.get_mut(some)) {
                    (*slot, *at) = (silence, place);
                }
                some = some.saturating_add(1);
                if some == TOGETHER {
                    some = 0;
                    let alive = deaths.series(&waiting).p_alive();
                    for (place, p_alive) in places.iter().zip(alive) {
                        if let Some(slot) = out.get_mut(*place) {
                            *slot = p_alive;
                        }
                    }
                }
            } else if let Some(slot) = out.get_mut(place) {
                // An integral: worth remembering.
                *slot = known.get(&told, || self.p_alive(&told));
            }
        }
        for (place, silence) in places.iter().zip(&waiting).take(some) {
            if let Some(slot) = out.get_mut(*place) {
                [*slot] = deaths.odds(silence).p_alive();
            }
        }
    }

    fn deaths(&self) -> Deaths {
        let [_, alpha, s, beta] = self.parameters();
        Deaths { s, apart: beta - alpha }
    }

    /// Since the last purchase of a history in the model's unit.
    #[inline]
    fn silence(&self, told: &History) -> Silence {
        let [r, alpha, _, beta] = self.parameters();
        Silence {
            n: r + told.x_float(),
            heard: alpha + told.recency(),
            lived: beta + told.recency(),
            length: told.age() - told.recency(),
        }
    }

    /// The odds of death of a history in the model's unit; `None` where they are 0.
    fn death(&self, told: &History) -> Option<Odds> {
        let silence = self.silence(told);
        (silence.length > 0.0).then(|| self.deaths().odds(&silence))
    }
}
