//! A folder of tables: everything that can be said of its money, explained.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use tenure::ingest::Ingested;
use tenure::model::record::SubscriptionChange;
use tenure::model::{Currency, Instant, Month, Period, Relationship, parse_decimal};
use tenure::revenue::{
    AccountRevenue, FxPolicy, LatePolicy, LateRenewal, LintFinding, MonthDifference, Movement,
    MovementLine, RenewalDefinition, RenewalRates, RenewalState, Retention, RetentionMeasure,
    RevenueDefinition, RevenuePlan, RevenueSegments, RevenueState, SegmentPolicy, VendorPreset,
    differences, explain_difference,
};

use super::{RevenueArgs, RevenueFormat, document, log, options, page};
use crate::error::CommandError;
use crate::input::{self, Rejects};
use crate::{print, print_json, progress};

/// What was asked, and what came out.
pub(super) struct Answers {
    pub(super) months: (Month, Month),
    pub(super) lags: Vec<i32>,
    pub(super) state: RevenueState,
    /// By account; by account and subscription, where that is the unit.
    pub(super) accounts: BTreeMap<String, AccountRevenue>,
    pub(super) segments: RevenueSegments<String>,
    /// Retention at constant rates, where a price is in a foreign currency.
    pub(super) constant: Option<RevenueState>,
    pub(super) adjustments: Vec<MonthDifference>,
    pub(super) renewals: Vec<RenewalRates>,
    pub(super) renewals_other_currency: u64,
    pub(super) lint: Vec<(String, LintFinding)>,
    pub(super) preset: Option<VendorPreset>,
    /// The movements of the cell asked for.
    pub(super) cell: Option<Cell>,
}

/// A cell of the gross waterfall, by account.
pub(super) struct Cell {
    pub(super) month: Month,
    pub(super) line: MovementLine,
    pub(super) movements: Vec<(String, Movement, Vec<String>)>,
}

pub(super) fn run(args: &RevenueArgs) -> Result<Rejects, CommandError> {
    let ingested = input::read(&args.input)?;
    let as_of = ingested.as_of.ok_or(CommandError::NoAsOf)?;
    let answers = answer(args, &ingested, as_of)?;
    match args.format {
        RevenueFormat::Csv => {
            let asked = document::Asked { months: answers.months, lags: &answers.lags };
            print(&log::rows(&answers.state, &asked, args.minor))?;
        }
        RevenueFormat::Json => print_json(&document_of(&answers))?,
        RevenueFormat::Table => print(&page::of_folder(&answers, args.lint))?,
    }
    Ok(input::tell(&args.input, &ingested, None))
}

/// The months asked for, or as many closed months as `revenue_months` of tenure.toml says.
fn months(
    args: &RevenueArgs,
    ingested: &Ingested,
    as_of: NaiveDate,
) -> Result<(Month, Month), CommandError> {
    if let Some(months) = args.months {
        return Ok(months);
    }
    let outside = || CommandError::Revenue("the months touch the end of the calendar".to_owned());
    let this = Month::of(as_of).ok_or_else(outside)?;
    let last = if this.last_day() == as_of { this } else { this.plus(-1).ok_or_else(outside)? };
    let count = ingested.report.get("revenue_months").and_then(toml::Value::as_integer);
    let count =
        count.and_then(|count| i32::try_from(count).ok()).filter(|count| (1..=120).contains(count));
    let first = last.plus(1_i32.saturating_sub(count.unwrap_or(12))).ok_or_else(outside)?;
    Ok((first, last))
}

