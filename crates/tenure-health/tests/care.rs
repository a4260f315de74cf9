//! The care of accounts against a definition read day by day, and its laws.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "small numbers of days, made for these tests"
)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use tenure_health::{CareDefinition, CareError, CareHistory, CareTally};
use tenure_model::record::{
    Assignment, Deliverable, Direction, Goal, Initiator, Interaction, Purchase, Referral,
};
use tenure_model::{
    AccountId, AsOf, Book, Completeness, Coverage, Currency, Event, Money, Period, Record,
    Relationship, Table, Tri, parse_date,
};

const TODAY: i64 = 200;

fn day(number: i64) -> NaiveDate {
    let first = parse_date("2025-01-01").unwrap();
    if number < 0 {
        first - Days::new(number.unsigned_abs())
    } else {
        first + Days::new(number.unsigned_abs())
    }
}

fn window(first: i64, last: i64) -> Period {
    Period::inclusive(day(first), day(last)).unwrap()
}

fn asked(first: i64, last: i64, coverage: Coverage) -> CareDefinition {
    CareDefinition::new(window(first, last), AsOf::new(day(TODAY)), coverage)
        .unwrap()
        .with_cadence(10, 25)
}

fn account(records: &[Record]) -> Relationship {
    let id = AccountId::new("acme").unwrap();
    let events = records.iter().map(|record| Event::new(id.clone(), record.clone()));
    let (book, report) = Book::from_events(events);
    assert_eq!(report.rejects, []);
    book.get(&id).cloned().unwrap_or_else(|| Relationship::new(id))
}

fn assignment(role: &str, person: Option<&str>, start: i64, end: Option<i64>) -> Record {
    let mut one = Assignment::new(day(start), role);
    (one.person, one.end) = (person.map(Into::into), end.map(day));
    Record::Assignment(one)
}

fn deliverable(due: Option<i64>, done: Option<i64>, customised: Tri) -> Record {
    let mut one = Deliverable::new("report");
    (one.due, one.done, one.customised) = (due.map(day), done.map(day), customised);
    Record::Deliverable(one)
}

fn talk(on: i64, channel: &str, kind: &str, initiator: Initiator, personal: bool) -> Record {
    let direction = match initiator {
        Initiator::Account => Direction::In,
        Initiator::Provider => Direction::Mutual,
        _ => Direction::Out,
    };
    let mut one = Interaction::new(day(on), channel, kind, direction, initiator);
    one.personal = personal;
    Record::Interaction(one)
}

fn goal(set: i64, reviews: &[i64], closed: Option<i64>) -> Record {
    let mut one = Goal::new(day(set), "grow");
    one.reviews = reviews.iter().map(|&review| day(review.max(set))).collect();
    one.closed = closed.map(|closed| day(closed.max(set)));
    Record::Goal(one)
}

fn purchase(on: i64, cents: i64) -> Record {
    let amount = Money::parse(&format!("{cents}.00"), Currency::new("EUR").unwrap()).unwrap();
    Record::Purchase(Purchase::new(day(on), amount).unwrap())
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let on = -100_i64..TODAY + 40;
    let names = || option::weighted(0.8, select(vec!["ann", "bob", "cid"]));
    let record = prop_oneof![
        3 => (on.clone(), option::weighted(0.7, 0_i64..90), select(vec!["lead", "desk"]), names())
            .prop_map(|(start, span, role, person)| {
                assignment(role, person, start, span.map(|span| start + span))
            }),
        3 => (on.clone(), option::weighted(0.8, -20_i64..20), select(vec![Tri::Yes, Tri::No]))
            .prop_map(|(due, off, made)| deliverable(Some(due), off.map(|off| due + off), made)),
        1 => on.clone().prop_map(|done| deliverable(None, Some(done), Tri::Yes)),
        4 => (
            on.clone(),
            select(vec!["phone", "email"]),
            select(vec!["advice", "qbr", "marketing", "order", "review", "answer"]),
            select(vec![Initiator::Account, Initiator::Provider, Initiator::Automated]),
            any::<bool>(),
        )
            .prop_map(|(on, channel, kind, who, personal)| talk(on, channel, kind, who, personal)),
        2 => (on.clone(), vec(on.clone(), 0..3), option::of(on.clone()))
            .prop_map(|(set, reviews, closed)| goal(set, &reviews, closed)),
        2 => (on.clone(), -5_i64..20).prop_map(|(on, cents)| purchase(on, cents)),
        1 => on.prop_map(|on| Record::Referral(Referral::new(day(on)))),
    ];
    vec(record, 0..14)
}

