//! Scales and the bands cut from them.

use std::fmt;

use crate::DefinitionError;

/// The points of a question: every whole number from `lo` to `hi`.
///
/// ```
/// use tenure_survey::Scale;
///
/// let likelihood = Scale::new(0, 10)?;
/// assert_eq!(likelihood.len(), 11);
/// assert!(likelihood.contains(0) && !likelihood.contains(11));
/// # Ok::<(), tenure_survey::DefinitionError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "[i16; 2]", into = "[i16; 2]"))]
pub struct Scale {
    pub(crate) lo: i16,
    pub(crate) hi: i16,
}

impl Scale {
    /// Most points of a scale.
    pub const MAX_POINTS: usize = 11;

    /// The points from `lo` to `hi`, both included.
    ///
    /// # Errors
    /// `hi` not above `lo`, more than [`Scale::MAX_POINTS`] points.
    pub const fn new(lo: i16, hi: i16) -> Result<Self, DefinitionError> {
        match hi.checked_sub(lo) {
            Some(1..=10) => Ok(Self { lo, hi }),
            _ => Err(DefinitionError::Scale { lo, hi }),
        }
    }

    /// The lowest point.
    #[must_use]
    pub const fn lo(self) -> i16 {
        self.lo
    }

    /// The highest point.
    #[must_use]
    pub const fn hi(self) -> i16 {
        self.hi
    }

    /// How many points there are: 2 to 11.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a scale is never empty")]
    pub fn len(self) -> usize {
        self.index(i64::from(self.hi)).map_or(0, |last| last.saturating_add(1))
    }

    /// Whether a whole number is a point.
    #[must_use]
    pub fn contains(self, answer: i64) -> bool {
        (i64::from(self.lo)..=i64::from(self.hi)).contains(&answer)
    }

    /// The points in order.
    #[must_use]
    pub fn points(self) -> impl DoubleEndedIterator<Item = i16> {
        self.lo..=self.hi
    }

    /// The place of an answer in a histogram; `None` outside the scale.
    pub(crate) fn index(self, answer: i64) -> Option<usize> {
        if !self.contains(answer) {
            return None;
        }
        usize::try_from(answer.checked_sub(i64::from(self.lo))?).ok()
    }
}

impl TryFrom<[i16; 2]> for Scale {
    type Error = DefinitionError;

    fn try_from([lo, hi]: [i16; 2]) -> Result<Self, DefinitionError> {
        Self::new(lo, hi)
    }
}

impl From<Scale> for [i16; 2] {
    fn from(scale: Scale) -> Self {
        [scale.lo, scale.hi]
    }
}

/// One end of a scale, the edge included.
///
/// ```
/// use tenure_survey::Cut;
///
/// assert!(Cut::AtLeast(9).takes(9));
/// assert!(!Cut::AtMost(6).takes(7));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "a scale has two ends")]
pub enum Cut {
    /// This point and all above.
    AtLeast(i16),
    /// This point and all below.
    AtMost(i16),
}

impl Cut {
    /// Whether a point lies in it.
    #[must_use]
    pub const fn takes(self, point: i16) -> bool {
        match self {
            Self::AtLeast(edge) => point >= edge,
            Self::AtMost(edge) => point <= edge,
        }
    }

    /// Takes some points of the scale, and not all.
    pub(crate) fn check(self, scale: Scale) -> Result<(), DefinitionError> {
        let sound = match self {
            Self::AtLeast(edge) => edge > scale.lo && edge <= scale.hi,
            Self::AtMost(edge) => edge >= scale.lo && edge < scale.hi,
        };
        if sound {
            Ok(())
        } else {
            Err(DefinitionError::Cut { cut: self.to_string(), lo: scale.lo, hi: scale.hi })
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(edge) => write!(f, "{edge} and above"),
            Self::AtMost(edge) => write!(f, "{edge} and below"),
        }
    }
}

