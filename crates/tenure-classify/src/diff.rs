//! What two rule sets have not in common, and which verdicts change by it.

use tenure_model::{AccountId, Relationship};

use crate::brief::{Brief, brief};
use crate::context::Context;
use crate::document::{Kind, Node};
use crate::evidence::Evidence;
use crate::moved::{Moved, Points, moved, points};
use crate::named::named;
use crate::rules::{RuleSet, RuleSetParts};
use crate::score::{Source, contributions};

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RuleChange {
    /// Which: `thresholds.client`, `signal[custom.count].bins`; `signal` or `hard_rule` alone for
    /// their order.
    pub path: String,
    /// What it was, as JSON; `None` if it was not there.
    pub before: Option<String>,
    /// What it is, as JSON; `None` if it is not there any more.
    pub after: Option<String>,
}

impl RuleSet {
    /// What another rule set has different, in the order of the canonical form; nothing exactly if
    /// the digests are equal.
    ///
    /// ```
    /// use tenure_classify::RuleSet;
    /// let mut parts = RuleSet::generic().parts().clone();
    /// parts.thresholds.client = 60;
    /// parts.signals.to_mut().remove(11);
    /// let changes = RuleSet::generic().diff(&parts.build()?);
    /// let told: Vec<_> = changes.iter().map(|change| change.path.as_str()).collect();
    /// assert_eq!(told, ["signal[exclusive]", "thresholds.client"]);
    /// let client = changes.last().ok_or("no change")?;
    /// assert_eq!((client.before.as_deref(), client.after.as_deref()), (Some("55"), Some("60")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn diff(&self, after: &Self) -> Vec<RuleChange> {
        let mut changes = Vec::new();
        compare(&self.describe(), &after.describe(), "", &mut changes);
        changes
    }
}

fn compare(before: &Node, after: &Node, path: &str, changes: &mut Vec<RuleChange>) {
    if before == after {
        return;
    }
    let mut push = |path: String, before: Option<&Node>, after: Option<&Node>| {
        let shown = |node: Option<&Node>| node.map(Node::to_shown);
        changes.push(RuleChange { path, before: shown(before), after: shown(after) });
    };
    let (Some(old), Some(new)) = (parts(before), parts(after)) else {
        push(path.to_owned(), Some(before), Some(after));
        return;
    };
    // A rule by its name, or a key of a table.
    let inner = |name: &str| match (&before.kind, path) {
        (Kind::Array(_), _) => format!("{path}[{name}]"),
        (_, "") => name.to_owned(),
        _ => format!("{path}.{name}"),
    };
    let find =
        |list: &[(&str, &'_ Node)], name: &str| list.iter().position(|(other, _)| *other == name);
    let order = |list: &[(&str, &Node)], other: &[(&str, &Node)]| {
        let names = list.iter().map(|&(name, _)| name).filter(|name| find(other, name).is_some());
        Node::array(names.map(Node::from))
    };
    let (first, then) = (order(&old, &new), order(&new, &old));
    if first != then {
        push(path.to_owned(), Some(&first), Some(&then));
    }
    for (name, node) in &new {
        if find(&old, name).is_none() {
            push(inner(name), None, Some(node));
        }
    }
    for (name, node) in &old {
        match find(&new, name).and_then(|place| new.get(place)) {
            Some((_, now)) => compare(node, now, &inner(name), changes),
            None => changes.push(RuleChange {
                path: inner(name),
                before: Some(node.to_shown()),
                after: None,
            }),
        }
    }
}

/// The keys of a table, or the rules of a list by name; `None` for anything else.
fn parts(node: &Node) -> Option<Vec<(&str, &Node)>> {
    match &node.kind {
        Kind::Table(entries) => {
            Some(entries.iter().map(|entry| (entry.key.as_str(), &entry.node)).collect())
        }
        Kind::Array(items) => items.iter().map(|item| Some((item.name()?, item))).collect(),
        _ => None,
    }
}

named! {
    /// A part of a rule set that can move a verdict, in the order in which [`diff_portfolio`] asks.
    ///
    /// ```
    /// assert_eq!(tenure_classify::RulePart::HardRules.name(), "hard_rules");
    /// ```
    #[non_exhaustive]
    RulePart {
        /// What is read of a history: the window, the ratio of dormancy, the default gap, the grace.
        Reading = "reading",
        /// The points of the signals.
        Signals = "signals",
        /// What decides before the score.
        HardRules = "hard_rules",
        /// Where the classes begin.
        Thresholds = "thresholds",
        /// When standard buying is material.
        Transactional = "transactional",
    }
}

/// What one part of the rules changed of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RuleStep {
    /// The part.
    pub part: RulePart,
    /// The verdict before it, in brief: with the thresholds then in use.
    pub from: Brief,
    /// The verdict after it.
    pub to: Brief,
    /// The sources whose points moved; their moves sum to the step's change of score.
    pub moved: Vec<Moved>,
}

/// A verdict that is another under other rules.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct VerdictChange {
    /// Whose.
    pub account: AccountId,
    /// The verdict under the first rule set, in brief.
    pub from: Brief,
    /// The verdict under the second.
    pub to: Brief,
    /// The parts of the rules that moved it, in the order of [`RulePart`]. Over all of them the
    /// moves sum to the change of the score.
    pub steps: Vec<RuleStep>,
}

