//! What counts as an occasion, and how refunds and first purchases count.

use tenure_model::Currency;

use super::time::PurchaseTime;
use crate::error::PurchaseTimeError;

/// How finely purchases are told apart: those of one customer in one period are one occasion.
///
/// A period starts at its first time, and `x`, `t_x` and `T` count from start to start. So a customer
/// is watched until the start of the period `as_of` lies in: under [`Day`](Self::Day) until that day,
/// under [`Week`](Self::Week) until its Monday, under [`Instant`](Self::Instant) until `as_of` itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OccasionPeriod {
    /// A calendar day.
    #[default]
    Day,
    /// An instant: only purchases of the same microsecond are one occasion.
    ///
    /// Rows and `as_of` are instants. For a whole last day, `as_of` is its
    /// [`last_instant`](tenure_model::Zone::last_instant) in a zone: a purchase a minute before
    /// midnight counts then, and `t_x <= T` holds for it. Hardly two customers have one history then, so
    /// that grouping saves fits nothing.
    Instant,
    /// A week from Monday.
    Week,
}

impl OccasionPeriod {
    /// Every value, in the order of the documentation.
    pub const ALL: &'static [Self] = &[Self::Day, Self::Instant, Self::Week];

    /// Its name in files and definitions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Instant => "instant",
            Self::Week => "week",
        }
    }

    /// The value of that name; `None` for any other text.
    ///
    /// ```
    /// use tenure_clv::OccasionPeriod;
    /// assert_eq!(OccasionPeriod::from_name("instant"), Some(OccasionPeriod::Instant));
    /// assert_eq!(OccasionPeriod::from_name(""), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.name() == name)
    }

    /// Whether its times are instants; else they are days.
    #[must_use]
    pub const fn is_instant(self) -> bool {
        matches!(self, Self::Instant)
    }

    /// The time, if it is of the kind this period counts.
    ///
    /// # Errors
    /// An instant where days are counted, or a day where instants are.
    pub(crate) const fn takes(self, time: PurchaseTime) -> Result<PurchaseTime, PurchaseTimeError> {
        if time.is_instant() == self.is_instant() {
            Ok(time)
        } else {
            Err(PurchaseTimeError { found: time })
        }
    }

    /// The start of the period `time` lies in.
    pub(crate) const fn start(self, time: PurchaseTime) -> PurchaseTime {
        match self {
            Self::Day | Self::Instant => time,
            Self::Week => time.monday(),
        }
    }
}

/// Whether the first purchase counts for mean spend. The models' `x` never counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FirstPurchase {
    /// Mean spend over repeat occasions; undefined without one.
    #[default]
    Excluded,
    /// Mean spend over all occasions.
    Included,
}

/// What a refund does. There is no default: the data must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Refunds {
    /// Nothing: purchases count as made.
    Drop,
    /// It is taken from the purchases of its own period. Under
    /// [`OccasionPeriod::Instant`] that is the very instant of the refund: one that is told at its own
    /// time finds nothing there and is reported as unabsorbed, unless it is given the instant of the
    /// purchase it reverses.
    Net,
    /// It is taken from the customer's latest occasions up to its own period, newest first.
    Offset,
}

impl Refunds {
    /// Every value, in the order of the documentation.
    pub const ALL: &'static [Self] = &[Self::Drop, Self::Net, Self::Offset];

    /// Its name in files and definitions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Net => "net",
            Self::Offset => "offset",
        }
    }

    /// The value of that name; `None` for any other text.
    ///
    /// ```
    /// use tenure_clv::Refunds;
    /// assert_eq!(Refunds::from_name("drop"), Some(Refunds::Drop));
    /// assert_eq!(Refunds::from_name(""), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.name() == name)
    }
}

/// Whether an occasion at which nothing was paid counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ZeroSpend {
    /// It is an occasion.
    #[default]
    Counts,
    /// It is none.
    Drop,
}

/// The definition of a purchase summary; it travels with log and result.
///
/// Under `Net` and `Offset` an occasion whose amount a refund brings to zero or below disappears;
/// if it was the first, the next becomes the first. What a refund cannot take from any purchase is
/// reported. A purchase of unknown amount is never refunded away.
///
/// ```
/// use tenure_clv::{FirstPurchase, OccasionPeriod, Refunds, SummaryDefinition};
/// use tenure_model::Currency;
/// let definition = SummaryDefinition::new(Currency::new("USD")?, Refunds::Offset)
///     .with_period(OccasionPeriod::Week);
/// assert_eq!(definition.refunds(), Refunds::Offset);
/// assert_eq!(definition.first_purchase(), FirstPurchase::Excluded);
/// # Ok::<(), tenure_model::CurrencyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::SummaryDefinition", into = "crate::wire::SummaryDefinition")
)]
pub struct SummaryDefinition {
    currency: Currency,
    refunds: Refunds,
    period: OccasionPeriod,
    first_purchase: FirstPurchase,
    zero_spend: ZeroSpend,
}

impl SummaryDefinition {
    /// Occasions are days, the first purchase is left out of mean spend, zero spend counts.
    #[must_use]
    pub const fn new(currency: Currency, refunds: Refunds) -> Self {
        Self {
            currency,
            refunds,
            period: OccasionPeriod::Day,
            first_purchase: FirstPurchase::Excluded,
            zero_spend: ZeroSpend::Counts,
        }
    }

    /// With another occasion period.
    #[must_use]
    pub const fn with_period(self, period: OccasionPeriod) -> Self {
        Self { period, ..self }
    }

    /// With another rule for the first purchase.
    #[must_use]
    pub const fn with_first_purchase(self, first_purchase: FirstPurchase) -> Self {
        Self { first_purchase, ..self }
    }

    /// With another rule for zero spend.
    #[must_use]
    pub const fn with_zero_spend(self, zero_spend: ZeroSpend) -> Self {
        Self { zero_spend, ..self }
    }

    /// The one currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// What a refund does.
    #[must_use]
    pub const fn refunds(self) -> Refunds {
        self.refunds
    }

    /// What one occasion spans.
    #[must_use]
    pub const fn period(self) -> OccasionPeriod {
        self.period
    }

    /// Whether mean spend counts the first purchase.
    #[must_use]
    pub const fn first_purchase(self) -> FirstPurchase {
        self.first_purchase
    }

    /// Whether occasions of zero spend count.
    #[must_use]
    pub const fn zero_spend(self) -> ZeroSpend {
        self.zero_spend
    }
}
