//! Why a score moved: each segment's own change, and the change of their mix.

use tenure_stats::{Ratio, count_to_f64};

use crate::{CountOverflowError, Fraction, NetScore};

/// One segment in two periods; empty where it is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "two periods")]
pub struct Segment {
    /// The period before.
    pub before: NetScore,
    /// The period after.
    pub after: NetScore,
}

/// Did the score change because segments changed, or because their mix did?
///
/// ```text
/// rate  Σ (w₀ + w₁)/2·(θ₁ - θ₀)
/// mix   Σ (w₁ - w₀)·((θ₀ + θ₁)/2 - (T₀ + T₁)/2)
/// rate + mix = T₁ - T₀, exactly
/// ```
///
/// with w a segment's share of all answers, θ its score and T the total. A segment that is absent in
/// one period borrows the other's score, so that all its effect is mix.
///
/// *Shape*: segments in; effects in the same order, exact fractions on the scale of θ, out.
///
/// *Undefined when* a period has no answers at all.
///
/// *Accuracy*: exact. The standard error of the rate part is the delta method's.
///
/// *Source*: Kitagawa 1955, "Components of a difference between two rates"; the three-way form is
/// Laspeyres'.
///
/// ```
/// use tenure_survey::{Decomposition, NetScore, Segment};
///
/// // both segments rise, the total falls: the unhappy one has grown
/// let enterprise = Segment { before: NetScore::new(10, 30, 60)?, after: NetScore::new(2, 6, 12)? };
/// let small = Segment { before: NetScore::new(50, 30, 20)?, after: NetScore::new(85, 54, 41)? };
/// let change = Decomposition::new(&[enterprise, small])?.ok_or("no answers")?;
/// assert_eq!(change.difference().to_string(), "-27/100");
/// assert_eq!(change.rate().to_string(), "7/180");
/// assert_eq!(change.mix().to_string(), "-139/450");
/// // by band: promoters fell from 80 to 53 of 200, detractors rose from 60 to 87
/// assert_eq!(change.promoters().to_string(), "-27/200");
/// assert_eq!(change.detractors().to_string(), "27/200");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    before: Fraction,
    after: Fraction,
    promoters: Fraction,
    detractors: Fraction,
    rate: Fraction,
    mix: Fraction,
    rate_variance: f64,
    effects: Vec<SegmentEffect>,
}

/// What one segment did to the total.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SegmentEffect {
    /// Its share of answers before.
    pub weight_before: Fraction,
    /// Its share of answers after.
    pub weight_after: Fraction,
    /// Its own change: (w₀ + w₁)/2·(θ₁ - θ₀).
    pub rate: Fraction,
    /// Its change of share: (w₁ - w₀)·((θ₀ + θ₁)/2 - (T₀ + T₁)/2).
    pub mix: Fraction,
    /// Three-way: w₀(θ₁ - θ₀).
    pub laspeyres_rate: Fraction,
    /// Three-way: (w₁ - w₀)(θ₀ - T₀).
    pub laspeyres_mix: Fraction,
    /// Three-way: (w₁ - w₀)(θ₁ - θ₀).
    pub interaction: Fraction,
    /// What it adds to the total after: w₁(θ₁ - T₁); `None` if absent then.
    pub impact: Option<Fraction>,
    /// How far the total after would move without it: w₁/(1 - w₁)·(θ₁ - T₁); `None` if absent then,
    /// or alone.
    pub leave_one_out: Option<Fraction>,
}

impl Decomposition {
    /// The change over all segments; `None` if a period has no answers.
    ///
    /// # Errors
    /// More answers in a period than a state holds.
    pub fn new(segments: &[Segment]) -> Result<Option<Self>, CountOverflowError> {
        let before = total(segments.iter().map(|segment| segment.before))?;
        let after = total(segments.iter().map(|segment| segment.after))?;
        let (Some(total_before), Some(total_after)) = (before.theta(), after.theta()) else {
            return Ok(None);
        };
        let (total_before, total_after) = (Fraction::from(total_before), total_after.into());
        let totals = [(before.n(), &total_before), (after.n(), &total_after)];
        let effects: Vec<SegmentEffect> =
            segments.iter().map(|segment| effect(segment, totals)).collect();
        let sum = |part: fn(&SegmentEffect) -> &Fraction| {
            effects.iter().fold(Fraction::zero(), |sum, effect| sum.plus(part(effect)))
        };
        let (rate, mix) = (sum(|effect| &effect.rate), sum(|effect| &effect.mix));
        let rate_variance = rate_variance(segments, &effects);
        let moved = |count: fn(NetScore) -> u64| {
            let share = |score| Ratio::new(i128::from(count(score)), i128::from(score.n()));
            let share = |score| share(score).map_or_else(Fraction::zero, Fraction::from);
            share(after).minus(&share(before))
        };
        let (promoters, detractors) = (moved(NetScore::promoters), moved(NetScore::detractors));
        let (before, after) = (total_before, total_after);
        Ok(Some(Self { before, after, promoters, detractors, rate, mix, rate_variance, effects }))
    }

    /// θ of the period before.
    #[must_use]
    pub const fn before(&self) -> &Fraction {
        &self.before
    }

    /// θ of the period after.
    #[must_use]
    pub const fn after(&self) -> &Fraction {
        &self.after
    }

    /// after - before.
    #[must_use]
    pub fn difference(&self) -> Fraction {
        self.after.minus(&self.before)
    }

