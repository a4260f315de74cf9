//! BG/BB: buys or not at each opportunity, may drop out before any.

use tenure_stats::{Positive, ln_beta_ratio, ln_gamma_ratio, ln_one_plus_exp, logistic};

use super::beta_mixture::beta_mean;
use super::parameter;
use crate::error::{ParameterError, RateError};
use crate::opportunity::OpportunityHistory;
use crate::rate::DiscountRate;
use crate::value::Total;

/// At how many of the coming opportunities will a customer buy, and is the customer alive?
///
/// *Setting*: no contract, purchases only at discrete opportunities (a yearly appeal, a monthly
/// box). *Assumptions*: while alive, a customer buys at each opportunity with a probability that
/// differs as `Beta(alpha, beta)`, and drops out before each with one that differs as
/// `Beta(gamma, delta)`; the two are independent. *Unit*: the opportunity. *Failure modes*: more
/// than one purchase at an opportunity counts once.
///
/// ```text
/// L = B(al+x, be+n-x)/B(al, be) B(ga, de+n)/B(ga, de)
///   + sum_{i=0}^{n-t_x-1} B(al+x, be+t_x-x+i)/B(al, be) B(ga+1, de+t_x+i)/B(ga, de)
/// P(alive at n) = first term / L
/// ```
///
/// There is no binomial factor in `L`: it is of the history, not of its summary. *Published*
/// "P(alive)" means alive at `n+1`.
///
/// *Shape*: an [`OpportunityHistory`] goes in. *Cost*: linear in `n - t_x`. *Accuracy*: 1e-12
/// relative for expectations, 1e-13 for probabilities.
///
/// *Source*: Fader, Hardie, Shang 2010, "Customer-Base Analysis in a Discrete-Time Noncontractual
/// Setting".
///
/// ```
/// use tenure_clv::{BgBb, OpportunityHistory};
/// let model = BgBb::new(1.204, 0.750, 0.657, 2.783)?;
/// let donor = OpportunityHistory::new(1, 2, 6)?;
/// assert!((model.p_alive_after(&donor, 1) - 0.254_556).abs() < 1e-6);
/// assert!((model.p_alive_after(&OpportunityHistory::new(6, 6, 6)?, 0) - 1.0).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::wire::BgBb", into = "crate::wire::BgBb"))]
pub struct BgBb {
    alpha: Positive,
    beta: Positive,
    gamma: Positive,
    delta: Positive,
}

impl BgBb {
    /// The model with these parameters.
    ///
    /// # Errors
    /// A parameter outside 1e-12 to 1e12.
    pub fn new(alpha: f64, beta: f64, gamma: f64, delta: f64) -> Result<Self, ParameterError> {
        Ok(Self {
            alpha: parameter("alpha", alpha)?,
            beta: parameter("beta", beta)?,
            gamma: parameter("gamma", gamma)?,
            delta: parameter("delta", delta)?,
        })
    }

