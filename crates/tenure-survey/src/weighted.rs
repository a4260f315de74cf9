//! Weighted answers.

use tenure_stats::{ExactSum, Interval, IntervalMethod, Level, count_to_f64, normal};

use crate::error::{CountOverflowError, Place, WeightError, WeightedError};
use crate::{Answer, Band, Bands, Definition, Estimate, Exclusions, PseudoCounts, Reason, Tally};

/// How much an answer counts: a finite float, 0 or above. It comes from a sampling design or a
/// calibration done elsewhere; how often an answer was given is a count, see
/// [`Tally::push_times`](crate::Tally::push_times).
///
/// ```
/// use tenure_survey::Weight;
///
/// assert_eq!(Weight::new(1.25)?.value(), 1.25);
/// assert!(Weight::new(-1.0).is_err());
/// # Ok::<(), tenure_survey::WeightError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "f64", into = "f64"))]
pub struct Weight(f64);

impl Weight {
    /// A weight.
    ///
    /// # Errors
    /// Negative, infinite or not a number.
    pub fn new(weight: f64) -> Result<Self, WeightError> {
        if weight >= 0.0 && weight.is_finite() {
            Ok(Self(weight))
        } else {
            Err(WeightError { found: weight })
        }
    }

    /// The weight.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Weight {
    type Error = WeightError;

    fn try_from(weight: f64) -> Result<Self, WeightError> {
        Self::new(weight)
    }
}

impl From<Weight> for f64 {
    fn from(weight: Weight) -> Self {
        weight.0
    }
}

/// The weights of one band: their sum, the sum of their squares, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct BandWeights {
    sum: ExactSum,
    squares: ExactSum,
    rows: u64,
}

impl BandWeights {
    fn merge(&mut self, other: &Self) -> Result<(), WeightedError> {
        self.sum.merge(&other.sum)?;
        self.squares.merge(&other.squares)?;
        self.rows = counted(self.rows, other.rows)?;
        Ok(())
    }
}

fn counted(rows: u64, more: u64) -> Result<u64, CountOverflowError> {
    rows.checked_add(more).filter(|&rows| rows <= Tally::MAX_ROWS).ok_or(CountOverflowError)
}

/// Weighted answers in three bands, under one definition.
///
/// *Shape*: one answer and its weight a row in; a [`WeightedScore`] out. Weights are summed exactly:
/// merging in any order, partition or tree gives the same state to the bit. Fixed size, about 3 kB.
///
/// Rows of weight 0 are counted apart and are in no number. So are blanks, under every missing
/// policy: an answer that is not there has no weight.
///
/// *Undefined when* the total weight is 0.
///
/// ```
/// use tenure_survey::{Definition, Weight, WeightedTally};
///
/// let mut tally = WeightedTally::new(Definition::nps())?;
/// tally.push(10, Weight::new(3.0)?)?;
/// tally.push(5, Weight::new(1.0)?)?;
/// let score = tally.score().ok_or("no weight")?;
/// assert_eq!(score.theta(), 0.5); // (3 - 1) / 4
/// assert_eq!(score.effective_n(), 1.6); // 4² / (9 + 1)
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WeightedTally {
    definition: Definition,
    bands: Bands,
    unfavourable: BandWeights,
    neutral: BandWeights,
    favourable: BandWeights,
    weightless: u64,
    exclusions: Exclusions,
}

impl WeightedTally {
    /// No answers yet.
    ///
    /// # Errors
    /// A definition without bands.
    pub fn new(definition: Definition) -> Result<Self, WeightedError> {
        let Some(bands) = definition.bands() else {
            return Err(WeightedError::NoBands { definition: definition.to_string() });
        };
        Ok(Self {
            definition,
            bands,
            unfavourable: BandWeights::default(),
            neutral: BandWeights::default(),
            favourable: BandWeights::default(),
            weightless: 0,
            exclusions: Exclusions::default(),
        })
    }

    /// What is measured.
    #[must_use]
    pub const fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Valid answers of weight 0.
    #[must_use]
    pub const fn weightless(&self) -> u64 {
        self.weightless
    }

    /// What was excluded, by reason, each row counted once.
    #[must_use]
    pub const fn exclusions(&self) -> &Exclusions {
        &self.exclusions
    }

