//! Means over the dropout probability `p ~ Beta(a, b)` of a customer who is alive and buys at a
//! rate `Gamma(n, A)`: what BG/NBD and its kin predict with.
//!
//! The closed 2F1 forms lose every digit at `a = 1`, overflow at some hundreds of purchases, and
//! subtract nearly equal numbers in between. Two routes here have positive terms only.

use tenure_stats::logistic;

/// A customer alive: the rate is `Gamma(n, exposure)`, the dropout probability `Beta(a, b)`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alive {
    pub(crate) n: f64,
    pub(crate) exposure: f64,
    pub(crate) a: f64,
    pub(crate) b: f64,
}

/// The series is used while it needs about this many terms.
const SERIES_TERMS: f64 = 1000.0;
/// As many periods are summed in one pass.
const PERIODS: u16 = 24;
/// `e^-41` is below the rounding of a double.
const NEGLIGIBLE: f64 = 42.0;
/// Steps of the trapezoid rule in units of log-odds: the integrands are analytic within π/2 of
/// the axis, which leaves an error of `e^(-π²/0.22)`.
const STEP: f64 = 0.22;

impl Alive {
    /// Expected purchases in the next `from` to `to`: the mean over `p` of
    /// `((1 + p from/A)^-n - (1 + p to/A)^-n) / p`.
    pub(crate) fn expected_purchases(self, from: f64, to: f64) -> f64 {
        if to <= from {
            return 0.0;
        }
        if from <= 0.0 && self.series_is_short(to) { self.series(to) } else { self.mean(from, to) }
    }

    /// Expected purchases in the next `periods` periods of that `length`, those of period `i`
    /// discounted by `(1+discount)^-i`; summed by parts, so that no two expectations are
    /// subtracted.
    pub(crate) fn discounted_by_period(self, discount: f64, length: f64, periods: u16) -> f64 {
        let later = 1.0 / (1.0 + discount);
        let last = f64::from(periods) * length;
        if periods <= PERIODS && last > 0.0 && self.series_is_short(last) {
            return self.series_by_period(later, length, periods);
        }
        let (mut worth, mut sum) = (1.0, 0.0);
        for i in 1..=periods {
            let by_then = self.expected_purchases(0.0, f64::from(i) * length);
            worth *= later;
            sum += by_then * if i < periods { worth * (1.0 - later) } else { worth };
        }
        sum
    }

    /// The series of [`Alive::series`] for all horizons in one pass: what is made of `k` purchases
    /// is the same for each.
    fn series_by_period(self, later: f64, length: f64, periods: u16) -> f64 {
        let Self { n, exposure, a, b } = self;
        // P(k purchases) by the end of each period, times what the period is worth.
        let mut chances = [0.0; 24];
        let mut odds = [0.0; 24];
        let mut worth = 1.0;
        for ((chance, z), i) in chances.iter_mut().zip(&mut odds).zip(1..=periods) {
            let t = f64::from(i) * length;
            worth *= later;
            *z = t / (exposure + t);
            let weight = if i < periods { worth * (1.0 - later) } else { worth };
            *chance = weight * libm::exp(-n * libm::log1p(t / exposure));
        }
        let longest = odds.iter().fold(0.0_f64, |longest, &z| longest.max(z));
        let (mut survival, mut made, mut sum) = (1.0, 0.0, 0.0);
        let mut k = 0.0;
        while k < 2.0 * SERIES_TERMS {
            let growth = (n + k) / (k + 1.0);
            made += survival;
            let mut term = 0.0;
            for (chance, z) in chances.iter_mut().zip(&odds) {
                *chance *= growth * z;
                term += *chance;
            }
            term *= made;
            sum += term;
            let ratio = longest * growth;
            if ratio < 1.0 && term * ratio < 1e-17 * sum * (1.0 - ratio) {
                break;
            }
            survival *= (b + k) / (a + b + k);
            k += 1.0;
        }
        sum
    }

    /// The probability that the customer has not dropped out after another `t`: the mean over `p`
    /// of `(1 + p t/A)^-n`.
    pub(crate) fn stays(self, t: f64) -> f64 {
        let Self { n, exposure, a, b } = self;
        if t <= 0.0 {
            return 1.0;
        }
        if self.series_is_short(t) {
            return self.stays_series(t);
        }
        let scaled = t / exposure;
        let value = |p: f64, _: f64| libm::exp(-n * libm::log1p(p * scaled));
        // The power pulls what counts far below the bulk of a narrow distribution: no further than
        // to the mean of Beta(a, b + n t/A).
        tilted_beta_mean([a, b], n * scaled, libm::log(a / (b + n * scaled)), value)
    }

