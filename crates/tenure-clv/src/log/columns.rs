//! Summaries of a log that lies in columns.

use chrono::{Datelike, NaiveDate};

use super::definition::SummaryDefinition;
use super::row::PurchaseRow;
use super::stream::SortedPurchases;
use super::{PurchaseSummaries, PurchaseSummary};
use crate::error::PurchaseColumnError;
use tenure_model::Minor;

/// A purchase log as three columns: customer, day, signed minor units (below zero is a refund).
///
/// For customers that are not numbers, number them first.
///
/// ```
/// use chrono::NaiveDate;
/// use tenure_clv::{PurchaseColumns, Refunds, SummaryDefinition};
/// use tenure_model::Currency;
/// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
/// let (customers, dates, minor) = ([7, 3, 7], [day(9)?, day(2)?, day(1)?], [5_00, 5_00, 5_00]);
/// let log = PurchaseColumns::new(&customers, &dates, &minor)?;
/// let definition = SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net);
/// let found = log.summaries(definition, day(31)?);
/// let repeats: Vec<(u64, u64)> = found.rows.iter().map(|(who, sum)| (*who, sum.x())).collect();
/// assert_eq!(repeats, [(3, 0), (7, 1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct PurchaseColumns<'a> {
    customers: &'a [u64],
    dates: &'a [NaiveDate],
    minor: &'a [i64],
}

impl<'a> PurchaseColumns<'a> {
    /// The columns.
    ///
    /// # Errors
    /// Columns of different lengths, or the first row whose date is outside the years 1 to 9999.
    pub fn new(
        customers: &'a [u64],
        dates: &'a [NaiveDate],
        minor: &'a [i64],
    ) -> Result<Self, PurchaseColumnError> {
        if customers.len() != dates.len() || customers.len() != minor.len() {
            let (customers, dates, minor) = (customers.len(), dates.len(), minor.len());
            return Err(PurchaseColumnError::Length { customers, dates, minor });
        }
        for (row, &date) in dates.iter().enumerate() {
            PurchaseRow::unpriced(date)
                .map_err(|reason| PurchaseColumnError::Row { row, reason })?;
        }
        Ok(Self { customers, dates, minor })
    }

    /// The same summaries as of a [`PurchaseLog`](crate::PurchaseLog) of these rows.
    ///
    /// *Cost*: rows are put in order by their digits, a few passes; then some tens of nanoseconds a
    /// row.
    #[must_use]
    pub fn summaries(
        &self,
        definition: SummaryDefinition,
        as_of: NaiveDate,
    ) -> PurchaseSummaries<u64> {
        let mut found = PurchaseSummaries {
            definition,
            as_of,
            rows: Vec::new(),
            without_purchase: 0,
            later_rows: 0,
            unabsorbed_refunds: 0,
        };
        let mut stream = SortedPurchases::new(definition, as_of);
        let mut push = |place: usize| {
            let (Some(&customer), Some(&date), Some(&minor)) =
                (self.customers.get(place), self.dates.get(place), self.minor.get(place))
            else {
                return;
            };
            // Checked, sorted, and a day holds more than as many rows of 64 bits as there can be.
            let Ok(row) = PurchaseRow::signed(date, Minor::new(minor)) else { return };
            if let Ok(Some((customer, outcome))) = stream.push(customer, row) {
                found.take(customer, outcome);
            }
        };
        let day = |place: usize| self.dates.get(place).map_or(0, Datelike::num_days_from_ce);
        if let Some((keys, mask)) = self.packed() {
            for key in keys {
                push(usize::try_from(key & mask).unwrap_or(usize::MAX));
            }
        } else {
            let mut places: Vec<usize> = (0..self.customers.len()).collect();
            places.sort_by_key(|&place| (self.customers.get(place), day(place)));
            places.into_iter().for_each(push);
        }
        if let Some((customer, outcome)) = stream.finish() {
            found.take(customer, outcome);
        }
        found
    }

