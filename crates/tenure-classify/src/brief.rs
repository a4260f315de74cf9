//! The answer in brief: the class and why, without what makes a verdict defensible to the last
//! byte.

use std::borrow::Cow;

use tenure_model::Tri;

use crate::class::{Class, ClassSet};
use crate::context::{Context, Policy};
use crate::evidence::Evidence;
use crate::explain::{self, Case, ReasonCard, ReasonList};
use crate::named::named;
use crate::overrides::Override;
use crate::pack::{Standing, term};
use crate::reason::{Reason, SHOWN_REASONS};
use crate::rules::{Condition, Sides};
use crate::score::{Decider, Score, Scored};
use crate::stage::Stage;

named! {
    /// How firm a verdict is. A label, not a probability.
    ///
    /// ```
    /// assert_eq!(tenure_classify::Confidence::High.name(), "high");
    /// ```
    #[non_exhaustive]
    Confidence {
        /// Robust, 10 points or more from any threshold, at least nine tenths known.
        High = "high",
        /// Robust, 5 points or more from any threshold.
        Medium = "medium",
        /// Anything else.
        Low = "low",
    }
}

impl Confidence {
    pub(crate) fn of(robust: bool, margin: u32, coverage: KnownShare) -> Self {
        match (robust, margin) {
            (true, 10..) if coverage.is_nine_tenths() => Self::High,
            (true, 5..) => Self::Medium,
            _ => Self::Low,
        }
    }
}

/// How much of the score is known: `1 - (hi - lo) / sum of maxima`, as an exact ratio.
///
/// ```
/// use tenure_classify::{Context, evaluate};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let known = evaluate(&nothing, &context).coverage;
/// assert_eq!((known.known, known.of, known.value()), (101, 101, 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KnownShare {
    /// Points that are not in doubt.
    pub known: u32,
    /// The sum of all maxima.
    pub of: u32,
}

impl KnownShare {
    /// Of a score, under rules whose maxima sum to that.
    pub(crate) const fn of(score: Score, sum_of_maxima: u32) -> Self {
        let open = score.hi.saturating_sub(score.lo);
        Self { known: sum_of_maxima.saturating_sub(open), of: sum_of_maxima }
    }

    /// As a fraction, 0 to 1.
    #[must_use]
    pub fn value(self) -> f64 {
        if self.of == 0 { 1.0 } else { f64::from(self.known) / f64::from(self.of) }
    }

    fn is_nine_tenths(self) -> bool {
        u64::from(self.known).saturating_mul(10) >= u64::from(self.of).saturating_mul(9)
    }
}

/// What an account is to us and why: the fields of a [`Verdict`](crate::Verdict) that a list of
/// accounts shows. [`judge`](crate::judge) adds what it rests on and what would change it, at a
/// multiple of the cost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Brief {
    /// The class.
    pub class: Class,
    /// The classes that what we know does not rule out.
    pub possible: ClassSet,
    /// The relational score.
    pub score: Score,
    /// Whether standard buying is material; unknown where it may be either.
    pub transactional: Tri,
    /// Where the relationship stands.
    pub stage: Stage,
    /// The word for the account.
    pub term: Cow<'static, str>,
    /// Why, most telling first.
    pub reasons: Vec<Reason>,
    /// The hard rule that decided before the score.
    pub hard_rule: Option<Cow<'static, str>>,
    /// The thresholds in use.
    pub thresholds: Sides,
    /// Points between the score and the nearest threshold; 0 if one lies inside it.
    pub margin: u32,
    /// How much of the score is known.
    pub coverage: KnownShare,
    /// Whether the strict policy gives a class.
    pub robust: bool,
    /// How firm it is.
    pub confidence: Confidence,
}

impl Brief {
    /// The reasons worth showing: the first four.
    #[must_use]
    pub fn shown_reasons(&self) -> &[Reason] {
        self.reasons.get(..SHOWN_REASONS).unwrap_or(&self.reasons)
    }
}

