//! Decimals as they are written, exactly.

use std::str::FromStr;

/// Why a decimal cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inexact {
    /// More places than are kept.
    Places,
    /// Beyond any bound, infinite or no number.
    Huge,
}

/// A decimal such as `-0.10` or `1e-1`, times ten to the number of places kept.
pub(crate) fn scaled(text: &str, places: u32) -> Result<i64, Inexact> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{part}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Inexact::Huge);
    }
    let significant = all.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let behind = all.len().saturating_sub(all.trim_end_matches('0').len());
    let (behind, part) = (i64::try_from(behind), i64::try_from(part.len()));
    let exponent = i64::from_str(exponent);
    let (Ok(behind), Ok(part), Ok(exponent)) = (behind, part, exponent) else {
        return Err(if exponent_is_negative(text) { Inexact::Places } else { Inexact::Huge });
    };
    // The value is `significant` times ten to this, after scaling.
    let shift =
        exponent.saturating_add(behind).saturating_sub(part).saturating_add(i64::from(places));
    if shift < 0 {
        return Err(Inexact::Places);
    }
    let factor = u32::try_from(shift).ok().and_then(|shift| 10_i64.checked_pow(shift));
    let number = i64::from_str(significant).ok();
    let scaled = factor.zip(number).and_then(|(factor, number)| number.checked_mul(factor));
    let scaled = scaled.ok_or(Inexact::Huge)?;
    Ok(if negative { scaled.saturating_neg() } else { scaled })
}

fn exponent_is_negative(text: &str) -> bool {
    text.split_once(['e', 'E']).is_some_and(|(_, exponent)| exponent.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::{Inexact, scaled};

    #[test]
    fn a_decimal_is_kept_exactly_or_refused() {
        for (text, expected) in [
            ("0.10", 1_000),
            ("0.1", 1_000),
            ("1e-1", 1_000),
            ("10.00E-2", 1_000),
            ("+0.0001", 1),
            ("-0.5", -5_000),
            ("-0.0", 0),
            ("0e999999999999999999999", 0),
            ("3", 30_000),
            ("3.", 30_000),
            (".5", 5_000),
            ("1.2300000000000000000000000000", 12_300),
            ("100000000000000000000e-20", 10_000),
            ("922337203685477.5807", i64::MAX),
        ] {
            assert_eq!(scaled(text, 4), Ok(expected), "{text}");
        }
        for text in ["0.00001", "1e-5", "0.12345", "1e-99999999999999999999"] {
            assert_eq!(scaled(text, 4), Err(Inexact::Places), "{text}");
        }
        let huge = [
            "inf",
            "-inf",
            "nan",
            "",
            ".",
            "-",
            "922337203685477.5808",
            "1e400",
            "1e99999999999999999999",
        ];
        for text in huge {
            assert_eq!(scaled(text, 4), Err(Inexact::Huge), "{text}");
        }
    }
}
