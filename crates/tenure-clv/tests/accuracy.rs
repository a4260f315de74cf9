//! Against 25 digits at random points: `data/special/clv_reference.py` in `tenure-testing`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use tenure_clv::{BgNbd, DiscountRate, History, ParetoNbd, PurchaseModel, TimeSpan, TimeUnit};

const FILE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../tenure-testing/data/special/clv_reference.csv");

/// Of a probability, relative.
const PROBABILITY: f64 = 1e-13;
/// Of an expectation, relative.
const EXPECTATION: f64 = 1e-12;

#[expect(clippy::disallowed_methods, reason = "digits of our own script")]
fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

/// What the conformance cases allow: a probability far from 1 is known to fewer digits, as are its
/// logarithm's.
fn bar(column: &str, want: f64) -> f64 {
    match column {
        "loglik" => 1e-12 * want.abs().max(1.0),
        "p_alive" | "p_dead" | "p_alive_later" => {
            (PROBABILITY + 1e-15 * libm::log(want).abs()) * want
        }
        _ => EXPECTATION * want,
    }
}

#[test]
fn random_points_match_the_reference() {
    let text = std::fs::read_to_string(Path::new(FILE)).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut errors: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut faults = Vec::new();
    for (row, line) in lines.enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let at = |name: &str| cells[header.iter().position(|other| *other == name).unwrap()];
        let input = |name| number(at(name));
        let count = |name| at(name).bytes().fold(0, |n, digit| 10 * n + u64::from(digit - b'0'));
        let [p, q, s, t] = ["p1", "p2", "p3", "p4"].map(input);
        let unit = TimeUnit::Week;
        let model: PurchaseModel = match cells[0] {
            "bgnbd" => BgNbd::new(p, q, s, t, unit).unwrap().into(),
            "mbgnbd" => BgNbd::modified(p, q, s, t, unit).unwrap().into(),
            _ => ParetoNbd::new(p, q, s, t, unit).unwrap().into(),
        };
        let told = History::new(count("x"), input("t_x"), input("T"), unit).unwrap();
        let span = TimeSpan::new(input("t"), unit).unwrap();
        let rate = DiscountRate::continuous(input("delta"), unit).unwrap();
        let j = count("j");
        for (column, got) in [
            ("loglik", model.log_likelihood(&told)),
            ("p_alive", model.p_alive(&told)),
            ("p_dead", model.p_dead(&told)),
            ("p_alive_later", model.p_alive_after(&told, span)),
            ("expected", model.expected_purchases(&told, span)),
            ("dert", model.discounted_purchases(&told, rate).finite().unwrap()),
            ("pmf", model.p_purchases(&told, span, j)),
            ("pmf_new", model.p_new_customer(span, j)),
            ("expected_new", model.expected_new_customer(span)),
        ] {
            let text = at(column);
            assert!(got.is_finite(), "row {row} {column}: {line}");
            if text.is_empty() {
                continue;
            }
            let want = number(text);
            let error = (got - want).abs();
            if error > bar(column, want) {
                faults.push(format!("{column} {:.1e}: {got:e} for {line}", error / want.abs()));
            }
            let size = if column == "loglik" { want.abs().max(1.0) } else { want.abs() };
            errors.entry(column).or_default().push(if size > 0.0 { error / size } else { error });
        }
    }
    for (column, errors) in &mut errors {
        errors.sort_by(f64::total_cmp);
        println!(
            "{column:14} {} values, median {:.1e}, worst {:.1e}",
            errors.len(),
            errors[errors.len() / 2],
            errors[errors.len() - 1]
        );
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
