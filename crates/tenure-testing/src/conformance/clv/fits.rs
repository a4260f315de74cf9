//! `fits.json` and `cdnow_totals.json`: a data file beside them, a fit or a sum over it.

use std::fs;

use serde_json::{Value, json};
use tenure_clv::{
    BgBb, BgNbd, Fit, GammaGamma, GroupedOpportunities, GroupedSpend, GroupedSummary, History, Nbd,
    OpportunityHistory, ParetoNbd, Sbg, Spend, SurvivorCounts, TimeUnit,
};

use super::super::{CaseFile, CaseReport, Outcome};
use super::Tolerance;
use super::table::{self, Table};

/// The cases of `fits.json`.
pub(super) fn fits(file: &CaseFile) -> Vec<CaseReport> {
    let cases = file.json.as_ref().and_then(Value::as_array);
    cases.into_iter().flatten().map(|case| report(case, fit(file, case))).collect()
}

pub(super) fn id(case: &Value) -> String {
    case.get("id").and_then(Value::as_str).unwrap_or("?").to_owned()
}

fn report(case: &Value, fitted: Result<Option<Fitted>, String>) -> CaseReport {
    let id = id(case);
    let fitted = match fitted {
        Ok(Some(fitted)) => fitted,
        Ok(None) => {
            let tag = case.get("tag").and_then(Value::as_str).unwrap_or("?");
            let outcome = Outcome::Skipped(format!("model {tag}"));
            return CaseReport { id, outcome, emitted: None };
        }
        Err(why) => return CaseReport { id, outcome: Outcome::Failed(why), emitted: None },
    };
    CaseReport { id, outcome: fitted.compare(case), emitted: Some(fitted.emitted()) }
}

/// The rows of the data file a case names, each with its weight.
pub(super) fn data(file: &CaseFile, case: &Value) -> Result<(Value, String), String> {
    let data = case.get("data").cloned().ok_or("no data")?;
    let name = data.get("file").and_then(Value::as_str).ok_or("no data file")?;
    let path = file.path.with_file_name(name);
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((data, text))
}

fn column<'a>(data: &'a Value, name: &str) -> Option<&'a str> {
    data.get(name).and_then(Value::as_str)
}

/// The histories of a data file, in weeks.
pub(super) fn histories(data: &Value, text: &str) -> Result<GroupedSummary, String> {
    let named = |name| column(data, name).ok_or_else(|| format!("data names no column for {name}"));
    let (x, recency, age) = (named("x")?, named("t_x")?, named("T")?);
    let divisor = data.get("time_divisor").and_then(Value::as_f64).unwrap_or(1.0);
    let mut groups = GroupedSummary::new(TimeUnit::Week);
    for row in Table::read(text).rows() {
        let (recency, age) = (row.number(recency)? / divisor, row.number(age)? / divisor);
        let history = History::new(row.count(x)?, recency, age, TimeUnit::Week)
            .map_err(|error| error.to_string())?;
        let weight = column(data, "weight").map_or(Ok(1), |weight| row.count(weight))?;
        groups.push_many(history, weight).map_err(|error| error.to_string())?;
    }
    Ok(groups)
}

/// The histories of a data file, in opportunities.
fn opportunities(data: &Value, text: &str) -> Result<GroupedOpportunities, String> {
    let mut groups = GroupedOpportunities::new();
    for row in Table::read(text).rows() {
        let count = |name| {
            let named = column(data, name).ok_or_else(|| format!("data names no column {name}"))?;
            u32::try_from(row.count(named)?).map_err(|error| error.to_string())
        };
        let history = OpportunityHistory::new(count("x")?, count("t_x")?, count("n")?)
            .map_err(|error| error.to_string())?;
        let weight = column(data, "weight").map_or(Ok(1), |weight| row.count(weight))?;
        groups.push_many(history, weight).map_err(|error| error.to_string())?;
    }
    Ok(groups)
}

