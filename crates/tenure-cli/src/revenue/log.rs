//! A log of monthly amounts, summed at speed.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use cpu_time::ProcessTime;
use tenure::model::{Currency, Instant, Month, Zone};
use tenure::revenue::{Retention, RevenueDefinition, RevenueLog, RevenuePlan, RevenueState};

use super::{RevenueArgs, RevenueFormat, document, page, reader};
use crate::error::CommandError;
use crate::input::Rejects;
use crate::{print, print_json, progress, text};

/// About as long as a row is.
const BYTES_A_ROW: u64 = 36;
/// Rows of which room is made beforehand, at most: 400 MB of them.
const MOST_RESERVED: usize = 1 << 24;

pub(super) fn run(args: &RevenueArgs, path: &Path) -> Result<Rejects, CommandError> {
    let (first, last) = args.months.ok_or(CommandError::NoMonths)?;
    let typed = |error: &dyn std::error::Error| CommandError::Revenue(error.to_string());
    let currency =
        Currency::new(args.currency.as_deref().unwrap_or("USD")).map_err(|error| typed(&error))?;
    let mut definition = RevenueDefinition::new(currency);
    definition.zone =
        Zone::parse(args.time_zone.as_deref().unwrap_or("UTC")).map_err(|error| typed(&error))?;
    if let Some(known_by) = &args.known_by {
        let instant = Instant::parse(known_by, definition.zone).map_err(|error| typed(&error))?;
        definition.known_by = Some(instant);
    }
    let lags = args.lags();
    let plan = plan(definition, (first, last), &lags).map_err(|error| typed(&error))?;

    let mut log = RevenueLog::new(plan.definition().known_by);
    let failed = |source| CommandError::ReadLog { path: path.to_owned(), source };
    let file = File::open(path).map_err(|error| failed(error.into()))?;
    let bytes = file.metadata().map_or(0, |found| found.len());
    log.reserve(usize::try_from(bytes / BYTES_A_ROW).unwrap_or_default().min(MOST_RESERVED));
    let bar = progress::bytes(bytes);
    reader::read(file, &mut log, |bytes| bar.inc(bytes)).map_err(failed)?;
    bar.finish_and_clear();
    let unknown = log.unknown();
    let log = log.group();
    let begun = ProcessTime::now();
    let state = log.state(&plan).map_err(|error| typed(&error))?;
    let cpu = begun.elapsed();
    let asked = document::Asked { months: (first, last), lags: &lags };
    match args.format {
        RevenueFormat::Csv => print(&rows(&state, &asked, args.minor))?,
        RevenueFormat::Json => print_json(&document::of_log(&state, &asked))?,
        RevenueFormat::Table => print(&page::of_log(&state, &asked))?,
    }
    eprintln!("mem_cpu_s={:.6}", cpu.as_secs_f64());
    if unknown > 0 {
        eprintln!(
            "note: {} rows were recorded later and have no effect",
            text::grouped(i128::from(unknown))
        );
    }
    Ok(Rejects::None)
}

/// The months, and before them as many as the windows need.
pub(super) fn plan(
    definition: RevenueDefinition,
    (first, last): (Month, Month),
    lags: &[i32],
) -> Result<RevenuePlan, tenure::revenue::PlanError> {
    // The months as they were asked for are checked before they are extended.
    RevenuePlan::new(definition.clone(), first, last)?;
    let longest = lags.iter().copied().max().unwrap_or(1).max(1);
    let back = 1_i32.saturating_sub(longest);
    let mut plan = RevenuePlan::new(definition, first.plus(back).unwrap_or(first), last)?;
    for &lag in lags {
        for to in months(first, last) {
            if let Some(from) = to.plus(lag.saturating_neg()) {
                plan = plan.with_window(from, to)?;
            }
        }
    }
    Ok(plan)
}

/// From the first month to the last, both included.
pub(super) fn months(first: Month, last: Month) -> impl Iterator<Item = Month> {
    let next = |month: &Month| month.plus(1);
    std::iter::successors(Some(first), next).take_while(move |&month| month <= last)
}

/// Retention to a month, over so many before.
pub(super) fn retention(state: &RevenueState, to: Month, lag: i32) -> Option<Retention> {
    state.retention(to.plus(lag.saturating_neg())?, to)
}

/// A line a month, retention by its numerators over the first lag.
pub(super) fn rows(state: &RevenueState, asked: &document::Asked<'_>, minor: bool) -> String {
    let currency = state.plan().definition().currency;
    let amount = |units: i128| {
        if minor { units.to_string() } else { document::amount(units, currency) }
    };
    let mut out =
        "m,opening,new,reactivation,expansion,contraction,churn,closing,base,nrr,grr,logos\n"
            .to_owned();
    let lag = asked.lags.first().copied().unwrap_or(12);
    for (m, month) in months(asked.months.0, asked.months.1).enumerate() {
        let Some(lines) = state.net(month).map(|net| *net.lines()) else { continue };
        let kept = retention(state, month, lag);
        let sum = |pick: fn(&Retention) -> i128| amount(kept.as_ref().map_or(0, pick));
        let _ = writeln!(
            out,
            "{m},{},{},{},{},{},{},{},{},{},{},{}",
            amount(lines.opening),
            amount(lines.new),
            amount(lines.reactivation),
            amount(lines.expansion),
            amount(lines.contraction),
            amount(lines.churn),
            amount(lines.closing),
            sum(Retention::base_amount),
            sum(Retention::kept_amount),
            sum(Retention::kept_amount_capped),
            kept.as_ref().map_or(0, Retention::kept_accounts),
        );
    }
    out
}
