//! From rows of purchases to one summary per customer.

mod columns;
mod customer;
mod definition;
mod holdout;
mod row;
mod stream;
mod summary;
mod time;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use tenure_model::Zone;

pub use columns::PurchaseColumns;
pub use customer::CustomerPurchases;
pub use definition::{FirstPurchase, OccasionPeriod, Refunds, SummaryDefinition, ZeroSpend};
pub use holdout::{
    FrequencyClass, Holdout, HoldoutAccuracy, HoldoutCustomer, TrackedWeek, Tracking,
};
pub use row::PurchaseRow;
pub use stream::SortedPurchases;
use summary::Scratch;
pub use summary::{PurchaseOutcome, PurchaseSummary, TotalSpend};
pub use time::PurchaseTime;

use crate::error::{PurchaseLogError, PurchaseTimeError};

/// The purchases of many customers, in any order and from any number of partial logs.
///
/// *Shape*: one row per purchase or refund goes in; the state keeps, per customer and day (per
/// instant, where occasions are instants), exact counts and sums of minor units, so that merging is
/// associative and commutative to the bit and [`PurchaseLog::retract`] leaves no trace. One currency a
/// log: amounts are minor units of the definition's currency. *Cost*: a search per row, memory per
/// customer and day or instant with a row.
///
/// # Example
///
/// Two purchases on one day are one occasion; the second occasion is the repeat:
///
/// ```
/// use chrono::{NaiveDate, TimeDelta};
/// use tenure_clv::{PurchaseLog, PurchaseRow, Refunds, SummaryDefinition};
/// use tenure_model::{Currency, Minor};
///
/// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
/// let mut log = PurchaseLog::new(SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net));
/// log.push("ann", PurchaseRow::purchase(day(1)?, Minor::new(10_00))?)?;
/// log.push("ann", PurchaseRow::purchase(day(1)?, Minor::new(5_00))?)?;
/// log.push("ann", PurchaseRow::purchase(day(8)?, Minor::new(30_00))?)?;
/// log.push("ann", PurchaseRow::purchase(day(20)?, Minor::new(99_00))?)?;
///
/// let found = log.summaries(day(15)?)?;
/// let (_, ann) = found.rows.first().ok_or("no customer")?;
/// assert_eq!((ann.x(), ann.recency(), ann.age()), (1, TimeDelta::days(7), TimeDelta::days(14)));
/// assert_eq!(ann.spend().map(|spend| spend.minor), Some(30_00));
/// assert_eq!(found.later_rows, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Where they are instants, three hours apart are two occasions, and the last day is counted to its
/// last instant:
///
/// ```
/// use chrono::TimeDelta;
/// use tenure_clv::{OccasionPeriod, PurchaseLog, PurchaseRow, Refunds, SummaryDefinition, TimeUnit};
/// use tenure_model::{Currency, Instant, Minor, Zone, parse_date};
///
/// let zone = Zone::parse("+02:00")?;
/// let definition = SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net)
///     .with_period(OccasionPeriod::Instant);
/// let mut log = PurchaseLog::new(definition);
/// for text in ["2024-07-01T20:59:00", "2024-07-01T23:59:00"] {
///     log.push("ann", PurchaseRow::purchase(Instant::parse(text, zone)?, Minor::new(10_00))?)?;
/// }
/// let last_day = parse_date("2024-07-01")?;
/// let found = log.summaries(zone.last_instant(last_day).ok_or("no such instant")?)?;
/// let (_, ann) = found.rows.first().ok_or("no customer")?;
/// assert_eq!((ann.x(), ann.recency()), (1, TimeDelta::hours(3)));
/// assert_eq!(ann.age(), TimeDelta::minutes(181) - TimeDelta::microseconds(1));
/// assert_eq!(ann.history(TimeUnit::Hour).recency(), 3.0);
/// // Which day an instant lies on is for a zone to say: here both lie on one.
/// assert!(log.summaries(last_day).is_err());
/// let days = log.to_days(zone)?;
/// assert_eq!(days.summaries(last_day)?.rows.first().map(|(_, ann)| ann.x()), Some(0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        try_from = "crate::wire::PurchaseLog<K>",
        into = "crate::wire::PurchaseLog<K>",
        bound(
            serialize = "K: Clone + serde::Serialize",
            deserialize = "K: Ord + serde::Deserialize<'de>"
        )
    )
)]
pub struct PurchaseLog<K> {
    definition: SummaryDefinition,
    customers: BTreeMap<K, CustomerPurchases>,
}

impl<K: Ord> PurchaseLog<K> {
    /// An empty log.
    #[must_use]
    pub const fn new(definition: SummaryDefinition) -> Self {
        Self { definition, customers: BTreeMap::new() }
    }

    /// Currency, period and policies.
    #[must_use]
    pub const fn definition(&self) -> SummaryDefinition {
        self.definition
    }

    /// The customers with a row, in order.
    pub fn customers(&self) -> impl Iterator<Item = (&K, &CustomerPurchases)> {
        self.customers.iter()
    }

