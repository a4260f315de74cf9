//! A rule set from a document.

use serde::de::Error as _;

use super::describe::{RATE_PLACES, SCHEMA, SHARE_PLACES, points_key};
use super::extend::{self, Extended};
use super::validate::{self, Draft};
use super::{
    Actionable, Bin, Condition, HardRule, RuleSet, RuleSetParts, SignalRule, Thresholds,
    Transactional,
};
use crate::document::{Document, Kind, Node, Reader, Table, Value, choices, schema};
use crate::fault::{DocumentError, FaultCode, shortened};
use crate::reason::Reason;
use crate::signal::{Signal, SignalKind};
use crate::stable::Dwell;

const KEYS: [&str; 13] = [
    "schema",
    "id",
    "version",
    "extends",
    "window_days",
    "contract_end",
    "dormant_ratio",
    "default_gap_days",
    "episode_grace_days",
    "signal",
    "hard_rule",
    "thresholds",
    "transactional",
];
const THRESHOLDS: [&str; 6] =
    ["client", "customer", "exit_client", "exit_customer", "dwell_evaluations", "dwell_days"];
const TRANSACTIONAL: [&str; 2] = ["min_standard_count", "min_standard_share"];
const HARD_RULE: [&str; 4] = ["id", "when", "then", "reason"];

impl RuleSet {
    /// Reads a rule set. What it extends is looked for among the other documents, by their `id`,
    /// then among the rule sets that come with the crate.
    ///
    /// The settings of the bases come first, those of a later base override those of an earlier
    /// one, and the document's own override all: key by key, signals and hard rules by their `id`.
    ///
    /// ```
    /// # #[cfg(feature = "files")] {
    /// use tenure_classify::{Document, RuleSet};
    /// let branch = Document::from_toml("branch.toml", r#"
    ///     schema = "tenure/ruleset/1"
    ///     id = "branch"
    ///     version = "1.0.0"
    ///     extends = ["house"]
    ///     thresholds.client = 60
    /// "#)?;
    /// let house = Document::from_toml("house.toml", r#"
    ///     schema = "tenure/ruleset/1"
    ///     id = "house"
    ///     version = "1.0.0"
    ///     extends = ["generic"]
    ///     window_days = 730
    /// "#)?;
    /// let rules = RuleSet::from_document(&branch, &[house])?;
    /// assert_eq!((rules.parts().window_days, rules.parts().thresholds.client), (730, 60));
    /// # }
    /// # Ok::<(), tenure_classify::DocumentError>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, or else with what it extends.
    pub fn from_document(document: &Document, others: &[Document]) -> Result<Self, DocumentError> {
        extend::read(document, others)
    }

    /// Reads a rule set from TOML. It may extend those that come with the crate.
    ///
    /// ```
    /// use tenure_classify::RuleSet;
    /// let text = RuleSet::generic().to_toml();
    /// assert_eq!(&RuleSet::from_toml("generic.toml", &text)?, RuleSet::generic());
    /// let wrong = text.replace("customer = 35", "customer = 55");
    /// let error = RuleSet::from_toml("mine.toml", &wrong).err().ok_or("read")?;
    /// let found = error.faults().first().ok_or("no fault")?.to_string();
    /// let expected = "thresholds.customer: `55` is not below `client`, which is `55` [threshold_crossing]";
    /// assert!(found.starts_with("mine.toml:") && found.ends_with(expected));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it.
    #[cfg(feature = "files")]
    pub fn from_toml(file: &str, text: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
        Self::from_document(&Document::from_toml(file, text)?, &[])
    }

    /// Reads a rule set from JSON: the same keys as in TOML.
    ///
    /// ```
    /// use tenure_classify::RuleSet;
    /// let text = RuleSet::generic().to_json();
    /// assert_eq!(&RuleSet::from_json("generic.json", text)?, RuleSet::generic());
    /// # Ok::<(), tenure_classify::DocumentError>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it.
    #[cfg(feature = "files")]
    pub fn from_json(file: &str, text: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
        Self::from_document(&Document::from_json(file, text)?, &[])
    }

