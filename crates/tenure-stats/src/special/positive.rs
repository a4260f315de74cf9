//! The domain of the special functions.

use crate::count_to_f64;

/// A positive number that is neither so small nor so large that its gamma function, its powers or
/// their logarithms leave the range of doubles: 1e-150 to 1e150.
///
/// Sums of positive numbers are positive: [`Positive::plus`] needs no check.
///
/// ```
/// use tenure_stats::Positive;
/// let shape = Positive::new(0.243).ok_or("not positive")?;
/// assert_eq!(shape.plus(2_u64).get(), 2.243);
/// assert!(Positive::new(0.0).is_none());
/// assert!(Positive::new(f64::NAN).is_none());
/// # Ok::<(), &'static str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Positive(f64);

impl Positive {
    /// The smallest.
    pub const MIN: f64 = 1e-150;
    /// The largest.
    pub const MAX: f64 = 1e150;

    /// The number, or `None` if it is not within [`Positive::MIN`] to [`Positive::MAX`].
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&value).then_some(Self(value))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The sum, rounded to nearest.
    ///
    /// ```
    /// use tenure_stats::Positive;
    /// let one = Positive::new(1.0).ok_or("not positive")?;
    /// assert_eq!(one.plus(one).get(), 2.0);
    /// # Ok::<(), &'static str>(())
    /// ```
    #[must_use]
    pub fn plus(self, other: impl Into<NonNegative>) -> Self {
        Self(self.0 + other.into().0)
    }

    /// The product with a count that is not zero; `None` for zero or a product above the range.
    ///
    /// ```
    /// use tenure_stats::Positive;
    /// let half = Positive::new(0.5).ok_or("not positive")?;
    /// assert_eq!(half.times(4).map(Positive::get), Some(2.0));
    /// assert_eq!(half.times(0), None);
    /// # Ok::<(), &'static str>(())
    /// ```
    #[must_use]
    pub fn times(self, count: u64) -> Option<Self> {
        Self::new(self.0 * count_to_f64(count))
    }
}

/// Zero or a [`Positive`]: the step of a difference. Made from a [`Positive`] or a count.
///
/// ```
/// use tenure_stats::NonNegative;
/// assert_eq!(NonNegative::from(3).get(), 3.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct NonNegative(f64);

impl NonNegative {
    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl From<Positive> for NonNegative {
    fn from(value: Positive) -> Self {
        Self(value.0)
    }
}

impl From<u64> for NonNegative {
    fn from(count: u64) -> Self {
        Self(count_to_f64(count))
    }
}

#[cfg(test)]
mod tests {
    use super::Positive;

    #[test]
    fn only_what_lies_in_the_range_is_positive() {
        for refused in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY, 1e-151, 1e151] {
            assert_eq!(Positive::new(refused), None, "{refused}");
        }
        for taken in [Positive::MIN, 1.0, Positive::MAX] {
            assert_eq!(Positive::new(taken).map(Positive::get), Some(taken));
        }
    }
}
