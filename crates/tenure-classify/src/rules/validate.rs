//! Everything that can be wrong with a rule set: one check, for what was built in Rust and for what
//! was read from a file.

use std::borrow::Cow;

use super::describe::{RATE_PLACES, SHARE_PLACES, points_key};
use super::{HardRule, MAX_SCORE, RuleSetParts, SignalRule};
use crate::document::Node;
use crate::fault::{Fault, FaultCode, Path};
use crate::signal::{Signal, SignalKind};

/// The most points a single bin may give, the most days of any setting, the largest bound of a bin:
/// beyond these nothing has a meaning, and no sum can overflow.
const MAX_POINTS: u32 = 1_000;
const MAX_DAYS: u32 = 36_500;
const MAX_BOUND: i64 = 1_000_000_000_000;

pub(super) fn sum_of_maxima<'r>(signals: impl IntoIterator<Item = &'r SignalRule>) -> u32 {
    signals.into_iter().fold(0, |sum: u32, rule| sum.saturating_add(rule.max_points()))
}

/// A rule set as far as it could be read: `None` where a fault was found already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) id: Option<Cow<'static, str>>,
    pub(super) version: Option<Cow<'static, str>>,
    pub(super) window_days: Option<u32>,
    pub(super) dormant_ratio: Option<u32>,
    pub(super) default_gap_days: Option<u32>,
    pub(super) episode_grace_days: Option<u32>,
    /// Which signals are ruled, and how.
    pub(super) signals: Option<Vec<(Option<Signal>, Option<SignalRule>)>>,
    pub(super) hard_rules: Option<Vec<Option<HardRule>>>,
    pub(super) client: Option<u32>,
    pub(super) customer: Option<u32>,
    pub(super) exit_client: Option<u32>,
    pub(super) exit_customer: Option<u32>,
    pub(super) dwell_evaluations: Option<u32>,
    pub(super) dwell_days: Option<u32>,
    pub(super) min_standard_count: Option<u32>,
    pub(super) min_standard_share_bps: Option<u32>,
}

impl Draft {
    pub(super) fn of(parts: &RuleSetParts) -> Self {
        let (limits, streams) = (parts.thresholds, parts.transactional);
        let ruled = |rule: &SignalRule| (Some(rule.signal), Some(rule.clone()));
        Self {
            id: Some(parts.id.clone()),
            version: Some(parts.version.clone()),
            window_days: Some(parts.window_days),
            dormant_ratio: Some(parts.dormant_ratio),
            default_gap_days: Some(parts.default_gap_days),
            episode_grace_days: Some(parts.episode_grace_days),
            signals: Some(parts.signals.iter().map(ruled).collect()),
            hard_rules: Some(parts.hard_rules.iter().cloned().map(Some).collect()),
            client: Some(limits.client),
            customer: Some(limits.customer),
            exit_client: Some(limits.exit_client),
            exit_customer: Some(limits.exit_customer),
            dwell_evaluations: Some(limits.dwell.evaluations),
            dwell_days: Some(limits.dwell.days),
            min_standard_count: Some(streams.min_standard_count),
            min_standard_share_bps: Some(streams.min_standard_share_bps),
        }
    }
}

/// The faults, with paths in the terms of the whole rule set.
pub(super) fn faults(draft: &Draft) -> Vec<Fault> {
    let mut faults = Vec::new();
    settings(draft, &mut faults);
    signals(draft, &mut faults);
    hard_rules(draft, &mut faults);
    thresholds(draft, &mut faults);
    faults
}

fn at(key: &'static str) -> Path {
    Path::root().key(key)
}

fn out_of_range(path: Path, found: impl std::fmt::Display, range: &str) -> Fault {
    Fault::new(FaultCode::OutOfRange, path, format!("`{found}` is not {range}"))
}

