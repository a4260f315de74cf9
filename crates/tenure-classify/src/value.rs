//! What an account is worth a day, beside the portfolio's median.

use tenure_model::Currency;

/// Net purchases in the window and annual values of active contracts, over the days of the window
/// in the episode; one currency.
///
/// ```
/// use tenure_classify::ValuePerDay;
/// use tenure_model::Currency;
/// let rate = ValuePerDay::new(Currency::new("USD")?, 36_500, 365).ok_or("no days")?;
/// assert_eq!((rate.minor(), rate.days()), (36_500, 365));
/// assert_eq!(ValuePerDay::new(Currency::new("USD")?, 36_500, 0), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValuePerDay {
    currency: Currency,
    minor: i128,
    days: i64,
}

impl ValuePerDay {
    /// So many minor units over so many days; `None` for less than one day.
    #[must_use]
    pub const fn new(currency: Currency, minor: i128, days: i64) -> Option<Self> {
        if days >= 1 { Some(Self { currency, minor, days }) } else { None }
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Minor units.
    #[must_use]
    pub const fn minor(&self) -> i128 {
        self.minor
    }

    /// Over so many days.
    #[must_use]
    pub const fn days(&self) -> i64 {
        self.days
    }
}

/// The median value a day over the accounts of a portfolio that are worth something, in one
/// currency.
///
/// ```text
/// median of minor / days, over rates of `currency` with minor > 0 (mean of the middle two if even)
/// ```
///
/// ```
/// use tenure_classify::{ValueMedian, ValuePerDay};
/// use tenure_model::Currency;
/// let usd = Currency::new("USD")?;
/// let rates: Vec<_> = [0, 100, 300].into_iter().filter_map(|m| ValuePerDay::new(usd, m, 10)).collect();
/// let median = ValueMedian::of(usd, rates).ok_or("nobody is worth anything")?;
/// // 100 and 300 over 10 days: a median of 20 a day. 600 over 10 days is three times that.
/// assert_eq!(ValuePerDay::new(usd, 600, 10).and_then(|rate| median.thousandths(rate)), Some(3_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValueMedian {
    currency: Currency,
    numerator: i128,
    denominator: i128,
}

impl ValueMedian {
    /// The median of the rates in that currency; `None` if none is above 0, or beyond 128 bits.
    #[must_use]
    pub fn of(currency: Currency, rates: impl IntoIterator<Item = ValuePerDay>) -> Option<Self> {
        let mut rates: Vec<ValuePerDay> =
            rates.into_iter().filter(|rate| rate.currency == currency && rate.minor > 0).collect();
        rates.sort_unstable_by(|a, b| {
            let left = a.minor.saturating_mul(i128::from(b.days));
            left.cmp(&b.minor.saturating_mul(i128::from(a.days)))
        });
        let upper = rates.len() / 2;
        let high = rates.get(upper)?;
        let low =
            if rates.len().is_multiple_of(2) { rates.get(upper.checked_sub(1)?)? } else { high };
        let (high_days, low_days) = (i128::from(high.days), i128::from(low.days));
        let numerator =
            low.minor.checked_mul(high_days)?.checked_add(high.minor.checked_mul(low_days)?)?;
        let denominator = low_days.checked_mul(high_days)?.checked_mul(2)?;
        Some(Self { currency, numerator, denominator })
    }

    /// How many thousandths of the median a rate is, rounded down; `None` in another currency, or
    /// beyond 128 bits.
    #[must_use]
    pub fn thousandths(&self, rate: ValuePerDay) -> Option<i64> {
        if rate.currency != self.currency {
            return None;
        }
        let above = rate.minor.checked_mul(1_000)?.checked_mul(self.denominator)?;
        let below = i128::from(rate.days).checked_mul(self.numerator)?;
        i64::try_from(above.checked_div_euclid(below)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{ValueMedian, ValuePerDay};
    use tenure_model::Currency;

    #[test]
    fn exactly_three_times_the_median_is_three() {
        // In floats 0.3 / 0.1 is below 3.
        let usd = Currency::new("USD").unwrap();
        let rate = |minor, days| ValuePerDay::new(usd, minor, days).unwrap();
        let median = ValueMedian::of(usd, [rate(1, 10)]).unwrap();
        assert_eq!(median.thousandths(rate(3, 10)), Some(3_000));
        assert_eq!(median.thousandths(rate(29_999, 100_000)), Some(2_999));
        assert_eq!(median.thousandths(rate(-1, 10)), Some(-1_000));
    }

    #[test]
    fn a_rate_tells_what_it_was_made_of() {
        let usd = Currency::new("USD").unwrap();
        let rate = ValuePerDay::new(usd, 730, 365).unwrap();
        assert_eq!((rate.currency(), rate.minor(), rate.days()), (usd, 730, 365));
    }

    #[test]
    fn another_currency_or_nobody_of_value_is_none() {
        let (usd, eur) = (Currency::new("USD").unwrap(), Currency::new("EUR").unwrap());
        let dollars = ValuePerDay::new(usd, 5, 1).unwrap();
        let euros = ValuePerDay::new(eur, 7, 1).unwrap();
        let median = ValueMedian::of(usd, [euros, dollars]).unwrap();
        assert_eq!(median.thousandths(dollars), Some(1_000));
        assert_eq!(median.thousandths(euros), None);
        assert_eq!(ValueMedian::of(usd, [euros]), None);
        assert_eq!(ValueMedian::of(usd, [ValuePerDay::new(usd, 0, 1).unwrap()]), None);
    }
}
