//! A folder, read; and what became of its rows, told on standard error.

use std::num::NonZeroUsize;
use std::path::Path;

use tenure::ingest::{Folder, Ingested};
use tenure::model::AsOf;

use crate::args::{DEMO_SEED, InputArgs};
use crate::error::CommandError;
use crate::{demo, overrides, progress, text};

/// Whether the run ends in failure because rows were rejected, or an override is of no account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejects {
    None,
    Some,
}

/// Reads the folder, or the demo portfolio.
pub(crate) fn read(args: &InputArgs) -> Result<Ingested, CommandError> {
    let (folder, path) = match &args.dir {
        Some(path) => (Folder::open(path), Some(path.clone())),
        None => (Folder::in_memory(demo::files(DEMO_SEED)), None),
    };
    let failed = |source| match &path {
        Some(path) => CommandError::Ingest { path: path.clone(), source },
        None => CommandError::Demo { source },
    };
    let mut folder = folder.map_err(&failed)?;
    if let Some(as_of) = args.as_of {
        folder = folder.with_as_of(as_of);
    }
    if let Some(known_at) = args.known_at {
        folder = folder.with_known_at(known_at);
    }
    if folder.config().as_of().is_none() {
        return Err(CommandError::NoAsOf);
    }
    let bar = progress::bytes(0);
    let ingested = folder.read(|at| {
        bar.set_length(at.total_bytes);
        bar.set_position(at.bytes);
        if bar.message() != at.file {
            bar.set_message(at.file.to_owned());
        }
    });
    bar.finish_and_clear();
    ingested.map_err(&failed)
}

/// The day of the question, in the folder's time zone, and what was known.
pub(crate) fn as_of(ingested: &Ingested) -> Result<AsOf, CommandError> {
    let as_of = AsOf::new(ingested.as_of.ok_or(CommandError::NoAsOf)?).in_zone(ingested.zone);
    Ok(ingested.known_at.map_or(as_of, |known_at| as_of.known_at(known_at)))
}

/// How many threads to compute with.
pub(crate) fn threads(args: &InputArgs) -> NonZeroUsize {
    args.threads.map_or_else(
        || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        |threads| NonZeroUsize::new(usize::from(threads)).unwrap_or(NonZeroUsize::MIN),
    )
}

/// Says which rows had no effect. `listed`: the file that lists them all.
pub(crate) fn tell(args: &InputArgs, ingested: &Ingested, listed: Option<&Path>) -> Rejects {
    let see = listed.map_or_else(
        || "`tenure report` lists them".to_owned(),
        |path| format!("{} lists them", path.display()),
    );
    let counts = ingested.counts();
    if counts.after_as_of > 0 {
        eprintln!(
            "note: {} rows are dated after as-of and have no effect; {see}",
            text::grouped(i128::from(counts.after_as_of)),
        );
    }
    let unknown = overrides::tell_unknown(ingested) > 0;
    let rejected = counts.rejected;
    if rejected == 0 {
        return if unknown && args.strict { Rejects::Some } else { Rejects::None };
    }
    eprintln!(
        "{}: rejected {} row(s); {see}",
        if args.strict { "error" } else { "warning" },
        text::grouped(i128::from(rejected)),
    );
    for reject in ingested.rejects().take(5) {
        eprintln!("  {}", text::printable(&reject.to_string()));
    }
    if args.strict { Rejects::Some } else { Rejects::None }
}
