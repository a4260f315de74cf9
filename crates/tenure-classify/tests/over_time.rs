//! Verdicts over time: the stable class, replays, earlier episodes, why a verdict changed.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers outside #[test] functions; what does not fit should stop the test"
)]

use chrono::{Days, NaiveDate};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tenure_classify::{
    Bin, Brief, Cause, Class, Context, Dwell, Evidence, Moved, Observation, Override, Pack, Policy,
    Reason, RuleSet, Signal, SignalRule, Source, Span, Stable, Timeline, Transition,
    TransitionKind, Verdict, brief, earlier_verdicts, evaluate, judge, replay, why_changed,
};
use tenure_model::record::{Billing, Contract, Terms};
use tenure_model::{AsOf, Book, Coverage, Event, Instant, Record, Relationship, Tri, Zone};
use tenure_testing::oracle::classify as oracle;
use tenure_testing::oracle::classify::stable::{self as slow, Evaluation};
use tenure_testing::strategies::classify::{account, ago, coverage, event, events, packs, today};

fn relationship(events: &[Event]) -> Relationship {
    let account = account().unwrap();
    let (book, _) = Book::from_events(events.to_vec());
    book.get(&account).cloned().unwrap_or_else(|| Relationship::new(account))
}

fn context(coverage: Coverage) -> Context<'static> {
    Context::new(AsOf::new(today()), coverage)
}

/// The default rules with another dwell; no evaluation is no less than one.
fn with_dwell(dwell: Dwell) -> RuleSet {
    let mut parts = RuleSet::generic().parts().clone();
    parts.thresholds.dwell = Dwell { evaluations: dwell.evaluations.max(1), ..dwell };
    parts.build().unwrap()
}

fn class() -> impl Strategy<Value = Option<Class>> {
    prop::option::of(select(Class::ALL))
}

fn dwell() -> impl Strategy<Value = Dwell> {
    let any = (0_u32..4, 0_u32..70).prop_map(|(evaluations, days)| Dwell { evaluations, days });
    prop_oneof![Just(Dwell::default()), any]
}

/// As the oracle takes it.
fn pair(dwell: Dwell) -> (usize, i64) {
    (usize::try_from(dwell.evaluations).unwrap(), i64::from(dwell.days))
}

/// Days of evaluation up to today, growing.
fn days() -> impl Strategy<Value = Vec<NaiveDate>> {
    let gap = prop_oneof![1_i64..8, 26_i64..32, 1_i64..200];
    vec(gap, 0..14).prop_map(|gaps| {
        let mut back = 0;
        let mut days: Vec<NaiveDate> = Vec::new();
        for gap in gaps {
            days.push(ago(back));
            back += gap;
        }
        days.reverse();
        days
    })
}

/// The events, more of them recorded late.
fn late_events() -> impl Strategy<Value = Vec<Event>> {
    let recorded = vec(prop::option::weighted(0.3, 0_i64..800), 1..12);
    (events(), recorded).prop_map(|(mut events, recorded)| {
        for (event, days) in events.iter_mut().zip(recorded.iter().cycle()) {
            if let Some(days) = days {
                event.recorded_at = Instant::parse(&ago(*days).to_string(), Zone::UTC).ok();
            }
        }
        events
    })
}

/// An evaluation of nothing on that day, to be changed.
fn observation(on: NaiveDate, class: Class) -> Observation {
    let mut seen = Observation::of(&evaluate(&relationship(&[]), &context(Coverage::complete())));
    (seen.on, seen.class, seen.ruled) = (on, class, false);
    seen
}

/// What the fold makes of evaluations, with the contract days among them.
fn folded(start: &Stable, evaluations: &[Evaluation], contracts: &[NaiveDate]) -> Vec<Stable> {
    let mut stable = start.clone();
    evaluations
        .iter()
        .map(|one| {
            let mut seen = observation(one.day, Class::from_name(&one.class).unwrap());
            seen.ruled = one.ruled;
            seen.contracts_changed = contracts.iter().copied().filter(|&day| day <= one.day).max();
            stable.push(seen).unwrap();
            stable.clone()
        })
        .collect()
}

fn begun(dwell: Dwell, previous: Option<Class>) -> Stable {
    previous.map_or(Stable::new(dwell), |class| Stable::with_class(dwell, class))
}

