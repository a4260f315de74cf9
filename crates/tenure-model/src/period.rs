//! Half-open periods of whole days.

use chrono::{Months, NaiveDate};

/// The days from `start` up to but not including `end`.
///
/// ```
/// use tenure_model::{Period, parse_date};
/// let (first, last) = (parse_date("2024-02-01")?, parse_date("2024-02-29")?);
/// let february = Period::inclusive(first, last).ok_or("reversed")?;
/// assert_eq!(february.len_days(), 29);
/// assert!(february.contains(last));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    start: NaiveDate,
    end: NaiveDate,
}

impl Period {
    /// From `start` up to, not including, `end`; `None` if `end` is before `start`.
    #[must_use]
    pub fn new(start: NaiveDate, end: NaiveDate) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    /// From `first` to `last`, both included; `None` if reversed.
    #[must_use]
    pub fn inclusive(first: NaiveDate, last: NaiveDate) -> Option<Self> {
        Self::new(first, last.succ_opt()?)
    }

    /// The so many months that end with this day, it included.
    ///
    /// ```
    /// use tenure_model::{Period, parse_date};
    /// let year = Period::months_ending(12, parse_date("2024-12-31")?).ok_or("out of range")?;
    /// assert_eq!(year.start(), parse_date("2024-01-01")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn months_ending(months: u32, last: NaiveDate) -> Option<Self> {
        let end = last.succ_opt()?;
        Self::new(end.checked_sub_months(Months::new(months))?, end)
    }

    /// The first day.
    #[must_use]
    pub const fn start(self) -> NaiveDate {
        self.start
    }

    /// The day after the last.
    #[must_use]
    pub const fn end(self) -> NaiveDate {
        self.end
    }

    /// The last day; `None` if the period is empty.
    #[must_use]
    pub fn last(self) -> Option<NaiveDate> {
        self.end.pred_opt().filter(|&last| last >= self.start)
    }

    /// Whether the day lies in it.
    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        self.start <= day && day < self.end
    }

    /// How many days it has.
    #[must_use]
    pub fn len_days(self) -> i64 {
        self.end.signed_duration_since(self.start).num_days()
    }
}
