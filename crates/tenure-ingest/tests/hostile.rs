//! Named invalid inputs: each gives its error, or its reject with file, line, column and code.

use std::collections::BTreeSet;

use tenure_ingest::schema::{Column, Kind, Need};
use tenure_ingest::{Folder, IngestError, RejectCode, schema};
use tenure_model::Table;

type Outcome = Result<tenure_ingest::Ingested, IngestError>;

fn read(files: &[(&str, &[u8])]) -> Outcome {
    Folder::in_memory(files.iter().copied())?.read(|_| {})
}

/// A good row of each table, every column filled: the header is the schema's own.
fn good_row(table: Table) -> Vec<&'static str> {
    let row = match table {
        Table::Accounts => "acme,Acme Ltd,organisation,north,retail,2024-01-02T09:00:00Z",
        Table::Contracts => {
            "C-1,acme,retainer,2024-01-01,2024-12-31,2023-12-15,negotiated,monthly,yes,no,auto,\
             12000.00,EUR,2024-01-02"
        }
        Table::Renewals => "R-1,acme,C-1,2024-12-31,12000.00,EUR,2024-12-20,12600.00,,2024-12-21",
        Table::Subscriptions => {
            "S-1,acme,1,2024-02-10,0,start,12.50,EUR,10,month,1,10,,2024-08-10,2024-03-10,,\
             2024-02-10"
        }
        Table::Purchases => "B-1,acme,2024-03-01,-29.33,EUR,tea,no,,INV-7,2024-03-01",
        Table::Interactions => "I-1,acme,2024-03-01,meeting,advice,mutual,provider,yes,2024-03-01",
        Table::Deliverables => "D-1,acme,2024-04-30,2024-04-28,pension plan,yes,2024-04-28",
        Table::Goals => {
            "G-1,acme,2024-01-10,retire at 60,2024-04-10;2024-07-10,2024-08-01,2024-01-10"
        }
        Table::Referrals => "F-1,acme,2024-04-01,2024-04-01",
        Table::Assignments => "A-1,acme,account manager,2024-01-01,2024-12-31,j.doe,2024-01-01",
        Table::Cases => {
            "T-1,acme,2024-05-01T09:00:00Z,closed,2024-05-01T09:20:00Z,2024-05-01T11:00:00Z,0,2,1,\
             240,30,escalated,chat,2024-05-01"
        }
        Table::Contacts => "K-1,acme,billing,2024-05-01T09:00:00Z,yes,phone,2024-05-01",
        Table::Responses => "Q-1,acme,2024-05-01,nps,9,onboarding,0.2847177143,2024-05-01",
        Table::Points => "P-1,acme,2024-05-01,qualifying,250,2025-12-31,2024-05-01",
        _ => "O-1,acme,usage,0.82,2024-05-01,2024-05-01",
    };
    row.split(',').collect()
}

fn file(table: Table, row: &[&str]) -> (String, String) {
    let header: Vec<_> = schema::columns(table).iter().map(|column| column.name).collect();
    (format!("{table}.csv"), format!("{}\n{}\n", header.join(","), row.join(",")))
}

