//! Cohorts: accounts by the month of their first positive close.

use crate::waterfall::{Cell, Sign, amount, count};

/// One age of a cohort: what the accounts first paying in one month are worth so many months later.
///
/// ```
/// assert_eq!(tenure_revenue::CohortRow::default().logos, 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct CohortRow {
    /// Monthly recurring revenue, minor units; may rise, by expansion and by returns.
    pub mrr: i128,
    /// The same, each account capped at what it was worth at age 0.
    pub gross_mrr: i128,
    /// Accounts with revenue above 0.
    pub logos: u64,
}

impl CohortRow {
    /// The row of one account.
    pub(crate) fn of(close: i128, at_birth: i128) -> Self {
        Self { mrr: close, gross_mrr: close.min(at_birth), logos: u64::from(close > 0) }
    }
}

impl Cell for CohortRow {
    fn combined(self, other: Self, sign: Sign) -> Option<Self> {
        Some(Self {
            mrr: amount(self.mrr, other.mrr, sign)?,
            gross_mrr: amount(self.gross_mrr, other.gross_mrr, sign)?,
            logos: count(self.logos, other.logos, sign)?,
        })
    }
}