fn definition(
    args: &RevenueArgs,
    ingested: &Ingested,
    as_of: NaiveDate,
) -> Result<RevenueDefinition, CommandError> {
    let typed = |error: &dyn std::error::Error| CommandError::Revenue(error.to_string());
    let currency = match &args.currency {
        Some(code) => Currency::new(code).map_err(|error| typed(&error))?,
        None => ingested.currency.or_else(|| only_currency(ingested)).ok_or_else(|| {
            CommandError::Revenue(
                "amounts are in several currencies: choose one with --currency, or `currency` in tenure.toml"
                    .to_owned(),
            )
        })?,
    };
    let mut definition = RevenueDefinition::new(currency);
    definition.zone = ingested.zone;
    definition.known_by = match &args.known_by {
        Some(by) => Some(Instant::parse(by, ingested.zone).map_err(|error| typed(&error))?),
        None => ingested.zone.last_instant(ingested.known_at.unwrap_or(as_of)),
    };
    if let Some(preset) = args.preset()? {
        preset.apply(&mut definition);
    }
    for set in &args.options {
        options::set(&mut definition, set)?;
    }
    if let Some(path) = &args.rates {
        read_rates(path, &mut definition)?;
    }
    Ok(definition)
}

/// The currency of every recurring price; dollars where there is none.
fn only_currency(ingested: &Ingested) -> Option<Currency> {
    let mut found: Option<Currency> = None;
    for relationship in ingested.book.relationships() {
        for entry in relationship.subscriptions() {
            let Some(currency) = price_currency(&entry.record.change) else { continue };
            if found.is_some_and(|known| known != currency) {
                return None;
            }
            found = Some(currency);
        }
    }
    found.or_else(|| Currency::new("USD").ok())
}

fn price_currency(change: &SubscriptionChange) -> Option<Currency> {
    match change {
        SubscriptionChange::Set { monthly } => Some(monthly.currency()),
        SubscriptionChange::Start(price) | SubscriptionChange::Change(price) => {
            Some(price.amount.currency())
        }
        _ => None,
    }
}

/// Rates from a CSV file with the columns currency, month, rate; a month may be `constant`.
fn read_rates(path: &Path, definition: &mut RevenueDefinition) -> Result<(), CommandError> {
    let wrong = |line: u64, what: &str| {
        CommandError::Revenue(format!("{} line {line}: {what}", path.display()))
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)
        .map_err(|error| CommandError::Revenue(format!("{}: {error}", path.display())))?;
    let headers = reader.headers().map_err(|error| wrong(1, &error.to_string()))?.clone();
    let place = |name: &str| {
        let found = headers.iter().position(|known| known == name);
        found.ok_or_else(|| {
            wrong(1, &format!("no column `{name}`; there are currency, month, rate"))
        })
    };
    let (currency, month, rate) = (place("currency")?, place("month")?, place("rate")?);
    for row in reader.records() {
        let row = row.map_err(|error| {
            wrong(error.position().map_or(0, csv::Position::line), &error.to_string())
        })?;
        let line = row.position().map_or(0, csv::Position::line);
        let text = |at: usize| row.get(at).unwrap_or_default();
        let currency =
            Currency::new(text(currency)).map_err(|error| wrong(line, &error.to_string()))?;
        let rate = parse_decimal(text(rate)).map_err(|error| wrong(line, &error.to_string()))?;
        let rates = &mut definition.rates;
        let added = match text(month) {
            "constant" => rates.add_constant(currency, rate),
            month => {
                let month = Month::parse(month).map_err(|error| wrong(line, &error.to_string()))?;
                rates.add(currency, month, rate)
            }
        };
        added.map_err(|error| wrong(line, &error.to_string()))?;
    }
    Ok(())
}

