//! The project's own copy of the revenue cases.

use std::path::Path;

use tenure_testing::conformance;

#[test]
fn every_case_passes() {
    let cases =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../tenure-testing/conformance/revenue/cases.json");
    let reports = conformance::run(Path::new(cases)).unwrap();
    let [report] = reports.as_slice() else { panic!("one file, one report") };
    let wrong: Vec<_> = report
        .cases
        .iter()
        .filter(|case| case.outcome != conformance::Outcome::Passed)
        .map(|case| (&case.id, &case.outcome))
        .collect();
    assert_eq!(report.counts(), [33, 0, 0], "{wrong:?}");
}
