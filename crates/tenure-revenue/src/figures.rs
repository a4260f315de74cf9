//! Figures other people print, from numbers the caller has.

use tenure_stats::Ratio;

use crate::error::ChurnRangeError;
use crate::exact::{CompoundRate, Rate};
use crate::waterfall::Waterfall;

/// How many dollars are won for each one lost?
///
/// ```text
/// without_reactivation = (new + expansion) / (contraction + churn)
/// with_reactivation    = (new + expansion + reactivation) / (contraction + churn)
/// ```
///
/// *Shape*: sums of one period, in one unit; a rate, 0 or more. *Undefined when* nothing was lost.
/// *Accuracy*: exact. *Source*: Baremetrics and ChartMogul differ on reactivation; the name says
/// which is meant, the default is without.
///
/// ```
/// use tenure_revenue::QuickRatio;
/// let quick = QuickRatio { new: 20_000, expansion: 8_000, churn: 5_000, contraction: 3_000, ..Default::default() };
/// assert_eq!(quick.without_reactivation().ok_or("no losses")?.to_decimal(1), "3.5");
/// # Ok::<(), &str>(())
/// ```
#[expect(clippy::exhaustive_structs, reason = "the inputs of a formula")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuickRatio {
    /// Won from accounts that never paid.
    pub new: i128,
    /// Gained from accounts that pay.
    pub expansion: i128,
    /// Won from accounts that paid before.
    pub reactivation: i128,
    /// Lost with accounts that left.
    pub churn: i128,
    /// Lost from accounts that stay.
    pub contraction: i128,
}

impl QuickRatio {
    /// The quick ratio of a waterfall.
    #[must_use]
    pub const fn of(waterfall: &Waterfall) -> Self {
        let lines = waterfall.lines();
        Self {
            new: lines.new,
            expansion: lines.expansion,
            reactivation: lines.reactivation,
            churn: lines.churn,
            contraction: lines.contraction,
        }
    }

    /// (new + expansion) / (contraction + churn); `None` without losses.
    #[must_use]
    pub fn without_reactivation(&self) -> Option<Rate> {
        let gained = self.new.checked_add(self.expansion)?;
        Rate::new(gained, self.contraction.checked_add(self.churn)?)
    }

    /// (new + expansion + reactivation) / (contraction + churn); `None` without losses.
    #[must_use]
    pub fn with_reactivation(&self) -> Option<Rate> {
        let plain = self.without_reactivation()?;
        Rate::new(plain.num().checked_add(self.reactivation)?, plain.den())
    }
}

/// How much annual revenue did a dollar of last quarter's sales and marketing bring?
///
/// ```text
/// 4 * change of quarterly revenue / sales and marketing of the quarter before
/// ```
///
/// *Shape*: two sums in one unit; a rate. *Undefined when* nothing was spent. *Accuracy*: exact.
/// *Source*: Scale Venture Partners, "Magic Number".
///
/// ```
/// let magic = tenure_revenue::magic_number(480_000, 1_800_000).ok_or("nothing spent")?;
/// assert_eq!(magic.to_decimal(2), "1.07");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn magic_number(quarterly_change: i128, sales_and_marketing_before: i128) -> Option<Rate> {
    Rate::new(quarterly_change.checked_mul(4)?, sales_and_marketing_before)
}

/// By how much did revenue grow, of what it was?
///
/// ```text
/// (gains - losses) / opening
/// ```
///
/// *Shape*: three sums in one unit; a rate, negative for a shrinking company. *Undefined when* the
/// opening is 0. *Accuracy*: exact.
///
/// ```
/// let growth = tenure_revenue::net_growth(100, 30, 10).ok_or("nothing at the opening")?;
/// assert_eq!(growth.to_decimal(2), "0.20");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn net_growth(opening: i128, gains: i128, losses: i128) -> Option<Rate> {
    Rate::new(gains.checked_sub(losses)?, opening)
}

