//! Whether stated chances are what happens.

use tenure_stats::{ExactSum, Interval, Level, Ratio, Share, ShareMethod, len_to_f64, logistic};

use super::{mean, share};
use crate::error::ChanceError;

/// Whether chances that somebody states are what happens.
///
/// 1. *Question*: of what is said to happen with a chance of p, does a share of p happen?
/// 2. *Formula*:
///    ```text
///    brier     = mean((p - event)^2)
///    table     = mean p and share of events, in ten parts of equal width
///    intercept, slope: logit(chance of event) = intercept + slope * logit(p), by maximum likelihood
///    ```
/// 3. *Shape*: in, a chance and an event a row; out, as above; 0 and 1 are the intercept and slope of
///    chances that are right. The Brier score of stating the share of events throughout stands beside.
/// 4. *Undefined when* there is no row; intercept and slope also where a chance is 0 or 1, all
///    chances are equal, or chances separate the events.
/// 5. *Accuracy*: Newton steps to 1e-12; the Brier score is summed exactly and rounded once a row.
/// 6. *Source*: Brier 1950; Cox 1958; Wilson's interval for the shares.
///
/// ```
/// use tenure_health::backtest::Calibration;
/// let rows = [(0.2, false), (0.2, false), (0.8, true), (0.8, false)];
/// let found = Calibration::of(&rows, Default::default())?.ok_or("no rows")?;
/// assert!((found.brier - (0.04 + 0.04 + 0.04 + 0.64) / 4.0).abs() < 1e-15);
/// assert_eq!(found.table.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Calibration {
    /// Rows with a stated chance.
    pub rows: u64,
    /// The Brier score: 0 is best.
    pub brier: f64,
    /// What the share of events, stated throughout, would have come to.
    pub brier_of_prevalence: f64,
    /// Parts that hold a row, by ascending chance.
    pub table: Vec<ReliabilityBin>,
    /// Intercept and slope of the events on the chances.
    pub line: Option<(f64, f64)>,
}

/// Rows whose stated chance lies in one tenth of 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ReliabilityBin {
    /// Rows.
    pub rows: u64,
    /// The mean of the chances stated.
    pub stated: f64,
    /// The share that happened.
    pub happened: Ratio,
    /// Wilson's interval of that share.
    pub interval: Option<Interval>,
}

impl Calibration {
    /// Of rows (chance, event); `None` of none.
    ///
    /// # Errors
    /// A chance outside 0 to 1, or not a number, with its row.
    pub fn of(rows: &[(f64, bool)], level: Level) -> Result<Option<Self>, ChanceError> {
        let bad = rows.iter().enumerate().find(|(_, (p, _))| !(0.0..=1.0).contains(p));
        if let Some((row, &(found, _))) = bad {
            return Err(ChanceError { row, found });
        }
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let happened = u64::try_from(rows.iter().filter(|row| row.1).count()).unwrap_or(u64::MAX);
        let squares: Vec<f64> = rows
            .iter()
            .map(|&(p, event)| {
                let miss = if event { 1.0 - p } else { p };
                miss * miss
            })
            .collect();
        let (Some(brier), Some(rate)) = (mean(&squares), share(happened, count)) else {
            return Ok(None);
        };
        let rate = rate.to_f64();
        Ok(Some(Self {
            rows: count,
            brier,
            brier_of_prevalence: rate * (1.0 - rate),
            table: table(rows, level),
            line: line(rows),
        }))
    }
}

fn table(rows: &[(f64, bool)], level: Level) -> Vec<ReliabilityBin> {
    (0..10_u32)
        .filter_map(|part| {
            let (from, to) = (f64::from(part) / 10.0, f64::from(part.saturating_add(1)) / 10.0);
            let inside = |p: f64| p >= from && (p < to || part == 9);
            let rows: Vec<(f64, bool)> = rows.iter().filter(|row| inside(row.0)).copied().collect();
            let stated: Vec<f64> = rows.iter().map(|row| row.0).collect();
            let happened = u64::try_from(rows.iter().filter(|row| row.1).count()).ok()?;
            let share = Share::new(happened, u64::try_from(rows.len()).ok()?).ok()?;
            Some(ReliabilityBin {
                rows: share.n(),
                stated: mean(&stated)?,
                happened: share.ratio()?,
                interval: share.interval(ShareMethod::Wilson, level),
            })
        })
        .collect()
}

