//! Maximum likelihood for BG/NBD and MBG/NBD.

use tenure_stats::{
    Positive, count_to_f64, digamma_difference, ln_beta_ratio, ln_gamma_ratio, trigamma_difference,
};

use super::cohort::{Cohort, Row, fitted, optimise_rows};
use super::newton::Evaluation;
use super::sum::{Sums, Terms};
use super::{Fit, FitOptions};
use crate::error::FitError;
use crate::history::GroupedSummary;
use crate::kernel::ln_1p;
use crate::model::bg_nbd::{BgNbd, Dropout};

impl BgNbd {
    /// The parameters of BG/NBD under which these histories are most likely.
    ///
    /// *Shape*: customers grouped by history; estimates, their errors and how far the search got.
    /// *Cost*: some ten passes over the distinct histories for each of three starts. *Accuracy*:
    /// parameters 1e-8, standard errors 1e-6 relative, log-likelihood 1e-9 on the 2,357 customers
    /// of the published fit.
    ///
    /// The three starts, in time scaled to a mean `T` of 1: all parameters 1; `r` and `alpha` from
    /// mean and variance of `x` as without dropout, `a = b = 1`; the same with `a = b = 4`.
    ///
    /// # Errors
    /// No customers, none with a repeat purchase, none observed for any time, or a likelihood or
    /// estimate outside the range of the model. A fit that does not converge is not an error: see
    /// [`FitStatus`](crate::FitStatus).
    pub fn fit(groups: &GroupedSummary) -> Result<Fit<Self, 4>, FitError> {
        Self::fit_with(groups, Dropout::AfterRepeats, FitOptions::new())
    }

    /// The parameters of MBG/NBD under which these histories are most likely; as [`BgNbd::fit`].
    ///
    /// # Errors
    /// As [`BgNbd::fit`].
    pub fn fit_modified(groups: &GroupedSummary) -> Result<Fit<Self, 4>, FitError> {
        Self::fit_with(groups, Dropout::AfterAny, FitOptions::new())
    }

    /// The parameters of either model, with options; as [`BgNbd::fit`].
    ///
    /// # Errors
    /// As [`BgNbd::fit`].
    pub fn fit_with(
        groups: &GroupedSummary,
        dropout: Dropout,
        options: FitOptions,
    ) -> Result<Fit<Self, 4>, FitError> {
        let cohort = Cohort::of(groups)?;
        Self::fit_from(&starts(&cohort), groups, &cohort, dropout, options)
    }

    /// From these starts, in scaled time.
    pub(super) fn fit_from(
        starts: &[[f64; 4]],
        groups: &GroupedSummary,
        cohort: &Cohort,
        dropout: Dropout,
        options: FitOptions,
    ) -> Result<Fit<Self, 4>, FitError> {
        let objective = |rows: &[Row], point: &[f64; 4]| evaluate(rows, dropout, point);
        let optimum = optimise_rows(objective, cohort, starts, options)?;
        let [r, alpha, a, b] = optimum.parameters();
        let model = Self::with_dropout([r, alpha * cohort.mean_age, a, b], groups.unit(), dropout)?;
        Ok(fitted(optimum, model, groups, Self::log_likelihood))
    }
}

fn starts(cohort: &Cohort) -> [[f64; 4]; 3] {
    let [r, alpha] = cohort.moments();
    [[1.0; 4], [r, alpha, 1.0, 1.0], [r, alpha, 4.0, 4.0]]
}

/// The log-likelihood of all rows, in scaled time, and its derivatives.
fn evaluate(rows: &[Row], dropout: Dropout, point: &[f64; 4]) -> Evaluation<4> {
    let parameters = point.map(libm::exp);
    let [Some(r), Some(_), Some(a), Some(b)] = parameters.map(Positive::new) else {
        return Evaluation { value: f64::NEG_INFINITY, gradient: [0.0; 4], hessian: [[0.0; 4]; 4] };
    };
    let mut sums = Sums::new();
    // Rows are in order of x, so what depends on x alone is computed once for each x.
    let mut same_x: Option<(u64, Terms<4>, f64)> = None;
    let [_, alpha, ..] = parameters;
    let ln_alpha = libm::log(alpha);
    for row in rows {
        let (of_x, ln_dropout) = match same_x {
            Some((x, terms, ln_dropout)) if x == row.x => (terms, ln_dropout),
            _ => {
                let of_x = of_count(r, a, b, row.x, row.x.saturating_add(dropout.extra()));
                (of_x, libm::log(a.get() / dropouts(b.get(), row.count, dropout)))
            }
        };
        same_x = Some((row.x, of_x, ln_dropout));
        sums.add(row.weight, &of_times(of_x, parameters, [ln_alpha, ln_dropout], dropout, row));
    }
    sums.by_logarithms(parameters)
}

