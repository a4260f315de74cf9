//! Slow oracles of `tenure-service`, written from the definitions.

use std::collections::BTreeMap;

/// One contact: issue, microseconds, and whether it is flagged resolved (`None`: unknown).
pub type PlainContact = (String, i64, Option<bool>);

/// What the definition of first contact resolution says about the contacts of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Fcr {
    /// Episodes as old as the window.
    pub mature: u64,
    /// Younger episodes.
    pub immature: u64,
    /// Contacts of mature episodes.
    pub mature_contacts: u64,
    /// Contacts after the instant of the question.
    pub unseen_contacts: u64,
    /// Mature episodes with one contact.
    pub no_repeat: u64,
    /// Mature episodes whose first flag is known.
    pub flag_known: u64,
    /// Mature episodes whose first flag is yes.
    pub flag_resolved: u64,
    /// Mature episodes with one contact, flagged yes.
    pub resolved_and_no_repeat: u64,
}

/// Contact by contact: each looks for the episode it belongs to, by the definition alone.
///
/// Rolling: a contact opens an episode unless another contact of the issue comes before it within
/// the window. Fixed: unless the last opened episode began within the window. No sorting by issue,
/// no running state of one pass: starts are found first, then contacts are dealt out.
#[must_use]
pub fn fcr(contacts: &[PlainContact], window: i128, rolling: bool, as_of: i64) -> Fcr {
    let mut result = Fcr::default();
    let mut by_issue: BTreeMap<&str, Vec<(i128, Option<bool>)>> = BTreeMap::new();
    for (issue, at, flag) in contacts {
        if *at > as_of {
            result.unseen_contacts = plus(result.unseen_contacts, 1);
        } else {
            by_issue.entry(issue).or_default().push((i128::from(*at), *flag));
        }
    }
    for rows in by_issue.values() {
        let mut starts: Vec<i128> = Vec::new();
        let mut times: Vec<i128> = rows.iter().map(|row| row.0).collect();
        times.sort_unstable();
        times.dedup();
        for &time in &times {
            let joins = if rolling {
                times.iter().any(|&other| other < time && within(other, time, window))
            } else {
                starts.last().is_some_and(|&start| within(start, time, window))
            };
            if !joins {
                starts.push(time);
            }
        }
        for &start in &starts {
            let next = starts.iter().copied().filter(|&other| other > start).min();
            let members = rows
                .iter()
                .filter(|row| row.0 >= start && next.is_none_or(|next| row.0 < next))
                .count();
            let members = u64::try_from(members).unwrap_or(u64::MAX);
            if !reaches(start, i128::from(as_of), window) {
                result.immature = plus(result.immature, 1);
                continue;
            }
            // unresolved first, then unknown, then resolved
            let flags: Vec<Option<bool>> =
                rows.iter().filter(|row| row.0 == start).map(|row| row.1).collect();
            let flag = if flags.contains(&Some(false)) {
                Some(false)
            } else if flags.contains(&None) {
                None
            } else {
                Some(true)
            };
            let alone = u64::from(members == 1);
            let resolved = u64::from(flag == Some(true));
            result.mature = plus(result.mature, 1);
            result.mature_contacts = plus(result.mature_contacts, members);
            result.no_repeat = plus(result.no_repeat, alone);
            result.flag_known = plus(result.flag_known, u64::from(flag.is_some()));
            result.flag_resolved = plus(result.flag_resolved, resolved);
            result.resolved_and_no_repeat =
                plus(result.resolved_and_no_repeat, alone.min(resolved));
        }
    }
    result
}

/// A promise: start, end if any, target, pause, all in milliseconds.
pub type PlainPromise = (i64, Option<i64>, i64, i64);

/// Met, breached (ended or not), pending, and breached among the ended; `None` where a promise is
/// impossible.
#[must_use]
pub fn sla(promises: &[PlainPromise], as_of: i64) -> Option<[u64; 4]> {
    let mut counts = [0_u64; 4];
    for &(start, end, target, paused) in promises {
        let until = i128::from(end.unwrap_or(as_of));
        let gross = until.checked_sub(i128::from(start))?;
        let net = gross.checked_sub(i128::from(paused))?;
        if gross < 0 || net < 0 || target <= 0 {
            return None;
        }
        let [met, breached, pending, breached_closed] = &mut counts;
        if net > i128::from(target) {
            *breached = plus(*breached, 1);
            if end.is_some() {
                *breached_closed = plus(*breached_closed, 1);
            }
        } else if end.is_some() {
            *met = plus(*met, 1);
        } else {
            *pending = plus(*pending, 1);
        }
    }
    Some(counts)
}

/// Agent replies, reopens, replies by the account of one solved case; `None`: unknown.
pub type PlainTouches = [Option<u32>; 3];

