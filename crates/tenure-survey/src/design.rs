//! Scores of designed samples: strata, finite populations, panels, and how many to ask.

use tenure_stats::{Interval, IntervalMethod, Level, Ratio, Share, ZTest, count_to_f64, normal};

use crate::error::DesignError;
use crate::{Estimate, Fraction, NetScore};

/// Whether sampling from a finite population makes an estimate surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "applied or not")]
pub enum FiniteCorrection {
    /// The variance shrinks by the share of the population that answered; a census has none.
    Apply,
    /// The population is taken as endless.
    Ignore,
}

/// How sure is the score of a sample that is a good part of its population?
///
/// ```text
/// SE          = √(s²/n·(N - n)/(N - 1))       plug-in variance, the default
/// SE unbiased = √((1 - n/N)·s²/(n - 1))
/// ```
///
/// *Shape*: a sample and the size of its population in; standard errors on the scale of θ out. A
/// larger part of the population asked makes it surer; a census has no error.
///
/// *Undefined when* there are no answers; the unbiased form also with a single one.
///
/// *Accuracy*: relative error below 1e-12 (test against 40 digits).
///
/// *Source*: Cochran 1977, "Sampling techniques", 2.6.
///
/// ```
/// use tenure_survey::{FiniteSample, NetScore};
///
/// let census = FiniteSample::new(NetScore::new(1, 2, 3)?, 6)?;
/// assert_eq!(census.standard_error(), Some(0.0));
/// assert!(FiniteSample::new(NetScore::new(1, 2, 3)?, 5).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FiniteSample {
    score: NetScore,
    population: u64,
}

impl FiniteSample {
    /// A sample of a population.
    ///
    /// # Errors
    /// More answers than people; a population above [`Share::MAX_COUNT`].
    pub fn new(score: NetScore, population: u64) -> Result<Self, DesignError> {
        if Share::new(score.n(), population).is_err() {
            return Err(DesignError::Population { answers: score.n(), population });
        }
        Ok(Self { score, population })
    }

    /// The sample.
    #[must_use]
    pub const fn score(&self) -> NetScore {
        self.score
    }

    /// How many there are.
    #[must_use]
    pub const fn population(&self) -> u64 {
        self.population
    }

    /// √(s²/n·(N-n)/(N-1)), the default; `None` without answers.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        let plain = self.score.standard_error()?;
        let missing = self.population.saturating_sub(self.score.n());
        if missing == 0 {
            return Some(0.0); // a census, of one person too
        }
        let others = self.population.saturating_sub(1);
        Some(plain * libm::sqrt(count_to_f64(missing) / count_to_f64(others)))
    }

    /// √((1-n/N)·s²/n) with the unbiased variance; `None` below two answers.
    #[must_use]
    pub fn standard_error_unbiased(&self) -> Option<f64> {
        let missing = self.population.saturating_sub(self.score.n());
        let rest = count_to_f64(missing) / count_to_f64(self.population);
        Some(self.score.standard_error_unbiased()? * libm::sqrt(rest))
    }

    /// θ ± z standard errors, not clipped; `None` without answers.
    ///
    /// ```
    /// use tenure_stats::Level;
    /// use tenure_survey::{FiniteSample, NetScore};
    ///
    /// let census = FiniteSample::new(NetScore::new(1, 0, 3)?, 4)?;
    /// let interval = census.wald(Level::default()).ok_or("no answers")?;
    /// assert_eq!((interval.lower(), interval.upper()), (0.5, 0.5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn wald(&self, level: Level) -> Option<Interval> {
        let reach = normal::two_sided_z(level) * self.standard_error()?;
        Interval::about(self.score.theta()?.to_f64(), reach, IntervalMethod::Wald, level)
    }
}

