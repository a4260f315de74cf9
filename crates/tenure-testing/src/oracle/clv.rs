//! Slow oracles of `tenure-clv`, written from the definitions.
#![expect(
    clippy::exhaustive_structs,
    clippy::exhaustive_enums,
    reason = "unpublished: tests build and match them whole"
)]

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use crate::strategies::clv::{PlainKind, PlainRow};

/// What a refund does, as the specification names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainRefunds {
    /// Ignored.
    Drop,
    /// Summed within the period.
    Net,
    /// Taken from the latest occasions.
    Offset,
}

/// How to read the rows of one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainDefinition {
    /// What a refund does.
    pub refunds: PlainRefunds,
    /// Weeks from Monday instead of days.
    pub weeks: bool,
    /// The first purchase counts for spend.
    pub first_included: bool,
    /// Occasions of zero spend are dropped.
    pub drop_zero: bool,
}

/// `x`, `t_x` and `T` in days, or in microseconds, and the spend as a sum and a number of occasions.
pub type PlainSummary = (u64, i64, i64, Option<(i64, u64)>);

/// The summary of one customer at the end of `as_of`, by scanning the rows again for each refund;
/// with the number of later rows and the refunds that found nothing to take from.
#[must_use]
pub fn summary(
    rows: &[PlainRow],
    definition: PlainDefinition,
    as_of: NaiveDate,
) -> (Option<PlainSummary>, usize, i64) {
    let start = |date: NaiveDate| {
        let back = if definition.weeks { date.weekday().num_days_from_monday() } else { 0 };
        date.checked_sub_days(Days::new(u64::from(back))).unwrap_or(date)
    };
    let spans = |from: NaiveDate, to: NaiveDate| to.signed_duration_since(from).num_days();
    rescanned(rows, definition, as_of, start, spans)
}

/// The same of rows at instants, where each instant is a period.
#[must_use]
pub fn instant_summary(
    rows: &[PlainRow<i64>],
    definition: PlainDefinition,
    as_of: i64,
) -> (Option<PlainSummary>, usize, i64) {
    rescanned(rows, definition, as_of, |at| at, |from, to| to.saturating_sub(from))
}

fn rescanned<T: Copy + Ord>(
    rows: &[PlainRow<T>],
    definition: PlainDefinition,
    as_of: T,
    start: impl Fn(T) -> T,
    spans: impl Fn(T, T) -> i64,
) -> (Option<PlainSummary>, usize, i64) {
    let (known, later): (Vec<PlainRow<T>>, Vec<PlainRow<T>>) =
        rows.iter().partition(|row| row.at <= as_of);
    // Per period: what was paid, whether all amounts are known.
    let mut occasions: BTreeMap<T, (i64, bool)> = BTreeMap::new();
    for row in &known {
        let (paid, priced) = match row.kind {
            PlainKind::Purchase(amount) => (i64::from(amount), true),
            PlainKind::Unpriced => (0, false),
            PlainKind::Refund(_) => continue,
        };
        let entry = occasions.entry(start(row.at)).or_insert((0, true));
        entry.0 = entry.0.saturating_add(paid);
        entry.1 &= priced;
    }
    let mut refunds: Vec<(T, i64)> = known
        .iter()
        .filter_map(|row| match row.kind {
            PlainKind::Refund(amount) => Some((start(row.at), i64::from(amount))),
            PlainKind::Purchase(_) | PlainKind::Unpriced => None,
        })
        .collect();
    refunds.sort_unstable();
    let mut unabsorbed = 0_i64;
    if definition.refunds != PlainRefunds::Drop {
        for (period, amount) in refunds {
            // One minor unit at a time.
            for _ in 0..amount {
                let reach = |other: &T| match definition.refunds {
                    PlainRefunds::Net => *other == period,
                    PlainRefunds::Drop | PlainRefunds::Offset => *other <= period,
                };
                let newest = occasions
                    .iter()
                    .rev()
                    .find(|(other, (left, _))| reach(other) && *left > 0)
                    .map(|(other, _)| *other);
                let Some(newest) = newest else {
                    unabsorbed = unabsorbed.saturating_add(1);
                    // The signed sum of a period that began with nothing is now below zero.
                    let net = definition.refunds == PlainRefunds::Net;
                    if net && occasions.get(&period) == Some(&(0, true)) {
                        occasions.remove(&period);
                    }
                    continue;
                };
                if let Some((left, priced)) = occasions.get_mut(&newest) {
                    *left = left.saturating_sub(1);
                    if *left == 0 && *priced {
                        occasions.remove(&newest);
                    }
                }
            }
        }
    }
    if definition.drop_zero {
        occasions.retain(|_, (paid, priced)| *paid > 0 || !*priced);
    }
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let found = occasions.first_key_value().zip(occasions.last_key_value()).map(
        |((&first, _), (&last, _))| {
            let skipped = usize::from(!definition.first_included);
            let counted: Vec<i64> =
                occasions.values().skip(skipped).map(|&(paid, _)| paid).collect();
            let spent = counted.iter().fold(0_i64, |sum, paid| sum.saturating_add(*paid));
            let all_priced = occasions.values().all(|&(_, priced)| priced);
            let spend = (all_priced && !counted.is_empty()).then(|| (spent, count(counted.len())));
            let repeats = count(occasions.len()).saturating_sub(1);
            (repeats, spans(first, last), spans(first, start(as_of)), spend)
        },
    );
    (found, later.len(), unabsorbed)
}

