//! Named folders with something wrong: each gives its error with its place, or its rejects.

use std::io::Write as _;

use tenure_ingest::{Folder, IngestError, MAX_LOCATED_REJECTS, MAX_RECORD_BYTES, RejectCode};

type Outcome = Result<tenure_ingest::Ingested, IngestError>;

fn read(files: &[(&str, &[u8])]) -> Outcome {
    Folder::in_memory(files.iter().copied())?.read(|_| {})
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).and_then(|()| packed.finish()).unwrap_or_default()
}

type Files<'a> = &'a [(&'a str, &'a [u8])];

#[test]
fn invalid_utf8_is_rejected_where_it_is_read_and_only_there() {
    let bytes =
        b"account,date,note\nac\xffme,2024-01-01,\nacme,2024-01-01,\xff\nb\xc3,\xa42024-01-01,\n";
    let ingested = read(&[("referrals.csv", bytes)]).unwrap();
    let found: Vec<_> = ingested
        .rejects()
        .map(|reject| (reject.line, reject.column.as_str(), reject.code))
        .collect();
    assert_eq!(found, [(2, "account", RejectCode::NotUtf8), (4, "account", RejectCode::NotUtf8)]);
    assert_eq!(ingested.counts().kept, 1);
    assert_eq!(ingested.files[0].ignored_columns, ["note"]);
}

#[test]
fn an_id_with_different_rows_rejects_them_all_and_equal_rows_once() {
    let text = "id,account,date\n1,a,2024-01-01\n2,a,2024-01-01\n1,a,2024-01-02\n2,a,2024-01-01\n";
    let more = "id,account,date\n2,a,2024-01-01\n";
    let config = "[[table]]\ntable = \"referrals\"\nfile = \"more.csv\"\n";
    let ingested = read(&[
        ("referrals.csv", text.as_bytes()),
        ("more.csv", more.as_bytes()),
        ("tenure.toml", config.as_bytes()),
    ])
    .unwrap();
    let places: Vec<_> =
        ingested.rejects().map(|r| (&*r.file, r.line, r.column.as_str(), r.code)).collect();
    assert_eq!(
        places,
        [
            ("referrals.csv", 2, "id", RejectCode::Conflict),
            ("referrals.csv", 4, "id", RejectCode::Conflict),
        ]
    );
    let counts: Vec<_> =
        ingested.files.iter().map(|f| (f.counts.kept, f.counts.duplicates)).collect();
    assert_eq!(counts, [(1, 1), (0, 1)]);
    assert!(ingested.files.iter().all(|file| file.counts.balances()));
}

#[test]
fn two_profiles_of_an_account_that_differ_are_both_rejected() {
    let text = "account,segment\na,north\nb,south\na,south\n";
    let ingested = read(&[("accounts.csv", text.as_bytes())]).unwrap();
    let lines: Vec<_> = ingested.rejects().map(|r| (r.line, r.column.as_str(), r.code)).collect();
    assert_eq!(lines, [(2, "account", RejectCode::Conflict), (4, "account", RejectCode::Conflict)]);
}

#[test]
fn facts_after_data_until_are_rejected_and_after_as_of_counted() {
    let text = "account,date\na,2024-06-30\na,2024-07-01\na,2024-07-02\n";
    let config = "as_of = \"2024-06-30\"\ndata_until = \"2024-07-01\"\n";
    let ingested =
        read(&[("referrals.csv", text.as_bytes()), ("tenure.toml", config.as_bytes())]).unwrap();
    let counts = ingested.counts();
    assert_eq!((counts.kept, counts.rejected, counts.after_as_of), (2, 1, 1));
    let reject = ingested.rejects().next().unwrap();
    assert_eq!((reject.line, reject.code), (4, RejectCode::Future));
}

#[test]
fn a_local_date_one_day_ahead_of_its_recording_is_no_future() {
    let text = "account,date,recorded_at\na,2024-06-02,2024-06-01T20:00:00Z\n";
    assert_eq!(read(&[("referrals.csv", text.as_bytes())]).unwrap().counts().kept, 1);
}

#[test]
fn rejects_keep_their_place_up_to_a_limit_and_are_all_counted() {
    let mut text = "account,date\n".to_owned();
    for _ in 0..MAX_LOCATED_REJECTS + 5 {
        text.push_str("a,never\n");
    }
    let ingested = read(&[("referrals.csv", text.as_bytes())]).unwrap();
    assert_eq!(ingested.counts().rejected, 10_005);
    assert_eq!(ingested.rejects().count(), 10_000);
    assert!(ingested.counts().balances());
}

