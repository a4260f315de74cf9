//! Everything that happened between us and one account.

use chrono::NaiveDate;

use crate::account::{AccountId, RecordId};
use crate::as_of::AsOf;
use crate::coverage::Table;
use crate::event::{Event, Record};
use crate::instant::Instant;
use crate::intake::{Delivery, Logged, Pieces};
use crate::purchase_days::PurchaseDays;
use crate::record::{
    AccountProfile, Assignment, Case, Contact, Contract, Deliverable, Goal, Interaction,
    Observation, Points, Purchase, Referral, Renewal, Response, SubscriptionEvent,
};

/// A record, with its id and the time it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Entry<T> {
    /// What happened.
    pub record: T,
    /// Which record of its table.
    pub id: Option<RecordId>,
    /// When it was recorded; `None` is always known.
    pub recorded_at: Option<Instant>,
}

macro_rules! tables {
    ($($(#[$doc:meta])* $field:ident: $record:ident = $variant:ident in $table:ident,)+) => {
        /// Everything that happened between us and one account: one sorted table a kind of record.
        ///
        /// The tables are in order of date, then content, so they are the same however the rows
        /// arrived; subscriptions are in order of instant, `seq`, then input. Made by
        /// [`Book::from_events`](crate::Book::from_events).
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Relationship {
            account: AccountId,
            profile: AccountProfile,
            /// When the profile was recorded, if there is one.
            profile_recorded_at: Option<Option<Instant>>,
            /// The places of the purchases that have an id, by id; none where no refund names one.
            purchases_by_id: Vec<usize>,
            $($field: Vec<Entry<$record>>,)+
        }

        impl Relationship {
            /// An account with which nothing has happened yet.
            #[must_use]
            pub const fn new(account: AccountId) -> Self {
                Self {
                    account,
                    profile: AccountProfile::new(),
                    profile_recorded_at: None,
                    purchases_by_id: Vec::new(),
                    $($field: Vec::new(),)+
                }
            }

            $(
                $(#[$doc])*
                #[must_use]
                pub fn $field(&self) -> &[Entry<$record>] {
                    &self.$field
                }
            )+

            /// The events it was made of: the profile, then table by table, in the order of each.
            /// A book of them holds the same relationship.
            ///
            /// ```
            /// use tenure_model::record::Referral;
            /// use tenure_model::{AccountId, Book, Event, Record, parse_date};
            /// let acme = AccountId::new("acme")?;
            /// let referral = Record::Referral(Referral::new(parse_date("2024-04-01")?));
            /// let event = Event::new(acme.clone(), referral);
            /// let (book, _) = Book::from_events([event.clone()]);
            /// let relationship = book.get(&acme).ok_or("missing")?;
            /// assert_eq!(relationship.events().collect::<Vec<_>>(), [event]);
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            pub fn events(&self) -> impl Iterator<Item = Event> {
                let event = |id: Option<&RecordId>, recorded_at, record| Event {
                    account: self.account.clone(),
                    id: id.cloned(),
                    recorded_at,
                    record,
                };
                let profile = self.profile_recorded_at.map(|recorded_at| {
                    event(None, recorded_at, Record::Account(self.profile.clone()))
                });
                let events = profile.into_iter();
                $(
                    let events = events.chain(self.$field.iter().map(move |entry| {
                        let record = Record::$variant(entry.record.clone());
                        event(entry.id.as_ref(), entry.recorded_at, record)
                    }));
                )+
                events
            }

            /// How many records there are, the profile not counted.
            #[must_use]
            pub fn len(&self) -> usize {
                let mut records = 0_usize;
                $(records = records.saturating_add(self.$field.len());)+
                records
            }
        }

        /// Checked events as they come, table by table: no account has room of its own yet.
        #[derive(Debug, Default)]
        pub(crate) struct Logs {
            profiles: Pieces<Logged<AccountProfile>>,
            $($field: Pieces<Logged<$record>>,)+
        }

        impl Logs {
            /// Takes a checked event of the account in that place.
            pub(crate) fn push(&mut self, position: u64, place: usize, event: Event) {
                let Event { id, recorded_at, record, .. } = event;
                match record {
                    Record::Account(record) => {
                        let entry = Entry { record, id, recorded_at };
                        self.profiles.push(Logged { position, place, entry });
                    }
                    $(Record::$variant(record) => {
                        let entry = Entry { record, id, recorded_at };
                        self.$field.push(Logged { position, place, entry });
                    })+
                }
            }

            /// Gives every record to its account, table after table.
            pub(crate) fn deliver(self, to: &mut Delivery<'_>) {
                to.deliver_profiles(self.profiles, |own, entry| {
                    own.profile = entry.record;
                    own.profile_recorded_at = Some(entry.recorded_at);
                });
                $(to.deliver(self.$field, Table::$table, |own| &mut own.$field);)+
            }
        }
    };
}

tables! {
    /// Contracts, by start.
    contracts: Contract = Contract in Contracts,
    /// Renewals, by due date.
    renewals: Renewal = Renewal in Renewals,
    /// Priced changes, by instant, `seq`, then input order.
    subscriptions: SubscriptionEvent = Subscription in Subscriptions,
    /// Purchases and refunds, by date.
    purchases: Purchase = Purchase in Purchases,
    /// Interactions, by date.
    interactions: Interaction = Interaction in Interactions,
    /// Deliverables, by the day they were done, those not done first.
    deliverables: Deliverable = Deliverable in Deliverables,
    /// Goals, by the day they were set.
    goals: Goal = Goal in Goals,
    /// Referrals, by date.
    referrals: Referral = Referral in Referrals,
    /// Assignments, by start.
    assignments: Assignment = Assignment in Assignments,
    /// Cases, by opening.
    cases: Case = Case in Cases,
    /// Contacts, by instant.
    contacts: Contact = Contact in Contacts,
    /// Answers, by date.
    responses: Response = Response in Responses,
    /// Loyalty points, by date.
    points: Points = Points in Points,
    /// Observed values, by date.
    observations: Observation = Observation in Observations,
}

impl Relationship {
    /// Whose.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.account
    }

    /// What the account is, whenever it was recorded; empty where nobody said.
    #[must_use]
    pub const fn profile(&self) -> &AccountProfile {
        &self.profile
    }

    /// Whether anybody said what the account is.
    #[must_use]
    pub const fn has_profile(&self) -> bool {
        self.profile_recorded_at.is_some()
    }

    /// What the account is known to be then; `None` where nobody had said so yet.
    #[must_use]
    pub fn profile_known(&self, as_of: AsOf) -> Option<&AccountProfile> {
        let known = self.profile_recorded_at.is_some_and(|recorded_at| as_of.knows(recorded_at));
        known.then_some(&self.profile)
    }

    /// The first day on which anything of the relationship itself can be seen: a contract's start, a
    /// purchase, an interaction, a delivery, a goal, a referral, an assignment. `None` where nothing
    /// can. Cost: a look at each table, up to the first row that can be seen.
    ///
    /// ```
    /// use tenure_model::record::Referral;
    /// use tenure_model::{AccountId, AsOf, Book, Event, Record, parse_date};
    /// let (acme, day) = (AccountId::new("acme")?, parse_date("2024-04-01")?);
    /// let referral = Record::Referral(Referral::new(day));
    /// let (book, _) = Book::from_events([Event::new(acme.clone(), referral)]);
    /// let relationship = book.get(&acme).ok_or("missing")?;
    /// assert_eq!(relationship.first_day(AsOf::new(day)), Some(day));
    /// assert_eq!(relationship.first_day(AsOf::new(parse_date("2024-03-31")?)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn first_day(&self, as_of: AsOf) -> Option<NaiveDate> {
        fn first<T>(
            entries: &[Entry<T>],
            as_of: AsOf,
            day: impl Fn(&T) -> Option<NaiveDate>,
        ) -> Option<NaiveDate> {
            // In order of the day: the first that can be seen is the least.
            let mut days = entries.iter().filter_map(|entry| {
                day(&entry.record).filter(|&day| as_of.sees(day, entry.recorded_at))
            });
            days.next()
        }
        [
            first(&self.contracts, as_of, |one| Some(one.start)),
            first(&self.purchases, as_of, |one| Some(one.date)),
            first(&self.interactions, as_of, |one| Some(one.date)),
            first(&self.deliverables, as_of, |one| one.done),
            first(&self.goals, as_of, |one| Some(one.set)),
            first(&self.referrals, as_of, |one| Some(one.date)),
            first(&self.assignments, as_of, |one| Some(one.start)),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Whether an engagement contract that can be seen is in force: then the contract and the dialogue
    /// say how the relationship stands, and not the rhythm of its purchases.
    ///
    /// ```
    /// use tenure_model::record::{Billing, Contract, Terms};
    /// use tenure_model::{AccountId, AsOf, Book, Event, Record, parse_date};
    /// let on = |day| Ok::<_, tenure_model::DateError>(AsOf::new(parse_date(day)?));
    /// let mut year = Contract::new("retainer", parse_date("2024-01-01")?, Terms::Standard, Billing::Annual);
    /// year.end = Some(parse_date("2024-12-31")?);
    /// let (book, _) = Book::from_events([Event::new(AccountId::new("acme")?, Record::Contract(year))]);
    /// let acme = book.relationships().first().ok_or("nobody")?;
    /// assert!(acme.is_under_contract(on("2024-12-31")?));
    /// assert!(!acme.is_under_contract(on("2025-01-01")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_under_contract(&self, as_of: AsOf) -> bool {
        self.contracts.iter().any(|entry| {
            let contract = &entry.record;
            contract.is_engagement()
                && contract.in_force(as_of.day())
                && as_of.sees(contract.start, entry.recorded_at)
                && contract.signed.is_none_or(|signed| signed <= as_of.day())
        })
    }

    /// Whether nothing has happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts every table in its order.
    pub(crate) fn settle(&mut self) {
        self.contracts.sort_unstable();
        self.renewals.sort_unstable();
        self.subscriptions.sort_by_key(|entry| (entry.record.at, entry.record.seq));
        self.purchases.sort_unstable();
        self.interactions.sort_unstable();
        self.deliverables.sort_unstable();
        self.goals.sort_unstable();
        self.referrals.sort_unstable();
        self.assignments.sort_unstable();
        self.cases.sort_unstable();
        self.contacts.sort_unstable();
        self.responses.sort_unstable();
        self.points.sort_unstable();
        self.observations.sort_unstable();
        if self.purchases.iter().any(|entry| entry.record.reverses.is_some()) {
            let id = |&place: &usize| self.purchases.get(place).and_then(|entry| entry.id.as_ref());
            let mut places: Vec<usize> =
                (0..self.purchases.len()).filter(|place| id(place).is_some()).collect();
            places.sort_unstable_by_key(id);
            self.purchases_by_id = places;
        }
    }

    /// The purchase of that id.
    fn purchase_of_id(&self, wanted: &RecordId) -> Option<&Entry<Purchase>> {
        let of = |&place: &usize| self.purchases.get(place);
        let id = |place: &usize| of(place).and_then(|entry| entry.id.as_ref());
        let place = self.purchases_by_id.binary_search_by(|place| id(place).cmp(&Some(wanted)));
        self.purchases_by_id.get(place.ok()?).and_then(of)
    }

    /// The day a purchase or refund counts on: a refund that names a purchase we can see counts on
    /// that purchase's day, everything else on its own.
    #[must_use]
    #[inline]
    pub fn purchase_day_of(&self, entry: &Entry<Purchase>, as_of: AsOf) -> NaiveDate {
        let Some(reversed) = &entry.record.reverses else { return entry.record.date };
        self.purchase_of_id(reversed)
            .filter(|other| as_of.sees(other.record.date, other.recorded_at))
            .map_or(entry.record.date, |other| other.record.date)
    }

    /// The purchase days visible at `as_of`, refunds netted where they belong.
    ///
    /// Cost: linear; a sort where a refund counts on another's day, and a look-up in logarithmic
    /// time for each refund that names its purchase.
    #[must_use]
    pub fn purchase_days(&self, as_of: AsOf) -> PurchaseDays {
        let mut days = PurchaseDays::default();
        self.purchase_days_into(as_of, &mut days);
        days
    }

    /// The same, in the room of other purchase days: what they held is forgotten.
    ///
    /// ```
    /// use tenure_model::record::Purchase;
    /// use tenure_model::{
    ///     AccountId, AsOf, Book, Currency, Event, Money, PurchaseDays, Record, parse_date,
    /// };
    /// let account = AccountId::new("acme")?;
    /// let day = parse_date("2024-04-01")?;
    /// let purchase = Purchase::new(day, Money::parse("1.20", Currency::new("EUR")?)?)?;
    /// let (book, _) = Book::from_events([Event::new(account, Record::Purchase(purchase))]);
    /// let mut days = PurchaseDays::default();
    /// for relationship in book.relationships() {
    ///     relationship.purchase_days_into(AsOf::new(day), &mut days);
    ///     assert_eq!(days.dates(), [day]);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn purchase_days_into(&self, as_of: AsOf, days: &mut PurchaseDays) {
        // By date: what comes later than the day of the question is at the end.
        let seen = self.purchases.partition_point(|entry| entry.record.date <= as_of.day());
        let entries = self.purchases.get(..seen).unwrap_or_default();
        days.fill(entries.iter().filter(|entry| as_of.knows(entry.recorded_at)).map(|entry| {
            let day = self.purchase_day_of(entry, as_of);
            (day, entry.record.currency(), entry.record.minor())
        }));
    }
}
