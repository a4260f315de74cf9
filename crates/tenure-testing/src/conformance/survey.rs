//! Conformance cases of `tenure-survey` and of the intervals in `tenure-stats`.

use serde_json::{Map, Value, json};
use tenure_stats::{Interval, Level, Ratio};

use super::{CaseFile, CaseReport, Outcome};

mod compare;
mod design;
mod groups;
mod samples;
mod shares;
mod weighted;

/// Kinds that belong to `tenure-service`, whose files lie in the same folder.
const SERVICE: [&str; 6] =
    ["fcr", "one_touch", "quantiles", "sla", "automation", "repeat_contact_km"];

/// A case that could not be computed, and why.
type Trouble = String;

/// The cases of `file`, computed and compared; `None` if the file is not ours.
pub(super) fn read(file: &CaseFile) -> Option<Vec<CaseReport>> {
    let cases = file.json.as_ref()?.get("cases")?.as_array()?;
    let kinds: Vec<&str> =
        cases.iter().map(|case| case.get("kind").and_then(Value::as_str)).collect::<Option<_>>()?;
    let ours = |kind: &&str| compute_of(kind).is_some();
    if kinds.is_empty()
        || kinds.iter().all(|kind| SERVICE.contains(kind))
        || !kinds.iter().any(ours)
    {
        return None;
    }
    Some(cases.iter().zip(kinds).map(|(case, kind)| report(case, kind)).collect())
}

type Compute = fn(&Case<'_>) -> Result<Value, Trouble>;

fn compute_of(kind: &str) -> Option<Compute> {
    Some(match kind {
        "nps" => samples::nps,
        "scale" => samples::scale,
        "rounding" => samples::rounding,
        "merge" => samples::merge,
        "proportion" => shares::proportion,
        "proportion_difference" => shares::difference,
        "adjust_p_values" => shares::adjust_p_values,
        "nps_difference" => groups::difference,
        "real_difference" => groups::real_difference,
        "many_groups" => groups::many,
        "stratified" => design::stratified,
        "fpc" => design::finite_population,
        "paired" => design::paired,
        "sample_size_precision" => design::size_for_precision,
        "sample_size_power_per_group" => design::size_for_power,
        "decomposition" => groups::decomposition,
        "nps_weighted" => weighted::weighted,
        "real_survey" => weighted::real_survey,
        "real_weighted_difference" => weighted::real_difference,
        _ => return None,
    })
}

fn report(case: &Value, kind: &str) -> CaseReport {
    let id = case.get("id").and_then(Value::as_str).unwrap_or("(no id)").to_owned();
    let Some(compute) = compute_of(kind) else {
        // A file may mix both rooms' kinds.
        #[cfg(feature = "service")]
        if let Some(report) = super::service::report(case) {
            return report;
        }
        let outcome = Outcome::Skipped(format!("kind `{kind}` is not built"));
        return CaseReport { id, outcome, emitted: None };
    };
    match compute(&Case(case)) {
        Err(trouble) => CaseReport { id, outcome: Outcome::Failed(trouble), emitted: None },
        Ok(value) => {
            let outcome = match case.get("expected") {
                None => Outcome::NotCompared,
                Some(expected) => match compare::compare(kind, case, expected, &value) {
                    Ok(()) => Outcome::Passed,
                    Err(difference) => Outcome::Failed(difference),
                },
            };
            CaseReport { id, outcome, emitted: Some(value) }
        }
    }
}

/// The inputs of a case.
struct Case<'a>(&'a Value);

impl<'a> Case<'a> {
    fn get(&self, key: &str) -> Result<&'a Value, Trouble> {
        self.0.get(key).ok_or_else(|| format!("input `{key}` is missing"))
    }

    fn number(&self, key: &str) -> Result<f64, Trouble> {
        self.get(key)?.as_f64().ok_or_else(|| format!("input `{key}` is no number"))
    }

    fn level(&self) -> Result<Level, Trouble> {
        Level::new(self.number("conf")?).map_err(|error| error.to_string())
    }

    fn count(&self, key: &str) -> Result<u64, Trouble> {
        self.get(key)?.as_u64().ok_or_else(|| format!("input `{key}` is no count"))
    }

    fn counts<const N: usize>(&self, key: &str) -> Result<[u64; N], Trouble> {
        exactly(counts(self.get(key)?)?, key)
    }

    fn list(&self, key: &str) -> Result<&'a Vec<Value>, Trouble> {
        self.get(key)?.as_array().ok_or_else(|| format!("input `{key}` is no list"))
    }

    fn object(&self, key: &str) -> Result<&'a Map<String, Value>, Trouble> {
        self.get(key)?.as_object().ok_or_else(|| format!("input `{key}` is no object"))
    }
}

fn counts(value: &Value) -> Result<Vec<u64>, Trouble> {
    let list = value.as_array().ok_or("counts are no list")?;
    list.iter()
        .map(|count| count.as_u64().ok_or_else(|| format!("`{count}` is no count")))
        .collect()
}

fn exactly<const N: usize>(counts: Vec<u64>, what: &str) -> Result<[u64; N], Trouble> {
    let found = counts.len();
    counts.try_into().map_err(|_| format!("`{what}` has {found} counts, not {N}"))
}

fn say(error: impl std::fmt::Display) -> Trouble {
    error.to_string()
}

/// "p/q" in lowest terms.
fn exact(ratio: Ratio) -> Value {
    json!(ratio.reduced().to_string())
}

fn pair(interval: Option<Interval>) -> Value {
    interval.map_or(Value::Null, |interval| json!([interval.lower(), interval.upper()]))
}

fn lo_hi(interval: Option<Interval>) -> Value {
    interval.map_or(Value::Null, |interval| json!({"lo": interval.lower(), "hi": interval.upper()}))
}

fn with(mut value: Value, key: &str, more: impl Into<Value>) -> Value {
    if let Value::Object(map) = &mut value {
        map.insert(key.to_owned(), more.into());
    }
    value
}
