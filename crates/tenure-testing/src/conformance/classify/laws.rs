//! The laws, each checked over every case: how often it is broken.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use tenure_classify::{
    Change, Class, Dwell, Evidence, Observation, Reason, RuleSet, Score, Signal, SignalRule,
    Source, Span, Stable, Stage, Target, Verdict, counterfactual, evaluate, judge,
};
use tenure_model::record::{
    AccountKind, Assignment, Billing, Contract, Deliverable, Direction, Goal, Initiator,
    Interaction, Purchase, Referral, Terms,
};
use tenure_model::{Completeness, Currency, Money, Record, RecordId, Table, Tri, anniversary};

use super::Checked;
use super::case::{Case, TABLES};

/// How often the law of this row is broken over the cases.
pub(super) fn check(row: &Value, cases: &[Case]) -> Result<Checked, String> {
    let law: Law = match row.get("id").and_then(Value::as_str).unwrap_or_default() {
        "L1" => order_invariance,
        "L2" => no_look_ahead,
        "L3" => unknown_safety,
        "L4" => information_monotonicity,
        "L5" => signal_monotonicity,
        "L6" => episode_monotonicity,
        "L7" => idempotent_ingest,
        "L8" => irrelevance,
        "L9" => explanation_completeness,
        "L10" => counterfactual_validity,
        "L11" => determinism,
        "L12" => hysteresis,
        "L13" => frequency_alone,
        "L14" => click_through,
        other => return Err(format!("unknown law `{other}`")),
    };
    let mut violations = 0_usize;
    let mut told = Vec::new();
    for case in cases {
        let found = law(case)?;
        if found > 0 {
            told.push(format!("{} in {}", found, case.id));
        }
        violations = violations.saturating_add(found);
    }
    Ok(Checked { found: json!({"violations": violations}), told: told.join(", ") })
}

type Law = fn(&Case) -> Result<usize, String>;

/// What the laws compare: class, stage, score interval, possible set and reasons.
fn gist(verdict: &Verdict) -> String {
    let Verdict { class, stage, score, possible, reasons, .. } = verdict;
    format!("{class} {stage} {score:?} {possible} {reasons:?}")
}

fn changed(case: &Case, other: &Case) -> Result<usize, String> {
    Ok(usize::from(gist(&case.verdict()?) != gist(&other.verdict()?)))
}

/// A fixed shuffle: a linear congruential generator (Knuth, MMIX) draws the places.
fn shuffled<T>(items: &mut [T], seed: u64) {
    let mut state = seed;
    for last in (1..items.len()).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bound = u64::try_from(last).unwrap_or(u64::MAX).saturating_add(1);
        let drawn = (state >> 33).checked_rem(bound).unwrap_or(0);
        items.swap(last, usize::try_from(drawn).unwrap_or(0));
    }
}

fn order_invariance(case: &Case) -> Result<usize, String> {
    let mut violations = 0_usize;
    for seed in 1..=20 {
        let mut other = case.clone();
        shuffled(&mut other.records, seed);
        violations = violations.saturating_add(changed(case, &other)?);
    }
    Ok(violations)
}

fn no_look_ahead(case: &Case) -> Result<usize, String> {
    let day = case.as_of;
    let mut other = case.mapped(|record| {
        if let Record::Goal(goal) = record {
            goal.reviews.retain(|&review| review <= day);
        }
    });
    other.records.retain(|record| match record {
        Record::Contract(one) => one.start <= day && one.signed.is_none_or(|signed| signed <= day),
        _ => record.effective(tenure_model::Zone::UTC).is_none_or(|effective| effective <= day),
    });
    changed(case, &other)
}

/// The case without the tables whose bit is set.
pub(super) fn without(case: &Case, bits: u32) -> Case {
    let mut other = case.clone();
    for (place, table) in (0_u32..).zip(TABLES) {
        if bits & 1_u32.wrapping_shl(place) != 0 {
            other.coverage = other.coverage.with(table, Completeness::Absent);
            other.records.retain(|record| record.table() != table);
        }
    }
    other
}

fn unknown_safety(case: &Case) -> Result<usize, String> {
    let full = case.verdict()?.class;
    let mut violations = 0_usize;
    for bits in 1..128 {
        let flipped = matches!(
            (full, without(case, bits).verdict()?.class),
            (Class::Client, Class::Customer) | (Class::Customer, Class::Client)
        );
        violations = violations.saturating_add(usize::from(flipped));
    }
    Ok(violations)
}

