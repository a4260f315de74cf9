//! The area under the curve, with DeLong's interval.

use crate::error::AucError;
use crate::{
    ExactSum, Interval, IntervalMethod, Level, Ratio, count_to_f64, integer_to_f64, normal,
};

/// How well a score tells events from the rest: the chance that one with an event scores above one
/// without.
///
/// 1. *Question*: if one row with an event and one without are drawn, how often does the score rank
///    them rightly?
/// 2. *Formula*:
///    ```text
///    area     = (pairs won + ties / 2) / (positives * negatives)
///    V        = share of negatives below it, ties half       of each positive
///    W        = share of positives above it, ties half       of each negative
///    x        = sum(V - area) / positives                    over the positives of one cluster
///    y        = sum(W - area) / negatives                    over its negatives
///    variance = k / (k - 1) * sum(x^2) + l / (l - 1) * sum(y^2) + 2 * c / (c - 1) * sum(x * y)
///    ```
///    over c clusters, of which k hold a positive and l a negative. With every row its own cluster
///    the last term is 0, and this is DeLong's variance.
/// 3. *Shape*: in, score, event and (where rows belong together) cluster of each row; out, an exact
///    ratio and the sums by cluster from which variances follow. Cost: one sort of the rows.
/// 4. *Undefined when* all rows have an event or none has: [`Auc::of`] is `None`. The interval, with
///    fewer than two clusters with a positive, or with a negative. *Errors*: slices of different
///    length, a score that is not finite, a cluster number not below the number of rows.
/// 5. *Accuracy*: the area is exact; the variance differs from exact fractions by less than 1e-12 of
///    it (`tests/auc.rs`); both are the same to the bit for any order of the rows.
/// 6. *Source*: DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44; by midranks as in Sun and Xu
///    2014; clusters as in Obuchowski 1997, Biometrics 53. The interval is the normal one, cut to 0
///    to 1.
///
/// ```
/// use tenure_stats::{Auc, Level};
/// // Events at 3 and 2, none at 1 and 2: won, won, won, tied.
/// let auc = Auc::of(&[3.0, 2.0, 1.0, 2.0], &[true, true, false, false])?.ok_or("one class")?;
/// assert_eq!(auc.ratio().to_string(), "7/8");
/// // V = 1, 3/4 and W = 1, 3/4: variance 1/32 each, (1/32 + 1/32) / 2.
/// assert_eq!(auc.variance(), Some(0.03125));
/// let interval = auc.interval(Level::default()).ok_or("too few")?;
/// assert_eq!(interval.upper(), 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Auc {
    positives: u64,
    negatives: u64,
    clusters_with: Clusters,
    /// Twice the pairs won, ties once.
    twice_won: i128,
    /// Of each cluster.
    sums: Vec<Sums>,
}

/// How many clusters hold a positive, how many a negative, how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Clusters {
    positive: u64,
    negative: u64,
    any: u64,
}

/// What one cluster adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sums {
    /// At most 2^30 rows, as all counts here.
    positives: u32,
    negatives: u32,
    /// Twice the negatives its positives win against, ties once: below 2^61.
    won: i64,
    /// Twice the positives that win against its negatives, ties once.
    lost: i64,
}

impl Auc {
    /// The most rows.
    pub const MAX_ROWS: usize = 1 << 30;

    /// The area of independent rows: how often events score above the rest.
    ///
    /// # Errors
    /// Slices of different length; a score that is not finite; more than [`Auc::MAX_ROWS`].
    pub fn of(scores: &[f64], events: &[bool]) -> Result<Option<Self>, AucError> {
        check(scores, events)?;
        Ok(Self::from_sums(rank(scores, events, Some)))
    }

