//! From rows of purchases to one summary per customer.

mod columns;
mod days;
mod definition;
mod holdout;
mod row;
mod stream;
mod summary;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::NaiveDate;

pub use columns::PurchaseColumns;
pub use days::CustomerPurchases;
pub use definition::{FirstPurchase, OccasionPeriod, Refunds, SummaryDefinition, ZeroSpend};
pub use holdout::{
    FrequencyClass, Holdout, HoldoutAccuracy, HoldoutCustomer, TrackedWeek, Tracking,
};
pub use row::PurchaseRow;
pub use stream::SortedPurchases;
pub use summary::{PurchaseOutcome, PurchaseSummary, TotalSpend};

use crate::error::PurchaseLogError;

/// The purchases of many customers, in any order and from any number of partial logs.
///
/// *Shape*: one row per purchase or refund goes in; the state keeps, per customer and day, exact
/// counts and sums of minor units, so that merging is associative and commutative to the bit and
/// [`PurchaseLog::retract`] leaves no trace. One currency a log: amounts are minor units of the
/// definition's currency. *Cost*: a search per row, memory per customer and day with a row.
///
/// # Example
///
/// Two purchases on one day are one occasion; the second occasion is the repeat:
///
/// ```
/// use chrono::NaiveDate;
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
/// let found = log.summaries(day(15)?);
/// let (_, ann) = found.rows.first().ok_or("no customer")?;
/// assert_eq!((ann.x(), ann.t_x_days(), ann.age_days()), (1, 7, 14));
/// assert_eq!(ann.spend().map(|spend| spend.minor), Some(30_00));
/// assert_eq!(found.later_rows, 1);
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
    /// No room in a count; the log is then as it was.
    pub fn push(&mut self, customer: K, row: PurchaseRow) -> Result<(), PurchaseLogError> {
        match self.customers.entry(customer) {
            Entry::Occupied(mut known) => known.get_mut().push(row),
            Entry::Vacant(unknown) => {
                let mut days = CustomerPurchases::new();
                days.push(row)?;
                unknown.insert(days);
                Ok(())
            }
        }
    }

    /// Takes back one row that was pushed: the log is as if it never had been.
    ///
    /// # Errors
    /// Nothing on that day that could have been this row; the log is then as it was.
    pub fn retract(&mut self, customer: &K, row: PurchaseRow) -> Result<(), PurchaseLogError> {
        let days = self
            .customers
            .get_mut(customer)
            .ok_or(PurchaseLogError::NotPushed { date: row.date() })?;
        days.retract(row)?;
        if days.is_empty() {
            self.customers.remove(customer);
        }
        Ok(())
    }

    /// Takes in another log: customers and days may overlap.
    ///
    /// # Errors
    /// Another definition, or no room in a count; the log is then as it was.
    pub fn merge(&mut self, other: Self) -> Result<(), PurchaseLogError> {
        if self.definition != other.definition {
            return Err(PurchaseLogError::DefinitionMismatch);
        }
        for (customer, days) in &other.customers {
            if let Some(known) = self.customers.get(customer) {
                known.check_merge(days)?;
            }
        }
        for (customer, days) in other.customers {
            match self.customers.entry(customer) {
                Entry::Occupied(mut known) => known.get_mut().merge(&days)?,
                Entry::Vacant(unknown) => {
                    unknown.insert(days);
                }
            }
        }
        Ok(())
    }

    /// One summary per customer who had bought by the end of `as_of`, in order of customer.
    ///
    /// *Cost*: linear in the days kept.
    #[must_use]
    pub fn summaries(&self, as_of: NaiveDate) -> PurchaseSummaries<&K> {
        let mut found = PurchaseSummaries {
            definition: self.definition,
            as_of,
            rows: Vec::with_capacity(self.customers.len()),
            without_purchase: 0,
            later_rows: 0,
            unabsorbed_refunds: 0,
        };
        let mut scratch = summary::Scratch::default();
        for (customer, days) in &self.customers {
            found.take(customer, scratch.outcome(days, self.definition, as_of));
        }
        found
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
            if log.customers.insert(customer, purchases).is_some() {
                return Err("a customer of a purchase log is named twice");
            }
        }
        Ok(log)
    }
}

/// What a [`PurchaseLog`] says at the end of a day, and what it left out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PurchaseSummaries<K> {
    /// What was counted how.
    pub definition: SummaryDefinition,
    /// The last day that counts.
    pub as_of: NaiveDate,
    /// One per customer who had bought, in order of customer.
    pub rows: Vec<(K, PurchaseSummary)>,
    /// Customers without an occasion by then: all later, or all refunded.
    pub without_purchase: u64,
    /// Rows after `as_of`, ignored.
    pub later_rows: u64,
    /// Minor units refunded beyond what the policy could take from a purchase.
    pub unabsorbed_refunds: i128,
}
