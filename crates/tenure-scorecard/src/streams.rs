//! How much of an account's value comes under contract, and how much from purchases?

use tenure_model::{Coverage, Period, Relationship, Table};
use tenure_stats::Ratio;

use crate::error::ScorecardError;
use crate::revenue::RevenueQuestion;

/// The share of an account's value that comes under contract, over the closed months of the revenue
/// window: by it the two health scores of a hybrid are joined.
///
/// 1. *Question*: how much of what this account is worth comes under contract?
/// 2. *Formula*:
///    ```text
///    contracts = monthly recurring revenue at the close of each month, summed    with a subscription
///              = annual value / 12 of each contract in force then, summed        without one
///    purchases = purchases less refunds on the days of these months
///    share     = contracts / (contracts + purchases)
///    ```
/// 3. *Shape*: in, the history of an account; out, 0 to 1. Cost: that of its recurring revenue.
/// 4. *Undefined when* nothing was paid either way; a side is below 0; an amount is in another than
///    the reporting currency; the annual value of a contract in force is not known; or the tables of
///    contracts, subscriptions and purchases are not all complete.
/// 5. *Accuracy*: exact.
/// 6. *Source*: own definition. Single charges, usage and proration of subscriptions are on neither
///    side.
///
/// Made by [`Settings::value_streams`](crate::Settings::value_streams).
///
/// ```
/// use tenure_model::record::{Billing, Contract, Purchase, Terms};
/// use tenure_model::{AccountId, Book, Coverage, Currency, Event, Money, Record, parse_date};
/// use tenure_scorecard::Settings;
/// let usd = Currency::new("USD")?;
/// let mut contract =
///     Contract::new("retainer", parse_date("2024-12-01")?, Terms::Negotiated, Billing::Monthly);
/// contract.annual_value = Some(Money::parse("1200.00", usd)?);
/// let purchase = Purchase::new(parse_date("2025-06-01")?, Money::parse("400.00", usd)?)?;
/// let acme = AccountId::new("acme")?;
/// let records = [Record::Contract(contract), Record::Purchase(purchase)];
/// let (book, _) = Book::from_events(records.map(|record| Event::new(acme.clone(), record)));
/// let settings = Settings::new(parse_date("2025-12-31")?, Coverage::complete());
/// let streams = settings.value_streams(&book)?.ok_or("no money")?;
/// // 1200 under contract, 400 bought.
/// let share = streams.contract_share(&book.relationships()[0])?;
/// assert_eq!(share.map(|share| share.to_string()), Some("3/4".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ValueStreams {
    pub(crate) question: RevenueQuestion,
    pub(crate) coverage: Coverage,
}

impl ValueStreams {
    /// The closed months both sides are summed over.
    #[must_use]
    pub fn window(&self) -> Option<Period> {
        self.question.days()
    }

    /// The share of the account's value that comes under contract; `None` where it is not known.
    ///
    /// # Errors
    /// A subscription that is no valid price.
    pub fn contract_share(
        &self,
        relationship: &Relationship,
    ) -> Result<Option<Ratio>, ScorecardError> {
        contract_share(relationship, &self.question, &self.coverage)
    }
}

pub(crate) fn contract_share(
    relationship: &Relationship,
    question: &RevenueQuestion,
    coverage: &Coverage,
) -> Result<Option<Ratio>, ScorecardError> {
    let tables = [Table::Contracts, Table::Subscriptions, Table::Purchases];
    if !tables.iter().all(|&table| coverage.of(table).is_complete()) {
        return Ok(None);
    }
    let contracts = question.under_contract(relationship)?;
    let shares = contracts.zip(question.bought(relationship)).and_then(|(contracts, bought)| {
        // Contracts are in twelfths of minor units.
        let whole = contracts.checked_add(bought.checked_mul(12)?)?;
        Ratio::new(contracts, whole).map(Ratio::reduced)
    });
    Ok(shares)
}
