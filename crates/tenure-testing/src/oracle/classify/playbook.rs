//! Slow oracle of playbooks: every cell of every row written out, and looked for one by one.

use std::collections::BTreeSet;

/// The classes and stages, by name, as the specification lists them.
pub const CLASSES: [&str; 4] = ["client", "customer", "hybrid", "undetermined"];
/// The stages, by name.
pub const STAGES: [&str; 7] =
    ["prospect", "new", "active", "dormant", "reengaged", "former", "unknown"];

/// Whom a row is for, by name.
#[derive(Debug, Clone)]
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
pub type Cell = (String, String, String);

/// Every cell of a row.
#[must_use]
pub fn cells(row: &Row<'_>) -> BTreeSet<Cell> {
    let mut cells = BTreeSet::new();
    for class in &row.classes {
        for stage in &row.stages {
            let of = |pack: &str| ((*class).to_owned(), (*stage).to_owned(), pack.to_owned());
            cells.extend(row.packs.iter().map(|pack| of(pack)));
            if row.packs.is_empty() {
                cells.insert(of(""));
            }
        }
    }
    cells
}

/// The rows for that account: those of its first pack that has any, else those without packs.
#[must_use]
pub fn hits(rows: &[Row<'_>], class: &str, stage: &str, packs: &[&str]) -> Vec<usize> {
    let with = |pack: &str| -> Vec<usize> {
        let cell = (class.to_owned(), stage.to_owned(), pack.to_owned());
        let all = rows.iter().enumerate();
        all.filter(|(_, row)| cells(row).contains(&cell)).map(|(place, _)| place).collect()
    };
    let tries = packs.iter().copied().chain([""]);
    tries.map(with).find(|hits| !hits.is_empty()).unwrap_or_default()
}

/// The classes and stages for which an account without packs has no row.
#[must_use]
pub fn gaps(rows: &[Row<'_>]) -> BTreeSet<(String, String)> {
    let mut gaps = BTreeSet::new();
    for class in CLASSES {
        for stage in STAGES {
            if hits(rows, class, stage, &[]).is_empty() {
                gaps.insert((class.to_owned(), stage.to_owned()));
            }
        }
    }
    gaps
}

/// The rows that share a cell with an earlier one.
#[must_use]
pub fn late_comers(rows: &[Row<'_>]) -> BTreeSet<usize> {
    let meets = |place: usize| {
        let mine = rows.get(place).map(cells).unwrap_or_default();
        rows.iter().take(place).any(|row| !cells(row).is_disjoint(&mine))
    };
    (0..rows.len()).filter(|&place| meets(place)).collect()
}