/// The verdicts of a portfolio that are others under another rule set, and which part of it moved
/// each.
///
/// 1. *Question*: what would these rules change, for whom, and why?
/// 2. *Formula*: for each account a sequence of verdicts, each with one [`RulePart`] more of the
///    second rule set.
/// 3. *Shape*: in, two rule sets, histories, and a context whose own rules are not looked at; out,
///    lazily and in the order of the histories, the accounts whose class, possible classes, score,
///    transactional test, stage, word, reasons, hard rule, robustness or confidence differ. Another
///    order of the parts would split interactions otherwise; the sum is the same. Cost: two
///    verdicts in brief an account, and one a part for those that change.
/// 4. *Undefined when*: never.
/// 5. *Accuracy*: exact: the moves of all steps sum to the difference of the scores.
/// 6. *Source*: own definition.
///
/// ```
/// use tenure_classify::{Class, Context, RulePart, RuleSet, diff_portfolio};
/// use tenure_model::record::{Billing, Contract, Terms};
/// use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Record, Tri, parse_date};
/// let acme = AccountId::new("acme")?;
/// let mut retainer =
///     Contract::new("retainer", parse_date("2025-06-01")?, Terms::Negotiated, Billing::Hourly);
/// (retainer.fiduciary, retainer.exclusive) = (Tri::No, Tri::No);
/// let (book, _) = Book::from_events([Event::new(acme.clone(), Record::Contract(retainer))]);
/// let mut parts = RuleSet::generic().parts().clone();
/// (parts.thresholds.customer, parts.thresholds.exit_customer) = (10, 20);
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let generous = parts.build()?;
/// let changed: Vec<_> =
///     diff_portfolio(RuleSet::generic(), &generous, book.relationships(), &context).collect();
/// let [one] = changed.as_slice() else { return Err("one account".into()) };
/// // 14 points: below 35, not below 10.
/// assert_eq!((one.from.class, one.to.class), (Class::Customer, Class::Hybrid));
/// assert_eq!(one.steps.iter().map(|step| step.part).collect::<Vec<_>>(), [RulePart::Thresholds]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff_portfolio<'p>(
    before: &RuleSet,
    after: &RuleSet,
    portfolio: impl IntoIterator<Item = &'p Relationship>,
    context: &Context<'_>,
) -> impl Iterator<Item = VerdictChange> {
    let stages = stages(before, after);
    let (before, after) = (before.clone(), after.clone());
    portfolio.into_iter().filter_map(move |relationship| {
        let view = |rules: &RuleSet| View::of(relationship, &Context { rules, ..*context });
        let (first, last) = (view(&before), view(&after));
        if !first.differs(&last) {
            return None;
        }
        let mut at = first.clone();
        let mut steps = Vec::new();
        for (part, rules) in &stages {
            let next = view(rules);
            if at.differs(&next) {
                steps.push(RuleStep {
                    part: *part,
                    from: at.found,
                    to: next.found.clone(),
                    moved: moved(&at.points, &next.points),
                });
            }
            at = next;
        }
        let account = relationship.account().clone();
        Some(VerdictChange { account, from: first.found, to: last.found, steps })
    })
}

/// The first rule set with ever more parts of the second; only those that differ. What stands
/// between may contradict itself, and is judged all the same.
fn stages(before: &RuleSet, after: &RuleSet) -> Vec<(RulePart, RuleSet)> {
    let (mut parts, after) = (before.parts().clone(), after.parts());
    RulePart::ALL
        .iter()
        .filter_map(|&part| {
            let old = parts.clone();
            match part {
                RulePart::Reading => {
                    parts = RuleSetParts {
                        window_days: after.window_days,
                        dormant_ratio: after.dormant_ratio,
                        default_gap_days: after.default_gap_days,
                        episode_grace_days: after.episode_grace_days,
                        ..old.clone()
                    };
                }
                RulePart::Signals => parts.signals = after.signals.clone(),
                RulePart::HardRules => parts.hard_rules = after.hard_rules.clone(),
                RulePart::Thresholds => parts.thresholds = after.thresholds,
                RulePart::Transactional => parts.transactional = after.transactional,
            }
            (parts != old).then(|| (part, RuleSet::trusted(parts.clone())))
        })
        .collect()
}

/// One verdict of the sequence.
#[derive(Clone)]
struct View {
    found: Brief,
    points: Vec<(Source, Points)>,
}

impl View {
    fn of(relationship: &Relationship, context: &Context<'_>) -> Self {
        let evidence = Evidence::of(relationship, context);
        let points = points(&contributions(&evidence.signals(), context.rules));
        Self { found: brief(&evidence, context), points }
    }

    /// Whether another verdict says something else. The thresholds in use, the distance to them and
    /// the share that is known are how it was found, not what was found.
    fn differs(&self, other: &Self) -> bool {
        let (thresholds, margin, coverage) =
            (self.found.thresholds, self.found.margin, self.found.coverage);
        let other_found = Brief { thresholds, margin, coverage, ..other.found.clone() };
        self.found != other_found || !moved(&self.points, &other.points).is_empty()
    }
}
