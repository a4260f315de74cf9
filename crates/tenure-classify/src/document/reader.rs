//! From the tree to meaning: every value is asked for by type, and what is wrong is kept.

use super::hint::choices;
use super::{Entry, Inexact, Kind, Node, scaled};
use crate::fault::{DocumentError, Fault, FaultCode, Location, Path, Step, shortened};

/// Collects what is wrong with a document while it is read.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    faults: Vec<Fault>,
}

/// A value and the way to it.
#[derive(Debug, Clone)]
pub(crate) struct Value<'n> {
    pub(crate) node: &'n Node,
    pub(crate) path: Path,
}

/// A table and the way to it; its keys are all known.
#[derive(Debug, Clone)]
pub(crate) struct Table<'n> {
    entries: &'n [Entry],
    location: Option<&'n Location>,
    path: Path,
}

impl Reader {
    pub(crate) fn push(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(crate) fn extend(&mut self, error: &DocumentError) {
        self.faults.extend(error.faults().iter().cloned());
    }

    /// The value, if nothing was wrong with the document; else the faults, by file, line, column.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<T, DocumentError> {
        self.faults.sort_by(|one, other| one.location().cmp(&other.location()));
        let incomplete = || {
            let message = "the document is incomplete".to_owned();
            DocumentError::from(Fault::new(FaultCode::MissingKey, Path::root(), message))
        };
        DocumentError::unless(self.faults, value)?.ok_or_else(incomplete)
    }
}

impl<'n> Value<'n> {
    pub(crate) const fn root(node: &'n Node) -> Self {
        Self { node, path: Path::root() }
    }

    pub(crate) fn fault(&self, code: FaultCode, message: impl Into<String>) -> Fault {
        Fault::new(code, self.path.clone(), message.into()).at(self.node.location.as_ref())
    }

    /// A table with none but these keys. What else stands there is a fault.
    pub(crate) fn table(&self, keys: &[&str], reader: &mut Reader) -> Option<Table<'n>> {
        self.table_beside(keys, &[], reader)
    }

    /// A table with none but these keys, and others whose faults are told elsewhere.
    pub(crate) fn table_beside(
        &self,
        keys: &[&str],
        others: &[&str],
        reader: &mut Reader,
    ) -> Option<Table<'n>> {
        let table = self.open_table(reader)?;
        let known = |key: &str| keys.contains(&key) || others.contains(&key);
        for entry in table.entries.iter().filter(|entry| !known(&entry.key)) {
            let message = format!("`{}` is not a key here", shortened(&entry.key));
            let fault =
                Fault::new(FaultCode::UnknownKey, self.path.key(entry.key.clone()), message);
            let hint = choices(&entry.key, keys);
            reader.push(fault.with_hint(hint).at(entry.location.as_ref()));
        }
        Some(table)
    }

    /// A table with any keys.
    pub(crate) fn open_table(&self, reader: &mut Reader) -> Option<Table<'n>> {
        match &self.node.kind {
            Kind::Table(entries) => Some(Table {
                entries,
                location: self.node.location.as_ref(),
                path: self.path.clone(),
            }),
            _ => self.mismatch("a table", reader),
        }
    }

    pub(crate) fn items(&self, reader: &mut Reader) -> Option<Vec<Self>> {
        match &self.node.kind {
            Kind::Array(items) => {
                let items = items.iter().enumerate();
                let item = |(at, node): (usize, &'n Node)| Self {
                    node,
                    path: self.path.index(node.index.unwrap_or(at)),
                };
                Some(items.map(item).collect())
            }
            _ => self.mismatch("a list", reader),
        }
    }

    pub(crate) fn text(&self, reader: &mut Reader) -> Option<&'n str> {
        match &self.node.kind {
            Kind::Text(text) => Some(text),
            _ => self.mismatch("a text", reader),
        }
    }

    pub(crate) fn flag(&self, reader: &mut Reader) -> Option<bool> {
        match &self.node.kind {
            Kind::Bool(flag) => Some(*flag),
            _ => self.mismatch("true or false", reader),
        }
    }

    pub(crate) fn whole(&self, reader: &mut Reader) -> Option<i64> {
        match &self.node.kind {
            Kind::Whole(number) => Some(*number),
            Kind::Huge(digits) => self.huge(digits, reader),
            _ => self.mismatch("a whole number", reader),
        }
    }

    fn huge<T>(&self, digits: &str, reader: &mut Reader) -> Option<T> {
        let message = format!("`{}` is beyond any bound", shortened(digits));
        reader.push(self.fault(FaultCode::OutOfRange, message));
        None
    }

    /// A whole number that is not negative; the range proper is a matter of meaning.
    pub(crate) fn count(&self, reader: &mut Reader) -> Option<u32> {
        let number = self.whole(reader)?;
        let count = u32::try_from(number).ok();
        if count.is_none() {
            let message = format!("`{number}` is not from 0 to {}", u32::MAX);
            reader.push(self.fault(FaultCode::OutOfRange, message));
        }
        count
    }

    /// A number times ten to the number of places kept.
    pub(crate) fn decimal(&self, places: u32, reader: &mut Reader) -> Option<i64> {
        let text = match &self.node.kind {
            Kind::Decimal(text) => text.clone(),
            Kind::Whole(number) => number.to_string(),
            Kind::Huge(digits) => return self.huge(digits, reader),
            _ => return self.mismatch("a number", reader),
        };
        match scaled(&text, places) {
            Ok(number) => Some(number),
            Err(Inexact::Places) => {
                let message =
                    format!("`{}` has more than {places} decimal places", shortened(&text));
                reader.push(self.fault(FaultCode::NotExact, message));
                None
            }
            Err(Inexact::Huge) => self.huge(&text, reader),
        }
    }

    /// One of a few words.
    pub(crate) fn word<T>(&self, words: &[(&str, T)], reader: &mut Reader) -> Option<T>
    where
        T: Clone,
    {
        let found = self.text(reader)?;
        let value = words.iter().find(|(word, _)| *word == found).map(|(_, value)| value.clone());
        if value.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("`{}` means nothing here", shortened(found));
            let fault = self.fault(FaultCode::UnknownValue, message);
            reader.push(fault.with_hint(choices(found, &names)));
        }
        value
    }

    pub(crate) fn mismatch<T>(&self, expected: &str, reader: &mut Reader) -> Option<T> {
        let found = match &self.node.kind {
            Kind::Table(_) => "a table".to_owned(),
            Kind::Array(_) => "a list".to_owned(),
            Kind::Text(text) => format!("the text `{}`", shortened(text)),
            Kind::Whole(number) => format!("the number `{number}`"),
            Kind::Decimal(digits) | Kind::Huge(digits) => {
                format!("the number `{}`", shortened(digits))
            }
            Kind::Bool(flag) => format!("`{flag}`"),
            Kind::Foreign(what) => what.clone(),
        };
        let message = format!("expected {expected}, found {found}");
        reader.push(self.fault(FaultCode::TypeMismatch, message));
        None
    }
}

