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
pub struct PlainRow {
    /// Of whom: few, so that they meet.
    pub customer: u8,
    /// The day.
    pub date: NaiveDate,
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

/// A row; amounts are small, so that refunds meet purchases exactly.
pub fn row() -> impl Strategy<Value = PlainRow> {
    let kind = prop_oneof![
        6 => (0_u32..6).prop_map(PlainKind::Purchase),
        1 => Just(PlainKind::Unpriced),
        3 => (0_u32..8).prop_map(PlainKind::Refund),
    ];
    (0_u8..3, day(), kind).prop_map(|(customer, date, kind)| PlainRow { customer, date, kind })
}

/// Up to forty rows.
pub fn rows() -> impl Strategy<Value = Vec<PlainRow>> {
    vec(row(), 0..40)
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
