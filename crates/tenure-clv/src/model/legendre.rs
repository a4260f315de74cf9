//! Gauss-Legendre quadrature with 20 nodes, or 12 where many are computed at once.

/// The positive nodes and their weights on -1 to 1 (mpmath 1.4.1, 40 digits).
const NODES: [(f64, f64); 10] = [
    (0.9931285991850949, 0.017614007139152118),
    (0.9639719272779138, 0.04060142980038694),
    (0.912234428251326, 0.06267204833410907),
    (0.8391169718222188, 0.08327674157670475),
    (0.7463319064601508, 0.10193011981724044),
    (0.636053680726515, 0.11819453196151841),
    (0.5108670019508271, 0.13168863844917664),
    (0.37370608871541955, 0.14209610931838204),
    (0.22778585114164507, 0.14917298647260374),
    (0.07652652113349734, 0.15275338713072584),
];

/// All twelve nodes on -1 to 1 (mpmath 1.4.1, 30 digits).
const NODES_12: [f64; 12] = [
    -0.981_560_634_246_719_4,
    -0.904_117_256_370_474_9,
    -0.769_902_674_194_304_7,
    -0.587_317_954_286_617_4,
    -0.367_831_498_998_180_2,
    -0.125_233_408_511_468_9,
    0.125_233_408_511_468_9,
    0.367_831_498_998_180_2,
    0.587_317_954_286_617_4,
    0.769_902_674_194_304_7,
    0.904_117_256_370_474_9,
    0.981_560_634_246_719_4,
];
/// Their weights.
const WEIGHTS_12: [f64; 12] = [
    0.047_175_336_386_511_83,
    0.106_939_325_995_318_43,
    0.160_078_328_543_346_22,
    0.203_167_426_723_065_92,
    0.233_492_536_538_354_8,
    0.249_147_045_813_402_8,
    0.249_147_045_813_402_8,
    0.233_492_536_538_354_8,
    0.203_167_426_723_065_92,
    0.160_078_328_543_346_22,
    0.106_939_325_995_318_43,
    0.047_175_336_386_511_83,
];

/// Twelve nodes from `from` to `to`, and their weights.
#[inline]
pub(crate) fn twelve_between(from: f64, to: f64) -> ([f64; 12], [f64; 12]) {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    (NODES_12.map(|node| middle + half * node), WEIGHTS_12.map(|weight| half * weight))
}

/// The nodes from `from` to `to` and their weights.
pub(crate) fn nodes_between(from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    NODES.into_iter().flat_map(move |(node, weight)| {
        [(middle - half * node, half * weight), (middle + half * node, half * weight)]
    })
}

/// The integral of `value` from `from` to `to`: exact for polynomials of degree 39.
pub(crate) fn integrate(from: f64, to: f64, value: impl Fn(f64) -> f64) -> f64 {
    nodes_between(from, to).fold(0.0, |sum, (node, weight)| sum + weight * value(node))
}

#[cfg(test)]
mod tests {
    use super::{integrate, twelve_between};

    #[test]
    fn twelve_nodes_are_exact_to_degree_23() {
        let (nodes, weights) = twelve_between(1.0, 3.0);
        for degree in 0..24 {
            let power = |x: f64| libm::pow(x, f64::from(degree));
            let got = nodes.iter().zip(weights).fold(0.0, |sum, (x, w)| sum + w * power(*x));
            let next = f64::from(degree + 1);
            let want = (libm::pow(3.0, next) - 1.0) / next;
            assert!((got / want - 1.0).abs() < 1e-14, "{degree}");
        }
    }

    #[test]
    fn polynomials_are_exact() {
        let power = |degree: i32| integrate(1.0, 3.0, |x| libm::pow(x, f64::from(degree)));
        for degree in 0..40 {
            let next = f64::from(degree + 1);
            let want = (libm::pow(3.0, next) - 1.0) / next;
            assert!((power(degree) / want - 1.0).abs() < 1e-14, "{degree}");
        }
    }
}
