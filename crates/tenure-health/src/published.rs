//! The rules vendors publish, exactly: to reproduce a score before moving on from it.
//!
//! Small pure functions on exact ratios. Nothing is rounded inside; a published score is rounded
//! once, at the end, half away from zero, by [`rounded`]. What the vendors say about missing values
//! and band edges differs; each function says what it does.
//!
//! Each can be written down in a file: as a published rule (`PublishedRule::from_toml`, feature `files`),
//! or, where the vendor's rule is a weighted mean of points, as a profile (`Profile::from_toml`), which
//! then adds intervals and contributions. `tenure health --profile FILE` takes both.
//!
//! | vendor | rule | in a file | source page, date |
//! |---|---|---|---|
//! | Natero | mean within each component, weighted | rule `component_mean` | support page 204446145, undated |
//! | Totango, multidimensional | good 100, average 60, poor 0, weighted, rounded | rule `state_mean` | help pages on multidimensional health, undated |
//! | Totango, account | poor if any is poor, good if all are | rule `state_rule` | help pages on account health, undated |
//! | Planhat | start 5, points added, cut to 0 and 10; mean of a group with its parent | rules `points`, `group_mean` | help page 1608909, undated |
//! | Gainsight | weighted mean; 0-50 red, 51-75 yellow, 76-100 green | rule `weighted_mean`, bands `upper_inclusive` | scorecard FAQ, undated; what is missing: changed in release 6.15, exact arithmetic not verified |
//! | `ChurnZero` | factors with points, 100 in all, the top of a range inclusive | profile: weights are points, a step is two breakpoints 0.00000001 apart | help pages, undated |
//! | `HubSpot` | points a group, the maxima 100 in all | profile: a component a group, weighing its maximum | help pages, undated |
//! | Catalyst | inputs 1-3, 4-7, 8-10 | profile: `neutral`, or since October 2024 `renormalise` with `min_coverage = 0` | help pages; October 2024 |
//! | Zudo | weights of what is missing go to the rest; a pulse older than 90 days is missing | profile: `renormalise`, `expires_after_days = 90` | default health score configuration, undated |
//!
//! Pages and dates are as our definition of the metrics states them (definitions 1.0); it records no day
//! of reading, and no page was read again for this version. Vendors change their rules: compare with the
//! page before you rely on one.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use tenure_model::Rounding;
use tenure_stats::Ratio;

use crate::error::PublishedError;
use crate::exact::{add, divide, multiply, of, subtract, total, whole};

type Exactly<T> = Result<T, PublishedError>;

/// `None` of exact arithmetic.
fn fits<T>(result: Option<T>) -> Exactly<T> {
    result.ok_or(PublishedError::Overflow)
}

/// A published score, rounded once.
///
/// ```
/// use tenure_health::published::{group_mean, rounded};
/// use tenure_model::Rounding;
/// let mean = group_mean(&[2.into(), 3.into()])?.ok_or("undefined")?;
/// assert_eq!(mean.to_string(), "5/2");
/// assert_eq!(rounded(mean, Rounding::HalfAway), 3);
/// assert_eq!(rounded(mean, Rounding::HalfEven), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn rounded(score: Ratio, rounding: Rounding) -> i128 {
    // A denominator above 0 always has a quotient.
    rounding.divide(score.num(), score.den()).unwrap_or(score.num())
}

fn weight(index: usize, weight: Decimal) -> Exactly<Ratio> {
    if weight > Decimal::ZERO {
        fits(of(weight))
    } else {
        Err(PublishedError::Weight { index, found: weight })
    }
}

fn mean(values: &[Decimal]) -> Exactly<Option<Ratio>> {
    let sum = values.iter().try_fold(whole(0), |sum, &value| Some(add(sum?, of(value)?)));
    let sum = fits(sum.flatten())?;
    let count = i128::try_from(values.len()).ok().and_then(whole);
    let count = fits(count)?;
    if values.is_empty() { Ok(None) } else { fits(divide(sum, count)).map(Some) }
}

/// `sum(weight * value) / sum(weight)`; `None` of nothing.
fn weighted(terms: &[(Ratio, Ratio)]) -> Exactly<Option<Ratio>> {
    let weights = fits(total(terms.iter().map(|&(weight, _)| weight)))?;
    if weights.num() == 0 {
        return Ok(None);
    }
    let mut sum = fits(whole(0))?;
    for &(weight, value) in terms {
        sum = fits(multiply(weight, value).and_then(|product| add(sum, product)))?;
    }
    fits(divide(sum, weights)).map(Some)
}

