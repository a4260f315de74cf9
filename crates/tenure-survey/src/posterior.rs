//! The posterior of a net score under a Dirichlet prior, without random numbers.

use core::f64::consts::FRAC_PI_2;

use tenure_stats::{
    Interval, IntervalMethod, Level, beta, count_to_f64, integer_to_f64, integrate, normal,
};

use crate::NetScore;

/// What is believed of detractors, passives and promoters before the answers, in halves of a count.
///
/// ```
/// use tenure_survey::Prior;
///
/// assert_eq!(Prior::default(), Prior::JEFFREYS);
/// assert_eq!(Prior::halves(0, 1, 1), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prior {
    halves: [u8; 3],
}

impl Prior {
    /// ½ each: the default.
    pub const JEFFREYS: Self = Self { halves: [1, 1, 1] };
    /// 1 each.
    pub const UNIFORM: Self = Self { halves: [2, 2, 2] };

    /// So many halves for detractors, passives and promoters; `None` if one is 0.
    #[must_use]
    pub const fn halves(detractors: u8, passives: u8, promoters: u8) -> Option<Self> {
        if detractors == 0 || passives == 0 || promoters == 0 {
            None
        } else {
            Some(Self { halves: [detractors, passives, promoters] })
        }
    }
}

impl Default for Prior {
    fn default() -> Self {
        Self::JEFFREYS
    }
}

/// What is believed of θ after the answers: shares of detractors, passives and promoters have a
/// Dirichlet distribution whose parameters are the counts plus the prior.
///
/// ```text
/// θ = S(2W - 1),  S ~ Beta(a_P + a_D, a_N),  W ~ Beta(a_P, a_D), independent
/// ```
///
/// *Shape*: counts and a prior in; mean, deviation, limits and P(θ > 0) out. Cost: some milliseconds
/// for the limits.
///
/// *Undefined when* there are no answers: a prior alone is no result.
///
/// *Accuracy*: mean and deviation to rounding; limits to an absolute 1e-10, by integration up to 1e11
/// answers and as normal limits beyond.
///
/// *Source*: the Dirichlet prior is conjugate to counts in three bands; Jeffreys 1946 for ½ each.
///
/// ```
/// use tenure_stats::Level;
/// use tenure_survey::{NetScore, Prior};
///
/// // counts 0, 0, 1 and a prior of 1 each: mean (2 - 1)/4, P(θ > 0) = P(Beta(2, 1) > 1/2) = 3/4
/// let posterior = NetScore::new(0, 0, 1)?.posterior(Prior::UNIFORM).ok_or("no answers")?;
/// assert_eq!(posterior.mean(), 0.25);
/// assert!((posterior.probability_above_zero() - 0.75).abs() < 1e-14);
/// assert!(posterior.interval(Level::default()).ok_or("undefined")?.contains(0.25));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    detractors: f64,
    passives: f64,
    promoters: f64,
    mean: f64,
    deviation: f64,
}

impl Posterior {
    /// The mean of θ.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation of θ.
    #[must_use]
    pub const fn standard_deviation(&self) -> f64 {
        self.deviation
    }

    /// P(θ > 0).
    #[must_use]
    pub fn probability_above_zero(&self) -> f64 {
        beta::tails(0.5, self.promoters, self.detractors).map_or(0.0, |tails| tails.upper)
    }

    /// The equal-tailed interval.
    #[must_use]
    pub fn interval(&self, level: Level) -> Option<Interval> {
        /// Beyond so many answers the limits are normal to a few times 1/n.
        const NORMAL: f64 = 1e11;
        let (lower, upper) = if self.detractors + self.passives + self.promoters > NORMAL {
            let reach = normal::two_sided_z(level) * self.deviation;
            ((self.mean - reach).max(-1.0), (self.mean + reach).min(1.0))
        } else {
            let outside = 0.5 * level.outside();
            (-self.mirrored().upper_limit(outside), self.upper_limit(outside))
        };
        Interval::new(lower, upper, IntervalMethod::Dirichlet, level)
    }

    const fn mirrored(&self) -> Self {
        Self {
            detractors: self.promoters,
            passives: self.passives,
            promoters: self.detractors,
            mean: -self.mean,
            deviation: self.deviation,
        }
    }

    /// P(θ > t).
    fn above(&self, t: f64) -> f64 {
        if t >= 0.0 { self.tail(t) } else { 1.0 - self.mirrored().tail(-t) }
    }

