//! How long things last when some have not ended yet.

use std::collections::BTreeMap;

use crate::{Interval, IntervalMethod, Level, Ratio, integer_to_f64, normal};

/// Spells of one length: ended, and still going when last seen.
///
/// ```
/// use tenure_stats::SurvivalCount;
/// assert_eq!(SurvivalCount::new(3, 1).events, 3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct SurvivalCount {
    /// Ended at that length.
    pub events: u64,
    /// Last seen at that length, not ended.
    pub censored: u64,
}

impl SurvivalCount {
    /// So many ended, so many censored.
    #[must_use]
    pub const fn new(events: u64, censored: u64) -> Self {
        Self { events, censored }
    }

    /// Both together. Two counts of 64 bits fit 128.
    fn size(self) -> u128 {
        u128::from(self.events).saturating_add(u128::from(self.censored))
    }
}

/// On which scale an interval about a survival curve is symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum SurvivalMethod {
    /// S ± z·SE with Greenwood's error; may leave 0 to 1, no width before the first event.
    Greenwood,
    /// S^exp(±z·SE/(S·ln S)): stays in 0 to 1; undefined where S is 0 or 1. Better with few spells.
    #[default]
    LogLog,
}

/// One distinct time of a Kaplan-Meier curve.
///
/// ```
/// use std::collections::BTreeMap;
/// use tenure_stats::{SurvivalCount, kaplan_meier};
/// let rows = kaplan_meier(&BTreeMap::from([(2, SurvivalCount::new(1, 3))]));
/// let row = rows.first().ok_or("no rows")?;
/// assert_eq!((row.time, row.at_risk, row.events, row.censored), (2, 4, 1, 3));
/// assert_eq!(row.survival, 0.75);
/// // one event among four: the error of a share of 3 in 4, √(¾·¼/4)
/// let error = row.standard_error().ok_or("all have ended")?;
/// assert!((error - 0.21650635094610965).abs() < 1e-16);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SurvivalRow {
    /// The time, in the unit of the spells.
    pub time: u64,
    /// Spells at least that long.
    pub at_risk: u128,
    /// Spells that ended then.
    pub events: u64,
    /// Spells last seen then.
    pub censored: u64,
    /// The share that survives this time.
    pub survival: f64,
    /// The same, exact and reduced; `None` once it no longer fits 128 bits.
    pub exact: Option<Ratio>,
    /// Σ events / (at_risk (at_risk - events)) up to here; `None` once all have ended.
    greenwood: Option<f64>,
}

impl SurvivalRow {
    /// Greenwood's standard error, S·√(Σ events / (at_risk (at_risk - events))); `None` once all
    /// have ended.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        self.greenwood.map(|sum| self.survival * libm::sqrt(sum))
    }

    /// An interval for the share that survives this time; `None` where the method has none.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use tenure_stats::{Level, SurvivalCount, SurvivalMethod, kaplan_meier};
    /// let rows = kaplan_meier(&BTreeMap::from([(2, SurvivalCount::new(1, 3))]));
    /// let row = rows.first().ok_or("no rows")?;
    /// let interval = |method| row.interval(method, Level::default()).ok_or("undefined");
    /// assert!(interval(SurvivalMethod::Greenwood)?.upper() > 1.0);
    /// assert!(interval(SurvivalMethod::LogLog)?.upper() < 1.0);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn interval(&self, method: SurvivalMethod, level: Level) -> Option<Interval> {
        let z = normal::two_sided_z(level);
        match method {
            SurvivalMethod::Greenwood => {
                let reach = z * self.standard_error()?;
                Interval::about(self.survival, reach, IntervalMethod::Greenwood, level)
            }
            SurvivalMethod::LogLog => {
                let log = libm::log(self.survival);
                if log >= 0.0 {
                    return None; // none has ended: log(-log 1) is not there
                }
                let reach = z * libm::sqrt(self.greenwood?) / -log;
                let at = |shift: f64| libm::exp(log * libm::exp(shift));
                Interval::new(at(reach), at(-reach), IntervalMethod::LogLog, level)
            }
        }
    }
}

