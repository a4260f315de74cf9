//! CSV records with the physical line each starts at, none longer than a limit.

use std::io::{self, BufRead};

use csv_core::ReadRecordResult;

/// The longest record read, in bytes: 1 MiB, its quotes and its line end included. A longer one is
/// an error, found without reading the rest of it into memory.
pub const MAX_RECORD_BYTES: usize = 1 << 20;

/// What ends the reading of a file, at the line where the record begins.
#[derive(Debug)]
pub(crate) enum RecordsFault {
    Io(io::Error),
    TooLong,
    UnclosedQuote,
}

/// A reader of records; the fields of the last one lie in its buffer.
pub(crate) struct Records<R> {
    input: R,
    core: csv_core::Reader,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
    /// The line of the next byte.
    cursor: u64,
    /// The line where the record begins.
    line: u64,
    after_cr: bool,
}

impl<R: BufRead> Records<R> {
    pub(crate) fn new(input: R, delimiter: u8) -> Self {
        Self {
            input,
            core: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            bytes: vec![0; 1024],
            ends: vec![0; 32],
            fields: 0,
            cursor: 1,
            line: 1,
            after_cr: false,
        }
    }

    /// The line where the record read last, or the one that failed, begins.
    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    /// How many fields the record has.
    pub(crate) const fn len(&self) -> usize {
        self.fields
    }

    /// The bytes of a field; empty where there is no such field.
    pub(crate) fn get(&self, field: usize) -> &[u8] {
        let ends = self.ends.get(..self.fields).unwrap_or_default();
        let start = field.checked_sub(1).and_then(|before| ends.get(before)).copied();
        let range = start.unwrap_or(0)..ends.get(field).copied().unwrap_or(0);
        self.bytes.get(range).unwrap_or_default()
    }

