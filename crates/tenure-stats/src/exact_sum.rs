//! Sums of floats that do not depend on order.

use crate::error::ExactSumError;

/// Words of the accumulator: 2^-2148, the last bit of the smallest square, to 2^2111, with a sign.
const WORDS: usize = 67;
/// The accumulator's last bit stands for 2^-LAST_BIT.
const LAST_BIT: i32 = 2_176;

/// An exact running sum of floats, and of products of two floats.
///
/// Floats added in another order give another sum; here every term is kept to its last bit in one
/// wide integer of fixed size (67 words), and rounded once, when read.
///
/// *Shape*: finite floats in; one float out. Merging, in any order and any tree, gives the same
/// state to the bit. Cost: a few integer additions a term, no allocation.
///
/// *Undefined when* never: nothing sums to 0. [`ExactSum::value`] is `None` if the sum exceeds the
/// largest float.
///
/// *Accuracy*: exact, then rounded to nearest, ties to even.
///
/// *Source*: Kulisch's long accumulator.
///
/// ```
/// use tenure_stats::ExactSum;
///
/// let mut sum = ExactSum::new();
/// for term in [1e300, 1.0, -1e300] {
///     sum.push(term)?;
/// }
/// assert_eq!(sum.value(), Some(1.0));
/// # Ok::<(), tenure_stats::ExactSumError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExactSum {
    /// Two's complement, least significant word first.
    words: [u64; WORDS],
}

impl Default for ExactSum {
    fn default() -> Self {
        Self::new()
    }
}

