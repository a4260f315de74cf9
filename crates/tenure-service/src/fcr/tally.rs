//! Episodes counted, and the rates over them.

use std::fmt;

use tenure_model::record::Contact;
use tenure_model::{Entry, Tri};
use tenure_stats::{Ratio, Share};

use crate::counters::{Counters, adds_up, at_most, counters, share};
use crate::error::{CountOverflowError, DefinitionMismatchError, TallyError};
use crate::fcr::episodes::{
    ContactRow, Episode, Unused, each_episode, micros_between, rows_of, visible,
};
use crate::fcr::{FcrDefinition, FcrRate};
use crate::rate::ServiceRate;
use crate::window::ServiceWindow;

counters! {
    /// What an [`FcrTally`] has counted. Contacts in = those of mature, immature and outside
    /// episodes, the unseen, reopenings ignored and those of unknown channel.
    ///
    /// ```
    /// use tenure_service::FcrCounts;
    ///
    /// assert_eq!(FcrCounts::default().mature, 0);
    /// ```
    FcrCounts of "fcr" {
        /// All contacts read.
        contacts,
        /// Contacts after the instant of the question, or recorded too late: in no episode.
        unseen_contacts,
        /// Reopenings, where the definition ignores them: in no episode.
        reopenings_ignored,
        /// Contacts that do not tell their channel, where the definition asks: in no episode.
        channel_unknown,
        /// Episodes as old as the repeat window.
        mature,
        /// Contacts of mature episodes.
        mature_contacts,
        /// Episodes younger than the repeat window: in no rate.
        immature,
        /// Contacts of immature episodes.
        immature_contacts,
        /// Episodes that began outside the period: in no rate.
        outside,
        /// Contacts of episodes outside.
        outside_contacts,
        /// Mature episodes of one contact.
        no_repeat,
        /// Mature episodes of which nobody says whether the first contact resolved them.
        flag_unknown,
        /// Mature episodes whose first contact is flagged resolved.
        flag_resolved,
        /// Mature episodes of one contact, flagged resolved.
        resolved_and_no_repeat,
        /// Mature episodes whose first contact has a known flag and could be resolved at once.
        resolvable,
        /// Those of them with one contact, flagged resolved.
        resolvable_and_resolved,
    } where |c| [
        adds_up(
            c.contacts,
            &[
                c.unseen_contacts,
                c.reopenings_ignored,
                c.channel_unknown,
                c.mature_contacts,
                c.immature_contacts,
                c.outside_contacts,
            ],
        ) => "contacts are mature, immature, outside, unseen or in no episode",
        c.mature <= c.mature_contacts
            && c.immature <= c.immature_contacts
            && c.outside <= c.outside_contacts
            && (c.immature > 0) == (c.immature_contacts > 0)
            && (c.outside > 0) == (c.outside_contacts > 0) => "an episode has a contact",
        c.no_repeat <= c.mature && at_most(&[c.flag_unknown, c.flag_resolved], c.mature)
            => "no part exceeds the mature episodes",
        // one each for the single ones, two at least for the others
        at_most(&[c.mature, c.mature.saturating_sub(c.no_repeat)], c.mature_contacts)
            && (c.no_repeat < c.mature || c.mature_contacts == c.mature)
            => "a repeated episode has two contacts",
        c.resolved_and_no_repeat <= c.no_repeat.min(c.flag_resolved)
            => "resolved without repeat is both",
        at_most(&[c.resolvable, c.flag_unknown], c.mature)
            && c.resolvable_and_resolved <= c.resolvable.min(c.resolved_and_no_repeat)
            => "resolvable episodes have a known flag",
    ]
}