/// What a model says of one customer, by brute force.
#[derive(Debug, Clone, Copy)]
pub struct ModelTruth {
    /// Log-likelihood.
    pub log_likelihood: f64,
    /// P(alive at T).
    pub p_alive: f64,
    /// E[X(T, T+t)].
    pub expected: f64,
    /// Discounted expected purchases for ever.
    pub discounted: f64,
}

/// BG/NBD, or MBG/NBD if `modified`, with `[r, alpha, a, b]` for the history `(x, t_x, T)`, by summing over a grid of rates
/// and dropout probabilities what the model says of one customer who has them:
///
/// alive at T: `(1-p)^x l^x e^(-l T)`; dropped out at t_x: `p (1-p)^(x-1) l^x e^(-l t_x)`;
/// expected purchases of the living `(1 - e^(-l p t)) / p`, discounted for ever `l / (d + p l)`.
/// Modified, one more chance to drop out at the first purchase multiplies both by `1-p`, and
/// without a repeat the customer may have dropped out then, with `p`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "an oracle uses the other logarithms")]
pub fn bg_nbd(
    [r, alpha, a, b]: [f64; 4],
    modified: bool,
    (x, recency, age): (u64, f64, f64),
    horizon: f64,
    force: f64,
) -> ModelTruth {
    let count = tenure_stats::count_to_f64(x);
    let chances = if modified { count + 1.0 } else { count };
    let (mut prior, mut living, mut dead) = (0.0, 0.0, 0.0);
    let (mut expected, mut discounted) = (0.0, 0.0);
    // Rates e^y / alpha and log-odds w: far enough for shapes not below 0.5, in steps small beside their spread.
    let dropouts: Vec<(f64, f64, f64)> = (-840..=840)
        .map(|step| f64::from(step) * 0.25)
        .map(|w: f64| {
            let (ln_p, ln_q) = (-(-w).exp().ln_1p(), -w.exp().ln_1p());
            (ln_p.exp(), a * ln_p + b * ln_q, ln_q)
        })
        .filter(|&(p, ln_weight, _)| p > 0.0 && ln_weight > -50.0)
        .collect();
    // A long silence makes rates likely that the prior hardly knows: its lower end lies further down.
    let least = -50.0 - r * (age / alpha).ln_1p();
    for step in -1400..=80 {
        let y = f64::from(step) * 0.15;
        let rate = y.exp() / alpha;
        let ln_gamma_weight = r * y - y.exp();
        // Purchases make high rates likelier than the prior says, so none of these is left out.
        if ln_gamma_weight < least && y < 0.0 {
            continue;
        }
        for &(p, ln_weight, ln_q) in &dropouts {
            let weight = (ln_gamma_weight + ln_weight).exp();
            prior += weight;
            let bought = ln_gamma_weight + ln_weight + chances * ln_q + count * y;
            let alive = (bought - rate * age).exp();
            living += alive;
            if chances > 0.0 {
                dead += (bought - rate * recency - ln_q).exp() * p;
            }
            expected += alive * -(-rate * p * horizon).exp_m1() / p;
            discounted += alive * rate / (force + p * rate);
        }
    }
    let all = living + dead;
    ModelTruth {
        log_likelihood: (all / prior).ln() - count * alpha.ln(),
        p_alive: living / all,
        expected: expected / all,
        discounted: discounted / all,
    }
}

