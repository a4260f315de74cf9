//! Evidence worked out by hand.
#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions")]

use tenure_classify::{
    Class, Context, Evidence, Pack, Reason, Signal, Span, Stage, ValueMedian, ValuePerDay, evaluate,
};
use tenure_model::record::{
    Assignment, Billing, Contract, Deliverable, Direction, Goal, Initiator, Interaction, Purchase,
    Terms,
};
use tenure_model::{
    AsOf, Book, Completeness, Coverage, Currency, Event, Money, Record, Relationship, Table, Tri,
};
use tenure_testing::strategies::classify::{account, ago, event, today};

fn usd(amount: &str) -> Money {
    Money::parse(amount, Currency::new("USD").unwrap()).unwrap()
}

fn bought(days_ago: i64, price: Money) -> Event {
    event(Record::Purchase(Purchase::new(ago(days_ago), price).unwrap())).unwrap()
}

fn subscribed(days_ago: i64, value: Option<Money>) -> Event {
    let mut contract =
        Contract::new("subscription", ago(days_ago), Terms::Standard, Billing::Annual);
    (contract.annual_value, contract.fiduciary) = (value, Tri::No);
    event(Record::Contract(contract)).unwrap()
}

fn wrote(days_ago: i64) -> Event {
    let (way, who) = (Direction::In, Initiator::Account);
    let one = Interaction::new(ago(days_ago), "email", "question", way, who);
    event(Record::Interaction(one)).unwrap()
}

fn relationship(events: &[Event]) -> Relationship {
    Book::from_events(events.to_vec()).0.get(&account().unwrap()).cloned().unwrap()
}

fn context() -> Context<'static> {
    Context::new(AsOf::new(today()), Coverage::complete())
}

fn rate(events: &[Event]) -> Option<(i128, i64)> {
    let rate = Evidence::of(&relationship(events), &context()).value_per_day()?;
    Some((rate.minor(), rate.days()))
}

#[test]
fn value_a_day_counts_the_days_of_the_window_in_the_episode() {
    // Opened 400 days ago: all 365 days of the window.
    assert_eq!(rate(&[subscribed(400, Some(usd("730.00")))]), Some((73_000, 365)));
    // Opened nine days ago, that day included: ten days.
    assert_eq!(rate(&[bought(9, usd("5.00")), bought(0, usd("2.50"))]), Some((750, 10)));
    assert_eq!(rate(&[bought(0, usd("2.50"))]), Some((250, 1)));
    // A purchase before the window adds none.
    let both = [bought(366, usd("9.00")), bought(365, usd("8.00")), bought(1, usd("7.00"))];
    assert_eq!(rate(&both), Some((700, 365)));
}

#[test]
fn value_is_not_known_in_two_currencies_or_without_an_annual_value() {
    let euros = Money::parse("1.00", Currency::new("EUR").unwrap()).unwrap();
    assert_eq!(rate(&[bought(9, usd("5.00")), bought(3, euros)]), None);
    assert_eq!(rate(&[bought(9, usd("5.00")), subscribed(8, None)]), None);
}

#[test]
fn value_gives_points_only_beside_a_median() {
    let acme = relationship(&[bought(9, usd("3.00"))]);
    let value =
        |context: &Context<'_>| Evidence::of(&acme, context).signals().get(Signal::ValueRatio);
    let mut asked = context();
    assert_eq!(value(&asked), Span::exactly(0));
    let dollars = Currency::new("USD").unwrap();
    // 300 over 10 days, beside 10 a day.
    let median = ValuePerDay::new(dollars, 10, 1).and_then(|one| ValueMedian::of(dollars, [one]));
    asked.value_median = median;
    assert_eq!(value(&asked), Span::exactly(3_000));
    let before = evaluate(&acme, &context()).score.lo;
    assert_eq!(evaluate(&acme, &asked).score.lo, before + 2);
    // What is missing could be worth anything, or spread over more days.
    asked.coverage = asked.coverage.with(Table::Contracts, Completeness::Partial);
    assert_eq!(value(&asked), Span::new(0, i64::MAX));
}