    /// Counts one answer with its weight.
    ///
    /// # Errors
    /// No room left; or an answer off the scale and the definition says `invalid=error`. The tally is
    /// then as it was.
    pub fn push(&mut self, answer: impl Into<Answer>, weight: Weight) -> Result<(), WeightedError> {
        let weight = weight.0;
        match self.definition.admit(answer.into())? {
            Place::Excluded(reason) => {
                let count = self.exclusions.count_mut(reason);
                *count = counted(*count, 1)?;
            }
            Place::Point(_) if weight <= 0.0 => self.weightless = counted(self.weightless, 1)?,
            Place::Point(point) => {
                let band = self.bands.band(point);
                let weights = self.weights_mut(band);
                let rows = counted(weights.rows, 1)?;
                weights.sum.push(weight)?;
                if let Err(full) = weights.squares.push_product(weight, weight) {
                    weights.sum.push(-weight)?;
                    return Err(full.into());
                }
                weights.rows = rows;
            }
        }
        Ok(())
    }

    /// Takes in rows weighed elsewhere: the sum of their weights, the sum of the squares, and how many
    /// have a positive weight. They are sufficient for every weighted score.
    ///
    /// ```
    /// use tenure_survey::{Band, Definition, WeightedTally};
    ///
    /// let mut tally = WeightedTally::new(Definition::nps())?;
    /// tally.push_sums(Band::Favourable, 3.0, 5.0, 2)?; // weights 2 and 1
    /// tally.push_sums(Band::Unfavourable, 1.0, 1.0, 1)?;
    /// assert_eq!(tally.score().map(|score| score.theta()), Some(0.5));
    /// # Ok::<(), tenure_survey::WeightedError>(())
    /// ```
    ///
    /// # Errors
    /// Sums that no such weights have: negative, not finite, squares above the square of the sum or
    /// below its n-th part, zero with rows or not zero without. Or no room left. The tally is then as
    /// it was.
    pub fn push_sums(
        &mut self,
        band: Band,
        sum: f64,
        squares: f64,
        rows: u64,
    ) -> Result<(), WeightedError> {
        // the given sums are rounded, so give them a little room
        const ROOM: f64 = 1.0 + 1e-9;
        let sound = sum.is_finite() && squares.is_finite() && sum >= 0.0 && squares >= 0.0;
        let size = count_to_f64(rows);
        let possible = squares <= sum * sum * ROOM && sum * sum <= size * squares * ROOM;
        if !sound || !possible || (rows == 0) != (sum <= 0.0) {
            return Err(WeightedError::Sums { sum, squares, rows });
        }
        let mut more = BandWeights { rows, ..BandWeights::default() };
        more.sum.push(sum)?;
        more.squares.push(squares)?;
        let mut grown = self.weights(band).clone();
        grown.merge(&more)?;
        *self.weights_mut(band) = grown;
        Ok(())
    }

