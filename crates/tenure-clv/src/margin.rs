//! Contracts: a margin per period, a retention, a discount.

use tenure_stats::count_to_f64;

use crate::error::MarginError;
use crate::rate::DiscountRate;
use crate::unit::TimeSpan;
use crate::value::Total;

/// The share of customers who stay on from one period to the next, with the period it is per.
///
/// ```
/// use tenure_clv::{RetentionRate, TimeSpan, TimeUnit};
/// let yearly = RetentionRate::new(0.8, TimeSpan::new(1.0, TimeUnit::Year)?)?;
/// assert_eq!(yearly.share(), 0.8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetentionRate {
    share: f64,
    period: TimeSpan,
}

impl RetentionRate {
    /// `share` stays on, per `period`.
    ///
    /// # Errors
    /// A share outside 0 to 1, or a period of no length.
    pub fn new(share: f64, period: TimeSpan) -> Result<Self, MarginError> {
        if !(0.0..=1.0).contains(&share) {
            return Err(MarginError::Retention { found: share });
        }
        if period.amount() <= 0.0 {
            return Err(MarginError::NoPeriod);
        }
        Ok(Self { share: share.abs(), period })
    }

    /// The share.
    #[must_use]
    pub const fn share(self) -> f64 {
        self.share
    }

    /// Per what.
    #[must_use]
    pub const fn period(self) -> TimeSpan {
        self.period
    }
}

/// When the margins fall, and whether the first is certain. There is no default: the literature's
/// formulas differ by exactly this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Timing {
    /// The first margin now and certain, the next after each renewal.
    FirstMarginNow,
    /// The first margin after the first renewal, if there is one.
    AfterFirstRenewal,
    /// The first margin at the end of this period and certain.
    EndOfPeriodCertain,
}

impl Timing {
    /// Every value, in the order of the documentation.
    pub const ALL: &'static [Self] =
        &[Self::FirstMarginNow, Self::AfterFirstRenewal, Self::EndOfPeriodCertain];

    /// Its name in files and definitions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstMarginNow => "first_margin_now",
            Self::AfterFirstRenewal => "after_first_renewal",
            Self::EndOfPeriodCertain => "end_of_period_certain",
        }
    }

    /// The value of that name; `None` for any other text.
    ///
    /// ```
    /// use tenure_clv::Timing;
    /// assert_eq!(Timing::from_name("first_margin_now"), Some(Timing::FirstMarginNow));
    /// assert_eq!(Timing::from_name(""), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.name() == name)
    }
}

/// What is a customer under contract worth, by margin, retention and discount?
///
/// ```text
///                       infinite          first N payments, q = r/(1+d), G = sum_{k<N} q^k
/// FirstMarginNow        m(1+d)/(1+d-r)    m G
/// AfterFirstRenewal     m r/(1+d-r)       m q G
/// EndOfPeriodCertain    m/(1+d-r)         m G/(1+d)
/// ```
///
/// *Shape*: margin per period in any money; retention and discount per that same period; a value
/// in the same money comes out. *Undefined*: never; without discount and churn it is
/// [`Total::Unbounded`]. *Accuracy*: a few units in the last place, since `1+d-r` is summed as
/// `(1-r)+d`.
///
/// *Source*: Fader, Hardie 2012, "Reconciling and Clarifying CLV Formulas".
///
/// ```
/// use tenure_clv::{DiscountRate, MarginStream, RetentionRate, TimeSpan, TimeUnit, Timing, Total};
/// let year = TimeSpan::new(1.0, TimeUnit::Year)?;
/// let stream = MarginStream::new(
///     100.0,
///     RetentionRate::new(0.5, year)?,
///     DiscountRate::per_period(0.25, year)?,
/// )?;
/// // 100 * 1.25 / 0.75
/// let Total::Finite(value) = stream.lifetime_value(Timing::FirstMarginNow) else {
///     return Err("unbounded".into());
/// };
/// assert!((value - 500.0 / 3.0).abs() < 1e-12);
/// // 100 + 40
/// assert!((stream.truncated_value(Timing::FirstMarginNow, 2).value - 140.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarginStream {
    margin: f64,
    retention: RetentionRate,
    rate: DiscountRate,
    discount: f64,
}

/// The value of the first so many payments: not a lifetime value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TruncatedValue {
    /// The value, in the money of the margin.
    pub value: f64,
    /// How many payments.
    pub payments: u64,
    /// One payment per this.
    pub period: TimeSpan,
    /// When they fall.
    pub timing: Timing,
}

impl MarginStream {
    /// `margin` per period, with retention and discount per that period.
    ///
    /// # Errors
    /// A margin outside -1e15 to 1e15, or a discount that is not stated per the retention's
    /// period.
    pub fn new(
        margin: f64,
        retention: RetentionRate,
        rate: DiscountRate,
    ) -> Result<Self, MarginError> {
        check_margin(margin)?;
        if rate.stated_period() != Some(retention.period()) {
            return Err(MarginError::PeriodMismatch { retention: retention.period() });
        }
        Ok(Self { margin, retention, rate, discount: rate.discrete(retention.period()) })
    }

