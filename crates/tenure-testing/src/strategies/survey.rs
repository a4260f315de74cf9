//! Generators for `tenure-survey`.

use proptest::prelude::*;
use tenure_survey::{Answer, Definition, MissingPolicy, NetScore, Reason, ResponseBase, Tally};

/// Any preset, sometimes with a policy for blanks, a window, or another response base.
pub fn definition() -> impl Strategy<Value = Definition> {
    let presets = prop_oneof![
        Just(Definition::nps()),
        Just(Definition::nps_1_to_10()),
        Just(Definition::nps_1_to_7()),
        Just(Definition::nps_1_to_5()),
        Just(Definition::nps_european()),
        Just(Definition::ces1()),
        Just(Definition::ces()),
        Just(Definition::ces_top2()),
        Just(Definition::csat()),
        Just(Definition::csat_binary()),
        Just(Definition::acsi()),
    ];
    let policies = prop_oneof![
        3 => Just(MissingPolicy::Exclude),
        1 => Just(MissingPolicy::CountAsPassive),
        1 => Just(MissingPolicy::InDenominator),
    ];
    let bases = prop_oneof![Just(ResponseBase::Delivered), Just(ResponseBase::Invited)];
    let windows = prop_oneof![3 => Just(0_u16), 1 => any::<u16>()];
    (presets, policies, bases, windows).prop_map(|(definition, policy, base, days)| {
        // what does not fit, a policy or no days, leaves the definition as it is
        let definition = definition.clone().with_missing(policy).unwrap_or(definition);
        let definition = definition.with_response_of(base);
        definition.clone().with_window_days(days).unwrap_or(definition)
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
