//! Runs conformance cases: `conformance [--emit] PATH...`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use tenure_testing::conformance::{self, Outcome};

const USAGE: &str = "usage: conformance [--emit] PATH...

Reads the case files (JSON, CSV) at each PATH, a file or a folder, computes them with the
library and compares with the stated tolerances.

  --emit   print the results as one JSON map by case id instead of comparing

Exit code: 0 all passed, 1 a case failed, 2 a path could not be read, or held no case.";

fn main() -> ExitCode {
    let mut emit = false;
    let mut reports = Vec::new();
    let mut paths = 0_usize;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--emit" => emit = true,
            "-h" | "--help" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            path => {
                paths = paths.saturating_add(1);
                match conformance::run(Path::new(path)) {
                    Ok(found) => reports.extend(found),
                    Err(error) => {
                        eprintln!("error: {error}");
                        return ExitCode::from(2);
                    }
                }
            }
        }
    }
    if paths == 0 {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    if reports.is_empty() {
        eprintln!("error: no case file found");
        return ExitCode::from(2);
    }
    if emit {
        let map: BTreeMap<_, _> = conformance::emitted(&reports);
        match serde_json::to_string_pretty(&map) {
            Ok(text) => println!("{text}"),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::from(2);
            }
        }
        return ExitCode::SUCCESS;
    }
    let mut totals = [0_usize; 3];
    for report in &reports {
        for case in &report.cases {
            if let Outcome::Failed(why) = &case.outcome {
                println!("FAILED {}: {why}", case.id);
            }
        }
        let counts = report.counts();
        for (total, count) in totals.iter_mut().zip(counts) {
            *total = total.saturating_add(count);
        }
        let [passed, failed, skipped] = counts;
        println!("{}: {passed} passed, {failed} failed, {skipped} skipped", report.path.display());
    }
    let [passed, failed, skipped] = totals;
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
