//! The latest value of each component of one account.

use chrono::NaiveDate;
use tenure_model::{AsOf, Instant, RecordId, Relationship};

use crate::combiner::GateState;
use crate::error::{Days, StateError, ValueError};
use crate::profile::Profile;
use crate::score::{Absence, Reading, Score};
use crate::value::Value;

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Pushed {
    /// It is the latest of its component now.
    Latest,
    /// There is a later one, or it was there already.
    Superseded,
    /// It lies after the day of the question, or was not recorded by the day of knowledge.
    NotVisible,
    /// The profile has no such component or gate.
    OtherComponent,
}

/// How many values became what; their sum is what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Intake {
    /// Values that were the latest when they came.
    pub latest: u64,
    /// Values with a later one, or there already.
    pub superseded: u64,
    /// Values after the day of the question, or not recorded by the day of knowledge.
    pub not_visible: u64,
    /// Values of components the profile does not have.
    pub other_component: u64,
}

impl Intake {
    fn count(&mut self, pushed: Pushed) {
        let counter = match pushed {
            Pushed::Latest => &mut self.latest,
            Pushed::Superseded => &mut self.superseded,
            Pushed::NotVisible => &mut self.not_visible,
            Pushed::OtherComponent => &mut self.other_component,
        };
        *counter = counter.saturating_add(1);
    }
}

/// Orders by these three, in this order; the value only so that order of arrival never matters.
pub(crate) type Latest = (NaiveDate, Option<Instant>, Option<RecordId>, Value);

/// The latest visible value of each component of one account: greatest by (observed, recorded, id),
/// where what was recorded nobody knows when counts as recorded first.
///
/// *Shape*: one record a component, whatever was pushed. One more value replaces at most one.
/// Merging keeps the greatest: commutative, associative, idempotent, and the same as pushing all.
/// *Undefined*: nowhere; a component never pushed is [`Absence::NotObserved`].
///
/// ```
/// use tenure_health::{Observations, Pushed, profiles};
/// use tenure_model::{AsOf, parse_date};
/// let as_of = AsOf::new(parse_date("2025-12-31")?);
/// let mut seen = Observations::new(&profiles::client(), as_of);
/// seen.push("delivery", 80.into(), parse_date("2025-09-30")?, None, None);
/// seen.push("delivery", 95.into(), parse_date("2025-12-31")?, None, None);
/// let later = seen.push("delivery", 0.into(), parse_date("2026-01-01")?, None, None);
/// assert_eq!(later, Pushed::NotVisible);
/// // 15 of 100 at 900 points, the rest unknown.
/// assert_eq!((seen.score().lo(), seen.score().hi()), (135, 985));
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::form::ObservationsForm", into = "crate::form::ObservationsForm")
)]
pub struct Observations {
    profile: Profile,
    as_of: AsOf,
    /// Of each component, then of each gate.
    latest: Vec<Option<Latest>>,
}

impl Observations {
    /// Nothing yet.
    #[must_use]
    pub fn new(profile: &Profile, as_of: AsOf) -> Self {
        let slots = profile.components().len().saturating_add(profile.gates().len());
        let latest = vec![None; slots];
        Self { profile: profile.clone(), as_of, latest }
    }

    /// The observations of an account, and what became of each.
    ///
    /// # Errors
    /// A visible value of one of the components that is no [`Value`].
    pub fn of(
        profile: &Profile,
        relationship: &Relationship,
        as_of: AsOf,
    ) -> Result<(Self, Intake), ValueError> {
        let mut state = Self::new(profile, as_of);
        let mut intake = Intake::default();
        for entry in relationship.observations() {
            let record = &entry.record;
            let pushed = if as_of.sees(record.observed_at, entry.recorded_at) {
                match state.slot(&record.component) {
                    Some(slot) => {
                        let value = Value::new(record.value)?;
                        let id = entry.id.clone();
                        state.offer(slot, (record.observed_at, entry.recorded_at, id, value))
                    }
                    None => Pushed::OtherComponent,
                }
            } else {
                Pushed::NotVisible
            };
            intake.count(pushed);
        }
        Ok((state, intake))
    }

    /// Takes one value.
    pub fn push(
        &mut self,
        component: &str,
        value: Value,
        observed_at: NaiveDate,
        recorded_at: Option<Instant>,
        id: Option<RecordId>,
    ) -> Pushed {
        if !self.as_of.sees(observed_at, recorded_at) {
            return Pushed::NotVisible;
        }
        match self.slot(component) {
            Some(slot) => self.offer(slot, (observed_at, recorded_at, id, value)),
            None => Pushed::OtherComponent,
        }
    }

    /// Where what is known of a component or a gate is kept.
    pub(crate) fn slot(&self, id: &str) -> Option<usize> {
        self.profile.position(id).or_else(|| {
            let gate = self.profile.gates().iter().position(|gate| gate.id() == id)?;
            self.profile.components().len().checked_add(gate)
        })
    }

