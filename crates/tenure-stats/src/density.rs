//! Stirling's error and the deviance, of which the beta and gamma densities are made without
//! cancellation (Loader 2000, "Fast and accurate computation of binomial probabilities").

use core::f64::consts::PI;

/// ln Γ(n+1) - [(n+½) ln n - n + ½ ln 2π], for n > 0.
pub(crate) fn stirling_error(n: f64) -> f64 {
    if n < 15.0 {
        return libm::lgamma(n + 1.0) - (n + 0.5) * libm::log(n) + n - 0.5 * libm::log(2.0 * PI);
    }
    // B(2k) / (2k (2k-1)), Abramowitz and Stegun 6.1.41; at 15 the next term is 4e-18
    const SERIES: [f64; 6] =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
    let inverse = 1.0 / n;
    SERIES.iter().rev().fold(0.0, |sum, term| sum * inverse * inverse + term) * inverse
}

/// x ln(x/m) + m - x, for x and m above 0: what observing x where m was expected costs.
pub(crate) fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() >= 0.1 * (x + m) {
        return x * libm::log(x / m) - difference;
    }
    // with v = (x-m)/(x+m): ln(x/m) = 2 artanh v, summed until it stands still
    let v = difference / (x + m);
    let mut sum = difference * v;
    let mut power = 2.0 * x * v;
    let mut odd = 3.0;
    loop {
        power *= v * v;
        let next = sum + power / odd;
        if next.to_bits() == sum.to_bits() {
            return next;
        }
        sum = next;
        odd += 2.0;
    }
}
