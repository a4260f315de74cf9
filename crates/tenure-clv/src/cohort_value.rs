//! What a cohort was worth by age: an exact sum over those acquired, the churned included.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tenure_model::{Currency, Minor};
use tenure_stats::Ratio;

use crate::error::HistoricalValueError;

/// What was a customer of this cohort worth by so many periods after acquisition, on average?
///
/// ```text
/// value(k) = margins within the first k periods of each member / members acquired
/// ```
///
/// Members who left stay in the denominator: without them the average would be of survivors.
///
/// *Shape*: members by the day they were acquired, margins by that day and their own, in minor
/// units of one currency, in any order; an exact ratio by age. Margins before the acquisition, or
/// after `as_of`, are counted and left out. *Undefined when* an age is not reached by all members
/// at the end of `as_of`, and without members: `None`, never an average of the oldest. *Accuracy*:
/// exact.
///
/// ```
/// use chrono::NaiveDate;
/// use tenure_clv::CohortValue;
/// use tenure_model::{Currency, Minor};
/// let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).ok_or("no such day");
/// let mut cohort = CohortValue::new(Currency::new("EUR")?, day(15)?, 7);
/// let (ann, bob) = (day(1)?, day(3)?);
/// cohort.acquire(ann)?;
/// cohort.acquire(bob)?;
/// cohort.push(ann, day(1)?, Minor::new(10_00))?;
/// cohort.push(bob, day(9)?, Minor::new(4_00))?;
/// cohort.push(ann, day(12)?, Minor::new(6_00))?;
/// // In the first 7 days of each 14.00, for two; the second 7 days bob has not reached by the 15th.
/// assert_eq!(cohort.mean_minor(1).map(|mean| (mean.num(), mean.den())), Some((14_00, 2)));
/// assert_eq!(cohort.mean_minor(2), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CohortValue {
    currency: Currency,
    as_of: NaiveDate,
    period_days: u32,
    members: u64,
    /// The day the last member was acquired.
    youngest: Option<NaiveDate>,
    /// Sums by period of age, from 0.
    margins: BTreeMap<u32, i128>,
    left_out: u64,
}

impl CohortValue {
    /// No members yet; ages in periods of so many days, at least one.
    #[must_use]
    pub fn new(currency: Currency, as_of: NaiveDate, period_days: u32) -> Self {
        Self {
            currency,
            as_of,
            period_days: period_days.max(1),
            members: 0,
            youngest: None,
            margins: BTreeMap::new(),
            left_out: 0,
        }
    }

    /// Adds a member acquired on that day.
    ///
    /// # Errors
    /// No room; the cohort is then as it was.
    pub fn acquire(&mut self, acquired: NaiveDate) -> Result<(), HistoricalValueError> {
        self.members = self.members.checked_add(1).ok_or(HistoricalValueError::Overflow)?;
        self.youngest = self.youngest.max(Some(acquired));
        Ok(())
    }

    /// Adds a margin, or a cost as a negative one, of a member acquired on that day.
    ///
    /// # Errors
    /// No room; the cohort is then as it was.
    pub fn push(
        &mut self,
        acquired: NaiveDate,
        date: NaiveDate,
        margin: Minor,
    ) -> Result<(), HistoricalValueError> {
        let days = u32::try_from(date.signed_duration_since(acquired).num_days());
        let Some(days) = days.ok().filter(|_| date <= self.as_of) else {
            self.left_out = self.left_out.checked_add(1).ok_or(HistoricalValueError::Overflow)?;
            return Ok(());
        };
        let age = days.checked_div(self.period_days).unwrap_or(0);
        let sum = self.margins.get(&age).copied().unwrap_or(0);
        let sum = sum.checked_add(margin.units().into()).ok_or(HistoricalValueError::Overflow)?;
        self.margins.insert(age, sum);
        Ok(())
    }

