//! The median of a growing list of days.

/// How often each value was met, in order of value, and where the lower median is.
///
/// Gaps between days of one history add up to its length, so few of them differ: a step costs a
/// look-up among the values met, and a shift of them where one is new.
#[derive(Debug, Default)]
pub(crate) struct RunningMedian {
    /// Each value once, in order, and how often it was met.
    met: Vec<(i64, usize)>,
    len: usize,
    /// The place in `met` of the lower median, and how many values lie before that place.
    place: usize,
    before: usize,
}

impl RunningMedian {
    pub(crate) fn clear(&mut self) {
        self.met.clear();
        (self.len, self.place, self.before) = (0, 0, 0);
    }

    pub(crate) fn push(&mut self, value: i64) {
        let at = self.met.partition_point(|&(known, _)| known < value);
        match self.met.get_mut(at) {
            Some((known, times)) if *known == value => *times = times.saturating_add(1),
            _ => {
                self.met.insert(at, (value, 1));
                // What was at the place has moved up by one.
                if at <= self.place && self.len > 0 {
                    self.place = self.place.saturating_add(1);
                }
            }
        }
        if at < self.place {
            self.before = self.before.saturating_add(1);
        }
        self.len = self.len.saturating_add(1);
        self.settle();
    }

    /// Moves to the place of the lower median: a step at most, for one value was added.
    fn settle(&mut self) {
        let rank = self.len.saturating_sub(1) / 2;
        if rank < self.before {
            self.place = self.place.saturating_sub(1);
            self.before = self.before.saturating_sub(self.times());
        } else {
            let through = self.before.saturating_add(self.times());
            if rank >= through {
                self.place = self.place.saturating_add(1);
                self.before = through;
            }
        }
    }

    /// How often the value at the place was met.
    fn times(&self) -> usize {
        self.met.get(self.place).map_or(0, |&(_, times)| times)
    }

    /// Twice the median: a whole number, since the median of integers may be a half. `None` of
    /// nothing.
    pub(crate) fn halves(&self) -> Option<i64> {
        let &(low, times) = self.met.get(self.place)?;
        let last = self.before.saturating_add(times) == self.len / 2;
        let high = match self.met.get(self.place.saturating_add(1)) {
            Some(&(high, _)) if self.len.is_multiple_of(2) && last => high,
            _ => low,
        };
        low.checked_add(high)
    }
}

#[cfg(test)]
mod tests {
    use super::RunningMedian;

    /// By definition: sorted, the middle two or twice the middle one.
    fn halves(values: &[i64]) -> i64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]
    }

    #[test]
    fn the_median_is_right_after_every_step() {
        let mut median = RunningMedian::default();
        assert_eq!(median.halves(), None);
        let steps: Vec<_> = [5, 1, 9, 9, 2, 2]
            .into_iter()
            .filter_map(|value| {
                median.push(value);
                median.halves()
            })
            .collect();
        assert_eq!(steps, [10, 6, 10, 14, 10, 7]);
        median.clear();
        assert_eq!(median.halves(), None);
    }

    /// All lists of up to seven values out of four, and their every beginning.
    #[test]
    fn the_median_of_every_short_list_is_right() {
        for number in 0..4_usize.pow(7) {
            let mut median = RunningMedian::default();
            let values: Vec<i64> =
                (0..7).map(|place| [3, 1, 7, 4][number / 4_usize.pow(place) % 4]).collect();
            for (place, &value) in values.iter().enumerate() {
                median.push(value);
                assert_eq!(median.halves(), Some(halves(&values[..=place])), "{values:?}");
            }
        }
    }
}