    /// Sum over `k` of P(k purchases by `t`, were there no dropout) times `E q^k`.
    fn stays_series(self, t: f64) -> f64 {
        let Self { n, exposure, a, b } = self;
        let z = t / (exposure + t);
        let mut chance = libm::exp(-n * libm::log1p(t / exposure));
        let (mut survival, mut sum) = (1.0, chance);
        let mut k = 0.0;
        while k < 2.0 * SERIES_TERMS {
            let ratio = z * (n + k) / (k + 1.0);
            chance *= ratio;
            survival *= (b + k) / (a + b + k);
            let term = chance * survival;
            sum += term;
            if ratio < 1.0 && term * ratio < 1e-17 * sum * (1.0 - ratio) {
                break;
            }
            k += 1.0;
        }
        sum
    }

    fn series_is_short(self, t: f64) -> bool {
        let purchases = self.n * (t / self.exposure);
        let decay = libm::log1p(self.exposure / t);
        self.n * libm::log1p(t / self.exposure) < 300.0
            && 2.0 * purchases + NEGLIGIBLE / decay < SERIES_TERMS
    }

    /// Sum over `k` of P(k purchases by `t`, were there no dropout), negative binomial, times how
    /// many of these are made: `1 + E q + ... + E q^(k-1)`. All terms are positive.
    fn series(self, t: f64) -> f64 {
        let Self { n, exposure, a, b } = self;
        let z = t / (exposure + t);
        let mut chance = libm::exp(-n * libm::log1p(t / exposure));
        let (mut survival, mut made, mut sum) = (1.0, 0.0, 0.0);
        let mut k = 0.0;
        while k < 2.0 * SERIES_TERMS {
            let ratio = z * (n + k) / (k + 1.0);
            chance *= ratio;
            made += survival;
            let term = chance * made;
            sum += term;
            // The ratios fall from here on towards z: a geometric bound of what is left.
            if ratio < 1.0 && term * ratio < 1e-17 * sum * (1.0 - ratio) {
                break;
            }
            survival *= (b + k) / (a + b + k);
            k += 1.0;
        }
        sum
    }

    /// The same by the trapezoid rule over the log-odds of `p`.
    fn mean(self, from: f64, to: f64) -> f64 {
        let Self { n, exposure, .. } = self;
        let (near, span) = (from / exposure, to - from);
        let at_zero = n * (span / exposure);
        let value = |p: f64, _: f64| {
            let scaled = p * (to / exposure);
            if scaled < 1e-290 {
                return at_zero;
            }
            let fall = -libm::expm1(-n * libm::log1p(p * span / (exposure + p * from)));
            libm::exp(-n * libm::log1p(p * near)) * fall / p
        };
        let bend = (n + 1.0) * (to / exposure);
        beta_mean([self.a, self.b], bend, value)
    }

    /// Expected purchases for ever, discounted by `force` per unit of time: the mean over rate and
    /// `p` of `rate / (force + p rate)`. `None` where it is unbounded: no discount and `a <= 1`.
    pub(crate) fn discounted_purchases(self, force: f64) -> Option<f64> {
        let Self { a, b, .. } = self;
        if force <= 0.0 {
            return (a > 1.0).then(|| (a + b - 1.0) / (a - 1.0));
        }
        let (rates, _) = gamma_nodes(self.n, self.exposure, force);
        let fastest = rates.iter().fold(0.0, |fastest: f64, &(rate, _)| fastest.max(rate));
        let ratio = fastest / force;
        // Where p rate/force is small, rate/(force + p rate) is a short series of its powers: for
        // slow rates at every p, and for all rates at small p.
        let (mut slow, mut all) = (Powers::default(), Powers::default());
        let mut quick = Vec::with_capacity(rates.len());
        for &(rate, weight) in &rates {
            all.add(rate / fastest, weight);
            if rate < SMALL * force {
                slow.add(rate / force, weight);
            } else {
                quick.push((rate, weight));
            }
        }
        let weighted = |p: f64, _: f64| {
            if p * ratio < SMALL {
                return ratio * all.alternating(p * ratio);
            }
            let term =
                |sum: f64, &(rate, weight): &(f64, f64)| sum + weight * rate / (force + p * rate);
            slow.alternating(p) + quick.iter().fold(0.0, term)
        };
        Some(beta_mean([a, b], ratio, weighted))
    }
}

/// Seven powers of numbers below this are a series to the last digit.
const SMALL: f64 = 1e-3;

/// Weighted sums of the first powers of numbers up to 1.
#[derive(Debug, Default)]
struct Powers([f64; 7]);

impl Powers {
    fn add(&mut self, number: f64, weight: f64) {
        let mut power = weight;
        for sum in &mut self.0 {
            power *= number;
            *sum += power;
        }
    }

