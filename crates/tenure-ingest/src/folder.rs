//! A folder of tables: which files there are, what they hold, and the reading of them all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use tenure_model::{Book, Completeness, Coverage, Table};

use crate::bytes::Content;
use crate::config::{Config, Mapping};
use crate::context::Context;
use crate::error::{ConfigError, IngestError};
use crate::ingested::{IgnoredFile, Ingested};
use crate::reader::{EventReader, Source};
use crate::suggest::nearest;

/// The file that says how to read the others.
pub const CONFIG_FILE: &str = "tenure.toml";

/// The largest `tenure.toml` read, in bytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// How far the reading is.
///
/// ```
/// use tenure_ingest::Folder;
/// let files = [("referrals.csv", "account,date\nacme,2024-05-01\n")];
/// let mut seen = Vec::new();
/// Folder::in_memory(files)?.read(|at| seen.push((at.rows, at.bytes == at.total_bytes)))?;
/// assert_eq!(seen, [(1, true)]);
/// # Ok::<(), tenure_ingest::IngestError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The file being read.
    pub file: &'a str,
    /// As which table.
    pub table: Table,
    /// Rows of it so far.
    pub rows: u64,
    /// Bytes read so far, of all files, as they lie on disk.
    pub bytes: u64,
    /// Bytes to read in all.
    pub total_bytes: u64,
}

/// A folder of tables, looked through but not read yet.
///
/// ```
/// use tenure_ingest::Folder;
/// let folder = Folder::in_memory([
///     ("purchases.csv", "account,date,amount\nacme,2024-03-01,29.33\n"),
///     ("tenure.toml", "currency = \"EUR\"\nas_of = \"2024-06-30\""),
/// ])?;
/// let ingested = folder.read(|_| {})?;
/// assert_eq!(ingested.book.len(), 1);
/// assert_eq!(ingested.counts().kept, 1);
/// # Ok::<(), tenure_ingest::IngestError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Folder {
    config: Config,
    sources: Vec<Source>,
    coverage: Coverage,
    ignored: Vec<IgnoredFile>,
}

impl Folder {
    /// Looks through a folder: its `tenure.toml`, and which file holds which table.
    ///
    /// ```
    /// let folder = tempfile::tempdir()?;
    /// std::fs::write(folder.path().join("referrals.csv"), "account,date\nacme,2024-05-01\n")?;
    /// let ingested = tenure_ingest::Folder::open(folder.path())?.read(|_| {})?;
    /// assert_eq!(ingested.counts().kept, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The folder cannot be listed, `tenure.toml` is wrong or names a file that is not there, one
    /// table is in two files of its own name, coverage and files contradict each other, or there is
    /// no table at all.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, IngestError> {
        let path = path.as_ref();
        let unlisted = |source| IngestError::Folder { path: path.to_owned(), source };
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(path).map_err(unlisted)? {
            let entry = entry.map_err(unlisted)?;
            // Follows links; a link to nowhere is listed and fails when it is read.
            let bytes = match fs::metadata(entry.path()) {
                Ok(about) if about.is_dir() => continue,
                Ok(about) => about.len(),
                Err(_) => 0,
            };
            let name = entry.file_name().to_string_lossy().into_owned();
            files.insert(name, Content::Disk { path: entry.path(), bytes });
        }
        Self::look_through(files)
    }

    /// The same for files that lie in memory.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn in_memory<N, B>(files: impl IntoIterator<Item = (N, B)>) -> Result<Self, IngestError>
    where
        N: Into<String>,
        B: AsRef<[u8]>,
    {
        let named =
            |(name, bytes): (N, B)| (name.into(), Content::Memory(Arc::from(bytes.as_ref())));
        Self::look_through(files.into_iter().map(named).collect())
    }

    fn look_through(mut files: BTreeMap<String, Content>) -> Result<Self, IngestError> {
        let config = match files.remove(CONFIG_FILE) {
            Some(content) => Config::parse(&config_text(&content)?)?,
            None => Config::default(),
        };
        let mut sources = Vec::new();
        let mut mapped = BTreeSet::new();
        for mapping in &config.mappings {
            let Some(content) = files.get(&mapping.file) else {
                return Err(not_there(mapping, &files).into());
            };
            mapped.insert(mapping.file.clone());
            sources.push(Source { mapping: mapping.clone(), content: content.clone() });
        }
        files.retain(|name, _| !mapped.contains(name));
        let mut canonical = Vec::new();
        for table in Table::ALL {
            let [plain, packed] = names(table);
            let found: Vec<_> = [plain, packed]
                .into_iter()
                .filter_map(|name| files.remove(&name).map(|content| (name, content)))
                .collect();
            if let [(first, _), (second, _)] = found.as_slice() {
                let (first, second) = (first.clone(), second.clone());
                return Err(IngestError::TwoFiles { table, first, second });
            }
            for (name, content) in found {
                canonical.push(Source { mapping: Mapping::canonical(table, &name), content });
            }
        }
        sources.splice(0..0, canonical);
        let ignored: Vec<_> = files.into_keys().map(ignored).collect();
        if sources.is_empty() {
            let found = ignored.iter().take(20).map(|file| match &file.did_you_mean {
                Some(table) => format!("`{}` (did you mean `{table}`?)", file.file),
                None => format!("`{}`", file.file),
            });
            return Err(IngestError::NoTable { found: found.collect() });
        }
        let coverage = coverage(&config, &sources)?;
        Ok(Self { config, sources, coverage, ignored })
    }

    /// What `tenure.toml` says.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The same folder, asked as of another day than `tenure.toml` says.
    ///
    /// ```
    /// use tenure_ingest::Folder;
    /// let day = tenure_model::parse_date("2024-06-30")?;
    /// let folder = Folder::in_memory([("referrals.csv", "account,date\n")])?.with_as_of(day);
    /// assert_eq!(folder.config().as_of(), Some(day));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_as_of(mut self, as_of: NaiveDate) -> Self {
        self.config.as_of = Some(as_of);
        self
    }

    /// The same folder, with what was known by the end of another day.
    #[must_use]
    pub fn with_known_at(mut self, known_at: NaiveDate) -> Self {
        self.config.known_at = Some(known_at);
        self
    }

    /// Reads every file, row by row, into a [`Book`]. `progress` is called now and then.
    ///
    /// No row is lost and none made up: each is kept, a duplicate, filtered or rejected, and counted
    /// so. Cost: one pass over every file (one for each table it holds), then
    /// [`Book::from_events`]; memory for all events, one record, and the located rejects.
    ///
    /// # Errors
    /// A file that cannot be read or unpacked, without header or without a column it needs, with a
    /// record longer than [`MAX_RECORD_BYTES`](crate::MAX_RECORD_BYTES) or a quote left open.
    /// Nothing is returned of the other files then: half a portfolio is no portfolio.
    pub fn read(self, progress: impl FnMut(Progress<'_>)) -> Result<Ingested, IngestError> {
        let Self { config, sources, coverage, ignored } = self;
        let context = Context::new(config.currency, config.data_until);
        let mut events = EventReader::new(&sources, context, config.zone, config.as_of, progress);
        let (book, report) = Book::from_events(&mut events);
        let files = events.finish(report)?;
        Ok(Ingested {
            book,
            coverage,
            currency: config.currency,
            zone: config.zone,
            as_of: config.as_of,
            known_at: config.known_at,
            files,
            ignored,
            report: config.report,
            overrides: config.overrides,
            config_text: config.text,
        })
    }
}