/// Mean within each component, weighted mean over components (Natero).
///
/// ```text
/// sum(weight * mean(members)) / sum(weight)
/// ```
///
/// *Shape*: in, `(weight, members)` a component; out, the exact score, in the unit of the members.
/// *Undefined* nowhere: no component, and a component without members, are errors. *Accuracy*:
/// exact. *Source*: Natero, help page 204446145.
///
/// # Errors
/// No component; a weight not above 0; no members; numbers beyond 128 bits.
///
/// ```
/// use tenure_health::published::component_mean;
/// let score = component_mean(&[(1.into(), vec![80.into()]), (3.into(), vec![70.into(), 50.into()])])?;
/// assert_eq!(score.to_string(), "65/1"); // (80 + 3 * 60) / 4
/// # Ok::<(), tenure_health::PublishedError>(())
/// ```
pub fn component_mean(components: &[(Decimal, Vec<Decimal>)]) -> Exactly<Ratio> {
    let mut terms = Vec::with_capacity(components.len());
    for (index, (given, members)) in components.iter().enumerate() {
        let mean = mean(members)?.ok_or(PublishedError::NoMembers { index })?;
        terms.push((weight(index, *given)?, mean));
    }
    weighted(&terms)?.ok_or(PublishedError::Empty)
}

/// Mean of all given values, the parent one of them (Planhat, group health).
///
/// *Shape*: in, values; out, their exact mean. *Undefined* of no values: `None`. *Accuracy*: exact.
/// *Source*: Planhat, help page 1608909.
///
/// # Errors
/// Numbers beyond 128 bits.
///
/// ```
/// use tenure_health::published::group_mean;
/// let mean = group_mean(&[10.into(), 5.into(), 5.into(), 5.into()])?;
/// assert_eq!(mean.map(|mean| mean.to_decimal(2)), Some("6.25".to_owned()));
/// assert_eq!(group_mean(&[])?, None);
/// # Ok::<(), tenure_health::PublishedError>(())
/// ```
pub fn group_mean(values: &[Decimal]) -> Exactly<Option<Ratio>> {
    mean(values)
}

/// A scale on which points are added and subtracted (Planhat: start 5, 0 to 10).
///
/// ```
/// use tenure_health::published::PointScale;
/// let score = PointScale::default().score(&[4.into(), 3.into(), (-1).into()])?;
/// assert_eq!((score.raw().to_string(), score.score().to_string()), ("11/1".into(), "10/1".into()));
/// assert_eq!(score.clamped_by().to_string(), "1/1");
/// # Ok::<(), tenure_health::PublishedError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointScale {
    start: Decimal,
    min: Decimal,
    max: Decimal,
}

impl Default for PointScale {
    fn default() -> Self {
        Self { start: 5.into(), min: 0.into(), max: 10.into() }
    }
}

impl PointScale {
    /// From `min` to `max`, beginning at `start`.
    ///
    /// # Errors
    /// `max` not above `min`; a start outside them.
    pub fn new(start: Decimal, min: Decimal, max: Decimal) -> Exactly<Self> {
        check_scale(min, max)?;
        check_on_scale(start, min, max)?;
        Ok(Self { start, min, max })
    }

    /// Adds the points, in any order, and clamps the sum once, at the end.
    ///
    /// # Errors
    /// Numbers beyond 128 bits.
    pub fn score(&self, points: &[Decimal]) -> Exactly<PointScore> {
        let sum = points.iter().try_fold(of(self.start), |sum, &one| Some(add(sum?, of(one)?)));
        let raw = fits(sum.flatten())?;
        let (min, max) = (fits(of(self.min))?, fits(of(self.max))?);
        let below = fits(subtract(min, raw))?.num() > 0;
        let above = fits(subtract(raw, max))?.num() > 0;
        let score = if below {
            min
        } else if above {
            max
        } else {
            raw
        };
        let clamp = fits(subtract(score, raw))?;
        Ok(PointScore { raw, score, clamp })
    }
}

