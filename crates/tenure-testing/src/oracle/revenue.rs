//! Slow oracles of `tenure-revenue`, written from the definitions.
//!
//! Nothing is carried from one instant to the next: every question looks through the whole list of
//! events again. Prices are exact fractions of any size.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "integers of any size, and small sums: an overflow fails the test that asked"
)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use num_bigint::BigInt;
use rust_decimal::Decimal;
use tenure_model::record::{
    Interval, Price, Reduction, Renewal, SubscriptionChange, SubscriptionEvent,
};
use tenure_model::{Currency, Instant, Money, Month, Rounding};
use tenure_revenue::{
    ChurnRecognition, Discounts, FxPolicy, LatePolicy, LateRenewal, NegativePolicy, PausePolicy,
    RenewalDefinition, RevenueDefinition,
};

/// An event, its account and when it was recorded.
#[expect(clippy::exhaustive_structs, reason = "a row of a test oracle")]
#[derive(Debug, Clone)]
pub struct Row {
    /// Whose.
    pub account: u8,
    /// What happened.
    pub event: SubscriptionEvent,
    /// When it was recorded.
    pub recorded_at: Option<Instant>,
}

/// The lines of a waterfall: opening, new, expansion, contraction, churn, reactivation, fx,
/// adjustment, closing.
pub type Lines = [i128; 9];

/// Numerator and denominator; `None` where the denominator is 0.
pub type Quotient = Option<(i128, i128)>;

/// A reported month.
#[expect(clippy::exhaustive_structs, reason = "a row of a test oracle")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MonthAnswer {
    /// Open against close.
    pub net: Lines,
    /// Paying accounts: opening, new, reactivated, churned, closing.
    pub logos: [u64; 5],
    /// Change by change.
    pub gross: Lines,
    /// Changes: new, reactivated, churned.
    pub counts: [u64; 3],
    /// Annual revenue at the close.
    pub arr: i128,
}

/// The whole company under one definition.
#[derive(Debug)]
pub struct Company<'a> {
    definition: &'a RevenueDefinition,
    first: Month,
    last: Month,
    accounts: Vec<Account<'a>>,
}

#[derive(Debug)]
struct Account<'a> {
    definition: &'a RevenueDefinition,
    /// First month reported.
    reported: Month,
    /// Known, recurring events in the order they are posted.
    posted: Vec<Posted<'a>>,
    subscriptions: BTreeSet<&'a str>,
}

#[derive(Debug)]
struct Posted<'a> {
    at: i64,
    event: &'a SubscriptionEvent,
}

/// A change of an account's value at an instant, at one rate.
#[derive(Debug, Clone, Copy)]
struct Step {
    at: i64,
    before: i128,
    after: i128,
    paid: bool,
    pays: bool,
    revaluation: bool,
}

#[derive(Debug, Clone)]
struct Fraction {
    num: BigInt,
    den: BigInt,
}

impl Fraction {
    fn new(num: impl Into<BigInt>, den: impl Into<BigInt>) -> Self {
        Self { num: num.into(), den: den.into() }
    }

    fn decimal(value: Decimal) -> Self {
        Self::new(value.mantissa(), BigInt::from(10).pow(value.scale()))
    }

    fn times(&self, other: &Self) -> Self {
        Self::new(&self.num * &other.num, &self.den * &other.den)
    }

    fn minus(&self, other: &Self) -> Self {
        Self::new(&self.num * &other.den - &other.num * &self.den, &self.den * &other.den)
    }

    fn is_negative(&self) -> bool {
        self.num < BigInt::from(0)
    }

    /// By trying the neighbours: the nearest whole numbers, then the rule for halves.
    fn round(&self, rounding: Rounding) -> i128 {
        let mut floor = &self.num / &self.den;
        while &floor * &self.den > self.num {
            floor -= 1;
        }
        let below = &self.num - &floor * &self.den;
        let above = &self.den - &below;
        let up = if below == BigInt::from(0) {
            false
        } else {
            match rounding {
                Rounding::Floor => false,
                Rounding::HalfEven if below == above => floor.bit(0),
                Rounding::HalfAway if below == above => !self.is_negative(),
                _ => below > above,
            }
        };
        let rounded = if up { floor + 1 } else { floor };
        i128::try_from(rounded).unwrap_or(i128::MAX)
    }
}

