//! What rows are grouped by.

use chrono::{Datelike as _, Months, NaiveDate};
use tenure::model::Period;
use tenure::model::record::AccountProfile;

use crate::error::{CommandError, SettingsError};
use crate::text;

/// A fact of the account or of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Segment,
    Kind,
    Industry,
    Touchpoint,
    Channel,
    Month,
    Quarter,
    Year,
}

/// A group: its name, and its place in time where it is one. Rows that do not say come last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    Named(String),
    Unsaid,
}

impl By {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Kind => "kind",
            Self::Industry => "industry",
            Self::Touchpoint => "touchpoint",
            Self::Channel => "channel",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// What an option names, of what it may name.
    pub(crate) fn read(
        key: &'static str,
        found: &str,
        known: &[Self],
    ) -> Result<Self, CommandError> {
        known.iter().copied().find(|by| by.name() == found).ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|by| by.name()).collect();
            let expected = format!("one of {}", names.join(", "));
            let found = found.to_owned();
            CommandError::Typed(SettingsError::Value { key, found, expected })
        })
    }

    /// What of the account rows are grouped by, if it is a fact of the account.
    pub(crate) fn of_account(self, profile: Option<&AccountProfile>) -> Option<&str> {
        let profile = profile?;
        match self {
            Self::Segment => profile.segment.as_deref(),
            Self::Kind => profile.kind.map(|kind| kind.name()),
            Self::Industry => profile.industry.as_deref(),
            _ => None,
        }
    }

    /// The stretch of time a day lies in: its name, which sorts by time.
    pub(crate) fn of_day(self, day: NaiveDate) -> Option<String> {
        let year = day.year();
        match self {
            Self::Month => Some(format!("{year:04}-{:02}", day.month())),
            Self::Quarter => Some(format!("{year:04}-Q{}", day.quarter())),
            Self::Year => Some(format!("{year:04}")),
            _ => None,
        }
    }

    /// The stretch of time a day lies in, as far as it lies in the window: its name and its days.
    pub(crate) fn period_of(
        self,
        day: NaiveDate,
        window: Option<Period>,
    ) -> Option<(String, Period)> {
        let name = self.of_day(day)?;
        let (months, month) = match self {
            Self::Month => (1, day.month()),
            Self::Quarter => (3, day.quarter().saturating_mul(3).saturating_sub(2)),
            _ => (12, 1),
        };
        let start = NaiveDate::from_ymd_opt(day.year(), month, 1)?;
        let end = start.checked_add_months(Months::new(months))?;
        let (start, end) = window
            .map_or((start, end), |window| (start.max(window.start()), end.min(window.end())));
        Some((name, Period::new(start, end)?))
    }

    /// How many such stretches a named one lies after the year 0; `None` if it is no stretch of time.
    pub(crate) fn time_of(self, name: &str) -> Option<u32> {
        let number = |digits: &str| u32::try_from(text::digits(digits)?).ok();
        match self {
            Self::Month => {
                let (year, month) = name.split_once('-')?;
                number(year)?.checked_mul(12)?.checked_add(number(month)?)
            }
            Self::Quarter => {
                let (year, quarter) = name.split_once("-Q")?;
                number(year)?.checked_mul(4)?.checked_add(number(quarter)?)
            }
            Self::Year => number(name),
            _ => None,
        }
    }
}

impl Key {
    pub(crate) fn of(name: Option<&str>) -> Self {
        name.map_or(Self::Unsaid, |name| Self::Named(name.to_owned()))
    }

    /// For people and documents; `by` is what it is grouped by.
    pub(crate) fn label(&self, by: &str) -> String {
        match self {
            Self::Named(name) => name.clone(),
            Self::Unsaid => format!("(no {by})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::By;

    #[test]
    fn stretches_of_time_sort_and_count() {
        let day = |text| tenure::model::parse_date(text).unwrap();
        for (by, name, time) in [
            (By::Month, "2025-03", 2025 * 12 + 3),
            (By::Quarter, "2025-Q1", 2025 * 4 + 1),
            (By::Year, "2025", 2025),
        ] {
            assert_eq!(by.of_day(day("2025-03-31")).as_deref(), Some(name));
            assert_eq!(by.time_of(name), Some(time));
        }
        assert_eq!(By::Month.time_of("2026-01"), By::Month.time_of("2025-12").map(|time| time + 1));
        assert_eq!(By::Quarter.of_day(day("2025-12-31")).as_deref(), Some("2025-Q4"));
        let window = tenure::model::Period::inclusive(day("2025-02-10"), day("2025-12-31"));
        let (name, period) = By::Quarter.period_of(day("2025-03-31"), window).unwrap();
        assert_eq!(name, "2025-Q1");
        assert_eq!((period.start(), period.end()), (day("2025-02-10"), day("2025-04-01")));
        assert_eq!((By::Segment.of_day(day("2025-01-01")), By::Segment.time_of("a")), (None, None));
    }
}
