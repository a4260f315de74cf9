//! Waterfalls by segment that close, also where accounts change their segment.

use std::collections::BTreeMap;

use tenure_model::{Currency, Month};

use crate::account::AccountRevenue;
use crate::definition::options;
use crate::error::{NotClosedError, StateError, WaterfallError};
use crate::plan::RevenuePlan;
use crate::waterfall::{MovementLines, Sign, amount};

options! {
    /// When an account's segment is looked up.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::SegmentPolicy::default().name(), "base");
    /// ```
    SegmentPolicy {
        /// At the opening of the first month: what happens does not choose the segment.
        Base = "base",
        /// At the last close.
        Current = "current",
        /// At every close: an account that changes its segment leaves one and enters another.
        EachClose = "each_close",
    }
}

/// A month of a segment: its waterfall, and the balances of accounts that came from another segment
/// or went to one.
///
/// ```text
/// opening + new + expansion - contraction - churn + reactivation + fx + adjustment
///     + entered - left = closing
/// ```
///
/// What an account moved by in the month it changes segment belongs to the segment it leaves; it
/// leaves with its closing balance. Over all segments `entered` and `left` are equal.
///
/// ```
/// use tenure_model::Currency;
/// use tenure_revenue::{MovementLines, SegmentMonth};
/// let lines = MovementLines { opening: 100, closing: 60, ..MovementLines::default() };
/// let month = SegmentMonth::new(Currency::new("USD")?, lines, 10, 50)?;
/// assert_eq!((month.entered(), month.left()), (10, 50));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentMonth {
    currency: Currency,
    lines: MovementLines,
    entered: i128,
    left: i128,
    accounts: u64,
}

impl SegmentMonth {
    /// A month of a segment that closes.
    ///
    /// # Errors
    /// The lines do not lead from opening to closing, or their sum does not fit.
    pub fn new(
        currency: Currency,
        lines: MovementLines,
        entered: i128,
        left: i128,
    ) -> Result<Self, WaterfallError> {
        let moved = lines
            .gap()
            .and_then(|gap| gap.checked_add(entered)?.checked_sub(left))
            .ok_or(WaterfallError::Overflow)?;
        if moved == 0 {
            Ok(Self { currency, lines, entered, left, accounts: 0 })
        } else {
            Err(NotClosedError { by: moved }.into())
        }
    }

    /// Its lines but these two.
    #[must_use]
    pub const fn lines(&self) -> &MovementLines {
        &self.lines
    }

    /// The balances of accounts that came from another segment.
    #[must_use]
    pub const fn entered(&self) -> i128 {
        self.entered
    }

    /// The balances of accounts that went to another segment.
    #[must_use]
    pub const fn left(&self) -> i128 {
        self.left
    }

    /// Accounts that pay at the close, and are in the segment then.
    #[must_use]
    pub const fn paying(&self) -> u64 {
        self.accounts
    }

    fn combined(&self, other: &Self) -> Option<Self> {
        let lines = self.lines.plus(&other.lines)?;
        let entered = amount(self.entered, other.entered, Sign::Add)?;
        let left = amount(self.left, other.left, Sign::Add)?;
        let accounts = self.accounts.checked_add(other.accounts)?;
        Some(Self { accounts, ..Self::new(self.currency, lines, entered, left).ok()? })
    }
}

/// The net waterfalls of a portfolio by segment and month.
///
/// *Shape*: an account and its segment at every close in; a month a segment out, closing to the minor
/// unit, segments summing to the total. Merging is addition.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Currency, Instant, Money, Month, Zone};
/// use tenure_revenue::{RevenueDefinition, RevenuePlan, RevenueSegments, SegmentPolicy};
///
/// let usd = Currency::new("USD")?;
/// let (january, february) = (Month::parse("2024-01")?, Month::parse("2024-02")?);
/// let plan = RevenuePlan::new(RevenueDefinition::new(usd), january, february)?;
/// let monthly = Money::parse("100", usd)?;
/// let at = Instant::parse("2024-01-05", Zone::UTC)?;
/// let events = [SubscriptionEvent::new(at, "S-1", SubscriptionChange::Set { monthly })];
/// let account = plan.account(&events)?;
/// // Small until January, large from February on.
/// let segment = |month| if month < february { "small" } else { "large" };
/// let mut segments = RevenueSegments::new(plan, SegmentPolicy::EachClose);
/// segments.push(&account, segment)?;
/// let left = segments.month(&"small", february).ok_or("no such segment")?;
/// assert_eq!((left.lines().opening, left.left(), left.lines().closing), (10_000, 10_000, 0));
/// let entered = segments.month(&"large", february).ok_or("no such segment")?;
/// assert_eq!((entered.entered(), entered.lines().closing), (10_000, 10_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RevenueSegments<S: Ord> {
    plan: RevenuePlan,
    policy: SegmentPolicy,
    segments: BTreeMap<S, Vec<SegmentMonth>>,
}