impl<'n> Table<'n> {
    /// The root, if it is a table.
    pub(crate) fn root(node: &'n Node) -> Option<Self> {
        match &node.kind {
            Kind::Table(entries) => {
                Some(Self { entries, location: node.location.as_ref(), path: Path::root() })
            }
            _ => None,
        }
    }

    /// A fault of a key that is not there.
    pub(crate) fn fault_of(&self, key: &str, code: FaultCode, message: impl Into<String>) -> Fault {
        Fault::new(code, self.path.key(key.to_owned()), message.into()).at(self.location)
    }

    /// The value of that key, if it is there.
    pub(crate) fn get(&self, key: &str) -> Option<Value<'n>> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(Value { node: &entry.node, path: self.path.key(key.to_owned()) })
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&self, key: &str, reader: &mut Reader) -> Option<Value<'n>> {
        let value = self.get(key);
        if value.is_none() {
            let message = format!("`{key}` is missing");
            reader.push(self.fault_of(key, FaultCode::MissingKey, message));
        }
        value
    }

    /// A fault of a key that should not be there, if it is.
    pub(crate) fn fault_at(&self, key: &str, code: FaultCode, message: String) -> Option<Fault> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        let fault = Fault::new(code, self.path.key(key.to_owned()), message);
        Some(fault.at(entry.location.as_ref()))
    }

    /// Every key with its value.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'n str, Value<'n>)> + use<'_, 'n> {
        self.entries.iter().map(|entry| {
            let value = Value { node: &entry.node, path: self.path.key(entry.key.clone()) };
            (entry.key.as_str(), value)
        })
    }
}

/// Checks that a document is of that format and version.
pub(crate) fn schema(table: &Table<'_>, expected: &str, reader: &mut Reader) {
    let Some(value) = table.need("schema", reader) else { return };
    let found = value.text(reader);
    if let Some(found) = found.filter(|&found| found != expected) {
        let message = format!("`{}` is not `{expected}`", shortened(found));
        reader.push(value.fault(FaultCode::BadSchema, message));
    }
}

impl Node {
    /// Gives a fault found in the meaning the place of what it speaks of, or of the nearest thing
    /// around it that stands in a file.
    pub(crate) fn locate(&self, fault: Fault) -> Fault {
        let mut node = Some(self);
        let mut location = self.location.as_ref();
        let mut path = Path::root();
        for step in fault.way().steps() {
            node = node.and_then(|node| node.child(step));
            path = match step {
                Step::Key(key) => path.key(key.clone()),
                Step::Index(at) => path.index(node.and_then(|node| node.index).unwrap_or(*at)),
            };
            location = node.and_then(|node| node.location.as_ref()).or(location);
        }
        fault.moved(path, location)
    }

    fn child(&self, step: &Step) -> Option<&Self> {
        match (&self.kind, step) {
            (Kind::Table(_), Step::Key(key)) => self.get(key),
            (Kind::Array(items), Step::Index(at)) => items.get(*at),
            _ => None,
        }
    }
}
