//! Rows that cannot be used, each with its place.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// How many rejects a file keeps with their place, for each table it holds. All are counted.
pub const MAX_LOCATED_REJECTS: usize = 10_000;

/// The most characters of a value that a reject shows.
const MAX_VALUE_CHARS: usize = 80;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// Why a row was rejected, in a word that does not change.
        ///
        /// ```
        /// assert_eq!(tenure_ingest::RejectCode::TooPrecise.name(), "too_precise");
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum RejectCode {
            $($(#[$doc])* $variant,)+
        }

        impl RejectCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

codes! {
    /// Another number of fields than the header has.
    Ragged = "ragged",
    /// A cell that is read is not UTF-8.
    NotUtf8 = "not_utf8",
    /// A cell that must have a value is empty.
    Missing = "missing",
    /// Not an id.
    Id = "id",
    /// Not a date.
    Date = "date",
    /// Not an instant.
    Instant = "instant",
    /// Not a number.
    Number = "number",
    /// Not a whole number in range.
    Whole = "whole",
    /// Not an amount.
    Amount = "amount",
    /// More decimals than the currency has, and no rounding named.
    TooPrecise = "too_precise",
    /// Not a currency.
    Currency = "currency",
    /// An amount whose currency neither the row nor the folder names.
    NoCurrency = "no_currency",
    /// Not one of the words allowed.
    Word = "word",
    /// Not an answer on the scale of its survey.
    Score = "score",
    /// A value in a column the row does not use.
    Unused = "unused",
    /// A fact dated after it was recorded, or after the folder's `data_until`.
    Future = "future",
    /// A fact dated after `as_of`: not rejected, only of no effect on that day, and listed so that
    /// nothing is lost from sight.
    AfterAsOf = "after_as_of",
    /// Fields that contradict each other: an end before its start.
    Contradiction = "contradiction",
    /// An id (or account) whose rows say different things: all of them are rejected.
    Conflict = "conflict",
}

impl fmt::Display for RejectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A row that could not be used: where it is, what was found, what was expected.
///
/// ```
/// use tenure_ingest::Folder;
/// let table = "account,date\nacme,2024-02-30\n";
/// let ingested = Folder::in_memory([("referrals.csv", table)])?.read(|_| {})?;
/// let reject = ingested.rejects().next().map(ToString::to_string);
/// assert_eq!(
///     reject.as_deref(),
///     Some("referrals.csv line 2, `date` is `2024-02-30`: expected a date such as 2026-03-31"),
/// );
/// # Ok::<(), tenure_ingest::IngestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reject {
    /// The file, by its name in the folder.
    pub file: Arc<str>,
    /// The line its row begins at, from 1.
    pub line: u64,
    /// The column, by its name in the file; empty where the row as a whole is at fault.
    pub column: String,
    /// What was found, at most 80 characters of it.
    pub value: String,
    /// What was expected.
    pub expected: String,
    /// Why, in a word.
    pub code: RejectCode,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}, ", self.file, self.line)?;
        match self.column.as_str() {
            "" => write!(f, "found {}", self.value)?,
            column => write!(f, "`{column}` is `{}`", self.value)?,
        }
        write!(f, ": expected {}", self.expected)
    }
}

/// A reject that does not yet know its file and line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) column: String,
    pub(crate) value: String,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) code: RejectCode,
}

impl Fault {
    pub(crate) fn new(
        code: RejectCode,
        column: &str,
        value: &str,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { column: column.to_owned(), value: shorten(value), expected: expected.into(), code }
    }

    /// A row with another number of fields than the header.
    pub(crate) fn ragged(found: usize, width: usize) -> Self {
        let fields = |count: usize| match count {
            1 => "1 field".to_owned(),
            more => format!("{more} fields"),
        };
        let expected = format!("{}, as in the header", fields(width));
        Self::new(RejectCode::Ragged, "", &fields(found), expected)
    }

    pub(crate) fn at(self, file: &Arc<str>, line: u64) -> Reject {
        let Self { column, value, expected, code } = self;
        let expected = expected.into_owned();
        Reject { file: Arc::clone(file), line, column, value, expected, code }
    }
}

/// At most 80 characters, the last of them `…` if there were more.
fn shorten(value: &str) -> String {
    match value.char_indices().nth(MAX_VALUE_CHARS) {
        None => value.to_owned(),
        Some(_) => {
            let mut short: String = value.chars().take(MAX_VALUE_CHARS.saturating_sub(1)).collect();
            short.push('…');
            short
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{RejectCode, shorten};

    #[test]
    fn codes_are_distinct() {
        let names: BTreeSet<_> = RejectCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), RejectCode::ALL.len());
    }

    #[test]
    fn a_value_is_cut_at_80_characters_not_bytes() {
        assert_eq!(shorten(&"ä".repeat(80)), "ä".repeat(80));
        assert_eq!(shorten(&"ä".repeat(81)), format!("{}…", "ä".repeat(79)));
    }
}
