//! Renewals: of what came due, how much was renewed.

use std::fmt;

use chrono::{Days, NaiveDate};
use tenure_model::record::Renewal;
use tenure_model::{Currency, Money, Month, Period};

use crate::definition::options;
use crate::error::{RenewalError, StateError};
use crate::exact::Rate;
use crate::waterfall::{Cell, Sign, amount, count};

options! {
    /// In which period a late renewal counts.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::LateRenewal::default().name(), "due_period");
    /// ```
    LateRenewal {
        /// In the period it was due in, once it is known.
        DuePeriod = "due_period",
        /// In none: what is not renewed in time is lost.
        LostIfLate = "lost_if_late",
        /// In the period it was closed in; a rate may exceed 1.
        ClosedPeriod = "closed_period",
    }
}

/// The quarter of a year, 1 to 4; `None` for any other, or a year outside the calendar.
///
/// ```
/// use tenure_model::parse_date;
/// let first = tenure_revenue::quarter(2024, 1).ok_or("no quarter")?;
/// assert_eq!(first.end(), parse_date("2024-04-01")?);
/// assert_eq!(tenure_revenue::quarter(2024, 5), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn quarter(year: i32, quarter: u32) -> Option<Period> {
    if !(1..=4).contains(&quarter) {
        return None;
    }
    let first_month = quarter.checked_sub(1)?.checked_mul(3)?.checked_add(1)?;
    let first = Month::of(NaiveDate::from_ymd_opt(year, first_month, 1)?)?;
    Period::inclusive(first.first_day(), first.plus(2)?.last_day())
}

/// What a renewal rate means here.
///
/// ```
/// use tenure_model::{Currency, Month, parse_date};
/// use tenure_revenue::RenewalDefinition;
/// let january = Month::parse("2024-01")?.days().ok_or("end of the calendar")?;
/// let asked = RenewalDefinition::new(Currency::new("USD")?, january, parse_date("2024-03-31")?);
/// assert_eq!(asked.grace_days, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RenewalDefinition {
    /// The currency of every contract.
    pub currency: Currency,
    /// The days terms come due in: a month or a quarter.
    pub period: Period,
    /// The last day whose renewals are known.
    pub as_of: NaiveDate,
    /// Days after the due date that are still in time.
    pub grace_days: u32,
    /// Where a late renewal counts.
    pub late: LateRenewal,
}

impl RenewalDefinition {
    /// No grace, late renewals in the period they were due in.
    #[must_use]
    pub const fn new(currency: Currency, period: Period, as_of: NaiveDate) -> Self {
        Self { currency, period, as_of, grace_days: 0, late: LateRenewal::DuePeriod }
    }

    fn sums(&self, renewal: &Renewal) -> Result<RenewalSums, RenewalError> {
        let contract = || renewal.contract.to_string();
        let due_value = self.minor(renewal, renewal.arr_due)?;
        let closed = match (renewal.closed_at, renewal.arr_renewed) {
            (Some(day), Some(renewed)) => Some((day, self.minor(renewal, renewed)?)),
            (None, None) => None,
            _ => return Err(RenewalError::HalfClosed { contract: contract() }),
        };
        if let (Some(closed_at), Some(lost_at)) = (renewal.closed_at, renewal.lost_at) {
            return Err(RenewalError::ClosedAndLost { contract: contract(), closed_at, lost_at });
        }
        let due_here = self.period.contains(renewal.due);
        // `None` is after the end of the calendar: everything is in time.
        let deadline = renewal.due.checked_add_days(Days::new(u64::from(self.grace_days)));
        let mut sums = RenewalSums::default();
        let known = closed.filter(|&(day, _)| day <= self.as_of);
        if due_here {
            sums.due_count = 1;
            sums.due_value = due_value;
        }
        if let Some((day, renewed)) = known {
            let in_time = deadline.is_none_or(|deadline| day <= deadline);
            let closed_here = self.period.contains(day);
            let won = match self.late {
                LateRenewal::DuePeriod => due_here,
                LateRenewal::LostIfLate => due_here && in_time,
                LateRenewal::ClosedPeriod if due_here => in_time || closed_here,
                LateRenewal::ClosedPeriod => !in_time && closed_here,
            };
            if won {
                sums.won = 1;
                sums.won_here = u64::from(due_here);
                sums.kept_value = renewed.min(due_value);
                sums.won_value = renewed;
            }
            sums.on_time = u64::from(due_here && day <= renewal.due);
            sums.early = u64::from(due_here && day < renewal.due);
        } else {
            let lost = renewal.lost_at.is_some_and(|day| day <= self.as_of);
            let open = deadline.is_none_or(|deadline| deadline >= self.as_of);
            sums.pending = u64::from(due_here && !lost && open);
        }
        Ok(sums)
    }

