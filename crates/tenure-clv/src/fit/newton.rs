//! Climbing to a maximum: Newton's method with a trust region.

use super::FitStatus;
use super::eigen::{Eigen, dot};

/// A log-likelihood with its derivatives by the log-parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evaluation<const N: usize> {
    pub(super) value: f64,
    pub(super) gradient: [f64; N],
    pub(super) hessian: [[f64; N]; N],
}

/// Where a start led.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ascent<const N: usize> {
    /// Log-parameters.
    pub(super) point: [f64; N],
    pub(super) evaluation: Evaluation<N>,
    /// Of minus the Hessian.
    pub(super) curvature: Eigen<N>,
    pub(super) iterations: u32,
    pub(super) status: FitStatus<N>,
}

/// The last step of a converged fit is at most this in every log-parameter.
const CONVERGED_STEP: f64 = 1e-10;
/// A ridge's curvatures differ by more than this factor.
const RIDGE_CONDITION: f64 = 1e12;
/// A log-parameter beyond this is on a ridge.
const RIDGE_PARAMETER: f64 = 18.0;
/// Gains below this share of the value may be rounding: it is a sum of terms larger than itself.
const DROWNED: f64 = 1e-9;
/// The longest step.
const LONGEST_STEP: f64 = 2.0;
const MAX_ITERATIONS: u32 = 200;

impl<const N: usize> Evaluation<N> {
    fn is_finite(&self) -> bool {
        self.value.is_finite()
            && self.gradient.iter().chain(self.hessian.iter().flatten()).all(|d| d.is_finite())
    }

    /// Less `weight` times the sum of squares of the log-parameters.
    pub(super) fn penalised(mut self, weight: f64, point: &[f64; N]) -> Self {
        if weight > 0.0 {
            self.value -= weight * dot(point, point);
            for (slope, coordinate) in self.gradient.iter_mut().zip(point) {
                *slope -= 2.0 * weight * coordinate;
            }
            for (place, row) in self.hessian.iter_mut().enumerate() {
                for entry in row.iter_mut().skip(place).take(1) {
                    *entry -= 2.0 * weight;
                }
            }
        }
        self
    }

    fn curvature(&self) -> Eigen<N> {
        Eigen::of(self.hessian.map(|row| row.map(|entry| -entry)))
    }
}

/// Climbs from `start`; `None` if the objective is not finite there.
pub(super) fn ascend<const N: usize>(
    objective: &impl Fn(&[f64; N]) -> Evaluation<N>,
    start: [f64; N],
) -> Option<Ascent<N>> {
    let mut point = start;
    let mut evaluation = Some(objective(&point)).filter(Evaluation::is_finite)?;
    let mut curvature = evaluation.curvature();
    let mut radius = 1.0;
    let mut iterations = 0_u32;
    let mut last_step = f64::INFINITY;
    while iterations < MAX_ITERATIONS && beyond(&point) <= RIDGE_PARAMETER {
        let newton =
            curvature.condition().is_some().then(|| curvature.solve(&evaluation.gradient, 0.0));
        // Of the whole step: one cut short says nothing of how far the top is.
        last_step = newton.as_ref().map_or(f64::INFINITY, beyond);
        if last_step <= CONVERGED_STEP || radius < 1e-14 {
            break;
        }
        iterations = iterations.saturating_add(1);
        let step = newton
            .filter(|step| dot(step, step).sqrt() <= radius)
            .unwrap_or_else(|| shortened_step(&curvature, &evaluation.gradient, radius));
        let mut trial = point;
        for (coordinate, part) in trial.iter_mut().zip(step) {
            *coordinate += part;
        }
        let predicted = gain(&evaluation, &step);
        let tried = objective(&trial);
        let actual = tried.value - evaluation.value;
        // Near the top the gain drowns in the rounding of the value, not in that of the derivatives:
        // there a step is good if it leaves less to gain.
        let rounding = DROWNED * evaluation.value.abs().max(1.0);
        let drowned = predicted <= rounding && actual > -rounding;
        let good = actual > 0.1 * predicted || (drowned && left_to_gain(&tried) < predicted);
        let length = dot(&step, &step).sqrt();
        if !tried.is_finite() || !good {
            radius = 0.25 * length;
            continue;
        }
        if actual > 0.75 * predicted {
            radius = (2.0 * length).max(radius).min(LONGEST_STEP);
        }
        point = trial;
        evaluation = tried;
        curvature = evaluation.curvature();
    }
    let well_conditioned =
        curvature.condition().is_some_and(|condition| condition <= RIDGE_CONDITION);
    let status = if !well_conditioned || beyond(&point) > RIDGE_PARAMETER {
        FitStatus::Ridge { direction: curvature.flattest() }
    } else if last_step <= CONVERGED_STEP {
        FitStatus::Converged
    } else {
        FitStatus::NotConverged
    };
    Some(Ascent { point, evaluation, curvature, iterations, status })
}

/// The largest coordinate.
fn beyond<const N: usize>(vector: &[f64; N]) -> f64 {
    vector.iter().fold(0.0, |most, coordinate| coordinate.abs().max(most))
}

/// What the quadratic model promises of a step.
fn gain<const N: usize>(evaluation: &Evaluation<N>, step: &[f64; N]) -> f64 {
    let bent = evaluation.hessian.map(|row| dot(&row, step));
    dot(&evaluation.gradient, step) + 0.5 * dot(&bent, step)
}

/// What the quadratic model promises of Newton's step; `+inf` if not below a strict maximum.
fn left_to_gain<const N: usize>(evaluation: &Evaluation<N>) -> f64 {
    let curvature = evaluation.curvature();
    match curvature.condition() {
        Some(_) => 0.5 * dot(&evaluation.gradient, &curvature.solve(&evaluation.gradient, 0.0)),
        None => f64::INFINITY,
    }
}

/// The best step of the quadratic model of length `radius`, where Newton's own does not fit: of minus
/// the Hessian shifted until it does.
fn shortened_step<const N: usize>(
    curvature: &Eigen<N>,
    gradient: &[f64; N],
    radius: f64,
) -> [f64; N] {
    let length = |step: &[f64; N]| dot(step, step).sqrt();
    let (lowest, highest) = curvature.range();
    let mut short = (-lowest).max(0.0) + length(gradient) / radius + 1e-12 * highest.abs();
    let mut long = (-lowest).max(0.0);
    for _ in 0..60 {
        let middle = 0.5 * (short + long);
        if length(&curvature.solve(gradient, middle)) <= radius {
            short = middle;
        } else {
            long = middle;
        }
    }
    curvature.solve(gradient, short)
}