    /// `alpha`, `beta`, `gamma`, `delta`.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 4] {
        [self.alpha.get(), self.beta.get(), self.gamma.get(), self.delta.get()]
    }

    /// The logarithm of the likelihood of one history.
    #[must_use]
    pub fn log_likelihood(&self, history: &OpportunityHistory) -> f64 {
        let (x, n) = (u64::from(history.x()), u64::from(history.opportunities()));
        let missed = n.saturating_sub(x);
        ln_gamma_ratio(self.alpha, x) + ln_gamma_ratio(self.beta, missed)
            - ln_gamma_ratio(self.alpha.plus(self.beta), n)
            + ln_beta_ratio(self.gamma, self.delta, n)
            + self.ln_death_odds(history).map_or(0.0, ln_one_plus_exp)
    }

    /// The probability that the customer is alive at opportunity `n + later`.
    #[must_use]
    pub fn p_alive_after(&self, history: &OpportunityHistory, later: u32) -> f64 {
        let alive = self.ln_death_odds(history).map_or(1.0, |ln_odds| logistic(-ln_odds));
        let stays = ln_beta_ratio(self.gamma, self.spared(history), u64::from(later));
        alive * libm::exp(stays)
    }

    /// The probability that the customer has dropped out by `n`, computed without subtraction.
    #[must_use]
    pub fn p_dead(&self, history: &OpportunityHistory) -> f64 {
        self.ln_death_odds(history).map_or(0.0, logistic)
    }

    /// Expected purchases at the next `opportunities`, given the history. *Cost*: linear in them.
    #[must_use]
    pub fn expected_purchases(&self, history: &OpportunityHistory, opportunities: u32) -> f64 {
        let lived =
            opportunities_lived(self.gamma.get(), self.spared(history).get(), opportunities);
        self.p_alive_after(history, 0) * self.buys(history) * lived
    }

    /// Expected purchases at all opportunities to come, that at `n + j` discounted by `(1+d)^-j`
    /// (DERT). Unbounded without a discount if `gamma <= 1`.
    ///
    /// # Errors
    /// A discount per opportunity outside 0 to 1e6.
    pub fn discounted_purchases(
        &self,
        history: &OpportunityHistory,
        discount: f64,
    ) -> Result<Total, RateError> {
        if !(0.0..=DiscountRate::MAX_RATE).contains(&discount) {
            return Err(RateError::OutOfRange { found: discount });
        }
        let (gamma, spared) = (self.gamma.get(), self.spared(history).get());
        let lived = if discount > 0.0 {
            // The geometric series for one customer: (1-p)/(1+d) / (1 - (1-p)/(1+d)).
            beta_mean([gamma, spared], 1.0 / discount, |p, q| q / (p + discount))
        } else if gamma > 1.0 {
            spared / (gamma - 1.0)
        } else {
            return Ok(Total::Unbounded);
        };
        Ok(Total::Finite(self.p_alive_after(history, 0) * self.buys(history) * lived))
    }

    /// The probability of exactly so many `purchases` at the next `opportunities`, given the
    /// history.
    ///
    /// *Cost*: linear in the opportunities. *Accuracy*: 1e-12 relative.
    ///
    /// ```
    /// use tenure_clv::{BgBb, OpportunityHistory};
    /// let model = BgBb::new(1.204, 0.750, 0.657, 2.783)?;
    /// let donor = OpportunityHistory::new(1, 2, 6)?;
    /// let all: f64 = (0..=5).map(|j| model.p_purchases(&donor, 5, j)).sum();
    /// assert!((all - 1.0).abs() < 1e-13);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn p_purchases(
        &self,
        history: &OpportunityHistory,
        opportunities: u32,
        purchases: u32,
    ) -> f64 {
        let (x, n) = (u64::from(history.x()), u64::from(history.opportunities()));
        let missed = n.saturating_sub(x);
        let buying = [self.alpha.plus(x), self.beta.plus(missed)];
        let living = mass(buying, [self.gamma, self.spared(history)], opportunities, purchases);
        let gone = if purchases == 0 { self.p_dead(history) } else { 0.0 };
        gone + self.p_alive_after(history, 0) * living
    }

    /// The probability of exactly so many `purchases` of a customer not yet known, at the first
    /// `opportunities`.
    ///
    /// *Source*: Fader, Hardie, Shang 2010, equation 8.
    #[must_use]
    pub fn p_new_customer(&self, opportunities: u32, purchases: u32) -> f64 {
        mass([self.alpha, self.beta], [self.gamma, self.delta], opportunities, purchases)
    }

    /// Expected purchases of a customer not yet known, at the first `opportunities`.
    ///
    /// ```
    /// use tenure_clv::BgBb;
    /// // All equally likely: alive at the first with 1/2, then buys with 1/2.
    /// let model = BgBb::new(1.0, 1.0, 1.0, 1.0)?;
    /// assert!((model.expected_new_customer(1) - 0.25).abs() < 1e-15);
    /// # Ok::<(), tenure_clv::ParameterError>(())
    /// ```
    #[must_use]
    pub fn expected_new_customer(&self, opportunities: u32) -> f64 {
        let [alpha, beta, gamma, delta] = self.parameters();
        alpha / (alpha + beta) * opportunities_lived(gamma, delta, opportunities)
    }

    /// How likely a purchase is at an opportunity, if alive.
    fn buys(&self, history: &OpportunityHistory) -> f64 {
        let [alpha, beta, ..] = self.parameters();
        (alpha + f64::from(history.x())) / (alpha + beta + f64::from(history.opportunities()))
    }

    /// `delta + n`.
    fn spared(&self, history: &OpportunityHistory) -> Positive {
        self.delta.plus(u64::from(history.opportunities()))
    }

    /// `ln k`; `None` where `k` is 0.
    ///
    /// The terms of a death after `j` opportunities, beside the term of the living, by recurrence
    /// from `j = n - 1` down to `t_x`; rescaled so that none overflows.
    fn ln_death_odds(&self, history: &OpportunityHistory) -> Option<f64> {
        if history.recency() == history.opportunities() {
            return None;
        }
        let [alpha, beta, gamma, delta] = self.parameters();
        let x = f64::from(history.x());
        let n = f64::from(history.opportunities());
        let buying = |j: f64| (alpha + beta + j - 1.0) / (beta + j - 1.0 - x);
        let mut term = buying(n) * gamma / (delta + n - 1.0);
        let (mut sum, mut ln_scale) = (term, 0.0);
        let mut j = n - 1.0;
        while j > f64::from(history.recency()) {
            term *= buying(j) * (gamma + delta + j) / (delta + j - 1.0);
            sum += term;
            if sum > 1e100 {
                ln_scale += libm::log(sum);
                term /= sum;
                sum = 1.0;
            }
            j -= 1.0;
        }
        Some(ln_scale + libm::log(sum))
    }
}

