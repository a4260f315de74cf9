//! Accounts in parts, a thread each.

use std::num::NonZeroUsize;
use std::thread;

use tenure_model::{Book, Relationship};

use crate::error::ScorecardError;

/// The accounts in as many parts as there are threads.
pub(crate) fn chunks(book: &Book, threads: NonZeroUsize) -> Vec<&[Relationship]> {
    let size = book.len().div_ceil(threads.get()).max(1);
    book.relationships().chunks(size).collect()
}

/// Does the same to every part, a thread each; results in the order of the parts.
pub(crate) fn in_parallel<P: Sync, R: Send>(
    parts: &[P],
    work: impl Fn(&P) -> Result<R, ScorecardError> + Sync,
) -> Result<Vec<R>, ScorecardError> {
    if let [only] = parts {
        return Ok(vec![work(only)?]);
    }
    thread::scope(|scope| {
        let work = &work;
        let start = |part| thread::Builder::new().spawn_scoped(scope, move || work(part));
        // All of them run before the first is waited for.
        let running: Vec<_> = parts.iter().map(start).collect();
        running
            .into_iter()
            .map(|thread| {
                let thread = thread.map_err(|_| ScorecardError::Thread)?;
                thread.join().unwrap_or(Err(ScorecardError::Thread))
            })
            .collect()
    })
}
