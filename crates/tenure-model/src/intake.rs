//! Events on their way into a book: logged table by table, then given to their accounts.
//!
//! An event as it comes is as large as its largest kind of record; a log of one table is not. The
//! room of a log grows as it must, that of an account's tables is made once, of just the size, in
//! order of account: so that what is read one after the other lies one after the other.

#[expect(clippy::disallowed_types, reason = "looked up by key, never iterated")]
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::account::{AccountId, RecordId};
use crate::book::{BookReport, Reject};
use crate::coverage::Table;
use crate::error::RecordError;
use crate::event::Event;
use crate::record::AccountProfile;
use crate::relationship::{Entry, Logs, Relationship};

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
    logs: Logs,
}

impl Intake {
    /// Takes a checked event.
    pub(crate) fn push(&mut self, position: u64, event: Event) {
        let place = match self.places.get(&event.account) {
            Some(&place) => place,
            None => {
                let place = self.accounts.len();
                self.accounts.push(event.account.clone());
                self.places.insert(event.account.clone(), place);
                place
            }
        };
        self.logs.push(position, place, event);
    }

    /// The relationships of all accounts of which anything is kept, in order of id; what became of
    /// the events goes into the report, in no order.
    pub(crate) fn deliver(self, report: &mut BookReport) -> Vec<Relationship> {
        let Self { places, accounts, logs } = self;
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
        log: Vec<Logged<AccountProfile>>,
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
        log: Vec<Logged<T>>,
        table: Table,
        of: impl Fn(&mut Relationship) -> &mut Vec<Entry<T>>,
    ) {
        if log.is_empty() {
            return;
        }
        let fates = fates(&log, |one| one.entry.id.as_ref().map(RecordId::as_str));
        let mut counts = vec![0_usize; self.relationships.len()];
        for (one, _) in log.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Keep) {
            let seat = self.seats.get(one.place);
            if let Some(count) = seat.and_then(|&seat| counts.get_mut(seat)) {
                *count = count.saturating_add(1);
            }
        }
        for (own, count) in self.relationships.iter_mut().zip(counts) {
            of(own).reserve_exact(count);
        }
        for (one, fate) in log.into_iter().zip(fates) {
            if let Some((seat, entry)) = self.kept(one, fate, table)
                && let Some(own) = self.relationships.get_mut(seat)
            {
                of(own).push(entry);
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

/// Which records of a table to keep. Keys are compared by a 64-bit hash first: sorting numbers is
/// several times faster than sorting texts, and only equal hashes are looked at twice.
fn fates<'l, T: PartialEq, K: Hash + Ord>(
    log: &'l [Logged<T>],
    key: impl Fn(&'l Logged<T>) -> Option<K>,
) -> Vec<Fate> {
    let mut fates = vec![Fate::Keep; log.len()];
    let hash = |(index, one)| {
        let mut hasher = DefaultHasher::new();
        key(one)?.hash(&mut hasher);
        Some((hasher.finish(), index))
    };
    let mut hashes: Vec<(u64, usize)> = log.iter().enumerate().filter_map(hash).collect();
    hashes.sort_unstable();
    for group in hashes.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let mut members: Vec<(usize, &'l Logged<T>)> =
            group.iter().filter_map(|&(_, index)| Some((index, log.get(index)?))).collect();
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
