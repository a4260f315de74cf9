//! Slow oracles of `tenure-revenue`, written from the definitions.
