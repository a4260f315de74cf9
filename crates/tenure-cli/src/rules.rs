//! `tenure rules`: rule sets, packs and playbooks shown, checked and compared.

mod diff;

use std::fmt::Write as _;

use comfy_table::Cell;
use tenure::classify::{
    Actionable, Class, Document, DocumentError, Fault, FaultCode, Pack, Playbook, RuleSet,
    SignalKind, SignalRule, Stage,
};

use crate::args::{RulesCheckArgs, RulesCommand, RulesFormat, RulesShowArgs};
use crate::error::{CommandError, told_faults};
use crate::files::{self, Piece};
use crate::input::Rejects;
use crate::{print, print_json, table, text};

pub(crate) fn run(command: &RulesCommand) -> Result<Rejects, CommandError> {
    match command {
        RulesCommand::Show(args) => show(args).map(|()| Rejects::None),
        RulesCommand::Check(args) => check(args).map(|()| Rejects::None),
        RulesCommand::Diff(args) => diff::run(args),
    }
}

fn show(args: &RulesShowArgs) -> Result<(), CommandError> {
    let Some(name) = &args.name else { return list(args.format) };
    let piece = Piece::named(name, &args.bases)?;
    match args.format.unwrap_or(RulesFormat::Toml) {
        RulesFormat::Toml => print(&text::printable_toml(&ended(piece.to_toml()))),
        RulesFormat::Json => print(&text::printable_json(&ended(piece.to_json()))),
        RulesFormat::Table => print(&for_people(&piece)),
    }
}

/// What is built in.
fn list(format: Option<RulesFormat>) -> Result<(), CommandError> {
    if format == Some(RulesFormat::Json) {
        let lines: Vec<serde_json::Value> = Piece::built_in()
            .map(|piece| {
                serde_json::json!({
                    "what": piece.what(),
                    "id": piece.id(),
                    "version": piece.version(),
                    "sha256": piece.digest(),
                })
            })
            .collect();
        return print_json(&lines);
    }
    let mut rows = table::new_table();
    rows.set_header(["what", "id", "version", "sha256"].map(Cell::new));
    for piece in Piece::built_in() {
        let digest = piece.digest().short();
        rows.add_row([piece.what(), piece.id(), piece.version(), &digest].map(Cell::new));
    }
    print(&format!("{rows}\nPrint one with `tenure rules show NAME`.\n"))
}

