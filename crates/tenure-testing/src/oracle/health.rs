//! Slow oracles of `tenure-health`, written from the definitions.
//!
//! Another way than the engine: a score is a sum of fractions one by one, a point of a line is
//! found by bisection of the answers, a decay factor is bracketed by powers of large integers, a
//! largest-remainder share is given out unit by unit.

use std::cmp::Ordering;

use crate::strategies::health::{ComponentPlan, ReadingPlan};

/// One, as a multiple of 2^-30.
pub const WHOLE: u32 = 1 << 30;

/// Points of a line at x: the whole number nearest to the exact one, the greater of two as near.
///
/// Found by trying all answers: y is right if (2y - 1) <= 2 * exact < (2y + 1).
#[must_use]
pub fn points(breakpoints: &[(i32, u16)], x: i32) -> Option<u16> {
    let (&(first_x, first_y), &(last_x, last_y)) = (breakpoints.first()?, breakpoints.last()?);
    if x <= first_x {
        return Some(first_y);
    }
    if x >= last_x {
        return Some(last_y);
    }
    breakpoints.windows(2).find_map(|pair| {
        let &[(x0, y0), (x1, y1)] = pair else { return None };
        if x < x0 || x > x1 {
            return None;
        }
        let wide = i128::from;
        let run = wide(x1).checked_sub(wide(x0))?;
        let rise = i128::from(y1).checked_sub(i128::from(y0))?;
        let moved = wide(x).checked_sub(wide(x0))?.checked_mul(rise)?;
        let twice = moved.checked_add(i128::from(y0).checked_mul(run)?)?.checked_mul(2)?;
        (0..=1000_u16).find(|&y| {
            let double = i128::from(y).saturating_mul(2);
            let least = double.saturating_sub(1).saturating_mul(run);
            let beyond = double.saturating_add(1).saturating_mul(run);
            least <= twice && twice < beyond
        })
    })
}

/// Whether `factor` is 2^(-age / half_life) as the nearest multiple of 2^-30, the greater of two as
/// near: (2 factor - 1)^h <= 2^(31 h - age) < (2 factor + 1)^h.
#[must_use]
pub fn is_decay_factor(factor: u32, age: u32, half_life: u32) -> bool {
    let doubled = u64::from(factor).saturating_mul(2);
    let places = u64::from(half_life).saturating_mul(31);
    let age = u64::from(age);
    let Some(exponent) = places.checked_sub(age) else {
        // The exact factor is below 2^-31, which rounds to nothing.
        return factor == 0;
    };
    let target = power_of_two(exponent);
    let reached = |base: u64| compare(&power(base, half_life), &target);
    let not_too_great = doubled == 0 || reached(doubled.saturating_sub(1)) != Ordering::Greater;
    not_too_great && reached(doubled.saturating_add(1)) == Ordering::Greater
}

/// The one factor that [`is_decay_factor`] accepts, by bisection.
#[must_use]
pub fn decay_factor(age: u32, half_life: u32) -> u32 {
    let (mut least, mut beyond) = (0_u32, WHOLE.saturating_add(1));
    let places = u64::from(half_life).saturating_mul(31);
    let Some(exponent) = places.checked_sub(u64::from(age)) else { return 0 };
    let target = power_of_two(exponent);
    while beyond.saturating_sub(least) > 1 {
        let middle = least.midpoint(beyond);
        let below = u64::from(middle).saturating_mul(2).saturating_sub(1);
        if compare(&power(below, half_life), &target) == Ordering::Greater {
            beyond = middle;
        } else {
            least = middle;
        }
    }
    least
}

/// A natural number, least digit (of 2^32) first, no zeros at the end.
type Natural = Vec<u32>;

fn power(base: u64, exponent: u32) -> Natural {
    let mut product: Natural = vec![1];
    for _ in 0..exponent {
        let mut carry = 0_u128;
        for digit in &mut product {
            let sum = u128::from(*digit).saturating_mul(u128::from(base)).saturating_add(carry);
            *digit = u32::try_from(sum & u128::from(u32::MAX)).unwrap_or_default();
            carry = sum.wrapping_shr(32);
        }
        while carry > 0 {
            product.push(u32::try_from(carry & u128::from(u32::MAX)).unwrap_or_default());
            carry = carry.wrapping_shr(32);
        }
    }
    product
}