/// Pareto/NBD with `[r, alpha, s, beta]` for the history `(x, t_x, T)`, by summing over a grid of
/// rates `l` of purchase and `m` of death:
///
/// alive at T: `l^x e^(-(l+m) T)`; dead between t_x and T:
/// `l^x m/(l+m) (e^(-(l+m) t_x) - e^(-(l+m) T))`; expected purchases of the living
/// `l (1 - e^(-m t)) / m`, discounted for ever `l / (d + m)`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "an oracle uses the other logarithms")]
pub fn pareto_nbd(
    [r, alpha, s, beta]: [f64; 4],
    (x, recency, age): (u64, f64, f64),
    horizon: f64,
    force: f64,
) -> ModelTruth {
    let count = tenure_stats::count_to_f64(x);
    let grid = |shape: f64, scale: f64| -> Vec<(f64, f64, f64)> {
        // As far down as a long silence makes likely.
        let least = -50.0 - shape * (age / scale).ln_1p();
        (-1400..=80)
            .map(|step| f64::from(step) * 0.15)
            .map(|y: f64| (y.exp() / scale, shape * y - y.exp(), y))
            .filter(|&(_, ln_weight, y)| ln_weight > least || y > 0.0)
            .collect()
    };
    let deaths = grid(s, beta);
    let (mut prior, mut living, mut dead) = (0.0, 0.0, 0.0);
    let (mut expected, mut discounted) = (0.0, 0.0);
    for (rate, ln_rate_weight, y) in grid(r, alpha) {
        for &(death, ln_death_weight, _) in &deaths {
            let ln_weight = ln_rate_weight + ln_death_weight;
            prior += ln_weight.exp();
            let bought = ln_weight + count * y;
            let both = rate + death;
            let alive = (bought - both * age).exp();
            living += alive;
            let silent = -(-both * (age - recency)).exp_m1();
            dead += (bought - both * recency).exp() * (death / both) * silent;
            expected += alive * rate * -(-death * horizon).exp_m1() / death;
            discounted += alive * rate / (force + death);
        }
    }
    let all = living + dead;
    ModelTruth {
        log_likelihood: (all / prior).ln() - count * alpha.ln(),
        p_alive: living / all,
        expected: expected / all,
        discounted: discounted / all,
    }
}

/// Expected spend under Gamma-Gamma with `[p, q, v]` after `x` purchases of mean `mean`: the mean
/// of `p / nu` over a grid of scales `nu`, weighted by prior and likelihood.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "an oracle uses the other logarithms")]
pub fn gamma_gamma_mean([p, q, v]: [f64; 3], x: u64, mean: f64) -> f64 {
    let count = tenure_stats::count_to_f64(x);
    let (mut weights, mut sum) = (0.0, 0.0);
    // nu ~ Gamma(q, v); each of x spends ~ Gamma(p, nu), their sum Gamma(p x, nu).
    let centre = ((q + p * count) / (v + count * mean)).ln();
    for step in -4000..=4000 {
        let y = centre + f64::from(step) * 0.02;
        let nu = y.exp();
        let weight = (q + p * count) * (y - centre) - (nu - centre.exp()) * (v + count * mean);
        let weight = weight.exp();
        weights += weight;
        sum += weight * p / nu;
    }
    sum / weights
}
