//! The same done to the accounts of a portfolio in parts, a thread each.

use std::num::NonZeroUsize;
use std::thread;

use tenure::model::Relationship;

use crate::error::CommandError;

/// Results in the order of the parts, whatever thread was done first; of several failures that of the
/// first account. The work is told the place of the first account of its part.
pub(crate) fn in_parts<R: Send>(
    relationships: &[Relationship],
    threads: NonZeroUsize,
    work: impl Fn(usize, &[Relationship]) -> Result<R, CommandError> + Sync,
) -> Result<Vec<R>, CommandError> {
    let size = relationships.len().div_ceil(threads.get()).max(1);
    let parts = (0..).step_by(size).zip(relationships.chunks(size));
    if relationships.len() <= size {
        return parts.map(|(first, part)| work(first, part)).collect();
    }
    thread::scope(|scope| {
        let work = &work;
        let start =
            |(first, part)| thread::Builder::new().spawn_scoped(scope, move || work(first, part));
        // All of them run before the first is waited for.
        let running: Vec<_> = parts.map(start).collect();
        running
            .into_iter()
            .map(|thread| {
                let thread = thread.map_err(|_| CommandError::Thread)?;
                thread.join().unwrap_or(Err(CommandError::Thread))
            })
            .collect()
    })
}
