//! Conformance cases of `tenure-classify`: vignettes, pairs, laws.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tenure_classify::{Class, Verdict};

use super::{CaseFile, CaseReport, Outcome};

mod accuracy;
mod case;
mod laws;

pub use accuracy::{Accuracy, Row, Share, accuracy};

use case::Case;

/// The cases of `file`, computed and compared; `None` if the file is not ours.
pub(super) fn read(file: &CaseFile) -> Option<Vec<CaseReport>> {
    let json = file.json.as_ref()?;
    let rows = |field: &str| json.get(field).and_then(Value::as_array).map(Vec::as_slice);
    match json.get("schema")?.as_str()? {
        "tenure/conformance/classify/1" => Some(vignettes(rows("cases").unwrap_or_default())),
        "tenure/conformance/pairs/1" => {
            Some(with_siblings(&file.path, rows("pairs").unwrap_or_default(), pair))
        }
        "tenure/conformance/laws/1" => {
            Some(with_siblings(&file.path, rows("laws").unwrap_or_default(), laws::check))
        }
        _ => None,
    }
}

fn id(row: &Value) -> String {
    row.get("id").and_then(Value::as_str).unwrap_or("?").to_owned()
}

fn vignettes(rows: &[Value]) -> Vec<CaseReport> {
    let mut tally = Tally::default();
    let reports = rows
        .iter()
        .map(|row| {
            let computed = Case::read(row).and_then(|case| case.verdict());
            let outcome = match &computed {
                Err(why) => Outcome::Failed(why.clone()),
                Ok(verdict) => compare(row, verdict, &mut tally),
            };
            CaseReport { id: id(row), outcome, emitted: computed.ok().map(|v| emitted(&v)) }
        })
        .collect();
    if tally.compared > 0 {
        eprintln!(
            "classify: class exact in {} of {}; a listed reason among the first three in {} of {}",
            tally.exact, tally.compared, tally.explained, tally.definite
        );
    }
    reports
}

#[derive(Default)]
struct Tally {
    compared: usize,
    exact: usize,
    definite: usize,
    explained: usize,
}

fn emitted(verdict: &Verdict) -> Value {
    json!({
        "class": verdict.class.name(),
        "stage": verdict.stage.name(),
        "term": verdict.term,
        "reasons": verdict.reasons.iter().map(|reason| reason.name()).collect::<Vec<_>>(),
        "score": [verdict.score.lo, verdict.score.hi],
        "possible": verdict.possible.iter().map(Class::name).collect::<Vec<_>>(),
    })
}

fn holds(list: Option<&Value>, word: &str) -> bool {
    list.and_then(Value::as_array).is_some_and(|list| list.iter().any(|one| one == word))
}

fn compare(row: &Value, verdict: &Verdict, tally: &mut Tally) -> Outcome {
    let Some(expected) = row.get("expected").filter(|expected| expected.is_object()) else {
        return Outcome::NotCompared;
    };
    let text = |field: &str| expected.get(field).and_then(Value::as_str).unwrap_or("?");
    let class = verdict.class.name();
    let same = class == text("class");
    tally.compared = tally.compared.saturating_add(1);
    tally.exact = tally.exact.saturating_add(usize::from(same));
    if verdict.class.is_definite() {
        let first: Vec<_> = verdict.reasons.iter().take(3).map(|reason| reason.name()).collect();
        let told = first.iter().any(|&reason| holds(expected.get("reasons"), reason));
        tally.definite = tally.definite.saturating_add(1);
        tally.explained = tally.explained.saturating_add(usize::from(told));
    }
    let mut faults = Vec::new();
    let differ = row.get("experts_may_differ").and_then(Value::as_bool).unwrap_or(false);
    let accepted = same || (differ && holds(expected.get("acceptable"), class));
    if !accepted {
        faults.push(format!("class is {class}, expected {}", text("class")));
    }
    let stage = verdict.stage.name();
    if !holds(expected.get("stage_acceptable"), stage) {
        faults.push(format!("stage is {stage}, expected {}", text("stage")));
    }
    if same && verdict.term != text("term") {
        faults.push(format!("term is {}, expected {}", verdict.term, text("term")));
    }
    if faults.is_empty() { Outcome::Passed } else { Outcome::Failed(faults.join("; ")) }
}

/// Checks rows that speak of the cases in the `cases.json` beside their file.
fn with_siblings(
    path: &Path,
    rows: &[Value],
    check: fn(&Value, &[Case]) -> Result<Checked, String>,
) -> Vec<CaseReport> {
    let cases = siblings(path);
    rows.iter()
        .map(|row| {
            let checked = cases.as_deref().map_err(Clone::clone).and_then(|all| check(row, all));
            let (outcome, emitted) = match checked {
                Err(why) => (Outcome::Failed(why), None),
                Ok(Checked { found, told }) => {
                    let outcome = match row.get("expected") {
                        None => Outcome::NotCompared,
                        Some(expected) if *expected == found => Outcome::Passed,
                        Some(expected) => {
                            Outcome::Failed(format!("{found}, expected {expected}; {told}"))
                        }
                    };
                    (outcome, Some(found))
                }
            };
            CaseReport { id: id(row), outcome, emitted }
        })
        .collect()
}

/// What came of a row: a result shaped like `expected`, and words about it.
struct Checked {
    found: Value,
    told: String,
}

fn siblings(path: &Path) -> Result<Vec<Case>, String> {
    let path = path.with_file_name("cases.json");
    let text = fs::read_to_string(&path).map_err(|error| format!("cases.json: {error}"))?;
    let json: Value =
        serde_json::from_str(&text).map_err(|error| format!("cases.json: {error}"))?;
    let rows = json.get("cases").and_then(Value::as_array).ok_or("cases.json: no `cases`")?;
    rows.iter().map(Case::read).collect()
}

fn pair(row: &Value, cases: &[Case]) -> Result<Checked, String> {
    let lo = |field: &str| {
        let id = row.get(field).and_then(Value::as_str).ok_or(format!("no `{field}`"))?;
        let case = cases.iter().find(|case| case.id == id).ok_or(format!("no case `{id}`"))?;
        Ok::<u32, String>(case.verdict()?.score.lo)
    };
    let (more, less) = (lo("more")?, lo("less")?);
    Ok(Checked { found: json!({"ordered": more > less}), told: format!("{more} and {less}") })
}
