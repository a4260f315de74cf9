//! TOML text to the tree.

use std::sync::Arc;

use ::toml::Spanned;
use ::toml::de::{DeString, DeTable, DeValue};

use super::place::Places;
use super::{Entry, Kind, MAX_DEPTH, Node};
use crate::fault::{DocumentError, Fault, FaultCode, Path, shortened};

pub(super) fn parse(file: &Arc<str>, text: &str) -> Result<Node, DocumentError> {
    let places = Places::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut faults: Vec<Fault> = errors
        .iter()
        .map(|error| {
            // The library tells it from other faults by its words alone; a test holds it to them.
            let code = match error.message() {
                "duplicate key" => FaultCode::DuplicateKey,
                message if message.contains("recurs") => FaultCode::TooDeep,
                _ => FaultCode::Syntax,
            };
            let start = error.span().map_or(text.len(), |span| span.start);
            Fault::new(code, Path::root(), shortened(error.message())).at(Some(&places.of(start)))
        })
        .collect();
    if !faults.is_empty() {
        faults.sort_by_key(|fault| fault.location().map(|at| (at.line(), at.column())));
        faults.dedup();
        return DocumentError::unless(faults, Kind::Table(Vec::new()).into());
    }
    let mut walk = Walk { places, faults };
    let entries = walk.table(table.get_ref(), &Path::root(), MAX_DEPTH);
    let root = Node { location: Some(walk.places.of(0)), index: None, kind: Kind::Table(entries) };
    DocumentError::unless(walk.faults, root)
}

struct Walk<'t> {
    places: Places<'t>,
    faults: Vec<Fault>,
}

impl Walk<'_> {
    /// The keys in the order of the file: the library sorts them by name.
    fn table(&mut self, table: &DeTable<'_>, path: &Path, room: usize) -> Vec<Entry> {
        let mut pairs: Vec<(&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)> =
            table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        pairs
            .into_iter()
            .map(|(key, value)| {
                let name = key.get_ref().clone().into_owned();
                let path = path.key(name.clone());
                let location = self.places.of(key.span().start);
                let mut node = self.value(value, &path, room);
                // A table that only dotted keys speak of has no span of its own.
                if value.span().is_empty() {
                    node.location = Some(location.clone());
                }
                Entry { key: name, location: Some(location), node }
            })
            .collect()
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, path: &Path, room: usize) -> Node {
        let location = self.places.of(value.span().start);
        let nested = matches!(value.get_ref(), DeValue::Array(_) | DeValue::Table(_));
        if nested && room == 0 {
            let message = format!("nested more than {MAX_DEPTH} deep");
            let fault = Fault::new(FaultCode::TooDeep, path.clone(), message);
            self.faults.push(fault.at(Some(&location)));
            return Node { location: Some(location), index: None, kind: Kind::Bool(false) };
        }
        let room = room.saturating_sub(1);
        let kind = match value.get_ref() {
            DeValue::String(text) => Kind::Text(text.clone().into_owned()),
            DeValue::Integer(digits) => {
                match i64::from_str_radix(digits.as_str(), digits.radix()) {
                    Ok(number) => Kind::Whole(number),
                    Err(_) => Kind::Huge(digits.to_string()),
                }
            }
            DeValue::Float(digits) => Kind::Decimal(digits.as_str().to_owned()),
            DeValue::Boolean(flag) => Kind::Bool(*flag),
            DeValue::Datetime(day) => Kind::Foreign(format!("the date `{day}`")),
            DeValue::Array(items) => {
                let items = items.iter().enumerate();
                Kind::Array(items.map(|(at, one)| self.value(one, &path.index(at), room)).collect())
            }
            DeValue::Table(table) => Kind::Table(self.table(table, path, room)),
        };
        Node { location: Some(location), index: None, kind }
    }
}
