//! Names for cells: a partition, checked.

use std::ops::RangeInclusive;

use super::RfmScore;
use crate::error::RfmError;

/// A block of cells under one name.
///
/// ```
/// use tenure_clv::Segment;
/// let lost = Segment::new("lost", 1..=1, 1..=2, 1..=5)?;
/// assert_eq!(lost.name(), "lost");
/// assert!(Segment::new("none", 3..=2, 1..=5, 1..=5).is_err());
/// # Ok::<(), tenure_clv::RfmError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::Segment", into = "crate::wire::Segment")
)]
pub struct Segment {
    name: String,
    ranges: [(u8, u8); 3],
}

impl Segment {
    /// The cells with these scores, ends included.
    ///
    /// # Errors
    /// A name that is empty or longer than 100 bytes, or a range that is empty or outside 1 to 5.
    pub fn new(
        name: &str,
        recency: RangeInclusive<u8>,
        frequency: RangeInclusive<u8>,
        monetary: RangeInclusive<u8>,
    ) -> Result<Self, RfmError> {
        if !(1..=100).contains(&name.len()) {
            return Err(RfmError::Version);
        }
        let ranges = [recency, frequency, monetary].map(RangeInclusive::into_inner);
        for (from, to) in ranges {
            if from < 1 || to > 5 || from > to {
                return Err(RfmError::Range { name: name.to_owned(), from, to });
            }
        }
        Ok(Self { name: name.to_owned(), ranges })
    }

    /// Its name; several blocks may share one.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// First and last score of recency, frequency and monetary value.
    #[must_use]
    pub const fn ranges(&self) -> [(u8, u8); 3] {
        self.ranges
    }

    fn holds(&self, score: RfmScore) -> bool {
        let scores: [u8; 3] = score.into();
        self.ranges.iter().zip(scores).all(|(&(from, to), score)| (from..=to).contains(&score))
    }
}

/// A name for each of the 125 cells: a complete partition, checked when it is made.
///
/// No universal map exists. [`SegmentMap::standard`] is ours, version `tenure-1`.
///
/// ```
/// use tenure_clv::{RfmScore, Segment, SegmentMap};
/// let map = SegmentMap::standard()?;
/// assert_eq!(map.name_of(RfmScore::new(5, 5, 5)?), "champions");
/// assert_eq!(map.name_of(RfmScore::new(1, 1, 1)?), "lost");
///
/// let halves = vec![
///     Segment::new("old", 1..=2, 1..=5, 1..=5)?,
///     Segment::new("new", 4..=5, 1..=5, 1..=5)?,
/// ];
/// let gap = SegmentMap::new("house-1", halves).err().map(|error| error.to_string());
/// assert_eq!(gap.as_deref(), Some("no segment holds the cell 311"));
/// # Ok::<(), tenure_clv::RfmError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::wire::SegmentMap", into = "crate::wire::SegmentMap")
)]
pub struct SegmentMap {
    version: String,
    segments: Vec<Segment>,
    /// By cell, the place of its segment.
    cells: Vec<usize>,
}

impl SegmentMap {
    /// A map of your own.
    ///
    /// # Errors
    /// A cell that no segment holds, or two do; a version that is empty or longer than 100 bytes.
    pub fn new(version: &str, segments: Vec<Segment>) -> Result<Self, RfmError> {
        if !(1..=100).contains(&version.len()) {
            return Err(RfmError::Version);
        }
        let mut cells = Vec::with_capacity(RfmScore::CELLS);
        for cell in RfmScore::all() {
            let mut holders = segments.iter().enumerate().filter(|(_, one)| one.holds(cell));
            let (place, holder) = holders.next().ok_or(RfmError::Gap { cell })?;
            if let Some((_, other)) = holders.next() {
                let names = [holder.name.clone(), other.name.clone()];
                return Err(RfmError::Overlap { cell, names });
            }
            cells.push(place);
        }
        Ok(Self { version: version.to_owned(), segments, cells })
    }

