//! First reply and resolution times of cases.

use std::fmt;
use std::sync::Arc;

use tenure_model::record::Case;
use tenure_model::{Entry, Instant};
use tenure_stats::Share;

use crate::counters::{Counters, adds_up, at_most, counters};
use crate::error::{CaseError, DefinitionMismatchError, RowError, TallyError};
use crate::times::{BusinessCalendar, CaseTimes, DurationSketch, Moment, Opener, WithinTargets};
use crate::window::{Place, ServiceWindow};

/// Which time is measured, from the opening of a case.
///
/// ```
/// assert_eq!(tenure_service::TimeMeasure::FirstReply.name(), "first_reply");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum TimeMeasure {
    /// To the first public reply by a person. Cases opened by our own side are apart.
    FirstReply,
    /// To the first resolution, whether it held or not.
    FirstResolution,
    /// To the resolution that held: after the last reopening.
    FullResolution,
}

impl TimeMeasure {
    /// Every measure.
    pub const ALL: &'static [Self] =
        &[Self::FirstReply, Self::FirstResolution, Self::FullResolution];

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstReply => "first_reply",
            Self::FirstResolution => "first_resolution",
            Self::FullResolution => "full_resolution",
        }
    }

    /// When the time ended.
    const fn end(self, case: &CaseTimes) -> Moment {
        match self {
            Self::FirstReply => case.first_reply,
            Self::FirstResolution => case.first_resolution,
            Self::FullResolution => case.full_resolution,
        }
    }
}

/// What a [`DurationTally`] measures: which time, by which clock, against which targets. Calendar
/// time without targets unless said otherwise.
///
/// ```
/// use std::sync::Arc;
/// use chrono::Weekday;
/// use tenure_model::Zone;
/// use tenure_service::{BusinessCalendar, DurationDefinition, OpenHours, TimeMeasure};
///
/// let plain = DurationDefinition::new(TimeMeasure::FirstReply);
/// assert_eq!(plain.to_string(), "first_reply.calendar.v1");
/// let mondays = [OpenHours::parse(Weekday::Mon, "09:00", "17:00")?];
/// let calendar = Arc::new(BusinessCalendar::new(Zone::UTC, mondays, [])?);
/// let business = plain.in_business_time(calendar).with_targets([3_600_000]);
/// assert_eq!(
///     business.to_string(),
///     "first_reply.business.v1 (UTC Mon 09:00-17:00) within [3600000] ms"
/// );
/// # Ok::<(), tenure_service::CalendarError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "DefinitionDocument", into = "DefinitionDocument"))]
pub struct DurationDefinition {
    measure: TimeMeasure,
    calendar: Option<Arc<BusinessCalendar>>,
    targets: Vec<u64>,
}

impl DurationDefinition {
    /// A time by the calendar, without targets.
    #[must_use]
    pub const fn new(measure: TimeMeasure) -> Self {
        Self { measure, calendar: None, targets: Vec::new() }
    }

    /// The same by the hours of business.
    #[must_use]
    pub fn in_business_time(self, calendar: Arc<BusinessCalendar>) -> Self {
        Self { calendar: Some(calendar), ..self }
    }

    /// The same with targets in milliseconds, each met or not exactly.
    #[must_use]
    pub fn with_targets(self, targets_ms: impl IntoIterator<Item = u64>) -> Self {
        Self { targets: WithinTargets::new(targets_ms).targets().to_vec(), ..self }
    }

    /// Which time.
    #[must_use]
    pub const fn measure(&self) -> TimeMeasure {
        self.measure
    }

    /// The hours of business; `None`: calendar time.
    #[must_use]
    pub fn calendar(&self) -> Option<&BusinessCalendar> {
        self.calendar.as_deref()
    }

    /// The targets in milliseconds, ascending.
    #[must_use]
    pub fn targets(&self) -> &[u64] {
        &self.targets
    }

    fn elapsed_ms(&self, start: Instant, end: Instant) -> Result<u64, CaseError> {
        match &self.calendar {
            None => elapsed_ms(start, end),
            Some(calendar) => {
                calendar.open_ms(start, end).ok_or(CaseError::EndBeforeStart { start, end })
            }
        }
    }
}

impl From<TimeMeasure> for DurationDefinition {
    fn from(measure: TimeMeasure) -> Self {
        Self::new(measure)
    }
}

/// Its id and version, with the calendar and the targets if there are any.
impl fmt::Display for DurationDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.calendar {
            None => write!(f, "{}.calendar.v1", self.measure.name())?,
            Some(calendar) => write!(f, "{}.business.v1 ({calendar})", self.measure.name())?,
        }
        if self.targets.is_empty() { Ok(()) } else { write!(f, " within {:?} ms", self.targets) }
    }
}

