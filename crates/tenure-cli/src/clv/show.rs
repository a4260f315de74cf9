//! The answer as a page, as rows, and as a document.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use tenure::clv::{Correlation, GateVerdict, OccasionPeriod};
use tenure::stats::Interval;

use super::answer::{Answer, MONTHS, Parameter, Total};
use super::read::Customers;
use crate::table::{new_table, right};
use crate::text;

/// The shape of the JSON document.
const SCHEMA: &str = "tenure/clv/1";

fn grouped(count: u64) -> String {
    text::grouped(i128::from(count))
}

/// Four digits that count.
fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 1e6 || (size > 0.0 && size < 1e-3) {
        format!("{value:.3e}")
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    }
}

fn range(interval: Option<&Interval>) -> String {
    interval.map_or_else(
        || "no interval: the fit has not converged".to_owned(),
        |one| format!("95% {} to {}", short(one.lower()), short(one.upper())),
    )
}

fn sum(values: &[Option<f64>]) -> f64 {
    values.iter().flatten().fold(0.0, |sum, value| sum + value)
}

/// The page for people.
pub(crate) fn table(customers: &Customers, answer: &Answer) -> String {
    let mut out = String::new();
    let as_of = customers.as_of.map_or_else(String::new, |day| format!(" as of {day}"));
    let unusual = customers.period().filter(|period| *period != OccasionPeriod::Day);
    let occasions =
        unusual.map_or_else(String::new, |one| format!("; occasions are {}s", one.name()));
    let _ = writeln!(
        out,
        "{} customers of {}{as_of}, {} distinct histories; times in {}s{occasions}\n",
        grouped(answer.customers),
        text::printable(&customers.source),
        text::grouped(i128::try_from(answer.distinct).unwrap_or(i128::MAX)),
        customers.unit,
    );
    models(&mut out, answer);
    predictions(&mut out, answer);
    frequencies(&mut out, answer);
    if let Some(after) = &answer.after {
        let actual = after.accuracy.actual;
        let _ = writeln!(
            out,
            "What came after {} (to {}): {} customers, {} new ones left out. Fitted to what was known \
             then: {} purchases expected, {} made; mean absolute error {} a customer.",
            after.cut,
            after.end,
            grouped(after.customers),
            grouped(after.first_seen_after),
            short(after.accuracy.expected),
            grouped(actual),
            after.accuracy.mean_absolute_error.map_or_else(|| "–".to_owned(), short),
        );
        let mut table = new_table();
        table.set_header(
            ["repeats by then", "customers", "made by each", "expected"].map(String::from),
        );
        for class in &after.classes {
            let more = if class.and_more { " or more" } else { "" };
            let mean = |mean: Option<f64>| right(mean.map_or_else(|| "–".to_owned(), short));
            table.add_row(vec![
                comfy_table::Cell::new(format!("{}{more}", class.x)),
                right(grouped(class.customers)),
                mean(class.actual_mean()),
                mean(class.expected_mean()),
            ]);
        }
        let _ = writeln!(out, "{table}\n");
    }
    value(&mut out, customers, answer);
    for (what, count) in &customers.left_out {
        let _ = writeln!(out, "Left out: {} {what}.", grouped(*count));
    }
    out
}

fn models(out: &mut String, answer: &Answer) {
    let mut table = new_table();
    let head = ["model", "fit", "ln L", "AIC", "BIC", "parameters (standard error)"];
    table.set_header(head.map(String::from));
    for found in &answer.fitted {
        table.add_row(vec![
            comfy_table::Cell::new(found.summary.name),
            comfy_table::Cell::new(found.status.split(':').next().unwrap_or_default()),
            right(format!("{:.1}", found.summary.log_likelihood)),
            right(format!("{:.1}", found.summary.aic())),
            right(format!("{:.1}", found.summary.bic())),
            comfy_table::Cell::new(listed(&found.parameters)),
        ]);
    }
    let _ = writeln!(out, "Models, the best by {} first\n{table}", answer.criterion.to_uppercase());
    for (name, why) in &answer.not_fitted {
        let _ = writeln!(out, "Not fitted: {name}: {why}.");
    }
    if let Some((converged, not, seed)) = answer.fitted.first().and_then(|best| best.bootstrap) {
        let _ = writeln!(
            out,
            "Bootstrap of the best, seed {seed}: {converged} samples converged, {not} did not; \
             standard errors in brackets."
        );
    }
    out.push('\n');
}

