//! From a price to a monthly and an annual amount, rounded once, and from one currency to another.

use rust_decimal::Decimal;
use tenure_model::record::{Discount, Interval, Price, Reduction};
use tenure_model::{Currency, Rounding};

use crate::definition::{Discounts, MonthlyFactor, RevenueDefinition};

/// Minor units a month and a year, each rounded once from the exact amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Worth {
    pub(crate) monthly: i64,
    pub(crate) annual: i64,
}

/// An exact fraction; the denominator is above 0.
struct Fraction {
    num: i128,
    den: i128,
}

impl Fraction {
    fn of(decimal: Decimal) -> Option<Self> {
        let decimal = decimal.normalize();
        Some(Self { num: decimal.mantissa(), den: 10_i128.checked_pow(decimal.scale())? })
    }

    fn times(self, num: i128, den: i128) -> Option<Self> {
        Some(Self { num: self.num.checked_mul(num)?, den: self.den.checked_mul(den)? })
    }

    /// Less another. Both denominators are powers of ten: the larger is common.
    fn less(self, other: &Self) -> Option<Self> {
        let den = self.den.max(other.den);
        let ours = self.num.checked_mul(den.checked_div(self.den)?)?;
        let theirs = other.num.checked_mul(den.checked_div(other.den)?)?;
        Some(Self { num: ours.checked_sub(theirs)?, den })
    }

    fn round(&self, rounding: Rounding) -> Option<i64> {
        i64::try_from(rounding.divide(self.num, self.den)?).ok()
    }
}

/// The worth of a finished monthly amount.
pub(crate) fn monthly_worth(monthly: i64) -> Option<Worth> {
    Some(Worth { monthly, annual: monthly.checked_mul(12)? })
}

/// The worth of a price while `discount` is in force; `None` if it does not fit.
pub(crate) fn worth(
    price: &Price,
    discount: Option<Discount>,
    definition: &RevenueDefinition,
) -> Option<Worth> {
    let amount = price.amount.amount();
    let charged = discounted(price, discount)?;
    let charged = if charged.num < 0 && !amount.is_sign_negative() {
        Fraction { num: 0, den: 1 }
    } else {
        charged
    };
    let factor = match price.interval {
        Interval::Month => MonthlyFactor::MONTH,
        Interval::Year => MonthlyFactor::YEAR,
        Interval::Week => definition.week,
        Interval::Day => definition.day,
        _ => return None,
    };
    let per_major = i128::from(definition.minor_units.minor_per_major(price.amount.currency()));
    let monthly = charged
        .times(per_major.checked_mul(i128::from(factor.num()))?, i128::from(factor.den()))?
        .times(1, i128::from(price.count))?;
    let rounding = definition.rounding;
    Some(Worth {
        monthly: monthly.round(rounding)?,
        annual: monthly.times(12, 1)?.round(rounding)?,
    })
}

fn discounted(price: &Price, discount: Option<Discount>) -> Option<Fraction> {
    let gross = Fraction::of(price.amount.amount())?.times(i128::from(price.quantity), 1)?;
    match discount.map(|discount| discount.reduction) {
        None => Some(gross),
        Some(Reduction::Percent(percent)) => {
            let percent = Fraction::of(percent)?;
            let whole = percent.den.checked_mul(100)?;
            gross.times(whole.checked_sub(percent.num)?, whole)
        }
        Some(Reduction::Amount(amount)) => gross.less(&Fraction::of(amount)?),
        Some(_) => None,
    }
}

/// The discount of a price that counts at an instant.
pub(crate) fn discount_at(price: &Price, at: i64, policy: Discounts) -> Option<Discount> {
    price.discount.filter(|discount| match (policy, discount.until) {
        (Discounts::All, Some(until)) => at < until.micros(),
        (Discounts::All | Discounts::ForeverOnly, None) => true,
        (Discounts::ForeverOnly, Some(_)) | (Discounts::None, _) => false,
    })
}

/// Minor units of `from` in minor units of `into`; `None` if that does not fit.
pub(crate) fn convert(
    minor: i64,
    rate: Decimal,
    from: Currency,
    definition: &RevenueDefinition,
) -> Option<i64> {
    let per_major = |currency| i128::from(definition.minor_units.minor_per_major(currency));
    Fraction::of(rate)?
        .times(per_major(definition.currency), per_major(from))?
        .times(i128::from(minor), 1)?
        .round(definition.rounding)
}

#[cfg(test)]
mod tests {
    use tenure_model::record::{Discount, Interval, Price, Reduction};
    use tenure_model::{Currency, MinorUnits, Money, parse_decimal};