/// The class alone, without reasons: [`brief`] without allocating anything.
///
/// ```
/// use tenure_classify::{Class, Context, Evidence, class_of};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// assert_eq!(class_of(&Evidence::of(&nothing, &context), &context), Class::Undetermined);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn class_of(evidence: &Evidence, context: &Context<'_>) -> Class {
    let sides = context.rules.parts().thresholds.in_use(context.previous_class);
    let (decider, scored) = (Decider::of(context), Scored::of(evidence, context.rules));
    decider.class(&scored, sides, decider.possible(&scored, sides))
}

/// Judges what was read, in brief.
///
/// ```
/// use tenure_classify::{Context, Evidence, brief, judge};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let evidence = Evidence::of(&nothing, &context);
/// let (short, whole) = (brief(&evidence, &context), judge(&evidence, &context));
/// assert_eq!((short.class, short.reasons), (whole.class, whole.reasons));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn brief(evidence: &Evidence, context: &Context<'_>) -> Brief {
    let rules = context.rules;
    let thresholds = &rules.parts().thresholds;
    let sides = thresholds.in_use(context.previous_class);
    let (decider, scored) = (Decider::of(context), Scored::of(evidence, rules));
    let possible = decider.possible(&scored, sides);
    let robust = decider.strict_class(&scored, possible).is_definite();
    let class = decider.class(&scored, sides, possible);
    let hard_rule = decider.fired(&evidence.facts);
    let stage = evidence.stage();
    let standing = Standing::of(&evidence.facts, stage);
    let (term, regulated) = term(context.packs, standing, context.provider_industry, class);
    let transactional = evidence.transactional();
    let case = Case {
        class,
        customer_possible: possible.contains(Class::Customer),
        idle: decider.is_idle(&evidence.facts),
        facts: &evidence.facts,
        duty: hard_rule == Some(Condition::Fiduciary),
        regulated,
        transactional,
        stage,
        held: decider.is_held(&scored, thresholds, context.previous_class, class),
        overridden: Override::in_force(context.overrides, evidence.as_of().day()).is_some(),
    };
    let signals = match context.policy {
        Policy::Strict => evidence.signals(),
        Policy::Lean => *evidence.observed(),
    };
    let points = explain::points(rules, |signal| signals.get(signal).lo());
    let mut reasons = ReasonList::<{ Reason::ALL.len() }>::default();
    ReasonCard::of(rules).reasons(&case, &points, &mut reasons);
    let score = scored.joined;
    let margin = score.margin(sides);
    let coverage = KnownShare::of(score, rules.sum_of_maxima());
    Brief {
        class,
        possible,
        score,
        transactional,
        stage,
        term,
        reasons: reasons.iter().collect(),
        hard_rule: hard_rule.and_then(|when| context.hard_rule(when)).cloned(),
        thresholds: sides,
        margin,
        coverage,
        robust,
        confidence: Confidence::of(robust, margin, coverage),
    }
}

#[cfg(test)]
mod tests {
    use super::{Confidence, KnownShare};

    #[test]
    fn the_known_share_is_a_fraction_and_all_of_nothing() {
        let share = |known, of| KnownShare { known, of };
        let values = [share(1, 4), share(3, 2), share(0, 5), share(0, 0)].map(KnownShare::value);
        assert_eq!(values.map(f64::to_bits), [0.25, 1.5, 0.0, 1.0].map(f64::to_bits));
        let tenths = [share(9, 10), share(90, 101), share(91, 101), share(0, 0)];
        assert_eq!(tenths.map(KnownShare::is_nine_tenths), [true, false, true, true]);
    }

    #[test]
    fn confidence_needs_a_robust_verdict_a_margin_and_nine_tenths() {
        let [most, less] = [KnownShare { known: 9, of: 10 }, KnownShare { known: 8, of: 10 }];
        let told = |robust, margin, share| Confidence::of(robust, margin, share);
        assert_eq!(told(true, 10, most), Confidence::High);
        assert_eq!(told(true, 9, most), Confidence::Medium);
        assert_eq!(told(true, 10, less), Confidence::Medium);
        assert_eq!(
            [told(true, 5, less), told(true, 4, most)],
            [Confidence::Medium, Confidence::Low]
        );
        assert_eq!(told(false, 50, most), Confidence::Low);
    }
}
