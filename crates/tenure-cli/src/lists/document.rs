//! The lists of a portfolio, as they stand in report.json.

use std::io::{self, Write};

use serde::Serialize;
use tenure::health::loyalty::{Programme, Window};
use tenure::model::Currency;
use tenure::scorecard::{
    AccountLine, Counted, LoyaltySection, ReEngagement, RfmSection, Scorecard,
};

use super::bins::Written;
use crate::document::{Map, in_currency, wide};

#[derive(Serialize)]
pub(crate) struct RfmOut<'a> {
    bins: Option<Written<'a>>,
    frozen: bool,
    window_days: u32,
    segment_map: &'a str,
    scored: u64,
    sizes: Sizes,
    segments: Vec<CountedOut<'a>>,
    without_purchase: CountedOut<'a>,
    other_currency: u64,
}

#[derive(Serialize)]
struct Sizes {
    recency: [u64; 5],
    frequency: [u64; 5],
    monetary: [u64; 5],
}

#[derive(Serialize)]
struct CountedOut<'a> {
    name: &'a str,
    accounts: u64,
    by_class: Map<'a, u64>,
}

#[derive(Serialize)]
pub(crate) struct ReEngagementOut<'a> {
    rhythms: Vec<CountedOut<'a>>,
    contract_quiet: CountedOut<'a>,
    contract_silent: CountedOut<'a>,
    reengaged: CountedOut<'a>,
    win_backs: Vec<CountedOut<'a>>,
}

#[derive(Serialize)]
pub(crate) struct LoyaltyOut<'a> {
    programme: Option<ProgrammeOut<'a>>,
    members: CountedOut<'a>,
    qualifying_entries: u64,
    redeemable_entries: u64,
    tiers: Vec<CountedOut<'a>>,
    expiring_by: String,
    points: Vec<PointsOut<'a>>,
}

#[derive(Serialize)]
struct ProgrammeOut<'a> {
    id: &'a str,
    window: &'static str,
    first_month: Option<u32>,
    months: Option<u32>,
    landing: &'static str,
    tiers: Vec<TierOut<'a>>,
}

#[derive(Serialize)]
struct TierOut<'a> {
    name: &'a str,
    from: i64,
}

#[derive(Serialize)]
struct PointsOut<'a> {
    name: &'a str,
    total: serde_json::Value,
    by_class: Map<'a, serde_json::Value>,
}

fn counted(one: &Counted) -> CountedOut<'_> {
    let by_class = one.by_class.iter().map(|&(class, count)| (class, count));
    CountedOut { name: &one.name, accounts: one.accounts, by_class: Map(by_class.collect()) }
}

pub(crate) fn rfm(rfm: &RfmSection, currency: Option<Currency>) -> RfmOut<'_> {
    let bins = rfm.bins.as_ref().zip(currency);
    RfmOut {
        bins: bins.map(|(bins, currency)| Written::new(currency, bins)),
        frozen: rfm.frozen,
        window_days: rfm.window_days,
        segment_map: rfm.map.version(),
        scored: rfm.scored,
        sizes: Sizes {
            recency: rfm.sizes.recency,
            frequency: rfm.sizes.frequency,
            monetary: rfm.sizes.monetary,
        },
        segments: rfm.segments.iter().map(counted).collect(),
        without_purchase: counted(&rfm.without_purchase),
        other_currency: rfm.other_currency,
    }
}

pub(crate) fn re_engagement(found: &ReEngagement) -> ReEngagementOut<'_> {
    ReEngagementOut {
        rhythms: found.rhythms.iter().map(counted).collect(),
        contract_quiet: counted(&found.contract_quiet),
        contract_silent: counted(&found.contract_silent),
        reengaged: counted(&found.reengaged),
        win_backs: found.win_backs.iter().map(counted).collect(),
    }
}