/// Revenue at both ends of one day.
///
/// ```
/// use tenure_revenue::DayOfRevenue;
/// let day = DayOfRevenue { open: 100, close: 120, new: 10 };
/// assert_eq!(day.net_churn().ok_or("nothing at the opening")?.to_decimal(1), "-0.1");
/// # Ok::<(), &str>(())
/// ```
#[expect(clippy::exhaustive_structs, reason = "the inputs of a formula")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayOfRevenue {
    /// At the start of the day.
    pub open: i128,
    /// At its end.
    pub close: i128,
    /// What of it is new business.
    pub new: i128,
}

impl DayOfRevenue {
    /// (open - (close - new)) / open; `None` if the day opens at 0.
    #[must_use]
    pub fn net_churn(&self) -> Option<Rate> {
        Rate::new(self.open.checked_sub(self.close.checked_sub(self.new)?)?, self.open)
    }
}

/// How much revenue leaked a period, counted day by day?
///
/// ```text
/// sum over days of (open - (close - new)) / open
/// ```
///
/// *Shape*: one row a day; a rate, negative where expansion wins. *Undefined when* there is no day,
/// or any opens at 0. *Accuracy*: exact. *Source*: ChartMogul, "Shopify" formula (article
/// 4414075567250); the daily terms are added, not averaged.
///
/// ```
/// use tenure_revenue::{DayOfRevenue, daily_net_churn};
/// let day = DayOfRevenue { open: 100, close: 98, new: 0 };
/// assert_eq!(daily_net_churn(&[day, day]).ok_or("undefined")?.to_decimal(2), "0.04");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn daily_net_churn(days: &[DayOfRevenue]) -> Option<CompoundRate> {
    if days.is_empty() {
        return None;
    }
    CompoundRate::sum(days.iter().map(DayOfRevenue::net_churn))
}

/// Which share of the accounts left? By four denominators, each with its name.
///
/// ```text
/// cohort                     = lost_of_opening / opening              (default)
/// lost_over_opening          = lost / opening
/// lost_over_average          = 2 lost / (opening + closing)
/// lost_over_opening_plus_new = lost / (opening + new)
/// closing                    = opening + new - lost
/// ```
///
/// *Shape*: counts of one period; rates. *Undefined when* the denominator is 0. *Accuracy*: exact.
/// *Source*: opening plus new is Stripe's; only the cohort rate never exceeds 1 by accounts that
/// came and left within the period.
///
/// ```
/// use tenure_revenue::LogoChurn;
/// let churn = LogoChurn { opening: 100, new: 20, lost: 6, lost_of_opening: 4 };
/// assert_eq!(churn.cohort().ok_or("no opening")?.to_decimal(2), "0.04");
/// assert_eq!(churn.lost_over_opening_plus_new().ok_or("no opening")?.to_decimal(2), "0.05");
/// # Ok::<(), &str>(())
/// ```
#[expect(clippy::exhaustive_structs, reason = "the inputs of a formula")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogoChurn {
    /// Paying at the start.
    pub opening: u64,
    /// Won in the period.
    pub new: u64,
    /// Lost in the period, whenever won.
    pub lost: u64,
    /// Lost of those paying at the start.
    pub lost_of_opening: u64,
}

impl LogoChurn {
    /// Lost of the opening accounts, by them: the default.
    #[must_use]
    pub fn cohort(&self) -> Option<Rate> {
        Rate::of_counts(self.lost_of_opening, self.opening)
    }

    /// All lost, by the opening accounts.
    #[must_use]
    pub fn lost_over_opening(&self) -> Option<Rate> {
        Rate::of_counts(self.lost, self.opening)
    }

    /// All lost, by the mean of opening and closing accounts.
    #[must_use]
    pub fn lost_over_average(&self) -> Option<Rate> {
        let [opening, new, lost] = [self.opening, self.new, self.lost].map(i128::from);
        let closing = opening.checked_add(new)?.checked_sub(lost)?;
        Rate::new(lost.checked_mul(2)?, opening.checked_add(closing)?)
    }

