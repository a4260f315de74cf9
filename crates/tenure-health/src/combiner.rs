//! How the points of components become one number.

use std::sync::LazyLock;

use tenure_model::Text;

use crate::error::GateError;
use crate::kernel::{self, PLAYERS, Row, weighted_mean};
use crate::profile::Profile;

/// How the points of the components become one score.
///
/// All are monotone in every component, and give v where every component has v. For the same
/// readings `min <= weighted_geometric <= weighted_mean`.
///
/// ```
/// use tenure_health::Combiner;
/// assert_eq!(Combiner::default(), Combiner::WeightedMean);
/// assert_eq!(Combiner::WeightedGeometric.name(), "weighted_geometric");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Combiner {
    /// `sum(w * v) / sum(w)`: what is good makes up for what is bad. The default.
    #[default]
    WeightedMean,
    /// `exp(sum(w * ln v) / sum(w))`: what is bad costs more; a single 0 gives 0.
    WeightedGeometric,
    /// The least: as good as the weakest link; weights are ignored.
    Min,
}

impl Combiner {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::WeightedMean, Self::WeightedGeometric, Self::Min];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WeightedMean => "weighted_mean",
            Self::WeightedGeometric => "weighted_geometric",
            Self::Min => "min",
        }
    }
}

/// A gate: while it is open, the score is at most its cap, whatever the components say.
///
/// ```
/// use tenure_health::Gate;
/// let severe = Gate::new("open_p1", 490)?.with_reason("a severe case is open");
/// assert_eq!((severe.id(), severe.cap()), ("open_p1", 490));
/// assert!(Gate::new("open_p1", 1001).is_err());
/// # Ok::<(), tenure_health::GateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::form::GateForm", into = "crate::form::GateForm")
)]
pub struct Gate {
    id: Text,
    cap: u16,
    reason: Text,
}

impl Gate {
    /// A gate of that id and cap.
    ///
    /// # Errors
    /// An empty id; a cap above 1000.
    pub fn new(id: impl Into<Text>, cap: u16) -> Result<Self, GateError> {
        let id = id.into();
        if id.is_empty() {
            return Err(GateError::EmptyId);
        }
        if cap > 1000 {
            return Err(GateError::Cap { gate: id.to_string(), found: cap });
        }
        Ok(Self { id, cap, reason: "".into() })
    }

    /// With words that say what keeps it open.
    #[must_use]
    pub fn with_reason(self, reason: impl Into<Text>) -> Self {
        Self { reason: reason.into(), ..self }
    }

    /// Its id, as in the column `component` of `observations`: a value above 0 says it is open.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The most the score can be while it is open.
    #[must_use]
    pub const fn cap(&self) -> u16 {
        self.cap
    }

    /// What keeps it open, in words.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// Whether a gate is open.
///
/// ```
/// assert_eq!(tenure_health::GateState::default(), tenure_health::GateState::Unknown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum GateState {
    /// It caps the score.
    Open,
    /// It does nothing.
    Closed,
    /// Nobody looked: the lower end is capped, the upper is not. The default.
    #[default]
    Unknown,
}

impl GateState {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
        }
    }
}

/// One number, and what each component adds to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Combined {
    pub(crate) score: u16,
    pub(crate) shares: Row<i32>,
    /// What the shares do not explain.
    pub(crate) interaction: i32,
}

/// Combines points; a component of weight 0 takes no part. `None` if none does.
pub(crate) fn combine(combiner: Combiner, weights: &[u64], points: &Row<u16>) -> Option<Combined> {
    let mut shares: Row<i32> = [0; Profile::MAX_COMPONENTS];
    if combiner == Combiner::WeightedMean {
        let score = weighted_mean(weights, points, &mut shares)?;
        return Some(Combined { score, shares, interaction: 0 });
    }
    let mut terms: Row<Term> = [Term::NONE; Profile::MAX_COMPONENTS];
    let mut slots: Row<usize> = [0; Profile::MAX_COMPONENTS];
    let mut players = 0_usize;
    for (slot, (&weight, &points)) in weights.iter().zip(points).enumerate() {
        if weight > 0 {
            if let (Some(term), Some(kept)) = (terms.get_mut(players), slots.get_mut(players)) {
                *term = Term::of(combiner, weight, points);
                *kept = slot;
            }
            players = players.saturating_add(1);
        }
    }
    let terms = terms.get(..players)?;
    let all = terms.iter().copied().fold(Term::NONE, Term::and);
    let score = all.score(combiner)?;
    let mut found: Row<i32> = [0; Profile::MAX_COMPONENTS];
    let interaction = if players <= PLAYERS {
        shapley(combiner, terms, &mut found);
        0
    } else {
        leave_one_out(combiner, terms, score, &mut found)
    };
    for (&slot, &share) in slots.iter().zip(&found).take(players) {
        if let Some(kept) = shares.get_mut(slot) {
            *kept = share;
        }
    }
    Some(Combined { score, shares, interaction })
}