pub(crate) fn loyalty(loyalty: &LoyaltySection) -> LoyaltyOut<'_> {
    let points = loyalty.points.iter().map(|sum| PointsOut {
        name: sum.name,
        total: wide(sum.total),
        by_class: Map(sum.by_class.iter().map(|&(class, points)| (class, wide(points))).collect()),
    });
    LoyaltyOut {
        programme: loyalty.programme.as_ref().map(programme),
        members: counted(&loyalty.members),
        qualifying_entries: loyalty.qualifying_entries,
        redeemable_entries: loyalty.redeemable_entries,
        tiers: loyalty.tiers.iter().map(counted).collect(),
        expiring_by: loyalty.expiring_by.to_string(),
        points: points.collect(),
    }
}

fn programme(programme: &Programme) -> ProgrammeOut<'_> {
    let window = programme.window();
    ProgrammeOut {
        id: programme.id(),
        window: window.name(),
        first_month: match window {
            Window::Calendar { first_month } => Some(first_month),
            _ => None,
        },
        months: match window {
            Window::Rolling { months } => Some(months),
            _ => None,
        },
        landing: programme.landing().name(),
        tiers: programme.tiers().map(|(name, from)| TierOut { name, from }).collect(),
    }
}

#[derive(Serialize)]
struct QuietOut<'a> {
    account: &'a str,
    class: &'static str,
    rhythm: &'static str,
    judged_by: &'static str,
    last_purchase: Option<String>,
    silent_days: Option<i64>,
    own_gap_days: Option<serde_json::Value>,
    dormant_from: Option<String>,
    paid_in_window: Option<String>,
    residual_value: Option<f64>,
}

#[derive(Serialize)]
struct ReturnedOut<'a> {
    account: &'a str,
    class: &'static str,
    returned: String,
    silence_days: i64,
    second_purchase_by: String,
    outcome: &'static str,
    reengaged: bool,
}

/// Writes the two lists, an account a line.
pub(crate) fn write_lists(out: &mut dyn Write, card: &Scorecard) -> io::Result<()> {
    let found = &card.re_engagement;
    let lines = |places: &[usize]| -> Vec<&AccountLine> {
        places.iter().filter_map(|&place| card.accounts.get(place)).collect()
    };
    list(out, "quiet", lines(&found.quiet).into_iter().map(|line| quiet(line, card)))?;
    list(out, "returned", lines(&found.returned).into_iter().filter_map(returned))
}

fn list<T: Serialize>(
    out: &mut dyn Write,
    name: &str,
    rows: impl Iterator<Item = T>,
) -> io::Result<()> {
    write!(out, "  \"{name}\": [")?;
    let mut between: &[u8] = b"\n    ";
    for row in rows {
        out.write_all(between)?;
        serde_json::to_writer(&mut *out, &row)?;
        between = b",\n    ";
    }
    out.write_all(if between.starts_with(b",") { b"\n  ],\n" } else { b"],\n" })
}

fn quiet<'a>(line: &'a AccountLine, card: &Scorecard) -> QuietOut<'a> {
    let silence = &line.silence;
    let day = |day: chrono::NaiveDate| day.to_string();
    QuietOut {
        account: line.account.as_str(),
        class: line.class,
        rhythm: silence.rhythm().name(),
        judged_by: if silence.under_contract { "contract" } else { "purchases" },
        last_purchase: silence.last_purchase.map(day),
        silent_days: silence.silent_days(card.as_of.day()),
        own_gap_days: silence.own_gap_halves.map(gap),
        dormant_from: silence.dormant_from.map(day),
        paid_in_window: line.paid_in_window.map(|minor| in_currency(minor, card.currency)),
        residual_value: line.residual_value,
    }
}

/// Half of a whole number, exactly.
fn gap(halves: i64) -> serde_json::Value {
    if halves.rem_euclid(2) == 0 {
        serde_json::Value::from(halves.div_euclid(2))
    } else {
        serde_json::Value::from(tenure::stats::integer_to_f64(i128::from(halves)) / 2.0)
    }
}

fn returned(line: &AccountLine) -> Option<ReturnedOut<'_>> {
    let back = line.silence.win_back?;
    Some(ReturnedOut {
        account: line.account.as_str(),
        class: line.class,
        returned: back.returned().to_string(),
        silence_days: back.silence_days(),
        second_purchase_by: back.deadline().to_string(),
        outcome: back.outcome().name(),
        reengaged: line.silence.reengaged,
    })
}
