//! Redeemable points, oldest spent first.

use std::collections::VecDeque;

use chrono::NaiveDate;

use super::Entry;
use crate::error::LoyaltyError;

/// Points that stop counting after a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expiring {
    /// The last day they count; `None`: no end.
    pub last_day: Option<NaiveDate>,
    /// How many are left.
    pub points: i64,
}

/// What a member can spend, and what became of the rest:
/// `earned - spent - expired = points - overdrawn`.
///
/// Spending takes the oldest points first, ties by entry id; of one day earning comes before spending.
/// Points count through their last day. What is spent beyond the balance is overdrawn, and the next
/// points earned make up for it first.
///
/// ```
/// use tenure_health::loyalty::{Entry, Landing, Programme, Window};
/// use tenure_model::{AsOf, parse_date, record::Ledger::Redeemable};
/// let programme = Programme::new(&[("member", 0)], Window::Anniversary, Landing::Hard)?;
/// let day = |text| parse_date(text);
/// let entries = [
///     Entry::new(day("2025-01-01")?, Redeemable, 100)?.expiring(day("2025-06-30")?)?,
///     Entry::new(day("2025-02-01")?, Redeemable, 50)?.expiring(day("2025-12-31")?)?,
///     Entry::new(day("2025-03-01")?, Redeemable, -70)?,
/// ];
/// let of = |day| programme.replay(entries_from(), &entries, AsOf::new(day));
/// # fn entries_from() -> chrono::NaiveDate { parse_date("2025-01-01").unwrap_or_default() }
/// // 30 of the first are left until the end of June.
/// let july = of(day("2025-07-01")?)?.ok_or("joined")?;
/// assert_eq!((july.balance().points(), july.balance().expired()), (50, 30));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Balance {
    earned: i64,
    spent: i64,
    expired: i64,
    overdrawn: i64,
    lots: Vec<Expiring>,
}

impl Balance {
    pub(super) fn of(mut entries: Vec<&Entry>, day: NaiveDate) -> Result<Self, LoyaltyError> {
        entries.sort_by_key(|entry| (entry.date, entry.points < 0, entry.id.clone()));
        let mut balance = Self::default();
        let mut lots: VecDeque<Expiring> = VecDeque::new();
        for entry in entries {
            balance.expire(&mut lots, |last| last < entry.date)?;
            if entry.points > 0 {
                balance.earned = added(balance.earned, entry.points)?;
                let owed = balance.overdrawn.min(entry.points);
                balance.overdrawn = balance.overdrawn.saturating_sub(owed);
                let points = entry.points.saturating_sub(owed);
                lots.push_back(Expiring { last_day: entry.expires, points });
            } else {
                let mut wanted = entry.points.checked_neg().ok_or(LoyaltyError::Overflow)?;
                balance.spent = added(balance.spent, wanted)?;
                for lot in &mut lots {
                    let taken = lot.points.min(wanted);
                    lot.points = lot.points.saturating_sub(taken);
                    wanted = wanted.saturating_sub(taken);
                }
                balance.overdrawn = added(balance.overdrawn, wanted)?;
            }
            lots.retain(|lot| lot.points > 0);
        }
        balance.expire(&mut lots, |last| last < day)?;
        balance.lots = lots.into();
        Ok(balance)
    }

    fn expire(
        &mut self,
        lots: &mut VecDeque<Expiring>,
        over: impl Fn(NaiveDate) -> bool,
    ) -> Result<(), LoyaltyError> {
        for lot in lots.iter_mut().filter(|lot| lot.last_day.is_some_and(&over)) {
            self.expired = added(self.expired, lot.points)?;
            lot.points = 0;
        }
        lots.retain(|lot| lot.points > 0);
        Ok(())
    }

    /// Points that can be spent.
    #[must_use]
    pub fn points(&self) -> i64 {
        // No more than was earned, which fits.
        self.lots.iter().fold(0_i64, |sum, lot| sum.saturating_add(lot.points))
    }

    /// How many of them count no more after a day: their last day is that day or before.
    ///
    /// ```
    /// use tenure_health::loyalty::{Entry, Landing, Programme, Window};
    /// use tenure_model::{AsOf, parse_date, record::Ledger::Redeemable};
    /// let programme = Programme::new(&[("member", 0)], Window::Anniversary, Landing::Hard)?;
    /// let day = parse_date("2025-01-01")?;
    /// let entry = Entry::new(day, Redeemable, 100)?.expiring(parse_date("2025-06-30")?)?;
    /// let standing = programme.replay(day, &[entry], AsOf::new(day))?.ok_or("joined")?;
    /// assert_eq!(standing.balance().expiring_by(parse_date("2025-06-29")?), 0);
    /// assert_eq!(standing.balance().expiring_by(parse_date("2025-06-30")?), 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn expiring_by(&self, day: NaiveDate) -> i64 {
        let lots = self.lots.iter().filter(|lot| lot.last_day.is_some_and(|last| last <= day));
        // No more than was earned, which fits.
        lots.fold(0_i64, |sum, lot| sum.saturating_add(lot.points))
    }

    /// All points ever earned.
    #[must_use]
    pub const fn earned(&self) -> i64 {
        self.earned
    }

    /// All points ever spent.
    #[must_use]
    pub const fn spent(&self) -> i64 {
        self.spent
    }

    /// All points that were never spent and count no more.
    #[must_use]
    pub const fn expired(&self) -> i64 {
        self.expired
    }

    /// Points spent that there were none of.
    #[must_use]
    pub const fn overdrawn(&self) -> i64 {
        self.overdrawn
    }

    /// What is left of the points earned, oldest first.
    #[must_use]
    pub fn lots(&self) -> &[Expiring] {
        &self.lots
    }
}

fn added(sum: i64, more: i64) -> Result<i64, LoyaltyError> {
    sum.checked_add(more).ok_or(LoyaltyError::Overflow)
}
