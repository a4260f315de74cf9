//! Scores of many accounts, areas under the curve beside two sorts of the same rows, and silence.

use std::hint::black_box;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use criterion::{Criterion, Throughput};
use tenure_benches::Random;
use tenure_benches::health::{profile, readings};
use tenure_health::{Combiner, Profile, Reading, Score};
use tenure_model::{Dormancy, DormancyOptions};
use tenure_stats::Auc;

/// More than the second-level cache holds.
const ACCOUNTS: usize = 100_000;
/// Rows of the area under the curve.
const ROWS: usize = 1_000_000;
/// Purchase days of each account.
const EVENTS: usize = 40;

type Failure = Box<dyn std::error::Error>;

fn score_all(score: &mut Score, profile: &Profile, rows: &[Vec<Reading>]) -> Result<u64, Failure> {
    let mut sum = 0_u64;
    for row in rows {
        score.refill(row)?;
        sum = sum.wrapping_add(u64::from(score.lo())).wrapping_add(u64::from(score.hi()));
    }
    if score.parts().len() == profile.components().len() { Ok(sum) } else { Err("parts".into()) }
}

fn area(scores: &[f64], events: &[bool]) -> Result<Option<f64>, Failure> {
    Ok(Auc::of(scores, events)?.and_then(|auc| auc.variance()))
}

/// The least that DeLong's variance by two rankings would have to do.
fn sort_twice(scores: &[f64]) -> f64 {
    let mut sum = 0.0;
    for _ in 0..2 {
        let mut sorted = scores.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        sum += sorted.last().copied().unwrap_or_default();
    }
    sum
}

/// Purchase days of accounts, one to thirty days apart.
fn purchases(random: &mut Random) -> Result<Vec<Vec<NaiveDate>>, Failure> {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).ok_or("no day")?;
    let mut account = || {
        let mut day = first;
        let step = |_| {
            day = day.checked_add_days(Days::new(u64::from(random.below(30)).wrapping_add(1)))?;
            Some(day)
        };
        (0..EVENTS).map_while(step).collect::<Vec<_>>()
    };
    Ok((0..ACCOUNTS).map(|_| account()).collect())
}

fn silent(accounts: &[Vec<NaiveDate>], as_of: NaiveDate) -> usize {
    let options = DormancyOptions::default();
    let dormant = |days: &Vec<NaiveDate>| Dormancy::of(days, as_of, &options)?.dormant();
    accounts.iter().filter(|days| dormant(days) == Some(true)).count()
}

fn main() -> Result<(), Failure> {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();

    let mean = profile(Combiner::WeightedMean)?;
    let rows = readings(&mean, ACCOUNTS, 1);
    let mut score = Score::new(&mean, rows.first().ok_or("no rows")?)?;
    let mut group = criterion.benchmark_group("health/score/1e5");
    group.throughput(Throughput::Elements(u64::try_from(ACCOUNTS)?));
    group.bench_function("tenure", |bencher| {
        bencher.iter(|| score_all(&mut score, &mean, black_box(&rows)));
    });
    group.finish();

    let mut random = Random::new(3);
    let rows: Vec<(f64, bool)> =
        (0..ROWS).map(|_| (f64::from(random.below(1_000_000)), random.below(10) == 0)).collect();
    let (scores, events): (Vec<f64>, Vec<bool>) = rows.into_iter().unzip();
    if area(&scores, &events)?.is_none_or(|variance| variance > 1e-5) {
        return Err("no area".into());
    }
    let mut group = criterion.benchmark_group("auc/delong/1e6");
    group.throughput(Throughput::Elements(u64::try_from(ROWS)?));
    group.bench_function("tenure", |bencher| bencher.iter(|| area(black_box(&scores), &events)));
    group.bench_function("sort_twice", |bencher| bencher.iter(|| sort_twice(black_box(&scores))));
    group.finish();

    let accounts = purchases(&mut random)?;
    let as_of = NaiveDate::from_ymd_opt(2025, 12, 1).ok_or("no day")?;
    if !(1..ACCOUNTS).contains(&silent(&accounts, as_of)) {
        return Err("nobody is silent, or everybody".into());
    }
    let mut group = criterion.benchmark_group("dormancy/own_gap/4e6");
    let events = ACCOUNTS.checked_mul(EVENTS).ok_or("too many")?;
    group.throughput(Throughput::Elements(u64::try_from(events)?));
    group.bench_function("tenure", |bencher| bencher.iter(|| silent(black_box(&accounts), as_of)));
    group.finish();
    criterion.final_summary();
    Ok(())
}
