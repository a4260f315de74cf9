//! From the CDNOW log to the published figures.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use tenure_clv::{
    BgNbd, FitStatus, GammaGamma, GroupedSpend, GroupedSummary, ParetoNbd, PurchaseLog,
    PurchaseRow, Refunds, SummaryDefinition, TimeSpan, TimeUnit,
};
use tenure_model::{Currency, Minor};
use tenure_testing::fixtures::cdnow;

fn log() -> PurchaseLog<u16> {
    let dollars = Currency::new("USD").unwrap();
    let mut log = PurchaseLog::new(SummaryDefinition::new(dollars, Refunds::Drop));
    for row in cdnow().unwrap() {
        let purchase = PurchaseRow::purchase(row.date, Minor::new(row.cents)).unwrap();
        log.push(row.customer, purchase).unwrap();
    }
    log
}

fn calibration_end() -> NaiveDate {
    NaiveDate::from_ymd_opt(1997, 9, 30).unwrap()
}

fn groups() -> GroupedSummary {
    let mut groups = GroupedSummary::new(TimeUnit::Week);
    for (_, summary) in log().summaries(calibration_end()).rows {
        groups.push(summary.history(TimeUnit::Week)).unwrap();
    }
    groups
}

/// `got` rounds to what was printed with so many decimals.
fn printed(got: f64, published: f64, decimals: i32) {
    let half = 0.5 * libm::pow(10.0, f64::from(-decimals));
    assert!((got - published).abs() <= half * 1.000_001, "{got} is not {published}");
}

/// Fader, Hardie, Lee 2005, table 2: .243, 4.414, .793, 2.426, LL -9582.4.
#[test]
fn bg_nbd_is_the_published_fit() {
    let fit = BgNbd::fit(&groups()).unwrap();
    assert_eq!(fit.status, FitStatus::Converged);
    assert_eq!(fit.customers, 2_357);
    let [r, alpha, a, b] = fit.model.parameters();
    printed(r, 0.243, 3);
    printed(alpha, 4.414, 3);
    printed(a, 0.793, 3);
    printed(b, 2.426, 3);
    printed(fit.log_likelihood, -9582.4, 1);
    let reached: Vec<_> = fit.starts.iter().filter_map(|start| start.log_likelihood).collect();
    assert_eq!(reached.len(), 3);
    assert!(reached.iter().all(|other| (other - reached[0]).abs() < 1e-8), "{reached:?}");
}

/// As BTYDplus gives MBG/NBD for this log: .525, 6.183, .891, 1.614.
#[test]
fn mbg_nbd_is_the_published_fit() {
    let fit = BgNbd::fit_modified(&groups()).unwrap();
    assert_eq!(fit.status, FitStatus::Converged);
    let [r, alpha, a, b] = fit.model.parameters();
    printed(r, 0.525, 3);
    printed(alpha, 6.183, 3);
    printed(a, 0.891, 3);
    printed(b, 1.614, 3);
}

/// Fader, Hardie, Lee 2005, table 2: .553, 10.578, .606, 11.669, LL -9595.0.
#[test]
fn pareto_nbd_is_the_published_fit() {
    let fit = ParetoNbd::fit(&groups()).unwrap();
    assert_eq!(fit.status, FitStatus::Converged);
    let [r, alpha, s, beta] = fit.model.parameters();
    printed(r, 0.553, 3);
    printed(alpha, 10.578, 3);
    printed(s, 0.606, 3);
    printed(beta, 11.669, 3);
    printed(fit.log_likelihood, -9595.0, 1);
}

/// Fader, Hardie 2013: 946 repeat buyers, 6.25, 3.74, 15.44.
#[test]
fn gamma_gamma_is_the_published_fit() {
    let mut spends = GroupedSpend::new();
    for (_, summary) in log().summaries(calibration_end()).rows {
        match summary.mean_spend() {
            Some(spend) => spends.push(spend).unwrap(),
            None => spends.skip().unwrap(),
        }
    }
    assert_eq!((spends.customers(), spends.skipped()), (946, 1_411));
    let fit = GammaGamma::fit(&spends).unwrap();
    assert_eq!(fit.status, FitStatus::Converged);
    let [p, q, v] = fit.model.parameters();
    printed(p, 6.25, 2);
    printed(q, 3.74, 2);
    printed(v, 15.44, 2);
}

/// The grouped histories of the conformance cases, made by others from the same log.
#[test]
fn summaries_are_those_of_the_case_file() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tenure-testing/conformance/clv/data_cdnow_grouped_days.csv"
    );
    let text = std::fs::read_to_string(Path::new(path)).unwrap();
    let expected: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    let mut found = BTreeMap::new();
    for (_, summary) in log().summaries(calibration_end()).rows {
        let key = (summary.x(), summary.t_x_days(), summary.age_days());
        *found.entry(key).or_insert(0) += 1;
    }
    let found: Vec<String> = found
        .into_iter()
        .map(|((x, recency, age), weight)| format!("{x},{recency},{age},{weight}"))
        .collect();
    assert_eq!(found, expected);
}

/// Rows after the end of the calibration are counted, not lost: 6,919 in all.
#[test]
fn rows_are_used_or_counted() {
    let log = log();
    let summaries = log.summaries(calibration_end());
    let later = cdnow().unwrap().iter().filter(|row| row.date > calibration_end()).count();
    assert_eq!(summaries.later_rows, u64::try_from(later).unwrap());
    assert_eq!((summaries.rows.len(), summaries.without_purchase), (2_357, 0));
}

/// Fader, Hardie, Lee 2005: E[X(39)] of the customer with x = 2, t_x = 30.43, T = 38.86 is 1.226.
#[test]
fn the_published_prediction() {
    let model = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week).unwrap();
    let customer = tenure_clv::History::new(2, 30.43, 38.86, TimeUnit::Week).unwrap();
    let horizon = TimeSpan::new(39.0, TimeUnit::Week).unwrap();
    printed(model.expected_purchases(&customer, horizon), 1.226, 3);
}