#[test]
fn evidence_an_unseen_contract_could_not_have_closed_over_counts_from_the_lower_end() {
    // Contracts are partial. One that nobody recorded would have closed more than 90 days before
    // the opening, or its grace would have taken the opening in: what happened 50 days before the
    // opening belongs to this episode for sure, what happened 150 days before may not.
    let mut retainer = Contract::new("retainer", ago(100), Terms::Negotiated, Billing::Quarterly);
    (retainer.fiduciary, retainer.exclusive) = (Tri::No, Tri::No);
    let counted = |days_ago: i64| {
        let mut asked = context();
        asked.coverage = Coverage::complete().with(Table::Contracts, Completeness::Partial);
        let events = [event(Record::Contract(retainer.clone())).unwrap(), advised(days_ago)];
        Evidence::of(&relationship(&events), &asked).signals().get(Signal::AdviceCount).lo()
    };
    assert_eq!((counted(150), counted(190), counted(191), counted(250)), (1, 1, 0, 0));
}

#[test]
fn the_sales_cycle_runs_from_the_first_contact_of_the_episode() {
    let cycle =
        |events: &[Event]| Evidence::of(&relationship(events), &context()).sales_cycle_days();
    assert_eq!(cycle(&[wrote(50), wrote(20), bought(10, usd("1.00"))]), Some(40));
    assert_eq!(cycle(&[wrote(10), bought(10, usd("1.00"))]), Some(0));
    assert_eq!(cycle(&[wrote(9), bought(10, usd("1.00"))]), None);
    assert_eq!(cycle(&[wrote(9)]), None);
}

#[test]
fn four_reasons_are_shown_and_all_are_kept() {
    let verdict = evaluate(&relationship(&[wrote(3), bought(2, usd("1.00"))]), &context());
    let all = [
        Reason::SingleTransaction,
        Reason::SelfService,
        Reason::StandardisedOffer,
        Reason::OneWayInteraction,
        Reason::NoFormalContract,
    ];
    assert_eq!(verdict.reasons, all);
    assert_eq!(verdict.shown_reasons(), &all[..4]);
}

fn advised(days_ago: i64) -> Event {
    let (way, who) = (Direction::Mutual, Initiator::Provider);
    let mut advice = Interaction::new(ago(days_ago), "call", "advice", way, who);
    advice.personal = true;
    event(Record::Interaction(advice)).unwrap()
}

#[test]
fn where_no_business_was_seen_an_episode_may_have_opened_today() {
    let least = |gone: &[Table], days_ago: i64| {
        let mut asked = context();
        for &table in gone {
            asked.coverage = asked.coverage.with(table, Completeness::Absent);
        }
        let evidence = Evidence::of(&relationship(&[advised(days_ago)]), &asked);
        assert_eq!(evidence.signals().get(Signal::AdviceCount).hi(), 1);
        evidence.signals().get(Signal::AdviceCount).lo()
    };
    // A contract before would have closed 91 days ago at the latest: 90 days of grace.
    assert_eq!([90, 91].map(|day| least(&[Table::Contracts], day)), [1, 0]);
    // A purchase before four days ago: three gaps of a day.
    assert_eq!([3, 4].map(|day| least(&[Table::Purchases], day)), [1, 0]);
    assert_eq!([0, 1].map(|day| least(&[Table::Contracts, Table::Purchases], day)), [1, 0]);
    // With both complete there is nobody to have closed.
    assert_eq!([90, 364].map(|day| least(&[], day)), [1, 1]);
}