impl<S: Ord + Clone> RevenueSegments<S> {
    /// No account yet.
    #[must_use]
    pub const fn new(plan: RevenuePlan, policy: SegmentPolicy) -> Self {
        Self { plan, policy, segments: BTreeMap::new() }
    }

    /// Adds an account, by its segment at the close of any month from the one before the first
    /// reported to the last.
    ///
    /// # Errors
    /// Another plan, or a sum that does not fit; nothing is then changed.
    pub fn push(
        &mut self,
        account: &AccountRevenue,
        segment: impl Fn(Month) -> S,
    ) -> Result<(), StateError> {
        if account.plan != self.plan {
            let (ours, other) = (self.plan.to_string(), account.plan.to_string());
            return Err(StateError::Definition { ours, other });
        }
        let one = self.of_account(account, segment).ok_or(StateError::Overflow)?;
        self.absorb(&one)
    }

    /// Adds the accounts of others.
    ///
    /// # Errors
    /// Another plan or policy, or a sum that does not fit; nothing is then changed.
    pub fn merge(&mut self, other: &Self) -> Result<(), StateError> {
        if other.plan != self.plan || other.policy != self.policy {
            let text = |own: &Self| format!("{}, segments {}", own.plan, own.policy);
            return Err(StateError::Definition { ours: text(self), other: text(other) });
        }
        self.absorb(&other.segments)
    }

    fn absorb(&mut self, other: &BTreeMap<S, Vec<SegmentMonth>>) -> Result<(), StateError> {
        let mut sums = Vec::with_capacity(other.len());
        for (segment, months) in other {
            let Some(ours) = self.segments.get(segment) else {
                sums.push((segment.clone(), months.clone()));
                continue;
            };
            let sum: Option<Vec<SegmentMonth>> =
                ours.iter().zip(months).map(|(ours, other)| ours.combined(other)).collect();
            sums.push((segment.clone(), sum.ok_or(StateError::Overflow)?));
        }
        self.segments.extend(sums);
        Ok(())
    }

    fn of_account(
        &self,
        account: &AccountRevenue,
        segment: impl Fn(Month) -> S,
    ) -> Option<BTreeMap<S, Vec<SegmentMonth>>> {
        let currency = self.plan.definition().currency;
        let empty = SegmentMonth::new(currency, MovementLines::default(), 0, 0).ok()?;
        let mut found: BTreeMap<S, Vec<SegmentMonth>> = BTreeMap::new();
        for (place, month) in self.plan.months().enumerate() {
            let sums = account.sums.months.get(place)?;
            let lines = *sums.net.lines();
            let (from, to) = match self.policy {
                SegmentPolicy::Base => {
                    let base = segment(self.plan.opening_month());
                    (base.clone(), base)
                }
                SegmentPolicy::Current => {
                    let current = segment(self.plan.last());
                    (current.clone(), current)
                }
                SegmentPolicy::EachClose => (segment(month.plus(-1)?), segment(month)),
            };
            let paying = sums.logos.closing();
            let mut put = |name: S, month: SegmentMonth| {
                let months = found.entry(name).or_insert_with(|| vec![empty; self.plan.len()]);
                let slot = months.get_mut(place)?;
                *slot = slot.combined(&month)?;
                Some(())
            };
            if from == to {
                let month = SegmentMonth::new(currency, lines, 0, 0).ok()?;
                put(from, SegmentMonth { accounts: paying, ..month })?;
                continue;
            }
            let balance = lines.closing;
            let stays = MovementLines { closing: 0, ..lines };
            put(from, SegmentMonth::new(currency, stays, 0, balance).ok()?)?;
            let comes = MovementLines { closing: balance, ..MovementLines::default() };
            let month = SegmentMonth::new(currency, comes, balance, 0).ok()?;
            put(to, SegmentMonth { accounts: paying, ..month })?;
        }
        Some(found)
    }

    /// The segments, in order.
    pub fn segments(&self) -> impl Iterator<Item = &S> {
        self.segments.keys()
    }

    /// A reported month of a segment; `None` of another month, or a segment no account was in.
    #[must_use]
    pub fn month(&self, segment: &S, month: Month) -> Option<&SegmentMonth> {
        self.segments.get(segment)?.get(self.plan.place(month)?)
    }

    /// When the segment is looked up.
    #[must_use]
    pub const fn policy(&self) -> SegmentPolicy {
        self.policy
    }

    /// The question it answers, with its definition.
    #[must_use]
    pub const fn plan(&self) -> &RevenuePlan {
        &self.plan
    }
}
