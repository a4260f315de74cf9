//! The question: which definition, which months, which retention windows.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use tenure_model::{Month, Zone};

use crate::account::AccountRevenue;
use crate::definition::{RevenueDefinition, RevenueUnit};
use crate::error::{LedgerError, PlanError};
use crate::row::SubscriptionRow;
use crate::state::RevenueState;

/// What is asked of a ledger: a definition, the months to report, and the windows of retention.
/// Fixed for a state and everything pushed into it; cheap to clone.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Currency, Instant, Money, Month, Zone};
/// use tenure_revenue::{RevenueDefinition, RevenuePlan};
///
/// let usd = Currency::new("USD")?;
/// let (january, february) = (Month::parse("2024-01")?, Month::parse("2024-02")?);
/// let plan = RevenuePlan::new(RevenueDefinition::new(usd), january, february)?
///     .with_window(january, february)?;
///
/// let monthly = Money::parse("100.00", usd)?;
/// let at = Instant::parse("2024-01-05", Zone::UTC)?;
/// let events = [SubscriptionEvent::new(at, "S-1", SubscriptionChange::Set { monthly })];
/// let mut state = plan.state();
/// state.push(&plan.account(&events)?)?;
/// assert_eq!(state.net(january).ok_or("not reported")?.lines().new, 10_000);
/// assert_eq!(state.net(february).ok_or("not reported")?.lines().closing, 10_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RevenuePlan(Arc<Inner>);

#[derive(Clone, PartialEq)]
struct Inner {
    definition: RevenueDefinition,
    first: Month,
    last: Month,
    /// Sorted, no two alike.
    windows: Vec<(Month, Month)>,
    /// First instants of the months `first..=last` and of the one after.
    starts: Vec<i64>,
}

impl RevenuePlan {
    /// The most months a plan may have, and the most an event may lie before its last: a hundred
    /// years.
    pub const MAX_MONTHS: usize = 1_200;

    /// Reports the months from `first` to `last`, both included.
    ///
    /// # Errors
    /// Reversed months, more than [`RevenuePlan::MAX_MONTHS`] of them, or the end of the calendar.
    pub fn new(
        definition: RevenueDefinition,
        first: Month,
        last: Month,
    ) -> Result<Self, PlanError> {
        if last < first {
            return Err(PlanError::Reversed { first, last });
        }
        let found = span(first, last).saturating_add(1);
        if found > Self::MAX_MONTHS {
            return Err(PlanError::TooManyMonths { found, max: Self::MAX_MONTHS });
        }
        let out_of_calendar = PlanError::OutOfCalendar { first, last };
        let mut starts = Vec::with_capacity(found.saturating_add(1));
        let mut month = first;
        for _ in 0..=found {
            starts.push(start_of(month, definition.zone).ok_or_else(|| out_of_calendar.clone())?);
            month = month.plus(1).ok_or_else(|| out_of_calendar.clone())?;
        }
        if first.plus(-1).is_none() {
            return Err(out_of_calendar);
        }
        Ok(Self(Arc::new(Inner { definition, first, last, windows: Vec::new(), starts })))
    }

    /// Asks for retention from one close to another as well; asking twice is asking once.
    ///
    /// # Errors
    /// A reversed window, or one outside the closes of the plan (the month before the first
    /// reported, to the last).
    pub fn with_window(mut self, from: Month, to: Month) -> Result<Self, PlanError> {
        if to < from {
            return Err(PlanError::Reversed { first: from, last: to });
        }
        let (earliest, latest) = (self.opening_month(), self.0.last);
        if from < earliest || to > latest {
            return Err(PlanError::WindowOutside { from, to, earliest, latest });
        }
        let inner = Arc::make_mut(&mut self.0);
        if let Err(place) = inner.windows.binary_search(&(from, to)) {
            inner.windows.insert(place, (from, to));
        }
        Ok(self)
    }

    /// An empty state for this question.
    #[must_use]
    pub fn state(&self) -> RevenueState {
        RevenueState::new(self.clone())
    }

