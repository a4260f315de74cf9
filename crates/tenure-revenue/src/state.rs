//! The sums of many accounts: pushed, merged, taken back.

use std::collections::BTreeMap;

use tenure_model::{Currency, Month};
use tenure_stats::{SurvivalCount, SurvivalRow, kaplan_meier};

use crate::account::AccountRevenue;
use crate::cohort::CohortRow;
use crate::error::StateError;
use crate::plan::{RevenuePlan, span};
use crate::retention::{Retention, WindowSums};
use crate::waterfall::{Cell, Logos, MovementCounts, Sign, Waterfall, amount, count};

/// The sums of one reported month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(crate) struct MonthSums {
    pub(crate) net: Waterfall,
    pub(crate) logos: Logos,
    pub(crate) gross: Waterfall,
    pub(crate) counts: MovementCounts,
    pub(crate) arr: i128,
    /// Openings above 0, and the closings of the same accounts.
    pub(crate) base: i128,
    pub(crate) kept: i128,
}

impl MonthSums {
    pub(crate) fn empty(currency: Currency) -> Self {
        Self {
            net: Waterfall::empty(currency),
            logos: Logos::default(),
            gross: Waterfall::empty(currency),
            counts: MovementCounts::default(),
            arr: 0,
            base: 0,
            kept: 0,
        }
    }
}

impl Cell for MonthSums {
    fn combined(self, other: Self, sign: Sign) -> Option<Self> {
        Some(Self {
            net: self.net.combined(other.net, sign)?,
            logos: self.logos.combined(other.logos, sign)?,
            gross: self.gross.combined(other.gross, sign)?,
            counts: self.counts.combined(other.counts, sign)?,
            arr: amount(self.arr, other.arr, sign)?,
            base: amount(self.base, other.base, sign)?,
            kept: amount(self.kept, other.kept, sign)?,
        })
    }
}

/// Everything a state adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) accounts: u64,
    pub(crate) months: Vec<MonthSums>,
    pub(crate) windows: Vec<WindowSums>,
    /// By month of the first positive close; one row a month from there to the last of the plan.
    pub(crate) cohorts: BTreeMap<Month, Vec<CohortRow>>,
    /// By length of the first spell, in months.
    pub(crate) survival: BTreeMap<u64, SurvivalCount>,
}

impl Sums {
    pub(crate) fn empty(plan: &RevenuePlan) -> Self {
        let month = MonthSums::empty(plan.definition().currency);
        Self {
            accounts: 0,
            months: vec![month; plan.len()],
            windows: vec![WindowSums::default(); plan.windows().len()],
            cohorts: BTreeMap::new(),
            survival: BTreeMap::new(),
        }
    }

    /// Adds or takes back, all or nothing: `None` leaves everything as it was.
    fn absorb(&mut self, other: &Self, sign: Sign) -> Option<()> {
        let accounts = count(self.accounts, other.accounts, sign)?;
        let months = summed(&self.months, &other.months, sign)?;
        let windows = summed(&self.windows, &other.windows, sign)?;
        let mut cohorts = Vec::with_capacity(other.cohorts.len());
        for (&month, rows) in &other.cohorts {
            let rows = match self.cohorts.get(&month) {
                Some(ours) => summed(ours, rows, sign)?,
                None => summed(&vec![CohortRow::default(); rows.len()], rows, sign)?,
            };
            cohorts.push((month, rows));
        }
        let mut survival = Vec::with_capacity(other.survival.len());
        for (&spell, &theirs) in &other.survival {
            let ours = self.survival.get(&spell).copied().unwrap_or_default();
            survival.push((spell, ours.combined(theirs, sign)?));
        }
        (self.accounts, self.months, self.windows) = (accounts, months, windows);
        self.cohorts.extend(cohorts);
        self.survival.extend(survival);
        if sign == Sign::Take {
            // As if what was taken back had never been there.
            self.cohorts.retain(|_, rows| rows.first().is_some_and(|birth| birth.logos > 0));
            self.survival.retain(|_, count| *count != SurvivalCount::default());
        }
        Some(())
    }
}

