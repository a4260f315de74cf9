//! Summaries of rows that come customer by customer, in constant memory.

use chrono::NaiveDate;

use super::days::CustomerPurchases;
use super::definition::SummaryDefinition;
use super::row::PurchaseRow;
use super::summary::{PurchaseOutcome, Scratch};
use crate::error::PurchaseLogError;

/// The same summaries as [`PurchaseLog`](crate::PurchaseLog), of rows sorted by customer: each
/// customer is finished when the next one comes, and its space is used again.
///
/// *Shape*: rows in order of customer, within a customer in any order (in order of date they cost
/// least); one outcome a customer. *Cost*: some tens of nanoseconds a row; memory for the days of
/// one customer.
///
/// ```
/// use chrono::NaiveDate;
/// use tenure_clv::{PurchaseRow, Refunds, SortedPurchases, SummaryDefinition};
/// use tenure_model::{Currency, Minor};
/// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
/// let definition = SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net);
/// let mut sorted = SortedPurchases::new(definition, day(31)?);
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
    as_of: NaiveDate,
    customer: Option<K>,
    days: CustomerPurchases,
    scratch: Scratch,
}

impl<K: Ord> SortedPurchases<K> {
    /// No row yet; summaries will be at the end of `as_of`.
    #[must_use]
    pub fn new(definition: SummaryDefinition, as_of: NaiveDate) -> Self {
        let (days, scratch) = (CustomerPurchases::new(), Scratch::default());
        Self { definition, as_of, customer: None, days, scratch }
    }

    /// Adds a row. If it is of another customer, the one before is returned, finished.
    ///
    /// # Errors
    /// A customer that sorts before the one at hand, or no room in a count; the state is then as it
    /// was.
    pub fn push(
        &mut self,
        customer: K,
        row: PurchaseRow,
    ) -> Result<Option<(K, PurchaseOutcome)>, PurchaseLogError> {
        match &self.customer {
            Some(known) if *known == customer => self.days.push(row).map(|()| None),
            Some(known) if *known > customer => Err(PurchaseLogError::NotSorted),
            _ => {
                let finished = self.take();
                self.customer = Some(customer);
                self.days.push(row).map(|()| finished)
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
        let outcome = self.scratch.outcome(&self.days, self.definition, self.as_of);
        self.days.clear();
        Some((customer, outcome))
    }
}
