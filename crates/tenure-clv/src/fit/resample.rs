//! How sure is an estimate? The bootstrap, over customers.

use tenure_stats::random::Random;
use tenure_stats::{Interval, IntervalMethod, Level, count_to_f64, len_to_f64};

use super::cohort::Cohort;
use super::{DataPrint, Fit, FitOptions, FitStatus};
use crate::error::{FitError, ParameterError};
use crate::history::GroupedSummary;
use crate::model::bg_bb::BgBb;
use crate::model::bg_nbd::BgNbd;
use crate::model::gamma_gamma::GammaGamma;
use crate::model::nbd::Nbd;
use crate::model::pareto_nbd::ParetoNbd;
use crate::model::sbg::Sbg;
use crate::opportunity::GroupedOpportunities;
use crate::spend::GroupedSpend;
use crate::survivors::SurvivorCounts;

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::BgNbd {}
    impl Sealed for crate::ParetoNbd {}
    impl Sealed for crate::Nbd {}
    impl Sealed for crate::BgBb {}
    impl Sealed for crate::Sbg {}
    impl Sealed for crate::GammaGamma {}
}

/// A model that can be fitted; ours only.
pub trait FittedModel<const N: usize>: Copy + Send + Sync + sealed::Sealed {
    /// What it is fitted to.
    type Data: Send + Sync;

