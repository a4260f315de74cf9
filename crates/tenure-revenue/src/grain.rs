//! The same waterfalls by quarter, year or day: open against close of another length of period.

use std::fmt;
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};
use tenure_model::{Month, Period};

use crate::account::{Step, Walk};
use crate::definition::{FxPolicy, options};
use crate::error::{LedgerError, PlanError, StateError};
use crate::plan::RevenuePlan;
use crate::row::SubscriptionRow;
use crate::state::MonthSums;
use crate::timeline::{CALENDAR_START, Timeline};
use crate::waterfall::{Cell as _, Logos, MovementCounts, Sign, Waterfall};

options! {
    /// How long a period of a waterfall is.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::Grain::default().name(), "month");
    /// ```
    Grain {
        /// A calendar month.
        Month = "month",
        /// Three months from January, April, July or October.
        Quarter = "quarter",
        /// A calendar year.
        Year = "year",
        /// A day, from midnight to midnight in the zone of the report.
        Day = "day",
    }
}

impl Grain {
    /// The first day of the period a day lies in.
    fn start(self, day: NaiveDate) -> Option<NaiveDate> {
        let month = match self {
            Self::Day => return Some(day),
            Self::Month => day.month0(),
            Self::Quarter => day.month0().checked_sub(day.month0().checked_rem(3)?)?,
            Self::Year => 0,
        };
        NaiveDate::from_ymd_opt(day.year(), month.checked_add(1)?, 1)
    }

    /// The first day of the period after the one that begins with this day.
    fn next(self, start: NaiveDate) -> Option<NaiveDate> {
        let months = match self {
            Self::Day => return start.succ_opt(),
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        };
        Some(Month::of(start)?.plus(months)?.first_day())
    }
}

/// A plan with periods of another length. Made by [`RevenuePlan::by_grain`]; cheap to clone.
///
/// Net movements compare the closes of these periods: what rose and fell within a quarter has not
/// moved in it. "Before" is an earlier close of such a period. Gross movements of a quarter are those
/// of its months, but for what `fx` takes. Exchange rates stay those of months: a close is valued at
/// the month it lies in, `opening` at that of the close before.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Currency, Instant, Money, Month, Zone};
/// use tenure_revenue::{Grain, RevenueDefinition, RevenuePlan};
/// let usd = Currency::new("USD")?;
/// let plan = RevenuePlan::new(
///     RevenueDefinition::new(usd), Month::parse("2024-01")?, Month::parse("2024-03")?)?;
/// let (at, monthly) = (Instant::parse("2024-01-05", Zone::UTC)?, Money::parse("100", usd)?);
/// let events = [
///     SubscriptionEvent::new(at, "S-1", SubscriptionChange::Set { monthly }),
///     SubscriptionEvent::new(
///         Instant::parse("2024-03-10", Zone::UTC)?, "S-1", SubscriptionChange::Cancel { service_end: None }),
/// ];
/// // By quarter it came and went unseen; every change of it is in the gross movements.
/// let quarters = plan.by_grain(Grain::Quarter)?.account(&events)?;
/// let first = quarters.rows().next().ok_or("no quarter")?;
/// assert_eq!((first.net.lines().new, first.net.lines().closing), (0, 0));
/// assert_eq!((first.gross.lines().new, first.gross.lines().churn), (10_000, 10_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct GrainPlan {
    plan: RevenuePlan,
    grain: Grain,
    /// First days of the periods, and of the one after the last.
    starts: Arc<Vec<NaiveDate>>,
}

impl RevenuePlan {
    /// The same months by periods of another length.
    ///
    /// # Errors
    /// Months that do not begin or end with such a period.
    pub fn by_grain(&self, grain: Grain) -> Result<GrainPlan, PlanError> {
        let (first, last) = (self.first(), self.last());
        let unaligned = || PlanError::Unaligned { first, last, grain };
        let end = last.plus(1).ok_or(PlanError::OutOfCalendar { first, last })?.first_day();
        let mut day = first.first_day();
        if grain.start(day) != Some(day) {
            return Err(unaligned());
        }
        let mut starts = vec![day];
        while day < end {
            day = grain.next(day).ok_or(PlanError::OutOfCalendar { first, last })?;
            starts.push(day);
        }
        if day != end {
            return Err(unaligned());
        }
        Ok(GrainPlan { plan: self.clone(), grain, starts: Arc::new(starts) })
    }
}

impl GrainPlan {
    /// The periods, in order.
    pub fn periods(&self) -> impl Iterator<Item = Period> {
        self.starts.windows(2).filter_map(|pair| match pair {
            [start, end] => Period::new(*start, *end),
            _ => None,
        })
    }

    /// The length of its periods.
    #[must_use]
    pub const fn grain(&self) -> Grain {
        self.grain
    }

    /// An empty state for this question.
    #[must_use]
    pub fn state(&self) -> GrainState {
        let empty = MonthSums::empty(self.plan.definition().currency);
        let length = self.starts.len().saturating_sub(1);
        GrainState { plan: self.clone(), accounts: 0, sums: vec![empty; length] }
    }

