//! One account, read once, and what it adds to the counts of a window.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use tenure_model::record::{Assignment, Interaction};
use tenure_model::{AsOf, Coverage, Entry, Period, Relationship, Table, Text, Tri};

use super::counts::{CareCounts, Channels};
use super::definition::CareDefinition;

/// One account's history up to the day of a question, read once, for the tallies of any number of
/// windows: [`CareTally::push_history`](crate::CareTally::push_history).
///
/// ```
/// use tenure_health::{CareDefinition, CareHistory, CareTally};
/// use tenure_model::record::Deliverable;
/// use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Month, Record, parse_date};
/// let acme = AccountId::new("acme")?;
/// let mut report = Deliverable::new("report");
/// (report.due, report.done) = (Some(parse_date("2025-01-15")?), Some(parse_date("2025-01-10")?));
/// let (book, _) = Book::from_events([Event::new(acme.clone(), Record::Deliverable(report))]);
/// let as_of = AsOf::new(parse_date("2025-02-28")?);
/// let asked = |month| -> Result<CareDefinition, Box<dyn std::error::Error>> {
///     let days = Month::parse(month)?.days().ok_or("no such month")?;
///     Ok(CareDefinition::new(days, as_of, Coverage::complete())?)
/// };
/// let (january, february) = (asked("2025-01")?, asked("2025-02")?);
/// let history = CareHistory::of(book.get(&acme).ok_or("missing")?, &january);
/// let mut months = [CareTally::new(january), CareTally::new(february)];
/// for month in &mut months {
///     month.push_history(&history)?;
/// }
/// assert_eq!(months.map(|month| month.counts().due), [1, 0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CareHistory<'a> {
    relationship: &'a Relationship,
    pub(super) as_of: AsOf,
    pub(super) coverage: Coverage,
    first_seen: Option<NaiveDate>,
    /// Purchase days, in order, each once.
    bought: Vec<NaiveDate>,
    /// Days of a personal contact, and days of a review, with the first day of the account; in order.
    personal: Vec<i64>,
    reviewed: Vec<i64>,
}

impl<'a> CareHistory<'a> {
    /// Reads the account for the day and the tables of that question, whatever its window.
    #[must_use]
    pub fn of(relationship: &'a Relationship, asked: &CareDefinition) -> Self {
        let as_of = asked.as_of();
        let first_seen = relationship.first_day(as_of);
        let mut history = Self {
            relationship,
            as_of,
            coverage: asked.coverage(),
            first_seen,
            bought: relationship.purchase_days(as_of).dates(),
            personal: Vec::new(),
            reviewed: Vec::new(),
        };
        let (personal, reviewed) = (&mut history.personal, &mut history.reviewed);
        if asked.has(Table::Interactions) {
            for one in seen(relationship.interactions(), as_of, |one| one.date) {
                personal.extend(one.is_human().then(|| number(one.date)));
                reviewed.extend(one.is_review().then(|| number(one.date)));
            }
        }
        if asked.has(Table::Goals) {
            let goals = seen(relationship.goals(), as_of, |one| one.set);
            let reviews = goals.flat_map(|goal| &goal.reviews).filter(|&&day| day <= as_of.day());
            reviewed.extend(reviews.map(|&day| number(day)));
        }
        for met in [personal, reviewed] {
            met.extend(first_seen.map(number));
            met.sort_unstable();
        }
        history
    }

    /// What it adds; where nothing of it was seen by the end of the window, what was due in it.
    pub(super) fn read(&self, asked: &CareDefinition) -> (CareCounts, Channels) {
        let mut counts = CareCounts::default();
        let mut channels = Channels::new();
        let (relationship, window, as_of) = (self.relationship, asked.window(), asked.as_of());
        let Some(last) = window.last() else { return (counts, channels) };
        // A promise was due on its day, whether or not the account was seen before it was kept.
        deliverables(relationship, asked, &mut counts);
        let Some(first_seen) = self.first_seen.filter(|&day| day <= last) else {
            return (counts, channels);
        };
        counts.accounts = 1;
        let days = Days { first: number(window.start().max(first_seen)), last: number(last) };
        if asked.has(Table::Assignments) {
            assignments(relationship, as_of, days, &mut counts);
        }
        goals(relationship, asked, &mut counts);
        self.cadence(asked, days, &mut counts);
        for one in interactions_in(relationship, window, as_of) {
            add(&mut counts.interactions, 1);
            channels.entry(one.channel.clone()).or_default().count(one.direction);
        }
        if asked.has(Table::Referrals) {
            let sent = relationship.referrals().iter().filter(|entry| {
                as_of.sees(entry.record.date, entry.recorded_at)
                    && window.contains(entry.record.date)
            });
            counts.may_refer = 1;
            counts.referrals = whole(sent.count());
            counts.referring = u64::from(counts.referrals > 0);
        }
        let bought = self.bought.iter().filter(|&&day| window.contains(day)).count();
        (counts.buyers, counts.repeat_buyers) = (u64::from(bought >= 1), u64::from(bought >= 2));
        (counts, channels)
    }

    fn cadence(&self, asked: &CareDefinition, days: Days, counts: &mut CareCounts) {
        // A contact is enough for its own day and so many days after it; so is the account's first
        // day.
        let kept = |met: &[i64], within: u32| {
            let reach = |&day: &i64| {
                Days { first: day, last: day.saturating_add(i64::from(within)) }.within(days)
            };
            days_in_any(met.iter().filter_map(reach))
        };
        let has_talk = asked.has(Table::Interactions);
        if has_talk {
            counts.personal_cadence_days = days.len();
            counts.personal_cadence_kept = kept(&self.personal, asked.personal_within_days());
        }
        if has_talk || asked.has(Table::Goals) {
            counts.review_cadence_days = days.len();
            counts.review_cadence_kept = kept(&self.reviewed, asked.review_within_days());
        }
    }
}

