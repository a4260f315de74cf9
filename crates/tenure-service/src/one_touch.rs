//! Cases solved in one touch, by the rules of several tools.

use tenure_model::Entry;
use tenure_model::record::{Case, CaseStatus};
use tenure_stats::Share;

use crate::counters::{Counters, adds_up, at_most, counters, share};
use crate::error::{RowError, TallyError};
use crate::rate::ServiceRate;
use crate::times::push_each;
use crate::window::{Place, ServiceWindow};
use crate::windowed::windowed;

/// Which solved cases count as settled in one touch.
///
/// Zendesk's own pages give both rules on agent replies, so both stand here under two names.
///
/// ```
/// use tenure_service::OneTouchRule;
///
/// assert_eq!(OneTouchRule::ZendeskEq1.name(), "fcr.zendesk.eq1");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OneTouchRule {
    /// Fewer than two public agent replies; none counts too.
    ZendeskLt2,
    /// Exactly one public agent reply; Zoho counts so too.
    ZendeskEq1,
    /// Never reopened.
    NoReopen,
    /// No reply by the account after creation.
    Freshservice,
    /// Exactly one public agent reply, and never reopened.
    Strict,
}

impl OneTouchRule {
    /// Every rule.
    pub const ALL: &'static [Self] =
        &[Self::ZendeskLt2, Self::ZendeskEq1, Self::NoReopen, Self::Freshservice, Self::Strict];

    /// The id of the definition.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ZendeskLt2 => "fcr.zendesk.lt2",
            Self::ZendeskEq1 => "fcr.zendesk.eq1",
            Self::NoReopen => "fcr.no_reopen",
            Self::Freshservice => "fcr.freshservice",
            Self::Strict => "fcr.strict",
        }
    }
}

/// What is known about how often a case was touched, as plain columns; `None` is not known.
///
/// ```
/// use tenure_model::record::CaseStatus;
/// use tenure_service::TouchRow;
///
/// let row = TouchRow::new(CaseStatus::Solved, Some(1), Some(0), None);
/// assert_eq!(row.account_replies, None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TouchRow {
    /// Where the case stands.
    pub status: CaseStatus,
    /// Public agent replies.
    pub agent_replies: Option<u32>,
    /// How often it was reopened.
    pub reopens: Option<u32>,
    /// Replies by the account after creation.
    pub account_replies: Option<u32>,
}

impl TouchRow {
    /// A case.
    #[must_use]
    pub const fn new(
        status: CaseStatus,
        agent_replies: Option<u32>,
        reopens: Option<u32>,
        account_replies: Option<u32>,
    ) -> Self {
        Self { status, agent_replies, reopens, account_replies }
    }
}

impl From<&Case> for TouchRow {
    fn from(case: &Case) -> Self {
        Self::new(case.status, case.agent_replies, case.reopens, case.account_replies)
    }
}

counters! {
    /// What a [`OneTouchTally`] has counted: cases in = solved + not solved + outside + unseen.
    ///
    /// ```
    /// use tenure_service::OneTouchCounts;
    ///
    /// assert_eq!(OneTouchCounts::default().solved, 0);
    /// ```
    OneTouchCounts of "one touch" {
        /// All cases read.
        cases,
        /// Solved or closed.
        solved,
        /// Neither solved nor closed: in no rate.
        not_solved,
        /// Cases opened outside the period.
        outside,
        /// Cases opened after the instant of the question, or recorded too late.
        unseen,
        /// Solved, fewer than two agent replies.
        under_two_replies,
        /// Solved, exactly one agent reply.
        one_reply,
        /// Solved, never reopened.
        no_reopen,
        /// Solved, no reply by the account.
        no_account_reply,
        /// Solved, exactly one agent reply, never reopened.
        one_reply_no_reopen,
        /// Solved, agent replies unknown.
        agent_replies_unknown,
        /// Solved, reopens unknown.
        reopens_unknown,
        /// Solved, replies by the account unknown.
        account_replies_unknown,
        /// Solved, agent replies or reopens unknown.
        strict_unknown,
    } where |c| [
        adds_up(c.cases, &[c.solved, c.not_solved, c.outside, c.unseen])
            => "cases are solved, not solved, outside or unseen",
        c.one_reply <= c.under_two_replies
            && at_most(&[c.under_two_replies, c.agent_replies_unknown], c.solved)
            && at_most(&[c.no_reopen, c.reopens_unknown], c.solved)
            && at_most(&[c.no_account_reply, c.account_replies_unknown], c.solved)
            => "no part exceeds the solved",
        c.one_reply_no_reopen <= c.one_reply.min(c.no_reopen)
            && c.strict_unknown >= c.agent_replies_unknown.max(c.reopens_unknown)
            && at_most(&[c.one_reply_no_reopen, c.strict_unknown], c.solved)
            => "one reply without reopening is both",
    ]
}

