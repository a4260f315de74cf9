//! Reads a log of monthly amounts: integers and commas, as fast as they can be told apart.

use std::io::{self, Read};

use tenure::revenue::{LogError, LogEvent, RevenueLog};

/// Bytes read at once; no row may be longer.
const CHUNK: usize = 1 << 16;
/// What stands behind the bytes read, so that eight at once can always be looked at.
const PADDING: usize = 8;

/// The columns a log has.
const COLUMNS: [&str; 5] = ["account", "subscription", "ts", "recorded_ts", "mrr_minor"];
const ACCOUNT: usize = 0;
const SUBSCRIPTION: usize = 1;
const TS: usize = 2;
const RECORDED: usize = 3;
const MONTHLY: usize = 4;

/// Why a log cannot be used, and where.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("line {line}, column `{column}`: `{found}` is not {expected}")]
    Field { line: u64, column: &'static str, found: String, expected: &'static str },
    #[error("line {line} has {found} columns, the header has {expected}")]
    Ragged { line: u64, found: usize, expected: usize },
    #[error("line {line} is longer than {CHUNK} bytes")]
    Long { line: u64 },
    #[error("the header has no column `{column}`; a log has {}", COLUMNS.join(", "))]
    Missing { column: &'static str },
    #[error("the header has the column `{column}` twice")]
    Twice { column: &'static str },
    #[error("line {line}")]
    Row {
        line: u64,
        #[source]
        source: LogError,
    },
}

/// Reads every row into `log`; `read` is told the bytes since it was last told.
pub(crate) fn read(
    mut input: impl Read,
    log: &mut RevenueLog,
    read: impl Fn(u64),
) -> Result<(), ReadError> {
    let mut buffer = vec![0_u8; CHUNK.saturating_add(PADDING)];
    let mut held = 0_usize;
    let mut rows: Option<Rows> = None;
    loop {
        let space = buffer.get_mut(held..CHUNK).unwrap_or_default();
        let line = rows.as_ref().map_or(1, |rows| rows.line);
        if space.is_empty() {
            return Err(ReadError::Long { line });
        }
        let got = match input.read(space) {
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        read(u64::try_from(got).unwrap_or_default());
        let mut filled = held.saturating_add(got);
        if got == 0 {
            // The last line may lack its end; there is room: a full chunk was refused above.
            let open = held > 0;
            if let (true, Some(end)) = (open, buffer.get_mut(filled)) {
                *end = b'\n';
                filled = filled.saturating_add(1);
            }
        }
        let whole = buffer.get(..filled).unwrap_or_default();
        let Some(ends) = whole.iter().rposition(|&byte| byte == b'\n') else {
            if got == 0 {
                break;
            }
            held = filled;
            continue;
        };
        let ends = ends.saturating_add(1);
        let lines = buffer.get(..ends.saturating_add(PADDING)).unwrap_or_default();
        let mut at = 0_usize;
        if rows.is_none() {
            let (header, begins) = header(lines, ends)?;
            at = begins;
            rows = Some(header);
        }
        if let Some(rows) = &mut rows {
            while at < ends {
                at = rows.row(lines, at, log)?;
            }
        }
        buffer.copy_within(ends..filled, 0);
        held = filled.saturating_sub(ends);
        if got == 0 {
            break;
        }
    }
    if rows.is_none() {
        return Err(ReadError::Missing { column: "account" });
    }
    Ok(())
}

/// What each column of the file is, by place in [`COLUMNS`]; `None` is not read.
struct Rows {
    columns: Vec<Option<usize>>,
    /// Whether they are all there, in order, and no other.
    plain: bool,
    line: u64,
}

fn header(bytes: &[u8], ends: usize) -> Result<(Rows, usize), ReadError> {
    let length = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(ends);
    let text = bytes.get(..length).unwrap_or_default();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let mut columns = Vec::new();
    for name in text.split(|&byte| byte == b',') {
        let name = name.trim_ascii();
        let name =
            name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name);
        let place = COLUMNS.iter().position(|known| known.as_bytes() == name);
        if let Some(place) = place.filter(|_| columns.contains(&place)) {
            return Err(ReadError::Twice {
                column: COLUMNS.get(place).copied().unwrap_or_default(),
            });
        }
        columns.push(place);
    }
    for needed in [ACCOUNT, TS, MONTHLY] {
        if !columns.contains(&Some(needed)) {
            let column = COLUMNS.get(needed).copied().unwrap_or_default();
            return Err(ReadError::Missing { column });
        }
    }
    let plain = columns == [ACCOUNT, SUBSCRIPTION, TS, RECORDED, MONTHLY].map(Some);
    Ok((Rows { columns, plain, line: 2 }, length.saturating_add(1)))
}

impl Rows {
    /// Reads the row that begins at `at`, and returns where the next one begins.
    fn row(&mut self, bytes: &[u8], at: usize, log: &mut RevenueLog) -> Result<usize, ReadError> {
        let line = self.line;
        self.line = line.wrapping_add(1);
        let mut rest = bytes.get(at..).unwrap_or_default();
        if let Some((event, recorded, rest)) = self.plain.then(|| plain_row(rest)).flatten() {
            log.push(event, Some(recorded)).map_err(|source| ReadError::Row { line, source })?;
            return Ok(bytes.len().wrapping_sub(rest.len()));
        }
        let mut values = [Some(0_i64), Some(0), Some(0), None, Some(0)];
        if rest.first() == Some(&b'\n') {
            return Ok(at.wrapping_add(1));
        }
        let last = self.columns.len().wrapping_sub(1);
        for (place, column) in self.columns.iter().enumerate() {
            let ending = if place == last { b'\n' } else { b',' };
            let plain = column.and_then(|_| number(rest));
            let value = match plain {
                Some((value, after)) if after.first() == Some(&ending) => {
                    rest = after;
                    Some(value)
                }
                _ => {
                    if place == 0 && rest.starts_with(b"\r\n") {
                        return Ok(at.wrapping_add(2));
                    }
                    let (text, after) = field_text(rest);
                    rest = after.strip_prefix(b"\r").unwrap_or(after);
                    if rest.first() != Some(&ending) {
                        let more = rest.iter().take_while(|&&byte| byte != b'\n');
                        let more = more.filter(|&&byte| byte == b',').count();
                        let found = place.saturating_add(1).saturating_add(more);
                        return Err(ReadError::Ragged {
                            line,
                            found,
                            expected: self.columns.len(),
                        });
                    }
                    match column {
                        None => None,
                        Some(name) => self.odd(*name, text)?,
                    }
                }
            };
            if let Some(slot) = column.and_then(|name| values.get_mut(name)) {
                *slot = value;
            }
            rest = rest.get(1..).unwrap_or_default();
        }
        let [account, subscription, ts, recorded, monthly] = values;
        let event = LogEvent {
            account: Self::id(line, ACCOUNT, account)?,
            subscription: Self::id(line, SUBSCRIPTION, subscription)?,
            at: ts.unwrap_or_default(),
            monthly: monthly.unwrap_or_default(),
        };
        log.push(event, recorded).map_err(|source| ReadError::Row { line, source })?;
        Ok(bytes.len().wrapping_sub(rest.len()))
    }

    fn id(line: u64, place: usize, found: Option<i64>) -> Result<u32, ReadError> {
        let found = found.unwrap_or_default();
        u32::try_from(found).map_err(|_| ReadError::Field {
            line,
            column: COLUMNS.get(place).copied().unwrap_or_default(),
            found: found.to_string(),
            expected: "a whole number from 0 to 4294967295",
        })
    }

    /// A field that is not just digits: quoted, between spaces, empty, or wrong.
    #[cold]
    fn odd(&self, place: usize, text: &[u8]) -> Result<Option<i64>, ReadError> {
        let text = text.trim_ascii();
        let text =
            text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
        let mut padded = [0_u8; 40];
        let fits = text.len() <= 32;
        if let Some(space) = padded.get_mut(..text.len()).filter(|_| fits) {
            space.copy_from_slice(text);
            if let Some((value, after)) = number(&padded)
                && after.len() == padded.len().saturating_sub(text.len())
            {
                return Ok(Some(value));
            }
        }
        if text.is_empty() && (place == RECORDED || place == SUBSCRIPTION) {
            return Ok((place == SUBSCRIPTION).then_some(0));
        }
        let shown = text.get(..text.len().min(40)).unwrap_or_default();
        Err(ReadError::Field {
            line: self.line.wrapping_sub(1),
            column: COLUMNS.get(place).copied().unwrap_or_default(),
            found: String::from_utf8_lossy(shown).into_owned(),
            expected: "a whole number of 64 bits",
        })
    }
}

/// A row of five numbers that are digits and nothing else; `None` for any other.
#[inline]
fn plain_row(bytes: &[u8]) -> Option<(LogEvent, i64, &[u8])> {
    let (account, rest) = plain_number(bytes, b',')?;
    let (subscription, rest) = plain_number(rest, b',')?;
    let (at, rest) = plain_number(rest, b',')?;
    let (recorded, rest) = plain_number(rest, b',')?;
    let (monthly, rest) = plain_number(rest, b'\n')?;
    let account = u32::try_from(account).ok()?;
    let subscription = u32::try_from(subscription).ok()?;
    Some((LogEvent { account, subscription, at, monthly }, recorded, rest))
}

/// Up to 15 digits before `ending`, and what follows it; `None` for anything else.
#[expect(clippy::inline_always, reason = "five times a row: a fifth of the time of reading")]
#[inline(always)]
fn plain_number(bytes: &[u8], ending: u8) -> Option<(i64, &[u8])> {
    if let [digit @ b'0'..=b'9', found, rest @ ..] = bytes
        && *found == ending
    {
        return Some((i64::from(digit.wrapping_sub(b'0')), rest));
    }
    let (mut value, length) = digits(bytes)?;
    let mut rest = bytes.get(length..)?;
    if length == 8 {
        // Of a time in seconds two digits are left: looked at one by one, seven at most.
        for _ in 0..7 {
            let [digit @ b'0'..=b'9', further @ ..] = rest else { break };
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0')));
            rest = further;
        }
    }
    let (found, rest) = rest.split_first()?;
    if *found == ending { Some((i64::try_from(value).ok()?, rest)) } else { None }
}

/// A field as it stands, and what follows; a comma within quotes does not end it.
fn field_text(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut quoted = false;
    let ends = bytes.iter().enumerate().position(|(place, &byte)| match byte {
        b'"' => {
            quoted = !quoted;
            false
        }
        b',' => !quoted,
        b'\r' => bytes.get(place.wrapping_add(1)) == Some(&b'\n'),
        byte => byte == b'\n',
    });
    bytes.split_at_checked(ends.unwrap_or(bytes.len())).unwrap_or((bytes, &[]))
}

/// An integer of 64 bits and what follows; `None` where there is none, or it does not fit.
#[inline]
fn number(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (negative, rest) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    let (mut value, length) = digits(rest)?;
    let mut rest = rest.get(length..)?;
    if length == 8 {
        // At most 24 digits are looked at: more than 20 do not fit.
        for _ in 0..2 {
            let Some((more, length)) = digits(rest) else { break };
            value = value.checked_mul(*POWERS.get(length)?)?.checked_add(more)?;
            rest = rest.get(length..)?;
            if length < 8 {
                break;
            }
        }
        if rest.first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
    }
    let value =
        if negative { 0_i64.checked_sub_unsigned(value)? } else { i64::try_from(value).ok()? };
    Some((value, rest))
}

const POWERS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// Up to eight digits, all at once: their value and how many; `None` of none.
#[inline]
fn digits(bytes: &[u8]) -> Option<(u64, usize)> {
    let word = u64::from_le_bytes(*bytes.first_chunk::<8>()?) ^ 0x3030_3030_3030_3030;
    // The top bit of each byte that is no digit, and of some after it.
    let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    let bits = others.trailing_zeros() & !7;
    if bits == 0 {
        return None;
    }
    // The digits at the end, zeros before them; then neighbours are added, twos, fours, eights.
    let word = word.wrapping_shl(64_u32.wrapping_sub(bits));
    let pairs = word.wrapping_mul(10).wrapping_add(word >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(0x0064_0001) >> 16) & 0x0000_ffff_0000_ffff;
    let value = fours.wrapping_mul(0x0000_2710_0000_0001) >> 32;
    Some((value, usize::try_from(bits >> 3).ok()?))
}

#[cfg(test)]
mod tests {
    use tenure::revenue::RevenueLog;

    use super::{CHUNK, number, read};

    fn rows(text: &str) -> Result<Vec<(u32, u32, i64, i64)>, String> {
        let mut log = RevenueLog::new(None);
        read(text.as_bytes(), &mut log, |_| {}).map_err(|error| crate::error::chain(&error))?;
        let log = log.group();
        let mut rows: Vec<_> = log
            .accounts()
            .flatten()
            .map(|e| (e.account, e.subscription, e.at, e.monthly))
            .collect();
        rows.sort_unstable();
        Ok(rows)
    }

    #[test]
    fn every_length_of_a_number_reads_as_its_value() {
        let mut padded = [0_u8; 40];
        for text in [
            "0",
            "7",
            "-1",
            "42",
            "1234567",
            "12345678",
            "123456789",
            "1234567890123456",
            "12345678901234567",
            "9223372036854775807",
            "-9223372036854775808",
            "00000000000000000001",
        ] {
            padded[..text.len()].copy_from_slice(text.as_bytes());
            padded[text.len()] = b',';
            let value = i64::try_from(
                text.chars().fold(0_i128, |value, digit| {
                    digit.to_digit(10).map_or(value, |digit| value * 10 + i128::from(digit))
                }) * if text.starts_with('-') { -1 } else { 1 },
            );
            assert_eq!(number(&padded), Some((value.unwrap(), &padded[text.len()..])), "{text}");
        }
        for text in [
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999999",
            "",
            "-",
            "x",
            ":",
            "/",
        ] {
            padded.fill(0);
            padded[..text.len()].copy_from_slice(text.as_bytes());
            assert_eq!(number(&padded), None, "{text}");
        }
    }

    #[test]
    fn columns_may_stand_in_any_order_beside_others_and_quoted() {
        let text =
            "\u{feff}note,mrr_minor,\"account\",ts\r\n\"a, b\",500, \"3\",86400\r\n\r\n,-7,1,0";
        assert_eq!(rows(text).unwrap(), [(1, 0, 0, -7), (3, 0, 86_400, 500)]);
        assert_eq!(rows("account,ts,mrr_minor\n").unwrap(), []);
        let optional = "account,subscription,ts,recorded_ts,mrr_minor\n1,,5,,9\n";
        assert_eq!(rows(optional).unwrap(), [(1, 0, 5, 9)]);
    }

    #[test]
    fn a_log_longer_than_a_chunk_is_read_whole() {
        let mut text = "account,subscription,ts,recorded_ts,mrr_minor\n".to_owned();
        let many = 10_000_u32;
        for account in 0..many {
            text.push_str(&format!("{account},0,1700000000,1700000001,{account}\n"));
        }
        assert!(text.len() > 3 * CHUNK);
        let found = rows(&text).unwrap();
        assert!(found.iter().zip(0..many).all(|(row, n)| (row.0, row.3) == (n, i64::from(n))));
        assert_eq!(found.len(), 10_000);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let head = "account,subscription,ts,recorded_ts,mrr_minor\n";
        for (text, says) in [
            ("", "no column `account`"),
            (
                "account,ts\n",
                "no column `mrr_minor`; a log has account, subscription, ts, recorded_ts, mrr_minor",
            ),
            ("account,ts,mrr_minor,ts\n", "`ts` twice"),
            (
                "1,0,5,5,12.50",
                "line 2, column `mrr_minor`: `12.50` is not a whole number of 64 bits",
            ),
            ("1,0,5,5,9\nacme,0,5,5,9", "line 3, column `account`: `acme` is not a whole number"),
            (
                "4294967296,0,5,5,9",
                "column `account`: `4294967296` is not a whole number from 0 to",
            ),
            ("1,-1,5,5,9", "column `subscription`: `-1` is not a whole number from 0"),
            ("1,0,,5,9", "column `ts`: `` is not a whole number"),
            ("1,0,5,5,9223372036854775808", "column `mrr_minor`: `9223372036854775808` is not"),
            ("1,0,5,5", "line 2 has 4 columns, the header has 5"),
            ("1,0,5,5,9,9,9", "line 2 has 7 columns, the header has 5"),
            ("1,0,999999999999999,5,9", "line 2: `999999999999999` seconds since 1970 are outside"),
        ] {
            let text =
                if text.contains("mrr_minor") || text.is_empty() || text.starts_with("account,") {
                    text.to_owned()
                } else {
                    format!("{head}{text}")
                };
            let told = rows(&text).unwrap_err();
            assert!(told.contains(says), "{says}: {told}");
        }
        let long = format!("{head}{}", "1".repeat(CHUNK));
        assert!(rows(&long).unwrap_err().contains("line 2 is longer than"));
    }
}
