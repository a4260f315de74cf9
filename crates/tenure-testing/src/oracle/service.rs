//! Slow oracles of `tenure-service`, written from the definitions.