fn minor_units(currency: Currency) -> Fraction {
    Fraction::new(BigInt::from(10).pow(u32::from(currency.decimals())), 1)
}

impl<'a> Company<'a> {
    /// The events of all accounts, in input order.
    #[must_use]
    pub fn new(
        definition: &'a RevenueDefinition,
        first: Month,
        last: Month,
        rows: &'a [Row],
    ) -> Self {
        let ids: BTreeSet<u8> = rows.iter().map(|row| row.account).collect();
        let accounts = ids
            .into_iter()
            .map(|id| {
                let own = rows.iter().filter(|row| row.account == id);
                Account::new(definition, first, own)
            })
            .collect();
        Self { definition, first, last, accounts }
    }

    fn months(&self) -> impl Iterator<Item = Month> + use<> {
        let (mut next, last) = (Some(self.first), self.last);
        std::iter::from_fn(move || {
            let month = next.filter(|&month| month <= last)?;
            next = month.plus(1);
            Some(month)
        })
    }

    /// Every reported month.
    #[must_use]
    pub fn answers(&self) -> BTreeMap<Month, MonthAnswer> {
        self.months()
            .map(|month| {
                let mut sum = MonthAnswer::default();
                for account in &self.accounts {
                    account.add_to(month, &mut sum);
                }
                (month, sum)
            })
            .collect()
    }

    fn closes(&self, month: Month) -> Vec<i128> {
        self.accounts.iter().map(|account| account.close(month)).collect()
    }

