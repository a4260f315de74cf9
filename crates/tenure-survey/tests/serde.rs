//! What is written reads back, and a tally from elsewhere is checked as a whole.

#![cfg(feature = "serde")]

use serde_json::{Value, from_value, json, to_value};
use tenure_model::{Period, parse_date};
use tenure_stats::Level;
use tenure_survey::{
    Answer, Bands, CodeMap, Cut, Definition, Disclosure, GroupedTally, NetScore, Reason, Scale,
    Tally, WeightedTally,
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn document() -> Result<Value, Box<dyn std::error::Error>> {
    let mut tally = Tally::from_histogram(Definition::csat(), &[1, 0, 2, 3, 4])?;
    tally.push(Answer::Missing(Reason::Blank))?;
    Ok(to_value(tally)?)
}

#[test]
fn a_tally_reads_back() -> Outcome {
    let tally: Tally = from_value(document()?)?;
    assert_eq!((tally.answered(), tally.rows()), (10, 11));
    assert_eq!(to_value(tally)?, document()?);
    Ok(())
}

#[test]
fn a_tally_that_cannot_be_is_refused() -> Outcome {
    let mut changes: Vec<(&str, Value)> = vec![
        ("/histogram", json!([1, 0, 2, 3])),
        ("/histogram", json!([1, 0, 2, 3, 18_446_744_073_709_551_615_u64])),
        ("/histogram/0", json!(-1)),
        ("/histogram/0", json!(1.5)),
        ("/exclusions/blank", json!(2_305_843_009_213_693_952_u64)),
        ("/definition/scale", json!([1, 4])),
        ("/definition/scale", json!([1, 50])),
        ("/definition/id", json!("nps.standard.v1")),
        ("/definition/id", json!("")),
        ("/definition/version", json!(0)),
        ("/definition/decimals", json!(11)),
        ("/definition/top_box", json!(null)),
        ("/definition/top_box", json!({"at_least": 6})),
        ("/definition/bands/favourable", json!({"at_least": 2})),
        ("/definition/statistic", json!("median")),
        ("/definition/window_days", json!(0)),
        ("/definition/response_of", json!("sent")),
        ("/period", json!({"start": "2026-02-01", "end": "2026-01-01"})),
        ("/period", json!({"start": "2026-02-01", "end": "2026-02-01"})),
        ("/period", json!({"start": "2026-2-1", "end": "2026-03-01"})),
        ("/period", json!({"start": "2026-02-01"})),
    ];
    changes.push(("/exclusions", json!({"blank": 1})));
    for (place, value) in changes {
        let mut document = document()?;
        *document.pointer_mut(place).ok_or("no such place")? = value.clone();
        assert!(from_value::<Tally>(document).is_err(), "{place} {value}");
    }
    let mut unknown = document()?;
    unknown.as_object_mut().ok_or("no object")?.insert("extra".to_owned(), json!(1));
    assert!(from_value::<Tally>(unknown).is_err());
    Ok(())
}

#[test]
fn a_tally_keeps_its_window() -> Outcome {
    let (start, end) = (parse_date("2026-01-01")?, parse_date("2026-02-01")?);
    let january = Period::new(start, end).ok_or("reversed")?;
    let mut tally = Tally::over(Definition::nps().with_window_days(31)?, january)?;
    tally.push_column(&[9, 3, 11])?;
    let written = to_value(&tally)?;
    assert_eq!(written["period"], json!({"start": "2026-01-01", "end": "2026-02-01"}));
    assert_eq!(from_value::<Tally>(written.clone())?, tally);
    let mut shorter = written;
    shorter["period"]["end"] = json!("2026-01-31");
    assert!(from_value::<Tally>(shorter).is_err());
    Ok(())
}

#[test]
fn grouped_tallies_are_checked_as_a_whole() -> Outcome {
    let mut groups = GroupedTally::new(Definition::csat(), 2)?;
    groups.push_columns(&[0, 1, 1], &[5, 1, 9])?;
    let written = to_value(&groups)?;
    assert_eq!(from_value::<GroupedTally>(written.clone())?, groups);
    for (place, value) in [
        ("/groups/0/histogram", json!([1, 0, 0, 0])),
        ("/groups/0/histogram/4", json!(2_305_843_009_213_693_953_u64)),
        ("/groups/1/exclusions/blank", json!(2_305_843_009_213_693_952_u64)),
        ("/groups/1/exclusions", json!({"blank": 1})),
        ("/definition/version", json!(0)),
    ] {
        let mut changed = written.clone();
        *changed.pointer_mut(place).ok_or("no such place")? = value;
        assert!(from_value::<GroupedTally>(changed).is_err(), "{place}");
    }
    Ok(())
}

#[test]
fn weighted_tallies_are_checked_as_a_whole() -> Outcome {
    let mut tally = WeightedTally::new(Definition::nps())?;
    tally.push_columns(&[10, 10, 7, 3, 99], &[0.1, 2.5, 1e-200, 0.0, 1.0])?;
    let written = to_value(&tally)?;
    assert_eq!(from_value::<WeightedTally>(written.clone())?, tally);
    let nothing = to_value(tenure_stats::ExactSum::new())?;
    let mut negative = tenure_stats::ExactSum::new();
    negative.push(-2.6)?;
    let mut huge = tenure_stats::ExactSum::new();
    huge.push(1e9)?;
    for (place, value) in [
        ("/favourable/rows", json!(0)),
        ("/favourable/rows", json!(1)),
        ("/favourable/rows", json!(u64::MAX)),
        ("/favourable/sum", nothing.clone()),
        ("/favourable/sum", to_value(&negative)?),
        ("/favourable/sum", to_value(&huge)?),
        ("/favourable/squares", nothing),
        ("/favourable/squares", to_value(&huge)?),
        ("/unfavourable/rows", json!(1)),
        ("/weightless", json!(u64::MAX)),
        ("/exclusions/blank", json!(u64::MAX)),
        ("/definition", to_value(Definition::csat_binary())?),
    ] {
        let mut changed = written.clone();
        *changed.pointer_mut(place).ok_or("no such place")? = value;
        assert!(from_value::<WeightedTally>(changed).is_err(), "{place}");
    }
    Ok(())
}

#[test]
fn codes_and_rules_are_read_through_their_constructors() -> Outcome {
    let codes = CodeMap::new().number(11, Reason::Blank)?.text("n/a", Reason::DontKnow)?;
    let written = to_value(&codes)?;
    assert_eq!(
        written,
        json!({"numbers": [{"code": 11, "reason": "blank"}], "texts": [{"code": "n/a", "reason": "dont_know"}]})
    );
    assert_eq!(from_value::<CodeMap>(written)?, codes);
    let twice = json!({"numbers": [{"code": 1, "reason": "blank"}, {"code": 1, "reason": "blank"}], "texts": []});
    assert!(from_value::<CodeMap>(twice).is_err());
    let rule = Disclosure::default().with_min_answers(5).with_max_half_width(10.0)?;
    assert_eq!(from_value::<Disclosure>(to_value(rule)?)?, rule);
    let none = json!({"min_answers": 5, "max_half_width": 0.0});
    assert!(from_value::<Disclosure>(none).is_err());
    Ok(())
}

#[test]
fn own_definitions_are_written_whole() -> Outcome {
    let definition = Definition::builder("acme.effort", Scale::new(-2, 2)?)
        .bands(Bands::new(Cut::AtLeast(1), Cut::AtMost(-1))?)
        .top_box(Cut::AtMost(-2))
        .version(3)
        .build()?;
    assert_eq!(from_value::<Definition>(to_value(&definition)?)?, definition);
    assert!(
        from_value::<NetScore>(json!({
            "detractors": 1, "passives": 1, "promoters": 18_446_744_073_709_551_615_u64
        }))
        .is_err()
    );
    Ok(())
}

#[test]
fn a_score_is_a_document() -> Outcome {
    let tally: Tally = from_value(document()?)?;
    let score = to_value(tally.score(Level::default()))?;
    assert_eq!(score["value"], json!({"num": 7, "den": 10, "value": "0.7000000000"}));
    assert_eq!(score["definition"]["id"], json!("csat.top2"));
    assert_eq!(score["interval"]["method"], json!("wilson"));
    assert_eq!(score["histogram"], json!([1, 0, 2, 3, 4]));
    assert_eq!(score["response_rate"], json!({"x": 10, "n": 11}));
    assert_eq!(score["exclusions"]["blank"], json!(1));
    let empty = to_value(Tally::new(Definition::nps()).score(Level::default()))?;
    assert_eq!((&empty["value"], &empty["interval"]), (&json!(null), &json!(null)));
    Ok(())
}
