//! Pseudo-counts of the adjusted Wald interval.

use crate::net_score::Weights;

/// What an adjusted interval adds to detractors, passives and promoters, in quarters.
///
/// ```
/// use tenure_survey::PseudoCounts;
///
/// assert_eq!(PseudoCounts::default(), PseudoCounts::quarters(3, 6, 3));
/// assert_eq!(PseudoCounts::ONE_EACH.as_quarters(), [4, 4, 4]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PseudoCounts {
    quarters: [u8; 3],
}

impl PseudoCounts {
    /// ¾, 1½, ¾ (Rocks 2016): the default.
    pub const ROCKS: Self = Self::quarters(3, 6, 3);
    /// 1, 1, 1.
    pub const ONE_EACH: Self = Self::quarters(4, 4, 4);
    /// 1, 2, 1.
    pub const ONE_TWO_ONE: Self = Self::quarters(4, 8, 4);

    /// So many quarters to detractors, passives and promoters.
    #[must_use]
    pub const fn quarters(detractors: u8, passives: u8, promoters: u8) -> Self {
        Self { quarters: [detractors, passives, promoters] }
    }

    /// Quarters added to detractors, passives and promoters.
    #[must_use]
    pub const fn as_quarters(self) -> [u8; 3] {
        self.quarters
    }

    pub(crate) fn weights(self) -> Weights {
        Weights { each: 4, added: self.quarters.map(u16::from) }
    }
}

impl Default for PseudoCounts {
    fn default() -> Self {
        Self::ROCKS
    }
}
