//! Verdicts of many accounts, with reasons and what it would take.

use super::evidence::EvidenceColumns;
use super::verdicts::VerdictColumns;
use crate::class::Class;
use crate::context::{Context, Policy};
use crate::counterfactual::{Change, Journey, Target, Way};
use crate::explain::{Case, ReasonCard, ReasonList, RulePoints};
use crate::pack::{Standing, term};
use crate::reason::{Reason, SHOWN_REASONS};
use crate::rules::{Condition, SignalRule};
use crate::score::Decider;
use crate::signal::{Signal, SignalColumns};

/// The verdicts of [`EvidenceColumns`], each with its four reasons and the way to a target.
///
/// *Shape*: in, evidence, a [`Context`] and a [`Target`]; out, one row a row of evidence, equal to
/// what [`judge`](crate::judge) and [`counterfactual`](crate::counterfactual()) say of it. *Cost*:
/// that of [`VerdictColumns`], and for each row a look-up of the points of each signal, a search
/// for the largest of them for each reason and each change, and for each change its bins. The
/// changes of all rows are in one list: nothing is allocated once there is room.
///
/// ```
/// use tenure_classify::{Context, Evidence, EvidenceColumns, ExplanationColumns, Reason, Target, Way};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// let mut evidence = EvidenceColumns::new();
/// evidence.push(&Evidence::of(&nothing, &context), &context);
/// let mut explained = ExplanationColumns::new();
/// explained.explain(&evidence, &context, Target::ClientSide);
/// assert_eq!(explained.reasons(), [[Some(Reason::NoCommercialActivity), None, None, None]]);
/// assert!(matches!(explained.ways(), [Way::HardRule(_)]));
/// assert!(explained.changes_of(0).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExplanationColumns {
    verdicts: VerdictColumns,
    reasons: Vec<[Option<Reason>; SHOWN_REASONS]>,
    ways: Vec<Way>,
    changes: Vec<Change>,
    /// Where the changes of each row end.
    ends: Vec<usize>,
}

/// The columns of the signals that are ruled, in the order of the rules.
struct Ruled<'a> {
    rules: &'a [SignalRule],
    columns: [&'a [i64]; Signal::COUNT],
}

impl<'a> Ruled<'a> {
    fn of(rules: &'a [SignalRule], columns: &'a SignalColumns) -> Self {
        let mut ruled: [&[i64]; Signal::COUNT] = [&[]; Signal::COUNT];
        for (slot, rule) in ruled.iter_mut().zip(rules) {
            *slot = columns.get(rule.signal);
        }
        Self { rules, columns: ruled }
    }

    /// The points of that row.
    fn points(&self, row: usize) -> RulePoints {
        let mut points = [0; Signal::COUNT];
        for ((slot, rule), column) in points.iter_mut().zip(self.rules).zip(self.columns) {
            *slot = column.get(row).map_or(0, |&value| rule.points(value));
        }
        points
    }
}

impl ExplanationColumns {
    /// No row, and no room yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what was here, then judges and explains every row.
    pub fn explain(&mut self, evidence: &EvidenceColumns, context: &Context<'_>, target: Target) {
        self.verdicts.judge(evidence, context);
        self.reasons.clear();
        self.ways.clear();
        self.changes.clear();
        self.ends.clear();

        let parts = context.rules.parts();
        let (card, decider) = (ReasonCard::of(context.rules), Decider::of(context));
        let lower = Ruled::of(&parts.signals, &evidence.lo);
        let upper = Ruled::of(&parts.signals, &evidence.hi);
        let seen = Ruled::of(&parts.signals, &evidence.observed.lo);
        let mut observed = evidence.observed.rows.iter().copied().enumerate().peekable();
        let rows = self.verdicts.scored(evidence).zip(&evidence.previous).zip(&evidence.stages);
        for (row, ((scored, &previous), &stage)) in rows.enumerate() {
            let Some(decided) = self.verdicts.decided(row) else { return };
            let observed = observed.next_if(|&(_, observed)| observed == row);
            let lower_points = lower.points(row);
            let explained = match (context.policy, observed) {
                (Policy::Lean, Some((place, _))) => seen.points(place),
                _ => lower_points,
            };
            let standing = Standing::of(scored.facts, stage);
            let industry = context.provider_industry;
            let case = Case {
                class: decided.class,
                customer_possible: decided.possible.contains(Class::Customer),
                idle: decider.is_idle(scored.facts),
                facts: scored.facts,
                duty: decided.hard_rule == Some(Condition::Fiduciary),
                regulated: term(context.packs, standing, industry, decided.class).1,
                transactional: decided.transactional,
                stage,
                held: decider.is_held(&scored, &parts.thresholds, previous, decided.class),
                overridden: evidence.overridden.get(row).copied().unwrap_or_default(),
            };
            let mut reasons = ReasonList::default();
            card.reasons(&case, &explained, &mut reasons);
            self.reasons.push(reasons.codes());

            let (ends, points) = match target {
                Target::ClientSide => (&evidence.lo, lower_points),
                Target::Customer => (&evidence.hi, upper.points(row)),
            };
            let journey = Journey {
                decider,
                rules: &parts.signals,
                target,
                sides: parts.thresholds.in_use(previous),
                waits_since: evidence.waits_since.get(row).copied().flatten(),
            };
            let value = |signal| ends.get(signal).get(row).copied().unwrap_or_default();
            let found = |change| self.changes.push(change);
            self.ways.push(journey.way(scored.facts, value, &points, found));
            self.ends.push(self.changes.len());
        }
    }

    /// The verdicts.
    #[must_use]
    pub const fn verdicts(&self) -> &VerdictColumns {
        &self.verdicts
    }

    /// The reasons worth showing: the first four of each row.
    #[must_use]
    pub fn reasons(&self) -> &[[Option<Reason>; SHOWN_REASONS]] {
        &self.reasons
    }

    /// Whether there is a way to the target.
    #[must_use]
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// The changes of all rows, one after the other.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Where in [`changes`](Self::changes) those of each row end; they begin where those of the row
    /// before end.
    #[must_use]
    pub fn change_ends(&self) -> &[usize] {
        &self.ends
    }

    /// The changes that lead that row to the target; none beyond the last row.
    #[must_use]
    pub fn changes_of(&self, row: usize) -> &[Change] {
        let end = |row: usize| self.ends.get(row).copied();
        let first = row.checked_sub(1).and_then(end).unwrap_or(0);
        end(row).and_then(|end| self.changes.get(first..end)).unwrap_or_default()
    }
}
