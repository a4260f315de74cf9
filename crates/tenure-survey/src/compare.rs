//! Comparing tallies: only of one definition, and only of windows that do not overlap.

use tenure_stats::ShareDifference;

use crate::error::{CompareError, WindowError};
use crate::{Decomposition, GroupComparison, NetDifference, NetScore, Segment, Tally};

impl Tally {
    /// Did the net score change? This tally less the other, as independent samples; `None` if either
    /// has no answers. See [`NetDifference`].
    ///
    /// Tallies that name their windows must not overlap. Two regions asked in one window are
    /// independent all the same: take [`NetDifference::new`] of their scores.
    ///
    /// ```
    /// use tenure_survey::{Definition, Tally};
    ///
    /// let mut now = Tally::new(Definition::nps());
    /// now.push_column(&[10, 9, 9, 3])?;
    /// let mut before = Tally::new(Definition::nps());
    /// before.push_column(&[10, 8, 7, 3])?;
    /// let change = now.net_difference(&before)?.ok_or("an empty sample")?;
    /// assert_eq!(change.theta().to_f64(), 0.5); // 2/4 - 0/4
    /// let other = Tally::new(Definition::nps_european());
    /// assert!(now.net_difference(&other).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Another definition, one without bands, or windows that overlap.
    pub fn net_difference(&self, other: &Self) -> Result<Option<NetDifference>, CompareError> {
        require_independent([self, other])?;
        Ok(NetDifference::new(net(self)?, net(other)?))
    }

    /// Did the share of the top box change? This tally less the other, as independent samples;
    /// `None` if either has no answers. See [`ShareDifference`].
    ///
    /// ```
    /// use tenure_survey::{Definition, Tally};
    ///
    /// let now = Tally::from_histogram(Definition::csat(), &[0, 0, 1, 1, 2])?;
    /// let before = Tally::from_histogram(Definition::csat(), &[1, 0, 1, 1, 1])?;
    /// let change = now.top_box_difference(&before)?.ok_or("an empty sample")?;
    /// assert_eq!(change.estimate(), 0.25); // 3/4 - 2/4
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Another definition, one without a top box, or windows that overlap.
    pub fn top_box_difference(
        &self,
        other: &Self,
    ) -> Result<Option<ShareDifference>, CompareError> {
        require_independent([self, other])?;
        let share = |tally: &Self| tally.top_box().ok_or_else(|| lacking(tally, "top box"));
        Ok(ShareDifference::new(share(self)?, share(other)?))
    }
}

impl GroupComparison {
    /// The groups of several tallies, as independent samples.
    ///
    /// ```
    /// use tenure_survey::{Definition, GroupComparison, Tally};
    ///
    /// let week = |answers: &[u8]| -> Result<Tally, tenure_survey::TallyError> {
    ///     let mut tally = Tally::new(Definition::nps());
    ///     tally.push_column(answers)?;
    ///     Ok(tally)
    /// };
    /// let weeks = [week(&[10, 3, 8])?, week(&[9, 9, 2])?];
    /// let comparison = GroupComparison::of(&weeks)?;
    /// assert_eq!(comparison.pooled().n(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Two definitions, one without bands, windows of which two overlap, or more answers together
    /// than a state holds.
    pub fn of(tallies: &[Tally]) -> Result<Self, CompareError> {
        require_independent(tallies)?;
        let scores: Result<Vec<NetScore>, CompareError> = tallies.iter().map(net).collect();
        Ok(Self::of_scores(&scores?)?)
    }
}

impl Decomposition {
    /// The change over segments, each a tally before and one after, absent ones empty; `None` if a
    /// period has no answers.
    ///
    /// ```
    /// use tenure_survey::{Decomposition, Definition, Tally};
    ///
    /// let tally = |answers: &[u8]| -> Result<Tally, tenure_survey::TallyError> {
    ///     let mut tally = Tally::new(Definition::nps());
    ///     tally.push_column(answers)?;
    ///     Ok(tally)
    /// };
    /// let segments = [[tally(&[9, 3])?, tally(&[9, 9])?], [tally(&[3, 3])?, tally(&[3, 3])?]];
    /// let change = Decomposition::of(&segments)?.ok_or("no answers")?;
    /// assert_eq!(change.rate().to_string(), "1/2"); // half of all rose from 0 to 1
    /// assert_eq!(change.mix().to_string(), "0/1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Two definitions, one without bands, a window before that overlaps one after, or more answers
    /// in a period than a state holds.
    pub fn of(segments: &[[Tally; 2]]) -> Result<Option<Self>, CompareError> {
        let first = segments.iter().flatten().next();
        let mut scores = Vec::with_capacity(segments.len());
        for [before, after] in segments {
            if let Some(first) = first {
                first.definition().require_same(before.definition())?;
            }
            require_independent([before, after])?;
            scores.push(Segment { before: net(before)?, after: net(after)? });
        }
        Ok(Self::new(&scores)?)
    }
}