fn information_monotonicity(case: &Case) -> Result<usize, String> {
    let full = case.verdict()?;
    let mut violations = 0_usize;
    for bits in 1..128 {
        let reduced = without(case, bits).verdict()?;
        let same_anchor = reduced.episode.anchor == full.episode.anchor;
        let broken = same_anchor && !reduced.score.contains(full.score);
        violations = violations.saturating_add(usize::from(broken));
    }
    Ok(violations)
}

/// How far a class is on the client side.
const fn rank(class: Class) -> u8 {
    match class {
        Class::Customer => 0,
        Class::Undetermined | Class::Hybrid => 1,
        Class::Client => 2,
    }
}

fn signal_monotonicity(case: &Case) -> Result<usize, String> {
    let (evidence, context) = (case.evidence()?, case.context());
    let before = judge(&evidence, &context);
    let mut violations = 0_usize;
    for rule in RuleSet::generic().parts().signals.iter() {
        let value = evidence.signals().get(rule.signal);
        let above = |value: i64| {
            rule.bins.iter().map(|bin| bin.from).find(|&from| from > value).unwrap_or(value)
        };
        let raised = Span::new(above(value.lo()), above(value.hi()));
        let after = judge(&evidence.with_signal(rule.signal, raised), &context);
        let broken = after.score.lo < before.score.lo
            || after.score.hi < before.score.hi
            || (before.class == Class::Client && rank(after.class) < rank(before.class));
        violations = violations.saturating_add(usize::from(broken));
    }
    Ok(violations)
}

/// One record of each kind of client evidence, of that day.
fn client_evidence(day: NaiveDate) -> Vec<Record> {
    let mut deliverable = Deliverable::new("custom work");
    deliverable.done = Some(day);
    deliverable.due = Some(day);
    deliverable.customised = Tri::Yes;
    let mut meeting =
        Interaction::new(day, "meeting", "meeting", Direction::Mutual, Initiator::Provider);
    meeting.personal = true;
    let mut contract = Contract::new("retainer", day, Terms::Negotiated, Billing::Monthly);
    contract.signed = Some(day);
    vec![
        Record::Goal(Goal::new(day, "grow")),
        Record::Deliverable(deliverable),
        Record::Interaction(meeting),
        Record::Contract(contract),
        Record::Assignment(Assignment::new(day, "account manager")),
        Record::Referral(Referral::new(day)),
    ]
}

fn episode_monotonicity(case: &Case) -> Result<usize, String> {
    let before = case.verdict()?;
    if matches!(before.stage, Stage::Prospect | Stage::Unknown | Stage::Dormant | Stage::Former) {
        return Ok(0);
    }
    let day = case.as_of.checked_sub_days(Days::new(10)).ok_or("no day ten days before")?;
    let mut violations = 0_usize;
    for record in client_evidence(day) {
        let mut other = case.clone();
        other.records.push(record);
        let after = other.verdict()?.score;
        let broken = after.lo < before.score.lo || after.hi < before.score.hi;
        violations = violations.saturating_add(usize::from(broken));
    }
    Ok(violations)
}

fn idempotent_ingest(case: &Case) -> Result<usize, String> {
    let mut events = case.events()?;
    let mut next: BTreeMap<Table, usize> = BTreeMap::new();
    for event in &mut events {
        let place = next.entry(event.record.table()).or_default();
        let id = format!("{}#{place}", event.record.table());
        event.id = Some(RecordId::new(&id).map_err(|error| error.to_string())?);
        *place = place.saturating_add(1);
    }
    let once = evaluate(&case.relationship(events.clone())?, &case.context());
    events.extend(events.clone());
    let twice = evaluate(&case.relationship(events)?, &case.context());
    let plain = case.verdict()?;
    Ok(usize::from(once != twice).saturating_add(usize::from(once != plain)))
}

fn scaled(money: Money, factor: i64) -> Result<Money, String> {
    let amount = money.amount().checked_mul(factor.into()).ok_or("an amount is too large")?;
    Money::new(amount, money.currency()).map_err(|error| error.to_string())
}

/// The case with every amount changed.
fn with_money(
    case: &Case,
    change: impl Fn(Money) -> Result<Money, String>,
) -> Result<Case, String> {
    let mut other = case.clone();
    for record in &mut other.records {
        match record {
            Record::Contract(contract) => {
                contract.annual_value = contract.annual_value.map(&change).transpose()?;
            }
            Record::Purchase(old) => {
                let mut new = Purchase::new(old.date, change(old.amount())?)
                    .map_err(|error| error.to_string())?;
                new.item.clone_from(&old.item);
                (new.customised, new.promotional) = (old.customised, old.promotional);
                new.reverses.clone_from(&old.reverses);
                *old = new;
            }
            _ => {}
        }
    }
    Ok(other)
}

