//! Customer lifetime value: purchase summaries, BG/NBD, Gamma-Gamma and margin models
