//! Conformance cases of `tenure-health`, and of dormancy.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use tenure_health::published::{self, PointScale, State, StateLevels};
use tenure_health::{Bands, Edge};
use tenure_model::record::Purchase;
use tenure_model::{
    AccountId, AsOf, Book, Currency, Dormancy, DormancyOptions, Event, Money, Record, Rounding,
    parse_date,
};
use tenure_stats::Ratio;

use super::{CaseFile, CaseReport, Outcome};

/// The cases of `file`, computed and compared; `None` if the file is not ours.
pub(super) fn read(file: &CaseFile) -> Option<Vec<CaseReport>> {
    let json = file.json.as_ref()?;
    let compute = match json.get("schema")?.as_str()? {
        "tenure/conformance/health/1" => health,
        "tenure/conformance/dormancy/1" => dormancy,
        _ => return None,
    };
    let cases = json.get("cases")?.as_array()?;
    Some(cases.iter().map(|case| report(case, compute)).collect())
}

/// What a case comes to: a key of `expected` and its value.
type Results = Vec<(&'static str, Found)>;

/// A value as computed, exact until it is compared or printed.
enum Found {
    /// Compared as it is.
    Plain(Value),
    /// An exact number.
    Exact(Ratio),
    /// Exact numbers, in order.
    List(Vec<Ratio>),
    /// Exact numbers by name.
    ByName(Vec<(String, Ratio)>),
    /// A number printed to four decimals.
    Printed(Ratio),
}

fn report(case: &Value, compute: fn(&Value) -> Result<Results, String>) -> CaseReport {
    let id = case.get("id").and_then(Value::as_str).unwrap_or("(no id)").to_owned();
    let results = match compute(case) {
        Ok(results) => results,
        Err(why) => return CaseReport { id, outcome: Outcome::Failed(why), emitted: None },
    };
    let outcome = match case.get("expected").and_then(Value::as_object) {
        Some(expected) => compare(expected, &results),
        None => Outcome::NotCompared,
    };
    let emitted: Map<String, Value> =
        results.iter().map(|(key, found)| ((*key).to_owned(), print(found))).collect();
    CaseReport { id, outcome, emitted: Some(Value::Object(emitted)) }
}

fn compare(expected: &Map<String, Value>, results: &Results) -> Outcome {
    if expected.is_empty() {
        return Outcome::Failed("`expected` names nothing".to_owned());
    }
    for (key, wanted) in expected {
        let Some((_, found)) = results.iter().find(|(known, _)| known == key) else {
            return Outcome::Failed(format!("`{key}` is not computed"));
        };
        if !agrees(wanted, found) {
            let found = print(found);
            return Outcome::Failed(format!("`{key}` is {found}, expected {wanted}"));
        }
    }
    Outcome::Passed
}

fn agrees(wanted: &Value, found: &Found) -> bool {
    match found {
        Found::Plain(found) => plain_agrees(wanted, found),
        Found::Exact(found) => number_agrees(wanted, *found),
        Found::List(found) => wanted.as_array().is_some_and(|wanted| {
            wanted.len() == found.len()
                && wanted.iter().zip(found).all(|(wanted, &found)| number_agrees(wanted, found))
        }),
        Found::ByName(found) => wanted.as_object().is_some_and(|wanted| {
            wanted.len() == found.len()
                && found.iter().all(|(name, found)| {
                    wanted.get(name).is_some_and(|wanted| number_agrees(wanted, *found))
                })
        }),
        // Printed to four decimals: within half of the last.
        Found::Printed(found) => wanted
            .as_f64()
            .is_some_and(|wanted| (wanted - found.to_f64()).abs() <= 5e-5 * (1.0 + 1e-9)),
    }
}

/// 31 and 31.0 are one number.
fn plain_agrees(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted.iter().zip(found).all(|(wanted, found)| plain_agrees(wanted, found))
        }
        (Value::Number(_), Value::Number(_)) => {
            decimal(wanted).is_ok_and(|wanted| decimal(found) == Ok(wanted))
        }
        _ => wanted == found,
    }
}

