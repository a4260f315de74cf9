//! Slow oracle of `tenure-scorecard`: the figures of a group of accounts, from the definitions of
//! the metrics, record by record. Nothing is merged: the records of the whole group are counted at
//! once.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "small numbers; an oracle that overflows should stop the test"
)]

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use tenure_model::record::{Answer, BotOutcome, Case, Contact, Survey};
use tenure_model::{Currency, Entry, Instant, Relationship, Tri};

/// A part and its whole.
pub type Part = (i128, i128);

/// What is asked.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "written out by tests")]
pub struct Asked {
    /// The first day of the window.
    pub first: NaiveDate,
    /// The last day of the window.
    pub last: NaiveDate,
    /// The day of the question, the last of the window or later.
    pub as_of: NaiveDate,
    /// The last day whose records are known.
    pub known_at: NaiveDate,
    /// The reporting currency.
    pub currency: Currency,
    /// Days within which another contact is a repeat.
    pub repeat_days: i64,
}

/// Cases by what became of their promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "compared by tests")]
pub struct Promises {
    /// Kept, of all decided.
    pub kept: Part,
    /// Open and still in time.
    pub pending: i128,
    /// Nothing promised.
    pub without_target: i128,
    /// Solved, nobody says when.
    pub end_unknown: i128,
    /// Open, with pauses longer than the time so far.
    pub pause_unknown: i128,
}

/// The terms that came due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "compared by tests")]
pub struct Terms {
    /// Renewed, of all due.
    pub won: Part,
    /// Value renewed, at most what was due of each, of all value due.
    pub kept: Part,
    /// Neither renewed nor lost, and not overdue.
    pub pending: i128,
}

/// The contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "compared by tests")]
pub struct Episodes {
    /// Settled at the first contact, of all whose flag is known.
    pub settled: Part,
    /// Younger than the repeat window.
    pub immature: i128,
    /// Nobody says whether the first contact settled them.
    pub flag_unknown: i128,
}

impl Asked {
    fn knows(&self, recorded_at: Option<Instant>) -> bool {
        recorded_at.is_none_or(|at| at.date_utc() <= self.known_at)
    }

