//! `report.json`: the scorecard whole and exact. Schema `tenure/report/1`, described in the README.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use tenure::model::{Currency, Period};
use tenure::scorecard::{
    AccountLine, ClassTransition, Figure, FittedModel, Group, PeriodFigures, Population, Scorecard,
    Spread, TableUse, Unit, Value,
};
use tenure::stats::{Ratio, integer_to_f64};

use crate::lists::document as lists;
use crate::text;

/// The version of the document's shape.
pub(crate) const SCHEMA: &str = "tenure/report/1";
/// That shape, as a JSON Schema.
pub(crate) const JSON_SCHEMA: &str = include_str!("schema/report.json");
/// The version of the metric definitions.
const DEFINITIONS: &str = "1.0";

#[derive(Serialize)]
struct Head<'a> {
    schema: &'static str,
    version: &'static str,
    definitions: &'static str,
    as_of: String,
    known_at: String,
    currency: Option<&'static str>,
    rule_set: &'a str,
    playbook: &'a str,
    windows: Windows,
    settings: &'a serde_json::Value,
    files: &'a [FileLine],
    tables: Vec<TableLine>,
    population: Vec<ClassLine<'a>>,
    transitions: Vec<TransitionLine>,
    spreads: Vec<SpreadLine<'a>>,
    models: Vec<ModelLine<'a>>,
    rfm: Option<lists::RfmOut<'a>>,
    re_engagement: lists::ReEngagementOut<'a>,
    loyalty: lists::LoyaltyOut<'a>,
    total: GroupLine<'a>,
    by_class: Vec<GroupLine<'a>>,
    by_stage: Vec<GroupLine<'a>>,
    by_segment: Vec<GroupLine<'a>>,
    by_period: Vec<PeriodLine<'a>>,
    accounts_not_yet: u64,
}

#[derive(Serialize)]
struct Windows {
    metrics: [String; 2],
    revenue: [String; 2],
}

/// What became of the rows of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FileLine {
    pub(crate) file: String,
    pub(crate) table: Option<&'static str>,
    pub(crate) rows: u64,
    pub(crate) kept: u64,
    pub(crate) duplicates: u64,
    pub(crate) filtered: u64,
    pub(crate) rejected: u64,
    pub(crate) rejected_by_code: BTreeMap<String, u64>,
    pub(crate) note: Option<String>,
}

#[derive(Serialize)]
struct TableLine {
    table: &'static str,
    coverage: &'static str,
    records: u64,
    after_as_of: u64,
    not_yet_known: u64,
    other_currency: u64,
}

#[derive(Serialize)]
pub(crate) struct ClassLine<'a> {
    class: &'a str,
    accounts: u64,
    stages: Map<'a, u64>,
}

#[derive(Serialize)]
struct TransitionLine {
    from: Option<&'static str>,
    to: &'static str,
    accounts: u64,
}

#[derive(Serialize)]
struct SpreadLine<'a> {
    id: &'static str,
    accounts: u64,
    below_zero: u64,
    total: Option<String>,
    by_class: Map<'a, ClassShare>,
    gini: Option<serde_json::Value>,
    largest: u64,
    largest_share: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct ClassShare {
    sum: String,
    share: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct ModelLine<'a> {
    id: &'static str,
    definition: &'a str,
    status: &'a str,
    accounts: u64,
    excluded: Map<'a, u64>,
    parameters: Map<'a, Estimate>,
    log_likelihood: Option<f64>,
}

#[derive(Serialize)]
struct Estimate {
    estimate: f64,
    standard_error: Option<f64>,
}

#[derive(Serialize)]
struct GroupLine<'a> {
    name: &'a str,
    accounts: u64,
    figures: Vec<FigureLine<'a>>,
}

#[derive(Serialize)]
struct PeriodLine<'a> {
    name: &'a str,
    days: Option<[String; 2]>,
    months: Option<[String; 2]>,
    total: Vec<FigureLine<'a>>,
    by_class: Map<'a, Vec<FigureLine<'a>>>,
}