#[test]
fn a_manager_counts_for_certain_only_if_there_was_one_on_every_day_it_may_have_ended() {
    let mut ended = Contract::new("retainer", ago(400), Terms::Standard, Billing::Hourly);
    (ended.end, ended.fiduciary, ended.exclusive) = (Some(ago(200)), Tri::No, Tri::No);
    let mut asked = context();
    asked.coverage = asked.coverage.with(Table::Purchases, Completeness::Absent);
    let managed = |stints: &[(i64, Option<i64>)]| {
        let mut events = vec![event(Record::Contract(ended.clone())).unwrap()];
        for &(start, end) in stints {
            let mut one = Assignment::new(ago(start), "account manager");
            one.end = end.map(ago);
            events.extend(event(Record::Assignment(one)));
        }
        let span = Evidence::of(&relationship(&events), &asked).signals();
        let span = span.get(Signal::ManagerDedicated);
        (span.lo(), span.hi())
    };
    assert_eq!(managed(&[]), (0, 0));
    assert_eq!(managed(&[(500, None)]), (1, 1));
    // One after the other, without and with a day between.
    assert_eq!(managed(&[(500, Some(100)), (99, None)]), (1, 1));
    assert_eq!(managed(&[(500, Some(100)), (98, None)]), (0, 1));
    assert_eq!(managed(&[(500, Some(100)), (300, Some(0))]), (1, 1));
    assert_eq!(managed(&[(500, Some(1))]), (0, 1));
    assert_eq!(managed(&[(200, Some(200))]), (0, 1));
    assert_eq!(managed(&[(150, Some(120))]), (0, 1));
    assert_eq!(managed(&[(500, Some(201))]), (0, 0));
    assert_eq!(managed(&[(-1, None)]), (0, 0));
}

/// Not live since 700 days, by purchases of a day's rhythm: it may have gone on under a contract
/// unseen, and ended between. Evidence of that time may count; nothing counts for certain.
#[test]
fn evidence_between_the_last_day_seen_and_today_may_count() {
    let mut asked = context();
    asked.coverage = asked.coverage.with(Table::Contracts, Completeness::Absent);
    let advice = |days_ago: i64| {
        let days = [702, 701, 700].map(|day| bought(day, usd("1.00")));
        let events = [days.to_vec(), vec![advised(days_ago)]].concat();
        let span = Evidence::of(&relationship(&events), &asked).signals();
        let span = span.get(Signal::AdviceCount);
        (span.lo(), span.hi())
    };
    assert_eq!([1_065, 1_064, 700, 500, 0].map(advice), [(0, 0), (0, 1), (0, 1), (0, 1), (0, 1)]);
    // Within the grace of a contract no newer episode can have begun: what every window holds counts.
    let mut ended = Contract::new("retainer", ago(1_000), Terms::Standard, Billing::Hourly);
    (ended.end, ended.fiduciary, ended.exclusive) = (Some(ago(50)), Tri::No, Tri::No);
    asked.coverage = Coverage::complete().with(Table::Purchases, Completeness::Absent);
    let advice = |days_ago: i64| {
        let events = [event(Record::Contract(ended.clone())).unwrap(), advised(days_ago)];
        let span = Evidence::of(&relationship(&events), &asked).signals();
        let span = span.get(Signal::AdviceCount);
        (span.lo(), span.hi())
    };
    // From the 365 days before the end to the end; today's window begins 365 days ago.
    let found = [415, 414, 365, 364, 50, 49].map(advice);
    assert_eq!(found, [(0, 0), (0, 1), (0, 1), (1, 1), (1, 1), (0, 1)]);
}

fn signal(events: &[Event], asked: &Context<'_>, signal: Signal) -> (i64, i64) {
    let span = Evidence::of(&relationship(events), asked).signals().get(signal);
    (span.lo(), span.hi())
}

fn made_for(days_ago: i64, price: &str, customised: Tri) -> Event {
    let mut line = Purchase::new(ago(days_ago), usd(price)).unwrap();
    line.customised = customised;
    event(Record::Purchase(line)).unwrap()
}

fn delivered(days_ago: i64) -> Event {
    let mut one = Deliverable::new("report");
    (one.done, one.customised) = (Some(ago(days_ago)), Tri::Yes);
    event(Record::Deliverable(one)).unwrap()
}