fn answer(
    args: &RevenueArgs,
    ingested: &Ingested,
    as_of: NaiveDate,
) -> Result<Answers, CommandError> {
    let typed = |error: &dyn std::error::Error| CommandError::Revenue(error.to_string());
    let months = months(args, ingested, as_of)?;
    let lags = args.lags();
    let definition = definition(args, ingested, as_of)?;
    let plan_of = |definition: RevenueDefinition| {
        log::plan(definition, months, &lags).map_err(|error| typed(&error))
    };
    let plan = plan_of(definition.clone())?;
    let mut answers = Answers {
        months,
        state: plan.state(),
        accounts: BTreeMap::new(),
        segments: RevenueSegments::new(plan.clone(), SegmentPolicy::Base),
        constant: None,
        adjustments: Vec::new(),
        renewals: Vec::new(),
        renewals_other_currency: 0,
        lint: Vec::new(),
        preset: args.preset()?,
        cell: None,
        lags: lags.clone(),
    };
    let mut movements = Vec::new();
    let cell = args.cell()?;
    let relationships = ingested.book.relationships();
    let bar = progress::accounts(u64::try_from(relationships.len()).unwrap_or(u64::MAX));
    let (mut foreign, mut late) = (false, false);
    for relationship in relationships {
        bar.inc(1);
        let rows = relationship.subscriptions();
        if rows.is_empty() {
            continue;
        }
        let id = relationship.account().as_str();
        let failed = |error: &dyn std::error::Error| {
            CommandError::Revenue(format!("subscriptions of `{id}`: {error}"))
        };
        let prices = rows.iter().filter_map(|entry| price_currency(&entry.record.change));
        foreign |= prices.into_iter().any(|found| found != definition.currency);
        late |= rows.iter().any(|entry| entry.recorded_at.is_some_and(|at| at > entry.record.at));
        answers.lint.extend(plan.lint(rows).into_iter().map(|found| (id.to_owned(), found)));
        let segment = relationship.profile().segment.as_deref().unwrap_or("").to_owned();
        for (name, account) in plan.units(rows).map_err(|error| failed(&error))? {
            answers.state.push(&account).map_err(|error| failed(&error))?;
            answers.segments.push(&account, |_| segment.clone()).map_err(|error| failed(&error))?;
            let unit = if name.is_empty() { id.to_owned() } else { format!("{id} / {name}") };
            answers.accounts.insert(unit, account);
        }
        if let Some((month, line)) = cell {
            for one in plan.movements(rows).map_err(|error| failed(&error))? {
                if one.month == month && one.line == line {
                    let events = one.rows.iter().filter_map(|&row| Some(event(rows.get(row)?)));
                    let events = events.collect();
                    movements.push((id.to_owned(), one, events));
                }
            }
        }
    }
    bar.finish_and_clear();
    let run = |definition: RevenueDefinition| -> Result<RevenueState, CommandError> {
        let plan = plan_of(definition)?;
        let mut state = plan.state();
        for relationship in relationships.iter().filter(|one| !one.subscriptions().is_empty()) {
            for (_, account) in
                plan.units(relationship.subscriptions()).map_err(|error| typed(&error))?
            {
                state.push(&account).map_err(|error| typed(&error))?;
            }
        }
        Ok(state)
    };
    if foreign && definition.fx != FxPolicy::Constant {
        // The rates of the close that opens the last window of the first length.
        let opening = lags.first().and_then(|lag| months.1.plus(lag.saturating_neg()));
        answers.constant = Some(run(definition.at_constant_rates(opening.unwrap_or(months.1)))?);
    }
    if late {
        let other = |late| {
            let mut other = definition.clone();
            other.late = late;
            run(other)
        };
        let (posted, restated) =
            (other(LatePolicy::PostWhenRecorded)?, other(LatePolicy::Restate)?);
        let found = differences(&posted, &restated).map_err(|error| typed(&error))?;
        answers.adjustments = found.into_iter().filter(|one| one.month >= months.0).collect();
    }
    renewals(&mut answers, relationships, definition.currency, as_of, args)?;
    answers.cell = cell.map(|(month, line)| Cell { month, line, movements });
    Ok(answers)
}

fn event(entry: &tenure::model::Entry<tenure::model::record::SubscriptionEvent>) -> String {
    let event = &entry.record;
    let what = match &event.change {
        SubscriptionChange::Set { monthly } => format!("set {monthly}"),
        SubscriptionChange::Start(price) => format!("start {} x {}", price.amount, price.quantity),
        SubscriptionChange::Change(price) => {
            format!("change {} x {}", price.amount, price.quantity)
        }
        SubscriptionChange::Cancel { service_end: Some(end) } => format!("cancel to {end}"),
        SubscriptionChange::Cancel { service_end: None } => "cancel".to_owned(),
        SubscriptionChange::Pause => "pause".to_owned(),
        SubscriptionChange::Resume => "resume".to_owned(),
        _ => "other".to_owned(),
    };
    format!("{} `{}` {what}", event.at, event.subscription)
}