#[derive(Serialize)]
struct FigureLine<'a> {
    id: &'static str,
    section: &'static str,
    unit: String,
    class_at: &'static str,
    value: Option<serde_json::Value>,
    interval: Option<IntervalLine>,
    counts: Map<'a, serde_json::Number>,
    definition: &'a str,
    display: String,
}

#[derive(Serialize)]
struct IntervalLine {
    lower: f64,
    upper: f64,
    level: f64,
    method: &'static str,
}

/// An object whose keys keep their order.
pub(crate) struct Map<'a, T>(pub(crate) Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Map<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

#[derive(Serialize)]
struct AccountLineOut<'a> {
    account: &'a str,
    segment: Option<&'a str>,
    class: &'a str,
    possible: &'a [&'static str],
    score: [i64; 2],
    stage: &'a str,
    term: &'a str,
    confidence: &'a str,
    reasons: &'a [&'static str],
    #[serde(rename = "override")]
    overridden: Option<&'static str>,
    class_at_opening: &'a str,
    stage_at_opening: Option<&'static str>,
    there_at_opening: bool,
    mismatches: Vec<&'static str>,
    paid_in_window: Option<String>,
    mrr: Option<String>,
    health: Option<[i64; 2]>,
    contract_share: Option<serde_json::Value>,
    p_alive: Option<f64>,
    expected_purchases: Option<f64>,
    residual_value: Option<f64>,
    rfm: Option<String>,
    rfm_segment: Option<&'a str>,
    rhythm: &'static str,
    tier: Option<&'a str>,
    points: Option<i64>,
}

/// Writes the document: the head readable, then the lists and one account a line.
pub(crate) fn write(
    out: &mut dyn Write,
    card: &Scorecard,
    files: &[FileLine],
    settings: &serde_json::Value,
) -> io::Result<()> {
    let head = serde_json::to_string_pretty(&head(card, files, settings))?;
    let open = head.trim_end().strip_suffix('}').unwrap_or(&head).trim_end();
    writeln!(out, "{open},")?;
    lists::write_lists(out, card)?;
    let tiers: Vec<&str> = match &card.loyalty.programme {
        Some(programme) => programme.tiers().map(|(name, _)| name).collect(),
        None => Vec::new(),
    };
    write!(out, "  \"accounts\": [")?;
    for (index, account) in card.accounts.iter().enumerate() {
        out.write_all(if index == 0 { b"\n    " } else { b",\n    " })?;
        serde_json::to_writer(&mut *out, &account_line(account, card, &tiers))?;
    }
    out.write_all(b"\n  ]\n}\n")
}

fn head<'a>(
    card: &'a Scorecard,
    files: &'a [FileLine],
    settings: &'a serde_json::Value,
) -> Head<'a> {
    let last = card.window.last().unwrap_or(card.window.start());
    let (first_month, last_month) = card.revenue_months;
    Head {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        definitions: DEFINITIONS,
        as_of: card.as_of.day().to_string(),
        known_at: card.as_of.knowledge_day().to_string(),
        currency: card.currency.map(Currency::code),
        rule_set: &card.rule_set,
        playbook: &card.playbook,
        windows: Windows {
            metrics: [card.window.start().to_string(), last.to_string()],
            revenue: [first_month.to_string(), last_month.to_string()],
        },
        settings,
        files,
        tables: card.tables.iter().map(table_line).collect(),
        population: card.population.iter().map(class_line).collect(),
        transitions: card.transitions.iter().map(transition_line).collect(),
        spreads: card.spreads.iter().map(|spread| spread_line(spread, card.currency)).collect(),
        models: card.models.iter().map(model_line).collect(),
        rfm: card.rfm.as_ref().map(|rfm| lists::rfm(rfm, card.currency)),
        re_engagement: lists::re_engagement(&card.re_engagement),
        loyalty: lists::loyalty(&card.loyalty),
        total: group_line(&card.total),
        by_class: card.by_class.iter().map(group_line).collect(),
        by_stage: card.by_stage.iter().map(group_line).collect(),
        by_segment: card.by_segment.iter().map(group_line).collect(),
        by_period: card.by_period.iter().map(period_line).collect(),
        accounts_not_yet: card.accounts_not_yet,
    }
}

