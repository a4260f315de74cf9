//! Weighted answers, and the real survey that needs them.

use serde_json::{Map, Value, json};
use tenure_stats::{Ratio, Share};
use tenure_survey::{
    Band, Definition, NetMethod, PseudoCounts, Tally, Weight, WeightedMethod, WeightedScore,
    WeightedTally,
};

use super::{Case, Trouble, counts, exactly, pair, say, shares};

pub(super) fn weighted(case: &Case<'_>) -> Result<Value, Trouble> {
    let level = case.level()?;
    let mut tally = WeightedTally::new(Definition::nps()).map_err(say)?;
    for (score, weight) in case.list("scores")?.iter().zip(case.list("weights")?) {
        let answer = match score.as_i64() {
            Some(-1) => 0,
            Some(0) => 7,
            Some(1) => 10,
            _ => return Err(format!("`{score}` is no score")),
        };
        let weight = weight.as_f64().ok_or_else(|| format!("`{weight}` is no weight"))?;
        tally.push(answer, Weight::new(weight).map_err(say)?).map_err(say)?;
    }
    let Some(score) = tally.score() else { return Ok(Value::Null) };
    let limits = |method| pair(score.interval(method, level));
    Ok(json!({
        "theta": score.theta(),
        "points": score.points(),
        "sum_w": score.total_weight(),
        "n_positive": score.n(),
        "n_eff": score.effective_n(),
        "deff_kish": score.design_effect(),
        "cv2_weights": score.weight_variation(),
        "se_kish": score.kish_standard_error(),
        "ci95_kish": limits(WeightedMethod::Kish),
        "se_linearized_hc0": score.linearized_standard_error_hc0(),
        "se_linearized_hc1": score.linearized_standard_error(),
        "ci95_linearized_hc1": limits(WeightedMethod::Linearized),
        "adjusted_wald_neff": limits(WeightedMethod::AdjustedWald(PseudoCounts::ROCKS)),
    }))
}

/// From `{"-1": [sum w, sum w^2, rows], "0": .., "1": ..}`.
fn sufficient(sums: &Map<String, Value>) -> Result<Option<WeightedScore>, Trouble> {
    let mut tally = WeightedTally::new(Definition::nps()).map_err(say)?;
    for (key, band) in [("-1", Band::Unfavourable), ("0", Band::Neutral), ("1", Band::Favourable)] {
        let part = sums.get(key).and_then(Value::as_array).ok_or("a band is missing")?;
        let number = |index: usize| part.get(index).and_then(Value::as_f64);
        let rows = part.get(2).and_then(Value::as_u64);
        let (Some(sum), Some(squares), Some(rows)) = (number(0), number(1), rows) else {
            return Err(format!("`{key}` is not [sum, squares, rows]"));
        };
        tally.push_sums(band, sum, squares, rows).map_err(say)?;
    }
    Ok(tally.score())
}

pub(super) fn real_survey(case: &Case<'_>) -> Result<Value, Trouble> {
    let level = case.level()?;
    let histogram: [u64; 11] = case.counts("histogram_0_10")?;
    let tally = Tally::from_histogram(Definition::nps(), &histogram).map_err(say)?;
    let score = tally.net_score().ok_or("no bands")?;
    let weighted = sufficient(case.object("sufficient_weighted")?)?;
    let in_points =
        |method| pair(score.interval(method, level).and_then(|interval| interval.scaled(100.0)));
    let mut result = json!({
        "counts": [score.detractors(), score.passives(), score.promoters()],
        "points": score.points().map(Ratio::to_f64),
        "se_points": score.standard_error().map(|error| 100.0 * error),
        "aw95": in_points(NetMethod::AdjustedWald(PseudoCounts::ROCKS)),
        "score95": in_points(NetMethod::Score),
    });
    if let (Some(weighted), Value::Object(result)) = (weighted, &mut result) {
        for (key, value) in [
            ("weighted_points", Some(weighted.points())),
            ("n_eff", Some(weighted.effective_n())),
            ("deff", Some(weighted.design_effect())),
            ("se_kish_points", Some(100.0 * weighted.kish_standard_error())),
            ("se_linearized_hc0_points", Some(100.0 * weighted.linearized_standard_error_hc0())),
            (
                "se_linearized_hc1_points",
                weighted.linearized_standard_error().map(|error| 100.0 * error),
            ),
        ] {
            result.insert(key.to_owned(), json!(value));
        }
    }
    // the mistake: the code for blank taken for an answer of 11, which lies above 9
    let blanks = case.object("missing")?.get("blank_code_11").and_then(Value::as_u64);
    if let (Some(blanks), Value::Object(result)) = (blanks, &mut result) {
        let promoters = score.promoters().saturating_add(blanks);
        let wrong = super::samples::net([score.detractors(), score.passives(), promoters])?;
        let points = wrong.points().map(Ratio::to_f64);
        result.insert("wrong_if_11_counted_as_promoter".to_owned(), json!(points));
    }
    if let (Ok(histogram), Value::Object(result)) = (case.get("q7all_1_5"), &mut result) {
        let histogram: [u64; 5] = exactly(counts(histogram)?, "q7all_1_5")?;
        let tally = Tally::from_histogram(Definition::csat(), &histogram).map_err(say)?;
        let share: Share = tally.top_box().ok_or("no top box")?;
        let mut top_box = shares::with_intervals(share, level, &shares::METHODS)?;
        if let Value::Object(top_box) = &mut top_box {
            top_box.insert("x".to_owned(), json!(share.x()));
            top_box.insert("n".to_owned(), json!(share.n()));
        }
        result.insert("q7all_top2".to_owned(), top_box);
    }
    Ok(result)
}

pub(super) fn real_difference(case: &Case<'_>) -> Result<Value, Trouble> {
    let (a, b) =
        (sufficient(case.object("a_sufficient")?)?, sufficient(case.object("b_sufficient")?)?);
    let (Some(a), Some(b)) = (a, b) else { return Ok(Value::Null) };
    let difference = a.minus(&b);
    let test = difference.and_then(|difference| difference.test());
    Ok(json!({
        "diff_points": difference.map(|difference| 100.0 * difference.value),
        "se_points": difference.map(|difference| 100.0 * difference.standard_error),
        "z": test.map(|test| test.z),
        "p": test.map(|test| test.p_two_sided),
    }))
}
