//! Support cases and single contacts.

use super::named::named;
use crate::account::Text;
use crate::error::RecordError;
use crate::instant::Instant;
use crate::tri::Tri;

named! {
    /// Where a case stands.
    ///
    /// ```
    /// use tenure_model::record::CaseStatus;
    /// assert!(CaseStatus::Closed.is_solved() && !CaseStatus::Open.is_solved());
    /// ```
    CaseStatus {
        /// Being worked on.
        Open = "open",
        /// Waiting for the account.
        Pending = "pending",
        /// Answered; may be reopened.
        Solved = "solved",
        /// Answered for good.
        Closed = "closed",
    }
}

impl CaseStatus {
    /// Solved or closed.
    #[must_use]
    pub const fn is_solved(self) -> bool {
        matches!(self, Self::Solved | Self::Closed)
    }
}

named! {
    /// How a conversation with a bot ended.
    ///
    /// ```
    /// assert_eq!(tenure_model::record::BotOutcome::Escalated.name(), "escalated");
    /// ```
    BotOutcome {
        /// The bot resolved it.
        Resolved = "resolved",
        /// A person took over.
        Escalated = "escalated",
        /// The account left.
        Abandoned = "abandoned",
    }
}

/// A row of `cases`.
///
/// ```
/// use tenure_model::record::{Case, CaseStatus};
/// use tenure_model::{Instant, Zone};
/// let mut case = Case::new(Instant::parse("2024-05-01T09:00:00Z", Zone::UTC)?, CaseStatus::Closed);
/// case.resolved = Some(Instant::parse("2024-05-01T11:00:00Z", Zone::UTC)?);
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Case {
    /// When it was opened.
    pub opened: Instant,
    /// Where it stands.
    pub status: CaseStatus,
    /// The first public reply by a person; `None`: not yet.
    pub first_reply: Option<Instant>,
    /// When it was resolved; `None`: not yet.
    pub resolved: Option<Instant>,
    /// How often it was reopened; `None` is not known.
    pub reopens: Option<u32>,
    /// Public replies by people on our side; `None` is not known.
    pub agent_replies: Option<u32>,
    /// Replies by the account after it opened the case; `None` is not known.
    pub account_replies: Option<u32>,
    /// Resolution is promised within so many milliseconds; `None`: no promise.
    pub target_ms: Option<u64>,
    /// Milliseconds the clock of that promise stood still.
    pub paused_ms: u64,
    /// How the conversation with the bot ended; `None`: no bot took part.
    pub bot: Option<BotOutcome>,
    /// By which channel.
    pub channel: Option<Text>,
}

impl Case {
    /// A case about which nothing more is known.
    #[must_use]
    pub const fn new(opened: Instant, status: CaseStatus) -> Self {
        Self {
            opened,
            status,
            first_reply: None,
            resolved: None,
            reopens: None,
            agent_replies: None,
            account_replies: None,
            target_ms: None,
            paused_ms: 0,
            bot: None,
            channel: None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        for (field, at) in [("first_reply", self.first_reply), ("resolved", self.resolved)] {
            if let Some(at) = at.filter(|&at| at < self.opened) {
                let expected = format!("an instant not before `opened` ({})", self.opened);
                return Err(RecordError::new(field, at.to_string(), expected));
            }
        }
        if let Some(resolved) = self.resolved {
            let elapsed = resolved.millis_since(self.opened);
            if u64::try_from(elapsed).is_ok_and(|elapsed| elapsed < self.paused_ms) {
                let found = format!("{} ms", self.paused_ms);
                let expected = format!("at most the {elapsed} ms from opening to resolution");
                return Err(RecordError::new("paused_minutes", found, expected));
            }
        }
        if self.target_ms == Some(0) {
            return Err(RecordError::new("target_minutes", "0", "more than 0"));
        }
        Ok(())
    }
}

/// A row of `contacts`: one contact about an issue.
///
/// ```
/// use tenure_model::record::Contact;
/// use tenure_model::{Instant, Tri, Zone};
/// let mut call = Contact::new(Instant::parse("2024-05-01T09:00:00Z", Zone::UTC)?, "billing");
/// call.resolved = Tri::Yes;
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Contact {
    /// When.
    pub at: Instant,
    /// About which issue.
    pub issue: Text,
    /// Whether our side says it is resolved.
    pub resolved: Tri,
    /// By which channel.
    pub channel: Option<Text>,
}

impl Contact {
    /// A contact of which nobody says whether it resolved the issue.
    #[must_use]
    pub fn new(at: Instant, issue: impl Into<Text>) -> Self {
        Self { at, issue: issue.into(), resolved: Tri::Unknown, channel: None }
    }
}
