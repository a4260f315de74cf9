//! The project's own copy of the conformance cases.

use std::path::Path;

use tenure_testing::conformance::{self, Outcome};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tenure-testing/conformance/clv");

#[test]
fn all_cases_hold() {
    let reports = conformance::run(Path::new(CASES)).unwrap();
    let mut passed = 0;
    let mut skipped = 0;
    for case in reports.iter().flat_map(|report| &report.cases) {
        match &case.outcome {
            Outcome::Passed => passed += 1,
            Outcome::Skipped(_) => skipped += 1,
            other => panic!("{}: {other:?}", case.id),
        }
    }
    assert_eq!((passed, skipped), (318, 0));
}

/// The comparison itself: a digit changed must fail, a column taken away is not compared.
#[test]
fn the_comparison_can_fail() {
    let folder = std::env::temp_dir().join(format!("tenure-clv-cases-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("bgnbd_pred.csv");
    let text = std::fs::read_to_string(Path::new(CASES).join("bgnbd_pred.csv")).unwrap();
    let mut lines = text.lines();
    let (header, row) = (lines.next().unwrap(), lines.next().unwrap());

    let outcome = |text: String| {
        std::fs::write(&path, text).unwrap();
        conformance::run(&path).unwrap()[0].cases[0].clone()
    };
    assert_eq!(outcome(format!("{header}\n{row}\n")).outcome, Outcome::Passed);
    let wrong = row.replace("0.006805501690755", "0.006805501790755");
    assert_ne!(wrong, row);
    let failed = outcome(format!("{header}\n{wrong}\n"));
    assert!(matches!(failed.outcome, Outcome::Failed(_)));
    let inputs = |line: &str| line.split(',').take(10).collect::<Vec<_>>().join(",");
    let bare = outcome(format!("{}\n{}\n", inputs(header), inputs(row)));
    assert_eq!(bare.outcome, Outcome::NotCompared);
    assert_eq!(bare.emitted, failed.emitted);
    std::fs::remove_dir_all(&folder).unwrap();
}
