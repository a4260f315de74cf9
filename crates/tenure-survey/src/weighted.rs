//! Weighted answers.

use tenure_stats::{ExactSum, count_to_f64};

use crate::error::{CompareError, CountOverflowError, Place, WeightError, WeightedError};
use crate::{
    Answer, Band, Bands, Definition, Estimate, Exclusions, InvalidPolicy, MissingPolicy, Reason,
    Tally, WeightedScore,
};

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
            Err(WeightError { found: weight, row: None })
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
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

    /// What is left without the other; `None` if no weights sum to it.
    fn without(&self, other: &Self) -> Option<Self> {
        let mut rest = self.clone();
        rest.sum.retract(&other.sum).ok()?;
        rest.squares.retract(&other.squares).ok()?;
        rest.rows = rest.rows.checked_sub(other.rows)?;
        rest.is_sound().then_some(rest)
    }

    /// Positive weights exactly where there are rows, and sums that so many weights can have.
    fn is_sound(&self) -> bool {
        // sums that came rounded were given a little room, see `push_sums`
        const ROOM: f64 = 1.0 + 1e-8;
        let (Some(unit), Some(_)) = (self.sum.exponent(), self.squares.exponent()) else {
            return self.rows == 0 && self.sum.exponent() == self.squares.exponent();
        };
        // in units near the sum, so that no square leaves the floats
        let unit = unit.saturating_neg();
        let sum = self.sum.scaled_value(unit).unwrap_or(f64::INFINITY);
        let squares = self.squares.scaled_value(unit.saturating_mul(2)).unwrap_or(f64::INFINITY);
        let size = count_to_f64(self.rows);
        !self.sum.is_negative()
            && !self.squares.is_negative()
            && squares <= sum * sum * ROOM
            && sum * sum <= size * squares * ROOM
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
/// Rows of weight 0 are counted apart and are in no number. Blanks weigh nothing, unless the missing
/// policy is to count them as passives: then they join the neutral band with their weight, and are
/// counted as blank besides.
///
/// *Undefined when* the total weight is 0.
///
/// *Accuracy*: exact; see [`WeightedScore`] for what is made of it.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Document", into = "Document"))]
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
                let count = counted(self.exclusions.count(reason), 1)?;
                let joins = self.definition.missing() == MissingPolicy::CountAsPassive;
                if reason == Reason::Blank && joins && weight > 0.0 {
                    self.weigh(Band::Neutral, weight)?;
                }
                *self.exclusions.count_mut(reason) = count;
            }
            Place::Point(_) if weight <= 0.0 => self.weightless = counted(self.weightless, 1)?,
            Place::Point(point) => self.weigh(self.bands.band(point), weight)?,
        }
        Ok(())
    }

    /// One more weight above 0.
    fn weigh(&mut self, band: Band, weight: f64) -> Result<(), WeightedError> {
        let weights = self.weights_mut(band);
        let rows = counted(weights.rows, 1)?;
        weights.sum.push(weight)?;
        if let Err(full) = weights.squares.push_product(weight, weight) {
            weights.sum.push(-weight)?;
            return Err(full.into());
        }
        weights.rows = rows;
        Ok(())
    }

    /// Counts rows: answer `i` has weight `i` of the other column.
    ///
    /// ```
    /// use tenure_survey::{Definition, WeightedError, WeightedTally};
    ///
    /// let mut tally = WeightedTally::new(Definition::nps())?;
    /// tally.push_columns(&[10, 5], &[3.0, 1.0])?;
    /// assert_eq!(tally.score().map(|score| score.theta()), Some(0.5));
    /// let Err(WeightedError::Weight(error)) = tally.push_columns(&[9, 9], &[1.0, f64::NAN]) else {
    ///     return Err("weighed NaN".into());
    /// };
    /// assert_eq!(error.row(), Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Columns of two lengths; a weight that is negative, infinite or not a number, or, where the
    /// definition says `invalid=error`, an answer off the scale, naming the row; no room left. The
    /// tally is then as it was.
    pub fn push_columns(&mut self, answers: &[u8], weights: &[f64]) -> Result<(), WeightedError> {
        if answers.len() != weights.len() {
            let (answers, weights) = (answers.len(), weights.len());
            return Err(WeightedError::Lengths { answers, weights });
        }
        if let Some(row) = weights.iter().position(|&weight| Weight::new(weight).is_err()) {
            let found = weights.get(row).copied().unwrap_or(f64::NAN);
            return Err(WeightError { found, row: Some(row) }.into());
        }
        if self.definition.invalid() == InvalidPolicy::Error {
            let scale = self.definition.scale();
            let off = |&answer: &u8| !scale.contains(i64::from(answer));
            if let Some(row) = answers.iter().position(off) {
                return Err(self.definition.refusal(Reason::OutOfRange, Some(row)).into());
            }
        }
        let mut grown = self.clone();
        for (&answer, &weight) in answers.iter().zip(weights) {
            grown.push(answer, Weight(weight))?;
        }
        *self = grown;
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

    /// Takes out a tally that was merged: exactly as if it had never been.
    ///
    /// ```
    /// use tenure_survey::{Definition, Weight, WeightedTally};
    ///
    /// let mut tally = WeightedTally::new(Definition::nps())?;
    /// tally.push(9, Weight::new(0.1)?)?;
    /// let before = tally.clone();
    /// let mut more = WeightedTally::new(Definition::nps())?;
    /// more.push(3, Weight::new(1e300)?)?;
    /// tally.merge(&more)?;
    /// tally.retract(&more)?;
    /// assert_eq!(tally, before); // to the last bit
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Another definition, or more than there is; ours is then as it was.
    pub fn retract(&mut self, other: &Self) -> Result<(), WeightedError> {
        self.definition.require_same(&other.definition)?;
        let mut rest = self.clone();
        for (band, place) in BANDS.into_iter().zip(["unfavourable", "neutral", "favourable"]) {
            let without = self.weights(band).without(other.weights(band));
            *rest.weights_mut(band) = without.ok_or(WeightedError::Retract { place })?;
        }
        let fewer = self.weightless.checked_sub(other.weightless);
        rest.weightless = fewer.ok_or(WeightedError::Retract { place: "weightless" })?;
        for reason in Reason::ALL {
            let count = rest.exclusions.count_mut(reason);
            let fewer = count.checked_sub(other.exclusions.count(reason));
            *count = fewer.ok_or(WeightedError::Retract { place: reason.name() })?;
        }
        *self = rest;
        Ok(())
    }

    /// Did the weighted score change? This tally less the other, as independent samples, with its
    /// standard error √(HC1_a² + HC1_b²); `None` if either rests on fewer than two rows.
    ///
    /// ```
    /// use tenure_survey::{Definition, WeightedTally};
    ///
    /// let mut now = WeightedTally::new(Definition::nps())?;
    /// now.push_columns(&[10, 5], &[3.0, 1.0])?;
    /// let mut before = WeightedTally::new(Definition::nps())?;
    /// before.push_columns(&[10, 5], &[1.0, 1.0])?;
    /// let change = now.difference(&before)?.ok_or("too few rows")?;
    /// assert_eq!(change.value, 0.5); // (3 - 1)/4 - 0
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Another definition.
    pub fn difference(&self, other: &Self) -> Result<Option<Estimate>, CompareError> {
        self.definition.require_same(&other.definition)?;
        let scores = self.score().zip(other.score());
        Ok(scores.and_then(|(ours, theirs)| ours.minus(&theirs)))
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

/// A weighted tally on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "WeightedTally")]
struct Document {
    definition: Definition,
    unfavourable: BandWeights,
    neutral: BandWeights,
    favourable: BandWeights,
    weightless: u64,
    exclusions: Exclusions,
}

#[cfg(feature = "serde")]
impl From<WeightedTally> for Document {
    fn from(tally: WeightedTally) -> Self {
        Self {
            definition: tally.definition,
            unfavourable: tally.unfavourable,
            neutral: tally.neutral,
            favourable: tally.favourable,
            weightless: tally.weightless,
            exclusions: tally.exclusions,
        }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Document> for WeightedTally {
    type Error = WeightedError;

    fn try_from(document: Document) -> Result<Self, WeightedError> {
        let mut tally = Self::new(document.definition)?;
        let bands = [document.unfavourable, document.neutral, document.favourable];
        for (band, weights) in BANDS.into_iter().zip(bands) {
            if !weights.is_sound() {
                let value = |sum: &ExactSum| sum.value().unwrap_or(f64::INFINITY);
                let (sum, squares) = (value(&weights.sum), value(&weights.squares));
                return Err(WeightedError::Sums { sum, squares, rows: weights.rows });
            }
            counted(weights.rows, 0)?;
            *tally.weights_mut(band) = weights;
        }
        tally.weightless = counted(document.weightless, 0)?;
        for reason in Reason::ALL {
            *tally.exclusions.count_mut(reason) = counted(document.exclusions.count(reason), 0)?;
        }
        Ok(tally)
    }
}

const BANDS: [Band; 3] = [Band::Unfavourable, Band::Neutral, Band::Favourable];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cut, PseudoCounts, Scale, WeightedMethod};
    use tenure_stats::Level;

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
        assert!(matches!(other.retract(&before), Err(WeightedError::Definition(_))));
        assert!(matches!(other.difference(&before), Err(CompareError::Definition(_))));
        let uneven = tally.push_columns(&[9, 10], &[1.0]);
        assert_eq!(uneven, Err(WeightedError::Lengths { answers: 2, weights: 1 }));
        let Err(WeightedError::Invalid(error)) = tally.push_columns(&[9, 11], &[1.0, 1.0]) else {
            panic!("weighed an 11")
        };
        assert_eq!((error.row(), error.reason()), (Some(1), Reason::OutOfRange));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let Err(WeightedError::Weight(error)) = tally.push_columns(&[9, 3], &[1.0, bad]) else {
                panic!("weighed {bad}")
            };
            assert_eq!((error.row(), error.found().to_bits()), (Some(1), bad.to_bits()));
            assert!(error.to_string().contains("in row `1` "));
        }
        assert_eq!(tally, before);
    }

    #[test]
    fn blanks_weigh_where_they_count_as_passives() {
        let blank = Answer::Missing(Reason::Blank);
        let with = |policy| {
            let mut tally =
                WeightedTally::new(Definition::nps().with_missing(policy).unwrap()).unwrap();
            tally.push(9, Weight::new(1.0).unwrap()).unwrap();
            tally.push(blank, Weight::new(3.0).unwrap()).unwrap();
            tally.push(blank, Weight::new(0.0).unwrap()).unwrap();
            assert_eq!((tally.exclusions().count(Reason::Blank), tally.weightless()), (2, 0));
            let score = tally.score().unwrap();
            (score.theta().to_bits(), score.n())
        };
        assert_eq!(with(MissingPolicy::Exclude), (1.0_f64.to_bits(), 1));
        assert_eq!(with(MissingPolicy::CountAsPassive), (0.25_f64.to_bits(), 2));
    }

    #[test]
    fn no_more_out_than_in() {
        let mut tally = weigh(&[(9, 2.0), (9, 1.0), (3, 0.0)]);
        tally.push(11, Weight::new(1.0).unwrap()).unwrap();
        let before = tally.clone();
        let mut invalid = weigh(&[]);
        invalid.push(12, Weight::new(1.0).unwrap()).unwrap();
        invalid.push(13, Weight::new(1.0).unwrap()).unwrap();
        for (more, expected) in [
            (weigh(&[(9, 1.0), (9, 1.0), (9, 1.0)]), "favourable"), // three rows of two
            (weigh(&[(9, 4.0)]), "favourable"),
            (weigh(&[(9, 3.0)]), "favourable"), // a row left without weight
            (weigh(&[(7, 1.0)]), "neutral"),
            (weigh(&[(0, 1.0)]), "unfavourable"),
            (weigh(&[(3, 0.0), (3, 0.0)]), "weightless"),
            (invalid, "out_of_range"),
        ] {
            let refused = tally.retract(&more);
            assert_eq!(refused, Err(WeightedError::Retract { place: expected }));
            assert_eq!(tally, before);
        }
        tally.retract(&weigh(&[(9, 1.0), (3, 0.0)])).unwrap();
        assert_eq!(tally.weightless(), 0);
    }

    #[test]
    fn a_difference_needs_two_rows_each() {
        let (two, one) = (weigh(&[(9, 2.0), (3, 1.0)]), weigh(&[(9, 1.0)]));
        assert_eq!((two.difference(&one), weigh(&[]).difference(&two)), (Ok(None), Ok(None)));
        let none = two.difference(&two).unwrap().unwrap();
        assert_eq!(none.value.to_bits(), 0.0_f64.to_bits());
        let adjusted = WeightedMethod::AdjustedWald(PseudoCounts::ROCKS);
        assert!(one.score().unwrap().interval(adjusted, Level::default()).is_some());
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
