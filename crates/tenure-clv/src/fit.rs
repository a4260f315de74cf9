//! Fitting a model: maximum likelihood by Newton's method with a trust region.
//!
//! Parameters are logarithms, derivatives are analytic, sums over customers are compensated and in
//! canonical order, so the result does not depend on the order of the input. Two to four
//! parameters need no linear algebra crate, and an optimiser over plain doubles without one would
//! not bring the eigenvalues that tell a maximum from a ridge.

mod bg_bb;
mod bg_nbd;
mod cohort;
mod data;
mod eigen;
mod estimate;
mod gamma_gamma;
mod nbd;
mod newton;
mod options;
mod pareto_nbd;
mod resample;
mod sbg;
mod sum;

pub use data::DataPrint;
pub use estimate::{Estimate, Scale};
use newton::{Ascent, Evaluation};
pub use options::FitOptions;
pub use resample::{Bootstrap, FittedModel};
pub(crate) use sum::Sum;

use crate::error::FitError;

/// How far a fit got: data, never a panic or the loss of the estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FitStatus<const N: usize> {
    /// The last Newton step was at most 1e-10 in every log-parameter, at a strict maximum.
    Converged,
    /// The likelihood hardly says where along `direction` (in log-parameters, of length 1): its
    /// curvature is not negative there or 1e12 times less than elsewhere, or a log-parameter left
    /// -18 to 18.
    Ridge {
        /// The flattest direction, in the order of the parameters.
        direction: [f64; N],
    },
    /// The steps had not become small when they stopped.
    NotConverged,
}

/// Where one start led.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FitStart<const N: usize> {
    /// The parameters it began with, in time or money scaled to a mean of 1.
    pub parameters: [f64; N],
    /// The log-likelihood it reached, in scaled time or money; `None` if it was not finite at the
    /// start.
    pub log_likelihood: Option<f64>,
    /// The steps it took.
    pub iterations: u32,
}

/// A fitted model and how sure it is.
///
/// ```
/// use tenure_clv::{BgNbd, FitStatus, GroupedSummary, History, TimeUnit};
/// let mut groups = GroupedSummary::new(TimeUnit::Week);
/// for (x, recency, customers) in [(0, 0.0, 60), (1, 4.0, 15), (2, 20.0, 9), (6, 30.0, 5)] {
///     groups.push_many(History::new(x, recency, 39.0, TimeUnit::Week)?, customers)?;
/// }
/// let fit = BgNbd::fit(&groups)?;
/// assert_eq!(fit.customers, 89);
/// let [r, alpha, _, _] = fit.model.parameters();
/// assert!(fit.status != FitStatus::NotConverged && r > 0.0 && alpha > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fit<M, const N: usize> {
    /// The model with the estimates, in the user's units.
    pub model: M,
    /// The log-likelihood of all customers together, in the user's units.
    pub log_likelihood: f64,
    /// Standard errors of the parameters; `None` unless converged.
    pub se: Option<[f64; N]>,
    /// Covariance of the parameters; `None` unless converged.
    pub covariance: Option<[[f64; N]; N]>,
    /// Covariance of the log-parameters; `None` unless converged.
    pub log_covariance: Option<[[f64; N]; N]>,
    /// How far it got.
    pub status: FitStatus<N>,
    /// The largest derivative left, by a log-parameter.
    pub max_gradient: f64,
    /// The steps of the best start.
    pub iterations: u32,
    /// The three fixed starts, in order; one start where a bootstrap fits again.
    pub starts: Vec<FitStart<N>>,
    /// Largest by smallest curvature in log-parameters; `None` if not at a strict maximum.
    pub condition: Option<f64>,
    /// How many customers the likelihood is of.
    pub customers: u64,
    /// The weight of the penalty; 0 for maximum likelihood.
    pub penalty: f64,
    /// Which data it was fitted to: fits of the same data can be compared.
    pub data: DataPrint,
}

/// What a fit found, in scaled units and in logarithms.
struct Optimum<const N: usize> {
    ascent: Ascent<N>,
    starts: Vec<FitStart<N>>,
    penalty: f64,
}