/// The spends of a data file.
fn spends(data: &Value, text: &str) -> Result<GroupedSpend, String> {
    let x = column(data, "x").ok_or("data names no column for x")?;
    let mut groups = GroupedSpend::new();
    for row in Table::read(text).rows() {
        let purchases = row.count(x)?;
        let weight = column(data, "weight").map_or(Ok(1), |weight| row.count(weight))?;
        if purchases == 0 {
            groups.skip().map_err(|error| error.to_string())?;
            continue;
        }
        let mean = if let Some(mean) = column(data, "zbar") {
            row.number(mean)?
        } else {
            let cents = column(data, "total_cents").ok_or("data names no spend")?;
            row.number(cents)? / 100.0 / tenure_stats::count_to_f64(purchases)
        };
        let spend = Spend::new(purchases, mean).map_err(|error| error.to_string())?;
        groups.push_many(spend, weight).map_err(|error| error.to_string())?;
    }
    Ok(groups)
}

/// The fit a case asks for; `None` if the model is not built.
fn fit(file: &CaseFile, case: &Value) -> Result<Option<Fitted>, String> {
    match case.get("tag").and_then(Value::as_str) {
        Some(tag @ ("bgnbd" | "mbgnbd")) => {
            let (data, text) = data(file, case)?;
            let fit = if tag == "bgnbd" { BgNbd::fit } else { BgNbd::fit_modified };
            let fit = fit(&histories(&data, &text)?).map_err(|error| error.to_string())?;
            let parameters = fit.model.parameters();
            Fitted::new(["r", "alpha", "a", "b"], parameters, &fit).map(Some)
        }
        Some("pnbd") => {
            let (data, text) = data(file, case)?;
            let fit =
                ParetoNbd::fit(&histories(&data, &text)?).map_err(|error| error.to_string())?;
            Fitted::new(["r", "alpha", "s", "beta"], fit.model.parameters(), &fit).map(Some)
        }
        Some("nbd") => {
            let (data, text) = data(file, case)?;
            let fit = Nbd::fit(&histories(&data, &text)?).map_err(|error| error.to_string())?;
            Fitted::new(["r", "alpha"], fit.model.parameters(), &fit).map(Some)
        }
        Some("bgbb") => {
            let (data, text) = data(file, case)?;
            let groups = opportunities(&data, &text)?;
            let fit = BgBb::fit(&groups).map_err(|error| error.to_string())?;
            let names = ["alpha", "beta", "gamma", "delta"];
            Fitted::new(names, fit.model.parameters(), &fit).map(Some)
        }
        Some("gamma_gamma") => {
            let (data, text) = data(file, case)?;
            let fit = GammaGamma::fit(&spends(&data, &text)?).map_err(|error| error.to_string())?;
            Fitted::new(["p", "q", "v"], fit.model.parameters(), &fit).map(Some)
        }
        Some("sbg") => {
            let counts = case.get("survivors").and_then(Value::as_array).ok_or("no survivors")?;
            let counts: Vec<u64> = counts
                .iter()
                .map(Value::as_u64)
                .collect::<Option<_>>()
                .ok_or("survivors are not counts")?;
            let mut survivors = SurvivorCounts::new();
            survivors.push_cohort(&counts).map_err(|error| error.to_string())?;
            let fit = Sbg::fit(&survivors).map_err(|error| error.to_string())?;
            let mut fitted = Fitted::new(["alpha", "beta"], fit.model.parameters(), &fit)?;
            fitted.survival_percent =
                Some((1..=12).map(|t| 100.0 * fit.model.survival(t)).collect());
            Ok(Some(fitted))
        }
        _ => Ok(None),
    }
}

/// A fit of any model.
struct Fitted {
    log_likelihood: f64,
    names: Vec<&'static str>,
    parameters: Vec<f64>,
    se: Vec<f64>,
    log_covariance: Vec<Vec<f64>>,
    /// sBG only: the survival after 1 to 12 renewals.
    survival_percent: Option<Vec<f64>>,
}

