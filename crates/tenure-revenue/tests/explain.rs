//! Numbers explain themselves: by event, by account, by segment, by run; and what looks wrong is told.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test: a panic is a failure, and sums are small"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tenure_model::record::{
    Discount, Interval, Price, Reduction, SubscriptionChange, SubscriptionEvent,
};
use tenure_model::{Currency, Instant, Money, Month, Zone, parse_decimal};
use tenure_revenue::{
    AccountRevenue, LatePolicy, LintKind, MovementLine, RetentionMeasure, RevenueDefinition,
    RevenuePlan, RevenueSegments, RevenueState, RevenueUnit, SegmentPolicy, StateError,
    SubscriptionRow, differences, explain_difference,
};
use tenure_testing::oracle::revenue::Row;
use tenure_testing::strategies::revenue as strategies;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn window() -> (Month, Month) {
    (month("2024-01"), month("2024-04"))
}

fn plan(definition: &RevenueDefinition) -> RevenuePlan {
    let (first, last) = strategies::reported();
    let plan = RevenuePlan::new(definition.clone(), first, last).unwrap();
    plan.with_window(window().0, window().1).unwrap()
}

fn by_account(rows: &[Row]) -> BTreeMap<u8, Vec<SubscriptionRow<'_>>> {
    let mut accounts: BTreeMap<u8, Vec<SubscriptionRow<'_>>> = BTreeMap::new();
    for row in rows {
        let row_of = SubscriptionRow { event: &row.event, recorded_at: row.recorded_at };
        accounts.entry(row.account).or_default().push(row_of);
    }
    accounts
}

fn state<'a>(
    plan: &RevenuePlan,
    accounts: impl IntoIterator<Item = &'a AccountRevenue>,
) -> RevenueState {
    let mut state = plan.state();
    for account in accounts {
        state.push(account).unwrap();
    }
    state
}

const CLASSES: [MovementLine; 6] = [
    MovementLine::New,
    MovementLine::Expansion,
    MovementLine::Contraction,
    MovementLine::Churn,
    MovementLine::Reactivation,
    MovementLine::Adjustment,
];

