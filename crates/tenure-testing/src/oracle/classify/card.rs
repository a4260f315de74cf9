//! The rule set as a table of numbers.

use tenure_classify::{Actionable, Condition, RuleSetParts};

pub(super) struct Card {
    pub(super) rows: Vec<Row>,
    pub(super) window_days: i64,
    /// Silent for more than so many own gaps.
    pub(super) ratio: i64,
    pub(super) default_gap: i64,
    pub(super) grace: i64,
    client: i64,
    customer: i64,
    exit_client: i64,
    exit_customer: i64,
    pub(super) standard_count: i64,
    /// In hundredths of a percent.
    pub(super) standard_share: i128,
    /// The ids of the hard rules, if there are any.
    pub(super) no_activity: Option<String>,
    pub(super) fiduciary: Option<String>,
}

pub(super) struct Row {
    pub(super) signal: &'static str,
    pub(super) reason: &'static str,
    pub(super) typical: i64,
    pub(super) actionable: Option<bool>,
    /// From this value on, so many points.
    pub(super) bins: Vec<(i64, i64)>,
}

impl Row {
    /// The best bin that the value reaches.
    pub(super) fn points(&self, value: i64) -> i64 {
        let reached = self.bins.iter().filter(|&&(from, _)| value >= from);
        reached.map(|&(_, points)| points).max().unwrap_or(0)
    }

    pub(super) fn most(&self) -> i64 {
        self.bins.iter().map(|bin| bin.1).max().unwrap_or(0)
    }

    /// The bound of the last bin.
    pub(super) fn top(&self) -> i64 {
        self.bins.iter().map(|bin| bin.0).max().unwrap_or(0)
    }
}

impl Card {
    pub(super) fn new(rules: &RuleSetParts) -> Self {
        let rows = rules.signals.iter().map(|rule| Row {
            signal: rule.signal.name(),
            reason: rule.reason.name(),
            typical: rule.typical.into(),
            actionable: match rule.actionable {
                Actionable::Yes => Some(true),
                Actionable::No => Some(false),
                _ => None,
            },
            bins: rule.bins.iter().map(|bin| (bin.from, bin.points.into())).collect(),
        });
        let named = |when: Condition| {
            let rule = rules.hard_rules.iter().find(|rule| rule.when == when);
            rule.map(|rule| rule.id.to_string())
        };
        let limits = &rules.thresholds;
        Self {
            rows: rows.collect(),
            window_days: rules.window_days.into(),
            ratio: rules.dormant_ratio.into(),
            default_gap: rules.default_gap_days.into(),
            grace: rules.episode_grace_days.into(),
            client: limits.client.into(),
            customer: limits.customer.into(),
            exit_client: limits.exit_client.into(),
            exit_customer: limits.exit_customer.into(),
            standard_count: rules.transactional.min_standard_count.into(),
            standard_share: rules.transactional.min_standard_share_bps.into(),
            no_activity: named(Condition::NoCommercialActivity),
            fiduciary: named(Condition::Fiduciary),
        }
    }

    /// Client from the first on, customer below the second.
    pub(super) fn limits(&self, previous: Option<&str>) -> (i64, i64) {
        match previous {
            Some("client") => (self.exit_client, self.customer),
            Some("customer") => (self.client, self.exit_customer),
            _ => (self.client, self.customer),
        }
    }
}
