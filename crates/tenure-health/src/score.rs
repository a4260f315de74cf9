//! The score of one account.

use tenure_model::Rounding;
use tenure_stats::Ratio;

use crate::combiner::{Combined, GateState, combine};
use crate::error::ReadingsError;
use crate::freshness::WHOLE;
use crate::kernel::Row;
use crate::profile::{MissingPolicy, Profile};

/// No share.
const NOTHING: Ratio = match Ratio::new(0, 1) {
    Some(ratio) => ratio,
    None => unreachable!(),
};

/// What no component comes to.
const NOBODY: Combined =
    Combined { score: 0, shares: [0; Profile::MAX_COMPONENTS], interaction: 0 };

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

/// What one component adds to a score, in whole points: with those of the gates, and the
/// [`interaction`](Score::interaction), they sum to it exactly.
///
/// By the weighted mean never below 0. By another combiner a component that pulls the others down
/// adds less than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// What the component says.
    pub reading: Reading,
    /// Of the lower end.
    pub lo: i32,
    /// Of the upper end.
    pub hi: i32,
    /// Of the point value, where there is one.
    pub point: Option<i32>,
}

/// What one gate takes from a score, after the gates before it: 0 or less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct GatePart {
    /// Whether it is open.
    pub state: GateState,
    /// Of the lower end: capped unless the gate is closed.
    pub lo: i32,
    /// Of the upper end: capped if the gate is open.
    pub hi: i32,
    /// Of the point value, where there is one.
    pub point: Option<i32>,
}

/// How an account is doing: 0 to 1000, with what is missing and what it could change.
///
/// 1. *Question*: how is this account doing, how sure are we, and why?
/// 2. *Formula*:
///    ```text
///    effective  = weight * factor of age           where there is a value
///               = weight                           where there is none
///    lo, hi     = combined by effective weight, what is missing at 0, at 1000
///    point      = by the missing policy; under `interval` only where lo = hi
///    capped     = min(score, cap)                  of every open gate, in the order of the profile
///    coverage   = weight present / 100             nominal weights
///    ```
///    each of the three rounded half away from zero, once, before it is capped. An unknown gate caps
///    the lower end and not the upper; there is then no point unless the cap changes nothing or the
///    policy is `pessimistic`.
///
///    Contributions are whole numbers by largest remainder, ties in the order of the profile: of the
///    weighted mean the exact shares; of another combiner, up to 8 components, Shapley values (what
///    a component adds to the score of those before it, averaged over all orders; of no component
///    that is 0), above that what is lost without it, and the rest as `interaction`.
/// 3. *Shape*: in, one reading a component, in the order of the profile; out, points, 0 to 1000, one
///    part a component. Cost: two or three divisions a component, by another combiner than the
///    mean some thousand steps; [`Score::refill`] allocates nothing.
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
    gates: Vec<GatePart>,
    interaction: [i32; 3],
}

impl Score {
    /// Scores an account; of its gates, if the profile has any, nothing is known.
    ///
    /// # Errors
    /// Not one reading a component of the profile.
    pub fn new(profile: &Profile, readings: &[Reading]) -> Result<Self, ReadingsError> {
        let mut score = Self::blank(profile);
        score.refill(readings)?;
        Ok(score)
    }

