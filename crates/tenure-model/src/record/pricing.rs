//! Priced changes of subscriptions.

use rust_decimal::Decimal;

use super::named::named;
use crate::account::Text;
use crate::error::RecordError;
use crate::instant::Instant;
use crate::money::Money;

named! {
    /// The unit of a billing interval.
    ///
    /// ```
    /// assert_eq!(tenure_model::record::Interval::Month.name(), "month");
    /// ```
    Interval {
        /// A month.
        Month = "month",
        /// A year.
        Year = "year",
        /// Seven days.
        Week = "week",
        /// A day.
        Day = "day",
    }
}

/// By how much a discount lowers a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reduction {
    /// So many percent, 0 to 100.
    Percent(Decimal),
    /// So much a billing interval, for the whole quantity, in the currency of the price.
    Amount(Decimal),
}

/// A discount on a price.
///
/// ```
/// use tenure_model::record::{Discount, Reduction};
/// let half = Discount { reduction: Reduction::Percent(tenure_model::parse_decimal("50")?), until: None };
/// assert!(half.until.is_none());
/// # Ok::<(), tenure_model::NumberError>(())
/// ```
#[expect(clippy::exhaustive_structs, reason = "a discount is a reduction and its end")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Discount {
    /// By how much.
    pub reduction: Reduction,
    /// The instant it ends, not included; `None` is for ever.
    pub until: Option<Instant>,
}

/// What a subscription costs from an instant on.
///
/// ```
/// use tenure_model::record::{Interval, Price};
/// use tenure_model::{Currency, Money};
/// let mut seats = Price::new(Money::parse("120", Currency::new("USD")?)?, Interval::Year);
/// seats.quantity = 10;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Price {
    /// The amount a unit and billing interval; may have more decimals than the currency.
    pub amount: Money,
    /// How many units; 0 is a price of nothing.
    pub quantity: u32,
    /// The unit of the billing interval.
    pub interval: Interval,
    /// How many of that unit a billing interval lasts, at least 1.
    pub count: u32,
    /// A discount.
    pub discount: Option<Discount>,
    /// Free before this instant.
    pub trial_end: Option<Instant>,
}

impl Price {
    /// One unit, one interval, no discount, no trial.
    #[must_use]
    pub const fn new(amount: Money, interval: Interval) -> Self {
        Self { amount, quantity: 1, interval, count: 1, discount: None, trial_end: None }
    }

    fn check(&self) -> Result<(), RecordError> {
        if self.count == 0 {
            return Err(RecordError::new("count", "0", "a whole number, 1 or more"));
        }
        match self.discount.map(|discount| discount.reduction) {
            Some(Reduction::Percent(percent))
                if percent.is_sign_negative() || percent > Decimal::ONE_HUNDRED =>
            {
                let expected = "a percentage from 0 to 100";
                Err(RecordError::new("discount_percent", percent.to_string(), expected))
            }
            Some(Reduction::Amount(amount)) if amount.is_sign_negative() => {
                let expected = "an amount not below 0";
                Err(RecordError::new("discount_amount", amount.to_string(), expected))
            }
            _ => Ok(()),
        }
    }
}

/// What happens to a subscription.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SubscriptionChange {
    /// Live at a monthly amount.
    Set {
        /// The finished amount a month.
        monthly: Money,
    },
    /// Live at a price, for the first time or again.
    Start(Box<Price>),
    /// Another price; nothing of the old one is inherited.
    Change(Box<Price>),
    /// Ended.
    Cancel {
        /// The end of the service, where it differs from the request.
        service_end: Option<Instant>,
    },
    /// Paused.
    Pause,
    /// No longer paused.
    Resume,
    /// A single charge: never recurring.
    OneOff {
        /// The amount.
        amount: Money,
    },
    /// Money given back: never recurring.
    Refund {
        /// The amount.
        amount: Money,
    },
    /// A charge by use: never recurring.
    Usage {
        /// The amount.
        amount: Money,
    },
    /// Part of an interval's price: never recurring.
    Proration {
        /// The amount.
        amount: Money,
    },
}

/// A row of `subscriptions`: one change of one subscription.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Instant, Zone};
/// let at = Instant::parse("2024-02-10", Zone::UTC)?;
/// let cancel = SubscriptionEvent::new(at, "S-1", SubscriptionChange::Cancel { service_end: None });
/// assert_eq!(&*cancel.subscription, "S-1");
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct SubscriptionEvent {
    /// When it takes effect.
    pub at: Instant,
    /// Which of several changes at one instant comes first; then input order decides.
    pub seq: u64,
    /// Which subscription of the account.
    pub subscription: Text,
    /// What happens.
    pub change: SubscriptionChange,
}

impl SubscriptionEvent {
    /// A change of a subscription.
    #[must_use]
    pub fn new(at: Instant, subscription: impl Into<Text>, change: SubscriptionChange) -> Self {
        Self { at, seq: 0, subscription: subscription.into(), change }
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        match &self.change {
            SubscriptionChange::Set { monthly } => {
                monthly.to_minor().map(|_| ()).map_err(|error| {
                    let expected = format!("a finished monthly amount: {error}");
                    RecordError::new("amount", monthly.to_string(), expected)
                })
            }
            SubscriptionChange::Start(price) | SubscriptionChange::Change(price) => price.check(),
            _ => Ok(()),
        }
    }
}
