//! What a state says, as data: schema tenure/revenue/1. Money is a decimal string beside the
//! currency of the document, a rate its numerator, denominator and value.

use serde_json::{Map, Value, json};
use tenure::model::{Currency, Month};
use tenure::revenue::{
    Logos, MovementCounts, MovementLines, QuickRatio, Rate, Retention, RetentionMeasure,
    RevenueState, Waterfall,
};
use tenure::stats::{Level, SurvivalMethod, SurvivalRow};

use super::log::{months, retention};

const SCHEMA: &str = "tenure/revenue/1";

/// Which months and windows of a state are shown.
pub(super) struct Asked<'a> {
    pub(super) months: (Month, Month),
    pub(super) lags: &'a [i32],
}

/// `-12.30` from -1230.
pub(super) fn amount(minor: i128, currency: Currency) -> String {
    crate::text::amount(minor, currency).replace(',', "")
}

/// The document on a log.
pub(super) fn of_log(state: &RevenueState, asked: &Asked<'_>) -> Value {
    let mut document = head(state, asked);
    document.extend(body(state, asked));
    Value::Object(document)
}

/// What every document begins with.
pub(super) fn head(state: &RevenueState, asked: &Asked<'_>) -> Map<String, Value> {
    let definition = state.plan().definition();
    let (first, last) = asked.months;
    let mut document = Map::new();
    for (name, value) in [
        ("schema", json!(SCHEMA)),
        ("version", json!(env!("CARGO_PKG_VERSION"))),
        ("definitions", json!("1.0")),
        ("definition", json!(definition)),
        ("definition_text", json!(definition.to_string())),
        ("currency", json!(definition.currency)),
        ("months", json!([first, last])),
    ] {
        document.insert(name.to_owned(), value);
    }
    document
}

/// Movements, retention, cohorts and survival of a group of accounts.
pub(super) fn body(state: &RevenueState, asked: &Asked<'_>) -> Map<String, Value> {
    let currency = state.plan().definition().currency;
    let money = |minor| json!(amount(minor, currency));
    let (first, last) = asked.months;
    let by_month: Vec<Value> =
        months(first, last).filter_map(|month| of_month(state, month, currency)).collect();
    let windows = asked.lags.iter().flat_map(|&lag| months(first, last).map(move |to| (lag, to)));
    let kept: Vec<Value> = windows
        .filter_map(|(lag, to)| Some(of_retention(lag, &retention(state, to, lag)?, currency)))
        .collect();
    let cohorts: Vec<Value> = state
        .cohorts()
        .iter()
        .map(|(month, rows)| {
            let ages = rows.iter().enumerate().map(|(age, row)| {
                json!({ "age": age, "mrr": money(row.mrr), "gross_mrr": money(row.gross_mrr),
                    "logos": row.logos })
            });
            json!({ "cohort": month, "ages": ages.collect::<Vec<_>>() })
        })
        .collect();
    let survival: Vec<Value> = state.survival().iter().map(of_survival).collect();
    let mut out = Map::new();
    out.insert("accounts".to_owned(), json!(state.accounts()));
    out.insert("movements".to_owned(), Value::Array(by_month));
    out.insert("retention".to_owned(), Value::Array(kept));
    out.insert("cohorts".to_owned(), Value::Array(cohorts));
    out.insert("survival".to_owned(), Value::Array(survival));
    let median = tenure::stats::median_survival(&state.survival());
    out.insert("survival_median_months".to_owned(), json!(median));
    out
}

fn of_month(state: &RevenueState, month: Month, currency: Currency) -> Option<Value> {
    let (net, gross) = (state.net(month)?, state.gross(month)?);
    let quick = QuickRatio::of(net);
    Some(json!({
        "month": month,
        "net": of_waterfall(net, currency),
        "logos": of_logos(state.logos(month)?),
        "gross": of_waterfall(gross, currency),
        "movement_counts": of_counts(state.movement_counts(month)?),
        "arr": amount(state.arr(month)?, currency),
        "quick_ratio": quick.without_reactivation(),
        "quick_ratio_with_reactivation": quick.with_reactivation(),
    }))
}

fn of_waterfall(waterfall: &Waterfall, currency: Currency) -> Value {
    Value::Object(of_lines(waterfall.lines(), currency))
}

pub(super) fn of_lines(lines: &MovementLines, currency: Currency) -> Map<String, Value> {
    let fields = [
        ("opening", lines.opening),
        ("new", lines.new),
        ("expansion", lines.expansion),
        ("contraction", lines.contraction),
        ("churn", lines.churn),
        ("reactivation", lines.reactivation),
        ("fx", lines.fx),
        ("adjustment", lines.adjustment),
        ("closing", lines.closing),
    ];
    let fields = fields.map(|(name, minor)| (name.to_owned(), json!(amount(minor, currency))));
    fields.into_iter().collect()
}

fn of_logos(logos: &Logos) -> Value {
    json!({ "opening": logos.opening(), "new": logos.new_accounts(),
        "reactivated": logos.reactivated(), "churned": logos.churned(), "closing": logos.closing() })
}

fn of_counts(counts: &MovementCounts) -> Value {
    json!({ "new": counts.new, "reactivated": counts.reactivated, "churned": counts.churned })
}

fn of_retention(lag: i32, found: &Retention, currency: Currency) -> Value {
    let mut fields = Map::new();
    fields.insert("from".to_owned(), json!(found.from()));
    fields.insert("to".to_owned(), json!(found.to()));
    fields.insert("months".to_owned(), json!(lag));
    fields.insert("base".to_owned(), json!(amount(found.base_amount(), currency)));
    fields.insert("base_accounts".to_owned(), json!(found.base_accounts()));
    for &measure in RetentionMeasure::ALL {
        let value = if measure == RetentionMeasure::NrrCompoundedMonthly {
            json!(found.nrr_compounded_monthly())
        } else {
            json!(found.rate(measure))
        };
        fields.insert(measure.name().to_owned(), value);
    }
    let churn: [(&str, Option<Rate>); 2] = [
        ("gross_revenue_churn", found.gross_revenue_churn()),
        ("net_revenue_churn", found.net_revenue_churn()),
    ];
    fields.extend(churn.map(|(name, rate)| (name.to_owned(), json!(rate))));
    Value::Object(fields)
}

fn of_survival(row: &SurvivalRow) -> Value {
    let interval = row.interval(SurvivalMethod::LogLog, Level::default());
    json!({
        "months": row.time, "at_risk": u64::try_from(row.at_risk).ok(), "events": row.events,
        "censored": row.censored, "survival": row.survival,
        "standard_error": row.standard_error(),
        "interval": interval.map(|interval| {
            json!({ "lower": interval.lower(), "upper": interval.upper(),
                "level": interval.level().value(), "method": interval.method().name() })
        }),
    })
}