/// A log-likelihood to climb.
type Objective<'a, const N: usize> = &'a dyn Fn(&[f64; N]) -> Evaluation<N>;

/// Climbs from each start; the best wins, the first of equals. With a `coarse` objective each start
/// climbs that first, and starts that end in one place there climb on together.
fn optimise<const N: usize>(
    objective: impl Fn(&[f64; N]) -> Evaluation<N>,
    coarse: Option<Objective<'_, N>>,
    starts: &[[f64; N]],
    options: FitOptions,
) -> Result<Optimum<N>, FitError> {
    let penalty = options.penalty();
    let objective = |point: &[f64; N]| objective(point).penalised(penalty, point);
    let mut climbs: Vec<([f64; N], Option<Ascent<N>>)> = Vec::with_capacity(starts.len());
    let mut reached = Vec::with_capacity(starts.len());
    for &parameters in starts {
        let point = parameters.map(libm::log);
        let foothill = coarse.and_then(|coarse| {
            let coarse = |point: &[f64; N]| coarse(point).penalised(penalty, point);
            newton::ascend(&coarse, point).filter(|found| found.status == FitStatus::Converged)
        });
        let (from, steps) = foothill.map_or((point, 0), |found| (found.point, found.iterations));
        let near = |other: &[f64; N]| {
            steps > 0 && from.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-6)
        };
        let place = if let Some(known) = climbs.iter().position(|(other, _)| near(other)) {
            known
        } else {
            climbs.push((from, newton::ascend(&objective, from)));
            climbs.len().saturating_sub(1)
        };
        let ascent = climbs.get(place).and_then(|(_, ascent)| ascent.as_ref());
        let more = ascent.map_or(0, |ascent| ascent.iterations);
        reached.push(FitStart {
            parameters,
            log_likelihood: ascent.map(|ascent| ascent.evaluation.value),
            iterations: steps.saturating_add(more),
        });
    }
    let mut best: Option<Ascent<N>> = None;
    for (_, ascent) in climbs {
        if let Some(ascent) = ascent
            && best.as_ref().is_none_or(|best| ascent.evaluation.value > best.evaluation.value)
        {
            best = Some(ascent);
        }
    }
    best.map(|ascent| Optimum { ascent, starts: reached, penalty }).ok_or(FitError::NotFinite)
}

impl<const N: usize> Optimum<N> {
    /// The parameters, in scaled units.
    fn parameters(&self) -> [f64; N] {
        self.ascent.point.map(libm::exp)
    }

