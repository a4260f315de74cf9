//! How early the score warned.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Fate, Glance};

/// How long before an event the account was first in the worst band, of the looks whose window holds
/// the event.
///
/// ```
/// use tenure_health::backtest::{Backtest, Fate, FewEvents, Glance, Grid};
/// use tenure_model::parse_date;
/// let (january, february) = (parse_date("2025-01-31")?, parse_date("2025-02-28")?);
/// let grid = Grid::new(january, 1, 2, 90)?;
/// let mut test = Backtest::new(&tenure_health::profiles::client(), &grid);
/// let left = Fate::Event(parse_date("2025-03-10")?);
/// test.push(Glance::new(0, january, Some(700), left))?;
/// test.push(Glance::new(0, february, Some(300), left))?;
/// let report = test.report(FewEvents::Force, Default::default(), 1)?;
/// assert_eq!((report.lead.events, report.lead.days()), (1, [10].as_slice()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LeadTimes {
    /// Events, each account's counted once.
    pub events: u64,
    /// Days from the first look in the worst band to the event, of the events that had one,
    /// ascending.
    days: Vec<i64>,
}

impl LeadTimes {
    pub(super) fn of(rows: &[Glance], is_worst: impl Fn(&Glance) -> bool) -> Self {
        let mut first: BTreeMap<(u32, NaiveDate), Option<NaiveDate>> = BTreeMap::new();
        for row in rows {
            if let Fate::Event(on) = row.fate {
                let warned = first.entry((row.account, on)).or_default();
                if is_worst(row) {
                    *warned = Some(warned.map_or(row.at, |day| day.min(row.at)));
                }
            }
        }
        let days = first
            .iter()
            .filter_map(|(&(_, on), warned)| Some(on.signed_duration_since((*warned)?).num_days()));
        let mut days: Vec<i64> = days.collect();
        days.sort_unstable();
        Self { events: u64::try_from(first.len()).unwrap_or(u64::MAX), days }
    }

    /// Days of warning, ascending, of the events that had one.
    #[must_use]
    pub fn days(&self) -> &[i64] {
        &self.days
    }

    /// The middle of the warnings, the lower of two; `None` without one.
    #[must_use]
    pub fn median(&self) -> Option<i64> {
        self.days.get(self.days.len().saturating_sub(1) / 2).copied()
    }
}
