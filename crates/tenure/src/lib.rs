#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

#[doc(inline)]
pub use tenure_model as model;

#[cfg(feature = "classify")]
#[doc(inline)]
pub use tenure_classify as classify;
#[cfg(feature = "clv")]
#[doc(inline)]
pub use tenure_clv as clv;
#[cfg(feature = "health")]
#[doc(inline)]
pub use tenure_health as health;
#[cfg(feature = "ingest")]
#[doc(inline)]
pub use tenure_ingest as ingest;
#[cfg(feature = "revenue")]
#[doc(inline)]
pub use tenure_revenue as revenue;
#[cfg(feature = "scorecard")]
#[doc(inline)]
pub use tenure_scorecard as scorecard;
#[cfg(feature = "service")]
#[doc(inline)]
pub use tenure_service as service;
#[cfg(feature = "stats")]
#[doc(inline)]
pub use tenure_stats as stats;
#[cfg(feature = "survey")]
#[doc(inline)]
pub use tenure_survey as survey;
