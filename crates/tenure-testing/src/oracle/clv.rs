//! Slow oracles of `tenure-clv`, written from the definitions.
