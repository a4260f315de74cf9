//! Surveys: 1,000,000 answers counted, and intervals of counts.

use std::hint::black_box;

use tenure_benches::Random;
use tenure_stats::{Interval, Level};
use tenure_survey::{
    Definition, DifferenceMethod, GroupedError, GroupedTally, NetDifference, NetMethod, NetScore,
    Tally, TallyError, WeightedError, WeightedTally,
};

use crate::{Failure, Workload};

/// Enough that what is done once a column does not count.
const ANSWERS: usize = 1_000_000;
/// Fewer: a weight is summed exactly, in some hundred instructions.
const WEIGHTED: usize = 100_000;
const GROUPS: u32 = 1_000;
/// Samples of a few to some thousand answers.
const SAMPLES: usize = 100;

#[inline(never)]
fn measured_survey_column(tally: &mut Tally, answers: &[u8]) -> Result<(), TallyError> {
    tally.push_column(answers)
}

#[inline(never)]
fn measured_survey_grouped(
    tally: &mut GroupedTally,
    groups: &[u32],
    answers: &[u8],
) -> Result<(), GroupedError> {
    tally.push_columns(groups, answers)
}

#[inline(never)]
fn measured_survey_weighted(
    tally: &mut WeightedTally,
    answers: &[u8],
    weights: &[f64],
) -> Result<(), WeightedError> {
    tally.push_columns(answers, weights)
}

#[inline(never)]
fn measured_score_interval(samples: &[NetScore]) -> Vec<Option<Interval>> {
    samples.iter().map(|score| score.interval(NetMethod::Score, Level::default())).collect()
}

#[inline(never)]
fn measured_mover_score(samples: &[NetScore]) -> Vec<Option<Interval>> {
    let pairs = samples.iter().zip(samples.iter().rev());
    let interval = |(a, b): (&NetScore, &NetScore)| {
        NetDifference::new(*a, *b)?.interval(DifferenceMethod::MoverScore, Level::default())
    };
    pairs.map(interval).collect()
}

fn samples() -> Result<Vec<NetScore>, Failure> {
    let mut random = Random::new(17);
    let mut count = |most: u32| u64::from(random.below(most).saturating_add(1));
    let mut samples = Vec::new();
    for size in 1..=SAMPLES {
        let most = u32::try_from(size)?.saturating_mul(20);
        samples.push(NetScore::new(count(most), count(most), count(most))?);
    }
    Ok(samples)
}

/// Whether each interval is there and holds its score.
fn hold(intervals: &[Option<Interval>], values: impl Iterator<Item = Option<f64>>) -> bool {
    let holds = |(interval, value): (&Option<Interval>, Option<f64>)| {
        interval.as_ref().zip(value).is_some_and(|(interval, value)| interval.contains(value))
    };
    intervals.len() == SAMPLES && intervals.iter().zip(values).all(holds)
}

fn survey_column() -> Result<bool, Failure> {
    let answers = Random::new(9).answers(ANSWERS);
    let mut tally = Tally::new(Definition::nps());
    measured_survey_column(&mut tally, black_box(&answers))?;
    let by_hand = |point: u8| answers.iter().filter(|&&answer| answer == point).count();
    let counts: Vec<u64> =
        (0..=10).map(|point| u64::try_from(by_hand(point))).collect::<Result<_, _>>()?;
    Ok(tally.histogram() == counts)
}

fn survey_grouped() -> Result<bool, Failure> {
    let answers = Random::new(9).answers(ANSWERS);
    let mut random = Random::new(10);
    let groups: Vec<u32> = (0..ANSWERS).map(|_| random.below(GROUPS)).collect();
    let mut grouped = GroupedTally::new(Definition::nps(), usize::try_from(GROUPS)?)?;
    measured_survey_grouped(&mut grouped, black_box(&groups), &answers)?;
    let mut whole = Tally::new(Definition::nps());
    for tally in grouped.tallies() {
        whole.merge(&tally)?;
    }
    let mut column = Tally::new(Definition::nps());
    column.push_column(&answers)?;
    Ok(whole == column)
}

fn survey_weighted() -> Result<bool, Failure> {
    let answers = Random::new(9).answers(WEIGHTED);
    let weights = vec![0.1; WEIGHTED];
    let mut tally = WeightedTally::new(Definition::nps())?;
    measured_survey_weighted(&mut tally, black_box(&answers), &weights)?;
    // equal weights are none
    let mut plain = Tally::new(Definition::nps());
    plain.push_column(&answers)?;
    let theta = plain.net_score().and_then(NetScore::theta).ok_or("no answers")?.to_f64();
    Ok(tally.score().is_some_and(|score| (score.theta() - theta).abs() < 1e-12))
}

fn score_interval() -> Result<bool, Failure> {
    let samples = samples()?;
    let intervals = measured_score_interval(black_box(&samples));
    Ok(hold(&intervals, samples.iter().map(|score| score.theta().map(|theta| theta.to_f64()))))
}

fn mover_score() -> Result<bool, Failure> {
    let samples = samples()?;
    let intervals = measured_mover_score(black_box(&samples));
    let differences = samples.iter().zip(samples.iter().rev());
    let value = |(a, b): (&NetScore, &NetScore)| {
        NetDifference::new(*a, *b).map(|difference| difference.theta().to_f64())
    };
    Ok(hold(&intervals, differences.map(value)))
}

pub(crate) const WORKLOADS: [Workload; 5] = [
    ("survey_column", survey_column),
    ("survey_grouped", survey_grouped),
    ("survey_weighted", survey_weighted),
    ("score_interval", score_interval),
    ("mover_score", mover_score),
];
