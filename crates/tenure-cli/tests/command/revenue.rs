//! `tenure revenue`: of a folder and of a log.

use std::fs;

use serde_json::{Value, json};

use super::{folder, json, path, printed, refused, tenure, text};

const LOG: &str = "account,subscription,ts,recorded_ts,mrr_minor\n\
    2,0,1707523200,1707523200,0\n\
    1,0,1704412800,1704412800,10000\n\
    1,1,1708000000,1709500000,2500\n\
    2,0,1704412800,1704412800,4000\n\
    3,7,1706800000,1706800000,1000\n";

/// One account sold in January and raised in February; one recorded late, cancelled, back.
const TABLES: [(&str, &str); 3] = [
    (
        "accounts.csv",
        "account,name,kind,segment\nacme,Acme,organisation,north\nbeta,Beta,organisation,south\n",
    ),
    (
        "subscriptions.csv",
        "account,subscription,at,change,amount,currency,interval,recorded_at\n\
         acme,S-1,2024-01-05,start,1200,USD,year,\n\
         acme,S-1,2024-02-10,change,1320,USD,year,\n\
         beta,S-2,2024-01-20,set,50,USD,,2024-02-03\n\
         beta,S-2,2024-02-15,cancel,,,,\n\
         beta,S-2,2024-03-15,set,60,USD,,\n",
    ),
    (
        "renewals.csv",
        "contract,account,due,arr_due,currency,closed_at,arr_renewed\n\
         C-1,acme,2024-02-01,1200,USD,2024-02-10,1320\nC-2,beta,2024-03-01,600,USD,,\n",
    ),
];

const CONFIG: (&str, &str) = ("tenure.toml", "as_of = \"2024-03-31\"\ncurrency = \"USD\"\n");

fn tables() -> tempfile::TempDir {
    let mut files = TABLES.to_vec();
    files.push(CONFIG);
    folder(&files)
}

