//! Reads conformance case files, computes with the library, compares as the files' READMEs say.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[cfg(feature = "classify")]
mod classify;
#[cfg(feature = "clv")]
mod clv;
#[cfg(feature = "health")]
mod health;
#[cfg(feature = "revenue")]
mod revenue;
#[cfg(feature = "service")]
mod service;
#[cfg(feature = "survey")]
mod survey;

#[cfg(feature = "classify")]
pub use classify::{Accuracy, Row, Share, accuracy};
#[cfg(feature = "revenue")]
pub use revenue::revenue_answer;

/// One file of cases, read whole.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CaseFile {
    /// Where it lies; siblings may be read from its folder.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Its JSON, when the name ends in `.json`.
    pub json: Option<Value>,
}

/// How one case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a caller must know every outcome")]
pub enum Outcome {
    /// Computed, compared, within the stated tolerance.
    Passed,
    /// Computed and compared, outside; or it could not be computed. Says what and where.
    Failed(String),
    /// Not built yet: counted, never as passed.
    Skipped(String),
    /// Computed; the case states no expected value.
    NotCompared,
}

/// What came of one case.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CaseReport {
    /// The id of the case.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The result shaped like `expected`; `None` where skipped.
    pub emitted: Option<Value>,
}

/// What came of one file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// Its cases, in file order.
    pub cases: Vec<CaseReport>,
}

impl FileReport {
    /// Cases that passed, failed, were skipped, in this order.
    #[must_use]
    pub fn counts(&self) -> [usize; 3] {
        let count = |wanted: fn(&Outcome) -> bool| {
            self.cases.iter().filter(|case| wanted(&case.outcome)).count()
        };
        [
            count(|outcome| matches!(outcome, Outcome::Passed)),
            count(|outcome| matches!(outcome, Outcome::Failed(_))),
            count(|outcome| matches!(outcome, Outcome::Skipped(_))),
        ]
    }
}

/// Runs every case file at `path`: a file, or a folder searched to the bottom, in order of name.
///
/// # Errors
/// A path that cannot be read, or a `.json` file that is not JSON.
pub fn run(path: &Path) -> io::Result<Vec<FileReport>> {
    let mut files = Vec::new();
    collect(path, &mut files)?;
    files.sort();
    let mut reports = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path)?;
        let json = if path.extension().is_some_and(|extension| extension == "json") {
            Some(serde_json::from_str(&text).map_err(|error| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
            })?)
        } else {
            None
        };
        let file = CaseFile { path, text, json };
        if let Some(cases) = cases_of(&file) {
            reports.push(FileReport { path: file.path, cases });
        }
    }
    Ok(reports)
}

/// The results of all cases that were computed, by case id.
#[must_use]
pub fn emitted(reports: &[FileReport]) -> BTreeMap<&str, &Value> {
    reports
        .iter()
        .flat_map(|report| &report.cases)
        .filter_map(|case| Some((case.id.as_str(), case.emitted.as_ref()?)))
        .collect()
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "json" || extension == "csv") {
        files.push(path.to_path_buf());
    }
    Ok(())
}

/// The cases of a file, computed and compared; `None` if the file is another engine's.
type Reader = fn(&CaseFile) -> Option<Vec<CaseReport>>;

/// Each engine knows its own files; the first that does answers. The service cases come before
/// those of the survey, whose format they share.
fn cases_of(file: &CaseFile) -> Option<Vec<CaseReport>> {
    let readers: &[Reader] = &[
        #[cfg(feature = "classify")]
        classify::read,
        #[cfg(feature = "clv")]
        clv::read,
        #[cfg(feature = "health")]
        health::read,
        #[cfg(feature = "revenue")]
        revenue::read,
        #[cfg(feature = "service")]
        service::read,
        #[cfg(feature = "survey")]
        survey::read,
    ];
    readers.iter().find_map(|read| read(file))
}
