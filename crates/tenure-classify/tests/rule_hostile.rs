//! Invalid rule sets and packs by the hundred: valid documents, broken in one place each. What must
//! be found follows from what was broken.
#![cfg(feature = "files")]
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers outside #[test] functions"
)]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tenure_classify::{DocumentError, Pack, RuleSet};

/// A key or a place in a list.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Key(String),
    At(usize),
}

type Way = Vec<Step>;
/// Code and path of every fault.
type Faults = Vec<(String, String)>;

/// A broken document, and what must be found.
struct Case {
    name: String,
    document: Value,
    /// A key to write twice.
    twice: Option<Way>,
    expected: Faults,
}

fn shown(way: &[Step]) -> String {
    let mut text = String::new();
    for step in way {
        match step {
            Step::At(place) => text += &format!("[{place}]"),
            Step::Key(key) if text.is_empty() => text += key,
            Step::Key(key) => text += &format!(".{key}"),
        }
    }
    text
}

fn key(way: &[Step]) -> &str {
    match way.last() {
        Some(Step::Key(key)) => key,
        _ => "",
    }
}

fn beside(way: &[Step], name: &str) -> Way {
    let mut way = way[..way.len() - 1].to_vec();
    way.push(Step::Key(name.to_owned()));
    way
}

fn within(way: &[Step], place: usize) -> Way {
    [way, &[Step::At(place)]].concat()
}

fn at<'v>(document: &'v mut Value, way: &[Step]) -> &'v mut Value {
    way.iter().fold(document, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::At(place) => &mut value[*place],
    })
}

fn ways(value: &Value, way: Way, all: &mut Vec<Way>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                ways(inner, [way.clone(), vec![Step::Key(key.clone())]].concat(), all);
            }
        }
        Value::Array(items) => {
            for (place, inner) in items.iter().enumerate() {
                ways(inner, within(&way, place), all);
            }
        }
        _ => {}
    }
    if !way.is_empty() {
        all.push(way);
    }
}

/// The document as JSON or TOML, with one key written twice.
fn written(value: &Value, way: &mut Way, twice: Option<&Way>, toml: bool, text: &mut String) {
    let (colon, depth) = (if toml { "=" } else { ":" }, way.len());
    match value {
        Value::Object(map) => {
            let lines = toml && depth == 0;
            if !lines {
                text.push('{');
            }
            let mut first = true;
            for (key, inner) in map {
                way.push(Step::Key(key.clone()));
                let times = if twice == Some(way) { 2 } else { 1 };
                for _ in 0..times {
                    if !lines && !first {
                        text.push(',');
                    }
                    first = false;
                    *text += &format!("{}{colon}", json!(key));
                    written(inner, way, twice, toml, text);
                    if lines {
                        text.push('\n');
                    }
                }
                way.pop();
            }
            if !lines {
                text.push('}');
            }
        }
        Value::Array(items) => {
            text.push('[');
            for (place, inner) in items.iter().enumerate() {
                *text += if place == 0 { "" } else { "," };
                way.push(Step::At(place));
                written(inner, way, twice, toml, text);
                way.pop();
            }
            text.push(']');
        }
        other => {
            let raw = other.as_str().and_then(|content| content.strip_prefix(RAW));
            *text += &raw.map_or_else(|| other.to_string(), str::to_owned);
        }
    }
}

/// Before digits that are to be written as they stand: serde_json's numbers cannot hold them.
const RAW: &str = "\u{0}";

/// What a value may be: the kind of each key, by the specification of the format.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Takes {
    /// Any text.
    Text,
    /// One of some texts; with that code for others.
    Word(&'static str),
    Whole,
    Decimal,
    Flag,
    /// True, false, "wait".
    Actionable,
    List,
    Pair,
    Table,
}

