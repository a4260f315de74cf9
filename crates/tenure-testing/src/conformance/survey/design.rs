//! Designed samples: strata, finite populations, panels, sample sizes.

use serde_json::{Value, json};
use tenure_stats::Ratio;
use tenure_survey::{
    DesignError, FiniteCorrection, FiniteSample, NetDifference, PairedScores, SampleSize,
    Stratified,
};

use super::samples::net;
use super::{Case, Trouble, counts, exactly, pair, say, with};

pub(super) fn stratified(case: &Case<'_>) -> Result<Value, Trouble> {
    let population = counts(case.get("population")?)?;
    let strata: Vec<FiniteSample> = case
        .list("strata")?
        .iter()
        .zip(&population)
        .map(|(stratum, &people)| {
            let score = net(exactly(counts(stratum)?, "strata")?)?;
            FiniteSample::new(score, people).map_err(say)
        })
        .collect::<Result<_, _>>()?;
    let correction = match case.get("fpc")?.as_bool() {
        Some(true) => FiniteCorrection::Apply,
        Some(false) => FiniteCorrection::Ignore,
        None => return Err("`fpc` is neither true nor false".to_owned()),
    };
    let score = match Stratified::new(&strata, correction) {
        Ok(score) => score,
        Err(DesignError::EmptyStratum { .. } | DesignError::NoPopulation) => {
            return Ok(Value::Null);
        }
        Err(error) => return Err(say(error)),
    };
    let mut result = json!({
        "theta": score.theta().to_f64(),
        "theta_exact": score.theta().to_string(),
        "se": score.standard_error(),
        "naive_pooled_theta": score.pooled().theta().map(Ratio::to_f64),
    });
    if let Some(error) = score.post_stratified_standard_error() {
        result = with(result, "post_stratified_se_cochran_5A42", error);
    }
    Ok(result)
}

pub(super) fn finite_population(case: &Case<'_>) -> Result<Value, Trouble> {
    let score = net(case.counts("counts")?)?;
    let sample = FiniteSample::new(score, case.count("population")?).map_err(say)?;
    if score.n() == 0 {
        return Ok(Value::Null);
    }
    Ok(json!({
        "se_srs": score.standard_error(),
        "se_fpc_unbiased": sample.standard_error_unbiased(),
        "se_fpc_plugin": sample.standard_error(),
        "wald95_plugin": pair(sample.wald(case.level()?)),
    }))
}

pub(super) fn paired(case: &Case<'_>) -> Result<Value, Trouble> {
    let rows: Vec<[u64; 3]> = case
        .list("table_before_rows_after_cols")?
        .iter()
        .map(|row| exactly(counts(row)?, "table"))
        .collect::<Result<_, _>>()?;
    let table: [[u64; 3]; 3] = rows.try_into().map_err(|_| "a table has three rows")?;
    let panel = PairedScores::new(table).map_err(say)?;
    let Some(estimate) = panel.estimate() else { return Ok(Value::Null) };
    let test = panel.test();
    // the mistake: both waves taken for two samples of strangers
    let strangers = NetDifference::new(panel.after(), panel.before());
    let wrong = strangers.and_then(|difference| difference.estimate());
    Ok(json!({
        "diff_after_minus_before": estimate.value,
        "se": estimate.standard_error,
        "z": test.map(|test| test.z),
        "p_two_sided": test.map(|test| test.p_two_sided),
        "se_if_wrongly_independent": wrong.map(|estimate| estimate.standard_error),
    }))
}

pub(super) fn size_for_precision(case: &Case<'_>) -> Result<Value, Trouble> {
    let population = case.get("population").ok().and_then(Value::as_u64);
    let (variance, margin) = (case.number("variance")?, case.number("margin")?);
    let size = SampleSize::for_margin(variance, margin, case.level()?, population).map_err(say)?;
    Ok(json!({
        "n_raw": size.exact(),
        "n": size.answers(),
        "n_adjusted_wald": size.answers_adjusted_wald(),
    }))
}

pub(super) fn size_for_power(case: &Case<'_>) -> Result<Value, Trouble> {
    let variances: Vec<f64> = case.list("variances")?.iter().filter_map(Value::as_f64).collect();
    let variances: [f64; 2] = variances.try_into().map_err(|_| "two groups have two variances")?;
    let (difference, power) = (case.number("min_diff")?, case.number("power")?);
    let size = SampleSize::for_power(variances, difference, case.level()?, power).map_err(say)?;
    Ok(json!({"n_raw": size.exact(), "n": size.answers()}))
}
