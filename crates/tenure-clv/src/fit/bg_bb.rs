//! Maximum likelihood for BG/BB.

use tenure_stats::{
    Positive, count_to_f64, digamma_difference, ln_beta_ratio, ln_gamma_ratio, trigamma_difference,
};

use super::newton::Evaluation;
use super::sum::{Sum, Sums, Terms};
use super::{DataPrint, Fit, FitOptions, optimise};
use crate::error::FitError;
use crate::model::bg_bb::BgBb;
use crate::opportunity::{GroupedOpportunities, OpportunityHistory};

impl BgBb {
    /// The parameters under which these histories are most likely.
    ///
    /// *Shape* and *accuracy*: as [`BgNbd::fit`](crate::BgNbd::fit). *Cost*: the opportunities
    /// after the last purchase, a distinct history, step and start. The three starts: all
    /// parameters 1; `alpha + beta = 2` with the mean share of opportunities taken; the same with
    /// `gamma = delta = 4`.
    ///
    /// # Errors
    /// No customers, no opportunity or no purchase, or an estimate outside the range of the model.
    pub fn fit(groups: &GroupedOpportunities) -> Result<Fit<Self, 4>, FitError> {
        Self::fit_with(groups, FitOptions::new())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`BgBb::fit`].
    pub fn fit_with(
        groups: &GroupedOpportunities,
        options: FitOptions,
    ) -> Result<Fit<Self, 4>, FitError> {
        let customers = groups.customers();
        if customers == 0 {
            return Err(FitError::Empty);
        }
        let (mut taken, mut offered) = (Sum::default(), Sum::default());
        for (history, weight) in groups.rows() {
            taken.add(f64::from(history.x()) * count_to_f64(weight));
            offered.add(f64::from(history.opportunities()) * count_to_f64(weight));
        }
        let (taken, offered) = (taken.total(), offered.total());
        if offered <= 0.0 {
            return Err(FitError::NoTime { customers });
        }
        if taken <= 0.0 {
            return Err(FitError::NoRepeatPurchase { customers });
        }
        let share = (taken / offered).clamp(0.01, 0.99);
        let [alpha, beta] = [2.0 * share, 2.0 * (1.0 - share)];
        let starts = [[1.0; 4], [alpha, beta, 1.0, 1.0], [alpha, beta, 4.0, 4.0]];
        Self::fit_from(&starts, groups, options)
    }

    pub(super) fn fit_from(
        starts: &[[f64; 4]],
        groups: &GroupedOpportunities,
        options: FitOptions,
    ) -> Result<Fit<Self, 4>, FitError> {
        let optimum = optimise(|point| evaluate(groups, point), None, starts, options)?;
        let [alpha, beta, gamma, delta] = optimum.parameters();
        let model = Self::new(alpha, beta, gamma, delta)?;
        let mut log_likelihood = Sum::default();
        for (history, weight) in groups.rows() {
            log_likelihood.add(count_to_f64(weight) * model.log_likelihood(history));
        }
        let data = DataPrint::of_opportunities(groups);
        Ok(optimum.into_fit(model, model.parameters(), log_likelihood.total(), data))
    }
}

fn evaluate(groups: &GroupedOpportunities, point: &[f64; 4]) -> Evaluation<4> {
    let parameters = point.map(libm::exp);
    let [Some(alpha), Some(beta), Some(gamma), Some(delta)] = parameters.map(Positive::new) else {
        return Evaluation { value: f64::NEG_INFINITY, gradient: [0.0; 4], hessian: [[0.0; 4]; 4] };
    };
    let mut sums = Sums::new();
    for (history, weight) in groups.rows() {
        sums.add(count_to_f64(weight), &mixture([alpha, beta, gamma, delta], history));
    }
    sums.by_logarithms(parameters)
}

/// `ln L` as the logarithm of a sum: its first derivative is the mean of those of the terms'
/// logarithms, its second the mean of theirs and of their squares, less the square of the mean.
fn mixture(parameters: [Positive; 4], history: &OpportunityHistory) -> Terms<4> {
    let n = history.opportunities();
    let living = term(parameters, history.x(), n, Death::None);
    let (mut mass, mut slope, mut bend) = (0.0, [0.0; 4], [[0.0; 4]; 4]);
    // Relative to the largest term; the living's is as good as any when it is not.
    let deaths =
        || (history.recency()..n).map(|after| term(parameters, history.x(), after, Death::After));
    let most = deaths().fold(living.value, |most, term| term.value.max(most));
    for Terms { value, gradient, hessian } in std::iter::once(living).chain(deaths()) {
        let weight = libm::exp(value - most);
        mass += weight;
        for (((sum, row), own), second) in
            slope.iter_mut().zip(&mut bend).zip(gradient).zip(hessian)
        {
            *sum += weight * own;
            for ((entry, other), direct) in row.iter_mut().zip(gradient).zip(second) {
                *entry += weight * (direct + own * other);
            }
        }
    }
    let slope = slope.map(|sum| sum / mass);
    let mut bend = bend.map(|row| row.map(|sum| sum / mass));
    for (row, left) in bend.iter_mut().zip(slope) {
        for (entry, right) in row.iter_mut().zip(slope) {
            *entry -= left * right;
        }
    }
    Terms { value: most + libm::log(mass), gradient: slope, hessian: bend }
}

