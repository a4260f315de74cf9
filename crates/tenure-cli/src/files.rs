//! Rule sets and packs, by name or from a file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use tenure::classify::{Document, MAX_DOCUMENT_BYTES, Pack, RuleSet};

use crate::error::CommandError;

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

/// The rule set that the last of these names; it may extend the files before it. None: the generic
/// one.
pub(crate) fn rule_set(named: &[String]) -> Result<RuleSet, CommandError> {
    let Some((last, before)) = named.split_last() else { return Ok(RuleSet::generic().clone()) };
    let others: Vec<Document> = before
        .iter()
        .filter(|name| RuleSet::built_in(name).is_none())
        .map(|name| named_file("rule set", name, RuleSet::BUILT_IN))
        .collect::<Result<_, _>>()?;
    match RuleSet::built_in(last) {
        Some(rules) => Ok(rules.clone()),
        None => {
            let document = named_file("rule set", last, RuleSet::BUILT_IN)?;
            RuleSet::from_document(&document, &others).map_err(CommandError::Document)
        }
    }
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
