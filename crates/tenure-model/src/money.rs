//! Money: decimal at the edge, integer minor units inside.

use std::fmt;

use rust_decimal::Decimal;

use crate::currency::Currency;
use crate::error::{MoneyError, NumberError};

/// Magnitudes must lie below this many units.
const MAX_INTEGER_DIGITS: usize = 15;
/// The most places after the point.
pub(crate) const MAX_PLACES: usize = 8;

/// Reads a decimal in the one canonical grammar, exactly: `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, at most
/// 15 digits before the point and 8 after it. The result is normalised: no trailing zeros, no
/// minus zero.
///
/// ```
/// use tenure_model::parse_decimal;
/// assert_eq!(parse_decimal("-12.50")?.to_string(), "-12.5");
/// for lax in ["1_000", "+1", "1.", ".5", "1e5", "", " 1", "007"] {
///     assert!(parse_decimal(lax).is_err());
/// }
/// # Ok::<(), tenure_model::NumberError>(())
/// ```
///
/// # Errors
/// Any other spelling, or more digits.
pub fn parse_decimal(text: &str) -> Result<Decimal, NumberError> {
    let refuse = |fault| NumberError { found: text.chars().take(40).collect(), fault };
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = match unsigned.split_once('.') {
        Some((whole, places)) => (whole, Some(places)),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !places.is_none_or(digits) || (whole.len() > 1 && whole.starts_with('0')) {
        return Err(refuse("is not a plain decimal number such as -12.50"));
    }
    if whole.len() > MAX_INTEGER_DIGITS {
        return Err(refuse("has more than 15 digits before the point"));
    }
    if places.is_some_and(|places| places.len() > MAX_PLACES) {
        return Err(refuse("has more than 8 decimals"));
    }
    let value = Decimal::from_str_exact(text).map_err(|_| refuse("is not a decimal number"))?;
    Ok(value.normalize())
}

/// A whole number of minor units (cents), what the kernels sum. Which currency is said by what
/// holds it.
///
/// ```
/// use tenure_model::Minor;
/// assert_eq!(Minor::new(1250).checked_add(Minor::new(-50)), Some(Minor::new(1200)));
/// assert_eq!(Minor::new(i64::MAX).checked_add(Minor::new(1)), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Minor(i64);

impl Minor {
    /// That many minor units.
    #[must_use]
    pub const fn new(units: i64) -> Self {
        Self(units)
    }

    /// The number of minor units.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// The sum, or `None` where it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }
}

/// An amount in one currency, exact.
///
/// ```
/// use tenure_model::{Currency, Minor, Money};
/// let price = Money::parse("12.50", Currency::new("EUR")?)?;
/// assert_eq!(price.to_minor()?, Minor::new(1250));
/// assert_eq!(price.to_string(), "12.50 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// An amount of at most 15 digits before the point and 8 after it.
    ///
    /// # Errors
    /// More digits than that.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let amount = amount.normalize();
        let out_of_range = || MoneyError::OutOfRange { found: amount.to_string() };
        let limit = 1_000_000_000_000_000_i128;
        let scale = amount.scale();
        let power = 10_i128.checked_pow(scale).ok_or_else(out_of_range)?;
        let whole = amount.mantissa().checked_div(power).ok_or_else(out_of_range)?;
        let fits = whole > limit.saturating_neg() && whole < limit;
        if usize::try_from(scale).is_ok_and(|scale| scale <= MAX_PLACES) && fits {
            Ok(Self { amount, currency })
        } else {
            Err(out_of_range())
        }
    }

    /// Reads an amount, as [`parse_decimal`].
    ///
    /// # Errors
    /// Not a plain decimal number, or too many digits.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, MoneyError> {
        Self::new(parse_decimal(amount)?, currency)
    }

    /// The amount of that many minor units.
    ///
    /// ```
    /// use tenure_model::{Currency, Minor, Money};
    /// let yen = Money::from_minor(Minor::new(500), Currency::new("JPY")?);
    /// assert_eq!(yen.to_string(), "500 JPY");
    /// # Ok::<(), tenure_model::CurrencyError>(())
    /// ```
    #[must_use]
    pub fn from_minor(minor: Minor, currency: Currency) -> Self {
        // i64 and at most four places always fit 96 bits.
        let scaled = Decimal::try_from_i128_with_scale(
            i128::from(minor.units()),
            u32::from(currency.decimals()),
        );
        Self { amount: scaled.unwrap_or_default().normalize(), currency }
    }

    /// The amount, normalised: no trailing zeros.
    #[must_use]
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The amount in minor units, exactly.
    ///
    /// # Errors
    /// More decimals than the currency has, or more units than fit 64 bits.
    ///
    /// ```
    /// use tenure_model::{Currency, Money};
    /// let eur = Currency::new("EUR")?;
    /// assert!(Money::parse("0.005", eur)?.to_minor().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_minor(&self) -> Result<Minor, MoneyError> {
        self.to_minor_of(self.currency.decimals())
    }

    /// The amount in minor units of so many decimals.
    pub(crate) fn to_minor_of(self, decimals: u8) -> Result<Minor, MoneyError> {
        let missing = u32::from(decimals).checked_sub(self.amount.scale()).ok_or_else(|| {
            MoneyError::TooPrecise { found: self.amount.to_string(), currency: self.currency }
        })?;
        // A mantissa beyond 64 bits is beyond 64 bits in minor units too.
        10_i64
            .checked_pow(missing)
            .zip(i64::try_from(self.amount.mantissa()).ok())
            .and_then(|(power, mantissa)| mantissa.checked_mul(power))
            .map(Minor)
            .ok_or_else(|| MoneyError::OutOfRange { found: self.amount.to_string() })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.currency.decimals());
        let places = usize::try_from(self.amount.scale()).unwrap_or(decimals).max(decimals);
        write!(f, "{:.places$} {}", self.amount, self.currency)
    }
}

