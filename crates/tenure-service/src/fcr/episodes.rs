//! Contacts of one account, joined to episodes.

use tenure_model::record::Contact;
use tenure_model::{Entry, Instant, Tri};

use crate::fcr::{ChannelScope, FcrDefinition, Reopenings, RepeatRule};
use crate::window::ServiceWindow;

/// What a row is.
///
/// ```
/// use tenure_service::ContactKind;
///
/// assert!(ContactKind::Contact < ContactKind::Reopening); // at one instant, in this order
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ContactKind {
    /// A contact.
    #[default]
    Contact,
    /// A case about the issue was opened again; see [`Reopenings`].
    Reopening,
}

/// One contact of an account, as plain columns.
///
/// ```
/// use tenure_model::{Instant, Tri, Zone};
/// use tenure_service::ContactRow;
///
/// let mut row = ContactRow::new("billing", Instant::parse("2024-05-01", Zone::UTC)?, Tri::Yes);
/// assert_eq!((row.issue, row.channel), ("billing", None));
/// row.channel = Some("phone");
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ContactRow<'a> {
    /// About which issue.
    pub issue: &'a str,
    /// When.
    pub at: Instant,
    /// Whether our side says it is resolved.
    pub resolved: Tri,
    /// By which channel; `None` is not known. Read by [`ChannelScope::EachChannel`].
    pub channel: Option<&'a str>,
    /// A contact, or a reopening.
    pub kind: ContactKind,
    /// Whether it could be resolved at first contact at all. Read by
    /// [`FcrRate::Net`](crate::FcrRate::Net).
    pub resolvable: Tri,
}

impl<'a> ContactRow<'a> {
    /// A contact about an issue, of which nothing more is known.
    #[must_use]
    pub const fn new(issue: &'a str, at: Instant, resolved: Tri) -> Self {
        let (kind, resolvable) = (ContactKind::Contact, Tri::Unknown);
        Self { issue, at, resolved, channel: None, kind, resolvable }
    }

    fn touch(&self) -> Touch {
        let Self { at, kind, resolved, resolvable, .. } = *self;
        Touch { at, kind, resolved, resolvable }
    }
}

/// What an episode reads of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Touch {
    pub(super) at: Instant,
    pub(super) kind: ContactKind,
    pub(super) resolved: Tri,
    pub(super) resolvable: Tri,
}

impl Touch {
    /// The order within an episode. At one instant contacts come before reopenings, and the
    /// unresolved before that of which nobody knows.
    pub(super) const fn rank(self) -> (Instant, ContactKind, u8, u8) {
        const fn rank(flag: Tri) -> u8 {
            match flag {
                Tri::No => 0,
                Tri::Unknown => 1,
                Tri::Yes => 2,
            }
        }
        (self.at, self.kind, rank(self.resolved), rank(self.resolvable))
    }
}

/// Rows about one issue that follow each other closely enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Episode {
    pub(super) first: Touch,
    /// The second contact, if there is one.
    pub(super) second: Option<Instant>,
    pub(super) contacts: u64,
    last: Instant,
}

impl Episode {
    const fn begin(first: Touch) -> Self {
        Self { first, second: None, contacts: 1, last: first.at }
    }

    fn takes(&self, at: Instant, definition: FcrDefinition) -> bool {
        let anchor = match definition.rule() {
            RepeatRule::Rolling => self.last,
            RepeatRule::Fixed => self.first.at,
        };
        micros_between(anchor, at) <= definition.window_micros()
    }

    fn add(&mut self, at: Instant) {
        self.second = self.second.or(Some(at));
        self.contacts = self.contacts.saturating_add(1); // one a row in memory
        self.last = at;
    }
}

/// Both lie within 2^58 microseconds of 1970: the difference always fits.
pub(super) const fn micros_between(earlier: Instant, later: Instant) -> i64 {
    later.micros().saturating_sub(earlier.micros())
}

/// What becomes of a row before episodes are formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    InEpisode,
    Unseen,
    ReopeningIgnored,
    ChannelUnknown,
}