impl ExactSum {
    /// The sum of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { words: [0; WORDS] }
    }

    /// Adds one term.
    ///
    /// # Errors
    /// A term that is not finite, or no room left; the sum is then as it was.
    pub fn push(&mut self, term: f64) -> Result<(), ExactSumError> {
        let (negative, mantissa, exponent) = parts(term)?;
        self.add(negative, u128::from(mantissa), exponent)
    }

    /// Adds the exact product of two floats, unrounded.
    ///
    /// ```
    /// use tenure_stats::ExactSum;
    ///
    /// let mut squares = ExactSum::new();
    /// squares.push_product(1e200, 1e200)?;
    /// squares.push_product(-1e200, 1e200)?;
    /// squares.push_product(3.0, 3.0)?;
    /// assert_eq!(squares.value(), Some(9.0));
    /// # Ok::<(), tenure_stats::ExactSumError>(())
    /// ```
    ///
    /// # Errors
    /// A factor that is not finite, or no room left; the sum is then as it was.
    pub fn push_product(&mut self, left: f64, right: f64) -> Result<(), ExactSumError> {
        let (left_negative, left, left_exponent) = parts(left)?;
        let (right_negative, right, right_exponent) = parts(right)?;
        let mantissa = u128::from(left).wrapping_mul(u128::from(right)); // 106 bits
        let exponent = left_exponent.wrapping_add(right_exponent);
        self.add(left_negative != right_negative, mantissa, exponent)
    }

    /// Adds all terms of another sum.
    ///
    /// # Errors
    /// No room left; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), ExactSumError> {
        self.accept(self.plus(other))
    }

    /// Takes out all terms of another sum: exactly undoes [`ExactSum::merge`].
    ///
    /// # Errors
    /// No room left; ours is then as it was.
    pub fn retract(&mut self, other: &Self) -> Result<(), ExactSumError> {
        self.accept(self.plus(&other.negated()))
    }

    /// The sum, rounded once; `None` beyond the largest float.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.scaled_value(0)
    }

    /// The sum times 2^`exponent`, rounded once; `None` beyond the largest float.
    ///
    /// ```
    /// use tenure_stats::ExactSum;
    ///
    /// let mut squares = ExactSum::new();
    /// squares.push_product(1e-300, 1e-300)?; // far below the smallest float
    /// assert_eq!(squares.value(), Some(0.0));
    /// let scaled = squares.scaled_value(2_000).ok_or("too large")?;
    /// assert!((scaled / 114.81306952742545 - 1.0).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn scaled_value(&self, exponent: i32) -> Option<f64> {
        let Some((lead, leading)) = self.leading() else { return Some(0.0) };
        let value = round(lead, leading.saturating_add(exponent))?;
        Some(if self.is_negative() { -value } else { value })
    }

    /// The power of two at or below the size of the sum; `None` for 0.
    ///
    /// ```
    /// use tenure_stats::ExactSum;
    ///
    /// let mut sum = ExactSum::new();
    /// assert_eq!(sum.exponent(), None);
    /// sum.push(-5.0)?;
    /// assert_eq!(sum.exponent(), Some(2));
    /// # Ok::<(), tenure_stats::ExactSumError>(())
    /// ```
    #[must_use]
    pub fn exponent(&self) -> Option<i32> {
        self.leading().map(|(_, exponent)| exponent)
    }

    /// The leading 128 bits of the size, the last one set if anything is lost below, and what the
    /// first of them stands for, as a power of two; `None` for 0.
    fn leading(&self) -> Option<(u128, i32)> {
        let size = if self.is_negative() { self.negated() } else { self.clone() };
        let top = size.words.iter().rposition(|&word| word != 0)?;
        let word = |index: Option<usize>| {
            index.and_then(|index| size.words.get(index)).copied().unwrap_or(0)
        };
        let (first, second) = (word(Some(top)), word(top.checked_sub(1)));
        let third = word(top.checked_sub(2));
        let shift = first.leading_zeros();
        let wide = u128::from(first).wrapping_shl(64) | u128::from(second);
        let below = u128::from(third).wrapping_shl(64);
        let mut lead = wide.wrapping_shl(shift);
        if shift > 0 {
            lead |= below.wrapping_shr(128_u32.wrapping_sub(shift));
        }
        let lost = below.wrapping_shl(shift) != 0
            || size.words.iter().take(top.saturating_sub(2)).any(|&word| word != 0);
        if lost {
            lead |= 1;
        }
        let exponent = i32::try_from(top.wrapping_mul(64).wrapping_add(63)).ok()?;
        let exponent = exponent.wrapping_sub(i32::try_from(shift).ok()?);
        Some((lead, exponent.wrapping_sub(LAST_BIT)))
    }

    /// Whether the sum is below 0.
    ///
    /// ```
    /// use tenure_stats::ExactSum;
    ///
    /// let mut sum = ExactSum::new();
    /// assert!(!sum.is_negative());
    /// sum.push(-5e-324)?;
    /// assert!(sum.is_negative());
    /// # Ok::<(), tenure_stats::ExactSumError>(())
    /// ```
    #[must_use]
    pub const fn is_negative(&self) -> bool {
        self.words[WORDS - 1] >> 63 == 1
    }

    fn negated(&self) -> Self {
        let mut carry = true;
        let mut words = self.words;
        for word in &mut words {
            (*word, carry) = (!*word).overflowing_add(u64::from(carry));
        }
        Self { words }
    }

    fn plus(&self, other: &Self) -> Self {
        let mut words = self.words;
        let mut carry = 0_u128;
        for (word, more) in words.iter_mut().zip(other.words) {
            let total = u128::from(*word).wrapping_add(u128::from(more)).wrapping_add(carry);
            *word = low_word(total);
            carry = total.wrapping_shr(64);
        }
        Self { words }
    }

    /// Takes over a sum unless it ran into the two bits that guard the sign.
    fn accept(&mut self, sum: Self) -> Result<(), ExactSumError> {
        let top = sum.words[WORDS - 1].wrapping_shr(62);
        if top == 0 || top == 3 {
            *self = sum;
            Ok(())
        } else {
            Err(ExactSumError::Overflow)
        }
    }

    /// Adds ±mantissa · 2^exponent.
    fn add(&mut self, negative: bool, mantissa: u128, exponent: i32) -> Result<(), ExactSumError> {
        if mantissa == 0 {
            return Ok(());
        }
        // never below bit 0 and never past the last word: see the constants
        let bit = u32::try_from(exponent.wrapping_add(LAST_BIT)).unwrap_or(0);
        let shift = bit & 63;
        let mut parts = [0_u64; 3];
        let low = mantissa.wrapping_shl(shift);
        let high = if shift == 0 { 0 } else { mantissa.wrapping_shr(128_u32.wrapping_sub(shift)) };
        parts[0] = low_word(low);
        parts[1] = low_word(low.wrapping_shr(64));
        parts[2] = low_word(high);
        let start = usize::try_from(bit.wrapping_shr(6)).unwrap_or(0);
        if negative {
            self.subtract_at(start, parts)
        } else {
            self.add_at(start, parts)
        }
        let top = self.words[WORDS - 1].wrapping_shr(62);
        if top == 0 || top == 3 {
            return Ok(());
        }
        if negative {
            self.add_at(start, parts)
        } else {
            self.subtract_at(start, parts)
        }
        Err(ExactSumError::Overflow)
    }

    fn add_at(&mut self, start: usize, parts: [u64; 3]) {
        let mut carry = false;
        let parts = parts.into_iter().map(Some).chain(core::iter::repeat(None));
        for (word, part) in self.words.iter_mut().skip(start).zip(parts) {
            if part.is_none() && !carry {
                return;
            }
            let (sum, first) = word.overflowing_add(part.unwrap_or(0));
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            *word = sum;
            carry = first || second;
        }
    }

    fn subtract_at(&mut self, start: usize, parts: [u64; 3]) {
        let mut borrow = false;
        let parts = parts.into_iter().map(Some).chain(core::iter::repeat(None));
        for (word, part) in self.words.iter_mut().skip(start).zip(parts) {
            if part.is_none() && !borrow {
                return;
            }
            let (rest, first) = word.overflowing_sub(part.unwrap_or(0));
            let (rest, second) = rest.overflowing_sub(u64::from(borrow));
            *word = rest;
            borrow = first || second;
        }
    }
}

