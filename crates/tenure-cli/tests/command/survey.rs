//! `tenure survey`.

use serde_json::Value;

use super::{code, folder, json, path, printed, refused, tenure, text};

/// Four of north: 10, 9, 7, 3; three of south: 0, 8, blank; one of nobody's segment: 10.
const RESPONSES: &str = "account,date,survey,score,touchpoint,weight\n\
    a,2024-02-01,nps,10,start,1\n\
    b,2024-02-02,nps,9,start,1\n\
    c,2024-03-01,nps,7,end,2\n\
    d,2024-03-02,nps,3,end,0\n\
    e,2024-05-01,nps,0,start,1\n\
    f,2024-05-02,nps,8,end,1\n\
    g,2024-05-03,nps,,end,1\n\
    h,2024-06-01,nps,10,end,\n\
    a,2024-06-01,csat,5,,\n\
    b,2024-06-01,csat,3,,\n\
    a,2022-01-01,nps,0,,\n";
const ACCOUNTS: &str =
    "account,segment\na,north\nb,north\nc,north\nd,north\ne,south\nf,south\ng,south\n";

fn responses() -> tempfile::TempDir {
    folder(&[
        ("accounts.csv", ACCOUNTS),
        ("responses.csv", RESPONSES),
        ("tenure.toml", "as_of = \"2024-12-31\"\n"),
    ])
}

fn figure<'a>(document: &'a Value, source: &str, group: &str, id: &str) -> &'a Value {
    let figures = document["figures"].as_array().unwrap();
    let wanted = |one: &&Value| {
        one["source"] == source
            && one["group"] == group
            && one["figure"] == id
            && one["part"].is_null()
    };
    figures.iter().find(wanted).expect("the figure")
}

fn exact(figure: &Value) -> (i64, i64) {
    (figure["value"]["num"].as_i64().unwrap(), figure["value"]["den"].as_i64().unwrap())
}

#[test]
fn a_folder_by_hand() {
    let input = responses();
    let document = json(&["survey", path(&input), "--by", "segment", "--format", "json"]);
    assert_eq!(document["schema"], "tenure/survey/1");
    assert_eq!(document["window"], serde_json::json!(["2024-01-01", "2024-12-31"]));
    assert_eq!((&document["rows"], &document["rows_outside"]), (&11.into(), &1.into()));
    // promoters 10, 9, 10; passives 7, 8; detractors 3, 0; one blank
    let nps = figure(&document, "nps", "all", "net_score");
    assert_eq!(exact(nps), (100, 7));
    assert_eq!(nps["value"]["value"], "14.2857142857");
    assert_eq!((&nps["used"], &nps["excluded"]["blank"]), (&7.into(), &1.into()));
    assert_eq!(nps["interval"]["method"], "score");
    assert_eq!(nps["definition"], "nps.standard.v1");
    assert_eq!(exact(figure(&document, "nps", "north", "net_score")), (100, 4));
    assert_eq!(exact(figure(&document, "nps", "south", "net_score")), (-100, 2));
    assert_eq!(exact(figure(&document, "nps", "(no segment)", "net_score")), (100, 1));
    assert_eq!(exact(figure(&document, "csat", "all", "top_box")), (1, 2));
    let rate = figure(&document, "nps", "all", "response_rate_invited");
    assert_eq!((exact(rate), &rate["counts"]), ((7, 8), &"invitations".into()));
    // weights: +1 +1 of 1, 1, 2, 1, 1; 0 and none drop out
    let weighted = figure(&document, "nps", "all", "net_score_weighted");
    assert!((weighted["value"].as_f64().unwrap() - 100.0 / 6.0).abs() < 1e-12);
    assert_eq!(weighted["used"], 5);
    assert_eq!(
        (&weighted["excluded"]["weight_0"], &weighted["excluded"]["no_weight"]),
        (&1.into(), &1.into())
    );
    // ces is not asked
    assert!(!document["figures"].to_string().contains("\"ces\""));
}

