//! The beta distribution: regularised incomplete beta function and its inverse.

use core::f64::consts::PI;

use crate::density::{deviance, stirling_error};
use crate::quadrature::panel;
use crate::{DomainError, Level, Positive, ln_gamma_ratio, normal};

/// Both tails of a distribution at one point: each without loss where it is small.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Tails {
    /// The probability below the point.
    pub lower: f64,
    /// The probability above the point.
    pub upper: f64,
}

impl Tails {
    pub(crate) const fn from_lower(lower: f64) -> Self {
        Self { lower, upper: 1.0 - lower }
    }

    pub(crate) const fn from_upper(upper: f64) -> Self {
        Self { lower: 1.0 - upper, upper }
    }

    const fn swap(self) -> Self {
        Self { lower: self.upper, upper: self.lower }
    }
}

/// How much of a Beta(a, b) distribution lies below and above `x`: I_x(a, b) and its complement.
///
/// *Accuracy*: relative error of the smaller tail below 1e-11 from a, b = 1e-6 to 1e12 (tests against
/// 40 digits and more).
///
/// *Source*: Didonato and Morris 1992, continued fraction (9), and the power series where a shape is
/// small; above 10,000 on both sides the density is integrated.
///
/// # Errors
/// `x` outside 0 to 1, `a` or `b` not above 0 and finite.
///
/// ```
/// // the share of a uniform distribution below 1/4
/// let lower = tenure_stats::beta::tails(0.25, 1.0, 1.0)?.lower;
/// assert!((lower - 0.25).abs() < 1e-15);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn tails(x: f64, a: f64, b: f64) -> Result<Tails, DomainError> {
    let (a, b) = (shape("a", a)?, shape("b", b)?);
    if !(0.0..=1.0).contains(&x) {
        return Err(DomainError::new("x", x, "0 to 1"));
    }
    Ok(tails_at(x, 1.0 - x, a, b))
}

/// The same as [`tails`] at `x = 1 - y`, both given, so that neither end loses digits: near 1 a double
/// knows `x` to 1e-16, and `y` to all its digits.
///
/// *Accuracy*: as [`tails`].
///
/// # Errors
/// `x` or `y` outside 0 to 1, `a` or `b` not above 0 and finite.
///
/// ```
/// // above all but 1e-20 of a uniform distribution
/// let upper = tenure_stats::beta::tails_of(1.0, 1e-20, 1.0, 1.0)?.upper;
/// assert!((upper / 1e-20 - 1.0).abs() < 1e-13);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn tails_of(x: f64, y: f64, a: f64, b: f64) -> Result<Tails, DomainError> {
    let (a, b) = (shape("a", a)?, shape("b", b)?);
    for (parameter, value) in [("x", x), ("y", y)] {
        if !(0.0..=1.0).contains(&value) {
            return Err(DomainError::new(parameter, value, "0 to 1"));
        }
    }
    Ok(tails_at(x, y, a, b))
}

/// The point below which a share `p` of a Beta(a, b) distribution lies.
///
/// *Accuracy*: relative error below 1e-11 (test against 40 digits).
///
/// # Errors
/// `p` outside 0 to 1, ends excluded; `a` or `b` not above 0 and finite.
///
/// ```
/// // Beta(1, 2) has distribution function 1 - (1 - x)^2
/// let median = tenure_stats::beta::quantile(0.75, 1.0, 2.0)?;
/// assert!((median - 0.5).abs() < 1e-15);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn quantile(p: f64, a: f64, b: f64) -> Result<f64, DomainError> {
    let (a, b) = (shape("a", a)?, shape("b", b)?);
    if !(p > 0.0 && p < 1.0) {
        return Err(DomainError::new("p", p, "0 to 1, ends excluded"));
    }
    Ok(quantile_at(Tails::from_lower(p), a, b).0)
}

/// The lower and upper limit that leave half of what is outside `level` on each side.
///
/// # Errors
/// `a` or `b` not above 0 and finite.
///
/// ```
/// use tenure_stats::{Level, beta};
///
/// let (lower, upper) = beta::central_range(Level::new(0.5)?, 1.0, 1.0)?;
/// assert!((lower - 0.25).abs() < 1e-15 && (upper - 0.75).abs() < 1e-15);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn central_range(level: Level, a: f64, b: f64) -> Result<(f64, f64), DomainError> {
    let (a, b) = (shape("a", a)?, shape("b", b)?);
    Ok(central(level, a, b))
}

