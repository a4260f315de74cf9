//! Generators for `tenure-revenue`: a few accounts over half a year, with everything that can
//! happen to a subscription, often at the same instant.

use chrono::{NaiveDate, TimeDelta};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use tenure_model::record::{
    Discount, Interval, Price, Reduction, Renewal, SubscriptionChange, SubscriptionEvent,
};
use tenure_model::{Currency, Instant, Minor, Money, Month, Rounding, Zone};
use tenure_revenue::{
    ChurnRecognition, Discounts, ExchangeRates, FxPolicy, LatePolicy, LateRenewal, MonthlyFactor,
    NegativePolicy, PausePolicy, RenewalDefinition, RevenueDefinition, quarter,
};

use crate::oracle::revenue::Row;

/// 2023-11-01T00:00:00Z.
const ORIGIN: i64 = 1_698_796_800_000_000;
const HOUR: i64 = 3_600_000_000;
const DAYS: i64 = 215;

/// The currency of every result here.
#[must_use]
pub fn usd() -> Currency {
    currency("USD")
}

fn currency(code: &str) -> Currency {
    Currency::new(code).unwrap_or_else(|_| unreachable!("an active code"))
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap_or_else(|_| unreachable!("a month"))
}

/// The months reported: events begin two months before and end a month after them.
#[must_use]
pub fn reported() -> (Month, Month) {
    (month("2024-01"), month("2024-05"))
}

/// Instants of seven months: whole days, which meet month ends and each other, an hour or a
/// microsecond off.
pub fn instants() -> impl Strategy<Value = Instant> {
    let beside = prop_oneof![4 => Just(0), 1 => Just(-1), 1 => Just(5 * HOUR), 1 => Just(-HOUR)];
    // Few enough days for events to meet: firsts of months, and some between.
    let met = prop::sample::select(&[0, 30, 45, 61, 75, 92, 100, 121, 135, 152, 182][..]);
    (prop_oneof![2 => met, 1 => 0..DAYS], beside).prop_map(|(day, beside)| {
        let micros = day.saturating_mul(24 * HOUR).saturating_add(ORIGIN).saturating_add(beside);
        Instant::from_micros(micros).unwrap_or_else(|| unreachable!("a year of four digits"))
    })
}

fn decimal(mantissa: i64, scale: u32) -> Decimal {
    Decimal::try_new(mantissa, scale).unwrap_or_default()
}

fn money(minor: std::ops::Range<i64>, foreign: bool) -> impl Strategy<Value = Money> {
    let code = if foreign {
        prop_oneof![3 => Just("USD"), 2 => Just("EUR"), 1 => Just("JPY"), 1 => Just("KWD")].boxed()
    } else {
        Just("USD").boxed()
    };
    (minor, code).prop_map(|(minor, code)| {
        let code = currency(code);
        Money::new(decimal(minor, u32::from(code.decimals())), code)
            .unwrap_or_else(|_| unreachable!("a small amount"))
    })
}

fn discounts() -> impl Strategy<Value = Discount> {
    let reduction = prop_oneof![
        (0..=1_000_i64).prop_map(|tenths| Reduction::Percent(decimal(tenths, 1))),
        (0..3_000_i64).prop_map(|cents| Reduction::Amount(decimal(cents, 2))),
    ];
    (reduction, option::of(instants())).prop_map(|(reduction, until)| Discount { reduction, until })
}

fn prices(foreign: bool) -> impl Strategy<Value = Box<Price>> {
    let interval = prop_oneof![
        3 => Just(Interval::Month),
        2 => Just(Interval::Year),
        1 => Just(Interval::Week),
        1 => Just(Interval::Day),
    ];
    (
        money(-500..5_000, foreign),
        interval,
        0..4_u32,
        1..4_u32,
        option::weighted(0.3, discounts()),
        option::weighted(0.2, instants()),
    )
        .prop_map(|(amount, interval, quantity, count, discount, trial_end)| {
            let mut price = Price::new(amount, interval);
            (price.quantity, price.count) = (quantity, count);
            (price.discount, price.trial_end) = (discount, trial_end);
            Box::new(price)
        })
}

/// Everything that can happen to a subscription.
pub fn changes(foreign: bool) -> impl Strategy<Value = SubscriptionChange> {
    prop_oneof![
        4 => money(-300..5_000, foreign).prop_map(|monthly| SubscriptionChange::Set { monthly }),
        3 => prices(foreign).prop_map(SubscriptionChange::Start),
        2 => prices(foreign).prop_map(SubscriptionChange::Change),
        4 => option::weighted(0.3, instants())
            .prop_map(|service_end| SubscriptionChange::Cancel { service_end }),
        2 => Just(SubscriptionChange::Pause),
        1 => Just(SubscriptionChange::Resume),
        1 => money(1..9, false).prop_map(|amount| SubscriptionChange::Usage { amount }),
    ]
}

/// Four accounts, most events in one: a story needs several.
fn accounts() -> impl Strategy<Value = u8> {
    prop_oneof![5 => Just(0_u8), 1 => Just(1), 1 => Just(2), 1 => Just(3)]
}

/// Events of up to four accounts with up to two subscriptions each, in any order.
pub fn rows(foreign: bool, most: usize) -> impl Strategy<Value = Vec<Row>> {
    let row = (
        accounts(),
        instants(),
        prop_oneof![3 => Just("1"), 1 => Just("2")],
        changes(foreign),
        option::weighted(0.3, instants()),
        prop_oneof![4 => Just(0_u64), 1 => Just(1)],
    )
        .prop_map(|(account, at, subscription, change, recorded_at, seq)| {
            let mut event = SubscriptionEvent::new(at, subscription, change);
            event.seq = seq;
            Row { account, event, recorded_at }
        });
    vec(row, 0..most)
}

