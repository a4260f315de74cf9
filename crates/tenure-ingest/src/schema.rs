//! The canonical tables and their columns, as data: what the reader reads, what `tenure schema`
//! prints, and what the README of this crate shows.

mod tables;

use std::fmt::Write as _;

use tenure_model::Table;

pub(crate) use tables::*;

/// What a column needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Need {
    /// The file must have the column, and every row a value.
    Value,
    /// The file must have the column; an empty cell has a meaning.
    Column,
    /// The column may be missing, and its cells empty.
    Optional,
}

/// What may stand in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// An id: 1 to 256 bytes, no control characters, no white space at either end.
    Id,
    /// Any text.
    Text,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// Days separated by `;`.
    Dates,
    /// A date, or date`T`hh:mm:ss with up to six decimals and optional `Z` or ±hh:mm.
    Instant,
    /// A plain decimal number, in the currency of the row.
    Amount,
    /// An ISO 4217 code.
    Currency,
    /// A plain decimal number.
    Number,
    /// A plain decimal number, 0 or more, with up to 28 digits.
    Weight,
    /// A whole number.
    Whole,
    /// `yes`, `no`, or empty where nobody knows.
    Tri,
    /// `yes` or `no`.
    YesNo,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A whole number on the scale of the survey, or one of these words.
    Score(&'static [&'static str]),
}

impl Kind {
    /// In words, for people.
    ///
    /// ```
    /// use tenure_ingest::schema::Kind;
    /// assert_eq!(Kind::Date.describe(), "a date such as 2026-03-31");
    /// assert_eq!(Kind::Words(&["in", "out"]).describe(), "one of `in`, `out`");
    /// ```
    #[must_use]
    pub fn describe(self) -> String {
        let plain = match self {
            Self::Id => "an id",
            Self::Text => "text",
            Self::Date => "a date such as 2026-03-31",
            Self::Dates => "dates such as 2026-03-31;2026-06-30",
            Self::Instant => "a date or a time such as 2026-03-31T09:30:00 or 2026-03-31T09:30:00Z",
            Self::Amount => "an amount such as -12.50",
            Self::Currency => "an active ISO 4217 currency code such as EUR",
            Self::Number => "a number such as -12.50",
            Self::Weight => "a number of 0 or more such as 1.25",
            Self::Whole => "a whole number such as 3",
            Self::Tri => "`yes`, `no` or nothing",
            Self::YesNo => "`yes` or `no`",
            Self::Words(words) => return format!("one of {}", ticked(words)),
            Self::Score(words) => return format!("a whole number, or one of {}", ticked(words)),
        };
        plain.to_owned()
    }

    /// The words allowed, where only words are.
    pub(crate) const fn words(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Words(words) => Some(words),
            Self::YesNo | Self::Tri => Some(&["yes", "no"]),
            _ => None,
        }
    }
}

fn ticked(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A column of a canonical table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// Whether it must be there.
    pub need: Need,
    /// What may stand in its cells.
    pub kind: Kind,
    /// What it means, and what an empty cell means.
    pub meaning: &'static str,
    /// A cell of it.
    pub example: &'static str,
}

/// A canonical table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TableSchema {
    /// Which table; its file is `<name>.csv` or `<name>.csv.gz`.
    pub table: Table,
    /// What a row of it says.
    pub about: &'static str,
    /// Its columns; the order in a file is free.
    pub columns: &'static [Column],
}

/// Every table, in the order of [`Table::ALL`].
///
/// ```
/// let names: Vec<_> =
///     tenure_ingest::schema::tables().iter().map(|schema| schema.table.name()).collect();
/// assert_eq!(names[..3], ["accounts", "contracts", "renewals"]);
/// ```
#[must_use]
pub const fn tables() -> &'static [TableSchema] {
    TABLES
}

/// The columns of one table.
///
/// ```
/// use tenure_ingest::schema::{Need, columns};
/// let columns = columns(tenure_model::Table::Referrals);
/// let needed: Vec<_> =
///     columns.iter().filter(|c| c.need == Need::Value).map(|c| c.name).collect();
/// assert_eq!(needed, ["account", "date"]);
/// ```
#[must_use]
pub fn columns(table: Table) -> &'static [Column] {
    TABLES.iter().find(|schema| schema.table == table).map_or(&[], |schema| schema.columns)
}

