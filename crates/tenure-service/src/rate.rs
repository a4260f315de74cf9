//! A share with everything needed to read it.

use tenure_stats::{Interval, Level, Share, ShareMethod};

/// A named share of a tally: what it is, of what, and what was left out of it.
///
/// *Shape*: a tally in, by its `rates` method; one of these a named share out.
///
/// ```
/// use tenure_model::{Instant, Zone};
/// use tenure_service::{ServiceWindow, SlaRow, SlaTally};
/// use tenure_stats::Level;
///
/// let now = Instant::parse("2024-05-31T00:00:01", Zone::UTC)?;
/// let mut tally = SlaTally::new(ServiceWindow::until(now));
/// let opened = Instant::parse("2024-05-31", Zone::UTC)?;
/// tally.push_rows(&[SlaRow::new(opened, 1_000), SlaRow::new(opened, 999)])?;
/// let [attainment, _closed_only] = &tally.rates()[..] else { return Err("two rates".into()) };
/// assert_eq!(attainment.name, "attainment");
/// assert_eq!(attainment.definition, "sla.resolution.calendar.v1 as of 2024-05-31T00:00:01Z");
/// assert_eq!(attainment.share.estimate(), Some(0.0));
/// assert_eq!(attainment.excluded, [("pending", 1)]);
/// let interval = attainment.interval(Level::default()).ok_or("nothing decided")?;
/// assert_eq!(interval.lower(), 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ServiceRate {
    /// Its name among those of the tally.
    pub name: &'static str,
    /// The id and version of the definition, and the window.
    pub definition: String,
    /// The counts it is made of.
    pub share: Share,
    /// The rows it leaves out, by reason; reasons without rows are not listed. A row may be named
    /// by what it belongs to, such as the episode.
    pub excluded: Vec<(&'static str, u64)>,
}

impl ServiceRate {
    pub(crate) fn new(
        name: &'static str,
        definition: String,
        share: Share,
        excluded: &[(&'static str, u64)],
    ) -> Self {
        let excluded = excluded.iter().copied().filter(|&(_, count)| count > 0).collect();
        Self { name, definition, share, excluded }
    }

    /// The Wilson interval; `None` where the share is undefined.
    #[must_use]
    pub fn interval(&self, level: Level) -> Option<Interval> {
        self.share.interval(ShareMethod::Wilson, level)
    }
}