proptest! {
    /// Every gross cell is the sum of movements, every movement names rows of its account that exist,
    /// and follows the one before it.
    #[test]
    fn movements_add_up_to_their_cells(
        rows in strategies::rows(true, 24),
        definition in strategies::definitions(),
    ) {
        let plan = plan(&definition);
        for rows in by_account(&rows).values() {
            let account = plan.account(rows.iter().copied()).unwrap();
            let movements = plan.movements(rows.iter().copied()).unwrap();
            for month in plan.months() {
                let lines = account.gross(month).unwrap().lines();
                for line in CLASSES {
                    let found = movements.iter().filter(|one| one.month == month && one.line == line);
                    let sum: i128 = found.fold(0, |sum, one| sum + one.amount);
                    prop_assert_eq!(sum, lines.line(line), "{} {}", month, line);
                }
            }
            for movement in &movements {
                prop_assert!(!movement.rows.is_empty());
                prop_assert!(movement.rows.iter().all(|&row| row < rows.len()));
            }
            for pair in movements.windows(2) {
                prop_assert!(pair[0].at <= pair[1].at);
                if pair[0].month == pair[1].month {
                    prop_assert_eq!(pair[0].to, pair[1].from);
                }
            }
        }
    }

    /// The differences by account are the difference of the numerators.
    #[test]
    fn accounts_explain_the_difference_of_two_definitions(
        rows in strategies::rows(true, 24),
        definition in strategies::definitions(),
        first in prop::sample::select(RetentionMeasure::ALL),
        second in prop::sample::select(RetentionMeasure::ALL),
    ) {
        let plan = plan(&definition);
        let accounts: BTreeMap<u8, AccountRevenue> = by_account(&rows)
            .into_iter()
            .map(|(name, rows)| (name, plan.account(rows).unwrap()))
            .collect();
        let found = explain_difference(&accounts, (first, second), window());
        let additive = |measure| !matches!(
            measure,
            RetentionMeasure::NrrCompoundedMonthly | RetentionMeasure::GrrMinOfTotals
        );
        prop_assert_eq!(
            found.is_some(),
            accounts.is_empty() || (additive(first) && additive(second))
        );
        let retention = state(&plan, accounts.values()).retention(window().0, window().1).unwrap();
        if let (Some(found), Some(first), Some(second)) =
            (found, retention.rate(first), retention.rate(second))
        {
            let sum: i128 = found.iter().fold(0, |sum, one| sum + one.difference().unwrap());
            prop_assert_eq!(sum, first.num() - second.num());
            prop_assert!(found.iter().all(|one| one.first != one.second));
        }
    }

    /// Segments close (their type sees to it) and sum to the total under every policy; what enters
    /// one left another.
    #[test]
    fn segments_sum_to_the_total(
        rows in strategies::rows(true, 24),
        definition in strategies::definitions(),
        policy in prop::sample::select(SegmentPolicy::ALL),
        turn in -1..6_i32,
    ) {
        let plan = plan(&definition);
        let turns = plan.first().plus(turn).unwrap();
        let mut segments = RevenueSegments::new(plan.clone(), policy);
        let mut halves = [segments.clone(), segments.clone()];
        let mut total = plan.state();
        for (name, rows) in by_account(&rows) {
            let account = plan.account(rows).unwrap();
            total.push(&account).unwrap();
            let segment = |month| if month < turns { name % 2 } else { name % 3 };
            segments.push(&account, segment).unwrap();
            halves[usize::from(name % 2)].push(&account, segment).unwrap();
        }
        let [mut merged, other] = halves;
        merged.merge(&other).unwrap();
        prop_assert_eq!(&merged, &segments);
        for month in plan.months() {
            let lines = total.net(month).unwrap().lines();
            let all: Vec<_> = segments
                .segments()
                .map(|segment| *segments.month(segment, month).unwrap())
                .collect();
            for line in CLASSES {
                let sum: i128 = all.iter().fold(0, |sum, one| sum + one.lines().line(line));
                prop_assert_eq!(sum, lines.line(line));
            }
            let sum = |pick: fn(&tenure_revenue::SegmentMonth) -> i128| -> i128 {
                all.iter().fold(0, |sum, one| sum + pick(one))
            };
            prop_assert_eq!(sum(|one| one.entered()), sum(|one| one.left()));
            prop_assert_eq!(sum(|one| one.lines().closing), lines.closing);
            prop_assert_eq!(sum(|one| one.lines().opening), lines.opening);
            let paying: u64 = all.iter().fold(0, |sum, one| sum + one.paying());
            prop_assert_eq!(paying, total.logos(month).unwrap().closing());
            if policy != SegmentPolicy::EachClose {
                prop_assert_eq!(sum(|one| one.entered()), 0);
            }
        }
    }

    /// What two runs differ by, month by month, leads from one closing to the other.
    #[test]
    fn adjustments_lead_from_one_run_to_the_other(
        rows in strategies::rows(false, 24),
        definition in strategies::definitions(),
    ) {
        let run = |late| {
            let mut definition = definition.clone();
            definition.late = late;
            let plan = plan(&definition);
            let accounts: Vec<_> =
                by_account(&rows).into_values().map(|rows| plan.account(rows).unwrap()).collect();
            state(&plan, &accounts)
        };
        let (posted, restated) = (run(LatePolicy::PostWhenRecorded), run(LatePolicy::Restate));
        let found = differences(&posted, &restated).unwrap();
        for month in posted.plan().months() {
            let moved = found.iter().find(|one| one.month == month);
            let lines = moved.map(|one| one.lines).unwrap_or_default();
            let [before, after] = [&posted, &restated].map(|run| *run.net(month).unwrap().lines());
            for line in CLASSES {
                prop_assert_eq!(lines.line(line), after.line(line) - before.line(line));
            }
            prop_assert_eq!(lines.closing, after.closing - before.closing);
            prop_assert!(moved.is_none_or(|one| one.lines != Default::default()));
        }
        prop_assert!(differences(&posted, &posted).unwrap().is_empty());
    }

    /// Subscriptions, each for itself, are worth what their account is: only the classes differ.
    #[test]
    fn units_split_the_events_and_keep_the_worth(
        rows in strategies::plain_rows(24),
    ) {
        let mut definition = RevenueDefinition::new(strategies::usd());
        let whole = plan(&definition);
        definition.unit = RevenueUnit::Subscription;
        let split = plan(&definition);
        for rows in by_account(&rows).values() {
            let account = whole.account(rows.iter().copied()).unwrap();
            let one = whole.units(rows.iter().copied()).unwrap();
            prop_assert_eq!(one, vec![("", account.clone())]);
            let units = split.units(rows.iter().copied()).unwrap();
            for month in whole.months() {
                let sum: i128 = units.iter().fold(0, |sum, (_, unit)| sum + unit.mrr(month).unwrap());
                prop_assert_eq!(Some(sum), account.mrr(month));
            }
        }
    }

    /// Lint refuses nothing, and says the same of the same rows.
    #[test]
    fn lint_takes_everything(
        rows in strategies::rows(true, 24),
        definition in strategies::definitions(),
    ) {
        let plan = plan(&definition);
        for rows in by_account(&rows).values() {
            let found = plan.lint(rows.iter().copied());
            prop_assert_eq!(&found, &plan.lint(rows.iter().copied()));
            prop_assert!(found.iter().all(|one| one.row.unwrap() < rows.len()));
        }
    }
}