    /// Writes TOML that [`from_toml`](Self::from_toml) reads as the same rule set.
    #[cfg(feature = "files")]
    #[must_use]
    pub fn to_toml(&self) -> String {
        self.describe().to_toml()
    }

    /// Writes JSON that [`from_json`](Self::from_json) reads as the same rule set.
    #[cfg(feature = "files")]
    #[must_use]
    pub fn to_json(&self) -> String {
        self.describe().to_json()
    }
}

impl serde::Serialize for RuleSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.describe().serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for RuleSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Document::deserialize(deserializer)?;
        Self::from_document(&document, &[]).map_err(D::Error::custom)
    }
}

/// The meaning of a tree that nothing is left to be laid under.
pub(super) fn finish(extended: &Extended, mut reader: Reader) -> Result<RuleSet, DocumentError> {
    let root = &extended.root;
    let draft = draft(root, &mut reader);
    if extended.sound
        && let Some(draft) = &draft
    {
        for fault in validate::faults(draft) {
            reader.push(root.locate(fault));
        }
    }
    reader.finish(draft.and_then(Draft::parts).map(RuleSet::trusted))
}

impl Draft {
    fn parts(self) -> Option<RuleSetParts> {
        Some(RuleSetParts {
            id: self.id?,
            version: self.version?,
            window_days: self.window_days?,
            dormant_ratio: self.dormant_ratio?,
            default_gap_days: self.default_gap_days?,
            episode_grace_days: self.episode_grace_days?,
            signals: self.signals?.into_iter().map(|(_, rule)| rule).collect::<Option<_>>()?,
            hard_rules: self.hard_rules?.into_iter().collect::<Option<_>>()?,
            thresholds: Thresholds {
                client: self.client?,
                customer: self.customer?,
                exit_client: self.exit_client?,
                exit_customer: self.exit_customer?,
                dwell: Dwell { evaluations: self.dwell_evaluations?, days: self.dwell_days? },
            },
            transactional: Transactional {
                min_standard_count: self.min_standard_count?,
                min_standard_share_bps: self.min_standard_share_bps?,
            },
        })
    }
}

fn draft(root: &Node, reader: &mut Reader) -> Option<Draft> {
    let table = Value::root(root).table(&KEYS, reader)?;
    schema(&table, SCHEMA, reader);
    let owned = |text: Option<&str>| text.map(|text| text.to_owned().into());
    let id = table.need("id", reader).and_then(|id| id.text(reader));
    let version = table.need("version", reader).and_then(|version| version.text(reader));
    if let Some(end) = table.need("contract_end", reader) {
        end.word(&[("inclusive", ())], reader);
    }
    let limits = table.need("thresholds", reader);
    let limits = limits.and_then(|limits| limits.table(&THRESHOLDS, reader));
    let streams = table.need("transactional", reader);
    let streams = streams.and_then(|streams| streams.table(&TRANSACTIONAL, reader));
    let signals = table.need("signal", reader).and_then(|signals| signals.items(reader));
    let hard_rules = table.need("hard_rule", reader).and_then(|rules| rules.items(reader));
    Some(Draft {
        id: owned(id),
        version: owned(version),
        window_days: count(Some(&table), "window_days", reader),
        dormant_ratio: count(Some(&table), "dormant_ratio", reader),
        default_gap_days: count(Some(&table), "default_gap_days", reader),
        episode_grace_days: count(Some(&table), "episode_grace_days", reader),
        signals: signals.map(|signals| signals.iter().map(|value| signal(value, reader)).collect()),
        hard_rules: hard_rules
            .map(|rules| rules.iter().map(|value| hard_rule(value, reader)).collect()),
        client: count(limits.as_ref(), "client", reader),
        customer: count(limits.as_ref(), "customer", reader),
        exit_client: count(limits.as_ref(), "exit_client", reader),
        exit_customer: count(limits.as_ref(), "exit_customer", reader),
        dwell_evaluations: count(limits.as_ref(), "dwell_evaluations", reader),
        dwell_days: count(limits.as_ref(), "dwell_days", reader),
        min_standard_count: count(streams.as_ref(), "min_standard_count", reader),
        min_standard_share_bps: share(streams.as_ref(), reader),
    })
}

