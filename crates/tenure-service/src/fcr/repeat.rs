//! How long until the first repeat, with what is not yet known taken as not yet known.

use std::collections::BTreeMap;

use tenure_stats::{
    Interval, Level, Ratio, SurvivalCount, SurvivalMethod, SurvivalRow, kaplan_meier, survival_at,
};

use crate::fcr::FcrDefinition;
use crate::fcr::episodes::{ContactRow, Episode, each_episode, micros_between, visible};
use crate::window::ServiceWindow;

/// One episode: how long it was watched, and whether it was then repeated.
///
/// ```
/// use tenure_service::RepeatRow;
///
/// assert_eq!(RepeatRow::Repeated { after: 3 }.time(), 3);
/// assert_eq!(RepeatRow::Censored { after: 5 }.time(), 5);
/// ```
// Exhaustive: an episode is repeated or it is not, as far as it was seen.
#[expect(clippy::exhaustive_enums, reason = "two-valued by its meaning")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RepeatRow {
    /// A repeat came after so long.
    Repeated {
        /// From the first contact to the second.
        after: u64,
    },
    /// Seen for so long, without a repeat.
    Censored {
        /// From the first contact to the end of sight.
        after: u64,
    },
}

impl RepeatRow {
    /// How long it was watched.
    #[must_use]
    pub const fn time(self) -> u64 {
        match self {
            Self::Repeated { after } | Self::Censored { after } => after,
        }
    }
}

/// The chance of no repeat within a window, and what it was computed from: see [`no_repeat_by`].
///
/// ```
/// use tenure_service::{RepeatRow, no_repeat_by};
///
/// let one = no_repeat_by(&[RepeatRow::Censored { after: 2 }], 7).ok_or("no rows")?;
/// assert_eq!((one.estimate, one.rows), (1.0, 1));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct NoRepeat {
    /// Kaplan and Meier's estimate.
    pub estimate: f64,
    /// The same, exactly; `None` where its numerator or denominator leaves 127 bits.
    pub exact: Option<Ratio>,
    /// The share with no repeat seen within the window, the censored counted as successes: too
    /// high, for comparison with tools that do so.
    pub naive: Ratio,
    /// Episodes used.
    pub rows: u64,
    /// The last row of the curve within the window.
    last: Option<SurvivalRow>,
}

impl NoRepeat {
    /// Greenwood's standard error; 0 before the first repeat, `None` once every episode still
    /// watched was repeated.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        self.last.map_or(Some(0.0), |row| row.standard_error())
    }

    /// An interval for the chance; `None` where the method has none, as before the first repeat.
    #[must_use]
    pub fn interval(&self, method: SurvivalMethod, level: Level) -> Option<Interval> {
        self.last?.interval(method, level)
    }
}

/// How likely is it that no repeat comes within a window, when many episodes are still young?
///
/// ```text
/// no_repeat(W) = Π over the times t ≤ W with a repeat of (r - d) / r
/// r = rows with time ≥ t (a row censored at t is still at risk), d = repeats at t
/// ```
///
/// *Shape*: one row an episode in (times in any one unit, such as days), a probability out. Cost: a
/// tree of the distinct times.
///
/// *Undefined when* there are no rows.
///
/// *Accuracy*: that of [`tenure_stats::kaplan_meier`]: exact as long as the reduced fraction fits
/// 127 bits.
///
/// *Source*: Kaplan and Meier 1958, "Nonparametric estimation from incomplete observations".
///
/// ```
/// use tenure_service::{RepeatRow, no_repeat_by};
///
/// let rows = [
///     RepeatRow::Repeated { after: 1 },
///     RepeatRow::Censored { after: 2 },
///     RepeatRow::Repeated { after: 3 },
///     RepeatRow::Censored { after: 7 },
/// ];
/// let by_7 = no_repeat_by(&rows, 7).ok_or("no rows")?;
/// assert_eq!(by_7.exact.map(|exact| exact.to_string()).as_deref(), Some("3/8")); // 3/4 · 1/2
/// assert_eq!(by_7.naive.to_f64(), 0.5);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn no_repeat_by(rows: &[RepeatRow], window: u64) -> Option<NoRepeat> {
    let count = u64::try_from(rows.len()).ok().filter(|&count| count > 0)?;
    let mut spells: BTreeMap<u64, SurvivalCount> = BTreeMap::new();
    let mut repeats_within = 0_u64;
    for row in rows {
        let spell = spells.entry(row.time()).or_default();
        let (held, within) = match row {
            RepeatRow::Repeated { after } => (&mut spell.events, u64::from(*after <= window)),
            RepeatRow::Censored { .. } => (&mut spell.censored, 0),
        };
        *held = held.saturating_add(1); // at most one a row in memory, like the repeats
        repeats_within = repeats_within.saturating_add(within);
    }
    let curve = kaplan_meier(&spells);
    let last = survival_at(&curve, window).copied();
    let (estimate, exact) = last.map_or((1.0, Ratio::new(1, 1)), |row| (row.survival, row.exact));
    let naive = Ratio::new(i128::from(count.checked_sub(repeats_within)?), i128::from(count))?;
    Some(NoRepeat { estimate, exact, naive, rows: count, last })
}

/// The episodes of one account that begin in the period, as rows for [`no_repeat_by`], in
/// microseconds: repeated if a second contact joined, else censored at the instant of the question.
///
/// ```
/// use tenure_model::{Instant, Tri, Zone};
/// use tenure_service::{ContactRow, FcrDefinition, RepeatRow, ServiceWindow, first_repeats};
///
/// let at = |time: &str| Instant::parse(time, Zone::UTC);
/// let contacts = [
///     ContactRow::new("billing", at("2024-06-01")?, Tri::Yes),
///     ContactRow::new("login", at("2024-06-01T00:00:00")?, Tri::Yes),
///     ContactRow::new("login", at("2024-06-01T00:00:02")?, Tri::Yes),
/// ];
/// let window = ServiceWindow::until(at("2024-06-01T00:00:03")?);
/// assert_eq!(
///     first_repeats(&contacts, FcrDefinition::default(), &window),
///     [RepeatRow::Censored { after: 3_000_000 }, RepeatRow::Repeated { after: 2_000_000 }]
/// );
/// # Ok::<(), tenure_model::InstantError>(())
/// ```
#[must_use]
pub fn first_repeats(
    contacts: &[ContactRow<'_>],
    definition: FcrDefinition,
    window: &ServiceWindow,
) -> Vec<RepeatRow> {
    let (seen, _) = visible(contacts.iter().map(|&row| (row, None)), definition, window);
    let mut rows = Vec::new();
    each_episode(&seen, definition, |episode| rows.extend(repeat_row(&episode, window)));
    rows
}

/// The episode as a row, if it begins in the period.
pub(super) fn repeat_row(episode: &Episode, window: &ServiceWindow) -> Option<RepeatRow> {
    let first = episode.first.at;
    let after = |later| micros_between(first, later).unsigned_abs();
    window.covers(first).then(|| match episode.second {
        Some(second) => RepeatRow::Repeated { after: after(second) },
        None => RepeatRow::Censored { after: after(window.as_of()) },
    })
}
