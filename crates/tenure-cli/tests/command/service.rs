//! `tenure service`.

use serde_json::Value;

use super::{code, folder, json, path, printed, refused, tenure, text};

/// Episodes of seven days: a/bill 1 and 3 May (a repeat), a/login 1 May (flagged no), b/bill 20 May
/// (alone), b/login 29 May (immature by the end of May).
const CONTACTS: &str = "account,issue,at,resolved,channel\n\
    a,bill,2024-05-01T09:00:00Z,yes,phone\n\
    a,bill,2024-05-03T09:00:00Z,yes,chat\n\
    a,login,2024-05-01T10:00:00Z,no,phone\n\
    b,bill,2024-05-20T09:00:00Z,yes,phone\n\
    b,login,2024-05-29T09:00:00Z,yes,chat\n";
/// Friday 16:00 to Monday 10:00; one hour; one that waits.
const CASES: &str = "account,opened,status,first_reply,resolved,reopens,agent_replies,account_replies,target_minutes,bot,channel\n\
    a,2024-05-03T16:00:00Z,closed,2024-05-03T16:30:00Z,2024-05-06T10:00:00Z,0,1,0,240,,phone\n\
    a,2024-05-07T09:00:00Z,solved,2024-05-07T09:10:00Z,2024-05-07T10:00:00Z,1,2,1,240,resolved,chat\n\
    b,2024-05-30T09:00:00Z,open,,,0,0,0,10000,abandoned,chat\n";

fn service(cases: &str) -> tempfile::TempDir {
    folder(&[
        ("contacts.csv", CONTACTS),
        ("cases.csv", cases),
        ("accounts.csv", "account,segment\na,north\nb,south\n"),
        ("tenure.toml", "as_of = \"2024-05-31\"\n"),
    ])
}

fn figure<'a>(document: &'a Value, group: &str, id: &str) -> &'a Value {
    let figures = document["figures"].as_array().unwrap();
    let wanted = |one: &&Value| one["group"] == group && one["figure"] == id;
    figures.iter().find(wanted).expect("the figure")
}

fn exact(figure: &Value) -> (i64, i64) {
    (figure["value"]["num"].as_i64().unwrap(), figure["value"]["den"].as_i64().unwrap())
}

#[test]
fn every_rule_by_hand() {
    let input = service(CASES);
    let document = json(&[
        "service",
        path(&input),
        "--hours",
        "mon-fri 09:00-17:00",
        "--target",
        "4h",
        "--percentile",
        "0.5",
        "--by",
        "segment",
        "--format",
        "json",
    ]);
    assert_eq!(document["schema"], "tenure/service/1");
    let all = |id| exact(figure(&document, "all", id));
    // mature: a/bill, a/login, b/bill
    assert_eq!(all("fcr_resolved_and_no_repeat"), (1, 3));
    assert_eq!(all("fcr_no_repeat"), (2, 3));
    assert_eq!(all("fcr_flag_only"), (2, 3));
    assert_eq!(all("fcr_one_and_done"), (2, 4));
    assert_eq!(all("contacts_per_episode"), (4, 3));
    // four episodes at risk when a/bill repeats
    assert_eq!(all("no_repeat_censored"), (3, 4));
    assert_eq!(figure(&document, "all", "fcr_no_repeat")["excluded"]["immature"], 1);
    assert_eq!(figure(&document, "all", "fcr_net")["status"], "undefined");
    assert_eq!(exact(figure(&document, "south", "fcr_no_repeat")), (1, 1));

    assert_eq!(all("first_reply_within_4h"), (2, 2));
    assert_eq!(all("first_reply_mean"), (20 * 60_000 * 2, 2));
    assert_eq!(all("full_resolution_mean"), (67 * 3_600_000, 2)); // 66 h and 1 h
    assert_eq!(all("full_resolution_business_mean"), (3 * 3_600_000, 2)); // 2 h and 1 h
    assert_eq!(all("full_resolution_within_4h"), (1, 2));
    assert_eq!(all("full_resolution_business_within_4h"), (2, 2));
    let reopened = figure(&document, "all", "first_resolution_mean");
    assert_eq!(
        (exact(reopened), &reopened["excluded"]["time_unknown"]),
        ((66 * 3_600_000, 1), &1.into())
    );
    assert_eq!(figure(&document, "all", "first_reply_mean")["excluded"]["not_yet"], 1);
    let median = figure(&document, "all", "first_reply_p50")["value"].as_f64().unwrap();
    assert!((median - 1_200_000.0).abs() <= 12_000.0, "{median}");

    assert_eq!(all("sla_attainment"), (1, 2));
    assert_eq!(figure(&document, "all", "sla_attainment")["excluded"]["pending"], 1);
    assert_eq!(all("fcr.zendesk.lt2"), (1, 2));
    assert_eq!(all("fcr.no_reopen"), (1, 2));
    assert_eq!(all("fcr.freshservice"), (1, 2));
    assert_eq!(all("automation"), (1, 3));
    assert_eq!(all("containment"), (2, 2));
    assert_eq!(all("bot_resolution"), (1, 2));
}

