//! The median of a growing list of days.

/// How often each value was met, in order of value, and where the lower median is.
///
/// Gaps between days of one history add up to its length, so few of them differ: a step costs a
/// look-up among the values met, and a shift of them where one is new.
///
/// Values wait until a median is asked for: of many histories it never is.
#[derive(Debug, Default)]
pub(crate) struct RunningMedian {
    /// All values, as they came; the first `len` of them are among those met.
    values: Vec<i64>,
    /// Each value once, in order, and how often it was met.
    met: Vec<(i64, usize)>,
    len: usize,
    /// The place in `met` of the lower median, and how many values lie before that place.
    place: usize,
    before: usize,
    /// Twice the median of all those met but the last.
    earlier_halves: Option<i64>,
}

impl RunningMedian {
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.met.clear();
        (self.len, self.place, self.before) = (0, 0, 0);
        self.earlier_halves = None;
    }

    pub(crate) fn push(&mut self, value: i64) {
        self.values.push(value);
    }

    /// All values, as they came.
    pub(crate) fn values(&self) -> &[i64] {
        &self.values
    }

    /// Twice the median: a whole number, since the median of integers may be a half. `None` of
    /// nothing.
    pub(crate) fn halves(&mut self) -> Option<i64> {
        while let Some(&value) = self.values.get(self.len) {
            self.earlier_halves = self.halves_met();
            self.meet(value);
        }
        self.halves_met()
    }

    /// Twice the median of all values but the last.
    pub(crate) fn earlier_halves(&mut self) -> Option<i64> {
        self.halves();
        self.earlier_halves
    }

    fn meet(&mut self, value: i64) {
        // From the end: few values differ, and the loop is shorter than a search by halves.
        let at = self.met.iter().rposition(|&(known, _)| known < value);
        let at = at.map_or(0, |below| below.saturating_add(1));
        match self.met.get_mut(at) {
            Some((known, times)) if *known == value => *times = times.saturating_add(1),
            _ => {
                self.met.insert(at, (value, 1));
                // What was at the place has moved up by one.
                if at <= self.place {
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

    fn halves_met(&self) -> Option<i64> {
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
    fn halves(values: &[i64]) -> Option<i64> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let high = sorted.get(sorted.len() / 2)?;
        let low = sorted.get(sorted.len().div_ceil(2).saturating_sub(1))?;
        Some(low.saturating_add(*high))
    }

    #[test]
    fn the_median_is_right_after_every_step() {
        let mut median = RunningMedian::default();
        assert_eq!((median.halves(), median.earlier_halves()), (None, None));
        let steps: Vec<_> = [5, 1, 9, 9, 2, 2]
            .into_iter()
            .filter_map(|value| {
                median.push(value);
                median.halves()
            })
            .collect();
        assert_eq!(steps, [10, 6, 10, 14, 10, 7]);
        assert_eq!(median.earlier_halves(), Some(10));
        // Each value once, in order.
        assert_eq!(median.met, [(1, 1), (2, 2), (5, 1), (9, 2)]);
        median.clear();
        assert_eq!((median.halves(), median.earlier_halves()), (None, None));
    }

    /// All lists of up to seven values out of four, and their every beginning, asked at every step
    /// or only at the end.
    #[test]
    fn the_median_of_every_short_list_is_right() {
        for number in 0..4_usize.pow(7) {
            let (mut asked, mut late) = (RunningMedian::default(), RunningMedian::default());
            let values: Vec<i64> =
                (0..7).map(|place| [3, 1, 7, 4][number / 4_usize.pow(place) % 4]).collect();
            for (place, &value) in values.iter().enumerate() {
                asked.push(value);
                late.push(value);
                assert_eq!(asked.halves(), halves(&values[..=place]), "{values:?}");
                assert_eq!(asked.earlier_halves(), halves(&values[..place]), "{values:?}");
            }
            let both = (halves(&values[..6]), halves(&values));
            assert_eq!((late.earlier_halves(), late.halves()), both, "{values:?}");
            assert_eq!(late.values(), values);
        }
    }
}
