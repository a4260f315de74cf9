//! Any bytes as a file of rules, or of words.

use std::fmt::Debug;

use tenure_classify::{
    Class, Context, DocumentError, Evidence, Pack, Policy, RuleSet, class_of, diff_portfolio,
    evaluate,
};
use tenure_model::record::{
    Assignment, Billing, Contract, Deliverable, Direction, Goal, Initiator, Interaction, Purchase,
    Referral, Terms,
};
use tenure_model::{
    AsOf, Book, Coverage, Currency, Event, Minor, Money, Record, Relationship, Tri,
};

use crate::strategies::classify::{account, ago, event, today};

/// The name under which the bytes are read.
const FILE: &str = "any";

/// A file of rules or words is right, or every fault of it has a place in it. What is right can be
/// written and read again, and gives a verdict on any history.
///
/// The bytes are read as TOML and as JSON, as a rule set and as a pack.
///
/// # Panics
/// Where that law is broken.
pub fn rules(bytes: &[u8]) {
    let kinds = [RuleSet::from_toml(FILE, bytes), RuleSet::from_json(FILE, bytes)];
    for rules in kinds.into_iter().filter_map(|read| right(read, bytes)) {
        same(&rules, RuleSet::from_toml(FILE, rules.to_toml()));
        same(&rules, RuleSet::from_json(FILE, rules.to_json()));
        assert_eq!(rules.clone().parts().clone().build().as_ref(), Ok(&rules));
        assert_eq!(rules.diff(&rules), []);
        judges(&rules, &[]);
    }
    let kinds = [Pack::from_toml(FILE, bytes), Pack::from_json(FILE, bytes)];
    for pack in kinds.into_iter().filter_map(|read| right(read, bytes)) {
        same(&pack, Pack::from_toml(FILE, pack.to_toml()));
        same(&pack, Pack::from_json(FILE, pack.to_json()));
        assert_eq!(pack.clone().parts().clone().build().as_ref(), Ok(&pack));
        judges(RuleSet::generic(), &[pack]);
    }
}

/// The value; `None` where it was refused with places.
fn right<T>(read: Result<T, DocumentError>, bytes: &[u8]) -> Option<T> {
    let error = match read {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    assert!(!error.faults().is_empty());
    // What is not text is read as far as it is.
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.split('\n').collect();
    for fault in error.faults() {
        let Some(location) = fault.location() else { unreachable!("no place: {fault}") };
        assert_eq!(location.file(), FILE);
        let line = location.line().checked_sub(1).and_then(|line| lines.get(line));
        let width = line.map(|line| line.chars().count());
        let last = width.map(|width| width.saturating_add(1));
        let inside = last.is_some_and(|last| (1..=last).contains(&location.column()));
        assert!(inside, "{fault}");
        assert!(!fault.message().is_empty());
    }
    None
}

fn same<T: PartialEq + Debug>(value: &T, again: Result<T, DocumentError>) {
    assert_eq!(again.as_ref(), Ok(value));
}

/// Verdicts by those rules and words on histories with something of everything, and with nothing.
fn judges(rules: &RuleSet, packs: &[Pack]) {
    let full = relationship(events());
    let nothing = relationship(Vec::new());
    for coverage in [Coverage::complete(), Coverage::absent()] {
        for (policy, previous) in [
            (Policy::Strict, None),
            (Policy::Lean, Some(Class::Client)),
            (Policy::Strict, Some(Class::Customer)),
        ] {
            let mut context = Context::new(AsOf::new(today()), coverage);
            (context.rules, context.packs) = (rules, packs);
            (context.policy, context.previous_class) = (policy, previous);
            for history in [&full, &nothing] {
                let verdict = evaluate(history, &context);
                assert_eq!(verdict.rule_set_hash, rules.digest());
                assert!(verdict.score.lo <= verdict.score.hi && verdict.score.hi <= 100);
                let sum = verdict.contributions.iter().fold((0_i64, 0_i64), |(lo, hi), one| {
                    (lo.saturating_add(one.lo), hi.saturating_add(one.hi))
                });
                assert_eq!(sum, (i64::from(verdict.score.lo), i64::from(verdict.score.hi)));
                assert_eq!(class_of(&Evidence::of(history, &context), &context), verdict.class);
            }
            let generic = RuleSet::generic();
            for change in diff_portfolio(generic, rules, [&full, &nothing], &context) {
                let moved = change.steps.iter().flat_map(|step| &step.moved);
                let sum = moved.fold((0_i64, 0_i64), |(lo, hi), one| {
                    let of = |to: i64, from: i64| to.saturating_sub(from);
                    let (lo_by, hi_by) = (of(one.to.lo, one.from.lo), of(one.to.hi, one.from.hi));
                    (lo.saturating_add(lo_by), hi.saturating_add(hi_by))
                });
                let (from, to) = (change.from.score, change.to.score);
                let by = |to: u32, from: u32| i64::from(to).saturating_sub(i64::from(from));
                assert_eq!(sum, (by(to.lo, from.lo), by(to.hi, from.hi)));
                assert!(!change.steps.is_empty());
            }
        }
    }
}

fn relationship(events: Vec<Event>) -> Relationship {
    let (book, _) = Book::from_events(events);
    let Ok(account) = account() else { unreachable!("an id") };
    book.get(&account).cloned().unwrap_or_else(|| Relationship::new(account))
}

/// Two episodes, with a record of every kind in the second.
fn events() -> Vec<Event> {
    let mut retainer = Contract::new("retainer", ago(500), Terms::Negotiated, Billing::Monthly);
    (retainer.fiduciary, retainer.exclusive) = (Tri::Unknown, Tri::Yes);
    let mut old = Contract::new("support", ago(1_800), Terms::Standard, Billing::Annual);
    (old.end, old.fiduciary) = (Some(ago(1_700)), Tri::Yes);
    let mut goal = Goal::new(ago(200), "grow");
    goal.reviews = vec![ago(100), ago(10)];
    let mut report = Deliverable::new("report");
    (report.done, report.customised) = (Some(ago(40)), Tri::Yes);
    let mut records = vec![
        Record::Contract(old),
        Record::Contract(retainer),
        Record::Goal(goal),
        Record::Deliverable(report),
        Record::Assignment(Assignment::new(ago(400), "account manager")),
        Record::Referral(Referral::new(ago(30))),
    ];
    for days in [300, 200, 100, 50, 20, 7, 1] {
        let (way, who) = (Direction::Mutual, Initiator::Provider);
        let mut advice = Interaction::new(ago(days), "call", "advice", way, who);
        advice.personal = true;
        records.push(Record::Interaction(advice));
        let price = Currency::new("USD").map(|usd| Money::from_minor(Minor::new(5_000), usd));
        let line = price.ok().and_then(|price| Purchase::new(ago(days), price).ok());
        records.extend(line.map(|mut line| {
            line.customised = if days % 3 == 0 { Tri::Unknown } else { Tri::No };
            Record::Purchase(line)
        }));
    }
    records.into_iter().filter_map(event).collect()
}
