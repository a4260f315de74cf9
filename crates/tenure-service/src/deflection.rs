//! Self-service that no case followed.

use std::fmt;

use tenure_model::Instant;
use tenure_stats::Share;

use crate::counters::{Counters, adds_up, counters, share};
use crate::error::{DefinitionMismatchError, DeflectionWindowError, TallyError};
use crate::rate::ServiceRate;
use crate::window::{Place, ServiceWindow};

/// How long no case may follow a session, in hours; its end is included.
///
/// ```
/// use tenure_service::DeflectionDefinition;
///
/// assert_eq!(DeflectionDefinition::new(24)?.to_string(), "deflection.24h.v1");
/// # Ok::<(), tenure_service::DeflectionWindowError>(())
/// ```
// There is no usual window, hence no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u32", into = "u32"))]
pub struct DeflectionDefinition {
    window_hours: u32,
}

impl DeflectionDefinition {
    /// The longest window: 3,660 days.
    pub const MAX_WINDOW_HOURS: u32 = 87_840;

    /// A window of so many hours.
    ///
    /// # Errors
    /// 0, or more than [`DeflectionDefinition::MAX_WINDOW_HOURS`].
    pub const fn new(window_hours: u32) -> Result<Self, DeflectionWindowError> {
        if window_hours > 0 && window_hours <= Self::MAX_WINDOW_HOURS {
            Ok(Self { window_hours })
        } else {
            Err(DeflectionWindowError { found: window_hours })
        }
    }

    /// The window in hours.
    #[must_use]
    pub const fn window_hours(self) -> u32 {
        self.window_hours
    }

    fn window_micros(self) -> i64 {
        i64::from(self.window_hours).saturating_mul(3_600_000_000) // below 2^49
    }
}

impl TryFrom<u32> for DeflectionDefinition {
    type Error = DeflectionWindowError;

    fn try_from(window_hours: u32) -> Result<Self, DeflectionWindowError> {
        Self::new(window_hours)
    }
}

impl From<DeflectionDefinition> for u32 {
    fn from(definition: DeflectionDefinition) -> Self {
        definition.window_hours
    }
}

/// Its id and version.
impl fmt::Display for DeflectionDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deflection.{}h.v1", self.window_hours)
    }
}

counters! {
    /// What a [`DeflectionTally`] has counted: sessions in = deflected + followed + immature +
    /// outside + unseen.
    ///
    /// ```
    /// use tenure_service::DeflectionCounts;
    ///
    /// assert_eq!(DeflectionCounts::default().deflected, 0);
    /// ```
    DeflectionCounts of "deflection" {
        /// All sessions read.
        sessions,
        /// As old as the window, and no case followed.
        deflected,
        /// As old as the window, and a case followed.
        followed,
        /// Younger than the window: in no rate, whether a case followed or not.
        immature,
        /// Began outside the period: in no rate.
        outside,
        /// Began after the instant of the question: in no rate.
        unseen,
        /// Cases opened after the instant of the question: follow no session.
        unseen_cases,
    } where |c| [
        adds_up(c.sessions, &[c.deflected, c.followed, c.immature, c.outside, c.unseen])
            => "sessions are deflected, followed, immature, outside or unseen",
    ]
}

/// How often does self-service spare a case?
///
/// ```text
/// followed  = a case of the same account is opened from the session to session + window, included
/// mature    = session + window ≤ as_of
/// deflected = |mature, not followed| / |mature|
/// ```
///
/// *Shape*: all sessions and cases of one account in, account by account; a share and counts out.
/// Cost: a sort of a copy of the account's cases; the tally itself has a fixed size.
///
/// *Undefined when* no session is mature: the share is 0 of 0, with no estimate.
///
/// *Accuracy*: exact.
///
/// *Source*: the fifth name beside those of [`AutomationTally`](crate::AutomationTally), with which
/// vendors mix it. It overstates: a visitor who gave up, or called someone else, is a success here.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{DeflectionDefinition, DeflectionTally, ServiceWindow};
///
/// let at = |time: &str| Instant::parse(time, Zone::UTC);
/// let window = ServiceWindow::until(at("2024-05-31")?);
/// let mut tally = DeflectionTally::new(DeflectionDefinition::new(24)?, window);
/// let sessions = [at("2024-05-01")?, at("2024-05-10")?, at("2024-05-30T12:00:00")?];
/// tally.push_account(&sessions, &[at("2024-05-02")?])?; // one day after the first
/// assert_eq!((tally.counts().followed, tally.counts().immature), (1, 1));
/// assert_eq!(tally.share().estimate(), Some(0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "DeflectionDocument", into = "DeflectionDocument"))]
pub struct DeflectionTally {
    definition: DeflectionDefinition,
    window: ServiceWindow,
    counts: DeflectionCounts,
}

