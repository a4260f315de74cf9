//! The answer, with everything it rests on.

use std::borrow::Cow;

use chrono::NaiveDate;
use tenure_model::{AsOf, Relationship, Tri};

use crate::brief::{Brief, Confidence, KnownShare, brief};
use crate::class::{Class, ClassSet};
use crate::context::{Context, Policy};
use crate::counterfactual::{Counterfactual, OpenQuestion, settled_by};
use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::history::{Buffers, Episode, History};
use crate::overrides::Override;
use crate::reason::{Reason, SHOWN_REASONS};
use crate::rules::Sides;
use crate::score::{self, Contribution, Score};
use crate::stage::{Stage, StageChange};

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
///    the account's records; [`brief`](crate::brief()) leaves out what is not needed for many accounts at once.
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
    /// Where it will stand next if nothing happens; `None` if it stays.
    pub next_stage: Option<StageChange>,
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
    /// Its identity.
    pub rule_set_hash: Digest,
    /// The day of the question.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
    pub as_of: NaiveDate,
    /// The last day whose records were known.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
    pub known_at: NaiveDate,
    /// The last day on which an engagement contract began or was over for the first time.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::optional"))]
    pub contracts_changed: Option<NaiveDate>,
    /// The identity of what was read: see [`Evidence::to_canonical_text`].
    pub evidence_digest: Digest,
    /// What would have to change for another class.
    pub counterfactual: Counterfactual,
    /// What is worth finding out, widest first.
    pub settled_by: Vec<OpenQuestion>,
    /// What a person decided: beside the class that was computed, never instead of it.
    pub human_override: Option<Override>,
}

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
    let Brief {
        class,
        possible,
        score,
        transactional,
        stage,
        term,
        reasons,
        hard_rule,
        thresholds,
        margin,
        coverage,
        robust,
        confidence,
    } = brief(evidence, context);
    let as_of = evidence.as_of();
    Verdict {
        class,
        possible,
        score,
        transactional,
        stage,
        next_stage: evidence.next_stage(),
        term,
        reasons,
        contributions: score::contributions(&evidence.signals(), rules),
        hard_rule,
        thresholds,
        margin,
        coverage,
        robust,
        confidence,
        episode: evidence.episode(),
        sales_cycle_days: evidence.sales_cycle_days(),
        policy: context.policy,
        rule_set: rules.parts().id.clone(),
        rule_set_version: rules.parts().version.clone(),
        rule_set_hash: rules.digest(),
        as_of: as_of.day(),
        known_at: as_of.knowledge_day(),
        contracts_changed: evidence.contracts_changed(),
        evidence_digest: evidence.digest(),
        counterfactual: Counterfactual::of(evidence, context),
        settled_by: settled_by(evidence, context),
        human_override: Override::in_force(context.overrides, as_of.day()).cloned(),
    }
}

/// The verdict of each earlier episode: as of the day it closed, with what is known now, in order.
///
/// Each is asked as the context asks, but for the day and the class before, which is not that of
/// the episode's time: no exit threshold applies. As of its close a contract signed later is not
/// seen, nor a refund that came later.
///
/// ```
/// use tenure_classify::{Class, Context, earlier_verdicts};
/// use tenure_model::record::{Billing, Contract, Terms};
/// use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Record, Tri, parse_date};
/// let acme = AccountId::new("acme")?;
/// let contract = |start, end| {
///     let mut one = Contract::new("support", parse_date(start)?, Terms::Standard, Billing::Hourly);
///     one.end = Some(parse_date(end)?);
///     (one.fiduciary, one.exclusive) = (Tri::No, Tri::No);
///     Ok::<_, tenure_model::DateError>(Event::new(acme.clone(), Record::Contract(one)))
/// };
/// let events = [contract("2022-01-01", "2022-03-31")?, contract("2025-01-01", "2025-12-31")?];
/// let (book, _) = Book::from_events(events);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let earlier = earlier_verdicts(book.get(&acme).ok_or("missing")?, &context);
/// let told: Vec<_> = earlier.iter().map(|one| (one.as_of, one.class)).collect();
/// assert_eq!(told, [(parse_date("2022-03-31")?, Class::Customer)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn earlier_verdicts(relationship: &Relationship, context: &Context<'_>) -> Vec<Verdict> {
    let closes =
        History::of(relationship, context, &mut Buffers::default()).earlier_closes(context);
    let asked = context.as_of;
    closes
        .into_iter()
        .map(|close| {
            let as_of = AsOf::new(close).known_at(asked.knowledge_day()).in_zone(asked.zone());
            evaluate(relationship, &Context { as_of, previous_class: None, ..*context })
        })
        .collect()
}
