//! When a row happened: a day or an instant, as one number.

use std::fmt;

use chrono::{Datelike, NaiveDate, TimeDelta};
use tenure_model::Instant;
use tenure_stats::count_to_f64;

use crate::unit::{TimeSpan, TimeUnit};

/// When something happened, as the log tells it: on a day, or at an instant.
///
/// A log of [`OccasionPeriod::Instant`](crate::OccasionPeriod::Instant) holds instants, any other log
/// days. Neither is guessed from the other: a [`Zone`](tenure_model::Zone) says which day an instant
/// lies on ([`date_of`](tenure_model::Zone::date_of)) and which instants a day begins and ends with
/// ([`first_instant`](tenure_model::Zone::first_instant),
/// [`last_instant`](tenure_model::Zone::last_instant)). In order of time; days stand before instants.
///
/// ```
/// use tenure_clv::PurchaseTime;
/// use tenure_model::{Instant, Zone, parse_date};
/// let day = parse_date("2024-02-29")?;
/// let noon = Instant::parse("2024-02-29T12:00:00Z", Zone::UTC)?;
/// assert_eq!(PurchaseTime::from(day).date(), Some(day));
/// assert_eq!(PurchaseTime::from(noon).instant(), Some(noon));
/// assert_eq!(PurchaseTime::from(noon).date(), None);
/// assert_eq!(PurchaseTime::from(noon).to_string(), "2024-02-29T12:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// One number, so that days cost what they cost before there were instants: days since the year 0, or
// microseconds since 1970 far above any day. Two times of one kind lie their difference apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PurchaseTime(i64);

/// Microsecond 0. Instants lie within 2^58 of it, days within 2^27 of 0.
const INSTANTS: i64 = 1 << 62;
/// Above any day, below any instant.
const BETWEEN: i64 = 1 << 61;
/// 0001-01-01 and 9999-12-31.
const LEDGER: std::ops::RangeInclusive<i64> = 1..=3_652_059;

impl From<NaiveDate> for PurchaseTime {
    #[inline]
    fn from(date: NaiveDate) -> Self {
        Self(i64::from(date.num_days_from_ce()))
    }
}

impl From<Instant> for PurchaseTime {
    #[inline]
    fn from(instant: Instant) -> Self {
        Self(INSTANTS.saturating_add(instant.micros()))
    }
}

impl PurchaseTime {
    /// The day; `None` of an instant, which lies on one day here and on another there.
    #[must_use]
    pub fn date(self) -> Option<NaiveDate> {
        let days = i32::try_from(self.0).ok()?;
        NaiveDate::from_num_days_from_ce_opt(days)
    }

    /// The instant; `None` of a day.
    #[must_use]
    pub const fn instant(self) -> Option<Instant> {
        Instant::from_micros(self.0.saturating_sub(INSTANTS))
    }

    /// Whether it is an instant, and no day.
    #[must_use]
    pub const fn is_instant(self) -> bool {
        self.0 > BETWEEN
    }

    /// Whether it lies in the years 1 to 9999, as instants always do.
    pub(crate) const fn is_of_a_ledger(self) -> bool {
        self.is_instant() || (self.0 >= *LEDGER.start() && self.0 <= *LEDGER.end())
    }

    /// As a number: times of one kind lie their difference apart, in days or microseconds.
    pub(crate) const fn count(self) -> i64 {
        self.0
    }

    /// The time of that number.
    pub(crate) const fn of_count(count: i64) -> Self {
        Self(count)
    }

    /// How long after `earlier`, which is of the same kind; nothing if it is not earlier.
    pub(crate) fn since(self, earlier: Self) -> Elapsed {
        let count = u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0);
        Elapsed { count, micros: self.is_instant() }
    }

    /// The Monday of a day.
    pub(crate) const fn monday(self) -> Self {
        // Day 1 was a Monday.
        Self(self.0.saturating_sub(self.0.saturating_sub(1).rem_euclid(7)))
    }

    /// The last time that is less than so many days after this one begins.
    pub(crate) fn within_days(self, days: u32) -> Self {
        let days = i64::from(days);
        let count = if self.is_instant() { days.saturating_mul(MICROS_PER_DAY) } else { days };
        Self(self.0.saturating_add(count).saturating_sub(1))
    }
}

/// In the words of files: `2024-02-29` or `2024-02-29T12:00:00Z`.
impl fmt::Display for PurchaseTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.instant(), self.date()) {
            (Some(instant), _) => instant.fmt(f),
            (None, Some(date)) => date.fmt(f),
            // Beyond any calendar: made by arithmetic only, and never a row's.
            (None, None) => write!(f, "day {}", self.0),
        }
    }
}

