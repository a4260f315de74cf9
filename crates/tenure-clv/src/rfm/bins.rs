//! Scores of 1 to 5, from cuts made once and kept.

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::{Rfm, RfmTable};
use crate::error::RfmError;

/// Scores of 1 to 5 on each axis, 5 best.
///
/// ```
/// use tenure_clv::RfmScore;
/// let best = RfmScore::new(5, 5, 5)?;
/// assert_eq!((best.to_string(), best.cell()), ("555".to_owned(), 124));
/// assert!(RfmScore::new(0, 5, 5).is_err());
/// # Ok::<(), tenure_clv::RfmError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "[u8; 3]", into = "[u8; 3]"))]
pub struct RfmScore([u8; 3]);

impl RfmScore {
    /// How many cells there are.
    pub const CELLS: usize = 125;

    /// Scores of recency, frequency and monetary value.
    ///
    /// # Errors
    /// A score outside 1 to 5.
    pub fn new(recency: u8, frequency: u8, monetary: u8) -> Result<Self, RfmError> {
        for found in [recency, frequency, monetary] {
            if !(1..=5).contains(&found) {
                return Err(RfmError::Score { found });
            }
        }
        Ok(Self([recency, frequency, monetary]))
    }

    /// Of recency: 5 is latest.
    #[must_use]
    pub const fn recency(self) -> u8 {
        let [recency, _, _] = self.0;
        recency
    }

    /// Of frequency.
    #[must_use]
    pub const fn frequency(self) -> u8 {
        let [_, frequency, _] = self.0;
        frequency
    }

    /// Of monetary value.
    #[must_use]
    pub const fn monetary(self) -> u8 {
        let [_, _, monetary] = self.0;
        monetary
    }

    /// Its number among the 125 cells, from 0 for 111 to 124 for 555.
    #[must_use]
    pub fn cell(self) -> usize {
        self.0.iter().fold(0, |cell: usize, &score| {
            cell.saturating_mul(5).saturating_add(usize::from(score.saturating_sub(1)))
        })
    }

    /// All cells, in order of their number.
    pub fn all() -> impl Iterator<Item = Self> {
        let scores = || 1..=5_u8;
        scores().flat_map(move |recency| {
            scores().flat_map(move |frequency| {
                scores().map(move |monetary| Self([recency, frequency, monetary]))
            })
        })
    }
}

impl std::fmt::Display for RfmScore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [recency, frequency, monetary] = self.0;
        write!(f, "{recency}{frequency}{monetary}")
    }
}

impl TryFrom<[u8; 3]> for RfmScore {
    type Error = RfmError;
    fn try_from([recency, frequency, monetary]: [u8; 3]) -> Result<Self, RfmError> {
        Self::new(recency, frequency, monetary)
    }
}

impl From<RfmScore> for [u8; 3] {
    fn from(score: RfmScore) -> Self {
        score.0
    }
}

/// How many customers have each score: bins of ties may be uneven, so the sizes are stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RfmSizes {
    /// Of recency, scores 1 to 5.
    pub recency: [u64; 5],
    /// Of frequency.
    pub frequency: [u64; 5],
    /// Of monetary value.
    pub monetary: [u64; 5],
}

impl RfmSizes {
    /// Counts one more customer.
    ///
    /// ```
    /// use tenure_clv::{RfmScore, RfmSizes};
    /// let mut sizes = RfmSizes::default();
    /// sizes.count(RfmScore::new(5, 1, 3)?);
    /// assert_eq!((sizes.recency, sizes.monetary), ([0, 0, 0, 0, 1], [0, 0, 1, 0, 0]));
    /// # Ok::<(), tenure_clv::RfmError>(())
    /// ```
    pub fn count(&mut self, score: RfmScore) {
        for (axis, value) in [
            (&mut self.recency, score.recency()),
            (&mut self.frequency, score.frequency()),
            (&mut self.monetary, score.monetary()),
        ] {
            if let Some(size) = axis.get_mut(usize::from(value.saturating_sub(1))) {
                *size = size.saturating_add(1);
            }
        }
    }
}

