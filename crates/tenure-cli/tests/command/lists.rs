//! The lists of `tenure report`: RFM, silence and returns, loyalty.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{folder, json as document, path, printed, refused};

const PURCHASES: &str = "account,date,amount\n\
    big,2025-01-01,50\nbig,2025-01-11,50\nbig,2025-01-21,50\n\
    small,2025-01-01,5\nsmall,2025-01-12,5\nsmall,2025-01-21,5\n\
    back,2025-01-01,5\nback,2025-01-05,5\nback,2025-01-09,5\nback,2025-02-20,5\nback,2025-02-23,5\n";
const POINTS: &str = "account,date,ledger,points,expires\n\
    big,2025-01-01,qualifying,500,\nbig,2025-01-01,redeemable,500,2025-04-30\n\
    small,2025-01-01,redeemable,5,2027-01-01\nsmall,2025-01-02,redeemable,-2,\n";
const CONFIG: &str =
    "as_of = \"2025-03-01\"\ncurrency = \"USD\"\n[coverage]\npurchases = \"complete\"\n";
const LOYALTY: &str = "[loyalty]\nid = \"house\"\nwindow = \"rolling\"\nmonths = 12\n\
    [[loyalty.tier]]\nname = \"member\"\nfrom = 0\n[[loyalty.tier]]\nname = \"gold\"\nfrom = 500\n";

fn input(more: &str) -> TempDir {
    let config = format!("{CONFIG}{more}");
    folder(&[("purchases.csv", PURCHASES), ("points.csv", POINTS), ("tenure.toml", &config)])
}

fn report(input: &TempDir) -> Value {
    let out = TempDir::new().unwrap();
    document(&["report", path(input), "--format", "json", "--out", path(&out)])
}

fn named<'a>(rows: &'a Value, name: &str) -> &'a Value {
    rows.as_array().unwrap().iter().find(|row| row["name"] == name).expect("a row of that name")
}

#[test]
fn lists_by_hand() {
    let report = report(&input(LOYALTY));
    // Silent for 39 days against 10.
    let quiet = json!([
        {
            "account": "big", "class": "customer", "rhythm": "dormant", "judged_by": "purchases",
            "last_purchase": "2025-01-21", "silent_days": 39, "own_gap_days": 10,
            "dormant_from": "2025-02-21", "paid_in_window": "150.00", "residual_value": null,
        },
        {
            "account": "small", "class": "customer", "rhythm": "dormant", "judged_by": "purchases",
            "last_purchase": "2025-01-21", "silent_days": 39, "own_gap_days": 10,
            "dormant_from": "2025-02-21", "paid_in_window": "15.00", "residual_value": null,
        },
    ]);
    let mut found = report["quiet"].clone();
    for row in found.as_array_mut().unwrap() {
        // The class and the models are not looked at here.
        (row["class"], row["residual_value"]) = (json!("customer"), Value::Null);
    }
    assert_eq!(found, quiet);
    let back = &report["returned"][0];
    assert_eq!(back["account"], "back");
    assert_eq!((&back["returned"], &back["silence_days"]), (&json!("2025-02-20"), &json!(42)));
    assert_eq!(
        (&back["second_purchase_by"], &back["outcome"]),
        (&json!("2025-02-24"), &json!("won"))
    );
    let silence = &report["re_engagement"];
    assert_eq!(named(&silence["rhythms"], "dormant")["accounts"], 2);
    assert_eq!(named(&silence["win_backs"], "won")["accounts"], 1);

    let loyalty = &report["loyalty"];
    assert_eq!(named(&loyalty["tiers"], "gold")["accounts"], 1);
    assert_eq!(named(&loyalty["points"], "outstanding")["total"], 503);
    assert_eq!(named(&loyalty["points"], "expiring")["total"], 500);
    assert_eq!(loyalty["expiring_by"], "2025-05-30");
    let lines = report["accounts"].as_array().unwrap();
    let line = |account: &str| lines.iter().find(|line| line["account"] == account).unwrap();
    let facts = |account: &str, keys: [&str; 3]| keys.map(|key| line(account)[key].clone());
    assert_eq!(
        facts("big", ["rhythm", "tier", "points"]),
        ["dormant".into(), "gold".into(), json!(500)]
    );
    assert_eq!(
        facts("back", ["rhythm", "tier", "points"]),
        ["in_rhythm".into(), Value::Null, Value::Null]
    );
    // Latest, oftenest; of three, two are worse: 1 + floor(5 * 2 / 3). It paid more than one of them.
    assert_eq!(
        facts("back", ["rfm", "rfm_segment", "mrr"]),
        ["442".into(), "loyal".into(), Value::Null]
    );
}

