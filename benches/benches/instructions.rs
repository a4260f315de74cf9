//! Baseline, rough.
use std::hint::black_box;
use tenure_benches::histories;
use tenure_classify::{Context, EvidenceReader, evaluate};
use tenure_model::{AsOf, Book, Event};
type Failure = Box<dyn std::error::Error>;

#[inline(never)]
fn measured_signals(book: &Book, contexts: &[Context<'_>]) -> u64 {
    let mut reader = EvidenceReader::new();
    book.relationships().iter().zip(contexts).fold(0, |sum: u64, (one, context)| {
        let evidence = reader.read(one, context);
        sum.wrapping_add(evidence.signals().get(tenure_classify::Signal::RepeatDays).lo().unsigned_abs())
    })
}
#[inline(never)]
fn measured_evaluate(book: &Book, contexts: &[Context<'_>]) -> u64 {
    book.relationships().iter().zip(contexts).fold(0, |sum: u64, (one, context)| {
        sum.wrapping_add(evaluate(one, context).score.lo.into())
    })
}
#[inline(never)]
fn measured_book(events: Vec<Event>) -> Book {
    Book::from_events(events).0
}
fn main() -> Result<(), Failure> {
    let accounts = std::env::args().nth(1).map_or(Ok(1000), |t| usize::from_str_radix(&t, 10))?;
    let events = histories::events(accounts)?;
    let n = events.len();
    let t = std::time::Instant::now();
    let book = measured_book(events);
    println!("book {:.1} ns/event", t.elapsed().as_secs_f64()*1e9 / n as f64);
    let contexts: Vec<_> = (0..accounts).map(|at| Context::new(AsOf::new(histories::today()), histories::coverage(at))).collect();
    for (name, f) in [("signals", measured_signals as fn(&Book, &[Context<'_>]) -> u64), ("evaluate", measured_evaluate)] {
        let mut best = f64::MAX; let mut sum = 0;
        for _ in 0..if accounts > 2000 { 7 } else { 1 } {
            let t = std::time::Instant::now();
            sum = black_box(f(&book, &contexts));
            best = best.min(t.elapsed().as_secs_f64());
        }
        println!("{name} {sum} {:.0} ns/account {:.2} M events/s", best*1e9/accounts as f64, n as f64/best/1e6);
    }
    Ok(())
}