impl DeflectionTally {
    /// Nothing counted yet.
    #[must_use]
    pub const fn new(definition: DeflectionDefinition, window: ServiceWindow) -> Self {
        Self { definition, window, counts: DeflectionCounts::ZERO }
    }

    /// Counts the sessions of one account, with all its cases, both in any order. An account pushed
    /// in two parts is counted as two.
    ///
    /// # Errors
    /// A full count; the tally is then as it was.
    pub fn push_account(
        &mut self,
        sessions: &[Instant],
        cases_opened: &[Instant],
    ) -> Result<(), TallyError> {
        let counts = self.count(sessions, cases_opened)?;
        Ok(self.counts.absorb(counts)?)
    }

    /// Takes an account back, as if it had never been pushed.
    ///
    /// # Errors
    /// More than was counted; the tally is then as it was.
    pub fn retract_account(
        &mut self,
        sessions: &[Instant],
        cases_opened: &[Instant],
    ) -> Result<(), TallyError> {
        let counts = self.count(sessions, cases_opened)?;
        self.counts.remove(counts)
    }

    fn count(
        &self,
        sessions: &[Instant],
        cases: &[Instant],
    ) -> Result<DeflectionCounts, TallyError> {
        let as_of = self.window.as_of();
        let mut cases = cases.to_vec();
        cases.sort_unstable();
        let (seen, unseen) = cases.split_at(cases.partition_point(|&opened| opened <= as_of));
        let unseen_cases = u64::try_from(unseen.len()).unwrap_or(u64::MAX);
        let mut counts = DeflectionCounts { unseen_cases, ..DeflectionCounts::ZERO };
        for &session in sessions {
            let mut one = DeflectionCounts { sessions: 1, ..DeflectionCounts::ZERO };
            // years 0001 to 9999 and ten more: far from the end of 64 bits
            let end = session.micros().saturating_add(self.definition.window_micros());
            let next = seen.get(seen.partition_point(|&opened| opened < session));
            let follows = next.is_some_and(|opened| opened.micros() <= end);
            *match (self.window.place(session, None), end <= as_of.micros(), follows) {
                (Place::Unseen, ..) => &mut one.unseen,
                (Place::Outside, ..) => &mut one.outside,
                (Place::Inside, false, _) => &mut one.immature,
                (Place::Inside, true, true) => &mut one.followed,
                (Place::Inside, true, false) => &mut one.deflected,
            } = 1;
            counts.absorb(one)?;
        }
        Ok(counts)
    }

    /// Takes in a tally of other accounts under the same definition and window.
    ///
    /// # Errors
    /// Another definition or window, or a full count; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), TallyError> {
        DefinitionMismatchError::require_same(
            (self.definition, self.window),
            (other.definition, other.window),
        )?;
        Ok(self.counts.absorb(other.counts)?)
    }

    /// How long no case may follow.
    #[must_use]
    pub const fn definition(&self) -> DeflectionDefinition {
        self.definition
    }

    /// Which sessions, seen from when.
    #[must_use]
    pub const fn window(&self) -> ServiceWindow {
        self.window
    }

    /// Everything counted.
    #[must_use]
    pub const fn counts(&self) -> DeflectionCounts {
        self.counts
    }

    /// Followed by no case, of all mature sessions.
    #[must_use]
    pub fn share(&self) -> Share {
        let DeflectionCounts { deflected, followed, .. } = self.counts;
        share(deflected, deflected.saturating_add(followed)) // among the sessions: at most 2^62
    }
}

impl DeflectionTally {
    /// The share, with what it leaves out.
    #[must_use]
    pub fn rates(&self) -> Vec<ServiceRate> {
        let DeflectionCounts { immature, outside, unseen, .. } = self.counts;
        let excluded = [("immature", immature), ("outside", outside), ("unseen", unseen)];
        vec![ServiceRate::new("deflection", self.to_string(), self.share(), &excluded)]
    }
}

/// The definition's id and version, and the window.
impl fmt::Display for DeflectionTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.definition, self.window)
    }
}

/// A tally on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "DeflectionTally")]
struct DeflectionDocument {
    window_hours: DeflectionDefinition,
    window: ServiceWindow,
    counts: DeflectionCounts,
}

#[cfg(feature = "serde")]
impl TryFrom<DeflectionDocument> for DeflectionTally {
    type Error = crate::error::StateError;

    fn try_from(document: DeflectionDocument) -> Result<Self, Self::Error> {
        let DeflectionDocument { window_hours, window, counts } = document;
        counts.check()?;
        window.check_outside(DeflectionCounts::TALLY, counts.outside)?;
        Ok(Self { definition: window_hours, window, counts })
    }
}

#[cfg(feature = "serde")]
impl From<DeflectionTally> for DeflectionDocument {
    fn from(tally: DeflectionTally) -> Self {
        let DeflectionTally { definition, window, counts } = tally;
        Self { window_hours: definition, window, counts }
    }
}
