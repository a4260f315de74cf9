//! Rule sets as data: files read, written, laid over one another.
#![cfg(feature = "files")]
#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions")]

use tenure_classify::{
    Class, Context, Document, DocumentError, Evidence, Fault, NoWayError, Pack, Policy, RuleSet,
    Signal, Target, counterfactual, evaluate,
};
use tenure_model::record::{Billing, Contract, Terms};
use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Record, Tri, parse_date};

const GENERIC: &str = include_str!("../src/rules/generic.toml");

#[test]
fn a_rule_set_says_who_it_is() {
    let generic = RuleSet::generic();
    assert_eq!((generic.id(), generic.version()), ("generic", "1.0.0"));
}

#[test]
fn the_file_of_the_default_rule_set_is_the_default_rule_set() {
    assert_eq!(&RuleSet::from_toml("generic.toml", GENERIC).unwrap(), RuleSet::generic());
}

/// `digest.py` reads the file by other means, and wrote `generic.sha256`.
#[test]
fn the_digest_is_what_another_program_computes() {
    let expected = include_str!("rules/generic.sha256").trim_end();
    assert_eq!(RuleSet::generic().digest().to_string(), expected);
}

#[test]
fn comments_order_and_defaults_do_not_matter() {
    let json = RuleSet::generic().to_json();
    let defaults = RuleSet::generic().to_toml();
    assert!(!GENERIC.contains("typical = 0,") && defaults.contains("typical = 0,"));
    let mut lines: Vec<&str> = GENERIC.lines().filter(|line| !line.starts_with('#')).collect();
    // `schema` after `version`, the thresholds upside down.
    lines[..3].reverse();
    let from = lines.iter().position(|line| *line == "[thresholds]").unwrap();
    lines[from + 1..from + 7].reverse();
    let shuffled = lines.join("\n");
    for (name, read) in [
        ("defaults", RuleSet::from_toml("f", &defaults)),
        ("shuffled", RuleSet::from_toml("f", &shuffled)),
        ("json", RuleSet::from_json("f", &json)),
        ("serde", Ok(serde_json::from_str(&json).unwrap())),
        (
            "serde of serde",
            Ok(serde_json::from_value(serde_json::to_value(RuleSet::generic()).unwrap()).unwrap()),
        ),
    ] {
        assert_eq!(read.unwrap().digest(), RuleSet::generic().digest(), "{name}");
    }
}

fn document(file: &str, text: &str) -> Document {
    Document::from_toml(file, text).unwrap()
}

/// A rule set of that name upon those bases, with more lines.
fn upon(id: &str, bases: &str, more: &str) -> String {
    let head = "schema = \"tenure/ruleset/1\"\nversion = \"1.0.0\"\n";
    format!("{head}id = \"{id}\"\nextends = [{bases}]\n{more}")
}

fn told(result: Result<RuleSet, DocumentError>) -> Vec<String> {
    result.unwrap_err().faults().iter().map(Fault::to_string).collect()
}

#[test]
fn what_extends_and_what_spells_it_out_is_one_rule_set() {
    let house = document("house.toml", &upon("house", "\"generic\"", ""));
    let mine = document("mine.toml", &upon("mine", "\"house\"", "dormant_ratio = 4"));
    let short = RuleSet::from_document(&mine, &[house]).unwrap();
    let long = GENERIC.replace("dormant_ratio = 3", "dormant_ratio = 4");
    let long = RuleSet::from_toml("f", long.replace("id = \"generic\"", "id = \"mine\"")).unwrap();
    assert_eq!((short.digest(), &short), (long.digest(), &long));
}

