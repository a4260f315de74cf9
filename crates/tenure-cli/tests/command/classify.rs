//! `tenure classify`.

use std::fs;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{SMALL, code, folder, json, path, printed, refused, small, tenure, text};

const HEAD: &str = "account,class,possible,stage,term,score_lo,score_hi,margin,confidence,robust,\
                    reasons,override_class,override_author,override_reason";

/// By hand: 14 negotiated, 6 monthly, 9 over a year, 5 twelve days of billing, 6 four times advice,
/// 10 four exchanges, 4 we began, 8 a goal: 62; up to 2 more by referrals. Thresholds 55 and 35.
#[test]
fn two_accounts_by_hand() {
    let small = small("");
    let rows = printed(&["classify", path(&small), "--format", "csv"]);
    let expected = format!(
        "{HEAD}\n\
         acme,client,client,active,client,62,64,7,medium,yes,\
         formal_contract two_way_dialogue goal_oriented recurring_billing,,,\n\
         corner,customer,customer,new,customer,0,2,33,high,yes,\
         single_transaction standardised_offer one_way_interaction no_formal_contract,,,\n"
    );
    assert_eq!(rows, expected);

    let table = printed(&["classify", path(&small)]);
    let lines: Vec<&str> = table.lines().collect();
    let expected = [
        "account  class         possible                stage      score      margin  confidence  robust  term      reasons",
        "acme     client        client                  active     62 to 64   7       medium      yes     client    formal_contract, two_way_dialogue, goal_oriented, recurring_billing",
        "corner   customer      customer                new        0 to 2     33      high        yes     customer  single_transaction, standardised_offer, one_way_interaction, no_formal_contract",
        "",
        "2 accounts as of 2025-06-30, known at 2025-06-30; rules generic 1.0.0; policy strict",
    ];
    assert_eq!(lines[..5], expected);
    assert!(lines.iter().any(|line| line.split_whitespace().eq(["client", "1", "0", "1"])));

    let document = json(&["classify", path(&small), "--format", "json"]);
    assert_eq!(document["schema"], "tenure/classify/1");
    assert_eq!(document["as_of"], "2025-06-30");
    assert_eq!(document["known_at"], "2025-06-30");
    assert_eq!(document["rule_set"]["id"], "generic");
    assert_eq!(document["settings"]["policy"], "strict");
    assert_eq!(document["coverage"]["referrals"], "absent");
    let verdicts = document["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), 2);
    assert_eq!(verdicts[0]["account"], "acme");
    let verdict = &verdicts[0]["verdict"];
    assert_eq!(verdict["score"], serde_json::json!({"lo": 62, "hi": 64}));
    assert_eq!(verdict["rule_set_hash"], document["rule_set"]["sha256"]);
    let sum = verdict["contributions"].as_array().unwrap().iter();
    assert_eq!(sum.fold(0, |sum, one| sum + one["hi"].as_i64().unwrap()), 64);
    assert_eq!(document["population"][0]["class"], "client");
    assert_eq!(document["population"][0]["stages"]["active"], 1);
    assert_eq!(document["accounts_not_yet"], 0);
}

#[test]
fn the_demo_is_the_same_bytes_for_any_number_of_threads_and_agrees_with_the_report() {
    for format in ["table", "csv", "json"] {
        let with =
            |threads| printed(&["classify", "--demo", "--format", format, "--threads", threads]);
        let one = with("1");
        assert!(one == with("2") && one == with("7"), "{format}");
    }
    let document = json(&["classify", "--demo", "--format", "json"]);
    let out = TempDir::new().unwrap();
    let report = json(&["report", "--demo", "--format", "json", "--out", path(&out)]);
    assert_eq!(document["population"], report["population"]);
    let (verdicts, lines) =
        (document["verdicts"].as_array().unwrap(), report["accounts"].as_array().unwrap());
    assert_eq!(verdicts.len(), lines.len());
    for (one, line) in verdicts.iter().zip(lines) {
        let verdict = &one["verdict"];
        assert_eq!(one["account"], line["account"]);
        for key in ["class", "possible", "stage", "term", "confidence"] {
            assert_eq!(verdict[key], line[key], "{key} of {}", line["account"]);
        }
        assert_eq!(
            serde_json::json!([verdict["score"]["lo"], verdict["score"]["hi"]]),
            line["score"]
        );
    }
    // Rows and document say the same.
    let rows = printed(&["classify", "--demo", "--format", "csv"]);
    let rows: Vec<Vec<&str>> = rows.lines().skip(1).map(|row| row.split(',').collect()).collect();
    assert_eq!(rows.len(), verdicts.len());
    for (row, one) in rows.iter().zip(verdicts) {
        assert_eq!(one["account"], row[0]);
        assert_eq!(one["verdict"]["class"], row[1]);
        assert_eq!(one["verdict"]["margin"].to_string(), row[7]);
    }
}

/// More accounts than a thread takes at once: nothing is lost between the batches, and the
/// document stays one.
#[test]
fn a_large_portfolio_is_written_in_order() {
    let mut purchases = "account,date,amount\n".to_owned();
    for account in 0..2_000 {
        // The first thousand and the last are not there yet: whole batches are empty.
        let later = account < 1_000 || account == 1_999;
        let day = if later { "2026-01-01" } else { "2025-01-01" };
        purchases.push_str(&format!("a{account:04},{day},5.00\n"));
    }
    let input = folder(&[
        ("purchases.csv", purchases.as_str()),
        ("tenure.toml", "as_of = \"2025-12-31\"\ncurrency = \"USD\"\n"),
    ]);
    for threads in ["1", "3"] {
        let arguments = ["classify", path(&input), "--format", "json", "--threads", threads];
        let document = json(&arguments);
        let verdicts = document["verdicts"].as_array().unwrap();
        let names: Vec<_> = verdicts.iter().map(|one| one["account"].as_str().unwrap()).collect();
        let expected: Vec<_> = (1_000..1_999).map(|account| format!("a{account:04}")).collect();
        assert_eq!(names, expected);
        assert_eq!(document["accounts_not_yet"], 1_001);
    }
    let table = printed(&["classify", path(&input)]);
    assert!(table.contains("1,001 more accounts have no record that can be seen yet"), "{table}");
}

#[test]
fn a_flag_stands_before_the_settings_of_the_folder() {
    let input = small("[report]\npolicy = \"lean\"\npacks = [\"health\"]\n");
    let of_folder = json(&["classify", path(&input), "--format", "json"]);
    assert_eq!(of_folder["settings"]["policy"], "lean");
    assert_eq!(of_folder["settings"]["packs"][0]["id"], "health");
    assert_eq!(of_folder["verdicts"][1]["verdict"]["term"], "patient");
    let flags = ["--policy", "strict", "--pack", "hospitality", "--pack", "legal"];
    let mut arguments = vec!["classify", path(&input), "--format", "json"];
    arguments.extend(flags);
    let typed = json(&arguments);
    assert_eq!(typed["settings"]["policy"], "strict");
    let packs = typed["settings"]["packs"].as_array().unwrap();
    assert_eq!([&packs[0]["id"], &packs[1]["id"]], ["hospitality", "legal"]);
    assert_eq!(typed["verdicts"][1]["verdict"]["term"], "guest");
    let table = printed(&["classify", path(&input), "--pack", "legal"]);
    assert!(table.contains("policy lean; packs legal"), "{table}");
    // A day and a knowledge of one's own, too: before the retainer there was nobody.
    let before = ["classify", path(&input), "--as-of", "2022-12-31", "--format", "json"];
    assert_eq!(json(&before)["verdicts"][0]["verdict"]["stage"], "prospect");
}

#[test]
fn a_rule_set_of_ones_own_decides() {
    let input = small("");
    let rules = folder(&[
        (
            "company.toml",
            "schema = \"tenure/ruleset/1\"\nid = \"company\"\nversion = \"1.0.0\"\n\
             extends = [\"generic\"]\nthresholds.client = 70\n",
        ),
        (
            "branch.toml",
            "schema = \"tenure/ruleset/1\"\nid = \"branch\"\nversion = \"2.0.0\"\n\
             extends = [\"company\"]\n",
        ),
    ]);
    let file = |name: &str| rules.path().join(name).to_str().unwrap().to_owned();
    let (company, branch) = (file("company.toml"), file("branch.toml"));
    let arguments =
        ["classify", path(&input), "--rules", &branch, "--base", &company, "--format", "json"];
    let document = json(&arguments);
    assert_eq!(document["rule_set"]["id"], "branch");
    assert_eq!(document["rule_set"]["version"], "2.0.0");
    // 62 to 64 points are not 70.
    assert_eq!(document["verdicts"][0]["verdict"]["class"], "hybrid");
    let arguments = ["report", path(&input), "--rules", &branch, "--base", &company];
    let out = TempDir::new().unwrap();
    let mut all = arguments.to_vec();
    all.extend(["--out", path(&out), "--format", "json"]);
    let report = json(&all);
    assert_eq!(report["rule_set"], "branch 2.0.0");
    assert_eq!(report["accounts"][0]["class"], "hybrid");
    refused(&["classify", path(&input), "--rules", &branch], "there is no rule set `company`");
}

#[test]
fn what_cannot_be_asked_is_refused_in_one_line() {
    let input = small("");
    let classify = |more: &[&str], says: &str| {
        let mut arguments = vec!["classify", path(&input)];
        arguments.extend(more);
        refused(&arguments, says);
    };
    classify(&["--policy", "kind"], "`--policy` is `kind`, expected one of strict, lean");
    classify(&["--pack", "gym"], "`gym` is neither a built-in pack nor a file");
    classify(&["--rules", "house"], "`house` is neither a built-in rule set nor a file");
    let legal = printed(&["rules", "show", "legal"]).replace("1.0.0", "1.0.1");
    let packs = folder(&[("legal.toml", &legal)]);
    let file = packs.path().join("legal.toml");
    classify(&["--pack", "legal", "--pack", file.to_str().unwrap()], "term_conflict");
    classify(&["--out", "/no/such/folder/verdicts.csv"], "cannot write");
    classify(&["--base", "/no/such/file.toml", "--rules", path(&input)], "neither");
    let broken =
        folder(&[("house.toml", "schema = \"tenure/ruleset/1\"\nid = \"\"\nwindow = 3\n")]);
    let house = broken.path().join("house.toml");
    classify(&["--rules", house.to_str().unwrap()], "house.toml:");
    classify(&["--rules", house.to_str().unwrap()], "`tenure rules check` lists them");
    refused(&["classify", "/no/such/folder"], "cannot use `/no/such/folder`");
    let dayless = folder(&SMALL[..7]);
    refused(&["classify", path(&dayless)], "--as-of");
    let several = "account,date,amount,currency\na,2025-01-01,5,USD\na,2025-01-02,5,EUR\n";
    let several = folder(&[("purchases.csv", several)]);
    refused(&["classify", path(&several), "--as-of", "2025-12-31"], "EUR, USD");
}

#[test]
fn rejected_rows_are_told_and_fail_only_a_strict_run() {
    let input = small("");
    fs::write(
        input.path().join("purchases.csv"),
        "account,date,amount\ncorner,2025-06-01,10.00\ncorner,soon,1.00\n",
    )
    .unwrap();
    let output = tenure(&["classify", path(&input), "--format", "csv"]);
    assert_eq!(code(&output), 0);
    assert!(text(&output.stderr).contains("purchases.csv line 3"), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).lines().count(), 3);
    let output = tenure(&["classify", path(&input), "--strict"]);
    assert_eq!(code(&output), 1);
}

