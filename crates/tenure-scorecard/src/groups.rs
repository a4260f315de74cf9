//! The groups that accounts are counted into.

use std::collections::BTreeMap;

use tenure_classify::{Class, Stage};
use tenure_model::Text;

use crate::error::ScorecardError;
use crate::group::{GroupState, Question};
use crate::window::{WindowQuestion, WindowState};

/// The most segments a scorecard holds.
pub const MAX_SEGMENTS: usize = 1_000;

/// The stage on a day; `None`: not there yet.
pub(crate) type StageThen = Option<Stage>;

/// Every account is counted twice: by class and stage, and by segment. A state of all three would be
/// one push, but segments times 32 of them; so there are 32 and one a segment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    stages: BTreeMap<(Class, StageThen), GroupState>,
    segments: BTreeMap<SegmentKey, GroupState>,
    /// By class when the window opened, for all periods: one state a period.
    periods: BTreeMap<Class, Vec<WindowState>>,
}

/// Accounts without a segment come last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SegmentKey {
    Named(Text),
    None,
}

impl Groups {
    /// The states of a class and stage and of a segment, empty where there are none yet.
    pub(crate) fn of(
        &mut self,
        class: Class,
        stage: StageThen,
        segment: &SegmentKey,
        question: &Question,
    ) -> [&mut GroupState; 2] {
        let empty = || GroupState::new(question);
        [
            self.stages.entry((class, stage)).or_insert_with(empty),
            self.segments.entry(segment.clone()).or_insert_with(empty),
        ]
    }

    /// The states of a class's periods, each with its question.
    pub(crate) fn periods_of<'g>(
        &'g mut self,
        class: Class,
        asked: &'g [WindowQuestion],
    ) -> impl Iterator<Item = (&'g mut WindowState, &'g WindowQuestion)> {
        let empty = || asked.iter().map(WindowState::new).collect();
        self.periods.entry(class).or_insert_with(empty).iter_mut().zip(asked)
    }

    /// Every state by class and stage: together they are all accounts.
    pub(crate) fn by_class_and_stage(
        &self,
    ) -> impl Iterator<Item = (Class, StageThen, &GroupState)> {
        self.stages.iter().map(|(&(class, stage), state)| (class, stage, state))
    }

    /// Every segment, in order of name.
    pub(crate) fn by_segment(&self) -> impl Iterator<Item = (&SegmentKey, &GroupState)> {
        self.segments.iter()
    }

    /// The periods of every class that has any.
    pub(crate) fn by_period(&self) -> impl Iterator<Item = (Class, &[WindowState])> {
        self.periods.iter().map(|(&class, states)| (class, states.as_slice()))
    }

    /// Takes in the groups of other accounts.
    pub(crate) fn merge(&mut self, more: Self) -> Result<(), ScorecardError> {
        merge(&mut self.stages, more.stages, |own, state| own.merge(&state))?;
        merge(&mut self.segments, more.segments, |own, state| own.merge(&state))?;
        merge(&mut self.periods, more.periods, |own, states| {
            own.iter_mut().zip(&states).try_for_each(|(own, state)| own.merge(state))
        })?;
        self.check_segments()
    }

    /// Refuses more segments than a scorecard holds; no segment at all is none of them.
    pub(crate) fn check_segments(&self) -> Result<(), ScorecardError> {
        let unnamed = usize::from(self.segments.contains_key(&SegmentKey::None));
        if self.segments.len().saturating_sub(unnamed) > MAX_SEGMENTS {
            return Err(ScorecardError::TooManySegments);
        }
        Ok(())
    }
}

/// Puts each state to its own key, into the one that is there already.
fn merge<K: Ord, S>(
    all: &mut BTreeMap<K, S>,
    more: BTreeMap<K, S>,
    join: impl Fn(&mut S, S) -> Result<(), ScorecardError>,
) -> Result<(), ScorecardError> {
    for (key, state) in more {
        match all.get_mut(&key) {
            Some(own) => join(own, state)?,
            None => {
                all.insert(key, state);
            }
        }
    }
    Ok(())
}
