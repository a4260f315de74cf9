//! Silence, measured against the account's own rhythm.

use chrono::{Datelike, NaiveDate, TimeDelta};
use rust_decimal::Decimal;

use crate::error::DormancyOptionsError;

/// When silence counts as dormancy.
///
/// ```
/// use tenure_model::DormancyOptions;
/// let options = DormancyOptions::default();
/// assert_eq!(options.dormant_ratio().to_string(), "3");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DormancyOptions {
    min_gaps: usize,
    dormant_ratio: Decimal,
    cooling_ratio: Decimal,
    reengaged_within_days: i64,
    default_gap_days: Option<u32>,
}

impl Default for DormancyOptions {
    /// At least 2 gaps, dormant above 3 own gaps, cooling from 2, re-engaged within 90 days, no
    /// gap assumed.
    fn default() -> Self {
        Self {
            min_gaps: 2,
            dormant_ratio: Decimal::from(3_u8),
            cooling_ratio: Decimal::TWO,
            reengaged_within_days: 90,
            default_gap_days: None,
        }
    }
}

impl DormancyOptions {
    /// With a rhythm known from so many gaps on.
    ///
    /// # Errors
    /// 0: no gap, no rhythm.
    pub fn with_min_gaps(self, min_gaps: usize) -> Result<Self, DormancyOptionsError> {
        if min_gaps == 0 {
            let (field, expected) = ("min_gaps", "1 or more");
            return Err(DormancyOptionsError { field, found: "0".to_owned(), expected });
        }
        Ok(Self { min_gaps, ..self })
    }

    /// With other ratios of silence to own gap: cooling from `cooling`, dormant above `dormant`.
    ///
    /// # Errors
    /// `cooling` not above 0, or above `dormant`; more than 8 decimals; above 1,000,000.
    pub fn with_ratios(
        self,
        cooling: Decimal,
        dormant: Decimal,
    ) -> Result<Self, DormancyOptionsError> {
        let (cooling, dormant) = (cooling.normalize(), dormant.normalize());
        let bound = Decimal::from(1_000_000_u32);
        for (field, ratio) in [("cooling_ratio", cooling), ("dormant_ratio", dormant)] {
            if ratio <= Decimal::ZERO || ratio > bound || ratio.scale() > 8 {
                let expected = "above 0, at most 1000000, at most 8 decimals";
                return Err(DormancyOptionsError { field, found: ratio.to_string(), expected });
            }
        }
        if cooling > dormant {
            let (field, expected) = ("cooling_ratio", "not above `dormant_ratio`");
            return Err(DormancyOptionsError { field, found: cooling.to_string(), expected });
        }
        Ok(Self { cooling_ratio: cooling, dormant_ratio: dormant, ..self })
    }

    /// With another limit, in days and included, for the last purchase of a re-engaged account.
    #[must_use]
    pub fn with_reengaged_within_days(self, days: u32) -> Self {
        Self { reengaged_within_days: i64::from(days), ..self }
    }

    /// With a gap in days assumed where there are too few to know.
    ///
    /// # Errors
    /// 0 days.
    pub fn with_default_gap_days(self, days: u32) -> Result<Self, DormancyOptionsError> {
        if days == 0 {
            let (field, expected) = ("default_gap_days", "1 or more");
            return Err(DormancyOptionsError { field, found: "0".to_owned(), expected });
        }
        Ok(Self { default_gap_days: Some(days), ..self })
    }

    /// From how many gaps on a rhythm is known.
    #[must_use]
    pub const fn min_gaps(&self) -> usize {
        self.min_gaps
    }

    /// Dormant above so many own gaps, strictly.
    #[must_use]
    pub const fn dormant_ratio(&self) -> Decimal {
        self.dormant_ratio
    }
}

