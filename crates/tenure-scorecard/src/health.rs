//! How are they doing? The health of a group of accounts, by profile.

use std::borrow::Cow;

use tenure_classify::Class;
use tenure_health::{Intake, Joined, Observations, Portfolio, Profile, Score, profiles};
use tenure_model::{AsOf, Relationship, Rounding};
use tenure_stats::Ratio;

use crate::error::ScorecardError;
use crate::figure::{Basis, Figure, Section, Unit, Value};

/// The profiles in use: one by class, made once.
#[derive(Debug, Clone)]
pub(crate) struct Profiles {
    client: Profile,
    customer: Profile,
}

/// The health of one account under the profiles of its class.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health {
    client: Option<(Score, Intake)>,
    customer: Option<(Score, Intake)>,
}

impl Profiles {
    pub(crate) fn new() -> Self {
        Self { client: profiles::client(), customer: profiles::customer() }
    }

    /// A hybrid is scored under both profiles, an undetermined account under none.
    pub(crate) fn health(
        &self,
        class: Class,
        relationship: &Relationship,
        as_of: AsOf,
    ) -> Result<Health, ScorecardError> {
        let score = |profile: &Profile| -> Result<(Score, Intake), ScorecardError> {
            let (observations, intake) = Observations::of(profile, relationship, as_of)?;
            Ok((observations.score(), intake))
        };
        let client = matches!(class, Class::Client | Class::Hybrid);
        let customer = matches!(class, Class::Customer | Class::Hybrid);
        Ok(Health {
            client: if client { Some(score(&self.client)?) } else { None },
            customer: if customer { Some(score(&self.customer)?) } else { None },
        })
    }
}

impl Health {
    /// From the least to the greatest it may be; of a hybrid both scores joined by the share of its
    /// value under contract, and where that is not known both together.
    pub(crate) fn span(&self, share: Option<Ratio>) -> Result<Option<(i64, i64)>, ScorecardError> {
        let (lo, hi) = match (&self.client, &self.customer) {
            (Some((client, _)), Some((customer, _))) => {
                let joined = Joined::new(client, customer, share)?;
                (joined.lo(), joined.hi())
            }
            (Some((one, _)), None) | (None, Some((one, _))) => (one.lo(), one.hi()),
            (None, None) => return Ok(None),
        };
        Ok(Some((i64::from(lo), i64::from(hi))))
    }
}

/// The health of a group of accounts, profiles apart.
#[derive(Debug, Clone)]
pub(crate) struct HealthState {
    client: Portfolio,
    customer: Portfolio,
    /// Visible values of components the profile does not have.
    other_component: [u64; 2],
}

impl HealthState {
    pub(crate) fn new(profiles: &Profiles) -> Self {
        Self {
            client: Portfolio::new(&profiles.client),
            customer: Portfolio::new(&profiles.customer),
            other_component: [0; 2],
        }
    }

    pub(crate) fn push(&mut self, health: &Health) -> Result<(), ScorecardError> {
        let [of_client, of_customer] = &mut self.other_component;
        for (portfolio, others, scored) in [
            (&mut self.client, of_client, &health.client),
            (&mut self.customer, of_customer, &health.customer),
        ] {
            if let Some((score, intake)) = scored {
                portfolio.push(score)?;
                *others = others.saturating_add(intake.other_component);
            }
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.client.merge(&other.client)?;
        self.customer.merge(&other.customer)?;
        for (own, more) in self.other_component.iter_mut().zip(other.other_component) {
            *own = own.saturating_add(more);
        }
        Ok(())
    }

    pub(crate) fn figures(&self, out: &mut Vec<Figure>) {
        let [of_client, of_customer] = self.other_component;
        for (id, label, portfolio, others) in [
            ("health_client", "Mean health, client profile", &self.client, of_client),
            ("health_customer", "Mean health, customer profile", &self.customer, of_customer),
        ] {
            let whole = |mean: Option<Ratio>| {
                mean.and_then(|mean| Rounding::HalfAway.divide(mean.num(), mean.den()))
            };
            let bounds = whole(portfolio.mean_lo()).zip(whole(portfolio.mean_hi()));
            let mut counts = vec![(Cow::Borrowed("accounts"), u128::from(portfolio.count()))];
            counts.extend(
                portfolio
                    .bands()
                    .map(|(band, count)| (Cow::Owned(band.to_owned()), u128::from(count))),
            );
            let undetermined = u128::from(portfolio.undetermined());
            counts.push((Cow::Borrowed("undetermined"), undetermined));
            if others > 0 {
                counts.push((Cow::Borrowed("values_of_other_components"), u128::from(others)));
            }
            out.push(Figure {
                id,
                label,
                section: Section::Health,
                unit: Unit::Thousandths,
                basis: Basis::AsOf,
                value: bounds.map(|(low, high)| Value::Between(low, high)),
                interval: None,
                counts,
                definition: format!(
                    "Mean of the least and of the greatest score an account may have under profile \
                     {}, missing={}; 0 to 1000, each mean rounded half away from zero.",
                    portfolio.profile().id(),
                    portfolio.profile().missing().name()
                ),
            });
        }
    }
}
