//! Made-up customers of a model, from an explicit seed.

use tenure_stats::count_to_f64;
use tenure_stats::random::Random;

use crate::error::SimulationError;
use crate::history::History;
use crate::model::bg_bb::BgBb;
use crate::model::bg_nbd::Dropout;
use crate::model::gamma_gamma::GammaGamma;
use crate::model::purchases::PurchaseModel;
use crate::model::sbg::Sbg;
use crate::opportunity::OpportunityHistory;
use crate::spend::Spend;
use crate::unit::TimeSpan;

/// A customer made up from a model: what can be seen, and what cannot.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SimulatedCustomer {
    /// What is seen at `T`.
    pub history: History,
    /// Whether the customer is alive at `T`.
    pub alive: bool,
    /// Purchases after `T`, within the time asked for.
    pub later_purchases: u64,
}

/// The most purchases of a simulated customer.
const MAX_PURCHASES: u64 = 10_000_000;

impl PurchaseModel {
    /// Customers as the model imagines them, one for each `age` (`T`), and what they buy in the
    /// time `later` after that.
    ///
    /// *Shape*: ages in any unit; histories in the model's. Each customer has a stream of the seed
    /// of their own: the first ten of a thousand are the same ten. *Cost*: linear in purchases.
    ///
    /// # Errors
    /// A customer who buys more than ten million times.
    ///
    /// ```
    /// use tenure_clv::{BgNbd, PurchaseModel, TimeSpan, TimeUnit};
    /// let model = PurchaseModel::from(BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week)?);
    /// let ages = [TimeSpan::new(39.0, TimeUnit::Week)?; 1000];
    /// let cohort = model.simulate(&ages, TimeSpan::new(39.0, TimeUnit::Week)?, 7)?;
    /// let never = cohort.iter().filter(|customer| customer.history.x() == 0).count();
    /// // P(X(39) = 0) = (4.414/43.414)^0.243 = 0.574
    /// assert!((520..630).contains(&never), "{never}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn simulate(
        &self,
        ages: &[TimeSpan],
        later: TimeSpan,
        seed: u64,
    ) -> Result<Vec<SimulatedCustomer>, SimulationError> {
        let customers = (0_u64..).zip(ages);
        customers
            .map(|(number, age)| {
                let mut random = Random::stream(seed, number);
                let (age, later) = (age.in_unit(self.unit()), later.in_unit(self.unit()));
                self.one(age, later, &mut random).ok_or(SimulationError::TooMany { number })
            })
            .collect()
    }

    /// One customer; `None` if there are too many purchases.
    fn one(&self, age: f64, later: f64, random: &mut Random) -> Option<SimulatedCustomer> {
        // What the customer is like: a rate of purchases, and when or how likely to drop out.
        let mut values = [0.0; 4];
        for (slot, (_, value)) in values.iter_mut().zip(self.parameters()) {
            *slot = value;
        }
        let [r, alpha, third, fourth] = values;
        let rate = random.gamma(r) / alpha;
        let (dies_at, drops) = match self {
            Self::Nbd(_) => (f64::INFINITY, 0.0),
            Self::ParetoNbd(_) => (random.exponential() * fourth / random.gamma(third), 0.0),
            Self::BgNbd(_) => (f64::INFINITY, random.beta(third, fourth)),
        };
        let at_first = matches!(self, Self::BgNbd(model) if model.dropout() == Dropout::AfterAny);
        let mut alive = !(at_first && random.uniform() < drops);
        let mut dropped_at = if alive { dies_at } else { 0.0 };
        let (mut x, mut recency, mut later_purchases, mut now) = (0_u64, 0.0, 0_u64, 0.0);
        let mut purchases = 0_u64;
        while alive {
            now += random.exponential() / rate;
            if now > age + later || now > dies_at || now.is_nan() {
                break;
            }
            purchases = purchases.saturating_add(1);
            if purchases > MAX_PURCHASES {
                return None;
            }
            if now <= age {
                x = x.saturating_add(1);
                recency = now;
            } else {
                later_purchases = later_purchases.saturating_add(1);
            }
            if drops > 0.0 && random.uniform() < drops {
                alive = false;
                dropped_at = now;
            }
        }
        // A first repeat at the very start would contradict its count.
        let recency = if x > 0 { recency.max(f64::MIN_POSITIVE) } else { 0.0 };
        Some(SimulatedCustomer {
            history: History::new(x, recency.min(age), age, self.unit()).ok()?,
            alive: dropped_at > age,
            later_purchases,
        })
    }
}

impl BgBb {
    /// Customers as the model imagines them, after so many `opportunities` each.
    ///
    /// # Errors
    /// More than [`OpportunityHistory::MAX_OPPORTUNITIES`] opportunities.
    ///
    /// ```
    /// use tenure_clv::BgBb;
    /// let donors = BgBb::new(1.204, 0.750, 0.657, 2.783)?.simulate(&[6; 1000], 7)?;
    /// let never = donors.iter().filter(|donor| donor.x() == 0).count();
    /// // Fader, Hardie, Shang 2010: 3,454.9 of 11,104
    /// assert!((260..360).contains(&never), "{never}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn simulate(
        &self,
        opportunities: &[u32],
        seed: u64,
    ) -> Result<Vec<OpportunityHistory>, SimulationError> {
        let [alpha, beta, gamma, delta] = self.parameters();
        let customers = (0_u64..).zip(opportunities);
        customers
            .map(|(number, &offered)| {
                let mut random = Random::stream(seed, number);
                let (buys, drops) = (random.beta(alpha, beta), random.beta(gamma, delta));
                let (mut x, mut recency) = (0_u32, 0_u32);
                for opportunity in 1..=offered.min(OpportunityHistory::MAX_OPPORTUNITIES) {
                    if random.uniform() < drops {
                        break;
                    }
                    if random.uniform() < buys {
                        x = x.saturating_add(1);
                        recency = opportunity;
                    }
                }
                OpportunityHistory::new(x, recency, offered)
                    .map_err(|_| SimulationError::TooMany { number })
            })
            .collect()
    }
}

