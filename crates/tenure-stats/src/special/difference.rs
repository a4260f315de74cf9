//! Differences of `ln Γ`, `ψ` and `ψ'` that do not subtract two large numbers.

use super::{NonNegative, Positive};
use crate::count_to_f64;

/// From here on the asymptotic series below are exact to a double.
pub(super) const SHIFT: f64 = 15.0;
/// Whole steps up to this one are products and sums, term by term.
const FEW: f64 = 16.0;

/// `ln Γ(z) = (z - 1/2) ln z - z + ln(2π)/2 + LN_GAMMA_TAIL(1/z)`: B(2k) / (2k (2k-1)).
const LN_GAMMA_TAIL: [f64; 14] = [
    0.0,
    1.0 / 12.0,
    0.0,
    -1.0 / 360.0,
    0.0,
    1.0 / 1260.0,
    0.0,
    -1.0 / 1680.0,
    0.0,
    1.0 / 1188.0,
    0.0,
    -691.0 / 360_360.0,
    0.0,
    1.0 / 156.0,
];
/// `ψ(z) = ln z - DIGAMMA_TAIL(1/z)`: B(2k) / 2k.
pub(super) const DIGAMMA_TAIL: [f64; 15] = [
    0.0,
    0.5,
    1.0 / 12.0,
    0.0,
    -1.0 / 120.0,
    0.0,
    1.0 / 252.0,
    0.0,
    -1.0 / 240.0,
    0.0,
    1.0 / 132.0,
    0.0,
    -691.0 / 32_760.0,
    0.0,
    1.0 / 12.0,
];
/// `ψ'(z) = TRIGAMMA_TAIL(1/z)`: B(2k).
pub(super) const TRIGAMMA_TAIL: [f64; 16] = [
    0.0,
    1.0,
    0.5,
    1.0 / 6.0,
    0.0,
    -1.0 / 30.0,
    0.0,
    1.0 / 42.0,
    0.0,
    -1.0 / 30.0,
    0.0,
    5.0 / 66.0,
    0.0,
    -691.0 / 2730.0,
    0.0,
    7.0 / 6.0,
];

/// The polynomial with these coefficients, lowest first, at `y`.
pub(super) fn polynomial(coefficients: &[f64], y: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |value, coefficient| value * y + coefficient)
}

/// `(p(y) - p(w)) / (y - w)`, by Horner's rule twice.
fn divided_difference(coefficients: &[f64], y: f64, w: f64) -> f64 {
    let (mut slope, mut value) = (0.0, 0.0);
    for coefficient in coefficients.iter().rev() {
        slope = slope * y + value;
        value = value * w + coefficient;
    }
    slope
}

/// `p(1/a) - p(1/(a + h))`, to full relative precision.
fn tail_drop(coefficients: &[f64], a: f64, h: f64) -> f64 {
    let b = a + h;
    h / a / b * divided_difference(coefficients, 1.0 / a, 1.0 / b)
}

/// The few whole steps from `a`: `Some(h)` if `h` is one of 0, 1, … 16 and `a` is not huge.
fn few_steps(a: f64, h: f64) -> Option<f64> {
    (h <= FEW && h <= libm::floor(h) && a < 1e15).then_some(h)
}

/// `ln Γ(a + h) - ln Γ(a)`.
///
/// *Accuracy*: 1e-15 relative, absolute near zeros; 2e-15 relative if the step is small beside `a`.
/// *Cost*: at most 16 steps and two logarithms.
///
/// *Source*: Stirling's series, Abramowitz, Stegun 1964, 6.1.41, both arguments shifted to 15.
///
/// ```
/// use tenure_stats::{Positive, ln_gamma_ratio};
/// let a = Positive::new(2.5).ok_or("not positive")?;
/// assert!((ln_gamma_ratio(a, 2) - f64::ln(2.5 * 3.5)).abs() < 1e-15);
/// assert_eq!(ln_gamma_ratio(a, 0), 0.0);
/// # Ok::<(), &'static str>(())
/// ```
#[must_use]
pub fn ln_gamma_ratio(a: Positive, h: impl Into<NonNegative>) -> f64 {
    let (a, h) = (a.get(), h.into().get());
    if let Some(steps) = few_steps(a, h) {
        let mut product = 1.0;
        let mut step = 0.0;
        while step < steps {
            product *= a + step;
            step += 1.0;
        }
        return libm::log(product);
    }
    let (mut low, mut high, mut shifted) = (a, a + h, 1.0);
    if h < 0.1 * a {
        // The product less 1: beside 1 a small step would lose its digits.
        let mut less = 0.0;
        while low < SHIFT {
            let factor = -h / (low + h);
            less += factor + less * factor;
            low += 1.0;
        }
        return stirling_difference(low, h, low + h) + libm::log1p(less);
    }
    if h < SHIFT {
        while low < SHIFT {
            shifted *= low / (low + h);
            low += 1.0;
            high += 1.0;
        }
        return stirling_difference(low, h, high) + libm::log(shifted);
    }
    while low < SHIFT {
        shifted *= low;
        low += 1.0;
    }
    stirling_difference(low, high - low, high) + libm::log(shifted)
}

