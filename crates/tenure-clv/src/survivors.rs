//! Cohorts under contract: how many are left after each renewal.

use std::collections::BTreeMap;

use crate::error::SurvivorError;

/// How many customers were lost at each renewal and how many still stayed at the last one seen,
/// over any number of cohorts.
///
/// *Shape*: per cohort, the customers left after 0, 1, 2, ... renewals goes in; the last count is
/// right-censored: nothing is known of what came after. Merging is exact.
///
/// ```
/// use tenure_clv::SurvivorCounts;
/// let mut counts = SurvivorCounts::new();
/// counts.push_cohort(&[1000, 869, 743])?;
/// assert_eq!((counts.customers(), counts.lost()), (1000, 257));
/// assert!(counts.push_cohort(&[10, 11]).is_err());
/// # Ok::<(), tenure_clv::SurvivorError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SurvivorCounts {
    /// By renewal, from 1: lost there, and last seen after it.
    renewals: BTreeMap<u32, Renewal>,
    customers: u64,
}

/// What happened at one renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Renewal {
    pub(crate) lost: u64,
    pub(crate) censored: u64,
}

impl SurvivorCounts {
    /// The most counts in a cohort.
    pub const MAX_LENGTH: usize = 10_000;

    /// No cohorts yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { renewals: BTreeMap::new(), customers: 0 }
    }

    /// Adds a cohort: who is left after 0, 1, 2, ... renewals.
    ///
    /// # Errors
    /// Fewer than two counts or more than [`SurvivorCounts::MAX_LENGTH`], a count above the one
    /// before, or no room; the counts are then as they were.
    pub fn push_cohort(&mut self, survivors: &[u64]) -> Result<(), SurvivorError> {
        let length = SurvivorError::Length { found: survivors.len() };
        if !(2..=Self::MAX_LENGTH).contains(&survivors.len()) {
            return Err(length);
        }
        let mut cohort = Self::new();
        let mut before = *survivors.first().ok_or(length)?;
        cohort.customers = before;
        let mut last = 0;
        for (index, &found) in survivors.iter().enumerate().skip(1) {
            let lost =
                before.checked_sub(found).ok_or(SurvivorError::Rising { index, found, before })?;
            last = u32::try_from(index).map_err(|_| length)?;
            cohort.renewals.insert(last, Renewal { lost, censored: 0 });
            before = found;
        }
        cohort.renewals.entry(last).or_default().censored = before;
        self.merge(&cohort)
    }

    /// Takes in other cohorts.
    ///
    /// # Errors
    /// No room; the counts are then as they were.
    pub fn merge(&mut self, other: &Self) -> Result<(), SurvivorError> {
        // The total bounds every count, so only it can be full.
        self.customers =
            self.customers.checked_add(other.customers).ok_or(SurvivorError::Overflow)?;
        for (&renewal, theirs) in &other.renewals {
            let ours = self.renewals.entry(renewal).or_default();
            ours.lost = ours.lost.saturating_add(theirs.lost);
            ours.censored = ours.censored.saturating_add(theirs.censored);
        }
        Ok(())
    }

    /// How many customers the cohorts began with.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// How many of them were lost.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.renewals.values().fold(0, |sum, renewal| sum.saturating_add(renewal.lost))
    }

    /// The renewals, how many were lost at each and how many were last seen after it.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (u32, u64, u64)> {
        self.renewals.iter().map(|(&renewal, seen)| (renewal, seen.lost, seen.censored))
    }

    /// Adds customers whose history ends at that renewal.
    pub(crate) fn push_ends(
        &mut self,
        renewal: u32,
        lost: u64,
        censored: u64,
    ) -> Result<(), SurvivorError> {
        let customers = lost.checked_add(censored).ok_or(SurvivorError::Overflow)?;
        let renewals = BTreeMap::from([(renewal, Renewal { lost, censored })]);
        self.merge(&Self { renewals, customers })
    }

    pub(crate) const fn renewals(&self) -> &BTreeMap<u32, Renewal> {
        &self.renewals
    }
}

#[cfg(test)]
mod tests {
    use super::SurvivorCounts;
    use crate::error::SurvivorError;

    #[test]
    fn what_is_no_cohort_is_refused() {
        let mut counts = SurvivorCounts::new();
        counts.push_cohort(&[u64::MAX, 5]).unwrap();
        let before = counts.clone();
        assert_eq!(counts.push_cohort(&[7]), Err(SurvivorError::Length { found: 1 }));
        let long = vec![1; SurvivorCounts::MAX_LENGTH + 1];
        assert!(matches!(counts.push_cohort(&long), Err(SurvivorError::Length { .. })));
        let rising = SurvivorError::Rising { index: 2, found: 6, before: 5 };
        assert_eq!(counts.push_cohort(&[7, 5, 6]), Err(rising));
        assert_eq!(counts.push_cohort(&[1, 1]), Err(SurvivorError::Overflow));
        assert_eq!(counts, before);
    }

    #[test]
    fn cohorts_in_any_order_are_the_same_counts() {
        let cohorts: [&[u64]; 3] = [&[10, 8, 7], &[5, 5], &[9, 3, 3, 0]];
        let mut forth = SurvivorCounts::new();
        let mut back = SurvivorCounts::new();
        for cohort in cohorts {
            forth.push_cohort(cohort).unwrap();
        }
        for cohort in cohorts.iter().rev() {
            let mut one = SurvivorCounts::new();
            one.push_cohort(cohort).unwrap();
            one.merge(&back).unwrap();
            back = one;
        }
        assert_eq!(forth, back);
        assert_eq!((forth.customers(), forth.lost()), (24, 12));
    }
}
