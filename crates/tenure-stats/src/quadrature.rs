//! Gauss-Legendre quadrature, 16 points a panel.

/// Positive nodes and their weights on [-1, 1] (NIST DLMF table 3.5.4 holds n = 5, 10, 20, 40;
/// these are n = 16, recomputed with 40 digits by `tests/golden/make.py`).
const NODES: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_74),
    (0.755_404_408_355_003, 0.124_628_971_255_533_88),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
];

/// The integral of `f` from `from` to `to`, exact for polynomials up to degree 31.
pub(crate) fn panel(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let centre = 0.5 * (from + to);
    let half = 0.5 * (to - from);
    let area = NODES.iter().fold(0.0, |area, &(node, weight)| {
        area + weight * (f(centre - half * node) + f(centre + half * node))
    });
    area * half
}

/// The integral of `f` from `from` to `to`: panels of 16 Gauss-Legendre points, halved until two
/// halves agree with their whole within `tolerance`.
///
/// *Shape*: a finite function on a finite range. Cost: 48 values at least, some hundred where the
/// function bends.
///
/// *Accuracy*: about `tolerance` times the number of panels, for a function that is smooth but at
/// single points; at most 2,000 panels are halved, so that a noisy function ends too. A feature
/// narrower than an eighth of the range can be missed: choose the range to fit.
///
/// ```
/// let area = tenure_stats::integrate(|x| x.abs(), -1.0, 2.0, 1e-12);
/// assert!((area - 2.5).abs() < 1e-11);
/// ```
#[must_use]
pub fn integrate(f: impl Fn(f64) -> f64, from: f64, to: f64, tolerance: f64) -> f64 {
    const FIRST: u32 = 8;
    const MOST: u32 = 2_000;
    let width = (to - from) / f64::from(FIRST);
    let mut open: Vec<(f64, f64, f64)> = (0..FIRST)
        .rev()
        .map(|index| {
            let left = from + width * f64::from(index);
            (left, left + width, panel(&f, left, left + width))
        })
        .collect();
    let mut area = 0.0;
    let mut halved = 0_u32;
    while let Some((left, right, whole)) = open.pop() {
        let middle = 0.5 * (left + right);
        let (first, second) = (panel(&f, left, middle), panel(&f, middle, right));
        let agrees = (first + second - whole).abs() <= tolerance;
        if agrees || halved >= MOST {
            area += first + second;
        } else {
            halved = halved.saturating_add(1);
            open.push((middle, right, second));
            open.push((left, middle, first));
        }
    }
    area
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degree_31_is_exact_and_32_is_not() {
        let power = |k: i32| move |x: f64| (0..k).fold(1.0, |product, _| product * x);
        for k in 0..=31 {
            let exact = 1.0 / f64::from(k + 1);
            assert!((panel(power(k), 0.0, 1.0) / exact - 1.0).abs() < 1e-14, "degree {k}");
        }
        assert!(panel(power(64), -8.0, 8.0) < 0.999 * 2.0 / 65.0 * power(65)(8.0));
    }

    #[test]
    fn noise_ends() {
        // never agrees within 0: every panel would be halved for ever
        let noisy = |x: f64| libm::sin(1e9 * x);
        assert!(integrate(noisy, 0.0, 1.0, 0.0).abs() < 1.0);
    }

    #[test]
    fn bends_are_found() {
        let exact = 1.0 - libm::cos(300.0);
        assert!((integrate(libm::sin, 0.0, 300.0, 1e-13) - exact).abs() < 1e-11);
        // a square root at an inner point, 1/3: (2/3)(1/3)^1.5 + (2/3)(2/3)^1.5
        let bent = |x: f64| libm::sqrt((x - 1.0 / 3.0).abs());
        let exact = 2.0 / 3.0 * (libm::pow(1.0 / 3.0, 1.5) + libm::pow(2.0 / 3.0, 1.5));
        assert!((integrate(bent, 0.0, 1.0, 1e-14) - exact).abs() < 1e-12);
        assert_eq!(integrate(bent, 1.0, 1.0, 1e-14).to_bits(), 0.0_f64.to_bits());
    }
}
