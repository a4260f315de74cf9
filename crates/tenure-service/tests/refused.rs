//! Every refusal, and that the refused object stays as it was.
#![expect(clippy::unwrap_used, reason = "helper of tests")]

use tenure_model::record::{Case, CaseStatus};
use tenure_model::{Instant, Tri, Zone};
use tenure_service::{
    AutomationCounts, AutomationError, AutomationTally, BusinessCalendar, CalendarError, CaseError,
    CaseTimes, ChannelScope, ContactLog, ContactRow, DeflectionDefinition, DeflectionTally,
    DurationDefinition, DurationTally, FcrDefinition, FcrTally, KeyedContact, Moment,
    OneTouchTally, OpenHours, Opener, Reopenings, RepeatRule, ServiceWindow, SlaRow, SlaTally,
    SurveyFcrTally, TallyError, TimeMeasure, TouchRow,
};

fn at(text: &str) -> Instant {
    Instant::parse(text, Zone::UTC).unwrap()
}

fn window() -> ServiceWindow {
    ServiceWindow::until(at("2024-05-31"))
}

#[test]
fn promises_that_cannot_be() {
    let as_of = at("2024-05-01T00:00:01");
    let row = SlaRow::new(at("2024-05-01"), 500);

    let zero = SlaRow::new(at("2024-05-01"), 0).outcome(as_of).unwrap_err();
    assert_eq!(zero, CaseError::ZeroTarget);
    assert_eq!(zero.to_string(), "target of `0` ms is outside 1 and more");

    let mut reversed = row;
    reversed.end = Some(at("2024-04-30T23:59:59.999999"));
    assert_eq!(
        reversed.outcome(as_of).unwrap_err().to_string(),
        "end `2024-04-30T23:59:59.999999Z` is before the start `2024-05-01T00:00:00Z`"
    );

    let early = row.outcome(at("2024-04-30")).unwrap_err();
    assert_eq!(
        early.to_string(),
        "open start `2024-05-01T00:00:00Z` is after the instant of the question \
         `2024-04-30T00:00:00Z`"
    );

    let mut paused = row;
    paused.paused_ms = 1_001;
    let error = paused.outcome(as_of).unwrap_err();
    assert_eq!(error, CaseError::PausedBeyondElapsed { paused_ms: 1_001, elapsed_ms: 1_000 });
    assert_eq!(error.to_string(), "pause of `1001` ms is outside 0 to the elapsed 1000 ms");

    let mut tally = SlaTally::new(ServiceWindow::until(as_of));
    tally.push_row(&row).unwrap();
    let before = tally.clone();
    assert!(matches!(tally.push_row(&paused), Err(TallyError::Case(_))));
    assert!(matches!(tally.retract_row(&reversed), Err(TallyError::Case(_))));
    assert_eq!(tally, before);
}

#[test]
fn a_given_end_is_taken_as_given_even_later() {
    let mut row = SlaRow::new(at("2024-05-01"), 3_000);
    row.end = Some(at("2024-05-01T00:00:04"));
    row.paused_ms = 2_000;
    let outcome = row.outcome(at("2024-05-01T00:00:01")).unwrap();
    assert_eq!(outcome.name(), "met");
}

#[test]
fn cases_without_what_is_asked_are_apart() {
    let mut sla = SlaTally::new(window());
    let mut resolution = DurationTally::new(TimeMeasure::FullResolution, window());
    let mut first_reply = DurationTally::new(TimeMeasure::FirstReply, window());
    let mut solved = Case::new(at("2024-05-01"), CaseStatus::Solved);
    solved.target_ms = Some(1);
    solved.agent_replies = Some(1);
    let mut later = solved.clone();
    later.resolved = Some(at("2024-06-01"));
    later.first_reply = later.resolved;
    let mut unasked = Case::new(at("2024-05-01"), CaseStatus::Open);
    unasked.agent_replies = Some(0);
    let unseen = Case::new(at("2024-06-01"), CaseStatus::Open);
    for case in [&solved, &later, &unasked, &unseen] {
        sla.push(case).unwrap();
        resolution.push(case).unwrap();
        first_reply.push(case).unwrap();
    }
    let counts = sla.counts();
    assert_eq!((counts.rows, counts.end_unknown, counts.without_target), (4, 1, 1));
    assert_eq!((counts.breached_closed, counts.unseen), (1, 1));
    for tally in [resolution, first_reply] {
        let counts = tally.counts();
        assert_eq!((counts.cases, counts.timed, counts.time_unknown), (4, 0, 1));
        assert_eq!((counts.not_yet, counts.unseen), (2, 1));
    }
}