/// Customers by cell.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RfmCells<K> {
    /// Each customer's score, in order of customer.
    pub scores: Vec<(K, RfmScore)>,
    /// How many have each score.
    pub sizes: RfmSizes,
}

/// The cuts between scores, made once and kept: an account does not move because others did.
///
/// ```text
/// score of v = 1 + floor(5 * strictly worse / n), at most 5
/// ```
///
/// over the `n` accounts the bins were made from; worse is older, rarer, less. Equal values always
/// share a score, so bins may be uneven: [`RfmSizes`] says how. Kept are, for each score from 2 to
/// 5, the value that an account must be better than, which decides the same for any value.
///
/// *Shape*: [`RfmBins::made_from`] a table, or [`RfmBins::fixed`] with cuts of your own. Making bins
/// again is an event: it gets a new `version`. *Failure modes*: few large accounts, flat
/// subscriptions and seasons make quintiles of noise.
///
/// *Source*: Hughes 1994, "Strategic Database Marketing", for quintiles; the rule of ties is ours.
///
/// ```
/// use tenure_clv::{Rfm, RfmBins};
/// let of = |recency_days, frequency, monetary_minor| Rfm { recency_days, frequency, monetary_minor };
/// let bins = RfmBins::fixed("house-1", [365, 180, 90, 30], [0, 1, 3, 9], [0, 10_00, 50_00, 100_00])?;
/// assert_eq!(bins.score(&of(30, 9, 99_00)).to_string(), "444");
/// assert_eq!(bins.score(&of(29, 10, 101_00)).to_string(), "555");
/// assert_eq!(bins.score(&of(400, 0, 0)).to_string(), "111");
/// # Ok::<(), tenure_clv::RfmError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::RfmBins", into = "crate::wire::RfmBins")
)]
pub struct RfmBins {
    version: String,
    made: Option<(NaiveDate, u64)>,
    window_days: u32,
    recency: [u32; 4],
    frequency: [u64; 4],
    monetary: [i128; 4],
}

/// The longest name of a version.
const MAX_VERSION: usize = 100;

