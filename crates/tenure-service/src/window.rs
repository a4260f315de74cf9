//! Which rows are looked at, and from when.

use std::fmt;

use tenure_model::{AsOf, Instant, Period};

use crate::error::WindowError;

/// Which rows a tally looks at: those that begin in a period, as seen at an instant, with the
/// knowledge of a day.
///
/// A case begins when it is opened, an episode of contacts with its first contact. Days are
/// those of the zone of the question. The instant of the question is included.
///
/// ```
/// use tenure_model::{AsOf, Period, parse_date};
/// use tenure_service::ServiceWindow;
///
/// let last = parse_date("2024-12-31")?;
/// let year = Period::months_ending(12, last).ok_or("out of range")?;
/// let window = ServiceWindow::of_days(year, AsOf::new(last))?;
/// assert_eq!(window.as_of().to_string(), "2024-12-31T23:59:59.999999Z");
/// assert_eq!(
///     window.to_string(),
///     "from 2024-01-01T00:00:00Z until 2025-01-01T00:00:00Z as of 2024-12-31T23:59:59.999999Z \
///      known until 2024-12-31T23:59:59.999999Z"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "WindowDocument", into = "WindowDocument"))]
pub struct ServiceWindow {
    /// First instant and the one after the last.
    period: Option<(Instant, Instant)>,
    as_of: Instant,
    known_until: Option<Instant>,
}

/// Where a row lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Inside,
    Outside,
    Unseen,
}

impl ServiceWindow {
    /// Everything that began up to this instant, it included, whenever it was recorded.
    #[must_use]
    pub const fn until(as_of: Instant) -> Self {
        Self { period: None, as_of, known_until: None }
    }

    /// What began in these days, as seen at the end of the day of the question.
    ///
    /// # Errors
    /// A period without a day; a day outside the years 0001 to 9999, the day after the period being
    /// one of them.
    pub fn of_days(period: Period, as_of: AsOf) -> Result<Self, WindowError> {
        if period.start() == period.end() {
            return Err(WindowError::Empty { start: period.start() });
        }
        let zone = as_of.zone();
        let first = |day| zone.first_instant(day).ok_or(WindowError::Day { found: day });
        let last = |day| zone.last_instant(day).ok_or(WindowError::Day { found: day });
        Ok(Self {
            period: Some((first(period.start())?, first(period.end())?)),
            as_of: last(as_of.day())?,
            known_until: Some(last(as_of.knowledge_day())?),
        })
    }

    /// The instant of the question, included.
    #[must_use]
    pub const fn as_of(&self) -> Instant {
        self.as_of
    }

    /// The first instant of the period and the one after its last; `None` is all time.
    #[must_use]
    pub const fn period(&self) -> Option<(Instant, Instant)> {
        self.period
    }

    /// The last instant whose records are known; `None` is always.
    #[must_use]
    pub const fn known_until(&self) -> Option<Instant> {
        self.known_until
    }

    /// The same instant and knowledge, without a period.
    pub(crate) const fn of_all_time(self) -> Self {
        Self { period: None, ..self }
    }

    /// Whether what happened then, and was recorded then, can be seen.
    pub(crate) fn sees(&self, at: Instant, recorded_at: Option<Instant>) -> bool {
        let known = match (self.known_until, recorded_at) {
            (Some(last), Some(recorded)) => recorded <= last,
            _ => true,
        };
        at <= self.as_of && known
    }

    /// Whether what begins then belongs to the period.
    pub(crate) fn covers(&self, begin: Instant) -> bool {
        self.period.is_none_or(|(start, end)| start <= begin && begin < end)
    }

    /// Where a case lies that was opened, and recorded, then.
    pub(crate) fn place(&self, opened: Instant, recorded_at: Option<Instant>) -> Place {
        if !self.sees(opened, recorded_at) {
            Place::Unseen
        } else if self.covers(opened) {
            Place::Inside
        } else {
            Place::Outside
        }
    }
}

#[cfg(feature = "serde")]
impl ServiceWindow {
    /// Whether so many rows of a tally can have begun outside: without a period none can.
    pub(crate) fn check_outside(
        &self,
        tally: &'static str,
        outside: u64,
    ) -> Result<(), crate::error::StateError> {
        if self.period.is_none() && outside > 0 {
            let rule = "nothing is outside where there is no period";
            Err(crate::error::StateError { tally, rule })
        } else {
            Ok(())
        }
    }
}