    /// All lost, by the opening and the new accounts.
    #[must_use]
    pub fn lost_over_opening_plus_new(&self) -> Option<Rate> {
        Rate::of_counts(self.lost, self.opening.checked_add(self.new)?)
    }
}

/// What is a monthly churn over a year?
///
/// ```text
/// 1 - (1 - monthly)^12
/// ```
///
/// *Shape*: a rate of a month; a rate of a year. Not twelve times the month: 5% a month is 45.96% a
/// year, not 60%. *Accuracy*: exact. *Source*: Gold (2020), "Fighting Churn with Data", listing 2.6.
///
/// # Errors
/// A churn above 1: more cannot leave than is there. A negative one (net, with expansion) is fine.
///
/// ```
/// use tenure_revenue::{Rate, annualise_monthly};
/// let year = annualise_monthly(Rate::new(5, 100).ok_or("undefined")?)?;
/// assert_eq!(year.to_decimal(4), "0.4596");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn annualise_monthly(monthly: Rate) -> Result<CompoundRate, ChurnRangeError> {
    let refused = || ChurnRangeError {
        field: "monthly churn",
        found: monthly.to_decimal(10),
        expected: "1 or less",
    };
    let kept = monthly.complement().ok_or_else(refused)?;
    if (kept.num() < 0) != (kept.den() < 0) && kept.num() != 0 {
        return Err(refused());
    }
    CompoundRate::product([Some(kept); 12]).and_then(|kept| kept.complement()).ok_or_else(refused)
}

/// What is a churn over so many days over a year, and over a month of 365/12 days?
///
/// ```text
/// annual  = 1 - (1 - churn)^(365/days)
/// monthly = 1 - (1 - churn)^(365/12/days)
/// ```
///
/// *Shape*: a share, at most 1, and whole days; annual and monthly share. *Accuracy*: a float within
/// a few units in the last place, small churns included. *Source*: Gold (2020), "Fighting Churn with
/// Data".
///
/// # Errors
/// A churn above 1 or not finite, no days, or a growth that outgrows a float.
///
/// ```
/// let [annual, monthly] = tenure_revenue::annualise_days(0.05, 365)?;
/// assert!((annual - 0.05).abs() < 1e-15 && (monthly - 0.004_265).abs() < 1e-6);
/// # Ok::<(), tenure_revenue::ChurnRangeError>(())
/// ```
pub fn annualise_days(churn: f64, days: u32) -> Result<[f64; 2], ChurnRangeError> {
    if days == 0 {
        let found = days.to_string();
        return Err(ChurnRangeError { field: "days", found, expected: "1 or more" });
    }
    let over = |exponent: f64| -libm::expm1(libm::log1p(-churn) * exponent);
    let periods = 365.0 / f64::from(days);
    let found = [over(periods), over(periods / 12.0)];
    if churn <= 1.0 && found.iter().all(|share| share.is_finite()) {
        Ok(found)
    } else {
        let expected = "a finite share of 1 or less";
        Err(ChurnRangeError { field: "churn", found: churn.to_string(), expected })
    }
}

/// What is an account worth over its life, if revenue a month and churn stay as they are?
///
/// ```text
/// arpa * margin / churn
/// ```
///
/// *Shape*: average revenue an account and month (minor units), the gross margin, the monthly churn;
/// minor units, as a rate whose numerator is `arpa * margin` times the churn's denominator, and whole:
/// of the margin's denominator only what does not divide it is left. *Undefined when* churn is 0: not infinite. A negative (net) churn gives a negative,
/// meaningless number. *Accuracy*: exact. *Source*: ProfitWell; it assumes a constant churn, which
/// cohorts rarely have.
///
/// ```
/// use tenure_revenue::{Rate, lifetime_value};
/// let (margin, churn) = (Rate::new(8, 10).ok_or("")?, Rate::new(5, 100).ok_or("")?);
/// let value = lifetime_value(100, margin, churn).ok_or("nobody leaves")?;
/// assert_eq!((value.num(), value.den()), (8_000, 5));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn lifetime_value(arpa: i128, margin: Rate, churn: Rate) -> Option<Rate> {
    let margin = margin.ratio();
    let earned = arpa.checked_mul(margin.num())?.checked_mul(churn.den())?;
    let whole = Ratio::new(earned, margin.den())?.reduced();
    Rate::new(whole.num(), whole.den().checked_mul(churn.num())?)
}

