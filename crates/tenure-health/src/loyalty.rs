//! Loyalty programmes: tiers by qualifying points, and a balance of redeemable ones.
//!
//! The two ledgers never mix: spending redeemable points costs no tier, and a tier buys nothing. A tier
//! is loyalty to a programme; it says nothing about who is a client.

use chrono::{Datelike as _, Months, NaiveDate};
use tenure_model::record::{Ledger, Points};
use tenure_model::{AsOf, Instant, RecordId, Relationship, Text};

use crate::error::LoyaltyError;

mod balance;
#[cfg(feature = "files")]
mod file;

pub use balance::{Balance, Expiring};
#[cfg(feature = "files")]
pub use file::{ProgrammeFault, ProgrammeFaultCode, ProgrammeFileError};

/// Over which days qualifying points are counted.
///
/// ```
/// assert_eq!(tenure_health::loyalty::Window::Anniversary.name(), "anniversary");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// Twelve months from the first of this month (1 to 12), year after year.
    Calendar {
        /// The month windows begin with.
        first_month: u32,
    },
    /// Twelve months from the day the member joined; 29 February falls on 28 February in common years.
    Anniversary,
    /// The last so many months, day by day: it never ends, so tiers follow the points both ways.
    Rolling {
        /// The months.
        months: u32,
    },
}

impl Window {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calendar { .. } => "calendar",
            Self::Anniversary => "anniversary",
            Self::Rolling { .. } => "rolling",
        }
    }
}

/// How far a member falls at the end of a window.
///
/// ```
/// use tenure_health::loyalty::Landing;
/// assert_eq!(Landing::default(), Landing::Hard);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Landing {
    /// To the tier that the window earned. The default.
    #[default]
    Hard,
    /// One tier at most.
    Soft,
}

impl Landing {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
        }
    }
}

/// The rules of a programme.
///
/// 1. *Question*: which tier does a member hold on a day, and what can it spend?
/// 2. *Formula*:
///    ```text
///    earned = the last tier whose threshold is at most the qualifying points of the window so far
///    held   = the higher of earned and what was carried into the window
///    carried over a window's end = earned, or with a soft landing the higher of earned and one tier down
///    ```
///    In a rolling window the tier held is the one earned.
/// 3. *Shape*: in, ledger entries in any order; out, a [`Standing`]. One more entry changes the points of
///    its window, or the balance from its day on. Cost: the entries once a window.
/// 4. *Undefined*: before the member joined, `None`. *Errors*: as [`LoyaltyError`] says.
/// 5. *Accuracy*: integers.
/// 6. *Source*: own definition of what programmes commonly publish.
///
/// ```
/// use tenure_health::loyalty::{Entry, Landing, Programme, Window};
/// use tenure_model::record::Ledger;
/// use tenure_model::{AsOf, parse_date};
/// let tiers = [("member", 0), ("silver", 500), ("gold", 1000)];
/// let programme = Programme::new(&tiers, Window::Calendar { first_month: 1 }, Landing::Soft)?;
/// let joined = parse_date("2024-03-01")?;
/// let earned = Entry::new(parse_date("2024-05-01")?, Ledger::Qualifying, 1200)?;
/// let on = |day| Ok::<_, Box<dyn std::error::Error>>(AsOf::new(parse_date(day)?));
/// let standing = programme.replay(joined, &[earned.clone()], on("2024-12-31")?)?.ok_or("joined")?;
/// assert_eq!((standing.tier(), standing.qualifying()), ("gold", 1200));
/// // Nothing in 2025: gold is carried into it, silver into 2026, member into 2027.
/// for (day, tier) in [("2025-12-31", "gold"), ("2026-01-01", "silver"), ("2027-01-01", "member")] {
///     let standing = programme.replay(joined, &[earned.clone()], on(day)?)?.ok_or("joined")?;
///     assert_eq!((standing.tier(), standing.qualifying()), (tier, 0));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// Its name in reports; empty where nobody gave it one.
    id: Text,
    /// Name and threshold, least first.
    tiers: Vec<(Text, i64)>,
    window: Window,
    landing: Landing,
}

