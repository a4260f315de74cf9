//! Areas under the curve against exact fractions, and against the definition.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers; a wrap fails the test")]

use std::error::Error;
use std::str::FromStr;

use proptest::prelude::*;
use tenure_stats::{Auc, Level, integer_to_f64, len_to_f64};

fn numbers<T: FromStr>(text: &str) -> Result<Vec<T>, T::Err> {
    text.split_whitespace().map(T::from_str).collect()
}

fn near(found: Option<f64>, expected: &str, relative: f64) -> Result<bool, Box<dyn Error>> {
    if expected == "none" {
        return Ok(found.is_none());
    }
    let expected = f64::from_str(expected)?;
    Ok(found.is_some_and(|found| (found - expected).abs() <= relative * expected))
}

#[test]
fn fractions_of_600_data_sets() -> Result<(), Box<dyn Error>> {
    let mut lines = 0;
    for line in include_str!("golden/auc.txt").lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (ours, theirs) = (numbers::<f64>(cells[0])?, numbers::<f64>(cells[1])?);
        let events: Vec<bool> = cells[2].split_whitespace().map(|event| event == "1").collect();
        let clusters = numbers::<usize>(cells[3])?;
        let counts = numbers::<i128>(cells[4])?;
        let variances: Vec<&str> = cells[5].split_whitespace().collect();
        let auc = Auc::of_clusters(&ours, &events, &clusters)?.ok_or("one class")?;
        let other = Auc::of_clusters(&theirs, &events, &clusters)?.ok_or("one class")?;
        for (auc, won) in [(&auc, counts[0]), (&other, counts[1])] {
            assert_eq!(auc.ratio().num() * counts[2], won * auc.ratio().den(), "{line}");
        }
        assert!(near(auc.variance(), variances[0], 1e-12)?, "{:?} {line}", auc.variance());
        let difference = auc.difference(&other)?;
        assert!(near(difference.variance(), variances[1], 1e-12)?, "{difference:?} {line}");
        lines += 1;
    }
    assert_eq!(lines, 600);
    Ok(())
}

type Rows = Vec<(i32, bool)>;

fn rows() -> impl Strategy<Value = Rows> {
    prop::collection::vec((0..40_i32, any::<bool>()), 0..60)
}

fn of(rows: &Rows, sign: f64) -> Result<Option<Auc>, TestCaseError> {
    let scores: Vec<f64> = rows.iter().map(|row| sign * f64::from(row.0)).collect();
    let events: Vec<bool> = rows.iter().map(|row| row.1).collect();
    Auc::of(&scores, &events).map_err(|error| TestCaseError::fail(error.to_string()))
}

proptest! {
    /// Every pair, as the definition says, in floats.
    #[test]
    fn the_definition_by_all_pairs(rows in rows()) {
        let Some(auc) = of(&rows, 1.0)? else {
            prop_assert!(rows.iter().all(|row| row.1) || rows.iter().all(|row| !row.1));
            return Ok(());
        };
        let psi = |x: i32, y: i32| if x > y { 1.0 } else if x == y { 0.5 } else { 0.0 };
        let class = |event: bool| rows.iter().filter(move |row| row.1 == event).map(|row| row.0);
        let (m, n) = (len_to_f64(class(true).count()), len_to_f64(class(false).count()));
        let mean = |values: &[f64]| values.iter().fold(0.0, |sum, v| sum + v) / len_to_f64(values.len());
        let v: Vec<f64> =
            class(true).map(|x| class(false).fold(0.0, |sum, y| sum + psi(x, y)) / n).collect();
        let w: Vec<f64> =
            class(false).map(|y| class(true).fold(0.0, |sum, x| sum + psi(x, y)) / m).collect();
        prop_assert!((auc.estimate() - mean(&v)).abs() <= 1e-12);
        let spread = |values: &[f64], count: f64| {
            values.iter().fold(0.0, |sum, value| sum + (value - mean(values)) * (value - mean(values))) / (count - 1.0)
        };
        if m > 1.0 && n > 1.0 {
            let expected = spread(&v, m) / m + spread(&w, n) / n;
            let found = auc.variance().ok_or_else(|| TestCaseError::fail("no variance"))?;
            prop_assert!((found - expected).abs() <= 1e-10 * expected + 1e-18, "{found} {expected}");
        } else {
            prop_assert_eq!(auc.variance(), None);
        }
    }

    #[test]
    fn the_areas_of_a_score_and_its_opposite_are_one(rows in rows()) {
        let (Some(up), Some(down)) = (of(&rows, 1.0)?, of(&rows, -1.0)?) else { return Ok(()) };
        let (up, down) = (up.ratio(), down.ratio());
        prop_assert_eq!(up.num() * down.den() + down.num() * up.den(), up.den() * down.den());
    }

    #[test]
    fn strictly_increasing_maps_and_orders_change_nothing(rows in rows(), turn in 0..60_usize) {
        let mapped: Rows = rows.iter().map(|&(score, event)| (score * score * score + 7 * score, event)).collect();
        prop_assert_eq!(of(&mapped, 1.0)?, of(&rows, 1.0)?);
        let mut turned = rows.clone();
        turned.rotate_left(turn.min(rows.len()));
        let key = |auc: Option<Auc>| {
            auc.map(|auc| (auc.ratio(), auc.variance().map(f64::to_bits)))
        };
        prop_assert_eq!(key(of(&turned, 1.0)?), key(of(&rows, 1.0)?));
    }

    #[test]
    fn an_area_and_its_interval_stay_within_0_and_1(rows in rows()) {
        if let Some(auc) = of(&rows, 1.0)? {
            prop_assert!((0.0..=1.0).contains(&auc.estimate()));
            if let Some(interval) = auc.interval(Level::default()) {
                prop_assert!(interval.lower() >= 0.0 && interval.upper() <= 1.0);
                prop_assert!(interval.contains(auc.estimate()));
            }
        }
    }
}

/// Rows that are all copies of another know no more than it: the clusters see that.
#[test]
fn copies_in_one_cluster_add_no_certainty() -> Result<(), Box<dyn Error>> {
    let (scores, events) =
        ([3.0, 2.0, 5.0, 1.0, 2.0, 4.0], [true, true, true, false, false, false]);
    let once = Auc::of(&scores, &events)?.ok_or("one class")?;
    let clusters: Vec<usize> = (0..6).chain(0..6).collect();
    let twice =
        Auc::of_clusters(&scores.repeat(2), &events.repeat(2), &clusters)?.ok_or("one class")?;
    assert_eq!(once.ratio(), twice.ratio());
    let (once, twice) = (once.variance().ok_or("none")?, twice.variance().ok_or("none")?);
    assert!((once - twice).abs() <= 1e-15, "{once} {twice}");
    assert!(integer_to_f64(1) > once);
    Ok(())
}
