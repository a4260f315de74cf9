//! What is written reads back, and a tally from elsewhere is checked as a whole.

#![cfg(feature = "serde")]

use serde_json::{Value, from_value, json, to_value};
use tenure_stats::Level;
use tenure_survey::{Answer, Bands, Cut, Definition, NetScore, Reason, Scale, Tally};

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
    assert_eq!(score["exclusions"]["blank"], json!(1));
    let empty = to_value(Tally::new(Definition::nps()).score(Level::default()))?;
    assert_eq!((&empty["value"], &empty["interval"]), (&json!(null), &json!(null)));
    Ok(())
}
