//! What was used of each table.

use chrono::NaiveDate;
use tenure_model::{AsOf, Completeness, Coverage, Currency, Entry, Instant, Relationship, Table};

use crate::money;
use crate::scorecard::TableUse;

/// What is used of each table, of these accounts: every table, also those that are not there, in the
/// order of the documentation. `currency` is the reporting currency.
///
/// ```
/// use tenure_model::record::Referral;
/// use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Record, Table, parse_date};
/// use tenure_scorecard::table_uses;
/// let later = Record::Referral(Referral::new(parse_date("2025-07-01")?));
/// let (book, _) = Book::from_events([Event::new(AccountId::new("acme")?, later)]);
/// let as_of = AsOf::new(parse_date("2025-06-30")?);
/// let uses = table_uses(book.relationships(), as_of, &Coverage::complete(), None);
/// let referrals = uses.iter().find(|used| used.table == Table::Referrals).ok_or("missing")?;
/// assert_eq!((referrals.records, referrals.after_as_of), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn table_uses(
    relationships: &[Relationship],
    as_of: AsOf,
    coverage: &Coverage,
    currency: Option<Currency>,
) -> Vec<TableUse> {
    let mut uses = Table::ALL.map(|table| unused(table, coverage.of(table)));
    for relationship in relationships {
        for slot in &mut uses {
            count(slot, relationship, as_of, currency);
        }
    }
    uses.into()
}

/// Adds what was used of the same tables elsewhere.
pub(crate) fn merge(uses: &mut [TableUse], more: &[TableUse]) {
    for (own, other) in uses.iter_mut().zip(more) {
        for (count, more) in [
            (&mut own.records, other.records),
            (&mut own.after_as_of, other.after_as_of),
            (&mut own.not_yet_known, other.not_yet_known),
            (&mut own.other_currency, other.other_currency),
        ] {
            *count = count.saturating_add(more);
        }
    }
}

fn unused(table: Table, completeness: Completeness) -> TableUse {
    TableUse {
        table,
        completeness,
        records: 0,
        after_as_of: 0,
        not_yet_known: 0,
        other_currency: 0,
    }
}

/// Whether anything of an account can be seen: a record of that day or before, or its profile.
///
/// ```
/// use tenure_model::{AccountId, AsOf, Relationship, parse_date};
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// assert!(!tenure_scorecard::is_seen(&nothing, AsOf::new(parse_date("2025-06-30")?)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn is_seen(relationship: &Relationship, as_of: AsOf) -> bool {
    // A profile has no date.
    let has_profile = relationship.profile_known(as_of).is_some();
    let mut others = Table::ALL.into_iter();
    has_profile
        || others.any(|table| {
            any(table, relationship, as_of, &mut |day, recorded_at, _| {
                day <= as_of.day() && as_of.knows(recorded_at)
            })
        })
}

fn count(
    slot: &mut TableUse,
    relationship: &Relationship,
    as_of: AsOf,
    currency: Option<Currency>,
) {
    let add = |count: &mut u64| *count = count.saturating_add(1);
    if slot.table == Table::Accounts && relationship.has_profile() {
        add(&mut slot.records);
        if relationship.profile_known(as_of).is_none() {
            add(&mut slot.not_yet_known);
        }
    }
    any(slot.table, relationship, as_of, &mut |day, recorded_at, found| {
        add(&mut slot.records);
        if day > as_of.day() {
            add(&mut slot.after_as_of);
        } else if !as_of.knows(recorded_at) {
            add(&mut slot.not_yet_known);
        }
        if found.is_some() && found != currency {
            add(&mut slot.other_currency);
        }
        false
    });
}

/// Whether that is so of any dated record of a table: its day, when it was recorded, the currency of
/// its amount. Nothing is asked after the first.
fn any(
    table: Table,
    relationship: &Relationship,
    as_of: AsOf,
    ask: &mut impl FnMut(NaiveDate, Option<Instant>, Option<Currency>) -> bool,
) -> bool {
    let zone = as_of.zone();
    match table {
        Table::Contracts => each(relationship.contracts(), ask, |contract| {
            let value = contract.annual_value.map(|value| value.currency());
            (money::contract_day(contract), value)
        }),
        Table::Renewals => each(relationship.renewals(), ask, |renewal| {
            (renewal.due, Some(renewal.arr_due.currency()))
        }),
        Table::Subscriptions => each(relationship.subscriptions(), ask, |event| {
            (zone.date_of(event.at), money::currency(&event.change))
        }),
        Table::Purchases => each(relationship.purchases(), ask, |purchase| {
            (purchase.date, Some(purchase.currency()))
        }),
        Table::Interactions => each(relationship.interactions(), ask, |one| (one.date, None)),
        Table::Deliverables => each(relationship.deliverables(), ask, |one| {
            (one.done.or(one.due).unwrap_or(as_of.day()), None)
        }),
        Table::Goals => each(relationship.goals(), ask, |one| (one.set, None)),
        Table::Referrals => each(relationship.referrals(), ask, |one| (one.date, None)),
        Table::Assignments => each(relationship.assignments(), ask, |one| (one.start, None)),
        Table::Cases => each(relationship.cases(), ask, |one| (zone.date_of(one.opened), None)),
        Table::Contacts => each(relationship.contacts(), ask, |one| (zone.date_of(one.at), None)),
        Table::Responses => each(relationship.responses(), ask, |one| (one.date, None)),
        Table::Points => each(relationship.points(), ask, |one| (one.date, None)),
        Table::Observations => {
            each(relationship.observations(), ask, |one| (one.observed_at, None))
        }
        _ => false,
    }
}

fn each<T>(
    entries: &[Entry<T>],
    ask: &mut impl FnMut(NaiveDate, Option<Instant>, Option<Currency>) -> bool,
    read: impl Fn(&T) -> (NaiveDate, Option<Currency>),
) -> bool {
    entries.iter().any(|entry| {
        let (day, currency) = read(&entry.record);
        ask(day, entry.recorded_at, currency)
    })
}
