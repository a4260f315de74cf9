//! Bands that are not left for a trifle.

use chrono::NaiveDate;

use crate::error::HysteresisError;
use crate::profile::Profile;
use crate::score::Score;

/// By how much a score must pass the edge of its band to leave it.
///
/// ```
/// use tenure_health::Gap;
/// assert_eq!(Gap::default().points(), 20);
/// assert!(Gap::new(1001).is_err());
/// # Ok::<(), tenure_health::HysteresisError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gap(u16);

impl Gap {
    /// So many points.
    ///
    /// # Errors
    /// Above 1000.
    pub const fn new(points: u16) -> Result<Self, HysteresisError> {
        if points <= 1000 { Ok(Self(points)) } else { Err(HysteresisError::Gap { found: points }) }
    }

    /// The points.
    #[must_use]
    pub const fn points(self) -> u16 {
        self.0
    }
}

impl Default for Gap {
    /// 20 of 1000.
    fn default() -> Self {
        Self(20)
    }
}

/// The band of an account, day by day: one is left only when the score passes its edge by the gap.
///
/// 1. *Question*: in which band is this account, without going back and forth over an edge?
/// 2. *Formula*: a pure fold over days and scores.
///    ```text
///    stays in its band  while the score, moved by the gap towards the band, lies in it
///    else takes the band of the score
///    ```
///    With bands by lower edge: up from `score >= edge + gap`, down from `score < edge - gap`. The
///    two ends of a score that is an interval are followed apart.
/// 3. *Shape*: in, days and scores, each day after the one before; out, the least and the greatest
///    band. State: two bands and a day. Cost: two look-ups.
/// 4. *Undefined*: before the first score. *Errors*: a day not after the last one, a score of another
///    profile; the state is then as it was.
/// 5. *Accuracy*: exact.
/// 6. *Source*: own definition.
///
/// ```
/// use tenure_health::{BandSeries, Gap, Score, profiles};
/// use tenure_model::parse_date;
/// let client = profiles::client();
/// let mut series = BandSeries::new(&client, Gap::default());
/// let at = |value: i32| {
///     let all: Vec<_> = client.components().iter().map(|one| one.read(value.into(), 0)).collect();
///     Score::new(&client, &all)
/// };
/// series.push(parse_date("2025-01-01")?, &at(50)?)?; // 375 points, and red ends at 500
/// assert_eq!(series.band(), Some("red"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BandSeries {
    profile: Profile,
    gap: Gap,
    last: Option<(NaiveDate, usize, usize)>,
}

impl BandSeries {
    /// Before the first score.
    #[must_use]
    pub fn new(profile: &Profile, gap: Gap) -> Self {
        Self { profile: profile.clone(), gap, last: None }
    }

    /// Takes the score of a day; says whether the bands are others than before.
    ///
    /// # Errors
    /// A day not after the last one; a score of another profile.
    pub fn push(&mut self, day: NaiveDate, score: &Score) -> Result<bool, HysteresisError> {
        if !self.profile.is(score.profile()) {
            let (ours, theirs) = (self.profile.id().to_owned(), score.profile().id().to_owned());
            return Err(HysteresisError::Profile { ours, theirs });
        }
        if let Some((last, _, _)) = self.last.filter(|&(last, _, _)| day <= last) {
            return Err(HysteresisError::Backwards { last, found: day });
        }
        let (lo, hi) = score.point().map_or((score.lo(), score.hi()), |point| (point, point));
        let bands = match self.last {
            Some((_, least, greatest)) => (self.next(least, lo), self.next(greatest, hi)),
            None => (self.profile.band(lo), self.profile.band(hi)),
        };
        let changed = self.last.is_none_or(|(_, least, greatest)| (least, greatest) != bands);
        self.last = Some((day, bands.0, bands.1));
        Ok(changed)
    }

    fn next(&self, band: usize, score: u16) -> usize {
        let plain = self.profile.band(score);
        let moved = if plain > band {
            score.saturating_sub(self.gap.0)
        } else {
            score.saturating_add(self.gap.0).min(1000)
        };
        // Moved too far it lies on the other side of the band: then it is near enough.
        let near = self.profile.band(moved);
        let stays = if plain > band { near <= band } else { near >= band };
        if stays { band } else { plain }
    }