impl RfmBins {
    /// Quintiles of the customers in a table.
    ///
    /// # Errors
    /// Nobody in the table, or a version that is empty or longer than 100 bytes.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use tenure_clv::{PurchaseLog, PurchaseRow, RFM_WINDOW_DAYS, Refunds, RfmBins, SummaryDefinition};
    /// use tenure_model::{Currency, Minor};
    /// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
    /// let mut log = PurchaseLog::new(SummaryDefinition::new(Currency::new("EUR")?, Refunds::Net));
    /// for (who, at) in [("ann", 1), ("bob", 2), ("cem", 3), ("dan", 4), ("eve", 5)] {
    ///     log.push(who, PurchaseRow::purchase(day(at)?, Minor::new(5_00))?)?;
    /// }
    /// let table = log.rfm(day(5)?, RFM_WINDOW_DAYS)?;
    /// let cells = RfmBins::made_from(&table, "2024-1")?.cells(&table);
    /// let scores: Vec<String> = cells.scores.iter().map(|(_, score)| score.to_string()).collect();
    /// // All bought once and paid alike: nobody is worse.
    /// assert_eq!(scores, ["111", "211", "311", "411", "511"]);
    /// assert_eq!(cells.sizes.frequency, [5, 0, 0, 0, 0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn made_from<K>(table: &RfmTable<K>, version: &str) -> Result<Self, RfmError> {
        check_version(version)?;
        let nobody = RfmError::Nobody;
        let rows = || table.rows.iter().map(|(_, rfm)| rfm);
        // Worst first: the oldest.
        let recency = worst_of(rows().map(|rfm| Reverse(rfm.recency_days))).ok_or(nobody)?;
        let frequency = worst_of(rows().map(|rfm| rfm.frequency));
        let monetary = worst_of(rows().map(|rfm| rfm.monetary_minor));
        Ok(Self {
            version: version.to_owned(),
            made: Some((table.as_of, u64::try_from(table.rows.len()).unwrap_or(u64::MAX))),
            window_days: table.window_days,
            recency: recency.map(|Reverse(days)| days),
            frequency: frequency.ok_or(RfmError::Nobody)?,
            monetary: monetary.ok_or(RfmError::Nobody)?,
        })
    }

    /// Cuts of your own: for each score from 2 to 5, the value that an account must be better than.
    /// The window is the definition's.
    ///
    /// # Errors
    /// Cuts that do not go from worse to better, or a version that is empty or longer than 100
    /// bytes.
    pub fn fixed(
        version: &str,
        recency_days: [u32; 4],
        frequency: [u64; 4],
        monetary_minor: [i128; 4],
    ) -> Result<Self, RfmError> {
        let window_days = super::RFM_WINDOW_DAYS;
        let made = None;
        Self::checked(Self {
            version: version.to_owned(),
            made,
            window_days,
            recency: recency_days,
            frequency,
            monetary: monetary_minor,
        })
    }

    /// With the window in days that frequency and monetary value are of.
    #[must_use]
    pub fn with_window_days(self, window_days: u32) -> Self {
        Self { window_days, ..self }
    }

    /// If it is one.
    fn checked(bins: Self) -> Result<Self, RfmError> {
        check_version(&bins.version)?;
        let ordered = bins.recency.is_sorted_by(|worse, better| worse >= better)
            && bins.frequency.is_sorted()
            && bins.monetary.is_sorted();
        if ordered { Ok(bins) } else { Err(RfmError::Order) }
    }

    /// The name of this making of the bins.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The day and the number of customers the bins were made from; `None` if the cuts are fixed.
    #[must_use]
    pub const fn made(&self) -> Option<(NaiveDate, u64)> {
        self.made
    }

    /// The window that frequency and monetary value are of, in days.
    #[must_use]
    pub const fn window_days(&self) -> u32 {
        self.window_days
    }

    /// For scores 2 to 5, the days since the last purchase that an account must be below.
    #[must_use]
    pub const fn recency_days(&self) -> [u32; 4] {
        self.recency
    }

    /// For scores 2 to 5, the purchase days that an account must be above.
    #[must_use]
    pub const fn frequency(&self) -> [u64; 4] {
        self.frequency
    }

    /// For scores 2 to 5, the minor units that an account must be above.
    #[must_use]
    pub const fn monetary_minor(&self) -> [i128; 4] {
        self.monetary
    }

    /// The score of one customer.
    #[must_use]
    pub fn score(&self, rfm: &Rfm) -> RfmScore {
        let recency = better_than(&self.recency.map(Reverse), &Reverse(rfm.recency_days));
        let frequency = better_than(&self.frequency, &rfm.frequency);
        RfmScore([recency, frequency, better_than(&self.monetary, &rfm.monetary_minor)])
    }

    /// The scores of a table, and how many have each.
    #[must_use]
    pub fn cells<K: Clone>(&self, table: &RfmTable<K>) -> RfmCells<K> {
        let mut sizes = RfmSizes::default();
        let mut scores = Vec::with_capacity(table.rows.len());
        for (customer, rfm) in &table.rows {
            let score = self.score(rfm);
            sizes.count(score);
            scores.push((customer.clone(), score));
        }
        RfmCells { scores, sizes }
    }
}

/// One, and one more for each cut that the value is better than.
fn better_than<T: Ord>(cuts: &[T; 4], value: &T) -> u8 {
    cuts.iter().fold(1, |score: u8, cut| score.saturating_add(u8::from(value > cut)))
}

/// For each `k` of 1 to 4, the value that is worst but so many: to be better than it is to have at
/// least `k/5` of all strictly worse.
fn worst_of<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<[T; 4]> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    let n = values.len();
    let at = |k: usize| {
        let worse = n.saturating_mul(k).div_ceil(5);
        values.get(worse.saturating_sub(1)).copied()
    };
    Some([at(1)?, at(2)?, at(3)?, at(4)?])
}

fn check_version(version: &str) -> Result<(), RfmError> {
    if (1..=MAX_VERSION).contains(&version.len()) { Ok(()) } else { Err(RfmError::Version) }
}

