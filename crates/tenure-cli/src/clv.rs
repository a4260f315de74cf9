//! `tenure clv`: purchases in; fitted models, predictions, holdout and value out.

mod answer;
mod read;
mod show;
mod when;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use tenure::clv::{
    Criterion, DiscountRate, FitOptions, OccasionPeriod, Refunds, TimeSpan, TimeUnit,
};
use tenure::model::Zone;

use crate::args::{InputArgs, QuestionArgs};
use crate::error::CommandError;
use crate::input::Rejects;
use crate::print;
use when::When;

pub(crate) const HELP: &str = "\
A file is told by its header: `x,t_x,T` and maybe `zbar`, `id` (one row a customer: repeat purchases, \
when the last was, how long we watched, in --unit; mean spend of the repeats), or `id,date,cents` (one \
row a purchase; refunds are negative, and then --refunds says what they do). A folder is read as by \
`tenure report`: its purchases in the reporting currency.

Purchases of one customer on one day are one occasion, unless --period says otherwise. The column \
`date` may hold instants (1997-09-30T23:59:00Z): with --period instant each is an occasion of its own, \
else --time-zone says which day it is of.

Every model that is asked for is fitted by maximum likelihood; they are compared on one scale of \
likelihood, and the best predicts. Values need a model of spend, and a gate: where spend and frequency \
are correlated, purchases times spend is wrong, and no value is given.

Examples:
  tenure clv customers.csv
  tenure clv purchases.csv --as-of 1998-06-30 --cut 1997-09-30
  tenure clv instants.csv --period instant --unit hour --as-of 1998-06-30T23:59:59Z
  tenure clv instants.csv --time-zone +01:00
  tenure clv portfolio --horizon '26 weeks' --format json
  tenure clv customers.csv --model bg_nbd --format csv --out predictions.csv
  tenure clv --demo";

#[derive(Debug, Args)]
pub(crate) struct ClvArgs {
    /// A .csv file of customers or of purchases, or the folder with the tables
    #[arg(value_name = "FILE|DIR", required_unless_present = "demo", conflicts_with = "demo")]
    path: Option<PathBuf>,
    /// Use the made-up portfolio of `tenure demo` instead
    #[arg(long)]
    demo: bool,
    /// The last day that counts: YYYY-MM-DD, or the last instant with --period instant [default: of a folder, `as_of` in tenure.toml; of a file of purchases, its last day or instant]
    #[arg(long, value_name = "DATE", value_parser = when::read)]
    as_of: Option<When>,
    /// Of a folder, use only what was recorded by this day, included [default: as of]
    #[arg(long, value_name = "DATE", value_parser = crate::args::read_date)]
    known_at: Option<NaiveDate>,
    /// Of a folder, fail with exit code 1 if any row was rejected
    #[arg(long)]
    strict: bool,
    /// A model to fit; may be given again [default: all four]
    #[arg(long = "model", value_enum, value_name = "MODEL")]
    models: Vec<ModelName>,
    /// What the best model is best by
    #[arg(long, value_enum, default_value_t = By::Aic)]
    criterion: By,
    /// Pull the logarithms of parameters towards 0 by this weight; for one --model only, for such fits cannot be compared
    #[arg(long, value_name = "WEIGHT")]
    penalty: Option<f64>,
    /// The unit of time: hour, day, week, month or year [default: week, of a folder `time_unit`]
    #[arg(long, value_parser = read_unit)]
    unit: Option<TimeUnit>,
    /// What a refund does: drop, net or offset [default: of a folder `refunds`; of a file there is none]
    #[arg(long, value_parser = read_refunds)]
    refunds: Option<Refunds>,
    /// What one occasion spans: day, instant or week (from Monday) [default: day]
    #[arg(long, value_parser = read_period)]
    period: Option<OccasionPeriod>,
    /// Of a file of purchases, as an IANA zone or ±hh:mm: which day an instant is of, which instants a day spans, and what a time without offset means [default: none, and such a time is refused]
    #[arg(long, value_name = "ZONE", value_parser = read_zone, allow_hyphen_values = true)]
    time_zone: Option<Zone>,
    /// The currency of the column `cents`
    #[arg(long, value_name = "CODE", default_value = "USD")]
    currency: String,
    /// How far ahead to expect purchases, such as '39 weeks' [default: 52 weeks, of a folder `horizon_days`]
    #[arg(long, value_name = "SPAN", value_parser = read_span)]
    horizon: Option<TimeSpan>,
    /// The discount a year, 0.1 for 10 % [default: 0.1, of a folder `discount_per_year`]
    #[arg(long, value_name = "RATE", value_parser = read_rate)]
    discount: Option<DiscountRate>,
    /// The share of spend that is margin [default: 1, of a folder `margin`]
    #[arg(long, value_name = "SHARE")]
    margin: Option<f64>,
    /// Give values even where the gate is shut
    #[arg(long)]
    despite_gate: bool,
    /// Fit to what was known on this day, or at this instant, and compare with what came after
    #[arg(long, value_name = "DATE", value_parser = when::read)]
    cut: Option<When>,
    /// Fit the best model again to so many samples of the customers, for standard errors
    #[arg(long, value_name = "N", requires = "seed")]
    bootstrap: Option<u32>,
    /// The seed of --bootstrap: the same seed gives the same bytes
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// What to write
    #[arg(long, value_enum, default_value_t = ClvFormat::Table)]
    format: ClvFormat,
    /// The file to write to instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The models of purchases, in the order they are fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModelName {
    /// Drops out after a repeat purchase
    #[value(name = "bg_nbd")]
    BgNbd,
    /// Drops out after any purchase
    #[value(name = "mbg_nbd")]
    MbgNbd,
    /// Drops out at any time
    #[value(name = "pareto_nbd")]
    ParetoNbd,
    /// Never drops out
    #[value(name = "nbd")]
    Nbd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Akaike's information criterion
    Aic,
    /// The Bayesian information criterion
    Bic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ClvFormat {
    /// Models, totals and checks for people
    Table,
    /// A row a customer
    Csv,
    /// Models, totals and checks whole: schema tenure/clv/1
    Json,
}

/// What is asked of the customers.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) models: Vec<ModelName>,
    pub(crate) criterion: Criterion,
    pub(crate) options: FitOptions,
    pub(crate) horizon: TimeSpan,
    pub(crate) discount: DiscountRate,
    pub(crate) discount_per_year: f64,
    pub(crate) margin: f64,
    pub(crate) despite_gate: bool,
    pub(crate) cut: Option<When>,
    pub(crate) bootstrap: Option<(u32, u64)>,
}

