//! The laws of rule sets as data, on random rule sets and files.
#![cfg(feature = "files")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "helpers outside #[test] functions"
)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use tenure_classify::{
    Actionable, Bin, Context, HardRule, Pack, PackParts, Reason, RuleSet, Signal, SignalKind,
    SignalRule, Source, Standing, TermRule, diff_portfolio, evaluate,
};
use tenure_model::{AsOf, Book, Event, Relationship};
use tenure_testing::laws;
use tenure_testing::strategies::classify::{account, coverage, events, today};

/// Texts of any characters, also those that files must escape.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z]{1,8}", 1 => "\\PC{1,6}", 1 => vec(any::<char>(), 1..5).prop_map(String::from_iter)]
}

fn bins(kind: SignalKind) -> BoxedStrategy<Vec<Bin>> {
    let rising = |bounds: Vec<i64>, gains: Vec<u32>| {
        let mut points = 0;
        let later = bounds.into_iter().zip(gains).map(move |(from, gain)| {
            points += gain;
            Bin { from, points }
        });
        [Bin { from: 0, points: 0 }].into_iter().chain(later).collect::<Vec<_>>()
    };
    let gains = vec(0_u32..60, 4);
    match kind {
        SignalKind::Bool => gains.prop_map(move |gains| rising(vec![1], gains)).boxed(),
        SignalKind::Ordinal => (subsequence(vec![1_i64, 2], 0..=2), gains)
            .prop_map(move |(bounds, gains)| rising(bounds, gains))
            .boxed(),
        _ => (vec(1_i64..4_000, 0..4), gains)
            .prop_map(move |(steps, gains)| {
                let bounds = steps.iter().scan(0, |from, step| {
                    *from += step;
                    Some(*from)
                });
                rising(bounds.collect(), gains)
            })
            .boxed(),
    }
}

fn signal_rule(signal: Signal) -> impl Strategy<Value = SignalRule> {
    let reasons: Vec<Reason> =
        Reason::ALL.iter().copied().filter(|reason| reason.is_of_signal()).collect();
    let actionable = select(vec![Actionable::Yes, Actionable::No, Actionable::Wait]);
    (text(), bins(signal.kind()), 0_u32..20, select(reasons), actionable).prop_map(
        move |(group, bins, typical, reason, actionable)| {
            let mut rule = SignalRule::new(signal, group.into(), bins.into(), reason);
            (rule.typical, rule.actionable) = (typical, actionable);
            rule
        },
    )
}

fn signals() -> impl Strategy<Value = Vec<SignalRule>> {
    let rules: Vec<_> = Signal::ALL.iter().map(|&signal| signal_rule(signal)).collect();
    (rules, subsequence((0..Signal::ALL.len()).collect::<Vec<_>>(), 1..=Signal::ALL.len()))
        .prop_map(|(rules, kept)| kept.into_iter().map(|place| rules[place].clone()).collect())
        .prop_shuffle()
}

/// Rule sets of every shape that is valid.
fn rule_sets() -> impl Strategy<Value = RuleSet> {
    let numbers = (1_u32..800, 1_u32..6, 1_u32..800, 0_u32..200);
    let dwell = (1_u32..5, 0_u32..100);
    let streams = (0_u32..10, 0_u32..=10_000);
    let hard = subsequence(RuleSet::generic().parts().hard_rules.to_vec(), 0..=2).prop_shuffle();
    let places = (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>());
    (text(), text(), numbers, signals(), hard, text(), places, dwell, streams).prop_filter_map(
        "a point at least must be there to reach",
        |(id, version, numbers, signals, hard, name, places, dwell, streams)| {
            let most = signals.iter().fold(0, |sum, rule| sum + rule.max_points());
            let reachable = most.min(100);
            if reachable == 0 {
                return None;
            }
            let mut parts = RuleSet::generic().parts().clone();
            (parts.id, parts.version) = (id.into(), version.into());
            (parts.window_days, parts.dormant_ratio) = (numbers.0, numbers.1);
            (parts.default_gap_days, parts.episode_grace_days) = (numbers.2, numbers.3);
            let named =
                |rule: HardRule| HardRule { id: format!("{name}{}", rule.id).into(), ..rule };
            parts.hard_rules = hard.into_iter().map(named).collect();
            parts.signals = signals.into();
            let up_to = |place: Index, most: u32| {
                u32::try_from(place.index(usize::try_from(most).unwrap() + 1)).unwrap()
            };
            let limits = &mut parts.thresholds;
            limits.client = 1 + up_to(places.0, reachable - 1);
            limits.customer = up_to(places.1, limits.client - 1);
            let room = limits.client - limits.customer - 1;
            limits.exit_client = limits.client - up_to(places.2, room);
            limits.exit_customer = limits.customer + up_to(places.3, room);
            (limits.dwell.evaluations, limits.dwell.days) = dwell;
            parts.transactional.min_standard_count = streams.0;
            parts.transactional.min_standard_share_bps = streams.1;
            Some(parts.build().unwrap())
        },
    )
}

