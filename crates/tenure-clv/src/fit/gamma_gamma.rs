//! Maximum likelihood for Gamma-Gamma.

use tenure_stats::{
    Positive, count_to_f64, digamma_difference, ln_beta, trigamma, trigamma_difference,
};

use super::newton::Evaluation;
use super::sum::{Sum, Sums, Terms};
use super::{DataPrint, Fit, FitOptions, optimise};
use crate::error::FitError;
use crate::model::gamma_gamma::GammaGamma;
use crate::spend::GroupedSpend;

/// One distinct spend in scaled money, with how many customers have it.
#[derive(Debug, Clone, Copy)]
struct Row {
    purchases: u64,
    mean: f64,
    weight: f64,
}

impl GammaGamma {
    /// The parameters under which these mean spends are most likely.
    ///
    /// *Shape*: customers with spend; those without are counted in the groups and not used.
    /// *Cost* and *accuracy*: as [`BgNbd::fit`](crate::BgNbd::fit).
    ///
    /// The three starts, in money scaled to a mean spend of 1: all parameters 1; `p = 2` and `q`
    /// as if all the spread of the means came from differences between customers; the same with
    /// `q` four times as large.
    ///
    /// # Errors
    /// No customers with spend, or a likelihood or estimate outside the range of the model.
    pub fn fit(groups: &GroupedSpend) -> Result<Fit<Self, 3>, FitError> {
        Self::fit_with(groups, FitOptions::new())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`GammaGamma::fit`].
    pub fn fit_with(groups: &GroupedSpend, options: FitOptions) -> Result<Fit<Self, 3>, FitError> {
        let (rows, money) = scaled(groups)?;
        Self::fit_from(&starts(&rows, groups.customers()), groups, (&rows, money), options)
    }

    /// From these starts, in money scaled by `money`.
    fn fit_from(
        starts: &[[f64; 3]],
        groups: &GroupedSpend,
        (rows, money): (&[Row], f64),
        options: FitOptions,
    ) -> Result<Fit<Self, 3>, FitError> {
        let optimum = optimise(|point| evaluate(rows, point), None, starts, options)?;
        let [p, q, v] = optimum.parameters();
        let model = Self::new(p, q, v * money)?;
        let mut log_likelihood = Sum::default();
        for (spend, weight) in groups.rows() {
            log_likelihood.add(count_to_f64(weight) * model.log_likelihood(spend));
        }
        let data = DataPrint::of_spends(groups);
        Ok(optimum.into_fit(model, model.parameters(), log_likelihood.total(), data))
    }

    /// From the parameters themselves.
    pub(super) fn fit_again(
        self,
        groups: &GroupedSpend,
        options: FitOptions,
    ) -> Result<Fit<Self, 3>, FitError> {
        let (rows, money) = scaled(groups)?;
        let [p, q, v] = self.parameters();
        Self::fit_from(&[[p, q, v / money]], groups, (&rows, money), options)
    }
}

/// The rows in money scaled to a mean of 1, and what it was divided by.
fn scaled(groups: &GroupedSpend) -> Result<(Vec<Row>, f64), FitError> {
    let customers = groups.customers();
    if customers == 0 {
        return Err(FitError::Empty);
    }
    let mut sum = Sum::default();
    for (spend, weight) in groups.rows() {
        sum.add(spend.mean() * count_to_f64(weight));
    }
    let money = sum.total() / count_to_f64(customers);
    let rows = groups.rows().map(|(spend, weight)| Row {
        purchases: spend.purchases(),
        mean: spend.mean() / money,
        weight: count_to_f64(weight),
    });
    Ok((rows.collect(), money))
}

