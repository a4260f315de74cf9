//! Conformance cases of `tenure-revenue`: `revenue/cases.json`.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value, json};
use tenure_model::record::{
    Discount, Interval, Price, Reduction, Renewal, SubscriptionChange, SubscriptionEvent,
};
use tenure_model::{
    Currency, Instant, Minor, Money, Month, Period, Rounding, Zone, allocate, anniversary,
    parse_date, parse_decimal,
};
use tenure_revenue::{
    ChurnRecognition, CycleExtension, DayOfRevenue, Discounts, FxPolicy, LatePolicy, LateRenewal,
    LogoChurn, MonthlyFactor, NegativePolicy, PausePolicy, QuickRatio, Rate, RenewalDefinition,
    RenewalState, Retention, RevenueDefinition, RevenuePlan, RevenueState, SubscriptionRow,
    Waterfall, annualise_days, annualise_monthly, daily_net_churn, lifetime_value, magic_number,
    net_growth, quarter,
};
use tenure_stats::{SurvivalCount, kaplan_meier};

use super::{CaseFile, CaseReport, Outcome};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Tolerance of `annualise_days`, the one float.
const FLOAT_TOLERANCE: f64 = 1e-9;

/// The cases of `file`, computed and compared; `None` if the file is not ours.
pub(super) fn read(file: &CaseFile) -> Option<Vec<CaseReport>> {
    const KINDS: [&str; 6] = ["ledger", "ratio", "renewal", "allocation", "calendar", "survival"];
    let root = file.json.as_ref()?;
    let cases = root.get("cases")?.as_array()?;
    let defaults = root.get("defaults")?;
    defaults.get("reporting_currency")?;
    let ours = |case: &Value| {
        case.get("kind").and_then(Value::as_str).is_some_and(|kind| KINDS.contains(&kind))
    };
    cases.iter().all(ours).then(|| cases.iter().map(|case| report(case, defaults)).collect())
}

fn report(case: &Value, defaults: &Value) -> CaseReport {
    let id = case.get("id").and_then(Value::as_str).unwrap_or("?").to_owned();
    let (outcome, emitted) = match revenue_answer(case, defaults) {
        Err(error) => (Outcome::Failed(error.to_string()), None),
        Ok(found) => (compare(case, &found), Some(found)),
    };
    CaseReport { id, outcome, emitted }
}

/// What the library says to one case of `revenue/cases.json`, in the shape of its `expected`.
///
/// # Errors
/// A case that is not of that shape, or whose input the library refuses.
pub fn revenue_answer(case: &Value, defaults: &Value) -> Result<Value, Box<dyn Error>> {
    match text(case, "kind")? {
        "ledger" => ledger(case, defaults),
        "ratio" => ratio(case),
        "renewal" => renewal(case),
        "allocation" => allocation(case),
        "calendar" => calendar(case),
        "survival" => survival(case),
        other => Err(format!("`kind` is `{other}`").into()),
    }
}

fn compare(case: &Value, found: &Value) -> Outcome {
    let Some(expected) = case.get("expected") else { return Outcome::NotCompared };
    let float = case.get("ask").and_then(Value::as_str) == Some("annualise_days");
    match difference("", expected, found, float) {
        None => Outcome::Passed,
        Some(text) => Outcome::Failed(text),
    }
}

/// The first place where two values differ.
fn difference(path: &str, expected: &Value, found: &Value, float: bool) -> Option<String> {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            left.keys().chain(right.keys()).find_map(|key| {
                let path = format!("{path}/{key}");
                match (left.get(key), right.get(key)) {
                    (Some(left), Some(right)) => difference(&path, left, right, float),
                    (Some(_), None) => Some(format!("{path}: missing")),
                    _ => Some(format!("{path}: not expected")),
                }
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).enumerate().find_map(|(at, (left, right))| {
                difference(&format!("{path}/{at}"), left, right, float)
            })
        }
        (Value::String(left), Value::String(right)) if float => {
            let close = match (as_float(left), as_float(right)) {
                (Some(left), Some(right)) => (left - right).abs() <= FLOAT_TOLERANCE,
                _ => false,
            };
            (!close).then(|| format!("{path}: expected {left}, found {right}"))
        }
        _ => (expected != found).then(|| format!("{path}: expected {expected}, found {found}")),
    }
}

