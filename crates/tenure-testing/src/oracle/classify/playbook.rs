//! Slow oracle of playbooks: every cell of every row written out, and looked for one by one.

use std::collections::BTreeSet;

/// The classes and stages, by name, as the specification lists them.
pub const CLASSES: [&str; 4] = ["client", "customer", "hybrid", "undetermined"];
/// The stages, by name.
pub const STAGES: [&str; 7] =
    ["prospect", "new", "active", "dormant", "reengaged", "former", "unknown"];

/// Whom a row is for, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "written out by tests")]
pub struct Row<'a> {
    /// Classes.
    pub classes: Vec<&'a str>,
    /// Stages.
    pub stages: Vec<&'a str>,
    /// Packs; none for every account.
    pub packs: Vec<&'a str>,
}

/// A class, a stage and a pack; no pack is the empty text.
pub type Cell<'a> = (&'a str, &'a str, &'a str);

/// Every cell of a row.
#[must_use]
pub fn cells<'a>(row: &Row<'a>) -> BTreeSet<Cell<'a>> {
    let mut cells = BTreeSet::new();
    for &class in &row.classes {
        for &stage in &row.stages {
            cells.extend(row.packs.iter().map(|&pack| (class, stage, pack)));
            if row.packs.is_empty() {
                cells.insert((class, stage, ""));
            }
        }
    }
    cells
}

/// The cells of all rows, each beside its row.
#[must_use]
pub fn written_out<'a>(rows: &[Row<'a>]) -> Vec<(Cell<'a>, usize)> {
    let of = |(place, row)| cells(row).into_iter().map(move |cell| (cell, place));
    rows.iter().enumerate().flat_map(of).collect()
}

/// The rows for that account: those of its first pack that has any, else those without packs.
#[must_use]
pub fn hits(all: &[(Cell<'_>, usize)], class: &str, stage: &str, packs: &[&str]) -> Vec<usize> {
    let with = |pack: &str| -> Vec<usize> {
        all.iter().filter(|(cell, _)| *cell == (class, stage, pack)).map(|&(_, row)| row).collect()
    };
    let tries = packs.iter().copied().chain([""]);
    tries.map(with).find(|hits| !hits.is_empty()).unwrap_or_default()
}

/// The classes and stages for which an account without packs has no row.
#[must_use]
pub fn gaps(rows: &[Row<'_>]) -> BTreeSet<(&'static str, &'static str)> {
    let all = written_out(rows);
    let mut gaps = BTreeSet::new();
    for class in CLASSES {
        for stage in STAGES {
            if hits(&all, class, stage, &[]).is_empty() {
                gaps.insert((class, stage));
            }
        }
    }
    gaps
}

/// The rows that share a cell with an earlier one.
#[must_use]
pub fn late_comers(rows: &[Row<'_>]) -> BTreeSet<usize> {
    let all = written_out(rows);
    let taken = |cell: &Cell<'_>, row: usize| all.iter().any(|(one, at)| one == cell && *at < row);
    all.iter().filter(|(cell, row)| taken(cell, *row)).map(|&(_, row)| row).collect()
}
