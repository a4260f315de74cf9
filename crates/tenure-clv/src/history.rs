//! What a model knows of one customer: `(x, t_x, T)`.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use tenure_stats::count_to_f64;

use crate::error::{GroupError, HistoryError};
use crate::unit::{TimeSpan, TimeUnit};

/// The most repeat purchases, so that a float counts them exactly.
const MAX_COUNT: u64 = 1 << 53;

/// The purchase history of one customer as the models read it: `x` repeat purchases, the last one
/// `t_x` after the first, watched for `T`, which is called *age* here.
///
/// `0 <= t_x <= T`, and `x = 0` if and only if `t_x = 0`.
///
/// ```
/// use tenure_clv::{History, TimeUnit};
/// let customer = History::new(2, 30.43, 38.86, TimeUnit::Week)?;
/// assert_eq!((customer.x(), customer.recency(), customer.age()), (2, 30.43, 38.86));
/// assert!(History::new(0, 30.43, 38.86, TimeUnit::Week).is_err());
/// # Ok::<(), tenure_clv::HistoryError>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::History", into = "crate::wire::History")
)]
pub struct History {
    x: u64,
    recency: f64,
    age: f64,
    unit: TimeUnit,
}

impl History {
    /// `x` repeat purchases, the last at `recency` (`t_x`), watched until `age` (`T`), in `unit`s.
    ///
    /// # Errors
    /// Times that are not numbers or out of order, or an `x` that contradicts them.
    pub fn new(x: u64, recency: f64, age: f64, unit: TimeUnit) -> Result<Self, HistoryError> {
        if !(0.0..=TimeSpan::MAX_AMOUNT).contains(&age) {
            return Err(HistoryError::Age { found: age });
        }
        if !(0.0..=age).contains(&recency) {
            return Err(HistoryError::Recency { found: recency, age });
        }
        if (x == 0) != (recency <= 0.0) {
            return Err(HistoryError::Contradiction { x, recency });
        }
        if x > MAX_COUNT {
            return Err(HistoryError::TooMany { x });
        }
        Ok(Self::trusted(x, recency.abs(), age.abs(), unit))
    }

    /// Of numbers known to be a history.
    pub(crate) const fn trusted(x: u64, recency: f64, age: f64, unit: TimeUnit) -> Self {
        Self { x, recency, age, unit }
    }

    /// Repeat purchases.
    #[must_use]
    pub const fn x(&self) -> u64 {
        self.x
    }

    /// When the last purchase was, counted from the first: `t_x`.
    #[must_use]
    pub const fn recency(&self) -> f64 {
        self.recency
    }

    /// How long the customer was watched since the first purchase: `T`.
    #[must_use]
    pub const fn age(&self) -> f64 {
        self.age
    }

    /// The unit of the two times.
    #[must_use]
    pub const fn unit(&self) -> TimeUnit {
        self.unit
    }

    /// The same history in another unit.
    #[must_use]
    pub fn in_unit(&self, unit: TimeUnit) -> Self {
        let convert = |time| self.unit.convert(time, unit);
        Self { x: self.x, recency: convert(self.recency), age: convert(self.age), unit }
    }

    pub(crate) fn x_float(&self) -> f64 {
        count_to_f64(self.x)
    }
}

/// By unit, `x`, `t_x`, `T`: the canonical order of sums over customers.
impl Ord for History {
    fn cmp(&self, other: &Self) -> Ordering {
        self.unit
            .cmp(&other.unit)
            .then(self.x.cmp(&other.x))
            .then(self.recency.total_cmp(&other.recency))
            .then(self.age.total_cmp(&other.age))
    }
}

impl PartialOrd for History {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for History {}

/// Customers with the same `(x, t_x, T)` as one row with a weight, in canonical order.
///
/// *Shape*: one [`History`] per customer goes in, in any order; merging adds weights, so any
/// partitioning gives the same groups, the same sums and the same fit to the bit. *Cost*: a search
/// per push; fits cost per distinct row, not per customer.
///
/// ```
/// use tenure_clv::{GroupedSummary, History, TimeUnit};
/// let once = History::new(0, 0.0, 38.0, TimeUnit::Week)?;
/// let mut groups = GroupedSummary::new(TimeUnit::Week);
/// groups.push(once)?;
/// groups.push(once)?;
/// assert_eq!((groups.customers(), groups.rows().count()), (2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::GroupedSummary", into = "crate::wire::GroupedSummary")
)]
pub struct GroupedSummary {
    unit: TimeUnit,
    rows: BTreeMap<History, u64>,
    customers: u64,
}

impl GroupedSummary {
    /// No customers yet; times will be in `unit`.
    #[must_use]
    pub const fn new(unit: TimeUnit) -> Self {
        Self { unit, rows: BTreeMap::new(), customers: 0 }
    }