    fn minor(&self, renewal: &Renewal, found: Money) -> Result<i128, RenewalError> {
        let contract = || renewal.contract.to_string();
        if found.currency() != self.currency {
            let expected = self.currency;
            return Err(RenewalError::Currency { contract: contract(), found, expected });
        }
        let minor = found.to_minor().map_err(|source| RenewalError::Amount {
            contract: contract(),
            found,
            source,
        })?;
        if minor.units() < 0 {
            return Err(RenewalError::Negative { contract: contract(), found });
        }
        Ok(i128::from(minor.units()))
    }
}

impl fmt::Display for RenewalDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "renewals in {} due from {} to before {}, as_of {}, grace_days {}, late {}",
            self.currency,
            self.period.start(),
            self.period.end(),
            self.as_of,
            self.grace_days,
            self.late
        )
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(crate) struct RenewalSums {
    pub(crate) due_count: u64,
    pub(crate) due_value: i128,
    pub(crate) won: u64,
    /// Won of those due in the period.
    pub(crate) won_here: u64,
    /// Won, each contract capped at what was due of it.
    pub(crate) kept_value: i128,
    pub(crate) won_value: i128,
    pub(crate) on_time: u64,
    pub(crate) early: u64,
    pub(crate) pending: u64,
}

impl Cell for RenewalSums {
    fn combined(self, other: Self, sign: Sign) -> Option<Self> {
        Some(Self {
            due_count: count(self.due_count, other.due_count, sign)?,
            due_value: amount(self.due_value, other.due_value, sign)?,
            won: count(self.won, other.won, sign)?,
            won_here: count(self.won_here, other.won_here, sign)?,
            kept_value: amount(self.kept_value, other.kept_value, sign)?,
            won_value: amount(self.won_value, other.won_value, sign)?,
            on_time: count(self.on_time, other.on_time, sign)?,
            early: count(self.early, other.early, sign)?,
            pending: count(self.pending, other.pending, sign)?,
        })
    }
}

/// Terms that came due, counted under one definition; order never matters.
///
/// *Shape*: one contract's term in; counts and minor units. Merging is addition.
///
/// ```
/// use tenure_model::record::Renewal;
/// use tenure_model::{Currency, Money, Month, parse_date};
/// use tenure_revenue::{RenewalDefinition, RenewalState};
///
/// let usd = Currency::new("USD")?;
/// let january = Month::parse("2024-01")?.days().ok_or("end of the calendar")?;
/// let mut state = RenewalState::new(RenewalDefinition::new(usd, january, parse_date("2024-03-31")?));
/// let mut renewal = Renewal::new("C-1", parse_date("2024-01-31")?, Money::parse("100", usd)?);
/// renewal.closed_at = Some(parse_date("2024-02-15")?);
/// renewal.arr_renewed = Some(Money::parse("120", usd)?);
/// state.push(&renewal)?;
/// state.push(&Renewal::new("C-2", parse_date("2024-01-15")?, Money::parse("100", usd)?))?;
/// let rates = state.rates();
/// assert_eq!(rates.count_rate().ok_or("nothing due")?.to_decimal(2), "0.50");
/// assert_eq!(rates.value_gross().ok_or("nothing due")?.to_decimal(2), "0.50");
/// assert_eq!(rates.value_net().ok_or("nothing due")?.to_decimal(2), "0.60");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalState {
    definition: RenewalDefinition,
    sums: RenewalSums,
}

