//! What was used of each table.

use chrono::NaiveDate;
use tenure_model::{AsOf, Completeness, Coverage, Currency, Entry, Relationship, Table};

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
    Table::ALL.into_iter().any(|table| {
        let mut slot = unused(table, Completeness::Absent);
        count(&mut slot, relationship, as_of, None);
        slot.records > slot.after_as_of.saturating_add(slot.not_yet_known)
    })
}

fn count(
    slot: &mut TableUse,
    relationship: &Relationship,
    as_of: AsOf,
    currency: Option<Currency>,
) {
    let zone = as_of.zone();
    let foreign = |found: Option<Currency>| found.is_some() && found != currency;
    match slot.table {
        Table::Contracts => each(slot, relationship.contracts(), as_of, |contract| {
            let value = contract.annual_value.map(|value| value.currency());
            (money::contract_day(contract), foreign(value))
        }),
        Table::Renewals => each(slot, relationship.renewals(), as_of, |renewal| {
            (renewal.due, foreign(Some(renewal.arr_due.currency())))
        }),
        Table::Subscriptions => each(slot, relationship.subscriptions(), as_of, |event| {
            (zone.date_of(event.at), foreign(money::currency(&event.change)))
        }),
        Table::Purchases => each(slot, relationship.purchases(), as_of, |purchase| {
            (purchase.date, foreign(Some(purchase.currency())))
        }),
        Table::Interactions => {
            each(slot, relationship.interactions(), as_of, |record| (record.date, false));
        }
        Table::Deliverables => each(slot, relationship.deliverables(), as_of, |record| {
            (record.done.or(record.due).unwrap_or(as_of.day()), false)
        }),
        Table::Goals => each(slot, relationship.goals(), as_of, |record| (record.set, false)),
        Table::Referrals => {
            each(slot, relationship.referrals(), as_of, |record| (record.date, false))
        }
        Table::Assignments => {
            each(slot, relationship.assignments(), as_of, |record| (record.start, false));
        }
        Table::Cases => {
            each(slot, relationship.cases(), as_of, |record| (zone.date_of(record.opened), false));
        }
        Table::Contacts => {
            each(slot, relationship.contacts(), as_of, |record| (zone.date_of(record.at), false));
        }
        Table::Responses => {
            each(slot, relationship.responses(), as_of, |record| (record.date, false))
        }
        Table::Points => each(slot, relationship.points(), as_of, |record| (record.date, false)),
        Table::Observations => {
            each(slot, relationship.observations(), as_of, |record| (record.observed_at, false));
        }
        // A profile has no date.
        Table::Accounts if relationship.has_profile() => {
            slot.records = slot.records.saturating_add(1);
            if relationship.profile_known(as_of).is_none() {
                slot.not_yet_known = slot.not_yet_known.saturating_add(1);
            }
        }
        _ => {}
    }
}

fn each<T>(
    slot: &mut TableUse,
    entries: &[Entry<T>],
    as_of: AsOf,
    read: impl Fn(&T) -> (NaiveDate, bool),
) {
    let add = |count: &mut u64| *count = count.saturating_add(1);
    for entry in entries {
        let (effective, foreign) = read(&entry.record);
        add(&mut slot.records);
        if effective > as_of.day() {
            add(&mut slot.after_as_of);
        } else if !as_of.knows(entry.recorded_at) {
            add(&mut slot.not_yet_known);
        }
        if foreign {
            add(&mut slot.other_currency);
        }
    }
}