#[test]
fn a_day_with_several_customised_things_is_one_day() {
    let custom = |events: &[Event]| signal(events, &context(), Signal::CustomCount);
    let twice = [made_for(5, "1.00", Tri::Yes), made_for(5, "2.00", Tri::Yes)];
    assert_eq!(custom(&twice), (1, 1));
    assert_eq!(custom(&[made_for(5, "1.00", Tri::Yes), delivered(5), delivered(5)]), (1, 1));
    // Whatever comes first: a line before what was delivered, and one after it.
    let mixed = [
        made_for(9, "1.00", Tri::Yes),
        delivered(5),
        made_for(5, "1.00", Tri::Yes),
        delivered(3),
        made_for(2, "1.00", Tri::Unknown),
    ];
    assert_eq!(custom(&mixed), (3, 4));
}

#[test]
fn a_line_of_nothing_is_no_line() {
    // Five standard lines and one of 0.00 on a day of purchases: no material standard buying.
    let day = |count: i64| (1..=count).map(|day| made_for(day, "10.00", Tri::No));
    let five: Vec<Event> = day(5).chain([made_for(1, "0.00", Tri::No)]).collect();
    assert_eq!(Evidence::of(&relationship(&five), &context()).transactional(), Tri::No);
    let six: Vec<Event> = day(6).collect();
    assert_eq!(Evidence::of(&relationship(&six), &context()).transactional(), Tri::Yes);
}

#[test]
fn what_is_dated_the_day_the_last_episode_closed_belongs_to_it() {
    // Closed 700 days ago, by a last purchase; opened again 50 days ago.
    let bought = [702, 701, 700, 50, 49].map(|day| bought(day, usd("1.00")));
    let goal = |days_ago: i64| {
        let goal = event(Record::Goal(Goal::new(ago(days_ago), "grow"))).unwrap();
        let events = [bought.to_vec(), vec![goal]].concat();
        signal(&events, &context(), Signal::GoalTracked)
    };
    assert_eq!([701, 700, 699].map(goal), [(0, 0), (0, 0), (1, 1)]);
    // A contract of one day that opened and closed it carries no duty into the next.
    let duty = |days_ago: i64| {
        let mut one = Contract::new("mandate", ago(days_ago), Terms::Standard, Billing::PerJob);
        (one.end, one.fiduciary) = (Some(ago(days_ago)), Tri::Yes);
        let events = [event(Record::Contract(one)).unwrap(), bought[3].clone()];
        evaluate(&relationship(&events), &context()).class
    };
    assert_eq!(duty(300), Class::Customer);
    assert_eq!(duty(50), Class::Client);
}

#[test]
fn a_review_on_the_first_day_of_the_window_does_not_count_and_on_the_next_does() {
    let mut goal = Goal::new(ago(400), "grow");
    let mut milestones = |days_ago: i64| {
        goal.reviews = vec![ago(days_ago)];
        let events = [
            event(Record::Goal(goal.clone())).unwrap(),
            bought(400, usd("1.00")),
            bought(0, usd("1.00")),
        ];
        signal(&events, &context(), Signal::MilestoneCount)
    };
    assert_eq!([366, 365, 364, 0].map(&mut milestones), [(0, 0), (0, 0), (1, 1), (1, 1)]);
}

#[test]
fn a_duty_of_care_that_ended_long_ago_decides_where_all_is_known() {
    let mut mandate = Contract::new("mandate", ago(900), Terms::Standard, Billing::PerJob);
    (mandate.end, mandate.fiduciary) = (Some(ago(500)), Tri::Yes);
    let acme = relationship(&[event(Record::Contract(mandate)).unwrap()]);
    let mut asked = context();
    assert_eq!(evaluate(&acme, &asked).class, Class::Client);
    // A newer episode may have begun unseen: then it only widens.
    asked.coverage = asked.coverage.with(Table::Purchases, Completeness::Partial);
    assert_eq!(evaluate(&acme, &asked).class, Class::Undetermined);
}

