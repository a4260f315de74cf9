//! Numbers that look random and are the same everywhere.

/// SplitMix64 (Steele, Lea, Flood 2014): two multiplications a number, good enough to spread
/// inputs.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let one = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let two = (one ^ (one >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        two ^ (two >> 31)
    }

    /// A number below `end`, 0 where that is 0; even enough for ends far below 2^64.
    pub fn below(&mut self, end: u32) -> u32 {
        let rest = self.bits().checked_rem(u64::from(end)).unwrap_or(0);
        u32::try_from(rest).unwrap_or(0)
    }

    /// A column of answers, each from 0 to 10.
    #[must_use]
    pub fn answers(mut self, rows: usize) -> Vec<u8> {
        (0..rows).map(|_| u8::try_from(self.below(11)).unwrap_or(0)).collect()
    }
}
