//! Many scores, counted.

use std::collections::BTreeMap;

use tenure_stats::Ratio;

use crate::error::PortfolioError;
use crate::profile::Profile;
use crate::score::Score;

/// Scores by how often they occur.
type Tally = BTreeMap<u16, u64>;

/// The scores of a portfolio by one profile: how many accounts in each band, and sums, least and
/// greatest of both ends.
///
/// *Shape*: in, one score an account; out, counts and exact integers. One more score adds one to a
/// few counts; the state holds at most 2 x 1001 counts and one a band. Merging is commutative and
/// associative to the bit; retracting leaves what never pushing would have left.
/// *Undefined when* empty: least, greatest and means. *Accuracy*: exact.
///
/// ```
/// use tenure_health::{Absence, Portfolio, Reading, Score, profiles};
/// let client = profiles::client();
/// let unknown = Score::new(&client, &[Reading::missing(Absence::NotObserved); 6])?;
/// let mut all = Portfolio::new(&client);
/// all.push(&unknown)?;
/// all.push(&unknown)?;
/// assert_eq!((all.count(), all.undetermined(), all.sum_lo(), all.sum_hi()), (2, 2, 0, 2000));
/// all.retract(&unknown)?;
/// assert_eq!((all.min(), all.max()), (Some(0), Some(1000)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::form::PortfolioForm", into = "crate::form::PortfolioForm")
)]
pub struct Portfolio {
    pub(crate) profile: Profile,
    /// Accounts, the sum of all that follows in `bands` and `undetermined`.
    pub(crate) count: u64,
    pub(crate) bands: Vec<u64>,
    pub(crate) undetermined: u64,
    pub(crate) los: Tally,
    pub(crate) his: Tally,
}

impl Portfolio {
    /// No account yet.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        let bands = vec![0; profile.bands().names().len()];
        let (los, his) = (Tally::new(), Tally::new());
        Self { profile: profile.clone(), count: 0, bands, undetermined: 0, los, his }
    }

    fn require_same(&self, other: &Profile) -> Result<(), PortfolioError> {
        if self.profile.is(other) {
            return Ok(());
        }
        let (ours, theirs) = (self.profile.id().to_owned(), other.id().to_owned());
        Err(PortfolioError::Profile { ours, theirs })
    }

    /// The count a score belongs to.
    fn band_mut(&mut self, score: &Score) -> &mut u64 {
        match score.band_index().and_then(|index| self.bands.get_mut(index)) {
            Some(band) => band,
            None => &mut self.undetermined,
        }
    }

    /// Counts the score of one account.
    ///
    /// # Errors
    /// Another profile, or a full count; the portfolio is then as it was.
    pub fn push(&mut self, score: &Score) -> Result<(), PortfolioError> {
        self.require_same(score.profile())?;
        // No other count exceeds this one.
        self.count = self.count.checked_add(1).ok_or(PortfolioError::Full)?;
        let band = self.band_mut(score);
        *band = band.saturating_add(1);
        for (tally, end) in [(&mut self.los, score.lo()), (&mut self.his, score.hi())] {
            let times = tally.entry(end).or_default();
            *times = times.saturating_add(1);
        }
        Ok(())
    }

    /// Takes in another part of the portfolio.
    ///
    /// # Errors
    /// Another profile, or a full count; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), PortfolioError> {
        self.require_same(&other.profile)?;
        // No other count exceeds this one.
        self.count = self.count.checked_add(other.count).ok_or(PortfolioError::Full)?;
        self.undetermined = self.undetermined.saturating_add(other.undetermined);
        for (ours, theirs) in self.bands.iter_mut().zip(&other.bands) {
            *ours = ours.saturating_add(*theirs);
        }
        for (ours, theirs) in [(&mut self.los, &other.los), (&mut self.his, &other.his)] {
            for (&end, &times) in theirs {
                let known = ours.entry(end).or_default();
                *known = known.saturating_add(times);
            }
        }
        Ok(())
    }

    /// Takes out a score that was pushed.
    ///
    /// # Errors
    /// Another profile, or ends or a band that no score in the portfolio has; it is then as it was.
    pub fn retract(&mut self, score: &Score) -> Result<(), PortfolioError> {
        self.require_same(score.profile())?;
        let (lo, hi) = (score.lo(), score.hi());
        let there = self.los.contains_key(&lo) && self.his.contains_key(&hi);
        if !there || *self.band_mut(score) == 0 {
            return Err(PortfolioError::NotThere { lo, hi });
        }
        self.count = self.count.saturating_sub(1);
        let band = self.band_mut(score);
        *band = band.saturating_sub(1);
        for (tally, end) in [(&mut self.los, lo), (&mut self.his, hi)] {
            if let Some(times) = tally.get_mut(&end) {
                *times = times.saturating_sub(1);
            }
            tally.retain(|_, times| *times > 0);
        }
        Ok(())
    }

    /// The definition.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Accounts counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Accounts in each band, least first.
    pub fn bands(&self) -> impl Iterator<Item = (&str, u64)> {
        self.profile.bands().names().zip(self.bands.iter().copied())
    }

    /// Accounts that may lie in more than one band.
    #[must_use]
    pub const fn undetermined(&self) -> u64 {
        self.undetermined
    }

    /// The sum of the lower ends.
    #[must_use]
    pub fn sum_lo(&self) -> u128 {
        sum(&self.los)
    }

    /// The sum of the upper ends.
    #[must_use]
    pub fn sum_hi(&self) -> u128 {
        sum(&self.his)
    }

    /// The least lower end.
    #[must_use]
    pub fn min(&self) -> Option<u16> {
        self.los.first_key_value().map(|(&end, _)| end)
    }

    /// The greatest upper end.
    #[must_use]
    pub fn max(&self) -> Option<u16> {
        self.his.last_key_value().map(|(&end, _)| end)
    }

    /// The mean of the lower ends, exact.
    #[must_use]
    pub fn mean_lo(&self) -> Option<Ratio> {
        self.mean(self.sum_lo())
    }

    /// The mean of the upper ends, exact.
    #[must_use]
    pub fn mean_hi(&self) -> Option<Ratio> {
        self.mean(self.sum_hi())
    }

    fn mean(&self, sum: u128) -> Option<Ratio> {
        Ratio::new(i128::try_from(sum).ok()?, i128::from(self.count))
    }
}

