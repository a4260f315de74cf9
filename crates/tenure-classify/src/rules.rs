//! Rule sets: what each signal is worth, and where the classes begin. Data, no code.

use std::borrow::Cow;

use crate::class::Class;
use crate::digest::Digest;
use crate::document::Node;
use crate::fault::DocumentError;
use crate::named::named;
use crate::reason::Reason;
use crate::signal::{Signal, Span};
use crate::stable::Dwell;

mod built_in;
mod describe;
#[cfg(feature = "serde")]
mod extend;
mod generic;
#[cfg(feature = "serde")]
mod read;
mod validate;

pub(crate) use describe::hard_rule_node;
#[cfg(feature = "serde")]
pub(crate) use read::read_hard_rule;

/// The highest score; what is above is cut and shown as a contribution of its own.
pub const MAX_SCORE: u32 = 100;

/// From this value on, so many points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a pair with names, written out by users")]
pub struct Bin {
    /// The lower bound, included.
    pub from: i64,
    /// The points.
    pub points: u32,
}

/// Whether the account's people or ours can change a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Actionable {
    /// We can. `true` in files.
    #[default]
    Yes,
    /// It is the account's doing. `false` in files.
    No,
    /// Only time can. `"wait"` in files.
    Wait,
}

/// What one signal is worth.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SignalRule {
    /// Which signal.
    pub signal: Signal,
    /// The group it belongs to, for people.
    pub group: Cow<'static, str>,
    /// Points by value, from 0 on.
    pub bins: Cow<'static, [Bin]>,
    /// Points so common that they explain nothing.
    pub typical: u32,
    /// The code that names it.
    pub reason: Reason,
    /// Who can change it.
    pub actionable: Actionable,
}

impl SignalRule {
    /// A rule that explains from the first point on and that we can act on.
    #[must_use]
    pub const fn new(
        signal: Signal,
        group: Cow<'static, str>,
        bins: Cow<'static, [Bin]>,
        reason: Reason,
    ) -> Self {
        Self { signal, group, bins, typical: 0, reason, actionable: Actionable::Yes }
    }

    /// The points of that value.
    ///
    /// ```
    /// use tenure_classify::{RuleSet, Signal};
    /// let custom = RuleSet::generic().rule(Signal::CustomCount).ok_or("no rule")?;
    /// assert_eq!([0, 1, 3, 4, 90].map(|days| custom.points(days)), [0, 5, 9, 14, 14]);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn points(&self, value: i64) -> u32 {
        self.bins.iter().rev().find(|bin| bin.from <= value).map_or(0, |bin| bin.points)
    }

    /// The most points it can give.
    #[must_use]
    pub fn max_points(&self) -> u32 {
        self.bins.last().map_or(0, |bin| bin.points)
    }

    /// The bound of the top bin.
    pub(crate) fn top(&self) -> i64 {
        self.bins.last().map_or(0, |bin| bin.from)
    }

    /// The value as a contribution shows it: nothing above the top bin unless it was observed.
    pub(crate) fn shown(&self, value: Span) -> Span {
        Span::new(value.lo(), value.hi().min(self.top().max(value.lo())))
    }
}

named! {
    /// What a hard rule asks, and with it what it does: the first gives [`Class::Undetermined`], the
    /// second the client side whatever the score.
    ///
    /// ```
    /// use tenure_classify::{Condition, Reason};
    /// let fiduciary = Condition::Fiduciary;
    /// assert_eq!((fiduciary.name(), fiduciary.then()), ("fiduciary", "floor:client_side"));
    /// assert_eq!(fiduciary.reason(), Reason::FiduciaryDuty);
    /// ```
    #[non_exhaustive]
    Condition {
        /// No engagement contract and no net purchase, in complete tables.
        NoCommercialActivity = "no_commercial_activity",
        /// An engagement contract of the episode carries a duty of care in law.
        Fiduciary = "fiduciary",
    }
}

impl Condition {
    /// What follows where it holds, in the words of rule files.
    #[must_use]
    pub const fn then(self) -> &'static str {
        match self {
            Self::NoCommercialActivity => "undetermined",
            Self::Fiduciary => "floor:client_side",
        }
    }

    /// The reason a verdict gives for it.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::NoCommercialActivity => Reason::NoCommercialActivity,
            Self::Fiduciary => Reason::FiduciaryDuty,
        }
    }
}

/// A rule that decides before any score.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a name for a condition, written out by users")]
pub struct HardRule {
    /// Its name.
    pub id: Cow<'static, str>,
    /// What it asks.
    pub when: Condition,
}

/// Where the classes begin, and how much more it takes to leave one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "numbers, written out by users")]
pub struct Thresholds {
    /// Client side from here on.
    pub client: u32,
    /// Customer below this.
    pub customer: u32,
    /// Client side from here on, for a client.
    pub exit_client: u32,
    /// Customer below this, for a customer.
    pub exit_customer: u32,
    /// How long another class must be found before the stable class changes.
    pub dwell: Dwell,
}

/// The two thresholds in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Sides {
    /// Client side from here on.
    pub client: u32,
    /// Customer below this.
    pub customer: u32,
}

