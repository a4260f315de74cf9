//! What can be wrong, said with the value found.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use tenure_model::{Currency, Instant, Money, MoneyError, Month};

use crate::grain::Grain;

/// A factor that is not above 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("factor `{num}/{den}` is not a fraction above 0")]
pub struct FactorError {
    pub(crate) num: u32,
    pub(crate) den: u32,
}

/// Not an exchange rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeRateError {
    /// Zero or negative.
    #[error("exchange rate `{found}` of {currency} is not above 0")]
    NotPositive {
        /// The rate.
        found: Decimal,
        /// Of which currency.
        currency: Currency,
    },
    /// There is one already.
    #[error("there are two exchange rates of {currency} for {}: `{first}` and `{second}`", month.map_or_else(|| "the constant rate".to_owned(), |month| month.to_string()))]
    Twice {
        /// Of which currency.
        currency: Currency,
        /// For which month; `None` is the constant rate.
        month: Option<Month>,
        /// The rate known.
        first: Decimal,
        /// The other rate.
        second: Decimal,
    },
}

/// A question that cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The last month is before the first.
    #[error("months `{first}..{last}` are reversed")]
    Reversed {
        /// The first month.
        first: Month,
        /// The last month.
        last: Month,
    },
    /// There is no month before the first, or none after the last.
    #[error("months `{first}..{last}` touch the end of the calendar")]
    OutOfCalendar {
        /// The first month.
        first: Month,
        /// The last month.
        last: Month,
    },
    /// A retention window that leaves the months of the plan.
    #[error(
        "retention window `{from}..{to}` is outside `{earliest}..{latest}`, the closes of the plan"
    )]
    WindowOutside {
        /// The opening close.
        from: Month,
        /// The closing close.
        to: Month,
        /// The first close there is: the month before the first reported.
        earliest: Month,
        /// The last close there is.
        latest: Month,
    },
    /// Months that do not begin or end with a period of that length.
    #[error("months `{first}..{last}` do not begin and end with a {grain}")]
    Unaligned {
        /// The first month.
        first: Month,
        /// The last month.
        last: Month,
        /// The length of a period.
        grain: Grain,
    },
    /// More months than a plan may have.
    #[error("`{found}` months are more than {max}")]
    TooManyMonths {
        /// How many.
        found: usize,
        /// The most.
        max: usize,
    },
}

/// Why the events of an account have no ledger. Rows count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// A billing interval of no length.
    #[error("row {row}: `count` is `0`, expected 1 or more")]
    Count {
        /// Which row.
        row: usize,
    },
    /// A percentage outside 0 to 100.
    #[error("row {row}: discount is `{found}` percent, expected 0 to 100")]
    Percent {
        /// Which row.
        row: usize,
        /// The percentage.
        found: Decimal,
    },
    /// A discount that raises the price.
    #[error("row {row}: discount is `{found}`, expected an amount not below 0")]
    DiscountAmount {
        /// Which row.
        row: usize,
        /// The amount.
        found: Decimal,
    },
    /// A monthly amount that is no finished amount.
    #[error("row {row}: `{found}` is not a finished monthly amount")]
    Monthly {
        /// Which row.
        row: usize,
        /// The amount.
        found: Money,
        /// What is wrong with it.
        #[source]
        source: MoneyError,
    },
    /// A kind of change, interval or discount that a later version of the model brought and this
    /// ledger does not know.
    #[error("row {row}: this change of a subscription is not known to the ledger")]
    UnknownChange {
        /// Which row.
        row: usize,
    },
    /// No exchange rate for that month.
    #[error("there is no exchange rate of {currency} for {month}")]
    MissingRate {
        /// Of which currency.
        currency: Currency,
        /// For which month.
        month: Month,
    },
    /// No constant exchange rate.
    #[error("there is no constant exchange rate of {currency}")]
    MissingConstantRate {
        /// Of which currency.
        currency: Currency,
    },
    /// A price, a converted amount or a sum does not fit 64-bit minor units.
    #[error("an amount does not fit 64-bit minor units at {at}")]
    Overflow {
        /// When it takes effect.
        at: Instant,
    },
    /// An event so long before the report that it is a mistake: the ledger remembers as many months
    /// as a plan may have.
    #[error("an event at {at} is more than {max} months before the end of {last}")]
    TooEarly {
        /// When it takes effect.
        at: Instant,
        /// The last month of the plan.
        last: Month,
        /// How many months the ledger remembers.
        max: usize,
    },
    /// An instant outside the years of the calendar.
    #[error("{at} is at the end of the calendar")]
    OutOfCalendar {
        /// The instant.
        at: Instant,
    },
}

