//! The project's own copy of the conformance cases.
#![expect(clippy::unwrap_used, reason = "a helper outside #[test] functions")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;
use tenure_testing::conformance::{self, FileReport, Outcome, Share};

const README: &str = include_str!("../README.md");
const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tenure-testing/conformance/classify");

/// Every case, computed once.
fn reports() -> &'static [FileReport] {
    static REPORTS: OnceLock<Vec<FileReport>> = OnceLock::new();
    REPORTS.get_or_init(|| conformance::run(Path::new(CASES)).unwrap())
}

#[test]
fn every_case_passes() {
    let reports = reports();
    let failed: Vec<_> = reports
        .iter()
        .flat_map(|report| &report.cases)
        .filter(|case| matches!(case.outcome, Outcome::Failed(_)))
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let counts: BTreeMap<_, _> = reports
        .iter()
        .map(|report| (report.path.file_name().unwrap().to_str().unwrap(), report.counts()))
        .collect();
    let expected =
        [("cases.json", [24, 0, 0]), ("laws.json", [14, 0, 0]), ("pairs.json", [10, 0, 0])];
    assert_eq!(counts, BTreeMap::from(expected));
}

/// The README of the crate tells these tables: what it says is what is counted.
#[test]
fn the_accuracy_of_the_readme_is_the_accuracy() {
    let accuracy = conformance::accuracy(Path::new(CASES)).unwrap();
    let [engine, rules @ ..] = &accuracy.rows[..] else { panic!("no rows") };
    let share = |hits, of| Share { hits, of };
    assert_eq!((engine.undisputed, engine.exact), (share(11, 11), share(21, 24)));
    assert_eq!((engine.acceptable, engine.pairs), (share(24, 24), share(10, 10)));
    assert_eq!((engine.stage, engine.reasons), (Some(share(24, 24)), Some(share(21, 21))));
    let undisputed: Vec<_> = rules.iter().map(|rule| rule.undisputed.hits).collect();
    assert_eq!(undisputed, [7, 10, 6]);
    let exact: Vec<_> = rules.iter().map(|rule| rule.exact.hits).collect();
    assert_eq!(exact, [13, 17, 10]);
    let open: Vec<_> = accuracy.without.iter().map(|(_, share)| share.hits).collect();
    assert_eq!((accuracy.undetermined.hits, open), (3, vec![21, 24, 12, 7, 6, 3, 3]));
    for line in accuracy.to_string().lines() {
        assert!(README.contains(line), "{line}");
    }
}

/// A folder without its files is told by name.
#[test]
fn accuracy_needs_cases_and_pairs() {
    let nowhere = Path::new(CASES).join("nowhere");
    assert!(conformance::accuracy(&nowhere).unwrap_err().starts_with("cases.json: "));
}

/// The README of the cases works this one out in words: 57 to 59 points.
#[test]
fn the_worked_case_has_the_score_it_is_said_to_have() {
    let emitted = conformance::emitted(reports());
    assert_eq!(emitted["H15"]["score"], serde_json::json!([57, 59]));
    assert_eq!(emitted["H15"]["class"], "client");
    assert_eq!(emitted["H15"]["stage"], "active");
}

/// A case file without expected values is computed all the same.
#[test]
fn nothing_is_read_from_the_expected_values() {
    let with = reports();
    let folder = std::env::temp_dir().join(format!("tenure-classify-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, rows) in [("cases.json", "cases"), ("pairs.json", "pairs"), ("laws.json", "laws")] {
        let text = std::fs::read_to_string(Path::new(CASES).join(name)).unwrap();
        let mut json: Value = serde_json::from_str(&text).unwrap();
        for row in json[rows].as_array_mut().unwrap() {
            row.as_object_mut().unwrap().remove("expected").unwrap();
        }
        std::fs::write(folder.join(name), json.to_string()).unwrap();
    }
    let without = conformance::run(&folder).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let outcomes = without.iter().flat_map(|report| &report.cases).map(|case| &case.outcome);
    let compared =
        outcomes.filter(|outcome| matches!(outcome, Outcome::Passed | Outcome::Failed(_)));
    assert_eq!(compared.count(), 0);
    assert_eq!(conformance::emitted(with), conformance::emitted(&without));
}
