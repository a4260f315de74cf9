//! The logarithm of the gamma function and its first two derivatives.

use super::difference::{DIGAMMA_TAIL, SHIFT, TRIGAMMA_TAIL, polynomial};
use super::{Positive, ln_gamma_ratio};

/// `ln Γ(x)`.
///
/// *Accuracy*: 1e-15 relative, absolute near the zeros at 1 and 2 (libm's `lgamma`, held against
/// 50-digit values by the unit tests).
///
/// *Source*: Abramowitz, Stegun 1964, "Handbook of Mathematical Functions", 6.1.
///
/// ```
/// use tenure_stats::{Positive, ln_gamma};
/// let five = Positive::new(5.0).ok_or("not positive")?;
/// assert!((ln_gamma(five) - f64::ln(24.0)).abs() < 1e-15);
/// # Ok::<(), &'static str>(())
/// ```
#[must_use]
pub fn ln_gamma(x: Positive) -> f64 {
    libm::lgamma(x.get())
}

/// `ln B(a, b) = ln Γ(a) + ln Γ(b) - ln Γ(a + b)`.
///
/// *Accuracy*: 1e-15 relative, absolute near zeros: the gammas of the two large arguments enter as
/// one ratio.
///
/// ```
/// use tenure_stats::{Positive, ln_beta};
/// let two = Positive::new(2.0).ok_or("not positive")?;
/// let three = Positive::new(3.0).ok_or("not positive")?;
/// assert!((ln_beta(two, three) + f64::ln(12.0)).abs() < 1e-15);
/// # Ok::<(), &'static str>(())
/// ```
#[must_use]
pub fn ln_beta(a: Positive, b: Positive) -> f64 {
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    ln_gamma(small) - ln_gamma_ratio(large, small)
}

/// `ψ(x)`, the derivative of [`ln_gamma`].
///
/// *Accuracy*: 1.5e-15 relative, absolute where the value is below one.
///
/// *Source*: Abramowitz, Stegun 1964, 6.3.5 and 6.3.18.
///
/// ```
/// use tenure_stats::{Positive, digamma};
/// let one = Positive::new(1.0).ok_or("not positive")?;
/// assert!((digamma(one) + 0.577_215_664_901_532_9).abs() < 1e-15);
/// # Ok::<(), &'static str>(())
/// ```
#[must_use]
pub fn digamma(x: Positive) -> f64 {
    let mut z = x.get();
    let mut shifted = 0.0;
    while z < SHIFT {
        shifted += 1.0 / z;
        z += 1.0;
    }
    libm::log(z) - polynomial(&DIGAMMA_TAIL, 1.0 / z) - shifted
}

/// `ψ'(x)`, the derivative of [`digamma`].
///
/// *Accuracy*: 1e-15 relative.
///
/// *Source*: Abramowitz, Stegun 1964, 6.4.6 and 6.4.12.
///
/// ```
/// use tenure_stats::{Positive, trigamma};
/// let one = Positive::new(1.0).ok_or("not positive")?;
/// let sixth_of_pi_squared = std::f64::consts::PI * std::f64::consts::PI / 6.0;
/// assert!((trigamma(one) - sixth_of_pi_squared).abs() < 1e-15);
/// # Ok::<(), &'static str>(())
/// ```
#[must_use]
pub fn trigamma(x: Positive) -> f64 {
    let mut z = x.get();
    let mut shifted = 0.0;
    while z < SHIFT {
        shifted += 1.0 / (z * z);
        z += 1.0;
    }
    polynomial(&TRIGAMMA_TAIL, 1.0 / z) + shifted
}
