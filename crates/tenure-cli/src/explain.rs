//! `tenure explain`: the verdict on one account, on a page that a person can read out.

mod changed;
mod facts;
mod page;
mod questions;
mod reasons;
mod ways;
mod words;

use std::fmt::Write as _;

use serde::Serialize;
use tenure::classify::{
    Class, Context, Evidence, Mismatch, Pack, Playbook, Score, Source, Treatment, Verdict,
    WhyChanged, earlier_verdicts, judge, why_changed,
};
use tenure::model::{Relationship, Table};
use tenure::scorecard::{TableUse, is_seen, table_uses};

use crate::args::{ExplainArgs, PageFormat};
use crate::error::CommandError;
use crate::input::{self, Rejects};
use crate::settings::Chosen;
use crate::table::EVIDENCE;
use crate::{files, near, print, print_json, settings, table, text};

use facts::{Facts, incomplete};
use page::Block;
use questions::{QuestionLine, questions};
use reasons::{ReasonLine, behind, sentence};
use ways::Ways;
use words::{aspect, capital, class, firmness, points, stage};

/// The shape of the JSON document.
const SCHEMA: &str = "tenure/explain/1";

/// Reads, judges and prints.
pub(crate) fn run(args: &ExplainArgs) -> Result<Rejects, CommandError> {
    let ingested = input::read(&args.input)?;
    let as_of = ingested.as_of.ok_or(CommandError::NoAsOf)?;
    let chosen = settings::read(as_of, &ingested, &args.question)?;
    let relationships = ingested.book.relationships();
    let found = relationships
        .binary_search_by(|one| one.account().as_str().cmp(&args.account))
        .ok()
        .and_then(|place| relationships.get(place));
    let relationship = found.ok_or_else(|| CommandError::UnknownAccount {
        found: args.account.clone(),
        near: near::accounts(&args.account, relationships),
    })?;
    let mut context = settings::context(&chosen.settings, &ingested, input::threads(&args.input))?;
    context.overrides = chosen.settings.overrides_of(relationship.account());
    let evidence = Evidence::of(relationship, &context);
    let verdict = judge(&evidence, &context);
    let playbook = files::playbook(&args.playbook)?;
    let mut explanation = Explanation::new(relationship, &context, &evidence, &verdict, &chosen);
    explanation.treat(relationship, &playbook, &context);
    if let Some(from) = args.from {
        let mut settings = chosen.settings.clone();
        settings.as_of = from;
        settings.known_at = Some(from.min(context.as_of.knowledge_day()));
        let mut before = settings::context(&settings, &ingested, input::threads(&args.input))?;
        before.overrides = context.overrides;
        let why = why_changed(relationship, &before, &context).map_err(CommandError::From)?;
        explanation.why_changed = Some(why);
    }
    match args.format {
        PageFormat::Text => print(&page::to_text(&explanation.page(&context)))?,
        PageFormat::Markdown => print(&page::to_markdown(&explanation.page(&context)))?,
        PageFormat::Json => print_json(&explanation)?,
    }
    Ok(input::tell(&args.input, &ingested, None))
}

/// Everything a page says, and the document of it.
#[derive(Serialize)]
struct Explanation<'a> {
    schema: &'static str,
    version: &'static str,
    account: &'a str,
    name: Option<&'a str>,
    kind: Option<&'static str>,
    segment: Option<&'a str>,
    /// Whether anything of it can be seen.
    seen: bool,
    as_of: String,
    known_at: String,
    rule_set: settings::Identity,
    settings: &'a settings::Asked,
    sources: Vec<SourceLine>,
    verdict: &'a Verdict,
    reasons: Vec<ReasonLine>,
    sum: Vec<SumLine>,
    ways: Ways,
    settled_by: Vec<QuestionLine>,
    earlier: Vec<EarlierLine>,
    treatment: Option<Treated>,
    /// What changed since another day, where that was asked.
    why_changed: Option<WhyChanged>,
}

/// How the playbook says to look after it.
#[derive(Serialize)]
struct Treated {
    playbook: settings::Identity,
    row: Treatment,
    /// Where it is not treated so, as far as its history tells.
    mismatches: Vec<Mismatch>,
}

