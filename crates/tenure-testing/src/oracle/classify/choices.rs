//! What would settle a verdict and what would change it, by trying everything.

use super::card::Row;
use super::sight::{capped, summed};
use super::{Reading, UNDETERMINED};

/// What is worth finding out, and the ways to the two targets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "compared by tests")]
pub struct Choices {
    /// Open questions, widest first.
    pub settled_by: Vec<Open>,
    /// The way to the client side.
    pub client_side: Way,
    /// The way to customer.
    pub customer: Way,
}

/// A signal, its least and most points, and whether knowing it could settle the verdict.
pub type Open = (String, (i64, i64), bool);

/// A way to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "compared by tests")]
pub enum Way {
    /// The changes: signal, from, to, and the day number on which waiting gets there.
    Changes(Vec<(String, i64, i64, Option<i64>)>),
    /// A hard rule stands before.
    HardRule(String),
    /// Points that can be moved, and that are needed.
    OutOfReach(i64, i64),
}

/// Everything, by trial.
pub(super) fn choices(reading: &Reading<'_>) -> Choices {
    Choices {
        settled_by: open_questions(reading),
        client_side: way(reading, true),
        customer: way(reading, false),
    }
}

fn open_questions(reading: &Reading<'_>) -> Vec<Open> {
    let (card, limits) = (&reading.card, reading.limits());
    let points = reading.joined.points(card);
    let undetermined = reading.strict_class(capped(&points), limits) == UNDETERMINED;
    let mut open: Vec<Open> = Vec::new();
    for (place, row) in card.rows.iter().enumerate() {
        let (lo, hi) = reading.joined.value(row.signal);
        let mut settles = false;
        // Beyond the last bin nothing changes.
        for answer in lo..=hi.min(row.top().max(lo)) {
            let mut known = points.clone();
            if let Some(one) = known.get_mut(place) {
                *one = (row.points(answer), row.points(answer));
            }
            settles |= reading.strict_class(capped(&known), limits) != UNDETERMINED;
        }
        open.push((row.signal.to_owned(), (row.points(lo), row.points(hi)), settles));
    }
    open.retain(|one| one.1.1 > one.1.0);
    for one in &mut open {
        one.2 &= undetermined;
    }
    // Widest first: take the widest, again and again.
    let mut sorted = Vec::new();
    while let Some(widest) = open.iter().map(|one| one.1.1 - one.1.0).max() {
        let place = open.iter().position(|one| one.1.1 - one.1.0 == widest).unwrap_or(0);
        sorted.push(open.remove(place));
    }
    sorted
}

/// A signal that can be moved: its row, where it is, and how far it goes.
struct Lever<'r> {
    row: &'r Row,
    from: i64,
    to: i64,
}

impl Lever<'_> {
    fn gain(&self) -> i64 {
        (self.row.points(self.to) - self.row.points(self.from)).abs()
    }
}

fn way(reading: &Reading<'_>, up: bool) -> Way {
    let (card, limits) = (&reading.card, reading.limits());
    if reading.idle() {
        return Way::HardRule(card.no_activity.clone().unwrap_or_default());
    }
    match reading.duty {
        "Yes" if up => return Way::Changes(Vec::new()),
        "Yes" | "Maybe" if !up => {
            return Way::HardRule(card.fiduciary.clone().unwrap_or_default());
        }
        _ => {}
    }
    let (lo, hi) = summed(&reading.joined.points(card));
    let there = |moved: i64| if up { lo + moved >= limits.0 } else { hi - moved < limits.1 };
    let levers: Vec<Lever<'_>> = card
        .rows
        .iter()
        .filter(|row| match row.actionable {
            Some(can) => can,
            // Time passes only forwards, for those who have begun and are not gone, and makes
            // nothing but a longer tenure.
            None => {
                let gone = reading.seen.commercial && !reading.seen.live;
                up && reading.seen.opened.is_some() && !gone && row.signal == "tenure.days"
            }
        })
        .map(|row| {
            let (least, most) = reading.joined.value(row.signal);
            if up {
                Lever { row, from: least, to: row.top() }
            } else {
                Lever { row, from: most, to: 0 }
            }
        })
        .filter(|lever| lever.gain() > 0)
        .collect();
    let all: i64 = levers.iter().map(Lever::gain).sum();
    if !there(all) {
        let needed = if up { limits.0 - lo } else { hi + 1 - limits.1 };
        return Way::OutOfReach(all, needed);
    }
    let chosen = smallest(levers, there);
    Way::Changes(trimmed(reading, chosen, there, up))
}

