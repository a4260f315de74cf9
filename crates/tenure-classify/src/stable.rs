//! The class that does not flicker: a fold over evaluations, one at a time.

use chrono::NaiveDate;
use tenure_model::Relationship;

use crate::brief::Brief;
use crate::class::Class;
use crate::context::Context;
use crate::evidence::Evidence;
use crate::history::Episode;
use crate::moved::{Moved, Points, moved, points};
use crate::score::{Contribution, Source, contributions};
use crate::stage::Stage;
use crate::verdict::{Verdict, evaluate};

/// How long another class must be found before it is adopted.
///
/// ```
/// use tenure_classify::Dwell;
/// assert_eq!(Dwell::default(), Dwell { evaluations: 2, days: 28 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[expect(clippy::exhaustive_structs, reason = "two numbers, written out by users")]
pub struct Dwell {
    /// At so many consecutive evaluations; 0 is no less than 1.
    pub evaluations: u32,
    /// The first and the last of them at least so many days apart.
    pub days: u32,
}

impl Default for Dwell {
    fn default() -> Self {
        Self { evaluations: 2, days: 28 }
    }
}

/// What the fold reads of a verdict: enough to replay it without the history.
///
/// ```
/// use tenure_classify::{Class, Context, Observation, Stage, evaluate};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let seen = Observation::of(&evaluate(&nothing, &context));
/// assert_eq!((seen.class, seen.stage, seen.ruled), (Class::Undetermined, Stage::Prospect, true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Observation {
    /// The day of the question.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::dates::read"))]
    pub on: NaiveDate,
    /// The class, with the exit thresholds of the stable class before.
    pub class: Class,
    /// The stage.
    pub stage: Stage,
    /// Whether a hard rule decided before the score.
    pub ruled: bool,
    /// The last day on which an engagement contract began or was over for the first time.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::optional"))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::dates::read_optional"))]
    pub contracts_changed: Option<NaiveDate>,
    /// The number of the episode.
    pub episode: u32,
    /// The day it opened.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::optional"))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::dates::read_optional"))]
    pub opened: Option<NaiveDate>,
    /// The points of each source, in the order of the rule set.
    pub points: Vec<(Source, Points)>,
}

impl Observation {
    /// What a verdict says.
    #[must_use]
    pub fn of(verdict: &Verdict) -> Self {
        let Verdict { class, stage, as_of, contracts_changed, episode, .. } = *verdict;
        let ruled = verdict.hard_rule.is_some();
        Self::new(as_of, (class, stage, ruled), contracts_changed, episode, &verdict.contributions)
    }

    /// The same from the verdict in brief and what it was read from.
    pub(crate) fn read(evidence: &Evidence, brief: &Brief, context: &Context<'_>) -> Self {
        let told = (brief.class, brief.stage, brief.hard_rule.is_some());
        let (day, changed) = (evidence.as_of().day(), evidence.contracts_changed());
        let contributions = contributions(&evidence.signals(), context.rules);
        Self::new(day, told, changed, evidence.episode(), &contributions)
    }

    fn new(
        on: NaiveDate,
        (class, stage, ruled): (Class, Stage, bool),
        contracts_changed: Option<NaiveDate>,
        episode: Episode,
        contributions: &[Contribution],
    ) -> Self {
        let Episode { number: episode, opened, .. } = episode;
        let points = points(contributions);
        Self { on, class, stage, ruled, contracts_changed, episode, opened, points }
    }

    /// The episode it is in, if it opened since that evaluation. Facts learned late may number or
    /// date an old one anew.
    fn new_episode(&self, last: &Self) -> Option<TransitionKind> {
        let opened = self.opened.filter(|&opened| last.opened.is_none_or(|old| opened > old))?;
        let is_new = self.episode > last.episode || opened > last.on;
        let (from, to) = (last.episode, self.episode);
        is_new.then_some(TransitionKind::Episode { from, to, opened })
    }
}

/// What changed from one evaluation to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum TransitionKind {
    /// A new episode opened.
    Episode {
        /// The number of the episode before; 0 where there was none.
        from: u32,
        /// Its number.
        to: u32,
        /// The day it opened.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
        opened: NaiveDate,
    },
    /// The stage.
    Stage {
        /// Before.
        from: Stage,
        /// After.
        to: Stage,
    },
    /// The stable class became client or hybrid, and was customer.
    Converted {
        /// Customer.
        from: Class,
        /// Client or hybrid.
        to: Class,
    },
    /// Any other change of the stable class.
    Class {
        /// Before; `None` where there was none yet.
        from: Option<Class>,
        /// After.
        to: Class,
    },
}

/// A change, the evaluation that found it, and what moved.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Transition {
    /// The day of the evaluation.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
    pub on: NaiveDate,
    /// From what to what.
    pub kind: TransitionKind,
    /// The sources whose points moved: for a class, since the last evaluation that gave the class
    /// before; otherwise since the evaluation before.
    pub moved: Vec<Moved>,
}

