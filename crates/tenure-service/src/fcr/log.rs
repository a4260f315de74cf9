//! Contacts as they come, in any partition; the window is chosen at the end.

use tenure_model::{Instant, Tri};

use crate::error::{GroupError, RetractError, TallyError};
use crate::fcr::episodes::{Episode, Touch, Unused, episodes_of, use_of};
use crate::fcr::repeat::repeat_row;
use crate::fcr::tally::FcrCounts;
use crate::fcr::{ChannelScope, ContactKind, FcrDefinition, FcrTally, RepeatRow};
use crate::window::ServiceWindow;

/// One contact with keys instead of text: any numbers the caller gives to accounts, issues and
/// channels, the same in every partition.
///
/// ```
/// use tenure_model::{Instant, Tri, Zone};
/// use tenure_service::KeyedContact;
///
/// let mut contact = KeyedContact::new(7, 1, Instant::parse("2024-05-01", Zone::UTC)?);
/// contact.resolved = Tri::Yes;
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct KeyedContact {
    /// Whose.
    pub account: u64,
    /// About which issue.
    pub issue: u64,
    /// When.
    pub at: Instant,
    /// A contact, or a reopening.
    pub kind: ContactKind,
    /// Whether our side says it is resolved.
    pub resolved: Tri,
    /// Whether it could be resolved at first contact at all.
    pub resolvable: Tri,
    /// By which channel; `None` is not known.
    pub channel: Option<u32>,
    /// When it was recorded; `None`: always known.
    pub recorded_at: Option<Instant>,
}

impl KeyedContact {
    /// A contact of which nothing more is known.
    #[must_use]
    pub const fn new(account: u64, issue: u64, at: Instant) -> Self {
        Self {
            account,
            issue,
            at,
            kind: ContactKind::Contact,
            resolved: Tri::Unknown,
            resolvable: Tri::Unknown,
            channel: None,
            recorded_at: None,
        }
    }

    const fn touch(&self) -> Touch {
        let Self { at, kind, resolved, resolvable, .. } = *self;
        Touch { at, kind, resolved, resolvable }
    }
}

/// Contacts by account and issue: the state of first contact resolution that may be cut anywhere,
/// even through an episode.
///
/// *Shape*: one row a contact in, in any order; any number of [`FcrTally`]s out, each with its own
/// definition and window, chosen at the end. One more contact is one more row of fixed size: what
/// is not finished cannot be forgotten. Where whole accounts come together, [`FcrTally::push_account`]
/// needs no such memory.
///
/// *Undefined*: see [`FcrTally`].
///
/// *Accuracy*: exact. The rows are kept sorted, so that merging gives the same bytes for any order,
/// partition and number of threads. Cost: a sort by key; then one walk a tally, which allocates
/// nothing per row.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{ContactLog, FcrDefinition, FcrRate, KeyedContact, RepeatRule, ServiceWindow};
///
/// let at = |day: &str| Instant::parse(day, Zone::UTC);
/// let mut monday = ContactLog::new();
/// monday.extend([KeyedContact::new(7, 1, at("2024-06-03")?)]);
/// let mut tuesday = ContactLog::new();
/// tuesday.extend([KeyedContact::new(7, 1, at("2024-06-04")?)]); // the same issue
/// tuesday.merge(&monday);
///
/// let window = ServiceWindow::until(at("2024-06-30")?);
/// let week = tuesday.tally(FcrDefinition::default(), window)?;
/// assert_eq!(week.share(FcrRate::NoRepeat).estimate(), Some(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "LogDocument", into = "LogDocument"))]
pub struct ContactLog {
    /// In their order.
    rows: Vec<KeyedContact>,
}

/// Takes in contacts, as if they had been there from the start.
impl Extend<KeyedContact> for ContactLog {
    fn extend<I: IntoIterator<Item = KeyedContact>>(&mut self, contacts: I) {
        self.rows.extend(contacts);
        self.rows.sort(); // what is sorted already is found, and only merged
    }
}

