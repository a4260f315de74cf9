//! Events on their way into a book: logged table by table, then given to their accounts.
//!
//! An event as it comes is as large as its largest kind of record; a log of one table is not. The
//! room of a log grows as it must, that of an account's tables is made once, of just the size, in
//! order of account: so that what is read one after the other lies one after the other.
//!
//! Rows come in no order of accounts, and a portfolio does not fit a processor's cache: a row given
//! straight to its account would wait for memory several times. So a log is first dealt out to
//! blocks of accounts, and then block after block to the accounts, which do fit.

#[expect(clippy::disallowed_types, reason = "looked up by key, never iterated")]
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;

mod pieces;

pub(crate) use self::pieces::Pieces;
use crate::account::{AccountId, RecordId};
use crate::book::{BookReport, Reject};
use crate::coverage::Table;
use crate::error::RecordError;
use crate::event::Event;
use crate::record::AccountProfile;
use crate::relationship::{Entry, Logs, Relationship};

/// So many accounts to a block: few enough for a block and what it is given to stay in the cache,
/// enough that the ends of all the blocks of a million accounts do.
const BLOCK: usize = 1024;

/// So many events wait before their accounts are looked up: one after the other, the processor waits
/// for the memory of several look-ups at once.
const WAITING: usize = 64;

/// A record on its way: which event of the input it was, and whose.
#[derive(Debug)]
pub(crate) struct Logged<T> {
    pub(crate) position: u64,
    pub(crate) place: usize,
    pub(crate) entry: Entry<T>,
}

/// Events of any accounts, as they come.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    #[expect(clippy::disallowed_types, reason = "looked up by key, never iterated")]
    places: HashMap<AccountId, usize>,
    /// In the order in which they were first seen.
    accounts: Vec<AccountId>,
    /// The place of the account of the last event.
    last: usize,
    /// Events whose accounts are still to be looked up, and room for the places of these.
    waiting: Vec<(u64, Event)>,
    waiting_places: Vec<usize>,
    logs: Logs,
}

impl Intake {
    /// Takes a checked event.
    pub(crate) fn push(&mut self, position: u64, event: Event) {
        self.waiting.push((position, event));
        if self.waiting.len() >= WAITING {
            self.admit();
        }
    }

    /// Looks up the accounts of those that wait, and logs them.
    fn admit(&mut self) {
        let mut waiting = mem::take(&mut self.waiting);
        let mut places = mem::take(&mut self.waiting_places);
        for (_, event) in &waiting {
            // Some files are in order of account: the last one is tried first.
            self.last = match self.accounts.get(self.last) {
                Some(last) if *last == event.account => self.last,
                _ => self.place(&event.account),
            };
            places.push(self.last);
        }
        for ((position, event), place) in waiting.drain(..).zip(places.drain(..)) {
            self.logs.push(position, place, event);
        }
        self.waiting = waiting;
        self.waiting_places = places;
    }

    fn place(&mut self, account: &AccountId) -> usize {
        if let Some(&place) = self.places.get(account) {
            return place;
        }
        let place = self.accounts.len();
        self.accounts.push(account.clone());
        self.places.insert(account.clone(), place);
        place
    }

    /// The relationships of all accounts of which anything is kept, in order of id; what became of
    /// the events goes into the report, in no order.
    pub(crate) fn deliver(mut self, report: &mut BookReport) -> Vec<Relationship> {
        self.admit();
        let Self { places, accounts, logs, .. } = self;
        drop(places);
        let mut order: Vec<usize> = (0..accounts.len()).collect();
        order.sort_unstable_by_key(|&place| accounts.get(place));
        let mut seats = vec![0; accounts.len()];
        let mut relationships = Vec::with_capacity(accounts.len());
        for place in order {
            let Some(account) = accounts.get(place) else { continue };
            if let Some(seat) = seats.get_mut(place) {
                *seat = relationships.len();
            }
            relationships.push(Relationship::new(account.clone()));
        }
        logs.deliver(&mut Delivery {
            accounts: &accounts,
            seats: &seats,
            relationships: &mut relationships,
            report,
        });
        relationships.retain(|one| one.has_profile() || !one.is_empty());
        relationships
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Keep,
    Duplicate,
    Conflict,
}

/// Where the logs go.
pub(crate) struct Delivery<'a> {
    accounts: &'a [AccountId],
    /// Of each place, where its relationship is.
    seats: &'a [usize],
    relationships: &'a mut [Relationship],
    report: &'a mut BookReport,
}

