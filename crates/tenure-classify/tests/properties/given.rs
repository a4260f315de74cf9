//! What the laws are told of: histories, questions, rows of signals.

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tenure_classify::{Class, Context, RuleSet, Signal, Signals, Span};
use tenure_model::record::{
    Assignment, Billing, Contract, Deliverable, Direction, Goal, Initiator, Interaction, Purchase,
    Referral, Terms,
};
use tenure_model::{
    AsOf, Book, Completeness, Coverage, Currency, Event, Money, Record, Relationship, Table, Tri,
};
pub(crate) use tenure_testing::strategies::classify::{
    TABLES, account, ago, coverage, event, events, rule_sets, today,
};

pub(crate) fn relationship(events: &[Event]) -> Relationship {
    let account = account().unwrap();
    let (book, _) = Book::from_events(events.to_vec());
    book.get(&account).cloned().unwrap_or_else(|| Relationship::new(account))
}

pub(crate) fn context(coverage: Coverage) -> Context<'static> {
    Context::new(AsOf::new(today()), coverage)
}

pub(crate) fn under(rules: &RuleSet, coverage: Coverage) -> Context<'_> {
    let mut context: Context<'_> = context(coverage);
    context.rules = rules;
    context
}

pub(crate) fn class() -> impl Strategy<Value = Option<Class>> {
    prop::option::of(select(Class::ALL))
}

/// The history without those tables, and what is then known of them.
pub(crate) fn without(
    events: &[Event],
    coverage: Coverage,
    gone: &[Table],
) -> (Relationship, Coverage) {
    let kept: Vec<Event> =
        events.iter().filter(|event| !gone.contains(&event.record.table())).cloned().collect();
    let coverage =
        gone.iter().fold(coverage, |coverage, &table| coverage.with(table, Completeness::Absent));
    (relationship(&kept), coverage)
}

pub(crate) fn some_tables() -> impl Strategy<Value = Vec<Table>> {
    subsequence(TABLES.to_vec(), 1..=TABLES.len())
}

/// One record of client evidence, of that day.
pub(crate) fn client_evidence(kind: u8, day: NaiveDate) -> Record {
    match kind {
        0 => Record::Goal(Goal::new(day, "grow")),
        1 => {
            let mut done = Deliverable::new("custom work");
            (done.done, done.due, done.customised) = (Some(day), Some(day), Tri::Yes);
            Record::Deliverable(done)
        }
        2 => {
            let mut meeting =
                Interaction::new(day, "meeting", "meeting", Direction::Mutual, Initiator::Provider);
            meeting.personal = true;
            Record::Interaction(meeting)
        }
        3 => Record::Contract(Contract::new("retainer", day, Terms::Negotiated, Billing::Monthly)),
        4 => Record::Assignment(Assignment::new(day, "account manager")),
        _ => Record::Referral(Referral::new(day)),
    }
}

/// Any values of all signals.
pub(crate) fn row() -> impl Strategy<Value = Signals> {
    proptest::collection::vec((0_i64..400, 0_i64..400), Signal::ALL.len()).prop_map(|values| {
        let mut row = Signals::default();
        for (&signal, (one, other)) in Signal::ALL.iter().zip(values) {
            row.set(signal, Span::new(one, other));
        }
        row
    })
}

pub(crate) fn bought(days_ago: i64) -> Event {
    let price = Money::parse("20.00", Currency::new("USD").unwrap()).unwrap();
    let mut line = Purchase::new(ago(days_ago), price).unwrap();
    line.customised = Tri::No;
    event(Record::Purchase(line)).unwrap()
}

pub(crate) fn advised(days_ago: i64) -> Event {
    let (way, who) = (Direction::Mutual, Initiator::Provider);
    let mut advice = Interaction::new(ago(days_ago), "meeting", "advice", way, who);
    advice.personal = true;
    event(Record::Interaction(advice)).unwrap()
}

pub(crate) fn framework(start: i64, end: Option<i64>, terms: Terms) -> Event {
    let mut one = Contract::new("framework", ago(start), terms, Billing::PerOrder);
    (one.end, one.fiduciary, one.exclusive) = (end.map(ago), Tri::No, Tri::No);
    event(Record::Contract(one)).unwrap()
}
