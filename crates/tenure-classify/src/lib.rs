#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod class;
mod columns;
mod context;
mod counterfactual;
#[cfg(feature = "serde")]
mod dates;
mod digest;
mod error;
mod evidence;
mod explain;
mod history;
mod median;
mod named;
mod pack;
mod reader;
mod reason;
mod rules;
mod score;
mod signal;
mod stage;
mod transactional;
mod value;
mod verdict;

pub use class::{Class, ClassSet};
pub use columns::{
    ColumnsError, EvidenceColumns, EvidenceSlices, ExplanationColumns, VerdictColumns,
};
pub use context::{Context, Policy};
pub use counterfactual::{
    Change, NoWayError, OpenQuestion, Target, Way, counterfactual, settled_by,
};
pub use digest::Digest;
pub use error::{RuleSetError, RuleSetFault};
pub use evidence::Evidence;
pub use history::Episode;
pub use pack::Pack;
pub use reader::EvidenceReader;
pub use reason::Reason;
pub use rules::{
    Actionable, Bin, Condition, HardRule, MAX_SCORE, RuleSet, RuleSetParts, Sides, SignalRule,
    Thresholds, Transactional,
};
pub use score::{Contribution, Score, Source};
pub use signal::{Signal, Signals, Span};
pub use stage::{Stage, StageChange, next_stage};
pub use value::{ValueMedian, ValuePerDay};
pub use verdict::{Confidence, KnownShare, SHOWN_REASONS, Verdict, class_of, evaluate, judge};
