//! One account: its closes, its movements, its share of every sum.

use tenure_model::Month;

use crate::cohort::CohortRow;
use crate::definition::FxPolicy;
use crate::error::LedgerError;
use crate::movement::Movement;
use crate::plan::{RevenuePlan, span};
use crate::retention::WindowSums;
use crate::row::SubscriptionRow;
use crate::state::{MonthSums, Sums};
use crate::survival::first_spell;
use crate::timeline::{CALENDAR_START, Measure, Timeline, instant, month_of, overflow};
use crate::waterfall::{Change, Logos, MovementCounts, MovementLines, Waterfall};

/// Microseconds of 24 hours.
const DAY: i64 = 86_400_000_000;

/// What one account contributes to a [`RevenueState`](crate::RevenueState): a pure function of its
/// events and the plan. Made by [`RevenuePlan::account`].
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Currency, Instant, Money, Month, Zone};
/// use tenure_revenue::{RevenueDefinition, RevenuePlan};
///
/// let usd = Currency::new("USD")?;
/// let (january, february) = (Month::parse("2024-01")?, Month::parse("2024-02")?);
/// let plan = RevenuePlan::new(RevenueDefinition::new(usd), january, february)?;
/// let monthly = Money::parse("100.00", usd)?;
/// let events = [
///     SubscriptionEvent::new(
///         Instant::parse("2024-01-05", Zone::UTC)?, "S-1", SubscriptionChange::Set { monthly }),
///     SubscriptionEvent::new(
///         Instant::parse("2024-02-10", Zone::UTC)?,
///         "S-1",
///         SubscriptionChange::Cancel { service_end: None }),
/// ];
/// let account = plan.account(&events)?;
/// assert_eq!(account.mrr(january), Some(10_000));
/// assert_eq!(account.mrr(february), Some(0));
/// assert_eq!(account.net(february).ok_or("not reported")?.lines().churn, 10_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AccountRevenue {
    pub(crate) plan: RevenuePlan,
    pub(crate) sums: Sums,
    /// The month of the first event, and the closes from there to the last month of the plan.
    begins: Month,
    closes: Vec<i128>,
}

impl AccountRevenue {
    /// The gross movements of the reported months.
    pub(crate) fn trace<'a>(
        plan: &RevenuePlan,
        rows: impl Iterator<Item = (usize, SubscriptionRow<'a>)>,
    ) -> Result<Vec<Movement>, LedgerError> {
        Ok(Walk::through(plan, rows, Some(Vec::new()))?.1.trace.unwrap_or_default())
    }

    pub(crate) fn replay<'a>(
        plan: &RevenuePlan,
        rows: impl Iterator<Item = (usize, SubscriptionRow<'a>)>,
    ) -> Result<Self, LedgerError> {
        let (begins, walk) = Walk::through(plan, rows, None)?;
        let Walk { closes, mut sums, .. } = walk;
        sums.windows = plan
            .windows()
            .iter()
            .map(|&(from, to)| match closes.get(span(begins, from)..=span(begins, to)) {
                Some(path) if from >= begins => WindowSums::of(path),
                // Before the first event an account is worth nothing.
                _ => WindowSums::default(),
            })
            .collect();
        let first_paid = closes.iter().position(|&close| close > 0);
        if let Some((born, paid)) = first_paid.and_then(|place| Some((place, closes.get(place..)?)))
        {
            let at_birth = paid.first().copied().unwrap_or_default();
            let months = i32::try_from(born).ok().and_then(|born| begins.plus(born));
            if let Some(cohort) = months {
                let rows = paid.iter().map(|&close| CohortRow::of(close, at_birth)).collect();
                sums.cohorts.insert(cohort, rows);
            }
            let (spell, count) = first_spell(paid);
            sums.survival.insert(spell, count);
        }
        Ok(Self { plan: plan.clone(), sums, begins, closes })
    }

    /// Monthly recurring revenue at the close of a month, minor units: 0 before the first event,
    /// `None` after the last month of the plan.
    #[must_use]
    pub fn mrr(&self, month: Month) -> Option<i128> {
        if month > self.plan.last() {
            None
        } else if month < self.begins {
            Some(0)
        } else {
            Some(self.closes.get(span(self.begins, month)).copied().unwrap_or_default())
        }
    }