/// What no cell of that kind may hold, and the code it must give.
fn bad_cells(column: &Column) -> Vec<(&'static str, RejectCode)> {
    let mut bad: Vec<(&str, RejectCode)> = match column.kind {
        Kind::Id => vec![
            (" acme", RejectCode::Id),
            ("acme ", RejectCode::Id),
            ("ac\u{7}me", RejectCode::Id),
        ],
        Kind::Date | Kind::Dates => [
            "2024-02-30",
            "2023-02-29",
            "2024-2-3",
            "20240203",
            "03.02.2024",
            "2024-13-01",
            "0000-01-01",
            "2024-01-01T00:00:00",
            " 2024-01-01",
            "tomorrow",
            "12024-01-01",
            "-2024-01-01",
            "2024-01-00",
        ]
        .map(|text| (text, RejectCode::Date))
        .to_vec(),
        Kind::Instant => [
            "2024-01-01 09:00:00",
            "2024-01-01T09:00",
            "2024-01-01T24:00:00",
            "2024-02-30",
            "2024-01-01T23:59:60",
            "2024-01-01T09:00:00+0200",
            "2024-01-01T09:00:00.1234567",
            "1704099600",
            "now",
        ]
        .map(|text| (text, RejectCode::Instant))
        .to_vec(),
        Kind::Amount => [
            "12.50 EUR",
            "1e5",
            "+1",
            "1.",
            ".5",
            "007",
            "1_000",
            "NaN",
            "inf",
            "-",
            "--1",
            "(12.50)",
            "12.50-",
            "1 000",
            "1234567890123456",
            "0.123456789",
            "\u{661}",
            "0x10",
            "twelve",
        ]
        .map(|text| (text, RejectCode::Amount))
        .to_vec(),
        Kind::Currency => ["eur", "XYZ", "EURO", "€", "EU", " EUR"]
            .map(|text| (text, RejectCode::Currency))
            .to_vec(),
        Kind::Number => ["1e5", "+1", "1.", ".5", "NaN", "inf", "0.123456789", "half", "1%"]
            .map(|text| (text, RejectCode::Number))
            .to_vec(),
        Kind::Weight => [
            "1e5",
            "+1",
            "1.",
            ".5",
            "NaN",
            "inf",
            "-1",
            "0.12345678901234567890123456789",
            "half",
            "1%",
        ]
        .map(|text| (text, RejectCode::Number))
        .to_vec(),
        Kind::Whole => ["1.5", "1.0", "+1", "1e5", "9223372036854775808", "01", "one", "- 1"]
            .map(|text| (text, RejectCode::Whole))
            .to_vec(),
        Kind::Tri | Kind::YesNo => ["Yes", "true", "1", "y", "unknown", " no"]
            .map(|text| (text, RejectCode::Word))
            .to_vec(),
        Kind::Words(_) => ["?", "Open", "in ", "monthly,", "NPS"]
            .map(|text| (text.trim_end_matches(','), RejectCode::Word))
            .iter()
            .filter(|(text, _)| *text != "monthly")
            .copied()
            .collect(),
        Kind::Score(_) => ["9.0", "9.5", "11", "-1", "256", "ten", "Blank", "n/a", "+9", "09"]
            .map(|text| (text, RejectCode::Score))
            .to_vec(),
        _ => Vec::new(),
    };
    if column.need == Need::Value {
        bad.push(("", RejectCode::Missing));
    }
    bad
}

#[test]
fn the_good_rows_are_good() {
    for schema in schema::tables() {
        let (name, text) = file(schema.table, &good_row(schema.table));
        let ingested = read(&[(&name, text.as_bytes())]).unwrap();
        assert_eq!(ingested.counts().kept, 1, "{:?}", ingested.files);
    }
}

#[test]
fn every_cell_that_cannot_be_read_is_rejected_at_its_place() {
    let mut names = BTreeSet::new();
    for schema in schema::tables() {
        for (place, column) in schema.columns.iter().enumerate() {
            for (bad, code) in bad_cells(column) {
                let mut row = good_row(schema.table);
                if column.name == "service_end" {
                    row = "S-1,acme,1,2024-02-10,0,cancel,,,,,,,,,,,".split(',').collect();
                }
                row[place] = bad;
                // A discount is a percentage or an amount.
                if column.name == "discount_amount" {
                    row[place - 1] = "";
                }
                let (name, text) = file(schema.table, &row);
                let case = format!("{}.{} = `{bad}`", schema.table, column.name);
                let ingested = read(&[(&name, text.as_bytes())]).unwrap();
                let counts = ingested.counts();
                assert_eq!((counts.rows, counts.kept, counts.rejected), (1, 0, 1), "{case}");
                let reject = ingested.rejects().next().unwrap();
                assert_eq!(&*reject.file, name, "{case}");
                assert_eq!(reject.line, 2, "{case}");
                assert_eq!(reject.column, column.name, "{case}");
                assert_eq!(reject.value, bad, "{case}");
                assert_eq!(reject.code, code, "{case}");
                assert!(!reject.expected.is_empty(), "{case}");
                assert!(names.insert(case));
            }
        }
    }
    assert_eq!(names.len(), 947);
}

