//! Against more digits than a double's at random points, by the scripts of their names in
//! `data/special` of `tenure-testing`.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::Path;

use tenure_clv::{BgNbd, DiscountRate, History, ParetoNbd, PurchaseModel, TimeSpan, TimeUnit};

/// Of a probability, relative.
const PROBABILITY: f64 = 1e-13;
/// Of an expectation, relative.
const EXPECTATION: f64 = 1e-12;

#[expect(clippy::disallowed_methods, reason = "digits of our own scripts")]
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

/// A row of a table of reference values.
struct Row<'a> {
    header: &'a [&'a str],
    line: &'a str,
}

impl<'a> Row<'a> {
    fn text(&self, name: &str) -> &'a str {
        let place = self.header.iter().position(|other| *other == name).unwrap();
        self.line.split(',').nth(place).unwrap()
    }

    fn number(&self, name: &str) -> f64 {
        number(self.text(name))
    }

    fn count(&self, name: &str) -> u64 {
        self.text(name).bytes().fold(0, |n, digit| 10 * n + u64::from(digit - b'0'))
    }
}

/// Compares what `compute` says of each row with the columns it names; prints the errors, and fails
/// where one is beyond its bar.
fn compare(file: &str, rows: usize, compute: impl Fn(&Row<'_>) -> Vec<(&'static str, f64)>) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tenure-testing/data/special");
    let text = std::fs::read_to_string(Path::new(folder).join(file)).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut errors: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let (mut faults, mut seen) = (Vec::new(), 0);
    for line in lines {
        seen += 1;
        let row = Row { header: &header, line };
        for (column, got) in compute(&row) {
            assert!(got.is_finite(), "{column}: {line}");
            if row.text(column).is_empty() {
                continue;
            }
            let want = row.number(column);
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
    assert_eq!(seen, rows);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn random_points_match_the_reference() {
    let unit = TimeUnit::Week;
    compare("clv_reference.csv", 537, |row| {
        let [p, q, s, t] = ["p1", "p2", "p3", "p4"].map(|name| row.number(name));
        let model: PurchaseModel = match row.text("model") {
            "bgnbd" => BgNbd::new(p, q, s, t, unit).unwrap().into(),
            "mbgnbd" => BgNbd::modified(p, q, s, t, unit).unwrap().into(),
            _ => ParetoNbd::new(p, q, s, t, unit).unwrap().into(),
        };
        let told = History::new(row.count("x"), row.number("t_x"), row.number("T"), unit).unwrap();
        let span = TimeSpan::new(row.number("t"), unit).unwrap();
        let rate = DiscountRate::continuous(row.number("delta"), unit).unwrap();
        let j = row.count("j");
        vec![
            ("loglik", model.log_likelihood(&told)),
            ("p_alive", model.p_alive(&told)),
            ("p_dead", model.p_dead(&told)),
            ("p_alive_later", model.p_alive_after(&told, span)),
            ("expected", model.expected_purchases(&told, span)),
            ("dert", model.discounted_purchases(&told, rate).finite().unwrap()),
            ("pmf", model.p_purchases(&told, span, j)),
            ("pmf_new", model.p_new_customer(span, j)),
            ("expected_new", model.expected_new_customer(span)),
        ]
    });
}

/// Pareto/NBD where `alpha` and `beta` are close, which has a route of its own.
#[test]
fn odds_of_death_match_the_reference() {
    let unit = TimeUnit::Week;
    compare("death_odds_reference.csv", 239, |row| {
        let [r, alpha, s, beta] = ["r", "alpha", "s", "beta"].map(|name| row.number(name));
        let model = ParetoNbd::new(r, alpha, s, beta, unit).unwrap();
        let told = History::new(row.count("x"), row.number("t_x"), row.number("T"), unit).unwrap();
        vec![("p_alive", model.p_alive(&told)), ("p_dead", model.p_dead(&told))]
    });
}

/// Counts of new customers from `r` of a millionth to a million.
#[test]
fn counts_match_the_reference() {
    let unit = TimeUnit::Week;
    compare("bg_pmf_reference.csv", 245, |row| {
        let [r, alpha, a, b] = ["r", "alpha", "a", "b"].map(|name| row.number(name));
        let model = match row.text("model") {
            "bgnbd" => BgNbd::new(r, alpha, a, b, unit).unwrap(),
            _ => BgNbd::modified(r, alpha, a, b, unit).unwrap(),
        };
        let span = TimeSpan::new(row.number("t"), unit).unwrap();
        vec![("probability", model.p_new_customer(span, row.count("j")))]
    });
}
