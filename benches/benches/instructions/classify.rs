//! Classification: 1,000 accounts of 40 events.

use std::hint::black_box;
use std::ops::Range;

use tenure_benches::histories::{contexts, events};
use tenure_classify::{
    Brief, Change, Context, Evidence, EvidenceColumns, EvidenceReader, ExplanationColumns,
    NoWayError, Target, Verdict, VerdictColumns, brief, counterfactual, evaluate,
};
use tenure_model::{Book, Event};

use crate::{Failure, Workload};

/// Enough that what is done once does not count, few enough for an interpreter of instructions.
const ACCOUNTS: Range<usize> = 0..1_000;

#[inline(never)]
fn measured_columns(evidence: &EvidenceColumns, context: &Context<'_>, out: &mut VerdictColumns) {
    out.judge(evidence, context);
}

#[inline(never)]
fn measured_columns_reasons(
    evidence: &EvidenceColumns,
    context: &Context<'_>,
    out: &mut ExplanationColumns,
) {
    out.explain(evidence, context, Target::ClientSide);
}

#[inline(never)]
fn measured_signals(book: &Book, contexts: &[Context<'_>], mut read: impl FnMut(Evidence)) {
    let mut reader = EvidenceReader::new();
    for (relationship, context) in book.relationships().iter().zip(contexts) {
        read(reader.read(relationship, context));
    }
}

#[inline(never)]
fn measured_evaluate(book: &Book, contexts: &[Context<'_>]) -> Vec<Verdict> {
    let accounts = book.relationships().iter().zip(contexts);
    accounts.map(|(relationship, context)| evaluate(relationship, context)).collect()
}

#[inline(never)]
fn measured_brief(evidence: &[Evidence], contexts: &[Context<'_>]) -> Vec<Brief> {
    evidence.iter().zip(contexts).map(|(one, context)| brief(one, context)).collect()
}

#[inline(never)]
fn measured_counterfactual(
    evidence: &[Evidence],
    contexts: &[Context<'_>],
) -> Vec<Result<Vec<Change>, NoWayError>> {
    let accounts = evidence.iter().zip(contexts);
    accounts.map(|(one, context)| counterfactual(one, context, Target::ClientSide)).collect()
}

#[inline(never)]
fn measured_book(events: Vec<Event>) -> Book {
    Book::from_events(events).0
}

/// What every workload reads, and what the others have to say to it.
struct Inputs {
    events: Vec<Event>,
    book: Book,
    contexts: Vec<Context<'static>>,
    evidence: Vec<Evidence>,
    columns: EvidenceColumns,
}

impl Inputs {
    fn new() -> Result<Self, Failure> {
        let (events, contexts) = (events(ACCOUNTS)?, contexts(ACCOUNTS));
        let (book, report) = Book::from_events(events.clone());
        if report.kept != u64::try_from(events.len())? || book.len() != contexts.len() {
            return Err(format!("{report:?}").into());
        }
        let accounts = book.relationships().iter().zip(&contexts);
        let evidence: Vec<_> = accounts.map(|(one, context)| Evidence::of(one, context)).collect();
        let mut columns = EvidenceColumns::with_capacity(evidence.len());
        for (one, context) in evidence.iter().zip(&contexts) {
            columns.push(one, context);
        }
        Ok(Self { events, book, contexts, evidence, columns })
    }

    fn context(&self) -> Result<&Context<'static>, Failure> {
        Ok(self.contexts.first().ok_or("no account")?)
    }

    fn verdicts(&self) -> Vec<Brief> {
        measured_brief(&self.evidence, &self.contexts)
    }

    fn columns(&self) -> Result<bool, Failure> {
        let mut out = VerdictColumns::new();
        measured_columns(&self.columns, self.context()?, &mut out);
        Ok(self.verdicts().iter().map(|verdict| verdict.class).eq(out.classes().iter().copied()))
    }

    fn columns_reasons(&self) -> Result<bool, Failure> {
        let mut out = ExplanationColumns::new();
        measured_columns_reasons(&self.columns, self.context()?, &mut out);
        let reasons = out.reasons().iter().map(|codes| codes.iter().copied().flatten());
        let same = self
            .verdicts()
            .iter()
            .zip(reasons)
            .all(|(verdict, codes)| codes.eq(verdict.shown_reasons().iter().copied()));
        let ways = measured_counterfactual(&self.evidence, &self.contexts);
        let changes = ways.iter().flatten().flatten();
        Ok(same && changes.eq(out.changes()))
    }

    fn signals(&self) -> bool {
        let mut expected = self.evidence.iter();
        let mut same = true;
        measured_signals(&self.book, &self.contexts, |read| same &= Some(&read) == expected.next());
        same && expected.next().is_none()
    }

    fn evaluate(&self) -> Result<bool, Failure> {
        let verdicts = measured_evaluate(&self.book, &self.contexts);
        let briefs = self.verdicts();
        Ok(verdicts.len() == briefs.len()
            && verdicts.iter().zip(&briefs).all(|(whole, short)| whole.reasons == short.reasons))
    }

    fn brief(&self) -> Result<bool, Failure> {
        let accounts = self.book.relationships().iter().zip(&self.contexts);
        let classes = accounts.map(|(one, context)| evaluate(one, context).class);
        Ok(self.verdicts().iter().map(|verdict| verdict.class).eq(classes))
    }

    fn counterfactual(&self) -> Result<bool, Failure> {
        let ways = measured_counterfactual(&self.evidence, &self.contexts);
        Ok(ways.len() == self.evidence.len() && ways.iter().any(Result::is_ok))
    }
}

/// Measures on inputs made up outside what is counted.
fn with(measure: impl Fn(&Inputs) -> Result<bool, Failure>) -> Result<bool, Failure> {
    measure(&Inputs::new()?)
}

pub(crate) const WORKLOADS: [Workload; 7] = [
    ("columns", || with(Inputs::columns)),
    ("columns_reasons", || with(Inputs::columns_reasons)),
    ("signals", || with(|inputs| Ok(inputs.signals()))),
    ("evaluate", || with(Inputs::evaluate)),
    ("brief", || with(Inputs::brief)),
    ("counterfactual", || with(Inputs::counterfactual)),
    ("book", || with(|inputs| Ok(measured_book(black_box(inputs.events.clone())) == inputs.book))),
];
