//! When we work: weekly hours in a zone, without the holidays.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Weekday};
use tenure_model::{Instant, Zone};

use crate::error::CalendarError;

/// Open from one time of a weekday to another, local time; the end is excluded.
///
/// ```
/// use chrono::Weekday;
/// use tenure_service::OpenHours;
///
/// let hours = OpenHours::parse(Weekday::Mon, "09:00", "17:30")?;
/// assert_eq!((hours.start_minute(), hours.end_minute()), (540, 1_050));
/// assert_eq!(hours.to_string(), "Mon 09:00-17:30");
/// # Ok::<(), tenure_service::CalendarError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "HoursDocument", into = "HoursDocument"))]
pub struct OpenHours {
    weekday: Weekday,
    start: u16,
    end: u16,
}

const MINUTES_PER_DAY: u16 = 1_440;
const MICROS_PER_MINUTE: i64 = 60_000_000;
const MICROS_PER_DAY: i64 = 86_400_000_000;

impl OpenHours {
    /// Open from one minute of the day to another; 1440 is midnight at its end.
    ///
    /// # Errors
    /// A minute after the end of the day; an end not after the start.
    pub fn new(weekday: Weekday, start: u16, end: u16) -> Result<Self, CalendarError> {
        if let Some(&found) = [start, end].iter().find(|&&minute| minute > MINUTES_PER_DAY) {
            Err(CalendarError::Minute { found })
        } else if end <= start {
            let (start, end) = (clock(start), clock(end));
            Err(CalendarError::EndNotAfterStart { weekday, start, end })
        } else {
            Ok(Self { weekday, start, end })
        }
    }

    /// Reads two times of day, hh:mm, from 00:00 to 24:00.
    ///
    /// # Errors
    /// Text that is no time of day; an end not after the start.
    pub fn parse(weekday: Weekday, start: &str, end: &str) -> Result<Self, CalendarError> {
        Self::new(weekday, minute_of(start)?, minute_of(end)?)
    }

    /// The day.
    #[must_use]
    pub const fn weekday(self) -> Weekday {
        self.weekday
    }

    /// The first open minute of the day.
    #[must_use]
    pub const fn start_minute(self) -> u16 {
        self.start
    }

    /// The minute after the last open one.
    #[must_use]
    pub const fn end_minute(self) -> u16 {
        self.end
    }

    fn span(self) -> String {
        format!("{}-{}", clock(self.start), clock(self.end))
    }
}

/// A weekday and two times of day, such as `Mon 09:00-17:30`.
impl fmt::Display for OpenHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.weekday, self.span())
    }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute.wrapping_div(60), minute.wrapping_rem(60))
}

fn minute_of(text: &str) -> Result<u16, CalendarError> {
    let digit = |byte: u8| byte.checked_sub(b'0').filter(|&digit| digit < 10).map(u16::from);
    let read = || {
        let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
        let hours = digit(h1)?.checked_mul(10)?.checked_add(digit(h2)?)?;
        let minutes = digit(m1)?.checked_mul(10)?.checked_add(digit(m2)?)?;
        let minute = hours.checked_mul(60)?.checked_add(minutes)?;
        (minutes < 60 && minute <= MINUTES_PER_DAY).then_some(minute)
    };
    read().ok_or_else(|| CalendarError::TimeOfDay { found: text.chars().take(40).collect() })
}

