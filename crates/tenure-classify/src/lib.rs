#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod brief;
mod class;
mod columns;
mod context;
mod counterfactual;
#[cfg(feature = "serde")]
mod dates;
mod diff;
mod digest;
mod document;
mod evidence;
mod explain;
mod fault;
mod history;
mod median;
mod moved;
mod named;
mod overrides;
mod pack;
mod playbook;
mod reader;
mod reason;
mod rules;
mod score;
mod signal;
mod stable;
mod stage;
mod timeline;
mod transactional;
mod value;
mod verdict;
mod why_changed;

pub use brief::{Brief, Confidence, KnownShare, brief, class_of};
pub use class::{Class, ClassSet};
pub use columns::{
    ColumnsError, EvidenceColumns, EvidenceSlices, ExplanationColumns, VerdictColumns,
};
pub use context::{Context, Policy};
pub use counterfactual::{
    Change, Counterfactual, NoWayError, OpenQuestion, Target, Way, counterfactual, settled_by,
};
pub use diff::{RuleChange, RulePart, RuleStep, VerdictChange, diff_portfolio};
pub use digest::Digest;
#[cfg(feature = "serde")]
pub use document::Document;
pub use document::MAX_DOCUMENT_BYTES;
pub use evidence::Evidence;
pub use fault::{DocumentError, Fault, FaultCode, Location};
pub use history::Episode;
pub use moved::{Moved, Points};
pub use overrides::{Override, OverrideError};
pub use pack::{Pack, PackParts, Standing, TermRule};
pub use playbook::{
    Applied, Aspect, Cadence, Comparison, DormantAction, Mismatch, Playbook, PlaybookParts, Since,
    Treatment,
};
pub use reader::EvidenceReader;
pub use reason::{Reason, SHOWN_REASONS};
pub use rules::{
    Actionable, Bin, Condition, HardRule, MAX_SCORE, RuleSet, RuleSetParts, Sides, SignalRule,
    Thresholds, Transactional,
};
pub use score::{Contribution, Score, Source};
pub use signal::{Signal, SignalKind, Signals, Span};
pub use stable::{Dwell, NotLaterError, Observation, Run, Stable, Transition, TransitionKind};
pub use stage::{Stage, StageChange};
pub use timeline::{Moment, Timeline, replay};
pub use value::{ValueMedian, ValuePerDay};
pub use verdict::{Verdict, earlier_verdicts, evaluate, judge};
pub use why_changed::{BackwardsError, Cause, Step, WhyChanged, why_changed};
