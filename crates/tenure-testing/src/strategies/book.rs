//! Generators of whole books: a few accounts, each with something in every table, around the day
//! [`today`](super::classify::today).

use chrono::{Days, NaiveDate};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;
use tenure_model::record::{
    AccountProfile, Answer, BotOutcome, Case, CaseStatus, Contact, Interval, Ledger, Observation,
    Points, Price, Renewal, Response, SubscriptionChange, SubscriptionEvent, Survey,
};
use tenure_model::{AccountId, Currency, Event, Instant, Minor, Money, Record, Table, Tri, Zone};

use super::classify::{ago, events};

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

/// Mostly within the year, some before it, few after today.
fn day() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![8 => 0_i64..400, 3 => 0_i64..1_100, 2 => -60_i64..0].prop_map(ago)
}

fn first_instant(day: NaiveDate) -> Instant {
    Zone::UTC.first_instant(day).unwrap_or_else(|| unreachable!("a year of four digits"))
}

fn later(from: Instant, ms: u64) -> Instant {
    let span = i64::try_from(ms).unwrap_or(0).saturating_mul(1_000);
    Instant::from_micros(from.micros().saturating_add(span)).unwrap_or(from)
}

/// The first and the last millisecond of a day, and any between.
fn instant() -> impl Strategy<Value = Instant> {
    let time = prop_oneof![2 => Just(0_u64), 1 => Just(DAY_MS.saturating_sub(1)), 3 => 0..DAY_MS];
    (day(), time).prop_map(|(day, ms)| later(first_instant(day), ms))
}

fn currency() -> impl Strategy<Value = Currency> {
    let of = |code: &'static str| Currency::new(code).ok();
    prop_oneof![14 => Just("USD"), 1 => Just("EUR")].prop_filter_map("both are currencies", of)
}

fn money(most: i64) -> impl Strategy<Value = Money> {
    (0..most, currency())
        .prop_map(|(units, currency)| Money::from_minor(Minor::new(units), currency))
}

fn tri() -> impl Strategy<Value = Tri> {
    prop_oneof![3 => Just(Tri::Yes), 2 => Just(Tri::No), 1 => Just(Tri::Unknown)]
}

fn response() -> impl Strategy<Value = Record> {
    let missing = select(vec![
        Answer::NotApplicable,
        Answer::Dismissed,
        Answer::NoAnswer,
        Answer::NotDelivered,
    ]);
    let survey = select(Survey::ALL);
    (day(), survey, 0_u8..=10, option::weighted(0.15, missing)).prop_map(
        |(day, survey, score, missing)| {
            let (least, greatest) = survey.scale();
            let answer = missing.unwrap_or(Answer::Score(score.clamp(least, greatest)));
            Record::Response(Response::new(day, survey, answer))
        },
    )
}

/// Spans of nothing, minutes, days or months.
fn span_ms() -> impl Strategy<Value = u64> {
    prop_oneof![
        1 => Just(0_u64),
        3 => 0_u64..7_200_000,
        3 => 0_u64..20 * DAY_MS,
        1 => 0_u64..200 * DAY_MS,
    ]
}

fn case() -> impl Strategy<Value = Record> {
    let ends = (option::weighted(0.7, span_ms()), option::weighted(0.6, span_ms()));
    let target = option::weighted(0.8, span_ms().prop_map(|ms| ms.max(1)));
    let bot = option::of(select(BotOutcome::ALL));
    (instant(), select(CaseStatus::ALL), ends, target, 0_u64..=100, bot).prop_map(
        |(opened, status, (reply, resolved), target, part, bot)| {
            let mut case = Case::new(opened, status);
            case.first_reply = reply.map(|ms| later(opened, ms));
            case.resolved = resolved.map(|ms| later(opened, ms));
            case.target_ms = target;
            let length = resolved.unwrap_or(DAY_MS);
            case.paused_ms = length.saturating_mul(part).checked_div(400).unwrap_or(0);
            case.bot = bot;
            Record::Case(case)
        },
    )
}

fn contact() -> impl Strategy<Value = Record> {
    (instant(), select(vec!["billing", "login"]), tri()).prop_map(|(at, issue, resolved)| {
        let mut contact = Contact::new(at, issue);
        contact.resolved = resolved;
        Record::Contact(contact)
    })
}

/// Another contact about the same a few days later, within the week and beyond.
fn contacts() -> impl Strategy<Value = Vec<Record>> {
    let again = (contact(), vec(0_u64..10 * DAY_MS, 0..4)).prop_map(|(first, gaps)| {
        let Record::Contact(contact) = &first else { return vec![first] };
        let mut all = vec![first.clone()];
        let mut at = contact.at;
        for gap in gaps {
            at = later(at, gap);
            let mut next = contact.clone();
            next.at = at;
            all.push(Record::Contact(next));
        }
        all
    });
    prop_oneof![2 => vec(contact(), 0..5), 2 => again]
}

