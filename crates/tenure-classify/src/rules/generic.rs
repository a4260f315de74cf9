//! The default rule set.

use std::borrow::Cow;

use super::{
    Actionable, Bin, Condition, HardRule, RuleSet, RuleSetParts, SignalRule, Thresholds,
    Transactional,
};
use crate::digest::Digest;
use crate::reason::Reason;
use crate::signal::Signal;
use crate::stable::Dwell;

const fn rule(
    signal: Signal,
    group: &'static str,
    bins: &'static [Bin],
    (typical, actionable): (u32, Actionable),
    reason: Reason,
) -> SignalRule {
    let (group, bins) = (Cow::Borrowed(group), Cow::Borrowed(bins));
    SignalRule { signal, group, bins, typical, reason, actionable }
}

const fn bin(from: i64, points: u32) -> Bin {
    Bin { from, points }
}

const OURS: (u32, Actionable) = (0, Actionable::Yes);
const THEIRS: (u32, Actionable) = (0, Actionable::No);

static SIGNALS: [SignalRule; 14] = [
    rule(
        Signal::ContractForm,
        "contract",
        &[bin(0, 0), bin(1, 5), bin(2, 14)],
        OURS,
        Reason::FormalContract,
    ),
    rule(
        Signal::BillingRecurring,
        "contract",
        &[bin(0, 0), bin(1, 6)],
        OURS,
        Reason::RecurringBilling,
    ),
    rule(
        Signal::TenureDays,
        "continuity",
        &[bin(0, 0), bin(30, 3), bin(90, 6), bin(365, 9)],
        (9, Actionable::Wait),
        Reason::LongTenure,
    ),
    rule(
        Signal::RepeatDays,
        "continuity",
        &[bin(0, 0), bin(2, 2), bin(4, 5)],
        (5, Actionable::No),
        Reason::RepeatBusiness,
    ),
    rule(
        Signal::CustomCount,
        "personalisation",
        &[bin(0, 0), bin(1, 5), bin(2, 9), bin(4, 14)],
        OURS,
        Reason::CustomisedService,
    ),
    rule(
        Signal::AdviceCount,
        "personalisation",
        &[bin(0, 0), bin(1, 3), bin(3, 6), bin(6, 9)],
        OURS,
        Reason::Advisory,
    ),
    rule(
        Signal::DialogueExchanges,
        "dialogue",
        &[bin(0, 0), bin(2, 5), bin(4, 10), bin(12, 16)],
        OURS,
        Reason::TwoWayDialogue,
    ),
    rule(
        Signal::ProactiveCount,
        "dialogue",
        &[bin(0, 0), bin(1, 2), bin(2, 4)],
        OURS,
        Reason::ProactiveSupport,
    ),
    rule(Signal::GoalTracked, "goals", &[bin(0, 0), bin(1, 8)], OURS, Reason::GoalOriented),
    rule(
        Signal::MilestoneCount,
        "goals",
        &[bin(0, 0), bin(1, 2), bin(3, 4)],
        OURS,
        Reason::GoalOriented,
    ),
    rule(
        Signal::ManagerDedicated,
        "service",
        &[bin(0, 0), bin(1, 6)],
        OURS,
        Reason::DedicatedManager,
    ),
    rule(Signal::Exclusive, "loyalty", &[bin(0, 0), bin(1, 2)], THEIRS, Reason::Exclusive),
    rule(Signal::ReferralCount, "loyalty", &[bin(0, 0), bin(1, 2)], THEIRS, Reason::Advocacy),
    rule(Signal::ValueRatio, "loyalty", &[bin(0, 0), bin(3_000, 2)], THEIRS, Reason::HighValue),
];

static HARD_RULES: [HardRule; 2] = [
    HardRule { id: Cow::Borrowed("H0"), when: Condition::NoCommercialActivity },
    HardRule { id: Cow::Borrowed("H1"), when: Condition::Fiduciary },
];

/// Checked by a test instead of at run time, and so is its digest.
pub(super) static GENERIC: RuleSet = RuleSet {
    parts: RuleSetParts {
        id: Cow::Borrowed("generic"),
        version: Cow::Borrowed("1.0.0"),
        window_days: 365,
        dormant_ratio: 3,
        default_gap_days: 365,
        episode_grace_days: 90,
        signals: Cow::Borrowed(&SIGNALS),
        hard_rules: Cow::Borrowed(&HARD_RULES),
        thresholds: Thresholds {
            client: 55,
            customer: 35,
            exit_client: 45,
            exit_customer: 42,
            dwell: Dwell { evaluations: 2, days: 28 },
        },
        transactional: Transactional { min_standard_count: 6, min_standard_share_bps: 1_000 },
    },
    digest: Digest::from_bytes([
        0xc2, 0x84, 0x6c, 0xcc, 0xb2, 0x4f, 0x58, 0xdc, 0x13, 0x95, 0x1e, 0xa0, 0x0c, 0xb1, 0x91,
        0x9d, 0xbb, 0x2f, 0xd8, 0xd9, 0x56, 0xa7, 0xcc, 0x7c, 0xec, 0x78, 0x13, 0xbd, 0x34, 0x7e,
        0x4b, 0x78,
    ]),
};
