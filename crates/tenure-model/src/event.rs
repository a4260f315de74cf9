//! One validated row, and which account it belongs to.

use chrono::NaiveDate;

use crate::account::{AccountId, RecordId};
use crate::coverage::Table;
use crate::error::RecordError;
use crate::instant::{Instant, Zone};
use crate::record::{
    AccountProfile, Assignment, Case, Contact, Contract, Deliverable, Goal, Interaction,
    Observation, Points, Purchase, Referral, Renewal, Response, SubscriptionEvent,
};

/// What a row says: one variant a table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record {
    /// A row of `accounts`.
    Account(AccountProfile),
    /// A row of `contracts`.
    Contract(Contract),
    /// A row of `renewals`.
    Renewal(Renewal),
    /// A row of `subscriptions`.
    Subscription(SubscriptionEvent),
    /// A row of `purchases`.
    Purchase(Purchase),
    /// A row of `interactions`.
    Interaction(Interaction),
    /// A row of `deliverables`.
    Deliverable(Deliverable),
    /// A row of `goals`.
    Goal(Goal),
    /// A row of `referrals`.
    Referral(Referral),
    /// A row of `assignments`.
    Assignment(Assignment),
    /// A row of `cases`.
    Case(Case),
    /// A row of `contacts`.
    Contact(Contact),
    /// A row of `responses`.
    Response(Response),
    /// A row of `points`.
    Points(Points),
    /// A row of `observations`.
    Observation(Observation),
}

impl Record {
    /// The table it comes from.
    #[must_use]
    pub const fn table(&self) -> Table {
        match self {
            Self::Account(_) => Table::Accounts,
            Self::Contract(_) => Table::Contracts,
            Self::Renewal(_) => Table::Renewals,
            Self::Subscription(_) => Table::Subscriptions,
            Self::Purchase(_) => Table::Purchases,
            Self::Interaction(_) => Table::Interactions,
            Self::Deliverable(_) => Table::Deliverables,
            Self::Goal(_) => Table::Goals,
            Self::Referral(_) => Table::Referrals,
            Self::Assignment(_) => Table::Assignments,
            Self::Case(_) => Table::Cases,
            Self::Contact(_) => Table::Contacts,
            Self::Response(_) => Table::Responses,
            Self::Points(_) => Table::Points,
            Self::Observation(_) => Table::Observations,
        }
    }

    /// The day it takes effect, in `zone` where the row has an instant; `None` for an account's
    /// profile, which has no date.
    #[must_use]
    pub fn effective(&self, zone: Zone) -> Option<NaiveDate> {
        match self {
            Self::Account(_) => None,
            Self::Contract(contract) => Some(contract.start),
            Self::Renewal(renewal) => Some(renewal.due),
            Self::Subscription(event) => Some(zone.date_of(event.at)),
            Self::Purchase(purchase) => Some(purchase.date),
            Self::Interaction(interaction) => Some(interaction.date),
            Self::Deliverable(deliverable) => deliverable.done.or(deliverable.due),
            Self::Goal(goal) => Some(goal.set),
            Self::Referral(referral) => Some(referral.date),
            Self::Assignment(assignment) => Some(assignment.start),
            Self::Case(case) => Some(zone.date_of(case.opened)),
            Self::Contact(contact) => Some(zone.date_of(contact.at)),
            Self::Response(response) => Some(response.date),
            Self::Points(points) => Some(points.date),
            Self::Observation(observation) => Some(observation.observed_at),
        }
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        match self {
            Self::Account(profile) => profile.check(),
            Self::Contract(contract) => contract.check(),
            Self::Renewal(renewal) => renewal.check(),
            Self::Subscription(event) => event.check(),
            Self::Purchase(purchase) => purchase.check(),
            Self::Interaction(interaction) => interaction.check(),
            Self::Deliverable(deliverable) => deliverable.check(),
            Self::Goal(goal) => goal.check(),
            Self::Assignment(assignment) => assignment.check(),
            Self::Case(case) => case.check(),
            Self::Response(response) => response.check(),
            Self::Points(points) => points.check(),
            Self::Observation(observation) => observation.check(),
            Self::Referral(_) | Self::Contact(_) => Ok(()),
        }
    }
}

/// Something that happened between us and an account: when it took effect is in the record, when
/// it was recorded is here.
///
/// ```
/// use tenure_model::record::Referral;
/// use tenure_model::{AccountId, Event, Record, parse_date};
/// let referral = Referral::new(parse_date("2024-04-01")?);
/// let event = Event::new(AccountId::new("acme")?, Record::Referral(referral));
/// assert_eq!(event.record.table().name(), "referrals");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// Whose.
    pub account: AccountId,
    /// Which record of its table; rows without an id are separate events.
    pub id: Option<RecordId>,
    /// When it was recorded; `None` is always known.
    pub recorded_at: Option<Instant>,
    /// What it says.
    pub record: Record,
}

impl Event {
    /// An event without id, known since ever.
    #[must_use]
    pub const fn new(account: AccountId, record: Record) -> Self {
        Self { account, id: None, recorded_at: None, record }
    }
}
