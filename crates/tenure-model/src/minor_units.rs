//! How many decimals the minor unit of a currency has: on which day, and with which exceptions.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;

use crate::currency::Currency;
use crate::error::{MinorUnitsError, MoneyError};
use crate::money::{MAX_PLACES, Minor, Money};

/// Codes whose decimals ISO 4217 has changed: before that day they had so many. Recalled, not copied
/// from the amendments: an exception of one's own stands before it.
const AMENDED: [(&str, (i32, u32, u32), u8); 1] = [("ISK", (2007, 1, 1), 2)];

/// Decimals of minor units, by currency: the list of ISO 4217 as it is, or as it was on a day, with
/// exceptions of one's own (a ledger that counts tenths of a cent, a bank that has no cents).
///
/// ```
/// use tenure_model::{Currency, MinorUnits, Money, parse_date};
/// let isk = Currency::new("ISK")?;
/// assert_eq!(MinorUnits::default().decimals(isk), 0);
/// assert_eq!(MinorUnits::on(parse_date("2006-12-31")?).decimals(isk), 2);
/// let mills = MinorUnits::default().with(Currency::new("USD")?, 3)?;
/// let price = Money::parse("0.005", Currency::new("USD")?)?;
/// assert_eq!(mills.to_minor(&price)?.units(), 5);
/// assert!(price.to_minor().is_err());
/// assert_eq!(mills.to_string(), "ISO 4217 but USD 3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MinorUnits {
    day: Option<NaiveDate>,
    exceptions: BTreeMap<Currency, u8>,
}

impl MinorUnits {
    /// The list as it was on a day.
    #[must_use]
    pub const fn on(day: NaiveDate) -> Self {
        Self { day: Some(day), exceptions: BTreeMap::new() }
    }

    /// The same, but for one currency.
    ///
    /// # Errors
    /// More than 8 decimals: more than an amount of money may have.
    pub fn with(mut self, currency: Currency, decimals: u8) -> Result<Self, MinorUnitsError> {
        if usize::from(decimals) > MAX_PLACES {
            return Err(MinorUnitsError { found: decimals, currency });
        }
        self.exceptions.insert(currency, decimals);
        Ok(self)
    }

    /// Decimals of the minor unit of a currency.
    #[must_use]
    pub fn decimals(&self, currency: Currency) -> u8 {
        if let Some(&decimals) = self.exceptions.get(&currency) {
            return decimals;
        }
        let before = |day: NaiveDate| {
            AMENDED.iter().find(|(code, (year, month, of), _)| {
                *code == currency.code()
                    && NaiveDate::from_ymd_opt(*year, *month, *of).is_some_and(|until| day < until)
            })
        };
        self.day.and_then(before).map_or(currency.decimals(), |&(_, _, decimals)| decimals)
    }

    /// Minor units in one major unit of a currency.
    #[must_use]
    pub fn minor_per_major(&self, currency: Currency) -> i64 {
        // At most 8 decimals.
        10_i64.checked_pow(u32::from(self.decimals(currency))).unwrap_or(i64::MAX)
    }

    /// An amount in minor units, exactly.
    ///
    /// # Errors
    /// More decimals than the currency has here, or more units than fit 64 bits.
    pub fn to_minor(&self, money: &Money) -> Result<Minor, MoneyError> {
        money.to_minor_of(self.decimals(money.currency()))
    }

    /// The day of the list, where it is not today's.
    #[must_use]
    pub const fn day(&self) -> Option<NaiveDate> {
        self.day
    }

    /// The exceptions, in order of code.
    pub fn exceptions(&self) -> impl Iterator<Item = (Currency, u8)> {
        self.exceptions.iter().map(|(&currency, &decimals)| (currency, decimals))
    }
}

impl fmt::Display for MinorUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ISO 4217")?;
        if let Some(day) = self.day {
            write!(f, " on {day}")?;
        }
        for (place, (currency, decimals)) in self.exceptions().enumerate() {
            write!(f, "{} {currency} {decimals}", if place == 0 { " but" } else { "," })?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
mod serde_impl {
    use super::MinorUnits;
    use crate::currency::Currency;
    use crate::date::parse_date;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename = "MinorUnits")]
    struct Form {
        day: Option<String>,
        exceptions: Vec<(Currency, u8)>,
    }

    impl Serialize for MinorUnits {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let day = self.day.map(|day| day.to_string());
            Form { day, exceptions: self.exceptions().collect() }.serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for MinorUnits {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let form = Form::deserialize(deserializer)?;
            let day = form.day.as_deref().map(parse_date).transpose().map_err(D::Error::custom)?;
            let count = form.exceptions.len();
            let units = form.exceptions.into_iter().try_fold(
                day.map_or_else(Self::default, Self::on),
                |units, (currency, decimals)| units.with(currency, decimals),
            );
            let units = units.map_err(D::Error::custom)?;
            if units.exceptions.len() == count {
                Ok(units)
            } else {
                Err(D::Error::custom("a currency is there twice"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AMENDED, MinorUnits};
    use crate::{Currency, Money, MoneyError, parse_date};

    #[test]
    fn without_exceptions_it_is_the_list() {
        for code in ["USD", "JPY", "KWD", "CLF"] {
            let currency = Currency::new(code).unwrap();
            let units = MinorUnits::default();
            assert_eq!(units.decimals(currency), currency.decimals());
            assert_eq!(units.minor_per_major(currency), currency.minor_per_major());
        }
        for (code, (year, month, day), before) in AMENDED {
            let currency = Currency::new(code).unwrap();
            let until = parse_date(&format!("{year}-{month:02}-{day:02}")).unwrap();
            assert_eq!(MinorUnits::on(until).decimals(currency), currency.decimals());
            assert_eq!(MinorUnits::on(until.pred_opt().unwrap()).decimals(currency), before);
        }
    }

    #[test]
    fn exceptions_stand_before_the_list_and_have_a_limit() {
        let yen = Currency::new("JPY").unwrap();
        let units = MinorUnits::on(parse_date("2024-01-01").unwrap()).with(yen, 2).unwrap();
        assert_eq!(units.minor_per_major(yen), 100);
        assert_eq!(units.to_string(), "ISO 4217 on 2024-01-01 but JPY 2");
        let error = units.with(yen, 9).unwrap_err();
        assert_eq!(error.to_string(), "`9` decimals of JPY are more than 8");
        let coarse = MinorUnits::default().with(yen, 0).unwrap();
        let error = coarse.to_minor(&Money::parse("0.5", yen).unwrap()).unwrap_err();
        assert!(matches!(error, MoneyError::TooPrecise { .. }));
    }
}
