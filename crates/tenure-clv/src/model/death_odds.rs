//! The odds that a customer who may leave at any time has left: the integral of Pareto/NBD.
//!
//! ```text
//! k = s int_{t_x}^T (A/(alpha+u))^n (B/(beta+u))^s du/(beta+u)
//! ```
//!
//! The closed forms with 2F1 subtract two nearly equal numbers and overflow at some hundreds of
//! purchases. Two routes here have positive terms only: a series where it is short, else quadrature.

#![expect(clippy::indexing_slicing, reason = "every index runs over 0..L of arrays of L")]

use super::legendre::twelve_between;
use crate::kernel::{exp_and_rest_of_negative, exp_of_negative, ln_1p};

/// What is common to all customers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deaths {
    /// The shape of the death rate.
    pub(super) s: f64,
    /// `beta - alpha`.
    pub(super) apart: f64,
}

/// A customer since the last purchase.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Silence {
    /// `r + x`.
    pub(super) n: f64,
    /// `alpha + t_x`.
    pub(super) heard: f64,
    /// `beta + t_x`.
    pub(super) lived: f64,
    /// `T - t_x`.
    pub(super) length: f64,
}

/// Odds `e^ln_scale * mass` of several customers: one factor may be large where the other is small.
#[derive(Debug, Clone, Copy)]
pub(super) struct Odds<const L: usize = 1> {
    ln_scale: [f64; L],
    /// `e^-|ln_scale|`.
    power: [f64; L],
    mass: [f64; L],
}

/// The series is used where its terms fall by this ratio at least, far out,
const SERIES_RATIO: f64 = 0.6;
/// and stop to grow before about this one: then it has from 1 to about 100 terms.
const SERIES_GROWS: f64 = 16.0;
/// More than it needs within these bounds.
const SERIES_TERMS: f64 = 400.0;

impl Deaths {
    /// The odds of having left.
    pub(super) fn odds(&self, silence: &Silence) -> Odds {
        if self.series_is_short(silence) {
            self.series(&[*silence])
        } else {
            self.quadrature(silence)
        }
    }

    /// The logarithm of the odds without the powers that grow with the silence: of
    /// `s int_{t_x}^T ((alpha+t_x)/(alpha+u))^n ((beta+t_x)/(beta+u))^s du/(beta+u)`.
    pub(super) fn ln_integral(&self, silence: &Silence, odds: &Odds) -> f64 {
        let [mass] = odds.mass;
        let ln_mass = libm::log(mass);
        if !self.series_is_short(silence) {
            return ln_mass;
        }
        let smaller = ln_1p(-self.apart.abs() / silence.heard.max(silence.lived));
        ln_mass + smaller * if self.apart >= 0.0 { silence.n } else { self.s }
    }

    #[inline]
    pub(super) fn series_is_short(&self, silence: &Silence) -> bool {
        let (apart, larger) = (self.apart.abs(), silence.heard.max(silence.lived));
        apart <= SERIES_RATIO * larger
            && self.expanded(silence) * apart <= SERIES_GROWS * (larger - apart)
    }

    /// The power that the series expands.
    #[inline]
    fn expanded(&self, silence: &Silence) -> f64 {
        if self.apart >= 0.0 { silence.n } else { self.s + 1.0 }
    }

