//! `report.json` against its JSON Schema, by a validator that is not ours.

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{folder, json as document, path, printed};

struct Check {
    schemas: Schemas,
    report: SchemaIndex,
}

impl Check {
    fn new() -> Self {
        let schema: Value = serde_json::from_str(&printed(&["schema", "report.json"])).unwrap();
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("report.json", schema).unwrap();
        let report = compiler.compile("report.json", &mut schemas).unwrap();
        Self { schemas, report }
    }

    fn faults(&self, report: &Value) -> Option<String> {
        self.schemas.validate(report, self.report).err().map(|error| format!("{error:#}"))
    }
}

fn report(arguments: &[&str]) -> Value {
    let out = TempDir::new().unwrap();
    document(&[&["report", "--format", "json", "--out", path(&out)], arguments].concat())
}

#[test]
fn every_report_fits_its_schema() {
    let check = Check::new();
    assert_eq!(check.faults(&report(&["--demo"])), None);
    // Periods that one window alone reaches, and months.
    assert_eq!(check.faults(&report(&["--demo", "--as-of", "2025-05-15", "--by", "month"])), None);
    // No money, no segment, one answer.
    let input = folder(&[("responses.csv", "account,date,survey,score\na,2024-05-01,nps,9\n")]);
    let small = report(&[path(&input), "--as-of", "2024-12-31"]);
    assert_eq!((&small["currency"], &small["rfm"]), (&Value::Null, &Value::Null));
    assert_eq!(check.faults(&small), None);
}

#[test]
fn what_is_not_a_report_does_not() {
    let check = Check::new();
    let good = report(&["--demo", "--as-of", "2024-06-30"]);
    assert_eq!(check.faults(&good), None);
    let change = |pointer: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(check.faults(&bad).is_some(), "{pointer}");
    };
    change("/schema", json!("tenure/report/2"));
    change("/as_of", json!("30.06.2024"));
    change("/total/figures/0/value", json!("a lot"));
    change("/accounts/0/class", json!("prospect"));
    change("/accounts/0/rfm", json!("550"));
    change("/accounts/0/rhythm", json!("quiet"));
    change("/rfm/bins/cuts/frequency", json!([1, 2, 3]));
    change("/rfm/segments/0/accounts", json!(-1));
    change("/re_engagement/rhythms", json!([]));
    change("/loyalty/programme/landing", json!("none"));
    change("/loyalty/points/0/name", json!("lost"));
    change("/quiet/0/judged_by", json!("us"));
    change("/quiet/0/own_gap_days", json!(1.25));
    change("/returned/0/outcome", json!("maybe"));
    change("/accounts/0/score", json!([0, 101]));
    change("/transitions/0/accounts", json!(-1));
    change("/by_period/0/name", json!("first"));
    change("/by_period/0/days", json!(["2024-01-01"]));
    change("/by_period/0/by_class", json!({"prospect": []}));
    change("/by_stage", json!([]));
    change("/accounts/0/stage_at_opening", json!("(not there yet)"));
    let mut more = good.clone();
    more["extra"] = json!(1);
    assert!(check.faults(&more).is_some());
    let mut less = good;
    less.as_object_mut().unwrap().remove("spreads");
    assert!(check.faults(&less).is_some());
}