/// [`central_range`] of shapes known to be sound.
pub(crate) fn central(level: Level, a: f64, b: f64) -> (f64, f64) {
    let outside = 0.5 * level.outside();
    let lower = quantile_at(Tails::from_lower(outside), a, b).0;
    let upper = quantile_at(Tails::from_upper(outside), a, b).0;
    (lower, upper)
}

fn shape(parameter: &'static str, value: f64) -> Result<f64, DomainError> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(DomainError::new(parameter, value, "the finite numbers above 0"))
    }
}

/// Tails at x = 1 - y, both given so that neither end loses digits.
pub(crate) fn tails_at(x: f64, y: f64, a: f64, b: f64) -> Tails {
    if x <= 0.0 {
        return Tails::from_lower(0.0);
    }
    if y <= 0.0 {
        return Tails::from_upper(0.0);
    }
    if let Some(tails) = tails_of_small_shape(x, a, b) {
        return tails;
    }
    if let Some(tails) = tails_of_small_shape(y, b, a) {
        return tails.swap();
    }
    // a - (a+b)x: how far below the mean, from whichever of x and y cancels less
    let below = if a > b { (a + b) * y - b } else { a - (a + b) * x };
    if below < 0.0 {
        return Tails::from_lower(lower_tail(y, x, b, a, -below)).swap();
    }
    Tails::from_lower(lower_tail(x, y, a, b, below))
}

/// Below this a shape leaves more below the mean than above, and very little above.
const SMALL: f64 = 0.1;

/// Both tails by the power series, where `a` is small and the series short.
///
/// ```text
/// I_x(a, b) = e^E (1 + a S),  E = ln(x^a / (a B(a, b))),  S = sum_k (1-b)_k/k! x^k/(a+k), k from 1
/// ```
///
/// *Source*: Didonato and Morris 1992, BPSER; its complement without subtracting it from 1.
fn tails_of_small_shape(x: f64, a: f64, b: f64) -> Option<Tails> {
    if a >= SMALL || x > 0.5 || x * b > 1.0 {
        return None;
    }
    let (small, other, one) = (Positive::new(a)?, Positive::new(b)?, Positive::new(1.0)?);
    let exponent = a * libm::log(x) + ln_gamma_ratio(other, small) - ln_gamma_ratio(one, small);
    let (mut term, mut sum, mut k) = (1.0_f64, 0.0, 1.0);
    while term.abs() > 1e-17 && k < 100.0 {
        term *= (k - b) / k * x;
        sum += term / (a + k);
        k += 1.0;
    }
    let all = libm::exp(exponent);
    Some(Tails { lower: all * (1.0 + a * sum), upper: -libm::expm1(exponent) - all * (a * sum) })
}

/// Above this on both sides the continued fraction would take more than some hundred steps.
const LARGE: f64 = 1e4;

fn lower_tail(x: f64, y: f64, a: f64, b: f64, below: f64) -> f64 {
    let tail = if a.min(b) > LARGE {
        integrated_tail(x, y, a, b, below)
    } else {
        fraction_tail(x, y, a, b, below)
    };
    tail.clamp(0.0, 1.0)
}

/// The density of Beta(a, b) at x = 1 - y, times x·y: `x^a y^b / B(a, b)`. Both x and y are given, so
/// that neither end loses digits.
///
/// *Accuracy*: relative error below 1e-13 up to a, b = 1e12 (Loader's saddle point).
///
/// # Errors
/// `x` or `y` outside 0 to 1, `a` or `b` not above 0 and finite.
///
/// ```
/// // Beta(2, 1) has density 2x
/// let term = tenure_stats::beta::density_times_xy(0.25, 0.75, 2.0, 1.0)?;
/// assert!((term / (0.25 * 0.75) - 0.5).abs() < 1e-14);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn density_times_xy(x: f64, y: f64, a: f64, b: f64) -> Result<f64, DomainError> {
    let (a, b) = (shape("a", a)?, shape("b", b)?);
    for (parameter, value) in [("x", x), ("y", y)] {
        if !(0.0..=1.0).contains(&value) {
            return Err(DomainError::new(parameter, value, "0 to 1"));
        }
    }
    Ok(if x > 0.0 && y > 0.0 { power_term(x, y, a, b) } else { 0.0 })
}

