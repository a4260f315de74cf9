//! Every exact metric of revenue against Python's fractions, case by case: see
//! `differential/make.py` for how the expected values were made and how to print one.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a walk over our own files; a test may overflow loudly"
)]

use std::error::Error;

use chrono::{Datelike as _, Days, NaiveDate};
use serde_json::{Map, Value, json};
use tenure_testing::conformance::revenue_answer;

type Fallible<T> = Result<T, Box<dyn Error>>;

const CASES: usize = 200_000;
/// Without optimisation every so many are enough for one run.
const STRIDE: usize = if cfg!(debug_assertions) { 37 } else { 1 };

#[test]
fn every_case_is_what_fractions_say() -> Fallible<()> {
    let marks: &[u8] = include_bytes!("differential/cases.bin");
    assert_eq!(marks.len(), 6 * CASES);
    let mut compared = 0;
    for (case, expected) in (0_u64..).zip(marks.chunks(6)).step_by(STRIDE) {
        let found = line(case)?;
        assert_eq!(
            mark(&found).to_le_bytes()[..6],
            *expected,
            "`make.py show {case}` prints another answer than {found}"
        );
        compared += 1;
    }
    assert_eq!(compared, CASES.div_ceil(STRIDE));
    Ok(())
}

#[test]
fn the_sample_is_the_same_to_the_letter() -> Fallible<()> {
    let mut compared = 0;
    for expected in include_str!("differential/sample.txt").lines() {
        let (case, expected) = expected.split_once(' ').ok_or("no case")?;
        assert_eq!(line(serde_json::from_str(case)?)?, expected, "case {case}");
        compared += 1;
    }
    assert_eq!(compared, 120);
    Ok(())
}

fn line(case: u64) -> Fallible<String> {
    let defaults = json!({
        "reporting_currency": "USD", "timezone": "UTC", "rounding": "half_away", "week": "52/12",
        "day": "365/12", "discounts": "all", "churn_recognition": "service_end",
        "pause": "zero_churn", "negative": "floor", "late": "restate", "known_by": null,
        "fx": "closing", "reactivation_window_days": null,
    });
    let answer = revenue_answer(&draw(case)?, &defaults);
    Ok(serde_json::to_string(&answer.map_err(|error| format!("case {case}: {error}"))?)?)
}

/// FNV-1a, folded to 48 bits.
fn mark(text: &str) -> u64 {
    let folded = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |folded, byte| {
        (folded ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ((folded >> 48) ^ folded) & ((1 << 48) - 1)
}

// ---- drawing: the same in make.py ------------------------------------------------------------------

struct Random(u64);

impl Random {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        i64::try_from(mixed % bound.unsigned_abs()).unwrap_or_default()
    }

    fn of<'a>(&mut self, values: &[&'a str]) -> &'a str {
        let place = self.below(i64::try_from(values.len()).unwrap_or(1));
        values[usize::try_from(place).unwrap_or_default()]
    }

    /// Zero every so many times.
    fn unless(&mut self, every: i64, bound: i64) -> i64 {
        if self.below(every) == 0 { 0 } else { self.below(bound) }
    }
}

const ZONES: [&str; 7] =
    ["UTC", "UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "-03:00", "America/Havana"];
const EDGES: [&str; 16] = [
    "2024-01-01",
    "2024-02-01",
    "2024-02-29",
    "2024-03-01",
    "2024-03-10",
    "2024-03-31",
    "2024-03-10T02:30:00",
    "2024-03-31T02:30:00",
    "2023-11-05T01:30:00",
    "2023-10-29T02:30:00",
    "2024-02-01T00:00:00Z",
    "2024-02-29T23:59:59.999999",
    "2024-03-31T23:00:00Z",
    "2024-02-01T00:00:00+05:30",
    "2024-03-01T04:59:59Z",
    "2024-03-01T05:00:00Z",
];
const MONTHS: [&str; 7] =
    ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04", "2024-05"];
const TYPES: [&str; 18] = [
    "set",
    "set",
    "set",
    "start",
    "start",
    "start",
    "change",
    "change",
    "cancel",
    "cancel",
    "cancel",
    "pause",
    "pause",
    "resume",
    "one_off",
    "refund",
    "usage",
    "proration",
];

fn moment(r: &mut Random) -> String {
    if r.below(3) == 0 {
        return r.of(&EDGES).to_owned();
    }
    let (month, day) = (r.of(&MONTHS), 1 + r.below(28));
    format!("{month}-{day:02}{}", r.of(&["", "", "T00:00:00Z", "T18:45:00"]))
}

fn decimal(mantissa: i64, scale: usize) -> String {
    let sign = if mantissa < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = scale + 1);
    let (units, decimals) = digits.split_at(digits.len() - scale);
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{sign}{units}{point}{decimals}")
}