/// Sign, mantissa and exponent: ±mantissa · 2^exponent.
fn parts(term: f64) -> Result<(bool, u64, i32), ExactSumError> {
    const FRACTION: u64 = (1 << 52) - 1;
    if !term.is_finite() {
        return Err(ExactSumError::NotFinite { term });
    }
    let bits = term.to_bits();
    let fraction = bits & FRACTION;
    let biased = i32::try_from(bits.wrapping_shr(52) & 0x7ff).unwrap_or(0);
    let negative = term.is_sign_negative();
    Ok(if biased == 0 {
        (negative, fraction, -1_074)
    } else {
        (negative, fraction | (1 << 52), biased.wrapping_sub(1_075))
    })
}

/// lead · 2^(exponent - 127) as the nearest float, where bit 127 of `lead` is set and its last bit
/// says whether anything is lost below it.
fn round(lead: u128, exponent: i32) -> Option<f64> {
    // bits that survive: 53, fewer near the smallest float
    let keep = exponent.saturating_add(1_075).clamp(-1, 53);
    if keep < 0 {
        return Some(0.0);
    }
    let drop = u32::try_from(128_i32.wrapping_sub(keep)).ok()?;
    let kept = lead.checked_shr(drop).unwrap_or(0);
    let rest = if drop >= 128 { lead } else { lead.wrapping_shl(128_u32.wrapping_sub(drop)) };
    let half = 1_u128 << 127;
    let up = rest > half || (rest == half && kept & 1 == 1);
    let mantissa = low_word(kept).wrapping_add(u64::from(up));
    // A mantissa of `keep` bits carries over into the exponent by itself.
    let biased = u64::try_from(exponent.saturating_add(1_023).max(1)).ok()?;
    let bits = if keep == 53 {
        mantissa.wrapping_sub(1 << 52).wrapping_add(biased.min(2_047).wrapping_shl(52))
    } else {
        mantissa
    };
    let value = f64::from_bits(bits);
    (biased < 2_047 && value.is_finite()).then_some(value)
}

#[expect(clippy::as_conversions, reason = "the low word is wanted, the rest dropped")]
const fn low_word(wide: u128) -> u64 {
    wide as u64
}

#[cfg(feature = "serde")]
mod serde_impl {
    use serde::de::Error;

    use super::{ExactSum, WORDS};

    /// Words from `first` on, the rest below is 0 and above repeats the sign.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields, rename = "ExactSum")]
    struct Document {
        negative: bool,
        first: usize,
        words: Vec<u64>,
    }

    impl From<&ExactSum> for Document {
        fn from(sum: &ExactSum) -> Self {
            let negative = sum.is_negative();
            let fill = if negative { u64::MAX } else { 0 };
            let end = sum.words.iter().rposition(|&word| word != fill);
            let end = end.map_or(0, |index| index.saturating_add(1));
            let first = sum.words.iter().position(|&word| word != 0).unwrap_or(0).min(end);
            let length = end.saturating_sub(first);
            let words = sum.words.iter().skip(first).take(length).copied().collect();
            Self { negative, first, words }
        }
    }

