//! What the Gamma-Gamma model knows of one customer: purchases and their mean.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::error::{GroupError, SpendError};

/// The mean spend of one customer over a number of purchases, in any unit of money, as long as it
/// is the same for all customers of a model.
///
/// ```
/// use tenure_clv::Spend;
/// let spend = Spend::new(2, 22.35)?;
/// assert_eq!((spend.purchases(), spend.mean()), (2, 22.35));
/// assert!(Spend::new(0, 22.35).is_err());
/// # Ok::<(), tenure_clv::SpendError>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::wire::Spend", into = "crate::wire::Spend"))]
pub struct Spend {
    purchases: u64,
    mean: f64,
}

impl Spend {
    /// The smallest mean.
    pub const MIN_MEAN: f64 = 1e-12;
    /// The largest mean.
    pub const MAX_MEAN: f64 = 1e12;

    /// `mean` over `purchases`.
    ///
    /// # Errors
    /// No purchases or more than 2^53, or a mean outside [`Spend::MIN_MEAN`] to
    /// [`Spend::MAX_MEAN`].
    pub fn new(purchases: u64, mean: f64) -> Result<Self, SpendError> {
        if !(1..=1 << 53).contains(&purchases) {
            return Err(SpendError::Purchases { found: purchases });
        }
        if !(Self::MIN_MEAN..=Self::MAX_MEAN).contains(&mean) {
            return Err(SpendError::Mean { found: mean });
        }
        Ok(Self { purchases, mean })
    }

    /// Over how many purchases.
    #[must_use]
    pub const fn purchases(&self) -> u64 {
        self.purchases
    }

    /// Their mean.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }
}

impl Ord for Spend {
    fn cmp(&self, other: &Self) -> Ordering {
        self.purchases.cmp(&other.purchases).then(self.mean.total_cmp(&other.mean))
    }
}

impl PartialOrd for Spend {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Spend {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Spend {}

/// Customers' spend in canonical order, equal rows as one with a weight; those without spend are
/// counted.
///
/// ```
/// use tenure_clv::{GroupedSpend, Spend};
/// let mut groups = GroupedSpend::new();
/// groups.push(Spend::new(2, 22.35)?)?;
/// groups.skip()?;
/// assert_eq!((groups.customers(), groups.skipped()), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::GroupedSpend", into = "crate::wire::GroupedSpend")
)]
pub struct GroupedSpend {
    rows: BTreeMap<Spend, u64>,
    customers: u64,
    skipped: u64,
}

impl GroupedSpend {
    /// No customers yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { rows: BTreeMap::new(), customers: 0, skipped: 0 }
    }

    /// Adds one customer.
    ///
    /// # Errors
    /// No room in a count; the groups are then as they were.
    pub fn push(&mut self, spend: Spend) -> Result<(), GroupError> {
        self.push_many(spend, 1)
    }

    /// Adds `customers` alike.
    ///
    /// # Errors
    /// No room in a count; the groups are then as they were.
    pub fn push_many(&mut self, spend: Spend, customers: u64) -> Result<(), GroupError> {
        if customers == 0 {
            return Ok(());
        }
        self.customers = self.customers.checked_add(customers).ok_or(GroupError::Overflow)?;
        let weight = self.rows.entry(spend).or_insert(0);
        *weight = weight.saturating_add(customers);
        Ok(())
    }

    /// Counts one customer without a mean spend to learn from.
    ///
    /// # Errors
    /// No room in the count; the groups are then as they were.
    pub fn skip(&mut self) -> Result<(), GroupError> {
        self.skip_many(1)
    }

    /// Counts `customers` without a mean spend to learn from.
    ///
    /// # Errors
    /// No room in the count; the groups are then as they were.
    pub fn skip_many(&mut self, customers: u64) -> Result<(), GroupError> {
        self.skipped = self.skipped.checked_add(customers).ok_or(GroupError::Overflow)?;
        Ok(())
    }

    /// Takes in the customers of another group.
    ///
    /// # Errors
    /// No room in a count; the groups are then as they were.
    pub fn merge(&mut self, other: &Self) -> Result<(), GroupError> {
        let skipped = self.skipped.checked_add(other.skipped).ok_or(GroupError::Overflow)?;
        self.customers.checked_add(other.customers).ok_or(GroupError::Overflow)?;
        self.skipped = skipped;
        other.rows.iter().try_for_each(|(&spend, &weight)| self.push_many(spend, weight))
    }

    /// How many customers with spend.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// How many customers without.
    #[must_use]
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The distinct spends and how many customers have each, in order of purchases and mean.
    pub fn rows(&self) -> impl Iterator<Item = (&Spend, u64)> {
        self.rows.iter().map(|(spend, &weight)| (spend, weight))
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupedSpend, Spend};
    use crate::error::{GroupError, SpendError};

    #[test]
    fn only_positive_spend_over_purchases() {
        assert_eq!(Spend::new(0, 1.0), Err(SpendError::Purchases { found: 0 }));
        for mean in [0.0, -1.0, f64::INFINITY] {
            assert_eq!(Spend::new(1, mean), Err(SpendError::Mean { found: mean }));
        }
        assert!(Spend::new(1, f64::NAN).is_err());
    }

    #[test]
    fn a_full_count_refuses() {
        let mut groups = GroupedSpend::new();
        let spend = Spend::new(1, 1.0).unwrap();
        groups.push_many(spend, u64::MAX).unwrap();
        let before = groups.clone();
        assert_eq!(groups.push(spend), Err(GroupError::Overflow));
        assert_eq!(groups.merge(&before.clone()), Err(GroupError::Overflow));
        assert_eq!(groups, before);
        groups.skipped = u64::MAX;
        assert_eq!(groups.skip(), Err(GroupError::Overflow));
    }
}
