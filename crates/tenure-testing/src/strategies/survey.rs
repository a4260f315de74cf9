//! Generators for `tenure-survey`.

use proptest::prelude::*;
use tenure_survey::{Answer, Definition, MissingPolicy, NetScore, Reason, Tally};

/// Any preset, sometimes with a policy for blanks.
pub fn definition() -> impl Strategy<Value = Definition> {
    let presets = prop_oneof![
        Just(Definition::nps()),
        Just(Definition::nps_1_to_7()),
        Just(Definition::nps_european()),
        Just(Definition::ces1()),
        Just(Definition::ces()),
        Just(Definition::csat()),
        Just(Definition::csat_binary()),
    ];
    let policies = prop_oneof![
        3 => Just(MissingPolicy::Exclude),
        1 => Just(MissingPolicy::CountAsPassive),
        1 => Just(MissingPolicy::InDenominator),
    ];
    (presets, policies).prop_map(|(definition, policy)| {
        // a policy that does not fit leaves the preset as it is
        definition.clone().with_missing(policy).unwrap_or(definition)
    })
}

/// An answer on, beside or off any scale.
pub fn answer() -> impl Strategy<Value = Answer> {
    let reason = (0_usize..7).prop_filter_map("no reason", |index| Reason::ALL.get(index).copied());
    prop_oneof![
        8 => (-1_i64..12).prop_map(Answer::Value),
        1 => reason.prop_map(Answer::Missing),
        1 => any::<f64>().prop_map(Answer::from),
    ]
}

/// Answers in a row.
pub fn answers() -> impl Strategy<Value = Vec<Answer>> {
    prop::collection::vec(answer(), 0..60)
}

/// Counts from a handful to the largest.
pub fn net_score() -> impl Strategy<Value = NetScore> {
    let count = prop_oneof![0_u64..4, 0_u64..60, 0_u64..100_000, 0_u64..=(Tally::MAX_ROWS >> 2),];
    (count.clone(), count.clone(), count)
        .prop_filter_map("too many", |(d, n, p)| NetScore::new(d, n, p).ok())
}