    /// Retention from the close of one month to that of another, by name.
    #[must_use]
    pub fn retention(&self, from: Month, to: Month) -> BTreeMap<&'static str, Quotient> {
        let path: Vec<Vec<i128>> = (from.index()..=to.index())
            .filter_map(|index| from.plus(index - from.index()))
            .map(|month| self.closes(month))
            .collect();
        let accounts = 0..self.accounts.len();
        let of = |account: usize| -> Vec<i128> {
            path.iter().filter_map(|closes| closes.get(account).copied()).collect()
        };
        let base: Vec<Vec<i128>> =
            accounts.map(of).filter(|path| path.first().is_some_and(|&open| open > 0)).collect();
        let open = |path: &[i128]| path.first().copied().unwrap_or_default();
        let close = |path: &[i128]| path.last().copied().unwrap_or_default();
        let always = |path: &[i128]| path.iter().all(|&close| close > 0);
        let total = |value: &dyn Fn(&[i128]) -> i128| {
            base.iter().fold(0_i128, |sum, path| sum + value(path))
        };
        let base_sum = total(&open);
        let money = |num: i128| (base_sum != 0).then_some((num, base_sum));
        let people = total(&|_| 1);
        let logos = |num: i128| (people != 0).then_some((num, people));
        let mut names = BTreeMap::from([
            ("nrr_point_to_point", money(total(&close))),
            (
                "nrr_exclude_returned",
                money(total(&|path| if always(path) { close(path) } else { 0 })),
            ),
            ("grr_point_to_point", money(total(&|path| open(path).min(close(path).max(0))))),
            (
                "grr_path_min",
                money(total(&|path| path.iter().copied().min().unwrap_or_default().max(0))),
            ),
            ("grr_min_of_totals", money(base_sum.min(total(&close)))),
            ("logo_point_to_point", logos(total(&|path| i128::from(close(path) > 0)))),
            ("logo_continuous", logos(total(&|path| i128::from(always(path))))),
        ]);
        let opening = total_of(self.closes(from));
        let inside: Vec<MonthAnswer> = self
            .answers()
            .into_iter()
            .filter(|&(month, _)| from < month && month <= to)
            .map(|(_, answer)| answer)
            .collect();
        let company = |gross: bool, line: usize| {
            inside.iter().fold(0_i128, |sum, answer| {
                let lines = if gross { answer.gross } else { answer.net };
                sum + lines.get(line).copied().unwrap_or_default()
            })
        };
        for (gross, plain, with_reactivation, grr) in [
            (false, "nrr_formula_net", "nrr_formula_net_with_reactivation", "grr_formula_net"),
            (true, "nrr_formula_gross", "nrr_formula_gross_with_reactivation", "grr_formula_gross"),
        ] {
            let [expansion, contraction, churn, reactivation] =
                [2, 3, 4, 5].map(|line| company(gross, line));
            let kept = opening - contraction - churn;
            let over = |num: i128| (opening != 0).then_some((num, opening));
            names.insert(plain, over(kept + expansion));
            names.insert(with_reactivation, over(kept + expansion + reactivation));
            names.insert(grr, over(kept));
        }
        names
    }

    /// The product of monthly point-to-point rates, as one fraction; `None` if one is undefined.
    #[must_use]
    pub fn compounded(&self, from: Month, to: Month) -> Option<(BigInt, BigInt)> {
        let mut product = (BigInt::from(1), BigInt::from(1));
        let mut month = from;
        while month < to {
            let next = month.plus(1)?;
            let (mut base, mut kept) = (0_i128, 0_i128);
            for (open, close) in self.closes(month).into_iter().zip(self.closes(next)) {
                if open > 0 {
                    base += open;
                    kept += close;
                }
            }
            if base == 0 {
                return None;
            }
            product = (product.0 * kept, product.1 * base);
            month = next;
        }
        Some(product)
    }

    /// Cohorts: revenue, capped revenue and paying accounts by age.
    #[must_use]
    pub fn cohorts(&self) -> BTreeMap<Month, Vec<(i128, i128, u64)>> {
        let mut cohorts: BTreeMap<Month, Vec<(i128, i128, u64)>> = BTreeMap::new();
        for account in &self.accounts {
            let closes = account.history(self.last);
            let Some(born) = closes.iter().position(|&(_, close)| close > 0) else { continue };
            let alive = closes.get(born..).unwrap_or_default();
            let Some(&(cohort, at_birth)) = alive.first() else { continue };
            let rows = cohorts.entry(cohort).or_insert_with(|| vec![(0, 0, 0); alive.len()]);
            for (row, &(_, close)) in rows.iter_mut().zip(alive) {
                row.0 += close;
                row.1 += if close > at_birth { at_birth } else { close };
                row.2 += u64::from(close > 0);
            }
        }
        cohorts
    }

    /// First spells: months from the first positive close, and whether it ended.
    #[must_use]
    pub fn spells(&self) -> Vec<(u64, bool)> {
        let spell = |account: &Account<'_>| {
            let closes = account.history(self.last);
            let alive = closes.iter().skip_while(|&&(_, close)| close <= 0);
            let lived = alive.clone().take_while(|&&(_, close)| close > 0).count();
            let ended = alive.count() > lived;
            let months = if ended { lived } else { lived.checked_sub(1)? };
            Some((u64::try_from(months).ok()?, ended))
        };
        let mut spells: Vec<_> = self.accounts.iter().filter_map(spell).collect();
        spells.sort_unstable();
        spells
    }

    /// The definition it answers under.
    #[must_use]
    pub const fn definition(&self) -> &RevenueDefinition {
        self.definition
    }
}

impl<'a> Account<'a> {
    fn new(
        definition: &'a RevenueDefinition,
        reported: Month,
        rows: impl Iterator<Item = &'a Row>,
    ) -> Self {
        let mut posted: Vec<(i64, i64, u64, usize, &SubscriptionEvent)> = rows
            .enumerate()
            .filter(|(_, row)| {
                !matches!((row.recorded_at, definition.known_by), (Some(at), Some(by)) if at > by)
            })
            .filter(|(_, row)| {
                use SubscriptionChange::{OneOff, Proration, Refund, Usage};
                let kind = &row.event.change;
                !matches!(kind, OneOff { .. } | Proration { .. } | Refund { .. } | Usage { .. })
            })
            .map(|(ordinal, row)| {
                let effective = match row.event.change {
                    SubscriptionChange::Cancel { service_end: Some(end) }
                        if definition.churn_recognition == ChurnRecognition::ServiceEnd =>
                    {
                        end
                    }
                    _ => row.event.at,
                };
                let at = match (definition.late, row.recorded_at) {
                    (LatePolicy::PostWhenRecorded, Some(recorded)) => {
                        let day = definition.zone.date_of(recorded);
                        let month = Month::of(day).map(Month::first_day);
                        let start = month.and_then(|day| definition.zone.first_instant(day));
                        start.map_or(effective, |start| start.max(effective))
                    }
                    _ => effective,
                };
                (at.micros(), effective.micros(), row.event.seq, ordinal, &row.event)
            })
            .collect();
        posted.sort_by_key(|&(at, effective, seq, ordinal, _)| (at, effective, seq, ordinal));
        let posted: Vec<Posted<'a>> =
            posted.into_iter().map(|(at, .., event)| Posted { at, event }).collect();
        let subscriptions = posted.iter().map(|posted| &*posted.event.subscription).collect();
        Self { definition, reported, posted, subscriptions }
    }

