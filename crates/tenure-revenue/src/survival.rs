//! How long accounts stay: spells from the first positive close, and their survival curve.

use std::collections::BTreeMap;

use tenure_stats::{Ratio, count_to_f64};

use crate::waterfall::{Cell, Sign, count};

/// Spells of one length: ended, and still going when last seen.
///
/// ```
/// use tenure_revenue::SurvivalCount;
/// assert_eq!(SurvivalCount::new(3, 1).events, 3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct SurvivalCount {
    /// Ended at that length.
    pub events: u64,
    /// Last seen at that length, not ended.
    pub censored: u64,
}

impl SurvivalCount {
    /// So many ended, so many censored.
    #[must_use]
    pub const fn new(events: u64, censored: u64) -> Self {
        Self { events, censored }
    }

    /// The first spell of an account, by its closes from the first positive one: its length in
    /// whole months, and whether it ended.
    pub(crate) fn of(closes: &[i128]) -> (u64, Self) {
        let months = |place: usize| u64::try_from(place).unwrap_or(u64::MAX);
        match closes.iter().position(|&close| close <= 0) {
            Some(ended) => (months(ended), Self::new(1, 0)),
            None => (months(closes.len().saturating_sub(1)), Self::new(0, 1)),
        }
    }
}

impl Cell for SurvivalCount {
    fn combined(self, other: Self, sign: Sign) -> Option<Self> {
        Some(Self {
            events: count(self.events, other.events, sign)?,
            censored: count(self.censored, other.censored, sign)?,
        })
    }
}

/// One distinct time of a Kaplan-Meier curve.
///
/// ```
/// use std::collections::BTreeMap;
/// use tenure_revenue::{SurvivalCount, kaplan_meier};
/// let rows = kaplan_meier(&BTreeMap::from([(2, SurvivalCount::new(1, 3))]));
/// let row = rows.first().ok_or("no rows")?;
/// assert_eq!((row.time, row.at_risk, row.events, row.censored), (2, 4, 1, 3));
/// assert_eq!(row.survival, 0.75);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SurvivalRow {
    /// The time, in whole months.
    pub time: u64,
    /// Spells at least that long.
    pub at_risk: u64,
    /// Spells that ended then.
    pub events: u64,
    /// Spells last seen then.
    pub censored: u64,
    /// The share that survives this time.
    pub survival: f64,
    /// The same, exact and reduced; `None` once it no longer fits 128 bits.
    pub exact: Option<Ratio>,
}

/// How large a share of the accounts is still there after so many months?
///
/// ```text
/// S(t) = product over times <= t of (at_risk - events) / at_risk
/// ```
///
/// *Shape*: spells by length in, in order of length; one row a distinct length out. At a tie,
/// events come before censorings. Cost: linear.
///
/// *Undefined when* there is no spell: no rows.
///
/// *Accuracy*: exact while the reduced fraction fits 128 bits, float products after that.
///
/// *Source*: Kaplan and Meier (1958), "Nonparametric estimation from incomplete observations".
///
/// ```
/// use std::collections::BTreeMap;
/// use tenure_revenue::{SurvivalCount, kaplan_meier};
/// // Gehan (1965), treated arm, time 6: three of 21 relapse, one is censored.
/// let spells = BTreeMap::from([(6, SurvivalCount::new(3, 1)), (7, SurvivalCount::new(1, 16))]);
/// let rows = kaplan_meier(&spells);
/// let first = rows.first().ok_or("no rows")?;
/// assert_eq!(first.exact.ok_or("too large")?.to_string(), "6/7");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn kaplan_meier(spells: &BTreeMap<u64, SurvivalCount>) -> Vec<SurvivalRow> {
    let size = |count: &SurvivalCount| count.events.saturating_add(count.censored);
    let mut at_risk = spells.values().fold(0_u64, |sum, count| sum.saturating_add(size(count)));
    let mut exact = Ratio::new(1, 1);
    let mut survival = 1.0;
    let mut rows = Vec::with_capacity(spells.len());
    for (&time, count) in spells.iter().filter(|(_, count)| size(count) > 0) {
        let left = at_risk.saturating_sub(count.events);
        exact = exact.and_then(|exact| times(exact, left, at_risk));
        survival = match exact {
            Some(exact) => exact.to_f64(),
            None => survival * count_to_f64(left) / count_to_f64(at_risk),
        };
        rows.push(SurvivalRow {
            time,
            at_risk,
            events: count.events,
            censored: count.censored,
            survival,
            exact,
        });
        at_risk = at_risk.saturating_sub(size(count));
    }
    rows
}

/// The product, reduced crosswise first, so that it overflows only where the result does.
fn times(exact: Ratio, num: u64, den: u64) -> Option<Ratio> {
    let step = Ratio::new(i128::from(num), i128::from(den))?.reduced();
    let left = Ratio::new(exact.num(), step.den())?.reduced();
    let right = Ratio::new(step.num(), exact.den())?.reduced();
    Ratio::new(left.num().checked_mul(right.num())?, left.den().checked_mul(right.den())?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{SurvivalCount, kaplan_meier};

    #[test]
    fn a_spell_ends_at_the_first_close_not_above_zero() {
        assert_eq!(SurvivalCount::of(&[5, 5, 0, 5]), (2, SurvivalCount::new(1, 0)));
        assert_eq!(SurvivalCount::of(&[5]), (0, SurvivalCount::new(0, 1)));
    }

    #[test]
    fn no_spells_no_rows() {
        assert!(kaplan_meier(&BTreeMap::new()).is_empty());
        assert!(kaplan_meier(&BTreeMap::from([(3, SurvivalCount::default())])).is_empty());
    }

    #[test]
    fn floats_go_on_where_the_fraction_no_longer_fits() {
        // One event at each time among a large prime number: nothing cancels soon.
        let spells: BTreeMap<_, _> = (0..40)
            .map(|time| (time, SurvivalCount::new(1, 1_000_003_u64.saturating_mul(time))))
            .collect();
        let rows = kaplan_meier(&spells);
        let last = rows.last().unwrap();
        assert_eq!(last.exact, None);
        assert!(rows.iter().any(|row| row.exact.is_some()));
        assert!(last.survival > 0.999 && last.survival < 1.0);
    }
}
