//! Numbers as people read them. Exact numbers stay in report.json.

use std::borrow::Cow;
use std::fmt::Write as _;

use tenure::model::{Currency, Rounding};
use tenure::scorecard::{Figure, Unit, Value};
use tenure::stats::Ratio;

/// The figure's value, or a dash where it is undefined.
pub(crate) fn value(figure: &Figure) -> String {
    match figure.value {
        None => "–".to_owned(),
        Some(Value::Whole(whole)) => whole_in(figure.unit, whole),
        Some(Value::Ratio(ratio)) => ratio_in(figure.unit, ratio),
        Some(Value::Estimate(estimate)) => estimate_in(figure.unit, estimate),
        Some(Value::Between(low, high)) if low == high => whole_in(figure.unit, low),
        Some(Value::Between(low, high)) => {
            format!("{} to {}", whole_in(figure.unit, low), whole_in(figure.unit, high))
        }
    }
}

/// The figure's interval; empty where it has none.
pub(crate) fn interval(figure: &Figure) -> String {
    figure.interval.as_ref().map_or_else(String::new, |interval| {
        let (low, high) = (interval.lower(), interval.upper());
        format!("{} to {}", estimate_in(figure.unit, low), estimate_in(figure.unit, high))
    })
}

/// How many of that name the figure counts.
pub(crate) fn count(figure: &Figure, name: &str) -> String {
    let found = figure.counts.iter().find(|(known, _)| known == name);
    found.map_or_else(
        || "0".to_owned(),
        |(_, count)| grouped(i128::try_from(*count).unwrap_or(i128::MAX)),
    )
}

/// Whether there is neither a value nor anything counted, used or left out.
pub(crate) fn is_empty(figure: &Figure) -> bool {
    figure.value.is_none() && figure.counts.iter().all(|(_, count)| *count == 0)
}

