//! Any of the models of purchases in continuous time.

use super::bg_nbd::{BgNbd, Dropout};
use super::nbd::Nbd;
use super::pareto_nbd::ParetoNbd;
use crate::history::History;
use crate::rate::DiscountRate;
use crate::unit::{TimeSpan, TimeUnit};
use crate::value::Total;

/// A model of purchases without contract, whichever it is: what a value, a tracking curve, a column
/// of predictions and a command ask of it.
///
/// *Shape*: each method is that of the model inside; under NBD everybody is alive. *Cost* and
/// *accuracy*: as there.
///
/// ```
/// use tenure_clv::{BgNbd, History, Nbd, PurchaseModel, TimeUnit};
/// let models: [PurchaseModel; 2] = [
///     BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week)?.into(),
///     Nbd::new(0.385, 12.072, TimeUnit::Week)?.into(),
/// ];
/// let customer = History::new(2, 30.43, 38.86, TimeUnit::Week)?;
/// let alive: Vec<f64> = models.iter().map(|model| model.p_alive(&customer)).collect();
/// assert!(alive[0] < 1.0 && alive[1] == 1.0);
/// assert_eq!(models.map(|model| model.name()), ["bg_nbd", "nbd"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum PurchaseModel {
    /// BG/NBD or MBG/NBD.
    BgNbd(BgNbd),
    /// Pareto/NBD.
    ParetoNbd(ParetoNbd),
    /// NBD.
    Nbd(Nbd),
}

/// The same question to whichever model it is.
macro_rules! ask {
    ($own:expr, $model:ident => $answer:expr) => {
        match $own {
            PurchaseModel::BgNbd($model) => $answer,
            PurchaseModel::ParetoNbd($model) => $answer,
            PurchaseModel::Nbd($model) => $answer,
        }
    };
}

impl PurchaseModel {
    /// Its name in documents: `bg_nbd`, `mbg_nbd`, `pareto_nbd` or `nbd`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BgNbd(model) => match model.dropout() {
                Dropout::AfterRepeats => "bg_nbd",
                Dropout::AfterAny => "mbg_nbd",
            },
            Self::ParetoNbd(_) => "pareto_nbd",
            Self::Nbd(_) => "nbd",
        }
    }

    /// The names of the parameters and their values, in order.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, f64)> {
        use crate::fit::FittedModel;
        let (names, values): (&[&'static str], Vec<f64>) = match self {
            Self::BgNbd(model) => (&<BgNbd as FittedModel<4>>::NAMES, model.parameters().into()),
            Self::ParetoNbd(model) => {
                (&<ParetoNbd as FittedModel<4>>::NAMES, model.parameters().into())
            }
            Self::Nbd(model) => (&<Nbd as FittedModel<2>>::NAMES, model.parameters().into()),
        };
        names.iter().copied().zip(values)
    }

    /// The unit of its times.
    #[must_use]
    pub const fn unit(&self) -> TimeUnit {
        ask!(self, model => model.unit())
    }

    /// The logarithm of the likelihood of one history, told in the model's unit.
    #[must_use]
    pub fn log_likelihood(&self, history: &History) -> f64 {
        ask!(self, model => model.log_likelihood(history))
    }

    /// The probability that the customer is alive at `T`.
    #[must_use]
    pub fn p_alive(&self, history: &History) -> f64 {
        match self {
            Self::BgNbd(model) => model.p_alive(history),
            Self::ParetoNbd(model) => model.p_alive(history),
            Self::Nbd(_) => 1.0,
        }
    }

    /// The probability that the customer has dropped out by `T`, computed without subtraction.
    #[must_use]
    pub fn p_dead(&self, history: &History) -> f64 {
        match self {
            Self::BgNbd(model) => model.p_dead(history),
            Self::ParetoNbd(model) => model.p_dead(history),
            Self::Nbd(_) => 0.0,
        }
    }

    /// The probability that the customer is alive `later` than `T`.
    #[must_use]
    pub fn p_alive_after(&self, history: &History, later: TimeSpan) -> f64 {
        match self {
            Self::BgNbd(model) => model.p_alive_after(history, later),
            Self::ParetoNbd(model) => model.p_alive_after(history, later),
            Self::Nbd(_) => 1.0,
        }
    }

    /// The probability of no purchase in the `horizon` after `T`.
    #[must_use]
    pub fn p_no_purchase(&self, history: &History, horizon: TimeSpan) -> f64 {
        self.p_purchases(history, horizon, 0)
    }

    /// The probability of exactly so many `purchases` in the `horizon` after `T`.
    #[must_use]
    pub fn p_purchases(&self, history: &History, horizon: TimeSpan, purchases: u64) -> f64 {
        ask!(self, model => model.p_purchases(history, horizon, purchases))
    }

    /// The probability of exactly so many repeat `purchases` of a customer not yet known.
    #[must_use]
    pub fn p_new_customer(&self, horizon: TimeSpan, purchases: u64) -> f64 {
        ask!(self, model => model.p_new_customer(horizon, purchases))
    }

    /// Expected purchases in the `horizon` after `T`.
    #[must_use]
    pub fn expected_purchases(&self, history: &History, horizon: TimeSpan) -> f64 {
        ask!(self, model => model.expected_purchases(history, horizon))
    }

    /// Expected purchases from `from` to `to` after `T`.
    #[must_use]
    pub fn expected_purchases_between(
        &self,
        history: &History,
        from: TimeSpan,
        to: TimeSpan,
    ) -> f64 {
        ask!(self, model => model.expected_purchases_between(history, from, to))
    }

    /// Expected repeat purchases of a customer not yet known, in the `horizon` after the first.
    #[must_use]
    pub fn expected_new_customer(&self, horizon: TimeSpan) -> f64 {
        ask!(self, model => model.expected_new_customer(horizon))
    }

    /// Expected purchases for ever after `T`, discounted continuously to `T` (DERT).
    #[must_use]
    pub fn discounted_purchases(&self, history: &History, rate: DiscountRate) -> Total {
        ask!(self, model => model.discounted_purchases(history, rate))
    }

    /// Expected purchases in the next `periods` periods, those of period `i` discounted by
    /// `(1+d)^-i`.
    #[must_use]
    pub fn discounted_purchases_by_period(
        &self,
        history: &History,
        rate: DiscountRate,
        period: TimeSpan,
        periods: u16,
    ) -> f64 {
        ask!(self, model => model.discounted_purchases_by_period(history, rate, period, periods))
    }
}

macro_rules! from {
    ($($model:ident),*) => {$(
        impl From<$model> for PurchaseModel {
            fn from(model: $model) -> Self {
                Self::$model(model)
            }
        }
        impl From<&$model> for PurchaseModel {
            fn from(model: &$model) -> Self {
                Self::$model(*model)
            }
        }
    )*};
}

from!(BgNbd, ParetoNbd, Nbd);

impl From<&Self> for PurchaseModel {
    fn from(model: &Self) -> Self {
        *model
    }
}
