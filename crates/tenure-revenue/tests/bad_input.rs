//! Each bad input of the trade: what it is, and what comes of it. Errors name their row, findings are
//! told by `lint`, and nothing wraps in release builds either.
#![expect(clippy::unwrap_used, reason = "a test: a panic is a failure")]

use tenure_model::record::{Interval, Price, SubscriptionChange, SubscriptionEvent};
use tenure_model::{
    Currency, Instant, Minor, Money, Month, Zone, allocate, anniversary, parse_date,
};
use tenure_revenue::{
    LedgerError, LintKind, MovementLines, RevenueDefinition, RevenuePlan, Waterfall, WaterfallError,
};

fn currency(code: &str) -> Currency {
    Currency::new(code).unwrap()
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text, Zone::UTC).unwrap()
}

fn set(day: &str, amount: &str) -> SubscriptionEvent {
    let monthly = Money::parse(amount, currency("USD")).unwrap();
    SubscriptionEvent::new(at(day), "1", SubscriptionChange::Set { monthly })
}

fn cancel(day: &str) -> SubscriptionEvent {
    SubscriptionEvent::new(at(day), "1", SubscriptionChange::Cancel { service_end: None })
}

fn start(day: &str, price: Price) -> SubscriptionEvent {
    SubscriptionEvent::new(at(day), "1", SubscriptionChange::Start(Box::new(price)))
}

fn price(amount: &str, code: &str) -> Price {
    Price::new(Money::parse(amount, currency(code)).unwrap(), Interval::Month)
}

fn definition() -> RevenueDefinition {
    RevenueDefinition::new(currency("USD"))
}

fn plan(definition: RevenueDefinition) -> RevenuePlan {
    RevenuePlan::new(definition, month("2024-01"), month("2024-04")).unwrap()
}

fn closes(plan: &RevenuePlan, events: &[SubscriptionEvent]) -> [i128; 4] {
    let account = plan.account(events).unwrap();
    ["2024-01", "2024-02", "2024-03", "2024-04"].map(|at| account.mrr(month(at)).unwrap())
}

#[test]
fn of_two_events_at_one_instant_the_later_row_stands() {
    let plan = plan(definition());
    let (five, six) = (set("2024-01-05", "5"), set("2024-01-05", "6"));
    assert_eq!(closes(&plan, &[five.clone(), six.clone()])[0], 600);
    assert_eq!(closes(&plan, &[six, five.clone()])[0], 500);
    // They are one change: neither is churn and new business.
    let account = plan.account(&[five, cancel("2024-02-05"), set("2024-02-05", "7")]).unwrap();
    let lines = *account.gross(month("2024-02")).unwrap().lines();
    assert_eq!((lines.churn, lines.reactivation, lines.expansion), (0, 0, 200));
}

#[test]
fn a_cancellation_before_the_start_ends_nothing() {
    let plan = plan(definition());
    let events = [set("2024-02-05", "5"), cancel("2024-01-05")];
    assert_eq!(closes(&plan, &events), [0, 500, 500, 500]);
    assert_eq!(plan.lint(&events)[0].kind, LintKind::CancelOfNothing);
}

#[test]
fn a_negative_quantity_cannot_be_said_and_none_is_worth_nothing() {
    // A quantity is a `u32`; tables that hold -1 are rejected where they are read.
    let mut none = price("5", "USD");
    none.quantity = 0;
    assert_eq!(closes(&plan(definition()), &[start("2024-01-05", none)]), [0; 4]);
}

#[test]
fn an_interval_of_no_length_is_an_error_with_its_row() {
    let mut zero = price("5", "USD");
    zero.count = 0;
    let error = plan(definition()).account(&[set("2024-01-01", "1"), start("2024-01-05", zero)]);
    assert_eq!(error.unwrap_err(), LedgerError::Count { row: 1 });
}

#[test]
fn an_unknown_currency_is_an_error_that_names_it() {
    let error = Currency::new("XXZ").unwrap_err();
    assert!(error.to_string().contains("`XXZ`"));
}

#[test]
fn a_missing_rate_names_currency_and_month() {
    let error = plan(definition()).account(&[start("2024-02-05", price("5", "EUR"))]).unwrap_err();
    let (currency, month) = (currency("EUR"), month("2024-02"));
    assert_eq!(error, LedgerError::MissingRate { currency, month });
}

