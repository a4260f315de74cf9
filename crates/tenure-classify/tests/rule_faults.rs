//! Every fault of a file by name: its code, its path, its line and column.
#![cfg(feature = "files")]
#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions")]

use tenure_classify::{Document, DocumentError, FaultCode, MAX_DOCUMENT_BYTES, Pack, RuleSet};

/// The first lines of a rule set; what follows is line 5.
const HEAD: &str =
    "schema = \"tenure/ruleset/1\"\nid = \"house\"\nversion = \"1.0.0\"\nextends = [\"generic\"]\n";
/// The first lines of a pack; what follows is line 4.
const PACK: &str = "schema = \"tenure/pack/1\"\nid = \"gym\"\nversion = \"1.0.0\"\n";

/// Code, path, line and column.
type Found = (&'static str, String, usize, usize);

fn faults<T>(read: Result<T, DocumentError>) -> Vec<Found> {
    let Err(error) = read else { return Vec::new() };
    let place = |fault: &tenure_classify::Fault| {
        let at = fault.location().unwrap();
        assert_eq!(at.file(), "house.toml");
        (fault.code().name(), fault.path(), at.line(), at.column())
    };
    error.faults().iter().map(place).collect()
}

fn rules(more: &str) -> Vec<Found> {
    faults(RuleSet::from_toml("house.toml", format!("{HEAD}{more}")))
}

fn pack(more: &str) -> Vec<Found> {
    faults(Pack::from_toml("house.toml", format!("{PACK}{more}")))
}

fn one(code: &'static str, path: &str, line: usize, column: usize) -> Vec<Found> {
    vec![(code, path.to_owned(), line, column)]
}

/// A signal with the place of its first bin after `bins = [`: line 6, column 9.
fn signal(worth: &str) -> String {
    format!("[[signal]]\n{worth}\nid = \"custom.count\"")
}

#[test]
fn bad_schema() {
    let text = HEAD.replace("ruleset/1", "ruleset/2");
    let found = faults(RuleSet::from_toml("house.toml", text));
    assert_eq!(found, one("bad_schema", "schema", 1, 10));
    let found =
        faults(Pack::from_toml("house.toml", HEAD.replace("extends = [\"generic\"]\n", "")));
    assert_eq!(found, one("bad_schema", "schema", 1, 10));
}

#[test]
fn unknown_key() {
    assert_eq!(rules("windows_days = 30"), one("unknown_key", "windows_days", 5, 1));
    assert_eq!(rules("thresholds.clients = 30"), one("unknown_key", "thresholds.clients", 5, 12));
    assert_eq!(rules(&signal("points = 3")), one("unknown_key", "signal[0].points", 6, 1));
    let error = RuleSet::from_toml("f", format!("{HEAD}windows_days = 30")).unwrap_err();
    assert_eq!(error.faults()[0].hint(), Some("did you mean `window_days`?"));
    assert_eq!(pack("terms = []"), one("unknown_key", "terms", 4, 1));
}

#[test]
fn type_mismatch() {
    assert_eq!(rules("window_days = \"30\""), one("type_mismatch", "window_days", 5, 15));
    assert_eq!(rules("window_days = 30.0"), one("type_mismatch", "window_days", 5, 15));
    assert_eq!(rules("window_days = 2024-01-01"), one("type_mismatch", "window_days", 5, 15));
    let kind = signal("kind = \"bool\"");
    assert_eq!(rules(&kind), one("type_mismatch", "signal[0].kind", 6, 8));
    let triple = signal("bins = [[0, 0], [1, 2, 3]]");
    assert_eq!(rules(&triple), one("type_mismatch", "signal[0].bins[1]", 6, 17));
}

#[test]
fn unknown_signal() {
    let text = "[[signal]]\nid = \"custom.counts\"";
    assert!(rules(text).contains(&("unknown_signal", "signal[0].id".to_owned(), 6, 6)));
    let error = RuleSet::from_toml("f", format!("{HEAD}{text}")).unwrap_err();
    let hints: Vec<_> = error.faults().iter().filter_map(tenure_classify::Fault::hint).collect();
    assert!(hints.contains(&"did you mean `custom.count`?"), "{hints:?}");
    let error = RuleSet::from_toml("f", format!("{HEAD}[[signal]]\nid = \"sales_cycle.days\""));
    let told = error.unwrap_err().to_string();
    assert!(told.contains("it is told beside the score and gives no points [unknown_signal]"));
}

#[test]
fn duplicate_id() {
    let generic = include_str!("../src/rules/generic.toml");
    let line = generic.lines().find(|line| line.contains("goal.tracked")).unwrap();
    let text = generic.replace(line, &format!("{line}\n{line}"));
    let at = generic.lines().position(|other| other == line).unwrap() + 2;
    let found = faults(RuleSet::from_toml("house.toml", text));
    assert_eq!(found, one("duplicate_id", "signal[9].id", at, 10));
    let floor = r#"{ id = "F", when = "fiduciary", then = "floor:client_side", reason = "fiduciary_duty" }"#;
    let found = pack(&format!("hard_rule = [{floor},\n{floor}]"));
    assert_eq!(found, one("duplicate_id", "hard_rule[1].id", 5, 8));
}

#[test]
fn unsorted_bins() {
    let text = signal("bins = [[0, 0], [3, 1], [3, 2]]");
    assert_eq!(rules(&text), one("unsorted_bins", "signal[0].bins[2]", 6, 25));
    let levels = "[[signal]]\nlevels = [[\"none\", 0], [\"negotiated\", 3], [\"standard\", 4]]\n\
                  id = \"contract.form\"";
    assert_eq!(rules(levels), one("unsorted_bins", "signal[0].levels[2]", 6, 43));
}

#[test]
fn first_bin_not_zero() {
    for bins in ["[[1, 0], [2, 5]]", "[[0, 1], [2, 5]]", "[[-1, 0], [2, 5]]"] {
        let found = rules(&signal(&format!("bins = {bins}")));
        assert_eq!(found, one("first_bin_not_zero", "signal[0].bins[0]", 6, 9));
    }
    let found = rules(&signal("bins = []"));
    assert_eq!(found, one("first_bin_not_zero", "signal[0].bins", 6, 8));
}

#[test]
fn decreasing_points() {
    let text = signal("bins = [[0, 0], [1, 20], [3, 19]]");
    assert_eq!(rules(&text), one("decreasing_points", "signal[0].bins[2]", 6, 26));
}

#[test]
fn negative_points() {
    let text = signal("bins = [[0, 0], [1, -1]]");
    assert_eq!(rules(&text), one("negative_points", "signal[0].bins[1][1]", 6, 21));
    let text = "[[signal]]\npoints = -6\nid = \"goal.tracked\"";
    assert_eq!(rules(text), one("negative_points", "signal[0].points", 6, 10));
}

#[test]
fn the_largest_that_is_allowed_is_allowed() {
    let fault = |text: &str| rules(text).into_iter().map(|found| found.0).collect::<Vec<_>>();
    assert_eq!(fault(&signal("bins = [[0, 0], [1, 1000]]")), [""; 0]);
    assert_eq!(fault(&signal("bins = [[0, 0], [1, 1001]]")), ["out_of_range"]);
    assert_eq!(fault(&signal("bins = [[0, 0], [1, 5]]\ntypical = 1000")), [""; 0]);
    assert_eq!(fault(&signal("bins = [[0, 0], [1, 5]]\ntypical = 1001")), ["out_of_range"]);
    assert_eq!(fault("[transactional]\nmin_standard_share = 1.0"), [""; 0]);
    assert_eq!(fault("[transactional]\nmin_standard_share = 1.0001"), ["out_of_range"]);
    // The points of yes stand alone: the fault is at them, not in a list.
    let text = "[[signal]]\npoints = 1001\nid = \"goal.tracked\"";
    assert_eq!(rules(text), one("out_of_range", "signal[0].points", 6, 10));
}

#[test]
fn unreachable_threshold() {
    let found = rules("[thresholds]\nclient = 101");
    assert_eq!(found, one("unreachable_threshold", "thresholds.client", 6, 10));
}

#[test]
fn threshold_crossing() {
    let found = rules("[thresholds]\ncustomer = 50\nexit_customer = 50");
    assert_eq!(found, one("threshold_crossing", "thresholds.customer", 6, 12));
    // What is not in the file is told at what is nearest to it there.
    let found = rules("[thresholds]\nexit_client = 35");
    assert_eq!(found, one("threshold_crossing", "thresholds.customer", 5, 1));
}

#[test]
fn hysteresis_inverted() {
    let found = rules("thresholds.exit_client = 56");
    assert_eq!(found, one("hysteresis_inverted", "thresholds.exit_client", 5, 26));
    let found = rules("[thresholds]\nexit_customer = 34");
    assert_eq!(found, one("hysteresis_inverted", "thresholds.exit_customer", 6, 17));
}

#[test]
fn dead_hard_rule() {
    let text = "[[hard_rule]]\nid = \"H9\"\nwhen = \"fiduciary\"\nthen = \"floor:client_side\"\n\
                reason = \"fiduciary_duty\"";
    assert_eq!(rules(text), one("dead_hard_rule", "hard_rule[0].when", 7, 8));
}

#[test]
fn missing_reason() {
    let text = "[[hard_rule]]\nid = \"H9\"\nwhen = \"fiduciary\"\nthen = \"floor:client_side\"";
    assert_eq!(rules(text), one("missing_reason", "hard_rule[0].reason", 5, 1));
    let generic = include_str!("../src/rules/generic.toml");
    let text = generic.replace("reason = \"advisory\" ", "").replace("[6, 9]], }", "[6, 9]] }");
    let line = generic.lines().position(|line| line.contains("advisory")).unwrap() + 1;
    let found = faults(RuleSet::from_toml("house.toml", text));
    assert_eq!(found, one("missing_reason", "signal[5].reason", line, 3));
}

#[test]
fn unknown_reason() {
    let found = rules(&signal("reason = \"advisry\""));
    assert_eq!(found, one("unknown_reason", "signal[0].reason", 6, 10));
    let found = rules(&signal("reason = \"self_service\""));
    assert_eq!(found, one("unknown_reason", "signal[0].reason", 6, 10));
    let found = rules("[[hard_rule]]\nid = \"H1\"\nreason = \"advisory\"");
    assert_eq!(found, one("unknown_reason", "hard_rule[0].reason", 7, 10));
    assert_eq!(pack("text.advise = \"x\""), one("unknown_reason", "text.advise", 4, 15));
}

#[test]
fn contradictory_packs_are_a_term_conflict() {
    let text = "[[term]]\nwhen = \"active\"\nterm = \"member\"\n[[term]]\nwhen = \"active\"\nterm = \"guest\"";
    assert_eq!(pack(text), one("term_conflict", "term[1].term", 9, 8));
    let two: Vec<Pack> = ["a", "b"]
        .iter()
        .map(|term| {
            let text = format!("{PACK}term = [{{ when = \"active\", term = \"{term}\" }}]");
            Pack::from_toml("f", text).unwrap()
        })
        .collect();
    let error = Pack::check_together(&two).unwrap_err();
    assert_eq!(error.faults()[0].code(), FaultCode::TermConflict);
}

#[test]
fn pack_sets_threshold() {
    let found = pack("[thresholds]\nclient = 20");
    assert_eq!(found, one("pack_sets_threshold", "thresholds", 4, 2));
    let found = pack("signal = []");
    assert_eq!(found, one("pack_sets_threshold", "signal", 4, 1));
    let found = pack("[[term]]\nwhen = \"active\"\nterm = \"member\"\npoints = 4");
    assert_eq!(found, one("pack_sets_threshold", "term[0].points", 7, 1));
}

#[test]
fn no_source() {
    let found = pack("[[term]]\nwhen = \"active\"\nterm = \"member\"\nregulated = true");
    assert_eq!(found, one("no_source", "term[0].source", 4, 1));
    let found =
        pack("[[term]]\nwhen = \"active\"\nterm = \"member\"\nregulated = true\nsource = \"\"");
    assert_eq!(found, one("no_source", "term[0].source", 8, 10));
}

#[test]
fn missing_key() {
    let found = rules(
        "[[hard_rule]]\nwhen = \"fiduciary\"\nthen = \"floor:client_side\"\nreason = \"fiduciary_duty\"",
    );
    // A rule without a name overrides none, and the list of the file stands alone.
    assert_eq!(found, one("missing_key", "hard_rule[0].id", 5, 1));
    let text = HEAD.replace("version = \"1.0.0\"\n", "");
    let found = faults(RuleSet::from_toml("house.toml", text));
    assert_eq!(found, one("missing_key", "version", 1, 1));
    let found = pack("[[term]]\nwhen = \"active\"");
    assert_eq!(found, one("missing_key", "term[0].term", 4, 1));
}

#[test]
fn missing_name() {
    let text = HEAD.replace("\"house\"", "\"\"");
    let found = faults(RuleSet::from_toml("house.toml", text));
    assert_eq!(found, one("missing_name", "id", 2, 6));
    assert_eq!(pack("text.advisory = \"\""), one("missing_name", "text.advisory", 4, 17));
}

#[test]
fn unknown_value() {
    assert_eq!(rules("contract_end = \"exclusive\""), one("unknown_value", "contract_end", 5, 16));
    let found = rules(&signal("actionable = \"later\""));
    assert_eq!(found, one("unknown_value", "signal[0].actionable", 6, 14));
    let found = rules("[[hard_rule]]\nid = \"H1\"\nthen = \"undetermined\"");
    assert_eq!(found, one("unknown_value", "hard_rule[0].then", 7, 8));
    let found = pack(
        "[[hard_rule]]\nid = \"F\"\nwhen = \"no_commercial_activity\"\nthen = \"undetermined\"\n\
                      reason = \"no_commercial_activity\"",
    );
    assert_eq!(found, one("unknown_value", "hard_rule[0].when", 6, 8));
}

#[test]
fn out_of_range() {
    assert_eq!(rules("window_days = 0"), one("out_of_range", "window_days", 5, 15));
    assert_eq!(rules("window_days = -1"), one("out_of_range", "window_days", 5, 15));
    assert_eq!(rules("dormant_ratio = 1001"), one("out_of_range", "dormant_ratio", 5, 17));
    let share = rules("transactional.min_standard_share = 1.5");
    assert_eq!(share, one("out_of_range", "transactional.min_standard_share", 5, 36));
    let share = rules("transactional.min_standard_share = -0.5");
    assert_eq!(share, one("out_of_range", "transactional.min_standard_share", 5, 36));
    let share = rules("transactional.min_standard_share = nan");
    assert_eq!(share, one("out_of_range", "transactional.min_standard_share", 5, 36));
    let found = rules(&signal("bins = [[0, 0], [1, 1001]]"));
    assert_eq!(found, one("out_of_range", "signal[0].bins[1]", 6, 17));
}

#[test]
fn not_exact() {
    let share = rules("transactional.min_standard_share = 0.12345");
    assert_eq!(share, one("not_exact", "transactional.min_standard_share", 5, 36));
    let rate = rules("[[signal]]\nbins = [[0.0, 0], [0.0001, 2]]\nid = \"value.ratio\"");
    assert_eq!(rate, one("not_exact", "signal[0].bins[1][0]", 6, 20));
}

#[test]
fn no_signal() {
    let generic = include_str!("../src/rules/generic.toml");
    let (head, rest) = generic.split_once("signal = [").unwrap();
    let (_, rest) = rest.split_once("\n]\n").unwrap();
    let found = faults(RuleSet::from_toml("house.toml", format!("{head}signal = []\n{rest}")));
    let line = head.lines().count() + 1;
    let (codes, first): (Vec<_>, _) = (found.iter().map(|one| one.0).collect(), &found[0]);
    assert_eq!(codes, ["no_signal", "unreachable_threshold", "unreachable_threshold"]);
    assert_eq!((first.2, first.3), (line, 10));
}

#[test]
fn unknown_and_circular_base() {
    let text = HEAD.replace("generic", "generics");
    let found = faults(RuleSet::from_toml("house.toml", text));
    assert_eq!(found, one("unknown_base", "extends[0]", 4, 12));
    let text = HEAD.replace("generic", "house");
    let found = faults(RuleSet::from_toml("house.toml", text));
    assert_eq!(found, one("circular_base", "extends[0]", 4, 12));
}

#[test]
fn syntax() {
    assert_eq!(rules("window_days = "), one("syntax", "", 5, 15));
    assert_eq!(rules("é = 3"), one("syntax", "", 5, 1));
    let json = |text: &str| faults(RuleSet::from_json("house.toml", text));
    assert_eq!(json("{\n  \"id\": }"), one("syntax", "", 2, 9));
    assert_eq!(json(""), one("syntax", "", 1, 1));
    assert_eq!(json("{} 3"), one("syntax", "", 1, 4));
    // Half of a pair of surrogates is no character.
    assert_eq!(json("{\"é\": \"\\ud800\"}"), one("syntax", "\"é\"", 1, 7));
}

#[test]
fn duplicate_key() {
    assert_eq!(rules("id = \"home\""), one("duplicate_key", "", 5, 1));
    let found = faults(RuleSet::from_json("house.toml", "{\"a\": [{\"b\": 1,\n \"b\": 2}]}"));
    assert_eq!(found, one("duplicate_key", "a[0].b", 2, 2));
}

#[test]
fn too_deep() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let found = faults(Document::from_json("house.toml", deep(33)));
    assert_eq!(found, one("too_deep", &"[0]".repeat(32), 1, 33));
    assert_eq!(faults(Document::from_json("house.toml", deep(32))), []);
    let found = faults(Document::from_json("house.toml", deep(100_000)));
    assert_eq!(found, one("too_deep", &"[0]".repeat(32), 1, 33));
    // The root of TOML is a table by itself.
    let toml = |levels| faults(Document::from_toml("house.toml", format!("a = {}", deep(levels))));
    assert_eq!(toml(32), []);
    assert_eq!(toml(33), one("too_deep", &format!("a{}", "[0]".repeat(32)), 1, 37));
    assert!(toml(100_000).iter().all(|found| found.0 == "too_deep"));
    let dotted = format!("{}a = 1", "a.".repeat(50_000));
    let found = faults(Document::from_toml("house.toml", dotted));
    assert_eq!(found.iter().map(|one| one.0).collect::<Vec<_>>(), ["too_deep"]);
    let serde = serde_json::from_str::<Document>(&deep(33)).unwrap_err();
    assert!(serde.to_string().starts_with("nested more than 32 deep"), "{serde}");
    assert!(serde_json::from_str::<Document>(&deep(32)).is_ok());
}

