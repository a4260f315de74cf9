//! The weighted mean and whole shares, in integers.

use crate::profile::Profile;

/// Numbers of one score, on the stack.
pub(crate) type Row<T> = [T; Profile::MAX_COMPONENTS];

/// The weighted mean of `points` (0 to 1000), rounded half away from zero, and the share of each in
/// it by largest remainder; a slot of weight 0 has no share. `None` if all weights are 0.
///
/// Weights sum to at most 10^6 * 2^30 < 2^51, so a sum of products stays below 2^62.
pub(crate) fn weighted_mean(weights: &[u64], points: &[u16], shares: &mut [u16]) -> Option<u16> {
    let whole = weights.iter().fold(0_u64, |sum, &weight| sum.saturating_add(weight));
    let mut rests: Row<u64> = [0; Profile::MAX_COMPONENTS];
    let (mut sum, mut given) = (0_u64, 0_u16);
    let slots = weights.iter().zip(points).zip(shares.iter_mut().zip(&mut rests));
    for ((&weight, &points), (share, rest)) in slots {
        let product = weight.saturating_mul(u64::from(points));
        sum = sum.saturating_add(product);
        let floor = product.checked_div(whole)?;
        *rest = product.wrapping_sub(floor.wrapping_mul(whole));
        *share = u16::try_from(floor).ok()?;
        given = given.saturating_add(*share);
    }
    let twice = sum.saturating_mul(2).saturating_add(whole);
    let mean = u16::try_from(twice.checked_div(whole.saturating_mul(2))?).ok()?;
    for _ in given..mean {
        // The first of the largest; one that is used up falls to 0. There are always enough: what
        // is left over is the sum of the rests, rounded.
        let mut largest = (0_u64, 0_usize);
        for (slot, &rest) in rests.iter().enumerate().take(weights.len()) {
            if rest > largest.0 {
                largest = (rest, slot);
            }
        }
        if let (Some(share), Some(rest)) = (shares.get_mut(largest.1), rests.get_mut(largest.1)) {
            *share = share.saturating_add(1);
            *rest = 0;
        }
    }
    Some(mean)
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

    fn of(weights: &[u64], points: &[u16]) -> Option<(u16, Vec<u16>)> {
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