fn listed(parameters: &[Parameter]) -> String {
    let one = |one: &Parameter| {
        let error = one.standard_error.map_or_else(|| "–".to_owned(), short);
        let again = one.bootstrap_error.map_or_else(String::new, |e| format!(" [{}]", short(e)));
        format!("{} {} ({error}){again}", one.name, short(one.estimate))
    };
    parameters.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn predictions(out: &mut String, answer: &Answer) {
    let Some(best) = answer.fitted.first() else { return };
    let _ = writeln!(
        out,
        "Under {}: {} customers alive ({}); {} purchases in the next {} {}s ({}).",
        best.summary.name,
        short(best.alive.value),
        range(best.alive.interval.as_ref()),
        short(best.purchases.value),
        short(answer.horizon.amount()).trim_end_matches('0').trim_end_matches('.'),
        answer.horizon.unit(),
        range(best.purchases.interval.as_ref()),
    );
    if best.summary.name == "bg_nbd" {
        let _ = writeln!(
            out,
            "Under bg_nbd a customer without repeat is alive for certain, however long the silence; \
             under mbg_nbd not."
        );
    }
    out.push('\n');
}

fn frequencies(out: &mut String, answer: &Answer) {
    let mut table = new_table();
    table.set_header(["repeats", "customers", "expected"].map(String::from));
    for class in &answer.frequencies.classes {
        let more = if class.and_more { " or more" } else { "" };
        table.add_row(vec![
            comfy_table::Cell::new(format!("{}{more}", class.x)),
            right(grouped(class.observed)),
            right(short(class.expected)),
        ]);
    }
    let test = answer.frequencies.test.map_or_else(
        || "too few classes for a test".to_owned(),
        |test| {
            format!("chi-square {} with {} df, p = {}", short(test.chi2), test.df, short(test.p))
        },
    );
    let _ = writeln!(out, "Does the model say how many buy how often? {test}\n{table}\n");
}

fn value(out: &mut String, customers: &Customers, answer: &Answer) {
    let spend = match &answer.spend {
        Ok(spend) => spend,
        Err(why) => {
            let _ = writeln!(out, "No model of spend, so no value: {why}.");
            return;
        }
    };
    let gate = &spend.gate;
    let rho = |found: Option<Correlation>| {
        found.map_or_else(
            || "undefined".to_owned(),
            |rho| {
                let range = rho.interval.map_or_else(String::new, |one| {
                    format!(" (95% {} to {})", short(one.lower()), short(one.upper()))
                });
                format!("{}{range}", short(rho.value))
            },
        )
    };
    let _ = writeln!(
        out,
        "Spend: Gamma-Gamma of {} customers, {} ({}). Spend and frequency: Pearson {}, Spearman {}; \
         independence {}.",
        grouped(gate.customers),
        listed(&spend.parameters),
        spend.status.split(':').next().unwrap_or_default(),
        rho(gate.pearson),
        rho(gate.spearman),
        match gate.verdict {
            GateVerdict::Supported if gate.pearson.is_none() => "cannot be checked: all are alike",
            GateVerdict::Supported => "is supported",
            GateVerdict::Caution => "is doubtful",
            GateVerdict::Violated => "is violated",
        },
    );
    if !answer.valued {
        let _ = writeln!(out, "The gate is shut: no value is given. --despite-gate gives it.");
        return;
    }
    let money =
        customers.currency.map_or_else(|| "in the unit of zbar".to_owned(), |c| c.to_string());
    let percent = 100.0 * answer.discount_per_year;
    let with = answer.predicted.spend.iter().flatten().count();
    let residual = if answer.predicted.discounted.is_some() {
        short(sum(&answer.predicted.value))
    } else {
        "unbounded".to_owned()
    };
    let _ = writeln!(
        out,
        "Value to come of {} customers with a spend, {money}, margin {}, discount {} % a year: \
         residual value {residual} (no horizon); {} within {MONTHS} months.",
        text::grouped(i128::try_from(with).unwrap_or(i128::MAX)),
        short(answer.margin),
        short(percent),
        short(sum(&answer.predicted.months_value)),
    );
}

/// A row a customer.
pub(crate) fn rows(customers: &Customers, answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    // A reader that has gone stays one for whoever asks.
    let failed = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    };
    let head = [
        "id",
        "x",
        "t_x",
        "T",
        "p_alive",
        "expected_purchases",
        "discounted_purchases",
        "expected_spend",
        "residual_value",
        "value_12_months",
    ];
    writer.write_record(head).map_err(failed)?;
    let predicted = &answer.predicted;
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let at = |column: &[f64], row: usize| number(column.get(row).copied());
    let maybe = |column: &[Option<f64>], row: usize| number(column.get(row).copied().flatten());
    for row in 0..customers.len() {
        let id = customers.ids.as_ref().and_then(|ids| ids.get(row));
        let id = id.map_or_else(|| row.to_string(), Clone::clone);
        let x = customers.x.get(row).map_or_else(String::new, u64::to_string);
        let cells = [
            &id,
            &x,
            &at(&customers.recency, row),
            &at(&customers.age, row),
            &at(&predicted.p_alive, row),
            &at(&predicted.expected, row),
            &predicted.discounted.as_ref().map_or_else(String::new, |column| at(column, row)),
            &maybe(&predicted.spend, row),
            &maybe(&predicted.value, row),
            &maybe(&predicted.months_value, row),
        ];
        writer.write_record(cells).map_err(failed)?;
    }
    writer.flush()
}