fn takes(way: &[Step], document: &Value) -> Takes {
    if let Some(Step::At(place)) = way.last() {
        let list = &way[..way.len() - 1];
        return match key(list) {
            "signal" | "hard_rule" | "term" => Takes::Table,
            "bins" | "levels" => Takes::Pair,
            "extends" => Takes::Text,
            _ if *place == 1 => Takes::Whole,
            _ => {
                let (signal, bins) = (&list[..2], key(&list[..list.len() - 1]));
                let id = document["signal"][match &signal[1] {
                    Step::At(place) => *place,
                    Step::Key(_) => panic!("a list of signals"),
                }]["id"]
                    .clone();
                match (bins, id == "value.ratio") {
                    ("levels", _) => Takes::Word("unknown_value"),
                    (_, true) => Takes::Decimal,
                    _ => Takes::Whole,
                }
            }
        };
    }
    let inside = way.len() > 1;
    match key(way) {
        "schema" => Takes::Word("bad_schema"),
        "id" if inside && shown(way).starts_with("signal") => Takes::Word("unknown_signal"),
        "kind" | "when" | "then" | "contract_end" => Takes::Word("unknown_value"),
        "reason" => Takes::Word("unknown_reason"),
        "actionable" => Takes::Actionable,
        "regulated" => Takes::Flag,
        "min_standard_share" => Takes::Decimal,
        "signal" | "hard_rule" | "bins" | "levels" | "extends" => Takes::List,
        "term" if !inside => Takes::List,
        "thresholds" | "transactional" | "text" => Takes::Table,
        "id" | "version" | "group" | "term" | "source" | "industry" => Takes::Text,
        _ if shown(way).starts_with("text.") => Takes::Text,
        _ => Takes::Whole,
    }
}

/// What stands for another type, and which it is not.
fn foreign(takes: Takes) -> Vec<(&'static str, Value)> {
    let all = [
        ("null", Value::Null),
        ("flag", json!(true)),
        ("text", json!("no such word")),
        ("whole", json!(3)),
        ("decimal", json!(1.5)),
        ("list", json!([])),
        ("table", json!({})),
    ];
    let fits: &[&str] = match takes {
        Takes::Text | Takes::Word(_) => &["text"],
        Takes::Whole => &["whole"],
        Takes::Decimal => &["whole", "decimal"],
        Takes::Flag => &["flag"],
        Takes::Actionable => &["flag", "text"],
        Takes::List => &["list"],
        // A list of none is no pair either, but a fault of another kind of mismatch.
        Takes::Pair => &[],
        Takes::Table => &["table"],
    };
    all.into_iter().filter(|(name, _)| !fits.contains(name)).collect()
}

struct Table {
    base: Value,
    what: &'static str,
    cases: Vec<Case>,
}

impl Table {
    fn new(what: &'static str, base: Value) -> Self {
        Self { base, what, cases: Vec::new() }
    }

    fn broken(&mut self, name: &str, expected: &[(&str, String)], change: impl FnOnce(&mut Value)) {
        let mut document = self.base.clone();
        change(&mut document);
        self.cases.push(Case {
            name: format!("{}: {name}", self.what),
            document,
            twice: None,
            expected: expected
                .iter()
                .map(|(code, path)| ((*code).to_owned(), path.clone()))
                .collect(),
        });
    }

    fn ways(&self) -> Vec<Way> {
        let mut all = Vec::new();
        ways(&self.base, Vec::new(), &mut all);
        all
    }

    fn wrong_types(&mut self) {
        for way in self.ways() {
            for (name, value) in foreign(takes(&way, &self.base)) {
                let path = shown(&way);
                let expected = [("type_mismatch", path.clone())];
                self.broken(&format!("{path} is {name}"), &expected, |document| {
                    *at(document, &way) = value;
                });
            }
        }
    }

    fn wrong_words(&mut self) {
        for way in self.ways() {
            let code = match takes(&way, &self.base) {
                Takes::Word(code) => code,
                Takes::Actionable => "unknown_value",
                _ => continue,
            };
            let path = shown(&way);
            for word in ["", "no such word", "Client", "\u{1f600}"] {
                self.broken(&format!("{path} is `{word}`"), &[(code, path.clone())], |document| {
                    *at(document, &way) = json!(word);
                });
            }
        }
    }

