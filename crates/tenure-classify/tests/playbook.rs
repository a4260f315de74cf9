//! Playbooks as data: files read and written, every fault with its place.
#![cfg(feature = "files")]
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers outside #[test] functions"
)]

use tenure_classify::{
    Applied, Class, Document, DocumentError, Fault, Playbook, Since, Stage, Treatment,
};

const STANDARD: &str = include_str!("../src/playbook/standard.toml");

fn told(result: Result<Playbook, DocumentError>) -> Vec<String> {
    result.unwrap_err().faults().iter().map(Fault::to_string).collect()
}

/// What is wrong with the file of the default playbook when one place of it is written otherwise.
fn faults(from: &str, to: &str) -> Vec<String> {
    assert!(STANDARD.contains(from), "{from}");
    told(Playbook::from_toml("mine.toml", STANDARD.replacen(from, to, 1)))
}

/// What stands before that text.
fn before(of: &str) -> &'static str {
    STANDARD.split_once(of).unwrap().0
}

/// The line on which that text begins.
fn line(of: &str) -> usize {
    before(of).split('\n').count()
}

/// Where that text begins, as a place is written.
fn place(of: &str) -> String {
    let column = before(of).rsplit('\n').next().unwrap().chars().count() + 1;
    format!("mine.toml:{}:{column}", line(of))
}

#[test]
fn the_file_of_the_default_playbook_is_the_default_playbook() {
    assert_eq!(&Playbook::from_toml("standard.toml", STANDARD).unwrap(), Playbook::standard());
    let plain = format!("schema{}", STANDARD.split_once("schema").unwrap().1);
    assert_eq!(plain, Playbook::standard().to_toml());
}

/// `digest.py` reads the file by other means, and wrote `standard.sha256`.
#[test]
fn the_digest_is_what_another_program_computes() {
    let expected = include_str!("playbook/standard.sha256").trim_end();
    assert_eq!(Playbook::standard().digest().to_string(), expected);
}

#[test]
fn comments_order_and_notation_do_not_matter() {
    let (head, rows) = STANDARD.split_once("[[treatment]]").unwrap();
    let mut rows: Vec<&str> = rows.split("[[treatment]]").collect();
    rows.reverse();
    let shuffled = format!("{head}[[treatment]]{}", rows.join("\n# a row\n[[treatment]]"));
    let (head, tail) = STANDARD.rsplit_once("dormant_action = { text = \"none\" }\n").unwrap();
    let apart = format!("{head}{tail}[treatment.dormant_action]\ntext = \"none\"\n");
    let json = Playbook::standard().to_json();
    for (name, read) in [
        ("shuffled", Playbook::from_toml("f", shuffled)),
        ("tables under headings", Playbook::from_toml("f", apart)),
        ("json", Playbook::from_json("f", &json)),
        ("document", Playbook::from_document(&Document::from_json("f", &json).unwrap())),
        ("serde", Ok(serde_json::from_str(&json).unwrap())),
        (
            "serde of serde",
            Ok(serde_json::from_value(serde_json::to_value(Playbook::standard()).unwrap())
                .unwrap()),
        ),
    ] {
        assert_eq!(read.unwrap().digest(), Playbook::standard().digest(), "{name}");
    }
}

#[test]
fn another_format_or_version_is_told() {
    for (other, shown) in [("tenure/playbook/2", "tenure/playbook/2"), ("", "")] {
        assert_eq!(
            faults("tenure/playbook/1", other),
            [format!("mine.toml:9:10: schema: `{shown}` is not `tenure/playbook/1` [bad_schema]")]
        );
    }
    assert_eq!(
        faults("schema = \"tenure/playbook/1\"\n", ""),
        ["mine.toml:1:1: schema: `schema` is missing [missing_key]"]
    );
}

#[test]
fn a_key_that_means_nothing_is_told_wherever_it_stands() {
    assert_eq!(
        faults("version = ", "treatments = []\nversion = "),
        ["mine.toml:11:1: treatments: `treatments` is not a key here: did you mean `treatment`? \
          [unknown_key]"]
    );
    let retention = line("retention =");
    assert_eq!(
        faults("retention =", "retension = 1\nretention ="),
        [format!(
            "mine.toml:{retention}:1: treatment[0].retension: `retension` is not a key here: did \
             you mean `retention`? [unknown_key]"
        )]
    );
    let review = place("review_within_days");
    assert_eq!(
        faults("review_within_days = 90", "review_within_day = 90"),
        [format!(
            "{review}: treatment[0].cadence.review_within_day: \
             `review_within_day` is not a key here: did you mean `review_within_days`? [unknown_key]"
        )]
    );
    let action = line("dormant_action = { text = \"manager call\"");
    assert_eq!(
        faults("within_days = 5", "days = 5"),
        [format!(
            "mine.toml:{action}:43: treatment[2].dormant_action.days: `days` is not a key here: \
             expected one of text, within_days [unknown_key]"
        )]
    );
}

