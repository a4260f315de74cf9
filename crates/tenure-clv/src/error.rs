//! Why something was refused.

use crate::log::PurchaseTime;

/// A length of time outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("time span `{found}` is outside 0 to 1e12")]
pub struct SpanError {
    pub(crate) found: f64,
}

impl SpanError {
    /// The amount refused.
    #[must_use]
    pub const fn found(&self) -> f64 {
        self.found
    }
}

/// Why a discount rate was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RateError {
    /// Negative, not a number, or beyond any use.
    #[error("discount rate `{found}` is outside 0 to 1e6")]
    OutOfRange {
        /// The rate refused.
        found: f64,
    },
    /// A rate per nothing.
    #[error("a discount rate needs a period longer than nothing")]
    NoPeriod,
    /// The period is no length of time.
    #[error(transparent)]
    Span(#[from] SpanError),
}

/// Why a row of a purchase log was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurchaseRowError {
    /// A purchase below zero is a refund, and must say so.
    #[error(
        "purchase of `{found}` minor units on {time} is negative: a refund is a row of its own"
    )]
    NegativePurchase {
        /// The minor units refused.
        found: i64,
        /// Its day or instant.
        time: PurchaseTime,
    },
    /// A refund is told by its size.
    #[error("refund of `{found}` minor units on {time} is negative: give what was paid back")]
    NegativeRefund {
        /// The minor units refused.
        found: i64,
        /// Its day or instant.
        time: PurchaseTime,
    },
    /// A date no ledger holds.
    #[error("date `{time}` is outside the years 1 to 9999")]
    Time {
        /// The time refused.
        time: PurchaseTime,
    },
}

/// An instant where a log counts days, or a day where it counts instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is {}", if found.is_instant() {
    "an instant, and occasions are days: say which day it is in your time zone"
} else {
    "a day, and occasions are instants: say which instant of it is meant"
})]
pub struct PurchaseTimeError {
    pub(crate) found: PurchaseTime,
}

impl PurchaseTimeError {
    /// The time refused.
    #[must_use]
    pub const fn found(&self) -> PurchaseTime {
        self.found
    }
}

/// Why a purchase log refused to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurchaseLogError {
    /// A customer whose turn is over.
    #[error("the rows are not sorted by customer")]
    NotSorted,
    /// The other log has another currency or other policies.
    #[error("the logs have different definitions: currency, period and policies must agree")]
    DefinitionMismatch,
    /// What was to be taken back is not there.
    #[error("nothing like it was pushed on {time}, so nothing can be retracted")]
    NotPushed {
        /// The day or instant of the row.
        time: PurchaseTime,
    },
    /// No room for one more.
    #[error("the counts of {time} are full")]
    Overflow {
        /// The day or instant of the row.
        time: PurchaseTime,
    },
    /// No room for one more time.
    #[error("there is no room for {time}: a customer has at most 2^30 times")]
    Full {
        /// The instant of the row.
        time: PurchaseTime,
    },
    /// A day among instants, or an instant among days.
    #[error(transparent)]
    Time(#[from] PurchaseTimeError),
    /// An instant whose day in a zone no ledger holds.
    #[error("date `{time}` is outside the years 1 to 9999")]
    Date {
        /// The day refused.
        time: PurchaseTime,
    },
}

/// Why a history value refused to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoricalValueError {
    /// The other value has another currency or another last day.
    #[error("the values have different definitions: currency and last day must agree")]
    DefinitionMismatch,
    /// More was taken back than was pushed.
    #[error("nothing was pushed, so nothing can be retracted")]
    NotPushed,
    /// No room for one more.
    #[error("the sum is full")]
    Overflow,
}

/// Why a purchase history `(x, t_x, T)` was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The age is no length of time.
    #[error("observed time `{found}` is outside 0 to 1e12")]
    Age {
        /// The `T` refused.
        found: f64,
    },
    /// The last purchase is not between the first and the end.
    #[error("last purchase at `{found}` is outside 0 to the observed time `{age}`")]
    Recency {
        /// The `t_x` refused.
        found: f64,
        /// The `T` it stood beside.
        age: f64,
    },
    /// Repeat purchases without a time, or a time without repeat purchases.
    #[error("`{x}` repeat purchases with the last at `{recency}`: none if and only if it is at 0")]
    Contradiction {
        /// The `x` refused.
        x: u64,
        /// The `t_x` it stood beside.
        recency: f64,
    },
    /// More purchases than a double counts exactly.
    #[error("`{x}` repeat purchases are more than 2^53")]
    TooMany {
        /// The `x` refused.
        x: u64,
    },
}

