//! `tenure rules diff`: what two rule sets have not in common, and whose verdict moves by it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use tenure::classify::{
    Brief, Class, RuleChange, RuleSet, RuleStep, Source, VerdictChange, diff_portfolio,
};
use tenure::scorecard::is_seen;

use crate::args::{DiffFormat, RulesDiffArgs};
use crate::error::CommandError;
use crate::input::{self, Rejects};
use crate::{files, print, print_json, progress, settings, text};

/// The shape of the JSON document.
const SCHEMA: &str = "tenure/rules-diff/1";

#[derive(Serialize)]
struct Difference {
    schema: &'static str,
    version: &'static str,
    before: settings::Identity,
    after: settings::Identity,
    settings: Vec<RuleChange>,
    /// Null where no portfolio was asked about.
    portfolio: Option<Moved>,
}

/// The verdicts of a portfolio that differ.
#[derive(Serialize)]
struct Moved {
    as_of: String,
    known_at: String,
    accounts: u64,
    changed: u64,
    class_changed: u64,
    verdicts: Vec<VerdictChange>,
}

pub(crate) fn run(args: &RulesDiffArgs) -> Result<Rejects, CommandError> {
    let before = files::rule_set(&args.before, &args.bases)?;
    let after = files::rule_set(&args.after, &args.bases)?;
    let mut rejects = Rejects::None;
    let portfolio = if args.dir.is_some() || args.demo {
        let (moved, told) = portfolio(args, &before, &after)?;
        rejects = told;
        Some(moved)
    } else {
        None
    };
    let difference = Difference {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        before: settings::rule_set(&before),
        after: settings::rule_set(&after),
        settings: before.diff(&after),
        portfolio,
    };
    match args.format {
        DiffFormat::Json => print_json(&difference)?,
        DiffFormat::Text => {
            let mut out = Vec::new();
            difference.write(&mut out).map_err(CommandError::Print)?;
            print(&String::from_utf8_lossy(&out))?;
        }
    }
    Ok(rejects)
}

fn portfolio(
    args: &RulesDiffArgs,
    before: &RuleSet,
    after: &RuleSet,
) -> Result<(Moved, Rejects), CommandError> {
    let (asked, question) = (args.input(), args.question());
    let ingested = input::read(&asked)?;
    let as_of = ingested.as_of.ok_or(CommandError::NoAsOf)?;
    let chosen = settings::read(as_of, &ingested, &question)?;
    let context = settings::context(&chosen.settings, &ingested, input::threads(&asked))?;
    let bar = progress::accounts(u64::try_from(ingested.book.len()).unwrap_or(u64::MAX));
    bar.set_message("compare");
    let mut accounts = 0_u64;
    let seen = ingested.book.relationships().iter().filter(|one| {
        bar.inc(1);
        let seen = is_seen(one, context.as_of);
        accounts = accounts.saturating_add(u64::from(seen));
        seen
    });
    let verdicts: Vec<VerdictChange> = diff_portfolio(before, after, seen, &context).collect();
    bar.finish_and_clear();
    let class_changed = verdicts.iter().filter(|one| one.from.class != one.to.class).count();
    let moved = Moved {
        as_of: context.as_of.day().to_string(),
        known_at: context.as_of.knowledge_day().to_string(),
        accounts,
        changed: u64::try_from(verdicts.len()).unwrap_or(u64::MAX),
        class_changed: u64::try_from(class_changed).unwrap_or(u64::MAX),
        verdicts,
    };
    Ok((moved, input::tell(&asked, &ingested, None)))
}

impl Difference {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let name = |one: &settings::Identity| {
            format!("{} {}", text::printable(&one.id), text::printable(&one.version))
        };
        writeln!(out, "From {} ({})", name(&self.before), self.before.sha256)?;
        writeln!(out, "to   {} ({})\n", name(&self.after), self.after.sha256)?;
        if self.settings.is_empty() {
            writeln!(out, "No setting differs.")?;
        } else {
            writeln!(out, "Settings that differ:")?;
        }
        for change in &self.settings {
            let value = |value: &Option<String>| {
                value.as_deref().map_or_else(|| "nothing".to_owned(), text::printable)
            };
            let path = text::printable(&change.path);
            writeln!(out, "  {path}: {} -> {}", value(&change.before), value(&change.after))?;
        }
        self.portfolio.as_ref().map_or(Ok(()), |moved| moved.write(out))
    }
}

impl Moved {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let number = |number: u64| text::grouped(i128::from(number));
        writeln!(
            out,
            "\nOf {} accounts as of {}, known at {}: verdicts that differ {}, in class {}.",
            number(self.accounts),
            self.as_of,
            self.known_at,
            number(self.changed),
            number(self.class_changed)
        )?;
        let mut ways: BTreeMap<(Class, Class), u64> = BTreeMap::new();
        for one in self.verdicts.iter().filter(|one| one.from.class != one.to.class) {
            let count = ways.entry((one.from.class, one.to.class)).or_default();
            *count = count.saturating_add(1);
        }
        for ((from, to), count) in ways {
            writeln!(out, "  {from} -> {to}: {}", number(count))?;
        }
        // Another class is what people look for.
        let same_class = |one: &&VerdictChange| one.from.class == one.to.class;
        let (others, first): (Vec<_>, Vec<_>) = self.verdicts.iter().partition(same_class);
        for one in first.into_iter().chain(others) {
            writeln!(
                out,
                "\n{}: {} -> {}",
                text::printable(one.account.as_str()),
                told(&one.from, &one.to),
                told(&one.to, &one.from)
            )?;
            for step in &one.steps {
                writeln!(out, "  {}: {}", step.part.name().replace('_', " "), moves(step))?;
            }
        }
        Ok(())
    }
}

/// A verdict in a few words, with the stage and the reasons where the other has different ones.
fn told(found: &Brief, other: &Brief) -> String {
    let mut words =
        vec![format!("{} {}", found.class, text::range(found.score.lo, found.score.hi))];
    if found.stage != other.stage {
        words.push(found.stage.to_string());
    }
    if found.shown_reasons() != other.shown_reasons() {
        words.extend(found.shown_reasons().iter().map(ToString::to_string));
    }
    words.join(", ")
}

/// The points that moved, or what else did.
fn moves(step: &RuleStep) -> String {
    let points: Vec<String> = step
        .moved
        .iter()
        .map(|moved| {
            let source = match moved.source {
                Source::Signal(signal) => signal.name(),
                _ => "cap",
            };
            let (from, to) = (moved.from, moved.to);
            format!("{source} {} -> {}", text::range(from.lo, from.hi), text::range(to.lo, to.hi))
        })
        .collect();
    if points.is_empty() {
        format!("{} -> {}", step.from.class, step.to.class)
    } else {
        points.join(", ")
    }
}
