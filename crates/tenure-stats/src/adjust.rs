//! p values adjusted for having looked more than once.

use crate::{DomainError, len_to_f64};

/// Bonferroni: each p times their number, at most 1.
///
/// *Shape*: results in input order, each at least its p and at most 1.
///
/// ```
/// assert_eq!(tenure_stats::bonferroni(&[0.25, 0.5])?, [0.5, 1.0]);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
///
/// # Errors
/// A p outside 0 to 1.
pub fn bonferroni(p_values: &[f64]) -> Result<Vec<f64>, DomainError> {
    let count = len_to_f64(p_values.len());
    checked(p_values)?;
    Ok(p_values.iter().map(|p| (p * count).min(1.0)).collect())
}

/// Holm 1979: the smallest p times m, the next times m - 1, and so on, never falling. Rejects
/// whatever Bonferroni rejects, under the same guarantee.
///
/// *Shape*: results in input order, monotone in p, equal for equal p, at most 1.
///
/// ```
/// assert_eq!(tenure_stats::holm(&[0.5, 0.125])?, [0.5, 0.25]);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
///
/// # Errors
/// A p outside 0 to 1.
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, DomainError> {
    let mut ordered = ascending(p_values)?;
    let mut least = 0.0_f64;
    let mut left = len_to_f64(ordered.len());
    for (_, p) in &mut ordered {
        least = least.max(*p * left).min(1.0);
        left -= 1.0;
        *p = least;
    }
    Ok(in_input_order(ordered))
}

/// Benjamini and Hochberg 1995: p times m over its rank, never above that of a larger p. Bounds the
/// share of false discoveries, not the chance of one.
///
/// *Shape*: as [`holm`].
///
/// ```
/// assert_eq!(tenure_stats::benjamini_hochberg(&[0.5, 0.125])?, [0.5, 0.25]);
/// # Ok::<(), tenure_stats::DomainError>(())
/// ```
///
/// # Errors
/// A p outside 0 to 1.
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>, DomainError> {
    let mut ordered = ascending(p_values)?;
    let count = len_to_f64(ordered.len());
    let mut most = 1.0_f64;
    let mut rank = count;
    for (_, p) in ordered.iter_mut().rev() {
        most = most.min(*p * count / rank);
        rank -= 1.0;
        *p = most;
    }
    Ok(in_input_order(ordered))
}

fn checked(p_values: &[f64]) -> Result<(), DomainError> {
    match p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        Some(&p) => Err(DomainError::new("p", p, "0 to 1")),
        None => Ok(()),
    }
}

fn ascending(p_values: &[f64]) -> Result<Vec<(usize, f64)>, DomainError> {
    checked(p_values)?;
    let mut ordered: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    ordered.sort_by(|one, other| one.1.total_cmp(&other.1));
    Ok(ordered)
}

fn in_input_order(mut ordered: Vec<(usize, f64)>) -> Vec<f64> {
    ordered.sort_by_key(|&(index, _)| index);
    ordered.into_iter().map(|(_, p)| p).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_probability() {
        for bad in [-0.1, 1.1, f64::NAN] {
            for adjust in [bonferroni, holm, benjamini_hochberg] {
                assert_eq!(adjust(&[0.5, bad]).unwrap_err().parameter(), "p");
            }
        }
    }

    #[test]
    fn none_one_and_ties() -> Result<(), DomainError> {
        for adjust in [bonferroni, holm, benjamini_hochberg] {
            assert!(adjust(&[])?.is_empty());
            assert_eq!(adjust(&[0.25])?, [0.25]);
            let tied = adjust(&[0.3, 0.01, 0.3, 1.0, 0.0])?;
            assert_eq!(tied[0].to_bits(), tied[2].to_bits());
            assert_eq!((tied[3], tied[4]), (1.0, 0.0));
        }
        Ok(())
    }

    /// Benjamini and Hochberg 1995, section 3.2: fifteen p values of which Bonferroni rejects three
    /// and their procedure four at 0.05.
    #[test]
    fn the_example_of_the_paper() -> Result<(), DomainError> {
        let p_values = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0000,
        ];
        let rejected = |adjusted: Vec<f64>| adjusted.iter().filter(|&&p| p <= 0.05).count();
        assert_eq!(rejected(bonferroni(&p_values)?), 3);
        assert_eq!(rejected(holm(&p_values)?), 3);
        assert_eq!(rejected(benjamini_hochberg(&p_values)?), 4);
        Ok(())
    }
}