/// What of the contracts due in the months was renewed, under each policy for late ones.
fn renewals(
    answers: &mut Answers,
    relationships: &[Relationship],
    currency: Currency,
    as_of: NaiveDate,
    args: &RevenueArgs,
) -> Result<(), CommandError> {
    let (first, last) = answers.months;
    let Some(period) = Period::inclusive(first.first_day(), last.last_day()) else { return Ok(()) };
    for &late in LateRenewal::ALL {
        let mut asked = RenewalDefinition::new(currency, period, as_of);
        (asked.late, asked.grace_days) = (late, u32::from(args.grace_days));
        let mut state = RenewalState::new(asked);
        let mut other_currency = 0_u64;
        for relationship in relationships {
            for entry in relationship.renewals() {
                let known_by = answers.state.plan().definition().known_by;
                if entry.recorded_at.zip(known_by).is_some_and(|(at, by)| at > by) {
                    continue;
                }
                if entry.record.arr_due.currency() != currency {
                    other_currency = other_currency.saturating_add(1);
                    continue;
                }
                state.push(&entry.record).map_err(|error| {
                    let id = relationship.account().as_str();
                    CommandError::Revenue(format!("renewals of `{id}`: {error}"))
                })?;
            }
        }
        answers.renewals_other_currency = other_currency;
        answers.renewals.push(state.rates());
    }
    Ok(())
}

/// One name of retention beside the default, and the accounts that make the difference.
pub(super) struct Beside {
    pub(super) measure: RetentionMeasure,
    pub(super) value: Option<String>,
    /// The largest differences to the default of its kind, in minor units (or accounts).
    pub(super) accounts: Vec<(String, i128)>,
    /// How many more there are.
    pub(super) more: usize,
}

/// Every name over the last window of the first length.
pub(super) fn side_by_side(answers: &Answers, most: usize) -> Option<(Retention, Vec<Beside>)> {
    let lag = *answers.lags.first()?;
    let last = answers.months.1;
    let found = log::retention(&answers.state, last, lag)?;
    let window = (found.from(), found.to());
    let mut rows = Vec::new();
    for &measure in RetentionMeasure::ALL {
        let name = measure.name();
        let default = match name.split('_').next() {
            Some("grr") => RetentionMeasure::GrrPointToPoint,
            Some("logo") => RetentionMeasure::LogoPointToPoint,
            _ => RetentionMeasure::NrrPointToPoint,
        };
        let named = answers.accounts.iter();
        let differing = explain_difference(named, (measure, default), window).unwrap_or_default();
        let more = differing.len().saturating_sub(most);
        let accounts = differing
            .into_iter()
            .take(most)
            .filter_map(|one| Some((one.account.clone(), one.difference()?)))
            .collect();
        rows.push(Beside { measure, value: found.value(measure, 10), accounts, more });
    }
    Some((found, rows))
}