/// A sum of points, before and after the clamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointScore {
    raw: Ratio,
    score: Ratio,
    clamp: Ratio,
}

impl PointScore {
    /// Start and points, added.
    #[must_use]
    pub const fn raw(&self) -> Ratio {
        self.raw
    }

    /// The sum, clamped.
    #[must_use]
    pub const fn score(&self) -> Ratio {
        self.score
    }

    /// What the clamp contributes, with its sign: with it, start and points sum to the score.
    #[must_use]
    pub const fn clamp(&self) -> Ratio {
        self.clamp
    }

    /// By how much the clamp moved the score, without sign.
    #[must_use]
    pub fn clamped_by(&self) -> Ratio {
        let size = self.clamp.num().checked_abs();
        size.and_then(|size| Ratio::new(size, self.clamp.den())).unwrap_or(self.clamp)
    }
}

/// How a metric, or an account, stands (Totango).
///
/// ```
/// assert_eq!(tenure_health::published::State::Average.name(), "average");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum State {
    /// Poor.
    Poor,
    /// Average.
    Average,
    /// Good.
    Good,
}

impl State {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Poor => "poor",
            Self::Average => "average",
            Self::Good => "good",
        }
    }

    /// The state of that name; `None` for any other text.
    ///
    /// ```
    /// use tenure_health::published::State;
    /// assert_eq!(State::from_name("good"), Some(State::Good));
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Poor, Self::Average, Self::Good].into_iter().find(|state| state.name() == name)
    }
}

/// What each state is worth (Totango: good 100, average 60, poor 0).
///
/// ```
/// use tenure_health::published::{State, StateLevels};
/// assert_eq!(StateLevels::default().of(State::Average), 60.into());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "three states have three levels")]
pub struct StateLevels {
    /// Of good.
    pub good: Decimal,
    /// Of average.
    pub average: Decimal,
    /// Of poor.
    pub poor: Decimal,
}

impl Default for StateLevels {
    fn default() -> Self {
        Self { good: 100.into(), average: 60.into(), poor: 0.into() }
    }
}

impl StateLevels {
    /// The level of a state.
    #[must_use]
    pub const fn of(&self, state: State) -> Decimal {
        match state {
            State::Good => self.good,
            State::Average => self.average,
            State::Poor => self.poor,
        }
    }
}

/// Weighted mean of the levels of states (Totango, multidimensional health).
///
/// ```text
/// sum(weight * level) / sum(weight)   over the metrics that have a state
/// ```
///
/// *Shape*: in, `(weight, state)` a metric, weights of any sum; out, the exact score in the unit of
/// the levels. *Undefined when* no metric has a state: `None`. *Accuracy*: exact. *Source*:
/// Totango, help pages on multidimensional health.
///
/// # Errors
/// A weight not above 0; numbers beyond 128 bits.
///
/// ```
/// use tenure_health::published::{State, StateLevels, state_mean};
/// let metrics = [(2.into(), Some(State::Good)), (1.into(), Some(State::Average)), (5.into(), None)];
/// let score = state_mean(&StateLevels::default(), &metrics)?.ok_or("undefined")?;
/// assert_eq!(score.to_string(), "260/3"); // (2 * 100 + 60) / 3
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn state_mean(
    levels: &StateLevels,
    metrics: &[(Decimal, Option<State>)],
) -> Exactly<Option<Ratio>> {
    let mut terms = Vec::with_capacity(metrics.len());
    for (index, &(given, state)) in metrics.iter().enumerate() {
        let weight = weight(index, given)?;
        if let Some(state) = state {
            terms.push((weight, fits(of(levels.of(state)))?));
        }
    }
    weighted(&terms)
}

/// Poor if any is poor, good if all are good, else average (Totango, account health).
///
/// *Undefined when* nothing has a state: `None`. Missing states are left out.
///
/// ```
/// use tenure_health::published::{State, state_rule};
/// assert_eq!(state_rule(&[Some(State::Good), None]), Some(State::Good));
/// assert_eq!(state_rule(&[Some(State::Good), Some(State::Average)]), Some(State::Average));
/// assert_eq!(state_rule(&[None]), None);
/// ```
#[must_use]
pub fn state_rule(states: &[Option<State>]) -> Option<State> {
    // The worst decides: nothing lies between average and poor or good.
    states.iter().flatten().min().copied()
}

