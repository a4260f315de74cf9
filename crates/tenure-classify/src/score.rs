//! Points: the score as an interval, and which classes it leaves open.

use tenure_model::Tri;

use crate::class::{Class, ClassSet};
use crate::context::{Context, Policy};
use crate::evidence::{Evidence, Facts, Reading};
use crate::rules::{Condition, MAX_SCORE, RuleSet, Sides, Thresholds};
use crate::signal::{Signal, Signals, Span};

/// The relational score, 0 to 100: what it is at least, and at most.
///
/// ```
/// use tenure_classify::{RuleSet, Score, Signal, Signals, Span};
/// let mut row = Signals::default();
/// row.set(Signal::GoalTracked, Span::exactly(1));
/// row.set(Signal::Exclusive, Span::new(0, 1));
/// let score = Score::of(&row, RuleSet::generic());
/// assert_eq!((score.lo, score.hi), (8, 10));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Score {
    /// From what was observed alone.
    pub lo: u32,
    /// If everything that is missing spoke for a client.
    pub hi: u32,
}

impl Score {
    /// The score of a row of signals. Allocates nothing.
    #[must_use]
    pub fn of(signals: &Signals, rules: &RuleSet) -> Self {
        let (mut lo, mut hi) = (0_u32, 0_u32);
        for rule in rules.parts().signals.iter() {
            let value = signals.get(rule.signal);
            lo = lo.saturating_add(rule.points(value.lo()));
            hi = hi.saturating_add(rule.points(value.hi()));
        }
        Self { lo: lo.min(MAX_SCORE), hi: hi.min(MAX_SCORE) }
    }

    /// Whether every score of the other lies in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.lo <= other.lo && other.hi <= self.hi
    }

    /// The least distance of an end to a threshold; 0 if one lies between.
    pub(crate) fn margin(self, sides: Sides) -> u32 {
        let distance = |threshold: u32| {
            if self.lo <= threshold && threshold <= self.hi {
                0
            } else {
                self.lo.abs_diff(threshold).min(self.hi.abs_diff(threshold))
            }
        };
        distance(sides.client).min(distance(sides.customer))
    }
}

/// What adds to the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Source {
    /// A signal.
    Signal(Signal),
    /// What lies above the highest score, taken off again.
    Cap,
}

/// What one source adds to each end of the score; over all contributions the `lo` sum to the
/// score's `lo`, the `hi` to its `hi`, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Contribution {
    /// What adds.
    pub source: Source,
    /// The value of the signal, its upper end cut at the top bin; `None` for the cap.
    pub value: Option<Span>,
    /// Points to the lower end of the score.
    pub lo: i64,
    /// Points to the upper end of the score.
    pub hi: i64,
}

pub(crate) fn contributions(signals: &Signals, rules: &RuleSet) -> Vec<Contribution> {
    let signal_rules = &rules.parts().signals;
    let mut contributions = Vec::with_capacity(signal_rules.len().saturating_add(1));
    let (mut lo, mut hi) = (0_i64, 0_i64);
    for rule in signal_rules.iter() {
        let value = signals.get(rule.signal);
        let (least, most) = (rule.points(value.lo()), rule.points(value.hi()));
        lo = lo.saturating_add(i64::from(least));
        hi = hi.saturating_add(i64::from(most));
        contributions.push(Contribution {
            source: Source::Signal(rule.signal),
            value: Some(rule.shown(value)),
            lo: i64::from(least),
            hi: i64::from(most),
        });
    }
    let above = |sum: i64| i64::from(MAX_SCORE).saturating_sub(sum).min(0);
    if above(hi) < 0 {
        let (lo, hi) = (above(lo), above(hi));
        contributions.push(Contribution { source: Source::Cap, value: None, lo, hi });
    }
    contributions
}

/// The classes that a score and a transactional test leave open. `duty`: whether a contract
/// carries a duty of care, which puts the account on the client side.
fn open_classes(score: Score, transactional: Tri, duty: Tri, sides: Sides) -> ClassSet {
    let mut open = ClassSet::empty();
    if duty != Tri::Yes && score.lo < sides.customer {
        open = open.with(Class::Customer);
    }
    if duty != Tri::Yes && score.hi >= sides.customer && score.lo < sides.client {
        open = open.with(Class::Hybrid);
    }
    if duty != Tri::No || score.hi >= sides.client {
        if transactional != Tri::Yes {
            open = open.with(Class::Client);
        }
        if transactional != Tri::No {
            open = open.with(Class::Hybrid);
        }
    }
    open
}

