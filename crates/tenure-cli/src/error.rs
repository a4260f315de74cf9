//! Why a command could not be carried out.

use std::io;
use std::path::PathBuf;

use chrono::NaiveDate;
use tenure::classify::{BackwardsError, DocumentError, Fault, FaultCode, OverrideError};
use tenure::health::loyalty::ProgrammeFileError;
use tenure::health::{
    BacktestError, DeltaError, FollowError, PortfolioError, ProfileError, ProfileFileError,
    PublishedError, ShareError, ValueError,
};
use tenure::ingest::IngestError;
use tenure::scorecard::ScorecardError;

/// Why a command could not be carried out. Each is one line for a person at a terminal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("cannot use `{}`", path.display())]
    Ingest {
        path: PathBuf,
        #[source]
        source: IngestError,
    },
    #[error("the demo portfolio does not read")]
    Demo {
        #[source]
        source: IngestError,
    },
    #[error(
        "no day is given to ask as of: add --as-of YYYY-MM-DD, or `as_of` to tenure.toml; no clock is read"
    )]
    NoAsOf,
    #[error("`[report]` in tenure.toml is wrong")]
    Settings {
        #[source]
        source: SettingsError,
    },
    #[error(transparent)]
    Typed(SettingsError),
    #[error(
        "`{found}` is neither a built-in {what} nor a file; built in are {}",
        built_in.join(", ")
    )]
    NoDocument { what: &'static str, found: String, built_in: Vec<&'static str> },
    #[error("cannot read `{}`", path.display())]
    ReadDocument {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{}", first_fault(.0))]
    Document(DocumentError),
    #[error("tenure.toml line {line}, column {column}: this [[override]] is wrong")]
    Override {
        line: usize,
        column: usize,
        #[source]
        source: SettingsError,
    },
    #[error("the portfolio cannot be computed")]
    Scorecard {
        #[source]
        source: ScorecardError,
    },
    #[error("cannot write `{}`", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("`{}` is not empty: the demo writes to a new or an empty folder only", path.display())]
    NotEmpty { path: PathBuf },
    #[error("`{found}` is not a table; the tables are {tables}")]
    UnknownTable { found: String, tables: String },
    #[error("`{found}` is not an account of this folder{}", did_you_mean(near))]
    UnknownAccount { found: String, near: Vec<String> },
    #[error("--from cannot be answered")]
    From(#[source] BackwardsError),
    #[error("--from {from} is after the day of the question, {as_of}")]
    HealthFrom { from: NaiveDate, as_of: NaiveDate },
    #[error("the change cannot be told")]
    HealthChange(#[source] DeltaError),
    #[error("the health of `{account}` cannot be computed")]
    HealthValue {
        account: String,
        #[source]
        source: ValueError,
    },
    #[error("`{account}` cannot be followed")]
    Follow {
        account: String,
        #[source]
        source: FollowError,
    },
    #[error("the scores cannot be summed")]
    Portfolio(#[source] PortfolioError),
    #[error("the two scores of a hybrid cannot be joined")]
    Share(#[source] ShareError),
    #[error(transparent)]
    ProfileFile(ProfileFileError),
    #[error(transparent)]
    Programme(ProgrammeFileError),
    #[error("cannot use the bins in `{}`: {why}", path.display())]
    RfmBins { path: PathBuf, why: String },
    #[error("the rule does not score `{account}`")]
    PublishedRule {
        account: String,
        #[source]
        source: PublishedError,
    },
    #[error("the profile cannot be used")]
    Profile(#[source] ProfileError),
    #[error("the backtest cannot be computed")]
    Backtest(#[source] BacktestError),
    #[error("--steps and --horizon-days reach back beyond the calendar")]
    Grid,
    #[error("{faulty} of {files} file(s) cannot be used")]
    FaultyFiles { faulty: usize, files: usize },
    #[error("{0}")]
    Clv(String),
    #[error("no months are given to report: add --months YYYY-MM..YYYY-MM; no clock is read")]
    NoMonths,
    #[error("{0}")]
    Revenue(String),
    #[error("cannot use `{}`", path.display())]
    ReadLog {
        path: PathBuf,
        #[source]
        source: crate::revenue::ReadError,
    },
    #[error(
        "`{}` is a file: name the column with the answers, as in --answers score; or give the folder with the tables",
        path.display()
    )]
    NoAnswers { path: PathBuf },
    #[error("{option} needs {needs}")]
    Misplaced { option: &'static str, needs: String },
    #[error("`{option} {found}`: {why}")]
    Option { option: &'static str, found: String, why: String },
    #[error("the file cannot be used")]
    File {
        #[source]
        source: IngestError,
    },
    #[error("the figures cannot be computed: {0}")]
    Compute(String),
    #[error("a thread did not start, or ended without a result")]
    Thread,
    #[error("cannot print")]
    Print(#[source] io::Error),
}

impl CommandError {
    /// What an engine refused.
    pub(crate) fn compute(error: impl std::error::Error) -> Self {
        Self::Compute(chain(&error))
    }
}

/// The first fault, and where the others are listed. Of a file that is something else only that
/// is told: what it lacks to be what was wanted is no fault of it.
fn first_fault(error: &DocumentError) -> String {
    let faults = told_faults(error);
    let first = faults.first().map(ToString::to_string).unwrap_or_default();
    match faults.len().saturating_sub(1) {
        0 => first,
        more => format!("{first} (and {more} more: `tenure rules check` lists them)"),
    }
}

/// The faults that are told to people.
pub(crate) fn told_faults(error: &DocumentError) -> Vec<&Fault> {
    let other_schema = error.faults().iter().find(|fault| fault.code() == FaultCode::BadSchema);
    other_schema.map_or_else(|| error.faults().iter().collect(), |fault| vec![fault])
}

fn did_you_mean(near: &[String]) -> String {
    let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    match near.as_slice() {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(" or ")),
    }
}

/// What is wrong with `[report]`, or with what was typed instead.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("{0}")]
    Shape(String),
    #[error(transparent)]
    Override(OverrideError),
    #[error("`{key}` is `{found}`, expected {expected}")]
    Value { key: &'static str, found: String, expected: String },
}

/// The message and its causes, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
