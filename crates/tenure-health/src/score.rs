//! The score of one account.

use tenure_model::Rounding;
use tenure_stats::Ratio;

use crate::error::ReadingsError;
use crate::freshness::WHOLE;
use crate::kernel::{Row, weighted_mean};
use crate::profile::{MissingPolicy, Profile};

/// No share.
const NOTHING: Ratio = match Ratio::new(0, 1) {
    Some(ratio) => ratio,
    None => unreachable!(),
};

/// Why a component has no value.
///
/// ```
/// assert_eq!(tenure_health::Absence::Expired.name(), "expired");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Absence {
    /// Nobody looked, or nobody had recorded it by then.
    NotObserved,
    /// It is older than it may be.
    Expired,
    /// Its weight has decayed below 2^-20 of the nominal one.
    Faded,
}

impl Absence {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotObserved => "not_observed",
            Self::Expired => "expired",
            Self::Faded => "faded",
        }
    }
}

/// What a component says about an account: points and how much of the weight is left, or why
/// nothing. Made by [`Component::read`](crate::Component::read).
///
/// ```
/// use tenure_health::{Absence, Reading};
/// assert_eq!(Reading::missing(Absence::NotObserved).points(), None);
/// assert_eq!(Reading::missing(Absence::Expired).absence(), Some(Absence::Expired));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reading(Result<(u16, u32), Absence>);

impl Reading {
    /// Nothing, and why.
    #[must_use]
    pub const fn missing(absence: Absence) -> Self {
        Self(Err(absence))
    }

    pub(crate) const fn present(points: u16, factor: u32) -> Self {
        Self(Ok((points, factor)))
    }

    /// The points, 0 to 1000; `None`: missing.
    #[must_use]
    pub fn points(self) -> Option<u16> {
        self.0.ok().map(|(points, _)| points)
    }

    /// What is left of the component's weight, as a multiple of 2^-30; `None`: missing.
    #[must_use]
    pub fn factor(self) -> Option<u32> {
        self.0.ok().map(|(_, factor)| factor)
    }

    /// Why there is nothing; `None`: there is.
    #[must_use]
    pub fn absence(self) -> Option<Absence> {
        self.0.err()
    }
}

/// What one component adds to a score, in whole points that sum to it exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// What the component says.
    pub reading: Reading,
    /// Of the lower end.
    pub lo: u16,
    /// Of the upper end.
    pub hi: u16,
    /// Of the point value, where there is one.
    pub point: Option<u16>,
}

/// How an account is doing: 0 to 1000, with what is missing and what it could change.
///
/// 1. *Question*: how is this account doing, how sure are we, and why?
/// 2. *Formula*:
///    ```text
///    effective  = weight * factor of age           where there is a value
///               = weight                           where there is none
///    lo, hi     = sum(effective * points) / sum(effective), what is missing at 0, at 1000
///    point      = by the missing policy; under `interval` only where lo = hi
///    coverage   = weight present / 100             nominal weights
///    ```
///    each of the three rounded half away from zero, once; contributions are the exact shares by
///    largest remainder, ties in the order of the profile.
/// 3. *Shape*: in, one reading a component, in the order of the profile; out, points, 0 to 1000, one
///    part a component. Cost: two or three divisions a component; [`Score::refill`] allocates
///    nothing.
/// 4. *Undefined*: the interval never (nothing known: 0 to 1000). The point where lo and hi differ
///    (`interval`), or where too little weight is present (`renormalise`).
/// 5. *Accuracy*: exact integers.
/// 6. *Source*: own definition. Elsewhere a missing component is left out, which rewards not
///    measuring. Weights are opinions until backtested, and the score is not a probability.
///
/// ```
/// use tenure_health::{Absence, Component, Direction, Normaliser, Profile, Reading, Score};
/// let percent = Normaliser::new(Direction::HigherBetter, &[(0.into(), 0), (100.into(), 1000)])?;
/// let delivery = Component::new("delivery", 60.into(), percent.clone())?;
/// let sentiment = Component::new("sentiment", 40.into(), percent)?;
/// let known = delivery.read(90.into(), 0);
/// let profile = Profile::new("ours", vec![delivery, sentiment])?;
/// let score = Score::new(&profile, &[known, Reading::missing(Absence::NotObserved)])?;
/// // 0.6 * 900 = 540 at least, and at most 0.4 * 1000 more.
/// assert_eq!((score.lo(), score.hi(), score.point()), (540, 940, None));
/// assert_eq!(score.bands().collect::<Vec<_>>(), ["yellow", "green"]);
/// assert_eq!((score.band(), score.coverage().to_decimal(2)), (None, "0.60".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    profile: Profile,
    lo: u16,
    hi: u16,
    point: Option<u16>,
    /// Nominal weight present, in ten thousandths.
    present: u64,
    parts: Vec<Part>,
}

