//! Summaries of a log that lies in columns.

use chrono::{Datelike, NaiveDate};
use tenure_model::{Instant, Minor};

use super::customer::CustomerPurchases;
use super::definition::SummaryDefinition;
use super::row::PurchaseRow;
use super::summary::Scratch;
use super::time::PurchaseTime;
use super::{PurchaseOutcome, PurchaseSummaries};
use crate::error::{PurchaseColumnError, PurchaseLogError, PurchaseRowError};

/// A purchase log as three columns: customer, day or instant, signed minor units (below zero is a
/// refund).
///
/// For customers that are not numbers, number them first.
///
/// ```
/// use chrono::NaiveDate;
/// use tenure_clv::{OccasionPeriod, PurchaseColumns, Refunds, SummaryDefinition};
/// use tenure_model::{Currency, Instant, Zone};
/// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
/// let (customers, dates, minor) = ([7, 3, 7], [day(9)?, day(2)?, day(1)?], [5_00, 5_00, 5_00]);
/// let log = PurchaseColumns::new(&customers, &dates, &minor)?;
/// let definition = SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net);
/// let found = log.summaries(definition, day(31)?)?;
/// let repeats: Vec<(u64, u64)> = found.rows.iter().map(|(who, sum)| (*who, sum.x())).collect();
/// assert_eq!(repeats, [(3, 0), (7, 1)]);
///
/// // Twice on one day: two occasions of instants.
/// let at = |text| Instant::parse(text, Zone::UTC);
/// let (customers, minor) = ([7, 7], [5_00, 5_00]);
/// let instants = [at("2024-01-09T08:00:00Z")?, at("2024-01-09T20:00:00Z")?];
/// let log = PurchaseColumns::of_instants(&customers, &instants, &minor)?;
/// let definition = definition.with_period(OccasionPeriod::Instant);
/// let found = log.summaries(definition, at("2024-01-10T00:00:00Z")?)?;
/// assert_eq!(found.rows.iter().map(|(_, sum)| sum.x()).collect::<Vec<u64>>(), [1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct PurchaseColumns<'a> {
    customers: &'a [u64],
    times: Times<'a>,
    minor: &'a [i64],
}

