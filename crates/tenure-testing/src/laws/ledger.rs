//! Any bytes as a ledger.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tenure_model::record::{
    Discount, Interval, Price, Reduction, SubscriptionChange, SubscriptionEvent,
};
use tenure_model::{Currency, Instant, Minor, Money, Month, Rounding, Zone};
use tenure_revenue::{
    AccountRevenue, ChurnRecognition, Discounts, ExchangeRates, FxPolicy, LatePolicy, MovementLine,
    NegativePolicy, PausePolicy, RevenueDefinition, RevenuePlan, SubscriptionRow, Waterfall,
};

use crate::oracle::revenue::{Company, Lines, Row};

/// Bytes of an event.
const EVENT: usize = 12;
/// Events a ledger has at most: the oracle looks through all of them for every question.
const MOST: usize = 24;
/// 2023-11-01T00:00:00Z, and an hour.
const ORIGIN: i64 = 1_698_796_800_000_000;
const HOUR: i64 = 3_600_000_000;

/// A ledger refuses what does not fit, or says what the slow oracle says; its movements add up to its
/// cells, and what is pushed and taken back was never there.
///
/// The first eight bytes choose the definition, each twelve after them are an event.
///
/// # Panics
/// Where that law is broken.
pub fn ledger(bytes: &[u8]) {
    let Some((options, events)) = bytes.split_first_chunk::<8>() else { return };
    let definition = definition(*options);
    let (Ok(first), Ok(last)) = (Month::parse("2024-01"), Month::parse("2024-04")) else { return };
    let Ok(plan) = RevenuePlan::new(definition.clone(), first, last) else { return };
    let Ok(plan) = plan.with_window(first, last) else { return };
    let chunks = events.chunks_exact(EVENT).take(MOST);
    let rows: Vec<Row> = chunks.filter_map(|chunk| row(chunk.first_chunk::<EVENT>()?)).collect();
    let mut by_account: BTreeMap<u8, Vec<SubscriptionRow<'_>>> = BTreeMap::new();
    for row in &rows {
        let recorded_at = row.recorded_at;
        let of = SubscriptionRow { event: &row.event, recorded_at };
        by_account.entry(row.account).or_default().push(of);
    }
    let mut state = plan.state();
    let empty = state.clone();
    let mut accounts: Vec<AccountRevenue> = Vec::new();
    for rows in by_account.values() {
        let found = plan.lint(rows.iter().copied());
        assert_eq!(found, plan.lint(rows.iter().copied()));
        let account = plan.account(rows.iter().copied());
        assert_eq!(account, plan.account(rows.iter().copied()));
        // What does not fit is refused; the events of the others stand.
        let Ok(account) = account else { return };
        let movements = plan.movements(rows.iter().copied());
        assert!(movements.is_ok(), "an account without its movements");
        for month in plan.months() {
            let lines = account.gross(month).map(|gross| *gross.lines()).unwrap_or_default();
            for line in [MovementLine::New, MovementLine::Expansion, MovementLine::Churn] {
                let found = movements.iter().flatten();
                let found = found.filter(|one| one.month == month && one.line == line);
                let sum = found.fold(0_i128, |sum, one| sum.saturating_add(one.amount));
                assert_eq!(sum, lines.line(line), "{month} {line}");
            }
        }
        assert_eq!(state.push(&account), Ok(()));
        accounts.push(account);
    }
    let company = Company::new(&definition, first, last, &rows);
    for (month, answer) in company.answers() {
        let lines = |found: Option<&Waterfall>| found.map(lines);
        assert_eq!(lines(state.net(month)), Some(answer.net), "net {month}");
        assert_eq!(lines(state.gross(month)), Some(answer.gross), "gross {month}");
        assert_eq!(state.arr(month), Some(answer.arr), "arr {month}");
    }
    for account in &accounts {
        assert_eq!(state.retract(account), Ok(()));
    }
    assert_eq!(state, empty);
}

fn lines(waterfall: &Waterfall) -> Lines {
    let own = waterfall.lines();
    [
        own.opening,
        own.new,
        own.expansion,
        own.contraction,
        own.churn,
        own.reactivation,
        own.fx,
        own.adjustment,
        own.closing,
    ]
}

fn pick<T: Copy>(all: &[T], byte: u8) -> Option<T> {
    all.get(usize::from(byte).checked_rem(all.len())?).copied()
}

