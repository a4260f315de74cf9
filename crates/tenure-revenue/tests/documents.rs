//! States as documents: there and back, and nothing that does not add up.
#![cfg(feature = "serde")]
#![expect(clippy::unwrap_used, reason = "a test: a panic is a failure")]

use proptest::prelude::*;
use serde_json::{Value, json};
use tenure_model::record::Renewal;
use tenure_model::{Currency, Money, Month, parse_date};
use tenure_revenue::{
    CompoundRate, Rate, RenewalDefinition, RenewalState, RevenuePlan, RevenueState,
    SubscriptionRow, Waterfall,
};
use tenure_testing::strategies::revenue as strategies;

proptest! {
    #[test]
    fn a_state_reads_back_as_it_was(
        definition in strategies::definitions(),
        rows in strategies::rows(true, 20),
    ) {
        let (first, last) = strategies::reported();
        let plan = RevenuePlan::new(definition, first, last).unwrap();
        let plan = plan.with_window(first, last).unwrap();
        let mut state = plan.state();
        for account in 0..4 {
            let own = rows.iter().filter(|row| row.account == account).map(|row| {
                SubscriptionRow { event: &row.event, recorded_at: row.recorded_at }
            });
            state.push(&plan.account(own).unwrap()).unwrap();
        }
        let text = serde_json::to_string(&state).unwrap();
        let back: RevenueState = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&back, &state);
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), text);
    }
}

fn small_state() -> Value {
    let usd = strategies::usd();
    let (first, last) = strategies::reported();
    let definition = tenure_revenue::RevenueDefinition::new(usd);
    let plan = RevenuePlan::new(definition, first, last).unwrap();
    let plan = plan.with_window(first, last).unwrap();
    let at = tenure_model::Instant::parse("2024-01-05", tenure_model::Zone::UTC).unwrap();
    let monthly = Money::parse("100", usd).unwrap();
    let change = tenure_model::record::SubscriptionChange::Set { monthly };
    let event = tenure_model::record::SubscriptionEvent::new(at, "1", change);
    let mut state = plan.state();
    state.push(&plan.account(&[event]).unwrap()).unwrap();
    serde_json::to_value(&state).unwrap()
}

fn refused(pointer: &str, value: Value) -> String {
    let mut document = small_state();
    *document.pointer_mut(pointer).unwrap() = value;
    serde_json::from_value::<RevenueState>(document).unwrap_err().to_string()
}

#[test]
fn a_state_that_does_not_add_up_is_refused() {
    assert!(serde_json::from_value::<RevenueState>(small_state()).is_ok());
    for (pointer, value, fault) in [
        ("/schema", json!("other"), "schema `other` is not `tenure.revenue.state.1`"),
        ("/accounts", json!(0), "more accounts pay than there are"),
        ("/months", json!([]), "the sums are not those of the plan's months and windows"),
        ("/months/0/net/lines/closing", json!(1), "the waterfall does not close"),
        ("/months/0/net/currency", json!("EUR"), "not in the currency of the definition"),
        ("/months/0/logos/closing", json!(7), "do not lead from opening to closing"),
        ("/windows/0/capped", json!(10_001), "the sums of a window contradict each other"),
        ("/cohorts/0/0", json!("2024-02"), "a cohort does not reach"),
        ("/cohorts/0/1/2/logos", json!(2), "more accounts of a cohort pay than it has"),
        ("/spells/0/1/censored", json!(2), "cohorts, spells and accounts differ in number"),
        ("/spells/0/1/censored", json!(0), "a length of spells has none"),
        ("/plan/first", json!("2024-09"), "months `2024-09..2024-05` are reversed"),
        ("/plan/definition/week/den", json!(0), "factor `52/0` is not a fraction above 0"),
        ("/plan/definition/zone", json!("Mars"), "is not a time zone"),
        ("/plan/definition/fx", json!("spot"), "unknown variant `spot`"),
    ] {
        let error = refused(pointer, value);
        assert!(error.contains(fault), "{pointer}: {error}");
    }
    let mut document = small_state();
    let spells = document.pointer_mut("/spells").unwrap().as_array_mut().unwrap();
    spells.push(spells.first().unwrap().clone());
    let error = serde_json::from_value::<RevenueState>(document).unwrap_err();
    assert_eq!(error.to_string(), "`4` is there twice");
    let mut document = small_state();
    document.as_object_mut().unwrap().insert("more".to_owned(), json!(1));
    assert!(serde_json::from_value::<RevenueState>(document).is_err());
}

#[test]
fn months_that_do_not_meet_are_refused() {
    let mut document = small_state();
    for kind in ["net", "gross"] {
        let lines = document.pointer_mut(&format!("/months/1/{kind}/lines")).unwrap();
        for (line, value) in [("opening", 5), ("closing", 5)] {
            *lines.get_mut(line).unwrap() = json!(value);
        }
    }
    let error = serde_json::from_value::<RevenueState>(document).unwrap_err();
    assert_eq!(error.to_string(), "a month does not open where the one before closed");
    let error = refused(
        "/months/1/gross/lines",
        json!({
            "opening": 5, "new": 0, "expansion": 0, "contraction": 0, "churn": 0,
            "reactivation": 0, "fx": 0, "adjustment": 0, "closing": 5,
        }),
    );
    assert!(error.contains("differ in a balance"), "{error}");
}

#[test]
fn renewals_read_back_and_contradictions_do_not() {
    let usd = Currency::new("USD").unwrap();
    let period = Month::parse("2024-01").unwrap().days().unwrap();
    let asked = RenewalDefinition::new(usd, period, parse_date("2024-03-31").unwrap());
    let mut state = RenewalState::new(asked);
    let arr = Money::parse("100", usd).unwrap();
    state.push(&Renewal::new("C-1", parse_date("2024-01-31").unwrap(), arr)).unwrap();
    let document = serde_json::to_value(&state).unwrap();
    assert_eq!(serde_json::from_value::<RenewalState>(document.clone()).unwrap(), state);
    for (pointer, value, fault) in [
        ("/sums/won_here", json!(1), "contradict each other"),
        ("/schema", json!("x"), "schema `x` is not `tenure.revenue.renewals.1`"),
        ("/definition/end", json!("2023-01-01"), "`end` is before `start`"),
    ] {
        let mut document = document.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        let error = serde_json::from_value::<RenewalState>(document).unwrap_err().to_string();
        assert!(error.contains(fault), "{pointer}: {error}");
    }
}

#[test]
fn rates_and_waterfalls_have_one_shape() {
    let rate = Rate::new(-1, 3).unwrap();
    let document = json!({ "num": -1, "den": 3, "value": "-0.3333333333" });
    assert_eq!(serde_json::to_value(rate).unwrap(), document);
    assert_eq!(serde_json::from_value::<Rate>(document).unwrap(), rate);
    for wrong in [
        json!({ "num": 1, "den": 0, "value": "0.0000000000" }),
        json!({ "num": 1, "den": 3, "value": "0.3333333334" }),
    ] {
        assert!(serde_json::from_value::<Rate>(wrong).is_err());
    }
    let product = CompoundRate::product([Some(rate)]).unwrap();
    assert_eq!(serde_json::to_value(&product).unwrap(), json!({ "value": "-0.3333333333" }));
    let text = r#"{"currency":"USD","lines":{"opening":0,"new":1,"expansion":0,"contraction":0,
        "churn":0,"reactivation":0,"fx":0,"adjustment":0,"closing":2}}"#;
    let error = serde_json::from_str::<Waterfall>(text).unwrap_err().to_string();
    assert!(error.contains("miss the closing by `-1` minor units"), "{error}");
}