/// Why spend was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpendError {
    /// A mean of nothing.
    #[error("mean spend over `{found}` purchases: 1 to 2^53 are needed")]
    Purchases {
        /// The number refused.
        found: u64,
    },
    /// The model knows positive spend only.
    #[error("mean spend `{found}` is outside 1e-12 to 1e12")]
    Mean {
        /// The mean refused.
        found: f64,
    },
}

/// Why a group refused a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// Told in another unit of time.
    #[error("a history in {found}s does not belong to a group in {expected}s")]
    Unit {
        /// The unit of the group.
        expected: crate::TimeUnit,
        /// The unit refused.
        found: crate::TimeUnit,
    },
    /// What was to be taken back is not there.
    #[error("no such row was pushed, so nothing can be retracted")]
    NotPushed,
    /// No room for one more.
    #[error("the counts are full")]
    Overflow,
}

/// Why the columns of a log were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurchaseColumnError {
    /// Columns that do not belong together.
    #[error("columns of `{customers}`, `{times}` and `{minor}` rows are not of one table")]
    Length {
        /// Rows of customers.
        customers: usize,
        /// Rows of dates or instants.
        times: usize,
        /// Rows of amounts.
        minor: usize,
    },
    /// A row is no row of a log.
    #[error("row {row}: {reason}")]
    Row {
        /// Which row, from 0.
        row: usize,
        /// Why.
        reason: PurchaseRowError,
    },
}

/// Why scores, bins or segments were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RfmError {
    /// It counts days, and which day an instant lies on is for a zone to say.
    #[error("the log holds instants, and RFM counts days: `PurchaseLog::to_days` makes them")]
    Instants,
    /// Not a score.
    #[error("score `{found}` is outside 1 to 5")]
    Score {
        /// The score refused.
        found: u8,
    },
    /// Nobody to make bins from.
    #[error("bins are made from at least one customer who purchased")]
    Nobody,
    /// Tables of two days, or of two windows.
    #[error("a table of another day or window: it cannot be taken in")]
    OtherTable,
    /// Cuts out of order.
    #[error("cuts do not go from worse to better, or are no numbers")]
    Order,
    /// Without a name nobody can tell one making from another.
    #[error("a name of 1 to 100 bytes is needed")]
    Version,
    /// A range without a cell, or with more than there are.
    #[error("segment `{name}` ranges from `{from}` to `{to}`, which is not within 1 to 5")]
    Range {
        /// The segment.
        name: String,
        /// The first score.
        from: u8,
        /// The last score.
        to: u8,
    },
    /// A cell without a segment.
    #[error("no segment holds the cell {cell}")]
    Gap {
        /// The cell.
        cell: crate::RfmScore,
    },
    /// A cell with two.
    #[error("the cell {cell} is both `{}` and `{}`", names[0], names[1])]
    Overlap {
        /// The cell.
        cell: crate::RfmScore,
        /// The segments.
        names: [String; 2],
    },
}

/// Why customers could not be made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// Beyond any use.
    #[error("customer {number} buys more than ten million times, or has too many opportunities")]
    TooMany {
        /// Which, from 0.
        number: u64,
    },
}

/// Why there is no such holdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HoldoutError {
    /// It ends before it begins.
    #[error("a holdout from after {cut} cannot end on {end}")]
    Order {
        /// The last time of the calibration.
        cut: PurchaseTime,
        /// The last time of the holdout.
        end: PurchaseTime,
    },
    /// A day of instants, or an instant of days.
    #[error(transparent)]
    Time(#[from] PurchaseTimeError),
}

/// Why fits cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// There is none.
    #[error("no fit to compare")]
    Nothing,
    /// Likelihoods of other data, or of another unit of time, mean something else.
    #[error("fit {place} (`{name}`) is of other data or another unit than fit 0")]
    OtherData {
        /// Which, from 0.
        place: usize,
        /// Its name.
        name: &'static str,
    },
    /// A penalised fit is not at the maximum of its likelihood.
    #[error("fit {place} (`{name}`) has a penalty: AIC and BIC are of maximum likelihood")]
    Penalty {
        /// Which, from 0.
        place: usize,
        /// Its name.
        name: &'static str,
    },
}

/// Why a gate was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// Not two absolute correlations in order.
    #[error("thresholds `{caution}` and `{violated}` are not 0 <= caution <= violated <= 1")]
    Thresholds {
        /// Where caution should start.
        caution: f64,
        /// Where the assumption should be given up.
        violated: f64,
    },
}