impl Sbg {
    /// A cohort as the model imagines it: who is left after 0, 1, 2, ... `renewals` renewals.
    ///
    /// ```
    /// use tenure_clv::Sbg;
    /// let cohort = Sbg::new(1.0, 1.0)?.simulate(10_000, 2, 7);
    /// // Half lapse at once, then a third of the rest.
    /// assert_eq!(cohort.len(), 3);
    /// assert!(cohort[1].abs_diff(5_000) < 250 && cohort[2].abs_diff(3_333) < 250);
    /// # Ok::<(), tenure_clv::ParameterError>(())
    /// ```
    #[must_use]
    pub fn simulate(&self, customers: u64, renewals: u16, seed: u64) -> Vec<u64> {
        let [a, b] = self.parameters();
        let mut random = Random::new(seed);
        let mut left = customers;
        // Of those still there, each lapses with the mean of what is known of them: as a cohort
        // only that shows.
        let mut survivors = vec![left];
        for renewal in 0..renewals {
            let before = f64::from(renewal);
            let lost = random.binomial(left, a / (a + b + before));
            left = left.saturating_sub(lost);
            survivors.push(left);
        }
        survivors
    }
}

impl GammaGamma {
    /// Mean spends of customers with so many `purchases` each, as the model imagines them; `None`
    /// without purchases, or where the mean is outside what a [`Spend`] holds.
    ///
    /// ```
    /// use tenure_clv::GammaGamma;
    /// let spends = GammaGamma::new(6.25, 3.74, 15.44)?.simulate(&[0, 3], 7);
    /// assert!(spends[0].is_none() && spends[1].is_some_and(|spend| spend.purchases() == 3));
    /// # Ok::<(), tenure_clv::ParameterError>(())
    /// ```
    #[must_use]
    pub fn simulate(&self, purchases: &[u64], seed: u64) -> Vec<Option<Spend>> {
        let [p, q, v] = self.parameters();
        let customers = (0_u64..).zip(purchases);
        customers
            .map(|(number, &x)| {
                let mut random = Random::stream(seed, number);
                let scale = random.gamma(q) / v;
                let count = count_to_f64(x);
                Spend::new(x, random.gamma(p * count) / (scale * count)).ok()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::{BgNbd, Nbd, ParetoNbd, PurchaseModel, SimulationError, TimeSpan, TimeUnit};

    use tenure_stats::count_to_f64 as count;

    fn weeks(amount: f64) -> TimeSpan {
        TimeSpan::new(amount, TimeUnit::Week).unwrap()
    }

    /// Means of the simulated against what the model expects, within five standard errors.
    #[test]
    fn a_cohort_does_what_its_model_expects() {
        let models: [PurchaseModel; 4] = [
            BgNbd::new(0.8, 6.0, 0.9, 2.5, TimeUnit::Week).unwrap().into(),
            BgNbd::modified(0.8, 6.0, 0.9, 2.5, TimeUnit::Week).unwrap().into(),
            ParetoNbd::new(0.8, 6.0, 1.6, 20.0, TimeUnit::Week).unwrap().into(),
            Nbd::new(0.8, 6.0, TimeUnit::Week).unwrap().into(),
        ];
        let n = 20_000.0;
        for model in models {
            let cohort = model.simulate(&vec![weeks(30.0); 20_000], weeks(20.0), 11).unwrap();
            assert_eq!(cohort[..10], model.simulate(&[weeks(30.0); 10], weeks(20.0), 11).unwrap());
            let check = |name: &str, want: f64, got: &dyn Fn(usize) -> f64| {
                let values: Vec<f64> = (0..cohort.len()).map(got).collect();
                let mean = values.iter().fold(0.0, |sum, value| sum + value) / n;
                let squares = values.iter().fold(0.0, |sum, v| sum + (v - mean) * (v - mean));
                let error = 5.0 * (squares / n / n).sqrt() + 1e-12;
                assert!((mean - want).abs() < error, "{} {name}: {mean} {want}", model.name());
            };
            let told = |i: usize| cohort[i].history;
            check("x", model.expected_new_customer(weeks(30.0)), &|i| count(told(i).x()));
            let none = model.p_new_customer(weeks(30.0), 0);
            check("never", none, &|i| f64::from(u8::from(told(i).x() == 0)));
            // Alive, and buying: what is predicted of each history, against what happened.
            check("alive", 0.0, &|i| {
                f64::from(u8::from(cohort[i].alive)) - model.p_alive(&told(i))
            });
            check("later", 0.0, &|i| {
                count(cohort[i].later_purchases) - model.expected_purchases(&told(i), weeks(20.0))
            });
        }
    }

    #[test]
    fn too_many_purchases_are_refused() {
        let model = PurchaseModel::from(Nbd::new(1e9, 1.0, TimeUnit::Week).unwrap());
        let found = model.simulate(&[weeks(1.0)], weeks(0.0), 1);
        assert_eq!(found, Err(SimulationError::TooMany { number: 0 }));
    }
}
