//! Why a verdict is not what it was.

use chrono::NaiveDate;
use tenure_model::{AsOf, Book, Event, Record, Relationship};

use crate::brief::{Brief, brief};
use crate::context::Context;
use crate::evidence::Evidence;
use crate::moved::{Moved, Points, moved, points};
use crate::named::named;
use crate::score::{Source, contributions};

named! {
    /// What a verdict can change by, in the order in which [`why_changed`] asks.
    ///
    /// ```
    /// assert_eq!(tenure_classify::Cause::LateFacts.name(), "late_facts");
    /// ```
    #[non_exhaustive]
    Cause {
        /// Facts of the first day or before that were recorded only afterwards.
        LateFacts = "late_facts",
        /// Nothing happened but time: windows moved on, contracts ended, silences grew.
        Time = "time",
        /// Facts dated after the first day: what began, was signed, was done, was reviewed then.
        NewFacts = "new_facts",
        /// Other tables are complete.
        Coverage = "coverage",
        /// The portfolio's median of value is another.
        Median = "median",
        /// Other rules.
        Rules = "rules",
        /// Another policy.
        Policy = "policy",
        /// Another class before: other exit thresholds.
        PreviousClass = "previous_class",
        /// Other packs, or another industry of ours.
        Packs = "packs",
        /// A person decided something, or it ran out.
        Overrides = "overrides",
    }
}

/// What one cause changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Step {
    /// The cause.
    pub cause: Cause,
    /// The verdict before it, in brief.
    pub from: Brief,
    /// The verdict after it.
    pub to: Brief,
    /// The sources whose points moved; their moves sum to the step's change of score.
    pub moved: Vec<Moved>,
}

/// The way from one verdict to another, cause by cause. Each step begins where the one before it
/// ended, so the moves of all steps sum to the whole change of score.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct WhyChanged {
    /// The first verdict, in brief.
    pub from: Brief,
    /// The last.
    pub to: Brief,
    /// The causes that changed something, in the order of [`Cause`].
    pub steps: Vec<Step>,
}

/// Why two verdicts cannot be compared: time or knowledge would run backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the second verdict is {what} `{after}`, before the first, {what} `{before}`")]
pub struct BackwardsError {
    what: &'static str,
    before: NaiveDate,
    after: NaiveDate,
}

/// Splits the difference between two verdicts of one account into its causes.
///
/// 1. *Question*: why is it another class, score or stage than it was?
/// 2. *Formula*: a sequence of verdicts, each with one thing more of the second question:
///    ```text
///    first day, first knowledge, first settings              the first verdict
///    first day, second knowledge                             late facts
///    second day, only facts of the first day or before       time
///    second day, all facts                                   new facts
///    coverage, median, rules, policy, class before, packs, overrides, one after the other
///                                                            the second verdict
///    ```
///    A fact is dated by the day it counts from: a contract by its start, or its signing if later;
///    a deliverable by the day it was done, a review of a goal by its own. A record without a time
///    of recording was always known.
/// 3. *Shape*: in, one history and two contexts; out, at most one step a cause, none where nothing
///    changed. Another order would split interactions otherwise; the sum is the same. Cost: eleven
///    verdicts in brief, and a copy of the history.
/// 4. *Undefined when*: never.
/// 5. *Accuracy*: exact: the moves of all steps sum to the difference of the scores.
/// 6. *Source*: own definition.
///
/// # Errors
/// The second day, or what is known, lies before the first.
///
/// ```
/// use tenure_classify::{Cause, Context, Source, Signal, why_changed};
/// use tenure_model::record::Goal;
/// use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Record, parse_date};
/// let acme = AccountId::new("acme")?;
/// let goal = Goal::new(parse_date("2025-04-01")?, "double the newsletter");
/// let (book, _) = Book::from_events([Event::new(acme.clone(), Record::Goal(goal))]);
/// let before = Context::new(AsOf::new(parse_date("2025-03-31")?), Coverage::complete());
/// let after = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let told = why_changed(book.get(&acme).ok_or("missing")?, &before, &after)?;
/// let [step] = told.steps.as_slice() else { return Err("one cause".into()) };
/// assert_eq!((step.cause, step.from.score.lo, step.to.score.lo), (Cause::NewFacts, 0, 8));
/// assert_eq!(step.moved.first().map(|one| one.source), Some(Source::Signal(Signal::GoalTracked)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn why_changed(
    relationship: &Relationship,
    before: &Context<'_>,
    after: &Context<'_>,
) -> Result<WhyChanged, BackwardsError> {
    let (first, second) = (before.as_of, after.as_of);
    let forwards = |what, before, after| {
        if after < before { Err(BackwardsError { what, before, after }) } else { Ok(()) }
    };
    forwards("as of", first.day(), second.day())?;
    forwards("known at", first.knowledge_day(), second.knowledge_day())?;

    let old = facts_until(relationship, first.day());
    let mut asked = *before;
    let mut last = View::of(relationship, &asked);
    let from = last.found.clone();
    let mut steps = Vec::new();
    for &cause in Cause::ALL {
        let history = match cause {
            Cause::Time => &old,
            _ => relationship,
        };
        match cause {
            Cause::LateFacts => {
                asked.as_of =
                    AsOf::new(first.day()).known_at(second.knowledge_day()).in_zone(second.zone());
            }
            Cause::Time => asked.as_of = second,
            Cause::NewFacts => {}
            Cause::Coverage => asked.coverage = after.coverage,
            Cause::Median => asked.value_median = after.value_median,
            Cause::Rules => asked.rules = after.rules,
            Cause::Policy => asked.policy = after.policy,
            Cause::PreviousClass => asked.previous_class = after.previous_class,
            Cause::Packs => {
                asked.packs = after.packs;
                asked.provider_industry = after.provider_industry;
            }
            Cause::Overrides => asked.overrides = after.overrides,
        }
        let next = View::of(history, &asked);
        let moved = moved(&last.points, &next.points);
        if last.found != next.found || !moved.is_empty() {
            let (from, to) = (last.found, next.found.clone());
            steps.push(Step { cause, from, to, moved });
        }
        last = next;
    }
    Ok(WhyChanged { from, to: last.found, steps })
}

/// One verdict of the sequence.
struct View {
    found: Brief,
    points: Vec<(Source, Points)>,
}

impl View {
    fn of(relationship: &Relationship, context: &Context<'_>) -> Self {
        let evidence = Evidence::of(relationship, context);
        let points = points(&contributions(&evidence.signals(), context.rules));
        Self { found: brief(&evidence, context), points }
    }
}

/// The history without what happened after that day.
fn facts_until(relationship: &Relationship, day: NaiveDate) -> Relationship {
    let events = relationship.events().filter_map(|event| fact_until(event, day));
    let (book, _) = Book::from_events(events);
    let none = || Relationship::new(relationship.account().clone());
    book.get(relationship.account()).cloned().unwrap_or_else(none)
}

/// The fact as it stood on that day; `None` if it came later, or says nothing of classes.
fn fact_until(event: Event, day: NaiveDate) -> Option<Event> {
    let mut event = event;
    let dated = match &mut event.record {
        Record::Contract(one) => one.signed.map_or(one.start, |signed| signed.max(one.start)),
        Record::Purchase(one) => one.date,
        Record::Interaction(one) => one.date,
        Record::Referral(one) => one.date,
        Record::Assignment(one) => one.start,
        Record::Goal(one) => {
            one.reviews.retain(|&review| review <= day);
            one.set
        }
        // Until it is done it counts for nothing.
        Record::Deliverable(one) => one.done?,
        _ => return None,
    };
    (dated <= day).then_some(event)
}
