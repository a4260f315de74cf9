//! Compensated sums of a likelihood and its derivatives.

use crate::kernel::{exp_of_negative, ln_1p};

use super::newton::Evaluation;

/// A sum with the rounding of each addition summed beside it (Knuth's two-sum, no branches).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    #[inline]
    pub(crate) fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        let taken = sum - self.sum;
        self.lost += (self.sum - (sum - taken)) + (term - taken);
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
    #[inline]
    pub(super) fn with_odds(mut self, ln_odds: f64, slope: [f64; N], bend: [[f64; N]; N]) -> Self {
        // Of the two probabilities the smaller over the larger.
        let rare = exp_of_negative(-ln_odds.abs());
        let (more, less) = (1.0 / (1.0 + rare), rare / (1.0 + rare));
        let (dead, alive) = if ln_odds > 0.0 { (more, less) } else { (less, more) };
        self.value += ln_odds.max(0.0) + ln_1p(rare);
        for (sum, part) in self.gradient.iter_mut().zip(slope) {
            *sum += dead * part;
        }
        for (place, ((entries, bends), left)) in
            self.hessian.iter_mut().zip(bend).zip(slope).enumerate()
        {
            for ((entry, bent), right) in
                entries.iter_mut().zip(bends).zip(slope).take(place.saturating_add(1))
            {
                *entry += dead * (bent + alive * left * right);
            }
        }
        self
    }
}

/// Sums of [`Terms`] over rows: plain over a few, compensated over these.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums<const N: usize> {
    value: Sum,
    gradient: [Sum; N],
    hessian: [[Sum; N]; N],
    few: Terms<N>,
    rows: u32,
}

/// So many rows are a few.
const FEW: u32 = 32;

impl<const N: usize> Sums<N> {
    pub(super) fn new() -> Self {
        let zero = Sum::default();
        Self {
            value: zero,
            gradient: [zero; N],
            hessian: [[zero; N]; N],
            few: Terms { value: 0.0, gradient: [0.0; N], hessian: [[0.0; N]; N] },
            rows: 0,
        }
    }

    #[inline]
    pub(super) fn add(&mut self, weight: f64, terms: &Terms<N>) {
        self.few.value += weight * terms.value;
        for (sum, term) in self.few.gradient.iter_mut().zip(terms.gradient) {
            *sum += weight * term;
        }
        for (place, (row, terms)) in self.few.hessian.iter_mut().zip(terms.hessian).enumerate() {
            for (sum, term) in row.iter_mut().zip(terms).take(place.saturating_add(1)) {
                *sum += weight * term;
            }
        }
        self.rows = self.rows.saturating_add(1);
        if self.rows == FEW {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.value.add(self.few.value);
        for (sum, term) in self.gradient.iter_mut().zip(self.few.gradient) {
            sum.add(term);
        }
        for (row, terms) in self.hessian.iter_mut().zip(self.few.hessian) {
            for (sum, term) in row.iter_mut().zip(terms) {
                sum.add(term);
            }
        }
        self.few = Terms { value: 0.0, gradient: [0.0; N], hessian: [[0.0; N]; N] };
        self.rows = 0;
    }

    /// The derivatives by the logarithms of `parameters`.
    pub(super) fn by_logarithms(mut self, parameters: [f64; N]) -> Evaluation<N> {
        self.flush();
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
