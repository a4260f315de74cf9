//! What was settled without a person.

use std::fmt;

use tenure_model::record::{BotOutcome, Case};
use tenure_model::{Entry, Instant};
use tenure_stats::{Ratio, Share};

use crate::counters::{Counters, at_most, counters, share};
use crate::error::{AutomationError, CountOverflowError, DefinitionMismatchError, TallyError};
use crate::rate::ServiceRate;
use crate::window::{Place, ServiceWindow};

counters! {
    /// Cases and bot conversations, as counted. Conversations that neither resolved nor escalated
    /// nor were abandoned have not ended.
    ///
    /// ```
    /// use tenure_service::AutomationCounts;
    ///
    /// let mut counts = AutomationCounts::default();
    /// (counts.total_cases, counts.bot_started, counts.bot_resolved) = (10, 4, 3);
    /// counts.check()?;
    /// counts.bot_escalated = 2;
    /// let refused = counts.check().err().map(|error| error.to_string());
    /// let text = "`5` bot outcomes are outside 0 to the 4 conversations";
    /// assert_eq!(refused.as_deref(), Some(text));
    /// # Ok::<(), tenure_service::AutomationError>(())
    /// ```
    AutomationCounts of "automation" {
        /// All cases.
        total_cases,
        /// Cases in which a bot took part.
        bot_started,
        /// Resolved by the bot.
        bot_resolved,
        /// Handed to a person.
        bot_escalated,
        /// Left by the account.
        bot_abandoned,
        /// Cases opened outside the period: in no ratio.
        outside,
        /// Cases opened after the instant of the question, or recorded too late: in no ratio.
        unseen,
    } where |c| [
        c.bot_started <= c.total_cases => "no more conversations than cases",
        at_most(&[c.bot_resolved, c.bot_escalated, c.bot_abandoned], c.bot_started)
            => "no more outcomes than conversations",
    ]
}

impl AutomationCounts {
    /// Whether such counts can be.
    ///
    /// # Errors
    /// More outcomes than conversations, or more conversations than cases.
    pub fn check(&self) -> Result<(), AutomationError> {
        let &Self { total_cases: cases, bot_started, .. } = self;
        let outcomes = u128::from(self.bot_resolved)
            .saturating_add(u128::from(self.bot_escalated))
            .saturating_add(u128::from(self.bot_abandoned));
        if outcomes > u128::from(bot_started) {
            Err(AutomationError::MoreOutcomesThanStarted { outcomes, bot_started })
        } else if bot_started > cases {
            Err(AutomationError::MoreStartedThanCases { bot_started, cases })
        } else {
            Ok(())
        }
    }

    const fn of_case(bot: Option<BotOutcome>) -> Self {
        let mut one = Self { total_cases: 1, ..Self::ZERO };
        if let Some(outcome) = bot {
            one.bot_started = 1;
            match outcome {
                BotOutcome::Resolved => one.bot_resolved = 1,
                BotOutcome::Escalated => one.bot_escalated = 1,
                BotOutcome::Abandoned => one.bot_abandoned = 1,
                _ => {}
            }
        }
        one
    }
}

/// How much is settled without a person? Four names, four ratios.
///
/// ```text
/// automation         = bot_resolved / total_cases
/// containment        = (bot_started - bot_escalated) / bot_started
/// bot_resolution     = bot_resolved / bot_started
/// self_service_score = sessions / total_cases
/// self_service_share = sessions / (sessions + total_cases)
/// ```
///
/// *Shape*: cases one by one, or [`AutomationCounts`]; shares and counts out. Self-service sessions
/// come as a number beside them, once; as long as none was given they are unknown, not 0. Fixed
/// size.
///
/// *Undefined when* the denominator is 0, or sessions are unknown. Counts that cannot be are refused.
///
/// *Accuracy*: exact.
///
/// *Source*: vendors use these names for one another, so each is given by its formula. Containment
/// counts abandoned conversations as contained, that is, as successes: it overstates.
///
/// ```
/// use tenure_model::record::BotOutcome;
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{AutomationTally, ServiceWindow};
///
/// let window = ServiceWindow::until(Instant::parse("2024-05-31", Zone::UTC)?);
/// let mut tally = AutomationTally::new(window);
/// for bot in [None, Some(BotOutcome::Resolved), Some(BotOutcome::Abandoned), None] {
///     tally.push_outcome(bot)?;
/// }
/// assert_eq!(tally.automation().estimate(), Some(0.25));
/// assert_eq!(tally.containment().estimate(), Some(1.0));
/// assert_eq!(tally.bot_resolution().estimate(), Some(0.5));
/// assert_eq!(tally.self_service_score(), None);
/// tally.push_sessions(12)?;
/// assert_eq!(tally.self_service_score().map(|score| score.to_string()).as_deref(), Some("12/4"));
/// assert_eq!(tally.self_service_share().and_then(|share| share.estimate()), Some(0.75));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "AutomationDocument", into = "AutomationDocument"))]
pub struct AutomationTally {
    window: ServiceWindow,
    counts: AutomationCounts,
    sessions: Option<u64>,
}

