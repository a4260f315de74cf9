//! Maximum likelihood for NBD.

use tenure_stats::{Positive, digamma_difference, ln_gamma_ratio, trigamma_difference};

use super::cohort::{Cohort, Row, fitted, optimise_rows};
use super::newton::Evaluation;
use super::sum::{Sums, Terms};
use super::{Fit, FitOptions};
use crate::error::FitError;
use crate::history::GroupedSummary;
use crate::model::nbd::Nbd;

impl Nbd {
    /// The parameters under which these histories are most likely.
    ///
    /// *Shape* and *accuracy*: as [`BgNbd::fit`](crate::BgNbd::fit). The three starts, in time
    /// scaled to a mean `T` of 1: both parameters 1; from mean and variance of `x`; the same with
    /// `r` and `alpha` four times as large.
    ///
    /// # Errors
    /// As [`BgNbd::fit`](crate::BgNbd::fit).
    ///
    /// ```
    /// use tenure_clv::{FitStatus, GroupedSummary, History, Nbd, TimeUnit};
    /// let mut groups = GroupedSummary::new(TimeUnit::Week);
    /// for (x, recency, customers) in [(0, 0.0, 60), (1, 4.0, 15), (2, 20.0, 9), (6, 30.0, 5)] {
    ///     groups.push_many(History::new(x, recency, 39.0, TimeUnit::Week)?, customers)?;
    /// }
    /// let fit = Nbd::fit(&groups)?;
    /// assert_eq!(fit.status, FitStatus::Converged);
    /// let [r, alpha] = fit.model.parameters();
    /// // All were watched equally long: the mean of x is r T / alpha.
    /// assert!((r * 39.0 / alpha - 63.0 / 89.0).abs() < 1e-9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fit(groups: &GroupedSummary) -> Result<Fit<Self, 2>, FitError> {
        Self::fit_with(groups, FitOptions::new())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`BgNbd::fit`](crate::BgNbd::fit).
    pub fn fit_with(
        groups: &GroupedSummary,
        options: FitOptions,
    ) -> Result<Fit<Self, 2>, FitError> {
        let cohort = Cohort::of(groups)?;
        let [r, alpha] = cohort.moments();
        Self::fit_from(&[[1.0; 2], [r, alpha], [4.0 * r, 4.0 * alpha]], groups, &cohort, options)
    }

    /// From these starts, in scaled time.
    pub(super) fn fit_from(
        starts: &[[f64; 2]],
        groups: &GroupedSummary,
        cohort: &Cohort,
        options: FitOptions,
    ) -> Result<Fit<Self, 2>, FitError> {
        let optimum = optimise_rows(evaluate, cohort, starts, options)?;
        let [r, alpha] = optimum.parameters();
        let model = Self::new(r, alpha * cohort.mean_age, groups.unit())?;
        Ok(fitted(optimum, model, groups, Self::log_likelihood))
    }
}

fn evaluate(rows: &[Row], point: &[f64; 2]) -> Evaluation<2> {
    let parameters = point.map(libm::exp);
    let [Some(r), Some(_)] = parameters.map(Positive::new) else {
        return Evaluation { value: f64::NEG_INFINITY, gradient: [0.0; 2], hessian: [[0.0; 2]; 2] };
    };
    let mut sums = Sums::new();
    let mut same_x: Option<(u64, [f64; 3])> = None;
    for row in rows {
        let of_x = match same_x {
            Some((x, terms)) if x == row.x => terms,
            _ => [
                ln_gamma_ratio(r, row.x),
                digamma_difference(r, row.x),
                -trigamma_difference(r, row.x),
            ],
        };
        same_x = Some((row.x, of_x));
        sums.add(row.weight, &of_row(of_x, parameters, row));
    }
    sums.by_logarithms(parameters)
}

/// `lnG(n) - lnG(r) + r ln alpha - n ln A`.
fn of_row([ln_rise, by_r, by_rr]: [f64; 3], [r, alpha]: [f64; 2], row: &Row) -> Terms<2> {
    let Row { count: x, age, .. } = *row;
    let exposed = alpha + age;
    let ln_exposure = libm::log1p(age / alpha);
    Terms {
        value: ln_rise - r * ln_exposure - x * libm::log(exposed),
        gradient: [by_r - ln_exposure, (r * age / alpha - x) / exposed],
        hessian: [
            [by_rr, 0.0],
            [age / (alpha * exposed), (r + x) / (exposed * exposed) - r / (alpha * alpha)],
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, evaluate};

    /// Derivatives against central differences of the value.
    #[test]
    fn derivatives_are_those_of_the_value() {
        let row = |x: u32, age, weight| Row {
            x: u64::from(x),
            count: f64::from(x),
            recency: 0.5 * age,
            age,
            weight,
        };
        let rows = [row(0, 0.9, 7.0), row(1, 1.2, 3.0), row(20, 1.1, 2.0)];
        let point = [-0.7, 0.2];
        let here = evaluate(&rows, &point);
        let step = 1e-5;
        for i in 0..2 {
            let moved = |by: f64| {
                let mut moved = point;
                moved[i] += by;
                evaluate(&rows, &moved)
            };
            let (up, down) = (moved(step), moved(-step));
            let slope = (up.value - down.value) / (2.0 * step);
            assert!((slope - here.gradient[i]).abs() < 1e-7, "gradient {i}");
            for j in 0..2 {
                let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                assert!((bend - here.hessian[i][j]).abs() < 1e-7, "hessian {i} {j}");
            }
        }
    }
}