/// Events whose amounts are never below 0, in the reporting currency.
pub fn plain_rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let change = prop_oneof![
        4 => money(0..5_000, false).prop_map(|monthly| SubscriptionChange::Set { monthly }),
        2 => Just(SubscriptionChange::Cancel { service_end: None }),
    ];
    let row = (0..6_u8, instants(), prop_oneof![3 => Just("1"), 1 => Just("2")], change).prop_map(
        |(account, at, subscription, change)| {
            let event = SubscriptionEvent::new(at, subscription, change);
            Row { account, event, recorded_at: None }
        },
    );
    vec(row, 0..most)
}

fn zones() -> impl Strategy<Value = Zone> {
    prop_oneof![Just("UTC"), Just("-05:00"), Just("America/Los_Angeles"), Just("Asia/Kolkata")]
        .prop_map(|name| Zone::parse(name).unwrap_or(Zone::UTC))
}

/// Rates of EUR, JPY and KWD for every month an event or a close may need.
pub fn rates() -> impl Strategy<Value = ExchangeRates> {
    vec((80..130_i64, 50..90_i64, 300..350_i64), 12).prop_map(|table| {
        let mut rates = ExchangeRates::default();
        let first = month("2023-08");
        for (step, (eur, jpy, kwd)) in (0..).zip(table) {
            let here =
                [("EUR", decimal(eur, 2)), ("JPY", decimal(jpy, 4)), ("KWD", decimal(kwd, 2))];
            for (code, rate) in here {
                let known = match first.plus(step) {
                    Some(at) if step > 0 => rates.add(currency(code), at, rate),
                    _ => rates.add_constant(currency(code), rate),
                };
                known.unwrap_or_else(|_| unreachable!("one rate a month, above 0"));
            }
        }
        rates
    })
}

fn any_of<T: Copy + std::fmt::Debug>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

/// Every option at any of its values.
pub fn definitions() -> impl Strategy<Value = RevenueDefinition> {
    let factor = prop_oneof![Just((52_u32, 12_u32)), Just((433, 100)), Just((4, 1))];
    let rounding = any_of(&[Rounding::HalfAway, Rounding::HalfEven, Rounding::Floor]);
    (
        (zones(), rounding, factor, any_of(Discounts::ALL), any_of(ChurnRecognition::ALL)),
        (any_of(PausePolicy::ALL), any_of(NegativePolicy::ALL), any_of(LatePolicy::ALL)),
        (any_of(FxPolicy::ALL), rates(), option::weighted(0.2, instants())),
        option::weighted(0.4, 0..60_u32),
    )
        .prop_map(|(first, second, (fx, rates, known_by), window)| {
            let mut definition = RevenueDefinition::new(usd());
            let (zone, rounding, (num, den), discounts, churn_recognition) = first;
            definition.week =
                MonthlyFactor::new(num, den).unwrap_or_else(|_| unreachable!("above 0"));
            (definition.zone, definition.rounding) = (zone, rounding);
            (definition.discounts, definition.churn_recognition) = (discounts, churn_recognition);
            (definition.pause, definition.negative, definition.late) = second;
            (definition.fx, definition.rates, definition.known_by) = (fx, rates, known_by);
            definition.reactivation_window_days = window;
            definition
        })
}

fn days(most: i64) -> impl Strategy<Value = NaiveDate> {
    // From 2023-12-15: the quarter that is asked, and some days around it.
    (0..most).prop_map(|day| {
        let first = Instant::from_micros(ORIGIN.saturating_add(HOUR.saturating_mul(24 * 44)));
        let first = first.map(Instant::date_utc).unwrap_or_default();
        first.checked_add_signed(TimeDelta::days(day)).unwrap_or(first)
    })
}

/// Terms due around the first quarter of 2024: open, renewed early, in time or late, or lost.
pub fn renewals(most: usize) -> impl Strategy<Value = Vec<Renewal>> {
    let fate = prop_oneof![
        2 => Just(None),
        5 => (-20..50_i64, 0..300_i64).prop_map(|(late, arr)| Some((late, Some(arr)))),
        2 => (-20..50_i64).prop_map(|late| Some((late, None))),
    ];
    let renewal = (days(120), 0..300_i64, fate).prop_map(|(due, arr, fate)| {
        let dollars =
            |amount: i64| Money::from_minor(Minor::new(amount.saturating_mul(100)), usd());
        let mut renewal = Renewal::new("C", due, dollars(arr));
        if let Some((late, arr)) = fate {
            let day = due.checked_add_signed(TimeDelta::days(late));
            renewal.arr_renewed = arr.map(dollars);
            (renewal.closed_at, renewal.lost_at) =
                if arr.is_some() { (day, None) } else { (None, day) };
        }
        renewal
    });
    vec(renewal, 0..most)
}

/// Questions about January or the first quarter of 2024.
pub fn renewal_definitions() -> impl Strategy<Value = RenewalDefinition> {
    let period = prop_oneof![Just(month("2024-01").days()), Just(quarter(2024, 1))]
        .prop_filter_map("a period", |period| period);
    (period, days(170), 0..20_u32, any_of(LateRenewal::ALL)).prop_map(
        |(period, as_of, grace_days, late)| {
            let mut definition = RenewalDefinition::new(usd(), period, as_of);
            (definition.grace_days, definition.late) = (grace_days, late);
            definition
        },
    )
}
