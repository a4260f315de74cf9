//! `tenure classify`: a folder in, a verdict on every account out.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::thread;

use serde::Serialize;
use tenure::classify::{Brief, Class, Context, Evidence, Override, Reason, Verdict, brief, judge};
use tenure::ingest::Ingested;
use tenure::model::{Relationship, Table};
use tenure::scorecard::{Census, is_seen};
use unicode_width::UnicodeWidthStr as _;

use crate::args::{ClassifyArgs, VerdictFormat};
use crate::document::{self, ClassLine, Map};
use crate::error::CommandError;
use crate::input::{self, Rejects};
use crate::settings::Chosen;
use crate::{progress, settings, table, text};

/// The shape of the JSON document.
const SCHEMA: &str = "tenure/classify/1";
/// Accounts that a thread judges between two writes: memory is bounded by a few hundred verdicts a
/// thread, beside the portfolio itself.
const BATCH: usize = 512;
/// Longer account ids push their line to the right.
const WIDEST_ACCOUNT: usize = 40;

/// Reads, judges and writes, a batch at a time.
pub(crate) fn run(args: &ClassifyArgs) -> Result<Rejects, CommandError> {
    let ingested = input::read(&args.input)?;
    let as_of = ingested.as_of.ok_or(CommandError::NoAsOf)?;
    let chosen = settings::read(as_of, &ingested, &args.question)?;
    let threads = input::threads(&args.input);
    let context = settings::context(&chosen.settings, &ingested, threads)?;
    let listing = Listing::new(args.format, &ingested, &chosen, context);

    match &args.out {
        Some(path) => {
            let failed = |source| CommandError::Write { path: path.clone(), source };
            let mut out = BufWriter::new(File::create(path).map_err(failed)?);
            listing.write(&mut out, threads, &failed)?;
        }
        None => listing.write(&mut io::stdout().lock(), threads, &CommandError::Print)?,
    }
    Ok(input::tell(&args.input, &ingested, None))
}

/// What is listed, and how.
struct Listing<'a> {
    format: VerdictFormat,
    ingested: &'a Ingested,
    chosen: &'a Chosen,
    context: Context<'a>,
    widths: Widths,
}

/// Widths of the columns that depend on the portfolio.
#[derive(Default)]
struct Widths {
    account: usize,
    term: usize,
}

/// The lines of a batch, and what they count.
#[derive(Default)]
struct Part {
    lines: Vec<u8>,
    count: Count,
}

#[derive(Default)]
struct Count {
    census: Census,
    listed: u64,
    /// Accounts of which nothing can be seen yet.
    not_yet: u64,
    evidence_missing: u64,
}

impl Count {
    fn merge(&mut self, other: &Self) {
        self.census.merge(&other.census);
        self.listed = self.listed.saturating_add(other.listed);
        self.not_yet = self.not_yet.saturating_add(other.not_yet);
        self.evidence_missing = self.evidence_missing.saturating_add(other.evidence_missing);
    }
}

impl<'a> Listing<'a> {
    fn new(
        format: VerdictFormat,
        ingested: &'a Ingested,
        chosen: &'a Chosen,
        context: Context<'a>,
    ) -> Self {
        let mut widths = Widths::default();
        if format == VerdictFormat::Table {
            let ids = ingested.book.relationships().iter().map(|one| one.account().as_str());
            let widest = ids.map(|id| text::printable(id).width()).max().unwrap_or_default();
            widths.account = widest.clamp("account".len(), WIDEST_ACCOUNT);
            let terms = context.packs.iter().flat_map(|pack| pack.parts().terms.iter());
            let widest = terms.map(|rule| text::printable(&rule.term).width()).max();
            widths.term = widest.unwrap_or_default().clamp("customer".len(), WIDEST_ACCOUNT);
        }
        Self { format, ingested, chosen, context, widths }
    }

    /// Writes everything; `failed` says what a failed write is.
    fn write(
        &self,
        out: &mut dyn Write,
        threads: NonZeroUsize,
        failed: &dyn Fn(io::Error) -> CommandError,
    ) -> Result<(), CommandError> {
        let relationships = self.ingested.book.relationships();
        let bar = progress::accounts(u64::try_from(relationships.len()).unwrap_or(u64::MAX));
        bar.set_message("classify");
        out.write_all(&self.head().map_err(failed)?).map_err(failed)?;
        let mut count = Count::default();
        for round in relationships.chunks(BATCH.saturating_mul(threads.get())) {
            for part in self.judge(round)? {
                let part = part.map_err(failed)?;
                let json = self.format == VerdictFormat::Json;
                if json && count.listed > 0 && part.count.listed > 0 {
                    out.write_all(b",").map_err(failed)?;
                }
                out.write_all(&part.lines).map_err(failed)?;
                count.merge(&part.count);
            }
            bar.inc(u64::try_from(round.len()).unwrap_or(u64::MAX));
        }
        bar.finish_and_clear();
        let tail = self.tail(&count).map_err(failed)?;
        out.write_all(&tail).and_then(|()| out.flush()).map_err(failed)
    }