/// Cell by cell; `None` if one does not fit, or there are not as many.
fn summed<T: Cell>(ours: &[T], other: &[T], sign: Sign) -> Option<Vec<T>> {
    if ours.len() != other.len() {
        return None;
    }
    let mut sums = Vec::with_capacity(ours.len());
    for (ours, other) in ours.iter().zip(other) {
        sums.push(ours.combined(*other, sign)?);
    }
    Some(sums)
}

/// The movements, retention, cohorts and spells of any number of accounts: one a segment, or one
/// for all. Made by [`RevenuePlan::state`].
///
/// *Shape*: one contribution an account in; sums by month, window, cohort and length out. Memory
/// does not grow with accounts. Merging is element-wise addition: the same bytes for any order and
/// any sharding **by account**. New, churned and capped amounts are not linear in subscriptions, so
/// all events of an account belong in one contribution.
///
/// A late event is: retract the old contribution, push the new one. That is equal to a batch over
/// everything, to the bit.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Currency, Instant, Money, Month, Zone};
/// use tenure_revenue::{RevenueDefinition, RevenuePlan};
///
/// let usd = Currency::new("USD")?;
/// let month = Month::parse("2024-01")?;
/// let plan = RevenuePlan::new(RevenueDefinition::new(usd), month, month)?;
/// let monthly = Money::parse("100.00", usd)?;
/// let at = Instant::parse("2024-01-05", Zone::UTC)?;
/// let events = [SubscriptionEvent::new(at, "S-1", SubscriptionChange::Set { monthly })];
/// let account = plan.account(&events)?;
///
/// let (mut here, mut there) = (plan.state(), plan.state());
/// here.push(&account)?;
/// there.push(&account)?;
/// here.merge(&there)?;
/// assert_eq!(here.logos(month).ok_or("not reported")?.closing(), 2);
/// here.retract(&account)?;
/// assert_eq!(here, there);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RevenueState {
    plan: RevenuePlan,
    sums: Sums,
}

impl RevenueState {
    pub(crate) fn new(plan: RevenuePlan) -> Self {
        let sums = Sums::empty(&plan);
        Self { plan, sums }
    }

    pub(crate) const fn from_parts(plan: RevenuePlan, sums: Sums) -> Self {
        Self { plan, sums }
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn sums(&self) -> &Sums {
        &self.sums
    }

    /// Adds an account.
    ///
    /// # Errors
    /// Another plan, or a sum that does not fit; the state is then as it was.
    pub fn push(&mut self, account: &AccountRevenue) -> Result<(), StateError> {
        self.absorb(&account.plan, &account.sums, Sign::Add)
    }

    /// Takes an account back that was pushed.
    ///
    /// # Errors
    /// Another plan, or a count that would be negative; the state is then as it was.
    pub fn retract(&mut self, account: &AccountRevenue) -> Result<(), StateError> {
        self.absorb(&account.plan, &account.sums, Sign::Take)
    }

    /// Adds the accounts of another state.
    ///
    /// # Errors
    /// Another plan, or a sum that does not fit; the state is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), StateError> {
        self.absorb(&other.plan, &other.sums, Sign::Add)
    }

    fn absorb(&mut self, plan: &RevenuePlan, sums: &Sums, sign: Sign) -> Result<(), StateError> {
        if self.plan != *plan {
            let (ours, other) = (self.plan.to_string(), plan.to_string());
            return Err(StateError::Definition { ours, other });
        }
        self.sums.absorb(sums, sign).ok_or(match sign {
            Sign::Add => StateError::Overflow,
            Sign::Take => StateError::NeverPushed,
        })
    }

    fn month(&self, month: Month) -> Option<&MonthSums> {
        self.sums.months.get(self.plan.place(month)?)
    }

    /// The net waterfall of a reported month: each account's open against its close.
    #[must_use]
    pub fn net(&self, month: Month) -> Option<&Waterfall> {
        Some(&self.month(month)?.net)
    }

    /// The gross waterfall of a reported month: each change of each account.
    #[must_use]
    pub fn gross(&self, month: Month) -> Option<&Waterfall> {
        Some(&self.month(month)?.gross)
    }

