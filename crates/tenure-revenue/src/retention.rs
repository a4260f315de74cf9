//! Retention from one close to another, under every name in use.

use tenure_model::Month;

use crate::definition::options;
use crate::exact::{CompoundRate, Rate};
use crate::plan::RevenuePlan;
use crate::waterfall::{Cell, Sign, Waterfall, amount, count};

options! {
    /// The names retention goes by. Each is defined where [`Retention`] computes it.
    ///
    /// ```
    /// use tenure_revenue::RetentionMeasure;
    /// assert_eq!(RetentionMeasure::default().name(), "nrr_point_to_point");
    /// assert_eq!(RetentionMeasure::ALL.len(), 14);
    /// ```
    RetentionMeasure {
        /// What the base is worth at the end, by what it was worth.
        NrrPointToPoint = "nrr_point_to_point",
        /// Only accounts above 0 at every close.
        NrrExcludeReturned = "nrr_exclude_returned",
        /// From the company's net movements.
        NrrFormulaNet = "nrr_formula_net",
        /// The same plus reactivation.
        NrrFormulaNetWithReactivation = "nrr_formula_net_with_reactivation",
        /// From the company's gross movements.
        NrrFormulaGross = "nrr_formula_gross",
        /// The same plus reactivation.
        NrrFormulaGrossWithReactivation = "nrr_formula_gross_with_reactivation",
        /// The product of the rates of each month.
        NrrCompoundedMonthly = "nrr_compounded_monthly",
        /// Each account capped at its opening.
        GrrPointToPoint = "grr_point_to_point",
        /// Each account at its lowest close.
        GrrPathMin = "grr_path_min",
        /// From the company's net losses.
        GrrFormulaNet = "grr_formula_net",
        /// From the company's gross losses.
        GrrFormulaGross = "grr_formula_gross",
        /// The total capped at the opening total.
        GrrMinOfTotals = "grr_min_of_totals",
        /// Accounts above 0 at the end.
        LogoPointToPoint = "logo_point_to_point",
        /// Accounts above 0 at every close.
        LogoContinuous = "logo_continuous",
    }
}

/// What the base accounts of a window add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(crate) struct WindowSums {
    /// Accounts with an opening above 0, and the sum of those openings.
    pub(crate) accounts: u64,
    pub(crate) base: i128,
    /// Their closings: all, and those of accounts above 0 at every close.
    pub(crate) closing: i128,
    pub(crate) continuous: i128,
    /// The same capped at the opening, and at the lowest close on the way.
    pub(crate) capped: i128,
    pub(crate) path_min: i128,
    /// Accounts above 0 at the end, and at every close.
    pub(crate) logos: u64,
    pub(crate) logos_continuous: u64,
}

impl WindowSums {
    /// One account, by its closes from the first to the last of the window.
    pub(crate) fn of(path: &[i128]) -> Self {
        let Some((&opening, &closing)) = path.first().zip(path.last()) else {
            return Self::default();
        };
        if opening <= 0 {
            return Self::default();
        }
        let lowest = path.iter().copied().fold(opening, i128::min);
        let continuous = lowest > 0;
        Self {
            accounts: 1,
            base: opening,
            closing,
            continuous: if continuous { closing } else { 0 },
            capped: opening.min(closing.max(0)),
            path_min: lowest.max(0),
            logos: u64::from(closing > 0),
            logos_continuous: u64::from(continuous),
        }
    }
}

impl Cell for WindowSums {
    fn combined(self, other: Self, sign: Sign) -> Option<Self> {
        Some(Self {
            accounts: count(self.accounts, other.accounts, sign)?,
            base: amount(self.base, other.base, sign)?,
            closing: amount(self.closing, other.closing, sign)?,
            continuous: amount(self.continuous, other.continuous, sign)?,
            capped: amount(self.capped, other.capped, sign)?,
            path_min: amount(self.path_min, other.path_min, sign)?,
            logos: count(self.logos, other.logos, sign)?,
            logos_continuous: count(self.logos_continuous, other.logos_continuous, sign)?,
        })
    }
}

