//! The state as it is kept, and what cannot be one.

use chrono::NaiveDate;

use super::{Dwell, Observation, Run, Stable};
use crate::class::Class;
use crate::moved::Points;
use crate::score::Source;

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parts {
    dwell: Dwell,
    class: Option<Class>,
    #[serde(serialize_with = "crate::dates::optional")]
    #[serde(deserialize_with = "crate::dates::read_optional")]
    since: Option<NaiveDate>,
    settled: Vec<(Source, Points)>,
    run: Option<Run>,
    last: Option<Observation>,
}

/// A state that no sequence of evaluations leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the state of a stable class: {0}")]
pub(super) struct StateError(&'static str);

impl TryFrom<Parts> for Stable {
    type Error = StateError;

    fn try_from(parts: Parts) -> Result<Self, StateError> {
        let Parts { dwell, class, since, settled, run, last } = parts;
        let refuse = |fault| Err(StateError(fault));
        if class.is_some_and(|class| !class.is_definite()) {
            return refuse("`class` is undetermined");
        }
        let (found, on) = (last.as_ref().map(|last| last.class), last.as_ref().map(|last| last.on));
        let adopted_otherwise = since == on && found != class;
        if since.is_some() && (class.is_none() || since > on || adopted_otherwise) {
            return refuse("`since` is no evaluation that could have adopted `class`");
        }
        let other = found.is_some_and(|found| found.is_definite() && Some(found) != class);
        if other && class.is_none() {
            return refuse("the class of `last` was not adopted");
        }
        if other != run.is_some() {
            return refuse("`run` is there exactly while `last` gave another definite class");
        }
        let impossible = |run: Run| {
            let counted = match run.evaluations {
                0 => false,
                1 => Some(run.first) == on,
                _ => Some(run.first) < on,
            };
            !counted || since.is_some_and(|since| run.first <= since)
        };
        if run.is_some_and(impossible) {
            return refuse("`run` is not within the evaluations since `since`");
        }
        Ok(Self { dwell, class, since, settled, run, last })
    }
}

impl From<Stable> for Parts {
    fn from(stable: Stable) -> Self {
        let Stable { dwell, class, since, settled, run, last } = stable;
        Self { dwell, class, since, settled, run, last }
    }
}