impl RenewalState {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(definition: RenewalDefinition) -> Self {
        Self { definition, sums: RenewalSums::default() }
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn from_parts(definition: RenewalDefinition, sums: RenewalSums) -> Self {
        Self { definition, sums }
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn sums(&self) -> &RenewalSums {
        &self.sums
    }

    /// Counts a term.
    ///
    /// # Errors
    /// A renewal that contradicts itself, is in another currency or below 0, or a sum that does not
    /// fit; the state is then as it was.
    pub fn push(&mut self, renewal: &Renewal) -> Result<(), RenewalError> {
        let sums = self.definition.sums(renewal)?;
        Ok(self.absorb(sums, Sign::Add)?)
    }

    /// Takes a term back that was counted.
    ///
    /// # Errors
    /// As [`RenewalState::push`], or a count that would be negative; the state is then as it was.
    pub fn retract(&mut self, renewal: &Renewal) -> Result<(), RenewalError> {
        let sums = self.definition.sums(renewal)?;
        Ok(self.absorb(sums, Sign::Take)?)
    }

    /// Adds the terms of another state.
    ///
    /// # Errors
    /// Another definition, or a sum that does not fit; the state is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), StateError> {
        if self.definition != other.definition {
            let (ours, other) = (self.definition.to_string(), other.definition.to_string());
            return Err(StateError::Definition { ours, other });
        }
        self.absorb(other.sums, Sign::Add)
    }

    fn absorb(&mut self, sums: RenewalSums, sign: Sign) -> Result<(), StateError> {
        self.sums = self.sums.combined(sums, sign).ok_or(match sign {
            Sign::Add => StateError::Overflow,
            Sign::Take => StateError::NeverPushed,
        })?;
        Ok(())
    }

    /// The rates so far.
    pub const fn rates(&self) -> RenewalRates {
        RenewalRates { definition: self.definition, sums: self.sums }
    }

    /// What is counted.
    #[must_use]
    pub const fn definition(&self) -> &RenewalDefinition {
        &self.definition
    }
}

/// Of what came due in a period, how much was renewed?
///
/// ```text
/// count_rate          = won / due_count
/// value_gross         = sum of min(renewed, due value of that contract) over the won / due_value
/// value_net           = sum of renewed over the won / due_value
/// on_time_count_rate  = closed on or before due, without grace / due_count
/// resolved_count_rate = won of those due / (due_count - pending_count)
/// ```
///
/// *Shape*: annual recurring revenue, not contract totals; a term of many years is due once.
/// `value_net` may exceed 1 by growth, every rate by late renewals under `closed_period`.
///
/// *Undefined when* nothing is due (or nothing of value), even if late renewals arrive: `None`.
///
/// *Accuracy*: exact.
///
/// *Source*: the dispute is when a late renewal counts: Adaptive Insights' January at 0% and
/// February at 200% is `closed_period`; the default puts it where it was due.
///
/// ```
/// use tenure_model::record::Renewal;
/// use tenure_model::{Currency, Money, Month, parse_date};
/// use tenure_revenue::{RenewalDefinition, RenewalState};
/// let usd = Currency::new("USD")?;
/// let january = Month::parse("2024-01")?.days().ok_or("end of the calendar")?;
/// let mut asked = RenewalDefinition::new(usd, january, parse_date("2024-01-20")?);
/// asked.grace_days = 14;
/// let mut state = RenewalState::new(asked);
/// state.push(&Renewal::new("C-1", parse_date("2024-01-31")?, Money::parse("100", usd)?))?;
/// let rates = state.rates();
/// assert_eq!((rates.due_count(), rates.pending_count()), (1, 1));
/// assert_eq!(rates.resolved_count_rate(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct RenewalRates {
    definition: RenewalDefinition,
    sums: RenewalSums,
}

impl RenewalRates {
    /// Terms due in the period.
    #[must_use]
    pub const fn due_count(&self) -> u64 {
        self.sums.due_count
    }

    /// Their value, minor units.
    #[must_use]
    pub const fn due_value(&self) -> i128 {
        self.sums.due_value
    }

    /// Terms won, by the rule for late ones.
    #[must_use]
    pub const fn won_count(&self) -> u64 {
        self.sums.won
    }

    /// Terms due that are neither known to be renewed nor lost, and not yet past their grace.
    #[must_use]
    pub const fn pending_count(&self) -> u64 {
        self.sums.pending
    }

    /// Terms due that were renewed before their due date.
    #[must_use]
    pub const fn early_count(&self) -> u64 {
        self.sums.early
    }

    /// Won, by due.
    #[must_use]
    pub fn count_rate(&self) -> Option<Rate> {
        Rate::of_counts(self.sums.won, self.sums.due_count)
    }

    /// Renewed value, each contract capped at what was due of it, by value due.
    #[must_use]
    pub fn value_gross(&self) -> Option<Rate> {
        self.of_value(self.sums.kept_value)
    }

    /// Renewed value, by value due.
    #[must_use]
    pub fn value_net(&self) -> Option<Rate> {
        self.of_value(self.sums.won_value)
    }

