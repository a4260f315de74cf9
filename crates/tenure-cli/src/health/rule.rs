//! A rule that a vendor publishes, over the accounts of a folder.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;

use comfy_table::{Cell, CellAlignment};
use serde::Serialize;
use tenure::health::{PublishedRule, RuleScore};
use tenure::scorecard::is_seen;

use crate::args::{HealthArgs, HealthFormat};
use crate::error::CommandError;
use crate::input::{self, Rejects};
use crate::{document, near, print, print_json, table, text};

/// The shape of the JSON document.
const SCHEMA: &str = "tenure/health-rule-scores/1";

/// The rule that a file states; `None`: it is no file of a rule.
pub(super) fn read(name: &str) -> Result<Option<PublishedRule>, CommandError> {
    if !name.ends_with(".toml") {
        return Ok(None);
    }
    let text = fs::read_to_string(name)
        .map_err(|source| CommandError::ReadDocument { path: PathBuf::from(name), source })?;
    if !PublishedRule::is_meant(&text) {
        return Ok(None);
    }
    PublishedRule::from_toml(name, &text).map(Some).map_err(CommandError::ProfileFile)
}

/// Scores every account that can be seen, by the latest value of each input.
pub(super) fn run(args: &HealthArgs, rule: &PublishedRule) -> Result<Rejects, CommandError> {
    for (given, option) in [(args.backtest, "--backtest"), (args.from.is_some(), "--from")] {
        if given {
            let needs = "a profile, and this file is a published rule: it gives scores".to_owned();
            return Err(CommandError::Misplaced { option, needs });
        }
    }
    let ingested = input::read(&args.input)?;
    let as_of = input::as_of(&ingested)?;
    let relationships = ingested.book.relationships();
    if let Some(account) = &args.account
        && !relationships.iter().any(|one| one.account().as_str() == account)
    {
        let near = near::accounts(account, relationships);
        return Err(CommandError::UnknownAccount { found: account.clone(), near });
    }
    let mut document = Document {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        as_of: as_of.day().to_string(),
        known_at: as_of.knowledge_day().to_string(),
        id: rule.id().to_owned(),
        rule: rule.rule(),
        inputs: rule.inputs().map(str::to_owned).collect(),
        accounts: Vec::new(),
        accounts_not_yet: 0,
    };
    let wanted = relationships.iter().filter(|one| {
        args.account.as_ref().is_none_or(|account| one.account().as_str() == account)
    });
    for relationship in wanted {
        if !is_seen(relationship, as_of) {
            document.accounts_not_yet = document.accounts_not_yet.saturating_add(1);
            continue;
        }
        let account = relationship.account().as_str().to_owned();
        let values = rule.values(relationship, as_of);
        let score = rule
            .score(&values)
            .map_err(|source| CommandError::PublishedRule { account: account.clone(), source })?;
        let missing = rule.inputs().zip(&values).filter(|(_, value)| value.is_none());
        let missing = missing.map(|(id, _)| id.to_owned()).collect();
        document.accounts.push(AccountLine::new(account, &score, missing));
    }
    match args.format {
        HealthFormat::Text => print(&document.to_text())?,
        HealthFormat::Csv => print(&document.to_csv().map_err(CommandError::Print)?)?,
        HealthFormat::Json => print_json(&document)?,
    }
    Ok(input::tell(&args.input, &ingested, None))
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    version: &'static str,
    as_of: String,
    known_at: String,
    id: String,
    rule: &'static str,
    inputs: Vec<String>,
    accounts: Vec<AccountLine>,
    /// Accounts of which nothing can be seen yet.
    accounts_not_yet: u64,
}

#[derive(Serialize)]
struct AccountLine {
    account: String,
    exact: Option<serde_json::Value>,
    score: Option<String>,
    state: Option<&'static str>,
    band: Option<String>,
    clamped_by: Option<serde_json::Value>,
    /// What the missing could make of it, where the rule tells.
    lo: Option<serde_json::Value>,
    hi: Option<serde_json::Value>,
    missing: Vec<String>,
}

impl AccountLine {
    fn new(account: String, score: &RuleScore, missing: Vec<String>) -> Self {
        Self {
            account,
            exact: score.exact.map(document::exact),
            score: score.rounded.map(|rounded| rounded.to_string()),
            state: score.state.map(|state| state.name()),
            band: score.band.clone(),
            clamped_by: score.clamped_by.map(document::exact),
            lo: score.ends.map(|(lo, _)| document::exact(lo)),
            hi: score.ends.map(|(_, hi)| document::exact(hi)),
            missing,
        }
    }

    /// The score or the state; a dash where neither is defined.
    fn shown(&self) -> &str {
        self.score.as_deref().or(self.state).unwrap_or("–")
    }
}

impl Document {
    fn to_text(&self) -> String {
        let mut table = table::new_table();
        table.set_header(["account", "score", "band", "missing"]);
        for line in &self.accounts {
            table.add_row([
                Cell::new(text::printable(&line.account)),
                Cell::new(line.shown()).set_alignment(CellAlignment::Right),
                Cell::new(text::printable(line.band.as_deref().unwrap_or(""))),
                Cell::new(text::printable(&line.missing.join(", "))),
            ]);
        }
        let mut out = format!("{table}\n");
        let _ = writeln!(
            out,
            "\nAs of {}, known at {}. Rule {} ({}), as its vendor publishes it: what is missing is left out, and \
             nothing says what that does to the score.",
            self.as_of,
            self.known_at,
            text::printable(&self.id),
            self.rule,
        );
        if self.accounts_not_yet > 0 {
            let more = text::grouped(i128::from(self.accounts_not_yet));
            let _ = writeln!(out, "{more} more accounts have no record that can be seen yet.");
        }
        out
    }

    fn to_csv(&self) -> io::Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(["account", "rule", "score", "state", "band", "missing"])?;
        for line in &self.accounts {
            out.write_record([
                line.account.as_str(),
                &self.id,
                line.score.as_deref().unwrap_or_default(),
                line.state.unwrap_or_default(),
                line.band.as_deref().unwrap_or_default(),
                &line.missing.join(" "),
            ])?;
        }
        let bytes = out.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }
}