fn stirling_difference(low: f64, step: f64, high: f64) -> f64 {
    (low - 0.5) * libm::log1p(step / low) + step * (libm::log(high) - 1.0)
        - tail_drop(&LN_GAMMA_TAIL, low, step)
}

/// `ψ(a + h) - ψ(a)`, never negative.
///
/// *Accuracy*: 1e-15 relative.
///
/// ```
/// use tenure_stats::{Positive, digamma_difference};
/// let a = Positive::new(2.0).ok_or("not positive")?;
/// assert_eq!(digamma_difference(a, 2), 1.0 / 2.0 + 1.0 / 3.0);
/// # Ok::<(), &'static str>(())
/// ```
#[must_use]
pub fn digamma_difference(a: Positive, h: impl Into<NonNegative>) -> f64 {
    let (mut low, h) = (a.get(), h.into().get());
    let mut shifted = 0.0;
    if let Some(steps) = few_steps(low, h) {
        let mut step = 0.0;
        while step < steps {
            shifted += 1.0 / (low + step);
            step += 1.0;
        }
        return shifted;
    }
    while low < SHIFT {
        shifted += h / low / (low + h);
        low += 1.0;
    }
    libm::log1p(h / low) + tail_drop(&DIGAMMA_TAIL, low, h) + shifted
}

/// `ψ'(a) - ψ'(a + h)`, never negative.
///
/// *Accuracy*: 1e-15 relative.
///
/// ```
/// use tenure_stats::{Positive, trigamma_difference};
/// let a = Positive::new(2.0).ok_or("not positive")?;
/// assert_eq!(trigamma_difference(a, 2), 1.0 / 4.0 + 1.0 / 9.0);
/// # Ok::<(), &'static str>(())
/// ```
#[must_use]
pub fn trigamma_difference(a: Positive, h: impl Into<NonNegative>) -> f64 {
    let (mut low, h) = (a.get(), h.into().get());
    let mut shifted = 0.0;
    if let Some(steps) = few_steps(low, h) {
        let mut step = 0.0;
        while step < steps {
            let z = low + step;
            shifted += 1.0 / (z * z);
            step += 1.0;
        }
        return shifted;
    }
    while low < SHIFT {
        let high = low + h;
        shifted += h / low * (1.0 + low / high) / (low * high);
        low += 1.0;
    }
    tail_drop(&TRIGAMMA_TAIL, low, h) + shifted
}

