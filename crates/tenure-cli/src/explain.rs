//! `tenure explain`: the verdict on one account, on a page that a person can read out.

mod changed;
mod facts;
mod page;
mod ways;

use std::fmt::Write as _;

use serde::Serialize;
use tenure::classify::{
    Class, Context, Evidence, OpenQuestion, Pack, Playbook, Reason, Score, Signal, Source, Stage,
    Treatment, Verdict, WhyChanged, earlier_verdicts, judge, why_changed,
};
use tenure::model::{Relationship, Table, Tri};
use tenure::scorecard::{TableUse, is_seen, table_uses};

use crate::args::{ExplainArgs, PageFormat};
use crate::error::CommandError;
use crate::input::{self, Rejects};
use crate::settings::Chosen;
use crate::table::EVIDENCE;
use crate::{files, near, print, settings, table, text};

use facts::{Facts, incomplete};
use page::Block;
use ways::Ways;

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
    explanation.treat(&playbook, &context);
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
        PageFormat::Json => {
            let document = serde_json::to_string_pretty(&explanation);
            let document = document.map_err(|error| CommandError::Print(error.into()))?;
            print(&format!("{document}\n"))?;
        }
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

/// A reason, and the facts behind it.
#[derive(Serialize)]
struct ReasonLine {
    code: &'static str,
    sentence: String,
    facts: Vec<String>,
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

/// Something that is not known.
#[derive(Serialize)]
struct QuestionLine {
    /// The signal; null where the question is about another fact.
    signal: Option<&'static str>,
    question: &'static str,
    /// Tables that leave it open; none where the records themselves do.
    not_complete: Vec<String>,
    /// Points, where the question is about a signal.
    points: Option<[u32; 2]>,
    /// Whether the answer alone could make the verdict definite.
    settles: bool,
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
    fn treat(&mut self, playbook: &Playbook, context: &Context<'_>) {
        let packs = context.packs.iter().map(Pack::id);
        let row = playbook.lookup(self.verdict.class, self.verdict.stage, packs).clone();
        self.treatment = Some(Treated { playbook: settings::playbook(playbook), row });
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
        for line in &self.reasons {
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
                [span(line.lo, line.hi), most, format!("{}: {}", line.source, line.fact)]
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

impl QuestionLine {
    fn note(&self) -> String {
        let mut note = match self.not_complete.as_slice() {
            [] => "The records do not say.".to_owned(),
            tables => format!("Not complete: {}.", tables.join(", ")),
        };
        if let Some([lo, hi]) = self.points {
            let _ = write!(note, " Worth {}.", points_between(lo, hi));
        }
        if self.settles {
            note.push_str(" The answer alone could settle the class.");
        }
        note
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

/// A reason as a sentence about the account, in the words of the packs in force.
fn sentence(reason: Reason, context: &Context<'_>) -> String {
    let told = text::printable(reason.text_in(context.packs));
    match reason {
        Reason::FiduciaryDuty
        | Reason::RegulatedTerm
        | Reason::EvidenceMissing
        | Reason::RelationshipEnded
        | Reason::HumanOverride => capital(&told),
        _ => format!("It {told}"),
    }
}

/// The facts that a reason rests on.
fn behind(
    reason: Reason,
    relationship: &Relationship,
    context: &Context<'_>,
    verdict: &Verdict,
    facts: &Facts<'_>,
) -> Vec<String> {
    let signals: Vec<Signal> = match reason {
        Reason::StandardisedOffer => vec![Signal::CustomCount, Signal::AdviceCount],
        Reason::OneWayInteraction => vec![Signal::DialogueExchanges, Signal::ProactiveCount],
        Reason::NoFormalContract => vec![Signal::ContractForm],
        Reason::SelfService => vec![Signal::DialogueExchanges],
        _ => {
            let rules = context.rules.parts().signals.iter();
            rules.filter(|rule| rule.reason == reason).map(|rule| rule.signal).collect()
        }
    };
    let points = |signal: &Signal| {
        let contribution =
            verdict.contributions.iter().find(|one| one.source == Source::Signal(*signal))?;
        let most = context.rules.rule(*signal)?.max_points();
        Some(format!(
            "{}: {} of {} points",
            capital(&facts.of(*signal)),
            span(contribution.lo, contribution.hi),
            most
        ))
    };
    let mut lines: Vec<String> = signals.iter().filter_map(points).collect();
    lines.extend(beside(reason, relationship, context, verdict));
    lines
}

/// The facts that are no signals.
fn beside(
    reason: Reason,
    relationship: &Relationship,
    context: &Context<'_>,
    verdict: &Verdict,
) -> Option<String> {
    let standard = context.rules.parts().transactional;
    match reason {
        Reason::SingleTransaction => {
            let days = relationship.purchase_days(context.as_of).dates();
            days.first().map(|day| format!("One purchase day ever: {day}"))
        }
        Reason::MixedStreams => Some(format!(
            "{} standard purchases or more, with at least {}% of the money",
            standard.min_standard_count,
            text::fixed(i128::from(standard.min_standard_share_bps), 2)
        )),
        Reason::PriceConvenience => Some("At least half of its purchases were promotional".to_owned()),
        Reason::RelationshipEnded if verdict.episode.anchor != verdict.as_of => {
            Some(format!("The last day of business was {}", verdict.episode.anchor))
        }
        Reason::RelationshipEnded => {
            Some("A negotiated contract is in force, but nobody has spoken or bought for more than 180 days".to_owned())
        }
        Reason::NoCommercialActivity => {
            Some("No contract and no purchase; both tables are complete".to_owned())
        }
        Reason::EvidenceMissing => {
            let missing = incomplete(&EVIDENCE, &context.coverage);
            Some(match missing.as_slice() {
                [] => "The records leave it open".to_owned(),
                tables => format!("Not complete: {}", tables.join(", ")),
            })
        }
        Reason::RegulatedTerm => context.packs.iter().find_map(|pack| {
            let mut rules = pack.parts().terms.iter();
            let rule = rules.find(|rule| rule.regulated && rule.term == verdict.term)?;
            let source = rule.source.as_deref().unwrap_or("no source");
            Some(format!("Pack {}: {}", text::printable(pack.id()), text::printable(source)))
        }),
        _ => None,
    }
}

/// Everything that is not known, the widest first; what is no signal before the signals.
fn questions(verdict: &Verdict, context: &Context<'_>, open: &[OpenQuestion]) -> Vec<QuestionLine> {
    let not_complete = |tables: &[Table]| incomplete(tables, &context.coverage);
    let mut lines = Vec::new();
    let on_client_side = |class| verdict.possible.contains(class);
    if verdict.class == Class::Undetermined && verdict.hard_rule.is_none() {
        if verdict.transactional == Tri::Unknown
            && on_client_side(Class::Client)
            && on_client_side(Class::Hybrid)
        {
            lines.push(QuestionLine {
                signal: None,
                question: "How much of what it buys is the same for everybody?",
                not_complete: not_complete(&[Table::Purchases, Table::Contracts]),
                points: None,
                settles: verdict.score.lo >= verdict.thresholds.client,
            });
        }
        if on_client_side(Class::Client) && verdict.score.hi < verdict.thresholds.client {
            lines.push(QuestionLine {
                signal: None,
                question: "Does a contract carry a duty of care in law?",
                not_complete: not_complete(&[Table::Contracts]),
                points: None,
                settles: true,
            });
        }
    }
    lines.extend(open.iter().map(|one| QuestionLine {
        signal: Some(one.signal.name()),
        question: Facts::question(one.signal),
        not_complete: not_complete(one.signal.tables()),
        points: Some([one.lo, one.hi]),
        settles: one.settles,
    }));
    lines
}

/// What a class says of the account, or of us.
fn class(verdict: &Verdict, context: &Context<'_>) -> String {
    match verdict.class {
        Class::Client => "an ongoing relationship, personal and two-way".to_owned(),
        Class::Customer => "it buys, without much of a relationship beside".to_owned(),
        Class::Hybrid if verdict.transactional == Tri::Yes => {
            "a relationship, and standard buying beside it".to_owned()
        }
        Class::Hybrid => "more than buying, less than a full relationship".to_owned(),
        Class::Undetermined if verdict.hard_rule.is_some() => {
            "there is no business with it yet".to_owned()
        }
        Class::Undetermined => {
            let possible: Vec<_> = verdict.possible.iter().map(Class::name).collect();
            let missing = incomplete(&EVIDENCE, &context.coverage);
            let because = match missing.as_slice() {
                [] => "the records leave it open".to_owned(),
                tables => format!("not complete are {}", tables.join(", ")),
            };
            format!("it may be {}, and we cannot tell; {because}", possible.join(" or "))
        }
    }
}

const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Prospect => "a prospect",
        Stage::New => "new",
        Stage::Active => "active",
        Stage::Dormant => "dormant",
        Stage::Reengaged => "back after a long silence",
        Stage::Former => "former",
        _ => "at a stage we cannot tell",
    }
}

fn firmness(verdict: &Verdict) -> &'static str {
    match (verdict.robust, verdict.class) {
        (true, _) => "Nothing that is missing could change the class.",
        (false, Class::Undetermined) if verdict.hard_rule.is_some() => {
            "There is nothing to decide before there is business."
        }
        (false, Class::Undetermined) => "What is missing could change the class.",
        (false, _) => {
            "It is decided by what was seen alone (policy lean): what is missing could change the class."
        }
    }
}

fn span(lo: i64, hi: i64) -> String {
    if lo == hi { lo.to_string() } else { format!("{lo} to {hi}") }
}

fn points(count: u32) -> String {
    if count == 1 { "1 point".to_owned() } else { format!("{count} points") }
}

fn points_between(lo: u32, hi: u32) -> String {
    format!("{lo} to {}", points(hi))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
