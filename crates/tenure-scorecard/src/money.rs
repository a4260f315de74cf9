//! The one currency of a scorecard.

use chrono::NaiveDate;
use tenure_model::record::{Contract, SubscriptionChange};
use tenure_model::{AsOf, Book, Currency, Relationship, Zone};

use crate::error::ScorecardError;

/// The reporting currency: the one asked for, or the only one of the amounts that can be seen. `None`
/// where there is no money at all.
pub(crate) fn reporting_currency(
    book: &Book,
    asked: Option<Currency>,
    now: AsOf,
    zone: Zone,
) -> Result<Option<Currency>, ScorecardError> {
    if asked.is_some() {
        return Ok(asked);
    }
    let mut found: Vec<Currency> = Vec::new();
    for relationship in book.relationships() {
        for currency in currencies(relationship, now, zone) {
            if !found.contains(&currency) {
                found.push(currency);
            }
        }
    }
    found.sort_unstable();
    match found.as_slice() {
        [] => Ok(None),
        &[only] => Ok(Some(only)),
        several => {
            let found = several.iter().map(|currency| currency.code()).collect();
            Err(ScorecardError::SeveralCurrencies { found })
        }
    }
}

/// The currency of every amount of an account that can be seen. A renewal can be seen before it is
/// due: what comes due is known.
fn currencies(
    relationship: &Relationship,
    now: AsOf,
    zone: Zone,
) -> impl Iterator<Item = Currency> + '_ {
    let purchases = relationship
        .purchases()
        .iter()
        .filter(move |entry| now.sees(entry.record.date, entry.recorded_at))
        .map(|entry| entry.record.currency());
    let contracts = relationship
        .contracts()
        .iter()
        .filter(move |entry| now.sees(contract_day(&entry.record), entry.recorded_at))
        .filter_map(|entry| entry.record.annual_value.map(|value| value.currency()));
    let renewals = relationship
        .renewals()
        .iter()
        .filter(move |entry| now.knows(entry.recorded_at))
        .map(|entry| entry.record.arr_due.currency());
    let subscriptions = relationship
        .subscriptions()
        .iter()
        .filter(move |entry| now.sees(zone.date_of(entry.record.at), entry.recorded_at))
        .filter_map(|entry| currency(&entry.record.change));
    purchases.chain(contracts).chain(renewals).chain(subscriptions)
}

/// The currency of a subscription change, where it names an amount.
pub(crate) fn currency(change: &SubscriptionChange) -> Option<Currency> {
    match change {
        SubscriptionChange::Set { monthly: amount }
        | SubscriptionChange::OneOff { amount }
        | SubscriptionChange::Refund { amount }
        | SubscriptionChange::Usage { amount }
        | SubscriptionChange::Proration { amount } => Some(amount.currency()),
        SubscriptionChange::Start(price) | SubscriptionChange::Change(price) => {
            Some(price.amount.currency())
        }
        _ => None,
    }
}

/// The currency of a change of recurring revenue: single charges, usage and refunds never are.
pub(crate) fn recurring_currency(change: &SubscriptionChange) -> Option<Currency> {
    match change {
        SubscriptionChange::Set { .. }
        | SubscriptionChange::Start(_)
        | SubscriptionChange::Change(_) => currency(change),
        _ => None,
    }
}

/// The day a contract is there: signed and started.
pub(crate) fn contract_day(contract: &Contract) -> NaiveDate {
    contract.signed.map_or(contract.start, |signed| signed.max(contract.start))
}