/// How much of the revenue at one close is there at a later one: net dollar retention, gross
/// retention and logo retention, each under its own name.
///
/// ```text
/// o, c = an account's closes at the start and the end of the window
/// base = accounts with o > 0
/// nrr_point_to_point  = sum c / sum o                    over the base   (NDR, the default)
/// grr_point_to_point  = sum min(o, max(c, 0)) / sum o    over the base   (default, in [0, 1])
/// logo_point_to_point = accounts with c > 0 / accounts   over the base   (default)
/// ```
///
/// *Shape*: sums in minor units and counts in; rates out, numerator and denominator as counted.
/// One more account adds to both; a rate is never averaged.
///
/// *Undefined when* the base is empty (the formula names: when the company opens at 0): `None`.
///
/// *Accuracy*: exact.
///
/// *Source*: the names differ in what they count; spec and vendors disagree on "NRR" alone. The
/// formula names count the expansion of accounts won inside the window, the formula GRR turns
/// negative when a rise is undone, [`Retention::grr_min_of_totals`] hides a lost customer behind
/// another's rise, and compounding renews the base every month. Hence the defaults. `fx` and
/// `adjustment` enter no formula.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Currency, Instant, Money, Month, Zone};
/// use tenure_revenue::{RevenueDefinition, RevenuePlan};
///
/// let usd = Currency::new("USD")?;
/// let (a, b) = (Month::parse("2024-01")?, Month::parse("2024-02")?);
/// let plan = RevenuePlan::new(RevenueDefinition::new(usd), a, b)?.with_window(a, b)?;
/// let set = |day: &str, amount: &str| -> Result<_, Box<dyn std::error::Error>> {
///     let monthly = Money::parse(amount, usd)?;
///     let at = Instant::parse(day, Zone::UTC)?;
///     Ok(SubscriptionEvent::new(at, "S-1", SubscriptionChange::Set { monthly }))
/// };
/// let mut state = plan.state();
/// // One account falls from 100 to 50, another rises from 100 to 130.
/// state.push(&plan.account(&[set("2024-01-05", "100")?, set("2024-02-05", "50")?])?)?;
/// state.push(&plan.account(&[set("2024-01-05", "100")?, set("2024-02-05", "130")?])?)?;
/// let retention = state.retention(a, b).ok_or("not asked")?;
/// assert_eq!(retention.nrr_point_to_point().ok_or("no base")?.to_decimal(2), "0.90");
/// assert_eq!(retention.grr_point_to_point().ok_or("no base")?.to_decimal(2), "0.75");
/// assert_eq!(retention.logo_point_to_point().ok_or("no base")?.to_decimal(2), "1.00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    pub(crate) plan: RevenuePlan,
    pub(crate) from: Month,
    pub(crate) to: Month,
    pub(crate) sums: WindowSums,
    /// The company over the months of the window; opening and closing only, where it has none.
    pub(crate) net: Waterfall,
    pub(crate) gross: Waterfall,
    /// Opening and kept revenue of the base of each month.
    pub(crate) monthly: Vec<(i128, i128)>,
}

impl Retention {
    fn over_base(&self, num: i128) -> Option<Rate> {
        Rate::new(num, self.sums.base)
    }

    /// What the base is worth at the end, by what it was worth: the default net dollar retention
    /// (NRR, NDR). May exceed 1.
    #[must_use]
    pub fn nrr_point_to_point(&self) -> Option<Rate> {
        self.over_base(self.sums.closing)
    }

    /// The same, counting only accounts above 0 at every month close of the window.
    #[must_use]
    pub fn nrr_exclude_returned(&self) -> Option<Rate> {
        self.over_base(self.sums.continuous)
    }

    /// What the base is worth at the end, each account capped at its opening: the default gross
    /// retention, in \[0, 1\].
    #[must_use]
    pub fn grr_point_to_point(&self) -> Option<Rate> {
        self.over_base(self.sums.capped)
    }

    /// The lowest month close of each account on the way, summed, by the base.
    #[must_use]
    pub fn grr_path_min(&self) -> Option<Rate> {
        self.over_base(self.sums.path_min)
    }