/// Folders that cannot be read: name, files, message.
#[test]
fn every_folder_that_cannot_be_read_says_why_and_where() {
    let long = [b"account,date\n".as_slice(), &vec![b'x'; MAX_RECORD_BYTES + 1]].concat();
    let bomb = gz(&[b"account,date\nacme,2024-01-01\n".as_slice(), &vec![b'0'; 64 << 20]].concat());
    let good = b"account,date\nacme,2024-01-01\n".as_slice();
    let mut cut = gz(good);
    cut.truncate(cut.len() - 9);
    let mut flipped = gz(good);
    let place = flipped.len() - 6;
    flipped[place] ^= 1;
    let trailing = [gz(good).as_slice(), b"garbage"].concat();
    let mapping = |columns: &str| {
        format!("[[table]]\ntable = \"referrals\"\nfile = \"r.csv\"\n[table.columns]\n{columns}")
    };
    let swapped = mapping("account = \"kunde\"\ndate = \"date\"\n");
    let filtered = format!(
        "{}[[table.where]]\ncolumn = \"kind\"\nin = [\"x\"]\n",
        mapping("account = \"account\"\ndate = \"date\"\n")
    );
    let templated = mapping("account = { template = \"{account}-{region}\" }\ndate = \"date\"\n");
    let good_mapping = mapping("account = \"account\"\ndate = \"date\"\n");
    let cases: &[(&str, Files<'_>, &str)] = &[
        (
            "empty folder",
            &[],
            "the folder holds no table: expected a file such as `purchases.csv`, or `tenure.toml` naming one",
        ),
        (
            "only other files",
            &[("notes.txt", b""), ("purchase.csv", b"")],
            "the folder holds no table: expected a file such as `purchases.csv`, or `tenure.toml` naming one; found `notes.txt`, `purchase.csv` (did you mean `purchases.csv`?)",
        ),
        (
            "only a configuration",
            &[("tenure.toml", b"")],
            "the folder holds no table: expected a file such as `purchases.csv`, or `tenure.toml` naming one",
        ),
        (
            "empty file",
            &[("referrals.csv", b"")],
            "`referrals.csv` is empty: expected a header line",
        ),
        (
            "file of line ends",
            &[("referrals.csv", b"\n\r\n\n")],
            "`referrals.csv` is empty: expected a header line",
        ),
        (
            "byte order mark alone",
            &[("referrals.csv", b"\xef\xbb\xbf")],
            "`referrals.csv` is empty: expected a header line",
        ),
        (
            "empty packed file",
            &[("referrals.csv.gz", &gz(b""))],
            "`referrals.csv.gz` is empty: expected a header line",
        ),
        (
            "missing column",
            &[("referrals.csv", b"\naccount,dates\n")],
            "`referrals.csv` line 2: column `date` is missing (referrals needs it); the header has `account`, `dates`; did you mean `dates`?",
        ),
        (
            "column in capitals",
            &[("referrals.csv", b"Account,date\n")],
            "`referrals.csv` line 1: column `account` is missing (referrals needs it); the header has `Account`, `date`; did you mean `Account`?",
        ),
        (
            "missing score",
            &[("responses.csv", b"account,date,survey\n")],
            "`responses.csv` line 1: column `score` is missing (responses needs it); the header has `account`, `date`, `survey`",
        ),
        (
            "another delimiter",
            &[("referrals.csv", b"account;date\n")],
            "`referrals.csv` line 1: column `account` is missing (referrals needs it); the header has `account;date`",
        ),
        (
            "duplicate column",
            &[("referrals.csv", b"account,date,date\n")],
            "`referrals.csv` line 1: column `date` is there twice",
        ),
        (
            "duplicate foreign column",
            &[("referrals.csv", b"account,x,x,date\n")],
            "`referrals.csv` line 1: column `x` is there twice",
        ),
        (
            "two empty names",
            &[("referrals.csv", b"account,date,,\n")],
            "`referrals.csv` line 1: column `` is there twice",
        ),
        (
            "header in another encoding",
            &[("referrals.csv", b"account,date,gr\xf6\xdfe\n")],
            "`referrals.csv` line 1: the header is not UTF-8",
        ),
        (
            "UTF-16",
            &[("referrals.csv", b"\xff\xfea\0c\0")],
            "`referrals.csv` line 1: the header is not UTF-8",
        ),
        (
            "quote never closed",
            &[(
                "referrals.csv",
                b"account,date\nacme,2024-01-01\n\"acme,2024-01-01\nb,2024-01-01\n",
            )],
            "`referrals.csv` line 3: a quote opened in this record is never closed",
        ),
        (
            "quote never closed in the header",
            &[("referrals.csv", b"\"account,date\n")],
            "`referrals.csv` line 1: a quote opened in this record is never closed",
        ),
        (
            "long record",
            &[("referrals.csv", &long)],
            "`referrals.csv` line 2: the record is longer than 1048576 bytes (a quote left open?)",
        ),
        (
            "long header",
            &[("referrals.csv", &long[13..])],
            "`referrals.csv` line 1: the record is longer than 1048576 bytes (a quote left open?)",
        ),
        (
            "packed long line",
            &[("referrals.csv.gz", &bomb)],
            "`referrals.csv.gz` line 3: the record is longer than 1048576 bytes (a quote left open?)",
        ),
        (
            "not packed",
            &[("referrals.csv.gz", good)],
            "`referrals.csv.gz` cannot be read at line 1",
        ),
        (
            "packing cut off",
            &[("referrals.csv.gz", &cut)],
            "`referrals.csv.gz` cannot be read at line 3",
        ),
        (
            "packing damaged",
            &[("referrals.csv.gz", &flipped)],
            "`referrals.csv.gz` cannot be read at line 3",
        ),
        (
            "packing with something behind",
            &[("referrals.csv.gz", &trailing)],
            "`referrals.csv.gz` cannot be read at line 3",
        ),
        (
            "packed twice in a name of its own",
            &[("referrals.csv", good), ("referrals.csv.gz", &gz(good))],
            "`referrals` is in both `referrals.csv` and `referrals.csv.gz`: keep one",
        ),
        (
            "complete without a file",
            &[("referrals.csv", good), ("tenure.toml", b"[coverage]\npurchases = \"complete\"")],
            "`tenure.toml` says that `purchases` is complete, but no file holds it: a file with a header and no rows says that nothing happened",
        ),
        (
            "absent with a file",
            &[("referrals.csv", good), ("tenure.toml", b"[coverage]\nreferrals = \"absent\"")],
            "`tenure.toml` says that `referrals` is absent, but `referrals.csv` holds it",
        ),
        (
            "mapped file not there",
            &[("q.csv", good), ("tenure.toml", good_mapping.as_bytes())],
            "tenure.toml line 3, column 8: `r.csv` is not in the folder; did you mean `q.csv`?",
        ),
        (
            "mapped column not there",
            &[("r.csv", good), ("tenure.toml", swapped.as_bytes())],
            "`r.csv` line 1: column `kunde` is missing (referrals needs it); the header has `account`, `date`",
        ),
        (
            "filtered column not there",
            &[("r.csv", good), ("tenure.toml", filtered.as_bytes())],
            "`r.csv` line 1: column `kind` is missing (referrals needs it); the header has `account`, `date`",
        ),
        (
            "template column not there",
            &[("r.csv", good), ("tenure.toml", templated.as_bytes())],
            "`r.csv` line 1: column `region` is missing (referrals needs it); the header has `account`, `date`",
        ),
        (
            "mapped column twice",
            &[("r.csv", b"account,date,date\n"), ("tenure.toml", good_mapping.as_bytes())],
            "`r.csv` line 1: column `date` is there twice",
        ),
        (
            "configuration in another encoding",
            &[("referrals.csv", good), ("tenure.toml", b"as_of = \"2024-01-01\"\n# \xff")],
            "tenure.toml line 2, column 1: the line is not UTF-8",
        ),
        (
            "configuration too long",
            &[("referrals.csv", good), ("tenure.toml", &vec![b'#'; (1 << 20) + 1])],
            "tenure.toml line 1, column 1: the file is longer than 1048576 bytes",
        ),
    ];
    for (name, files, message) in cases {
        match read(files) {
            Ok(ingested) => panic!("{name}: read {:?}", ingested.counts()),
            Err(error) => assert_eq!(&error.to_string(), message, "{name}"),
        }
    }
    assert_eq!(cases.len(), 35);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let here = tempfile::tempdir().unwrap();
    let error = Folder::open(here.path().join("nowhere")).unwrap_err();
    assert!(matches!(error, IngestError::Folder { .. }));
    assert!(std::error::Error::source(&error).is_some());
}
