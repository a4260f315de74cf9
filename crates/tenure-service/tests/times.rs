//! Clocks: business hours whatever the local clock does, and which time is which.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests: small numbers, and a panic is a failure"
)]

use std::sync::Arc;

use chrono::{NaiveDate, Weekday};
use proptest::prelude::*;
use tenure_model::record::{Case, CaseStatus};
use tenure_model::{Instant, Zone};
use tenure_service::{
    BusinessCalendar, CaseError, CaseEvent, CaseEventKind, CaseTimes, DurationDefinition,
    DurationTally, Moment, OpenHours, Opener, ServiceWindow, TallyError, TimeMeasure,
};
use tenure_testing::oracle::service as oracle;

const MINUTE: i64 = 60_000_000;
const HOUR_MS: u64 = 3_600_000;

fn at(text: &str) -> Instant {
    Instant::parse(text, Zone::UTC).unwrap()
}

fn day(text: &str) -> NaiveDate {
    tenure_model::parse_date(text).unwrap()
}

fn every_day(zone: &str, start: &str, end: &str) -> BusinessCalendar {
    let week = [0, 1, 2, 3, 4, 5, 6].map(|day| Weekday::try_from(day).unwrap());
    let hours = week.map(|day| OpenHours::parse(day, start, end).unwrap());
    BusinessCalendar::new(Zone::parse(zone).unwrap(), hours, []).unwrap()
}

#[test]
fn spring_skips_an_hour_and_autumn_has_one_twice() {
    let berlin = every_day("Europe/Berlin", "00:00", "24:00");
    let local = |text| Instant::parse(text, berlin.zone()).unwrap();
    let open = |from, to| berlin.open_ms(local(from), local(to));
    assert_eq!(open("2024-03-31", "2024-04-01"), Some(23 * HOUR_MS));
    assert_eq!(open("2024-10-27", "2024-10-28"), Some(25 * HOUR_MS));
    assert_eq!(open("2024-10-26", "2024-10-27"), Some(24 * HOUR_MS));

    // hours that begin in the skipped one begin where the clock goes on
    let night = every_day("Europe/Berlin", "02:30", "03:30");
    assert_eq!(night.open_ms(local("2024-03-31"), local("2024-04-01")), Some(HOUR_MS / 2));
    // 02:30 to 03:00 comes twice
    assert_eq!(night.open_ms(local("2024-10-27"), local("2024-10-28")), Some(HOUR_MS * 3 / 2));
    let usual = every_day("Europe/Berlin", "09:00", "17:00");
    assert_eq!(usual.open_ms(local("2024-03-31"), local("2024-04-01")), Some(8 * HOUR_MS));
}

#[test]
fn holidays_and_ends_of_hours() {
    let monday = OpenHours::parse(Weekday::Mon, "09:00", "12:00").unwrap();
    let afternoon = OpenHours::parse(Weekday::Mon, "12:00", "17:00").unwrap(); // touches
    let calendar =
        BusinessCalendar::new(Zone::UTC, [afternoon, monday], [day("2024-05-06")]).unwrap();
    assert_eq!(calendar.hours(), [monday, afternoon]);
    // the 6th and 13th are Mondays, the 6th a holiday
    assert_eq!(calendar.open_ms(at("2024-05-05"), at("2024-05-13")), Some(0));
    assert_eq!(calendar.open_ms(at("2024-05-06"), at("2024-05-14")), Some(8 * HOUR_MS));
    let ends = |from, to| calendar.open_ms(at(from), at(to));
    assert_eq!(ends("2024-05-13T08:59:59.999999", "2024-05-13T09:00:00.001"), Some(1));
    assert_eq!(ends("2024-05-13T08:59:59", "2024-05-13T09:00:00.000999"), Some(0));
    assert_eq!(ends("2024-05-13T16:59:59.999", "2024-05-14"), Some(1));
    assert_eq!(ends("2024-05-13T10:00:00", "2024-05-13T10:00:00"), Some(0));
    assert_eq!(ends("2024-05-13T10:00:01", "2024-05-13T10:00:00"), None);
}

#[test]
fn microseconds_of_several_days_are_rounded_down_together() {
    let calendar = every_day("UTC", "09:00", "10:00");
    // 0.6 ms before closing and 0.6 ms after opening: 1.2 ms, not 0 and 0
    let open = calendar.open_ms(at("2024-05-01T09:59:59.9994"), at("2024-05-02T09:00:00.0006"));
    assert_eq!(open, Some(1));
}