#[test]
fn an_earlier_duty_of_care_may_be_of_this_episode_where_purchases_are_missing() {
    let mut mandate = Contract::new("mandate", ago(900), Terms::Standard, Billing::PerJob);
    (mandate.end, mandate.fiduciary) = (Some(ago(800)), Tri::Yes);
    let events = [event(Record::Contract(mandate)).unwrap(), bought(3, usd("1.00"))];
    let possible = |asked: &Context<'_>| {
        evaluate(&relationship(&events), asked).possible.contains(Class::Client)
    };
    let mut asked = context();
    assert!(!possible(&asked));
    // A purchase that we cannot see may have bridged the gap.
    asked.coverage = asked.coverage.with(Table::Purchases, Completeness::Partial);
    assert!(possible(&asked));
}

#[test]
fn a_silence_of_just_three_gaps_is_no_return() {
    // Gaps of 10 days, then one of 30 or 31.
    let stage = |last: i64| {
        let days = [last + 30, last + 20, last + 10, last, 0];
        let events: Vec<Event> = days.map(|day| bought(day, usd("1.00"))).to_vec();
        Evidence::of(&relationship(&events), &context()).stage()
    };
    assert_eq!([30, 31].map(stage), [Stage::Active, Stage::Reengaged]);
}

#[test]
fn a_manager_until_yesterday_is_not_one_of_today() {
    let mut ended = Contract::new("retainer", ago(400), Terms::Standard, Billing::Hourly);
    (ended.end, ended.fiduciary, ended.exclusive) = (Some(ago(50)), Tri::No, Tri::No);
    let mut asked = context();
    asked.coverage = asked.coverage.with(Table::Purchases, Completeness::Absent);
    let until = |days_ago: i64| {
        let mut one = Assignment::new(ago(500), "account manager");
        one.end = Some(ago(days_ago));
        let events = [
            event(Record::Contract(ended.clone())).unwrap(),
            event(Record::Assignment(one)).unwrap(),
        ];
        signal(&events, &asked, Signal::ManagerDedicated)
    };
    assert_eq!([0, 1].map(until), [(1, 1), (0, 1)]);
}

#[test]
fn only_who_spoke_with_a_person_is_a_prospective_client() {
    let legal = [Pack::built_in("legal").unwrap().clone()];
    let mut asked = context();
    asked.packs = &legal;
    let term = |events: &[Event]| evaluate(&relationship(events), &asked).term.into_owned();
    assert_eq!(term(&[advised(5)]), "prospective client");
    assert_eq!(term(&[wrote(5)]), "either");
}

#[test]
fn two_readings_that_disagree_leave_the_stream_test_open() {
    // Silent by a day's rhythm, contracts unknown: it may have gone on until today, when nothing
    // of the standard buying lies in the window any more.
    let days: Vec<Event> = (400..=406).map(|day| made_for(day, "10.00", Tri::No)).collect();
    let mut asked = context();
    let evidence = Evidence::of(&relationship(&days), &asked);
    assert_eq!((evidence.transactional(), evidence.episode().anchor), (Tri::Yes, ago(400)));
    asked.coverage = asked.coverage.with(Table::Interactions, Completeness::Absent);
    assert_eq!(Evidence::of(&relationship(&days), &asked).transactional(), Tri::Yes);
    asked.coverage = asked.coverage.with(Table::Contracts, Completeness::Absent);
    assert_eq!(Evidence::of(&relationship(&days), &asked).transactional(), Tri::Unknown);
}

#[test]
fn one_that_is_live_has_one_reading() {
    let mut asked = context();
    asked.coverage = asked.coverage.with(Table::Contracts, Completeness::Absent);
    let live = Evidence::of(&relationship(&[bought(3, usd("1.00"))]), &asked).to_canonical_text();
    assert!(live.lines().any(|line| line == "goal.tracked 0 0 -"), "{live}");
    let silent = [703, 702, 701, 700].map(|day| bought(day, usd("1.00")));
    let silent = Evidence::of(&relationship(&silent), &asked).to_canonical_text();
    assert!(silent.lines().any(|line| line == "goal.tracked 0 0 0"), "{silent}");
}
