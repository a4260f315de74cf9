//! Generators for `tenure-revenue`.