/// The score of a population sampled in strata of known size.
///
/// ```text
/// θ = Σ W_h·θ_h,  W_h = N_h/N
/// V = Σ W_h²·(1 - f_h)·s²_h/n_h,  s² unbiased, f_h = n_h/N_h with finite correction, else 0
/// ```
///
/// *Shape*: one sample and population a stratum in; θ, exact, and its standard error out.
///
/// *Undefined when* a stratum with people has no answers: [`Stratified::new`] says which. Collapsing
/// strata is the caller's explicit act. The standard error is `None` if a stratum has a single answer
/// and more people.
///
/// *Accuracy*: θ is exact; standard errors have a relative error below 1e-12 (test against 40 digits).
///
/// *Source*: Cochran 1977, "Sampling techniques", 5.6; post-stratified variance 5A.42.
///
/// ```
/// use tenure_survey::{FiniteCorrection, FiniteSample, NetScore, Stratified};
///
/// let strata = [
///     FiniteSample::new(NetScore::new(10, 20, 30)?, 1000)?,
///     FiniteSample::new(NetScore::new(30, 20, 10)?, 500)?,
/// ];
/// let score = Stratified::new(&strata, FiniteCorrection::Apply)?;
/// assert_eq!(score.theta().to_string(), "1/9"); // (1000/3 - 500/3)/1500
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Stratified {
    theta: Fraction,
    pooled: NetScore,
    standard_error: Option<f64>,
    post_stratified: Option<f64>,
}

impl Stratified {
    /// The score over all strata.
    ///
    /// # Errors
    /// No people, a stratum of people without answers, or more answers than a state holds.
    pub fn new(strata: &[FiniteSample], correction: FiniteCorrection) -> Result<Self, DesignError> {
        let mut people = 0_i128;
        let mut counts = [0_u64; 3];
        for (index, stratum) in strata.iter().enumerate() {
            let score = stratum.score;
            if score.n() == 0 && stratum.population > 0 {
                return Err(DesignError::EmptyStratum { index });
            }
            people = people.saturating_add(i128::from(stratum.population));
            let more = [score.detractors(), score.passives(), score.promoters()];
            for (count, more) in counts.iter_mut().zip(more) {
                *count = count.saturating_add(more); // refused below if it is too much
            }
        }
        let [d, n, p] = counts;
        let pooled = NetScore::new(d, n, p)?;
        let weight = |stratum: &FiniteSample| Ratio::new(i128::from(stratum.population), people);
        let mut theta = Fraction::zero();
        for stratum in strata {
            if let (Some(weight), Some(own)) = (weight(stratum), stratum.score.theta()) {
                theta = theta.plus(&Fraction::from(weight).times(&own.into()));
            }
        }
        if people == 0 {
            return Err(DesignError::NoPopulation);
        }
        let present = || strata.iter().filter(|stratum| stratum.score.n() > 0);
        let parts =
            || present().map(|stratum| (stratum, weight(stratum).map_or(0.0, Ratio::to_f64)));
        let variance = parts().try_fold(0.0, |total, (stratum, weight)| {
            let error = match correction {
                FiniteCorrection::Apply if stratum.population == stratum.score.n() => 0.0,
                FiniteCorrection::Apply => stratum.standard_error_unbiased()?,
                FiniteCorrection::Ignore => stratum.score.standard_error_unbiased()?,
            };
            Some(total + weight * weight * error * error)
        });
        let size = count_to_f64(pooled.n());
        let within = parts().try_fold((0.0, 0.0), |(inside, outside), (stratum, weight)| {
            let variance = stratum.score.variance_unbiased()?.to_f64();
            Some((inside + weight * variance, outside + (1.0 - weight) * variance))
        });
        let rest = match correction {
            // one fraction: of a near census the difference would cancel
            FiniteCorrection::Apply => {
                let left = people.saturating_sub(i128::from(pooled.n())); // never more answers
                Ratio::new(left, people).map_or(0.0, Ratio::to_f64)
            }
            FiniteCorrection::Ignore => 1.0,
        };
        let post_stratified = within
            .map(|(inside, outside)| libm::sqrt(rest / size * inside + outside / size / size));
        let standard_error = variance.map(libm::sqrt);
        Ok(Self { theta, pooled, standard_error, post_stratified })
    }

