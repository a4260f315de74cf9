//! The standard normal distribution.
//!
//! Built on `libm`'s error functions; quantiles by Halley steps on the distribution function.

use core::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

use crate::{DomainError, Level};

/// P(Z > x): the area above `x`.
///
/// *Undefined when* never: the infinities give 0 and 1.
///
/// *Accuracy*: relative error below 1e-14 wherever the result is a normal float (test against
/// 40 digits).
///
/// # Errors
/// Not a number.
///
/// ```
/// assert_eq!(tenure_stats::normal::upper_tail(0.0)?, 0.5);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn upper_tail(x: f64) -> Result<f64, DomainError> {
    if x.is_nan() {
        return Err(DomainError::new("x", x, "the real numbers"));
    }
    Ok(upper_area(x))
}

/// The two-sided p value of a test statistic: P(|Z| > |z|), as erfc(|z|/√2).
///
/// Never 1 - Φ: that prints 0 from z = 8.3 on, where the truth at 24.2 is 2.4e-129.
///
/// *Accuracy*: as [`upper_tail`].
///
/// # Errors
/// Not a number.
///
/// ```
/// let p = tenure_stats::normal::two_sided_p(-24.196695924791364)?;
/// assert!((p / 2.4102294388612652e-129 - 1.0).abs() < 1e-10);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn two_sided_p(z: f64) -> Result<f64, DomainError> {
    Ok(2.0 * upper_tail(z.abs())?)
}

/// The number below which a share `p` of the distribution lies.
///
/// *Accuracy*: relative error below 1e-14 (test against 40 digits). For an interval take
/// [`two_sided_z`], which does not lose digits as the level nears 1.
///
/// # Errors
/// `p` is not between 0 and 1, ends excluded.
///
/// ```
/// assert_eq!(tenure_stats::normal::quantile(0.5)?, 0.0);
/// assert!((tenure_stats::normal::quantile(0.8)? - 0.8416212335729143).abs() < 1e-15);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn quantile(p: f64) -> Result<f64, DomainError> {
    if !(p > 0.0 && p < 1.0) {
        return Err(DomainError::new("p", p, "0 to 1, ends excluded"));
    }
    // p - 1/2 is exact from 1/4 to 1, and far from 0 elsewhere
    let centred = 2.0 * (p - 0.5);
    let (inside, outside) = if p < 0.5 { (-centred, 2.0 * p) } else { (centred, 2.0 * (1.0 - p)) };
    let size = half_width(inside, outside);
    Ok(if p < 0.5 { -size } else { size })
}

/// The half-width, in standard deviations, of the central range that holds `level`: 1.96 for 0.95,
/// to full precision.
///
/// *Accuracy*: relative error below 1e-14 (test against 40 digits).
///
/// ```
/// use tenure_stats::{Level, normal};
///
/// assert!((normal::two_sided_z(Level::default()) - 1.959963984540054).abs() < 1e-15);
/// ```
#[must_use]
pub fn two_sided_z(level: Level) -> f64 {
    half_width(level.value(), level.outside())
}

fn upper_area(x: f64) -> f64 {
    0.5 * libm::erfc(x * FRAC_1_SQRT_2)
}

/// z ≥ 0 with P(|Z| < z) = inside = 1 - outside; both are given, so that neither end loses digits.
fn half_width(inside: f64, outside: f64) -> f64 {
    if inside <= 0.0 {
        return 0.0;
    }
    if inside < 0.5 {
        // erf(z/√2) = inside, a nearly straight line
        let mut z = inside * libm::sqrt(PI / 2.0);
        for _ in 0..4 {
            z = halley(z, libm::erf(z * FRAC_1_SQRT_2) - inside);
        }
        return z;
    }
    // Abramowitz and Stegun 26.2.23, error below 4.5e-4; then steps of third order
    let t = libm::sqrt(-2.0 * libm::log(0.5 * outside));
    let mut z = t
        - (2.515_517 + t * (0.802_853 + t * 0.010_328))
            / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    for _ in 0..3 {
        z = halley(z, outside - libm::erfc(z * FRAC_1_SQRT_2));
    }
    z
}

/// One Halley step towards the root of a function whose value is `excess` and whose slope is twice
/// the normal density.
fn halley(z: f64, excess: f64) -> f64 {
    let slope = SQRT_2 / libm::sqrt(PI) * libm::exp(-0.5 * z * z);
    let step = excess / slope;
    z - step / (1.0 + 0.5 * z * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends() -> Result<(), DomainError> {
        assert_eq!(upper_tail(f64::INFINITY)?.to_bits(), 0.0_f64.to_bits());
        assert_eq!(upper_tail(f64::NEG_INFINITY)?.to_bits(), 1.0_f64.to_bits());
        assert_eq!(two_sided_p(0.0)?.to_bits(), 1.0_f64.to_bits());
        assert_eq!(two_sided_p(3.0)?.to_bits(), two_sided_p(-3.0)?.to_bits());
        assert_eq!(quantile(0.5)?.to_bits(), 0.0_f64.to_bits());
        assert_eq!(quantile(0.25)?.to_bits(), (-quantile(0.75)?).to_bits());
        Ok(())
    }

    #[test]
    fn refuses_what_is_outside() {
        assert_eq!(upper_tail(f64::NAN).unwrap_err().parameter(), "x");
        assert_eq!(two_sided_p(f64::NAN).unwrap_err().parameter(), "x");
        for p in [0.0, 1.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(quantile(p).unwrap_err().parameter(), "p");
        }
    }
}