/// The verdict of an episode before this one, as of its last day.
#[derive(Serialize)]
struct EarlierLine {
    number: u32,
    opened: Option<String>,
    closed: String,
    class: Class,
    score: Score,
    sentence: String,
}

/// A table that verdicts read.
#[derive(Serialize)]
struct SourceLine {
    table: &'static str,
    coverage: &'static str,
    /// Records that can be seen.
    seen: u64,
    after_as_of: u64,
    not_yet_known: u64,
}

/// A contribution to the score.
#[derive(Serialize)]
struct SumLine {
    /// The signal, or `cap`.
    source: &'static str,
    fact: String,
    lo: i64,
    hi: i64,
    /// The most points it can give.
    most: u32,
}

impl<'a> Explanation<'a> {
    fn new(
        relationship: &'a Relationship,
        context: &Context<'a>,
        evidence: &Evidence,
        verdict: &'a Verdict,
        chosen: &'a Chosen,
    ) -> Self {
        let facts = Facts::new(context, evidence, verdict);
        let profile = relationship.profile_known(context.as_of);
        let uses = table_uses(
            std::slice::from_ref(relationship),
            context.as_of,
            &context.coverage,
            chosen.settings.currency,
        );
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            account: relationship.account().as_str(),
            name: profile.and_then(|profile| profile.name.as_deref()),
            kind: profile.and_then(|profile| profile.kind).map(|kind| kind.name()),
            segment: profile.and_then(|profile| profile.segment.as_deref()),
            seen: is_seen(relationship, context.as_of),
            as_of: verdict.as_of.to_string(),
            known_at: verdict.known_at.to_string(),
            rule_set: settings::rule_set(context.rules),
            settings: &chosen.asked,
            sources: uses.iter().filter_map(source).collect(),
            verdict,
            reasons: verdict
                .shown_reasons()
                .iter()
                .map(|&reason| ReasonLine {
                    code: reason.name(),
                    sentence: sentence(reason, context),
                    facts: behind(reason, relationship, context, verdict, &facts),
                })
                .collect(),
            sum: sum(verdict, context, &facts),
            ways: Ways::new(context, verdict, &facts),
            earlier: earlier_verdicts(relationship, context).iter().map(EarlierLine::new).collect(),
            treatment: None,
            why_changed: None,
            settled_by: questions(verdict, context, &verdict.settled_by),
        }
    }

    /// Looks up how an account of that class and stage is looked after.
    fn treat(&mut self, relationship: &Relationship, playbook: &Playbook, context: &Context<'_>) {
        let packs = context.packs.iter().map(Pack::id);
        let row = playbook.lookup(self.verdict.class, self.verdict.stage, packs).clone();
        let mismatches = row.compare(&row.observed(relationship, context)).mismatches;
        let playbook = settings::playbook(playbook);
        self.treatment = Some(Treated { playbook, row, mismatches });
    }

    fn page(&self, context: &Context<'_>) -> Vec<Block> {
        let mut blocks = vec![Block::Title(self.title())];
        blocks.push(Block::Say(format!(
            "As of {}, with what was known on {}.",
            self.as_of, self.known_at
        )));
        if !self.seen {
            blocks.push(Block::Say(
                "Nothing of this account can be seen on that day: its records lie later, or were not known yet."
                    .to_owned(),
            ));
        }
        self.say_verdict(context, &mut blocks);
        blocks.push(Block::Heading("Why"));
        for (place, line) in self.reasons.iter().enumerate() {
            if place == 1 && self.verdict.class == Class::Undetermined {
                blocks.push(Block::Say("By what was seen so far:".to_owned()));
            }
            blocks.push(Block::Item(
                format!("{} ({}).", line.sentence, line.code),
                line.facts.clone(),
            ));
        }
        blocks.push(Block::Heading("The score as a sum"));
        blocks.push(Block::Sum(self.sum_rows()));
        if !self.settled_by.is_empty() {
            blocks.push(Block::Heading("What we do not know"));
            for line in &self.settled_by {
                blocks.push(Block::Item(line.question.to_owned(), vec![line.note()]));
            }
        }
        blocks.push(Block::Heading("What would change it"));
        for sentence in self.ways.sentences() {
            blocks.push(Block::Item(sentence.0, sentence.1));
        }
        blocks.push(Block::Heading("What comes by itself"));
        blocks.push(Block::Say(self.verdict.next_stage.map_or_else(
            || format!("If nothing more happens, it stays {}.", stage(self.verdict.stage)),
            |change| {
                format!(
                    "If nothing more happens, it is {} from {} on.",
                    stage(change.to),
                    change.on
                )
            },
        )));
        if let Some(why) = &self.why_changed {
            blocks.push(Block::Heading("Why it is not what it was"));
            changed::say(why, &mut blocks);
        }
        if let Some(treated) = &self.treatment {
            blocks.push(Block::Heading("How to look after it"));
            blocks.push(Block::Say(format!(
                "Row {} of playbook {} {}.",
                text::printable(&treated.row.id),
                text::printable(&treated.playbook.id),
                text::printable(&treated.playbook.version)
            )));
            for (name, told) in table::treatment(&treated.row) {
                blocks.push(Block::Item(format!("{name}: {told}"), Vec::new()));
            }
            if !treated.mismatches.is_empty() {
                blocks.push(Block::Heading("Where it is looked after otherwise"));
            }
            for one in &treated.mismatches {
                blocks.push(Block::Item(
                    format!(
                        "{}: {}, should be {}",
                        aspect(one.aspect),
                        text::printable(&one.found),
                        text::printable(&one.expected)
                    ),
                    Vec::new(),
                ));
            }
        }
        if !self.earlier.is_empty() {
            blocks.push(Block::Heading("What was before"));
            for earlier in &self.earlier {
                blocks.push(Block::Item(format!("{}.", earlier.sentence), Vec::new()));
            }
        }
        blocks.push(Block::Heading("What this rests on"));
        for source in &self.sources {
            blocks.push(Block::Item(source.sentence(), Vec::new()));
        }
        let silent = self.verdict.episode.anchor != self.verdict.as_of;
        let commercial = [Table::Contracts, Table::Purchases];
        let open = incomplete(&commercial, &context.coverage);
        if silent && !open.is_empty() {
            blocks.push(Block::Say(format!(
                "Whether the relationship is over cannot be told, for want of {}: it was seen last on \
                 {}, and what may have come after that day is in doubt with everything that it would \
                 change.",
                open.join(", "),
                self.verdict.episode.anchor
            )));
        }
        blocks.push(Block::Say(
            "What is not in a complete table did not happen. Of a partial or absent one nobody knows."
                .to_owned(),
        ));
        self.say_rules(&mut blocks);
        blocks
    }

    fn title(&self) -> String {
        let mut title = text::printable(self.account);
        let about = [self.name, self.kind].into_iter().flatten().map(text::printable);
        let mut about: Vec<String> = about.collect();
        about.extend(self.segment.map(|name| format!("segment {}", text::printable(name))));
        if !about.is_empty() {
            let _ = write!(title, " ({})", about.join(", "));
        }
        title
    }

    fn say_verdict(&self, context: &Context<'_>, blocks: &mut Vec<Block>) {
        let verdict = self.verdict;
        blocks.push(Block::Heading("Verdict"));
        let word = match verdict.term.as_ref() {
            "either" => "No trade gives it a word of its own.".to_owned(),
            term => format!("The word to use is \"{term}\"."),
        };
        blocks.push(Block::Say(format!(
            "{}, {}: {}. {word}",
            capital(verdict.class.name()),
            stage(verdict.stage),
            class(verdict, context),
        )));
        if let Some(rule) = &verdict.hard_rule {
            blocks.push(Block::Say(format!(
                "Hard rule {} decides before the score: {}.",
                text::printable(rule),
                if verdict.class == Class::Undetermined {
                    "no contract and no purchase, in complete tables"
                } else {
                    "a contract carries a duty of care in law"
                }
            )));
        }
        if let Some(word) = &verdict.human_override {
            let until = word.until().map_or_else(String::new, |day| format!(" until {day}"));
            blocks.push(Block::Say(format!(
                "A person decided: {} says {}, from {}{until}, because: {}. What was computed \
                 stands unchanged beside that word.",
                text::printable(word.author()),
                word.class(),
                word.from(),
                text::printable(word.reason()),
            )));
        }
        let sides = verdict.thresholds;
        blocks.push(Block::Say(format!(
            "Its score is {} of 100. From {} on an account is on the client side, below {} a customer, \
             between them a hybrid. {}",
            text::range(verdict.score.lo, verdict.score.hi),
            sides.client,
            sides.customer,
            if verdict.margin == 0 {
                "A threshold lies within it.".to_owned()
            } else {
                format!("The nearest threshold is {} away.", points(verdict.margin))
            }
        )));
        blocks.push(Block::Say(format!(
            "Confidence: {}, a label and not a probability. {} points of {} are known. {}",
            verdict.confidence,
            verdict.coverage.known,
            verdict.coverage.of,
            firmness(verdict),
        )));
    }

    fn sum_rows(&self) -> Vec<[String; 3]> {
        let mut rows: Vec<[String; 3]> = self
            .sum
            .iter()
            .map(|line| {
                let most = if line.most == 0 { String::new() } else { line.most.to_string() };
                [text::range(line.lo, line.hi), most, format!("{}: {}", line.source, line.fact)]
            })
            .collect();
        let score = self.verdict.score;
        let total = text::range(score.lo, score.hi);
        rows.push([total, "100".to_owned(), "the score".to_owned()]);
        rows
    }

    fn say_rules(&self, blocks: &mut Vec<Block>) {
        let verdict = self.verdict;
        blocks.push(Block::Heading("How it was decided"));
        blocks.push(Block::Say(format!(
            "Rule set {} {}, policy {}.",
            text::printable(&self.rule_set.id),
            text::printable(&self.rule_set.version),
            verdict.policy,
        )));
        blocks.push(Block::Item(format!("rules sha256 {}", self.rule_set.sha256), Vec::new()));
        blocks
            .push(Block::Item(format!("evidence sha256 {}", verdict.evidence_digest), Vec::new()));
        blocks.push(Block::Say(
            "The points are opinion: expert judgement, fitted to nothing. A class is a way to look after \
             an account. It is no legal advice, and denying service by class may breach consumer law."
                .to_owned(),
        ));
    }
}

