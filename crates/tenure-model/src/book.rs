//! The events of a portfolio, by account.

#[expect(clippy::disallowed_types, reason = "looked up by key, never iterated")]
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::account::AccountId;
use crate::coverage::Table;
use crate::error::RecordError;
use crate::event::{Event, Record};
use crate::relationship::Relationship;

/// An event that could not be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reject {
    /// Which event of the input, from 0.
    pub position: u64,
    /// The table it came from.
    pub table: Table,
    /// Whose.
    pub account: AccountId,
    /// Which field, what was found, what was expected.
    pub error: RecordError,
}

/// What became of the events of the input: kept, seen before, or rejected. Nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct BookReport {
    /// Events read.
    pub read: u64,
    /// Events kept.
    pub kept: u64,
    /// Positions of events equal to an earlier one with the same record id: kept once.
    pub duplicates: Vec<u64>,
    /// Events that could not be used, by position.
    pub rejects: Vec<Reject>,
}

/// A portfolio: every account with its [`Relationship`], in order of account id.
///
/// ```
/// use tenure_model::record::Referral;
/// use tenure_model::{AccountId, Book, Event, Record, parse_date};
/// let acme = AccountId::new("acme")?;
/// let referral = Record::Referral(Referral::new(parse_date("2024-04-01")?));
/// let (book, report) = Book::from_events([Event::new(acme.clone(), referral)]);
/// assert_eq!((report.kept, report.rejects.len()), (1, 0));
/// assert_eq!(book.get(&acme).map(|relationship| relationship.referrals().len()), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    relationships: Vec<Relationship>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Keep,
    Duplicate,
    Conflict,
}

impl Book {
    /// Groups events by account; checks each; keeps equal records of one id once and rejects
    /// different records of one id (all of them: none can be known to be the true one).
    ///
    /// The same events in any order give the same book, except that subscription changes at one
    /// instant with one `seq` stay in input order.
    ///
    /// Shape: in, events of any accounts; out, the book and what became of each event, where
    /// `read = kept + duplicates + rejects`. Cost: linear, plus a sort of each account's tables;
    /// memory for all events at once.
    #[must_use]
    pub fn from_events(events: impl IntoIterator<Item = Event>) -> (Self, BookReport) {
        let mut report = BookReport::default();
        let mut good: Vec<(u64, Event)> = Vec::new();
        for event in events {
            let position = report.read;
            report.read = report.read.saturating_add(1);
            match event.record.check() {
                Ok(()) => good.push((position, event)),
                Err(error) => report.rejects.push(Reject {
                    position,
                    table: event.record.table(),
                    account: event.account,
                    error,
                }),
            }
        }
        let fates = fates(&good);

        let (mut relationships, places) = seats(&good, &fates);
        for (((position, event), fate), place) in good.into_iter().zip(fates).zip(places) {
            match fate {
                Fate::Keep => {
                    if let Some(relationship) = relationships.get_mut(place) {
                        relationship.add(event);
                        report.kept = report.kept.saturating_add(1);
                    }
                }
                Fate::Duplicate => report.duplicates.push(position),
                Fate::Conflict => report.rejects.push(conflict(position, event)),
            }
        }
        report.rejects.sort_by_key(|reject| reject.position);
        for relationship in &mut relationships {
            relationship.settle();
        }
        (Self { relationships }, report)
    }

    /// Every relationship, in order of account id.
    #[must_use]
    pub fn relationships(&self) -> &[Relationship] {
        &self.relationships
    }

    /// The relationship with that account.
    #[must_use]
    pub fn get(&self, account: &AccountId) -> Option<&Relationship> {
        let place = self.relationships.binary_search_by(|known| known.account().cmp(account));
        self.relationships.get(place.ok()?)
    }

    /// How many accounts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.relationships.len()
    }

    /// Whether there is no account.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.relationships.is_empty()
    }
}