#[expect(clippy::disallowed_methods, reason = "reads an expected float, not an input")]
fn as_float(text: &str) -> Option<f64> {
    text.parse().ok()
}

// ---- reading -------------------------------------------------------------------------------------

fn field<'a>(of: &'a Value, name: &str) -> Fallible<&'a Value> {
    of.get(name).ok_or_else(|| format!("`{name}` is missing").into())
}

fn given<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    of.get(name).filter(|value| !value.is_null())
}

fn text<'a>(of: &'a Value, name: &str) -> Fallible<&'a str> {
    field(of, name)?.as_str().ok_or_else(|| format!("`{name}` is no string").into())
}

fn text_or<'a>(of: &'a Value, name: &str, default: &'a str) -> Fallible<&'a str> {
    if given(of, name).is_some() { text(of, name) } else { Ok(default) }
}

fn whole(of: &Value, name: &str) -> Fallible<i64> {
    field(of, name)?.as_i64().ok_or_else(|| format!("`{name}` is no whole number").into())
}

fn wide(of: &Value, name: &str) -> Fallible<i128> {
    Ok(i128::from(whole(of, name)?))
}

fn count(of: &Value, name: &str, default: u32) -> Fallible<u32> {
    if given(of, name).is_none() {
        return Ok(default);
    }
    u32::try_from(whole(of, name)?).map_err(|_| format!("`{name}` is no count").into())
}

fn list<'a>(of: &'a Value, name: &str) -> Fallible<&'a [Value]> {
    let found = field(of, name)?.as_array();
    found.map(Vec::as_slice).ok_or_else(|| format!("`{name}` is no list").into())
}

fn object<'a>(of: &'a Value, name: &str) -> Fallible<&'a Map<String, Value>> {
    field(of, name)?.as_object().ok_or_else(|| format!("`{name}` is no object").into())
}

fn named<T>(found: Option<T>, name: &str, value: &str) -> Fallible<T> {
    found.ok_or_else(|| format!("`{name}` is `{value}`").into())
}

// ---- writing -------------------------------------------------------------------------------------

fn money(minor: i128, currency: Currency) -> Fallible<Value> {
    let written = Money::from_minor(Minor::new(i64::try_from(minor)?), currency).to_string();
    Ok(json!(written.split(' ').next().unwrap_or_default()))
}

fn rate(found: Option<Rate>) -> Fallible<Value> {
    let Some(found) = found else { return Ok(Value::Null) };
    let (num, den) = (i64::try_from(found.num())?, i64::try_from(found.den())?);
    Ok(json!({ "num": num, "den": den, "value": found.to_decimal(10) }))
}

fn object_of<const N: usize>(fields: [(&str, Fallible<Value>); N]) -> Fallible<Value> {
    let mut map = Map::new();
    for (name, value) in fields {
        map.insert(name.to_owned(), value?);
    }
    Ok(Value::Object(map))
}

// ---- ledger --------------------------------------------------------------------------------------

fn ledger(case: &Value, defaults: &Value) -> Fallible<Value> {
    let mut runs = Map::new();
    for (name, overrides) in object(case, "runs")? {
        let mut options = defaults.as_object().ok_or("`defaults` is no object")?.clone();
        for (key, value) in overrides.as_object().ok_or("a run is no object")? {
            options.insert(key.clone(), value.clone());
        }
        let ask = field(field(case, "ask")?, name)?;
        runs.insert(name.clone(), run(case, &Value::Object(options), ask)?);
    }
    Ok(Value::Object(runs))
}