fn settings(draft: &Draft, faults: &mut Vec<Fault>) {
    for (key, text) in [("id", &draft.id), ("version", &draft.version)] {
        if text.as_ref().is_some_and(|text| text.is_empty()) {
            let message = format!("`{key}` is empty");
            faults.push(Fault::new(FaultCode::MissingName, at(key), message));
        }
    }
    let limits = at("thresholds");
    let share = at("transactional").key("min_standard_share");
    for (path, found, least, most) in [
        (at("window_days"), draft.window_days, 1, MAX_DAYS),
        (at("dormant_ratio"), draft.dormant_ratio, 1, 1_000),
        (at("default_gap_days"), draft.default_gap_days, 1, MAX_DAYS),
        (at("episode_grace_days"), draft.episode_grace_days, 0, MAX_DAYS),
        (limits.key("dwell_evaluations"), draft.dwell_evaluations, 1, 1_000),
        (limits.key("dwell_days"), draft.dwell_days, 0, MAX_DAYS),
    ] {
        if let Some(found) = found.filter(|&found| found < least || found > most) {
            faults.push(out_of_range(path, found, &format!("from {least} to {most}")));
        }
    }
    if let Some(found) = draft.min_standard_share_bps.filter(|&found| found > 10_000) {
        let shown = Node::decimal(found.into(), SHARE_PLACES).to_shown();
        faults.push(out_of_range(share, shown, "from 0 to 1"));
    }
}

fn signals(draft: &Draft, faults: &mut Vec<Fault>) {
    let Some(rules) = &draft.signals else { return };
    if rules.is_empty() {
        let message = "there is no signal: nothing would be scored".to_owned();
        faults.push(Fault::new(FaultCode::NoSignal, at("signal"), message));
    }
    for (place, (signal, rule)) in rules.iter().enumerate() {
        let path = at("signal").index(place);
        if let Some(signal) = signal
            && rules.iter().take(place).any(|before| before.0 == Some(*signal))
        {
            let message = format!("`{signal}` is ruled twice");
            faults.push(Fault::new(FaultCode::DuplicateId, path.key("id"), message));
        }
        if let Some(rule) = rule {
            of_signal(rule, &path, faults);
        }
    }
}

fn of_signal(rule: &SignalRule, path: &Path, faults: &mut Vec<Fault>) {
    if !rule.reason.is_of_signal() {
        let message = format!("`{}` is no reason a signal can give", rule.reason);
        faults.push(Fault::new(FaultCode::UnknownReason, path.key("reason"), message));
    }
    if rule.typical > MAX_POINTS {
        let range = format!("from 0 to {MAX_POINTS}");
        faults.push(out_of_range(path.key("typical"), rule.typical, &range));
    }
    let kind = rule.signal.kind();
    let bins = path.key(points_key(kind));
    // The points of yes stand alone in a file: there is no list to look in.
    let bin_at = |place: usize| match kind {
        SignalKind::Bool => bins.clone(),
        _ => bins.index(place),
    };
    if rule.bins.first().is_none_or(|bin| bin.from != 0 || bin.points != 0) {
        let message = "the first bin is not 0 with 0 points".to_owned();
        let path = if rule.bins.is_empty() { bins.clone() } else { bin_at(0) };
        let hint = match kind {
            SignalKind::Bool => "no gives 0 points",
            SignalKind::Ordinal => "begin with [\"none\", 0]",
            SignalKind::Count | SignalKind::Rate => "begin with [0, 0]",
        };
        faults.push(Fault::new(FaultCode::FirstBinNotZero, path, message).with_hint(hint));
    }
    let shown = |bound: i64| match kind {
        SignalKind::Rate => Node::decimal(bound, RATE_PLACES).to_shown(),
        SignalKind::Count | SignalKind::Bool | SignalKind::Ordinal => bound.to_string(),
    };
    let top = match kind {
        SignalKind::Count | SignalKind::Rate => MAX_BOUND,
        SignalKind::Bool => 1,
        SignalKind::Ordinal => {
            i64::try_from(rule.signal.levels().len()).unwrap_or(MAX_BOUND).saturating_sub(1)
        }
    };
    for (place, bin) in rule.bins.iter().enumerate() {
        if bin.from > top {
            faults.push(out_of_range(
                bin_at(place),
                shown(bin.from),
                &format!("at most {}", shown(top)),
            ));
        }
        if bin.points > MAX_POINTS {
            let range = format!("from 0 to {MAX_POINTS} points");
            faults.push(out_of_range(bin_at(place), bin.points, &range));
        }
    }
    if kind == SignalKind::Bool && rule.bins.len() < 2 && !rule.bins.is_empty() {
        faults.push(out_of_range(bins.clone(), rule.bins.len(), "two bins, of no and of yes"));
    }
    for (place, (before, bin)) in rule.bins.iter().zip(rule.bins.iter().skip(1)).enumerate() {
        let path = bin_at(place.saturating_add(1));
        if bin.from <= before.from {
            let (found, before) = (shown(bin.from), shown(before.from));
            let message = format!("the bound `{found}` follows `{before}`");
            let fault = Fault::new(FaultCode::UnsortedBins, path.clone(), message);
            faults.push(fault.with_hint("lower bounds must grow"));
        }
        if bin.points < before.points {
            let message = format!("`{}` points follow `{}`", bin.points, before.points);
            let fault = Fault::new(FaultCode::DecreasingPoints, path, message);
            faults.push(fault.with_hint("more evidence may not score less"));
        }
    }
}

