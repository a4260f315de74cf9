#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod class;
mod context;
mod counterfactual;
#[cfg(feature = "serde")]
mod dates;
mod digest;
mod document;
mod evidence;
mod explain;
mod fault;
mod history;
mod median;
mod named;
mod pack;
mod reason;
mod rules;
mod score;
mod signal;
mod stage;
mod transactional;
mod value;
mod verdict;

pub use class::{Class, ClassSet};
pub use context::{Context, Policy};
pub use counterfactual::{Change, NoWayError, OpenQuestion, Target, counterfactual, settled_by};
pub use digest::Digest;
#[cfg(feature = "serde")]
pub use document::Document;
pub use document::MAX_DOCUMENT_BYTES;
pub use evidence::Evidence;
pub use fault::{DocumentError, Fault, FaultCode, Location};
pub use history::Episode;
pub use pack::Pack;
pub use reason::Reason;
pub use rules::{
    Actionable, Bin, Condition, HardRule, MAX_SCORE, RuleSet, RuleSetParts, Sides, SignalRule,
    Thresholds, Transactional,
};
pub use score::{Contribution, Score, Source};
pub use signal::{Signal, SignalKind, Signals, Span};
pub use stage::{Stage, StageChange, next_stage};
pub use value::{ValueMedian, ValuePerDay};
pub use verdict::{Confidence, KnownShare, Verdict, class_of, evaluate, judge};
