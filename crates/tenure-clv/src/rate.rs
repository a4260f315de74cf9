//! Discount rates, each with the period it is per.

use crate::error::RateError;
use crate::unit::{TimeSpan, TimeUnit};

/// What a unit of money later is worth less than one now.
///
/// A rate is discrete per a stated period, or continuous per a unit of time; either way it has one
/// force of interest `delta = ln(1 + d) / period`. A yearly rate is per 365.25 days; for the 52
/// weeks of the literature say so: `DiscountRate::per_period(0.1, TimeSpan::new(52.0, Week)?)`.
///
/// ```
/// use tenure_clv::{DiscountRate, TimeUnit};
/// let yearly = DiscountRate::per_year(0.1)?;
/// let weekly = yearly.force(TimeUnit::Week);
/// assert!((weekly - f64::ln(1.1) * 7.0 / 365.25).abs() < 1e-15);
/// # Ok::<(), tenure_clv::RateError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::DiscountRate", into = "crate::wire::DiscountRate")
)]
pub struct DiscountRate(Kind);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Discrete { rate: f64, period: TimeSpan },
    Continuous { force: f64, unit: TimeUnit },
}

impl DiscountRate {
    /// The highest rate, per its own period or unit.
    pub const MAX_RATE: f64 = 1e6;

    /// `rate` (0.01 for 1 %) per `period`.
    ///
    /// # Errors
    /// A rate that is not within 0 to [`DiscountRate::MAX_RATE`], or a period of no length.
    pub fn per_period(rate: f64, period: TimeSpan) -> Result<Self, RateError> {
        check(rate)?;
        if period.amount() > 0.0 {
            Ok(Self(Kind::Discrete { rate: rate.abs(), period }))
        } else {
            Err(RateError::NoPeriod)
        }
    }

    /// `rate` per year of 365.25 days.
    ///
    /// # Errors
    /// A rate that is not within 0 to [`DiscountRate::MAX_RATE`].
    pub fn per_year(rate: f64) -> Result<Self, RateError> {
        Self::per_period(rate, TimeSpan::new(1.0, TimeUnit::Year)?)
    }

    /// A force of interest `delta` per `unit`: money is worth `exp(-delta t)` after `t` units.
    ///
    /// # Errors
    /// A force that is not within 0 to [`DiscountRate::MAX_RATE`].
    pub fn continuous(force: f64, unit: TimeUnit) -> Result<Self, RateError> {
        check(force)?;
        Ok(Self(Kind::Continuous { force: force.abs(), unit }))
    }

    /// The force of interest per `unit`.
    #[must_use]
    pub fn force(self, unit: TimeUnit) -> f64 {
        match self.0 {
            Kind::Discrete { rate, period } => libm::log1p(rate) / period.in_unit(unit),
            Kind::Continuous { force, unit: own } => force * unit.hours() / own.hours(),
        }
    }

    /// The discrete rate per `period`: as it was stated, if per that very period.
    #[must_use]
    pub fn discrete(self, period: TimeSpan) -> f64 {
        match self.0 {
            Kind::Discrete { rate, period: own } if own == period => rate,
            _ => libm::expm1(self.force(period.unit()) * period.amount()),
        }
    }

    /// The period a discrete rate was stated for; `None` for a continuous one.
    #[must_use]
    pub const fn stated_period(self) -> Option<TimeSpan> {
        match self.0 {
            Kind::Discrete { period, .. } => Some(period),
            Kind::Continuous { .. } => None,
        }
    }
}

#[cfg(feature = "serde")]
impl From<DiscountRate> for crate::wire::DiscountRate {
    fn from(rate: DiscountRate) -> Self {
        match rate.0 {
            Kind::Discrete { rate, period } => Self::Discrete { rate, period },
            Kind::Continuous { force, unit } => Self::Continuous { force, unit },
        }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<crate::wire::DiscountRate> for DiscountRate {
    type Error = RateError;
    fn try_from(wire: crate::wire::DiscountRate) -> Result<Self, RateError> {
        match wire {
            crate::wire::DiscountRate::Discrete { rate, period } => Self::per_period(rate, period),
            crate::wire::DiscountRate::Continuous { force, unit } => Self::continuous(force, unit),
        }
    }
}

fn check(rate: f64) -> Result<(), RateError> {
    if (0.0..=DiscountRate::MAX_RATE).contains(&rate) {
        Ok(())
    } else {
        Err(RateError::OutOfRange { found: rate })
    }
}

#[cfg(test)]
mod tests {
    use super::DiscountRate;
    use crate::unit::{TimeSpan, TimeUnit};

    #[test]
    fn a_rate_needs_a_range_and_a_period() {
        for rate in [-0.01, f64::NAN, f64::INFINITY, 1.1e6] {
            assert!(DiscountRate::per_year(rate).is_err());
            assert!(DiscountRate::continuous(rate, TimeUnit::Day).is_err());
        }
        let nothing = TimeSpan::new(0.0, TimeUnit::Day).unwrap();
        let error = DiscountRate::per_period(0.1, nothing).unwrap_err();
        assert_eq!(error.to_string(), "a discount rate needs a period longer than nothing");
    }

    #[test]
    fn a_stated_rate_comes_back_to_the_bit() {
        let period = TimeSpan::new(4.345, TimeUnit::Week).unwrap();
        let rate = DiscountRate::per_period(0.01, period).unwrap();
        assert_eq!(rate.discrete(period).to_bits(), 0.01_f64.to_bits());
        let day = TimeSpan::new(1.0, TimeUnit::Day).unwrap();
        let compounded = libm::pow(1.0 + rate.discrete(day), 4.345 * 7.0);
        assert!((compounded - 1.01).abs() < 1e-14);
    }
}