fn document_of(answers: &Answers) -> Value {
    let asked = document::Asked { months: answers.months, lags: &answers.lags };
    let currency = answers.state.plan().definition().currency;
    let money = |minor| document::amount(minor, currency);
    let mut out = document::head(&answers.state, &asked);
    out.extend(document::body(&answers.state, &asked));
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put(
        "preset",
        json!(answers.preset.map(|preset| {
            json!({ "name": preset.name(), "verified": preset.verified(),
            "configurable": preset.configurable(), "not_modelled": preset.not_modelled(),
            "nrr": preset.net_retention().name(), "grr": preset.gross_retention().name(),
            "movements": preset.view().name(), "logo_churn": preset.logo_churn().name() })
        })),
    );
    let beside = side_by_side(answers, usize::MAX).map(|(found, rows)| {
        let rows = rows.iter().map(|row| {
            let counts = row.measure.name().starts_with("logo");
            let accounts = row.accounts.iter().map(|(account, difference)| {
                let difference = if counts { difference.to_string() } else { money(*difference) };
                json!({ "account": account, "difference": difference })
            });
            json!({ "name": row.measure.name(), "value": row.value,
                "accounts_that_differ": accounts.collect::<Vec<_>>() })
        });
        json!({ "from": found.from(), "to": found.to(), "names": rows.collect::<Vec<_>>() })
    });
    put("side_by_side", json!(beside));
    let lag = answers.lags.first().copied().unwrap_or(12);
    put(
        "constant_currency",
        json!(answers.constant.as_ref().map(|state| {
            let found = log::retention(state, answers.months.1, lag);
            json!({ "to": answers.months.1, "months": lag,
            "nrr_point_to_point": found.as_ref().and_then(Retention::nrr_point_to_point),
            "grr_point_to_point": found.as_ref().and_then(Retention::grr_point_to_point) })
        })),
    );
    let segments: Vec<Value> = answers
        .segments
        .segments()
        .map(|segment| {
            let rows = log::months(answers.months.0, answers.months.1).filter_map(|month| {
                let found = answers.segments.month(segment, month)?;
                let mut row = document::of_lines(found.lines(), currency);
                row.insert("month".to_owned(), json!(month));
                row.insert("entered".to_owned(), json!(money(found.entered())));
                row.insert("left".to_owned(), json!(money(found.left())));
                row.insert("paying".to_owned(), json!(found.paying()));
                Some(Value::Object(row))
            });
            json!({ "segment": segment, "movements": rows.collect::<Vec<_>>() })
        })
        .collect();
    put("segment_policy", json!(answers.segments.policy().name()));
    put("segments", json!(segments));
    let renewals: Vec<Value> = answers.renewals.iter().map(of_renewals).collect();
    put("renewals", json!(renewals));
    put("renewals_other_currency", json!(answers.renewals_other_currency));
    let adjustments: Vec<Value> = answers
        .adjustments
        .iter()
        .map(|one| {
            let mut row: Map<String, Value> = document::of_lines(&one.lines, currency);
            row.insert("month".to_owned(), json!(one.month));
            Value::Object(row)
        })
        .collect();
    put("prior_period_adjustments", json!(adjustments));
    let lint: Vec<Value> = answers
        .lint
        .iter()
        .map(|(account, one)| {
            json!({ "account": account, "kind": one.kind.name(), "row": one.row, "at": one.at,
                "subscription": one.subscription, "detail": one.detail })
        })
        .collect();
    put("lint", json!(lint));
    put(
        "cell",
        json!(answers.cell.as_ref().map(|cell| {
            let movements = cell.movements.iter().map(|(account, one, events)| {
                json!({ "account": account, "at": one.at, "amount": money(one.amount),
                "from": money(one.from), "to": money(one.to), "events": events })
            });
            json!({ "month": cell.month, "line": cell.line.name(),
            "movements": movements.collect::<Vec<_>>() })
        })),
    );
    Value::Object(out)
}

fn of_renewals(rates: &RenewalRates) -> Value {
    let definition = rates.definition();
    json!({
        "late": definition.late.name(), "grace_days": definition.grace_days,
        "definition": definition.to_string(),
        "due_count": rates.due_count(),
        "due_value": document::amount(rates.due_value(), definition.currency),
        "won_count": rates.won_count(), "pending_count": rates.pending_count(),
        "early_count": rates.early_count(), "count_rate": rates.count_rate(),
        "value_gross": rates.value_gross(), "value_net": rates.value_net(),
        "on_time_count_rate": rates.on_time_count_rate(),
        "resolved_count_rate": rates.resolved_count_rate(),
    })
}

/// The plan of the answers, for what a page says of it.
pub(super) fn plan(answers: &Answers) -> &RevenuePlan {
    answers.state.plan()
}
