//! A playbook from a document.

use std::borrow::Cow;

use serde::de::Error as _;

use super::describe::{self, SCHEMA};
use super::validate::{Cells, Draft};
use super::{Cadence, DormantAction, Playbook, Treatment};
use crate::class::Class;
use crate::document::{Document, Kind, Node, Reader, Table, Value, schema};
use crate::fault::{DocumentError, FaultCode, Location};
use crate::stage::Stage;

const KEYS: [&str; 4] = ["schema", "id", "version", "treatment"];
const TREATMENT: [&str; 15] = [
    "id",
    "class",
    "stage",
    "pack",
    "support_model",
    "cadence",
    "retention",
    "acquisition",
    "revenue_model",
    "metrics",
    "dormant_action",
    "technology",
    "roles",
    "resolution",
    "auto_close",
];
const CADENCE: [&str; 5] = [
    "text",
    "personal_within_days",
    "review_within_days",
    "max_broadcasts_per_month",
    "discovery_contacts",
];
const DORMANT_ACTION: [&str; 2] = ["text", "within_days"];

type Text = Cow<'static, str>;

impl Playbook {
    /// Reads a playbook.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_document(document: &Document) -> Result<Self, DocumentError> {
        let mut reader = Reader::default();
        let root = &document.root;
        let draft = draft(root, &mut reader);
        if let Some(draft) = &draft {
            for fault in draft.faults(|place| row_location(root, place)) {
                reader.push(root.locate(fault));
            }
        }
        reader.finish(draft.and_then(Draft::parts).and_then(super::PlaybookParts::trusted))
    }

    /// Reads a playbook from TOML. The name of the file goes into the places of faults.
    ///
    /// ```
    /// use tenure_classify::Playbook;
    /// let text = Playbook::standard().to_toml();
    /// assert_eq!(&Playbook::from_toml("standard.toml", &text)?, Playbook::standard());
    /// let wrong = text.replace("auto_close = false", "auto_close = true");
    /// let error = Playbook::from_toml("mine.toml", &wrong).err().ok_or("read")?;
    /// let first = error.faults().first().ok_or("no fault")?;
    /// assert_eq!(first.code().name(), "undetermined_auto_close");
    /// assert_eq!(first.path(), "treatment[9].auto_close");
    /// assert!(first.location().is_some_and(|at| at.file() == "mine.toml" && at.line() > 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it.
    #[cfg(feature = "files")]
    pub fn from_toml(file: &str, text: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
        Self::from_document(&Document::from_toml(file, text)?)
    }

    /// Reads a playbook from JSON: the same keys as in TOML.
    ///
    /// ```
    /// use tenure_classify::Playbook;
    /// let text = Playbook::standard().to_json();
    /// assert_eq!(&Playbook::from_json("standard.json", text)?, Playbook::standard());
    /// # Ok::<(), tenure_classify::DocumentError>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it.
    #[cfg(feature = "files")]
    pub fn from_json(file: &str, text: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
        Self::from_document(&Document::from_json(file, text)?)
    }

    /// Writes TOML that [`from_toml`](Self::from_toml) reads as the same playbook.
    #[cfg(feature = "files")]
    #[must_use]
    pub fn to_toml(&self) -> String {
        describe::playbook(self, self.treatments()).to_toml()
    }

    /// Writes JSON that [`from_json`](Self::from_json) reads as the same playbook.
    #[cfg(feature = "files")]
    #[must_use]
    pub fn to_json(&self) -> String {
        describe::playbook(self, self.treatments()).to_json()
    }
}

impl serde::Serialize for Playbook {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        describe::playbook(self, self.treatments()).serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Playbook {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Document::deserialize(deserializer)?;
        Self::from_document(&document).map_err(D::Error::custom)
    }
}

impl serde::Serialize for Treatment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        describe::treatment(self).serialize(serializer)
    }
}

fn row_location(root: &Node, place: usize) -> Option<Location> {
    match &root.get("treatment")?.kind {
        Kind::Array(rows) => rows.get(place)?.location.clone(),
        _ => None,
    }
}

fn draft(root: &Node, reader: &mut Reader) -> Option<Draft> {
    let table = Value::root(root).table(&KEYS, reader)?;
    schema(&table, SCHEMA, reader);
    let id = text(&table, "id", reader);
    let version = text(&table, "version", reader);
    let rows = table.need("treatment", reader).and_then(|rows| rows.items(reader));
    let rows = rows.map(|rows| rows.iter().map(|value| row(value, reader)).collect());
    Some(Draft { id, version, rows })
}