    /// Reads the next record; `false` at the end. Empty lines are no records.
    pub(crate) fn read(&mut self) -> Result<bool, RecordsFault> {
        self.fields = 0;
        if !self.skip_line_ends()? {
            return Ok(false);
        }
        let (mut consumed, mut written) = (0_usize, 0_usize);
        loop {
            let chunk = self.input.fill_buf().map_err(RecordsFault::Io)?;
            let at_end = chunk.is_empty();
            // At the end of the file a line end closes the last record, unless a quote is open.
            let chunk = if at_end { b"\n" } else { chunk };
            let output = self.bytes.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(self.fields..).unwrap_or_default();
            let (result, read, wrote, ended) = self.core.read_record(chunk, output, ends);
            if !at_end {
                let seen = chunk.get(..read).unwrap_or_default();
                (self.cursor, self.after_cr) = count_lines(self.cursor, self.after_cr, seen);
                self.input.consume(read);
            }
            written = written.saturating_add(wrote);
            self.fields = self.fields.saturating_add(ended);
            consumed = consumed.saturating_add(read);
            if consumed > MAX_RECORD_BYTES {
                return Err(RecordsFault::TooLong);
            }
            match result {
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::InputEmpty if at_end => return Err(RecordsFault::UnclosedQuote),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    self.bytes.resize(self.bytes.len().saturating_mul(2), 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    self.ends.resize(self.ends.len().saturating_mul(2), 0);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Steps over line ends to the first byte of a record; `false` if there is none.
    fn skip_line_ends(&mut self) -> Result<bool, RecordsFault> {
        self.line = self.cursor;
        loop {
            let chunk = self.input.fill_buf().map_err(RecordsFault::Io)?;
            if chunk.is_empty() {
                return Ok(false);
            }
            let blank = chunk.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
            let skipped = blank.unwrap_or(chunk.len());
            let seen = chunk.get(..skipped).unwrap_or_default();
            (self.cursor, self.after_cr) = count_lines(self.cursor, self.after_cr, seen);
            self.input.consume(skipped);
            self.line = self.cursor;
            if blank.is_some() {
                return Ok(true);
            }
        }
    }
}

/// The line after these bytes: `\n`, `\r\n` and `\r` each end one.
fn count_lines(line: u64, after_cr: bool, bytes: &[u8]) -> (u64, bool) {
    if !after_cr && !bytes.contains(&b'\r') {
        // Most files: counted many bytes at a time.
        let ends = bytes.iter().filter(|&&byte| byte == b'\n').count();
        return (line.saturating_add(u64::try_from(ends).unwrap_or(u64::MAX)), false);
    }
    let (mut line, mut after_cr) = (line, after_cr);
    for &byte in bytes {
        let ends = byte == b'\r' || (byte == b'\n' && !after_cr);
        line = line.saturating_add(u64::from(ends));
        after_cr = byte == b'\r';
    }
    (line, after_cr)
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::{MAX_RECORD_BYTES, Records, RecordsFault};

    fn all(text: &str, capacity: usize) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new(BufReader::with_capacity(capacity, text.as_bytes()), b',');
        let mut found = Vec::new();
        while records.read().unwrap() {
            let fields = (0..records.len())
                .map(|field| String::from_utf8(records.get(field).to_vec()).unwrap())
                .collect();
            found.push((records.line(), fields));
        }
        found
    }

    #[test]
    fn every_record_knows_its_line_whatever_ends_lines() {
        let expected: Vec<(u64, Vec<String>)> = vec![
            (1, vec!["a".into(), "b".into()]),
            (2, vec!["1".into(), "x\ny\nz".into()]),
            (6, vec!["2".into(), String::new()]),
            (7, vec!["3".into(), "say \"hi\"".into()]),
        ];
        let text = "a,b\n1,\"x\ny\nz\"\n\n2,\n3,\"say \"\"hi\"\"\"";
        for capacity in [1, 2, 3, 7, 64] {
            assert_eq!(all(text, capacity), expected);
            assert_eq!(all(&format!("{text}\n"), capacity), expected);
            let crlf = text.replace('\n', "\r\n");
            let lines = |found: Vec<(u64, Vec<String>)>| {
                found.into_iter().map(|(line, fields)| (line, fields.len())).collect::<Vec<_>>()
            };
            assert_eq!(lines(all(&crlf, capacity)), lines(expected.clone()));
            let cr = text.replace('\n', "\r");
            assert_eq!(lines(all(&cr, capacity)), lines(expected.clone()));
        }
    }

    #[test]
    fn more_fields_than_the_buffer_begins_with() {
        let text = format!("{}\n{}", ",".repeat(5_000), "x".repeat(50_000));
        let found = all(&text, 16);
        assert_eq!(found[0].1.len(), 5_001);
        assert_eq!(found[1].1[0].len(), 50_000);
    }

    #[test]
    fn a_record_too_long_stops_after_the_limit() {
        // An endless line: only reading it to its end would hang.
        let endless = std::io::Cursor::new(b"a,b\n").chain(std::io::repeat(b'x'));
        let mut records = Records::new(BufReader::new(endless), b',');
        assert!(records.read().unwrap());
        assert!(matches!(records.read(), Err(RecordsFault::TooLong)));
        assert_eq!(records.line(), 2);
        assert!(records.bytes.len() <= 2 * MAX_RECORD_BYTES);
    }

    #[test]
    fn the_limit_is_exact() {
        for (length, fits) in [(MAX_RECORD_BYTES - 1, true), (MAX_RECORD_BYTES, false)] {
            let text = format!("{}\n", "x".repeat(length));
            let mut records = Records::new(text.as_bytes(), b',');
            assert_eq!(records.read().is_ok(), fits);
        }
    }

    #[test]
    fn an_open_quote_at_the_end_is_an_error_at_its_line() {
        let mut records = Records::new(&b"a\nb\n\"c\nd\n"[..], b',');
        assert!(records.read().unwrap() && records.read().unwrap());
        assert!(matches!(records.read(), Err(RecordsFault::UnclosedQuote)));
        assert_eq!(records.line(), 3);
    }

    #[test]
    fn nothing_but_line_ends_is_nothing() {
        for text in ["", "\n", "\r\n\r\n", "\r"] {
            assert_eq!(all(text, 2), []);
        }
    }
}
