//! A column of answers to a score, beside the least any reader of that column must do.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use tenure_benches::Random;
use tenure_stats::{Level, Ratio};
use tenure_survey::{Definition, Tally};

/// More than the second-level cache holds; and more than any cache does, so that memory is read.
const SIZES: [(&str, usize, usize); 2] = [("1e6", 1_000_000, 50), ("1e8", 100_000_000, 10)];

type Failure = Box<dyn std::error::Error>;

fn score(answers: &[u8]) -> Result<Option<Ratio>, Failure> {
    let mut tally = Tally::new(Definition::nps());
    tally.push_column(answers)?;
    Ok(tally.score(Level::default()).value())
}

fn sum(answers: &[u8]) -> u64 {
    answers.iter().fold(0, |sum: u64, &answer| sum.wrapping_add(u64::from(answer)))
}

/// In points, answer by answer.
fn by_definition(answers: &[u8]) -> Option<Ratio> {
    let worth = |answer: &u8| match answer {
        9 | 10 => 1,
        7 | 8 => 0,
        _ => -1,
    };
    let net = answers.iter().map(worth).fold(0_i128, i128::saturating_add);
    Ratio::new(net.saturating_mul(100), i128::try_from(answers.len()).ok()?)
}

fn main() -> Result<(), Failure> {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for (size, rows, samples) in SIZES {
        let answers = Random::new(9).answers(rows);
        if score(&answers)? != by_definition(&answers) {
            return Err("the score is not what the definition says".into());
        }
        let mut group = criterion.benchmark_group(format!("nps/column/{size}"));
        group.sample_size(samples).sampling_mode(SamplingMode::Flat);
        group.throughput(Throughput::Elements(u64::try_from(rows)?));
        group.bench_function("tenure", |bencher| bencher.iter(|| score(black_box(&answers))));
        group.bench_function("sum", |bencher| bencher.iter(|| sum(black_box(&answers))));
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