/// Foreign text made safe for a terminal: escaped is what drives it, what turns the direction of
/// writing and what cannot be seen; cut after 300 characters.
pub(crate) fn printable(text: &str) -> String {
    const MOST: usize = 300;
    let mut out = String::new();
    for (place, character) in text.chars().enumerate() {
        if place == MOST {
            out.push('…');
            break;
        }
        if character.is_control() || is_unseen(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

/// JSON made safe for a terminal: the same document, with what [`printable`] escapes written as
/// escapes of JSON. Whatever is not ASCII stands in a string.
pub(crate) fn printable_json(json: &str) -> Cow<'_, str> {
    escaped(json, |character, out| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

/// The same of TOML.
pub(crate) fn printable_toml(toml: &str) -> Cow<'_, str> {
    escaped(toml, |character, out| {
        let _ = write!(out, "\\U{:08X}", u32::from(character));
    })
}

fn escaped(document: &str, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    let is_unsafe =
        |character: char| !character.is_ascii() && (character.is_control() || is_unseen(character));
    if !document.contains(is_unsafe) {
        return Cow::Borrowed(document);
    }
    let mut out = String::with_capacity(document.len());
    for character in document.chars() {
        if is_unsafe(character) {
            escape(character, &mut out);
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Marks of direction, separators of lines, spaces without width: with these a name can look like
/// another one, or move what stands beside it. The two joiners are part of scripts and stay.
const fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// What stands under the value on a page: the interval, and how many it counts.
pub(crate) fn note(figure: &Figure) -> String {
    let counted =
        figure.counts.iter().enumerate().filter(|(place, (_, count))| *place == 0 || *count > 0);
    let counted =
        counted.map(|(_, (name, _))| format!("{} {}", count(figure, name), name.replace('_', " ")));
    let interval = Some(interval(figure)).filter(|text| !text.is_empty());
    interval.into_iter().chain(counted).collect::<Vec<_>>().join("; ")
}

fn whole_in(unit: Unit, whole: i128) -> String {
    match unit {
        Unit::Money(currency) => money(whole, currency),
        Unit::Millis => duration(whole),
        Unit::Thousandths => fixed(whole, 1),
        _ => grouped(whole),
    }
}

/// A share of a whole, in percent with one decimal.
pub(crate) fn share(ratio: Ratio) -> String {
    ratio_in(Unit::Share, ratio)
}

fn ratio_in(unit: Unit, ratio: Ratio) -> String {
    let times = |factor: i128| {
        // Tenths of a percent or of a point, rounded once, half away from zero.
        let scaled = ratio.num().checked_mul(factor);
        scaled.and_then(|scaled| Rounding::HalfAway.divide(scaled, ratio.den()))
    };
    match unit {
        Unit::Share => times(1000).map_or_else(
            || estimate_in(unit, ratio.to_f64()),
            |tenths| format!("{}%", fixed(tenths, 1)),
        ),
        Unit::Points => {
            times(10).map_or_else(|| estimate_in(unit, ratio.to_f64()), |tenths| fixed(tenths, 1))
        }
        Unit::Money(_) | Unit::Millis => Rounding::HalfAway
            .divide(ratio.num(), ratio.den())
            .map_or_else(|| ratio.to_decimal(2), |whole| whole_in(unit, whole)),
        Unit::Thousandths => Rounding::HalfAway
            .divide(ratio.num(), ratio.den())
            .map_or_else(|| ratio.to_decimal(1), |tenths| fixed(tenths, 1)),
        Unit::Days => format!("{} d", ratio.to_decimal(1)),
        _ => ratio.to_decimal(2),
    }
}

fn estimate_in(unit: Unit, estimate: f64) -> String {
    match unit {
        Unit::Share => format!("{:.1}%", estimate * 100.0),
        Unit::Points => format!("{estimate:.1}"),
        Unit::Thousandths => format!("{:.1}", estimate / 10.0),
        Unit::Money(currency) => {
            let major = estimate / major_units(currency);
            format!("{} {currency}", separated(&format!("{major:.0}")))
        }
        Unit::Millis => duration(whole(estimate)),
        _ => separated(&format!("{estimate:.1}")),
    }
}

fn major_units(currency: Currency) -> f64 {
    tenure::stats::integer_to_f64(i128::from(currency.minor_per_major()))
}

/// `-12.3` from -123 tenths.
pub(crate) fn fixed(scaled: i128, places: usize) -> String {
    let digits = format!("{:0>width$}", scaled.unsigned_abs(), width = places.saturating_add(1));
    let cut = digits.len().saturating_sub(places);
    let (whole, rest) = digits.split_at_checked(cut).unwrap_or((&digits, ""));
    format!("{}{}.{rest}", if scaled < 0 { "-" } else { "" }, separated(whole))
}

/// `57`, or `57 to 59` where not all is known.
pub(crate) fn range<T: std::fmt::Display + PartialEq>(lo: T, hi: T) -> String {
    if lo == hi { lo.to_string() } else { format!("{lo} to {hi}") }
}

/// A score of thousandths on the scale of 0 to 100.
pub(crate) fn thousandths(score: i128) -> String {
    fixed(score, 1)
}

/// An amount of minor units, thousands apart.
pub(crate) fn money(minor: i128, currency: Currency) -> String {
    format!("{} {currency}", amount(minor, currency))
}

/// The same without its currency.
pub(crate) fn amount(minor: i128, currency: Currency) -> String {
    let places = usize::from(currency.decimals());
    if places == 0 { grouped(minor) } else { fixed(minor, places) }
}

/// A rate in percent, or a dash where it is undefined.
pub(crate) fn percent(rate: Option<tenure::revenue::Rate>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| ratio_in(Unit::Share, rate.ratio()))
}

/// A whole number, thousands apart.
pub(crate) fn grouped(whole: i128) -> String {
    separated(&whole.to_string())
}

/// Puts a comma before every third digit from the right of the whole part.
fn separated(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, rest) =
        digits.find('.').and_then(|at| digits.split_at_checked(at)).unwrap_or((digits, ""));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(rest);
    out
}

/// The nearest whole number.
#[expect(clippy::as_conversions, reason = "a finite estimate within the range of a duration")]
fn whole(estimate: f64) -> i128 {
    estimate.round() as i128
}

/// A whole number of digits alone; `None` for anything else, or where it does not fit.
pub(crate) fn digits(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.bytes().try_fold(0_u64, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// A number of digits, with sign, point and exponent where it has them; `None` for words such as
/// `inf` and `nan`.
#[expect(clippy::disallowed_methods, reason = "the grammar is checked before")]
pub(crate) fn float(text: &str) -> Option<f64> {
    let plain =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    if !text.bytes().all(plain) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A time of so many milliseconds.
pub(crate) fn millis(estimate: f64) -> String {
    duration(whole(estimate))
}

/// A time in the two units that matter, rounded to the smaller.
fn duration(millis: i128) -> String {
    let unit = match millis {
        ..3_600_000 => 1_000,
        3_600_000..86_400_000 => 60_000,
        _ => 3_600_000,
    };
    let rounded = Rounding::HalfAway.divide(millis, unit).unwrap_or_default();
    let seconds = rounded.saturating_mul(unit) / 1000;
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    if days > 0 {
        format!("{} d {hours} h", grouped(days))
    } else if hours > 0 {
        format!("{hours} h {minutes} min")
    } else if minutes > 0 {
        format!("{minutes} min {rest} s")
    } else {
        format!("{rest} s")
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, fixed, grouped, money};
    use tenure::model::Currency;

    #[test]
    fn digits_are_digits_alone() {
        assert_eq!(
            ["0", "042", "18446744073709551615"].map(super::digits),
            [0, 42, u64::MAX].map(Some)
        );
        assert_eq!(
            ["", "-1", "+1", "1 ", "1e3", "18446744073709551616"].map(super::digits),
            [None; 6]
        );
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(-123), "-123");
        assert_eq!(grouped(-1_234), "-1,234");
        assert_eq!(grouped(0), "0");
    }

    #[test]
    fn tenths_keep_their_zero() {
        assert_eq!(fixed(5, 1), "0.5");
        assert_eq!(fixed(-5, 1), "-0.5");
        assert_eq!(fixed(123_456, 1), "12,345.6");
    }

    #[test]
    fn money_has_the_decimals_of_its_currency() {
        assert_eq!(money(123_456, Currency::new("USD").unwrap()), "1,234.56 USD");
        assert_eq!(money(500, Currency::new("JPY").unwrap()), "500 JPY");
        assert_eq!(money(-7, Currency::new("KWD").unwrap()), "-0.007 KWD");
    }

    #[test]
    fn foreign_text_cannot_drive_a_terminal() {
        assert_eq!(super::printable("a\u{1b}[2J\n"), "a\\u{1b}[2J\\n");
        assert_eq!(super::printable(&"x".repeat(400)).chars().count(), 301);
    }

    #[test]
    fn documents_stay_the_same() {
        let text = "a\u{9b}b\u{202e}c\u{e0041}é";
        let json = serde_json::to_string(text).unwrap();
        let safe = super::printable_json(&json);
        assert_eq!(safe, "\"a\\u009bb\\u202ec\\udb40\\udc41é\"");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
        assert_eq!(super::printable_json("{\n}"), "{\n}");
        let toml = format!("a = {json}");
        let safe = super::printable_toml(&toml);
        assert_eq!(safe, "a = \"a\\U0000009Bb\\U0000202Ec\\U000E0041é\"");
        let read: toml::Table = toml::from_str(&safe).unwrap();
        assert_eq!(read.get("a").and_then(toml::Value::as_str), Some(text));
    }

    #[test]
    fn times_name_two_units() {
        assert_eq!(duration(59_400), "59 s");
        assert_eq!(duration(7_198_034), "2 h 0 min");
        assert_eq!(duration(3_600_000), "1 h 0 min");
        assert_eq!(duration(90_000_000), "1 d 1 h");
    }
}
