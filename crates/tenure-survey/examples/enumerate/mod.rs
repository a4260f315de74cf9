//! Exact enumeration, shared by the example that prints the tables and the test that holds the bars.

#![expect(clippy::arithmetic_side_effects, reason = "small whole numbers of our own making")]

use std::error::Error;

use tenure_stats::{Interval, Level, Share, ShareMethod, count_to_f64, normal};
use tenure_survey::{DifferenceMethod, NetDifference, NetMethod, NetScore, Prior, PseudoCounts};

pub(crate) type Fallible<T> = Result<T, Box<dyn Error>>;

/// How an interval of a net score is made, whatever its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Score,
    NewcombeMover,
    AdjustedWald,
    AdjustedWaldOneEach,
    AdjustedWaldOneTwoOne,
    Dirichlet,
    DirichletUniform,
    Wald,
    WaldT,
    ExactBootstrap,
}

impl Method {
    pub(crate) const ALL: [Self; 10] = [
        Self::Score,
        Self::NewcombeMover,
        Self::AdjustedWald,
        Self::AdjustedWaldOneEach,
        Self::AdjustedWaldOneTwoOne,
        Self::Dirichlet,
        Self::DirichletUniform,
        Self::Wald,
        Self::WaldT,
        Self::ExactBootstrap,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Score => "score (default)",
            Self::NewcombeMover => "Newcombe MOVER",
            Self::AdjustedWald => "adjusted ¾, 1½, ¾",
            Self::AdjustedWaldOneEach => "adjusted 1, 1, 1",
            Self::AdjustedWaldOneTwoOne => "adjusted 1, 2, 1",
            Self::Dirichlet => "Dirichlet ½",
            Self::DirichletUniform => "Dirichlet 1",
            Self::Wald => "Wald",
            Self::WaldT => "t",
            Self::ExactBootstrap => "exact bootstrap",
        }
    }

    fn interval(self, score: NetScore, level: Level) -> Fallible<Option<Interval>> {
        let closed = |method| Ok(score.interval(method, level));
        let posterior =
            |prior| Ok(score.posterior(prior).and_then(|posterior| posterior.interval(level)));
        match self {
            Self::Score => closed(NetMethod::Score),
            Self::NewcombeMover => closed(NetMethod::NewcombeMover),
            Self::AdjustedWald => closed(NetMethod::AdjustedWald(PseudoCounts::ROCKS)),
            Self::AdjustedWaldOneEach => closed(NetMethod::AdjustedWald(PseudoCounts::ONE_EACH)),
            Self::AdjustedWaldOneTwoOne => {
                closed(NetMethod::AdjustedWald(PseudoCounts::ONE_TWO_ONE))
            }
            Self::Dirichlet => posterior(Prior::JEFFREYS),
            Self::DirichletUniform => posterior(Prior::UNIFORM),
            Self::Wald => closed(NetMethod::Wald),
            Self::WaldT => closed(NetMethod::WaldT),
            Self::ExactBootstrap => {
                Ok(score.exact_bootstrap(level)?.and_then(|bootstrap| bootstrap.interval()))
            }
        }
    }
}

/// Shares of detractors, passives and promoters, and what they score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Population {
    pub(crate) shares: [f64; 3],
    pub(crate) theta: f64,
}

/// The 171 populations whose shares are multiples of 1/20, at least 1/20.
pub(crate) fn grid() -> Vec<Population> {
    let inner = |d: u32| (1..=19 - d).map(move |p| [d, p]);
    let population = |[d, p]: [u32; 2]| Population {
        shares: [d, 20 - d - p, p].map(|parts| f64::from(parts) / 20.0),
        theta: (f64::from(p) - f64::from(d)) / 20.0,
    };
    (1..=18).flat_map(inner).map(population).collect()
}

