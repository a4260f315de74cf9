//! BG/NBD and MBG/NBD: buys at a constant rate, may drop out after any purchase.

use tenure_stats::{
    Positive, count_to_f64, ln_beta_ratio, ln_gamma_ratio, ln_one_plus_exp, logistic,
};

use super::beta_mixture::Alive;
use super::counts::with_dropout_at_purchases;
use super::parameter;
use crate::columns::{HistoryColumns, Prediction};
use crate::error::ParameterError;
use crate::history::History;
use crate::kernel::{exp_of_negative, ln_1p};
use crate::rate::DiscountRate;
use crate::unit::{TimeSpan, TimeUnit};
use crate::value::Total;

/// After which purchases a customer may drop out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Dropout {
    /// After each repeat purchase: BG/NBD.
    AfterRepeats,
    /// After each purchase, the first included: MBG/NBD.
    AfterAny,
}

impl Dropout {
    /// Chances to drop out beyond the repeat purchases.
    pub(crate) const fn extra(self) -> u64 {
        match self {
            Self::AfterRepeats => 0,
            Self::AfterAny => 1,
        }
    }
}

/// How many purchases are still to come from a customer, and is the customer alive?
///
/// Two models in one shape: BG/NBD by [`BgNbd::new`], and its modification MBG/NBD, in which the
/// customer may drop out after the first purchase too, by [`BgNbd::modified`].
///
/// *Setting*: no contract, purchases at any time. *Assumptions*: while alive, purchases are
/// Poisson with a rate that differs over customers as `Gamma(r, alpha)`; after each repeat purchase
/// the customer drops out for good with a probability that differs as `Beta(a, b)`; rate and
/// probability are independent. *Unit*: `alpha` is in the model's [`TimeUnit`]; histories and
/// horizons in other units are converted. *Failure modes*: a customer without a repeat purchase
/// cannot have dropped out, so P(alive) is exactly 1 there, however long the silence: a property of
/// BG/NBD, which MBG/NBD does not have. Seasons, and rates that change, are not seen.
///
/// ```text
/// n = r + x,  A = alpha + T,  odds of death k = [x>0] a/(b+x-1) (A/(alpha+t_x))^n
/// ln L     = lnG(n) - lnG(r) + r ln alpha - n ln A + lnB(a, b+x) - lnB(a, b) + ln(1+k)
/// P(alive) = 1/(1+k)
/// E[X(T, T+t)] = P(alive) E_p[(1 - (1+pt/A)^-n) / p],  p ~ Beta(a, b+x)
///
/// MBG/NBD: k = a/(b+x) (A/(alpha+t_x))^n, and b+x+1 for b+x in likelihood and posterior
/// ```
///
/// *Shape*: a [`History`] goes in; probabilities, or expected purchases, come out. *Cost*: P(alive)
/// tens of nanoseconds, expected purchases some hundred, discounted ones a tenth of a millisecond; only
/// the last allocates.
///
/// *Accuracy*: the bounds of the conformance cases: 1e-12 relative for expectations, 1e-13 for
/// probabilities, and their complements computed without subtraction.
///
/// *Source*: Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way: An Alternative to the
/// Pareto/NBD Model"; Batislam, Denizel, Filiztekin 2007, "Empirical Validation and Comparison of
/// Models for Customer Base Analysis", for the modification.
///
/// # Example
///
/// The CDNOW customer of that paper's companion notes, 2 repeats, the last in week 30.43 of 38.86:
///
/// ```
/// use tenure_clv::{BgNbd, History, TimeSpan, TimeUnit};
/// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week)?;
/// let customer = History::new(2, 30.43, 38.86, TimeUnit::Week)?;
/// let next = model.expected_purchases(&customer, TimeSpan::new(39.0, TimeUnit::Week)?);
/// assert!((next - 1.226).abs() < 5e-4);
/// let alive = model.p_alive(&customer);
/// assert!((alive + model.p_dead(&customer) - 1.0).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::wire::BgNbd", into = "crate::wire::BgNbd"))]
pub struct BgNbd {
    r: Positive,
    alpha: Positive,
    a: Positive,
    b: Positive,
    unit: TimeUnit,
    dropout: Dropout,
}

