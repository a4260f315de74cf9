//! Columns say of every row what the one-account functions say of it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers outside #[test] functions; what is not there should stop the test"
)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tenure_classify::{
    Change, Class, ColumnsError, Condition, Context, Evidence, EvidenceColumns, EvidenceReader,
    EvidenceSlices, ExplanationColumns, NoWayError, Override, Pack, Policy, Reason, RuleSet,
    Signal, Span, Stage, Target, ValueMedian, ValuePerDay, Verdict, VerdictColumns, Way,
    counterfactual, judge,
};
use tenure_model::{AsOf, Book, Coverage, Currency, Event, Record, Relationship, Tri, parse_date};
use tenure_testing::strategies::classify::{account, ago, coverage, events, rule_sets, today};

fn relationship(events: Vec<Event>) -> Relationship {
    let account = account().unwrap();
    let (book, _) = Book::from_events(events);
    book.get(&account).cloned().unwrap_or_else(|| Relationship::new(account))
}

/// One account: its history, what is asked of it, and values to put in place of what was read.
#[derive(Debug, Clone)]
struct Asked {
    events: Vec<Event>,
    coverage: Coverage,
    known_after: i64,
    previous: Option<Class>,
    median: bool,
    overridden: bool,
    overwritten: Option<Vec<(i64, i64)>>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let events = prop_oneof![1 => Just(Vec::new()), 9 => events()];
    let known_after = prop_oneof![Just(0_i64), -60_i64..60];
    let values =
        vec((0_i64..20, prop_oneof![Just(0_i64), Just(i64::MAX), 0_i64..20]), Signal::COUNT);
    let overwritten = prop::option::of(values);
    let previous = prop::option::of(select(Class::ALL));
    (events, coverage(), known_after, previous, any::<(bool, bool)>(), overwritten).prop_map(
        |(events, coverage, known_after, previous, (median, overridden), overwritten)| Asked {
            events,
            coverage,
            known_after,
            previous,
            median,
            overridden,
            overwritten,
        },
    )
}

/// What the two ways of saying whether there is a way come to.
fn told(way: Result<&[Change], &NoWayError>) -> String {
    format!("{way:?}")
}

/// The name of a hard rule: that of the rule set, else the floor of the first pack with one.
fn named(when: Condition, rules: &RuleSet, packs: &[Pack]) -> String {
    let floors = packs.iter().flat_map(|pack| pack.parts().floors.iter());
    let rule = rules.hard_rule(when).or_else(|| floors.into_iter().find(|rule| rule.when == when));
    rule.unwrap().id.clone().into_owned()
}

fn same_verdict(columns: &VerdictColumns, row: usize, verdict: &Verdict, context: &Context<'_>) {
    assert_eq!(columns.classes()[row], verdict.class);
    assert_eq!(columns.possible()[row], verdict.possible);
    assert_eq!((columns.lo()[row], columns.hi()[row]), (verdict.score.lo, verdict.score.hi));
    assert_eq!(columns.transactional()[row], verdict.transactional);
    assert_eq!(columns.margins()[row], verdict.margin);
    assert_eq!(columns.robust()[row], verdict.robust);
    assert_eq!(columns.confidence()[row], verdict.confidence);
    let coverage = (columns.known()[row], columns.sum_of_maxima());
    assert_eq!(coverage, (verdict.coverage.known, verdict.coverage.of));
    let name = |when| named(when, context.rules, context.packs);
    let hard_rule = columns.hard_rules()[row].map(name);
    assert_eq!(hard_rule.as_deref(), verdict.hard_rule.as_deref());
}

