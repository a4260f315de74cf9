//! Contacts of one account, joined to episodes.

use tenure_model::record::Contact;
use tenure_model::{Entry, Instant, Tri};

use crate::fcr::{FcrDefinition, RepeatRule};
use crate::window::ServiceWindow;

/// One contact of an account, as plain columns.
///
/// ```
/// use tenure_model::{Instant, Tri, Zone};
/// use tenure_service::ContactRow;
///
/// let row = ContactRow::new("billing", Instant::parse("2024-05-01", Zone::UTC)?, Tri::Yes);
/// assert_eq!(row.issue, "billing");
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
}

impl<'a> ContactRow<'a> {
    /// A contact about an issue.
    #[must_use]
    pub const fn new(issue: &'a str, at: Instant, resolved: Tri) -> Self {
        Self { issue, at, resolved }
    }
}

/// Contacts about one issue that follow each other closely enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Episode {
    pub(super) first: Instant,
    pub(super) flag: Tri,
    /// The second contact, if there is one.
    pub(super) second: Option<Instant>,
    pub(super) contacts: u64,
    last: Instant,
}

impl Episode {
    const fn begin(row: &ContactRow<'_>) -> Self {
        Self { first: row.at, flag: row.resolved, second: None, contacts: 1, last: row.at }
    }

    fn takes(&self, at: Instant, definition: FcrDefinition) -> bool {
        let anchor = match definition.rule() {
            RepeatRule::Rolling => self.last,
            RepeatRule::Fixed => self.first,
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

/// At one instant the unresolved contact comes first, then the one of which nobody knows.
const fn rank(flag: Tri) -> u8 {
    match flag {
        Tri::No => 0,
        Tri::Unknown => 1,
        Tri::Yes => 2,
    }
}

/// The contacts of one account that can be seen, in the order of issue and time, and how many
/// cannot be.
pub(super) fn visible<'a>(
    rows: impl Iterator<Item = (ContactRow<'a>, Option<Instant>)>,
    window: &ServiceWindow,
) -> (Vec<ContactRow<'a>>, u64) {
    let mut unseen = 0_u64;
    let mut seen = Vec::with_capacity(rows.size_hint().0);
    for (row, recorded_at) in rows {
        if window.sees(row.at, recorded_at) {
            seen.push(row);
        } else {
            unseen = unseen.saturating_add(1); // one a row in memory
        }
    }
    seen.sort_unstable_by(|left, right| {
        (left.issue, left.at, rank(left.resolved)).cmp(&(
            right.issue,
            right.at,
            rank(right.resolved),
        ))
    });
    (seen, unseen)
}

/// The plain columns of a table of contacts.
pub(super) fn rows_of(
    contacts: &[Entry<Contact>],
) -> impl Iterator<Item = (ContactRow<'_>, Option<Instant>)> {
    contacts.iter().map(|entry| {
        let Contact { at, issue, resolved, .. } = &entry.record;
        (ContactRow::new(issue, *at, *resolved), entry.recorded_at)
    })
}

/// Hands over each episode of rows in the order of [`visible`].
pub(super) fn each_episode(
    rows: &[ContactRow<'_>],
    definition: FcrDefinition,
    mut finish: impl FnMut(Episode),
) {
    for issue in rows.chunk_by(|left, right| left.issue == right.issue) {
        let mut running: Option<Episode> = None;
        for row in issue {
            match &mut running {
                Some(episode) if episode.takes(row.at, definition) => episode.add(row.at),
                _ => {
                    if let Some(done) = running.replace(Episode::begin(row)) {
                        finish(done);
                    }
                }
            }
        }
        if let Some(done) = running {
            finish(done);
        }
    }
}