#[test]
fn the_page_and_the_terminal_show_them() {
    let (input, out) = (input(LOYALTY), TempDir::new().unwrap());
    let shown = printed(&["report", path(&input), "--out", path(&out)]);
    let page = fs::read_to_string(out.path().join("report.html")).unwrap();
    for says in [
        "Who has gone quiet, and who came back?",
        "Listed: 2 of 2",
        "programme house",
        "expiring by 2025-05-30",
    ] {
        assert!(shown.contains(says), "{says}: {shown}");
        assert!(page.contains(says), "{says}");
    }
    assert!(page.contains("<td>back</td><td>") && page.contains("<td>2025-02-24</td><td>won</td>"));
    let shown = printed(&["report", path(&self::input("")), "--out", path(&out)]);
    assert!(shown.contains("Entries of points: 1 qualifying, 3 redeemable. No programme is named"));
    let partial = folder(&[
        ("purchases.csv", PURCHASES),
        ("tenure.toml", "as_of = \"2025-03-01\"\ncurrency = \"USD\"\n"),
    ]);
    let shown = printed(&["report", path(&partial), "--out", path(&out)]);
    assert!(shown.contains("Purchases are declared partial: silence may be a gap in the data."));
    assert!(!shown.contains("points"), "{shown}");
}

/// What one report wrote freezes the next.
#[test]
fn bins_are_frozen_by_a_file() {
    let first = report(&input(""));
    let bins = &first["rfm"]["bins"];
    let more = format!("{PURCHASES}rich,2025-02-28,999\nricher,2025-03-01,9999\n");
    let frozen = |config: &str, bins: &str| {
        let config = format!("{CONFIG}{config}");
        folder(&[("purchases.csv", &more), ("tenure.toml", &config), ("rfm-bins.json", bins)])
    };
    let config = "[report.rfm]\nbins = \"rfm-bins.json\"\n";
    let second = report(&frozen(config, &bins.to_string()));
    assert_eq!(second["rfm"]["bins"], *bins);
    assert_eq!((&second["rfm"]["frozen"], &second["rfm"]["scored"]), (&json!(true), &json!(5)));
    let files = second["files"].as_array().unwrap();
    assert!(files.iter().all(|file| file["file"] != "rfm-bins.json"), "{files:?}");
    for before in first["accounts"].as_array().unwrap() {
        let lines = second["accounts"].as_array().unwrap();
        let after = lines.iter().find(|line| line["account"] == before["account"]).unwrap();
        assert_eq!(after["rfm"], before["rfm"]);
    }
    let moved = report(&frozen("", &bins.to_string()));
    assert_ne!(moved["accounts"][0]["rfm"], first["accounts"][0]["rfm"]);

    let wrong = |config: &str, bins: &str, says: &str| {
        let out = TempDir::new().unwrap();
        refused(&["report", path(&frozen(config, bins)), "--out", path(&out)], says);
    };
    let text = bins.to_string();
    wrong(config, "{", "line 1 column 1");
    wrong(config, &text.replace("rfm-bins/1", "rfm-bins/2"), "is not `tenure/rfm-bins/1`");
    wrong(config, &text.replace("\"USD\"", "\"EUR\""), "are in EUR, the report is in USD");
    wrong(config, &text.replace("\"USD\"", "\"XXX!\""), "XXX!");
    wrong(config, &" ".repeat(1 << 17), "`131072` bytes, more than 65536");
    wrong("[report.rfm]\nbins = \"gone.json\"\n", &text, "gone.json");
    wrong("[report.rfm]\nbins = \"a/b.json\"\n", &text, "a file beside tenure.toml");
    let other = format!("{config}window_days = 90\n");
    wrong(&other, &text, "`rfm.window_days` is `90`, expected 365");
    wrong("[report.rfm]\nwindow_days = 0\n", &text, "`rfm.window_days` is `0`");
    wrong("[report.rfm]\nwindow = 1\n", &text, "window");
    let narrow = report(&frozen("[report.rfm]\nwindow_days = 30\n", &text));
    assert_eq!(narrow["rfm"]["window_days"], 30);
    assert_eq!(narrow["settings"]["rfm"]["window_days"], 30);
}

#[test]
fn every_fault_of_a_programme_is_told_with_its_place() {
    let wrong = |from: &str, to: &str, says: &str| {
        let (out, input) = (TempDir::new().unwrap(), input(&LOYALTY.replace(from, to)));
        refused(&["report", path(&input), "--out", path(&out)], says);
    };
    // The section begins in line 5 of the file.
    wrong(
        "months = 12",
        "months = 0",
        "tenure.toml:8:10: `0` months is outside 1 to 120 [bad_window]",
    );
    wrong("from = 500", "from = 0", "tenure.toml:14:8: threshold `0` of tier `gold`");
    wrong("\"gold\"\nfrom = 500", "\"member\"\nfrom = -1", "tenure.toml:14:8: threshold `-1`");
    wrong("id = \"house\"", "name = \"house\"", "tenure.toml:6:1: unknown field `name`");
}

#[test]
fn points_that_no_ledger_can_use_are_rejected() {
    let points = format!(
        "{POINTS}small,2025-01-03,redeemable,0,\nsmall,2025-01-03,redeemable,-1,2026-01-01\n"
    );
    let purchases = ("purchases.csv", PURCHASES);
    let input = folder(&[purchases, ("points.csv", &points), ("tenure.toml", CONFIG)]);
    let out = TempDir::new().unwrap();
    let report = document(&["report", path(&input), "--format", "json", "--out", path(&out)]);
    assert_eq!(report["loyalty"]["redeemable_entries"], 3);
    let rejects = fs::read_to_string(out.path().join("rejects.csv")).unwrap();
    assert!(rejects.contains("points.csv,6,points,0,"), "{rejects}");
    assert!(rejects.contains("points.csv,7,expires,2026-01-01,"), "{rejects}");
}
