//! A rule set as a tree: what is written to files, and what its identity is taken of.

use super::{Actionable, HardRule, RuleSetParts, SignalRule};
use crate::document::Node;
use crate::signal::SignalKind;

/// The format, and its version.
pub(super) const SCHEMA: &str = "tenure/ruleset/1";
/// Decimal places of rates and of shares.
pub(super) const RATE_PLACES: u32 = 3;
pub(super) const SHARE_PLACES: u32 = 4;

/// Every setting, defaults written out.
pub(super) fn rule_set(parts: &RuleSetParts) -> Node {
    let (limits, streams) = (&parts.thresholds, &parts.transactional);
    Node::table([
        ("schema", SCHEMA.into()),
        ("id", (&*parts.id).into()),
        ("version", (&*parts.version).into()),
        ("window_days", parts.window_days.into()),
        ("contract_end", "inclusive".into()),
        ("dormant_ratio", parts.dormant_ratio.into()),
        ("default_gap_days", parts.default_gap_days.into()),
        ("episode_grace_days", parts.episode_grace_days.into()),
        ("signal", Node::array(parts.signals.iter().map(signal))),
        ("hard_rule", Node::array(parts.hard_rules.iter().map(hard_rule_node))),
        (
            "thresholds",
            Node::table([
                ("client", limits.client.into()),
                ("customer", limits.customer.into()),
                ("exit_client", limits.exit_client.into()),
                ("exit_customer", limits.exit_customer.into()),
                ("dwell_evaluations", limits.dwell.evaluations.into()),
                ("dwell_days", limits.dwell.days.into()),
            ]),
        ),
        (
            "transactional",
            Node::table([
                ("min_standard_count", streams.min_standard_count.into()),
                (
                    "min_standard_share",
                    Node::decimal(streams.min_standard_share_bps.into(), SHARE_PLACES),
                ),
            ]),
        ),
    ])
}

/// The key under which a signal of that kind has its points.
pub(super) const fn points_key(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::Count | SignalKind::Rate => "bins",
        SignalKind::Bool => "points",
        SignalKind::Ordinal => "levels",
    }
}

fn signal(rule: &SignalRule) -> Node {
    let kind = rule.signal.kind();
    let bins = |bound: fn(&SignalRule, i64) -> Node| {
        let bins = rule.bins.iter();
        Node::array(bins.map(|bin| Node::array([bound(rule, bin.from), bin.points.into()])))
    };
    let points = match kind {
        SignalKind::Count => bins(|_, from| from.into()),
        SignalKind::Rate => bins(|_, from| Node::decimal(from, RATE_PLACES)),
        SignalKind::Bool => rule.max_points().into(),
        SignalKind::Ordinal => bins(|rule, from| {
            let level = usize::try_from(from).ok().and_then(|at| rule.signal.levels().get(at));
            (*level.unwrap_or(&"")).into()
        }),
    };
    Node::table([
        ("id", rule.signal.name().into()),
        ("group", (&*rule.group).into()),
        ("kind", kind.name().into()),
        (points_key(kind), points),
        ("typical", rule.typical.into()),
        ("reason", rule.reason.name().into()),
        (
            "actionable",
            match rule.actionable {
                Actionable::Yes => true.into(),
                Actionable::No => false.into(),
                Actionable::Wait => "wait".into(),
            },
        ),
    ])
}

/// A hard rule, of a rule set or of a pack.
pub(crate) fn hard_rule_node(rule: &HardRule) -> Node {
    Node::table([
        ("id", (&*rule.id).into()),
        ("when", rule.when.name().into()),
        ("then", rule.when.then().into()),
        ("reason", rule.when.reason().name().into()),
    ])
}