/// When we work: open hours a week, local time in a zone, without the holidays.
///
/// ```text
/// open(a, b) = time from a to b during which the local clock shows an open hour
///              of a local date that is no holiday
/// ```
///
/// *Shape*: two instants in, the milliseconds of open time between them out, rounded down once.
/// Cost: one step a day between them.
///
/// *Undefined when* the end is before the start: `None`.
///
/// *Accuracy*: exact, whatever the clock does: an hour that is skipped in spring is no open time, an
/// hour that comes twice in autumn is open twice. (A zone that moves its clocks forth and back
/// within one day would be read by its state at the two ends of that day.)
///
/// *Source*: the business hours of ticket systems; they differ in what a holiday is and in whether
/// the clock runs while a case waits, so two calendars never compare: see [`DurationTally`].
///
/// ```
/// use chrono::Weekday::{Fri, Mon};
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{BusinessCalendar, OpenHours};
///
/// let hours = [OpenHours::parse(Fri, "09:00", "17:00")?, OpenHours::parse(Mon, "09:00", "17:00")?];
/// let calendar = BusinessCalendar::new(Zone::parse("+02:00")?, hours, [])?;
/// let at = |time: &str| Instant::parse(time, Zone::UTC);
/// // Friday 16:00 to Monday 10:00 local time
/// let open = calendar.open_ms(at("2024-05-03T14:00:00")?, at("2024-05-06T08:00:00")?);
/// assert_eq!(open, Some(2 * 3_600_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`DurationTally`]: crate::DurationTally
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "CalendarDocument", into = "CalendarDocument"))]
pub struct BusinessCalendar {
    zone: Zone,
    /// By weekday from Monday, then by start; none overlap.
    hours: Vec<OpenHours>,
    holidays: BTreeSet<NaiveDate>,
}

impl BusinessCalendar {
    /// These hours in every week but on these local dates; a holiday given twice is one.
    ///
    /// # Errors
    /// No hours at all; two of one day that overlap (they may touch); a holiday outside the years
    /// 0001 to 9999.
    pub fn new(
        zone: Zone,
        hours: impl IntoIterator<Item = OpenHours>,
        holidays: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<Self, CalendarError> {
        let mut hours: Vec<OpenHours> = hours.into_iter().collect();
        hours.sort_by_key(|hours| (hours.weekday.num_days_from_monday(), hours.start, hours.end));
        if hours.is_empty() {
            return Err(CalendarError::EmptyWeek);
        }
        for (first, second) in hours.iter().zip(hours.iter().skip(1)) {
            if first.weekday == second.weekday && second.start < first.end {
                return Err(CalendarError::Overlap {
                    weekday: first.weekday,
                    first: first.span(),
                    second: second.span(),
                });
            }
        }
        let holidays: BTreeSet<NaiveDate> = holidays.into_iter().collect();
        if let Some(found) = holidays.iter().find(|day| !(1..=9999).contains(&day.year())) {
            return Err(CalendarError::Holiday { found: found.to_string() });
        }
        Ok(Self { zone, hours, holidays })
    }

    /// Where the hours are local.
    #[must_use]
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// The hours, from Monday.
    #[must_use]
    pub fn hours(&self) -> &[OpenHours] {
        &self.hours
    }

    /// The local dates without open hours.
    #[must_use]
    pub const fn holidays(&self) -> &BTreeSet<NaiveDate> {
        &self.holidays
    }

    /// Whole milliseconds of open time between two instants, rounded down; `None` if the end is
    /// before the start.
    #[must_use]
    pub fn open_ms(&self, start: Instant, end: Instant) -> Option<u64> {
        if end < start {
            return None;
        }
        let mut open = 0_i64;
        let mut from = start;
        while from < end {
            // at most a day at a time, cut where the clock moves
            let day_later = from.micros().saturating_add(MICROS_PER_DAY);
            let to = Instant::from_micros(day_later).map_or(end, |later| later.min(end));
            let to = self.clock_moves(from, to).unwrap_or(to);
            open = open.saturating_add(self.open_micros(from, to)?);
            from = to;
        }
        u64::try_from(open.div_euclid(1_000)).ok()
    }

    /// How far the local clock is ahead of UTC.
    fn ahead(&self, at: Instant) -> i64 {
        micros(self.zone.local_of(at)).saturating_sub(at.micros())
    }

    /// The first instant after `from` and before `to` at which the clock has moved.
    fn clock_moves(&self, from: Instant, to: Instant) -> Option<Instant> {
        let ahead = self.ahead(from);
        let (mut before, mut after) = (from.micros(), to.micros().checked_sub(1)?);
        if self.ahead(Instant::from_micros(after)?) == ahead {
            return None;
        }
        while after.saturating_sub(before) > 1 {
            let middle = before.midpoint(after);
            if self.ahead(Instant::from_micros(middle)?) == ahead {
                before = middle;
            } else {
                after = middle;
            }
        }
        Instant::from_micros(after)
    }

    /// Open time between two instants no more than a day apart, between which the clock runs evenly.
    fn open_micros(&self, from: Instant, to: Instant) -> Option<i64> {
        let ahead = self.ahead(from);
        let first = self.zone.local_of(from).date();
        let (from, to) = (from.micros().saturating_add(ahead), to.micros().saturating_add(ahead));
        let mut open = 0_i64;
        for date in [Some(first), first.succ_opt()].into_iter().flatten() {
            if self.holidays.contains(&date) {
                continue;
            }
            let midnight = micros(date.and_hms_opt(0, 0, 0)?);
            for hours in self.hours.iter().filter(|hours| hours.weekday == date.weekday()) {
                let at = |minute: u16| {
                    midnight.saturating_add(i64::from(minute).saturating_mul(MICROS_PER_MINUTE))
                };
                let (start, end) = (at(hours.start).max(from), at(hours.end).min(to));
                open = open.saturating_add(end.saturating_sub(start).max(0));
            }
        }
        Some(open)
    }
}

/// As if the local clock were UTC: only differences count.
fn micros(local: NaiveDateTime) -> i64 {
    local.and_utc().timestamp_micros()
}

/// The zone, the hours from Monday, and the holidays.
impl fmt::Display for BusinessCalendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.zone.name())?;
        for hours in &self.hours {
            write!(f, " {hours}")?;
        }
        for holiday in &self.holidays {
            write!(f, " -{holiday}")?;
        }
        Ok(())
    }
}