/// At most 1000 * 2^64: never saturates.
fn sum(tally: &Tally) -> u128 {
    tally.iter().fold(0_u128, |sum, (&end, &times)| {
        sum.saturating_add(u128::from(end).saturating_mul(u128::from(times)))
    })
}

#[cfg(test)]
mod tests {
    use super::Portfolio;
    use crate::error::PortfolioError;
    use crate::profiles::{client, customer};
    use crate::score::{Absence, Reading, Score};

    fn unknown() -> Score {
        Score::new(&client(), &[Reading::missing(Absence::NotObserved); 6]).unwrap()
    }

    /// Every component at so many points.
    fn flat(points: u16) -> Score {
        Score::new(&client(), &[Reading::present(points, 1 << 30); 6]).unwrap()
    }

    #[test]
    fn bands_ends_and_means() {
        let mut all = Portfolio::new(&client());
        assert_eq!((all.min(), all.max(), all.mean_lo(), all.mean_hi()), (None, None, None, None));
        for score in [unknown(), flat(499), flat(500), flat(750)] {
            all.push(&score).unwrap();
        }
        assert_eq!(all.bands().collect::<Vec<_>>(), [("red", 1), ("yellow", 1), ("green", 1)]);
        assert_eq!((all.count(), all.undetermined()), (4, 1));
        assert_eq!(all.mean_lo().unwrap().to_string(), "1749/4");
        assert_eq!(all.mean_hi().unwrap().to_string(), "2749/4");
        all.retract(&unknown()).unwrap();
        assert_eq!((all.min(), all.max(), all.undetermined()), (Some(499), Some(750), 0));
    }

    #[test]
    fn what_is_not_in_is_not_taken_out() {
        let mut all = Portfolio::new(&client());
        all.push(&flat(400)).unwrap();
        all.push(&unknown()).unwrap();
        let before = all.clone();
        let error = all.retract(&flat(401)).unwrap_err();
        assert_eq!(error.to_string(), "a score of `401` to `401` is not in the portfolio");
        // Both ends are in, but no such score: 0 alone would be red.
        assert!(matches!(all.retract(&flat(0)), Err(PortfolioError::NotThere { .. })));
        assert_eq!(all, before);
    }

    #[test]
    fn another_profile_is_an_error() {
        let mut ours = Portfolio::new(&customer());
        let before = ours.clone();
        let error = ours.push(&unknown()).unwrap_err();
        assert_eq!(error.to_string(), "profile `client` is not the same as profile `customer`");
        assert!(ours.retract(&unknown()).is_err());
        assert!(ours.merge(&Portfolio::new(&client())).is_err());
        assert_eq!(ours, before);
    }

    #[test]
    fn a_full_count_is_an_error() {
        let mut all = Portfolio::new(&client());
        all.push(&flat(1)).unwrap();
        // Doubling 63 times: 2^63 accounts.
        for _ in 0..63 {
            all.merge(&all.clone()).unwrap();
        }
        let before = all.clone();
        assert_eq!(all.merge(&before), Err(PortfolioError::Full));
        assert_eq!(all, before);
        assert_eq!(all.sum_lo(), 1 << 63);
        let mut rest = before.clone();
        rest.retract(&flat(1)).unwrap();
        all.merge(&rest).unwrap();
        assert_eq!(all.count(), u64::MAX);
        assert_eq!(all.push(&flat(1)), Err(PortfolioError::Full));
    }
}
