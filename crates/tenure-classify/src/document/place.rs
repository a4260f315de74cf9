//! From bytes to lines and columns.

use std::sync::Arc;

use crate::fault::Location;

/// A place is remembered every so many bytes, so that finding one is a short walk.
const APART: usize = 64;

/// Where the bytes of a text stand.
pub(super) struct Places<'t> {
    file: Arc<str>,
    text: &'t str,
    /// Byte, line and column of one character every so often.
    marks: Vec<(usize, usize, usize)>,
}

fn step((line, column): (usize, usize), c: char) -> (usize, usize) {
    if c == '\n' { (line.saturating_add(1), 1) } else { (line, column.saturating_add(1)) }
}

impl<'t> Places<'t> {
    pub(super) fn new(file: &Arc<str>, text: &'t str) -> Self {
        let mut marks = Vec::new();
        let (mut place, mut next) = ((1, 1), 0);
        for (byte, c) in text.char_indices() {
            if byte >= next {
                marks.push((byte, place.0, place.1));
                next = byte.saturating_add(APART);
            }
            place = step(place, c);
        }
        Self { file: Arc::clone(file), text, marks }
    }

    /// The place of the character at, or over, that byte; past the end, that of the end.
    pub(super) fn of(&self, byte: usize) -> Location {
        let after = self.marks.partition_point(|mark| mark.0 <= byte);
        let mark = after.checked_sub(1).and_then(|before| self.marks.get(before));
        let &(from, line, column) = mark.unwrap_or(&(0, 1, 1));
        let mut place = (line, column);
        for (at, c) in self.text.get(from..).unwrap_or_default().char_indices() {
            let end = from.saturating_add(at).saturating_add(c.len_utf8());
            if end > byte {
                break;
            }
            place = step(place, c);
        }
        Location { file: Arc::clone(&self.file), line: place.0, column: place.1 }
    }

    /// Where a part of the text begins in it.
    pub(super) fn offset(&self, part: &str) -> usize {
        part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr()).min(self.text.len())
    }

    /// The byte of a line and a column counted in bytes, both from 1.
    pub(super) fn byte(&self, line: usize, column: usize) -> usize {
        let lines = self.text.split_inclusive('\n').take(line.saturating_sub(1));
        let before = lines.fold(0, |bytes: usize, line| bytes.saturating_add(line.len()));
        before.saturating_add(column.saturating_sub(1)).min(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn every_byte_has_the_place_that_counting_gives() {
        let line = "ab\u{e9}\u{1f600}c";
        let text = format!("{}\n\n{}", format!("{line}\n").repeat(80), line.repeat(120));
        let places = Places::new(&"f".into(), &text);
        let (mut line, mut column) = (1, 1);
        for (byte, c) in text.char_indices() {
            for inside in byte..byte + c.len_utf8() {
                let found = places.of(inside);
                assert_eq!((found.line, found.column), (line, column), "byte {inside}");
            }
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        for beyond in [text.len(), text.len() + 9] {
            let found = places.of(beyond);
            assert_eq!((found.line, found.column), (line, column));
        }
        let nothing = Places::new(&"f".into(), "").of(5);
        assert_eq!((nothing.line, nothing.column), (1, 1));
    }

    #[test]
    fn a_part_is_found_by_where_it_lies() {
        let text = "one\ntwo\nthree";
        let places = Places::new(&"f".into(), text);
        assert_eq!(places.offset(text.get(4..7).unwrap()), 4);
        assert_eq!((places.byte(1, 1), places.byte(2, 3), places.byte(3, 0)), (0, 6, 8));
        assert_eq!((places.byte(9, 1), places.byte(3, 99)), (13, 13));
    }
}
