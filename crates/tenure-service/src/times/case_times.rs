//! When what happened to a case.

use tenure_model::Instant;
use tenure_model::record::Case;

use crate::error::CaseError;

/// When something happened, if it did.
///
/// ```
/// use tenure_service::Moment;
///
/// assert_ne!(Moment::NotYet, Moment::Unknown);
/// ```
// Exhaustive: it happened then, it has not, or nobody says.
#[expect(clippy::exhaustive_enums, reason = "three-valued by its meaning")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Then.
    At(Instant),
    /// It has not happened.
    NotYet,
    /// Nobody says whether or when.
    Unknown,
}

/// Who opened a case.
///
/// ```
/// assert_eq!(tenure_service::Opener::default(), tenure_service::Opener::Unknown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Opener {
    /// The account.
    Account,
    /// Our own side: there is nothing to reply to.
    OurSide,
    /// Nobody says.
    #[default]
    Unknown,
}

/// What happened to a case.
///
/// ```
/// assert!(tenure_service::CaseEventKind::Reply != tenure_service::CaseEventKind::AutomaticReply);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CaseEventKind {
    /// A public reply by a person on our side.
    Reply,
    /// A reply by a machine, such as a receipt: no reply.
    AutomaticReply,
    /// A note the account does not see: no reply.
    InternalNote,
    /// A reply by the account.
    AccountReply,
    /// It was solved or closed.
    Resolved,
    /// It was opened again.
    Reopened,
}

/// What happened to a case, and when.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{CaseEvent, CaseEventKind};
///
/// let event = CaseEvent::new(Instant::parse("2024-05-01", Zone::UTC)?, CaseEventKind::Reply);
/// assert_eq!(event.kind, CaseEventKind::Reply);
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CaseEvent {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: CaseEventKind,
}

impl CaseEvent {
    /// An event.
    #[must_use]
    pub const fn new(at: Instant, kind: CaseEventKind) -> Self {
        Self { at, kind }
    }
}

/// The times of a case as plain columns: one row of a [`DurationTally`](crate::DurationTally).
///
/// A first reply is the first public one by a person. The *first* resolution is the first there
/// was; the *full* one is the one that held: after the last reopening.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{CaseEvent, CaseEventKind, CaseTimes, Moment, Opener};
///
/// let at = |day: &str| Instant::parse(day, Zone::UTC);
/// let events = [
///     CaseEvent::new(at("2024-05-01T00:00:01")?, CaseEventKind::AutomaticReply),
///     CaseEvent::new(at("2024-05-02")?, CaseEventKind::Reply),
///     CaseEvent::new(at("2024-05-03")?, CaseEventKind::Resolved),
///     CaseEvent::new(at("2024-05-05")?, CaseEventKind::Reopened),
/// ];
/// let opened = at("2024-05-01")?;
/// let by_then = |day| {
///     let times = CaseTimes::from_events(opened, Opener::Account, &events, at(day)?)?;
///     Ok::<_, Box<dyn std::error::Error>>(times)
/// };
/// assert_eq!(by_then("2024-05-01T12:00:00")?.first_reply, Moment::NotYet);
/// assert_eq!(by_then("2024-05-04")?.full_resolution, Moment::At(at("2024-05-03")?));
/// let now = by_then("2024-05-31")?;
/// assert_eq!(now.first_reply, Moment::At(at("2024-05-02")?));
/// assert_eq!(now.first_resolution, Moment::At(at("2024-05-03")?));
/// assert_eq!(now.full_resolution, Moment::NotYet);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CaseTimes {
    /// When it was opened.
    pub opened: Instant,
    /// By whom.
    pub opened_by: Opener,
    /// The first public reply by a person.
    pub first_reply: Moment,
    /// When it was first resolved.
    pub first_resolution: Moment,
    /// When it was resolved for good, as far as is known.
    pub full_resolution: Moment,
}

impl CaseTimes {
    /// A case to which nothing has happened yet.
    #[must_use]
    pub const fn new(opened: Instant, opened_by: Opener) -> Self {
        let (first_reply, first_resolution) = (Moment::NotYet, Moment::NotYet);
        Self { opened, opened_by, first_reply, first_resolution, full_resolution: Moment::NotYet }
    }

    /// The times told by what happened up to an instant, it included, in any order. A resolution at
    /// the very instant of a reopening came before it.
    ///
    /// # Errors
    /// An event before the opening.
    pub fn from_events(
        opened: Instant,
        opened_by: Opener,
        events: &[CaseEvent],
        as_of: Instant,
    ) -> Result<Self, CaseError> {
        if let Some(event) = events.iter().find(|event| event.at < opened) {
            return Err(CaseError::EndBeforeStart { start: opened, end: event.at });
        }
        let times = |kind| {
            let seen = events.iter().filter(move |event| event.at <= as_of && event.kind == kind);
            seen.map(|event| event.at)
        };
        let moment = |at: Option<Instant>| at.map_or(Moment::NotYet, Moment::At);
        let reopened = times(CaseEventKind::Reopened).max();
        let held = |at: &Instant| reopened.is_none_or(|reopened| *at > reopened);
        Ok(Self {
            opened,
            opened_by,
            first_reply: moment(times(CaseEventKind::Reply).min()),
            first_resolution: moment(times(CaseEventKind::Resolved).min()),
            full_resolution: moment(times(CaseEventKind::Resolved).filter(held).min()),
        })
    }
}

/// The tables tell one resolution, the last, and not who opened the case. The first resolution is
/// the same if the case was never reopened, and else unknown; a case that was replied to, or is
/// solved, and does not say when, is unknown too.
impl From<&Case> for CaseTimes {
    fn from(case: &Case) -> Self {
        let moment = |at: Option<Instant>, happened: bool| match (at, happened) {
            (Some(at), _) => Moment::At(at),
            (None, true) => Moment::Unknown,
            (None, false) => Moment::NotYet,
        };
        let full = moment(case.resolved, case.status.is_solved());
        Self {
            opened: case.opened,
            opened_by: Opener::Unknown,
            first_reply: moment(case.first_reply, case.agent_replies.is_some_and(|n| n > 0)),
            first_resolution: if case.reopens == Some(0) { full } else { Moment::Unknown },
            full_resolution: full,
        }
    }
}