fn log() -> (tempfile::TempDir, String) {
    let folder = folder(&[("mrr.csv", LOG)]);
    let path = folder.path().join("mrr.csv").to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn a_log_comes_to_a_row_a_month_in_minor_units() {
    let (_folder, log) = log();
    let arguments = [
        "revenue",
        &log,
        "--months",
        "2024-01..2024-03",
        "--lag",
        "1",
        "--format",
        "csv",
        "--minor",
    ];
    let output = tenure(&arguments);
    assert_eq!(
        text(&output.stdout),
        "m,opening,new,reactivation,expansion,contraction,churn,closing,base,nrr,grr,logos\n\
         0,0,14000,0,0,0,0,14000,0,0,0,0\n\
         1,14000,1000,0,2500,0,4000,13500,14000,12500,10000,1\n\
         2,13500,0,0,0,0,0,13500,13500,13500,13500,2\n"
    );
    assert!(text(&output.stderr).starts_with("mem_cpu_s=0."), "{output:?}");
}

#[test]
fn a_log_known_earlier_leaves_out_what_was_recorded_later() {
    let (_folder, log) = log();
    let known = ["revenue", &log, "--months", "2024-02..2024-02", "--known-by", "2024-03-01"];
    let found = json(&[&known[..], &["--format", "json"]].concat());
    assert_eq!(found["movements"][0]["net"]["closing"], "110.00");
    assert_eq!(found["definition"]["known_by"], "2024-03-01T00:00:00Z");
    let output = tenure(&known);
    assert!(text(&output.stderr).contains("1 rows were recorded later"), "{output:?}");
}

#[test]
fn the_document_of_a_log_has_every_name_cohorts_and_survival() {
    let (_folder, log) = log();
    let found = json(&[
        "revenue",
        &log,
        "--months",
        "2024-01..2024-03",
        "--lag",
        "1",
        "--lag",
        "2",
        "--format",
        "json",
    ]);
    assert_eq!(found["schema"], "tenure/revenue/1");
    assert_eq!(found["movements"].as_array().unwrap().len(), 3);
    assert_eq!(found["retention"].as_array().unwrap().len(), 6);
    let to_march = &found["retention"][5];
    assert_eq!(to_march["months"], 2);
    let half = json!({ "num": 10_000, "den": 14_000, "value": "0.7142857143" });
    assert_eq!(to_march["grr_point_to_point"], half);
    assert_eq!(to_march["nrr_compounded_monthly"], json!({ "value": "0.8928571429" }));
    assert_eq!(found["cohorts"][0]["ages"][1]["mrr"], "125.00");
    assert_eq!(found["survival"][0]["months"], 1);
    assert_eq!(found["survival_median_months"], Value::Null);
    assert_eq!(found["movements"][1]["quick_ratio"]["value"], "0.8750000000");
}

#[test]
fn what_is_wrong_with_a_log_is_told_with_its_line() {
    let bad =
        folder(&[("mrr.csv", "account,subscription,ts,recorded_ts,mrr_minor\n1,0,5,5,9.99\n")]);
    let bad = bad.path().join("mrr.csv");
    let bad = bad.to_str().unwrap();
    refused(
        &["revenue", bad, "--months", "2024-01..2024-03"],
        "line 2, column `mrr_minor`: `9.99`",
    );
    let (_folder, log) = log();
    refused(&["revenue", &log], "add --months");
    refused(&["revenue", &log, "--months", "2024-03..2024-01"], "are reversed");
    refused(&["revenue", &log, "--months", "2024-01..2024-02", "--currency", "XYZ"], "`XYZ`");
    refused(&["revenue", &log, "--months", "2024-01..2024-02", "--known-by", "May"], "`May`");
}

#[test]
fn a_folder_is_explained_by_account_segment_and_run() {
    let tables = tables();
    let months = ["revenue", path(&tables), "--months", "2024-01..2024-03", "--lag", "2"];
    let found = json(&[&months[..], &["--format", "json"]].concat());
    // 1200 a year is 100 a month, 1320 is 110; beta 50, then gone, then 60.
    let net: Vec<&Value> =
        found["movements"].as_array().unwrap().iter().map(|m| &m["net"]).collect();
    assert_eq!(
        (&net[0]["new"], &net[1]["churn"], &net[2]["reactivation"]),
        (&json!("150.00"), &json!("50.00"), &json!("60.00"))
    );
    let names = found["side_by_side"]["names"].as_array().unwrap();
    assert_eq!(names.len(), 14);
    let without = names.iter().find(|name| name["name"] == "nrr_exclude_returned").unwrap();
    assert_eq!(
        without["accounts_that_differ"],
        json!([{ "account": "beta", "difference": "-60.00" }])
    );
    let south = &found["segments"][1];
    assert_eq!(
        (&south["segment"], &south["movements"][1]["churn"]),
        (&json!("south"), &json!("50.00"))
    );
    // beta was sold in January and recorded in February.
    let adjusted = &found["prior_period_adjustments"];
    assert_eq!((&adjusted[0]["month"], &adjusted[0]["new"]), (&json!("2024-01"), &json!("50.00")));
    assert_eq!(found["renewals"][0]["count_rate"]["value"], "0.5000000000");
    assert_eq!(found["renewals"][1]["won_count"], 0);
    assert_eq!(found["lint"][0]["kind"], "gap");
    let page = printed(&months);
    for says in
        ["Retention from 2024-01 to 2024-03", "beta -60.00", "By segment", "Prior-period", "gap 1"]
    {
        assert!(page.contains(says), "{says}: {page}");
    }
}

#[test]
fn a_cell_leads_to_accounts_and_events() {
    let tables = tables();
    let cell =
        ["revenue", path(&tables), "--months", "2024-01..2024-03", "--cell", "2024-02:churn"];
    let page = printed(&cell);
    assert!(
        page.contains("beta: 50.00, from 50.00 to 0.00: 2024-02-15T00:00:00Z `S-2` cancel"),
        "{page}"
    );
    let found = json(&[&cell[..], &["--format", "json"]].concat());
    assert_eq!(found["cell"]["movements"][0]["amount"], "50.00");
    refused(&["revenue", path(&tables), "--cell", "churn"], "such as 2025-03:churn");
}

#[test]
fn presets_and_options_are_named_or_refused() {
    let tables = tables();
    let months = ["revenue", path(&tables), "--months", "2024-01..2024-03"];
    let page =
        printed(&[&months[..], &["--preset", "maxio", "--set", "pause=zero_churn"]].concat());
    assert!(page.contains("reactivation_window_days 90"), "{page}");
    assert!(page.contains("pause zero_churn"), "{page}");
    assert!(page.contains("It claims no number of the vendor."), "{page}");
    refused(&[&months[..], &["--preset", "acme"]].concat(), "one of chartmogul, stripe");
    refused(&[&months[..], &["--set", "colour=red"]].concat(), "one of unit, rounding");
    refused(&[&months[..], &["--set", "week=0/5"]].concat(), "a fraction above 0");
    refused(&[&months[..], &["--set", "fx=spot"]].concat(), "one of closing, opening");
}

#[test]
fn foreign_prices_need_rates_and_show_constant_currency() {
    let mut files = TABLES.to_vec();
    files.push(CONFIG);
    let euro = TABLES[1]
        .1
        .replace("acme,S-1,2024-01-05,start,1200,USD", "acme,S-1,2024-01-05,start,1200,EUR");
    let euro = euro.replace("change,1320,USD", "change,1320,EUR");
    files[1].1 = &euro;
    files.push((
        "fx.csv",
        "currency,month,rate\nEUR,2024-01,1\nEUR,2024-02,1.5\nEUR,2024-03,2\nEUR,2023-12,1\n",
    ));
    let tables = folder(&files);
    let months = ["revenue", path(&tables), "--months", "2024-01..2024-03", "--lag", "2"];
    refused(&months, "subscriptions of `acme`: there is no exchange rate of EUR for 2024-01");
    let rates = tables.path().join("fx.csv");
    let with = [&months[..], &["--rates", rates.to_str().unwrap()]].concat();
    let found = json(&[&with[..], &["--format", "json"]].concat());
    assert_eq!(found["constant_currency"]["nrr_point_to_point"]["value"], "1.1333333333");
    assert_eq!(found["retention"][2]["nrr_point_to_point"]["value"], "1.8666666667");
    let page = printed(&with);
    assert!(page.contains("At constant exchange rates: NRR 113.3%"), "{page}");
    fs::write(&rates, "currency,month,rate\nEUR,2024-01,0\n").unwrap();
    refused(&with, "fx.csv line 2: exchange rate `0` of EUR is not above 0");
}

#[test]
fn the_demo_is_reported_on() {
    let page = printed(&["revenue", "--demo"]);
    assert!(page.contains("2025-12") && page.contains("Renewals due"), "{page}");
    let csv = printed(&["revenue", "--demo", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 13);
}