    /// Accounts that paid at the closes of a reported month, came and left between them.
    #[must_use]
    pub fn logos(&self, month: Month) -> Option<&Logos> {
        Some(&self.month(month)?.logos)
    }

    /// How many movements the gross waterfall of a reported month has.
    #[must_use]
    pub fn movement_counts(&self, month: Month) -> Option<&MovementCounts> {
        Some(&self.month(month)?.counts)
    }

    /// Annual recurring revenue at the close of a reported month, minor units: exact annual
    /// amounts, each rounded once; not twelve times the monthly revenue.
    #[must_use]
    pub fn arr(&self, month: Month) -> Option<i128> {
        Some(self.month(month)?.arr)
    }

    /// The net waterfall over all reported months: the first opening, every movement, the last
    /// closing. `None` if a sum does not fit.
    #[must_use]
    pub fn net_total(&self) -> Option<Waterfall> {
        chain(self.sums.months.iter().map(|month| month.net))
    }

    /// The gross waterfall over all reported months. `None` if a sum does not fit.
    #[must_use]
    pub fn gross_total(&self) -> Option<Waterfall> {
        chain(self.sums.months.iter().map(|month| month.gross))
    }

    /// The accounts over all reported months: the first opening, all that came and left, the last
    /// closing. `None` if a sum does not fit.
    #[must_use]
    pub fn logos_total(&self) -> Option<Logos> {
        let mut months = self.sums.months.iter().map(|month| month.logos);
        let first = months.next()?;
        months.try_fold(first, |total, month| total.then(&month))
    }

    /// Retention over a window the plan asked for; `None` for any other.
    #[must_use]
    pub fn retention(&self, from: Month, to: Month) -> Option<Retention> {
        let place = self.plan.windows().binary_search(&(from, to)).ok()?;
        let begin = span(self.plan.opening_month(), from);
        let end = begin.checked_add(span(from, to))?;
        let months = self.sums.months.get(begin..end)?;
        let (net, gross) = if months.is_empty() {
            let still = self.still(from)?;
            (still, still)
        } else {
            (
                chain(months.iter().map(|month| month.net))?,
                chain(months.iter().map(|month| month.gross))?,
            )
        };
        Some(Retention {
            plan: self.plan.clone(),
            from,
            to,
            sums: self.sums.windows.get(place).copied()?,
            net,
            gross,
            monthly: months.iter().map(|month| (month.base, month.kept)).collect(),
        })
    }

    /// A waterfall without a movement, at the close of a month.
    fn still(&self, month: Month) -> Option<Waterfall> {
        let close = match self.net(month) {
            Some(net) => net.lines().closing,
            None => self.sums.months.first()?.net.lines().opening,
        };
        let lines = crate::MovementLines { opening: close, closing: close, ..Default::default() };
        Waterfall::new(self.plan.definition().currency, lines).ok()
    }

    /// The cohorts, by month of the first positive close, each by age to the last month reported.
    #[must_use]
    pub const fn cohorts(&self) -> &BTreeMap<Month, Vec<CohortRow>> {
        &self.sums.cohorts
    }

    /// First spells by length: months from the first positive close to the first that is not.
    #[must_use]
    pub const fn spells(&self) -> &BTreeMap<u64, SurvivalCount> {
        &self.sums.survival
    }

    /// The survival curve of the first spells.
    #[must_use]
    pub fn survival(&self) -> Vec<SurvivalRow> {
        kaplan_meier(&self.sums.survival)
    }

    /// How many accounts were pushed, paying or not.
    #[must_use]
    pub const fn accounts(&self) -> u64 {
        self.sums.accounts
    }

    /// The question it answers, with its definition.
    #[must_use]
    pub const fn plan(&self) -> &RevenuePlan {
        &self.plan
    }
}

fn chain(mut months: impl Iterator<Item = Waterfall>) -> Option<Waterfall> {
    let first = months.next()?;
    months.try_fold(first, |total, month| total.then(&month).ok())
}
