//! `tenure report`: a folder in, a scorecard out.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tenure::health::loyalty::Programme;
use tenure::ingest::{CONFIG_FILE, Ingested, MAX_LOCATED_REJECTS};
use tenure::scorecard::{Scorecard, scorecard};

use crate::args::{Format, ReportArgs};
use crate::document::{self, FileLine};
use crate::error::CommandError;
use crate::input::{self, Rejects};
use crate::{files, html, lists, print, progress, settings, table, text};

/// The files a report writes.
const OUTPUTS: [&str; 3] = ["report.json", "report.html", "rejects.csv"];

/// Reads, computes, prints and writes.
pub(crate) fn run(args: &ReportArgs) -> Result<Rejects, CommandError> {
    let ingested = input::read(&args.input)?;
    let as_of = ingested.as_of.ok_or(CommandError::NoAsOf)?;
    let mut chosen = settings::read(as_of, &ingested, &args.question)?;
    chosen.settings.playbook = files::playbook(&args.playbook)?;
    if let Some(name) = &args.by {
        chosen.by_period(name)?;
    }
    chosen.settings.loyalty = Programme::from_toml(CONFIG_FILE, &ingested.config_text)
        .map_err(CommandError::Programme)?;
    if let (Some(name), Some(folder)) = (&chosen.rfm.bins, &args.input.dir) {
        let frozen = lists::bins::read(folder, name, chosen.rfm.window_days)?;
        chosen.settings.rfm.frozen = Some(frozen);
    }
    let threads = input::threads(&args.input);
    let bar = progress::accounts(u64::try_from(ingested.book.len()).unwrap_or(u64::MAX));
    bar.set_message("classify and measure");
    let card = scorecard(&ingested.book, &chosen.settings, threads, &|done| bar.inc(done))
        .map_err(|source| CommandError::Scorecard { source })?;
    bar.finish_and_clear();

    let files = file_lines(&ingested, chosen.rfm.bins.as_deref());
    fs::create_dir_all(&args.out).map_err(|source| write_error(&args.out, source))?;
    let json = write_file(&args.out, "report.json", |out| {
        document::write(out, &card, &files, &chosen.echo)
    })?;
    let page = write_file(&args.out, "report.html", |out| html::write(out, &card, &files))?;
    let rejects = write_file(&args.out, "rejects.csv", |out| write_rejects(out, &ingested))?;

    match args.format {
        Format::Json => {
            let mut out = io::stdout().lock();
            document::write(&mut out, &card, &files, &chosen.echo).map_err(CommandError::Print)?;
        }
        Format::Table => {
            print(&table::render(&card))?;
            print(&rows_line(&ingested, &card, &rejects))?;
            print(&format!("Written: {}, {}\n", json.display(), page.display()))?;
        }
    }
    Ok(input::tell(&args.input, &ingested, Some(&rejects)))
}

/// What became of the rows, in one sentence.
fn rows_line(ingested: &Ingested, card: &Scorecard, rejects: &Path) -> String {
    let counts = ingested.counts();
    let number = |count: u64| text::grouped(i128::from(count));
    let sum = |pick: fn(&tenure::scorecard::TableUse) -> u64| {
        card.tables.iter().fold(0_u64, |sum, table| sum.saturating_add(pick(table)))
    };
    format!(
        "Rows: {} read = {} kept + {} repeated + {} filtered + {} rejected ({}); of those kept, {} \
         lie after as-of and {} were not known yet.\n",
        number(counts.rows),
        number(counts.kept),
        number(counts.duplicates),
        number(counts.filtered),
        number(counts.rejected),
        rejects.display(),
        number(sum(|table| table.after_as_of)),
        number(sum(|table| table.not_yet_known)),
    )
}

/// `bins`: the file of frozen bins, which is no table and was read.
fn file_lines(ingested: &Ingested, bins: Option<&str>) -> Vec<FileLine> {
    let mut lines: Vec<FileLine> = ingested
        .files
        .iter()
        .map(|file| {
            let mut codes: BTreeMap<String, u64> = BTreeMap::new();
            for reject in &file.rejects {
                let count = codes.entry(reject.code.name().to_owned()).or_default();
                *count = count.saturating_add(1);
            }
            let located = u64::try_from(file.rejects.len()).unwrap_or(u64::MAX);
            let beyond = file.counts.rejected.saturating_sub(located);
            let mut notes = Vec::new();
            if beyond > 0 {
                notes.push(format!(
                    "{beyond} rejects beyond the first {MAX_LOCATED_REJECTS} are counted, not listed"
                ));
            }
            if !file.ignored_columns.is_empty() {
                notes.push(format!("not read: {}", file.ignored_columns.join(", ")));
            }
            FileLine {
                file: file.file.to_string(),
                table: Some(file.table.name()),
                rows: file.counts.rows,
                kept: file.counts.kept,
                duplicates: file.counts.duplicates,
                filtered: file.counts.filtered,
                rejected: file.counts.rejected,
                rejected_by_code: codes,
                note: (!notes.is_empty()).then(|| notes.join("; ")),
            }
        })
        .collect();
    // What an earlier run wrote into the folder itself is no input.
    let ours = |name: &str| OUTPUTS.contains(&name) || bins == Some(name);
    let ignored = ingested.ignored.iter().filter(|ignored| !ours(&ignored.file));
    lines.extend(ignored.map(|ignored| FileLine {
        file: ignored.file.clone(),
        table: None,
        rows: 0,
        kept: 0,
        duplicates: 0,
        filtered: 0,
        rejected: 0,
        rejected_by_code: BTreeMap::new(),
        note: Some(ignored.did_you_mean.as_ref().map_or_else(
            || "no table of this name: not read".to_owned(),
            |table| format!("not read; did you mean {table}?"),
        )),
    }));
    lines
}

fn write_error(path: &Path, source: io::Error) -> CommandError {
    CommandError::Write { path: path.to_owned(), source }
}

fn write_file(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<PathBuf, CommandError> {
    let path = folder.join(name);
    let written = File::create(&path).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.flush()
    });
    written.map_err(|source| write_error(&path, source))?;
    Ok(path)
}

fn write_rejects(out: &mut dyn Write, ingested: &Ingested) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(["file", "line", "column", "value", "expected", "code"])?;
    for reject in ingested.rejects().chain(ingested.after_as_of()) {
        rows.write_record([
            &*reject.file,
            &reject.line.to_string(),
            &reject.column,
            &reject.value,
            &reject.expected,
            reject.code.name(),
        ])?;
    }
    rows.flush()
}