impl BgNbd {
    /// BG/NBD with these parameters; `alpha` in `unit`s.
    ///
    /// # Errors
    /// A parameter outside 1e-12 to 1e12.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64, unit: TimeUnit) -> Result<Self, ParameterError> {
        Self::with_dropout([r, alpha, a, b], unit, Dropout::AfterRepeats)
    }

    /// MBG/NBD with these parameters; `alpha` in `unit`s.
    ///
    /// # Errors
    /// A parameter outside 1e-12 to 1e12.
    ///
    /// ```
    /// use tenure_clv::{BgNbd, History, TimeUnit};
    /// let model = BgNbd::modified(0.525, 6.183, 0.891, 1.614, TimeUnit::Week)?;
    /// let once = History::new(0, 0.0, 31.14, TimeUnit::Week)?;
    /// assert!((model.p_alive(&once) - 0.413_449).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn modified(
        r: f64,
        alpha: f64,
        a: f64,
        b: f64,
        unit: TimeUnit,
    ) -> Result<Self, ParameterError> {
        Self::with_dropout([r, alpha, a, b], unit, Dropout::AfterAny)
    }

    pub(crate) fn with_dropout(
        [r, alpha, a, b]: [f64; 4],
        unit: TimeUnit,
        dropout: Dropout,
    ) -> Result<Self, ParameterError> {
        Ok(Self {
            r: parameter("r", r)?,
            alpha: parameter("alpha", alpha)?,
            a: parameter("a", a)?,
            b: parameter("b", b)?,
            unit,
            dropout,
        })
    }

    /// After which purchases a customer may drop out: which of the two models it is.
    #[must_use]
    pub const fn dropout(&self) -> Dropout {
        self.dropout
    }

    /// `r`, `alpha`, `a`, `b`.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 4] {
        [self.r.get(), self.alpha.get(), self.a.get(), self.b.get()]
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
        let (x, alpha) = (told.x_float(), self.alpha.get());
        // A history holds at most 2^53 purchases.
        let chances = told.x().saturating_add(self.dropout.extra());
        let common = ln_gamma_ratio(self.r, told.x()) + ln_beta_ratio(self.a, self.b, chances);
        // x purchases in that time, in this order.
        let bought =
            |time: f64| -self.r.get() * libm::log1p(time / alpha) - x * libm::log(alpha + time);
        // Relative to the likelier of alive and dead: where one is far likelier, its own sum of
        // logarithms cancels less.
        match self.ln_death_odds(&told) {
            None => common + bought(told.age()),
            Some(ln_odds) if ln_odds <= 0.0 => {
                common + bought(told.age()) + ln_one_plus_exp(ln_odds)
            }
            Some(ln_odds) => {
                common
                    + bought(told.recency())
                    + self.ln_dropout_odds(x)
                    + ln_one_plus_exp(-ln_odds)
            }
        }
    }

    /// The probability that the customer is alive at `T`; under BG/NBD exactly 1 without a
    /// repeat purchase.
    #[must_use]
    pub fn p_alive(&self, history: &History) -> f64 {
        self.ln_death_odds(history).map_or(1.0, alive_at)
    }

    /// The probability that the customer has dropped out by `T`: the complement of
    /// [`BgNbd::p_alive`], computed without subtracting from 1.
    #[must_use]
    pub fn p_dead(&self, history: &History) -> f64 {
        self.ln_death_odds(history).map_or(0.0, logistic)
    }

    /// The probability that the customer is alive `later` than `T`: never rising in it, and
    /// [`BgNbd::p_alive`] at once.
    ///
    /// ```text
    /// P(alive at T+t) = P(alive) E_p[(1+pt/A)^-n]
    /// ```
    #[must_use]
    pub fn p_alive_after(&self, history: &History, later: TimeSpan) -> f64 {
        self.p_alive(history) * self.alive(history).stays(later.in_unit(self.unit))
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
    /// (1 - P(alive)) [j=0] + P(alive) BG(j; n, A, a, b')
    /// BG(j; r, alpha, a, b) = B(a, b+j)/B(a, b) NB(j) + [j>0] B(a+1, b+j-1)/B(a, b) I_z(j, r)
    /// NB(j) = G(r+j)/(G(r) j!) (1-z)^r z^j,  z = t/(alpha+t)
    /// ```
    ///
    /// *Accuracy*: 1e-12 relative.
    ///
    /// ```
    /// use tenure_clv::{BgNbd, History, TimeSpan, TimeUnit};
    /// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week)?;
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
    /// *Source*: Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way", equation 8.
    #[must_use]
    pub fn p_new_customer(&self, horizon: TimeSpan, purchases: u64) -> f64 {
        let ([r, exposure, a, b], extra) = (self.parameters(), self.extra());
        let dropout = [self.a, self.b.plus(self.dropout.extra())];
        let t = horizon.in_unit(self.unit);
        let living = with_dropout_at_purchases(purchases, [r, exposure], dropout, t);
        // MBG/NBD: first survive the first purchase.
        let gone = if purchases == 0 { extra * a / (b + extra * a) } else { 0.0 };
        gone + b / (b + extra * a) * living
    }

    /// Expected purchases in the `horizon` after `T`, given the history.
    #[must_use]
    pub fn expected_purchases(&self, history: &History, horizon: TimeSpan) -> f64 {
        self.p_alive(history)
            * self.alive(history).expected_purchases(0.0, horizon.in_unit(self.unit))
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
        let (from, to) = (from.in_unit(self.unit), to.in_unit(self.unit));
        self.p_alive(history) * self.alive(history).expected_purchases(from, to)
    }

    /// Expected repeat purchases of a customer not yet known, in the `horizon` after the first.
    #[must_use]
    pub fn expected_new_customer(&self, horizon: TimeSpan) -> f64 {
        let ([r, exposure, a, b], extra) = (self.parameters(), self.extra());
        // MBG/NBD: first survive the first purchase.
        let stays = b / (b + extra * a);
        let alive = Alive { n: r, exposure, a, b: b + extra };
        stays * alive.expected_purchases(0.0, horizon.in_unit(self.unit))
    }

    /// Expected purchases for ever after `T`, given the history, each discounted continuously to
    /// `T` (DERT). Unbounded without a discount if `a <= 1`.
    ///
    /// *Source*: Fader, Hardie, Lee 2005, "RFM and CLV: Using Iso-Value Curves for Customer Base
    /// Analysis", for the quantity; there for Pareto/NBD.
    #[must_use]
    pub fn discounted_purchases(&self, history: &History, rate: DiscountRate) -> Total {
        match self.alive(history).discounted_purchases(rate.force(self.unit)) {
            Some(purchases) => Total::Finite(self.p_alive(history) * purchases),
            None => Total::Unbounded,
        }
    }

    /// Expected purchases in the next `periods` periods, those of period `i` discounted by
    /// `(1+d)^-i`: a finite horizon, discounted at the end of each period.
    ///
    /// ```text
    /// sum over i = 1..periods of (E(i) - E(i-1)) / (1+d)^i,  E(i) expected by the end of period i
    /// ```
    ///
    /// Summed by parts, so that no two expectations are subtracted. *Cost*: all horizons in one pass.
    #[must_use]
    pub fn discounted_purchases_by_period(
        &self,
        history: &History,
        rate: DiscountRate,
        period: TimeSpan,
        periods: u16,
    ) -> f64 {
        let length = period.in_unit(self.unit);
        self.p_alive(history)
            * self.alive(history).discounted_by_period(rate.discrete(period), length, periods)
    }

    /// P(alive) of many, told in one unit: the same bits as one by one, several at once.
    pub(crate) fn p_alive_of(&self, customers: &HistoryColumns<'_>, out: &mut [f64]) {
        const BLOCK: usize = 256;
        const TABLE: usize = 64;
        let (unit, modified) = (customers.unit(), self.dropout == Dropout::AfterAny);
        let (r, alpha) = (self.r.get(), self.alpha.get());
        let mut of_count = [0.0; TABLE];
        for (x, odds) in (0_u32..).zip(&mut of_count) {
            *odds = self.ln_dropout_odds(f64::from(x));
        }
        // One slot more than rows: each row is written down, and kept if it may have dropped out.
        let (mut silence, mut ln_odds, mut n) =
            ([0.0; BLOCK + 1], [0.0; BLOCK + 1], [0.0; BLOCK + 1]);
        let mut places = [0_usize; BLOCK + 1];
        let mut rows = customers.iter();
        for block in out.chunks_mut(BLOCK) {
            let mut some = 0_usize;
            for (place, told) in rows.by_ref().take(block.len()).enumerate() {
                let told = if unit == self.unit { told } else { told.in_unit(self.unit) };
                let (x, count) = (told.x_float(), usize::try_from(told.x()).unwrap_or(usize::MAX));
                let slots = (silence.get_mut(some), ln_odds.get_mut(some), n.get_mut(some));
                if let ((Some(silence), Some(ln_odds), Some(n)), Some(at)) =
                    (slots, places.get_mut(some))
                {
                    *silence = (told.age() - told.recency()) / (alpha + told.recency());
                    *ln_odds = match of_count.get(count) {
                        Some(known) => *known,
                        None => self.ln_dropout_odds(x),
                    };
                    *n = r + x;
                    *at = place;
                }
                some = some.saturating_add(usize::from(modified || count > 0));
            }
            for ((silence, ln_odds), n) in silence.iter_mut().zip(&ln_odds).zip(&n).take(some) {
                *silence = alive_at(ln_odds + n * ln_1p(*silence));
            }
            // The others are alive.
            block.fill(1.0);
            for (place, p_alive) in places.iter().zip(&silence).take(some) {
                if let Some(slot) = block.get_mut(*place) {
                    *slot = *p_alive;
                }
            }
        }
    }

    /// A prediction of a customer who is known to be alive.
    pub(crate) fn ahead(&self, prediction: Prediction, living: &History) -> f64 {
        let alive = self.alive(living);
        match prediction {
            Prediction::PAlive => 1.0,
            Prediction::PAliveAfter(later) => alive.stays(later.in_unit(self.unit)),
            Prediction::PNoPurchase(horizon) => self.p_living_purchases(living, horizon, 0),
            Prediction::ExpectedPurchases(horizon) => {
                alive.expected_purchases(0.0, horizon.in_unit(self.unit))
            }
            Prediction::DiscountedPurchases(rate) => {
                alive.discounted_purchases(rate.force(self.unit)).unwrap_or(f64::MAX)
            }
            Prediction::DiscountedByPeriod { rate, period, periods } => alive.discounted_by_period(
                rate.discrete(period),
                period.in_unit(self.unit),
                periods,
            ),
        }
    }

    /// The probability of exactly so many purchases of a customer who is alive.
    fn p_living_purchases(&self, history: &History, horizon: TimeSpan, purchases: u64) -> f64 {
        let Alive { n, exposure, .. } = self.alive(history);
        // A history holds at most 2^53 purchases.
        let chances = history.x().saturating_add(self.dropout.extra());
        let dropout = [self.a, self.b.plus(chances)];
        let t = horizon.in_unit(self.unit);
        with_dropout_at_purchases(purchases, [n, exposure], dropout, t)
    }

    /// `ln k`; `None` where `k` is 0.
    fn ln_death_odds(&self, history: &History) -> Option<f64> {
        if history.x() == 0 && self.dropout == Dropout::AfterRepeats {
            return None;
        }
        let told = history.in_unit(self.unit);
        let (x, alpha) = (told.x_float(), self.alpha.get());
        let silence = ln_1p((told.age() - told.recency()) / (alpha + told.recency()));
        Some(self.ln_dropout_odds(x) + (self.r.get() + x) * silence)
    }

    /// The logarithm of the odds of dropping out at the last of `x` repeat purchases.
    fn ln_dropout_odds(&self, x: f64) -> f64 {
        libm::log(self.a.get() / (self.b.get() + (x - 1.0 + self.extra())))
    }

    fn extra(&self) -> f64 {
        count_to_f64(self.dropout.extra())
    }

    /// The posterior of a customer who is alive.
    fn alive(&self, history: &History) -> Alive {
        let x = count_to_f64(history.x());
        Alive {
            n: self.r.get() + x,
            exposure: self.alpha.get() + history.in_unit(self.unit).age(),
            a: self.a.get(),
            b: self.b.get() + x + self.extra(),
        }
    }
}

/// The probability of being alive at these logarithms of the odds of death.
#[inline]
fn alive_at(ln_odds: f64) -> f64 {
    let rare = exp_of_negative(-ln_odds.abs());
    (if ln_odds > 0.0 { rare } else { 1.0 }) / (1.0 + rare)
}