fn definition(options: [u8; 8]) -> RevenueDefinition {
    let usd = currency(0);
    let mut definition = RevenueDefinition::new(usd);
    let [zone, rounding, discounts, churn, pause, policies, fx, window] = options;
    let zones = ["UTC", "America/New_York", "Asia/Kolkata", "-03:00"];
    definition.zone =
        pick(&zones, zone).and_then(|name| Zone::parse(name).ok()).unwrap_or(Zone::UTC);
    let roundings = [Rounding::HalfAway, Rounding::HalfEven, Rounding::Floor];
    definition.rounding = pick(&roundings, rounding).unwrap_or(Rounding::HalfAway);
    definition.discounts = pick(Discounts::ALL, discounts).unwrap_or_default();
    definition.churn_recognition = pick(ChurnRecognition::ALL, churn).unwrap_or_default();
    definition.pause = pick(PausePolicy::ALL, pause).unwrap_or_default();
    definition.negative = pick(NegativePolicy::ALL, policies).unwrap_or_default();
    definition.late = pick(LatePolicy::ALL, policies >> 1).unwrap_or_default();
    definition.fx = pick(FxPolicy::ALL, fx).unwrap_or_default();
    definition.rates = rates(fx >> 2);
    definition.reactivation_window_days = (window > 0).then(|| u32::from(window));
    definition
}

fn currency(byte: u8) -> Currency {
    pick(&["USD", "EUR", "JPY", "KWD"], byte)
        .and_then(|code| Currency::new(code).ok())
        .unwrap_or_else(|| unreachable!("active codes"))
}

/// A rate for every month an event or close may need, moving a little.
fn rates(by: u8) -> ExchangeRates {
    let mut rates = ExchangeRates::default();
    let first = Month::parse("2023-08").ok();
    for code in 1..4_u8 {
        for step in 0..14_i32 {
            let mantissa = i64::from(step).saturating_mul(i64::from(by)).saturating_add(70);
            let rate = Decimal::try_new(mantissa, u32::from(code)).unwrap_or_default();
            // Each once, above 0: there is nothing to refuse.
            let known = match first.and_then(|first| first.plus(step)) {
                Some(month) => rates.add(currency(code), month, rate),
                None => Ok(()),
            };
            assert_eq!(known, Ok(()));
            if step == 0 {
                assert_eq!(rates.add_constant(currency(code), rate), Ok(()));
            }
        }
    }
    rates
}

fn instant(day: u8, hour: u8) -> Option<Instant> {
    let hours = i64::from(day).checked_rem(212)?.checked_mul(24)?;
    let beside = i64::from(hour).checked_rem(24)?;
    Instant::from_micros(hours.checked_add(beside)?.checked_mul(HOUR)?.checked_add(ORIGIN)?)
}

fn row(bytes: &[u8; EVENT]) -> Option<Row> {
    let [who, kind, day, hour, other_day, flags, price, count, amount @ ..] = bytes;
    let amount = i32::from_le_bytes(*amount);
    // Every 16th amount is as large as 64 bits allow.
    let minor = if flags & 15 == 15 {
        i64::from(amount).saturating_mul(4_294_967_296)
    } else {
        i64::from(amount) >> 12
    };
    let currency = currency(flags >> 6);
    let money = Money::from_minor(Minor::new(minor), currency);
    let other = instant(*other_day, *hour)?;
    let change = match kind & 15 {
        0..=3 => SubscriptionChange::Set { monthly: money },
        4..=8 => {
            let interval = [Interval::Month, Interval::Year, Interval::Week, Interval::Day];
            let mut of = Price::new(money, pick(&interval, *price)?);
            of.quantity = u32::from(price >> 2 & 3);
            // 0 now and then: refused.
            of.count = u32::from(count & 3);
            of.trial_end = (price & 16 != 0).then_some(other);
            if price & 32 != 0 {
                let reduction = if price & 64 == 0 {
                    Reduction::Percent(Decimal::from(*count))
                } else {
                    Reduction::Amount(Decimal::from(*count))
                };
                of.discount =
                    Some(Discount { reduction, until: (price & 128 != 0).then_some(other) });
            }
            if kind & 1 == 0 {
                SubscriptionChange::Start(Box::new(of))
            } else {
                SubscriptionChange::Change(Box::new(of))
            }
        }
        9..=11 => SubscriptionChange::Cancel { service_end: (price & 1 != 0).then_some(other) },
        12 | 13 => SubscriptionChange::Pause,
        14 => SubscriptionChange::Resume,
        _ => SubscriptionChange::Usage { amount: money },
    };
    let name = if who & 4 == 0 { "1" } else { "2" };
    let event = SubscriptionEvent::new(instant(*day, *hour)?, name, change);
    let recorded_at = (flags & 48 == 48).then_some(other);
    Some(Row { account: who & 3, event, recorded_at })
}