counters! {
    /// What became of the cases a [`DurationTally`] was given: cases in = timed + not yet + time
    /// unknown + opened by us + outside + unseen.
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
        /// Cases where it has happened, or may have, but nobody says when.
        time_unknown,
        /// Cases opened by our own side: apart from the first reply, in the other times like any.
        opened_by_us,
        /// Cases opened outside the period.
        outside,
        /// Cases opened after the instant of the question, or recorded too late.
        unseen,
        /// Of the first three, for the first reply, those of which nobody says who opened them.
        opener_unknown,
    } where |c| [
        adds_up(c.cases, &[c.timed, c.not_yet, c.time_unknown, c.opened_by_us, c.outside, c.unseen])
            => "cases are timed, not yet, of unknown time, opened by us, outside or unseen",
        at_most(&[c.opener_unknown, c.opened_by_us, c.outside, c.unseen], c.cases)
            => "no part exceeds the cases",
    ]
}

/// How long until the first reply, or the resolution?
///
/// ```text
/// time = ⌊(end - opened) / 1 ms⌋                     calendar time
/// time = ⌊(open time from opened to end) / 1 ms⌋     business time, see BusinessCalendar
/// ```
///
/// *Shape*: one case a row in; a [`DurationSketch`] of milliseconds, a share a target and the
/// [`DurationCounts`] out. One more case raises one count, and enters the sketch if it has a time.
/// Cost: of the sketch; in business time also a step a day.
///
/// *Undefined when* no case has a time. Nothing yet is no time, not 0; so is what happened after
/// the instant of the question. A case with replies, or solved, that does not say when is counted
/// as unknown. A case that ends before it is opened is refused. Cases cannot be taken back: a
/// sketch cannot know its ends again.
///
/// *Accuracy*: see [`DurationSketch`]; shares within targets are exact.
///
/// *Source*: first reply is the first *public* reply by a *person*: replies of machines never count
/// (several tools count them, and are faster for it). Cases opened by our own side have nothing to
/// reply to and are apart there, as in Zendesk; in the tables nobody says who opened a case, so all
/// are in and counted as of unknown opener. First and full resolution differ by reopenings.
///
/// ```
/// use tenure_model::record::{Case, CaseStatus};
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{DurationDefinition, DurationTally, ServiceWindow, TimeMeasure};
/// use tenure_stats::Probability;
///
/// let at = |time: &str| Instant::parse(time, Zone::UTC);
/// let window = ServiceWindow::until(at("2024-05-31")?);
/// let first_reply = DurationDefinition::new(TimeMeasure::FirstReply).with_targets([60_000]);
/// let mut tally = DurationTally::new(first_reply, window);
/// let mut case = Case::new(at("2024-05-01T09:00:00")?, CaseStatus::Open);
/// tally.push(&case)?; // nobody has answered
/// case.first_reply = Some(at("2024-05-01T09:00:45")?);
/// tally.push(&case)?;
/// assert_eq!((tally.counts().timed, tally.counts().not_yet), (1, 1));
/// assert_eq!(tally.sketch().order_statistic(Probability::MEDIAN), Some(45_000));
/// assert_eq!(tally.within(60_000).map(|share| (share.x(), share.n())), Some((1, 1)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "DurationDocument", into = "DurationDocument"))]
pub struct DurationTally {
    definition: DurationDefinition,
    window: ServiceWindow,
    counts: DurationCounts,
    sketch: DurationSketch,
    within: WithinTargets,
}

impl DurationTally {
    /// Nothing measured yet.
    #[must_use]
    pub fn new(definition: impl Into<DurationDefinition>, window: ServiceWindow) -> Self {
        let definition = definition.into();
        let within = WithinTargets::new(definition.targets.iter().copied());
        let (counts, sketch) = (DurationCounts::ZERO, DurationSketch::new());
        Self { definition, window, counts, sketch, within }
    }

    /// Measures one case.
    ///
    /// # Errors
    /// A case that ends before it is opened, or a full count; the tally is then as it was.
    pub fn push(&mut self, case: &Case) -> Result<(), TallyError> {
        self.push_row(&CaseTimes::from(case))
    }

    /// Measures one case of an account, if it is known by then.
    ///
    /// # Errors
    /// A case that ends before it is opened, or a full count; the tally is then as it was.
    pub fn push_entry(&mut self, entry: &Entry<Case>) -> Result<(), TallyError> {
        let place = self.window.place(entry.record.opened, entry.recorded_at);
        self.add(&CaseTimes::from(&entry.record), place)
    }

    /// Measures one case as plain columns.
    ///
    /// # Errors
    /// A case that ends before it is opened, or a full count; the tally is then as it was.
    pub fn push_row(&mut self, case: &CaseTimes) -> Result<(), TallyError> {
        self.add(case, self.window.place(case.opened, None))
    }

    /// Measures cases, or none of them.
    ///
    /// # Errors
    /// The first row that [`DurationTally::push_row`] refuses; the tally is then as it was.
    pub fn push_rows(&mut self, cases: &[CaseTimes]) -> Result<(), RowError> {
        let mut tally = self.clone();
        push_each(cases, |case| tally.push_row(case))?;
        *self = tally;
        Ok(())
    }