    /// The same of rows that belong together, such as one account on many days: rows of one cluster
    /// have one number, below the number of rows.
    ///
    /// # Errors
    /// As [`Auc::of`]; a cluster number out of range.
    ///
    /// ```
    /// use tenure_stats::Auc;
    /// let (scores, events) = ([3.0, 2.0, 1.0, 2.0], [true, true, false, false]);
    /// let alone = Auc::of_clusters(&scores, &events, &[0, 1, 2, 3])?;
    /// assert_eq!(alone, Auc::of(&scores, &events)?);
    /// // Two rows each of two accounts: the area is the same, we are less sure of it.
    /// let two = Auc::of_clusters(&scores, &events, &[0, 1, 0, 1])?.ok_or("one class")?;
    /// assert_eq!(two.ratio().to_string(), "7/8");
    /// assert_eq!(two.clusters(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_clusters(
        scores: &[f64],
        events: &[bool],
        clusters: &[usize],
    ) -> Result<Option<Self>, AucError> {
        check(scores, events)?;
        if clusters.len() != scores.len() {
            return Err(AucError::Lengths { scores: scores.len(), other: clusters.len() });
        }
        let outside = clusters.iter().position(|&cluster| cluster >= scores.len());
        if let Some(row) = outside {
            let found = clusters.get(row).copied().unwrap_or_default();
            return Err(AucError::Cluster { row, found, rows: scores.len() });
        }
        Ok(Self::from_sums(rank(scores, events, |row| clusters.get(row).copied())))
    }

    fn from_sums(sums: Vec<Sums>) -> Option<Self> {
        let mut clusters_with = Clusters { positive: 0, negative: 0, any: 0 };
        let (mut positives, mut negatives, mut twice_won) = (0_u64, 0_u64, 0_i128);
        for sum in &sums {
            positives = positives.saturating_add(sum.positives.into());
            negatives = negatives.saturating_add(sum.negatives.into());
            twice_won = twice_won.saturating_add(sum.won.into());
            let (positive, negative) = (sum.positives > 0, sum.negatives > 0);
            for (counter, counts) in [
                (&mut clusters_with.positive, positive),
                (&mut clusters_with.negative, negative),
                (&mut clusters_with.any, positive || negative),
            ] {
                *counter = counter.saturating_add(u64::from(counts));
            }
        }
        let both = positives > 0 && negatives > 0;
        both.then_some(Self { positives, negatives, clusters_with, twice_won, sums })
    }

    /// Of each cluster: twice what its positives and its negatives win beyond expectation, times
    /// positives times negatives. Won is below 2^61, times positives below 2^91.
    fn excess(&self) -> impl Iterator<Item = (i128, i128)> + Clone {
        self.sums.iter().map(|sum| {
            let of = |total: u64, won: i64, rows: u32| {
                let won = i128::from(total).saturating_mul(won.into());
                won.saturating_sub(i128::from(rows).saturating_mul(self.twice_won))
            };
            (
                of(self.positives, sum.won, sum.positives),
                of(self.negatives, sum.lost, sum.negatives),
            )
        })
    }

    /// Rows with an event.
    #[must_use]
    pub const fn positives(&self) -> u64 {
        self.positives
    }

    /// Rows without.
    #[must_use]
    pub const fn negatives(&self) -> u64 {
        self.negatives
    }

    /// How many clusters the rows belong to.
    #[must_use]
    pub const fn clusters(&self) -> u64 {
        self.clusters_with.any
    }

    /// The area, exact: twice the pairs won (ties once) over twice all pairs.
    #[must_use]
    pub fn ratio(&self) -> Ratio {
        // Both counts are above 0.
        Ratio::new(self.twice_won, self.twice_pairs()).map_or(NOTHING, Ratio::reduced)
    }

    /// The area, 0 to 1.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        self.ratio().to_f64()
    }

    fn twice_pairs(&self) -> i128 {
        let pairs = i128::from(self.positives).saturating_mul(i128::from(self.negatives));
        pairs.saturating_mul(2)
    }

    /// The variance of the area; `None` with fewer than two clusters with a positive, or with a
    /// negative.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        self.variance_of(self.excess())
    }

    fn variance_of(&self, excess: impl Iterator<Item = (i128, i128)> + Clone) -> Option<f64> {
        let (m, n) = (count_to_f64(self.positives), count_to_f64(self.negatives));
        let scale = integer_to_f64(self.twice_pairs());
        let [xx, yy, xy] = match squares(excess.clone()) {
            Some(sums) => {
                let (x, y) = (scale * m, scale * n);
                let [xx, yy, xy] = sums.map(integer_to_f64);
                [xx / x / x, yy / y / y, xy / x / y]
            }
            None => {
                let parts = excess.map(|(won, lost)| {
                    (integer_to_f64(won) / scale / m, integer_to_f64(lost) / scale / n)
                });
                float_squares(parts)?
            }
        };
        let freed = |clusters: u64| {
            let free = clusters.checked_sub(1).filter(|&free| free > 0)?;
            Some(count_to_f64(clusters) / count_to_f64(free))
        };
        let clusters = self.clusters_with;
        let variance = freed(clusters.positive)? * xx
            + freed(clusters.negative)? * yy
            + 2.0 * freed(clusters.any)? * xy;
        // With few clusters the estimate may fall below nothing; that is then all it says.
        Some(variance.max(0.0))
    }

    /// DeLong's interval, cut to 0 to 1; `None` where there is no variance.
    #[must_use]
    pub fn interval(&self, level: Level) -> Option<Interval> {
        let reach = normal::two_sided_z(level) * self.variance()?.sqrt();
        let area = self.estimate();
        let (lower, upper) = ((area - reach).max(0.0), (area + reach).min(1.0));
        Interval::new(lower, upper, IntervalMethod::DeLong, level)
    }

    /// This area minus that of another score of the same rows, with what both have in common taken
    /// into account.
    ///
    /// # Errors
    /// Other counts of events or clusters: it cannot be the same rows.
    ///
    /// ```
    /// use tenure_stats::{Auc, Level};
    /// let events = [true, true, true, false, false, false];
    /// let ours = Auc::of(&[6.0, 5.0, 3.0, 4.0, 2.0, 1.0], &events)?.ok_or("one class")?;
    /// let theirs = Auc::of(&[6.0, 2.0, 3.0, 4.0, 5.0, 1.0], &events)?.ok_or("one class")?;
    /// let difference = ours.difference(&theirs)?;
    /// assert_eq!(difference.ratio().to_string(), "1/3"); // 8/9 - 5/9
    /// assert!(difference.interval(Level::default()).is_some_and(|i| i.contains(0.0)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn difference(&self, other: &Self) -> Result<AucDifference, AucError> {
        let rows = |auc: &Self| (auc.positives, auc.negatives, auc.clusters_with);
        if rows(self) != rows(other) || self.sums.len() != other.sums.len() {
            return Err(AucError::OtherRows);
        }
        let excess = self.excess().zip(other.excess()).map(|(ours, theirs)| {
            (ours.0.saturating_sub(theirs.0), ours.1.saturating_sub(theirs.1))
        });
        let twice_won = self.twice_won.saturating_sub(other.twice_won);
        Ok(AucDifference {
            ratio: Ratio::new(twice_won, self.twice_pairs()).map_or(NOTHING, Ratio::reduced),
            variance: self.variance_of(excess),
        })
    }
}