fn run(case: &Value, options: &Value, ask: &Value) -> Fallible<Value> {
    let definition = definition(options, case.get("rates"))?;
    let [first, last] = list(case, "months")? else { return Err("`months` is no pair".into()) };
    let month = |value: &Value| Month::parse(value.as_str().unwrap_or_default());
    let (first, last) = (month(first)?, month(last)?);
    let mut windows = Vec::new();
    let (mut earliest, mut latest) = (first, last);
    for name in list(ask, "retention")? {
        let name = name.as_str().ok_or("a window is no string")?;
        let (from, to) = name.split_once("..").ok_or("a window has no `..`")?;
        let (from, to) = (Month::parse(from)?, Month::parse(to)?);
        // A window needs the months after its opening close.
        earliest = earliest.min(from.plus(1).ok_or("end of the calendar")?);
        latest = latest.max(to);
        windows.push((name, from, to));
    }
    let mut plan = RevenuePlan::new(definition, earliest, latest)?;
    for &(_, from, to) in &windows {
        plan = plan.with_window(from, to)?;
    }
    let state = replay(&plan, list(case, "events")?)?;
    let gross_asked = field(ask, "gross")?.as_bool().unwrap_or(false);
    let mut out = Map::new();
    let mut net = Map::new();
    let mut gross = Map::new();
    for month in plan.months().filter(|month| (first..=last).contains(month)) {
        net.insert(month.to_string(), net_row(&state, month)?);
        gross.insert(month.to_string(), gross_row(&state, month)?);
    }
    out.insert("net".to_owned(), Value::Object(net));
    if gross_asked {
        out.insert("gross".to_owned(), Value::Object(gross));
    }
    if !windows.is_empty() {
        let mut retention = Map::new();
        for (name, from, to) in windows {
            let found = state.retention(from, to).ok_or("a window was not asked")?;
            retention.insert(name.to_owned(), retention_row(&found, gross_asked)?);
        }
        out.insert("retention".to_owned(), Value::Object(retention));
    }
    if field(ask, "cohorts")?.as_bool().unwrap_or(false) {
        out.insert("cohorts".to_owned(), cohorts(&state, last)?);
    }
    Ok(Value::Object(out))
}

fn definition(options: &Value, rates: Option<&Value>) -> Fallible<RevenueDefinition> {
    let currency = Currency::new(text(options, "reporting_currency")?)?;
    let zone = Zone::parse(text(options, "timezone")?)?;
    let mut definition = RevenueDefinition::new(currency);
    definition.zone = zone;
    let option = |name| text(options, name);
    let value = option("rounding")?;
    definition.rounding = named(Rounding::from_name(value), "rounding", value)?;
    definition.week = factor(option("week")?)?;
    definition.day = factor(option("day")?)?;
    let value = option("discounts")?;
    definition.discounts = named(Discounts::from_name(value), "discounts", value)?;
    let value = option("churn_recognition")?;
    definition.churn_recognition =
        named(ChurnRecognition::from_name(value), "churn_recognition", value)?;
    let value = option("pause")?;
    definition.pause = named(PausePolicy::from_name(value), "pause", value)?;
    let value = option("negative")?;
    definition.negative = named(NegativePolicy::from_name(value), "negative", value)?;
    let value = option("late")?;
    definition.late = named(LatePolicy::from_name(value), "late", value)?;
    let value = option("fx")?;
    definition.fx = named(FxPolicy::from_name(value), "fx", value)?;
    definition.known_by = time(options, "known_by", zone)?;
    if given(options, "reactivation_window_days").is_some() {
        definition.reactivation_window_days = Some(count(options, "reactivation_window_days", 0)?);
    }
    for (code, table) in rates.and_then(Value::as_object).into_iter().flatten() {
        let code = Currency::new(code)?;
        for (month, value) in table.as_object().ok_or("rates are no object")? {
            let value = parse_decimal(value.as_str().ok_or("a rate is no string")?)?;
            if month == "constant" {
                definition.rates.add_constant(code, value)?;
            } else {
                definition.rates.add(code, Month::parse(month)?, value)?;
            }
        }
    }
    Ok(definition)
}

fn factor(fraction: &str) -> Fallible<MonthlyFactor> {
    let (num, den) = fraction.split_once('/').unwrap_or((fraction, "1"));
    Ok(MonthlyFactor::new(natural(num)?, natural(den)?)?)
}

fn natural(digits: &str) -> Fallible<u32> {
    u32::try_from(parse_decimal(digits)?).map_err(|_| format!("`{digits}` is no count").into())
}

fn time(of: &Value, name: &str, zone: Zone) -> Fallible<Option<Instant>> {
    match given(of, name) {
        None => Ok(None),
        Some(_) => Ok(Some(Instant::parse(text(of, name)?, zone)?)),
    }
}