impl Delivery<'_> {
    /// Profiles: one an account, identified by it.
    pub(crate) fn deliver_profiles(
        &mut self,
        log: Pieces<Logged<AccountProfile>>,
        put: impl Fn(&mut Relationship, Entry<AccountProfile>),
    ) {
        let accounts = self.accounts;
        let fates = fates(&log, |one| accounts.get(one.place).map(AccountId::as_str));
        for (one, fate) in log.into_iter().zip(fates) {
            if let Some((seat, entry)) = self.kept(one, fate, Table::Accounts)
                && let Some(own) = self.relationships.get_mut(seat)
            {
                put(own, entry);
            }
        }
    }

    /// The records of a table, identified by their ids where they have one.
    pub(crate) fn deliver<T: PartialEq>(
        &mut self,
        log: Pieces<Logged<T>>,
        table: Table,
        of: impl Fn(&mut Relationship) -> &mut Vec<Entry<T>>,
    ) {
        if log.is_empty() {
            return;
        }
        let fates = fates(&log, |one| one.entry.id.as_ref().map(RecordId::as_str));
        let mut blocks = Vec::new();
        blocks.resize_with(self.relationships.len().div_ceil(BLOCK), Pieces::default);
        for (one, fate) in log.into_iter().zip(fates) {
            if let Some((seat, entry)) = self.kept(one, fate, table)
                && let Some(block) = blocks.get_mut(seat / BLOCK)
            {
                block.push((seat % BLOCK, entry));
            }
        }
        for (owns, block) in self.relationships.chunks_mut(BLOCK).zip(blocks) {
            let mut counts = [0_usize; BLOCK];
            for (seat, _) in block.iter() {
                if let Some(count) = counts.get_mut(*seat) {
                    *count = count.saturating_add(1);
                }
            }
            for (own, count) in owns.iter_mut().zip(counts) {
                of(own).reserve_exact(count);
            }
            for (seat, entry) in block.into_iter() {
                if let Some(own) = owns.get_mut(seat) {
                    of(own).push(entry);
                }
            }
        }
    }

    /// Reports what became of a record; where it goes if it is kept.
    fn kept<T>(&mut self, one: Logged<T>, fate: Fate, table: Table) -> Option<(usize, Entry<T>)> {
        let Logged { position, place, entry } = one;
        match fate {
            Fate::Keep => {
                self.report.kept = self.report.kept.saturating_add(1);
                return Some((*self.seats.get(place)?, entry));
            }
            Fate::Duplicate => self.report.duplicates.push(position),
            Fate::Conflict => {
                let account = self.accounts.get(place)?.clone();
                let (field, found) = match &entry.id {
                    Some(id) if table != Table::Accounts => ("id", id.as_str()),
                    _ => ("account", account.as_str()),
                };
                let error = RecordError::new(field, found, "an id whose other rows say the same");
                self.report.rejects.push(Reject { position, table, account, error });
            }
        }
        None
    }
}

/// Which records of a table to keep. Keys are compared by as many bits of a hash as fit a number
/// beside the index: numbers sort several times faster than texts, and only those whose bits are
/// equal are looked at twice.
fn fates<'l, T: PartialEq, K: Hash + Ord>(
    log: &'l Pieces<Logged<T>>,
    key: impl Fn(&'l Logged<T>) -> Option<K>,
) -> Vec<Fate> {
    let mut fates = vec![Fate::Keep; log.len()];
    let highest = u64::try_from(log.len()).unwrap_or(u64::MAX);
    let of_index = u64::MAX.checked_shr(highest.leading_zeros()).unwrap_or(0);
    let hash = |(index, one)| {
        let mut hasher = DefaultHasher::new();
        key(one)?.hash(&mut hasher);
        Some((hasher.finish() & !of_index) | index)
    };
    let mut hashes: Vec<u64> = (0..).zip(log.iter()).filter_map(hash).collect();
    hashes.sort_unstable();
    let alike = |a: &u64, b: &u64| a & !of_index == b & !of_index;
    for group in hashes.chunk_by(alike).filter(|group| group.len() > 1) {
        let index = |hash: &u64| usize::try_from(hash & of_index).ok();
        let mut members: Vec<(usize, &'l Logged<T>)> = group
            .iter()
            .filter_map(|hash| index(hash).and_then(|index| Some((index, log.get(index)?))))
            .collect();
        members.sort_by(|a, b| key(a.1).cmp(&key(b.1)).then(a.0.cmp(&b.0)));
        for same in members.chunk_by(|a, b| key(a.1) == key(b.1)) {
            let Some((&(_, first), others)) = same.split_first() else { continue };
            let equal = others
                .iter()
                .all(|(_, other)| other.place == first.place && other.entry == first.entry);
            let touched = if equal { others } else { same };
            let fate = if equal { Fate::Duplicate } else { Fate::Conflict };
            for &(index, _) in touched {
                if let Some(slot) = fates.get_mut(index) {
                    *slot = fate;
                }
            }
        }
    }
    fates
}

#[cfg(test)]
mod tests {
    use std::hash::{Hash, Hasher};

    use super::{Fate, Logged, Pieces, fates};
    use crate::account::RecordId;
    use crate::relationship::Entry;

    /// A text whose hash is that of every other.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Alike<'t>(&'t str);

    impl Hash for Alike<'_> {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }

    #[test]
    fn equal_hashes_are_not_equal_ids() {
        let rows = [
            (Some("a"), 0, 1),
            (Some("b"), 0, 2),
            (None, 0, 1),
            (Some("a"), 0, 1),
            (Some("c"), 0, 3),
            (Some("b"), 0, 4),
            (Some("d"), 0, 5),
            (None, 0, 1),
            (Some("d"), 1, 5),
            (Some("a"), 0, 1),
        ];
        let mut log = Pieces::default();
        for (position, (id, place, record)) in (0..).zip(rows) {
            let id = id.map(|id| RecordId::new(id).unwrap());
            let entry = Entry { record, id, recorded_at: None };
            log.push(Logged { position, place, entry });
        }
        let id = |one: &'_ Logged<i32>| one.entry.id.clone();
        let alike = fates(&log, |one| one.entry.id.as_ref().map(|id| Alike(id.as_str())));
        let expected = [
            Fate::Keep,
            Fate::Conflict,
            Fate::Keep,
            Fate::Duplicate,
            Fate::Keep,
            Fate::Conflict,
            Fate::Conflict,
            Fate::Keep,
            Fate::Conflict,
            Fate::Duplicate,
        ];
        assert!(alike == expected);
        assert!(fates(&log, id) == expected);
    }
}