fn net(tally: &Tally) -> Result<NetScore, CompareError> {
    tally.net_score().ok_or_else(|| lacking(tally, "bands"))
}

fn lacking(tally: &Tally, needs: &'static str) -> CompareError {
    CompareError::Lacking { definition: tally.definition().to_string(), needs }
}

/// One definition, and no two windows that share a day.
fn require_independent<'a>(
    tallies: impl IntoIterator<Item = &'a Tally>,
) -> Result<(), CompareError> {
    let mut first: Option<&Tally> = None;
    let mut windows = Vec::new();
    for tally in tallies {
        if let Some(first) = first {
            first.definition().require_same(tally.definition())?;
        }
        first = first.or(Some(tally));
        windows.extend(tally.period());
    }
    windows.sort_unstable();
    for (&ours, &theirs) in windows.iter().zip(windows.iter().skip(1)) {
        // in order of their first days: neighbours overlap if any two do
        if theirs.start() < ours.end() {
            return Err(WindowError::Overlap { ours, theirs }.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CountOverflowError, Definition};
    use tenure_model::{Period, parse_date};

    fn period(first: &str, last: &str) -> Period {
        Period::inclusive(parse_date(first).unwrap(), parse_date(last).unwrap()).unwrap()
    }

    fn of(period: Period) -> Tally {
        let mut tally = Tally::over(Definition::csat(), period).unwrap();
        tally.push_column(&[1, 3, 5, 5]).unwrap();
        tally
    }

    #[test]
    fn windows_that_overlap_are_not_independent() {
        let january = of(period("2026-01-01", "2026-01-31"));
        let february = of(period("2026-02-01", "2026-02-28"));
        let rolling = of(period("2026-01-31", "2026-02-27"));
        assert!(january.net_difference(&february).unwrap().is_some());
        for (one, other) in [(&january, &rolling), (&rolling, &february), (&january, &january)] {
            let (ours, theirs) = (one.period().unwrap(), other.period().unwrap());
            let overlap = CompareError::Window(WindowError::Overlap { ours, theirs });
            assert_eq!(one.net_difference(other), Err(overlap.clone()));
            assert_eq!(one.top_box_difference(other), Err(overlap));
            let pair = [one.clone(), other.clone()];
            assert!(matches!(Decomposition::of(&[pair]), Err(CompareError::Window(_))));
        }
        let three = [february, rolling.clone(), january.clone()];
        assert!(matches!(GroupComparison::of(&three), Err(CompareError::Window(_))));
        // a tally that names no window takes the caller's word
        assert!(january.net_difference(&Tally::new(Definition::csat())).unwrap().is_none());
    }

    #[test]
    fn other_definitions_are_not_compared() {
        let (ours, theirs) = (Tally::new(Definition::nps()), Tally::new(Definition::csat()));
        assert!(matches!(ours.net_difference(&theirs), Err(CompareError::Definition(_))));
        assert!(matches!(ours.top_box_difference(&theirs), Err(CompareError::Definition(_))));
        let both = [ours.clone(), theirs.clone()];
        assert!(matches!(GroupComparison::of(&both), Err(CompareError::Definition(_))));
        let segments = [[ours.clone(), ours], [theirs.clone(), theirs]];
        assert!(matches!(Decomposition::of(&segments), Err(CompareError::Definition(_))));
    }

    #[test]
    fn what_is_not_there_is_not_compared() {
        let (binary, nps) = (Tally::new(Definition::csat_binary()), Tally::new(Definition::nps()));
        let Err(CompareError::Lacking { needs, .. }) = binary.net_difference(&binary) else {
            panic!("compared bands that are not there")
        };
        assert_eq!(needs, "bands");
        assert!(matches!(nps.top_box_difference(&nps), Err(CompareError::Lacking { .. })));
        let mut full = nps;
        full.push_times(9, Tally::MAX_ROWS).unwrap();
        let twice = GroupComparison::of(&[full.clone(), full]);
        assert_eq!(twice, Err(CompareError::Overflow(CountOverflowError)));
    }
}
