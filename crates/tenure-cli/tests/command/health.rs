//! `tenure health`.

use std::collections::BTreeMap;

use crate::{folder, json, printed, refused};
use serde_json::Value;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// What an exact ratio says in decimals.
fn exact(value: &Value) -> f64 {
    value["value"].as_str().and_then(|text| std::str::FromStr::from_str(text).ok()).unwrap()
}

#[test]
fn planted_health_is_recovered_and_shuffled_health_is_not() {
    let document = json(&["health", "--demo", "--backtest", "--format", "json"]);
    assert_eq!(document["schema"], "tenure/health-backtest/1");
    // What a client is observed to be is its health with some noise; most of what a customer is
    // observed to be is counted from its purchases, which follow its health from further away.
    for (line, least) in document["recovery"].as_array().unwrap().iter().zip([0.9, 0.6]) {
        assert!(number(&line["interval"][0]) > least, "{line}");
        assert!(line["accounts"].as_u64().unwrap() > 100, "{line}");
    }
    let tests = document["tests"].as_array().unwrap();
    let [client, customer] = tests.as_slice() else { panic!("{tests:?}") };
    assert_eq!((&client["profile"], &client["outcome"]), (&"client".into(), &"not_renewed".into()));
    assert!(client["too_few"].is_null());
    assert!(number(&client["area"]["interval"][0]) > 0.6, "{}", client["area"]);
    let baseline = |test: &Value, name: &str| {
        let all = test["baselines"].as_array().unwrap();
        all.iter().find(|one| one["baseline"] == name).unwrap().clone()
    };
    for test in tests {
        let idle = baseline(test, "days_since_last_activity");
        assert_eq!(idle["standing"], "better than baseline");
        assert!(number(&idle["interval"][0]) > 0.0);
    }
    // What is no better is said to be no better, or worse.
    assert_eq!(baseline(client, "previous_score")["standing"], "no better than baseline");
    assert_ne!(baseline(customer, "contract_days_left")["standing"], "better than baseline");
    for test in tests {
        assert_eq!(test["control"]["found_nothing"], true, "{}", test["control"]);
        let rows = &test["rows"];
        let sum = ["used", "ended", "censored", "not_at_risk", "no_score"]
            .iter()
            .fold(0, |sum, name| sum + rows[*name].as_u64().unwrap());
        assert_eq!(sum, rows["looked_at"].as_u64().unwrap());
        let (events, used) = (test["events"].as_f64().unwrap(), rows["used"].as_f64().unwrap());
        assert!((exact(&test["prevalence"]) - events / used).abs() < 1e-9);
    }
}

#[test]
fn other_seeds_of_the_control_find_nothing_either() {
    let mut outside = 0;
    for seed in 2..=5 {
        let seed = seed.to_string();
        let arguments = [
            "health",
            "--demo",
            "--backtest",
            "--profile",
            "client",
            "--seed",
            &seed,
            "--format",
            "json",
        ];
        let document = json(&arguments);
        outside += i32::from(document["tests"][0]["control"]["found_nothing"] == false);
    }
    // One in twenty is expected outside.
    assert!(outside <= 1, "{outside}");
}

#[test]
fn a_backtest_with_few_events_compares_nothing_unless_forced() {
    let few = ["health", "--demo", "--backtest", "--profile", "client", "--steps", "3"];
    let page = printed(&few);
    assert!(page.contains("Too few events to compare"), "{page}");
    assert!(!page.contains("Area under the curve"), "{page}");
    let forced = printed(&[&few[..], &["--force"]].concat());
    assert!(forced.contains("Too few events to compare"), "{forced}");
    assert!(forced.contains("Area under the curve"), "{forced}");
}

#[test]
fn scores_say_what_they_are_made_of() {
    let document = json(&["health", "--demo", "--format", "json"]);
    assert_eq!(document["schema"], "tenure/health/1");
    let accounts = document["accounts"].as_array().unwrap();
    let (mut missing, mut joined_by_share) = (0, 0);
    for account in accounts {
        let scores = account["scores"].as_array().unwrap();
        assert_eq!(scores.len(), if account["class"] == "hybrid" { 2 } else { 1 });
        for score in scores {
            let parts = score["components"].as_array().unwrap();
            for end in ["lo", "hi"] {
                let sum = parts.iter().fold(0, |sum, part| sum + part[end].as_i64().unwrap());
                assert_eq!(sum, score[end].as_i64().unwrap(), "{account}");
            }
            missing += parts.iter().filter(|part| part["absence"].is_string()).count();
            assert!(score["change"].is_null());
        }
        let joined = &account["joined"];
        assert_eq!(joined.is_object(), account["class"] == "hybrid");
        if let (Some(share), [client, customer]) =
            (joined["contract_share"]["value"].as_str(), scores.as_slice())
        {
            let share: f64 = std::str::FromStr::from_str(share).unwrap();
            for end in ["lo", "hi"] {
                let by_hand = share * number(&client[end]) + (1.0 - share) * number(&customer[end]);
                assert!((number(&joined[end]) - by_hand).abs() < 0.5 + 1e-6, "{account}");
            }
            joined_by_share += 1;
        }
    }
    assert!(joined_by_share > 10, "{joined_by_share}");
    assert!(missing > 0);
    let listed = u64::try_from(accounts.len()).unwrap();
    let not = document["without_profile"].as_u64().unwrap()
        + document["accounts_not_yet"].as_u64().unwrap();
    assert_eq!(listed + not, 400);
    let csv = printed(&["health", "--demo", "--format", "csv"]);
    let rows = document["summary"].as_array().unwrap();
    let rows = rows.iter().fold(0, |sum, line| sum + line["accounts"].as_u64().unwrap());
    assert_eq!(u64::try_from(csv.lines().count()).unwrap(), rows + 1);
}

