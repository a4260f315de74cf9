//! One tree for what stands in a file: TOML, JSON, or whatever else serde reads.
//!
//! Rule sets, packs and playbooks are read from the tree and written through it, so that each has
//! one reader and one writer of meaning, whatever the notation.

use crate::fault::Location;

#[cfg(feature = "serde")]
mod decimal;
#[cfg(feature = "serde")]
mod hint;
#[cfg(feature = "files")]
mod json;
#[cfg(feature = "files")]
mod place;
#[cfg(feature = "serde")]
mod reader;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "files")]
mod toml;
mod write;

#[cfg(feature = "serde")]
use decimal::{Inexact, scaled};
#[cfg(feature = "serde")]
pub(crate) use hint::choices;
#[cfg(feature = "serde")]
pub(crate) use reader::{Reader, Table, Value, schema};

/// The most bytes a file may have.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// The deepest tables and arrays may be nested.
#[cfg(feature = "serde")]
const MAX_DEPTH: usize = 32;

/// What stands in a file, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) location: Option<Location>,
    /// Where it stood in the list it was read from, for one that has been moved to another.
    pub(crate) index: Option<usize>,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In the order of the file.
    Table(Vec<Entry>),
    Array(Vec<Node>),
    Text(String),
    Whole(i64),
    /// As it is written.
    Decimal(String),
    Bool(bool),
    /// A whole number beyond 64 bits, as it is written.
    #[cfg(feature = "serde")]
    Huge(String),
    /// What no key of ours takes: null, a date. In words.
    #[cfg(feature = "serde")]
    Foreign(String),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Of the key.
    pub(crate) location: Option<Location>,
    pub(crate) node: Node,
}

impl From<Kind> for Node {
    fn from(kind: Kind) -> Self {
        Self { location: None, index: None, kind }
    }
}

impl From<i64> for Node {
    fn from(number: i64) -> Self {
        Kind::Whole(number).into()
    }
}

impl From<u32> for Node {
    fn from(number: u32) -> Self {
        Kind::Whole(number.into()).into()
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Kind::Text(text.to_owned()).into()
    }
}

impl From<bool> for Node {
    fn from(flag: bool) -> Self {
        Kind::Bool(flag).into()
    }
}

impl Node {
    /// A table of those keys, in that order.
    pub(crate) fn table<'k>(entries: impl IntoIterator<Item = (&'k str, Self)>) -> Self {
        let entries = entries.into_iter().map(|(key, node)| Entry {
            key: key.to_owned(),
            location: None,
            node,
        });
        Kind::Table(entries.collect()).into()
    }

    pub(crate) fn array(items: impl IntoIterator<Item = Self>) -> Self {
        Kind::Array(items.into_iter().collect()).into()
    }

    /// A decimal of so many places, without trailing zeros but with one place at least.
    pub(crate) fn decimal(scaled: i64, places: u32) -> Self {
        let one = 10_u64.checked_pow(places).unwrap_or(u64::MAX);
        let (whole, part) =
            (scaled.unsigned_abs().div_euclid(one), scaled.unsigned_abs().rem_euclid(one));
        let sign = if scaled < 0 { "-" } else { "" };
        let width = usize::try_from(places).unwrap_or(0);
        let digits = format!("{part:0width$}");
        let part = digits.trim_end_matches('0');
        let part = if part.is_empty() { "0" } else { part };
        Kind::Decimal(format!("{sign}{whole}.{part}")).into()
    }

    /// The `id` of a table; `None` if it has none, or this is no table.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.get("id")?.kind {
            Kind::Text(id) => Some(id),
            _ => None,
        }
    }

    /// The value of that key; `None` if there is none, or this is no table.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Table(entries) => entries.iter().find(|entry| entry.key == key).map(|e| &e.node),
            _ => None,
        }
    }
}

/// A file that has been read but not yet understood.
///
/// ```
/// use tenure_classify::Document;
/// let file = Document::from_toml("house.toml", "id = \"house\"\nid = \"home\"");
/// let error = file.err().ok_or("a document")?;
/// assert_eq!(error.to_string(), "house.toml:2:1: duplicate key [duplicate_key]");
/// # Ok::<(), &str>(())
/// ```
#[cfg(feature = "serde")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub(crate) root: Node,
}

#[cfg(feature = "serde")]
impl Document {
    /// What it says it is, such as `tenure/ruleset/1`; `None` where it says nothing.
    ///
    /// ```
    /// # #[cfg(feature = "files")] {
    /// use tenure_classify::{Document, RuleSet};
    /// let file = Document::from_toml("generic.toml", RuleSet::generic().to_toml())?;
    /// assert_eq!(file.schema(), Some("tenure/ruleset/1"));
    /// # }
    /// # Ok::<(), tenure_classify::DocumentError>(())
    /// ```
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        match &self.root.get("schema")?.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(feature = "files")]
mod text {
    use std::sync::Arc;

    use super::{Document, MAX_DOCUMENT_BYTES, json, place, toml};
    use crate::fault::{DocumentError, Fault, FaultCode, Location, Path};

    impl Document {
        /// Reads TOML. The name of the file goes into the places of faults.
        ///
        /// # Errors
        /// More than [`MAX_DOCUMENT_BYTES`], not UTF-8, not TOML, a key twice, nested too deep.
        pub fn from_toml(file: &str, text: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
            let file = Arc::from(file);
            let text = checked(&file, text.as_ref())?;
            Ok(Self { root: toml::parse(&file, text)? })
        }

        /// Reads JSON. The name of the file goes into the places of faults.
        ///
        /// # Errors
        /// More than [`MAX_DOCUMENT_BYTES`], not UTF-8, not JSON, a key twice, nested too deep.
        pub fn from_json(file: &str, text: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
            let file = Arc::from(file);
            let text = checked(&file, text.as_ref())?;
            Ok(Self { root: json::parse(&file, text)? })
        }
    }

    fn checked<'t>(file: &Arc<str>, bytes: &'t [u8]) -> Result<&'t str, DocumentError> {
        let start = Location { file: Arc::clone(file), line: 1, column: 1 };
        if bytes.len() > MAX_DOCUMENT_BYTES {
            let message = format!("`{}` bytes, more than {MAX_DOCUMENT_BYTES}", bytes.len());
            let fault = Fault::new(FaultCode::TooLarge, Path::root(), message).at(Some(&start));
            return Err(fault.into());
        }
        std::str::from_utf8(bytes).map_err(|error| {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let places = place::Places::new(file, std::str::from_utf8(good).unwrap_or_default());
            let message = "the file is not text in UTF-8".to_owned();
            let fault = Fault::new(FaultCode::NotUtf8, Path::root(), message);
            fault.at(Some(&places.of(good.len()))).into()
        })
    }
}