    /// With `m` the larger of `alpha + t_x` and `beta + t_x`, `z = |beta - alpha|/m`, `M = m + T -
    /// t_x`, and `g = n` where `beta` is the larger, else `s + 1`:
    ///
    /// ```text
    /// k = s (A/m)^n (B/m)^s sum_j (g)_j/j! z^j (1 - (m/M)^(n+s+j)) / (n+s+j)
    /// ```
    ///
    /// For the smaller power is `(w - z m)^-g = w^-g sum_j (g)_j/j! (z m/w)^j` by the larger `w`,
    /// which leaves powers of `w` to integrate. Several customers at once, each as if alone.
    #[inline]
    pub(super) fn series<const L: usize>(&self, silences: &[Silence; L]) -> Odds<L> {
        let Self { s, apart } = *self;
        let (beyond_heard, beyond_lived) = (apart.max(0.0), (-apart).max(0.0));
        let [mut shape, mut both, mut ratio, mut share, mut kept, mut gone] = [[0.0; L]; 6];
        let [mut ln_scale, mut power] = [[0.0; L]; 2];
        for i in 0..L {
            let Silence { n, heard, lived, length } = silences[i];
            let larger = heard.max(lived);
            shape[i] = self.expanded(&silences[i]);
            both[i] = n + s;
            ratio[i] = apart.abs() / larger;
            share[i] = length / (larger + length);
            let ln_bought = ln_1p((length - beyond_heard) / larger);
            let ln_living = ln_1p((length - beyond_lived) / larger);
            ln_scale[i] = n * ln_bought + s * ln_living;
            power[i] = exp_of_negative(-ln_scale[i].abs());
            let ln_larger = if apart >= 0.0 { ln_living } else { ln_bought };
            (kept[i], gone[i]) = exp_and_rest_of_negative(-both[i] * ln_larger);
        }
        let (mut weight, mut sum, mut j) = ([1.0; L], [0.0; L], 0.0);
        while j < SERIES_TERMS {
            // Two terms between one question and the next whether to go on.
            let (mut term, mut growth) = ([0.0; L], [0.0; L]);
            for step in [j, j + 1.0] {
                let next = 1.0 / (step + 1.0);
                for i in 0..L {
                    term[i] = weight[i] * gone[i] / (both[i] + step);
                    sum[i] += term[i];
                    growth[i] = ratio[i] * (shape[i] + step) * next;
                    weight[i] *= growth[i];
                    gone[i] += kept[i] * share[i];
                    kept[i] *= 1.0 - share[i];
                }
            }
            j += 2.0;
            let mut left = 0.0;
            for i in 0..L {
                // gone/(n+s+j) falls, so what follows is less than a geometric series.
                let most = if growth[i] > ratio[i] { growth[i] } else { ratio[i] };
                let done = term[i] * most <= 1e-17 * sum[i] * (1.0 - most);
                weight[i] = if done { 0.0 } else { weight[i] };
                left += weight[i];
            }
            if left <= 0.0 {
                break;
            }
        }
        Odds { ln_scale, power, mass: sum.map(|sum| s * sum) }
    }

    fn quadrature(&self, silence: &Silence) -> Odds {
        let Silence { n, heard, lived, length } = *silence;
        let s = self.s;
        let (end, quick) = (length / heard, heard / lived);
        let mut sum = 0.0;
        death_panels([n, s], quick, end, |from, to| {
            let (mut nodes, weights) = twelve_between(from, to);
            // Without a sum between them, several nodes are computed at once.
            for node in &mut nodes {
                let stretched = quick * *node;
                let fallen = n * ln_1p(*node) + s * ln_1p(stretched);
                *node = exp_of_negative(-fallen) / (1.0 + stretched);
            }
            let panel =
                nodes.iter().zip(weights).fold(0.0, |sum, (node, weight)| sum + node * weight);
            sum += panel;
            panel > 1e-18 * sum
        });
        let ln_scale = n * ln_1p(end) + s * ln_1p(length / lived);
        let power = exp_of_negative(-ln_scale.abs());
        Odds { ln_scale: [ln_scale], power: [power], mass: [s * quick * sum] }
    }
}

impl Odds {
    /// `ln k`.
    pub(super) fn ln(&self) -> f64 {
        let ([ln_scale], [mass]) = (self.ln_scale, self.mass);
        ln_scale + libm::log(mass)
    }

    /// `k/(1+k)`.
    pub(super) fn p_dead(&self) -> f64 {
        let ([alive], [dead]) = self.parts();
        dead / (alive + dead)
    }
}