/// A sequence of evaluations: classes in runs, gaps around four weeks, rules now and then.
fn evaluations() -> impl Strategy<Value = (Vec<Evaluation>, Vec<NaiveDate>)> {
    let gap = prop_oneof![1_u64..10, 13_u64..16, 26_u64..31];
    let one = (select(Class::ALL), 1_usize..4, gap, prop::bool::weighted(0.05));
    (vec(one, 0..10), vec(0_u64..400, 0..3)).prop_map(|(rows, contracts)| {
        let first = ago(400);
        let contracts: Vec<NaiveDate> =
            contracts.into_iter().map(|after| first + Days::new(after)).collect();
        let mut day = first;
        let mut all = Vec::new();
        for (class, times, gap, ruled) in rows {
            for _ in 0..times {
                day = day + Days::new(gap);
                let (class, contract_days) = (class.name().to_owned(), contracts.clone());
                all.push(Evaluation { day, class, ruled, contract_days });
            }
        }
        (all, contracts)
    })
}

/// A transition as the oracle words it.
fn words(transition: &Transition) -> String {
    match transition.kind {
        TransitionKind::Episode { from, to, .. } => format!("episode {from} {to}"),
        TransitionKind::Stage { from, to } => format!("stage {from} {to}"),
        TransitionKind::Converted { from, to } => format!("converted {from} {to}"),
        TransitionKind::Class { from, to } => {
            format!("class {} {to}", from.map_or("none", Class::name))
        }
        _ => "?".to_owned(),
    }
}

fn signals_moved(moved: &[Moved]) -> Vec<slow::MovedPoints> {
    let signals = moved.iter().filter_map(|one| match one.source {
        Source::Signal(signal) => {
            let (from, to) = ((one.from.lo, one.from.hi), (one.to.lo, one.to.hi));
            Some((signal.name().to_owned(), from, to))
        }
        _ => None,
    });
    signals.collect()
}

/// A card of one signal worth a point each: any score can be asked for.
fn ruler() -> RuleSet {
    let mut parts = RuleSet::generic().parts().clone();
    let bins: Vec<Bin> = (0..=100).map(|points| Bin { from: i64::from(points), points }).collect();
    let signal = Signal::AdviceCount;
    let rule = SignalRule::new(signal, "all".into(), bins.into(), Reason::Advisory);
    parts.signals = vec![rule].into();
    parts.build().unwrap()
}

/// A relationship live for long, without anything that decides but the score.
fn framework() -> Contract {
    let mut contract = Contract::new("framework", ago(900), Terms::Standard, Billing::PerOrder);
    (contract.fiduciary, contract.exclusive) = (Tri::No, Tri::No);
    contract
}

