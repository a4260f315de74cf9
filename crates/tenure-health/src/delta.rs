//! Why the score moved between two days.

use crate::combiner::GateState;
use crate::component::Component;
use crate::error::DeltaError;
use crate::kernel::{Row, shapley};
use crate::observations::Observations;
use crate::profile::Profile;
use crate::score::{Absence, Part, Reading, Score};

/// What the change of one number comes from, in whole points that sum to it exactly.
///
/// ```
/// assert_eq!(tenure_health::Causes::default().total(), 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Causes {
    /// Other values, or gates in another state, were observed.
    pub value: i32,
    /// The profile weighs its components otherwise.
    pub weight: i32,
    /// Values grew older, lost weight, expired, or were renewed.
    pub staleness: i32,
    /// The profile looks at other components, or turns values into a score otherwise.
    pub rule: i32,
}

impl Causes {
    /// All of them: the change.
    #[must_use]
    pub const fn total(&self) -> i32 {
        let one = self.value.saturating_add(self.weight);
        one.saturating_add(self.staleness).saturating_add(self.rule)
    }
}

/// Why the score of an account is another one than on an earlier day.
///
/// 1. *Question*: the score moved; what moved it?
/// 2. *Formula*:
///    ```text
///    f(value, weight, staleness, rule) = the score with each of the four as on the first or the last day
///    cause = what it adds to f, averaged over all orders of the causes
///    ```
///    in whole points by largest remainder (floors toward minus infinity; ties in the order value,
///    weight, staleness, rule). A cause that changed nothing is 0 and changes no other. A value is
///    what the profile of that day kept; what only one of two profiles looks at is taken from the
///    one that does, so that a new component is a change of rule and not of value.
/// 3. *Shape*: in, the observations of one account on two days; out, both scores, the causes of the
///    change of each end and of the point, and the readings before and after of each component.
///    Cost: 16 scores.
/// 4. *Undefined*: the causes of the point, unless it is a number with every mixture of the two days.
///    *Errors*: the second day is before the first.
/// 5. *Accuracy*: exact integers; causes sum to the change.
/// 6. *Source*: Shapley 1953; own definition of the causes.
///
/// ```
/// use tenure_health::{Component, Direction, Freshness, Delta, HalfLife, Normaliser, Observations, Profile};
/// use tenure_model::{AsOf, parse_date};
/// let percent = Normaliser::new(Direction::HigherBetter, &[(0.into(), 0), (100.into(), 1000)])?;
/// let fades = Freshness::HalfLife(HalfLife::new(30)?);
/// let survey = Component::new("survey", 50.into(), percent.clone())?.with_freshness(fades);
/// let delivery = Component::new("delivery", 50.into(), percent)?;
/// let profile = Profile::new("ours", vec![survey, delivery])?;
/// let (june, july) = (parse_date("2025-06-01")?, parse_date("2025-07-01")?);
/// let mut before = Observations::new(&profile, AsOf::new(june));
/// before.push("survey", 30.into(), june, None, None);
/// before.push("delivery", 90.into(), june, None, None);
/// let mut after = Observations::new(&profile, AsOf::new(july));
/// after.push("survey", 30.into(), june, None, None);
/// after.push("delivery", 60.into(), july, None, None);
/// // Then (300 + 900) / 2 = 600; now the survey weighs half: (150 + 600) / 1.5 = 500.
/// let delta = Delta::new(&before, &after)?;
/// assert_eq!((delta.before().point(), delta.after().point()), (Some(600), Some(500)));
/// let causes = delta.point().ok_or("no point")?;
/// // Delivery alone: 600 to 450. Age alone: 600 to 700. Together 600 to 500.
/// assert_eq!((causes.value, causes.staleness), (-175, 75));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    before: Score,
    after: Score,
    lo: Causes,
    hi: Causes,
    point: Option<Causes>,
}

/// Of two days.
const CAUSES: usize = 4;
const VALUE: usize = 1;
const WEIGHT: usize = 2;
const STALENESS: usize = 4;
const RULE: usize = 8;
const MIXTURES: usize = 1 << CAUSES;

impl Delta {
    /// Explains the change between two days.
    ///
    /// # Errors
    /// The second day is before the first.
    pub fn new(before: &Observations, after: &Observations) -> Result<Self, DeltaError> {
        let (first, last) = (before.as_of().day(), after.as_of().day());
        if last < first {
            return Err(DeltaError { first, last });
        }
        let sides = Sides { before, after };
        let (mut lo, mut hi) = ([0_i64; MIXTURES], [0_i64; MIXTURES]);
        let mut point = [0_i64; MIXTURES];
        let mut pointed = true;
        let slots = lo.iter_mut().zip(&mut hi).zip(&mut point).enumerate();
        for (changed, ((lo, hi), point)) in slots {
            let score = sides.mixed(changed);
            (*lo, *hi) = (score.lo().into(), score.hi().into());
            match score.point() {
                Some(found) => *point = found.into(),
                None => pointed = false,
            }
        }
        Ok(Self {
            before: before.score(),
            after: after.score(),
            lo: causes(&lo),
            hi: causes(&hi),
            point: pointed.then(|| causes(&point)),
        })
    }