/// In our JSON money is a decimal string beside its currency.
#[cfg(feature = "serde")]
mod serde_impl {
    use super::Money;
    use crate::currency::Currency;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct MoneyForm {
        amount: String,
        currency: Currency,
    }

    impl Serialize for Money {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let text = self.to_string();
            let amount = text.split(' ').next().unwrap_or_default().to_owned();
            MoneyForm { amount, currency: self.currency }.serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Money {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let form = MoneyForm::deserialize(deserializer)?;
            Self::parse(&form.amount, form.currency).map_err(D::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Minor, Money, parse_decimal};
    use crate::currency::Currency;
    use crate::error::MoneyError;

    fn usd() -> Currency {
        Currency::new("USD").unwrap()
    }

    #[test]
    fn the_grammar_refuses_what_rust_decimal_takes() {
        for lax in ["1_000", "1._5", "+1", "1.", ".5", "1e5", "--1", "-", "00", "1.2.3", "\u{661}"]
        {
            assert!(parse_decimal(lax).is_err(), "{lax}");
        }
        assert_eq!(parse_decimal("-0").unwrap().to_string(), "0");
        assert!(parse_decimal("1234567890123456").is_err());
        assert!(parse_decimal("0.123456789").is_err());
        assert!(parse_decimal("1.23456789012345678901234567899999abc").is_err());
    }

    #[test]
    fn equal_amounts_are_equal_however_written() {
        assert_eq!(Money::parse("1.0", usd()).unwrap(), Money::parse("1.00", usd()).unwrap());
    }

    #[test]
    fn an_amount_with_more_places_than_its_currency_is_an_error() {
        let yen = Currency::new("JPY").unwrap();
        let error = Money::parse("1.5", yen).unwrap().to_minor().unwrap_err();
        assert!(matches!(error, MoneyError::TooPrecise { .. }));
        assert_eq!(error.to_string(), "`1.5` has more decimals than JPY has");
        assert_eq!(Money::parse("1.50", usd()).unwrap().to_minor().unwrap(), Minor::new(150));
    }

    #[test]
    fn minor_units_that_do_not_fit_are_an_error() {
        let clf = Currency::new("CLF").unwrap();
        let big = Money::parse("999999999999999", clf).unwrap();
        assert!(matches!(big.to_minor(), Err(MoneyError::OutOfRange { .. })));
        assert!(Money::parse("1000000000000000", clf).is_err());
    }

    #[test]
    fn text_has_the_decimals_of_the_currency() {
        assert_eq!(Money::from_minor(Minor::new(-7), usd()).to_string(), "-0.07 USD");
        assert_eq!(Money::parse("0.0071", usd()).unwrap().to_string(), "0.0071 USD");
        assert_eq!(
            Money::from_minor(Minor::new(i64::MIN), usd()).to_minor().unwrap(),
            Minor::new(i64::MIN)
        );
    }
}
