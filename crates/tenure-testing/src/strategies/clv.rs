//! Generators for `tenure-clv`.
#![expect(
    clippy::exhaustive_structs,
    clippy::exhaustive_enums,
    reason = "unpublished: tests build and match them whole"
)]

use chrono::{Days, NaiveDate};
use proptest::collection::vec;
use proptest::prelude::*;

/// One row of a purchase log, told plainly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainRow<T = NaiveDate> {
    /// Of whom: few, so that they meet.
    pub customer: u8,
    /// The day, or the microsecond.
    pub at: T,
    /// What happened.
    pub kind: PlainKind,
}

/// What happened, amounts in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainKind {
    /// Bought for this much.
    Purchase(u32),
    /// Bought, amount unknown.
    Unpriced,
    /// Paid back this much.
    Refund(u32),
}

/// A day of the first quarter of 2024, which has days enough for weeks and few enough for ties.
pub fn day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..91).prop_filter_map("2024 has such days", |days| {
        NaiveDate::from_ymd_opt(2024, 1, 1)?.checked_add_days(Days::new(days))
    })
}

/// A microsecond of some days of 2024, at one of a few times of day: the first and the last one among
/// them, so that rows meet.
pub fn micros() -> impl Strategy<Value = i64> {
    const DAY: i64 = 86_400_000_000;
    let clock = prop_oneof![Just(0), Just(1), Just(DAY / 2), Just(DAY - 1), 0..DAY];
    (19_800_i64..19_812, clock)
        .prop_map(|(day, clock)| day.saturating_mul(DAY).saturating_add(clock))
}

/// A row; amounts are small, so that refunds meet purchases exactly.
pub fn row_at<T: std::fmt::Debug>(
    at: impl Strategy<Value = T>,
) -> impl Strategy<Value = PlainRow<T>> {
    let kind = prop_oneof![
        6 => (0_u32..6).prop_map(PlainKind::Purchase),
        1 => Just(PlainKind::Unpriced),
        3 => (0_u32..8).prop_map(PlainKind::Refund),
    ];
    (0_u8..3, at, kind).prop_map(|(customer, at, kind)| PlainRow { customer, at, kind })
}

/// A row of a day.
pub fn row() -> impl Strategy<Value = PlainRow> {
    row_at(day())
}

/// Up to forty rows.
pub fn rows() -> impl Strategy<Value = Vec<PlainRow>> {
    vec(row(), 0..40)
}

/// Up to forty rows at instants.
pub fn instant_rows() -> impl Strategy<Value = Vec<PlainRow<i64>>> {
    vec(row_at(micros()), 0..40)
}

/// A positive number, its logarithm spread evenly between powers of ten.
pub fn positive(powers: std::ops::RangeInclusive<f64>) -> impl Strategy<Value = f64> {
    powers.prop_map(ten_to)
}

#[expect(clippy::disallowed_methods, reason = "a random number need not be the same everywhere")]
fn ten_to(power: f64) -> f64 {
    10_f64.powf(power)
}

/// A history `(x, t_x, T)` with `T` up to a thousand.
pub fn history(most: u64) -> impl Strategy<Value = (u64, f64, f64)> {
    (0..=most, 1e-6..1.0_f64, positive(-2.0..=3.0))
        .prop_map(|(x, part, age)| if x == 0 { (0, 0.0, age) } else { (x, part * age, age) })
}
