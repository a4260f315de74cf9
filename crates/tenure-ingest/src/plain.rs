//! One file of rows that are no account history: read by column names, nothing mapped.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use crate::bytes::Content;
use crate::error::IngestError;
use crate::reader::stop;
use crate::records::Records;
use crate::reject::{Fault, MAX_LOCATED_REJECTS, Reject, RejectCode};

/// Rows between two calls of the progress callback.
const ROWS_PER_PROGRESS: u64 = 1 << 13;

/// A file whose rows are no account history, such as the export of one survey: read by the names in
/// its header, every cell as the text it is. Packed if its name ends in `.gz`.
///
/// ```
/// use tenure_ingest::PlainFile;
///
/// let file = PlainFile::in_memory("answers.csv", "id,score\n1,9\n2\n3,10\n");
/// let mut answers = Vec::new();
/// let report = file.read(
///     &["score"],
///     |_line, cells| {
///         answers.extend(cells.iter().map(|&cell| cell.to_owned()));
///         Ok(())
///     },
///     |_, _| {},
/// )?;
/// assert_eq!(answers, ["9", "10"]);
/// assert_eq!((report.rows, report.rejected), (3, 1));
/// let told = report.rejects.first().map(ToString::to_string);
/// let expected = "answers.csv line 3, found 1 field: expected 2 fields, as in the header";
/// assert_eq!(told.as_deref(), Some(expected));
/// # Ok::<(), tenure_ingest::IngestError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PlainFile {
    name: String,
    content: Content,
    delimiter: u8,
}

/// What became of the rows of a [`PlainFile`]: `rows = used + rejected`.
///
/// ```
/// use tenure_ingest::PlainFile;
///
/// let report = PlainFile::in_memory("a.csv", "x\n1\n").read(&["x"], |_, _| Ok(()), |_, _| {})?;
/// assert_eq!((report.rows, report.rejected), (1, 0));
/// # Ok::<(), tenure_ingest::IngestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PlainReport {
    /// Records after the header; empty lines are no records.
    pub rows: u64,
    /// Rows that could not be used.
    pub rejected: u64,
    /// The first [`MAX_LOCATED_REJECTS`] of them, by line.
    pub rejects: Vec<Reject>,
}

/// Why a cell cannot be used: which of the wanted columns, and what was expected instead.
///
/// ```
/// use tenure_ingest::{CellFault, PlainFile};
///
/// let no_weight = |_: u64, cells: &[&str]| match cells {
///     ["-1"] => Err(CellFault::new(0, "a weight of 0 or more")),
///     _ => Ok(()),
/// };
/// let file = PlainFile::in_memory("a.csv", "weight\n1\n-1\n");
/// let report = file.read(&["weight"], no_weight, |_, _| {})?;
/// let told = report.rejects.first().map(ToString::to_string);
/// let expected = "a.csv line 3, `weight` is `-1`: expected a weight of 0 or more";
/// assert_eq!(told.as_deref(), Some(expected));
/// # Ok::<(), tenure_ingest::IngestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    column: usize,
    expected: String,
}

impl CellFault {
    /// The fault of one of the wanted columns, counted from 0.
    #[must_use]
    pub fn new(column: usize, expected: impl Into<String>) -> Self {
        Self { column, expected: expected.into() }
    }
}

