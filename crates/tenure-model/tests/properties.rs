//! Laws of the book and of the small exact types, against slow re-statements.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "helpers of tests"
)]

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use tenure_model::record::{AccountProfile, Purchase, Referral};
use tenure_model::{
    AccountId, AsOf, Book, Currency, Event, Instant, Minor, Money, Month, Record, RecordId,
    Rounding, Zone, allocate, parse_date, parse_decimal,
};

fn day(offset: i64) -> NaiveDate {
    let anchor = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    anchor.checked_add_signed(TimeDelta::days(offset)).unwrap()
}

/// Few accounts, ids and values, so that equal and conflicting records happen often.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (0..4_u8, prop::option::of(0..5_u8), 0..6_i64, -3..4_i64, any::<bool>()).prop_map(
        |(account, id, date, units, referral)| {
            let record = if referral {
                Record::Referral(Referral::new(day(date)))
            } else {
                let amount = Money::from_minor(Minor::new(units), Currency::new("USD").unwrap());
                Record::Purchase(Purchase::new(day(date), amount).unwrap())
            };
            let mut event = Event::new(AccountId::new(&format!("a{account}")).unwrap(), record);
            event.id = id.map(|id| RecordId::new(&format!("r{id}")).unwrap());
            event
        },
    );
    prop::collection::vec(event, 0..24)
}

/// Of each event, by looking at all others: kept, a repetition, or contradicted.
fn slow_fates(events: &[Event]) -> [usize; 3] {
    let same_record = |a: &Event, b: &Event| {
        a.id.is_some() && a.id == b.id && a.record.table() == b.record.table()
    };
    let mut counts = [0; 3];
    for (index, event) in events.iter().enumerate() {
        let contradicted = events.iter().any(|other| same_record(event, other) && other != event);
        let repeated = events[..index].iter().any(|other| same_record(event, other));
        counts[if contradicted { 2 } else { usize::from(repeated) }] += 1;
    }
    counts
}