impl fmt::Display for ServiceWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((start, end)) = self.period {
            write!(f, "from {start} until {end} ")?;
        }
        write!(f, "as of {}", self.as_of)?;
        if let Some(last) = self.known_until {
            write!(f, " known until {last}")?;
        }
        Ok(())
    }
}

/// A window on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "ServiceWindow")]
struct WindowDocument {
    start: Option<Instant>,
    end: Option<Instant>,
    as_of: Instant,
    known_until: Option<Instant>,
}

#[cfg(feature = "serde")]
impl TryFrom<WindowDocument> for ServiceWindow {
    type Error = crate::error::StateError;

    fn try_from(document: WindowDocument) -> Result<Self, Self::Error> {
        let refuse = |rule| crate::error::StateError { tally: "service window", rule };
        let period = match (document.start, document.end) {
            (None, None) => None,
            (Some(start), Some(end)) if start < end => Some((start, end)),
            _ => return Err(refuse("start and end come together and in this order")),
        };
        Ok(Self { period, as_of: document.as_of, known_until: document.known_until })
    }
}

#[cfg(feature = "serde")]
impl From<ServiceWindow> for WindowDocument {
    fn from(window: ServiceWindow) -> Self {
        Self {
            start: window.period.map(|(start, _)| start),
            end: window.period.map(|(_, end)| end),
            as_of: window.as_of,
            known_until: window.known_until,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use tenure_model::{AsOf, Instant, Period};

    use super::{ServiceWindow, WindowError};

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_day_is_the_whole_day_and_periods_are_half_open() {
        let may = Period::new(day(2024, 5, 1), day(2024, 6, 1)).unwrap();
        let window = ServiceWindow::of_days(may, AsOf::new(day(2024, 5, 31))).unwrap();
        let (start, end) = window.period().unwrap();
        let before = |at: Instant| Instant::from_micros(at.micros() - 1).unwrap();
        assert!(window.covers(start) && !window.covers(before(start)));
        assert!(window.covers(before(end)) && !window.covers(end));
        assert!(window.sees(before(end), None) && !window.sees(end, None));
        assert_eq!(window.known_until(), Some(window.as_of()));
    }

    #[test]
    fn what_was_recorded_later_is_not_seen() {
        let may = Period::new(day(2024, 5, 1), day(2024, 6, 1)).unwrap();
        let as_of = AsOf::new(day(2024, 5, 31)).known_at(day(2024, 6, 10));
        let window = ServiceWindow::of_days(may, as_of).unwrap();
        let (start, _) = window.period().unwrap();
        let recorded = |text| Some(Instant::parse(text, tenure_model::Zone::UTC).unwrap());
        assert!(window.sees(start, recorded("2024-06-10T23:59:59")));
        assert!(!window.sees(start, recorded("2024-06-11")));
        assert!(ServiceWindow::until(start).sees(start, recorded("2030-01-01")));
    }

    #[test]
    fn a_period_of_zero_length_is_refused() {
        let first = day(2024, 5, 1);
        let nothing = Period::new(first, first).unwrap();
        let error = ServiceWindow::of_days(nothing, AsOf::new(first)).unwrap_err();
        assert_eq!(error, WindowError::Empty { start: first });
        assert_eq!(error.to_string(), "period from `2024-05-01` is empty: at least one day");
    }

    #[test]
    fn days_without_instants_are_refused() {
        let far = day(10_000, 1, 1);
        let (first, second) = (day(2024, 1, 1), day(2024, 1, 2));
        let ok = Period::new(first, second).unwrap();
        let bad = Period::new(first, far).unwrap();
        let error = ServiceWindow::of_days(bad, AsOf::new(first)).unwrap_err();
        assert_eq!(error, WindowError::Day { found: far });
        let text = "day `+10000-01-01` is outside the years 0001 to 9999";
        assert_eq!(error.to_string(), text);
        assert!(ServiceWindow::of_days(ok, AsOf::new(far)).is_err());
        assert!(ServiceWindow::of_days(ok, AsOf::new(day(9999, 12, 31))).is_ok());
    }
}