    fn start(&self, month: Month) -> i64 {
        self.definition.zone.first_instant(month.first_day()).map_or(i64::MAX, Instant::micros)
    }

    fn month_of(&self, at: i64) -> Option<Month> {
        Month::of(self.definition.zone.date_of(Instant::from_micros(at)?))
    }

    /// What is posted for a subscription up to an instant, the last first.
    fn latest(&self, name: &str, at: i64) -> impl Iterator<Item = &Posted<'a>> {
        self.posted
            .iter()
            .rev()
            .filter(move |posted| posted.at <= at && &*posted.event.subscription == name)
    }

    /// The last price of a subscription that is live.
    fn live<'b>(mut latest: impl Iterator<Item = &'b Posted<'a>>) -> Option<&'b Posted<'a>>
    where
        'a: 'b,
    {
        use SubscriptionChange::{Cancel, Change, Set, Start};
        latest
            .find(|posted| {
                let kind = &posted.event.change;
                matches!(kind, Set { .. } | Start(_) | Change(_) | Cancel { .. })
            })
            .filter(|posted| !matches!(posted.event.change, Cancel { .. }))
    }

    /// Paused: a pause met it live, and neither a resume nor a cancel came after.
    fn paused(&self, name: &str, at: i64) -> bool {
        use SubscriptionChange::{Cancel, Pause, Resume};
        let latest: Vec<&Posted<'a>> = self.latest(name, at).collect();
        let since = latest
            .iter()
            .position(|posted| matches!(posted.event.change, Cancel { .. } | Resume))
            .unwrap_or(latest.len());
        latest.iter().take(since).enumerate().any(|(place, posted)| {
            matches!(posted.event.change, Pause)
                && Self::live(latest.iter().skip(place).copied()).is_some()
        })
    }

    /// The exact amount of a price at an instant, a month.
    fn monthly(&self, price: &Price, at: i64) -> Fraction {
        if price.trial_end.is_some_and(|end| at < end.micros()) {
            return Fraction::new(0, 1);
        }
        let amount = Fraction::decimal(price.amount.amount());
        let full = amount.times(&Fraction::new(price.quantity, 1));
        let discount = price.discount.filter(|discount| {
            let forever = discount.until.is_none();
            let in_force = discount.until.is_none_or(|until| at < until.micros());
            match self.definition.discounts {
                Discounts::All => in_force,
                Discounts::ForeverOnly => forever,
                _ => false,
            }
        });
        let charged = match discount.map(|discount| discount.reduction) {
            Some(Reduction::Percent(percent)) => {
                let part = full.times(&Fraction::decimal(percent)).times(&Fraction::new(1, 100));
                full.minus(&part)
            }
            Some(Reduction::Amount(off)) => full.minus(&Fraction::decimal(off)),
            _ => full,
        };
        let charged = if charged.is_negative() && !amount.is_negative() {
            Fraction::new(0, 1)
        } else {
            charged
        };
        let factor = match price.interval {
            Interval::Year => Fraction::new(1, 12),
            Interval::Week => Fraction::new(self.definition.week.num(), self.definition.week.den()),
            Interval::Day => Fraction::new(self.definition.day.num(), self.definition.day.den()),
            _ => Fraction::new(1, 1),
        };
        charged.times(&factor).times(&Fraction::new(1, price.count))
    }

    /// The account's value once everything up to an instant has happened, at the rate of a month;
    /// a month of it, or a year.
    fn value(&self, at: i64, rate: Month, months: u8) -> i128 {
        let definition = self.definition;
        let mut sum = 0;
        for name in &self.subscriptions {
            let Some(posted) = Self::live(self.latest(name, at)) else { continue };
            if definition.pause != PausePolicy::Keep && self.paused(name, at) {
                continue;
            }
            let (currency, exact) = match &posted.event.change {
                SubscriptionChange::Set { monthly } => {
                    (monthly.currency(), Fraction::decimal(monthly.amount()))
                }
                SubscriptionChange::Start(price) | SubscriptionChange::Change(price) => {
                    (price.amount.currency(), self.monthly(price, at))
                }
                _ => continue,
            };
            let own = exact
                .times(&minor_units(currency))
                .times(&Fraction::new(months, 1))
                .round(definition.rounding);
            sum += if currency == definition.currency || own == 0 {
                own
            } else {
                let rate = match definition.fx {
                    FxPolicy::Constant => definition.rates.constant(currency),
                    FxPolicy::Locked => self
                        .month_of(posted.at)
                        .and_then(|month| definition.rates.rate(currency, month)),
                    _ => definition.rates.rate(currency, rate),
                };
                let here = minor_units(definition.currency);
                let there = minor_units(currency);
                Fraction::new(own, 1)
                    .times(&Fraction::decimal(rate.unwrap_or_default()))
                    .times(&here)
                    .times(&Fraction::new(there.den, there.num))
                    .round(definition.rounding)
            };
        }
        if definition.negative == NegativePolicy::Floor && sum < 0 { 0 } else { sum }
    }

    fn pays(&self, at: i64, value: i128) -> bool {
        value > 0
            || (self.definition.pause == PausePolicy::ZeroContraction
                && self.subscriptions.iter().any(|name| {
                    self.paused(name, at) && Self::live(self.latest(name, at)).is_some()
                }))
    }

    fn last_instant(&self, month: Month) -> i64 {
        month.plus(1).map_or(i64::MAX, |next| self.start(next) - 1)
    }

    fn close(&self, month: Month) -> i128 {
        self.value(self.last_instant(month), month, 1)
    }

    fn pays_at_close(&self, month: Month) -> bool {
        self.pays(self.last_instant(month), self.close(month))
    }

    /// All closes from the month of the first event on.
    fn history(&self, last: Month) -> Vec<(Month, i128)> {
        let Some(mut month) = self.posted.first().and_then(|posted| self.month_of(posted.at))
        else {
            return Vec::new();
        };
        let mut closes = Vec::new();
        while month <= last {
            closes.push((month, self.close(month)));
            let Some(next) = month.plus(1) else { break };
            month = next;
        }
        closes
    }

    /// The month whose rate values the movements of another.
    fn common(&self, month: Month) -> Month {
        match self.definition.fx {
            FxPolicy::Opening if month >= self.reported => month.plus(-1).unwrap_or(month),
            _ => month,
        }
    }

    /// Every instant at which anything can change.
    fn instants(&self) -> BTreeSet<i64> {
        let mut instants = BTreeSet::new();
        for posted in &self.posted {
            instants.insert(posted.at);
            if let SubscriptionChange::Start(price) | SubscriptionChange::Change(price) =
                &posted.event.change
            {
                instants.extend(price.trial_end.map(Instant::micros));
                let until = price.discount.and_then(|discount| discount.until);
                instants.extend(until.map(Instant::micros));
            }
        }
        let first = self.posted.first().map_or(i64::MAX, |posted| posted.at);
        instants.into_iter().filter(|&at| at >= first).collect()
    }

    /// Every step of the account's value up to the end of a month: at the start of each month the
    /// rate may change, at each instant the account.
    fn steps(&self, last: Month) -> Vec<(Month, Step)> {
        let mut steps = Vec::new();
        let Some(mut month) = self.posted.first().and_then(|posted| self.month_of(posted.at))
        else {
            return steps;
        };
        let instants = self.instants();
        while month <= last {
            let rate = self.common(month);
            let start = self.start(month);
            let before_rate = month.plus(-1).map_or(month, |before| self.common(before));
            let mut step = |at: i64, state_before: i64, rate_before: Month, state: i64| {
                let before = self.value(state_before, rate_before, 1);
                let after = self.value(state, rate, 1);
                let paid = self.pays(state_before, before);
                let pays = self.pays(state, after);
                let revaluation = state_before == state;
                steps.push((month, Step { at, before, after, paid, pays, revaluation }));
            };
            step(start, start - 1, before_rate, start - 1);
            for &at in instants.range(start..=self.last_instant(month)) {
                step(at, at - 1, rate, at);
            }
            let Some(next) = month.plus(1) else { break };
            month = next;
        }
        steps
    }

    /// Whether the days since the last fall before a step are more than the window.
    fn outlasted(&self, steps: &[(Month, Step)], place: usize) -> bool {
        let Some(window) = self.definition.reactivation_window_days else { return false };
        let Some((_, rise)) = steps.get(place) else { return false };
        let fall =
            steps.iter().take(place).rev().find(|(_, step)| step.before > 0 && step.after <= 0);
        fall.is_some_and(|(_, fall)| (rise.at - fall.at) / 86_400_000_000 > i64::from(window))
    }

    fn add_to(&self, month: Month, sum: &mut MonthAnswer) {
        let Some(before) = month.plus(-1) else { return };
        let steps = self.steps(month);
        let (open, close) = (self.close(before), self.close(month));
        let (paid, pays) = (self.pays_at_close(before), self.pays_at_close(month));
        let rate = self.common(month);
        let valued_open = self.value(self.last_instant(before), rate, 1);
        let valued_close = self.value(self.last_instant(month), rate, 1);
        let paid_before =
            self.history(before).iter().any(|&(earlier, _)| self.pays_at_close(earlier));
        let late = steps
            .iter()
            .position(|(of, step)| *of == month && step.after != step.before && step.after > 0)
            .is_some_and(|place| self.outlasted(&steps, place));
        let mut net = [0_i128; 9];
        let mut counted = [0_u64; 3];
        enter(
            (valued_open, valued_close),
            (paid, pays),
            !paid_before || late,
            &mut net,
            &mut counted,
        );
        let mut gross = [0_i128; 9];
        for (place, (of, step)) in steps.iter().enumerate() {
            if *of != month || step.revaluation {
                continue;
            }
            let ever = steps.iter().take(place).any(|(_, earlier)| earlier.pays);
            enter(
                (step.before, step.after),
                (step.paid, step.pays),
                !ever || self.outlasted(&steps, place),
                &mut gross,
                &mut sum.counts,
            );
        }
        let fx = (close - open) - (valued_close - valued_open);
        for lines in [&mut net, &mut gross] {
            let [opening, .., fx_line, _, closing] = lines;
            (*opening, *fx_line, *closing) = (open, fx, close);
        }
        for (total, lines) in [(&mut sum.net, net), (&mut sum.gross, gross)] {
            for (total, line) in total.iter_mut().zip(lines) {
                *total += line;
            }
        }
        let [new, reactivated, churned] = counted;
        let logos = [u64::from(paid), new, reactivated, churned, u64::from(pays)];
        for (total, count) in sum.logos.iter_mut().zip(logos) {
            *total += count;
        }
        sum.arr += self.value(self.last_instant(month), month, 12);
    }
}