fn replay(plan: &RevenuePlan, rows: &[Value]) -> Fallible<RevenueState> {
    let zone = plan.definition().zone;
    let mut accounts: BTreeMap<&str, Vec<(SubscriptionEvent, Option<Instant>)>> = BTreeMap::new();
    for row in rows {
        let read = event(row, plan.definition())?;
        let recorded_at = time(row, "recorded_at", zone)?;
        accounts.entry(text(row, "account")?).or_default().push((read, recorded_at));
    }
    let mut state = plan.state();
    for events in accounts.values() {
        let rows = events
            .iter()
            .map(|(event, recorded_at)| SubscriptionRow { event, recorded_at: *recorded_at });
        state.push(&plan.account(rows)?)?;
    }
    Ok(state)
}

fn event(row: &Value, definition: &RevenueDefinition) -> Fallible<SubscriptionEvent> {
    let zone = definition.zone;
    let at = time(row, "at", zone)?.ok_or("`at` is missing")?;
    let code = text_or(row, "currency", definition.currency.code())?;
    let currency = Currency::new(code)?;
    let amount = |name| -> Fallible<Money> { Ok(Money::parse(text(row, name)?, currency)?) };
    let change = match text(row, "type")? {
        "set" => SubscriptionChange::Set { monthly: amount("mrr")? },
        "start" => SubscriptionChange::Start(Box::new(price(row, amount("amount")?, zone)?)),
        "change" => SubscriptionChange::Change(Box::new(price(row, amount("amount")?, zone)?)),
        "cancel" => SubscriptionChange::Cancel { service_end: time(row, "service_end", zone)? },
        "pause" => SubscriptionChange::Pause,
        "resume" => SubscriptionChange::Resume,
        "one_off" => SubscriptionChange::OneOff { amount: amount("amount")? },
        "refund" => SubscriptionChange::Refund { amount: amount("amount")? },
        "usage" => SubscriptionChange::Usage { amount: amount("amount")? },
        "proration" => SubscriptionChange::Proration { amount: amount("amount")? },
        other => return Err(format!("`type` is `{other}`").into()),
    };
    Ok(SubscriptionEvent::new(at, text_or(row, "subscription", "1")?, change))
}

fn price(row: &Value, amount: Money, zone: Zone) -> Fallible<Price> {
    let interval = text_or(row, "interval", "month")?;
    let mut price = Price::new(amount, named(Interval::from_name(interval), "interval", interval)?);
    price.quantity = count(row, "quantity", 1)?;
    price.count = count(row, "count", 1)?;
    price.trial_end = time(row, "trial_end", zone)?;
    if let Some(discount) = given(row, "discount") {
        let reduction = if given(discount, "percent").is_some() {
            Reduction::Percent(parse_decimal(text(discount, "percent")?)?)
        } else {
            Reduction::Amount(parse_decimal(text(discount, "amount")?)?)
        };
        price.discount = Some(Discount { reduction, until: time(discount, "until", zone)? });
    }
    Ok(price)
}

fn lines(waterfall: &Waterfall) -> Fallible<Map<String, Value>> {
    let (lines, currency) = (waterfall.lines(), waterfall.currency());
    let mut row = Map::new();
    for (name, minor) in [
        ("opening", lines.opening),
        ("new", lines.new),
        ("expansion", lines.expansion),
        ("contraction", lines.contraction),
        ("churn", lines.churn),
        ("reactivation", lines.reactivation),
        ("fx", lines.fx),
        ("adjustment", lines.adjustment),
        ("closing", lines.closing),
    ] {
        row.insert(name.to_owned(), money(minor, currency)?);
    }
    Ok(row)
}

fn net_row(state: &RevenueState, month: Month) -> Fallible<Value> {
    let mut row = lines(state.net(month).ok_or("a month is not reported")?)?;
    let logos = state.logos(month).ok_or("a month is not reported")?;
    let logos = json!({
        "opening": logos.opening(),
        "new": logos.new_accounts(),
        "reactivated": logos.reactivated(),
        "churned": logos.churned(),
        "closing": logos.closing(),
    });
    row.insert("logos".to_owned(), logos);
    Ok(Value::Object(row))
}

