//! What can be refused here, and why.

use std::fmt;

use chrono::{NaiveDate, Weekday};
use tenure_model::Instant;

use crate::window::ServiceWindow;

/// A repeat window of no length, or longer than
/// [`FcrDefinition::MAX_WINDOW_DAYS`](crate::FcrDefinition::MAX_WINDOW_DAYS).
///
/// ```
/// use tenure_service::{FcrDefinition, RepeatRule};
///
/// let refused = FcrDefinition::new(5_000, RepeatRule::Rolling).err();
/// assert_eq!(refused.map(|error| error.found()), Some(5_000));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("repeat window of `{found}` days is outside 1 to 3660")]
pub struct RepeatWindowError {
    pub(crate) found: u32,
}

impl RepeatWindowError {
    /// The days refused.
    #[must_use]
    pub const fn found(&self) -> u32 {
        self.found
    }
}

/// Why days are no window.
///
/// ```
/// use tenure_model::{AsOf, Period, parse_date};
/// use tenure_service::ServiceWindow;
///
/// let last = parse_date("9999-12-31")?; // the day after it, where the period ends, is no instant
/// let period = Period::inclusive(last, last).ok_or("reversed")?;
/// let refused = ServiceWindow::of_days(period, AsOf::new(last)).err();
/// let text = "day `+10000-01-01` is outside the years 0001 to 9999";
/// assert_eq!(refused.map(|error| error.to_string()).as_deref(), Some(text));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// A day that has no instants.
    #[error("day `{found}` is outside the years 0001 to 9999")]
    Day {
        /// The day refused.
        found: NaiveDate,
    },
    /// A period without a day: nothing can begin in it.
    #[error("period from `{start}` is empty: at least one day")]
    Empty {
        /// Where it starts, and ends.
        start: NaiveDate,
    },
}

/// A deflection window of no length, or longer than
/// [`DeflectionDefinition::MAX_WINDOW_HOURS`](crate::DeflectionDefinition::MAX_WINDOW_HOURS).
///
/// ```
/// use tenure_service::DeflectionDefinition;
///
/// let refused = DeflectionDefinition::new(0).err();
/// assert_eq!(refused.map(|error| error.found()), Some(0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("deflection window of `{found}` hours is outside 1 to 87840")]
pub struct DeflectionWindowError {
    pub(crate) found: u32,
}

impl DeflectionWindowError {
    /// The hours refused.
    #[must_use]
    pub const fn found(&self) -> u32 {
        self.found
    }
}

/// Why hours and holidays are no calendar.
///
/// ```
/// use chrono::Weekday;
/// use tenure_service::{CalendarError, OpenHours};
///
/// let refused = OpenHours::parse(Weekday::Mon, "17:00", "09:00");
/// assert!(matches!(refused, Err(CalendarError::EndNotAfterStart { .. })));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// Text that is no time of day.
    #[error("time of day `{found}` is not hh:mm from 00:00 to 24:00")]
    TimeOfDay {
        /// The text, cut to 40 characters.
        found: String,
    },
    /// A minute after the end of the day.
    #[error("minute `{found}` is outside 0 to 1440")]
    Minute {
        /// The minute of the day.
        found: u16,
    },
    /// Hours that end before they start, or as they start.
    #[error("hours on {weekday} end at `{end}`, not after their start `{start}`")]
    EndNotAfterStart {
        /// The day.
        weekday: Weekday,
        /// Start, as hh:mm.
        start: String,
        /// End, as hh:mm.
        end: String,
    },
    /// Two hours of one day that share time.
    #[error("hours on {weekday} overlap: `{first}` and `{second}`")]
    Overlap {
        /// The day.
        weekday: Weekday,
        /// The earlier, as hh:mm-hh:mm.
        first: String,
        /// The later, as hh:mm-hh:mm.
        second: String,
    },
    /// Text that is no weekday, in a document.
    #[error("weekday `{found}` is not one of Mon, Tue, Wed, Thu, Fri, Sat, Sun")]
    Weekday {
        /// The text, cut to 40 characters.
        found: String,
    },
    /// Text that is no zone, in a document.
    #[error("zone `{found}` is not UTC, ±hh:mm or (feature `tz`) an IANA name")]
    Zone {
        /// The text, cut to 40 characters.
        found: String,
    },
    /// No date, or none of those years.
    #[error("holiday `{found}` is not a date YYYY-MM-DD from 0001 to 9999")]
    Holiday {
        /// The text, cut to 40 characters.
        found: String,
    },
    /// No hours at all: every business time would be 0.
    #[error("the week has no open hours: at least one")]
    EmptyWeek,
}

