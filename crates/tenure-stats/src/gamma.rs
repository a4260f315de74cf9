//! The gamma distribution, and chi-square with it.

use core::f64::consts::PI;

use crate::density::{deviance, stirling_error};
use crate::{DomainError, Tails, count_to_f64, normal};

/// How much of a Gamma(shape, 1) distribution lies below and above `x`: the regularised incomplete
/// gamma functions P and Q.
///
/// *Accuracy*: relative error below 1e-12 (test against 40 digits).
///
/// *Source*: Abramowitz and Stegun 6.5.29 (series) and 6.5.31 (continued fraction).
///
/// # Errors
/// `shape` not above 0 and finite, `x` negative or not a number.
///
/// ```
/// // exponential: P(X > 2) = e^-2
/// let upper = tenure_stats::gamma::tails(1.0, 2.0)?.upper;
/// assert!((upper - 0.1353352832366127).abs() < 1e-15);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn tails(shape: f64, x: f64) -> Result<Tails, DomainError> {
    if !(shape > 0.0 && shape.is_finite()) {
        return Err(DomainError::new("shape", shape, "the finite numbers above 0"));
    }
    if x.is_nan() || x < 0.0 {
        return Err(DomainError::new("x", x, "0 and above"));
    }
    if x <= 0.0 {
        return Ok(Tails::from_lower(0.0));
    }
    if x.is_infinite() {
        return Ok(Tails::from_upper(0.0));
    }
    // x^shape e^-x / Γ(shape + 1)
    let term =
        libm::exp(-stirling_error(shape) - deviance(shape, x)) / libm::sqrt(2.0 * PI * shape);
    Ok(if x < shape + 1.0 {
        Tails::from_lower((term * series(shape, x)).min(1.0))
    } else {
        Tails::from_upper((term * shape / fraction(shape, x)).min(1.0))
    })
}

/// The p value of a chi-square statistic: P(χ² > x) with `df` degrees of freedom.
///
/// *Accuracy*: as [`tails`].
///
/// # Errors
/// `df` 0, `x` negative or not a number.
///
/// ```
/// // with 2 degrees of freedom: e^(-x/2)
/// let p = tenure_stats::gamma::chi_square_upper_tail(4.0, 2)?;
/// assert!((p - 0.1353352832366127).abs() < 1e-15);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn chi_square_upper_tail(x: f64, df: u64) -> Result<f64, DomainError> {
    let df = count_to_f64(df);
    if df < 1.0 {
        return Err(DomainError::new("df", df, "1 and above"));
    }
    Ok(tails(0.5 * df, 0.5 * x)?.upper)
}

/// The point below which a share `p` of a Gamma(shape, 1) distribution lies.
///
/// *Undefined when* never, for shapes and shares in range; the point is 0 where the true one is
/// smaller than any float.
///
/// *Accuracy*: relative error below 1e-11 from p = 1e-30 up (test against 40 digits).
///
/// *Source*: Newton steps on the logarithm of the smaller tail, inside a shrinking bracket.
///
/// # Errors
/// `p` outside 0 to 1, ends excluded; `shape` not above 0 and finite.
///
/// ```
/// // exponential: the median is ln 2
/// let median = tenure_stats::gamma::quantile(0.5, 1.0)?;
/// assert!((median - core::f64::consts::LN_2).abs() < 1e-15);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn quantile(p: f64, shape: f64) -> Result<f64, DomainError> {
    if !(p > 0.0 && p < 1.0) {
        return Err(DomainError::new("p", p, "0 to 1, ends excluded"));
    }
    solve(Tails::from_lower(p), shape)
}

/// The statistic that a chi-square distribution with `df` degrees of freedom exceeds with probability
/// `p`: the critical value of a test of level p, however small.
///
/// *Accuracy*: as [`quantile`].
///
/// # Errors
/// `df` 0, `p` outside 0 to 1, ends excluded.
///
/// ```
/// // with 2 degrees of freedom: -2 ln p
/// let critical = tenure_stats::gamma::chi_square_upper_quantile(0.05, 2)?;
/// assert!((critical - 5.991464547107979).abs() < 1e-13);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn chi_square_upper_quantile(p: f64, df: u64) -> Result<f64, DomainError> {
    let df = count_to_f64(df);
    if df < 1.0 {
        return Err(DomainError::new("df", df, "1 and above"));
    }
    if !(p > 0.0 && p < 1.0) {
        return Err(DomainError::new("p", p, "0 to 1, ends excluded"));
    }
    Ok(2.0 * solve(Tails::from_upper(p), 0.5 * df)?)
}

