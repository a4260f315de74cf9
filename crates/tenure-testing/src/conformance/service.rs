//! Conformance cases of `tenure-service`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tenure_model::record::CaseStatus;
use tenure_model::{Instant, Tri};
use tenure_service::{
    AutomationCounts, AutomationTally, ContactRow, FcrDefinition, FcrRate, FcrTally, OneTouchRule,
    OneTouchTally, RepeatRow, RepeatRule, ServiceWindow, SlaRow, SlaTally, TouchRow, no_repeat_by,
};
use tenure_stats::{Probability, Ratio, Share, Sorted};

use super::{CaseFile, CaseReport, Outcome};

/// The cases of `file`, computed and compared; `None` if the file is not ours, that is, if a case
/// is of another kind.
pub(super) fn read(file: &CaseFile) -> Option<Vec<CaseReport>> {
    let cases = file.json.as_ref()?.get("cases")?.as_array()?;
    if cases.is_empty() { None } else { cases.iter().map(report).collect() }
}

/// One case, computed and compared; `None` if it is not of our kinds.
pub(super) fn report(case: &Value) -> Option<CaseReport> {
    let compute = match case.get("kind")?.as_str()? {
        "fcr" => fcr,
        "one_touch" => one_touch,
        "quantiles" => quantiles,
        "sla" => sla,
        "automation" => automation,
        "repeat_contact_km" => repeat_contact_km,
        _ => return None,
    };
    let id = case.get("id")?.as_str()?.to_owned();
    let (outcome, emitted) = match (compute(case), case.get("expected")) {
        (Err(trouble), _) => (Outcome::Failed(trouble), None),
        (Ok(value), None) => (Outcome::NotCompared, Some(value)),
        (Ok(value), Some(expected)) => match compare("", expected, &value) {
            Ok(()) => (Outcome::Passed, Some(value)),
            Err(difference) => (Outcome::Failed(difference), Some(value)),
        },
    };
    Some(CaseReport { id, outcome, emitted })
}

type Computed = Result<Value, String>;

fn fcr(case: &Value) -> Computed {
    let rule = match text(get(case, "window_rule")?)? {
        "rolling" => RepeatRule::Rolling,
        "fixed" => RepeatRule::Fixed,
        other => return Err(format!("unknown window rule `{other}`")),
    };
    let days = u32::try_from(count(get(case, "window_days")?)?).map_err(say)?;
    let definition = FcrDefinition::new(days, rule).map_err(say)?;
    let window = ServiceWindow::until(seconds(get(case, "as_of_s")?)?);
    let mut accounts: BTreeMap<&str, Vec<ContactRow<'_>>> = BTreeMap::new();
    for contact in list(get(case, "contacts")?)? {
        let [account, issue, at, resolved] = columns(contact)?;
        let resolved = match resolved {
            Value::Null => Tri::Unknown,
            flag => Tri::from(Some(flag.as_bool().ok_or("a flag is no boolean")?)),
        };
        let row = ContactRow::new(text(issue)?, seconds(at)?, resolved);
        accounts.entry(text(account)?).or_default().push(row);
    }
    let mut tally = FcrTally::new(definition, window);
    for contacts in accounts.values() {
        tally.push_account(contacts).map_err(say)?;
    }
    let counts = tally.counts();
    let pair = |rate| {
        let share = tally.share(rate);
        json!([share.x(), share.n()])
    };
    Ok(json!({
        "episodes": counts.mature.saturating_add(counts.immature),
        "mature": counts.mature,
        "immature": counts.immature,
        "fcr_resolved_and_no_repeat": pair(FcrRate::ResolvedAndNoRepeat),
        "no_repeat_only": pair(FcrRate::NoRepeat),
        "agent_flag_only": pair(FcrRate::FlagOnly),
        "contacts_per_episode": tally.contacts_per_episode().map(Ratio::to_f64),
    }))
}