/// Hours on their way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "OpenHours")]
struct HoursDocument {
    weekday: String,
    start: String,
    end: String,
}

#[cfg(feature = "serde")]
impl TryFrom<HoursDocument> for OpenHours {
    type Error = CalendarError;

    fn try_from(document: HoursDocument) -> Result<Self, CalendarError> {
        let HoursDocument { weekday, start, end } = document;
        let days = [
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ];
        let found = || CalendarError::Weekday { found: weekday.chars().take(40).collect() };
        let day = days.into_iter().find(|day| day.to_string() == weekday).ok_or_else(found)?;
        Self::parse(day, &start, &end)
    }
}

#[cfg(feature = "serde")]
impl From<OpenHours> for HoursDocument {
    fn from(hours: OpenHours) -> Self {
        let weekday = hours.weekday.to_string();
        Self { weekday, start: clock(hours.start), end: clock(hours.end) }
    }
}

/// A calendar on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "BusinessCalendar")]
struct CalendarDocument {
    zone: String,
    hours: Vec<OpenHours>,
    holidays: Vec<String>,
}

#[cfg(feature = "serde")]
impl TryFrom<CalendarDocument> for BusinessCalendar {
    type Error = CalendarError;

    fn try_from(document: CalendarDocument) -> Result<Self, CalendarError> {
        let cut = |text: &str| text.chars().take(40).collect();
        let zone = Zone::parse(&document.zone)
            .map_err(|_| CalendarError::Zone { found: cut(&document.zone) })?;
        let mut holidays = BTreeSet::new();
        for text in &document.holidays {
            let day = tenure_model::parse_date(text)
                .map_err(|_| CalendarError::Holiday { found: cut(text) })?;
            holidays.insert(day);
        }
        Self::new(zone, document.hours, holidays)
    }
}

#[cfg(feature = "serde")]
impl From<BusinessCalendar> for CalendarDocument {
    fn from(calendar: BusinessCalendar) -> Self {
        let holidays = calendar.holidays.iter().map(NaiveDate::to_string).collect();
        Self { zone: calendar.zone.name(), hours: calendar.hours, holidays }
    }
}