    /// By band: how much the share of promoters rose. Less [`Self::detractors`] it is the
    /// difference, exactly.
    #[must_use]
    pub const fn promoters(&self) -> &Fraction {
        &self.promoters
    }

    /// By band: how much the share of detractors rose.
    #[must_use]
    pub const fn detractors(&self) -> &Fraction {
        &self.detractors
    }

    /// What segments changed themselves.
    #[must_use]
    pub const fn rate(&self) -> &Fraction {
        &self.rate
    }

    /// What the change of their shares did.
    #[must_use]
    pub const fn mix(&self) -> &Fraction {
        &self.mix
    }

    /// The standard error of the rate part, shares taken as known.
    #[must_use]
    pub fn rate_standard_error(&self) -> f64 {
        libm::sqrt(self.rate_variance)
    }

    /// The effect of each segment, in the order given.
    #[must_use]
    pub fn segments(&self) -> &[SegmentEffect] {
        &self.effects
    }
}

fn total(parts: impl Iterator<Item = NetScore>) -> Result<NetScore, CountOverflowError> {
    let mut counts = [0_u64; 3];
    for part in parts {
        let more = [part.detractors(), part.passives(), part.promoters()];
        for (count, more) in counts.iter_mut().zip(more) {
            *count = count.saturating_add(more); // refused below if it is too much
        }
    }
    let [d, n, p] = counts;
    NetScore::new(d, n, p)
}

fn effect(segment: &Segment, totals: [(u64, &Fraction); 2]) -> SegmentEffect {
    let [(n_before, total_before), (n_after, total_after)] = totals;
    let weight = |score: NetScore, n: u64| {
        let share = Ratio::new(i128::from(score.n()), i128::from(n));
        share.map_or_else(Fraction::zero, Fraction::from)
    };
    let own = |score: NetScore| score.theta().map(Fraction::from);
    let (theta_before, theta_after) = (own(segment.before), own(segment.after));
    // absent in one period: the other's score; in both: weight 0, so any score will do
    let zero = Fraction::zero();
    let before = theta_before.as_ref().or(theta_after.as_ref()).unwrap_or(&zero);
    let after = theta_after.as_ref().or(theta_before.as_ref()).unwrap_or(&zero);
    let (weight_before, weight_after) =
        (weight(segment.before, n_before), weight(segment.after, n_after));
    let moved = after.minus(before);
    let shifted = weight_after.minus(&weight_before);
    let above = before.plus(after).minus(total_before).minus(total_after).half();
    let impact = theta_after.as_ref().map(|theta| weight_after.times(&theta.minus(total_after)));
    let others = Fraction::one().minus(&weight_after);
    SegmentEffect {
        rate: weight_before.plus(&weight_after).half().times(&moved),
        mix: shifted.times(&above),
        laspeyres_rate: weight_before.times(&moved),
        laspeyres_mix: shifted.times(&before.minus(total_before)),
        interaction: shifted.times(&moved),
        leave_one_out: impact.as_ref().and_then(|impact| impact.over(&others)),
        impact,
        weight_before,
        weight_after,
    }
}

fn rate_variance(segments: &[Segment], effects: &[SegmentEffect]) -> f64 {
    let mut total = 0.0;
    for (segment, effect) in segments.iter().zip(effects) {
        let variance = |score: NetScore| Some(score.variance()?.to_f64() / count_to_f64(score.n()));
        // a borrowed score moves nothing
        if let (Some(before), Some(after)) = (variance(segment.before), variance(segment.after)) {
            let weight = effect.weight_before.plus(&effect.weight_after).half().to_f64();
            total += weight * weight * (before + after);
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tally;

    fn segment(before: [u64; 3], after: [u64; 3]) -> Segment {
        let score = |[d, n, p]: [u64; 3]| NetScore::new(d, n, p).unwrap();
        Segment { before: score(before), after: score(after) }
    }

    #[test]
    fn undefined_without_answers_in_a_period() {
        assert_eq!(Decomposition::new(&[]), Ok(None));
        assert_eq!(Decomposition::new(&[segment([1, 2, 3], [0; 3])]), Ok(None));
        let full = segment([0, 0, Tally::MAX_ROWS], [0, 0, 1]);
        assert_eq!(Decomposition::new(&[full, full]), Err(CountOverflowError));
    }

    #[test]
    fn absent_segments_borrow_and_add_nothing() {
        let stays = segment([20, 30, 50], [20, 30, 50]);
        let leaves = segment([30, 10, 10], [0; 3]);
        let never = segment([0; 3], [0; 3]);
        let change = Decomposition::new(&[stays, leaves, never]).unwrap().unwrap();
        assert_eq!(change.rate(), &Fraction::zero());
        assert_eq!(change.mix(), &change.difference());
        let [stays, leaves, never] = change.segments() else { panic!("three in, three out") };
        assert_eq!((&leaves.impact, &leaves.leave_one_out), (&None, &None));
        assert_eq!(stays.leave_one_out, None); // alone after
        assert_eq!(never.mix, Fraction::zero());
        let error = change.rate_standard_error();
        let alone = NetScore::new(20, 30, 50).unwrap().standard_error().unwrap();
        // its weight is the mean of 100/150 and 1, its error √2 times that of one period
        assert!((error - 5.0 / 6.0 * alone * 2.0_f64.sqrt()).abs() < 1e-15);
    }
}