/// How often is one touch enough?
///
/// ```text
/// share(rule) = |solved, rule holds| / |solved, everything the rule reads is known|
///
/// rule              holds when                               reads
/// fcr.zendesk.lt2   agent_replies < 2, none counts           agent_replies
/// fcr.zendesk.eq1   agent_replies = 1                        agent_replies
/// fcr.no_reopen     reopens = 0                              reopens
/// fcr.freshservice  account_replies = 0                      account_replies
/// fcr.strict        agent_replies = 1 and reopens = 0        agent_replies, reopens
/// ```
///
/// The denominator is the solved or closed cases, never all: an open one can still become anything.
///
/// *Shape*: one case a row in; a share a rule, and counts, out. Fixed size.
///
/// *Undefined when* no solved case tells what the rule reads: the share is 0 of 0, with no estimate.
///
/// *Accuracy*: exact.
///
/// *Source*: each rule is named after who uses it, see [`OneTouchRule`]. The tools read an unknown
/// count as 0; here such a case leaves the rule and is counted.
///
/// ```
/// use tenure_model::record::CaseStatus::{Open, Solved};
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{OneTouchRule, OneTouchTally, ServiceWindow, TouchRow};
///
/// let mut tally = OneTouchTally::new(ServiceWindow::until(Instant::parse("2024-05-31", Zone::UTC)?));
/// tally.push_row(TouchRow::new(Solved, Some(1), Some(0), Some(0)))?;
/// tally.push_row(TouchRow::new(Solved, Some(0), Some(1), None))?;
/// tally.push_row(TouchRow::new(Open, Some(1), Some(0), Some(0)))?;
/// assert_eq!(tally.share(OneTouchRule::ZendeskLt2).estimate(), Some(1.0));
/// assert_eq!(tally.share(OneTouchRule::ZendeskEq1).estimate(), Some(0.5));
/// let freshservice = tally.share(OneTouchRule::Freshservice);
/// assert_eq!((freshservice.x(), freshservice.n()), (1, 1));
/// assert_eq!(tally.excluded(OneTouchRule::Freshservice), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "OneTouchDocument", into = "OneTouchDocument"))]
pub struct OneTouchTally {
    window: ServiceWindow,
    counts: OneTouchCounts,
}

windowed!(OneTouchTally of OneTouchCounts, in the document OneTouchDocument named "OneTouchTally");

impl OneTouchTally {
    /// The id and version of the definitions counted together.
    pub const DEFINITION: &'static str = "one_touch.v1";

    /// Counts one case, whatever the period.
    ///
    /// # Errors
    /// A full count; the tally is then as it was.
    pub fn push_row(&mut self, row: TouchRow) -> Result<(), TallyError> {
        Ok(self.counts.absorb(count(row))?)
    }

    /// Counts cases, whatever the period, or none of them.
    ///
    /// # Errors
    /// The first row that does not fit a count; the tally is then as it was.
    pub fn push_rows(&mut self, rows: &[TouchRow]) -> Result<(), RowError> {
        let mut tally = self.clone();
        push_each(rows, |&row| tally.push_row(row))?;
        *self = tally;
        Ok(())
    }