#[test]
fn a_case_that_ends_before_it_is_opened_is_refused() {
    let mut tally = DurationTally::new(TimeMeasure::FirstReply, window());
    let mut case = Case::new(at("2024-05-01"), CaseStatus::Open);
    case.first_reply = Some(at("2024-04-30"));
    let before = tally.clone();
    assert!(matches!(tally.push(&case), Err(TallyError::Case(CaseError::EndBeforeStart { .. }))));
    assert_eq!(tally, before);
}

#[test]
fn milliseconds_are_floored_and_zero_is_a_time() {
    let mut tally = DurationTally::new(TimeMeasure::FirstReply, window());
    let mut case = Case::new(at("2024-05-01T00:00:00.000900"), CaseStatus::Open);
    case.first_reply = Some(at("2024-05-01T00:00:00.001899"));
    tally.push(&case).unwrap();
    case.first_reply = Some(at("2024-05-01T00:00:00.001900"));
    tally.push(&case).unwrap();
    assert_eq!((tally.sketch().min(), tally.sketch().max()), (Some(0), Some(1)));
}

#[test]
fn other_definitions_and_windows_do_not_merge() {
    let definition = FcrDefinition::default();
    let fixed = FcrDefinition::new(7, RepeatRule::Fixed).unwrap();
    let mut tally = FcrTally::new(definition, window());
    let error = tally.merge(&FcrTally::new(fixed, window())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a tally of `fcr.fixed.7d.v1 as of 2024-05-31T00:00:00Z` cannot join one of \
         `fcr.rolling.7d.v1 as of 2024-05-31T00:00:00Z`"
    );
    let TallyError::Definition(mismatch) = error else { panic!("{error}") };
    assert_eq!(mismatch.ours(), tally.to_string());
    assert_eq!(mismatch.theirs(), FcrTally::new(fixed, window()).to_string());

    let later = ServiceWindow::until(at("2024-06-01"));
    assert!(tally.merge(&FcrTally::new(definition, later)).is_err());
    assert!(SlaTally::new(window()).merge(&SlaTally::new(later)).is_err());
    assert!(AutomationTally::new(window()).merge(&AutomationTally::new(later)).is_err());
    assert!(OneTouchTally::new(window()).merge(&OneTouchTally::new(later)).is_err());
    let reply = DurationTally::new(TimeMeasure::FirstReply, window());
    let resolution = DurationTally::new(TimeMeasure::FullResolution, window());
    assert!(reply.clone().merge(&resolution).is_err());
    let reply_targets = DurationDefinition::new(TimeMeasure::FirstReply).with_targets([5]);
    let error = reply.clone().merge(&DurationTally::new(reply_targets, window())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a tally of `first_reply.calendar.v1 within [5] ms as of 2024-05-31T00:00:00Z` cannot join \
         one of `first_reply.calendar.v1 as of 2024-05-31T00:00:00Z`"
    );
    let each = definition.with_channels(ChannelScope::EachChannel);
    let reopened = definition.with_reopenings(Reopenings::Contacts);
    for other in [each, reopened] {
        assert!(tally.merge(&FcrTally::new(other, window())).is_err());
    }
    let [day, week] = [24, 168].map(|hours| DeflectionDefinition::new(hours).unwrap());
    let mut sessions = DeflectionTally::new(day, window());
    assert!(sessions.merge(&DeflectionTally::new(week, window())).is_err());
    assert!(sessions.merge(&DeflectionTally::new(day, later)).is_err());
    assert!(SurveyFcrTally::new(window()).merge(&SurveyFcrTally::new(later)).is_err());
    assert!(reply.clone().merge(&DurationTally::new(TimeMeasure::FirstReply, later)).is_err());
}