    /// The weighted sum of `t - x t^2 + x^2 t^3 - ...`, which is that of `t/(1 + x t)`.
    fn alternating(&self, x: f64) -> f64 {
        self.0.iter().rev().fold(0.0, |value, sum| sum - x * value)
    }
}

/// Nodes of the gamma distribution of a rate, `Gamma(shape, exposure)`, in equal steps of its
/// logarithm, each with its weight; and the weight of all rates below them, which are small beside
/// `scale` and `1/exposure`. The weights sum to 1.
pub(crate) fn gamma_nodes(shape: f64, exposure: f64, scale: f64) -> (Vec<(f64, f64)>, f64) {
    let step = STEP.min(0.3 / shape.sqrt());
    let mode = libm::log(shape);
    // In units of 1/exposure.
    let flat = -NEGLIGIBLE + libm::log((scale * exposure).min(1.0));
    let left = flat
        .max(mode.min(0.0) - NEGLIGIBLE / shape)
        .max(mode - 16.0 / shape.sqrt() - NEGLIGIBLE / shape);
    let right = libm::log(shape + NEGLIGIBLE + 12.0 * shape.sqrt());
    // The logarithm of the weight, less that at the mode.
    let log_weight = |log_rate: f64| {
        let from_mode = log_rate - mode;
        shape * (from_mode - libm::expm1(from_mode))
    };
    let mut nodes = Vec::new();
    let mut log_rate = left;
    let mut total = 0.0;
    while log_rate < right {
        let weight = libm::exp(log_weight(log_rate));
        total += weight;
        nodes.push((libm::exp(log_rate) / exposure, weight));
        log_rate += step;
    }
    // To the left the density is a pure power of the rate: a geometric series.
    let below = libm::exp(log_weight(left - step)) / -libm::expm1(-shape * step);
    total += below;
    for (_, weight) in &mut nodes {
        *weight /= total;
    }
    (nodes, below / total)
}

/// The mean of `value(p, 1-p)` over `p ~ Beta(a, b)`. The value never rises in `p`, is flat below
/// `p = 1/bend` and near `p = 1`, and falls about as `1/p` between.
///
/// Sum over log-odds `w` of `p^a (1-p)^b value`, over the same sum without `value`.
pub(crate) fn beta_mean(shapes: [f64; 2], bend: f64, value: impl Fn(f64, f64) -> f64) -> f64 {
    tilted_beta_mean(shapes, bend, f64::INFINITY, value)
}

/// The same where `value` may fall so quickly that what counts lies around the log-odds `lowest`.
fn tilted_beta_mean(
    [a, b]: [f64; 2],
    bend: f64,
    lowest: f64,
    value: impl Fn(f64, f64) -> f64,
) -> f64 {
    let deviation = (1.0 / a + 1.0 / b).sqrt();
    let step = STEP.min(0.3 * deviation);
    // One gamma factor instead of a beta's two: its transform falls half as quickly.
    let step = if lowest < f64::INFINITY { step.min(0.3 / a.sqrt()) } else { step };
    let mode = libm::log(a / b);
    let bend = libm::log(bend.max(1.0));
    let size = libm::log((a + b).max(1.0));
    let (left, right) = if deviation < 0.5 {
        (mode.min(lowest) - 16.0 * deviation, mode + 16.0 * deviation)
    } else {
        let low = mode.min(0.0).min(-bend) - 3.0 - NEGLIGIBLE / a;
        let high = mode.max(0.0) + 3.0 + NEGLIGIBLE / b;
        (low.max(-NEGLIGIBLE - bend - size), high.min(NEGLIGIBLE + size))
    };
    // The logarithm of the weight at w, less that at the mode. Written in the smaller of p and
    // 1-p at the mode, so that neither is lost beside 1.
    let log_weight = |w: f64| {
        let from_mode = w - mode;
        if a <= b {
            a * from_mode - (a + b) * libm::log1p(a / (a + b) * libm::expm1(from_mode))
        } else {
            -b * from_mode - (a + b) * libm::log1p(b / (a + b) * libm::expm1(-from_mode))
        }
    };
    let (mut numerator, mut denominator) = (0.0, 0.0);
    let mut w = left;
    while w <= right {
        let weight = libm::exp(log_weight(w));
        denominator += weight;
        numerator += weight * value(logistic(w), logistic(-w));
        w += step;
    }
    // Where the sum stopped because all is flat, the rest is a geometric series; where it stopped
    // because nothing is left, so is the rest nothing.
    let below = libm::exp(log_weight(left - step)) / -libm::expm1(-a * step);
    let above = libm::exp(log_weight(w)) / -libm::expm1(-b * step);
    numerator += below * value(logistic(left - step), logistic(step - left));
    numerator += above * value(logistic(w), logistic(-w));
    numerator / (denominator + below + above)
}
