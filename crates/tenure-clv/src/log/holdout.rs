//! What happened after: calibration and holdout, and a cohort week by week.

use tenure_stats::count_to_f64;

use super::PurchaseLog;
use super::summary::{PurchaseSummary, Scratch};
use super::time::PurchaseTime;
use crate::error::{HoldoutError, PurchaseTimeError};
use crate::fit::Sum;
use crate::history::GroupedSummary;
use crate::model::purchases::PurchaseModel;
use crate::tracking::expected_of;
use crate::unit::{TimeSpan, TimeUnit};

/// One customer of a holdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HoldoutCustomer {
    /// What was known at the cut.
    pub calibration: PurchaseSummary,
    /// Occasions after the cut, up to and with the end.
    pub occasions: u64,
}

/// What was known at a cut, and what happened after it.
///
/// The cut, a day or an instant, belongs to the calibration; the holdout is `(cut, end]`. Customers
/// first seen after the cut are left out and counted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holdout<K> {
    /// The last day or instant of the calibration.
    pub cut: PurchaseTime,
    /// The last day or instant of the holdout.
    pub end: PurchaseTime,
    /// One per customer who had bought by the cut, in order of customer.
    pub rows: Vec<(K, HoldoutCustomer)>,
    /// Customers without an occasion by the cut.
    pub first_seen_after: u64,
}

/// Customers with the same number of repeat purchases at the cut, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FrequencyClass {
    /// Repeat purchases at the cut; in the last class, at least so many.
    pub x: u64,
    /// Whether it is the last class, of so many or more.
    pub and_more: bool,
    /// How many customers.
    pub customers: u64,
    /// Their occasions in the holdout.
    pub actual: u64,
    /// The purchases the model expected of them.
    pub expected: f64,
}

impl FrequencyClass {
    /// Actual occasions a customer; `None` without customers.
    #[must_use]
    pub fn actual_mean(&self) -> Option<f64> {
        (self.customers > 0).then(|| count_to_f64(self.actual) / count_to_f64(self.customers))
    }

    /// Expected purchases a customer; `None` without customers.
    #[must_use]
    pub fn expected_mean(&self) -> Option<f64> {
        (self.customers > 0).then(|| self.expected / count_to_f64(self.customers))
    }
}

/// How far a model's predictions lay from what happened.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HoldoutAccuracy {
    /// How many customers.
    pub customers: u64,
    /// Occasions in the holdout.
    pub actual: u64,
    /// Purchases expected in it.
    pub expected: f64,
    /// Mean absolute error a customer; `None` without customers.
    pub mean_absolute_error: Option<f64>,
    /// Root of the mean squared error a customer; `None` without customers.
    pub root_mean_square_error: Option<f64>,
}

impl<K> Holdout<K> {
    /// The length of the holdout.
    #[must_use]
    pub fn horizon(&self) -> TimeSpan {
        self.end.since(self.cut).to_span()
    }

    /// The calibration, to fit a model to.
    #[must_use]
    pub fn calibration(&self, unit: TimeUnit) -> GroupedSummary {
        GroupedSummary::of(unit, self.rows.iter().map(|(_, row)| row.calibration.history(unit)))
    }

    /// Actual and expected purchases by calibration frequency: `0, 1, .. last` and more.
    ///
    /// *Source*: Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way", figure 3.
    #[must_use]
    pub fn by_frequency(&self, model: impl Into<PurchaseModel>, last: u16) -> Vec<FrequencyClass> {
        let (model, horizon) = (model.into(), self.horizon());
        let last = u64::from(last);
        let mut classes: Vec<(FrequencyClass, Sum)> = (0..=last)
            .map(|x| {
                let class = FrequencyClass {
                    x,
                    and_more: x == last,
                    customers: 0,
                    actual: 0,
                    expected: 0.0,
                };
                (class, Sum::default())
            })
            .collect();
        for (_, row) in &self.rows {
            let at = usize::try_from(row.calibration.x().min(last)).unwrap_or(usize::MAX);
            if let Some((class, expected)) = classes.get_mut(at) {
                class.customers = class.customers.saturating_add(1);
                class.actual = class.actual.saturating_add(row.occasions);
                expected
                    .add(model.expected_purchases(&row.calibration.history(model.unit()), horizon));
            }
        }
        let close = |(class, expected): (FrequencyClass, Sum)| FrequencyClass {
            expected: expected.total(),
            ..class
        };
        classes.into_iter().map(close).collect()
    }