impl PlainFile {
    /// A file on disk.
    ///
    /// # Errors
    /// It is not there, or cannot be looked at.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, IngestError> {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let about = fs::metadata(path).map_err(|source| IngestError::Read {
            file: name.clone(),
            line: 1,
            source,
        })?;
        let content = Content::Disk { path: path.to_owned(), bytes: about.len() };
        Ok(Self { name, content, delimiter: b',' })
    }

    /// The same for bytes that lie in memory.
    #[must_use]
    pub fn in_memory(name: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        let content = Content::Memory(Arc::from(bytes.as_ref()));
        Self { name: name.into(), content, delimiter: b',' }
    }

    /// The same file, its cells separated by another character than a comma.
    #[must_use]
    pub fn with_delimiter(self, delimiter: u8) -> Self {
        Self { delimiter, ..self }
    }

    /// Hands over the line and the cells of the wanted columns, row by row; what `row` refuses is
    /// rejected with its place. `progress` is told the bytes read so far, and of how many.
    ///
    /// # Errors
    /// The file cannot be read, has no header or one without a wanted column (or with it twice), or
    /// holds a record without end.
    pub fn read(
        &self,
        columns: &[&str],
        mut row: impl FnMut(u64, &[&str]) -> Result<(), CellFault>,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<PlainReport, IngestError> {
        let file: Arc<str> = Arc::from(self.name.as_str());
        let bytes = Rc::new(Cell::new(0));
        let unread = |source| IngestError::Read { file: self.name.clone(), line: 1, source };
        let input = self.content.open(&self.name, &bytes).map_err(unread)?;
        let mut records = Records::new(input, self.delimiter);
        let failed = |line, fault| stop(&self.name, line, fault);
        let found = records.read().map_err(|fault| failed(1, fault))?;
        if !found {
            return Err(IngestError::NoHeader { file: self.name.clone() });
        }
        let width = records.len();
        let fields = self.bind(columns, &records)?;
        let mut report = PlainReport::default();
        loop {
            match records.read() {
                Ok(true) => {}
                Ok(false) => break,
                Err(fault) => return Err(failed(records.line(), fault)),
            }
            report.rows = report.rows.saturating_add(1);
            if report.rows.is_multiple_of(ROWS_PER_PROGRESS) {
                progress(bytes.get(), self.content.len());
            }
            let line = records.line();
            let taken = cells(columns, &fields, width, &records).and_then(|cells| {
                row(line, &cells).map_err(|CellFault { column, expected }| {
                    let name = columns.get(column).copied().unwrap_or_default();
                    let found = cells.get(column).copied().unwrap_or_default();
                    Fault::new(RejectCode::Word, name, found, expected)
                })
            });
            if let Err(fault) = taken {
                report.rejected = report.rejected.saturating_add(1);
                if report.rejects.len() < MAX_LOCATED_REJECTS {
                    report.rejects.push(fault.at(&file, line));
                }
            }
        }
        progress(bytes.get(), self.content.len());
        Ok(report)
    }

    /// Where the wanted columns lie.
    fn bind<R: std::io::BufRead>(
        &self,
        columns: &[&str],
        header: &Records<R>,
    ) -> Result<Vec<usize>, IngestError> {
        let (file, line) = (self.name.clone(), header.line());
        let names: Result<Vec<&str>, _> =
            (0..header.len()).map(|field| std::str::from_utf8(header.get(field))).collect();
        let Ok(names) = names else { return Err(IngestError::HeaderNotUtf8 { file, line }) };
        let place = |&column: &&str| {
            let mut places = names.iter().enumerate().filter(|(_, name)| **name == column);
            match (places.next(), places.next()) {
                (Some((place, _)), None) => Ok(place),
                (Some(_), Some(_)) => {
                    let (file, column) = (file.clone(), column.to_owned());
                    Err(IngestError::DuplicateColumn { file, line, column })
                }
                (None, _) => Err(IngestError::NoColumn {
                    file: file.clone(),
                    line,
                    column: column.to_owned(),
                    found: names
                        .iter()
                        .map(|name| format!("`{name}`"))
                        .collect::<Vec<_>>()
                        .join(", "),
                }),
            }
        };
        columns.iter().map(place).collect()
    }
}

fn cells<'r, R: std::io::BufRead>(
    columns: &[&str],
    fields: &[usize],
    width: usize,
    records: &'r Records<R>,
) -> Result<Vec<&'r str>, Fault> {
    if records.len() != width {
        return Err(Fault::ragged(records.len(), width));
    }
    let cell = |(&field, &name): (&usize, &&str)| {
        let bytes = records.get(field);
        std::str::from_utf8(bytes).map_err(|_| {
            let found = String::from_utf8_lossy(bytes);
            Fault::new(RejectCode::NotUtf8, name, &found, "text in UTF-8")
        })
    };
    fields.iter().zip(columns).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::{CellFault, PlainFile};
    use crate::error::IngestError;

    fn read(text: &[u8], columns: &[&str]) -> Result<(Vec<Vec<String>>, u64), IngestError> {
        let mut rows = Vec::new();
        let file = PlainFile::in_memory("a.csv", text);
        let report = file.read(
            columns,
            |_, cells| {
                rows.push(cells.iter().map(|&cell| cell.to_owned()).collect());
                Ok(())
            },
            |_, _| {},
        )?;
        Ok((rows, report.rejected))
    }

    #[test]
    fn columns_are_found_by_name_in_the_order_asked_for() {
        let (rows, rejected) = read(b"a,b,c\n1,2,3\n4,5,6\n", &["c", "a", "c"]).unwrap();
        assert_eq!(rows, [["3", "1", "3"], ["6", "4", "6"]]);
        assert_eq!(rejected, 0);
    }

    #[test]
    fn a_header_without_the_column_says_which_there_are() {
        let error = read(b"a,b\n", &["score"]).unwrap_err();
        let told = "`a.csv` line 1: column `score` is missing; the header has `a`, `b`";
        assert_eq!(error.to_string(), told);
        assert!(matches!(read(b"a,a\n", &["a"]), Err(IngestError::DuplicateColumn { .. })));
        assert!(matches!(read(b"", &["a"]), Err(IngestError::NoHeader { .. })));
        assert!(matches!(read(b"\xff\n", &["a"]), Err(IngestError::HeaderNotUtf8 { .. })));
        assert!(matches!(
            read(b"a\n\"1\n", &["a"]),
            Err(IngestError::UnclosedQuote { line: 2, .. })
        ));
        assert!(PlainFile::open("no such file.csv").is_err());
    }

    #[test]
    fn rows_that_cannot_be_used_have_a_place() {
        let file = PlainFile::in_memory("a.csv", b"a,b\n1,2\n1\n\xff,2\n7,2\n");
        let refuse = |_: u64, cells: &[&str]| match cells {
            ["7"] => Err(CellFault::new(0, "no 7")),
            _ => Ok(()),
        };
        let report = file.read(&["a"], refuse, |_, _| {}).unwrap();
        let told: Vec<_> = report.rejects.iter().map(ToString::to_string).collect();
        assert_eq!((report.rows, report.rejected), (4, 3));
        assert_eq!(
            told,
            [
                "a.csv line 3, found 1 field: expected 2 fields, as in the header",
                "a.csv line 4, `a` is `\u{fffd}`: expected text in UTF-8",
                "a.csv line 5, `a` is `7`: expected no 7",
            ]
        );
    }
}
