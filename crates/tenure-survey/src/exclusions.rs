//! Answers that do not count, by reason.

use crate::Reason;

/// How many rows were no valid answer, by reason.
///
/// ```
/// use tenure_survey::{Answer, Definition, Reason, Tally};
///
/// let mut tally = Tally::new(Definition::nps());
/// tally.push(Answer::from(None))?;
/// tally.push(11)?;
/// assert_eq!(tally.exclusions().count(Reason::Blank), 1);
/// assert_eq!(tally.exclusions().count(Reason::OutOfRange), 1);
/// assert_eq!(tally.exclusions().total(), 2);
/// # Ok::<(), tenure_survey::TallyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Exclusions {
    pub(crate) not_delivered: u64,
    pub(crate) no_answer: u64,
    pub(crate) dismissed: u64,
    pub(crate) blank: u64,
    pub(crate) dont_know: u64,
    pub(crate) out_of_range: u64,
    pub(crate) non_integer: u64,
}

impl Exclusions {
    /// How many for one reason.
    #[must_use]
    pub const fn count(&self, reason: Reason) -> u64 {
        match reason {
            Reason::NotDelivered => self.not_delivered,
            Reason::NoAnswer => self.no_answer,
            Reason::Dismissed => self.dismissed,
            Reason::Blank => self.blank,
            Reason::DontKnow => self.dont_know,
            Reason::OutOfRange => self.out_of_range,
            Reason::NonInteger => self.non_integer,
        }
    }

    /// How many for all reasons.
    #[must_use]
    pub fn total(&self) -> u64 {
        // a tally holds at most 2^61
        Reason::ALL.iter().fold(0, |total: u64, &reason| total.saturating_add(self.count(reason)))
    }

    /// Takes in others; together they are at most what a tally holds.
    pub(crate) fn add(&mut self, other: &Self) {
        for reason in Reason::ALL {
            let count = self.count_mut(reason);
            *count = count.saturating_add(other.count(reason));
        }
    }

    pub(crate) const fn count_mut(&mut self, reason: Reason) -> &mut u64 {
        match reason {
            Reason::NotDelivered => &mut self.not_delivered,
            Reason::NoAnswer => &mut self.no_answer,
            Reason::Dismissed => &mut self.dismissed,
            Reason::Blank => &mut self.blank,
            Reason::DontKnow => &mut self.dont_know,
            Reason::OutOfRange => &mut self.out_of_range,
            Reason::NonInteger => &mut self.non_integer,
        }
    }
}