impl<const L: usize> Odds<L> {
    /// `1/(1+k)`; 0 below `e^-700`.
    #[inline]
    pub(super) fn p_alive(&self) -> [f64; L] {
        let (mut alive, dead) = self.parts();
        for i in 0..L {
            alive[i] /= alive[i] + dead[i];
        }
        alive
    }

    /// The odds as a fraction of numbers that do not overflow.
    #[inline]
    fn parts(&self) -> ([f64; L], [f64; L]) {
        let (mut alive, mut dead) = ([0.0; L], [0.0; L]);
        for i in 0..L {
            let ln_scale = self.ln_scale[i];
            let power = self.power[i];
            alive[i] = if ln_scale > 0.0 { power } else { 1.0 };
            dead[i] = self.mass[i] * if ln_scale > 0.0 { 1.0 } else { power };
        }
        (alive, dead)
    }
}

/// The panels of the integral of the death odds, over `y = (u-t_x)/(alpha+t_x)` from 0 to `end`:
/// of `(1+y)^-n (1+qy)^-(s+1)`, `q = (alpha+t_x)/(beta+t_x)`. Ends early when `panel` says that it
/// did not count.
///
/// Twelve nodes resolve a fall by six powers of e to a double, and by more where little is left;
/// and want room to the singularities at -1 and -1/q.
pub(crate) fn death_panels(
    [n, s]: [f64; 2],
    q: f64,
    end: f64,
    mut panel: impl FnMut(f64, f64) -> bool,
) {
    let nearest = 1.0_f64.min(1.0 / q);
    let (mut from, mut fallen) = (0.0, 0.0);
    while from < end {
        let slope = n / (1.0 + from) + (s + 1.0) * q / (1.0 + q * from);
        let width = ((6.0 + fallen) / slope).min(from + nearest);
        let to = (from + width).min(end);
        if !panel(from, to) {
            break;
        }
        from = to;
        fallen = n * ln_1p(from) + s * ln_1p(q * from);
    }
}

#[cfg(test)]
mod tests {
    use super::{Deaths, Silence};
    use tenure_stats::random::Random;

    /// Where the series is used, quadrature, which knows nothing of it, gives the same.
    #[test]
    fn the_series_is_the_integral() {
        let mut random = Random::new(12);
        let mut worst = [0.0_f64; 2];
        let mut short = 0;
        for _ in 0..20_000 {
            let mut power = |low: f64, high: f64| libm::exp(low + (high - low) * random.uniform());
            let alpha = power(-7.0, 7.0);
            let beta = alpha * power(-1.5, 1.5);
            let (r, s) = (power(-7.0, 5.0), power(-7.0, 5.0));
            let count = power(-3.0, 8.0).floor();
            let recency = if count > 0.0 { alpha * power(-4.0, 4.0) } else { 0.0 };
            let silence = Silence {
                n: r + count,
                heard: alpha + recency,
                lived: beta + recency,
                length: (alpha + recency) * power(-12.0, 5.0),
            };
            let deaths = Deaths { s, apart: beta - alpha };
            if !deaths.series_is_short(&silence) {
                continue;
            }
            short += 1;
            let (series, integral) = (deaths.series(&[silence]), deaths.quadrature(&silence));
            let ([series_log], [integral_log]) = (series.ln_scale, integral.ln_scale);
            let ([series_mass], [integral_mass]) = (series.mass, integral.mass);
            let apart = series_log - integral_log + libm::log(series_mass / integral_mass);
            let size = 1.0 + integral_log.abs();
            worst[0] = worst[0].max(apart.abs() / size);
            let ln_integral = deaths.ln_integral(&silence, &series);
            let apart = ln_integral - libm::log(integral_mass);
            worst[1] = worst[1].max(apart.abs() / size);
        }
        println!("{short} {worst:?}");
        assert!(short > 10_000 && worst.iter().all(|worst| *worst < 1e-14), "{short} {worst:?}");
    }
}