fn one_touch(case: &Value) -> Computed {
    let mut tally = OneTouchTally::new(all_time()?);
    for ticket in list(get(case, "tickets")?)? {
        let [status, agent_replies, reopens, account_replies] = columns(ticket)?;
        let known = |value: &Value| match value {
            Value::Null => Ok(None),
            value => u32::try_from(count(value)?).map(Some).map_err(say),
        };
        tally
            .push_row(TouchRow::new(
                status_of(text(status)?)?,
                known(agent_replies)?,
                known(reopens)?,
                known(account_replies)?,
            ))
            .map_err(say)?;
    }
    let of = |rule| tally.share(rule).x();
    Ok(json!({
        "solved": tally.counts().solved,
        "zendesk_legacy_lt2_replies": of(OneTouchRule::ZendeskLt2),
        "zendesk_current_exactly_1": of(OneTouchRule::ZendeskEq1),
        "no_reopen": of(OneTouchRule::NoReopen),
        "freshservice_no_customer_reply": of(OneTouchRule::Freshservice),
        "strict_one_reply_no_reopen": of(OneTouchRule::Strict),
    }))
}

/// Tools also know tickets that are new or on hold: open to us.
fn status_of(name: &str) -> Result<CaseStatus, String> {
    match name {
        "new" | "hold" | "on-hold" | "on_hold" => Ok(CaseStatus::Open),
        name => CaseStatus::from_name(name).ok_or_else(|| format!("unknown status `{name}`")),
    }
}

fn quantiles(case: &Value) -> Computed {
    let values: Vec<String> =
        list(get(case, "values")?)?.iter().map(plain).collect::<Result<_, _>>()?;
    if values.is_empty() {
        return Ok(Value::Null);
    }
    let places =
        values.iter().map(|value| value.split_once('.').map_or(0, |(_, places)| places.len()));
    let places = places.max().unwrap_or(0);
    let mut scaled: Vec<i128> =
        values.iter().map(|value| scale(value, places)).collect::<Result<_, _>>()?;
    scaled.sort_unstable();
    let sorted = Sorted::new(&scaled).map_err(say)?;
    let unit = scale("1", places)?;
    let real = |ratio: Ratio| {
        let den = ratio.den().checked_mul(unit).ok_or("a quantile leaves 128 bits")?;
        Ratio::new(ratio.num(), den).map(Ratio::to_f64).ok_or("a unit is not above 0")
    };
    let mut result = Map::new();
    for prob in list(get(case, "probs")?)? {
        let prob = prob.as_str().map_or_else(|| prob.to_string(), str::to_owned);
        let p = <Probability as core::str::FromStr>::from_str(&prob).map_err(say)?;
        let inverse = sorted.order_statistic(p).and_then(|value| Ratio::new(value, 1));
        let entry = json!({
            "type7": sorted.quantile(p).map(real).transpose()?,
            "inverse_ecdf": inverse.map(real).transpose()?,
        });
        result.insert(prob, entry);
    }
    Ok(Value::Object(result))
}

/// A number as plain decimal text.
fn plain(value: &Value) -> Result<String, String> {
    match value.as_i64() {
        Some(whole) => Ok(whole.to_string()),
        None => value.as_f64().map(|real| real.to_string()).ok_or_else(|| no(value, "number")),
    }
}

/// The digits of a plain decimal, moved so many places.
fn scale(text: &str, places: usize) -> Result<i128, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<places$}");
    <i128 as core::str::FromStr>::from_str(&digits).map_err(say)
}

fn sla(case: &Value) -> Computed {
    let mut tally = SlaTally::new(ServiceWindow::until(millis(get(case, "as_of")?)?));
    for ticket in list(get(case, "tickets")?)? {
        let [start, end, target, paused] = columns(ticket)?;
        let mut row = SlaRow::new(millis(start)?, count(target)?);
        row.end = if end.is_null() { None } else { Some(millis(end)?) };
        row.paused_ms = count(paused)?;
        tally.push_row(&row).map_err(say)?;
    }
    let counts = tally.counts();
    Ok(json!({
        "met": counts.met,
        "breached": counts.breached_closed.saturating_add(counts.breached_open),
        "pending": counts.pending,
        "attainment": tally.attainment().estimate(),
        "naive_closed_only": tally.closed_only().estimate(),
    }))
}

