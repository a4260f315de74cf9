//! The project's own copy of the survey cases.

use std::path::Path;

use tenure_testing::conformance::{self, FileReport, Outcome};

#[test]
fn every_case_passes() -> std::io::Result<()> {
    let folder =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tenure-testing/conformance/survey"));
    let mut totals = [0; 3];
    // Built together with the service room, the runner also answers for that room's file.
    let ours = |report: &FileReport| !report.path.ends_with("service.json");
    for report in conformance::run(folder)?.into_iter().filter(ours) {
        for case in &report.cases {
            assert!(!matches!(case.outcome, Outcome::Failed(_)), "{case:?}");
        }
        for (total, count) in totals.iter_mut().zip(report.counts()) {
            *total += count;
        }
    }
    assert_eq!(totals, [55, 0, 0], "passed, failed, skipped");
    Ok(())
}