/// Equal as rationals; where no short decimal says the number, within 1e-12 of it.
fn number_agrees(wanted: &Value, found: Ratio) -> bool {
    let Ok(exact) = decimal(wanted) else { return false };
    let equal = 10_i128.checked_pow(exact.scale()).and_then(|power| {
        let left = exact.mantissa().checked_mul(found.den())?;
        Some(left == found.num().checked_mul(power)?)
    });
    if equal == Some(true) {
        return true;
    }
    let Some(wanted) = wanted.as_f64() else { return false };
    let (exactly, size) = (found.to_f64(), found.to_f64().abs());
    !is_short(found) && (wanted - exactly).abs() <= 1e-12 * size
}

/// Whether at most 15 decimals say the number exactly, so that no float is needed.
fn is_short(ratio: Ratio) -> bool {
    let den = ratio.reduced().den();
    1_000_000_000_000_000_i128.checked_rem(den) == Some(0)
}

fn print(found: &Found) -> Value {
    match found {
        Found::Plain(value) => value.clone(),
        Found::Exact(ratio) => number(*ratio),
        Found::List(ratios) => ratios.iter().map(|&ratio| number(ratio)).collect(),
        Found::ByName(weights) => {
            let pairs = weights.iter().map(|(name, weight)| (name.clone(), number(*weight)));
            Value::Object(pairs.collect())
        }
        Found::Printed(ratio) => json!(ratio.to_f64()),
    }
}

fn number(ratio: Ratio) -> Value {
    let ratio = ratio.reduced();
    match i64::try_from(ratio.num()) {
        Ok(whole) if ratio.den() == 1 => json!(whole),
        _ => json!(ratio.to_f64()),
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn field<'a>(value: &'a Value, name: &str) -> Result<&'a Value, String> {
    value.get(name).ok_or_else(|| format!("no `{name}`"))
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a Vec<Value>, String> {
    field(value, name)?.as_array().ok_or_else(|| format!("`{name}` is not a list"))
}

fn word<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    field(value, name)?.as_str().ok_or_else(|| format!("`{name}` is not text"))
}

/// The number as it was written: the shortest text of a float is what the file said.
fn decimal(value: &Value) -> Result<Decimal, String> {
    let written = value.as_number().ok_or_else(|| format!("{value} is not a number"))?.to_string();
    let read = if written.contains(['e', 'E']) {
        Decimal::from_scientific(&written)
    } else {
        Decimal::from_str_exact(&written)
    };
    read.map_err(text)
}

fn decimals(values: &[Value]) -> Result<Vec<Decimal>, String> {
    values.iter().map(decimal).collect()
}

fn absent(value: &Value) -> bool {
    value.is_null()
}

/// The score, rounded as the case says.
fn scored(case: &Value, score: Ratio) -> Result<Found, String> {
    let rounding = match word(field(case, "options")?, "rounding")? {
        "none" => return Ok(Found::Exact(score)),
        // The case files' name for half away from zero.
        "half_up" => Rounding::HalfAway,
        "half_even" => Rounding::HalfEven,
        other => return Err(format!("unknown rounding `{other}`")),
    };
    let rounded = Ratio::new(published::rounded(score, rounding), 1);
    rounded.map(Found::Exact).ok_or_else(|| "no score".to_owned())
}

fn maybe_scored(case: &Value, score: Option<Ratio>) -> Result<Found, String> {
    score.map_or(Ok(Found::Plain(Value::Null)), |score| scored(case, score))
}

fn health(case: &Value) -> Result<Results, String> {
    let input = field(case, "input")?;
    let nothing = Value::Null;
    let options = case.get("options").unwrap_or(&nothing);
    match word(case, "op")? {
        "component_mean" => {
            let components: Result<Vec<_>, String> = list(input, "components")?
                .iter()
                .map(|one| Ok((decimal(field(one, "w")?)?, decimals(list(one, "m")?)?)))
                .collect();
            let score = published::component_mean(&components?).map_err(text)?;
            Ok(vec![("score", scored(case, score)?)])
        }
        "group_mean" => {
            let mean = published::group_mean(&decimals(list(input, "values")?)?).map_err(text)?;
            let exact = mean.map_or(Found::Plain(Value::Null), Found::Exact);
            Ok(vec![("exact", exact), ("score", maybe_scored(case, mean)?)])
        }
        "points" => {
            let option = |name| field(options, name).and_then(decimal);
            let scale = PointScale::new(option("start")?, option("min")?, option("max")?);
            let points = decimals(list(input, "points")?)?;
            let score = scale.and_then(|scale| scale.score(&points)).map_err(text)?;
            let clamped_by = Found::Exact(score.clamped_by());
            Ok(vec![("score", Found::Exact(score.score())), ("clamped_by", clamped_by)])
        }
        "state_mean" => state_mean(case, input, options),
        "state_rule" => {
            let states: Result<Vec<_>, _> = list(input, "states")?.iter().map(state).collect();
            let state = published::state_rule(&states?).map(State::name);
            Ok(vec![("state", Found::Plain(json!(state)))])
        }
        "renormalise_weights" => renormalise_weights(input),
        "bands" => bands(input, options),
        "weighted_mean" => weighted_mean(input, options),
        other => Err(format!("unknown op `{other}`")),
    }
}