/// Every subset that is enough; of the smallest ones that with the largest gains, earliest rows
/// first, largest gain first.
fn smallest<'r>(levers: Vec<Lever<'r>>, there: impl Fn(i64) -> bool) -> Vec<Lever<'r>> {
    let gains: Vec<i64> = levers.iter().map(Lever::gain).collect();
    let mut best: Option<Vec<(i64, usize)>> = None;
    for subset in 0..1_u32 << levers.len() {
        let chosen = || gains.iter().copied().enumerate().filter(|one| subset >> one.0 & 1 == 1);
        let size = chosen().count();
        let too_many = best.as_ref().is_some_and(|before| size > before.len());
        if too_many || !there(chosen().map(|one| one.1).sum()) {
            continue;
        }
        let mut members: Vec<(i64, usize)> = chosen().map(|(place, gain)| (gain, place)).collect();
        members.sort_by_key(|&(gain, place)| (-gain, place));
        let better = best
            .as_ref()
            .is_none_or(|before| members.len() < before.len() || larger(&members, before));
        if better {
            best = Some(members);
        }
    }
    let order = best.unwrap_or_default();
    let mut kept: Vec<Option<Lever<'r>>> = levers.into_iter().map(Some).collect();
    order.iter().filter_map(|&(_, place)| kept.get_mut(place).and_then(Option::take)).collect()
}

/// Larger gains, one by one; the earlier row where they are equal.
fn larger(one: &[(i64, usize)], other: &[(i64, usize)]) -> bool {
    for (a, b) in one.iter().zip(other) {
        if a.0 != b.0 {
            return a.0 > b.0;
        }
    }
    let places = |all: &[(i64, usize)]| all.iter().map(|one| one.1).collect::<Vec<_>>();
    places(one) < places(other)
}

/// From the last chosen backwards, the nearest value that is still enough.
fn trimmed(
    reading: &Reading<'_>,
    mut chosen: Vec<Lever<'_>>,
    there: impl Fn(i64) -> bool,
    up: bool,
) -> Vec<(String, i64, i64, Option<i64>)> {
    for place in (0..chosen.len()).rev() {
        let others: i64 = chosen
            .iter()
            .enumerate()
            .filter(|&(other, _)| other != place)
            .map(|(_, lever)| lever.gain())
            .sum();
        let Some(lever) = chosen.get_mut(place) else { continue };
        // Upwards a bin begins at its bound; downwards it is entered just below the next one.
        let mut stops: Vec<i64> = lever
            .row
            .bins
            .iter()
            .map(|bin| if up { bin.0 } else { bin.0 - 1 })
            .filter(|&to| if up { to > lever.from } else { (0..lever.from).contains(&to) })
            .chain([lever.to])
            .collect();
        stops.sort_unstable();
        if !up {
            stops.reverse();
        }
        let enough =
            |&to: &i64| there(others + (lever.row.points(to) - lever.row.points(lever.from)).abs());
        lever.to = stops.into_iter().find(enough).unwrap_or(lever.to);
    }
    let told = chosen.iter().map(|lever| {
        let waits = lever.row.actionable.is_none();
        let on = reading.seen.opened.filter(|_| waits).map(|opened| opened + lever.to);
        (lever.row.signal.to_owned(), lever.from, lever.to, on)
    });
    told.collect()
}