    /// P(θ > t) for t ≥ 0: over S = sin²φ from t up, P(W > (1 + t/S)/2).
    fn tail(&self, t: f64) -> f64 {
        /// Beyond so many deviations of φ nothing is left of the density of S.
        const REACH: f64 = 16.0;
        if t >= 1.0 {
            return 0.0;
        }
        let (outer, passives) = (self.detractors + self.promoters, self.passives);
        let spread = 0.5 / libm::sqrt(outer + passives);
        let centre = libm::asin(libm::sqrt(outer / (outer + passives)));
        let start = libm::asin(libm::sqrt(t));
        let from = (centre - REACH * spread).max(start);
        let to = (centre + REACH * spread).min(FRAC_PI_2);
        if from >= to {
            return 0.0;
        }
        // φ = start + u²: at S = t the tail of W begins as a square root
        let integrand = |u: f64| {
            let angle = start + u * u;
            let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
            let (inside, outside) = (sine * sine, cosine * cosine);
            if !(inside > 0.0 && outside > 0.0) {
                return 0.0;
            }
            // (1 - t/S)/2, with S - t = sin(φ-φ₀)·sin(φ+φ₀)
            let rest = libm::sin(u * u) * libm::sin(start + angle) / (2.0 * inside);
            let tail = beta::tails(rest.clamp(0.0, 1.0), self.detractors, self.promoters);
            let density = beta::density_times_xy(inside, outside, outer, passives);
            match (tail, density) {
                (Ok(tail), Ok(density)) => 4.0 * u * density / (sine * cosine) * tail.lower,
                _ => 0.0,
            }
        };
        let (from, to) = (libm::sqrt(from - start), libm::sqrt(to - start));
        // an error of probability moves a limit by itself times the deviation, about 1/√n
        let size = libm::sqrt(outer + passives);
        integrate(integrand, from, to, 1e-14 * size.max(1.0))
    }

    /// t with P(θ > t) = wanted: regula falsi after Illinois, with a bisection every fourth step.
    fn upper_limit(&self, wanted: f64) -> f64 {
        const STEPS: u32 = 100;
        let excess = |t: f64| self.above(t) - wanted;
        let (mut low, mut high) = (-1.0, 1.0);
        let (mut at_low, mut at_high) = (1.0 - wanted, -wanted);
        // a first look some deviations away from the mean narrows the bracket
        for t in [self.mean, self.mean + 3.0 * self.deviation, self.mean - 3.0 * self.deviation] {
            if t > low && t < high {
                let value = excess(t);
                if value > 0.0 {
                    (low, at_low) = (t, value);
                } else {
                    (high, at_high) = (t, value);
                }
            }
        }
        for step in 1..=STEPS {
            if high - low <= 1e-13 {
                break;
            }
            let secant = (low * at_high - high * at_low) / (at_high - at_low);
            let inside = secant > low && secant < high && step % 4 != 0;
            let t = if inside { secant } else { 0.5 * (low + high) };
            let value = excess(t);
            if value.abs() <= 1e-15 * wanted {
                return t;
            }
            if value > 0.0 {
                (low, at_low) = (t, value);
                at_high *= 0.5;
            } else {
                (high, at_high) = (t, value);
                at_low *= 0.5;
            }
        }
        0.5 * (low + high)
    }
}

impl NetScore {
    /// What is believed of θ after these answers; `None` if there are none.
    #[must_use]
    pub fn posterior(self, prior: Prior) -> Option<Posterior> {
        if self.n() == 0 {
            return None;
        }
        // in halves: exact
        let [d, n, p] = prior.halves.map(i128::from);
        let doubled = |count: u64, more: i128| i128::from(count).checked_mul(2)?.checked_add(more);
        let (d, n, p) = (
            doubled(self.detractors(), d)?,
            doubled(self.passives(), n)?,
            doubled(self.promoters(), p)?,
        );
        let all = d.checked_add(n)?.checked_add(p)?;
        let mean = integer_to_f64(p.checked_sub(d)?) / integer_to_f64(all);
        let [d, n, p, all] = [d, n, p, all].map(|halves| 0.5 * integer_to_f64(halves));
        // ((p+d)/all - mean²)/(all + 1), without cancellation
        let variance = (4.0 * (p / all) * (d / all) + (n / all) * ((p + d) / all)) / (all + 1.0);
        let deviation = libm::sqrt(variance);
        Some(Posterior { detractors: d, passives: n, promoters: p, mean, deviation })
    }

    /// The ideal percentile bootstrap of the net number of promoters: what endless resampling would
    /// give, by convolution of the counts with themselves. `None` without answers.
    ///
    /// Offered for comparison: its coverage is as poor as Wald's, and it has no width when all agree.
    ///
    /// ```
    /// use tenure_stats::Level;
    /// use tenure_survey::NetScore;
    ///
    /// let bootstrap = NetScore::new(3, 4, 8)?.exact_bootstrap(Level::new(0.9)?)?;
    /// let bootstrap = bootstrap.ok_or("no answers")?;
    /// assert_eq!((bootstrap.lower_count(), bootstrap.upper_count()), (0, 10));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// More than [`Bootstrap::MAX_ANSWERS`].
    pub fn exact_bootstrap(self, level: Level) -> Result<Option<Bootstrap>, BootstrapSizeError> {
        let n = self.n();
        if n > Bootstrap::MAX_ANSWERS {
            return Err(BootstrapSizeError { found: n });
        }
        if n == 0 {
            return Ok(None);
        }
        let size = count_to_f64(n);
        let [d, q, p] = self.floats().map(|count| count / size);
        // probabilities of a net count of -k to k after k draws
        let mut now = vec![1.0];
        for _ in 0..n {
            let mut next = vec![0.0; now.len().saturating_add(2)];
            for (&chance, slots) in now.iter().zip(0..) {
                let shares = [d, q, p].into_iter();
                for (slot, share) in next.iter_mut().skip(slots).zip(shares) {
                    *slot += chance * share;
                }
            }
            now = next;
        }
        let outside = 0.5 * level.outside();
        let least = |wanted: f64| {
            let mut below = 0.0;
            let mut net = n.cast_signed().saturating_neg();
            for &chance in &now {
                below += chance;
                if below >= wanted {
                    break;
                }
                net = net.saturating_add(1);
            }
            net
        };
        let (lower, upper) = (least(outside), least(1.0 - outside).min(n.cast_signed()));
        Ok(Some(Bootstrap { lower, upper, n, level }))
    }
}