/// Days, by number, both ends included.
#[derive(Clone, Copy)]
struct Days {
    first: i64,
    last: i64,
}

impl Days {
    fn len(self) -> u64 {
        u64::try_from(self.last.saturating_sub(self.first).saturating_add(1)).unwrap_or(0)
    }

    /// The days of both.
    fn within(self, other: Self) -> Option<Self> {
        let both = Self { first: self.first.max(other.first), last: self.last.min(other.last) };
        (both.first <= both.last).then_some(both)
    }
}

fn number(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce())
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// One account's counts are at most days of the calendar or records in memory: no sum is full.
const fn add(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}

/// How many days at least one of the stretches holds. They come by first day.
fn days_in_any(stretches: impl Iterator<Item = Days>) -> u64 {
    let (mut held, mut reached) = (0, i64::MIN);
    for stretch in stretches {
        let first = stretch.first.max(reached);
        if first <= stretch.last {
            add(&mut held, Days { first, ..stretch }.len());
            reached = stretch.last.saturating_add(1);
        }
    }
    held
}

fn seen<T>(
    entries: &[Entry<T>],
    as_of: AsOf,
    day: impl Fn(&T) -> NaiveDate,
) -> impl Iterator<Item = &T> {
    entries
        .iter()
        .filter(move |entry| as_of.sees(day(&entry.record), entry.recorded_at))
        .map(|entry| &entry.record)
}

/// The interactions of those days; they come by date.
fn interactions_in(
    relationship: &Relationship,
    window: Period,
    as_of: AsOf,
) -> impl Iterator<Item = &Interaction> {
    let all = relationship.interactions();
    let before = |day: NaiveDate| all.partition_point(|entry| entry.record.date < day);
    let days = before(window.start())..before(window.end());
    seen(all.get(days).unwrap_or_default(), as_of, |one| one.date)
}

fn assignments(relationship: &Relationship, as_of: AsOf, days: Days, counts: &mut CareCounts) {
    counts.days = days.len();
    let stretch = |one: &Assignment| {
        let last = one.end.map_or(i64::MAX, number);
        Days { first: number(one.start), last }.within(days)
    };
    let all = || seen(relationship.assignments(), as_of, |one| one.start);
    counts.managed_days = days_in_any(all().filter_map(stretch));

    let mut roles: BTreeMap<&Text, Vec<(&Text, &Assignment)>> = BTreeMap::new();
    for one in all() {
        if let Some(person) = &one.person {
            roles.entry(&one.role).or_default().push((person, one));
        }
    }
    for held in roles.values() {
        let mut by_person: BTreeMap<&Text, Vec<Days>> = BTreeMap::new();
        for (person, one) in held {
            by_person.entry(person).or_default().extend(stretch(one));
        }
        let of_person = by_person.values().map(|days| days_in_any(days.iter().copied()));
        let (mut longest, mut sum) = (0, 0);
        for held_days in of_person {
            longest = longest.max(held_days);
            add(&mut sum, held_days);
        }
        add(&mut counts.person_days, sum);
        add(&mut counts.longest_person_days, longest);
        // By start: a role goes over when somebody else begins.
        let handed = held.windows(2).filter(|pair| {
            matches!(pair, [(before, _), (after, one)]
                if before != after && (days.first..=days.last).contains(&number(one.start)))
        });
        add(&mut counts.handovers, whole(handed.count()));
    }
}

fn deliverables(relationship: &Relationship, asked: &CareDefinition, counts: &mut CareCounts) {
    let (window, as_of) = (asked.window(), asked.as_of());
    for entry in relationship.deliverables() {
        if !as_of.knows(entry.recorded_at) {
            continue;
        }
        let one = &entry.record;
        let done = one.done.filter(|&done| done <= as_of.day());
        if done.is_some_and(|done| window.contains(done)) {
            add(&mut counts.milestones, u64::from(one.customised == Tri::Yes));
            add(&mut counts.done_without_due, u64::from(one.due.is_none()));
        }
        let Some(due) = one.due.filter(|&due| window.contains(due)) else { continue };
        add(&mut counts.due, 1);
        match done {
            Some(done) if done <= due => add(&mut counts.on_time, 1),
            Some(done) => {
                add(&mut counts.late, 1);
                let days = number(done).saturating_sub(number(due));
                add(&mut counts.days_late, u64::try_from(days).unwrap_or(0));
            }
            None => add(&mut counts.overdue, 1),
        }
    }
}

fn goals(relationship: &Relationship, asked: &CareDefinition, counts: &mut CareCounts) {
    let (window, as_of) = (asked.window(), asked.as_of());
    for goal in seen(relationship.goals(), as_of, |one| one.set) {
        let closed = goal.closed.filter(|&closed| closed <= as_of.day());
        // `end` is the day after the window.
        if goal.set >= window.end() || closed.is_some_and(|closed| closed < window.start()) {
            continue;
        }
        add(&mut counts.goals, 1);
        let reviewed = goal.reviews.iter().any(|&review| window.contains(review));
        add(&mut counts.goals_reviewed, u64::from(reviewed));
        let closed = closed.is_some_and(|closed| window.contains(closed));
        add(&mut counts.goals_closed, u64::from(closed));
    }
}