    /// With the model in the user's units, whose parameters are `parameters`.
    fn into_fit<M>(
        self,
        model: M,
        parameters: [f64; N],
        log_likelihood: f64,
        data: DataPrint,
    ) -> Fit<M, N> {
        let Ascent { evaluation, iterations, curvature, status, .. } = self.ascent;
        let log_covariance = matches!(status, FitStatus::Converged).then(|| curvature.inverse());
        let covariance = log_covariance.map(|mut matrix| {
            for (row, left) in matrix.iter_mut().zip(parameters) {
                for (entry, right) in row.iter_mut().zip(parameters) {
                    *entry *= left * right;
                }
            }
            matrix
        });
        Fit {
            model,
            log_likelihood,
            se: covariance.map(|matrix| eigen::diagonal(&matrix).map(f64::sqrt)),
            covariance,
            log_covariance,
            status,
            max_gradient: evaluation.gradient.iter().fold(0.0, |most, g| g.abs().max(most)),
            iterations,
            starts: self.starts,
            condition: curvature.condition(),
            customers: data.customers(),
            penalty: self.penalty,
            data,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::newton::Evaluation;
    use super::{FitOptions, FitStatus, optimise};
    use crate::{
        BgNbd, FitError, GammaGamma, GroupedSpend, GroupedSummary, History, Spend, TimeUnit,
    };

    fn groups(rows: &[(u64, f64, f64)]) -> GroupedSummary {
        let mut groups = GroupedSummary::new(TimeUnit::Week);
        for &(x, recency, age) in rows {
            groups.push(History::new(x, recency, age, TimeUnit::Week).unwrap()).unwrap();
        }
        groups
    }

    #[test]
    fn what_cannot_be_fitted_says_why() {
        let nobody = groups(&[]);
        assert_eq!(BgNbd::fit(&nobody).unwrap_err(), FitError::Empty);
        assert_eq!(GammaGamma::fit(&GroupedSpend::new()).unwrap_err(), FitError::Empty);
        let today = groups(&[(0, 0.0, 0.0), (0, 0.0, 0.0)]);
        assert_eq!(BgNbd::fit(&today).unwrap_err(), FitError::NoTime { customers: 2 });
        let once = groups(&[(0, 0.0, 5.0), (0, 0.0, 7.0)]);
        assert_eq!(BgNbd::fit(&once).unwrap_err(), FitError::NoRepeatPurchase { customers: 2 });
        let aeons = groups(&[(3, 3e11, 1e12); 50]);
        assert!(matches!(BgNbd::fit(&aeons), Err(FitError::Parameter(_))));
    }

    #[test]
    fn an_objective_that_is_never_finite_has_no_fit() {
        let nowhere =
            |_: &[f64; 1]| Evaluation { value: f64::NAN, gradient: [0.0], hessian: [[0.0]] };
        let found = optimise(nowhere, None, &[[1.0], [2.0], [3.0]], FitOptions::new());
        assert_eq!(found.err(), Some(FitError::NotFinite));
    }

    /// Everybody alike: nothing tells how customers differ, so the likelihood has no top.
    #[test]
    fn alike_customers_lie_on_a_ridge() {
        let alike = groups(&[(3, 30.0, 39.0); 50]);
        let fit = BgNbd::fit(&alike).unwrap();
        let FitStatus::Ridge { direction } = fit.status else {
            panic!("{:?}", fit.status);
        };
        let length = direction.iter().fold(0.0, |sum, part| sum + part * part);
        assert!((length - 1.0_f64).abs() < 1e-12);
        assert_eq!((fit.se, fit.covariance, fit.log_covariance), (None, None, None));
        assert!(fit.log_likelihood.is_finite());

        let mut same = GroupedSpend::new();
        same.push_many(Spend::new(4, 20.0).unwrap(), 50).unwrap();
        let fit = GammaGamma::fit(&same).unwrap();
        assert!(matches!(fit.status, FitStatus::Ridge { .. }), "{:?}", fit.status);
    }

    /// Steps that shrink because none is good say nothing of how far the top is.
    #[test]
    fn a_step_cut_short_is_no_convergence() {
        let uphill = |point: &[f64; 1]| Evaluation {
            value: if point[0].abs() > 0.0 { f64::NAN } else { 0.0 },
            gradient: [1.0],
            hessian: [[-1.0]],
        };
        let found = optimise(uphill, None, &[[1.0]], FitOptions::new()).unwrap();
        assert_eq!(found.ascent.status, FitStatus::NotConverged);
    }

    /// Where the value is known to a few digits only, the derivatives lead on.
    #[test]
    fn a_rough_parabola_is_climbed_to_its_top() {
        let rough = |point: &[f64; 1]| {
            let off = point[0] - 0.3;
            let noise = 1e-12 * libm::sin(1e15 * off);
            Evaluation { value: noise - off * off, gradient: [-2.0 * off], hessian: [[-2.0]] }
        };
        let found = optimise(rough, None, &[[1.0], [2.0], [30.0]], FitOptions::new()).unwrap();
        assert_eq!(found.ascent.status, FitStatus::Converged);
        assert!((found.ascent.point[0] - 0.3).abs() < 1e-12);
    }

    #[test]
    fn a_parabola_is_climbed_to_its_top() {
        let parabola = |point: &[f64; 1]| {
            let off = point[0] - 0.5;
            Evaluation { value: -off * off, gradient: [-2.0 * off], hessian: [[-2.0]] }
        };
        let found = optimise(parabola, None, &[[1.0], [2.0], [30.0]], FitOptions::new()).unwrap();
        assert_eq!(found.ascent.status, FitStatus::Converged);
        assert!((found.ascent.point[0] - 0.5).abs() < 1e-12);
        assert!(found.ascent.curvature.condition().is_some());
    }
}