fn change() -> impl Strategy<Value = SubscriptionChange> {
    prop_oneof![
        5 => money(50_000).prop_map(|monthly| SubscriptionChange::Set { monthly }),
        2 => money(50_000)
            .prop_map(|amount| SubscriptionChange::Start(Box::new(Price::new(amount, Interval::Month)))),
        2 => Just(SubscriptionChange::Cancel { service_end: None }),
        1 => Just(SubscriptionChange::Pause),
        1 => Just(SubscriptionChange::Resume),
        1 => money(900).prop_map(|amount| SubscriptionChange::Usage { amount }),
    ]
}

/// Changes of up to two subscriptions. Each has a sequence number of its own, for where two at one
/// instant have the same, the order of the input decides.
fn subscriptions() -> impl Strategy<Value = Vec<Record>> {
    let one = (instant(), select(vec!["S-1", "S-2"]), change());
    vec(one, 0..7).prop_map(|rows| {
        (0_u64..)
            .zip(rows)
            .map(|(seq, (at, subscription, change))| {
                let mut event = SubscriptionEvent::new(at, subscription, change);
                event.seq = seq;
                Record::Subscription(event)
            })
            .collect()
    })
}

fn renewal() -> impl Strategy<Value = Record> {
    (day(), money(900_000), -40_i64..40, 0_u8..3, 0_i64..1_000_000).prop_map(
        |(due, arr_due, after, fate, renewed)| {
            let mut renewal = Renewal::new("C-1", due, arr_due);
            let span = Days::new(after.unsigned_abs());
            let moved =
                if after < 0 { due.checked_sub_days(span) } else { due.checked_add_days(span) };
            match fate {
                0 => {
                    renewal.closed_at = moved;
                    renewal.arr_renewed =
                        moved.map(|_| Money::from_minor(Minor::new(renewed), arr_due.currency()));
                }
                1 => renewal.lost_at = moved,
                _ => {}
            }
            Record::Renewal(renewal)
        },
    )
}

/// Values of components of both standard profiles, and of none.
fn observation() -> impl Strategy<Value = Record> {
    let component = select(vec!["delivery", "usage", "nps", "payments", "no such component"]);
    (day(), component, 0_i64..=100).prop_map(|(day, component, value)| {
        Record::Observation(Observation::new(day, component, Decimal::from(value)))
    })
}

/// Earned, spent and taken back, with and without an end.
fn points() -> impl Strategy<Value = Record> {
    let ledger = select(vec![Ledger::Qualifying, Ledger::Redeemable]);
    let earned = (1_i64..40, option::of(0_u64..500));
    let taken = (-30_i64..0, Just(None));
    (day(), ledger, prop_oneof![3 => earned.boxed(), 1 => taken.boxed()]).prop_map(
        |(day, ledger, (points, lasts))| {
            let mut points = Points::new(day, ledger, points);
            points.expires = lasts.and_then(|days| day.checked_add_days(Days::new(days)));
            Record::Points(points)
        },
    )
}

/// The events of one account: what classification reads, and everything else.
fn account(number: u8) -> BoxedStrategy<Vec<Event>> {
    let segment = option::of(select(vec!["north", "south"]));
    let rest = (
        vec(response(), 0..6).boxed(),
        vec(case(), 0..4).boxed(),
        contacts().boxed(),
        subscriptions().boxed(),
        vec(renewal(), 0..4).boxed(),
        vec(observation(), 0..4).boxed(),
        vec(points(), 0..6).boxed(),
    )
        .prop_map(|(responses, cases, contacts, subscriptions, renewals, observations, points)| {
            [responses, cases, contacts, subscriptions, renewals, observations, points].concat()
        })
        .boxed();
    let recorded = vec(option::weighted(0.1, day()), 64);
    (option::weighted(0.9, segment), events().boxed(), rest, recorded)
        .prop_map(move |(profile, history, rest, recorded)| {
            let Ok(account) = AccountId::new(&format!("A{number}")) else { return Vec::new() };
            let mut all: Vec<Event> = history
                .into_iter()
                .map(|mut event| {
                    event.account = account.clone();
                    event
                })
                .collect();
            all.extend(profile.map(|segment| {
                let mut profile = AccountProfile::new();
                profile.segment = segment.map(Into::into);
                Event::new(account.clone(), Record::Account(profile))
            }));
            let mut recorded = recorded.into_iter().flatten();
            all.extend(rest.into_iter().map(|record| {
                let mut event = Event::new(account.clone(), record);
                // A handful of records were written down late, or ahead.
                if matches!(
                    event.record.table(),
                    Table::Responses | Table::Cases | Table::Renewals | Table::Points
                ) {
                    event.recorded_at = recorded.next().map(first_instant);
                }
                event
            }));
            all
        })
        .boxed()
}

/// The events of up to five accounts, account by account.
pub fn book_events() -> impl Strategy<Value = Vec<Event>> {
    (account(0), account(1), account(2), account(3), account(4), 0_usize..6).prop_map(
        |(first, second, third, fourth, fifth, accounts)| {
            let all = [first, second, third, fourth, fifth];
            all.into_iter().take(accounts).flatten().collect()
        },
    )
}

/// A day of the question: the end of a month, or any day of the weeks before it.
pub fn as_of() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![2 => Just(0_i64), 1 => 0_i64..60].prop_map(ago)
}
