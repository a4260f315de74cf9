//! The portfolio: every account classified, every metric by class and segment
