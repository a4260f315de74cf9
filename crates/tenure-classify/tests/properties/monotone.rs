//! What more evidence does: client-side evidence never lowers the score, standard buying never
//! makes a client, exit thresholds only ever keep a class.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::sample::Index;
use tenure_classify::{
    Class, Evidence, RuleSet, Signal, Source, Span, Stage, Verdict, evaluate, judge,
};
use tenure_model::{AsOf, Coverage, Event, Record, Tri};

use crate::given::{
    ago, client_evidence, context, coverage, event, events, relationship, row, rule_sets, today,
    under,
};

/// The copies of every standard purchase line, dated that many days before it, one more each.
fn copies(events: &[Event], times: u64, apart: u64) -> Vec<Event> {
    let days = relationship(events).purchase_days(AsOf::new(today())).dates();
    let mut copies = Vec::new();
    for event in events {
        let Record::Purchase(line) = &event.record else { continue };
        let standard = line.customised == Tri::No && line.minor().units() > 0;
        if !standard || !days.contains(&line.date) {
            continue;
        }
        for copy in 1..=times {
            let mut again = line.clone();
            again.date = line.date.checked_sub_days(Days::new(apart * copy)).unwrap();
            again.reverses = None;
            let mut event = event.clone();
            (event.id, event.record) = (None, Record::Purchase(again));
            copies.push(event);
        }
    }
    copies
}

/// Points of all signals but those.
fn points_without(verdict: &Verdict, but: &[Signal]) -> Vec<(Signal, i64, i64)> {
    let rows = verdict.contributions.iter().filter_map(|one| match one.source {
        Source::Signal(signal) => Some((signal, one.lo, one.hi)),
        _ => None,
    });
    rows.filter(|row| !but.contains(&row.0)).collect()
}

proptest! {
    #[test]
    fn l5_raising_a_signal_never_lowers_the_score(
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        row in row(),
        place in any::<Index>(),
        more in 0_i64..400,
    ) {
        let asked = under(&rules, coverage);
        let mut evidence = Evidence::of(&relationship(&events), &asked);
        for &signal in Signal::ALL {
            evidence = evidence.with_signal(signal, row.get(signal));
        }
        let &signal = place.get(Signal::ALL);
        let value = row.get(signal);
        let raised = Span::new(value.lo() + more, value.hi() + more);
        let before = judge(&evidence, &asked);
        let after = judge(&evidence.with_signal(signal, raised), &asked);
        prop_assert!(after.score.lo >= before.score.lo && after.score.hi >= before.score.hi);
        if before.class == Class::Client {
            prop_assert_eq!(after.class, Class::Client);
        }
        if !before.possible.contains(Class::Customer) {
            prop_assert!(!after.possible.contains(Class::Customer));
        }
    }

    #[test]
    fn l6_client_evidence_in_a_live_episode_never_lowers_the_score(
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        kind in 0_u8..6,
        place in any::<Index>(),
    ) {
        let asked = under(&rules, coverage);
        let before = evaluate(&relationship(&events), &asked);
        let live = matches!(before.stage, Stage::New | Stage::Active | Stage::Reengaged);
        let age = before.episode.opened.map(|day| today().signed_duration_since(day).num_days());
        if let Some(age) = age.filter(|_| live) {
            let days = place.index(usize::try_from(age).unwrap() + 1);
            let day: NaiveDate = ago(i64::try_from(days).unwrap());
            let more = [events, event(client_evidence(kind, day)).into_iter().collect()].concat();
            let after = evaluate(&relationship(&more), &asked);
            prop_assert!(
                after.score.lo >= before.score.lo && after.score.hi >= before.score.hi,
                "{:?} became {:?}", before.score, after.score
            );
        }
    }

    #[test]
    fn l13_more_of_the_same_standard_purchases_on_their_days_leave_a_customer_one(
        events in events(),
        rules in rule_sets(),
        times in 1_u64..10,
    ) {
        let asked = under(&rules, Coverage::complete());
        let before = evaluate(&relationship(&events), &asked);
        let more = [events.clone(), copies(&events, times, 0)].concat();
        let after = evaluate(&relationship(&more), &asked);
        // What was given back in all becomes a purchase after all: then there is an account.
        if Evidence::of(&relationship(&events), &asked).has_commercial_activity() {
            prop_assert_eq!(points_without(&before, &[]), points_without(&after, &[]));
            if before.class == Class::Customer {
                prop_assert_eq!(after.class, Class::Customer);
            }
        }
    }

    #[test]
    fn l13_more_days_of_standard_purchases_lift_no_customer_but_by_tenure_and_repetition(
        events in events(),
        times in 1_u64..10,
    ) {
        let asked = context(Coverage::complete());
        let before = evaluate(&relationship(&events), &asked);
        let added = copies(&events, times, 1);
        let more = [events.clone(), added.clone()].concat();
        let after = evaluate(&relationship(&more), &asked);
        // Another rhythm may begin or end an episode elsewhere, and so show other evidence; and
        // what was given back on a day may count on it again once more is bought.
        let same = after.episode.anchor == before.episode.anchor
            && after.episode.previous_close == before.episode.previous_close;
        let date = |event: &Event| match &event.record {
            Record::Purchase(line) => Some(line.date),
            _ => None,
        };
        let days = relationship(&events).purchase_days(AsOf::new(today())).dates();
        let kept: BTreeSet<NaiveDate> = events.iter().filter_map(date).collect();
        let undone = added.iter().filter_map(date).any(|day| kept.contains(&day) && !days.contains(&day));
        if same && !undone {
            let frequency = [Signal::TenureDays, Signal::RepeatDays];
            prop_assert_eq!(points_without(&before, &frequency), points_without(&after, &frequency));
            // Worth so much in all: who has that to spare is undisputed, and stays a customer.
            let worth = frequency.map(|signal| RuleSet::generic().rule(signal).unwrap().max_points());
            let most = before.score.hi + worth.iter().fold(0, |sum, points| sum + points);
            if before.class == Class::Customer && most < before.thresholds.customer {
                prop_assert_eq!(after.class, Class::Customer);
            }
        }
    }

    #[test]
    fn exit_thresholds_only_ever_keep_a_class(events in events(), coverage in coverage()) {
        let relationship = relationship(&events);
        let mut asked = context(coverage);
        let fresh = evaluate(&relationship, &asked).class;
        asked.previous_class = Some(fresh);
        prop_assert_eq!(evaluate(&relationship, &asked).class, fresh);
    }
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