    /// The contribution of one account, as [`RevenuePlan::account`] by other periods.
    ///
    /// Cost: a sort of the events, then one step a period from the first event on; by day about a
    /// thousand in three years.
    ///
    /// # Errors
    /// As [`RevenuePlan::account`].
    pub fn account<'a, R>(
        &self,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<GrainState, LedgerError>
    where
        R: Into<SubscriptionRow<'a>>,
    {
        let plan = &self.plan;
        let rows = rows.into_iter().map(Into::into).enumerate();
        let mut timeline = Timeline::new(plan, rows)?;
        let mut state = self.state();
        state.accounts = 1;
        // From the first event on, or from the first period reported.
        let begins = Walk::begins(plan, &timeline)?.min(plan.first());
        let mut walk = Walk::new(plan, begins);
        let opening = plan.definition().fx == FxPolicy::Opening;
        let mut day = self.grain.start(begins.first_day());
        let mut sums = state.sums.iter_mut();
        let mut close_month = None;
        let reported = plan.first().first_day();
        while let Some(start) = day {
            let next = self.grain.next(start);
            let Some(own) = next.and_then(|next| Month::of(next.pred_opt()?)) else { break };
            if own > plan.last() {
                break;
            }
            // Before the first period reported no other rate than its own is needed.
            let before = close_month.filter(|_| opening && start >= reported);
            let step = Step {
                start: self.instant(Some(start)).unwrap_or(CALENDAR_START),
                end: self.instant(next).unwrap_or(i64::MAX),
                own,
                common: before.or_else(|| self.before(start, opening)).unwrap_or(own),
                traced: false,
            };
            let found = walk.step(&mut timeline, step)?;
            if start >= reported
                && let Some(slot) = sums.next()
            {
                *slot = found;
            }
            close_month = Some(own);
            day = next;
        }
        Ok(state)
    }

    fn instant(&self, day: Option<NaiveDate>) -> Option<i64> {
        Some(self.plan.definition().zone.first_instant(day?)?.micros())
    }

    /// The month of the close before a reported period, whose rate `opening` takes.
    fn before(&self, start: NaiveDate, opening: bool) -> Option<Month> {
        let reported = opening && start >= self.plan.first().first_day();
        Month::of(start.pred_opt()?).filter(|_| reported)
    }
}

impl fmt::Debug for GrainPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrainPlan").field("plan", &self.plan).field("grain", &self.grain).finish()
    }
}

impl fmt::Display for GrainPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, by {}", self.plan, self.grain)
    }
}

/// A period of a [`GrainState`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrainRow {
    /// The days.
    pub period: Period,
    /// Open against close.
    pub net: Waterfall,
    /// Accounts that paid at the closes, came and left between them.
    pub logos: Logos,
    /// Every change.
    pub gross: Waterfall,
    /// How many changes.
    pub counts: MovementCounts,
    /// Annual recurring revenue at the close.
    pub arr: i128,
}

/// Movements of any number of accounts by period: merged and taken back like
/// [`RevenueState`](crate::RevenueState). Made by [`GrainPlan::account`] and [`GrainPlan::state`].
#[derive(Debug, Clone, PartialEq)]
pub struct GrainState {
    plan: GrainPlan,
    accounts: u64,
    sums: Vec<MonthSums>,
}

impl GrainState {
    /// Adds the accounts of another state.
    ///
    /// # Errors
    /// Another plan, or a sum that does not fit; the state is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), StateError> {
        self.absorb(other, Sign::Add)
    }

    /// Takes accounts back that were merged.
    ///
    /// # Errors
    /// Another plan, or a count that would be negative; the state is then as it was.
    pub fn retract(&mut self, other: &Self) -> Result<(), StateError> {
        self.absorb(other, Sign::Take)
    }

    fn absorb(&mut self, other: &Self, sign: Sign) -> Result<(), StateError> {
        if self.plan != other.plan {
            let (ours, other) = (self.plan.to_string(), other.plan.to_string());
            return Err(StateError::Definition { ours, other });
        }
        let refused = match sign {
            Sign::Add => StateError::Overflow,
            Sign::Take => StateError::NeverPushed,
        };
        let accounts = crate::waterfall::count(self.accounts, other.accounts, sign);
        let sums: Option<Vec<MonthSums>> =
            self.sums.iter().zip(&other.sums).map(|(own, one)| own.combined(*one, sign)).collect();
        let Some((accounts, sums)) = accounts.zip(sums) else { return Err(refused) };
        (self.accounts, self.sums) = (accounts, sums);
        Ok(())
    }

    /// The periods, in order.
    pub fn rows(&self) -> impl Iterator<Item = GrainRow> {
        self.plan.periods().zip(&self.sums).map(|(period, sums)| GrainRow {
            period,
            net: sums.net,
            logos: sums.logos,
            gross: sums.gross,
            counts: sums.counts,
            arr: sums.arr,
        })
    }

    /// How many accounts there are, paying or not.
    #[must_use]
    pub const fn accounts(&self) -> u64 {
        self.accounts
    }

    /// The question it answers.
    #[must_use]
    pub const fn plan(&self) -> &GrainPlan {
        &self.plan
    }
}
