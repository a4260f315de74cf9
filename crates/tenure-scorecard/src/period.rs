//! The calendar months or quarters that the windows are cut into.

use tenure_model::{Month, Period};

use crate::error::ScorecardError;
use crate::settings::Dates;

/// How long the periods are that the figures over a window are told by.
///
/// ```
/// use tenure_scorecard::PeriodLength;
/// assert_eq!(PeriodLength::default(), PeriodLength::Quarter);
/// assert_eq!(PeriodLength::from_name("month"), Some(PeriodLength::Month));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum PeriodLength {
    /// A calendar month.
    Month,
    /// Three months from January, April, July or October.
    #[default]
    Quarter,
}

impl PeriodLength {
    /// Every length.
    pub const ALL: &'static [Self] = &[Self::Month, Self::Quarter];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }

    /// The length of that name; `None` for any other text.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|length| length.name() == name)
    }

    const fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
        }
    }

    /// The first month of the period that this month lies in.
    fn first(self, month: Month) -> Option<Month> {
        month.plus(month.index().checked_rem_euclid(self.months())?.checked_neg()?)
    }

    /// What the period from that month on is called: `2025-07`, `2025-Q3`.
    fn label(self, first: Month) -> String {
        let month = first.to_string();
        let quarter = match month.split_once('-') {
            Some((year, "01")) => format!("{year}-Q1"),
            Some((year, "04")) => format!("{year}-Q2"),
            Some((year, "07")) => format!("{year}-Q3"),
            Some((year, _)) => format!("{year}-Q4"),
            None => return month,
        };
        if self == Self::Quarter { quarter } else { month }
    }
}

/// What of both windows lies in one calendar period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) name: String,
    /// Days of the window; `None` where it has none there.
    pub(crate) days: Option<Period>,
    /// Months of the revenue window, first and last.
    pub(crate) months: Option<(Month, Month)>,
}

/// The calendar periods that either window has a part in, in order. The parts of a window are all of
/// it, each day and month in one of them.
pub(crate) fn cuts(dates: &Dates, length: PeriodLength) -> Result<Vec<Cut>, ScorecardError> {
    let out_of_range = || ScorecardError::Calendar { as_of: dates.now.day() };
    let month = |day| Month::of(day).ok_or_else(out_of_range);
    let last_day = dates.window.last().ok_or_else(out_of_range)?;
    let begin = month(dates.window.start())?.min(dates.first);
    let end = month(last_day)?.max(dates.last);
    let mut first = length.first(begin).ok_or_else(out_of_range)?;
    let mut cuts = Vec::new();
    loop {
        let back = length.months().saturating_sub(1);
        let last = first.plus(back).ok_or_else(out_of_range)?;
        let days = {
            let start = first.first_day().max(dates.window.start());
            let days = Period::inclusive(start, last.last_day().min(last_day));
            days.filter(|days| days.last().is_some())
        };
        let months = (first.max(dates.first), last.min(dates.last));
        let name = length.label(first);
        cuts.push(Cut { name, days, months: (months.0 <= months.1).then_some(months) });
        if last >= end {
            return Ok(cuts);
        }
        first = last.plus(1).ok_or_else(out_of_range)?;
    }
}

#[cfg(test)]
mod tests {
    use super::{PeriodLength, cuts};
    use crate::settings::Settings;
    use tenure_model::{Coverage, parse_date};

    /// The name of each period, its days and its months.
    fn told(as_of: &str, length: PeriodLength, window: u32, revenue: u32) -> Vec<String> {
        let mut settings = Settings::new(parse_date(as_of).unwrap(), Coverage::absent());
        (settings.window_months, settings.revenue_months) = (window, revenue);
        let told = |cut: super::Cut| {
            let days = cut.days.map(|days| format!(" {} {}", days.start(), days.last().unwrap()));
            let months = cut.months.map(|(first, last)| format!(" {first} {last}"));
            format!("{}{}{}", cut.name, days.unwrap_or_default(), months.unwrap_or_default())
        };
        cuts(&settings.dates().unwrap(), length).unwrap().into_iter().map(told).collect()
    }

    #[test]
    fn a_calendar_year_is_four_quarters() {
        assert_eq!(
            told("2025-12-31", PeriodLength::Quarter, 12, 12),
            [
                "2025-Q1 2025-01-01 2025-03-31 2025-01 2025-03",
                "2025-Q2 2025-04-01 2025-06-30 2025-04 2025-06",
                "2025-Q3 2025-07-01 2025-09-30 2025-07 2025-09",
                "2025-Q4 2025-10-01 2025-12-31 2025-10 2025-12",
            ]
        );
    }

    #[test]
    fn the_first_and_the_last_are_cut_where_the_windows_are() {
        assert_eq!(
            told("2025-05-15", PeriodLength::Quarter, 6, 6),
            [
                "2024-Q4 2024-11-16 2024-12-31 2024-11 2024-12",
                "2025-Q1 2025-01-01 2025-03-31 2025-01 2025-03",
                "2025-Q2 2025-04-01 2025-05-15 2025-04 2025-04",
            ]
        );
        assert_eq!(
            told("2025-02-15", PeriodLength::Month, 1, 2),
            [
                "2024-12 2024-12 2024-12",
                "2025-01 2025-01-16 2025-01-31 2025-01 2025-01",
                "2025-02 2025-02-01 2025-02-15"
            ]
        );
    }

    #[test]
    fn windows_of_other_lengths_share_the_periods_both_reach() {
        assert_eq!(
            told("2025-06-30", PeriodLength::Quarter, 3, 6),
            ["2025-Q1 2025-01 2025-03", "2025-Q2 2025-04-01 2025-06-30 2025-04 2025-06"]
        );
    }
}