fn names(table: Table) -> [String; 2] {
    [format!("{table}.csv"), format!("{table}.csv.gz")]
}

fn config_text(content: &Content) -> Result<String, IngestError> {
    let refuse = |source| IngestError::Read { file: CONFIG_FILE.to_owned(), line: 1, source };
    if content.len() > MAX_CONFIG_BYTES {
        return Err(ConfigError {
            line: 1,
            column: 1,
            message: format!("the file is longer than {MAX_CONFIG_BYTES} bytes"),
        }
        .into());
    }
    let bytes = match content {
        Content::Disk { path, .. } => fs::read(path).map_err(refuse)?,
        Content::Memory(bytes) => bytes.to_vec(),
    };
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..valid).unwrap_or_default();
        let newlines = before.iter().filter(|&&byte| byte == b'\n').count();
        let line = newlines.saturating_add(1);
        ConfigError { line, column: 1, message: "the line is not UTF-8".to_owned() }.into()
    })
}

fn not_there(mapping: &Mapping, files: &BTreeMap<String, Content>) -> ConfigError {
    let name = &mapping.file;
    let mut message = format!("`{name}` is not in the folder");
    if let Some(near) = nearest(name, files.keys().map(String::as_str)) {
        message.push_str(&format!("; did you mean `{near}`?"));
    }
    ConfigError { line: mapping.place.0, column: mapping.place.1, message }
}

fn ignored(file: String) -> IgnoredFile {
    let candidates: Vec<String> = Table::ALL.into_iter().flat_map(names).collect();
    let did_you_mean = nearest(&file, candidates.iter().map(String::as_str)).map(str::to_owned);
    IgnoredFile { file, did_you_mean }
}

fn coverage(config: &Config, sources: &[Source]) -> Result<Coverage, IngestError> {
    let file_of = |table| sources.iter().find(|source| source.mapping.table == table);
    let mut coverage = Coverage::absent();
    for table in Table::ALL {
        if file_of(table).is_some() {
            coverage = coverage.with(table, Completeness::Partial);
        }
    }
    for &(table, declared) in &config.coverage {
        match file_of(table) {
            Some(source) if declared == Completeness::Absent => {
                let file = source.mapping.file.clone();
                return Err(IngestError::AbsentWithFile { table, file });
            }
            None if declared != Completeness::Absent => {
                let declared = declared.name();
                return Err(IngestError::CoverageWithoutFile { table, declared });
            }
            _ => coverage = coverage.with(table, declared),
        }
    }
    Ok(coverage)
}
