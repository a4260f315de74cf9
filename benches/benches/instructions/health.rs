//! Health: scores with interval and contributions, changes, areas under the curve, silence.

use std::hint::black_box;

use chrono::{Days, NaiveDate};
use tenure_benches::Random;
use tenure_benches::health::{profile, readings};
use tenure_health::{Combiner, Delta, Observations, Profile, Reading, Score};
use tenure_model::{AsOf, Dormancy, DormancyOptions};
use tenure_stats::Auc;

use crate::{Failure, Workload};

const ACCOUNTS: usize = 1_000;

#[inline(never)]
fn measured_health_score(profile: &Profile, rows: &[Vec<Reading>]) -> Result<u64, Failure> {
    let mut sum = 0_u64;
    let Some((first, rest)) = rows.split_first() else { return Ok(0) };
    let mut score = Score::new(profile, first)?;
    sum = sum.wrapping_add(of(&score));
    for row in rest {
        score.refill(row)?;
        sum = sum.wrapping_add(of(&score));
    }
    Ok(sum)
}

#[inline(never)]
fn measured_health_geometric(profile: &Profile, rows: &[Vec<Reading>]) -> Result<u64, Failure> {
    let mut sum = 0_u64;
    for row in rows {
        sum = sum.wrapping_add(of(&Score::new(profile, row)?));
    }
    Ok(sum)
}

#[inline(never)]
fn measured_health_delta(pairs: &[(Observations, Observations)]) -> Result<i64, Failure> {
    let mut sum = 0_i64;
    for (before, after) in pairs {
        sum = sum.wrapping_add(Delta::new(before, after)?.lo().total().into());
    }
    Ok(sum)
}

#[inline(never)]
fn measured_auc(scores: &[f64], events: &[bool]) -> Result<Option<f64>, Failure> {
    Ok(Auc::of(scores, events)?.and_then(|auc| auc.variance()))
}

#[inline(never)]
fn measured_dormancy(accounts: &[Vec<NaiveDate>], as_of: NaiveDate) -> usize {
    let options = DormancyOptions::default();
    let dormant = |days: &Vec<NaiveDate>| Dormancy::of(days, as_of, &options)?.dormant();
    accounts.iter().filter(|days| dormant(days) == Some(true)).count()
}

fn of(score: &Score) -> u64 {
    u64::from(score.lo()).wrapping_add(u64::from(score.hi()))
}

fn health_score() -> Result<bool, Failure> {
    let profile = profile(Combiner::WeightedMean)?;
    let rows = readings(&profile, ACCOUNTS, 1);
    let sum = measured_health_score(&profile, black_box(&rows))?;
    // Refilled or new is the same, and contributions sum to the ends.
    let again = measured_health_geometric(&profile, &rows)?;
    let parts = rows.iter().try_fold(0_u64, |sum, row| {
        let score = Score::new(&profile, row)?;
        let parts = score.parts().iter();
        let parts = parts.fold(0_i32, |sum, part| sum.wrapping_add(part.lo).wrapping_add(part.hi));
        Ok::<_, Failure>(sum.wrapping_add(u64::try_from(parts)?))
    })?;
    Ok(sum == again && sum == parts)
}

fn health_geometric() -> Result<bool, Failure> {
    let profile = profile(Combiner::WeightedGeometric)?;
    let rows = readings(&profile, ACCOUNTS, 1);
    let sum = measured_health_geometric(&profile, black_box(&rows))?;
    let mean = tenure_benches::health::profile(Combiner::WeightedMean)?;
    Ok(sum > 0 && sum < measured_health_score(&mean, &rows)?)
}

fn health_delta() -> Result<bool, Failure> {
    let profile = profile(Combiner::WeightedMean)?;
    let day = |month| NaiveDate::from_ymd_opt(2025, month, 1).ok_or("no day");
    let mut random = Random::new(2);
    let mut seen = |month| {
        let mut seen = Observations::new(&profile, AsOf::new(day(month)?));
        for component in profile.components() {
            let value = i32::try_from(random.below(101))?;
            seen.push(component.id(), value.into(), day(month)?, None, None);
        }
        Ok::<_, Failure>(seen)
    };
    let pairs: Result<Vec<_>, Failure> = (0..100).map(|_| Ok((seen(1)?, seen(6)?))).collect();
    let pairs = pairs?;
    let change = measured_health_delta(black_box(&pairs))?;
    let expected = pairs.iter().fold(0_i64, |sum, (before, after)| {
        let (before, after) = (i64::from(before.score().lo()), i64::from(after.score().lo()));
        sum.wrapping_add(after).wrapping_sub(before)
    });
    Ok(change == expected)
}

fn auc() -> Result<bool, Failure> {
    let mut random = Random::new(3);
    let rows: Vec<(f64, bool)> =
        (0..10_000).map(|_| (f64::from(random.below(1001)), random.below(10) == 0)).collect();
    let (scores, events): (Vec<f64>, Vec<bool>) = rows.into_iter().unzip();
    let variance = measured_auc(black_box(&scores), &events)?;
    Ok(variance.is_some_and(|variance| variance > 0.0 && variance < 0.001))
}

fn dormancy() -> Result<bool, Failure> {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).ok_or("no day")?;
    let mut random = Random::new(4);
    let mut account = || {
        let mut day = Some(first);
        let step = |random: &mut Random, day: NaiveDate| {
            day.checked_add_days(Days::new(u64::from(random.below(30)).wrapping_add(1)))
        };
        (0..40)
            .map_while(|_| {
                day = step(&mut random, day?);
                day
            })
            .collect::<Vec<_>>()
    };
    let accounts: Vec<Vec<NaiveDate>> = (0..ACCOUNTS).map(|_| account()).collect();
    let as_of = NaiveDate::from_ymd_opt(2025, 12, 1).ok_or("no day")?;
    let dormant = measured_dormancy(black_box(&accounts), as_of);
    let last = |days: &&Vec<NaiveDate>| days.last().is_some_and(|day| *day < as_of);
    Ok(dormant > 0 && dormant <= accounts.iter().filter(last).count())
}

pub(crate) const WORKLOADS: [Workload; 5] = [
    ("health_score", health_score),
    ("health_geometric", health_geometric),
    ("health_delta", health_delta),
    ("auc", auc),
    ("dormancy", dormancy),
];