/// [`density_times_xy`] inside the range.
pub(crate) fn power_term(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let n = a + b;
    let exponent = stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y);
    libm::exp(exponent) * libm::sqrt(a / (2.0 * PI) * (b / n))
}

/// Modified Lentz on the continued fraction, for x at or below the mean.
fn fraction_tail(x: f64, y: f64, a: f64, b: f64, below: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const MAX_STEPS: u32 = 100_000;
    let nonzero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let denominator = |n: f64| {
        n + n * (b - n) * x / (a + 2.0 * n - 1.0)
            + (a + n) / (a + 2.0 * n + 1.0) * (below + 1.0 + n * (1.0 + y))
    };
    let mut value = nonzero(a / (a + 1.0) * (below + 1.0));
    let mut c = value;
    let mut d = 0.0;
    for step in 1..=MAX_STEPS {
        let n = f64::from(step);
        let odd = a + 2.0 * n - 1.0;
        // at n = 1 and a small, (a+n-1)/(a+2n-1) is a/(a+1): no zero below
        let numerator = (a + n - 1.0) / odd * ((a + b + n - 1.0) / odd) * n * (b - n) * x * x;
        let next = denominator(n);
        d = 1.0 / nonzero(next + numerator * d);
        c = nonzero(next + numerator / c);
        let change = c * d;
        value *= change;
        if (change - 1.0).abs() <= 2.0 * f64::EPSILON {
            break;
        }
    }
    power_term(x, y, a, b) / value
}

/// The density integrated away from the mean, in panels no wider than its decay allows.
fn integrated_tail(x: f64, y: f64, a: f64, b: f64, below: f64) -> f64 {
    let n = a + b;
    let deviation = libm::sqrt(a / n * (b / n) / (n + 1.0));
    let distance = below / n / deviation;
    let width = deviation * if distance > 4.0 { 4.0 / distance } else { 1.0 };
    let density = |step: f64| {
        let (left, right) = (x - step, y + step);
        if left > 0.0 { power_term(left, right, a, b) / (left * right) } else { 0.0 }
    };
    let mut area = 0.0;
    let mut from = 0.0;
    while from < x {
        let to = from + width;
        let next = area + panel(density, from, to.min(x));
        if next - area <= 1e-17 * next {
            return next;
        }
        area = next;
        from = to;
    }
    area
}

/// The point with these tails, and its distance to 1.
pub(crate) fn quantile_at(wanted: Tails, a: f64, b: f64) -> (f64, f64) {
    let middle = tails_at(0.5, 0.5, a, b);
    let in_lower_half = if wanted.lower < wanted.upper {
        middle.lower >= wanted.lower
    } else {
        middle.upper <= wanted.upper
    };
    if in_lower_half {
        let x = solve(wanted, a, b);
        (x, 1.0 - x)
    } else {
        let y = solve(wanted.swap(), b, a);
        (1.0 - y, y)
    }
}