#[test]
fn bots_that_cannot_be() {
    let mut counts = AutomationCounts::default();
    (counts.total_cases, counts.bot_started) = (3, 4);
    let error = counts.check().unwrap_err();
    assert_eq!(error, AutomationError::MoreStartedThanCases { bot_started: 4, cases: 3 });
    assert_eq!(error.to_string(), "`4` bot conversations are outside 0 to the 3 cases");
    (counts.total_cases, counts.bot_resolved, counts.bot_escalated) = (4, 3, u64::MAX);
    let error = counts.check().unwrap_err();
    let outcomes = u128::from(u64::MAX) + 3;
    assert_eq!(error, AutomationError::MoreOutcomesThanStarted { outcomes, bot_started: 4 });

    let mut tally = AutomationTally::new(window());
    let before = tally.clone();
    assert!(matches!(tally.push_counts(counts), Err(TallyError::Automation(_))));
    assert_eq!(tally, before);
}

#[test]
fn what_was_never_pushed_cannot_be_taken_back() {
    let contact = |at| ContactRow::new("login", at, Tri::Yes);
    let once = [contact(at("2024-05-01"))];
    let twice = [contact(at("2024-05-01")), contact(at("2024-05-02"))];

    let mut tally = FcrTally::new(FcrDefinition::default(), window());
    let error = tally.retract_account(&once).unwrap_err();
    assert_eq!(error.to_string(), "count `contacts` holds `0`, of which `1` cannot be taken back");
    let TallyError::Retract(retract) = error else { panic!("{error}") };
    assert_eq!((retract.counter(), retract.held(), retract.retracted()), ("contacts", 0, 1));

    // enough contacts and episodes, but no episode with a repeat: what is left could not be
    let mut unresolved = once;
    unresolved[0].resolved = Tri::No;
    tally.push_account(&once).unwrap();
    tally.push_account(&unresolved).unwrap();
    let before = tally.clone();
    let error = tally.retract_account(&twice).unwrap_err();
    let TallyError::State(state) = &error else { panic!("{error}") };
    assert_eq!((state.tally(), state.rule()), ("fcr", "an episode has a contact"));
    assert_eq!(error.to_string(), "state of `fcr` is inconsistent: an episode has a contact");
    assert_eq!(tally, before);

    let row = TouchRow::new(CaseStatus::Solved, None, Some(0), None);
    let mut tally = OneTouchTally::new(window());
    assert!(matches!(tally.retract_row(row), Err(TallyError::Retract(_))));
    let mut tally = AutomationTally::new(window());
    assert!(matches!(tally.retract_outcome(None), Err(TallyError::Retract(_))));
    let mut tally = SlaTally::new(window());
    let row = SlaRow::new(at("2024-05-01"), 1);
    assert!(matches!(tally.retract_row(&row), Err(TallyError::Retract(_))));
}

#[test]
fn a_full_count_refuses_and_stays() {
    let mut counts = AutomationCounts::default();
    counts.total_cases = AutomationTally::MAX_COUNT;
    let mut tally = AutomationTally::new(window());
    tally.push_counts(counts).unwrap();
    tally.push_sessions(AutomationTally::MAX_COUNT).unwrap();
    let before = tally.clone();
    for error in [tally.push_outcome(None), tally.push_sessions(1), tally.clone().merge(&before)] {
        assert!(matches!(error, Err(TallyError::Overflow(_))), "{error:?}");
    }
    let TallyError::Overflow(overflow) = tally.push_sessions(1).unwrap_err() else { panic!() };
    assert_eq!(overflow.counter(), "sessions");
    assert_eq!(overflow.most(), AutomationTally::MAX_COUNT);
    assert_eq!(overflow.to_string(), "count `sessions` would exceed `2305843009213693952`");
    assert_eq!(tally, before);
    assert_eq!(tally.self_service_share().and_then(|share| share.estimate()), Some(0.5));
}

#[test]
fn windows_of_zero_length() {
    let error = FcrDefinition::new(0, RepeatRule::Rolling).unwrap_err();
    assert_eq!(error.to_string(), "repeat window of `0` days is outside 1 to 3660");
    for hours in [0, DeflectionDefinition::MAX_WINDOW_HOURS + 1] {
        let error = DeflectionDefinition::new(hours).unwrap_err();
        assert_eq!(error.found(), hours);
        let text = format!("deflection window of `{hours}` hours is outside 1 to 87840");
        assert_eq!(error.to_string(), text);
    }
    assert!(DeflectionDefinition::new(DeflectionDefinition::MAX_WINDOW_HOURS).is_ok());
}

