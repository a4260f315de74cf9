//! Classification of many accounts: from events to signals, from signals to verdicts.
//!
//! Timed in processor time of this process, which has one thread: the clock on the wall also counts
//! what others do on the same cores.

use std::hint::black_box;
use std::ops::Range;
use std::time::Duration;

use cpu_time::ProcessTime;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BatchSize, Criterion, Throughput};
use tenure_benches::histories::{EVENTS, contexts, events};
use tenure_classify::{
    Context, Evidence, EvidenceColumns, EvidenceReader, ExplanationColumns, Target, VerdictColumns,
    Way, brief, counterfactual,
};
use tenure_model::{Book, Event};

/// More rows than any cache holds: 24 MB of columns.
const ROWS: usize = 100_000;
/// Histories read at a time: what their books take must fit beside the columns.
const PART: usize = 10_000;

type Failure = Box<dyn std::error::Error>;

/// Time on the processor.
struct Processor;

impl Measurement for Processor {
    type Intermediate = ProcessTime;
    type Value = Duration;

    fn start(&self) -> ProcessTime {
        ProcessTime::now()
    }

    fn end(&self, start: ProcessTime) -> Duration {
        start.elapsed()
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        one.saturating_add(*other)
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn book(accounts: Range<usize>) -> Result<Book, Failure> {
    Ok(Book::from_events(events(accounts)?).0)
}

/// The evidence of every account, with an answer checked against the one-account functions.
fn columns() -> Result<EvidenceColumns, Failure> {
    let mut all = EvidenceColumns::with_capacity(ROWS);
    let mut reader = EvidenceReader::new();
    let (mut verdicts, mut explained) = (VerdictColumns::new(), ExplanationColumns::new());
    for first in (0..ROWS).step_by(PART) {
        let accounts = first..first.saturating_add(PART);
        let (book, contexts) = (book(accounts.clone())?, contexts(accounts));
        let mut part = EvidenceColumns::new();
        let mut rows: Vec<(Evidence, Context<'_>)> = Vec::new();
        for (relationship, context) in book.relationships().iter().zip(contexts) {
            let evidence = reader.read(relationship, &context);
            all.push(&evidence, &context);
            part.push(&evidence, &context);
            rows.push((evidence, context));
        }
        let (_, context) = rows.first().ok_or("no account")?;
        verdicts.judge(&part, context);
        explained.explain(&part, context, Target::ClientSide);
        if rows.len() != PART || verdicts.len() != PART {
            return Err("rows are missing".into());
        }
        for (row, (evidence, context)) in rows.iter().enumerate() {
            let verdict = brief(evidence, context);
            let found = (verdicts.classes().get(row), verdicts.lo().get(row));
            let reasons = explained.reasons().get(row).copied().unwrap_or_default();
            let changes = counterfactual(evidence, context, Target::ClientSide).ok();
            let open = explained.ways().get(row) == Some(&Way::Open);
            if found != (Some(&verdict.class), Some(&verdict.score.lo))
                || !reasons.into_iter().flatten().eq(verdict.shown_reasons().iter().copied())
                || changes.as_deref() != open.then(|| explained.changes_of(row))
            {
                return Err(format!("row {row} is not {verdict:?}").into());
            }
        }
    }
    Ok(all)
}

/// Reads every account; the sum of the points keeps the work from being left out.
fn signals(book: &Book, contexts: &[Context<'_>], reader: &mut EvidenceReader) -> u64 {
    book.relationships().iter().zip(contexts).fold(0, |sum: u64, (relationship, context)| {
        let evidence = black_box(reader.read(relationship, context));
        sum.wrapping_add(u64::from(evidence.has_commercial_activity()))
    })
}

fn from_raw(events: Vec<Event>, contexts: &[Context<'_>], reader: &mut EvidenceReader) -> Book {
    let (book, _) = Book::from_events(events);
    black_box(signals(&book, contexts, reader));
    book
}

fn columns_of_evidence(criterion: &mut Criterion<Processor>) -> Result<(), Failure> {
    let evidence = columns()?;
    let all = contexts(0..1);
    let context = all.first().ok_or("no context")?;
    let rows = Throughput::Elements(u64::try_from(ROWS)?);
    let mut verdicts = VerdictColumns::new();
    let mut group = criterion.benchmark_group("classify/columns/1e5");
    group.throughput(rows.clone());
    group.bench_function("tenure", |bencher| {
        bencher.iter(|| verdicts.judge(black_box(&evidence), context));
    });
    group.finish();
    let mut explained = ExplanationColumns::new();
    let mut group = criterion.benchmark_group("classify/columns-reasons/1e5");
    group.throughput(rows);
    group.bench_function("tenure", |bencher| {
        bencher.iter(|| explained.explain(black_box(&evidence), context, Target::ClientSide));
    });
    group.finish();
    Ok(())
}

fn histories(criterion: &mut Criterion<Processor>) -> Result<(), Failure> {
    let contexts = contexts(0..PART);
    let events = events(0..PART)?;
    let (book, report) = Book::from_events(events.clone());
    let all = u64::try_from(PART.saturating_mul(EVENTS))?;
    let mut reader = EvidenceReader::new();
    let active = signals(&book, &contexts, &mut reader);
    if report.kept != all || active != u64::try_from(PART)? {
        return Err(format!("{} kept, {active} active", report.kept).into());
    }
    let mut group = criterion.benchmark_group("classify/signals/1e4");
    group.throughput(Throughput::Elements(all));
    group.bench_function("tenure", |bencher| {
        bencher.iter(|| signals(black_box(&book), &contexts, &mut reader));
    });
    group.finish();
    // From events in no order, through a book, to signals.
    let mut group = criterion.benchmark_group("classify/raw/1e4");
    group.throughput(Throughput::Elements(all)).sample_size(10);
    group.bench_function("tenure", |bencher| {
        bencher.iter_batched(
            || events.clone(),
            |events| from_raw(events, &contexts, &mut reader),
            BatchSize::PerIteration,
        );
    });
    group.finish();
    Ok(())
}

fn main() -> Result<(), Failure> {
    let mut criterion = Criterion::default()
        .with_measurement(Processor)
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();

    // First: a book read in a fresh process lies in order, as in a service or a command.
    histories(&mut criterion)?;
    columns_of_evidence(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}
