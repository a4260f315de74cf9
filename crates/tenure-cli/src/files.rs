//! Rule sets, packs and playbooks, by name or from a file.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use tenure::classify::{
    Digest, Document, DocumentError, MAX_DOCUMENT_BYTES, Pack, Playbook, RuleSet,
};

use crate::error::CommandError;

/// The playbook that comes with the command.
const STANDARD: &str = "standard";

/// One of the things that rule files hold.
#[expect(clippy::large_enum_variant, reason = "one at a time")]
pub(crate) enum Piece {
    RuleSet(RuleSet),
    Pack(Pack),
    Playbook(Playbook),
}

impl Piece {
    /// What a `schema` names, without its version.
    const SCHEMAS: [&'static str; 3] = ["tenure/ruleset/", "tenure/pack/", "tenure/playbook/"];

    /// All that comes with the command.
    pub(crate) fn built_in() -> impl Iterator<Item = Self> {
        let rules = RuleSet::BUILT_IN.iter().filter_map(|name| RuleSet::built_in(name));
        let packs = Pack::BUILT_IN.iter().filter_map(|name| Pack::built_in(name));
        rules
            .map(|rules| Self::RuleSet(rules.clone()))
            .chain(packs.map(|pack| Self::Pack(pack.clone())))
            .chain([Self::Playbook(Playbook::standard().clone())])
    }

    /// What a document says, by its `schema`; a rule set may extend the others.
    pub(crate) fn of(document: &Document, others: &[Document]) -> Result<Self, DocumentError> {
        let is = |kind: &str| document.schema().is_some_and(|schema| schema.starts_with(kind));
        let [_, pack, playbook] = Self::SCHEMAS;
        if is(pack) {
            Pack::from_document(document).map(Self::Pack)
        } else if is(playbook) {
            Playbook::from_document(document).map(Self::Playbook)
        } else {
            RuleSet::from_document(document, others).map(Self::RuleSet)
        }
    }

    /// The one of that name, or in the file of that name.
    pub(crate) fn named(name: &str, bases: &[PathBuf]) -> Result<Self, CommandError> {
        if let Some(known) = Self::built_in().find(|piece| piece.id() == name) {
            return Ok(known);
        }
        let built_in: Vec<&str> =
            RuleSet::BUILT_IN.iter().chain(Pack::BUILT_IN).chain(&[STANDARD]).copied().collect();
        let document = named_file("rule set, pack or playbook", name, &built_in)?;
        Self::of(&document, &read_all(bases)?).map_err(CommandError::Document)
    }

    /// What it is, in a word or two.
    pub(crate) const fn what(&self) -> &'static str {
        match self {
            Self::RuleSet(_) => "rule set",
            Self::Pack(_) => "pack",
            Self::Playbook(_) => "playbook",
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::RuleSet(rules) => rules.id(),
            Self::Pack(pack) => pack.id(),
            Self::Playbook(book) => book.id(),
        }
    }

    pub(crate) fn version(&self) -> &str {
        match self {
            Self::RuleSet(rules) => rules.version(),
            Self::Pack(pack) => pack.version(),
            Self::Playbook(book) => book.version(),
        }
    }

    pub(crate) fn digest(&self) -> Digest {
        match self {
            Self::RuleSet(rules) => rules.digest(),
            Self::Pack(pack) => pack.digest(),
            Self::Playbook(book) => book.digest(),
        }
    }

    pub(crate) fn to_toml(&self) -> String {
        match self {
            Self::RuleSet(rules) => rules.to_toml(),
            Self::Pack(pack) => pack.to_toml(),
            Self::Playbook(book) => book.to_toml(),
        }
    }

    pub(crate) fn to_json(&self) -> String {
        match self {
            Self::RuleSet(rules) => rules.to_json(),
            Self::Pack(pack) => pack.to_json(),
            Self::Playbook(book) => book.to_json(),
        }
    }
}

/// A file as a document; what it means is asked later.
pub(crate) fn read(path: &Path) -> Result<Document, CommandError> {
    let failed = |source| CommandError::ReadDocument { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // One byte more than is allowed is enough to be refused.
    let most = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let file = File::open(path).map_err(failed)?;
    file.take(most).read_to_end(&mut bytes).map_err(failed)?;
    let name = path.display().to_string();
    let json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let document =
        if json { Document::from_json(&name, bytes) } else { Document::from_toml(&name, bytes) };
    document.map_err(CommandError::Document)
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<Document>, CommandError> {
    paths.iter().map(|path| read(path)).collect()
}

/// The rule set of that name; it may extend the bases.
pub(crate) fn rule_set(name: &str, bases: &[PathBuf]) -> Result<RuleSet, CommandError> {
    if let Some(rules) = RuleSet::built_in(name) {
        return Ok(rules.clone());
    }
    let document = named_file("rule set", name, RuleSet::BUILT_IN)?;
    RuleSet::from_document(&document, &read_all(bases)?).map_err(CommandError::Document)
}

/// The packs of these names, in order.
pub(crate) fn packs(named: &[String]) -> Result<Vec<Pack>, CommandError> {
    let pack = |name: &String| match Pack::built_in(name) {
        Some(pack) => Ok(pack.clone()),
        None => {
            let document = named_file("pack", name, Pack::BUILT_IN)?;
            Pack::from_document(&document).map_err(CommandError::Document)
        }
    };
    named.iter().map(pack).collect()
}

/// The playbook of that name.
pub(crate) fn playbook(name: &str) -> Result<Playbook, CommandError> {
    if name == STANDARD {
        return Ok(Playbook::standard().clone());
    }
    let document = named_file("playbook", name, &[STANDARD])?;
    Playbook::from_document(&document).map_err(CommandError::Document)
}

/// The document in a file of that name.
fn named_file(
    what: &'static str,
    name: &str,
    built_in: &[&'static str],
) -> Result<Document, CommandError> {
    let path = Path::new(name);
    if path.is_file() {
        return read(path);
    }
    let (found, built_in) = (name.to_owned(), built_in.to_vec());
    Err(CommandError::NoDocument { what, found, built_in })
}