    fn in_window(&self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// The last microsecond of the day of the question.
    fn now(&self) -> i64 {
        let next = self.as_of.checked_add_days(Days::new(1)).unwrap_or_default();
        next.and_hms_opt(0, 0, 0).map_or(0, |midnight| midnight.and_utc().timestamp_micros()) - 1
    }

    /// Promoters minus detractors of 0 to 10, the satisfied 4 and 5 of 5, or the easy 5 to 7 of 7;
    /// of all that answered.
    #[must_use]
    pub fn answers(&self, accounts: &[&Relationship], survey: Survey) -> Part {
        let worths: Vec<i128> = accounts
            .iter()
            .flat_map(|account| account.responses())
            .filter(|entry| entry.record.survey == survey && self.knows(entry.recorded_at))
            .filter(|entry| self.in_window(entry.record.date))
            .filter_map(|entry| match entry.record.answer {
                Answer::Score(score) => Some(survey_worth(survey, score)),
                _ => None,
            })
            .collect();
        (worths.iter().fold(0, |sum, worth| sum + worth), whole(worths.len()))
    }

    fn cases<'a>(&self, accounts: &[&'a Relationship]) -> Vec<&'a Case> {
        accounts
            .iter()
            .flat_map(|account| account.cases())
            .filter(|entry| self.knows(entry.recorded_at))
            .map(|entry| &entry.record)
            .filter(|case| self.in_window(case.opened.date_utc()))
            .collect()
    }

    /// Deliverables done on the day or before, of all that were due in the window.
    #[must_use]
    pub fn delivered_on_time(&self, accounts: &[&Relationship]) -> Part {
        let due: Vec<_> = accounts
            .iter()
            .flat_map(|account| account.deliverables())
            .filter(|entry| self.knows(entry.recorded_at))
            .map(|entry| (entry.record.due, entry.record.done.filter(|&done| done <= self.as_of)))
            .filter_map(|(due, done)| Some((due.filter(|&due| self.in_window(due))?, done)))
            .collect();
        let kept = due.iter().filter(|(due, done)| done.is_some_and(|done| done <= *due));
        (whole(kept.count()), whole(due.len()))
    }

    /// Accounts that sent somebody in the window, of all that were there.
    #[must_use]
    pub fn referring(&self, accounts: &[&Relationship]) -> Part {
        let sends = |account: &&&Relationship| {
            account
                .referrals()
                .iter()
                .any(|entry| self.knows(entry.recorded_at) && self.in_window(entry.record.date))
        };
        let there = || accounts.iter().filter(|account| self.is_there(account));
        (whole(there().filter(sends).count()), whole(there().count()))
    }

    /// Whether anything of the relationship itself was seen by the end of the window: not what was
    /// said of it, asked or promised.
    fn is_there(&self, account: &Relationship) -> bool {
        let seen = |day: NaiveDate, recorded_at| day <= self.last && self.knows(recorded_at);
        account.contracts().iter().any(|one| seen(one.record.start, one.recorded_at))
            || account.purchases().iter().any(|one| seen(one.record.date, one.recorded_at))
            || account.interactions().iter().any(|one| seen(one.record.date, one.recorded_at))
            || account.goals().iter().any(|one| seen(one.record.set, one.recorded_at))
            || account.referrals().iter().any(|one| seen(one.record.date, one.recorded_at))
            || account.assignments().iter().any(|one| seen(one.record.start, one.recorded_at))
            || account
                .deliverables()
                .iter()
                .any(|one| one.record.done.is_some_and(|done| seen(done, one.recorded_at)))
    }

    /// Cases resolved by a bot, of all.
    #[must_use]
    pub fn automation(&self, accounts: &[&Relationship]) -> Part {
        let cases = self.cases(accounts);
        let by_bot = cases.iter().filter(|case| case.bot == Some(BotOutcome::Resolved)).count();
        (whole(by_bot), whole(cases.len()))
    }

    /// Whether any case names a bot: if none does, nobody knows whether there are bots.
    #[must_use]
    pub fn knows_of_bots(&self, accounts: &[&Relationship]) -> bool {
        self.cases(accounts).iter().any(|case| case.bot.is_some())
    }

    /// How promises stand.
    #[must_use]
    pub fn promises(&self, accounts: &[&Relationship]) -> Promises {
        let mut found = Promises::default();
        for case in self.cases(accounts) {
            let Some(target) = case.target_ms else {
                found.without_target += 1;
                continue;
            };
            if case.resolved.is_none() && case.status.is_solved() {
                found.end_unknown += 1;
                continue;
            }
            let until = case.resolved.map_or(self.now(), Instant::micros);
            let gross = i128::from(until - case.opened.micros()).div_euclid(1_000);
            let net = gross - i128::from(case.paused_ms);
            let late = net > i128::from(target);
            match case.resolved {
                None if net < 0 => found.pause_unknown += 1,
                None if !late => found.pending += 1,
                _ => {
                    found.kept.0 += i128::from(!late);
                    found.kept.1 += 1;
                }
            }
        }
        found
    }

    /// Milliseconds to the first reply, or to the resolution, of every case that has it by now.
    #[must_use]
    pub fn times(&self, accounts: &[&Relationship], end: fn(&Case) -> Option<Instant>) -> Vec<i64> {
        self.cases(accounts)
            .iter()
            .filter_map(|case| {
                let end = end(case)?.micros();
                (end <= self.now()).then(|| (end - case.opened.micros()).div_euclid(1_000))
            })
            .collect()
    }

    /// Episodes that began in the window; one account after the other.
    #[must_use]
    pub fn episodes(&self, accounts: &[&Relationship]) -> Episodes {
        let mut found = Episodes::default();
        for account in accounts {
            let seen = |entry: &&Entry<Contact>| {
                self.knows(entry.recorded_at) && entry.record.at.micros() <= self.now()
            };
            let contacts: Vec<&Contact> =
                account.contacts().iter().filter(seen).map(|entry| &entry.record).collect();
            let issues: BTreeSet<&str> = contacts.iter().map(|one| &*one.issue).collect();
            for issue in issues {
                let own: Vec<&Contact> =
                    contacts.iter().copied().filter(|one| &*one.issue == issue).collect();
                self.issue(&own, &mut found);
            }
        }
        found
    }

    /// The episodes of one issue: one begins where nothing was said within the repeat window.
    fn issue(&self, contacts: &[&Contact], found: &mut Episodes) {
        let window = self.repeat_days * 86_400_000_000;
        let times: BTreeSet<i64> = contacts.iter().map(|one| one.at.micros()).collect();
        let begins = |at: i64| !times.range(at - window..at).any(|_| true);
        for &start in times.iter().filter(|&&at| begins(at)) {
            let next = times.iter().copied().find(|&at| at > start && begins(at));
            let members: Vec<&&Contact> = contacts
                .iter()
                .filter(|one| one.at.micros() >= start)
                .filter(|one| next.is_none_or(|next| one.at.micros() < next))
                .collect();
            let first: Vec<&&&Contact> =
                members.iter().filter(|one| one.at.micros() == start).collect();
            let Some(day) = first.first().map(|one| one.at.date_utc()) else { continue };
            if !self.in_window(day) {
                continue;
            }
            if start + window > self.now() {
                found.immature += 1;
                continue;
            }
            let says = |flag| first.iter().any(|one| one.resolved == flag);
            if says(Tri::Unknown) && !says(Tri::No) {
                found.flag_unknown += 1;
                continue;
            }
            found.settled.0 += i128::from(!says(Tri::No) && members.len() == 1);
            found.settled.1 += 1;
        }
    }

    /// Terms due in the window, in the reporting currency.
    #[must_use]
    pub fn terms(&self, accounts: &[&Relationship]) -> Terms {
        let mut found = Terms::default();
        for entry in accounts.iter().flat_map(|account| account.renewals()) {
            let term = &entry.record;
            let units = |money: tenure_model::Money| {
                money.to_minor().map_or(0, |minor| i128::from(minor.units()))
            };
            let ours = term.arr_due.currency() == self.currency;
            if !ours || !self.knows(entry.recorded_at) || !self.in_window(term.due) {
                continue;
            }
            let due = units(term.arr_due);
            found.won.1 += 1;
            found.kept.1 += due;
            if term.closed_at.is_some_and(|day| day <= self.as_of) {
                found.won.0 += 1;
                found.kept.0 += term.arr_renewed.map_or(0, units).min(due);
            } else if term.lost_at.is_none_or(|day| day > self.as_of) {
                // Overdue is decided: not renewed.
                found.pending += i128::from(term.due >= self.as_of);
            }
        }
        found
    }

    /// Everything paid less everything paid back in the reporting currency, and by how many
    /// accounts.
    #[must_use]
    pub fn paid(&self, accounts: &[&Relationship]) -> Part {
        let mut found = (0, 0);
        for account in accounts {
            let rows: Vec<i128> = account
                .purchases()
                .iter()
                .filter(|entry| self.knows(entry.recorded_at) && entry.record.date <= self.as_of)
                .filter(|entry| entry.record.currency() == self.currency)
                .map(|entry| i128::from(entry.record.minor().units()))
                .collect();
            found.0 += rows.iter().fold(0, |sum, row| sum + row);
            found.1 += i128::from(!rows.is_empty());
        }
        found
    }
}

/// What an answer adds to its score.
fn survey_worth(survey: Survey, score: u8) -> i128 {
    match (survey, score) {
        (Survey::Nps, 9 | 10) | (Survey::Csat, 4 | 5) | (Survey::Ces, 5..=7) => 1,
        (Survey::Nps, 0..=6) => -1,
        _ => 0,
    }
}

fn whole(count: usize) -> i128 {
    i128::try_from(count).unwrap_or(i128::MAX)
}
