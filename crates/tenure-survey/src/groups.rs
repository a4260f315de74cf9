//! Many groups: do they differ, and is there a trend?

use tenure_stats::{ChiSquareTest, Ratio, ZTest, count_to_f64};

use crate::NetScore;
use crate::error::{CountOverflowError, GroupsError};

/// Do several samples share one score? And if they have a time or a dose, does the score follow it?
///
/// ```text
/// θ, s²         score and variance of all answers together
/// homogeneity   Σ n_g(θ_g - θ)²/s²  ~ χ²(k - 1)
/// trend         S = Σ t_g·n_g(θ_g - θ),  S_xx = Σ n_g(t_g - t̄)²,  slope S/S_xx,  z = S/√(s²·S_xx)
/// departure     homogeneity - z² = Σ n_g(θ_g - θ - slope·(t_g - t̄))²/s²  ~ χ²(k - 2)
/// ```
///
/// *Shape*: one sample a group in. Empty groups leave k and are listed.
///
/// *Undefined when* there is no answer; a test if all answers agree (s² = 0) or its degrees of
/// freedom run out; the trend if all answers have one time.
///
/// *Accuracy*: θ_g - θ is an exact fraction, converted once; relative error below 1e-12.
///
/// *Source*: Cochran 1954 and Armitage 1955, on scores of -1, 0 and 1.
///
/// ```
/// use tenure_survey::{GroupComparison, NetScore};
///
/// let groups = [NetScore::new(20, 30, 50)?, NetScore::new(45, 30, 25)?, NetScore::default()];
/// let comparison = GroupComparison::new(&groups)?;
/// assert_eq!(comparison.empty_groups(), [2]);
/// let test = comparison.homogeneity().ok_or("undefined")?;
/// assert!(test.df == 1 && test.p < 0.001);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GroupComparison {
    pooled: NetScore,
    /// Place, size and n_g(θ_g - θ) of the groups that are not empty.
    groups: Vec<Group>,
    empty: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Group {
    index: usize,
    n: f64,
    excess: f64,
}

/// How the score moves with time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Trend {
    /// Change of θ for one unit of time.
    pub slope: f64,
    /// The test of no trend.
    pub test: ZTest,
    /// What the groups differ beyond a straight line; `None` with fewer than three.
    pub departure: Option<ChiSquareTest>,
}

impl GroupComparison {
    /// Samples to compare, one a group.
    ///
    /// # Errors
    /// More answers together than a state holds.
    pub fn new(groups: &[NetScore]) -> Result<Self, GroupsError> {
        Ok(Self::of_scores(groups)?)
    }

    pub(crate) fn of_scores(groups: &[NetScore]) -> Result<Self, CountOverflowError> {
        let mut counts = [0_u64; 3];
        for group in groups {
            let more = [group.detractors(), group.passives(), group.promoters()];
            for (count, more) in counts.iter_mut().zip(more) {
                *count = count.saturating_add(more); // refused below if it is too much
            }
        }
        let [d, n, p] = counts;
        let pooled = NetScore::new(d, n, p)?;
        let mut present = Vec::new();
        let mut empty = Vec::new();
        for (index, group) in groups.iter().enumerate() {
            match excess(*group, pooled) {
                Some(excess) => present.push(Group { index, n: count_to_f64(group.n()), excess }),
                None => empty.push(index),
            }
        }
        Ok(Self { pooled, groups: present, empty })
    }

    /// All answers together.
    #[must_use]
    pub const fn pooled(&self) -> NetScore {
        self.pooled
    }

    /// Places of the groups without answers.
    #[must_use]
    pub fn empty_groups(&self) -> &[usize] {
        &self.empty
    }

    /// The test of one score for all groups.
    #[must_use]
    pub fn homogeneity(&self) -> Option<ChiSquareTest> {
        let df = u64::try_from(self.groups.len()).ok()?.checked_sub(1)?;
        ChiSquareTest::new(self.chi2()?, df)
    }

    /// The trend along `times`, one for each group given, empty ones too; `None` if all answers agree
    /// or have one time.
    ///
    /// ```
    /// use tenure_survey::{GroupComparison, NetScore};
    ///
    /// let weeks = [NetScore::new(3, 0, 1)?, NetScore::new(2, 0, 2)?, NetScore::new(1, 0, 3)?];
    /// let trend = GroupComparison::new(&weeks)?.trend(&[0.0, 1.0, 2.0])?.ok_or("no trend")?;
    /// assert_eq!(trend.slope, 0.5); // -½, 0, ½
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Another number of times than groups, or a time that is not finite.
    pub fn trend(&self, times: &[f64]) -> Result<Option<Trend>, GroupsError> {
        let groups = self.groups.len().saturating_add(self.empty.len());
        if times.len() != groups {
            return Err(GroupsError::Times { times: times.len(), groups });
        }
        if let Some((index, &time)) = times.iter().enumerate().find(|(_, time)| !time.is_finite()) {
            return Err(GroupsError::Time { index, time });
        }
        let placed =
            || self.groups.iter().filter_map(|group| Some((group, *times.get(group.index)?)));
        let n = count_to_f64(self.pooled.n());
        // from that of the largest group: it lies nearest the centre, and of years near 2000 the
        // digits lie in what they differ by
        let largest = placed().max_by(|(one, _), (other, _)| one.n.total_cmp(&other.n));
        let origin = largest.map_or(0.0, |(_, time)| time);
        let centre =
            placed().fold(0.0, |centre, (group, time)| centre + group.n / n * (time - origin));
        let from_centre = |time: f64| (time - origin) - centre;
        let mut covariance = 0.0;
        let mut spread = 0.0;
        for (group, time) in placed() {
            let away = from_centre(time);
            covariance += away * group.excess;
            spread += group.n * away * away;
        }
        let known = |spread: f64| (spread > 0.0).then_some(spread);
        let trend = || {
            let spread = known(spread)?;
            let variance = known(self.pooled.variance()?.to_f64())?;
            let test = ZTest::new(covariance, libm::sqrt(variance * spread))?;
            let df = u64::try_from(self.groups.len()).ok()?.saturating_sub(2);
            let slope = covariance / spread;
            // homogeneity less z², as what the line leaves over: their difference would cancel
            let left_over = placed().fold(0.0, |total, (group, time)| {
                let residual = group.excess / group.n - slope * from_centre(time);
                total + group.n * residual * residual
            });
            let departure = ChiSquareTest::new(left_over / variance, df);
            Some(Trend { slope, test, departure })
        };
        Ok(trend())
    }

