//! Purchases still to come times what one is worth.

use crate::error::MarginError;
use crate::history::History;
use crate::model::gamma_gamma::ExpectedSpend;
use crate::model::purchases::PurchaseModel;
use crate::rate::DiscountRate;
use crate::unit::TimeSpan;
use crate::value::Total;

/// What a customer is still worth for ever, and what it was made of.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ResidualValue {
    /// Discounted purchases x expected spend x margin; `None` where the spend is undefined.
    pub value: Option<Total>,
    /// Discounted expected residual purchases, horizon infinite.
    pub purchases: Total,
    /// Expected spend at each.
    pub spend: ExpectedSpend,
    /// The share of spend that is margin.
    pub margin: f64,
    /// The discount.
    pub rate: DiscountRate,
    /// The model of purchases, with its unit of time.
    pub model: PurchaseModel,
}

/// What is this customer still worth, over an infinite horizon?
///
/// ```text
/// value = DERT(rate) * spend * margin
/// ```
///
/// *Shape*: the history of one customer and the spend expected of it; a value in the money of the
/// spend. *Undefined when* the spend is; unbounded without a discount if customers leave too
/// slowly. *Accuracy*: that of [`PurchaseModel::discounted_purchases`].
///
/// *Source*: Fader, Hardie, Lee 2005, "RFM and CLV: Using Iso-Value Curves for Customer Base
/// Analysis".
///
/// # Errors
/// A margin that is not a share, 0 to 1.
///
/// ```
/// use tenure_clv::{BgNbd, DiscountRate, ExpectedSpend, History, TimeUnit, Total, residual_value};
/// let model = BgNbd::new(1.0, 1.0, 2.0, 3.0, TimeUnit::Week)?;
/// let new = History::new(0, 0.0, 0.0, TimeUnit::Week)?;
/// let free = DiscountRate::continuous(0.0, TimeUnit::Week)?;
/// // (a + b - 1) / (a - 1) = 4 purchases of 10, half of it margin
/// let found = residual_value(&model, &new, ExpectedSpend::Mean(10.0), 0.5, free)?;
/// assert_eq!(found.value, Some(Total::Finite(20.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn residual_value(
    model: impl Into<PurchaseModel>,
    history: &History,
    spend: ExpectedSpend,
    margin: f64,
    rate: DiscountRate,
) -> Result<ResidualValue, MarginError> {
    check_share(margin)?;
    let model = model.into();
    let purchases = model.discounted_purchases(history, rate);
    let value = spend.mean().map(|mean| purchases.times(mean * margin));
    Ok(ResidualValue { value, purchases, spend, margin, rate, model })
}

/// What a customer is worth over a finite number of periods, and what it was made of. Not a
/// lifetime value: the horizon is part of its name.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PeriodValue {
    /// Discounted purchases x expected spend x margin; `None` where the spend is undefined.
    pub value: Option<f64>,
    /// Discounted expected purchases within the horizon.
    pub purchases: f64,
    /// Length of a period; purchases count as made at its end.
    pub period: TimeSpan,
    /// How many periods the horizon has.
    pub periods: u16,
    /// Expected spend at each purchase.
    pub spend: ExpectedSpend,
    /// The share of spend that is margin.
    pub margin: f64,
    /// The discount.
    pub rate: DiscountRate,
    /// The model of purchases, with its unit of time.
    pub model: PurchaseModel,
}

/// What is this customer worth over the next `periods` periods?
///
/// ```text
/// value = sum over i of (1+d)^-i * E[purchases in period i] * spend * margin
/// ```
///
/// *Shape*: as [`residual_value`], with a horizon. *Undefined when* the spend is. *Accuracy*:
/// 1e-12 relative.
///
/// # Errors
/// A margin that is not a share, 0 to 1.
///
/// ```
/// use tenure_clv::{
///     BgNbd, DiscountRate, ExpectedSpend, History, TimeSpan, TimeUnit, truncated_value,
/// };
/// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week)?;
/// let customer = History::new(2, 30.43, 38.86, TimeUnit::Week)?;
/// let free = DiscountRate::continuous(0.0, TimeUnit::Week)?;
/// let quarter = TimeSpan::new(13.0, TimeUnit::Week)?;
/// let spend = ExpectedSpend::Mean(10.0);
/// let year = truncated_value(&model, &customer, spend, 1.0, free, quarter, 3)?;
/// let purchases = model.expected_purchases(&customer, TimeSpan::new(39.0, TimeUnit::Week)?);
/// assert!(year.value.is_some_and(|value| (value - 10.0 * purchases).abs() < 1e-12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn truncated_value(
    model: impl Into<PurchaseModel>,
    history: &History,
    spend: ExpectedSpend,
    margin: f64,
    rate: DiscountRate,
    period: TimeSpan,
    periods: u16,
) -> Result<PeriodValue, MarginError> {
    check_share(margin)?;
    let model = model.into();
    let purchases = model.discounted_purchases_by_period(history, rate, period, periods);
    let value = spend.mean().map(|mean| purchases * mean * margin);
    Ok(PeriodValue { value, purchases, period, periods, spend, margin, rate, model })
}

fn check_share(margin: f64) -> Result<(), MarginError> {
    if (0.0..=1.0).contains(&margin) { Ok(()) } else { Err(MarginError::Share { found: margin }) }
}

#[cfg(test)]
mod tests {
    use super::{residual_value, truncated_value};
    use crate::{
        BgNbd, DiscountRate, ExpectedSpend, History, MarginError, TimeSpan, TimeUnit, Total,
    };

    #[test]
    fn undefined_spend_and_unbounded_purchases_stay_so() {
        let model = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week).unwrap();
        let customer = History::new(2, 30.43, 38.86, TimeUnit::Week).unwrap();
        let free = DiscountRate::per_year(0.0).unwrap();
        let spend = ExpectedSpend::Mean(10.0);
        let found = residual_value(model, &customer, spend, 0.5, free).unwrap();
        assert_eq!(found.value, Some(Total::Unbounded));
        let undefined = ExpectedSpend::MeanUndefined;
        assert_eq!(residual_value(model, &customer, undefined, 0.5, free).unwrap().value, None);
        let week = TimeSpan::new(1.0, TimeUnit::Week).unwrap();
        let truncated = truncated_value(model, &customer, undefined, 0.5, free, week, 4).unwrap();
        assert_eq!(truncated.value, None);
        for margin in [-0.1, 1.1, f64::NAN] {
            assert!(matches!(
                residual_value(model, &customer, spend, margin, free),
                Err(MarginError::Share { .. })
            ));
            assert!(truncated_value(model, &customer, spend, margin, free, week, 4).is_err());
        }
    }
}