/// The keys that a row must have.
const NEEDED: [&str; 13] = [
    "id",
    "class",
    "stage",
    "support_model",
    "cadence",
    "retention",
    "acquisition",
    "revenue_model",
    "metrics",
    "dormant_action",
    "technology",
    "roles",
    "resolution",
];

/// The lines of the first row, below its heading.
fn first_row() -> Vec<&'static str> {
    let (row, _) = STANDARD.split_once("[[treatment]]\n").unwrap().1.split_once("\n\n").unwrap();
    row.lines().collect()
}

/// What is wrong with the file of the default playbook when its first row has other lines.
fn faults_of_row(lines: &[&str]) -> Vec<String> {
    let (head, rest) = STANDARD.split_once("[[treatment]]\n").unwrap();
    let rest = rest.split_once("\n\n").unwrap().1;
    let text = format!("{head}[[treatment]]\n{}\n\n{rest}", lines.join("\n"));
    told(Playbook::from_toml("mine.toml", text))
}

#[test]
fn a_key_that_must_be_there_is_told() {
    let heading = line("[[treatment]]");
    for key in NEEDED {
        let mut lines = first_row();
        lines.retain(|line| !line.starts_with(&format!("{key} = ")));
        let path = format!("treatment[0].{key}");
        let expected = format!("mine.toml:{heading}:1: {path}: `{key}` is missing [missing_key]");
        assert_eq!(faults_of_row(&lines), [expected]);
    }
    for key in ["id", "version"] {
        let gone = format!("{key} = \"");
        let text = STANDARD.replacen(&gone, &format!("# {gone}"), 1);
        let expected = format!("mine.toml:1:1: {key}: `{key}` is missing [missing_key]");
        assert_eq!(told(Playbook::from_toml("mine.toml", text)), [expected]);
    }
    assert_eq!(
        told(Playbook::from_toml("mine.toml", before("[[treatment]]"))),
        ["mine.toml:1:1: treatment: `treatment` is missing [missing_key]"]
    );
    for key in ["cadence", "dormant_action"] {
        let mut lines = first_row();
        let place = lines.iter().position(|line| line.starts_with(key)).unwrap();
        let nothing = format!("{key} = {{}}");
        lines[place] = &nothing;
        let (at, column) = (heading + 1 + place, key.len() + 4);
        let path = format!("treatment[0].{key}.text");
        assert_eq!(
            faults_of_row(&lines),
            [format!("mine.toml:{at}:{column}: {path}: `text` is missing [missing_key]")]
        );
    }
}

#[test]
fn a_value_of_another_type_is_told() {
    for key in NEEDED.into_iter().chain(["auto_close"]) {
        let start = format!("{key} = ");
        let wrong = format!("{start}7");
        let mut lines = first_row();
        let place = lines.iter().position(|line| line.starts_with(&start));
        let place = place.unwrap_or(lines.len());
        lines.splice(place..(place + 1).min(lines.len()), [wrong.as_str()]);
        let expected = match key {
            "class" | "stage" | "metrics" => "a list",
            "cadence" | "dormant_action" => "a table",
            "auto_close" => "true or false",
            _ => "a text",
        };
        let (at, column) = (line("[[treatment]]") + 1 + place, start.len() + 1);
        let expected = format!(
            "mine.toml:{at}:{column}: treatment[0].{key}: expected {expected}, found the number \
             `7` [type_mismatch]"
        );
        assert_eq!(faults_of_row(&lines), [expected]);
    }
    let words = |path: &str, expected: &str, found: &str| {
        format!(": {path}: expected {expected}, found {found} [type_mismatch]")
    };
    for (from, to, expected) in [
        ("\"standard\"", "[]", words("id", "a text", "a list")),
        ("\"1.0.0\"", "1.0", words("version", "a text", "the number `1.0`")),
        ("\"tenure/playbook/1\"", "1", words("schema", "a text", "the number `1`")),
        ("[\"client\"]", "[true]", words("treatment[0].class[0]", "a text", "`true`")),
        ("\"NDR\"", "{}", words("treatment[0].metrics[3]", "a text", "a table")),
        (
            "personal_within_days = 30",
            "personal_within_days = \"30\"",
            words("treatment[0].cadence.personal_within_days", "a whole number", "the text `30`"),
        ),
        (
            "within_days = 5",
            "within_days = 2020-01-01",
            words(
                "treatment[2].dormant_action.within_days",
                "a whole number",
                "the date `2020-01-01`",
            ),
        ),
        (
            "support_model = ",
            "pack = \"legal\"\nsupport_model = ",
            words("treatment[0].pack", "a list", "the text `legal`"),
        ),
    ] {
        let found = faults(from, to);
        assert!(found[0].ends_with(&expected) && found.len() == 1, "{found:?}");
    }
    let rows = format!("{}treatment = [7]\n", before("[[treatment]]"));
    assert_eq!(
        told(Playbook::from_toml("mine.toml", rows)),
        ["mine.toml:13:14: treatment[0]: expected a table, found the number `7` [type_mismatch]"]
    );
}

