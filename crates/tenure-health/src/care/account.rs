//! What one account adds to the counts.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use tenure_model::record::{Assignment, Interaction};
use tenure_model::{AsOf, Entry, Relationship, Table, Text, Tri};

use super::counts::{CareCounts, Channels};
use super::definition::CareDefinition;

/// What one account adds; nothing where nothing of it was seen by the end of the window.
pub(super) fn read(relationship: &Relationship, asked: &CareDefinition) -> (CareCounts, Channels) {
    let mut counts = CareCounts::default();
    let mut channels = Channels::new();
    let (window, as_of) = (asked.window(), asked.as_of());
    let Some(last) = window.last() else { return (counts, channels) };
    let Some(first_seen) = relationship.first_day(as_of).filter(|&day| day <= last) else {
        return (counts, channels);
    };
    counts.accounts = 1;
    let days = Days { first: number(window.start().max(first_seen)), last: number(last) };
    if asked.has(Table::Assignments) {
        assignments(relationship, as_of, days, &mut counts);
    }
    deliverables(relationship, asked, &mut counts);
    goals(relationship, asked, &mut counts);
    cadence(relationship, asked, days, number(first_seen), &mut counts);
    for one in seen_interactions(relationship, as_of).filter(|one| window.contains(one.date)) {
        add(&mut counts.interactions, 1);
        channels.entry(one.channel.clone()).or_default().count(one.direction);
    }
    if asked.has(Table::Referrals) {
        let sent = relationship.referrals().iter().filter(|entry| {
            as_of.sees(entry.record.date, entry.recorded_at) && window.contains(entry.record.date)
        });
        counts.may_refer = 1;
        counts.referrals = whole(sent.count());
        counts.referring = u64::from(counts.referrals > 0);
    }
    let bought = relationship.purchase_days(as_of);
    let bought = bought.days().filter(|&day| window.contains(day)).count();
    (counts.buyers, counts.repeat_buyers) = (u64::from(bought >= 1), u64::from(bought >= 2));
    (counts, channels)
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

fn seen_interactions(
    relationship: &Relationship,
    as_of: AsOf,
) -> impl Iterator<Item = &Interaction> {
    seen(relationship.interactions(), as_of, |one| one.date)
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

fn cadence(
    relationship: &Relationship,
    asked: &CareDefinition,
    days: Days,
    first_seen: i64,
    counts: &mut CareCounts,
) {
    let as_of = asked.as_of();
    // A contact is enough for its own day and so many days after it; so is the account's first day.
    let kept = |met: &mut Vec<i64>, within: u32| {
        met.push(first_seen);
        met.sort_unstable();
        let reach = |&day: &i64| {
            Days { first: day, last: day.saturating_add(i64::from(within)) }.within(days)
        };
        days_in_any(met.iter().filter_map(reach))
    };
    let (has_talk, has_goals) = (asked.has(Table::Interactions), asked.has(Table::Goals));
    let talk = |counts: fn(&Interaction) -> bool| {
        seen_interactions(relationship, as_of)
            .filter(move |one| has_talk && counts(one))
            .map(|one| number(one.date))
    };
    if has_talk {
        let mut met: Vec<i64> = talk(Interaction::is_human).collect();
        counts.personal_cadence_days = days.len();
        counts.personal_cadence_kept = kept(&mut met, asked.personal_within_days());
    }
    if has_talk || has_goals {
        let goals = seen(relationship.goals(), as_of, |one| one.set).filter(|_| has_goals);
        let reviews = goals.flat_map(|goal| &goal.reviews).filter(|&&day| day <= as_of.day());
        let mut met: Vec<i64> =
            talk(Interaction::is_review).chain(reviews.map(|&day| number(day))).collect();
        counts.review_cadence_days = days.len();
        counts.review_cadence_kept = kept(&mut met, asked.review_within_days());
    }
}
