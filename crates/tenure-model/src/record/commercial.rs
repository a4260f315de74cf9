//! Contracts, renewals and purchases.

use chrono::NaiveDate;

use super::named::named;
use crate::account::{RecordId, Text};
use crate::error::{MoneyError, RecordError};
use crate::money::{Minor, Money};
use crate::tri::Tri;

named! {
    /// Whether a contract's terms were made for this account.
    ///
    /// ```
    /// assert_eq!(tenure_model::record::Terms::Negotiated.name(), "negotiated");
    /// ```
    Terms {
        /// Negotiated with this account.
        Negotiated = "negotiated",
        /// The same for everybody.
        Standard = "standard",
    }
}

named! {
    /// When a contract is billed.
    ///
    /// ```
    /// use tenure_model::record::Billing;
    /// assert!(Billing::Monthly.is_recurring() && !Billing::PerJob.is_recurring());
    /// ```
    Billing {
        /// Every month.
        Monthly = "monthly",
        /// Every quarter.
        Quarterly = "quarterly",
        /// Every year.
        Annual = "annual",
        /// At milestones.
        Milestone = "milestone",
        /// By the hour.
        Hourly = "hourly",
        /// By the job.
        PerJob = "per_job",
        /// By the order.
        PerOrder = "per_order",
        /// By the placement.
        PerPlacement = "per_placement",
    }
}

impl Billing {
    /// Monthly, quarterly or annual.
    #[must_use]
    pub const fn is_recurring(self) -> bool {
        matches!(self, Self::Monthly | Self::Quarterly | Self::Annual)
    }
}

named! {
    /// How a contract goes on at its end.
    ///
    /// ```
    /// assert_eq!(tenure_model::record::ContractRenewal::from_name("auto").map(|r| r.name()), Some("auto"));
    /// ```
    ContractRenewal {
        /// By itself.
        Auto = "auto",
        /// By agreement.
        Manual = "manual",
        /// It does not.
        None = "none",
    }
}

/// A row of `contracts`.
///
/// ```
/// use tenure_model::record::{Billing, Contract, Terms};
/// use tenure_model::{Tri, parse_date};
/// let mut retainer =
///     Contract::new("retainer", parse_date("2024-01-01")?, Terms::Negotiated, Billing::Monthly);
/// retainer.fiduciary = Tri::Yes;
/// assert!(retainer.in_force(parse_date("2030-01-01")?));
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Contract {
    /// First day in force.
    pub start: NaiveDate,
    /// Last day in force, included; `None` is open.
    pub end: Option<NaiveDate>,
    /// The day it was signed; `None` is not known, and hides nothing.
    pub signed: Option<NaiveDate>,
    /// What sort of contract, in the trade's own word.
    pub kind: Text,
    /// Negotiated or standard.
    pub terms: Terms,
    /// When it is billed.
    pub billing: Billing,
    /// Whether it carries a duty of care in law.
    pub fiduciary: Tri,
    /// Whether the account may buy this from nobody else.
    pub exclusive: Tri,
    /// How it goes on at its end; `None` is not known.
    pub renewal: Option<ContractRenewal>,
    /// What it is worth a year; `None` is not known.
    pub annual_value: Option<Money>,
}

impl Contract {
    /// An open contract about which nothing more is known.
    #[must_use]
    pub fn new(kind: impl Into<Text>, start: NaiveDate, terms: Terms, billing: Billing) -> Self {
        Self {
            start,
            end: None,
            signed: None,
            kind: kind.into(),
            terms,
            billing,
            fiduciary: Tri::Unknown,
            exclusive: Tri::Unknown,
            renewal: None,
            annual_value: None,
        }
    }

    /// Whether it is in force on that day: started, and not ended before it.
    #[must_use]
    pub fn in_force(&self, day: NaiveDate) -> bool {
        self.start <= day && self.end.is_none_or(|end| day <= end)
    }

    /// Whether it is an engagement: any kind but terms that are clicked through and trade accounts,
    /// which bind nobody to anything.
    ///
    /// ```
    /// use tenure_model::record::{Billing, Contract, Terms};
    /// let day = tenure_model::parse_date("2024-01-01")?;
    /// let of = |kind: &str| Contract::new(kind, day, Terms::Standard, Billing::Monthly);
    /// assert!(of("retainer").is_engagement() && !of("terms_of_service").is_engagement());
    /// # Ok::<(), tenure_model::DateError>(())
    /// ```
    #[must_use]
    pub fn is_engagement(&self) -> bool {
        !matches!(&*self.kind, "terms_of_service" | "trade_account")
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        if self.kind.is_empty() {
            return Err(RecordError::new("kind", "", "a word such as `retainer`"));
        }
        if let Some(end) = self.end.filter(|&end| end < self.start) {
            let expected = format!("a day not before `start` ({})", self.start);
            return Err(RecordError::new("end", end.to_string(), expected));
        }
        if let Some(value) = &self.annual_value {
            if value.amount().is_sign_negative() {
                let found = value.to_string();
                return Err(RecordError::new("annual_value", found, "an amount not below 0"));
            }
            value.to_minor().map_err(|error| fault("annual_value", value, &error))?;
        }
        Ok(())
    }
}

