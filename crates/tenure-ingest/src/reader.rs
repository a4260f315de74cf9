//! Files to events, one row at a time, and afterwards the book's answers back to files and lines.

use std::cell::Cell;
use std::io::BufRead;
use std::rc::Rc;
use std::sync::Arc;

use chrono::NaiveDate;
use tenure_model::{BookReport, Event, Table, Zone};

use crate::bytes::Content;
use crate::config::Mapping;
use crate::context::Context;
use crate::error::IngestError;
use crate::events::{check_future, event, fact};
use crate::folder::Progress;
use crate::ingested::{Counts, FileReport};
use crate::lines::Lines;
use crate::plan::{Made, Plan};
use crate::records::{Records, RecordsFault};
use crate::reject::{Fault, MAX_LOCATED_REJECTS, Reject, RejectCode};

/// Rows between two calls of the progress callback.
const ROWS_PER_PROGRESS: u64 = 1 << 13;

/// A file to read as a table.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) mapping: Mapping,
    pub(crate) content: Content,
}

/// The file being read.
struct Open {
    records: Records<Box<dyn BufRead>>,
    table: Table,
    plan: Plan,
    report: FileReport,
    first_position: u64,
}

/// A file read to its end.
struct Done {
    plan: Plan,
    report: FileReport,
    first_position: u64,
}

/// The events of all files, in order. Stops early at an error, which `finish` returns.
pub(crate) struct EventReader<'f, P> {
    sources: std::slice::Iter<'f, Source>,
    open: Option<Open>,
    done: Vec<Done>,
    error: Option<IngestError>,
    lines: Lines,
    context: Context,
    made: Made,
    zone: Zone,
    as_of: Option<NaiveDate>,
    progress: P,
    bytes: Rc<Cell<u64>>,
    total_bytes: u64,
}