    /// Of histories known to be in that unit: sorted, then counted.
    pub(crate) fn of(unit: TimeUnit, histories: impl Iterator<Item = History>) -> Self {
        // Times are not negative: their bits have their order.
        let mut keys: Vec<[u64; 3]> =
            histories.map(|told| [told.x, told.recency.to_bits(), told.age.to_bits()]).collect();
        keys.sort_unstable();
        let rows = keys.chunk_by(|left, right| left == right).filter_map(|alike| {
            let &[x, recency, age] = alike.first()?;
            let told = History::trusted(x, f64::from_bits(recency), f64::from_bits(age), unit);
            Some((told, u64::try_from(alike.len()).unwrap_or(u64::MAX)))
        });
        let rows: BTreeMap<History, u64> = rows.collect();
        Self { unit, rows, customers: u64::try_from(keys.len()).unwrap_or(u64::MAX) }
    }

    /// Adds one customer.
    ///
    /// # Errors
    /// A history in another unit; the groups are then as they were.
    pub fn push(&mut self, history: History) -> Result<(), GroupError> {
        self.push_many(history, 1)
    }

    /// Adds `customers` alike.
    ///
    /// # Errors
    /// A history in another unit, or no room in a count; the groups are then as they were.
    pub fn push_many(&mut self, history: History, customers: u64) -> Result<(), GroupError> {
        self.require_unit(history.unit)?;
        if customers == 0 {
            return Ok(());
        }
        // The total bounds every weight, so only it can be full.
        self.customers = self.customers.checked_add(customers).ok_or(GroupError::Overflow)?;
        let weight = self.rows.entry(history).or_insert(0);
        *weight = weight.saturating_add(customers);
        Ok(())
    }

    /// Takes back one customer that was pushed.
    ///
    /// # Errors
    /// No such customer; the groups are then as they were.
    pub fn retract(&mut self, history: History) -> Result<(), GroupError> {
        self.require_unit(history.unit)?;
        let Entry::Occupied(mut row) = self.rows.entry(history) else {
            return Err(GroupError::NotPushed);
        };
        let left = row.get().saturating_sub(1);
        if left == 0 {
            row.remove();
        } else {
            row.insert(left);
        }
        self.customers = self.customers.saturating_sub(1);
        Ok(())
    }

    /// Takes in the customers of another group.
    ///
    /// # Errors
    /// Groups in another unit, or no room in a count; the groups are then as they were.
    pub fn merge(&mut self, other: &Self) -> Result<(), GroupError> {
        self.require_unit(other.unit)?;
        self.customers.checked_add(other.customers).ok_or(GroupError::Overflow)?;
        other.rows.iter().try_for_each(|(&history, &weight)| self.push_many(history, weight))
    }

    /// The unit of the times.
    #[must_use]
    pub const fn unit(&self) -> TimeUnit {
        self.unit
    }

    /// How many customers.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// The distinct histories and how many customers have each, in order of `x`, `t_x`, `T`.
    pub fn rows(&self) -> impl Iterator<Item = (&History, u64)> {
        self.rows.iter().map(|(history, &weight)| (history, weight))
    }

    fn require_unit(&self, found: TimeUnit) -> Result<(), GroupError> {
        if found == self.unit {
            Ok(())
        } else {
            Err(GroupError::Unit { expected: self.unit, found })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupedSummary, History};
    use crate::error::{GroupError, HistoryError};
    use crate::unit::TimeUnit::{Day, Week};

    #[test]
    fn a_history_must_not_contradict_itself() {
        assert!(matches!(History::new(0, 0.0, -1.0, Week), Err(HistoryError::Age { .. })));
        assert!(matches!(History::new(0, 0.0, f64::NAN, Week), Err(HistoryError::Age { .. })));
        assert!(matches!(History::new(1, 2.0, 1.0, Week), Err(HistoryError::Recency { .. })));
        assert!(matches!(History::new(1, f64::NAN, 1.0, Week), Err(HistoryError::Recency { .. })));
        assert!(matches!(History::new(1, 0.0, 1.0, Week), Err(HistoryError::Contradiction { .. })));
        assert!(matches!(History::new(0, 1.0, 1.0, Week), Err(HistoryError::Contradiction { .. })));
        let many = (1 << 53) + 1;
        assert!(matches!(History::new(many, 1.0, 1.0, Week), Err(HistoryError::TooMany { .. })));
        assert_eq!(History::new(0, -0.0, 0.0, Week), History::new(0, 0.0, -0.0, Week));
    }

    #[test]
    fn groups_refuse_what_is_not_theirs_and_stay_as_they_were() {
        let mut groups = GroupedSummary::new(Week);
        let week = History::new(0, 0.0, 5.0, Week).unwrap();
        let day = History::new(0, 0.0, 5.0, Day).unwrap();
        groups.push_many(week, u64::MAX).unwrap();
        let before = groups.clone();
        assert_eq!(groups.push(day), Err(GroupError::Unit { expected: Week, found: Day }));
        assert_eq!(groups.push(week), Err(GroupError::Overflow));
        assert_eq!(groups.merge(&before.clone()), Err(GroupError::Overflow));
        let other = History::new(0, 0.0, 6.0, Week).unwrap();
        assert_eq!(groups.retract(other), Err(GroupError::NotPushed));
        assert_eq!(groups, before);
        groups.retract(week).unwrap();
        assert_eq!(groups.customers(), u64::MAX - 1);
    }
}
