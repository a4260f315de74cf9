//! The days looked at, and what came after each.

use chrono::{Days, Months, NaiveDate};

use crate::error::BacktestError;

/// The days on which scores are taken, and how many days ahead outcomes are looked for.
///
/// ```
/// use tenure_health::backtest::Grid;
/// use tenure_model::parse_date;
/// let grid = Grid::new(parse_date("2024-01-31")?, 1, 3, 90)?;
/// let days: Vec<_> = grid.days().iter().map(ToString::to_string).collect();
/// assert_eq!(days, ["2024-01-31", "2024-02-29", "2024-03-31"]); // from the first, not the last
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    days: Vec<NaiveDate>,
    horizon_days: u32,
}

/// What came after a day.
///
/// ```
/// assert!(!tenure_health::backtest::Fate::NoEvent.is_event());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// The account had ended by then: there is nothing left to foresee.
    Ended,
    /// The window is not over at the end of the data, whatever has happened so far.
    Censored,
    /// It could not happen in the window, such as a renewal where nothing is due.
    NotAtRisk,
    /// The event, on a day of the window.
    Event(NaiveDate),
    /// No event in the window.
    NoEvent,
}

impl Fate {
    /// Whether the event came.
    #[must_use]
    pub const fn is_event(self) -> bool {
        matches!(self, Self::Event(_))
    }
}

impl Grid {
    /// The most days of a grid.
    pub const MAX_DAYS: u32 = 1200;

    /// So many days, from the first, so many months apart; outcomes so many days ahead.
    ///
    /// # Errors
    /// 0 months, 0 days ahead, no day or more than [`Grid::MAX_DAYS`], or a day beyond the calendar.
    pub fn new(
        first: NaiveDate,
        months_apart: u32,
        count: u32,
        horizon_days: u32,
    ) -> Result<Self, BacktestError> {
        let refused = BacktestError::Grid { months_apart, count, horizon_days };
        if months_apart == 0 || horizon_days == 0 || !(1..=Self::MAX_DAYS).contains(&count) {
            return Err(refused);
        }
        let day = |step: u32| {
            let months = months_apart.checked_mul(step)?;
            let day = first.checked_add_months(Months::new(months))?;
            // The window has an end.
            day.checked_add_days(Days::new(horizon_days.into()))?;
            Some(day)
        };
        let days: Option<Vec<NaiveDate>> = (0..count).map(day).collect();
        Ok(Self { days: days.ok_or(refused)?, horizon_days })
    }

    /// The days, in order.
    #[must_use]
    pub fn days(&self) -> &[NaiveDate] {
        &self.days
    }

    /// How many days ahead outcomes are looked for, the last included.
    #[must_use]
    pub const fn horizon_days(&self) -> u32 {
        self.horizon_days
    }

    /// The last day of the window that opens after a day.
    pub(super) fn end(&self, at: NaiveDate) -> NaiveDate {
        at.checked_add_days(Days::new(self.horizon_days.into())).unwrap_or(NaiveDate::MAX)
    }

    /// Whether a day lies in the window that opens after another.
    pub(super) fn covers(&self, at: NaiveDate, day: NaiveDate) -> bool {
        day > at && day <= self.end(at)
    }

    /// What came after `at`, in data that ends with `data_end`: the event of the account, if it has
    /// one, and the day it ended, if it did.
    ///
    /// # Errors
    /// An event on or before `at` of an account that had not ended by then: an outcome before the
    /// score.
    ///
    /// ```
    /// use tenure_health::backtest::{Fate, Grid};
    /// use tenure_model::parse_date;
    /// let day = |text| parse_date(text);
    /// let grid = Grid::new(day("2024-01-31")?, 1, 1, 30)?;
    /// let (t, end) = (day("2024-01-31")?, day("2024-12-31")?);
    /// let left = Some(day("2024-03-01")?);
    /// assert_eq!(grid.fate(t, left, None, end)?, Fate::Event(day("2024-03-01")?));
    /// assert_eq!(grid.fate(t, Some(day("2024-03-02")?), None, end)?, Fate::NoEvent);
    /// assert_eq!(grid.fate(t, left, None, day("2024-02-29")?)?, Fate::Censored);
    /// assert!(grid.fate(t, Some(t), None, end).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fate(
        &self,
        at: NaiveDate,
        event: Option<NaiveDate>,
        ended: Option<NaiveDate>,
        data_end: NaiveDate,
    ) -> Result<Fate, BacktestError> {
        if ended.is_some_and(|ended| ended <= at) {
            return Ok(Fate::Ended);
        }
        if let Some(outcome) = event.filter(|&event| event <= at) {
            return Err(BacktestError::EventBeforeScore { at, outcome });
        }
        if self.end(at) > data_end {
            return Ok(Fate::Censored);
        }
        Ok(event.filter(|&event| self.covers(at, event)).map_or(Fate::NoEvent, Fate::Event))
    }
}
