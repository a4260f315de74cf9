//! A mapping bound to the header of its file: where each of our columns lies.

use std::collections::BTreeMap;
use std::ops::Range;

use tenure_model::{Rounding, Table};

use crate::cell::Cell;
use crate::config::{Keep, Mapping, Part, TextFrom};
use crate::date_format::DateFormat;
use crate::error::IngestError;
use crate::records::Records;
use crate::reject::{Fault, RejectCode};
use crate::schema::{self, Column, Need};

/// One of our columns, in this file.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) schema: &'static Column,
    /// What the file calls it; our own name where the file does not have it.
    pub(crate) name: String,
    from: From,
    values: BTreeMap<String, String>,
    pub(crate) format: Option<DateFormat>,
    pub(crate) round: Option<Rounding>,
}

#[derive(Debug)]
enum From {
    Nothing,
    Field(usize),
    Constant(String),
    /// The so-manieth template of the plan.
    Template(usize),
}

impl Bound {
    /// Whether every row has the same text here.
    pub(crate) const fn is_constant(&self) -> bool {
        matches!(self.from, From::Constant(_))
    }
}

#[derive(Debug)]
struct BoundFilter {
    field: usize,
    /// Sorted.
    values: Vec<String>,
    keep: Keep,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Field { field: usize, name: String },
}

/// How to read the rows of one file as one table.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) columns: Vec<Bound>,
    pub(crate) ignored: Vec<String>,
    width: usize,
    trim: bool,
    filters: Vec<BoundFilter>,
    templates: Vec<Vec<Piece>>,
}

/// The texts a row's templates make, in one buffer used again for every row.
#[derive(Debug, Default)]
pub(crate) struct Made {
    text: String,
    ranges: Vec<Range<usize>>,
}

type Input = Records<Box<dyn std::io::BufRead>>;

impl Plan {
    /// Binds a mapping to the header just read.
    pub(crate) fn bind(mapping: &Mapping, header: &Input) -> Result<Self, IngestError> {
        let header = Header::new(mapping, header)?;
        let mut used = vec![false; header.names.len()];
        let mut find = |name: &str| header.find(mapping.table, name, &mut used);
        let mut templates = Vec::new();
        let mut columns = Vec::new();
        for schema in schema::columns(mapping.table) {
            let mut bound = Bound {
                schema,
                name: schema.name.to_owned(),
                from: From::Nothing,
                values: BTreeMap::new(),
                format: None,
                round: None,
            };
            match &mapping.columns {
                None => {
                    if schema.need != Need::Optional || header.has(schema.name) {
                        bound.from = From::Field(find(schema.name)?);
                    }
                }
                Some(origins) => {
                    if let Some((_, origin)) = origins.iter().find(|(name, _)| *name == schema.name)
                    {
                        match &origin.text {
                            TextFrom::Column(name) => {
                                bound.from = From::Field(find(name)?);
                                bound.name.clone_from(name);
                            }
                            TextFrom::Constant(text) => {
                                bound.from = From::Constant(text.clone());
                            }
                            TextFrom::Template { text, parts } => {
                                bound.from = From::Template(templates.len());
                                bound.name.clone_from(text);
                                templates.push(pieces(parts, &mut find)?);
                            }
                        }
                        bound.values = origin.values.iter().flatten().cloned().collect();
                        bound.format.clone_from(&origin.format);
                        bound.round = origin.round;
                    }
                }
            }
            columns.push(bound);
        }
        let mut filters = Vec::new();
        for filter in &mapping.filters {
            let mut values = filter.values.clone();
            values.sort();
            filters.push(BoundFilter { field: find(&filter.column)?, values, keep: filter.keep });
        }
        let unused = header.names.iter().zip(&used).filter(|&(_, used)| !used);
        let ignored = unused.map(|(name, _)| name.clone()).collect();
        let (width, trim) = (header.names.len(), mapping.trim);
        Ok(Self { columns, ignored, width, trim, filters, templates })
    }

    /// Whether the row has as many fields as the header.
    pub(crate) fn check_width(&self, row: &Input) -> Result<(), Fault> {
        if row.len() == self.width {
            return Ok(());
        }
        Err(Fault::ragged(row.len(), self.width))
    }

    /// Whether the filters keep the row.
    pub(crate) fn keeps(&self, row: &Input) -> bool {
        self.filters.iter().all(|filter| {
            let cell = row.get(filter.field);
            let cell = if self.trim { cell.trim_ascii() } else { cell };
            let listed = filter.values.binary_search_by(|value| value.as_bytes().cmp(cell)).is_ok();
            listed == (filter.keep == Keep::In)
        })
    }