    /// Judges the accounts of a round, a batch a thread; results in their order.
    fn judge(&self, round: &[Relationship]) -> Result<Vec<io::Result<Part>>, CommandError> {
        if round.len() <= BATCH {
            return Ok(vec![self.part(round)]);
        }
        thread::scope(|scope| {
            let start =
                |batch| thread::Builder::new().spawn_scoped(scope, move || self.part(batch));
            // All of them run before the first is waited for.
            let running: Vec<_> = round.chunks(BATCH).map(start).collect();
            running
                .into_iter()
                .map(|thread| {
                    let thread = thread.map_err(|_| CommandError::Thread)?;
                    thread.join().map_err(|_| CommandError::Thread)
                })
                .collect()
        })
    }

    fn part(&self, batch: &[Relationship]) -> io::Result<Part> {
        let mut part = Part::default();
        for relationship in batch {
            if !is_seen(relationship, self.context.as_of) {
                part.count.not_yet = part.count.not_yet.saturating_add(1);
                continue;
            }
            let mut context = self.context;
            context.overrides = self.chosen.settings.overrides_of(relationship.account());
            let evidence = Evidence::of(relationship, &context);
            let found = brief(&evidence, &context);
            let account = relationship.account().as_str();
            if self.format == VerdictFormat::Json {
                part.lines.extend_from_slice(if part.count.listed == 0 {
                    b"\n    "
                } else {
                    b",\n    "
                });
                let verdict = judge(&evidence, &context);
                let line = serde_json::to_string(&AccountVerdict { account, verdict })?;
                part.lines.extend_from_slice(text::printable_json(&line).as_bytes());
            } else {
                let word = Override::in_force(context.overrides, context.as_of.day());
                self.line(&mut part.lines, account, &found, word)?;
            }
            let count = &mut part.count;
            count.listed = count.listed.saturating_add(1);
            count.census.count(found.class, found.stage);
            let missing = found.class == Class::Undetermined
                && found.reasons.contains(&Reason::EvidenceMissing);
            count.evidence_missing = count.evidence_missing.saturating_add(u64::from(missing));
        }
        Ok(part)
    }