impl AutomationTally {
    /// The id and version of the definition.
    pub const DEFINITION: &'static str = "automation.v1";

    /// Most cases, and most self-service sessions: together they still are a share.
    pub const MAX_COUNT: u64 = Share::MAX_COUNT / 2;

    /// Nothing counted yet.
    #[must_use]
    pub const fn new(window: ServiceWindow) -> Self {
        Self { window, counts: AutomationCounts::ZERO, sessions: None }
    }

    /// Counts one case, by how its conversation with the bot ended; `None`: no bot took part.
    ///
    /// # Errors
    /// A full count; the tally is then as it was.
    pub fn push_outcome(&mut self, bot: Option<BotOutcome>) -> Result<(), TallyError> {
        self.absorb(AutomationCounts::of_case(bot), None)
    }

    /// Takes a case back, as if it had never been pushed.
    ///
    /// # Errors
    /// More than was counted; the tally is then as it was.
    pub fn retract_outcome(&mut self, bot: Option<BotOutcome>) -> Result<(), TallyError> {
        self.counts.remove(AutomationCounts::of_case(bot))
    }

    /// Counts one case.
    ///
    /// # Errors
    /// A full count; the tally is then as it was.
    pub fn push(&mut self, case: &Case) -> Result<(), TallyError> {
        self.absorb(self.count(case.opened, None, case.bot), None)
    }

    /// Counts one case of an account, if it is known by then.
    ///
    /// # Errors
    /// A full count; the tally is then as it was.
    pub fn push_entry(&mut self, entry: &Entry<Case>) -> Result<(), TallyError> {
        self.absorb(self.count_entry(entry), None)
    }

    /// Takes one case of an account back, as if it had never been pushed.
    ///
    /// # Errors
    /// More than was counted; the tally is then as it was.
    pub fn retract_entry(&mut self, entry: &Entry<Case>) -> Result<(), TallyError> {
        self.counts.remove(self.count_entry(entry))
    }

    fn count_entry(&self, entry: &Entry<Case>) -> AutomationCounts {
        self.count(entry.record.opened, entry.recorded_at, entry.record.bot)
    }

    fn count(
        &self,
        opened: Instant,
        recorded_at: Option<Instant>,
        bot: Option<BotOutcome>,
    ) -> AutomationCounts {
        match self.window.place(opened, recorded_at) {
            Place::Inside => AutomationCounts::of_case(bot),
            Place::Outside => AutomationCounts { outside: 1, ..AutomationCounts::ZERO },
            Place::Unseen => AutomationCounts { unseen: 1, ..AutomationCounts::ZERO },
        }
    }

    /// Adds counts made elsewhere.
    ///
    /// # Errors
    /// Counts that cannot be, or a full count; the tally is then as it was.
    pub fn push_counts(&mut self, counts: AutomationCounts) -> Result<(), TallyError> {
        counts.check()?;
        self.absorb(counts, None)
    }

    /// Adds self-service sessions; from now on they are known, be they 0.
    ///
    /// # Errors
    /// More than [`AutomationTally::MAX_COUNT`]; the tally is then as it was.
    pub fn push_sessions(&mut self, sessions: u64) -> Result<(), TallyError> {
        self.absorb(AutomationCounts::ZERO, Some(sessions))
    }

