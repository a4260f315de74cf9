//! What can be wrong with an input, said with the value found.

use crate::currency::Currency;

/// Not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("id `{found}` {fault}")]
pub struct IdError {
    pub(crate) found: String,
    pub(crate) fault: &'static str,
}

/// Not a plain decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` {fault}")]
pub struct NumberError {
    pub(crate) found: String,
    pub(crate) fault: &'static str,
}

impl NumberError {
    /// The text refused, at most 40 characters of it.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

/// Not a currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not an active ISO 4217 currency code")]
pub struct CurrencyError {
    pub(crate) found: String,
}

impl CurrencyError {
    /// The code refused.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

/// Not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Not a plain decimal number.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Too large, or too many places to be held exactly.
    #[error(
        "`{found}` is outside the range of money (below 10^15, at most 8 decimals, 64-bit minor units)"
    )]
    OutOfRange {
        /// The amount.
        found: String,
    },
    /// A finished amount with more decimals than its currency has.
    #[error("`{found}` has more decimals than {currency} has")]
    TooPrecise {
        /// The amount.
        found: String,
        /// Its currency.
        currency: Currency,
    },
}

/// More decimals than an amount of money may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` decimals of {currency} are more than 8")]
pub struct MinorUnitsError {
    pub(crate) found: u8,
    pub(crate) currency: Currency,
}

/// Not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {expected}")]
pub struct DateError {
    pub(crate) found: String,
    pub(crate) expected: &'static str,
}

/// Not an instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a date or a time such as 2026-03-31T09:30:00 or 2026-03-31T09:30:00.5Z")]
pub struct InstantError {
    pub(crate) found: String,
}

/// Not a time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a time zone: UTC, an offset such as +02:00{}", if cfg!(feature = "tz") { ", or an IANA name" } else { " (IANA names need the feature `tz`)" })]
pub struct ZoneError {
    pub(crate) found: String,
}

/// A total that cannot be shared out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AllocationError {
    /// There is nobody to share with.
    #[error("there are no weights")]
    NoWeights,
    /// A weight is below 0.
    #[error("weight {index} is `{found}`, below 0")]
    NegativeWeight {
        /// Which, from 0.
        index: usize,
        /// The weight.
        found: i64,
    },
    /// All weights are 0.
    #[error("all weights are 0")]
    ZeroSum,
    /// A product or sum does not fit.
    #[error("the weights or the total are too large")]
    Overflow,
}

/// A record that contradicts itself, or a value that is not allowed: which field, what was found,
/// what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is `{found}`, expected {expected}")]
pub struct RecordError {
    pub(crate) field: &'static str,
    pub(crate) found: String,
    pub(crate) expected: String,
}

impl RecordError {
    /// Names a fault of a record's field.
    ///
    /// ```
    /// let error = tenure_model::RecordError::new("end", "2024-01-01", "a day not before `start`");
    /// assert_eq!(error.to_string(), "`end` is `2024-01-01`, expected a day not before `start`");
    /// ```
    #[must_use]
    pub fn new(field: &'static str, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { field, found: found.into(), expected: expected.into() }
    }

    /// The field, named as the column of the input table.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// The value found.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What was expected instead.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

/// Dormancy options that contradict themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is `{found}`, expected {expected}")]
pub struct DormancyOptionsError {
    pub(crate) field: &'static str,
    pub(crate) found: String,
    pub(crate) expected: &'static str,
}