/// An entry of a ledger.
///
/// ```
/// use tenure_health::loyalty::Entry;
/// use tenure_model::{parse_date, record::Ledger};
/// let day = parse_date("2025-05-01")?;
/// let entry = Entry::new(day, Ledger::Redeemable, 100)?;
/// assert!(entry.clone().expiring(day).is_ok());
/// // Points that expire before they are earned:
/// assert!(entry.expiring(parse_date("2025-04-30")?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    date: NaiveDate,
    ledger: Ledger,
    points: i64,
    expires: Option<NaiveDate>,
    id: Option<RecordId>,
    recorded_at: Option<Instant>,
}

impl Entry {
    /// Points earned, or with a minus sign spent (redeemable) or taken back (qualifying).
    ///
    /// # Errors
    /// 0 points.
    pub fn new(date: NaiveDate, ledger: Ledger, points: i64) -> Result<Self, LoyaltyError> {
        if points == 0 {
            return Err(LoyaltyError::NoPoints { date });
        }
        Ok(Self { date, ledger, points, expires: None, id: None, recorded_at: None })
    }

    /// With a last day on which they count.
    ///
    /// # Errors
    /// A day before the points are earned; spent points, which do not expire.
    pub fn expiring(self, expires: NaiveDate) -> Result<Self, LoyaltyError> {
        let date = self.date;
        if expires < date {
            return Err(LoyaltyError::ExpiresBeforeEarned { date, expires });
        }
        if self.points < 0 {
            return Err(LoyaltyError::SpentExpires { date, expires });
        }
        Ok(Self { expires: Some(expires), ..self })
    }

    /// With the id that decides between entries of one day.
    #[must_use]
    pub fn with_id(self, id: RecordId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// With the time it was recorded.
    #[must_use]
    pub fn recorded(self, at: Instant) -> Self {
        Self { recorded_at: Some(at), ..self }
    }

    /// The entry of a record.
    fn of(one: &tenure_model::Entry<Points>) -> Result<Self, LoyaltyError> {
        let record = &one.record;
        let entry = Self::new(record.date, record.ledger, record.points)?;
        let entry = match record.expires {
            Some(expires) => entry.expiring(expires)?,
            None => entry,
        };
        Ok(Self { id: one.id.clone(), recorded_at: one.recorded_at, ..entry })
    }

    fn counts_on(&self, day: NaiveDate) -> bool {
        self.date <= day && self.expires.is_none_or(|expires| day <= expires)
    }
}

/// What a member holds on a day.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    tier: Text,
    rank: usize,
    qualifying: i64,
    window: (NaiveDate, NaiveDate),
    next: Option<(Text, i64)>,
    balance: Balance,
}

impl Standing {
    /// The tier held.
    #[must_use]
    pub fn tier(&self) -> &str {
        &self.tier
    }

    /// Which tier that is, from 0.
    #[must_use]
    pub const fn rank(&self) -> usize {
        self.rank
    }

    /// Qualifying points of the window so far.
    #[must_use]
    pub const fn qualifying(&self) -> i64 {
        self.qualifying
    }

    /// First and last day of the window; a rolling one ends with the day of the question.
    #[must_use]
    pub const fn window(&self) -> (NaiveDate, NaiveDate) {
        self.window
    }

    /// The next tier above the one held, and the points that are missing for it in this window;
    /// `None` at the top.
    #[must_use]
    pub fn next(&self) -> Option<(&str, i64)> {
        self.next.as_ref().map(|(tier, points)| (&**tier, *points))
    }

    /// Redeemable points.
    #[must_use]
    pub const fn balance(&self) -> &Balance {
        &self.balance
    }
}

impl Programme {
    /// The most tiers.
    pub const MAX_TIERS: usize = 64;

