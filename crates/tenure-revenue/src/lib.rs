#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod account;
mod cohort;
mod compare;
mod definition;
#[cfg(feature = "serde")]
mod document;
mod error;
mod exact;
mod exchange;
mod figures;
mod grain;
mod lint;
mod log;
mod movement;
mod plan;
mod preset;
mod price;
mod renewal;
mod retention;
mod row;
mod segment;
mod state;
mod survival;
mod timeline;
mod waterfall;

pub use account::AccountRevenue;
pub use cohort::CohortRow;
pub use compare::{MeasureDifference, MonthDifference, differences, explain_difference};
pub use definition::{
    ChurnRecognition, Discounts, FxPolicy, LatePolicy, MonthlyFactor, NegativePolicy, PausePolicy,
    RevenueDefinition, RevenueUnit,
};
pub use error::{
    ChurnRangeError, ExchangeRateError, FactorError, LedgerError, LogError, NotClosedError,
    PlanError, RenewalError, StateError, WaterfallError,
};
pub use exact::{CompoundRate, Rate};
pub use exchange::ExchangeRates;
pub use figures::{
    CycleExtension, DayOfRevenue, LogoChurn, QuickRatio, annualise_days, annualise_monthly,
    daily_net_churn, lifetime_value, magic_number, net_growth,
};
pub use grain::{Grain, GrainPlan, GrainRow, GrainState};
pub use lint::{LintFinding, LintKind};
pub use log::{GroupedLog, LogEvent, RevenueLog};
pub use movement::{Movement, MovementLine};
pub use plan::RevenuePlan;
pub use preset::{Caveats, LogoChurnBase, MovementView, VendorPreset};
pub use renewal::{LateRenewal, RenewalDefinition, RenewalRates, RenewalState, quarter};
pub use retention::{Retention, RetentionMeasure};
pub use row::SubscriptionRow;
pub use segment::{RevenueSegments, SegmentMonth, SegmentPolicy};
pub use state::RevenueState;
pub use waterfall::{Logos, MovementCounts, MovementLines, Waterfall};
