//! Dates and instants in a named foreign format.

use std::fmt::Write as _;

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, Timelike, Utc};
use tenure_model::{Instant, Zone};

/// A chrono format, checked: it says a day, and either no time, or a whole one.
#[derive(Debug, Clone)]
pub(crate) struct DateFormat {
    text: String,
    items: Vec<Item<'static>>,
    says: Says,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Day,
    Local,
    Absolute,
}

/// What a cell says.
enum Moment {
    Day(NaiveDate),
    Local(NaiveDateTime),
    Absolute(Instant),
}

impl DateFormat {
    /// Reads a format. The fault is what was expected.
    pub(crate) fn new(text: &str) -> Result<Self, &'static str> {
        let items = StrftimeItems::new(text)
            .parse_to_owned()
            .map_err(|_| "a date format such as `%d.%m.%Y` or `%Y-%m-%d %H:%M:%S`")?;
        // 2026-03-31T13:45:58.123456Z, in this format, must be read back.
        let sample = DateTime::from_timestamp(1_774_964_758, 123_456_000).unwrap_or_default();
        let mut written = String::new();
        write!(written, "{}", sample.format_with_items(items.iter()))
            .map_err(|_| "a date format that can be written")?;
        let parsed = read(&written, &items).ok_or("a date format that can be read back")?;
        let says = says(&parsed).ok_or(
            "a format that says a whole day (year, month, day) and no time or at least hour and minute",
        )?;
        let format = Self { text: text.to_owned(), items, says };
        let same = match format.moment(&written) {
            Some(Moment::Day(day)) => day == sample.date_naive(),
            Some(Moment::Local(local)) => same_minute(local.and_utc(), sample),
            Some(Moment::Absolute(instant)) => DateTime::from_timestamp_micros(instant.micros())
                .is_some_and(|instant| same_minute(instant, sample)),
            None => false,
        };
        if same { Ok(format) } else { Err("a date format that can be read back") }
    }

    /// As in the file.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The day a cell says; of an instant with an offset, its day in `zone`.
    pub(crate) fn date(&self, text: &str, zone: Zone) -> Option<NaiveDate> {
        match self.moment(text)? {
            Moment::Day(day) => Some(day),
            Moment::Local(local) => Some(local.date()),
            Moment::Absolute(instant) => Some(zone.date_of(instant)),
        }
    }

    /// The instant a cell says; a day is its first instant in `zone`, a time without offset is
    /// local there.
    pub(crate) fn instant(&self, text: &str, zone: Zone) -> Option<Instant> {
        match self.moment(text)? {
            Moment::Day(day) => zone.first_instant(day),
            Moment::Local(local) => zone.local(local),
            Moment::Absolute(instant) => Some(instant),
        }
    }

    fn moment(&self, text: &str) -> Option<Moment> {
        if text.trim() != text {
            return None;
        }
        let parsed = read(text, &self.items)?;
        match self.says {
            Says::Day => parsed.to_naive_date().ok().filter(four_digits).map(Moment::Day),
            Says::Local => {
                let local = parsed.to_naive_datetime_with_offset(0).ok()?;
                whole_micros(&local)?;
                Some(Moment::Local(local)).filter(|_| four_digits(&local.date()))
            }
            Says::Absolute => {
                let absolute: DateTime<FixedOffset> = parsed.to_datetime().ok()?;
                whole_micros(&absolute)?;
                if !four_digits(&absolute.date_naive()) {
                    return None;
                }
                Instant::from_micros(absolute.timestamp_micros()).map(Moment::Absolute)
            }
        }
    }
}