/// How often is an issue settled at the first contact?
///
/// ```text
/// episode   = contacts of one account about one issue, each within the repeat window
///             of the previous one (rolling) or of the first (fixed), end included
/// mature    = first contact + window ≤ as_of
/// resolved_and_no_repeat = |mature, first flag yes, one contact| / |mature, first flag known|
/// no_repeat              = |mature, one contact| / |mature|
/// flag_only              = |mature, first flag yes| / |mature, first flag known|
/// net                    = |mature, first flag yes, one contact, resolvable|
///                          / |mature, first flag known, resolvable|
/// one_and_done           = |mature, one contact| / |contacts of mature episodes|
/// contacts_per_episode   = |contacts of mature episodes| / |mature|
/// ```
///
/// *Shape*: all contacts of one account in, account by account; shares and counts out. One more
/// account adds its counts. A contact after the instant of the question is unseen and counted.
/// With a period, an episode belongs to it if its *first* contact does; earlier contacts still
/// decide what is a first contact, so a repeat never passes for a first. Cost: a sort of the
/// account's contacts and one buffer for it; the tally itself has a fixed size.
///
/// *Undefined when* no episode is mature (and, for the two rates that read it, its flag known): the
/// share is then 0 of 0, with no estimate.
///
/// *Accuracy*: counts and shares are exact; the interval is that of [`Share`] (Wilson by default).
///
/// *Source*: practice differs in nearly everything (window, channel, who says "resolved"), so two
/// tools are comparable only under one definition. Immature episodes are in no rate: counting
/// them as successes biases upward. An unknown flag is not a "no": those episodes leave the two
/// rates that read it and are counted.
///
/// ```
/// use tenure_model::{Instant, Tri, Zone};
/// use tenure_service::{ContactRow, FcrDefinition, FcrRate, FcrTally, ServiceWindow};
///
/// let at = |day: &str| Instant::parse(day, Zone::UTC);
/// let mut tally = FcrTally::new(FcrDefinition::default(), ServiceWindow::until(at("2024-06-30")?));
/// tally.push_account(&[
///     ContactRow::new("billing", at("2024-06-01")?, Tri::Yes),
///     ContactRow::new("login", at("2024-06-01")?, Tri::Yes),
///     ContactRow::new("login", at("2024-06-08")?, Tri::Yes), // seven days later: a repeat
///     ContactRow::new("login", at("2024-06-29")?, Tri::Yes), // younger than seven days
/// ])?;
/// assert_eq!((tally.counts().mature, tally.counts().immature), (2, 1));
/// let fcr = tally.share(FcrRate::default());
/// assert_eq!((fcr.x(), fcr.n(), fcr.estimate()), (1, 2, Some(0.5)));
/// let each = tally.contacts_per_episode().ok_or("no mature episode")?;
/// assert_eq!(each.to_string(), "3/2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "FcrDocument", into = "FcrDocument"))]
pub struct FcrTally {
    definition: FcrDefinition,
    window: ServiceWindow,
    counts: FcrCounts,
}

impl FcrTally {
    /// Nothing counted yet.
    #[must_use]
    pub const fn new(definition: FcrDefinition, window: ServiceWindow) -> Self {
        Self { definition, window, counts: FcrCounts::ZERO }
    }

