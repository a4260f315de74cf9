//! Which figures of `survey` and `service` are asked for, and how they are shown.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde::Serialize;
use tenure::ingest::Ingested;
use tenure::model::{AsOf, Period, Rounding};
use tenure::stats::Level;

use crate::error::CommandError;
use crate::figure::{self, Figure, Places};
use crate::{settings, text};

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The first day whose rows count, or `all` [default: the first day of the window]
    #[arg(long, value_name = "DATE|all", value_parser = read_from)]
    pub(crate) from: Option<From>,
    /// The confidence level of every interval, above 0 and below 1
    #[arg(long, value_name = "LEVEL", default_value = "0.95", value_parser = read_level)]
    pub(crate) level: Level,
    /// Decimals of numbers for people; documents are exact
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=10))]
    decimals: u8,
    /// How numbers for people are rounded
    #[arg(long, value_name = "RULE", default_value = "half_away", value_parser = read_rounding)]
    rounding: Rounding,
    /// What to write
    #[arg(long, value_enum, default_value_t = FigureFormat::Table)]
    format: FigureFormat,
    /// The file to write to instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FigureFormat {
    /// Tables for people, with formulas and definitions
    Table,
    /// A row a figure
    Csv,
    /// Every figure whole: schema tenure/survey/1 or tenure/service/1
    Json,
}

/// From which day on rows count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    All,
    Day(NaiveDate),
}

impl ShowArgs {
    /// The days whose rows count; `None`: every day up to that of the question.
    pub(crate) fn window(
        &self,
        as_of: AsOf,
        ingested: &Ingested,
    ) -> Result<Option<Period>, CommandError> {
        let day = as_of.day();
        match self.from {
            Some(From::All) => Ok(None),
            None => settings::window(day, ingested).map(Some),
            Some(From::Day(first)) => {
                let period = Period::inclusive(first, day).filter(|_| first <= day);
                period.map(Some).ok_or_else(|| CommandError::Misplaced {
                    option: "--from",
                    needs: format!("a day up to the day of the question ({day})"),
                })
            }
        }
    }

    /// Writes the figures: under a headline for people, as rows, or behind the head of a document.
    pub(crate) fn write(
        &self,
        headline: &str,
        head: &impl Serialize,
        figures: &[Figure],
    ) -> Result<(), CommandError> {
        let places = Places { decimals: self.decimals, rounding: self.rounding };
        let put = |out: &mut dyn Write| match self.format {
            FigureFormat::Table => {
                write!(out, "{headline}\n\n{}", figure::tables(figures, places))
            }
            FigureFormat::Csv => figure::rows(out, figures),
            FigureFormat::Json => figure::json(out, head, figures),
        };
        match &self.out {
            Some(path) => {
                let failed = |source| CommandError::Write { path: path.clone(), source };
                let mut out = BufWriter::new(File::create(path).map_err(failed)?);
                put(&mut out).and_then(|()| out.flush()).map_err(failed)
            }
            None => put(&mut io::stdout().lock()).map_err(CommandError::Print),
        }
    }
}

/// First and last day, as documents have them.
pub(crate) fn days(period: Period) -> [String; 2] {
    let last = period.last().unwrap_or(period.start());
    [period.start().to_string(), last.to_string()]
}

fn read_level(text: &str) -> Result<Level, String> {
    let level = text::float(text).ok_or("expected a number such as 0.95")?;
    Level::new(level).map_err(|error| error.to_string())
}

fn read_rounding(text: &str) -> Result<Rounding, String> {
    Rounding::from_name(text)
        .ok_or_else(|| "expected half_away, half_even, half_up, floor, ceil or truncate".to_owned())
}

fn read_from(text: &str) -> Result<From, String> {
    if text == "all" {
        return Ok(From::All);
    }
    tenure::model::parse_date(text)
        .map(From::Day)
        .map_err(|error| format!("expected a day or `all`: {error}"))
}