    fn add(&mut self, case: &CaseTimes, place: Place) -> Result<(), TallyError> {
        let mut one = DurationCounts { cases: 1, ..DurationCounts::ZERO };
        let mut time = None;
        let replied_to = self.definition.measure == TimeMeasure::FirstReply;
        match place {
            Place::Unseen => one.unseen = 1,
            Place::Outside => one.outside = 1,
            Place::Inside if replied_to && case.opened_by == Opener::OurSide => {
                one.opened_by_us = 1;
            }
            Place::Inside => {
                match self.definition.measure.end(case) {
                    Moment::At(end) if end > self.window.as_of() => one.not_yet = 1,
                    Moment::At(end) => {
                        time = Some(self.definition.elapsed_ms(case.opened, end)?);
                        one.timed = 1;
                    }
                    Moment::Unknown => one.time_unknown = 1,
                    Moment::NotYet => one.not_yet = 1,
                }
                one.opener_unknown = u64::from(replied_to && case.opened_by == Opener::Unknown);
            }
        }
        let mut counts = self.counts;
        counts.absorb(one)?;
        if let Some(ms) = time {
            // both hold the timed cases, so that one has room if the counts have
            self.sketch.push(ms)?;
            self.within.push(ms)?;
        }
        self.counts = counts;
        Ok(())
    }

    /// Takes in a tally of other cases, of the same definition and window.
    ///
    /// # Errors
    /// Another definition or window, or a full count; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), TallyError> {
        DefinitionMismatchError::require_same(
            (&self.definition, self.window),
            (&other.definition, other.window),
        )?;
        let mut counts = self.counts;
        counts.absorb(other.counts)?;
        self.sketch.merge(&other.sketch)?;
        self.within.merge(&other.within)?;
        self.counts = counts;
        Ok(())
    }

    /// What is measured.
    #[must_use]
    pub const fn definition(&self) -> &DurationDefinition {
        &self.definition
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

    /// The timed cases that met the target, of all timed ones; `None` if it is not one of the
    /// targets.
    #[must_use]
    pub fn within(&self, target_ms: u64) -> Option<Share> {
        self.within.share(target_ms)
    }
}

/// The definition's id and version, and the window.
impl fmt::Display for DurationTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.definition, self.window)
    }
}

/// Whole milliseconds from start to end, rounded down.
pub(crate) fn elapsed_ms(start: Instant, end: Instant) -> Result<u64, CaseError> {
    u64::try_from(end.millis_since(start)).map_err(|_| CaseError::EndBeforeStart { start, end })
}

/// Pushes each row, and names the one refused.
pub(crate) fn push_each<R>(
    rows: &[R],
    mut push: impl FnMut(&R) -> Result<(), TallyError>,
) -> Result<(), RowError> {
    rows.iter()
        .enumerate()
        .try_for_each(|(row, each)| push(each).map_err(|source| RowError { row, source }))
}

/// A definition on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "DurationDefinition")]
struct DefinitionDocument {
    measure: TimeMeasure,
    calendar: Option<BusinessCalendar>,
    targets_ms: Vec<u64>,
}

#[cfg(feature = "serde")]
impl TryFrom<DefinitionDocument> for DurationDefinition {
    type Error = crate::error::StateError;

    fn try_from(document: DefinitionDocument) -> Result<Self, Self::Error> {
        let DefinitionDocument { measure, calendar, targets_ms } = document;
        let definition = Self { calendar: calendar.map(Arc::new), ..Self::new(measure) }
            .with_targets(targets_ms.iter().copied());
        if definition.targets == targets_ms {
            Ok(definition)
        } else {
            Err(crate::error::StateError { tally: "duration definition", rule: "targets ascend" })
        }
    }
}

#[cfg(feature = "serde")]
impl From<DurationDefinition> for DefinitionDocument {
    fn from(definition: DurationDefinition) -> Self {
        let DurationDefinition { measure, calendar, targets } = definition;
        Self { measure, calendar: calendar.map(Arc::unwrap_or_clone), targets_ms: targets }
    }
}

/// A tally on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "DurationTally")]
struct DurationDocument {
    definition: DurationDefinition,
    window: ServiceWindow,
    counts: DurationCounts,
    sketch: DurationSketch,
    within: WithinTargets,
}

#[cfg(feature = "serde")]
impl TryFrom<DurationDocument> for DurationTally {
    type Error = crate::error::StateError;

    fn try_from(document: DurationDocument) -> Result<Self, Self::Error> {
        let DurationDocument { definition, window, counts, sketch, within } = document;
        let refuse = |rule| crate::error::StateError { tally: "duration", rule };
        counts.check()?;
        window.check_outside(DurationCounts::TALLY, counts.outside)?;
        if sketch.count() != counts.timed {
            Err(refuse("the sketch holds the timed cases"))
        } else if within.targets() != definition.targets() {
            Err(refuse("the targets are those of the definition"))
        } else if within.count() != counts.timed {
            Err(refuse("the targets were held against the timed cases"))
        } else {
            Ok(Self { definition, window, counts, sketch, within })
        }
    }
}

#[cfg(feature = "serde")]
impl From<DurationTally> for DurationDocument {
    fn from(tally: DurationTally) -> Self {
        let DurationTally { definition, window, counts, sketch, within } = tally;
        Self { definition, window, counts, sketch, within }
    }
}