    /// The score of the first day.
    pub const fn before(&self) -> &Score {
        &self.before
    }

    /// The score of the last day.
    pub const fn after(&self) -> &Score {
        &self.after
    }

    /// What moved the lower end.
    #[must_use]
    pub const fn lo(&self) -> Causes {
        self.lo
    }

    /// What moved the upper end.
    #[must_use]
    pub const fn hi(&self) -> Causes {
        self.hi
    }

    /// What moved the point; `None` unless it is a number with every mixture of the two days.
    #[must_use]
    pub const fn point(&self) -> Option<Causes> {
        self.point
    }

    /// Each component of either profile, with what it said and added before and after: first those of
    /// the later profile, in its order, then those only the earlier one has.
    pub fn components(&self) -> impl Iterator<Item = (&str, Option<Part>, Option<Part>)> {
        let part = |score: &Score, id: &str| {
            let at = score.profile().position(id)?;
            score.parts().get(at).copied()
        };
        let now = self.after.profile().components().iter().map(Component::id);
        let gone = self.before.profile().components().iter().map(Component::id);
        let gone = gone.filter(|id| self.after.profile().position(id).is_none());
        now.chain(gone).map(move |id| (id, part(&self.before, id), part(&self.after, id)))
    }
}

struct Sides<'o> {
    before: &'o Observations,
    after: &'o Observations,
}

impl Sides<'_> {
    /// This cause as on the last day, if it is among the changed, else as on the first; and the other
    /// day.
    fn of(&self, changed: usize, cause: usize) -> (&Observations, &Observations) {
        if changed & cause == 0 { (self.before, self.after) } else { (self.after, self.before) }
    }

    fn mixed(&self, changed: usize) -> Score {
        let (values, other_values) = self.of(changed, VALUE);
        let (weights, _) = self.of(changed, WEIGHT);
        let (ages, other_ages) = self.of(changed, STALENESS);
        let profile = self.of(changed, RULE).0.profile();
        let mut units: Row<u64> = [0; Profile::MAX_COMPONENTS];
        let mut readings = [Reading::missing(Absence::NotObserved); Profile::MAX_COMPONENTS];
        let slots = units.iter_mut().zip(&mut readings);
        for ((units, reading), component) in slots.zip(profile.components()) {
            let id = component.id();
            let weighed = weights.profile().position(id);
            let weighed = weighed.and_then(|at| weights.profile().components().get(at));
            *units = weighed.map_or(component.units(), Component::units);
            let knows = |one: &Observations| one.profile().position(id).is_some();
            let found = if knows(values) { values } else { other_values }.component(id);
            let Some((value, _)) = found else { continue };
            let age = ages.component(id).or_else(|| other_ages.component(id));
            *reading = component.read(value, age.map_or(0, |(_, age)| age));
        }
        let mut gates = [GateState::Unknown; Profile::MAX_GATES];
        for (state, gate) in gates.iter_mut().zip(profile.gates()) {
            let found = values.gate(gate.id()).or_else(|| other_values.gate(gate.id()));
            *state = found.unwrap_or_default();
        }
        let mut score = Score::blank(profile);
        let readings = readings.get(..profile.components().len()).unwrap_or_default();
        let gates = gates.get(..profile.gates().len()).unwrap_or_default();
        score.fill_weighing(&units, readings, gates);
        score
    }
}

/// Shapley values of the four causes.
fn causes(score: &[i64; MIXTURES]) -> Causes {
    let mut shares = [0_i32; CAUSES];
    shapley(CAUSES, |changed| score.get(changed).copied().unwrap_or_default(), &mut shares);
    let [value, weight, staleness, rule] = shares;
    Causes { value, weight, staleness, rule }
}

#[cfg(test)]
mod tests {
    use super::{Causes, Delta};
    use crate::combiner::{Combiner, Gate};
    use crate::component::Component;
    use crate::freshness::Freshness;
    use crate::normaliser::{Direction, Normaliser};
    use crate::observations::Observations;
    use crate::profile::{MissingPolicy, Profile};
    use tenure_model::{AsOf, parse_date};

    fn line() -> Normaliser {
        Normaliser::new(Direction::HigherBetter, &[(0.into(), 0), (1000.into(), 1000)]).unwrap()
    }

    fn profile(components: &[(&str, u8)]) -> Profile {
        let of = |&(id, weight): &(&str, u8)| {
            let component = Component::new(id, weight.into(), line()).unwrap();
            component.with_freshness(Freshness::ExpiresAfter { days: 100 })
        };
        Profile::new("p", components.iter().map(of).collect()).unwrap()
    }