fn read(text: &str, items: &[Item<'static>]) -> Option<Parsed> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, items.iter()).ok()?;
    Some(parsed)
}

fn says(parsed: &Parsed) -> Option<Says> {
    let timed = parsed.hour_div_12().is_some()
        || parsed.hour_mod_12().is_some()
        || parsed.minute().is_some()
        || parsed.second().is_some()
        || parsed.nanosecond().is_some()
        || parsed.offset().is_some()
        || parsed.timestamp().is_some();
    if !timed {
        parsed.to_naive_date().ok().map(|_| Says::Day)
    } else if parsed.to_datetime().is_ok() {
        Some(Says::Absolute)
    } else {
        parsed.to_naive_datetime_with_offset(0).ok().map(|_| Says::Local)
    }
}

/// A year of fewer digits read by `%Y` is a two-digit year misread.
fn four_digits(day: &NaiveDate) -> bool {
    (1000..=9999).contains(&day.year())
}

/// Neither a second 60 nor a part of a microsecond.
fn whole_micros(time: &impl Timelike) -> Option<()> {
    let nanos = time.nanosecond();
    (nanos < 1_000_000_000 && nanos.is_multiple_of(1_000)).then_some(())
}

fn same_minute(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    one.timestamp().div_euclid(60) == other.timestamp().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use tenure_model::Zone;

    use super::DateFormat;

    fn date(format: &str, text: &str) -> Option<String> {
        DateFormat::new(format).unwrap().date(text, Zone::UTC).map(|day| day.to_string())
    }

    fn instant(format: &str, text: &str, zone: &str) -> Option<String> {
        let zone = Zone::parse(zone).unwrap();
        let format = DateFormat::new(format).unwrap();
        format.instant(text, zone).map(|instant| instant.to_string())
    }

    #[test]
    fn dates() {
        assert_eq!(date("%d.%m.%Y", "31.03.2024").as_deref(), Some("2024-03-31"));
        assert_eq!(date("%d.%m.%Y", "1.3.2024").as_deref(), Some("2024-03-01"));
        assert_eq!(date("%m/%d/%y", "03/31/24").as_deref(), Some("2024-03-31"));
        assert_eq!(date("%d %b %Y", "31 Mar 2024").as_deref(), Some("2024-03-31"));
        assert_eq!(date("%Y%m%d", "20240331").as_deref(), Some("2024-03-31"));
        assert_eq!(date("%Y-%m-%dT%H:%M", "2024-03-31T23:59").as_deref(), Some("2024-03-31"));
        for (format, wrong) in [
            ("%d.%m.%Y", "31.02.2024"),
            ("%d.%m.%Y", "31.03.24"),
            ("%d.%m.%Y", "31.03.2024 "),
            ("%d.%m.%Y", " 31.03.2024"),
            ("%d.%m.%Y", "31.03.2024 09:00"),
            ("%d.%m.%Y", "03/31/2024"),
            ("%d.%m.%Y", ""),
            ("%Y-%m-%dT%H:%M", "2024-03-31"),
            ("%a %d.%m.%Y", "Mon 31.03.2024"),
        ] {
            assert_eq!(date(format, wrong), None, "{format}: {wrong}");
        }
    }

    #[test]
    fn instants() {
        let found = instant("%d.%m.%Y %H:%M", "31.03.2024 09:30", "+02:00");
        assert_eq!(found.as_deref(), Some("2024-03-31T07:30:00Z"));
        let found = instant("%d.%m.%Y", "31.03.2024", "+02:00");
        assert_eq!(found.as_deref(), Some("2024-03-30T22:00:00Z"));
        let found = instant("%Y-%m-%dT%H:%M:%S%z", "2024-03-31T09:30:00-0100", "+02:00");
        assert_eq!(found.as_deref(), Some("2024-03-31T10:30:00Z"));
        let found = instant("%m/%d/%Y %I:%M %p", "03/31/2024 09:30 PM", "UTC");
        assert_eq!(found.as_deref(), Some("2024-03-31T21:30:00Z"));
        assert_eq!(instant("%s", "1711877400", "UTC").as_deref(), Some("2024-03-31T09:30:00Z"));
        let fraction = "%Y-%m-%dT%H:%M:%S%.f";
        let found = instant(fraction, "2024-03-31T09:30:00.000001", "UTC");
        assert_eq!(found.as_deref(), Some("2024-03-31T09:30:00.000001Z"));
        assert_eq!(instant(fraction, "2024-03-31T09:30:00.0000001", "UTC"), None);
        assert_eq!(instant(fraction, "2024-03-31T23:59:60", "UTC"), None);
        assert_eq!(instant(fraction, "2024-03-31T24:00:00", "UTC"), None);
    }

    #[test]
    fn a_day_of_an_absolute_time_is_the_day_in_the_zone() {
        let format = DateFormat::new("%Y-%m-%dT%H:%M:%S%z").unwrap();
        let zone = Zone::parse("+02:00").unwrap();
        let day = format.date("2024-03-31T23:30:00+0000", zone).unwrap();
        assert_eq!(day.to_string(), "2024-04-01");
    }

    #[test]
    fn formats_that_say_too_little_or_nothing_are_refused() {
        for wrong in [
            "",
            "%",
            "%Q",
            "%d.%m",
            "%H:%M",
            "%Y-%m",
            "%Y-%m-%d %I:%M",
            "%Y-%m-%d %H",
            "date",
            "%Y-%m-%d %M",
            "%Y-%m-%d %S",
            "%Y-%m-%d%z",
            "%G-%m-%d",
        ] {
            assert!(DateFormat::new(wrong).is_err(), "{wrong}");
        }
    }
}