/// An evaluation of a day that is not later than the last one. A day is evaluated once, at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an evaluation as of `{found}` does not follow the last one, as of `{last}`")]
pub struct NotLaterError {
    last: NaiveDate,
    found: NaiveDate,
}

impl NotLaterError {
    /// The day refused.
    #[must_use]
    pub const fn found(&self) -> NaiveDate {
        self.found
    }

    /// The day of the last evaluation.
    #[must_use]
    pub const fn last(&self) -> NaiveDate {
        self.last
    }
}

/// A run of evaluations that give one other class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Run {
    /// The day of the first.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::dates::read"))]
    pub first: NaiveDate,
    /// How many so far.
    pub evaluations: u32,
}

/// The stable class of one account, evaluation by evaluation.
///
/// 1. *Question*: what do we take this account for, until it is clear that it is something else?
/// 2. *Formula*:
///    ```text
///    the first definite class is adopted
///    another definite class is adopted after `dwell.evaluations` evaluations in a row that give it,
///        the first and the last `dwell.days` apart; at once
///        if a hard rule decided, or an engagement contract began or ended since the evaluation before
///    undetermined is never adopted: the class goes stale until a definite one is found again
///    ```
///    In a row: an undetermined verdict between two equal ones, or one that gives the stable class,
///    starts the count anew. Rule H0, no commercial activity, decides undetermined: it makes the
///    class stale like any other. Contracts count by the day they began (or were signed, if later)
///    and the day after their last, whenever they were recorded.
/// 3. *Shape*: in, one [`Observation`] an evaluation, days growing; out, what changed. Each
///    evaluation should be asked with the stable class so far as its previous class:
///    [`evaluate`](Self::evaluate) does both. The state is small, can be kept as JSON, and gives
///    the same whether fed at once or over years.
/// 4. *Undefined when*: [`class`](Self::class) is `None` until a definite verdict was found.
/// 5. *Accuracy*: exact.
/// 6. *Source*: own definition.
///
/// ```
/// use tenure_classify::{Class, Context, Dwell, Observation, Stable, evaluate};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let mut seen = Observation::of(&evaluate(&nothing, &context));
/// seen.ruled = false;
///
/// let mut stable = Stable::new(Dwell::default());
/// let mut adopted = Vec::new();
/// for (day, class) in [
///     ("2025-01-31", Class::Customer),
///     ("2025-02-28", Class::Client), // once
///     ("2025-03-31", Class::Undetermined),
///     ("2025-04-30", Class::Client), // once more, but not in a row
///     ("2025-05-28", Class::Client), // twice, 28 days apart
/// ] {
///     (seen.on, seen.class) = (parse_date(day)?, class);
///     stable.push(seen.clone())?;
///     adopted.extend(stable.class().map(|class| (class.name(), stable.is_stale())));
/// }
/// assert_eq!(adopted[..3], [("customer", false), ("customer", false), ("customer", true)]);
/// assert_eq!(adopted[3..], [("customer", false), ("client", false)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "state::Parts", into = "state::Parts"))]
pub struct Stable {
    dwell: Dwell,
    /// Definite.
    class: Option<Class>,
    /// The evaluation that adopted it; `None` where it was handed in.
    since: Option<NaiveDate>,
    /// The points when the class was last given.
    settled: Vec<(Source, Points)>,
    /// While the last evaluation gave another definite class.
    run: Option<Run>,
    last: Option<Observation>,
}

impl Stable {
    /// Nothing evaluated yet.
    #[must_use]
    pub const fn new(dwell: Dwell) -> Self {
        Self { dwell, class: None, since: None, settled: Vec::new(), run: None, last: None }
    }

    /// Nothing evaluated yet, with a stable class known from elsewhere; undetermined is none.
    ///
    /// ```
    /// use tenure_classify::{Class, Dwell, Stable};
    /// let known = Stable::with_class(Dwell::default(), Class::Client);
    /// assert_eq!((known.class(), known.since()), (Some(Class::Client), None));
    /// let nothing = Stable::with_class(Dwell::default(), Class::Undetermined);
    /// assert_eq!(nothing, Stable::new(Dwell::default()));
    /// ```
    #[must_use]
    pub fn with_class(dwell: Dwell, class: Class) -> Self {
        Self { class: Some(class).filter(|class| class.is_definite()), ..Self::new(dwell) }
    }

    /// The stable class; `None` until a definite verdict was found.
    #[must_use]
    pub const fn class(&self) -> Option<Class> {
        self.class
    }

    /// The evaluation that adopted it; `None` where there is none, or it was handed in.
    #[must_use]
    pub const fn since(&self) -> Option<NaiveDate> {
        self.since
    }

