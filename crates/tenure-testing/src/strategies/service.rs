//! Generators for `tenure-service`.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::oracle::service::{PlainContact, PlainPromise};

/// Days and a hair around them, so that window ends are met exactly, missed by one microsecond and
/// hit at once.
fn around_days(days: i64) -> impl Strategy<Value = i64> {
    (0..=days, -1_i64..=1)
        .prop_map(|(day, hair)| day.saturating_mul(86_400_000_000).saturating_add(hair))
}

/// Contacts of one account about up to three issues within 60 days, with ties.
pub fn contacts(
    size: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = Vec<PlainContact>> {
    let flag = prop_oneof![3 => Just(Some(true)), 2 => Just(Some(false)), 1 => Just(None)];
    let issue = prop::sample::select(vec!["billing", "login", "shipping"]);
    vec((issue.prop_map(str::to_owned), around_days(60), flag), size)
}

/// An instant of the question within or just after those contacts, in microseconds.
pub fn as_of() -> impl Strategy<Value = i64> {
    around_days(70)
}

/// Durations in milliseconds, of every magnitude up to ten years, many equal.
pub fn durations(
    size: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = Vec<u64>> {
    let any =
        (0_u32..39, 0_u64..1 << 39).prop_map(|(shift, bits)| bits.checked_shr(shift).unwrap_or(0));
    vec(prop_oneof![4 => any, 1 => 0_u64..200, 1 => Just(60_000)], size)
}

/// Possible promises around the instant 1,000 (milliseconds).
pub fn promises(
    size: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = Vec<PlainPromise>> {
    let promise = (0_i64..=1_000, prop::option::of(0_i64..600), 1_i64..500, 0_i64..=100).prop_map(
        |(start, length, target, part)| {
            let end = length.map(|length| start.saturating_add(length));
            let gross = end.unwrap_or(1_000).saturating_sub(start);
            let paused = gross.saturating_mul(part).checked_div(100).unwrap_or(0);
            (start, end, target, paused)
        },
    );
    vec(promise, size)
}

/// Episodes watched for some days, repeated or not.
pub fn repeat_rows(
    size: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = Vec<(u64, bool)>> {
    vec((0_u64..12, any::<bool>()), size)
}