fn irrelevance(case: &Case) -> Result<usize, String> {
    let larger = with_money(case, |money| scaled(money, 1_000))?;
    let swapped = case.mapped(|record| {
        if let Record::Account(profile) = record {
            profile.kind = match profile.kind {
                Some(AccountKind::Person) => Some(AccountKind::Organisation),
                _ => Some(AccountKind::Person),
            };
        }
    });
    // Each code becomes one other, so that different currencies stay different.
    let renamed = with_money(case, |money| {
        let other = match money.currency().code() {
            "USD" => "EUR",
            "EUR" => "GBP",
            "GBP" => "USD",
            code => code,
        };
        let other = Currency::new(other).map_err(|error| error.to_string())?;
        Money::new(money.amount(), other).map_err(|error| error.to_string())
    })?;
    [larger, swapped, renamed]
        .iter()
        .try_fold(0_usize, |violations, other| Ok(violations.saturating_add(changed(case, other)?)))
}

fn explanation_completeness(case: &Case) -> Result<usize, String> {
    let verdict = case.verdict()?;
    let sum = |end: fn(&tenure_classify::Contribution) -> i64| {
        verdict.contributions.iter().fold(0_i64, |sum, one| sum.saturating_add(end(one)))
    };
    let exact = sum(|one| one.lo) == i64::from(verdict.score.lo)
        && sum(|one| one.hi) == i64::from(verdict.score.hi);
    let signals = verdict.contributions.iter().filter(|one| one.source != Source::Cap).count();
    let whole = signals == RuleSet::generic().parts().signals.len();
    let ruled = verdict.possible.contains(Class::Undetermined)
        || verdict.reasons.contains(&Reason::FiduciaryDuty);
    let named = !ruled || verdict.hard_rule.is_some();
    Ok(usize::from(!(exact && whole && named)))
}

fn counterfactual_validity(case: &Case) -> Result<usize, String> {
    let (evidence, context) = (case.evidence()?, case.context());
    let arrived = |changes: &[Change], target: Target| {
        let changed = changes.iter().fold(evidence.clone(), |all, one| one.apply(&all));
        let verdict = judge(&changed, &context);
        match target {
            Target::ClientSide => {
                let ruled = verdict.reasons.contains(&Reason::FiduciaryDuty);
                ruled || verdict.score.lo >= verdict.thresholds.client
            }
            _ => verdict.possible.only() == Some(Class::Customer),
        }
    };
    let mut violations = 0_usize;
    for target in [Target::ClientSide, Target::Customer] {
        // Where there is no way, there is nothing to apply.
        let Ok(changes) = counterfactual(&evidence, &context, target) else { continue };
        violations = violations.saturating_add(usize::from(!arrived(&changes, target)));
        for place in 0..changes.len() {
            let mut fewer = changes.clone();
            fewer.remove(place);
            violations = violations.saturating_add(usize::from(arrived(&fewer, target)));
        }
    }
    Ok(violations)
}

fn determinism(case: &Case) -> Result<usize, String> {
    let one = format!("{:?}", case.verdict()?);
    let there = case.clone();
    let other = std::thread::spawn(move || there.verdict().map(|verdict| format!("{verdict:?}")))
        .join()
        .map_err(|_| "a thread panicked")??;
    Ok(usize::from(one != other))
}

/// The months of a constant history, and of an oscillating one.
const MONTHS: u32 = 24;

/// What is found month after month of two states of a case, after each stable class.
struct Swing<'c> {
    case: &'c Case,
    low: Evidence,
    high: Evidence,
    /// The state, the class before, and what was found: asked once.
    found: Vec<(bool, Option<Class>, Observation)>,
}

impl<'c> Swing<'c> {
    const fn new(case: &'c Case, low: Evidence, high: Evidence) -> Self {
        Self { case, low, high, found: Vec::new() }
    }

    fn seen(&mut self, is_high: bool, before: Option<Class>) -> Observation {
        let known = self.found.iter().find(|one| one.0 == is_high && one.1 == before);
        if let Some((_, _, seen)) = known {
            return seen.clone();
        }
        let mut context = self.case.context();
        context.previous_class = before;
        let evidence = if is_high { &self.high } else { &self.low };
        let seen = Observation::of(&judge(evidence, &context));
        self.found.push((is_high, before, seen.clone()));
        seen
    }