    /// θ of the population, exact.
    #[must_use]
    pub const fn theta(&self) -> &Fraction {
        &self.theta
    }

    /// All answers together, strata forgotten: what a naive average would use.
    #[must_use]
    pub const fn pooled(&self) -> NetScore {
        self.pooled
    }

    /// The standard error of θ; `None` if a stratum has a single answer and more people.
    #[must_use]
    pub const fn standard_error(&self) -> Option<f64> {
        self.standard_error
    }

    /// θ ± z standard errors, not clipped; `None` where the standard error is.
    ///
    /// ```
    /// use tenure_stats::Level;
    /// use tenure_survey::{FiniteCorrection, FiniteSample, NetScore, Stratified};
    ///
    /// let strata = [
    ///     FiniteSample::new(NetScore::new(0, 0, 2)?, 2)?,
    ///     FiniteSample::new(NetScore::new(2, 0, 0)?, 6)?,
    /// ];
    /// let score = Stratified::new(&strata, FiniteCorrection::Apply)?;
    /// // all agree in each stratum: (2·1 - 6·1)/8, and no spread
    /// let interval = score.interval(Level::default()).ok_or("undefined")?;
    /// assert_eq!((interval.lower(), interval.upper()), (-0.5, -0.5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn interval(&self, level: Level) -> Option<Interval> {
        let reach = normal::two_sided_z(level) * self.standard_error?;
        Interval::about(self.theta.to_f64(), reach, IntervalMethod::Wald, level)
    }

    /// The standard error if strata were formed after a simple random sample; `None` if a stratum has
    /// a single answer.
    #[must_use]
    pub const fn post_stratified_standard_error(&self) -> Option<f64> {
        self.post_stratified
    }
}

/// Did the same people change their mind? Rows before, columns after, each detractor, passive,
/// promoter.
///
/// ```text
/// difference = mean(after - before),  SE = √((E[(after - before)²] - difference²)/n)
/// ```
///
/// *Shape*: a table of counts, one person a count, in; the mean change from -2 to 2 out.
///
/// *Undefined when* nobody was asked; the test also if the standard error is 0.
///
/// *Accuracy*: the difference and the variance are exact until converted.
///
/// *Source*: the paired z test, divisor n. Taking the two waves for independent samples gives
/// another, usually larger, error.
///
/// ```
/// use tenure_survey::PairedScores;
///
/// // of four people one rose from detractor to promoter
/// let panel = PairedScores::new([[0, 0, 1], [0, 2, 0], [0, 0, 1]])?;
/// assert_eq!(panel.difference().map(|difference| difference.to_f64()), Some(0.5));
/// # Ok::<(), tenure_survey::CountOverflowError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PairedScores {
    before: NetScore,
    after: NetScore,
    /// How many moved by -2, -1, 1, 2 bands.
    moved: [u64; 4],
}

impl PairedScores {
    /// A panel.
    ///
    /// # Errors
    /// More people than a state holds.
    pub fn new(table: [[u64; 3]; 3]) -> Result<Self, crate::CountOverflowError> {
        let [[dd, dn, dp], [nd, nn, np], [pd, pn, pp]] = table;
        // saturated sums are refused by the constructors
        let add = |parts: [u64; 3]| parts.into_iter().fold(0_u64, u64::saturating_add);
        let before = NetScore::new(add([dd, dn, dp]), add([nd, nn, np]), add([pd, pn, pp]))?;
        let after = NetScore::new(add([dd, nd, pd]), add([dn, nn, pn]), add([dp, np, pp]))?;
        let moved = [pd, add([nd, pn, 0]), add([dn, np, 0]), dp];
        Ok(Self { before, after, moved })
    }

    /// Before, as a sample of its own.
    #[must_use]
    pub const fn before(&self) -> NetScore {
        self.before
    }

