//! Comma-separated rows read by column name. The case files quote nothing.

use super::super::CaseReport;
use super::Computed;

/// The rows of a file.
pub(super) struct Table<'a> {
    columns: Vec<&'a str>,
    rows: Vec<Vec<&'a str>>,
}

/// One row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    columns: &'a [&'a str],
    cells: &'a [&'a str],
}

/// A number as the files print it.
#[expect(
    clippy::disallowed_methods,
    reason = "the files print floats: the nearest double is meant"
)]
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

impl<'a> Table<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let cells = |line: &'a str| line.split(',').map(str::trim).collect::<Vec<_>>();
        let columns = lines.next().map(cells).unwrap_or_default();
        Self { columns, rows: lines.map(cells).collect() }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { columns: &self.columns, cells })
    }

    pub(super) fn reports(&self, compute: impl Fn(Row<'_>) -> Computed) -> Vec<CaseReport> {
        self.rows()
            .map(|row| {
                let id = row.text("id").unwrap_or("?");
                compute(row).report(id, |column| row.text(column).map(str::to_owned))
            })
            .collect()
    }
}

impl<'a> Row<'a> {
    /// The text of a column; `None` if there is no such column.
    pub(super) fn text(self, column: &str) -> Option<&'a str> {
        let place = self.columns.iter().position(|&name| name == column)?;
        self.cells.get(place).copied()
    }

    /// The number in a column, or which column holds none.
    pub(super) fn number(self, column: &str) -> Result<f64, String> {
        let text = self.text(column).ok_or_else(|| format!("no column {column}"))?;
        number(text).ok_or_else(|| format!("column {column}: `{text}` is not a number"))
    }

    /// The count in a column; counts may be printed as `3.0`.
    pub(super) fn count(self, column: &str) -> Result<u64, String> {
        let text = self.text(column).ok_or_else(|| format!("no column {column}"))?;
        count(text).ok_or_else(|| format!("column {column}: `{text}` is not a count"))
    }
}

/// A count as the files print it.
#[expect(clippy::disallowed_methods, reason = "checked to be plain digits first")]
fn count(text: &str) -> Option<u64> {
    let digits = text.strip_suffix(".0").unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}
