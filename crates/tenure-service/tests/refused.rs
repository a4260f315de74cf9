//! Every refusal, and that the refused object stays as it was.
#![expect(clippy::unwrap_used, reason = "helper of tests")]

use tenure_model::record::{Case, CaseStatus};
use tenure_model::{Instant, Tri, Zone};
use tenure_service::{
    AutomationCounts, AutomationError, AutomationTally, CaseError, ContactRow, DurationTally,
    FcrDefinition, FcrTally, OneTouchTally, RepeatRule, ServiceWindow, SlaRow, SlaTally,
    TallyError, TimeMeasure, TouchRow,
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
