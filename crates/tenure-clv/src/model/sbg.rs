//! Shifted beta-geometric: who renews a contract.

use tenure_stats::{Positive, count_to_f64, ln_beta_ratio};

use super::beta_mixture::beta_mean;
use super::parameter;
use crate::error::ParameterError;
use crate::value::Total;

/// How many customers of a cohort under contract are left after so many renewals, and how many
/// renewals are still to come?
///
/// *Setting*: a contract with a renewal at the end of each period. *Assumptions*: a customer
/// lapses at each renewal with a constant probability of their own, which differs over customers
/// as `Beta(a, b)`; retention of a cohort rises only because those who lapse more are gone.
/// *Unit*: the period between renewals. *Failure modes*: habits that grow with tenure, and periods
/// that differ, are not seen.
///
/// ```text
/// S(t) = B(a, b+t) / B(a, b)               survived t renewals
/// P(T=t) = B(a+1, b+t-1) / B(a, b)         lapsed at renewal t
/// r_t = S(t)/S(t-1) = (b+t-1) / (a+b+t-1)  retention at renewal t
/// DERL(t) = sum_{k>=0} S(t+1+k)/S(t) / (1+d)^k
/// ```
///
/// *Accuracy*: 1e-13 relative.
///
/// *Source*: Fader, Hardie 2007, "How to Project Customer Retention".
///
/// ```
/// use tenure_clv::Sbg;
/// let model = Sbg::new(1.0, 1.0)?;
/// // All probabilities of lapsing are alike: half lapse at once.
/// assert!((model.survival(1) - 0.5).abs() < 1e-15);
/// assert!((model.survival(2) - 1.0 / 3.0).abs() < 1e-15);
/// assert_eq!(model.retention(2), Some(2.0 / 3.0));
/// # Ok::<(), tenure_clv::ParameterError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::wire::Sbg", into = "crate::wire::Sbg"))]
pub struct Sbg {
    a: Positive,
    b: Positive,
}

impl Sbg {
    /// The model with these parameters, also called `alpha` and `beta`.
    ///
    /// # Errors
    /// A parameter outside 1e-12 to 1e12.
    pub fn new(a: f64, b: f64) -> Result<Self, ParameterError> {
        Ok(Self { a: parameter("alpha", a)?, b: parameter("beta", b)? })
    }

    /// `a`, `b`.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 2] {
        [self.a.get(), self.b.get()]
    }

    /// The share that survives the first `renewals` renewals.
    #[must_use]
    pub fn survival(&self, renewals: u32) -> f64 {
        libm::exp(self.ln_survival(renewals))
    }

    /// The share that lapses at that renewal, the first being 1; `None` for 0.
    #[must_use]
    pub fn churn(&self, renewal: u32) -> Option<f64> {
        let before = renewal.checked_sub(1)?;
        let [a, b] = self.parameters();
        Some(self.survival(before) * (a / (a + b + f64::from(before))))
    }

    /// The share of those still there that stays at that renewal, the first being 1; `None` for 0.
    #[must_use]
    pub fn retention(&self, renewal: u32) -> Option<f64> {
        let before = f64::from(renewal.checked_sub(1)?);
        let [a, b] = self.parameters();
        Some((b + before) / (a + b + before))
    }

    /// Expected renewals still to come of a customer who has renewed `renewals` times, at a
    /// discount of `discount` per period, the next one undiscounted (DERL). Unbounded without a
    /// discount if `a <= 1`.
    ///
    /// # Errors
    /// A discount outside 0 to 1e6.
    ///
    /// *Source*: Fader, Hardie 2010, "Customer-Base Valuation in a Contractual Setting".
    pub fn discounted_renewals(
        &self,
        renewals: u32,
        discount: f64,
    ) -> Result<Total, crate::RateError> {
        if !(0.0..=crate::DiscountRate::MAX_RATE).contains(&discount) {
            return Err(crate::RateError::OutOfRange { found: discount });
        }
        let [a, b] = self.parameters();
        let stayed = b + f64::from(renewals);
        if discount <= 0.0 {
            return Ok(if a > 1.0 { Total::Finite(stayed / (a - 1.0)) } else { Total::Unbounded });
        }
        // The geometric series for one customer: (1-p) / (1 - (1-p)/(1+d)).
        let series = |p: f64, q: f64| q * (1.0 + discount) / (p + discount);
        Ok(Total::Finite(beta_mean([a, stayed], 1.0 / discount, series)))
    }

    pub(crate) fn ln_survival(&self, renewals: u32) -> f64 {
        ln_beta_ratio(self.a, self.b, u64::from(renewals))
    }

    /// `ln P(T = renewal)`, with the renewal before it.
    pub(crate) fn ln_churn_after(&self, before: u32) -> f64 {
        let [a, b] = self.parameters();
        let sum = a + b + count_to_f64(u64::from(before));
        self.ln_survival(before) + libm::log(a / sum)
    }
}

#[cfg(test)]
mod tests {
    use super::Sbg;
    use crate::{RateError, Total};

    #[test]
    fn the_series_has_its_limits() {
        let model = Sbg::new(3.0, 0.5).unwrap();
        // (b+t)/(a-1)
        assert_eq!(model.discounted_renewals(1, 0.0), Ok(Total::Finite(0.75)));
        let near = model.discounted_renewals(1, 1e-9).unwrap().finite().unwrap();
        assert!((near - 0.75).abs() < 1e-8);
        let long = Sbg::new(1.0, 0.5).unwrap();
        assert_eq!(long.discounted_renewals(1, 0.0), Ok(Total::Unbounded));
        for refused in [-0.1, f64::NAN, 1.1e6] {
            let found = long.discounted_renewals(1, refused);
            assert!(matches!(found, Err(RateError::OutOfRange { .. })));
        }
        assert_eq!((model.churn(0), model.retention(0)), (None, None));
    }

    /// The definition, term by term.
    #[test]
    fn discounted_renewals_are_the_sum_of_survival() {
        let model = Sbg::new(0.668, 3.806).unwrap();
        let (mut sum, mut worth, mut survived) = (0.0, 1.0, 1.0);
        for k in 0..2000 {
            survived *= model.retention(4 + k).unwrap();
            sum += survived * worth;
            worth /= 1.1;
        }
        let found = model.discounted_renewals(3, 0.1).unwrap().finite().unwrap();
        assert!((found / sum - 1.0).abs() < 1e-13, "{found} {sum}");
    }
}
