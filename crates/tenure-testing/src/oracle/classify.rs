//! Slow oracles of `tenure-classify`, written from the definitions.
