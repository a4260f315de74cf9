//! Shares and their differences.

use serde_json::{Value, json};
use tenure_stats::{
    Level, Share, ShareDifference, ShareMethod, benjamini_hochberg, bonferroni, holm,
};

use super::{Case, Trouble, exactly, pair, say};

pub(super) fn method(name: &str) -> Result<ShareMethod, Trouble> {
    Ok(match name {
        "wald" => ShareMethod::Wald,
        "agresti_coull_unclipped" => ShareMethod::AgrestiCoull,
        "wilson" => ShareMethod::Wilson,
        "wilson_cc" => ShareMethod::WilsonContinuity,
        "clopper_pearson" => ShareMethod::ClopperPearson,
        "jeffreys" => ShareMethod::Jeffreys,
        _ => return Err(format!("unknown method `{name}`")),
    })
}

pub(super) const METHODS: [&str; 6] =
    ["wald", "agresti_coull_unclipped", "wilson", "wilson_cc", "clopper_pearson", "jeffreys"];

/// The estimate and one pair a method; null if undefined.
pub(super) fn with_intervals(
    share: Share,
    level: Level,
    methods: &[&str],
) -> Result<Value, Trouble> {
    let Some(estimate) = share.estimate() else { return Ok(Value::Null) };
    let mut result = serde_json::Map::new();
    result.insert("estimate".to_owned(), json!(estimate));
    for name in methods {
        result.insert((*name).to_owned(), pair(share.interval(method(name)?, level)));
    }
    Ok(Value::Object(result))
}

pub(super) fn proportion(case: &Case<'_>) -> Result<Value, Trouble> {
    let share = Share::new(case.count("x")?, case.count("n")?).map_err(say)?;
    let methods: Vec<&str> = case.list("methods")?.iter().filter_map(Value::as_str).collect();
    with_intervals(share, case.level()?, &methods)
}

pub(super) fn difference(case: &Case<'_>) -> Result<Value, Trouble> {
    let share = |key| {
        let [x, n] = exactly(super::counts(case.get(key)?)?, key)?;
        Share::new(x, n).map_err(say)
    };
    let Some(difference) = ShareDifference::new(share("a")?, share("b")?) else {
        return Ok(Value::Null);
    };
    let (pooled, fewer) = (difference.pooled_test(), difference.n_minus_1_test());
    Ok(json!({
        "diff": difference.estimate(),
        "newcombe": pair(difference.newcombe(case.level()?)),
        "pooled_z": pooled.map(|test| test.z),
        "p": pooled.map(|test| test.p_two_sided),
        "n_minus_1_z": fewer.map(|test| test.z),
        "n_minus_1_p": fewer.map(|test| test.p_two_sided),
    }))
}

pub(super) fn adjust_p_values(case: &Case<'_>) -> Result<Value, Trouble> {
    let p_values: Vec<f64> = case.list("p_values")?.iter().filter_map(Value::as_f64).collect();
    Ok(json!({
        "bonferroni": bonferroni(&p_values).map_err(say)?,
        "holm": holm(&p_values).map_err(say)?,
        "benjamini_hochberg": benjamini_hochberg(&p_values).map_err(say)?,
    }))
}
