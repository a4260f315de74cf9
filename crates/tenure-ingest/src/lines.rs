//! Which line each event came from.

/// The lines of events, by position: most rows lie one line after the row before, so only where one
/// does not is anything kept.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    events: u64,
    /// Position and line of the first event of each run of neighbours.
    runs: Vec<(u64, u64)>,
}

impl Lines {
    /// How many events there are: the position of the next.
    pub(crate) const fn len(&self) -> u64 {
        self.events
    }

    /// The line of the next event.
    pub(crate) fn push(&mut self, line: u64) {
        let next = self.runs.last().map(|&run| line_in(run, self.events));
        if next != Some(line) {
            self.runs.push((self.events, line));
        }
        self.events = self.events.saturating_add(1);
    }

    /// The line of the event of that position.
    pub(crate) fn get(&self, position: u64) -> Option<u64> {
        let runs = self.runs.partition_point(|&(first, _)| first <= position);
        let run = self.runs.get(runs.checked_sub(1)?)?;
        (position < self.events).then(|| line_in(*run, position))
    }
}

const fn line_in((first, line): (u64, u64), position: u64) -> u64 {
    line.saturating_add(position.saturating_sub(first))
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn every_event_has_its_line() {
        let given = [2, 3, 4, 7, 8, 2, 3, 3, 1, 9];
        let mut lines = Lines::default();
        given.iter().for_each(|&line| lines.push(line));
        let found: Vec<_> = (0..11).map(|position| lines.get(position)).collect();
        let expected: Vec<_> = given.into_iter().map(Some).chain([None]).collect();
        assert_eq!((found, lines.len()), (expected, 10));
        assert_eq!(lines.runs.len(), 6);
        assert_eq!(Lines::default().get(0), None);
    }
}
