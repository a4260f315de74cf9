//! Where the relationship stands today.

use chrono::NaiveDate;
use tenure_model::Relationship;

use crate::context::Context;
use crate::history::{Buffers, History, Horizon, age, later};
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

/// The first stage that differs from today's if nothing more happens; `None` if it stays.
///
/// ```
/// use tenure_classify::{Context, Stage, next_stage};
/// use tenure_model::record::Purchase;
/// use tenure_model::{AccountId, AsOf, Book, Coverage, Currency, Event, Money, Record, parse_date};
/// let shopper = AccountId::new("shopper")?;
/// let price = Money::parse("1.20", Currency::new("EUR")?)?;
/// let purchase = Purchase::new(parse_date("2025-06-20")?, price)?;
/// let (book, _) = Book::from_events([Event::new(shopper.clone(), Record::Purchase(purchase))]);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let next = next_stage(book.get(&shopper).ok_or("missing")?, &context).ok_or("none")?;
/// // New for 30 days after the first purchase.
/// assert_eq!((next.on, next.to), (parse_date("2025-07-21")?, Stage::Active));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn next_stage(relationship: &Relationship, context: &Context<'_>) -> Option<StageChange> {
    let mut buffers = Buffers::default();
    let history = History::of(relationship, context, Horizon::Ahead, &mut buffers);
    let (today, now) = (context.as_of.day(), Stage::of(&history));
    let after = |day: Option<NaiveDate>, days: i64| day.and_then(|day| later(day, days).succ_opt());
    let mut days = history.turning_days();
    days.extend(after(history.first_day, NEW_DAYS));
    days.extend(after(history.last_purchase, REENGAGED_DAYS));
    days.extend(after(history.last_purchase, QUIET_DAYS));
    days.extend(after(history.last_personal_contact(), QUIET_DAYS));
    // A contract may fall quiet from its own start on.
    days.extend(history.contracts().filter_map(|one| after(Some(one.start), QUIET_DAYS)));
    days.retain(|&day| day > today);
    days.sort_unstable();
    days.into_iter()
        .map(|on| StageChange { on, to: Stage::on(&history, on) })
        .find(|change| change.to != now)
}
