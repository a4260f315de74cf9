//! What a state says, as tables for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tenure::model::{Currency, Month};
use tenure::revenue::{CohortRow, Rate, RenewalRates, Retention, RevenueState};
use tenure::stats::survival_at;

use super::document::Asked;
use super::folder::{self, Answers};
use super::log::{months, retention};
use crate::{table, text};

/// Accounts named beside a definition of retention.
const NAMED: usize = 3;
/// Cohorts and findings shown.
const MOST: usize = 24;
/// Ages of a cohort shown.
const AGES: [usize; 6] = [0, 1, 3, 6, 12, 24];

/// The page on a log.
pub(super) fn of_log(state: &RevenueState, asked: &Asked<'_>) -> String {
    let mut out = head(state);
    movements(&mut out, state, asked);
    cohorts(&mut out, state, asked.months.1);
    survival(&mut out, state);
    out
}

/// The page on a folder.
pub(super) fn of_folder(answers: &Answers, all_findings: bool) -> String {
    let asked = Asked { months: answers.months, lags: &answers.lags };
    let state = &answers.state;
    let currency = folder::plan(answers).definition().currency;
    let mut out = head(state);
    if let Some(preset) = answers.preset {
        let _ = writeln!(out, "{}\n", preset.caveats());
    }
    movements(&mut out, state, &asked);
    side_by_side(&mut out, answers, currency);
    segments(&mut out, answers, currency);
    cohorts(&mut out, state, answers.months.1);
    survival(&mut out, state);
    renewals(&mut out, answers, currency);
    adjustments(&mut out, answers, currency);
    cell(&mut out, answers, currency);
    lint(&mut out, answers, all_findings);
    out
}

fn head(state: &RevenueState) -> String {
    let accounts = text::grouped(i128::from(state.accounts()));
    format!("{accounts} accounts; {}\n\n", state.plan().definition())
}

/// A line a month, with retention over the first length.
fn movements(out: &mut String, state: &RevenueState, asked: &Asked<'_>) {
    let currency = state.plan().definition().currency;
    let lag = asked.lags.first().copied().unwrap_or(12);
    let (nrr, grr) = (format!("NRR {lag}m"), format!("GRR {lag}m"));
    let (first, last) = asked.months;
    let all: Vec<Month> = months(first, last).collect();
    let lines = |month: &Month| state.net(*month).map(|net| *net.lines());
    // Lines that nothing needs are left out.
    let fx = all.iter().filter_map(lines).any(|lines| lines.fx != 0);
    let adjustment = all.iter().filter_map(lines).any(|lines| lines.adjustment != 0);
    let mut names =
        vec!["month", "opening", "new", "expansion", "contraction", "churn", "reactivation"];
    names.extend(fx.then_some("fx"));
    names.extend(adjustment.then_some("adjustment"));
    names.extend(["closing", "ARR", "accounts", &nrr, &grr]);
    let mut rows = Vec::new();
    for month in all {
        let Some((net, logos)) = state.net(month).zip(state.logos(month)) else { continue };
        let lines = net.lines();
        let money = |units: i128| text::amount(units, currency);
        let mut cells = vec![month.to_string()];
        let moved = [
            lines.opening,
            lines.new,
            lines.expansion,
            lines.contraction,
            lines.churn,
            lines.reactivation,
        ];
        cells.extend(moved.map(money));
        cells.extend(fx.then(|| money(lines.fx)));
        cells.extend(adjustment.then(|| money(lines.adjustment)));
        cells.extend([money(lines.closing), money(state.arr(month).unwrap_or_default())]);
        cells.push(text::grouped(i128::from(logos.closing())));
        let kept = retention(state, month, lag);
        cells.push(text::percent(kept.as_ref().and_then(Retention::nrr_point_to_point)));
        cells.push(text::percent(kept.as_ref().and_then(Retention::grr_point_to_point)));
        rows.push(cells);
    }
    let _ = writeln!(out, "Net movements, {currency}\n{}\n", table::columns(&names, rows));
}

