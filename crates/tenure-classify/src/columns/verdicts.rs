//! Verdicts of many accounts, without reasons.

use tenure_model::Tri;

use super::evidence::EvidenceColumns;
use crate::brief::{Confidence, KnownShare};
use crate::class::{Class, ClassSet};
use crate::context::{Context, Policy};
use crate::rules::{Condition, MAX_SCORE, RuleSet};
use crate::score::{Decider, Score, Scored};
use crate::signal::SignalColumns;

/// Rows scored at a time: the sums of so many stay in the first-level cache while signal after
/// signal is added.
const BLOCK: usize = 512;

/// The verdicts of [`EvidenceColumns`], a column a field of [`Verdict`](crate::Verdict).
///
/// *Shape*: in, evidence and a [`Context`]; out, one row a row of evidence, equal to what
/// [`judge`](crate::judge) says of it. *Cost*: for each row a comparison, a mask and an addition
/// for each end and bin of the rule set, and the decision; nothing is allocated once there is room.
///
/// See [`EvidenceColumns`] for an example.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerdictColumns {
    lo: Vec<u32>,
    hi: Vec<u32>,
    transactional: Vec<Tri>,
    sum_of_maxima: u32,
    decided: Decided,
    /// The scores of rows with two readings, one after the other.
    readings_lo: Vec<u32>,
    readings_hi: Vec<u32>,
    /// The lower ends of what was observed alone, where the policy asks for them.
    observed: Vec<u32>,
}

/// What the scores decide.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Decided {
    classes: Vec<Class>,
    possible: Vec<ClassSet>,
    hard_rules: Vec<Option<Condition>>,
    margins: Vec<u32>,
    known: Vec<u32>,
    robust: Vec<bool>,
    confidence: Vec<Confidence>,
}

/// What reasons ask of one row.
pub(super) struct Row {
    pub(super) class: Class,
    pub(super) possible: ClassSet,
    pub(super) hard_rule: Option<Condition>,
    pub(super) transactional: Tri,
}

impl Decided {
    fn clear(&mut self) {
        self.classes.clear();
        self.possible.clear();
        self.hard_rules.clear();
        self.margins.clear();
        self.known.clear();
        self.robust.clear();
        self.confidence.clear();
    }
}

impl VerdictColumns {
    /// No row, and no room yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what was here and judges every row. Rules, policy and packs are those of the
    /// context; the previous classes are in the rows.
    pub fn judge(&mut self, evidence: &EvidenceColumns, context: &Context<'_>) {
        self.score(evidence, context);
        let decider = Decider::of(context);
        let thresholds = &context.rules.parts().thresholds;
        let mut out = std::mem::take(&mut self.decided);
        out.clear();
        for (scored, &previous) in self.scored(evidence).zip(&evidence.previous) {
            let sides = thresholds.in_use(previous);
            let possible = decider.possible(&scored, sides);
            let robust = decider.strict_class(&scored, possible).is_definite();
            let margin = scored.joined.margin(sides);
            let known = KnownShare::of(scored.joined, self.sum_of_maxima);
            out.classes.push(decider.class(&scored, sides, possible));
            out.possible.push(possible);
            out.hard_rules.push(decider.fired(scored.facts));
            out.margins.push(margin);
            out.known.push(known.known);
            out.robust.push(robust);
            out.confidence.push(Confidence::of(robust, margin, known));
        }
        self.decided = out;
    }

    /// The sums of points, column by column.
    fn score(&mut self, evidence: &EvidenceColumns, context: &Context<'_>) {
        let rules = context.rules;
        self.sum_of_maxima = rules.sum_of_maxima();
        sums(&evidence.lo, evidence.len(), rules, &mut self.lo);
        sums(&evidence.hi, evidence.len(), rules, &mut self.hi);
        self.transactional.clear();
        self.transactional.extend_from_slice(&evidence.transactional);
        let doubtful = &evidence.doubtful;
        sums(&doubtful.lo, doubtful.transactional.len(), rules, &mut self.readings_lo);
        sums(&doubtful.hi, doubtful.transactional.len(), rules, &mut self.readings_hi);
        let observed = match context.policy {
            Policy::Strict => 0,
            Policy::Lean => evidence.observed.rows.len(),
        };
        sums(&evidence.observed.lo, observed, rules, &mut self.observed);
    }

