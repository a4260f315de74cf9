//! A sum that may have no bound.

/// An infinite sum of expected value: a number, or unbounded.
///
/// ```
/// use tenure_clv::Total;
/// assert_eq!(Total::Finite(3.0).finite(), Some(3.0));
/// assert_eq!(Total::Unbounded.finite(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a sum converges or does not")]
pub enum Total {
    /// It converges to this.
    Finite(f64),
    /// It grows past every bound.
    Unbounded,
}

impl Total {
    /// The number, or `None` if there is none.
    #[must_use]
    pub const fn finite(self) -> Option<f64> {
        match self {
            Self::Finite(value) => Some(value),
            Self::Unbounded => None,
        }
    }

    /// The same sum of things worth `factor` each: unbounded stays unbounded unless they are
    /// worth nothing.
    ///
    /// ```
    /// use tenure_clv::Total;
    /// assert_eq!(Total::Finite(3.0).times(2.0), Total::Finite(6.0));
    /// assert_eq!(Total::Unbounded.times(2.0), Total::Unbounded);
    /// assert_eq!(Total::Unbounded.times(0.0), Total::Finite(0.0));
    /// ```
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        match self {
            Self::Finite(value) => Self::Finite(value * factor),
            Self::Unbounded if factor.abs() > 0.0 => Self::Unbounded,
            Self::Unbounded => Self::Finite(0.0),
        }
    }
}