    /// The contribution of one account: all its events, in any order; ties in one instant by `seq`,
    /// then as given.
    ///
    /// Cost: a sort of the events, then one pass; memory for the closes of its months.
    ///
    /// # Errors
    /// A row that is no valid price, an event more than [`RevenuePlan::MAX_MONTHS`] before the last
    /// month, a missing exchange rate, an amount that does not fit.
    pub fn account<'a, R>(
        &self,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<AccountRevenue, LedgerError>
    where
        R: Into<SubscriptionRow<'a>>,
    {
        AccountRevenue::replay(self, rows.into_iter().map(Into::into).enumerate())
    }

    /// The contributions of one account by the unit of the definition: one, or one a subscription, in
    /// order of name. With [`RevenueUnit::Account`](crate::RevenueUnit) the name is empty.
    ///
    /// # Errors
    /// As [`RevenuePlan::account`]; rows are counted as they were given.
    ///
    /// ```
    /// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
    /// use tenure_model::{Currency, Instant, Money, Month, Zone};
    /// use tenure_revenue::{RevenueDefinition, RevenuePlan, RevenueUnit};
    /// let usd = Currency::new("USD")?;
    /// let january = Month::parse("2024-01")?;
    /// let mut definition = RevenueDefinition::new(usd);
    /// definition.unit = RevenueUnit::Subscription;
    /// let plan = RevenuePlan::new(definition, january, january)?;
    /// let (at, monthly) = (Instant::parse("2024-01-05", Zone::UTC)?, Money::parse("100", usd)?);
    /// let set = |name| SubscriptionEvent::new(at, name, SubscriptionChange::Set { monthly });
    /// let events = [set("S-1"), set("S-2")];
    /// let units = plan.units(&events)?;
    /// assert_eq!(units.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn units<'a, R>(
        &self,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<Vec<(&'a str, AccountRevenue)>, LedgerError>
    where
        R: Into<SubscriptionRow<'a>>,
    {
        let rows = rows.into_iter().map(Into::into).enumerate();
        if self.0.definition.unit == RevenueUnit::Account {
            return Ok(vec![("", AccountRevenue::replay(self, rows)?)]);
        }
        let mut units: BTreeMap<&'a str, Vec<(usize, SubscriptionRow<'a>)>> = BTreeMap::new();
        for (ordinal, row) in rows {
            units.entry(&row.event.subscription).or_default().push((ordinal, row));
        }
        let replay = |(name, rows): (&'a str, Vec<_>)| {
            Ok((name, AccountRevenue::replay(self, rows.into_iter())?))
        };
        units.into_iter().map(replay).collect()
    }

    /// The definition.
    #[must_use]
    pub fn definition(&self) -> &RevenueDefinition {
        &self.0.definition
    }

    /// The first month reported.
    #[must_use]
    pub fn first(&self) -> Month {
        self.0.first
    }

    /// The last month reported.
    #[must_use]
    pub fn last(&self) -> Month {
        self.0.last
    }

    /// The months reported, in order.
    pub fn months(&self) -> impl Iterator<Item = Month> + use<> {
        let first = self.0.first;
        (0..i32::try_from(self.len()).unwrap_or(0)).filter_map(move |step| first.plus(step))
    }

    /// The retention windows, in order.
    #[must_use]
    pub fn windows(&self) -> &[(Month, Month)] {
        &self.0.windows
    }

    /// The month whose close is the opening of the first.
    pub(crate) fn opening_month(&self) -> Month {
        // The constructor has seen that there is one.
        self.0.first.plus(-1).unwrap_or(self.0.first)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.starts.len().saturating_sub(1)
    }

    /// The place of a reported month; `None` if it is not reported.
    pub(crate) fn place(&self, month: Month) -> Option<usize> {
        (self.0.first <= month && month <= self.0.last).then(|| span(self.0.first, month))
    }