#[test]
fn signals_and_hard_rules_are_overridden_by_name_key_by_key() {
    let more = r#"
hard_rule = [{ id = "H1", when = "fiduciary", then = "floor:client_side", reason = "fiduciary_duty" }]
[[signal]]
id = "custom.count"
bins = [[0, 0], [1, 20]]
[[signal]]
id = "manager.dedicated"
group = "continuity"
"#;
    let rules = RuleSet::from_toml("f", upon("mine", "\"needs_based\"", more));
    // The variant has no rule for a manager: what is added must be whole.
    let expected = [
        "f:10:1: signal[1].kind: `kind` is missing [missing_key]",
        "f:10:1: signal[1].reason: `reason` is missing: \
         what a rule decides or adds must be told in a word [missing_reason]",
        "f:10:1: signal[1].points: `points` is missing [missing_key]",
    ];
    assert_eq!(told(rules), expected);
    let rules = RuleSet::from_toml("f", upon("mine", "\"generic\"", more)).unwrap();
    let order =
        |rules: &RuleSet| rules.parts().signals.iter().map(|one| one.signal).collect::<Vec<_>>();
    assert_eq!(order(&rules), order(RuleSet::generic()));
    let custom = rules.rule(Signal::CustomCount).unwrap();
    assert_eq!((custom.max_points(), &*custom.group), (20, "personalisation"));
    let manager = rules.rule(Signal::ManagerDedicated).unwrap();
    assert_eq!((manager.max_points(), &*manager.group), (6, "continuity"));
    assert_eq!(rules.parts().hard_rules.len(), 2);
}

#[test]
fn a_later_base_overrides_an_earlier_one() {
    let one = document("one", &upon("one", "\"generic\"", "window_days = 100\ndormant_ratio = 5"));
    let two = document("two", &upon("two", "\"generic\"", "window_days = 200"));
    let mine = document("mine", &upon("mine", "\"one\", \"two\"", ""));
    let rules = RuleSet::from_document(&mine, &[one, two]).unwrap();
    assert_eq!((rules.parts().window_days, rules.parts().dormant_ratio), (200, 3));
}

#[test]
fn the_file_of_a_base_is_named_for_its_faults() {
    let house =
        document("house.toml", &upon("house", "\"generic\"", "thresholds.exit_client = 56"));
    let branch = document("branch.toml", &upon("branch", "\"house\"", "window_day = 3"));
    let expected = [
        "branch.toml:5:1: window_day: `window_day` is not a key here: \
         did you mean `window_days`? [unknown_key]",
        "house.toml:5:26: thresholds.exit_client: `56` is above `client`, which is `55`: \
         leaving a class is harder than entering it [hysteresis_inverted]",
    ];
    assert_eq!(told(RuleSet::from_document(&branch, &[house])), expected);
}

#[test]
fn a_base_must_exist_and_lead_somewhere() {
    let lost = RuleSet::from_toml("f", upon("mine", "\"generik\", 3", ""));
    let expected = [
        "f:4:12: extends[0]: there is no rule set `generik`: did you mean `generic`? [unknown_base]",
        "f:4:23: extends[1]: expected a text, found the number `3` [type_mismatch]",
    ];
    assert_eq!(told(lost), expected);
    let own = told(RuleSet::from_toml("f", upon("mine", "\"mine\"", "")));
    let expected = "f:4:12: extends[0]: `mine` is built upon itself, through `mine`: \
                    give the rule set an `id` of its own [circular_base]";
    assert_eq!(own, [expected]);
    let one = document("one", &upon("one", "\"two\"", ""));
    let two = document("two", &upon("two", "\"one\"", ""));
    let round = told(RuleSet::from_document(&one, std::slice::from_ref(&two)));
    let expected = "two:4:12: extends[0]: `one` is built upon itself, through `one`, `two`: \
                    give the rule set an `id` of its own [circular_base]";
    assert_eq!(round, [expected]);
    let mine = document("mine", &upon("mine", "\"two\"", ""));
    let twice = told(RuleSet::from_document(&mine, &[two.clone(), two]));
    assert!(twice[0].ends_with("two rule sets are named `two` [duplicate_id]"), "{twice:?}");
    let chain: Vec<Document> = (0..40)
        .map(|at| document("f", &upon(&format!("r{at}"), &format!("\"r{}\"", at + 1), "")))
        .collect();
    let long = told(RuleSet::from_document(&chain[0], &chain));
    assert_eq!(long, ["f:4:12: extends[0]: more than 32 rule sets upon each other [too_deep]"]);
}