/// The two ends of a scale that are set against each other; what lies between is neutral.
///
/// For NPS detractors are the unfavourable band, promoters the favourable one and passives lie
/// between; for effort and satisfaction hard and easy, or dissatisfied and satisfied. Made of two
/// cuts from opposite ends, bands leave no gap and, checked here, do not overlap.
///
/// ```
/// use tenure_survey::{Band, Bands, Cut};
///
/// let nps = Bands::new(Cut::AtMost(6), Cut::AtLeast(9))?;
/// assert_eq!(nps.band(0), Band::Unfavourable);
/// assert_eq!(nps.band(8), Band::Neutral);
/// assert!(Bands::new(Cut::AtMost(7), Cut::AtLeast(7)).is_err());
/// # Ok::<(), tenure_survey::DefinitionError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "BandsDocument", into = "BandsDocument"))]
pub struct Bands {
    pub(crate) unfavourable: Cut,
    pub(crate) favourable: Cut,
}

/// Bands on their way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "Bands")]
struct BandsDocument {
    unfavourable: Cut,
    favourable: Cut,
}

#[cfg(feature = "serde")]
impl TryFrom<BandsDocument> for Bands {
    type Error = DefinitionError;

    fn try_from(document: BandsDocument) -> Result<Self, DefinitionError> {
        Self::new(document.unfavourable, document.favourable)
    }
}

#[cfg(feature = "serde")]
impl From<Bands> for BandsDocument {
    fn from(bands: Bands) -> Self {
        Self { unfavourable: bands.unfavourable, favourable: bands.favourable }
    }
}

/// Where an answer falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "two cuts make three bands")]
pub enum Band {
    /// Detractor, hard, dissatisfied.
    Unfavourable,
    /// Passive, neither.
    Neutral,
    /// Promoter, easy, satisfied.
    Favourable,
}

impl Bands {
    /// Two opposite ends.
    ///
    /// # Errors
    /// Both cuts from one end, or a point in both.
    pub fn new(unfavourable: Cut, favourable: Cut) -> Result<Self, DefinitionError> {
        let apart = match (unfavourable, favourable) {
            (Cut::AtMost(below), Cut::AtLeast(above))
            | (Cut::AtLeast(above), Cut::AtMost(below)) => below < above,
            _ => false,
        };
        if apart {
            Ok(Self { unfavourable, favourable })
        } else {
            Err(DefinitionError::Overlap {
                unfavourable: unfavourable.to_string(),
                favourable: favourable.to_string(),
            })
        }
    }

    /// The three bands of a scale as ranges, first and last point included, as configuration files
    /// give them; `neutral` is `None` where there is nothing between.
    ///
    /// ```
    /// use tenure_survey::{Bands, Cut, Scale};
    ///
    /// let nps = Bands::from_ranges(Scale::new(0, 10)?, [0, 6], Some([7, 8]), [9, 10])?;
    /// assert_eq!(nps, Bands::new(Cut::AtMost(6), Cut::AtLeast(9))?);
    /// // "detractors 1-6" forgets the 0
    /// let gap = Bands::from_ranges(Scale::new(0, 10)?, [1, 6], Some([7, 8]), [9, 10]);
    /// assert!(gap.is_err_and(|error| error.to_string().contains("point `0`")));
    /// # Ok::<(), tenure_survey::DefinitionError>(())
    /// ```
    ///
    /// # Errors
    /// A range that is reversed or leaves the scale; a point in no band or in two; the neutral band
    /// not in the middle.
    pub fn from_ranges(
        scale: Scale,
        unfavourable: [i16; 2],
        neutral: Option<[i16; 2]>,
        favourable: [i16; 2],
    ) -> Result<Self, DefinitionError> {
        let (lo, hi) = (scale.lo, scale.hi);
        let ranges = || [Some(unfavourable), neutral, Some(favourable)].into_iter().flatten();
        for [first, last] in ranges() {
            if first > last || first < lo || last > hi {
                return Err(DefinitionError::BandRange { first, last, lo, hi });
            }
        }
        for point in scale.points() {
            let holds = |range: &[i16; 2]| (range[0]..=range[1]).contains(&point);
            let times = ranges().filter(holds).count();
            if times != 1 {
                return Err(DefinitionError::Coverage { point, times, lo, hi });
            }
        }
        let end = |[first, last]: [i16; 2]| {
            if first == lo { Cut::AtMost(last) } else { Cut::AtLeast(first) }
        };
        if neutral.is_some_and(|[first, last]| first == lo || last == hi) {
            return Err(DefinitionError::Overlap {
                unfavourable: end(unfavourable).to_string(),
                favourable: end(favourable).to_string(),
            });
        }
        Self::new(end(unfavourable), end(favourable))
    }

