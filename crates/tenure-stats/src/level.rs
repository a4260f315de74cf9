//! How sure an interval claims to be.

use crate::error::DomainError;

/// A two-sided confidence level: above 0, below 1; 0.95 by default.
///
/// The level is read by its shortest decimal text, so that 0.95 leaves 0.05 outside and not
/// 0.05000000000000004: near 1 the difference is visible in the limits.
///
/// ```
/// use tenure_stats::Level;
///
/// assert_eq!(Level::default().value(), 0.95);
/// assert_eq!(Level::new(0.95)?.outside(), 0.05);
/// assert!(Level::new(1.0).is_err());
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "f64", into = "f64"))]
pub struct Level {
    value: f64,
    outside: f64,
}

impl Level {
    /// A level.
    ///
    /// # Errors
    /// Not a number, at most 0, at least 1.
    pub fn new(level: f64) -> Result<Self, DomainError> {
        if level > 0.0 && level < 1.0 {
            Ok(Self { value: level, outside: complement(level) })
        } else {
            Err(DomainError::new("level", level, "0 to 1, ends excluded"))
        }
    }

    /// The level, such as 0.95.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.value
    }

    /// What is left outside, both sides together: 1 - level, rounded once.
    #[must_use]
    pub const fn outside(self) -> f64 {
        self.outside
    }
}

impl Default for Level {
    fn default() -> Self {
        Self { value: 0.95, outside: 0.05 }
    }
}

impl TryFrom<f64> for Level {
    type Error = DomainError;

    fn try_from(level: f64) -> Result<Self, DomainError> {
        Self::new(level)
    }
}

impl From<Level> for f64 {
    fn from(level: Level) -> Self {
        level.value
    }
}

/// 1 - level in decimal arithmetic, as long as the level has at most 18 places.
fn complement(level: f64) -> f64 {
    let text = level.to_string();
    text.strip_prefix("0.")
        .filter(|places| places.len() <= 18)
        .and_then(|places| {
            let mut unit = 1_u64;
            let mut digits = 0_u64;
            for digit in places.bytes() {
                unit = unit.checked_mul(10)?;
                let digit = u64::from(digit.checked_sub(b'0')?);
                digits = digits.checked_mul(10)?.checked_add(digit)?;
            }
            let rest = i128::from(unit).checked_sub(i128::from(digits))?;
            Some(crate::Ratio::new(rest, i128::from(unit))?.to_f64())
        })
        .unwrap_or(1.0 - level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_the_decimal_rest() -> Result<(), DomainError> {
        for (level, outside) in
            [(0.9_f64, 0.1_f64), (0.99, 0.01), (0.999_999, 0.000_001), (0.5, 0.5), (1e-300, 1.0)]
        {
            assert_eq!(Level::new(level)?.outside().to_bits(), outside.to_bits(), "{level}");
        }
        assert_eq!(Level::new(0.95)?, Level::default());
        let last = 1.0 - f64::EPSILON / 2.0;
        assert!(Level::new(last)?.outside() > 0.0);
        Ok(())
    }

    #[test]
    fn refuses_what_is_no_level() {
        for bad in [0.0, -0.0, 1.0, -1.0, 95.0, f64::NAN, f64::INFINITY] {
            let error = Level::new(bad).unwrap_err();
            assert_eq!(error.parameter(), "level");
            assert_eq!(error.found().to_bits(), bad.to_bits());
            assert!(error.to_string().contains(error.accepted()));
        }
    }
}