#[test]
fn the_ends_of_time_are_open_too() {
    let calendar = every_day("UTC", "00:00", "24:00");
    let (first, last) = (at("9999-12-30"), at("9999-12-31T23:59:59.999999"));
    assert_eq!(calendar.open_ms(first, last), Some(48 * HOUR_MS - 1));
    let first = at("0001-01-01");
    assert_eq!(calendar.open_ms(first, at("0001-01-02")), Some(24 * HOUR_MS));
}

fn hours() -> impl Strategy<Value = Vec<oracle::PlainHours>> {
    // two halves of a day at most, so that none overlap
    let half = |weekday: u32, from: u32, to: u32| {
        (from..to, from..to).prop_filter_map("empty", move |(start, end)| {
            (start < end).then_some((weekday, start, end))
        })
    };
    (half(0, 0, 1_441), half(2, 0, 700), half(2, 700, 1_441), half(6, 0, 1_441), any::<bool>())
        .prop_map(|(a, b, c, d, sunday)| if sunday { vec![d, c, b, a] } else { vec![a, b, c] })
}

proptest! {
    /// Around the clock changes of 2024, some of half an hour, in zones of odd offsets.
    #[test]
    fn open_time_is_what_the_local_clock_says_minute_by_minute(
        zone in prop::sample::select(vec![
            "UTC", "+05:45", "-11:30", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
            "Pacific/Apia",
        ]),
        month in prop::sample::select(vec!["2024-03-08", "2024-03-30", "2024-04-05", "2024-10-04",
            "2024-10-25", "2024-11-01", "2011-12-28"]),
        from in 0_i64..4_320,
        length in 0_i64..4_320,
        hours in hours(),
        holiday in 0_u64..5,
    ) {
        let zone = Zone::parse(zone).unwrap();
        let first = at(month).micros() / MINUTE;
        let holiday = day(month) + chrono::Days::new(holiday);
        let (start, end) = (first + from, first + from + length);
        let instant = |minute: i64| Instant::from_micros(minute * MINUTE).unwrap();
        let open = hours.iter().map(|&(weekday, from, to)| {
            let weekday = Weekday::try_from(u8::try_from(weekday).unwrap()).unwrap();
            OpenHours::new(weekday, from.try_into().unwrap(), to.try_into().unwrap()).unwrap()
        });
        let calendar = BusinessCalendar::new(zone, open, [holiday]).unwrap();
        let local = |minute: i64| zone.local_of(instant(minute));
        let expected = oracle::open_minutes((start, end), local, &hours, &[holiday]);
        let found = calendar.open_ms(instant(start), instant(end));
        prop_assert_eq!(found, Some(u64::try_from(expected).unwrap() * 60_000));

        let middle = instant(start + length / 2);
        let parts = [(instant(start), middle), (middle, instant(end))]
            .map(|(start, end)| calendar.open_ms(start, end).unwrap());
        prop_assert_eq!(found, parts.into_iter().reduce(|sum, part| sum + part));
    }
}

fn events() -> [CaseEvent; 6] {
    let event = |time: &str, kind| CaseEvent::new(at(time), kind);
    [
        event("2024-05-06T08:00:00", CaseEventKind::AutomaticReply),
        event("2024-05-06T08:10:00", CaseEventKind::InternalNote),
        event("2024-05-06T09:30:00", CaseEventKind::Reply),
        event("2024-05-06T10:00:00", CaseEventKind::Resolved),
        event("2024-05-06T12:00:00", CaseEventKind::Reopened),
        event("2024-05-07T10:00:00", CaseEventKind::Resolved),
    ]
}

