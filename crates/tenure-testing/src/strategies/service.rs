//! Generators for `tenure-service`.