    /// Customer, day and place in one number each, sorted, and the mask of the place; `None` where
    /// they do not fit.
    fn packed(&self) -> Option<(Vec<u64>, u64)> {
        let days = || self.dates.iter().map(Datelike::num_days_from_ce);
        let (dawn, dusk) = (days().min()?, days().max()?);
        let (least, most) = (self.customers.iter().min()?, self.customers.iter().max()?);
        let width = |span: u64| u64::BITS.saturating_sub(span.leading_zeros());
        let places = u64::try_from(self.customers.len()).ok()?;
        let (day_bits, place_bits) = (width(dusk.abs_diff(dawn).into()), width(places));
        let customer_bits = width(most.saturating_sub(*least));
        let low_bits = day_bits.saturating_add(place_bits);
        let all_bits = low_bits.saturating_add(customer_bits);
        if all_bits > u64::BITS {
            return None;
        }
        let mut keys: Vec<u64> = (0_u64..)
            .zip(self.customers)
            .zip(days())
            .map(|((place, customer), day)| {
                let day = u64::from(day.abs_diff(dawn)).checked_shl(place_bits).unwrap_or(0);
                let customer = customer.saturating_sub(*least).checked_shl(low_bits).unwrap_or(0);
                customer | day | place
            })
            .collect();
        // Places are in order already: only what stands above them is sorted.
        by_digits(&mut keys, place_bits, all_bits);
        let mask = u64::MAX.checked_shl(place_bits).map_or(u64::MAX, |above| !above);
        Some((keys, mask))
    }
}

/// Sorts by the bits `from` to `to`, stably, eleven a pass.
fn by_digits(keys: &mut Vec<u64>, from: u32, to: u32) {
    const DIGIT: u32 = 11;
    const MASK: u64 = (1 << DIGIT) - 1;
    let above = |key: &u64| key.checked_shr(from).unwrap_or(0);
    if keys.is_sorted_by_key(above) {
        return;
    }
    let mut other = vec![0; keys.len()];
    let mut shift = from;
    while shift < to {
        let digit = |key: u64| usize::try_from((key >> shift) & MASK).unwrap_or(0);
        let mut starts = vec![0_usize; 1 << DIGIT];
        for &key in keys.iter() {
            if let Some(count) = starts.get_mut(digit(key)) {
                *count = count.saturating_add(1);
            }
        }
        let mut next = 0_usize;
        for start in &mut starts {
            let count = std::mem::replace(start, next);
            next = next.saturating_add(count);
        }
        for &key in keys.iter() {
            if let Some(start) = starts.get_mut(digit(key)) {
                if let Some(slot) = other.get_mut(*start) {
                    *slot = key;
                }
                *start = start.saturating_add(1);
            }
        }
        std::mem::swap(keys, &mut other);
        shift = shift.saturating_add(DIGIT);
    }
}

impl<K> PurchaseSummaries<K> {
    /// Takes in what came of one customer.
    pub(super) fn take(&mut self, customer: K, outcome: super::PurchaseOutcome) {
        self.later_rows = self.later_rows.saturating_add(outcome.later_rows);
        self.unabsorbed_refunds =
            self.unabsorbed_refunds.saturating_add(outcome.unabsorbed_refunds);
        let summary: Option<PurchaseSummary> = outcome.summary;
        match summary {
            Some(summary) => self.rows.push((customer, summary)),
            None => self.without_purchase = self.without_purchase.saturating_add(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PurchaseColumns, by_digits};
    use crate::error::PurchaseColumnError;
    use chrono::NaiveDate;

    #[test]
    fn digits_sort_like_any_sort() {
        let mut random = tenure_stats::random::Random::new(4);
        for (from, to) in [(0, 0), (0, 1), (3, 11), (0, 12), (20, 40), (0, 64)] {
            let keys = (0..500).map(|_| random.bits().checked_shr(64 - to).unwrap_or(0));
            let mut keys: Vec<u64> = keys.collect();
            let mut want = keys.clone();
            want.sort_by_key(|key| key.checked_shr(from).unwrap_or(0));
            by_digits(&mut keys, from, to);
            assert_eq!(keys, want);
        }
    }

    #[test]
    fn refusals_name_the_row() {
        let day = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let found = PurchaseColumns::new(&[1], &[], &[1]).unwrap_err();
        assert_eq!(found, PurchaseColumnError::Length { customers: 1, dates: 0, minor: 1 });
        let found = PurchaseColumns::new(&[1, 1], &[day, NaiveDate::MIN], &[1, 1]).unwrap_err();
        assert!(matches!(found, PurchaseColumnError::Row { row: 1, .. }), "{found}");
    }
}
