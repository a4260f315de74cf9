//! Why two numbers differ: two definitions of retention by account, two results by month.

use tenure_model::Month;

use crate::account::AccountRevenue;
use crate::error::StateError;
use crate::retention::{RetentionMeasure, WindowSums};
use crate::state::RevenueState;
use crate::waterfall::MovementLines;

/// What one account brings to the numerators of two definitions of retention.
///
/// ```
/// use tenure_revenue::MeasureDifference;
/// let hidden = MeasureDifference { account: "acme", first: 12_000, second: 10_000 };
/// assert_eq!(hidden.difference(), Some(2_000));
/// ```
#[expect(clippy::exhaustive_structs, reason = "an account and two amounts")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeasureDifference<K> {
    /// Whose.
    pub account: K,
    /// Under the first definition, minor units or accounts.
    pub first: i128,
    /// Under the second.
    pub second: i128,
}

impl<K> MeasureDifference<K> {
    /// First less second; `None` if it does not fit.
    #[must_use]
    pub const fn difference(&self) -> Option<i128> {
        self.first.checked_sub(self.second)
    }
}

/// Which accounts make two definitions of retention differ?
///
/// ```text
/// numerator of first - numerator of second = sum of the differences over the accounts
/// ```
///
/// *Shape*: accounts with any key in; those that bring different amounts to the two numerators out,
/// the largest difference first, then in order of key. *Undefined when* a definition has no numerator
/// that accounts add up to (`nrr_compounded_monthly`, `grr_min_of_totals`), or the plan did not ask
/// for the window: `None`. *Accuracy*: exact.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Currency, Instant, Money, Month, Zone};
/// use tenure_revenue::{RetentionMeasure, RevenueDefinition, RevenuePlan, explain_difference};
///
/// let usd = Currency::new("USD")?;
/// let (a, b) = (Month::parse("2024-01")?, Month::parse("2024-02")?);
/// let plan = RevenuePlan::new(RevenueDefinition::new(usd), a, b)?.with_window(a, b)?;
/// let set = |day: &str, amount: &str| -> Result<_, Box<dyn std::error::Error>> {
///     let monthly = Money::parse(amount, usd)?;
///     let at = Instant::parse(day, Zone::UTC)?;
///     Ok(SubscriptionEvent::new(at, "S-1", SubscriptionChange::Set { monthly }))
/// };
/// // One stays at 100; one rises to 130, which gross retention does not count.
/// let stays = plan.account(&[set("2024-01-05", "100")?])?;
/// let rises = plan.account(&[set("2024-01-05", "100")?, set("2024-02-05", "130")?])?;
/// let (net, gross) = (RetentionMeasure::NrrPointToPoint, RetentionMeasure::GrrPointToPoint);
/// let found = explain_difference([("stays", &stays), ("rises", &rises)], (net, gross), (a, b))
///     .ok_or("not asked")?;
/// assert_eq!(found.len(), 1);
/// assert_eq!(found.first().map(|one| (one.account, one.first, one.second)), Some(("rises", 13_000, 10_000)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain_difference<'a, K: Ord>(
    accounts: impl IntoIterator<Item = (K, &'a AccountRevenue)>,
    (first, second): (RetentionMeasure, RetentionMeasure),
    (from, to): (Month, Month),
) -> Option<Vec<MeasureDifference<K>>> {
    let mut found = Vec::new();
    for (account, revenue) in accounts {
        let first = revenue.numerator(first, from, to)?;
        let second = revenue.numerator(second, from, to)?;
        if first != second {
            found.push(MeasureDifference { account, first, second });
        }
    }
    found.sort_by(|left, right| {
        let size = |one: &MeasureDifference<K>| one.first.abs_diff(one.second);
        size(right).cmp(&size(left)).then_with(|| left.account.cmp(&right.account))
    });
    Some(found)
}

impl AccountRevenue {
    /// What this account brings to the numerator of a definition of retention over a window of the
    /// plan; `None` where accounts do not add up to it, or the window was not asked for.
    #[must_use]
    pub fn numerator(&self, measure: RetentionMeasure, from: Month, to: Month) -> Option<i128> {
        let place = self.plan.windows().binary_search(&(from, to)).ok()?;
        let sums: &WindowSums = self.sums.windows.get(place)?;
        Some(match measure {
            RetentionMeasure::NrrPointToPoint => sums.closing,
            RetentionMeasure::NrrExcludeReturned => sums.continuous,
            RetentionMeasure::GrrPointToPoint => sums.capped,
            RetentionMeasure::GrrPathMin => sums.path_min,
            RetentionMeasure::LogoPointToPoint => sums.logos.into(),
            RetentionMeasure::LogoContinuous => sums.logos_continuous.into(),
            RetentionMeasure::GrrMinOfTotals | RetentionMeasure::NrrCompoundedMonthly => {
                return None;
            }
            RetentionMeasure::NrrFormulaNet
            | RetentionMeasure::NrrFormulaNetWithReactivation
            | RetentionMeasure::NrrFormulaGross
            | RetentionMeasure::NrrFormulaGrossWithReactivation
            | RetentionMeasure::GrrFormulaNet
            | RetentionMeasure::GrrFormulaGross => self.formula(measure, from, to)?,
        })
    }