    /// How far the predictions of a model fitted to the calibration lay from what happened.
    #[must_use]
    pub fn accuracy(&self, model: impl Into<PurchaseModel>) -> HoldoutAccuracy {
        let (model, horizon) = (model.into(), self.horizon());
        let (mut expected, mut absolute, mut squares) =
            (Sum::default(), Sum::default(), Sum::default());
        let (mut customers, mut actual) = (0_u64, 0_u64);
        for (_, row) in &self.rows {
            let told = row.calibration.history(model.unit());
            let next = model.expected_purchases(&told, horizon);
            let error = count_to_f64(row.occasions) - next;
            expected.add(next);
            absolute.add(error.abs());
            squares.add(error * error);
            customers = customers.saturating_add(1);
            actual = actual.saturating_add(row.occasions);
        }
        let mean = |sum: f64| (customers > 0).then(|| sum / count_to_f64(customers));
        HoldoutAccuracy {
            customers,
            actual,
            expected: expected.total(),
            mean_absolute_error: mean(absolute.total()),
            root_mean_square_error: mean(squares.total()).map(f64::sqrt),
        }
    }
}

/// A cohort's repeat purchases by the end of a week.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TrackedWeek {
    /// The week, from 1.
    pub week: u16,
    /// Repeat occasions so far.
    pub actual: u64,
    /// What the model expected.
    pub expected: f64,
}

/// A cohort, week by week.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tracking {
    /// Day 0, or the instant that the first week begins with.
    pub start: PurchaseTime,
    /// The weeks, from 1.
    pub weeks: Vec<TrackedWeek>,
    /// Customers acquired within the weeks.
    pub customers: u64,
    /// Customers who had bought before the start, left out.
    pub before_start: u64,
}