#[test]
fn what_is_undefined_is_said_so_and_never_0() {
    let input = folder(&[
        ("responses.csv", "account,date,survey,score\na,2024-02-01,nps,\n"),
        ("tenure.toml", "as_of = \"2024-12-31\"\n"),
    ]);
    let document = json(&["survey", path(&input), "--format", "json"]);
    for id in ["net_score", "favourable", "mean", "mean_0_100"] {
        let figure = figure(&document, "nps", "all", id);
        assert_eq!((&figure["value"], &figure["interval"]), (&Value::Null, &Value::Null), "{id}");
        assert_eq!((&figure["status"], &figure["used"]), (&"undefined".into(), &0.into()));
    }
    let table = printed(&["survey", path(&input)]);
    let line = table.lines().find(|line| line.contains("net_score")).unwrap();
    assert!(
        line.split_whitespace().eq(["all", "net_score", "undefined", "0", "answers", "1", "blank"]),
        "{line}"
    );
    let rows = printed(&["survey", path(&input), "--format", "csv"]);
    assert!(
        rows.contains(
            "nps,all,,net_score,undefined,,,points,,,,,answers,0,blank=1,nps.standard.v1\n"
        )
    );
    assert!(!rows.contains("NaN"));
    // and no answer in the window at all
    let none = printed(&["survey", path(&input), "--from", "2024-03-01"]);
    assert!(none.contains("No answer to count: --from all asks about every day."), "{none}");
}

/// By hand: north 4 answers at +1/4, south 2 at -1/2.
#[test]
fn a_change_is_split_exactly() {
    let input = responses();
    let arguments = [
        "survey",
        path(&input),
        "--by",
        "segment",
        "--compare",
        "north",
        "south",
        "--mix",
        "touchpoint",
    ];
    let document = json(&[&arguments[..], &["--format", "json"]].concat());
    let change = figure(&document, "nps", "south - north", "net_score_change");
    assert_eq!(exact(change), (-300, 4)); // -1/2 - 1/4
    assert_eq!(change["interval"]["method"], "mover_score");
    let [rate, mix] = ["rate", "mix"].map(|id| {
        let (num, den) = exact(figure(&document, "nps", "south - north", id));
        (i128::from(num), i128::from(den))
    });
    // start: 1/2 at +1 before, 1/2 at -1 after; end: 1/2 at -1/2, 1/2 at 0: the shares stay
    assert_eq!((rate, mix), ((-75, 1), (0, 1)));
    let parts: Vec<_> = document["figures"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["figure"] == "rate_effect")
        .map(|one| (one["part"].as_str().unwrap(), one["value"]["num"].as_i64().unwrap()))
        .collect();
    assert_eq!(parts, [("end", 25), ("start", -100)]);
    refused(
        &["survey", path(&input), "--by", "segment", "--compare", "north", "sout"],
        "`--compare` is `sout`, expected a group of --by such as south",
    );
}

#[test]
fn small_groups_are_hidden_with_what_would_tell_them() {
    let input = responses();
    let document = json(&[
        "survey",
        path(&input),
        "--by",
        "segment",
        "--min-answers",
        "2",
        "--format",
        "json",
    ]);
    let status = |group| figure(&document, "nps", group, "net_score")["status"].clone();
    assert_eq!(status("all"), "shown");
    assert_eq!(status("(no segment)"), "suppressed");
    assert_eq!(status("south"), "complementary");
    assert_eq!(status("north"), "shown");
    for group in ["(no segment)", "south"] {
        let hidden = figure(&document, "nps", group, "mean");
        assert_eq!((&hidden["value"], &hidden["used"]), (&Value::Null, &Value::Null));
    }
    assert!(!document["figures"].to_string().contains("homogeneity"));
    // a change beside one of its ends would tell the other
    let arguments = ["--by", "segment", "--min-answers", "2", "--compare", "north", "south"];
    let asked = [&["survey", path(&input)][..], &arguments, &["--format", "json"]].concat();
    let change = json(&asked);
    let change = figure(&change, "nps", "south - north", "net_score_change");
    assert_eq!((&change["status"], &change["value"]), (&"complementary".into(), &Value::Null));
    let wide = json(&["survey", path(&input), "--max-half-width", "5", "--format", "json"]);
    assert_eq!(figure(&wide, "nps", "all", "net_score")["status"], "low_precision");
}