/// Reads, fits, predicts and writes.
pub(crate) fn run(args: &ClvArgs) -> Result<Rejects, CommandError> {
    let (customers, defaults, rejects) = read::customers(args)?;
    let asked = asked(args, &defaults)?;
    let answer = answer::of(&customers, &asked)?;
    match &args.out {
        Some(path) => {
            let failed = |source| CommandError::Write { path: path.clone(), source };
            let mut out = BufWriter::new(File::create(path).map_err(failed)?);
            write(args.format, &customers, &answer, &mut out).map_err(failed)?;
        }
        None if args.format == ClvFormat::Csv => {
            let mut out = BufWriter::new(io::stdout().lock());
            write(args.format, &customers, &answer, &mut out).map_err(CommandError::Print)?;
        }
        None => {
            let mut out = Vec::new();
            write(args.format, &customers, &answer, &mut out).map_err(CommandError::Print)?;
            print(&String::from_utf8_lossy(&out))?;
        }
    }
    Ok(rejects)
}

fn write(
    format: ClvFormat,
    customers: &read::Customers,
    answer: &answer::Answer,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ClvFormat::Table => out.write_all(show::table(customers, answer).as_bytes())?,
        ClvFormat::Csv => show::rows(customers, answer, out)?,
        ClvFormat::Json => {
            let json = serde_json::to_string_pretty(&show::document(customers, answer))?;
            writeln!(out, "{}", crate::text::printable_json(&json))?;
        }
    }
    out.flush()
}