    /// Takes in a tally of the same definition.
    ///
    /// # Errors
    /// Another definition, or no room left; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), WeightedError> {
        self.definition.require_same(&other.definition)?;
        let mut merged = self.clone();
        for band in BANDS {
            merged.weights_mut(band).merge(other.weights(band))?;
        }
        merged.weightless = counted(merged.weightless, other.weightless)?;
        for reason in Reason::ALL {
            let count = merged.exclusions.count_mut(reason);
            *count = counted(*count, other.exclusions.count(reason))?;
        }
        *self = merged;
        Ok(())
    }

    /// The score so far; `None` if the total weight is 0.
    #[must_use]
    pub fn score(&self) -> Option<WeightedScore> {
        let mut total = self.neutral.sum.clone();
        total.merge(&self.unfavourable.sum).ok()?;
        total.merge(&self.favourable.sum).ok()?;
        // all in units of a power of two near the total, so that no square leaves the floats
        let unit = total.exponent()?.saturating_neg();
        let whole = total.scaled_value(unit)?;
        let against = |sum: &ExactSum| Some(sum.scaled_value(unit)? / whole);
        let squared =
            |sum: &ExactSum| Some(sum.scaled_value(unit.saturating_mul(2))? / whole / whole);
        let plus = |one: &ExactSum, other: &ExactSum| {
            let mut sum = one.clone();
            sum.merge(other).ok()?;
            Some(sum)
        };
        let mut net = self.favourable.sum.clone();
        net.retract(&self.unfavourable.sum).ok()?;
        // neutral + 2·favourable and neutral + 2·unfavourable: 1 + θ and 1 - θ without cancellation
        let above = plus(&plus(&self.neutral.sum, &self.favourable.sum)?, &self.favourable.sum)?;
        let below =
            plus(&plus(&self.neutral.sum, &self.unfavourable.sum)?, &self.unfavourable.sum)?;
        let rows = counted(self.unfavourable.rows, self.neutral.rows).ok()?;
        let n = counted(rows, self.favourable.rows).ok()?;
        let shares = [&self.unfavourable, &self.neutral, &self.favourable]
            .map(|band| Some((against(&band.sum)?, squared(&band.squares)?)));
        let [Some(unfavourable), Some(neutral), Some(favourable)] = shares else { return None };
        Some(WeightedScore {
            n,
            total: total.value(),
            theta: against(&net)?,
            above: against(&above)?,
            below: against(&below)?,
            shares: [unfavourable.0, neutral.0, favourable.0],
            squares: [unfavourable.1, neutral.1, favourable.1],
        })
    }

    const fn weights(&self, band: Band) -> &BandWeights {
        match band {
            Band::Unfavourable => &self.unfavourable,
            Band::Neutral => &self.neutral,
            Band::Favourable => &self.favourable,
        }
    }

    const fn weights_mut(&mut self, band: Band) -> &mut BandWeights {
        match band {
            Band::Unfavourable => &mut self.unfavourable,
            Band::Neutral => &mut self.neutral,
            Band::Favourable => &mut self.favourable,
        }
    }
}

const BANDS: [Band; 3] = [Band::Unfavourable, Band::Neutral, Band::Favourable];

/// How the interval of a weighted score is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum WeightedMethod {
    /// θ ± z standard errors, linearised (HC1); not clipped.
    #[default]
    Linearized,
    /// θ ± z·√(s²/n_eff), s² of the weighted shares; not clipped.
    Kish,
    /// Wald after adding pseudo-counts to the shares scaled to n_eff; not clipped.
    AdjustedWald(PseudoCounts),
}

/// How much do those in favour outnumber those against, each answer weighted?
///
/// ```text
/// θ      = Σw·s / Σw,  s = 1, 0, -1
/// n_eff  = (Σw)² / Σw²,  deff = n / n_eff,  cv² = n·Σw²/(Σw)² - 1
/// HC0    = Σw²(s - θ)² / (Σw)²,  HC1 = HC0·n/(n - 1)
/// Kish   = s²(weighted shares) / n_eff
/// ```
///
/// *Shape*: on -1 to 1. Multiplying all weights by one number changes nothing.
///
/// *Undefined when* the total weight is 0; HC1 also with a single row.
///
/// *Accuracy*: weights are summed exactly and 1 - θ, 1 + θ taken from sums, so a dominating weight
/// costs no digits: relative error below 1e-14.
///
/// *Source*: Kish 1965, "Survey sampling"; the linearised variance with replacement is that of the R
/// package `survey` (Lumley).
///
/// See [`WeightedTally`] for an example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedScore {
    n: u64,
    total: Option<f64>,
    theta: f64,
    /// 1 + θ.
    above: f64,
    /// 1 - θ.
    below: f64,
    /// Of the total weight, unfavourable first.
    shares: [f64; 3],
    /// Sums of squares over the square of the total weight.
    squares: [f64; 3],
}

impl WeightedScore {
    /// Rows of positive weight.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The total weight; `None` beyond the largest float.
    #[must_use]
    pub const fn total_weight(&self) -> Option<f64> {
        self.total
    }

    /// θ, from -1 to 1.
    #[must_use]
    pub const fn theta(&self) -> f64 {
        self.theta
    }

    /// 100·θ.
    #[must_use]
    pub fn points(&self) -> f64 {
        100.0 * self.theta
    }

    /// How many answers of equal weight would tell as much.
    #[must_use]
    pub fn effective_n(&self) -> f64 {
        1.0 / self.all_squares()
    }