    fn formula(&self, measure: RetentionMeasure, from: Month, to: Month) -> Option<i128> {
        let mut kept = self.mrr(from)?;
        let mut month = from;
        while month < to {
            month = month.plus(1)?;
            let waterfall = match measure {
                RetentionMeasure::NrrFormulaGross
                | RetentionMeasure::NrrFormulaGrossWithReactivation
                | RetentionMeasure::GrrFormulaGross => self.gross(month)?,
                _ => self.net(month)?,
            };
            let lines = waterfall.lines();
            kept = kept.checked_sub(lines.contraction)?.checked_sub(lines.churn)?;
            if !matches!(
                measure,
                RetentionMeasure::GrrFormulaNet | RetentionMeasure::GrrFormulaGross
            ) {
                kept = kept.checked_add(lines.expansion)?;
            }
            if matches!(
                measure,
                RetentionMeasure::NrrFormulaNetWithReactivation
                    | RetentionMeasure::NrrFormulaGrossWithReactivation
            ) {
                kept = kept.checked_add(lines.reactivation)?;
            }
        }
        Some(kept)
    }
}

/// A month whose net waterfall differs between two results.
///
/// ```
/// use tenure_model::Month;
/// use tenure_revenue::{MonthDifference, MovementLines};
/// let lines = MovementLines { new: -500, closing: -500, ..MovementLines::default() };
/// let moved = MonthDifference { month: Month::parse("2024-01")?, lines };
/// assert_eq!(moved.lines.new, -500);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[expect(clippy::exhaustive_structs, reason = "a month and a difference")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthDifference {
    /// Which month.
    pub month: Month,
    /// After less before, line by line; minor units.
    pub lines: MovementLines,
}

/// Which months say something else than before, and by how much?
///
/// Of the two `late` policies this is the prior-period adjustment report: what `restate` puts into
/// closed months and `post_when_recorded` into the month it was recorded in. Of two runs of one
/// definition it shows history that changed after the books were closed.
///
/// *Shape*: two results over the same months and currency in; the months whose net waterfall differs
/// out, in order, each line after less before. Over all months the differences of movements add up to
/// the difference of the last closing. *Accuracy*: exact.
///
/// # Errors
/// Other months or another currency.
///
/// ```
/// use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
/// use tenure_model::{Currency, Instant, Money, Month, Zone};
/// use tenure_revenue::{LatePolicy, RevenueDefinition, RevenuePlan, SubscriptionRow, differences};
///
/// let usd = Currency::new("USD")?;
/// let (january, february) = (Month::parse("2024-01")?, Month::parse("2024-02")?);
/// let monthly = Money::parse("100", usd)?;
/// let at = Instant::parse("2024-01-20", Zone::UTC)?;
/// let sold = SubscriptionEvent::new(at, "S-1", SubscriptionChange::Set { monthly });
/// // Sold in January, recorded in February.
/// let mut row = SubscriptionRow::from(&sold);
/// row.recorded_at = Some(Instant::parse("2024-02-03", Zone::UTC)?);
/// let run = |late| -> Result<_, Box<dyn std::error::Error>> {
///     let mut definition = RevenueDefinition::new(usd);
///     definition.late = late;
///     let plan = RevenuePlan::new(definition, january, february)?;
///     let mut state = plan.state();
///     state.push(&plan.account([row])?)?;
///     Ok(state)
/// };
/// let found = differences(&run(LatePolicy::PostWhenRecorded)?, &run(LatePolicy::Restate)?)?;
/// let news: Vec<i128> = found.iter().map(|month| month.lines.new).collect();
/// assert_eq!(news, [10_000, -10_000]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn differences(
    before: &RevenueState,
    after: &RevenueState,
) -> Result<Vec<MonthDifference>, StateError> {
    let (ours, other) = (before.plan(), after.plan());
    let same = ours.definition().currency == other.definition().currency
        && (ours.first(), ours.last()) == (other.first(), other.last());
    if !same {
        return Err(StateError::Definition { ours: ours.to_string(), other: other.to_string() });
    }
    let mut found = Vec::new();
    for month in ours.months() {
        let Some((before, after)) = before.net(month).zip(after.net(month)) else { continue };
        let lines = after.lines().less(before.lines()).ok_or(StateError::Overflow)?;
        if lines != MovementLines::default() {
            found.push(MonthDifference { month, lines });
        }
    }
    Ok(found)
}
