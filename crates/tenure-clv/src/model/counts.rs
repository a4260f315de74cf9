//! How likely is each number of purchases? Probability mass functions of a customer who is alive.
//!
//! All terms are positive: nothing is subtracted, so small probabilities keep their digits.

use tenure_stats::{Positive, beta, count_to_f64, ln_beta_ratio};

use super::legendre::integrate;

/// P(`j` purchases in `t`) of a customer who cannot drop out, with a rate `Gamma(shape, exposure)`:
/// negative binomial.
pub(crate) fn without_dropout(j: u64, shape: f64, exposure: f64, t: f64) -> f64 {
    if j == 0 {
        return libm::exp(-shape * libm::log1p(t / exposure));
    }
    let all = exposure + t;
    let count = count_to_f64(j);
    // G(r+j)/(G(r) j!) z^j (1-z)^r, as a beta density: without the cancellation of gammas. The
    // arguments are in range, so there is always a density.
    beta::density_times_xy(t / all, exposure / all, count, shape).map_or(0.0, |mass| mass / count)
}

/// P(at least `j` purchases in `t`), `j` at least 1, of the same customer.
fn at_least(j: u64, shape: f64, exposure: f64, t: f64) -> f64 {
    let all = exposure + t;
    let count = count_to_f64(j);
    beta::tails_of(t / all, exposure / all, count, shape).map_or(0.0, |tails| tails.lower)
}

/// P(`j` purchases in `t`) under BG/NBD of a customer who is alive: rate `Gamma(shape, exposure)`,
/// dropout `Beta(a, b)` after each purchase.
///
/// ```text
/// B(a, b+j)/B(a, b) NB(j) + [j>0] B(a+1, b+j-1)/B(a, b) P(N >= j)
/// ```
pub(crate) fn with_dropout_at_purchases(
    j: u64,
    [shape, exposure]: [f64; 2],
    [a, b]: [Positive; 2],
    t: f64,
) -> f64 {
    let stayed = libm::exp(ln_beta_ratio(a, b, j)) * without_dropout(j, shape, exposure, t);
    let Some(before) = j.checked_sub(1) else { return stayed };
    // B(a+1, b+j-1)/B(a, b) = a/(a+b) B(a+1, b+j-1)/B(a+1, b)
    let dropped =
        a.get() / (a.get() + b.get()) * libm::exp(ln_beta_ratio(a.plus(1_u64), b, before));
    stayed + dropped * at_least(j, shape, exposure, t)
}

/// P(`j` purchases in `t`) under Pareto/NBD of a customer who is alive: rate `Gamma(r, alpha)`,
/// death `Gamma(s, beta)`.
///
/// ```text
/// NB_t(j) (beta/(beta+t))^s + s int_0^t NB_u(j) (beta/(beta+u))^s du/(beta+u)
/// ```
pub(crate) fn with_dropout_at_any_time(
    j: u64,
    [r, alpha]: [f64; 2],
    [s, beta]: [f64; 2],
    t: f64,
) -> f64 {
    if t <= 0.0 {
        return if j == 0 { 1.0 } else { 0.0 };
    }
    let stayed = without_dropout(j, r, alpha, t) * libm::exp(-s * libm::log1p(t / beta));
    let count = count_to_f64(j);
    // The integrand has one peak: where the derivative of its logarithm, a quadratic over a
    // positive denominator, is zero. Relative to the mass there nothing overflows.
    let peak = peak(count, [r, alpha], [s, beta]).min(t);
    let at_peak = if j == 0 { 1.0 } else { without_dropout(j, r, alpha, peak) };
    let value = |u: f64| {
        let rising = if j == 0 { 0.0 } else { count * ln_ratio(u - peak, peak) };
        let falling = (r + count) * ln_ratio(u - peak, alpha + peak);
        libm::exp(rising - falling - s * libm::log1p(u / beta)) / (beta + u)
    };
    // Panels over which the logarithm of the integrand changes by a few; from the peak both ways,
    // until nothing is left.
    let wide = |u: f64| {
        let purchases = if j == 0 { 0.0 } else { count * alpha / (u * (alpha + u)) };
        8.0 / purchases.max((r + 4.0) / (alpha + u)).max((s + 4.0) / (beta + u))
    };
    let (mut from, mut sum) = (peak, 0.0);
    while from < t {
        let to = (from + wide(from)).min(t);
        let panel = integrate(from, to, value);
        sum += panel;
        from = to;
        if panel <= 1e-18 * sum {
            break;
        }
    }
    // Near 0 the integrand is a low power of u times a flat function.
    let flat = 4.0 / ((r + count + 2.0) / alpha + (s + 2.0) / beta);
    let mut to = peak;
    while to > 0.0 {
        let from = if j <= 30 && to < flat { 0.0 } else { to - wide(to).min(0.5 * to) };
        let panel = integrate(from, to, value);
        sum += panel;
        to = from;
        if panel <= 1e-18 * sum {
            break;
        }
    }
    stayed + s * at_peak * sum
}

/// Where `u^j (alpha+u)^-(r+j) (beta+u)^-(s+1)` is greatest.
fn peak(j: f64, [r, alpha]: [f64; 2], [s, beta]: [f64; 2]) -> f64 {
    let (square, product) = (r + s + 1.0, j * alpha * beta);
    let linear = (j - s - 1.0) * alpha - r * beta;
    let root = (linear * linear + 4.0 * square * product).sqrt();
    if linear > 0.0 { (linear + root) / (2.0 * square) } else { 2.0 * product / (root - linear) }
}

/// `ln((y+step)/y)`, to the precision of the step where it is small.
fn ln_ratio(step: f64, y: f64) -> f64 {
    if step.abs() < 0.5 * y { libm::log1p(step / y) } else { libm::log((y + step) / y) }
}
