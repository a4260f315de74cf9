//! What is not known of an account, as questions for somebody to ask.

use std::fmt::Write as _;

use serde::Serialize;
use tenure::classify::{Class, Context, OpenQuestion, Verdict};
use tenure::model::{Table, Tri};

use super::facts::{Facts, incomplete};
use super::words::points;

/// Something that is not known.
#[derive(Serialize)]
pub(super) struct QuestionLine {
    /// The signal; null where the question is about another fact.
    pub(super) signal: Option<&'static str>,
    pub(super) question: &'static str,
    /// Tables that leave it open; none where the records themselves do.
    pub(super) not_complete: Vec<String>,
    /// Points, where the question is about a signal.
    pub(super) points: Option<[u32; 2]>,
    /// Whether the answer alone could make the verdict definite.
    pub(super) settles: bool,
}

impl QuestionLine {
    pub(super) fn note(&self) -> String {
        let mut note = match self.not_complete.as_slice() {
            [] => "The records do not say.".to_owned(),
            tables => format!("Not complete: {}.", tables.join(", ")),
        };
        if let Some([lo, hi]) = self.points {
            let _ = write!(note, " Worth {}.", points_between(lo, hi));
        }
        if self.settles {
            note.push_str(" The answer alone could settle the class.");
        }
        note
    }
}

/// Everything that is not known, the widest first; what is no signal before the signals.
pub(super) fn questions(
    verdict: &Verdict,
    context: &Context<'_>,
    open: &[OpenQuestion],
) -> Vec<QuestionLine> {
    let not_complete = |tables: &[Table]| incomplete(tables, &context.coverage);
    let mut lines = Vec::new();
    let on_client_side = |class| verdict.possible.contains(class);
    if verdict.class == Class::Undetermined && verdict.hard_rule.is_none() {
        if verdict.transactional == Tri::Unknown
            && on_client_side(Class::Client)
            && on_client_side(Class::Hybrid)
        {
            lines.push(QuestionLine {
                signal: None,
                question: "How much of what it buys is the same for everybody?",
                not_complete: not_complete(&[Table::Purchases, Table::Contracts]),
                points: None,
                settles: verdict.score.lo >= verdict.thresholds.client,
            });
        }
        if on_client_side(Class::Client) && verdict.score.hi < verdict.thresholds.client {
            lines.push(QuestionLine {
                signal: None,
                question: "Does a contract carry a duty of care in law?",
                not_complete: not_complete(&[Table::Contracts]),
                points: None,
                settles: true,
            });
        }
    }
    lines.extend(open.iter().map(|one| QuestionLine {
        signal: Some(one.signal.name()),
        question: Facts::question(one.signal),
        not_complete: not_complete(one.signal.tables()),
        points: Some([one.lo, one.hi]),
        settles: one.settles,
    }));
    lines
}

fn points_between(lo: u32, hi: u32) -> String {
    format!("{lo} to {}", points(hi))
}