#[test]
fn groups_are_channels_and_stretches_of_time() {
    let input = service(CASES);
    let by = |by| json(&["service", path(&input), "--by", by, "--format", "json"]);
    let channels = by("channel");
    // by phone alone a/bill saw no repeat
    assert_eq!(exact(figure(&channels, "phone", "fcr_no_repeat")), (3, 3));
    assert_eq!(exact(figure(&channels, "chat", "automation")), (1, 2));
    let quarters = by("quarter");
    assert_eq!(exact(figure(&quarters, "2024-Q2", "fcr_no_repeat")), (2, 3));
    let two = json(&[
        "service",
        path(&input),
        "--repeat-window",
        "1",
        "--repeat-window",
        "30",
        "--format",
        "json",
    ]);
    assert_eq!(exact(figure(&two, "all", "fcr_no_repeat_1d")), (5, 5));
    // of thirty days only the episodes of 1 May are mature
    assert_eq!(exact(figure(&two, "all", "fcr_no_repeat_30d")), (1, 2));
}

#[test]
fn what_nobody_knows_is_undefined() {
    let bare = "account,opened,status\na,2024-05-03T16:00:00Z,closed\n";
    let input = folder(&[("cases.csv", bare), ("tenure.toml", "as_of = \"2024-05-31\"\n")]);
    let document = json(&["service", path(&input), "--format", "json"]);
    for id in [
        "first_reply_mean",
        "full_resolution_p50",
        "sla_attainment",
        "fcr.zendesk.eq1",
        "automation",
        "containment",
    ] {
        let figure = figure(&document, "all", id);
        assert_eq!(
            (&figure["status"], &figure["value"]),
            (&"undefined".into(), &Value::Null),
            "{id}"
        );
    }
    let table = printed(&["service", path(&input)]);
    assert!(table.contains("undefined") && !table.contains("NaN") && !table.contains(" 0.0 %"));
    let rows = printed(&["service", path(&input), "--format", "csv"]);
    assert!(
        rows.contains("cases,all,,automation,undefined,,,share,,,,,cases,1,,automation.v1"),
        "{rows}"
    );
    let none =
        folder(&[("referrals.csv", "account,date\n"), ("tenure.toml", "as_of = \"2024-05-31\"\n")]);
    assert!(printed(&["service", path(&none)]).contains("No case and no contact to count."));
}

#[test]
fn what_cannot_be_asked_is_refused_with_its_place() {
    let input = service(CASES);
    let folder_path = path(&input);
    refused(
        &["service", folder_path, "--repeat-window", "0"],
        "`--repeat-window 0`: repeat window of `0` days",
    );
    refused(&["service", folder_path, "--by", "touchpoint"], "expected one of segment");
    refused(
        &["service", folder_path, "--hours", "mon 09:00-17:00", "--hours", "mon-tue 16:00-18:00"],
        "--hours needs hours that can hold together",
    );
    for (arguments, says) in [
        (["--hours", "mon 9-5"], "hh:mm"),
        (["--target", "4"], "4h"),
        (["--percentile", "50"], "from 0 to 1"),
        (["--repeat-rule", "round"], "rolling or fixed"),
        (["--holiday", "2024-12-25"], "--hours"),
    ] {
        let output = tenure(&[&["service", folder_path][..], &arguments[..]].concat());
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(text(&output.stderr).contains(says), "{arguments:?}: {}", text(&output.stderr));
    }
    // resolved before it was opened: a row with its place, not a number
    let backwards = CASES.replace("2024-05-07T10:00:00Z", "2024-05-06T10:00:00Z");
    let input = service(&backwards);
    let output = tenure(&["service", path(&input), "--strict"]);
    assert_eq!(code(&output), 1);
    let told = text(&output.stderr);
    assert!(told.contains("cases.csv line 3, `resolved` is `2024-05-06T10:00:00Z`"), "{told}");
}
