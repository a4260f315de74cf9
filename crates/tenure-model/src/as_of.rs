//! The day of the question, and what was known by then.

use chrono::NaiveDate;

use crate::instant::{Instant, Zone};

/// As of which day, and with the knowledge of which day. Both are whole days, included; they begin
/// and end at midnight of a zone, UTC unless [`in_zone`](Self::in_zone) says another.
///
/// ```
/// use tenure_model::{AsOf, Instant, Zone, parse_date};
/// let as_of = AsOf::new(parse_date("2024-06-30")?);
/// assert!(as_of.sees(parse_date("2024-06-30")?, None));
/// assert!(!as_of.sees(parse_date("2024-07-01")?, None));
/// let recorded = Instant::parse("2024-07-02", Zone::UTC)?;
/// assert!(!as_of.sees(parse_date("2024-06-30")?, Some(recorded)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AsOf {
    day: NaiveDate,
    known_at: NaiveDate,
    zone: Zone,
}

impl AsOf {
    /// As of that day, with what was known by its end.
    #[must_use]
    pub const fn new(day: NaiveDate) -> Self {
        Self { day, known_at: day, zone: Zone::UTC }
    }

    /// The same day, with what was known by the end of another.
    #[must_use]
    pub const fn known_at(self, known_at: NaiveDate) -> Self {
        Self { known_at, ..self }
    }

    /// The same days, in another zone.
    ///
    /// ```
    /// use tenure_model::{AsOf, Instant, Zone, parse_date};
    /// let new_year = Instant::parse("2025-01-01T00:30:00+01:00", Zone::UTC)?;
    /// let as_of = AsOf::new(parse_date("2024-12-31")?);
    /// assert!(as_of.knows(Some(new_year))); // still 2024 in UTC
    /// assert!(!as_of.in_zone(Zone::parse("+01:00")?).knows(Some(new_year)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn in_zone(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    /// The zone whose midnights part the days.
    #[must_use]
    pub const fn zone(self) -> Zone {
        self.zone
    }

    /// The day of the question.
    #[must_use]
    pub const fn day(self) -> NaiveDate {
        self.day
    }

    /// The last day whose records are known.
    #[must_use]
    pub const fn knowledge_day(self) -> NaiveDate {
        self.known_at
    }

    /// Whether a fact of that day, recorded then (`None`: always known), may be used.
    #[must_use]
    pub fn sees(self, effective: NaiveDate, recorded_at: Option<Instant>) -> bool {
        effective <= self.day && self.knows(recorded_at)
    }

    /// Whether something recorded then (`None`: always known) was known.
    #[must_use]
    pub fn knows(self, recorded_at: Option<Instant>) -> bool {
        recorded_at.is_none_or(|recorded| self.zone.date_of(recorded) <= self.known_at)
    }
}