/// What a set of components comes to, before it is rounded: any two can be put together.
#[derive(Debug, Clone, Copy)]
struct Term {
    weight: i128,
    /// Weight times the logarithm of points; of points above 0 only.
    logs: i128,
    least: u16,
}

impl Term {
    const NONE: Self = Self { weight: 0, logs: 0, least: u16::MAX };

    fn of(combiner: Combiner, weight: u64, points: u16) -> Self {
        let weight = i128::from(weight);
        let logs = if combiner == Combiner::WeightedGeometric {
            let log = LOGS.points.get(usize::from(points)).copied().unwrap_or_default();
            // Below 2^51 times 2^62.
            weight.wrapping_mul(i128::from(log))
        } else {
            0
        };
        Self { weight, logs, least: points }
    }

    fn and(self, other: Self) -> Self {
        Self {
            weight: self.weight.saturating_add(other.weight),
            logs: self.logs.saturating_add(other.logs),
            least: self.least.min(other.least),
        }
    }

    /// `None` of no component.
    fn score(self, combiner: Combiner) -> Option<u16> {
        if self.weight == 0 {
            return None;
        }
        if combiner == Combiner::Min || self.least == 0 {
            return Some(self.least);
        }
        // The logarithm of the mean, times the weight, against those of 0.5, 1.5, 2.5, ...
        let halves_below = LOGS
            .halves
            .partition_point(|&half| self.weight.wrapping_mul(i128::from(half)) <= self.logs);
        u16::try_from(halves_below).ok()
    }
}

/// Binary logarithms, as multiples of 2^-58.
struct Logs {
    /// Of 0 (as nothing), 1, 2, ... 1000.
    points: Vec<i64>,
    /// Of 1/2, 3/2, ... 999 1/2.
    halves: Vec<i64>,
}

const LOG_PLACES: u32 = 58;

static LOGS: LazyLock<Logs> = LazyLock::new(|| {
    let one = 1_i64.wrapping_shl(LOG_PLACES);
    Logs {
        points: (0..=1000).map(|points: u64| binary_log(points.max(1))).collect(),
        halves: (0..1000_u64)
            .map(|half| binary_log(half.saturating_mul(2).saturating_add(1)).saturating_sub(one))
            .collect(),
    }
});

/// The binary logarithm of a number from 1 to 2^31, rounded down to a multiple of 2^-58 but for an
/// error of one multiple: squaring a number doubles its logarithm.
fn binary_log(number: u64) -> i64 {
    let whole = number.checked_ilog2().unwrap_or_default();
    // From 1 (included) to 2 (excluded), as a multiple of 2^-63.
    let mut rest = u128::from(number).wrapping_shl(63_u32.saturating_sub(whole));
    let mut log = i64::from(whole);
    for _ in 0..LOG_PLACES {
        rest = rest.wrapping_mul(rest).wrapping_shr(63);
        let bit = rest.wrapping_shr(64);
        rest = rest.wrapping_shr(u32::from(bit > 0));
        log = log.wrapping_mul(2).wrapping_add(i64::from(bit > 0));
    }
    log
}

/// The mean of what each adds over all orders of putting them together, in whole points by largest
/// remainder.
fn shapley(combiner: Combiner, terms: &[Term], shares: &mut [i32]) {
    let count = terms.len();
    let sets = 1_usize.wrapping_shl(u32::try_from(count).unwrap_or_default());
    let mut sums = [Term::NONE; 1 << PLAYERS];
    let mut worth = [0_i64; 1 << PLAYERS];
    for set in 1..sets {
        let last = usize::try_from(set.trailing_zeros()).unwrap_or_default();
        let rest = sums.get(set & set.wrapping_sub(1)).copied().unwrap_or(Term::NONE);
        let sum = rest.and(terms.get(last).copied().unwrap_or(Term::NONE));
        if let (Some(kept), Some(worth)) = (sums.get_mut(set), worth.get_mut(set)) {
            *kept = sum;
            *worth = i64::from(sum.score(combiner).unwrap_or_default());
        }
    }
    kernel::shapley(count, |set| worth.get(set).copied().unwrap_or_default(), shares);
}

