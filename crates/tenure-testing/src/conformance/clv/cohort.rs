//! `cdnow_totals.json` and `cdnow_tracking.csv`: sums over the CDNOW cohort.

use std::fs;

use serde_json::Value;
use tenure_clv::{BgNbd, GroupedSummary, ParetoNbd, TimeSpan, TimeUnit, expected_cumulative};
use tenure_stats::count_to_f64;

use super::super::{CaseFile, CaseReport};
use super::fits::{data, decimal, histories, id};
use super::rows::{computed, told};
use super::table::{Row, Table};
use super::{Check, Computed, Tolerance, check};

/// The case of `cdnow_totals.json`.
pub(super) fn totals(file: &CaseFile) -> Vec<CaseReport> {
    file.json
        .iter()
        .map(|case| {
            computed(totals_of(file, case)).report(&id(case), |column| {
                let value = case.get(column)?;
                Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            })
        })
        .collect()
}

fn totals_of(file: &CaseFile, case: &Value) -> Result<Vec<Check>, String> {
    let (data, text) = data(file, case)?;
    let groups = histories(&data, &text)?;
    let number = |model: &str, name: &str| {
        let found = case.get(model).and_then(|model| model.get(name)).and_then(decimal);
        found.ok_or_else(|| format!("no parameter {name} of {model}"))
    };
    let bg = |name| number("params_bgnbd", name);
    let bg = told(BgNbd::new(bg("r")?, bg("alpha")?, bg("a")?, bg("b")?, TimeUnit::Week))?;
    let pareto = |name| number("params_pnbd", name);
    let [r, alpha] = [pareto("r")?, pareto("alpha")?];
    let pareto = told(ParetoNbd::new(r, alpha, pareto("s")?, pareto("beta")?, TimeUnit::Week))?;
    let weeks = case.get("horizon_weeks").and_then(decimal).ok_or("no horizon")?;
    let horizon = told(TimeSpan::new(weeks, TimeUnit::Week))?;
    let tolerance = Tolerance::R;
    let once = groups.rows().filter(|(told, _)| told.x() == 0);
    let once = once.fold(0_u64, |sum, (_, weight)| sum.saturating_add(weight));
    Ok(vec![
        check("sum_p_alive_bgnbd", sum(&groups, |told| bg.p_alive(told)), tolerance),
        check(
            "sum_ce_39w_bgnbd",
            sum(&groups, |told| bg.expected_purchases(told, horizon)),
            tolerance,
        ),
        check("sum_p_alive_pnbd", sum(&groups, |told| pareto.p_alive(told)), tolerance),
        check(
            "sum_ce_39w_pnbd",
            sum(&groups, |told| pareto.expected_purchases(told, horizon)),
            tolerance,
        ),
        check("n", count_to_f64(groups.customers()), Tolerance::Exact),
        check("n_x0", count_to_f64(once), Tolerance::Exact),
        check(
            "repeat_days_in_calibration",
            sum(&groups, |told| count_to_f64(told.x())),
            Tolerance::Exact,
        ),
    ])
}

fn sum(groups: &GroupedSummary, value: impl Fn(&tenure_clv::History) -> f64) -> f64 {
    groups.rows().fold(0.0, |sum, (told, weight)| sum + count_to_f64(weight) * value(told))
}

/// The cases of `cdnow_tracking.csv`: weeks of the cohort, whose acquisition days are in the data
/// file beside it.
pub(super) fn tracking(file: &CaseFile) -> Vec<CaseReport> {
    let path = file.path.with_file_name("data_cdnow_grouped_days.csv");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()));
    let acquired = text.and_then(|text| acquired(&text));
    Table::read(&file.text).reports(|row| match &acquired {
        Ok(acquired) => computed(tracking_week(row, acquired)),
        Err(why) => Computed::Refused(why.clone()),
    })
}

/// How many customers were acquired on which day: `s = 272 - T_days`.
fn acquired(text: &str) -> Result<Vec<(u32, u64)>, String> {
    Table::read(text)
        .rows()
        .map(|row| {
            let day = 272_u64.checked_sub(row.count("T_days")?).ok_or("acquired too early")?;
            Ok((told(u32::try_from(day))?, row.count("weight")?))
        })
        .collect()
}

fn tracking_week(row: Row<'_>, acquired: &[(u32, u64)]) -> Result<Vec<Check>, String> {
    let week = told(u16::try_from(row.count("week")?))?;
    let bg = told(BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week))?;
    let pareto = told(ParetoNbd::new(0.553, 10.578, 0.606, 11.669, TimeUnit::Week))?;
    let cohort = || acquired.iter().copied();
    let by_bg = expected_cumulative(cohort(), week, |span| bg.expected_new_customer(span));
    let by_pareto = expected_cumulative(cohort(), week, |span| pareto.expected_new_customer(span));
    Ok(vec![
        check("expected_cum_bgnbd", by_bg, Tolerance::R),
        check("expected_cum_pnbd", by_pareto, Tolerance::R),
    ])
}
