//! Named `tenure.toml`s with a mistake: each gives an error with its line and column.

use std::collections::BTreeSet;

use tenure_ingest::Config;

/// A `tenure.toml` that is wrong: name, text, line, column, message (its beginning).
const CONFIGS: &[(&str, &str, usize, usize, &str)] = &[
    ("not TOML", "as_of = ", 1, 9, "string values must be quoted"),
    ("no closing bracket", "[coverage\n", 1, 10, "unclosed table, expected `]`"),
    (
        "unknown key",
        "as_off = \"2024-01-01\"",
        1,
        1,
        "unknown field `as_off`, expected one of `as_of`, `known_at`, `data_until`",
    ),
    ("key twice", "as_of = \"2024-01-01\"\nas_of = \"2024-01-01\"", 2, 1, "duplicate key"),
    (
        "a time for a day",
        "as_of = 2024-01-01T10:00:00",
        1,
        9,
        "`2024-01-01T10:00:00` is not a date such as 2026-03-31",
    ),
    ("no date", "\nas_of = \"2024-02-30\"", 2, 9, "`2024-02-30` is not a date such as 2026-03-31"),
    ("no knowledge date", "known_at = \"soon\"", 1, 12, "`soon` is not a date"),
    ("no last day", "data_until = \"2024\"", 1, 14, "`2024` is not a date"),
    (
        "unknown currency",
        "currency = \"EURO\"",
        1,
        12,
        "`EURO` is not an active ISO 4217 currency code",
    ),
    ("unknown zone", "time_zone = \"Mars/Olympus\"", 1, 13, "`Mars/Olympus` is not a time zone"),
    (
        "unknown table in coverage",
        "[coverage]\npurchase = \"complete\"",
        2,
        1,
        "`purchase` is not a table: one of `accounts`, `contracts`",
    ),
    (
        "unknown coverage",
        "[coverage]\npurchases = \"total\"",
        2,
        13,
        "`total` is not a coverage: one of `complete`, `partial`, `absent`",
    ),
    (
        "unknown table",
        "[[table]]\ntable = \"tickets\"\nfile = \"t.csv\"",
        2,
        9,
        "`tickets` is not a table: one of",
    ),
    ("no file", "[[table]]\ntable = \"cases\"", 1, 1, "missing field `file`"),
    ("no table", "[[table]]\nfile = \"t.csv\"", 1, 1, "missing field `table`"),
    (
        "unknown key of a table",
        "[[table]]\ntable = \"cases\"\nfile = \"t.csv\"\ncolumn = {}",
        4,
        1,
        "unknown field `column`, expected one of `table`, `file`, `delimiter`",
    ),
    (
        "file elsewhere",
        "[[table]]\ntable = \"cases\"\nfile = \"../t.csv\"",
        3,
        8,
        "`../t.csv` is not a .csv or .csv.gz file beside tenure.toml",
    ),
    (
        "file of another kind",
        "[[table]]\ntable = \"cases\"\nfile = \"t.xlsx\"",
        3,
        8,
        "`t.xlsx` is not a .csv or .csv.gz file beside tenure.toml",
    ),
    (
        "long delimiter",
        "[[table]]\ntable = \"cases\"\nfile = \"t.csv\"\ndelimiter = \"||\"",
        4,
        13,
        "`||` is not a delimiter",
    ),
    (
        "quote as delimiter",
        "[[table]]\ntable = \"cases\"\nfile = \"t.csv\"\ndelimiter = '\"'",
        4,
        13,
        "`\"` is not a delimiter",
    ),
    (
        "foreign delimiter",
        "[[table]]\ntable = \"cases\"\nfile = \"t.csv\"\ndelimiter = \"§\"",
        4,
        13,
        "`§` is not a delimiter",
    ),
    (
        "thousands like the mark",
        "[[table]]\ntable = \"cases\"\nfile = \"t.csv\"\nthousands = \".\"",
        4,
        13,
        "`.` is not a thousands separator: one character other than `.`",
    ),
    (
        "thousands a digit",
        "[[table]]\ntable = \"cases\"\nfile = \"t.csv\"\nthousands = \"0\"",
        4,
        13,
        "`0` is not a thousands separator",
    ),
    (
        "no thousands",
        "[[table]]\ntable = \"cases\"\nfile = \"t.csv\"\nthousands = \"\"",
        4,
        13,
        "`` is not a thousands separator",
    ),
    (
        "zone of a table",
        "[[table]]\ntable = \"cases\"\nfile = \"t.csv\"\ntime_zone = \"utc\"",
        4,
        13,
        "`utc` is not a time zone",
    ),
    (
        "unknown column",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\naccounts = \"a\"",
        5,
        1,
        "`accounts` is not a column of `referrals`: one of `id`, `account`, `date`, `recorded_at`; did you mean `account`?",
    ),
    (
        "needed column left out",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\naccount = \"a\"",
        4,
        1,
        "`referrals` needs the column `date`: say where it comes from",
    ),
    (
        "score left out",
        "[[table]]\ntable = \"responses\"\nfile = \"t.csv\"\n[table.columns]\naccount = \"a\"\ndate = \"d\"\nsurvey = { constant = \"nps\" }",
        4,
        1,
        "`responses` needs the column `score`",
    ),
    (
        "column of a number",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\naccount = 5",
        5,
        11,
        "invalid type: integer `5`, expected the name of a column, or a table such as",
    ),
    (
        "unknown option",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\naccount = { colum = \"a\" }",
        5,
        13,
        "unknown field `colum`",
    ),
    (
        "nothing said",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\naccount = {}",
        5,
        11,
        "expected exactly one of `column`, `constant`, `template`",
    ),
    (
        "two origins",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\naccount = { column = \"a\", constant = \"b\" }",
        5,
        11,
        "expected exactly one of",
    ),
    (
        "bad format",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\ndate = { column = \"a\", format = \"%Q\" }",
        5,
        33,
        "`%Q` is not a date format such as",
    ),
    (
        "format without a year",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\ndate = { column = \"a\", format = \"%d.%m.\" }",
        5,
        33,
        "`%d.%m.` is not a format that says a whole day",
    ),
    (
        "format with half an hour",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\ndate = { column = \"a\", format = \"%Y-%m-%d %I:%M\" }",
        5,
        33,
        "`%Y-%m-%d %I:%M` is not a format that says",
    ),
    (
        "format of a text",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\naccount = { column = \"a\", format = \"%Y\" }",
        5,
        36,
        "`account` is not a date: it has no format",
    ),
    (
        "unknown rounding",
        "[[table]]\ntable = \"purchases\"\nfile = \"t.csv\"\n[table.columns]\namount = { column = \"a\", round = \"bankers\" }",
        5,
        34,
        "`bankers` is not a rounding: one of `half_away`",
    ),
    (
        "rounding of a date",
        "[[table]]\ntable = \"purchases\"\nfile = \"t.csv\"\n[table.columns]\ndate = { column = \"a\", round = \"floor\" }",
        5,
        32,
        "`date` is neither an amount nor a number",
    ),
    (
        "constant of no currency",
        "[[table]]\ntable = \"purchases\"\nfile = \"t.csv\"\n[table.columns]\ncurrency = { constant = \"€\" }",
        5,
        25,
        "`€` is not an active ISO 4217",
    ),
    (
        "constant of no word",
        "[[table]]\ntable = \"responses\"\nfile = \"t.csv\"\n[table.columns]\nsurvey = { constant = \"enps\" }",
        5,
        23,
        "`enps` is not a `survey`: one of `nps`, `csat`, `ces`; did you mean `nps`?",
    ),
    (
        "constant of no day",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\ndate = { constant = \"1.1.2024\" }",
        5,
        21,
        "`1.1.2024` is not a date",
    ),
    (
        "constant of nothing",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\nid = { constant = \"\" }",
        5,
        19,
        "a constant may not be empty",
    ),
    (
        "constant with a map",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\nid = { constant = \"x\", values = { y = \"z\" } }",
        5,
        35,
        "`values` has nothing to map in a constant",
    ),
    (
        "map to no word",
        "[[table]]\ntable = \"interactions\"\nfile = \"t.csv\"\n[table.columns]\npersonal = { column = \"p\", values = { 1 = \"true\" } }",
        5,
        43,
        "`true` is not a `personal`: one of `yes`, `no`",
    ),
    (
        "template of nothing",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\nid = { template = \"x\" }",
        5,
        19,
        "`x` names no column",
    ),
    (
        "template left open",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\nid = { template = \"{x\" }",
        5,
        19,
        "`{x` has a brace without its partner",
    ),
    (
        "template not opened",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\nid = { template = \"x}\" }",
        5,
        19,
        "`x}` has a brace without its partner",
    ),
    (
        "template of no name",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[table.columns]\nid = { template = \"{}\" }",
        5,
        19,
        "`{}` has an empty or nested",
    ),
    (
        "filter of nothing",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[[table.where]]\ncolumn = \"x\"",
        4,
        1,
        "expected exactly one of `in`, `not_in`",
    ),
    (
        "filter both ways",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[[table.where]]\ncolumn = \"x\"\nin = []\nnot_in = []",
        4,
        1,
        "expected exactly one of",
    ),
    (
        "filter of no column",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[[table.where]]\nin = []",
        4,
        1,
        "missing field `column`",
    ),
    (
        "filter on a number",
        "[[table]]\ntable = \"referrals\"\nfile = \"t.csv\"\n[[table.where]]\ncolumn = \"x\"\nin = [1]",
        6,
        7,
        "invalid type: integer `1`, expected a string",
    ),
    ("report of a number", "report = 5", 1, 10, "invalid type"),
];

#[test]
fn every_mistake_in_the_configuration_has_its_place() {
    for &(name, text, line, column, message) in CONFIGS {
        let error = Config::parse(text).map(|_| ()).unwrap_err();
        assert!(error.message().starts_with(message), "{name}: {error}");
        assert_eq!((error.line(), error.column()), (line, column), "{name}: {error}");
    }
    let names: BTreeSet<_> = CONFIGS.iter().map(|config| config.0).collect();
    assert_eq!((names.len(), CONFIGS.len()), (53, 53));
}

#[test]
fn nesting_without_end_is_an_error() {
    for text in [
        format!("report = {}", "[".repeat(500_000)),
        format!("report = {}", "{a=".repeat(300_000)),
        format!("[report]\n{}a = 1", "a.".repeat(500_000)),
        format!("[report{}]", ".a".repeat(500_000)),
        format!("[[table{}]]", ".a".repeat(500_000)),
    ] {
        assert!(Config::parse(&text).is_err());
    }
}