    use super::{Worth, convert, discounted, worth};
    use crate::definition::RevenueDefinition;

    fn usd() -> Currency {
        Currency::new("USD").unwrap()
    }

    fn price(amount: &str, interval: Interval) -> Price {
        Price::new(Money::parse(amount, usd()).unwrap(), interval)
    }

    fn off(reduction: Reduction) -> Option<Discount> {
        Some(Discount { reduction, until: None })
    }

    #[test]
    fn each_amount_is_rounded_once_from_the_exact_one() {
        let definition = RevenueDefinition::new(usd());
        // 100 a year: 8.33 a month, and still 100 a year, not 99.96.
        let year = worth(&price("100", Interval::Year), None, &definition).unwrap();
        assert_eq!(year, Worth { monthly: 833, annual: 10_000 });
        // 0.0071 a unit and month, 1000 units: 7.10.
        let mut units = price("0.0071", Interval::Month);
        units.quantity = 1000;
        assert_eq!(worth(&units, None, &definition).unwrap().monthly, 710);
        // 10 a week: 43.33; every two weeks 21.67.
        let mut week = price("10", Interval::Week);
        assert_eq!(worth(&week, None, &definition).unwrap().monthly, 4_333);
        week.count = 2;
        assert_eq!(worth(&week, None, &definition).unwrap().monthly, 2_167);
        // 1 a day: 365/12 = 30.42.
        let day = price("1", Interval::Day);
        assert_eq!(worth(&day, None, &definition).unwrap().monthly, 3_042);
    }

    /// ProfitWell: 120 a year less 10% is 9 a month.
    #[test]
    fn a_percentage_comes_off_before_rounding() {
        let definition = RevenueDefinition::new(usd());
        let ten = off(Reduction::Percent(parse_decimal("10").unwrap()));
        let found = worth(&price("120", Interval::Year), ten, &definition).unwrap();
        assert_eq!(found, Worth { monthly: 900, annual: 10_800 });
    }

    #[test]
    fn a_discount_above_the_price_is_free_and_a_credit_stays_one() {
        let definition = RevenueDefinition::new(usd());
        let large = off(Reduction::Amount(parse_decimal("15.5").unwrap()));
        let free = worth(&price("10.25", Interval::Month), large, &definition).unwrap();
        assert_eq!(free.monthly, 0);
        let credit = worth(&price("-10", Interval::Month), large, &definition).unwrap();
        assert_eq!(credit.monthly, -2_550);
        let exact = discounted(&price("10.25", Interval::Month), large).unwrap();
        assert_eq!((exact.num, exact.den), (-525, 100));
    }

    #[test]
    fn what_does_not_fit_is_none_not_a_wrap() {
        let definition = RevenueDefinition::new(usd());
        let mut huge = price("999999999999999", Interval::Day);
        huge.quantity = u32::MAX;
        assert_eq!(worth(&huge, None, &definition), None);
    }

    #[test]
    fn conversion_knows_the_decimals_of_both_currencies() {
        let rate = |text| parse_decimal(text).unwrap();
        let code = |text| Currency::new(text).unwrap();
        let (dollars, dinars) =
            (RevenueDefinition::new(usd()), RevenueDefinition::new(code("KWD")));
        // 1000 yen at 0.0067: 6.70 dollars. 1.00 dollar at 0.305 is 0.305 dinar.
        assert_eq!(convert(1_000, rate("0.0067"), code("JPY"), &dollars), Some(670));
        assert_eq!(convert(100, rate("0.305"), usd(), &dinars), Some(305));
        assert_eq!(convert(50, rate("1.01"), code("EUR"), &dollars), Some(51));
        assert_eq!(convert(i64::MAX, rate("2"), code("EUR"), &dollars), None);
    }

    #[test]
    fn minor_units_of_ones_own_hold_for_prices_and_conversion() {
        let yen = Currency::new("JPY").unwrap();
        let mut definition = RevenueDefinition::new(usd());
        definition.minor_units =
            MinorUnits::default().with(usd(), 3).unwrap().with(yen, 2).unwrap();
        let found = worth(&price("1.2345", Interval::Month), None, &definition).unwrap();
        assert_eq!((found.monthly, found.annual), (1_235, 14_814));
        // 10.00 yen at 0.0067 are 0.067 dollars.
        let rate = parse_decimal("0.0067").unwrap();
        assert_eq!(convert(1_000, rate, yen, &definition), Some(67));
    }
}