fn places(r: &mut Random, bound: i64) -> usize {
    usize::try_from(r.below(bound)).unwrap_or_default()
}

fn event(r: &mut Random, accounts: i64, foreign: bool) -> Value {
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("at", json!(moment(r)));
    put("account", json!(format!("A{}", r.below(accounts))));
    put("subscription", json!((1 + r.below(5) / 4).to_string()));
    let kind = r.of(&TYPES);
    put("type", json!(kind));
    if r.below(4) == 0 {
        put("recorded_at", json!(moment(r)));
    }
    let code = if foreign { r.of(&["USD", "USD", "EUR", "JPY", "KWD"]) } else { "USD" };
    let minor = match code {
        "JPY" => 0,
        "KWD" => 3,
        _ => 2,
    };
    match kind {
        "set" => {
            put("mrr", json!(decimal(r.below(12_000) - 1_000, minor)));
            put("currency", json!(code));
        }
        "start" | "change" => {
            let mantissa = r.below(9_000) - 500;
            put("amount", json!(decimal(mantissa, places(r, 5))));
            put("currency", json!(code));
            put("quantity", json!(r.below(4)));
            put("count", json!(1 + r.below(3)));
            put("interval", json!(r.of(&["month", "month", "year", "week", "day"])));
            if r.below(4) == 0 {
                put("trial_end", json!(moment(r)));
            }
            if r.below(3) == 0 {
                let mut discount = if r.below(2) == 1 {
                    json!({ "percent": decimal(r.below(1_001), 1) })
                } else {
                    json!({ "amount": decimal(r.below(3_000), 2) })
                };
                if r.below(2) == 1 {
                    discount["until"] = json!(moment(r));
                }
                put("discount", discount);
            }
        }
        "cancel" => {
            if r.below(3) == 0 {
                put("service_end", json!(moment(r)));
            }
        }
        "pause" | "resume" => {}
        _ => {
            put("amount", json!("5.00"));
        }
    }
    Value::Object(row)
}

fn ledger(r: &mut Random) -> Value {
    let (accounts, foreign) = (1 + r.below(3), r.below(3) == 0);
    let mut run = Map::new();
    for (name, values) in [
        ("timezone", &ZONES[..]),
        ("rounding", &["half_away", "half_even", "floor"]),
        ("week", &["52/12", "433/100", "4"]),
        ("day", &["365/12", "30"]),
        ("discounts", &["all", "forever_only", "none"]),
        ("churn_recognition", &["service_end", "request"]),
        ("pause", &["zero_churn", "zero_contraction", "keep"]),
        ("negative", &["floor", "floor", "signed"]),
        ("late", &["restate", "post_when_recorded"]),
    ] {
        run.insert(name.to_owned(), json!(r.of(values)));
    }
    let known_by = if r.below(4) == 0 { json!(moment(r)) } else { Value::Null };
    run.insert("known_by".to_owned(), known_by);
    run.insert("fx".to_owned(), json!(r.of(&["closing", "opening", "constant", "locked"])));
    let window = if r.below(2) == 0 { json!(r.below(80)) } else { Value::Null };
    run.insert("reactivation_window_days".to_owned(), window);
    let length = 2 + r.below(9);
    let events: Vec<Value> = (0..length).map(|_| event(r, accounts, foreign)).collect();
    let mut rates = Map::new();
    if foreign {
        for (code, least, spread, scale) in
            [("EUR", 80, 50, 2), ("JPY", 50, 40, 4), ("KWD", 3_000, 400, 3)]
        {
            let mut table = Map::new();
            let months = ["constant", "2023-09", "2023-10"].into_iter().chain(MONTHS);
            for month in months.chain(["2024-06"]) {
                table.insert(month.to_owned(), json!(decimal(least + r.below(spread), scale)));
            }
            rates.insert(code.to_owned(), Value::Object(table));
        }
    }
    let windows: &[&str] = match r.below(3) {
        0 => &["2024-01..2024-04"],
        1 => &["2024-02..2024-04", "2024-03..2024-03"],
        _ => &["2023-12..2024-03"],
    };
    json!({
        "kind": "ledger", "months": ["2024-01", "2024-04"], "runs": { "run": run },
        "events": events, "rates": rates,
        "ask": { "run": { "gross": true, "retention": windows, "cohorts": true } },
    })
}

fn plain_day(r: &mut Random, days: i64) -> String {
    let first = NaiveDate::from_ymd_opt(2023, 12, 20).unwrap_or_default();
    (first + Days::new(r.below(days).unsigned_abs())).to_string()
}

