//! Generators for `tenure-health`.
