//! Where the bytes of a file come from: disk or memory, packed or not, and how many were read.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

/// A file of the folder.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Disk { path: PathBuf, bytes: u64 },
    Memory(Arc<[u8]>),
}

const BUFFER_BYTES: usize = 1 << 16;

impl Content {
    /// Its size as it lies there.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Disk { bytes, .. } => *bytes,
            Self::Memory(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        }
    }

    /// Opens it, unpacked if its name ends in `.gz` and without a byte order mark. `counter` counts
    /// the bytes read as they lie there.
    pub(crate) fn open(&self, name: &str, counter: &Rc<Cell<u64>>) -> io::Result<Box<dyn BufRead>> {
        let raw: Box<dyn Read> = match self {
            Self::Disk { path, .. } => Box::new(File::open(path)?),
            Self::Memory(bytes) => Box::new(io::Cursor::new(Arc::clone(bytes))),
        };
        let counted = Counting { input: raw, counter: Rc::clone(counter) };
        let mut input: Box<dyn Read> = if name.ends_with(".gz") {
            Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, counted)))
        } else {
            Box::new(counted)
        };
        let mut head = Vec::with_capacity(3);
        input.by_ref().take(3).read_to_end(&mut head)?;
        if head == b"\xef\xbb\xbf" {
            head.clear();
        }
        Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, io::Cursor::new(head).chain(input))))
    }
}

struct Counting<R> {
    input: R,
    counter: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = loop {
            match self.input.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        let more = u64::try_from(read).unwrap_or(u64::MAX);
        self.counter.set(self.counter.get().saturating_add(more));
        Ok(read)
    }
}