impl ContactLog {
    /// No contact yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { rows: Vec::new() }
    }

    /// Takes in the contacts of another log.
    pub fn merge(&mut self, other: &Self) {
        self.extend(other.rows.iter().copied());
    }

    /// Takes contacts back, as if they had never been there.
    ///
    /// # Errors
    /// One of them is not there, or not as often; the log is then as it was.
    pub fn retract(&mut self, other: &Self) -> Result<(), TallyError> {
        let mut left = Vec::with_capacity(self.rows.len().saturating_sub(other.rows.len()));
        let mut gone = other.rows.iter().peekable();
        for &row in &self.rows {
            match gone.peek() {
                Some(&&next) if next == row => {
                    gone.next();
                }
                _ => left.push(row),
            }
        }
        let size = |len: usize| u64::try_from(len).unwrap_or(u64::MAX);
        if gone.peek().is_some() {
            let (held, retracted) = (size(self.rows.len()), size(other.rows.len()));
            return Err(RetractError { counter: "contacts", held, retracted }.into());
        }
        self.rows = left;
        Ok(())
    }

    /// The contacts by account, issue and time.
    #[must_use]
    pub fn rows(&self) -> &[KeyedContact] {
        &self.rows
    }

    /// All accounts under one definition, in one window.
    ///
    /// # Errors
    /// A full count.
    pub fn tally(
        &self,
        definition: FcrDefinition,
        window: ServiceWindow,
    ) -> Result<FcrTally, TallyError> {
        let mut tally = FcrTally::new(definition, window);
        self.tally_groups(std::slice::from_mut(&mut tally), |_| 0)?;
        Ok(tally)
    }

    /// Each account into the tally of its group, each tally under its own definition and window.
    /// Groups are asked for once an account, in ascending order.
    ///
    /// # Errors
    /// A group that is not there, a full count; the tallies are then as they were.
    pub fn tally_groups(
        &self,
        tallies: &mut [FcrTally],
        mut group_of: impl FnMut(u64) -> usize,
    ) -> Result<(), TallyError> {
        let mut changed = tallies.to_vec();
        let groups = changed.len();
        let mut by_channel = Vec::new();
        for rows in self.rows.chunk_by(|left, right| left.account == right.account) {
            let Some(&KeyedContact { account, .. }) = rows.first() else { continue };
            let group = group_of(account);
            let tally = changed.get_mut(group).ok_or(GroupError { account, group, groups })?;
            let (definition, window) = (tally.definition(), tally.window());
            let mut counts = FcrCounts::ZERO;
            let mut result = Ok(());
            let unused = each_episode(rows, definition, &window, &mut by_channel, |episode| {
                if result.is_ok() {
                    result = counts.add_episode(&episode, definition, &window);
                }
            });
            result?;
            counts.add_unused(unused)?;
            tally.absorb(counts)?;
        }
        for (tally, changed) in tallies.iter_mut().zip(changed) {
            *tally = changed;
        }
        Ok(())
    }

    /// The episodes that begin in the window, as rows for [`no_repeat_by`](crate::no_repeat_by):
    /// see [`first_repeats`](crate::first_repeats).
    #[must_use]
    pub fn first_repeats(
        &self,
        definition: FcrDefinition,
        window: &ServiceWindow,
    ) -> Vec<RepeatRow> {
        let mut repeats = Vec::new();
        let mut by_channel = Vec::new();
        for rows in self.rows.chunk_by(|left, right| left.account == right.account) {
            each_episode(rows, definition, window, &mut by_channel, |episode| {
                repeats.extend(repeat_row(&episode, window));
            });
        }
        repeats
    }
}

/// Hands over each episode of one account, whose rows are sorted. `by_channel` is room to sort one
/// issue in, kept from account to account.
fn each_episode(
    rows: &[KeyedContact],
    definition: FcrDefinition,
    window: &ServiceWindow,
    by_channel: &mut Vec<(u32, Touch)>,
    mut finish: impl FnMut(Episode),
) -> Unused {
    let mut unused = Unused::default();
    for issue in rows.chunk_by(|left, right| left.issue == right.issue) {
        let used = issue.iter().filter(|row| {
            let (touch, has_channel) = (row.touch(), row.channel.is_some());
            unused.lets_pass(use_of(touch, has_channel, row.recorded_at, definition, window))
        });
        by_channel.clear();
        by_channel.extend(used.filter_map(|row| match definition.channels() {
            ChannelScope::AllChannels => Some((0, row.touch())),
            ChannelScope::EachChannel => row.channel.map(|channel| (channel, row.touch())),
        }));
        // the order of rows only makes them one sequence; that of touches decides who is first
        by_channel.sort_unstable_by_key(|&(channel, touch)| (channel, touch.rank()));
        for touches in by_channel.chunk_by(|left, right| left.0 == right.0) {
            episodes_of(touches.iter().map(|&(_, touch)| touch), definition, &mut finish);
        }
    }
    unused
}

/// A log on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "ContactLog")]
struct LogDocument {
    contacts: Vec<KeyedContact>,
}

#[cfg(feature = "serde")]
impl TryFrom<LogDocument> for ContactLog {
    type Error = crate::error::StateError;

    fn try_from(document: LogDocument) -> Result<Self, Self::Error> {
        if document.contacts.is_sorted() {
            Ok(Self { rows: document.contacts })
        } else {
            let rule = "contacts ascend by account, issue and time";
            Err(crate::error::StateError { tally: "contact log", rule })
        }
    }
}

#[cfg(feature = "serde")]
impl From<ContactLog> for LogDocument {
    fn from(log: ContactLog) -> Self {
        Self { contacts: log.rows }
    }
}