    /// Annual recurring revenue at the close of a reported month, minor units: the exact annual
    /// amounts, rounded once, not twelve times the monthly ones.
    #[must_use]
    pub fn arr(&self, month: Month) -> Option<i128> {
        Some(self.sums.months.get(self.plan.place(month)?)?.arr)
    }

    /// The net movement of a reported month: open against close.
    #[must_use]
    pub fn net(&self, month: Month) -> Option<&Waterfall> {
        Some(&self.sums.months.get(self.plan.place(month)?)?.net)
    }

    /// The gross movements of a reported month: every change within it.
    #[must_use]
    pub fn gross(&self, month: Month) -> Option<&Waterfall> {
        Some(&self.sums.months.get(self.plan.place(month)?)?.gross)
    }

    /// The question it answers.
    #[must_use]
    pub const fn plan(&self) -> &RevenuePlan {
        &self.plan
    }
}

/// The month of the first event, if it is not absurdly early: closes and cohorts begin there.
fn earliest(at: i64, plan: &RevenuePlan) -> Result<Month, LedgerError> {
    let month = month_of(at, plan)?;
    let (last, max) = (plan.last(), RevenuePlan::MAX_MONTHS);
    if span(month, last) < max {
        Ok(month)
    } else {
        Err(LedgerError::TooEarly { at: instant(at), last, max })
    }
}

/// A period of a walk.
pub(crate) struct Step {
    pub(crate) start: i64,
    pub(crate) end: i64,
    /// The month whose rate values its close.
    pub(crate) own: Month,
    /// The month whose rate values its movements.
    pub(crate) common: Month,
    /// Whether its movements are traced, where any are.
    pub(crate) traced: bool,
}

/// The account at the end of the period before, and what it has been.
pub(crate) struct Walk<'p> {
    plan: &'p RevenuePlan,
    closes: Vec<i128>,
    sums: Sums,
    close: i128,
    pays: bool,
    arr: i128,
    /// Whether it paid at an earlier close, and at an earlier instant.
    paid_at_close: bool,
    paid_ever: bool,
    /// The value the last change left, and the last instant it fell to 0 or below.
    value: i128,
    fell: Option<i64>,
    /// Every movement, where that is asked for.
    trace: Option<Vec<Movement>>,
}

impl<'p> Walk<'p> {
    /// From the first event, in whose month the closes begin, to the last month of the plan.
    fn through<'a>(
        plan: &'p RevenuePlan,
        rows: impl Iterator<Item = (usize, SubscriptionRow<'a>)>,
        trace: Option<Vec<Movement>>,
    ) -> Result<(Month, Self), LedgerError> {
        let mut timeline = Timeline::new(plan, rows)?;
        let begins = Self::begins(plan, &timeline)?;
        let mut walk = Self::new(plan, begins);
        walk.trace = trace;
        let mut month = begins;
        while month <= plan.last() {
            walk.month(&mut timeline, month)?;
            // The plan has seen that its last month has a next one.
            let Some(next) = month.plus(1) else { break };
            month = next;
        }
        Ok((begins, walk))
    }

    /// The month of the first event.
    pub(crate) fn begins(
        plan: &RevenuePlan,
        timeline: &Timeline<'_, '_>,
    ) -> Result<Month, LedgerError> {
        timeline.peek().map_or_else(|| Ok(plan.first()), |at| earliest(at, plan))
    }

    pub(crate) fn new(plan: &'p RevenuePlan, begins: Month) -> Self {
        let mut sums = Sums::empty(plan);
        sums.accounts = 1;
        let months = span(begins, plan.last()).saturating_add(1);
        Self {
            plan,
            closes: Vec::with_capacity(months),
            sums,
            close: 0,
            pays: false,
            arr: 0,
            paid_at_close: false,
            paid_ever: false,
            value: 0,
            fell: None,
            trace: None,
        }
    }

    /// The month whose rate values the movements of `month`.
    fn common_month(&self, month: Month) -> Month {
        let reported = month >= self.plan.first();
        if reported && self.plan.definition().fx == FxPolicy::Opening {
            month.plus(-1).unwrap_or(month)
        } else {
            month
        }
    }