/// How large a share is still there after so long, when some were not watched to their end?
///
/// ```text
/// S(t) = product over times <= t of (at_risk - events) / at_risk
/// at_risk = spells at least that long: one censored at t is still at risk at t
/// SE(t) = S(t) √(Σ over times <= t of events / (at_risk (at_risk - events)))
/// ```
///
/// *Shape*: spells by length in, in any one unit; one row a distinct length out, in order. At a tie,
/// events come before censorings. [`survival_at`] reads the curve between its rows. Cost: linear.
///
/// *Undefined when* there is no spell: no rows.
///
/// *Accuracy*: exact while the reduced fraction fits 128 bits, then products of floats, each with a
/// relative error below 3e-16. Greenwood's sum adds positive floats: relative error below 1e-15 a
/// thousand rows.
///
/// *Source*: Kaplan and Meier 1958, "Nonparametric estimation from incomplete observations";
/// Greenwood 1926, "The natural duration of cancer"; for the scale of the interval Kalbfleisch and
/// Prentice 1980.
///
/// ```
/// use std::collections::BTreeMap;
/// use tenure_stats::{SurvivalCount, kaplan_meier};
/// // Gehan (1965), treated arm, time 6: three of 21 relapse, one is censored.
/// let spells = BTreeMap::from([(6, SurvivalCount::new(3, 1)), (7, SurvivalCount::new(1, 16))]);
/// let rows = kaplan_meier(&spells);
/// let first = rows.first().ok_or("no rows")?;
/// assert_eq!(first.exact.ok_or("too large")?.to_string(), "6/7");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn kaplan_meier(spells: &BTreeMap<u64, SurvivalCount>) -> Vec<SurvivalRow> {
    // Fewer than 2^64 lengths of at most 2^65 spells would need more memory than there is before
    // the sum leaves 128 bits.
    let mut at_risk = spells.values().fold(0_u128, |sum, count| sum.saturating_add(count.size()));
    let mut exact = Ratio::new(1, 1);
    let mut survival = 1.0;
    let mut greenwood = Some(0.0);
    let mut rows = Vec::with_capacity(spells.len());
    for (&time, &count) in spells.iter().filter(|(_, count)| count.size() > 0) {
        let left = at_risk.saturating_sub(u128::from(count.events)); // never more than at risk
        exact = exact.and_then(|exact| times(exact, left, at_risk));
        survival = match exact {
            Some(exact) => exact.to_f64(),
            None => survival * (wide_to_f64(left) / wide_to_f64(at_risk)),
        };
        greenwood = match left {
            0 => None,
            _ => greenwood.map(|sum| {
                let (d, r) = (wide_to_f64(u128::from(count.events)), wide_to_f64(at_risk));
                sum + d / r / wide_to_f64(left)
            }),
        };
        rows.push(SurvivalRow {
            time,
            at_risk,
            events: count.events,
            censored: count.censored,
            survival,
            exact,
            greenwood,
        });
        at_risk = at_risk.saturating_sub(count.size());
    }
    rows
}

/// The row that holds at a time, the curve being a step function: the last one not after it.
/// `None` before the first, where all are still there, and of no rows, where nothing is known.
///
/// ```
/// use std::collections::BTreeMap;
/// use tenure_stats::{SurvivalCount, kaplan_meier, survival_at};
/// let rows = kaplan_meier(&BTreeMap::from([(2, SurvivalCount::new(1, 3))]));
/// assert_eq!(survival_at(&rows, 9).map(|row| row.survival), Some(0.75));
/// assert_eq!(survival_at(&rows, 1), None);
/// ```
#[must_use]
pub fn survival_at(rows: &[SurvivalRow], time: u64) -> Option<&SurvivalRow> {
    rows.get(rows.partition_point(|row| row.time <= time).checked_sub(1)?)
}

/// The median survival time: the first at which half or fewer are still there; `None` where more than
/// half are at the end.
///
/// ```
/// use std::collections::BTreeMap;
/// use tenure_stats::{SurvivalCount, kaplan_meier, median_survival};
/// let rows = kaplan_meier(&BTreeMap::from([(2, SurvivalCount::new(1, 0)), (5, SurvivalCount::new(1, 2))]));
/// assert_eq!(median_survival(&rows), Some(5));
/// assert_eq!(median_survival(&[]), None);
/// ```
#[must_use]
pub fn median_survival(rows: &[SurvivalRow]) -> Option<u64> {
    let halved = |row: &&SurvivalRow| match row.exact.map(|exact| (exact.num(), exact.den())) {
        // A share, reduced: its denominator is above 0, and its numerator no larger.
        Some((num, den)) => num <= den.saturating_sub(num),
        None => row.survival <= 0.5,
    };
    rows.iter().find(halved).map(|row| row.time)
}

/// `exact · num / den`, reduced crosswise first, so that it overflows only where the result does.
fn times(exact: Ratio, num: u128, den: u128) -> Option<Ratio> {
    let step = Ratio::new(i128::try_from(num).ok()?, i128::try_from(den).ok()?)?.reduced();
    let left = Ratio::new(exact.num(), step.den())?.reduced();
    let right = Ratio::new(step.num(), exact.den())?.reduced();
    Ratio::new(left.num().checked_mul(right.num())?, left.den().checked_mul(right.den())?)
}

