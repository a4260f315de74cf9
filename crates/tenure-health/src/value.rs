//! Raw values, at one scale.

use rust_decimal::Decimal;

use crate::error::{FloatError, ValueError};

/// Places kept.
const PLACES: u32 = 8;
/// 10^15 at eight places.
const LIMIT: i128 = 100_000_000_000_000_000_000_000;

/// An observed raw value, exact: magnitude below 10^15, at most 8 decimals. Its unit is the
/// component's.
///
/// ```
/// use tenure_health::Value;
/// use tenure_model::parse_decimal;
/// let ratio = Value::new(parse_decimal("1.50")?)?;
/// assert_eq!(ratio.to_decimal(), parse_decimal("1.5")?);
/// assert_eq!(Value::from(3), Value::new(3.into())?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Value(i128);

impl Value {
    /// Checks a value.
    ///
    /// # Errors
    /// A magnitude of 10^15 or more, or more than 8 decimals.
    pub fn new(value: Decimal) -> Result<Self, ValueError> {
        let refused = ValueError { found: value };
        let value = value.normalize();
        let missing = PLACES.checked_sub(value.scale()).ok_or(refused)?;
        let power = 10_i128.checked_pow(missing).ok_or(refused)?;
        let scaled = value.mantissa().checked_mul(power).ok_or(refused)?;
        if scaled.unsigned_abs() < LIMIT.unsigned_abs() { Ok(Self(scaled)) } else { Err(refused) }
    }

    /// The value nearest to a float, at 8 decimals; of two as near the even one.
    ///
    /// # Errors
    /// Not a number, infinite, or a magnitude of 10^15 or more.
    ///
    /// ```
    /// use tenure_health::Value;
    /// assert_eq!(Value::nearest(1.0 / 3.0)?.to_string(), "0.33333333");
    /// assert!(Value::nearest(f64::NAN).is_err());
    /// # Ok::<(), tenure_health::FloatError>(())
    /// ```
    pub fn nearest(value: f64) -> Result<Self, FloatError> {
        let refused = FloatError { found: value };
        if !value.is_finite() {
            return Err(refused);
        }
        // Formatting rounds the exact binary value once.
        let exact = Decimal::from_str_exact(&format!("{value:.8}")).map_err(|_| refused)?;
        Self::new(exact).map_err(|_| refused)
    }

    /// The value as a decimal, without trailing zeros.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        // Below 10^23 at eight places: always fits 96 bits.
        Decimal::try_from_i128_with_scale(self.0, PLACES).unwrap_or_default().normalize()
    }

    /// The value times 10^8.
    pub(crate) const fn scaled(self) -> i128 {
        self.0
    }
}

/// A whole number: always fits.
impl From<i32> for Value {
    fn from(whole: i32) -> Self {
        Self(i128::from(whole).saturating_mul(100_000_000))
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.to_decimal().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Value;
    use rust_decimal::Decimal;

    #[test]
    fn what_is_not_kept_exactly_is_an_error() {
        for (text, fits) in [
            ("999999999999999.99999999", true),
            ("-999999999999999.99999999", true),
            ("1000000000000000", false),
            ("-1000000000000000", false),
            ("0.00000001", true),
            ("0.000000001", false),
            ("1.000000000000", true),
        ] {
            let value = Decimal::from_str_exact(text).unwrap();
            assert_eq!(Value::new(value).is_ok(), fits, "{text}");
            if let Ok(kept) = Value::new(value) {
                assert_eq!(kept.to_decimal(), value, "{text}");
            }
        }
        let error = Value::new(Decimal::MAX).unwrap_err();
        assert_eq!(error.found(), Decimal::MAX);
        assert_eq!(
            error.to_string(),
            "value `79228162514264337593543950335` has more than 15 digits before the point, or more than 8 after it"
        );
    }

    #[test]
    fn floats_are_taken_to_the_nearest_or_refused() {
        for (float, text) in [
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (-0.0, "0"),
            (1e-9, "0"),
            (0.000_000_004_999, "0"),
            (0.000_000_005_001, "0.00000001"),
            (999_999_999_999_999.0, "999999999999999"),
            (0.001_953_125, "0.00195312"), // 2^-9: a tie, to even
        ] {
            assert_eq!(Value::nearest(float).unwrap().to_string(), text, "{float}");
        }
        for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e15, -1e15, f64::MAX] {
            let error = Value::nearest(float).unwrap_err();
            assert_eq!(error.found().to_bits(), float.to_bits());
            assert!(error.to_string().ends_with("is not a number below 10^15 in magnitude"));
        }
    }

    #[test]
    fn whole_numbers_fit() {
        assert_eq!(Value::from(i32::MIN).to_string(), "-2147483648");
    }
}
