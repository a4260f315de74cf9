//! The weighted mean and whole shares, in integers.

use crate::profile::Profile;

/// Numbers of one score, on the stack.
pub(crate) type Row<T> = [T; Profile::MAX_COMPONENTS];

/// Bits of a key that tell its slot: `Profile::MAX_COMPONENTS` of them.
const SLOT_BITS: u32 = 5;
const SLOTS: u64 = (1 << SLOT_BITS) - 1;

/// The weighted mean of `points` (0 to 1000), rounded half away from zero, and the share of each in
/// it by largest remainder; a slot of weight 0 has no share. `None` if all weights are 0.
///
/// Weights sum to at most 2 * 10^6 * 2^30 < 2^51 (those of two profiles, while a change is told), so a
/// product stays below 2^61, and a rest with the number of its slot below 2^56.
pub(crate) fn weighted_mean(weights: &[u64], points: &[u16], shares: &mut [i32]) -> Option<u16> {
    // Most profiles have eight components or fewer, and loops of a known length cost less.
    if weights.len() <= 8 {
        weighted_mean_of::<8>(weights, points, shares)
    } else {
        weighted_mean_of::<{ Profile::MAX_COMPONENTS }>(weights, points, shares)
    }
}

/// Of up to `N` slots; those that are not there weigh nothing.
fn weighted_mean_of<const N: usize>(
    given_weights: &[u64],
    given_points: &[u16],
    shares: &mut [i32],
) -> Option<u16> {
    let (mut weights, mut points, mut floors, mut keys) =
        ([0_u64; N], [0_u16; N], [0_u64; N], [0_u64; N]);
    for ((slot, point), (&weight, &given)) in
        weights.iter_mut().zip(&mut points).zip(given_weights.iter().zip(given_points))
    {
        (*slot, *point) = (weight, given);
    }
    let whole = weights.iter().fold(0_u64, |sum, &weight| sum.wrapping_add(weight));
    let (mut given, mut rests) = (0_u64, 0_u64);
    let slots = weights.iter().zip(&points).zip(floors.iter_mut().zip(&mut keys));
    for (slot, ((&weight, &points), (floor, key))) in (0_u64..).zip(slots) {
        let product = weight.wrapping_mul(u64::from(points));
        *floor = product.checked_div(whole)?;
        let rest = product.wrapping_sub(floor.wrapping_mul(whole));
        given = given.wrapping_add(*floor);
        rests = rests.wrapping_add(rest);
        // The greatest key is the largest rest, of equals the first.
        *key = rest.wrapping_shl(SLOT_BITS) | SLOTS.wrapping_sub(slot);
    }
    // What is left over: the sum of the rests, rounded. So there are always enough rests above 0.
    let more = rests.wrapping_mul(2).wrapping_add(whole).checked_div(whole.wrapping_mul(2))?;
    for (share, (&floor, &key)) in shares.iter_mut().zip(floors.iter().zip(&keys)) {
        // Comparing each with each takes no branch, unlike picking one after the other.
        let above = |above: u64, &other: &u64| above.wrapping_add(u64::from(other > key));
        let above = keys.iter().fold(0_u64, above);
        *share = i32::try_from(floor.wrapping_add(u64::from(above < more))).ok()?;
    }
    u16::try_from(given.wrapping_add(more)).ok()
}

/// Shares `numerators / denominator` (above 0) in whole points that sum to `total`: the floor of
/// each, then one more to those with the largest rest, the first of equals first. `total` is the sum
/// of the exact shares, or that rounded.
fn largest_remainders(numerators: &[i64], denominator: i64, total: i64, shares: &mut [i32]) {
    let mut rests: Row<i64> = [0; Profile::MAX_COMPONENTS];
    let mut missing = total;
    for ((&numerator, share), rest) in numerators.iter().zip(shares.iter_mut()).zip(&mut rests) {
        let floor = numerator.checked_div_euclid(denominator).unwrap_or_default();
        *rest = numerator.checked_rem_euclid(denominator).unwrap_or_default();
        *share = i32::try_from(floor).unwrap_or_default();
        missing = missing.saturating_sub(floor);
    }
    for _ in 0..missing {
        let mut largest = (-1_i64, 0_usize);
        for (slot, &rest) in rests.iter().enumerate().take(numerators.len()) {
            if rest > largest.0 {
                largest = (rest, slot);
            }
        }
        if let (Some(share), Some(rest)) = (shares.get_mut(largest.1), rests.get_mut(largest.1)) {
            *share = share.saturating_add(1);
            *rest = -1;
        }
    }
}

