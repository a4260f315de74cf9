//! `tenure survey`: answers in, every score of every question out, with its definition, its counts
//! and its interval.

mod answers;
mod change;
mod scores;

use clap::{Args, ValueEnum};
use serde::Serialize;
use tenure::survey::{CodeMap, Definition, Disclosure, Reason};

use crate::args::InputArgs;
use crate::error::CommandError;
use crate::figure::Figure;
use crate::input::Rejects;
use crate::show::{self, ShowArgs};
use crate::text;
use answers::Survey;

/// The shape of the JSON document.
const SCHEMA: &str = "tenure/survey/1";

pub(crate) const HELP: &str = "\
The input is a folder (its table `responses`, mapped by tenure.toml as for every command), or one \
file of answers, .csv or .csv.gz, with a header: then --answers names the column, and nothing else \
of the file is asked for.

Every figure comes with its definition, what it counts, what it leaves out by reason, and an \
interval where there is one; undefined is said so and never 0. Of a file, blanks, fractions and answers \
off the scale are counted apart, by reason; of a folder what is off the scale is a rejected row with its \
place. Of a folder the answers of the last `window_months` of tenure.toml count, as in `tenure report`; --from asks about other days.

Examples:
  tenure survey --demo
  tenure survey portfolio --by segment --min-answers 5
  tenure survey portfolio --by quarter --compare 2025-Q3 2025-Q4 --mix segment
  tenure survey portfolio --preset nps.european --method newcombe_mover --level 0.9
  tenure survey answers.csv --answers NETPRO --code 11=blank --weight WEIGHT --by BAREA
  tenure survey answers.csv --answers q2 --preset csat.top2 --code Blank=blank --format json";

#[derive(Debug, Args)]
#[command(
    mut_arg("dir", |dir| dir.help("The folder with the tables, or a file of answers")),
    mut_arg("threads", |threads| threads.hide(true)) // counting is faster than starting them
)]
pub(crate) struct SurveyArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Of a file: the column with the answers
    #[arg(long, value_name = "COLUMN")]
    answers: Option<String>,
    /// A definition: a preset, with options such as "nps.standard.v1 missing=count_as_passive"; may
    /// be given again [default: nps.standard.v1; of a folder also csat.top2 and ces2.top3]
    #[arg(long = "preset", value_name = "DEFINITION")]
    presets: Vec<Definition>,
    /// Of a file: what the source writes where it has no answer, such as 11=blank; may be given again
    #[arg(long = "code", value_name = "CODE=REASON", value_parser = read_code)]
    codes: Vec<(String, Reason)>,
    /// Of a file: the column with the weights of a designed sample (of a folder: `weight`)
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// Of a file: what separates its cells, one character
    #[arg(long, value_name = "CHARACTER", value_parser = read_delimiter)]
    delimiter: Option<u8>,
    /// Groups: segment, kind, industry, touchpoint, month, quarter or year; of a file a column
    #[arg(long, value_name = "BY")]
    by: Option<String>,
    /// Two groups of --by: how the second differs from the first
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"], requires = "by")]
    compare: Option<Vec<String>>,
    /// Split the change of --compare into rate and mix of these segments: as --by
    #[arg(long, value_name = "BY", requires = "compare")]
    mix: Option<String>,
    /// An interval method, for every figure that knows it; may be given again [default: score,
    /// wilson, wald_t, linearized]
    #[arg(long = "method", value_name = "METHOD", value_enum)]
    methods: Vec<Method>,
    /// Hide groups of fewer answers, and what would tell them by subtraction
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    min_answers: Option<u64>,
    /// Hide groups whose first score is less certain than ± this, on its own scale
    #[arg(long, value_name = "WIDTH", value_parser = read_width)]
    max_half_width: Option<f64>,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

/// How an interval is made, by the names of the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Method {
    /// Net scores: the score interval of Tango
    Score,
    /// Net scores: Newcombe's MOVER
    NewcombeMover,
    /// Net scores: Wald after adding ¾, 1½ and ¾ answers; weighted ones: on n_eff
    AdjustedWald,
    /// Net scores and shares: too narrow where nearly all agree
    Wald,
    /// Net scores and means: Student's t
    WaldT,
    /// Net scores: the posterior under Jeffreys' prior
    Dirichlet,
    /// Net scores: the ideal bootstrap, up to 4,000 answers
    ExactBootstrap,
    /// Shares: Wilson
    Wilson,
    /// Shares: Wilson with continuity correction
    WilsonContinuity,
    /// Shares: Clopper and Pearson
    ClopperPearson,
    /// Shares: Jeffreys
    Jeffreys,
    /// Shares: Agresti and Coull
    AgrestiCoull,
    /// Weighted scores: Taylor linearisation (HC1)
    Linearized,
    /// Weighted scores: Kish's effective sample size
    Kish,
}

