//! The project's own copy of the service cases: all pass, none is skipped, and none stops running.

use std::path::Path;

#[test]
fn every_service_case_passes() -> std::io::Result<()> {
    let file =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../tenure-testing/conformance/survey/service.json");
    let reports = tenure_testing::conformance::run(Path::new(file))?;
    let counts: Vec<_> = reports.iter().map(|report| report.counts()).collect();
    assert_eq!(counts, [[8, 0, 0]], "{reports:#?}");
    Ok(())
}