    /// A programme of tiers `(name, threshold)`, least first; the first is everybody's, from 0.
    ///
    /// # Errors
    /// No tier or too many, a first threshold other than 0, thresholds that do not grow, a name twice
    /// or empty; a month that is none; a rolling window of 0 or more than 120 months; a soft landing
    /// in a rolling window, which has no end.
    pub fn new(
        tiers: &[(&str, i64)],
        window: Window,
        landing: Landing,
    ) -> Result<Self, LoyaltyError> {
        if !(1..=Self::MAX_TIERS).contains(&tiers.len()) {
            return Err(LoyaltyError::TierCount { found: tiers.len() });
        }
        let mut kept: Vec<(Text, i64)> = Vec::with_capacity(tiers.len());
        for &(name, threshold) in tiers {
            let tier = name.to_owned();
            if name.is_empty() || kept.iter().any(|(known, _)| &**known == name) {
                return Err(LoyaltyError::TierName { tier });
            }
            let in_order = match kept.last() {
                None => threshold == 0,
                Some(&(_, last)) => threshold > last,
            };
            if !in_order {
                return Err(LoyaltyError::Threshold { tier, found: threshold });
            }
            kept.push((name.into(), threshold));
        }
        match window {
            Window::Calendar { first_month } if !(1..=12).contains(&first_month) => {
                return Err(LoyaltyError::FirstMonth { found: first_month });
            }
            Window::Rolling { months } if !(1..=120).contains(&months) => {
                return Err(LoyaltyError::RollingMonths { found: months });
            }
            Window::Rolling { .. } if landing == Landing::Soft => {
                return Err(LoyaltyError::SoftRolling);
            }
            _ => {}
        }
        Ok(Self { id: "".into(), tiers: kept, window, landing })
    }

    /// With a name for reports.
    #[must_use]
    pub fn with_id(self, id: impl Into<Text>) -> Self {
        Self { id: id.into(), ..self }
    }

    /// Its name in reports; empty where nobody gave it one.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Over which days qualifying points are counted.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// How far a member falls at the end of a window.
    #[must_use]
    pub const fn landing(&self) -> Landing {
        self.landing
    }

    /// The tiers and their thresholds, least first.
    #[must_use]
    pub fn tiers(&self) -> impl ExactSizeIterator<Item = (&str, i64)> {
        self.tiers.iter().map(|(name, threshold)| (&**name, *threshold))
    }

    /// What a member holds on a day, replayed from all entries that can be seen then; `None` before
    /// it joined.
    ///
    /// # Errors
    /// An entry before the member joined; sums beyond 64 bits.
    pub fn replay(
        &self,
        joined: NaiveDate,
        entries: &[Entry],
        as_of: AsOf,
    ) -> Result<Option<Standing>, LoyaltyError> {
        let day = as_of.day();
        if let Some(early) = entries.iter().find(|entry| entry.date < joined) {
            return Err(LoyaltyError::BeforeJoining { date: early.date, joined });
        }
        if day < joined {
            return Ok(None);
        }
        let seen = |entry: &&Entry| as_of.sees(entry.date, entry.recorded_at);
        let (qualifying, redeemable): (Vec<&Entry>, Vec<&Entry>) =
            entries.iter().filter(seen).partition(|entry| entry.ledger == Ledger::Qualifying);
        let balance = Balance::of(redeemable, day)?;
        let mut carried = 0_usize;
        let mut step = 0_u32;
        let (window, points, rank) = loop {
            let (first, last) = self.span(joined, day, step)?;
            if last >= day {
                let points = sum(&qualifying, first, day)?;
                break ((first, last), points, self.rank(points).max(carried));
            }
            let earned = self.rank(sum(&qualifying, first, last)?);
            let held = earned.max(carried);
            carried = match self.landing {
                Landing::Hard => earned,
                Landing::Soft => earned.max(held.saturating_sub(1)),
            };
            step = step.saturating_add(1);
        };
        let tier = |rank: usize| self.tiers.get(rank);
        let next = tier(rank.saturating_add(1))
            .map(|(name, threshold)| (name.clone(), threshold.saturating_sub(points)));
        let name = tier(rank).map_or_else(|| "".into(), |(name, _)| name.clone());
        Ok(Some(Standing { tier: name, rank, qualifying: points, window, next, balance }))
    }

