//! Slow oracles of `tenure-survey`, written from the definitions: they walk over single answers, and
//! never over counts.

/// An exact fraction, unreduced.
pub type Fraction = (i128, i128);

/// What an answer on 0 to 10 is worth to the Net Promoter Score, by its definition.
#[must_use]
pub fn worth(answer: i16) -> i128 {
    match answer {
        9 | 10 => 1,
        7 | 8 => 0,
        _ => -1,
    }
}

fn total(values: &[i128]) -> Option<i128> {
    values.iter().try_fold(0_i128, |total, &value| total.checked_add(value))
}

/// The mean of the values; `None` of nothing.
#[must_use]
pub fn mean(values: &[i128]) -> Option<Fraction> {
    let n = i128::try_from(values.len()).ok().filter(|&n| n > 0)?;
    Some((total(values)?, n))
}

/// The sum of (value - mean)², over n (`fewer` 0) or n - 1 (`fewer` 1).
#[must_use]
pub fn variance(values: &[i128], fewer: i128) -> Option<Fraction> {
    let (sum, n) = mean(values)?;
    let divisor = n.checked_sub(fewer).filter(|&divisor| divisor > 0)?;
    let squares: Option<Vec<i128>> = values
        .iter()
        .map(|value| {
            let apart = value.checked_mul(n)?.checked_sub(sum)?;
            apart.checked_mul(apart)
        })
        .collect();
    Some((total(&squares?)?, n.checked_mul(n)?.checked_mul(divisor)?))
}

/// Whether two fractions are the same number.
#[must_use]
pub fn same(one: Fraction, other: Fraction) -> bool {
    one.0.checked_mul(other.1).is_some_and(|left| Some(left) == other.0.checked_mul(one.1))
}

/// The lower limit of the score interval, found as the definition says it: for every Δ the most
/// likely shares with promoters - detractors = Δ by bisection of the slope of the likelihood, the
/// statistic from their variance, and the Δ where it is z by bisection again.
#[must_use]
pub fn score_lower(detractors: f64, passives: f64, promoters: f64, z: f64) -> f64 {
    let n = detractors + passives + promoters;
    let theta = (promoters - detractors) / n;
    let statistic = |delta: f64| {
        // shares d, 1 - 2d - Δ, d + Δ
        let slope = |d: f64| {
            let term = |count: f64, share: f64| if count > 0.0 { count / share } else { 0.0 };
            term(detractors, d) - 2.0 * term(passives, 1.0 - 2.0 * d - delta)
                + term(promoters, d + delta)
        };
        let (mut low, mut high) = ((-delta).max(0.0), 0.5 * (1.0 - delta));
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if slope(middle) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        let d = 0.5 * (low + high);
        let variance = 2.0 * d + delta - delta * delta;
        if variance > 0.0 { n.sqrt() * (theta - delta) / variance.sqrt() } else { f64::INFINITY }
    };
    let (mut low, mut high) = (-1.0, theta);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if statistic(middle) > z {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}