fn coverage() -> impl Strategy<Value = Coverage> {
    let tables = [Table::Assignments, Table::Interactions, Table::Goals, Table::Referrals].to_vec();
    proptest::sample::subsequence(tables, 0..=4).prop_map(|absent| {
        absent.into_iter().fold(Coverage::complete(), |coverage, table| {
            coverage.with(table, Completeness::Absent)
        })
    })
}

/// The definitions, asked of every day of the window one by one.
fn day_by_day(
    records: &[Record],
    (first, last): (i64, i64),
    coverage: Coverage,
) -> BTreeMap<&'static str, u64> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut more = |name, by: bool| *counts.entry(name).or_default() += u64::from(by);
    let has = |table| coverage.of(table) != Completeness::Absent;
    let today = day(TODAY);
    let window: Vec<NaiveDate> = (first..=last).map(day).collect();
    let within = |on: NaiveDate| window.contains(&on);
    let seen = records
        .iter()
        .filter_map(|record| match record {
            Record::Assignment(one) => Some(one.start),
            Record::Interaction(one) => Some(one.date),
            Record::Goal(one) => Some(one.set),
            Record::Referral(one) => Some(one.date),
            Record::Purchase(one) => Some(one.date),
            Record::Deliverable(one) => one.done,
            _ => None,
        })
        .filter(|&on| on <= today)
        .min();
    for record in records {
        let Record::Deliverable(one) = record else { continue };
        let done = one.done.filter(|&done| done <= today);
        more("milestones", done.is_some_and(within) && one.customised == Tri::Yes);
        more("done_without_due", done.is_some_and(within) && one.due.is_none());
        let Some(due) = one.due.filter(|&due| within(due)) else { continue };
        more("due", true);
        more("on_time", done.is_some_and(|done| done <= due));
        more("late", done.is_some_and(|done| done > due));
        more("overdue", done.is_none());
        for _ in 0..done.map_or(0, |done| (done - due).num_days()) {
            more("days_late", true);
        }
    }
    let Some(begun) = seen.filter(|&on| on <= day(last)) else { return counts };
    more("accounts", true);
    let human = |one: &Interaction| {
        one.personal
            && one.initiator != Initiator::Automated
            && !["marketing", "order"].contains(&one.kind.as_ref())
    };
    let mut held: BTreeMap<&str, BTreeMap<&str, BTreeSet<NaiveDate>>> = BTreeMap::new();
    for &on in window.iter().filter(|&&on| on >= begun) {
        let ago = |then: NaiveDate| (on - then).num_days();
        let recent = |then: NaiveDate, days: i64| (0..=days).contains(&ago(then));
        if has(Table::Assignments) {
            more("days", true);
            let mut managed = false;
            for record in records {
                let Record::Assignment(one) = record else { continue };
                if one.in_force(on) {
                    managed = true;
                    if let Some(person) = &one.person {
                        let role = held.entry(one.role.as_ref()).or_default();
                        role.entry(person.as_ref()).or_default().insert(on);
                    }
                }
            }
            more("managed_days", managed);
        }
        let met = |counts: &dyn Fn(&Interaction) -> bool, days: i64| {
            has(Table::Interactions)
                && records.iter().any(|record| match record {
                    Record::Interaction(one) => counts(one) && recent(one.date, days),
                    _ => false,
                })
        };
        if has(Table::Interactions) {
            more("personal_cadence_days", true);
            more("personal_cadence_kept", recent(begun, 10) || met(&human, 10));
        }
        if has(Table::Interactions) || has(Table::Goals) {
            let talked =
                met(&|one| human(one) && ["qbr", "review"].contains(&one.kind.as_ref()), 25);
            let reviewed = has(Table::Goals)
                && records.iter().any(|record| match record {
                    Record::Goal(one) => {
                        one.set <= today && one.reviews.iter().any(|&then| recent(then, 25))
                    }
                    _ => false,
                });
            more("review_cadence_days", true);
            more("review_cadence_kept", recent(begun, 25) || talked || reviewed);
        }
    }
    let mut bought: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    let mut sent = 0_u64;
    for record in records {
        match record {
            Record::Goal(one) if one.set <= today => {
                let closed = one.closed.filter(|&closed| closed <= today);
                let open =
                    |on: NaiveDate| one.set <= on && closed.is_none_or(|closed| on <= closed);
                if window.iter().any(|&on| open(on)) {
                    more("goals", true);
                    more("goals_reviewed", one.reviews.iter().any(|&review| within(review)));
                    more("goals_closed", closed.is_some_and(within));
                }
            }
            Record::Interaction(one) => more("interactions", within(one.date)),
            Record::Referral(one) => sent += u64::from(within(one.date)),
            Record::Purchase(one) if within(one.date) => {
                *bought.entry(one.date).or_default() += one.minor().units();
            }
            _ => {}
        }
    }
    if has(Table::Referrals) {
        more("may_refer", true);
        more("referring", sent > 0);
        for _ in 0..sent {
            more("referrals", true);
        }
    }
    let days = bought.values().filter(|&&net| net > 0).count();
    more("buyers", days > 0);
    more("repeat_buyers", days > 1);
    for people in held.values() {
        let longest = people.values().map(BTreeSet::len).max().unwrap_or(0);
        (0..longest).for_each(|_| more("longest_person_days", true));
        let all = people.values().map(BTreeSet::len).fold(0, |sum, days| sum + days);
        (0..all).for_each(|_| more("person_days", true));
    }
    counts
}