    /// The fault of a key that is not there; `None` where it may be left out.
    fn missing(&self, way: &[Step]) -> Option<&'static str> {
        match key(way) {
            "typical" | "actionable" | "extends" | "industry" | "regulated" => None,
            "reason" => Some("missing_reason"),
            _ if shown(way).starts_with("text") => None,
            "source" => Some("no_source"),
            "term" | "hard_rule" if way.len() == 1 && self.what != "rules" => None,
            _ => Some("missing_key"),
        }
    }

    fn keys(&self) -> impl Iterator<Item = Way> + use<> {
        self.ways().into_iter().filter(|way| !key(way).is_empty())
    }

    fn keys_removed_misspelt_and_twice(&mut self) {
        for way in self.keys() {
            let path = shown(&way);
            let mut missing: Vec<(&str, String)> =
                self.missing(&way).map(|code| (code, path.clone())).into_iter().collect();
            let regulated = key(&way) != "source" || {
                let mut rule = self.base.clone();
                *at(&mut rule, &beside(&way, "regulated")) == json!(true)
            };
            if !regulated {
                missing.clear();
            }
            if key(&way) == "industry" {
                // Then there are two words for accounts of any industry.
                missing.push(("term_conflict", shown(&beside(&way, "term"))));
            }
            let remove = |document: &mut Value| {
                let parent = at(document, &way[..way.len() - 1]);
                parent.as_object_mut().unwrap().remove(key(&way)).unwrap()
            };
            self.broken(&format!("{path} removed"), &missing, |document| {
                remove(document);
            });
            let wrong = beside(&way, &format!("{}x", key(&way)));
            let in_text = path.starts_with("text.");
            let mut expected =
                vec![(if in_text { "unknown_reason" } else { "unknown_key" }, shown(&wrong))];
            expected.extend(missing);
            self.broken(&format!("{path} misspelt"), &expected, |document| {
                let value = remove(document);
                let parent = at(document, &way[..way.len() - 1]);
                parent.as_object_mut().unwrap().insert(format!("{}x", key(&way)), value);
            });
            self.cases.push(Case {
                name: format!("{}: {path} twice", self.what),
                document: self.base.clone(),
                twice: Some(way),
                expected: vec![("duplicate_key".to_owned(), path)],
            });
        }
    }

    /// A list of so many bins, and what a way in it is.
    fn bins(&self) -> Vec<(Way, usize)> {
        let lists = self.keys().filter(|way| ["bins", "levels"].contains(&key(way)));
        lists
            .map(|way| {
                let mut base = self.base.clone();
                let bins = at(&mut base, &way).as_array().unwrap().len();
                (way, bins)
            })
            .collect()
    }

    fn numbers(&mut self) {
        for way in self.ways() {
            let path = shown(&way);
            let in_bins = matches!(way.last(), Some(Step::At(_)));
            let decimal = takes(&way, &self.base) == Takes::Decimal;
            if (takes(&way, &self.base) != Takes::Whole && !decimal) || in_bins {
                continue;
            }
            let negative = if key(&way) == "points" { "negative_points" } else { "out_of_range" };
            let huge = "99999999999999999999";
            for (text, code) in
                [("-1", negative), (huge, "out_of_range"), ("1099511627776", "out_of_range")]
            {
                self.broken(&format!("{path} is {text}"), &[(code, path.clone())], |document| {
                    *at(document, &way) = json!(format!("{RAW}{text}"));
                });
            }
        }
        for (key, most) in [
            ("window_days", 36_500),
            ("default_gap_days", 36_500),
            ("episode_grace_days", 36_500),
            ("dormant_ratio", 1_000),
        ] {
            for found in [0, most + 1] {
                let fits = key == "episode_grace_days" && found == 0;
                let expected = [("out_of_range", key.to_owned())];
                let expected: &[_] = if fits { &[] } else { &expected };
                self.broken(&format!("{key} is {found}"), expected, |d| d[key] = json!(found));
            }
        }
        for share in ["1.0001", "2", "1e9", "-0.0001"] {
            let path = "transactional.min_standard_share".to_owned();
            self.broken(&format!("share {share}"), &[("out_of_range", path)], |d| {
                d["transactional"]["min_standard_share"] = json!(format!("{RAW}{share}"));
            });
        }
        for share in ["0.00001", "0.123456", "1e-5"] {
            let path = "transactional.min_standard_share".to_owned();
            self.broken(&format!("share {share}"), &[("not_exact", path)], |d| {
                d["transactional"]["min_standard_share"] = json!(format!("{RAW}{share}"));
            });
        }
    }

    fn points_and_bounds(&mut self) {
        for (way, bins) in self.bins() {
            let path = |place: usize| shown(&within(&way, place));
            let set = |document: &mut Value, place: usize, part: usize, to: Value| {
                at(document, &way)[place][part] = to;
            };
            for place in 0..bins {
                let points = shown(&within(&within(&way, place), 1));
                let name = |what: &str| format!("{} {what}", path(place));
                self.broken(&name("negative"), &[("negative_points", points)], |d| {
                    set(d, place, 1, json!(-1));
                });
                // More than the next bin gives, and than any may.
                let mut expected = vec![("out_of_range", path(place))];
                if place == 0 {
                    expected.push(("first_bin_not_zero", path(0)));
                }
                if place + 1 < bins {
                    expected.push(("decreasing_points", path(place + 1)));
                }
                self.broken(&name("1001 points"), &expected, |d| set(d, place, 1, json!(1_001)));
                for short in [json!([]), json!([0]), json!([0, 0, 0])] {
                    let expected = [("type_mismatch", path(place))];
                    let name = name(&format!("of {}", short.as_array().unwrap().len()));
                    self.broken(&name, &expected, |d| at(d, &way)[place] = short);
                }
                if key(&way) == "bins" {
                    let bound = |what: &str| format!("{} bound {what}", path(place));
                    let code = if place == 0 { "first_bin_not_zero" } else { "unsorted_bins" };
                    self.broken(&bound("negative"), &[(code, path(place))], |d| {
                        set(d, place, 0, json!(-1));
                    });
                    let far: i64 = 1_000_000_000_001;
                    let mut expected = vec![("out_of_range", path(place))];
                    if place == 0 {
                        expected.push(("first_bin_not_zero", path(0)));
                    }
                    if place + 1 < bins {
                        expected.push(("unsorted_bins", path(place + 1)));
                    }
                    self.broken(&bound("far"), &expected, |d| set(d, place, 0, json!(far)));
                }
                if place + 1 < bins {
                    let next = path(place + 1);
                    let mut expected =
                        vec![("unsorted_bins", next.clone()), ("decreasing_points", next)];
                    if place == 0 {
                        expected.push(("first_bin_not_zero", path(0)));
                    }
                    self.broken(&name("swapped with the next"), &expected, |d| {
                        at(d, &way).as_array_mut().unwrap().swap(place, place + 1);
                    });
                    let expected = [("unsorted_bins", path(place + 1))];
                    self.broken(&name("twice"), &expected, |d| {
                        let list = at(d, &way).as_array_mut().unwrap();
                        list.insert(place, list[place].clone());
                    });
                }
            }
            self.broken(
                &format!("{} begins later", shown(&way)),
                &[("first_bin_not_zero", path(0))],
                |d| {
                    at(d, &way).as_array_mut().unwrap().remove(0);
                },
            );
            let empty = [("first_bin_not_zero", shown(&way))];
            self.broken(&format!("{} empty", shown(&way)), &empty, |d| *at(d, &way) = json!([]));
        }
    }

    fn signals_and_rules(&mut self) {
        let signals = self.base["signal"].as_array().unwrap().len();
        for place in 0..signals {
            let last = format!("signal[{signals}].id");
            self.broken(&format!("signal {place} twice"), &[("duplicate_id", last)], |d| {
                let again = d["signal"][place].clone();
                d["signal"].as_array_mut().unwrap().push(again);
            });
            let kind = self.base["signal"][place]["kind"].clone();
            for other in ["count", "rate", "bool", "ordinal"] {
                if kind != other {
                    let expected = [("type_mismatch", format!("signal[{place}].kind"))];
                    self.broken(&format!("signal {place} of kind {other}"), &expected, |d| {
                        d["signal"][place]["kind"] = json!(other);
                    });
                }
            }
            for worth in ["bins", "levels", "points"] {
                if self.base["signal"][place].get(worth).is_none() {
                    let expected = [("unknown_key", format!("signal[{place}].{worth}"))];
                    self.broken(&format!("signal {place} with {worth}"), &expected, |d| {
                        d["signal"][place][worth] = json!(3);
                    });
                }
            }
            for reason in ["fiduciary_duty", "self_service", "hysteresis_held"] {
                let expected = [("unknown_reason", format!("signal[{place}].reason"))];
                self.broken(&format!("signal {place} because of {reason}"), &expected, |d| {
                    d["signal"][place]["reason"] = json!(reason);
                });
            }
        }
        for place in 0..2 {
            let expected = [
                ("duplicate_id", "hard_rule[2].id".to_owned()),
                ("dead_hard_rule", "hard_rule[2].when".to_owned()),
            ];
            self.broken(&format!("hard rule {place} twice"), &expected, |d| {
                let again = d["hard_rule"][place].clone();
                d["hard_rule"].as_array_mut().unwrap().push(again);
            });
            self.broken(&format!("hard rule {place} renamed"), &expected[1..], |d| {
                let mut again = d["hard_rule"][place].clone();
                again["id"] = json!("H9");
                d["hard_rule"].as_array_mut().unwrap().push(again);
            });
            for (key, code) in [("then", "unknown_value"), ("reason", "unknown_reason")] {
                let other = self.base["hard_rule"][1 - place][key].clone();
                let expected = [(code, format!("hard_rule[{place}].{key}"))];
                self.broken(&format!("hard rule {place} with another {key}"), &expected, |d| {
                    d["hard_rule"][place][key] = other;
                });
            }
        }
    }

    /// By the definition: customer < client and < exit_client, exit_customer < client, exits on the
    /// inner side, no more than 100.
    fn thresholds(&mut self) {
        for client in [1, 35, 55, 100, 101] {
            for customer in [0, 34, 35, 99, 101] {
                for (exit_client, exit_customer) in [(45, 42), (36, 35), (1, 0), (100, 99)] {
                    let path = |key: &str| format!("thresholds.{key}");
                    let mut expected = Vec::new();
                    let mut when = |wrong: bool, code: &'static str, key: &str| {
                        if wrong {
                            expected.push((code, path(key)));
                        }
                    };
                    when(client > 100, "unreachable_threshold", "client");
                    when(customer > 100, "unreachable_threshold", "customer");
                    when(customer >= client, "threshold_crossing", "customer");
                    when(customer >= exit_client, "threshold_crossing", "customer");
                    when(exit_customer >= client, "threshold_crossing", "exit_customer");
                    when(exit_client > client, "hysteresis_inverted", "exit_client");
                    when(exit_customer < customer, "hysteresis_inverted", "exit_customer");
                    let name =
                        format!("thresholds {client} {customer} {exit_client} {exit_customer}");
                    self.broken(&name, &expected, |d| {
                        let limits = &mut d["thresholds"];
                        limits["client"] = json!(client);
                        limits["customer"] = json!(customer);
                        limits["exit_client"] = json!(exit_client);
                        limits["exit_customer"] = json!(exit_customer);
                    });
                }
            }
        }
    }

    /// What belongs to rule sets, wherever it stands in a pack.
    fn rules_in_a_pack(&mut self) {
        for name in
            ["thresholds", "signal", "transactional", "window_days", "points", "client", "bins"]
        {
            for place in ["", "term[0]", "hard_rule[0]"] {
                let path =
                    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
                self.broken(&format!("{path} set"), &[("pack_sets_threshold", path)], |d| {
                    let table = match place {
                        "term[0]" => &mut d["term"][0],
                        "hard_rule[0]" => &mut d["hard_rule"][0],
                        _ => d,
                    };
                    table[name] = json!(55);
                });
            }
        }
        let terms = self.base["term"].as_array().unwrap().len();
        for place in 0..terms {
            let last = format!("term[{terms}].term");
            self.broken(&format!("term {place} twice"), &[("duplicate_id", last.clone())], |d| {
                let again = d["term"][place].clone();
                d["term"].as_array_mut().unwrap().push(again);
            });
            self.broken(&format!("term {place} contradicted"), &[("term_conflict", last)], |d| {
                let mut again = d["term"][place].clone();
                again["term"] = json!("stranger");
                d["term"].as_array_mut().unwrap().push(again);
            });
        }
        self.broken(
            "a floor that is none",
            &[("unknown_value", "hard_rule[0].when".to_owned())],
            |d| {
                d["hard_rule"][0]["when"] = json!("no_commercial_activity");
                d["hard_rule"][0]["then"] = json!("undetermined");
                d["hard_rule"][0]["reason"] = json!("no_commercial_activity");
            },
        );
    }
}

