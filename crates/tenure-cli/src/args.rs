//! What can be typed after `tenure`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

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
  tenure classify portfolio         a verdict on every account, and why
  tenure explain portfolio syn-041  one account, on a page that a person can read out
  tenure health portfolio           how every account is doing, and why
  tenure survey portfolio           what they say; also of one file of answers
  tenure service portfolio          how well they are served
  tenure rules show generic         the rules, to start your own from
  tenure clv purchases.csv          what customers will still buy, from a file of purchases
  tenure schema purchases           the columns of a table, to bring your own

Exit codes: 0 done, 1 rows were rejected and --strict was given, 2 the command line or the input \
cannot be used.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report on a folder of tables: verdicts, and every metric by class, stage, segment and period
    #[command(after_help = REPORT_HELP)]
    Report(ReportArgs),
    /// Say of every account whether it is a client or a customer, and why
    #[command(after_help = CLASSIFY_HELP)]
    Classify(ClassifyArgs),
    /// Explain the verdict on one account, on a page that a person can read out
    #[command(after_help = EXPLAIN_HELP, allow_missing_positional = true)]
    Explain(ExplainArgs),
    /// Say how every account is doing, why, and whether the score foresees anything
    #[command(after_help = HEALTH_HELP)]
    Health(HealthArgs),
    /// Show what their money does: movements, retention under every name, cohorts, renewals
    #[command(after_help = crate::revenue::HELP)]
    Revenue(crate::revenue::RevenueArgs),
    /// Say what they say: NPS, CSAT and CES of a folder or of one file of answers
    #[command(after_help = crate::survey::HELP)]
    Survey(crate::survey::SurveyArgs),
    /// Say how well they are served: first contact resolution, times, promises, automation
    #[command(after_help = crate::service::HELP)]
    Service(crate::service::ServiceArgs),
    /// Show, check and compare rule sets, packs and playbooks
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Fit models of purchases: who is alive, who buys how much more, what is it worth
    #[command(after_help = crate::clv::HELP)]
    Clv(crate::clv::ClvArgs),
    /// Write a made-up portfolio as a folder of tables
    Demo(DemoArgs),
    /// Print the tables and columns an input folder may hold
    Schema(SchemaArgs),
}

const REPORT_HELP: &str = "\
The folder holds at least one table, such as purchases.csv or cases.csv.gz, with the columns that \
`tenure schema` prints. A tenure.toml beside them maps foreign files and columns, says which tables \
are complete, and chooses currency, dates and definitions; `tenure demo` writes one with comments.

Every figure is told by class, by stage and by segment; figures over a window also by calendar quarter, or by month with --by: counts and movements sum to the window, and the first and the last period are as long as the window reaches.

Written to --out: report.json (everything, exact), report.html (for people, one file), \
rejects.csv (rows that could not be used, and rows dated after as-of, each with its place and the \
reason; the first 10,000 of each file).

The report says who they are, every metric by class, then three lists: segments of recency, frequency \
and monetary value (RFM), with the bins that scored; who has gone quiet by its own rhythm or contract, by \
what it paid, and who came back; and, with a [loyalty] section in tenure.toml, tiers and points. What \
report.json has under rfm.bins, in a file that `bins` under [report.rfm] names, freezes the bins, so \
that no account moves because others did.

Examples:
  tenure report --demo
  tenure report portfolio --as-of 2025-12-31
  tenure report portfolio --by month
  tenure report portfolio --format json --out /tmp/card --strict";

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) question: QuestionArgs,
    /// The playbook that treatment is compared with: `standard` or a .toml or .json file
    #[arg(long, value_name = "NAME|FILE", default_value = "standard")]
    pub(crate) playbook: String,
    /// Tell the figures over a window by calendar `month` or `quarter` as well [default: `period` in tenure.toml, else quarter]
    #[arg(long, value_name = "PERIOD")]
    pub(crate) by: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// The folder to write report.json, report.html and rejects.csv to; made if it is not there
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
}

