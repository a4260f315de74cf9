//! What can be refused here, and why.

use tenure_model::Period;

use crate::{Reason, Statistic};

/// Why a definition was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionError {
    /// A scale that is no scale, or too long.
    #[error("scale `{lo}` to `{hi}` must ascend and have 2 to 11 points")]
    Scale {
        /// The lowest point given.
        lo: i16,
        /// The highest point given.
        hi: i16,
    },
    /// A cut that takes no point of the scale, or all of them.
    #[error("cut `{cut}` must take some of the points `{lo}` to `{hi}`, not all")]
    Cut {
        /// The cut, as text.
        cut: String,
        /// The lowest point of the scale.
        lo: i16,
        /// The highest point of the scale.
        hi: i16,
    },
    /// Two bands that share a point.
    #[error("bands `{unfavourable}` and `{favourable}` overlap, or both lie on one side")]
    Overlap {
        /// The unfavourable band, as text.
        unfavourable: String,
        /// The favourable band, as text.
        favourable: String,
    },
    /// A statistic the definition has no bands or top box for.
    #[error("statistic `{statistic}` needs {needs}, which the definition does not have")]
    Statistic {
        /// The statistic.
        statistic: Statistic,
        /// What it needs.
        needs: &'static str,
    },
    /// A missing policy the definition has no bands or top box for.
    #[error("missing policy `{policy}` needs {needs}, which the definition does not have")]
    MissingPolicy {
        /// The policy.
        policy: crate::MissingPolicy,
        /// What it needs.
        needs: &'static str,
    },
    /// More places than are printed.
    #[error("`{found}` decimals are outside 0 to 10")]
    Decimals {
        /// The places asked for.
        found: u8,
    },
    /// No published top box for a scale of this length.
    #[error("no top box for a scale of `{points}` points: 3, 4, 5, 6, 7 or 10")]
    TopBoxLength {
        /// The length of the scale.
        points: u8,
    },
    /// An id that is empty, too long, not plain, or that of a preset for something else.
    #[error("definition id `{id}` {reason}")]
    Id {
        /// The id.
        id: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Three bands that do not cover the scale, each point once.
    #[error(
        "bands leave point `{point}` of the scale `{lo}` to `{hi}` in `{times}` bands, not in one"
    )]
    Coverage {
        /// The first point that is not in exactly one band.
        point: i16,
        /// In how many bands it is.
        times: usize,
        /// The lowest point of the scale.
        lo: i16,
        /// The highest point of the scale.
        hi: i16,
    },
    /// A band that is reversed or leaves the scale.
    #[error("band `{first}` to `{last}` is not a range within the scale `{lo}` to `{hi}`")]
    BandRange {
        /// Its first point.
        first: i16,
        /// Its last point.
        last: i16,
        /// The lowest point of the scale.
        lo: i16,
        /// The highest point of the scale.
        hi: i16,
    },
    /// A window of no days.
    #[error("window of `0` days is outside 1 to 65535")]
    WindowDays,
    /// Version 0.
    #[error("definition version `0` is outside 1 to 4294967295")]
    Version,
}

/// Why a definition text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionTextError {
    /// No preset has this id.
    #[error("unknown definition `{found}`: one of {choices}")]
    UnknownId {
        /// The id.
        found: String,
        /// What would have been understood.
        choices: String,
    },
    /// Something that is no `key=value`.
    #[error("`{found}` is not `key=value`")]
    NotAnOption {
        /// The word.
        found: String,
    },
    /// A key no definition has.
    #[error("unknown option `{found}`: one of {choices}")]
    UnknownKey {
        /// The key.
        found: String,
        /// What would have been understood.
        choices: &'static str,
    },
    /// A key given twice.
    #[error("option `{found}` is given twice")]
    RepeatedKey {
        /// The key.
        found: String,
    },
    /// A value its key does not take.
    #[error("option `{key}` has no value `{found}`: one of {choices}")]
    UnknownValue {
        /// The key.
        key: &'static str,
        /// The value.
        found: String,
        /// What would have been understood.
        choices: &'static str,
    },
    /// Options that do not fit the definition.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
}

