//! The command as a person meets it: run as a program, on folders, its output read.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod classify;
mod clv;
mod explain;
mod health;
mod lists;
mod readme;
mod report;
mod revenue;
mod rules;
mod schema;
mod service;
mod survey;

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

fn tenure(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tenure")).args(arguments).output().expect("runs")
}

/// What a run prints that ends well.
fn printed(arguments: &[&str]) -> String {
    let output = tenure(arguments);
    assert_eq!(code(&output), 0, "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

/// The document a run prints that ends well.
fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).expect("JSON")
}

/// A run that is refused with one line that says so, and prints nothing.
fn refused(arguments: &[&str], says: &str) {
    let output = tenure(arguments);
    let told = text(&output.stderr);
    assert_eq!(code(&output), 2, "{arguments:?}: {told}");
    assert!(told.starts_with("error: ") && told.contains(says), "{says}: {told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
}

/// A page without its line breaks: where it wraps is not what is looked at.
fn unwrapped(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn path(folder: &TempDir) -> &str {
    folder.path().to_str().expect("a UTF-8 path")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("ended by itself")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8 out")
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// Acme: a negotiated monthly retainer since 2023, four advisory meetings, a goal. Corner bought
/// once. Nobody keeps referrals.
const SMALL: [(&str, &str); 8] = [
    (
        "accounts.csv",
        "account,name,kind,segment\nacme,Acme Ltd,organisation,north\ncorner,,person,\n",
    ),
    (
        "contracts.csv",
        "account,kind,start,terms,billing,fiduciary,exclusive,annual_value\n\
         acme,retainer,2023-01-01,negotiated,monthly,no,no,1200\n",
    ),
    ("purchases.csv", "account,date,amount,customised\ncorner,2025-06-01,10.00,no\n"),
    (
        "interactions.csv",
        "account,date,channel,kind,direction,initiator,personal\n\
         acme,2025-02-03,video,advice,mutual,provider,yes\n\
         acme,2025-03-03,video,advice,mutual,provider,yes\n\
         acme,2025-04-07,video,advice,mutual,provider,yes\n\
         acme,2025-05-05,video,advice,mutual,provider,yes\n",
    ),
    ("deliverables.csv", "account,item,done\n"),
    ("goals.csv", "account,set,goal\nacme,2024-01-10,double the newsletter\n"),
    ("assignments.csv", "account,role,start\n"),
    (
        "tenure.toml",
        "as_of = \"2025-06-30\"\ncurrency = \"USD\"\n[coverage]\ncontracts = \"complete\"\n\
         purchases = \"complete\"\ninteractions = \"complete\"\ndeliverables = \"complete\"\n\
         goals = \"complete\"\nassignments = \"complete\"\n",
    ),
];

/// The small folder, with more lines at the end of its tenure.toml.
fn small(more: &str) -> TempDir {
    let small = folder(&SMALL);
    let (name, config) = SMALL[7];
    fs::write(small.path().join(name), format!("{config}{more}")).unwrap();
    small
}