    fn month(&mut self, timeline: &mut Timeline<'_, '_>, month: Month) -> Result<(), LedgerError> {
        let step = Step {
            start: self.plan.start(month).unwrap_or(CALENDAR_START),
            end: month.plus(1).and_then(|next| self.plan.start(next)).unwrap_or(i64::MAX),
            own: month,
            common: self.common_month(month),
            traced: month >= self.plan.first(),
        };
        let found = self.step(timeline, step)?;
        self.closes.push(self.close);
        if let Some(sums) = self.plan.place(month).and_then(|at| self.sums.months.get_mut(at)) {
            *sums = found;
        }
        Ok(())
    }

    /// One period, from close to close.
    pub(crate) fn step(
        &mut self,
        timeline: &mut Timeline<'_, '_>,
        step: Step,
    ) -> Result<MonthSums, LedgerError> {
        let Step { start, end, own: month, common, traced } = step;
        let (from, paid) = (self.close, self.pays);
        let mut net = MovementLines { opening: from, closing: from, ..MovementLines::default() };
        let mut gross = net;
        let (mut entered, mut counts) = (MovementCounts::default(), MovementCounts::default());
        // Without an event or a foreign price nothing moves.
        if timeline.foreign || timeline.peek().is_some_and(|at| at < end) {
            let opening = timeline.value(Measure::Monthly, common)?;
            let mut rose = None;
            self.observe(start, opening, &mut rose);
            let mut pays = opening > 0 || timeline.stays();
            self.paid_ever |= pays;
            while let Some(at) = timeline.peek().filter(|&at| at < end) {
                timeline.step()?;
                let to = timeline.value(Measure::Monthly, common)?;
                let now_pays = to > 0 || timeline.stays();
                let first = !self.paid_ever || self.outlasts(self.fell, at);
                let change = Change { from: self.value, to, paid: pays, pays: now_pays, first };
                change.enter(&mut gross, &mut counts).ok_or_else(|| overflow(at))?;
                if let Some(trace) = self.trace.as_mut().filter(|_| traced)
                    && change.is_movement()
                {
                    let (line, amount) = change.class().ok_or_else(|| overflow(at))?;
                    let (from, rows) = (change.from, timeline.met());
                    trace.push(Movement { month, at: instant(at), line, amount, from, to, rows });
                }
                self.observe(at, to, &mut rose);
                self.paid_ever |= now_pays;
                pays = now_pays;
            }
            self.close = timeline.value(Measure::Monthly, month)?;
            self.pays = self.close > 0 || timeline.stays();
            self.arr = timeline.value(Measure::Annual, month)?;
            let first =
                !self.paid_at_close || rose.is_some_and(|(fell, at)| self.outlasts(fell, at));
            let change = Change { from: opening, to: self.value, paid, pays: self.pays, first };
            change.enter(&mut net, &mut entered).ok_or_else(|| overflow(start))?;
            let fx = self
                .close
                .checked_sub(from)
                .and_then(|moved| moved.checked_sub(self.value.checked_sub(opening)?))
                .ok_or_else(|| overflow(start))?;
            for lines in [&mut net, &mut gross] {
                (lines.closing, lines.fx) = (self.close, fx);
            }
        }
        self.paid_at_close |= self.pays;
        let currency = self.plan.definition().currency;
        let closed = |lines| Waterfall::new(currency, lines).map_err(|_| overflow(start));
        let logos = Logos::new(
            u64::from(paid),
            entered.new,
            entered.reactivated,
            entered.churned,
            u64::from(self.pays),
        );
        Ok(MonthSums {
            net: closed(net)?,
            logos: logos.ok_or_else(|| overflow(start))?,
            gross: closed(gross)?,
            counts,
            arr: self.arr,
            base: from.max(0),
            kept: if from > 0 { self.close } else { 0 },
        })
    }

    /// Notes the last fall, and the first change of the month that leaves the account above 0.
    fn observe(&mut self, at: i64, to: i128, rose: &mut Option<(Option<i64>, i64)>) {
        if to != self.value {
            if to > 0 && rose.is_none() {
                *rose = Some((self.fell, at));
            }
            if self.value > 0 && to <= 0 {
                self.fell = Some(at);
            }
            self.value = to;
        }
    }

    /// Whether the days from a fall to a return are more than the window allows.
    fn outlasts(&self, fell: Option<i64>, at: i64) -> bool {
        let (Some(days), Some(fell)) = (self.plan.definition().reactivation_window_days, fell)
        else {
            return false;
        };
        at.checked_sub(fell)
            .and_then(|micros| micros.checked_div_euclid(DAY))
            .is_some_and(|elapsed| elapsed > i64::from(days))
    }
}
