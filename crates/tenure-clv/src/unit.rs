//! Units of time and spans of them: a horizon is never a bare number.

use std::fmt;

use crate::error::SpanError;

/// The unit a purchase history, a model and its horizons are told in.
///
/// These are lengths of time, not the price periods of a subscription: a month is 365.25 / 12 days.
///
/// ```
/// use tenure_clv::TimeUnit;
/// assert_eq!(TimeUnit::Week.hours(), 168.0);
/// assert_eq!(TimeUnit::Year.hours() / TimeUnit::Month.hours(), 12.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum TimeUnit {
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 365.25 / 12 days.
    Month,
    /// 365.25 days.
    Year,
}

impl TimeUnit {
    /// Every value, in the order of the documentation.
    pub const ALL: &'static [Self] = &[Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];

    /// The value of that name; `None` for any other text.
    ///
    /// ```
    /// use tenure_clv::TimeUnit;
    /// assert_eq!(TimeUnit::from_name("hour"), Some(TimeUnit::Hour));
    /// assert_eq!(TimeUnit::from_name(""), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.name() == name)
    }
}

impl TimeUnit {
    /// Its length in hours, exact.
    #[must_use]
    pub const fn hours(self) -> f64 {
        match self {
            Self::Hour => 1.0,
            Self::Day => 24.0,
            Self::Week => 168.0,
            Self::Month => 730.5,
            Self::Year => 8766.0,
        }
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// `amount` of `self`, counted in `unit`; the amount itself if the units agree.
    pub(crate) fn convert(self, amount: f64, unit: Self) -> f64 {
        if self == unit { amount } else { amount * self.hours() / unit.hours() }
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A length of time: an amount of a unit, zero or more.
///
/// ```
/// use tenure_clv::{TimeSpan, TimeUnit};
/// let quarter = TimeSpan::new(39.0, TimeUnit::Week)?;
/// assert_eq!(quarter.in_unit(TimeUnit::Day), 273.0);
/// assert!(TimeSpan::new(-1.0, TimeUnit::Day).is_err());
/// # Ok::<(), tenure_clv::SpanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::TimeSpan", into = "crate::wire::TimeSpan")
)]
pub struct TimeSpan {
    amount: f64,
    unit: TimeUnit,
}

impl TimeSpan {
    /// The longest span, in its own unit.
    pub const MAX_AMOUNT: f64 = 1e12;

    /// That much of that unit.
    ///
    /// # Errors
    /// Not a number, negative, or above [`TimeSpan::MAX_AMOUNT`].
    pub fn new(amount: f64, unit: TimeUnit) -> Result<Self, SpanError> {
        if (0.0..=Self::MAX_AMOUNT).contains(&amount) {
            Ok(Self { amount: amount.abs(), unit })
        } else {
            Err(SpanError { found: amount })
        }
    }

    /// Whole days.
    ///
    /// ```
    /// use tenure_clv::{TimeSpan, TimeUnit};
    /// assert_eq!(TimeSpan::days(39 * 7).in_unit(TimeUnit::Week), 39.0);
    /// ```
    #[must_use]
    pub fn days(days: u32) -> Self {
        Self { amount: f64::from(days), unit: TimeUnit::Day }
    }

    /// Of an amount known to be within bounds.
    pub(crate) const fn trusted(amount: f64, unit: TimeUnit) -> Self {
        Self { amount, unit }
    }

    /// How much.
    #[must_use]
    pub const fn amount(self) -> f64 {
        self.amount
    }

    /// Of what.
    #[must_use]
    pub const fn unit(self) -> TimeUnit {
        self.unit
    }

    /// The same length counted in another unit, rounded to nearest.
    #[must_use]
    pub fn in_unit(self, unit: TimeUnit) -> f64 {
        self.unit.convert(self.amount, unit)
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::{TimeSpan, TimeUnit};

    #[test]
    fn a_span_that_is_no_length_is_refused() {
        for amount in [-1.0, f64::NAN, f64::INFINITY, 1.1e12] {
            let error = TimeSpan::new(amount, TimeUnit::Week).unwrap_err();
            assert!(error.to_string().contains("outside 0 to 1e12"), "{error}");
        }
        assert!(TimeSpan::new(-0.0, TimeUnit::Week).unwrap().amount().is_sign_positive());
    }

    #[test]
    fn a_month_is_not_thirty_days() {
        let month = TimeSpan::new(1.0, TimeUnit::Month).unwrap();
        assert!((month.in_unit(TimeUnit::Day) - 30.4375).abs() < 1e-15);
    }
}
