//! Slow oracles of `tenure-survey`, written from the definitions.