/// Rows that are readable cell by cell, but not as a row: what is wrong, table, columns, row; then
/// column, value and code of the reject.
const ROWS: &str = r#"
too few fields | referrals | account,date | acme |  | 1 field | ragged
too many fields | referrals | account,date | acme,2024-01-01, |  | 3 fields | ragged
white space is a field | referrals | account,date | "  " |  | 1 field | ragged
another delimiter | referrals | account,date | acme;2024-01-01 |  | 1 field | ragged
contract ends before it starts | contracts | account,kind,start,end,terms,billing | a,x,2024-02-01,2024-01-31,standard,annual | end | 2024-01-31 | contradiction
negative annual value | contracts | account,kind,start,terms,billing,annual_value,currency | a,x,2024-02-01,standard,annual,-1,EUR | annual_value | -1.00 EUR | contradiction
annual value without currency | contracts | account,kind,start,terms,billing,annual_value | a,x,2024-02-01,standard,annual,1 | currency |  | no_currency
annual value of thousandths | contracts | account,kind,start,terms,billing,annual_value,currency | a,x,2024-02-01,standard,annual,1.005,EUR | annual_value | 1.005 | too_precise
unknown currency without value | contracts | account,kind,start,terms,billing,currency | a,x,2024-02-01,standard,annual,ABC | currency | ABC | currency
renewed and lost | renewals | account,contract,due,arr_due,currency,closed_at,arr_renewed,lost_at | a,C,2024-02-01,5,EUR,2024-02-01,5,2024-02-01 | lost_at | 2024-02-01 | contradiction
renewed without amount | renewals | account,contract,due,arr_due,currency,closed_at,arr_renewed | a,C,2024-02-01,5,EUR,2024-02-01, | arr_renewed |  | contradiction
renewed amount without day | renewals | account,contract,due,arr_due,currency,closed_at,arr_renewed | a,C,2024-02-01,5,EUR,,5 | arr_renewed | 5.00 EUR | contradiction
negative amount due | renewals | account,contract,due,arr_due,currency | a,C,2024-02-01,-5,EUR | arr_due | -5.00 EUR | contradiction
half a yen due | renewals | account,contract,due,arr_due,currency | a,C,2024-02-01,0.5,JPY | arr_due | 0.5 | too_precise
set without amount | subscriptions | account,at,change,amount,currency | a,2024-01-01,set,,EUR | amount |  | missing
set of thousandths | subscriptions | account,at,change,amount,currency | a,2024-01-01,set,1.005,EUR | amount | 1.005 | too_precise
set with interval | subscriptions | account,at,change,amount,currency,interval | a,2024-01-01,set,1,EUR,month | interval | month | unused
set with quantity | subscriptions | account,at,change,amount,currency,quantity | a,2024-01-01,set,1,EUR,2 | quantity | 2 | unused
start without interval | subscriptions | account,at,change,amount,currency | a,2024-01-01,start,1,EUR | interval |  | missing
start without currency | subscriptions | account,at,change,amount,interval | a,2024-01-01,start,1,month | currency |  | no_currency
start of no intervals | subscriptions | account,at,change,amount,currency,interval,count | a,2024-01-01,start,1,EUR,month,0 | count | 0 | contradiction
start of negative quantity | subscriptions | account,at,change,amount,currency,interval,quantity | a,2024-01-01,start,1,EUR,month,-1 | quantity | -1 | whole
start of too many | subscriptions | account,at,change,amount,currency,interval,quantity | a,2024-01-01,start,1,EUR,month,4294967296 | quantity | 4294967296 | whole
discount over 100 | subscriptions | account,at,change,amount,currency,interval,discount_percent | a,2024-01-01,start,1,EUR,month,101 | discount_percent | 101 | contradiction
discount below 0 | subscriptions | account,at,change,amount,currency,interval,discount_percent | a,2024-01-01,start,1,EUR,month,-1 | discount_percent | -1 | contradiction
negative discount amount | subscriptions | account,at,change,amount,currency,interval,discount_amount | a,2024-01-01,start,1,EUR,month,-1 | discount_amount | -1 | contradiction
two discounts | subscriptions | account,at,change,amount,currency,interval,discount_percent,discount_amount | a,2024-01-01,start,1,EUR,month,1,2 | discount_amount | 2 | contradiction
end of no discount | subscriptions | account,at,change,amount,currency,interval,discount_until | a,2024-01-01,start,1,EUR,month,2024-02-01 | discount_until | 2024-02-01 | unused
start with service end | subscriptions | account,at,change,amount,currency,interval,service_end | a,2024-01-01,start,1,EUR,month,2024-02-01 | service_end | 2024-02-01 | unused
cancel with amount | subscriptions | account,at,change,amount | a,2024-01-01,cancel,1 | amount | 1 | unused
cancel with trial | subscriptions | account,at,change,trial_end | a,2024-01-01,cancel,2024-02-01 | trial_end | 2024-02-01 | unused
pause with amount | subscriptions | account,at,change,amount | a,2024-01-01,pause,1 | amount | 1 | unused
resume with service end | subscriptions | account,at,change,service_end | a,2024-01-01,resume,2024-02-01 | service_end | 2024-02-01 | unused
pause in an unknown currency | subscriptions | account,at,change,currency | a,2024-01-01,pause,ABC | currency | ABC | currency
refund without amount | subscriptions | account,at,change,amount,currency | a,2024-01-01,refund,,EUR | amount |  | missing
usage with count | subscriptions | account,at,change,amount,currency,count | a,2024-01-01,usage,1,EUR,2 | count | 2 | unused
negative order | subscriptions | account,at,change,seq | a,2024-01-01,pause,-1 | seq | -1 | whole
purchase without currency | purchases | account,date,amount | a,2024-01-01,1 | currency |  | no_currency
purchase of thousandths | purchases | account,date,amount,currency | a,2024-01-01,0.005,EUR | amount | 0.005 | too_precise
purchase past 64 bits | purchases | account,date,amount,currency | a,2024-01-01,999999999999999,CLF | amount | 999999999999999 | amount
purchase that reverses | purchases | account,date,amount,currency,reverses | a,2024-01-01,1,EUR,B-1 | reverses | B-1 | contradiction
purchase of nothing that reverses | purchases | account,date,amount,currency,reverses | a,2024-01-01,0,EUR,B-1 | reverses | B-1 | contradiction
purchase dated after its recording | purchases | account,date,amount,currency,recorded_at | a,2099-01-01,1,EUR,2024-06-01 | date | 2099-01-01 | future
interaction from the future | interactions | account,date,channel,kind,direction,initiator,personal,recorded_at | a,2024-06-03,mail,x,in,account,no,2024-06-01 | date | 2024-06-03 | future
deliverable neither due nor done | deliverables | account,due,done,item | a,,,x | due |  | contradiction
deliverable done in the future | deliverables | account,done,item,recorded_at | a,2025-01-01,x,2024-01-01 | done | 2025-01-01 | future
goal reviewed before it was set | goals | account,set,goal,reviews | a,2024-02-01,x,2024-03-01;2024-01-31 | reviews | 2024-01-31 | contradiction
goal closed before it was set | goals | account,set,goal,closed | a,2024-02-01,x,2024-01-31 | closed | 2024-01-31 | contradiction
goal with an empty review | goals | account,set,goal,reviews | a,2024-02-01,x,2024-03-01; | reviews | 2024-03-01; | date
goal set in the future | goals | account,set,goal,recorded_at | a,2025-02-01,x,2024-02-01 | set | 2025-02-01 | future
referral from the future | referrals | account,date,recorded_at | a,2025-01-01,2024-01-01 | date | 2025-01-01 | future
assignment ends before it starts | assignments | account,role,start,end | a,x,2024-02-01,2024-01-31 | end | 2024-01-31 | contradiction
case answered before it was opened | cases | account,opened,status,first_reply | a,2024-02-01,open,2024-01-31 | first_reply | 2024-01-31T00:00:00Z | contradiction
case resolved before it was opened | cases | account,opened,status,resolved | a,2024-02-01,closed,2024-01-31 | resolved | 2024-01-31T00:00:00Z | contradiction
case promised in no time | cases | account,opened,status,target_minutes | a,2024-02-01,open,0 | target_minutes | 0 | contradiction
case promised in negative time | cases | account,opened,status,target_minutes | a,2024-02-01,open,-5 | target_minutes | -5 | number
case paused for part of a millisecond | cases | account,opened,status,paused_minutes | a,2024-02-01,open,0.00000001 | paused_minutes | 0.00000001 | number
case reopened a negative number of times | cases | account,opened,status,reopens | a,2024-02-01,open,-1 | reopens | -1 | whole
case from the future | cases | account,opened,status,recorded_at | a,2025-02-01,open,2024-02-01 | opened | 2025-02-01 | future
contact from the future | contacts | account,issue,at,recorded_at | a,x,2025-02-01,2024-02-01 | at | 2025-02-01 | future
csat of 0 | responses | account,date,survey,score | a,2024-01-01,csat,0 | score | 0 | score
csat of 6 | responses | account,date,survey,score | a,2024-01-01,csat,6 | score | 6 | score
ces of 8 | responses | account,date,survey,score | a,2024-01-01,ces,8 | score | 8 | score
ces of 0 | responses | account,date,survey,score | a,2024-01-01,ces,0 | score | 0 | score
nps of 11 | responses | account,date,survey,score | a,2024-01-01,nps,11 | score | 11 | score
response from the future | responses | account,date,survey,score,recorded_at | a,2025-01-01,nps,9,2024-01-01 | date | 2025-01-01 | future
points that expire before they are earned | points | account,date,ledger,points,expires | a,2024-02-01,qualifying,5,2024-01-31 | expires | 2024-01-31 | contradiction
points from the future | points | account,date,ledger,points,recorded_at | a,2025-02-01,qualifying,5,2024-01-31 | date | 2025-02-01 | future
observation from the future | observations | account,component,value,observed_at,recorded_at | a,x,5,2025-02-01,2024-01-31 | observed_at | 2025-02-01 | future
"#;

#[test]
fn every_row_that_cannot_be_is_rejected_at_its_place() {
    let mut names = BTreeSet::new();
    for line in ROWS.trim().lines() {
        let parts: Vec<_> = line.split('|').map(str::trim).collect();
        let [name, table, columns, row, column, value, code] = parts[..] else {
            panic!("not seven parts: {line}");
        };
        let file = format!("{table}.csv");
        let text = format!("{columns}\n\n{row}\n");
        let ingested = read(&[(&file, text.as_bytes())]).unwrap();
        let counts = ingested.counts();
        assert_eq!((counts.rows, counts.kept, counts.rejected), (1, 0, 1), "{name}");
        let reject = ingested.rejects().next().unwrap();
        assert_eq!((&*reject.file, reject.line), (file.as_str(), 3), "{name}");
        assert_eq!(
            (reject.column.as_str(), reject.value.as_str(), reject.code.name()),
            (column, value, code),
            "{name}: {reject}"
        );
        assert!(names.insert(name), "{name}");
    }
    assert_eq!(names.len(), 69);
}
