//! A verdict in JSON: the same bytes from anywhere.
#![cfg(feature = "serde")]
#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions")]

use serde_json::{Value, json};
use tenure_classify::{
    Class, Context, Dwell, Observation, Override, Pack, Stable, evaluate, replay, why_changed,
};
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
    // New for 30 days; then, in a contract that goes on, active.
    assert_eq!(told("next_stage"), r#"{"on":"2025-07-26","to":"active"}"#);
    assert_eq!(told("contracts_changed"), r#""2025-06-25""#);
    assert_eq!(
        told("counterfactual"),
        r#"{"client_side":{"changes":[]},"customer":{"no_way":{"hard_rule":{"id":"H1"}}}}"#
    );
    assert_eq!(told("settled_by"), "[]");
    assert_eq!(told("human_override"), "null");
    assert_eq!(json["evidence_digest"].as_str().map(str::len), Some(64));
}

#[test]
fn a_verdict_says_what_would_change_it_and_what_a_person_said() {
    let as_of = AsOf::new(parse_date("2025-06-30").unwrap());
    let mut open = retained();
    let (book, _) = Book::from_events(open.events().filter_map(|mut event| {
        let Record::Contract(contract) = &mut event.record else { return None };
        (contract.fiduciary, contract.exclusive) = (Tri::No, Tri::Unknown);
        Some(event)
    }));
    open.clone_from(&book.relationships()[0]);
    let from = parse_date("2025-06-01").unwrap();
    let word = [Override::new(Class::Client, "j.doe", "signed a letter", from, None).unwrap()];
    let mut context = Context::new(as_of, Coverage::complete());
    context.overrides = &word;
    let json = serde_json::to_value(evaluate(&open, &context)).unwrap();
    assert_eq!(json["class"], "customer");
    assert_eq!(
        json["human_override"],
        json!({"class": "client", "author": "j.doe", "reason": "signed a letter",
            "from": "2025-06-01", "until": null})
    );
    assert_eq!(json["reasons"].as_array().unwrap().last(), Some(&json!("human_override")));
    let open_question = json!([{"signal": "exclusive", "lo": 0, "hi": 2, "settles": false}]);
    assert_eq!(json["settled_by"], open_question);
    // 14 of 55 points: 41 are missing. 16, 14, 9 and 9 are 48, and the last gives 6 back; a year of
    // tenure, which is 9, only takes time.
    let way = json["counterfactual"]["client_side"]["changes"].as_array().unwrap();
    let signals: Vec<&Value> = way.iter().map(|one| &one["signal"]).collect();
    assert_eq!(signals, ["dialogue.exchanges", "custom.count", "tenure.days", "advice.count"]);
    assert_eq!((&way[2]["on"], &way[3]["to"]), (&json!("2026-06-25"), &json!(1)));
    assert_eq!(json["counterfactual"]["customer"], json!({"changes": []}));
}

#[test]
fn an_override_is_read_through_its_constructor() {
    let read = |value: Value| serde_json::from_value::<Override>(value);
    let row = json!({"class": "client", "author": "j.doe", "reason": "met them",
        "from": "2025-06-01", "until": "2025-06-30"});
    let one = read(row.clone()).unwrap();
    assert_eq!((one.class(), one.author(), one.reason()), (Class::Client, "j.doe", "met them"));
    assert_eq!((one.from(), one.until()), (day("2025-06-01"), Some(day("2025-06-30"))));
    assert_eq!(serde_json::to_value(&one).unwrap(), row);
    let with = |field: &str, value: Value| {
        let mut row = row.clone();
        row[field] = value;
        read(row)
    };
    assert_eq!(with("until", Value::Null).unwrap().until(), None);
    let refused = |field: &str, value: Value| with(field, value).unwrap_err().to_string();
    assert_eq!(refused("reason", json!(" ")), "an override needs a reason");
    assert_eq!(refused("author", json!("")), "an override needs an author");
    assert!(refused("until", json!("2025-05-31")).contains("before `from`"));
    assert!(refused("from", json!("1 June 2025")).contains("`1 June 2025`"));
    assert!(refused("class", json!("patient")).contains("unknown variant `patient`"));
    assert!(refused("until", json!("never")).contains("`never`"));
    assert!(refused("note", json!("more")).contains("unknown field `note`"));
    let mut short = row.clone();
    short.as_object_mut().unwrap().remove("until");
    assert_eq!(read(short).unwrap().until(), None);
    let mut short = row;
    short.as_object_mut().unwrap().remove("reason");
    assert!(read(short).unwrap_err().to_string().contains("missing field `reason`"));
}

fn day(text: &str) -> chrono::NaiveDate {
    parse_date(text).unwrap()
}

fn seen(on: &str, class: Class) -> Observation {
    let as_of = AsOf::new(day("2025-06-30"));
    let verdict = evaluate(&retained(), &Context::new(as_of, Coverage::complete()));
    let mut seen = Observation::of(&verdict);
    (seen.on, seen.class, seen.ruled) = (day(on), class, false);
    seen
}

/// A stable customer under challenge.
fn challenged() -> Stable {
    let mut stable = Stable::new(Dwell::default());
    stable.push(seen("2025-07-31", Class::Customer)).unwrap();
    stable.push(seen("2025-08-31", Class::Client)).unwrap();
    stable
}

#[test]
fn the_state_of_a_stable_class_can_be_kept_between_evaluations() {
    let mut kept = Stable::with_class(Dwell { evaluations: 2, days: 28 }, Class::Hybrid);
    let mut alive = kept.clone();
    for (on, class) in [
        ("2025-07-01", Class::Undetermined),
        ("2025-07-31", Class::Client),
        ("2025-08-27", Class::Client),
        ("2025-08-28", Class::Client),
        ("2025-08-29", Class::Client),
        ("2025-09-30", Class::Customer),
        ("2025-10-31", Class::Customer),
    ] {
        let text = serde_json::to_string(&kept).unwrap();
        kept = serde_json::from_str(&text).unwrap();
        assert_eq!(kept, alive);
        let changes = alive.push(seen(on, class)).unwrap();
        assert_eq!(kept.push(seen(on, class)).unwrap(), changes);
    }
    assert_eq!(kept.class(), Some(Class::Customer));
    assert_eq!(kept, alive);
}

#[test]
fn what_no_evaluations_lead_to_is_no_state() {
    let good = serde_json::to_value(challenged()).unwrap();
    assert_eq!(serde_json::from_value::<Stable>(good.clone()).unwrap(), challenged());
    let run = |first: &str, evaluations: u32| json!({"first": first, "evaluations": evaluations});
    let mut idle = serde_json::to_value(seen("2025-08-31", Class::Undetermined)).unwrap();
    let refused = |changes: &[(&str, Value)]| {
        let mut state = good.clone();
        for (field, value) in changes {
            state[field] = value.clone();
        }
        serde_json::from_value::<Stable>(state).unwrap_err().to_string()
    };
    let none = Value::Null;
    let class = "not the state of a stable class: `class` is undetermined";
    assert_eq!(refused(&[("class", json!("undetermined"))]), class);
    let since = "not the state of a stable class: \
                 `since` is no evaluation that could have adopted `class`";
    assert_eq!(refused(&[("class", none.clone())]), since);
    assert_eq!(refused(&[("since", json!("2025-09-01"))]), since);
    assert_eq!(refused(&[("since", json!("2025-08-31"))]), since);
    assert_eq!(refused(&[("last", none.clone())]), since);
    let adopted = "not the state of a stable class: the class of `last` was not adopted";
    assert_eq!(refused(&[("class", none.clone()), ("since", none.clone())]), adopted);
    let there = "not the state of a stable class: \
                 `run` is there exactly while `last` gave another definite class";
    assert_eq!(refused(&[("run", none.clone())]), there);
    assert_eq!(refused(&[("last", idle.clone())]), there);
    assert_eq!(refused(&[("class", json!("client"))]), there);
    let within = "not the state of a stable class: \
                  `run` is not within the evaluations since `since`";
    for run in [
        run("2025-08-31", 0),
        run("2025-08-30", 1),
        run("2025-08-31", 2),
        run("2025-07-31", 2),
        run("2025-09-01", 2),
    ] {
        assert_eq!(refused(&[("run", run)]), within);
    }
    assert!(refused(&[("more", json!(1))]).contains("unknown field `more`"));
    assert!(refused(&[("since", json!("2025-7-31"))]).contains("`2025-7-31`"));
    assert!(refused(&[("dwell", json!({"evaluations": 2}))]).contains("missing field `days`"));
    idle["more"] = json!(1);
    assert!(refused(&[("last", idle)]).contains("unknown field `more`"));
}

#[test]
fn a_timeline_and_its_causes_are_written_with_their_words() {
    let mut context = Context::new(AsOf::new(day("2025-12-31")), Coverage::complete());
    let dates = [day("2025-06-24"), day("2025-06-30")];
    let told = replay(&retained(), &context, dates).unwrap();
    let json = serde_json::to_value(&told).unwrap();
    assert_eq!(json["moments"][1]["stable"], "client");
    assert_eq!(json["moments"][0]["found"]["stage"], "prospect");
    let kinds: Vec<&Value> =
        json["transitions"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(*kinds[0], json!({"episode": {"from": 0, "to": 1, "opened": "2025-06-25"}}));
    assert_eq!(*kinds[1], json!({"stage": {"from": "prospect", "to": "new"}}));
    assert_eq!(*kinds[2], json!({"class": {"from": null, "to": "client"}}));
    assert_eq!(
        json["transitions"][1]["moved"],
        json!([{"source": {"signal": "contract.form"},
            "from": {"lo": 0, "hi": 0}, "to": {"lo": 14, "hi": 14}}])
    );
    let before = Context::new(AsOf::new(day("2025-06-24")), Coverage::complete());
    context.as_of = AsOf::new(day("2025-06-30"));
    let why = serde_json::to_value(why_changed(&retained(), &before, &context).unwrap()).unwrap();
    assert_eq!(why["steps"][0]["cause"], "new_facts");
    assert_eq!(why["steps"][0]["to"]["class"], why["to"]["class"]);
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
