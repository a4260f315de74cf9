//! `tenure rules`.

use super::{code, folder, json, path, printed, refused, small, tenure, text};

#[test]
fn what_is_built_in_can_be_shown_checked_and_read_again() {
    let list = json(&["rules", "show", "--format", "json"]);
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 14, "two rule sets, eleven packs, a playbook");
    let shown = printed(&["rules", "show"]);
    for one in list {
        let name = one["id"].as_str().unwrap();
        assert!(shown.contains(name), "{name}");
        let (toml, json) = (
            printed(&["rules", "show", name]),
            printed(&["rules", "show", name, "--format", "json"]),
        );
        let files = folder(&[("a.toml", &toml), ("b.json", &json)]);
        let file = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
        let (toml, json) = (file("a.toml"), file("b.json"));
        let checked = printed(&["rules", "check", &toml, &json]);
        let identity = format!(
            "ok: {} {name} {} {}",
            one["what"].as_str().unwrap(),
            one["version"].as_str().unwrap(),
            one["sha256"].as_str().unwrap()
        );
        assert_eq!(checked, format!("{toml}: {identity}\n{json}: {identity}\n"));
    }
}

#[test]
fn tables_are_for_people() {
    let rules = printed(&["rules", "show", "generic", "--format", "table"]);
    for words in [
        "standard: 5, negotiated: 14",
        "30: 3, 90: 6, 365: 9",
        "3.000: 2",
        "hard rule H1: floor:client_side (fiduciary_duty)",
        "client side from 55 points (45 for a client), customer below 35 (42 for a customer), of 101",
        "6 lines and 10.00% of the money",
    ] {
        assert!(rules.contains(words), "{words}: {rules}");
    }
    let pack = printed(&["rules", "show", "legal", "--format", "table"]);
    assert!(pack.contains("prospective client") && pack.contains("ABA Model Rule 1.18"), "{pack}");
    let book = printed(&["rules", "show", "standard", "--format", "table"]);
    assert!(book.contains("  when silent     manager call, within 5 days"), "{book}");
    assert!(book.contains("  auto-close      never"), "{book}");
}

#[test]
fn what_a_rule_set_extends_is_filled_in() {
    let files = folder(&[
        (
            "company.toml",
            "schema = \"tenure/ruleset/1\"\nid = \"company\"\nversion = \"1.0.0\"\n\
             extends = [\"generic\"]\nwindow_days = 730\n",
        ),
        (
            "branch.toml",
            "schema = \"tenure/ruleset/1\"\nid = \"branch\"\nversion = \"1.0.0\"\n\
             extends = [\"company\"]\nthresholds.client = 60\n",
        ),
    ]);
    let file = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let (company, branch) = (file("company.toml"), file("branch.toml"));
    let shown = printed(&["rules", "show", &branch, "--base", &company]);
    for line in ["window_days = 730", "client = 60", "customer = 35"] {
        assert!(shown.lines().any(|one| one.trim() == line), "{line}: {shown}");
    }
    // Together they are whole; alone the branch is not.
    let checked = printed(&["rules", "check", &branch, &company]);
    assert_eq!(checked.lines().count(), 2);
    let alone = tenure(&["rules", "check", &branch]);
    assert_eq!(code(&alone), 2);
    let told = format!("{branch}:4:12: unknown_base: extends[0]: there is no rule set `company`\n");
    assert!(text(&alone.stdout).starts_with(&told), "{}", text(&alone.stdout));
}

#[test]
fn every_fault_is_told_with_its_place() {
    let wrong = "schema = \"tenure/ruleset/1\"\nid = \"house\"\nversion = \"1.0.0\"\n\
                 extends = [\"generic\"]\nwindow_day = 3\n\
                 [thresholds]\nexit_client = 56\n";
    let pack = "schema = \"tenure/pack/1\"\nid = \"gym\"\nversion = \"1.0.0\"\n\
                thresholds.client = 3\n";
    let files = folder(&[
        ("house.toml", wrong),
        ("gym.toml", pack),
        ("other.toml", "schema = \"tenure/recipe/1\"\n"),
        ("torn.json", "{\"schema\": "),
        ("fine.toml", &printed(&["rules", "show", "legal"])),
    ]);
    let file = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let names = ["house.toml", "gym.toml", "other.toml", "torn.json", "fine.toml"].map(file);
    let mut arguments = vec!["rules", "check"];
    arguments.extend(names.iter().map(String::as_str));
    let output = tenure(&arguments);
    assert_eq!(code(&output), 2);
    assert_eq!(text(&output.stderr), "error: 4 of 5 file(s) cannot be used\n");
    let told = text(&output.stdout);
    let [house, gym, other, torn, fine] = &names;
    for line in [
        format!("{house}:5:1: unknown_key: window_day: `window_day` is not a key here"),
        format!(
            "{house}:7:15: hysteresis_inverted: thresholds.exit_client: `56` is above `client`"
        ),
        "  hint: did you mean `window_days`?".to_owned(),
        format!("{gym}:4:1: pack_sets_threshold: "),
        format!("{other}:1:10: bad_schema: schema: `tenure/recipe/1`"),
        "  hint: the schemas are tenure/ruleset/1, tenure/pack/1, tenure/playbook/1".to_owned(),
        format!("{torn}:1:"),
        format!("{fine}: ok: pack legal 1.0.0 "),
    ] {
        assert!(told.lines().any(|one| one.starts_with(&line)), "{line}\n{told}");
    }
    // Of what is something else, that alone is told.
    assert_eq!(told.lines().filter(|one| one.starts_with(other.as_str())).count(), 1, "{told}");
}

