//! Conformance cases of `tenure-clv`.

mod cohort;
mod fits;
mod rows;
mod table;

use serde_json::{Map, Value, json};

use super::{CaseFile, CaseReport, Outcome};
use table::Table;

/// The cases of `file`, computed and compared; `None` if the file is not ours.
pub(super) fn read(file: &CaseFile) -> Option<Vec<CaseReport>> {
    let name = file.path.file_name()?.to_str()?;
    match name {
        "fits.json" => Some(fits::fits(file)),
        "cdnow_totals.json" => Some(cohort::totals(file)),
        "cdnow_tracking.csv" => Some(cohort::tracking(file)),
        _ => {
            let compute = rows::computer(name)?;
            Some(Table::read(&file.text).reports(compute))
        }
    }
}

/// A result of the library, told apart as the case files tell them apart.
#[derive(Debug, Clone, Copy)]
enum Got {
    Number(f64),
    Unbounded,
    Undefined,
}

impl From<f64> for Got {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

/// How far a result may lie from what is expected: the names are those of the README.
#[derive(Debug, Clone, Copy)]
enum Tolerance {
    /// `1e-12 |e|`.
    R,
    /// `(1e-13 + 1e-15 |ln e|) |e|`.
    P,
    /// The very number.
    Exact,
    /// `1e-12 max(1, |e|)`.
    L,
    /// That many times `|e|`.
    Relative(f64),
    /// That much.
    Absolute(f64),
}

impl Tolerance {
    fn allows(self, got: f64, expected: f64) -> bool {
        let size = expected.abs();
        if expected.total_cmp(&0.0).is_eq() || size <= 0.0 {
            return got.abs() <= 0.0;
        }
        let allowed = match self {
            Self::R => 1e-12 * size,
            Self::P => (1e-13 + 1e-15 * natural_log(size).abs()) * size,
            Self::Exact => 0.0,
            Self::L => 1e-12 * size.max(1.0),
            Self::Relative(part) => part * size,
            Self::Absolute(much) => much,
        };
        let allowed = if size < 1e-300 { allowed.max(1e-300) } else { allowed };
        (got - expected).abs() <= allowed
    }
}

#[expect(clippy::disallowed_methods, reason = "a tolerance need not be the same on all platforms")]
fn natural_log(x: f64) -> f64 {
    x.ln()
}

/// One result column of one case.
#[derive(Debug, Clone, Copy)]
struct Check {
    column: &'static str,
    got: Got,
    tolerance: Tolerance,
    /// What is expected whatever the file prints: the README says so of means that do not exist.
    must_be_undefined: bool,
}

fn check(column: &'static str, got: impl Into<Got>, tolerance: Tolerance) -> Check {
    Check { column, got: got.into(), tolerance, must_be_undefined: false }
}

/// What came of one case: its checks, or why it could not be computed.
enum Computed {
    Checks(Vec<Check>),
    Refused(String),
}

impl Computed {
    /// Compared with `expected`, the text of a column if the case states it.
    fn report(self, id: &str, expected: impl Fn(&str) -> Option<String>) -> CaseReport {
        let checks = match self {
            Self::Checks(checks) => checks,
            Self::Refused(why) => {
                return CaseReport {
                    id: id.to_owned(),
                    outcome: Outcome::Failed(why),
                    emitted: None,
                };
            }
        };
        let mut emitted = Map::new();
        let mut compared = false;
        let mut faults = Vec::new();
        for check in checks {
            let (column, got) = (check.column, check.got);
            emitted.insert(
                column.to_owned(),
                match got {
                    Got::Number(number) => json!(number),
                    Got::Unbounded => json!("inf"),
                    Got::Undefined => Value::Null,
                },
            );
            let Some(text) = expected(column) else { continue };
            compared = true;
            let matches = match (text.as_str(), got) {
                _ if check.must_be_undefined => matches!(got, Got::Undefined),
                ("", got) => matches!(got, Got::Undefined),
                ("inf", got) => matches!(got, Got::Unbounded),
                (text, Got::Number(number)) => {
                    number.is_finite()
                        && table::number(text)
                            .is_some_and(|expected| check.tolerance.allows(number, expected))
                }
                _ => false,
            };
            if !matches {
                faults.push(format!("{column}: expected {text}, got {got:?}"));
            }
        }
        let outcome = if !faults.is_empty() {
            Outcome::Failed(faults.join("; "))
        } else if compared {
            Outcome::Passed
        } else {
            Outcome::NotCompared
        };
        CaseReport { id: id.to_owned(), outcome, emitted: Some(Value::Object(emitted)) }
    }
}