#[test]
fn a_change_sums_to_the_last_point() {
    let document = json(&["health", "--demo", "--from", "2025-06-30", "--format", "json"]);
    let mut moved = 0;
    for score in document["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["scores"].as_array().unwrap())
    {
        let change = &score["change"];
        if change["before"].is_null() {
            continue;
        }
        for (place, end) in ["lo", "hi"].into_iter().enumerate() {
            let whole = |name: &str| change[end][name].as_i64().unwrap();
            let causes = whole("value") + whole("weight") + whole("staleness") + whole("rule");
            let before = change["before"][place].as_i64().unwrap();
            assert_eq!(causes, score[end].as_i64().unwrap() - before, "{score}");
            assert_eq!(causes, whole("total"));
            moved += i32::from(causes != 0);
        }
    }
    assert!(moved > 100, "{moved}");
    let page = printed(&["health", "--demo", "--account", "syn-120", "--from", "2025-06-30"]);
    assert!(page.contains("value +"), "{page}");
}

#[test]
fn what_cannot_be_asked_is_refused() {
    refused(&["health", "--demo", "--account", "syn-999"], "`syn-999` is not an account");
    refused(
        &["health", "--demo", "--from", "2026-01-01"],
        "--from 2026-01-01 is after the day of the question, 2025-12-31",
    );
    let far = ["health", "--demo", "--backtest", "--steps", "60", "--horizon-days", "3650"];
    // Ten years back there is a calendar, and nothing to look at.
    assert!(printed(&far).contains("0 used"));
}

#[test]
fn a_profile_of_ones_own_starts_from_what_is_shown() {
    let client = printed(&["health", "--show-profile", "client"]);
    refused(&["health", "--show-profile", "by-class"], "client");
    let files = folder(&[("house.toml", &client.replace("weight = 25", "weight = 24"))]);
    let house = files.path().join("house.toml");
    let house = house.to_str().unwrap();
    let told = format!("{house}:1:10: weights sum to `99`, not to 100 [weight_sum]");
    refused(&["health", "--demo", "--profile", house], &told);
    std::fs::write(house, client.replace("id = \"client\"", "id = \"house\"")).unwrap();
    let ours = json(&["health", "--demo", "--profile", house, "--format", "json"]);
    let theirs = json(&["health", "--demo", "--profile", "client", "--format", "json"]);
    assert_eq!(ours["profiles"][0]["id"], "house");
    assert_eq!(ours["summary"][0]["mean_lo"], theirs["summary"][0]["mean_lo"]);
    // A component that nobody has ever observed is missing everywhere, and said to be.
    std::fs::write(house, client.replace("id = \"outcome\"", "id = \"outcom\"")).unwrap();
    let page = printed(&["health", "--demo", "--profile", house]);
    assert!(page.contains("No account here ever had a value of outcom:"), "{page}");
    std::fs::write(house, client.replace("id = \"client\"", "id = \"house\"")).unwrap();
    assert!(theirs["summary"][0]["never_observed"].as_array().unwrap().is_empty());
    refused(
        &["health", "--demo", "--profile", "clint"],
        "`clint` is neither a built-in profile nor a file",
    );
    let tests = json(&[
        "health",
        "--demo",
        "--profile",
        house,
        "--backtest",
        "--steps",
        "6",
        "--format",
        "json",
    ]);
    assert_eq!(tests["tests"].as_array().unwrap().len(), 2);
}

#[test]
fn any_number_of_threads_prints_the_same() {
    for more in [&["--from", "2025-06-30"][..], &["--backtest", "--steps", "6"]] {
        let of = |threads| {
            let start = ["health", "--demo", "--format", "json", "--threads", threads];
            printed(&[&start[..], more].concat())
        };
        let one = of("1");
        assert_eq!(one, of("3"));
        assert_eq!(one, of("8"));
    }
}

/// The folder of the demo portfolio, and the rows of one of its tables by column name.
fn demo_rows(folder: &tempfile::TempDir, table: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(folder.path().join(table)).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let head: Vec<String> = lines.next().unwrap().collect();
    lines.map(|cells| head.iter().cloned().zip(cells).collect()).collect()
}

/// Counted another way: each day of 2025, each row of `assignments.csv`, as text.
#[test]
fn continuity_of_staff_is_what_the_rows_say_day_by_day() {
    let folder = tempfile::TempDir::new().unwrap();
    printed(&["demo", crate::path(&folder)]);
    let rows = demo_rows(&folder, "assignments.csv");
    let mut held: BTreeMap<(&str, &str), BTreeMap<&str, u64>> = BTreeMap::new();
    let year = chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap().iter_days().take(365);
    for day in year.map(|day| day.to_string()) {
        for row in rows.iter().filter(|row| !row["person"].is_empty()) {
            if row["start"] <= day && (row["end"].is_empty() || day <= row["end"]) {
                let role = held.entry((&row["account"], &row["role"])).or_default();
                *role.entry(&row["person"]).or_default() += 1;
            }
        }
    }
    let all = held.values().flat_map(BTreeMap::values).fold(0, |sum, days| sum + days);
    let longest =
        held.values().filter_map(|role| role.values().max()).fold(0, |sum, days| sum + days);
    let handovers = rows.iter().filter(|row| {
        let before = rows.iter().filter(|other| {
            !other["person"].is_empty()
                && other["account"] == row["account"]
                && other["start"] < row["start"]
        });
        let before = before.max_by_key(|other| &other["start"]);
        !row["person"].is_empty()
            && ("2025-01-01".."2026-01-01").contains(&row["start"].as_str())
            && before.is_some_and(|before| before["person"] != row["person"])
    });
    let handovers = u64::try_from(handovers.count()).unwrap();

    let out = tempfile::TempDir::new().unwrap();
    let card =
        json(&["report", crate::path(&folder), "--format", "json", "--out", crate::path(&out)]);
    let figures = card["total"]["figures"].as_array().unwrap();
    let figure = figures.iter().find(|figure| figure["id"] == "staff_continuity").unwrap();
    let counts = &figure["counts"];
    assert_eq!(counts["person_days"], all);
    assert_eq!(counts["longest_person_days"], longest);
    assert_eq!(counts["handovers"], handovers);
    assert!(handovers > 20 && longest < all, "{handovers}, {longest} of {all}");
    let share = f64::from(u32::try_from(longest).unwrap()) / f64::from(u32::try_from(all).unwrap());
    assert!((exact(&figure["value"]) - share).abs() < 1e-9);
}

/// A rule that a vendor publishes, written down by a user: Planhat's points, by hand.
#[test]
fn a_published_rule_is_reproduced_from_a_file() {
    let rule = "schema = \"tenure/health-rule/1\"\nid = \"planhat\"\nrule = \"points\"\n\
                [[input]]\nid = \"usage\"\n[[input]]\nid = \"support\"\n";
    let observations = "account,component,value,observed_at\n\
                        acme,usage,4,2025-05-01\nacme,support,3,2025-05-02\n\
                        moon,support,-1.5,2025-05-02\n";
    let config = "as_of = \"2025-12-31\"\n";
    let files =
        folder(&[("rule.toml", rule), ("observations.csv", observations), ("tenure.toml", config)]);
    let file = files.path().join("rule.toml");
    let file = file.to_str().unwrap();
    let arguments = ["health", crate::path(&files), "--profile", file];
    let document = json(&[&arguments[..], &["--format", "json"]].concat());
    let [acme, moon] = document["accounts"].as_array().unwrap().as_slice() else { panic!() };
    // 5 + 4 + 3 cut to 10; 5 - 1.5 rounded away from zero.
    assert_eq!((&acme["score"], exact(&acme["clamped_by"])), (&"10".into(), 2.0));
    assert_eq!((&moon["score"], exact(&moon["exact"])), (&"4".into(), 3.5));
    assert_eq!(moon["missing"], serde_json::json!(["usage"]));
    let csv = printed(&[&arguments[..], &["--format", "csv"]].concat());
    assert_eq!(
        csv,
        "account,rule,score,state,band,missing\nacme,planhat,10,,,\nmoon,planhat,4,,,usage\n"
    );
    assert!(printed(&arguments).contains("Rule planhat (points), as its vendor publishes it"));
    refused(&[&arguments[..], &["--backtest"]].concat(), "--backtest needs a profile");
    std::fs::write(file, rule.replace("points", "pints")).unwrap();
    refused(&arguments, "rule.toml:3:8: `pints` means nothing here");
}
