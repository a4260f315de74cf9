//! Durations summarised in bounded memory.

use tenure_stats::{Probability, Ratio, Share};

use crate::error::CountOverflowError;
use crate::times::bins::{bin_of, middle_of};

/// How long does it take: typically, at worst, on average?
///
/// ```text
/// count, sum, min, max        exact
/// order_statistic(p)          the value at rank ⌈count·p⌉, at least the first
/// quantile(p)                 Hyndman-Fan type 7: h = (count - 1)·p, the value at ⌊h⌋ moved by the
///                             fraction of h towards the next
/// ```
///
/// *Shape*: one duration a row in, in whole milliseconds, 0 and up; milliseconds out. Cost: one
/// search among some 2,000 bin limits a row; at most 17 KB of state, which grows only when a row
/// exceeds all before it.
///
/// *Undefined when* empty: all but count and sum are then `None`.
///
/// *Accuracy*: count, sum, mean, min and max are exact. A value read by rank is within one
/// hundredth of the true one, exact below 100 ms, at the first and at the last rank; a quantile
/// lies between two such values. Merging is exact: the state is integers and equals that of all
/// rows together, to the bit, on every platform. Exact quantiles of a slice are
/// [`tenure_stats::Sorted`].
///
/// *Source*: the guarantee of Masson, Rim and Lee 2019, "DDSketch", α = 0.01, with bins of whole
/// milliseconds instead of powers, so that nothing collapses and nothing rounds.
///
/// ```
/// use tenure_service::DurationSketch;
/// use tenure_stats::Probability;
///
/// let mut sketch = DurationSketch::new();
/// for ms in [30, 10, 60_000, 20] {
///     sketch.push(ms)?;
/// }
/// assert_eq!(sketch.order_statistic(Probability::MEDIAN), Some(20));
/// let median = sketch.quantile(Probability::MEDIAN).ok_or("empty")?;
/// assert_eq!(median.to_string(), "25/1");
/// assert_eq!((sketch.min(), sketch.max(), sketch.sum()), (Some(10), Some(60_000), 60_060));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// Not `sketches-ddsketch`: its sum is a float and its bins lie in a vector whose layout depends on
// the order of the rows, so equal multisets differ in bytes; it takes logarithms from the platform,
// can panic on a full bin, and shows its bins to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "SketchDocument", into = "SketchDocument"))]
pub struct DurationSketch {
    count: u64,
    sum: u128,
    /// Smallest and largest, if there is any.
    range: Option<(u64, u64)>,
    /// Counts by bin, up to the bin of the largest.
    bins: Vec<u64>,
}

impl DurationSketch {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { count: 0, sum: 0, range: None, bins: Vec::new() }
    }

    /// Takes in one duration in milliseconds.
    ///
    /// # Errors
    /// More than 2^62 durations; the sketch is then as it was.
    pub fn push(&mut self, ms: u64) -> Result<(), CountOverflowError> {
        let count = self.room_for(1)?;
        let bin = bin_of(ms);
        if bin >= self.bins.len() {
            self.bins.resize(bin.saturating_add(1), 0);
        }
        if let Some(held) = self.bins.get_mut(bin) {
            *held = held.saturating_add(1); // no bin exceeds the count
        }
        self.count = count;
        // 2^62 values of 64 bits stay below 2^126
        self.sum = self.sum.saturating_add(u128::from(ms));
        self.range = Some(self.range.map_or((ms, ms), |(min, max)| (min.min(ms), max.max(ms))));
        Ok(())
    }

    /// Takes in another sketch: the state is then that of all durations together.
    ///
    /// # Errors
    /// More than 2^62 durations; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), CountOverflowError> {
        let count = self.room_for(other.count)?;
        if other.bins.len() > self.bins.len() {
            self.bins.resize(other.bins.len(), 0);
        }
        for (held, &more) in self.bins.iter_mut().zip(&other.bins) {
            *held = held.saturating_add(more); // no bin exceeds the count
        }
        self.count = count;
        self.sum = self.sum.saturating_add(other.sum);
        self.range = match (self.range, other.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (ours, theirs) => ours.or(theirs),
        };
        Ok(())
    }

    fn room_for(&self, more: u64) -> Result<u64, CountOverflowError> {
        self.count
            .checked_add(more)
            .filter(|&count| count <= Share::MAX_COUNT)
            .ok_or(CountOverflowError { counter: "durations", most: Share::MAX_COUNT })
    }

    /// How many durations.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Their sum in milliseconds, exact.
    #[must_use]
    pub const fn sum(&self) -> u128 {
        self.sum
    }

    /// The shortest, exact.
    #[must_use]
    pub fn min(&self) -> Option<u64> {
        self.range.map(|(min, _)| min)
    }

    /// The longest, exact.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        self.range.map(|(_, max)| max)
    }

    /// The mean, exact.
    #[must_use]
    pub fn mean(&self) -> Option<Ratio> {
        Ratio::new(i128::try_from(self.sum).ok()?, i128::from(self.count))
    }

    /// Hyndman-Fan type 7, within one hundredth.
    #[must_use]
    pub fn quantile(&self, p: Probability) -> Option<Ratio> {
        let p = p.ratio()?;
        let steps = i128::from(self.count.checked_sub(1)?).checked_mul(p.num())?;
        let rank = u64::try_from(steps.checked_div(p.den())?).ok()?.checked_add(1)?;
        let rest = steps.checked_rem(p.den())?;
        let low = self.value_at(rank)?;
        let high = self.value_at(rank.checked_add(1)?)?;
        let moved = i128::from(high.checked_sub(low)?).checked_mul(rest)?;
        let num = i128::from(low).checked_mul(p.den())?.checked_add(moved)?;
        Ratio::new(num, p.den()).map(Ratio::reduced)
    }

    /// The inverse of the distribution function, within one hundredth: the value at rank ⌈np⌉, at
    /// least the first.
    #[must_use]
    pub fn order_statistic(&self, p: Probability) -> Option<u64> {
        let p = p.ratio()?;
        let steps = i128::from(self.count).checked_mul(p.num())?.unsigned_abs();
        let rank = steps.div_ceil(p.den().unsigned_abs()).max(1);
        self.value_at(u64::try_from(rank).ok()?)
    }

    /// The value of that rank, counted from 1.
    fn value_at(&self, rank: u64) -> Option<u64> {
        let (min, max) = self.range?;
        if rank <= 1 {
            return Some(min);
        }
        if rank >= self.count {
            return Some(max);
        }
        let mut passed = 0_u64;
        let bin = self.bins.iter().position(|&held| {
            passed = passed.saturating_add(held);
            passed >= rank
        })?;
        // the true value lies in the range too: moving into it can only come closer
        middle_of(bin).map(|middle| middle.clamp(min, max))
    }
}

