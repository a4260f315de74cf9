//! The state of one customer: exact counts and sums per day.

use chrono::NaiveDate;

use super::definition::SummaryDefinition;
use super::row::{Kind, PurchaseRow};
use super::summary::{PurchaseOutcome, Scratch};
use crate::error::PurchaseLogError;

/// The purchases of one customer, per day; merges and retracts exactly.
///
/// *Cost*: constant for rows that come in order of date, else a search and a shift.
///
/// ```
/// use chrono::NaiveDate;
/// use tenure_clv::{CustomerPurchases, PurchaseRow};
/// use tenure_model::Minor;
/// let day = NaiveDate::from_ymd_opt(2024, 1, 1).ok_or("no such day")?;
/// let row = PurchaseRow::purchase(day, Minor::new(500))?;
/// let mut days = CustomerPurchases::new();
/// days.push(row)?;
/// days.retract(row)?;
/// assert!(days.is_empty());
/// assert!(days.retract(row).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::CustomerPurchases", into = "crate::wire::CustomerPurchases")
)]
pub struct CustomerPurchases {
    /// By date, each date once.
    days: Vec<Day>,
}

/// What happened on one day. Sums are of minor units, and zero where their count is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) purchases: u64,
    pub(super) paid: u128,
    pub(super) unpriced: u64,
    pub(super) refunds: u64,
    pub(super) refunded: u128,
}

impl Day {
    const fn empty(date: NaiveDate) -> Self {
        Self { date, purchases: 0, paid: 0, unpriced: 0, refunds: 0, refunded: 0 }
    }

    fn of(row: PurchaseRow) -> Self {
        let empty = Self::empty(row.date());
        match row.kind() {
            Kind::Purchase(paid) => Self { purchases: 1, paid: u128::from(paid), ..empty },
            Kind::Unpriced => Self { unpriced: 1, ..empty },
            Kind::Refund(refunded) => Self { refunds: 1, refunded: u128::from(refunded), ..empty },
        }
    }

    fn plus(self, other: Self) -> Option<Self> {
        let within = |sum: u128| (sum <= CustomerPurchases::MAX_MINOR_PER_DAY).then_some(sum);
        Some(Self {
            date: self.date,
            purchases: self.purchases.checked_add(other.purchases)?,
            paid: self.paid.checked_add(other.paid).and_then(within)?,
            unpriced: self.unpriced.checked_add(other.unpriced)?,
            refunds: self.refunds.checked_add(other.refunds)?,
            refunded: self.refunded.checked_add(other.refunded).and_then(within)?,
        })
    }

    /// `None` if `other` cannot be a part of this day: a count or sum too small, or a sum left
    /// over without a row it could belong to.
    fn minus(self, other: Self) -> Option<Self> {
        let rest = Self {
            date: self.date,
            purchases: self.purchases.checked_sub(other.purchases)?,
            paid: self.paid.checked_sub(other.paid)?,
            unpriced: self.unpriced.checked_sub(other.unpriced)?,
            refunds: self.refunds.checked_sub(other.refunds)?,
            refunded: self.refunded.checked_sub(other.refunded)?,
        };
        (!rest.is_orphaned()).then_some(rest)
    }

    /// Whether a sum is left without a row it could belong to.
    const fn is_orphaned(self) -> bool {
        (self.purchases == 0 && self.paid > 0) || (self.refunds == 0 && self.refunded > 0)
    }

    const fn is_empty(self) -> bool {
        self.purchases == 0 && self.unpriced == 0 && self.refunds == 0
    }

    /// How many rows it was made of.
    pub(super) const fn rows(self) -> u64 {
        self.purchases.saturating_add(self.unpriced).saturating_add(self.refunds)
    }
}

impl CustomerPurchases {
    /// The most that one day's purchases, or its refunds, may sum to, in minor units. The sum over
    /// all days of the years 1 to 9999 then fits, so summaries need no check.
    pub const MAX_MINOR_PER_DAY: u128 = 1 << 96;

    /// No purchases yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { days: Vec::new() }
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Adds one row.
    ///
    /// # Errors
    /// No room in a count; the state is then as it was.
    pub fn push(&mut self, row: PurchaseRow) -> Result<(), PurchaseLogError> {
        if self.days.last().is_none_or(|last| last.date < row.date()) {
            self.days.push(Day::of(row));
            return Ok(());
        }
        self.absorb(Day::of(row))
    }

    /// Takes back one row that was pushed.
    ///
    /// # Errors
    /// Nothing on that day that could have been this row; the state is then as it was.
    pub fn retract(&mut self, row: PurchaseRow) -> Result<(), PurchaseLogError> {
        let not_pushed = PurchaseLogError::NotPushed { date: row.date() };
        let place = self.place(row.date()).map_err(|_| not_pushed)?;
        let day = self.days.get_mut(place).ok_or(not_pushed)?;
        *day = day.minus(Day::of(row)).ok_or(not_pushed)?;
        if day.is_empty() {
            self.days.remove(place);
        }
        Ok(())
    }

