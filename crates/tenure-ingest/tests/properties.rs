//! Laws of reading: no row lost, none made up, whatever lies in the folder.

#![expect(clippy::arithmetic_side_effects, reason = "counts and dates of tests, all small")]

use std::io::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use tenure_ingest::schema::{self, Kind};
use tenure_ingest::{CellFault, Folder, Ingested, PlainFile};
use tenure_model::record::Purchase;
use tenure_model::{
    AccountId, Book, Currency, Event, Minor, Money, Record, RecordId, Table, parse_date,
};

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).and_then(|()| packed.finish()).unwrap_or_default()
}

fn check_balance(ingested: &Ingested) -> Result<(), TestCaseError> {
    let mut kept = 0;
    for file in &ingested.files {
        prop_assert!(file.counts.balances(), "{:?}", file);
        prop_assert_eq!(u64::try_from(file.rejects.len())?, file.counts.rejected);
        prop_assert!(file.rejects.iter().all(|reject| reject.line > 1));
        prop_assert!(file.rejects.is_sorted_by_key(|reject| reject.line));
        if file.table != Table::Accounts {
            kept += file.counts.kept;
        }
    }
    let mut held = 0;
    for account in ingested.book.relationships() {
        held += account.len();
    }
    prop_assert_eq!(u64::try_from(held)?, kept);
    Ok(())
}

/// Cells of that kind, mostly good, so that whole rows are often good and ids often clash.
fn cell(kind: Kind) -> BoxedStrategy<String> {
    let good: Vec<&str> = match kind {
        Kind::Id => vec!["a", "b", "c"],
        Kind::Date => vec!["2024-01-01", "2024-02-01"],
        Kind::Dates => vec!["", "2024-01-01;2024-02-01"],
        Kind::Instant => vec!["2024-01-01", "2024-01-01T09:00:00Z"],
        Kind::Amount => vec!["0", "1", "-2.50"],
        Kind::Currency => vec!["EUR", "USD"],
        Kind::Number => vec!["0.5", "7"],
        Kind::Weight => vec!["0.2847177143", "0"],
        Kind::Whole => vec!["0", "1"],
        Kind::Tri | Kind::YesNo => vec!["yes", "no"],
        Kind::Words(words) => words.to_vec(),
        Kind::Score(words) => [words, &["1", "5", "7"]].concat(),
        _ => vec!["x", "\"quoted, and\nbroken\""],
    };
    prop_oneof![
        30 => prop::sample::select(good).prop_map(str::to_owned),
        4 => Just(String::new()),
        1 => prop::sample::select(vec!["2099-01-01", "1.005", "9", "JPY"]).prop_map(str::to_owned),
        1 => "[ -~]{0,6}".prop_map(|text| text.replace(['"', ','], "")),
    ]
    .boxed()
}

fn table() -> impl Strategy<Value = Table> {
    prop::sample::select(Table::ALL.to_vec())
}

/// A table with its own header and rows of about as many cells, and how many rows.
fn table_file() -> impl Strategy<Value = (Table, String, usize)> {
    table().prop_flat_map(|table| {
        let columns = schema::columns(table);
        let cells: Vec<_> = columns.iter().map(|column| cell(column.kind)).collect();
        vec((cells, 0..30_usize), 0..12).prop_map(move |rows| {
            let header: Vec<_> = columns.iter().map(|column| column.name).collect();
            let mut text = format!("{}\n", header.join(","));
            let count = rows.len();
            for (mut cells, cut) in rows {
                // One row in thirty is one cell short.
                cells.truncate(if cut == 0 { columns.len() - 1 } else { columns.len() });
                text.push_str(&cells.join(","));
                text.push('\n');
            }
            (table, text, count)
        })
    })
}

fn bytes_of_text() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just(b"account,date\n".to_vec()),
        Just(b"account,date,amount,currency\n".to_vec()),
        Just(b"acme,2024-01-01,5.00,EUR\n".to_vec()),
        Just(b",".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        vec(any::<u8>(), 0..20),
    ];
    vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Of any bytes: an error with a place, or every row used or rejected, none made up.
    #[test]
    fn a_plain_file_gives_every_row_once(
        noise in vec(any::<u8>(), 0..60),
        rows in vec(("[a-z\"\n,;é]{0,6}", "[0-9.\"-]{0,3}"), 0..12),
        packed in any::<bool>(),
        noisy in any::<bool>(),
    ) {
        let mut text = b"score,w\n".to_vec();
        for (score, weight) in &rows {
            text.extend_from_slice(format!("{score},{weight}\n").as_bytes());
        }
        if noisy {
            text.extend(noise);
        }
        let (name, bytes) = if packed { ("a.csv.gz", gz(&text)) } else { ("a.csv", text) };
        let mut used = 0_u64;
        let mut last = 1;
        let read = PlainFile::in_memory(name, bytes).read(
            &["w", "score"],
            |line, cells| {
                assert!(line > last && cells.len() == 2);
                last = line;
                if cells.first() == Some(&"-") {
                    return Err(CellFault::new(0, "more than a sign"));
                }
                used += 1;
                Ok(())
            },
            |_, _| {},
        );
        match read {
            Ok(report) => {
                prop_assert_eq!(report.rows, used + report.rejected);
                prop_assert_eq!(u64::try_from(report.rejects.len())?, report.rejected);
                prop_assert!(report.rejects.is_sorted_by_key(|reject| reject.line));
            }
            Err(error) => prop_assert!(error.to_string().contains(name)),
        }
    }
}