/// Text that ends its last line.
fn ended(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn check(args: &RulesCheckArgs) -> Result<(), CommandError> {
    let mut out = String::new();
    let mut faulty = 0_usize;
    let mut documents: Vec<Option<Document>> = Vec::with_capacity(args.files.len());
    for path in &args.files {
        documents.push(match files::read(path) {
            Ok(document) => Some(document),
            Err(CommandError::Document(error)) => {
                tell(&mut out, &error);
                faulty = faulty.saturating_add(1);
                None
            }
            Err(other) => return Err(other),
        });
    }
    for (place, document) in documents.iter().enumerate() {
        let Some(document) = document else { continue };
        let others = documents.iter().enumerate().filter(|(other, _)| *other != place);
        let others: Vec<Document> = others
            .filter_map(|(_, other)| other.clone())
            .filter(|other| {
                other.schema().is_some_and(|schema| schema.starts_with("tenure/ruleset/"))
            })
            .collect();
        let file = args.files.get(place).map(|path| path.display().to_string());
        match Piece::of(document, &others) {
            Ok(piece) => {
                let _ = writeln!(
                    out,
                    "{}: ok: {} {} {} {}",
                    text::printable(&file.unwrap_or_default()),
                    piece.what(),
                    text::printable(piece.id()),
                    text::printable(piece.version()),
                    piece.digest()
                );
            }
            Err(error) => {
                tell(&mut out, &error);
                faulty = faulty.saturating_add(1);
            }
        }
    }
    print(&out)?;
    if faulty > 0 {
        return Err(CommandError::FaultyFiles { faulty, files: args.files.len() });
    }
    Ok(())
}

/// Every fault on a line of its own, its hint under it.
fn tell(out: &mut String, error: &DocumentError) {
    for fault in told_faults(error) {
        let place = fault.location().map_or_else(String::new, |place| format!("{place}: "));
        let path = fault.path();
        let between = if path.is_empty() { "" } else { ": " };
        let line = format!("{place}{}: {path}{between}{}", fault.code(), fault.message());
        let _ = writeln!(out, "{}", text::printable(&line));
        if let Some(hint) = hint(fault) {
            let _ = writeln!(out, "  hint: {}", text::printable(&hint));
        }
    }
}

fn hint(fault: &Fault) -> Option<String> {
    if fault.code() == FaultCode::BadSchema {
        return Some(
            "the schemas are tenure/ruleset/1, tenure/pack/1, tenure/playbook/1".to_owned(),
        );
    }
    fault.hint().map(str::to_owned)
}

fn for_people(piece: &Piece) -> String {
    let mut out = format!(
        "{} {} {}, sha256 {}\n\n",
        piece.what(),
        text::printable(piece.id()),
        text::printable(piece.version()),
        piece.digest()
    );
    match piece {
        Piece::RuleSet(rules) => rule_set(&mut out, rules),
        Piece::Pack(pack) => words(&mut out, pack),
        Piece::Playbook(book) => treatments(&mut out, book),
    }
    out
}

fn rule_set(out: &mut String, rules: &RuleSet) {
    let parts = rules.parts();
    let mut rows = table::new_table();
    rows.set_header(
        ["signal", "group", "points from value", "typical", "changed by", "reason"].map(Cell::new),
    );
    for rule in parts.signals.iter() {
        let who = match rule.actionable {
            Actionable::Yes => "us",
            Actionable::Wait => "time",
            _ => "them",
        };
        rows.add_row(
            [
                rule.signal.name(),
                &text::printable(&rule.group),
                &bins(rule),
                &rule.typical.to_string(),
                who,
                rule.reason.name(),
            ]
            .map(Cell::new),
        );
    }
    let _ = writeln!(out, "{rows}");
    for rule in parts.hard_rules.iter() {
        let _ = writeln!(
            out,
            "hard rule {}: {} ({})",
            text::printable(&rule.id),
            rule.when.then(),
            rule.when.reason()
        );
    }
    let sides = parts.thresholds;
    let standard = parts.transactional;
    let _ = writeln!(
        out,
        "client side from {} points ({} for a client), customer below {} ({} for a customer), of {}\n\
         standard buying is material from {} lines and {}% of the money on\n\
         evidence of {} days; silent after {} own gaps ({} days where there are too few); a contract \
         holds {} days beyond its end",
        sides.client,
        sides.exit_client,
        sides.customer,
        sides.exit_customer,
        rules.sum_of_maxima(),
        standard.min_standard_count,
        text::fixed(i128::from(standard.min_standard_share_bps), 2),
        parts.window_days,
        parts.dormant_ratio,
        parts.default_gap_days,
        parts.episode_grace_days,
    );
}

/// `1: 5, 2: 14`: the points from each value on.
fn bins(rule: &SignalRule) -> String {
    let bins = rule.bins.iter().skip(1).map(|bin| {
        let from = match rule.signal.kind() {
            SignalKind::Rate => text::fixed(i128::from(bin.from), 3),
            SignalKind::Bool => "yes".to_owned(),
            SignalKind::Ordinal => {
                let level = usize::try_from(bin.from).ok();
                let name = level.and_then(|level| rule.signal.levels().get(level));
                name.map_or_else(|| bin.from.to_string(), |name| (*name).to_owned())
            }
            _ => bin.from.to_string(),
        };
        format!("{from}: {}", bin.points)
    });
    bins.collect::<Vec<_>>().join(", ")
}

fn words(out: &mut String, pack: &Pack) {
    let mut rows = table::new_table();
    rows.set_header(["when", "our industry", "word", "regulated", "source"].map(Cell::new));
    for rule in pack.parts().terms.iter() {
        let regulated = if rule.regulated { "yes" } else { "no" };
        rows.add_row(
            [
                rule.when.name(),
                &rule.industry.as_deref().map_or_else(|| "any".to_owned(), text::printable),
                &text::printable(&rule.term),
                regulated,
                &rule.source.as_deref().map_or_else(|| "–".to_owned(), text::printable),
            ]
            .map(Cell::new),
        );
    }
    let _ = writeln!(out, "{rows}");
    for floor in pack.parts().floors.iter() {
        let _ = writeln!(out, "floor {}: {}", text::printable(&floor.id), floor.when.then());
    }
    for (reason, told) in pack.parts().texts.iter() {
        let _ = writeln!(out, "{reason}: {}", text::printable(told));
    }
    let _ = writeln!(out, "Words of a trade, not legal advice.");
}

fn treatments(out: &mut String, book: &Playbook) {
    for row in book.treatments() {
        let classes: Vec<_> = row.classes.iter().map(|class: &Class| class.name()).collect();
        let stages: Vec<_> = row.stages.iter().map(|stage: &Stage| stage.name()).collect();
        let packs: Vec<_> = row.packs.iter().map(|pack| text::printable(pack)).collect();
        let of =
            if packs.is_empty() { String::new() } else { format!("; packs {}", packs.join(", ")) };
        let _ = writeln!(
            out,
            "{} ({}; {}{of})",
            text::printable(&row.id),
            classes.join(", "),
            stages.join(", ")
        );
        for (name, told) in table::treatment(row) {
            let _ = writeln!(out, "  {name:14}  {told}");
        }
        out.push('\n');
    }
    let _ = writeln!(out, "Opinion, measured against nothing, and not legal advice.");
}