/// The columns a rule reads, and when it holds.
type TouchRule = (&'static [usize], fn(u32, u32, u32) -> bool);

/// By rule (fewer than two replies, one reply, no reopen, no reply by the account, one reply
/// without reopening): how many solved cases obey, of how many that tell what the rule reads.
#[must_use]
pub fn one_touch(solved: &[PlainTouches]) -> [(usize, usize); 5] {
    let rules: [TouchRule; 5] = [
        (&[0], |replies, _, _| replies <= 1),
        (&[0], |replies, _, _| replies == 1),
        (&[1], |_, reopens, _| reopens == 0),
        (&[2], |_, _, account| account == 0),
        (&[0, 1], |replies, reopens, _| replies == 1 && reopens == 0),
    ];
    rules.map(|(reads, holds)| {
        let told: Vec<&PlainTouches> = solved
            .iter()
            .filter(|case| {
                reads.iter().all(|&column| case.get(column).is_some_and(Option::is_some))
            })
            .collect();
        let obey = told.iter().filter(|&&&[replies, reopens, account]| {
            // what is not read may be unknown: any value will do
            holds(replies.unwrap_or(0), reopens.unwrap_or(0), account.unwrap_or(0))
        });
        (obey.count(), told.len())
    })
}

/// The value at rank ⌈n·p⌉, at least 1, with p in thousandths: the first value such that so many
/// are not above it.
#[must_use]
pub fn order_statistic(values: &[u64], p_thousandths: u64) -> Option<u64> {
    let wanted = u128::try_from(values.len()).ok()?.checked_mul(u128::from(p_thousandths))?;
    values
        .iter()
        .copied()
        .filter(|&candidate| {
            let not_above = values.iter().filter(|&&value| value <= candidate).count();
            u128::try_from(not_above).is_ok_and(|n| n.saturating_mul(1000) >= wanted)
        })
        .min()
}

/// Kaplan and Meier by redistribution to the right (Efron 1967): each row has an equal mass, that
/// of a censored row is shared out equally among the rows with a later time (repeats at its own
/// instant come before it). The mass that repeated within the window is what is lost.
#[must_use]
pub fn no_repeat_by(rows: &[(u64, bool)], window: u64) -> Option<f64> {
    if rows.is_empty() {
        return None;
    }
    let mut rows = rows.to_vec();
    rows.sort_unstable_by_key(|&(time, repeated)| (time, !repeated));
    let count = u32::try_from(rows.len()).ok()?;
    let mut masses = vec![1.0 / f64::from(count); rows.len()];
    let mut lost = 0.0;
    for (index, &(time, repeated)) in rows.iter().enumerate() {
        if time > window {
            break;
        }
        let mass = *masses.get(index)?;
        if repeated {
            lost += mass;
        } else {
            let later = masses.get_mut(index.checked_add(1)?..)?;
            let heirs = f64::from(u32::try_from(later.len()).ok()?);
            for heir in later {
                *heir += mass / heirs;
            }
        }
    }
    Some(1.0 - lost)
}

fn within(from: i128, to: i128, window: i128) -> bool {
    to.checked_sub(from).is_some_and(|gap| (0..=window).contains(&gap))
}

fn reaches(from: i128, to: i128, window: i128) -> bool {
    from.checked_add(window).is_some_and(|end| end <= to)
}

const fn plus(count: u64, more: u64) -> u64 {
    count.saturating_add(more)
}

/// Open hours of one weekday: days from Monday, first minute, the minute after the last.
pub type PlainHours = (u32, u32, u32);

/// Open minutes between two whole minutes: each minute is asked whether the local clock shows an
/// open one.
#[must_use]
pub fn open_minutes(
    (start, end): (i64, i64),
    local: impl Fn(i64) -> chrono::NaiveDateTime,
    hours: &[PlainHours],
    holidays: &[chrono::NaiveDate],
) -> usize {
    use chrono::{Datelike, Timelike};
    (start..end)
        .map(local)
        .filter(|local| {
            let weekday = local.weekday().num_days_from_monday();
            let minute = local.num_seconds_from_midnight().checked_div(60);
            let open = |&&(day, first, after): &&PlainHours| {
                day == weekday && minute.is_some_and(|minute| (first..after).contains(&minute))
            };
            !holidays.contains(&local.date()) && hours.iter().filter(open).count() > 0
        })
        .count()
}

/// Deflected, followed and immature sessions over accounts of sessions and cases: each session is
/// held against every case.
#[must_use]
pub fn deflection(accounts: &[(Vec<i64>, Vec<i64>)], window: i64, as_of: i64) -> [u64; 3] {
    let [mut deflected, mut followed, mut immature] = [0; 3];
    for (sessions, cases) in accounts {
        for &session in sessions.iter().filter(|&&session| session <= as_of) {
            let gap = |case: i64| i128::from(case).saturating_sub(i128::from(session));
            let after =
                |&&case: &&i64| case <= as_of && (0..=i128::from(window)).contains(&gap(case));
            if gap(as_of) < i128::from(window) {
                immature = plus(immature, 1);
            } else if cases.iter().filter(after).count() == 0 {
                deflected = plus(deflected, 1);
            } else {
                followed = plus(followed, 1);
            }
        }
    }
    [deflected, followed, immature]
}
