//! Bins of whole milliseconds, none wider than its middle is precise.
//!
//! A bin from `low` is told by its middle `low + ⌊low/100⌋` and reaches as far as `middle +
//! ⌊middle/99⌋`. Everything in it is then within one hundredth *of itself* from the middle:
//! `middle - v ≤ low/100 ≤ v/100` below, and above `v ≤ middle·100/99`, so `v - middle ≤ v/100`.
//! The bins below 100 hold one value each. This is the guarantee of DDSketch (Masson, Rim and Lee
//! 2019) with α = 0.01 on integers: no logarithm, hence the same bins on every platform.

/// The middle that stands for everything in a bin.
const fn middle(low: u64) -> u64 {
    low.saturating_add(low.wrapping_div(100))
}

/// The lowest value of the next bin; `None` after the last.
const fn next(low: u64) -> Option<u64> {
    let middle = middle(low);
    match middle.checked_add(middle.wrapping_div(99)) {
        Some(high) => high.checked_add(1),
        None => None,
    }
}

/// How many bins the 64 bits need.
pub(super) const BINS: usize = {
    let mut bins = 0_usize;
    let mut low = Some(0);
    while let Some(value) = low {
        bins = bins.wrapping_add(1);
        low = next(value);
    }
    bins
};

/// The lowest value of each bin.
static LOWS: [u64; BINS] = {
    let mut lows = [0; BINS];
    let mut bin = 0_usize;
    let mut low = Some(0);
    while let Some(value) = low {
        #[expect(clippy::indexing_slicing, reason = "out of bounds would not compile")]
        {
            lows[bin] = value;
        }
        bin = bin.wrapping_add(1);
        low = next(value);
    }
    lows
};

/// The bin of a value.
pub(super) fn bin_of(value: u64) -> usize {
    // the first bin begins at 0: there is always one at or below
    LOWS.partition_point(|&low| low <= value).saturating_sub(1)
}

/// The value that stands for a bin.
pub(super) fn middle_of(bin: usize) -> Option<u64> {
    LOWS.get(bin).map(|&low| middle(low))
}

/// The lowest value of a bin.
#[cfg(feature = "serde")]
pub(super) fn low_of(bin: usize) -> Option<u64> {
    LOWS.get(bin).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bins_cover_everything_and_none_is_too_wide() {
        for (bin, &low) in LOWS.iter().enumerate() {
            let high = LOWS.get(bin + 1).map_or(u64::MAX, |&next| next - 1);
            let middle = u128::from(middle_of(bin).unwrap());
            for value in [low, high] {
                assert_eq!(bin_of(value), bin);
                let value = u128::from(value);
                assert!(value.abs_diff(middle) * 100 <= value, "{value} is told by {middle}");
            }
        }
        assert_eq!(middle_of(BINS), None);
    }

    #[test]
    fn zero_is_apart_and_ten_years_fit() {
        assert_eq!((bin_of(0), bin_of(1), bin_of(99)), (0, 1, 99));
        assert_eq!(middle_of(0), Some(0));
        let ten_years_ms = 3_653 * 86_400_000;
        assert!(bin_of(ten_years_ms) < 1_330);
        assert_eq!(bin_of(u64::MAX), BINS - 1);
    }
}
