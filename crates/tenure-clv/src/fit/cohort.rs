//! Histories as the fits read them: in time scaled to a mean `T` of 1.

use tenure_stats::count_to_f64;

use super::newton::Evaluation;
use super::sum::Sum;
use super::{DataPrint, Fit, FitOptions, FittedModel, Objective, Optimum, optimise};
use crate::error::FitError;
use crate::history::{GroupedSummary, History};

/// One distinct history in scaled time, with how many customers have it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) x: u64,
    pub(super) count: f64,
    pub(super) recency: f64,
    pub(super) age: f64,
    pub(super) weight: f64,
}

/// All rows, in order of `x`, `t_x`, `T`.
#[derive(Debug)]
pub(super) struct Cohort {
    pub(super) rows: Vec<Row>,
    /// What the user's time was divided by.
    pub(super) mean_age: f64,
    customers: f64,
}

impl Cohort {
    pub(super) fn of(groups: &GroupedSummary) -> Result<Self, FitError> {
        let customers = groups.customers();
        if customers == 0 {
            return Err(FitError::Empty);
        }
        let mean_age = total(groups, History::age) / count_to_f64(customers);
        if mean_age <= 0.0 {
            return Err(FitError::NoTime { customers });
        }
        if groups.rows().all(|(told, _)| told.x() == 0) {
            return Err(FitError::NoRepeatPurchase { customers });
        }
        let rows = groups.rows().map(|(told, weight)| Row {
            x: told.x(),
            count: told.x_float(),
            recency: told.recency() / mean_age,
            age: told.age() / mean_age,
            weight: count_to_f64(weight),
        });
        Ok(Self { rows: rows.collect(), mean_age, customers: count_to_f64(customers) })
    }

    /// `r` and `alpha` from mean and variance of `x`, as without dropout.
    pub(super) fn moments(&self) -> [f64; 2] {
        let mean = |value: &dyn Fn(f64) -> f64| {
            let mut sum = Sum::default();
            for row in &self.rows {
                sum.add(row.weight * value(row.count));
            }
            sum.total() / self.customers
        };
        let often = mean(&|x| x);
        let variance = mean(&|x| (x - often) * (x - often));
        // Negative binomial: mean r/alpha, variance mean + mean^2/r. The bounds keep a start a
        // start.
        let excess = variance - often;
        let r = if excess > 0.0 { (often * often / excess).clamp(0.02, 50.0) } else { 1.0 };
        [r, (r / often).clamp(1e-4, 1e4)]
    }
}

/// Climbs over the rows of a cohort.
///
/// Where there are many, each start first climbs over a digest of them, and all that end in one
/// place there climb over the rows together: the digest has its top close to theirs, and nearly all
/// steps of a climb lead there.
pub(super) fn optimise_rows<const N: usize>(
    objective: impl Fn(&[Row], &[f64; N]) -> Evaluation<N>,
    cohort: &Cohort,
    starts: &[[f64; N]],
    options: FitOptions,
) -> Result<Optimum<N>, FitError> {
    let digest = cohort.digest();
    let coarse = |point: &[f64; N]| objective(&digest, point);
    let fine = |point: &[f64; N]| objective(&cohort.rows, point);
    let coarse: Option<Objective<'_, N>> =
        (digest.len().saturating_mul(2) < cohort.rows.len()).then_some(&coarse);
    optimise(fine, coarse, starts, options)
}

/// The fit of a model in the user's unit, with the total likelihood it gives the histories.
pub(super) fn fitted<M: FittedModel<N>, const N: usize>(
    optimum: Optimum<N>,
    model: M,
    groups: &GroupedSummary,
    log_likelihood: impl Fn(&M, &History) -> f64,
) -> Fit<M, N> {
    let sum = total(groups, |told| log_likelihood(&model, told));
    optimum.into_fit(model, model.parameters(), sum, DataPrint::of_histories(groups))
}

/// About so many rows make a digest.
const DIGEST: f64 = 128.0;
/// From so many purchases on, rows of different counts may become one.
const MANY: u64 = 6;

impl Cohort {
    /// A few rows that stand for all: neighbours in the canonical order become one at their mean.
    fn digest(&self) -> Vec<Row> {
        let enough = self.customers / DIGEST;
        let mut digest: Vec<Row> = Vec::new();
        for row in &self.rows {
            if let Some(last) = digest.last_mut()
                && last.weight + 0.5 * row.weight <= enough
                && (last.x == row.x || last.x >= MANY)
            {
                let weight = last.weight + row.weight;
                let share = row.weight / weight;
                last.count += share * (row.count - last.count);
                last.recency += share * (row.recency - last.recency);
                last.age += share * (row.age - last.age);
                last.weight = weight;
            } else {
                digest.push(*row);
            }
        }
        for row in &mut digest {
            row.x = whole(row.count);
            row.count = count_to_f64(row.x);
        }
        digest
    }
}

/// The nearest whole number.
#[expect(clippy::as_conversions, reason = "a mean of counts is in the range of counts")]
fn whole(mean: f64) -> u64 {
    (mean + 0.5) as u64
}

/// The sum of `value` over customers, compensated and in canonical order.
pub(super) fn total(groups: &GroupedSummary, value: impl Fn(&History) -> f64) -> f64 {
    let mut sum = Sum::default();
    for (told, weight) in groups.rows() {
        sum.add(count_to_f64(weight) * value(told));
    }
    sum.total()
}