proptest! {
    #[test]
    fn every_event_is_kept_repeated_or_rejected(events in events()) {
        let (book, report) = Book::from_events(events.clone());
        let [kept, repeated, contradicted] = slow_fates(&events);
        prop_assert_eq!(report.kept, kept as u64);
        prop_assert_eq!(report.duplicates.len(), repeated);
        prop_assert_eq!(report.rejects.len(), contradicted);
        prop_assert_eq!(report.read, events.len() as u64);
        let mut held = 0;
        for relationship in book.relationships() {
            held += relationship.len();
        }
        prop_assert_eq!(held, kept);
    }

    #[test]
    fn the_book_does_not_depend_on_input_order(
        (events, shuffled) in events().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
    ) {
        prop_assert_eq!(Book::from_events(events).0, Book::from_events(shuffled).0);
    }

    #[test]
    fn a_relationship_gives_back_the_events_it_was_made_of(
        events in events(),
        named in prop::option::of(0..3_i64),
    ) {
        let mut events = events;
        if let Some(name) = named {
            let mut profile = AccountProfile::new();
            profile.segment = Some(format!("segment {name}").into());
            let account = AccountId::new("a1").unwrap();
            let mut event = Event::new(account, Record::Account(profile));
            event.recorded_at = Zone::UTC.first_instant(day(name));
            events.push(event);
        }
        let (book, report) = Book::from_events(events);
        let given = book.relationships().iter().flat_map(|relationship| relationship.events());
        let (again, same) = Book::from_events(given);
        prop_assert_eq!(again, book);
        prop_assert_eq!((same.read, same.kept), (report.kept, report.kept));
    }

    #[test]
    fn accounts_come_in_order_and_each_once(events in events()) {
        let (book, _) = Book::from_events(events.clone());
        let listed: Vec<_> = book.relationships().iter().map(|r| r.account().clone()).collect();
        let [_, _, contradicted] = slow_fates(&events);
        if contradicted == 0 {
            let named: BTreeSet<_> = events.into_iter().map(|event| event.account).collect();
            prop_assert_eq!(listed, named.into_iter().collect::<Vec<_>>());
        } else {
            prop_assert!(listed.is_sorted());
        }
    }

    #[test]
    fn purchase_days_are_the_days_whose_net_is_positive(events in events(), as_of in 0..6_i64) {
        let (book, _) = Book::from_events(events);
        for relationship in book.relationships() {
            let slow: Vec<_> = (0..=as_of)
                .map(day)
                .filter(|&date| {
                    let net = relationship
                        .purchases()
                        .iter()
                        .filter(|entry| entry.record.date == date)
                        .fold(0, |net, entry| net + entry.record.minor().units());
                    net > 0
                })
                .collect();
            prop_assert_eq!(relationship.purchase_days(AsOf::new(day(as_of))).dates(), slow);
        }
    }

    #[test]
    fn the_parts_always_sum_to_the_total(
        total in any::<i64>(),
        weights in prop::collection::vec(0..1_000_i64, 1..8),
    ) {
        prop_assume!(weights.iter().any(|&weight| weight > 0));
        let parts = allocate(total, &weights).unwrap();
        let sum = parts.iter().fold(0_i128, |sum, &part| sum + i128::from(part));
        prop_assert_eq!(sum, i128::from(total));
        let whole = weights.iter().fold(0_i128, |sum, &weight| sum + i128::from(weight));
        for (part, weight) in parts.iter().zip(&weights) {
            // Within one unit of the exact share.
            let apart = i128::from(*part) * whole - i128::from(total) * i128::from(*weight);
            prop_assert!(apart.abs() < whole);
        }
    }

    #[test]
    fn rounding_to_nearest_is_never_further_than_a_half(
        numerator in any::<i64>(),
        denominator in prop_oneof![1..100_i64, any::<i64>()],
    ) {
        prop_assume!(denominator != 0);
        let (n, d) = (i128::from(numerator), i128::from(denominator));
        for rule in [Rounding::HalfAway, Rounding::HalfEven, Rounding::HalfUp] {
            let rounded = rule.divide(n, d).unwrap();
            prop_assert!((2 * (rounded * d - n)).abs() <= d.abs());
        }
        let (floor, ceil) = (Rounding::Floor.divide(n, d).unwrap(), Rounding::Ceil.divide(n, d).unwrap());
        prop_assert!(floor <= ceil && ceil - floor == i128::from(n % d != 0));
    }

    #[test]
    fn canonical_decimals_come_back_as_they_were(mantissa in any::<i64>(), scale in 0..=8_u32) {
        let value = rust_decimal::Decimal::try_from_i128_with_scale(i128::from(mantissa), scale).unwrap();
        let text = value.to_string();
        match parse_decimal(&text) {
            Ok(read) => prop_assert_eq!(read, value),
            Err(_) => prop_assert!(text.trim_start_matches('-').split('.').next().unwrap().len() > 15),
        }
    }

    #[test]
    fn instants_and_months_come_back_as_they_were(micros in -62_135_596_800_000_000..=253_402_300_799_999_999_i64) {
        let instant = Instant::from_micros(micros).unwrap();
        prop_assert_eq!(Instant::parse(&instant.to_string(), Zone::UTC).unwrap(), instant);
        let date = instant.date_utc();
        prop_assert_eq!(parse_date(&date.to_string()).unwrap(), date);
        let month = Month::of(date).unwrap();
        prop_assert_eq!(Month::parse(&month.to_string()).unwrap(), month);
        prop_assert_eq!(Month::parse("0001-01").unwrap().plus(month.index()), Some(month));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in ".{0,40}") {
        let _ = parse_decimal(&text);
        let _ = parse_date(&text);
        let _ = Month::parse(&text);
        let _ = Instant::parse(&text, Zone::UTC);
        let _ = Zone::parse(&text);
        let _ = Currency::new(&text);
        let _ = AccountId::new(&text);
    }
}