/// The rows in no episode, by reason.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unused {
    pub(super) unseen: u64,
    pub(super) reopenings_ignored: u64,
    pub(super) channel_unknown: u64,
}

impl Unused {
    /// Whether the row is in an episode; if not, it is counted here.
    pub(super) fn lets_pass(&mut self, used: Use) -> bool {
        let count = match used {
            Use::InEpisode => return true,
            Use::Unseen => &mut self.unseen,
            Use::ReopeningIgnored => &mut self.reopenings_ignored,
            Use::ChannelUnknown => &mut self.channel_unknown,
        };
        *count = count.saturating_add(1); // one a row in memory
        false
    }
}

/// What becomes of a row.
pub(super) fn use_of(
    touch: Touch,
    has_channel: bool,
    recorded_at: Option<Instant>,
    definition: FcrDefinition,
    window: &ServiceWindow,
) -> Use {
    if !window.sees(touch.at, recorded_at) {
        Use::Unseen
    } else if touch.kind == ContactKind::Reopening && definition.reopenings() == Reopenings::Ignored
    {
        Use::ReopeningIgnored
    } else if definition.channels() == ChannelScope::EachChannel && !has_channel {
        Use::ChannelUnknown
    } else {
        Use::InEpisode
    }
}

/// The rows of one account that are in an episode, in the order of issue, channel if it matters, and
/// time; and those that are not.
pub(super) fn visible<'a>(
    rows: impl Iterator<Item = (ContactRow<'a>, Option<Instant>)>,
    definition: FcrDefinition,
    window: &ServiceWindow,
) -> (Vec<ContactRow<'a>>, Unused) {
    let mut unused = Unused::default();
    let mut seen = Vec::with_capacity(rows.size_hint().0);
    for (row, recorded_at) in rows {
        let used = use_of(row.touch(), row.channel.is_some(), recorded_at, definition, window);
        if unused.lets_pass(used) {
            seen.push(row);
        }
    }
    let key = |row: &ContactRow<'a>| (issue_of(row, definition), row.touch().rank());
    seen.sort_unstable_by(|left, right| key(left).cmp(&key(right)));
    (seen, unused)
}

/// What contacts of one episode have in common.
fn issue_of<'a>(row: &ContactRow<'a>, definition: FcrDefinition) -> (&'a str, Option<&'a str>) {
    match definition.channels() {
        ChannelScope::AllChannels => (row.issue, None),
        ChannelScope::EachChannel => (row.issue, row.channel),
    }
}

/// The plain columns of a table of contacts.
pub(super) fn rows_of(
    contacts: &[Entry<Contact>],
) -> impl Iterator<Item = (ContactRow<'_>, Option<Instant>)> {
    contacts.iter().map(|entry| {
        let Contact { at, issue, resolved, channel, .. } = &entry.record;
        let mut row = ContactRow::new(issue, *at, *resolved);
        row.channel = channel.as_deref();
        (row, entry.recorded_at)
    })
}

/// Hands over each episode of rows in the order of [`visible`].
pub(super) fn each_episode(
    rows: &[ContactRow<'_>],
    definition: FcrDefinition,
    mut finish: impl FnMut(Episode),
) {
    let same = |left: &ContactRow<'_>, right: &ContactRow<'_>| {
        issue_of(left, definition) == issue_of(right, definition)
    };
    for issue in rows.chunk_by(same) {
        episodes_of(issue.iter().map(ContactRow::touch), definition, &mut finish);
    }
}

/// Hands over each episode of the rows about one issue, which come in order of time.
pub(super) fn episodes_of(
    touches: impl Iterator<Item = Touch>,
    definition: FcrDefinition,
    finish: &mut impl FnMut(Episode),
) {
    let mut running: Option<Episode> = None;
    for touch in touches {
        match &mut running {
            Some(episode) if episode.takes(touch.at, definition) => episode.add(touch.at),
            _ => {
                if let Some(done) = running.replace(Episode::begin(touch)) {
                    finish(done);
                }
            }
        }
    }
    if let Some(done) = running {
        finish(done);
    }
}