#[test]
fn verdicts_go_to_a_file_where_asked() {
    let (input, out) = (small(""), TempDir::new().unwrap());
    let file = out.path().join("verdicts.csv");
    let arguments = ["classify", path(&input), "--format", "csv", "--out", file.to_str().unwrap()];
    assert_eq!(printed(&arguments), "");
    let rows = fs::read_to_string(&file).unwrap();
    assert_eq!(rows, printed(&["classify", path(&input), "--format", "csv"]));
}

/// The word of a person stands beside the verdict, never instead of it.
#[test]
fn an_override_is_shown_beside_the_verdict() {
    let word = "[[override]]\naccount = \"corner\"\nclass = \"client\"\nauthor = \"J. Doe\"\n\
                reason = \"signs next week, \\\"for sure\\\"\"\nfrom = 2025-06-01\n";
    let input = small(word);
    let rows = printed(&["classify", path(&input), "--format", "csv"]);
    let corner = rows.lines().last().unwrap();
    assert!(corner.starts_with("corner,customer,customer,new,"), "{corner}");
    assert!(corner.ends_with(",client,J. Doe,\"signs next week, \"\"for sure\"\"\""), "{corner}");
    let table = printed(&["classify", path(&input)]);
    assert!(table.contains("; J. Doe says client: signs next week, \"for sure\""), "{table}");
    let document = json(&["classify", path(&input), "--format", "json"]);
    let verdict = &document["verdicts"][1]["verdict"];
    assert_eq!(verdict["class"], "customer");
    assert_eq!(verdict["human_override"]["class"], "client");
    assert_eq!(verdict["human_override"]["author"], "J. Doe");
    assert!(verdict["reasons"].as_array().unwrap().contains(&"human_override".into()));
    assert_eq!(document["verdicts"][0]["verdict"]["human_override"], serde_json::Value::Null);
    let out = TempDir::new().unwrap();
    let report = json(&["report", path(&input), "--format", "json", "--out", path(&out)]);
    assert_eq!(report["accounts"][1]["class"], "customer");
    assert_eq!(report["accounts"][1]["override"], "client");
    let page = fs::read_to_string(out.path().join("report.html")).unwrap();
    assert!(page.contains("customer (a person decided: client)"));
    // Before its first day it is no word.
    let early = printed(&["classify", path(&input), "--as-of", "2025-05-31", "--format", "csv"]);
    assert!(!early.contains("J. Doe"), "{early}");
}