#[test]
fn each_measure_by_each_clock() {
    let opened = at("2024-05-06T07:00:00");
    let as_of = at("2024-05-31");
    let times = CaseTimes::from_events(opened, Opener::Account, &events(), as_of).unwrap();
    let calendar = Arc::new(every_day("+00:00", "08:00", "12:00"));
    for (measure, calendar_ms, business_ms) in [
        (TimeMeasure::FirstReply, 150 * 60_000, 90 * 60_000),
        (TimeMeasure::FirstResolution, 3 * HOUR_MS, 2 * HOUR_MS),
        (TimeMeasure::FullResolution, 27 * HOUR_MS, 6 * HOUR_MS),
    ] {
        let plain = DurationDefinition::new(measure);
        let business = plain.clone().in_business_time(Arc::clone(&calendar));
        for (definition, expected) in [(plain, calendar_ms), (business, business_ms)] {
            let definition = definition.with_targets([expected - 1, expected]);
            let mut tally = DurationTally::new(definition, ServiceWindow::until(as_of));
            tally.push_row(&times).unwrap();
            assert_eq!(tally.sketch().max(), Some(expected), "{tally}");
            let met = |target| tally.within(target).map(|share| (share.x(), share.n()));
            assert_eq!((met(expected - 1), met(expected)), (Some((0, 1)), Some((1, 1))));
            assert_eq!(met(expected + 1), None);
        }
    }
    let plain = DurationTally::new(TimeMeasure::FirstReply, ServiceWindow::until(as_of));
    let business = DurationDefinition::new(TimeMeasure::FirstReply).in_business_time(calendar);
    let mut business = DurationTally::new(business, ServiceWindow::until(as_of));
    assert!(matches!(business.merge(&plain), Err(TallyError::Definition(_))));
}

#[test]
fn what_happens_later_has_not_happened() {
    let opened = at("2024-05-06T07:00:00");
    let times = |as_of| CaseTimes::from_events(opened, Opener::Account, &events(), at(as_of));
    let early = times("2024-05-06T09:29:59").unwrap();
    assert_eq!(early, CaseTimes::new(opened, Opener::Account));
    let first = Moment::At(at("2024-05-06T10:00:00"));
    let noon = times("2024-05-06T11:00:00").unwrap();
    assert_eq!((noon.first_resolution, noon.full_resolution), (first, first));
    let reopened = times("2024-05-06T12:00:00").unwrap();
    assert_eq!((reopened.first_resolution, reopened.full_resolution), (first, Moment::NotYet));
}

#[test]
fn a_resolution_at_the_instant_of_a_reopening_came_before_it() {
    let noon = at("2024-05-06T12:00:00");
    let both =
        [CaseEventKind::Reopened, CaseEventKind::Resolved].map(|kind| CaseEvent::new(noon, kind));
    let times = CaseTimes::from_events(at("2024-05-06"), Opener::Account, &both, noon).unwrap();
    let found = (times.first_resolution, times.full_resolution);
    assert_eq!(found, (Moment::At(noon), Moment::NotYet));
}

#[test]
fn an_event_before_the_opening_is_refused() {
    let opened = at("2024-05-06T08:00:01");
    let error = CaseTimes::from_events(opened, Opener::Account, &events(), opened).unwrap_err();
    assert!(matches!(error, CaseError::EndBeforeStart { end, .. } if end == events()[0].at));
}

#[test]
fn cases_opened_by_us_are_apart_from_first_replies_only() {
    let window = ServiceWindow::until(at("2024-05-31"));
    let [mut reply, mut resolution] = [TimeMeasure::FirstReply, TimeMeasure::FullResolution]
        .map(|measure| DurationTally::new(measure, window));
    for opener in [Opener::OurSide, Opener::Account, Opener::Unknown] {
        let times =
            CaseTimes::from_events(at("2024-05-06"), opener, &events(), at("2024-05-31")).unwrap();
        reply.push_row(&times).unwrap();
        resolution.push_row(&times).unwrap();
    }
    let counts = reply.counts();
    assert_eq!((counts.timed, counts.opened_by_us, counts.opener_unknown), (2, 1, 1));
    let counts = resolution.counts();
    assert_eq!((counts.timed, counts.opened_by_us, counts.opener_unknown), (3, 0, 0));
}

#[test]
fn tables_tell_the_last_resolution() {
    let mut case = Case::new(at("2024-05-01"), CaseStatus::Closed);
    case.resolved = Some(at("2024-05-02"));
    let resolved = Moment::At(at("2024-05-02"));
    for (reopens, first) in
        [(Some(0), resolved), (Some(1), Moment::Unknown), (None, Moment::Unknown)]
    {
        case.reopens = reopens;
        let times = CaseTimes::from(&case);
        assert_eq!((times.first_resolution, times.full_resolution), (first, resolved));
        assert_eq!((times.opened_by, times.first_reply), (Opener::Unknown, Moment::NotYet));
    }
}