fn count(table: Option<&Table<'_>>, key: &str, reader: &mut Reader) -> Option<u32> {
    table?.need(key, reader)?.count(reader)
}

fn share(table: Option<&Table<'_>>, reader: &mut Reader) -> Option<u32> {
    let value = table?.need("min_standard_share", reader)?;
    let scaled = value.decimal(SHARE_PLACES, reader)?;
    let share = u32::try_from(scaled).ok();
    if share.is_none() {
        reader.push(value.fault(FaultCode::OutOfRange, "a share is from 0 to 1"));
    }
    share
}

/// The signal, and its rule where nothing was wrong.
fn signal(value: &Value<'_>, reader: &mut Reader) -> (Option<Signal>, Option<SignalRule>) {
    let Some(open) = value.open_table(reader) else { return (None, None) };
    let id = open.need("id", reader);
    let found = id.as_ref().and_then(|id| id.text(reader).map(|text| (id, text)));
    let signal = found.and_then(|(id, name)| {
        let signal = Signal::from_name(name);
        if signal.is_none() {
            let names: Vec<&str> = Signal::ALL.iter().map(|signal| signal.name()).collect();
            let hint = match name {
                "sales_cycle.days" => "it is told beside the score and gives no points".to_owned(),
                name => choices(name, &names),
            };
            let message = format!("`{}` is not a signal", shortened(name));
            reader.push(id.fault(FaultCode::UnknownSignal, message).with_hint(hint));
        }
        signal
    });
    let points: &[&str] = match signal {
        Some(signal) => &[points_key(signal.kind())],
        None => &["bins", "points", "levels"],
    };
    let known = ["id", "group", "kind", "typical", "reason", "actionable"];
    let Some(table) = value.table(&[&known[..], points].concat(), reader) else {
        return (signal, None);
    };
    let group = table.need("group", reader).and_then(|group| group.text(reader));
    let kind = kind(&table, signal, reader);
    let typical = match table.get("typical") {
        Some(typical) => typical.count(reader),
        None => Some(0),
    };
    let actionable = match table.get("actionable") {
        Some(value) => actionable(&value, reader),
        None => Some(Actionable::Yes),
    };
    let reason = reason(&table, reader);
    let bins = signal.and_then(|signal| {
        let value = table.need(points_key(signal.kind()), reader)?;
        bins(&value, signal, reader)
    });
    let rule = || {
        kind?;
        Some(SignalRule {
            signal: signal?,
            group: group?.to_owned().into(),
            bins: bins?.into(),
            typical: typical?,
            reason: reason?,
            actionable: actionable?,
        })
    };
    (signal, rule())
}

fn kind(table: &Table<'_>, signal: Option<Signal>, reader: &mut Reader) -> Option<SignalKind> {
    let words: Vec<(&str, SignalKind)> =
        SignalKind::ALL.iter().map(|&kind| (kind.name(), kind)).collect();
    let value = table.need("kind", reader)?;
    let kind = value.word(&words, reader)?;
    match signal {
        Some(signal) if signal.kind() != kind => {
            let message = format!("`{signal}` is of kind `{}`, not `{kind}`", signal.kind());
            reader.push(value.fault(FaultCode::TypeMismatch, message));
            None
        }
        _ => Some(kind),
    }
}

fn actionable(value: &Value<'_>, reader: &mut Reader) -> Option<Actionable> {
    match &value.node.kind {
        Kind::Bool(true) => Some(Actionable::Yes),
        Kind::Bool(false) => Some(Actionable::No),
        Kind::Text(_) => value.word(&[("wait", Actionable::Wait)], reader),
        _ => value.mismatch("true, false or \"wait\"", reader),
    }
}

