//! `tenure service`: cases and contacts in, every service metric under its named rule out.

mod groups;
mod metrics;

use std::sync::Arc;

use chrono::{NaiveDate, Weekday};
use clap::Args;
use serde::Serialize;
use tenure::model::{AsOf, Period};
use tenure::service::{BusinessCalendar, FcrDefinition, OpenHours, RepeatRule};
use tenure::stats::{Level, Probability, Ratio};

use crate::args::InputArgs;
use crate::error::CommandError;
use crate::figure::Figure;
use crate::group::By;
use crate::input::{self, Rejects};
use crate::settings;
use crate::show::{self, ShowArgs};

/// The shape of the JSON document.
const SCHEMA: &str = "tenure/service/1";

pub(crate) const HELP: &str = "\
The folder's tables `cases` and `contacts` are read, mapped by tenure.toml as for every command; \
one of them is enough.

First contact resolution comes under each named rule and for each repeat window; episodes younger \
than their window are in no rate and counted apart, and the censored rate (no_repeat) uses them, too. \
One-touch rules, times to first reply and to resolution (percentiles, shares within targets), promises \
kept, automation, containment and bot resolution follow. Each says what it counts and what it leaves \
out, by reason; undefined is said so and never 0. Times are calendar times; with --hours they come in \
business time, too.

Examples:
  tenure service --demo
  tenure service portfolio --by channel --repeat-window 7 --repeat-window 30
  tenure service portfolio --hours \"mon-fri 09:00-17:00\" --holiday 2025-12-25
  tenure service portfolio --target 1h --target 8h --percentile 0.5 --percentile 0.99
  tenure service portfolio --by month --format csv --out service.csv";

#[derive(Debug, Args)]
#[command(mut_arg("threads", |threads| threads.hide(true)))] // counting is faster than starting them
pub(crate) struct ServiceArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Groups: segment, kind, industry, channel, month, quarter or year
    #[arg(long, value_name = "BY")]
    by: Option<String>,
    /// Days within which another contact about an issue is a repeat; may be given again [default:
    /// `repeat_window_days` of tenure.toml, else 7]
    #[arg(long = "repeat-window", value_name = "DAYS")]
    repeat_windows: Vec<u32>,
    /// From where a repeat window runs: `rolling` from the previous contact, `fixed` from the first
    #[arg(long, value_name = "RULE", default_value = "rolling", value_parser = read_rule)]
    repeat_rule: RepeatRule,
    /// A time within which replies and resolutions are wanted, such as 30min, 4h or 2d; may be given
    /// again [default: none]
    #[arg(long = "target", value_name = "TIME", value_parser = read_time)]
    targets: Vec<u64>,
    /// A percentile of the times, from 0 to 1; may be given again [default: 0.5, 0.9 and 0.95]
    #[arg(long = "percentile", value_name = "P")]
    percentiles: Vec<Probability>,
    /// When we work, in local time of the folder: days and hours, such as "mon-fri 09:00-17:00"; may
    /// be given again
    #[arg(long = "hours", value_name = "DAYS HOURS", value_parser = read_hours)]
    hours: Vec<Hours>,
    /// A day on which we do not; may be given again
    #[arg(long = "holiday", value_name = "DATE", requires = "hours", value_parser = crate::args::read_date)]
    holidays: Vec<NaiveDate>,
    #[command(flatten)]
    show: ShowArgs,
}

/// The open hours of some days of the week.
type Hours = Vec<OpenHours>;

/// What is asked of every group.
struct Question {
    as_of: AsOf,
    fcr: Vec<FcrDefinition>,
    targets: Vec<u64>,
    percentiles: Vec<Probability>,
    calendar: Option<Arc<BusinessCalendar>>,
    level: Level,
}

/// Reads, counts and writes.
pub(crate) fn run(args: &ServiceArgs) -> Result<Rejects, CommandError> {
    let by = args.by.as_deref().map(|by| By::read("--by", by, &groups::KNOWN)).transpose()?;
    let ingested = input::read(&args.input)?;
    let as_of = input::as_of(&ingested)?;
    let window = args.show.window(as_of, &ingested)?;
    let usual = settings::of(as_of.day(), &ingested)?.repeat_window_days;
    let windows =
        if args.repeat_windows.is_empty() { vec![usual] } else { args.repeat_windows.clone() };
    let fcr = windows
        .iter()
        .map(|&days| {
            FcrDefinition::new(days, args.repeat_rule).map_err(|error| CommandError::Option {
                option: "--repeat-window",
                found: days.to_string(),
                why: error.to_string(),
            })
        })
        .collect::<Result<_, _>>()?;
    let calendar = if args.hours.is_empty() {
        None
    } else {
        let hours = args.hours.iter().flatten().copied();
        let calendar = BusinessCalendar::new(ingested.zone, hours, args.holidays.iter().copied());
        Some(Arc::new(calendar.map_err(|error| CommandError::Misplaced {
            option: "--hours",
            needs: format!("hours that can hold together: {error}"),
        })?))
    };
    let percentiles = if args.percentiles.is_empty() {
        [50, 90, 95].into_iter().filter_map(Probability::percent).collect()
    } else {
        args.percentiles.clone()
    };
    let (targets, level) = (args.targets.clone(), args.show.level);
    let question = Question { as_of, fcr, targets, percentiles, calendar, level };
    let figures = groups::figures(&ingested, by, window, &question)?;
    write(args, &question, window, &figures)?;
    Ok(input::tell(&args.input, &ingested, None))
}