fn gross_row(state: &RevenueState, month: Month) -> Fallible<Value> {
    let mut row = lines(state.gross(month).ok_or("a month is not reported")?)?;
    let counts = state.movement_counts(month).ok_or("a month is not reported")?;
    let counts = json!({
        "new": counts.new, "reactivated": counts.reactivated, "churned": counts.churned
    });
    row.insert("movement_counts".to_owned(), counts);
    Ok(Value::Object(row))
}

fn retention_row(found: &Retention, gross: bool) -> Fallible<Value> {
    let mut row = object_of([
        ("nrr_point_to_point", rate(found.nrr_point_to_point())),
        ("nrr_exclude_returned", rate(found.nrr_exclude_returned())),
        ("grr_point_to_point", rate(found.grr_point_to_point())),
        ("grr_path_min", rate(found.grr_path_min())),
        ("logo_point_to_point", rate(found.logo_point_to_point())),
        ("logo_continuous", rate(found.logo_continuous())),
        ("nrr_formula_net", rate(found.nrr_formula_net())),
        ("nrr_formula_net_with_reactivation", rate(found.nrr_formula_net_with_reactivation())),
        ("grr_formula_net", rate(found.grr_formula_net())),
        (
            "nrr_compounded_monthly",
            Ok(found
                .nrr_compounded_monthly()
                .map_or(Value::Null, |product| json!({ "value": product.to_decimal(10) }))),
        ),
    ])?;
    if let (true, Some(row)) = (gross, row.as_object_mut()) {
        for (name, found) in [
            ("nrr_formula_gross", found.nrr_formula_gross()),
            ("nrr_formula_gross_with_reactivation", found.nrr_formula_gross_with_reactivation()),
            ("grr_formula_gross", found.grr_formula_gross()),
        ] {
            row.insert(name.to_owned(), rate(found)?);
        }
    }
    Ok(row)
}

fn cohorts(state: &RevenueState, last: Month) -> Fallible<Value> {
    let currency = state.plan().definition().currency;
    let mut out = Map::new();
    for (&born, rows) in state.cohorts().range(..=last) {
        let ages = usize::try_from(last.index().saturating_sub(born.index()))?;
        let rows: Fallible<Vec<Value>> = rows
            .iter()
            .take(ages.saturating_add(1))
            .enumerate()
            .map(|(age, row)| {
                object_of([
                    ("age", Ok(json!(age))),
                    ("mrr", money(row.mrr, currency)),
                    ("gross_mrr", money(row.gross_mrr, currency)),
                    ("logos", Ok(json!(row.logos))),
                ])
            })
            .collect();
        out.insert(born.to_string(), Value::Array(rows?));
    }
    Ok(Value::Object(out))
}

// ---- ratio ---------------------------------------------------------------------------------------

/// A decimal as it is written: `0.050` is 50/1000.
fn decimal_rate(written: &str) -> Fallible<Rate> {
    let found = Decimal::from_str_exact(written).map_err(|error| error.to_string())?;
    let den = 10_i128.checked_pow(found.scale()).ok_or("too many decimals")?;
    Rate::new(found.mantissa(), den).ok_or_else(|| "too large".into())
}

