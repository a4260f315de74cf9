//! A playbook as a tree: what is written to files, and what its identity is taken of.

use std::borrow::Cow;

use super::{Cadence, DormantAction, Playbook, Treatment};
use crate::document::Node;

/// The format, and its version.
pub(super) const SCHEMA: &str = "tenure/playbook/1";

pub(super) fn playbook<'a>(book: &Playbook, rows: impl IntoIterator<Item = &'a Treatment>) -> Node {
    Node::table([
        ("schema", SCHEMA.into()),
        ("id", book.id().into()),
        ("version", book.version().into()),
        ("treatment", Node::array(rows.into_iter().map(treatment))),
    ])
}

/// What it does not say is left out.
pub(super) fn treatment(row: &Treatment) -> Node {
    let of_packs = || (!row.packs.is_empty()).then(|| texts(&row.packs));
    let entries = [
        ("id", Some(text(&row.id))),
        ("class", Some(Node::array(row.classes.iter().map(|class| class.name().into())))),
        ("stage", Some(Node::array(row.stages.iter().map(|stage| stage.name().into())))),
        ("pack", of_packs()),
        ("support_model", Some(text(&row.support_model))),
        ("cadence", Some(cadence(&row.cadence))),
        ("retention", Some(text(&row.retention))),
        ("acquisition", Some(text(&row.acquisition))),
        ("revenue_model", Some(text(&row.revenue_model))),
        ("metrics", Some(texts(&row.metrics))),
        ("dormant_action", Some(dormant_action(&row.dormant_action))),
        ("technology", Some(text(&row.technology))),
        ("roles", Some(text(&row.roles))),
        ("resolution", Some(text(&row.resolution))),
        ("auto_close", row.auto_close.map(Node::from)),
    ];
    said(entries)
}

fn cadence(cadence: &Cadence) -> Node {
    said([
        ("text", Some(text(&cadence.text))),
        ("personal_within_days", cadence.personal_within_days.map(Node::from)),
        ("review_within_days", cadence.review_within_days.map(Node::from)),
        ("max_broadcasts_per_month", cadence.max_broadcasts_per_month.map(Node::from)),
        ("discovery_contacts", cadence.discovery_contacts.map(Node::from)),
    ])
}

fn dormant_action(action: &DormantAction) -> Node {
    said([("text", Some(text(&action.text))), ("within_days", action.within_days.map(Node::from))])
}

/// A table of the keys that have a value.
fn said<const N: usize>(entries: [(&'static str, Option<Node>); N]) -> Node {
    Node::table(entries.into_iter().filter_map(|(key, node)| Some((key, node?))))
}

fn text(text: &str) -> Node {
    text.into()
}

fn texts(texts: &[Cow<'static, str>]) -> Node {
    Node::array(texts.iter().map(|one| text(one)))
}