proptest! {
    #[test]
    fn a_row_of_columns_is_the_verdict_on_its_account(
        asked in vec(asked(), 0..6),
        rules in rule_sets(),
        lean in any::<bool>(),
        packs in subsequence(Pack::BUILT_IN.to_vec(), 0..3),
        adviser in any::<bool>(),
    ) {
        let packs: Vec<Pack> = packs.iter().map(|id| Pack::built_in(id).unwrap().clone()).collect();
        let decided = Override::new(Class::Hybrid, "K. Lee", "knows them", ago(9), None).unwrap();
        let overrides = [decided];
        let usd = Currency::new("USD").unwrap();
        let rate = ValuePerDay::new(usd, 500, 1).unwrap();
        let mut context = Context::new(AsOf::new(today()), Coverage::complete());
        context.rules = &rules;
        context.policy = if lean { Policy::Lean } else { Policy::Strict };
        context.packs = &packs;
        context.provider_industry = adviser.then_some("financial_planning");
        let mut evidence = EvidenceColumns::with_capacity(asked.len());
        let mut reader = EvidenceReader::new();
        let mut rows = Vec::new();
        for asked in &asked {
            let mut context = context;
            context.as_of = AsOf::new(today()).known_at(ago(asked.known_after));
            context.coverage = asked.coverage;
            context.previous_class = asked.previous;
            context.overrides = if asked.overridden { &overrides } else { &[] };
            context.value_median = ValueMedian::of(usd, [rate]).filter(|_| asked.median);
            let relationship = relationship(asked.events.clone());
            let mut read = reader.read(&relationship, &context);
            prop_assert_eq!(&read, &Evidence::of(&relationship, &context));
            for (&signal, &(one, other)) in
                Signal::ALL.iter().zip(asked.overwritten.iter().flatten())
            {
                read = read.with_signal(signal, Span::new(one, other));
            }
            evidence.push(&read, &context);
            rows.push((read, context));
        }
        let mut verdicts = VerdictColumns::new();
        verdicts.judge(&evidence, &context);
        let mut explained = ExplanationColumns::new();
        for target in [Target::ClientSide, Target::Customer] {
            explained.explain(&evidence, &context, target);
            prop_assert_eq!(explained.verdicts(), &verdicts);
            prop_assert_eq!((evidence.len(), verdicts.len()), (rows.len(), rows.len()));
            for (row, (read, context)) in rows.iter().enumerate() {
                let verdict = judge(read, context);
                same_verdict(&verdicts, row, &verdict, context);
                prop_assert_eq!(evidence.stages()[row], verdict.stage);
                let shown: Vec<Reason> = explained.reasons()[row].into_iter().flatten().collect();
                prop_assert_eq!(shown, verdict.shown_reasons());
                let expected = counterfactual(read, context, target);
                let changes = explained.changes_of(row);
                let way = match explained.ways()[row] {
                    Way::Open => Ok(changes),
                    Way::HardRule(when) => {
                        Err(NoWayError::HardRule { id: named(when, &rules, &packs).into() })
                    }
                    Way::OutOfReach { reachable, needed } => {
                        Err(NoWayError::OutOfReach { reachable, needed })
                    }
                    other => panic!("{other:?}"),
                };
                prop_assert_eq!(told(way.as_ref().copied()), told(expected.as_deref()));
            }
        }
        prop_assert_eq!(explained.change_ends().last().copied().unwrap_or(0), explained.changes().len());
        // Filled again after other rows, the columns are as new.
        evidence.clear();
        prop_assert!(evidence.is_empty());
        for (read, context) in rows.iter().rev() {
            evidence.push(read, context);
        }
        verdicts.judge(&evidence, &context);
        let mut fresh = EvidenceColumns::new();
        rows.iter().rev().for_each(|(read, context)| fresh.push(read, context));
        let mut once = VerdictColumns::new();
        once.judge(&fresh, &context);
        prop_assert_eq!((&evidence, &verdicts), (&fresh, &once));
    }

    #[test]
    fn rows_from_slices_are_those_that_were_pushed(
        all in vec((events(), prop::option::of(select(Class::ALL))), 0..5),
        lean in any::<bool>(),
    ) {
        let mut context = Context::new(AsOf::new(today()), Coverage::complete());
        context.policy = if lean { Policy::Lean } else { Policy::Strict };
        let mut pushed = EvidenceColumns::new();
        let (mut read, mut previous) = (Vec::new(), Vec::new());
        for (events, class) in all {
            let mut events = events;
            for event in &mut events {
                if let Record::Contract(contract) = &mut event.record {
                    contract.fiduciary = Tri::No;
                }
            }
            context.previous_class = class;
            let one = Evidence::of(&relationship(events), &context);
            pushed.push(&one, &context);
            read.push(one);
            previous.push(class);
        }
        let rows = read.len();
        let column = |each: fn(&Evidence) -> bool| read.iter().map(each).collect::<Vec<bool>>();
        let (yes, no) = (vec![true; rows], vec![false; rows]);
        let slices = EvidenceSlices {
            lo: Signal::by_each(|signal| pushed.lo(signal)),
            hi: Signal::by_each(|signal| pushed.hi(signal)),
            transactional: &read.iter().map(Evidence::transactional).collect::<Vec<_>>(),
            active: &column(Evidence::has_commercial_activity),
            sources_complete: &yes,
            fiduciary: &vec![Tri::No; rows],
            human_contact: &no,
            single_purchase: &no,
            mostly_promotional: &no,
            self_service: &no,
            stages: pushed.stages(),
            previous_classes: &previous,
            overridden: &no,
            waits_since: &read
                .iter()
                .map(|one| one.episode().opened.filter(|_| one.episode().anchor == today()))
                .collect::<Vec<_>>(),
        };
        let given = EvidenceColumns::from_slices(&slices).unwrap();
        let mut one = ExplanationColumns::new();
        let mut other = ExplanationColumns::new();
        for target in [Target::ClientSide, Target::Customer] {
            one.explain(&pushed, &context, target);
            other.explain(&given, &context, target);
            // What an unknown fact leaves open is observed as its lower end here.
            if !lean {
                prop_assert_eq!(one.verdicts(), other.verdicts());
            }
            prop_assert_eq!((one.ways(), one.changes()), (other.ways(), other.changes()));
            prop_assert_eq!(one.change_ends(), other.change_ends());
        }
    }
}

