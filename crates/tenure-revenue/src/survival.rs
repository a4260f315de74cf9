//! How long accounts stay: spells from the first positive close. Their curve is
//! [`kaplan_meier`](tenure_stats::kaplan_meier).

use tenure_stats::SurvivalCount;

use crate::waterfall::{Cell, Sign, count};

/// The first spell of an account, by its closes from the first positive one: its length in whole
/// months, and whether it ended.
pub(crate) fn first_spell(closes: &[i128]) -> (u64, SurvivalCount) {
    let months = |place: usize| u64::try_from(place).unwrap_or(u64::MAX);
    match closes.iter().position(|&close| close <= 0) {
        Some(ended) => (months(ended), SurvivalCount::new(1, 0)),
        None => (months(closes.len().saturating_sub(1)), SurvivalCount::new(0, 1)),
    }
}

impl Cell for SurvivalCount {
    fn combined(self, other: Self, sign: Sign) -> Option<Self> {
        Some(Self::new(
            count(self.events, other.events, sign)?,
            count(self.censored, other.censored, sign)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{SurvivalCount, first_spell};

    #[test]
    fn a_spell_ends_at_the_first_close_not_above_zero() {
        assert_eq!(first_spell(&[5, 5, 0, 5]), (2, SurvivalCount::new(1, 0)));
        assert_eq!(first_spell(&[5]), (0, SurvivalCount::new(0, 1)));
    }
}