/// Two states that count different things were to be combined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("definition `{ours}` cannot take in `{theirs}`")]
pub struct DefinitionMismatchError {
    pub(crate) ours: String,
    pub(crate) theirs: String,
}

impl DefinitionMismatchError {
    /// The definition of the state that was to grow.
    #[must_use]
    pub fn ours(&self) -> &str {
        &self.ours
    }

    /// The definition of the other.
    #[must_use]
    pub fn theirs(&self) -> &str {
        &self.theirs
    }
}

/// More answers than a state holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("count exceeds 2305843009213693952 (2^61) answers")]
#[non_exhaustive]
pub struct CountOverflowError;

/// More was to be taken out than is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot take out `{wanted}` of `{held}` answers counted under {place}")]
pub struct RetractError {
    pub(crate) place: Place,
    pub(crate) held: u64,
    pub(crate) wanted: u64,
}

impl RetractError {
    /// Which counter would have fallen below zero.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// What it holds.
    #[must_use]
    pub const fn held(&self) -> u64 {
        self.held
    }

    /// What was to be taken out.
    #[must_use]
    pub const fn wanted(&self) -> u64 {
        self.wanted
    }
}

/// A counter of a tally.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// That of a point of the scale.
    Point(i16),
    /// That of a reason of exclusion.
    Excluded(Reason),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Point(point) => write!(f, "point `{point}`"),
            Self::Excluded(reason) => write!(f, "`{reason}`"),
        }
    }
}

/// An answer refused because the definition says `invalid=error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("answer {}is {reason} on the scale `{lo}` to `{hi}`", Row(*.row))]
pub struct InvalidAnswerError {
    pub(crate) reason: Reason,
    pub(crate) row: Option<usize>,
    pub(crate) lo: i16,
    pub(crate) hi: i16,
}

impl InvalidAnswerError {
    /// What is wrong with it: out of range, or not an integer.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Its index in the column, if it came in one.
    #[must_use]
    pub const fn row(&self) -> Option<usize> {
        self.row
    }
}

struct Row(Option<usize>);

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(row) => write!(f, "in row `{row}` "),
            None => Ok(()),
        }
    }
}

/// A histogram with another number of counts than the scale has points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` counts for a scale of `{points}` points")]
pub struct HistogramLengthError {
    pub(crate) found: usize,
    pub(crate) points: usize,
}

impl HistogramLengthError {
    /// How many counts were given.
    #[must_use]
    pub const fn found(&self) -> usize {
        self.found
    }

    /// How many points the scale has.
    #[must_use]
    pub const fn points(&self) -> usize {
        self.points
    }
}

/// Why a code was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// A code with two meanings.
    #[error("code `{code}` is given twice")]
    Repeated {
        /// The code.
        code: String,
    },
    /// A text that is no code.
    #[error("text code `{code}` is empty, a number, or longer than 64 bytes")]
    Text {
        /// The text.
        code: String,
    },
    /// A reason that is found in an answer and never coded.
    #[error(
        "code `{code}` cannot mean `{reason}`: \
         not_delivered, no_answer, dismissed, blank or dont_know"
    )]
    Reason {
        /// The code.
        code: String,
        /// The reason.
        reason: Reason,
    },
    /// More codes than are kept.
    #[error("more than 64 codes")]
    TooMany,
}

