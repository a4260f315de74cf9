//! Models of purchases and of spend: fixed parameters in, predictions for one customer out.

pub(crate) mod beta_mixture;
pub(crate) mod bg_bb;
pub(crate) mod bg_nbd;
pub(crate) mod counts;
pub(crate) mod death_odds;
pub(crate) mod gamma_gamma;
pub(crate) mod legendre;
pub(crate) mod nbd;
pub(crate) mod pareto_nbd;
pub(crate) mod purchases;
pub(crate) mod sbg;

use tenure_stats::Positive;

use crate::error::ParameterError;

/// Within this every formula of the models stays finite.
const PARAMETER_RANGE: std::ops::RangeInclusive<f64> = 1e-12..=1e12;

/// A checked parameter.
pub(crate) fn parameter(name: &'static str, found: f64) -> Result<Positive, ParameterError> {
    Positive::new(found)
        .filter(|_| PARAMETER_RANGE.contains(&found))
        .ok_or(ParameterError { name, found })
}
