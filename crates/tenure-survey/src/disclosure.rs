//! What may be shown: too few answers, or too little precision.

use crate::Score;
use crate::error::DisclosureError;

/// When a score may not be shown: below how many answers, above which half-width of its interval.
/// Both are off by default; 5 answers are a usual minimum for anonymity, 30 a usual caution.
///
/// *Shape*: scores in, one [`Published`] each out, in the same order.
///
/// *Undefined when* never. A score without a value is shown as undefined, unless a minimum of answers
/// suppresses it.
///
/// *Source*: Hundepool and others 2012, "Statistical disclosure control", for hiding a second one.
///
/// ```
/// use tenure_stats::Level;
/// use tenure_survey::{Definition, Disclosure, Published, Tally};
///
/// let mut tally = Tally::new(Definition::nps());
/// tally.push_column(&[9, 10, 3])?;
/// let score = tally.score(Level::default());
/// let rule = Disclosure::default().with_min_answers(5);
/// assert_eq!(rule.apply(&score), Published::Suppressed { n: 3, min: 5 });
/// assert_eq!(Disclosure::default().apply(&score), Published::Shown(&score));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Document", into = "Document"))]
pub struct Disclosure {
    min_answers: Option<u64>,
    max_half_width: Option<f64>,
}

/// What becomes of a score under a [`Disclosure`] rule.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Published<'a> {
    /// It may be shown.
    Shown(&'a Score),
    /// Too few answers to be anonymous. The count is for whoever runs the report: do not print it.
    Suppressed {
        /// How many there are.
        n: u64,
        /// How many there would have to be.
        min: u64,
    },
    /// Too wide an interval to say anything.
    LowPrecision {
        /// Half the width of the interval, on the scale of the value; `None` if a value has no
        /// interval, as the mean of one answer.
        half_width: Option<f64>,
        /// What it may be.
        limit: f64,
    },
    /// Hidden although it has answers enough: beside a published total it would tell, by subtraction,
    /// what was suppressed.
    Complementary {
        /// How many answers it has.
        n: u64,
    },
}

impl Disclosure {
    /// The same with a minimum of answers.
    #[must_use]
    pub const fn with_min_answers(self, min: u64) -> Self {
        Self { min_answers: Some(min), ..self }
    }

    /// The same with a limit on half the width of the interval, on the scale of the value: points
    /// for NPS.
    ///
    /// # Errors
    /// A limit that is not above 0 and finite.
    pub fn with_max_half_width(self, limit: f64) -> Result<Self, DisclosureError> {
        if limit > 0.0 && limit.is_finite() {
            Ok(Self { max_half_width: Some(limit), ..self })
        } else {
            Err(DisclosureError { found: limit })
        }
    }

    /// The least number of answers, if there is one.
    #[must_use]
    pub const fn min_answers(&self) -> Option<u64> {
        self.min_answers
    }

    /// The greatest half-width, if there is one.
    #[must_use]
    pub const fn max_half_width(&self) -> Option<f64> {
        self.max_half_width
    }

    /// What becomes of one score that stands alone.
    #[must_use]
    pub fn apply<'a>(&self, score: &'a Score) -> Published<'a> {
        let n = score.n();
        if let Some(min) = self.min_answers.filter(|&min| n < min) {
            return Published::Suppressed { n, min };
        }
        let half_width = score.interval().map(|interval| interval.half_width());
        match self.max_half_width {
            Some(limit)
                if score.value().is_some() && half_width.is_none_or(|half| half > limit) =>
            {
                Published::LowPrecision { half_width, limit }
            }
            _ => Published::Shown(score),
        }
    }

    /// What becomes of segments whose total is published beside them: if some are suppressed, the
    /// smallest others are hidden too, until at least two are and these have the minimum of answers
    /// together. Then the total less what is shown tells of no group below the minimum.
    ///
    /// ```
    /// use tenure_stats::Level;
    /// use tenure_survey::{Definition, Disclosure, Published, Tally};
    ///
    /// let score = |n: u64| -> Result<_, tenure_survey::TallyError> {
    ///     let mut tally = Tally::new(Definition::nps());
    ///     tally.push_times(9, n)?;
    ///     Ok(tally.score(Level::default()))
    /// };
    /// let segments = [score(40)?, score(3)?, score(12)?];
    /// let shown = Disclosure::default().with_min_answers(5).apply_to_segments(&segments);
    /// assert_eq!(shown[1], Published::Suppressed { n: 3, min: 5 });
    /// assert_eq!(shown[2], Published::Complementary { n: 12 });
    /// assert_eq!(shown[0], Published::Shown(&segments[0]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn apply_to_segments<'a>(&self, segments: &'a [Score]) -> Vec<Published<'a>> {
        let mut shown: Vec<Published<'a>> =
            segments.iter().map(|score| self.apply(score)).collect();
        let Some(min) = self.min_answers else { return shown };
        let mut hidden = 0_usize;
        let mut answers = 0_u64;
        let mut others: Vec<(u64, usize)> = Vec::new();
        for (index, (outcome, score)) in shown.iter().zip(segments).enumerate() {
            if matches!(outcome, Published::Suppressed { .. }) {
                hidden = hidden.saturating_add(1);
                answers = answers.saturating_add(score.n());
            } else {
                others.push((score.n(), index));
            }
        }
        others.sort_unstable();
        for (n, index) in others {
            if hidden == 0 || (hidden >= 2 && answers >= min) {
                break;
            }
            if let Some(outcome) = shown.get_mut(index) {
                *outcome = Published::Complementary { n };
            }
            hidden = hidden.saturating_add(1);
            answers = answers.saturating_add(n);
        }
        shown
    }
}