#[test]
fn a_word_that_is_no_class_or_stage_is_told() {
    let class = line("class =");
    assert_eq!(
        faults("[\"client\"]", "[\"clients\"]"),
        [format!(
            "mine.toml:{class}:10: treatment[0].class[0]: `clients` means nothing here: did you \
             mean `client`? [unknown_value]"
        )]
    );
    assert_eq!(
        faults("\"active\"", "\"asleep\""),
        [format!(
            "mine.toml:{}:17: treatment[0].stage[1]: `asleep` means nothing here: expected one of \
             prospect, new, active, dormant, reengaged, former, unknown [unknown_value]",
            class + 1
        )]
    );
}

#[test]
fn a_list_of_no_packs_is_told() {
    let place = line("support_model =");
    assert_eq!(
        faults("support_model =", "pack = []\nsupport_model ="),
        [format!(
            "mine.toml:{place}:8: treatment[0].pack: the list is empty: leave `pack` out for every \
             account [missing_name]"
        )]
    );
}

#[test]
fn a_number_without_meaning_is_told() {
    let review = place("90 }");
    for (found, range) in [("-1", "0 to 4294967295"), ("0", "1 to 36500"), ("36501", "1 to 36500")]
    {
        let hint = if found == "-1" { "" } else { ": leave it out where nothing is asked" };
        assert_eq!(
            faults("review_within_days = 90", &format!("review_within_days = {found}")),
            [format!(
                "{review}: treatment[0].cadence.review_within_days: `{found}` is not \
                 from {range}{hint} [out_of_range]"
            )]
        );
    }
}

#[test]
fn a_gap_is_told_at_the_rows() {
    let rows = line("[[treatment]]");
    assert_eq!(
        faults("stage = [\"prospect\"]", "stage = [\"prospect\"]\npack = [\"legal\"]"),
        [format!(
            "mine.toml:{rows}:1: treatment: nothing is said of `client` in stage `prospect`: give it \
             to a row without `pack`: packs fall back on those [playbook_gap]"
        )]
    );
    assert_eq!(
        told(Playbook::from_toml(
            "f",
            "schema=\"tenure/playbook/1\"\nid=\"a\"\nversion=\"1\"\ntreatment=[]"
        ))
        .len(),
        28
    );
}

#[test]
fn an_overlap_is_told_at_both_places() {
    let (first, second) = (line("[[treatment]]"), line("id = \"client-prospect\"") - 1);
    assert_eq!(
        faults("stage = [\"prospect\"]", "stage = [\"prospect\", \"new\"]"),
        [format!(
            "mine.toml:{second}:1: treatment[1]: treatment[0] (mine.toml:{first}:1) has `client` in \
             stage `new` already: take it out of one of the two rows [playbook_overlap]"
        )]
    );
    assert_eq!(
        faults("id = \"client-prospect\"", "id = \"client\""),
        [format!(
            "mine.toml:{}:6: treatment[1].id: `client` is also the id of treatment[0] \
             (mine.toml:{first}:1) [duplicate_id]",
            second + 1
        )]
    );
}