fn usd() -> Currency {
    Currency::new("USD").unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text, Zone::UTC).unwrap()
}

fn event(day: &str, subscription: &str, change: SubscriptionChange) -> SubscriptionEvent {
    SubscriptionEvent::new(at(day), subscription, change)
}

fn price(amount: &str, code: &str) -> Price {
    let currency = Currency::new(code).unwrap();
    Price::new(Money::parse(amount, currency).unwrap(), Interval::Month)
}

fn start(day: &str, subscription: &str, price: Price) -> SubscriptionEvent {
    event(day, subscription, SubscriptionChange::Start(Box::new(price)))
}

fn set(day: &str, amount: &str) -> SubscriptionEvent {
    let monthly = Money::parse(amount, usd()).unwrap();
    event(day, "1", SubscriptionChange::Set { monthly })
}

const CANCEL: SubscriptionChange = SubscriptionChange::Cancel { service_end: None };

fn lint(events: &[SubscriptionEvent]) -> Vec<String> {
    let found = plan(&RevenueDefinition::new(usd())).lint(events);
    found
        .iter()
        .map(|one| {
            let detail = one.detail.as_deref().map(|detail| format!(" {detail}"));
            format!("{} {}{}", one.row.unwrap(), one.kind, detail.unwrap_or_default())
        })
        .collect()
}

#[test]
fn each_kind_of_finding_has_a_row_that_provokes_it() {
    let discounted = |reduction, until: Option<&str>| {
        let mut price = price("10", "USD");
        price.discount = Some(Discount { reduction, until: until.map(at) });
        price
    };
    let decimal = |text| parse_decimal(text).unwrap();
    let mut trial = price("10", "USD");
    trial.trial_end = Some(at("2023-12-01"));
    let cases: [(&[SubscriptionEvent], &[&str]); 17] = [
        (&[set("2024-01-05", "5"), set("2024-01-05", "5")], &["1 duplicate as row 0"]),
        (
            &[
                start("2024-01-05", "1", price("10", "USD")),
                start("2024-01-06", "2", price("10", "USD")),
            ],
            &["1 double_subscription beside `1`"],
        ),
        (
            &[
                start("2024-01-05", "1", price("10", "USD")),
                start("2024-01-06", "2", price("11", "USD")),
            ],
            &["1 overlap beside `1`"],
        ),
        (
            &[
                start("2024-01-05", "1", price("10", "USD")),
                start("2024-01-06", "1", price("11", "USD")),
            ],
            &["1 start_while_live"],
        ),
        (
            &[event("2024-01-05", "1", SubscriptionChange::Change(Box::new(price("10", "USD"))))],
            &["0 change_of_nothing"],
        ),
        (&[event("2024-01-05", "1", SubscriptionChange::Pause)], &["0 pause_of_nothing"]),
        (&[event("2024-01-05", "1", SubscriptionChange::Resume)], &["0 resume_of_nothing"]),
        // A cancellation before the start ends nothing, and the start stands.
        (
            &[set("2024-01-05", "5"), event("2024-01-04", "1", CANCEL)],
            &["1 cancel_of_nothing", "0 gap ended at 2024-01-04T00:00:00Z"],
        ),
        (
            &[
                set("2024-01-05", "5"),
                event(
                    "2024-02-05",
                    "1",
                    SubscriptionChange::Cancel { service_end: Some(at("2024-02-01")) },
                ),
            ],
            &[
                "1 service_end_before requested at 2024-02-05T00:00:00Z, ended at 2024-02-01T00:00:00Z",
            ],
        ),
        (&[start("2024-01-05", "1", trial)], &["0 trial_end_before ended at 2023-12-01T00:00:00Z"]),
        (
            &[start(
                "2024-01-05",
                "1",
                discounted(Reduction::Percent(decimal("5")), Some("2024-01-01")),
            )],
            &["0 discount_end_before ended at 2024-01-01T00:00:00Z"],
        ),
        (
            &[start("2024-01-05", "1", discounted(Reduction::Amount(decimal("11")), None))],
            &["0 discount_above_price 11 off 10"],
        ),
        (
            &[set("2024-01-05", "5"), set("2024-01-06", "-5")],
            &["1 negative_price -5", "1 sign_flip 5 before, -5 now"],
        ),
        (
            &[set("2024-01-05", "5"), start("2024-05-06", "1", price("5", "EUR"))],
            &[
                "1 start_while_live",
                "1 currency_change USD before, EUR now",
                "1 missing_rate EUR 2024-05",
            ],
        ),
        (
            &[set("2024-01-05", "5"), event("2024-01-06", "1", CANCEL), set("2024-01-09", "5")],
            &["2 gap ended at 2024-01-06T00:00:00Z"],
        ),
        (&[set("2024-06-01", "5")], &["0 future"]),
        (&[set("2024-01-05", "5"), set("2024-01-06", "6"), event("2024-01-07", "1", CANCEL)], &[]),
    ];
    for (events, expected) in cases {
        assert_eq!(lint(events), expected, "{events:?}");
    }
}

