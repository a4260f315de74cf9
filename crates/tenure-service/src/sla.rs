//! Promises kept.

use tenure_model::record::Case;
use tenure_model::{Entry, Instant};
use tenure_stats::Share;

use crate::counters::{Counters, adds_up, counters, share};
use crate::error::{CaseError, RowError, TallyError};
use crate::rate::ServiceRate;
use crate::times::{elapsed_ms, push_each};
use crate::window::{Place, ServiceWindow};
use crate::windowed::windowed;

/// How a promise stands.
///
/// ```
/// use tenure_service::SlaOutcome;
///
/// assert_eq!(SlaOutcome::BreachedOpen.name(), "breached_open");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum SlaOutcome {
    /// Ended in time.
    Met,
    /// Ended too late.
    BreachedClosed,
    /// Not ended, and already too late.
    BreachedOpen,
    /// Not ended, still in time: it can go either way.
    Pending,
}

impl SlaOutcome {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::BreachedClosed => "breached_closed",
            Self::BreachedOpen => "breached_open",
            Self::Pending => "pending",
        }
    }
}

/// A promise as plain columns: when the clock started, when it ended if it did, how long it stood
/// still, what was promised.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{SlaOutcome, SlaRow};
///
/// let at = |time: &str| Instant::parse(time, Zone::UTC);
/// let mut row = SlaRow::new(at("2024-05-01T09:00:00")?, 3_600_000);
/// let now = at("2024-05-01T10:00:00")?;
/// assert_eq!(row.outcome(now)?, SlaOutcome::Pending); // one hour exactly is in time
/// row.end = Some(at("2024-05-01T10:00:01")?);
/// assert_eq!(row.outcome(now)?, SlaOutcome::BreachedClosed);
/// row.paused_ms = 60_000;
/// assert_eq!(row.outcome(now)?, SlaOutcome::Met);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SlaRow {
    /// When the clock started.
    pub start: Instant,
    /// When it ended; `None`: not yet.
    pub end: Option<Instant>,
    /// Milliseconds promised; above 0.
    pub target_ms: u64,
    /// Milliseconds the clock stood still.
    pub paused_ms: u64,
}

impl SlaRow {
    /// A promise that has not ended and never paused.
    #[must_use]
    pub const fn new(start: Instant, target_ms: u64) -> Self {
        Self { start, end: None, target_ms, paused_ms: 0 }
    }

    /// How the promise stands at that instant. A given end is taken as given, even after it.
    ///
    /// # Errors
    /// A target of 0, an end before the start, an open start after `as_of`, a pause longer than the
    /// time elapsed.
    pub fn outcome(&self, as_of: Instant) -> Result<SlaOutcome, CaseError> {
        if self.target_ms == 0 {
            return Err(CaseError::ZeroTarget);
        }
        let gross = match self.end {
            Some(end) => elapsed_ms(self.start, end)?,
            None => elapsed_ms(self.start, as_of)
                .map_err(|_| CaseError::StartAfterAsOf { start: self.start, as_of })?,
        };
        let elapsed = gross.checked_sub(self.paused_ms).ok_or(CaseError::PausedBeyondElapsed {
            paused_ms: self.paused_ms,
            elapsed_ms: gross,
        })?;
        Ok(match (elapsed > self.target_ms, self.end) {
            (true, Some(_)) => SlaOutcome::BreachedClosed,
            (true, None) => SlaOutcome::BreachedOpen,
            (false, Some(_)) => SlaOutcome::Met,
            (false, None) => SlaOutcome::Pending,
        })
    }
}

