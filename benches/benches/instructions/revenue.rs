//! Revenue: a log of 10,000 accounts over 36 months, and ledgers of 1,000 accounts with 12 priced
//! changes.

use std::hint::black_box;

use tenure_benches::Random;
use tenure_model::record::{Interval, Price, SubscriptionChange, SubscriptionEvent};
use tenure_model::{Currency, Instant, Minor, Money, Month};
use tenure_revenue::{
    AccountRevenue, GroupedLog, LogEvent, RevenueDefinition, RevenueLog, RevenuePlan, RevenueState,
};

use crate::{Failure, Workload};

const LOG_ACCOUNTS: u32 = 10_000;
const LEDGER_ACCOUNTS: u32 = 1_000;
/// 2022-07-01T00:00:00Z, and the seconds of three years.
const ORIGIN: i64 = 1_656_633_600;
const SPAN: u32 = 94_608_000;

#[inline(never)]
fn measured_revenue_group(log: RevenueLog) -> GroupedLog {
    log.group()
}

#[inline(never)]
fn measured_revenue_log(log: &GroupedLog, plan: &RevenuePlan) -> Option<RevenueState> {
    log.state(plan).ok()
}

#[inline(never)]
fn measured_revenue_ledger(
    accounts: &[Vec<SubscriptionEvent>],
    plan: &RevenuePlan,
) -> Option<Vec<AccountRevenue>> {
    accounts.iter().map(|events| plan.account(events).ok()).collect()
}

#[inline(never)]
fn measured_revenue_push(accounts: &[AccountRevenue], plan: &RevenuePlan) -> Option<RevenueState> {
    let mut state = plan.state();
    for account in accounts {
        state.push(account).ok()?;
    }
    Some(state)
}

/// 36 months, retention over 12 to each.
fn plan() -> Result<RevenuePlan, Failure> {
    let (first, last) = (Month::parse("2021-08")?, Month::parse("2025-06")?);
    let definition = RevenueDefinition::new(Currency::new("USD")?);
    let mut plan = RevenuePlan::new(definition, first, last)?;
    for step in -35..=0 {
        let to = last.plus(step).ok_or("end of the calendar")?;
        plan = plan.with_window(to.plus(-12).ok_or("end of the calendar")?, to)?;
    }
    Ok(plan)
}

/// Three rows an account, in no order.
fn rows() -> Vec<LogEvent> {
    let mut random = Random::new(36);
    let mut rows = Vec::new();
    for _ in 0..LOG_ACCOUNTS.saturating_mul(3) {
        let account = random.below(LOG_ACCOUNTS);
        let at = ORIGIN.saturating_add(i64::from(random.below(SPAN)));
        let monthly = i64::from(random.below(4).min(1).saturating_mul(random.below(90_000)));
        rows.push(LogEvent { account, subscription: random.below(7) / 6, at, monthly });
    }
    rows
}

fn log() -> Result<RevenueLog, Failure> {
    let mut log = RevenueLog::new(None);
    for row in rows() {
        log.push(row, None)?;
    }
    Ok(log)
}

/// Twelve priced changes an account: monthly and yearly prices, a cancellation now and then.
fn ledgers() -> Result<Vec<Vec<SubscriptionEvent>>, Failure> {
    let usd = Currency::new("USD")?;
    let mut random = Random::new(12);
    let mut accounts = Vec::new();
    for _ in 0..LEDGER_ACCOUNTS {
        let mut events = Vec::new();
        for _ in 0..12 {
            let second = ORIGIN.saturating_add(i64::from(random.below(SPAN)));
            let at = Instant::from_micros(second.saturating_mul(1_000_000)).ok_or("an instant")?;
            let amount = Money::from_minor(Minor::new(random.below(90_000).into()), usd);
            let interval = if random.below(3) == 0 { Interval::Year } else { Interval::Month };
            let mut price = Price::new(amount, interval);
            price.quantity = random.below(30);
            let change = match random.below(6) {
                0 => SubscriptionChange::Cancel { service_end: None },
                _ => SubscriptionChange::Start(Box::new(price)),
            };
            let name = if random.below(4) == 0 { "S-2" } else { "S-1" };
            events.push(SubscriptionEvent::new(at, name, change));
        }
        accounts.push(events);
    }
    Ok(accounts)
}

/// What the rows are worth at the end, added up one by one.
fn worth(log: &GroupedLog) -> i128 {
    let mut worth = 0_i128;
    for rows in log.accounts() {
        for subscription in 0..2 {
            let own = rows.iter().rfind(|row| row.subscription == subscription);
            worth = worth.saturating_add(own.map_or(0, |row| row.monthly.into()));
        }
    }
    worth
}

fn group() -> Result<bool, Failure> {
    let grouped = measured_revenue_group(black_box(log()?));
    let count = grouped.accounts().flatten().count();
    Ok(count == rows().len()
        && grouped.accounts().all(|rows| rows.is_sorted_by_key(|row| (row.account, row.at))))
}

fn of_log() -> Result<bool, Failure> {
    let (grouped, plan) = (log()?.group(), plan()?);
    let state = measured_revenue_log(&grouped, &plan).ok_or("no sums")?;
    let closing = state.net(plan.last()).map(|net| net.lines().closing);
    Ok(closing == Some(worth(&grouped)))
}

fn of_ledger() -> Result<bool, Failure> {
    let (ledgers, plan) = (ledgers()?, plan()?);
    let accounts = measured_revenue_ledger(&ledgers, &plan).ok_or("no ledgers")?;
    let mut closings = accounts.iter().map(|account| account.mrr(plan.last()));
    Ok(accounts.len() == ledgers.len() && closings.any(|closing| closing > Some(0)))
}

fn push() -> Result<bool, Failure> {
    let (ledgers, plan) = (ledgers()?, plan()?);
    let accounts = measured_revenue_ledger(&ledgers, &plan).ok_or("no ledgers")?;
    let state = measured_revenue_push(&accounts, &plan).ok_or("no state")?;
    let sum = accounts.iter().filter_map(|account| account.mrr(plan.last()));
    let sum = sum.fold(0_i128, i128::saturating_add);
    Ok(state.net(plan.last()).map(|net| net.lines().closing) == Some(sum))
}

pub(crate) const WORKLOADS: [Workload; 4] = [
    ("revenue_group", group),
    ("revenue_log", of_log),
    ("revenue_ledger", of_ledger),
    ("revenue_push", push),
];