#[derive(Serialize)]
pub(crate) struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    source: &'a str,
    as_of: Option<String>,
    time_unit: &'static str,
    currency: Option<&'static str>,
    refunds: Option<&'static str>,
    occasion_period: Option<&'static str>,
    customers: u64,
    distinct_histories: usize,
    left_out: BTreeMap<&'static str, u64>,
    criterion: &'static str,
    models: Vec<ModelLine>,
    not_fitted: BTreeMap<&'static str, &'a str>,
    horizon: Span,
    frequencies: Frequencies,
    holdout: Option<HoldoutLine>,
    spend: Option<SpendLine>,
    no_spend: Option<&'a str>,
    value: Option<ValueLine>,
}

#[derive(Serialize)]
struct Span {
    amount: f64,
    unit: &'static str,
}

#[derive(Serialize)]
struct ModelLine {
    model: &'static str,
    status: &'static str,
    parameters: BTreeMap<&'static str, ParameterLine>,
    penalty: f64,
    log_likelihood: f64,
    aic: f64,
    bic: f64,
    condition: Option<f64>,
    alive: TotalLine,
    expected_purchases: TotalLine,
    bootstrap: Option<BootstrapLine>,
}

#[derive(Serialize)]
struct BootstrapLine {
    seed: u64,
    converged: u64,
    not_converged: u32,
}

#[derive(Serialize)]
struct ParameterLine {
    estimate: f64,
    standard_error: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bootstrap_error: Option<f64>,
}

#[derive(Serialize)]
struct TotalLine {
    value: f64,
    standard_error: Option<f64>,
    interval: Option<IntervalLine>,
}

#[derive(Serialize)]
struct IntervalLine {
    lower: f64,
    upper: f64,
    level: f64,
    method: &'static str,
}

#[derive(Serialize)]
struct Frequencies {
    classes: Vec<ClassLine>,
    chi_square: Option<f64>,
    df: Option<u64>,
    p: Option<f64>,
}

#[derive(Serialize)]
struct ClassLine {
    repeats: u64,
    and_more: bool,
    customers: u64,
    expected: f64,
}

#[derive(Serialize)]
struct HoldoutLine {
    cut: String,
    end: String,
    customers: u64,
    first_seen_after: u64,
    actual: u64,
    expected: f64,
    mean_absolute_error: Option<f64>,
    root_mean_square_error: Option<f64>,
    by_frequency: Vec<FrequencyLine>,
    tracking: Vec<WeekLine>,
}

#[derive(Serialize)]
struct FrequencyLine {
    repeats: u64,
    and_more: bool,
    customers: u64,
    actual: u64,
    expected: f64,
}

#[derive(Serialize)]
struct WeekLine {
    week: u16,
    actual: u64,
    expected: f64,
}

#[derive(Serialize)]
struct SpendLine {
    model: &'static str,
    status: &'static str,
    parameters: BTreeMap<&'static str, ParameterLine>,
    log_likelihood: f64,
    customers: u64,
    skipped: u64,
    gate: GateLine,
}

#[derive(Serialize)]
struct GateLine {
    verdict: &'static str,
    pearson: Option<CorrelationLine>,
    spearman: Option<CorrelationLine>,
    q: f64,
    caution_from: f64,
    violated_from: f64,
}

#[derive(Serialize)]
struct CorrelationLine {
    value: f64,
    interval: Option<IntervalLine>,
}

#[derive(Serialize)]
struct ValueLine {
    discount_per_year: f64,
    margin: f64,
    customers: usize,
    /// `null` if unbounded.
    residual_value: Option<f64>,
    months: u16,
    value_within_months: f64,
}

fn interval(found: &Interval) -> IntervalLine {
    IntervalLine {
        lower: found.lower(),
        upper: found.upper(),
        level: found.level().value(),
        method: found.method().name(),
    }
}

fn total(found: &Total) -> TotalLine {
    TotalLine {
        value: found.value,
        standard_error: found.standard_error,
        interval: found.interval.as_ref().map(interval),
    }
}

