//! How long until the first repeat, with what is not yet known taken as not yet known.

use tenure_stats::{Ratio, count_to_f64};

use crate::fcr::FcrDefinition;
use crate::fcr::episodes::{ContactRow, each_episode, micros_between, visible};
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
}

/// How likely is it that no repeat comes within a window, when many episodes are still young?
///
/// ```text
/// no_repeat(W) = Π over the times t ≤ W with a repeat of (r - d) / r
/// r = rows with time ≥ t (a row censored at t is still at risk), d = repeats at t
/// ```
///
/// *Shape*: one row an episode in (times in any one unit, such as days), a probability out. Cost: a
/// sort of a copy of the rows.
///
/// *Undefined when* there are no rows.
///
/// *Accuracy*: exact as long as the reduced fraction fits 127 bits, then a product of floats with a
/// relative error below 1e-15 a factor.
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
/// let week = no_repeat_by(&rows, 7).ok_or("no rows")?;
/// assert_eq!(week.exact.map(|exact| exact.to_string()).as_deref(), Some("3/8")); // 3/4 * 1/2
/// assert_eq!(week.naive.to_string(), "2/4");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn no_repeat_by(rows: &[RepeatRow], window: u64) -> Option<NoRepeat> {
    let count = u64::try_from(rows.len()).ok()?;
    let mut sorted = rows.to_vec();
    sorted.sort_unstable_by_key(|row| row.time());
    let mut at_risk = count;
    let mut repeats_within = 0_u64;
    let mut float = 1.0;
    let mut exact = Ratio::new(1, 1);
    for same_time in sorted.chunk_by(|left, right| left.time() == right.time()) {
        if same_time.first()?.time() > window {
            break;
        }
        let repeats = same_time.iter().filter(|row| matches!(row, RepeatRow::Repeated { .. }));
        let repeats = u64::try_from(repeats.count()).ok()?;
        if repeats > 0 {
            let left = at_risk.checked_sub(repeats)?;
            float *= count_to_f64(left) / count_to_f64(at_risk);
            exact = exact.and_then(|so_far| times(so_far, left, at_risk));
            repeats_within = repeats_within.checked_add(repeats)?;
        }
        at_risk = at_risk.checked_sub(u64::try_from(same_time.len()).ok()?)?;
    }
    let naive = Ratio::new(i128::from(count.checked_sub(repeats_within)?), i128::from(count))?;
    Some(NoRepeat { estimate: exact.map_or(float, Ratio::to_f64), exact, naive, rows: count })
}

/// `ratio · num / den`, reduced crosswise before multiplying so that it fits where it can.
fn times(ratio: Ratio, num: u64, den: u64) -> Option<Ratio> {
    let left = Ratio::new(ratio.num(), i128::from(den))?.reduced();
    let right = Ratio::new(i128::from(num), ratio.den())?.reduced();
    Ratio::new(left.num().checked_mul(right.num())?, left.den().checked_mul(right.den())?)
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
    let (seen, _) = visible(contacts.iter().map(|&row| (row, None)), window);
    let mut rows = Vec::new();
    each_episode(&seen, definition, |episode| {
        if window.covers(episode.first) {
            let after = |later| micros_between(episode.first, later).unsigned_abs();
            rows.push(match episode.second {
                Some(second) => RepeatRow::Repeated { after: after(second) },
                None => RepeatRow::Censored { after: after(window.as_of()) },
            });
        }
    });
    rows
}