fn state(value: &Value) -> Result<Option<State>, String> {
    if absent(value) {
        return Ok(None);
    }
    let name = value.as_str().ok_or_else(|| format!("{value} is not a state"))?;
    State::from_name(name).map(Some).ok_or_else(|| format!("unknown state `{name}`"))
}

fn state_mean(case: &Value, input: &Value, options: &Value) -> Result<Results, String> {
    let mut levels = StateLevels::default();
    if let Some(given) = options.get("levels") {
        levels.good = decimal(field(given, "good")?)?;
        levels.average = decimal(field(given, "average")?)?;
        levels.poor = decimal(field(given, "poor")?)?;
    }
    let metrics: Result<Vec<_>, String> = list(input, "metrics")?
        .iter()
        .map(|metric| Ok((decimal(field(metric, "w")?)?, state(field(metric, "state")?)?)))
        .collect();
    let score = published::state_mean(&levels, &metrics?).map_err(text)?;
    Ok(vec![("score", maybe_scored(case, score)?)])
}

fn renormalise_weights(input: &Value) -> Result<Results, String> {
    let given = field(input, "weights")?.as_object().ok_or("`weights` is not a map")?;
    let weights: Result<Vec<_>, String> =
        given.iter().map(|(name, weight)| Ok((name.as_str(), decimal(weight)?))).collect();
    let missing: Option<Vec<&str>> = list(input, "missing")?.iter().map(Value::as_str).collect();
    let missing = missing.ok_or("`missing` holds something that is not text")?;
    let left = published::renormalise_weights(&weights?, &missing).map_err(text)?;
    let left = left.into_iter().map(|(name, weight)| (name.to_owned(), weight)).collect();
    Ok(vec![("weights", Found::ByName(left))])
}

fn bands(input: &Value, options: &Value) -> Result<Results, String> {
    let edge = match word(options, "edge")? {
        "upper_inclusive" => Edge::UpperInclusive,
        "lower_inclusive" => Edge::LowerInclusive,
        other => return Err(format!("unknown edge `{other}`")),
    };
    let given: Result<Vec<_>, String> = list(input, "bands")?
        .iter()
        .map(|band| match band.as_array().map(Vec::as_slice) {
            Some([from, to, Value::String(name)]) => {
                Ok((decimal(from)?, decimal(to)?, name.as_str()))
            }
            _ => Err(format!("{band} is not a band")),
        })
        .collect();
    let bands = Bands::new(edge, given?).map_err(text)?;
    let names: Result<Vec<_>, String> = list(input, "values")?
        .iter()
        .map(|value| bands.of(decimal(value)?).map_err(text))
        .collect();
    Ok(vec![("bands", Found::Plain(json!(names?)))])
}

