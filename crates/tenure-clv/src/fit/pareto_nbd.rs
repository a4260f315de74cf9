//! Maximum likelihood for Pareto/NBD.

use tenure_stats::{Positive, digamma_difference, ln_gamma_ratio, trigamma_difference};

use super::cohort::{Cohort, Row, fitted, optimise_rows};
use super::newton::Evaluation;
use super::sum::{Sums, Terms};
use super::{Fit, FitOptions};
use crate::error::FitError;
use crate::history::GroupedSummary;
use crate::kernel::{exp_of_negative, ln_1p};
use crate::model::death_odds::death_panels;
use crate::model::legendre::twelve_between;
use crate::model::pareto_nbd::ParetoNbd;

impl ParetoNbd {
    /// The parameters under which these histories are most likely.
    ///
    /// The odds of death are an integral; their derivatives are taken under it, at the same nodes.
    ///
    /// *Shape* and *accuracy*: as [`BgNbd::fit`](crate::BgNbd::fit). *Cost*: some hundred nodes a
    /// distinct history, step and start.
    ///
    /// The three starts, in time scaled to a mean `T` of 1: all parameters 1; `r` and `alpha` from
    /// mean and variance of `x` as without dropout, `s = beta = 1`; the same with `s = beta = 4`.
    ///
    /// # Errors
    /// As [`BgNbd::fit`](crate::BgNbd::fit).
    ///
    /// ```
    /// use tenure_clv::{FitStatus, GroupedSummary, History, ParetoNbd, TimeUnit};
    /// let mut groups = GroupedSummary::new(TimeUnit::Week);
    /// for (x, recency, customers) in [(0, 0.0, 60), (1, 4.0, 15), (2, 20.0, 9), (6, 30.0, 5)] {
    ///     groups.push_many(History::new(x, recency, 39.0, TimeUnit::Week)?, customers)?;
    /// }
    /// let fit = ParetoNbd::fit(&groups)?;
    /// assert!(fit.log_likelihood < 0.0 && fit.status != FitStatus::NotConverged);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fit(groups: &GroupedSummary) -> Result<Fit<Self, 4>, FitError> {
        Self::fit_with(groups, FitOptions::new())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`BgNbd::fit`](crate::BgNbd::fit).
    pub fn fit_with(
        groups: &GroupedSummary,
        options: FitOptions,
    ) -> Result<Fit<Self, 4>, FitError> {
        let cohort = Cohort::of(groups)?;
        let [r, alpha] = cohort.moments();
        let starts = [[1.0; 4], [r, alpha, 1.0, 1.0], [r, alpha, 4.0, 4.0]];
        Self::fit_from(&starts, groups, &cohort, options)
    }

    /// From these starts, in scaled time.
    pub(super) fn fit_from(
        starts: &[[f64; 4]],
        groups: &GroupedSummary,
        cohort: &Cohort,
        options: FitOptions,
    ) -> Result<Fit<Self, 4>, FitError> {
        let optimum = optimise_rows(evaluate, cohort, starts, options)?;
        let [r, alpha, s, beta] = optimum.parameters();
        let scale = cohort.mean_age;
        let model = Self::new(r, alpha * scale, s, beta * scale, groups.unit())?;
        Ok(fitted(optimum, model, groups, Self::log_likelihood))
    }
}