impl fmt::Debug for PurchaseTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const MICROS_PER_DAY: i64 = 86_400_000_000;
const MICROS_PER_HOUR: f64 = 3.6e9;

/// A time between two times of one kind: whole days, or whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Elapsed {
    count: u64,
    micros: bool,
}

impl Elapsed {
    /// Rounded once: the same span in days and in microseconds is the same number.
    pub(crate) fn in_unit(self, unit: TimeUnit) -> f64 {
        let count = count_to_f64(self.count);
        if self.micros {
            // The divisor is a whole number below 2^53.
            count / (unit.hours() * MICROS_PER_HOUR)
        } else {
            TimeUnit::Day.convert(count, unit)
        }
    }

    /// As a span: days, or microseconds rounded to hours.
    pub(crate) fn to_span(self) -> TimeSpan {
        let unit = if self.micros { TimeUnit::Hour } else { TimeUnit::Day };
        TimeSpan::trusted(self.in_unit(unit), unit)
    }

    /// Exact.
    pub(crate) fn to_delta(self) -> TimeDelta {
        let count = i64::try_from(self.count).unwrap_or(i64::MAX);
        if self.micros {
            TimeDelta::microseconds(count)
        } else {
            TimeDelta::try_days(count).unwrap_or(TimeDelta::MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PurchaseTime;
    use crate::unit::TimeUnit;
    use chrono::{Datelike, NaiveDate, TimeDelta};
    use tenure_model::{Instant, Zone};

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn at(text: &str) -> PurchaseTime {
        Instant::parse(text, Zone::UTC).unwrap().into()
    }

    #[test]
    fn the_years_1_to_9999_are_in_a_ledger() {
        for (date, is) in [
            (day(1, 1, 1), true),
            (day(9999, 12, 31), true),
            (day(0, 12, 31), false),
            (day(10_000, 1, 1), false),
            (NaiveDate::MIN, false),
            (NaiveDate::MAX, false),
        ] {
            let time = PurchaseTime::from(date);
            assert_eq!(time.is_of_a_ledger(), is, "{date}");
            assert_eq!((time.date(), time.instant()), (Some(date), None));
        }
        for text in ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]
        {
            assert!(at(text).is_of_a_ledger() && at(text).is_instant());
            assert_eq!((at(text).date(), at(text).to_string().as_str()), (None, text));
        }
    }

    #[test]
    fn a_week_begins_on_monday() {
        for date in day(2023, 12, 20).iter_days().take(400).chain(day(1, 1, 1).iter_days().take(9))
        {
            let back = u64::from(date.weekday().num_days_from_monday());
            let monday = date.checked_sub_days(chrono::Days::new(back)).unwrap();
            assert_eq!(PurchaseTime::from(date).monday().date(), Some(monday));
        }
    }

    #[test]
    fn a_span_is_exact_and_rounded_once() {
        let (days, micros) = (
            PurchaseTime::from(day(2024, 3, 5)).since(day(2024, 2, 28).into()),
            at("2024-03-05T00:00:00Z").since(at("2024-02-28T00:00:00Z")),
        );
        assert_eq!((days.to_delta(), micros.to_delta()), (TimeDelta::days(6), TimeDelta::days(6)));
        for unit in TimeUnit::ALL {
            assert_eq!(days.in_unit(*unit).to_bits(), micros.in_unit(*unit).to_bits());
        }
        let one = at("2024-02-28T00:00:00.000001Z").since(at("2024-02-28T00:00:00Z"));
        assert_eq!(one.to_delta(), TimeDelta::microseconds(1));
        assert_eq!(one.in_unit(TimeUnit::Hour).to_bits(), (1.0 / 3.6e9_f64).to_bits());
        assert_eq!(
            at("2024-02-28T00:00:00Z").since(at("2024-03-28T00:00:00Z")).to_delta(),
            TimeDelta::zero()
        );
    }

    #[test]
    fn seven_days_end_before_the_eighth() {
        let last = PurchaseTime::from(day(2024, 1, 1)).within_days(7);
        assert_eq!(last.date(), Some(day(2024, 1, 7)));
        let last = at("2024-01-01T12:00:00Z").within_days(7);
        assert_eq!(last.to_string(), "2024-01-08T11:59:59.999999Z");
        let far = PurchaseTime::from(NaiveDate::MAX).within_days(u32::MAX);
        assert!(!far.is_instant() && far.date().is_none());
        assert!(far.to_string().starts_with("day "));
    }
}
