//! What a customer was worth so far: an exact sum.

use chrono::NaiveDate;
use tenure_model::{Currency, Minor};
use tenure_stats::integer_to_f64;

use crate::error::HistoricalValueError;
use crate::fit::Sum;
use crate::rate::DiscountRate;
use crate::unit::TimeUnit;

/// What are past margins worth on a later day, at a rate at which money could have been lent?
///
/// ```text
/// value = sum over margins dated at or before as_of of margin * e^(delta * days since)
/// ```
///
/// The opposite of a discount: earlier margins are worth more. An estimate, so a float, in the minor
/// units of the margins; the exact sum without it is [`HistoricalValue`].
///
/// *Shape*: rows of a day and a margin; those after `as_of` are left out and counted beside the
/// value. *Undefined when* it grew past every double. *Accuracy*: the sum is compensated.
///
/// ```
/// use chrono::NaiveDate;
/// use tenure_clv::{DiscountRate, TimeSpan, TimeUnit, compounded_value};
/// use tenure_model::Minor;
/// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
/// let daily = DiscountRate::per_period(0.1, TimeSpan::new(1.0, TimeUnit::Day)?)?;
/// let margins = [(day(1)?, Minor::new(100)), (day(3)?, Minor::new(100)), (day(9)?, Minor::new(1))];
/// let (value, later) = compounded_value(margins, daily, day(3)?);
/// // 100 * 1.1^2 + 100
/// assert!(value.is_some_and(|value| (value - 221.0).abs() < 1e-12) && later == 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn compounded_value(
    margins: impl IntoIterator<Item = (NaiveDate, Minor)>,
    rate: DiscountRate,
    as_of: NaiveDate,
) -> (Option<f64>, u64) {
    let force = rate.force(TimeUnit::Day);
    let (mut sum, mut later) = (Sum::default(), 0_u64);
    for (date, margin) in margins {
        let days = as_of.signed_duration_since(date).num_days();
        if days < 0 {
            later = later.saturating_add(1);
            continue;
        }
        let grown = libm::exp(force * integer_to_f64(i128::from(days)));
        sum.add(integer_to_f64(i128::from(margin.units())) * grown);
    }
    (Some(sum.total()).filter(|value| value.is_finite()), later)
}

/// What was this customer worth, up to and with a day?
///
/// ```text
/// value = sum of margins dated at or before as_of
/// ```
///
/// *Shape*: one row per margin (or spend, or cost as a negative) in minor units of one currency,
/// in any order; an exact total comes out, later rows ignored and counted. Merges and retracts
/// exactly. *Accuracy*: exact.
///
/// ```
/// use chrono::NaiveDate;
/// use tenure_clv::HistoricalValue;
/// use tenure_model::{Currency, Minor};
/// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
/// let mut value = HistoricalValue::new(Currency::new("EUR")?, day(15)?);
/// value.push(day(1)?, Minor::new(10_00))?;
/// value.push(day(15)?, Minor::new(-2_50))?;
/// value.push(day(16)?, Minor::new(99_00))?;
/// assert_eq!((value.total_minor(), value.used(), value.later()), (7_50, 2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoricalValue {
    currency: Currency,
    as_of: NaiveDate,
    total: i128,
    used: u64,
    later: u64,
}

impl HistoricalValue {
    /// Nothing yet.
    #[must_use]
    pub const fn new(currency: Currency, as_of: NaiveDate) -> Self {
        Self { currency, as_of, total: 0, used: 0, later: 0 }
    }

    /// Adds a margin of that day.
    ///
    /// # Errors
    /// No room; the value is then as it was.
    pub fn push(&mut self, date: NaiveDate, margin: Minor) -> Result<(), HistoricalValueError> {
        let one = self.one(date, margin);
        self.absorb(&one)
    }

    /// Takes back a margin that was pushed.
    ///
    /// # Errors
    /// Nothing there to take back; the value is then as it was.
    pub fn retract(&mut self, date: NaiveDate, margin: Minor) -> Result<(), HistoricalValueError> {
        let one = self.one(date, margin);
        let used = self.used.checked_sub(one.used).ok_or(HistoricalValueError::NotPushed)?;
        let later = self.later.checked_sub(one.later).ok_or(HistoricalValueError::NotPushed)?;
        let total = self.total.checked_sub(one.total).ok_or(HistoricalValueError::Overflow)?;
        if used == 0 && total != 0 {
            return Err(HistoricalValueError::NotPushed);
        }
        *self = Self { total, used, later, ..*self };
        Ok(())
    }

    /// Takes in another part of the same value.
    ///
    /// # Errors
    /// Another currency or last day, or no room; the value is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), HistoricalValueError> {
        if (self.currency, self.as_of) == (other.currency, other.as_of) {
            self.absorb(other)
        } else {
            Err(HistoricalValueError::DefinitionMismatch)
        }
    }

    /// The total in minor units of [`HistoricalValue::currency`].
    #[must_use]
    pub const fn total_minor(&self) -> i128 {
        self.total
    }

    /// The one currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The last day that counts.
    #[must_use]
    pub const fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// Rows in the total.
    #[must_use]
    pub const fn used(&self) -> u64 {
        self.used
    }

    /// Rows after the last day, ignored.
    #[must_use]
    pub const fn later(&self) -> u64 {
        self.later
    }

    fn one(&self, date: NaiveDate, margin: Minor) -> Self {
        if date <= self.as_of {
            Self { total: i128::from(margin.units()), used: 1, later: 0, ..*self }
        } else {
            Self { total: 0, used: 0, later: 1, ..*self }
        }
    }

    fn absorb(&mut self, other: &Self) -> Result<(), HistoricalValueError> {
        let full = HistoricalValueError::Overflow;
        *self = Self {
            total: self.total.checked_add(other.total).ok_or(full)?,
            used: self.used.checked_add(other.used).ok_or(full)?,
            later: self.later.checked_add(other.later).ok_or(full)?,
            ..*self
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::HistoricalValue;
    use crate::error::HistoricalValueError;
    use chrono::NaiveDate;
    use tenure_model::{Currency, Minor};

    #[test]
    fn refusals_change_nothing() {
        let date = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let later = NaiveDate::from_ymd_opt(2024, 1, 2).unwrap();
        let euro = Currency::new("EUR").unwrap();
        let mut value = HistoricalValue::new(euro, date);
        assert_eq!(value.retract(date, Minor::new(0)), Err(HistoricalValueError::NotPushed));
        assert_eq!(value.retract(later, Minor::new(0)), Err(HistoricalValueError::NotPushed));
        value.push(date, Minor::new(5)).unwrap();
        assert_eq!(value.retract(date, Minor::new(4)), Err(HistoricalValueError::NotPushed));
        let before = value.clone();
        let dollars = HistoricalValue::new(Currency::new("USD").unwrap(), date);
        assert_eq!(value.merge(&dollars), Err(HistoricalValueError::DefinitionMismatch));
        let other_day = HistoricalValue::new(euro, later);
        assert_eq!(value.merge(&other_day), Err(HistoricalValueError::DefinitionMismatch));
        let full = HistoricalValue { total: i128::MAX, ..before.clone() };
        assert_eq!(value.merge(&full), Err(HistoricalValueError::Overflow));
        assert_eq!(value, before);
        value.retract(date, Minor::new(5)).unwrap();
        assert_eq!(value, HistoricalValue::new(euro, date));
    }
}
