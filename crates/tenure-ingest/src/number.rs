//! Foreign spellings of numbers, and rounding from their exact text.

use rust_decimal::Decimal;
use tenure_model::Rounding;

/// How a file writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NumberStyle {
    /// What stands before the decimals.
    pub(crate) mark: char,
    /// What may stand between groups of three digits.
    pub(crate) thousands: Option<char>,
}

impl NumberStyle {
    pub(crate) const CANONICAL: Self = Self { mark: '.', thousands: None };

    /// The number in canonical spelling, written into `scratch` where it differs; `None` if this is
    /// not how the file writes numbers. What comes out is not yet known to be a number.
    pub(crate) fn canonical<'t>(self, text: &'t str, scratch: &'t mut String) -> Option<&'t str> {
        if self == Self::CANONICAL {
            return Some(text);
        }
        let (sign, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => ("-", unsigned),
            None => ("", text),
        };
        let (whole, places) = match unsigned.split_once(self.mark) {
            Some((whole, places)) => (whole, Some(places)),
            None => (unsigned, None),
        };
        scratch.clear();
        scratch.push_str(sign);
        match self.thousands.filter(|&separator| whole.contains(separator)) {
            Some(separator) => {
                for (place, group) in whole.split(separator).enumerate() {
                    let full = group.len() == 3 || (place == 0 && (1..=2).contains(&group.len()));
                    if !full || !all_digits(group) {
                        return None;
                    }
                    scratch.push_str(group);
                }
            }
            None if all_digits(whole) => scratch.push_str(whole),
            None => return None,
        }
        if let Some(places) = places {
            if !all_digits(places) {
                return None;
            }
            scratch.push('.');
            scratch.push_str(places);
        }
        Some(scratch)
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The most digits before the point.
const MAX_WHOLE_DIGITS: usize = 15;
/// Digits after the point kept as they are; if any later digit is not 0, one more digit says so,
/// which no rounding to at most 8 places can tell from the exact number.
const KEPT_PLACES: usize = 18;

/// A decimal in canonical spelling, of any length after the point, rounded to `places` (at most 8)
/// by the named rule: from its digits, exactly. `None` if it is not such a decimal.
pub(crate) fn round(text: &str, places: u32, rule: Rounding) -> Option<Decimal> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) if all_digits(fraction) => (whole, fraction),
        Some(_) => return None,
        None => (unsigned, ""),
    };
    if !all_digits(whole) || whole.len() > MAX_WHOLE_DIGITS || leads_with_zero(whole) {
        return None;
    }
    let kept = fraction.bytes().chain(std::iter::repeat(b'0')).take(KEPT_PLACES);
    let rest = fraction.bytes().skip(KEPT_PLACES).any(|byte| byte != b'0');
    let digits = whole.bytes().chain(kept).chain([if rest { b'1' } else { b'0' }]);
    let magnitude = digits.fold(0_i128, |number, byte| {
        // At most 15 + 18 + 1 digits: far below 2^127.
        number.saturating_mul(10).saturating_add(i128::from(byte.saturating_sub(b'0')))
    });
    let signed = if unsigned.len() == text.len() { magnitude } else { magnitude.checked_neg()? };
    let scale = u32::try_from(KEPT_PLACES).ok()?.checked_add(1)?;
    let units = rule.divide(signed, 10_i128.checked_pow(scale.checked_sub(places)?)?)?;
    Decimal::try_from_i128_with_scale(units, places).ok().map(|value| value.normalize())
}

/// A decimal in canonical spelling, to its last digit; `None` if it is not one, or has more digits
/// than are kept.
pub(crate) fn long(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) if all_digits(fraction) => (whole, fraction),
        Some(_) => return None,
        None => (unsigned, ""),
    };
    if !all_digits(whole) || leads_with_zero(whole) || whole.len() > MAX_WHOLE_DIGITS {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    if whole.len().saturating_add(fraction.len()) > MAX_LONG_DIGITS {
        return None;
    }
    Decimal::from_str_exact(text).ok().map(|value| value.normalize())
}

/// The most digits of a long number.
const MAX_LONG_DIGITS: usize = 28;

fn leads_with_zero(whole: &str) -> bool {
    whole.len() > 1 && whole.starts_with('0')
}

