//! Shares within targets, counted exactly.

use tenure_stats::Share;

use crate::counters::share;
use crate::error::{CountOverflowError, DefinitionMismatchError, RetractError, TallyError};

/// How many were served within each target?
///
/// ```text
/// within(target) = |durations ≤ target| / |durations|
/// ```
///
/// *Shape*: one duration a row in, in milliseconds, and the targets once; a share a target out.
/// One more row raises every target it meets. Cost: one comparison a target.
///
/// *Undefined when* there is no duration: the share is 0 of 0, with no estimate. What has no
/// duration yet is no row here.
///
/// *Accuracy*: exact; a sketch never decides whether a target was met.
///
/// *Source*: the service level of contact centres ("80 % within 20 seconds"). The end is included.
///
/// ```
/// use tenure_service::WithinTargets;
///
/// let mut within = WithinTargets::new([20_000, 60_000]);
/// for ms in [20_000, 20_001, 90_000] {
///     within.push(ms)?;
/// }
/// let share = within.share(20_000).ok_or("not a target")?;
/// assert_eq!((share.x(), share.n()), (1, 3));
/// assert_eq!(within.share(5), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "WithinDocument", into = "WithinDocument"))]
pub struct WithinTargets {
    durations: u64,
    /// Ascending.
    targets: Vec<u64>,
    /// How many met each target but not the one before; at the end those that met none.
    bands: Vec<u64>,
}

impl WithinTargets {
    /// Nothing counted yet, under these targets in milliseconds; a target given twice is one.
    #[must_use]
    pub fn new(targets_ms: impl IntoIterator<Item = u64>) -> Self {
        let mut targets: Vec<u64> = targets_ms.into_iter().collect();
        targets.sort_unstable();
        targets.dedup();
        let bands = vec![0; targets.len().saturating_add(1)];
        Self { durations: 0, targets, bands }
    }

    /// Counts one duration in milliseconds.
    ///
    /// # Errors
    /// A full count; the tally is then as it was.
    pub fn push(&mut self, ms: u64) -> Result<(), TallyError> {
        self.durations = self.room_for(1)?;
        if let Some(held) = self.band_of(ms) {
            *held = held.saturating_add(1); // never above the durations
        }
        Ok(())
    }

    /// Takes a duration back, as if it had never been pushed.
    ///
    /// # Errors
    /// No duration between the same targets is there; the tally is then as it was.
    pub fn retract(&mut self, ms: u64) -> Result<(), TallyError> {
        let left = self.durations.saturating_sub(1); // read only if a band, hence this, is not 0
        match self.band_of(ms) {
            Some(held) if *held > 0 => *held = held.saturating_sub(1),
            _ => {
                return Err(RetractError { counter: "durations", held: 0, retracted: 1 }.into());
            }
        }
        self.durations = left;
        Ok(())
    }

    /// Takes in a tally under the same targets.
    ///
    /// # Errors
    /// Other targets, or a full count; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), TallyError> {
        if self.targets != other.targets {
            let text = |tally: &Self| format!("within {:?} ms", tally.targets);
            let (ours, theirs) = (text(self), text(other));
            return Err(DefinitionMismatchError { ours, theirs }.into());
        }
        self.durations = self.room_for(other.durations)?;
        for (held, &more) in self.bands.iter_mut().zip(&other.bands) {
            *held = held.saturating_add(more); // never above the durations
        }
        Ok(())
    }

    fn band_of(&mut self, ms: u64) -> Option<&mut u64> {
        self.bands.get_mut(self.targets.partition_point(|&target| target < ms))
    }

    fn room_for(&self, more: u64) -> Result<u64, CountOverflowError> {
        self.durations
            .checked_add(more)
            .filter(|&count| count <= Share::MAX_COUNT)
            .ok_or(CountOverflowError { counter: "durations", most: Share::MAX_COUNT })
    }

    /// All durations.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.durations
    }

    /// The targets in milliseconds, ascending.
    #[must_use]
    pub fn targets(&self) -> &[u64] {
        &self.targets
    }

    /// The durations that met the target, of all; `None` if it is not one of the targets.
    #[must_use]
    pub fn share(&self, target_ms: u64) -> Option<Share> {
        let band = self.targets.binary_search(&target_ms).ok()?;
        let met =
            self.bands.get(..=band)?.iter().fold(0_u64, |met, &more| met.saturating_add(more));
        Some(share(met, self.durations))
    }
}

/// A tally on its way in or out; one band more than targets.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "WithinTargets")]
struct WithinDocument {
    targets_ms: Vec<u64>,
    bands: Vec<u64>,
}

#[cfg(feature = "serde")]
impl TryFrom<WithinDocument> for WithinTargets {
    type Error = crate::error::StateError;

    fn try_from(document: WithinDocument) -> Result<Self, Self::Error> {
        let refuse = |rule| crate::error::StateError { tally: "within targets", rule };
        let mut tally = Self::new(document.targets_ms.iter().copied());
        if tally.targets != document.targets_ms {
            return Err(refuse("targets ascend"));
        }
        if tally.bands.len() != document.bands.len() {
            return Err(refuse("there is one band more than targets"));
        }
        for &held in &document.bands {
            tally.durations = tally.room_for(held).map_err(|_| refuse("at most 2^62 durations"))?;
        }
        tally.bands = document.bands;
        Ok(tally)
    }
}

#[cfg(feature = "serde")]
impl From<WithinTargets> for WithinDocument {
    fn from(tally: WithinTargets) -> Self {
        Self { targets_ms: tally.targets, bands: tally.bands }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retracting_what_is_not_there_changes_nothing() -> Result<(), TallyError> {
        let mut within = WithinTargets::new([10, 20]);
        assert!(matches!(within.retract(1), Err(TallyError::Retract(_))));
        within.push(15)?;
        let before = within.clone();
        for ms in [10, 21] {
            assert!(matches!(within.retract(ms), Err(TallyError::Retract(_))), "{ms}");
            assert_eq!(within, before);
        }
        within.retract(15)?;
        assert_eq!(within, WithinTargets::new([20, 10, 20]));
        Ok(())
    }

    #[test]
    fn other_targets_do_not_merge() {
        let mut within = WithinTargets::new([10]);
        let error = within.merge(&WithinTargets::new([11])).unwrap_err();
        let text = "a tally of `within [11] ms` cannot join one of `within [10] ms`";
        assert_eq!(error.to_string(), text);
    }
}