/// Each of thirty rule sets names the one before it twice: read once each, or never done.
#[test]
fn a_base_is_read_once() {
    let first = document("f", &upon("r0", "\"generic\"", ""));
    let others = (1..30).map(|at| {
        let below = format!("\"r{}\", \"r{}\"", at - 1, at - 1);
        document("f", &upon(&format!("r{at}"), &below, ""))
    });
    let all: Vec<Document> = [first].into_iter().chain(others).collect();
    let rules = RuleSet::from_document(&all[29], &all).unwrap();
    assert_eq!(rules.parts().signals, RuleSet::generic().parts().signals);
}

/// A duty of care, owed by a rule set without a rule for it, in the pack of a trade that has one.
#[test]
fn a_floor_of_a_pack_holds_where_the_rule_set_has_none() {
    let mut parts = RuleSet::generic().parts().clone();
    parts.hard_rules.to_mut().pop();
    let rules = parts.build().unwrap();
    let pack = r#"
schema = "tenure/pack/1"
id = "trust"
version = "1.0.0"
[[hard_rule]]
id = "trust.duty"
when = "fiduciary"
then = "floor:client_side"
reason = "fiduciary_duty"
"#;
    let packs = [Pack::from_toml("trust.toml", pack).unwrap()];
    let acme = AccountId::new("acme").unwrap();
    let start = parse_date("2025-06-01").unwrap();
    let mut trust = Contract::new("trust", start, Terms::Standard, Billing::Hourly);
    (trust.fiduciary, trust.exclusive) = (Tri::Yes, Tri::No);
    let (book, _) = Book::from_events([Event::new(acme.clone(), Record::Contract(trust))]);
    let as_of = AsOf::new(parse_date("2025-06-30").unwrap());
    let mut context = Context::new(as_of, Coverage::complete());
    let ask = |context: &Context<'_>| {
        let verdict = evaluate(book.get(&acme).unwrap(), context);
        (verdict.class, verdict.hard_rule.map(|id| id.into_owned()))
    };
    assert_eq!(ask(&context), (Class::Client, Some("H1".to_owned())));
    context.rules = &rules;
    assert_eq!(ask(&context), (Class::Customer, None));
    context.policy = Policy::Lean;
    assert_eq!(ask(&context), (Class::Customer, None));
    context.packs = &packs;
    assert_eq!(ask(&context), (Class::Client, Some("trust.duty".to_owned())));
    context.policy = Policy::Strict;
    assert_eq!(ask(&context), (Class::Client, Some("trust.duty".to_owned())));
    let blocked = counterfactual(
        &Evidence::of(book.get(&acme).unwrap(), &context),
        &context,
        Target::Customer,
    );
    assert_eq!(blocked, Err(NoWayError::HardRule { id: "trust.duty".into() }));
    // The rule of the rule set goes before that of a pack.
    context.rules = RuleSet::generic();
    assert_eq!(ask(&context), (Class::Client, Some("H1".to_owned())));
}

#[test]
fn a_pack_in_a_file_is_the_pack_that_comes_with_the_crate() {
    let text = r#"
# Words of lawyers.
version = "1.0.0"
id = "legal"
schema = "tenure/pack/1"
[[term]]
term = "client"
when = "active"
source = "ABA Model Rules of Professional Conduct, client-lawyer relationship (Rules 1.1 to 1.18)"
regulated = true
[[term]]
when = "prospect_in_contact"
term = "prospective client"
regulated = true
source = "ABA Model Rule 1.18, duties to prospective client"
"#;
    let legal = Pack::from_toml("legal.toml", text).unwrap();
    assert_eq!(Some(&legal), Pack::built_in("legal"));
    assert_eq!(Some(legal.digest()), Pack::built_in("legal").map(Pack::digest));
    for &name in Pack::BUILT_IN {
        let pack = Pack::built_in(name).unwrap();
        assert_eq!(&Pack::from_toml("f", pack.to_toml()).unwrap(), pack);
        assert_eq!(&Pack::from_json("f", pack.to_json()).unwrap(), pack);
    }
}
