//! Cases and contacts as a book holds them, seen at the end of a day; published figures.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use tenure_model::record::{BotOutcome, Case, CaseStatus, Contact};
use tenure_model::{AccountId, AsOf, Book, Event, Instant, Period, Record, Tri, Zone, parse_date};
use tenure_service::{
    AutomationTally, ContactRow, DurationTally, FcrDefinition, FcrRate, FcrTally, OneTouchRule,
    OneTouchTally, RepeatRow, RepeatRule, ServiceWindow, SlaTally, TimeMeasure, first_repeats,
};

fn at(text: &str) -> Instant {
    Instant::parse(text, Zone::UTC).unwrap()
}

/// The year 2024, as known at its end.
fn year() -> ServiceWindow {
    let last = parse_date("2024-12-31").unwrap();
    ServiceWindow::of_days(Period::months_ending(12, last).unwrap(), AsOf::new(last)).unwrap()
}

fn book(records: impl IntoIterator<Item = (Record, Option<Instant>)>) -> Book {
    let events = records.into_iter().map(|(record, recorded_at)| {
        let mut event = Event::new(AccountId::new("acme").unwrap(), record);
        event.recorded_at = recorded_at;
        event
    });
    let (book, report) = Book::from_events(events);
    assert_eq!(report.read, report.kept);
    book
}

fn solved(opened: &str) -> Case {
    let mut case = Case::new(at(opened), CaseStatus::Closed);
    case.first_reply = Some(at(&format!("{opened}T00:01:00")));
    case.resolved = Some(at(&format!("{opened}T01:00:00")));
    case.target_ms = Some(3_600_000);
    case.bot = Some(BotOutcome::Resolved);
    (case.agent_replies, case.reopens, case.account_replies) = (Some(1), Some(0), Some(2));
    case
}

#[test]
fn cases_count_once_in_their_period_as_known_then() {
    let mut paused = Case::new(at("2024-12-31"), CaseStatus::Pending);
    (paused.target_ms, paused.paused_ms) = (Some(1), 86_400_000);
    let mut last = Case::new(at("2024-12-31"), CaseStatus::Closed);
    last.first_reply = Some(at("2024-12-31T23:59:59.999999"));
    last.resolved = Some(at("2025-01-01"));
    let cases = [
        (solved("2024-01-01"), None),
        (solved("2024-03-01"), Some(at("2024-12-31T23:00:00"))),
        (solved("2024-03-02"), Some(at("2025-01-01"))), // recorded too late
        (solved("2023-12-31"), None),                   // the day before
        (solved("2025-01-01"), None),                   // the day after
        (paused, None),
        (last, None),
    ];
    let book = book(cases.map(|(case, recorded_at)| (Record::Case(case), recorded_at)));
    let acme = book.get(&AccountId::new("acme").unwrap()).unwrap();
    let mut first_reply = DurationTally::new(TimeMeasure::FirstReply, year());
    let mut resolution = DurationTally::new(TimeMeasure::FullResolution, year());
    let mut sla = SlaTally::new(year());
    let mut automation = AutomationTally::new(year());
    let mut one_touch = OneTouchTally::new(year());
    for entry in acme.cases() {
        first_reply.push_entry(entry).unwrap();
        resolution.push_entry(entry).unwrap();
        sla.push_entry(entry).unwrap();
        automation.push_entry(entry).unwrap();
        one_touch.push_entry(entry).unwrap();
    }

    let counts = first_reply.counts();
    assert_eq!((counts.cases, counts.timed, counts.not_yet), (7, 3, 1));
    assert_eq!((counts.outside, counts.unseen), (1, 2));
    assert_eq!(first_reply.sketch().max(), Some(86_399_999));
    // what is resolved on the day after is not yet resolved
    let counts = resolution.counts();
    assert_eq!((counts.timed, counts.not_yet), (2, 2));
    assert_eq!(resolution.sketch().sum(), 7_200_000);

    let counts = sla.counts();
    assert_eq!((counts.rows, counts.met, counts.pause_unknown), (7, 2, 1));
    assert_eq!((counts.without_target, counts.outside, counts.unseen), (1, 1, 2));
    let counts = automation.counts();
    assert_eq!((counts.total_cases, counts.bot_resolved), (4, 2));
    assert_eq!((counts.outside, counts.unseen), (1, 2));
    let counts = one_touch.counts();
    assert_eq!((counts.cases, counts.solved, counts.not_solved), (7, 3, 1));
    assert_eq!((counts.outside, counts.unseen), (1, 2));
    assert_eq!(one_touch.share(OneTouchRule::Strict).estimate(), Some(1.0));
    assert_eq!(one_touch.excluded(OneTouchRule::Strict), 1);

    // what is in a rate and what it leaves out are all the cases
    for rate in [sla.rates(), automation.rates(), one_touch.rates()].concat() {
        let excluded = rate.excluded.iter().fold(0, |sum, (_, count)| sum + count);
        assert_eq!(rate.share.n() + excluded, 7, "{rate:?}");
    }

    for entry in acme.cases() {
        sla.retract_entry(entry).unwrap();
        automation.retract_entry(entry).unwrap();
        one_touch.retract_entry(entry).unwrap();
    }
    assert_eq!(sla, SlaTally::new(year()));
    assert_eq!(automation, AutomationTally::new(year()));
    assert_eq!(one_touch, OneTouchTally::new(year()));
}