    /// Takes in other members of the same cohort.
    ///
    /// # Errors
    /// Another currency, last day or period, or no room; the cohort is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), HistoricalValueError> {
        let of = |one: &Self| (one.currency, one.as_of, one.period_days);
        if of(self) != of(other) {
            return Err(HistoricalValueError::DefinitionMismatch);
        }
        let full = HistoricalValueError::Overflow;
        let mut merged = self.clone();
        merged.members = merged.members.checked_add(other.members).ok_or(full)?;
        merged.left_out = merged.left_out.checked_add(other.left_out).ok_or(full)?;
        merged.youngest = merged.youngest.max(other.youngest);
        for (&age, &sum) in &other.margins {
            let own = merged.margins.get(&age).copied().unwrap_or(0);
            merged.margins.insert(age, own.checked_add(sum).ok_or(full)?);
        }
        *self = merged;
        Ok(())
    }

    /// Mean value of a member within the first `periods` periods, in minor units, as an exact ratio
    /// of the sum to the members; `None` without members, or if not all have reached that age.
    #[must_use]
    pub fn mean_minor(&self, periods: u32) -> Option<Ratio> {
        let days = periods.checked_mul(self.period_days)?;
        let youngest = self.youngest?;
        // The last of so many days, the day of acquisition being the first, is over at as_of.
        let lived = self.as_of.signed_duration_since(youngest).num_days().checked_add(1)?;
        if lived < i64::from(days) {
            return None;
        }
        let sum = self
            .margins
            .range(..periods)
            .try_fold(0_i128, |sum, (_, one)| sum.checked_add(*one))?;
        Ratio::new(sum, i128::from(self.members))
    }

    /// The one currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The last day that counts.
    #[must_use]
    pub const fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// The length of a period, in days.
    #[must_use]
    pub const fn period_days(&self) -> u32 {
        self.period_days
    }

    /// Members acquired.
    #[must_use]
    pub const fn members(&self) -> u64 {
        self.members
    }

    /// Margins before the acquisition or after the last day.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::CohortValue;
    use crate::error::HistoricalValueError;
    use chrono::NaiveDate;
    use tenure_model::{Currency, Minor};

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 1, day).unwrap()
    }

    fn cohort() -> CohortValue {
        CohortValue::new(Currency::new("EUR").unwrap(), day(14), 7)
    }

    #[test]
    fn nobody_has_no_mean_and_the_churned_stay_in_it() {
        let mut all = cohort();
        assert_eq!(all.mean_minor(1), None);
        for _ in 0..4 {
            all.acquire(day(1)).unwrap();
        }
        all.push(day(1), day(7), Minor::new(8)).unwrap();
        all.push(day(1), day(8), Minor::new(-4)).unwrap();
        let mean = |periods| all.mean_minor(periods).map(|mean| (mean.num(), mean.den()));
        assert_eq!((mean(0), mean(1), mean(2)), (Some((0, 4)), Some((8, 4)), Some((4, 4))));
        // The 15th is not over.
        assert_eq!(mean(3), None);
    }

    #[test]
    fn what_is_outside_is_counted_and_parts_merge() {
        let (mut one, mut other) = (cohort(), cohort());
        one.acquire(day(1)).unwrap();
        one.push(day(1), day(15), Minor::new(1)).unwrap();
        other.acquire(day(5)).unwrap();
        other.push(day(5), day(4), Minor::new(1)).unwrap();
        other.push(day(5), day(6), Minor::new(3)).unwrap();
        let mut both = one.clone();
        both.merge(&other).unwrap();
        assert_eq!((both.members(), both.left_out()), (2, 2));
        assert_eq!(both.mean_minor(1).map(|mean| (mean.num(), mean.den())), Some((3, 2)));
        assert_eq!(both.mean_minor(2), None);
        let months = CohortValue::new(both.currency(), both.as_of(), 30);
        assert_eq!(both.merge(&months), Err(HistoricalValueError::DefinitionMismatch));
    }
}
