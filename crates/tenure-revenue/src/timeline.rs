//! The events of one account, put in order, and what its subscriptions are worth from each instant
//! on.

use rust_decimal::Decimal;
use tenure_model::record::{Interval, Price, Reduction, SubscriptionChange};
use tenure_model::{Currency, Instant, Month};

use crate::definition::{ChurnRecognition, FxPolicy, LatePolicy, NegativePolicy, PausePolicy};
use crate::error::LedgerError;
use crate::plan::RevenuePlan;
use crate::price::{self, Worth};
use crate::row::SubscriptionRow;

/// 0001-01-01T00:00:00Z, the first instant there is.
pub(crate) const CALENDAR_START: i64 = -62_135_596_800_000_000;

/// What happens to a subscription at an instant of the timeline.
#[derive(Clone, Copy)]
enum Action<'a> {
    Monthly(i64, Currency),
    Price(&'a Price),
    Cancel,
    Pause,
    Resume,
    /// A trial or a discount ends.
    Tick,
}

struct Point<'a> {
    /// When the ledger posts it.
    at: i64,
    /// When it takes effect; earlier than `at` if it was recorded late and posted when recorded.
    effective: i64,
    seq: u64,
    ordinal: usize,
    name: &'a str,
    subscription: usize,
    action: Action<'a>,
}

/// What a subscription is, from one instant to the next.
#[derive(Clone, Copy)]
struct Standing<'a> {
    terms: Option<Action<'a>>,
    /// Only where it is live.
    paused: bool,
    currency: Currency,
    /// The month of the last price, where the exchange rate is locked then.
    priced_in: Option<Month>,
    worth: Worth,
}

/// All subscriptions of an account, moved forward from instant to instant.
pub(crate) struct Timeline<'p, 'a> {
    plan: &'p RevenuePlan,
    points: Vec<Point<'a>>,
    next: usize,
    standings: Vec<Standing<'a>>,
    /// Whether any price is in another than the reporting currency.
    pub(crate) foreign: bool,
}

/// Which of its two amounts an account is valued by.
#[derive(Clone, Copy)]
pub(crate) enum Measure {
    Monthly,
    Annual,
}

