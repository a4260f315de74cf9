//! A verdict in JSON: the same bytes from anywhere.
#![cfg(feature = "serde")]
#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions")]

use tenure_classify::{Class, Context, Pack, evaluate};
use tenure_model::record::{Billing, Contract, Terms};
use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Record, Relationship, Tri, parse_date};

fn retained() -> Relationship {
    let acme = AccountId::new("acme").unwrap();
    let start = parse_date("2025-06-25").unwrap();
    let mut retainer = Contract::new("retainer", start, Terms::Negotiated, Billing::Hourly);
    (retainer.fiduciary, retainer.exclusive) = (Tri::Yes, Tri::No);
    let (book, _) = Book::from_events([Event::new(acme.clone(), Record::Contract(retainer))]);
    book.get(&acme).cloned().unwrap()
}

#[test]
fn a_verdict_says_everything_it_rests_on() {
    let mut context =
        Context::new(AsOf::new(parse_date("2025-06-30").unwrap()), Coverage::complete());
    let packs = [Pack::built_in("legal").unwrap().clone()];
    context.packs = &packs;
    let json = serde_json::to_value(evaluate(&retained(), &context)).unwrap();
    let told = |field: &str| json[field].to_string();
    assert_eq!(told("class"), r#""client""#);
    assert_eq!(told("possible"), r#"["client"]"#);
    assert_eq!(told("score"), r#"{"hi":14,"lo":14}"#);
    assert_eq!(told("stage"), r#""new""#);
    assert_eq!(told("hard_rule"), r#""H1""#);
    assert_eq!(told("reasons"), r#"["fiduciary_duty","regulated_term","formal_contract"]"#);
    assert_eq!(
        told("episode"),
        r#"{"anchor":"2025-06-30","number":1,"opened":"2025-06-25","previous_close":null}"#
    );
    assert_eq!(
        json["contributions"][0].to_string(),
        r#"{"hi":14,"lo":14,"source":{"signal":"contract.form"},"value":{"hi":2,"lo":2}}"#
    );
    assert_eq!(told("as_of"), r#""2025-06-30""#);
}

#[test]
fn every_thread_writes_the_same_bytes() {
    let write = || {
        let as_of = AsOf::new(parse_date("2025-06-30").unwrap());
        serde_json::to_string(&evaluate(&retained(), &Context::new(as_of, Coverage::absent())))
            .unwrap()
    };
    let here = write();
    for _ in 0..4 {
        assert_eq!(std::thread::spawn(write).join().unwrap(), here);
    }
}

#[test]
fn words_are_read_as_they_are_written() {
    for &class in Class::ALL {
        let text = serde_json::to_string(&class).unwrap();
        assert_eq!(text, format!("\"{class}\""));
        assert_eq!(serde_json::from_str::<Class>(&text).unwrap(), class);
    }
    assert!(serde_json::from_str::<Class>("\"prospect\"").is_err());
}
