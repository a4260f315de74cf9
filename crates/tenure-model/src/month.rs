//! Calendar months.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use crate::date::digits;
use crate::error::DateError;
use crate::period::Period;

/// A calendar month of the years 0001 to 9999.
///
/// ```
/// use tenure_model::{Month, parse_date};
/// let month = Month::parse("2024-02")?;
/// assert_eq!(month.last_day(), parse_date("2024-02-29")?);
/// assert_eq!(month.plus(11).map(|later| later.to_string()), Some("2025-01".to_owned()));
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Month {
    first_day: NaiveDate,
}

impl Month {
    /// Reads `YYYY-MM`.
    ///
    /// # Errors
    /// Any other spelling, a month above 12, a year outside 0001 to 9999.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        Self::read(text.as_bytes()).ok_or_else(|| DateError {
            found: text.chars().take(40).collect(),
            expected: "a month such as 2026-03",
        })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let &[y1, y2, y3, y4, b'-', m1, m2] = bytes else { return None };
        let year = i32::try_from(digits(&[y1, y2, y3, y4])?).ok().filter(|&year| year >= 1)?;
        NaiveDate::from_ymd_opt(year, digits(&[m1, m2])?, 1).map(|first_day| Self { first_day })
    }

    /// The month that holds this day; `None` for a year outside 0001 to 9999.
    #[must_use]
    pub fn of(day: NaiveDate) -> Option<Self> {
        if (1..=9999).contains(&day.year()) {
            day.with_day(1).map(|first_day| Self { first_day })
        } else {
            None
        }
    }

    /// Its first day.
    #[must_use]
    pub const fn first_day(self) -> NaiveDate {
        self.first_day
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        let length = self.first_day.num_days_in_month();
        self.first_day.with_day(u32::from(length)).unwrap_or(self.first_day)
    }

    /// Months since January of the year 1.
    #[must_use]
    pub fn index(self) -> i32 {
        let years = self.first_day.year().saturating_sub(1).saturating_mul(12);
        let month0 = i32::try_from(self.first_day.month0()).unwrap_or_default();
        years.saturating_add(month0)
    }

    /// The month so many months later (earlier, if negative); `None` outside the calendar.
    #[must_use]
    pub fn plus(self, months: i32) -> Option<Self> {
        let index = self.index().checked_add(months).filter(|&index| index >= 0)?;
        let year = index.checked_div(12)?.checked_add(1).filter(|&year| year <= 9999)?;
        let month0 = u32::try_from(index.checked_rem(12)?).ok()?;
        NaiveDate::from_ymd_opt(year, month0.checked_add(1)?, 1).map(|first_day| Self { first_day })
    }

    /// Its days, as a half-open period; the very last month (9999-12) ends on its last day's morrow
    /// in the calendar of the date library.
    #[must_use]
    pub fn days(self) -> Option<Period> {
        Period::new(self.first_day, self.last_day().succ_opt()?)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first_day.year(), self.first_day.month())
    }
}

impl TryFrom<String> for Month {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, DateError> {
        Self::parse(&text)
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Month;

    #[test]
    fn months_step_over_years_both_ways() {
        let month = Month::parse("2024-01").unwrap();
        assert_eq!(month.plus(-1).unwrap().to_string(), "2023-12");
        assert_eq!(month.plus(12).unwrap().to_string(), "2025-01");
        assert_eq!(Month::parse("0001-01").unwrap().plus(-1), None);
        assert_eq!(Month::parse("9999-12").unwrap().plus(1), None);
        assert_eq!(Month::parse("0001-01").unwrap().index(), 0);
    }

    #[test]
    fn only_the_canonical_spelling_is_read() {
        for wrong in ["2024-13", "2024-00", "2024-1", "0000-01", "2024-01-01", ""] {
            assert!(Month::parse(wrong).is_err(), "{wrong}");
        }
    }
}
