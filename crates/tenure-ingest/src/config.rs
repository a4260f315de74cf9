//! `tenure.toml`: what to read, how, and as of when.

mod check;
mod raw;

use chrono::NaiveDate;
use tenure_model::{Completeness, Currency, Rounding, Table, Zone};

use crate::date_format::DateFormat;
use crate::error::ConfigError;
use crate::number::NumberStyle;

/// A `tenure.toml`, checked: every table, column of ours, date, zone, currency, rounding and format
/// it names exists. The columns it names of a foreign file are checked when the file is read.
///
/// ```
/// use tenure_ingest::Config;
/// let config = Config::parse(r#"
/// as_of = "2024-06-30"
/// currency = "EUR"
/// [[table]]
/// table = "purchases"
/// file = "orders.csv"
/// [table.columns]
/// account = "customer"
/// date = { column = "day", format = "%d.%m.%Y" }
/// amount = "value"
/// "#)?;
/// assert_eq!(config.as_of().map(|day| day.to_string()).as_deref(), Some("2024-06-30"));
///
/// # Ok::<(), tenure_ingest::ConfigError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Config {
    pub(crate) as_of: Option<NaiveDate>,
    pub(crate) known_at: Option<NaiveDate>,
    pub(crate) data_until: Option<NaiveDate>,
    pub(crate) currency: Option<Currency>,
    pub(crate) zone: Zone,
    pub(crate) coverage: Vec<(Table, Completeness)>,
    pub(crate) mappings: Vec<Mapping>,
    pub(crate) report: toml::Table,
    pub(crate) overrides: Vec<OverrideEntry>,
    pub(crate) text: String,
}

/// One `[[override]]`, as it stands: a person's word on an account.
///
/// ```
/// use tenure_ingest::Folder;
/// let files = [
///     ("referrals.csv", "account,date\nacme,2024-05-01\n"),
///     ("tenure.toml", "as_of = 2024-06-30\n\n[[override]]\naccount = \"acme\"\n"),
/// ];
/// let ingested = Folder::in_memory(files)?.read(|_| {})?;
/// let entry = ingested.overrides.first().ok_or("none")?;
/// assert_eq!((entry.line, entry.column), (3, 1));
/// assert_eq!(entry.table.get("account").and_then(|name| name.as_str()), Some("acme"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OverrideEntry {
    /// Its line in `tenure.toml`, from 1.
    pub line: usize,
    /// Its column, in characters from 1.
    pub column: usize,
    /// Its keys and values.
    pub table: toml::Table,
}

impl Config {
    /// Reads the text of a `tenure.toml`.
    ///
    /// ```
    /// let wrong = tenure_ingest::Config::parse("[coverage]\npurchase = \"complete\"");
    /// assert!(wrong.is_err_and(|error| {
    ///     (error.line(), error.column()) == (2, 1)
    ///         && error.message().ends_with("did you mean `purchases`?")
    /// }));
    /// ```
    ///
    /// # Errors
    /// Not TOML, an unknown key, table or column, or a value that is not what its key takes; with
    /// line and column.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        check::config(text)
    }

    /// The day of the question, where the file says one.
    #[must_use]
    pub const fn as_of(&self) -> Option<NaiveDate> {
        self.as_of
    }

    /// The last day whose records are known, where the file says one.
    #[must_use]
    pub const fn known_at(&self) -> Option<NaiveDate> {
        self.known_at
    }

    /// The section `[report]`, as it stands.
    ///
    /// ```
    /// let config = tenure_ingest::Config::parse("[report]\nwindow_months = 6")?;
    /// let window = config.report().get("window_months").and_then(|window| window.as_integer());
    /// assert_eq!(window, Some(6));
    /// # Ok::<(), tenure_ingest::ConfigError>(())
    /// ```
    #[must_use]
    pub const fn report(&self) -> &toml::Table {
        &self.report
    }
}

/// How a file is read as a table.
#[derive(Debug, Clone)]
pub(crate) struct Mapping {
    pub(crate) table: Table,
    pub(crate) file: String,
    /// Where the file is named, for an error when it is not there.
    pub(crate) place: (usize, usize),
    pub(crate) delimiter: u8,
    pub(crate) numbers: NumberStyle,
    pub(crate) trim: bool,
    pub(crate) zone: Option<Zone>,
    /// Our column, and where it comes from; `None`: the file has canonical columns.
    pub(crate) columns: Option<Vec<(&'static str, Origin)>>,
    pub(crate) filters: Vec<Filter>,
}

impl Mapping {
    /// A file in canonical form.
    pub(crate) fn canonical(table: Table, file: &str) -> Self {
        Self {
            table,
            file: file.to_owned(),
            place: (0, 0),
            delimiter: b',',
            numbers: NumberStyle::CANONICAL,
            trim: false,
            zone: None,
            columns: None,
            filters: Vec::new(),
        }
    }
}

/// Where the cells of one of our columns come from, and how they are written.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) text: TextFrom,
    pub(crate) values: Option<Vec<(String, String)>>,
    pub(crate) format: Option<DateFormat>,
    pub(crate) round: Option<Rounding>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TextFrom {
    /// A column of the file.
    Column(String),
    /// The same for every row.
    Constant(String),
    /// Put together from columns.
    Template { text: String, parts: Vec<Part> },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    Column(String),
}

/// Which rows are kept: those whose cell is (or is not) one of these.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub(crate) column: String,
    pub(crate) values: Vec<String>,
    pub(crate) keep: Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    In,
    NotIn,
}
