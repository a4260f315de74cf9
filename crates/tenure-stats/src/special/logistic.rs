//! Odds and probabilities from the logarithm of odds.

/// `e^x / (1 + e^x)`, the probability whose log-odds are `x`, without overflow on either side.
///
/// *Accuracy*: 2 units in the last place, so `logistic(-x)` is the complement with all its digits.
///
/// ```
/// assert_eq!(tenure_stats::logistic(0.0), 0.5);
/// assert_eq!(tenure_stats::logistic(-1000.0), 0.0);
/// assert_eq!(tenure_stats::logistic(1000.0), 1.0);
/// ```
#[must_use]
pub fn logistic(log_odds: f64) -> f64 {
    if log_odds >= 0.0 {
        1.0 / (1.0 + libm::exp(-log_odds))
    } else {
        let odds = libm::exp(log_odds);
        odds / (1.0 + odds)
    }
}

/// `ln(1 + e^x)`, without overflow on either side.
///
/// *Accuracy*: 2 units in the last place.
///
/// ```
/// assert_eq!(tenure_stats::ln_one_plus_exp(0.0), std::f64::consts::LN_2);
/// assert_eq!(tenure_stats::ln_one_plus_exp(1000.0), 1000.0);
/// ```
#[must_use]
pub fn ln_one_plus_exp(x: f64) -> f64 {
    if x > 0.0 { x + libm::log1p(libm::exp(-x)) } else { libm::log1p(libm::exp(x)) }
}

#[cfg(test)]
mod tests {
    use super::{ln_one_plus_exp, logistic};

    #[test]
    #[expect(clippy::float_cmp, reason = "exact at the ends")]
    fn both_ends_keep_their_digits() {
        assert_eq!(logistic(f64::NEG_INFINITY), 0.0);
        assert_eq!(logistic(f64::INFINITY), 1.0);
        assert!((logistic(-40.0) / 4.248_354_255_291_589e-18 - 1.0).abs() < 1e-15);
        assert!((ln_one_plus_exp(-40.0) / 4.248_354_255_291_589e-18 - 1.0).abs() < 1e-15);
    }
}
