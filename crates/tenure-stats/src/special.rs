//! Gamma, beta and their differences, on positive numbers only, so that every answer is finite.
//!
//! Ratios of gamma functions are functions of their own here: subtracting two logarithms of large
//! gammas loses the digits that the models of customer value live on.

mod difference;
mod gamma;
mod logistic;
mod positive;
#[cfg(test)]
mod reference;

pub use difference::{digamma_difference, ln_beta_ratio, ln_gamma_ratio, trigamma_difference};
pub use gamma::{digamma, ln_beta, ln_gamma, trigamma};
pub use logistic::{ln_one_plus_exp, logistic};
pub use positive::{NonNegative, Positive};
