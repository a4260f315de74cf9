//! Student's t distribution.

use crate::beta::{quantile_at, tails_at};
use crate::{DomainError, Level, Tails, normal};

/// Above this many degrees of freedom the expansion about the normal quantile is exact.
const LARGE: f64 = 1e4;
/// So many times 1 + z² degrees of freedom, and the expansion is exact in the far tail too.
const FAR: f64 = 1e4;

/// The half-width, in standard errors, of the central range of t that holds `level`.
///
/// *Shape*: `df` degrees of freedom, not necessarily whole.
///
/// *Accuracy*: relative error below 1e-12 for levels up to 1 - 1e-9 (test against 40 digits).
///
/// *Source*: t²/(df + t²) ~ Beta(½, df/2); above 10,000 degrees Abramowitz and Stegun 26.7.5.
///
/// # Errors
/// `df` not above 0 and finite.
///
/// ```
/// use tenure_stats::{Level, student};
///
/// assert!((student::two_sided_t(Level::default(), 10.0)? - 2.2281388519862747).abs() < 1e-13);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn two_sided_t(level: Level, df: f64) -> Result<f64, DomainError> {
    let df = degrees(df)?;
    if df > LARGE {
        return Ok(expansion(normal::two_sided_z(level), df));
    }
    let inside = Tails { lower: level.value(), upper: level.outside() };
    let (x, y) = quantile_at(inside, 0.5, 0.5 * df);
    Ok(libm::sqrt(df * x / y))
}

/// The number below which a share `p` of the t distribution lies.
///
/// *Shape*: `df` degrees of freedom, not necessarily whole.
///
/// *Accuracy*: relative error below 1e-11 from p = 1e-30 up (test against 40 digits).
///
/// *Source*: as [`two_sided_t`].
///
/// # Errors
/// `p` outside 0 to 1, ends excluded; `df` not above 0 and finite.
///
/// ```
/// // one degree of freedom is Cauchy: a quarter lies below -1
/// assert!((tenure_stats::student::quantile(0.25, 1.0)? + 1.0).abs() < 1e-14);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn quantile(p: f64, df: f64) -> Result<f64, DomainError> {
    let df = degrees(df)?;
    if !(p > 0.0 && p < 1.0) {
        return Err(DomainError::new("p", p, "0 to 1, ends excluded"));
    }
    let z = normal::quantile(p)?;
    if df > FAR * (1.0 + z * z) {
        return Ok(expansion(z, df));
    }
    // p - 1/2 is exact from 1/4 to 1, and far from 0 elsewhere
    let centred = 2.0 * (p - 0.5);
    let outside = if p < 0.5 { 2.0 * p } else { 2.0 * (1.0 - p) };
    if centred.abs() < f64::MIN_POSITIVE {
        return Ok(0.0);
    }
    let (x, y) = quantile_at(Tails { lower: centred.abs(), upper: outside }, 0.5, 0.5 * df);
    let size = libm::sqrt(df * x / y);
    Ok(if p < 0.5 { -size } else { size })
}

/// The two-sided p value of a t statistic: P(|T| > |t|).
///
/// *Accuracy*: relative error below 1e-10 (test against 40 digits).
///
/// # Errors
/// `t` not a number, `df` not above 0 and finite.
///
/// ```
/// // one degree of freedom is Cauchy: P(|T| > 1) = 1/2
/// assert!((tenure_stats::student::two_sided_p(1.0, 1.0)? - 0.5).abs() < 1e-15);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
pub fn two_sided_p(t: f64, df: f64) -> Result<f64, DomainError> {
    let df = degrees(df)?;
    if t.is_nan() {
        return Err(DomainError::new("t", t, "the real numbers"));
    }
    // shares of df + t², computed so that neither overflows
    let (x, y) = if t.abs() > 1.0 {
        let ratio = df / t.abs() / t.abs();
        (1.0 / (1.0 + ratio), ratio / (1.0 + ratio))
    } else {
        (t * t / (df + t * t), df / (df + t * t))
    };
    Ok(tails_at(x, y, 0.5, 0.5 * df).upper)
}

fn degrees(df: f64) -> Result<f64, DomainError> {
    if df > 0.0 && df.is_finite() {
        Ok(df)
    } else {
        Err(DomainError::new("df", df, "the finite numbers above 0"))
    }
}

fn expansion(z: f64, df: f64) -> f64 {
    let s = z * z;
    let first = z * (s + 1.0) / 4.0;
    let second = z * ((5.0 * s + 16.0) * s + 3.0) / 96.0;
    let third = z * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
    let fourth = z * ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92_160.0;
    z + (first + (second + (third + fourth / df) / df) / df) / df
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends() -> Result<(), DomainError> {
        assert_eq!(two_sided_p(0.0, 3.0)?.to_bits(), 1.0_f64.to_bits());
        assert_eq!(two_sided_p(f64::INFINITY, 3.0)?.to_bits(), 0.0_f64.to_bits());
        assert_eq!(two_sided_p(-2.0, 3.0)?.to_bits(), two_sided_p(2.0, 3.0)?.to_bits());
        Ok(())
    }

    #[test]
    fn both_routes_meet() -> Result<(), DomainError> {
        let level = Level::new(0.999)?;
        let below = two_sided_t(level, LARGE)?;
        let above = expansion(normal::two_sided_z(level), LARGE);
        assert!((below / above - 1.0).abs() < 1e-12, "{below} {above}");
        Ok(())
    }

    #[test]
    fn refuses_what_is_outside() {
        for df in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(two_sided_t(Level::default(), df).unwrap_err().parameter(), "df");
            assert_eq!(two_sided_p(1.0, df).unwrap_err().parameter(), "df");
            assert_eq!(quantile(0.5, df).unwrap_err().parameter(), "df");
        }
        for p in [0.0, 1.0, f64::NAN] {
            assert_eq!(quantile(p, 1.0).unwrap_err().parameter(), "p");
        }
        assert_eq!(two_sided_p(f64::NAN, 1.0).unwrap_err().parameter(), "t");
    }
}
