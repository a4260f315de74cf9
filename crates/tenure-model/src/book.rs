//! The events of a portfolio, by account.

use crate::account::AccountId;
use crate::coverage::Table;
use crate::error::RecordError;
use crate::event::Event;
use crate::intake::Intake;
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

impl Book {
    /// Groups events by account; checks each; keeps equal records of one id once and rejects
    /// different records of one id (all of them: none can be known to be the true one).
    ///
    /// The same events in any order give the same book, except that subscription changes at one
    /// instant with one `seq` stay in input order.
    ///
    /// Shape: in, events of any accounts; out, the book and what became of each event, where
    /// `read = kept + duplicates + rejects`. Cost: linear, plus a sort of each account's tables and
    /// of a number for each event with an id; memory for the records of all events, once.
    #[must_use]
    pub fn from_events(events: impl IntoIterator<Item = Event>) -> (Self, BookReport) {
        let mut report = BookReport::default();
        let mut intake = Intake::default();
        for event in events {
            let position = report.read;
            report.read = report.read.saturating_add(1);
            match event.record.check() {
                Ok(()) => intake.push(position, event),
                Err(error) => report.rejects.push(Reject {
                    position,
                    table: event.record.table(),
                    account: event.account,
                    error,
                }),
            }
        }
        let mut relationships = intake.deliver(&mut report);
        report.duplicates.sort_unstable();
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