/// How silent an account is, by its own rhythm.
///
/// 1. *Question*: has this account gone quiet, for what is usual with it?
/// 2. *Formula*:
///    ```text
///    gaps   = days between consecutive purchase days
///    median = middle gap (mean of the middle two if even)
///    ratio  = days since the last purchase day / median
///    dormant: ratio > dormant_ratio      cooling: cooling_ratio <= ratio <= dormant_ratio
///    reengaged: last gap > dormant_ratio * median of the gaps before it, and the last purchase is
///               at most `reengaged_within_days` old
///    ```
/// 3. *Shape*: in, the purchase days (each once, in order) and a day; out, days and a ratio
///    without unit. Cost: a sort of the gaps.
/// 4. *Undefined when*: there is no purchase day by `as_of` (`of` is `None`); ratio, dormant and
///    cooling also where there are fewer gaps than `min_gaps` and no default gap.
/// 5. *Accuracy*: exact; all comparisons on integers.
/// 6. *Source*: own definition; one threshold in days for all accounts is the usual error.
///
/// ```
/// use tenure_model::{Dormancy, DormancyOptions, parse_date};
/// let days = [parse_date("2025-01-01")?, parse_date("2025-02-01")?, parse_date("2025-03-04")?];
/// let quiet = Dormancy::of(&days, parse_date("2025-06-30")?, &DormancyOptions::default())
///     .ok_or("no purchase")?;
/// // 118 days of silence, usual gap 31: above 3 gaps (93).
/// assert_eq!((quiet.recency_days(), quiet.dormant()), (118, Some(true)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dormancy {
    gaps: Vec<i64>,
    last: NaiveDate,
    recency_days: i64,
    /// Twice the median: a whole number.
    median_halves: Option<i64>,
    /// Twice the gap silence is measured against: the median, if known well enough, or the default.
    rhythm_halves: Option<i64>,
    default_used: bool,
    options: DormancyOptions,
}

impl Dormancy {
    /// From how many gaps on their quantile says something.
    pub const MIN_QUANTILE_GAPS: usize = 8;

    /// Looks at the purchase days (in order, each once) up to `as_of`, that day included; later
    /// ones are not looked at. `None` if there is none.
    #[must_use]
    pub fn of(days: &[NaiveDate], as_of: NaiveDate, options: &DormancyOptions) -> Option<Self> {
        let seen = days.partition_point(|&day| day <= as_of);
        let days = days.get(..seen)?;
        let last = *days.last()?;
        // Each day is numbered once, not once for the gap before it and once for the one after.
        let mut numbers = days.iter().map(|day| i64::from(day.num_days_from_ce()));
        let mut before = numbers.next()?;
        let mut gaps: Vec<i64> = Vec::with_capacity(days.len());
        for number in numbers {
            gaps.push(number.saturating_sub(before));
            before = number;
        }
        let recency_days = as_of.signed_duration_since(last).num_days();
        let median_halves = median_halves(&gaps);
        let own = median_halves.filter(|_| gaps.len() >= options.min_gaps);
        let assumed = options.default_gap_days.and_then(|days| i64::from(days).checked_mul(2));
        Some(Self {
            last,
            recency_days,
            median_halves,
            rhythm_halves: own.or(assumed),
            default_used: own.is_none() && assumed.is_some(),
            gaps,
            options: *options,
        })
    }

    /// Days between consecutive purchase days, in date order.
    #[must_use]
    pub fn gaps(&self) -> &[i64] {
        &self.gaps
    }

    /// Days since the last purchase day.
    #[must_use]
    pub const fn recency_days(&self) -> i64 {
        self.recency_days
    }

    /// The last purchase day.
    #[must_use]
    pub const fn last_day(&self) -> NaiveDate {
        self.last
    }

    /// Whether there are enough gaps to know the account's rhythm.
    #[must_use]
    pub const fn defined(&self) -> bool {
        self.rhythm_halves.is_some() && !self.default_used
    }

    /// Whether the default gap stands in for an unknown rhythm.
    #[must_use]
    pub const fn default_used(&self) -> bool {
        self.default_used
    }

    /// Twice the median gap, in days: a whole number, since the median may be a half. `None`
    /// without a gap; given from one gap on, though silence is not measured by so few.
    #[must_use]
    pub const fn median_gap_halves(&self) -> Option<i64> {
        self.median_halves
    }

    /// Twice the gap silence is measured against: the median where there are enough gaps, else the
    /// default gap, else `None`.
    #[must_use]
    pub const fn rhythm_halves(&self) -> Option<i64> {
        self.rhythm_halves
    }

    /// Silence in own gaps, as a fraction: twice the recency over twice the gap.
    #[must_use]
    pub fn ratio(&self) -> Option<(i64, i64)> {
        Some((self.recency_days.checked_mul(2)?, self.rhythm_halves?))
    }

    /// Silent for more than `dormant_ratio` own gaps.
    #[must_use]
    pub fn dormant(&self) -> Option<bool> {
        let (silence, gap) = self.ratio()?;
        exceeds(silence, self.options.dormant_ratio, gap)
    }