fn total_of(closes: Vec<i128>) -> i128 {
    let mut total = 0;
    for close in closes {
        total += close;
    }
    total
}

/// The table of section 3: puts a change into its class.
fn enter(
    (open, close): (i128, i128),
    (paid, pays): (bool, bool),
    first: bool,
    lines: &mut Lines,
    counts: &mut [u64; 3],
) {
    let [_, new, expansion, contraction, churn, reactivation, _, adjustment, _] = lines;
    let [won, returned, left] = counts;
    if !paid && pays {
        if first {
            *new += close - open;
            *won += 1;
        } else {
            *reactivation += close - open;
            *returned += 1;
        }
    } else if paid && !pays {
        *churn += open - close;
        *left += 1;
    } else if !paid {
        *adjustment += close - open;
    } else if close > open {
        *expansion += close - open;
    } else {
        *contraction += open - close;
    }
}

/// Kaplan-Meier by the product over individual spells: each that ends multiplies by (n - 1) / n,
/// n being those not yet ended nor censored before.
#[must_use]
pub fn survival_at(spells: &[(u64, bool)], time: u64) -> (BigInt, BigInt) {
    let mut ends: Vec<(u64, bool)> = spells.to_vec();
    // At a tie events come first.
    ends.sort_by_key(|&(length, ended)| (length, !ended));
    let mut product = (BigInt::from(1), BigInt::from(1));
    for (gone, &(length, ended)) in ends.iter().enumerate() {
        if ended && length <= time {
            let left = ends.len() - gone;
            product = (product.0 * (left - 1), product.1 * left);
        }
    }
    product
}