const SURVIVAL: &str = "projected_survival_%_t1_12";

impl Fitted {
    fn new<M, const N: usize>(
        names: [&'static str; N],
        parameters: [f64; N],
        fit: &Fit<M, N>,
    ) -> Result<Self, String> {
        let (Some(se), Some(log_covariance)) = (fit.se, fit.log_covariance) else {
            return Err(format!("the fit ended as {:?}", fit.status));
        };
        Ok(Self {
            log_likelihood: fit.log_likelihood,
            names: names.to_vec(),
            parameters: parameters.to_vec(),
            se: se.to_vec(),
            log_covariance: log_covariance.map(|row| row.to_vec()).to_vec(),
            survival_percent: None,
        })
    }

    fn by_name(&self, values: &[f64]) -> Value {
        self.names.iter().zip(values).map(|(&name, &value)| (name, json!(value))).collect()
    }

    fn emitted(&self) -> Value {
        let mut emitted = json!({
            "params": self.by_name(&self.parameters),
            "log_likelihood": self.log_likelihood,
            "se": self.by_name(&self.se),
            "cov_logparams": self.log_covariance,
        });
        if let (Some(survival), Some(fields)) = (&self.survival_percent, emitted.as_object_mut()) {
            fields.insert(SURVIVAL.to_owned(), json!(survival));
        }
        emitted
    }

    fn compare(&self, case: &Value) -> Outcome {
        let mut faults = Vec::new();
        let mut compared = false;
        let mut compare =
            |what: String, got: f64, expected: Option<f64>, tolerance: Tolerance| match expected {
                Some(expected) if tolerance.allows(got, expected) => {}
                _ => faults.push(format!("{what}: expected {expected:?}, got {got}")),
            };
        if let Some(expected) = case.get("log_likelihood") {
            compared = true;
            let expected = decimal(expected);
            let tolerance = Tolerance::Absolute(1e-9);
            compare("log_likelihood".to_owned(), self.log_likelihood, expected, tolerance);
        }
        for (field, values, part) in [("params", &self.parameters, 1e-8), ("se", &self.se, 1e-6)] {
            let Some(stated) = case.get(field) else { continue };
            compared = true;
            for (&name, &got) in self.names.iter().zip(values) {
                let expected = stated.get(name).and_then(decimal);
                compare(format!("{field}.{name}"), got, expected, Tolerance::Relative(part));
            }
        }
        if let Some(stated) = case.get("cov_logparams") {
            compared = true;
            let entry = |i: usize, j: usize| stated.get(i)?.get(j).and_then(decimal);
            for (i, row) in self.log_covariance.iter().enumerate() {
                for (j, &got) in row.iter().enumerate() {
                    let size = entry(i, i).zip(entry(j, j)).map(|(ii, jj)| (ii * jj).sqrt());
                    let allowed = Tolerance::Absolute(1e-6 * size.unwrap_or(0.0));
                    compare(format!("cov_logparams[{i}][{j}]"), got, entry(i, j), allowed);
                }
            }
        }
        if let (Some(stated), Some(survival)) = (case.get(SURVIVAL), &self.survival_percent) {
            compared = true;
            for (place, &got) in survival.iter().enumerate() {
                let expected = stated.get(place).and_then(decimal);
                compare(format!("{SURVIVAL}[{place}]"), got, expected, Tolerance::Relative(1e-8));
            }
        }
        if !faults.is_empty() {
            Outcome::Failed(faults.join("; "))
        } else if compared {
            Outcome::Passed
        } else {
            Outcome::NotCompared
        }
    }
}

/// A decimal string, or a number.
pub(super) fn decimal(value: &Value) -> Option<f64> {
    value.as_str().map_or_else(|| value.as_f64(), table::number)
}
