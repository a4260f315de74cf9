//! Gamma-Gamma: what a purchase of a customer is worth.

use tenure_stats::{Positive, count_to_f64, ln_beta};

use super::parameter;
use crate::error::ParameterError;
use crate::spend::Spend;

/// What will this customer spend at a purchase, given what earlier ones were worth?
///
/// *Setting*: beside a model of how often. *Assumptions*: the spends of a customer are
/// `Gamma(p, nu)`, with `nu` over customers as `Gamma(q, v)`; spend does not depend on how often
/// the customer buys. *Unit*: `v` is in the unit of money of the [`Spend`]s. *Failure modes*: where
/// spend grows with frequency the values are biased.
///
/// ```text
/// ln L = lnG(px+q) - lnG(px) - lnG(q) + q ln(v/(x z+v)) - ln z - px ln(1 + v/(x z))
/// E[mean spend | x, z] = p (v + x z) / (px + q - 1)
/// ```
///
/// *Undefined when* `px + q <= 1`, and for a customer without spend when `q <= 1`: the mean does
/// not exist. The bare formula would be negative or huge there.
///
/// *Accuracy*: expectation 1e-15, likelihood 1e-12, relative.
///
/// *Source*: Fader, Hardie 2013, "The Gamma-Gamma Model of Monetary Value".
///
/// ```
/// use tenure_clv::{ExpectedSpend, GammaGamma, Spend};
/// let model = GammaGamma::new(6.25, 3.74, 15.44)?;
/// // 6.25 * (15.44 + 11.77) / (6.25 + 2.74)
/// let spend = model.expected_spend(&Spend::new(1, 11.77)?);
/// assert!(spend.mean().is_some_and(|mean| (mean - 18.916_852).abs() < 1e-6));
/// let heavy_tail = GammaGamma::new(6.25, 0.8, 15.44)?;
/// assert_eq!(heavy_tail.population_mean(), ExpectedSpend::MeanUndefined);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::GammaGamma", into = "crate::wire::GammaGamma")
)]
pub struct GammaGamma {
    p: Positive,
    q: Positive,
    v: Positive,
}

/// Expected spend at a purchase, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ExpectedSpend {
    /// The mean.
    Mean(f64),
    /// `px + q <= 1`: the distribution has no mean.
    MeanUndefined,
}

impl ExpectedSpend {
    /// The mean, or `None`.
    #[must_use]
    pub const fn mean(self) -> Option<f64> {
        match self {
            Self::Mean(mean) => Some(mean),
            Self::MeanUndefined => None,
        }
    }
}

impl GammaGamma {
    /// The model with these parameters; `v` in the unit of money of the spends.
    ///
    /// # Errors
    /// A parameter outside 1e-12 to 1e12.
    pub fn new(p: f64, q: f64, v: f64) -> Result<Self, ParameterError> {
        Ok(Self { p: parameter("p", p)?, q: parameter("q", q)?, v: parameter("v", v)? })
    }

    /// `p`, `q`, `v`.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 3] {
        [self.p.get(), self.q.get(), self.v.get()]
    }

    /// The logarithm of the likelihood of one customer's mean spend.
    #[must_use]
    pub fn log_likelihood(&self, spend: &Spend) -> f64 {
        let [_, q, v] = self.parameters();
        // Times at least 1 and at most 2^53, so within the range of positive numbers.
        let shape = self.p.times(spend.purchases()).unwrap_or(self.p);
        let total = count_to_f64(spend.purchases()) * spend.mean();
        -ln_beta(shape, self.q)
            - q * libm::log1p(total / v)
            - libm::log(spend.mean())
            - shape.get() * libm::log1p(v / total)
    }

    /// Expected spend at a purchase of a customer with this mean spend so far.
    #[must_use]
    pub fn expected_spend(&self, spend: &Spend) -> ExpectedSpend {
        let x = count_to_f64(spend.purchases());
        self.mean(x, x * spend.mean())
    }

    /// Expected spend at a purchase of a customer of whom nothing is known.
    #[must_use]
    pub fn population_mean(&self) -> ExpectedSpend {
        self.mean(0.0, 0.0)
    }

    fn mean(&self, x: f64, total: f64) -> ExpectedSpend {
        let [p, q, v] = self.parameters();
        let shape = p * x + (q - 1.0);
        if shape > 0.0 {
            ExpectedSpend::Mean(p * (v + total) / shape)
        } else {
            ExpectedSpend::MeanUndefined
        }
    }
}