    /// The margin per period.
    #[must_use]
    pub const fn margin(&self) -> f64 {
        self.margin
    }

    /// The retention, with the period of everything here.
    #[must_use]
    pub const fn retention(&self) -> RetentionRate {
        self.retention
    }

    /// The discount.
    #[must_use]
    pub const fn rate(&self) -> DiscountRate {
        self.rate
    }

    /// The value of all payments for ever.
    #[must_use]
    pub fn lifetime_value(&self, timing: Timing) -> Total {
        let (r, d) = (self.retention.share(), self.discount);
        let factor = match timing {
            Timing::FirstMarginNow => 1.0 + d,
            Timing::AfterFirstRenewal => r,
            Timing::EndOfPeriodCertain => 1.0,
        };
        self.over((1.0 - r) + d).times(factor)
    }

    /// The value of the first `payments` payments.
    #[must_use]
    pub fn truncated_value(&self, timing: Timing, payments: u64) -> TruncatedValue {
        let (r, d) = (self.retention.share(), self.discount);
        let (q, n) = (r / (1.0 + d), count_to_f64(payments));
        // 1 - q without cancellation
        let falling = ((1.0 - r) + d) / (1.0 + d);
        let geometric = if payments == 0 {
            0.0
        } else if falling <= 0.0 {
            n
        } else {
            let ln_q = if falling < 0.5 { libm::log1p(-falling) } else { libm::log(q) };
            -libm::expm1(n * ln_q) / falling
        };
        let factor = match timing {
            Timing::FirstMarginNow => 1.0,
            Timing::AfterFirstRenewal => q,
            Timing::EndOfPeriodCertain => 1.0 / (1.0 + d),
        };
        TruncatedValue {
            value: self.margin * factor * geometric,
            payments,
            period: self.retention.period(),
            timing,
        }
    }

    /// Expected periods under contract, the first included: `1/(1-r)`.
    #[must_use]
    pub fn expected_lifetime(&self) -> Total {
        let left = 1.0 - self.retention.share();
        if left > 0.0 { Total::Finite(1.0 / left) } else { Total::Unbounded }
    }

    /// The value without a discount, the first margin certain: `m/(1-r)`.
    #[must_use]
    pub fn undiscounted_value(&self) -> Total {
        self.over(1.0 - self.retention.share())
    }

    fn over(&self, denominator: f64) -> Total {
        if denominator > 0.0 {
            Total::Finite(self.margin / denominator)
        } else {
            Total::Unbounded.times(self.margin)
        }
    }
}

/// When the margins of a retention curve fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum CurveTiming {
    /// `sum_{t>=0} m S_t/(1+d)^t`.
    BeginningOfPeriod,
    /// `sum_{t>=0} m S_t/(1+d)^(t+1)`.
    EndOfPeriod,
    /// `sum_{t>=1} m S_t/(1+d)^t`.
    RenewalsOnly,
}

/// What are customers worth over the periods of a known survival curve?
///
/// ```text
/// sum over the curve of m S_t / (1+d)^t, shifted by the timing
/// ```
///
/// *Shape*: the shares `S_0, S_1, ...` still under contract at the start of each period, from 0 to
/// 1 and never rising; they are not rescaled to `S_0`. The value is truncated: the horizon is the
/// length of the curve. *Accuracy*: a few units in the last place.
///
/// *Source*: Fader, Hardie 2012, "Reconciling and Clarifying CLV Formulas".
///
/// ```
/// use tenure_clv::{CurveTiming, DiscountRate, RetentionCurve, TimeSpan, TimeUnit};
/// let year = TimeSpan::new(1.0, TimeUnit::Year)?;
/// let curve = RetentionCurve::new(vec![1.0, 0.5, 0.25], year)?;
/// let rate = DiscountRate::per_period(0.25, year)?;
/// // 10 * (1 + 0.5/1.25 + 0.25/1.5625)
/// let value = curve.net_present_value(10.0, rate, CurveTiming::BeginningOfPeriod)?;
/// assert!((value - 15.6).abs() < 1e-12);
/// assert!(RetentionCurve::new(vec![0.5, 0.6], year).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RetentionCurve {
    survival: Vec<f64>,
    period: TimeSpan,
}

impl RetentionCurve {
    /// The shares still there at the start of each period.
    ///
    /// # Errors
    /// No shares, a share outside 0 to 1 or above the one before, or a period of no length.
    pub fn new(survival: Vec<f64>, period: TimeSpan) -> Result<Self, MarginError> {
        if survival.is_empty() {
            return Err(MarginError::EmptyCurve);
        }
        if period.amount() <= 0.0 {
            return Err(MarginError::NoPeriod);
        }
        let mut ceiling = 1.0;
        for (index, &found) in survival.iter().enumerate() {
            if !(0.0..=ceiling).contains(&found) {
                return Err(MarginError::Survival { index, found, ceiling });
            }
            ceiling = found;
        }
        Ok(Self { survival, period })
    }

