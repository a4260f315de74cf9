//! State written and read back, and state that no rows can have produced.
#![cfg(feature = "serde")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tenure_model::record::{BotOutcome, Case, CaseStatus};
use tenure_model::{AsOf, Instant, Period, Tri, Zone, parse_date};
use tenure_service::{
    AutomationTally, BusinessCalendar, ChannelScope, ContactLog, ContactRow, DeflectionDefinition,
    DeflectionTally, DurationDefinition, DurationSketch, DurationTally, FcrDefinition, FcrTally,
    KeyedContact, OneTouchTally, OpenHours, Reopenings, ServiceWindow, SlaTally, SurveyFcrTally,
    TimeMeasure, TouchRow, WithinTargets,
};

fn at(text: &str) -> Instant {
    Instant::parse(text, Zone::UTC).unwrap()
}

fn window() -> ServiceWindow {
    let last = parse_date("2024-12-31").unwrap();
    let year = Period::months_ending(12, last).unwrap();
    ServiceWindow::of_days(year, AsOf::new(last)).unwrap()
}

/// The document of a state, which reads back as that state.
fn written<T: Serialize + DeserializeOwned + PartialEq + Debug>(state: &T) -> Value {
    let text = serde_json::to_string(state).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), state, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// Why a document with one value changed is refused.
fn refused<T: DeserializeOwned + Debug>(document: &Value, place: &str, value: Value) -> String {
    let mut changed = document.clone();
    *changed.pointer_mut(place).unwrap() = value;
    serde_json::from_value::<T>(changed).unwrap_err().to_string()
}

fn solved() -> Case {
    let mut case = Case::new(at("2024-05-01"), CaseStatus::Solved);
    case.resolved = Some(at("2024-05-01T00:10:00"));
    case.target_ms = Some(600_000);
    case.bot = Some(BotOutcome::Escalated);
    (case.agent_replies, case.reopens) = (Some(1), Some(0));
    case
}

#[test]
fn windows() {
    let document = written(&window());
    assert_eq!(
        document,
        json!({
            "start": "2024-01-01T00:00:00Z",
            "end": "2025-01-01T00:00:00Z",
            "as_of": "2024-12-31T23:59:59.999999Z",
            "known_until": "2024-12-31T23:59:59.999999Z",
        })
    );
    written(&ServiceWindow::until(at("2024-05-01")));
    let wrong = |place, value| refused::<ServiceWindow>(&document, place, value);
    let order = "start and end come together and in this order";
    assert!(wrong("/start", Value::Null).contains(order));
    assert!(wrong("/start", json!("2026-01-01T00:00:00Z")).contains(order));
    assert!(wrong("/start", document["end"].clone()).contains(order)); // of zero length
    assert!(wrong("/known_until", json!("2024-2-3")).contains("2024-2-3"));
}

#[test]
fn first_contact_resolution() {
    let mut tally = FcrTally::new(FcrDefinition::default(), window());
    tally
        .push_account(&[
            ContactRow::new("login", at("2024-05-01"), Tri::Yes),
            ContactRow::new("login", at("2024-05-02"), Tri::Yes),
            ContactRow::new("billing", at("2024-05-02"), Tri::Unknown),
        ])
        .unwrap();
    let document = written(&tally);
    assert_eq!(
        document["definition"],
        json!({
            "window_days": 7,
            "rule": "rolling",
            "channels": "all_channels",
            "reopenings": "ignored",
        })
    );
    let wrong = |place, value| refused::<FcrTally>(&document, place, value);
    assert!(wrong("/counts/contacts", json!(4)).contains("contacts are mature"));
    assert!(wrong("/counts/mature", json!(4)).contains("an episode has a contact"));
    assert!(wrong("/counts/no_repeat", json!(3)).contains("no part exceeds"));
    assert!(wrong("/counts/resolved_and_no_repeat", json!(2)).contains("is both"));
    assert!(wrong("/counts/no_repeat", json!(2)).contains("a repeated episode has two"));
    assert!(wrong("/counts/resolvable", json!(2)).contains("have a known flag"));
    assert!(wrong("/counts/resolvable_and_resolved", json!(1)).contains("have a known flag"));
    assert!(wrong("/counts/immature", json!(1)).contains("an episode has a contact"));
    let mut counts = document["counts"].clone();
    (counts["contacts"], counts["outside"], counts["outside_contacts"]) =
        (json!(4), json!(1), json!(1));
    let mut no_period = document.clone();
    no_period["counts"] = counts;
    assert!(serde_json::from_value::<FcrTally>(no_period.clone()).is_ok());
    (no_period["window"]["start"], no_period["window"]["end"]) = (Value::Null, Value::Null);
    let error = serde_json::from_value::<FcrTally>(no_period).unwrap_err().to_string();
    assert!(error.contains("nothing is outside"), "{error}");
    let mut counts = document["counts"].clone();
    (counts["contacts"], counts["channel_unknown"]) = (json!(4), json!(1));
    assert!(wrong("/counts", counts).contains("only where the definition asks"));
    let mut counts = document["counts"].clone();
    (counts["contacts"], counts["reopenings_ignored"]) = (json!(4), json!(1));
    let mut reopening = document.clone();
    (reopening["counts"], reopening["definition"]["reopenings"]) = (counts, json!("contacts"));
    let error = serde_json::from_value::<FcrTally>(reopening).unwrap_err().to_string();
    assert!(error.contains("only where the definition says so"), "{error}");
    assert!(wrong("/definition/window_days", json!(0)).contains("`0` days is outside 1 to 3660"));
    assert!(wrong("/definition/window_days", json!(9999)).contains("outside 1 to 3660"));
    assert!(wrong("/definition", json!({"window_days": 1})).contains("missing field `rule`"));
    let mut more = document.clone();
    more.as_object_mut().unwrap().insert("note".to_owned(), json!("?"));
    assert!(serde_json::from_value::<FcrTally>(more).is_err());
}