/// An empty relationship an account, in order of account id, its tables just large enough, and which
/// of them each event belongs to. Counting first costs one pass and saves growing a million small tables.
fn seats(events: &[(u64, Event)], fates: &[Fate]) -> (Vec<Relationship>, Vec<usize>) {
    #[expect(clippy::disallowed_types, reason = "looked up by key, never iterated")]
    let mut known: HashMap<&AccountId, usize> = HashMap::new();
    let mut accounts: Vec<(&AccountId, [u32; Table::ALL.len()])> = Vec::new();
    let mut places = Vec::with_capacity(events.len());
    for ((_, event), fate) in events.iter().zip(fates) {
        if *fate != Fate::Keep {
            places.push(usize::MAX);
            continue;
        }
        let place = *known.entry(&event.account).or_insert_with(|| {
            accounts.push((&event.account, [0; Table::ALL.len()]));
            accounts.len().saturating_sub(1)
        });
        places.push(place);
        let counts = accounts.get_mut(place).map(|(_, counts)| counts);
        if let Some(count) = counts.and_then(|counts| counts.get_mut(event.record.table().place()))
        {
            *count = count.saturating_add(1);
        }
    }
    // In order of account id, so that what is read one after the other lies one after the other.
    let mut order: Vec<usize> = (0..accounts.len()).collect();
    order.sort_unstable_by_key(|&seen| accounts.get(seen).map(|(account, _)| *account));
    let mut seats = vec![0; accounts.len()];
    let mut relationships = Vec::with_capacity(accounts.len());
    for seen in order {
        let Some((account, counts)) = accounts.get(seen) else { continue };
        if let Some(seat) = seats.get_mut(seen) {
            *seat = relationships.len();
        }
        let mut relationship = Relationship::new(AccountId::clone(account));
        relationship.reserve(counts);
        relationships.push(relationship);
    }
    for place in &mut places {
        *place = seats.get(*place).copied().unwrap_or(usize::MAX);
    }
    (relationships, places)
}

/// What identifies a record within its table; an account's profile is identified by the account.
fn key(event: &Event) -> Option<(Table, &str)> {
    match (&event.record, &event.id) {
        (Record::Account(_), _) => Some((Table::Accounts, event.account.as_str())),
        (record, Some(id)) => Some((record.table(), id.as_str())),
        (_, None) => None,
    }
}

fn conflict(position: u64, event: Event) -> Reject {
    let (field, found) = match (&event.record, &event.id) {
        (Record::Account(_), _) | (_, None) => ("account", event.account.as_str()),
        (_, Some(id)) => ("id", id.as_str()),
    };
    let expected = "an id whose other rows say the same";
    let error = RecordError::new(field, found, expected);
    Reject { position, table: event.record.table(), account: event.account, error }
}

/// Which events to keep. Ids are compared by a 64-bit hash first: sorting numbers is several times
/// faster than sorting texts, and only equal hashes are looked at twice.
fn fates(events: &[(u64, Event)]) -> Vec<Fate> {
    let mut fates = vec![Fate::Keep; events.len()];
    let mut hashes: Vec<(u64, usize)> = events
        .iter()
        .enumerate()
        .filter_map(|(index, (_, event))| {
            let mut hasher = DefaultHasher::new();
            key(event)?.hash(&mut hasher);
            Some((hasher.finish(), index))
        })
        .collect();
    hashes.sort_unstable();
    for group in hashes.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let mut members: Vec<(usize, &Event)> =
            group.iter().filter_map(|&(_, index)| Some((index, &events.get(index)?.1))).collect();
        members.sort_by(|a, b| key(a.1).cmp(&key(b.1)).then(a.0.cmp(&b.0)));
        for same in members.chunk_by(|a, b| key(a.1) == key(b.1)) {
            let Some((&(_, first), others)) = same.split_first() else { continue };
            let equal = others.iter().all(|(_, other)| *other == first);
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