    fn seen(profile: &Profile, as_of: &str, values: &[(&str, &str, i32)]) -> Observations {
        let day = |text: &str| parse_date(text).unwrap();
        let mut seen = Observations::new(profile, AsOf::new(day(as_of)));
        for &(id, on, value) in values {
            seen.push(id, value.into(), day(on), None, None);
        }
        seen
    }

    fn of(value: i32, weight: i32, staleness: i32, rule: i32) -> Causes {
        Causes { value, weight, staleness, rule }
    }

    #[test]
    fn nothing_changed_nothing_moved() {
        let one =
            seen(&profile(&[("a", 60), ("b", 40)]), "2025-06-30", &[("a", "2025-06-01", 500)]);
        let delta = Delta::new(&one, &one).unwrap();
        assert_eq!((delta.lo(), delta.hi(), delta.point()), (of(0, 0, 0, 0), of(0, 0, 0, 0), None));
    }

    #[test]
    fn an_expired_value_is_staleness() {
        let profile = profile(&[("a", 60), ("b", 40)]);
        let values = [("a", "2025-06-01", 500), ("b", "2025-06-20", 800)];
        let before = seen(&profile, "2025-06-30", &values);
        let after = seen(&profile, "2025-09-10", &values);
        let delta = Delta::new(&before, &after).unwrap();
        // 300 + 320 before; then `a` is unknown, 0 to 600.
        assert_eq!((delta.lo(), delta.hi()), (of(0, 0, -300, 0), of(0, 0, 300, 0)));
    }

    #[test]
    fn other_weights_and_other_rules_are_apart() {
        let ours = profile(&[("a", 60), ("b", 40)]);
        let values = [("a", "2025-06-01", 400), ("b", "2025-06-01", 900)];
        let before = seen(&ours, "2025-06-30", &values);
        let heavier = seen(&profile(&[("a", 40), ("b", 60)]), "2025-06-30", &values);
        let delta = Delta::new(&before, &heavier).unwrap();
        assert_eq!(delta.point(), Some(of(0, 100, 0, 0)));
        let weakest = seen(&ours.with_combiner(Combiner::Min), "2025-06-30", &values);
        assert_eq!(Delta::new(&before, &weakest).unwrap().point(), Some(of(0, 0, 0, -200)));
    }

    #[test]
    fn a_new_component_is_a_rule() {
        let before = seen(
            &profile(&[("a", 60), ("b", 40)]),
            "2025-06-30",
            &[("a", "2025-06-01", 400), ("b", "2025-06-01", 900)],
        );
        let after = seen(
            &profile(&[("a", 60), ("c", 40)]),
            "2025-06-30",
            &[("a", "2025-06-01", 400), ("c", "2025-06-01", 100)],
        );
        let delta = Delta::new(&before, &after).unwrap();
        assert_eq!(delta.point(), Some(of(0, 0, 0, -320)));
        let ids: Vec<_> = delta.components().map(|(id, _, _)| id.to_owned()).collect();
        assert_eq!(ids, ["a", "c", "b"]);
        let (_, before, after) = delta.components().last().unwrap();
        assert_eq!((before.map(|part| part.lo), after.is_none()), (Some(360), true));
    }

    #[test]
    fn a_gate_that_opens_is_a_value() {
        let gate = Gate::new("p1", 490).unwrap();
        let gated = profile(&[("a", 100)]).with_gates(vec![gate]).unwrap();
        let before =
            seen(&gated, "2025-06-30", &[("a", "2025-06-01", 700), ("p1", "2025-06-01", 0)]);
        let after =
            seen(&gated, "2025-07-30", &[("a", "2025-06-01", 700), ("p1", "2025-07-01", 1)]);
        assert_eq!(Delta::new(&before, &after).unwrap().point(), Some(of(-210, 0, 0, 0)));
    }

    #[test]
    fn a_point_that_is_none_in_between_has_no_causes() {
        let policy = MissingPolicy::RENORMALISE;
        let profile = profile(&[("a", 60), ("b", 40)]).with_missing(policy).unwrap();
        let before = seen(&profile, "2025-06-30", &[("b", "2025-06-01", 400)]);
        let after = seen(&profile, "2025-06-30", &[("a", "2025-06-01", 500)]);
        let delta = Delta::new(&before, &after).unwrap();
        assert_eq!((delta.before().point(), delta.after().point()), (None, Some(500)));
        assert_eq!(delta.point(), None);
    }

    #[test]
    fn backwards_is_an_error() {
        let profile = profile(&[("a", 100)]);
        let (june, july) = (seen(&profile, "2025-06-30", &[]), seen(&profile, "2025-07-31", &[]));
        let error = Delta::new(&july, &june).unwrap_err();
        assert_eq!(error.to_string(), "`2025-06-30` is before `2025-07-31`: a change goes forward");
    }
}
