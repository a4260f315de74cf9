//! A history replayed: the stable class on each of many days.

use chrono::NaiveDate;
use tenure_model::{AsOf, Relationship};

use crate::brief::{Brief, brief};
use crate::class::Class;
use crate::context::Context;
use crate::evidence::Evidence;
use crate::stable::{NotLaterError, Observation, Stable, Transition};

/// One evaluation of a [`Timeline`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Moment {
    /// The day of the question.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
    pub on: NaiveDate,
    /// What was found, with the stable class before as the previous class.
    pub found: Brief,
    /// The stable class after it; `None` until a definite one was found.
    pub stable: Option<Class>,
    /// Whether the stable class could neither be confirmed nor denied.
    pub stale: bool,
}

/// What an account was taken for, day by day, and what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Timeline {
    /// The evaluations, in order.
    pub moments: Vec<Moment>,
    /// What changed, in order: on one day the episode, the stage, the stable class.
    pub transitions: Vec<Transition>,
    /// The state after the last evaluation, to go on from.
    pub stable: Stable,
}

/// Evaluates a history on many days and folds the verdicts to a stable class.
///
/// Each day is asked with what was known on it, and never with more than the context knows: what
/// was recorded later is not held against the past. The context's day counts for nothing, its
/// previous class is the stable class before the first day; how long another class must be found
/// stands in the rule set; all else is asked as it says, a
/// portfolio's median among it.
///
/// # Errors
/// A day that is not later than the one before it.
///
/// ```
/// use tenure_classify::{Class, Context, TransitionKind, replay};
/// use tenure_model::record::Purchase;
/// use tenure_model::{
///     AccountId, AsOf, Book, Coverage, Currency, Event, Money, Record, Tri, parse_date,
/// };
/// let shopper = AccountId::new("shopper")?;
/// let mut milk =
///     Purchase::new(parse_date("2025-06-20")?, Money::parse("1.20", Currency::new("EUR")?)?)?;
/// milk.customised = Tri::No;
/// let (book, _) = Book::from_events([Event::new(shopper.clone(), Record::Purchase(milk))]);
/// let context = Context::new(AsOf::new(parse_date("2025-12-31")?), Coverage::complete());
/// let dates = [parse_date("2025-05-31")?, parse_date("2025-06-30")?];
/// let told = replay(book.get(&shopper).ok_or("missing")?, &context, dates)?;
/// let stable: Vec<_> = told.moments.iter().map(|one| one.stable).collect();
/// assert_eq!(stable, [None, Some(Class::Customer)]);
/// let [episode, stage, class] = told.transitions.as_slice() else { return Err("three".into()) };
/// assert!(matches!(episode.kind, TransitionKind::Episode { from: 0, to: 1, .. }));
/// assert!(matches!(stage.kind, TransitionKind::Stage { .. }));
/// assert_eq!(class.kind, TransitionKind::Class { from: None, to: Class::Customer });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn replay(
    relationship: &Relationship,
    context: &Context<'_>,
    dates: impl IntoIterator<Item = NaiveDate>,
) -> Result<Timeline, NotLaterError> {
    let dwell = context.rules.parts().thresholds.dwell;
    let known = context.previous_class.map(|class| Stable::with_class(dwell, class));
    let mut stable = known.unwrap_or(Stable::new(dwell));
    let (mut moments, mut transitions) = (Vec::new(), Vec::new());
    for on in dates {
        let known_at = context.as_of.knowledge_day().min(on);
        let as_of = AsOf::new(on).known_at(known_at).in_zone(context.as_of.zone());
        let asked = Context { as_of, previous_class: stable.class(), ..*context };
        let evidence = Evidence::of(relationship, &asked);
        let found = brief(&evidence, &asked);
        transitions.extend(stable.push(Observation::read(&evidence, &found, &asked))?);
        let (stale, stable) = (stable.is_stale(), stable.class());
        moments.push(Moment { on, found, stable, stale });
    }
    Ok(Timeline { moments, transitions, stable })
}