/// One area minus another, of two scores of the same rows: see [`Auc::difference`].
///
/// ```
/// use tenure_stats::{Auc, Level};
/// let auc = Auc::of(&[3.0, 2.0, 1.0, 2.0], &[true, true, false, false])?.ok_or("one class")?;
/// let none = auc.difference(&auc)?;
/// assert_eq!((none.estimate(), none.variance()), (0.0, Some(0.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AucDifference {
    ratio: Ratio,
    variance: Option<f64>,
}

impl AucDifference {
    /// The difference, exact.
    #[must_use]
    pub const fn ratio(&self) -> Ratio {
        self.ratio
    }

    /// The difference, -1 to 1.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        self.ratio.to_f64()
    }

    /// Its variance; `None` with fewer than two clusters with a positive, or with a negative.
    #[must_use]
    pub const fn variance(&self) -> Option<f64> {
        self.variance
    }

    /// The normal interval, cut to -1 to 1; `None` where there is no variance.
    #[must_use]
    pub fn interval(&self, level: Level) -> Option<Interval> {
        let reach = normal::two_sided_z(level) * self.variance?.sqrt();
        let difference = self.estimate();
        let (lower, upper) = ((difference - reach).max(-1.0), (difference + reach).min(1.0));
        Interval::new(lower, upper, IntervalMethod::DeLong, level)
    }
}

const NOTHING: Ratio = match Ratio::new(0, 1) {
    Some(ratio) => ratio,
    None => unreachable!(),
};

fn check(scores: &[f64], events: &[bool]) -> Result<(), AucError> {
    if scores.len() != events.len() {
        return Err(AucError::Lengths { scores: scores.len(), other: events.len() });
    }
    if scores.len() > Auc::MAX_ROWS {
        return Err(AucError::TooMany { found: scores.len() });
    }
    match scores.iter().position(|score| !score.is_finite()) {
        Some(row) => Err(AucError::NotFinite { row }),
        None => Ok(()),
    }
}

/// The bits of a finite float in an order that is the order of the numbers; both zeros are one.
fn key(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 0 { bits | (1 << 63) } else { !bits }
}

/// Sums of squares and of products, exact; `None` beyond 128 bits. Where the squares fit, so does
/// every partial sum of the products.
fn squares(excess: impl Iterator<Item = (i128, i128)>) -> Option<[i128; 3]> {
    let (mut xx, mut yy, mut xy) = (0_i128, 0_i128, 0_i128);
    for (x, y) in excess {
        xx = xx.checked_add(x.checked_mul(x)?)?;
        yy = yy.checked_add(y.checked_mul(y)?)?;
        xy = xy.checked_add(x.checked_mul(y)?)?;
    }
    Some([xx, yy, xy])
}

/// The same of floats, whose sums no order changes by a bit.
fn float_squares(parts: impl Iterator<Item = (f64, f64)>) -> Option<[f64; 3]> {
    let mut sums: [ExactSum; 3] = std::array::from_fn(|_| ExactSum::new());
    for (x, y) in parts {
        for (sum, (one, other)) in sums.iter_mut().zip([(x, x), (y, y), (x, y)]) {
            if one != 0.0 && other != 0.0 {
                sum.push_product(one, other).ok()?;
            }
        }
    }
    let [xx, yy, xy] = sums.map(|sum| sum.value());
    Some([xx?, yy?, xy?])
}

