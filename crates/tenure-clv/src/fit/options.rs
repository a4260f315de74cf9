//! What a fit can be told.

use crate::error::FitError;

/// How to fit: by maximum likelihood, or with a penalty that pulls parameters towards 1.
///
/// ```text
/// maximise ln L - penalty * sum of (ln parameter)^2
/// ```
///
/// with parameters in time (or money) scaled to a mean of 1, so that the pull does not depend on
/// the user's unit. A penalty moves the estimate on purpose: the fit says so, its log-likelihood is
/// that of the data alone, and it is not compared with others by AIC or BIC.
///
/// ```
/// use tenure_clv::FitOptions;
/// assert_eq!(FitOptions::new().penalty(), 0.0);
/// assert_eq!(FitOptions::new().with_penalty(0.5)?.penalty(), 0.5);
/// assert!(FitOptions::new().with_penalty(-1.0).is_err());
/// # Ok::<(), tenure_clv::FitError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FitOptions {
    penalty: f64,
}

impl FitOptions {
    /// The greatest penalty.
    pub const MAX_PENALTY: f64 = 1e12;

    /// Maximum likelihood.
    #[must_use]
    pub const fn new() -> Self {
        Self { penalty: 0.0 }
    }

    /// With an L2 penalty of that weight on the logarithms of the parameters.
    ///
    /// # Errors
    /// A weight outside 0 to [`FitOptions::MAX_PENALTY`].
    pub fn with_penalty(self, weight: f64) -> Result<Self, FitError> {
        if (0.0..=Self::MAX_PENALTY).contains(&weight) {
            Ok(Self { penalty: weight.abs() })
        } else {
            Err(FitError::Penalty { found: weight })
        }
    }

    /// The weight of the penalty.
    #[must_use]
    pub const fn penalty(self) -> f64 {
        self.penalty
    }
}