    /// The names of the parameters, in order.
    const NAMES: [&'static str; N];

    /// The parameters, in order.
    fn parameters(&self) -> [f64; N];

    /// The same model with other parameters.
    ///
    /// # Errors
    /// A parameter outside the range of the model.
    fn with_parameters(&self, parameters: [f64; N]) -> Result<Self, ParameterError>;

    /// Fits to data from these parameters as the only start.
    ///
    /// # Errors
    /// As the model's own fit.
    fn fit_again(&self, data: &Self::Data, options: FitOptions) -> Result<Fit<Self, N>, FitError>;

    /// What tells this data from other data.
    fn print(data: &Self::Data) -> DataPrint;

    /// As many customers, drawn from these with replacement.
    ///
    /// # Errors
    /// No room in a count: impossible, for there are as many as before.
    fn resampled(data: &Self::Data, random: &mut Random) -> Result<Self::Data, FitError>;
}

/// How many of each row, if as many customers are drawn from all with replacement.
fn draws(weights: impl IntoIterator<Item = u64>, all: u64, random: &mut Random) -> Vec<u64> {
    let (mut left, mut customers) = (all, all);
    let drawn = weights.into_iter().map(|weight| {
        let share = count_to_f64(weight) / count_to_f64(customers);
        let hits = if customers == 0 { 0 } else { random.binomial(left, share) };
        left = left.saturating_sub(hits);
        customers = customers.saturating_sub(weight);
        hits
    });
    drawn.collect()
}

fn resampled_histories(
    groups: &GroupedSummary,
    random: &mut Random,
) -> Result<GroupedSummary, FitError> {
    let counts = draws(groups.rows().map(|(_, weight)| weight), groups.customers(), random);
    let mut drawn = GroupedSummary::new(groups.unit());
    for ((&told, _), count) in groups.rows().zip(counts) {
        drawn.push_many(told, count)?;
    }
    Ok(drawn)
}

/// What is common to the models of purchase histories.
macro_rules! of_histories {
    ($model:ty, $n:literal, $names:expr, |$own:ident, $parameters:ident| $with:expr,
     |$scaled:ident, $scale:ident| $start:expr, ($($extra:expr)?)) => {
        impl FittedModel<$n> for $model {
            type Data = GroupedSummary;
            const NAMES: [&'static str; $n] = $names;

            fn parameters(&self) -> [f64; $n] {
                Self::parameters(self)
            }

            fn with_parameters(&self, $parameters: [f64; $n]) -> Result<Self, ParameterError> {
                let $own = self;
                $with
            }

            fn fit_again(
                &self,
                data: &GroupedSummary,
                options: FitOptions,
            ) -> Result<Fit<Self, $n>, FitError> {
                let cohort = Cohort::of(data)?;
                let ($scaled, $scale) = (self, cohort.mean_age);
                Self::fit_from(&[$start], data, &cohort, $($extra(self),)? options)
            }

            fn print(data: &GroupedSummary) -> DataPrint {
                DataPrint::of_histories(data)
            }

            fn resampled(
                data: &GroupedSummary,
                random: &mut Random,
            ) -> Result<GroupedSummary, FitError> {
                resampled_histories(data, random)
            }
        }
    };
}

of_histories!(
    BgNbd,
    4,
    ["r", "alpha", "a", "b"],
    |own, parameters| Self::with_dropout(parameters, own.unit(), own.dropout()),
    |model, scale| {
        let [r, alpha, a, b] = model.parameters();
        [r, alpha / scale, a, b]
    },
    (Self::dropout)
);
of_histories!(
    ParetoNbd,
    4,
    ["r", "alpha", "s", "beta"],
    |own, parameters| {
        let [r, alpha, s, beta] = parameters;
        Self::new(r, alpha, s, beta, own.unit())
    },
    |model, scale| {
        let [r, alpha, s, beta] = model.parameters();
        [r, alpha / scale, s, beta / scale]
    },
    ()
);
of_histories!(
    Nbd,
    2,
    ["r", "alpha"],
    |own, parameters| {
        let [r, alpha] = parameters;
        Self::new(r, alpha, own.unit())
    },
    |model, scale| {
        let [r, alpha] = model.parameters();
        [r, alpha / scale]
    },
    ()
);

impl FittedModel<4> for BgBb {
    type Data = GroupedOpportunities;
    const NAMES: [&'static str; 4] = ["alpha", "beta", "gamma", "delta"];

    fn parameters(&self) -> [f64; 4] {
        Self::parameters(self)
    }

    fn with_parameters(&self, parameters: [f64; 4]) -> Result<Self, ParameterError> {
        let [alpha, beta, gamma, delta] = parameters;
        Self::new(alpha, beta, gamma, delta)
    }

    fn fit_again(
        &self,
        data: &GroupedOpportunities,
        options: FitOptions,
    ) -> Result<Fit<Self, 4>, FitError> {
        Self::fit_from(&[self.parameters()], data, options)
    }

    fn print(data: &GroupedOpportunities) -> DataPrint {
        DataPrint::of_opportunities(data)
    }

    fn resampled(
        data: &GroupedOpportunities,
        random: &mut Random,
    ) -> Result<GroupedOpportunities, FitError> {
        let counts = draws(data.rows().map(|(_, weight)| weight), data.customers(), random);
        let mut drawn = GroupedOpportunities::new();
        for ((&told, _), count) in data.rows().zip(counts) {
            drawn.push_many(told, count)?;
        }
        Ok(drawn)
    }
}

impl FittedModel<2> for Sbg {
    type Data = SurvivorCounts;
    const NAMES: [&'static str; 2] = ["alpha", "beta"];

    fn parameters(&self) -> [f64; 2] {
        Self::parameters(self)
    }

    fn with_parameters(&self, parameters: [f64; 2]) -> Result<Self, ParameterError> {
        let [alpha, beta] = parameters;
        Self::new(alpha, beta)
    }

    fn fit_again(
        &self,
        data: &SurvivorCounts,
        options: FitOptions,
    ) -> Result<Fit<Self, 2>, FitError> {
        Self::fit_from(&[self.parameters()], data, options)
    }

    fn print(data: &SurvivorCounts) -> DataPrint {
        DataPrint::of_survivors(data)
    }

    fn resampled(data: &SurvivorCounts, random: &mut Random) -> Result<SurvivorCounts, FitError> {
        let ends = |&(_, lost, censored): &(u32, u64, u64)| [lost, censored];
        let rows: Vec<(u32, u64, u64)> = data.ends().collect();
        let counts = draws(rows.iter().flat_map(ends), data.customers(), random);
        let mut drawn = SurvivorCounts::new();
        for (&(renewal, ..), pair) in rows.iter().zip(counts.chunks_exact(2)) {
            if let &[lost, censored] = pair {
                drawn.push_ends(renewal, lost, censored)?;
            }
        }
        Ok(drawn)
    }
}

impl FittedModel<3> for GammaGamma {
    type Data = GroupedSpend;
    const NAMES: [&'static str; 3] = ["p", "q", "v"];

    fn parameters(&self) -> [f64; 3] {
        Self::parameters(self)
    }

    fn with_parameters(&self, parameters: [f64; 3]) -> Result<Self, ParameterError> {
        let [p, q, v] = parameters;
        Self::new(p, q, v)
    }

    fn fit_again(
        &self,
        data: &GroupedSpend,
        options: FitOptions,
    ) -> Result<Fit<Self, 3>, FitError> {
        Self::fit_again(*self, data, options)
    }

    fn print(data: &GroupedSpend) -> DataPrint {
        DataPrint::of_spends(data)
    }

    fn resampled(data: &GroupedSpend, random: &mut Random) -> Result<GroupedSpend, FitError> {
        let counts = draws(data.rows().map(|(_, weight)| weight), data.customers(), random);
        let mut drawn = GroupedSpend::new();
        for ((&spend, _), count) in data.rows().zip(counts) {
            drawn.push_many(spend, count)?;
        }
        drawn.skip_many(data.skipped())?;
        Ok(drawn)
    }
}

/// A model fitted again and again, each time to as many customers drawn with replacement.
///
/// *Shape*: one model a replicate whose fit converged, in order of replicate. *Cost*: a fit from
/// one start a replicate; memory for its parameters.
///
/// *Source*: Efron 1979, "Bootstrap Methods: Another Look at the Jackknife".
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Bootstrap<M> {
    /// The seed.
    pub seed: u64,
    /// How many replicates were asked for.
    pub replicates: u32,
    /// The models of those that converged.
    pub models: Vec<M>,
    /// How many did not: their number belongs to the answer, for intervals are over the rest.
    pub not_converged: u32,
}

impl<M> Bootstrap<M> {
    /// The standard deviation of a prediction over the replicates; `None` for fewer than two.
    #[must_use]
    pub fn se(&self, predict: impl Fn(&M) -> f64) -> Option<f64> {
        let values: Vec<f64> = self.models.iter().map(predict).collect();
        let n = len_to_f64(values.len());
        let mean = values.iter().fold(0.0, |sum, value| sum + value) / n;
        let squares = values.iter().fold(0.0, |sum, value| sum + (value - mean) * (value - mean));
        (n >= 2.0).then(|| (squares / (n - 1.0)).sqrt()).filter(|se| se.is_finite())
    }

    /// The percentiles of a prediction over the replicates that leave half of what is outside
    /// `level` on each side, interpolated; `None` without replicates.
    #[must_use]
    pub fn interval(&self, level: Level, predict: impl Fn(&M) -> f64) -> Option<Interval> {
        let mut values: Vec<f64> = self.models.iter().map(predict).collect();
        values.sort_by(f64::total_cmp);
        let outside = 0.5 * level.outside();
        let (lower, upper) = (quantile(&values, outside)?, quantile(&values, 1.0 - outside)?);
        Interval::new(lower, upper, IntervalMethod::PercentileBootstrap, level)
    }
}

/// Between the two nearest of sorted values (type 7 of Hyndman, Fan 1996).
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * (len_to_f64(sorted.len()) - 1.0).max(0.0);
    let (mut index, mut below) = (0_usize, 0.0);
    while below + 1.0 <= place {
        below += 1.0;
        index = index.saturating_add(1);
    }
    let low = *sorted.get(index)?;
    let high = sorted.get(index.saturating_add(1)).copied().unwrap_or(low);
    Some(low + (place - below) * (high - low))
}

impl<M: FittedModel<N>, const N: usize> Fit<M, N> {
    /// Fits again to `replicates` samples of as many customers, drawn from the data with
    /// replacement; each replicate has its own stream of the seed, so threads change no bit.
    ///
    /// # Errors
    /// The data is not what this model was fitted to.
    ///
    /// ```
    /// use tenure_clv::{Sbg, SurvivorCounts};
    /// let mut counts = SurvivorCounts::new();
    /// counts.push_cohort(&[1000, 869, 743, 653, 593, 551, 517, 491])?;
    /// let fit = Sbg::fit(&counts)?;
    /// let again = fit.bootstrap(&counts, 100, 7)?;
    /// assert_eq!(again, fit.bootstrap(&counts, 100, 7)?);
    /// let (by_hand, by_chance) = (fit.se, again.se(|model| model.parameters()[0]));
    /// let ratio = by_chance.zip(by_hand).map(|(chance, se)| chance / se[0]);
    /// assert!(ratio.is_some_and(|ratio| (0.6..1.6).contains(&ratio)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn bootstrap(
        &self,
        data: &M::Data,
        replicates: u32,
        seed: u64,
    ) -> Result<Bootstrap<M>, FitError> {
        if M::print(data) != self.data {
            return Err(FitError::OtherData);
        }
        let options = FitOptions::new().with_penalty(self.penalty)?;
        let one = |replicate: u32| {
            let mut random = Random::stream(seed, u64::from(replicate));
            let drawn = M::resampled(data, &mut random)?;
            self.model.fit_again(&drawn, options)
        };
        let fits = in_order(replicates, one);
        let mut bootstrap = Bootstrap { seed, replicates, models: Vec::new(), not_converged: 0 };
        for fit in fits {
            match fit {
                Ok(fit) if fit.status == FitStatus::Converged => bootstrap.models.push(fit.model),
                _ => bootstrap.not_converged = bootstrap.not_converged.saturating_add(1),
            }
        }
        Ok(bootstrap)
    }
}

#[cfg(feature = "rayon")]
fn in_order<T: Send>(count: u32, one: impl Fn(u32) -> T + Sync + Send) -> Vec<T> {
    use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
    (0..count).into_par_iter().map(one).collect()
}

#[cfg(not(feature = "rayon"))]
fn in_order<T>(count: u32, one: impl Fn(u32) -> T) -> Vec<T> {
    (0..count).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{Random, draws, quantile};

    #[test]
    fn as_many_are_drawn_as_there_were() {
        let mut random = Random::new(5);
        for _ in 0..100 {
            let counts = draws([5, 0, 1_000_000_000, 3], 1_000_000_008, &mut random);
            assert_eq!(counts.iter().fold(0, |sum, count| sum + count), 1_000_000_008);
            assert_eq!(counts[1], 0);
        }
        assert_eq!(draws([], 0, &mut random), Vec::<u64>::new());
    }

    #[test]
    fn quantiles_lie_between() {
        let sorted = [1.0, 2.0, 4.0];
        let at = |share| quantile(&sorted, share).unwrap();
        assert!((at(0.0) - 1.0).abs() < 1e-15 && (at(1.0) - 4.0).abs() < 1e-15);
        assert!((at(0.75) - 3.0).abs() < 1e-15);
        assert_eq!(quantile(&[], 0.5), None);
    }
}
