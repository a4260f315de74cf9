//! Health for people, and as rows.

use std::fmt::Write as _;
use std::io;

use comfy_table::{Cell, CellAlignment};
use tenure::model::Rounding;
use tenure::stats::Ratio;

use super::{AccountLine, Health, ScoreLine};
use crate::{table, text};

/// A table of accounts, and what they come to.
pub(super) fn to_text(health: &Health) -> String {
    let mut table = table::new_table();
    let changes = health.from.is_some();
    let head = ["account", "class", "profile", "score", "bands", "known", "from what"];
    let head = head.into_iter().chain(changes.then_some("change"));
    table.set_header(head);
    for account in &health.accounts {
        for score in &account.scores {
            table.add_row(row(account, score));
        }
        if let Some(joined) = &account.joined {
            let (lo, hi) = joined.point.map_or((joined.lo, joined.hi), |point| (point, point));
            let shown = text::range(tenure::health::out_of_100(lo), tenure::health::out_of_100(hi));
            let mut cells = vec![
                Cell::new(text::printable(&account.account)),
                Cell::new(account.class),
                Cell::new("joined"),
                Cell::new(shown).set_alignment(CellAlignment::Right),
                Cell::new(""),
                Cell::new(""),
                Cell::new(joined.share_percent.as_ref().map_or_else(
                    || "both scores; the share of its value under contract is not known".to_owned(),
                    |share| format!("{share} of its value is under contract"),
                )),
            ];
            if changes {
                cells.push(Cell::new(""));
            }
            table.add_row(cells);
        }
    }
    let mut out = format!("{table}\n");
    let _ = writeln!(out, "\nAs of {}, known at {}.", health.as_of, health.known_at);
    for line in &health.summary {
        let bands: Vec<String> =
            line.bands.iter().map(|(band, count)| format!("{band} {count}")).collect();
        let mean = line.means.map_or_else(String::new, |(lo, hi)| {
            format!("; mean {}", text::range(of_100(lo), of_100(hi)))
        });
        let _ = writeln!(
            out,
            "Profile {}: {} accounts: {}, may be several {}{mean}.",
            line.profile,
            text::grouped(i128::from(line.accounts)),
            bands.join(", "),
            line.undetermined,
        );
        if !line.never_observed.is_empty() {
            let _ = writeln!(
                out,
                "  No account here ever had a value of {}: is that how `observations` names it?",
                text::printable(&line.never_observed.join(", ")),
            );
        }
    }
    if let (Some(from), Some(to)) = (&health.value_from, &health.value_to) {
        let _ = writeln!(
            out,
            "Joined scores: by the share of recurring revenue in what an account was worth from {from} to \
             {to}, purchases being the rest.",
        );
    }
    for (count, what) in [
        (
            health.without_profile,
            "are of an undetermined class and have no profile; --profile names one",
        ),
        (health.accounts_not_yet, "have no record that can be seen yet"),
    ] {
        if count > 0 {
            let _ = writeln!(out, "{} more accounts {what}.", text::grouped(i128::from(count)));
        }
    }
    out.push_str(
        "A score is no probability, and its weights are opinions: `tenure health --backtest` says what \
         they foresee.\n",
    );
    out
}

/// A mean of thousandths, of 100 with one decimal.
fn of_100(mean: Ratio) -> String {
    let tenths = Rounding::HalfAway.divide(mean.num(), mean.den());
    text::fixed(tenths.unwrap_or_default(), 1)
}

/// Thousandths, of 100 with one decimal as the score.
pub(super) fn tenths(points: i32) -> String {
    text::fixed(points.into(), 1)
}

fn row(account: &AccountLine, score: &ScoreLine) -> Vec<Cell> {
    let mut known: Vec<(&str, i32)> = Vec::new();
    let mut missing = Vec::new();
    for part in &score.components {
        match part.absence {
            None => known.push((&part.id, part.point.unwrap_or(part.lo))),
            Some(absence) => missing.push(format!("{} {}", part.id, absence.replace('_', " "))),
        }
    }
    let mut what: Vec<String> = known
        .iter()
        .map(|(id, points)| format!("{} {}", text::printable(id), tenths(*points)))
        .collect();
    if !missing.is_empty() {
        what.push(format!("missing: {}", text::printable(&missing.join(", "))));
    }
    let mut cells = vec![
        Cell::new(text::printable(&account.account)),
        Cell::new(account.class),
        Cell::new(&score.profile),
        Cell::new(&score.shown).set_alignment(CellAlignment::Right),
        Cell::new(score.bands.join("/")),
        Cell::new(&score.coverage_percent).set_alignment(CellAlignment::Right),
        Cell::new(what.join(", ")),
    ];
    cells.extend(score.change.as_ref().map(|change| Cell::new(change.sentence())));
    cells
}

/// A row an account and profile.
pub(super) fn to_csv(health: &Health) -> io::Result<String> {
    let changes = health.from.is_some();
    let mut head = vec![
        "account",
        "class",
        "profile",
        "lo",
        "hi",
        "point",
        "bands",
        "coverage",
        "contributions",
        "missing",
    ];
    if changes {
        head.extend([
            "lo_change",
            "lo_value",
            "lo_weight",
            "lo_staleness",
            "lo_rule",
            "hi_change",
            "hi_value",
            "hi_weight",
            "hi_staleness",
            "hi_rule",
        ]);
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(&head)?;
    for account in &health.accounts {
        for score in &account.scores {
            let parts = score.components.iter();
            let known: Vec<_> = parts
                .clone()
                .filter(|part| part.absence.is_none())
                .map(|part| format!("{}={}", part.id, part.point.unwrap_or(part.lo)))
                .collect();
            let missing: Vec<_> =
                parts.filter_map(|part| Some(format!("{}={}", part.id, part.absence?))).collect();
            let mut cells = vec![
                account.account.clone(),
                account.class.to_owned(),
                score.profile.clone(),
                score.lo.to_string(),
                score.hi.to_string(),
                score.point.map_or_else(String::new, |point| point.to_string()),
                score.bands.join(" "),
                score
                    .coverage
                    .get("value")
                    .and_then(|value| value.as_str())
                    .unwrap_or_default()
                    .to_owned(),
                known.join(" "),
                missing.join(" "),
            ];
            if changes {
                cells.extend(
                    score.change.as_ref().map(super::ChangeLine::cells).unwrap_or_default(),
                );
            }
            out.write_record(&cells)?;
        }
    }
    let bytes = out.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}