/// Populations drawn from a Dirichlet distribution, always the same.
pub(crate) fn dirichlet_populations(parameters: [f64; 3], count: usize) -> Vec<Population> {
    let mut random = Random(1);
    let draw = || {
        let gammas = parameters.map(|shape| random.gamma(shape));
        let total = gammas.iter().fold(0.0, |total, gamma| total + gamma);
        let [d, n, p] = gammas.map(|gamma| gamma / total);
        Population { shares: [d, n, p], theta: p - d }
    };
    std::iter::repeat_with(draw).take(count).collect()
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Coverage {
    pub(crate) worst: f64,
    pub(crate) mean: f64,
}

/// How often an interval of level 0.95 from n answers holds the score of the population.
pub(crate) fn coverage(method: Method, n: u64, populations: &[Population]) -> Fallible<Coverage> {
    let mut intervals = Vec::new();
    for outcome in outcomes(n) {
        let interval = method.interval(score(outcome)?, Level::default())?;
        intervals.push((outcome, interval.ok_or("undefined")?));
    }
    let logs = log_factorials(n);
    let covered = populations.iter().map(|population| {
        let hits = intervals.iter().filter(|(_, interval)| interval.contains(population.theta));
        hits.fold(0.0, |sum, &(outcome, _)| sum + probability(outcome, population.shares, &logs))
    });
    Ok(summary(covered))
}

/// How often an interval of a share of n holds the share, over the shares 0.01, 0.02, ..., 0.99.
pub(crate) fn share_coverage(method: ShareMethod, n: u64) -> Fallible<Coverage> {
    let mut intervals = Vec::new();
    for x in 0..=n {
        let interval = Share::new(x, n)?.interval(method, Level::default());
        intervals.push((x, interval.ok_or("undefined")?));
    }
    let logs = log_factorials(n);
    let covered = (1..100_u32).map(|percent| {
        let share = f64::from(percent) / 100.0;
        let rest = f64::from(100 - percent) / 100.0;
        let hits = intervals.iter().filter(|(_, interval)| interval.contains(share));
        // two kinds of answer: the third has no share and no count
        let chance = |x: u64| probability([x, 0, n - x], [share, 1.0, rest], &logs);
        hits.fold(0.0, |sum, &(x, _)| sum + chance(x))
    });
    Ok(summary(covered))
}

fn summary(covered: impl Iterator<Item = f64>) -> Coverage {
    let mut worst = 1.0_f64;
    let mut total = 0.0;
    let mut count = 0.0;
    for chance in covered {
        worst = worst.min(chance);
        total += chance;
        count += 1.0;
    }
    Coverage { worst, mean: total / count }
}

/// A sample: hundredths of detractors, passives and promoters, and its size.
pub(crate) type Sample = ([u32; 3], u64);

/// Two samples of equal score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) a: Sample,
    pub(crate) b: Sample,
}

/// Equal scores, with equal and with unequal spread, large and small samples on either side.
pub(crate) const NULL_CELLS: &[Cell] = &[
    Cell { a: ([45, 10, 45], 10), b: ([10, 80, 10], 60) },
    Cell { a: ([45, 10, 45], 60), b: ([10, 80, 10], 10) },
    Cell { a: ([45, 10, 45], 10), b: ([10, 80, 10], 10) },
    Cell { a: ([45, 10, 45], 30), b: ([10, 80, 10], 30) },
    Cell { a: ([33, 34, 33], 10), b: ([33, 34, 33], 10) },
    Cell { a: ([33, 34, 33], 10), b: ([33, 34, 33], 60) },
    Cell { a: ([33, 34, 33], 30), b: ([33, 34, 33], 30) },
    Cell { a: ([10, 50, 40], 10), b: ([30, 10, 60], 60) },
    Cell { a: ([10, 50, 40], 60), b: ([30, 10, 60], 10) },
    Cell { a: ([10, 50, 40], 30), b: ([30, 10, 60], 30) },
    Cell { a: ([60, 20, 20], 30), b: ([45, 50, 5], 30) },
    Cell { a: ([5, 30, 65], 30), b: ([15, 10, 75], 30) },
    Cell { a: ([5, 30, 65], 10), b: ([15, 10, 75], 60) },
];

pub(crate) fn show((shares, n): Sample) -> String {
    let [d, neutral, p] = shares;
    format!("{d}/{neutral}/{p} of {n}")
}

/// How often each test of level 5 % rejects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rejections {
    pub(crate) mover: f64,
    pub(crate) wald: f64,
    pub(crate) adjusted: f64,
    pub(crate) pooled: f64,
}

/// One outcome of a sample, its chance, and how far its score limits are from its score.
struct Likely {
    score: NetScore,
    theta: f64,
    chance: f64,
    below: f64,
    above: f64,
}

