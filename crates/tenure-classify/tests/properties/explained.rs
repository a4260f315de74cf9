//! What is said beside the class: contributions, counterfactuals, open questions, the next stage.

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tenure_classify::{
    Actionable, Change, Class, Condition, Evidence, NoWayError, Reason, Signal, SignalRule, Span,
    Target, Verdict, counterfactual, evaluate, judge,
};
use tenure_model::{AsOf, Event, Record};

use crate::given::{
    ago, class, context, coverage, events, relationship, row, rule_sets, today, under,
};

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

proptest! {
    #[test]
    fn l9_contributions_sum_to_the_score_and_hard_rules_are_named(
        row in row(),
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
    ) {
        let asked = under(&rules, coverage);
        let read = Evidence::of(&relationship(&events), &asked);
        let full = Signal::ALL
            .iter()
            .fold(read.clone(), |full, &signal| full.with_signal(signal, row.get(signal)));
        for evidence in [read, full] {
            let verdict = judge(&evidence, &asked);
            let lo: i64 = verdict.contributions.iter().fold(0, |sum, one| sum + one.lo);
            let hi: i64 = verdict.contributions.iter().fold(0, |sum, one| sum + one.hi);
            prop_assert_eq!((lo, hi), (verdict.score.lo.into(), verdict.score.hi.into()));
            prop_assert!(verdict.score.lo <= verdict.score.hi && verdict.score.hi <= 100);
            let named = |when| rules.hard_rule(when).map(|rule| rule.id.to_string());
            let idle = named(Condition::NoCommercialActivity);
            let duty = named(Condition::Fiduciary);
            let decided = verdict.hard_rule.as_ref().map(ToString::to_string);
            if verdict.possible.contains(Class::Undetermined) {
                prop_assert_eq!(&decided, &idle);
            }
            if verdict.reasons.contains(&Reason::FiduciaryDuty) {
                prop_assert_eq!(&decided, &duty);
            }
            if decided.is_some() && decided == duty {
                prop_assert!(!verdict.possible.contains(Class::Customer));
            }
        }
    }

    #[test]
    fn l10_a_counterfactual_leads_there_and_no_part_of_it_can_be_spared(
        row in row(),
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        previous in class(),
        target in select(vec![Target::ClientSide, Target::Customer]),
    ) {
        let mut context = under(&rules, coverage);
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
                let episode = evidence.episode();
                let live = episode.opened.is_some() && episode.anchor == today();
                let waits = |rule: &SignalRule| rule.signal == Signal::TenureDays && live;
                let all = rules.parts().signals.iter().filter(|rule| match rule.actionable {
                    Actionable::Yes => true,
                    Actionable::Wait => waits(rule) && target == Target::ClientSide,
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
}