counters! {
    /// What an [`SlaTally`] has counted: the rows are the sum of all others.
    ///
    /// ```
    /// use tenure_service::SlaCounts;
    ///
    /// assert_eq!(SlaCounts::default().pending, 0);
    /// ```
    SlaCounts of "sla" {
        /// All rows read.
        rows,
        /// Ended in time.
        met,
        /// Ended too late.
        breached_closed,
        /// Not ended, and already too late.
        breached_open,
        /// Not ended, still in time: in no rate.
        pending,
        /// Cases to which nothing was promised: in no rate.
        without_target,
        /// Solved cases that do not say when: in no rate.
        end_unknown,
        /// Open cases whose pauses exceed the time up to the instant of the question, so that some
        /// came after it: in no rate.
        pause_unknown,
        /// Cases opened outside the period: in no rate.
        outside,
        /// Cases opened after the instant of the question, or recorded too late.
        unseen,
    } where |c| [
        adds_up(
            c.rows,
            &[
                c.met,
                c.breached_closed,
                c.breached_open,
                c.pending,
                c.without_target,
                c.end_unknown,
                c.pause_unknown,
                c.outside,
                c.unseen,
            ],
        ) => "rows are met, breached, pending, excluded, outside or unseen",
    ]
}

/// Are promises kept?
///
/// ```text
/// elapsed     = (end or as_of) - start - paused
/// breached    = elapsed > target, ended or not;  met = ended and not breached
/// attainment  = met / (met + breached)
/// closed_only = met / (met + breached_closed)
/// ```
///
/// *Shape*: one promise a row in (a case with its target, or an [`SlaRow`]); shares and counts out.
/// One more row raises one count. Fixed size.
///
/// *Undefined when* nothing is decided: the share is 0 of 0, with no estimate. Impossible promises
/// are refused, see [`SlaRow::outcome`].
///
/// *Accuracy*: exact; times are whole milliseconds, rounded down.
///
/// *Source*: tools often divide by closed cases alone, which overstates, since the worst cases are
/// those still open; it stands beside ours under its own name.
///
/// ```
/// use tenure_model::record::{Case, CaseStatus};
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{ServiceWindow, SlaTally};
///
/// let at = |time: &str| Instant::parse(time, Zone::UTC);
/// let mut tally = SlaTally::new(ServiceWindow::until(at("2024-05-02")?));
/// let mut case = Case::new(at("2024-05-01")?, CaseStatus::Open);
/// tally.push(&case)?; // nothing promised
/// case.target_ms = Some(3_600_000);
/// tally.push(&case)?; // open for a day: breached
/// case.resolved = Some(at("2024-05-01T00:59:59")?);
/// tally.push(&case)?;
/// assert_eq!(tally.attainment().estimate(), Some(0.5));
/// assert_eq!(tally.closed_only().estimate(), Some(1.0));
/// assert_eq!(tally.counts().without_target, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "SlaDocument", into = "SlaDocument"))]
pub struct SlaTally {
    window: ServiceWindow,
    counts: SlaCounts,
}

windowed!(SlaTally of SlaCounts, in the document SlaDocument named "SlaTally");

impl SlaTally {
    /// The id and version of the definition: resolution, in calendar time without the pauses.
    pub const DEFINITION: &'static str = "sla.resolution.calendar.v1";

    /// Counts one promise, whatever the period.
    ///
    /// # Errors
    /// Those of [`SlaRow::outcome`], or a full count; the tally is then as it was.
    pub fn push_row(&mut self, row: &SlaRow) -> Result<(), TallyError> {
        let one = self.count_row(row)?;
        Ok(self.counts.absorb(one)?)
    }

    /// Counts promises, whatever the period, or none of them.
    ///
    /// # Errors
    /// The first row that [`SlaTally::push_row`] refuses; the tally is then as it was.
    pub fn push_rows(&mut self, rows: &[SlaRow]) -> Result<(), RowError> {
        let mut tally = self.clone();
        push_each(rows, |row| tally.push_row(row))?;
        *self = tally;
        Ok(())
    }

    /// Takes a promise back, as if it had never been pushed.
    ///
    /// # Errors
    /// Those of [`SlaRow::outcome`], or more than was counted; the tally is then as it was.
    pub fn retract_row(&mut self, row: &SlaRow) -> Result<(), TallyError> {
        let one = self.count_row(row)?;
        self.counts.remove(one)
    }

    /// Counts the promise of one case, from its opening to its resolution.
    ///
    /// # Errors
    /// Those of [`SlaRow::outcome`], or a full count; the tally is then as it was.
    pub fn push(&mut self, case: &Case) -> Result<(), TallyError> {
        let one = self.count_case(case, self.window.place(case.opened, None))?;
        Ok(self.counts.absorb(one)?)
    }

