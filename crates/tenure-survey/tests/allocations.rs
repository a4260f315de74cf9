//! What the documentation says of memory: counting rows allocates nothing, however many they are.

use allocation_counter::measure;
use tenure_survey::{CodeMap, Definition, GroupedTally, Reason, Tally, WeightedTally};

const ROWS: usize = 100_000;
const GROUPS: u32 = 1_000;

/// 0 to 12: on the scale, a code, and off it.
fn answers() -> Vec<u8> {
    (0..=12).cycle().take(ROWS).collect()
}

fn groups() -> Vec<u32> {
    (0..GROUPS).rev().cycle().take(ROWS).collect()
}

#[test]
fn the_counter_counts() {
    let mut kept = Vec::new();
    let found = measure(|| kept.push(vec![1_u8; ROWS]));
    assert!(found.count_total >= 2 && found.bytes_total >= u64::try_from(ROWS).unwrap());
}

#[test]
fn a_grouped_column_allocates_nothing() {
    let (answers, groups) = (answers(), groups());
    let mut tally = GroupedTally::new(Definition::nps(), usize::try_from(GROUPS).unwrap()).unwrap();
    let found = measure(|| tally.push_columns(&groups, &answers).unwrap());
    assert_eq!((found.count_total, found.bytes_total), (0, 0));
    assert_eq!(tally.tallies().map(|group| group.rows()).max(), Some(100));
}

#[test]
fn a_column_and_a_row_allocate_nothing() {
    let answers = answers();
    let codes = CodeMap::new().number(11, Reason::Blank).unwrap();
    let mut tally = Tally::new(Definition::nps());
    let other = tally.clone();
    let found = measure(|| {
        tally.push_column(&answers).unwrap();
        tally.push_coded_column(&answers, &codes).unwrap();
        for &answer in &answers {
            tally.push(answer).unwrap();
        }
        tally.merge(&other).unwrap();
    });
    assert_eq!((found.count_total, found.bytes_total), (0, 0));
    assert_eq!(tally.rows(), 3 * u64::try_from(ROWS).unwrap());
}

/// An exact sum has room for every exponent from the start.
#[test]
fn weights_allocate_nothing_a_row() {
    let answers = answers();
    let weights: Vec<f64> =
        (0..ROWS).map(|row| 1.0 / f64::from(u32::try_from(row + 1).unwrap())).collect();
    let mut tally = WeightedTally::new(Definition::nps()).unwrap();
    tally.push_columns(&answers, &weights).unwrap();
    let found = measure(|| {
        for (&answer, &weight) in answers.iter().zip(&weights) {
            tally.push(answer, tenure_survey::Weight::new(weight).unwrap()).unwrap();
        }
    });
    assert_eq!((found.count_total, found.bytes_total), (0, 0));
}