/// What is read.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// The folder with the tables
    #[arg(required_unless_present = "demo", conflicts_with = "demo")]
    pub(crate) dir: Option<PathBuf>,
    /// Use the made-up portfolio of `tenure demo` instead of a folder
    #[arg(long)]
    pub(crate) demo: bool,
    /// The day of the question, included: YYYY-MM-DD. Required here or in tenure.toml: no clock is read
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    pub(crate) as_of: Option<NaiveDate>,
    /// Use only what was recorded by this day, included [default: as of]
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    pub(crate) known_at: Option<NaiveDate>,
    /// Fail with exit code 1 if any row was rejected, or an override is of no account
    #[arg(long)]
    pub(crate) strict: bool,
    /// Threads to compute with [default: one a core]; the result is the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

/// What a verdict is asked with; each of these stands before the same key of `[report]`.
#[derive(Debug, Args)]
pub(crate) struct QuestionArgs {
    /// What to do about what is not known: `strict` or `lean` [default: `policy` in tenure.toml, else strict]
    #[arg(long, value_name = "POLICY")]
    pub(crate) policy: Option<String>,
    /// An industry pack in force, such as legal; may be given again, the first that fits gives the word [default: `packs` in tenure.toml]
    #[arg(long = "pack", value_name = "NAME|FILE")]
    pub(crate) packs: Vec<String>,
    /// The rule set: a built-in name or a .toml or .json file
    #[arg(long, value_name = "NAME|FILE", default_value = "generic")]
    pub(crate) rules: String,
    /// A rule set that the file of --rules extends, beside the built-in ones; may be given again
    #[arg(long = "base", value_name = "FILE")]
    pub(crate) bases: Vec<PathBuf>,
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
    /// Only this table; or report.json: the JSON Schema of that document [default: every table]
    pub(crate) table: Option<String>,
}

const CLASSIFY_HELP: &str = "\
One line an account, in order of account: its class, the classes that what we know does not rule \
out, its stage, its score (0 to 100; least and greatest where not all is known), the points to the \
nearest threshold, how firm the verdict is, the word to use, and up to four reason codes. Accounts of which \
nothing can be seen yet are left out and counted. The table ends with the accounts by class and \
stage; csv and json leave nothing out, and are the same bytes for any number of threads.

Examples:
  tenure classify --demo
  tenure classify portfolio --as-of 2025-12-31 --policy lean
  tenure classify portfolio --pack legal --format csv --out verdicts.csv
  tenure classify portfolio --format json | jq '.verdicts[] | select(.verdict.robust | not)'";

#[derive(Debug, Args)]
pub(crate) struct ClassifyArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) question: QuestionArgs,
    /// What to write
    #[arg(long, value_enum, default_value_t = VerdictFormat::Table)]
    pub(crate) format: VerdictFormat,
    /// The file to write to instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerdictFormat {
    /// Columns for people, then the accounts by class and stage
    Table,
    /// A row an account
    Csv,
    /// Every verdict whole: schema tenure/classify/1
    Json,
}

const EXPLAIN_HELP: &str = "\
The page says what is known of the account and how completely, the verdict and its reasons with the \
facts behind them, the score as a sum, what would change it and when, what would settle it if it is \
open, and which rules decided. Points are opinion, and a class is no legal advice.

Examples:
  tenure explain --demo syn-041
  tenure explain portfolio syn-041 --as-of 2025-06-30
  tenure explain portfolio syn-041 --format markdown > syn-041.md";

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The account, as the tables name it
    pub(crate) account: String,
    #[command(flatten)]
    pub(crate) question: QuestionArgs,
    /// The playbook that says how to look after it: `standard` or a .toml or .json file
    #[arg(long, value_name = "NAME|FILE", default_value = "standard")]
    pub(crate) playbook: String,
    /// Say also why it is another class, score or stage than on this day
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    pub(crate) from: Option<NaiveDate>,
    /// What to print
    #[arg(long, value_enum, default_value_t = PageFormat::Text)]
    pub(crate) format: PageFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PageFormat {
    /// The page as plain text
    Text,
    /// The page as Markdown
    Markdown,
    /// What the page says, as data: schema tenure/explain/1
    Json,
}