/// Why a case cannot be timed.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{CaseError, SlaRow};
///
/// let start = Instant::parse("2024-05-01", Zone::UTC)?;
/// assert_eq!(SlaRow::new(start, 0).outcome(start), Err(CaseError::ZeroTarget));
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// It ends before it starts.
    #[error("end `{end}` is before the start `{start}`")]
    EndBeforeStart {
        /// When it starts.
        start: Instant,
        /// When it ends.
        end: Instant,
    },
    /// It is open, and starts after the instant of the question.
    #[error("open start `{start}` is after the instant of the question `{as_of}`")]
    StartAfterAsOf {
        /// When it starts.
        start: Instant,
        /// The instant of the question.
        as_of: Instant,
    },
    /// Its clock stood still longer than it existed.
    #[error("pause of `{paused_ms}` ms is outside 0 to the elapsed {elapsed_ms} ms")]
    PausedBeyondElapsed {
        /// How long the clock stood still.
        paused_ms: u64,
        /// From start to end, or to the instant of the question.
        elapsed_ms: u64,
    },
    /// Its target is nothing.
    #[error("target of `0` ms is outside 1 and more")]
    ZeroTarget,
}

/// Counts of a bot that cannot be: see [`AutomationCounts::check`](crate::AutomationCounts::check).
///
/// ```
/// use tenure_service::{AutomationCounts, AutomationError};
///
/// let mut counts = AutomationCounts::default();
/// counts.bot_started = 1;
/// let refused = AutomationError::MoreStartedThanCases { bot_started: 1, cases: 0 };
/// assert_eq!(counts.check(), Err(refused));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AutomationError {
    /// More conversations than cases.
    #[error("`{bot_started}` bot conversations are outside 0 to the {cases} cases")]
    MoreStartedThanCases {
        /// The conversations.
        bot_started: u64,
        /// The cases.
        cases: u64,
    },
    /// More outcomes than conversations.
    #[error("`{outcomes}` bot outcomes are outside 0 to the {bot_started} conversations")]
    MoreOutcomesThanStarted {
        /// Resolved, escalated and abandoned together.
        outcomes: u128,
        /// The conversations.
        bot_started: u64,
    },
}

/// A group that is not there.
///
/// ```
/// use tenure_service::{ContactLog, KeyedContact, TallyError};
/// use tenure_model::{Instant, Zone};
///
/// let mut log = ContactLog::new();
/// log.extend([KeyedContact::new(7, 1, Instant::parse("2024-05-01", Zone::UTC)?)]);
/// let refused = log.tally_groups(&mut [], |_| 0);
/// assert!(matches!(refused, Err(TallyError::Group(error)) if error.account() == 7));
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("account `{account}` is in group `{group}`, outside the {groups} groups from 0")]
pub struct GroupError {
    pub(crate) account: u64,
    pub(crate) group: usize,
    pub(crate) groups: usize,
}

impl GroupError {
    /// The account.
    #[must_use]
    pub const fn account(&self) -> u64 {
        self.account
    }

    /// The group it was said to be in.
    #[must_use]
    pub const fn group(&self) -> usize {
        self.group
    }

    /// How many groups there are.
    #[must_use]
    pub const fn groups(&self) -> usize {
        self.groups
    }
}

/// A row among many that was refused: none of them was counted.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{ServiceWindow, SlaRow, SlaTally};
///
/// let start = Instant::parse("2024-05-01", Zone::UTC)?;
/// let mut tally = SlaTally::new(ServiceWindow::until(start));
/// let refused = tally.push_rows(&[SlaRow::new(start, 5), SlaRow::new(start, 0)]).unwrap_err();
/// assert_eq!((refused.row(), tally.counts().rows), (1, 0));
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row at index `{row}`")]
pub struct RowError {
    pub(crate) row: usize,
    pub(crate) source: TallyError,
}

impl RowError {
    /// Its index, from 0.
    #[must_use]
    pub const fn row(&self) -> usize {
        self.row
    }

    /// Why it was refused.
    #[must_use]
    pub const fn reason(&self) -> &TallyError {
        &self.source
    }
}

/// Two tallies that count different things.
///
/// ```
/// use tenure_service::WithinTargets;
///
/// let refused = WithinTargets::new([10]).merge(&WithinTargets::new([20])).err();
/// let text = "a tally of `within [20] ms` cannot join one of `within [10] ms`";
/// assert_eq!(refused.map(|error| error.to_string()).as_deref(), Some(text));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a tally of `{theirs}` cannot join one of `{ours}`")]
pub struct DefinitionMismatchError {
    pub(crate) ours: String,
    pub(crate) theirs: String,
}

