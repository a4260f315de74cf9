//! The stable class, transitions and causes at their edges, worked out by hand.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers outside #[test] functions; what does not fit should stop the test"
)]

use chrono::{Days, NaiveDate};
use tenure_classify::{
    Cause, Class, Context, Dwell, Observation, RuleSet, Signal, Source, Stable, Stage, Timeline,
    Transition, TransitionKind, WhyChanged, earlier_verdicts, evaluate, replay, why_changed,
};
use tenure_model::record::{Billing, Contract, Deliverable, Goal, Purchase, Terms};
use tenure_model::{
    AsOf, Book, Coverage, Currency, Event, Instant, Money, Record, Relationship, Tri, Zone,
};
use tenure_testing::strategies::classify::{account, ago, event, today};

fn relationship(events: &[Event]) -> Relationship {
    let account = account().unwrap();
    let (book, _) = Book::from_events(events.to_vec());
    book.get(&account).cloned().unwrap_or_else(|| Relationship::new(account))
}

fn context() -> Context<'static> {
    Context::new(AsOf::new(today()), Coverage::complete())
}

/// The default rules with another dwell.
fn with_dwell(dwell: Dwell) -> RuleSet {
    let mut parts = RuleSet::generic().parts().clone();
    parts.thresholds.dwell = dwell;
    parts.build().unwrap()
}

/// An evaluation that says so, so many days after the first.
fn seen(after: u64, class: Class) -> Observation {
    let mut seen = Observation::of(&evaluate(&relationship(&[]), &context()));
    (seen.on, seen.class, seen.ruled) = (ago(1_000) + Days::new(after), class, false);
    seen
}

fn fold(evaluations: &[(u64, Class)]) -> Stable {
    let mut stable = Stable::new(Dwell::default());
    for &(after, class) in evaluations {
        stable.push(seen(after, class)).unwrap();
    }
    stable
}

#[test]
fn nothing_evaluated_is_no_class() {
    let stable = Stable::new(Dwell::default());
    assert_eq!((stable.class(), stable.since(), stable.is_stale()), (None, None, false));
    assert_eq!((stable.challenger(), stable.last()), (None, None));
    let none = replay(&relationship(&[]), &context(), []).unwrap();
    assert_eq!((none.moments, none.transitions, none.stable), (vec![], vec![], stable));
}

#[test]
fn the_first_definite_class_is_adopted_at_once_and_undetermined_never() {
    let stable = fold(&[(0, Class::Undetermined), (1, Class::Undetermined)]);
    assert_eq!((stable.class(), stable.is_stale()), (None, false));
    let stable = fold(&[(0, Class::Undetermined), (1, Class::Hybrid)]);
    assert_eq!((stable.class(), stable.since()), (Some(Class::Hybrid), Some(ago(999))));
}

#[test]
fn another_class_is_adopted_28_days_after_it_was_first_found_and_not_27() {
    let after =
        |days: u64| fold(&[(0, Class::Customer), (30, Class::Client), (30 + days, Class::Client)]);
    assert_eq!(after(27).class(), Some(Class::Customer));
    assert_eq!(
        after(27).challenger().map(|(class, run)| (class, run.evaluations)),
        Some((Class::Client, 2))
    );
    assert_eq!((after(28).class(), after(28).challenger()), (Some(Class::Client), None));
    assert_eq!(after(28).since(), Some(ago(1_000 - 58)));
    // A third evaluation makes up for the day, however close.
    let stable = fold(&[
        (0, Class::Customer),
        (30, Class::Client),
        (57, Class::Client),
        (58, Class::Client),
    ]);
    assert_eq!(stable.class(), Some(Class::Client));
    // One evaluation is not two, however long ago the class was given.
    let stable = fold(&[(0, Class::Customer), (900, Class::Client)]);
    assert_eq!(stable.class(), Some(Class::Customer));
}

