//! The median of a growing list, in logarithmic time a step.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The lower half, largest first, and the upper half, smallest first; the lower may hold one more.
#[derive(Debug, Default)]
pub(crate) struct RunningMedian {
    lower: BinaryHeap<i64>,
    upper: BinaryHeap<Reverse<i64>>,
}

impl RunningMedian {
    pub(crate) fn push(&mut self, value: i64) {
        // Through the lower half into the upper, so that each keeps its side.
        self.lower.push(value);
        self.upper.extend(self.lower.pop().map(Reverse));
        if self.upper.len() > self.lower.len() {
            self.lower.extend(self.upper.pop().map(|Reverse(value)| value));
        }
    }

    /// Twice the median: a whole number, since the median of integers may be a half. `None` of
    /// nothing.
    pub(crate) fn halves(&self) -> Option<i64> {
        let low = *self.lower.peek()?;
        let high = match self.upper.peek() {
            Some(&Reverse(high)) if self.upper.len() == self.lower.len() => high,
            _ => low,
        };
        low.checked_add(high)
    }
}

#[cfg(test)]
mod tests {
    use super::RunningMedian;

    #[test]
    fn the_median_is_right_after_every_step() {
        let mut median = RunningMedian::default();
        assert_eq!(median.halves(), None);
        let halves: Vec<_> = [5, 1, 9, 9, 2, 2]
            .into_iter()
            .filter_map(|value| {
                median.push(value);
                median.halves()
            })
            .collect();
        assert_eq!(halves, [10, 6, 10, 14, 10, 7]);
    }
}