impl Score {
    /// Scores an account.
    ///
    /// # Errors
    /// Not one reading a component of the profile.
    pub fn new(profile: &Profile, readings: &[Reading]) -> Result<Self, ReadingsError> {
        let mut score = Self::blank(profile);
        score.refill(readings)?;
        Ok(score)
    }

    /// To be filled.
    pub(crate) fn blank(profile: &Profile) -> Self {
        let parts = Vec::with_capacity(profile.components().len());
        Self { profile: profile.clone(), lo: 0, hi: 1000, point: None, present: 0, parts }
    }

    /// Becomes the score of another account by the same profile.
    ///
    /// # Errors
    /// Not one reading a component of the profile; the score is then as it was.
    pub fn refill(&mut self, readings: &[Reading]) -> Result<(), ReadingsError> {
        let expected = self.profile.components().len();
        if readings.len() != expected {
            return Err(ReadingsError { found: readings.len(), expected });
        }
        self.fill(readings);
        Ok(())
    }

    /// Scores one reading a component.
    pub(crate) fn fill(&mut self, readings: &[Reading]) {
        let count = self.profile.components().len();
        let mut weights: Row<u64> = [0; Profile::MAX_COMPONENTS];
        let mut points: Row<u16> = [0; Profile::MAX_COMPONENTS];
        let mut all_there = true;
        self.present = 0;
        let slots = weights.iter_mut().zip(&mut points);
        for ((weight, slot), (component, reading)) in
            slots.zip(self.profile.components().iter().zip(readings))
        {
            let factor = match reading.0 {
                Ok((found, factor)) => {
                    self.present = self.present.saturating_add(component.units());
                    *slot = found;
                    factor
                }
                Err(_) => {
                    all_there = false;
                    WHOLE
                }
            };
            *weight = component.units().saturating_mul(u64::from(factor));
        }
        let weights = weights.get(..count).unwrap_or_default();
        let mean = |points: &Row<u16>| {
            let mut shares: Row<u16> = [0; Profile::MAX_COMPONENTS];
            // Weights are never all 0: a faded one is missing and has its nominal weight.
            (weighted_mean(weights, points, &mut shares).unwrap_or_default(), shares)
        };
        let with_missing = |value: u16| {
            let mut filled: Row<u16> = [0; Profile::MAX_COMPONENTS];
            for (slot, reading) in filled.iter_mut().zip(readings) {
                *slot = reading.points().unwrap_or(value);
            }
            filled
        };
        let (lo, lo_shares) = mean(&points);
        let (hi, hi_shares) = if all_there { (lo, lo_shares) } else { mean(&with_missing(1000)) };
        let point = match self.profile.missing() {
            _ if all_there => Some((lo, lo_shares)),
            MissingPolicy::Interval => (lo == hi).then_some((lo, lo_shares)),
            MissingPolicy::Pessimistic => Some((lo, lo_shares)),
            MissingPolicy::Neutral { value } => Some(mean(&with_missing(value))),
            MissingPolicy::Renormalise { min_coverage } => {
                let mut present: Row<u64> = [0; Profile::MAX_COMPONENTS];
                for ((slot, &weight), reading) in present.iter_mut().zip(weights).zip(readings) {
                    *slot = if reading.0.is_ok() { weight } else { 0 };
                }
                let mut shares: Row<u16> = [0; Profile::MAX_COMPONENTS];
                let present = present.get(..count).unwrap_or_default();
                weighted_mean(present, &points, &mut shares)
                    .filter(|_| reaches(self.present, min_coverage))
                    .map(|point| (point, shares))
            }
        };
        (self.lo, self.hi) = (lo, hi);
        self.point = point.map(|(point, _)| point);
        self.parts.clear();
        let shares = lo_shares.into_iter().zip(hi_shares).zip(point.map_or(lo_shares, |p| p.1));
        self.parts.extend(readings.iter().zip(shares).map(|(&reading, ((lo, hi), share))| Part {
            reading,
            lo,
            hi,
            point: point.map(|_| share),
        }));
    }

    /// The definition it was made by.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The score if all that is missing were at its worst, 0 to 1000.
    #[must_use]
    pub const fn lo(&self) -> u16 {
        self.lo
    }

