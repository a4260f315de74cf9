//! Everything that can be wrong with a playbook.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{PlaybookParts, Treatment};
use crate::class::{Class, ClassSet};
use crate::fault::{Fault, FaultCode, Location, Path, shortened};
use crate::stage::Stage;

/// The most days and the most messages of any limit.
const MAX_DAYS: u32 = 36_500;
const MAX_MESSAGES: u32 = 1_000;

/// A playbook as far as it could be read: `None` where a fault was found already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) id: Option<Cow<'static, str>>,
    pub(super) version: Option<Cow<'static, str>>,
    /// Whom each row is for, and what it says.
    pub(super) rows: Option<Vec<(Option<Cells>, Option<Treatment>)>>,
}

/// Whom a row is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cells {
    pub(super) classes: Vec<Class>,
    pub(super) stages: Vec<Stage>,
    pub(super) packs: Vec<Cow<'static, str>>,
}

impl Draft {
    pub(super) fn of(parts: &PlaybookParts) -> Self {
        let row = |row: &Treatment| {
            let (classes, stages) = (row.classes.to_vec(), row.stages.to_vec());
            (Some(Cells { classes, stages, packs: row.packs.to_vec() }), Some(row.clone()))
        };
        Self {
            id: Some(parts.id.clone()),
            version: Some(parts.version.clone()),
            rows: Some(parts.treatments.iter().map(row).collect()),
        }
    }

    /// The playbook, if all of it could be read.
    #[cfg(feature = "serde")]
    pub(super) fn parts(self) -> Option<PlaybookParts> {
        let rows: Option<Vec<Treatment>> = self.rows?.into_iter().map(|(_, row)| row).collect();
        Some(PlaybookParts { id: self.id?, version: self.version?, treatments: rows?.into() })
    }

    /// Everything that is wrong: with the playbook, with each row in order, then the gaps.
    /// `row_location` tells where a row stands, if anywhere.
    pub(super) fn faults(&self, row_location: impl Fn(usize) -> Option<Location>) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (key, text) in [("id", &self.id), ("version", &self.version)] {
            if text.as_ref().is_some_and(|text| text.is_empty()) {
                let path = Path::root().key(key);
                faults.push(Fault::new(FaultCode::MissingName, path, format!("`{key}` is empty")));
            }
        }
        let row_in_words = |place: usize| match row_location(place) {
            Some(location) => format!("{} ({location})", row_path(place)),
            None => row_path(place).to_string(),
        };
        let Some(rows) = &self.rows else { return faults };
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        // The row that has each cell.
        let mut taken: BTreeMap<Cell<'_>, usize> = BTreeMap::new();
        for (place, (cells, row)) in rows.iter().enumerate() {
            let path = row_path(place);
            if let Some(row) = row {
                of_row(row, &path, &mut faults);
                let first = *ids.entry(&row.id).or_insert(place);
                if first != place {
                    let message = format!(
                        "`{}` is also the id of {}",
                        shortened(&row.id),
                        row_in_words(first)
                    );
                    faults.push(Fault::new(FaultCode::DuplicateId, path.key("id"), message));
                }
            }
            for (first, cells) in cells.iter().flat_map(|cells| claim(place, cells, &mut taken)) {
                let message = format!("{} has {} already", row_in_words(first), shown(&cells));
                let fault = Fault::new(FaultCode::PlaybookOverlap, path.clone(), message);
                faults.push(fault.with_hint("take it out of one of the two rows"));
            }
        }
        if rows.iter().all(|(cells, _)| cells.is_some()) {
            faults.extend(gaps(&taken));
        }
        faults
    }
}

/// What no row without packs is for.
fn gaps(taken: &BTreeMap<Cell<'_>, usize>) -> impl Iterator<Item = Fault> {
    let of = |&class| Stage::ALL.iter().map(move |&stage| (None, class, stage));
    let missing = Class::ALL.iter().flat_map(of).filter(|cell| !taken.contains_key(cell));
    missing.map(|cell| {
        let message = format!("nothing is said of {}", in_words(&cell));
        let fault = Fault::new(FaultCode::PlaybookGap, Path::root().key("treatment"), message);
        fault.with_hint("give it to a row without `pack`: packs fall back on those")
    })
}

fn row_path(place: usize) -> Path {
    Path::root().key("treatment").index(place)
}

/// A class in a stage, with a pack or without.
type Cell<'a> = (Option<&'a str>, Class, Stage);

fn in_words(&(pack, class, stage): &Cell<'_>) -> String {
    let pack = pack.map_or_else(String::new, |pack| format!(" with pack `{}`", shortened(pack)));
    format!("`{class}` in stage `{stage}`{pack}")
}