/// What the class of an account depends on, besides thresholds and policy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scored<'e> {
    pub(crate) facts: &'e Facts,
    /// The score of both readings together, wide enough signal by signal.
    pub(crate) joined: Score,
    /// The score and the transactional test of the reading.
    pub(crate) reading: (Score, Tri),
    /// The same of the other one, where there are two.
    pub(crate) alternative: Option<(Score, Tri)>,
    /// The lower end of the score of what was observed alone.
    pub(crate) observed: u32,
}

impl<'e> Scored<'e> {
    pub(crate) fn of(evidence: &'e Evidence, rules: &RuleSet) -> Self {
        let scored =
            |reading: &Reading| (Score::of(&reading.signals, rules), reading.transactional);
        Self {
            facts: &evidence.facts,
            joined: Score::of(&evidence.signals(), rules),
            reading: scored(&evidence.reading),
            alternative: evidence.alternative.as_ref().map(scored),
            observed: Score::of(evidence.observed(), rules).lo,
        }
    }
}

/// How a class is decided: which hard rules there are, and what to do about what is not known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decider {
    policy: Policy,
    idle_is_ruled: bool,
    duty_is_ruled: bool,
}

impl Decider {
    pub(crate) fn of(context: &Context<'_>) -> Self {
        let idle = context.rules.hard_rule(Condition::NoCommercialActivity);
        Self {
            policy: context.policy,
            idle_is_ruled: idle.is_some(),
            duty_is_ruled: context.duty_rule().is_some(),
        }
    }

    /// Whether the rule for accounts without commercial activity applies.
    pub(crate) const fn is_idle(self, facts: &Facts) -> bool {
        !facts.active && self.idle_is_ruled
    }

    /// Whether no class can be told: nothing happened, or there may be commercial activity of which
    /// nothing was seen, whatever the rule set says of accounts without any.
    const fn is_untold(self, facts: &Facts) -> bool {
        self.is_idle(facts) || (!facts.active && !facts.sources_complete)
    }

    /// Whether there is a rule for duties of care.
    pub(crate) const fn rules_duty(self) -> bool {
        self.duty_is_ruled
    }

    /// The classes that nothing we know rules out.
    pub(crate) fn possible(self, scored: &Scored<'_>, sides: Sides) -> ClassSet {
        let facts = scored.facts;
        if self.is_idle(facts) && facts.sources_complete {
            return ClassSet::empty().with(Class::Undetermined);
        }
        let duty = if self.duty_is_ruled { facts.fiduciary } else { Tri::No };
        let open = |(score, transactional)| open_classes(score, transactional, duty, sides);
        let first = open(scored.reading);
        scored.alternative.map_or(first, |other| first.union(open(other)))
    }

    /// The class under the strict policy, from the classes left open.
    pub(crate) fn strict_class(self, scored: &Scored<'_>, possible: ClassSet) -> Class {
        if self.is_untold(scored.facts) {
            Class::Undetermined
        } else {
            possible.only().unwrap_or(Class::Undetermined)
        }
    }

    /// The class, from the classes left open between the same thresholds.
    pub(crate) fn class(self, scored: &Scored<'_>, sides: Sides, possible: ClassSet) -> Class {
        match self.policy {
            Policy::Strict => self.strict_class(scored, possible),
            Policy::Lean => self.lean_class(scored, sides),
        }
    }

    /// The class as if what was not observed had not happened.
    fn lean_class(self, scored: &Scored<'_>, sides: Sides) -> Class {
        let facts = scored.facts;
        if self.is_untold(facts) {
            return Class::Undetermined;
        }
        let known = |fact: bool| if fact { Tri::Yes } else { Tri::No };
        let duty = self.duty_is_ruled && facts.fiduciary_observed;
        let score = Score { lo: scored.observed, hi: scored.observed };
        open_classes(score, known(facts.transactional), known(duty), sides)
            .only()
            .unwrap_or(Class::Undetermined)
    }

