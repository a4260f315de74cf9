//! Sharing a total out by largest remainder.

use crate::error::AllocationError;

/// Splits `total` minor units in proportion to `weights`: each part gets
/// `floor(total * weight / sum)`, the units left over go to the largest remainders, ties to the
/// lowest index. The parts always sum to the total; a negative total mirrors the positive one.
///
/// Shape: in, a total (minor units) and one weight a part; out, one amount a part. Cost: a sort of
/// the parts.
///
/// ```
/// // 101 in three equal parts:
/// assert_eq!(tenure_model::allocate(101, &[1, 1, 1])?, [34, 34, 33]);
/// # Ok::<(), tenure_model::AllocationError>(())
/// ```
///
/// # Errors
/// No weights, a negative weight, a sum of 0, or numbers too large for 128 bits.
pub fn allocate(total: i64, weights: &[i64]) -> Result<Vec<i64>, AllocationError> {
    if weights.is_empty() {
        return Err(AllocationError::NoWeights);
    }
    let mut sum = 0_i128;
    for (index, &weight) in weights.iter().enumerate() {
        if weight < 0 {
            return Err(AllocationError::NegativeWeight { index, found: weight });
        }
        sum = sum.checked_add(i128::from(weight)).ok_or(AllocationError::Overflow)?;
    }
    if sum == 0 {
        return Err(AllocationError::ZeroSum);
    }
    let magnitude = i128::from(total).abs();
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut left = magnitude;
    for (index, &weight) in weights.iter().enumerate() {
        let share = magnitude.checked_mul(i128::from(weight)).ok_or(AllocationError::Overflow)?;
        let part = share.checked_div(sum).ok_or(AllocationError::ZeroSum)?;
        left = left.checked_sub(part).ok_or(AllocationError::Overflow)?;
        remainders.push((share.checked_rem(sum).ok_or(AllocationError::ZeroSum)?, index));
        parts.push(part);
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, index) in remainders {
        if left == 0 {
            break;
        }
        if let Some(part) = parts.get_mut(index) {
            *part = part.checked_add(1).ok_or(AllocationError::Overflow)?;
            left = left.checked_sub(1).ok_or(AllocationError::Overflow)?;
        }
    }
    parts
        .into_iter()
        .map(|part| {
            let signed = if total < 0 { part.checked_neg() } else { Some(part) };
            signed.and_then(|part| i64::try_from(part).ok()).ok_or(AllocationError::Overflow)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::allocate;
    use crate::error::AllocationError;

    /// moneyphp, `Money::allocate` in its documentation: 5 at 70/30 is 4 and 1.
    #[test]
    fn published_split() {
        assert_eq!(allocate(5, &[70, 30]).unwrap(), [4, 1]);
    }

    #[test]
    fn a_negative_total_mirrors_the_positive() {
        assert_eq!(allocate(-101, &[1, 1, 1]).unwrap(), [-34, -34, -33]);
        assert_eq!(allocate(i64::MIN, &[1]).unwrap(), [i64::MIN]);
    }

    #[test]
    fn a_weight_of_zero_gets_nothing() {
        assert_eq!(allocate(10, &[0, 3, 0]).unwrap(), [0, 10, 0]);
    }

    #[test]
    fn what_cannot_be_shared_is_an_error() {
        assert_eq!(allocate(1, &[]), Err(AllocationError::NoWeights));
        assert_eq!(allocate(1, &[0, 0]), Err(AllocationError::ZeroSum));
        assert_eq!(
            allocate(1, &[1, -1]),
            Err(AllocationError::NegativeWeight { index: 1, found: -1 })
        );
    }
}
