//! The main job, arrow by arrow: tables to a book, accounts to verdicts, a book to its scorecard.

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use tenure_benches::{INTERACTIONS, PURCHASES, Portfolio, TODAY};
use tenure_classify::{Context, evaluate};
use tenure_ingest::{Folder, Ingested};
use tenure_model::{AsOf, Book, Coverage, parse_date};
use tenure_scorecard::{Scorecard, Settings, Value, scorecard};

/// A book that fits the caches, and one ten times that does not: what is not linear shows.
const SIZES: [(&str, usize); 2] = [("1e4", 10_000), ("1e5", 100_000)];
/// Verdicts are one account at a time: one size is enough.
const CLASSIFIED: &str = "1e4";

type Failure = Box<dyn std::error::Error>;

fn read(portfolio: &Portfolio) -> Result<Ingested, Failure> {
    Ok(Folder::in_memory(portfolio.files())?.read(|_| {})?)
}

fn classify(book: &Book, context: &Context<'_>) -> u64 {
    book.relationships().iter().fold(0, |sum: u64, relationship| {
        sum.wrapping_add(u64::from(evaluate(relationship, context).score.lo))
    })
}

fn report(book: &Book, settings: &Settings) -> Result<Scorecard, Failure> {
    Ok(scorecard(book, settings, NonZeroUsize::MIN, &|_| {})?)
}

/// Everything written is read, every account is in the card, every cent in the total.
fn check(portfolio: &Portfolio, ingested: &Ingested, settings: &Settings) -> Result<(), Failure> {
    let counts = ingested.counts();
    let rows = u64::try_from(portfolio.rows)?;
    if (counts.rows, counts.kept, ingested.book.len()) != (rows, rows, portfolio.accounts) {
        return Err(format!("{counts:?} of {rows}").into());
    }
    let card = report(&ingested.book, settings)?;
    let cents = |line: &str| -> Option<i128> {
        let digits = line.split(',').nth(2)?.chars().filter_map(|one| one.to_digit(10));
        Some(digits.fold(0, |cents: i128, one| cents.saturating_mul(10).saturating_add(one.into())))
    };
    let paid = portfolio.purchases.lines().skip(1).filter_map(cents).fold(0, i128::saturating_add);
    let mut figures = card.total.figures.iter();
    let found = figures.find(|figure| figure.id == "historical_value");
    if found.and_then(|figure| figure.value) != Some(Value::Whole(paid)) {
        return Err(format!("{found:?} of {paid}").into());
    }
    let known = card.accounts.iter().filter(|line| line.class != "undetermined").count();
    if known == 0 || card.accounts.len() != portfolio.accounts {
        return Err(format!("{known} classified of {}", card.accounts.len()).into());
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let today = parse_date(TODAY)?;
    for (size, accounts) in SIZES {
        let portfolio = Portfolio::new(accounts)?;
        if portfolio.rows != accounts.saturating_mul(PURCHASES.saturating_add(INTERACTIONS + 1)) {
            return Err("rows are missing".into());
        }
        let ingested = read(&portfolio)?;
        let (book, coverage): (&Book, Coverage) = (&ingested.book, ingested.coverage);
        let settings = Settings::new(today, coverage);
        check(&portfolio, &ingested, &settings)?;

        let mut group = criterion.benchmark_group(format!("report/read/{size}"));
        group.throughput(Throughput::Elements(u64::try_from(portfolio.rows)?));
        group.bench_function("tenure", |bencher| {
            bencher.iter_with_large_drop(|| read(black_box(&portfolio)));
        });
        group.finish();
        if size == CLASSIFIED {
            let context = Context::new(AsOf::new(today), coverage);
            let mut group = criterion.benchmark_group(format!("classify/evaluate/{size}"));
            group.throughput(Throughput::Elements(u64::try_from(accounts)?));
            group.bench_function("tenure", |bencher| {
                bencher.iter(|| classify(black_box(book), &context));
            });
            group.finish();
        }
        let mut group = criterion.benchmark_group(format!("report/scorecard/{size}"));
        group.throughput(Throughput::Elements(u64::try_from(accounts)?));
        group.bench_function("tenure", |bencher| {
            bencher.iter_with_large_drop(|| report(black_box(book), &settings));
        });
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
