//! Millions of accounts: evidence and verdicts as columns, equal row by row to the one-account
//! functions.
//!
//! Rows are written once into [`EvidenceColumns`], from [`Evidence`](crate::Evidence) or from plain
//! slices, and scored as often as there are questions: under other rules, another policy, other
//! packs. Whatever is filled keeps its room: filled again with no more rows, nothing is allocated.

mod evidence;
mod explanations;
mod verdicts;

pub use evidence::{ColumnsError, EvidenceColumns, EvidenceSlices};
pub use explanations::ExplanationColumns;
pub use verdicts::VerdictColumns;