/// `ln B(a, b + n) - ln B(a, b)`, never positive: the logarithm of the mean of the `n`-th power
/// under a beta distribution `B(b, a)`.
///
/// *Accuracy*: 1e-14 relative up to 1024 steps, which are added one by one; then the error is that
/// of the smaller of the two gamma ratios it is a difference of.
///
/// ```
/// use tenure_stats::{Positive, ln_beta_ratio};
/// let (a, b) = (Positive::new(1.0), Positive::new(2.0));
/// let (a, b) = (a.ok_or("not positive")?, b.ok_or("not positive")?);
/// // B(1, 3) / B(1, 2) = 2/3
/// assert!((ln_beta_ratio(a, b, 1) - f64::ln(2.0 / 3.0)).abs() < 1e-15);
/// # Ok::<(), &'static str>(())
/// ```
#[must_use]
pub fn ln_beta_ratio(a: Positive, b: Positive, n: u64) -> f64 {
    if n <= 1024 {
        let mut sum = 0.0;
        let mut step = 0.0;
        while step < count_to_f64(n) {
            sum -= libm::log1p(a.get() / (b.get() + step));
            step += 1.0;
        }
        sum
    } else if a.get() <= count_to_f64(n) {
        ln_gamma_ratio(b, a) - ln_gamma_ratio(b.plus(n), a)
    } else {
        ln_gamma_ratio(b, n) - ln_gamma_ratio(b.plus(a), n)
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{BETA, DIFFERENCES, GAMMA};
    use super::super::{digamma, ln_beta, ln_gamma, trigamma};
    use super::*;

    /// Relative, or absolute where the value is below one.
    fn off(got: f64, want: f64) -> f64 {
        (got - want).abs() / want.abs().max(1.0)
    }

    /// Relative.
    fn relative(got: f64, want: f64) -> f64 {
        (got / want - 1.0).abs()
    }

    #[test]
    fn gamma_and_derivatives_match_the_table() {
        for [x, ln_gamma_x, digamma_x, trigamma_x] in GAMMA {
            let x = Positive::new(x).unwrap();
            assert!(off(ln_gamma(x), ln_gamma_x) <= 1e-15, "ln gamma {x:?}");
            assert!(off(digamma(x), digamma_x) <= 1.5e-15, "digamma {x:?}");
            assert!(relative(trigamma(x), trigamma_x) <= 1e-15, "trigamma {x:?}");
        }
    }

    #[test]
    fn differences_match_the_table() {
        for [a, h, ratio, first, second] in DIFFERENCES {
            let (a, h) = (Positive::new(a).unwrap(), Positive::new(h).unwrap());
            assert!(off(ln_gamma_ratio(a, h), ratio) <= 1e-15, "ratio {a:?} {h:?}");
            assert!(relative(digamma_difference(a, h), first) <= 1e-15, "first {a:?} {h:?}");
            assert!(relative(trigamma_difference(a, h), second) <= 1e-15, "second {a:?} {h:?}");
        }
    }

    /// mpmath 1.4.1, 60 digits, of the doubles as they are.
    #[test]
    fn small_steps_keep_their_digits() {
        for [a, h, want] in [
            [10.0, 1e-6, 2.251_752_641_649_887e-6],
            [1.0, 1e-6, -5.772_148_424_349_001e-7],
            [2.5, 1e-12, 7.031_566_406_454_884e-13],
            [0.5, 0.03, -0.056_757_230_634_918_526],
            [0.001, 1e-8, -0.000_010_005_705_719_569_307],
            [14.9, 0.001, 0.002_667_463_683_704_885],
            [40.0, 1e-9, 3.676_327_374_047_501e-9],
        ] {
            let (shape, step) = (Positive::new(a).unwrap(), Positive::new(h).unwrap());
            assert!(relative(ln_gamma_ratio(shape, step), want) <= 2e-15, "{a} {h}");
        }
    }

    #[test]
    fn beta_matches_the_table() {
        for ([a, b], n, beta, ratio) in BETA {
            let (a, b) = (Positive::new(a).unwrap(), Positive::new(b).unwrap());
            assert!(off(ln_beta(a, b), beta) <= 1e-15, "beta {a:?} {b:?}");
            assert!(off(ln_beta_ratio(a, b, n), ratio) <= 2e-13, "ratio {a:?} {b:?} {n}");
            if n <= 1024 && n > 0 {
                assert!(relative(ln_beta_ratio(a, b, n), ratio) <= 1e-14, "ratio {a:?} {b:?} {n}");
            }
        }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "exact: nothing is computed")]
    fn no_step_is_no_difference() {
        let a = Positive::new(0.3).unwrap();
        assert_eq!(ln_gamma_ratio(a, 0), 0.0);
        assert_eq!(digamma_difference(a, 0), 0.0);
        assert_eq!(trigamma_difference(a, 0), 0.0);
        assert_eq!(ln_beta_ratio(a, a, 0), 0.0);
    }

    #[test]
    fn the_ends_of_the_range_are_finite() {
        for a in [Positive::MIN, 1.0, Positive::MAX] {
            let a = Positive::new(a).unwrap();
            for h in [Positive::MIN, 1.0, 16.5, Positive::MAX] {
                let h = Positive::new(h).unwrap();
                for value in [
                    ln_gamma(a),
                    digamma(a),
                    trigamma(a),
                    ln_beta(a, h),
                    ln_gamma_ratio(a, h),
                    digamma_difference(a, h),
                    trigamma_difference(a, h),
                    ln_beta_ratio(a, h, u64::MAX),
                ] {
                    assert!(value.is_finite(), "{a:?} {h:?} {value}");
                }
            }
        }
    }
}