#[test]
fn the_settings_are_those_it_was_given() {
    let with = |evaluations, days| {
        let mut stable = Stable::new(Dwell { evaluations, days });
        for (after, class) in [(0, Class::Customer), (1, Class::Client), (5, Class::Client)] {
            stable.push(seen(after, class)).unwrap();
        }
        (stable.dwell().evaluations, stable.class())
    };
    assert_eq!(with(2, 4), (2, Some(Class::Client)));
    assert_eq!([with(2, 5).1, with(3, 4).1], [Some(Class::Customer); 2]);
    // No dwell at all: what was found last.
    for evaluations in [0, 1] {
        let mut stable = Stable::new(Dwell { evaluations, days: 0 });
        stable.push(seen(0, Class::Customer)).unwrap();
        stable.push(seen(1, Class::Hybrid)).unwrap();
        assert_eq!(stable.class(), Some(Class::Hybrid));
    }
}

#[test]
fn a_day_is_evaluated_once() {
    let mut stable = fold(&[(0, Class::Customer), (30, Class::Client)]);
    let before = stable.clone();
    for after in [30, 29, 0] {
        let error = stable.push(seen(after, Class::Client)).unwrap_err();
        assert_eq!((error.found(), error.last()), (ago(1_000) + Days::new(after), ago(970)));
    }
    assert_eq!(stable, before);
    let error = stable.push(seen(29, Class::Client)).unwrap_err();
    let said = "an evaluation as of `2022-11-02` does not follow the last one, as of `2022-11-03`";
    assert_eq!(error.to_string(), said);
    let twice = replay(&relationship(&[]), &context(), [ago(1), ago(1)]);
    assert_eq!(twice.unwrap_err().found(), ago(1));
}

#[test]
fn what_comes_between_starts_the_count_anew() {
    for between in [Class::Undetermined, Class::Customer, Class::Hybrid] {
        let mut evaluations =
            vec![(0, Class::Customer), (30, Class::Client), (45, between), (60, Class::Client)];
        assert_eq!(fold(&evaluations).class(), Some(Class::Customer), "{between}");
        evaluations.push((87, Class::Client));
        assert_eq!(fold(&evaluations).class(), Some(Class::Customer), "{between}");
        evaluations.push((88, Class::Client));
        assert_eq!(fold(&evaluations).class(), Some(Class::Client), "{between}");
    }
}

#[test]
fn stale_then_definite() {
    let mut evaluations = vec![(0, Class::Client), (30, Class::Undetermined)];
    assert_eq!(
        (fold(&evaluations).class(), fold(&evaluations).is_stale()),
        (Some(Class::Client), true)
    );
    evaluations.push((60, Class::Undetermined));
    assert!(fold(&evaluations).is_stale());
    // Confirmed, or contradicted: either way something is known again.
    for class in [Class::Client, Class::Customer] {
        let mut more = evaluations.clone();
        more.push((90, class));
        assert_eq!((fold(&more).class(), fold(&more).is_stale()), (Some(Class::Client), false));
    }
}

#[test]
fn a_hard_rule_decides_at_once_and_no_activity_makes_stale() {
    let mut stable = fold(&[(0, Class::Customer)]);
    let mut duty = seen(1, Class::Client);
    duty.ruled = true;
    stable.push(duty).unwrap();
    assert_eq!(stable.class(), Some(Class::Client));
    let mut idle = seen(2, Class::Undetermined);
    idle.ruled = true;
    assert_eq!(stable.push(idle).unwrap(), []);
    assert_eq!((stable.class(), stable.is_stale()), (Some(Class::Client), true));
}

#[test]
fn a_class_known_from_elsewhere_is_left_like_any_other() {
    let mut stable = Stable::with_class(Dwell::default(), Class::Customer);
    // Of what happened before the first evaluation nothing is known.
    let mut first = seen(0, Class::Client);
    first.contracts_changed = Some(first.on);
    stable.push(first).unwrap();
    assert_eq!((stable.class(), stable.since()), (Some(Class::Customer), None));
    stable.push(seen(28, Class::Client)).unwrap();
    assert_eq!(stable.class(), Some(Class::Client));
}