fn starts(rows: &[Row], customers: u64) -> [[f64; 3]; 3] {
    let mut variance = Sum::default();
    for row in rows {
        variance.add(row.weight * (row.mean - 1.0) * (row.mean - 1.0));
    }
    // The mean of p/nu is pv/(q-1), its relative variance 1/(q-2). The bounds keep a start a start.
    let spread = (variance.total() / count_to_f64(customers)).clamp(0.02, 50.0);
    let (p, q) = (2.0, 2.0 + 1.0 / spread);
    [[1.0; 3], [p, q, (q - 1.0) / p], [p, 4.0 * q, (4.0 * q - 1.0) / p]]
}

/// The log-likelihood of all rows, in scaled money, and its derivatives.
fn evaluate(rows: &[Row], point: &[f64; 3]) -> Evaluation<3> {
    let parameters = point.map(libm::exp);
    let [Some(p), Some(q), Some(v)] = parameters.map(Positive::new) else {
        return Evaluation { value: f64::NEG_INFINITY, gradient: [0.0; 3], hessian: [[0.0; 3]; 3] };
    };
    let mut sums = Sums::new();
    let mut same_count: Option<(u64, Terms<3>)> = None;
    for row in rows {
        let of_count = match same_count {
            Some((purchases, terms)) if purchases == row.purchases => terms,
            _ => of_count(p, q, row.purchases),
        };
        same_count = Some((row.purchases, of_count));
        sums.add(row.weight, &of_money(of_count, p.get(), q.get(), v.get(), row));
    }
    sums.by_logarithms(parameters)
}

/// `lnG(px+q) - lnG(px) - lnG(q)`.
fn of_count(p: Positive, q: Positive, purchases: u64) -> Terms<3> {
    let x = count_to_f64(purchases);
    // Out of range only for purchases beyond what a spend holds, times an absurd p.
    let shape = p.times(purchases).unwrap_or(p);
    Terms {
        value: -ln_beta(shape, q),
        gradient: [x * digamma_difference(shape, q), digamma_difference(q, shape), 0.0],
        hessian: [
            [-x * x * trigamma_difference(shape, q), 0.0, 0.0],
            [x * trigamma(shape.plus(q)), -trigamma_difference(q, shape), 0.0],
            [0.0; 3],
        ],
    }
}

/// `of_count` with `q ln(v/(S+v)) - ln z - px ln(1 + v/S)`, `S = x z`.
fn of_money(of_count: Terms<3>, p: f64, q: f64, v: f64, row: &Row) -> Terms<3> {
    let x = count_to_f64(row.purchases);
    let total = x * row.mean;
    let both = total + v;
    let (ln_p, ln_q) = (libm::log1p(v / total), libm::log1p(total / v));
    let shape = p * x;
    let [g_p, g_q, _] = of_count.gradient;
    let [[pp, ..], [pq, qq, _], _] = of_count.hessian;
    Terms {
        value: of_count.value - q * ln_q - libm::log(row.mean) - shape * ln_p,
        gradient: [g_p - x * ln_p, g_q - ln_q, (q * total / v - shape) / both],
        hessian: [
            [pp, 0.0, 0.0],
            [pq, qq, 0.0],
            [-x / both, total / (v * both), (q + shape) / (both * both) - q / (v * v)],
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, evaluate};

    /// Derivatives against central differences of the value.
    #[test]
    fn derivatives_are_those_of_the_value() {
        let row = |purchases, mean, weight| Row { purchases, mean, weight };
        let rows = [row(1, 0.4, 7.0), row(2, 1.2, 3.0), row(30, 0.9, 2.0)];
        let point = [1.1, 0.8, 0.3];
        let here = evaluate(&rows, &point);
        let step = 1e-5;
        for i in 0..3 {
            let moved = |by: f64| {
                let mut moved = point;
                moved[i] += by;
                evaluate(&rows, &moved)
            };
            let (up, down) = (moved(step), moved(-step));
            let slope = (up.value - down.value) / (2.0 * step);
            assert!((slope - here.gradient[i]).abs() < 1e-6, "gradient {i}");
            for j in 0..3 {
                let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                assert!((bend - here.hessian[i][j]).abs() < 1e-6, "hessian {i} {j}");
            }
        }
    }
}
