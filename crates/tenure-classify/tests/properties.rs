//! The laws of classification, on random histories.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers outside #[test] functions; what does not fit should stop the test"
)]

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use tenure_classify::{
    Actionable, Change, Class, Context, Evidence, NoWayError, Pack, Policy, RuleSet, Signal,
    Signals, Source, Span, Stage, Target, Verdict, class_of, counterfactual, evaluate, judge,
    settled_by,
};
use tenure_model::record::{
    AccountKind, AccountProfile, Assignment, Billing, Contract, Deliverable, Direction, Goal,
    Initiator, Interaction, Purchase, Referral, Terms,
};
use tenure_model::{
    AsOf, Book, Completeness, Coverage, Currency, Dormancy, DormancyOptions, Event, Money, Record,
    RecordId, Relationship, Table, Tri,
};
use tenure_testing::oracle::classify as oracle;
use tenure_testing::strategies::classify::{TABLES, account, ago, coverage, event, events, today};

#[path = "properties/playbook.rs"]
mod playbook;

fn relationship(events: &[Event]) -> Relationship {
    let account = account().unwrap();
    let (book, _) = Book::from_events(events.to_vec());
    book.get(&account).cloned().unwrap_or_else(|| Relationship::new(account))
}

fn context(coverage: Coverage) -> Context<'static> {
    Context::new(AsOf::new(today()), coverage)
}

fn class() -> impl Strategy<Value = Option<Class>> {
    prop::option::of(select(Class::ALL))
}

fn gist(verdict: &Verdict) -> String {
    let Verdict { class, stage, score, possible, reasons, transactional, .. } = verdict;
    format!("{class} {stage} {score:?} {possible} {transactional:?} {reasons:?}")
}

fn without(events: &[Event], coverage: Coverage, gone: &[Table]) -> (Relationship, Coverage) {
    let kept: Vec<Event> =
        events.iter().filter(|event| !gone.contains(&event.record.table())).cloned().collect();
    let coverage =
        gone.iter().fold(coverage, |coverage, &table| coverage.with(table, Completeness::Absent));
    (relationship(&kept), coverage)
}

fn some_tables() -> impl Strategy<Value = Vec<Table>> {
    subsequence(TABLES.to_vec(), 1..=7)
}

/// Whether a verdict is where a counterfactual was to lead.
fn arrived(verdict: &Verdict, target: Target) -> bool {
    match target {
        Target::ClientSide => {
            let ruled = verdict.hard_rule.as_deref() == Some("H1");
            ruled || verdict.score.lo >= verdict.thresholds.client
        }
        _ => verdict.possible.only() == Some(Class::Customer),
    }
}

