//! Generators for `tenure-classify`.