fn packs() -> impl Strategy<Value = Pack> {
    let rule = (select(Standing::ALL), prop::option::of("[a-c]"), text(), any::<bool>(), text())
        .prop_map(|(when, industry, term, regulated, source)| TermRule {
            when,
            industry: industry.map(Into::into),
            term: term.into(),
            regulated,
            source: Some(source.into()),
        });
    let texts = vec((select(Reason::ALL), text()), 0..4);
    (text(), text(), vec(rule, 0..5), any::<bool>(), texts).prop_map(
        |(id, version, mut terms, floor, mut texts)| {
            let mut parts = PackParts::new("", "");
            (parts.id, parts.version) = (id.into(), version.into());
            terms.sort_by(|one, other| {
                (one.when, &one.industry).cmp(&(other.when, &other.industry))
            });
            terms.dedup_by(|one, other| (one.when, &one.industry) == (other.when, &other.industry));
            parts.terms = terms.into();
            if floor {
                parts.floors = RuleSet::generic().parts().hard_rules[1..].to_vec().into();
            }
            texts.sort();
            texts.dedup_by_key(|text| text.0);
            parts.texts = texts.into_iter().map(|(of, text)| (of, text.into())).collect();
            parts.build().unwrap()
        },
    )
}

fn relationship(events: Vec<Event>) -> Relationship {
    let account = account().unwrap();
    let (book, _) = Book::from_events(events);
    book.get(&account).cloned().unwrap_or_else(|| Relationship::new(account))
}

/// One byte more, less or another.
#[derive(Debug, Clone, Copy)]
enum Slip {
    Flip(u8),
    Delete,
    Insert(u8),
}

fn slipped(text: &[u8], place: usize, slip: Slip) -> Vec<u8> {
    let mut bytes = text.to_vec();
    match slip {
        Slip::Flip(bits) => bytes[place] ^= bits,
        Slip::Delete => drop(bytes.remove(place)),
        Slip::Insert(byte) => bytes.insert(place, byte),
    }
    bytes
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same_rule_set(rules in rule_sets()) {
        let (toml, json) = (rules.to_toml(), rules.to_json());
        prop_assert_eq!(RuleSet::from_toml("f", &toml).unwrap(), rules.clone(), "{}", toml);
        prop_assert_eq!(RuleSet::from_json("f", &json).unwrap(), rules.clone(), "{}", json);
        let serde = serde_json::to_value(&rules).unwrap();
        prop_assert_eq!(&serde_json::from_value::<RuleSet>(serde).unwrap(), &rules);
        // serde_json reads the canonical form with the same values, but for decimals as texts.
        let canonical: serde_json::Value = serde_json::from_str(&rules.canonical()).unwrap();
        prop_assert_eq!(canonical["id"].as_str(), Some(rules.id()));
    }

    #[test]
    fn what_is_written_is_read_as_the_same_pack(pack in packs()) {
        let (toml, json) = (pack.to_toml(), pack.to_json());
        prop_assert_eq!(Pack::from_toml("f", &toml).unwrap(), pack.clone(), "{}", toml);
        prop_assert_eq!(Pack::from_json("f", &json).unwrap(), pack.clone(), "{}", json);
        let serde = serde_json::to_value(&pack).unwrap();
        prop_assert_eq!(&serde_json::from_value::<Pack>(serde).unwrap(), &pack);
    }

    #[test]
    fn a_digest_stands_for_one_rule_set_and_no_difference(
        one in rule_sets(),
        other in rule_sets(),
        place in 0_usize..6,
    ) {
        // Sometimes they differ in one part alone.
        let mut parts = one.parts().clone();
        match place {
            0 => parts.window_days = other.parts().window_days,
            1 => parts.transactional = other.parts().transactional,
            2 => parts.thresholds.dwell = other.parts().thresholds.dwell,
            3 => parts.signals.to_mut().reverse(),
            4 => parts.hard_rules.to_mut().reverse(),
            _ => parts = other.parts().clone(),
        }
        let other = parts.build().unwrap();
        let same = one == other;
        prop_assert_eq!(one.digest() == other.digest(), same);
        prop_assert_eq!(one.canonical() == other.canonical(), same);
        prop_assert_eq!(one.diff(&other).is_empty(), same);
        // There and back again, the same paths.
        let paths = |changes: Vec<tenure_classify::RuleChange>| {
            let mut paths: Vec<String> = changes.into_iter().map(|one| one.path).collect();
            paths.sort();
            paths
        };
        prop_assert_eq!(paths(one.diff(&other)), paths(other.diff(&one)));
    }

    #[test]
    fn other_rules_move_each_verdict_by_what_their_parts_move(
        before in rule_sets(),
        after in rule_sets(),
        events in events(),
        coverage in coverage(),
    ) {
        let history = relationship(events);
        let context = Context::new(AsOf::new(today()), coverage);
        prop_assert_eq!(diff_portfolio(&before, &before, [&history], &context).count(), 0);
        let of = |rules: &RuleSet| {
            let mut asked = context;
            asked.rules = rules;
            evaluate(&history, &asked)
        };
        let (old, new) = (of(&before), of(&after));
        let changes: Vec<_> = diff_portfolio(&before, &after, [&history], &context).collect();
        let Some(change) = changes.first() else {
            prop_assert_eq!((old.class, old.score, old.stage), (new.class, new.score, new.stage));
            prop_assert_eq!((old.reasons, old.possible), (new.reasons, new.possible));
            return Ok(());
        };
        prop_assert_eq!(changes.len(), 1);
        prop_assert_eq!((change.from.class, change.from.score), (old.class, old.score));
        prop_assert_eq!((change.to.class, change.to.score), (new.class, new.score));
        prop_assert!(!change.steps.is_empty());
        let mut sum = (i64::from(old.score.lo), i64::from(old.score.hi));
        for step in &change.steps {
            for one in &step.moved {
                sum.0 += one.to.lo - one.from.lo;
                sum.1 += one.to.hi - one.from.hi;
            }
        }
        prop_assert_eq!(sum, (i64::from(new.score.lo), i64::from(new.score.hi)));
        // Signal by signal too: what moved is the difference of the contributions.
        for &signal in Signal::ALL {
            let source = Source::Signal(signal);
            let points = |verdict: &tenure_classify::Verdict| {
                let one = verdict.contributions.iter().find(|one| one.source == source);
                one.map_or((0, 0), |one| (one.lo, one.hi))
            };
            let moved = change.steps.iter().flat_map(|step| &step.moved);
            let moved = moved.filter(|one| one.source == source).fold((0, 0), |sum, one| {
                (sum.0 + one.to.lo - one.from.lo, sum.1 + one.to.hi - one.from.hi)
            });
            let (from, to) = (points(&old), points(&new));
            prop_assert_eq!(moved, (to.0 - from.0, to.1 - from.1), "{}", signal);
        }
    }

    #[test]
    fn a_slip_in_a_file_is_told_with_its_place_or_harmless(
        rules in rule_sets(),
        place in any::<Index>(),
        slip in prop_oneof![
            (1_u8..=255).prop_map(Slip::Flip),
            Just(Slip::Delete),
            any::<u8>().prop_map(Slip::Insert),
        ],
        json in any::<bool>(),
    ) {
        let text = if json { rules.to_json() } else { rules.to_toml() };
        laws::rules(&slipped(text.as_bytes(), place.index(text.len()), slip));
    }

    #[test]
    fn a_slip_in_a_pack_is_told_with_its_place_or_harmless(
        pack in packs(),
        place in any::<Index>(),
        slip in prop_oneof![
            (1_u8..=255).prop_map(Slip::Flip),
            Just(Slip::Delete),
            any::<u8>().prop_map(Slip::Insert),
        ],
        json in any::<bool>(),
    ) {
        let text = if json { pack.to_json() } else { pack.to_toml() };
        laws::rules(&slipped(text.as_bytes(), place.index(text.len()), slip));
    }
}