/// The first few, and how many more.
fn shown(cells: &[Cell<'_>]) -> String {
    const SHOWN: usize = 3;
    let first: Vec<String> = cells.iter().take(SHOWN).map(in_words).collect();
    let first = first.join(", ");
    match cells.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Gives a row its cells; returns those that another has already, by that other.
fn claim<'a>(
    place: usize,
    row: &'a Cells,
    taken: &mut BTreeMap<Cell<'a>, usize>,
) -> BTreeMap<usize, Vec<Cell<'a>>> {
    let mut lost: BTreeMap<usize, Vec<Cell<'a>>> = BTreeMap::new();
    // Each once, however often the row names it.
    let classes: ClassSet = row.classes.iter().copied().collect();
    let stages: BTreeSet<Stage> = row.stages.iter().copied().collect();
    let mut packs: BTreeSet<Option<&str>> = row.packs.iter().map(|pack| Some(&**pack)).collect();
    if packs.is_empty() {
        packs.insert(None);
    }
    for pack in packs {
        for class in classes.iter() {
            for &stage in &stages {
                let cell = (pack, class, stage);
                let first = *taken.entry(cell).or_insert(place);
                if first != place {
                    lost.entry(first).or_default().push(cell);
                }
            }
        }
    }
    lost
}

/// What is wrong with one row alone.
fn of_row(row: &Treatment, path: &Path, faults: &mut Vec<Fault>) {
    let cadence = &row.cadence;
    let in_cadence = path.key("cadence");
    let texts = [
        (path.key("id"), &row.id),
        (path.key("support_model"), &row.support_model),
        (in_cadence.key("text"), &cadence.text),
        (path.key("retention"), &row.retention),
        (path.key("acquisition"), &row.acquisition),
        (path.key("revenue_model"), &row.revenue_model),
        (path.key("dormant_action").key("text"), &row.dormant_action.text),
        (path.key("technology"), &row.technology),
        (path.key("roles"), &row.roles),
        (path.key("resolution"), &row.resolution),
    ];
    for (path, text) in texts {
        if text.is_empty() {
            faults.push(empty(path, "the text is empty"));
        }
    }
    names(path.key("class"), row.classes.iter().map(|class| class.name()), Needed::Yes, faults);
    names(path.key("stage"), row.stages.iter().map(|stage| stage.name()), Needed::Yes, faults);
    names(path.key("pack"), row.packs.iter().map(AsRef::as_ref), Needed::No, faults);
    names(path.key("metrics"), row.metrics.iter().map(AsRef::as_ref), Needed::Yes, faults);
    let action = path.key("dormant_action");
    for (path, found, least, most) in [
        (in_cadence.key("personal_within_days"), cadence.personal_within_days, 1, MAX_DAYS),
        (in_cadence.key("review_within_days"), cadence.review_within_days, 1, MAX_DAYS),
        (
            in_cadence.key("max_broadcasts_per_month"),
            cadence.max_broadcasts_per_month,
            0,
            MAX_MESSAGES,
        ),
        (in_cadence.key("discovery_contacts"), cadence.discovery_contacts, 1, MAX_MESSAGES),
        (action.key("within_days"), row.dormant_action.within_days, 0, MAX_DAYS),
    ] {
        if let Some(found) = found.filter(|&found| found < least || found > most) {
            let message = format!("`{found}` is not from {least} to {most}");
            let fault = Fault::new(FaultCode::OutOfRange, path, message);
            faults.push(fault.with_hint("leave it out where nothing is asked"));
        }
    }
    if row.classes.contains(&Class::Undetermined) {
        if row.auto_close != Some(false) {
            let message = "what is undetermined is never closed without a person".to_owned();
            let fault =
                Fault::new(FaultCode::UndeterminedAutoClose, path.key("auto_close"), message);
            faults.push(fault.with_hint("say `auto_close = false`"));
        }
        if cadence.allows_broadcast_only() {
            let message = "what is undetermined never hears broadcasts alone".to_owned();
            let fault = Fault::new(FaultCode::UndeterminedBroadcastOnly, in_cadence, message);
            faults.push(fault.with_hint(
                "ask for `discovery_contacts` or `personal_within_days`, or say \
                 `max_broadcasts_per_month = 0`",
            ));
        }
    }
}

fn empty(path: Path, message: &str) -> Fault {
    Fault::new(FaultCode::MissingName, path, message.to_owned()).with_hint("say `none` for nothing")
}

/// Whether a list must name something.
#[derive(PartialEq, Eq)]
enum Needed {
    Yes,
    No,
}

fn names<'a>(
    path: Path,
    names: impl Iterator<Item = &'a str>,
    needed: Needed,
    faults: &mut Vec<Fault>,
) {
    let (mut seen, mut count) = (BTreeSet::new(), 0_usize);
    for (place, name) in names.enumerate() {
        count = place.saturating_add(1);
        if name.is_empty() {
            faults.push(empty(path.index(place), "the text is empty"));
        } else if !seen.insert(name) {
            let message = format!("`{}` is named twice", shortened(name));
            faults.push(Fault::new(FaultCode::DuplicateId, path.index(place), message));
        }
    }
    if count == 0 && needed == Needed::Yes {
        faults.push(empty(path, "the list is empty"));
    }
}
