//! Does the model say how many customers buy how often? Chi-square over frequency classes.

use std::collections::BTreeMap;

use tenure_stats::{ChiSquareTest, count_to_f64, len_to_f64};

use crate::fit::Sum;
use crate::history::GroupedSummary;
use crate::model::purchases::PurchaseModel;
use crate::unit::TimeSpan;

/// How many customers repeated so often, and how many the model expects.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FrequencyCount {
    /// Repeat purchases; in the last class, at least so many.
    pub x: u64,
    /// Whether it is the last class, of so many or more.
    pub and_more: bool,
    /// Customers observed.
    pub observed: u64,
    /// Customers expected.
    pub expected: f64,
}

/// Observed and expected customers by number of repeat purchases, and the test between them.
///
/// ```text
/// expected(x) = sum over customers of P(X(T) = x),  chi^2 = sum (observed-expected)^2/expected
/// ```
///
/// *Shape*: the histories, a model of purchases and how many of its parameters were fitted to them;
/// classes `0, 1, .. last` and more. Classes from the right are merged until each expects at least
/// five customers. *Undefined when* no degree of freedom is left: classes - 1 - parameters; the
/// test is then `None`. *Cost*: a probability a distinct `T` and class.
///
/// *Source*: Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way", figure 1; Cochran 1954
/// for five.
///
/// ```
/// use tenure_clv::{FrequencyFit, GroupedSummary, History, Nbd, TimeUnit};
/// let mut groups = GroupedSummary::new(TimeUnit::Week);
/// groups.push_many(History::new(0, 0.0, 1.0, TimeUnit::Week)?, 60)?;
/// groups.push_many(History::new(1, 0.5, 1.0, TimeUnit::Week)?, 40)?;
/// // Geometric with 1/2: 50 never, 25 once, 25 more often; no parameter was fitted.
/// let model = Nbd::new(1.0, 1.0, TimeUnit::Week)?;
/// let found = FrequencyFit::of(&groups, model, 0, 2);
/// let expected: Vec<f64> = found.classes.iter().map(|class| class.expected).collect();
/// assert!(expected.iter().zip([50.0, 25.0, 25.0]).all(|(got, want)| (got - want).abs() < 1e-9));
/// // 100/50 + 225/25 + 625/25
/// assert!(found.test.is_some_and(|test| (test.chi2 - 36.0).abs() < 1e-9 && test.df == 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FrequencyFit {
    /// The classes, from 0.
    pub classes: Vec<FrequencyCount>,
    /// The test; `None` without a degree of freedom.
    pub test: Option<ChiSquareTest>,
}

/// A class expects at least so many customers.
const FEWEST: f64 = 5.0;

impl FrequencyFit {
    /// Of these histories under a model, of whose parameters so many were fitted to them.
    #[must_use]
    pub fn of(
        groups: &GroupedSummary,
        model: impl Into<PurchaseModel>,
        fitted: u16,
        last: u16,
    ) -> Self {
        let model = model.into();
        let last = u64::from(last);
        let mut by_age: BTreeMap<u64, u64> = BTreeMap::new();
        let mut by_count: BTreeMap<u64, u64> = BTreeMap::new();
        for (told, weight) in groups.rows() {
            // Ages are not negative: their bits have their order.
            for (map, key) in
                [(&mut by_age, told.age().to_bits()), (&mut by_count, told.x().min(last))]
            {
                let count = map.entry(key).or_insert(0);
                *count = count.saturating_add(weight);
            }
        }
        let customers = count_to_f64(groups.customers());
        let mut rest = customers;
        let mut classes: Vec<FrequencyCount> = Vec::new();
        for x in 0..=last {
            let mut expected = Sum::default();
            if x < last {
                for (&age, &weight) in &by_age {
                    let horizon = TimeSpan::new(f64::from_bits(age), groups.unit());
                    let chance = horizon.map_or(0.0, |span| model.p_new_customer(span, x));
                    expected.add(count_to_f64(weight) * chance);
                }
            } else {
                expected.add(rest.max(0.0));
            }
            let expected = expected.total();
            rest -= expected;
            let observed = by_count.get(&x).copied().unwrap_or(0);
            classes.push(FrequencyCount { x, and_more: x == last, observed, expected });
        }
        merge_small(&mut classes);
        let chi2 = classes.iter().fold(0.0, |sum, class| {
            let off = count_to_f64(class.observed) - class.expected;
            sum + off * off / class.expected
        });
        let free = len_to_f64(classes.len()) - 1.0 - f64::from(fitted);
        let df = classes.len().saturating_sub(1).saturating_sub(usize::from(fitted));
        let df = u64::try_from(df).unwrap_or(0);
        let test = ChiSquareTest::new(chi2, df).filter(|_| free > 0.0);
        Self { classes, test }
    }
}

/// Merges all classes from the first that expects too few; these into the one before, if together
/// they still do.
fn merge_small(classes: &mut Vec<FrequencyCount>) {
    let Some(at) = classes.iter().position(|class| class.expected < FEWEST) else { return };
    let small = classes.split_off(at);
    let merge = |one: FrequencyCount, other: &FrequencyCount| FrequencyCount {
        and_more: true,
        observed: one.observed.saturating_add(other.observed),
        expected: one.expected + other.expected,
        ..one
    };
    let merged = small
        .iter()
        .skip(1)
        .fold(small.first().copied(), |one, other| one.map(|one| merge(one, other)));
    match (merged, classes.last_mut()) {
        (Some(merged), Some(before)) if merged.expected < FEWEST => {
            *before = merge(*before, &merged)
        }
        (Some(merged), _) => classes.push(merged),
        (None, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{FrequencyCount, FrequencyFit, merge_small};
    use crate::{BgNbd, GroupedSummary, History, TimeUnit};

    fn merged(expected: &[f64]) -> Vec<(u64, u64, f64)> {
        let mut classes: Vec<FrequencyCount> = (0..)
            .zip(expected)
            .map(|(x, &expected)| FrequencyCount { x, and_more: false, observed: 1, expected })
            .collect();
        merge_small(&mut classes);
        classes.iter().map(|class| (class.x, class.observed, class.expected)).collect()
    }

    #[test]
    fn small_classes_go_together() {
        assert_eq!(merged(&[9.0, 4.0, 8.0]), [(0, 1, 9.0), (1, 2, 12.0)]);
        assert_eq!(merged(&[9.0, 3.0, 1.0]), [(0, 3, 13.0)]);
        assert_eq!(merged(&[1.0, 1.0]), [(0, 2, 2.0)]);
        assert_eq!(merged(&[9.0, 5.0]), [(0, 1, 9.0), (1, 1, 5.0)]);
        assert_eq!(merged(&[]), []);
    }

    #[test]
    fn nobody_is_no_test() {
        let model = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week).unwrap();
        let mut groups = GroupedSummary::new(TimeUnit::Week);
        assert_eq!(FrequencyFit::of(&groups, model, 4, 7).test, None);
        groups.push_many(History::new(0, 0.0, 30.0, TimeUnit::Week).unwrap(), 1_000).unwrap();
        let found = FrequencyFit::of(&groups, model, 4, 7);
        let all = found.classes.iter().fold(0.0, |sum, class| sum + class.expected);
        assert!((all - 1000.0).abs() < 1e-9);
        assert!(found.test.is_some_and(|test| test.p < 1e-9), "{found:?}");
    }
}