#[test]
fn a_pause_longer_than_an_ended_case_is_refused() {
    let mut case = solved("2024-03-01");
    case.paused_ms = 3_600_001;
    let mut sla = SlaTally::new(year());
    assert!(sla.push(&case).is_err());
    assert_eq!(sla, SlaTally::new(year()));
}

#[test]
fn a_repeat_across_the_new_year_is_no_first_contact() {
    let contact = |day: &str, flag| {
        let mut contact = Contact::new(at(day), "billing");
        contact.resolved = flag;
        (Record::Contact(contact), None)
    };
    let book = book([
        contact("2023-12-30", Tri::Yes),
        contact("2024-01-02", Tri::Yes), // joins 2023
        contact("2024-06-01", Tri::Unknown),
        contact("2024-12-28", Tri::Yes), // immature
        contact("2025-01-01", Tri::Yes), // unseen
    ]);
    let mut tally = FcrTally::new(FcrDefinition::default(), year());
    tally.push_contacts(book.get(&AccountId::new("acme").unwrap()).unwrap().contacts()).unwrap();
    let counts = tally.counts();
    assert_eq!((counts.contacts, counts.unseen_contacts), (5, 1));
    assert_eq!((counts.outside, counts.outside_contacts), (1, 2));
    assert_eq!((counts.mature, counts.immature), (1, 1));
    assert_eq!(tally.share(FcrRate::NoRepeat).estimate(), Some(1.0));
    assert_eq!(tally.excluded(FcrRate::ResolvedAndNoRepeat), 1);
    assert_eq!(tally.share(FcrRate::ResolvedAndNoRepeat).estimate(), None);
    let rates = tally.rates();
    let names: Vec<_> = rates.iter().map(|rate| rate.name).collect();
    let all = ["resolved_and_no_repeat", "no_repeat", "flag_only", "net", "one_and_done"];
    assert_eq!(names, all);
    assert!(rates.iter().all(|rate| rate.definition == tally.to_string()));
    let apart = [("immature", 1), ("outside", 1), ("unseen_contacts", 1)];
    assert_eq!(rates.get(1).unwrap().excluded, apart);
    assert_eq!(rates.first().unwrap().excluded, [&[("unknown", 1)], &apart[..]].concat());

    let days = ["2023-12-30", "2024-01-02", "2024-06-01", "2024-12-28"];
    let rows: Vec<_> =
        days.iter().map(|day| ContactRow::new("billing", at(day), Tri::Unknown)).collect();
    let repeats = first_repeats(&rows, FcrDefinition::default(), &year());
    let censored: Vec<_> = repeats
        .iter()
        .map(|row| matches!(row, RepeatRow::Censored { .. }).then_some(row.time() / 86_400_000_000))
        .collect();
    assert_eq!(censored, [Some(213), Some(3)]); // June to December, the 28th to the 31st
}

/// Gaps of exactly the window join, one microsecond more does not; a fixed window does not roll.
#[test]
fn the_window_ends_where_it_says() {
    let count = |days: &[&str], rule| {
        let window = ServiceWindow::until(at("2024-12-31"));
        let mut tally = FcrTally::new(FcrDefinition::new(7, rule).unwrap(), window);
        let rows: Vec<_> =
            days.iter().map(|day| ContactRow::new("login", at(day), Tri::Yes)).collect();
        tally.push_account(&rows).unwrap();
        tally.counts().mature
    };
    let days = ["2024-01-01", "2024-01-08", "2024-01-15"];
    assert_eq!(count(&days, RepeatRule::Rolling), 1);
    assert_eq!(count(&days, RepeatRule::Fixed), 2);
    let missed = ["2024-01-01", "2024-01-08T00:00:00.000001"];
    assert_eq!(count(&missed, RepeatRule::Rolling), 2);
    assert_eq!(count(&missed, RepeatRule::Fixed), 2);
}

/// SQM Group's worked example: 280 of 400 resolved in one contact are 70 %.
#[test]
fn the_worked_example_of_sqm() {
    let mut tally = FcrTally::new(FcrDefinition::default(), ServiceWindow::until(at("2024-12-31")));
    let first = ContactRow::new("any", at("2024-06-01"), Tri::Yes);
    let second = ContactRow::new("any", at("2024-06-02"), Tri::Yes);
    for customer in 0..400 {
        let contacts = [first, second];
        let contacts = if customer < 280 { contacts.get(..1) } else { contacts.get(..) };
        tally.push_account(contacts.unwrap()).unwrap();
    }
    assert_eq!(tally.share(FcrRate::default()).estimate(), Some(0.7));
}
