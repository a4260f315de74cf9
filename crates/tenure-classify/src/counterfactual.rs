//! What it would take: what is worth finding out, and what would have to change.

use std::borrow::Cow;
use std::cmp::Reverse;

use chrono::{Days, NaiveDate};
use tenure_model::Tri;

use crate::context::Context;
use crate::evidence::{Evidence, Facts};
use crate::explain::{self, RulePoints};
use crate::rules::{Actionable, Condition, Sides, SignalRule};
use crate::score::{Decider, Scored};
use crate::signal::{Signal, Span};

/// A signal of which not everything is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct OpenQuestion {
    /// The signal.
    pub signal: Signal,
    /// Points from what was observed.
    pub lo: u32,
    /// Points if what is missing spoke for a client.
    pub hi: u32,
    /// Whether knowing this alone could make an undetermined verdict definite.
    pub settles: bool,
}

/// What is worth finding out: the signals whose points are not known, widest first, ties in the
/// order of the rule set.
///
/// Cost: a verdict without reasons for each bin of each open signal.
///
/// ```
/// use tenure_classify::{Context, Evidence, Signal, settled_by};
/// use tenure_model::{AccountId, AsOf, Completeness, Coverage, Relationship, Table, parse_date};
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// let coverage = Coverage::complete().with(Table::Goals, Completeness::Absent);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), coverage);
/// let open = settled_by(&Evidence::of(&nothing, &context), &context);
/// let signals: Vec<_> = open.iter().map(|question| (question.signal, question.hi)).collect();
/// assert_eq!(signals, [(Signal::GoalTracked, 8), (Signal::MilestoneCount, 4)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn settled_by(evidence: &Evidence, context: &Context<'_>) -> Vec<OpenQuestion> {
    let rules = context.rules;
    let signals = evidence.signals();
    let undetermined = !is_definite(evidence, context);
    let mut open: Vec<OpenQuestion> = rules
        .parts()
        .signals
        .iter()
        .filter_map(|rule| {
            let value = signals.get(rule.signal);
            let (lo, hi) = (rule.points(value.lo()), rule.points(value.hi()));
            let mut answers = bounds(rule, value);
            let settles = undetermined
                && answers.any(|answer| {
                    let known = evidence.with_signal(rule.signal, Span::exactly(answer));
                    is_definite(&known, context)
                });
            (hi > lo).then_some(OpenQuestion { signal: rule.signal, lo, hi, settles })
        })
        .collect();
    open.sort_by_key(|question| Reverse(question.hi.saturating_sub(question.lo)));
    open
}

/// One value for each bin that the span reaches.
fn bounds(rule: &SignalRule, value: Span) -> impl Iterator<Item = i64> {
    let span = value.lo()..=value.hi();
    let reached = rule.bins.iter().map(|bin| bin.from).filter(move |from| span.contains(from));
    std::iter::once(value.lo()).chain(reached)
}

fn is_definite(evidence: &Evidence, context: &Context<'_>) -> bool {
    let sides = context.rules.parts().thresholds.in_use(context.previous_class);
    let (decider, scored) = (Decider::of(context), Scored::of(evidence, context.rules));
    decider.strict_class(&scored, decider.possible(&scored, sides)).is_definite()
}

/// Where a counterfactual leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Target {
    /// The lower end of the score reaches the client threshold: client, or with material standard
    /// buying hybrid.
    ClientSide,
    /// The upper end of the score falls below the customer threshold.
    Customer,
}

/// One signal that would have to be different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Change {
    /// The signal.
    pub signal: Signal,
    /// The end of its value that counts: the lower toward clients, the upper toward customers
    /// (`i64::MAX` where nothing bounds it).
    pub from: i64,
    /// What it would have to be: at least toward clients, at most toward customers.
    pub to: i64,
    /// The day on which waiting alone gets there; `None` where it takes doing.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::optional"))]
    pub on: Option<NaiveDate>,
}

impl Change {
    /// The evidence with this change made.
    ///
    /// ```
    /// use tenure_classify::{Evidence, Change};
    /// fn apply(changes: &[Change], evidence: &Evidence) -> Evidence {
    ///     changes.iter().fold(evidence.clone(), |evidence, change| change.apply(&evidence))
    /// }
    /// ```
    #[must_use]
    pub fn apply(&self, evidence: &Evidence) -> Evidence {
        let value = evidence.signals().get(self.signal);
        let changed = if self.to >= self.from {
            Span::new(self.to, value.hi().max(self.to))
        } else {
            Span::new(value.lo().min(self.to), self.to)
        };
        evidence.with_signal(self.signal, changed)
    }
}