/// Weights of the components present, scaled so that the old total is kept (Zudo).
///
/// ```text
/// weight * sum(all weights) / sum(weights present)
/// ```
///
/// *Shape*: in, `(name, weight)` a component and the names that are missing; out, name and exact
/// weight of each that is present, in the order given: none where all are missing. *Accuracy*:
/// exact. *Source*: Zudo, default health score configuration.
///
/// # Errors
/// A weight not above 0; a name twice; a missing name that is not among the components; numbers
/// beyond 128 bits.
///
/// ```
/// use tenure_health::published::renormalise_weights;
/// let left = renormalise_weights(&[("usage", 60.into()), ("survey", 40.into())], &["survey"])?;
/// assert_eq!(left.len(), 1);
/// assert_eq!(left[0].1.to_string(), "100/1");
/// # Ok::<(), tenure_health::PublishedError>(())
/// ```
pub fn renormalise_weights<'a>(
    weights: &[(&'a str, Decimal)],
    missing: &[&str],
) -> Exactly<Vec<(&'a str, Ratio)>> {
    let mut names = BTreeSet::new();
    let mut exact = Vec::with_capacity(weights.len());
    for (index, &(name, given)) in weights.iter().enumerate() {
        if !names.insert(name) {
            return Err(PublishedError::DuplicateName { name: name.to_owned() });
        }
        exact.push((name, weight(index, given)?));
    }
    if let Some(&unknown) = missing.iter().find(|&&name| !names.contains(name)) {
        return Err(PublishedError::UnknownName { name: unknown.to_owned() });
    }
    let all = fits(total(exact.iter().map(|&(_, weight)| weight)))?;
    exact.retain(|(name, _)| !missing.contains(name));
    let present = fits(total(exact.iter().map(|&(_, weight)| weight)))?;
    exact
        .into_iter()
        .map(|(name, weight)| {
            let scaled = multiply(weight, all).and_then(|product| divide(product, present));
            Ok((name, fits(scaled)?))
        })
        .collect()
}

fn check_scale(least: Decimal, greatest: Decimal) -> Exactly<()> {
    if least < greatest { Ok(()) } else { Err(PublishedError::Scale { least, greatest }) }
}

fn check_on_scale(found: Decimal, least: Decimal, greatest: Decimal) -> Exactly<()> {
    if (least..=greatest).contains(&found) {
        Ok(())
    } else {
        Err(PublishedError::OffScale { found, least, greatest })
    }
}

/// A weighted mean and what the missing could make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WeightedMean {
    /// Over the components present; `None` if none is.
    pub renormalised: Option<Ratio>,
    /// With all that is missing at the least of the scale.
    pub lo: Ratio,
    /// With all that is missing at the greatest of the scale.
    pub hi: Ratio,
}

