//! Generators for `tenure-clv`.