/// What section 5 says of the renewals due in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RenewalAnswer {
    /// Due, pending, early.
    pub counts: [u64; 3],
    /// Value due, minor units.
    pub due_value: i128,
    /// By count.
    pub count_rate: Quotient,
    /// By value, capped at each contract's due value.
    pub value_gross: Quotient,
    /// By value.
    pub value_net: Quotient,
    /// On or before due.
    pub on_time: Quotient,
    /// Among those decided.
    pub resolved: Quotient,
}

/// Renewals by the lists of section 5: those due, those won.
#[must_use]
pub fn renewals(renewals: &[Renewal], asked: &RenewalDefinition) -> RenewalAnswer {
    let minor = |money: Money| {
        Fraction::decimal(money.amount())
            .times(&minor_units(money.currency()))
            .round(Rounding::Floor)
    };
    let inside = |day: NaiveDate| asked.period.start() <= day && day < asked.period.end();
    let grace = i64::from(asked.grace_days);
    let days_late = |renewal: &Renewal, day: NaiveDate| (day - renewal.due).num_days();
    let known = |renewal: &&Renewal| renewal.closed_at.is_some_and(|day| day <= asked.as_of);
    let in_time =
        |renewal: &&Renewal| renewal.closed_at.is_some_and(|day| days_late(renewal, day) <= grace);
    let closed_inside = |renewal: &&Renewal| renewal.closed_at.is_some_and(inside);
    let due: Vec<&Renewal> = renewals.iter().filter(|renewal| inside(renewal.due)).collect();
    let elsewhere: Vec<&Renewal> = renewals.iter().filter(|renewal| !inside(renewal.due)).collect();
    let known_here: Vec<&Renewal> = due.iter().copied().filter(known).collect();
    let won_here: Vec<&Renewal> = match asked.late {
        LateRenewal::LostIfLate => known_here.iter().copied().filter(in_time).collect(),
        LateRenewal::ClosedPeriod => known_here
            .iter()
            .copied()
            .filter(|renewal| in_time(renewal) || closed_inside(renewal))
            .collect(),
        _ => known_here.clone(),
    };
    let mut won = won_here.clone();
    if asked.late == LateRenewal::ClosedPeriod {
        won.extend(
            elsewhere
                .into_iter()
                .filter(known)
                .filter(|renewal| !in_time(renewal) && closed_inside(renewal)),
        );
    }
    let pending = due.iter().filter(|renewal| {
        let undecided = !known(renewal) && renewal.lost_at.is_none_or(|day| day > asked.as_of);
        undecided && days_late(renewal, asked.as_of) <= grace
    });
    let pending = pending.count();
    let by_due = |compare: fn(i64) -> bool| {
        let closed = |renewal: &Renewal| renewal.closed_at.map(|day| days_late(renewal, day));
        known_here.iter().filter(|renewal| closed(renewal).is_some_and(compare)).count()
    };
    let size = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let value = |of: &[&Renewal], value: &dyn Fn(&Renewal) -> i128| {
        total_of(of.iter().map(|renewal| value(renewal)).collect())
    };
    let renewed = |renewal: &Renewal| renewal.arr_renewed.map_or(0, minor);
    let due_value = value(&due, &|renewal| minor(renewal.arr_due));
    let over = |num: i128, den: i128| (den != 0).then_some((num, den));
    let count = |num: usize, den: usize| over(i128::from(size(num)), i128::from(size(den)));
    RenewalAnswer {
        counts: [size(due.len()), size(pending), size(by_due(|late| late < 0))],
        due_value,
        count_rate: count(won.len(), due.len()),
        value_gross: over(
            value(&won, &|renewal| renewed(renewal).min(minor(renewal.arr_due))),
            due_value,
        ),
        value_net: over(value(&won, &renewed), due_value),
        on_time: count(by_due(|late| late <= 0), due.len()),
        resolved: count(won_here.len(), due.len() - pending),
    }
}
