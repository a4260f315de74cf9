//! Chance in integers: the same bytes on every platform.

/// SplitMix64 (Steele, Lea and Flood 2014): small, fast, and good enough for made-up data.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// One stream of many: those of different numbers have nothing to do with each other.
    pub(super) fn stream(seed: u64, number: u64) -> Self {
        let mut mixer = Self(seed);
        let start = mixer.next().wrapping_add(number);
        let mut stream = Self(start);
        stream.0 = stream.next();
        stream
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from `least` to `greatest`, both included.
    pub(super) fn between(&mut self, least: i64, greatest: i64) -> i64 {
        let span = u128::from(greatest.abs_diff(least)).saturating_add(1);
        let step = u128::from(self.next()).saturating_mul(span) >> 64;
        least.saturating_add(i64::try_from(step).unwrap_or_default())
    }

    /// Whether something happens that happens so often in a thousand.
    pub(super) fn chance(&mut self, permille: i64) -> bool {
        self.between(0, 999) < permille
    }

    /// One of these.
    pub(super) fn pick<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let last = i64::try_from(choices.len()).unwrap_or_default().saturating_sub(1);
        let at = usize::try_from(self.between(0, last)).unwrap_or_default();
        choices.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    /// The first outputs for state 1234567, as Rosetta Code lists them ("Splitmix64").
    #[test]
    fn the_published_sequence() {
        let mut random = Random(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn both_ends_are_reached() {
        let mut random = Random::stream(0, 0);
        let mut seen = [false; 3];
        for _ in 0..100 {
            let found = random.between(-1, 1);
            seen[usize::try_from(found + 1).unwrap()] = true;
        }
        assert_eq!(seen, [true; 3]);
        assert!(!random.chance(0) && random.chance(1000));
        assert_eq!(random.pick::<i64>(&[]), 0);
    }
}