fn contract(start: NaiveDate, end: Option<NaiveDate>) -> Contract {
    let mut one = Contract::new("support", start, Terms::Standard, Billing::Hourly);
    (one.end, one.fiduciary, one.exclusive) = (end, Tri::No, Tri::No);
    one
}

fn signed(start: NaiveDate, signed: NaiveDate) -> Contract {
    let mut one = contract(start, None);
    one.signed = Some(signed);
    one
}

/// The last day a contract changed on, asked so many days ago.
fn changed(contracts: &[Contract], days_ago: i64) -> Option<NaiveDate> {
    let events: Vec<Event> =
        contracts.iter().filter_map(|one| event(Record::Contract(one.clone()))).collect();
    let mut asked = context();
    asked.as_of = AsOf::new(ago(days_ago));
    evaluate(&relationship(&events), &asked).contracts_changed
}

#[test]
fn a_contract_changes_on_its_first_day_and_the_day_after_its_last() {
    let support = [contract(ago(100), Some(ago(50)))];
    assert_eq!(changed(&support, 101), None);
    assert_eq!([changed(&support, 100), changed(&support, 50)], [Some(ago(100)); 2]);
    assert_eq!([changed(&support, 49), changed(&support, 0)], [Some(ago(49)); 2]);
    // Signed later, it counts from then on.
    let late = [signed(ago(100), ago(90)), contract(ago(95), None)];
    assert_eq!(changed(&late, 91), Some(ago(95)));
    assert_eq!(changed(&late, 90), Some(ago(90)));
    // Signed before it starts.
    assert_eq!(changed(&[signed(ago(80), ago(90))], 80), Some(ago(80)));
    let mut terms = contract(ago(10), None);
    terms.kind = "terms_of_service".into();
    assert_eq!(changed(&[terms], 0), None);
}

/// Customer, then client one day after; the contract changed on the day given.
fn with_contract_changed(on: Option<u64>) -> Option<Class> {
    let mut stable = fold(&[(0, Class::Customer), (10, Class::Customer)]);
    let mut client = seen(20, Class::Client);
    client.contracts_changed = on.map(|after| ago(1_000) + Days::new(after));
    stable.push(client).unwrap();
    stable.class()
}

#[test]
fn a_contract_that_changed_since_the_last_evaluation_decides_at_once() {
    assert_eq!(with_contract_changed(None), Some(Class::Customer));
    // On the day of the evaluation before, it was seen there.
    assert_eq!(with_contract_changed(Some(10)), Some(Class::Customer));
    assert_eq!(with_contract_changed(Some(11)), Some(Class::Client));
    assert_eq!(with_contract_changed(Some(20)), Some(Class::Client));
}

fn bought(day: NaiveDate) -> Event {
    let price = Money::parse("20.00", Currency::new("USD").unwrap()).unwrap();
    let mut line = Purchase::new(day, price).unwrap();
    line.customised = Tri::No;
    event(Record::Purchase(line)).unwrap()
}