    /// What each row's class depends on.
    pub(super) fn scored<'e>(
        &self,
        evidence: &'e EvidenceColumns,
    ) -> impl Iterator<Item = Scored<'e>> {
        let scores = self.readings_lo.iter().zip(&self.readings_hi);
        let mut readings = scores
            .map(|(&lo, &hi)| Score { lo, hi })
            .zip(evidence.doubtful.transactional.iter().copied());
        let mut doubtful = evidence.doubtful.rows.iter().peekable();
        let mut observed = evidence.observed.rows.iter().zip(&self.observed).peekable();
        let ends = self.lo.iter().zip(&self.hi).zip(&evidence.transactional);
        ends.zip(&evidence.facts).enumerate().map(move |(row, (((&lo, &hi), &test), facts))| {
            let joined = Score { lo, hi };
            let mut scored =
                Scored { facts, joined, reading: (joined, test), alternative: None, observed: lo };
            if doubtful.next_if(|&&doubtful| doubtful == row).is_some()
                && let Some(reading) = readings.next()
            {
                scored.reading = reading;
                scored.alternative = readings.next();
            }
            if let Some((_, &lo)) = observed.next_if(|&(&observed, _)| observed == row) {
                scored.observed = lo;
            }
            scored
        })
    }

    /// What was decided of that row.
    pub(super) fn decided(&self, row: usize) -> Option<Row> {
        Some(Row {
            class: *self.decided.classes.get(row)?,
            possible: *self.decided.possible.get(row)?,
            hard_rule: *self.decided.hard_rules.get(row)?,
            transactional: *self.transactional.get(row)?,
        })
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lo.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lo.is_empty()
    }

    /// The classes.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.decided.classes
    }

    /// The classes that what we know does not rule out.
    #[must_use]
    pub fn possible(&self) -> &[ClassSet] {
        &self.decided.possible
    }

    /// The lower ends of the scores.
    #[must_use]
    pub fn lo(&self) -> &[u32] {
        &self.lo
    }

    /// The upper ends of the scores.
    #[must_use]
    pub fn hi(&self) -> &[u32] {
        &self.hi
    }

    /// Whether standard buying is material; unknown where it may be either.
    #[must_use]
    pub fn transactional(&self) -> &[Tri] {
        &self.transactional
    }

    /// The hard rule that fired, by what it asks.
    #[must_use]
    pub fn hard_rules(&self) -> &[Option<Condition>] {
        &self.decided.hard_rules
    }

    /// The least distance of an end of the score to a threshold; 0 if one lies between.
    #[must_use]
    pub fn margins(&self) -> &[u32] {
        &self.decided.margins
    }

    /// Points that are not in doubt; over [`sum_of_maxima`](Self::sum_of_maxima) they are the
    /// coverage.
    #[must_use]
    pub fn known(&self) -> &[u32] {
        &self.decided.known
    }

    /// The most points of every signal together, the same for every row.
    #[must_use]
    pub const fn sum_of_maxima(&self) -> u32 {
        self.sum_of_maxima
    }

    /// Whether nothing that is missing could change the class.
    #[must_use]
    pub fn robust(&self) -> &[bool] {
        &self.decided.robust
    }

    /// How firm each verdict is.
    #[must_use]
    pub fn confidence(&self) -> &[Confidence] {
        &self.decided.confidence
    }
}

/// Sums the points of the first rows of the columns, cut at the highest score.
fn sums(columns: &SignalColumns, rows: usize, rules: &RuleSet, sums: &mut Vec<u32>) {
    sums.clear();
    sums.resize(rows, 0);
    for (block, sums) in sums.chunks_mut(BLOCK).enumerate() {
        let first = block.saturating_mul(BLOCK);
        for rule in rules.parts().signals.iter() {
            let column = columns.get(rule.signal).get(first..).unwrap_or_default();
            for pair in rule.bins.windows(2) {
                if let [before, bin] = pair {
                    add(sums, column, bin.from, bin.points.saturating_sub(before.points));
                }
            }
        }
        for sum in sums {
            *sum = MAX_SCORE.min(*sum);
        }
    }
}

/// Adds points to each value that reaches a bound. Sums stay far below 2^32: 14 signals of at most
/// 1,000 points.
fn add(sums: &mut [u32], column: &[i64], from: i64, points: u32) {
    for (sum, &value) in sums.iter_mut().zip(column) {
        *sum = sum.wrapping_add(if value >= from { points } else { 0 });
    }
}