fn table_line(table: &TableUse) -> TableLine {
    TableLine {
        table: table.table.name(),
        coverage: table.completeness.name(),
        records: table.records,
        after_as_of: table.after_as_of,
        not_yet_known: table.not_yet_known,
        other_currency: table.other_currency,
    }
}

pub(crate) fn class_line(class: &Population) -> ClassLine<'_> {
    ClassLine { class: class.class, accounts: class.accounts, stages: Map(class.stages.clone()) }
}

fn transition_line(one: &ClassTransition) -> TransitionLine {
    TransitionLine { from: one.from, to: one.to, accounts: one.accounts }
}

fn spread_line(spread: &Spread, currency: Option<Currency>) -> SpreadLine<'_> {
    let money = |minor| in_currency(minor, currency);
    let by_class = spread.by_class.iter().map(|&(class, sum, share)| {
        (class, ClassShare { sum: money(sum), share: share.map(exact) })
    });
    SpreadLine {
        id: spread.id,
        accounts: spread.accounts,
        below_zero: spread.below_zero,
        total: spread.total.map(money),
        by_class: Map(by_class.collect()),
        gini: spread.gini.map(exact),
        largest: spread.largest,
        largest_share: spread.largest_share.map(exact),
    }
}

/// Minor units as a decimal string; there is no money without a currency.
pub(crate) fn in_currency(minor: i128, currency: Option<Currency>) -> String {
    currency.map_or_else(|| minor.to_string(), |currency| decimal(minor, currency))
}

fn model_line(model: &FittedModel) -> ModelLine<'_> {
    let parameters = model
        .parameters
        .iter()
        .map(|&(name, estimate, standard_error)| (name, Estimate { estimate, standard_error }));
    ModelLine {
        id: model.id,
        definition: &model.definition,
        status: &model.status,
        accounts: model.accounts,
        excluded: Map(model.excluded.clone()),
        parameters: Map(parameters.collect()),
        log_likelihood: model.log_likelihood,
    }
}

fn group_line(group: &Group) -> GroupLine<'_> {
    GroupLine { name: &group.name, accounts: group.accounts, figures: figure_lines(&group.figures) }
}

fn period_line(period: &PeriodFigures) -> PeriodLine<'_> {
    let days =
        |days: Period| [days.start().to_string(), days.last().unwrap_or(days.start()).to_string()];
    PeriodLine {
        name: &period.name,
        days: period.days.map(days),
        months: period.months.map(|(first, last)| [first.to_string(), last.to_string()]),
        total: figure_lines(&period.total),
        by_class: Map(period
            .by_class
            .iter()
            .map(|(class, figures)| (*class, figure_lines(figures)))
            .collect()),
    }
}

fn figure_lines(figures: &[Figure]) -> Vec<FigureLine<'_>> {
    figures.iter().map(figure_line).collect()
}

fn figure_line(figure: &Figure) -> FigureLine<'_> {
    let interval = figure.interval.as_ref().map(|interval| IntervalLine {
        lower: interval.lower() / per_major(figure.unit).1,
        upper: interval.upper() / per_major(figure.unit).1,
        level: interval.level().value(),
        method: interval.method().name(),
    });
    let counts = figure
        .counts
        .iter()
        .filter_map(|(name, count)| Some((name.as_ref(), serde_json::Number::from_u128(*count)?)));
    FigureLine {
        id: figure.id,
        section: figure.section.name(),
        unit: unit(figure.unit),
        class_at: figure.basis.name(),
        value: figure.value.map(|value| value_json(figure.unit, value)),
        interval,
        counts: Map(counts.collect()),
        definition: &figure.definition,
        display: text::value(figure),
    }
}