fn hard_rules(draft: &Draft, faults: &mut Vec<Fault>) {
    let rules = draft.hard_rules.as_deref().unwrap_or_default();
    for (place, rule) in rules.iter().enumerate() {
        let Some(rule) = rule else { continue };
        let path = at("hard_rule").index(place);
        let before = || rules.iter().take(place).flatten();
        if rule.id.is_empty() {
            let message = "`id` is empty".to_owned();
            faults.push(Fault::new(FaultCode::MissingName, path.key("id"), message));
        }
        if before().any(|other| other.id == rule.id) {
            let message = format!("`{}` is ruled twice", rule.id);
            faults.push(Fault::new(FaultCode::DuplicateId, path.key("id"), message));
        }
        if let Some(first) = before().find(|other| other.when == rule.when) {
            let message =
                format!("`{}` can never fire: `{}` has the same condition", rule.id, first.id);
            faults.push(Fault::new(FaultCode::DeadHardRule, path.key("when"), message));
        }
    }
}

fn thresholds(draft: &Draft, faults: &mut Vec<Fault>) {
    let path = |key: &'static str| at("thresholds").key(key);
    // Without every signal nothing can be said about what can be reached.
    let signals = draft.signals.as_ref().and_then(|signals| {
        signals.iter().map(|(_, rule)| rule.as_ref()).collect::<Option<Vec<_>>>()
    });
    if let Some(signals) = signals {
        let reachable = sum_of_maxima(signals).min(MAX_SCORE);
        for (key, found) in [("client", draft.client), ("customer", draft.customer)] {
            if let Some(found) = found.filter(|&found| found > reachable) {
                let message =
                    format!("`{found}` is above the {reachable} points that can be reached");
                faults.push(Fault::new(FaultCode::UnreachableThreshold, path(key), message));
            }
        }
    }
    // Whatever the previous class was, customer ends below where client begins.
    for (low_key, customer, high_key, client) in [
        ("customer", draft.customer, "client", draft.client),
        ("customer", draft.customer, "exit_client", draft.exit_client),
        ("exit_customer", draft.exit_customer, "client", draft.client),
    ] {
        if let (Some(customer), Some(client)) = (customer, client)
            && customer >= client
        {
            let message = format!("`{customer}` is not below `{high_key}`, which is `{client}`");
            faults.push(Fault::new(FaultCode::ThresholdCrossing, path(low_key), message));
        }
    }
    if let (Some(exit), Some(client)) = (draft.exit_client, draft.client)
        && exit > client
    {
        let message = format!("`{exit}` is above `client`, which is `{client}`");
        let fault = Fault::new(FaultCode::HysteresisInverted, path("exit_client"), message);
        faults.push(fault.with_hint("leaving a class is harder than entering it"));
    }
    if let (Some(exit), Some(customer)) = (draft.exit_customer, draft.customer)
        && exit < customer
    {
        let message = format!("`{exit}` is below `customer`, which is `{customer}`");
        let fault = Fault::new(FaultCode::HysteresisInverted, path("exit_customer"), message);
        faults.push(fault.with_hint("leaving a class is harder than entering it"));
    }
}