const HEALTH_HELP: &str = "\
One line an account and profile: the score (0 to 100; least and greatest where something is not known), \
the bands it touches, how much of the weight is known, what each component adds, and what is missing \
and why. Clients are scored by the profile `client`, customers by `customer`, hybrids by both and by the \
two joined: by the share of recurring revenue in what they were worth over the closed months of the \
revenue window. `--show-profile client` prints a profile as a file that one of your own can start from.

A .toml file with `schema = \"tenure/health-rule/1\"` is a rule that a vendor publishes (component_mean, \
group_mean, points, state_mean, state_rule, weighted_mean) over inputs of yours, to reproduce a score \
before moving on from it: see the readme of tenure-health.

--backtest goes back month by month, scores what was recorded by then, and counts what came after: \
contracts that came due and were lost (profile client), customers who fell silent by their own rhythm \
(profile customer). It prints how well the score ranks them beside plain baselines, the same with \
outcomes dealt out anew, and on the demo portfolio how well the score finds the health that was planted.

Examples:
  tenure health --demo
  tenure health portfolio --account syn-041 --from 2025-06-30
  tenure health portfolio --format json
  tenure health portfolio --profile house.toml
  tenure health --demo --backtest";

#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) question: QuestionArgs,
    /// Only this account, as the tables name it
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// The profile to score by: `by-class` (the one of its class, both of a hybrid, none of an undetermined account), `client`, `customer` or a .toml file, of a profile or of a rule that a vendor publishes
    #[arg(long, value_name = "NAME|FILE", default_value = "by-class")]
    pub(crate) profile: String,
    /// Say also why each score is another one than on this day
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    pub(crate) from: Option<NaiveDate>,
    /// Print this one profile as TOML, and do nothing else: `client`, `customer` or a .toml file
    #[arg(long, value_name = "NAME|FILE", exclusive = true)]
    pub(crate) show_profile: Option<String>,
    /// Test the scores of the past against what came after, instead
    #[arg(long, conflicts_with_all = ["from", "account"])]
    pub(crate) backtest: bool,
    /// How many days ahead outcomes are looked for
    #[arg(long, value_name = "DAYS", default_value_t = 180, requires = "backtest", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) horizon_days: u32,
    /// How many days to look back from, a month apart; the last is the last whose outcomes are known
    #[arg(long, value_name = "N", default_value_t = 24, requires = "backtest", value_parser = clap::value_parser!(u32).range(1..=1200))]
    pub(crate) steps: u32,
    /// The seed by which the control deals outcomes out anew
    #[arg(long, value_name = "N", default_value_t = 1, requires = "backtest")]
    pub(crate) seed: u64,
    /// Compare even where there are too few events to tell findings from noise
    #[arg(long, requires = "backtest")]
    pub(crate) force: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = HealthFormat::Text)]
    pub(crate) format: HealthFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HealthFormat {
    /// For people
    Text,
    /// The same and more as data: schema tenure/health/1, or tenure/health-backtest/1
    Json,
    /// A row an account and profile, or a figure of the backtest
    Csv,
}

const SHOW_HELP: &str = "\
A file of your own starts from what this prints: `extends = [\"generic\"]` and what differs is \
enough. What a rule set extends is filled in.

Examples:
  tenure rules show
  tenure rules show generic > house.toml
  tenure rules show house.toml --format table
  tenure rules show standard --format json";

const CHECK_HELP: &str = "\
Rule sets, packs and playbooks are told apart by their `schema`. A rule set may extend the others \
that are given. Every fault is printed with file, line, column and code; exit code 2 if there is one.

Examples:
  tenure rules check house.toml
  tenure rules check company.toml branch.toml packs/gym.json";

