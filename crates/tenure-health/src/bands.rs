//! Names for stretches of a scale.

use rust_decimal::Decimal;
use tenure_model::Text;

use crate::error::{BandsError, OffScaleError};

/// To which of two bands their common edge belongs.
///
/// ```
/// use tenure_health::{Bands, Edge};
/// let halves = |edge| Bands::new(edge, [(0.into(), 5.into(), "low"), (5.into(), 10.into(), "high")]);
/// assert_eq!(halves(Edge::LowerInclusive)?.of(5.into())?, "high");
/// assert_eq!(halves(Edge::UpperInclusive)?.of(5.into())?, "low");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Edge {
    /// `from <= x < to`, the last band also includes its `to`. The default.
    #[default]
    LowerInclusive,
    /// `from < x <= to`, the first band also includes its `from`.
    UpperInclusive,
}

/// Bands that touch and cover a scale, least first.
///
/// *Shape*: in, a value of the scale; out, the one band it lies in. *Undefined* nowhere on the
/// scale; a value outside it is an error. *Accuracy*: exact.
///
/// ```
/// use tenure_health::Bands;
/// let ours = Bands::default(); // of scores, 0 to 1000
/// assert_eq!(ours.names().collect::<Vec<_>>(), ["red", "yellow", "green"]);
/// assert_eq!(ours.of(500.into())?, "yellow");
/// assert_eq!(ours.of(1000.into())?, "green");
/// assert!(ours.of(1001.into()).is_err());
/// # Ok::<(), tenure_health::OffScaleError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::form::BandsForm", into = "crate::form::BandsForm")
)]
pub struct Bands {
    edge: Edge,
    least: Decimal,
    /// Upper end and name of each.
    bands: Vec<(Decimal, Text)>,
}

impl Default for Bands {
    /// Of scores: red below 500, yellow from 500, green from 750 to 1000. Our convention, not a
    /// finding.
    fn default() -> Self {
        let band = |to: u16, name: &str| (Decimal::from(to), Text::from(name));
        Self {
            edge: Edge::LowerInclusive,
            least: Decimal::ZERO,
            bands: vec![band(500, "red"), band(750, "yellow"), band(1000, "green")],
        }
    }
}

impl Bands {
    /// The most bands of a scale.
    pub const MAX_BANDS: usize = 64;

    /// Bands `(from, to, name)`, least first.
    ///
    /// # Errors
    /// No band or too many; one that is empty; two that leave a gap or overlap; a name twice.
    pub fn new<'a>(
        edge: Edge,
        bands: impl IntoIterator<Item = (Decimal, Decimal, &'a str)>,
    ) -> Result<Self, BandsError> {
        let given: Vec<_> = bands.into_iter().take(Self::MAX_BANDS.saturating_add(1)).collect();
        let least = match given.first() {
            Some(&(from, _, _)) if given.len() <= Self::MAX_BANDS => from,
            _ => return Err(BandsError::Count { found: given.len() }),
        };
        let mut end = least;
        let mut kept: Vec<(Decimal, Text)> = Vec::with_capacity(given.len());
        for (index, (from, to, name)) in given.into_iter().enumerate() {
            if from != end {
                return Err(BandsError::NotTouching { index, from, end });
            }
            if to <= from {
                return Err(BandsError::Reversed { name: name.to_owned(), from, to });
            }
            if kept.iter().any(|(_, known)| &**known == name) {
                return Err(BandsError::DuplicateName { name: name.to_owned() });
            }
            kept.push((to.normalize(), Text::from(name)));
            end = to;
        }
        Ok(Self { edge, least: least.normalize(), bands: kept })
    }

    /// The convention at the edges.
    #[must_use]
    pub const fn edge(&self) -> Edge {
        self.edge
    }

    /// The ends of the scale.
    #[must_use]
    pub fn scale(&self) -> (Decimal, Decimal) {
        (self.least, self.bands.last().map_or(self.least, |&(to, _)| to))
    }

    /// The names, least first.
    #[must_use]
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.bands.iter().map(|(_, name)| &**name)
    }

    /// Upper end and name of each, least first.
    #[cfg(feature = "serde")]
    pub(crate) fn ends(&self) -> impl Iterator<Item = (Decimal, &str)> {
        self.bands.iter().map(|(to, name)| (*to, &**name))
    }

    /// The name of band `index`, from 0.
    #[must_use]
    pub fn name(&self, index: usize) -> Option<&str> {
        self.bands.get(index).map(|(_, name)| &**name)
    }

    /// The name of the band of a value.
    ///
    /// # Errors
    /// A value outside the scale.
    pub fn of(&self, value: Decimal) -> Result<&str, OffScaleError> {
        let (least, greatest) = self.scale();
        self.index_of(value).and_then(|index| self.name(index)).ok_or(OffScaleError {
            found: value,
            least,
            greatest,
        })
    }

    /// Which band a value lies in, from 0; `None` outside the scale.
    pub(crate) fn index_of(&self, value: Decimal) -> Option<usize> {
        let (least, greatest) = self.scale();
        if value < least || value > greatest {
            return None;
        }
        let below = match self.edge {
            Edge::LowerInclusive => self.bands.partition_point(|&(to, _)| to <= value),
            Edge::UpperInclusive => self.bands.partition_point(|&(to, _)| to < value),
        };
        // The end of the scale lies in the last band under either convention.
        Some(below.min(self.bands.len().saturating_sub(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bands, Edge};
    use crate::error::BandsError;
    use rust_decimal::Decimal;

    fn of(bands: &[(i64, i64, &'static str)]) -> Result<Bands, BandsError> {
        let given = bands.iter().map(|&(from, to, name)| (from.into(), to.into(), name));
        Bands::new(Edge::default(), given)
    }

    #[test]
    fn what_is_no_partition_is_an_error() {
        assert_eq!(of(&[]), Err(BandsError::Count { found: 0 }));
        let many: Vec<_> = (0..65).map(|at| (at, at + 1, "x")).collect();
        assert_eq!(of(&many), Err(BandsError::Count { found: 65 }));
        let gap = of(&[(0, 1, "a"), (2, 3, "b")]).unwrap_err();
        assert_eq!(
            gap.to_string(),
            "band 1 begins at `2`, the band before it ends at `1`: they must touch"
        );
        assert!(matches!(of(&[(0, 2, "a"), (1, 3, "b")]), Err(BandsError::NotTouching { .. })));
        assert!(matches!(of(&[(1, 1, "a")]), Err(BandsError::Reversed { .. })));
        assert!(matches!(of(&[(0, 1, "a"), (1, 2, "a")]), Err(BandsError::DuplicateName { .. })));
    }

    #[test]
    fn between_edges_and_at_the_ends() {
        let bands = of(&[(-1, 0, "below"), (0, 1, "above")]).unwrap();
        let half = Decimal::from_str_exact("-0.00000001").unwrap();
        assert_eq!(bands.of(half).unwrap(), "below");
        assert_eq!(bands.of((-1).into()).unwrap(), "below");
        assert_eq!(bands.of(1.into()).unwrap(), "above");
        let error = bands.of(2.into()).unwrap_err();
        assert_eq!(error.to_string(), "value `2` is outside the bands, `-1` to `1`");
        assert_eq!(error.found(), Decimal::TWO);
        assert_eq!((bands.edge(), bands.name(2)), (Edge::LowerInclusive, None));
    }
}