    fn chi2(&self) -> Option<f64> {
        let variance = self.pooled.variance()?.to_f64();
        let total = self
            .groups
            .iter()
            .fold(0.0, |total, group| total + group.excess * (group.excess / group.n));
        (variance > 0.0).then_some(total / variance)
    }
}

/// n_g(θ_g - θ), one fraction; `None` for an empty group.
fn excess(group: NetScore, pooled: NetScore) -> Option<f64> {
    let (ours, all) = (group.theta()?, pooled.theta()?);
    let num = ours.num().checked_mul(all.den())?.checked_sub(all.num().checked_mul(ours.den())?)?;
    Some(Ratio::new(num, all.den())?.to_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tally;

    fn score(d: u64, n: u64, p: u64) -> NetScore {
        NetScore::new(d, n, p).unwrap()
    }

    #[test]
    fn what_a_line_leaves_over_keeps_its_digits() {
        // 0, 1/50000, 2/50000 … on one line: nothing is left over
        let line: Vec<_> = (0..9_u64).map(|g| score(500_000 - g, 7, 500_000 + g)).collect();
        let years: Vec<f64> = (0..9).map(|g| 2020.0 + f64::from(g) / 4.0).collect();
        let trend = GroupComparison::new(&line).unwrap().trend(&years).unwrap().unwrap();
        assert!(trend.departure.unwrap().chi2 < 1e-20, "{trend:?}");
        // fractions in Python; homogeneity is 2.7e11 with a z² as large
        let groups =
            [score(47, 43, 35), score(0, 0, 1), score(0, 0, 1 << 57), score(0, 1_114_217, 0)];
        let trend = GroupComparison::new(&groups).unwrap();
        let trend = trend.trend(&[0.0, 1.0, 2020.5, 3.0]).unwrap().unwrap();
        let expected = 273_950_221_784.457_68;
        let error = trend.departure.unwrap().chi2 - expected;
        assert!(error.abs() < 1e-12 * expected, "{error}");
        let groups = [
            score(48, 25, 38),
            score(0, 0, 0),
            score(1 << 57, 0, 0),
            score(0, 0, 0),
            score(1, 0, 0),
        ];
        let trend = GroupComparison::new(&groups).unwrap();
        let trend = trend.trend(&[0.0, 1.0, 2020.5, 2020.75, 2021.0]).unwrap().unwrap();
        let expected = 41_281_510.072_916_724;
        let error = trend.departure.unwrap().chi2 - expected;
        assert!(error.abs() < 1e-12 * expected, "{error}");
    }

    #[test]
    fn tests_run_out_of_groups() {
        let none = GroupComparison::new(&[]).unwrap();
        assert_eq!((none.homogeneity(), none.trend(&[])), (None, Ok(None)));
        let one = GroupComparison::new(&[score(1, 2, 3)]).unwrap();
        assert_eq!((one.homogeneity(), one.trend(&[0.0])), (None, Ok(None)));
        let two = GroupComparison::new(&[score(1, 2, 3), score(3, 2, 1)]).unwrap();
        let trend = two.trend(&[0.0, 1.0]).unwrap().unwrap();
        assert_eq!(trend.departure, None);
        assert!((trend.test.z * trend.test.z - two.homogeneity().unwrap().chi2).abs() < 1e-12);
        assert_eq!(two.trend(&[1.0, 1.0]), Ok(None));
        let agreed = GroupComparison::new(&[score(0, 0, 5), score(0, 0, 7)]).unwrap();
        assert_eq!((agreed.homogeneity(), agreed.trend(&[0.0, 1.0])), (None, Ok(None)));
    }

    #[test]
    fn refuses_times_that_do_not_fit() {
        let two = GroupComparison::new(&[score(1, 2, 3), NetScore::default()]).unwrap();
        assert_eq!(two.trend(&[0.0]), Err(GroupsError::Times { times: 1, groups: 2 }));
        let endless = two.trend(&[0.0, f64::INFINITY]);
        assert_eq!(endless, Err(GroupsError::Time { index: 1, time: f64::INFINITY }));
        let full = score(0, 0, Tally::MAX_ROWS);
        assert!(matches!(GroupComparison::new(&[full, full]), Err(GroupsError::Overflow(_))));
    }
}