/// Why a log of monthly amounts has no sums.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// An instant outside the years of the calendar.
    #[error("`{found}` seconds since 1970 are outside the years 0001 to 9999")]
    OutOfCalendar {
        /// The seconds.
        found: i64,
    },
    /// The rows were chosen by another clock than the plan's.
    #[error("the log is known by {}, the plan by {}", known(*.log), known(*.plan))]
    KnownBy {
        /// The log's; `None` is any time.
        log: Option<Instant>,
        /// The plan's.
        plan: Option<Instant>,
    },
    /// Late rows cannot be posted when recorded: a row does not keep when it was.
    #[error(
        "a log of monthly amounts can only `restate`: its rows do not keep when they were recorded"
    )]
    Late,
    /// A row so long before the report that it is a mistake.
    #[error("a row at {at} is more than {max} months before the end of {last}")]
    TooEarly {
        /// When it takes effect.
        at: Instant,
        /// The last month of the plan.
        last: Month,
        /// How many months the sums remember.
        max: usize,
    },
    /// The ledger of an account refuses it: an amount that does not fit.
    #[error("account `{account}`")]
    Account {
        /// Which account.
        account: u32,
        /// Why.
        #[source]
        source: LedgerError,
    },
    /// A sum over all accounts does not fit.
    #[error("the accounts together")]
    Sum {
        /// Why.
        #[source]
        source: StateError,
    },
}

fn known(by: Option<Instant>) -> String {
    by.map_or_else(|| "any time".to_owned(), |by| by.to_string())
}

/// A waterfall whose lines do not lead from opening to closing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the waterfall does not close: opening and movements miss the closing by `{by}` minor units"
)]
pub struct NotClosedError {
    pub(crate) by: i128,
}

impl NotClosedError {
    /// Opening plus movements, less closing.
    #[must_use]
    pub const fn by(&self) -> i128 {
        self.by
    }
}

/// Why there is no such waterfall.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WaterfallError {
    /// The lines do not lead from opening to closing.
    #[error(transparent)]
    NotClosed(#[from] NotClosedError),
    /// Two currencies.
    #[error("a waterfall in {other} cannot be added to one in {ours}")]
    Currency {
        /// The one.
        ours: Currency,
        /// The other.
        other: Currency,
    },
    /// A sum does not fit 128 bits.
    #[error("a sum does not fit 128 bits")]
    Overflow,
}

/// Why a state refused to change; it is then as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The other was computed for another question: other options, rates, months or windows.
    #[error("the two were computed by different definitions: `{ours}` and `{other}`")]
    Definition {
        /// Ours.
        ours: String,
        /// The other.
        other: String,
    },
    /// Taken back without having been pushed.
    #[error("this was never pushed: taking it back would make a count negative")]
    NeverPushed,
    /// No room for one more.
    #[error("a count or sum does not fit")]
    Overflow,
}

/// A renewal that contradicts itself or the question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenewalError {
    /// Both renewed and lost.
    #[error("renewal of `{contract}`: `lost_at` is `{lost_at}` beside `closed_at` `{closed_at}`")]
    ClosedAndLost {
        /// Which contract.
        contract: String,
        /// When it was renewed.
        closed_at: NaiveDate,
        /// When it was lost.
        lost_at: NaiveDate,
    },
    /// `closed_at` and `arr_renewed` belong together.
    #[error(
        "renewal of `{contract}`: `closed_at` and `arr_renewed` are given together or not at all"
    )]
    HalfClosed {
        /// Which contract.
        contract: String,
    },
    /// A negative amount.
    #[error("renewal of `{contract}`: `{found}` is below 0")]
    Negative {
        /// Which contract.
        contract: String,
        /// The amount.
        found: Money,
    },
    /// Not a finished amount of money.
    #[error("renewal of `{contract}`: `{found}` is not a finished amount")]
    Amount {
        /// Which contract.
        contract: String,
        /// The amount.
        found: Money,
        /// What is wrong with it.
        #[source]
        source: MoneyError,
    },
    /// Two currencies are never added.
    #[error("renewal of `{contract}`: `{found}` is not in {expected}")]
    Currency {
        /// Which contract.
        contract: String,
        /// The amount.
        found: Money,
        /// The currency of the question.
        expected: Currency,
    },
    /// The state refused it.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A churn or a length of time outside the range of a formula.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is `{found}`, expected {expected}")]
pub struct ChurnRangeError {
    pub(crate) field: &'static str,
    pub(crate) found: String,
    pub(crate) expected: &'static str,
}
