//! What a rule set is built upon: the settings of its bases come first, its own override them.

use std::collections::{BTreeMap, BTreeSet};

use super::{RuleSet, read};
use crate::document::{Document, Entry, Kind, Node, Reader, Table, choices};
use crate::fault::{DocumentError, FaultCode};

/// Keys that a rule set never takes from a base.
const OWN: [&str; 4] = ["schema", "id", "version", "extends"];
/// A longer chain of bases is nobody's intention.
const MAX_CHAIN: usize = 32;

/// Finds bases, each read once.
pub(super) struct Bases<'d> {
    others: &'d [Document],
    /// The rule sets that are being read, from the first to the one at hand.
    chain: Vec<String>,
    /// Bases that were read: their settings, or `None` where they are faulty.
    done: BTreeMap<String, Option<Node>>,
}

/// A rule set with the settings of its bases.
pub(super) struct Extended {
    pub(super) root: Node,
    /// Whether every base was found and is right.
    pub(super) sound: bool,
}

impl<'d> Bases<'d> {
    pub(super) const fn new(others: &'d [Document]) -> Self {
        Self { others, chain: Vec::new(), done: BTreeMap::new() }
    }

    /// Lays a document over its bases. Faults of the bases are added to its own.
    pub(super) fn extend(&mut self, document: &Document, reader: &mut Reader) -> Extended {
        let root = &document.root;
        let extends = Table::root(root).and_then(|table| table.get("extends"));
        let mut below: Option<Node> = None;
        let mut sound = true;
        self.chain.push(document.root.name().unwrap_or_default().to_owned());
        for name in extends.and_then(|names| names.items(reader)).unwrap_or_default() {
            let base = name.text(reader).and_then(|text| self.base(text, &name, reader));
            sound &= base.is_some();
            if let Some(base) = base {
                below = Some(match below {
                    None => base,
                    Some(below) => laid_over(&below, &base),
                });
            }
        }
        self.chain.pop();
        if !sound {
            // Something complete to read the rest of the document with.
            below = Some(inherited(RuleSet::generic().describe()));
        }
        let root = below.map_or_else(|| root.clone(), |below| laid_over(&below, root));
        Extended { root, sound }
    }

    fn base(
        &mut self,
        name: &str,
        at: &crate::document::Value<'_>,
        reader: &mut Reader,
    ) -> Option<Node> {
        if self.chain.len() >= MAX_CHAIN {
            let message = format!("more than {MAX_CHAIN} rule sets upon each other");
            reader.push(at.fault(FaultCode::TooDeep, message));
            return None;
        }
        if self.chain.iter().any(|one| one == name) {
            let chain = self.chain.join("`, `");
            let message = format!("`{name}` is built upon itself, through `{chain}`");
            let fault = at.fault(FaultCode::CircularBase, message);
            reader.push(fault.with_hint("give the rule set an `id` of its own"));
            return None;
        }
        if let Some(done) = self.done.get(name) {
            return done.clone();
        }
        let mut named = self.others.iter().filter(|other| other.root.name() == Some(name));
        let base = match (named.next(), RuleSet::built_in(name)) {
            (Some(document), _) => {
                if named.next().is_some() {
                    let message = format!("two rule sets are named `{name}`");
                    reader.push(at.fault(FaultCode::DuplicateId, message));
                }
                self.read(document, reader)
            }
            (None, Some(built_in)) => Some(inherited(built_in.describe())),
            (None, None) => {
                let others = self.others.iter().filter_map(|other| other.root.name());
                let names: Vec<&str> = others.chain(RuleSet::BUILT_IN.iter().copied()).collect();
                let message = format!("there is no rule set `{}`", crate::fault::shortened(name));
                let fault = at.fault(FaultCode::UnknownBase, message);
                reader.push(fault.with_hint(choices(name, &names)));
                None
            }
        };
        self.done.insert(name.to_owned(), base.clone());
        base
    }

    /// A base must be right by itself, whatever would be overridden.
    fn read(&mut self, document: &Document, reader: &mut Reader) -> Option<Node> {
        let mut own = Reader::default();
        let extended = self.extend(document, &mut own);
        match read::finish(&extended, own) {
            Ok(_) => Some(inherited(extended.root)),
            Err(error) => {
                reader.extend(&error);
                None
            }
        }
    }
}

/// What others take from a rule set.
fn inherited(mut root: Node) -> Node {
    if let Kind::Table(entries) = &mut root.kind {
        entries.retain(|entry| !OWN.contains(&entry.key.as_str()));
    }
    root
}

/// Tables key by key, lists of named tables name by name, anything else as it stands above.
fn laid_over(below: &Node, above: &Node) -> Node {
    let kind = match (&below.kind, &above.kind) {
        (Kind::Table(old), Kind::Table(new)) => {
            let mut entries = old.clone();
            for entry in new {
                match entries.iter_mut().find(|one| one.key == entry.key) {
                    Some(one) => {
                        let node = laid_over(&one.node, &entry.node);
                        *one = Entry { node, ..entry.clone() };
                    }
                    None => entries.push(entry.clone()),
                }
            }
            Kind::Table(entries)
        }
        (Kind::Array(old), Kind::Array(new))
            if old.iter().chain(new).all(|item| item.name().is_some()) =>
        {
            Kind::Array(by_name(old, new))
        }
        (_, kind) => kind.clone(),
    };
    Node { location: above.location.clone(), index: above.index, kind }
}

/// Items over those of the same name; others after them, and so is one that is named a second time.
fn by_name(below: &[Node], above: &[Node]) -> Vec<Node> {
    let mut items: Vec<Node> = below.iter().enumerate().map(moved).collect();
    let mut added: Vec<Node> = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, item) in above.iter().enumerate() {
        let first = seen.insert(item.name());
        match items.iter_mut().find(|one| one.name() == item.name()).filter(|_| first) {
            Some(one) => *one = moved((at, &laid_over(one, item))),
            None => added.push(moved((at, item))),
        }
    }
    items.extend(added);
    items
}

/// An item that remembers where it stood.
fn moved((at, item): (usize, &Node)) -> Node {
    Node { index: item.index.or(Some(at)), ..item.clone() }
}

/// Reads a rule set with its bases.
pub(super) fn read(document: &Document, others: &[Document]) -> Result<RuleSet, DocumentError> {
    let mut reader = Reader::default();
    let extended = Bases::new(others).extend(document, &mut reader);
    read::finish(&extended, reader)
}
