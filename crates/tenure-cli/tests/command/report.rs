//! `tenure report`, `demo`, `schema`.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use super::{code, folder, path, tenure, text};

/// Reports on a folder: what the command printed, and report.json.
fn report(input: &TempDir, more: &[&str]) -> (Output, Value) {
    let out = TempDir::new().unwrap();
    let mut arguments = vec!["report", path(input), "--out", path(&out)];
    arguments.extend(more);
    let output = tenure(&arguments);
    let json = fs::read_to_string(out.path().join("report.json"));
    (output, json.map_or(Value::Null, |json| serde_json::from_str(&json).unwrap()))
}

/// The figure of that id over all accounts.
fn figure<'a>(report: &'a Value, id: &str) -> &'a Value {
    let figures = report["total"]["figures"].as_array().expect("figures");
    figures.iter().find(|figure| figure["id"] == id).expect("a figure of that id")
}

const RESPONSES: &str = "account,date,survey,score\na,2024-03-01,nps,10\nb,2024-03-02,nps,6\n";

#[test]
fn nps_by_hand() {
    let input = folder(&[("responses.csv", RESPONSES)]);
    let (output, json) = report(&input, &["--as-of", "2024-12-31"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert_eq!(json["schema"], "tenure/report/1");
    let nps = figure(&json, "nps");
    assert_eq!(nps["value"], serde_json::json!({"num": 0, "den": 2, "value": "0.0000000000"}));
    assert_eq!(nps["counts"]["answers"], 2);
    assert!(text(&output.stdout).contains("Net Promoter Score"));
}

#[test]
fn the_demo_reports_the_same_bytes_for_any_order_and_thread_count() {
    let (demo, shuffled) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let made = tenure(&["demo", path(&demo)]);
    assert_eq!(code(&made), 0, "{}", text(&made.stderr));
    for entry in fs::read_dir(demo.path()).unwrap() {
        let entry = entry.unwrap();
        let content = fs::read_to_string(entry.path()).unwrap();
        let name = entry.file_name();
        let mixed =
            if name.to_str().unwrap().ends_with(".csv") { shuffle(&content) } else { content };
        fs::write(shuffled.path().join(name), mixed).unwrap();
    }
    let bytes = |input: &TempDir, threads: &str| {
        let out = TempDir::new().unwrap();
        let arguments =
            ["report", path(input), "--out", path(&out), "--threads", threads, "--strict"];
        let output = tenure(&arguments);
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        fs::read(out.path().join("report.json")).unwrap()
    };
    let one = bytes(&demo, "1");
    assert!(one == bytes(&demo, "2"), "2 threads");
    assert!(one == bytes(&demo, "7"), "7 threads");
    assert!(one == bytes(&shuffled, "2"), "shuffled rows");

    let out = TempDir::new().unwrap();
    let output = tenure(&["report", "--demo", "--out", path(&out), "--format", "json"]);
    assert_eq!(code(&output), 0);
    assert!(one == output.stdout, "the demo is the folder that `tenure demo` writes");
    assert!(one == fs::read(out.path().join("report.json")).unwrap());
    let page = fs::read_to_string(out.path().join("report.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(!page.contains("http"), "self-contained");
}

/// Rows in another order, by a fixed rule: odd lines backwards, then even lines.
fn shuffle(table: &str) -> String {
    let mut lines = table.lines();
    let head = lines.next().unwrap_or_default();
    let rows: Vec<&str> = lines.collect();
    let odd = rows.iter().skip(1).step_by(2).rev();
    let even = rows.iter().step_by(2);
    let mixed: Vec<&str> = odd.chain(even).copied().collect();
    format!("{head}\n{}\n", mixed.join("\n"))
}

/// Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way": BG/NBD on CDNOW. Fader, Hardie
/// 2013, note on the Gamma-Gamma model.
#[test]
fn cdnow_reproduces_the_published_figures_through_a_mapping() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenure-testing/data/cdnow");
    let log = fs::read_to_string(data.join("CDNOW_sample.txt")).unwrap();
    let mut table = "id_full,id,date,cds,amount\n".to_owned();
    for row in log.lines() {
        table.push_str(&row.split_ascii_whitespace().collect::<Vec<_>>().join(","));
        table.push('\n');
    }
    let mapping = fs::read_to_string(data.join("tenure.toml")).unwrap();
    let input = folder(&[("cdnow.csv", &table), ("tenure.toml", &mapping)]);
    let (output, json) = report(&input, &["--strict"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert_eq!(json["files"][0]["rows"], 6_919);
    assert_eq!(json["files"][0]["kept"], 6_919);
    assert_eq!(json["population"][3]["accounts"], 2_357);
    let published = [("r", "0.243"), ("alpha", "4.414"), ("a", "0.793"), ("b", "2.426")];
    check_model(&json["models"][0], 2_357, &published);
    assert_eq!(to_places_of("-9582.4", &json["models"][0]["log_likelihood"]), "-9582.4");
    check_model(&json["models"][1], 946, &[("p", "6.25"), ("q", "3.74"), ("v", "15.44")]);

    // The same log as a German shop exports it: other names, decimal commas, dates by day.
    let mut german = "Nr;Kunde;Datum;CDs;Betrag\n".to_owned();
    for row in log.lines() {
        let cells: Vec<&str> = row.split_ascii_whitespace().collect();
        let (year, day) = cells[2].split_at(4);
        let (month, day) = day.split_at(2);
        let amount = cells[4].replace('.', ",");
        german.push_str(&format!(
            "{};{};{day}.{month}.{year};{};{amount}\n",
            cells[0], cells[1], cells[3]
        ));
    }
    let mapping = mapping
        .replace(
            "file = \"cdnow.csv\"",
            "file = \"bestellungen.csv\"\ndelimiter = \";\"\ndecimal_comma = true",
        )
        .replace("account = \"id\"", "account = \"Kunde\"")
        .replace(
            "{ column = \"date\", format = \"%Y%m%d\" }",
            "{ column = \"Datum\", format = \"%d.%m.%Y\" }",
        )
        .replace("amount = \"amount\"", "amount = \"Betrag\"");
    let input = folder(&[("bestellungen.csv", &german), ("tenure.toml", &mapping)]);
    let (output, german) = report(&input, &["--strict"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert_eq!(german["models"], json["models"]);
    assert_eq!(german["total"], json["total"]);
}

/// The estimates of a model, printed to the places of the publication.
fn check_model(model: &Value, accounts: u64, published: &[(&str, &str)]) {
    assert_eq!(model["status"], "converged");
    assert_eq!(model["accounts"], accounts);
    for (name, text) in published {
        assert_eq!(to_places_of(text, &model["parameters"][name]["estimate"]), *text, "{name}");
    }
}

/// A number printed to as many places as a text has.
fn to_places_of(text: &str, number: &Value) -> String {
    let places = text.split_once('.').map_or(0, |(_, places)| places.len());
    format!("{:.places$}", number.as_f64().expect("a number"))
}

#[test]
fn money_is_written_in_major_units() {
    let purchases =
        "account,date,amount\na,2024-01-01,10.00\na,2024-02-01,5.50\nb,2024-03-01,4.00\n";
    let settings = "as_of = \"2024-12-31\"\ncurrency = \"USD\"\n";
    let (_, json) =
        report(&folder(&[("purchases.csv", purchases), ("tenure.toml", settings)]), &[]);
    assert_eq!(figure(&json, "historical_value")["value"], "19.50");
    assert_eq!(figure(&json, "historical_value")["unit"], "USD");
    // 19.50 over two buyers
    let each = &figure(&json, "historical_value_per_account")["value"];
    assert_eq!(*each, serde_json::json!({"num": 1950, "den": 200, "value": "9.7500000000"}));
    // An estimate is in the same unit: the accounts of the demo sum to its total.
    let out = TempDir::new().unwrap();
    let demo = tenure(&["report", "--demo", "--format", "json", "--out", path(&out)]);
    let json: Value = serde_json::from_slice(&demo.stdout).unwrap();
    let total = figure(&json, "residual_value")["value"].as_f64().expect("an estimate");
    let accounts = json["accounts"].as_array().unwrap();
    let values = accounts.iter().filter_map(|line| line["residual_value"].as_f64());
    let sum = values.fold(0.0, |sum, value| sum + value);
    assert!(sum > 0.0 && (total - sum).abs() <= 1e-9 * sum, "{total} {sum}");
}

#[test]
fn rejects_are_located_counted_and_fail_only_a_strict_run() {
    let table = "account,date,survey,score\na,2024-03-01,nps,10\nb,2024-03-02,nps,11\n";
    let input = folder(&[("responses.csv", table)]);
    let (output, json) = report(&input, &["--as-of", "2024-12-31"]);
    assert_eq!(code(&output), 0);
    let warning = "responses.csv line 3, `score` is `11`";
    assert!(text(&output.stderr).contains(warning), "{}", text(&output.stderr));
    let file = &json["files"][0];
    assert_eq!(
        (&file["rows"], &file["kept"], &file["rejected"]),
        (&2.into(), &1.into(), &1.into())
    );

    let out = TempDir::new().unwrap();
    let arguments =
        ["report", path(&input), "--as-of", "2024-12-31", "--strict", "--out", path(&out)];
    assert_eq!(code(&tenure(&arguments)), 1);
    let rejects = fs::read_to_string(out.path().join("rejects.csv")).unwrap();
    let mut lines = rejects.lines();
    assert_eq!(lines.next(), Some("file,line,column,value,expected,code"));
    assert!(lines.next().unwrap().starts_with("responses.csv,3,score,11,"), "{rejects}");
}

/// Each kind of bad input ends in an error or a located reject, never in a number.
#[test]
fn bad_input_is_refused_where_it_stands() {
    let purchases = "account,date,amount,currency\n";
    let contracts = "account,kind,start,end,terms,billing\n";
    let located = |files: &[(&str, &str)], line: u64, column: &str| {
        let input = folder(files);
        let out = TempDir::new().unwrap();
        let arguments =
            ["report", path(&input), "--as-of", "2024-12-31", "--strict", "--out", path(&out)];
        let output = tenure(&arguments);
        assert_eq!(code(&output), 1, "{files:?}: {}", text(&output.stderr));
        let rejects = fs::read_to_string(out.path().join("rejects.csv")).unwrap();
        let place = format!("{},{line},{column},", files[0].0);
        assert!(rejects.contains(&place), "{place} is not in {rejects}");
    };
    let row = |row: &str| format!("{purchases}a,2024-01-01,5.00,USD\n{row}\n");
    located(&[("purchases.csv", &row("b,yesterday,5.00,USD"))], 3, "date");
    located(&[("purchases.csv", &row("b,2024-01-02,5.00,USX"))], 3, "currency");
    located(&[("purchases.csv", &row("b,2024-01-02,5.001,USD"))], 3, "amount");
    located(&[("purchases.csv", &row("b,2024-01-02"))], 3, "");
    located(
        &[(
            "contracts.csv",
            &format!("{contracts}a,retainer,2024-02-01,2024-01-01,standard,monthly\n"),
        )],
        2,
        "end",
    );
    let twice = "id,account,date,amount,currency\n1,a,2024-01-01,5,USD\n1,a,2024-01-01,6,USD\n";
    located(&[("purchases.csv", twice)], 3, "id");
    let recorded = "account,date,amount,currency,recorded_at\na,2024-06-01,5,USD,2024-01-01\n";
    located(&[("purchases.csv", recorded)], 2, "date");

    let refused = |files: &[(&str, &str)], says: &str| {
        let (output, json) = report(&folder(files), &["--as-of", "2024-12-31"]);
        assert_eq!(code(&output), 2, "{files:?}");
        assert_eq!(json, Value::Null, "nothing is written");
        assert!(text(&output.stderr).contains(says), "{says}: {}", text(&output.stderr));
    };
    refused(&[], "table");
    refused(&[("purchases.csv", "account,date\na,2024-01-01\n")], "amount");
    let mixed = "account,date,amount,currency\na,2024-01-01,5,USD\na,2024-01-02,5,EUR\n";
    refused(&[("purchases.csv", mixed)], "EUR, USD");
    refused(&[("purchases.csv", &row("x")), ("tenure.toml", "as_off = 1")], "as_off");
    refused(&[("purchases.csv", &row("x")), ("tenure.toml", "[report]\nwindow = 3")], "window");
    refused(
        &[("responses.csv", RESPONSES), ("tenure.toml", "[report]\nwindow_months = 0")],
        "window_months",
    );
    let long = format!("{purchases}a,2024-01-01,5,\"{}\"\n", "x".repeat(3 << 20));
    refused(&[("purchases.csv", &long)], "line 2");
}

#[test]
fn invalid_utf8_is_a_located_reject() {
    let input = TempDir::new().unwrap();
    let mut table = b"account,date,survey,score,touchpoint\na,2024-03-01,nps,10,\xff\n".to_vec();
    table.extend(b"b,2024-03-01,nps,9,desk\n");
    fs::write(input.path().join("responses.csv"), table).unwrap();
    let (output, json) = report(&input, &["--as-of", "2024-12-31"]);
    assert_eq!(code(&output), 0);
    assert_eq!(json["files"][0]["rejected"], 1);
    assert!(text(&output.stderr).contains("line 2, `touchpoint`"), "{}", text(&output.stderr));
}

#[test]
fn what_lies_after_as_of_is_counted_and_not_used() {
    let table = "account,date,survey,score\na,2024-03-01,nps,10\nb,2025-03-02,nps,0\n";
    let (_, json) = report(&folder(&[("responses.csv", table)]), &["--as-of", "2024-12-31"]);
    let tables = json["tables"].as_array().unwrap();
    let responses = tables.iter().find(|table| table["table"] == "responses").unwrap();
    assert_eq!((&responses["records"], &responses["after_as_of"]), (&2.into(), &1.into()));
    assert_eq!(figure(&json, "nps")["counts"]["answers"], 1);
}

#[test]
fn a_day_is_required() {
    let (output, _) = report(&folder(&[("responses.csv", RESPONSES)]), &[]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("--as-of"), "{}", text(&output.stderr));
}

#[test]
fn the_demo_never_writes_over_anything() {
    let taken = folder(&[("notes.txt", "mine")]);
    let output = tenure(&["demo", path(&taken)]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("not empty"));
    assert_eq!(fs::read_dir(taken.path()).unwrap().count(), 1);
}

#[test]
fn the_schema_names_every_table_and_column() {
    let all = tenure(&["schema"]);
    assert_eq!(code(&all), 0);
    assert!(text(&all.stdout).contains("### `observations`"));
    let one = tenure(&["schema", "purchases"]);
    assert!(text(&one.stdout).contains("`amount`"));
    assert!(!text(&one.stdout).contains("### `observations`"));
    let none = tenure(&["schema", "orders"]);
    assert_eq!(code(&none), 2);
    assert!(text(&none.stderr).contains("the tables are accounts, contracts"));
}

#[test]
fn help_teaches_and_the_exit_codes_hold() {
    let help = tenure(&["report", "--help"]);
    assert_eq!(code(&help), 0);
    for word in ["--as-of", "--strict", "rejects.csv", "Examples:"] {
        assert!(text(&help.stdout).contains(word), "{word}");
    }
    assert_eq!(code(&tenure(&["report", "--no-such-option"])), 2);
    assert_eq!(code(&tenure(&["report", "/no/such/folder"])), 2);
    assert_eq!(code(&tenure(&["report", "--demo", "--as-of", "2025-2-30"])), 2);
}

#[test]
fn stages_and_periods_by_hand() {
    let table = "account,date,survey,score\n\
                 a,2023-06-01,nps,10\na,2024-03-31,nps,10\na,2024-04-01,nps,0\nb,2024-11-30,nps,9\n";
    let input = folder(&[("responses.csv", table)]);
    let (output, json) = report(&input, &["--as-of", "2024-11-30"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let answers = |figures: &Value| {
        let all = figures.as_array().expect("figures");
        all.iter().find(|figure| figure["id"] == "nps").expect("nps")["counts"]["answers"].clone()
    };
    // `a` had spoken before December 2023, `b` had not; nobody knows what either bought.
    let stages = json["by_stage"].as_array().unwrap();
    let told: Vec<_> = stages
        .iter()
        .map(|group| (group["name"].as_str().unwrap(), answers(&group["figures"])))
        .filter(|(_, answers)| *answers != 0)
        .collect();
    assert_eq!(told, [("unknown", Value::from(2)), ("(not there yet)", Value::from(1))]);
    let periods = json["by_period"].as_array().unwrap();
    let told: Vec<_> = periods
        .iter()
        .map(|one| {
            let of = |key: &str, place: usize| one[key][place].as_str().unwrap().to_owned();
            (of("days", 0), of("days", 1), of("months", 0), of("months", 1), answers(&one["total"]))
        })
        .collect();
    let quarter = |days: [&str; 2], months: [&str; 2], answers: u64| {
        let [from, to] = days.map(str::to_owned);
        let [first, last] = months.map(str::to_owned);
        (from, to, first, last, Value::from(answers))
    };
    assert_eq!(
        told,
        [
            quarter(["2023-12-01", "2023-12-31"], ["2023-12", "2023-12"], 0),
            quarter(["2024-01-01", "2024-03-31"], ["2024-01", "2024-03"], 1),
            quarter(["2024-04-01", "2024-06-30"], ["2024-04", "2024-06"], 1),
            quarter(["2024-07-01", "2024-09-30"], ["2024-07", "2024-09"], 0),
            quarter(["2024-10-01", "2024-11-30"], ["2024-10", "2024-11"], 1),
        ]
    );
    assert_eq!(periods[0]["name"], "2023-Q4");
    assert!(text(&output.stdout).contains("By stage"));
    assert!(text(&output.stdout).contains("By quarter, all accounts (2023-12-01 to 2024-11-30"));
}

#[test]
fn months_are_typed_or_written_in_the_folder() {
    let asked = |config: &str, more: &[&str]| {
        let input = folder(&[("responses.csv", RESPONSES), ("tenure.toml", config)]);
        let (output, json) = report(&input, more);
        (code(&output), text(&output.stdout).to_owned(), text(&output.stderr).to_owned(), json)
    };
    let (day, months) =
        ("as_of = \"2024-12-31\"\n", "as_of = \"2024-12-31\"\n[report]\nperiod = \"month\"\n");
    let (status, printed, _, typed) = asked(day, &["--by", "month"]);
    assert_eq!(status, 0);
    assert!(printed.contains("By month") && printed.contains("6 earlier periods"), "{printed}");
    assert_eq!(typed["settings"]["period"], "month");
    let names: Vec<_> =
        typed["by_period"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    let expected: Vec<_> = (1..=12).map(|month| Value::from(format!("2024-{month:02}"))).collect();
    assert_eq!(names, expected);
    assert_eq!(asked(months, &[]).3, typed);
    // What is typed stands before the folder.
    let (_, _, _, quarters) = asked(months, &["--by", "quarter"]);
    assert_eq!(quarters, asked(day, &[]).3);
    assert_eq!(quarters["by_period"].as_array().map(Vec::len), Some(4));
    for (config, more, key) in [
        (day, &["--by", "week"][..], "--by"),
        ("as_of = \"2024-12-31\"\n[report]\nperiod = \"year\"\n", &[], "period"),
    ] {
        let (status, _, error, json) = asked(config, more);
        assert_eq!((status, json), (2, Value::Null));
        assert!(error.contains(key) && error.contains("one of month, quarter"), "{error}");
    }
}

/// Of the demo: what is counted by its own day sums to the window, for all and in every class.
#[test]
fn the_periods_of_the_demo_sum_to_its_window() {
    let out = TempDir::new().unwrap();
    let demo =
        tenure(&["report", "--demo", "--format", "json", "--out", path(&out), "--by", "month"]);
    let json: Value = serde_json::from_slice(&demo.stdout).unwrap();
    let counted = |figures: &Value, id: &str, name: &str| {
        let figure = figures.as_array().unwrap().iter().find(|figure| figure["id"] == id);
        figure.expect("a figure of that id")["counts"][name].as_u64().unwrap_or(0)
    };
    let periods = json["by_period"].as_array().unwrap();
    for (id, name) in [
        ("nps", "answers"),
        ("nps", "no_answer"),
        ("fcr", "episodes"),
        ("fcr", "immature"),
        ("resolution_median", "cases"),
        ("renewal_rate", "due"),
        ("delivered_on_time", "due"),
        ("managed_days", "days"),
        ("mrr_churn", "churned"),
    ] {
        let whole = counted(&json["total"]["figures"], id, name);
        let sum = periods.iter().fold(0, |sum, one| sum + counted(&one["total"], id, name));
        assert_eq!(sum, whole, "{id} {name}");
        assert!(whole > 0, "{id} {name}");
        for class in json["by_class"].as_array().unwrap() {
            let of = class["name"].as_str().unwrap();
            let own = periods.iter().map(|one| counted(&one["by_class"][of], id, name));
            assert_eq!(own.fold(0, |sum, one| sum + one), counted(&class["figures"], id, name));
        }
    }
    let page = fs::read_to_string(out.path().join("report.html")).unwrap();
    for heading in ["What do they say? By stage", "What does their money do? By month"] {
        assert!(page.contains(heading), "{heading}");
    }
    assert!(page.contains("<details><summary>client</summary>"));
}
