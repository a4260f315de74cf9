//! What can be refused here, and why.

/// A number outside the range its parameter accepts, or not a number.
///
/// ```
/// use tenure_stats::Level;
///
/// let refused = Level::new(95.0).err().map(|error| error.to_string());
/// assert_eq!(refused.as_deref(), Some("level `95` is outside 0 to 1, ends excluded"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{parameter} `{found}` is outside {accepted}")]
pub struct DomainError {
    parameter: &'static str,
    found: f64,
    accepted: &'static str,
}

impl DomainError {
    pub(crate) const fn new(parameter: &'static str, found: f64, accepted: &'static str) -> Self {
        Self { parameter, found, accepted }
    }

    /// The parameter that was refused.
    #[must_use]
    pub const fn parameter(&self) -> &'static str {
        self.parameter
    }

    /// The value that was refused.
    #[must_use]
    pub const fn found(&self) -> f64 {
        self.found
    }

    /// What would have been accepted.
    #[must_use]
    pub const fn accepted(&self) -> &'static str {
        self.accepted
    }
}

/// Why a [`Share`](crate::Share) was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// More hits than trials.
    #[error("`{x}` of `{n}` is no share: at most all of them")]
    MoreThanAll {
        /// The hits.
        x: u64,
        /// The trials.
        n: u64,
    },
    /// More trials than [`Share::MAX_COUNT`](crate::Share::MAX_COUNT).
    #[error("a share of `{n}` is outside 0 to 4611686018427387904 (2^62)")]
    TooMany {
        /// The trials.
        n: u64,
    },
}

/// Why an [`ExactSum`](crate::ExactSum) refused to grow; it is then as it was.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExactSumError {
    /// Not a number, or infinite.
    #[error("term `{term}` is not finite")]
    NotFinite {
        /// The term.
        term: f64,
    },
    /// The running total left the room of the accumulator, 2^63 times the square of the largest
    /// float.
    #[error("sum exceeds 2^63 times the square of the largest float")]
    Overflow,
}

/// Why text is no probability: see [`Probability`](crate::Probability).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("probability `{found}` is not a decimal from 0 to 1 with at most 18 places")]
pub struct ProbabilityError {
    pub(crate) found: String,
}

impl ProbabilityError {
    /// The text refused.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

/// A slice that should ascend does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("value at index `{index}` is less than the one before it: sort first")]
pub struct UnsortedError {
    pub(crate) index: usize,
}

impl UnsortedError {
    /// Index of the first value that is less than the one before it.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }
}

/// Why there is no [`Auc`](crate::Auc). Rows count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AucError {
    /// Not one event, or not one cluster, a score.
    #[error("`{other}` values beside `{scores}` scores")]
    Lengths {
        /// How many scores.
        scores: usize,
        /// How many of the other.
        other: usize,
    },
    /// A score that is no number, or infinite.
    #[error("the score of row {row} is not finite")]
    NotFinite {
        /// Which.
        row: usize,
    },
    /// A cluster number out of range.
    #[error("cluster `{found}` of row {row} is not below the {rows} rows")]
    Cluster {
        /// Which row.
        row: usize,
        /// Its cluster.
        found: usize,
        /// How many rows there are.
        rows: usize,
    },
    /// More rows than [`Auc::MAX_ROWS`](crate::Auc::MAX_ROWS).
    #[error("`{found}` rows: at most 1073741824 (2^30)")]
    TooMany {
        /// How many.
        found: usize,
    },
    /// Two areas of different rows have no difference.
    #[error("the two areas are not of the same rows")]
    OtherRows,
}

/// Why there is no [`RankCorrelation`](crate::RankCorrelation). Rows count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RankError {
    /// Two measures of different numbers of rows.
    #[error("`{other}` values beside `{one}`")]
    Lengths {
        /// How many of the first measure.
        one: usize,
        /// How many of the second.
        other: usize,
    },
    /// A value that is no number, or infinite.
    #[error("a value of row {row} is not finite")]
    NotFinite {
        /// Which.
        row: usize,
    },
    /// More rows than [`RankCorrelation::MAX_ROWS`](crate::RankCorrelation::MAX_ROWS).
    #[error("`{found}` rows: at most 1048576 (2^20)")]
    TooMany {
        /// How many.
        found: usize,
    },
}
