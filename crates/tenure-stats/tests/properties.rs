//! Laws of the exact types and the intervals, against other ways to compute the same.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_cmp,
    reason = "laws on small numbers, compared to the bit; a test may overflow loudly"
)]

use proptest::prelude::*;
use tenure_stats::{
    ExactSum, Level, Probability, Ratio, Share, ShareDifference, ShareMethod, Sorted, beta,
};

const METHODS: [ShareMethod; 6] = [
    ShareMethod::Wald,
    ShareMethod::AgrestiCoull,
    ShareMethod::Wilson,
    ShareMethod::WilsonContinuity,
    ShareMethod::ClopperPearson,
    ShareMethod::Jeffreys,
];

/// Floats of every size, and many that nearly cancel.
fn term() -> impl Strategy<Value = f64> {
    let any_size = (any::<bool>(), 0_u64..0x7ff0_0000_0000_0000)
        .prop_map(|(negative, bits)| f64::from_bits(bits | (u64::from(negative) << 63)));
    prop_oneof![any_size, -1e3..1e3, Just(0.1), Just(-0.1), Just(5e-324), Just(f64::MAX)]
}

fn sum_of(terms: &[f64]) -> ExactSum {
    let mut sum = ExactSum::new();
    for &term in terms {
        sum.push(term).unwrap_or_default();
    }
    sum
}

/// Shewchuk's nonoverlapping partial sums, as Python's `math.fsum`; `None` where one overflows.
fn shewchuk(terms: &[f64]) -> Option<f64> {
    let mut partials: Vec<f64> = Vec::new();
    for &term in terms {
        let mut carry = term;
        let mut kept = Vec::new();
        for &partial in &partials {
            let (big, small) =
                if carry.abs() < partial.abs() { (partial, carry) } else { (carry, partial) };
            let high = big + small;
            if !high.is_finite() {
                return None;
            }
            let low = small - (high - big);
            if low != 0.0 {
                kept.push(low);
            }
            carry = high;
        }
        kept.push(carry);
        partials = kept;
    }
    // largest first until one does not fit exactly, then look at the next for a broken tie
    let mut total = partials.pop().unwrap_or(0.0);
    let mut low = 0.0;
    while let Some(next) = partials.pop() {
        let high = total + next;
        if !high.is_finite() {
            return None;
        }
        low = next - (high - total);
        total = high;
        if low != 0.0 {
            break;
        }
    }
    if let Some(&next) = partials.last()
        && ((low < 0.0 && next < 0.0) || (low > 0.0 && next > 0.0))
    {
        let doubled = low * 2.0;
        let moved = total + doubled;
        if moved - total == doubled {
            total = moved;
        }
    }
    total.is_finite().then_some(total)
}

fn share() -> impl Strategy<Value = Share> {
    prop_oneof![(1_u64..60), (1_u64..100_000), (1..=Share::MAX_COUNT)]
        .prop_flat_map(|n| (0..=n, Just(n)))
        .prop_filter_map("more than all", |(x, n)| Share::new(x, n).ok())
}

fn level() -> impl Strategy<Value = Level> {
    (1_u32..1_000_000).prop_filter_map("no level", |parts| Level::new(f64::from(parts) * 1e-6).ok())
}

