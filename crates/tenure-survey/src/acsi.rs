//! The index of the American Customer Satisfaction family.

use crate::error::AcsiError;
use crate::{Definition, Fraction, Tally};

/// How satisfied are they, all told, on 0 to 100? Several questions on 1 to 10, one index.
///
/// ```text
/// index = 100·Σ W_i·(mean_i - 1)/9,   Σ W_i = 1
/// equal weights, three questions:  100·(S + E + P - 3)/27
/// ```
///
/// *Shape*: one tally a question in, under [`Definition::acsi`], each with its weight in parts of
/// their sum; an exact fraction from 0 to 100 out. Cost: that of a few divisions.
///
/// *Undefined when* a question of positive weight has no answers: [`AcsiIndex::new`] is then `None`.
///
/// *Accuracy*: exact. There is no standard error: the questions are answered by the same people, and
/// their tallies do not say how the answers go together.
///
/// *Source*: Fornell and others 1996, "The American Customer Satisfaction Index". The published index
/// takes proprietary weights from a model fitted to all answers; equal weights are what others
/// compute and are not comparable with it.
///
/// ```
/// use tenure_survey::{AcsiIndex, Definition, Tally};
///
/// let all_gave = |point: u8| -> Result<Tally, tenure_survey::TallyError> {
///     let mut tally = Tally::new(Definition::acsi());
///     tally.push_column(&[point, point])?;
///     Ok(tally)
/// };
/// // satisfaction 8, expectations 7, performance against the ideal 6: 100·(8 + 7 + 6 - 3)/27
/// let index = AcsiIndex::equal([&all_gave(8)?, &all_gave(7)?, &all_gave(6)?])?;
/// assert_eq!(index.ok_or("no answers")?.value().to_string(), "200/3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AcsiIndex {
    value: Fraction,
    answered: Vec<u64>,
}

impl AcsiIndex {
    /// The index of questions and their weights, in parts of the sum of all weights.
    ///
    /// # Errors
    /// A tally of another definition than [`Definition::acsi`]; no weight at all.
    pub fn new(questions: &[(&Tally, u32)]) -> Result<Option<Self>, AcsiError> {
        let expected = Definition::acsi();
        let mut whole = 0_u64;
        for (tally, parts) in questions {
            expected.require_same(tally.definition())?;
            whole = whole.saturating_add(u64::from(*parts)); // a slice of tallies is never so long
        }
        let mut value = Fraction::zero();
        for (tally, parts) in questions.iter().filter(|(_, parts)| *parts > 0) {
            let Some(own) = tally.mean().rescaled() else { return Ok(None) };
            let weight = tenure_stats::Ratio::new(i128::from(*parts), i128::from(whole));
            let weight = weight.ok_or(AcsiError::NoWeight)?;
            value = value.plus(&Fraction::from(weight).times(&own.into()));
        }
        if whole == 0 {
            return Err(AcsiError::NoWeight);
        }
        Ok(Some(Self {
            value,
            answered: questions.iter().map(|(tally, _)| tally.answered()).collect(),
        }))
    }

    /// The index of three questions of equal weight: overall satisfaction, expectations met, and
    /// performance against the ideal.
    ///
    /// # Errors
    /// A tally of another definition than [`Definition::acsi`].
    pub fn equal(questions: [&Tally; 3]) -> Result<Option<Self>, AcsiError> {
        Self::new(&questions.map(|tally| (tally, 1)))
    }

    /// The exact index, 0 to 100.
    #[must_use]
    pub const fn value(&self) -> &Fraction {
        &self.value
    }

    /// Valid answers to each question, in the order given.
    #[must_use]
    pub fn answered(&self) -> &[u64] {
        &self.answered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(histogram: [u64; 10]) -> Tally {
        Tally::from_histogram(Definition::acsi(), &histogram).unwrap()
    }

    #[test]
    fn weights_are_parts_of_their_sum() {
        let (low, high) =
            (question([4, 0, 0, 0, 0, 0, 0, 0, 0, 0]), question([0, 0, 0, 0, 0, 0, 0, 0, 0, 3]));
        for (parts, text) in
            [([1, 0], "0/1"), ([0, 1], "100/1"), ([3, 1], "25/1"), ([2, 1], "100/3")]
        {
            let index = AcsiIndex::new(&[(&low, parts[0]), (&high, parts[1])]).unwrap().unwrap();
            assert_eq!((index.value().to_string().as_str(), index.answered()), (text, &[4, 3][..]));
        }
    }

    #[test]
    fn undefined_without_answers_unless_they_weigh_nothing() {
        let (some, none) = (question([0, 0, 0, 0, 1, 0, 0, 0, 0, 0]), question([0; 10]));
        assert_eq!(AcsiIndex::equal([&some, &none, &some]), Ok(None));
        assert!(AcsiIndex::new(&[(&some, 1), (&none, 0)]).unwrap().is_some());
    }

    #[test]
    fn other_questions_and_no_weight_are_refused() {
        let some = question([0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
        let other = Tally::new(Definition::nps_1_to_10());
        assert!(matches!(AcsiIndex::equal([&some, &other, &some]), Err(AcsiError::Definition(_))));
        assert_eq!(AcsiIndex::new(&[]), Err(AcsiError::NoWeight));
        assert_eq!(AcsiIndex::new(&[(&some, 0)]), Err(AcsiError::NoWeight));
    }
}