    /// The score if all that is missing were at its best, 0 to 1000.
    #[must_use]
    pub const fn hi(&self) -> u16 {
        self.hi
    }

    /// The score as one number, where the missing policy gives one.
    #[must_use]
    pub const fn point(&self) -> Option<u16> {
        self.point
    }

    /// The share of nominal weight that is present.
    #[must_use]
    pub fn coverage(&self) -> Ratio {
        // The denominator is above 0, so the ratio is there.
        let share = Ratio::new(i128::from(self.present), 1_000_000);
        share.map_or(NOTHING, Ratio::reduced)
    }

    /// One part a component, in the order of the profile.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The ids of the components without a value, and why.
    pub fn missing(&self) -> impl Iterator<Item = (&str, Absence)> {
        let ids = self.profile.components().iter().map(crate::Component::id);
        ids.zip(&self.parts).filter_map(|(id, part)| Some((id, part.reading.absence()?)))
    }

    /// The names of the bands touched, least first: of the point where there is one, else of
    /// everything from lo to hi.
    pub fn bands(&self) -> impl Iterator<Item = &str> {
        let (first, last) = self.band_range();
        let count = last.saturating_sub(first).saturating_add(1);
        self.profile.bands().names().skip(first).take(count)
    }

    /// The band, if it is one; `None`: undetermined.
    #[must_use]
    pub fn band(&self) -> Option<&str> {
        self.band_index().and_then(|index| self.profile.bands().name(index))
    }

    pub(crate) fn band_index(&self) -> Option<usize> {
        let (first, last) = self.band_range();
        (first == last).then_some(first)
    }

    fn band_range(&self) -> (usize, usize) {
        let (lo, hi) = self.point.map_or((self.lo, self.hi), |point| (point, point));
        (self.profile.band(lo), self.profile.band(hi))
    }
}

/// Whether so many ten thousandths of 100 are at least that share.
fn reaches(present: u64, min_coverage: rust_decimal::Decimal) -> bool {
    // At most 10^6 * 10^8 on either side.
    let power = 10_i128.checked_pow(min_coverage.scale()).unwrap_or(i128::MAX);
    let found = i128::from(present).saturating_mul(power);
    found >= min_coverage.mantissa().saturating_mul(1_000_000)
}

/// A score of 0 to 1000 as people read it: of 100, with one decimal.
///
/// ```
/// assert_eq!(tenure_health::out_of_100(715), "71.5");
/// ```
#[must_use]
pub fn out_of_100(score: u16) -> String {
    let tenth = Rounding::Floor.divide(i128::from(score), 10).unwrap_or_default();
    format!("{tenth}.{}", score % 10)
}

#[cfg(test)]
mod tests {
    use super::{Absence, Reading, Score};
    use crate::component::Component;
    use crate::freshness::{Freshness, HalfLife};
    use crate::normaliser::{Direction, Normaliser};
    use crate::profile::{MissingPolicy, Profile};
    use rust_decimal::Decimal;

    fn component(id: &str, weight: u8, freshness: Freshness) -> Component {
        let line = [(0.into(), 0), (1000.into(), 1000)];
        let line = Normaliser::new(Direction::HigherBetter, &line).unwrap();
        Component::new(id, weight.into(), line).unwrap().with_freshness(freshness)
    }

    fn profile(weights: &[u8], missing: MissingPolicy) -> Profile {
        let half_life = || Freshness::HalfLife(HalfLife::new(10).unwrap());
        let of = |(at, &weight): (usize, &u8)| component(&at.to_string(), weight, half_life());
        Profile::new("p", weights.iter().enumerate().map(of).collect())
            .unwrap()
            .with_missing(missing)
            .unwrap()
    }

    /// Each reading as value and age; `None` was not observed.
    fn score(profile: &Profile, readings: &[Option<(i32, u32)>]) -> Score {
        let readings: Vec<_> = profile
            .components()
            .iter()
            .zip(readings)
            .map(|(one, reading)| match reading {
                Some((value, age)) => one.read((*value).into(), *age),
                None => Reading::missing(Absence::NotObserved),
            })
            .collect();
        Score::new(profile, &readings).unwrap()
    }