    /// What weighting costs: n / n_eff, at least 1.
    #[must_use]
    pub fn design_effect(&self) -> f64 {
        count_to_f64(self.n) * self.all_squares()
    }

    /// The squared coefficient of variation of the weights: the design effect less 1.
    #[must_use]
    pub fn weight_variation(&self) -> f64 {
        self.design_effect() - 1.0
    }

    /// Kish's standard error.
    #[must_use]
    pub fn kish_standard_error(&self) -> f64 {
        let [d, n, p] = self.shares;
        libm::sqrt((n * (p + d) + 4.0 * p * d) * self.all_squares())
    }

    /// The linearised standard error, HC0.
    #[must_use]
    pub fn linearized_standard_error_hc0(&self) -> f64 {
        let [d, n, p] = self.squares;
        let (above, theta, below) = (self.above, self.theta, self.below);
        libm::sqrt(d * above * above + n * theta * theta + p * below * below)
    }

    /// The linearised standard error, HC1, the default; `None` with a single row.
    #[must_use]
    pub fn linearized_standard_error(&self) -> Option<f64> {
        let fewer = self.n.checked_sub(1).filter(|&fewer| fewer > 0)?;
        let factor = count_to_f64(self.n) / count_to_f64(fewer);
        Some(self.linearized_standard_error_hc0() * libm::sqrt(factor))
    }

    /// An interval for θ.
    #[must_use]
    pub fn interval(&self, method: WeightedMethod, level: Level) -> Option<Interval> {
        let z = normal::two_sided_z(level);
        match method {
            WeightedMethod::Linearized => {
                let reach = z * self.linearized_standard_error()?;
                Interval::about(self.theta, reach, IntervalMethod::Linearized, level)
            }
            WeightedMethod::Kish => {
                let reach = z * self.kish_standard_error();
                Interval::about(self.theta, reach, IntervalMethod::Kish, level)
            }
            WeightedMethod::AdjustedWald(pseudo) => {
                let size = self.effective_n();
                let [more_d, more_n, more_p] =
                    pseudo.as_quarters().map(|quarters| 0.25 * f64::from(quarters));
                let [d, n, p] = self.shares;
                let (d, n, p) = (size * d + more_d, size * n + more_n, size * p + more_p);
                let all = d + n + p;
                let variance = (n / all) * ((p + d) / all) + 4.0 * (p / all) * (d / all);
                // the net count from θ, which lost nothing
                let centre = (size * self.theta + (more_p - more_d)) / all;
                let reach = z * libm::sqrt(variance / all);
                Interval::about(centre, reach, IntervalMethod::AdjustedWald, level)
            }
        }
    }

