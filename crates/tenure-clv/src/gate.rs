//! May spend be multiplied with purchases? The assumption of Gamma-Gamma, tested.

use tenure_stats::{Interval, IntervalMethod, Level, count_to_f64, normal};

use crate::error::GateError;
use crate::fit::Sum;
use crate::model::gamma_gamma::GammaGamma;
use crate::spend::GroupedSpend;

/// Whether spend and frequency look independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "a gate is open, ajar or shut")]
pub enum GateVerdict {
    /// Nothing speaks against it.
    Supported,
    /// Correlation from [`GateThresholds::caution`], or `q <= 1`: means of spend are fragile or do
    /// not exist.
    Caution,
    /// The interval of the correlation leaves out 0, and it is [`GateThresholds::violated`] or more.
    Violated,
}

impl GateVerdict {
    /// Its name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Caution => "caution",
            Self::Violated => "violated",
        }
    }
}

/// From where on a correlation matters: our choice, not the literature's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateThresholds {
    caution: f64,
    violated: f64,
}

impl GateThresholds {
    /// `caution` and `violated`, absolute correlations.
    ///
    /// # Errors
    /// Not `0 <= caution <= violated <= 1`.
    pub fn new(caution: f64, violated: f64) -> Result<Self, GateError> {
        if (0.0..=1.0).contains(&violated) && (0.0..=violated).contains(&caution) {
            Ok(Self { caution, violated })
        } else {
            Err(GateError::Thresholds { caution, violated })
        }
    }

    /// Where caution starts.
    #[must_use]
    pub const fn caution(self) -> f64 {
        self.caution
    }

    /// Where the assumption is given up, if the interval leaves out 0.
    #[must_use]
    pub const fn violated(self) -> f64 {
        self.violated
    }
}

/// 0.1 and 0.3.
impl Default for GateThresholds {
    fn default() -> Self {
        Self { caution: 0.1, violated: 0.3 }
    }
}

/// A correlation and its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Correlation {
    /// From -1 to 1.
    pub value: f64,
    /// Fisher's z interval; `None` for fewer than four customers or a perfect correlation.
    pub interval: Option<Interval>,
}

/// Are spend and frequency independent, as Gamma-Gamma assumes?
///
/// Pearson's and Spearman's correlation of `x` and mean spend over the customers with spend, each
/// with a Fisher-z interval, and `q`, below which means of spend do not exist.
///
/// *Undefined when* fewer than two customers have spend, or all have the same `x` or the same mean:
/// then the correlation is `None`, and nothing but `q` decides. *Accuracy*: sums are compensated;
/// ranks of ties are shared (midranks).
///
/// *Source*: Fader, Hardie, Lee 2005, "RFM and CLV", for the check; Fisher 1915 for the interval.
/// The thresholds are ours.
///
/// ```
/// use tenure_clv::{GammaGamma, GateThresholds, GateVerdict, GroupedSpend, Spend, SpendGate};
/// use tenure_stats::Level;
/// let mut spends = GroupedSpend::new();
/// for (x, mean) in [(1, 10.0), (1, 30.0), (2, 30.0), (2, 10.0)] {
///     spends.push(Spend::new(x, mean)?)?;
/// }
/// let model = GammaGamma::new(6.25, 3.74, 15.44)?;
/// let gate = SpendGate::of(&spends, &model, GateThresholds::default(), Level::default());
/// assert!(gate.pearson.is_some_and(|rho| rho.value.abs() < 1e-15));
/// assert_eq!(gate.verdict, GateVerdict::Supported);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SpendGate {
    /// Of the values.
    pub pearson: Option<Correlation>,
    /// Of their ranks.
    pub spearman: Option<Correlation>,
    /// The model's `q`.
    pub q: f64,
    /// Customers with spend.
    pub customers: u64,
    /// Customers without, left out.
    pub skipped: u64,
    /// The thresholds used.
    pub thresholds: GateThresholds,
    /// What follows.
    pub verdict: GateVerdict,
}

impl SpendGate {
    /// The gate of these spends and the model fitted to them.
    #[must_use]
    pub fn of(
        spends: &GroupedSpend,
        model: &GammaGamma,
        thresholds: GateThresholds,
        level: Level,
    ) -> Self {
        let customers = spends.customers();
        let rows: Vec<[f64; 3]> = spends
            .rows()
            .map(|(spend, weight)| {
                [count_to_f64(spend.purchases()), spend.mean(), count_to_f64(weight)]
            })
            .collect();
        let n = count_to_f64(customers);
        let correlation = |rows: &[[f64; 3]]| {
            correlation(rows).map(|value| Correlation { value, interval: fisher(value, n, level) })
        };
        let pearson = correlation(&rows);
        let spearman = correlation(&ranked(rows));
        let [_, q, _] = model.parameters();
        let size = pearson.map_or(0.0, |rho| rho.value.abs());
        let leaves_out_0 =
            pearson.and_then(|rho| rho.interval).is_some_and(|interval| !interval.contains(0.0));
        let verdict = if leaves_out_0 && size >= thresholds.violated {
            GateVerdict::Violated
        } else if size >= thresholds.caution || q <= 1.0 {
            GateVerdict::Caution
        } else {
            GateVerdict::Supported
        };
        let skipped = spends.skipped();
        Self { pearson, spearman, q, customers, skipped, thresholds, verdict }
    }
}

