//! Slow oracle of the lists of a portfolio: silence by own rhythm, returns, RFM scores, loyalty, from
//! the definitions, record by record and account against account.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "small numbers; an oracle that overflows should stop the test"
)]

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use tenure_model::record::Ledger;
use tenure_model::{Currency, Relationship};

use super::scorecard::Asked;

impl Asked {
    /// What each day came to in each currency, a refund on the day of the purchase it names.
    fn nets(&self, account: &Relationship) -> BTreeMap<(NaiveDate, &'static str), i128> {
        let seen: Vec<_> = account
            .purchases()
            .iter()
            .filter(|entry| entry.record.date <= self.as_of)
            .filter(|entry| entry.recorded_at.is_none_or(|at| at.date_utc() <= self.known_at))
            .collect();
        let mut nets = BTreeMap::new();
        for entry in &seen {
            let named = entry.record.reverses.as_ref().and_then(|wanted| {
                seen.iter()
                    .find(|other| other.id.as_ref() == Some(wanted))
                    .map(|one| one.record.date)
            });
            let key = (named.unwrap_or(entry.record.date), entry.record.currency().code());
            *nets.entry(key).or_insert(0) += i128::from(entry.record.minor().units());
        }
        nets
    }

    /// The purchase days, in any currency or in one.
    fn bought(&self, account: &Relationship, currency: Option<Currency>) -> Vec<NaiveDate> {
        let mut days: Vec<NaiveDate> = self
            .nets(account)
            .into_iter()
            .filter(|&((_, code), net)| net > 0 && currency.is_none_or(|one| one.code() == code))
            .map(|((day, _), _)| day)
            .collect();
        days.dedup();
        days
    }

    /// Net amounts in the window of a scorecard, in its currency; `None` without a day.
    #[must_use]
    pub fn paid_in_window(&self, account: &Relationship) -> Option<i128> {
        let nets = self.nets(account).into_iter();
        let own = nets.filter(|((day, code), _)| {
            *code == self.currency.code() && self.first <= *day && *day <= self.as_of
        });
        own.map(|(_, net)| net).reduce(|sum, net| sum + net)
    }

    /// How the account stands by the days it bought on: the word, the last day, and twice the own gap.
    #[must_use]
    pub fn silence(
        &self,
        account: &Relationship,
    ) -> (&'static str, Option<NaiveDate>, Option<i64>) {
        let days = self.bought(account, None);
        let Some(&last) = days.last() else { return ("no_purchase", None, None) };
        let gaps = gaps(&days);
        if gaps.len() < 2 {
            return ("rhythm_unknown", Some(last), None);
        }
        let gap = twice_median(&gaps);
        let silent = 2 * (self.as_of - last).num_days();
        let word = if silent > 3 * gap {
            "dormant"
        } else if silent >= 2 * gap {
            "cooling"
        } else {
            "in_rhythm"
        };
        (word, Some(last), Some(gap))
    }

    /// The latest day it came back on, what became of it, and whether that was in the last 90 days and
    /// nothing was bought since.
    #[must_use]
    pub fn returned(&self, account: &Relationship) -> Option<(NaiveDate, &'static str, bool)> {
        let days = self.bought(account, None);
        let gaps = gaps(&days);
        let mut found = None;
        for at in 2..gaps.len() {
            let median = twice_median(&gaps[..at]);
            if 2 * gaps[at] <= 3 * median {
                continue;
            }
            let back = days[at + 1];
            let until = back + chrono::TimeDelta::days(median / 2);
            let outcome = match days.get(at + 2) {
                Some(&next) if next <= until => "won",
                Some(_) => "lost",
                None if self.as_of > until => "lost",
                None => "pending",
            };
            let fresh = at + 1 == gaps.len() && (self.as_of - back).num_days() <= 90;
            found = Some((back, outcome, fresh));
        }
        found
    }

    /// Whether an engagement contract is in force.
    #[must_use]
    pub fn under_contract(&self, account: &Relationship) -> bool {
        account.contracts().iter().any(|entry| {
            let one = &entry.record;
            let known = entry.recorded_at.is_none_or(|at| at.date_utc() <= self.known_at);
            let engaged = !["terms_of_service", "trade_account"].contains(&&*one.kind);
            let signed = one.signed.is_none_or(|day| day <= self.as_of);
            let over = one.end.is_some_and(|end| end < self.as_of);
            known && engaged && signed && one.start <= self.as_of && !over
        })
    }

