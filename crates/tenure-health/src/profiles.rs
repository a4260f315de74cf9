//! The built-in profiles.
//!
//! The components and their weights are those of the project's definition; the breakpoints, the
//! freshness and the units are our proposal. None is fitted to data: weights are opinions until a
//! backtest says otherwise.
//!
//! The raw value of each component, as in the column `value` of `observations`:
//!
//! | profile | component | weight | raw value | counts |
//! |---|---|---|---|---|
//! | client | `outcome` | 25 | results against plan, index 0 to 100 | half-life 180 days |
//! | client | `dialogue` | 20 | days since the last personal dialogue / own usual gap | 100 days |
//! | client | `delivery` | 15 | delivered on time, percent | 100 days |
//! | client | `sentiment` | 15 | index 0 to 100 | half-life 180 days |
//! | client | `commercial` | 15 | payment and renewal horizon, index 0 to 100 | 100 days |
//! | client | `breadth` | 10 | people in contact in the last 90 days | 100 days |
//! | customer | `recency` | 30 | days since the last purchase / own median gap | 100 days |
//! | customer | `frequency` | 20 | purchases of this half year / of the one before, percent | 100 days |
//! | customer | `sentiment` | 20 | index 0 to 100 | half-life 180 days |
//! | customer | `effort` | 15 | ease of getting things resolved, 1 to 7 (7 is easiest) | half-life 180 days |
//! | customer | `returns` | 15 | purchases returned, percent | 100 days |

use crate::component::Component;
use crate::freshness::{Freshness, HalfLife};
use crate::normaliser::{Direction, Normaliser};
use crate::profile::Profile;

use Direction::{HigherBetter, LowerBetter};

/// Days a value counts that is taken every quarter.
const QUARTER: Freshness = Freshness::ExpiresAfter { days: 100 };

/// An index as it is.
const INDEX: &[(i32, u16)] = &[(0, 0), (100, 1000)];

/// How a client is doing: outcome, dialogue, delivery, sentiment, commercial, breadth.
///
/// ```
/// use tenure_health::{Score, profiles};
/// let client = profiles::client();
/// // Everything at half of its index or at a middling value, today:
/// let raw = [50, 2, 80, 50, 50, 3];
/// let readings: Vec<_> =
///     client.components().iter().zip(raw).map(|(one, value)| one.read(value.into(), 0)).collect();
/// // 25*500 + 20*600 + 15*500 + 15*500 + 15*500 + 10*700 of 100
/// assert_eq!(Score::new(&client, &readings)?.point(), Some(540));
/// # Ok::<(), tenure_health::ReadingsError>(())
/// ```
#[must_use]
pub fn client() -> Profile {
    let survey = || Freshness::HalfLife(HalfLife::of_data(180));
    Profile::of_data(
        "client",
        vec![
            component("outcome", 25, HigherBetter, INDEX, survey(), "results against plan"),
            component(
                "dialogue",
                20,
                LowerBetter,
                &[(1, 1000), (2, 600), (3, 250), (6, 0)],
                QUARTER,
                "silence, in own usual gaps",
            ),
            component(
                "delivery",
                15,
                HigherBetter,
                &[(50, 0), (80, 500), (95, 900), (100, 1000)],
                QUARTER,
                "delivered on time, percent",
            ),
            component("sentiment", 15, HigherBetter, INDEX, survey(), "what they say"),
            component(
                "commercial",
                15,
                HigherBetter,
                INDEX,
                QUARTER,
                "payment and renewal horizon",
            ),
            component(
                "breadth",
                10,
                HigherBetter,
                &[(0, 0), (1, 300), (3, 700), (6, 1000)],
                QUARTER,
                "people in contact in 90 days",
            ),
        ],
    )
}

/// How a customer is doing: recency, frequency, sentiment, effort, returns.
///
/// ```
/// use tenure_health::{Score, profiles};
/// let customer = profiles::customer();
/// // One usual gap of silence, as many purchases as before, content, little effort, no returns:
/// let raw = [1, 100, 80, 6, 0];
/// let readings: Vec<_> =
///     customer.components().iter().zip(raw).map(|(one, value)| one.read(value.into(), 0)).collect();
/// // 30*1000 + 20*600 + 20*800 + 15*833 + 15*1000 of 100, 854.95
/// assert_eq!(Score::new(&customer, &readings)?.point(), Some(855));
/// # Ok::<(), tenure_health::ReadingsError>(())
/// ```
#[must_use]
pub fn customer() -> Profile {
    let survey = || Freshness::HalfLife(HalfLife::of_data(180));
    Profile::of_data(
        "customer",
        vec![
            component(
                "recency",
                30,
                LowerBetter,
                &[(1, 1000), (2, 600), (3, 250), (6, 0)],
                QUARTER,
                "silence, in own median gaps",
            ),
            component(
                "frequency",
                20,
                HigherBetter,
                &[(0, 0), (50, 250), (100, 600), (150, 1000)],
                QUARTER,
                "purchases against the half year before, percent",
            ),
            component("sentiment", 20, HigherBetter, INDEX, survey(), "what they say"),
            component(
                "effort",
                15,
                HigherBetter,
                &[(1, 0), (7, 1000)],
                survey(),
                "ease of getting things resolved",
            ),
            component(
                "returns",
                15,
                LowerBetter,
                &[(0, 1000), (10, 700), (30, 200), (50, 0)],
                QUARTER,
                "purchases returned, percent",
            ),
        ],
    )
}

fn component(
    id: &str,
    weight: u8,
    direction: Direction,
    breakpoints: &[(i32, u16)],
    freshness: Freshness,
    reason: &str,
) -> Component {
    let normaliser = Normaliser::of_data(direction, breakpoints);
    Component::of_data(id, weight, normaliser, freshness, reason)
}

#[cfg(test)]
mod tests {
    use super::{client, customer};
    use crate::component::Component;
    use crate::freshness::{Freshness, HalfLife};
    use crate::normaliser::Normaliser;
    use crate::profile::Profile;

    /// The data passes the checks that everybody's data passes.
    #[test]
    fn built_in_profiles_are_what_the_constructors_accept() {
        for profile in [client(), customer()] {
            let checked = |one: &Component| {
                let line = one.normaliser();
                let line = Normaliser::new(line.direction(), line.breakpoints()).unwrap();
                if let Freshness::HalfLife(half_life) = one.freshness() {
                    assert_eq!(HalfLife::new(half_life.days()).unwrap(), *half_life);
                }
                Component::new(one.id(), one.weight(), line)
                    .unwrap()
                    .with_freshness(one.freshness().clone())
                    .with_reason(one.reason())
            };
            let components = profile.components().iter().map(checked).collect();
            assert_eq!(Profile::new(profile.id(), components).unwrap(), profile);
        }
    }

    #[test]
    fn weights_of_the_definition() {
        let weights = |profile: Profile| {
            let pairs = profile.components().iter();
            pairs.map(|one| format!("{} {}", one.id(), one.weight())).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(
            weights(client()),
            "outcome 25, dialogue 20, delivery 15, sentiment 15, commercial 15, breadth 10"
        );
        assert_eq!(
            weights(customer()),
            "recency 30, frequency 20, sentiment 20, effort 15, returns 15"
        );
    }
}