fn fault(field: &'static str, found: &Money, error: &MoneyError) -> RecordError {
    RecordError::new(field, found.to_string(), format!("a finished amount: {error}"))
}

/// A row of `renewals`: a term that comes due.
///
/// ```
/// use tenure_model::record::Renewal;
/// use tenure_model::{Currency, Money, parse_date};
/// let arr = Money::parse("1200.00", Currency::new("USD")?)?;
/// let mut renewal = Renewal::new("C-1", parse_date("2024-12-31")?, arr);
/// renewal.closed_at = Some(parse_date("2024-12-20")?);
/// renewal.arr_renewed = Some(arr);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Renewal {
    /// The day the term comes due.
    pub due: NaiveDate,
    /// Which contract.
    pub contract: Text,
    /// Annual recurring revenue that comes due.
    pub arr_due: Money,
    /// The day it was renewed.
    pub closed_at: Option<NaiveDate>,
    /// Annual recurring revenue after renewal; given exactly where `closed_at` is.
    pub arr_renewed: Option<Money>,
    /// The day it was lost; never beside `closed_at`.
    pub lost_at: Option<NaiveDate>,
}

impl Renewal {
    /// A term due, neither renewed nor lost.
    #[must_use]
    pub fn new(contract: impl Into<Text>, due: NaiveDate, arr_due: Money) -> Self {
        let contract = contract.into();
        Self { due, contract, arr_due, closed_at: None, arr_renewed: None, lost_at: None }
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        if let (Some(closed), Some(lost)) = (self.closed_at, self.lost_at) {
            let expected = format!("nothing beside `closed_at` ({closed})");
            return Err(RecordError::new("lost_at", lost.to_string(), expected));
        }
        match (self.closed_at, &self.arr_renewed) {
            (Some(_), None) => {
                return Err(RecordError::new("arr_renewed", "", "an amount beside `closed_at`"));
            }
            (None, Some(amount)) => {
                let expected = "nothing without `closed_at`";
                return Err(RecordError::new("arr_renewed", amount.to_string(), expected));
            }
            _ => {}
        }
        for (field, amount) in
            [("arr_due", Some(&self.arr_due)), ("arr_renewed", self.arr_renewed.as_ref())]
        {
            let Some(amount) = amount else { continue };
            if amount.amount().is_sign_negative() {
                return Err(RecordError::new(field, amount.to_string(), "an amount not below 0"));
            }
            if amount.currency() != self.arr_due.currency() {
                let expected = format!("the currency of `arr_due` ({})", self.arr_due.currency());
                return Err(RecordError::new(field, amount.to_string(), expected));
            }
            amount.to_minor().map_err(|error| fault(field, amount, &error))?;
        }
        Ok(())
    }
}

/// A row of `purchases`: a purchase, or with a negative amount a refund.
///
/// ```
/// use tenure_model::record::Purchase;
/// use tenure_model::{Currency, Minor, Money, parse_date};
/// let amount = Money::parse("29.33", Currency::new("USD")?)?;
/// let purchase = Purchase::new(parse_date("1997-01-01")?, amount)?;
/// assert_eq!(purchase.minor(), Minor::new(2933));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Purchase {
    /// The day.
    pub date: NaiveDate,
    minor: Minor,
    currency: crate::Currency,
    /// What was bought.
    pub item: Option<Text>,
    /// Whether the thing was made for this account.
    pub customised: Tri,
    /// Whether it was bought on promotion.
    pub promotional: Tri,
    /// The purchase this refund takes back.
    pub reverses: Option<RecordId>,
}

impl Purchase {
    /// A purchase about which nothing more is known.
    ///
    /// # Errors
    /// The amount has more decimals than its currency, or does not fit 64-bit minor units.
    pub fn new(date: NaiveDate, amount: Money) -> Result<Self, MoneyError> {
        let minor = amount.to_minor()?;
        Ok(Self {
            date,
            minor,
            currency: amount.currency(),
            item: None,
            customised: Tri::Unknown,
            promotional: Tri::Unknown,
            reverses: None,
        })
    }

    /// The amount; negative for a refund.
    #[must_use]
    pub fn amount(&self) -> Money {
        Money::from_minor(self.minor, self.currency)
    }

    /// The amount in minor units of its currency.
    #[must_use]
    pub const fn minor(&self) -> Minor {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> crate::Currency {
        self.currency
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        match &self.reverses {
            Some(id) if self.minor.units() >= 0 => {
                let expected = "nothing on an amount that is not negative";
                Err(RecordError::new("reverses", id.as_str(), expected))
            }
            _ => Ok(()),
        }
    }
}
