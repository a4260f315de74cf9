//! Histories in discrete time: `(x, t_x, n)`, and groups of them.

use std::collections::BTreeMap;

use crate::error::{GroupError, OpportunityError};

/// What a donor, say, did at the `n` yearly opportunities since the first gift: gave at `x` of
/// them, the last time at opportunity `t_x`.
///
/// `0 <= x <= t_x <= n`, and `x = 0` if and only if `t_x = 0`.
///
/// ```
/// use tenure_clv::OpportunityHistory;
/// let donor = OpportunityHistory::new(2, 5, 6)?;
/// assert_eq!((donor.x(), donor.recency(), donor.opportunities()), (2, 5, 6));
/// assert!(OpportunityHistory::new(3, 2, 6).is_err());
/// # Ok::<(), tenure_clv::OpportunityError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpportunityHistory {
    x: u32,
    recency: u32,
    opportunities: u32,
}

impl OpportunityHistory {
    /// The most opportunities.
    pub const MAX_OPPORTUNITIES: u32 = 100_000;

    /// `x` purchases, the last at opportunity `recency` (`t_x`) of `opportunities` (`n`).
    ///
    /// # Errors
    /// Numbers out of order or contradicting each other, or too many opportunities.
    pub fn new(x: u32, recency: u32, opportunities: u32) -> Result<Self, OpportunityError> {
        let in_order = x <= recency && recency <= opportunities && (x == 0) == (recency == 0);
        if in_order && opportunities <= Self::MAX_OPPORTUNITIES {
            Ok(Self { x, recency, opportunities })
        } else {
            Err(OpportunityError { x, recency, opportunities })
        }
    }

    /// At how many opportunities.
    #[must_use]
    pub const fn x(&self) -> u32 {
        self.x
    }

    /// At which one last: `t_x`.
    #[must_use]
    pub const fn recency(&self) -> u32 {
        self.recency
    }

    /// Of how many: `n`.
    #[must_use]
    pub const fn opportunities(&self) -> u32 {
        self.opportunities
    }
}

/// Customers with the same history in discrete time as one row with a weight.
///
/// ```
/// use tenure_clv::{GroupedOpportunities, OpportunityHistory};
/// let mut groups = GroupedOpportunities::new();
/// groups.push_many(OpportunityHistory::new(0, 0, 6)?, 3464)?;
/// assert_eq!((groups.customers(), groups.rows().count()), (3464, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupedOpportunities {
    rows: BTreeMap<OpportunityHistory, u64>,
    customers: u64,
}

impl GroupedOpportunities {
    /// No customers yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { rows: BTreeMap::new(), customers: 0 }
    }

    /// Adds `customers` alike.
    ///
    /// # Errors
    /// No room in a count; the groups are then as they were.
    pub fn push_many(
        &mut self,
        history: OpportunityHistory,
        customers: u64,
    ) -> Result<(), GroupError> {
        if customers == 0 {
            return Ok(());
        }
        self.customers = self.customers.checked_add(customers).ok_or(GroupError::Overflow)?;
        let weight = self.rows.entry(history).or_insert(0);
        *weight = weight.saturating_add(customers);
        Ok(())
    }

    /// Takes in the customers of another group.
    ///
    /// # Errors
    /// No room in a count; the groups are then as they were.
    pub fn merge(&mut self, other: &Self) -> Result<(), GroupError> {
        self.customers.checked_add(other.customers).ok_or(GroupError::Overflow)?;
        other.rows.iter().try_for_each(|(&history, &weight)| self.push_many(history, weight))
    }

    /// How many customers.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// The distinct histories and how many customers have each, in order.
    pub fn rows(&self) -> impl Iterator<Item = (&OpportunityHistory, u64)> {
        self.rows.iter().map(|(history, &weight)| (history, weight))
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupedOpportunities, OpportunityHistory};
    use crate::error::GroupError;

    #[test]
    fn a_history_must_not_contradict_itself() {
        for (x, recency, n) in [(0, 1, 2), (1, 0, 2), (2, 1, 2), (1, 3, 2), (0, 0, 100_001)] {
            let error = OpportunityHistory::new(x, recency, n).unwrap_err();
            assert!(error.to_string().contains(&format!("`{x}`, `{recency}`, `{n}`")), "{error}");
        }
    }

    #[test]
    fn a_full_count_refuses() {
        let history = OpportunityHistory::new(1, 1, 2).unwrap();
        let mut groups = GroupedOpportunities::new();
        groups.push_many(history, u64::MAX).unwrap();
        let before = groups.clone();
        assert_eq!(groups.push_many(history, 1), Err(GroupError::Overflow));
        assert_eq!(groups.merge(&before.clone()), Err(GroupError::Overflow));
        assert_eq!(groups, before);
        let mut twice = GroupedOpportunities::new();
        twice.push_many(history, 2).unwrap();
        let mut merged = GroupedOpportunities::new();
        merged.push_many(history, 1).unwrap();
        merged.merge(&merged.clone()).unwrap();
        assert_eq!(merged, twice);
    }
}