#[cfg(feature = "serde")]
impl From<RfmBins> for crate::wire::RfmBins {
    fn from(bins: RfmBins) -> Self {
        Self {
            version: bins.version,
            made: bins.made.map(|(as_of, customers)| crate::wire::RfmMade {
                as_of: crate::wire::Date(as_of),
                customers,
            }),
            window_days: bins.window_days,
            recency_days: bins.recency,
            frequency: bins.frequency,
            monetary_minor: bins.monetary.map(|minor| minor.to_string()),
        }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<crate::wire::RfmBins> for RfmBins {
    type Error = RfmError;
    fn try_from(wire: crate::wire::RfmBins) -> Result<Self, RfmError> {
        let mut monetary = [0; 4];
        for (minor, text) in monetary.iter_mut().zip(&wire.monetary_minor) {
            *minor = crate::wire::minor(text).ok_or(RfmError::Order)?;
        }
        Self::checked(Self {
            version: wire.version,
            made: wire.made.map(|made| (made.as_of.0, made.customers)),
            window_days: wire.window_days,
            recency: wire.recency_days,
            frequency: wire.frequency,
            monetary,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Rfm, RfmBins, RfmScore, RfmTable};
    use crate::RfmError;
    use chrono::NaiveDate;

    fn table(values: &[(u32, u64, i128)]) -> RfmTable<usize> {
        let rows = values.iter().map(|&(recency_days, frequency, monetary_minor)| Rfm {
            recency_days,
            frequency,
            monetary_minor,
        });
        RfmTable {
            as_of: NaiveDate::from_ymd_opt(2024, 1, 1).unwrap(),
            window_days: 365,
            rows: rows.enumerate().collect(),
            never_purchased: 0,
            unpriced: 0,
        }
    }

    #[test]
    fn cuts_go_from_worse_to_better() {
        let cuts = [1, 2, 3, 4];
        let found = RfmBins::fixed("v", [1, 2, 3, 4], [1, 2, 3, 4], cuts);
        assert_eq!(found.unwrap_err(), RfmError::Order);
        assert!(RfmBins::fixed("v", [4, 3, 3, 1], [1, 1, 3, 4], cuts).is_ok());
        let found = RfmBins::fixed("v", [4, 3, 3, 1], [2, 1, 3, 4], cuts);
        assert_eq!(found.unwrap_err(), RfmError::Order);
        assert_eq!(RfmBins::fixed("", [4; 4], [1; 4], cuts).unwrap_err(), RfmError::Version);
        assert_eq!(RfmBins::made_from(&table(&[]), "v").unwrap_err(), RfmError::Nobody);
        assert_eq!(RfmBins::made_from(&table(&[]), "").unwrap_err(), RfmError::Version);
    }

    #[test]
    fn others_do_not_move_an_account() {
        let old = table(&[(9, 1, 10), (8, 2, 20), (7, 3, 30), (6, 4, 40), (5, 5, 50)]);
        let bins = RfmBins::made_from(&old, "2024-1").unwrap();
        assert_eq!(bins.made().map(|(_, customers)| customers), Some(5));
        let scores = |table: &RfmTable<usize>| -> Vec<String> {
            bins.cells(table).scores.iter().map(|(_, score)| score.to_string()).collect()
        };
        assert_eq!(scores(&old), ["111", "222", "333", "444", "555"]);
        // The same account among much better ones; and one between two of old.
        let new = table(&[(9, 1, 10), (0, 99, 9999), (0, 99, 9999), (7, 3, 35)]);
        assert_eq!(scores(&new), ["111", "555", "555", "334"]);
        assert_eq!(bins.cells(&new).sizes.monetary, [1, 0, 0, 1, 2]);
    }

    #[test]
    fn cells_are_numbered_without_gaps() {
        let numbers: Vec<usize> = RfmScore::all().map(RfmScore::cell).collect();
        assert_eq!(numbers, (0..RfmScore::CELLS).collect::<Vec<_>>());
        assert!(RfmScore::try_from([1, 6, 1]).is_err());
    }
}
