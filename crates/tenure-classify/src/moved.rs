//! What moved between two verdicts.

use crate::score::{Contribution, Source};

/// What one source adds to each end of the score.
///
/// ```
/// use tenure_classify::Points;
/// assert_eq!(Points::default(), Points { lo: 0, hi: 0 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[expect(clippy::exhaustive_structs, reason = "a pair with names, written out by users")]
pub struct Points {
    /// Points to the lower end.
    pub lo: i64,
    /// Points to the upper end.
    pub hi: i64,
}

/// A source whose points changed. Over all that moved, `to` less `from` is the change of the
/// score, exactly: [`Source::Cap`] is among them where the cap moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Moved {
    /// The signal, or the cap.
    pub source: Source,
    /// Its points before; 0 where it was not there.
    pub from: Points,
    /// Its points after; 0 where it is not there.
    pub to: Points,
}

/// The points of each source, in the order of the rule set.
pub(crate) fn points(contributions: &[Contribution]) -> Vec<(Source, Points)> {
    contributions.iter().map(|one| (one.source, Points { lo: one.lo, hi: one.hi })).collect()
}

/// The sources whose points differ: in the order after, then those that are there no more.
pub(crate) fn moved(from: &[(Source, Points)], to: &[(Source, Points)]) -> Vec<Moved> {
    let of = |points: &[(Source, Points)], source: Source| {
        points.iter().find(|one| one.0 == source).map(|one| one.1)
    };
    let gone = from.iter().filter(|one| of(to, one.0).is_none());
    to.iter()
        .chain(gone)
        .map(|&(source, _)| Moved {
            source,
            from: of(from, source).unwrap_or_default(),
            to: of(to, source).unwrap_or_default(),
        })
        .filter(|one| one.from != one.to)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Moved, Points, moved};
    use crate::score::Source;
    use crate::signal::Signal;

    #[test]
    fn what_comes_goes_or_changes_has_moved() {
        let [form, goal, advice] =
            [Signal::ContractForm, Signal::GoalTracked, Signal::AdviceCount].map(Source::Signal);
        let points = |lo, hi| Points { lo, hi };
        let before = [(form, points(5, 5)), (goal, points(0, 8)), (advice, points(3, 3))];
        let after = [(advice, points(6, 6)), (form, points(5, 5)), (Source::Cap, points(-1, -1))];
        let expected = [
            Moved { source: advice, from: points(3, 3), to: points(6, 6) },
            Moved { source: Source::Cap, from: points(0, 0), to: points(-1, -1) },
            Moved { source: goal, from: points(0, 8), to: points(0, 0) },
        ];
        assert_eq!(moved(&before, &after), expected);
        assert_eq!(moved(&before, &before), []);
    }
}
