//! `tenure health`.

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
    for line in document["recovery"].as_array().unwrap() {
        assert!(number(&line["interval"][0]) > 0.9, "{line}");
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
    let idle = baseline(client, "days_since_last_activity");
    assert_eq!(idle["standing"], "better than baseline");
    assert!(number(&idle["interval"][0]) > 0.0);
    // What is no better is said to be no better, or worse.
    assert_eq!(baseline(client, "previous_score")["standing"], "no better than baseline");
    assert_ne!(baseline(customer, "days_since_last_activity")["standing"], "better than baseline");
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
    let mut missing = 0;
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
        assert_eq!(account["joined"].is_object(), account["class"] == "hybrid");
    }
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
    let client = printed(&["health", "--demo", "--show-profile", "--profile", "client"]);
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
    let of = |threads| printed(&["health", "--demo", "--format", "json", "--threads", threads]);
    assert_eq!(of("1"), of("8"));
}
