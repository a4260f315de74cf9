//! Everything that can be wrong with a pack.

use std::borrow::Cow;

use super::{PackParts, TermRule};
use crate::fault::{Fault, FaultCode, Path};
use crate::reason::Reason;
use crate::rules::{Condition, HardRule};

/// A pack as far as it could be read: `None` where a fault was found already.
pub(super) struct Draft {
    pub(super) id: Option<Cow<'static, str>>,
    pub(super) version: Option<Cow<'static, str>>,
    pub(super) terms: Vec<Option<TermRule>>,
    pub(super) floors: Vec<Option<HardRule>>,
    pub(super) texts: Vec<Option<(Reason, Cow<'static, str>)>>,
}

impl Draft {
    pub(super) fn of(parts: &PackParts) -> Self {
        Self {
            id: Some(parts.id.clone()),
            version: Some(parts.version.clone()),
            terms: parts.terms.iter().cloned().map(Some).collect(),
            floors: parts.floors.iter().cloned().map(Some).collect(),
            texts: parts.texts.iter().cloned().map(Some).collect(),
        }
    }
}

fn empty(path: Path, key: &str) -> Fault {
    Fault::new(FaultCode::MissingName, path, format!("`{key}` is empty"))
}

pub(super) fn faults(draft: &Draft) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (key, text) in [("id", &draft.id), ("version", &draft.version)] {
        if text.as_ref().is_some_and(|text| text.is_empty()) {
            faults.push(empty(Path::root().key(key), key));
        }
    }
    terms(&draft.terms, &mut faults);
    floors(&draft.floors, &mut faults);
    texts(&draft.texts, &mut faults);
    faults
}

fn terms(rules: &[Option<TermRule>], faults: &mut Vec<Fault>) {
    for (place, rule) in rules.iter().enumerate() {
        let Some(rule) = rule else { continue };
        let path = Path::root().key("term").index(place);
        if rule.term.is_empty() {
            faults.push(empty(path.key("term"), "term"));
        }
        if rule.industry.as_ref().is_some_and(|industry| industry.is_empty()) {
            faults.push(empty(path.key("industry"), "industry"));
        }
        if rule.regulated && rule.source.as_ref().is_none_or(|source| source.is_empty()) {
            let message = format!("`{}` is set by regulation, but by which?", rule.term);
            let fault = Fault::new(FaultCode::NoSource, path.key("source"), message);
            faults.push(fault.with_hint("name the law or rule in `source`"));
        }
        let mut before = rules.iter().take(place).flatten();
        if let Some(first) =
            before.find(|other| other.when == rule.when && other.industry == rule.industry)
        {
            let (code, message) = if first.term == rule.term {
                (FaultCode::DuplicateId, format!("`{}` is said twice", rule.term))
            } else {
                let message = format!("`{}` and `{}` for the same accounts", first.term, rule.term);
                (FaultCode::TermConflict, message)
            };
            faults.push(Fault::new(code, path.key("term"), message));
        }
    }
}

fn floors(rules: &[Option<HardRule>], faults: &mut Vec<Fault>) {
    for (place, rule) in rules.iter().enumerate() {
        let Some(rule) = rule else { continue };
        let path = Path::root().key("hard_rule").index(place);
        if rule.id.is_empty() {
            faults.push(empty(path.key("id"), "id"));
        }
        if rule.when != Condition::Fiduciary {
            let message = format!("`{}` is no floor", rule.when);
            let fault = Fault::new(FaultCode::UnknownValue, path.key("when"), message);
            faults.push(fault.with_hint("a pack may only write `fiduciary`"));
        }
        let mut before = rules.iter().take(place).flatten();
        if before.any(|other| other.id == rule.id) {
            let message = format!("`{}` is ruled twice", rule.id);
            faults.push(Fault::new(FaultCode::DuplicateId, path.key("id"), message));
        } else if let Some(first) =
            rules.iter().take(place).flatten().find(|other| other.when == rule.when)
        {
            let message =
                format!("`{}` can never fire: `{}` has the same condition", rule.id, first.id);
            faults.push(Fault::new(FaultCode::DeadHardRule, path.key("when"), message));
        }
    }
}

fn texts(texts: &[Option<(Reason, Cow<'static, str>)>], faults: &mut Vec<Fault>) {
    for (place, text) in texts.iter().enumerate() {
        let Some((reason, text)) = text else { continue };
        let path = Path::root().key("text").key(reason.name());
        if text.is_empty() {
            faults.push(empty(path.clone(), reason.name()));
        }
        if texts.iter().take(place).flatten().any(|(before, _)| before == reason) {
            let message = format!("`{reason}` has two texts");
            faults.push(Fault::new(FaultCode::DuplicateId, path, message));
        }
    }
}
