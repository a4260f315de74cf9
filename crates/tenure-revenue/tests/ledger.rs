//! Edges of the ledger, each worked out by hand.
#![expect(clippy::unwrap_used, reason = "a test: a panic is a failure")]

use tenure_model::record::{
    Discount, Interval, Price, Reduction, SubscriptionChange, SubscriptionEvent,
};
use tenure_model::{Currency, Instant, Money, Month, Zone, parse_decimal};
use tenure_revenue::{
    AccountRevenue, FxPolicy, LedgerError, MovementLines, NegativePolicy, PausePolicy,
    RevenueDefinition, RevenuePlan, StateError, SubscriptionRow,
};

fn currency(code: &str) -> Currency {
    Currency::new(code).unwrap()
}

fn money(amount: &str, code: &str) -> Money {
    Money::parse(amount, currency(code)).unwrap()
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text, Zone::UTC).unwrap()
}

fn event(day: &str, subscription: &str, change: SubscriptionChange) -> SubscriptionEvent {
    SubscriptionEvent::new(at(day), subscription, change)
}

fn set(day: &str, amount: &str) -> SubscriptionEvent {
    set_in(day, "1", amount, "USD")
}

fn set_in(day: &str, subscription: &str, amount: &str, code: &str) -> SubscriptionEvent {
    event(day, subscription, SubscriptionChange::Set { monthly: money(amount, code) })
}

fn cancel(day: &str) -> SubscriptionEvent {
    event(day, "1", SubscriptionChange::Cancel { service_end: None })
}

fn usd() -> RevenueDefinition {
    RevenueDefinition::new(currency("USD"))
}

fn plan(definition: RevenueDefinition, first: &str, last: &str) -> RevenuePlan {
    RevenuePlan::new(definition, month(first), month(last)).unwrap()
}

fn net(account: &AccountRevenue, of: &str) -> MovementLines {
    *account.net(month(of)).unwrap().lines()
}

#[test]
fn midnight_on_the_first_belongs_to_the_new_month() {
    let plan = plan(usd(), "2024-01", "2024-02");
    let before = plan.account(&[set("2024-01-31T23:59:59.999999", "100")]).unwrap();
    assert_eq!(net(&before, "2024-01").new, 10_000);
    let after = plan.account(&[set("2024-02-01", "100")]).unwrap();
    assert_eq!(net(&after, "2024-01"), MovementLines::default());
    assert_eq!(net(&after, "2024-02").new, 10_000);
}