#[test]
fn periods_have_a_trend() {
    let input = responses();
    let document = json(&["survey", path(&input), "--by", "quarter", "--format", "json"]);
    assert_eq!(exact(figure(&document, "nps", "2024-Q1", "net_score")), (100, 4));
    assert_eq!(exact(figure(&document, "nps", "2024-Q2", "net_score")), (0, 3));
    // two points: from 1/4 to 0
    let trend = figure(&document, "nps", "groups", "trend_points")["value"].as_f64().unwrap();
    assert!((trend + 25.0).abs() < 1e-12, "{trend}");
    assert_eq!(figure(&document, "nps", "groups", "trend_departure_p")["status"], "undefined");
    let all = json(&["survey", path(&input), "--from", "all", "--by", "year", "--format", "json"]);
    assert_eq!(exact(figure(&all, "nps", "2022", "net_score")), (-100, 1));
}

#[test]
fn a_file_of_answers_with_codes_and_weights() {
    let answers = "id;q;w;where\n1;10;1.5;x\n2;9;0.5;x\n3;11;1;y\n4;6.5;1;y\n5;12;1;y\n6;0;2;y\n\
                   7;8;-1;y\n8;8;;y\n9\n10;refused;1;\n";
    let input = folder(&[("answers.csv", answers)]);
    let file = input.path().join("answers.csv");
    let file = file.to_str().unwrap();
    let arguments = [
        "survey",
        file,
        "--delimiter",
        ";",
        "--answers",
        "q",
        "--weight",
        "w",
        "--by",
        "where",
        "--code",
        "11=blank",
        "--code",
        "refused=dont_know",
        "--format",
        "json",
    ];
    let output = tenure(&arguments);
    assert_eq!(code(&output), 0);
    let told = text(&output.stderr);
    for place in [
        "rejected 3 row(s)",
        "answers.csv line 8, `w` is `-1`: expected a weight: a number of 0 or more, such as 1.25",
        "answers.csv line 9, `w` is ``: expected a weight",
        "answers.csv line 10, found 1 field: expected 4 fields, as in the header",
    ] {
        assert!(told.contains(place), "{place}: {told}");
    }
    let document: Value = serde_json::from_str(text(&output.stdout)).unwrap();
    assert_eq!((&document["rows"], &document["rows_rejected"]), (&10.into(), &3.into()));
    let nps = figure(&document, "q", "all", "net_score");
    assert_eq!(exact(nps), (100, 3));
    let excluded =
        serde_json::json!({"blank": 1, "dont_know": 1, "non_integer": 1, "out_of_range": 1});
    assert_eq!(nps["excluded"], excluded);
    // (1.5 + 0.5 - 2)/4
    assert_eq!(figure(&document, "q", "all", "net_score_weighted")["value"], 0.0);
    assert_eq!(exact(figure(&document, "q", "x", "net_score")), (200, 2));
    assert_eq!(figure(&document, "q", "(no where)", "net_score")["status"], "undefined");
    assert_eq!(code(&tenure(&[&arguments[..], &["--strict"]].concat())), 1);
    let strict = ["--preset", "nps.standard.v1 invalid=error"];
    let output = tenure(&[&arguments[..], &strict[..]].concat());
    let place = "answers.csv line 6, `q` is `12`: expected a whole number from 0 to 10, or what --code names";
    assert!(text(&output.stderr).contains(place), "{}", text(&output.stderr));
}

#[test]
fn definitions_methods_and_levels_are_chosen() {
    let input = responses();
    let document = json(&[
        "survey",
        path(&input),
        "--preset",
        "nps.european",
        "--preset",
        "nps.standard.v1 missing=count_as_passive",
        "--method",
        "newcombe_mover",
        "--method",
        "clopper_pearson",
        "--level",
        "0.9",
        "--format",
        "json",
    ]);
    let figures = document["figures"].as_array().unwrap();
    let of = |definition: &str, id: &str| {
        figures.iter().find(|one| one["definition"] == definition && one["figure"] == id).unwrap()
    };
    // favourable 10, 9, 8, 10; neutral 7; unfavourable 3, 0
    assert_eq!(exact(of("nps.european", "net_score")), (200, 7));
    let blank = of("nps.standard.v1 missing=count_as_passive", "net_score");
    assert_eq!((exact(blank), &blank["used"]), ((100, 8), &8.into()));
    assert_eq!(blank["interval"]["method"], "newcombe_mover");
    assert_eq!(blank["interval"]["level"], 0.9);
    assert_eq!(of("nps.european", "favourable")["interval"]["method"], "clopper_pearson");
}

