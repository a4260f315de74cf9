//! Interactions, deliverables, goals, referrals and assignments.

use chrono::NaiveDate;

use super::named::named;
use crate::account::Text;
use crate::error::RecordError;
use crate::tri::Tri;

named! {
    /// Which way a message went, seen from us.
    ///
    /// ```
    /// assert_eq!(tenure_model::record::Direction::In.name(), "in");
    /// ```
    Direction {
        /// From the account.
        In = "in",
        /// To the account.
        Out = "out",
        /// Both ways at once: a call, a meeting.
        Mutual = "mutual",
    }
}

named! {
    /// Who began an interaction.
    ///
    /// ```
    /// assert_eq!(tenure_model::record::Initiator::Automated.name(), "automated");
    /// ```
    Initiator {
        /// The account.
        Account = "account",
        /// A person on our side.
        Provider = "provider",
        /// A machine on our side.
        Automated = "automated",
    }
}

/// A row of `interactions`. Kind and channel are open words: unknown ones are kept.
///
/// ```
/// use tenure_model::parse_date;
/// use tenure_model::record::{Direction, Initiator, Interaction};
/// let mut review = Interaction::new(
///     parse_date("2024-03-01")?, "meeting", "qbr", Direction::Mutual, Initiator::Provider,
/// );
/// review.personal = true;
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Interaction {
    /// The day.
    pub date: NaiveDate,
    /// By which channel.
    pub channel: Text,
    /// About what: `advice`, `answer`, `marketing`.
    pub kind: Text,
    /// Which way.
    pub direction: Direction,
    /// Who began.
    pub initiator: Initiator,
    /// Whether the message was addressed to this account alone, not broadcast.
    pub personal: bool,
}

impl Interaction {
    /// An interaction that was not personal.
    #[must_use]
    pub fn new(
        date: NaiveDate,
        channel: impl Into<Text>,
        kind: impl Into<Text>,
        direction: Direction,
        initiator: Initiator,
    ) -> Self {
        let (channel, kind) = (channel.into(), kind.into());
        Self { date, channel, kind, direction, initiator, personal: false }
    }

    /// Whether a person and this account spoke about the account's own matters: personal, not begun
    /// by a machine, and neither `marketing` nor an `order`.
    ///
    /// ```
    /// use tenure_model::record::{Direction, Initiator, Interaction};
    /// let day = tenure_model::parse_date("2024-03-01")?;
    /// let mut call = Interaction::new(day, "phone", "advice", Direction::In, Initiator::Account);
    /// assert!(!call.is_human());
    /// call.personal = true;
    /// assert!(call.is_human() && !call.is_review());
    /// call.kind = "order".into();
    /// assert!(!call.is_human());
    /// # Ok::<(), tenure_model::DateError>(())
    /// ```
    #[must_use]
    pub fn is_human(&self) -> bool {
        self.personal
            && self.initiator != Initiator::Automated
            && !matches!(self.kind.as_ref(), "marketing" | "order")
    }

    /// Whether it looked back together on how things go: [`is_human`](Self::is_human), and of kind
    /// `review`, `strategy_review` or `qbr`.
    ///
    /// ```
    /// use tenure_model::record::{Direction, Initiator, Interaction};
    /// let day = tenure_model::parse_date("2024-03-01")?;
    /// let mut meeting =
    ///     Interaction::new(day, "meeting", "qbr", Direction::Mutual, Initiator::Provider);
    /// meeting.personal = true;
    /// assert!(meeting.is_review());
    /// # Ok::<(), tenure_model::DateError>(())
    /// ```
    #[must_use]
    pub fn is_review(&self) -> bool {
        self.is_human() && matches!(self.kind.as_ref(), "review" | "strategy_review" | "qbr")
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        if self.kind.is_empty() {
            return Err(RecordError::new("kind", "", "a word such as `advice` or `marketing`"));
        }
        Ok(())
    }
}

/// A row of `deliverables`: a thing to deliver, or a milestone.
///
/// ```
/// let mut plan = tenure_model::record::Deliverable::new("pension plan");
/// plan.done = Some(tenure_model::parse_date("2024-05-02")?);
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Deliverable {
    /// The day it was delivered; `None`: not yet.
    pub done: Option<NaiveDate>,
    /// The day it is due; `None` is not known.
    pub due: Option<NaiveDate>,
    /// What.
    pub item: Text,
    /// Whether it was made for this account.
    pub customised: Tri,
}

impl Deliverable {
    /// Something neither due nor done.
    #[must_use]
    pub fn new(item: impl Into<Text>) -> Self {
        Self { done: None, due: None, item: item.into(), customised: Tri::Unknown }
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        if self.due.is_none() && self.done.is_none() {
            return Err(RecordError::new("due", "", "a date here or in `done`"));
        }
        Ok(())
    }
}

/// A row of `goals`: what the account works toward.
///
/// ```
/// use tenure_model::parse_date;
/// let mut goal = tenure_model::record::Goal::new(parse_date("2024-01-10")?, "retire at 60");
/// goal.reviews = vec![parse_date("2024-07-10")?];
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Goal {
    /// The day it was set.
    pub set: NaiveDate,
    /// The goal, in words.
    pub goal: Text,
    /// The days it was reviewed.
    pub reviews: Vec<NaiveDate>,
    /// The day it was closed; `None` is open.
    pub closed: Option<NaiveDate>,
}

impl Goal {
    /// An open goal, not reviewed yet.
    #[must_use]
    pub fn new(set: NaiveDate, goal: impl Into<Text>) -> Self {
        Self { set, goal: goal.into(), reviews: Vec::new(), closed: None }
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        let expected = || format!("a day not before `set` ({})", self.set);
        if let Some(review) = self.reviews.iter().find(|&&review| review < self.set) {
            return Err(RecordError::new("reviews", review.to_string(), expected()));
        }
        if let Some(closed) = self.closed.filter(|&closed| closed < self.set) {
            return Err(RecordError::new("closed", closed.to_string(), expected()));
        }
        Ok(())
    }
}

/// A row of `referrals`: the account sent somebody.
///
/// ```
/// let referral = tenure_model::record::Referral::new(tenure_model::parse_date("2024-04-01")?);
/// assert_eq!(referral.date.to_string(), "2024-04-01");
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Referral {
    /// The day.
    pub date: NaiveDate,
}

impl Referral {
    /// A referral of that day.
    #[must_use]
    pub const fn new(date: NaiveDate) -> Self {
        Self { date }
    }
}

/// A row of `assignments`: who looks after the account.
///
/// ```
/// use tenure_model::parse_date;
/// let lead = tenure_model::record::Assignment::new(parse_date("2024-01-01")?, "account manager");
/// assert!(lead.in_force(parse_date("2025-01-01")?));
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Assignment {
    /// First day.
    pub start: NaiveDate,
    /// Last day, included; `None` is open.
    pub end: Option<NaiveDate>,
    /// As what.
    pub role: Text,
    /// Who; `None` is not said.
    pub person: Option<Text>,
}

impl Assignment {
    /// An open assignment of somebody who is not named.
    #[must_use]
    pub fn new(start: NaiveDate, role: impl Into<Text>) -> Self {
        Self { start, end: None, role: role.into(), person: None }
    }

    /// Whether it is in force on that day.
    #[must_use]
    pub fn in_force(&self, day: NaiveDate) -> bool {
        self.start <= day && self.end.is_none_or(|end| day <= end)
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        if let Some(end) = self.end.filter(|&end| end < self.start) {
            let expected = format!("a day not before `start` ({})", self.start);
            return Err(RecordError::new("end", end.to_string(), expected));
        }
        Ok(())
    }
}