    /// The smaller of both totals by the opening one: hides a lost account behind another's rise.
    /// Never a default.
    #[must_use]
    pub fn grr_min_of_totals(&self) -> Option<Rate> {
        self.over_base(self.sums.base.min(self.sums.closing))
    }

    /// Accounts above 0 at the end, by the accounts of the base: the default logo retention.
    #[must_use]
    pub fn logo_point_to_point(&self) -> Option<Rate> {
        Rate::of_counts(self.sums.logos, self.sums.accounts)
    }

    /// Accounts above 0 at every month close, by the accounts of the base.
    #[must_use]
    pub fn logo_continuous(&self) -> Option<Rate> {
        Rate::of_counts(self.sums.logos_continuous, self.sums.accounts)
    }

    /// (O + expansion - contraction - churn) / O from the company's net movements.
    #[must_use]
    pub fn nrr_formula_net(&self) -> Option<Rate> {
        nrr_formula(&self.net)
    }

    /// The same plus reactivation.
    #[must_use]
    pub fn nrr_formula_net_with_reactivation(&self) -> Option<Rate> {
        with_reactivation(&self.net)
    }

    /// (O + expansion - contraction - churn) / O from the company's gross movements.
    #[must_use]
    pub fn nrr_formula_gross(&self) -> Option<Rate> {
        nrr_formula(&self.gross)
    }

    /// The same plus reactivation.
    #[must_use]
    pub fn nrr_formula_gross_with_reactivation(&self) -> Option<Rate> {
        with_reactivation(&self.gross)
    }

    /// (O - contraction - churn) / O from the company's net movements; can be negative.
    #[must_use]
    pub fn grr_formula_net(&self) -> Option<Rate> {
        grr_formula(&self.net)
    }

    /// (O - contraction - churn) / O from the company's gross movements; can be negative.
    #[must_use]
    pub fn grr_formula_gross(&self) -> Option<Rate> {
        grr_formula(&self.gross)
    }

    /// The product of the point-to-point rates of each month; `None` if any month's base is empty.
    #[must_use]
    pub fn nrr_compounded_monthly(&self) -> Option<CompoundRate> {
        CompoundRate::product(self.monthly.iter().map(|&(base, kept)| Rate::new(kept, base)))
    }

    /// The rate of that name. [`RetentionMeasure::NrrCompoundedMonthly`] is none of two integers
    /// that fit: see [`Retention::value`].
    #[must_use]
    pub fn rate(&self, measure: RetentionMeasure) -> Option<Rate> {
        match measure {
            RetentionMeasure::NrrPointToPoint => self.nrr_point_to_point(),
            RetentionMeasure::NrrExcludeReturned => self.nrr_exclude_returned(),
            RetentionMeasure::NrrFormulaNet => self.nrr_formula_net(),
            RetentionMeasure::NrrFormulaNetWithReactivation => {
                self.nrr_formula_net_with_reactivation()
            }
            RetentionMeasure::NrrFormulaGross => self.nrr_formula_gross(),
            RetentionMeasure::NrrFormulaGrossWithReactivation => {
                self.nrr_formula_gross_with_reactivation()
            }
            RetentionMeasure::NrrCompoundedMonthly => None,
            RetentionMeasure::GrrPointToPoint => self.grr_point_to_point(),
            RetentionMeasure::GrrPathMin => self.grr_path_min(),
            RetentionMeasure::GrrFormulaNet => self.grr_formula_net(),
            RetentionMeasure::GrrFormulaGross => self.grr_formula_gross(),
            RetentionMeasure::GrrMinOfTotals => self.grr_min_of_totals(),
            RetentionMeasure::LogoPointToPoint => self.logo_point_to_point(),
            RetentionMeasure::LogoContinuous => self.logo_continuous(),
        }
    }

