//! What can be wrong with a rule set, all of it at once.

use std::fmt;

use crate::signal::Signal;

/// One thing that is wrong with a rule set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleSetFault {
    /// `id` or `version` is empty.
    #[error("`{field}` is empty")]
    MissingName {
        /// Which of them.
        field: &'static str,
    },
    /// A number outside what has a meaning.
    #[error("`{field}` is `{found}`, expected {expected}")]
    OutOfRange {
        /// The setting.
        field: &'static str,
        /// Its value.
        found: u32,
        /// What is accepted.
        expected: &'static str,
    },
    /// A rule set without signals scores nothing.
    #[error("there is no signal")]
    NoSignal,
    /// Two rules for one signal, or two hard rules with one id.
    #[error("`{id}` is ruled twice")]
    DuplicateId {
        /// The signal or hard rule.
        id: String,
    },
    /// The lower bounds of the bins do not grow.
    #[error("the bins of `{signal}` are not in growing order: `{found}` follows `{before}`")]
    UnsortedBins {
        /// Whose bins.
        signal: Signal,
        /// The bound before.
        before: i64,
        /// The bound that is not above it.
        found: i64,
    },
    /// The first bin must start at 0 and give 0 points.
    #[error("the first bin of `{signal}` is not 0 with 0 points")]
    FirstBinNotZero {
        /// Whose bins.
        signal: Signal,
    },
    /// More of a signal would give fewer points.
    #[error("`{signal}` gives `{found}` points after `{before}`: more evidence may not score less")]
    DecreasingPoints {
        /// Whose bins.
        signal: Signal,
        /// The points of the bin before.
        before: u32,
        /// The points of the bin.
        found: u32,
    },
    /// No account can reach the threshold.
    #[error("`{field}` is `{found}`, above the {reachable} points that can be reached")]
    UnreachableThreshold {
        /// The threshold.
        field: &'static str,
        /// Its value.
        found: u32,
        /// The sum of all maxima, at most 100.
        reachable: u32,
    },
    /// The customer threshold must lie below the client threshold.
    #[error("the customer threshold `{customer}` is not below the client threshold `{client}`")]
    ThresholdCrossing {
        /// The customer threshold.
        customer: u32,
        /// The client threshold.
        client: u32,
    },
    /// Leaving a class must be harder than entering it.
    #[error("`{field}` is `{found}`, expected {expected}")]
    HysteresisInverted {
        /// The exit threshold.
        field: &'static str,
        /// Its value.
        found: u32,
        /// What is accepted.
        expected: &'static str,
    },
    /// A hard rule that an earlier one always precedes.
    #[error("hard rule `{id}` can never fire: `{first}` has the same condition")]
    DeadHardRule {
        /// The rule.
        id: String,
        /// The rule before it.
        first: String,
    },
}

impl RuleSetFault {
    /// The stable code of the fault.
    ///
    /// ```
    /// assert_eq!(tenure_classify::RuleSetFault::NoSignal.code(), "no_signal");
    /// ```
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MissingName { .. } => "missing_name",
            Self::OutOfRange { .. } => "out_of_range",
            Self::NoSignal => "no_signal",
            Self::DuplicateId { .. } => "duplicate_id",
            Self::UnsortedBins { .. } => "unsorted_bins",
            Self::FirstBinNotZero { .. } => "first_bin_not_zero",
            Self::DecreasingPoints { .. } => "decreasing_points",
            Self::UnreachableThreshold { .. } => "unreachable_threshold",
            Self::ThresholdCrossing { .. } => "threshold_crossing",
            Self::HysteresisInverted { .. } => "hysteresis_inverted",
            Self::DeadHardRule { .. } => "dead_hard_rule",
        }
    }
}

/// A rule set that contradicts itself: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSetError {
    pub(crate) faults: Vec<RuleSetFault>,
}

impl RuleSetError {
    /// The faults, in the order of the rule set; at least one.
    #[must_use]
    pub fn faults(&self) -> &[RuleSetFault] {
        &self.faults
    }
}

impl fmt::Display for RuleSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.faults.iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            write!(f, "{between}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleSetError {}