const DIFF_HELP: &str = "\
Without a folder: the settings that differ. With one: also every account whose verdict differs, with \
the points that moved it.

Examples:
  tenure rules diff generic needs_based
  tenure rules diff generic house.toml portfolio --as-of 2025-12-31
  tenure rules diff generic house.toml --demo --format json";

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Print a rule set, pack or playbook; without a name, list what is built in
    #[command(after_help = SHOW_HELP)]
    Show(RulesShowArgs),
    /// Check files: every fault with its place
    #[command(after_help = CHECK_HELP)]
    Check(RulesCheckArgs),
    /// Compare two rule sets: their settings, and the verdicts of a portfolio
    #[command(after_help = DIFF_HELP)]
    Diff(RulesDiffArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RulesShowArgs {
    /// A built-in name or a .toml or .json file
    #[arg(value_name = "NAME|FILE")]
    pub(crate) name: Option<String>,
    /// A rule set that the file extends, beside the built-in ones; may be given again
    #[arg(long = "base", value_name = "FILE")]
    pub(crate) bases: Vec<PathBuf>,
    /// How to print it [default: toml, and table for the list]
    #[arg(long, value_enum)]
    pub(crate) format: Option<RulesFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesFormat {
    /// As a file that can be read again
    Toml,
    /// The same in JSON
    Json,
    /// For people
    Table,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("portfolio").args(["dir", "demo"]))]
pub(crate) struct RulesDiffArgs {
    /// The first rule set: a built-in name or a .toml or .json file
    #[arg(value_name = "BEFORE")]
    pub(crate) before: String,
    /// The second
    #[arg(value_name = "AFTER")]
    pub(crate) after: String,
    /// The folder with the tables of a portfolio
    pub(crate) dir: Option<PathBuf>,
    /// Use the made-up portfolio of `tenure demo` instead of a folder
    #[arg(long)]
    pub(crate) demo: bool,
    /// A rule set that a file extends, beside the built-in ones; may be given again
    #[arg(long = "base", value_name = "FILE")]
    pub(crate) bases: Vec<PathBuf>,
    /// The day of the question, included: YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = read_date, requires = "portfolio")]
    pub(crate) as_of: Option<NaiveDate>,
    /// Use only what was recorded by this day, included [default: as of]
    #[arg(long, value_name = "DATE", value_parser = read_date, requires = "portfolio")]
    pub(crate) known_at: Option<NaiveDate>,
    /// As for `tenure classify`
    #[arg(long, value_name = "POLICY", requires = "portfolio")]
    pub(crate) policy: Option<String>,
    /// As for `tenure classify`
    #[arg(long = "pack", value_name = "NAME|FILE", requires = "portfolio")]
    pub(crate) packs: Vec<String>,
    /// Fail with exit code 1 if any row was rejected, or an override is of no account
    #[arg(long, requires = "portfolio")]
    pub(crate) strict: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub(crate) format: DiffFormat,
}

impl RulesDiffArgs {
    /// What is read of the portfolio.
    pub(crate) fn input(&self) -> InputArgs {
        InputArgs {
            dir: self.dir.clone(),
            demo: self.demo,
            as_of: self.as_of,
            known_at: self.known_at,
            strict: self.strict,
            threads: None,
        }
    }

    /// What its verdicts are asked with, besides the rules.
    pub(crate) fn question(&self) -> QuestionArgs {
        QuestionArgs {
            policy: self.policy.clone(),
            packs: self.packs.clone(),
            rules: self.before.clone(),
            bases: self.bases.clone(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    Text,
    /// Schema tenure/rules-diff/1
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct RulesCheckArgs {
    /// Rule sets, packs and playbooks: .toml, or .json by its ending
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The scorecard as tables
    Table,
    /// The contents of report.json
    Json,
}

pub(crate) fn read_date(text: &str) -> Result<NaiveDate, tenure::model::DateError> {
    tenure::model::parse_date(text)
}