/// Support with a duty of care ends between two evaluations; the account comes back to buy.
#[test]
fn a_contract_ended_on_the_day_between() {
    let mut duty = contract(ago(400), Some(ago(300)));
    duty.fiduciary = Tri::Yes;
    let mut events = vec![event(Record::Contract(duty)).unwrap()];
    // Back long after the reach of all that was before: a new episode, without a duty.
    events.extend([bought(ago(100)), bought(ago(90))]);
    let acme = relationship(&events);
    let dates = [ago(310), ago(300), ago(299), ago(100)];
    let told = replay(&acme, &context(), dates).unwrap();
    let stages: Vec<_> = told.moments.iter().map(|one| one.found.stage).collect();
    assert_eq!(stages, [Stage::Active, Stage::Active, Stage::Former, Stage::Active]);
    let classes: Vec<_> = told.moments.iter().map(|one| one.found.class).collect();
    assert_eq!(classes, [Class::Client, Class::Client, Class::Client, Class::Customer]);
    // Found once, and the contract ended before the evaluation before: the class stays.
    let held = told.moments.iter().map(|one| one.stable);
    assert_eq!(held.collect::<Vec<_>>(), [Some(Class::Client); 4]);
    // Without the evaluation in between the contract ended since the last one.
    let dates = [ago(310), ago(300), ago(100)];
    let told = replay(&acme, &context(), dates).unwrap();
    let held: Vec<_> = told.moments.iter().map(|one| one.stable).collect();
    assert_eq!(held, [Some(Class::Client), Some(Class::Client), Some(Class::Customer)]);
    let kinds: Vec<TransitionKind> = told.transitions.iter().map(|one| one.kind).collect();
    let expected = [
        TransitionKind::Class { from: None, to: Class::Client },
        TransitionKind::Episode { from: 1, to: 2, opened: ago(100) },
        TransitionKind::Class { from: Some(Class::Client), to: Class::Customer },
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn customer_to_client_or_hybrid_is_a_conversion_and_nothing_else_is() {
    let kinds = |from: Class, to: Class| -> Vec<TransitionKind> {
        let mut stable = fold(&[(0, from), (1, to)]);
        let found = stable.push(seen(60, to)).unwrap();
        found.iter().map(|one| one.kind).collect()
    };
    for to in [Class::Client, Class::Hybrid] {
        let from = Class::Customer;
        assert_eq!(kinds(from, to), [TransitionKind::Converted { from, to }]);
    }
    for (from, to) in [
        (Class::Client, Class::Hybrid),
        (Class::Hybrid, Class::Client),
        (Class::Client, Class::Customer),
        (Class::Hybrid, Class::Customer),
    ] {
        assert_eq!(kinds(from, to), [TransitionKind::Class { from: Some(from), to }]);
    }
}

/// The first day of an episode and its number, so many days after the first evaluation.
fn in_episode(after: u64, number: u32, opened_days_ago: i64) -> Observation {
    let mut one = seen(after, Class::Customer);
    (one.episode, one.opened) = (number, Some(ago(opened_days_ago)));
    one
}

#[test]
fn a_new_episode_is_reported_and_an_old_one_under_a_new_number_is_not() {
    let after = |last: &Observation, next: Observation| {
        let mut stable = Stable::new(Dwell::default());
        stable.push(last.clone()).unwrap();
        stable.push(next).unwrap().into_iter().map(|one| one.kind).collect::<Vec<_>>()
    };
    let episode = |from, to, opened| TransitionKind::Episode { from, to, opened: ago(opened) };
    let last = in_episode(100, 1, 950);
    assert_eq!(after(&last, in_episode(200, 1, 950)), []);
    assert_eq!(after(&last, in_episode(200, 2, 850)), [episode(1, 2, 850)]);
    assert_eq!(after(&last, in_episode(200, 4, 850)), [episode(1, 4, 850)]);
    // It had begun before the last evaluation, and was recorded after it.
    assert_eq!(after(&last, in_episode(200, 2, 920)), [episode(1, 2, 920)]);
    // All that was before turned out to be none: the number is the same, the episode is not.
    assert_eq!(after(&last, in_episode(200, 1, 850)), [episode(1, 1, 850)]);
    // An older episode came to light, or the first purchase was given back.
    assert_eq!(after(&last, in_episode(200, 2, 950)), []);
    assert_eq!(after(&last, in_episode(200, 1, 940)), []);
    // A missing link came to light: two were one.
    assert_eq!(after(&in_episode(100, 2, 950), in_episode(200, 1, 990)), []);
    // The first of all.
    let mut prospect = seen(100, Class::Undetermined);
    (prospect.episode, prospect.opened) = (0, None);
    let mut stable = Stable::new(Dwell::default());
    stable.push(prospect).unwrap();
    let first = stable.push(in_episode(200, 1, 850)).unwrap();
    assert_eq!(first.first().map(|one| one.kind), Some(episode(0, 1, 850)));
}

fn goal(set: NaiveDate, reviews: &[NaiveDate]) -> Event {
    let mut goal = Goal::new(set, "grow");
    goal.reviews = reviews.to_vec();
    event(Record::Goal(goal)).unwrap()
}

/// What moved for a class is counted from the last day the class before was found.
#[test]
fn what_moved_is_told_from_where_the_old_class_was_last_found() {
    let mut duty = contract(ago(60), None);
    duty.fiduciary = Tri::Yes;
    let events = [bought(ago(300)), goal(ago(100), &[]), event(Record::Contract(duty)).unwrap()];
    let rules = with_dwell(Dwell { evaluations: 1, days: 0 });
    let mut asked = context();
    asked.rules = &rules;
    let Timeline { transitions, .. } =
        replay(&relationship(&events), &asked, [ago(200), ago(90), ago(30)]).unwrap();
    let told = |one: &Transition| -> Vec<(String, i64, i64)> {
        let moved = one.moved.iter().filter_map(|one| match one.source {
            Source::Signal(signal) => Some((signal.name().to_owned(), one.from.lo, one.to.lo)),
            _ => None,
        });
        moved.collect()
    };
    let [first, converted] = transitions.as_slice() else { panic!("{transitions:#?}") };
    assert_eq!((first.on, told(first)), (ago(200), vec![("tenure.days".to_owned(), 0, 6)]));
    let (from, to) = (Class::Customer, Class::Client);
    assert_eq!((converted.on, converted.kind), (ago(30), TransitionKind::Converted { from, to }));
    // Tenure is 270 days: still 6 points. The goal was seen at the evaluation before.
    assert_eq!(told(converted), [("contract.form".to_owned(), 0, 5)]);
}

fn causes(told: &WhyChanged) -> Vec<(Cause, u32, u32)> {
    told.steps.iter().map(|one| (one.cause, one.from.score.lo, one.to.score.lo)).collect()
}

fn between(events: &[Event], first: i64, second: i64) -> WhyChanged {
    let (mut before, mut after) = (context(), context());
    (before.as_of, after.as_of) = (AsOf::new(ago(first)), AsOf::new(ago(second)));
    why_changed(&relationship(events), &before, &after).unwrap()
}

fn recorded(mut event: Event, days_ago: i64) -> Event {
    event.recorded_at = Instant::parse(&ago(days_ago).to_string(), Zone::UTC).ok();
    event
}

#[test]
fn a_fact_is_late_if_it_was_recorded_afterwards_and_new_if_it_happened_afterwards() {
    // On the first day itself, recorded the day after: late. 8 points for a goal.
    let told = between(&[recorded(goal(ago(50), &[]), 49)], 50, 40);
    assert_eq!(causes(&told), [(Cause::LateFacts, 0, 8)]);
    // Dated the day after: new.
    let told = between(&[recorded(goal(ago(49), &[]), 49)], 50, 40);
    assert_eq!(causes(&told), [(Cause::NewFacts, 0, 8)]);
    // Known on the first day, or since ever, or recorded after the second: no difference.
    for on in
        [recorded(goal(ago(50), &[]), 50), goal(ago(50), &[]), recorded(goal(ago(45), &[]), 39)]
    {
        assert_eq!(causes(&between(&[on], 50, 40)), []);
    }
}

#[test]
fn reviews_done_dates_and_signatures_are_facts_of_their_own_days() {
    // Reviews: 2 points for the first, 4 from the third on.
    let reviewed = goal(ago(60), &[ago(55), ago(49), ago(45)]);
    assert_eq!(causes(&between(&[reviewed], 50, 40)), [(Cause::NewFacts, 10, 12)]);
    let mut report = Deliverable::new("report");
    (report.due, report.done, report.customised) = (Some(ago(60)), Some(ago(45)), Tri::Yes);
    // One customised day 5, one milestone 2.
    let done = event(Record::Deliverable(report)).unwrap();
    assert_eq!(causes(&between(&[done], 50, 40)), [(Cause::NewFacts, 0, 7)]);
    // Standard form 5, and a tenure of 20 days from its start.
    let signed = event(Record::Contract(signed(ago(60), ago(45)))).unwrap();
    assert_eq!(causes(&between(&[signed], 50, 40)), [(Cause::NewFacts, 0, 5)]);
}

#[test]
fn time_alone_gives_tenure_and_takes_the_window_away() {
    let framework = event(Record::Contract(contract(ago(100), None))).unwrap();
    // Standard form 5; 60 days 3, 100 days 6.
    let told = between(&[framework], 40, 0);
    assert_eq!(causes(&told), [(Cause::Time, 8, 11)]);
    let [step] = told.steps.as_slice() else { panic!("{told:#?}") };
    let moved: Vec<_> = step.moved.iter().map(|one| (one.source, one.from.lo, one.to.lo)).collect();
    assert_eq!(moved, [(Source::Signal(Signal::TenureDays), 3, 6)]);
    // A contract that ends: a stage is a difference too.
    let ending = event(Record::Contract(contract(ago(100), Some(ago(35))))).unwrap();
    let told = between(&[ending], 40, 30);
    let stages: Vec<_> =
        told.steps.iter().map(|one| (one.cause, one.from.stage, one.to.stage)).collect();
    assert_eq!(stages, [(Cause::Time, Stage::Active, Stage::Former)]);
}

#[test]
fn opposite_causes_are_both_told() {
    // A goal recorded late gives 8; a framework of 20 days that turns 30 gives 3 by time; the
    // review after the first day gives 2; and all of the goal's tables are one history.
    let events = [
        event(Record::Contract(contract(ago(70), None))).unwrap(),
        recorded(goal(ago(60), &[ago(45)]), 44),
    ];
    let expected = [(Cause::LateFacts, 5, 13), (Cause::Time, 13, 16), (Cause::NewFacts, 16, 18)];
    assert_eq!(causes(&between(&events, 50, 40)), expected);
}

#[test]
fn why_changed_does_not_run_backwards() {
    let (before, mut after) = (context(), context());
    after.as_of = AsOf::new(ago(1)).known_at(today());
    let error = why_changed(&relationship(&[]), &before, &after).unwrap_err();
    let said = "the second verdict is as of `2025-06-29`, before the first, as of `2025-06-30`";
    assert_eq!(error.to_string(), said);
    after.as_of = AsOf::new(today()).known_at(ago(1));
    let error = why_changed(&relationship(&[]), &before, &after).unwrap_err();
    let said =
        "the second verdict is known at `2025-06-29`, before the first, known at `2025-06-30`";
    assert_eq!(error.to_string(), said);
}

#[test]
fn one_episode_has_no_earlier_verdict_and_a_closed_one_keeps_its_own() {
    assert_eq!(earlier_verdicts(&relationship(&[]), &context()), []);
    let mut duty = contract(ago(900), Some(ago(800)));
    duty.fiduciary = Tri::Yes;
    let mut events = vec![event(Record::Contract(duty)).unwrap()];
    assert_eq!(earlier_verdicts(&relationship(&events), &context()), []);
    events.push(bought(ago(10)));
    let mut asked = context();
    asked.previous_class = Some(Class::Customer);
    let earlier = earlier_verdicts(&relationship(&events), &asked);
    let [client] = earlier.as_slice() else { panic!("{earlier:#?}") };
    assert_eq!((client.as_of, client.class), (ago(800), Class::Client));
    assert_eq!((client.known_at, client.episode.number), (today(), 1));
    // The class before is today's: it is no exit threshold of then.
    assert_eq!(client.thresholds.customer, 35);
    let now = evaluate(&relationship(&events), &asked);
    assert_eq!((now.class, now.episode.number, now.thresholds.customer), (Class::Customer, 2, 42));
}