fn unit(unit: Unit) -> String {
    match unit {
        Unit::Share => "share".to_owned(),
        Unit::Points => "points".to_owned(),
        Unit::Thousandths => "thousandths".to_owned(),
        Unit::Purchases => "purchases".to_owned(),
        Unit::Money(currency) => currency.code().to_owned(),
        Unit::Millis => "milliseconds".to_owned(),
        Unit::Days => "days".to_owned(),
        _ => "count".to_owned(),
    }
}

/// Money is a decimal string, an exact ratio `{num, den, value}`, an estimate a number.
fn value_json(unit: Unit, value: Value) -> serde_json::Value {
    let whole = |whole: i128| match unit {
        Unit::Money(currency) => serde_json::Value::from(decimal(whole, currency)),
        _ => i64::try_from(whole)
            .map_or_else(|_| serde_json::Value::from(whole.to_string()), serde_json::Value::from),
    };
    match value {
        Value::Whole(number) => whole(number),
        Value::Between(low, high) => serde_json::json!([whole(low), whole(high)]),
        Value::Estimate(estimate) => serde_json::Value::from(estimate / per_major(unit).1),
        Value::Ratio(ratio) => {
            let major = ratio.den().checked_mul(per_major(unit).0);
            exact(major.and_then(|den| Ratio::new(ratio.num(), den)).unwrap_or(ratio))
        }
    }
}

/// An exact ratio.
pub(crate) fn exact(ratio: Ratio) -> serde_json::Value {
    serde_json::json!({
        "num": wide(ratio.num()),
        "den": wide(ratio.den()),
        "value": ratio.to_decimal(10),
    })
}

/// Of the unit, how many make the one that is written: figures of money are in minor units, the
/// document is in major ones.
fn per_major(unit: Unit) -> (i128, f64) {
    let units = match unit {
        Unit::Money(currency) => i128::from(currency.minor_per_major()),
        _ => 1,
    };
    (units, integer_to_f64(units))
}

pub(crate) fn wide(number: i128) -> serde_json::Value {
    serde_json::Number::from_i128(number)
        .map_or_else(|| serde_json::Value::from(number.to_string()), serde_json::Value::Number)
}

/// A decimal string with the currency's own places.
fn decimal(minor: i128, currency: Currency) -> String {
    text::money(minor, currency).replace(',', "").split(' ').next().unwrap_or_default().to_owned()
}

fn account_line<'a>(
    line: &'a AccountLine,
    card: &'a Scorecard,
    tiers: &[&'a str],
) -> AccountLineOut<'a> {
    let currency = card.currency;
    let tier = line.membership.and_then(|member| tiers.get(usize::from(member.tier)));
    AccountLineOut {
        account: line.account.as_str(),
        segment: line.segment.as_deref(),
        class: line.class,
        possible: &line.possible,
        score: line.score.into(),
        stage: line.stage,
        term: &line.term,
        confidence: line.confidence,
        reasons: &line.reasons,
        overridden: line.overridden,
        class_at_opening: line.class_at_opening,
        stage_at_opening: line.stage_at_opening,
        there_at_opening: line.there_at_opening,
        mismatches: line.mismatches.iter().map(|aspect| aspect.name()).collect(),
        paid_in_window: line.paid_in_window.map(|minor| in_currency(minor, currency)),
        mrr: line.mrr.map(|minor| in_currency(minor, currency)),
        health: line.health.map(Into::into),
        contract_share: line.contract_share.map(exact),
        p_alive: line.p_alive,
        expected_purchases: line.expected_purchases,
        residual_value: line.residual_value,
        rfm: line.rfm.map(|score| score.to_string()),
        rfm_segment: card.rfm.as_ref().and_then(|rfm| rfm.segment_of(line)),
        rhythm: line.silence.rhythm().name(),
        tier: tier.copied(),
        points: line.membership.map(|member| member.points),
    }
}