impl<K: Ord> PurchaseLog<K> {
    /// What was known at the end of `cut`, and the occasions after it to the end of `end`.
    ///
    /// An occasion is counted once: where weeks are cut in their middle, the week of the cut is of the
    /// holdout only if nothing was bought in it by then.
    ///
    /// # Errors
    /// An end that is not after the cut; days of a log of instants, or the reverse.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use tenure_clv::{PurchaseLog, PurchaseRow, Refunds, SummaryDefinition};
    /// use tenure_model::{Currency, Minor};
    /// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
    /// let mut log = PurchaseLog::new(SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net));
    /// for (who, at) in [("ann", 1), ("ann", 8), ("ann", 20), ("ann", 20), ("bob", 25)] {
    ///     log.push(who, PurchaseRow::purchase(day(at)?, Minor::new(500))?)?;
    /// }
    /// let found = log.holdout(day(10)?, day(31)?)?;
    /// let (_, ann) = found.rows.first().ok_or("no customer")?;
    /// assert_eq!((ann.calibration.x(), ann.occasions), (1, 1));
    /// assert_eq!(found.first_seen_after, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn holdout(
        &self,
        cut: impl Into<PurchaseTime>,
        end: impl Into<PurchaseTime>,
    ) -> Result<Holdout<&K>, HoldoutError> {
        let period = self.definition.period();
        let (cut, end) = (period.takes(cut.into())?, period.takes(end.into())?);
        if end <= cut {
            return Err(HoldoutError::Order { cut, end });
        }
        let mut found = Holdout { cut, end, rows: Vec::new(), first_seen_after: 0 };
        let mut scratch = Scratch::default();
        let last = period.start(cut);
        for (customer, purchases) in &self.customers {
            let calibration = scratch.finish(purchases, self.definition, cut).summary;
            let Some(calibration) = calibration else {
                found.first_seen_after = found.first_seen_after.saturating_add(1);
                continue;
            };
            scratch.finish(purchases, self.definition, end);
            let known = calibration.last() == last;
            let later = |start: &PurchaseTime| *start > last || (*start == last && !known);
            let after = scratch.starts().filter(later).count();
            let occasions = u64::try_from(after).unwrap_or(u64::MAX);
            found.rows.push((customer, HoldoutCustomer { calibration, occasions }));
        }
        Ok(found)
    }

    /// Actual and expected cumulative repeat purchases of the cohort acquired from `start` on, by
    /// week.
    ///
    /// ```text
    /// actual   = repeat occasions with day index < 7w, day 0 = start
    /// expected = sum over customers acquired on day s, 7w-1 > s, of E[X((7w-1-s)/7 weeks)]
    /// ```
    ///
    /// Of instants, the same in microseconds: the last one of week `w` takes the place of day `7w-1`.
    /// *Cost*: a sort of the repeats, and for each week an expectation per day, or instant, with
    /// acquisitions.
    ///
    /// *Source*: Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way", figure 2.
    ///
    /// # Errors
    /// A day of a log of instants, or the reverse.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use tenure_clv::{Nbd, PurchaseLog, PurchaseRow, Refunds, SummaryDefinition, TimeUnit};
    /// use tenure_model::{Currency, Minor};
    /// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
    /// let mut log = PurchaseLog::new(SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net));
    /// for at in [1, 7, 8] {
    ///     log.push("ann", PurchaseRow::purchase(day(at)?, Minor::new(500))?)?;
    /// }
    /// // One purchase a week in the mean: 6/7 and 13/7 are expected by the 7th and the 14th.
    /// let model = Nbd::new(1.0, 1.0, TimeUnit::Week)?;
    /// let weeks = log.tracking(model, day(1)?, 2)?.weeks;
    /// assert_eq!(weeks.iter().map(|week| week.actual).collect::<Vec<u64>>(), [1, 2]);
    /// assert!(weeks.iter().zip([6.0, 13.0]).all(|(week, n)| (week.expected - n / 7.0).abs() < 1e-15));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tracking(
        &self,
        model: impl Into<PurchaseModel>,
        start: impl Into<PurchaseTime>,
        weeks: u16,
    ) -> Result<Tracking, PurchaseTimeError> {
        let (model, start) = (model.into(), self.definition.period().takes(start.into())?);
        let last_of = |week: u16| start.within_days(u32::from(week).saturating_mul(7));
        let end = last_of(weeks);
        let (mut acquired, mut repeats) = (Vec::new(), Vec::new());
        let mut before_start = 0_u64;
        let mut scratch = Scratch::default();
        for purchases in self.customers.values() {
            scratch.finish(purchases, self.definition, end);
            let mut occasions = scratch.starts();
            let Some(first) = occasions.next() else { continue };
            if first < start {
                before_start = before_start.saturating_add(1);
                continue;
            }
            acquired.push(first);
            repeats.extend(occasions);
        }
        acquired.sort_unstable();
        repeats.sort_unstable();
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let weeks = (1..=weeks).map(|week| {
            let last = last_of(week);
            let actual = count(repeats.partition_point(|&repeat| repeat <= last));
            let alike = acquired.chunk_by(|one, other| one == other);
            let cohort = alike.filter_map(|alike| {
                let &first = alike.first()?;
                (first < last).then(|| (last.since(first).to_span(), count(alike.len())))
            });
            let expected = expected_of(cohort, |span| model.expected_new_customer(span));
            TrackedWeek { week, actual, expected }
        });
        Ok(Tracking {
            start,
            weeks: weeks.collect(),
            customers: count(acquired.len()),
            before_start,
        })
    }
}
