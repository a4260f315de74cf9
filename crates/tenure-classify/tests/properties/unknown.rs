//! What is not known: a source less never flips a class, and never narrows what is possible.

use proptest::prelude::*;
use tenure_classify::{Class, ClassSet, Context, Evidence, Policy, RuleSet, Verdict, evaluate};
use tenure_model::record::{Assignment, Billing, Contract, Terms};
use tenure_model::{Coverage, Event, Record, Table, Tri};

use crate::given::{
    TABLES, advised, ago, bought, class, client_evidence, context, coverage, event, events,
    framework, relationship, rule_sets, some_tables, under, without,
};

fn flipped(one: Class, other: Class) -> bool {
    matches!((one, other), (Class::Client, Class::Customer) | (Class::Customer, Class::Client))
}

/// The verdict without those tables.
fn reduced(events: &[Event], mut asked: Context<'_>, gone: &[Table]) -> Verdict {
    let (less, coverage) = without(events, asked.coverage, gone);
    asked.coverage = coverage;
    evaluate(&less, &asked)
}

/// The verdicts with and without those tables.
fn both(events: &[Event], asked: Context<'_>, gone: &[Table]) -> (Verdict, Verdict) {
    (evaluate(&relationship(events), &asked), reduced(events, asked, gone))
}

/// Law 4, where the anchor is the same.
fn widens(full: &Verdict, reduced: &Verdict) -> bool {
    // That nothing happened is no class: it stays undetermined, known or not.
    let nothing = full.possible == ClassSet::empty().with(Class::Undetermined);
    let possible = if nothing {
        reduced.class == Class::Undetermined
    } else {
        reduced.possible.contains_all(full.possible)
    };
    full.episode.anchor != reduced.episode.anchor
        || (reduced.score.contains(full.score) && possible)
}

proptest! {
    #[test]
    fn l3_missing_sources_never_flip_client_and_customer(
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        previous in class(),
        gone in some_tables(),
    ) {
        let mut asked = under(&rules, coverage);
        asked.previous_class = previous;
        let (full, reduced) = both(&events, asked, &gone);
        prop_assert!(
            !flipped(full.class, reduced.class),
            "{} without {:?}: {}", full.class, gone, reduced.class
        );
    }

    #[test]
    fn l4_missing_sources_widen_the_interval_and_what_is_possible(
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        previous in class(),
        gone in some_tables(),
    ) {
        let mut asked = under(&rules, coverage);
        asked.previous_class = previous;
        let (full, reduced) = both(&events, asked, &gone);
        prop_assert!(
            widens(&full, &reduced),
            "{:?} {} without {:?}: {:?} {}",
            full.score, full.possible, gone, reduced.score, reduced.possible
        );
    }

    /// The lower ends are what was seen, whoever may yet turn up.
    #[test]
    fn the_lean_class_is_possible_and_robust_only_where_it_is_the_strict_one(
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        previous in class(),
    ) {
        let mut asked = under(&rules, coverage);
        asked.previous_class = previous;
        let acme = relationship(&events);
        let strict = evaluate(&acme, &asked);
        asked.policy = Policy::Lean;
        let lean = evaluate(&acme, &asked);
        prop_assert_eq!(lean.robust, strict.class.is_definite());
        prop_assert_eq!(lean.possible, strict.possible);
        prop_assert_eq!(lean.score, strict.score);
        if lean.robust {
            prop_assert_eq!(lean.class, strict.class);
        }
        let evidence = Evidence::of(&acme, &asked);
        prop_assert!(lean.class.is_definite() || !evidence.has_commercial_activity());
    }
}

proptest! {
    // 127 verdicts a case.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.div_ceil(16),
        ..ProptestConfig::default()
    })]

    #[test]
    fn l3_and_l4_hold_for_every_subset_of_the_sources(
        events in events(),
        coverage in coverage(),
        previous in class(),
    ) {
        let mut asked = context(coverage);
        asked.previous_class = previous;
        let full = evaluate(&relationship(&events), &asked);
        for bits in 1_usize..1 << TABLES.len() {
            let gone: Vec<Table> =
                (0..TABLES.len()).filter(|place| bits >> place & 1 == 1).map(|at| TABLES[at]).collect();
            let reduced = reduced(&events, asked, &gone);
            prop_assert!(!flipped(full.class, reduced.class), "without {:?}", gone);
            prop_assert!(widens(&full, &reduced), "without {:?}", gone);
        }
    }
}

/// A client whose retainer ended and who came back for one standard purchase. Without the contracts
/// the year of advice before it must not make that shopper a client.
#[test]
fn an_episode_that_cannot_be_seen_lends_no_evidence() {
    let mut retainer = Contract::new("retainer", ago(400), Terms::Standard, Billing::Hourly);
    (retainer.end, retainer.fiduciary, retainer.exclusive) = (Some(ago(200)), Tri::No, Tri::No);
    let mut events = vec![event(Record::Contract(retainer)).unwrap(), bought(10)];
    for week in 30..52 {
        events.push(advised(week * 7));
        events.extend(event(client_evidence(1, ago(week * 7))));
    }
    for kind in [0, 4] {
        events.extend(event(client_evidence(kind, ago(350))));
    }
    let full = evaluate(&relationship(&events), &context(Coverage::complete()));
    assert_eq!((full.class, full.episode.number), (Class::Customer, 2));
    let (less, coverage) = without(&events, Coverage::complete(), &[Table::Contracts]);
    let reduced = evaluate(&less, &context(coverage));
    assert_eq!(reduced.class, Class::Undetermined);
    assert!(reduced.score.contains(full.score));
}