    fn head(&self) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        match self.format {
            VerdictFormat::Table => self.row(&mut out, &HEADER)?,
            VerdictFormat::Csv => csv_row(&mut out, &CSV_HEADER)?,
            VerdictFormat::Json => {
                let head = serde_json::to_string_pretty(&self.document())?;
                let head = text::printable_json(&head);
                let open = head.trim_end().strip_suffix('}').unwrap_or(&head).trim_end();
                write!(out, "{open},\n  \"verdicts\": [")?;
            }
        }
        Ok(out)
    }

    /// An account as a line of the table or of rows.
    fn line(
        &self,
        out: &mut Vec<u8>,
        account: &str,
        found: &Brief,
        word: Option<&Override>,
    ) -> io::Result<()> {
        let possible: Vec<_> = found.possible.iter().map(Class::name).collect();
        let reasons: Vec<_> = found.shown_reasons().iter().map(|reason| reason.name()).collect();
        let margin = found.margin.to_string();
        let robust = if found.robust { "yes" } else { "no" };
        if self.format == VerdictFormat::Csv {
            let [class, author, reason] =
                word.map_or([""; 3], |word| [word.class().name(), word.author(), word.reason()]);
            return csv_row(
                out,
                &[
                    account,
                    found.class.name(),
                    &possible.join(" "),
                    found.stage.name(),
                    &found.term,
                    &found.score.lo.to_string(),
                    &found.score.hi.to_string(),
                    &margin,
                    found.confidence.name(),
                    robust,
                    &reasons.join(" "),
                    class,
                    author,
                    reason,
                ],
            );
        }
        let mut why = reasons.join(", ");
        if let Some(word) = word {
            why = format!(
                "{why}; {} says {}: {}",
                text::printable(word.author()),
                word.class(),
                text::printable(word.reason())
            );
        }
        self.row(
            out,
            &[
                &text::printable(account),
                found.class.name(),
                &possible.join("/"),
                found.stage.name(),
                &text::range(found.score.lo, found.score.hi),
                &margin,
                found.confidence.name(),
                robust,
                &text::printable(&found.term),
                &why,
            ],
        )
    }

    /// A line of the table; nothing is padded at its end.
    fn row(&self, out: &mut Vec<u8>, cells: &[&str; HEADER.len()]) -> io::Result<()> {
        let widths = [self.widths.account, 12, 22, 9, 9, 6, 10, 6, self.widths.term, 0];
        let mut line = String::new();
        for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
            if place > 0 {
                line.push_str("  ");
            }
            let missing = width.saturating_sub(cell.width());
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', missing));
        }
        writeln!(out, "{}", line.trim_end())
    }

    fn tail(&self, count: &Count) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let population = count.census.population();
        match self.format {
            VerdictFormat::Csv => {}
            VerdictFormat::Json => {
                let classes: Vec<ClassLine<'_>> =
                    population.iter().map(document::class_line).collect();
                let end = serde_json::to_string_pretty(&Tail {
                    population: classes,
                    accounts_not_yet: count.not_yet,
                })?;
                let rest = end.trim_start().strip_prefix('{').unwrap_or(&end);
                write!(out, "\n  ],{rest}\n")?;
            }
            VerdictFormat::Table => {
                let rules = self.context.rules;
                writeln!(
                    out,
                    "\n{} accounts as of {}, known at {}; rules {} {}; policy {}{}\n\n{}",
                    text::grouped(i128::from(count.listed)),
                    self.context.as_of.day(),
                    self.context.as_of.knowledge_day(),
                    rules.id(),
                    rules.version(),
                    self.context.policy,
                    packs(&self.context),
                    table::population(&population),
                )?;
                let coverage = &self.ingested.coverage;
                let tables = Table::ALL.into_iter().map(|table| (table, coverage.of(table)));
                if let Some(hint) = table::missing_tables(count.evidence_missing, tables) {
                    writeln!(out, "{hint}")?;
                }
                if count.not_yet > 0 {
                    writeln!(
                        out,
                        "{} more accounts have no record that can be seen yet; they are not listed.",
                        text::grouped(i128::from(count.not_yet))
                    )?;
                }
            }
        }
        Ok(out)
    }

    fn document(&self) -> Head<'_> {
        let coverage = &self.ingested.coverage;
        let tables = Table::ALL.into_iter();
        Head {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            as_of: self.context.as_of.day().to_string(),
            known_at: self.context.as_of.knowledge_day().to_string(),
            rule_set: settings::rule_set(self.context.rules),
            settings: &self.chosen.asked,
            coverage: Map(tables.map(|one| (one.name(), coverage.of(one).name())).collect()),
        }
    }
}

/// The columns of the table.
const HEADER: [&str; 10] = [
    "account",
    "class",
    "possible",
    "stage",
    "score",
    "margin",
    "confidence",
    "robust",
    "term",
    "reasons",
];

/// The columns of the rows.
const CSV_HEADER: [&str; 14] = [
    "account",
    "class",
    "possible",
    "stage",
    "term",
    "score_lo",
    "score_hi",
    "margin",
    "confidence",
    "robust",
    "reasons",
    "override_class",
    "override_author",
    "override_reason",
];

#[derive(Serialize)]
struct Head<'a> {
    schema: &'static str,
    version: &'static str,
    as_of: String,
    known_at: String,
    rule_set: settings::Identity,
    settings: &'a settings::Asked,
    coverage: Map<'a, &'static str>,
}

#[derive(Serialize)]
struct Tail<'a> {
    population: Vec<ClassLine<'a>>,
    accounts_not_yet: u64,
}

#[derive(Serialize)]
struct AccountVerdict<'a> {
    account: &'a str,
    verdict: Verdict,
}

fn csv_row(out: &mut Vec<u8>, cells: &[&str]) -> io::Result<()> {
    let mut row = csv::Writer::from_writer(out);
    row.write_record(cells)?;
    row.flush()
}

fn packs(context: &Context<'_>) -> String {
    let names: Vec<_> = context.packs.iter().map(|pack| text::printable(pack.id())).collect();
    if names.is_empty() { String::new() } else { format!("; packs {}", names.join(", ")) }
}
