//! First reply and resolution times of cases.

use std::fmt;

use tenure_model::record::Case;
use tenure_model::{Entry, Instant};

use crate::counters::{Counters, adds_up, counters};
use crate::error::{CaseError, DefinitionMismatchError, TallyError};
use crate::times::DurationSketch;
use crate::window::{Place, ServiceWindow};

/// Which time is measured, on the calendar, from the opening of a case.
///
/// ```
/// assert_eq!(tenure_service::TimeMeasure::FirstReply.to_string(), "first_reply.calendar.v1");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum TimeMeasure {
    /// To the first public reply by a person.
    FirstReply,
    /// To the resolution.
    Resolution,
}

impl TimeMeasure {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstReply => "first_reply",
            Self::Resolution => "resolution",
        }
    }

    /// When the case ended by this measure, and whether it must have ended though nobody says when.
    fn end(self, case: &Case) -> (Option<Instant>, bool) {
        match self {
            Self::FirstReply => (case.first_reply, case.agent_replies.is_some_and(|n| n > 0)),
            Self::Resolution => (case.resolved, case.status.is_solved()),
        }
    }
}

/// The id and version of its definition: calendar time.
impl fmt::Display for TimeMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.calendar.v1", self.name())
    }
}

counters! {
    /// What became of the cases a [`DurationTally`] was given: cases in = timed + not yet + time
    /// unknown + outside + unseen.
    ///
    /// ```
    /// use tenure_service::DurationCounts;
    ///
    /// assert_eq!(DurationCounts::default().not_yet, 0);
    /// ```
    DurationCounts of "duration" {
        /// All cases read.
        cases,
        /// Cases with a time.
        timed,
        /// Cases where it had not happened at the instant of the question; a case solved without
        /// any reply by a person is one for the first reply.
        not_yet,
        /// Cases where it has happened, but nobody says when.
        time_unknown,
        /// Cases opened outside the period.
        outside,
        /// Cases opened after the instant of the question, or recorded too late.
        unseen,
    } where |c| [
        adds_up(c.cases, &[c.timed, c.not_yet, c.time_unknown, c.outside, c.unseen])
            => "cases are timed, not yet, of unknown time, outside or unseen",
    ]
}

/// How long until the first reply, or the resolution?
///
/// ```text
/// time = ⌊(end - opened) / 1 ms⌋, calendar time
/// ```
///
/// *Shape*: one case a row in; a [`DurationSketch`] of milliseconds and the [`DurationCounts`] out.
/// One more case raises one count, and enters the sketch if it has a time.
///
/// *Undefined when* no case has a time. Nothing yet is no time, not 0; so is what happened after
/// the instant of the question. A case with replies, or solved, that does not say when is counted
/// as unknown. A case that ends before it is opened is refused.
///
/// *Accuracy*: see [`DurationSketch`].
///
/// *Source*: first reply is the first *public* reply by a *person*, as in the tables; replies of
/// machines never count. Cases opened by our own side are not told apart.
///
/// ```
/// use tenure_model::record::{Case, CaseStatus};
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{DurationTally, ServiceWindow, TimeMeasure};
/// use tenure_stats::Probability;
///
/// let at = |time: &str| Instant::parse(time, Zone::UTC);
/// let window = ServiceWindow::until(at("2024-05-31")?);
/// let mut tally = DurationTally::new(TimeMeasure::FirstReply, window);
/// let mut case = Case::new(at("2024-05-01T09:00:00")?, CaseStatus::Open);
/// tally.push(&case)?; // nobody has answered
/// case.first_reply = Some(at("2024-05-01T09:00:45")?);
/// tally.push(&case)?;
/// assert_eq!((tally.counts().timed, tally.counts().not_yet), (1, 1));
/// assert_eq!(tally.sketch().order_statistic(Probability::MEDIAN), Some(45_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "DurationDocument", into = "DurationDocument"))]
pub struct DurationTally {
    measure: TimeMeasure,
    window: ServiceWindow,
    counts: DurationCounts,
    sketch: DurationSketch,
}