    /// Whether there is a class that the last evaluation could neither confirm nor deny.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        let open = self.last.as_ref().is_some_and(|last| !last.class.is_definite());
        self.class.is_some() && open
    }

    /// The other class that the last evaluations gave, and since when.
    #[must_use]
    pub fn challenger(&self) -> Option<(Class, Run)> {
        Some((self.last.as_ref()?.class, self.run?))
    }

    /// The last evaluation.
    #[must_use]
    pub const fn last(&self) -> Option<&Observation> {
        self.last.as_ref()
    }

    /// The settings.
    #[must_use]
    pub const fn dwell(&self) -> Dwell {
        self.dwell
    }

    /// Evaluates the history with the stable class so far as the previous class, and takes the
    /// verdict in; what the context says of a previous class is not read.
    ///
    /// # Errors
    /// A day that is not later than the last one; the state is then as it was.
    ///
    /// ```
    /// use tenure_classify::{Context, Dwell, Stable};
    /// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
    /// let nothing = Relationship::new(AccountId::new("acme")?);
    /// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
    /// let mut stable = Stable::new(Dwell::default());
    /// let (verdict, transitions) = stable.evaluate(&nothing, &context)?;
    /// assert_eq!((verdict.hard_rule.as_deref(), transitions.len()), (Some("H0"), 0));
    /// let again = stable.evaluate(&nothing, &context).err().ok_or("twice on one day")?;
    /// assert_eq!((again.found(), again.last()), (verdict.as_of, verdict.as_of));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluate(
        &mut self,
        relationship: &Relationship,
        context: &Context<'_>,
    ) -> Result<(Verdict, Vec<Transition>), NotLaterError> {
        self.check(context.as_of.day())?;
        let asked = Context { previous_class: self.class, ..*context };
        let verdict = evaluate(relationship, &asked);
        let transitions = self.push(Observation::of(&verdict))?;
        Ok((verdict, transitions))
    }

    /// Takes in one evaluation; what changed: the episode, the stage, the stable class.
    ///
    /// # Errors
    /// A day that is not later than the last one; the state is then as it was.
    pub fn push(&mut self, seen: Observation) -> Result<Vec<Transition>, NotLaterError> {
        self.check(seen.on)?;
        let mut transitions = Vec::new();
        if let Some(last) = &self.last {
            let (from, to) = (last.stage, seen.stage);
            let stage = (from != to).then_some(TransitionKind::Stage { from, to });
            let kinds = seen.new_episode(last).into_iter().chain(stage);
            transitions.extend(kinds.map(|kind| Transition {
                on: seen.on,
                kind,
                moved: moved(&last.points, &seen.points),
            }));
        }
        if let Some(from) = self.class {
            let run = self.run_with(&seen);
            let adopts = run.is_some_and(|run| self.is_decided(&seen) || self.is_long(run, &seen));
            if adopts {
                let to = seen.class;
                let kind = match from {
                    Class::Customer => TransitionKind::Converted { from, to },
                    _ => TransitionKind::Class { from: Some(from), to },
                };
                let moved = moved(&self.settled, &seen.points);
                transitions.push(Transition { on: seen.on, kind, moved });
                self.adopt(&seen);
            } else {
                self.run = run;
                if seen.class == from {
                    self.settled.clone_from(&seen.points);
                }
            }
        } else if seen.class.is_definite() {
            let kind = TransitionKind::Class { from: None, to: seen.class };
            let moved = moved(&[], &seen.points);
            transitions.push(Transition { on: seen.on, kind, moved });
            self.adopt(&seen);
        }
        self.last = Some(seen);
        Ok(transitions)
    }

    fn check(&self, found: NaiveDate) -> Result<(), NotLaterError> {
        match &self.last {
            Some(last) if found <= last.on => Err(NotLaterError { last: last.on, found }),
            _ => Ok(()),
        }
    }

    /// The run of evaluations that this one ends, if it gives another definite class.
    fn run_with(&self, seen: &Observation) -> Option<Run> {
        if !seen.class.is_definite() || self.class == Some(seen.class) {
            return None;
        }
        let before = self.challenger().filter(|(class, _)| *class == seen.class);
        Some(before.map_or(Run { first: seen.on, evaluations: 1 }, |(_, run)| Run {
            evaluations: run.evaluations.saturating_add(1),
            ..run
        }))
    }

    /// Whether a rule or a contract decided, which no doubt is left about.
    fn is_decided(&self, seen: &Observation) -> bool {
        let since = self.last.as_ref().map(|last| last.on);
        seen.ruled || since.is_some_and(|day| seen.contracts_changed > Some(day))
    }

    fn is_long(&self, run: Run, seen: &Observation) -> bool {
        run.evaluations >= self.dwell.evaluations
            && seen.on.signed_duration_since(run.first).num_days() >= i64::from(self.dwell.days)
    }

    fn adopt(&mut self, seen: &Observation) {
        self.class = Some(seen.class);
        self.since = Some(seen.on);
        self.settled.clone_from(&seen.points);
        self.run = None;
    }
}

#[cfg(feature = "serde")]
mod state;
