//! Which model fits best? Fits of the same data on one scale of likelihood.

use std::cmp::Ordering;

use tenure_stats::{count_to_f64, len_to_f64};

use crate::error::CompareError;
use crate::fit::{DataPrint, Fit, FitStatus, FittedModel};

/// What a comparison needs of a fit.
///
/// ```text
/// AIC = 2k - 2 ln L,  BIC = k ln(customers) - 2 ln L
/// ```
///
/// `ln L` is the total over customers in the user's unit of time, and customers are counted, not
/// grouped rows: what other packages call so may be a mean, in rescaled time.
///
/// *Source*: Akaike 1974, "A New Look at the Statistical Model Identification"; Schwarz 1978,
/// "Estimating the Dimension of a Model".
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FitSummary {
    /// The model, as documents name it.
    pub name: &'static str,
    /// Total log-likelihood.
    pub log_likelihood: f64,
    /// How many parameters.
    pub parameters: usize,
    /// Whether the fit converged; else its likelihood is a lower bound of what the model can do.
    pub converged: bool,
    /// The weight of its penalty.
    pub penalty: f64,
    /// Which data.
    pub data: DataPrint,
}

impl FitSummary {
    /// Akaike's information criterion: smaller is better.
    #[must_use]
    pub fn aic(&self) -> f64 {
        2.0 * (len_to_f64(self.parameters) - self.log_likelihood)
    }

    /// The Bayesian information criterion: smaller is better.
    #[must_use]
    pub fn bic(&self) -> f64 {
        let customers = count_to_f64(self.data.customers().max(1));
        len_to_f64(self.parameters) * libm::log(customers) - 2.0 * self.log_likelihood
    }
}

impl<M: FittedModel<N>, const N: usize> Fit<M, N> {
    /// What a comparison needs of this fit, under the name it shall have there.
    ///
    /// ```
    /// use tenure_clv::{GroupedSummary, History, Nbd, TimeUnit};
    /// let mut groups = GroupedSummary::new(TimeUnit::Week);
    /// for (x, recency, customers) in [(0, 0.0, 60), (1, 4.0, 15), (2, 20.0, 9), (6, 30.0, 5)] {
    ///     groups.push_many(History::new(x, recency, 39.0, TimeUnit::Week)?, customers)?;
    /// }
    /// let found = Nbd::fit(&groups)?.summary("nbd");
    /// assert_eq!(found.aic(), 4.0 - 2.0 * found.log_likelihood);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn summary(&self, name: &'static str) -> FitSummary {
        FitSummary {
            name,
            log_likelihood: self.log_likelihood,
            parameters: N,
            converged: self.status == FitStatus::Converged,
            penalty: self.penalty,
            data: self.data,
        }
    }
}

/// By which criterion the best comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "the two that are used")]
pub enum Criterion {
    /// Akaike's: for prediction.
    Aic,
    /// The Bayesian: heavier on parameters, for finding the true one.
    Bic,
}

/// Sorts fits of the same data, the best first; ties in order of the input.
///
/// *Shape*: one summary a model. Models that converged stand before those that did not.
///
/// # Errors
/// None to compare, fits of other data or of another unit of time, or with a penalty.
///
/// ```
/// use tenure_clv::{BgNbd, Criterion, GroupedSummary, History, Nbd, TimeUnit, compare};
/// let mut groups = GroupedSummary::new(TimeUnit::Week);
/// for (x, recency, customers) in [(0, 0.0, 60), (1, 4.0, 15), (2, 20.0, 9), (6, 30.0, 5)] {
///     groups.push_many(History::new(x, recency, 39.0, TimeUnit::Week)?, customers)?;
/// }
/// let nbd = Nbd::fit(&groups)?.summary("nbd");
/// let bg = BgNbd::fit(&groups)?.summary("bg_nbd");
/// let ranked = compare(&[nbd, bg], Criterion::Aic)?;
/// assert_eq!(ranked.len(), 2);
/// groups.push(History::new(0, 0.0, 39.0, TimeUnit::Week)?)?;
/// assert!(compare(&[nbd, Nbd::fit(&groups)?.summary("nbd")], Criterion::Aic).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare(fits: &[FitSummary], criterion: Criterion) -> Result<Vec<FitSummary>, CompareError> {
    let first = fits.first().ok_or(CompareError::Nothing)?;
    for (place, fit) in fits.iter().enumerate() {
        if fit.data != first.data {
            return Err(CompareError::OtherData { place, name: fit.name });
        }
        if fit.penalty > 0.0 {
            return Err(CompareError::Penalty { place, name: fit.name });
        }
    }
    let mut ranked = fits.to_vec();
    let value = |fit: &FitSummary| match criterion {
        Criterion::Aic => fit.aic(),
        Criterion::Bic => fit.bic(),
    };
    ranked.sort_by(|one, other| match other.converged.cmp(&one.converged) {
        Ordering::Equal => value(one).total_cmp(&value(other)),
        unequal => unequal,
    });
    Ok(ranked)
}

#[cfg(test)]
mod tests {
    use super::{Criterion, FitSummary, compare};
    use crate::error::CompareError;
    use crate::fit::DataPrint;
    use crate::{GroupedSummary, History, TimeUnit};

    fn fit(name: &'static str, log_likelihood: f64, parameters: usize) -> FitSummary {
        let mut groups = GroupedSummary::new(TimeUnit::Week);
        groups.push_many(History::new(0, 0.0, 1.0, TimeUnit::Week).unwrap(), 1000).unwrap();
        let data = DataPrint::of_histories(&groups);
        FitSummary { name, log_likelihood, parameters, converged: true, penalty: 0.0, data }
    }

    #[test]
    fn parameters_cost_more_under_bic() {
        // 2 more parameters gain 4: worth 4 under AIC, not the 13.8 they cost under BIC.
        let fits = [fit("small", -100.0, 2), fit("large", -97.0, 4)];
        let names = |criterion| compare(&fits, criterion).unwrap().iter().map(|f| f.name).collect();
        assert_eq!(names(Criterion::Aic), ["large", "small"].to_vec());
        let by_bic: Vec<_> = names(Criterion::Bic);
        assert_eq!(by_bic, ["small", "large"]);
        assert!((fits[1].bic() - (4.0 * libm::log(1000.0) + 194.0)).abs() < 1e-12);
        let open = FitSummary { converged: false, ..fit("open", -1.0, 1) };
        let ranked = compare(&[open, fits[0]], Criterion::Aic).unwrap();
        assert_eq!(ranked[0].name, "small");
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        assert_eq!(compare(&[], Criterion::Aic), Err(CompareError::Nothing));
        let other = FitSummary {
            data: DataPrint::of_histories(&GroupedSummary::new(TimeUnit::Day)),
            ..fit("other", -1.0, 1)
        };
        let found = compare(&[fit("one", -1.0, 1), other], Criterion::Aic);
        assert_eq!(found, Err(CompareError::OtherData { place: 1, name: "other" }));
        let pulled = FitSummary { penalty: 0.1, ..fit("pulled", -1.0, 1) };
        let found = compare(&[pulled], Criterion::Bic);
        assert_eq!(found, Err(CompareError::Penalty { place: 0, name: "pulled" }));
    }
}