    /// The difference to another weighted score and its standard error; `None` if either rests on a
    /// single row.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Option<Estimate> {
        let (ours, theirs) =
            (self.linearized_standard_error()?, other.linearized_standard_error()?);
        let standard_error = libm::hypot(ours, theirs);
        Some(Estimate { value: self.theta - other.theta, standard_error })
    }

    fn all_squares(&self) -> f64 {
        let [d, n, p] = self.squares;
        d + n + p
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cut, MissingPolicy, Scale};

    fn weigh(rows: &[(i64, f64)]) -> WeightedTally {
        let mut tally = WeightedTally::new(Definition::nps()).unwrap();
        for &(answer, weight) in rows {
            tally.push(answer, Weight::new(weight).unwrap()).unwrap();
        }
        tally
    }

    #[test]
    fn weights_are_finite_and_not_negative() {
        for bad in [-1.0, -5e-324, f64::NAN, f64::INFINITY] {
            assert_eq!(Weight::new(bad).unwrap_err().found().to_bits(), bad.to_bits());
        }
        assert!(Weight::new(0.0).is_ok() && Weight::new(f64::MAX).is_ok());
    }

    #[test]
    fn no_score_without_weight_or_bands() {
        assert_eq!(weigh(&[]).score(), None);
        assert_eq!(weigh(&[(9, 0.0), (3, 0.0)]).score(), None);
        assert_eq!(weigh(&[(9, 0.0)]).weightless(), 1);
        let scale = Scale::new(0, 1).unwrap();
        let bare = Definition::builder("x", scale).top_box(Cut::AtLeast(1)).build().unwrap();
        assert!(matches!(WeightedTally::new(bare), Err(WeightedError::NoBands { .. })));
    }

    #[test]
    fn a_single_row_has_no_linearised_error() {
        let score = weigh(&[(9, 3.0)]).score().unwrap();
        assert_eq!(score.linearized_standard_error(), None);
        assert_eq!(score.interval(WeightedMethod::Linearized, Level::default()), None);
        assert_eq!(score.minus(&score), None);
        assert!(score.interval(WeightedMethod::Kish, Level::default()).is_some());
    }

    #[test]
    fn the_smallest_and_largest_weights_are_weighed() {
        let plain = weigh(&[(9, 3.0), (3, 1.0), (8, 2.0)]).score().unwrap();
        for unit in [5e-324, 1e-200, 1e200, f64::MAX / 4.0] {
            // powers of two scale without rounding
            let unit = f64::from_bits(unit.to_bits() & 0x7ff0_0000_0000_0000).max(5e-324);
            let score = weigh(&[(9, 3.0 * unit), (3, unit), (8, 2.0 * unit)]).score().unwrap();
            assert_eq!(score.theta().to_bits(), plain.theta().to_bits(), "{unit:e}");
            assert_eq!(score.effective_n().to_bits(), plain.effective_n().to_bits(), "{unit:e}");
        }
        let beyond = weigh(&[(9, f64::MAX), (3, f64::MAX)]).score().unwrap();
        assert_eq!((beyond.total_weight(), beyond.n()), (None, 2));
        assert_eq!(beyond.theta().to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn refused_rows_change_nothing() {
        let strict = Definition::nps().with_invalid(crate::InvalidPolicy::Error);
        let mut tally = WeightedTally::new(strict).unwrap();
        let before = tally.clone();
        let refused = tally.push(11, Weight::new(1.0).unwrap());
        assert!(matches!(refused, Err(WeightedError::Invalid(_))));
        assert_eq!(tally, before);
        let policy = MissingPolicy::CountAsPassive;
        let other = Definition::nps().with_missing(policy).unwrap();
        let mut other = WeightedTally::new(other).unwrap();
        assert!(matches!(other.merge(&before), Err(WeightedError::Definition(_))));
        other.push(Answer::Missing(Reason::Blank), Weight::new(1.0).unwrap()).unwrap();
        assert_eq!((other.exclusions().count(Reason::Blank), other.score()), (1, None));
    }

    #[test]
    fn impossible_sums_are_refused() {
        let mut tally = weigh(&[]);
        let before = tally.clone();
        for (sum, squares, rows) in [
            (-1.0, 1.0, 1),
            (1.0, -1.0, 1),
            (f64::NAN, 1.0, 1),
            (1.0, f64::INFINITY, 1),
            (1.0, 1.0, 0),
            (0.0, 0.0, 1),
            (2.0, 5.0, 3), // squares above 2²
            (3.0, 2.0, 3), // below 3²/3
        ] {
            let refused = tally.push_sums(Band::Neutral, sum, squares, rows);
            assert!(matches!(refused, Err(WeightedError::Sums { .. })), "{sum} {squares} {rows}");
        }
        assert_eq!(tally, before);
        tally.push_sums(Band::Neutral, 0.0, 0.0, 0).unwrap();
        assert_eq!(tally, before);
    }

    #[test]
    fn full_is_full() {
        let mut tally = weigh(&[(9, 1.0)]);
        tally.favourable.rows = Tally::MAX_ROWS;
        let before = tally.clone();
        let refused = tally.push(9, Weight::new(1.0).unwrap());
        assert!(matches!(refused, Err(WeightedError::Overflow(_))));
        assert!(matches!(tally.merge(&before), Err(WeightedError::Overflow(_))));
        assert_eq!(tally, before);
        let mut heavy = weigh(&[(9, f64::MAX)]);
        let full = loop {
            if let Err(error) = heavy.merge(&heavy.clone()) {
                break error;
            }
            heavy.favourable.rows = 1;
        };
        assert!(matches!(full, WeightedError::Sum(_)));
    }
}