/// Counts of spells stay far below 2^127: see [`kaplan_meier`].
fn wide_to_f64(count: u128) -> f64 {
    integer_to_f64(i128::try_from(count).unwrap_or(i128::MAX))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{SurvivalCount, SurvivalMethod, kaplan_meier, survival_at};
    use crate::{Level, Ratio};

    /// Gehan 1965, 6-MP arm: relapses at 6 6 6 7 10 13 16 22 23 weeks, the others censored.
    fn gehan() -> BTreeMap<u64, SurvivalCount> {
        [
            (6, 3, 1),
            (7, 1, 0),
            (9, 0, 1),
            (10, 1, 1),
            (11, 0, 1),
            (13, 1, 0),
            (16, 1, 0),
            (17, 0, 1),
            (19, 0, 1),
            (20, 0, 1),
            (22, 1, 0),
            (23, 1, 0),
            (25, 0, 1),
            (32, 0, 2),
            (34, 0, 1),
            (35, 0, 1),
        ]
        .map(|(time, events, censored)| (time, SurvivalCount::new(events, censored)))
        .into()
    }

    #[test]
    fn half_is_the_median_and_more_than_half_is_not() {
        let spells = |censored| BTreeMap::from([(3, SurvivalCount::new(2, censored))]);
        assert_eq!(super::median_survival(&kaplan_meier(&spells(2))), Some(3));
        assert_eq!(super::median_survival(&kaplan_meier(&spells(3))), None);
        // Gehan 1965, 6-MP arm: the published median is 23 weeks.
        assert_eq!(super::median_survival(&kaplan_meier(&gehan())), Some(23));
    }

    #[test]
    fn no_spells_no_rows() {
        assert!(kaplan_meier(&BTreeMap::new()).is_empty());
        assert!(kaplan_meier(&BTreeMap::from([(3, SurvivalCount::default())])).is_empty());
        assert_eq!(survival_at(&[], 3), None);
    }

    /// The survival and standard errors printed in textbooks for these data (Cox and Oakes 1984,
    /// section 4.2; R's `survfit` prints the same digits).
    #[test]
    fn the_published_curve_of_gehan() {
        let rows = kaplan_meier(&gehan());
        assert_eq!(rows[0].at_risk, 21);
        for (time, survival, error) in [
            (6, 0.857, 0.0764),
            (7, 0.807, 0.0869),
            (10, 0.753, 0.0963),
            (13, 0.690, 0.1068),
            (16, 0.627, 0.1141),
            (22, 0.538, 0.1282),
            (23, 0.448, 0.1346),
        ] {
            let row = survival_at(&rows, time).unwrap();
            assert!((row.survival - survival).abs() < 5e-4, "{row:?}");
            assert!((row.standard_error().unwrap() - error).abs() < 5e-5, "{row:?}");
        }
        assert_eq!(survival_at(&rows, 5), None);
        assert_eq!(survival_at(&rows, 9).unwrap().time, 9);
    }

    #[test]
    fn once_all_have_ended_nothing_is_left_and_its_error_is_undefined() {
        let rows = kaplan_meier(&BTreeMap::from([
            (1, SurvivalCount::new(0, 1)),
            (2, SurvivalCount::new(3, 0)),
        ]));
        let [before, after] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((before.exact, after.exact), (Ratio::new(1, 1), Ratio::new(0, 1)));
        assert_eq!((before.standard_error(), after.standard_error()), (Some(0.0), None));
        let level = Level::default();
        let flat = before.interval(SurvivalMethod::Greenwood, level).unwrap();
        assert_eq!(
            (flat.lower().to_bits(), flat.upper().to_bits()),
            (1_f64.to_bits(), 1_f64.to_bits())
        );
        assert_eq!(before.interval(SurvivalMethod::LogLog, level), None);
        assert_eq!(after.interval(SurvivalMethod::Greenwood, level), None);
        assert_eq!(after.interval(SurvivalMethod::LogLog, level), None);
    }

    #[test]
    fn floats_go_on_where_the_fraction_no_longer_fits() {
        // One event at each time among a large prime number: nothing cancels soon.
        let spells: BTreeMap<_, _> = (0..40)
            .map(|time| (time, SurvivalCount::new(1, 1_000_003_u64.saturating_mul(time))))
            .collect();
        let rows = kaplan_meier(&spells);
        let last = rows.last().unwrap();
        assert_eq!(last.exact, None);
        assert!(rows.iter().any(|row| row.exact.is_some()));
        assert!(last.survival > 0.999 && last.survival < 1.0);
    }

    #[test]
    fn counts_of_every_size_are_added_not_cut() {
        let full = SurvivalCount::new(u64::MAX, u64::MAX);
        let rows = kaplan_meier(&BTreeMap::from([(1, full), (2, full)]));
        assert_eq!(rows[0].at_risk, 4 * u128::from(u64::MAX));
        assert_eq!(rows[0].exact, Ratio::new(3, 4));
        assert_eq!(rows[1].exact, Ratio::new(3, 8));
    }
}