fn correlation(found: &Correlation) -> CorrelationLine {
    CorrelationLine { value: found.value, interval: found.interval.as_ref().map(interval) }
}

fn lines(parameters: &[Parameter]) -> BTreeMap<&'static str, ParameterLine> {
    let line = |one: &Parameter| {
        let line = ParameterLine {
            estimate: one.estimate,
            standard_error: one.standard_error,
            bootstrap_error: one.bootstrap_error,
        };
        (one.name, line)
    };
    parameters.iter().map(line).collect()
}

/// The answer whole.
pub(crate) fn document<'a>(customers: &'a Customers, answer: &'a Answer) -> Document<'a> {
    let model = |found: &super::answer::Fitted| ModelLine {
        model: found.summary.name,
        status: found.status,
        parameters: lines(&found.parameters),
        penalty: found.summary.penalty,
        log_likelihood: found.summary.log_likelihood,
        aic: found.summary.aic(),
        bic: found.summary.bic(),
        condition: found.condition,
        alive: total(&found.alive),
        expected_purchases: total(&found.purchases),
        bootstrap: found.bootstrap.map(|(converged, not_converged, seed)| BootstrapLine {
            seed,
            converged,
            not_converged,
        }),
    };
    let classes = answer.frequencies.classes.iter().map(|class| ClassLine {
        repeats: class.x,
        and_more: class.and_more,
        customers: class.observed,
        expected: class.expected,
    });
    let test = answer.frequencies.test;
    Document {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        source: &customers.source,
        as_of: customers.as_of.map(|day| day.to_string()),
        time_unit: customers.unit.name(),
        currency: customers.currency.map(tenure::model::Currency::code),
        refunds: customers.refunds.map(tenure::clv::Refunds::name),
        occasion_period: customers.period().map(OccasionPeriod::name),
        customers: answer.customers,
        distinct_histories: answer.distinct,
        left_out: customers.left_out.iter().copied().collect(),
        criterion: answer.criterion,
        models: answer.fitted.iter().map(model).collect(),
        not_fitted: answer.not_fitted.iter().map(|(name, why)| (*name, why.as_str())).collect(),
        horizon: Span { amount: answer.horizon.amount(), unit: answer.horizon.unit().name() },
        frequencies: Frequencies {
            classes: classes.collect(),
            chi_square: test.map(|test| test.chi2),
            df: test.map(|test| test.df),
            p: test.map(|test| test.p),
        },
        holdout: answer.after.as_ref().map(holdout),
        spend: answer.spend.as_ref().ok().map(spend),
        no_spend: answer.spend.as_ref().err().map(String::as_str),
        value: answer.valued.then(|| ValueLine {
            discount_per_year: answer.discount_per_year,
            margin: answer.margin,
            customers: answer.predicted.spend.iter().flatten().count(),
            residual_value: answer
                .predicted
                .discounted
                .as_ref()
                .map(|_| sum(&answer.predicted.value)),
            months: MONTHS,
            value_within_months: sum(&answer.predicted.months_value),
        }),
    }
}

fn holdout(after: &super::answer::After) -> HoldoutLine {
    let class = |class: &tenure::clv::FrequencyClass| FrequencyLine {
        repeats: class.x,
        and_more: class.and_more,
        customers: class.customers,
        actual: class.actual,
        expected: class.expected,
    };
    let week = |week: &tenure::clv::TrackedWeek| WeekLine {
        week: week.week,
        actual: week.actual,
        expected: week.expected,
    };
    HoldoutLine {
        cut: after.cut.to_string(),
        end: after.end.to_string(),
        customers: after.customers,
        first_seen_after: after.first_seen_after,
        actual: after.accuracy.actual,
        expected: after.accuracy.expected,
        mean_absolute_error: after.accuracy.mean_absolute_error,
        root_mean_square_error: after.accuracy.root_mean_square_error,
        by_frequency: after.classes.iter().map(class).collect(),
        tracking: after.tracking.weeks.iter().map(week).collect(),
    }
}

fn spend(part: &super::answer::SpendPart) -> SpendLine {
    let gate = &part.gate;
    SpendLine {
        model: "gamma_gamma",
        status: part.status,
        parameters: lines(&part.parameters),
        log_likelihood: part.log_likelihood,
        customers: gate.customers,
        skipped: gate.skipped,
        gate: GateLine {
            verdict: gate.verdict.name(),
            pearson: gate.pearson.as_ref().map(correlation),
            spearman: gate.spearman.as_ref().map(correlation),
            q: gate.q,
            caution_from: gate.thresholds.caution(),
            violated_from: gate.thresholds.violated(),
        },
    }
}