/// At how many of the next `opportunities` a customer is expected to be alive.
fn opportunities_lived(gamma: f64, mut spared: f64, opportunities: u32) -> f64 {
    let (mut alive, mut sum) = (1.0, 0.0);
    for _ in 0..opportunities {
        alive *= spared / (gamma + spared);
        spared += 1.0;
        sum += alive;
    }
    sum
}

/// P(`x` purchases at `n` opportunities) of a customer who is alive.
///
/// ```text
/// C(n,x) B(al+x, be+n-x)/B(al, be) B(ga, de+n)/B(ga, de)
///   + sum_{i=x}^{n-1} C(i,x) B(al+x, be+i-x)/B(al, be) B(ga+1, de+i)/B(ga, de)
/// ```
///
/// The deaths after `i` opportunities by recurrence from `i = x`, all terms relative to that one.
fn mass(
    [alpha, beta]: [Positive; 2],
    [gamma, delta]: [Positive; 2],
    opportunities: u32,
    purchases: u32,
) -> f64 {
    if purchases > opportunities {
        return 0.0;
    }
    let count = u64::from(purchases);
    // Alive after the x-th opportunity and bought at each: B(al+x, be)/B(al, be) B(ga, de+x)/B(ga, de).
    let ln_first = ln_beta_ratio(beta, alpha, count) + ln_beta_ratio(gamma, delta, count);
    let [alpha, beta, gamma, delta] = [alpha, beta, gamma, delta].map(Positive::get);
    let x = f64::from(purchases);
    // The weight of the purchases so far, times that of being alive after i opportunities.
    let (mut living, mut sum, mut ln_scale) = (1.0, 0.0, 0.0);
    let mut i = x;
    while i < f64::from(opportunities) {
        // Of the living, gamma/(gamma+delta+i) die before the next one.
        sum += living * (gamma / (gamma + delta + i));
        living *= (i + 1.0) / (i + 1.0 - x)
            * ((beta + i - x) / (alpha + beta + i))
            * ((delta + i) / (gamma + delta + i));
        i += 1.0;
        if living + sum > 1e100 {
            ln_scale += 230.0;
            let scale = libm::exp(-230.0);
            living *= scale;
            sum *= scale;
        }
    }
    libm::exp(ln_first + ln_scale) * (living + sum)
}

#[cfg(test)]
mod tests {
    use super::BgBb;
    use crate::{OpportunityHistory, RateError, Total};

    /// Fader, Hardie, Shang 2010: 11,104 donors, 3,454.9 and 1,253.1 expected to have given at
    /// none and all of 6 opportunities; without a binomial factor there is one way for each.
    #[test]
    fn expected_donors_are_the_published_ones() {
        let model = BgBb::new(1.2035, 0.7497, 0.6567, 2.7834).unwrap();
        let donors = |x, recency| {
            let history = OpportunityHistory::new(x, recency, 6).unwrap();
            11_104.0 * libm::exp(model.log_likelihood(&history))
        };
        assert!((donors(0, 0) - 3_454.9).abs() < 0.3, "{}", donors(0, 0));
        assert!((donors(6, 6) - 1_253.1).abs() < 0.3, "{}", donors(6, 6));
    }

    #[test]
    fn discounts_have_their_limits() {
        let model = BgBb::new(1.0, 1.0, 3.0, 2.0).unwrap();
        let donor = OpportunityHistory::new(1, 2, 2).unwrap();
        // (1+1)/(2+2) * 1 * (2+2)/(3-1)
        assert_eq!(model.discounted_purchases(&donor, 0.0), Ok(Total::Finite(1.0)));
        let long = BgBb::new(1.0, 1.0, 1.0, 2.0).unwrap();
        assert_eq!(long.discounted_purchases(&donor, 0.0), Ok(Total::Unbounded));
        let refused = model.discounted_purchases(&donor, -0.1);
        assert!(matches!(refused, Err(RateError::OutOfRange { .. })));
        let many = model.expected_purchases(&donor, 100_000);
        assert!((many - 1.0).abs() < 1e-8, "{many}");
    }
}
