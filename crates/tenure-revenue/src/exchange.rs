//! Exchange rates into the reporting currency.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tenure_model::{Currency, Month};

use crate::error::ExchangeRateError;

/// How many units of the reporting currency one unit of another is worth: one rate a month and
/// currency, and one constant rate a currency.
///
/// ```
/// use tenure_model::{Currency, Month, parse_decimal};
/// use tenure_revenue::ExchangeRates;
/// let (eur, january) = (Currency::new("EUR")?, Month::parse("2024-01")?);
/// let mut rates = ExchangeRates::default();
/// rates.add(eur, january, parse_decimal("1.10")?)?;
/// assert_eq!(rates.rate(eur, january), Some(parse_decimal("1.1")?));
/// assert!(rates.add(eur, january, parse_decimal("1.20")?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExchangeRates {
    monthly: BTreeMap<(Currency, Month), Decimal>,
    constant: BTreeMap<Currency, Decimal>,
}

impl ExchangeRates {
    /// Adds the rate of a month.
    ///
    /// # Errors
    /// A rate not above 0, or another rate for that currency and month.
    pub fn add(
        &mut self,
        currency: Currency,
        month: Month,
        rate: Decimal,
    ) -> Result<(), ExchangeRateError> {
        let known = self.monthly.get(&(currency, month)).copied();
        let rate = checked(currency, Some(month), rate, known)?;
        self.monthly.insert((currency, month), rate);
        Ok(())
    }

    /// Adds the rate of `FxPolicy::Constant`.
    ///
    /// # Errors
    /// A rate not above 0, or another constant rate of that currency.
    pub fn add_constant(
        &mut self,
        currency: Currency,
        rate: Decimal,
    ) -> Result<(), ExchangeRateError> {
        let rate = checked(currency, None, rate, self.constant.get(&currency).copied())?;
        self.constant.insert(currency, rate);
        Ok(())
    }

    /// The rate of a month; `None` if there is none.
    #[must_use]
    pub fn rate(&self, currency: Currency, month: Month) -> Option<Decimal> {
        self.monthly.get(&(currency, month)).copied()
    }

    /// The constant rate; `None` if there is none.
    #[must_use]
    pub fn constant(&self, currency: Currency) -> Option<Decimal> {
        self.constant.get(&currency).copied()
    }

    /// Makes the rates of a month constant, of currencies without a constant rate.
    pub(crate) fn fix(&mut self, month: Month) {
        for (&(currency, of), &rate) in &self.monthly {
            if of == month {
                self.constant.entry(currency).or_insert(rate);
            }
        }
    }

    /// How many rates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.monthly.len().saturating_add(self.constant.len())
    }

    /// Whether there is no rate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[cfg(feature = "serde")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Currency, Option<Month>, Decimal)> {
        let monthly =
            self.monthly.iter().map(|(&(currency, month), &rate)| (currency, Some(month), rate));
        let constant = self.constant.iter().map(|(&currency, &rate)| (currency, None, rate));
        monthly.chain(constant)
    }
}

fn checked(
    currency: Currency,
    month: Option<Month>,
    rate: Decimal,
    known: Option<Decimal>,
) -> Result<Decimal, ExchangeRateError> {
    if rate <= Decimal::ZERO {
        return Err(ExchangeRateError::NotPositive { found: rate, currency });
    }
    match known {
        Some(first) if first != rate => {
            Err(ExchangeRateError::Twice { currency, month, first, second: rate })
        }
        _ => Ok(rate.normalize()),
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use tenure_model::{Currency, Month};

    use super::ExchangeRates;
    use crate::error::ExchangeRateError;

    #[test]
    fn a_rate_is_above_zero_and_there_is_one() {
        let eur = Currency::new("EUR").unwrap();
        let month = Month::parse("2024-01").unwrap();
        let mut rates = ExchangeRates::default();
        let error = rates.add(eur, month, Decimal::ZERO).unwrap_err();
        assert!(matches!(error, ExchangeRateError::NotPositive { .. }));
        assert_eq!(error.to_string(), "exchange rate `0` of EUR is not above 0");
        rates.add_constant(eur, Decimal::ONE).unwrap();
        rates.add_constant(eur, Decimal::ONE).unwrap();
        let error = rates.add_constant(eur, Decimal::TWO).unwrap_err();
        assert!(matches!(error, ExchangeRateError::Twice { .. }));
        assert_eq!(
            error.to_string(),
            "there are two exchange rates of EUR for the constant rate: `1` and `2`"
        );
        rates.add(eur, month, Decimal::ONE).unwrap();
        let error = rates.add(eur, month, Decimal::TWO).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there are two exchange rates of EUR for 2024-01: `1` and `2`"
        );
        assert_eq!(rates.len(), 2);
    }
}