fn automation(case: &Value) -> Computed {
    let inputs = get(case, "inputs")?;
    let input = |key| count(get(inputs, key)?);
    let mut counts = AutomationCounts::default();
    counts.total_cases = input("total_cases")?;
    counts.bot_started = input("bot_started")?;
    counts.bot_resolved = input("bot_resolved")?;
    counts.bot_escalated = input("bot_escalated")?;
    counts.bot_abandoned = input("bot_abandoned")?;
    let mut tally = AutomationTally::new(all_time()?);
    tally.push_counts(counts).map_err(say)?;
    tally.push_sessions(input("self_service_sessions")?).map_err(say)?;
    Ok(json!({
        "automation_rate": tally.automation().estimate(),
        "containment_rate_not_escalated": tally.containment().estimate(),
        "bot_resolution_rate": tally.bot_resolution().estimate(),
        "self_service_score_ratio": tally.self_service_score().map(Ratio::to_f64),
        "self_service_share": tally.self_service_share().and_then(Share::estimate),
    }))
}

fn repeat_contact_km(case: &Value) -> Computed {
    let mut rows = Vec::new();
    for row in list(get(case, "rows")?)? {
        let [time, event] = columns(row)?;
        let after = count(time)?;
        rows.push(match event.as_u64() {
            Some(1) => RepeatRow::Repeated { after },
            Some(0) => RepeatRow::Censored { after },
            _ => return Err(no(event, "event")),
        });
    }
    let Some(result) = no_repeat_by(&rows, count(get(case, "window")?)?) else {
        return Ok(Value::Null);
    };
    Ok(json!({
        "no_repeat_km": result.estimate,
        "no_repeat_exact": result.exact.map(|exact| exact.reduced().to_string()),
        "naive_treat_censored_as_success": result.naive.to_f64(),
    }))
}

/// Rows without a time need no instant of the question: the last there is.
fn all_time() -> Result<ServiceWindow, String> {
    seconds(&json!(253_402_300_799_i64)).map(ServiceWindow::until)
}

fn get<'a>(value: &'a Value, key: &str) -> Result<&'a Value, String> {
    value.get(key).ok_or_else(|| format!("`{key}` is missing"))
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| no(value, "list"))
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| no(value, "text"))
}

fn count(value: &Value) -> Result<u64, String> {
    value.as_u64().ok_or_else(|| no(value, "count"))
}

fn columns<const N: usize>(row: &Value) -> Result<&[Value; N], String> {
    list(row)?.as_slice().try_into().map_err(|_| format!("`{row}` has not {N} columns"))
}

fn seconds(value: &Value) -> Result<Instant, String> {
    instant(value, 1_000_000)
}

fn millis(value: &Value) -> Result<Instant, String> {
    instant(value, 1_000)
}

fn instant(value: &Value, micros_each: i64) -> Result<Instant, String> {
    value
        .as_i64()
        .and_then(|units| units.checked_mul(micros_each))
        .and_then(Instant::from_micros)
        .ok_or_else(|| no(value, "instant"))
}

fn no(value: &Value, what: &str) -> String {
    format!("`{value}` is no {what}")
}

fn say(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Everything expected is there and equal; reals to 1e-12.
fn compare(place: &str, expected: &Value, found: &Value) -> Result<(), String> {
    let differs = || Err(format!("{place}: expected {expected}, found {found}"));
    match (expected, found) {
        // undefined as a whole, or in each of its parts
        (Value::Object(parts), Value::Null) => {
            parts.iter().try_for_each(|(key, part)| compare(&format!("{place}/{key}"), part, found))
        }
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let place = format!("{place}/{key}");
                match found.get(key) {
                    Some(found) => compare(&place, value, found)?,
                    None => return Err(format!("{place}: missing")),
                }
            }
            Ok(())
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).try_for_each(|(left, right)| compare(place, left, right))
        }
        (Value::Number(left), Value::Number(right)) if left != right => {
            let whole = left.is_u64() && right.is_u64();
            match (left.as_f64(), right.as_f64()) {
                (Some(e), Some(x)) if !whole && (x - e).abs() <= 1e-12 * e.abs() => Ok(()),
                _ => differs(),
            }
        }
        _ if expected == found => Ok(()),
        _ => differs(),
    }
}