/// Reads, counts and writes.
pub(crate) fn run(args: &SurveyArgs) -> Result<Rejects, CommandError> {
    let survey = answers::read(args)?;
    let mut figures = scores::figures(args, &survey)?;
    figures.extend(change::figures(args, &survey)?);
    write(args, &survey, &figures)?;
    Ok(survey.tell(args))
}

impl SurveyArgs {
    fn codes(&self) -> Result<CodeMap, CommandError> {
        let mut codes = CodeMap::new();
        for (code, reason) in &self.codes {
            // a code is met as a number where it is one: 11 and 11.0 are the same answer
            let (minus, size) =
                code.strip_prefix('-').map_or((false, code.as_str()), |rest| (true, rest));
            let size = text::digits(size).and_then(|size| i64::try_from(size).ok());
            let with = match size {
                Some(size) => {
                    codes.clone().number(if minus { size.saturating_neg() } else { size }, *reason)
                }
                None => codes.clone().text(code, *reason),
            };
            codes = with.map_err(|error| option("--code", code, &error))?;
        }
        Ok(codes)
    }

    fn disclosure(&self) -> Result<Disclosure, CommandError> {
        let mut rule = Disclosure::default();
        if let Some(min) = self.min_answers {
            rule = rule.with_min_answers(min);
        }
        match self.max_half_width {
            None => Ok(rule),
            Some(limit) => rule
                .with_max_half_width(limit)
                .map_err(|error| option("--max-half-width", &limit.to_string(), &error)),
        }
    }
}

/// An option that cannot be taken.
fn option(option: &'static str, found: &str, why: &dyn std::error::Error) -> CommandError {
    CommandError::Option { option, found: found.to_owned(), why: why.to_string() }
}

#[derive(Serialize)]
struct Head<'a> {
    schema: &'static str,
    version: &'static str,
    input: &'a str,
    as_of: Option<String>,
    known_at: Option<String>,
    window: Option<[String; 2]>,
    level: f64,
    by: Option<&'a str>,
    compare: Option<&'a [String]>,
    mix: Option<&'a str>,
    min_answers: Option<u64>,
    max_half_width: Option<f64>,
    rows: u64,
    rows_rejected: u64,
    rows_outside: u64,
}

fn write(args: &SurveyArgs, survey: &Survey, figures: &[Figure]) -> Result<(), CommandError> {
    let head = Head {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        input: &survey.input,
        as_of: survey.as_of.map(|as_of| as_of.day().to_string()),
        known_at: survey.as_of.map(|as_of| as_of.knowledge_day().to_string()),
        window: survey.window.map(show::days),
        level: args.show.level.value(),
        by: args.by.as_deref(),
        compare: args.compare.as_deref(),
        mix: args.mix.as_deref(),
        min_answers: args.min_answers,
        max_half_width: args.max_half_width,
        rows: survey.rows,
        rows_rejected: survey.rejected,
        rows_outside: survey.outside,
    };
    args.show.write(&headline(args, survey), &head, figures)
}

fn headline(args: &SurveyArgs, survey: &Survey) -> String {
    use text::{grouped, printable};
    let mut line = format!(
        "{} answers asked for in {}",
        grouped(survey.asked().into()),
        printable(&survey.input)
    );
    if let Some(window) = survey.window {
        let [first, last] = show::days(window);
        line.push_str(&format!(", {first} to {last}"));
    }
    if let Some(as_of) = survey.as_of {
        line.push_str(&format!(", as of {}, known at {}", as_of.day(), as_of.knowledge_day()));
    }
    line.push_str(&format!("; level {}", args.show.level.value()));
    if survey.outside > 0 {
        let more = grouped(survey.outside.into());
        line.push_str(&format!("; {more} more on other days or not known then"));
    }
    if survey.asked() == 0 {
        line.push_str("\n\nNo answer to count");
        line.push_str(if survey.outside > 0 { ": --from all asks about every day." } else { "." });
    }
    line
}

fn read_code(text: &str) -> Result<(String, Reason), String> {
    let reasons = || Reason::ALL.iter().map(|reason| reason.name()).collect::<Vec<_>>().join(", ");
    let (code, name) = text.rsplit_once('=').ok_or_else(|| {
        format!("expected a code and a reason such as 11=blank, of {}", reasons())
    })?;
    let reason = Reason::ALL.iter().copied().find(|reason| reason.name() == name);
    reason
        .map(|reason| (code.to_owned(), reason))
        .ok_or_else(|| format!("`{name}` is no reason; the reasons are {}", reasons()))
}

fn read_width(text: &str) -> Result<f64, String> {
    text::float(text).ok_or_else(|| "expected a number such as 7.5".to_owned())
}

fn read_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ if text == "\\t" => Ok(b'\t'),
        _ => Err("expected one ASCII character, such as ; or \\t for a tabulator".to_owned()),
    }
}
