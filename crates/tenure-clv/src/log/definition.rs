//! What counts as an occasion, and how refunds and first purchases count.

use chrono::{Datelike, Days, NaiveDate};
use tenure_model::Currency;

/// How finely purchases are told apart: those of one customer in one period are one occasion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OccasionPeriod {
    /// A calendar day.
    #[default]
    Day,
    /// A week from Monday.
    Week,
}

impl OccasionPeriod {
    /// The first day of the period `date` lies in.
    #[must_use]
    pub fn start(self, date: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => date,
            Self::Week => {
                let since_monday = u64::from(date.weekday().num_days_from_monday());
                // The first days chrono knows have no Monday: they are their own period.
                date.checked_sub_days(Days::new(since_monday)).unwrap_or(date)
            }
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
    /// It is taken from the purchases of its own period.
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

#[cfg(test)]
mod tests {
    use super::OccasionPeriod;
    use chrono::NaiveDate;

    #[test]
    fn a_week_begins_on_monday() {
        let sunday = NaiveDate::from_ymd_opt(2024, 1, 7).unwrap();
        let monday = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        assert_eq!(OccasionPeriod::Week.start(sunday), monday);
        assert_eq!(OccasionPeriod::Week.start(monday), monday);
        assert_eq!(OccasionPeriod::Week.start(NaiveDate::MIN), NaiveDate::MIN);
    }
}