impl EarlierLine {
    fn new(verdict: &Verdict) -> Self {
        let (closed, opened) = (verdict.as_of, verdict.episode.opened);
        let days =
            opened.map_or_else(|| format!("until {closed}"), |day| format!("{day} to {closed}"));
        let score = verdict.score;
        Self {
            number: verdict.episode.number,
            opened: opened.map(|day| day.to_string()),
            closed: closed.to_string(),
            class: verdict.class,
            score,
            sentence: format!(
                "{days}: {}, with a score of {}",
                verdict.class,
                text::range(score.lo, score.hi)
            ),
        }
    }
}

impl SourceLine {
    fn sentence(&self) -> String {
        let count = |count: u64| text::grouped(i128::from(count));
        let mut text = match self.seen {
            0 => format!("{}: no record", self.table),
            1 => format!("{}: 1 record", self.table),
            seen => format!("{}: {} records", self.table, count(seen)),
        };
        let _ = write!(text, "; {}", self.coverage);
        if self.after_as_of > 0 {
            let _ = write!(text, "; {} dated later, not used", count(self.after_as_of));
        }
        if self.not_yet_known > 0 {
            let _ = write!(text, "; {} not known yet, not used", count(self.not_yet_known));
        }
        text
    }
}

fn source(used: &TableUse) -> Option<SourceLine> {
    EVIDENCE.contains(&used.table).then(|| SourceLine {
        table: used.table.name(),
        coverage: used.completeness.name(),
        seen: used.records.saturating_sub(used.after_as_of).saturating_sub(used.not_yet_known),
        after_as_of: used.after_as_of,
        not_yet_known: used.not_yet_known,
    })
}

fn sum(verdict: &Verdict, context: &Context<'_>, facts: &Facts<'_>) -> Vec<SumLine> {
    let line = |source: &Source| match source {
        Source::Signal(signal) => {
            let most = context.rules.rule(*signal).map_or(0, |rule| rule.max_points());
            (signal.name(), facts.of(*signal), most)
        }
        _ => ("cap", "a score ends at 100".to_owned(), 0),
    };
    verdict
        .contributions
        .iter()
        .map(|one| {
            let (source, fact, most) = line(&one.source);
            SumLine { source, fact, lo: one.lo, hi: one.hi, most }
        })
        .collect()
}