/// Every table with its columns, as Markdown that also reads well in a terminal: what
/// `tenure schema` prints and the README shows.
///
/// ```
/// let text = tenure_ingest::schema::to_markdown();
/// assert!(text.contains("### `purchases`"));
/// ```
#[must_use]
pub fn to_markdown() -> String {
    TABLES.iter().map(TableSchema::to_markdown).collect::<Vec<_>>().join("\n")
}

impl TableSchema {
    /// This table with its columns, as Markdown that also reads well in a terminal.
    ///
    /// ```
    /// let referrals = tenure_ingest::schema::tables().iter().find(|s| s.table.name() == "referrals");
    /// assert!(referrals.is_some_and(|schema| schema.to_markdown().contains("| `account` ")));
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let rows: Vec<[String; 5]> = self.columns.iter().map(cells).collect();
        let head = ["column", "needed", "holds", "meaning", "example"].map(str::to_owned);
        let widths: [usize; 5] = std::array::from_fn(|place| {
            let cells = rows.iter().chain([&head]).filter_map(|row| row.get(place));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        });
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = writeln!(text, "### `{}`\n\n{}\n", self.table, self.about);
        push_line(&mut text, &head, widths);
        push_line(&mut text, &widths.map(|width| "-".repeat(width)), widths);
        for row in &rows {
            push_line(&mut text, row, widths);
        }
        text
    }
}

fn cells(column: &Column) -> [String; 5] {
    let needed = match column.need {
        Need::Value => "yes",
        Need::Column => "column",
        Need::Optional => "",
    };
    let holds = match column.kind {
        Kind::Id => "id".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Dates => "dates, `;` between".to_owned(),
        Kind::Instant => "instant".to_owned(),
        Kind::Amount => "amount".to_owned(),
        Kind::Currency => "currency code".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Weight => "number, 0 or more".to_owned(),
        Kind::Whole => "whole number".to_owned(),
        Kind::Tri => "`yes`, `no` or empty".to_owned(),
        Kind::YesNo => "`yes` or `no`".to_owned(),
        Kind::Words(words) => words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(" "),
        Kind::Score(words) => format!("whole number or {}", ticked(words)),
    };
    let example =
        if column.example.is_empty() { String::new() } else { format!("`{}`", column.example) };
    [format!("`{}`", column.name), needed.to_owned(), holds, column.meaning.to_owned(), example]
}

fn push_line(text: &mut String, cells: &[String; 5], widths: [usize; 5]) {
    for (cell, width) in cells.iter().zip(widths) {
        let _ = write!(text, "| {cell:<width$} ");
    }
    text.push_str("|\n");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tenure_model::Table;
    use tenure_model::record::{
        AccountKind, Billing, BotOutcome, CaseStatus, ContractRenewal, Direction, Initiator,
        Interval, Ledger, Survey, Terms,
    };

    use super::{Kind, TABLES, columns, to_markdown};

    #[test]
    fn every_table_has_a_schema_in_order() {
        assert_eq!(TABLES.iter().map(|schema| schema.table).collect::<Vec<_>>(), Table::ALL);
    }

    #[test]
    fn no_column_is_listed_twice_and_every_table_names_its_account() {
        for schema in TABLES {
            let names: BTreeSet<_> = schema.columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), schema.columns.len(), "{}", schema.table);
            assert!(names.contains("account") && names.contains("recorded_at"));
        }
    }

    #[test]
    fn the_words_are_the_words_of_the_model() {
        let words = |table, name| {
            let column = columns(table).iter().find(|column| column.name == name).unwrap();
            match column.kind {
                Kind::Words(words) => words.to_vec(),
                _ => panic!("{name} is not a column of words"),
            }
        };
        macro_rules! same {
            ($($table:ident $name:literal $kind:ident),+) => {$(
                let model: Vec<_> = $kind::ALL.iter().map(|value| value.name()).collect();
                assert_eq!(words(Table::$table, $name), model);
            )+};
        }
        same!(
            Accounts "kind" AccountKind, Contracts "terms" Terms, Contracts "billing" Billing,
            Contracts "renewal" ContractRenewal, Subscriptions "interval" Interval,
            Interactions "direction" Direction, Interactions "initiator" Initiator,
            Cases "status" CaseStatus, Cases "bot" BotOutcome, Responses "survey" Survey,
            Points "ledger" Ledger
        );
    }

    #[test]
    fn the_readme_shows_the_tables() {
        assert!(
            include_str!("../README.md").contains(&to_markdown()),
            "the tables of README.md differ from `schema::to_markdown()`"
        );
    }
}
