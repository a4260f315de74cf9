//! Where the relationship stands today.

use chrono::NaiveDate;

use crate::history::{History, age, later};
use crate::named::named;

named! {
    /// Where a relationship stands on the day of the question.
    ///
    /// ```
    /// assert_eq!(tenure_classify::Stage::from_name("former"), Some(tenure_classify::Stage::Former));
    /// ```
    #[non_exhaustive]
    Stage {
        /// No contract and no purchase, and we would know.
        Prospect = "prospect",
        /// Live, and the first commercial day ever is at most 30 days old.
        New = "new",
        /// Live.
        Active = "active",
        /// Silent by its own rhythm and without contract, or a negotiated contract in which nobody
        /// has spoken or bought for more than 180 days.
        Dormant = "dormant",
        /// Back after a long silence.
        Reengaged = "reengaged",
        /// Not live, after an engagement contract.
        Former = "former",
        /// The tables that would tell are not complete.
        Unknown = "unknown",
    }
}

const NEW_DAYS: i64 = 30;
const REENGAGED_DAYS: i64 = 90;
const QUIET_DAYS: i64 = 180;

impl Stage {
    /// Whether the relationship is dormant or over.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Dormant | Self::Former)
    }

    pub(crate) fn of(history: &History<'_>) -> Self {
        Self::on(history, history.as_of.day())
    }

    /// The stage on that day, if nothing happens after the day of the question.
    fn on(history: &History<'_>, day: NaiveDate) -> Self {
        let age_of = |past| age(day, past);
        if !history.active {
            return if history.sources_complete { Self::Prospect } else { Self::Unknown };
        }
        if !history.is_live_on(day) {
            return match (history.sources_complete, history.episode_contracts().next().is_none()) {
                (false, _) => Self::Unknown,
                (true, false) => Self::Former,
                (true, true) => Self::Dormant,
            };
        }
        if history.first_day.is_some_and(|first| age_of(first) <= NEW_DAYS) {
            return Self::New;
        }
        if history.in_force(day).next().is_none()
            && history.is_back()
            && history.last_purchase.is_some_and(|last| age_of(last) <= REENGAGED_DAYS)
        {
            return Self::Reengaged;
        }
        if is_quiet(history, day) { Self::Dormant } else { Self::Active }
    }
}

/// A negotiated contract in force in which nobody has spoken or bought for a long time.
fn is_quiet(history: &History<'_>, day: NaiveDate) -> bool {
    let Some(since) = history.negotiated_since(day) else { return false };
    let spoken = history.last_personal_contact().map_or(since, |day| day.max(since));
    history.interactions_complete
        && age(day, spoken) > QUIET_DAYS
        && history.last_purchase.is_none_or(|last| age(day, last) > QUIET_DAYS)
}

/// A stage that will come by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct StageChange {
    /// The first day of it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
    pub on: NaiveDate,
    /// The stage.
    pub to: Stage,
}

impl StageChange {
    /// The first stage that differs from today's, `now`, if nothing more happens; `None` if it
    /// stays.
    pub(crate) fn next(history: &History<'_>, now: Stage) -> Option<Self> {
        // What never began stays so.
        if !history.active {
            return None;
        }
        let today = history.as_of.day();
        let after = |past: Option<NaiveDate>, days: i64| later(past?, days).succ_opt();
        let young = history.first_day.filter(|_| now == Stage::New);
        let back = history.last_purchase.filter(|_| history.is_back());
        // Only what is negotiated falls quiet, from its own start on, and matters until it is over.
        let negotiated = history.negotiated_since(today).is_some();
        let spoken = if negotiated { history.last_personal_contact() } else { None };
        let bought = history.last_purchase.filter(|_| negotiated);
        let days = [
            history.silent_on(),
            history.free_on(),
            after(young, NEW_DAYS),
            after(back, REENGAGED_DAYS),
            after(bought, QUIET_DAYS),
            after(spoken, QUIET_DAYS),
        ];
        let mut reached = today;
        loop {
            let contracts = history.contracts().filter(|_| negotiated).flat_map(|one| {
                [one.end.and_then(|end| end.succ_opt()), after(Some(one.start), QUIET_DAYS)]
            });
            let days = days.into_iter().chain(contracts).flatten();
            let on = days.filter(|&day| day > reached).min()?;
            let to = Stage::on(history, on);
            if to != now {
                return Some(Self { on, to });
            }
            reached = on;
        }
    }
}
