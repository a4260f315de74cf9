//! A book of more accounts than are filled at once, beside one made the slow way.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "helpers of tests")]

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tenure_model::record::{Purchase, Referral};
use tenure_model::{AccountId, Book, Currency, Event, Minor, Money, Record, RecordId};

const ACCOUNTS: u64 = 2_500;
const EVENTS: u64 = 5 * ACCOUNTS;

/// Event after event in no order of account: twice two tables, and referrals without an id. Ids are
/// longer than what lies in place for every third account.
fn events() -> Vec<Event> {
    let usd = Currency::new("USD").unwrap();
    let day = |offset: u64| {
        NaiveDate::from_num_days_from_ce_opt(738_000 + i32::try_from(offset).unwrap()).unwrap()
    };
    (0..EVENTS)
        // A generator of the numbers modulo EVENTS: each once.
        .map(|step| step * 7_919 % EVENTS)
        .map(|number| {
            let (account, kind) = (number / 5, number % 5);
            let long = if account % 3 == 0 { "-of-a-long-name-that-lies-elsewhere" } else { "" };
            let record = if kind < 3 {
                Record::Referral(Referral::new(day(number % 97)))
            } else {
                let amount = Money::from_minor(Minor::new(i64::try_from(number).unwrap()), usd);
                Record::Purchase(Purchase::new(day(number % 89), amount).unwrap())
            };
            let mut event =
                Event::new(AccountId::new(&format!("a{account}{long}")).unwrap(), record);
            event.id = (kind > 0).then(|| RecordId::new(&format!("{number}{long}")).unwrap());
            event
        })
        .collect()
}

#[test]
fn every_record_finds_its_account_among_many() {
    let mut events = events();
    let mut slow: BTreeMap<AccountId, Vec<Event>> = BTreeMap::new();
    for event in &events {
        slow.entry(event.account.clone()).or_default().push(event.clone());
    }
    // A row said again far from the first, and one that says another thing of another account.
    let again: Vec<u64> = (0..EVENTS).step_by(701).collect();
    let mut repeated = Vec::new();
    let mut contradicted = Vec::new();
    for &place in &again {
        let mut event = events.get(usize::try_from(place).unwrap()).unwrap().clone();
        let position = u64::try_from(events.len()).unwrap();
        if event.id.is_none() {
            slow.entry(event.account.clone()).or_default().push(event.clone());
        } else if place % 2 == 0 {
            repeated.push(position);
        } else {
            slow.get_mut(&event.account).unwrap().retain(|own| own.id != event.id);
            event.account = AccountId::new("another").unwrap();
            contradicted.extend([place, position]);
        }
        events.push(event);
    }
    assert!(repeated.len() > 2 && contradicted.len() > 4);
    contradicted.sort_unstable();

    let (book, report) = Book::from_events(events.clone());
    assert_eq!(report.duplicates, repeated);
    let rejected: Vec<u64> = report.rejects.iter().map(|reject| reject.position).collect();
    assert_eq!(rejected, contradicted);
    let read = u64::try_from(events.len()).unwrap();
    let [twice, out] = [&repeated, &contradicted].map(|list| u64::try_from(list.len()).unwrap());
    assert_eq!((report.read, report.kept), (read, read - twice - out));

    assert_eq!(book.len(), slow.len());
    for (relationship, (account, mut own)) in book.relationships().iter().zip(slow) {
        assert_eq!(relationship.account(), &account);
        let key = |event: &Event| {
            (
                event.record.table(),
                event.record.effective(tenure_model::Zone::UTC),
                event.id.clone(),
            )
        };
        own.sort_by_key(key);
        let mut found: Vec<Event> = relationship.events().collect();
        found.sort_by_key(key);
        assert_eq!(found, own);
    }

    events.reverse();
    assert_eq!(Book::from_events(events).0, book);
}
