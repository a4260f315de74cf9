//! How often verdicts are right, beside rules of thumb, and how many stay open without a source:
//! the tables of `tenure-classify`'s README. `cargo run -p tenure-testing --example vignettes`

use std::path::Path;
use std::process::ExitCode;

use tenure_testing::conformance::accuracy;

fn main() -> ExitCode {
    match accuracy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/classify")) {
        Ok(tables) => {
            print!("{tables}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