fn found<T>(read: Result<T, DocumentError>) -> Faults {
    let Err(error) = read else { return Vec::new() };
    let told = |fault: &tenure_classify::Fault| {
        assert!(fault.location().is_some_and(|at| at.file() == "f" && at.line() > 0), "{fault}");
        (fault.code().name().to_owned(), fault.path())
    };
    error.faults().iter().map(told).collect()
}

/// Reads every document in both notations, and compares; how many were invalid.
fn check<T>(
    table: &Table,
    toml: fn(&str, String) -> Result<T, DocumentError>,
    json: fn(&str, String) -> Result<T, DocumentError>,
) -> usize {
    let mut invalid = BTreeSet::new();
    for case in &table.cases {
        let mut expected = case.expected.clone();
        expected.sort();
        let (mut way, mut text) = (Vec::new(), String::new());
        written(&case.document, &mut way, case.twice.as_ref(), false, &mut text);
        let mut told = found(json("f", text.clone()));
        told.sort();
        assert_eq!(told, expected, "{} in {text}", case.name);
        if !expected.is_empty() {
            assert!(invalid.insert(case.name.clone()), "two cases are named {}", case.name);
        }
        let mut text = String::new();
        written(&case.document, &mut way, case.twice.as_ref(), true, &mut text);
        if text.contains("null") {
            continue;
        }
        if case.twice.is_some() {
            // TOML's reader does not say in which table.
            expected = vec![("duplicate_key".to_owned(), String::new())];
        }
        let mut told = found(toml("f", text.clone()));
        told.sort();
        assert_eq!(told, expected, "{} in {text}", case.name);
    }
    invalid.len()
}