impl<'p, 'a> Timeline<'p, 'a> {
    pub(crate) fn new(
        plan: &'p RevenuePlan,
        rows: impl Iterator<Item = (usize, SubscriptionRow<'a>)>,
    ) -> Result<Self, LedgerError> {
        let mut points = Vec::with_capacity(rows.size_hint().0);
        for (ordinal, row) in rows {
            enter(plan, ordinal, row, &mut points)?;
        }
        let subscriptions = number(&mut points);
        points.sort_unstable_by_key(|point| (point.at, point.effective, point.seq, point.ordinal));
        let currency = plan.definition().currency;
        let idle = Standing {
            terms: None,
            paused: false,
            currency,
            priced_in: None,
            worth: Worth::default(),
        };
        let foreign = points.iter().any(|point| match point.action {
            Action::Monthly(_, found) => found != currency,
            Action::Price(price) => price.amount.currency() != currency,
            _ => false,
        });
        Ok(Self { plan, points, next: 0, standings: vec![idle; subscriptions], foreign })
    }

    /// The next instant at which anything happens; `None` at the end.
    pub(crate) fn peek(&self) -> Option<i64> {
        self.points.get(self.next).map(|point| point.at)
    }

    /// Lets everything happen that happens at the next instant.
    pub(crate) fn step(&mut self) -> Result<(), LedgerError> {
        let Some(at) = self.peek() else { return Ok(()) };
        let from = self.next;
        while let Some(point) = self.points.get(self.next).filter(|point| point.at == at) {
            if let Some(standing) = self.standings.get_mut(point.subscription) {
                standing.meet(point, self.plan)?;
            }
            self.next = self.next.saturating_add(1);
        }
        // Only what stands at the end of the instant counts.
        for point in self.points.get(from..self.next).unwrap_or_default() {
            if let Some(standing) = self.standings.get_mut(point.subscription) {
                standing.worth = standing.worth_at(at, self.plan)?;
            }
        }
        Ok(())
    }

    /// The rows that met at the last instant, in order.
    pub(crate) fn met(&self) -> Vec<usize> {
        let met = self.points.get(..self.next).unwrap_or_default();
        let at = met.last().map(|point| point.at);
        let mut rows: Vec<usize> = met
            .iter()
            .rev()
            .take_while(|point| Some(point.at) == at)
            .map(|point| point.ordinal)
            .collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// What the account is worth now, in minor units of the reporting currency.
    pub(crate) fn value(&self, measure: Measure, month: Month) -> Result<i128, LedgerError> {
        let definition = self.plan.definition();
        let mut sum = 0_i128;
        for standing in &self.standings {
            let minor = match measure {
                Measure::Monthly => standing.worth.monthly,
                Measure::Annual => standing.worth.annual,
            };
            let minor = if minor == 0 || standing.currency == definition.currency {
                minor
            } else {
                self.converted(minor, standing, month)?
            };
            // A sum of 64-bit numbers, fewer than 2^63 of them.
            sum = sum.saturating_add(i128::from(minor));
        }
        Ok(match definition.negative {
            NegativePolicy::Floor => sum.max(0),
            NegativePolicy::Signed => sum,
        })
    }

    fn converted(
        &self,
        minor: i64,
        standing: &Standing<'_>,
        month: Month,
    ) -> Result<i64, LedgerError> {
        let definition = self.plan.definition();
        let currency = standing.currency;
        let rate = match definition.fx {
            FxPolicy::Constant => definition
                .rates
                .constant(currency)
                .ok_or(LedgerError::MissingConstantRate { currency })?,
            FxPolicy::Closing | FxPolicy::Opening | FxPolicy::Locked => {
                let month = standing.priced_in.unwrap_or(month);
                definition
                    .rates
                    .rate(currency, month)
                    .ok_or(LedgerError::MissingRate { currency, month })?
            }
        };
        price::convert(minor, rate, currency, definition).ok_or_else(|| {
            match self.plan.start(month).and_then(Instant::from_micros) {
                Some(at) => LedgerError::Overflow { at },
                None => LedgerError::MissingRate { currency, month },
            }
        })
    }

    /// Whether the account has a live, paused subscription that keeps it a paying one.
    pub(crate) fn stays(&self) -> bool {
        self.plan.definition().pause == PausePolicy::ZeroContraction
            && self.standings.iter().any(|standing| standing.paused)
    }
}

impl<'a> Standing<'a> {
    fn meet(&mut self, point: &Point<'a>, plan: &RevenuePlan) -> Result<(), LedgerError> {
        match point.action {
            Action::Monthly(_, currency) => self.reprice(point, currency, plan)?,
            Action::Price(price) => self.reprice(point, price.amount.currency(), plan)?,
            Action::Cancel => {
                self.terms = None;
                self.paused = false;
            }
            Action::Pause => self.paused = self.terms.is_some(),
            Action::Resume => self.paused = false,
            Action::Tick => {}
        }
        Ok(())
    }

    fn reprice(
        &mut self,
        point: &Point<'a>,
        currency: Currency,
        plan: &RevenuePlan,
    ) -> Result<(), LedgerError> {
        self.terms = Some(point.action);
        self.currency = currency;
        if plan.definition().fx == FxPolicy::Locked && currency != plan.definition().currency {
            self.priced_in = Some(month_of(point.at, plan)?);
        }
        Ok(())
    }

    fn worth_at(&self, at: i64, plan: &RevenuePlan) -> Result<Worth, LedgerError> {
        let definition = plan.definition();
        if self.paused && definition.pause != PausePolicy::Keep {
            return Ok(Worth::default());
        }
        let found = match self.terms {
            Some(Action::Monthly(monthly, _)) => price::monthly_worth(monthly),
            Some(Action::Price(price)) => {
                if price.trial_end.is_some_and(|end| at < end.micros()) {
                    return Ok(Worth::default());
                }
                let discount = price::discount_at(price, at, definition.discounts);
                price::worth(price, discount, definition)
            }
            _ => return Ok(Worth::default()),
        };
        found.ok_or_else(|| overflow(at))
    }
}

/// The month of an instant in the zone of the report.
pub(crate) fn month_of(at: i64, plan: &RevenuePlan) -> Result<Month, LedgerError> {
    let instant = instant(at);
    Month::of(plan.definition().zone.date_of(instant))
        .ok_or(LedgerError::OutOfCalendar { at: instant })
}

pub(crate) fn overflow(at: i64) -> LedgerError {
    LedgerError::Overflow { at: instant(at) }
}

/// An instant of the timeline.
pub(crate) fn instant(at: i64) -> Instant {
    // Every instant of a timeline came out of an `Instant`.
    Instant::from_micros(at).unwrap_or_else(|| unreachable!("an instant that was one"))
}

/// Adds the points of one row: its event, and the ends of its trial and its discount.
fn enter<'a>(
    plan: &RevenuePlan,
    ordinal: usize,
    row: SubscriptionRow<'a>,
    points: &mut Vec<Point<'a>>,
) -> Result<(), LedgerError> {
    let definition = plan.definition();
    let event = row.event;
    let mut effective = event.at;
    let action = match &event.change {
        SubscriptionChange::Set { monthly } => {
            let minor = definition
                .minor_units
                .to_minor(monthly)
                .map_err(|source| LedgerError::Monthly { row: ordinal, found: *monthly, source })?;
            Action::Monthly(minor.units(), monthly.currency())
        }
        SubscriptionChange::Start(price) | SubscriptionChange::Change(price) => {
            check(ordinal, price)?;
            Action::Price(price)
        }
        SubscriptionChange::Cancel { service_end } => {
            if definition.churn_recognition == ChurnRecognition::ServiceEnd {
                effective = service_end.unwrap_or(effective);
            }
            Action::Cancel
        }
        SubscriptionChange::Pause => Action::Pause,
        SubscriptionChange::Resume => Action::Resume,
        SubscriptionChange::OneOff { .. }
        | SubscriptionChange::Refund { .. }
        | SubscriptionChange::Usage { .. }
        | SubscriptionChange::Proration { .. } => return Ok(()),
        _ => return Err(LedgerError::UnknownChange { row: ordinal }),
    };
    let known = match (row.recorded_at, definition.known_by) {
        (Some(recorded), Some(known_by)) => recorded <= known_by,
        _ => true,
    };
    if !known {
        return Ok(());
    }
    let effective = effective.micros();
    let at = match (definition.late, row.recorded_at) {
        (LatePolicy::PostWhenRecorded, Some(recorded)) => {
            let month = month_of(recorded.micros(), plan)?;
            let posted = plan.start(month).ok_or(LedgerError::OutOfCalendar { at: recorded })?;
            effective.max(posted)
        }
        _ => effective,
    };
    let name: &str = &event.subscription;
    let mut point = |at, effective, action| {
        let seq = event.seq;
        points.push(Point { at, effective, seq, ordinal, name, subscription: 0, action });
    };
    point(at, effective, action);
    if let Action::Price(price) = action {
        let ends = [price.trial_end, price.discount.and_then(|discount| discount.until)];
        for end in ends.into_iter().flatten().map(Instant::micros).filter(|&end| end > at) {
            point(end, end, Action::Tick);
        }
    }
    Ok(())
}

fn check(row: usize, price: &Price) -> Result<(), LedgerError> {
    if price.count == 0 {
        return Err(LedgerError::Count { row });
    }
    if !matches!(price.interval, Interval::Month | Interval::Year | Interval::Week | Interval::Day)
    {
        return Err(LedgerError::UnknownChange { row });
    }
    match price.discount.map(|discount| discount.reduction) {
        Some(Reduction::Percent(found))
            if found < Decimal::ZERO || found > Decimal::ONE_HUNDRED =>
        {
            Err(LedgerError::Percent { row, found })
        }
        Some(Reduction::Amount(found)) if found < Decimal::ZERO => {
            Err(LedgerError::DiscountAmount { row, found })
        }
        None | Some(Reduction::Percent(_) | Reduction::Amount(_)) => Ok(()),
        Some(_) => Err(LedgerError::UnknownChange { row }),
    }
}

/// Numbers the subscriptions, and returns how many there are.
fn number(points: &mut [Point<'_>]) -> usize {
    let Some(first) = points.first().map(|point| point.name) else { return 0 };
    if points.iter().all(|point| point.name == first) {
        return 1;
    }
    let mut names: Vec<&str> = points.iter().map(|point| point.name).collect();
    names.sort_unstable();
    names.dedup();
    for point in points {
        point.subscription = names.binary_search(&point.name).unwrap_or(0);
    }
    names.len()
}