/// What is lost without each; gives back what that does not explain.
fn leave_one_out(combiner: Combiner, terms: &[Term], score: u16, shares: &mut [i32]) -> i32 {
    let mut rest = i32::from(score);
    for (left_out, share) in shares.iter_mut().enumerate().take(terms.len()) {
        let others = terms.iter().enumerate().filter(|&(at, _)| at != left_out);
        let others = others.fold(Term::NONE, |sum, (_, &term)| sum.and(term));
        let without = others.score(combiner).unwrap_or_default();
        *share = i32::from(score).saturating_sub(i32::from(without));
        rest = rest.saturating_sub(*share);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::{Combiner, Gate, GateState, binary_log, combine};
    use crate::error::GateError;

    fn of(combiner: Combiner, weights: &[u64], points: &[u16]) -> (u16, Vec<i32>, i32) {
        let mut row = [0; 32];
        row[..points.len()].copy_from_slice(points);
        let found = combine(combiner, weights, &row).unwrap();
        (found.score, found.shares[..points.len()].to_vec(), found.interaction)
    }

    /// From Python: `int(Decimal(n).ln() / Decimal(2).ln() * 2**58)` at 60 digits.
    #[test]
    fn logarithms_of_an_arbitrary_precision_calculator() {
        for (number, log) in [
            (1, 0),
            (2, 1 << 58),
            (3, 456_834_337_769_216_542_i64),
            (1000, 2_872_441_753_014_970_895),
            (1999, 3_160_464_162_903_629_344),
        ] {
            assert!(binary_log(number).abs_diff(log) <= 2, "{number}: {}", binary_log(number));
        }
    }

    #[test]
    fn geometric_by_hand() {
        let geometric = Combiner::WeightedGeometric;
        // sqrt(200 * 800) = 400; cube root of 100 * 100 * 800 = 200.
        assert_eq!(of(geometric, &[1, 1], &[200, 800]).0, 400);
        assert_eq!(of(geometric, &[2, 1], &[100, 800]).0, 200);
        assert_eq!(of(geometric, &[5, 1], &[0, 1000]).0, 0);
        assert_eq!(of(geometric, &[1 << 50, 1], &[1000, 1]).0, 1000);
        // sqrt(2) rounds to 1, sqrt(3) to 2.
        assert_eq!(of(geometric, &[1, 1], &[1, 2]).0, 1);
        assert_eq!(of(geometric, &[1, 1], &[1, 3]).0, 2);
        for v in 0..=1000 {
            assert_eq!(of(geometric, &[3, 7, 11], &[v, v, v]).0, v);
        }
    }

    #[test]
    fn the_weakest_link_by_hand() {
        // Alone 900 and 100, together 100: (900 + 0) / 2 and (100 + (100 - 900)) / 2.
        assert_eq!(of(Combiner::Min, &[9, 1], &[900, 100]), (100, vec![450, -350], 0));
        // A component of weight 0 takes no part.
        assert_eq!(of(Combiner::Min, &[9, 0], &[900, 100]), (900, vec![900, 0], 0));
        assert!(combine(Combiner::Min, &[0, 0], &[0; 32]).is_none());
    }

    #[test]
    fn above_eight_components_each_is_left_out_once() {
        let mut points = [500; 9];
        points[4] = 200;
        // Without the weakest 500, without any other still 200.
        let found = of(Combiner::Min, &[1; 9], &points);
        assert_eq!(found, (200, vec![0, 0, 0, 0, -300, 0, 0, 0, 0], 500));
    }

    #[test]
    fn what_is_no_gate() {
        assert_eq!(Gate::new("", 490), Err(GateError::EmptyId));
        let error = Gate::new("p1", 1001).unwrap_err();
        assert_eq!(error.to_string(), "cap `1001` of gate `p1` is outside 0 to 1000");
        assert_eq!(Gate::new("p1", 0).unwrap().with_reason("r").reason(), "r");
        assert_eq!(GateState::Open.name(), "open");
    }
}
