//! Two samples and more.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tenure_stats::{ChiSquareTest, Interval, Ratio, ZTest};
use tenure_survey::{
    Decomposition, DifferenceMethod, Estimate, Fraction, GroupComparison, NetDifference, NetScore,
    PseudoCounts, Segment,
};

use super::samples::net;
use super::{Case, Trouble, counts, exactly, lo_hi, say, with};

fn two(case: &Case<'_>) -> Result<Option<NetDifference>, Trouble> {
    let (a, b) = (net(case.counts("a")?)?, net(case.counts("b")?)?);
    Ok(NetDifference::new(a, b))
}

fn tested(estimate: Option<Estimate>, test: Option<ZTest>) -> Value {
    json!({
        "diff": estimate.map(|estimate| estimate.value),
        "se": estimate.map(|estimate| estimate.standard_error),
        "z": test.map(|test| test.z),
        "p_two_sided": test.map(|test| test.p_two_sided),
    })
}

pub(super) fn difference(case: &Case<'_>) -> Result<Value, Trouble> {
    let level = case.level()?;
    let Some(difference) = two(case)? else { return Ok(Value::Null) };
    let limits = |value: Value, method| {
        let interval = difference.interval(method, level);
        let value = with(value, "lo", interval.as_ref().map(Interval::lower));
        with(value, "hi", interval.as_ref().map(Interval::upper))
    };
    let pseudo = PseudoCounts::ROCKS;
    let wald = tested(difference.estimate(), difference.wald_test());
    let adjusted = tested(difference.adjusted(pseudo), difference.adjusted_test(pseudo));
    Ok(json!({
        "wald": limits(wald, DifferenceMethod::Wald),
        "adjusted_wald": limits(adjusted, DifferenceMethod::AdjustedWald(pseudo)),
        "pooled_z_test": tested(difference.pooled(), difference.same_distribution_test()),
        "mover_score": lo_hi(difference.interval(DifferenceMethod::MoverScore, level)),
    }))
}

pub(super) fn real_difference(case: &Case<'_>) -> Result<Value, Trouble> {
    let Some(difference) = two(case)? else { return Ok(Value::Null) };
    let test = difference.wald_test();
    Ok(json!({
        "diff_points": difference.points().map(Ratio::to_f64),
        "se_points": difference.estimate().map(|estimate| 100.0 * estimate.standard_error),
        "z": test.map(|test| test.z),
        "p": test.map(|test| test.p_two_sided),
    }))
}

pub(super) fn many(case: &Case<'_>) -> Result<Value, Trouble> {
    let groups: Vec<NetScore> = case
        .list("groups")?
        .iter()
        .map(|group| net(exactly(counts(group)?, "groups")?))
        .collect::<Result<_, _>>()?;
    let times: Vec<f64> = case.list("times")?.iter().filter_map(Value::as_f64).collect();
    let comparison = GroupComparison::new(&groups).map_err(say)?;
    let Some(theta) = comparison.pooled().theta() else { return Ok(Value::Null) };
    let trend = comparison.trend(&times).map_err(say)?;
    let chi2 = |test: Option<ChiSquareTest>| {
        test.map(|test| json!({"chi2": test.chi2, "df": test.df, "p": test.p}))
    };
    let line = trend.map(|trend| {
        json!({
            "slope_per_unit": trend.slope,
            "z": trend.test.z,
            "p_two_sided": trend.test.p_two_sided,
        })
    });
    Ok(json!({
        "theta_pooled": theta.to_f64(),
        "homogeneity": chi2(comparison.homogeneity()),
        "trend": line,
        "departure_from_trend": chi2(trend.and_then(|trend| trend.departure)),
    }))
}

pub(super) fn decomposition(case: &Case<'_>) -> Result<Value, Trouble> {
    let (before, after) = (case.object("period0")?, case.object("period1")?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let score = |period: &Map<String, Value>, name: &str| match period.get(name) {
        Some(part) => net(exactly(counts(part)?, name)?),
        None => Ok(NetScore::default()),
    };
    let segments: Vec<Segment> = names
        .iter()
        .map(|name| Ok(Segment { before: score(before, name)?, after: score(after, name)? }))
        .collect::<Result<_, Trouble>>()?;
    let Some(change) = Decomposition::new(&segments).map_err(say)? else {
        return Ok(Value::Null);
    };
    let points = |part: &Fraction| part.in_points().to_f64();
    let mut result = json!({
        "total0": change.before().to_f64(),
        "total1": change.after().to_f64(),
        "delta": change.difference().to_f64(),
        "rate_total": change.rate().to_f64(),
        "mix_total": change.mix().to_f64(),
        "total0_exact": change.before().to_string(),
        "total1_exact": change.after().to_string(),
        "delta_exact": change.difference().to_string(),
        "rate_total_exact": change.rate().to_string(),
        "mix_total_exact": change.mix().to_string(),
        "delta_points": points(&change.difference()),
        "rate_points": points(change.rate()),
        "mix_points": points(change.mix()),
    });
    let mut parts = Map::new();
    for (name, effect) in names.into_iter().zip(change.segments()) {
        let float = |part: &Option<Fraction>| part.as_ref().map(Fraction::to_f64);
        let part = json!({
            "weight0": effect.weight_before.to_f64(),
            "weight1": effect.weight_after.to_f64(),
            "rate_effect": effect.rate.to_f64(),
            "mix_effect": effect.mix.to_f64(),
            "laspeyres_rate": effect.laspeyres_rate.to_f64(),
            "laspeyres_mix": effect.laspeyres_mix.to_f64(),
            "interaction": effect.interaction.to_f64(),
            "impact_on_total_1": float(&effect.impact),
            "leave_one_out_1": float(&effect.leave_one_out),
        });
        parts.insert(name.clone(), part);
    }
    result = with(result, "segments", Value::Object(parts));
    Ok(result)
}