impl DefinitionMismatchError {
    /// Refuses unless definition and window are the same.
    pub(crate) fn require_same<D: PartialEq + fmt::Display>(
        ours: (D, ServiceWindow),
        theirs: (D, ServiceWindow),
    ) -> Result<(), Self> {
        if ours == theirs {
            Ok(())
        } else {
            Err(Self {
                ours: format!("{} {}", ours.0, ours.1),
                theirs: format!("{} {}", theirs.0, theirs.1),
            })
        }
    }

    /// What the receiving tally counts.
    #[must_use]
    pub fn ours(&self) -> &str {
        &self.ours
    }

    /// What the refused tally counts.
    #[must_use]
    pub fn theirs(&self) -> &str {
        &self.theirs
    }
}

/// No room for more: a count would exceed 2^62, or sessions or cases of automation 2^61.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{AutomationTally, ServiceWindow, TallyError};
///
/// let window = ServiceWindow::until(Instant::parse("2024-05-31", Zone::UTC)?);
/// let refused = AutomationTally::new(window).push_sessions(u64::MAX);
/// assert!(matches!(refused, Err(TallyError::Overflow(full)) if full.counter() == "sessions"));
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("count `{counter}` would exceed `{most}`")]
pub struct CountOverflowError {
    pub(crate) counter: &'static str,
    pub(crate) most: u64,
}

impl CountOverflowError {
    /// Which count.
    #[must_use]
    pub const fn counter(&self) -> &'static str {
        self.counter
    }

    /// What it may hold at most.
    #[must_use]
    pub const fn most(&self) -> u64 {
        self.most
    }
}

/// More was to be taken back than is there.
///
/// ```
/// use tenure_service::{TallyError, WithinTargets};
///
/// let refused = WithinTargets::new([10]).retract(5);
/// assert!(matches!(refused, Err(TallyError::Retract(more)) if more.retracted() == 1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("count `{counter}` holds `{held}`, of which `{retracted}` cannot be taken back")]
pub struct RetractError {
    pub(crate) counter: &'static str,
    pub(crate) held: u64,
    pub(crate) retracted: u64,
}

impl RetractError {
    /// Which count.
    #[must_use]
    pub const fn counter(&self) -> &'static str {
        self.counter
    }

    /// What it holds.
    #[must_use]
    pub const fn held(&self) -> u64 {
        self.held
    }

    /// What was to be taken back.
    #[must_use]
    pub const fn retracted(&self) -> u64 {
        self.retracted
    }
}

/// Counts, read back or left after taking something back, that no rows can have produced.
///
/// ```
/// use tenure_model::{Instant, Tri, Zone};
/// use tenure_service::{ContactRow, FcrDefinition, FcrTally, ServiceWindow, TallyError};
///
/// let at = |day: &str| Instant::parse(day, Zone::UTC);
/// let yes = |day| Ok::<_, tenure_model::InstantError>(ContactRow::new("bill", at(day)?, Tri::Yes));
/// let mut tally = FcrTally::new(FcrDefinition::default(), ServiceWindow::until(at("2024-05-31")?));
/// tally.push_account(&[yes("2024-05-01")?, yes("2024-05-20")?])?; // two episodes of one contact
/// let never_pushed = [yes("2024-05-01")?, yes("2024-05-02")?]; // one episode of two
/// let refused = tally.retract_account(&never_pushed);
/// assert!(matches!(refused, Err(TallyError::State(state)) if state.tally() == "fcr"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("state of `{tally}` is inconsistent: {rule}")]
pub struct StateError {
    pub(crate) tally: &'static str,
    pub(crate) rule: &'static str,
}

impl StateError {
    /// Which kind of tally.
    #[must_use]
    pub const fn tally(&self) -> &'static str {
        self.tally
    }

    /// The rule it breaks.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        self.rule
    }
}

/// Why a tally refused to change; it is then as it was.
///
/// ```
/// use tenure_service::{TallyError, WithinTargets};
///
/// let mut within = WithinTargets::new([10]);
/// let refused = within.merge(&WithinTargets::new([20]));
/// assert!(matches!(refused, Err(TallyError::Definition(_))));
/// assert_eq!(within, WithinTargets::new([10]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TallyError {
    /// The other tally counts something else.
    #[error(transparent)]
    Definition(#[from] DefinitionMismatchError),
    /// No room for more.
    #[error(transparent)]
    Overflow(#[from] CountOverflowError),
    /// More taken back than is there.
    #[error(transparent)]
    Retract(#[from] RetractError),
    /// What would be left after taking back, no rows can have produced.
    #[error(transparent)]
    State(#[from] StateError),
    /// A case that cannot be timed.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Counts of a bot that cannot be.
    #[error(transparent)]
    Automation(#[from] AutomationError),
    /// An account in a group that is not there.
    #[error(transparent)]
    Group(#[from] GroupError),
}