pub(crate) fn rejections(cell: Cell) -> Fallible<Rejections> {
    /// Pairs less likely than this are left out: some million of them weigh less than 1e-4.
    const RARE: f64 = 1e-11;
    let level = Level::default();
    let z = normal::two_sided_z(level);
    let (few, many) = (likely(cell.a)?, likely(cell.b)?);
    let mut sums = Rejections { mover: 0.0, wald: 0.0, adjusted: 0.0, pooled: 0.0 };
    let mut pairs = 0_u32;
    for a in &few {
        for b in &many {
            let chance = a.chance * b.chance;
            if chance < RARE {
                continue;
            }
            let difference = NetDifference::new(a.score, b.score).ok_or("an empty sample")?;
            // the limits of one sample serve many pairs; now and then the library is asked for both
            let theta = difference.theta().to_f64();
            let lower = theta - libm::hypot(a.below, b.above);
            let upper = theta + libm::hypot(a.above, b.below);
            if pairs.is_multiple_of(997) {
                let interval = difference.interval(DifferenceMethod::MoverScore, level);
                let interval = interval.ok_or("undefined")?;
                let apart = (interval.lower() - lower).abs().max((interval.upper() - upper).abs());
                if apart > 1e-15 || (theta - (a.theta - b.theta)).abs() > 1e-15 {
                    return Err(format!("limits of one and of both differ by {apart:e}").into());
                }
            }
            pairs = pairs.wrapping_add(1);
            let rejects = |z_found: Option<f64>| z_found.is_some_and(|found| found.abs() > z);
            if lower > 0.0 || upper < 0.0 {
                sums.mover += chance;
            }
            if rejects(difference.estimate().map(|one| one.value / one.standard_error)) {
                sums.wald += chance;
            }
            let adjusted = difference.adjusted(PseudoCounts::ROCKS);
            if rejects(adjusted.map(|one| one.value / one.standard_error)) {
                sums.adjusted += chance;
            }
            if rejects(difference.pooled().map(|one| one.value / one.standard_error)) {
                sums.pooled += chance;
            }
        }
    }
    Ok(sums)
}

fn likely((parts, n): Sample) -> Fallible<Vec<Likely>> {
    let logs = log_factorials(n);
    let shares = parts.map(|parts| f64::from(parts) / 100.0);
    let mut all = Vec::new();
    for outcome in outcomes(n) {
        let chance = probability(outcome, shares, &logs);
        if chance < 1e-11 {
            continue;
        }
        let score = score(outcome)?;
        let interval = score.interval(NetMethod::Score, Level::default()).ok_or("undefined")?;
        let theta = score.theta().ok_or("no answers")?.to_f64();
        let (below, above) = (theta - interval.lower(), interval.upper() - theta);
        all.push(Likely { score, theta, chance, below, above });
    }
    Ok(all)
}

/// Every outcome of n answers: detractors, passives, promoters.
fn outcomes(n: u64) -> impl Iterator<Item = [u64; 3]> {
    (0..=n).flat_map(move |d| (0..=n - d).map(move |p| [d, n - d - p, p]))
}

fn score([d, n, p]: [u64; 3]) -> Fallible<NetScore> {
    Ok(NetScore::new(d, n, p)?)
}

/// The probability of an outcome under shares of detractors, passives and promoters.
fn probability(outcome: [u64; 3], shares: [f64; 3], log_factorials: &[f64]) -> f64 {
    let log_factorial = |count: u64| {
        let index = usize::try_from(count).unwrap_or(usize::MAX);
        log_factorials.get(index).copied().unwrap_or(f64::NAN)
    };
    let [d, neutral, p] = outcome;
    let mut log = log_factorial(d + neutral + p);
    for (count, share) in outcome.into_iter().zip(shares) {
        if count > 0 {
            log += count_to_f64(count) * libm::log(share) - log_factorial(count);
        }
    }
    libm::exp(log)
}

fn log_factorials(n: u64) -> Vec<f64> {
    (0..=n).map(|k| libm::lgamma(count_to_f64(k) + 1.0)).collect()
}

/// Steele, Lea and Flood 2014, "`SplitMix`".
struct Random(u64);

impl Random {
    /// Between 0 and 1, ends excluded.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (count_to_f64(mixed >> 11) + 0.5) / 9_007_199_254_740_992.0
    }

    /// Marsaglia and Tsang 2000, "A simple method for generating gamma variables".
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let lift = libm::pow(self.uniform(), 1.0 / shape);
            return lift * self.gamma(shape + 1.0);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = normal::quantile(self.uniform()).unwrap_or(0.0);
            let v = libm::pow(1.0 + x / libm::sqrt(9.0 * d), 3.0);
            if v > 0.0 && libm::log(self.uniform()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }
}