/// Slices of so many rows, every one the same.
fn two_rows(check: impl Fn(&mut EvidenceSlices<'_>)) -> Result<EvidenceColumns, ColumnsError> {
    let signals = Signal::by_each(|_| [1_i64, 1].as_slice());
    let opened = parse_date("2025-01-01").unwrap();
    let mut slices = EvidenceSlices {
        lo: signals,
        hi: signals,
        transactional: &[Tri::No; 2],
        active: &[true; 2],
        sources_complete: &[true; 2],
        fiduciary: &[Tri::No; 2],
        human_contact: &[true; 2],
        single_purchase: &[false; 2],
        mostly_promotional: &[false; 2],
        self_service: &[false; 2],
        stages: &[Stage::Active; 2],
        previous_classes: &[None; 2],
        overridden: &[false; 2],
        waits_since: &[Some(opened); 2],
    };
    check(&mut slices);
    EvidenceColumns::from_slices(&slices)
}

#[test]
fn a_column_of_another_length_is_named() {
    type Shorten = fn(&mut EvidenceSlices<'_>);
    let columns: [(&str, Shorten); 13] = [
        ("active", |slices| slices.active = &[true]),
        ("sources_complete", |slices| slices.sources_complete = &[true]),
        ("fiduciary", |slices| slices.fiduciary = &[Tri::No]),
        ("human_contact", |slices| slices.human_contact = &[true]),
        ("single_purchase", |slices| slices.single_purchase = &[true]),
        ("mostly_promotional", |slices| slices.mostly_promotional = &[true]),
        ("self_service", |slices| slices.self_service = &[true]),
        ("stages", |slices| slices.stages = &[Stage::Active]),
        ("previous_classes", |slices| slices.previous_classes = &[None]),
        ("overridden", |slices| slices.overridden = &[false]),
        ("waits_since", |slices| slices.waits_since = &[None]),
        ("contract.form", |slices| slices.lo[0] = &[1]),
        ("value.ratio", |slices| slices.hi[13] = &[1]),
    ];
    assert_eq!(two_rows(|_| {}).unwrap().len(), 2);
    for (column, shorten) in columns {
        let error = two_rows(shorten).unwrap_err();
        assert_eq!(error, ColumnsError::Length { column, found: 1, expected: 2 });
    }
    let error = two_rows(|slices| slices.transactional = &[Tri::No]).unwrap_err();
    let expected = "column `active` has `2` rows, expected 1 as in `transactional`";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_lower_end_above_its_upper_end_is_named() {
    let error = two_rows(|slices| slices.lo[2] = &[1, 2]).unwrap_err();
    let expected = ColumnsError::Reversed { signal: Signal::TenureDays, row: 1, lo: 2, hi: 1 };
    assert_eq!(error, expected);
    let expected = "row 1 of `tenure.days` has the lower end `2`, expected at most the upper end 1";
    assert_eq!(error.to_string(), expected);
}

/// Blocks are an inner matter: rows of the first, second and last say the same.
#[test]
fn many_equal_rows_have_equal_verdicts() {
    let context = Context::new(AsOf::new(today()), Coverage::complete());
    let one = Evidence::of(&relationship(Vec::new()), &context)
        .with_signal(Signal::DialogueExchanges, Span::new(4, 12));
    let mut evidence = EvidenceColumns::new();
    (0..1_500).for_each(|_| evidence.push(&one, &context));
    let mut verdicts = VerdictColumns::new();
    assert!(verdicts.is_empty());
    verdicts.judge(&evidence, &context);
    assert_eq!(verdicts.lo(), [10; 1_500]);
    assert_eq!(verdicts.hi(), [16; 1_500]);
    let mut explained = ExplanationColumns::new();
    explained.explain(&evidence, &context, Target::Customer);
    assert_eq!(explained.reasons().len(), 1_500);
    assert!(explained.changes_of(1_500).is_empty());
}