    /// Scores an account with gates.
    ///
    /// # Errors
    /// Not one reading a component, or not one state a gate, of the profile.
    ///
    /// ```
    /// use tenure_health::{Component, Direction, Gate, GateState, Normaliser, Profile, Score};
    /// let percent = Normaliser::new(Direction::HigherBetter, &[(0.into(), 0), (100.into(), 1000)])?;
    /// let delivery = Component::new("delivery", 100.into(), percent)?;
    /// let known = delivery.read(90.into(), 0);
    /// let severe = Gate::new("open_p1", 490)?;
    /// let profile = Profile::new("ours", vec![delivery])?.with_gates(vec![severe])?;
    /// let open = Score::with_gates(&profile, &[known], &[GateState::Open])?;
    /// assert_eq!((open.point(), open.gates()[0].lo), (Some(490), -410)); // 900 - 410
    /// let unknown = Score::with_gates(&profile, &[known], &[GateState::Unknown])?;
    /// assert_eq!((unknown.lo(), unknown.hi()), (490, 900));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_gates(
        profile: &Profile,
        readings: &[Reading],
        gates: &[GateState],
    ) -> Result<Self, ReadingsError> {
        let mut score = Self::blank(profile);
        score.refill_with_gates(readings, gates)?;
        Ok(score)
    }

    /// To be filled.
    pub(crate) fn blank(profile: &Profile) -> Self {
        let parts = Vec::with_capacity(profile.components().len());
        let gates = Vec::with_capacity(profile.gates().len());
        let profile = profile.clone();
        let interaction = [0; 3];
        Self { profile, lo: 0, hi: 1000, point: None, present: 0, parts, gates, interaction }
    }

    /// Becomes the score of another account by the same profile; of its gates nothing is known.
    ///
    /// # Errors
    /// Not one reading a component of the profile; the score is then as it was.
    pub fn refill(&mut self, readings: &[Reading]) -> Result<(), ReadingsError> {
        let unknown = [GateState::Unknown; Profile::MAX_GATES];
        let gates = unknown.get(..self.profile.gates().len()).unwrap_or_default();
        self.refill_with_gates(readings, gates)
    }

    /// Becomes the score of another account by the same profile.
    ///
    /// # Errors
    /// Not one reading a component, or not one state a gate, of the profile; the score is then as it
    /// was.
    pub fn refill_with_gates(
        &mut self,
        readings: &[Reading],
        gates: &[GateState],
    ) -> Result<(), ReadingsError> {
        let (components, of_gates) = (self.profile.components().len(), self.profile.gates().len());
        for (found, expected, of) in
            [(readings.len(), components, "components"), (gates.len(), of_gates, "gates")]
        {
            if found != expected {
                return Err(ReadingsError { found, expected, of });
            }
        }
        self.fill(readings, gates);
        Ok(())
    }

    /// Scores one reading a component, one state a gate.
    pub(crate) fn fill(&mut self, readings: &[Reading], gates: &[GateState]) {
        let units = *self.profile.units();
        self.fill_weighing(&units, readings, gates);
    }

    /// The same with these weights, in ten thousandths, in the place of the profile's.
    pub(crate) fn fill_weighing(
        &mut self,
        units: &Row<u64>,
        readings: &[Reading],
        gates: &[GateState],
    ) {
        let count = self.profile.components().len();
        let combiner = self.profile.combiner();
        let mut weights: Row<u64> = [0; Profile::MAX_COMPONENTS];
        let mut points: Row<u16> = [0; Profile::MAX_COMPONENTS];
        let (mut all_there, mut nominal) = (true, 0_u64);
        self.present = 0;
        let slots = weights.iter_mut().zip(&mut points);
        for ((weight, slot), (&units, reading)) in slots.zip(units.iter().zip(readings)) {
            nominal = nominal.wrapping_add(units);
            let factor = match reading.0 {
                Ok((found, factor)) => {
                    self.present = self.present.wrapping_add(units);
                    *slot = found;
                    factor
                }
                Err(_) => {
                    all_there = false;
                    WHOLE
                }
            };
            // All weights are at most 10^6, a factor 2^30.
            *weight = units.wrapping_mul(u64::from(factor));
        }
        let weights = weights.get(..count).unwrap_or_default();
        // Weights are never all 0: a faded one is missing and has its nominal weight.
        let combined = |points: &Row<u16>| combine(combiner, weights, points).unwrap_or(NOBODY);
        let with_missing = |value: u16| {
            let mut filled: Row<u16> = [0; Profile::MAX_COMPONENTS];
            for (slot, reading) in filled.iter_mut().zip(readings) {
                *slot = reading.points().unwrap_or(value);
            }
            filled
        };
        let lo = combined(&points);
        let hi = if all_there { lo } else { combined(&with_missing(1000)) };
        let point = match self.profile.missing() {
            _ if all_there => Some(lo),
            MissingPolicy::Interval => (lo.score == hi.score).then_some(lo),
            MissingPolicy::Pessimistic => Some(lo),
            MissingPolicy::Neutral { value } => Some(combined(&with_missing(value))),
            MissingPolicy::Renormalise { min_coverage } => {
                let mut present: Row<u64> = [0; Profile::MAX_COMPONENTS];
                for ((slot, &weight), reading) in present.iter_mut().zip(weights).zip(readings) {
                    *slot = if reading.0.is_ok() { weight } else { 0 };
                }
                let present = present.get(..count).unwrap_or_default();
                combine(combiner, present, &points)
                    .filter(|_| reaches(self.present, nominal, min_coverage))
            }
        };
        self.parts.clear();
        let (has_point, shown) = (point.is_some(), point.as_ref().unwrap_or(&lo));
        let shares = lo.shares.iter().zip(&hi.shares).zip(&shown.shares);
        self.parts.extend(readings.iter().zip(shares).map(|(&reading, ((&lo, &hi), &share))| {
            Part { reading, lo, hi, point: has_point.then_some(share) }
        }));
        self.interaction =
            [lo.interaction, hi.interaction, point.map_or(0, |point| point.interaction)];
        (self.lo, self.hi, self.point) = (lo.score, hi.score, point.map(|point| point.score));
        self.cap(gates);
    }

    /// Caps the score by gates that are open, or may be.
    fn cap(&mut self, states: &[GateState]) {
        self.gates.clear();
        let had_point = self.point.is_some();
        for (gate, &state) in self.profile.gates().iter().zip(states) {
            let closed = |score: u16| (score, 0);
            let open = |score: u16| {
                let capped = score.min(gate.cap());
                (capped, i32::from(capped).saturating_sub(i32::from(score)))
            };
            let (lo, hi) = match state {
                GateState::Open => (open(self.lo), open(self.hi)),
                GateState::Closed => (closed(self.lo), closed(self.hi)),
                GateState::Unknown => (open(self.lo), closed(self.hi)),
            };
            let point = self.point.map(|point| match state {
                GateState::Open => open(point),
                GateState::Unknown if self.profile.missing() == MissingPolicy::Pessimistic => {
                    open(point)
                }
                _ => closed(point),
            });
            let bites = state == GateState::Unknown
                && self.profile.missing() != MissingPolicy::Pessimistic
                && self.point.is_some_and(|point| point > gate.cap());
            (self.lo, self.hi) = (lo.0, hi.0);
            self.point = point.map(|point| point.0).filter(|_| !bites);
            let point = point.map(|point| point.1);
            self.gates.push(GatePart { state, lo: lo.1, hi: hi.1, point });
        }
        if had_point && self.point.is_none() {
            for part in &mut self.parts {
                part.point = None;
            }
            for gate in &mut self.gates {
                gate.point = None;
            }
            self.interaction = [self.interaction[0], self.interaction[1], 0];
        }
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

    /// One part a gate, in the order of the profile.
    #[must_use]
    pub fn gates(&self) -> &[GatePart] {
        &self.gates
    }

    /// What the parts leave unexplained of the lower end, the upper end and the point: nothing by
    /// the weighted mean, and by any combiner nothing up to 8 components.
    #[must_use]
    pub const fn interaction(&self) -> [i32; 3] {
        self.interaction
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

/// Whether so much of all weight is at least that share.
fn reaches(present: u64, all: u64, min_coverage: rust_decimal::Decimal) -> bool {
    // At most 2 * 10^6 * 10^8 on either side.
    let power = 10_i128.checked_pow(min_coverage.scale()).unwrap_or(i128::MAX);
    let found = i128::from(present).saturating_mul(power);
    found >= min_coverage.mantissa().saturating_mul(i128::from(all))
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
    use crate::combiner::{Gate, GateState};
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
            assert_eq!(sum, point.map(i32::from), "{policy:?}");
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

    fn gated(missing: MissingPolicy, states: [GateState; 2]) -> Score {
        let gates = [("first", 600), ("second", 500)];
        let gates = gates.map(|(id, cap)| Gate::new(id, cap).unwrap());
        let profile = profile(&[60, 40], missing).with_gates(gates.into()).unwrap();
        let readings: Vec<_> =
            profile.components().iter().map(|one| one.read(900.into(), 0)).collect();
        Score::with_gates(&profile, &readings, &states).unwrap()
    }

    #[test]
    fn each_gate_lists_its_further_drop() {
        let both = gated(MissingPolicy::Interval, [GateState::Open, GateState::Open]);
        assert_eq!((both.lo(), both.hi(), both.point()), (500, 500, Some(500)));
        let drops: Vec<_> = both.gates().iter().map(|gate| gate.point).collect();
        assert_eq!(drops, [Some(-300), Some(-100)]);
        let parts = both.parts().iter().fold(0, |sum, part| sum + part.lo);
        assert_eq!(parts, 900);
        let none = gated(MissingPolicy::Interval, [GateState::Closed, GateState::Closed]);
        assert_eq!((none.lo(), none.point()), (900, Some(900)));
    }

    #[test]
    fn an_unknown_gate_caps_the_lower_end_alone() {
        let maybe = [GateState::Open, GateState::Unknown];
        let interval = gated(MissingPolicy::Interval, maybe);
        assert_eq!((interval.lo(), interval.hi(), interval.point()), (500, 600, None));
        assert!(interval.parts().iter().all(|part| part.point.is_none()));
        assert!(interval.gates().iter().all(|gate| gate.point.is_none()));
        assert_eq!(gated(MissingPolicy::Pessimistic, maybe).point(), Some(500));
        assert_eq!(gated(MissingPolicy::Neutral { value: 500 }, maybe).point(), None);
        // A cap that changes nothing leaves the point.
        let profile = gated(MissingPolicy::Interval, maybe).profile().clone();
        let low: Vec<_> = profile.components().iter().map(|one| one.read(300.into(), 0)).collect();
        assert_eq!(Score::new(&profile, &low).unwrap().point(), Some(300));
        let error = Score::with_gates(&profile, &low, &[]).unwrap_err();
        assert_eq!(error.to_string(), "`0` readings for `2` gates");
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