fn reason(table: &Table<'_>, reader: &mut Reader) -> Option<Reason> {
    let Some(value) = table.get("reason") else {
        let fault = table.fault_of("reason", FaultCode::MissingReason, "`reason` is missing");
        reader.push(fault.with_hint("what a rule decides or adds must be told in a word"));
        return None;
    };
    let found = value.text(reader)?;
    let reason = Reason::from_name(found);
    if reason.is_none() {
        let of_signals = Reason::ALL.iter().filter(|reason| reason.is_of_signal());
        let names: Vec<&str> = of_signals.map(|reason| reason.name()).collect();
        let message = format!("`{}` is not a reason", shortened(found));
        let fault = value.fault(FaultCode::UnknownReason, message);
        reader.push(fault.with_hint(choices(found, &names)));
    }
    reason
}

fn bins(value: &Value<'_>, signal: Signal, reader: &mut Reader) -> Option<Vec<Bin>> {
    if signal.kind() == SignalKind::Bool {
        let points = points(value, reader)?;
        return Some(vec![Bin { from: 0, points: 0 }, Bin { from: 1, points }]);
    }
    // All of them are looked at, wherever one is wrong.
    let bins: Vec<Option<Bin>> =
        value.items(reader)?.iter().map(|pair| bin(pair, signal, reader)).collect();
    bins.into_iter().collect()
}

fn bin(value: &Value<'_>, signal: Signal, reader: &mut Reader) -> Option<Bin> {
    let items = value.items(reader)?;
    let [bound, worth] = items.as_slice() else {
        let message = format!("expected a pair, found a list of {}", items.len());
        let hint = match signal.kind() {
            SignalKind::Ordinal => "write [level, points]",
            _ => "write [lower bound, points]",
        };
        reader.push(value.fault(FaultCode::TypeMismatch, message).with_hint(hint));
        return None;
    };
    let from = match signal.kind() {
        SignalKind::Count | SignalKind::Bool => bound.whole(reader),
        SignalKind::Rate => bound.decimal(RATE_PLACES, reader),
        SignalKind::Ordinal => {
            let levels = (0..).zip(signal.levels()).map(|(at, &level)| (level, at));
            bound.word(&levels.collect::<Vec<(&str, i64)>>(), reader)
        }
    };
    let points = points(worth, reader);
    Some(Bin { from: from?, points: points? })
}

fn points(value: &Value<'_>, reader: &mut Reader) -> Option<u32> {
    match value.whole(reader)? {
        points if points < 0 => {
            let fault = value.fault(FaultCode::NegativePoints, format!("`{points}` points"));
            reader.push(fault.with_hint("evidence only ever adds"));
            None
        }
        _ => value.count(reader),
    }
}

fn hard_rule(value: &Value<'_>, reader: &mut Reader) -> Option<HardRule> {
    read_hard_rule(&value.table(&HARD_RULE, reader)?, reader)
}

/// A hard rule, of a rule set or of a pack.
pub(crate) fn read_hard_rule(table: &Table<'_>, reader: &mut Reader) -> Option<HardRule> {
    let id = table.need("id", reader).and_then(|id| id.text(reader));
    let words: Vec<(&str, Condition)> =
        Condition::ALL.iter().map(|&condition| (condition.name(), condition)).collect();
    let when = table.need("when", reader).and_then(|when| when.word(&words, reader));
    let then = table.need("then", reader);
    let reason_value = table.get("reason");
    let reason = reason(table, reader);
    if let (Some(then), Some(when)) = (then, when) {
        then.word(&[(when.then(), ())], reader)?;
    }
    if let (Some(value), Some(reason), Some(when)) = (reason_value, reason, when)
        && reason != when.reason()
    {
        let message = format!("`{reason}` is not the reason of `{when}`");
        let fault = value.fault(FaultCode::UnknownReason, message);
        reader.push(fault.with_hint(format!("write `{}`", when.reason())));
    }
    reason?;
    Some(HardRule { id: id?.to_owned().into(), when: when? })
}