/// `lnG(r+x) - lnG(r) + lnB(a, b+c) - lnB(a, b)`, with `c` chances to drop out.
fn of_count(r: Positive, a: Positive, b: Positive, x: u64, chances: u64) -> Terms<4> {
    let both = b.plus(a);
    let slope_both = digamma_difference(both, chances);
    let bend_both = trigamma_difference(both, chances);
    Terms {
        value: ln_gamma_ratio(r, x) + ln_beta_ratio(a, b, chances),
        gradient: [
            digamma_difference(r, x),
            0.0,
            -slope_both,
            digamma_difference(b, chances) - slope_both,
        ],
        hessian: [
            [-trigamma_difference(r, x), 0.0, 0.0, 0.0],
            [0.0; 4],
            [0.0, 0.0, bend_both, 0.0],
            [0.0, 0.0, bend_both, bend_both - trigamma_difference(b, chances)],
        ],
    }
}

/// `b` with the purchases after which the customer stayed.
fn dropouts(b: f64, x: f64, dropout: Dropout) -> f64 {
    b + (x - 1.0 + count_to_f64(dropout.extra()))
}

/// `of_x` with `r ln alpha - n ln A + ln(1+k)`.
#[inline]
fn of_times(
    of_x: Terms<4>,
    [r, alpha, a, b]: [f64; 4],
    [ln_alpha, ln_dropout]: [f64; 2],
    dropout: Dropout,
    row: &Row,
) -> Terms<4> {
    let Row { count: x, recency, age, .. } = *row;
    let (n, exposed, heard) = (r + x, alpha + age, alpha + recency);
    let ln_exposure = ln_1p(age / alpha);
    let [r_x, _, a_x, b_x] = of_x.gradient;
    let [[rr, ..], _, [_, _, aa, _], [_, _, ab, bb]] = of_x.hessian;
    let gradient = [r_x - ln_exposure, (r * age / alpha - x) / exposed, a_x, b_x];
    let hessian = [
        [rr, 0.0, 0.0, 0.0],
        [age / (alpha * exposed), n / (exposed * exposed) - r / (alpha * alpha), 0.0, 0.0],
        [0.0, 0.0, aa, 0.0],
        [0.0, 0.0, ab, bb],
    ];
    let value = of_x.value - r * ln_exposure - x * (ln_alpha + ln_exposure);
    if row.x > 0 || dropout == Dropout::AfterAny {
        let silence = age - recency;
        let ln_silence = ln_1p(silence / heard);
        let dropouts = dropouts(b, x, dropout);
        let ln_odds = ln_dropout + n * ln_silence;
        let closing = silence / (exposed * heard);
        let slope = [ln_silence, -n * closing, 1.0 / a, -1.0 / dropouts];
        let bend = [
            [0.0, 0.0, 0.0, 0.0],
            [-closing, n * closing * (1.0 / heard + 1.0 / exposed), 0.0, 0.0],
            [0.0, 0.0, -1.0 / (a * a), 0.0],
            [0.0, 0.0, 0.0, 1.0 / (dropouts * dropouts)],
        ];
        return Terms { value, gradient, hessian }.with_odds(ln_odds, slope, bend);
    }
    Terms { value, gradient, hessian }
}

#[cfg(test)]
mod tests {
    use super::{Dropout, Row, evaluate};

    /// Derivatives against central differences of the value.
    #[test]
    fn derivatives_are_those_of_the_value() {
        let row = |x: u32, recency, age, weight| Row {
            x: u64::from(x),
            count: f64::from(x),
            recency,
            age,
            weight,
        };
        let rows = [row(0, 0.0, 0.9, 7.0), row(1, 0.3, 1.2, 3.0), row(20, 0.9, 1.1, 2.0)];
        let point = [-0.7, 0.2, -0.4, 0.6];
        let step = 1e-5;
        for dropout in [Dropout::AfterRepeats, Dropout::AfterAny] {
            let here = evaluate(&rows, dropout, &point);
            for i in 0..4 {
                let moved = |by: f64| {
                    let mut moved = point;
                    moved[i] += by;
                    evaluate(&rows, dropout, &moved)
                };
                let (up, down) = (moved(step), moved(-step));
                let slope = (up.value - down.value) / (2.0 * step);
                assert!((slope - here.gradient[i]).abs() < 1e-7, "gradient {i}");
                for j in 0..4 {
                    let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                    assert!((bend - here.hessian[i][j]).abs() < 1e-7, "hessian {i} {j}");
                }
            }
        }
    }
}