#[test]
fn a_finished_amount_with_too_many_places_is_an_error_a_price_is_not() {
    let plan = plan(definition());
    let error = plan.account(&[set("2024-01-05", "0.005")]).unwrap_err();
    assert!(matches!(error, LedgerError::Monthly { row: 0, .. }), "{error}");
    // 0.0071 a day is 0.2159583... a month: 22 cents, rounded once.
    let mut daily = price("0.0071", "USD");
    daily.interval = Interval::Day;
    assert_eq!(closes(&plan, &[start("2024-01-05", daily)]), [22; 4]);
}

#[test]
fn the_31st_of_january_comes_back_where_the_month_has_one() {
    let anchor = parse_date("2024-01-31").unwrap();
    let dates: Vec<String> = (1..=4).map(|n| anniversary(anchor, n).unwrap().to_string()).collect();
    assert_eq!(dates, ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]);
}

#[test]
fn the_29th_of_february_comes_back_in_leap_years() {
    let anchor = parse_date("2024-02-29").unwrap();
    let dates = [12, 24, 36, 48].map(|n| anniversary(anchor, n).unwrap().to_string());
    assert_eq!(dates, ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]);
    // The last instant of a leap February belongs to it.
    let plan = plan(definition());
    assert_eq!(closes(&plan, &[set("2024-02-29T23:59:59.999999", "5")])[1], 500);
}

#[test]
fn a_month_begins_at_local_midnight_on_both_sides_of_a_clock_change() {
    let mut berlin = definition();
    berlin.zone = Zone::parse("Europe/Berlin").unwrap();
    let plan = plan(berlin);
    // 1 March begins at 23:00Z in winter, 1 April at 22:00Z in summer.
    for (last, first, place) in [
        ("2024-02-29T22:59:59Z", "2024-02-29T23:00:00Z", 1),
        ("2024-03-31T21:59:59Z", "2024-03-31T22:00:00Z", 2),
    ] {
        assert_eq!(closes(&plan, &[set(last, "5")])[place], 500, "{last}");
        assert_eq!(closes(&plan, &[set(first, "5")])[place], 0, "{first}");
    }
    // 02:30 on 31 March is not there: it is read with the offset before the gap. 02:30 on 29 October
    // is there twice: the earlier one is meant.
    let zone = Zone::parse("Europe/Berlin").unwrap();
    let read = |text| Instant::parse(text, zone).unwrap().to_string();
    assert_eq!(read("2024-03-31T02:30:00"), "2024-03-31T01:30:00Z");
    assert_eq!(read("2023-10-29T02:30:00"), "2023-10-29T00:30:00Z");
    // A bare date whose midnight is not there begins with the first instant there is.
    let havana = Zone::parse("America/Havana").unwrap();
    let begins = Instant::parse("2024-03-10", havana).unwrap().to_string();
    assert_eq!(begins, "2024-03-10T05:00:00Z");
}

#[test]
fn the_extremes_of_64_bits_are_errors_never_a_wrap() {
    let usd = currency("USD");
    let plan = plan(definition());
    for units in [i64::MAX, i64::MIN, i64::MAX / 12 + 1] {
        let monthly = Money::from_minor(Minor::new(units), usd);
        let event =
            SubscriptionEvent::new(at("2024-01-05"), "1", SubscriptionChange::Set { monthly });
        let error = plan.account(&[event]).unwrap_err();
        assert!(
            matches!(error, LedgerError::Overflow { .. } | LedgerError::Monthly { .. }),
            "{units}: {error}"
        );
    }
    let mut seats = price("999999999999999", "USD");
    seats.quantity = u32::MAX;
    let error = plan.account(&[start("2024-01-05", seats)]).unwrap_err();
    assert_eq!(error, LedgerError::Overflow { at: at("2024-01-05") });
    assert_eq!(Minor::new(i64::MAX).checked_add(Minor::new(1)), None);
    let most = MovementLines { opening: i128::MAX, new: 1, ..MovementLines::default() };
    assert_eq!(Waterfall::new(usd, most), Err(WaterfallError::Overflow));
    let parts = allocate(i64::MAX, &[i64::MAX, i64::MAX, 1]).unwrap();
    let sum: i128 = parts.iter().fold(0, |sum, &part| sum + i128::from(part));
    assert_eq!(sum, i128::from(i64::MAX));
}
