//! The answer, with everything it rests on.

use std::borrow::Cow;

use chrono::NaiveDate;
use tenure_model::{Relationship, Tri};

use crate::class::{Class, ClassSet};
use crate::context::{Context, Policy};
use crate::evidence::Evidence;
use crate::explain::{self, Case, ReasonCard, ReasonList};
use crate::history::Episode;
use crate::named::named;
use crate::pack::{Standing, term};
use crate::reason::Reason;
use crate::rules::{Condition, Sides};
use crate::score::{self, Contribution, Decider, Score, Scored};
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

/// What an account is to us, as of a day, under a rule set, and why.
///
/// 1. *Question*: is this account a client or a customer, and how sure can we be?
/// 2. *Formula*:
///    ```text
///    score = [sum of points(lo), sum of points(hi)], at most 100
///    client side: hi >= client     customer: lo < customer     hybrid: between
///    client side with material standard buying: hybrid
///    one class left: that class; several: undetermined
///    ```
/// 3. *Shape*: in, the history of one account and a [`Context`]; out, a verdict. More client-side
///    evidence never lowers the score; more complete tables never widen it. Cost: a few passes over
///    the account's records.
/// 4. *Undefined when*: never. Not enough known is [`Class::Undetermined`], an answer.
/// 5. *Accuracy*: exact, on integers. The points are opinion: expert judgement, fitted to nothing.
/// 6. *Source*: own definition; the specification of rule set `generic` 1.0.0.
///
/// ```
/// use tenure_classify::{Class, Context, Reason, evaluate};
/// use tenure_model::record::Purchase;
/// use tenure_model::{
///     AccountId, AsOf, Book, Coverage, Currency, Event, Money, Record, Tri, parse_date,
/// };
/// let milk = AccountId::new("shopper")?;
/// let price = Money::parse("1.20", Currency::new("EUR")?)?;
/// let mut purchase = Purchase::new(parse_date("2025-06-28")?, price)?;
/// purchase.customised = Tri::No;
/// let (book, _) = Book::from_events([Event::new(milk.clone(), Record::Purchase(purchase))]);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let verdict = evaluate(book.get(&milk).ok_or("missing")?, &context);
/// assert_eq!((verdict.class, verdict.score.hi), (Class::Customer, 0));
/// assert_eq!(verdict.reasons.first(), Some(&Reason::SingleTransaction));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Verdict {
    /// The class.
    pub class: Class,
    /// The classes that what we know does not rule out; [`Class::Undetermined`] alone where
    /// nothing happened and we would know.
    pub possible: ClassSet,
    /// The relational score.
    pub score: Score,
    /// Whether standard buying is material; unknown where it may be either.
    pub transactional: Tri,
    /// Where the relationship stands today.
    pub stage: Stage,
    /// The word for the account: the class, or what a pack's trade says.
    pub term: Cow<'static, str>,
    /// What adds to the score, in the order of the rule set.
    pub contributions: Vec<Contribution>,
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
    /// Whether the strict policy gives a class: nothing that is missing could change it.
    pub robust: bool,
    /// How firm it is.
    pub confidence: Confidence,
    /// The current or last episode.
    pub episode: Episode,
    /// Days from the first contact of the episode to its opening.
    pub sales_cycle_days: Option<i64>,
    /// The policy.
    pub policy: Policy,
    /// The rule set.
    pub rule_set: Cow<'static, str>,
    /// Its version.
    pub rule_set_version: Cow<'static, str>,
    /// The day of the question.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
    pub as_of: NaiveDate,
    /// The last day whose records were known.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
    pub known_at: NaiveDate,
}

/// How many reasons are shown to people.
pub const SHOWN_REASONS: usize = 4;

impl Verdict {
    /// The reasons worth showing: the first four.
    #[must_use]
    pub fn shown_reasons(&self) -> &[Reason] {
        self.reasons.get(..SHOWN_REASONS).unwrap_or(&self.reasons)
    }
}

/// Reads the history of an account and judges it: [`Evidence::of`], then [`judge`].
///
/// See [`Verdict`] for an example.
#[must_use]
pub fn evaluate(relationship: &Relationship, context: &Context<'_>) -> Verdict {
    judge(&Evidence::of(relationship, context), context)
}

/// The class alone, without reasons: [`judge`] without allocating anything.
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

/// Judges what was read. The context should be the one it was read with; another previous class,
/// policy or pack list asks another question of the same evidence.
///
/// ```
/// use tenure_classify::{Context, Evidence, Reason, judge};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let verdict = judge(&Evidence::of(&nothing, &context), &context);
/// assert_eq!(verdict.hard_rule.as_deref(), Some("H0"));
/// assert_eq!(verdict.reasons, [Reason::NoCommercialActivity]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn judge(evidence: &Evidence, context: &Context<'_>) -> Verdict {
    let rules = context.rules;
    let thresholds = &rules.parts().thresholds;
    let sides = thresholds.in_use(context.previous_class);
    let (decider, scored) = (Decider::of(context), Scored::of(evidence, rules));
    let possible = decider.possible(&scored, sides);
    let robust = decider.strict_class(&scored, possible).is_definite();
    let class = decider.class(&scored, sides, possible);

    let signals = evidence.signals();
    let score = scored.joined;
    let contributions = score::contributions(&signals, rules);
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
    };
    let explained = match context.policy {
        Policy::Strict => &signals,
        Policy::Lean => evidence.observed(),
    };
    let points = explain::points(rules, |signal| explained.get(signal).lo());
    let mut reasons = ReasonList::<{ Reason::ALL.len() }>::default();
    ReasonCard::of(rules).reasons(&case, &points, &mut reasons);
    let margin = score.margin(sides);
    let coverage = KnownShare::of(score, rules.sum_of_maxima());
    let as_of = evidence.as_of();
    Verdict {
        class,
        possible,
        score,
        transactional,
        stage,
        term,
        reasons: reasons.iter().collect(),
        contributions,
        hard_rule: hard_rule.and_then(|when| rules.hard_rule(when)).map(|rule| rule.id.clone()),
        thresholds: sides,
        margin,
        coverage,
        robust,
        confidence: Confidence::of(robust, margin, coverage),
        episode: evidence.episode(),
        sales_cycle_days: evidence.sales_cycle_days(),
        policy: context.policy,
        rule_set: rules.parts().id.clone(),
        rule_set_version: rules.parts().version.clone(),
        as_of: as_of.day(),
        known_at: as_of.knowledge_day(),
    }
}