#[test]
fn every_broken_rule_set_has_the_faults_it_was_given() {
    let base = serde_json::from_str(&RuleSet::generic().to_json()).unwrap();
    let mut table = Table::new("rules", base);
    table.wrong_types();
    table.wrong_words();
    table.keys_removed_misspelt_and_twice();
    table.numbers();
    table.points_and_bounds();
    table.signals_and_rules();
    table.thresholds();
    let invalid = check(&table, RuleSet::from_toml, RuleSet::from_json);
    println!("{invalid} invalid rule sets");
    assert!(invalid >= 2_000, "{invalid}");
}

#[test]
fn every_broken_pack_has_the_faults_it_was_given() {
    let base = json!({
        "schema": "tenure/pack/1",
        "id": "clinic",
        "version": "1.0.0",
        "term": [
            { "when": "active", "term": "patient", "regulated": true, "source": "a law" },
            { "when": "active", "industry": "spa", "term": "guest", "regulated": false, "source": "usage" },
            { "when": "prospect_in_contact", "term": "enquirer", "regulated": false, "source": "usage" },
        ],
        "hard_rule": [
            { "id": "F1", "when": "fiduciary", "then": "floor:client_side", "reason": "fiduciary_duty" },
        ],
        "text": { "advisory": "is treated", "long_tenure": "has been a patient for long" },
    });
    let mut table = Table::new("pack", base);
    table.wrong_types();
    table.wrong_words();
    table.keys_removed_misspelt_and_twice();
    table.rules_in_a_pack();
    let invalid = check(&table, Pack::from_toml, Pack::from_json);
    println!("{invalid} invalid packs");
    assert!(invalid >= 200, "{invalid}");
}