fn side_by_side(out: &mut String, answers: &Answers, currency: Currency) {
    let Some((found, names)) = folder::side_by_side(answers, NAMED) else { return };
    let mut rows = Vec::new();
    for row in names {
        let counts = row.measure.name().starts_with("logo");
        let amount = |difference: i128| {
            if counts { text::grouped(difference) } else { text::amount(difference, currency) }
        };
        let mut told: Vec<String> = row
            .accounts
            .iter()
            .map(|(account, difference)| {
                let sign = if *difference > 0 { "+" } else { "" };
                format!("{} {sign}{}", text::printable(account), amount(*difference))
            })
            .collect();
        if row.more > 0 {
            told.push(format!("and {} more", row.more));
        }
        let value = match found.rate(row.measure) {
            Some(rate) => text::percent(Some(rate)),
            None => row.value.unwrap_or_else(|| "–".to_owned()),
        };
        rows.push(vec![row.measure.name().to_owned(), value, told.join(", ")]);
    }
    let names = ["retention", "rate", "accounts that differ from point to point"];
    let _ = writeln!(
        out,
        "Retention from {} to {}, under every name\n{}",
        found.from(),
        found.to(),
        table::columns(&names, rows)
    );
    if let Some(constant) = &answers.constant {
        let lag = answers.lags.first().copied().unwrap_or(12);
        let kept = retention(constant, answers.months.1, lag);
        let _ = writeln!(
            out,
            "At constant exchange rates: NRR {}, GRR {}.",
            text::percent(kept.as_ref().and_then(Retention::nrr_point_to_point)),
            text::percent(kept.as_ref().and_then(Retention::grr_point_to_point)),
        );
    }
    out.push('\n');
}

fn segments(out: &mut String, answers: &Answers, currency: Currency) {
    if answers.segments.segments().count() < 2 {
        return;
    }
    let mut rows = Vec::new();
    for segment in answers.segments.segments() {
        let mut sums: [i128; 6] = [0; 6];
        let (mut opening, mut closing, mut paying) = (None, 0, 0);
        for month in months(answers.months.0, answers.months.1) {
            let Some(found) = answers.segments.month(segment, month) else { continue };
            let lines = found.lines();
            opening.get_or_insert(lines.opening);
            (closing, paying) = (lines.closing, found.paying());
            let moved = [
                lines.new,
                lines.expansion,
                lines.contraction,
                lines.churn,
                lines.reactivation,
                lines.fx.saturating_add(lines.adjustment),
            ];
            for (sum, amount) in sums.iter_mut().zip(moved) {
                *sum = sum.saturating_add(amount);
            }
        }
        let name = if segment.is_empty() { "(none)".to_owned() } else { text::printable(segment) };
        let mut cells = vec![name, text::amount(opening.unwrap_or_default(), currency)];
        cells.extend(sums.map(|sum| text::amount(sum, currency)));
        cells.push(text::amount(closing, currency));
        cells.push(text::grouped(i128::from(paying)));
        rows.push(cells);
    }
    let names = [
        "segment",
        "opening",
        "new",
        "expansion",
        "contraction",
        "churn",
        "reactivation",
        "other",
        "closing",
        "accounts",
    ];
    let _ = writeln!(out, "By segment, over the months\n{}\n", table::columns(&names, rows));
}

fn cohorts(out: &mut String, state: &RevenueState, last: Month) {
    let all = state.cohorts();
    let Some(oldest) = all.values().map(Vec::len).max() else { return };
    let ages: Vec<usize> = AGES.into_iter().filter(|&age| age < oldest).collect();
    let head: Vec<String> = ages.iter().map(|age| format!("month {age}")).collect();
    let mut names = vec!["cohort", "accounts", "MRR"];
    names.extend(head.iter().map(String::as_str));
    let currency = state.plan().definition().currency;
    let share = |row: Option<&CohortRow>, birth: &CohortRow| {
        text::percent(row.and_then(|row| Rate::new(row.mrr, birth.mrr)))
    };
    let skipped = all.len().saturating_sub(MOST);
    let mut rows = Vec::new();
    for (month, found) in all.iter().skip(skipped) {
        let Some(birth) = found.first() else { continue };
        let mut cells = vec![
            month.to_string(),
            text::grouped(i128::from(birth.logos)),
            text::amount(birth.mrr, currency),
        ];
        cells.extend(ages.iter().map(|&age| share(found.get(age), birth)));
        rows.push(cells);
    }
    let _ = writeln!(
        out,
        "Cohorts by first paying month: revenue so many months later, by what it was; to {last}\n{}",
        table::columns(&names, rows)
    );
    if skipped > 0 {
        let _ = writeln!(out, "{skipped} older cohorts are in --format json.");
    }
    out.push('\n');
}