fn ratio(case: &Value) -> Fallible<Value> {
    let input = field(case, "input")?;
    let wide = |name| wide(input, name);
    match text(case, "ask")? {
        "quick_ratio" => {
            let quick = QuickRatio {
                new: wide("new")?,
                expansion: wide("expansion")?,
                reactivation: wide("reactivation")?,
                churn: wide("churn")?,
                contraction: wide("contraction")?,
            };
            object_of([
                ("without_reactivation", rate(quick.without_reactivation())),
                ("with_reactivation", rate(quick.with_reactivation())),
            ])
        }
        "magic_number" => {
            let magic = magic_number(wide("delta_quarter_revenue")?, wide("prior_quarter_sm")?);
            object_of([("magic", rate(magic))])
        }
        "net_growth" => {
            let growth = net_growth(wide("opening")?, wide("gains")?, wide("losses")?);
            object_of([("growth", rate(growth))])
        }
        "daily_net_churn" => daily(list(input, "days")?),
        "logo_churn_bases" => logo_churn(input),
        "annualise_monthly" => {
            let annual = annualise_monthly(decimal_rate(text(input, "monthly_churn")?)?)?;
            Ok(json!({ "annual": { "value": annual.to_decimal(10) } }))
        }
        "annualise_days" => {
            let churn = decimal_rate(text(input, "churn")?)?.to_f64();
            let [annual, monthly] = annualise_days(churn, count(input, "days", 0)?)?;
            let value = |share: f64| json!({ "value": format!("{share:.10}") });
            Ok(json!({ "annual": value(annual), "monthly": value(monthly) }))
        }
        "ltv" => {
            let margin = decimal_rate(text(input, "margin")?)?;
            let arpa = wide("arpa")?;
            let values: Fallible<Vec<Value>> = list(input, "churn")?
                .iter()
                .map(|churn| {
                    let churn = decimal_rate(churn.as_str().ok_or("a churn is no string")?)?;
                    rate(lifetime_value(arpa, margin, churn))
                })
                .collect();
            Ok(json!({ "ltv": values? }))
        }
        "cycle_extension" => {
            let cycle = CycleExtension {
                opening: wide("opening")?,
                downsell: wide("downsell")?,
                extension: wide("extension")?,
            };
            object_of([
                ("mrr_churn", rate(cycle.mrr_churn())),
                ("extension", rate(cycle.extension())),
            ])
        }
        other => Err(format!("`ask` is `{other}`").into()),
    }
}

fn daily(days: &[Value]) -> Fallible<Value> {
    let days: Fallible<Vec<DayOfRevenue>> = days
        .iter()
        .map(|day| {
            Ok(DayOfRevenue {
                open: wide(day, "open")?,
                close: wide(day, "close")?,
                new: wide(day, "new")?,
            })
        })
        .collect();
    let days = days?;
    if let [day] = days.as_slice() {
        return object_of([("net_churn", rate(day.net_churn()))]);
    }
    let sum =
        daily_net_churn(&days).map_or(Value::Null, |sum| json!({ "value": sum.to_decimal(10) }));
    Ok(json!({ "net_churn": sum }))
}

fn logo_churn(input: &Value) -> Fallible<Value> {
    let number = |name| -> Fallible<u64> { Ok(u64::try_from(whole(input, name)?)?) };
    let churn = LogoChurn {
        opening: number("opening")?,
        new: number("new")?,
        lost: number("lost")?,
        lost_of_opening: number("lost_of_opening")?,
    };
    object_of([
        ("cohort", rate(churn.cohort())),
        ("lost_over_opening", rate(churn.lost_over_opening())),
        ("lost_over_average", rate(churn.lost_over_average())),
        ("lost_over_opening_plus_new", rate(churn.lost_over_opening_plus_new())),
    ])
}

// ---- renewal -------------------------------------------------------------------------------------

fn renewal(case: &Value) -> Fallible<Value> {
    let input = field(case, "input")?;
    let usd = Currency::new("USD")?;
    let contracts: Fallible<Vec<Renewal>> =
        list(input, "contracts")?.iter().map(|row| contract(row, usd)).collect();
    let contracts = contracts?;
    let answers: Fallible<Vec<Value>> = list(input, "queries")?
        .iter()
        .map(|query| {
            let as_of = parse_date(text(query, "as_of")?)?;
            let mut asked = RenewalDefinition::new(usd, period(text(query, "period")?)?, as_of);
            asked.grace_days = count(query, "grace_days", 0)?;
            let late = text_or(query, "late", "due_period")?;
            asked.late = named(LateRenewal::from_name(late), "late", late)?;
            let mut state = RenewalState::new(asked);
            for contract in &contracts {
                state.push(contract)?;
            }
            let rates = state.rates();
            object_of([
                ("due_count", Ok(json!(rates.due_count()))),
                ("due_value", money(rates.due_value(), usd)),
                ("pending_count", Ok(json!(rates.pending_count()))),
                ("count_rate", rate(rates.count_rate())),
                ("value_gross", rate(rates.value_gross())),
                ("value_net", rate(rates.value_net())),
                ("on_time_count_rate", rate(rates.on_time_count_rate())),
                ("early_count", Ok(json!(rates.early_count()))),
                ("resolved_count_rate", rate(rates.resolved_count_rate())),
            ])
        })
        .collect();
    Ok(Value::Array(answers?))
}