    #[test]
    fn decayed_weight_drops_out_missing_weight_does_not() {
        let profile = profile(&[50, 50], MissingPolicy::Interval);
        // One half-life: weights 1/2 and 1, (400 + 2 * 1000) / 3.
        let old = score(&profile, &[Some((400, 10)), Some((1000, 0))]);
        assert_eq!((old.lo(), old.hi(), old.point()), (800, 800, Some(800)));
        // Missing: nominal weight, (0 or 1000 + 1000) / 2.
        let missing = score(&profile, &[None, Some((1000, 0))]);
        assert_eq!((missing.lo(), missing.hi(), missing.point()), (500, 1000, None));
        assert_eq!(missing.missing().collect::<Vec<_>>(), [("0", Absence::NotObserved)]);
        // 21 half-lives: below 2^-20, so missing.
        let faded = score(&profile, &[Some((400, 210)), Some((1000, 0))]);
        assert_eq!((faded.lo(), faded.hi()), (500, 1000));
        assert_eq!(faded.missing().collect::<Vec<_>>(), [("0", Absence::Faded)]);
        assert_eq!(faded.coverage().to_string(), "1/2");
    }

    #[test]
    fn policies_differ_in_the_point_only() {
        let readings = [Some((800, 0)), None];
        let policies = [
            (MissingPolicy::Interval, None, vec!["yellow", "green"]),
            (MissingPolicy::RENORMALISE, Some(800), vec!["green"]),
            (MissingPolicy::Neutral { value: 500 }, Some(680), vec!["yellow"]),
            (MissingPolicy::Pessimistic, Some(480), vec!["red"]),
        ];
        for (policy, point, bands) in policies {
            let profile = profile(&[60, 40], policy);
            let score = score(&profile, &readings);
            assert_eq!((score.lo(), score.hi(), score.point()), (480, 880, point), "{policy:?}");
            let touched: Vec<_> = score.bands().collect();
            let all = if point.is_none() { vec!["red", "yellow", "green"] } else { bands };
            assert_eq!(touched, all, "{policy:?}");
            let shares = score.parts().iter().map(|part| part.point);
            let sum = shares.reduce(|sum, share| Some(sum? + share?)).flatten();
            assert_eq!(sum, point, "{policy:?}");
        }
    }

    #[test]
    fn too_little_coverage_is_no_point_but_an_interval() {
        let share = |text| Decimal::from_str_exact(text).unwrap();
        let with = |text| {
            let policy = MissingPolicy::Renormalise { min_coverage: share(text) };
            score(&profile(&[60, 40], policy), &[None, Some((1000, 0))])
        };
        // Exactly the least coverage is enough.
        assert_eq!(with("0.4").point(), Some(1000));
        let below = with("0.40000001");
        assert_eq!((below.lo(), below.hi(), below.point(), below.band()), (400, 1000, None, None));
    }

    #[test]
    fn nothing_known() {
        let none = [None, None];
        let of = |policy| score(&profile(&[60, 40], policy), &none);
        let interval = of(MissingPolicy::Interval);
        assert_eq!((interval.lo(), interval.hi(), interval.point()), (0, 1000, None));
        assert_eq!(interval.coverage().to_string(), "0/1");
        let parts: Vec<_> = interval.parts().iter().map(|part| (part.lo, part.hi)).collect();
        assert_eq!(parts, [(0, 600), (0, 400)]);
        let zero = MissingPolicy::Renormalise { min_coverage: Decimal::ZERO };
        assert_eq!(of(zero).point(), None);
        assert_eq!(of(MissingPolicy::Neutral { value: 300 }).point(), Some(300));
    }

    #[test]
    fn an_interval_of_one_number_is_a_point() {
        // The missing weight is 0.0004 of 100: lo and hi round to the same number.
        let line = [(0.into(), 0), (1000.into(), 1000)];
        let line = Normaliser::new(Direction::HigherBetter, &line).unwrap();
        let weight = |text| Decimal::from_str_exact(text).unwrap();
        let components = vec![
            Component::new("a", weight("99.9996"), line.clone()).unwrap(),
            Component::new("b", weight("0.0004"), line).unwrap(),
        ];
        let profile = Profile::new("p", components).unwrap();
        let score = score(&profile, &[Some((700, 0)), None]);
        assert_eq!((score.lo(), score.hi(), score.point()), (700, 700, Some(700)));
    }

    #[test]
    fn readings_of_another_profile_change_nothing() {
        let profile = profile(&[60, 40], MissingPolicy::Interval);
        let mut score = score(&profile, &[None, Some((1000, 0))]);
        let before = score.clone();
        let one = [Reading::missing(Absence::NotObserved)];
        let error = score.refill(&one).unwrap_err();
        assert_eq!(error.to_string(), "`1` readings for `2` components");
        assert_eq!((error.found(), &score), (1, &before));
        assert!(Score::new(&profile, &one).is_err());
    }
}