#[test]
fn an_account_without_events_is_counted_and_worth_nothing() {
    let plan = plan(usd(), "2024-01", "2024-02");
    let nobody = plan.account(std::iter::empty::<SubscriptionRow<'_>>()).unwrap();
    assert_eq!(nobody.mrr(month("2024-01")), Some(0));
    assert_eq!(nobody.mrr(month("1990-01")), Some(0));
    assert_eq!(nobody.mrr(month("2024-03")), None);
    let mut state = plan.state();
    state.push(&nobody).unwrap();
    assert_eq!(state.accounts(), 1);
    assert!(state.cohorts().is_empty() && state.spells().is_empty());
    assert!(state.survival().is_empty());
}

#[test]
fn the_opening_is_the_close_before_even_where_that_month_is_not_reported() {
    let plan = plan(usd(), "2024-06", "2024-06");
    let plan = plan.with_window(month("2024-05"), month("2024-06")).unwrap();
    let account = plan.account(&[set("2021-03-05", "80"), cancel("2021-04-01")]).unwrap();
    assert_eq!(net(&account, "2024-06"), MovementLines::default());
    let returned =
        plan.account(&[set("2021-03-05", "80"), cancel("2021-04-01"), set("2024-06-03", "50")]);
    let lines = net(&returned.unwrap(), "2024-06");
    assert_eq!((lines.new, lines.reactivation), (0, 5_000));
    let stayed = plan.account(&[set("2021-03-05", "80")]).unwrap();
    assert_eq!(net(&stayed, "2024-06").opening, 8_000);
    let mut state = plan.state();
    state.push(&stayed).unwrap();
    let cohort = state.cohorts().get(&month("2021-03")).unwrap();
    assert_eq!(cohort.len(), 40);
}

#[test]
fn a_swap_of_subscriptions_at_one_instant_is_no_churn() {
    let plan = plan(usd(), "2024-01", "2024-02");
    let account = plan
        .account(&[
            set("2024-01-05", "100"),
            cancel("2024-02-10"),
            set_in("2024-02-10", "2", "130", "USD"),
        ])
        .unwrap();
    let gross = account.gross(month("2024-02")).unwrap().lines();
    assert_eq!((gross.expansion, gross.churn, gross.reactivation), (3_000, 0, 0));
}

/// Back after 90 days and 23 hours is within 90 whole days, after 91 it is not.
#[test]
fn the_reactivation_window_counts_whole_days() {
    let mut definition = usd();
    definition.reactivation_window_days = Some(90);
    let plan = plan(definition, "2024-01", "2024-05");
    for (back, new) in [("2024-05-10T23:00:00", 0), ("2024-05-11", 10_000)] {
        let account = plan
            .account(&[set("2024-01-05", "100"), cancel("2024-02-10"), set(back, "100")])
            .unwrap();
        assert_eq!(net(&account, "2024-05").new, new, "{back}");
        assert_eq!(net(&account, "2024-05").reactivation, 10_000 - new, "{back}");
        let gross = account.gross(month("2024-05")).unwrap().lines();
        assert_eq!(gross.new, new, "{back}");
    }
}

/// The first change of the month that leaves it *above 0* is on day 95 after the fall, not the one
/// to -5 on day 85.
#[test]
fn a_return_is_the_change_that_leaves_it_positive() {
    let mut definition = usd();
    definition.reactivation_window_days = Some(90);
    definition.negative = NegativePolicy::Signed;
    let plan = plan(definition, "2024-01", "2024-05");
    let account = plan
        .account(&[
            set("2024-01-05", "100"),
            cancel("2024-02-10"),
            set("2024-05-05", "-5"),
            set("2024-05-15", "100"),
        ])
        .unwrap();
    assert_eq!(net(&account, "2024-05").new, 10_000);
}

#[test]
fn a_credit_that_turns_by_the_rate_alone_has_paid_before() {
    let mut definition = usd();
    definition.negative = NegativePolicy::Signed;
    for (of, rate) in [("2024-01", "1.00"), ("2024-02", "1.20"), ("2024-03", "1.20")] {
        let rate = parse_decimal(rate).unwrap();
        definition.rates.add(currency("EUR"), month(of), rate).unwrap();
    }
    let plan = plan(definition, "2024-01", "2024-03");
    // -110 USD and 100 EUR: -10 in January, +10 in February; gone, then back in March.
    let account = plan
        .account(&[
            set_in("2024-01-05", "1", "-110", "USD"),
            set_in("2024-01-05", "2", "100", "EUR"),
            event("2024-02-10", "2", SubscriptionChange::Cancel { service_end: None }),
            set_in("2024-03-10", "2", "100", "EUR"),
        ])
        .unwrap();
    let gross = account.gross(month("2024-03")).unwrap().lines();
    assert_eq!((gross.new, gross.reactivation), (0, 12_000));
}

#[test]
fn what_was_recorded_exactly_then_is_known() {
    let events = [set("2024-01-05", "100"), cancel("2024-01-20")];
    for (recorded, close) in [("2024-02-29", 0), ("2024-02-29T00:00:00.000001", 10_000)] {
        let mut definition = usd();
        definition.known_by = Some(at("2024-02-29"));
        let plan = plan(definition, "2024-01", "2024-01");
        let [start, end] = events.each_ref().map(SubscriptionRow::from);
        let late = SubscriptionRow { recorded_at: Some(at(recorded)), ..end };
        let account = plan.account([start, late]).unwrap();
        assert_eq!(account.mrr(month("2024-01")), Some(close), "{recorded}");
    }
}

#[test]
fn a_pause_needs_something_live_and_a_cancel_ends_it() {
    let mut definition = usd();
    definition.pause = PausePolicy::ZeroContraction;
    let plan = plan(definition, "2024-01", "2024-03");
    let pause = |day| event(day, "1", SubscriptionChange::Pause);
    // Paused before it began: ignored.
    let account = plan.account(&[pause("2024-01-01"), set("2024-01-05", "100")]).unwrap();
    assert_eq!(net(&account, "2024-01").closing, 10_000);
    // Cancelled while paused, and started again: the pause is gone.
    let account = plan
        .account(&[
            set("2024-01-05", "100"),
            pause("2024-01-10"),
            cancel("2024-02-10"),
            set("2024-03-10", "100"),
        ])
        .unwrap();
    assert_eq!(net(&account, "2024-03").reactivation, 10_000);
    let mut state = plan.state();
    state.push(&account).unwrap();
    let logos = *state.logos(month("2024-02")).unwrap();
    assert_eq!((logos.opening(), logos.churned(), logos.closing()), (1, 1, 0));
}

#[test]
fn annual_revenue_is_not_twelve_times_the_monthly() {
    let plan = plan(usd(), "2024-01", "2024-01");
    let price = Price::new(money("100", "USD"), Interval::Year);
    let start = event("2024-01-05", "1", SubscriptionChange::Start(Box::new(price)));
    let account = plan.account(&[start]).unwrap();
    assert_eq!(account.mrr(month("2024-01")), Some(833));
    assert_eq!(account.arr(month("2024-01")), Some(10_000));
}

#[test]
fn a_missing_rate_names_currency_and_month() {
    let account = |fx: FxPolicy| {
        let mut definition = usd();
        definition.fx = fx;
        let eur = currency("EUR");
        definition.rates.add(eur, month("2024-01"), parse_decimal("1.1").unwrap()).unwrap();
        plan(definition, "2024-01", "2024-02")
            .account(&[set_in("2024-01-05", "1", "100", "EUR"), set("2024-01-06", "0")])
            .map(|_| ())
    };
    // The last event ends the foreign price: nothing is left to convert.
    assert_eq!(account(FxPolicy::Closing), Ok(()));
    let error = account(FxPolicy::Opening).unwrap_err();
    assert!(matches!(error, LedgerError::MissingRate { .. }));
    assert_eq!(error.to_string(), "there is no exchange rate of EUR for 2023-12");
    let error = account(FxPolicy::Constant).unwrap_err();
    assert!(matches!(error, LedgerError::MissingConstantRate { .. }));
    assert_eq!(error.to_string(), "there is no constant exchange rate of EUR");
    assert_eq!(account(FxPolicy::Locked), Ok(()));
}

/// Only the first *reported* month needs the rate before it.
#[test]
fn months_before_the_report_need_only_their_own_rate() {
    let mut definition = usd();
    definition.fx = FxPolicy::Opening;
    for of in ["2023-11", "2023-12", "2024-01"] {
        let rate = parse_decimal("1.1").unwrap();
        definition.rates.add(currency("EUR"), month(of), rate).unwrap();
    }
    let plan = plan(definition, "2024-01", "2024-01");
    let account = plan.account(&[set_in("2023-11-05", "1", "100", "EUR")]).unwrap();
    assert_eq!(net(&account, "2024-01").opening, 11_000);
}

#[test]
fn a_bad_price_is_refused_with_its_row() {
    let plan = plan(usd(), "2024-01", "2024-01");
    let refused = |change: &dyn Fn(&mut Price)| {
        let mut price = Price::new(money("100", "USD"), Interval::Month);
        change(&mut price);
        let start = SubscriptionChange::Start(Box::new(price));
        plan.account(&[set("2024-01-01", "5"), event("2024-01-05", "1", start)]).unwrap_err()
    };
    let error = refused(&|price| price.count = 0);
    assert_eq!(error, LedgerError::Count { row: 1 });
    assert_eq!(error.to_string(), "row 1: `count` is `0`, expected 1 or more");
    let discount = |reduction| Some(Discount { reduction, until: None });
    for percent in ["-0.1", "100.1"] {
        let error = refused(&|price| {
            price.discount = discount(Reduction::Percent(parse_decimal(percent).unwrap()));
        });
        assert!(matches!(error, LedgerError::Percent { row: 1, .. }), "{error}");
    }
    let error = refused(&|price| {
        price.discount = discount(Reduction::Amount(parse_decimal("-1").unwrap()));
    });
    assert!(matches!(error, LedgerError::DiscountAmount { row: 1, .. }));
    assert_eq!(error.to_string(), "row 1: discount is `-1`, expected an amount not below 0");
    let error = plan.account(&[set("2024-01-01", "0.005")]).unwrap_err();
    assert!(matches!(error, LedgerError::Monthly { row: 0, .. }));
    assert_eq!(error.to_string(), "row 0: `0.005 USD` is not a finished monthly amount");
    let error = refused(&|price| {
        price.amount = money("999999999999999", "USD");
        price.quantity = u32::MAX;
    });
    assert_eq!(error, LedgerError::Overflow { at: at("2024-01-05") });
}

#[test]
fn a_conversion_that_does_not_fit_is_an_overflow() {
    let mut definition = usd();
    let rate = parse_decimal("999999999999999").unwrap();
    definition.rates.add(currency("EUR"), month("2024-01"), rate).unwrap();
    let plan = plan(definition, "2024-01", "2024-01");
    let huge = set_in("2024-01-05", "1", "999999999", "EUR");
    let error = plan.account(&[huge]).unwrap_err();
    assert_eq!(error, LedgerError::Overflow { at: at("2024-01-01") });
}

#[test]
fn an_instant_past_the_calendar_of_its_zone_is_an_error() {
    let mut definition = usd();
    definition.zone = Zone::parse("+02:00").unwrap();
    let plan = plan(definition, "2024-01", "2024-01");
    let error = plan.account(&[set("9999-12-31T23:30:00", "1")]).unwrap_err();
    assert!(matches!(error, LedgerError::OutOfCalendar { .. }));
}

#[test]
fn an_event_of_another_century_is_a_mistake() {
    let plan = plan(usd(), "2024-01", "2024-01");
    let account = plan.account(&[set("1924-02-01", "1")]).unwrap();
    assert_eq!(account.mrr(month("1924-02")), Some(100));
    assert_eq!(account.mrr(month("2024-01")), Some(100));
    let error = plan.account(&[set("1924-01-31", "1")]).unwrap_err();
    assert!(matches!(error, LedgerError::TooEarly { .. }));
    assert_eq!(
        error.to_string(),
        "an event at 1924-01-31T00:00:00Z is more than 1200 months before the end of 2024-01"
    );
}

#[test]
fn a_full_state_refuses_and_stays_as_it_was() {
    let plan = plan(usd(), "2024-01", "2024-01");
    let mut state = plan.state();
    state.push(&plan.account(&[set("2024-01-05", "1")]).unwrap()).unwrap();
    let error = loop {
        let before = state.clone();
        if let Err(error) = state.merge(&before) {
            assert_eq!(state, before);
            break error;
        }
    };
    assert_eq!(error, StateError::Overflow);
    assert_eq!(state.accounts(), 1 << 63);
}