/// Why there is no way to a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum NoWayError {
    /// A hard rule decides, or could decide, before the score.
    #[error("hard rule `{id}` stands before the score")]
    HardRule {
        /// The rule.
        id: Cow<'static, str>,
    },
    /// Not all signals together that can be changed are enough.
    #[error("what can be changed is worth `{reachable}` points, {needed} are needed")]
    OutOfReach {
        /// Points that can be gained or lost.
        reachable: u32,
        /// Points that would have to be.
        needed: u32,
    },
}

/// What would have to change to either side, as [`counterfactual`] finds it.
///
/// In JSON each is `{"changes": [...]}`, or `{"no_way": ...}` with what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counterfactual {
    /// Toward clients: what would raise the lower end of the score.
    #[cfg_attr(feature = "serde", serde(serialize_with = "way"))]
    pub client_side: Result<Vec<Change>, NoWayError>,
    /// Toward customers: what would lower the upper end.
    #[cfg_attr(feature = "serde", serde(serialize_with = "way"))]
    pub customer: Result<Vec<Change>, NoWayError>,
}

impl Counterfactual {
    pub(crate) fn of(evidence: &Evidence, context: &Context<'_>) -> Self {
        let to = |target| counterfactual(evidence, context, target);
        Self { client_side: to(Target::ClientSide), customer: to(Target::Customer) }
    }
}

#[cfg(feature = "serde")]
fn way<S: serde::Serializer>(
    found: &Result<Vec<Change>, NoWayError>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match found {
        Ok(changes) => serializer.serialize_newtype_variant("Way", 0, "changes", changes),
        Err(error) => serializer.serialize_newtype_variant("Way", 1, "no_way", error),
    }
}

/// The fewest changes of signals that lead to a target, each no larger than needed; none where it
/// is reached already.
///
/// RulePoints add up, so the largest gains first are the fewest changes; then, from the last chosen
/// backwards, each is brought to the nearest bin that suffices. Ties in the order of the rule set.
/// What is the account's own doing is left alone. What only takes time is a date, and no way back.
///
/// # Errors
/// A hard rule stands before the score, or nothing that can be changed is enough.
///
/// ```
/// use tenure_classify::{Context, Evidence, NoWayError, Target, counterfactual};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let evidence = Evidence::of(&nothing, &context);
/// let error = counterfactual(&evidence, &context, Target::ClientSide).err();
/// assert_eq!(error, Some(NoWayError::HardRule { id: "H0".into() }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn counterfactual(
    evidence: &Evidence,
    context: &Context<'_>,
    target: Target,
) -> Result<Vec<Change>, NoWayError> {
    let rules = context.rules;
    let signals = evidence.signals();
    let value = |signal| target.end(signals.get(signal));
    let journey = Journey {
        decider: Decider::of(context),
        rules: &rules.parts().signals,
        target,
        sides: rules.parts().thresholds.in_use(context.previous_class),
        waits_since: evidence.waits_since(),
    };
    let mut changes = Vec::new();
    let points = explain::points(rules, value);
    match journey.way(&evidence.facts, value, &points, |change| changes.push(change)) {
        Way::Open => Ok(changes),
        Way::HardRule(when) => {
            let id = context.hard_rule(when).cloned().unwrap_or_default();
            Err(NoWayError::HardRule { id })
        }
        Way::OutOfReach { reachable, needed } => Err(NoWayError::OutOfReach { reachable, needed }),
    }
}

impl Target {
    /// The end of a value that counts.
    pub(crate) const fn end(self, value: Span) -> i64 {
        match self {
            Self::ClientSide => value.lo(),
            Self::Customer => value.hi(),
        }
    }
}

/// Whether there is a way to a target.
///
/// ```
/// use tenure_classify::{Condition, Way};
/// let blocked = Way::HardRule(Condition::NoCommercialActivity);
/// assert_ne!(blocked, Way::Open);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Way {
    /// There is, by the changes listed; where none is, the target is reached already.
    Open,
    /// A hard rule decides, or could decide, before the score.
    HardRule(Condition),
    /// Not all signals together that can be changed are enough.
    OutOfReach {
        /// Points that can be gained or lost.
        reachable: u32,
        /// Points that would have to be.
        needed: u32,
    },
}

/// The question for a way, as far as it is the same for accounts of one previous class.
pub(crate) struct Journey<'r> {
    pub(crate) decider: Decider,
    pub(crate) rules: &'r [SignalRule],
    pub(crate) target: Target,
    pub(crate) sides: Sides,
    /// The opening of an episode in which time still passes.
    pub(crate) waits_since: Option<NaiveDate>,
}