#[test]
fn too_large() {
    let text = |bytes: usize| format!("#{}", " ".repeat(bytes - 1));
    assert_eq!(faults(Document::from_toml("house.toml", text(MAX_DOCUMENT_BYTES))), []);
    let found = faults(Document::from_toml("house.toml", text(MAX_DOCUMENT_BYTES + 1)));
    assert_eq!(found, one("too_large", "", 1, 1));
    let found = faults(Document::from_json("house.toml", text(MAX_DOCUMENT_BYTES + 1)));
    assert_eq!(found, one("too_large", "", 1, 1));
}

#[test]
fn not_utf8() {
    let found = faults(Document::from_toml("house.toml", b"# \xc3\xa9\na = \"\xff\""));
    assert_eq!(found, one("not_utf8", "", 2, 6));
}

#[test]
fn all_faults_of_a_file_are_told_in_its_order() {
    let text = "windows = 1\nwindow_days = 0\ncontract_end = 3\n[thresholds]\nclient = 200\n\
                exit_client = 201\n[[signal]]\nid = \"nothing\"\nkind = 3\n[[signal]]\nid = \"exclusive\"\n\
                points = -1\n[[hard_rule]]\nid = \"H9\"";
    let codes: Vec<_> = rules(text).into_iter().map(|one| (one.0, one.2)).collect();
    let expected = [
        ("unknown_key", 5),
        ("out_of_range", 6),
        ("type_mismatch", 7),
        ("hysteresis_inverted", 10),
        ("missing_key", 11),
        ("missing_reason", 11),
        ("unknown_signal", 12),
        ("type_mismatch", 13),
        ("negative_points", 16),
        ("missing_key", 17),
        ("missing_key", 17),
        ("missing_reason", 17),
    ];
    assert_eq!(codes, expected);
}

/// Every code is provoked here, or among the tests of playbooks by its name in Rust or in files.
#[test]
fn every_code_is_provoked() {
    let tests = [
        include_str!("rule_faults.rs"),
        include_str!("playbook.rs"),
        include_str!("../src/playbook/tests.rs"),
    ];
    for code in FaultCode::ALL {
        let told = [format!("\"{code}"), format!("FaultCode::{code:?}")];
        let provoked = |tests: &&str| told.iter().any(|told| tests.contains(told));
        assert!(tests.iter().any(provoked), "{code}");
    }
}

#[test]
fn a_fault_is_json_for_programs() {
    let error = RuleSet::from_toml("house.toml", format!("{HEAD}window_days = 0")).unwrap_err();
    let json = serde_json::to_string(error.faults()).unwrap();
    let expected = r#"[{"code":"out_of_range","path":"window_days","message":"`0` is not from 1 to 36500","hint":null,"file":"house.toml","line":5,"column":15}]"#;
    assert_eq!(json, expected);
}