/// A client by a duty of care who left two years ago and came back for a standard purchase. Without
/// the purchases the old duty must not decide: a newer episode may have begun unseen.
#[test]
fn a_duty_of_the_past_does_not_decide_what_cannot_be_seen() {
    let mut retainer = Contract::new("retainer", ago(1_000), Terms::Standard, Billing::Hourly);
    (retainer.end, retainer.fiduciary, retainer.exclusive) = (Some(ago(730)), Tri::Yes, Tri::No);
    let events = [event(Record::Contract(retainer)).unwrap(), bought(10)];
    let full = evaluate(&relationship(&events), &context(Coverage::complete()));
    assert_eq!((full.class, full.episode.number), (Class::Customer, 2));
    let (less, coverage) = without(&events, Coverage::complete(), &[Table::Purchases]);
    let mut asked = context(coverage);
    let reduced = evaluate(&less, &asked);
    assert_eq!((reduced.class, reduced.hard_rule), (Class::Undetermined, None));
    // By what was observed the duty still holds.
    asked.policy = Policy::Lean;
    let lean = evaluate(&less, &asked);
    assert_eq!((lean.class, lean.hard_rule.as_deref()), (Class::Client, Some("H1")));
    assert!(!lean.robust);
}

/// An account held together by purchases: without them the contracts seem two episodes, and what
/// lies before the second must still be able to count.
#[test]
fn a_bridge_that_cannot_be_seen_takes_no_evidence_away() {
    let contract = |start, end: Option<i64>| {
        let mut one = Contract::new("framework", ago(start), Terms::Standard, Billing::PerOrder);
        (one.end, one.fiduciary, one.exclusive) = (end.map(ago), Tri::No, Tri::No);
        event(Record::Contract(one)).unwrap()
    };
    let mut events = vec![contract(900, Some(300)), contract(100, None)];
    events.extend((0..30).map(|month| bought(month * 30 + 1)));
    events.extend((30..42).map(|week| advised(week * 7)));
    let full = evaluate(&relationship(&events), &context(Coverage::complete()));
    assert_eq!(full.episode.number, 1);
    let (less, coverage) = without(&events, Coverage::complete(), &[Table::Purchases]);
    let reduced = evaluate(&less, &context(coverage));
    assert_eq!((reduced.episode.number, reduced.episode.anchor), (2, full.episode.anchor));
    assert!(reduced.score.contains(full.score), "{:?} in {:?}", full.score, reduced.score);
}

/// A client whose business went on in purchases, and ended. Without them the relationship seems over
/// before it began: the year that counts may lie between the end that is seen and today.
#[test]
fn the_relationship_may_have_ended_on_any_day_since_it_was_last_seen() {
    let mut events = vec![framework(895, Some(890), Terms::Standard)];
    for day in (510..=800).step_by(10) {
        events.push(advised(day));
        let Record::Purchase(mut line) = bought(day).record else { unreachable!() };
        line.customised = Tri::Yes;
        events.extend(event(Record::Purchase(line)));
    }
    let full = evaluate(&relationship(&events), &context(Coverage::complete()));
    assert_eq!(full.class, Class::Client);
    let (less, coverage) = without(&events, Coverage::complete(), &[Table::Purchases]);
    let reduced = evaluate(&less, &context(coverage));
    assert_eq!(reduced.class, Class::Undetermined);
}

/// A customer who had been a client, and writes a lot again. Without the contract between, the
/// relationship seems to have ended at the height of it, or to be at a height today.
#[test]
fn what_is_rich_before_and_after_may_be_poor_between() {
    let mut events = vec![framework(450, Some(50), Terms::Standard)];
    events.extend([702, 701, 700].map(bought));
    let mut manager = Assignment::new(ago(1_000), "account manager");
    manager.end = None;
    events.extend(event(Record::Assignment(manager)));
    for day in (701..790).step_by(5).chain(0..20) {
        events.push(advised(day));
        events.extend(event(client_evidence(1, ago(day))));
    }
    events.extend([750, 5].into_iter().filter_map(|day| event(client_evidence(0, ago(day)))));
    let full = evaluate(&relationship(&events), &context(Coverage::complete()));
    assert_eq!(full.class, Class::Customer);
    let (less, coverage) = without(&events, Coverage::complete(), &[Table::Contracts]);
    let reduced = evaluate(&less, &context(coverage));
    assert_eq!(reduced.class, Class::Undetermined);
}

/// Without a rule for accounts without business the score decides, but only where we would know of
/// any: a former client of whom nothing commercial is seen is no customer.
#[test]
fn where_business_may_be_missing_no_rule_is_needed_to_know_nothing() {
    let mut parts = RuleSet::generic().parts().clone();
    parts.hard_rules = Vec::new().into();
    // What contracts and purchases could add is too little for anything but a customer.
    parts.signals.to_mut().retain(|rule| rule.group != "contract" && rule.group != "continuity");
    let rules = parts.build().unwrap();
    let mut events = vec![framework(1_000, Some(500), Terms::Standard)];
    for day in (500..800).step_by(10) {
        events.push(advised(day));
        events.extend(event(client_evidence(1, ago(day))));
    }
    events.extend([0, 5].into_iter().filter_map(|kind| event(client_evidence(kind, ago(600)))));
    let (full, reduced) =
        both(&events, under(&rules, Coverage::complete()), &[Table::Contracts, Table::Goals]);
    assert_eq!((full.class, reduced.class), (Class::Client, Class::Undetermined));
    assert_eq!(reduced.possible, ClassSet::empty().with(Class::Customer));
}