    /// Silent for `cooling_ratio` own gaps or more, not yet dormant.
    #[must_use]
    pub fn cooling(&self) -> Option<bool> {
        let (silence, gap) = self.ratio()?;
        let below = falls_short(silence, self.options.cooling_ratio, gap)?;
        Some(!below && !self.dormant()?)
    }

    /// Back after a silence of more than `dormant_ratio` own gaps.
    #[must_use]
    pub fn reengaged(&self) -> bool {
        let Some((&last_gap, earlier)) = self.gaps.split_last() else { return false };
        earlier.len() >= self.options.min_gaps
            && self.recency_days <= self.options.reengaged_within_days
            && last_gap
                .checked_mul(2)
                .zip(median_halves(earlier))
                .and_then(|(gap, median)| exceeds(gap, self.options.dormant_ratio, median))
                .unwrap_or(false)
    }

    /// The gap that so many percent of the own gaps do not exceed, by nearest rank; `None` with fewer
    /// than [`Dormancy::MIN_QUANTILE_GAPS`] gaps, or a percentage outside 1 to 100.
    ///
    /// ```
    /// use tenure_model::{Dormancy, DormancyOptions, parse_date};
    /// let days: Vec<_> = (1..=9).map(|day| parse_date(&format!("2025-01-{:02}", day * 2))).collect::<Result<_, _>>()?;
    /// let seen = Dormancy::of(&days, parse_date("2025-01-21")?, &DormancyOptions::default()).ok_or("none")?;
    /// // Eight gaps of two days; silent for three.
    /// assert_eq!((seen.quantile_gap(95), seen.silent_beyond(95)), (Some(2), Some(true)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn quantile_gap(&self, percent: u8) -> Option<i64> {
        if self.gaps.len() < Self::MIN_QUANTILE_GAPS || !(1..=100).contains(&percent) {
            return None;
        }
        let mut sorted = self.gaps.clone();
        sorted.sort_unstable();
        let rank = sorted.len().checked_mul(usize::from(percent))?.div_ceil(100);
        sorted.get(rank.checked_sub(1)?).copied()
    }

    /// Whether the account is silent for longer than so many percent of its own gaps were: another rule
    /// than [`dormant`](Self::dormant), for accounts with many gaps (95 is a usual choice).
    #[must_use]
    pub fn silent_beyond(&self, percent: u8) -> Option<bool> {
        Some(self.recency_days > self.quantile_gap(percent)?)
    }

    /// The first day that is dormant if nothing more happens.
    #[must_use]
    pub fn dormant_from(&self) -> Option<NaiveDate> {
        let ratio = self.options.dormant_ratio;
        let power = 10_i128.checked_pow(ratio.scale())?.checked_mul(2)?;
        let reach = ratio.mantissa().checked_mul(i128::from(self.rhythm_halves?))?;
        let days = i64::try_from(reach.checked_div(power)?.checked_add(1)?).ok()?;
        self.last.checked_add_signed(TimeDelta::try_days(days)?)
    }
}

/// Twice the median of sorted gaps; `None` of none.
pub(crate) fn middle_halves(sorted: &[i64]) -> Option<i64> {
    let upper = sorted.len() / 2;
    let high = *sorted.get(upper)?;
    let low =
        if sorted.len().is_multiple_of(2) { *sorted.get(upper.checked_sub(1)?)? } else { high };
    low.checked_add(high)
}

/// Twice the median of gaps in any order; `None` of none.
pub(crate) fn median_halves(gaps: &[i64]) -> Option<i64> {
    if gaps.is_empty() {
        return None;
    }
    let mut parted = gaps.to_vec();
    let even = parted.len().is_multiple_of(2);
    let upper = parted.len() / 2;
    let (below, &mut high, _) = parted.select_nth_unstable(upper);
    let low = if even { *below.iter().max()? } else { high };
    low.checked_add(high)
}

/// `left > ratio * right`, on integers.
pub(crate) fn exceeds(left: i64, ratio: Decimal, right: i64) -> Option<bool> {
    let (scaled, reach) = scaled(left, ratio, right)?;
    Some(scaled > reach)
}

/// `left < ratio * right`, on integers.
fn falls_short(left: i64, ratio: Decimal, right: i64) -> Option<bool> {
    let (scaled, reach) = scaled(left, ratio, right)?;
    Some(scaled < reach)
}