    /// Takes in a tally of other cases under the same window. Sessions add; where only one side
    /// knows any, they are its.
    ///
    /// # Errors
    /// Another window, or a full count; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), TallyError> {
        DefinitionMismatchError::require_same(
            (Self::DEFINITION, self.window),
            (Self::DEFINITION, other.window),
        )?;
        self.absorb(other.counts, other.sessions)
    }

    fn absorb(&mut self, more: AutomationCounts, sessions: Option<u64>) -> Result<(), TallyError> {
        let mut counts = self.counts;
        counts.absorb(more)?;
        if counts.total_cases > Self::MAX_COUNT {
            return Err(CountOverflowError { counter: "total_cases", most: Self::MAX_COUNT }.into());
        }
        let sessions = match (self.sessions, sessions) {
            (Some(ours), Some(more)) => ours.checked_add(more),
            (ours, more) => ours.or(more),
        };
        self.sessions = match (self.sessions, sessions) {
            (_, Some(sum)) if sum <= Self::MAX_COUNT => Some(sum),
            (None, None) => None,
            _ => {
                return Err(
                    CountOverflowError { counter: "sessions", most: Self::MAX_COUNT }.into()
                );
            }
        };
        self.counts = counts;
        Ok(())
    }

    /// Which cases, seen from when.
    #[must_use]
    pub const fn window(&self) -> ServiceWindow {
        self.window
    }

    /// Cases and conversations.
    #[must_use]
    pub const fn counts(&self) -> AutomationCounts {
        self.counts
    }

    /// Self-service sessions; `None`: nobody said.
    #[must_use]
    pub const fn sessions(&self) -> Option<u64> {
        self.sessions
    }

    /// Resolved by the bot, of all cases.
    #[must_use]
    pub fn automation(&self) -> Share {
        share(self.counts.bot_resolved, self.counts.total_cases)
    }

    /// Not handed to a person, of all conversations; the abandoned count as contained.
    #[must_use]
    pub fn containment(&self) -> Share {
        let AutomationCounts { bot_started, bot_escalated, .. } = self.counts;
        share(bot_started.saturating_sub(bot_escalated), bot_started) // never more escalated
    }

    /// Resolved by the bot, of all conversations.
    #[must_use]
    pub fn bot_resolution(&self) -> Share {
        share(self.counts.bot_resolved, self.counts.bot_started)
    }

    /// Self-service sessions a case; `None` without cases, or if sessions are unknown.
    #[must_use]
    pub fn self_service_score(&self) -> Option<Ratio> {
        Ratio::new(i128::from(self.sessions?), i128::from(self.counts.total_cases))
    }

    /// Self-service sessions, of sessions and cases together; `None` if sessions are unknown.
    #[must_use]
    pub fn self_service_share(&self) -> Option<Share> {
        let sessions = self.sessions?;
        Some(share(sessions, sessions.saturating_add(self.counts.total_cases))) // 2^61 each
    }
}

impl AutomationTally {
    /// The shares, each with what it leaves out; that of self-service if sessions are known. The
    /// self-service *score* is no share, see [`AutomationTally::self_service_score`].
    #[must_use]
    pub fn rates(&self) -> Vec<ServiceRate> {
        let AutomationCounts { total_cases, bot_started, outside, unseen, .. } = self.counts;
        let without_bot = total_cases.saturating_sub(bot_started); // never more started
        let all = [("outside", outside), ("unseen", unseen)];
        let started = [("without_bot", without_bot), ("outside", outside), ("unseen", unseen)];
        let rate = |name, share, excluded: &[(&'static str, u64)]| {
            ServiceRate::new(name, self.to_string(), share, excluded)
        };
        let mut rates = vec![
            rate("automation", self.automation(), &all),
            rate("containment", self.containment(), &started),
            rate("bot_resolution", self.bot_resolution(), &started),
        ];
        rates.extend(self.self_service_share().map(|share| rate("self_service", share, &all)));
        rates
    }
}

/// The definition's id and version, and the window.
impl fmt::Display for AutomationTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Self::DEFINITION, self.window)
    }
}

/// A tally on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "AutomationTally")]
struct AutomationDocument {
    window: ServiceWindow,
    counts: AutomationCounts,
    sessions: Option<u64>,
}

#[cfg(feature = "serde")]
impl TryFrom<AutomationDocument> for AutomationTally {
    type Error = TallyError;

    fn try_from(document: AutomationDocument) -> Result<Self, TallyError> {
        let AutomationDocument { window, counts, sessions } = document;
        counts.check()?;
        window.check_outside(AutomationCounts::TALLY, counts.outside)?;
        let mut tally = Self::new(window);
        tally.absorb(counts, sessions)?;
        Ok(tally)
    }
}

#[cfg(feature = "serde")]
impl From<AutomationTally> for AutomationDocument {
    fn from(tally: AutomationTally) -> Self {
        Self { window: tally.window, counts: tally.counts, sessions: tally.sessions }
    }
}