fn asked(args: &ClvArgs, defaults: &read::Defaults) -> Result<Asked, CommandError> {
    let models = if args.models.is_empty() {
        ModelName::value_variants().to_vec()
    } else {
        args.models.clone()
    };
    let mut options = FitOptions::new();
    if let Some(weight) = args.penalty {
        if models.len() != 1 {
            return Err(CommandError::Clv("--penalty needs exactly one --model".to_owned()));
        }
        let checked = options.with_penalty(weight);
        options = checked.map_err(|error| CommandError::Clv(format!("--penalty: {error}")))?;
    }
    let margin = args.margin.unwrap_or(defaults.margin);
    if !(0.0..=1.0).contains(&margin) {
        return Err(CommandError::Clv(format!("--margin: `{margin}` is outside 0 to 1")));
    }
    let discount = args.discount.unwrap_or(defaults.discount);
    let year = TimeSpan::new(1.0, TimeUnit::Year);
    let year = year.map_err(|error| CommandError::Clv(error.to_string()))?;
    Ok(Asked {
        models,
        criterion: match args.criterion {
            By::Aic => Criterion::Aic,
            By::Bic => Criterion::Bic,
        },
        options,
        horizon: args.horizon.unwrap_or(defaults.horizon),
        discount,
        discount_per_year: discount.discrete(year),
        margin,
        despite_gate: args.despite_gate,
        cut: args.cut.clone(),
        bootstrap: args.bootstrap.zip(args.seed),
    })
}

impl ClvArgs {
    /// What is read of a folder.
    fn input(&self) -> Result<InputArgs, CommandError> {
        let as_of = match &self.as_of {
            None => None,
            Some(When::Date(date)) => Some(*date),
            Some(When::Time(text)) => {
                return Err(CommandError::Clv(format!(
                    "--as-of: `{text}` is an instant, and the purchases of a folder are days"
                )));
            }
        };
        Ok(InputArgs {
            dir: self.path.clone(),
            demo: self.demo,
            as_of,
            known_at: self.known_at,
            strict: self.strict,
            threads: None,
        })
    }

    /// What a verdict would be asked with: nothing of it matters here.
    fn question() -> QuestionArgs {
        let rules = "generic".to_owned();
        QuestionArgs { policy: None, packs: Vec::new(), rules, bases: Vec::new() }
    }
}

fn read_unit(text: &str) -> Result<TimeUnit, String> {
    let units = || TimeUnit::ALL.iter().map(|unit| unit.name());
    TimeUnit::from_name(text)
        .ok_or_else(|| format!("not one of {}", units().collect::<Vec<_>>().join(", ")))
}

fn read_refunds(text: &str) -> Result<Refunds, String> {
    let all = || Refunds::ALL.iter().map(|refunds| refunds.name());
    Refunds::from_name(text)
        .ok_or_else(|| format!("not one of {}", all().collect::<Vec<_>>().join(", ")))
}

fn read_period(text: &str) -> Result<OccasionPeriod, String> {
    let all = || OccasionPeriod::ALL.iter().map(|period| period.name());
    OccasionPeriod::from_name(text)
        .ok_or_else(|| format!("not one of {}", all().collect::<Vec<_>>().join(", ")))
}

fn read_zone(text: &str) -> Result<Zone, String> {
    Zone::parse(text).map_err(|error| error.to_string())
}

/// `39 weeks`, `39week`, `1 year`.
fn read_span(text: &str) -> Result<TimeSpan, String> {
    let says = "an amount and a unit are needed, such as '39 weeks'";
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic()).ok_or(says)?;
    let (amount, unit) = text.split_at_checked(unit).ok_or(says)?;
    let unit = unit.strip_suffix('s').unwrap_or(unit);
    let unit = TimeUnit::from_name(unit).ok_or(says)?;
    let amount = read::number(amount.trim()).ok_or(says)?;
    TimeSpan::new(amount, unit).map_err(|error| error.to_string())
}

fn read_rate(text: &str) -> Result<DiscountRate, String> {
    let rate = read::number(text).ok_or("not a number")?;
    DiscountRate::per_year(rate).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{TimeUnit, read_span};

    #[test]
    fn a_span_is_an_amount_and_a_unit() {
        for text in ["39 weeks", "39week", "39.0 week"] {
            let span = read_span(text).unwrap();
            assert_eq!((span.amount(), span.unit()), (39.0, TimeUnit::Week));
        }
        for text in ["39", "weeks", "x weeks", "39 fortnights", "-1 days", "nan days", ""] {
            assert!(read_span(text).is_err(), "{text}");
        }
    }
}