    /// The names of the bands touched, least first; none before the first score.
    pub fn bands(&self) -> impl Iterator<Item = &str> {
        let range = self.last.map(|(_, one, other)| (one.min(other), one.max(other)));
        let (first, count) = range.map_or((0, 0), |(least, greatest)| {
            (least, greatest.saturating_sub(least).saturating_add(1))
        });
        self.profile.bands().names().skip(first).take(count)
    }

    /// The band, if it is one; `None`: undetermined, or no score yet.
    #[must_use]
    pub fn band(&self) -> Option<&str> {
        let (_, least, greatest) = self.last?;
        if least == greatest { self.profile.bands().name(least) } else { None }
    }

    /// The day of the last score.
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.last.map(|(day, _, _)| day)
    }
}

#[cfg(test)]
mod tests {
    use super::{BandSeries, Gap};
    use crate::error::HysteresisError;
    use crate::profiles::{client, customer};
    use crate::score::{Absence, Reading, Score};
    use chrono::NaiveDate;

    fn flat(points: u16) -> Score {
        Score::new(&client(), &[Reading::present(points, 1 << 30); 6]).unwrap()
    }

    fn day(at: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 1, at).unwrap()
    }

    #[test]
    fn an_edge_is_passed_by_the_gap() {
        let mut series = BandSeries::new(&client(), Gap::default());
        let steps = [
            (499, "red", true),
            (500, "red", false),
            (519, "red", false),
            (520, "yellow", true),
            (500, "yellow", false),
            (480, "yellow", false),
            (479, "red", true),
            (760, "green", true), // left red by far: the band of the score
            (730, "green", false),
            (729, "yellow", true),
            (0, "red", true),
        ];
        for (at, (points, band, changed)) in (1..).zip(steps) {
            assert_eq!(series.push(day(at), &flat(points)), Ok(changed), "{points}");
            assert_eq!(series.band(), Some(band), "{points}");
        }
        assert_eq!(series.last_day(), Some(day(11)));
    }

    #[test]
    fn without_a_gap_it_is_the_plain_band() {
        let mut series = BandSeries::new(&client(), Gap::new(0).unwrap());
        for (at, points) in (1..).zip([499, 500, 499, 750, 749, 1000]) {
            series.push(day(at), &flat(points)).unwrap();
            assert_eq!(series.band(), flat(points).band(), "{points}");
        }
    }

    #[test]
    fn the_widest_gap_is_never_passed() {
        let mut series = BandSeries::new(&client(), Gap::new(1000).unwrap());
        series.push(day(1), &flat(600)).unwrap();
        for (at, points) in (2..).zip([0, 1000, 300]) {
            assert_eq!(series.push(day(at), &flat(points)), Ok(false), "{points}");
        }
    }

    #[test]
    fn an_interval_is_followed_at_both_ends() {
        let mut series = BandSeries::new(&client(), Gap::default());
        assert_eq!((series.band(), series.bands().count()), (None, 0));
        let unknown = Score::new(&client(), &[Reading::missing(Absence::NotObserved); 6]).unwrap();
        series.push(day(1), &unknown).unwrap();
        assert_eq!(series.bands().collect::<Vec<_>>(), ["red", "yellow", "green"]);
        assert_eq!(series.band(), None);
        // Each end keeps its band within the gap.
        series.push(day(2), &flat(510)).unwrap();
        assert_eq!(series.bands().collect::<Vec<_>>(), ["red", "yellow"]);
    }

    #[test]
    fn refused_pushes_change_nothing() {
        let mut series = BandSeries::new(&client(), Gap::default());
        series.push(day(2), &flat(600)).unwrap();
        let before = series.clone();
        let error = series.push(day(2), &flat(100)).unwrap_err();
        assert_eq!(error, HysteresisError::Backwards { last: day(2), found: day(2) });
        let other = Score::new(&customer(), &[Reading::present(1, 1 << 30); 5]).unwrap();
        assert!(matches!(series.push(day(3), &other), Err(HysteresisError::Profile { .. })));
        assert_eq!(series, before);
    }
}