/// Newton's method on the likelihood of two parameters.
fn line(rows: &[(f64, bool)]) -> Option<(f64, f64)> {
    if rows.iter().any(|&(p, _)| p <= 0.0 || p >= 1.0) {
        return None;
    }
    let logits: Vec<(f64, f64)> = rows
        .iter()
        .map(|&(p, event)| (ln(p) - ln(1.0 - p), if event { 1.0 } else { 0.0 }))
        .collect();
    let (mut intercept, mut slope) = (0.0_f64, 0.0_f64);
    for _ in 0..100 {
        let mut sums: [ExactSum; 5] = std::array::from_fn(|_| ExactSum::new());
        for &(x, event) in &logits {
            let chance = logistic(intercept + slope * x);
            let (rest, weight) = (event - chance, chance * (1.0 - chance));
            let terms = [rest, rest * x, weight, weight * x, weight * x * x];
            for (sum, term) in sums.iter_mut().zip(terms) {
                sum.push(term).ok()?;
            }
        }
        let [a, b, w, wx, wxx] = sums.map(|sum| sum.value().unwrap_or(f64::NAN));
        let room = w * wxx - wx * wx;
        // All chances equal, or events that the chances separate: no line.
        if room.is_nan() || room <= 1e-12 * w * wxx || w < 1e-10 * len_to_f64(rows.len()) {
            return None;
        }
        let (one, two) = ((wxx * a - wx * b) / room, (w * b - wx * a) / room);
        intercept += one;
        slope += two;
        if one.abs().max(two.abs()) <= 1e-12 * (1.0 + intercept.abs().max(slope.abs())) {
            return (intercept.is_finite() && slope.is_finite()).then_some((intercept, slope));
        }
    }
    None
}

#[expect(clippy::disallowed_methods, reason = "a float, and said to be one")]
fn ln(p: f64) -> f64 {
    p.ln()
}

#[cfg(test)]
mod tests {
    use super::{Calibration, ln};
    use tenure_stats::Level;

    fn of(rows: &[(f64, bool)]) -> Calibration {
        Calibration::of(rows, Level::default()).unwrap().unwrap()
    }

    /// 1 of 4 at 0.2, 3 of 4 at 0.8: the line goes through logit(1/4) and logit(3/4) exactly.
    #[test]
    fn a_line_by_hand() {
        let rows: Vec<_> =
            (0..8).map(|at| if at < 4 { (0.2, at < 1) } else { (0.8, at < 7) }).collect();
        let (intercept, slope) = of(&rows).line.unwrap();
        assert!(intercept.abs() < 1e-12, "{intercept}");
        assert!((slope - ln(3.0) / ln(4.0)).abs() < 1e-12, "{slope}");
        let found = of(&rows);
        assert!((found.brier - (3.0 * 0.04 + 0.64) / 4.0).abs() < 1e-15);
        assert!((found.brier_of_prevalence - 0.25).abs() < 1e-15);
        let shares: Vec<_> = found.table.iter().map(|bin| bin.happened.to_string()).collect();
        assert_eq!(shares, ["1/4", "3/4"]);
        assert!(found.table.iter().all(|bin| bin.interval.is_some()));
    }

    #[test]
    fn where_there_is_no_line() {
        assert_eq!(of(&[(0.5, true), (0.5, false)]).line, None);
        assert_eq!(of(&[(0.2, false), (0.8, true)]).line, None);
        assert_eq!(of(&[(0.0, false), (0.8, true), (0.7, false)]).line, None);
        assert_eq!(Calibration::of(&[], Level::default()), Ok(None));
        let error = Calibration::of(&[(0.5, true), (1.1, true)], Level::default()).unwrap_err();
        assert_eq!(error.to_string(), "chance `1.1` of row 1 is outside 0 to 1");
        assert!(Calibration::of(&[(f64::NAN, true)], Level::default()).is_err());
        // 1 lies in the last part.
        assert_eq!(of(&[(1.0, true), (0.95, true)]).table.len(), 1);
    }
}