#[test]
fn a_wrong_override_is_refused_where_it_stands() {
    let override_of = |lines: &str| format!("\n[[override]]\n{lines}\n");
    let good = "account = \"corner\"\nclass = \"client\"\nauthor = \"j.doe\"\nreason = \"knows\"\n\
                from = \"2025-01-01\"";
    let wrong = [
        (good.replace("reason = \"knows\"\n", ""), "missing field `reason`"),
        (good.replace("knows", " "), "an override needs a reason"),
        (good.replace("j.doe", ""), "an override needs an author"),
        (good.replace("client", "friend"), "`class` is `friend`, expected one of client, customer"),
        (good.replace("\"2025-01-01\"", "\"soon\""), "`from` is `soon`"),
        (good.replace("\"2025-01-01\"", "3"), "`from` is `integer`"),
        (format!("{good}\nuntil = 2024-12-31"), "`until` is `2024-12-31`, before `from`"),
        (format!("{good}\nuntill = 2025-12-31"), "unknown field `untill`"),
        (good.replace("corner", ""), "`account` is ``"),
        (good.replace("knows", "\\u001b[2Jknows"), "text without control characters"),
    ];
    for (lines, says) in &wrong {
        let input = small(&override_of(lines));
        let place = "tenure.toml line 11, column 1: this [[override]] is wrong";
        refused(&["classify", path(&input)], place);
        refused(&["classify", path(&input)], says);
        refused(&["explain", path(&input), "corner"], says);
    }
    let not_a_list = small("\n[override]\naccount = \"corner\"\n");
    refused(&["classify", path(&not_a_list)], "tenure.toml line 11");
}