#[test]
fn everything_is_told_at_once_and_in_the_order_of_the_file() {
    let text = STANDARD
        .replacen("tenure/playbook/1", "tenure/ruleset/1", 1)
        .replacen("personal_within_days = 30", "personal_within_days = 0", 1)
        .replacen("stage = [\"prospect\"]", "stage = [\"prospect\", \"new\"]", 1)
        .replacen("\"win-back message\"", "\"\"", 1)
        .replacen("acquisition = \"cross-sell\"\n", "", 1)
        .replacen("auto_close = false", "auto_close = true", 1);
    let error = Playbook::from_toml("mine.toml", text).unwrap_err();
    let codes: Vec<&str> = error.faults().iter().map(|fault| fault.code().name()).collect();
    let expected = [
        "bad_schema",
        "out_of_range",
        "playbook_overlap",
        "missing_name",
        "missing_key",
        "undetermined_auto_close",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn no_gap_is_made_up_where_a_row_could_not_be_read() {
    // Whom the row is for is not known, so nothing is said of gaps.
    let found = faults("class = [\"undetermined\"]", "class = [\"undecided\"]");
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with("[unknown_value]"), "{found:?}");
    // Here it is known: what another row leaves open is a gap still.
    let text = STANDARD
        .replacen("roles = \"whoever of the desk is free, a person\"", "roles = 7", 1)
        .replacen("stage = [\"prospect\"]", "stage = [\"unknown\"]", 1);
    let error = Playbook::from_toml("mine.toml", text).unwrap_err();
    let codes: Vec<&str> = error.faults().iter().map(|fault| fault.code().name()).collect();
    assert_eq!(codes, ["playbook_gap", "playbook_overlap", "type_mismatch"]);
}

#[test]
fn what_undetermined_accounts_must_have_is_told_at_its_place() {
    let close = line("auto_close =");
    assert_eq!(
        faults("auto_close = false", "auto_close = true"),
        [format!(
            "mine.toml:{close}:14: treatment[9].auto_close: what is undetermined is never closed \
             without a person: say `auto_close = false` [undetermined_auto_close]"
        )]
    );
    // What is not there is told at its row.
    let row = line("id = \"undetermined\"") - 1;
    let found = faults("auto_close = false\n", "");
    assert!(found[0].starts_with(&format!("mine.toml:{row}:1: treatment[9].auto_close: ")));
    let cadence = line("cadence = { text = \"one discovery contact\"");
    assert_eq!(
        faults(", discovery_contacts = 1", ""),
        [format!(
            "mine.toml:{cadence}:11: treatment[9].cadence: what is undetermined never hears \
             broadcasts alone: ask for `discovery_contacts` or `personal_within_days`, or say \
             `max_broadcasts_per_month = 0` [undetermined_broadcast_only]"
        )]
    );
}

#[test]
fn a_fault_in_json_has_its_place_too() {
    let json = Playbook::standard().to_json();
    let at = json.lines().position(|line| line.contains("\"auto_close\"")).unwrap() + 1;
    let found = told(Playbook::from_json(
        "mine.json",
        json.replace("\"auto_close\": false", "\"auto_close\": null"),
    ));
    assert_eq!(found.len(), 1);
    let place = format!("mine.json:{at}:");
    assert!(found[0].starts_with(&place), "{found:?}");
    assert!(found[0].ends_with("expected true or false, found null [type_mismatch]"), "{found:?}");
}

#[test]
fn serde_reads_through_the_same_check() {
    let mut value = serde_json::to_value(Playbook::standard()).unwrap();
    value["treatment"][9]["auto_close"] = true.into();
    let error = serde_json::from_value::<Playbook>(value).unwrap_err().to_string();
    assert_eq!(
        error,
        "treatment[9].auto_close: what is undetermined is never closed without a person: say \
         `auto_close = false` [undetermined_auto_close]"
    );
}

#[test]
fn a_treatment_and_an_alert_in_json() {
    let row: &Treatment = Playbook::standard().lookup(Class::Undetermined, Stage::Prospect, None);
    let json = serde_json::to_value(row).unwrap();
    assert_eq!(
        json["cadence"].to_string(),
        r#"{"discovery_contacts":1,"text":"one discovery contact"}"#
    );
    assert_eq!(json["auto_close"], false);
    assert_eq!(json.get("pack"), None);
    let applied: Applied = serde_json::from_str(
        r#"{"auto_close": true, "personal": "never", "review": {"days": 3}, "metrics": ["coverage"]}"#,
    )
    .unwrap();
    assert_eq!((applied.personal, applied.review), (Some(Since::Never), Some(Since::Days(3))));
    let found = serde_json::to_value(row.compare(&applied)).unwrap();
    assert_eq!(
        found["mismatches"].to_string(),
        r#"[{"aspect":"auto_close","expected":"false","found":"true","treatment":"undetermined"}]"#
    );
    assert_eq!(found["unknown"][1], "cadence.discovery_contacts");
    let wrong = serde_json::from_str::<Applied>(r#"{"autoclose": true}"#).unwrap_err();
    assert!(wrong.to_string().starts_with("unknown field `autoclose`"));
}
