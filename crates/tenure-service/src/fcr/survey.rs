//! First contact resolution as customers tell it.

use tenure_model::{Instant, Tri};
use tenure_stats::Share;

use crate::counters::{Counters, adds_up, counters, share};
use crate::error::TallyError;
use crate::rate::ServiceRate;
use crate::window::{Place, ServiceWindow};
use crate::windowed::windowed;

counters! {
    /// What a [`SurveyFcrTally`] has counted: the asked are the sum of all others.
    ///
    /// ```
    /// use tenure_service::SurveyFcrCounts;
    ///
    /// assert_eq!(SurveyFcrCounts::default().in_one_contact, 0);
    /// ```
    SurveyFcrCounts of "survey fcr" {
        /// All customers asked.
        asked,
        /// They say it took one contact.
        in_one_contact,
        /// They say it took more, or is not resolved.
        not_in_one_contact,
        /// They do not say: in no rate.
        no_answer,
        /// Asked outside the period: in no rate.
        outside,
        /// Asked after the instant of the question: in no rate.
        unseen,
    } where |c| [
        adds_up(c.asked, &[c.in_one_contact, c.not_in_one_contact, c.no_answer, c.outside, c.unseen])
            => "the asked said yes, no or nothing, or are outside or unseen",
    ]
}

/// How many customers say that one contact was enough?
///
/// ```text
/// survey_fcr = in_one_contact / (in_one_contact + not_in_one_contact)
/// ```
///
/// *Shape*: one answer a row in; a share and counts out. One more answer raises two counts.
///
/// *Undefined when* nobody answered: the share is 0 of 0, with no estimate.
///
/// *Accuracy*: exact.
///
/// *Source*: SQM Group counts so (280 of 400 are 70 %). Who does not answer is left out and counted;
/// tools that keep them in the denominator are lower.
///
/// ```
/// use tenure_model::{Instant, Tri, Zone};
/// use tenure_service::{ServiceWindow, SurveyFcrTally};
///
/// let day = Instant::parse("2024-05-31", Zone::UTC)?;
/// let mut tally = SurveyFcrTally::new(ServiceWindow::until(day));
/// for answer in [Tri::Yes, Tri::Yes, Tri::No, Tri::Unknown] {
///     tally.push(day, answer)?;
/// }
/// assert_eq!((tally.share().x(), tally.share().n()), (2, 3));
/// assert_eq!(tally.counts().no_answer, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "SurveyFcrDocument", into = "SurveyFcrDocument"))]
pub struct SurveyFcrTally {
    window: ServiceWindow,
    counts: SurveyFcrCounts,
}

windowed!(SurveyFcrTally of SurveyFcrCounts, in the document SurveyFcrDocument named "SurveyFcrTally");

impl SurveyFcrTally {
    /// The id and version of the definition.
    pub const DEFINITION: &'static str = "fcr.survey.v1";

    /// Counts what a customer says who was asked then.
    ///
    /// # Errors
    /// A full count; the tally is then as it was.
    pub fn push(&mut self, asked_at: Instant, in_one_contact: Tri) -> Result<(), TallyError> {
        Ok(self.counts.absorb(self.count(asked_at, in_one_contact))?)
    }

    /// Takes an answer back, as if it had never been pushed.
    ///
    /// # Errors
    /// More than was counted; the tally is then as it was.
    pub fn retract(&mut self, asked_at: Instant, in_one_contact: Tri) -> Result<(), TallyError> {
        self.counts.remove(self.count(asked_at, in_one_contact))
    }

    fn count(&self, asked_at: Instant, in_one_contact: Tri) -> SurveyFcrCounts {
        let mut one = SurveyFcrCounts { asked: 1, ..SurveyFcrCounts::ZERO };
        *match (self.window.place(asked_at, None), in_one_contact) {
            (Place::Unseen, _) => &mut one.unseen,
            (Place::Outside, _) => &mut one.outside,
            (Place::Inside, Tri::Yes) => &mut one.in_one_contact,
            (Place::Inside, Tri::No) => &mut one.not_in_one_contact,
            (Place::Inside, Tri::Unknown) => &mut one.no_answer,
        } = 1;
        one
    }

    /// Resolved in one contact, of those who say.
    #[must_use]
    pub fn share(&self) -> Share {
        let SurveyFcrCounts { in_one_contact: yes, not_in_one_contact: no, .. } = self.counts;
        share(yes, yes.saturating_add(no)) // both among the asked: at most 2^62
    }
}

impl SurveyFcrTally {
    /// The share, with what it leaves out.
    #[must_use]
    pub fn rates(&self) -> Vec<ServiceRate> {
        let SurveyFcrCounts { no_answer, outside, unseen, .. } = self.counts;
        let excluded = [("no_answer", no_answer), ("outside", outside), ("unseen", unseen)];
        vec![ServiceRate::new("survey_fcr", self.to_string(), self.share(), &excluded)]
    }
}
