//! One row of a purchase log.

use tenure_model::Minor;

use super::time::PurchaseTime;
use crate::error::PurchaseRowError;

/// One purchase, or one refund, of one customer, on a day or at an instant.
///
/// ```
/// use chrono::NaiveDate;
/// use tenure_clv::PurchaseRow;
/// use tenure_model::{Instant, Minor, Zone};
/// let day = NaiveDate::from_ymd_opt(2024, 2, 29).ok_or("no such day")?;
/// assert!(PurchaseRow::purchase(day, Minor::new(-1)).is_err());
/// assert_eq!(
///     PurchaseRow::signed(day, Minor::new(-1))?,
///     PurchaseRow::refund(day, Minor::new(1))?,
/// );
/// let noon = Instant::parse("2024-02-29T12:00:00Z", Zone::UTC)?;
/// assert_eq!(PurchaseRow::unpriced(noon)?.time(), noon.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PurchaseRow {
    time: PurchaseTime,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Purchase(u64),
    Unpriced,
    Refund(u64),
}

impl Kind {
    const fn signed(amount: Minor) -> Self {
        let units = amount.units().unsigned_abs();
        if amount.units() < 0 { Self::Refund(units) } else { Self::Purchase(units) }
    }
}

impl PurchaseRow {
    /// A purchase; of zero if it was free.
    ///
    /// # Errors
    /// A negative amount, or a date outside the years 1 to 9999.
    pub fn purchase(
        time: impl Into<PurchaseTime>,
        amount: Minor,
    ) -> Result<Self, PurchaseRowError> {
        let time = time.into();
        let units = u64::try_from(amount.units())
            .map_err(|_| PurchaseRowError::NegativePurchase { found: amount.units(), time })?;
        Self::new(time, Kind::Purchase(units))
    }

    /// A purchase whose amount is not known: it counts as an occasion, and leaves the customer's
    /// spend undefined.
    ///
    /// # Errors
    /// A date outside the years 1 to 9999.
    pub fn unpriced(time: impl Into<PurchaseTime>) -> Result<Self, PurchaseRowError> {
        Self::new(time.into(), Kind::Unpriced)
    }

    /// A refund, told by what was paid back.
    ///
    /// # Errors
    /// A negative amount, or a date outside the years 1 to 9999.
    pub fn refund(time: impl Into<PurchaseTime>, amount: Minor) -> Result<Self, PurchaseRowError> {
        let time = time.into();
        let units = u64::try_from(amount.units())
            .map_err(|_| PurchaseRowError::NegativeRefund { found: amount.units(), time })?;
        Self::new(time, Kind::Refund(units))
    }

    /// A signed amount: a refund if it is below zero, else a purchase. For sources that tell
    /// refunds by their sign; a day netted to zero is a purchase of zero.
    ///
    /// # Errors
    /// A date outside the years 1 to 9999.
    pub fn signed(time: impl Into<PurchaseTime>, amount: Minor) -> Result<Self, PurchaseRowError> {
        Self::new(time.into(), Kind::signed(amount))
    }

    /// The same at a time known to be within the years 1 to 9999.
    pub(super) const fn signed_within(time: PurchaseTime, amount: Minor) -> Self {
        Self { time, kind: Kind::signed(amount) }
    }

    /// Its day or instant.
    #[must_use]
    pub const fn time(self) -> PurchaseTime {
        self.time
    }

    pub(super) const fn kind(self) -> Kind {
        self.kind
    }

    const fn new(time: PurchaseTime, kind: Kind) -> Result<Self, PurchaseRowError> {
        if time.is_of_a_ledger() {
            Ok(Self { time, kind })
        } else {
            Err(PurchaseRowError::Time { time })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PurchaseRow;
    use chrono::NaiveDate;
    use tenure_model::{Instant, Minor};

    #[test]
    fn what_is_no_row_is_refused_with_its_place() {
        let day = NaiveDate::from_ymd_opt(2024, 1, 2).unwrap();
        let negative = PurchaseRow::purchase(day, Minor::new(-5)).unwrap_err();
        assert_eq!(
            negative.to_string(),
            "purchase of `-5` minor units on 2024-01-02 is negative: a refund is a row of its own"
        );
        let negative = PurchaseRow::refund(day, Minor::new(-5)).unwrap_err();
        assert!(negative.to_string().starts_with("refund of `-5` minor units on 2024-01-02"));
        let date = PurchaseRow::unpriced(NaiveDate::MIN).unwrap_err();
        assert!(date.to_string().contains("outside the years 1 to 9999"));
        assert!(PurchaseRow::signed(day, Minor::new(i64::MIN)).is_ok());
        let epoch = Instant::from_micros(0).unwrap();
        let negative = PurchaseRow::purchase(epoch, Minor::new(-5)).unwrap_err();
        assert!(negative.to_string().contains("on 1970-01-01T00:00:00Z is negative"), "{negative}");
        // A row costs what it cost when it knew days only.
        assert_eq!(size_of::<PurchaseRow>(), 24);
    }
}