    /// The unfavourable end.
    #[must_use]
    pub const fn unfavourable(self) -> Cut {
        self.unfavourable
    }

    /// The favourable end.
    #[must_use]
    pub const fn favourable(self) -> Cut {
        self.favourable
    }

    /// Where a point falls.
    #[must_use]
    pub const fn band(self, point: i16) -> Band {
        if self.unfavourable.takes(point) {
            Band::Unfavourable
        } else if self.favourable.takes(point) {
            Band::Favourable
        } else {
            Band::Neutral
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_2_to_11_points() {
        for (lo, hi) in [(0, 0), (1, 0), (0, 11), (i16::MIN, i16::MAX)] {
            assert_eq!(Scale::new(lo, hi), Err(DefinitionError::Scale { lo, hi }));
        }
        for (lo, hi, points) in [(0, 1, 2), (0, 10, 11), (-5, 5, 11), (i16::MAX - 1, i16::MAX, 2)] {
            assert_eq!(Scale::new(lo, hi).unwrap().len(), points);
            assert_eq!(Scale::new(lo, hi).unwrap().points().count(), points);
        }
    }

    #[test]
    fn a_cut_takes_some_and_not_all() {
        let scale = Scale::new(1, 5).unwrap();
        for cut in [Cut::AtLeast(2), Cut::AtLeast(5), Cut::AtMost(1), Cut::AtMost(4)] {
            assert_eq!(cut.check(scale), Ok(()));
        }
        for cut in [Cut::AtLeast(1), Cut::AtLeast(6), Cut::AtMost(0), Cut::AtMost(5)] {
            assert!(matches!(cut.check(scale), Err(DefinitionError::Cut { .. })), "{cut}");
        }
    }

    #[test]
    fn ranges_cover_the_scale_once() {
        let scale = Scale::new(0, 10).unwrap();
        let bands = |low, middle, high| Bands::from_ranges(scale, low, middle, high);
        let coverage = |point, times| DefinitionError::Coverage { point, times, lo: 0, hi: 10 };
        for (low, middle, high, error) in [
            ([0, 6], None, [9, 10], coverage(7, 0)),
            ([0, 6], Some([7, 7]), [9, 10], coverage(8, 0)),
            ([0, 7], Some([7, 8]), [9, 10], coverage(7, 2)),
            ([0, 6], Some([7, 8]), [9, 9], coverage(10, 0)),
        ] {
            assert_eq!(bands(low, middle, high), Err(error));
        }
        for low in [[0, 11], [-1, 6], [6, 0]] {
            let refused = bands(low, Some([7, 8]), [9, 10]);
            assert!(matches!(refused, Err(DefinitionError::BandRange { .. })), "{low:?}");
        }
        let beside = bands([4, 6], Some([0, 3]), [7, 10]);
        assert!(matches!(beside, Err(DefinitionError::Overlap { .. })));
        let effort = Bands::from_ranges(Scale::new(1, 5).unwrap(), [4, 5], Some([3, 3]), [1, 2]);
        assert_eq!(effort, Bands::new(Cut::AtLeast(4), Cut::AtMost(2)));
        assert_eq!(bands([0, 4], None, [5, 10]), Bands::new(Cut::AtMost(4), Cut::AtLeast(5)));
    }

    #[test]
    fn bands_come_from_opposite_ends() {
        for (one, other) in [
            (Cut::AtMost(3), Cut::AtMost(5)),
            (Cut::AtLeast(3), Cut::AtLeast(5)),
            (Cut::AtMost(3), Cut::AtLeast(3)),
            (Cut::AtLeast(3), Cut::AtMost(3)),
            (Cut::AtMost(4), Cut::AtLeast(3)),
        ] {
            assert!(matches!(Bands::new(one, other), Err(DefinitionError::Overlap { .. })));
        }
        let no_neutral = Bands::new(Cut::AtLeast(1), Cut::AtMost(0)).unwrap();
        assert_eq!(
            [no_neutral.band(0), no_neutral.band(1)],
            [Band::Favourable, Band::Unfavourable]
        );
    }
}