impl Thresholds {
    /// The thresholds for an account that had that class.
    ///
    /// A hybrid has none of its own: a score between the thresholds is hybrid either way, and with
    /// the exit threshold of clients an unchanged hybrid would become a client by being asked
    /// again.
    ///
    /// ```
    /// use tenure_classify::{Class, RuleSet};
    /// let thresholds = RuleSet::generic().parts().thresholds;
    /// let of = |class| { let s = thresholds.in_use(class); (s.client, s.customer) };
    /// assert_eq!(of(None), (55, 35));
    /// assert_eq!(of(Some(Class::Client)), (45, 35));
    /// assert_eq!(of(Some(Class::Hybrid)), (55, 35));
    /// assert_eq!(of(Some(Class::Customer)), (55, 42));
    /// ```
    #[must_use]
    pub const fn in_use(&self, previous: Option<Class>) -> Sides {
        match previous {
            Some(Class::Client) => Sides { client: self.exit_client, customer: self.customer },
            Some(Class::Customer) => Sides { client: self.client, customer: self.exit_customer },
            Some(Class::Hybrid | Class::Undetermined) | None => {
                Sides { client: self.client, customer: self.customer }
            }
        }
    }
}

/// When standard buying is material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "two numbers, written out by users")]
pub struct Transactional {
    /// So many standard purchase lines in the window, or more.
    pub min_standard_count: u32,
    /// So large a share of the money, or larger, in hundredths of a percent: 1,000 is 10 %.
    pub min_standard_share_bps: u32,
}

/// The settings of a rule set, not yet checked: change what you like, then [`build`](Self::build).
///
/// ```
/// use tenure_classify::RuleSet;
/// let mut parts = RuleSet::generic().parts().clone();
/// parts.id = "strict-house".into();
/// parts.thresholds.client = 60;
/// assert_eq!(parts.clone().build()?.parts().thresholds.client, 60);
/// parts.thresholds.customer = 60;
/// assert!(parts.build().is_err());
/// # Ok::<(), tenure_classify::DocumentError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RuleSetParts {
    /// Its name.
    pub id: Cow<'static, str>,
    /// Its version, for people.
    pub version: Cow<'static, str>,
    /// Evidence is counted over so many days up to the anchor.
    pub window_days: u32,
    /// Silent for more than so many own gaps: not live.
    pub dormant_ratio: u32,
    /// The own gap of an account with fewer than two gaps, in days.
    pub default_gap_days: u32,
    /// A contract holds the episode together for so many days after its end.
    pub episode_grace_days: u32,
    /// What each signal is worth, in the order of the contributions.
    pub signals: Cow<'static, [SignalRule]>,
    /// What decides before the score.
    pub hard_rules: Cow<'static, [HardRule]>,
    /// Where the classes begin.
    pub thresholds: Thresholds,
    /// When standard buying is material.
    pub transactional: Transactional,
}

impl RuleSetParts {
    /// Checks the settings.
    ///
    /// # Errors
    /// Everything that is wrong with them, not only the first fault.
    pub fn build(self) -> Result<RuleSet, DocumentError> {
        let faults = validate::faults(&validate::Draft::of(&self));
        DocumentError::unless(faults, ())?;
        Ok(RuleSet::trusted(self))
    }
}

/// A checked rule set: it gives a verdict on any history, without failing.
///
/// Weights are expert judgement, not fitted to anything.
///
/// ```
/// use tenure_classify::RuleSet;
/// let rules = RuleSet::generic();
/// assert_eq!((rules.id(), rules.version()), ("generic", "1.0.0"));
/// // The maxima sum to one more than the highest score.
/// assert_eq!(rules.sum_of_maxima(), 101);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleSet {
    parts: RuleSetParts,
    digest: Digest,
}

impl RuleSet {
    /// Settings known to be right.
    pub(crate) fn trusted(parts: RuleSetParts) -> Self {
        let digest = Digest::of(describe::rule_set(&parts).to_canonical().as_bytes());
        Self { parts, digest }
    }

    /// All settings as a tree.
    pub(crate) fn describe(&self) -> Node {
        describe::rule_set(&self.parts)
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.parts.id
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.parts.version
    }

    /// All its settings.
    #[must_use]
    pub const fn parts(&self) -> &RuleSetParts {
        &self.parts
    }

    /// The rule of that signal; `None` if the rule set does not look at it.
    #[must_use]
    pub fn rule(&self, signal: Signal) -> Option<&SignalRule> {
        self.parts.signals.iter().find(|rule| rule.signal == signal)
    }

    /// The hard rule with that condition; `None` if the rule set has none.
    #[must_use]
    pub fn hard_rule(&self, when: Condition) -> Option<&HardRule> {
        self.parts.hard_rules.iter().find(|rule| rule.when == when)
    }

    /// The sum of the most points of every signal.
    #[must_use]
    pub fn sum_of_maxima(&self) -> u32 {
        validate::sum_of_maxima(self.parts.signals.iter())
    }

    /// The rule set as one line of JSON: every setting and default, in a fixed order, without
    /// comments, decimals as texts; what it extends is spelled out. Two rule sets with one
    /// canonical form are the same rule set.
    ///
    /// ```
    /// let canonical = tenure_classify::RuleSet::generic().canonical();
    /// let start = r#"{"schema":"tenure/ruleset/1","id":"generic","version":"1.0.0","window_days":365"#;
    /// assert!(canonical.starts_with(start));
    /// let end = r#""transactional":{"min_standard_count":6,"min_standard_share":"0.1"}}"#;
    /// assert!(canonical.ends_with(end));
    /// ```
    #[must_use]
    pub fn canonical(&self) -> String {
        self.describe().to_canonical()
    }

    /// The identity of the rule set: the SHA-256 of its [canonical form](Self::canonical). The
    /// version is for people.
    ///
    /// ```
    /// use tenure_classify::{Digest, RuleSet};
    /// let generic = RuleSet::generic();
    /// assert_eq!(generic.digest(), Digest::of(generic.canonical().as_bytes()));
    /// assert_ne!(generic.digest(), RuleSet::needs_based().digest());
    /// ```
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
}

#[cfg(test)]
mod tests;
