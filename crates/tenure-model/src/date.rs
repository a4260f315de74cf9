//! Strict dates.

use chrono::{Months, NaiveDate};

use crate::error::DateError;

/// Reads a date: exactly `YYYY-MM-DD`, years 0001 to 9999.
///
/// ```
/// use tenure_model::parse_date;
/// assert_eq!(parse_date("2024-02-29")?.to_string(), "2024-02-29");
/// for lax in ["2024-2-3", " 2024-01-01", "2023-02-29", "0000-01-01", "20240101"] {
///     assert!(parse_date(lax).is_err());
/// }
/// # Ok::<(), tenure_model::DateError>(())
/// ```
///
/// # Errors
/// Any other spelling, or a day that does not exist.
pub fn parse_date(text: &str) -> Result<NaiveDate, DateError> {
    read_date(text.as_bytes()).ok_or_else(|| DateError {
        found: text.chars().take(40).collect(),
        expected: "a date such as 2026-03-31",
    })
}

/// The whole number spelled by these ASCII digits; `None` for anything else.
pub(crate) fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|&digit| digit <= 9)?;
        number.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

/// `YYYY-MM-DD` and nothing else.
pub(crate) fn read_date(bytes: &[u8]) -> Option<NaiveDate> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else { return None };
    let year = i32::try_from(digits(&[y1, y2, y3, y4])?).ok().filter(|&year| year >= 1)?;
    NaiveDate::from_ymd_opt(year, digits(&[m1, m2])?, digits(&[d1, d2])?)
}

/// The day `months` after `anchor`: the anchor's own day of the month, cut to the month's last.
/// Step from the anchor, never from the last step. `None` outside the calendar.
///
/// ```
/// use tenure_model::{anniversary, parse_date};
/// let anchor = parse_date("2024-01-31")?;
/// let days: Vec<_> = (0..3).filter_map(|n| anniversary(anchor, n)).collect();
/// assert_eq!(days, [anchor, parse_date("2024-02-29")?, parse_date("2024-03-31")?]);
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[must_use]
pub fn anniversary(anchor: NaiveDate, months: u32) -> Option<NaiveDate> {
    anchor.checked_add_months(Months::new(months))
}
