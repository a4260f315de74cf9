//! Slow oracles of `tenure-health`, written from the definitions.
