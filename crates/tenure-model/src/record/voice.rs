//! Survey answers, loyalty points and observed health values.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::named::named;
use crate::account::Text;
use crate::error::RecordError;

named! {
    /// Which question was asked. The scale is part of the question.
    ///
    /// ```
    /// use tenure_model::record::Survey;
    /// assert_eq!(Survey::Nps.scale(), (0, 10));
    /// ```
    Survey {
        /// How likely are you to recommend us? 0 to 10.
        Nps = "nps",
        /// How satisfied are you? 1 to 5.
        Csat = "csat",
        /// We made it easy: how far do you agree? 1 to 7, 7 is easiest.
        Ces = "ces",
    }
}

impl Survey {
    /// The least and the greatest answer.
    #[must_use]
    pub const fn scale(self) -> (u8, u8) {
        match self {
            Self::Nps => (0, 10),
            Self::Csat => (1, 5),
            Self::Ces => (1, 7),
        }
    }
}

/// What came back, reasons for nothing kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Answer {
    /// A point of the scale.
    Score(u8),
    /// The item was left blank.
    Blank,
    /// Do not know, or not applicable.
    NotApplicable,
    /// The survey was dismissed.
    Dismissed,
    /// The survey was not answered.
    NoAnswer,
    /// The survey did not reach the account.
    NotDelivered,
}

/// A row of `responses`: one question, one answer.
///
/// ```
/// use tenure_model::parse_date;
/// use tenure_model::record::{Answer, Response, Survey};
/// let response = Response::new(parse_date("2024-05-01")?, Survey::Nps, Answer::Score(9));
/// assert_eq!(response.survey.name(), "nps");
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Response {
    /// The day.
    pub date: NaiveDate,
    /// The question.
    pub survey: Survey,
    /// The answer.
    pub answer: Answer,
    /// What the answer is about, where it is about something.
    pub touchpoint: Option<Text>,
    /// How many people of the population the answer stands for, or any multiple of it: the weight of
    /// a designed sample, 0 or more; `None`: not weighted.
    pub weight: Option<Decimal>,
}

impl Response {
    /// An answer.
    #[must_use]
    pub const fn new(date: NaiveDate, survey: Survey, answer: Answer) -> Self {
        Self { date, survey, answer, touchpoint: None, weight: None }
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        if let Answer::Score(score) = self.answer {
            let (least, greatest) = self.survey.scale();
            if !(least..=greatest).contains(&score) {
                let expected = format!("a whole number from {least} to {greatest}");
                return Err(RecordError::new("score", score.to_string(), expected));
            }
        }
        if let Some(weight) =
            self.weight.filter(|weight| weight.is_sign_negative() && !weight.is_zero())
        {
            return Err(RecordError::new("weight", weight.to_string(), "a weight of 0 or more"));
        }
        Ok(())
    }
}

named! {
    /// Which ledger of a loyalty programme.
    ///
    /// ```
    /// assert_eq!(tenure_model::record::Ledger::Qualifying.name(), "qualifying");
    /// ```
    Ledger {
        /// Points that earn a tier.
        Qualifying = "qualifying",
        /// Points that can be spent.
        Redeemable = "redeemable",
    }
}

/// A row of `points`: an entry in a loyalty ledger.
///
/// ```
/// use tenure_model::record::{Ledger, Points};
/// let entry = Points::new(tenure_model::parse_date("2024-05-01")?, Ledger::Qualifying, 250);
/// assert_eq!(entry.points, 250);
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Points {
    /// The day.
    pub date: NaiveDate,
    /// Which ledger.
    pub ledger: Ledger,
    /// Earned, or with a minus sign spent.
    pub points: i64,
    /// The last day they count; `None`: no end.
    pub expires: Option<NaiveDate>,
}

impl Points {
    /// Points that do not expire.
    #[must_use]
    pub const fn new(date: NaiveDate, ledger: Ledger, points: i64) -> Self {
        Self { date, ledger, points, expires: None }
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        if self.points == 0 {
            return Err(RecordError::new("points", "0", "a whole number other than 0"));
        }
        let refuse = |expires: NaiveDate, expected: String| {
            Err(RecordError::new("expires", expires.to_string(), expected))
        };
        match self.expires {
            Some(expires) if expires < self.date => {
                refuse(expires, format!("a day not before `date` ({})", self.date))
            }
            Some(expires) if self.points < 0 => {
                refuse(expires, "nothing: only points that are earned expire".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// A row of `observations`: the value of a health component on a day.
///
/// ```
/// use tenure_model::record::Observation;
/// use tenure_model::{parse_date, parse_decimal};
/// let usage = Observation::new(parse_date("2024-05-01")?, "usage", parse_decimal("0.82")?);
/// assert_eq!(&*usage.component, "usage");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Observation {
    /// The day it was observed.
    pub observed_at: NaiveDate,
    /// Which component.
    pub component: Text,
    /// The value, exact.
    pub value: Decimal,
}

impl Observation {
    /// An observed value.
    #[must_use]
    pub fn new(observed_at: NaiveDate, component: impl Into<Text>, value: Decimal) -> Self {
        Self { observed_at, component: component.into(), value: value.normalize() }
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        if self.component.is_empty() {
            return Err(RecordError::new("component", "", "the id of a health component"));
        }
        Ok(())
    }
}
