//! What came out of a folder, and what became of every row.

use std::sync::Arc;

use chrono::NaiveDate;
use tenure_model::{Book, Coverage, Currency, Table, Zone};

use crate::config::OverrideEntry;
use crate::reject::Reject;

/// What became of the rows of one file, read as one table:
/// `rows = kept + duplicates + filtered + rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Records after the header; empty lines are no records.
    pub rows: u64,
    /// Rows in the book.
    pub kept: u64,
    /// Rows equal to an earlier one of the same id: kept once, there.
    pub duplicates: u64,
    /// Rows the mapping's `where` left out.
    pub filtered: u64,
    /// Rows that could not be used.
    pub rejected: u64,
    /// Of the rows read as facts (kept or not): dated after `as_of`, so of no effect on that day.
    pub after_as_of: u64,
}

impl Counts {
    /// Whether every row is accounted for.
    ///
    /// ```
    /// use tenure_ingest::Folder;
    /// let table = "id,account,date\n1,acme,2024-05-01\n1,acme,2024-05-01\n2,acme,May\n";
    /// let ingested = Folder::in_memory([("referrals.csv", table)])?.read(|_| {})?;
    /// let counts = ingested.counts();
    /// assert_eq!((counts.rows, counts.kept, counts.duplicates, counts.rejected), (3, 1, 1, 1));
    /// assert!(counts.balances());
    /// # Ok::<(), tenure_ingest::IngestError>(())
    /// ```
    #[must_use]
    pub const fn balances(&self) -> bool {
        let used = self.kept.saturating_add(self.duplicates);
        self.rows == used.saturating_add(self.filtered).saturating_add(self.rejected)
    }

    pub(crate) const fn plus(self, other: Self) -> Self {
        Self {
            rows: self.rows.saturating_add(other.rows),
            kept: self.kept.saturating_add(other.kept),
            duplicates: self.duplicates.saturating_add(other.duplicates),
            filtered: self.filtered.saturating_add(other.filtered),
            rejected: self.rejected.saturating_add(other.rejected),
            after_as_of: self.after_as_of.saturating_add(other.after_as_of),
        }
    }
}

/// One file, read as one table. A file that serves several entries of `tenure.toml` has one report
/// for each.
///
/// ```
/// use tenure_ingest::Folder;
/// let table = "account,date,colour\nacme,2024-05-01,red\n";
/// let ingested = Folder::in_memory([("referrals.csv", table)])?.read(|_| {})?;
/// for file in &ingested.files {
///     assert_eq!((&*file.file, file.table.name()), ("referrals.csv", "referrals"));
///     assert_eq!(file.ignored_columns, ["colour"]);
/// }
/// # Ok::<(), tenure_ingest::IngestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileReport {
    /// The file, by its name in the folder.
    pub file: Arc<str>,
    /// The table it was read as.
    pub table: Table,
    /// What became of its rows.
    pub counts: Counts,
    /// The first [`MAX_LOCATED_REJECTS`](crate::MAX_LOCATED_REJECTS) rejects, by line;
    /// `counts.rejected` counts them all.
    pub rejects: Vec<Reject>,
    /// The first [`MAX_LOCATED_REJECTS`](crate::MAX_LOCATED_REJECTS) facts dated after `as_of`, by
    /// line: kept, of no effect on that day; `counts.after_as_of` counts them all.
    pub after_as_of: Vec<Reject>,
    /// Columns of the file that nothing reads.
    pub ignored_columns: Vec<String>,
}

/// A file of the folder that nothing reads.
///
/// ```
/// use tenure_ingest::Folder;
/// let files = [("referrals.csv", "account,date\n"), ("purchase.csv", "")];
/// let ingested = Folder::in_memory(files)?.read(|_| {})?;
/// let meant: Vec<_> = ingested.ignored.iter().map(|file| file.did_you_mean.as_deref()).collect();
/// assert_eq!(meant, [Some("purchases.csv")]);
/// # Ok::<(), tenure_ingest::IngestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IgnoredFile {
    /// Its name.
    pub file: String,
    /// The table file its name is close to: `purchases.csv` for `purchase.csv`.
    pub did_you_mean: Option<String>,
}

/// A folder, read.
///
/// ```
/// use tenure_ingest::Folder;
/// use tenure_model::{Completeness, Table};
/// let files = [("referrals.csv", "account,date\nacme,2024-05-01\nmoon,2024-05-02\n")];
/// let ingested = Folder::in_memory(files)?.read(|_| {})?;
/// assert_eq!(ingested.book.len(), 2);
/// assert_eq!(ingested.coverage.of(Table::Referrals), Completeness::Partial);
/// assert_eq!(ingested.rejects().count(), 0);
/// # Ok::<(), tenure_ingest::IngestError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Ingested {
    /// Every account with its history.
    pub book: Book,
    /// How complete each table is: as `[coverage]` says, otherwise partial where a file holds it
    /// and absent where none does.
    pub coverage: Coverage,
    /// The folder's currency.
    pub currency: Option<Currency>,
    /// The zone of local times.
    pub zone: Zone,
    /// The day of the question, where the folder says one.
    pub as_of: Option<NaiveDate>,
    /// The last day whose records are known, where the folder says one.
    pub known_at: Option<NaiveDate>,
    /// Every file read, canonical ones first in order of table, then those of `[[table]]`.
    pub files: Vec<FileReport>,
    /// Files nothing reads, by name.
    pub ignored: Vec<IgnoredFile>,
    /// The section `[report]`, as it stands.
    pub report: toml::Table,
    /// Every `[[override]]`, as it stands, in order.
    pub overrides: Vec<OverrideEntry>,
    /// The text of `tenure.toml`, of which the section `[loyalty]` is handed on as it stands, to be read
    /// with its places; empty where there is no such file.
    pub config_text: String,
}

impl Ingested {
    /// What became of all rows.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.files.iter().fold(Counts::default(), |total, file| total.plus(file.counts))
    }

    /// Every located fact dated after `as_of`, file after file, by line.
    ///
    /// ```
    /// use tenure_ingest::Folder;
    /// let ingested = Folder::in_memory([
    ///     ("referrals.csv", "account,date\nacme,2024-05-01\nacme,2025-01-01\n"),
    ///     ("tenure.toml", "as_of = \"2024-12-31\""),
    /// ])?
    /// .read(|_| {})?;
    /// let lines: Vec<u64> = ingested.after_as_of().map(|fact| fact.line).collect();
    /// assert_eq!((lines, ingested.counts().rejected), (vec![3], 0));
    /// # Ok::<(), tenure_ingest::IngestError>(())
    /// ```
    pub fn after_as_of(&self) -> impl Iterator<Item = &Reject> {
        self.files.iter().flat_map(|file| &file.after_as_of)
    }

    /// Every located reject, file after file, by line.
    pub fn rejects(&self) -> impl Iterator<Item = &Reject> {
        self.files.iter().flat_map(|file| &file.rejects)
    }
}