/// Revenue lost by longer billing cycles, reported apart from downsell.
///
/// ```
/// use tenure_revenue::CycleExtension;
/// let cycle = CycleExtension { opening: 1_000, downsell: 50, extension: 20 };
/// assert_eq!(cycle.mrr_churn().ok_or("no opening")?.to_decimal(2), "0.05");
/// assert_eq!(cycle.extension().ok_or("no opening")?.to_decimal(2), "0.02");
/// # Ok::<(), &str>(())
/// ```
#[expect(clippy::exhaustive_structs, reason = "the inputs of a formula")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CycleExtension {
    /// Revenue at the opening.
    pub opening: i128,
    /// Lost to smaller plans.
    pub downsell: i128,
    /// Lost to the discount of a longer billing cycle.
    pub extension: i128,
}

impl CycleExtension {
    /// downsell / opening; `None` if the opening is 0.
    #[must_use]
    pub const fn mrr_churn(&self) -> Option<Rate> {
        Rate::new(self.downsell, self.opening)
    }

    /// extension / opening; `None` if the opening is 0.
    #[must_use]
    pub const fn extension(&self) -> Option<Rate> {
        Rate::new(self.extension, self.opening)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        DayOfRevenue, LogoChurn, QuickRatio, annualise_days, annualise_monthly, daily_net_churn,
        lifetime_value,
    };
    use crate::exact::Rate;

    #[test]
    fn nothing_to_divide_by_is_undefined() {
        assert_eq!(QuickRatio { new: 5, ..Default::default() }.without_reactivation(), None);
        assert_eq!(super::magic_number(5, 0), None);
        assert_eq!(super::net_growth(0, 5, 1), None);
        assert_eq!(daily_net_churn(&[]), None);
        let [full, empty] = [100, 0].map(|open| DayOfRevenue { open, close: 5, new: 0 });
        assert_eq!(daily_net_churn(&[full, empty]), None);
        let margin = Rate::new(8, 10).unwrap();
        assert_eq!(lifetime_value(100, margin, Rate::new(0, 1).unwrap()), None);
        let none = LogoChurn { opening: 0, new: 0, lost: 0, lost_of_opening: 0 };
        assert_eq!(none.cohort(), None);
        assert_eq!(none.lost_over_average(), None);
        assert_eq!(none.lost_over_opening_plus_new(), None);
    }

    #[test]
    fn more_than_everybody_cannot_leave() {
        let error = annualise_monthly(Rate::new(101, 100).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "`monthly churn` is `1.0100000000`, expected 1 or less");
        assert!(annualise_monthly(Rate::new(-101, -100).unwrap()).is_err());
        let all = annualise_monthly(Rate::new(1, 1).unwrap()).unwrap();
        assert_eq!(all.to_decimal(1), "1.0");
        assert_eq!(annualise_monthly(Rate::new(-1, -1).unwrap()).unwrap().to_decimal(1), "1.0");
        assert!(annualise_days(1.01, 30).is_err());
        assert!(annualise_days(f64::NAN, 30).is_err());
        assert!(annualise_days(-1e300, 1).is_err());
        assert!(annualise_days(0.1, 0).is_err());
        assert!(
            annualise_days(1.0, 30).unwrap().iter().all(|share| share.to_bits() == 1_f64.to_bits())
        );
    }

    /// A day of 1e-12 is a year of 365e-12 less second order: `1 - (1 - c)^365` alone would lose
    /// four digits.
    #[test]
    fn small_churns_keep_their_digits() {
        let [annual, _] = annualise_days(1e-12, 1).unwrap();
        assert!((annual / 365e-12 - 1.0).abs() < 1e-9);
    }
}
