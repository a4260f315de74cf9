//! Summaries of rows that come customer by customer, in constant memory.

use super::customer::CustomerPurchases;
use super::definition::SummaryDefinition;
use super::row::PurchaseRow;
use super::summary::{PurchaseOutcome, Scratch};
use super::time::PurchaseTime;
use crate::error::{PurchaseLogError, PurchaseTimeError};

/// The same summaries as [`PurchaseLog`](crate::PurchaseLog), of rows sorted by customer: each
/// customer is finished when the next one comes, and its space is used again.
///
/// *Shape*: rows in order of customer, within a customer in any order (in order of time they cost
/// least); one outcome a customer. *Cost*: some tens of nanoseconds a row; memory for the days or
/// instants of one customer.
///
/// ```
/// use chrono::NaiveDate;
/// use tenure_clv::{PurchaseRow, Refunds, SortedPurchases, SummaryDefinition};
/// use tenure_model::{Currency, Minor};
/// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
/// let definition = SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net);
/// let mut sorted = SortedPurchases::new(definition, day(31)?)?;
/// assert!(sorted.push("ann", PurchaseRow::purchase(day(1)?, Minor::new(5))?)?.is_none());
/// assert!(sorted.push("ann", PurchaseRow::purchase(day(9)?, Minor::new(5))?)?.is_none());
/// let (who, ann) = sorted.push("bob", PurchaseRow::unpriced(day(2)?)?)?.ok_or("not finished")?;
/// assert_eq!((who, ann.summary.map(|summary| summary.x())), ("ann", Some(1)));
/// // ann again: not sorted
/// assert!(sorted.push("ann", PurchaseRow::unpriced(day(2)?)?).is_err());
/// assert_eq!(sorted.finish().map(|(who, _)| who), Some("bob"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SortedPurchases<K> {
    definition: SummaryDefinition,
    as_of: PurchaseTime,
    customer: Option<K>,
    purchases: CustomerPurchases,
    scratch: Scratch,
}

impl<K: Ord> SortedPurchases<K> {
    /// No row yet; summaries will be at the end of `as_of`.
    ///
    /// # Errors
    /// A day where the definition counts instants, or the reverse.
    pub fn new(
        definition: SummaryDefinition,
        as_of: impl Into<PurchaseTime>,
    ) -> Result<Self, PurchaseTimeError> {
        let as_of = definition.period().takes(as_of.into())?;
        let (purchases, scratch) = (CustomerPurchases::new(), Scratch::default());
        Ok(Self { definition, as_of, customer: None, purchases, scratch })
    }

    /// Adds a row. If it is of another customer, the one before is returned, finished.
    ///
    /// # Errors
    /// A customer that sorts before the one at hand, a day where instants are counted, or no room in
    /// a count; the state is then as it was.
    pub fn push(
        &mut self,
        customer: K,
        row: PurchaseRow,
    ) -> Result<Option<(K, PurchaseOutcome)>, PurchaseLogError> {
        self.definition.period().takes(row.time())?;
        match &self.customer {
            Some(known) if *known == customer => self.purchases.add(row).map(|()| None),
            Some(known) if *known > customer => Err(PurchaseLogError::NotSorted),
            _ => {
                let finished = self.take();
                self.customer = Some(customer);
                self.purchases.add(row).map(|()| finished)
            }
        }
    }

    /// The last customer, finished; `None` without a row.
    #[must_use]
    pub fn finish(mut self) -> Option<(K, PurchaseOutcome)> {
        self.take()
    }

    fn take(&mut self) -> Option<(K, PurchaseOutcome)> {
        let customer = self.customer.take()?;
        let outcome = self.scratch.outcome(&self.purchases, self.definition, self.as_of);
        self.purchases.clear();
        Some((customer, outcome))
    }
}