/// Weighted mean of scores, some of them missing (Gainsight, and most others).
///
/// ```text
/// sum(weight * score) / sum(weight)
/// ```
///
/// *Shape*: in, the scale and `(weight, score)` a component, weights of any sum; out, the exact mean
/// over those present, and the exact ends of the interval that contains every completion. With
/// nothing missing all three are equal. *Accuracy*: exact.
///
/// # Errors
/// No component; a weight not above 0; a score outside the scale, or a scale with no inside; numbers
/// beyond 128 bits.
///
/// ```
/// use tenure_health::published::weighted_mean;
/// let mean = weighted_mean((0.into(), 100.into()), &[(3.into(), Some(80.into())), (1.into(), None)])?;
/// assert_eq!(mean.renormalised.map(|mean| mean.to_string()), Some("80/1".to_owned()));
/// assert_eq!((mean.lo.to_string(), mean.hi.to_string()), ("60/1".into(), "85/1".into()));
/// # Ok::<(), tenure_health::PublishedError>(())
/// ```
pub fn weighted_mean(
    (least, greatest): (Decimal, Decimal),
    components: &[(Decimal, Option<Decimal>)],
) -> Exactly<WeightedMean> {
    check_scale(least, greatest)?;
    let (bottom, top) = (fits(of(least))?, fits(of(greatest))?);
    let (mut present, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
    for (index, &(given, score)) in components.iter().enumerate() {
        let weight = weight(index, given)?;
        let Some(score) = score else {
            low.push((weight, bottom));
            high.push((weight, top));
            continue;
        };
        check_on_scale(score, least, greatest)?;
        let score = fits(of(score))?;
        for terms in [&mut present, &mut low, &mut high] {
            terms.push((weight, score));
        }
    }
    let lo = weighted(&low)?.ok_or(PublishedError::Empty)?;
    let hi = weighted(&high)?.ok_or(PublishedError::Empty)?;
    Ok(WeightedMean { renormalised: weighted(&present)?, lo, hi })
}

#[cfg(test)]
mod tests {
    use super::{
        PointScale, StateLevels, component_mean, group_mean, renormalise_weights, rounded,
        state_mean, weighted_mean,
    };
    use crate::error::PublishedError;
    use rust_decimal::Decimal;
    use tenure_model::Rounding;

    fn d(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn a_half_is_decided_on_the_exact_number() {
        // 0.1 * 5 + 0.2 * 10 + 0.7 * 0 is 2.5 exactly, which floats of tenths do not sum to.
        let scale = (d("0"), d("10"));
        let terms = [(d("0.1"), Some(d("5"))), (d("0.2"), Some(d("10"))), (d("0.7"), Some(d("0")))];
        let exact = weighted_mean(scale, &terms).unwrap().renormalised.unwrap();
        assert_eq!(exact.to_string(), "5/2");
        assert_eq!(rounded(exact, Rounding::HalfAway), 3);
        assert_eq!(rounded(exact, Rounding::HalfEven), 2);
    }

    #[test]
    fn points_are_clamped_once_at_the_end() {
        let scale = PointScale::default();
        let up_and_down = scale.score(&[d("7"), d("-4")]).unwrap();
        assert_eq!(up_and_down.score().to_string(), "8/1");
        assert_eq!(up_and_down.clamped_by().to_string(), "0/1");
        let under = scale.score(&[d("-5.5")]).unwrap();
        assert_eq!(
            (under.raw().to_string(), under.score().to_string()),
            ("-1/2".into(), "0/1".into())
        );
        assert_eq!(under.clamp().to_string(), "1/2");
        let over = scale.score(&[d("5.5")]).unwrap();
        assert_eq!(
            (over.clamp().to_string(), over.clamped_by().to_string()),
            ("-1/2".into(), "1/2".into())
        );
    }

    #[test]
    fn every_error() {
        assert_eq!(component_mean(&[]), Err(PublishedError::Empty));
        assert_eq!(
            component_mean(&[(d("1"), vec![])]),
            Err(PublishedError::NoMembers { index: 0 })
        );
        let weightless = component_mean(&[(d("0"), vec![d("1")])]).unwrap_err();
        assert_eq!(weightless.to_string(), "weight 0 is `0`, not above 0");
        assert!(matches!(
            state_mean(&StateLevels::default(), &[(d("-1"), None)]),
            Err(PublishedError::Weight { .. })
        ));
        assert!(matches!(
            PointScale::new(d("1"), d("1"), d("1")),
            Err(PublishedError::Scale { .. })
        ));
        let off = PointScale::new(d("11"), d("0"), d("10")).unwrap_err();
        assert_eq!(off.to_string(), "value `11` is outside the scale `0` to `10`");
        let twice = [("a", d("1")), ("a", d("1"))];
        assert!(matches!(
            renormalise_weights(&twice, &[]),
            Err(PublishedError::DuplicateName { .. })
        ));
        assert!(matches!(
            renormalise_weights(&twice[..1], &["b"]),
            Err(PublishedError::UnknownName { .. })
        ));
        assert_eq!(renormalise_weights(&twice[..1], &["a"]), Ok(vec![]));
        assert!(matches!(
            weighted_mean((d("0"), d("1")), &[(d("1"), Some(d("1.1")))]),
            Err(PublishedError::OffScale { .. })
        ));
        assert_eq!(weighted_mean((d("0"), d("1")), &[]), Err(PublishedError::Empty));
        // 96 bits times 96 bits.
        let big = Decimal::MAX;
        assert_eq!(
            component_mean(&[(big, vec![big]), (d("0.0000000001"), vec![d("1")])]),
            Err(PublishedError::Overflow)
        );
        assert_eq!(
            group_mean(&[big, d("0.0000000000000000000000000001")]),
            Err(PublishedError::Overflow)
        );
    }
}
