//! The log of monthly amounts says what the ledger says, to the last cell; and refuses what it
//! cannot say.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test: a panic is a failure, and sums are small"
)]

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
use tenure_model::{Currency, Instant, Minor, Money, Month, Zone};
use tenure_revenue::{
    LatePolicy, LedgerError, LogError, LogEvent, NegativePolicy, RevenueDefinition, RevenueLog,
    RevenuePlan, RevenueState,
};

const HOUR: i64 = 3_600;
/// 2023-11-01T00:00:00Z.
const ORIGIN: i64 = 1_698_796_800;

fn usd() -> Currency {
    Currency::new("USD").unwrap()
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn instant(seconds: i64) -> Instant {
    Instant::from_micros(seconds * 1_000_000).unwrap()
}

/// Rows and when each was recorded.
fn rows(most: usize) -> impl Strategy<Value = Vec<(LogEvent, Option<i64>)>> {
    let days = prop_oneof![
        1 => prop::sample::select(&[0_i64, 30, 61, 92, 121, 152][..]),
        2 => 0..215_i64,
    ];
    let at =
        (days, prop_oneof![3 => Just(0), 1 => Just(-1), 1 => Just(5 * HOUR), 1 => Just(-HOUR)]);
    let amounts = prop_oneof![2 => Just(0), 5 => 0..9_000_i64, 1 => -900..0_i64];
    let row = (0..5_u32, 0..3_u32, at, amounts, option::weighted(0.2, 0..200_i64)).prop_map(
        |(account, subscription, (day, beside), monthly, late)| {
            let at = ORIGIN + day * 24 * HOUR + beside;
            let recorded_at = late.map(|days| at + days * 24 * HOUR);
            (LogEvent { account, subscription, at, monthly }, recorded_at)
        },
    );
    vec(row, 0..most)
}

fn definitions() -> impl Strategy<Value = RevenueDefinition> {
    let zones = prop::sample::select(&["UTC", "America/New_York", "Asia/Kolkata"][..]);
    let known = option::weighted(0.3, 0..215_i64);
    let negative = prop::sample::select(NegativePolicy::ALL);
    (zones, known, negative, option::weighted(0.5, 0..70_u32)).prop_map(
        |(zone, known_by, negative, window)| {
            let mut definition = RevenueDefinition::new(usd());
            definition.zone = Zone::parse(zone).unwrap();
            definition.known_by = known_by.map(|day| instant(ORIGIN + day * 24 * HOUR));
            definition.negative = negative;
            definition.reactivation_window_days = window;
            definition
        },
    )
}

fn plan(definition: RevenueDefinition) -> RevenuePlan {
    let plan = RevenuePlan::new(definition, month("2024-01"), month("2024-05")).unwrap();
    [("2023-12", "2024-05"), ("2024-01", "2024-02"), ("2024-02", "2024-04"), ("2024-03", "2024-03")]
        .into_iter()
        .fold(plan, |plan, (from, to)| plan.with_window(month(from), month(to)).unwrap())
}

fn by_log(plan: &RevenuePlan, rows: &[(LogEvent, Option<i64>)]) -> Result<RevenueState, LogError> {
    let mut log = RevenueLog::new(plan.definition().known_by);
    for &(event, recorded_at) in rows {
        log.push(event, recorded_at)?;
    }
    log.group().state(plan)
}

fn by_ledger(plan: &RevenuePlan, rows: &[(LogEvent, Option<i64>)]) -> RevenueState {
    let mut accounts: BTreeMap<u32, Vec<SubscriptionEvent>> = BTreeMap::new();
    for &(event, recorded_at) in rows {
        let known_by = plan.definition().known_by;
        if known_by.is_some_and(|by| recorded_at.is_some_and(|at| instant(at) > by)) {
            continue;
        }
        let monthly = Money::from_minor(Minor::new(event.monthly), usd());
        let change = SubscriptionChange::Set { monthly };
        let event = (event.account, event.subscription.to_string(), event.at);
        accounts.entry(event.0).or_default().push(SubscriptionEvent::new(
            instant(event.2),
            event.1,
            change,
        ));
    }
    let mut state = plan.state();
    for events in accounts.values() {
        state.push(&plan.account(events).unwrap()).unwrap();
    }
    state
}

proptest! {
    #[test]
    fn the_log_says_what_the_ledger_says(rows in rows(40), definition in definitions()) {
        let plan = plan(definition);
        prop_assert_eq!(by_log(&plan, &rows).unwrap(), by_ledger(&plan, &rows));
    }

    #[test]
    fn rows_of_one_subscription_and_instant_count_in_their_order(rows in rows(20)) {
        let plan = plan(RevenueDefinition::new(usd()));
        // The same instant twice: only the second row stands.
        let twice: Vec<_> = rows
            .iter()
            .flat_map(|&(event, recorded_at)| {
                [(LogEvent { monthly: 77, ..event }, recorded_at), (event, recorded_at)]
            })
            .collect();
        prop_assert_eq!(by_log(&plan, &twice).unwrap(), by_log(&plan, &rows).unwrap());
    }

    #[test]
    fn ids_far_apart_are_sorted_the_other_way(rows in rows(40)) {
        let plan = plan(RevenueDefinition::new(usd()));
        let far: Vec<_> = rows
            .iter()
            .map(|&(event, recorded_at)| {
                (LogEvent { account: event.account * 999_999_999, ..event }, recorded_at)
            })
            .collect();
        prop_assert_eq!(by_log(&plan, &far).unwrap(), by_log(&plan, &rows).unwrap());
    }
}

fn row(at: &str, account: u32, subscription: u32, monthly: i64) -> (LogEvent, Option<i64>) {
    let at = Instant::parse(at, Zone::UTC).unwrap().micros() / 1_000_000;
    (LogEvent { account, subscription, at, monthly }, None)
}

#[test]
fn nothing_comes_to_nothing() {
    let plan = plan(RevenueDefinition::new(usd()));
    assert_eq!(by_log(&plan, &[]).unwrap(), plan.state());
}

#[test]
fn an_amount_past_64_bits_is_an_error_never_a_wrap() {
    let plan = plan(RevenueDefinition::new(usd()));
    // A year of it does not fit 64 bits, as the ledger says too.
    for monthly in [i64::MAX, i64::MIN, i64::MAX / 12 + 1] {
        let error = by_log(&plan, &[row("2024-01-05", 7, 0, monthly)]).unwrap_err();
        assert!(matches!(
            error,
            LogError::Account { account: 7, source: LedgerError::Overflow { .. } }
        ));
        assert_eq!(error.to_string(), "account `7`");
    }
}

#[test]
fn the_largest_amounts_are_summed_to_the_unit() {
    let plan = plan(RevenueDefinition::new(usd()));
    let most = i64::MAX / 12;
    let rows: Vec<_> = (0..40)
        .flat_map(|account| {
            [
                row("2024-01-05", account, 0, most - i64::from(account)),
                row("2024-02-05", account, 1, 1 << 52),
                row("2024-03-05", account, 0, 1 << (account % 50)),
            ]
        })
        .chain((40..4_000).map(|account| row("2024-01-05", account, 0, (1 << 58) + 1)))
        .collect();
    assert_eq!(by_log(&plan, &rows).unwrap(), by_ledger(&plan, &rows));
}

#[test]
fn what_a_log_cannot_say_is_refused() {
    let mut definition = RevenueDefinition::new(usd());
    definition.late = LatePolicy::PostWhenRecorded;
    assert_eq!(by_log(&plan(definition.clone()), &[]).unwrap_err(), LogError::Late);
    definition.late = LatePolicy::Restate;
    definition.known_by = Some(instant(ORIGIN));
    let error = RevenueLog::new(None).group().state(&plan(definition)).unwrap_err();
    assert_eq!(error.to_string(), "the log is known by any time, the plan by 2023-11-01T00:00:00Z");
    let plan = plan(RevenueDefinition::new(usd()));
    let early = row("1900-01-01", 1, 0, 5);
    assert!(matches!(by_log(&plan, &[early]), Err(LogError::TooEarly { max: 1_200, .. })));
    for at in [i64::MAX, i64::MIN, 253_402_300_800] {
        let event = LogEvent { account: 0, subscription: 0, at, monthly: 1 };
        assert_eq!(
            RevenueLog::new(None).push(event, None),
            Err(LogError::OutOfCalendar { found: at })
        );
    }
}

#[test]
fn rows_recorded_later_are_left_out_and_counted() {
    let at = ORIGIN;
    let mut log = RevenueLog::new(Some(instant(at + 10)));
    let event = LogEvent { account: 0, subscription: 0, at, monthly: 1 };
    log.push(event, Some(at + 10)).unwrap();
    log.push(event, Some(at + 11)).unwrap();
    log.push(event, None).unwrap();
    assert_eq!((log.len(), log.unknown(), log.is_empty()), (2, 1, false));
}