/// Why columns of histories were refused, or a prediction of them.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// Columns that do not belong together.
    #[error("columns of `{x}`, `{recency}` and `{age}` rows are not of one table")]
    Length {
        /// Rows of `x`.
        x: usize,
        /// Rows of `t_x`.
        recency: usize,
        /// Rows of `T`.
        age: usize,
    },
    /// A row is no history.
    #[error("row {row}: {reason}")]
    History {
        /// Which row, from 0.
        row: usize,
        /// Why.
        reason: HistoryError,
    },
    /// No room for the answers, or too much.
    #[error("`{rows}` rows cannot be answered into `{out}` numbers")]
    Out {
        /// Rows asked of.
        rows: usize,
        /// Numbers to write to.
        out: usize,
    },
    /// Without a discount the purchases to come are more than any number.
    #[error("the purchases to come have no bound without a discount under this model")]
    Unbounded,
}

/// A model parameter outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("parameter {name} `{found}` is outside 1e-12 to 1e12")]
pub struct ParameterError {
    pub(crate) name: &'static str,
    pub(crate) found: f64,
}

impl ParameterError {
    /// Which parameter.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The value refused.
    #[must_use]
    pub const fn found(&self) -> f64 {
        self.found
    }
}

/// Why a model could not be fitted.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// No customers.
    #[error("no customers to fit to")]
    Empty,
    /// Nobody came back, so nothing is known of how often anybody does.
    #[error("none of `{customers}` customers purchased again: the rate of repeat is not estimable")]
    NoRepeatPurchase {
        /// How many there were.
        customers: u64,
    },
    /// Under a contract model, everybody stayed or everybody left at once.
    #[error("`{lost}` of `{customers}` customers were lost: some, and not all at once, are needed")]
    NoContrast {
        /// How many were lost.
        lost: u64,
        /// How many there were.
        customers: u64,
    },
    /// All were first seen on the last day.
    #[error("none of `{customers}` customers was observed for any time")]
    NoTime {
        /// How many there were.
        customers: u64,
    },
    /// An estimate in the user's units is outside the range of the model.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A penalty that is not one.
    #[error("penalty `{found}` is outside 0 to 1e12")]
    Penalty {
        /// The weight refused.
        found: f64,
    },
    /// A bootstrap over other data than the model was fitted to.
    #[error("this is not the data that the model was fitted to")]
    OtherData,
    /// A group refused what was drawn from it.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// Counts of survivors refused what was drawn from them.
    #[error(transparent)]
    Survivor(#[from] SurvivorError),
    /// No start led to a finite likelihood.
    #[error("the likelihood is not finite from any start")]
    NotFinite,
}

/// Why a stream of margins was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MarginError {
    /// Not a number, or beyond any use.
    #[error("margin `{found}` is outside -1e15 to 1e15")]
    Margin {
        /// The margin refused.
        found: f64,
    },
    /// Not a share of spend.
    #[error("margin share `{found}` is outside 0 to 1")]
    Share {
        /// The share refused.
        found: f64,
    },
    /// Not a share.
    #[error("retention `{found}` is outside 0 to 1")]
    Retention {
        /// The retention refused.
        found: f64,
    },
    /// Retention per one period, discount per another.
    #[error("retention is per {retention}, discount is not stated per that period")]
    PeriodMismatch {
        /// The period of the retention.
        retention: crate::TimeSpan,
    },
    /// A retention per nothing.
    #[error("a retention needs a period longer than nothing")]
    NoPeriod,
    /// A survival curve without its start.
    #[error("a retention curve needs at least its start")]
    EmptyCurve,
    /// A share of survivors outside 0 to 1, or above the one before.
    #[error("survival `{found}` at index `{index}` is outside 0 to `{ceiling}`")]
    Survival {
        /// Where in the curve.
        index: usize,
        /// The share refused.
        found: f64,
        /// The highest possible there.
        ceiling: f64,
    },
}

/// Why counts of survivors were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SurvivorError {
    /// A cohort is told by at least its size and who was left after one renewal.
    #[error("a cohort of `{found}` counts says nothing of renewal: 2 to 10000 are needed")]
    Length {
        /// How many counts there were.
        found: usize,
    },
    /// Survivors do not come back.
    #[error("`{found}` survivors at index `{index}` are more than the `{before}` before")]
    Rising {
        /// Where in the cohort.
        index: usize,
        /// The count refused.
        found: u64,
        /// The count before it.
        before: u64,
    },
    /// No room for one more.
    #[error("the counts are full")]
    Overflow,
}

/// A history in discrete time that contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "x, t_x, n of `{x}`, `{recency}`, `{opportunities}`: 0 <= x <= t_x <= n <= 100000 is needed, \
     with x = 0 if and only if t_x = 0"
)]
pub struct OpportunityError {
    pub(crate) x: u32,
    pub(crate) recency: u32,
    pub(crate) opportunities: u32,
}

impl OpportunityError {
    /// The `x`, `t_x` and `n` refused.
    #[must_use]
    pub const fn found(&self) -> (u32, u32, u32) {
        (self.x, self.recency, self.opportunities)
    }
}
