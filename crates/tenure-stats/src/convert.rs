//! Integers to floats without `as`: each conversion says what it loses.

/// A count as a float, rounded to nearest; exact up to 2^53.
///
/// ```
/// assert_eq!(tenure_stats::count_to_f64(3), 3.0);
/// ```
#[must_use]
#[expect(
    clippy::as_conversions,
    reason = "the one place: u64 to f64 rounds to nearest, never fails"
)]
pub const fn count_to_f64(count: u64) -> f64 {
    count as f64
}

/// A wide integer as a float, rounded to nearest; exact up to 2^53.
///
/// ```
/// assert_eq!(tenure_stats::integer_to_f64(-3), -3.0);
/// ```
#[must_use]
#[expect(
    clippy::as_conversions,
    reason = "the one place: i128 to f64 rounds to nearest, never fails"
)]
pub const fn integer_to_f64(integer: i128) -> f64 {
    integer as f64
}

/// A length or index as a float, rounded to nearest; exact up to 2^53.
///
/// ```
/// assert_eq!(tenure_stats::len_to_f64([7, 8].len()), 2.0);
/// ```
#[must_use]
#[expect(
    clippy::as_conversions,
    reason = "the one place: usize to f64 rounds to nearest, never fails"
)]
pub const fn len_to_f64(len: usize) -> f64 {
    len as f64
}