/// A rule on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "Disclosure")]
struct Document {
    min_answers: Option<u64>,
    max_half_width: Option<f64>,
}

#[cfg(feature = "serde")]
impl From<Disclosure> for Document {
    fn from(rule: Disclosure) -> Self {
        Self { min_answers: rule.min_answers, max_half_width: rule.max_half_width }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Document> for Disclosure {
    type Error = DisclosureError;

    fn try_from(document: Document) -> Result<Self, DisclosureError> {
        let rule = Self { min_answers: document.min_answers, max_half_width: None };
        document.max_half_width.map_or(Ok(rule), |limit| rule.with_max_half_width(limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Definition, Tally};
    use tenure_stats::Level;

    fn score(n: u64) -> Score {
        let mut tally = Tally::new(Definition::nps());
        tally.push_times(9, n).unwrap();
        tally.score(Level::default())
    }

    #[test]
    fn limits_are_above_zero() {
        for limit in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let refused = Disclosure::default().with_max_half_width(limit).unwrap_err();
            assert_eq!(refused.found().to_bits(), limit.to_bits());
        }
    }

    #[test]
    fn the_edges_are_shown() {
        let five = Disclosure::default().with_min_answers(5);
        assert!(matches!(five.apply(&score(5)), Published::Shown(_)));
        assert_eq!(five.apply(&score(4)), Published::Suppressed { n: 4, min: 5 });
        assert_eq!(five.apply(&score(0)), Published::Suppressed { n: 0, min: 5 });
        let ten = score(10);
        let half = ten.interval().unwrap().half_width();
        let exactly = Disclosure::default().with_max_half_width(half).unwrap();
        assert_eq!(exactly.apply(&ten), Published::Shown(&ten));
        let less = Disclosure::default().with_max_half_width(0.999 * half).unwrap();
        let LowPrecision { half_width: Some(found), .. } = less.apply(&ten) else {
            panic!("too wide, and shown")
        };
        assert_eq!(found.to_bits(), half.to_bits());
    }
    use Published::LowPrecision;

    #[test]
    fn a_value_without_interval_is_not_precise() {
        let mut tally = Tally::new(Definition::ces1());
        let rule = Disclosure::default().with_max_half_width(1.0).unwrap();
        let none = tally.score(Level::default());
        assert_eq!(rule.apply(&none), Published::Shown(&none));
        tally.push(3).unwrap();
        let one = tally.score(Level::default());
        assert_eq!(rule.apply(&one), LowPrecision { half_width: None, limit: 1.0 });
    }

    #[test]
    fn nothing_leaks_by_subtraction() {
        let rule = Disclosure::default().with_min_answers(5);
        let shown = |sizes: &[u64]| {
            let segments: Vec<Score> = sizes.iter().map(|&n| score(n)).collect();
            let outcomes = rule.apply_to_segments(&segments);
            let mark = |outcome: &Published<'_>| match outcome {
                Published::Shown(_) => 's',
                Published::Suppressed { .. } => 'x',
                Published::Complementary { .. } => 'c',
                Published::LowPrecision { .. } => 'l',
            };
            outcomes.iter().map(mark).collect::<String>()
        };
        assert_eq!(shown(&[40, 12, 30]), "sss");
        assert_eq!(shown(&[40, 3, 30]), "sxc");
        assert_eq!(shown(&[40, 3, 30, 4]), "sxsx"); // 3 and 4 are 7 together
        assert_eq!(shown(&[40, 1, 30, 2]), "sxcx"); // 1 and 2 would be 3
        assert_eq!(shown(&[3]), "x");
        assert_eq!(shown(&[]), "");
    }
}