    /// Adds one row of one customer.
    ///
    /// # Errors
    /// A day where the definition counts instants, or the reverse, or no room in a count; the log is
    /// then as it was.
    pub fn push(&mut self, customer: K, row: PurchaseRow) -> Result<(), PurchaseLogError> {
        self.definition.period().takes(row.time())?;
        match self.customers.entry(customer) {
            Entry::Occupied(mut known) => known.get_mut().add(row),
            Entry::Vacant(unknown) => {
                let mut purchases = CustomerPurchases::new();
                purchases.add(row)?;
                unknown.insert(purchases);
                Ok(())
            }
        }
    }

    /// Takes back one row that was pushed: the log is as if it never had been.
    ///
    /// # Errors
    /// Nothing at that time that could have been this row; the log is then as it was.
    pub fn retract(&mut self, customer: &K, row: PurchaseRow) -> Result<(), PurchaseLogError> {
        let purchases = self
            .customers
            .get_mut(customer)
            .ok_or(PurchaseLogError::NotPushed { time: row.time() })?;
        purchases.retract(row)?;
        if purchases.is_empty() {
            self.customers.remove(customer);
        }
        Ok(())
    }

    /// Takes in another log: customers and times may overlap.
    ///
    /// *Cost*: linear in what both keep of the customers they share.
    ///
    /// # Errors
    /// Another definition, or no room in a count; the log is then as it was.
    pub fn merge(&mut self, other: Self) -> Result<(), PurchaseLogError> {
        if self.definition != other.definition {
            return Err(PurchaseLogError::DefinitionMismatch);
        }
        let mut merged = Vec::with_capacity(other.customers.len());
        for (customer, purchases) in other.customers {
            let purchases = match self.customers.get(&customer) {
                Some(known) => known.merged(&purchases)?,
                None => purchases,
            };
            merged.push((customer, purchases));
        }
        self.customers.extend(merged);
        Ok(())
    }

    /// The same purchases by day in `zone`, to be asked what is asked by day, such as
    /// [`PurchaseLog::rfm`]. A log of days or weeks knows days already: only its period becomes
    /// [`OccasionPeriod::Day`].
    ///
    /// *Cost*: linear in the instants kept.
    ///
    /// # Errors
    /// An instant whose day in the zone is outside the years 1 to 9999, or no room in the counts of a
    /// day.
    pub fn to_days(&self, zone: Zone) -> Result<Self, PurchaseLogError>
    where
        K: Clone,
    {
        let mut log = Self::new(self.definition.with_period(OccasionPeriod::Day));
        for (customer, purchases) in &self.customers {
            log.customers.insert(customer.clone(), purchases.to_days(zone)?);
        }
        Ok(log)
    }

    /// One summary per customer who had bought by the end of `as_of`, in order of customer.
    ///
    /// *Cost*: linear in the days or instants kept.
    ///
    /// # Errors
    /// A day where the definition counts instants, or the reverse.
    pub fn summaries(
        &self,
        as_of: impl Into<PurchaseTime>,
    ) -> Result<PurchaseSummaries<&K>, PurchaseTimeError> {
        let as_of = self.definition.period().takes(as_of.into())?;
        let mut found = PurchaseSummaries::empty(self.definition, as_of);
        found.rows.reserve(self.customers.len());
        let mut scratch = Scratch::default();
        for (customer, purchases) in &self.customers {
            found.take(customer, scratch.outcome(purchases, self.definition, as_of));
        }
        Ok(found)
    }
}

#[cfg(feature = "serde")]
impl<K> From<PurchaseLog<K>> for crate::wire::PurchaseLog<K> {
    fn from(log: PurchaseLog<K>) -> Self {
        let customers = log
            .customers
            .into_iter()
            .map(|(customer, purchases)| crate::wire::LogCustomer { customer, purchases });
        Self { definition: log.definition, customers: customers.collect() }
    }
}

#[cfg(feature = "serde")]
impl<K: Ord> TryFrom<crate::wire::PurchaseLog<K>> for PurchaseLog<K> {
    type Error = &'static str;
    fn try_from(wire: crate::wire::PurchaseLog<K>) -> Result<Self, Self::Error> {
        let mut log = Self::new(wire.definition);
        for crate::wire::LogCustomer { customer, purchases } in wire.customers {
            if purchases.is_empty() {
                return Err("a customer of a purchase log has no row");
            }
            if !purchases.is_of(wire.definition.period()) {
                return Err("a customer has days in a log of instants, or the reverse");
            }
            if log.customers.insert(customer, purchases).is_some() {
                return Err("a customer of a purchase log is named twice");
            }
        }
        Ok(log)
    }
}

/// What a [`PurchaseLog`] says at the end of a day or at an instant, and what it left out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PurchaseSummaries<K> {
    /// What was counted how.
    pub definition: SummaryDefinition,
    /// The last day or instant that counts.
    pub as_of: PurchaseTime,
    /// One per customer who had bought, in order of customer.
    pub rows: Vec<(K, PurchaseSummary)>,
    /// Customers without an occasion by then: all later, or all refunded.
    pub without_purchase: u64,
    /// Rows after `as_of`, ignored.
    pub later_rows: u64,
    /// Minor units refunded beyond what the policy could take from a purchase.
    pub unabsorbed_refunds: i128,
}