proptest! {
    #[test]
    fn every_count_is_what_each_day_says(
        records in records(), first in -30_i64..TODAY, span in 0_i64..120, coverage in coverage(),
    ) {
        let last = (first + span).min(TODAY);
        let mut tally = CareTally::new(asked(first, last, coverage));
        tally.push(&account(&records))?;
        let mut expected = day_by_day(&records, (first, last), coverage);
        // Who follows whom depends on the order of starts: named cases below.
        expected.insert("handovers", tally.counts().handovers);
        for (name, found) in tally.counts().named() {
            prop_assert_eq!(found, expected.get(name).copied().unwrap_or(0), "{}", name);
        }
        let by_channel = tally.channels().fold(0, |sum, (_, counts)| sum + counts.total());
        prop_assert_eq!(by_channel, tally.counts().interactions);
    }

    /// What is told by its own day adds up over consecutive windows; accounts, buyers, goals and who
    /// held a role longest do not.
    #[test]
    fn consecutive_windows_add_up(
        records in records(), first in -30_i64..TODAY, cut in 0_i64..60, rest in 1_i64..60,
        coverage in coverage(),
    ) {
        let last = (first + cut + rest).min(TODAY);
        let cut = (first + cut).min(last - 1);
        prop_assume!(first <= cut);
        let acme = account(&records);
        let history = CareHistory::of(&acme, &asked(first, last, coverage));
        let of = |first, last| -> Result<Vec<(&'static str, u64)>, CareError> {
            let mut tally = CareTally::new(asked(first, last, coverage));
            tally.push_history(&history)?;
            Ok(tally.counts().named().collect())
        };
        let added = [
            "days", "managed_days", "person_days", "handovers", "due", "on_time", "late", "overdue",
            "days_late", "done_without_due", "milestones", "goals_closed", "personal_cadence_days",
            "personal_cadence_kept", "review_cadence_days", "review_cadence_kept", "interactions",
            "referrals",
        ];
        let (whole, one, two) = (of(first, last)?, of(first, cut)?, of(cut + 1, last)?);
        for ((name, whole), (one, two)) in whole.into_iter().zip(one.into_iter().zip(two)) {
            if added.contains(&name) {
                prop_assert_eq!(one.1 + two.1, whole, "{}", name);
            }
        }
    }

    #[test]
    fn any_split_merges_to_the_whole_and_what_is_taken_out_was_never_there(
        accounts in vec(records(), 0..5), split in 0_usize..5, out in 0_usize..5,
    ) {
        let accounts: Vec<Relationship> = accounts.iter().map(|records| account(records)).collect();
        let tally = |part: &[Relationship]| -> Result<CareTally, CareError> {
            let mut tally = CareTally::new(asked(0, TODAY, Coverage::complete()));
            part.iter().try_for_each(|one| tally.push(one))?;
            Ok(tally)
        };
        let (left, right) = accounts.split_at(split.min(accounts.len()));
        let (mut merged, whole) = (tally(right)?, tally(&accounts)?);
        merged.merge(&tally(left)?)?;
        prop_assert_eq!(&merged, &whole);
        if let Some(one) = accounts.get(out) {
            let mut others = accounts.clone();
            others.remove(out);
            merged.retract(one)?;
            prop_assert_eq!(&merged, &tally(&others)?);
        }
    }
}