/// One record of client evidence, of that day.
fn client_evidence(kind: u8, day: NaiveDate) -> Record {
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

fn row() -> impl Strategy<Value = Signals> {
    proptest::collection::vec((0_i64..400, 0_i64..400), Signal::ALL.len()).prop_map(|values| {
        let mut row = Signals::default();
        for (&signal, (one, other)) in Signal::ALL.iter().zip(values) {
            row.set(signal, Span::new(one, other));
        }
        row
    })
}

proptest! {
    #[test]
    fn the_verdict_is_what_the_specification_says(
        events in events(),
        coverage in coverage(),
        previous in class(),
        lean in any::<bool>(),
        names in subsequence(Pack::BUILT_IN.to_vec(), 0..3),
        known_after in prop_oneof![Just(0_i64), -60_i64..60],
    ) {
        let relationship = relationship(&events);
        let known_at = ago(-known_after);
        let mut context = Context::new(AsOf::new(today()).known_at(known_at), coverage);
        context.previous_class = previous;
        context.policy = if lean { Policy::Lean } else { Policy::Strict };
        let packs: Vec<Pack> =
            names.iter().map(|name| Pack::built_in(name).unwrap().clone()).collect();
        context.packs = &packs;
        let found = evaluate(&relationship, &context);
        let expected = oracle::verdict(oracle::Question {
            relationship: &relationship,
            as_of: today(),
            known_at,
            coverage,
            previous: previous.map(Class::name),
            lean,
            packs: &names,
        });
        let day = |number: i64| {
            NaiveDate::from_num_days_from_ce_opt(i32::try_from(number).unwrap()).unwrap()
        };
        let points: Vec<(i64, i64)> = found
            .contributions
            .iter()
            .filter(|one| one.source != Source::Cap)
            .map(|one| (one.lo, one.hi))
            .collect();
        let test = match found.transactional {
            Tri::Yes => "Yes",
            Tri::No => "No",
            Tri::Unknown => "Maybe",
        };
        prop_assert_eq!(points, expected.points);
        prop_assert_eq!(test, expected.transactional);
        prop_assert_eq!(found.class.name(), expected.class);
        let possible: BTreeSet<String> =
            found.possible.iter().map(|class| class.name().to_owned()).collect();
        prop_assert_eq!(possible, expected.possible);
        prop_assert_eq!((i64::from(found.score.lo), i64::from(found.score.hi)), expected.score);
        prop_assert_eq!(found.stage.name(), expected.stage);
        let reasons: Vec<&str> = found.reasons.iter().map(|reason| reason.name()).collect();
        prop_assert_eq!(reasons, expected.reasons);
        prop_assert_eq!(found.hard_rule.as_deref(), expected.hard_rule);
        prop_assert_eq!(i64::from(found.margin), expected.margin);
        prop_assert_eq!(found.robust, expected.robust);
        let (anchor, opened, close) = expected.episode;
        prop_assert_eq!(found.episode.anchor, day(anchor));
        prop_assert_eq!(found.episode.opened, opened.map(day));
        prop_assert_eq!(found.episode.previous_close, close.map(day));
    }

    #[test]
    fn l1_the_order_of_records_changes_nothing(
        (events, shuffled) in events().prop_flat_map(|events| {
            (Just(events.clone()), Just(events).prop_shuffle())
        }),
        coverage in coverage(),
    ) {
        let context = context(coverage);
        let one = evaluate(&relationship(&events), &context);
        let other = evaluate(&relationship(&shuffled), &context);
        prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }

    #[test]
    fn l2_what_comes_later_is_not_seen(events in events(), coverage in coverage(), late in 0_u64..400) {
        let as_of = ago(i64::try_from(late).unwrap());
        let mut past = Vec::new();
        for mut event in events.clone() {
            let signed_later = match &mut event.record {
                Record::Contract(contract) => contract.signed.is_some_and(|signed| signed > as_of),
                Record::Goal(goal) => {
                    goal.reviews.retain(|&review| review <= as_of);
                    false
                }
                _ => false,
            };
            if !signed_later && event.record.effective(tenure_model::Zone::UTC).is_none_or(|day| day <= as_of) {
                past.push(event);
            }
        }
        let mut context = context(coverage);
        context.as_of = AsOf::new(as_of).known_at(ago(-100));
        let all = evaluate(&relationship(&events), &context);
        prop_assert_eq!(all, evaluate(&relationship(&past), &context));
    }

    #[test]
    fn l3_missing_sources_never_flip_client_and_customer(
        events in events(),
        coverage in coverage(),
        previous in class(),
        gone in some_tables(),
    ) {
        let mut full = context(coverage);
        full.previous_class = previous;
        let (less, coverage) = without(&events, coverage, &gone);
        let mut reduced = full;
        reduced.coverage = coverage;
        let classes =
            (evaluate(&relationship(&events), &full).class, evaluate(&less, &reduced).class);
        prop_assert!(
            !matches!(
                classes,
                (Class::Client, Class::Customer) | (Class::Customer, Class::Client)
            ),
            "{:?} without {:?}", classes, gone
        );
    }

    #[test]
    fn l4_missing_sources_widen_the_interval(
        events in events(),
        coverage in coverage(),
        gone in some_tables(),
    ) {
        let full = evaluate(&relationship(&events), &context(coverage));
        let (less, coverage) = without(&events, coverage, &gone);
        let context = context(coverage);
        let evidence = Evidence::of(&less, &context);
        let reduced = judge(&evidence, &context);
        // Without anything commercial in sight there is no episode: its anchor is a convention.
        let seen = evidence.has_commercial_activity();
        if seen && reduced.episode.anchor == full.episode.anchor {
            prop_assert!(
                reduced.score.contains(full.score),
                "{:?} without {:?}: {:?}", full.score, gone, reduced.score
            );
        }
    }

    #[test]
    fn l5_raising_a_signal_never_lowers_the_score(
        events in events(),
        coverage in coverage(),
        row in row(),
        place in any::<Index>(),
        more in 0_i64..400,
    ) {
        let context = context(coverage);
        let mut evidence = Evidence::of(&relationship(&events), &context);
        for &signal in Signal::ALL {
            evidence = evidence.with_signal(signal, row.get(signal));
        }
        let &signal = place.get(Signal::ALL);
        let value = row.get(signal);
        let raised = Span::new(value.lo() + more, value.hi() + more);
        let before = judge(&evidence, &context);
        let after = judge(&evidence.with_signal(signal, raised), &context);
        prop_assert!(after.score.lo >= before.score.lo && after.score.hi >= before.score.hi);
        if before.class == Class::Client {
            prop_assert_eq!(after.class, Class::Client);
        }
    }

    #[test]
    fn l6_client_evidence_in_a_live_episode_never_lowers_the_score(
        events in events(),
        coverage in coverage(),
        kind in 0_u8..6,
    ) {
        let before = evaluate(&relationship(&events), &context(coverage));
        let live = matches!(before.stage, Stage::New | Stage::Active | Stage::Reengaged);
        // Ten days ago must lie in the episode, or the record would open one.
        let inside = before.episode.opened.is_some_and(|opened| opened <= ago(10));
        if live && inside {
            let mut more = events;
            more.extend(event(client_evidence(kind, ago(10))));
            let after = evaluate(&relationship(&more), &context(coverage));
            prop_assert!(
                after.score.lo >= before.score.lo && after.score.hi >= before.score.hi,
                "{:?} became {:?}", before.score, after.score
            );
        }
    }

    #[test]
    fn l7_the_same_record_twice_is_one_record(events in events(), coverage in coverage()) {
        let mut named = events;
        for (place, event) in named.iter_mut().enumerate() {
            event.id = RecordId::new(&format!("R{place}")).ok();
        }
        let once = evaluate(&relationship(&named), &context(coverage));
        let twice = [named.clone(), named].concat();
        prop_assert_eq!(once, evaluate(&relationship(&twice), &context(coverage)));
    }

    #[test]
    fn l8_who_it_is_and_in_what_money_changes_nothing(
        events in events(),
        coverage in coverage(),
        factor in 1_i64..1_000,
    ) {
        let swapped = |currency: Currency| match currency.code() {
            "USD" => Currency::new("GBP").unwrap(),
            _ => Currency::new("USD").unwrap(),
        };
        let changed = |money: Money| {
            let amount = money.amount().checked_mul(factor.into()).unwrap();
            Money::new(amount, swapped(money.currency())).unwrap()
        };
        let mut other: Vec<Event> = events
            .iter()
            .cloned()
            .map(|mut event| {
                match &mut event.record {
                    Record::Contract(contract) => {
                        contract.annual_value = contract.annual_value.map(changed);
                    }
                    Record::Purchase(old) => {
                        let mut new = Purchase::new(old.date, changed(old.amount())).unwrap();
                        (new.customised, new.promotional) = (old.customised, old.promotional);
                        new.reverses.clone_from(&old.reverses);
                        *old = new;
                    }
                    _ => {}
                }
                event
            })
            .collect();
        let mut profile = AccountProfile::new();
        profile.kind = Some(AccountKind::Person);
        other.extend(event(Record::Account(profile)));
        let one = evaluate(&relationship(&events), &context(coverage));
        prop_assert_eq!(gist(&one), gist(&evaluate(&relationship(&other), &context(coverage))));
    }

    #[test]
    fn l9_contributions_sum_to_the_score(row in row(), events in events(), coverage in coverage()) {
        let context = context(coverage);
        let read = Evidence::of(&relationship(&events), &context);
        let mut full = read.clone();
        for &signal in Signal::ALL {
            full = full.with_signal(signal, row.get(signal));
        }
        for evidence in [read, full] {
            let verdict = judge(&evidence, &context);
            let lo: i64 = verdict.contributions.iter().fold(0, |sum, one| sum + one.lo);
            let hi: i64 = verdict.contributions.iter().fold(0, |sum, one| sum + one.hi);
            prop_assert_eq!((lo, hi), (verdict.score.lo.into(), verdict.score.hi.into()));
            prop_assert!(verdict.score.lo <= verdict.score.hi && verdict.score.hi <= 100);
        }
    }

    #[test]
    fn l10_a_counterfactual_leads_there_and_no_part_of_it_can_be_spared(
        row in row(),
        events in events(),
        coverage in coverage(),
        previous in class(),
        target in select(vec![Target::ClientSide, Target::Customer]),
    ) {
        let mut context = context(coverage);
        context.previous_class = previous;
        let mut evidence = Evidence::of(&relationship(&events), &context);
        for &signal in Signal::ALL {
            // Few enough of each that all bins are met.
            let value = row.get(signal);
            evidence = evidence.with_signal(signal, Span::new(value.lo() / 40, value.hi() / 40));
        }
        let after = |changes: &[Change]| {
            let changed = changes.iter().fold(evidence.clone(), |all, one| one.apply(&all));
            arrived(&judge(&changed, &context), target)
        };
        let rules = RuleSet::generic();
        match counterfactual(&evidence, &context, target) {
            Ok(changes) => {
                prop_assert!(after(&changes));
                for place in 0..changes.len() {
                    let mut fewer = changes.clone();
                    fewer.remove(place);
                    prop_assert!(!after(&fewer), "{:?} without {}", changes, place);
                    let rule = rules.rule(changes[place].signal).unwrap();
                    prop_assert_ne!(rule.actionable, Actionable::No);
                }
                // The last chosen is no larger than needed.
                if let Some(last) = changes.last() {
                    let rule = rules.rule(last.signal).unwrap();
                    let mut smaller = changes.clone();
                    let slot = smaller.last_mut().unwrap();
                    slot.to = match target {
                        Target::ClientSide => {
                            let below = rule.bins.iter().rev().find(|bin| bin.from < last.to);
                            below.unwrap().from.max(last.from)
                        }
                        _ => {
                            let next = rule.bins.iter().find(|bin| bin.from > last.to);
                            next.unwrap().from.min(last.from)
                        }
                    };
                    prop_assert!(!after(&smaller), "{:?}", changes);
                }
            }
            Err(NoWayError::HardRule { .. }) => {
                let verdict = judge(&evidence, &context);
                let duty = verdict.possible.contains(Class::Client)
                    || verdict.possible.contains(Class::Hybrid);
                prop_assert!(!evidence.has_commercial_activity() || duty);
            }
            Err(_) => {
                // Everything that may be moved, moved as far as it goes, is not enough.
                let live = evidence.episode().anchor == today();
                let all = rules.parts().signals.iter().filter(|rule| match rule.actionable {
                    Actionable::Yes => true,
                    Actionable::Wait => live && target == Target::ClientSide,
                    _ => false,
                });
                let moved = all.fold(evidence.clone(), |moved, rule| {
                    let to = match target {
                        Target::ClientSide => Span::exactly(10_000),
                        _ => Span::exactly(0),
                    };
                    moved.with_signal(rule.signal, to)
                });
                prop_assert!(!arrived(&judge(&moved, &context), target));
            }
        }
    }

    #[test]
    fn what_settles_a_verdict_is_found_by_trying_every_value(
        events in events(),
        coverage in coverage(),
        previous in class(),
    ) {
        let mut context = context(coverage);
        context.previous_class = previous;
        let evidence = Evidence::of(&relationship(&events), &context);
        let robust = judge(&evidence, &context).robust;
        let open = settled_by(&evidence, &context);
        prop_assert!(open.is_sorted_by(|a, b| a.hi - a.lo >= b.hi - b.lo));
        for rule in RuleSet::generic().parts().signals.iter() {
            let value = evidence.signals().get(rule.signal);
            let settles = !robust && (value.lo()..=value.hi().min(400)).any(|known| {
                let known = evidence.with_signal(rule.signal, Span::exactly(known));
                judge(&known, &context).robust
            });
            let found = open.iter().find(|one| one.signal == rule.signal);
            let unknown = rule.points(value.lo()) < rule.points(value.hi());
            prop_assert_eq!(found.map(|one| one.settles), unknown.then_some(settles));
        }
    }

    #[test]
    fn the_next_stage_is_the_first_that_differs(
        events in events(),
        coverage in coverage(),
        place in any::<Index>(),
    ) {
        // What is in the file of days after the question is not there yet.
        let past: Vec<Event> = events
            .into_iter()
            .filter(|event| match &event.record {
                Record::Contract(one) => {
                    one.start <= today() && one.signed.is_none_or(|signed| signed <= today())
                }
                record => record.effective(tenure_model::Zone::UTC).is_none_or(|day| day <= today()),
            })
            .collect();
        let relationship = relationship(&past);
        let context = context(coverage);
        let stage_on = |day: NaiveDate| {
            let mut later = context;
            later.as_of = AsOf::new(day).known_at(today());
            evaluate(&relationship, &later).stage
        };
        let now = stage_on(today());
        let far = ago(-40_000);
        let last = match Evidence::of(&relationship, &context).next_stage() {
            Some(change) => {
                prop_assert_ne!(change.to, now);
                prop_assert_eq!(stage_on(change.on), change.to);
                change.on.pred_opt().unwrap()
            }
            None => far,
        };
        let span = usize::try_from(last.signed_duration_since(today()).num_days()).unwrap();
        let between = i64::try_from(place.index(span + 1)).unwrap();
        for day in [last, ago(-between)] {
            prop_assert_eq!(stage_on(day), now, "on {}", day);
        }
    }

    #[test]
    fn l13_more_standard_purchases_never_lift_a_customer(
        events in events(),
        copies in 1_usize..10,
        apart in 0_u64..2,
    ) {
        let before = evaluate(&relationship(&events), &context(Coverage::complete()));
        if before.class == Class::Customer {
            let mut more = events.clone();
            for event in &events {
                let Record::Purchase(line) = &event.record else { continue };
                if line.customised != Tri::No || line.minor().units() <= 0 {
                    continue;
                }
                for copy in 1..=copies {
                    let mut again = event.clone();
                    again.id = None;
                    let back = Days::new(apart * u64::try_from(copy).unwrap());
                    let date = line.date.checked_sub_days(back).unwrap();
                    if let Record::Purchase(line) = &mut again.record {
                        line.date = date;
                    }
                    more.push(again);
                }
            }
            let after = evaluate(&relationship(&more), &context(Coverage::complete()));
            // Another rhythm may begin or end an episode elsewhere, and so show other evidence.
            let same = after.episode.anchor == before.episode.anchor
                && after.episode.previous_close == before.episode.previous_close;
            // Tenure and repeat business are worth 14 points in all: with that much to spare
            // frequency alone lifts nobody.
            if same && before.score.lo < 35 - 14 {
                prop_assert_eq!(after.class, Class::Customer);
            }
        }
    }

    #[test]
    fn l14_click_through_terms_change_nothing(events in events(), coverage in coverage()) {
        let start = NaiveDate::from_ymd_opt(2019, 1, 1).unwrap();
        let terms = Contract::new("terms_of_service", start, Terms::Standard, Billing::Monthly);
        let mut more = events.clone();
        more.extend(event(Record::Contract(terms)));
        let before = evaluate(&relationship(&events), &context(coverage));
        prop_assert_eq!(before, evaluate(&relationship(&more), &context(coverage)));
    }

    #[test]
    fn exit_thresholds_only_ever_keep_a_class(events in events(), coverage in coverage()) {
        let relationship = relationship(&events);
        let mut asked = context(coverage);
        let fresh = evaluate(&relationship, &asked).class;
        asked.previous_class = Some(fresh);
        prop_assert_eq!(evaluate(&relationship, &asked).class, fresh);
    }

    #[test]
    fn the_class_alone_is_the_class_of_the_verdict(
        events in events(),
        coverage in coverage(),
        previous in class(),
        lean in any::<bool>(),
    ) {
        let mut context = context(coverage);
        context.previous_class = previous;
        context.policy = if lean { Policy::Lean } else { Policy::Strict };
        let evidence = Evidence::of(&relationship(&events), &context);
        prop_assert_eq!(class_of(&evidence, &context), judge(&evidence, &context).class);
    }

    #[test]
    fn liveness_and_return_are_those_of_the_model(events in events()) {
        let relationship = relationship(&events);
        let context = context(Coverage::complete());
        let days = relationship.purchase_days(AsOf::new(today())).dates();
        let options = DormancyOptions::default().with_default_gap_days(365).unwrap();
        if relationship.contracts().is_empty()
            && let Some(rhythm) = Dormancy::of(&days, today(), &options)
        {
            let stage = evaluate(&relationship, &context).stage;
            let live = matches!(stage, Stage::New | Stage::Active | Stage::Reengaged);
            if Evidence::of(&relationship, &context).has_commercial_activity() {
                prop_assert_eq!(rhythm.dormant(), Some(!live));
            } else {
                prop_assert_eq!(stage, Stage::Prospect);
            }
            if stage == Stage::Reengaged {
                prop_assert!(rhythm.reengaged());
            }
            if stage == Stage::Active {
                prop_assert!(!rhythm.reengaged());
            }
        }
    }
}

fn bought(days_ago: i64) -> Event {
    let price = Money::parse("20.00", Currency::new("USD").unwrap()).unwrap();
    let mut line = Purchase::new(ago(days_ago), price).unwrap();
    line.customised = Tri::No;
    event(Record::Purchase(line)).unwrap()
}

fn advised(days_ago: i64) -> Event {
    let (way, who) = (Direction::Mutual, Initiator::Provider);
    let mut advice = Interaction::new(ago(days_ago), "meeting", "advice", way, who);
    advice.personal = true;
    event(Record::Interaction(advice)).unwrap()
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

/// The default rule set on every row at once: the laws above would hold for a card without points.
#[test]
fn the_default_card_tells_more_from_less() {
    let relationship = relationship(&[]);
    let context = context(Coverage::complete());
    let mut evidence = Evidence::of(&relationship, &context);
    let mut scores = BTreeSet::from([judge(&evidence, &context).score.lo]);
    for rule in RuleSet::generic().parts().signals.iter() {
        let top = rule.bins.last().unwrap().from;
        evidence = evidence.with_signal(rule.signal, Span::exactly(top));
        scores.insert(judge(&evidence, &context).score.lo);
    }
    assert_eq!((scores.len(), scores.last()), (15, Some(&100)));
}