/// Whether a term is of a customer who died after so many opportunities, or of one who did not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Death {
    None,
    After,
}

/// The logarithm of one term of the likelihood: `x` purchases at `seen` opportunities, then death
/// or the end of observation.
fn term([alpha, beta, gamma, delta]: [Positive; 4], x: u32, seen: u32, death: Death) -> Terms<4> {
    let (x, seen) = (u64::from(x), u64::from(seen));
    let missed = seen.saturating_sub(x);
    let (buying, dying) = (alpha.plus(beta), gamma.plus(delta));
    let mut value = ln_gamma_ratio(alpha, x) + ln_gamma_ratio(beta, missed)
        - ln_gamma_ratio(buying, seen)
        + ln_beta_ratio(gamma, delta, seen);
    let (slope, bend) = (digamma_difference(buying, seen), trigamma_difference(buying, seen));
    let (mut by_gamma, mut by_gamma_gamma) =
        (-digamma_difference(dying, seen), trigamma_difference(dying, seen));
    let mut by_delta = digamma_difference(delta, seen) + by_gamma;
    let mut by_gamma_delta = by_gamma_gamma;
    let mut by_delta_delta = by_gamma_gamma - trigamma_difference(delta, seen);
    if death == Death::After {
        // B(ga+1, de+j) = B(ga, de+j) ga/(ga+de+j)
        let own = 1.0 / gamma.get();
        let sum = 1.0 / dying.plus(seen).get();
        value += libm::log(gamma.get() * sum);
        by_gamma += own - sum;
        by_delta -= sum;
        by_gamma_gamma += sum * sum - own * own;
        by_gamma_delta += sum * sum;
        by_delta_delta += sum * sum;
    }
    Terms {
        value,
        gradient: [
            digamma_difference(alpha, x) - slope,
            digamma_difference(beta, missed) - slope,
            by_gamma,
            by_delta,
        ],
        // Both triangles: the mixture multiplies gradients into both.
        hessian: [
            [bend - trigamma_difference(alpha, x), bend, 0.0, 0.0],
            [bend, bend - trigamma_difference(beta, missed), 0.0, 0.0],
            [0.0, 0.0, by_gamma_gamma, by_gamma_delta],
            [0.0, 0.0, by_gamma_delta, by_delta_delta],
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::evaluate;
    use crate::{BgBb, FitError, GroupedOpportunities, OpportunityHistory};

    fn groups(rows: &[(u32, u32, u32, u64)]) -> GroupedOpportunities {
        let mut groups = GroupedOpportunities::new();
        for &(x, recency, n, weight) in rows {
            let history = OpportunityHistory::new(x, recency, n).unwrap();
            groups.push_many(history, weight).unwrap();
        }
        groups
    }

    #[test]
    fn derivatives_are_those_of_the_value() {
        let groups = groups(&[(0, 0, 6, 7), (1, 2, 6, 3), (4, 6, 6, 2), (9, 20, 40, 1)]);
        let point = [0.2, -0.3, -0.4, 0.9];
        let here = evaluate(&groups, &point);
        let step = 1e-5;
        for i in 0..4 {
            let moved = |by: f64| {
                let mut moved = point;
                moved[i] += by;
                evaluate(&groups, &moved)
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

    /// The value of the fit and the likelihood of the model take different roads.
    #[test]
    fn the_value_is_the_log_likelihood() {
        let rows = groups(&[(0, 0, 6, 1), (3, 5, 60, 1)]);
        let value = evaluate(&rows, &[0.0, 0.5, -0.5, 1.0]).value;
        let model = BgBb::new(1.0, libm::exp(0.5), libm::exp(-0.5), libm::exp(1.0)).unwrap();
        let told = rows.rows().fold(0.0, |sum, (history, _)| sum + model.log_likelihood(history));
        assert!((value - told).abs() < 1e-12 * told.abs());
    }

    #[test]
    fn what_cannot_be_fitted_says_why() {
        assert_eq!(BgBb::fit(&groups(&[])).unwrap_err(), FitError::Empty);
        let none = FitError::NoTime { customers: 3 };
        assert_eq!(BgBb::fit(&groups(&[(0, 0, 0, 3)])).unwrap_err(), none);
        let never = FitError::NoRepeatPurchase { customers: 3 };
        assert_eq!(BgBb::fit(&groups(&[(0, 0, 6, 3)])).unwrap_err(), never);
    }
}
