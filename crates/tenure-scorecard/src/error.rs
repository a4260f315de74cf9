//! Why there is no scorecard.

use chrono::NaiveDate;
use tenure_model::{AccountId, Currency};

/// Why there is no scorecard.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScorecardError {
    /// Amounts in several currencies, and none was chosen to report in.
    #[error("amounts are in several currencies ({}) and none is chosen to report in: set `currency`", found.join(", "))]
    SeveralCurrencies {
        /// Their codes.
        found: Vec<&'static str>,
    },
    /// The windows leave the calendar.
    #[error("the windows that end with {as_of} leave the years 0001 to 9999")]
    Calendar {
        /// The day of the question.
        as_of: NaiveDate,
    },
    /// A window of no months.
    #[error("a window has `0` months, expected 1 or more")]
    EmptyWindow,
    /// More segments than a report can hold.
    #[error("there are more than {} segments; is an id used as a segment?", crate::MAX_SEGMENTS)]
    TooManySegments,
    /// A question of a survey this version does not know.
    #[error("no definition for the survey `{found}`")]
    UnknownSurvey {
        /// Its name.
        found: &'static str,
    },
    /// A thread did not start, or did not come back.
    #[error("a thread of the computation did not start, or ended without a result")]
    Thread,
    /// Something about one account.
    #[error("account `{account}`")]
    Account {
        /// Which.
        account: AccountId,
        /// What.
        #[source]
        source: Box<ScorecardError>,
    },
    /// A purchase.
    #[error("purchases")]
    PurchaseRow(#[from] tenure_clv::PurchaseRowError),
    /// The purchases.
    #[error("purchases")]
    PurchaseLog(#[from] tenure_clv::PurchaseLogError),
    /// What was paid.
    #[error("historical value")]
    HistoricalValue(#[from] tenure_clv::HistoricalValueError),
    /// The groups a model is fitted to.
    #[error("grouped purchases")]
    Group(#[from] tenure_clv::GroupError),
    /// The margin.
    #[error("margin")]
    Margin(#[from] tenure_clv::MarginError),
    /// A sum of estimates.
    #[error("sum of estimates")]
    Sum(#[from] tenure_stats::ExactSumError),
    /// The answers.
    #[error("survey")]
    Survey(#[from] tenure_survey::TallyError),
    /// The cases and contacts.
    #[error("service")]
    Service(#[from] tenure_service::TallyError),
    /// The window of cases and contacts.
    #[error("service window")]
    ServiceWindow(#[from] tenure_service::WindowError),
    /// The repeat window.
    #[error("repeat window")]
    RepeatWindow(#[from] tenure_service::RepeatWindowError),
    /// An observed value.
    #[error("health")]
    HealthValue(#[from] tenure_health::ValueError),
    /// The health of a portfolio.
    #[error("health")]
    Health(#[from] tenure_health::PortfolioError),
    /// The share of a hybrid's value under contract.
    #[error("health")]
    HealthShare(#[from] tenure_health::ShareError),
    /// The care of accounts.
    #[error("care")]
    Care(#[from] tenure_health::CareError),
    /// Bins of recency, frequency and monetary value in another currency.
    #[error(
        "the frozen bins of recency, frequency and monetary value are in {bins}, the report is in {report}"
    )]
    RfmCurrency {
        /// The currency of the bins.
        bins: Currency,
        /// The reporting currency.
        report: Currency,
    },
    /// Recency, frequency and monetary value.
    #[error("recency, frequency and monetary value")]
    Rfm(#[from] tenure_clv::RfmError),
    /// The points of a loyalty programme.
    #[error("points")]
    Loyalty(#[from] tenure_health::LoyaltyError),
    /// An account in two parts of one portfolio.
    #[error("account `{account}` is in two parts of the portfolio: each account belongs to one")]
    AccountTwice {
        /// Which.
        account: AccountId,
    },
    /// The months of revenue.
    #[error("revenue months")]
    RevenuePlan(#[from] tenure_revenue::PlanError),
    /// The changes of a subscription.
    #[error("subscriptions")]
    Ledger(#[from] tenure_revenue::LedgerError),
    /// The sums of revenue.
    #[error("revenue")]
    Revenue(#[from] tenure_revenue::StateError),
    /// The renewals.
    #[error("renewals")]
    Renewals(#[from] tenure_revenue::RenewalError),
}