/// Percentiles of the ideal bootstrap: see [`NetScore::exact_bootstrap`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    lower: i64,
    upper: i64,
    n: u64,
    level: Level,
}

impl Bootstrap {
    /// Most answers: the cost grows with their square.
    pub const MAX_ANSWERS: u64 = 4_000;

    /// The lower limit as a net number of promoters among n.
    #[must_use]
    pub const fn lower_count(&self) -> i64 {
        self.lower
    }

    /// The upper limit as a net number of promoters among n.
    #[must_use]
    pub const fn upper_count(&self) -> i64 {
        self.upper
    }

    /// The limits as fractions.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        let share = |count: i64| integer_to_f64(i128::from(count)) / count_to_f64(self.n);
        let method = IntervalMethod::ExactBootstrap;
        Interval::new(share(self.lower), share(self.upper), method, self.level)
    }
}

/// More answers than the exact bootstrap convolves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("exact bootstrap of `{found}` answers is outside 0 to 4000")]
pub struct BootstrapSizeError {
    found: u64,
}

impl BootstrapSizeError {
    /// How many answers there were.
    #[must_use]
    pub const fn found(&self) -> u64 {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_without_answers() {
        let none = NetScore::default();
        assert_eq!(none.posterior(Prior::JEFFREYS), None);
        assert_eq!(none.exact_bootstrap(Level::default()), Ok(None));
    }

    #[test]
    fn both_routes_of_the_limits_meet() {
        // spread evenly: the skewness is 0 and integration must give the normal limits
        let score = NetScore::new(1_000_000, 1_000_000, 1_000_000).unwrap();
        let posterior = score.posterior(Prior::JEFFREYS).unwrap();
        let interval = posterior.interval(Level::default()).unwrap();
        let reach = normal::two_sided_z(Level::default()) * posterior.standard_deviation();
        assert!((interval.upper() - reach).abs() < 1e-9);
        let all = NetScore::new(0, 0, crate::Tally::MAX_ROWS).unwrap();
        let interval = all.posterior(Prior::JEFFREYS).unwrap().interval(Level::default()).unwrap();
        assert_eq!(interval.upper().to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn too_many_to_convolve() {
        let many = NetScore::new(0, 0, Bootstrap::MAX_ANSWERS + 1).unwrap();
        let error = many.exact_bootstrap(Level::default()).unwrap_err();
        assert_eq!(error.found(), 4_001);
    }

    #[test]
    fn the_tail_at_zero_is_that_of_beta() {
        for (d, n, p) in [(0, 0, 1), (3, 4, 8), (0, 8, 12), (400, 900, 1200), (50_000, 3, 49_000)] {
            for prior in [Prior::JEFFREYS, Prior::UNIFORM] {
                let posterior = NetScore::new(d, n, p).unwrap().posterior(prior).unwrap();
                let error = posterior.above(0.0) - posterior.probability_above_zero();
                assert!(error.abs() < 1e-11, "{d} {n} {p}: {error:e}");
                assert!((posterior.above(-1e-15) - posterior.above(1e-15)).abs() < 1e-11);
            }
        }
    }

    /// Uniform on the triangle d + n + p = 1: θ has density 1 - |θ|, so P(θ > t) = (1-t)²/2.
    #[test]
    fn a_flat_triangle() {
        let flat = Posterior {
            detractors: 1.0,
            passives: 1.0,
            promoters: 1.0,
            mean: 0.0,
            deviation: libm::sqrt(1.0 / 6.0),
        };
        for t in [-0.9_f64, -0.5, 0.0, 0.25, 0.5, 0.99] {
            let tail = 0.5 * (1.0 - t.abs()) * (1.0 - t.abs());
            let exact = if t < 0.0 { 1.0 - tail } else { tail };
            assert!((flat.above(t) - exact).abs() < 1e-12, "{t}");
        }
        // (1-t)²/2 = 0.025
        let limit = 1.0 - libm::sqrt(0.05);
        let interval = flat.interval(Level::default()).unwrap();
        assert!((interval.upper() - limit).abs() < 1e-11);
        assert!((interval.lower() + limit).abs() < 1e-11);
    }
}