/// Due in the window, kept long after it, and nothing else is known of the account.
#[test]
fn a_promise_falls_due_before_the_account_is_seen() {
    let mut late = Deliverable::new("report");
    (late.due, late.done) = (Some(day(10)), Some(day(40)));
    let mut never = Deliverable::new("review");
    never.due = Some(day(12));
    let mut tally = CareTally::new(asked(0, 20, Coverage::complete()));
    tally.push(&account(&[Record::Deliverable(late), Record::Deliverable(never)])).unwrap();
    let counts = tally.counts();
    assert_eq!((counts.accounts, counts.due, counts.on_time), (0, 2, 0));
    assert_eq!((counts.late, counts.days_late, counts.overdue), (1, 30, 1));
}

fn counted(records: &[Record]) -> CareTally {
    let mut tally = CareTally::new(asked(0, 99, Coverage::complete()));
    tally.push(&account(records)).unwrap();
    tally
}

#[test]
fn a_role_goes_over_when_somebody_else_begins() {
    let tally = counted(&[
        assignment("lead", Some("ann"), -50, Some(9)),
        assignment("lead", Some("ann"), 10, Some(19)),
        assignment("lead", Some("bob"), 20, Some(29)),
        // Nobody says who: neither a handover nor an end of one.
        assignment("lead", None, 30, Some(39)),
        assignment("lead", Some("ann"), 40, None),
        // Another role, and one that begins after the window.
        assignment("desk", Some("cid"), 0, None),
        assignment("desk", Some("dan"), 100, None),
    ]);
    let counts = tally.counts();
    assert_eq!(counts.handovers, 2);
    // Ann 20 + 60 and Bob 10 of the lead, Cid 100 of the desk.
    assert_eq!((counts.person_days, counts.longest_person_days), (190, 180));
    assert_eq!((counts.managed_days, counts.days), (100, 100));
}

#[test]
fn a_role_taken_over_before_the_window_is_no_handover_of_it() {
    let records =
        [assignment("lead", Some("ann"), -50, Some(-1)), assignment("lead", Some("bob"), 0, None)];
    assert_eq!(counted(&records).counts().handovers, 1);
    let later = CareDefinition::new(window(1, 99), AsOf::new(day(TODAY)), Coverage::complete());
    let mut tally = CareTally::new(later.unwrap());
    tally.push(&account(&records)).unwrap();
    assert_eq!(tally.counts().handovers, 0);
}

#[test]
fn the_last_day_of_a_cadence_counts_and_the_next_does_not() {
    let advice = |on| talk(on, "phone", "advice", Initiator::Provider, true);
    // Begun on day 0, which is enough until day 10; met on day 50, until day 60.
    let tally = counted(&[purchase(0, 5), advice(50)]);
    let kept = tally.personal_cadence().unwrap();
    assert_eq!((kept.num(), kept.den()), (22, 100));
    // A broadcast, an order and a machine are no contact.
    let idle = counted(&[
        purchase(0, 5),
        talk(50, "email", "marketing", Initiator::Provider, true),
        talk(50, "email", "order", Initiator::Account, true),
        talk(50, "email", "advice", Initiator::Automated, true),
        talk(50, "email", "advice", Initiator::Provider, false),
    ]);
    assert_eq!(idle.personal_cadence().map(|kept| kept.num()), Some(11));
}