/// The whole number spelled `-?(0|[1-9][0-9]*)`; `None` for anything else, or where it does not fit.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if !all_digits(unsigned) || leads_with_zero(unsigned) {
        return None;
    }
    let negative = unsigned.len() < text.len();
    unsigned.bytes().try_fold(0_i64, |number, byte| {
        let digit = i64::from(byte.checked_sub(b'0')?);
        let digit = if negative { digit.checked_neg()? } else { digit };
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use tenure_model::Rounding;

    use super::{NumberStyle, round, whole};

    #[test]
    fn long_numbers_keep_every_digit() {
        for text in ["0.2847177143", "123456789012345.1234567890123", "-1.5", "0"] {
            assert_eq!(super::long(text).unwrap().to_string(), text);
        }
        assert_eq!(super::long("1.500").unwrap().to_string(), "1.5");
        let too_long = format!("0.{}", "1".repeat(28));
        for wrong in ["", ".5", "5.", "1e3", "01", "+1", "1,5", "1234567890123456", &too_long] {
            assert_eq!(super::long(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn foreign_spellings() {
        let german = NumberStyle { mark: ',', thousands: Some('.') };
        let plain = NumberStyle { mark: ',', thousands: None };
        let english = NumberStyle { mark: '.', thousands: Some(',') };
        let cases = [
            (german, "1.234.567,89", Some("1234567.89")),
            (german, "-1.234", Some("-1234")),
            (german, "1234,5", Some("1234.5")),
            (german, "12,50", Some("12.50")),
            (german, "1.23", None),
            (german, "1.2345", None),
            (german, ".123", None),
            (german, "1..234", None),
            (german, "1.234,5,6", None),
            (german, "1,", None),
            (german, "1,234.5", None),
            (plain, "1.234", None),
            (plain, "1234,5", Some("1234.5")),
            (english, "1,234.50", Some("1234.50")),
            (english, "1,23", None),
            (english, "", None),
            (english, "-", None),
            (english, "- 5", None),
            (NumberStyle::CANONICAL, "anything", Some("anything")),
        ];
        for (style, text, expected) in cases {
            assert_eq!(style.canonical(text, &mut String::new()), expected, "{text}");
        }
    }

    #[test]
    fn rounding_looks_at_every_digit() {
        let text = |text, places, rule| round(text, places, rule).map(|value| value.to_string());
        let sticky = format!("0.005{}1", "0".repeat(100));
        assert_eq!(text(&sticky, 2, Rounding::HalfEven).as_deref(), Some("0.01"));
        assert_eq!(text("0.005", 2, Rounding::HalfEven).as_deref(), Some("0"));
        assert_eq!(text("-2.675", 2, Rounding::HalfAway).as_deref(), Some("-2.68"));
        assert_eq!(text("-2.675", 2, Rounding::HalfUp).as_deref(), Some("-2.67"));
        assert_eq!(text("-2.679", 2, Rounding::Truncate).as_deref(), Some("-2.67"));
        assert_eq!(text("2.671", 2, Rounding::Ceil).as_deref(), Some("2.68"));
        assert_eq!(text("-0.001", 2, Rounding::Floor).as_deref(), Some("-0.01"));
        assert_eq!(text("-0.001", 2, Rounding::HalfAway).as_deref(), Some("0"));
        assert_eq!(
            text("999999999999999.999", 0, Rounding::Truncate).as_deref(),
            Some("999999999999999")
        );
        assert_eq!(
            text("0.823529411764705882352941", 8, Rounding::HalfAway).as_deref(),
            Some("0.82352941")
        );
        for wrong in ["", "-", "1.", ".5", "01", "1e5", "1.2.3", "+1", " 1", "1234567890123456"] {
            assert_eq!(text(wrong, 2, Rounding::HalfAway), None, "{wrong}");
        }
    }

    #[test]
    fn whole_numbers_are_strict() {
        assert_eq!(whole("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(whole("-0"), Some(0));
        for wrong in ["", "-", "+1", "1.0", "01", "1_0", "9223372036854775808", "\u{661}"] {
            assert_eq!(whole(wrong), None, "{wrong}");
        }
    }
}
