//! What is asked about the care of accounts.

use std::fmt;

use chrono::NaiveDate;
use tenure_model::{AsOf, Completeness, Coverage, Period, Table};

/// What is asked about the care of accounts: the window, the day of the question, which tables there
/// are, and how often contact and review are due.
///
/// The defaults of cadence are those of the playbook for clients: a personal contact within 30 days,
/// a review within 90.
///
/// ```
/// use tenure_health::CareDefinition;
/// use tenure_model::{AsOf, Coverage, Period, parse_date};
/// let day = parse_date("2025-12-31")?;
/// let window = Period::months_ending(12, day).ok_or("no such window")?;
/// let asked = CareDefinition::new(window, AsOf::new(day), Coverage::complete())?
///     .with_cadence(14, 60);
/// assert_eq!(
///     asked.to_string(),
///     "care.v1 of 2025-01-01 to 2025-12-31, as of 2025-12-31, known 2025-12-31; personal contact \
///      within 14 days, review within 60"
/// );
/// // A window that is not over yet cannot be asked about.
/// let yesterday = AsOf::new(parse_date("2025-12-30")?);
/// assert!(CareDefinition::new(window, yesterday, Coverage::complete()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CareDefinition {
    window: Period,
    as_of: AsOf,
    coverage: Coverage,
    personal_within_days: u32,
    review_within_days: u32,
}

impl CareDefinition {
    /// The question of that window.
    ///
    /// # Errors
    /// An empty window, or one that is not over at the end of the day of `as_of`.
    pub fn new(window: Period, as_of: AsOf, coverage: Coverage) -> Result<Self, CareError> {
        let last = window.last().ok_or(CareError::EmptyWindow { start: window.start() })?;
        if last > as_of.day() {
            return Err(CareError::WindowNotOver { last, as_of: as_of.day() });
        }
        Ok(Self { window, as_of, coverage, personal_within_days: 30, review_within_days: 90 })
    }

    /// The same, with other limits of cadence, in whole days: a contact on one day is enough for that
    /// day and so many days after it.
    #[must_use]
    pub const fn with_cadence(self, personal_within_days: u32, review_within_days: u32) -> Self {
        Self { personal_within_days, review_within_days, ..self }
    }

    /// The same over other days, asked on the same day.
    ///
    /// # Errors
    /// As [`CareDefinition::new`].
    pub fn over(self, window: Period) -> Result<Self, CareError> {
        let asked = Self::new(window, self.as_of, self.coverage)?;
        Ok(asked.with_cadence(self.personal_within_days, self.review_within_days))
    }

    /// The days asked about.
    #[must_use]
    pub const fn window(&self) -> Period {
        self.window
    }

    /// The day of the question, and what was known.
    #[must_use]
    pub const fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// Days within which a personal contact is due.
    #[must_use]
    pub const fn personal_within_days(&self) -> u32 {
        self.personal_within_days
    }

    /// Days within which a review is due.
    #[must_use]
    pub const fn review_within_days(&self) -> u32 {
        self.review_within_days
    }

    /// Which tables there are.
    pub(super) const fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// Whether the table is there at all.
    pub(crate) fn has(&self, table: Table) -> bool {
        self.coverage.of(table) != Completeness::Absent
    }
}

impl fmt::Display for CareDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.window.last().unwrap_or(self.window.start());
        write!(
            f,
            "care.v1 of {} to {last}, as of {}, known {}; personal contact within {} days, review \
             within {}",
            self.window.start(),
            self.as_of.day(),
            self.as_of.knowledge_day(),
            self.personal_within_days,
            self.review_within_days
        )
    }
}

/// Why the care of accounts could not be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CareError {
    /// The window has no day.
    #[error("the window at `{start}` has no day: its end must lie after its start")]
    EmptyWindow {
        /// Where it would begin.
        start: NaiveDate,
    },
    /// The window goes on after the day of the question.
    #[error("the window ends with `{last}`, after the day of the question, `{as_of}`")]
    WindowNotOver {
        /// Its last day.
        last: NaiveDate,
        /// The day of the question.
        as_of: NaiveDate,
    },
    /// The other tally was asked something else.
    #[error("the tallies count different things: another window, day, cadence, or other tables")]
    Definition,
    /// No room for more.
    #[error("a count is full: 2^62 is the most")]
    Full,
    /// More channels than a tally keeps.
    #[error(
        "more than {} channels: map those of one kind to one word",
        crate::CareTally::MAX_CHANNELS
    )]
    TooManyChannels,
    /// Taking out what was never counted.
    #[error("the account was not counted: taking it out would leave less than nothing")]
    NotThere,
}
