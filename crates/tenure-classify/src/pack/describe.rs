//! A pack as a tree: what is written to files, and what its identity is taken of.

use super::{PackParts, TermRule};
use crate::document::Node;
use crate::rules::hard_rule_node;

/// The format, and its version.
pub(super) const SCHEMA: &str = "tenure/pack/1";

pub(super) fn pack(parts: &PackParts) -> Node {
    let texts = parts.texts.iter().map(|(reason, text)| (reason.name(), (&**text).into()));
    Node::table([
        ("schema", SCHEMA.into()),
        ("id", (&*parts.id).into()),
        ("version", (&*parts.version).into()),
        ("term", Node::array(parts.terms.iter().map(term))),
        ("hard_rule", Node::array(parts.floors.iter().map(hard_rule_node))),
        ("text", Node::table(texts)),
    ])
}

fn term(rule: &TermRule) -> Node {
    let industry = rule.industry.as_deref().map(|industry| ("industry", industry.into()));
    let source = rule.source.as_deref().map(|source| ("source", source.into()));
    let first = [("when", rule.when.name().into())].into_iter().chain(industry);
    let then = [("term", (&*rule.term).into()), ("regulated", rule.regulated.into())];
    Node::table(first.chain(then).chain(source))
}
