//! `tenure revenue`: what does their money do? From a folder of tables, or from one log of monthly
//! amounts.

mod document;
mod folder;
mod log;
mod options;
mod page;
mod reader;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tenure::model::Month;
use tenure::revenue::{MovementLine, VendorPreset};

use crate::args::InputArgs;
use crate::error::{CommandError, SettingsError};
use crate::input::Rejects;

pub(crate) use reader::ReadError;

pub(crate) const HELP: &str = "\
Of a folder: net movements that close to the cent, retention under every name with the accounts that \
make the names differ, segments, cohorts, survival, renewals under three policies for late ones, what \
late rows change, and what looks wrong in the events. Of a log: the same without renewals, segments \
and accounts, at speed.

A log is a CSV file with the columns account, subscription, ts, recorded_ts, mrr_minor, all whole \
numbers: from the second ts (since 1970, UTC) on, the subscription is worth mrr_minor a month, in cents \
or whatever the minor unit is; 0 ends it. Rows may stand in any order. On standard error the processor \
seconds from grouped rows to sums are told as mem_cpu_s.

--set takes unit, rounding, week, day, discounts, churn_recognition, pause, negative, late, fx and \
reactivation_window_days, as a definition prints them: --set pause=keep.

Examples:
  tenure revenue --demo
  tenure revenue portfolio --months 2025-01..2025-12 --lag 12 --lag 3
  tenure revenue portfolio --preset chartmogul --set churn_recognition=request
  tenure revenue portfolio --cell 2025-03:churn
  tenure revenue portfolio --format json
  tenure revenue mrr.csv --months 2022-07..2025-06 --lag 12 --format csv --minor";

#[derive(Debug, Args)]
pub(crate) struct RevenueArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The months to report, both included [default: of a folder, the last 12 closed ones]
    #[arg(long, value_name = "YYYY-MM..YYYY-MM", value_parser = read_months)]
    pub(crate) months: Option<(Month, Month)>,
    /// Retention over so many months, to each month; may be given again [default: 12]
    #[arg(long = "lag", value_name = "MONTHS", value_parser = clap::value_parser!(u16).range(1..=600))]
    pub(crate) lags: Vec<u16>,
    /// Use only what was recorded by this instant, included: a date is its first instant [default: of a folder, the end of known-at]
    #[arg(long, value_name = "TIME")]
    pub(crate) known_by: Option<String>,
    /// The currency of every result [default: the folder's; of a log USD]
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    /// Where the months of a log begin, as an IANA zone or ±hh:mm [default: UTC]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub(crate) time_zone: Option<String>,
    /// Options after a vendor's documentation: chartmogul, stripe, profitwell, recurly, maxio, chargebee, smsb
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// One option of the definition; may be given again, stands before the preset
    #[arg(long = "set", value_name = "OPTION=VALUE")]
    pub(crate) options: Vec<String>,
    /// Exchange rates: a CSV file with the columns currency, month (or `constant`), rate
    #[arg(long, value_name = "FILE")]
    pub(crate) rates: Option<PathBuf>,
    /// Days after the due date in which a renewal is in time
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    pub(crate) grace_days: u16,
    /// Show the accounts and events behind one cell of the gross movements, such as 2025-03:churn
    #[arg(long, value_name = "MONTH:LINE")]
    cell: Option<String>,
    /// List everything that looks wrong in the events, not only how often
    #[arg(long)]
    pub(crate) lint: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = RevenueFormat::Table)]
    pub(crate) format: RevenueFormat,
    /// Amounts of --format csv in minor units: cents
    #[arg(long)]
    pub(crate) minor: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RevenueFormat {
    /// Columns for people
    Table,
    /// A row a month
    Csv,
    /// Everything, exact: schema tenure/revenue/1
    Json,
}

impl RevenueArgs {
    /// The lengths of the retention windows, in order.
    fn lags(&self) -> Vec<i32> {
        let mut lags: Vec<i32> = self.lags.iter().map(|&lag| i32::from(lag)).collect();
        if lags.is_empty() {
            lags.push(12);
        }
        lags
    }

    fn preset(&self) -> Result<Option<VendorPreset>, CommandError> {
        let Some(name) = &self.preset else { return Ok(None) };
        let names = || VendorPreset::ALL.iter().map(|preset| preset.name()).collect::<Vec<_>>();
        let wrong = || typed("--preset", name, format!("one of {}", names().join(", ")));
        Ok(Some(VendorPreset::from_name(name).ok_or_else(wrong)?))
    }

    fn cell(&self) -> Result<Option<(Month, MovementLine)>, CommandError> {
        let Some(text) = &self.cell else { return Ok(None) };
        let found = text.split_once(':').and_then(|(month, line)| {
            Some((Month::parse(month).ok()?, MovementLine::from_name(line)?))
        });
        let lines = [
            MovementLine::New,
            MovementLine::Expansion,
            MovementLine::Contraction,
            MovementLine::Churn,
            MovementLine::Reactivation,
            MovementLine::Adjustment,
        ];
        let found = found.filter(|(_, line)| lines.contains(line));
        let names = lines.map(MovementLine::name).join(", ");
        let expected = format!("a month and one of {names}, such as 2025-03:churn");
        Ok(Some(found.ok_or_else(|| typed("--cell", text, expected))?))
    }
}

fn typed(key: &'static str, found: &str, expected: String) -> CommandError {
    CommandError::Typed(SettingsError::Value { key, found: found.to_owned(), expected })
}

pub(crate) fn run(args: &RevenueArgs) -> Result<Rejects, CommandError> {
    match &args.input.dir {
        Some(path) if path.is_file() => log::run(args, path),
        _ => folder::run(args),
    }
}

fn read_months(text: &str) -> Result<(Month, Month), String> {
    let wrong = || "expected two months: YYYY-MM..YYYY-MM".to_owned();
    let (first, last) = text.split_once("..").ok_or_else(wrong)?;
    let month = |text: &str| Month::parse(text).map_err(|error| error.to_string());
    Ok((month(first)?, month(last)?))
}
