//! What stops the reading of a folder. What is wrong with single rows is a
//! [`Reject`](crate::Reject) instead.

use std::io;
use std::path::PathBuf;

use tenure_model::Table;

use crate::records::MAX_RECORD_BYTES;

/// A mistake in `tenure.toml`, with its line and column.
///
/// ```
/// let wrong = tenure_ingest::Config::parse("currency = \"EURO\"").map_err(|e| e.to_string());
/// let message = "tenure.toml line 1, column 12: `EURO` is not an active ISO 4217 currency code";
/// assert_eq!(wrong.map(|_| ()), Err(message.to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("tenure.toml line {line}, column {column}: {message}")]
pub struct ConfigError {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) message: String,
}

impl ConfigError {
    /// The line, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column, in characters from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// What is wrong there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Why a folder could not be read.
///
/// ```
/// use tenure_ingest::{Folder, IngestError};
/// let read = Folder::in_memory([("referrals.csv", "account,date\n\"acme,2024-05-01\n")])?.read(|_| {});
/// assert!(matches!(read, Err(IngestError::UnclosedQuote { line: 2, .. })));
/// # Ok::<(), IngestError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The folder cannot be listed.
    #[error("cannot read the folder `{}`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `tenure.toml` is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no table.
    #[error(
        "the folder holds no table: expected a file such as `purchases.csv`, or `tenure.toml` naming one{}",
        also(found)
    )]
    NoTable {
        /// The files there are, with what they may have meant to be.
        found: Vec<String>,
    },
    /// One table comes in two files of its own name.
    #[error("`{table}` is in both `{first}` and `{second}`: keep one")]
    TwoFiles {
        /// The table.
        table: Table,
        /// One of the files.
        first: String,
        /// The other.
        second: String,
    },
    /// A table declared complete or partial has no file.
    #[error(
        "`tenure.toml` says that `{table}` is {declared}, but no file holds it: a file with a header and no rows says that nothing happened"
    )]
    CoverageWithoutFile {
        /// The table.
        table: Table,
        /// `complete` or `partial`.
        declared: &'static str,
    },
    /// A table declared absent has a file.
    #[error("`tenure.toml` says that `{table}` is absent, but `{file}` holds it")]
    AbsentWithFile {
        /// The table.
        table: Table,
        /// The file.
        file: String,
    },
    /// A file cannot be read, or not be unpacked.
    #[error("`{file}` cannot be read at line {line}")]
    Read {
        /// The file.
        file: String,
        /// The line reached, from 1.
        line: u64,
        /// What the system or the unpacking said.
        source: io::Error,
    },
    /// A file without a header.
    #[error("`{file}` is empty: expected a header line")]
    NoHeader {
        /// The file.
        file: String,
    },
    /// A header that is not UTF-8.
    #[error("`{file}` line {line}: the header is not UTF-8")]
    HeaderNotUtf8 {
        /// The file.
        file: String,
        /// The line of the header.
        line: u64,
    },
    /// A column that is there twice.
    #[error("`{file}` line {line}: column `{column}` is there twice")]
    DuplicateColumn {
        /// The file.
        file: String,
        /// The line of the header.
        line: u64,
        /// The column.
        column: String,
    },
    /// A column that must be there and is not.
    #[error(
        "`{file}` line {line}: column `{column}` is missing ({table} needs it); the header has {found}"
    )]
    MissingColumn {
        /// The file.
        file: String,
        /// The line of the header.
        line: u64,
        /// The table the file is read as.
        table: Table,
        /// The column.
        column: String,
        /// The columns there are.
        found: String,
    },
    /// A column asked for by name that is not there.
    #[error("`{file}` line {line}: column `{column}` is missing; the header has {found}")]
    NoColumn {
        /// The file.
        file: String,
        /// The line of the header.
        line: u64,
        /// The column.
        column: String,
        /// The columns there are.
        found: String,
    },
    /// A record longer than [`MAX_RECORD_BYTES`].
    #[error(
        "`{file}` line {line}: the record is longer than {MAX_RECORD_BYTES} bytes (a quote left open?)"
    )]
    LongRecord {
        /// The file.
        file: String,
        /// The line it begins at.
        line: u64,
    },
    /// A quote that is never closed: nobody can say how many rows it swallowed.
    #[error("`{file}` line {line}: a quote opened in this record is never closed")]
    UnclosedQuote {
        /// The file.
        file: String,
        /// The line the record begins at.
        line: u64,
    },
}

fn also(found: &[String]) -> String {
    match found {
        [] => String::new(),
        names => format!("; found {}", names.join(", ")),
    }
}
