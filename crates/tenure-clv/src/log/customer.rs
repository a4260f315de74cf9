//! The state of one customer: exact counts and sums per day, or per instant.

use tenure_model::Zone;

#[cfg(feature = "serde")]
use super::definition::OccasionPeriod;
use super::definition::SummaryDefinition;
use super::row::{Kind, PurchaseRow};
use super::summary::{PurchaseOutcome, Scratch};
use super::time::PurchaseTime;
use crate::error::{PurchaseLogError, PurchaseTimeError};

/// The purchases of one customer, per day or per instant; merges and retracts exactly.
///
/// *Cost*: constant for rows that come in order of time, else a search and a shift of what is later.
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
    /// In order, each time once; all days, or all instants.
    moments: Vec<Moment>,
}

/// What happened on one day, or at one instant. Sums are of minor units, and zero where their count
/// is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) time: PurchaseTime,
    pub(super) purchases: u64,
    pub(super) paid: u128,
    pub(super) unpriced: u64,
    pub(super) refunds: u64,
    pub(super) refunded: u128,
}

impl Moment {
    const fn empty(time: PurchaseTime) -> Self {
        Self { time, purchases: 0, paid: 0, unpriced: 0, refunds: 0, refunded: 0 }
    }

    fn of(row: PurchaseRow) -> Self {
        let empty = Self::empty(row.time());
        match row.kind() {
            Kind::Purchase(paid) => Self { purchases: 1, paid: u128::from(paid), ..empty },
            Kind::Unpriced => Self { unpriced: 1, ..empty },
            Kind::Refund(refunded) => Self { refunds: 1, refunded: u128::from(refunded), ..empty },
        }
    }

    fn plus(self, other: Self) -> Option<Self> {
        let within = |sum: u128| (sum <= CustomerPurchases::MAX_MINOR_PER_TIME).then_some(sum);
        Some(Self {
            time: self.time,
            purchases: self.purchases.checked_add(other.purchases)?,
            paid: self.paid.checked_add(other.paid).and_then(within)?,
            unpriced: self.unpriced.checked_add(other.unpriced)?,
            refunds: self.refunds.checked_add(other.refunds)?,
            refunded: self.refunded.checked_add(other.refunded).and_then(within)?,
        })
    }