/// Why periods did not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// A window without a day.
    #[error("window `{0}` has no days", days(*.found))]
    Empty {
        /// The window.
        found: Period,
    },
    /// A window of another length than the definition's.
    #[error("window `{0}` is not the `{window_days}` days of the definition", days(*.found))]
    Length {
        /// The window.
        found: Period,
        /// How many days the definition asks for.
        window_days: u16,
    },
    /// A window that leaves out some of the days already counted.
    #[error("window `{0}` does not hold `{1}`, which is counted", days(*.found), days(*.held))]
    Narrower {
        /// The window.
        found: Period,
        /// What is counted.
        held: Period,
    },
    /// Two tallies of other windows were to be combined.
    #[error("window `{0}` cannot take in `{1}`: widen both to one window", shown(*.ours), shown(*.theirs))]
    Differs {
        /// That of the tally that was to grow.
        ours: Option<Period>,
        /// That of the other.
        theirs: Option<Period>,
    },
    /// Two samples of windows that overlap were to be compared as independent.
    #[error("windows `{0}` and `{1}` overlap: not independent samples", days(*.ours), days(*.theirs))]
    Overlap {
        /// That of the first.
        ours: Period,
        /// That of the second.
        theirs: Period,
    },
}

fn days(period: Period) -> String {
    format!("{} to {}, end excluded", period.start(), period.end())
}

fn shown(period: Option<Period>) -> String {
    period.map_or_else(|| "any day".to_owned(), days)
}