    /// Takes in the purchases of the same customer from elsewhere.
    ///
    /// # Errors
    /// No room in a count; the state is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), PurchaseLogError> {
        self.check_merge(other)?;
        other.days.iter().try_for_each(|&day| self.absorb(day))
    }

    /// The summary of this customer at the end of `as_of`, and what was left out of it.
    ///
    /// To summarise many customers, [`PurchaseLog::summaries`](crate::PurchaseLog::summaries)
    /// reuses its scratch space.
    #[must_use]
    pub fn summary(&self, definition: SummaryDefinition, as_of: NaiveDate) -> PurchaseOutcome {
        Scratch::default().outcome(self, definition, as_of)
    }

    /// The days bought on, in order, and what each came to, its refunds netted: days netted to zero are
    /// dropped; `None` where an amount is not known.
    pub(crate) fn net_days(&self) -> impl Iterator<Item = (NaiveDate, Option<u128>)> {
        self.days.iter().filter_map(|day| match day.unpriced {
            0 => {
                let net = day.paid.checked_sub(day.refunded).filter(|&net| net > 0)?;
                Some((day.date, Some(net)))
            }
            _ => Some((day.date, None)),
        })
    }

    /// Forgets all rows, and keeps the space.
    pub(super) fn clear(&mut self) {
        self.days.clear();
    }

    pub(super) fn check_merge(&self, other: &Self) -> Result<(), PurchaseLogError> {
        other.days.iter().try_for_each(|day| match self.place(day.date) {
            Ok(place) => self
                .days
                .get(place)
                .and_then(|own| own.plus(*day))
                .map(|_| ())
                .ok_or(PurchaseLogError::Overflow { date: day.date }),
            Err(_) => Ok(()),
        })
    }

    pub(super) fn days(&self) -> &[Day] {
        &self.days
    }

    fn absorb(&mut self, day: Day) -> Result<(), PurchaseLogError> {
        let overflow = PurchaseLogError::Overflow { date: day.date };
        match self.place(day.date) {
            Ok(place) => {
                let own = self.days.get_mut(place).ok_or(overflow)?;
                *own = own.plus(day).ok_or(overflow)?;
            }
            Err(place) => self.days.insert(place, day),
        }
        Ok(())
    }

    /// Where the date is, or belongs; the end first, for rows that come in order.
    fn place(&self, date: NaiveDate) -> Result<usize, usize> {
        if self.days.last().is_none_or(|last| last.date < date) {
            Err(self.days.len())
        } else {
            self.days.binary_search_by_key(&date, |day| day.date)
        }
    }
}

#[cfg(feature = "serde")]
impl From<CustomerPurchases> for crate::wire::CustomerPurchases {
    fn from(purchases: CustomerPurchases) -> Self {
        let days = purchases.days.into_iter().map(|day| crate::wire::Day {
            date: crate::wire::Date(day.date),
            purchases: day.purchases,
            paid_minor: crate::wire::Digits(day.paid),
            unpriced: day.unpriced,
            refunds: day.refunds,
            refunded_minor: crate::wire::Digits(day.refunded),
        });
        Self { days: days.collect() }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<crate::wire::CustomerPurchases> for CustomerPurchases {
    type Error = &'static str;
    fn try_from(wire: crate::wire::CustomerPurchases) -> Result<Self, Self::Error> {
        let mut days: Vec<Day> = Vec::with_capacity(wire.days.len());
        for read in wire.days {
            let day = Day {
                date: read.date.0,
                purchases: read.purchases,
                paid: read.paid_minor.0,
                unpriced: read.unpriced,
                refunds: read.refunds,
                refunded: read.refunded_minor.0,
            };
            if day.is_empty() || day.is_orphaned() {
                return Err("a day of purchases has a sum without a row");
            }
            if Day::empty(day.date).plus(day).is_none() {
                return Err("a day of purchases is above 2^96 minor units");
            }
            if days.last().is_some_and(|last| last.date >= day.date) {
                return Err("days of purchases are not in order");
            }
            days.push(day);
        }
        Ok(Self { days })
    }
}

#[cfg(test)]
mod tests {
    use super::{CustomerPurchases, Day, PurchaseRow};
    use crate::error::PurchaseLogError;
    use chrono::NaiveDate;
    use tenure_model::Minor;

    #[test]
    fn full_counts_refuse_and_change_nothing() {
        let date = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let row = PurchaseRow::unpriced(date).unwrap();
        let full = Day { unpriced: u64::MAX, ..Day::empty(date) };
        let mut days = CustomerPurchases { days: vec![full] };
        let before = days.clone();
        assert_eq!(days.push(row), Err(PurchaseLogError::Overflow { date }));
        assert_eq!(days.merge(&before.clone()), Err(PurchaseLogError::Overflow { date }));
        assert_eq!(days, before);

        let rich =
            Day { purchases: 1, paid: CustomerPurchases::MAX_MINOR_PER_DAY, ..Day::empty(date) };
        let mut days = CustomerPurchases { days: vec![rich] };
        let cent = PurchaseRow::purchase(date, Minor::new(1)).unwrap();
        assert_eq!(days.push(cent), Err(PurchaseLogError::Overflow { date }));
    }

    #[test]
    fn what_was_not_pushed_is_not_retracted() {
        let date = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let row = |units| PurchaseRow::purchase(date, Minor::new(units)).unwrap();
        let mut days = CustomerPurchases::new();
        days.push(row(300)).unwrap();
        let before = days.clone();
        for other in [row(301), row(299), PurchaseRow::refund(date, Minor::new(300)).unwrap()] {
            assert_eq!(days.retract(other), Err(PurchaseLogError::NotPushed { date }));
        }
        assert_eq!(days, before);
    }
}
