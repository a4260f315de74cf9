//! The rule sets that come with the crate.

use std::sync::LazyLock;

use super::{RuleSet, RuleSetParts, SignalRule, generic};

static NEEDS_BASED: LazyLock<RuleSet> = LazyLock::new(|| {
    let generic = &generic::GENERIC.parts;
    let chosen_by_need = |rule: &&SignalRule| rule.group != "service";
    RuleSet::trusted(RuleSetParts {
        id: "needs_based".into(),
        signals: generic.signals.iter().filter(chosen_by_need).cloned().collect(),
        ..generic.clone()
    })
});

impl RuleSet {
    /// The names of the rule sets that come with the crate.
    pub const BUILT_IN: &'static [&'static str] = &["generic", "needs_based"];

    /// The default rule set, `generic` 1.0.0.
    #[must_use]
    pub const fn generic() -> &'static Self {
        &generic::GENERIC
    }

    /// The default rule set without the group `service`: without what the provider chooses to give,
    /// such as a dedicated manager.
    ///
    /// ```
    /// use tenure_classify::{RuleSet, Signal};
    /// let rules = RuleSet::needs_based();
    /// assert!(rules.rule(Signal::ManagerDedicated).is_none());
    /// // The manager's 6 points are gone; the thresholds are those of `generic`.
    /// assert_eq!((rules.sum_of_maxima(), rules.parts().thresholds.client), (95, 55));
    /// ```
    #[must_use]
    pub fn needs_based() -> &'static Self {
        &NEEDS_BASED
    }

    /// The rule set of that name that comes with the crate.
    ///
    /// ```
    /// use tenure_classify::RuleSet;
    /// assert_eq!(RuleSet::built_in("generic"), Some(RuleSet::generic()));
    /// assert_eq!(RuleSet::built_in("house"), None);
    /// ```
    #[must_use]
    pub fn built_in(name: &str) -> Option<&'static Self> {
        match name {
            "generic" => Some(Self::generic()),
            "needs_based" => Some(Self::needs_based()),
            _ => None,
        }
    }
}