/// The bit of a row number that says whether it has an event: there are at most 2^30 rows.
const EVENT: u32 = 1 << 31;

/// Sorts, and adds to the sums of each row's cluster what it wins, or loses, against the other class.
fn rank(scores: &[f64], events: &[bool], cluster: impl Fn(usize) -> Option<usize>) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); scores.len()];
    let rows = (0_u32..).zip(scores.iter().zip(events));
    let mut sorted: Vec<(u64, u32)> = rows
        .map(|(row, (&score, &event))| (key(score), if event { row | EVENT } else { row }))
        .collect();
    sorted.sort_unstable_by_key(|&(key, _)| key);
    let all = events.iter().filter(|&&event| event).count();
    let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let (mut below_with, mut below_without) = (0_usize, 0_usize);
    for tied in sorted.chunk_by(|one, next| one.0 == next.0) {
        let with = tied.iter().filter(|(_, row)| row & EVENT != 0).count();
        let without = tied.len().saturating_sub(with);
        let above = all.saturating_sub(below_with).saturating_sub(with);
        let won = whole(below_without.saturating_mul(2).saturating_add(without));
        let lost = whole(above.saturating_mul(2).saturating_add(with));
        for &(_, row) in tied {
            let place = usize::try_from(row & !EVENT).ok().and_then(&cluster);
            let Some(sums) = place.and_then(|place| sums.get_mut(place)) else { continue };
            let (rows, total, more) = if row & EVENT == 0 {
                (&mut sums.negatives, &mut sums.lost, lost)
            } else {
                (&mut sums.positives, &mut sums.won, won)
            };
            *rows = rows.saturating_add(1);
            *total = total.saturating_add(more);
        }
        below_with = below_with.saturating_add(with);
        below_without = below_without.saturating_add(without);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::{Auc, key};
    use crate::Level;
    use crate::error::AucError;

    #[test]
    fn keys_are_in_the_order_of_numbers() {
        let sorted = [f64::MIN, -2.0, -1.0, -f64::MIN_POSITIVE, 0.0, 5e-324, 1.0, 2.0, f64::MAX];
        assert!(sorted.map(key).is_sorted_by(|a, b| a < b));
        assert_eq!(key(-0.0), key(0.0));
    }

    #[test]
    fn beyond_128_bits_floats_say_the_same() {
        assert_eq!(super::squares([(1 << 64, 0)].into_iter()), None);
        let small = [(3_i128, -4_i128), (-5, 6)];
        assert_eq!(super::squares(small.into_iter()), Some([34, 52, -42]));
        let floats = super::float_squares([(3.0, -4.0), (-5.0, 6.0)].into_iter());
        assert_eq!(
            floats.map(|sums| sums.map(f64::to_bits)),
            Some([34.0_f64, 52.0, -42.0].map(f64::to_bits))
        );
    }

    #[test]
    fn one_class_alone_has_no_area() {
        assert_eq!(Auc::of(&[1.0, 2.0], &[true, true]), Ok(None));
        assert_eq!(Auc::of(&[1.0, 2.0], &[false, false]), Ok(None));
        assert_eq!(Auc::of(&[], &[]), Ok(None));
    }

    #[test]
    fn one_of_a_class_has_an_area_but_no_interval() {
        let auc = Auc::of(&[1.0, 2.0, 3.0], &[true, false, false]).unwrap().unwrap();
        assert_eq!((auc.estimate().to_bits(), auc.variance()), (0.0_f64.to_bits(), None));
        assert_eq!(auc.interval(Level::default()), None);
        assert_eq!(auc.difference(&auc).unwrap().interval(Level::default()), None);
    }

    #[test]
    fn everything_refused_has_its_place() {
        let refused = |scores: &[f64], events: &[bool]| Auc::of(scores, events).unwrap_err();
        assert_eq!(refused(&[1.0], &[]), AucError::Lengths { scores: 1, other: 0 });
        for score in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(refused(&[1.0, score], &[true, false]), AucError::NotFinite { row: 1 });
        }
        let clusters = |clusters: &[usize]| {
            Auc::of_clusters(&[1.0, 2.0], &[true, false], clusters).unwrap_err()
        };
        assert_eq!(clusters(&[0]), AucError::Lengths { scores: 2, other: 1 });
        assert_eq!(clusters(&[0, 2]), AucError::Cluster { row: 1, found: 2, rows: 2 });
        assert_eq!(clusters(&[0, 2]).to_string(), "cluster `2` of row 1 is not below the 2 rows");
        let one = Auc::of(&[1.0, 2.0], &[true, false]).unwrap().unwrap();
        let two = Auc::of(&[1.0, 2.0, 3.0], &[true, false, false]).unwrap().unwrap();
        assert_eq!(one.difference(&two), Err(AucError::OtherRows));
    }
}