impl<'r> Journey<'r> {
    /// Lists the changes, where there is a way. `value` is the end of each signal that counts,
    /// `points` what it gives. Allocates nothing.
    pub(crate) fn way(
        &self,
        facts: &Facts,
        value: impl Fn(Signal) -> i64,
        points: &RulePoints,
        mut found: impl FnMut(Change),
    ) -> Way {
        if let Some(way) = self.ruled(facts) {
            return way;
        }
        // Not capped: what lies above the cap must go before anything shows.
        let sum = points.iter().fold(0_u32, |sum, &points| sum.saturating_add(points));
        let needed = match self.target {
            Target::ClientSide => self.sides.client.saturating_sub(sum),
            Target::Customer => sum.saturating_add(1).saturating_sub(self.sides.customer),
        };
        if needed == 0 {
            return Way::Open;
        }
        let mut gains: RulePoints = [0; Signal::COUNT];
        let mut reachable = 0_u32;
        for ((gain, rule), &points) in gains.iter_mut().zip(self.rules).zip(points) {
            if self.can_move(rule) {
                *gain = match self.target {
                    Target::ClientSide => rule.max_points().saturating_sub(points),
                    Target::Customer => points,
                };
                reachable = reachable.saturating_add(*gain);
            }
        }
        if reachable < needed {
            return Way::OutOfReach { reachable, needed };
        }
        // The largest first; the first of equal ones.
        let mut chosen: [Option<Move<'r>>; Signal::COUNT] = [const { None }; Signal::COUNT];
        let mut gained = 0_u32;
        for slot in &mut chosen {
            if gained >= needed {
                break;
            }
            let Some((place, gain)) = explain::take_largest(&mut gains) else { break };
            gained = gained.saturating_add(gain);
            *slot = self.rules.get(place).map(|rule| self.farthest(rule, value(rule.signal)));
        }
        // What is more than needed is given back, from the last chosen backwards.
        let mut spare = gained.saturating_sub(needed);
        for one in chosen.iter_mut().rev().flatten() {
            spare = spare.saturating_sub(one.give_back(spare));
        }
        for one in chosen.iter().flatten() {
            found(one.change(self.waits_since));
        }
        Way::Open
    }

    /// The way where a hard rule decides it.
    fn ruled(&self, facts: &Facts) -> Option<Way> {
        if self.decider.is_idle(facts) {
            return Some(Way::HardRule(Condition::NoCommercialActivity));
        }
        match self.target {
            _ if !self.decider.rules_duty() => None,
            Target::ClientSide => (facts.fiduciary == Tri::Yes).then_some(Way::Open),
            Target::Customer => {
                (facts.fiduciary != Tri::No).then_some(Way::HardRule(Condition::Fiduciary))
            }
        }
    }

    fn can_move(&self, rule: &SignalRule) -> bool {
        match rule.actionable {
            Actionable::Yes => true,
            Actionable::No => false,
            // Time passes for live relationships, only forwards, and moves nothing but tenure.
            Actionable::Wait => {
                rule.signal == Signal::TenureDays
                    && self.target == Target::ClientSide
                    && self.waits_since.is_some()
            }
        }
    }

    /// As far as a signal goes.
    fn farthest(&self, rule: &'r SignalRule, from: i64) -> Move<'r> {
        let to = match self.target {
            Target::ClientSide => rule.top(),
            Target::Customer => 0,
        };
        Move { rule, target: self.target, from, to }
    }
}

/// A signal that is moved toward the target.
struct Move<'r> {
    rule: &'r SignalRule,
    target: Target,
    from: i64,
    to: i64,
}

impl Move<'_> {
    /// Moves to the nearest bin that gives back at most `spare` points; how many it gave back. It
    /// never goes back all the way: largest gains are chosen first, and what is spare is less than
    /// the last of them.
    fn give_back(&mut self, spare: u32) -> u32 {
        let full = self.rule.points(self.to);
        let fits = |value: i64| full.abs_diff(self.rule.points(value)) <= spare;
        let nearest = match self.target {
            Target::ClientSide => {
                let mut bins = self.rule.bins.iter().map(|bin| bin.from);
                bins.find(|&from| fits(from))
            }
            Target::Customer => {
                // The most that still falls into a bin is one below the next bin's bound.
                let bins = self.rule.bins.iter().map(|bin| bin.from.saturating_sub(1));
                bins.rev().find(|&top| fits(top))
            }
        };
        self.to = nearest.unwrap_or(self.to);
        full.abs_diff(self.rule.points(self.to))
    }

