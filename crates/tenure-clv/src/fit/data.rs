//! Which data a fit is of.

use crate::history::GroupedSummary;
use crate::opportunity::GroupedOpportunities;
use crate::spend::GroupedSpend;
use crate::survivors::SurvivorCounts;

/// Tells data apart: the kind of rows, their unit, how many customers, and a hash of 128 bits over
/// the grouped rows in canonical order. Not secret: whoever wants two data sets with one print can
/// make them.
///
/// ```
/// use tenure_clv::{DataPrint, GroupedSummary, History, TimeUnit};
/// let mut groups = GroupedSummary::new(TimeUnit::Week);
/// let nobody = DataPrint::of_histories(&groups);
/// groups.push(History::new(0, 0.0, 38.0, TimeUnit::Week)?)?;
/// assert_ne!(DataPrint::of_histories(&groups), nobody);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataPrint {
    kind: &'static str,
    customers: u64,
    hash: [u64; 2],
}

impl DataPrint {
    /// Of purchase histories.
    #[must_use]
    pub fn of_histories(groups: &GroupedSummary) -> Self {
        let mut print = Self::new("histories", groups.customers());
        print.mix(groups.unit().hours().to_bits());
        for (told, weight) in groups.rows() {
            print.mix(told.x());
            print.mix(told.recency().to_bits());
            print.mix(told.age().to_bits());
            print.mix(weight);
        }
        print
    }

    /// Of mean spends.
    #[must_use]
    pub fn of_spends(groups: &GroupedSpend) -> Self {
        let mut print = Self::new("spends", groups.customers());
        for (spend, weight) in groups.rows() {
            print.mix(spend.purchases());
            print.mix(spend.mean().to_bits());
            print.mix(weight);
        }
        print
    }

    /// Of histories in discrete time.
    #[must_use]
    pub fn of_opportunities(groups: &GroupedOpportunities) -> Self {
        let mut print = Self::new("opportunities", groups.customers());
        for (told, weight) in groups.rows() {
            for number in [told.x(), told.recency(), told.opportunities()] {
                print.mix(u64::from(number));
            }
            print.mix(weight);
        }
        print
    }

    /// Of survivors.
    #[must_use]
    pub fn of_survivors(counts: &SurvivorCounts) -> Self {
        let mut print = Self::new("survivors", counts.customers());
        for (&renewal, seen) in counts.renewals() {
            print.mix(u64::from(renewal));
            print.mix(seen.lost);
            print.mix(seen.censored);
        }
        print
    }

    /// What a row was of: `histories`, `spends`, `opportunities` or `survivors`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// How many customers.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    const fn new(kind: &'static str, customers: u64) -> Self {
        Self { kind, customers, hash: [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344] }
    }

    /// Two lanes, each with the mixer of SplitMix64.
    fn mix(&mut self, word: u64) {
        for (lane, odd) in
            self.hash.iter_mut().zip([0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f_u64])
        {
            let mixed = (*lane ^ word).wrapping_mul(odd);
            *lane = (mixed ^ (mixed >> 32)).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(23);
        }
    }
}