fn survival(out: &mut String, state: &RevenueState) {
    let curve = state.survival();
    if curve.is_empty() {
        return;
    }
    let mut told = Vec::new();
    for months in [3, 6, 12, 24, 36] {
        let Some(row) = survival_at(&curve, months) else { continue };
        if curve.last().is_some_and(|last| last.time < months) {
            break;
        }
        let error = row
            .standard_error()
            .map_or_else(String::new, |error| format!(" (se {:.1})", error * 100.0));
        told.push(format!("{months} months {:.1}%{error}", row.survival * 100.0));
    }
    let median = tenure::stats::median_survival(&curve)
        .map_or_else(|| "not reached".to_owned(), |months| format!("{months} months"));
    told.push(format!("median {median}"));
    let _ =
        writeln!(out, "Survival of first spells (Kaplan-Meier, Greenwood): {}\n", told.join(", "));
}

fn renewals(out: &mut String, answers: &Answers, currency: Currency) {
    let Some(first) = answers.renewals.first() else { return };
    if first.due_count() == 0 {
        return;
    }
    let row = |rates: &RenewalRates| {
        vec![
            rates.definition().late.name().to_owned(),
            text::grouped(i128::from(rates.due_count())),
            text::amount(rates.due_value(), currency),
            text::grouped(i128::from(rates.won_count())),
            text::grouped(i128::from(rates.pending_count())),
            text::percent(rates.count_rate()),
            text::percent(rates.value_gross()),
            text::percent(rates.value_net()),
            text::percent(rates.on_time_count_rate()),
            text::percent(rates.resolved_count_rate()),
        ]
    };
    let names = [
        "late renewals",
        "due",
        "due value",
        "won",
        "pending",
        "by count",
        "gross",
        "net",
        "on time",
        "of resolved",
    ];
    let rows = answers.renewals.iter().map(row).collect();
    let _ = writeln!(
        out,
        "Renewals due in the months, as of {}\n{}",
        first.definition().as_of,
        table::columns(&names, rows)
    );
    if answers.renewals_other_currency > 0 {
        let _ = writeln!(
            out,
            "{} renewals in another currency than {currency} are left out.",
            answers.renewals_other_currency
        );
    }
    out.push('\n');
}

fn adjustments(out: &mut String, answers: &Answers, currency: Currency) {
    if answers.adjustments.is_empty() {
        return;
    }
    let money = |units: i128| text::amount(units, currency);
    let row = |one: &tenure::revenue::MonthDifference| {
        let lines = one.lines;
        let mut cells = vec![one.month.to_string()];
        let moved = [
            lines.new,
            lines.expansion,
            lines.contraction,
            lines.churn,
            lines.reactivation,
            lines.closing,
        ];
        cells.extend(moved.map(money));
        cells
    };
    let names = ["month", "new", "expansion", "contraction", "churn", "reactivation", "closing"];
    let rows = answers.adjustments.iter().map(row).collect();
    let _ = writeln!(
        out,
        "Prior-period adjustment: what late rows change, restated less posted when recorded\n{}\n",
        table::columns(&names, rows)
    );
}

fn cell(out: &mut String, answers: &Answers, currency: Currency) {
    let Some(cell) = &answers.cell else { return };
    let _ = writeln!(out, "Gross {} of {}, by account and event", cell.line, cell.month);
    let mut total = 0_i128;
    for (account, one, events) in &cell.movements {
        total = total.saturating_add(one.amount);
        let _ = writeln!(
            out,
            "  {} {}: {}, from {} to {}: {}",
            one.at,
            text::printable(account),
            text::amount(one.amount, currency),
            text::amount(one.from, currency),
            text::amount(one.to, currency),
            text::printable(&events.join("; ")),
        );
    }
    let _ = writeln!(
        out,
        "  {} movements, together {}\n",
        cell.movements.len(),
        text::money(total, currency)
    );
}

fn lint(out: &mut String, answers: &Answers, all: bool) {
    if answers.lint.is_empty() {
        return;
    }
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, one) in &answers.lint {
        let count = counts.entry(one.kind.name()).or_default();
        *count = count.saturating_add(1);
    }
    let told: Vec<String> = counts.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let _ = writeln!(
        out,
        "What looks wrong (no number is changed{}): {}",
        if all { "" } else { "; --lint lists them" },
        told.join(", ")
    );
    if all {
        for (account, one) in &answers.lint {
            let _ = writeln!(
                out,
                "  {}: {}",
                text::printable(account),
                text::printable(&one.to_string())
            );
        }
    }
    out.push('\n');
}
