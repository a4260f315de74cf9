//! Arithmetic on exact ratios; `None` where 128 bits do not suffice.

use rust_decimal::Decimal;
use tenure_stats::Ratio;

pub(crate) const fn whole(number: i128) -> Option<Ratio> {
    Ratio::new(number, 1)
}

pub(crate) fn of(value: Decimal) -> Option<Ratio> {
    Some(Ratio::new(value.mantissa(), 10_i128.checked_pow(value.scale())?)?.reduced())
}

pub(crate) fn add(a: Ratio, b: Ratio) -> Option<Ratio> {
    // Over the least common denominator, so that equal denominators cost no room.
    let scale = Ratio::new(a.den(), b.den())?.reduced();
    let left = a.num().checked_mul(scale.den())?;
    let right = b.num().checked_mul(scale.num())?;
    Some(Ratio::new(left.checked_add(right)?, a.den().checked_mul(scale.den())?)?.reduced())
}

pub(crate) fn subtract(a: Ratio, b: Ratio) -> Option<Ratio> {
    add(a, Ratio::new(b.num().checked_neg()?, b.den())?)
}

pub(crate) fn multiply(a: Ratio, b: Ratio) -> Option<Ratio> {
    let left = Ratio::new(a.num(), b.den())?.reduced();
    let right = Ratio::new(b.num(), a.den())?.reduced();
    Ratio::new(left.num().checked_mul(right.num())?, left.den().checked_mul(right.den())?)
}

/// `a / b`; `None` also where `b` is not above 0.
pub(crate) fn divide(a: Ratio, b: Ratio) -> Option<Ratio> {
    multiply(a, Ratio::new(b.den(), b.num())?)
}

pub(crate) fn total(terms: impl IntoIterator<Item = Ratio>) -> Option<Ratio> {
    terms.into_iter().try_fold(whole(0)?, add)
}

#[cfg(test)]
mod tests {
    use super::{add, divide, multiply, of, subtract, total, whole};
    use rust_decimal::Decimal;
    use tenure_stats::Ratio;

    fn ratio(num: i128, den: i128) -> Ratio {
        Ratio::new(num, den).unwrap()
    }

    #[test]
    fn schoolbook() {
        assert_eq!(add(ratio(1, 6), ratio(1, 10)), Some(ratio(4, 15)));
        assert_eq!(subtract(ratio(1, 6), ratio(1, 6)), Some(ratio(0, 1)));
        assert_eq!(multiply(ratio(2, 3), ratio(-3, 4)), Some(ratio(-1, 2)));
        assert_eq!(divide(ratio(1, 2), ratio(1, 4)), Some(ratio(2, 1)));
        assert_eq!(divide(ratio(1, 2), ratio(0, 1)), None);
        assert_eq!(total([]), whole(0));
        assert_eq!(of(Decimal::from_str_exact("-0.250").unwrap()), Some(ratio(-1, 4)));
    }

    #[test]
    fn too_large_is_none() {
        let big = ratio(i128::MAX, 1);
        assert_eq!(add(big, big), None);
        assert_eq!(multiply(big, big), None);
        assert_eq!(subtract(whole(0).unwrap(), ratio(i128::MIN, 1)), None);
        // i128::MAX is odd, so both denominators are needed in full.
        assert_eq!(add(ratio(1, i128::MAX), ratio(1, 2)), None);
    }
}
