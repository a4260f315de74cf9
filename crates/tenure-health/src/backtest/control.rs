//! Dealing outcomes out anew.

/// Fisher and Yates, drawing by SplitMix64 (Steele, Lea and Flood 2014) from one stream a day.
pub(super) fn shuffle<T>(items: &mut [T], seed: u64, day: u64) {
    let mut state = mixed(seed).wrapping_add(day);
    for last in (1..items.len()).rev() {
        state = state.wrapping_add(GOLDEN);
        let span = u128::try_from(last).unwrap_or_default().saturating_add(1);
        let drawn = u128::from(mixed(state)).saturating_mul(span) >> 64;
        items.swap(last, usize::try_from(drawn).unwrap_or_default());
    }
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::shuffle;

    #[test]
    fn every_order_comes_up() {
        let mut orders = std::collections::BTreeMap::new();
        for seed in 0..6_000 {
            let mut items = [0, 1, 2];
            shuffle(&mut items, seed, 7);
            *orders.entry(items).or_insert(0) += 1;
        }
        assert_eq!(orders.len(), 6);
        // 1000 each, standard deviation 29.
        assert!(orders.values().all(|&times: &i32| (870..1130).contains(&times)), "{orders:?}");
    }

    #[test]
    fn one_seed_and_day_one_order() {
        let of = |seed, day| {
            let mut items: Vec<u8> = (0..50).collect();
            shuffle(&mut items, seed, day);
            items
        };
        assert_eq!(of(1, 1), of(1, 1));
        assert_ne!(of(1, 1), of(2, 1));
        assert_ne!(of(1, 1), of(1, 2));
        shuffle::<u8>(&mut [], 1, 1);
    }
}