#[test]
fn calendars_that_cannot_be() {
    use chrono::Weekday::{Mon, Tue};
    for text in ["9:00", "09:60", "24:01", "", "09-00", "０９:00", "-1:00", "09:00:00"] {
        let error = OpenHours::parse(Mon, text, "24:00").unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("time of day `{text}` is not hh:mm from 00:00 to 24:00")
        );
    }
    let error = OpenHours::new(Mon, 0, 1_441).unwrap_err();
    assert_eq!(error.to_string(), "minute `1441` is outside 0 to 1440");
    for end in ["09:00", "08:59"] {
        let error = OpenHours::parse(Mon, "09:00", end).unwrap_err();
        let text = format!("hours on Mon end at `{end}`, not after their start `09:00`");
        assert_eq!(error.to_string(), text);
    }
    let new = |hours: &[OpenHours]| BusinessCalendar::new(Zone::UTC, hours.iter().copied(), []);
    let error = new(&[]).unwrap_err();
    assert_eq!(error, CalendarError::EmptyWeek);
    assert_eq!(error.to_string(), "the week has no open hours: at least one");
    let hours = |day, start, end| OpenHours::parse(day, start, end).unwrap();
    let (late, early) = (hours(Mon, "11:59", "13:00"), hours(Mon, "09:00", "12:00"));
    let error = new(&[late, early]).unwrap_err();
    assert_eq!(error.to_string(), "hours on Mon overlap: `09:00-12:00` and `11:59-13:00`");
    assert!(new(&[early, early]).is_err());
    assert!(new(&[late, hours(Tue, "09:00", "12:00")]).is_ok());
    let far = chrono::NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap();
    let error = BusinessCalendar::new(Zone::UTC, [early], [far]).unwrap_err();
    let text = "holiday `+10000-01-01` is not a date YYYY-MM-DD from 0001 to 9999";
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_resolution_before_the_opening_in_either_time() {
    let hours = OpenHours::parse(chrono::Weekday::Mon, "09:00", "17:00").unwrap();
    let calendar = std::sync::Arc::new(BusinessCalendar::new(Zone::UTC, [hours], []).unwrap());
    let mut case = CaseTimes::new(at("2024-05-02"), Opener::Account);
    case.full_resolution = Moment::At(at("2024-05-01T23:59:59.999999"));
    let calendar_time = DurationDefinition::new(TimeMeasure::FullResolution);
    for definition in [calendar_time.clone(), calendar_time.in_business_time(calendar)] {
        let mut tally = DurationTally::new(definition, window());
        let fine = CaseTimes::new(at("2024-05-02"), Opener::Account);
        let before = tally.clone();
        let error = tally.push_rows(&[fine, case]).unwrap_err();
        assert_eq!((error.row(), error.to_string().as_str()), (1, "row at index `1`"));
        assert!(matches!(error.reason(), TallyError::Case(CaseError::EndBeforeStart { .. })));
        let source = std::error::Error::source(&error).map(ToString::to_string);
        let text = "end `2024-05-01T23:59:59.999999Z` is before the start `2024-05-02T00:00:00Z`";
        assert_eq!(source.as_deref(), Some(text));
        assert_eq!(tally, before);
        tally.push_rows(&[fine, fine]).unwrap();
        assert_eq!(tally.counts().not_yet, 2);
    }
}

#[test]
fn many_rows_or_none() {
    let mut sla = SlaTally::new(window());
    let row = SlaRow::new(at("2024-05-01"), 1);
    let mut negative = row;
    negative.end = Some(at("2024-04-30")); // a negative duration
    let refused = sla.push_rows(&[row, row, negative]).unwrap_err();
    assert_eq!((refused.row(), &sla), (2, &SlaTally::new(window())));
    sla.push_rows(&[row, row]).unwrap();
    assert_eq!(sla.counts().breached_open, 2);
    let mut one_touch = OneTouchTally::new(window());
    one_touch.push_rows(&[TouchRow::new(CaseStatus::Solved, None, None, None)]).unwrap();
    assert_eq!(one_touch.counts().solved, 1);
}

#[test]
fn a_group_that_is_not_there() {
    let mut log = ContactLog::new();
    log.extend([KeyedContact::new(7, 1, at("2024-05-01"))]);
    let mut groups = [FcrTally::new(FcrDefinition::default(), window())];
    let error = log.tally_groups(&mut groups, |_| 1).unwrap_err();
    assert_eq!(error.to_string(), "account `7` is in group `1`, outside the 1 groups from 0");
}