proptest! {
    #[test]
    fn rows_are_kept_filtered_duplicates_or_rejected(files in vec(table_file(), 1..4)) {
        let mut named = std::collections::BTreeMap::new();
        for (table, text, rows) in files {
            named.insert(table, (text, rows));
        }
        let folder = Folder::in_memory(
            named.iter().map(|(table, (text, _))| (format!("{table}.csv"), text.clone())),
        )?;
        let ingested = folder.read(|_| {})?;
        check_balance(&ingested)?;
        for file in &ingested.files {
            let rows = named.get(&file.table).map(|(_, rows)| *rows);
            prop_assert_eq!(rows, usize::try_from(file.counts.rows).ok());
        }
    }

    #[test]
    fn filters_count_what_they_leave_out(
        kinds in vec(prop::sample::select(vec!["sale", "test", "", "gift"]), 0..40),
    ) {
        let mut text = "kind,account,date\n".to_owned();
        for (place, kind) in kinds.iter().enumerate() {
            text.push_str(&format!("{kind},a{place},2024-01-01\n"));
        }
        let config = "[[table]]\ntable = \"referrals\"\nfile = \"x.csv\"\n\
                      [[table.where]]\ncolumn = \"kind\"\nin = [\"sale\", \"gift\", \"\"]\n\
                      [[table.where]]\ncolumn = \"kind\"\nnot_in = [\"\"]\n";
        let files = [("x.csv", text), ("tenure.toml", config.to_owned())];
        let ingested = Folder::in_memory(files)?.read(|_| {})?;
        let out = kinds.iter().filter(|kind| matches!(**kind, "test" | "")).count();
        prop_assert_eq!(usize::try_from(ingested.counts().filtered)?, out);
        prop_assert_eq!(ingested.book.len(), kinds.len() - out);
        check_balance(&ingested)?;
    }

    #[test]
    fn random_bytes_are_an_error_or_balance(
        table in table(),
        bytes in bytes_of_text(),
        packed in prop::sample::select(vec!["plain", "packed", "called packed"]),
    ) {
        let name = if packed == "plain" { format!("{table}.csv") } else { format!("{table}.csv.gz") };
        let bytes = if packed == "packed" { gz(&bytes) } else { bytes };
        if let Ok(ingested) = Folder::in_memory([(name, bytes)])?.read(|_| {}) {
            check_balance(&ingested)?;
        }
    }

    #[test]
    fn random_configurations_are_an_error_or_balance(
        pieces in vec(prop_oneof![
            Just("[[table]]\n".to_owned()),
            Just("table = \"purchases\"\n".to_owned()),
            Just("file = \"x.csv\"\n".to_owned()),
            Just("[table.columns]\n".to_owned()),
            Just("account = \"account\"\n".to_owned()),
            Just("account = { template = \"{account}{date}\" }\n".to_owned()),
            Just("date = { column = \"date\", format = \"%Y-%m-%d\" }\n".to_owned()),
            Just("amount = { column = \"amount\", round = \"floor\" }\n".to_owned()),
            Just("currency = { constant = \"EUR\" }\n".to_owned()),
            Just("[[table.where]]\ncolumn = \"account\"\nnot_in = [\"b\"]\n".to_owned()),
            Just("decimal_comma = true\n".to_owned()),
            Just("trim = true\n".to_owned()),
            "[ -~]{0,10}\n",
            "\\PC{0,5}\n",
        ], 0..10),
    ) {
        let data = "account,date,amount\na,2024-01-01,1.005\nb,2024-01-02,2\n ,x,\n";
        let files = [("x.csv", data.to_owned()), ("tenure.toml", pieces.concat())];
        match Folder::in_memory(files).and_then(|folder| folder.read(|_| {})) {
            Ok(ingested) => check_balance(&ingested)?,
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn random_bytes_as_configuration_are_an_error_or_read(bytes in vec(any::<u8>(), 0..60)) {
        let files = [("referrals.csv", b"account,date\n".to_vec()), ("tenure.toml", bytes)];
        if let Err(error) = Folder::in_memory(files) {
            prop_assert!(error.to_string().starts_with("tenure.toml line "));
        }
    }

    #[test]
    fn any_date_format_is_refused_or_reads_every_cell_or_rejects_it(
        pieces in vec(prop_oneof![
            4 => prop::sample::select("aAbBcCdDeEfFgGhHIjklmMnNoOpPqQrRsStTuUvVwWxXyYzZ+.3:#%-_09 "
                .split("").map(str::to_owned).collect::<Vec<_>>()).prop_map(|letter| format!("%{letter}")),
            1 => "[ -~é]{0,3}",
        ], 0..6),
        cells in vec("[ -~é]{0,20}", 1..4),
    ) {
        let format: String = pieces.concat().replace(['"', '\\'], "");
        let config = format!(
            "[[table]]\ntable = \"contacts\"\nfile = \"x.csv\"\n[table.columns]\naccount = \"a\"\n\
             issue = \"a\"\nat = {{ column = \"t\", format = \"{format}\" }}\n"
        );
        let mut text = "a,t\n".to_owned();
        for cell in &cells {
            text.push_str(&format!("x,\"{}\"\n", cell.replace('"', "")));
        }
        let files = [("x.csv", text), ("tenure.toml", config)];
        if let Ok(ingested) = Folder::in_memory(files).and_then(|folder| folder.read(|_| {})) {
            check_balance(&ingested)?;
            prop_assert_eq!(ingested.counts().rows, u64::try_from(cells.len())?);
        }
    }

    #[test]
    fn rejects_name_exactly_the_bad_lines(
        rows in vec((any::<bool>(), 0..3_usize), 0..40),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
    ) {
        let mut text = format!("account,date{line_end}");
        let (mut line, mut bad) = (2_u64, Vec::new());
        for (good, blank) in rows {
            for _ in 0..blank {
                text.push_str(line_end);
                line += 1;
            }
            // The date of a bad row goes on in the next line.
            text.push_str(if good { "a,2024-01-01" } else { "\"a\",\"2024\n-01-01\"" });
            text.push_str(line_end);
            if !good {
                bad.push(line);
                line += 1;
            }
            line += 1;
        }
        let ingested = Folder::in_memory([("referrals.csv", text)])?.read(|_| {})?;
        let found: Vec<_> = ingested.rejects().map(|reject| reject.line).collect();
        prop_assert_eq!(found, bad);
    }

    #[test]
    fn a_file_says_what_its_rows_say_however_it_is_spelled(
        rows in vec((0..5_u8, 0..400_i64, -99_999_999..99_999_999_i64), 1..40),
    ) {
        let euro = Currency::new("EUR")?;
        let anchor = parse_date("2023-12-15")?;
        let (mut events, mut ours, mut theirs) = (Vec::new(), String::new(), String::new());
        ours.push_str("id,account,date,amount,currency\n");
        theirs.push_str("Betrag;Nr;Kunde;Datum\n");
        for (place, (account, days, cents)) in rows.into_iter().enumerate() {
            let date = anchor + chrono::TimeDelta::days(days);
            let purchase = Purchase::new(date, Money::from_minor(Minor::new(cents), euro))?;
            let mut event =
                Event::new(AccountId::new(&format!("A{account}"))?, Record::Purchase(purchase));
            event.id = Some(RecordId::new(&place.to_string())?);
            events.push(event);
            let (sign, size) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
            let (whole, rest) = (size / 100, size % 100);
            ours.push_str(&format!("{place},A{account},{date},{sign}{whole}.{rest:02},EUR\n"));
            let grouped = match (whole / 1000, whole % 1000) {
                (0, below) => below.to_string(),
                (above, below) => format!("{above}.{below:03}"),
            };
            let day = date.format("%d/%m/%Y");
            // Tenths of cents below half, to be rounded away.
            theirs.push_str(&format!("{sign}{grouped},{rest:02}4; {place};{account};{day}\r\n"));
        }
        let (expected, _) = Book::from_events(events);
        let plain = Folder::in_memory([("purchases.csv", ours.clone())])?.read(|_| {})?;
        prop_assert_eq!(&plain.book, &expected);
        let packed = gz(format!("\u{feff}{ours}").as_bytes());
        let packed = Folder::in_memory([("purchases.csv.gz", packed)])?.read(|_| {})?;
        prop_assert_eq!(&packed.book, &expected);
        let mapping = r#"
            [[table]]
            table = "purchases"
            file = "kassenbuch.csv"
            delimiter = ";"
            decimal_comma = true
            thousands = "."
            trim = true
            [table.columns]
            id = "Nr"
            account = { template = "A{Kunde}" }
            date = { column = "Datum", format = "%d/%m/%Y" }
            amount = { column = "Betrag", round = "half_even" }
            currency = { constant = "EUR" }
        "#;
        let files = [("kassenbuch.csv", theirs), ("tenure.toml", mapping.to_owned())];
        let mapped = Folder::in_memory(files)?.read(|_| {})?;
        prop_assert_eq!(&mapped.book, &expected);
    }
}