#[test]
fn an_event_recorded_long_before_it_is_told() {
    let sold = set("2024-01-05", "5");
    let row = SubscriptionRow { event: &sold, recorded_at: Some(at("2024-01-01")) };
    let found = plan(&RevenueDefinition::new(usd())).lint([row]);
    assert_eq!(found[0].kind, LintKind::RecordedBefore);
}

#[test]
fn a_subscription_that_vanished_is_told() {
    let plan = plan(&RevenueDefinition::new(usd()));
    let before = [set("2024-01-05", "5"), start("2024-01-03", "2", price("10", "USD"))];
    let found = plan.vanished(&before, &before[..1]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].to_string(), "2024-01-03T00:00:00Z, `2`: vanished");
    assert!(plan.vanished(&before[..1], &before).is_empty());
}

#[test]
fn constant_rates_show_what_accounts_did() {
    let eur = Currency::new("EUR").unwrap();
    let mut definition = RevenueDefinition::new(usd());
    for (at, rate) in [
        ("2023-12", "1"),
        ("2024-01", "1"),
        ("2024-02", "1.5"),
        ("2024-03", "2"),
        ("2024-04", "2"),
        ("2024-05", "2"),
    ] {
        definition.rates.add(eur, month(at), parse_decimal(rate).unwrap()).unwrap();
    }
    let sold = [
        start("2024-01-05", "1", price("100", "EUR")),
        start("2024-04-05", "1", price("90", "EUR")),
    ];
    let rate = |definition: &RevenueDefinition| {
        let plan = plan(definition);
        let retention = state(&plan, [&plan.account(&sold).unwrap()])
            .retention(window().0, window().1)
            .unwrap();
        retention.nrr_point_to_point().unwrap().to_decimal(2)
    };
    assert_eq!(rate(&definition), "1.80");
    assert_eq!(rate(&definition.at_constant_rates(month("2024-01"))), "0.90");
    // A named constant rate stands before that of a month.
    definition.rates.add_constant(eur, parse_decimal("7").unwrap()).unwrap();
    let constant = definition.at_constant_rates(month("2024-01"));
    assert_eq!(constant.rates.constant(eur), Some(parse_decimal("7").unwrap()));
}

#[test]
fn results_of_other_months_are_not_compared() {
    let definition = RevenueDefinition::new(usd());
    let other = RevenuePlan::new(definition.clone(), month("2024-01"), month("2024-02")).unwrap();
    let error = differences(&plan(&definition).state(), &other.state()).unwrap_err();
    assert!(matches!(error, StateError::Definition { .. }));
    let mut segments = RevenueSegments::new(other.clone(), SegmentPolicy::Base);
    let stranger = plan(&definition).account(&[set("2024-01-05", "5")]).unwrap();
    assert!(matches!(segments.push(&stranger, |_| 0), Err(StateError::Definition { .. })));
    let current = RevenueSegments::new(other, SegmentPolicy::Current);
    let error = segments.merge(&current).unwrap_err();
    assert!(error.to_string().contains("segments current"), "{error}");
}