    /// The quotient of that name to so many places, half to even; `None` where it is undefined.
    ///
    /// ```
    /// use tenure_model::{Currency, Month};
    /// use tenure_revenue::{RetentionMeasure, RevenueDefinition, RevenuePlan};
    /// let (a, b) = (Month::parse("2024-01")?, Month::parse("2024-02")?);
    /// let plan = RevenuePlan::new(RevenueDefinition::new(Currency::new("USD")?), a, b)?
    ///     .with_window(a, b)?;
    /// let nobody = plan.state().retention(a, b).ok_or("not asked")?;
    /// assert_eq!(nobody.value(RetentionMeasure::GrrPointToPoint, 4), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn value(&self, measure: RetentionMeasure, places: u32) -> Option<String> {
        match measure {
            RetentionMeasure::NrrCompoundedMonthly => {
                Some(self.nrr_compounded_monthly()?.to_decimal(places))
            }
            _ => Some(self.rate(measure)?.to_decimal(places)),
        }
    }

    /// Revenue churn net of expansion: 1 less [`Retention::nrr_point_to_point`].
    #[must_use]
    pub fn net_revenue_churn(&self) -> Option<Rate> {
        self.nrr_point_to_point()?.complement()
    }

    /// Revenue churn: 1 less [`Retention::grr_point_to_point`].
    #[must_use]
    pub fn gross_revenue_churn(&self) -> Option<Rate> {
        self.grr_point_to_point()?.complement()
    }

    /// The month whose close opens the window.
    #[must_use]
    pub const fn from(&self) -> Month {
        self.from
    }

    /// The month whose close ends it.
    #[must_use]
    pub const fn to(&self) -> Month {
        self.to
    }

    /// Accounts of the base.
    #[must_use]
    pub const fn base_accounts(&self) -> u64 {
        self.sums.accounts
    }

    /// What the base was worth at the start, minor units.
    #[must_use]
    pub const fn base_amount(&self) -> i128 {
        self.sums.base
    }

    /// What the base is worth at the end, minor units.
    #[must_use]
    pub const fn kept_amount(&self) -> i128 {
        self.sums.closing
    }

    /// The same, each account capped at what it was worth at the start.
    #[must_use]
    pub const fn kept_amount_capped(&self) -> i128 {
        self.sums.capped
    }

    /// Accounts of the base that are above 0 at the end.
    #[must_use]
    pub const fn kept_accounts(&self) -> u64 {
        self.sums.logos
    }

    /// The question it answers, with its definition.
    #[must_use]
    pub const fn plan(&self) -> &RevenuePlan {
        &self.plan
    }
}

fn nrr_formula(company: &Waterfall) -> Option<Rate> {
    let lines = company.lines();
    let lost = lines.contraction.checked_add(lines.churn)?;
    let kept = lines.opening.checked_add(lines.expansion)?.checked_sub(lost)?;
    Rate::new(kept, lines.opening)
}

fn with_reactivation(company: &Waterfall) -> Option<Rate> {
    let plain = nrr_formula(company)?;
    Rate::new(plain.num().checked_add(company.lines().reactivation)?, plain.den())
}

fn grr_formula(company: &Waterfall) -> Option<Rate> {
    let lines = company.lines();
    let lost = lines.contraction.checked_add(lines.churn)?;
    Rate::new(lines.opening.checked_sub(lost)?, lines.opening)
}

#[cfg(test)]
mod tests {
    use super::WindowSums;

    #[test]
    fn an_account_that_was_away_counts_at_the_end_but_not_throughout() {
        let sums = WindowSums::of(&[100, 0, 120]);
        assert_eq!((sums.base, sums.closing, sums.continuous), (100, 120, 0));
        assert_eq!((sums.capped, sums.path_min), (100, 0));
        assert_eq!((sums.logos, sums.logos_continuous), (1, 0));
    }

    #[test]
    fn an_account_not_above_zero_at_the_opening_is_no_base() {
        assert_eq!(WindowSums::of(&[0, 50]), WindowSums::default());
        assert_eq!(WindowSums::of(&[-5, 50]), WindowSums::default());
        assert_eq!(WindowSums::of(&[]), WindowSums::default());
    }

    #[test]
    fn a_credit_at_the_end_retains_nothing_gross() {
        let sums = WindowSums::of(&[100, -20]);
        assert_eq!((sums.closing, sums.capped, sums.path_min), (-20, 0, 0));
    }
}