proptest! {
    #[test]
    fn the_fold_is_what_looking_back_each_time_says(
        (evaluations, contracts) in evaluations(),
        dwell in dwell(),
        previous in class(),
    ) {
        let found = folded(&begun(dwell, previous), &evaluations, &contracts);
        for (place, stable) in found.iter().enumerate() {
            let so_far = &evaluations[..=place];
            let expected = slow::stable_class(so_far, pair(dwell), previous.map(Class::name));
            prop_assert_eq!(stable.class().map(Class::name), expected.as_deref(), "at {}", place);
            let stale = expected.is_some() && evaluations[place].class == "undetermined";
            prop_assert_eq!(stable.is_stale(), stale);
        }
    }

    /// A day on which the stable class is found again, while nothing is under way and no contract
    /// changed, is a day on which nothing happened.
    #[test]
    fn confirming_the_stable_class_changes_nothing(
        (evaluations, contracts) in evaluations(),
        dwell in dwell(),
        place in any::<Index>(),
        after in 1_u64..9,
    ) {
        let whole = folded(&Stable::new(dwell), &evaluations, &contracts);
        if whole.is_empty() {
            return Ok(());
        }
        let place = place.index(whole.len());
        let day = evaluations[place].day + Days::new(after);
        let room = evaluations.get(place + 1).is_none_or(|next| day < next.day);
        let quiet = !contracts.iter().any(|&one| one > evaluations[place].day && one <= day);
        if let Some(class) = whole[place].class()
            && room && quiet && whole[place].challenger().is_none()
        {
            let (class, ruled) = (class.name().to_owned(), false);
            let mut more = evaluations.clone();
            let contract_days = contracts.clone();
            more.insert(place + 1, Evaluation { day, class, ruled, contract_days });
            let mut found = folded(&Stable::new(dwell), &more, &contracts);
            let confirmed = found.remove(place + 1);
            prop_assert!(!confirmed.is_stale());
            for (with, without) in found.iter().zip(&whole) {
                prop_assert_eq!(with.class(), without.class());
                prop_assert_eq!(with.since(), without.since());
                prop_assert_eq!(with.challenger(), without.challenger());
                prop_assert_eq!(with.is_stale(), without.is_stale());
            }
        }
    }

    #[test]
    fn a_day_that_does_not_follow_is_refused_and_changes_nothing(
        (evaluations, contracts) in evaluations(),
        dwell in dwell(),
        back in 0_u64..400,
        class in select(Class::ALL),
    ) {
        let found = folded(&Stable::new(dwell), &evaluations, &contracts);
        if let (Some(before), Some(last)) = (found.last(), evaluations.last()) {
            let mut after = before.clone();
            let day = last.day - Days::new(back);
            let error = after.push(observation(day, class)).unwrap_err();
            prop_assert_eq!((error.found(), error.last()), (day, last.day));
            prop_assert_eq!(&after, before);
        }
    }

    #[test]
    fn a_replay_is_what_the_specification_says(
        events in late_events(),
        coverage in coverage(),
        days in days(),
        dwell in dwell(),
        previous in class(),
        lean in any::<bool>(),
        known_after in prop_oneof![Just(0_i64), -200_i64..60],
    ) {
        let relationship = relationship(&events);
        let known_at = ago(-known_after);
        let mut asked = context(coverage);
        asked.as_of = AsOf::new(today()).known_at(known_at);
        asked.previous_class = previous;
        asked.policy = if lean { Policy::Lean } else { Policy::Strict };
        let rules = with_dwell(dwell);
        asked.rules = &rules;
        let found = replay(&relationship, &asked, days.iter().copied()).unwrap();
        let question = oracle::Question {
            relationship: &relationship,
            rules: RuleSet::generic().parts(),
            as_of: today(),
            known_at,
            coverage,
            previous: previous.map(Class::name),
            lean,
            packs: &[],
            industry: None,
            portfolio: None,
        };
        let expected = slow::replay(question, &days, pair(dwell));
        prop_assert_eq!(found.moments.len(), expected.len());
        for ((moment, told), day) in found.moments.iter().zip(&expected).zip(&days) {
            prop_assert_eq!(moment.on, *day);
            prop_assert_eq!(moment.found.class.name(), &told.answer.class);
            prop_assert_eq!(moment.found.stage.name(), told.answer.stage);
            prop_assert_eq!(moment.stable.map(Class::name), told.stable.as_deref());
            let changes = found.transitions.iter().filter(|one| one.on == *day);
            let changes: Vec<_> =
                changes.map(|one| (words(one), signals_moved(&one.moved))).collect();
            prop_assert_eq!(&changes, &told.changes);
        }
    }

    /// A service that keeps the state and evaluates once in a while, and one that replays all.
    #[test]
    fn a_replay_is_its_evaluations_one_by_one(
        events in late_events(),
        coverage in coverage(),
        days in days(),
        dwell in dwell(),
        previous in class(),
        place in any::<Index>(),
    ) {
        let relationship = relationship(&events);
        let mut asked = context(coverage);
        asked.previous_class = previous;
        let rules = with_dwell(dwell);
        asked.rules = &rules;
        let whole = replay(&relationship, &asked, days.iter().copied()).unwrap();

        let early = place.index(days.len() + 1);
        let Timeline { mut stable, mut transitions, .. } =
            replay(&relationship, &asked, days[..early].iter().copied()).unwrap();
        for (&day, moment) in days[early..].iter().zip(&whole.moments[early..]) {
            let mut on_day = asked;
            on_day.as_of = AsOf::new(day);
            let (verdict, changes) = stable.evaluate(&relationship, &on_day).unwrap();
            prop_assert_eq!(&in_brief(&verdict), &gist(&moment.found));
            prop_assert_eq!((stable.class(), stable.is_stale()), (moment.stable, moment.stale));
            transitions.extend(changes);
        }
        prop_assert_eq!(transitions, whole.transitions);
        prop_assert_eq!(stable, whole.stable);
    }

    /// What does not change is not taken for something else by being asked about again.
    #[test]
    fn l12_an_unchanged_history_is_quiet(
        events in events(),
        coverage in coverage(),
        row in vec((0_i64..14, 0_i64..4), Signal::ALL.len()),
        from_history in any::<bool>(),
        previous in class(),
        gaps in vec(1_u64..70, 2..14),
    ) {
        let mut asked = context(coverage);
        let mut evidence = Evidence::of(&relationship(&events), &asked);
        if !from_history {
            for (&signal, (lo, more)) in Signal::ALL.iter().zip(row) {
                evidence = evidence.with_signal(signal, Span::new(lo, lo + more / 3));
            }
        }
        let mut stable = begun(Dwell::default(), previous);
        let mut changes = Vec::new();
        let mut day = today();
        for gap in gaps {
            asked.previous_class = stable.class();
            let mut seen = Observation::of(&judge(&evidence, &asked));
            seen.on = day;
            changes.extend(stable.push(seen).unwrap());
            day = day + Days::new(gap);
        }
        // From a class that was handed in, or from none, at most one change leads to rest.
        prop_assert!(changes.len() <= 1, "{:?}", changes);
    }

    #[test]
    fn l12_a_score_about_one_threshold_changes_the_class_once_at_most(
        client in any::<bool>(),
        below in 0_i64..20,
        above in 0_i64..20,
        sides in vec(any::<bool>(), 2..30),
        gaps in vec(1_u64..70, 30),
    ) {
        // Within the gap: from the exit threshold of clients, or up to that of customers.
        let (threshold, gap) = if client { (55, 10) } else { (35, 7) };
        let below = below % gap + 1;
        let above = above % (gap - below + 1);
        if below + above >= gap {
            return Ok(());
        }
        let rules = ruler();
        let mut asked = context(Coverage::complete());
        asked.rules = &rules;
        let relationship = relationship(&[event(Record::Contract(framework())).unwrap()]);
        let evidence = Evidence::of(&relationship, &asked);
        let mut stable = Stable::new(Dwell::default());
        let mut changes = Vec::new();
        let mut day = today();
        for (high, gap) in sides.into_iter().zip(gaps) {
            let score = if high { threshold + above } else { threshold - below };
            asked.previous_class = stable.class();
            let one = evidence.with_signal(Signal::AdviceCount, Span::exactly(score));
            let verdict = judge(&one, &asked);
            prop_assert_eq!(i64::from(verdict.score.lo), score);
            let mut seen = Observation::of(&verdict);
            seen.on = day;
            changes.extend(stable.push(seen).unwrap());
            day = day + Days::new(gap);
        }
        // The first is the adoption of the first class.
        prop_assert!(changes.len() <= 2, "{:?}", changes);
    }

    #[test]
    fn each_earlier_episode_has_the_verdict_of_its_close(
        events in late_events(),
        coverage in coverage(),
        previous in class(),
        known_after in prop_oneof![Just(0_i64), -200_i64..60],
    ) {
        let relationship = relationship(&events);
        let known_at = ago(-known_after);
        let mut asked = context(coverage);
        asked.as_of = AsOf::new(today()).known_at(known_at);
        asked.previous_class = previous;
        let found = earlier_verdicts(&relationship, &asked);
        let question = oracle::Question {
            relationship: &relationship,
            rules: RuleSet::generic().parts(),
            as_of: today(),
            known_at,
            coverage,
            previous: None,
            lean: false,
            packs: &[],
            industry: None,
            portfolio: None,
        };
        let closes = slow::closes(question);
        prop_assert_eq!(found.iter().map(|one| one.as_of).collect::<Vec<_>>(), closes);
        let now = evaluate(&relationship, &asked).episode;
        prop_assert_eq!(now.number.saturating_sub(1), u32::try_from(found.len()).unwrap());
        prop_assert_eq!(now.previous_close, found.last().map(|one| one.as_of));
        for verdict in found {
            let told = oracle::verdict(oracle::Question { as_of: verdict.as_of, ..question });
            prop_assert_eq!(verdict.class.name(), told.class);
            prop_assert_eq!(verdict.stage.name(), told.stage);
            prop_assert_eq!((verdict.score.lo.into(), verdict.score.hi.into()), told.score);
            prop_assert_eq!(verdict.known_at, known_at);
        }
    }

    #[test]
    fn why_changed_goes_from_one_verdict_to_the_other_by_its_causes(
        events in late_events(),
        (covered, covered_after) in (coverage(), coverage()),
        same_coverage in any::<bool>(),
        (previous, previous_after) in (class(), class()),
        (lean, lean_after) in (any::<bool>(), any::<bool>()),
        packs in packs(),
        (days, forth) in (0_i64..500, 0_i64..500),
        (known, known_forth) in (-100_i64..300, 0_i64..300),
    ) {
        let relationship = relationship(&events);
        let policy = |lean| if lean { Policy::Lean } else { Policy::Strict };
        let (first, second) = (ago(days), ago(days - forth));
        let (first_known, second_known) = (ago(days - known), ago(days - known - known_forth));
        let mut before = context(covered);
        before.as_of = AsOf::new(first).known_at(first_known);
        (before.previous_class, before.policy) = (previous, policy(lean));
        let mut after = before;
        after.as_of = AsOf::new(second).known_at(second_known);
        after.coverage = if same_coverage { covered } else { covered_after };
        (after.previous_class, after.policy) = (previous_after, policy(lean_after));
        after.packs = &packs;
        let told = why_changed(&relationship, &before, &after).unwrap();

        // It telescopes: from the first verdict, step by step, to the second.
        prop_assert_eq!(gist(&told.from), in_brief(&evaluate(&relationship, &before)));
        prop_assert_eq!(gist(&told.to), in_brief(&evaluate(&relationship, &after)));
        let mut reached = &told.from;
        let mut sum = (i64::from(told.from.score.lo), i64::from(told.from.score.hi));
        for step in &told.steps {
            prop_assert_eq!(&step.from, reached);
            for one in &step.moved {
                prop_assert!(one.from != one.to);
                sum = (sum.0 + one.to.lo - one.from.lo, sum.1 + one.to.hi - one.from.hi);
            }
            let score = (i64::from(step.to.score.lo), i64::from(step.to.score.hi));
            prop_assert_eq!(sum, score, "{}", step.cause);
            prop_assert!(step.from != step.to || !step.moved.is_empty());
            reached = &step.to;
        }
        prop_assert_eq!(reached, &told.to);
        prop_assert!(told.steps.is_sorted_by(|one, next| one.cause < next.cause));

        // Each cause as the specification has it, by the oracle on histories cut by hand.
        let old = cut(&events, first);
        let names: Vec<&str> = packs.iter().map(Pack::id).collect();
        let mut question = oracle::Question {
            relationship: &relationship,
            rules: RuleSet::generic().parts(),
            as_of: first,
            known_at: first_known,
            coverage: covered,
            previous: previous.map(Class::name),
            lean,
            packs: &[],
            industry: None,
            portfolio: None,
        };
        let mut answers = vec![oracle::verdict(question)];
        for cause in Cause::ALL {
            match cause {
                Cause::LateFacts => question.known_at = second_known,
                Cause::Time => (question.relationship, question.as_of) = (&old, second),
                Cause::NewFacts => question.relationship = &relationship,
                Cause::Coverage => question.coverage = after.coverage,
                Cause::Policy => question.lean = lean_after,
                Cause::PreviousClass => question.previous = previous_after.map(Class::name),
                Cause::Packs => question.packs = &names,
                _ => {}
            }
            let answer = oracle::verdict(question);
            let step = told.steps.iter().find(|step| step.cause == *cause);
            let last = answers.last().unwrap();
            match step {
                Some(step) => {
                    prop_assert_eq!(gist_of_answer(&answer), gist(&step.to), "{}", cause);
                    let moved = signals_moved(&step.moved);
                    for (place, rule) in RuleSet::generic().parts().signals.iter().enumerate() {
                        let found = moved.iter().find(|one| one.0 == rule.signal.name());
                        let (from, to) = (last.points()[place], answer.points()[place]);
                        let expected = (from != to).then_some((rule.signal.name().to_owned(), from, to));
                        prop_assert_eq!(found.cloned(), expected);
                    }
                }
                // Nothing to tell: nothing that is told changed.
                None => {
                    prop_assert_eq!(gist_of_answer(last), gist_of_answer(&answer), "{}", cause);
                    prop_assert_eq!(last.points(), answer.points(), "{}", cause);
                }
            }
            answers.push(answer);
        }
    }

    #[test]
    fn one_question_asked_twice_has_no_difference(
        events in late_events(),
        coverage in coverage(),
        previous in class(),
    ) {
        let mut asked = context(coverage);
        asked.previous_class = previous;
        let told = why_changed(&relationship(&events), &asked, &asked).unwrap();
        prop_assert_eq!(told.steps, []);
        prop_assert_eq!(told.from, told.to);
    }

    /// The digest is that of the evidence: of all of it, and of nothing else.
    #[test]
    fn equal_digests_are_equal_evidence(
        events in events(),
        coverage in coverage(),
        place in any::<Index>(),
        later in 0_i64..3,
    ) {
        let asked = context(coverage);
        let one = Evidence::of(&relationship(&events), &asked);
        let mut fewer = events.clone();
        fewer.reverse();
        let same = Evidence::of(&relationship(&fewer), &asked);
        prop_assert_eq!(same.digest(), one.digest());
        if !fewer.is_empty() {
            fewer.remove(place.index(events.len()));
        }
        let mut on = asked;
        on.as_of = AsOf::new(ago(-later)).known_at(today());
        let other = Evidence::of(&relationship(&fewer), &on);
        prop_assert_eq!(one == other, one.digest() == other.digest());
        let verdict = evaluate(&relationship(&events), &asked);
        prop_assert_eq!(verdict.evidence_digest, one.digest());
    }

    #[test]
    fn an_override_stands_beside_the_verdict(
        events in events(),
        coverage in coverage(),
        decided in select(Class::ALL),
        (from, length) in (-40_i64..60, prop::option::of(0_u64..60)),
    ) {
        let relationship = relationship(&events);
        let mut asked = context(coverage);
        let computed = evaluate(&relationship, &asked);
        let until = length.map(|days| ago(from) + Days::new(days));
        let word = Override::new(decided, "j.doe", "met them", ago(from), until).unwrap();
        let words = [word.clone()];
        asked.overrides = &words;
        let found = evaluate(&relationship, &asked);
        let holds = ago(from) <= today() && until.is_none_or(|last| last >= today());
        let mut expected = computed;
        if holds {
            expected.human_override = Some(word);
            expected.reasons.push(Reason::HumanOverride);
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn the_verdict_in_brief_is_the_verdict(
        events in events(),
        coverage in coverage(),
        previous in class(),
    ) {
        let mut asked = context(coverage);
        asked.previous_class = previous;
        let evidence = Evidence::of(&relationship(&events), &asked);
        let (short, whole) = (brief(&evidence, &asked), judge(&evidence, &asked));
        prop_assert_eq!(short.shown_reasons(), whole.shown_reasons());
        prop_assert_eq!(gist(&short), in_brief(&whole));
        prop_assert_eq!(
            (short.hard_rule, short.thresholds, short.coverage, short.robust, short.term),
            (whole.hard_rule, whole.thresholds, whole.coverage, whole.robust, whole.term)
        );
    }
}

fn gist(found: &Brief) -> String {
    let Brief { class, stage, score, possible, reasons, transactional, margin, .. } = found;
    format!(
        "{class} {stage} {} {} {possible} {transactional:?} {reasons:?} {margin}",
        score.lo, score.hi
    )
}

fn in_brief(verdict: &Verdict) -> String {
    let Verdict { class, stage, score, possible, reasons, transactional, margin, .. } = verdict;
    format!(
        "{class} {stage} {} {} {possible} {transactional:?} {reasons:?} {margin}",
        score.lo, score.hi
    )
}

fn gist_of_answer(answer: &oracle::Answer) -> String {
    let reasons: Vec<Reason> = answer
        .reasons
        .iter()
        .map(|name| *Reason::ALL.iter().find(|reason| reason.name() == name).unwrap())
        .collect();
    let possible: Vec<&str> = answer.possible.iter().map(String::as_str).collect();
    let transactional = match answer.transactional {
        "Yes" => Tri::Yes,
        "No" => Tri::No,
        _ => Tri::Unknown,
    };
    let (lo, hi) = answer.score;
    let (class, stage, margin) = (&answer.class, answer.stage, answer.margin);
    let possible = possible.join(", ");
    format!("{class} {stage} {lo} {hi} {possible} {transactional:?} {reasons:?} {margin}")
}

/// The events as they stood on that day: what is dated later is not there.
fn cut(events: &[Event], day: NaiveDate) -> Relationship {
    let mut kept = Vec::new();
    for mut event in events.iter().cloned() {
        let there = match &mut event.record {
            Record::Contract(one) => {
                one.start <= day && one.signed.is_none_or(|signed| signed <= day)
            }
            Record::Deliverable(one) => {
                one.done = one.done.filter(|&done| done <= day);
                true
            }
            Record::Goal(one) => {
                one.reviews.retain(|&review| review <= day);
                one.set <= day
            }
            record => record.effective(Zone::UTC).is_some_and(|effective| effective <= day),
        };
        if there {
            kept.push(event);
        }
    }
    relationship(&kept)
}