impl DurationTally {
    /// Nothing measured yet.
    #[must_use]
    pub const fn new(measure: TimeMeasure, window: ServiceWindow) -> Self {
        Self { measure, window, counts: DurationCounts::ZERO, sketch: DurationSketch::new() }
    }

    /// Measures one case.
    ///
    /// # Errors
    /// A case that ends before it is opened, or a full count; the tally is then as it was.
    pub fn push(&mut self, case: &Case) -> Result<(), TallyError> {
        self.add(case, self.window.place(case.opened, None))
    }

    /// Measures one case of an account, if it is known by then.
    ///
    /// # Errors
    /// A case that ends before it is opened, or a full count; the tally is then as it was.
    pub fn push_entry(&mut self, entry: &Entry<Case>) -> Result<(), TallyError> {
        self.add(&entry.record, self.window.place(entry.record.opened, entry.recorded_at))
    }

    fn add(&mut self, case: &Case, place: Place) -> Result<(), TallyError> {
        let mut one = DurationCounts { cases: 1, ..DurationCounts::ZERO };
        let mut time = None;
        match place {
            Place::Unseen => one.unseen = 1,
            Place::Outside => one.outside = 1,
            Place::Inside => match self.measure.end(case) {
                (Some(end), _) if end > self.window.as_of() => one.not_yet = 1,
                (Some(end), _) => {
                    time = Some(elapsed_ms(case.opened, end)?);
                    one.timed = 1;
                }
                (None, true) => one.time_unknown = 1,
                (None, false) => one.not_yet = 1,
            },
        }
        let mut counts = self.counts;
        counts.absorb(one)?;
        if let Some(ms) = time {
            self.sketch.push(ms)?;
        }
        self.counts = counts;
        Ok(())
    }

    /// Takes in a tally of other cases, of the same measure and window.
    ///
    /// # Errors
    /// Another measure or window, or a full count; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), TallyError> {
        DefinitionMismatchError::require_same(
            (self.measure, self.window),
            (other.measure, other.window),
        )?;
        let mut counts = self.counts;
        counts.absorb(other.counts)?;
        self.sketch.merge(&other.sketch)?;
        self.counts = counts;
        Ok(())
    }

    /// Which time.
    #[must_use]
    pub const fn measure(&self) -> TimeMeasure {
        self.measure
    }

    /// Which cases, seen from when.
    #[must_use]
    pub const fn window(&self) -> ServiceWindow {
        self.window
    }

    /// All cases, by what became of them.
    #[must_use]
    pub const fn counts(&self) -> DurationCounts {
        self.counts
    }

    /// The times.
    #[must_use]
    pub const fn sketch(&self) -> &DurationSketch {
        &self.sketch
    }
}

/// The definition's id and version, and the window.
impl fmt::Display for DurationTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.measure, self.window)
    }
}

/// Whole milliseconds from start to end, rounded down.
pub(crate) fn elapsed_ms(start: Instant, end: Instant) -> Result<u64, CaseError> {
    u64::try_from(end.millis_since(start)).map_err(|_| CaseError::EndBeforeStart { start, end })
}

/// A tally on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "DurationTally")]
struct DurationDocument {
    measure: TimeMeasure,
    window: ServiceWindow,
    counts: DurationCounts,
    sketch: DurationSketch,
}

#[cfg(feature = "serde")]
impl TryFrom<DurationDocument> for DurationTally {
    type Error = crate::error::StateError;

    fn try_from(document: DurationDocument) -> Result<Self, Self::Error> {
        let DurationDocument { measure, window, counts, sketch } = document;
        counts.check()?;
        if sketch.count() == counts.timed {
            Ok(Self { measure, window, counts, sketch })
        } else {
            let rule = "the sketch holds the timed cases";
            Err(crate::error::StateError { tally: "duration", rule })
        }
    }
}

#[cfg(feature = "serde")]
impl From<DurationTally> for DurationDocument {
    fn from(tally: DurationTally) -> Self {
        let DurationTally { measure, window, counts, sketch } = tally;
        Self { measure, window, counts, sketch }
    }
}