    impl serde::Serialize for ExactSum {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            Document::from(self).serialize(serializer)
        }
    }

    impl<'de> serde::Deserialize<'de> for ExactSum {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let document = Document::deserialize(deserializer)?;
            let refuse = || D::Error::custom("not the canonical form of an exact sum");
            let end = document.first.checked_add(document.words.len()).ok_or_else(refuse)?;
            if end > WORDS {
                return Err(refuse());
            }
            let mut sum = Self::new();
            let fill = if document.negative { u64::MAX } else { 0 };
            for (index, word) in sum.words.iter_mut().enumerate().skip(document.first) {
                let given = index.checked_sub(document.first).and_then(|at| document.words.get(at));
                *word = given.copied().unwrap_or(fill);
            }
            let again = Document::from(&sum);
            let top = sum.words[WORDS - 1].wrapping_shr(62);
            let canonical = again.negative == document.negative
                && again.first == document.first
                && again.words == document.words
                && (top == 0 || top == 3);
            if canonical { Ok(sum) } else { Err(refuse()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum_of(terms: &[f64]) -> ExactSum {
        let mut sum = ExactSum::new();
        for &term in terms {
            sum.push(term).unwrap();
        }
        sum
    }

    #[test]
    fn one_term_comes_back() {
        for term in [
            0.0,
            1.0,
            -1.0,
            0.1,
            f64::MAX,
            f64::MIN,
            f64::MIN_POSITIVE,
            5e-324,
            -5e-324,
            f64::MIN_POSITIVE - 5e-324,
            1.5e-310,
            2.0_f64.sqrt(),
        ] {
            assert_eq!(sum_of(&[term]).value(), Some(term), "{term:e}");
        }
        assert_eq!(sum_of(&[-0.0]).value().map(f64::to_bits), Some(0));
        assert_eq!(sum_of(&[]).value().map(f64::to_bits), Some(0));
    }

    #[test]
    fn ties_go_to_even_and_a_hair_breaks_them() {
        let one_ulp = f64::EPSILON;
        assert_eq!(sum_of(&[1.0, one_ulp / 2.0]).value(), Some(1.0));
        assert_eq!(sum_of(&[1.0, one_ulp / 2.0, 5e-324]).value(), Some(1.0 + one_ulp));
        assert_eq!(sum_of(&[1.0, one_ulp / 2.0, -5e-324]).value(), Some(1.0));
        assert_eq!(sum_of(&[1.0 + one_ulp, one_ulp / 2.0]).value(), Some(1.0 + 2.0 * one_ulp));
        assert_eq!(sum_of(&[-1.0, -one_ulp / 2.0, -5e-324]).value(), Some(-1.0 - one_ulp));
        // all ones carry into the exponent
        assert_eq!(sum_of(&[2.0 - one_ulp, one_ulp / 2.0]).value(), Some(2.0));
    }

    #[test]
    fn beyond_the_largest_float_and_back() {
        let mut sum = sum_of(&[f64::MAX, f64::MAX]);
        assert_eq!(sum.value(), None);
        sum.push(f64::MIN).unwrap();
        assert_eq!(sum.value(), Some(f64::MAX));
        let half_ulp = f64::MAX / 18_014_398_509_481_984.0;
        assert_eq!(sum_of(&[f64::MAX, half_ulp * 0.99]).value(), Some(f64::MAX));
        assert_eq!(sum_of(&[f64::MAX, half_ulp * 1.01]).value(), None);
    }

    #[test]
    fn products_of_the_smallest_are_kept() {
        let mut sum = ExactSum::new();
        sum.push_product(5e-324, 5e-324).unwrap();
        assert_ne!(sum, ExactSum::new());
        assert_eq!(sum.value(), Some(0.0));
        // half the smallest float is a tie to even; with the square on top it is not
        let mut tie = ExactSum::new();
        tie.push_product(5e-324, 0.5).unwrap();
        assert_eq!(tie.value(), Some(0.0));
        tie.merge(&sum).unwrap();
        assert_eq!(tie.value(), Some(5e-324));
        sum.push_product(-5e-324, 5e-324).unwrap();
        assert_eq!(sum, ExactSum::new());
    }

    #[test]
    fn a_refused_term_changes_nothing() {
        let mut sum = sum_of(&[1.5, -3.25]);
        let before = sum.clone();
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(matches!(sum.push(bad), Err(ExactSumError::NotFinite { .. })));
            assert!(matches!(sum.push_product(1.0, bad), Err(ExactSumError::NotFinite { .. })));
        }
        assert_eq!(sum, before);
    }

    #[test]
    fn overflow_is_refused_both_ways_and_changes_nothing() {
        for sign in [1.0, -1.0] {
            let mut sum = ExactSum::new();
            sum.push_product(sign * f64::MAX, f64::MAX).unwrap();
            let mut doublings = 0;
            while sum.merge(&sum.clone()).is_ok() {
                doublings += 1;
            }
            assert!(doublings >= 60, "{doublings}");
            let before = sum.clone();
            assert_eq!(sum.merge(&before), Err(ExactSumError::Overflow));
            assert_eq!(sum, before);
            sum.retract(&before).unwrap();
            assert_eq!(sum, ExactSum::new());
        }
    }

    #[test]
    fn a_term_too_many_is_refused() {
        // one below the guard bits: the next product must not fit
        let mut sum = ExactSum { words: [u64::MAX; WORDS] };
        sum.words[WORDS - 1] = u64::MAX >> 2;
        let before = sum.clone();
        assert_eq!(sum.push(1.0), Err(ExactSumError::Overflow));
        assert_eq!(sum, before);
        let mut sum = sum.negated();
        let before = sum.clone();
        assert_eq!(sum.push_product(-1.0, 1.0), Err(ExactSumError::Overflow));
        assert_eq!(sum, before);
    }
}
