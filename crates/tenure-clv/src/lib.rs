//! What are they worth? Purchase summaries, BG/NBD, Gamma-Gamma and margin models.
//!
//! A [`PurchaseLog`] turns rows of purchases into one exact [`PurchaseSummary`] per customer;
//! [`GroupedSummary`] and [`GroupedSpend`] gather them for a fit; [`BgNbd`] or [`ParetoNbd`] then
//! says how many purchases are still to come, [`GammaGamma`] what one is worth. [`BgBb`] does so
//! where purchases have their fixed opportunities. For contracts, [`Sbg`] projects renewals, and
//! [`MarginStream`] and [`RetentionCurve`] discount known retention. [`RfmBins`] and [`SegmentMap`]
//! score without a model.
//!
//! ```
//! use tenure_clv::{BgNbd, DiscountRate, GammaGamma, History, Spend, TimeUnit, residual_value};
//!
//! let purchases = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week)?;
//! let spends = GammaGamma::new(6.25, 3.74, 15.44)?;
//! let history = History::new(2, 30.43, 38.86, TimeUnit::Week)?;
//! let spend = spends.expected_spend(&Spend::new(2, 22.35)?);
//! let value = residual_value(&purchases, &history, spend, 0.3, DiscountRate::per_year(0.15)?)?;
//! assert!(value.value.is_some_and(|total| total.finite().is_some_and(|value| value > 0.0)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # From a log to values
//!
//! [`PurchaseLog::summaries`] (or [`PurchaseColumns`], [`SortedPurchases`]) gives one history a
//! customer, its occasions days, weeks or instants ([`OccasionPeriod`]); [`HistoryColumns::grouped`] or [`GroupedSummary`] gathers them; [`BgNbd::fit`],
//! [`BgNbd::fit_modified`], [`ParetoNbd::fit`] and [`Nbd::fit`] estimate, [`compare`] says which is
//! likeliest; [`FrequencyFit`], [`PurchaseLog::holdout`] and [`PurchaseLog::tracking`] hold it against
//! what happened; [`PurchaseModel::predict`] predicts, [`Fit::estimate`] says how surely;
//! [`GammaGamma::fit`] and [`SpendGate`] say what a purchase is worth, and whether it may be
//! multiplied; [`residual_value`] multiplies. The README of the crate walks this way with CDNOW, the
//! data of the literature, and its published figures.
//!
//! # What this does not do
//!
//! It models neither seasons nor covariates, and does not know what a client is: values by class are
//! added up by the scorecard.

mod cohort_value;
mod columns;
mod compare;
mod error;
mod fit;
mod frequencies;
mod gate;
mod historical;
mod history;
mod kernel;
mod log;
mod margin;
mod model;
mod opportunity;
mod rate;
mod remembered;
mod residual;
mod rfm;
mod simulate;
mod spend;
mod survivors;
mod tracking;
mod unit;
mod value;
#[cfg(feature = "serde")]
mod wire;

pub use cohort_value::CohortValue;
pub use columns::{HistoryColumns, Prediction};
pub use compare::{Criterion, FitSummary, compare};
pub use error::{
    ColumnError, CompareError, FitError, GateError, GroupError, HistoricalValueError, HistoryError,
    HoldoutError, MarginError, OpportunityError, ParameterError, PurchaseColumnError,
    PurchaseLogError, PurchaseRowError, PurchaseTimeError, RateError, RfmError, SimulationError,
    SpanError, SpendError, SurvivorError,
};
pub use fit::{
    Bootstrap, DataPrint, Estimate, Fit, FitOptions, FitStart, FitStatus, FittedModel, Scale,
};
pub use frequencies::{FrequencyCount, FrequencyFit};
pub use gate::{Correlation, GateThresholds, GateVerdict, SpendGate};
pub use historical::{HistoricalValue, compounded_value};
pub use history::{GroupedSummary, History};
pub use log::{
    CustomerPurchases, FirstPurchase, FrequencyClass, Holdout, HoldoutAccuracy, HoldoutCustomer,
    OccasionPeriod, PurchaseColumns, PurchaseLog, PurchaseOutcome, PurchaseRow, PurchaseSummaries,
    PurchaseSummary, PurchaseTime, Refunds, SortedPurchases, SummaryDefinition, TotalSpend,
    TrackedWeek, Tracking, ZeroSpend,
};
pub use margin::{
    CurveTiming, MarginStream, RetentionCurve, RetentionRate, Timing, TruncatedValue,
};
pub use model::bg_bb::BgBb;
pub use model::bg_nbd::{BgNbd, Dropout};
pub use model::gamma_gamma::{ExpectedSpend, GammaGamma};
pub use model::nbd::Nbd;
pub use model::pareto_nbd::ParetoNbd;
pub use model::purchases::PurchaseModel;
pub use model::sbg::Sbg;
pub use opportunity::{GroupedOpportunities, OpportunityHistory};
pub use rate::DiscountRate;
pub use residual::{PeriodValue, ResidualValue, residual_value, truncated_value};
pub use rfm::{
    RFM_WINDOW_DAYS, Rfm, RfmBins, RfmCells, RfmOutcome, RfmScore, RfmSizes, RfmTable, Segment,
    SegmentMap,
};
pub use simulate::SimulatedCustomer;
pub use spend::{GroupedSpend, Spend};
pub use survivors::SurvivorCounts;
pub use tracking::expected_cumulative;
pub use unit::{TimeSpan, TimeUnit};
pub use value::Total;