    /// After, as a sample of its own.
    #[must_use]
    pub const fn after(&self) -> NetScore {
        self.after
    }

    /// The mean change; `None` without people.
    #[must_use]
    pub fn difference(&self) -> Option<Ratio> {
        let net = |score: NetScore| score.theta().map(Ratio::num);
        let moved = net(self.after)?.checked_sub(net(self.before)?)?;
        Ratio::new(moved, i128::from(self.before.n()))
    }

    /// The mean change and its standard error; `None` without people.
    #[must_use]
    pub fn estimate(&self) -> Option<Estimate> {
        let difference = self.difference()?;
        let n = i128::from(self.before.n());
        let [down_two, down_one, up_one, up_two] = self.moved.map(i128::from);
        let fours = down_two.checked_add(up_two)?.checked_mul(4)?;
        let squares = fours.checked_add(down_one)?.checked_add(up_one)?;
        // (n·Σd² - (Σd)²)/n²: at most 4n² and exact
        let sum = difference.num();
        let spread = n.checked_mul(squares)?.checked_sub(sum.checked_mul(sum)?)?;
        let variance = Ratio::new(spread, n.checked_mul(n)?)?.to_f64();
        let standard_error = libm::sqrt(variance / count_to_f64(self.before.n()));
        Some(Estimate { value: difference.to_f64(), standard_error })
    }

    /// The test of no change; `None` if the standard error is 0.
    #[must_use]
    pub fn test(&self) -> Option<ZTest> {
        self.estimate()?.test()
    }
}

/// How many answers are needed?
///
/// ```text
/// n₀ = z²·σ²/margin²,  of a population N: n₀/(1 + (n₀ - 1)/N)
/// a group, for power: (σ²₁ + σ²₂)·(z + z_power)²/δ²
/// ```
///
/// *Shape*: a variance of one score (0 to 1; 0.6 is usual) and what is wanted in; answers, rounded
/// up, out.
///
/// *Undefined when* never: what has no answer is refused.
///
/// *Accuracy*: relative error below 1e-12 before rounding up.
///
/// *Source*: Cochran 1977, "Sampling techniques", 4.4.
///
/// ```
/// use tenure_stats::Level;
/// use tenure_survey::SampleSize;
///
/// // z²·0.6/0.05², 921.98 before rounding up
/// let size = SampleSize::for_margin(0.6, 0.05, Level::default(), None)?;
/// assert_eq!((size.answers(), size.answers_adjusted_wald()), (922, 919));
/// # Ok::<(), tenure_survey::DesignError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleSize {
    exact: f64,
    answers: u64,
}

impl SampleSize {
    /// So that θ is known to ± `margin`: z²σ²/m², with a population n₀/(1 + (n₀-1)/N).
    ///
    /// # Errors
    /// A variance outside 0 to 1, a margin not above 0, no population, or a result above 2^53.
    pub fn for_margin(
        variance: f64,
        margin: f64,
        level: Level,
        population: Option<u64>,
    ) -> Result<Self, DesignError> {
        let variance = variance_of_score(variance)?;
        let margin = positive("margin", margin)?;
        let z = normal::two_sided_z(level);
        let endless = z / margin * (z / margin) * variance;
        match population {
            None => Self::up(endless),
            Some(0) => Err(DesignError::NoPopulation),
            // of one person this is 0/0 where nothing varies
            Some(_) if endless <= 0.0 => Self::up(0.0),
            Some(people) => Self::up(endless / (1.0 + (endless - 1.0) / count_to_f64(people))),
        }
    }