#[derive(Serialize)]
struct Head<'a> {
    schema: &'static str,
    version: &'static str,
    as_of: String,
    known_at: String,
    window: Option<[String; 2]>,
    level: f64,
    by: Option<&'a str>,
    repeat_windows_days: Vec<u32>,
    repeat_rule: &'static str,
    targets_ms: &'a [u64],
    business_hours: Option<String>,
}

fn write(
    args: &ServiceArgs,
    question: &Question,
    window: Option<Period>,
    figures: &[Figure],
) -> Result<(), CommandError> {
    let window = window.map(show::days);
    let (as_of, known_at) =
        (question.as_of.day().to_string(), question.as_of.knowledge_day().to_string());
    let mut headline = format!(
        "cases opened and episodes begun {}, as of {as_of}, known at {known_at}; level {}",
        window
            .as_ref()
            .map_or_else(|| "on any day".to_owned(), |[first, last]| format!("{first} to {last}")),
        args.show.level.value(),
    );
    let head = Head {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        as_of,
        known_at,
        window,
        level: args.show.level.value(),
        by: args.by.as_deref(),
        repeat_windows_days: question.fcr.iter().map(|fcr| fcr.window_days()).collect(),
        repeat_rule: args.repeat_rule.name(),
        targets_ms: &question.targets,
        business_hours: question.calendar.as_ref().map(ToString::to_string),
    };
    if figures.is_empty() {
        headline.push_str("\n\nNo case and no contact to count.");
    }
    args.show.write(&headline, &head, figures)
}

fn read_rule(found: &str) -> Result<RepeatRule, String> {
    [RepeatRule::Rolling, RepeatRule::Fixed]
        .into_iter()
        .find(|rule| rule.name() == found)
        .ok_or_else(|| "expected rolling or fixed".to_owned())
}

/// A time as people write it, in milliseconds.
fn read_time(found: &str) -> Result<u64, String> {
    const EXPECTED: &str = "expected a whole number above 0 and a unit, such as 30min, 4h or 2d";
    let digits = found.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = found.split_at_checked(digits).ok_or(EXPECTED)?;
    let unit: u64 = match unit {
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(EXPECTED.to_owned()),
    };
    let ms = crate::text::digits(number).and_then(|number| number.checked_mul(unit));
    ms.filter(|&ms| ms > 0).ok_or_else(|| EXPECTED.to_owned())
}

/// Days and hours as people write them.
fn read_hours(found: &str) -> Result<Hours, String> {
    const EXPECTED: &str =
        "expected days and hours, such as \"mon-fri 09:00-17:00\" or \"sat 10:00-14:00\"";
    let (days, hours) = found.trim().split_once(' ').ok_or(EXPECTED)?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let (start, end) = hours.trim().split_once('-').ok_or(EXPECTED)?;
    let day = |name: &str| {
        let week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let place = week.iter().position(|day| day.eq_ignore_ascii_case(name));
        let day = place.and_then(|place| Weekday::try_from(u8::try_from(place).ok()?).ok());
        day.ok_or(EXPECTED)
    };
    let (mut at, last) = (day(first)?, day(last)?);
    let mut week = Vec::new();
    loop {
        week.push(OpenHours::parse(at, start, end).map_err(|error| error.to_string())?);
        if at == last {
            return Ok(week);
        }
        at = at.succ();
    }
}

/// A time for the name of a figure, in the largest unit that it is whole in.
fn short(ms: u64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    let whole = units.iter().find(|(unit, _)| ms.is_multiple_of(*unit));
    whole.map_or_else(
        || format!("{ms}ms"),
        |(unit, name)| format!("{}{name}", ms.checked_div(*unit).unwrap_or(ms)),
    )
}

/// A percentile for the name of a figure: `p99.9`.
fn percent(p: &Probability) -> String {
    let hundred = p.ratio().and_then(|p| Ratio::new(p.num().checked_mul(100)?, p.den()));
    let text = hundred.map_or_else(|| p.to_string(), |percent| percent.to_decimal(16));
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("p{text}")
}

#[cfg(test)]
mod tests {
    use super::{Probability, percent, read_hours, read_time, short};

    #[test]
    fn times_have_a_unit() {
        for (text, ms) in
            [("90s", 90_000), ("30min", 1_800_000), ("4h", 14_400_000), ("2d", 172_800_000)]
        {
            assert_eq!(read_time(text), Ok(ms));
        }
        for wrong in ["", "4", "h", "0h", "-1h", "1.5h", "99999999999999999d"] {
            assert!(read_time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_of_figures_are_short() {
        assert_eq!([90_000, 5_400_000, 86_400_000, 7].map(short), ["90s", "90min", "1d", "7ms"]);
        let names = ["0.5", "0.999", "1", "0", "0.1"]
            .map(|p| percent(&<Probability as std::str::FromStr>::from_str(p).unwrap()));
        assert_eq!(names, ["p50", "p99.9", "p100", "p0", "p10"]);
    }

    #[test]
    fn hours_hold_on_every_day_between() {
        assert_eq!(read_hours("mon-fri 09:00-17:00").unwrap().len(), 5);
        assert_eq!(read_hours("sat-mon 22:00-24:00").unwrap().len(), 3);
        assert_eq!(read_hours("sat 10:00-14:00").unwrap().len(), 1);
        for wrong in ["", "mon", "mon 9-17", "day 09:00-17:00", "mon 17:00-09:00"] {
            assert!(read_hours(wrong).is_err(), "{wrong}");
        }
    }
}
