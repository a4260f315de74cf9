//! Maximum likelihood for sBG.

use tenure_stats::{
    Positive, count_to_f64, digamma_difference, ln_beta_ratio, trigamma_difference,
};

use super::newton::Evaluation;
use super::sum::{Sum, Sums, Terms};
use super::{DataPrint, Fit, FitOptions, optimise};
use crate::error::FitError;
use crate::model::sbg::Sbg;
use crate::survivors::SurvivorCounts;

impl Sbg {
    /// The parameters under which these survivors are most likely.
    ///
    /// ```text
    /// ln L = sum over t of lost_t ln P(T=t) + stayed_t ln S(t)
    /// ```
    ///
    /// *Shape*: any number of cohorts; estimates and their errors. *Cost*: a pass over the distinct
    /// renewals a step. The three starts: both parameters 1; `a = 1` and `b` as the share lost at
    /// the first renewal says; the same with both four times as large.
    ///
    /// # Errors
    /// No customers, nobody lost or everybody at the first renewal, or an estimate outside the
    /// range of the model.
    ///
    /// ```
    /// use tenure_clv::{Sbg, SurvivorCounts};
    /// let mut high_end = SurvivorCounts::new();
    /// high_end.push_cohort(&[1000, 869, 743, 653, 593, 551, 517, 491])?;
    /// let [a, b] = Sbg::fit(&high_end)?.model.parameters();
    /// // Fader, Hardie 2007
    /// assert!((a - 0.668).abs() < 5e-4 && (b - 3.806).abs() < 5e-4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fit(counts: &SurvivorCounts) -> Result<Fit<Self, 2>, FitError> {
        Self::fit_with(counts, FitOptions::new())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`Sbg::fit`].
    pub fn fit_with(
        counts: &SurvivorCounts,
        options: FitOptions,
    ) -> Result<Fit<Self, 2>, FitError> {
        let (customers, lost) = (counts.customers(), counts.lost());
        if customers == 0 {
            return Err(FitError::Empty);
        }
        let first = counts.renewals().get(&1).map_or(0, |renewal| renewal.lost);
        if lost == 0 || first == customers {
            return Err(FitError::NoContrast { lost, customers });
        }
        let share = (count_to_f64(first) / count_to_f64(customers)).clamp(0.01, 0.99);
        let b = 1.0 / share - 1.0;
        let starts = [[1.0; 2], [1.0, b], [4.0, 4.0 * b]];
        Self::fit_from(&starts, counts, options)
    }

    pub(super) fn fit_from(
        starts: &[[f64; 2]],
        counts: &SurvivorCounts,
        options: FitOptions,
    ) -> Result<Fit<Self, 2>, FitError> {
        let optimum = optimise(|point| evaluate(counts, point), None, starts, options)?;
        let [a, b] = optimum.parameters();
        let model = Self::new(a, b)?;
        let mut log_likelihood = Sum::default();
        for (&renewal, seen) in counts.renewals() {
            let before = renewal.saturating_sub(1);
            log_likelihood.add(count_to_f64(seen.lost) * model.ln_churn_after(before));
            log_likelihood.add(count_to_f64(seen.censored) * model.ln_survival(renewal));
        }
        let data = DataPrint::of_survivors(counts);
        Ok(optimum.into_fit(model, model.parameters(), log_likelihood.total(), data))
    }
}

fn evaluate(counts: &SurvivorCounts, point: &[f64; 2]) -> Evaluation<2> {
    let parameters = point.map(libm::exp);
    let [Some(a), Some(b)] = parameters.map(Positive::new) else {
        return Evaluation { value: f64::NEG_INFINITY, gradient: [0.0; 2], hessian: [[0.0; 2]; 2] };
    };
    let mut sums = Sums::new();
    for (&renewal, seen) in counts.renewals() {
        if seen.lost > 0 {
            sums.add(count_to_f64(seen.lost), &lapse(a, b, u64::from(renewal).saturating_sub(1)));
        }
        if seen.censored > 0 {
            sums.add(count_to_f64(seen.censored), &survival(a, b, u64::from(renewal)));
        }
    }
    sums.by_logarithms(parameters)
}

/// `ln S(t)`.
fn survival(a: Positive, b: Positive, t: u64) -> Terms<2> {
    let both = b.plus(a);
    let (slope, bend) = (digamma_difference(both, t), trigamma_difference(both, t));
    Terms {
        value: ln_beta_ratio(a, b, t),
        gradient: [-slope, digamma_difference(b, t) - slope],
        hessian: [[bend, 0.0], [bend, bend - trigamma_difference(b, t)]],
    }
}

/// `ln P(T = before + 1) = ln S(before) + ln a - ln (a + b + before)`.
fn lapse(a: Positive, b: Positive, before: u64) -> Terms<2> {
    let Terms { value, gradient: [by_a, by_b], hessian: [[aa, _], [ab, bb]] } =
        survival(a, b, before);
    let (own, sum) = (1.0 / a.get(), 1.0 / (a.get() + b.get() + count_to_f64(before)));
    Terms {
        value: value + libm::log(a.get() * sum),
        gradient: [by_a + own - sum, by_b - sum],
        hessian: [[aa - own * own + sum * sum, 0.0], [ab + sum * sum, bb + sum * sum]],
    }
}

#[cfg(test)]
mod tests {
    use super::evaluate;
    use crate::{FitError, FitStatus, Sbg, SurvivorCounts};

    #[test]
    fn derivatives_are_those_of_the_value() {
        let mut counts = SurvivorCounts::new();
        counts.push_cohort(&[100, 80, 70, 66]).unwrap();
        counts.push_cohort(&[50, 42]).unwrap();
        let point = [-0.3, 0.9];
        let here = evaluate(&counts, &point);
        let step = 1e-5;
        for i in 0..2 {
            let moved = |by: f64| {
                let mut moved = point;
                moved[i] += by;
                evaluate(&counts, &moved)
            };
            let (up, down) = (moved(step), moved(-step));
            let slope = (up.value - down.value) / (2.0 * step);
            assert!((slope - here.gradient[i]).abs() < 1e-6, "gradient {i}");
            for j in 0..2 {
                let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                assert!((bend - here.hessian[i][j]).abs() < 1e-6, "hessian {i} {j}");
            }
        }
    }

    #[test]
    fn without_contrast_there_is_no_fit() {
        let mut counts = SurvivorCounts::new();
        assert_eq!(Sbg::fit(&counts).unwrap_err(), FitError::Empty);
        counts.push_cohort(&[10, 10, 10]).unwrap();
        let stayed = FitError::NoContrast { lost: 0, customers: 10 };
        assert_eq!(Sbg::fit(&counts).unwrap_err(), stayed);
        let mut gone = SurvivorCounts::new();
        gone.push_cohort(&[10, 0]).unwrap();
        assert!(matches!(Sbg::fit(&gone), Err(FitError::NoContrast { lost: 10, .. })));
    }

    /// Fader, Hardie 2007: the Regular cohort's first seven years give .704 and 1.182.
    #[test]
    fn the_published_regular_cohort() {
        let mut regular = SurvivorCounts::new();
        regular.push_cohort(&[1000, 631, 468, 382, 326, 289, 262, 241]).unwrap();
        let fit = Sbg::fit(&regular).unwrap();
        assert_eq!(fit.status, FitStatus::Converged);
        let [a, b] = fit.model.parameters();
        assert!((a - 0.704).abs() <= 5e-4 && (b - 1.182).abs() <= 5e-4, "{a} {b}");
    }
}
