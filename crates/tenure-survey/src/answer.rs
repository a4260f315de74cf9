//! One answer, and the reasons for not counting it.

use std::fmt;

/// Why a row is no valid answer. Each is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Reason {
    /// The invitation did not arrive.
    NotDelivered,
    /// It arrived and nothing came back.
    NoAnswer,
    /// The survey was closed without an answer.
    Dismissed,
    /// The survey came back, this question empty.
    Blank,
    /// "Don't know" or "not applicable".
    DontKnow,
    /// A whole number that is no point of the scale.
    OutOfRange,
    /// No whole number: 6.5 is in no band, and is not rounded into one.
    NonInteger,
}

impl Reason {
    /// Every reason, in the order of our documents.
    pub const ALL: [Self; 7] = [
        Self::NotDelivered,
        Self::NoAnswer,
        Self::Dismissed,
        Self::Blank,
        Self::DontKnow,
        Self::OutOfRange,
        Self::NonInteger,
    ];

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotDelivered => "not_delivered",
            Self::NoAnswer => "no_answer",
            Self::Dismissed => "dismissed",
            Self::Blank => "blank",
            Self::DontKnow => "dont_know",
            Self::OutOfRange => "out_of_range",
            Self::NonInteger => "non_integer",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What one invitation brought.
///
/// Code maps, such as "11 means blank", belong before this: apply them while reading the file.
///
/// ```
/// use tenure_survey::{Answer, Reason};
///
/// assert_eq!(Answer::from(9.0), Answer::Value(9));
/// assert_eq!(Answer::from(6.5), Answer::Missing(Reason::NonInteger));
/// assert_eq!(Answer::from(None), Answer::Missing(Reason::Blank));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "an answer is there or not")]
pub enum Answer {
    /// A whole number, on the scale or not.
    Value(i64),
    /// None, and why.
    Missing(Reason),
}

/// A row of the table `responses`: not applicable is [`Reason::DontKnow`].
///
/// ```
/// use tenure_model::record;
/// use tenure_survey::{Answer, Reason};
///
/// assert_eq!(Answer::from(record::Answer::Score(9)), Answer::Value(9));
/// assert_eq!(Answer::from(record::Answer::Blank), Answer::Missing(Reason::Blank));
/// ```
impl From<tenure_model::record::Answer> for Answer {
    fn from(given: tenure_model::record::Answer) -> Self {
        use tenure_model::record::Answer as Given;
        match given {
            Given::Score(score) => Self::from(score),
            Given::NotApplicable => Self::Missing(Reason::DontKnow),
            Given::Dismissed => Self::Missing(Reason::Dismissed),
            Given::NoAnswer => Self::Missing(Reason::NoAnswer),
            Given::NotDelivered => Self::Missing(Reason::NotDelivered),
            _ => Self::Missing(Reason::Blank),
        }
    }
}

impl From<i64> for Answer {
    fn from(value: i64) -> Self {
        Self::Value(value)
    }
}

impl From<i32> for Answer {
    fn from(value: i32) -> Self {
        Self::Value(i64::from(value))
    }
}

impl From<u8> for Answer {
    fn from(value: u8) -> Self {
        Self::Value(i64::from(value))
    }
}

/// A null is blank.
impl From<Option<i64>> for Answer {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self::Missing(Reason::Blank), Self::Value)
    }
}

/// A whole float is its integer; a fraction and NaN are [`Reason::NonInteger`], what exceeds 2^53
/// [`Reason::OutOfRange`].
impl From<f64> for Answer {
    fn from(value: f64) -> Self {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if value.abs() > EXACT {
            return Self::Missing(Reason::OutOfRange);
        }
        if value.is_nan() || libm::trunc(value).to_bits() != value.to_bits() {
            return Self::Missing(Reason::NonInteger);
        }
        #[expect(clippy::as_conversions, reason = "a whole number of at most 2^53: exact")]
        let whole = value as i64;
        Self::Value(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_whole_or_nothing() {
        for (value, answer) in [
            (0.0, Answer::Value(0)),
            (-0.0, Answer::Value(0)),
            (-3.0, Answer::Value(-3)),
            (9_007_199_254_740_992.0, Answer::Value(1 << 53)),
            (9_007_199_254_740_994.0, Answer::Missing(Reason::OutOfRange)),
            (f64::INFINITY, Answer::Missing(Reason::OutOfRange)),
            (f64::NEG_INFINITY, Answer::Missing(Reason::OutOfRange)),
            (f64::NAN, Answer::Missing(Reason::NonInteger)),
            (5e-324, Answer::Missing(Reason::NonInteger)),
            (9.999_999_999_999_999, Answer::Missing(Reason::NonInteger)),
        ] {
            assert_eq!(Answer::from(value), answer, "{value}");
        }
    }
}
