//! Generators for `tenure-classify`: the events of one account around one day, and how complete
//! the tables are.

use chrono::{Days, NaiveDate};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tenure_classify::Pack;
use tenure_model::record::{
    Assignment, Billing, Contract, Deliverable, Direction, Goal, Initiator, Interaction, Purchase,
    Referral, Terms,
};
use tenure_model::{
    AccountId, Completeness, Coverage, Currency, Event, IdError, Instant, Minor, Money, Record,
    RecordId, Table, Tri, Zone,
};

pub mod playbook;
mod rules;

pub use rules::{rule_set_parts, rule_sets};

/// The tables that classification reads.
pub const TABLES: [Table; 7] = [
    Table::Contracts,
    Table::Purchases,
    Table::Interactions,
    Table::Deliverables,
    Table::Goals,
    Table::Referrals,
    Table::Assignments,
];

/// Up to two built-in packs.
pub fn packs() -> impl Strategy<Value = Vec<Pack>> {
    subsequence(Pack::BUILT_IN, 0..3)
        .prop_map(|names| names.into_iter().filter_map(Pack::built_in).cloned().collect())
}

/// The account all events are of.
///
/// # Errors
/// None: the id is an id.
pub fn account() -> Result<AccountId, IdError> {
    AccountId::new("acme")
}

/// The day of the question: 2025-06-30.
#[must_use]
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 6, 30).unwrap_or_default()
}

/// So many days before the day of the question; negative is after it.
#[must_use]
pub fn ago(days: i64) -> NaiveDate {
    let span = Days::new(days.unsigned_abs());
    let day =
        if days >= 0 { today().checked_sub_days(span) } else { today().checked_add_days(span) };
    day.unwrap_or_default()
}

/// Mostly within the year, some from the four years before, few in the future.
fn day() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![8 => 0_i64..365, 4 => 0_i64..1_500, 1 => -40_i64..0].prop_map(ago)
}

fn tri() -> impl Strategy<Value = Tri> {
    prop_oneof![4 => Just(Tri::No), 4 => Just(Tri::Yes), 1 => Just(Tri::Unknown)]
}

fn currency() -> impl Strategy<Value = Currency> {
    let of = |code: &'static str| Currency::new(code).ok();
    prop_oneof![9 => Just("USD"), 1 => Just("EUR")].prop_filter_map("both are currencies", of)
}

fn contract() -> impl Strategy<Value = Record> {
    let kind = prop_oneof![
        6 => select(vec!["retainer", "subscription", "framework"]),
        1 => select(vec!["terms_of_service", "trade_account"]),
    ];
    let terms = select(Terms::ALL);
    let billing = select(Billing::ALL);
    let value = option::weighted(0.8, (0_i64..2_000_000, currency()));
    let fiduciary = prop_oneof![8 => Just(Tri::No), 1 => Just(Tri::Yes), 1 => Just(Tri::Unknown)];
    let length = option::of(0_u64..900);
    (kind, day(), length, 0_i64..20, terms, billing, fiduciary, tri(), value).prop_map(
        |(kind, start, length, signed, terms, billing, fiduciary, exclusive, value)| {
            let mut contract = Contract::new(kind, start, terms, billing);
            contract.end = length.and_then(|days| start.checked_add_days(Days::new(days)));
            contract.signed = (signed < 10)
                .then(|| start.checked_add_days(Days::new(signed.unsigned_abs())))
                .flatten();
            contract.fiduciary = fiduciary;
            contract.exclusive = exclusive;
            contract.annual_value =
                value.map(|(units, currency)| Money::from_minor(Minor::new(units), currency));
            Record::Contract(contract)
        },
    )
}

fn purchase(
    date: NaiveDate,
    units: i64,
    currency: Currency,
    customised: Tri,
    promotional: Tri,
) -> Option<Purchase> {
    let amount = Money::from_minor(Minor::new(units), currency);
    let mut purchase = Purchase::new(date, amount).ok()?;
    (purchase.customised, purchase.promotional) = (customised, promotional);
    Some(purchase)
}

/// Single purchases, some refunded: by name, or on a day of their own.
fn scattered() -> impl Strategy<Value = Vec<Event>> {
    let one = (day(), 1_i64..90_000, currency(), tri(), tri(), 0_u8..8, any::<u32>(), day());
    vec(one, 0..12).prop_map(|rows| {
        let mut events = Vec::new();
        for (date, units, currency, customised, promotional, fate, number, later) in rows {
            let Some(bought) = purchase(date, units, currency, customised, promotional) else {
                continue;
            };
            let id = RecordId::new(&format!("P{number}")).ok();
            if fate < 2
                && let Some(mut back) =
                    purchase(later, units.saturating_neg(), currency, Tri::Unknown, Tri::Unknown)
            {
                back.reverses = id.clone().filter(|_| fate == 0);
                events.extend(event(Record::Purchase(back)));
            }
            let mut kept = event(Record::Purchase(bought));
            if let Some(kept) = &mut kept {
                kept.id = id;
            }
            events.extend(kept);
        }
        events
    })
}

