//! Instants in whole microseconds UTC, and the zones that make them dates.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
#[cfg(feature = "tz")]
use chrono::{LocalResult, Offset, TimeDelta, TimeZone};

use crate::date::{digits, read_date};
use crate::error::{InstantError, ZoneError};

/// A point in time: whole microseconds since 1970-01-01T00:00:00Z, years 0001 to 9999.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// let instant = Instant::parse("2024-03-31T09:30:00+02:00", Zone::UTC)?;
/// assert_eq!(instant.to_string(), "2024-03-31T07:30:00Z");
/// assert_eq!(Instant::parse("2024-03-31", Zone::UTC)?.to_string(), "2024-03-31T00:00:00Z");
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Instant {
    micros: i64,
}

/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z.
const MIN_MICROS: i64 = -62_135_596_800_000_000;
const MAX_MICROS: i64 = 253_402_300_799_999_999;

impl Instant {
    /// That many microseconds after 1970 (UTC); `None` outside the years 0001 to 9999.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros >= MIN_MICROS && micros <= MAX_MICROS { Some(Self { micros }) } else { None }
    }

    /// Microseconds since 1970 (UTC).
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// Reads a date (its first instant in `zone`) or date`T`hh:mm:ss with up to six decimals and
    /// an optional `Z` or ±hh:mm; without one, the time is local in `zone`.
    ///
    /// # Errors
    /// Any other spelling, a time that does not exist, a second 60.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, InstantError> {
        Self::read(text.as_bytes(), zone)
            .ok_or_else(|| InstantError { found: text.chars().take(40).collect() })
    }

    fn read(bytes: &[u8], zone: Zone) -> Option<Self> {
        let (date, rest) = bytes.split_at_checked(10)?;
        let date = read_date(date)?;
        let Some((b'T', rest)) = rest.split_first() else {
            return if rest.is_empty() { zone.first_instant(date) } else { None };
        };
        let (clock, rest) = rest.split_at_checked(8)?;
        let &[h1, h2, b':', m1, m2, b':', s1, s2] = clock else { return None };
        let (micro, rest) = match rest.split_first() {
            Some((b'.', rest)) => {
                let places = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let (fraction, rest) = rest.split_at_checked(places)?;
                if !(1..=6).contains(&places) {
                    return None;
                }
                let missing = u32::try_from(6_usize.checked_sub(places)?).ok()?;
                (digits(fraction)?.checked_mul(10_u32.checked_pow(missing)?)?, rest)
            }
            _ => (0, rest),
        };
        let time = NaiveTime::from_hms_micro_opt(
            digits(&[h1, h2])?,
            digits(&[m1, m2])?,
            digits(&[s1, s2])?,
            micro,
        )?;
        let zone = if rest.is_empty() { zone } else { Zone::read_offset(rest)? };
        zone.local(date.and_time(time))
    }

    fn from_utc(utc: DateTime<Utc>) -> Option<Self> {
        Self::from_micros(utc.timestamp_micros())
    }

    fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros).unwrap_or_default()
    }

    /// Its date in UTC.
    #[must_use]
    pub fn date_utc(self) -> NaiveDate {
        self.to_utc().date_naive()
    }

    /// Whole milliseconds from `earlier` to this, rounded down; negative if this is the earlier.
    ///
    /// ```
    /// use tenure_model::{Instant, Zone};
    /// let opened = Instant::parse("2024-01-01T00:00:00", Zone::UTC)?;
    /// let closed = Instant::parse("2024-01-01T00:00:01.5", Zone::UTC)?;
    /// assert_eq!(closed.millis_since(opened), 1_500);
    /// # Ok::<(), tenure_model::InstantError>(())
    /// ```
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        // Both lie within 2^59 microseconds of 1970: the difference always fits.
        self.micros.saturating_sub(earlier.micros).div_euclid(1_000)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl TryFrom<String> for Instant {
    type Error = InstantError;
    fn try_from(text: String) -> Result<Self, InstantError> {
        Self::parse(&text, Zone::UTC)
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> Self {
        instant.to_string()
    }
}

/// A time zone: UTC, a fixed offset, or (feature `tz`) a named zone whose rules are compiled in.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// let zone = Zone::parse("+02:00")?;
/// let instant = Instant::parse("2024-03-31T23:30:00Z", Zone::UTC)?;
/// assert_eq!(zone.date_of(instant).to_string(), "2024-04-01");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Rules);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Rules {
    Fixed(FixedOffset),
    #[cfg(feature = "tz")]
    Named(chrono_tz::Tz),
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl Zone {
    /// UTC.
    pub const UTC: Self = match FixedOffset::east_opt(0) {
        Some(offset) => Self(Rules::Fixed(offset)),
        None => unreachable!(),
    };

    /// Reads `UTC`, `Z`, ±hh:mm, or (feature `tz`) an IANA name such as `Europe/Berlin`.
    ///
    /// # Errors
    /// Any other text.
    pub fn parse(text: &str) -> Result<Self, ZoneError> {
        if text == "UTC" {
            return Ok(Self::UTC);
        }
        if let Some(zone) = Self::read_offset(text.as_bytes()) {
            return Ok(zone);
        }
        #[cfg(feature = "tz")]
        if let Ok(zone) = <chrono_tz::Tz as core::str::FromStr>::from_str(text) {
            return Ok(Self(Rules::Named(zone)));
        }
        Err(ZoneError { found: text.chars().take(40).collect() })
    }

    fn read_offset(bytes: &[u8]) -> Option<Self> {
        match bytes {
            b"Z" => Some(Self::UTC),
            &[sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                let hours = digits(&[h1, h2]).filter(|&hours| hours <= 23)?;
                let minutes = digits(&[m1, m2]).filter(|&minutes| minutes <= 59)?;
                let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
                let seconds = i32::try_from(seconds).ok()?;
                let east = if sign == b'-' { seconds.checked_neg()? } else { seconds };
                FixedOffset::east_opt(east).map(|offset| Self(Rules::Fixed(offset)))
            }
            _ => None,
        }
    }

    /// The local date at that instant.
    #[must_use]
    pub fn date_of(self, instant: Instant) -> NaiveDate {
        self.local_of(instant).date()
    }

    /// The local time at that instant.
    #[must_use]
    pub fn local_of(self, instant: Instant) -> NaiveDateTime {
        let utc = instant.to_utc().naive_utc();
        #[cfg_attr(
            not(feature = "tz"),
            expect(
                clippy::infallible_destructuring_match,
                reason = "one rule of two without `tz`"
            )
        )]
        let offset = match self.0 {
            Rules::Fixed(offset) => offset,
            #[cfg(feature = "tz")]
            Rules::Named(zone) => zone.offset_from_utc_datetime(&utc).fix(),
        };
        utc.checked_add_offset(offset).unwrap_or(utc)
    }

    /// The microsecond after the last one of a local day, where the zone has one offset for ever
    /// and the day is not the last of the calendar.
    pub(crate) const fn end_of(self, date: NaiveDate) -> Option<i64> {
        #[cfg_attr(
            not(feature = "tz"),
            expect(
                clippy::infallible_destructuring_match,
                reason = "one rule of two without `tz`"
            )
        )]
        let offset = match self.0 {
            Rules::Fixed(offset) => offset,
            #[cfg(feature = "tz")]
            Rules::Named(_) => return None,
        };
        let Some(next) = date.succ_opt() else { return None };
        match next.and_time(NaiveTime::MIN).checked_sub_offset(offset) {
            Some(utc) => Some(utc.and_utc().timestamp_micros()),
            None => None,
        }
    }

    /// The first instant of a local day. `None` outside the years 0001 to 9999.
    #[must_use]
    pub fn first_instant(self, date: NaiveDate) -> Option<Instant> {
        self.local(date.and_time(NaiveTime::MIN))
    }

    /// The last instant of a local day. `None` outside the years 0001 to 9999.
    ///
    /// ```
    /// use tenure_model::{Zone, parse_date};
    /// let last = Zone::UTC.last_instant(parse_date("2024-12-31")?).ok_or("out of range")?;
    /// assert_eq!(last.to_string(), "2024-12-31T23:59:59.999999Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn last_instant(self, date: NaiveDate) -> Option<Instant> {
        match date.succ_opt().and_then(|next| self.first_instant(next)) {
            Some(next) => Instant::from_micros(next.micros().checked_sub(1)?),
            // The last day of all has no next one.
            None => self.local(date.and_hms_micro_opt(23, 59, 59, 999_999)?),
        }
    }

    /// The instant of a local time: the earlier of two where clocks go back; the offset before the
    /// gap where the time does not exist. `None` outside the years 0001 to 9999.
    #[must_use]
    pub fn local(self, local: NaiveDateTime) -> Option<Instant> {
        let utc = match self.0 {
            Rules::Fixed(offset) => local.checked_sub_offset(offset)?.and_utc(),
            #[cfg(feature = "tz")]
            Rules::Named(zone) => match zone.from_local_datetime(&local) {
                LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
                LocalResult::None => {
                    // No gap is a day long: the offset a day earlier is the one before the gap.
                    let before = local.checked_sub_signed(TimeDelta::days(1))?;
                    let offset = zone.offset_from_local_datetime(&before).earliest()?.fix();
                    local.checked_sub_offset(offset)?.and_utc()
                }
            },
        };
        Instant::from_utc(utc)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> String {
        match self.0 {
            Rules::Fixed(offset) if offset.local_minus_utc() == 0 => "UTC".to_owned(),
            Rules::Fixed(offset) => offset.to_string(),
            #[cfg(feature = "tz")]
            Rules::Named(zone) => zone.name().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Instant, MAX_MICROS, MIN_MICROS, Zone};

    fn at(text: &str) -> String {
        Instant::parse(text, Zone::UTC).unwrap().to_string()
    }

    #[test]
    fn the_grammar_is_strict() {
        assert_eq!(at("2024-01-01T00:00:00.5"), "2024-01-01T00:00:00.500Z");
        assert_eq!(at("2024-01-01T00:00:00.000001Z"), "2024-01-01T00:00:00.000001Z");
        assert_eq!(at("2024-01-01T00:00:00-01:30"), "2024-01-01T01:30:00Z");
        for wrong in [
            "2024-01-01 00:00:00",
            "2024-01-01T00:00",
            "2024-01-01T23:59:60",
            "2024-01-01T24:00:00",
            "2024-01-01T00:00:00.",
            "2024-01-01T00:00:00.1234567",
            "2024-01-01T00:00:00+0200",
            "2024-01-01T00:00:00 Z",
            "2024-01-01T",
            "2024-01-01x",
            "",
        ] {
            assert!(Instant::parse(wrong, Zone::UTC).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_range_is_the_years_1_to_9999() {
        assert_eq!(at("0001-01-01"), "0001-01-01T00:00:00Z");
        assert_eq!(Instant::parse("0001-01-01", Zone::UTC).unwrap().micros(), MIN_MICROS);
        let last = Instant::parse("9999-12-31T23:59:59.999999", Zone::UTC).unwrap();
        assert_eq!(last.micros(), MAX_MICROS);
        assert!(Instant::parse("0001-01-01T00:00:00+01:00", Zone::UTC).is_err());
        assert_eq!(Instant::from_micros(MAX_MICROS + 1), None);
    }

    #[test]
    fn one_instant_can_be_two_business_dates() {
        let late = Instant::parse("2024-06-30T23:30:00Z", Zone::UTC).unwrap();
        assert_eq!(late.date_utc().to_string(), "2024-06-30");
        assert_eq!(Zone::parse("+01:00").unwrap().date_of(late).to_string(), "2024-07-01");
    }

    #[cfg(feature = "tz")]
    #[test]
    fn clocks_that_jump() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let read = |text| Instant::parse(text, berlin).unwrap().to_string();
        // Twice: the earlier. Never: the offset before the gap.
        assert_eq!(read("2024-10-27T02:30:00"), "2024-10-27T00:30:00Z");
        assert_eq!(read("2024-03-31T02:30:00"), "2024-03-31T01:30:00Z");
    }

    #[test]
    fn an_unknown_zone_is_an_error() {
        for wrong in ["Mars/Olympus", "+2:00", "+24:00", "utc", ""] {
            assert!(Zone::parse(wrong).is_err(), "{wrong}");
        }
    }
}
