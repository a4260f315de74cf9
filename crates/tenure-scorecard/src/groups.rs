//! The groups that accounts are counted into.

use std::collections::{BTreeMap, BTreeSet};

use tenure_classify::Class;
use tenure_model::Text;

use crate::error::ScorecardError;
use crate::group::{GroupState, Question};

/// The most segments a scorecard holds.
pub const MAX_SEGMENTS: usize = 1_000;

/// Class and segment; accounts without a segment come last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups(BTreeMap<(Class, SegmentKey), GroupState>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SegmentKey {
    Named(Text),
    None,
}

impl Groups {
    /// The state of a class and segment, empty where there is none yet.
    pub(crate) fn of(
        &mut self,
        class: Class,
        segment: &SegmentKey,
        question: &Question,
    ) -> &mut GroupState {
        self.0.entry((class, segment.clone())).or_insert_with(|| GroupState::new(question))
    }

    /// Every group there is.
    pub(crate) fn each(&self) -> impl Iterator<Item = (Class, &SegmentKey, &GroupState)> {
        self.0.iter().map(|((class, segment), state)| (*class, segment, state))
    }

    /// Takes in the groups of other accounts.
    pub(crate) fn merge(&mut self, more: Self) -> Result<(), ScorecardError> {
        for (key, state) in more.0 {
            match self.0.get_mut(&key) {
                Some(own) => own.merge(&state)?,
                None => {
                    self.0.insert(key, state);
                }
            }
        }
        self.check_segments()
    }

    /// Refuses more segments than a scorecard holds; no segment at all is none of them.
    pub(crate) fn check_segments(&self) -> Result<(), ScorecardError> {
        if self.0.len() <= MAX_SEGMENTS {
            return Ok(());
        }
        let segments: BTreeSet<&SegmentKey> = self
            .0
            .keys()
            .map(|(_, segment)| segment)
            .filter(|segment| **segment != SegmentKey::None)
            .collect();
        if segments.len() > MAX_SEGMENTS {
            return Err(ScorecardError::TooManySegments);
        }
        Ok(())
    }
}