    /// Counts all contacts of one account, in any order.
    ///
    /// An account pushed in two parts is counted as two accounts: its episodes may then differ.
    ///
    /// # Errors
    /// A full count; the tally is then as it was.
    pub fn push_account(&mut self, contacts: &[ContactRow<'_>]) -> Result<(), TallyError> {
        let counts = self.count(contacts.iter().map(|&row| (row, None)))?;
        Ok(self.counts.absorb(counts)?)
    }

    /// Counts the contacts of one account, as a [`Relationship`](tenure_model::Relationship)
    /// holds them.
    ///
    /// # Errors
    /// A full count; the tally is then as it was.
    pub fn push_contacts(&mut self, contacts: &[Entry<Contact>]) -> Result<(), TallyError> {
        let counts = self.count(rows_of(contacts))?;
        Ok(self.counts.absorb(counts)?)
    }

    /// Counts an account whose contacts were joined to episodes already.
    ///
    /// # Errors
    /// Episodes of another definition, instant or knowledge, or a full count; the tally is then as it
    /// was.
    pub fn push_episodes(&mut self, account: &AccountEpisodes) -> Result<(), TallyError> {
        let asked = (self.definition, self.window.of_all_time());
        DefinitionMismatchError::require_same(asked, (account.definition, account.window))?;
        let mut counts = self.counts;
        counts.add_unused(account.unused)?;
        for episode in &account.episodes {
            counts.add_episode(episode, self.definition, &self.window)?;
        }
        self.counts = counts;
        Ok(())
    }

    /// Takes an account back, as if it had never been pushed.
    ///
    /// # Errors
    /// More than was counted; the tally is then as it was.
    pub fn retract_account(&mut self, contacts: &[ContactRow<'_>]) -> Result<(), TallyError> {
        let counts = self.count(contacts.iter().map(|&row| (row, None)))?;
        self.counts.remove(counts)
    }

    /// Takes an account back, as a [`Relationship`](tenure_model::Relationship) holds it.
    ///
    /// # Errors
    /// More than was counted; the tally is then as it was.
    pub fn retract_contacts(&mut self, contacts: &[Entry<Contact>]) -> Result<(), TallyError> {
        let counts = self.count(rows_of(contacts))?;
        self.counts.remove(counts)
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

    /// What is a repeat.
    #[must_use]
    pub const fn definition(&self) -> FcrDefinition {
        self.definition
    }

    /// Which episodes are looked at, and from when.
    #[must_use]
    pub const fn window(&self) -> ServiceWindow {
        self.window
    }

    /// Everything counted, used or not.
    #[must_use]
    pub const fn counts(&self) -> FcrCounts {
        self.counts
    }

    /// One of the named rates: its exact share, from which estimate and interval come.
    #[must_use]
    pub fn share(&self, rate: FcrRate) -> Share {
        let counts = &self.counts;
        let flagged = counts.mature.saturating_sub(counts.flag_unknown); // never more unknown
        match rate {
            FcrRate::ResolvedAndNoRepeat => share(counts.resolved_and_no_repeat, flagged),
            FcrRate::NoRepeat => share(counts.no_repeat, counts.mature),
            FcrRate::FlagOnly => share(counts.flag_resolved, flagged),
            FcrRate::Net => share(counts.resolvable_and_resolved, counts.resolvable),
            FcrRate::OneAndDone => share(counts.no_repeat, counts.mature_contacts),
        }
    }

    /// Mature episodes left out of that rate: those whose first flag is unknown, for
    /// [`FcrRate::Net`] also those that do not say that they could be resolved.
    #[must_use]
    pub const fn excluded(&self, rate: FcrRate) -> u64 {
        match rate {
            FcrRate::NoRepeat | FcrRate::OneAndDone => 0,
            FcrRate::ResolvedAndNoRepeat | FcrRate::FlagOnly => self.counts.flag_unknown,
            FcrRate::Net => self.counts.mature.saturating_sub(self.counts.resolvable), // a part
        }
    }

    /// Contacts of mature episodes over mature episodes; `None` if there are none.
    #[must_use]
    pub fn contacts_per_episode(&self) -> Option<Ratio> {
        Ratio::new(i128::from(self.counts.mature_contacts), i128::from(self.counts.mature))
    }

    fn count<'a>(
        &self,
        rows: impl Iterator<Item = (ContactRow<'a>, Option<tenure_model::Instant>)>,
    ) -> Result<FcrCounts, TallyError> {
        let (definition, window) = (self.definition, &self.window);
        let (seen, unused) = visible(rows, definition, window);
        let mut counts = FcrCounts::ZERO;
        counts.add_unused(unused)?;
        let mut result = Ok(());
        each_episode(&seen, definition, |episode| {
            if result.is_ok() {
                result = counts.add_episode(&episode, definition, window);
            }
        });
        result?;
        Ok(counts)
    }

    pub(super) fn absorb(&mut self, counts: FcrCounts) -> Result<(), TallyError> {
        Ok(self.counts.absorb(counts)?)
    }
}

/// The contacts of one account, joined to episodes once, for the tallies of any number of periods:
/// [`FcrTally::push_episodes`].
///
/// ```
/// use tenure_model::record::Contact;
/// use tenure_model::{AccountId, AsOf, Book, Event, Instant, Month, Record, Zone, parse_date};
/// use tenure_service::{AccountEpisodes, FcrDefinition, FcrTally, ServiceWindow};
///
/// let acme = AccountId::new("acme")?;
/// let contact = |day| -> Result<Event, Box<dyn std::error::Error>> {
///     let contact = Contact::new(Instant::parse(day, Zone::UTC)?, "login");
///     Ok(Event::new(acme.clone(), Record::Contact(contact)))
/// };
/// let (book, _) = Book::from_events([contact("2024-01-30")?, contact("2024-02-02")?]);
/// let contacts = book.get(&acme).ok_or("missing")?.contacts();
/// let as_of = AsOf::new(parse_date("2024-03-31")?);
/// let month = |month| -> Result<ServiceWindow, Box<dyn std::error::Error>> {
///     Ok(ServiceWindow::of_days(Month::parse(month)?.days().ok_or("no month")?, as_of)?)
/// };
/// let asked = FcrDefinition::default();
/// let episodes = AccountEpisodes::of(asked, &month("2024-01")?, contacts);
/// let mut months = [
///     FcrTally::new(asked, month("2024-01")?),
///     FcrTally::new(asked, month("2024-02")?),
/// ];
/// for month in &mut months {
///     month.push_episodes(&episodes)?;
/// }
/// // One episode, of January: what came in February was a repeat.
/// assert_eq!(months.map(|month| month.counts().mature), [1, 0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct AccountEpisodes {
    definition: FcrDefinition,
    /// When it is seen from, without a period.
    window: ServiceWindow,
    episodes: Vec<Episode>,
    unused: Unused,
}

impl AccountEpisodes {
    /// Joins contacts to episodes, as seen from the instant and with the knowledge of that window,
    /// whatever its period.
    #[must_use]
    pub fn of(
        definition: FcrDefinition,
        window: &ServiceWindow,
        contacts: &[Entry<Contact>],
    ) -> Self {
        let (seen, unused) = visible(rows_of(contacts), definition, window);
        let mut episodes = Vec::new();
        each_episode(&seen, definition, |episode| episodes.push(episode));
        Self { definition, window: window.of_all_time(), episodes, unused }
    }
}

impl FcrCounts {
    pub(super) fn add_unused(&mut self, unused: Unused) -> Result<(), CountOverflowError> {
        let Unused { unseen, reopenings_ignored, channel_unknown } = unused;
        let one =
            Self { unseen_contacts: unseen, reopenings_ignored, channel_unknown, ..Self::ZERO };
        // each at most one a row in memory
        let contacts = unseen.saturating_add(reopenings_ignored).saturating_add(channel_unknown);
        Counters::absorb(self, Self { contacts, ..one })
    }

    pub(super) fn add_episode(
        &mut self,
        episode: &Episode,
        definition: FcrDefinition,
        window: &ServiceWindow,
    ) -> Result<(), CountOverflowError> {
        let contacts = episode.contacts;
        let mut one = Self { contacts, ..Self::ZERO };
        let age = micros_between(episode.first.at, window.as_of());
        if !window.covers(episode.first.at) {
            (one.outside, one.outside_contacts) = (1, contacts);
        } else if age < definition.window_micros() {
            (one.immature, one.immature_contacts) = (1, contacts);
        } else {
            (one.mature, one.mature_contacts) = (1, contacts);
            one.no_repeat = u64::from(episode.second.is_none());
            one.flag_unknown = u64::from(episode.first.resolved == Tri::Unknown);
            one.flag_resolved = u64::from(episode.first.resolved == Tri::Yes);
            one.resolved_and_no_repeat = one.no_repeat.min(one.flag_resolved);
            if episode.first.resolvable == Tri::Yes && episode.first.resolved != Tri::Unknown {
                one.resolvable = 1;
                one.resolvable_and_resolved = one.resolved_and_no_repeat;
            }
        }
        Counters::absorb(self, one)
    }
}

impl FcrTally {
    /// Every rate, each with what it leaves out: episodes, and rows that are in none.
    #[must_use]
    pub fn rates(&self) -> Vec<ServiceRate> {
        let counts = &self.counts;
        let rate = |&rate: &FcrRate| {
            let excluded = [
                ("unknown", self.excluded(rate)),
                ("immature", counts.immature),
                ("outside", counts.outside),
                ("unseen_contacts", counts.unseen_contacts),
                ("reopenings_ignored", counts.reopenings_ignored),
                ("channel_unknown", counts.channel_unknown),
            ];
            ServiceRate::new(rate.name(), self.to_string(), self.share(rate), &excluded)
        };
        FcrRate::ALL.iter().map(rate).collect()
    }
}

/// The definition's id and version.
impl fmt::Display for FcrTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.definition, self.window)
    }
}