#[test]
fn hostile_files_end_in_an_error_with_a_place() {
    let files =
        folder(&[("empty.toml", ""), ("esc.toml", "id = \"a\\u001b[2Jb\"\n\"\\u202ekey\" = 1\n")]);
    std::fs::write(files.path().join("bytes.toml"), b"id = \"\xff\"\n").unwrap();
    std::fs::write(files.path().join("large.toml"), "#".repeat(300 << 10)).unwrap();
    for (name, code_of) in [
        ("empty.toml", "missing_key"),
        ("esc.toml", "missing_key"),
        ("bytes.toml", "1:7: not_utf8"),
        ("large.toml", "1:1: too_large"),
    ] {
        let file = files.path().join(name);
        let output = tenure(&["rules", "check", file.to_str().unwrap()]);
        assert_eq!(code(&output), 2, "{name}");
        let told = text(&output.stdout);
        assert!(told.contains(code_of), "{name}: {told}");
        let raw = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!told.contains(raw), "{told:?}");
    }
    refused(&["rules", "check", "/no/such/file.toml"], "cannot read `/no/such/file.toml`");
    refused(
        &["rules", "show", "generik"],
        "`generik` is neither a built-in rule set, pack or playbook",
    );
    refused(&["rules", "show", path(&files)], "is neither a built-in");
}

/// 62 to 64 points are a client from 55 on, and a hybrid where a client needs 70.
#[test]
fn what_other_rules_would_change() {
    let house = "schema = \"tenure/ruleset/1\"\nid = \"house\"\nversion = \"1.0.0\"\n\
                 extends = [\"generic\"]\nthresholds.client = 70\n";
    let (files, input) = (folder(&[("house.toml", house)]), small(""));
    let house = files.path().join("house.toml");
    let house = house.to_str().unwrap();
    let settings = "Settings that differ:\n  id: \"generic\" -> \"house\"\n  \
                    thresholds.client: 55 -> 70\n";
    let alone = printed(&["rules", "diff", "generic", house]);
    assert!(alone.ends_with(settings), "{alone}");
    let both = printed(&["rules", "diff", "generic", house, path(&input)]);
    let moved = "\nOf 2 accounts as of 2025-06-30, known at 2025-06-30: verdicts that differ 1, in \
                 class 1.\n  client -> hybrid: 1\n\nacme: client 62 to 64 -> hybrid 62 to 64\n  \
                 thresholds: client -> hybrid\n";
    assert!(both.ends_with(&format!("{settings}{moved}")), "{both}");
    let document = json(&["rules", "diff", "generic", house, path(&input), "--format", "json"]);
    assert_eq!(document["schema"], "tenure/rules-diff/1");
    assert_eq!(document["settings"][1]["path"], "thresholds.client");
    assert_eq!(document["portfolio"]["verdicts"][0]["account"], "acme");
    assert_eq!(document["portfolio"]["verdicts"][0]["steps"][0]["part"], "thresholds");
    let same = printed(&["rules", "diff", "generic", "generic", path(&input)]);
    assert!(
        same.contains("No setting differs.") && same.contains("differ 0, in class 0"),
        "{same}"
    );
}

/// Without the manager's 6 points every verdict on an account with a manager is another, and none
/// of one without.
#[test]
fn the_variant_without_what_the_provider_chooses() {
    let document = json(&["rules", "diff", "generic", "needs_based", "--demo", "--format", "json"]);
    let verdicts = json(&["classify", "--demo", "--format", "json"]);
    let with_manager: Vec<_> = verdicts["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| {
            let sum = one["verdict"]["contributions"].as_array().unwrap();
            let manager = serde_json::json!({"signal": "manager.dedicated"});
            sum.iter().any(|part| part["source"] == manager && part["hi"] == 6)
        })
        .map(|one| one["account"].clone())
        .collect();
    let moved = document["portfolio"]["verdicts"].as_array().unwrap();
    let moved: Vec<_> = moved.iter().map(|one| one["account"].clone()).collect();
    assert_eq!(moved, with_manager);
    assert_eq!(document["portfolio"]["accounts"], 400);
}

#[test]
fn a_comparison_that_cannot_be_made_is_refused() {
    refused(
        &["rules", "diff", "generic", "legal"],
        "`legal` is neither a built-in rule set nor a file",
    );
    let pack = folder(&[("legal.toml", &printed(&["rules", "show", "legal"]))]);
    let file = pack.path().join("legal.toml");
    refused(&["rules", "diff", "generic", file.to_str().unwrap()], "bad_schema");
    let output = tenure(&["rules", "diff", "generic", "needs_based", "--as-of", "2025-01-01"]);
    assert_eq!(code(&output), 2, "a day without a portfolio");
    refused(&["rules", "diff", "generic", "needs_based", "/no/such/folder"], "/no/such/folder");
    let input = small("");
    let kind = ["rules", "diff", "generic", "needs_based", path(&input), "--policy", "kind"];
    refused(&kind, "`--policy` is `kind`");
}
