//! Exact ratios of integers: divided once, when someone reads them.

use std::fmt;

/// An exact ratio, kept as it was counted: 40 of 100 stays 40/100.
///
/// *Shape*: two integers in, the denominator above 0; one float or one decimal text out, rounded
/// once.
///
/// *Undefined when* the denominator is not above 0: [`Ratio::new`] is then `None`.
///
/// *Accuracy*: [`Ratio::to_f64`] is the nearest float and [`Ratio::to_decimal`] the nearest decimal,
/// for every pair of integers; ties go to the even neighbour.
///
/// Two ratios are equal if numerator and denominator are: 1/2 is not 2/4 until [`Ratio::reduced`].
///
/// ```
/// use tenure_stats::Ratio;
///
/// let share = Ratio::new(40, 300).ok_or("undefined")?;
/// assert_eq!(share.to_decimal(10), "0.1333333333");
/// assert_eq!(share.reduced().to_string(), "2/15");
/// assert_eq!(Ratio::new(1, 0), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    num: i128,
    den: i128,
}

impl Ratio {
    /// Most places [`Ratio::to_decimal`] prints.
    pub const MAX_PLACES: u32 = 100;

    /// `num / den`; `None` if `den` is 0 or less.
    #[must_use]
    pub const fn new(num: i128, den: i128) -> Option<Self> {
        if den > 0 { Some(Self { num, den }) } else { None }
    }

    /// The numerator, as counted.
    #[must_use]
    pub const fn num(self) -> i128 {
        self.num
    }

    /// The denominator, as counted; above 0.
    #[must_use]
    pub const fn den(self) -> i128 {
        self.den
    }

    /// The same number in lowest terms; zero is 0/1.
    ///
    /// ```
    /// use tenure_stats::Ratio;
    ///
    /// assert_eq!(Ratio::new(-4, 6).map(Ratio::reduced), Ratio::new(-2, 3));
    /// ```
    #[must_use]
    pub fn reduced(self) -> Self {
        let (mut big, mut small) = (self.den.unsigned_abs(), self.num.unsigned_abs());
        while let Some(rest) = big.checked_rem(small) {
            (big, small) = (small, rest);
        }
        // `big` divides the denominator, so it fits; nothing below can fail.
        let common = i128::try_from(big).unwrap_or(1);
        match (self.num.checked_div(common), self.den.checked_div(common)) {
            (Some(num), Some(den)) => Self { num, den },
            _ => self,
        }
    }

    /// The nearest float.
    ///
    /// ```
    /// use tenure_stats::Ratio;
    ///
    /// assert_eq!(Ratio::new(1, 4).map(Ratio::to_f64), Some(0.25));
    /// ```
    #[must_use]
    pub fn to_f64(self) -> f64 {
        const EXACT: u128 = 1 << 53;
        let size = self.num.unsigned_abs();
        let den = self.den.unsigned_abs();
        if size <= EXACT && den <= EXACT {
            return crate::integer_to_f64(self.num) / crate::integer_to_f64(self.den);
        }
        let (mut quotient, mut rest) = divide(size, den);
        // One bit of the quotient a step, until 55 are there: 53, the rounding bit, one to spare.
        // A quotient of 0 takes at most 127 steps to its first bit.
        let mut exponent = 0_u64;
        while quotient < (1 << 54) && rest > 0 {
            quotient = quotient.wrapping_shl(1);
            rest = rest.wrapping_shl(1);
            if rest >= den {
                rest = rest.wrapping_sub(den);
                quotient |= 1;
            }
            exponent = exponent.saturating_add(1);
        }
        if rest > 0 {
            quotient |= 1; // sticky: below the rounding bit there is something
        }
        let scale = f64::from_bits(1023_u64.saturating_sub(exponent).wrapping_shl(52));
        let value = wide_to_f64(quotient) * scale;
        if self.num < 0 { -value } else { value }
    }

    /// The nearest decimal with so many places (at most [`Ratio::MAX_PLACES`], more are cut to
    /// that); a tie goes to the even digit. Zero has no sign.
    ///
    /// ```
    /// use tenure_stats::Ratio;
    ///
    /// let text = |num, den, places| Ratio::new(num, den).map(|ratio| ratio.to_decimal(places));
    /// assert_eq!(text(1, 8, 2).as_deref(), Some("0.12"));
    /// assert_eq!(text(-3, 8, 2).as_deref(), Some("-0.38"));
    /// assert_eq!(text(-1, 1000, 2).as_deref(), Some("0.00"));
    /// assert_eq!(text(999, 1000, 0).as_deref(), Some("1"));
    /// ```
    #[must_use]
    pub fn to_decimal(self, places: u32) -> String {
        let den = self.den.unsigned_abs();
        let (whole, mut rest) = divide(self.num.unsigned_abs(), den);
        let mut digits = whole.to_string().into_bytes();
        let point = digits.len();
        for _ in 0..places.min(Self::MAX_PLACES) {
            let (digit, left) = next_digit(rest, den);
            digits.push(b'0'.saturating_add(digit));
            rest = left;
        }
        // rest < den < 2^127, so doubling fits
        let doubled = rest.wrapping_shl(1);
        let last_is_odd = digits.last().is_some_and(|digit| digit & 1 == 1);
        let mut carry = doubled > den || (doubled == den && last_is_odd);
        for digit in digits.iter_mut().rev() {
            if !carry {
                break;
            }
            carry = *digit == b'9';
            *digit = if carry { b'0' } else { digit.saturating_add(1) };
        }
        let mut text = String::with_capacity(digits.len().saturating_add(3));
        if self.num < 0 && (carry || digits.iter().any(|&digit| digit != b'0')) {
            text.push('-');
        }
        if carry {
            text.push('1');
        }
        for (index, &digit) in digits.iter().enumerate() {
            if index == point {
                text.push('.');
            }
            text.push(char::from(digit));
        }
        text
    }
}