#[test]
fn what_has_no_whole_is_undefined() {
    let nothing = counted(&[]);
    assert_eq!(nothing.counts().accounts, 0);
    let ratios = [
        nothing.managed(),
        nothing.continuity(),
        nothing.mean_days_late(),
        nothing.personal_cadence(),
        nothing.review_cadence(),
        nothing.referral_rate(),
    ];
    assert_eq!(ratios, [None; 6]);
    let shares = [
        nothing.on_time(),
        nothing.goals_reviewed(),
        nothing.goals_closed(),
        nothing.referring(),
        nothing.repeat_buyers(),
    ];
    assert!(shares.iter().all(|share| share.ratio().is_none()));
    // No table of assignments: nobody knows, which is not "never".
    let absent = Coverage::complete().with(Table::Assignments, Completeness::Absent);
    let mut tally = CareTally::new(asked(0, 99, absent));
    tally.push(&account(&[purchase(0, 5)])).unwrap();
    assert_eq!((tally.managed(), tally.counts().accounts), (None, 1));
}

#[test]
fn shares_of_a_small_account() {
    let tally = counted(&[
        deliverable(Some(10), Some(10), Tri::Yes),
        deliverable(Some(20), Some(23), Tri::No),
        deliverable(Some(30), None, Tri::No),
        goal(0, &[40], Some(60)),
        goal(5, &[], None),
        purchase(0, 5),
        purchase(1, 5),
        Record::Referral(Referral::new(day(70))),
        Record::Referral(Referral::new(day(71))),
    ]);
    assert_eq!((tally.on_time().x(), tally.on_time().n()), (1, 3));
    assert_eq!(tally.mean_days_late().unwrap().to_decimal(2), "3.00");
    assert_eq!((tally.goals_reviewed().x(), tally.goals_reviewed().n()), (1, 2));
    assert_eq!((tally.goals_closed().x(), tally.goals_closed().n()), (1, 2));
    assert_eq!(tally.referral_rate().unwrap().to_decimal(1), "2.0");
    assert_eq!((tally.referring().x(), tally.referring().n()), (1, 1));
    assert_eq!((tally.repeat_buyers().x(), tally.repeat_buyers().n()), (1, 1));
    assert_eq!(tally.counts().milestones, 1);
}

#[test]
fn what_cannot_be_counted_is_refused_and_changes_nothing() {
    let today = AsOf::new(day(TODAY));
    let empty = Period::new(day(3), day(3)).unwrap();
    assert_eq!(
        CareDefinition::new(empty, today, Coverage::complete()),
        Err(CareError::EmptyWindow { start: day(3) })
    );
    assert_eq!(
        CareDefinition::new(window(0, TODAY + 1), today, Coverage::complete()),
        Err(CareError::WindowNotOver { last: day(TODAY + 1), as_of: day(TODAY) })
    );

    let mut tally = counted(&[purchase(0, 5)]);
    let before = tally.clone();
    // A history of another day, or of other tables.
    let acme = account(&[purchase(0, 5)]);
    let yesterday = AsOf::new(day(TODAY - 1));
    let other_day = CareDefinition::new(window(0, 99), yesterday, Coverage::complete()).unwrap();
    for other in [other_day, asked(0, 99, Coverage::absent())] {
        let refused = tally.push_history(&CareHistory::of(&acme, &other));
        assert_eq!(refused, Err(CareError::Definition));
    }
    let other = CareTally::new(asked(0, 98, Coverage::complete()));
    assert_eq!(tally.merge(&other), Err(CareError::Definition));
    let stranger = account(&[purchase(0, 5), purchase(1, 5)]);
    assert_eq!(tally.retract(&stranger), Err(CareError::NotThere));
    let spoken = account(&[talk(0, "phone", "advice", Initiator::Account, true)]);
    assert_eq!(tally.retract(&spoken), Err(CareError::NotThere));
    let many: Vec<Record> = (0..=CareTally::MAX_CHANNELS)
        .map(|one| talk(0, &format!("channel {one}"), "advice", Initiator::Account, true))
        .collect();
    assert_eq!(tally.push(&account(&many)), Err(CareError::TooManyChannels));
    assert_eq!(tally.push(&account(&many[1..])), Ok(()));
    assert_eq!(tally.retract(&account(&many[1..])), Ok(()));
    assert_eq!(tally, before);
    // Doubling until a count is full.
    let full = loop {
        let twice = tally.clone();
        if let Err(error) = tally.merge(&twice) {
            assert_eq!(tally, twice);
            break error;
        }
    };
    assert_eq!(full, CareError::Full);
}