#[test]
fn an_override_of_nobody_is_told_and_fails_a_strict_run() {
    let word = "[[override]]\naccount = \"cornre\"\nclass = \"client\"\nauthor = \"j.doe\"\n\
                reason = \"knows\"\nfrom = 2025-01-01\n";
    let input = small(word);
    let output = tenure(&["classify", path(&input)]);
    assert_eq!(code(&output), 0);
    let told = text(&output.stderr);
    let expected = "warning: tenure.toml line 10: the override of `cornre` has no effect: no such \
                    account; did you mean `corner`?\n";
    assert_eq!(told, expected);
    assert_eq!(code(&tenure(&["classify", path(&input), "--strict"])), 1);
}

#[test]
fn hostile_names_never_reach_the_terminal_raw() {
    // Right-to-left override, zero width space, line separator: allowed in an id, escaped here.
    let purchases = "account,date,amount\nab\u{202e}cd,2025-01-01,5\nno\u{200b}space,2025-01-01,5\n\
                     \"two\u{2028}lines\",2025-01-01,5\n\"esc\u{1b}[31m\",2025-01-01,5\n\
                     \"new\nline\",2025-01-01,5\n";
    let settings = "as_of = \"2025-12-31\"\ncurrency = \"USD\"\n";
    let input = folder(&[("purchases.csv", purchases), ("tenure.toml", settings)]);
    let output = tenure(&["classify", path(&input)]);
    assert_eq!(code(&output), 0);
    let shown = format!("{}{}", text(&output.stdout), text(&output.stderr));
    for name in ["ab\\u{202e}cd", "no\\u{200b}space", "two\\u{2028}lines", "esc\\u{1b}[31m"] {
        assert!(shown.contains(name), "{name}: {shown}");
    }
    let raw = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{200b}\u{2028}".contains(c));
    assert!(!shown.contains(raw), "{shown}");
    assert_eq!(text(&output.stdout).lines().filter(|line| line.contains("customer")).count(), 4);
    // Ids with control characters are refused by the reader, with their line.
    assert!(shown.contains("rejected 2 row(s)"), "{shown}");
    let output = tenure(&["explain", path(&input), "ab\u{202e}cd\u{1b}[2J"]);
    assert!(!text(&output.stderr).contains(raw), "{}", text(&output.stderr));
    let page = printed(&["explain", path(&input), "ab\u{202e}cd"]);
    assert!(page.starts_with("ab\\u{202e}cd\n") && !page.contains(raw), "{page}");
}

/// `tenure classify | head`: that the reader has gone is no failure.
#[test]
fn a_closed_pipe_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tenure"))
        .args(["classify", "--demo"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), text(&output.stderr)), (0, ""));
}

#[test]
fn help_teaches() {
    for (command, words) in [
        (
            &["classify", "--help"][..],
            &["--policy", "--pack", "--rules", "--strict", "Examples:"][..],
        ),
        (&["explain", "--help"], &["--from", "--format", "legal advice", "Examples:"]),
        (&["rules", "show", "--help"], &["extends", "Examples:"]),
        (&["rules", "check", "--help"], &["schema", "Examples:"]),
        (&["rules", "diff", "--help"], &["--as-of", "Examples:"]),
        (&["--help"], &["classify", "explain", "rules"]),
    ] {
        let help = printed(command);
        for word in words {
            assert!(help.contains(word), "{command:?} {word}");
        }
    }
}
