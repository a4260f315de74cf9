//! Exponential and logarithm without branches, so that the compiler computes several at once; the
//! same on every platform, for only `+ - * /` and bits are used.
//!
//! `libm`'s, exact to a unit in the last place like these, take two to three times as long in a
//! loop: they branch, and are not inlined.

/// `ln 2` in a part of few digits, so that a multiple of it is exact, and the rest.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// Adding it rounds to a whole number, which then stands in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// `1/k!` from 14 down to 2.
const EXP: [f64; 13] = [
    1.147_074_559_772_972_4e-11,
    1.605_904_383_682_161_3e-10,
    2.087_675_698_786_81e-9,
    2.505_210_838_544_172e-8,
    2.755_731_922_398_589_3e-7,
    2.755_731_922_398_589e-6,
    2.480_158_730_158_73e-5,
    1.984_126_984_126_984e-4,
    1.388_888_888_888_889e-3,
    8.333_333_333_333_333e-3,
    4.166_666_666_666_666_4e-2,
    1.666_666_666_666_666_6e-1,
    0.5,
];

/// `e^x` for `x <= 0`; 0 below -700, where `libm` still has numbers to -745.
///
/// *Accuracy*: 1 unit in the last place (test against `libm`).
#[inline]
pub(crate) fn exp_of_negative(x: f64) -> f64 {
    let (power, more) = exp_in_two(if x < -700.0 { -700.0 } else { x });
    if x < -700.0 { 0.0 } else { (1.0 + more) * power }
}

/// `e^x` and `1 - e^x` for `x <= 0`, the second without the loss of a subtraction near 0; 0 and 1
/// below -700.
///
/// *Accuracy*: 1 and 2 units in the last place (test against `libm`).
#[inline]
pub(crate) fn exp_and_rest_of_negative(x: f64) -> (f64, f64) {
    let (power, more) = exp_in_two(if x < -700.0 { -700.0 } else { x });
    if x < -700.0 { (0.0, 1.0) } else { ((1.0 + more) * power, (1.0 - power) - power * more) }
}

/// A power of two and what is to be added to 1, so that their product is `e^x`, for `x` from -700
/// to 0.
#[inline]
fn exp_in_two(x: f64) -> (f64, f64) {
    let shifted = x * core::f64::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let [high, low] = LN_2;
    let rest = (x - whole * high) - whole * low;
    let mut sum = 0.0;
    for coefficient in EXP {
        sum = sum * rest + coefficient;
    }
    // 2^whole: the whole number is in the lowest bits of the shifted one.
    (f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52), rest + rest * rest * sum)
}

/// Coefficients of `ln((1+s)/(1-s)) - 2s` by powers of `s^2`, from `s^2` on (fdlibm's `log`).
const LN: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];

/// `ln(1 + y)` for `-1 < y <= 1e300`.
///
/// *Accuracy*: 1 unit in the last place (test against `libm`).
///
/// *Source*: fdlibm 1993, `e_log.c` and `s_log1p.c`, without their branches.
#[inline]
pub(crate) fn ln_1p(y: f64) -> f64 {
    let sum = 1.0 + y;
    // What rounding took from the sum: of the smaller from the larger.
    let lost = if y < 1.0 { y - (sum - 1.0) } else { 1.0 - (sum - y) };
    // sum = 2^k m, with m from sqrt(1/2) to sqrt(2).
    let bits = sum.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd);
    let k = bits >> 52;
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e_667f_3bcd));
    // A whole number as a float, 1023 less: it fits 11 bits.
    let k = f64::from_bits(0x4330_0000_0000_0000 | k) - 4_503_599_627_371_519.0;
    // Near 0 the step itself, not what is left of it beside 1.
    let f = if k == 0.0 { y } else { m - 1.0 };
    let lost = if k == 0.0 { 0.0 } else { lost / sum };
    let s = f / (2.0 + f);
    let z = s * s;
    let mut tail = 0.0;
    for coefficient in LN.iter().rev() {
        tail = tail * z + coefficient;
    }
    let tail = tail * z;
    let half = 0.5 * f * f;
    let [high, low] = LN_2;
    k * high - ((half - (s * (half + tail) + (k * low + lost))) - f)
}

#[cfg(test)]
mod tests {
    use super::{exp_and_rest_of_negative, exp_of_negative, ln_1p};
    use tenure_stats::random::Random;

    #[test]
    fn both_are_libms_to_a_unit() {
        let mut random = Random::new(9);
        let mut worst = [0.0_f64; 3];
        for _ in 0..200_000 {
            let size = libm::exp(40.0 * random.uniform() - 38.0);
            let x = -700.0_f64.min(size * 100.0);
            worst[0] = worst[0].max((exp_of_negative(x) / libm::exp(x) - 1.0).abs());
            let (power, rest) = exp_and_rest_of_negative(x);
            assert_eq!(power.to_bits(), exp_of_negative(x).to_bits());
            worst[2] = worst[2].max((rest / -libm::expm1(x) - 1.0).abs());
            let y = libm::exp(700.0 * random.uniform() - 40.0);
            for y in [y, size, random.uniform(), -random.uniform(), -0.1 * random.uniform()] {
                worst[1] = worst[1].max((ln_1p(y) / libm::log1p(y) - 1.0).abs());
            }
        }
        assert!(worst[0] < 4.5e-16 && worst[1] < 4.5e-16 && worst[2] < 5e-16, "{worst:?}");
    }

    #[test]
    fn the_ends() {
        assert_eq!((exp_of_negative(0.0), exp_of_negative(-701.0)), (1.0, 0.0));
        assert_eq!(exp_and_rest_of_negative(0.0), (1.0, 0.0));
        assert_eq!(exp_and_rest_of_negative(f64::NEG_INFINITY), (0.0, 1.0));
        assert_eq!((exp_of_negative(-0.0), exp_of_negative(f64::NEG_INFINITY)), (1.0, 0.0));
        assert_eq!((ln_1p(0.0), ln_1p(1e-300)), (0.0, 1e-300));
        assert!((ln_1p(1e300) / libm::log(1e300) - 1.0).abs() < 1e-15);
        for y in [1.0, 3.0, f64::from_bits(0x3fda_8279_99fc_ef34), 0.414_213_562_373_095_1] {
            let (got, want) = (ln_1p(y), libm::log1p(y));
            assert!((got / want - 1.0).abs() < 4.5e-16, "{y} {got} {want}");
        }
    }
}
