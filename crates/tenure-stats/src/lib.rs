#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod adjust;
mod auc;
pub mod beta;
mod concentration;
mod convert;
mod density;
mod error;
mod exact_sum;
pub mod gamma;
mod interval;
mod level;
pub mod normal;
mod quadrature;
mod quantile;
pub mod random;
mod rank;
mod ratio;
mod share;
mod special;
pub mod student;
mod survival;

pub use adjust::{benjamini_hochberg, bonferroni, holm};
pub use auc::{Auc, AucDifference};
pub use beta::Tails;
pub use concentration::{Concentration, NegativePartError};
pub use convert::{count_to_f64, integer_to_f64, len_to_f64};
pub use error::{
    AucError, DomainError, ExactSumError, ProbabilityError, RankError, ShareError, UnsortedError,
};
pub use exact_sum::ExactSum;
pub use gamma::ChiSquareTest;
pub use interval::{Interval, IntervalMethod};
pub use level::Level;
pub use quadrature::integrate;
pub use quantile::{Probability, Sorted};
pub use rank::RankCorrelation;
pub use ratio::Ratio;
pub use share::{Share, ShareDifference, ShareMethod, ZTest};
pub use special::{
    NonNegative, Positive, digamma, digamma_difference, ln_beta, ln_beta_ratio, ln_gamma,
    ln_gamma_ratio, ln_one_plus_exp, logistic, trigamma, trigamma_difference,
};
pub use survival::{
    SurvivalCount, SurvivalMethod, SurvivalRow, kaplan_meier, median_survival, survival_at,
};