#[test]
fn what_cannot_be_asked_is_refused_with_its_place() {
    let input = responses();
    let folder_path = path(&input);
    let file = input.path().join("responses.csv");
    let file = file.to_str().unwrap();
    refused(&["survey", file], "name the column with the answers");
    refused(
        &["survey", file, "--answers", "nps"],
        "`responses.csv` line 1: column `nps` is missing",
    );
    refused(
        &["survey", file, "--answers", "score", "--as-of", "2024-01-01"],
        "--as-of needs a folder",
    );
    refused(&["survey", folder_path, "--answers", "score"], "--answers needs one file of answers");
    refused(&["survey", folder_path, "--by", "colour"], "expected one of segment, kind, industry");
    refused(
        &["survey", folder_path, "--preset", "ces1"],
        "a definition of a question of `responses`",
    );
    refused(
        &["survey", folder_path, "--from", "2025-01-01"],
        "a day up to the day of the question",
    );
    refused(&["survey", folder_path, "--max-half-width", "0"], "`--max-half-width 0`");
    refused(
        &["survey", file, "--answers", "score", "--weight", "weight", "--preset", "csat.binary"],
        "has no net score to weight",
    );
    for (arguments, says) in [
        (["--level", "1"], "0 to 1"),
        (["--preset", "nps"], "nps.standard.v1"),
        (["--code", "11"], "11=blank"),
        (["--code", "11=lost"], "the reasons are"),
        (["--method", "exact"], "score"),
        (["--min-answers", "0"], "1.."),
        (["--rounding", "up"], "half_away"),
        (["--delimiter", "ab"], "one ASCII character"),
        (["--from", "soon"], "`all`"),
        (["--mix", "segment"], "--compare"),
    ] {
        let output = tenure(&[&["survey", folder_path][..], &arguments[..]].concat());
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(text(&output.stderr).contains(says), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn the_same_bytes_in_a_file_and_for_any_order_of_rows() {
    let mut rows: Vec<&str> = RESPONSES.lines().skip(1).collect();
    rows.reverse();
    let head = RESPONSES.lines().next().unwrap();
    let reversed = format!("{head}\n{}\n", rows.join("\n"));
    let input = responses();
    let other = folder(&[
        ("accounts.csv", ACCOUNTS),
        ("responses.csv", &reversed),
        ("tenure.toml", "as_of = \"2024-12-31\"\n"),
    ]);
    for format in ["csv", "json", "table"] {
        let arguments = |of| ["survey", of, "--by", "segment", "--format", format];
        let out = input.path().join("out");
        let written = [&arguments(path(&input))[..], &["--out", out.to_str().unwrap()]].concat();
        assert_eq!(printed(&written), "");
        let written = std::fs::read_to_string(&out).unwrap();
        let printed = printed(&arguments(path(&other)));
        assert_eq!(written.replace(path(&input), ""), printed.replace(path(&other), ""));
        std::fs::remove_file(out).unwrap();
    }
}

/// One portfolio, one answer: what a report says of all accounts, these commands say, too.
#[test]
fn the_demo_is_what_the_report_says_of_it() {
    let out = tempfile::tempdir().unwrap();
    let report = json(&["report", "--demo", "--format", "json", "--out", path(&out)]);
    let survey = json(&["survey", "--demo", "--format", "json"]);
    let service = json(&["service", "--demo", "--format", "json"]);
    let reported = report["total"]["figures"].as_array().unwrap();
    for (id, document, source, figure_id) in [
        ("nps", &survey, "nps", "net_score"),
        ("csat", &survey, "csat", "top_box"),
        ("ces", &survey, "ces", "top_box"),
        ("fcr", &service, "contacts", "fcr_resolved_and_no_repeat"),
        ("sla_attainment", &service, "cases", "sla_attainment"),
        ("automation", &service, "cases", "automation"),
        ("first_reply_median", &service, "cases", "first_reply_p50"),
        ("resolution_p90", &service, "cases", "full_resolution_p90"),
    ] {
        let there = reported.iter().find(|one| one["id"] == id).unwrap();
        let here = figure(document, source, "all", figure_id);
        assert_eq!(here["value"], there["value"], "{id}");
        assert!(!here["value"].is_null(), "{id}");
        assert_eq!(here["interval"], there["interval"], "{id}");
        let counts = there["counts"].as_object().unwrap();
        let used = counts.get("answers").or(counts.get("episodes")).or(counts.get("cases"));
        assert_eq!(Some(&here["used"]), used, "{id}");
    }
}