    /// Puts the row's templates together. One with an empty part is empty.
    pub(crate) fn make(&self, row: &Input, made: &mut Made) -> Result<(), Fault> {
        made.text.clear();
        made.ranges.clear();
        for pieces in &self.templates {
            let start = made.text.len();
            for piece in pieces {
                match piece {
                    Piece::Text(text) => made.text.push_str(text),
                    Piece::Field { field, name } => {
                        let cell = self.utf8(row.get(*field), name)?;
                        if cell.is_empty() {
                            made.text.truncate(start);
                            break;
                        }
                        made.text.push_str(cell);
                    }
                }
            }
            made.ranges.push(start..made.text.len());
        }
        Ok(())
    }

    /// The cell of one of our columns.
    pub(crate) fn cell<'r>(
        &'r self,
        bound: &'r Bound,
        row: &'r Input,
        made: &'r Made,
    ) -> Result<Cell<'r>, Fault> {
        let raw = match &bound.from {
            From::Nothing => "",
            From::Field(field) => self.utf8(row.get(*field), &bound.name)?,
            From::Constant(text) => text,
            From::Template(place) => {
                made.ranges.get(*place).and_then(|range| made.text.get(range.clone())).unwrap_or("")
            }
        };
        let text = if bound.values.is_empty() {
            raw
        } else {
            bound.values.get(raw).map_or(raw, String::as_str)
        };
        Ok(Cell { raw, text, bound })
    }

    /// What the file calls a column of ours.
    pub(crate) fn name_of(&self, ours: &str) -> &str {
        self.columns
            .iter()
            .find(|bound| bound.schema.name == ours)
            .map_or("", |bound| bound.name.as_str())
    }

    fn utf8<'c>(&self, cell: &'c [u8], name: &str) -> Result<&'c str, Fault> {
        match std::str::from_utf8(cell) {
            Ok(text) if self.trim => Ok(text.trim()),
            Ok(text) => Ok(text),
            Err(_) => {
                let shown = String::from_utf8_lossy(cell);
                Err(Fault::new(RejectCode::NotUtf8, name, &shown, "UTF-8"))
            }
        }
    }
}

fn pieces(
    parts: &[Part],
    find: &mut impl FnMut(&str) -> Result<usize, IngestError>,
) -> Result<Vec<Piece>, IngestError> {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => Ok(Piece::Text(text.clone())),
            Part::Column(name) => Ok(Piece::Field { field: find(name)?, name: name.clone() }),
        })
        .collect()
}

struct Header<'m> {
    file: &'m str,
    line: u64,
    names: Vec<String>,
}

impl<'m> Header<'m> {
    fn new(mapping: &'m Mapping, record: &Input) -> Result<Self, IngestError> {
        let (file, line) = (mapping.file.as_str(), record.line());
        let mut names = Vec::with_capacity(record.len());
        for field in 0..record.len() {
            let name = std::str::from_utf8(record.get(field))
                .map_err(|_| IngestError::HeaderNotUtf8 { file: file.to_owned(), line })?;
            names.push(if mapping.trim { name.trim() } else { name }.to_owned());
        }
        let header = Self { file, line, names };
        // A canonical file is read by its own names: none of them may be there twice. Of a mapped
        // file only the columns we read must be told apart.
        if mapping.columns.is_none() {
            let mut sorted: Vec<&String> = header.names.iter().collect();
            sorted.sort();
            let twice = sorted.windows(2).find_map(|pair| match pair {
                [one, other] if one == other => Some((*one).clone()),
                _ => None,
            });
            if let Some(column) = twice {
                return Err(header.duplicate(column));
            }
        }
        Ok(header)
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    fn duplicate(&self, column: String) -> IngestError {
        IngestError::DuplicateColumn { file: self.file.to_owned(), line: self.line, column }
    }

    fn find(&self, table: Table, name: &str, used: &mut [bool]) -> Result<usize, IngestError> {
        let mut places = (0..).zip(&self.names).filter(|&(_, known)| known == name);
        match (places.next(), places.next()) {
            (Some((place, _)), None) => {
                if let Some(used) = used.get_mut(place) {
                    *used = true;
                }
                Ok(place)
            }
            (Some(_), Some(_)) => Err(self.duplicate(name.to_owned())),
            (None, _) => {
                let known: Vec<_> = self.names.iter().map(String::as_str).collect();
                Err(IngestError::MissingColumn {
                    file: self.file.to_owned(),
                    line: self.line,
                    table,
                    column: name.to_owned(),
                    found: crate::suggest::columns(name, &known),
                })
            }
        }
    }
}