    /// `None` if `other` cannot be a part of this: a count or sum too small, or a sum left
    /// over without a row it could belong to.
    fn minus(self, other: Self) -> Option<Self> {
        let rest = Self {
            time: self.time,
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
    /// The most that the purchases of one day or instant, or its refunds, may sum to, in minor units.
    /// The sum over [`CustomerPurchases::MAX_TIMES`] then fits, so summaries need no check.
    pub const MAX_MINOR_PER_TIME: u128 = 1 << 96;

    /// The most days or instants with a row; there are fewer days in the years 1 to 9999.
    pub const MAX_TIMES: usize = 1 << 30;

    /// No purchases yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { moments: Vec::new() }
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// Adds one row.
    ///
    /// # Errors
    /// No room in a count, or a day among instants; the state is then as it was.
    pub fn push(&mut self, row: PurchaseRow) -> Result<(), PurchaseLogError> {
        self.check_kind(row.time())?;
        self.add(row)
    }

    /// Adds a row known to be of this kind.
    #[inline]
    pub(super) fn add(&mut self, row: PurchaseRow) -> Result<(), PurchaseLogError> {
        let later = self.moments.last().is_none_or(|last| last.time < row.time());
        if later && self.moments.len() < Self::MAX_TIMES {
            self.moments.push(Moment::of(row));
            return Ok(());
        }
        self.absorb(Moment::of(row))
    }

    /// Takes back one row that was pushed.
    ///
    /// # Errors
    /// Nothing at that time that could have been this row; the state is then as it was.
    pub fn retract(&mut self, row: PurchaseRow) -> Result<(), PurchaseLogError> {
        let not_pushed = PurchaseLogError::NotPushed { time: row.time() };
        let place = self.place(row.time()).map_err(|_| not_pushed)?;
        let moment = self.moments.get_mut(place).ok_or(not_pushed)?;
        *moment = moment.minus(Moment::of(row)).ok_or(not_pushed)?;
        if moment.is_empty() {
            self.moments.remove(place);
        }
        Ok(())
    }

    /// Takes in the purchases of the same customer from elsewhere.
    ///
    /// # Errors
    /// No room in a count, or days among instants; the state is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), PurchaseLogError> {
        *self = self.merged(other)?;
        Ok(())
    }

    /// This and the purchases of the same customer from elsewhere.
    pub(super) fn merged(&self, other: &Self) -> Result<Self, PurchaseLogError> {
        if let Some(first) = other.moments.first() {
            self.check_kind(first.time)?;
        }
        let room = self.moments.len().saturating_add(other.moments.len());
        let mut merged = Vec::with_capacity(room.min(Self::MAX_TIMES));
        let mut theirs = other.moments.iter().copied().peekable();
        for &own in &self.moments {
            while let Some(earlier) = theirs.next_if(|moment| moment.time < own.time) {
                merged.push(earlier);
            }
            merged.push(match theirs.next_if(|moment| moment.time == own.time) {
                Some(same) => {
                    own.plus(same).ok_or(PurchaseLogError::Overflow { time: own.time })?
                }
                None => own,
            });
        }
        merged.extend(theirs);
        match merged.get(Self::MAX_TIMES) {
            Some(beyond) => Err(PurchaseLogError::Full { time: beyond.time }),
            None => Ok(Self { moments: merged }),
        }
    }

    /// The summary of this customer at the end of `as_of`, and what was left out of it.
    ///
    /// To summarise many customers, [`PurchaseLog::summaries`](crate::PurchaseLog::summaries)
    /// reuses its scratch space.
    ///
    /// # Errors
    /// Rows or an `as_of` that are days where the definition counts instants, or the reverse.
    pub fn summary(
        &self,
        definition: SummaryDefinition,
        as_of: impl Into<PurchaseTime>,
    ) -> Result<PurchaseOutcome, PurchaseTimeError> {
        let as_of = definition.period().takes(as_of.into())?;
        self.moments.first().map_or(Ok(as_of), |first| definition.period().takes(first.time))?;
        Ok(Scratch::default().outcome(self, definition, as_of))
    }

    /// Per day of that zone, where it is per instant; per day it stays.
    pub(super) fn to_days(&self, zone: Zone) -> Result<Self, PurchaseLogError> {
        let mut found = Self { moments: Vec::with_capacity(self.moments.len()) };
        for moment in &self.moments {
            let time = match moment.time.instant() {
                Some(instant) => zone.date_of(instant).into(),
                None => moment.time,
            };
            if !time.is_of_a_ledger() {
                return Err(PurchaseLogError::Date { time });
            }
            found.absorb(Moment { time, ..*moment })?;
        }
        Ok(found)
    }

    /// Whether these are times that such a period counts.
    #[cfg(feature = "serde")]
    pub(super) fn is_of(&self, period: OccasionPeriod) -> bool {
        self.moments.first().is_none_or(|first| period.takes(first.time).is_ok())
    }

    /// Whether these are instants; nothing at all is none.
    pub(crate) fn has_instants(&self) -> bool {
        self.moments.first().is_some_and(|first| first.time.is_instant())
    }

    /// The times bought at, in order, and what each came to, its refunds netted: what nets to zero is
    /// dropped; `None` where an amount is not known.
    pub(crate) fn nets(&self) -> impl Iterator<Item = (PurchaseTime, Option<u128>)> {
        self.moments.iter().filter_map(|moment| match moment.unpriced {
            0 => {
                let net = moment.paid.checked_sub(moment.refunded).filter(|&net| net > 0)?;
                Some((moment.time, Some(net)))
            }
            _ => Some((moment.time, None)),
        })
    }

    /// Forgets all rows, and keeps the space.
    pub(super) fn clear(&mut self) {
        self.moments.clear();
    }

    pub(super) fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// Whether a time may stand beside those there are.
    fn check_kind(&self, time: PurchaseTime) -> Result<(), PurchaseTimeError> {
        let fits = |first: &Moment| first.time.is_instant() == time.is_instant();
        if self.moments.first().is_none_or(fits) {
            Ok(())
        } else {
            Err(PurchaseTimeError { found: time })
        }
    }

    fn absorb(&mut self, moment: Moment) -> Result<(), PurchaseLogError> {
        let overflow = PurchaseLogError::Overflow { time: moment.time };
        match self.place(moment.time) {
            Ok(place) => {
                let own = self.moments.get_mut(place).ok_or(overflow)?;
                *own = own.plus(moment).ok_or(overflow)?;
            }
            Err(_) if self.moments.len() >= Self::MAX_TIMES => {
                return Err(PurchaseLogError::Full { time: moment.time });
            }
            Err(place) => self.moments.insert(place, moment),
        }
        Ok(())
    }

    /// Where the time is, or belongs; the end first, for rows that come in order.
    fn place(&self, time: PurchaseTime) -> Result<usize, usize> {
        if self.moments.last().is_none_or(|last| last.time < time) {
            Err(self.moments.len())
        } else {
            self.moments.binary_search_by_key(&time, |moment| moment.time)
        }
    }
}

#[cfg(feature = "serde")]
impl From<CustomerPurchases> for crate::wire::CustomerPurchases {
    fn from(purchases: CustomerPurchases) -> Self {
        let times = purchases.moments.into_iter().map(|moment| crate::wire::Moment {
            time: moment.time,
            purchases: moment.purchases,
            paid_minor: crate::wire::Digits(moment.paid),
            unpriced: moment.unpriced,
            refunds: moment.refunds,
            refunded_minor: crate::wire::Digits(moment.refunded),
        });
        Self { times: times.collect() }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<crate::wire::CustomerPurchases> for CustomerPurchases {
    type Error = &'static str;
    fn try_from(wire: crate::wire::CustomerPurchases) -> Result<Self, Self::Error> {
        if wire.times.len() > Self::MAX_TIMES {
            return Err("a customer has more than 2^30 times of purchase");
        }
        let mut moments: Vec<Moment> = Vec::with_capacity(wire.times.len());
        for read in wire.times {
            let moment = Moment {
                time: read.time,
                purchases: read.purchases,
                paid: read.paid_minor.0,
                unpriced: read.unpriced,
                refunds: read.refunds,
                refunded: read.refunded_minor.0,
            };
            if moment.is_empty() || moment.is_orphaned() {
                return Err("a time of purchase has a sum without a row");
            }
            if !moment.time.is_of_a_ledger() {
                return Err("a time of purchase is outside the years 1 to 9999");
            }
            if Moment::empty(moment.time).plus(moment).is_none() {
                return Err("a time of purchase is above 2^96 minor units");
            }
            if let Some(last) = moments.last() {
                if last.time.is_instant() != moment.time.is_instant() {
                    return Err("times of purchase are days and instants");
                }
                if last.time >= moment.time {
                    return Err("times of purchase are not in order");
                }
            }
            moments.push(moment);
        }
        Ok(Self { moments })
    }
}

#[cfg(test)]
mod tests {
    use super::{CustomerPurchases, Moment, PurchaseRow};
    use crate::error::{PurchaseLogError, PurchaseTimeError};
    use crate::log::time::PurchaseTime;
    use chrono::NaiveDate;
    use tenure_model::{Instant, Minor};

    fn times() -> [PurchaseTime; 2] {
        let day = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        [day.into(), Instant::from_micros(1_704_103_200_000_000).unwrap().into()]
    }

    #[test]
    fn full_counts_refuse_and_change_nothing() {
        for time in times() {
            let row = PurchaseRow::unpriced(time).unwrap();
            let full = Moment { unpriced: u64::MAX, ..Moment::empty(time) };
            let mut customer = CustomerPurchases { moments: vec![full] };
            let before = customer.clone();
            assert_eq!(customer.push(row), Err(PurchaseLogError::Overflow { time }));
            assert_eq!(customer.merge(&before.clone()), Err(PurchaseLogError::Overflow { time }));
            assert_eq!(customer, before);

            let most = CustomerPurchases::MAX_MINOR_PER_TIME;
            let rich = Moment { purchases: 1, paid: most, ..Moment::empty(time) };
            let mut customer = CustomerPurchases { moments: vec![rich] };
            let cent = PurchaseRow::purchase(time, Minor::new(1)).unwrap();
            assert_eq!(customer.push(cent), Err(PurchaseLogError::Overflow { time }));
        }
        // A moment costs what a day cost.
        assert_eq!(size_of::<Moment>(), 64);
    }

    #[test]
    fn what_was_not_pushed_is_not_retracted() {
        let [time, other] = times();
        let row = |units| PurchaseRow::purchase(time, Minor::new(units)).unwrap();
        let mut customer = CustomerPurchases::new();
        customer.push(row(300)).unwrap();
        let before = customer.clone();
        for other in [row(301), row(299), PurchaseRow::refund(time, Minor::new(300)).unwrap()] {
            assert_eq!(customer.retract(other), Err(PurchaseLogError::NotPushed { time }));
        }
        let row = PurchaseRow::purchase(other, Minor::new(300)).unwrap();
        let not_pushed = PurchaseLogError::NotPushed { time: other };
        assert_eq!(customer.retract(row), Err(not_pushed));
        assert_eq!(customer, before);
    }

    #[test]
    fn days_and_instants_do_not_meet() {
        for [one, other] in [times(), {
            let [day, instant] = times();
            [instant, day]
        }] {
            let (row, strange) =
                (PurchaseRow::unpriced(one).unwrap(), PurchaseRow::unpriced(other).unwrap());
            let (mut customer, mut stranger) = (CustomerPurchases::new(), CustomerPurchases::new());
            customer.push(row).unwrap();
            stranger.push(strange).unwrap();
            let before = customer.clone();
            let refused = Err(PurchaseLogError::Time(PurchaseTimeError { found: other }));
            assert_eq!(customer.push(strange), refused);
            assert_eq!(customer.merge(&stranger), refused);
            assert_eq!(customer, before);
        }
    }
}