/// A regular buyer: every so many days, from then on, so many times.
fn regular() -> impl Strategy<Value = Vec<Event>> {
    (0_i64..1_400, 1_i64..60, 0_i64..25, 1_i64..50_000, tri(), tri()).prop_map(
        |(first, every, times, units, customised, promotional)| {
            let usd = Currency::new("USD").ok();
            (0..times)
                .filter_map(|time| {
                    let day = ago(first.saturating_sub(time.saturating_mul(every)));
                    let line = purchase(day, units, usd?, customised, promotional)?;
                    event(Record::Purchase(line))
                })
                .collect()
        },
    )
}

fn interaction() -> impl Strategy<Value = Record> {
    let kind = select(vec![
        "advice",
        "meeting",
        "question",
        "answer",
        "qbr",
        "marketing",
        "order",
        "win_back",
    ]);
    let direction = select(Direction::ALL);
    let initiator = prop_oneof![
        3 => Just(Initiator::Provider),
        2 => Just(Initiator::Account),
        1 => Just(Initiator::Automated),
    ];
    (day(), kind, direction, initiator, prop::bool::weighted(0.8)).prop_map(
        |(day, kind, direction, initiator, personal)| {
            let mut one = Interaction::new(day, "email", kind, direction, initiator);
            one.personal = personal;
            Record::Interaction(one)
        },
    )
}

fn deliverable() -> impl Strategy<Value = Record> {
    (day(), option::weighted(0.8, day()), tri()).prop_map(|(due, done, customised)| {
        let mut one = Deliverable::new("report");
        (one.due, one.done, one.customised) = (Some(due), done, customised);
        Record::Deliverable(one)
    })
}

fn goal() -> impl Strategy<Value = Record> {
    (day(), vec(0_u64..400, 0..4)).prop_map(|(set, after)| {
        let mut goal = Goal::new(set, "grow");
        goal.reviews =
            after.into_iter().filter_map(|days| set.checked_add_days(Days::new(days))).collect();
        Record::Goal(goal)
    })
}

fn assignment() -> impl Strategy<Value = Record> {
    let person = option::weighted(0.7, select(vec!["ann", "bob"]));
    (day(), option::of(0_u64..600), person).prop_map(|(start, length, person)| {
        let mut one = Assignment::new(start, "account manager");
        one.person = person.map(Into::into);
        one.end = length.and_then(|days| start.checked_add_days(Days::new(days)));
        Record::Assignment(one)
    })
}

/// An event of the account, known since ever.
#[must_use]
pub fn event(record: Record) -> Option<Event> {
    Some(Event::new(account().ok()?, record))
}

fn known_later(mut event: Event, recorded: Option<i64>) -> Event {
    let instant = |days| Instant::parse(&ago(days).to_string(), Zone::UTC).ok();
    event.recorded_at = recorded.and_then(instant);
    event
}

/// The events of one account: nothing at all, a shop's regular, an adviser's file, and all
/// mixtures; now and then one that was recorded late.
pub fn events() -> impl Strategy<Value = Vec<Event>> {
    let referral = day().prop_map(|day| Record::Referral(Referral::new(day)));
    let records = (
        vec(contract(), 0..4),
        vec(interaction(), 0..25),
        vec(deliverable(), 0..6),
        vec(goal(), 0..3),
        vec(referral, 0..3),
        vec(assignment(), 0..3),
    );
    let purchases = prop_oneof![
        1 => Just(Vec::new()),
        2 => scattered(),
        2 => regular(),
        1 => (scattered(), regular()).prop_map(|(one, other)| [one, other].concat()),
    ];
    let late = option::weighted(0.5, (any::<prop::sample::Index>(), -30_i64..60));
    (records, purchases, late).prop_map(|(records, purchases, late)| {
        let (contracts, interactions, deliverables, goals, referrals, assignments) = records;
        let tables = [contracts, interactions, deliverables, goals, referrals, assignments];
        let mut events: Vec<Event> =
            tables.into_iter().flatten().filter_map(event).chain(purchases).collect();
        if let Some((place, recorded)) = late
            && !events.is_empty()
        {
            let place = place.index(events.len());
            let one = events.swap_remove(place);
            events.push(known_later(one, Some(recorded)));
        }
        events
    })
}

/// How complete the tables are: wholly, or each by itself.
pub fn coverage() -> impl Strategy<Value = Coverage> {
    let one = prop_oneof![
        4 => Just(Completeness::Complete),
        1 => Just(Completeness::Partial),
        1 => Just(Completeness::Absent),
    ];
    let each = vec(one, TABLES.len()).prop_map(|all| {
        let tables = TABLES.into_iter().zip(all);
        tables.fold(Coverage::absent(), |coverage, (table, one)| coverage.with(table, one))
    });
    prop_oneof![1 => Just(Coverage::complete()), 2 => each]
}