/// A sketch on its way in or out; bins as pairs of index and count, the empty ones left out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "DurationSketch")]
struct SketchDocument {
    sum: u128,
    min: Option<u64>,
    max: Option<u64>,
    bins: Vec<(usize, u64)>,
}

#[cfg(feature = "serde")]
impl TryFrom<SketchDocument> for DurationSketch {
    type Error = crate::error::StateError;

    fn try_from(document: SketchDocument) -> Result<Self, Self::Error> {
        let refuse = |rule| crate::error::StateError { tally: "duration sketch", rule };
        let mut sketch = Self { sum: document.sum, ..Self::new() };
        let mut least = 0_u128;
        for (bin, held) in document.bins {
            if bin < sketch.bins.len() || bin >= crate::times::bins::BINS || held == 0 {
                return Err(refuse("bins ascend, exist and are not empty"));
            }
            sketch.bins.resize(bin, 0);
            sketch.bins.push(held);
            sketch.count = sketch.room_for(held).map_err(|_| refuse("at most 2^62 durations"))?;
            let low = crate::times::bins::low_of(bin).ok_or(refuse("bins exist"))?;
            least = least.saturating_add(u128::from(low).saturating_mul(u128::from(held)));
        }
        sketch.range = match (document.min, document.max, sketch.bins.len().checked_sub(1)) {
            (None, None, None) => None,
            (Some(min), Some(max), Some(last)) => {
                let first = sketch.bins.iter().position(|&held| held > 0);
                let fits = min <= max && Some(bin_of(min)) == first && bin_of(max) == last;
                fits.then_some((min, max)).map(Some).ok_or(refuse("min and max lie in the ends"))?
            }
            _ => return Err(refuse("min and max are there when a duration is")),
        };
        let most = u128::from(document.max.unwrap_or(0)).saturating_mul(u128::from(sketch.count));
        if (least..=most).contains(&document.sum) {
            Ok(sketch)
        } else {
            Err(refuse("the sum lies between what the bins allow"))
        }
    }
}

#[cfg(feature = "serde")]
impl From<DurationSketch> for SketchDocument {
    fn from(sketch: DurationSketch) -> Self {
        Self {
            sum: sketch.sum,
            min: sketch.min(),
            max: sketch.max(),
            bins: sketch.bins.into_iter().enumerate().filter(|&(_, held)| held > 0).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_no_quantile() {
        let empty = DurationSketch::new();
        assert_eq!(empty.quantile(Probability::MEDIAN), None);
        assert_eq!(empty.order_statistic(Probability::MEDIAN), None);
        assert_eq!((empty.min(), empty.max(), empty.mean()), (None, None, None));
        assert_eq!((empty.count(), empty.sum()), (0, 0));
    }

    #[test]
    fn the_ends_are_exact() -> Result<(), CountOverflowError> {
        let mut sketch = DurationSketch::new();
        for ms in [1_234_567, 0, u64::MAX] {
            sketch.push(ms)?;
        }
        let at = |percent| sketch.order_statistic(Probability::percent(percent).unwrap());
        assert_eq!((at(0), at(100)), (Some(0), Some(u64::MAX)));
        assert!(at(50).unwrap().abs_diff(1_234_567) <= 12_345);
        assert_eq!(sketch.sum(), u128::from(u64::MAX) + 1_234_567);
        let mut equal = DurationSketch::new();
        for ms in [1_011; 3] {
            equal.push(ms)?;
        }
        assert_eq!(equal.order_statistic(Probability::MEDIAN), Some(1_011));
        // neither is the middle of its bin
        let (low, high) = (1_011, 7_876_321);
        assert!(middle_of(bin_of(low)) > Some(low) && middle_of(bin_of(high)) < Some(high));
        let mut sketch = DurationSketch::new();
        for ms in [high, 2_000, low] {
            sketch.push(ms)?;
        }
        let at = |percent| sketch.order_statistic(Probability::percent(percent).unwrap());
        assert_eq!(
            (at(0), at(33), at(67), at(100)),
            (Some(low), Some(low), Some(high), Some(high))
        );
        Ok(())
    }

    #[test]
    fn a_full_sketch_refuses_and_stays() {
        let full = DurationSketch {
            count: Share::MAX_COUNT,
            sum: 0,
            range: Some((0, 0)),
            bins: vec![Share::MAX_COUNT],
        };
        let mut sketch = full.clone();
        assert_eq!(sketch.push(0).unwrap_err().counter(), "durations");
        assert!(sketch.merge(&full).is_err());
        assert_eq!(sketch, full);
        assert_eq!(sketch.order_statistic(Probability::MEDIAN), Some(0));
        assert_eq!(sketch.quantile(Probability::MEDIAN), Ratio::new(0, 1));
    }
}
