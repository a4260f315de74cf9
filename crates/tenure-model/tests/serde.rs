//! What goes out as JSON comes back, and only that.
#![cfg(feature = "serde")]

use serde_json::{from_str, to_string};
use tenure_model::{AccountId, Currency, Instant, Minor, Money, Month, Rounding, Tri, Zone};

#[test]
fn money_is_a_decimal_string_beside_its_currency() {
    let money = Money::from_minor(Minor::new(-150), Currency::new("USD").unwrap());
    let json = to_string(&money).unwrap();
    assert_eq!(json, r#"{"amount":"-1.50","currency":"USD"}"#);
    assert_eq!(from_str::<Money>(&json).unwrap(), money);
}

#[test]
fn what_the_constructors_refuse_does_not_come_in() {
    for json in [
        r#"{"amount":"1_0","currency":"USD"}"#,
        r#"{"amount":1.5,"currency":"USD"}"#,
        r#"{"amount":"1.5","currency":"XXX"}"#,
        r#"{"amount":"1.5","currency":"USD","more":1}"#,
        r#"{"amount":"1.5"}"#,
    ] {
        assert!(from_str::<Money>(json).is_err(), "{json}");
    }
    assert!(from_str::<AccountId>(r#"" a""#).is_err());
    assert!(from_str::<Month>(r#""2024-13""#).is_err());
    assert!(from_str::<Instant>(r#""2024-01-01T23:59:60""#).is_err());
}

#[test]
fn names_and_times_come_back() {
    let instant = Instant::parse("2024-01-01T00:00:00.5Z", Zone::UTC).unwrap();
    assert_eq!(from_str::<Instant>(&to_string(&instant).unwrap()).unwrap(), instant);
    let month = Month::parse("2024-02").unwrap();
    assert_eq!(to_string(&month).unwrap(), r#""2024-02""#);
    assert_eq!(from_str::<Rounding>(r#""half_away""#).unwrap(), Rounding::HalfAway);
    assert_eq!(to_string(&Tri::Unknown).unwrap(), r#""unknown""#);
    assert_eq!(from_str::<Minor>("12").unwrap(), Minor::new(12));
}
