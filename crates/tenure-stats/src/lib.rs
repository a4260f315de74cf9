//! How sure are we? Intervals, quantiles, special functions, exact sums and rationals.

mod convert;

pub use convert::{count_to_f64, integer_to_f64, len_to_f64};
