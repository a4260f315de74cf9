//! The laws of Kaplan-Meier curves.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test: small numbers, and a panic is a failure"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tenure_stats::{Level, Ratio, SurvivalCount, SurvivalMethod, kaplan_meier, survival_at};

/// Lengths, and whether the spell ended then.
type Spells = Vec<(u64, bool)>;

fn spells(censored: bool) -> impl Strategy<Value = Spells> {
    prop::collection::vec((0_u64..10, any::<bool>().prop_map(move |end| end || !censored)), 0..40)
}

fn counted(spells: &Spells) -> BTreeMap<u64, SurvivalCount> {
    let mut counts: BTreeMap<u64, SurvivalCount> = BTreeMap::new();
    for &(time, ended) in spells {
        let count = counts.entry(time).or_default();
        if ended { count.events += 1 } else { count.censored += 1 }
    }
    counts
}

fn count(spells: &Spells, wanted: impl Fn(&(u64, bool)) -> bool) -> i128 {
    i128::try_from(spells.iter().filter(|spell| wanted(spell)).count()).unwrap()
}

proptest! {
    #[test]
    fn each_row_is_what_counting_the_spells_says(spells in spells(true)) {
        let rows = kaplan_meier(&counted(&spells));
        let at_risk: u128 = rows.iter().map(|row| u128::from(row.events + row.censored)).fold(0, |a, b| a + b);
        prop_assert_eq!(at_risk, u128::try_from(spells.len()).unwrap());
        let (mut num, mut den) = (1_i128, 1_i128);
        let mut below = 1.0;
        for row in &rows {
            let risk = count(&spells, |spell| spell.0 >= row.time);
            let ended = count(&spells, |&spell| spell == (row.time, true));
            prop_assert_eq!(i128::try_from(row.at_risk).unwrap(), risk);
            prop_assert_eq!(i128::from(row.events), ended);
            let step = Ratio::new(num * (risk - ended), den * risk).unwrap().reduced();
            (num, den) = (step.num(), step.den());
            prop_assert_eq!(row.exact, Some(step));
            prop_assert_eq!(row.survival.to_bits(), step.to_f64().to_bits());
            prop_assert!(row.survival <= below);
            below = row.survival;
            prop_assert_eq!(survival_at(&rows, row.time), Some(row));
        }
    }

    /// With nothing censored it is the plain share, with the plain error of a share.
    #[test]
    fn without_censoring_it_is_a_share(spells in spells(false)) {
        let n = count(&spells, |_| true);
        for row in kaplan_meier(&counted(&spells)) {
            let left = count(&spells, |spell| spell.0 > row.time);
            let share = Ratio::new(left, n).unwrap();
            prop_assert_eq!(row.exact, Some(share.reduced()));
            let variance = Ratio::new(left * (n - left), n * n * n).unwrap().to_f64();
            match row.standard_error() {
                None => prop_assert_eq!(left, 0),
                Some(error) => {
                    prop_assert!((error * error - variance).abs() <= 1e-14 * variance);
                }
            }
        }
    }

    #[test]
    fn intervals_hold_the_curve_and_widen_with_the_level(
        spells in spells(true),
        level in 0.01_f64..0.99,
    ) {
        let [narrow, wide] = [level * 0.9, level].map(|level| Level::new(level).unwrap());
        for row in kaplan_meier(&counted(&spells)) {
            for method in [SurvivalMethod::Greenwood, SurvivalMethod::LogLog] {
                let [inner, outer] = [narrow, wide].map(|level| row.interval(method, level));
                prop_assert_eq!(inner.is_some(), outer.is_some());
                let (Some(inner), Some(outer)) = (inner, outer) else { continue };
                prop_assert!(inner.contains(row.survival), "{inner:?} {row:?}");
                prop_assert!(outer.lower() <= inner.lower() && inner.upper() <= outer.upper());
                if method == SurvivalMethod::LogLog {
                    prop_assert!(0.0 <= outer.lower() && outer.upper() <= 1.0);
                }
            }
        }
    }
}