/// The most players of [`shapley`].
pub(crate) const PLAYERS: usize = 8;

/// What each of up to 8 players adds to the worth of those before it, averaged over all orders, in
/// whole numbers that sum to the worth of all less that of none. A set is a number whose bits are its
/// players.
pub(crate) fn shapley(players: usize, worth: impl Fn(usize) -> i64, shares: &mut [i32]) {
    let factorial = |number: usize| {
        (1..=number).fold(1_i64, |product, factor| {
            i64::try_from(factor).map_or(product, |factor| product.saturating_mul(factor))
        })
    };
    // Orders in which so many come before a player and the others after it.
    let mut orders = [0_i64; PLAYERS];
    for (before, orders) in orders.iter_mut().enumerate().take(players) {
        let after = players.saturating_sub(before).saturating_sub(1);
        *orders = factorial(before).saturating_mul(factorial(after));
    }
    let all = (1_usize << players).wrapping_sub(1);
    let mut numerators = [0_i64; PLAYERS];
    for (player, numerator) in numerators.iter_mut().enumerate().take(players) {
        let own = 1_usize << player;
        for set in (0..=all).filter(|set| set & own == 0) {
            let before = usize::try_from(set.count_ones()).unwrap_or_default();
            let times = orders.get(before).copied().unwrap_or_default();
            let adds = worth(set | own).wrapping_sub(worth(set));
            // At most 8! orders times 1000 points.
            *numerator = numerator.wrapping_add(times.wrapping_mul(adds));
        }
    }
    let numerators = numerators.get(..players).unwrap_or_default();
    let total = worth(all).saturating_sub(worth(0));
    largest_remainders(numerators, factorial(players), total, shares);
}

#[cfg(test)]
mod tests {
    use super::{largest_remainders, weighted_mean};

    fn of(weights: &[u64], points: &[u16]) -> Option<(u16, Vec<i32>)> {
        let mut shares = vec![0; weights.len()];
        let mean = weighted_mean(weights, points, &mut shares)?;
        Some((mean, shares))
    }

    #[test]
    fn shares_by_largest_remainder() {
        // 1/3 each: 0.33 rounds to 0, 0.67 to 1 with a tie of rests, which the first slot wins.
        assert_eq!(of(&[1, 1, 1], &[1, 0, 0]), Some((0, vec![0, 0, 0])));
        assert_eq!(of(&[1, 1, 1], &[0, 1, 1]), Some((1, vec![0, 1, 0])));
        // Shares 333.3, 333.3, 333.3 of 1000.
        assert_eq!(of(&[1, 1, 1], &[1000; 3]), Some((1000, vec![334, 333, 333])));
        // 0.5 goes up, and so does the only share.
        assert_eq!(of(&[1, 1], &[1, 0]), Some((1, vec![1, 0])));
        assert_eq!(of(&[7], &[1000]), Some((1000, vec![1000])));
    }

    #[test]
    fn whole_shares_go_down_before_they_go_up() {
        let of = |numerators: &[i64], denominator, total| {
            let mut shares = vec![0; numerators.len()];
            largest_remainders(numerators, denominator, total, &mut shares);
            shares
        };
        // -1/2 and 3/2: floors -1 and 1, both rest a half, the first gets the point.
        assert_eq!(of(&[-1, 3], 2, 1), [0, 1]);
        assert_eq!(of(&[-5, 2, 9], 6, 1), [-1, 0, 2]);
        assert_eq!(of(&[6, -6], 6, 0), [1, -1]);
    }

    #[test]
    fn no_weight_no_mean() {
        assert_eq!(of(&[0, 0], &[500, 500]), None);
        assert_eq!(of(&[], &[]), None);
        assert_eq!(of(&[0, 2], &[1000, 10]), Some((10, vec![0, 10])));
    }

    #[test]
    fn the_greatest_weights_do_not_wrap() {
        let all = 1_000_000_u64 << 30;
        assert_eq!(of(&[all - 1, 1], &[1000, 1000]).unwrap().0, 1000);
    }
}