/// The file of the default rule set with every byte left out, one after the other.
#[test]
fn no_byte_of_the_default_file_can_go_without_a_place_or_a_rule_set() {
    let text = include_bytes!("../src/rules/generic.toml");
    let mut right = 0;
    for place in 0..text.len() {
        match RuleSet::from_toml("f", slipped(text, place, Slip::Delete)) {
            Ok(_) => right += 1,
            Err(error) => assert!(error.faults().iter().all(|one| one.location().is_some())),
        }
    }
    // In comments, in white space, in names and numbers that are others then; but most are faults.
    assert!(right > 0 && right < text.len() / 2, "{right} of {}", text.len());
}

#[test]
fn a_change_of_rules_names_its_part() {
    let generic = RuleSet::generic();
    let change = |change: fn(&mut tenure_classify::RuleSetParts)| {
        let mut parts = generic.parts().clone();
        change(&mut parts);
        let told = generic.diff(&parts.build().unwrap());
        told.into_iter()
            .map(|one| (one.path, one.before.unwrap_or_default(), one.after.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    let one = |path: &str, before: &str, after: &str| {
        vec![(path.to_owned(), before.to_owned(), after.to_owned())]
    };
    assert_eq!(change(|p| p.window_days = 30), one("window_days", "365", "30"));
    assert_eq!(
        change(|p| p.signals.to_mut()[13].bins.to_mut()[1].from = 2_500),
        one("signal[value.ratio].bins", "[[0.0,0],[3.0,2]]", "[[0.0,0],[2.5,2]]")
    );
    assert_eq!(
        change(|p| p.transactional.min_standard_share_bps = 1_250),
        one("transactional.min_standard_share", "0.1", "0.125")
    );
    assert_eq!(
        change(|p| p.hard_rules.to_mut().reverse()),
        one("hard_rule", r#"["H0","H1"]"#, r#"["H1","H0"]"#)
    );
    let gone = change(|p| drop(p.hard_rules.to_mut().remove(0)));
    assert_eq!((gone[0].0.as_str(), gone[0].2.as_str()), ("hard_rule[H0]", ""));
}