    /// The first instant of a month; `None` at the end of the calendar.
    pub(crate) fn start(&self, month: Month) -> Option<i64> {
        let known = usize::try_from(month.index().checked_sub(self.0.first.index())?)
            .ok()
            .and_then(|place| self.0.starts.get(place).copied());
        known.or_else(|| start_of(month, self.0.definition.zone))
    }
}

/// Months from one to a later one.
pub(crate) fn span(from: Month, to: Month) -> usize {
    usize::try_from(to.index().saturating_sub(from.index())).unwrap_or(0)
}

fn start_of(month: Month, zone: Zone) -> Option<i64> {
    zone.first_instant(month.first_day()).map(tenure_model::Instant::micros)
}

impl PartialEq for RevenuePlan {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl fmt::Debug for RevenuePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevenuePlan")
            .field("definition", &self.0.definition)
            .field("first", &self.0.first)
            .field("last", &self.0.last)
            .field("windows", &self.0.windows)
            .finish_non_exhaustive()
    }
}

/// The definition, the months and the windows, in one line.
impl fmt::Display for RevenuePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, months {}..{}, retention", self.0.definition, self.0.first, self.0.last)?;
        if self.0.windows.is_empty() {
            f.write_str(" none")?;
        }
        for (from, to) in &self.0.windows {
            write!(f, " {from}..{to}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tenure_model::{Currency, Month};

    use super::RevenuePlan;
    use crate::definition::RevenueDefinition;
    use crate::error::PlanError;

    fn plan(first: &str, last: &str) -> Result<RevenuePlan, PlanError> {
        let definition = RevenueDefinition::new(Currency::new("USD").unwrap());
        RevenuePlan::new(definition, Month::parse(first).unwrap(), Month::parse(last).unwrap())
    }

    #[test]
    fn months_out_of_order_or_calendar_are_errors() {
        let error = plan("2024-02", "2024-01").unwrap_err();
        assert!(matches!(error, PlanError::Reversed { .. }));
        assert_eq!(error.to_string(), "months `2024-02..2024-01` are reversed");
        for (first, last) in [("0001-01", "0001-02"), ("9999-11", "9999-12")] {
            let error = plan(first, last).unwrap_err();
            assert!(matches!(error, PlanError::OutOfCalendar { .. }), "{error}");
        }
        let error = plan("1900-01", "2024-01").unwrap_err();
        assert!(matches!(error, PlanError::TooManyMonths { found: 1_489, .. }), "{error}");
        assert!(plan("1900-01", "1999-12").is_ok());
    }

    #[test]
    fn a_window_lies_between_the_opening_and_the_last_close() {
        let month = |text| Month::parse(text).unwrap();
        let plan = plan("2024-01", "2024-03").unwrap();
        let plan = plan.with_window(month("2023-12"), month("2024-03")).unwrap();
        let plan = plan.with_window(month("2023-12"), month("2024-03")).unwrap();
        assert_eq!(plan.windows().len(), 1);
        let error = plan.clone().with_window(month("2023-11"), month("2024-03")).unwrap_err();
        assert!(matches!(error, PlanError::WindowOutside { .. }));
        assert_eq!(
            error.to_string(),
            "retention window `2023-11..2024-03` is outside `2023-12..2024-03`, the closes of the plan"
        );
        let error = plan.clone().with_window(month("2024-02"), month("2024-01")).unwrap_err();
        assert!(matches!(error, PlanError::Reversed { .. }));
        assert!(plan.with_window(month("2024-01"), month("2024-04")).is_err());
    }

    #[test]
    fn the_text_names_months_and_windows() {
        let month = |text| Month::parse(text).unwrap();
        let plan = plan("2024-01", "2024-03").unwrap();
        assert!(plan.to_string().ends_with("months 2024-01..2024-03, retention none"));
        let plan = plan.with_window(month("2024-01"), month("2024-03")).unwrap();
        assert!(plan.to_string().ends_with("retention 2024-01..2024-03"));
        assert_eq!(plan.months().count(), 3);
    }
}