/// A tally on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "FcrTally")]
struct FcrDocument {
    definition: FcrDefinition,
    window: ServiceWindow,
    counts: FcrCounts,
}

#[cfg(feature = "serde")]
impl TryFrom<FcrDocument> for FcrTally {
    type Error = crate::error::StateError;

    fn try_from(document: FcrDocument) -> Result<Self, Self::Error> {
        let FcrDocument { definition, window, counts } = document;
        counts.check()?;
        window.check_outside(FcrCounts::TALLY, counts.outside)?;
        let refuse = |rule| crate::error::StateError { tally: FcrCounts::TALLY, rule };
        if definition.reopenings() != crate::fcr::Reopenings::Ignored
            && counts.reopenings_ignored > 0
        {
            return Err(refuse("reopenings are ignored only where the definition says so"));
        }
        if definition.channels() != crate::fcr::ChannelScope::EachChannel
            && counts.channel_unknown > 0
        {
            return Err(refuse("a channel is unknown only where the definition asks"));
        }
        Ok(Self { definition, window, counts })
    }
}

#[cfg(feature = "serde")]
impl From<FcrTally> for FcrDocument {
    fn from(tally: FcrTally) -> Self {
        Self { definition: tally.definition, window: tally.window, counts: tally.counts }
    }
}