/// Why states were not compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// They measure different things.
    #[error(transparent)]
    Definition(#[from] DefinitionMismatchError),
    /// They are not independent.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// The definition does not have what is to be compared.
    #[error("definition `{definition}` has no {needs} to compare")]
    Lacking {
        /// The definition, as text.
        definition: String,
        /// What it would need.
        needs: &'static str,
    },
    /// More answers together than a state holds.
    #[error(transparent)]
    Overflow(#[from] CountOverflowError),
}

/// Why there is no satisfaction index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcsiError {
    /// A question on another scale.
    #[error(transparent)]
    Definition(#[from] DefinitionMismatchError),
    /// No question weighs anything.
    #[error("the weights of the questions sum to `0`")]
    NoWeight,
}

/// A limit on the half-width that is none.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("half-width limit `{found}` is outside the finite numbers above 0")]
pub struct DisclosureError {
    pub(crate) found: f64,
}

impl DisclosureError {
    /// The limit refused.
    #[must_use]
    pub const fn found(&self) -> f64 {
        self.found
    }
}

/// Why a tally refused to change; it is then as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TallyError {
    /// The other tally counts something else.
    #[error(transparent)]
    Definition(#[from] DefinitionMismatchError),
    /// No room for so many.
    #[error(transparent)]
    Overflow(#[from] CountOverflowError),
    /// More was to be taken out than is in.
    #[error(transparent)]
    Retract(#[from] RetractError),
    /// An answer the definition refuses.
    #[error(transparent)]
    Invalid(#[from] InvalidAnswerError),
    /// A histogram that does not fit the scale.
    #[error(transparent)]
    Histogram(#[from] HistogramLengthError),
    /// The windows do not fit.
    #[error(transparent)]
    Window(#[from] WindowError),
}

/// Why a grouped tally refused to change; it is then as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupedError {
    /// Two columns of one table that differ in length.
    #[error("`{groups}` groups for `{answers}` answers: one each a row")]
    Lengths {
        /// Rows of the group column.
        groups: usize,
        /// Rows of the answer column.
        answers: usize,
    },
    /// A group that is not there.
    #[error("group `{group}` {}is not one of the `{groups}` groups, counted from 0", Row(*.row))]
    Group {
        /// Its index in the column, if it came in one.
        row: Option<usize>,
        /// The group.
        group: u32,
        /// How many groups there are.
        groups: usize,
    },
    /// More groups than a state holds.
    #[error("`{groups}` groups are outside 0 to 16777216 (2^24)")]
    TooMany {
        /// How many were asked for.
        groups: usize,
    },
    /// One group could not be read or taken out.
    #[error("group `{group}`")]
    Tally {
        /// The group.
        group: u32,
        /// What is wrong with it.
        #[source]
        error: TallyError,
    },
    /// It counts something else.
    #[error(transparent)]
    Definition(#[from] DefinitionMismatchError),
    /// A tally of one window among groups of any day.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// No room for so many.
    #[error(transparent)]
    Overflow(#[from] CountOverflowError),
    /// An answer the definition refuses.
    #[error(transparent)]
    Invalid(#[from] InvalidAnswerError),
}

/// A weight that is negative or not finite.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("weight `{found}` {}is outside the finite numbers from 0 up", Row(*.row))]
pub struct WeightError {
    pub(crate) found: f64,
    pub(crate) row: Option<usize>,
}

impl WeightError {
    /// The weight refused.
    #[must_use]
    pub const fn found(&self) -> f64 {
        self.found
    }

    /// Its index in the column, if it came in one.
    #[must_use]
    pub const fn row(&self) -> Option<usize> {
        self.row
    }
}

/// Why a weighted tally refused to grow; it is then as it was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WeightedError {
    /// The definition has no bands to weigh.
    #[error("definition `{definition}` has no bands")]
    NoBands {
        /// The definition, as text.
        definition: String,
    },
    /// Sums that no weights have.
    #[error("no `{rows}` positive weights sum to `{sum}`, their squares to `{squares}`")]
    Sums {
        /// The sum of the weights.
        sum: f64,
        /// The sum of their squares.
        squares: f64,
        /// How many there are.
        rows: u64,
    },
    /// Two columns of one table that differ in length.
    #[error("`{weights}` weights for `{answers}` answers: one each a row")]
    Lengths {
        /// Rows of the answer column.
        answers: usize,
        /// Rows of the weight column.
        weights: usize,
    },
    /// A weight that is none.
    #[error(transparent)]
    Weight(#[from] WeightError),
    /// More was to be taken out than is in.
    #[error("cannot take out more than is in {place}")]
    Retract {
        /// Where there is too little: a band, or a reason of exclusion.
        place: &'static str,
    },
    /// The other tally weighs something else.
    #[error(transparent)]
    Definition(#[from] DefinitionMismatchError),
    /// No room for so many.
    #[error(transparent)]
    Overflow(#[from] CountOverflowError),
    /// No room for so much weight.
    #[error(transparent)]
    Sum(#[from] tenure_stats::ExactSumError),
    /// An answer the definition refuses.
    #[error(transparent)]
    Invalid(#[from] InvalidAnswerError),
}

/// Why groups were not compared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupsError {
    /// More answers together than a state holds.
    #[error(transparent)]
    Overflow(#[from] CountOverflowError),
    /// Another number of times than groups.
    #[error("`{times}` times for `{groups}` groups")]
    Times {
        /// How many times were given.
        times: usize,
        /// How many groups there are.
        groups: usize,
    },
    /// A time that is not finite.
    #[error("time `{time}` of group `{index}` is not finite")]
    Time {
        /// The place of the group.
        index: usize,
        /// The time.
        time: f64,
    },
}

/// Why a designed sample was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DesignError {
    /// More answers than people, or more people than are counted.
    #[error(
        "`{answers}` answers of a population of `{population}`: 0 to the population, at most 2^62"
    )]
    Population {
        /// How many answered.
        answers: u64,
        /// How many there are.
        population: u64,
    },
    /// A stratum of people without answers: the score is undefined unless strata are collapsed.
    #[error("stratum `{index}` has people but no answers")]
    EmptyStratum {
        /// Its place.
        index: usize,
    },
    /// Nobody to know something of.
    #[error("population `0` is outside 1 and above")]
    NoPopulation,
    /// More answers than a state holds.
    #[error(transparent)]
    Overflow(#[from] CountOverflowError),
    /// A number outside its range.
    #[error("{parameter} `{found}` is outside {accepted}")]
    Range {
        /// The parameter.
        parameter: &'static str,
        /// The number.
        found: f64,
        /// What would have been accepted.
        accepted: &'static str,
    },
    /// More answers than can be counted exactly.
    #[error("a sample of `{found}` is outside 0 to 9007199254740992 (2^53)")]
    TooMany {
        /// How many would be needed.
        found: f64,
    },
}
