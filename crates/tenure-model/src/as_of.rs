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
    /// The first microsecond that is not known any more; `None` where only the zone can tell.
    unknown_from: Option<i64>,
}

impl AsOf {
    /// As of that day, with what was known by its end.
    #[must_use]
    pub const fn new(day: NaiveDate) -> Self {
        Self { day, known_at: day, zone: Zone::UTC, unknown_from: Zone::UTC.end_of(day) }
    }

    /// The same day, with what was known by the end of another.
    #[must_use]
    pub const fn known_at(self, known_at: NaiveDate) -> Self {
        Self { known_at, unknown_from: self.zone.end_of(known_at), ..self }
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
        Self { zone, unknown_from: zone.end_of(self.known_at), ..self }
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
    #[inline]
    pub fn sees(self, effective: NaiveDate, recorded_at: Option<Instant>) -> bool {
        effective <= self.day && self.knows(recorded_at)
    }

    /// Whether something recorded then (`None`: always known) was known.
    #[must_use]
    #[inline]
    pub fn knows(self, recorded_at: Option<Instant>) -> bool {
        recorded_at.is_none_or(|recorded| match self.unknown_from {
            Some(end) => recorded.micros() < end,
            None => self.zone.date_of(recorded) <= self.known_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::AsOf;
    use crate::date::parse_date;
    use crate::instant::{Instant, Zone};

    #[test]
    fn what_is_recorded_in_the_last_microsecond_of_the_day_is_known() {
        let day = parse_date("2024-06-30").unwrap();
        let cases = [
            ("UTC", "2024-06-30T23:59:59.999999Z", "2024-07-01T00:00:00Z"),
            ("+02:00", "2024-06-30T21:59:59.999999Z", "2024-06-30T22:00:00Z"),
            ("-11:30", "2024-07-01T11:29:59.999999Z", "2024-07-01T11:30:00Z"),
        ];
        for (zone, last, next) in cases {
            let zone = Zone::parse(zone).unwrap();
            let knows = |text| {
                let instant = Instant::parse(text, Zone::UTC).unwrap();
                let asked = [
                    AsOf::new(day).in_zone(zone),
                    AsOf::new(parse_date("2020-01-01").unwrap()).in_zone(zone).known_at(day),
                ];
                let known = asked.map(|as_of| as_of.knows(Some(instant)));
                assert_eq!(known, [zone.date_of(instant) <= day; 2], "{text}");
                known[0]
            };
            assert!(knows(last) && !knows(next), "{zone:?}");
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_days_like_others() {
        let first = Instant::parse("0001-01-01", Zone::UTC).unwrap();
        let last = Instant::parse("9999-12-31T23:59:59.999999", Zone::UTC).unwrap();
        let zone = Zone::parse("+14:00").unwrap();
        for instant in [first, last] {
            let date = zone.date_of(instant);
            assert!(AsOf::new(date).in_zone(zone).knows(Some(instant)));
            let before = date.pred_opt().unwrap();
            assert!(!AsOf::new(before).in_zone(zone).knows(Some(instant)));
        }
        assert!(AsOf::new(chrono::NaiveDate::MAX).knows(Some(last)));
        assert!(!AsOf::new(chrono::NaiveDate::MIN).knows(Some(first)));
    }
}
