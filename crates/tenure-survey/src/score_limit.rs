//! The limit of Tango's score interval.

use tenure_stats::count_to_f64;

use crate::NetScore;

/// Bisection reaches the last bit of a limit of size 2^-40 and above in so many steps.
const STEPS: u32 = 96;

/// The least Δ whose score statistic does not exceed z; the counts are not all 0.
///
/// With shares d, q and p, and x the share of detractors that is most likely if θ were Δ ≥ 0, the
/// statistic is `√n(θ-Δ)/√(2x + Δ(1-Δ))`; x is the larger root of `2x² + bx + c` with
/// `b = -(p+d) + (2-p+d)Δ` and `c = -dΔ(1-Δ)`. For Δ < 0 the same holds of the promoters and -Δ: taken
/// so, and with b written as `q(1+Δ) + 2dΔ - (1-Δ)`, nothing cancels at either end. The statistic
/// falls as Δ rises.
pub(crate) fn lower_limit(score: NetScore, z: f64) -> f64 {
    if score.detractors() == score.n() {
        return -1.0;
    }
    let n = count_to_f64(score.n());
    let [d, q, p] = score.floats().map(|count| count / n);
    let theta = score.theta().map_or(0.0, |theta| theta.to_f64());
    let exceeds = |delta: f64| {
        let (size, rare) = if delta < 0.0 { (-delta, p) } else { (delta, d) };
        let rest = 1.0 - size;
        let b = q * (1.0 + size) + 2.0 * rare * size - rest;
        let c = -rare * size * rest;
        let root = libm::sqrt(b * b - 8.0 * c);
        let x = if b <= 0.0 { 0.25 * (root - b) } else { -2.0 * c / (b + root) };
        let variance = 2.0 * x + size * rest;
        if variance > 0.0 {
            libm::sqrt(n) * (theta - delta) > z * libm::sqrt(variance)
        } else {
            delta < theta
        }
    };
    let (mut low, mut high) = (-1.0, theta);
    for _ in 0..STEPS {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if exceeds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