fn scaled(left: i64, ratio: Decimal, right: i64) -> Option<(i128, i128)> {
    let power = 10_i128.checked_pow(ratio.scale())?;
    let reach = ratio.mantissa().checked_mul(i128::from(right))?;
    Some((i128::from(left).checked_mul(power)?, reach))
}

#[cfg(test)]
mod tests {
    use super::{Dormancy, DormancyOptions};
    use crate::date::parse_date;
    use chrono::NaiveDate;

    fn days(texts: &[&str]) -> Vec<NaiveDate> {
        texts.iter().map(|text| parse_date(text).unwrap()).collect()
    }

    fn of(texts: &[&str], as_of: &str) -> Dormancy {
        let as_of = parse_date(as_of).unwrap();
        Dormancy::of(&days(texts), as_of, &DormancyOptions::default()).unwrap()
    }

    #[test]
    fn exactly_three_gaps_is_cooling_not_dormant() {
        // Gaps 10, 10; silent for 30 days.
        let at = of(&["2024-01-01", "2024-01-11", "2024-01-21"], "2024-02-20");
        assert_eq!((at.dormant(), at.cooling()), (Some(false), Some(true)));
        assert_eq!(at.dormant_from().unwrap().to_string(), "2024-02-21");
        let after = of(&["2024-01-01", "2024-01-11", "2024-01-21"], "2024-02-21");
        assert_eq!((after.dormant(), after.cooling()), (Some(true), Some(false)));
    }

    #[test]
    fn a_half_day_median_is_kept() {
        // Gaps 3 and 4: median 3.5, so 10.5 days reach; day 11 is dormant.
        let at = of(&["2024-01-01", "2024-01-04", "2024-01-08"], "2024-01-18");
        assert_eq!(at.median_gap_halves(), Some(7));
        assert_eq!(at.dormant(), Some(false));
        assert_eq!(at.dormant_from().unwrap().to_string(), "2024-01-19");
    }

    #[test]
    fn a_quantile_of_the_own_gaps_by_nearest_rank() {
        // Gaps 1 to 8: 95 % of 8 is 7.6, rank 8; 50 % is rank 4.
        let texts =
            ["01", "02", "04", "07", "11", "16", "22", "29"].map(|day| format!("2024-01-{day}"));
        let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(of(&texts, "2024-02-20").quantile_gap(95), None);
        texts.push("2024-02-06");
        let at = of(&texts, "2024-02-14");
        assert_eq!(
            [95, 50, 51, 1, 100, 0, 101].map(|percent| at.quantile_gap(percent)),
            [Some(8), Some(4), Some(5), Some(1), Some(8), None, None]
        );
        assert_eq!(
            (at.silent_beyond(95), of(&texts, "2024-02-15").silent_beyond(95)),
            (Some(false), Some(true))
        );
    }

    #[test]
    fn one_gap_is_no_rhythm() {
        let at = of(&["2024-01-01", "2024-01-11"], "2025-01-01");
        assert!(!at.defined());
        assert_eq!(at.median_gap_halves(), Some(20));
        assert_eq!((at.ratio(), at.dormant(), at.cooling()), (None, None, None));
        let options = DormancyOptions::default().with_default_gap_days(365).unwrap();
        let assumed =
            Dormancy::of(&days(&["2024-01-01"]), parse_date("2025-01-01").unwrap(), &options)
                .unwrap();
        assert!(assumed.default_used());
        assert_eq!(assumed.dormant(), Some(false));
    }

    #[test]
    fn later_days_are_not_looked_at() {
        let as_of = parse_date("2024-01-01").unwrap();
        let options = DormancyOptions::default();
        assert_eq!(Dormancy::of(&days(&["2024-02-01"]), as_of, &options), None);
        assert_eq!(Dormancy::of(&[], as_of, &options), None);
    }

    #[test]
    fn options_that_contradict_themselves_are_errors() {
        let options = DormancyOptions::default();
        assert!(options.with_min_gaps(0).is_err());
        assert!(options.with_default_gap_days(0).is_err());
        let (two, three) = (2_u8.into(), 3_u8.into());
        assert!(options.with_ratios(three, two).is_err());
        assert!(options.with_ratios(0_u8.into(), two).is_err());
        assert!(options.with_ratios(two, three).is_ok());
    }
}