    /// The shares.
    #[must_use]
    pub fn survival(&self) -> &[f64] {
        &self.survival
    }

    /// The length of a period.
    #[must_use]
    pub const fn period(&self) -> TimeSpan {
        self.period
    }

    /// The value of `margin` per period and customer, discounted to the start of the curve.
    ///
    /// # Errors
    /// A margin outside -1e15 to 1e15, or a discount not stated per the curve's period.
    pub fn net_present_value(
        &self,
        margin: f64,
        rate: DiscountRate,
        timing: CurveTiming,
    ) -> Result<f64, MarginError> {
        check_margin(margin)?;
        if rate.stated_period() != Some(self.period) {
            return Err(MarginError::PeriodMismatch { retention: self.period });
        }
        let later = 1.0 / (1.0 + rate.discrete(self.period));
        let (skipped, first_worth) = match timing {
            CurveTiming::BeginningOfPeriod => (0, 1.0),
            CurveTiming::EndOfPeriod => (0, later),
            CurveTiming::RenewalsOnly => (1, later),
        };
        let mut worth = first_worth;
        let mut sum = 0.0;
        for share in self.survival.iter().skip(skipped) {
            sum += share * worth;
            worth *= later;
        }
        Ok(margin * sum)
    }
}

fn check_margin(margin: f64) -> Result<(), MarginError> {
    if (-1e15..=1e15).contains(&margin) {
        Ok(())
    } else {
        Err(MarginError::Margin { found: margin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::TimeUnit;

    fn span(amount: f64) -> TimeSpan {
        TimeSpan::new(amount, TimeUnit::Month).unwrap()
    }

    #[test]
    fn what_is_no_contract_is_refused() {
        let nothing = span(0.0);
        let month = span(1.0);
        let free = DiscountRate::per_period(0.0, month).unwrap();
        for share in [-0.1, 1.1, f64::NAN] {
            assert!(matches!(RetentionRate::new(share, month), Err(MarginError::Retention { .. })));
        }
        assert_eq!(RetentionRate::new(0.5, nothing), Err(MarginError::NoPeriod));
        assert_eq!(RetentionCurve::new(vec![1.0], nothing), Err(MarginError::NoPeriod));
        assert_eq!(RetentionCurve::new(vec![], month), Err(MarginError::EmptyCurve));
        let rising = RetentionCurve::new(vec![1.0, 0.4, 0.5], month).unwrap_err();
        assert_eq!(rising, MarginError::Survival { index: 2, found: 0.5, ceiling: 0.4 });
        assert!(RetentionCurve::new(vec![f64::NAN], month).is_err());

        let half = RetentionRate::new(0.5, month).unwrap();
        for margin in [f64::NAN, f64::INFINITY, -1.1e15] {
            assert!(matches!(
                MarginStream::new(margin, half, free),
                Err(MarginError::Margin { .. })
            ));
        }
        let curve = RetentionCurve::new(vec![1.0], month).unwrap();
        let begin = CurveTiming::BeginningOfPeriod;
        assert!(curve.net_present_value(f64::NAN, free, begin).is_err());
        for other in [
            DiscountRate::per_period(0.1, span(12.0)).unwrap(),
            DiscountRate::continuous(0.1, TimeUnit::Month).unwrap(),
        ] {
            let mismatch = MarginError::PeriodMismatch { retention: month };
            assert_eq!(MarginStream::new(1.0, half, other), Err(mismatch));
            assert_eq!(curve.net_present_value(1.0, other, begin), Err(mismatch));
        }
    }

    #[test]
    fn for_ever_without_discount_is_unbounded() {
        let month = span(1.0);
        let for_ever = RetentionRate::new(1.0, month).unwrap();
        let free = DiscountRate::per_period(0.0, month).unwrap();
        let stream = MarginStream::new(7.0, for_ever, free).unwrap();
        for timing in
            [Timing::FirstMarginNow, Timing::AfterFirstRenewal, Timing::EndOfPeriodCertain]
        {
            assert_eq!(stream.lifetime_value(timing), Total::Unbounded);
            assert_eq!(stream.truncated_value(timing, 3).value.to_bits(), 21.0_f64.to_bits());
            assert_eq!(stream.truncated_value(timing, 0).value.to_bits(), 0.0_f64.to_bits());
        }
        assert_eq!(stream.expected_lifetime(), Total::Unbounded);
        assert_eq!(stream.undiscounted_value(), Total::Unbounded);
        let worthless = MarginStream::new(0.0, for_ever, free).unwrap();
        assert_eq!(worthless.undiscounted_value(), Total::Finite(0.0));
    }
}