/// Of weighted pairs.
fn correlation(rows: &[[f64; 3]]) -> Option<f64> {
    let total = |value: &dyn Fn(&[f64; 3]) -> f64| {
        let mut sum = Sum::default();
        for row in rows {
            sum.add(value(row));
        }
        sum.total()
    };
    let all = total(&|&[_, _, weight]| weight);
    let (mean_x, mean_y) =
        (total(&|&[x, _, weight]| weight * x) / all, total(&|&[_, y, weight]| weight * y) / all);
    let xx = total(&|&[x, _, weight]| weight * (x - mean_x) * (x - mean_x));
    let yy = total(&|&[_, y, weight]| weight * (y - mean_y) * (y - mean_y));
    let xy = total(&|&[x, y, weight]| weight * (x - mean_x) * (y - mean_y));
    // Spread that is rounding only is none.
    let spread = |square: f64, mean: f64| square > 1e-24 * mean * mean * all;
    (spread(xx, mean_x) && spread(yy, mean_y))
        .then(|| (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
}

/// Values replaced by their midranks.
fn ranked(mut rows: Vec<[f64; 3]>) -> Vec<[f64; 3]> {
    for column in [0, 1] {
        let key = |row: &[f64; 3]| row.get(column).copied().unwrap_or_default();
        rows.sort_by(|one, other| key(one).total_cmp(&key(other)));
        let mut below = 0.0;
        for ties in rows.chunk_by_mut(|one, other| key(one).total_cmp(&key(other)).is_eq()) {
            let mut sum = Sum::default();
            for [_, _, weight] in ties.iter() {
                sum.add(*weight);
            }
            let alike = sum.total();
            for row in ties {
                for value in row.iter_mut().skip(column).take(1) {
                    *value = below + 0.5 * (alike + 1.0);
                }
            }
            below += alike;
        }
    }
    rows
}

fn fisher(rho: f64, n: f64, level: Level) -> Option<Interval> {
    if n < 4.0 || rho.abs() >= 1.0 {
        return None;
    }
    let (centre, reach) = (libm::atanh(rho), normal::two_sided_z(level) / (n - 3.0).sqrt());
    let (lower, upper) = (libm::tanh(centre - reach), libm::tanh(centre + reach));
    Interval::new(lower, upper, IntervalMethod::FisherZ, level)
}

#[cfg(test)]
mod tests {
    use super::{GateThresholds, GateVerdict, SpendGate};
    use crate::{GammaGamma, GateError, GroupedSpend, Spend};
    use tenure_stats::Level;

    fn gate(rows: &[(u64, f64, u64)], q: f64) -> SpendGate {
        let mut spends = GroupedSpend::new();
        for &(x, mean, weight) in rows {
            spends.push_many(Spend::new(x, mean).unwrap(), weight).unwrap();
        }
        let model = GammaGamma::new(2.0, q, 10.0).unwrap();
        SpendGate::of(&spends, &model, GateThresholds::default(), Level::default())
    }

    #[test]
    fn a_rising_spend_shuts_the_gate() {
        let found = gate(&[(1, 10.0, 50), (2, 20.0, 50), (3, 25.0, 50), (3, 10.0, 5)], 3.0);
        assert_eq!(found.verdict, GateVerdict::Violated);
        // numpy.corrcoef and scipy.stats.spearmanr of the 155 pairs
        assert!(
            (found.pearson.unwrap().value - 0.882_430_028_474_408_5).abs() < 1e-12,
            "{found:?}"
        );
        assert!(
            (found.spearman.unwrap().value - 0.905_895_691_609_977_1).abs() < 1e-12,
            "{found:?}"
        );
        let interval = found.pearson.unwrap().interval.unwrap();
        assert!(interval.lower() > 0.84 && interval.upper() < 0.92, "{interval:?}");
    }

    #[test]
    fn a_few_customers_prove_nothing() {
        let found = gate(&[(1, 10.0, 1), (2, 20.0, 1), (3, 25.0, 1)], 3.0);
        assert_eq!(found.verdict, GateVerdict::Caution);
        assert!(found.pearson.unwrap().interval.is_none());
    }

    #[test]
    fn without_spread_there_is_no_correlation() {
        for rows in [&[(1, 10.0, 9)][..], &[(1, 10.0, 9), (2, 10.0, 3)], &[]] {
            let found = gate(rows, 3.0);
            assert_eq!((found.pearson, found.spearman), (None, None));
            assert_eq!(found.verdict, GateVerdict::Supported);
        }
        assert_eq!(gate(&[(1, 10.0, 9)], 0.9).verdict, GateVerdict::Caution);
    }

    #[test]
    fn thresholds_are_in_order() {
        assert!(GateThresholds::new(0.2, 0.2).is_ok());
        for (caution, violated) in [(0.3, 0.2), (-0.1, 0.2), (0.1, 1.1), (f64::NAN, 0.3)] {
            let refused = GateThresholds::new(caution, violated);
            assert!(matches!(refused, Err(GateError::Thresholds { .. })));
        }
    }
}