/// Whom a row is for, and the row where nothing was wrong.
fn row(value: &Value<'_>, reader: &mut Reader) -> (Option<Cells>, Option<Treatment>) {
    let Some(table) = value.table(&TREATMENT, reader) else { return (None, None) };
    let table = &table;
    let id = text(table, "id", reader);
    let classes: Vec<(&str, Class)> = Class::ALL.iter().map(|&one| (one.name(), one)).collect();
    let classes = list(table, "class", reader, |value, reader| value.word(&classes, reader));
    let stages: Vec<(&str, Stage)> = Stage::ALL.iter().map(|&one| (one.name(), one)).collect();
    let stages = list(table, "stage", reader, |value, reader| value.word(&stages, reader));
    let packs = packs(table, reader);
    let cells = || {
        let (classes, stages) = (classes.clone()?, stages.clone()?);
        Some(Cells { classes, stages, packs: packs.clone()? })
    };
    let cells = cells();
    let support_model = text(table, "support_model", reader);
    let cadence = cadence(table, reader);
    let retention = text(table, "retention", reader);
    let acquisition = text(table, "acquisition", reader);
    let revenue_model = text(table, "revenue_model", reader);
    let metrics = list(table, "metrics", reader, owned);
    let dormant_action = dormant_action(table, reader);
    let technology = text(table, "technology", reader);
    let roles = text(table, "roles", reader);
    let resolution = text(table, "resolution", reader);
    let auto_close = match table.get("auto_close") {
        Some(value) => value.flag(reader).map(Some),
        None => Some(None),
    };
    let whole = || {
        Some(Treatment {
            id: id?,
            classes: classes?.into(),
            stages: stages?.into(),
            packs: packs?.into(),
            support_model: support_model?,
            cadence: cadence?,
            retention: retention?,
            acquisition: acquisition?,
            revenue_model: revenue_model?,
            metrics: metrics?.into(),
            dormant_action: dormant_action?,
            technology: technology?,
            roles: roles?,
            resolution: resolution?,
            auto_close: auto_close?,
        })
    };
    (cells, whole())
}

fn cadence(table: &Table<'_>, reader: &mut Reader) -> Option<Cadence> {
    let table = table.need("cadence", reader)?.table(&CADENCE, reader)?;
    let table = &table;
    let text = text(table, "text", reader);
    let personal = limit(table, "personal_within_days", reader);
    let review = limit(table, "review_within_days", reader);
    let broadcasts = limit(table, "max_broadcasts_per_month", reader);
    let discovery = limit(table, "discovery_contacts", reader);
    Some(Cadence {
        text: text?,
        personal_within_days: personal?,
        review_within_days: review?,
        max_broadcasts_per_month: broadcasts?,
        discovery_contacts: discovery?,
    })
}

fn dormant_action(table: &Table<'_>, reader: &mut Reader) -> Option<DormantAction> {
    let table = table.need("dormant_action", reader)?.table(&DORMANT_ACTION, reader)?;
    let text = text(&table, "text", reader);
    let within_days = limit(&table, "within_days", reader);
    Some(DormantAction { text: text?, within_days: within_days? })
}

/// The packs; none if the key is not there.
fn packs(table: &Table<'_>, reader: &mut Reader) -> Option<Vec<Text>> {
    let Some(value) = table.get("pack") else { return Some(Vec::new()) };
    let packs = items(&value, reader, owned)?;
    if packs.is_empty() {
        let fault = value.fault(FaultCode::MissingName, "the list is empty");
        reader.push(fault.with_hint("leave `pack` out for every account"));
        return None;
    }
    Some(packs)
}

fn text(table: &Table<'_>, key: &str, reader: &mut Reader) -> Option<Text> {
    owned(&table.need(key, reader)?, reader)
}

fn owned(value: &Value<'_>, reader: &mut Reader) -> Option<Text> {
    value.text(reader).map(|text| text.to_owned().into())
}

/// A number that may be left out: the outer `None` is a fault.
fn limit(table: &Table<'_>, key: &str, reader: &mut Reader) -> Option<Option<u32>> {
    match table.get(key) {
        Some(value) => value.count(reader).map(Some),
        None => Some(None),
    }
}

fn list<T>(
    table: &Table<'_>,
    key: &str,
    reader: &mut Reader,
    one: impl Fn(&Value<'_>, &mut Reader) -> Option<T>,
) -> Option<Vec<T>> {
    items(&table.need(key, reader)?, reader, one)
}

/// All of them are looked at, wherever one is wrong.
fn items<T>(
    value: &Value<'_>,
    reader: &mut Reader,
    one: impl Fn(&Value<'_>, &mut Reader) -> Option<T>,
) -> Option<Vec<T>> {
    let items: Vec<Option<T>> = value.items(reader)?.iter().map(|item| one(item, reader)).collect();
    items.into_iter().collect()
}
