//! The project's own copy of the conformance cases, all of them.

use std::path::Path;

use tenure_testing::conformance::{self, Outcome};

#[test]
fn every_case_passes() -> std::io::Result<()> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tenure-testing/conformance/health");
    let reports = conformance::run(Path::new(folder))?;
    let mut counts = Vec::new();
    for report in &reports {
        for case in &report.cases {
            assert_eq!(case.outcome, Outcome::Passed, "{}", case.id);
            assert!(case.emitted.is_some(), "{}", case.id);
        }
        let name = report.path.file_name().map(|name| name.to_string_lossy().into_owned());
        counts.push((name.unwrap_or_default(), report.counts()));
    }
    let expected = [("dormancy.json".to_owned(), [2, 0, 0]), ("health.json".to_owned(), [4, 0, 0])];
    assert_eq!(counts, expected);
    Ok(())
}