    /// So that a difference of `difference` is found with probability `power`, in each group:
    /// (σ²₁+σ²₂)(z + z_power)²/δ².
    ///
    /// ```
    /// use tenure_stats::Level;
    /// use tenure_survey::SampleSize;
    ///
    /// // (0.5 + 0.5)·(1.96 + 0.84)²/0.1², about 785
    /// let size = SampleSize::for_power([0.5, 0.5], 0.1, Level::default(), 0.8)?;
    /// assert_eq!(size.answers(), 785);
    /// # Ok::<(), tenure_survey::DesignError>(())
    /// ```
    ///
    /// # Errors
    /// A variance outside 0 to 1, a difference not above 0, a power outside 0 to 1, or a result above
    /// 2^53.
    pub fn for_power(
        variances: [f64; 2],
        difference: f64,
        level: Level,
        power: f64,
    ) -> Result<Self, DesignError> {
        let [one, other] = variances;
        let variance = variance_of_score(one)? + variance_of_score(other)?;
        let difference = positive("difference", difference)?;
        let Ok(beyond) = normal::quantile(power) else {
            return Err(DesignError::Range {
                parameter: "power",
                found: power,
                accepted: "0 to 1, ends excluded",
            });
        };
        let reach = (normal::two_sided_z(level) + beyond) / difference;
        Self::up(variance * reach * reach)
    }

    /// Before rounding up.
    #[must_use]
    pub const fn exact(self) -> f64 {
        self.exact
    }

    /// Rounded up.
    #[must_use]
    pub const fn answers(self) -> u64 {
        self.answers
    }

    /// Three fewer, for the interval that adds three pseudo-answers; at least 0.
    #[must_use]
    pub fn answers_adjusted_wald(self) -> u64 {
        self.answers.saturating_sub(3)
    }

    fn up(exact: f64) -> Result<Self, DesignError> {
        const MOST: f64 = 9_007_199_254_740_992.0;
        if !(0.0..=MOST).contains(&exact) {
            return Err(DesignError::TooMany { found: exact });
        }
        #[expect(clippy::as_conversions, reason = "whole, from 0 to 2^53: exact")]
        #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "as above")]
        let answers = libm::ceil(exact) as u64;
        Ok(Self { exact, answers })
    }
}

fn variance_of_score(variance: f64) -> Result<f64, DesignError> {
    if (0.0..=1.0).contains(&variance) {
        Ok(variance)
    } else {
        Err(DesignError::Range { parameter: "variance", found: variance, accepted: "0 to 1" })
    }
}