    fn offer(&mut self, slot: usize, offered: Latest) -> Pushed {
        match self.latest.get_mut(slot) {
            Some(known) if known.as_ref() < Some(&offered) => {
                *known = Some(offered);
                Pushed::Latest
            }
            _ => Pushed::Superseded,
        }
    }

    /// Takes in the observations of another part of the same account's history.
    ///
    /// # Errors
    /// Another profile, day of the question or day of knowledge; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), StateError> {
        if !self.profile.is(&other.profile) {
            let (ours, theirs) = (self.profile.id().to_owned(), other.profile.id().to_owned());
            return Err(StateError::Profile { ours, theirs });
        }
        if self.as_of != other.as_of {
            let days = |as_of: AsOf| Days { day: as_of.day(), known_at: as_of.knowledge_day() };
            return Err(StateError::AsOf { ours: days(self.as_of), theirs: days(other.as_of) });
        }
        for (ours, theirs) in self.latest.iter_mut().zip(&other.latest) {
            if *ours < *theirs {
                ours.clone_from(theirs);
            }
        }
        Ok(())
    }

    /// The definition.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The day of the question, and of knowledge.
    #[must_use]
    pub const fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// The latest value of each component and the day it was observed, in the order of the profile.
    pub fn latest(&self) -> impl Iterator<Item = Option<(Value, NaiveDate)>> {
        self.latest
            .iter()
            .take(self.profile.components().len())
            .map(|latest| latest.as_ref().map(|&(observed_at, _, _, value)| (value, observed_at)))
    }

    /// The latest value of a component and its age in days.
    pub(crate) fn component(&self, id: &str) -> Option<(Value, u32)> {
        let (observed_at, _, _, value) = self.latest.get(self.profile.position(id)?)?.as_ref()?;
        Some((*value, self.age(*observed_at)))
    }

    /// The state of a gate; `None` if the profile has none of that id.
    pub(crate) fn gate(&self, id: &str) -> Option<GateState> {
        let at = self.profile.gates().iter().position(|gate| gate.id() == id)?;
        self.gates().nth(at)
    }

    fn age(&self, observed_at: NaiveDate) -> u32 {
        let age = self.as_of.day().signed_duration_since(observed_at).num_days();
        // What is visible was observed by then; no calendar spans more days than 32 bits count.
        u32::try_from(age).unwrap_or_default()
    }

    /// Whether each gate of the profile is open: by its latest value, if that is above 0.
    pub fn gates(&self) -> impl Iterator<Item = GateState> {
        let states = self.latest.iter().skip(self.profile.components().len());
        states.map(|latest| match latest {
            Some((_, _, _, value)) if *value > Value::from(0) => GateState::Open,
            Some(_) => GateState::Closed,
            None => GateState::Unknown,
        })
    }

    /// The day of the latest record that is read: observed or recorded, whichever is later. After the
    /// day of the question only where the day of knowledge is.
    #[must_use]
    pub fn latest_record(&self) -> Option<NaiveDate> {
        let days = self.latest.iter().flatten().map(|(observed_at, recorded_at, _, _)| {
            let zone = self.as_of.zone();
            recorded_at.map_or(*observed_at, |at| zone.date_of(at).max(*observed_at))
        });
        days.max()
    }

    /// What is kept of each component and gate, in the order of the profile.
    #[cfg(feature = "serde")]
    pub(crate) fn slots(&self) -> &[Option<Latest>] {
        &self.latest
    }

    /// What each component says, in the order of the profile.
    pub fn readings(&self) -> impl Iterator<Item = Reading> {
        self.profile.components().iter().zip(self.latest()).map(|(component, latest)| {
            let Some((value, observed_at)) = latest else {
                return Reading::missing(Absence::NotObserved);
            };
            component.read(value, self.age(observed_at))
        })
    }

    /// The score.
    pub fn score(&self) -> Score {
        let readings: Vec<Reading> = self.readings().collect();
        let gates: Vec<GateState> = self.gates().collect();
        let mut score = Score::blank(&self.profile);
        score.fill(&readings, &gates);
        score
    }
}

#[cfg(test)]
mod tests {
    use super::{Intake, Observations, Pushed};
    use crate::combiner::{Gate, GateState};
    use crate::error::StateError;
    use crate::profiles::{client, customer};
    use chrono::NaiveDate;
    use rust_decimal::Decimal;
    use tenure_model::record::Observation;
    use tenure_model::{AccountId, AsOf, Book, Event, Instant, Record, RecordId, Zone, parse_date};

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn at(text: &str) -> Option<Instant> {
        Some(Instant::parse(text, Zone::UTC).unwrap())
    }

    fn id(text: &str) -> Option<RecordId> {
        Some(RecordId::new(text).unwrap())
    }