#[derive(Debug, Clone, Copy)]
enum Times<'a> {
    Dates(&'a [NaiveDate]),
    Instants(&'a [Instant]),
}

impl<'a> PurchaseColumns<'a> {
    /// The columns, by day.
    ///
    /// # Errors
    /// Columns of different lengths, or the first row whose date is outside the years 1 to 9999.
    pub fn new(
        customers: &'a [u64],
        dates: &'a [NaiveDate],
        minor: &'a [i64],
    ) -> Result<Self, PurchaseColumnError> {
        let columns = Self::of(customers, (dates.len(), Times::Dates(dates)), minor)?;
        let strange = dates.iter().position(|date| !(1..=9999).contains(&date.year()));
        match strange.and_then(|row| Some((row, *dates.get(row)?))) {
            None => Ok(columns),
            Some((row, date)) => {
                let reason = PurchaseRowError::Time { time: date.into() };
                Err(PurchaseColumnError::Row { row, reason })
            }
        }
    }

    /// The columns, by instant.
    ///
    /// # Errors
    /// Columns of different lengths.
    pub const fn of_instants(
        customers: &'a [u64],
        instants: &'a [Instant],
        minor: &'a [i64],
    ) -> Result<Self, PurchaseColumnError> {
        Self::of(customers, (instants.len(), Times::Instants(instants)), minor)
    }

    const fn of(
        customers: &'a [u64],
        (length, times): (usize, Times<'a>),
        minor: &'a [i64],
    ) -> Result<Self, PurchaseColumnError> {
        if customers.len() != length || customers.len() != minor.len() {
            let (customers, minor) = (customers.len(), minor.len());
            return Err(PurchaseColumnError::Length { customers, times: length, minor });
        }
        Ok(Self { customers, times, minor })
    }

    /// The same summaries as of a [`PurchaseLog`](crate::PurchaseLog) of these rows.
    ///
    /// *Cost*: rows are put in order, by their digits in a few passes where customer, time and place
    /// fit one number of 64 bits (days do, instants of some months do not: these are sorted); then
    /// some tens of nanoseconds a row.
    ///
    /// # Errors
    /// Days where the definition counts instants, or the reverse, or a customer at more than 2^30
    /// instants.
    pub fn summaries(
        &self,
        definition: SummaryDefinition,
        as_of: impl Into<PurchaseTime>,
    ) -> Result<PurchaseSummaries<u64>, PurchaseLogError> {
        let as_of = as_of.into();
        match self.times {
            Times::Dates(dates) => self.summaries_of(dates, definition, as_of),
            Times::Instants(instants) => self.summaries_of(instants, definition, as_of),
        }
    }

    fn summaries_of<T: Copy + Into<PurchaseTime>>(
        &self,
        times: &[T],
        definition: SummaryDefinition,
        as_of: PurchaseTime,
    ) -> Result<PurchaseSummaries<u64>, PurchaseLogError> {
        let as_of = definition.period().takes(as_of)?;
        if let Some(&time) = times.first() {
            definition.period().takes(time.into())?;
        }
        let mut finisher = Finisher {
            found: PurchaseSummaries::empty(definition, as_of),
            scratch: Scratch::default(),
            customer: None,
            purchases: CustomerPurchases::new(),
        };
        if let Some(packed) = Packed::of(self.customers, times) {
            for &key in &packed.keys {
                let (customer, time, place) = packed.row(key);
                finisher.push(customer, time, self.minor.get(place))?;
            }
        } else {
            let rows = self.customers.iter().zip(times).zip(self.minor).zip(0_usize..);
            let mut rows: Vec<(u64, PurchaseTime, usize, i64)> = rows
                .map(|(((&customer, &time), &minor), place)| (customer, time.into(), place, minor))
                .collect();
            rows.sort_unstable();
            for (customer, time, _, minor) in &rows {
                finisher.push(*customer, *time, Some(minor))?;
            }
        }
        finisher.finish();
        Ok(finisher.found)
    }
}

/// Finishes each customer when the next one comes.
struct Finisher {
    found: PurchaseSummaries<u64>,
    scratch: Scratch,
    customer: Option<u64>,
    purchases: CustomerPurchases,
}

impl Finisher {
    #[inline]
    fn push(
        &mut self,
        customer: u64,
        time: PurchaseTime,
        minor: Option<&i64>,
    ) -> Result<(), PurchaseLogError> {
        if self.customer != Some(customer) {
            self.finish();
            self.customer = Some(customer);
        }
        let minor = Minor::new(minor.copied().unwrap_or_default());
        self.purchases.add(PurchaseRow::signed_within(time, minor))
    }

    fn finish(&mut self) {
        if let Some(customer) = self.customer.take() {
            let (definition, as_of) = (self.found.definition, self.found.as_of);
            let outcome = self.scratch.outcome(&self.purchases, definition, as_of);
            self.found.take(customer, outcome);
            self.purchases.clear();
        }
    }
}

/// Customer, time and place of each row in one number, sorted.
struct Packed {
    keys: Vec<u64>,
    /// The least customer and the first time.
    least: u64,
    dawn: i64,
    place_bits: u32,
    time_bits: u32,
}

impl Packed {
    /// `None` where they do not fit, or there is no row.
    fn of<T: Copy + Into<PurchaseTime>>(customers: &[u64], times: &[T]) -> Option<Self> {
        let (mut dawn, mut dusk) = (i64::MAX, i64::MIN);
        let counts = times.iter().map(|&time| {
            let count = time.into().count();
            (dawn, dusk) = (dawn.min(count), dusk.max(count));
            count
        });
        let counts: Vec<i64> = counts.collect();
        let (&least, &most) = (customers.iter().min()?, customers.iter().max()?);
        let width = |span: u64| u64::BITS.saturating_sub(span.leading_zeros());
        let places = u64::try_from(customers.len()).ok()?;
        let (time_bits, place_bits) = (width(dusk.abs_diff(dawn)), width(places));
        let customer_bits = width(most.saturating_sub(least));
        let low_bits = time_bits.saturating_add(place_bits);
        let all_bits = low_bits.saturating_add(customer_bits);
        if all_bits > u64::BITS || low_bits >= u64::BITS {
            return None;
        }
        let mut keys: Vec<u64> = (0_u64..)
            .zip(customers)
            .zip(&counts)
            .map(|((place, customer), count)| {
                let time = count.abs_diff(dawn) << place_bits;
                customer.saturating_sub(least) << low_bits | time | place
            })
            .collect();
        // Places are in order already: only what stands above them is sorted.
        by_digits(&mut keys, place_bits, all_bits);
        Some(Self { keys, least, dawn, place_bits, time_bits })
    }

    /// Customer, time and place of a key.
    #[inline]
    fn row(&self, key: u64) -> (u64, PurchaseTime, usize) {
        let above = key >> self.place_bits;
        let customer = (above >> self.time_bits).saturating_add(self.least);
        let since = above & !(u64::MAX << self.time_bits);
        let place = key & !(u64::MAX << self.place_bits);
        let time = PurchaseTime::of_count(self.dawn.saturating_add_unsigned(since));
        (customer, time, usize::try_from(place).unwrap_or(usize::MAX))
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
    pub(super) const fn empty(definition: SummaryDefinition, as_of: PurchaseTime) -> Self {
        Self {
            definition,
            as_of,
            rows: Vec::new(),
            without_purchase: 0,
            later_rows: 0,
            unabsorbed_refunds: 0,
        }
    }

    /// Takes in what came of one customer.
    pub(super) fn take(&mut self, customer: K, outcome: PurchaseOutcome) {
        self.later_rows = self.later_rows.saturating_add(outcome.later_rows);
        self.unabsorbed_refunds =
            self.unabsorbed_refunds.saturating_add(outcome.unabsorbed_refunds);
        match outcome.summary {
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
        assert_eq!(found, PurchaseColumnError::Length { customers: 1, times: 0, minor: 1 });
        let found = PurchaseColumns::new(&[1, 1], &[day, NaiveDate::MIN], &[1, 1]).unwrap_err();
        assert!(matches!(found, PurchaseColumnError::Row { row: 1, .. }), "{found}");
        let found = PurchaseColumns::of_instants(&[1], &[], &[1]).unwrap_err();
        assert_eq!(found, PurchaseColumnError::Length { customers: 1, times: 0, minor: 1 });
    }
}