fn renewal(r: &mut Random) -> Value {
    let contracts: Vec<Value> = (0..r.below(7))
        .map(|number| {
            let mut row = json!({
                "contract": format!("C{number}"), "due": plain_day(r, 110),
                "arr_due": decimal(r.below(30_000), 2),
            });
            match r.below(4) {
                0 => {}
                1 => row["lost_at"] = json!(plain_day(r, 150)),
                _ => {
                    row["closed_at"] = json!(plain_day(r, 150));
                    row["arr_renewed"] = json!(decimal(r.below(40_000), 2));
                }
            }
            row
        })
        .collect();
    let queries = [(); 2].map(|()| {
        json!({
            "period": r.of(&["2024-01", "2024-02", "2024-Q1"]),
            "as_of": plain_day(r, 160),
            "late": r.of(&["due_period", "lost_if_late", "closed_period"]),
            "grace_days": r.below(31),
        })
    });
    json!({ "kind": "renewal", "input": { "contracts": contracts, "queries": queries } })
}

fn small(r: &mut Random) -> Value {
    match r.below(4) {
        0 => {
            let mut weights: Vec<i64> = (0..r.below(6)).map(|_| r.below(9)).collect();
            weights.push(1 + r.below(9));
            let total = r.below(20_001) - 10_000;
            json!({ "kind": "allocation", "input": { "total_minor": total, "weights": weights } })
        }
        1 => {
            let (year, month) = (2023 + r.below(3), 1 + r.below(12));
            let first = NaiveDate::from_ymd_opt(
                i32::try_from(year).unwrap_or_default(),
                u32::try_from(month).unwrap_or_default(),
                1,
            )
            .unwrap_or_default();
            let last = u32::from(first.num_days_in_month());
            let back = 1 + r.below(4).unsigned_abs();
            let anchor = first + Days::new(u64::from(last) - back);
            json!({ "kind": "calendar", "input": {
                "anchor": anchor.to_string(), "step_months": 1 + r.below(13), "n": 1 + r.below(14),
            } })
        }
        2 => {
            let n = 1 + r.below(20);
            let ask = r.of(&["table", "last_row"]);
            let durations: Vec<i64> = (0..n).map(|_| r.below(12)).collect();
            let observed: Vec<i64> = (0..n).map(|_| r.below(2)).collect();
            json!({ "kind": "survival", "ask": ask,
                "input": { "durations": durations, "observed": observed } })
        }
        _ => ratio(r),
    }
}

fn ratio(r: &mut Random) -> Value {
    let ask = r.of(&[
        "quick_ratio",
        "magic_number",
        "net_growth",
        "daily_net_churn",
        "logo_churn_bases",
        "annualise_monthly",
        "ltv",
        "cycle_extension",
    ]);
    let mut amounts = |names: &[&str]| {
        let given = names.iter().map(|&name| (name.to_owned(), json!(r.unless(4, 100_000))));
        Value::Object(given.collect())
    };
    let input = match ask {
        "quick_ratio" => amounts(&["new", "expansion", "reactivation", "churn", "contraction"]),
        "magic_number" => amounts(&["delta_quarter_revenue", "prior_quarter_sm"]),
        "net_growth" => amounts(&["opening", "gains", "losses"]),
        "cycle_extension" => amounts(&["opening", "downsell", "extension"]),
        "daily_net_churn" => {
            let days: Vec<Value> = (0..1 + r.below(4))
                .map(|_| {
                    let open = r.unless(9, 5_000);
                    json!({ "open": open, "close": r.below(5_000), "new": r.below(500) })
                })
                .collect();
            json!({ "days": days })
        }
        "logo_churn_bases" => {
            let (opening, new) = (r.below(300), r.below(100));
            let lost_of_opening = r.below(opening + 1);
            let lost = lost_of_opening + r.below(new + 1);
            json!({ "opening": opening, "new": new, "lost": lost,
                "lost_of_opening": lost_of_opening })
        }
        "annualise_monthly" => json!({ "monthly_churn": decimal(r.below(20_001) - 10_000, 4) }),
        _ => {
            let (arpa, margin) = (r.below(100_000), decimal(r.below(101), 2));
            let churn = [(); 2].map(|()| {
                let mantissa = r.unless(4, 900);
                decimal(mantissa, 1 + places(r, 3))
            });
            json!({ "arpa": arpa, "margin": margin, "churn": churn })
        }
    };
    json!({ "kind": "ratio", "ask": ask, "input": input })
}

fn draw(case: u64) -> Fallible<Value> {
    let r = &mut Random(case);
    Ok(match case % 8 {
        0..=4 => ledger(r),
        5 => renewal(r),
        6 | 7 => small(r),
        _ => return Err("a remainder of 8".into()),
    })
}