    #[test]
    fn the_latest_is_by_day_then_recording_then_id() {
        let mut seen = Observations::new(&client(), AsOf::new(day("2025-06-30")));
        let june = day("2025-06-01");
        let steps = [
            (june, None, id("z"), 1, Pushed::Latest),
            (june, at("2025-06-02"), id("a"), 2, Pushed::Latest),
            (june, at("2025-06-03T10:00:00"), None, 3, Pushed::Latest),
            (june, at("2025-06-03T10:00:00"), id("a"), 4, Pushed::Latest),
            (june, at("2025-06-03T10:00:00"), id("a"), 4, Pushed::Superseded),
            (day("2025-05-31"), at("2025-06-29"), id("z"), 5, Pushed::Superseded),
            (june, at("2025-07-01"), id("z"), 6, Pushed::NotVisible),
            (june, at("2025-06-30T23:59:59"), id("0"), 7, Pushed::Latest),
        ];
        for (observed, recorded, id, value, becomes) in steps {
            let pushed = seen.push("breadth", value.into(), observed, recorded, id);
            assert_eq!(pushed, becomes, "{value}");
        }
        assert_eq!(seen.push("usage", 1.into(), june, None, None), Pushed::OtherComponent);
        assert_eq!(seen.latest().flatten().collect::<Vec<_>>(), [(7.into(), june)]);
    }

    #[test]
    fn knowledge_of_a_later_day() {
        let as_of = AsOf::new(day("2025-06-30")).known_at(day("2025-07-01"));
        let mut seen = Observations::new(&client(), as_of);
        let june = day("2025-06-30");
        assert_eq!(
            seen.push("breadth", 1.into(), june, at("2025-07-01T12:00:00"), None),
            Pushed::Latest
        );
        assert_eq!(
            seen.push("breadth", 1.into(), day("2025-07-01"), None, None),
            Pushed::NotVisible
        );
    }

    #[test]
    fn states_of_different_questions_do_not_merge() {
        let as_of = AsOf::new(day("2025-06-30"));
        let mut ours = Observations::new(&client(), as_of);
        let before = ours.clone();
        let error = ours.merge(&Observations::new(&customer(), as_of)).unwrap_err();
        assert_eq!(error.to_string(), "profile `customer` is not the same as profile `client`");
        let later = Observations::new(&client(), as_of.known_at(day("2025-07-01")));
        let error = ours.merge(&later).unwrap_err();
        assert!(matches!(error, StateError::AsOf { .. }));
        assert_eq!(
            error.to_string(),
            "observations as of `2025-06-30` (known at `2025-07-01`) do not merge with \
             observations as of `2025-06-30` (known at `2025-06-30`)"
        );
        assert_eq!(ours, before);
    }

    #[test]
    fn a_gate_is_open_by_its_latest_value() {
        let gates = ["p1", "p2", "p3"].map(|id| Gate::new(id, 490).unwrap());
        let profile = client().with_gates(gates.into()).unwrap();
        let mut seen = Observations::new(&profile, AsOf::new(day("2025-06-30")));
        for (gate, on, open) in
            [("p1", "2025-06-01", 2), ("p2", "2025-06-01", 1), ("p2", "2025-06-02", 0)]
        {
            assert_eq!(seen.push(gate, open.into(), day(on), None, None), Pushed::Latest);
        }
        let states: Vec<_> = seen.gates().collect();
        assert_eq!(states, [GateState::Open, GateState::Closed, GateState::Unknown]);
        assert_eq!(seen.latest().count(), 6);
        let other = seen.clone();
        seen.merge(&other).unwrap();
        assert_eq!((seen.score().hi(), &seen), (490, &other));
    }

    fn book(values: &[(&str, &str, Decimal)]) -> Book {
        let event = |&(date, component, value): &(&str, &str, Decimal)| {
            let record = Record::Observation(Observation::new(day(date), component, value));
            Event::new(AccountId::new("acme").unwrap(), record)
        };
        Book::from_events(values.iter().map(event)).0
    }

    #[test]
    fn of_a_relationship_everything_is_counted() {
        let book = book(&[
            ("2025-05-01", "breadth", 1.into()),
            ("2025-06-01", "breadth", 3.into()),
            ("2025-07-01", "breadth", 9.into()),
            ("2025-07-01", "outcome", Decimal::MAX),
            ("2025-06-01", "usage", Decimal::MAX),
        ]);
        let as_of = AsOf::new(day("2025-06-30"));
        let (seen, intake) = Observations::of(&client(), &book.relationships()[0], as_of).unwrap();
        let expected = Intake { latest: 2, superseded: 0, not_visible: 2, other_component: 1 };
        assert_eq!(intake, expected);
        // 10 of 100 at 700 points.
        assert_eq!((seen.score().lo(), seen.score().hi()), (70, 970));
        assert_eq!(seen.as_of(), as_of);
    }

    #[test]
    fn a_visible_value_out_of_range_is_an_error() {
        let book = book(&[("2025-05-01", "breadth", Decimal::MAX)]);
        let as_of = AsOf::new(day("2025-06-30"));
        let error = Observations::of(&client(), &book.relationships()[0], as_of).unwrap_err();
        assert_eq!(error.found(), Decimal::MAX);
    }
}