/// The point with these tails.
fn solve(wanted: Tails, shape: f64) -> Result<f64, DomainError> {
    const MAX_STEPS: u32 = 200;
    let by_lower = wanted.lower < wanted.upper;
    // Wilson and Hilferty 1931: the cube root is nearly normal
    let smaller = wanted.lower.min(wanted.upper).max(f64::MIN_POSITIVE);
    let z = normal::quantile(smaller)?;
    let root =
        1.0 - 1.0 / (9.0 * shape) + if by_lower { z } else { -z } / (3.0 * libm::sqrt(shape));
    let mut x = shape * root * root * root;
    if x <= 0.0 {
        // near 0 the lower tail is x^shape / Γ(shape + 1)
        x = libm::exp((libm::log(smaller) + libm::lgamma(shape + 1.0)) / shape);
    }
    let (mut low, mut high) = (0.0, f64::MAX);
    x = x.clamp(f64::MIN_POSITIVE, f64::MAX);
    for _ in 0..MAX_STEPS {
        let here = tails(shape, x)?;
        // density times x
        let slope =
            libm::exp(-stirling_error(shape) - deviance(shape, x)) * libm::sqrt(shape / (2.0 * PI));
        let (found, aim) =
            if by_lower { (here.lower, wanted.lower) } else { (here.upper, wanted.upper) };
        let excess = libm::log(found / aim) * found / slope;
        let too_low = if by_lower { found < aim } else { found > aim };
        if too_low {
            low = x;
        } else {
            high = x;
        }
        let newton = x * libm::exp(if by_lower { -excess } else { excess });
        let next = if newton > low && newton < high {
            newton
        } else if high < f64::MAX {
            0.5 * (low + high)
        } else {
            2.0 * x
        };
        if (next - x).abs() <= 2.0 * f64::EPSILON * x {
            return Ok(next);
        }
        x = next;
    }
    Ok(x)
}

/// A chi-square statistic, its degrees of freedom and its p value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ChiSquareTest {
    /// The statistic.
    pub chi2: f64,
    /// Degrees of freedom.
    pub df: u64,
    /// P(χ² > chi2).
    pub p: f64,
}

impl ChiSquareTest {
    /// The test; `None` if the statistic is not finite and 0 or above, or there is no degree of
    /// freedom.
    ///
    /// ```
    /// use tenure_stats::ChiSquareTest;
    ///
    /// assert_eq!(ChiSquareTest::new(0.0, 2).map(|test| test.p), Some(1.0));
    /// assert_eq!(ChiSquareTest::new(1.0, 0), None);
    /// ```
    #[must_use]
    pub fn new(chi2: f64, df: u64) -> Option<Self> {
        if !chi2.is_finite() {
            return None;
        }
        Some(Self { chi2, df, p: chi_square_upper_tail(chi2, df).ok()? })
    }
}

/// Some thousand times the square root of any shape met in practice.
const MAX_STEPS: u32 = 10_000_000;

/// 1 + x/(s+1) + x²/((s+1)(s+2)) + ...
fn series(shape: f64, x: f64) -> f64 {
    let mut sum = 1.0;
    let mut term = 1.0;
    for step in 1..=MAX_STEPS {
        term *= x / (shape + f64::from(step));
        sum += term;
        if term <= f64::EPSILON / 2.0 * sum {
            break;
        }
    }
    sum
}

/// x + 1 - s - 1(1-s)/(x + 3 - s - 2(2-s)/(x + 5 - s - ...)), by modified Lentz.
fn fraction(shape: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut next = x + 1.0 - shape;
    let mut value = nonzero(next);
    let mut c = value;
    let mut d = 0.0;
    for step in 1..=MAX_STEPS {
        let n = f64::from(step);
        let numerator = -n * (n - shape);
        next += 2.0;
        d = 1.0 / nonzero(next + numerator * d);
        c = nonzero(next + numerator / c);
        let change = c * d;
        value *= change;
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends() -> Result<(), DomainError> {
        assert_eq!(tails(2.0, 0.0)?, Tails { lower: 0.0, upper: 1.0 });
        assert_eq!(tails(2.0, f64::INFINITY)?, Tails { lower: 1.0, upper: 0.0 });
        Ok(())
    }

    #[test]
    fn refuses_what_is_outside() {
        assert_eq!(tails(0.0, 1.0).unwrap_err().parameter(), "shape");
        assert_eq!(tails(f64::NAN, 1.0).unwrap_err().parameter(), "shape");
        assert_eq!(tails(f64::INFINITY, 1.0).unwrap_err().parameter(), "shape");
        assert_eq!(tails(1.0, -1.0).unwrap_err().parameter(), "x");
        assert_eq!(tails(1.0, f64::NAN).unwrap_err().parameter(), "x");
        assert_eq!(chi_square_upper_tail(1.0, 0).unwrap_err().parameter(), "df");
        assert_eq!(chi_square_upper_quantile(0.5, 0).unwrap_err().parameter(), "df");
        assert_eq!(quantile(0.5, -1.0).unwrap_err().parameter(), "shape");
        for p in [0.0, 1.0, -0.1, f64::NAN] {
            assert_eq!(quantile(p, 1.0).unwrap_err().parameter(), "p");
            assert_eq!(chi_square_upper_quantile(p, 1).unwrap_err().parameter(), "p");
        }
        for (chi2, df) in [(f64::NAN, 1), (f64::INFINITY, 1), (-1.0, 1), (1.0, 0)] {
            assert_eq!(ChiSquareTest::new(chi2, df), None);
        }
        assert_eq!(chi_square_upper_tail(-1.0, 1).unwrap_err().parameter(), "x");
    }
}