fn positive(parameter: &'static str, found: f64) -> Result<f64, DesignError> {
    if found > 0.0 && found.is_finite() {
        Ok(found)
    } else {
        let accepted = "the finite numbers above 0";
        Err(DesignError::Range { parameter, found, accepted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tally;

    fn stratum(counts: [u64; 3], population: u64) -> FiniteSample {
        let [d, n, p] = counts;
        FiniteSample::new(NetScore::new(d, n, p).unwrap(), population).unwrap()
    }

    #[test]
    fn no_more_answers_than_people() {
        let score = NetScore::new(1, 1, 1).unwrap();
        let refused = FiniteSample::new(score, 2);
        assert_eq!(refused, Err(DesignError::Population { answers: 3, population: 2 }));
        assert!(FiniteSample::new(score, u64::MAX).is_err());
    }

    #[test]
    fn a_census_is_certain() {
        let census = [stratum([1, 0, 0], 1), stratum([2, 2, 2], 6)];
        let sure = Stratified::new(&census, FiniteCorrection::Apply).unwrap();
        assert_eq!(sure.standard_error(), Some(0.0));
        assert_eq!(sure.post_stratified_standard_error(), None); // a single answer
        let unsure = Stratified::new(&census, FiniteCorrection::Ignore).unwrap();
        assert_eq!(unsure.standard_error(), None);
        assert_eq!(stratum([0, 0, 1], 1).standard_error(), Some(0.0));
    }

    #[test]
    fn a_near_census_keeps_its_digits() {
        let strata = [
            ([109, 147, 152], 408),
            ([0, 3_829_301, 843_743_156], 847_572_457),
            ([152, 154, 40], 1039),
            ([200, 85, 152], 437),
        ];
        let strata = strata.map(|([d, n, p], people)| {
            FiniteSample::new(NetScore::new(d, n, p).unwrap(), people).unwrap()
        });
        let score = Stratified::new(&strata, FiniteCorrection::Apply).unwrap();
        // fractions in Python, the root by mpmath with 60 digits
        let expected = 2.636_746_704_959_344_8e-9;
        let error = score.post_stratified_standard_error().unwrap() - expected;
        assert!(error.abs() < 1e-12 * expected, "{error}");
    }

    #[test]
    fn strata_need_answers_and_people() {
        let strata = [stratum([1, 2, 3], 10), stratum([0; 3], 5)];
        let empty = Stratified::new(&strata, FiniteCorrection::Apply);
        assert_eq!(empty, Err(DesignError::EmptyStratum { index: 1 }));
        let nobody = Stratified::new(&[stratum([0; 3], 0)], FiniteCorrection::Apply);
        assert_eq!(nobody, Err(DesignError::NoPopulation));
        let full = stratum([0, 0, Tally::MAX_ROWS], Tally::MAX_ROWS);
        let refused = Stratified::new(&[full, full], FiniteCorrection::Apply);
        assert!(matches!(refused, Err(DesignError::Overflow(_))));
    }

    #[test]
    fn one_stratum_is_a_simple_sample() {
        let sample = stratum([25, 35, 40], 1_000);
        let score = Stratified::new(&[sample], FiniteCorrection::Apply).unwrap();
        let error = score.standard_error().unwrap();
        assert!((error / sample.standard_error_unbiased().unwrap() - 1.0).abs() < 1e-15);
        assert_eq!(score.theta(), &Fraction::from(sample.score().theta().unwrap()));
    }

    #[test]
    fn panels_without_people_or_change() {
        let nobody = PairedScores::new([[0; 3]; 3]).unwrap();
        assert_eq!((nobody.difference(), nobody.estimate(), nobody.test()), (None, None, None));
        let still = PairedScores::new([[3, 0, 0], [0, 4, 0], [0, 0, 5]]).unwrap();
        assert_eq!(still.test(), None);
        assert!(PairedScores::new([[Tally::MAX_ROWS; 3]; 3]).is_err());
        let all = PairedScores::new([[0, 0, Tally::MAX_ROWS], [0; 3], [0; 3]]).unwrap();
        assert_eq!(all.difference().unwrap().to_f64().to_bits(), 2.0_f64.to_bits());
    }

    #[test]
    fn sizes_outside_are_refused() {
        let level = Level::default();
        let margin =
            |variance, margin, people| SampleSize::for_margin(variance, margin, level, people);
        for (variance, half) in [
            (-0.1, 0.1),
            (1.1, 0.1),
            (f64::NAN, 0.1),
            (0.5, 0.0),
            (0.5, -1.0),
            (0.5, f64::NAN),
            (0.5, f64::INFINITY),
        ] {
            assert!(matches!(margin(variance, half, None), Err(DesignError::Range { .. })));
        }
        assert_eq!(margin(0.5, 0.1, Some(0)), Err(DesignError::NoPopulation));
        assert!(matches!(margin(1.0, 1e-9, None), Err(DesignError::TooMany { .. })));
        assert_eq!(margin(0.0, 0.1, None).unwrap().answers_adjusted_wald(), 0);
        assert_eq!(margin(0.0, 0.1, Some(1)).unwrap().answers(), 0);
        assert_eq!(margin(0.5, 0.1, Some(1)).unwrap().answers(), 1);
        for power in [0.0, 1.0, -0.1, 1.1, f64::NAN] {
            let refused = SampleSize::for_power([0.5, 0.5], 0.1, level, power);
            assert!(matches!(refused, Err(DesignError::Range { parameter: "power", .. })));
        }
        let refused = SampleSize::for_power([0.5, 0.5], 0.0, level, 0.8);
        assert!(matches!(refused, Err(DesignError::Range { parameter: "difference", .. })));
    }
}
