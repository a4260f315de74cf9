//! What can be typed after `tenure`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Who is this account to us, and how is the relationship doing?
///
/// Turns a folder of account history into verdicts (client, customer, hybrid, undetermined) with
/// reasons, and into every metric by class: NPS, CSAT, CES, first contact resolution, net dollar
/// retention, renewals, lifetime value, health.
#[derive(Debug, Parser)]
#[command(name = "tenure", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
First steps:
  tenure report --demo              a made-up portfolio, reported on: see what comes out
  tenure demo portfolio             the same portfolio as a folder: see what goes in
  tenure report portfolio           a report on a folder
  tenure schema purchases           the columns of a table, to bring your own

Exit codes: 0 done, 1 rows were rejected and --strict was given, 2 the command line or the input \
cannot be used.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report on a folder of tables: verdicts, and every metric by class and segment
    #[command(after_help = REPORT_HELP)]
    Report(ReportArgs),
    /// Write a made-up portfolio as a folder of tables
    Demo(DemoArgs),
    /// Print the tables and columns an input folder may hold
    Schema(SchemaArgs),
}

const REPORT_HELP: &str = "\
The folder holds at least one table, such as purchases.csv or cases.csv.gz, with the columns that \
`tenure schema` prints. A tenure.toml beside them maps foreign files and columns, says which tables \
are complete, and chooses currency, dates and definitions; `tenure demo` writes one with comments.

Written to --out: report.json (everything, exact), report.html (for people, one file), \
rejects.csv (rows that could not be used, and rows dated after as-of, each with its place and the \
reason; the first 10,000 of each file).

Examples:
  tenure report --demo
  tenure report portfolio --as-of 2025-12-31
  tenure report portfolio --format json --out /tmp/card --strict";

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The folder with the tables
    #[arg(required_unless_present = "demo", conflicts_with = "demo")]
    pub(crate) dir: Option<PathBuf>,
    /// Report on the made-up portfolio of `tenure demo` instead of a folder
    #[arg(long)]
    pub(crate) demo: bool,
    /// The day of the question, included: YYYY-MM-DD. Required here or in tenure.toml: no clock is read
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    pub(crate) as_of: Option<NaiveDate>,
    /// Use only what was recorded by this day, included [default: as of]
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    pub(crate) known_at: Option<NaiveDate>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// The folder to write report.json, report.html and rejects.csv to; made if it is not there
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
    /// Fail with exit code 1 if any row was rejected
    #[arg(long)]
    pub(crate) strict: bool,
    /// Threads to compute with [default: one a core]; the result is the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The folder to write to; made if it is not there, refused if it is not empty
    pub(crate) dir: PathBuf,
    /// The seed: the same seed gives the same bytes
    #[arg(long, default_value_t = DEMO_SEED)]
    pub(crate) seed: u64,
}

/// The seed of `report --demo`.
pub(crate) const DEMO_SEED: u64 = 1;

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Only this table [default: all]
    pub(crate) table: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The scorecard as tables
    Table,
    /// The contents of report.json
    Json,
}

fn read_date(text: &str) -> Result<NaiveDate, tenure::model::DateError> {
    tenure::model::parse_date(text)
}