impl<'f, P: FnMut(Progress<'_>)> EventReader<'f, P> {
    pub(crate) fn new(
        sources: &'f [Source],
        context: Context,
        zone: Zone,
        as_of: Option<NaiveDate>,
        progress: P,
    ) -> Self {
        let total = |sum: u64, source: &Source| sum.saturating_add(source.content.len());
        Self {
            sources: sources.iter(),
            open: None,
            done: Vec::new(),
            error: None,
            lines: Lines::default(),
            context,
            made: Made::default(),
            zone,
            as_of,
            progress,
            bytes: Rc::new(Cell::new(0)),
            total_bytes: sources.iter().fold(0, total),
        }
    }

    fn open(&mut self, source: &Source) -> Result<Open, IngestError> {
        let Source { mapping, content } = source;
        let file = &mapping.file;
        let input = content.open(file, &self.bytes).map_err(|source| IngestError::Read {
            file: file.clone(),
            line: 1,
            source,
        })?;
        let mut records = Records::new(input, mapping.delimiter);
        match records.read() {
            Ok(true) => {}
            Ok(false) => return Err(IngestError::NoHeader { file: file.clone() }),
            Err(fault) => return Err(stop(file, records.line(), fault)),
        }
        let plan = Plan::bind(mapping, &records)?;
        self.context.numbers = mapping.numbers;
        self.context.zone = mapping.zone.unwrap_or(self.zone);
        let report = FileReport {
            file: Arc::from(file.as_str()),
            table: mapping.table,
            counts: Counts::default(),
            rejects: Vec::new(),
            after_as_of: Vec::new(),
            ignored_columns: plan.ignored.clone(),
        };
        let first_position = self.lines.len();
        Ok(Open { records, table: mapping.table, plan, report, first_position })
    }

    /// The next event of the open file; `None` at its end.
    fn next_in(&mut self, open: &mut Open) -> Result<Option<Event>, IngestError> {
        loop {
            match open.records.read() {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(fault) => return Err(stop(&open.report.file, open.records.line(), fault)),
            }
            let counts = &mut open.report.counts;
            counts.rows = counts.rows.saturating_add(1);
            if counts.rows.is_multiple_of(ROWS_PER_PROGRESS) {
                self.tell(&open.report);
            }
            match self.row(open) {
                Ok(Some(event)) => {
                    self.lines.push(open.records.line());
                    let kept = &mut open.report.counts.kept;
                    *kept = kept.saturating_add(1);
                    return Ok(Some(event));
                }
                Ok(None) => {
                    let filtered = &mut open.report.counts.filtered;
                    *filtered = filtered.saturating_add(1);
                }
                Err(fault) => {
                    let rejected = &mut open.report.counts.rejected;
                    *rejected = rejected.saturating_add(1);
                    if open.report.rejects.len() < MAX_LOCATED_REJECTS {
                        let reject = fault.at(&open.report.file, open.records.line());
                        open.report.rejects.push(reject);
                    }
                }
            }
        }
    }

    /// The event of the row just read; `None` where a filter leaves it out.
    fn row(&mut self, open: &mut Open) -> Result<Option<Event>, Fault> {
        let Open { records, table, plan, report, .. } = open;
        plan.check_width(records)?;
        if !plan.keeps(records) {
            return Ok(None);
        }
        plan.make(records, &mut self.made)?;
        let mut columns = plan.columns.iter();
        let made = &self.made;
        let next = || match columns.next() {
            Some(bound) => plan.cell(bound, records, made),
            None => Err(Fault::new(RejectCode::Missing, "", "", "a column of the schema")),
        };
        let event = event(*table, next, &mut self.context)?;
        check_future(&event, plan, &self.context)?;
        if let Some(((column, day), as_of)) = fact(&event.record, &self.context).zip(self.as_of)
            && day > as_of
        {
            let after = &mut report.counts.after_as_of;
            *after = after.saturating_add(1);
            if report.after_as_of.len() < MAX_LOCATED_REJECTS {
                let expected = format!("a day up to `as_of` ({as_of}) to have an effect on it");
                let (code, name) = (RejectCode::AfterAsOf, plan.name_of(column));
                let fault = Fault::new(code, name, &day.to_string(), expected);
                report.after_as_of.push(fault.at(&report.file, records.line()));
            }
        }
        Ok(Some(event))
    }

    fn tell(&mut self, report: &FileReport) {
        (self.progress)(Progress {
            file: &report.file,
            table: report.table,
            rows: report.counts.rows,
            bytes: self.bytes.get(),
            total_bytes: self.total_bytes,
        });
    }

    /// What became of the rows, now that the book has spoken.
    pub(crate) fn finish(self, book: BookReport) -> Result<Vec<FileReport>, IngestError> {
        let Self { mut done, error, lines, .. } = self;
        if let Some(error) = error {
            return Err(error);
        }
        let firsts: Vec<u64> = done.iter().map(|done| done.first_position).collect();
        let place =
            |position: u64| firsts.partition_point(|&first| first <= position).checked_sub(1);
        for position in book.duplicates {
            let Some(source) = place(position).and_then(|place| done.get_mut(place)) else {
                continue;
            };
            let counts = &mut source.report.counts;
            counts.kept = counts.kept.saturating_sub(1);
            counts.duplicates = counts.duplicates.saturating_add(1);
        }
        for reject in book.rejects {
            let Some(source) = place(reject.position).and_then(|place| done.get_mut(place)) else {
                continue;
            };
            let Done { plan, report, .. } = source;
            report.counts.kept = report.counts.kept.saturating_sub(1);
            report.counts.rejected = report.counts.rejected.saturating_add(1);
            let line = lines.get(reject.position);
            let code = match reject.error.field() {
                "id" | "account" => RejectCode::Conflict,
                _ => RejectCode::Contradiction,
            };
            let fault = Fault::new(
                code,
                plan.name_of(reject.error.field()),
                reject.error.found(),
                reject.error.expected().to_owned(),
            );
            report.rejects.push(fault.at(&report.file, line.unwrap_or(0)));
        }
        let reports = done.into_iter().map(|Done { mut report, .. }| {
            report.rejects.sort_by_key(|reject: &Reject| reject.line);
            report.rejects.truncate(MAX_LOCATED_REJECTS);
            report
        });
        Ok(reports.collect())
    }
}

impl<P: FnMut(Progress<'_>)> Iterator for EventReader<'_, P> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            if self.error.is_some() {
                return None;
            }
            let mut open = match self.open.take() {
                Some(open) => open,
                None => {
                    let source = self.sources.next()?;
                    match self.open(source) {
                        Ok(open) => open,
                        Err(error) => {
                            self.error = Some(error);
                            return None;
                        }
                    }
                }
            };
            match self.next_in(&mut open) {
                Ok(Some(event)) => {
                    self.open = Some(open);
                    return Some(event);
                }
                Ok(None) => {
                    self.tell(&open.report);
                    let Open { plan, report, first_position, .. } = open;
                    self.done.push(Done { plan, report, first_position });
                }
                Err(error) => self.error = Some(error),
            }
        }
    }
}

/// What ended the reading of a file, at its line.
pub(crate) fn stop(file: &str, line: u64, fault: RecordsFault) -> IngestError {
    let file = file.to_owned();
    match fault {
        RecordsFault::Io(source) => IngestError::Read { file, line, source },
        RecordsFault::TooLong => IngestError::LongRecord { file, line },
        RecordsFault::UnclosedQuote => IngestError::UnclosedQuote { file, line },
    }
}