    fn change(&self, waits_since: Option<NaiveDate>) -> Change {
        let on = match self.rule.actionable {
            Actionable::Wait => waits_since.and_then(|opened| {
                opened.checked_add_days(Days::new(u64::try_from(self.to).ok()?))
            }),
            Actionable::Yes | Actionable::No => None,
        };
        Change { signal: self.rule.signal, from: self.from, to: self.to, on }
    }
}

#[cfg(test)]
mod tests {
    use super::{NoWayError, Target, counterfactual};
    use crate::context::Context;
    use crate::evidence::Evidence;
    use crate::rules::RuleSet;
    use crate::signal::{Signal, Span};
    use tenure_model::record::{Billing, Contract, Terms};
    use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Record, Tri, parse_date};

    fn context() -> Context<'static> {
        Context::new(AsOf::new(parse_date("2025-06-30").unwrap()), Coverage::complete())
    }

    /// An open standard contract of a hundred days, billed by the job: 5 + 6 points.
    fn evidence(fiduciary: Tri, context: &Context<'_>) -> Evidence {
        let account = AccountId::new("acme").unwrap();
        let start = parse_date("2025-03-22").unwrap();
        let mut contract = Contract::new("framework", start, Terms::Standard, Billing::PerJob);
        (contract.fiduciary, contract.exclusive) = (fiduciary, Tri::No);
        let (book, _) =
            Book::from_events([Event::new(account.clone(), Record::Contract(contract))]);
        Evidence::of(book.get(&account).unwrap(), context)
    }

    #[test]
    fn the_fewest_changes_each_no_larger_than_needed() {
        let context = context();
        let evidence = evidence(Tri::No, &context);
        // 44 points are missing: 16 dialogue, 14 custom, 9 form, 9 advice are 48; 4 to spare, and
        // the last chosen, advice, gives 3 back (9 to 6); the rest has nothing smaller in 1 point.
        let changes = counterfactual(&evidence, &context, Target::ClientSide).unwrap();
        let told: Vec<_> =
            changes.iter().map(|one| (one.signal.name(), one.from, one.to)).collect();
        let expected = [
            ("dialogue.exchanges", 0, 12),
            ("custom.count", 0, 4),
            ("contract.form", 1, 2),
            ("advice.count", 0, 3),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn waiting_has_a_date() {
        let mut parts = RuleSet::generic().parts().clone();
        let tenure = parts.signals.to_mut().remove(2);
        parts.signals = vec![tenure].into();
        parts.thresholds.client = 9;
        (parts.thresholds.customer, parts.thresholds.exit_customer) = (2, 3);
        parts.thresholds.exit_client = 8;
        let rules = parts.build().unwrap();
        let mut context = context();
        context.rules = &rules;
        let evidence = evidence(Tri::No, &context);
        let changes = counterfactual(&evidence, &context, Target::ClientSide).unwrap();
        let [wait] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!((wait.signal, wait.from, wait.to), (Signal::TenureDays, 100, 365));
        assert_eq!(wait.on, parse_date("2026-03-22").ok());
        let error = counterfactual(&evidence, &context, Target::Customer).unwrap_err();
        assert_eq!(error, NoWayError::OutOfReach { reachable: 0, needed: 5 });
        assert_eq!(error.to_string(), "what can be changed is worth `0` points, 5 are needed");
    }

    #[test]
    fn a_duty_of_care_blocks_the_way_to_customer_and_is_a_client_already() {
        let context = context();
        for duty in [Tri::Yes, Tri::Unknown] {
            let evidence = evidence(duty, &context);
            let error = counterfactual(&evidence, &context, Target::Customer).unwrap_err();
            assert_eq!(error, NoWayError::HardRule { id: "H1".into() });
            assert_eq!(error.to_string(), "hard rule `H1` stands before the score");
        }
        let evidence = evidence(Tri::Yes, &context);
        assert_eq!(counterfactual(&evidence, &context, Target::ClientSide), Ok(Vec::new()));
    }

    #[test]
    fn toward_customers_a_value_falls_just_below_a_bin() {
        let context = context();
        let evidence = evidence(Tri::No, &context)
            .with_signal(Signal::DialogueExchanges, Span::exactly(40))
            .with_signal(Signal::AdviceCount, Span::exactly(40));
        // 5 + 6 + 16 + 9 = 36: two points too many.
        let changes = counterfactual(&evidence, &context, Target::Customer).unwrap();
        let [one] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!((one.signal, one.from, one.to), (Signal::DialogueExchanges, 40, 11));
        let few = evidence.with_signal(Signal::AdviceCount, Span::exactly(0));
        assert_eq!(counterfactual(&few, &context, Target::Customer), Ok(Vec::new()));
    }
}