/// Newton on the logarithm of the smaller tail, kept inside a shrinking bracket, for a point at or
/// below one half.
fn solve(wanted: Tails, a: f64, b: f64) -> f64 {
    const MAX_STEPS: u32 = 200;
    let n = a + b;
    let deviation = libm::sqrt(a / n * (b / n) / (n + 1.0));
    let smaller = wanted.lower.min(wanted.upper).max(f64::MIN_POSITIVE);
    let z = normal::quantile(smaller).unwrap_or(0.0);
    let signed = if wanted.lower < wanted.upper { z } else { -z };
    let (mut low, mut high) = (0.0, 0.5);
    let mut x = a / n + signed * deviation;
    if !(x > 0.0 && x < 0.5) {
        x = 0.25;
    }
    for _ in 0..MAX_STEPS {
        let here = tails_at(x, 1.0 - x, a, b);
        let slope = power_term(x, 1.0 - x, a, b) / (1.0 - x); // density times x
        // the step in ln x
        let step = if wanted.lower < wanted.upper {
            -libm::log(here.lower / wanted.lower) * here.lower / slope
        } else {
            libm::log(here.upper / wanted.upper) * here.upper / slope
        };
        let too_low = if wanted.lower < wanted.upper {
            here.lower < wanted.lower
        } else {
            here.upper > wanted.upper
        };
        if too_low {
            low = x;
        } else {
            high = x;
        }
        let newton = x * libm::exp(step);
        let next = if newton >= low && newton <= high {
            newton
        } else if low > 0.01 * high {
            0.5 * (low + high)
        } else {
            libm::sqrt(low.max(f64::MIN_POSITIVE) * high)
        };
        if (next - x).abs() <= 2.0 * f64::EPSILON * x {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends() -> Result<(), DomainError> {
        assert_eq!(tails(0.0, 2.0, 3.0)?, Tails { lower: 0.0, upper: 1.0 });
        assert_eq!(tails(1.0, 2.0, 3.0)?, Tails { lower: 1.0, upper: 0.0 });
        assert_eq!(density_times_xy(0.0, 1.0, 2.0, 3.0)?.to_bits(), 0.0_f64.to_bits());
        Ok(())
    }

    /// x, a, b, lower and upper tail: mpmath 1.4.1, 60 digits, of the doubles as they are.
    #[test]
    fn a_small_shape_keeps_the_digits_of_both_tails() -> Result<(), DomainError> {
        for [x, a, b, lower, upper] in [
            [3.5e-8, 1e-6, 10.0, 0.999_985_661_152_195_9, 1.433_884_780_411_098_6e-5],
            [1e-5, 0.001, 1.0, 0.988_553_094_656_938_8, 0.011_446_905_343_061_16],
            [1e-7, 0.0001, 200.5, 0.998_976_258_029_883_9, 0.001_023_741_970_116_058_2],
            [0.01, 0.05, 0.5, 0.744_159_015_004_643, 0.255_840_984_995_356_95],
            [0.3, 0.09, 0.1, 0.491_106_721_089_791_9, 0.508_893_278_910_208_1],
            [0.25, 1e-6, 1e-6, 0.499_999_450_694_670_84, 0.500_000_549_305_329_2],
            [1e-9, 0.01, 1e6, 0.938_570_647_889_489_4, 0.061_429_352_110_510_62],
            [1e-13, 1e-6, 1e6, 0.999_984_459_239_350_3, 1.554_076_064_965_089e-5],
            [0.09, 1e-5, 10.0, 0.999_997_383_335_031_9, 2.616_664_968_081_720_4e-6],
            [1e-200, 0.09, 3.0, 1.139_050_000_000_001_7e-18, 1.0],
        ] {
            let below = tails_of(x, 1.0 - x, a, b)?;
            let above = tails_of(1.0 - x, x, b, a)?;
            for found in [below, above.swap()] {
                assert!((found.lower / lower - 1.0).abs() < 2e-13, "{x} {a} {b} {found:?}");
                assert!((found.upper / upper - 1.0).abs() < 2e-13, "{x} {a} {b} {found:?}");
            }
        }
        Ok(())
    }

    #[test]
    fn refuses_what_is_outside() {
        for (x, a, b, parameter) in [
            (-0.1, 1.0, 1.0, "x"),
            (1.1, 1.0, 1.0, "x"),
            (f64::NAN, 1.0, 1.0, "x"),
            (0.5, 0.0, 1.0, "a"),
            (0.5, 1.0, -1.0, "b"),
            (0.5, f64::INFINITY, 1.0, "a"),
            (0.5, 1.0, f64::NAN, "b"),
        ] {
            assert_eq!(tails(x, a, b).unwrap_err().parameter(), parameter);
        }
        for p in [0.0, 1.0, f64::NAN] {
            assert_eq!(quantile(p, 1.0, 1.0).unwrap_err().parameter(), "p");
        }
        assert_eq!(quantile(0.5, 0.0, 1.0).unwrap_err().parameter(), "a");
        assert_eq!(density_times_xy(1.5, 0.5, 1.0, 1.0).unwrap_err().parameter(), "x");
        assert_eq!(density_times_xy(0.5, f64::NAN, 1.0, 1.0).unwrap_err().parameter(), "y");
        assert_eq!(central_range(Level::default(), 1.0, 0.0).unwrap_err().parameter(), "b");
    }
}
