//! Evidence worked out by hand.
#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions")]

use tenure_classify::{
    Context, Evidence, Reason, Signal, Span, ValueMedian, ValuePerDay, evaluate,
};
use tenure_model::record::{Billing, Contract, Direction, Initiator, Interaction, Purchase, Terms};
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
    let advised = |days_ago: i64| {
        let (way, who) = (Direction::Mutual, Initiator::Provider);
        let mut advice = Interaction::new(ago(days_ago), "call", "advice", way, who);
        advice.personal = true;
        event(Record::Interaction(advice)).unwrap()
    };
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