    /// Ours: ten segments by recency and by how much a customer was ever worth.
    ///
    /// # Errors
    /// None: it is checked like any other map, by a test.
    pub fn standard() -> Result<Self, RfmError> {
        let segment =
            |name, recency, frequency, monetary| Segment::new(name, recency, frequency, monetary);
        Self::new(
            "tenure-1",
            vec![
                segment("champions", 5..=5, 4..=5, 4..=5)?,
                segment("loyal", 5..=5, 4..=5, 1..=3)?,
                segment("loyal", 3..=4, 4..=5, 1..=5)?,
                segment("big_spenders", 4..=5, 1..=3, 4..=5)?,
                segment("promising", 4..=5, 2..=3, 1..=3)?,
                segment("new", 4..=5, 1..=1, 1..=3)?,
                segment("needs_attention", 3..=3, 1..=3, 1..=5)?,
                segment("do_not_lose", 1..=2, 4..=5, 4..=5)?,
                segment("at_risk", 1..=2, 4..=5, 1..=3)?,
                segment("slipping", 2..=2, 1..=3, 1..=5)?,
                segment("lost", 1..=1, 1..=3, 1..=5)?,
            ],
        )
    }

    /// Which making of the map it is.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its blocks.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The name of the segment a score is in.
    #[must_use]
    pub fn name_of(&self, score: RfmScore) -> &str {
        let place = self.cells.get(score.cell()).copied().unwrap_or_default();
        self.segments.get(place).map_or("", Segment::name)
    }
}

#[cfg(feature = "serde")]
mod wire {
    use super::{RfmError, Segment, SegmentMap};
    use crate::wire;

    impl From<Segment> for wire::Segment {
        fn from(segment: Segment) -> Self {
            let [recency, frequency, monetary] = segment.ranges.map(|(from, to)| [from, to]);
            Self { name: segment.name, recency, frequency, monetary }
        }
    }

    impl TryFrom<wire::Segment> for Segment {
        type Error = RfmError;
        fn try_from(read: wire::Segment) -> Result<Self, RfmError> {
            let [recency, frequency, monetary] =
                [read.recency, read.frequency, read.monetary].map(|[from, to]| from..=to);
            Self::new(&read.name, recency, frequency, monetary)
        }
    }

    impl From<SegmentMap> for wire::SegmentMap {
        fn from(map: SegmentMap) -> Self {
            Self { version: map.version, segments: map.segments }
        }
    }

    impl TryFrom<wire::SegmentMap> for SegmentMap {
        type Error = RfmError;
        fn try_from(read: wire::SegmentMap) -> Result<Self, RfmError> {
            Self::new(&read.version, read.segments)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Segment, SegmentMap};
    use crate::{RfmError, RfmScore};

    #[test]
    fn a_cell_in_two_segments_is_refused_with_both_names() {
        let all = Segment::new("all", 1..=5, 1..=5, 1..=5).unwrap();
        let best = Segment::new("best", 5..=5, 5..=5, 5..=5).unwrap();
        let found = SegmentMap::new("v", vec![all.clone(), best]).unwrap_err();
        assert_eq!(found.to_string(), "the cell 555 is both `all` and `best`");
        assert_eq!(SegmentMap::new("", vec![all]).unwrap_err(), RfmError::Version);
        let nothing = SegmentMap::new("v", Vec::new()).unwrap_err();
        assert_eq!(nothing, RfmError::Gap { cell: RfmScore::new(1, 1, 1).unwrap() });
    }

    #[test]
    fn ranges_lie_within_the_scores() {
        for (from, to) in [(0, 3), (4, 6), (3, 2)] {
            let found = Segment::new("x", from..=to, 1..=5, 1..=5).unwrap_err();
            assert_eq!(found, RfmError::Range { name: "x".to_owned(), from, to });
        }
        assert_eq!(Segment::new("", 1..=5, 1..=5, 1..=5).unwrap_err(), RfmError::Version);
    }

    #[test]
    fn the_standard_map_is_a_partition() {
        let map = SegmentMap::standard().unwrap();
        let mut names: Vec<&str> = RfmScore::all().map(|cell| map.name_of(cell)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 10);
        assert!(!names.contains(&""));
        assert_eq!((map.version(), map.segments().len()), ("tenure-1", 11));
    }
}