    /// How often the stable class changed after it was first adopted, evaluated once a month.
    fn changes(&mut self, is_high: impl Fn(u32) -> bool) -> Result<usize, String> {
        let mut stable = Stable::new(Dwell::default());
        let mut changes = 0_usize;
        for month in 0..MONTHS {
            let before = stable.class();
            let mut seen = self.seen(is_high(month), before);
            seen.on = anniversary(self.case.as_of, month).ok_or("no such month")?;
            stable.push(seen).map_err(|error| error.to_string())?;
            let changed = before.is_some() && before != stable.class();
            changes = changes.saturating_add(usize::from(changed));
        }
        Ok(changes)
    }
}

/// Whether the score interval moves across one threshold, by less than it takes to leave a class.
fn crosses_within_the_gap(low: Score, high: Score) -> bool {
    let set = RuleSet::generic().parts().thresholds;
    let crosses = |threshold: u32| low.hi < threshold && high.lo >= threshold;
    let client = crosses(set.client) && low.lo >= set.exit_client && low.lo >= set.customer;
    let customer = crosses(set.customer) && high.hi < set.exit_customer && high.hi < set.client;
    client || customer
}

fn hysteresis(case: &Case) -> Result<usize, String> {
    let evidence = case.evidence()?;
    let mut violations = Swing::new(case, evidence.clone(), evidence.clone()).changes(|_| false)?;
    // Every step of one signal, and of two at once, by which the score goes across.
    let rules = RuleSet::generic();
    let bounds = |rule: &SignalRule| rule.bins.iter().map(|bin| bin.from).collect::<Vec<_>>();
    let steps: Vec<(Signal, i64, i64)> = rules
        .parts()
        .signals
        .iter()
        .flat_map(|rule| {
            let (from, to) = (bounds(rule), bounds(rule).into_iter().skip(1));
            from.into_iter().zip(to).map(|(low, high)| (rule.signal, low, high))
        })
        .collect();
    for (place, &(one, one_low, one_high)) in steps.iter().enumerate() {
        for &(other, low, high) in steps.iter().skip(place) {
            let with = |first, second| {
                let changed = evidence.with_signal(one, Span::exactly(first));
                changed.with_signal(other, Span::exactly(second))
            };
            let (low, high) = (with(one_low, low), with(one_high, high));
            let score = |one: &Evidence| Score::of(&one.signals(), rules);
            if !crosses_within_the_gap(score(&low), score(&high)) {
                continue;
            }
            let mut swing = Swing::new(case, low, high);
            // To the other side every month, every second, every third: the last two are long
            // enough to adopt a class.
            for stretch in 1..=3 {
                for first in [false, true] {
                    let month_is_high = |month: u32| (month.div_euclid(stretch) & 1 == 1) != first;
                    let changes = swing.changes(month_is_high)?;
                    violations = violations.saturating_add(changes.saturating_sub(1));
                }
            }
        }
    }
    Ok(violations)
}

fn frequency_alone(case: &Case) -> Result<usize, String> {
    let class = match case.expected_class {
        Some(class) => class,
        None => case.verdict()?.class,
    };
    if class != Class::Customer || case.experts_may_differ {
        return Ok(0);
    }
    let mut violations = 0_usize;
    for (factor, spread) in [(2, true), (5, true), (10, true), (2, false), (5, false), (10, false)]
    {
        let mut other = case.clone();
        for record in &case.records {
            let Record::Purchase(line) = record else { continue };
            if line.customised != Tri::No || line.minor().units() <= 0 {
                continue;
            }
            for copy in 1..factor {
                let mut again = line.clone();
                if spread {
                    let day = again.date.checked_sub_days(Days::new(copy));
                    again.date = day.ok_or("no earlier day")?;
                }
                other.records.push(Record::Purchase(again));
            }
        }
        let lifted = matches!(other.verdict()?.class, Class::Client | Class::Hybrid);
        violations = violations.saturating_add(usize::from(lifted));
    }
    Ok(violations)
}

fn click_through(case: &Case) -> Result<usize, String> {
    let before = case.verdict()?.score;
    let start = NaiveDate::from_ymd_opt(2019, 1, 1).ok_or("no such day")?;
    let mut terms = Contract::new("terms_of_service", start, Terms::Standard, Billing::Monthly);
    terms.signed = Some(start);
    let mut other = case.clone();
    other.records.push(Record::Contract(terms));
    let after = other.verdict()?.score;
    Ok(usize::from(after.lo > before.lo || after.hi > before.hi))
}