#[test]
fn durations() {
    let empty = DurationSketch::new();
    assert_eq!(written(&empty), json!({"sum": 0, "min": null, "max": null, "bins": []}));
    let definition = DurationDefinition::new(TimeMeasure::FullResolution).with_targets([600_000]);
    let mut tally = DurationTally::new(definition, window());
    tally.push(&solved()).unwrap();
    let mut slower = solved();
    slower.resolved = Some(at("2024-05-01T00:20:00"));
    tally.push(&slower).unwrap();
    let document = written(&tally);
    assert_eq!(document["sketch"]["sum"], json!(1_800_000));
    let wrong = |place, value| refused::<DurationTally>(&document, place, value);
    assert!(wrong("/counts/cases", json!(3)).contains("cases are timed"));
    assert!(wrong("/sketch/min", json!(1)).contains("min and max lie in the ends"));
    assert!(wrong("/sketch/max", Value::Null).contains("min and max are there"));
    assert!(wrong("/sketch/sum", json!(3)).contains("the sum lies between"));
    assert!(wrong("/sketch/sum", json!(2_400_001)).contains("the sum lies between"));
    assert!(wrong("/sketch/bins/0/1", json!(0)).contains("bins ascend"));
    assert!(wrong("/sketch/bins/0/0", json!(99_999_999_999_u64)).contains("bins ascend"));
    assert!(wrong("/sketch/bins/0/1", json!(1_u64 << 62)).contains("at most 2^62"));
    let mut counts = document["counts"].clone();
    (counts["cases"], counts["timed"]) = (json!(3), json!(3));
    assert!(wrong("/counts", counts).contains("holds the timed cases"));
    assert!(wrong("/counts/opener_unknown", json!(3)).contains("no part exceeds"));
    assert_eq!(document["within"], json!({"targets_ms": [600_000], "bands": [1, 1]}));
    assert!(wrong("/within/bands", json!([1, 0])).contains("held against the timed cases"));
    let other = wrong("/definition/targets_ms", json!([5]));
    assert!(other.contains("those of the definition"), "{other}");
    assert!(wrong("/definition/targets_ms", json!([5, 5])).contains("targets ascend"));
}

#[test]
fn targets() {
    let mut within = WithinTargets::new([20, 10]);
    within.push(15).unwrap();
    let document = written(&within);
    assert_eq!(document, json!({"targets_ms": [10, 20], "bands": [0, 1, 0]}));
    let wrong = |place, value| refused::<WithinTargets>(&document, place, value);
    assert!(wrong("/targets_ms/0", json!(20)).contains("targets ascend"));
    assert!(wrong("/bands", json!([1])).contains("one band more"));
    assert!(wrong("/bands/0", json!(1_u64 << 62)).contains("at most 2^62"));
}

#[test]
fn the_rest() {
    let mut sla = SlaTally::new(window());
    sla.push(&solved()).unwrap();
    let document = written(&sla);
    assert!(refused::<SlaTally>(&document, "/counts/met", json!(2)).contains("rows are met"));

    let mut automation = AutomationTally::new(window());
    automation.push(&solved()).unwrap();
    automation.push_sessions(3).unwrap();
    let document = written(&automation);
    let wrong = |place, value| refused::<AutomationTally>(&document, place, value);
    assert!(wrong("/counts/bot_resolved", json!(1)).contains("bot outcomes"));
    assert!(wrong("/counts/total_cases", json!(0)).contains("bot conversations"));
    assert!(wrong("/sessions", json!(u64::MAX)).contains("would exceed"));

    let mut one_touch = OneTouchTally::new(window());
    one_touch.push_row(TouchRow::from(&solved())).unwrap();
    let document = written(&one_touch);
    let wrong = |place, value| refused::<OneTouchTally>(&document, place, value);
    assert!(wrong("/counts/solved", json!(0)).contains("cases are solved"));
    assert!(wrong("/counts/one_reply", json!(2)).contains("no part exceeds"));
    assert!(wrong("/counts/strict_unknown", json!(1)).contains("is both"));
}