proptest! {
    #[test]
    fn a_sum_is_what_partial_sums_say(terms in prop::collection::vec(term(), 0..40)) {
        if let Some(expected) = shewchuk(&terms) {
            prop_assert_eq!(sum_of(&terms).value(), Some(expected));
        }
    }

    #[test]
    fn a_sum_knows_no_order_and_no_tree(
        (terms, shuffled) in prop::collection::vec(term(), 0..40)
            .prop_flat_map(|terms| (Just(terms.clone()), Just(terms).prop_shuffle())),
        cut in 0_usize..40,
    ) {
        let (left, right) = shuffled.split_at(cut.min(shuffled.len()));
        let mut merged = sum_of(right);
        prop_assert!(merged.merge(&sum_of(left)).is_ok());
        prop_assert_eq!(&merged, &sum_of(&terms));
        prop_assert!(merged.retract(&sum_of(left)).is_ok());
        prop_assert_eq!(&merged, &sum_of(right));
        let negated: Vec<f64> = terms.iter().map(|term| -term).collect();
        prop_assert!(merged.merge(&sum_of(left)).is_ok());
        prop_assert!(merged.merge(&sum_of(&negated)).is_ok());
        prop_assert_eq!(merged, ExactSum::new());
    }

    /// A product as two floats: exact by fused multiply-add while nothing underflows.
    #[test]
    fn products_are_exact(pairs in prop::collection::vec((-1e100..1e100, 1e-100..1e3), 0..20)) {
        let mut products = ExactSum::new();
        let mut parts = ExactSum::new();
        for (left, right) in pairs {
            prop_assert!(products.push_product(left, right).is_ok());
            let high: f64 = left * right;
            prop_assert!(parts.push(high).is_ok());
            prop_assert!(parts.push(left.mul_add(right, -high)).is_ok());
        }
        prop_assert_eq!(products, parts);
    }

    #[test]
    fn a_ratio_rounds_once(num in any::<i128>(), den in 1..i128::MAX, shift in 0_u32..120) {
        let den = (den >> shift).max(1);
        let ratio = Ratio::new(num, den).ok_or(TestCaseError::fail("den"))?;
        let value = ratio.to_f64();
        prop_assert_eq!(ratio.reduced().to_f64().to_bits(), value.to_bits());
        // 40 places of the decimal pin the float to within half a unit in its last place
        let text = ratio.to_decimal(40);
        #[expect(clippy::disallowed_methods, reason = "the standard library rounds decimals correctly")]
        let read: f64 = text.parse().map_err(|_| TestCaseError::fail("decimal"))?;
        let size = value.abs();
        prop_assert!(size < 1e-20 || (read - value).abs() <= size * 1.2e-16, "{} {}", read, value);
    }

    #[test]
    fn decimals_are_nearest(num in -1_000_000_i128..1_000_000, den in 1_i128..5_000, places in 0_u32..6) {
        let ratio = Ratio::new(num, den).ok_or(TestCaseError::fail("den"))?;
        let text = ratio.to_decimal(places);
        let digits: String = text.chars().filter(|&c| c != '.').collect();
        #[expect(clippy::disallowed_methods, reason = "digits and a sign")]
        let printed: i128 = digits.parse().map_err(|_| TestCaseError::fail("digits"))?;
        let unit = 10_i128.pow(places);
        // |num/den - printed/unit| is at most half a unit, and a tie is even
        let distance = 2 * (num * unit - printed * den).abs();
        prop_assert!(distance < den || (distance == den && printed % 2 == 0));
    }

    #[test]
    fn intervals_of_shares_hold_the_share(share in share(), level in level()) {
        let estimate = share.estimate().ok_or(TestCaseError::fail("empty"))?;
        for method in METHODS {
            let interval =
                share.interval(method, level).ok_or_else(|| TestCaseError::fail("undefined"))?;
            if !matches!(method, ShareMethod::AgrestiCoull | ShareMethod::Jeffreys) {
                prop_assert!(interval.lower() <= estimate * (1.0 + 1e-12), "{:?} {:?}", method, interval);
                prop_assert!(interval.upper() >= estimate * (1.0 - 1e-12), "{:?} {:?}", method, interval);
            }
            if !matches!(method, ShareMethod::AgrestiCoull | ShareMethod::Wald) {
                prop_assert!(interval.lower() >= 0.0 && interval.upper() <= 1.0);
                prop_assert!(share.x() > 0 || interval.lower() == 0.0);
                prop_assert!(share.misses() > 0 || interval.upper() == 1.0);
            }
        }
    }

    #[test]
    fn counting_misses_mirrors(share in share(), level in level()) {
        let mirror = Share::new(share.misses(), share.n()).map_err(|_| TestCaseError::fail("share"))?;
        for method in METHODS {
            let (Some(one), Some(other)) =
                (share.interval(method, level), mirror.interval(method, level))
            else {
                return Err(TestCaseError::fail("undefined"));
            };
            prop_assert!((one.lower() + other.upper() - 1.0).abs() < 1e-11, "{:?}", method);
            prop_assert!((one.upper() + other.lower() - 1.0).abs() < 1e-11, "{:?}", method);
        }
    }

    #[test]
    fn a_higher_level_is_wider(share in share(), one in level(), other in level()) {
        let (low, high) = if one < other { (one, other) } else { (other, one) };
        for method in METHODS {
            let (Some(inner), Some(outer)) = (share.interval(method, low), share.interval(method, high))
            else {
                return Err(TestCaseError::fail("undefined"));
            };
            if method != ShareMethod::AgrestiCoull {
                prop_assert!(outer.lower() <= inner.lower() + 1e-13, "{:?} {:?} {:?}", method, inner, outer);
                prop_assert!(outer.upper() >= inner.upper() - 1e-13, "{:?} {:?} {:?}", method, inner, outer);
            }
        }
    }

    #[test]
    fn a_difference_has_a_sign(a in share(), b in share(), level in level()) {
        let (Some(one), Some(other)) = (ShareDifference::new(a, b), ShareDifference::new(b, a)) else {
            return Err(TestCaseError::fail("empty"));
        };
        prop_assert_eq!(one.ratio().num(), -other.ratio().num());
        let (Some(left), Some(right)) = (one.newcombe(level), other.newcombe(level)) else {
            return Err(TestCaseError::fail("undefined"));
        };
        prop_assert_eq!(left.lower().to_bits(), (-right.upper()).to_bits());
        prop_assert_eq!(left.upper().to_bits(), (-right.lower()).to_bits());
        prop_assert!(left.contains(one.estimate()));
    }

    #[test]
    fn beta_quantiles_invert_tails(p in 1e-9..0.999_999_f64, a in 0.2..1e6_f64, b in 0.2..1e6_f64) {
        let x = beta::quantile(p, a, b).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let tails = beta::tails(x, a, b).map_err(|e| TestCaseError::fail(e.to_string()))?;
        // one unit in the last place of x moves the tail by this much at most where x is near 1
        prop_assert!((tails.lower - p).abs() < 1e-9, "{} {}", x, tails.lower);
    }

    #[test]
    fn quantiles_by_counting(
        mut values in prop::collection::vec(-50_i64..50, 1..40),
        percent in 0_u8..=100,
    ) {
        values.sort_unstable();
        let p = Probability::percent(percent).ok_or(TestCaseError::fail("percent"))?;
        let sorted = Sorted::new(&values).map_err(|e| TestCaseError::fail(e.to_string()))?;
        // least value with at least p of all at or below it
        let enough = |value: &&i64| {
            100 * values.iter().filter(|other| other <= value).count()
                >= usize::from(percent) * values.len()
        };
        prop_assert_eq!(sorted.order_statistic(p), values.iter().find(enough).copied());
        // on the line through the points (i/(n-1), value i), in floats
        let place = f64::from(percent) / 100.0 * (values.len() as f64 - 1.0);
        let at = |index: f64| values[index as usize] as f64;
        let line = at(place.floor()) + (place - place.floor()) * (at(place.ceil()) - at(place.floor()));
        let exact = sorted.quantile(p).ok_or(TestCaseError::fail("empty"))?.to_f64();
        prop_assert!((exact - line).abs() < 1e-9, "{} {}", exact, line);
    }
}