    /// Scores of recency, frequency and monetary value, by counting who is worse; `None` for those who
    /// never bought in the currency.
    #[must_use]
    pub fn rfm(&self, accounts: &[&Relationship], window_days: u64) -> Vec<Option<[u8; 3]>> {
        let opens = self.as_of - Days::new(window_days);
        let values: Vec<Option<[i128; 3]>> = accounts
            .iter()
            .map(|account| {
                let last = *self.bought(account, Some(self.currency)).last()?;
                let in_window: Vec<i128> = self
                    .nets(account)
                    .into_iter()
                    .filter(|&((day, code), net)| {
                        code == self.currency.code() && net > 0 && day > opens
                    })
                    .map(|(_, net)| net)
                    .collect();
                let frequency = i128::try_from(in_window.len()).unwrap_or(0);
                let monetary = in_window.iter().fold(0, |sum, net| sum + net);
                // More is better of all three.
                Some([-i128::from((self.as_of - last).num_days()), frequency, monetary])
            })
            .collect();
        let scored: Vec<[i128; 3]> = values.iter().copied().flatten().collect();
        let score = |axis: usize, value: i128| {
            let worse = scored.iter().filter(|other| other[axis] < value).count();
            u8::try_from((1 + 5 * worse / scored.len()).min(5)).unwrap_or(0)
        };
        let of = |value: [i128; 3]| [0, 1, 2].map(|axis| score(axis, value[axis]));
        values.into_iter().map(|value| value.map(of)).collect()
    }

    /// The tier by thresholds of the qualifying points of the calendar year or, where they are more, of the
    /// year before, and what is left of the redeemable points, point by point: outstanding, and of
    /// these expiring by that day. `None` without an entry.
    #[must_use]
    pub fn membership(
        &self,
        account: &Relationship,
        thresholds: &[i64],
        expiring_by: NaiveDate,
    ) -> Option<(usize, i64, i64)> {
        let mut seen: Vec<_> = account
            .points()
            .iter()
            .filter(|entry| entry.record.date <= self.as_of)
            .filter(|entry| entry.recorded_at.is_none_or(|at| at.date_utc() <= self.known_at))
            .map(|entry| &entry.record)
            .collect();
        if seen.is_empty() {
            return None;
        }
        let earned_in = |year: i32, on: NaiveDate| {
            let counts = |expires: Option<NaiveDate>| expires.is_none_or(|day| day >= on);
            let own = seen.iter().filter(|one| {
                one.ledger == Ledger::Qualifying && one.date.year() == year && counts(one.expires)
            });
            own.fold(0, |sum, one| sum + one.points)
        };
        let tier = |points: i64| {
            thresholds.iter().rposition(|&threshold| threshold <= points).unwrap_or(0)
        };
        let year = self.as_of.year();
        let before = NaiveDate::from_ymd_opt(year - 1, 12, 31).unwrap_or_default();
        let held = tier(earned_in(year, self.as_of)).max(tier(earned_in(year - 1, before)));

        // Each point by itself, with its last day; of one day those earned come first.
        seen.sort_by_key(|one| (one.date, one.points < 0));
        let mut points: Vec<NaiveDate> = Vec::new();
        let mut owed = 0;
        for one in seen.iter().filter(|one| one.ledger == Ledger::Redeemable) {
            points.retain(|&last| last >= one.date);
            for _ in 0..one.points.abs() {
                if one.points > 0 && owed > 0 {
                    owed -= 1;
                } else if one.points > 0 {
                    points.push(one.expires.unwrap_or(NaiveDate::MAX));
                } else if points.is_empty() {
                    owed += 1;
                } else {
                    points.remove(0);
                }
            }
        }
        points.retain(|&last| last >= self.as_of);
        let count = |of: usize| i64::try_from(of).unwrap_or(0);
        let soon = points.iter().filter(|&&last| last <= expiring_by).count();
        Some((held, count(points.len()), count(soon)))
    }
}

/// Days between one and the next.
fn gaps(days: &[NaiveDate]) -> Vec<i64> {
    days.windows(2).map(|pair| (pair[1] - pair[0]).num_days()).collect()
}

/// Twice the median: the sum of the two in the middle, or twice the one.
fn twice_median(gaps: &[i64]) -> i64 {
    let mut sorted = gaps.to_vec();
    sorted.sort_unstable();
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { 2 * sorted[half] } else { sorted[half - 1] + sorted[half] }
}