/// `num/den`, as counted.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// Quotient and rest; `den` is above 0.
fn divide(num: u128, den: u128) -> (u128, u128) {
    (num.checked_div(den).unwrap_or(0), num.checked_rem(den).unwrap_or(0))
}

/// The digit ⌊10·rest/den⌋ and what is left, for rest < den < 2^127: three doublings and one
/// addition, none of which can leave 128 bits.
fn next_digit(rest: u128, den: u128) -> (u8, u128) {
    let reduce = |digit: u8, rest: u128| {
        if rest >= den { (digit.wrapping_add(1), rest.wrapping_sub(den)) } else { (digit, rest) }
    };
    let double = |(digit, rest): (u8, u128)| reduce(digit.wrapping_shl(1), rest.wrapping_shl(1));
    let (digit, left) = double(double((0, rest)));
    double(reduce(digit, left.wrapping_add(rest)))
}

#[expect(clippy::as_conversions, reason = "u128 to f64 rounds to nearest, never fails")]
const fn wide_to_f64(integer: u128) -> f64 {
    integer as f64
}

#[cfg(feature = "serde")]
mod serde_impl {
    use serde::de::Error;

    use super::Ratio;

    /// Places of `value` in our documents.
    const VALUE_PLACES: u32 = 10;

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields, rename = "Ratio")]
    struct Document {
        num: i128,
        den: i128,
        value: String,
    }

    impl serde::Serialize for Ratio {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            Document { num: self.num, den: self.den, value: self.to_decimal(VALUE_PLACES) }
                .serialize(serializer)
        }
    }

    impl<'de> serde::Deserialize<'de> for Ratio {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let document = Document::deserialize(deserializer)?;
            let ratio = Self::new(document.num, document.den)
                .ok_or_else(|| D::Error::custom("denominator is not above 0"))?;
            if ratio.to_decimal(VALUE_PLACES) == document.value {
                Ok(ratio)
            } else {
                Err(D::Error::custom("value is not num/den to 10 places"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(num: i128, den: i128) -> Ratio {
        Ratio::new(num, den).unwrap()
    }

    #[test]
    fn undefined_over_nothing() {
        assert_eq!(Ratio::new(0, 0), None);
        assert_eq!(Ratio::new(1, -1), None);
        assert_eq!(Ratio::new(1, i128::MIN), None);
    }

    #[test]
    fn reduces_to_the_ends_of_the_range() {
        assert_eq!(ratio(0, 7).reduced(), ratio(0, 1));
        assert_eq!(ratio(i128::MIN, 2).reduced(), ratio(i128::MIN / 2, 1));
        assert_eq!(ratio(i128::MIN, i128::MAX).reduced(), ratio(i128::MIN, i128::MAX));
        assert_eq!(ratio(i128::MAX, i128::MAX).reduced(), ratio(1, 1));
        assert_eq!(ratio(-12, 18).to_string(), "-12/18");
    }

    /// Nearest floats from Python's `fractions.Fraction`, whose division rounds once.
    #[test]
    fn the_nearest_float() {
        for (num, den, bits) in [
            (i128::MAX, 1, 0x47e0_0000_0000_0000_u64),
            (i128::MIN, 1, 0xc7e0_0000_0000_0000),
            (1, i128::MAX, 0x3800_0000_0000_0000),
            (-1, i128::MAX, 0xb800_0000_0000_0000),
            (i128::MAX, i128::MAX, 0x3ff0_0000_0000_0000),
            // 2^53 + 1 is a tie, to even; a hair above it is not
            (9_007_199_254_740_993, 1, 0x4340_0000_0000_0000),
            (27_021_597_764_222_980, 3, 0x4340_0000_0000_0001),
            (100_000_000_000_000_000_000_000, 3, 0x449c_3c03_b52c_63f3),
        ] {
            assert_eq!(ratio(num, den).to_f64().to_bits(), bits, "{num}/{den}");
        }
    }

    #[test]
    fn decimals_of_every_size() {
        for (num, den, places, text) in [
            (0, 5, 3, "0.000"),
            (-1, 3, 0, "0"),
            (5, 10, 0, "0"),
            (15, 10, 0, "2"),
            (-25, 10, 0, "-2"),
            (9_999, 1_000, 2, "10.00"),
            (i128::MAX, 1, 2, "170141183460469231731687303715884105727.00"),
            (i128::MIN, 1, 0, "-170141183460469231731687303715884105728"),
            (i128::MAX - 1, i128::MAX, 10, "1.0000000000"),
            (1, i128::MAX, 40, "0.0000000000000000000000000000000000000059"),
        ] {
            assert_eq!(ratio(num, den).to_decimal(places), text, "{num}/{den}");
        }
        assert_eq!(ratio(1, 3).to_decimal(u32::MAX).len(), 102);
    }
}
