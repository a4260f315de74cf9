//! A pack from a document.

use serde::de::Error as _;

use super::describe::{self, SCHEMA};
use super::validate::{self, Draft};
use super::{Pack, PackParts, Standing, TermRule};
use crate::document::{Document, Reader, Table, Value, choices, schema};
use crate::fault::{DocumentError, FaultCode, shortened};
use crate::reason::Reason;
use crate::rules::read_hard_rule;

const KEYS: [&str; 6] = ["schema", "id", "version", "term", "hard_rule", "text"];
const TERM: [&str; 5] = ["when", "industry", "term", "regulated", "source"];
const HARD_RULE: [&str; 4] = ["id", "when", "then", "reason"];
/// What belongs to rule sets alone.
const RULES: [&str; 16] = [
    "thresholds",
    "transactional",
    "signal",
    "points",
    "bins",
    "levels",
    "typical",
    "window_days",
    "dormant_ratio",
    "default_gap_days",
    "episode_grace_days",
    "contract_end",
    "client",
    "customer",
    "exit_client",
    "exit_customer",
];

impl Pack {
    /// Reads a pack.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_document(document: &Document) -> Result<Self, DocumentError> {
        let mut reader = Reader::default();
        let draft = draft(document, &mut reader);
        if let Some(draft) = &draft {
            for fault in validate::faults(draft) {
                reader.push(document.root.locate(fault));
            }
        }
        let parts = draft.and_then(Draft::parts);
        reader.finish(parts.map(Self::trusted))
    }

    /// Reads a pack from TOML.
    ///
    /// ```
    /// use tenure_classify::{Pack, Reason};
    /// let gym = Pack::from_toml("gym.toml", r#"
    ///     schema = "tenure/pack/1"
    ///     id = "gym"
    ///     version = "1.0.0"
    ///     term = [{ when = "active", term = "member" }]
    ///     [text]
    ///     advisory = "trains with a coach"
    /// "#)?;
    /// assert_eq!(gym.text(Reason::Advisory), Some("trains with a coach"));
    /// let wrong = Pack::from_toml("gym.toml", "thresholds.client = 20").err().ok_or("read")?;
    /// let told = wrong.to_string();
    /// assert!(told.contains("gym.toml:1:1: thresholds:") && told.contains("[pack_sets_threshold]"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it.
    #[cfg(feature = "files")]
    pub fn from_toml(file: &str, text: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
        Self::from_document(&Document::from_toml(file, text)?)
    }

    /// Reads a pack from JSON: the same keys as in TOML.
    ///
    /// ```
    /// use tenure_classify::Pack;
    /// let legal = Pack::built_in("legal").ok_or("no pack")?;
    /// assert_eq!(&Pack::from_json("legal.json", legal.to_json())?, legal);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it.
    #[cfg(feature = "files")]
    pub fn from_json(file: &str, text: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
        Self::from_document(&Document::from_json(file, text)?)
    }

    /// Writes TOML that [`from_toml`](Self::from_toml) reads as the same pack.
    #[cfg(feature = "files")]
    #[must_use]
    pub fn to_toml(&self) -> String {
        describe::pack(&self.parts).to_toml()
    }

    /// Writes JSON that [`from_json`](Self::from_json) reads as the same pack.
    #[cfg(feature = "files")]
    #[must_use]
    pub fn to_json(&self) -> String {
        describe::pack(&self.parts).to_json()
    }
}

impl serde::Serialize for Pack {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        describe::pack(&self.parts).serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Pack {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Document::deserialize(deserializer)?;
        Self::from_document(&document).map_err(D::Error::custom)
    }
}

impl Draft {
    fn parts(self) -> Option<PackParts> {
        Some(PackParts {
            id: self.id?,
            version: self.version?,
            terms: self.terms.into_iter().collect::<Option<_>>()?,
            floors: self.floors.into_iter().collect::<Option<_>>()?,
            texts: self.texts.into_iter().collect::<Option<_>>()?,
        })
    }
}

/// A table of those keys. What belongs to rule sets has a fault of its own.
fn table<'n>(value: &Value<'n>, keys: &[&str], reader: &mut Reader) -> Option<Table<'n>> {
    let open = value.open_table(reader)?;
    for key in RULES {
        let message = format!("`{key}` belongs to rule sets");
        if let Some(fault) = open.fault_at(key, FaultCode::PackSetsThreshold, message) {
            reader.push(fault.with_hint("a pack sets words, floors and texts"));
        }
    }
    value.table_beside(keys, &RULES, reader)
}

fn draft(document: &Document, reader: &mut Reader) -> Option<Draft> {
    let table = table(&Value::root(&document.root), &KEYS, reader)?;
    schema(&table, SCHEMA, reader);
    let owned = |text: Option<&str>| text.map(|text| text.to_owned().into());
    let id = table.need("id", reader).and_then(|id| id.text(reader));
    let version = table.need("version", reader).and_then(|version| version.text(reader));
    let mut list = |key: &str| table.get(key).and_then(|list| list.items(reader));
    let (terms, floors) = (list("term"), list("hard_rule"));
    let texts = table.get("text").and_then(|texts| texts.open_table(reader));
    Some(Draft {
        id: owned(id),
        version: owned(version),
        terms: terms.iter().flatten().map(|value| term(value, reader)).collect(),
        floors: floors.iter().flatten().map(|value| floor(value, reader)).collect(),
        texts: texts
            .iter()
            .flat_map(Table::values)
            .map(|(key, value)| {
                let reason = Reason::from_name(key);
                if reason.is_none() {
                    let names: Vec<&str> = Reason::ALL.iter().map(|reason| reason.name()).collect();
                    let message = format!("`{}` is not a reason", shortened(key));
                    let fault = value.fault(FaultCode::UnknownReason, message);
                    reader.push(fault.with_hint(choices(key, &names)));
                }
                let text = value.text(reader);
                Some((reason?, text?.to_owned().into()))
            })
            .collect(),
    })
}

fn term(value: &Value<'_>, reader: &mut Reader) -> Option<TermRule> {
    let table = table(value, &TERM, reader)?;
    let words: Vec<(&str, Standing)> =
        Standing::ALL.iter().map(|&standing| (standing.name(), standing)).collect();
    let when = table.need("when", reader).and_then(|when| when.word(&words, reader));
    let term = table.need("term", reader).and_then(|term| term.text(reader));
    // `None` where there is none, `Some(None)` where it is not a text.
    let mut optional = |key: &str| table.get(key).map(|value| value.text(reader));
    let (industry, source) = (optional("industry"), optional("source"));
    let regulated = match table.get("regulated") {
        Some(value) => value.flag(reader),
        None => Some(false),
    };
    let owned = |text: &str| text.to_owned().into();
    Some(TermRule {
        when: when?,
        industry: match industry {
            Some(text) => Some(owned(text?)),
            None => None,
        },
        term: owned(term?),
        regulated: regulated?,
        source: match source {
            Some(text) => Some(owned(text?)),
            None => None,
        },
    })
}

fn floor(value: &Value<'_>, reader: &mut Reader) -> Option<crate::rules::HardRule> {
    let table = table(value, &HARD_RULE, reader)?;
    read_hard_rule(&table, reader)
}
