//! Whether scores still are spread as they were.

use tenure_stats::len_to_f64;

/// The parts of a first period's scores, kept to compare later ones with.
///
/// 1. *Question*: are scores still spread over the scale as they were?
/// 2. *Formula*:
///    ```text
///    part = floor(10 * scores of the first period strictly lower / scores of the first period)
///    psi  = sum((a - e) * ln(a / e))      shares now and then of each part
///    ```
///    where an empty part counts as half an account, then and now, and shares are of the counts so
///    completed.
/// 3. *Shape*: in, scores; out, 0 and up. Cost: a search of ten bounds a score.
/// 4. *Undefined*: of no scores.
/// 5. *Accuracy*: floats; within 1e-12 of the definition.
/// 6. *Source*: Siddiqi 2006, Credit Risk Scorecards (population stability index); below 0.1 is said
///    to be stable, above 0.25 shifted: a convention, no test.
///
/// ```
/// use tenure_health::backtest::FrozenBins;
/// let frozen = FrozenBins::of(&[100, 900]).ok_or("no scores")?;
/// assert_eq!(frozen.psi(&[900, 100]), Some(0.0));
/// // Then one each of two, now half of one and two: shares 1/2, 1/2 and 1/5, 4/5.
/// let expected = (0.2 - 0.5) * (0.2_f64 / 0.5).ln() + (0.8 - 0.5) * (0.8_f64 / 0.5).ln();
/// assert!(frozen.psi(&[900, 900]).is_some_and(|psi| (psi - expected).abs() < 1e-15));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenBins {
    /// The least score of each part but the first.
    bounds: Vec<u16>,
    /// Scores of the first period in each part.
    counts: Vec<usize>,
}

impl FrozenBins {
    /// The parts of these scores; `None` of no scores.
    #[must_use]
    pub fn of(scores: &[u16]) -> Option<Self> {
        let mut sorted = scores.to_vec();
        sorted.sort_unstable();
        let mut bounds = Vec::new();
        let (mut lower, mut last) = (0_usize, None);
        for tied in sorted.chunk_by(|one, next| one == next) {
            let part = lower.saturating_mul(10).checked_div(sorted.len())?;
            if last.is_some_and(|last| part > last) {
                bounds.push(*tied.first()?);
            }
            last = Some(part);
            lower = lower.saturating_add(tied.len());
        }
        let mut frozen = Self { bounds, counts: Vec::new() };
        frozen.counts = frozen.counts_of(scores);
        last.map(|_| frozen)
    }

    /// The least score of each part but the first.
    #[must_use]
    pub fn bounds(&self) -> &[u16] {
        &self.bounds
    }

    fn counts_of(&self, scores: &[u16]) -> Vec<usize> {
        let mut counts = vec![0_usize; self.bounds.len().saturating_add(1)];
        for score in scores {
            let part = self.bounds.partition_point(|bound| bound <= score);
            if let Some(count) = counts.get_mut(part) {
                *count = count.saturating_add(1);
            }
        }
        counts
    }

    /// The stability index of later scores; `None` of no scores.
    #[must_use]
    pub fn psi(&self, scores: &[u16]) -> Option<f64> {
        if scores.is_empty() {
            return None;
        }
        let shares = |counts: &[usize]| {
            let filled: Vec<f64> = counts.iter().map(|&count| len_to_f64(count).max(0.5)).collect();
            let all = filled.iter().fold(0.0, |all, count| all + count);
            filled.into_iter().map(|count| count / all).collect::<Vec<f64>>()
        };
        let (then, now) = (shares(&self.counts), shares(&self.counts_of(scores)));
        let terms = now.iter().zip(&then).map(|(a, e)| (a - e) * ln(a / e));
        Some(terms.fold(0.0, |sum, term| sum + term))
    }
}

#[expect(clippy::disallowed_methods, reason = "a float, and said to be one")]
fn ln(ratio: f64) -> f64 {
    ratio.ln()
}

#[cfg(test)]
mod tests {
    use super::{FrozenBins, ln};

    #[test]
    fn parts_are_those_of_the_first_period() {
        let scores: Vec<u16> = (0..100).collect();
        let frozen = FrozenBins::of(&scores).unwrap();
        assert_eq!(frozen.bounds(), [10, 20, 30, 40, 50, 60, 70, 80, 90]);
        assert!(frozen.psi(&scores).unwrap().abs() < 1e-15);
        // All in the last part: nine empty ones count as a half each.
        let psi = frozen.psi(&[1000; 100]).unwrap();
        let (low, high) = (0.5 / 104.5_f64, 100.0 / 104.5_f64);
        let expected = 9.0 * (low - 0.1) * ln(low / 0.1) + (high - 0.1) * ln(high / 0.1);
        assert!((psi - expected).abs() < 1e-12, "{psi} {expected}");
    }

    #[test]
    fn no_scores_no_index() {
        assert_eq!(FrozenBins::of(&[]), None);
        let equal = FrozenBins::of(&[500, 500]).unwrap();
        assert_eq!((equal.bounds().len(), equal.psi(&[])), (0, None));
        assert!(equal.psi(&[1]).unwrap().abs() < 1e-15);
    }
}