#[test]
fn calendars() {
    let hours = OpenHours::parse(chrono::Weekday::Fri, "09:00", "24:00").unwrap();
    let holidays = [parse_date("2024-05-01").unwrap()];
    let calendar =
        BusinessCalendar::new(Zone::parse("+02:00").unwrap(), [hours], holidays).unwrap();
    let definition = DurationDefinition::new(TimeMeasure::FirstReply);
    let tally =
        DurationTally::new(definition.in_business_time(std::sync::Arc::new(calendar)), window());
    let document = written(&tally);
    assert_eq!(
        document["definition"]["calendar"],
        json!({
            "zone": "+02:00",
            "hours": [{"weekday": "Fri", "start": "09:00", "end": "24:00"}],
            "holidays": ["2024-05-01"],
        })
    );
    let document = &document["definition"]["calendar"];
    let wrong = |place, value| refused::<BusinessCalendar>(document, place, value);
    assert!(wrong("/zone", json!("Mars")).contains("zone `Mars` is not UTC"));
    assert!(wrong("/holidays/0", json!("2024-2-30")).contains("holiday `2024-2-30` is not a date"));
    assert!(wrong("/hours", json!([])).contains("no open hours"));
    assert!(wrong("/hours/0/weekday", json!("Friday")).contains("weekday `Friday` is not one of"));
    assert!(wrong("/hours/0/end", json!("25:00")).contains("time of day `25:00` is not hh:mm"));
    assert!(wrong("/hours/0/start", json!("24:00")).contains("not after their start"));
}

#[test]
fn logs_sessions_and_answers() {
    let mut log = ContactLog::new();
    log.extend([
        KeyedContact::new(1, 2, at("2024-05-02")),
        KeyedContact::new(1, 2, at("2024-05-01")),
    ]);
    let document = written(&log);
    let first = document["contacts"][0].clone();
    assert_eq!(first["at"], json!("2024-05-01T00:00:00Z"));
    assert!(refused::<ContactLog>(&document, "/contacts/1/account", json!(0)).contains("ascend"));

    let definition = DeflectionDefinition::new(24).unwrap();
    let mut deflection = DeflectionTally::new(definition, window());
    deflection.push_account(&[at("2024-05-01")], &[]).unwrap();
    let document = written(&deflection);
    let wrong = |place, value| refused::<DeflectionTally>(&document, place, value);
    assert!(wrong("/counts/deflected", json!(2)).contains("sessions are deflected"));
    assert!(wrong("/window_hours", json!(0)).contains("`0` hours is outside 1 to 87840"));

    let mut answers = SurveyFcrTally::new(window());
    answers.push(at("2024-05-01"), Tri::Yes).unwrap();
    let document = written(&answers);
    let wrong = |place, value| refused::<SurveyFcrTally>(&document, place, value);
    assert!(wrong("/counts/no_answer", json!(2)).contains("said yes, no or nothing"));
}

proptest::proptest! {
    /// Whatever rows produce is read back: no rule is too strict.
    #[test]
    fn every_state_that_rows_produce_is_read_back(
        contacts in tenure_testing::strategies::service::contacts(0..30),
        as_of in tenure_testing::strategies::service::as_of(),
        options: [bool; 2],
    ) {
        let mut definition = FcrDefinition::default();
        if options[0] {
            definition = definition.with_channels(ChannelScope::EachChannel);
        }
        if options[1] {
            definition = definition.with_reopenings(Reopenings::Contacts);
        }
        let window = ServiceWindow::until(Instant::from_micros(as_of).unwrap());
        let rows: Vec<ContactRow<'_>> = contacts
            .iter()
            .enumerate()
            .map(|(index, (issue, at, flag))| {
                let at = Instant::from_micros(*at).unwrap();
                let mut row = ContactRow::new(issue, at, Tri::from(*flag));
                row.channel = (index % 3 > 0).then_some("mail");
                row.resolvable = [Tri::Yes, Tri::No, Tri::Unknown][index % 3];
                if index % 4 == 0 {
                    row.kind = tenure_service::ContactKind::Reopening;
                }
                row
            })
            .collect();
        let mut tally = FcrTally::new(definition, window);
        tally.push_account(&rows).unwrap();
        written(&tally);
    }
}
