//! Histories as the fits read them: in time scaled to a mean `T` of 1.

use tenure_stats::count_to_f64;

use super::sum::Sum;
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

/// The sum of `value` over customers, compensated and in canonical order.
pub(super) fn total(groups: &GroupedSummary, value: impl Fn(&History) -> f64) -> f64 {
    let mut sum = Sum::default();
    for (told, weight) in groups.rows() {
        sum.add(count_to_f64(weight) * value(told));
    }
    sum.total()
}
