//! Everything that can be wrong with a rule set.

use super::{MAX_SCORE, RuleSetParts, SignalRule};
use crate::error::RuleSetFault;

/// The most points a single bin may give, and the most days of any setting: beyond these nothing
/// has a meaning, and no sum can overflow.
const MAX_POINTS: u32 = 1_000;
const MAX_DAYS: u32 = 36_500;

pub(super) fn sum_of_maxima(signals: &[SignalRule]) -> u32 {
    signals.iter().fold(0, |sum: u32, rule| sum.saturating_add(rule.max_points()))
}

pub(super) fn faults(parts: &RuleSetParts) -> Vec<RuleSetFault> {
    let mut faults = Vec::new();
    settings(parts, &mut faults);
    for (place, rule) in parts.signals.iter().enumerate() {
        if parts.signals.iter().take(place).any(|before| before.signal == rule.signal) {
            faults.push(RuleSetFault::DuplicateId { id: rule.signal.name().to_owned() });
        }
        bins(rule, &mut faults);
    }
    for (place, rule) in parts.hard_rules.iter().enumerate() {
        let mut before = parts.hard_rules.iter().take(place);
        if before.clone().any(|other| other.id == rule.id) {
            faults.push(RuleSetFault::DuplicateId { id: rule.id.clone().into_owned() });
        }
        if let Some(first) = before.find(|other| other.when == rule.when) {
            let (id, first) = (rule.id.clone().into_owned(), first.id.clone().into_owned());
            faults.push(RuleSetFault::DeadHardRule { id, first });
        }
    }
    thresholds(parts, &mut faults);
    faults
}

fn settings(parts: &RuleSetParts, faults: &mut Vec<RuleSetFault>) {
    for (field, text) in [("id", &parts.id), ("version", &parts.version)] {
        if text.is_empty() {
            faults.push(RuleSetFault::MissingName { field });
        }
    }
    for (field, found, least, most, expected) in [
        ("window_days", parts.window_days, 1, MAX_DAYS, "1 to 36500"),
        ("dormant_ratio", parts.dormant_ratio, 1, 1_000, "1 to 1000"),
        ("default_gap_days", parts.default_gap_days, 1, MAX_DAYS, "1 to 36500"),
        ("episode_grace_days", parts.episode_grace_days, 0, MAX_DAYS, "0 to 36500"),
        (
            "min_standard_share_bps",
            parts.transactional.min_standard_share_bps,
            0,
            10_000,
            "0 to 10000",
        ),
    ] {
        if found < least || found > most {
            faults.push(RuleSetFault::OutOfRange { field, found, expected });
        }
    }
    if parts.signals.is_empty() {
        faults.push(RuleSetFault::NoSignal);
    }
}

fn bins(rule: &SignalRule, faults: &mut Vec<RuleSetFault>) {
    let signal = rule.signal;
    if rule.bins.first().is_none_or(|bin| bin.from != 0 || bin.points != 0) {
        faults.push(RuleSetFault::FirstBinNotZero { signal });
    }
    if rule.max_points() > MAX_POINTS {
        let (field, found, expected) = ("points", rule.max_points(), "at most 1000");
        faults.push(RuleSetFault::OutOfRange { field, found, expected });
    }
    for (before, bin) in rule.bins.iter().zip(rule.bins.iter().skip(1)) {
        if bin.from <= before.from {
            let (before, found) = (before.from, bin.from);
            faults.push(RuleSetFault::UnsortedBins { signal, before, found });
        }
        if bin.points < before.points {
            let (before, found) = (before.points, bin.points);
            faults.push(RuleSetFault::DecreasingPoints { signal, before, found });
        }
    }
}

fn thresholds(parts: &RuleSetParts, faults: &mut Vec<RuleSetFault>) {
    let limits = parts.thresholds;
    let reachable = sum_of_maxima(&parts.signals).min(MAX_SCORE);
    for (field, found) in [("client", limits.client), ("customer", limits.customer)] {
        if found > reachable {
            faults.push(RuleSetFault::UnreachableThreshold { field, found, reachable });
        }
    }
    // Whatever the previous class was, customer ends below where client begins.
    for (customer, client) in [
        (limits.customer, limits.client),
        (limits.customer, limits.exit_client),
        (limits.exit_customer, limits.client),
    ] {
        if customer >= client {
            faults.push(RuleSetFault::ThresholdCrossing { customer, client });
        }
    }
    if limits.exit_client > limits.client {
        let (field, found) = ("exit_client", limits.exit_client);
        let expected = "at most `client`";
        faults.push(RuleSetFault::HysteresisInverted { field, found, expected });
    }
    if limits.exit_customer < limits.customer {
        let (field, found) = ("exit_customer", limits.exit_customer);
        let expected = "at least `customer`";
        faults.push(RuleSetFault::HysteresisInverted { field, found, expected });
    }
}
