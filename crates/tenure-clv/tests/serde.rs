//! What is written is read back, and only what the constructors take.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tenure_clv::{
    BgBb, BgNbd, DiscountRate, GammaGamma, GroupedSpend, GroupedSummary, History, Nbd,
    OccasionPeriod, ParetoNbd, PurchaseLog, PurchaseRow, Refunds, RfmBins, Sbg, SegmentMap, Spend,
    SummaryDefinition, TimeSpan, TimeUnit,
};
use tenure_model::{Currency, Instant, Minor, Zone};

fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> String {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
    text
}

#[test]
fn values_come_back() {
    let week = TimeSpan::new(1.0, TimeUnit::Week).unwrap();
    assert_eq!(there_and_back(&week), r#"{"amount":1.0,"unit":"week"}"#);
    there_and_back(&DiscountRate::per_period(0.01, week).unwrap());
    there_and_back(&DiscountRate::continuous(0.01, TimeUnit::Day).unwrap());
    there_and_back(&BgNbd::new(0.25, 4.5, 0.75, 2.5, TimeUnit::Week).unwrap());
    there_and_back(&BgNbd::modified(0.25, 4.5, 0.75, 2.5, TimeUnit::Week).unwrap());
    there_and_back(&ParetoNbd::new(0.25, 4.5, 0.75, 2.5, TimeUnit::Week).unwrap());
    there_and_back(&GammaGamma::new(6.25, 3.75, 15.5).unwrap());
    there_and_back(&Sbg::new(0.5, 3.5).unwrap());
    there_and_back(&Nbd::new(0.25, 4.5, TimeUnit::Day).unwrap());
    there_and_back(&BgBb::new(1.25, 0.75, 0.5, 2.75).unwrap());
    let bins = RfmBins::fixed("v", [9, 3, 2, 1], [1, 2, 3, 4], [-5, 0, 7, 99]).unwrap();
    let text = there_and_back(&bins);
    assert!(text.contains(r#""monetary_minor":["-5","0","7","99"]"#), "{text}");
    for (from, to) in [("-5", "-0"), ("99", "6"), (r#""v""#, r#""""#)] {
        let forged = text.replacen(from, to, 1);
        assert_ne!(forged, text);
        assert!(serde_json::from_str::<RfmBins>(&forged).is_err(), "{forged}");
    }
    let text = there_and_back(&SegmentMap::standard().unwrap());
    let forged = text.replacen(r#""recency":[1,1]"#, r#""recency":[1,2]"#, 1);
    let error = serde_json::from_str::<SegmentMap>(&forged).unwrap_err();
    assert!(error.to_string().contains("is both"), "{error}");
    let told = History::new(2, 1.5, 3.5, TimeUnit::Month).unwrap();
    there_and_back(&told);
    let mut groups = GroupedSummary::new(TimeUnit::Month);
    groups.push_many(told, 7).unwrap();
    there_and_back(&groups);
    let mut spends = GroupedSpend::new();
    spends.push(Spend::new(2, 12.5).unwrap()).unwrap();
    spends.skip_many(3).unwrap();
    there_and_back(&spends);
}

fn log() -> PurchaseLog<String> {
    let definition = SummaryDefinition::new(Currency::new("EUR").unwrap(), Refunds::Net);
    let mut log = PurchaseLog::new(definition);
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    log.push("ann".to_owned(), PurchaseRow::purchase(day, Minor::new(5)).unwrap()).unwrap();
    log.push("ann".to_owned(), PurchaseRow::refund(day, Minor::new(2)).unwrap()).unwrap();
    log
}

#[test]
fn a_log_comes_back_and_a_forged_one_does_not() {
    let text = there_and_back(&log());
    assert!(text.contains(r#""time":"2024-02-29","purchases":1,"paid_minor":"5""#), "{text}");
    for (from, to, why) in [
        (r#""paid_minor":"5""#, r#""paid_minor":"05""#, "string of digits"),
        (r#""paid_minor":"5""#, r#""paid_minor":"-5""#, "string of digits"),
        (r#""paid_minor":"5""#, r#""paid_minor":5"#, "string of digits"),
        (r#""paid_minor":"5""#, r#""paid_minor":"79228162514264337593543950337""#, "2^96"),
        (r#""purchases":1"#, r#""purchases":0"#, "without a row"),
        ("2024-02-29", "2024-2-29", "2024-2-29"),
        (r#""times":["#, r#""times":[],"more":["#, "unknown field"),
        (r#""refunds":"net""#, r#""refunds":"gross""#, "unknown variant"),
    ] {
        let forged = text.replacen(from, to, 1);
        assert_ne!(forged, text, "{from}");
        let error = serde_json::from_str::<PurchaseLog<String>>(&forged).unwrap_err();
        assert!(error.to_string().contains(why), "{error} lacks {why}");
    }
    let start = text.find(r#"{"customer""#).unwrap();
    let customer = text.get(start..text.len() - 2).unwrap();
    let twice = text.replacen(customer, &format!("{customer},{customer}"), 1);
    let error = serde_json::from_str::<PurchaseLog<String>>(&twice).unwrap_err();
    assert!(error.to_string().contains("named twice"), "{error}");
    let nobody = r#"{"definition":{"currency":"EUR","refunds":"net","period":"day",
        "first_purchase":"excluded","zero_spend":"counts"},
        "customers":[{"customer":"ann","purchases":{"times":[]}}]}"#;
    let error = serde_json::from_str::<PurchaseLog<String>>(nobody).unwrap_err();
    assert!(error.to_string().contains("has no row"), "{error}");
}

#[test]
fn a_log_of_instants_comes_back_and_a_forged_one_does_not() {
    let definition = SummaryDefinition::new(Currency::new("EUR").unwrap(), Refunds::Net)
        .with_period(OccasionPeriod::Instant);
    let mut log = PurchaseLog::new(definition);
    for text in ["2024-02-29T09:00:00Z", "2024-02-29T09:00:00.000001Z"] {
        let row = PurchaseRow::unpriced(Instant::parse(text, Zone::UTC).unwrap()).unwrap();
        log.push("ann".to_owned(), row).unwrap();
    }
    let text = there_and_back(&log);
    assert!(text.contains(r#""period":"instant""#), "{text}");
    assert!(text.contains(r#"{"time":"2024-02-29T09:00:00.000001Z","purchases":0,"#), "{text}");
    for (from, to, why) in [
        // Local times, other spellings of the same instant, no instants.
        ("09:00:00Z", "09:00:00", "is not written as"),
        ("T09:00:00Z", "T10:00:00+01:00", "is not written as 2024-02-29T09:00:00Z"),
        ("09:00:00Z", "09:00:00.0Z", "is not written as"),
        ("T09:00:00Z", "T24:00:00Z", "24:00:00Z"),
        ("2024-02-29T09:00:00Z", "2024-02-29 09:00:00Z", "2024-02-29 09:00:00Z"),
        ("2024-02-29T09:00:00Z", "-2024-02-29T09:00:00Z", "-2024-02-29T09:00:00Z"),
        (r#""2024-02-29T09:00:00Z""#, "1709197200000000", "or an instant such as"),
        // Twice, out of order, a day among them.
        ("T09:00:00Z", "T09:00:00.000001Z", "not in order"),
        ("T09:00:00Z", "T09:00:01Z", "not in order"),
        ("T09:00:00Z", "", "days and instants"),
        ("T09:00:00.000001Z", "", "days and instants"),
        // A log of days with instants.
        (r#""period":"instant""#, r#""period":"day""#, "or the reverse"),
        (r#""period":"instant""#, r#""period":"week""#, "or the reverse"),
        (r#""period":"instant""#, r#""period":"hour""#, "unknown variant"),
        (r#""unpriced":1"#, r#""unpriced":0"#, "without a row"),
    ] {
        let forged = text.replacen(from, to, 1);
        assert_ne!(forged, text, "{from}");
        let error = serde_json::from_str::<PurchaseLog<String>>(&forged).unwrap_err();
        assert!(error.to_string().contains(why), "{error} lacks {why}");
    }
    let days = there_and_back(&self::log());
    let forged = days.replacen(r#""period":"day""#, r#""period":"instant""#, 1);
    let error = serde_json::from_str::<PurchaseLog<String>>(&forged).unwrap_err();
    assert!(error.to_string().contains("or the reverse"), "{error}");
}

#[test]
fn what_a_constructor_refuses_is_not_read() {
    let parameters = r#"{"p":0.0,"q":1.0,"v":1.0}"#;
    assert!(serde_json::from_str::<GammaGamma>(parameters).is_err());
    let history = r#"{"x":0,"recency":1.0,"age":2.0,"unit":"day"}"#;
    assert!(serde_json::from_str::<History>(history).is_err());
    let rate = r#"{"discrete":{"rate":-0.1,"period":{"amount":1.0,"unit":"year"}}}"#;
    assert!(serde_json::from_str::<DiscountRate>(rate).is_err());
    let groups = r#"{"unit":"day","rows":[{"x":1,"recency":0.0,"age":2.0,"customers":1}]}"#;
    assert!(serde_json::from_str::<GroupedSummary>(groups).is_err());
    let spends = r#"{"rows":[{"purchases":0,"mean":1.0,"customers":1}],"skipped":0}"#;
    assert!(serde_json::from_str::<GroupedSpend>(spends).is_err());
}
