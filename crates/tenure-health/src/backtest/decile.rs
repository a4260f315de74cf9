//! Where the events are, by ascending score.

use tenure_stats::Ratio;

/// One of ten parts of the rows, by ascending score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decile {
    /// Which part, from 0: the lowest scores.
    pub number: u8,
    /// Its rows: parts are uneven where scores are equal.
    pub rows: u64,
    /// Its rows with the event.
    pub events: u64,
    /// Its share of events over that of all rows; `None` where it, or the event, is empty.
    pub lift: Option<Ratio>,
    /// The share of all events in this part and those below; `None` without events.
    pub gain: Option<Ratio>,
}

/// Lift and gain by decile of ascending score.
///
/// 1. *Question*: are the events where the scores are low?
/// 2. *Formula*:
///    ```text
///    part = floor(10 * rows strictly lower / rows)
///    lift = (events / rows of the part) / (events / rows of all)
///    gain = events of this part and those below / all events
///    ```
/// 3. *Shape*: in, score and event of each row; out, ten parts. Equal scores are never split.
/// 4. *Undefined*: as [`Decile`] says; no part of no rows.
/// 5. *Accuracy*: exact.
/// 6. *Source*: common practice; parts that split equal scores depend on the order of the rows.
///
/// ```
/// use tenure_health::backtest::deciles;
/// let parts = deciles(&[100, 200, 200, 900], &[true, false, true, false]);
/// assert_eq!((parts[0].rows, parts[2].rows, parts[7].rows), (1, 2, 1));
/// assert_eq!(parts[0].lift.map(|lift| lift.to_string()), Some("2/1".to_owned()));
/// assert_eq!(parts[2].gain.map(|gain| gain.to_string()), Some("1/1".to_owned()));
/// ```
#[must_use]
pub fn deciles(scores: &[u16], events: &[bool]) -> Vec<Decile> {
    let mut rows: Vec<(u16, bool)> = scores.iter().copied().zip(events.iter().copied()).collect();
    rows.sort_unstable();
    let whole = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let all = whole(rows.len());
    if all == 0 {
        return Vec::new();
    }
    let mut parts = [(0_u64, 0_u64); 10];
    let mut lower = 0_u64;
    for tied in rows.chunk_by(|one, next| one.0 == next.0) {
        let part = lower.saturating_mul(10).checked_div(all).unwrap_or_default();
        let part = usize::try_from(part).ok().and_then(|part| parts.get_mut(part));
        if let Some((rows, events)) = part {
            *rows = rows.saturating_add(whole(tied.len()));
            *events = events.saturating_add(whole(tied.iter().filter(|row| row.1).count()));
        }
        lower = lower.saturating_add(whole(tied.len()));
    }
    let happened = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.1));
    let mut below = 0_u64;
    let decile = |(number, (rows, events)): (u8, (u64, u64))| {
        below = below.saturating_add(events);
        let product = |a: u64, b: u64| i128::from(a).saturating_mul(i128::from(b));
        Decile {
            number,
            rows,
            events,
            lift: Ratio::new(product(events, all), product(rows, happened)).map(Ratio::reduced),
            gain: super::share(below, happened),
        }
    };
    (0..).zip(parts).map(decile).collect()
}

#[cfg(test)]
mod tests {
    use super::deciles;

    #[test]
    fn without_events_there_is_no_lift() {
        assert_eq!(deciles(&[], &[]), []);
        let parts = deciles(&[1, 2], &[false, false]);
        assert!(parts.iter().all(|part| part.lift.is_none() && part.gain.is_none()));
        // An empty part has no rate.
        let parts = deciles(&[1, 2], &[true, false]);
        assert_eq!((parts[1].rows, parts[1].lift), (0, None));
    }

    #[test]
    fn ten_rows_are_one_each() {
        let scores: Vec<u16> = (0..10).collect();
        let events: Vec<bool> = (0..10).map(|at| at < 2).collect();
        let parts = deciles(&scores, &events);
        assert!(parts.iter().all(|part| part.rows == 1));
        let lifts: Vec<_> = parts.iter().map(|part| part.lift.unwrap().to_string()).collect();
        assert_eq!(lifts[..3], ["5/1", "5/1", "0/1"]);
    }
}
