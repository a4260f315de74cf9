//! One row of a purchase log.

use chrono::{Datelike, NaiveDate};
use tenure_model::Minor;

use crate::error::PurchaseRowError;

/// One purchase, or one refund, of one customer on one day.
///
/// ```
/// use chrono::NaiveDate;
/// use tenure_clv::PurchaseRow;
/// use tenure_model::Minor;
/// let day = NaiveDate::from_ymd_opt(2024, 2, 29).ok_or("no such day")?;
/// assert!(PurchaseRow::purchase(day, Minor::new(-1)).is_err());
/// assert_eq!(
///     PurchaseRow::signed(day, Minor::new(-1))?,
///     PurchaseRow::refund(day, Minor::new(1))?,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PurchaseRow {
    date: NaiveDate,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Purchase(u64),
    Unpriced,
    Refund(u64),
}

impl PurchaseRow {
    /// A purchase; of zero if it was free.
    ///
    /// # Errors
    /// A negative amount, or a date outside the years 1 to 9999.
    pub fn purchase(date: NaiveDate, amount: Minor) -> Result<Self, PurchaseRowError> {
        let units = u64::try_from(amount.units())
            .map_err(|_| PurchaseRowError::NegativePurchase { found: amount.units(), date })?;
        Self::new(date, Kind::Purchase(units))
    }

    /// A purchase whose amount is not known: it counts as an occasion, and leaves the customer's
    /// spend undefined.
    ///
    /// # Errors
    /// A date outside the years 1 to 9999.
    pub fn unpriced(date: NaiveDate) -> Result<Self, PurchaseRowError> {
        Self::new(date, Kind::Unpriced)
    }

    /// A refund, told by what was paid back.
    ///
    /// # Errors
    /// A negative amount, or a date outside the years 1 to 9999.
    pub fn refund(date: NaiveDate, amount: Minor) -> Result<Self, PurchaseRowError> {
        let units = u64::try_from(amount.units())
            .map_err(|_| PurchaseRowError::NegativeRefund { found: amount.units(), date })?;
        Self::new(date, Kind::Refund(units))
    }

    /// A signed amount: a refund if it is below zero, else a purchase. For sources that tell
    /// refunds by their sign; a day netted to zero is a purchase of zero.
    ///
    /// # Errors
    /// A date outside the years 1 to 9999.
    pub fn signed(date: NaiveDate, amount: Minor) -> Result<Self, PurchaseRowError> {
        let units = amount.units().unsigned_abs();
        let kind = if amount.units() < 0 { Kind::Refund(units) } else { Kind::Purchase(units) };
        Self::new(date, kind)
    }

    /// Its day.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.date
    }

    pub(super) const fn kind(self) -> Kind {
        self.kind
    }

    fn new(date: NaiveDate, kind: Kind) -> Result<Self, PurchaseRowError> {
        if (1..=9999).contains(&date.year()) {
            Ok(Self { date, kind })
        } else {
            Err(PurchaseRowError::Date { date })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PurchaseRow;
    use chrono::NaiveDate;
    use tenure_model::Minor;

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
    }
}
