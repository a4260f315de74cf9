//! What happened after: calibration and holdout, and a cohort week by week.

use chrono::{Days, NaiveDate};
use tenure_stats::count_to_f64;

use super::PurchaseLog;
use super::summary::{PurchaseSummary, Scratch};
use crate::error::HoldoutError;
use crate::fit::Sum;
use crate::history::GroupedSummary;
use crate::model::purchases::PurchaseModel;
use crate::tracking::expected_cumulative;
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

/// What was known at a cut date, and what happened after it.
///
/// The cut date belongs to the calibration; the holdout is `(cut, end]`. Customers first seen after
/// the cut are left out and counted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holdout<K> {
    /// The last day of the calibration.
    pub cut: NaiveDate,
    /// The last day of the holdout.
    pub end: NaiveDate,
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
        let days = self.end.signed_duration_since(self.cut).num_days();
        TimeSpan::days(u32::try_from(days).unwrap_or(0))
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
    /// Day 0.
    pub start: NaiveDate,
    /// The weeks, from 1.
    pub weeks: Vec<TrackedWeek>,
    /// Customers acquired within the weeks.
    pub customers: u64,
    /// Customers who had bought before day 0, left out.
    pub before_start: u64,
}

impl<K: Ord> PurchaseLog<K> {
    /// What was known at the end of `cut`, and the occasions from the day after to the end of `end`.
    ///
    /// # Errors
    /// An end that is not after the cut.
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
    pub fn holdout(&self, cut: NaiveDate, end: NaiveDate) -> Result<Holdout<&K>, HoldoutError> {
        if end <= cut {
            return Err(HoldoutError { cut, end });
        }
        let mut found = Holdout { cut, end, rows: Vec::new(), first_seen_after: 0 };
        let mut scratch = Scratch::default();
        let last = self.definition.period().start(cut);
        for (customer, days) in &self.customers {
            let Some(calibration) = scratch.finish(days, self.definition, cut).summary else {
                found.first_seen_after = found.first_seen_after.saturating_add(1);
                continue;
            };
            scratch.finish(days, self.definition, end);
            let after = scratch.starts().filter(|start| *start > last).count();
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
    /// *Source*: Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way", figure 2.
    #[must_use]
    pub fn tracking(
        &self,
        model: impl Into<PurchaseModel>,
        start: NaiveDate,
        weeks: u16,
    ) -> Tracking {
        let model = model.into();
        let length = u32::from(weeks).saturating_mul(7);
        let end = start
            .checked_add_days(Days::new(u64::from(length.saturating_sub(1))))
            .unwrap_or(NaiveDate::MAX);
        let index =
            |date: NaiveDate| u32::try_from(date.signed_duration_since(start).num_days()).ok();
        let mut acquired: std::collections::BTreeMap<u32, u64> = std::collections::BTreeMap::new();
        let mut repeats: std::collections::BTreeMap<u32, u64> = std::collections::BTreeMap::new();
        let (mut customers, mut before_start) = (0_u64, 0_u64);
        let mut scratch = Scratch::default();
        for days in self.customers.values() {
            scratch.finish(days, self.definition, end);
            let mut occasions = scratch.starts();
            let Some(first) = occasions.next() else { continue };
            let Some(first) = index(first) else {
                before_start = before_start.saturating_add(1);
                continue;
            };
            customers = customers.saturating_add(1);
            let count = acquired.entry(first).or_insert(0);
            *count = count.saturating_add(1);
            for day in occasions.filter_map(index) {
                let count = repeats.entry(day).or_insert(0);
                *count = count.saturating_add(1);
            }
        }
        let weeks = (1..=weeks).map(|week| {
            let until = u32::from(week).saturating_mul(7);
            let actual = repeats.range(..until).fold(0_u64, |sum, (_, n)| sum.saturating_add(*n));
            let cohort = acquired.iter().map(|(&day, &count)| (day, count));
            let expected =
                expected_cumulative(cohort, week, |span| model.expected_new_customer(span));
            TrackedWeek { week, actual, expected }
        });
        Tracking { start, weeks: weeks.collect(), customers, before_start }
    }
}