    fn of_value(&self, won: i128) -> Option<Rate> {
        if self.sums.due_count == 0 { None } else { Rate::new(won, self.sums.due_value) }
    }

    /// Renewed on or before the due date, by due.
    #[must_use]
    pub fn on_time_count_rate(&self) -> Option<Rate> {
        Rate::of_counts(self.sums.on_time, self.sums.due_count)
    }

    /// Won of those due, by those due that are decided.
    #[must_use]
    pub fn resolved_count_rate(&self) -> Option<Rate> {
        let decided = self.sums.due_count.checked_sub(self.sums.pending)?;
        Rate::of_counts(self.sums.won_here, decided)
    }

    /// What was counted.
    #[must_use]
    pub const fn definition(&self) -> &RenewalDefinition {
        &self.definition
    }
}

#[cfg(test)]
mod tests {
    use tenure_model::record::Renewal;
    use tenure_model::{Currency, Money, Month, parse_date};

    use super::{RenewalDefinition, RenewalState, quarter};
    use crate::error::{RenewalError, StateError};

    fn definition() -> RenewalDefinition {
        let period = Month::parse("2024-01").unwrap().days().unwrap();
        let usd = Currency::new("USD").unwrap();
        RenewalDefinition::new(usd, period, parse_date("2024-03-31").unwrap())
    }

    fn due(amount: &str, currency: &str) -> Renewal {
        let arr = Money::parse(amount, Currency::new(currency).unwrap()).unwrap();
        Renewal::new("C-1", parse_date("2024-01-31").unwrap(), arr)
    }

    #[test]
    fn a_renewal_that_contradicts_itself_is_refused_and_changes_nothing() {
        let mut state = RenewalState::new(definition());
        let day = parse_date("2024-01-15").unwrap();
        let mut both = due("1", "USD");
        both.closed_at = Some(day);
        assert!(matches!(state.push(&both), Err(RenewalError::HalfClosed { .. })));
        both.arr_renewed = Some(both.arr_due);
        both.lost_at = Some(day);
        let error = state.push(&both).unwrap_err();
        assert!(matches!(error, RenewalError::ClosedAndLost { .. }));
        assert_eq!(
            error.to_string(),
            "renewal of `C-1`: `lost_at` is `2024-01-15` beside `closed_at` `2024-01-15`"
        );
        assert!(matches!(state.push(&due("-1", "USD")), Err(RenewalError::Negative { .. })));
        assert!(matches!(state.push(&due("0.005", "USD")), Err(RenewalError::Amount { .. })));
        let error = state.push(&due("1", "EUR")).unwrap_err();
        assert!(matches!(error, RenewalError::Currency { .. }));
        assert_eq!(error.to_string(), "renewal of `C-1`: `1.00 EUR` is not in USD");
        assert_eq!(state, RenewalState::new(definition()));
    }

    #[test]
    fn what_was_not_counted_cannot_be_taken_back() {
        let mut state = RenewalState::new(definition());
        let error = state.retract(&due("1", "USD")).unwrap_err();
        assert!(matches!(error, RenewalError::State(StateError::NeverPushed)));
        state.push(&due("1", "USD")).unwrap();
        state.retract(&due("1", "USD")).unwrap();
        assert_eq!(state, RenewalState::new(definition()));
        let mut other = definition();
        other.grace_days = 30;
        let error = state.merge(&RenewalState::new(other)).unwrap_err();
        assert!(error.to_string().contains("grace_days 30"), "{error}");
    }

    #[test]
    fn a_term_worth_nothing_has_a_count_rate_but_no_value_rate() {
        let mut state = RenewalState::new(definition());
        state.push(&due("0", "USD")).unwrap();
        assert_eq!(state.rates().count_rate().unwrap().to_decimal(0), "0");
        assert_eq!(state.rates().value_net(), None);
    }

    #[test]
    fn grace_beyond_the_calendar_is_always_in_time() {
        let mut forever = definition();
        forever.grace_days = u32::MAX;
        let mut state = RenewalState::new(forever);
        state.push(&due("1", "USD")).unwrap();
        assert_eq!(state.rates().pending_count(), 1);
    }

    #[test]
    fn quarters_are_one_to_four() {
        let last = quarter(2024, 4).unwrap();
        assert_eq!(last.start(), parse_date("2024-10-01").unwrap());
        assert_eq!(last.last(), Some(parse_date("2024-12-31").unwrap()));
        assert_eq!(quarter(2024, 0), None);
        assert_eq!(quarter(0, 1), None);
    }
}
