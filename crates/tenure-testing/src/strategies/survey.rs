//! Generators for `tenure-survey`.
