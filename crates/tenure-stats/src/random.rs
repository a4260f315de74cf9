//! Seeded random numbers, the same on every platform: for simulation and resampling.

use crate::count_to_f64;

/// A stream of random numbers from a seed: SplitMix64. Good for simulation, not for secrets.
///
/// *Accuracy*: the draws follow their distributions to the precision of a double; the same seed
/// gives the same numbers everywhere, for logarithms come from `libm`.
///
/// *Source*: Steele, Lea, Flood 2014, "Fast Splittable Pseudorandom Number Generators".
///
/// ```
/// use tenure_stats::random::Random;
/// let (mut one, mut other) = (Random::new(7), Random::new(7));
/// assert_eq!(one.bits(), other.bits());
/// assert!((0.0..1.0).contains(&one.uniform()));
/// ```
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One stream of many from a seed: those of different numbers have nothing to do with each
    /// other, so that work split over threads gives the same bits.
    #[must_use]
    pub const fn stream(seed: u64, number: u64) -> Self {
        let mut mixer = Self(seed);
        let start = mixer.bits().wrapping_add(number);
        let mut stream = Self(start);
        stream.0 = stream.bits();
        stream
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let one = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let two = (one ^ (one >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        two ^ (two >> 31)
    }

    /// A number between 0 and 1, neither included.
    pub fn uniform(&mut self) -> f64 {
        // 52 bits and a half: never 0 nor 1.
        (count_to_f64(self.bits() >> 12) + 0.5) * f64::EPSILON
    }

    /// A standard normal number.
    ///
    /// *Source*: Marsaglia, Bray 1964, the polar method.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = u * u + v * v;
            if square < 1.0 && square > 0.0 {
                return u * libm::sqrt(-2.0 * libm::log(square) / square);
            }
        }
    }

    /// An exponential number of mean 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }

    /// A number of the distribution Gamma(shape, 1); 0 unless the shape is positive, and where the
    /// number is smaller than any double.
    ///
    /// *Source*: Marsaglia, Tsang 2000, "A Simple Method for Generating Gamma Variables".
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if !(shape > 0.0 && shape.is_finite()) {
            return 0.0;
        }
        if shape < 1.0 {
            let larger = self.gamma(shape + 1.0);
            return larger * libm::exp(libm::log(self.uniform()) / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            if libm::log(self.uniform()) < 0.5 * x * x + d * (1.0 - v + libm::log(v)) {
                return d * v;
            }
        }
    }

    /// A number of the distribution Beta(a, b), for positive `a` and `b`.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        if x + y > 0.0 {
            return x / (x + y);
        }
        // Both smaller than any double: all the mass is at the ends.
        if self.uniform() * (a + b) < a { 1.0 } else { 0.0 }
    }

    /// How many of `trials` succeed that each do with probability `p`; outside 0 to 1 the nearer
    /// end counts.
    ///
    /// *Cost*: the logarithm of the trials.
    ///
    /// *Source*: Ahrens, Dieter 1974, by the median of uniform numbers, a beta draw.
    ///
    /// ```
    /// use tenure_stats::random::Random;
    /// let mut random = Random::new(1);
    /// assert_eq!((random.binomial(9, 0.0), random.binomial(9, 1.0)), (0, 9));
    /// ```
    pub fn binomial(&mut self, trials: u64, p: f64) -> u64 {
        let (mut left, mut p, mut hits) = (trials, p.clamp(0.0, 1.0), 0_u64);
        while left > 16 {
            // The `middle`-th smallest of `left` uniform numbers.
            let middle = (left / 2).saturating_add(1);
            let above = left.saturating_sub(middle);
            let pivot = self.beta(count_to_f64(middle), count_to_f64(above) + 1.0);
            if pivot <= p {
                hits = hits.saturating_add(middle);
                left = above;
                p = if pivot < 1.0 { (p - pivot) / (1.0 - pivot) } else { 0.0 };
            } else {
                left = middle.saturating_sub(1);
                p = if pivot > 0.0 { p / pivot } else { 1.0 };
            }
        }
        for _ in 0..left {
            hits = hits.saturating_add(u64::from(self.uniform() < p));
        }
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    /// The first outputs for state 1234567, as Rosetta Code lists them ("Splitmix64").
    #[test]
    fn the_published_sequence() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.bits(), 6_457_827_717_110_365_317);
        assert_eq!(random.bits(), 3_203_168_211_198_807_973);
    }

    /// Mean and variance of so many draws, within five standard errors of what they should be.
    fn moments(mean: f64, variance: f64, mut draw: impl FnMut() -> f64) {
        let draws: Vec<f64> = (0..40_000).map(|_| draw()).collect();
        let n = 40_000.0;
        let sum = draws.iter().fold(0.0, |sum, x| sum + x);
        let error = 5.0 * libm::sqrt(variance / n);
        assert!((sum / n - mean).abs() < error, "{} is not {mean}", sum / n);
        let spread = draws.iter().fold(0.0, |sum, x| sum + (x - mean) * (x - mean)) / n;
        assert!((spread / variance - 1.0).abs() < 0.15, "{spread} is not {variance}");
    }

    #[test]
    fn draws_have_their_moments() {
        let mut random = Random::new(20_050_214);
        moments(0.5, 1.0 / 12.0, || random.uniform());
        moments(0.0, 1.0, || random.normal());
        moments(1.0, 1.0, || random.exponential());
        for shape in [0.25, 1.0, 7.5] {
            moments(shape, shape, || random.gamma(shape));
        }
        moments(0.25, 0.25 * 0.75 / 5.0, || random.beta(1.0, 3.0));
        for trials in [7_u32, 100, 1_000_000] {
            let n = f64::from(trials);
            moments(0.3 * n, 0.21 * n, || {
                crate::count_to_f64(random.binomial(u64::from(trials), 0.3))
            });
        }
    }

    #[test]
    fn the_ends_are_numbers() {
        let mut random = Random::new(3);
        for _ in 0..1000 {
            let p = random.beta(1e-9, 1e-9);
            assert!((0.0..=1.0).contains(&p));
            assert!(random.gamma(1e-12) >= 0.0);
        }
        assert!(random.gamma(f64::NAN) <= 0.0);
        let most = random.binomial(u64::MAX, 0.5);
        assert!(most > 1 << 60);
        assert_ne!(Random::stream(1, 0).bits(), Random::stream(1, 1).bits());
    }
}