    /// Whether only the previous class kept an account from another one.
    pub(crate) fn is_held(
        self,
        scored: &Scored<'_>,
        thresholds: &Thresholds,
        previous: Option<Class>,
        class: Class,
    ) -> bool {
        let (sides, fresh) = (thresholds.in_use(previous), thresholds.in_use(None));
        sides != fresh && self.class(scored, fresh, self.possible(scored, fresh)) != class
    }

    /// The hard rule that fires.
    pub(crate) fn fired(self, facts: &Facts) -> Option<Condition> {
        let duty = match self.policy {
            Policy::Strict => facts.fiduciary == Tri::Yes,
            Policy::Lean => facts.fiduciary_observed,
        };
        if self.is_idle(facts) {
            facts.sources_complete.then_some(Condition::NoCommercialActivity)
        } else {
            (duty && self.duty_is_ruled).then_some(Condition::Fiduciary)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Score, Source, contributions, open_classes};
    use crate::rules::{RuleSet, Sides};
    use crate::signal::{Signal, Signals, Span};
    use tenure_model::Tri;

    const SIDES: Sides = Sides { client: 55, customer: 35 };

    fn classes(lo: u32, hi: u32, transactional: Tri, duty: Tri) -> String {
        open_classes(Score { lo, hi }, transactional, duty, SIDES).to_string()
    }

    #[test]
    fn thresholds_belong_to_the_upper_side() {
        assert_eq!(classes(34, 34, Tri::No, Tri::No), "customer");
        assert_eq!(classes(35, 35, Tri::No, Tri::No), "hybrid");
        assert_eq!(classes(54, 54, Tri::No, Tri::No), "hybrid");
        assert_eq!(classes(55, 55, Tri::No, Tri::No), "client");
        assert_eq!(classes(55, 55, Tri::Yes, Tri::No), "hybrid");
        assert_eq!(classes(55, 55, Tri::Unknown, Tri::No), "client, hybrid");
        assert_eq!(classes(34, 35, Tri::No, Tri::No), "customer, hybrid");
        assert_eq!(classes(0, 100, Tri::No, Tri::No), "client, customer, hybrid");
    }

    #[test]
    fn a_duty_of_care_is_the_client_side_and_an_unknown_one_adds_it() {
        assert_eq!(classes(0, 0, Tri::No, Tri::Yes), "client");
        assert_eq!(classes(40, 40, Tri::Yes, Tri::Yes), "hybrid");
        assert_eq!(classes(0, 100, Tri::Unknown, Tri::Yes), "client, hybrid");
        assert_eq!(classes(0, 0, Tri::No, Tri::Unknown), "client, customer");
        assert_eq!(classes(40, 40, Tri::No, Tri::Unknown), "client, hybrid");
    }

    #[test]
    fn a_score_contains_what_lies_between_its_ends() {
        let contains = |lo, hi| Score { lo: 10, hi: 20 }.contains(Score { lo, hi });
        assert_eq!([contains(10, 20), contains(12, 18)], [true, true]);
        assert_eq!([contains(9, 20), contains(10, 21), contains(0, 100)], [false, false, false]);
    }

    #[test]
    fn the_margin_is_the_distance_to_the_nearer_threshold() {
        let margin = |lo, hi| Score { lo, hi }.margin(SIDES);
        assert_eq!([margin(57, 59), margin(20, 30), margin(40, 48)], [2, 5, 5]);
        assert_eq!([margin(35, 36), margin(30, 35), margin(0, 100)], [0, 0, 0]);
        assert_eq!([margin(0, 0), margin(100, 100), margin(56, 90)], [35, 45, 1]);
    }

    #[test]
    fn a_full_card_is_capped_and_the_cap_is_shown() {
        let rules = RuleSet::generic();
        let mut signals = Signals::default();
        for &signal in Signal::ALL {
            signals.set(signal, Span::exactly(i64::MAX));
        }
        let score = Score::of(&signals, rules);
        assert_eq!((score.lo, score.hi), (100, 100));
        let all = contributions(&signals, rules);
        let last = all.last().unwrap();
        assert_eq!((last.source, last.lo, last.hi), (Source::Cap, -1, -1));
        signals.set(Signal::ValueRatio, Span::new(0, i64::MAX));
        let last = *contributions(&signals, rules).last().unwrap();
        assert_eq!((last.source, last.lo, last.hi), (Source::Cap, 0, -1));
        signals.set(Signal::ValueRatio, Span::exactly(0));
        assert_eq!(contributions(&signals, rules).len(), 14);
    }
}