fn evaluate(rows: &[Row], point: &[f64; 4]) -> Evaluation<4> {
    let parameters = point.map(libm::exp);
    let [Some(r), Some(_), Some(_), Some(_)] = parameters.map(Positive::new) else {
        return Evaluation { value: f64::NEG_INFINITY, gradient: [0.0; 4], hessian: [[0.0; 4]; 4] };
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

/// `lnG(n) - lnG(r) + r ln alpha - n ln A - s ln(B/beta) + ln(1+k)`.
fn of_row([ln_rise, by_r, by_rr]: [f64; 3], [r, alpha, s, beta]: [f64; 4], row: &Row) -> Terms<4> {
    let Row { count: x, recency, age, .. } = *row;
    let (n, exposed, watched) = (r + x, alpha + age, beta + age);
    let (ln_exposure, ln_watch) = (libm::log1p(age / alpha), libm::log1p(age / beta));
    let still = Terms {
        value: ln_rise - r * ln_exposure - x * libm::log(exposed) - s * ln_watch,
        gradient: [
            by_r - ln_exposure,
            (r * age / alpha - x) / exposed,
            -ln_watch,
            s * age / (beta * watched),
        ],
        hessian: [
            [by_rr, 0.0, 0.0, 0.0],
            [age / (alpha * exposed), n / (exposed * exposed) - r / (alpha * alpha), 0.0, 0.0],
            [0.0; 4],
            [0.0, 0.0, age / (beta * watched), s / (watched * watched) - s / (beta * beta)],
        ],
    };
    let silence = age - recency;
    if silence <= 0.0 {
        return still;
    }
    // Moments of the derivatives of the logarithm g of the integrand, weighted by the integrand.
    let (heard, lived) = (alpha + recency, beta + recency);
    let (end, quick) = (silence / heard, heard / lived);
    let (ln_heard, ln_lived) = (ln_1p(end), ln_1p(silence / lived));
    let mut moments = Moments::default();
    death_panels([n, s], quick, end, |from, to| {
        let (nodes, widths) = twelve_between(from, to);
        let mut panel = Moments::default();
        // Without a sum between them, several nodes are computed at once.
        let (mut boughts, mut dyings, mut weights) = ([0.0; 12], [0.0; 12], [0.0; 12]);
        let slots = boughts.iter_mut().zip(&mut dyings).zip(&mut weights);
        for (((ln_bought, ln_dying), weight), y) in slots.zip(&nodes) {
            let stretched = quick * y;
            *ln_bought = ln_1p(*y);
            *ln_dying = ln_1p(stretched);
            *weight = exp_of_negative(-(n * *ln_bought + s * *ln_dying)) / (1.0 + stretched);
        }
        let logs = boughts.into_iter().zip(dyings).zip(weights);
        for ((y, width), ((ln_bought, ln_dying), weight)) in nodes.into_iter().zip(widths).zip(logs)
        {
            let stretched = quick * y;
            let weight = width * weight;
            let left = silence - heard * y;
            // ln(A/(alpha+u)) and ln(B/(beta+u)), and their derivatives by alpha and beta
            let (bought, dying) = (1.0 / (heard * (1.0 + y)), 1.0 / (lived * (1.0 + stretched)));
            let (by_alpha, by_beta) = (-left / exposed * bought, -left / watched * dying);
            let g = [
                ln_heard - ln_bought,
                n * by_alpha,
                1.0 / s + (ln_lived - ln_dying),
                s * by_beta - dying,
            ];
            panel.add(
                weight,
                g,
                [
                    by_alpha,
                    -n * by_alpha * (bought + 1.0 / exposed),
                    by_beta,
                    -s * by_beta * (dying + 1.0 / watched) + dying * dying,
                ],
            );
        }
        moments.merge(&panel);
        panel.mass > 1e-18 * moments.mass
    });
    let Moments { mass, slope, square, bend: [rise, alphas, fall, betas] } = moments;
    let [[rr, ..], [ra, aa, ..], [rs, as_, ss, _], [rb, ab, sb, bb]] = square;
    let bend = [
        [rr, 0.0, 0.0, 0.0],
        [ra + rise, aa + alphas, 0.0, 0.0],
        [rs, as_, ss - mass / (s * s), 0.0],
        [rb, ab, sb + fall, bb + betas],
    ];
    let slope = slope.map(|sum| sum / mass);
    let mut bend = bend.map(|row| row.map(|sum| sum / mass));
    for (row, left) in bend.iter_mut().zip(slope) {
        for (entry, right) in row.iter_mut().zip(slope) {
            *entry -= left * right;
        }
    }
    let ln_odds = libm::log(s) + libm::log(quick) + n * ln_heard + s * ln_lived + libm::log(mass);
    still.with_odds(ln_odds, slope, bend)
}

/// Sums over the nodes of the integral: of the integrand, of it times the derivatives `g` of its
/// logarithm, times their products, and times the second derivatives that are not 0: by r and
/// alpha, alpha twice, s and beta, beta twice.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    mass: f64,
    slope: [f64; 4],
    /// The lower triangle.
    square: [[f64; 4]; 4],
    bend: [f64; 4],
}

impl Moments {
    #[inline]
    fn add(&mut self, weight: f64, g: [f64; 4], bend: [f64; 4]) {
        self.mass += weight;
        for (place, ((slope, row), own)) in
            self.slope.iter_mut().zip(&mut self.square).zip(g).enumerate()
        {
            let part = weight * own;
            *slope += part;
            for (entry, other) in row.iter_mut().zip(g).take(place.saturating_add(1)) {
                *entry += part * other;
            }
        }
        for (sum, part) in self.bend.iter_mut().zip(bend) {
            *sum += weight * part;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.mass += other.mass;
        for (sum, part) in self.slope.iter_mut().zip(other.slope) {
            *sum += part;
        }
        for (row, parts) in self.square.iter_mut().zip(other.square) {
            for (sum, part) in row.iter_mut().zip(parts) {
                *sum += part;
            }
        }
        for (sum, part) in self.bend.iter_mut().zip(other.bend) {
            *sum += part;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, evaluate};

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
        let rows = [
            row(0, 0.0, 0.9, 7.0),
            row(1, 0.3, 1.2, 3.0),
            row(5, 1.1, 1.1, 1.0),
            row(20, 0.9, 1.1, 2.0),
        ];
        let point = [-0.7, 0.2, -0.4, 0.6];
        let here = evaluate(&rows, &point);
        let step = 1e-5;
        for i in 0..4 {
            let moved = |by: f64| {
                let mut moved = point;
                moved[i] += by;
                evaluate(&rows, &moved)
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
