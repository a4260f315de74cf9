//! Days and instants, as they are typed and as files write them.

use chrono::NaiveDate;
use tenure::clv::{OccasionPeriod, PurchaseTime};
use tenure::model::{Instant, Zone, parse_date};

/// A day, or a time in the grammar of instants, whose zone may still be to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum When {
    Date(NaiveDate),
    Time(String),
}

/// A day or an instant, as it is typed.
pub(crate) fn read(text: &str) -> Result<When, String> {
    match parse_date(text) {
        Ok(date) => Ok(When::Date(date)),
        Err(_) if Instant::parse(text, Zone::UTC).is_ok() => Ok(When::Time(text.to_owned())),
        Err(error) => Err(format!("{error}, or an instant such as 2026-03-31T23:59:59Z")),
    }
}

/// How times become days or instants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) period: OccasionPeriod,
    pub(crate) zone: Option<Zone>,
}

impl Clock {
    /// The day or instant of a row; or why it is none.
    pub(crate) fn of_row(self, text: &str) -> Result<PurchaseTime, String> {
        match (parse_date(text), self.period.is_instant()) {
            (Ok(date), false) => Ok(date.into()),
            (Ok(_), true) => {
                Err("is a day, and with --period instant a time of day is needed".to_owned())
            }
            (Err(error), instants) => {
                let Some(instant) = self.instant(text)? else {
                    return Err(format!("is no date: {error}"));
                };
                if instants {
                    return Ok(instant.into());
                }
                let zone = self.zone.ok_or(
                    "is an instant: say with --time-zone which day it is of, or with --period \
                     instant that it is an occasion of its own",
                )?;
                Ok(zone.date_of(instant).into())
            }
        }
    }

    /// The end of a day that was typed, or the instant; or why it is none.
    pub(crate) fn end_of(self, typed: &When) -> Result<PurchaseTime, String> {
        match (typed, self.period.is_instant()) {
            (When::Date(date), false) => Ok((*date).into()),
            (When::Date(date), true) => {
                let zone = self.zone.ok_or_else(|| {
                    format!("`{date}` is a day: say with --time-zone when it ends")
                })?;
                let last = zone.last_instant(*date);
                last.map(Into::into).ok_or_else(|| format!("`{date}` has no last instant there"))
            }
            (When::Time(text), false) => {
                Err(format!("`{text}` is an instant, and occasions are days: a date is needed"))
            }
            (When::Time(text), true) => match self.instant(text) {
                Ok(found) => found.map(Into::into).ok_or_else(|| format!("`{text}` is no instant")),
                Err(why) => Err(format!("`{text}` {why}")),
            },
        }
    }

    /// `None` if the text is not in the grammar of instants.
    fn instant(self, text: &str) -> Result<Option<Instant>, String> {
        if let Some(zone) = self.zone {
            return Ok(Instant::parse(text, zone).ok());
        }
        let Ok(found) = Instant::parse(text, Zone::UTC) else { return Ok(None) };
        // With an offset of its own a time is the same instant whatever the zone.
        let elsewhere = Zone::parse("+01:00").ok().map(|zone| Instant::parse(text, zone));
        match elsewhere {
            Some(Ok(same)) if same == found => Ok(Some(found)),
            _ => Err("has no offset: say with --time-zone where it is local".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, When, read};
    use tenure::clv::OccasionPeriod::{Day, Instant};
    use tenure::model::Zone;

    #[test]
    fn what_is_typed_is_a_day_or_an_instant() {
        assert!(matches!(read("2024-02-29"), Ok(When::Date(_))));
        assert!(matches!(read("2024-02-29T12:00:00"), Ok(When::Time(_))));
        assert!(read("2024-02-30").unwrap_err().contains("or an instant such as"));
    }

    #[test]
    fn no_zone_is_guessed() {
        let east = Zone::parse("+02:00").ok();
        for (period, zone, text, found) in [
            (Day, None, "2024-02-29", Ok("2024-02-29")),
            (Day, None, "2024-02-29T23:30:00Z", Err("--time-zone")),
            (Day, east, "2024-02-29T23:30:00Z", Ok("2024-03-01")),
            (Day, east, "2024-02-29T23:30:00", Ok("2024-02-29")),
            (Instant, None, "2024-02-29", Err("a time of day")),
            (Instant, east, "2024-02-29", Err("a time of day")),
            (Instant, None, "2024-02-29T23:30:00Z", Ok("2024-02-29T23:30:00Z")),
            (Instant, None, "2024-02-29T23:30:00+02:00", Ok("2024-02-29T21:30:00Z")),
            (Instant, None, "2024-02-29T23:30:00", Err("no offset")),
            (Instant, east, "2024-02-29T23:30:00", Ok("2024-02-29T21:30:00Z")),
            (Instant, east, "29.2.2024", Err("is no date")),
        ] {
            let clock = Clock { period, zone };
            match (clock.of_row(text), found) {
                (Ok(time), Ok(want)) => assert_eq!(time.to_string(), want),
                (Err(why), Err(says)) => assert!(why.contains(says), "{why} lacks {says}"),
                (got, want) => panic!("{text}: {got:?} is not {want:?}"),
            }
        }
        let date = read("2024-02-29").unwrap();
        let local = read("2024-02-29T12:00:00").unwrap();
        let (days, instants) =
            (Clock { period: Day, zone: east }, Clock { period: Instant, zone: east });
        assert_eq!(days.end_of(&date).unwrap().to_string(), "2024-02-29");
        let last = instants.end_of(&date).unwrap();
        assert_eq!(last.to_string(), "2024-02-29T21:59:59.999999Z");
        assert_eq!(instants.end_of(&local).unwrap().to_string(), "2024-02-29T10:00:00Z");
        assert!(days.end_of(&local).unwrap_err().contains("a date is needed"));
        let nowhere = Clock { zone: None, ..instants };
        assert!(nowhere.end_of(&date).unwrap_err().contains("when it ends"));
        assert!(nowhere.end_of(&local).unwrap_err().contains("no offset"));
    }
}
