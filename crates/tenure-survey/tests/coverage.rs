//! How often intervals hold the truth, by enumeration: every outcome of a sample times its
//! probability. The figures are those of the README; they were found by others before this code.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "small whole numbers; a test may overflow loudly"
)]

use tenure_stats::Level;
use tenure_survey::{DifferenceMethod, NetDifference, NetMethod, NetScore};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Every outcome of n answers: detractors, passives, promoters.
fn outcomes(n: u64) -> impl Iterator<Item = [u64; 3]> {
    (0..=n).flat_map(move |d| (0..=n - d).map(move |p| [d, n - d - p, p]))
}

/// The probability of an outcome under shares of detractors, passives and promoters.
fn probability(outcome: [u64; 3], shares: [f64; 3], log_factorials: &[f64]) -> f64 {
    let [d, neutral, p] = outcome;
    let mut log = log_factorials[(d + neutral + p) as usize];
    for (count, share) in outcome.into_iter().zip(shares) {
        log += count as f64 * libm::log(share) - log_factorials[count as usize];
    }
    libm::exp(log)
}

fn log_factorials(n: u64) -> Vec<f64> {
    (0..=n).map(|k| libm::lgamma(k as f64 + 1.0)).collect()
}

/// The worst coverage over the 171 populations whose shares are multiples of 1/20, at least 1/20.
fn worst(method: NetMethod, n: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let logs = log_factorials(n);
    let mut intervals = Vec::new();
    for outcome in outcomes(n) {
        let [d, neutral, p] = outcome;
        let interval = NetScore::new(d, neutral, p)?.interval(method, Level::default());
        intervals.push((outcome, interval.ok_or("undefined")?));
    }
    let mut worst = 1.0_f64;
    let mut populations = 0;
    for d in 1..=18_u32 {
        for p in 1..=19 - d {
            let [d, p] = [d, p].map(|parts| f64::from(parts) / 20.0);
            let covered: f64 = intervals
                .iter()
                .filter(|(_, interval)| interval.contains(p - d))
                .map(|&(outcome, _)| probability(outcome, [d, 1.0 - d - p, p], &logs))
                .fold(0.0, |covered, chance| covered + chance);
            worst = worst.min(covered);
            populations += 1;
        }
    }
    assert_eq!(populations, 171);
    Ok(worst)
}

#[test]
fn worst_coverage_of_one_score() -> Outcome {
    for (method, n, published) in [
        (NetMethod::Score, 10, 0.939),
        (NetMethod::Score, 30, 0.938),
        (NetMethod::Score, 50, 0.944),
        (NetMethod::Wald, 10, 0.649),
        (NetMethod::Wald, 30, 0.879),
        (NetMethod::Wald, 50, 0.884),
    ] {
        let found = worst(method, n)?;
        assert!((found - published).abs() <= 6e-4, "{method:?} at {n}: {found}");
    }
    Ok(())
}

/// Equal scores of 0 with unequal spread: 45/10/45 of ten against 10/80/10 of sixty. A test of level
/// 5 % should reject in 5 % of samples.
#[test]
fn rejections_of_equal_scores() -> Outcome {
    let logs = log_factorials(60);
    let likely = |n: u64, shares: [f64; 3]| {
        let chances = outcomes(n).map(|outcome| (outcome, probability(outcome, shares, &logs)));
        chances.filter(|&(_, chance)| chance > 1e-9).collect::<Vec<_>>()
    };
    let (few, many) = (likely(10, [0.45, 0.1, 0.45]), likely(60, [0.1, 0.8, 0.1]));
    let [mut pooled, mut wald, mut mover] = [0.0; 3];
    let score = |[d, n, p]: [u64; 3]| NetScore::new(d, n, p);
    for &(one, chance_one) in &few {
        for &(other, chance_other) in &many {
            let chance = chance_one * chance_other;
            if chance < 1e-9 {
                continue;
            }
            let difference =
                NetDifference::new(score(one)?, score(other)?).ok_or("an empty sample")?;
            let rejects = |p: Option<f64>| p.is_some_and(|p| p < 0.05);
            if rejects(difference.same_distribution_test().map(|test| test.p_two_sided)) {
                pooled += chance;
            }
            if rejects(difference.wald_test().map(|test| test.p_two_sided)) {
                wald += chance;
            }
            let interval = difference.interval(DifferenceMethod::MoverScore, Level::default());
            if !interval.ok_or("undefined")?.contains(0.0) {
                mover += chance;
            }
        }
    }
    for (found, published) in [(pooled, 0.246), (wald, 0.098), (mover, 0.048)] {
        assert!((found - published).abs() <= 6e-4, "{found} where {published} is published");
    }
    Ok(())
}
