//! Compensated sums of a likelihood and its derivatives.

use tenure_stats::{ln_one_plus_exp, logistic};

use super::newton::Evaluation;

/// Neumaier's sum: the rounding of each addition is summed beside it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(crate) fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        self.lost += if self.sum.abs() >= term.abs() {
            (self.sum - sum) + term
        } else {
            (term - sum) + self.sum
        };
        self.sum = sum;
    }

    pub(crate) fn total(self) -> f64 {
        self.sum + self.lost
    }
}

/// One row's log-likelihood with derivatives by the parameters themselves, not by their
/// logarithms. Of the second derivatives only the lower triangle is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<const N: usize> {
    pub(super) value: f64,
    pub(super) gradient: [f64; N],
    pub(super) hessian: [[f64; N]; N],
}

impl<const N: usize> Terms<N> {
    /// With `ln(1+k)` added, `k` the odds of death: `ln k` and its derivatives.
    pub(super) fn with_odds(mut self, ln_odds: f64, slope: [f64; N], bend: [[f64; N]; N]) -> Self {
        let (dead, alive) = (logistic(ln_odds), logistic(-ln_odds));
        self.value += ln_one_plus_exp(ln_odds);
        for (sum, part) in self.gradient.iter_mut().zip(slope) {
            *sum += dead * part;
        }
        for ((entries, bends), left) in self.hessian.iter_mut().zip(bend).zip(slope) {
            for ((entry, bent), right) in entries.iter_mut().zip(bends).zip(slope) {
                *entry += dead * (bent + alive * left * right);
            }
        }
        self
    }
}

/// Sums of [`Terms`] over rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums<const N: usize> {
    value: Sum,
    gradient: [Sum; N],
    hessian: [[Sum; N]; N],
}

impl<const N: usize> Sums<N> {
    pub(super) fn new() -> Self {
        let zero = Sum::default();
        Self { value: zero, gradient: [zero; N], hessian: [[zero; N]; N] }
    }

    pub(super) fn add(&mut self, weight: f64, terms: &Terms<N>) {
        self.value.add(weight * terms.value);
        for (sum, term) in self.gradient.iter_mut().zip(terms.gradient) {
            sum.add(weight * term);
        }
        for (place, (row, terms)) in self.hessian.iter_mut().zip(terms.hessian).enumerate() {
            for (sum, term) in row.iter_mut().zip(terms).take(place.saturating_add(1)) {
                sum.add(weight * term);
            }
        }
    }

    /// The derivatives by the logarithms of `parameters`.
    pub(super) fn by_logarithms(&self, parameters: [f64; N]) -> Evaluation<N> {
        let mut gradient = self.gradient.map(Sum::total);
        for (slope, parameter) in gradient.iter_mut().zip(parameters) {
            *slope *= parameter;
        }
        let lower = self.hessian.map(|row| row.map(Sum::total));
        let mut hessian = super::eigen::mirrored(&lower);
        let scaled = hessian.iter_mut().zip(parameters).zip(gradient).enumerate();
        for (place, ((row, left), slope)) in scaled {
            for (column, (entry, right)) in row.iter_mut().zip(parameters).enumerate() {
                *entry *= left * right;
                if place == column {
                    *entry += slope;
                }
            }
        }
        Evaluation { value: self.value.total(), gradient, hessian }
    }
}

#[cfg(test)]
mod tests {
    use super::Sum;

    #[test]
    fn what_plain_sums_lose_is_kept() {
        let mut sum = Sum::default();
        for term in [1.0, 1e100, 1.0, -1e100] {
            sum.add(term);
        }
        assert_eq!(sum.total().to_bits(), 2.0_f64.to_bits());
    }
}