fn power_of_two(exponent: u64) -> Natural {
    let digits = usize::try_from(exponent / 32).unwrap_or(usize::MAX);
    let mut number = vec![0; digits];
    let bit = u32::try_from(exponent % 32).unwrap_or_default();
    number.push(1_u32.wrapping_shl(bit));
    number
}

fn compare(a: &Natural, b: &Natural) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// A score as its definition says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlainScore {
    /// All that is missing at 0.
    pub lo: u16,
    /// All that is missing at 1000.
    pub hi: u16,
    /// Contributions to `lo`.
    pub lo_parts: Vec<u16>,
    /// Contributions to `hi`.
    pub hi_parts: Vec<u16>,
    /// Weight and points (`None`: missing) of each component; the weight times 2^-30.
    pub terms: Vec<(u128, Option<u16>)>,
}

/// Scores an account.
#[must_use]
pub fn score(plans: &[ComponentPlan], readings: &[ReadingPlan]) -> Option<PlainScore> {
    let terms: Option<Vec<(u128, Option<u16>)>> = plans
        .iter()
        .zip(readings)
        .map(|(plan, reading)| {
            let nominal = u128::from(plan.units).checked_mul(u128::from(WHOLE))?;
            let Some((value, age)) = *reading else { return Some((nominal, None)) };
            let factor = match plan.freshness {
                Some(Ok(half_life)) => decay_factor(age, half_life),
                Some(Err(days)) if age > days => 0,
                _ => WHOLE,
            };
            // Below 2^-20 of the nominal weight the value is missing.
            if factor < 1 << 10 {
                return Some((nominal, None));
            }
            let weight = u128::from(plan.units).checked_mul(u128::from(factor))?;
            Some((weight, Some(points(&plan.breakpoints, value)?)))
        })
        .collect();
    let terms = terms?;
    let (lo, lo_parts) = mean(&filled(&terms, 0))?;
    let (hi, hi_parts) = mean(&filled(&terms, 1000))?;
    Some(PlainScore { lo, hi, lo_parts, hi_parts, terms })
}

/// The terms with everything missing at that many points.
#[must_use]
pub fn filled(terms: &[(u128, Option<u16>)], points: u16) -> Vec<(u128, u16)> {
    terms.iter().map(|&(weight, found)| (weight, found.unwrap_or(points))).collect()
}

/// Weighted mean, the greater of two whole numbers as near, and shares that sum to it: each its
/// floor, then one by one to whoever lacks most.
#[must_use]
pub fn mean(terms: &[(u128, u16)]) -> Option<(u16, Vec<u16>)> {
    let all = terms.iter().try_fold(0_u128, |sum, &(weight, _)| sum.checked_add(weight))?;
    let exact: Option<Vec<u128>> =
        terms.iter().map(|&(weight, points)| weight.checked_mul(points.into())).collect();
    let exact = exact?;
    let sum = exact.iter().try_fold(0_u128, |sum, &one| sum.checked_add(one))?;
    // floor(sum / all + 1/2)
    let half_more = sum.checked_mul(2)?.checked_add(all)?;
    let score = u16::try_from(half_more.checked_div(all.checked_mul(2)?)?).ok()?;
    let mut parts = vec![0_u16; terms.len()];
    let lack = |parts: &[u16], at: usize| -> Option<i128> {
        let given = u128::from(*parts.get(at)?).checked_mul(all)?;
        i128::try_from(*exact.get(at)?).ok()?.checked_sub(i128::try_from(given).ok()?)
    };
    let whole = i128::try_from(all).ok()?;
    for at in 0..terms.len() {
        while lack(&parts, at)? >= whole {
            let part = parts.get_mut(at)?;
            *part = part.checked_add(1)?;
        }
    }
    while parts.iter().try_fold(0_u16, |sum, &part| sum.checked_add(part))? < score {
        let mut neediest = 0;
        for at in 0..terms.len() {
            if lack(&parts, at)? > lack(&parts, neediest)? {
                neediest = at;
            }
        }
        let part = parts.get_mut(neediest)?;
        *part = part.checked_add(1)?;
    }
    Some((score, parts))
}
