//! The limit of Tango's score interval.

use tenure_stats::count_to_f64;

use crate::NetScore;

/// Bisection reaches the last bit of a limit of size 2^-40 and above in so many steps.
const STEPS: u32 = 96;

/// The least Δ whose score statistic does not exceed z; the counts are not all 0.
///
/// With shares d and p, `b = -(p+d) + (2-p+d)Δ` and `c = -dΔ(1-Δ)`, the share of detractors that is
/// most likely if θ were Δ is the larger root x of `2x² + bx + c`; then the statistic is
/// `√n(θ-Δ)/√(2x + Δ(1-Δ))`. It falls as Δ rises.
pub(crate) fn lower_limit(score: NetScore, z: f64) -> f64 {
    if score.detractors() == score.n() {
        return -1.0;
    }
    let n = count_to_f64(score.n());
    let [detractors, _, promoters] = score.floats();
    let (d, p) = (detractors / n, promoters / n);
    let theta = score.theta().map_or(0.0, |theta| theta.to_f64());
    let exceeds = |delta: f64| {
        let b = (2.0 - p + d) * delta - (p + d);
        let c = -d * delta * (1.0 - delta);
        let root = libm::sqrt((b * b - 8.0 * c).max(0.0));
        let x = if b <= 0.0 {
            0.25 * (root - b)
        } else if b + root > 0.0 {
            -2.0 * c / (b + root)
        } else {
            0.0
        };
        let variance = 2.0 * x + delta * (1.0 - delta);
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