fn weighted_mean(input: &Value, options: &Value) -> Result<Results, String> {
    let scale = match list(options, "scale")?.as_slice() {
        [least, greatest] => (decimal(least)?, decimal(greatest)?),
        _ => return Err("`scale` is not two numbers".to_owned()),
    };
    let missing: Vec<u64> = match input.get("missing") {
        Some(_) => list(input, "missing")?.iter().filter_map(Value::as_u64).collect(),
        None => Vec::new(),
    };
    let (mut all, mut known) = (Vec::new(), Vec::new());
    for (index, one) in (0_u64..).zip(list(input, "components")?) {
        let weight = decimal(field(one, "w")?)?;
        let score = field(one, "score")?;
        let score = if absent(score) { None } else { Some(decimal(score)?) };
        all.push((weight, score));
        known.push((weight, score.filter(|_| !missing.contains(&index))));
    }
    let full = published::weighted_mean(scale, &all).map_err(text)?;
    let partly = published::weighted_mean(scale, &known).map_err(text)?;
    let or_null = |mean: Option<Ratio>| mean.map_or(Found::Plain(Value::Null), Found::Exact);
    Ok(vec![
        ("full", or_null(full.renormalised)),
        ("renormalised", or_null(partly.renormalised)),
        ("interval", Found::List(vec![partly.lo, partly.hi])),
    ])
}

fn date(value: &Value, name: &str) -> Result<NaiveDate, String> {
    parse_date(word(value, name)?).map_err(text)
}

/// Through a book, so that netting and order are those of the model.
fn dormancy(case: &Value) -> Result<Results, String> {
    let as_of = date(case, "as_of")?;
    let account = AccountId::new("case").map_err(text)?;
    let usd = Currency::new("USD").map_err(text)?;
    let events: Result<Vec<Event>, String> = list(case, "purchases")?
        .iter()
        .map(|row| {
            let amount = Money::new(decimal(field(row, "amount")?)?, usd).map_err(text)?;
            let purchase = Purchase::new(date(row, "date")?, amount).map_err(text)?;
            Ok(Event::new(account.clone(), Record::Purchase(purchase)))
        })
        .collect();
    let (book, report) = Book::from_events(events?);
    if let Some(reject) = report.rejects.first() {
        return Err(text(&reject.error));
    }
    let days = book.get(&account).map(|one| one.purchase_days(AsOf::new(as_of)).dates());
    let options = options(case.get("options").unwrap_or(&Value::Null))?;
    let Some(found) = Dormancy::of(&days.unwrap_or_default(), as_of, &options) else {
        let nothing = |key| (key, Found::Plain(Value::Null));
        let none = ["recency_days", "median_gap", "ratio", "dormant"].map(nothing);
        let rest = [("defined", json!(false)), ("gaps", json!([])), ("reengaged", json!(false))];
        let rest = rest.map(|(key, value)| (key, Found::Plain(value)));
        return Ok(none.into_iter().chain(rest).collect());
    };
    let ratio =
        found.ratio().and_then(|(silence, gap)| Ratio::new(i128::from(silence), i128::from(gap)));
    let median = found.median_gap_halves().and_then(|halves| Ratio::new(i128::from(halves), 2));
    Ok(vec![
        ("defined", Found::Plain(json!(found.defined()))),
        ("gaps", Found::Plain(json!(found.gaps()))),
        ("recency_days", Found::Plain(json!(found.recency_days()))),
        ("median_gap", median.map_or(Found::Plain(Value::Null), Found::Exact)),
        ("ratio", ratio.map_or(Found::Plain(Value::Null), Found::Printed)),
        ("dormant", Found::Plain(json!(found.dormant()))),
        ("reengaged", Found::Plain(json!(found.reengaged()))),
    ])
}

fn options(given: &Value) -> Result<DormancyOptions, String> {
    let mut options = DormancyOptions::default();
    let count = |name| match given.get(name) {
        None => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| format!("`{name}` is no count")),
    };
    if let Some(gaps) = count("min_gaps")? {
        options = options.with_min_gaps(usize::try_from(gaps).map_err(text)?).map_err(text)?;
    }
    if let Some(days) = count("reengaged_within_days")? {
        options = options.with_reengaged_within_days(u32::try_from(days).map_err(text)?);
    }
    if let Some(days) = count("default_gap_days")? {
        options =
            options.with_default_gap_days(u32::try_from(days).map_err(text)?).map_err(text)?;
    }
    if let Some(ratio) = given.get("dormant_ratio") {
        let dormant = decimal(ratio)?;
        let cooling = match given.get("cooling_ratio") {
            Some(ratio) => decimal(ratio)?,
            // The default, unless dormancy begins before it.
            None => dormant.min(Decimal::TWO),
        };
        options = options.with_ratios(cooling, dormant).map_err(text)?;
    }
    Ok(options)
}