    /// Takes a case back, as if it had never been pushed.
    ///
    /// # Errors
    /// More than was counted; the tally is then as it was.
    pub fn retract_row(&mut self, row: TouchRow) -> Result<(), TallyError> {
        self.counts.remove(count(row))
    }

    /// Counts one case of an account, if it is known by then.
    ///
    /// # Errors
    /// A full count; the tally is then as it was.
    pub fn push_entry(&mut self, entry: &Entry<Case>) -> Result<(), TallyError> {
        Ok(self.counts.absorb(self.count_entry(entry))?)
    }

    /// Takes one case of an account back, as if it had never been pushed.
    ///
    /// # Errors
    /// More than was counted; the tally is then as it was.
    pub fn retract_entry(&mut self, entry: &Entry<Case>) -> Result<(), TallyError> {
        self.counts.remove(self.count_entry(entry))
    }

    fn count_entry(&self, entry: &Entry<Case>) -> OneTouchCounts {
        match self.window.place(entry.record.opened, entry.recorded_at) {
            Place::Inside => count(TouchRow::from(&entry.record)),
            Place::Outside => OneTouchCounts { cases: 1, outside: 1, ..OneTouchCounts::ZERO },
            Place::Unseen => OneTouchCounts { cases: 1, unseen: 1, ..OneTouchCounts::ZERO },
        }
    }

    /// The solved cases for which the rule holds, of those that tell what it reads.
    #[must_use]
    pub fn share(&self, rule: OneTouchRule) -> Share {
        let counts = &self.counts;
        let x = match rule {
            OneTouchRule::ZendeskLt2 => counts.under_two_replies,
            OneTouchRule::ZendeskEq1 => counts.one_reply,
            OneTouchRule::NoReopen => counts.no_reopen,
            OneTouchRule::Freshservice => counts.no_account_reply,
            OneTouchRule::Strict => counts.one_reply_no_reopen,
        };
        share(x, counts.solved.saturating_sub(self.excluded(rule))) // never more excluded
    }

    /// The solved cases that do not tell what the rule reads.
    #[must_use]
    pub const fn excluded(&self, rule: OneTouchRule) -> u64 {
        match rule {
            OneTouchRule::ZendeskLt2 | OneTouchRule::ZendeskEq1 => {
                self.counts.agent_replies_unknown
            }
            OneTouchRule::NoReopen => self.counts.reopens_unknown,
            OneTouchRule::Freshservice => self.counts.account_replies_unknown,
            OneTouchRule::Strict => self.counts.strict_unknown,
        }
    }
}

fn count(row: TouchRow) -> OneTouchCounts {
    let one = OneTouchCounts { cases: 1, ..OneTouchCounts::ZERO };
    if !row.status.is_solved() {
        return OneTouchCounts { not_solved: 1, ..one };
    }
    let TouchRow { agent_replies, reopens, account_replies, .. } = row;
    OneTouchCounts {
        solved: 1,
        under_two_replies: u64::from(agent_replies.is_some_and(|n| n < 2)),
        one_reply: u64::from(agent_replies == Some(1)),
        no_reopen: u64::from(reopens == Some(0)),
        no_account_reply: u64::from(account_replies == Some(0)),
        one_reply_no_reopen: u64::from(agent_replies == Some(1) && reopens == Some(0)),
        agent_replies_unknown: u64::from(agent_replies.is_none()),
        reopens_unknown: u64::from(reopens.is_none()),
        account_replies_unknown: u64::from(account_replies.is_none()),
        strict_unknown: u64::from(agent_replies.is_none() || reopens.is_none()),
        ..one
    }
}

impl OneTouchTally {
    /// The share of every rule, with what it leaves out.
    #[must_use]
    pub fn rates(&self) -> Vec<ServiceRate> {
        let rate = |&rule: &OneTouchRule| {
            let excluded = [
                ("not_solved", self.counts.not_solved),
                ("unknown", self.excluded(rule)),
                ("outside", self.counts.outside),
                ("unseen", self.counts.unseen),
            ];
            ServiceRate::new(rule.name(), self.to_string(), self.share(rule), &excluded)
        };
        OneTouchRule::ALL.iter().map(rate).collect()
    }
}
