//! `tenure clv`.

use std::fmt::Write as _;
use std::fs;

use tempfile::TempDir;

use super::{code, json, printed, refused, tenure, text};

/// A file of that content in a new folder, and its path.
fn file(content: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input.csv");
    fs::write(&path, content).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// Repeat purchases, days to the last, days watched, cents at each, and how many such customers.
const CUSTOMERS: [(u32, u32, u32, u32, usize); 8] = [
    (0, 0, 266, 1000, 30),
    (0, 0, 210, 1900, 30),
    (1, 28, 266, 1250, 9),
    (1, 140, 210, 3025, 8),
    (2, 140, 266, 2200, 6),
    (3, 245, 266, 1800, 4),
    (6, 210, 210, 2500, 3),
    (9, 84, 266, 4000, 2),
];

/// As `peers.py --write` writes customers, in days.
fn customers() -> String {
    let mut out = "x,t_x,T,zbar\n".to_owned();
    for (x, recency, age, cents, count) in CUSTOMERS {
        let mean = if x == 0 { 0.0 } else { f64::from(cents) / 100.0 };
        for _ in 0..count {
            writeln!(out, "{x},{recency}.0,{age}.0,{mean:?}").unwrap();
        }
    }
    out
}

/// The same customers told by their purchases: repeats on the last days before the last one.
fn purchases() -> String {
    let day = |day: u32| {
        let start = chrono::NaiveDate::from_ymd_opt(1997, 1, 1).unwrap();
        start.checked_add_days(chrono::Days::new(u64::from(day))).unwrap()
    };
    let mut out = "id,date,cents\n".to_owned();
    let mut who = 0..;
    for (x, recency, age, cents, count) in CUSTOMERS {
        for who in who.by_ref().take(count) {
            let first = 266_u32.saturating_sub(age);
            writeln!(out, "c{who},{},{cents}", day(first)).unwrap();
            for before in 0..x {
                let at = first.saturating_add(recency).saturating_sub(before);
                writeln!(out, "c{who},{},{cents}", day(at)).unwrap();
            }
        }
    }
    out
}

#[test]
fn customers_are_fitted_compared_and_valued() {
    let (_folder, path) = file(&customers());
    let page = printed(&["clv", &path]);
    for says in ["92 customers of", "8 distinct histories", "bg_nbd", "pareto_nbd", "Gamma-Gamma"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let found = json(&["clv", &path, "--unit", "day", "--format", "json"]);
    assert_eq!(found["schema"], "tenure/clv/1");
    assert_eq!(found["customers"], 92);
    let models = found["models"].as_array().unwrap();
    assert_eq!(models.len(), 4);
    let aic = |at: usize| models[at]["aic"].as_f64().unwrap();
    let converged = |at: usize| models[at]["status"] == "converged";
    for at in 1..4 {
        assert!(!converged(at) || aic(at - 1) <= aic(at), "{found}");
    }
    let rows = printed(&["clv", &path, "--format", "csv", "--model", "mbg_nbd"]);
    assert_eq!(rows.lines().count(), 93);
    assert!(rows.starts_with("id,x,t_x,T,p_alive,expected_purchases,"), "{rows}");
    // Not certain to be alive under this model, though without a repeat.
    let never: Vec<&str> = rows.lines().nth(1).unwrap().split(',').collect();
    assert!(never[4].starts_with("0."), "{never:?}");
}

/// Purchases tell the same histories as the customers they are of.
#[test]
fn purchases_are_the_same_customers() {
    let ((_one, customers), (_other, purchases)) = (file(&customers()), file(&purchases()));
    let of = |path: &str, more: &[&str]| {
        let mut arguments = vec!["clv", path, "--model", "nbd", "--unit", "day"];
        arguments.extend(more);
        arguments.extend(["--format", "json"]);
        json(&arguments)
    };
    let log = of(&purchases, &[]);
    assert_eq!(log["as_of"], "1997-09-24");
    let of_customers = of(&customers, &[]);
    assert_eq!(log["models"], of_customers["models"]);
    assert_eq!(log["spend"], of_customers["spend"]);
    let cut = of(&purchases, &["--cut", "1997-06-30"]);
    let holdout = &cut["holdout"];
    assert!(holdout["actual"].as_u64().unwrap() > 0);
    assert_eq!(holdout["by_frequency"].as_array().unwrap().len(), 8);
    assert!(holdout["tracking"].as_array().unwrap().len() > 30, "{holdout}");
}

/// The same purchases at midnight, UTC, as instants: the same histories, so the same fit to the bit.
#[test]
fn instants_at_midnight_are_days() {
    let days = purchases();
    let instants: String = days
        .lines()
        .map(|line| match line.rsplit_once(',') {
            Some((start, "cents")) => format!("{start},cents\n"),
            Some((start, cents)) => format!("{start}T02:00:00+02:00,{cents}\n"),
            None => unreachable!("three columns"),
        })
        .collect();
    let ((_one, days), (_other, instants)) = (file(&days), file(&instants));
    let of = |path: &str, more: &[&str]| {
        let mut arguments = vec!["clv", path, "--model", "nbd", "--unit", "day"];
        arguments.extend(more);
        arguments.extend(["--format", "json"]);
        json(&arguments)
    };
    let by_day = of(&days, &["--cut", "1997-06-30"]);
    assert_eq!(by_day["occasion_period"], "day");
    let midnight = "1997-06-30T00:00:00Z";
    let by_instant = of(&instants, &["--period", "instant", "--cut", midnight]);
    assert_eq!(by_instant["occasion_period"], "instant");
    assert_eq!(by_instant["as_of"], "1997-09-24T00:00:00Z");
    for same in ["models", "spend", "customers", "distinct_histories"] {
        assert_eq!(by_day[same], by_instant[same]);
    }
    assert_eq!(by_day["holdout"]["actual"], by_instant["holdout"]["actual"]);
    assert_eq!(by_day["holdout"]["by_frequency"], by_instant["holdout"]["by_frequency"]);
    // A zone makes days of them again: in UTC the same, an hour west of it each a day earlier.
    let zoned = of(&instants, &["--time-zone", "UTC", "--cut", "1997-06-30"]);
    assert_eq!(zoned["holdout"], by_day["holdout"]);
    assert_eq!(of(&instants, &["--time-zone", "-01:00"])["as_of"], "1997-09-23");
    // The last day is counted to its end: a day less a microsecond longer than to its midnight.
    let rows = |more: &[&str]| {
        let mut arguments =
            vec!["clv", &instants, "--model", "nbd", "--unit", "hour", "--period", "instant"];
        arguments.extend(more);
        arguments.extend(["--format", "csv"]);
        let rows = printed(&arguments);
        let row = rows.lines().nth(1).unwrap().split(',');
        row.skip(3).take(1).collect::<String>()
    };
    assert_eq!(rows(&[]), "6384");
    assert_eq!(rows(&["--as-of", "1997-09-24", "--time-zone", "UTC"]), "6407.999999999723");
    assert_eq!(rows(&["--as-of", "1997-09-24T12:00:00Z"]), "6396");
    let page = printed(&["clv", &instants, "--model", "nbd", "--period", "instant"]);
    let says =
        "as of 1997-09-24T00:00:00Z, 8 distinct histories; times in weeks; occasions are instants";
    assert!(page.contains(says), "{page}");
}

/// Hours apart on one day: one occasion by day, three by instant.
#[test]
fn a_day_of_instants_is_one_occasion_or_many() {
    let mut rows = "id,date,cents\n".to_owned();
    for who in 0..40 {
        let hour = 9 + who % 7;
        for at in [
            format!("05T{hour:02}:00:00Z"),
            format!("05T{hour:02}:30:00.5Z"),
            format!("{:02}T08:00:00Z", 6 + who % 9),
        ] {
            writeln!(rows, "c{who},2024-03-{at},1000").unwrap();
        }
    }
    let (_folder, path) = file(&rows);
    let repeats = |more: &[&str]| {
        let mut arguments = vec!["clv", &path, "--model", "nbd", "--format", "csv"];
        arguments.extend(more);
        let rows = printed(&arguments);
        rows.lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned()
    };
    assert_eq!(repeats(&["--period", "instant"]), "2");
    assert_eq!(repeats(&["--time-zone", "UTC"]), "1");
    assert_eq!(repeats(&["--time-zone", "UTC", "--period", "week"]), "0");
}

#[test]
fn days_and_instants_are_not_guessed() {
    let (head, day, instant, local) =
        ("id,date,cents\na,", "2024-03-05", "2024-03-05T23:30:00Z", "2024-03-05T23:30:00");
    for (date, more, says) in [
        (
            instant,
            &[][..],
            "line 2, column date: `2024-03-05T23:30:00Z` is an instant: say with --time-zone",
        ),
        (
            local,
            &["--period", "instant"],
            "line 2, column date: `2024-03-05T23:30:00` has no offset",
        ),
        (
            day,
            &["--period", "instant"],
            "line 2, column date: `2024-03-05` is a day, and with --period instant",
        ),
        (
            "2024-03-05 10:00",
            &["--period", "instant"],
            "line 2, column date: `2024-03-05 10:00` is no date",
        ),
        (
            instant,
            &["--period", "instant", "--as-of", day],
            "--as-of: `2024-03-05` is a day: say with --time-zone",
        ),
        (
            instant,
            &["--period", "instant", "--as-of", local],
            "--as-of: `2024-03-05T23:30:00` has no offset",
        ),
        (
            day,
            &["--as-of", instant],
            "--as-of: `2024-03-05T23:30:00Z` is an instant, and occasions are days",
        ),
    ] {
        let (_folder, path) = file(&format!("{head}{date},100\n"));
        let mut arguments = vec!["clv", &path];
        arguments.extend(more);
        refused(&arguments, says);
    }
    for (more, says) in [
        (["--period", "hour"], "not one of day, instant, week"),
        (["--time-zone", "Mars/Olympus"], "Mars/Olympus"),
        (["--as-of", "05.03.2024"], "or an instant such as"),
        (["--cut", "2024-03-05T24:00:00"], "or an instant such as"),
    ] {
        let [option, value] = more;
        let found = tenure(&["clv", "purchases.csv", option, value]);
        assert_eq!(code(&found), 2);
        assert!(text(&found.stderr).contains(says), "{says}: {}", text(&found.stderr));
    }
    refused(&["clv", "--demo", "--period", "instant"], "the purchases of a folder are days");
    refused(&["clv", "--demo", "--time-zone", "UTC"], "in `time_zone` of tenure.toml");
    refused(&["clv", "--demo", "--as-of", instant], "the purchases of a folder are days");
}

#[test]
fn a_seeded_bootstrap_repeats_itself() {
    let (_folder, path) = file(&customers());
    let arguments =
        ["clv", &path, "--model", "nbd", "--bootstrap", "20", "--seed", "7", "--format", "json"];
    let found = json(&arguments);
    assert_eq!(found, json(&arguments));
    let r = &found["models"][0]["parameters"]["r"];
    let ratio = r["bootstrap_error"].as_f64().unwrap() / r["standard_error"].as_f64().unwrap();
    assert!((0.3..3.0).contains(&ratio), "{r}");
    let missing = tenure(&["clv", &path, "--bootstrap", "20"]);
    assert_eq!(code(&missing), 2);
    assert!(text(&missing.stderr).contains("--seed"));
}

#[test]
fn the_demo_is_read_as_a_folder() {
    let found = json(&["clv", "--demo", "--model", "mbg_nbd", "--format", "json"]);
    assert!(found["customers"].as_u64().unwrap() > 300, "{found}");
    assert_eq!(found["currency"], "USD");
    assert_eq!(found["as_of"], "2025-12-31");
    assert_eq!(found["occasion_period"], "day");
    let weeks =
        json(&["clv", "--demo", "--model", "mbg_nbd", "--period", "week", "--format", "json"]);
    assert_eq!(weeks["occasion_period"], "week");
    assert_eq!(weeks["customers"], found["customers"]);
}

/// Spend that grows with frequency shuts the gate, and no value is given unless asked for.
#[test]
fn a_shut_gate_gives_no_value() {
    let mut rows = "x,t_x,T,zbar\n".to_owned();
    for x in 0..8 {
        let recency = if x == 0 { 0.0 } else { 20.0 };
        for cents in 0..25 {
            writeln!(rows, "{x},{recency:?},39.0,{x}{}.{cents}", cents % 3).unwrap();
        }
    }
    let (_folder, path) = file(&rows);
    let shut = json(&["clv", &path, "--model", "nbd", "--format", "json"]);
    assert_eq!(shut["spend"]["gate"]["verdict"], "violated");
    assert!(shut["value"].is_null());
    assert!(printed(&["clv", &path, "--model", "nbd"]).contains("The gate is shut"));
    let anyway = json(&["clv", &path, "--model", "nbd", "--despite-gate", "--format", "json"]);
    assert!(anyway["value"]["residual_value"].as_f64().unwrap() > 0.0);
}

#[test]
fn columns_that_nobody_reads_are_named() {
    let weighted: String = customers()
        .lines()
        .map(|line| format!("{line},7\n"))
        .collect::<String>()
        .replacen(",7", ",weight", 1);
    let (_folder, path) = file(&weighted);
    let output = tenure(&["clv", &path, "--model", "nbd"]);
    assert_eq!(code(&output), 0);
    let told = text(&output.stderr);
    assert!(told.ends_with("every row is one customer; not read: weight\n"), "{told}");
    assert!(text(&output.stdout).starts_with("92 customers"));
    let (_folder, path) = file(&customers());
    assert_eq!(text(&tenure(&["clv", &path, "--model", "nbd"]).stderr), "");
}

#[test]
fn independence_of_spend_is_not_supported_by_customers_who_are_all_alike() {
    let (_folder, path) = file(&format!("x,t_x,T,zbar\n{}", "2,10.0,20.0,35.0\n".repeat(50)));
    let told = printed(&["clv", &path]);
    assert!(told.contains("Pearson undefined, Spearman undefined; independence cannot be checked"));
}

#[test]
fn what_cannot_be_used_is_named_with_its_place() {
    for (content, says) in [
        ("x,t_x,T\n1,5.0,4.0\n", "line 2, column x"),
        ("x,t_x,T\n0,0.0,4.0\n1,abc,4.0\n", "line 3, column t_x: `abc` is not a number"),
        ("x,t_x,T\n-1,0.0,4.0\n", "is below 0"),
        ("x,t_x,T\n1,nan,4.0\n", "`nan` is not a number"),
        ("x,t_x,T,zbar\n1,1.0,4.0,-3\n", "line 2, column zbar"),
        ("x,t_x,T\n0,0.0,4.0\n0,0.0,5.0\n", "no model fits"),
        ("x,t_x,T\n", "no customers"),
        ("id,date,cents\n", "holds no purchase"),
        ("id,date,cents\na,1997-1-1,5\n", "line 2, column date: `1997-1-1` is no date"),
        ("id,date,cents\na,1997-01-01,5.5\n", "line 2, column cents"),
        ("id,date,cents\na,1997-01-01,-5\n", "is a refund: say with --refunds"),
        ("a,b\n1,2\n", "has the columns a, b"),
        ("x,t_x,T\n0,0.0\n", "line: 2"),
        ("x,t_x,T,x\n0,0.0,4.0,1\n", "has the column `x` twice"),
    ] {
        let (_folder, path) = file(content);
        refused(&["clv", &path], says);
    }
    let (_folder, path) = file(&customers());
    refused(&["clv", &path, "--cut", "1997-01-01"], "--cut means nothing there");
    refused(&["clv", &path, "--period", "instant"], "--period means nothing there");
    refused(&["clv", &path, "--time-zone", "UTC"], "--time-zone means nothing there");
    refused(&["clv", &path, "--penalty", "1"], "exactly one --model");
    refused(&["clv", &path, "--margin", "1.5"], "--margin");
    refused(&["clv", "nowhere.csv"], "nowhere.csv");
    let (_folder, path) = file(&purchases());
    refused(&["clv", &path, "--cut", "1998-01-01"], "--cut");
    refused(&["clv", &path, "--currency", "JPY"], "has no cents");
}