    /// Counts the promise of one case of an account, if it is known by then.
    ///
    /// # Errors
    /// Those of [`SlaRow::outcome`], or a full count; the tally is then as it was.
    pub fn push_entry(&mut self, entry: &Entry<Case>) -> Result<(), TallyError> {
        let one = self.count_entry(entry)?;
        Ok(self.counts.absorb(one)?)
    }

    /// Takes the promise of one case of an account back, as if it had never been pushed.
    ///
    /// # Errors
    /// Those of [`SlaRow::outcome`], or more than was counted; the tally is then as it was.
    pub fn retract_entry(&mut self, entry: &Entry<Case>) -> Result<(), TallyError> {
        let one = self.count_entry(entry)?;
        self.counts.remove(one)
    }

    fn count_entry(&self, entry: &Entry<Case>) -> Result<SlaCounts, TallyError> {
        let place = self.window.place(entry.record.opened, entry.recorded_at);
        self.count_case(&entry.record, place)
    }

    fn count_case(&self, case: &Case, place: Place) -> Result<SlaCounts, TallyError> {
        let apart = SlaCounts { rows: 1, ..SlaCounts::ZERO };
        Ok(match (place, case.target_ms) {
            (Place::Unseen, _) => SlaCounts { unseen: 1, ..apart },
            (Place::Outside, _) => SlaCounts { outside: 1, ..apart },
            (Place::Inside, None) => SlaCounts { without_target: 1, ..apart },
            (Place::Inside, Some(_)) if case.resolved.is_none() && case.status.is_solved() => {
                SlaCounts { end_unknown: 1, ..apart }
            }
            (Place::Inside, Some(target_ms)) => {
                let (start, end, paused_ms) = (case.opened, case.resolved, case.paused_ms);
                let row = SlaRow { start, end, target_ms, paused_ms };
                match self.count_row(&row) {
                    Err(TallyError::Case(CaseError::PausedBeyondElapsed { .. }))
                        if end.is_none() =>
                    {
                        SlaCounts { pause_unknown: 1, ..apart }
                    }
                    counted => counted?,
                }
            }
        })
    }

    fn count_row(&self, row: &SlaRow) -> Result<SlaCounts, TallyError> {
        let mut one = SlaCounts { rows: 1, ..SlaCounts::ZERO };
        *match row.outcome(self.window.as_of())? {
            SlaOutcome::Met => &mut one.met,
            SlaOutcome::BreachedClosed => &mut one.breached_closed,
            SlaOutcome::BreachedOpen => &mut one.breached_open,
            SlaOutcome::Pending => &mut one.pending,
        } = 1;
        Ok(one)
    }

    /// Kept, of all decided.
    #[must_use]
    pub fn attainment(&self) -> Share {
        let SlaCounts { met, breached_closed, breached_open, .. } = self.counts;
        // all of them are among the rows: at most 2^62
        share(met, met.saturating_add(breached_closed).saturating_add(breached_open))
    }

    /// Kept, of all that ended: overstates, for comparison.
    #[must_use]
    pub fn closed_only(&self) -> Share {
        let SlaCounts { met, breached_closed, .. } = self.counts;
        share(met, met.saturating_add(breached_closed)) // among the rows: at most 2^62
    }
}

impl SlaTally {
    /// Both shares, each with what it leaves out.
    #[must_use]
    pub fn rates(&self) -> Vec<ServiceRate> {
        let counts = &self.counts;
        let [never, open] = [
            vec![
                ("pending", counts.pending),
                ("without_target", counts.without_target),
                ("end_unknown", counts.end_unknown),
                ("pause_unknown", counts.pause_unknown),
                ("outside", counts.outside),
                ("unseen", counts.unseen),
            ],
            vec![("breached_open", counts.breached_open)],
        ];
        let closed = [never.clone(), open].concat();
        vec![
            ServiceRate::new("attainment", self.to_string(), self.attainment(), &never),
            ServiceRate::new("closed_only", self.to_string(), self.closed_only(), &closed),
        ]
    }
}
