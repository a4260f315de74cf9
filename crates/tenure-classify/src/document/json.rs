//! JSON text to the tree. serde_json knows no places, but lends out the pieces of the text, and
//! where a piece lies says where it stands.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ::serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::place::Places;
use super::{Entry, Kind, MAX_DEPTH, Node};
use crate::fault::{DocumentError, Fault, FaultCode, Path, shortened};

pub(super) fn parse(file: &Arc<str>, text: &str) -> Result<Node, DocumentError> {
    let mut walk = Walk { places: Places::new(file, text), faults: Vec::new() };
    // Checks the whole text, without building anything and without recursion.
    let root = match serde_json::from_str::<&RawValue>(text) {
        Ok(root) => root,
        Err(error) => {
            let at = walk.places.byte(error.line(), error.column());
            return Err(walk.syntax(&Path::root(), at, &error).into());
        }
    };
    let root = walk.value(root, &Path::root(), MAX_DEPTH);
    DocumentError::unless(walk.faults, root)
}

/// The pieces of an array or object, none of them looked into.
enum Pieces<'t> {
    Object(Vec<(&'t RawValue, &'t RawValue)>),
    Array(Vec<&'t RawValue>),
}

struct PiecesVisitor;

impl<'t> Visitor<'t> for PiecesVisitor {
    type Value = Pieces<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Pieces<'t>, A::Error> {
        let mut pieces = Vec::new();
        while let Some(entry) = map.next_entry()? {
            pieces.push(entry);
        }
        Ok(Pieces::Object(pieces))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<Pieces<'t>, A::Error> {
        let mut pieces = Vec::new();
        while let Some(item) = seq.next_element()? {
            pieces.push(item);
        }
        Ok(Pieces::Array(pieces))
    }
}

struct Walk<'t> {
    places: Places<'t>,
    faults: Vec<Fault>,
}

impl<'t> Walk<'t> {
    fn syntax(&self, path: &Path, byte: usize, error: &serde_json::Error) -> Fault {
        // The library's own line and column are of the piece it was given.
        let told = error.to_string();
        let message = told.split_once(" at line ").map_or(told.as_str(), |(words, _)| words);
        let fault = Fault::new(FaultCode::Syntax, path.clone(), shortened(message));
        fault.at(Some(&self.places.of(byte)))
    }

    fn text(&mut self, raw: &RawValue, path: &Path) -> Option<String> {
        match serde_json::from_str(raw.get()) {
            Ok(text) => Some(text),
            Err(error) => {
                let at = self.places.offset(raw.get());
                self.faults.push(self.syntax(path, at, &error));
                None
            }
        }
    }

    fn value(&mut self, raw: &'t RawValue, path: &Path, room: usize) -> Node {
        let location = self.places.of(self.places.offset(raw.get()));
        let kind = match raw.get() {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "null" => Kind::Foreign("null".to_owned()),
            text if text.starts_with('"') => Kind::Text(self.text(raw, path).unwrap_or_default()),
            text if text.starts_with(['[', '{']) && room == 0 => {
                let message = format!("nested more than {MAX_DEPTH} deep");
                let fault = Fault::new(FaultCode::TooDeep, path.clone(), message);
                self.faults.push(fault.at(Some(&location)));
                Kind::Bool(false)
            }
            text if text.starts_with(['[', '{']) => {
                match Deserializer::from_str(text).deserialize_any(PiecesVisitor) {
                    Ok(pieces) => self.nested(pieces, path, room.saturating_sub(1)),
                    Err(error) => {
                        let at = self.places.offset(text);
                        self.faults.push(self.syntax(path, at, &error));
                        Kind::Bool(false)
                    }
                }
            }
            digits if digits.contains(['.', 'e', 'E']) => Kind::Decimal(digits.to_owned()),
            digits => match i64::from_str(digits) {
                Ok(number) => Kind::Whole(number),
                Err(_) => Kind::Huge(digits.to_owned()),
            },
        };
        Node { location: Some(location), index: None, kind }
    }

    fn nested(&mut self, pieces: Pieces<'t>, path: &Path, room: usize) -> Kind {
        match pieces {
            Pieces::Array(items) => {
                let items = items.into_iter().enumerate();
                Kind::Array(items.map(|(at, one)| self.value(one, &path.index(at), room)).collect())
            }
            Pieces::Object(pairs) => {
                let mut entries: Vec<Entry> = Vec::with_capacity(pairs.len());
                let mut seen = std::collections::BTreeSet::new();
                for (key, value) in pairs {
                    let Some(name) = self.text(key, path) else { continue };
                    let location = self.places.of(self.places.offset(key.get()));
                    let path = path.key(name.clone());
                    if !seen.insert(name.clone()) {
                        let message = "duplicate key".to_owned();
                        let fault = Fault::new(FaultCode::DuplicateKey, path, message);
                        self.faults.push(fault.at(Some(&location)));
                        continue;
                    }
                    let node = self.value(value, &path, room);
                    entries.push(Entry { key: name, location: Some(location), node });
                }
                Kind::Table(entries)
            }
        }
    }
}
