//! A profile of eight components and readings of many accounts.

use tenure_health::{
    Absence, Combiner, Component, ComponentError, Direction, Normaliser, NormaliserError, Profile,
    ProfileError, Reading, Value,
};

use crate::Random;

/// Why there is no profile.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "of a bench")]
pub enum NoProfile {
    /// No line.
    Line(NormaliserError),
    /// No component.
    Component(ComponentError),
    /// No profile.
    Profile(ProfileError),
}

impl std::fmt::Display for NoProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for NoProfile {}

/// Eight components of weights 5 to 20, values 0 to 100.
///
/// # Errors
/// Never: the constructors accept it.
pub fn profile(combiner: Combiner) -> Result<Profile, NoProfile> {
    of_line(combiner, &[(0.into(), 0), (50.into(), 400), (100.into(), 1000)])
}

/// The same by the weighted mean, each value the points that it gives.
///
/// # Errors
/// Never: the constructors accept it.
pub fn points_profile() -> Result<Profile, NoProfile> {
    of_line(Combiner::WeightedMean, &[(0.into(), 0), (1000.into(), 1000)])
}

fn of_line(combiner: Combiner, line: &[(Value, u16)]) -> Result<Profile, NoProfile> {
    let line = Normaliser::new(Direction::HigherBetter, line).map_err(NoProfile::Line)?;
    let components: Result<Vec<Component>, NoProfile> = [20_u8, 15, 15, 15, 10, 10, 10, 5]
        .into_iter()
        .zip(["a", "b", "c", "d", "e", "f", "g", "h"])
        .map(|(weight, id)| {
            Component::new(id, weight.into(), line.clone()).map_err(NoProfile::Component)
        })
        .collect();
    Ok(Profile::new("bench", components?).map_err(NoProfile::Profile)?.with_combiner(combiner))
}

/// So many rows of readings, one in eight missing.
#[must_use]
pub fn readings(profile: &Profile, rows: usize, seed: u64) -> Vec<Vec<Reading>> {
    let mut random = Random::new(seed);
    let mut row = || {
        let read = |component: &Component| {
            if random.below(8) == 0 {
                return Reading::missing(Absence::NotObserved);
            }
            component.read(i32::try_from(random.below(101)).unwrap_or(0).into(), 0)
        };
        profile.components().iter().map(read).collect()
    };
    (0..rows).map(|_| row()).collect()
}