fn contract(row: &Value, currency: Currency) -> Fallible<Renewal> {
    let date = |name| -> Fallible<Option<NaiveDate>> {
        match given(row, name) {
            None => Ok(None),
            Some(_) => Ok(Some(parse_date(text(row, name)?)?)),
        }
    };
    let due = date("due")?.ok_or("`due` is missing")?;
    let arr_due = Money::parse(text(row, "arr_due")?, currency)?;
    let mut renewal = Renewal::new(text(row, "contract")?, due, arr_due);
    renewal.closed_at = date("closed_at")?;
    renewal.lost_at = date("lost_at")?;
    if given(row, "arr_renewed").is_some() {
        renewal.arr_renewed = Some(Money::parse(text(row, "arr_renewed")?, currency)?);
    }
    Ok(renewal)
}

fn period(name: &str) -> Fallible<Period> {
    let found = match name.split_once("-Q") {
        Some((year, number)) => {
            let first = Month::parse(&format!("{year}-01"))?;
            quarter(chrono::Datelike::year(&first.first_day()), natural(number)?)
        }
        None => Month::parse(name)?.days(),
    };
    named(found, "period", name)
}

// ---- the small kinds -----------------------------------------------------------------------------

fn allocation(case: &Value) -> Fallible<Value> {
    let input = field(case, "input")?;
    let weights: Option<Vec<i64>> = list(input, "weights")?.iter().map(Value::as_i64).collect();
    Ok(json!(allocate(whole(input, "total_minor")?, &weights.ok_or("a weight is no number")?)?))
}

fn calendar(case: &Value) -> Fallible<Value> {
    let input = field(case, "input")?;
    let anchor = parse_date(text(input, "anchor")?)?;
    let step = count(input, "step_months", 1)?;
    let dates: Option<Vec<String>> = (0..count(input, "n", 0)?)
        .map(|n| Some(anniversary(anchor, step.checked_mul(n)?)?.to_string()))
        .collect();
    Ok(json!(dates.ok_or("end of the calendar")?))
}

fn survival(case: &Value) -> Fallible<Value> {
    let input = field(case, "input")?;
    let durations = list(input, "durations")?;
    let observed = list(input, "observed")?;
    if durations.len() != observed.len() {
        return Err("`durations` and `observed` differ in length".into());
    }
    let mut spells: BTreeMap<u64, SurvivalCount> = BTreeMap::new();
    for (duration, observed) in durations.iter().zip(observed) {
        let duration = duration.as_u64().ok_or("a duration is no count")?;
        let spell = spells.entry(duration).or_default();
        match observed.as_u64() {
            Some(1) => spell.events = spell.events.saturating_add(1),
            Some(0) => spell.censored = spell.censored.saturating_add(1),
            _ => return Err("`observed` is neither 0 nor 1".into()),
        }
    }
    let rows: Fallible<Vec<Value>> = kaplan_meier(&spells)
        .iter()
        .map(|row| {
            let survival = row
                .exact
                .map_or_else(|| format!("{:.10}", row.survival), |exact| exact.to_decimal(10));
            let mut fields = object_of([
                ("t", Ok(json!(row.time))),
                ("at_risk", u64::try_from(row.at_risk).map(Value::from).map_err(Into::into)),
                ("events", Ok(json!(row.events))),
                ("censored", Ok(json!(row.censored))),
                ("survival", Ok(json!(survival))),
            ])?;
            // Left out where it is not computed exactly, or JSON numbers end.
            let exact = row.exact.and_then(|exact| {
                Some([Number::from_i128(exact.num())?, Number::from_i128(exact.den())?])
            });
            if let (Some([num, den]), Some(fields)) = (exact, fields.as_object_mut()) {
                fields.insert("num".to_owned(), Value::Number(num));
                fields.insert("den".to_owned(), Value::Number(den));
            }
            Ok(fields)
        })
        .collect();
    let rows = rows?;
    match text(case, "ask")? {
        "table" => Ok(Value::Array(rows)),
        "last_row" => rows.last().cloned().ok_or_else(|| "there is no row".into()),
        other => Err(format!("`ask` is `{other}`").into()),
    }
}