    /// The same from the `points` of an account.
    ///
    /// # Errors
    /// As [`Programme::replay`]; an entry that [`Entry`] refuses.
    pub fn replay_relationship(
        &self,
        joined: NaiveDate,
        relationship: &Relationship,
        as_of: AsOf,
    ) -> Result<Option<Standing>, LoyaltyError> {
        let entries = relationship.points().iter().map(Entry::of).collect::<Result<Vec<_>, _>>()?;
        self.replay(joined, &entries, as_of)
    }

    /// The same of a member that joined with its first entry that can be seen, where no table says
    /// when it joined; `None` where no entry can be seen.
    ///
    /// # Errors
    /// As [`Programme::replay`]; an entry that [`Entry`] refuses.
    ///
    /// ```
    /// use tenure_health::loyalty::{Landing, Programme, Window};
    /// use tenure_model::record::{Ledger, Points};
    /// use tenure_model::{AccountId, AsOf, Book, Event, Record, parse_date};
    /// let programme = Programme::new(&[("member", 0), ("gold", 500)], Window::Anniversary, Landing::Hard)?;
    /// let earned = Points::new(parse_date("2025-03-10")?, Ledger::Qualifying, 700);
    /// let (book, _) = Book::from_events([Event::new(AccountId::new("acme")?, Record::Points(earned))]);
    /// let acme = book.relationships().first().ok_or("nobody")?;
    /// let on = |day| Ok::<_, tenure_model::DateError>(AsOf::new(parse_date(day)?));
    /// assert_eq!(programme.replay_from_first(acme, on("2025-03-09")?)?, None);
    /// let standing = programme.replay_from_first(acme, on("2025-12-31")?)?.ok_or("no member")?;
    /// assert_eq!((standing.tier(), standing.window().0), ("gold", parse_date("2025-03-10")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replay_from_first(
        &self,
        relationship: &Relationship,
        as_of: AsOf,
    ) -> Result<Option<Standing>, LoyaltyError> {
        let entries = relationship.points().iter();
        let seen = entries.filter(|one| as_of.sees(one.record.date, one.recorded_at));
        let entries = seen.map(Entry::of).collect::<Result<Vec<_>, _>>()?;
        let Some(joined) = entries.iter().map(|entry| entry.date).min() else { return Ok(None) };
        self.replay(joined, &entries, as_of)
    }

    /// First and last day of a window, counted from the one in which the member joined.
    fn span(
        &self,
        joined: NaiveDate,
        day: NaiveDate,
        step: u32,
    ) -> Result<(NaiveDate, NaiveDate), LoyaltyError> {
        let beyond = LoyaltyError::Calendar { day };
        let months_after = |from: NaiveDate, steps: Option<u32>| {
            let months = steps?.checked_mul(12)?;
            from.checked_add_months(Months::new(months))
        };
        let whole = |anchor: NaiveDate| {
            let first = months_after(anchor, Some(step))?;
            let next = months_after(anchor, step.checked_add(1))?;
            Some((first, next.pred_opt()?))
        };
        let found = match self.window {
            Window::Anniversary => whole(joined),
            Window::Calendar { first_month } => {
                // The first of that month, this year or the year before.
                let years = i32::from(joined.month() < first_month);
                let year = joined.year().checked_sub(years);
                let anchor = year.and_then(|year| NaiveDate::from_ymd_opt(year, first_month, 1));
                anchor.and_then(whole)
            }
            Window::Rolling { months } => {
                let before = day.checked_sub_months(Months::new(months));
                before.and_then(|before| before.succ_opt()).map(|first| (first, day))
            }
        };
        found.ok_or(beyond)
    }

    /// The last tier whose threshold is at most the points; the first is everybody's.
    fn rank(&self, points: i64) -> usize {
        let reached = self.tiers.partition_point(|&(_, threshold)| threshold <= points);
        reached.saturating_sub(1)
    }
}

/// The points of entries from a day to another, both included, that still count on that last day.
fn sum(entries: &[&Entry], first: NaiveDate, last: NaiveDate) -> Result<i64, LoyaltyError> {
    let mut within = entries.iter().filter(|entry| entry.date >= first && entry.counts_on(last));
    within.try_fold(0_i64, |sum, entry| sum.checked_add(entry.points)).ok_or(LoyaltyError::Overflow)
}

#[cfg(test)]
mod tests;
