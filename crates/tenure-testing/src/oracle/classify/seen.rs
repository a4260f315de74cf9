//! What can be seen of the history, as plain lists; liveness, episodes, the stage.

use std::collections::{BTreeMap, BTreeSet};

use tenure_model::record::{Billing, Direction, Initiator, Terms};
use tenure_model::{Instant, Money, Table, Tri};

use super::card::Card;
use super::{Question, number};

/// A day beyond all others.
pub(super) const NEVER: i64 = 9_000_000;

/// An engagement contract.
pub(super) struct Deal {
    pub(super) start: i64,
    /// Started and signed.
    pub(super) began: i64,
    /// Far away for an open one.
    pub(super) end: i64,
    pub(super) negotiated: bool,
    pub(super) recurring: bool,
    pub(super) duty: &'static str,
    pub(super) exclusive: &'static str,
    pub(super) value: Option<(String, i128)>,
}

/// A positive amount on a purchase day.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) day: i64,
    pub(super) currency: String,
    pub(super) amount: i128,
    pub(super) customised: &'static str,
    pub(super) promotional: bool,
}

/// An interaction.
#[derive(Clone)]
pub(super) struct Talk {
    pub(super) day: i64,
    pub(super) kind: String,
    /// in, out or mutual
    pub(super) direction: &'static str,
    pub(super) initiator: Initiator,
    pub(super) personal: bool,
    pub(super) human: bool,
}

/// Everything visible.
pub(super) struct Seen<'a> {
    pub(super) question: Question<'a>,
    pub(super) today: i64,
    pub(super) deals: Vec<Deal>,
    /// Net of each day and currency.
    pub(super) nets: BTreeMap<(i64, String), i128>,
    /// Purchase days.
    pub(super) days: BTreeSet<i64>,
    pub(super) lines: Vec<Line>,
    pub(super) talk: Vec<Talk>,
    /// Days of done deliverables, and whether they were customised.
    pub(super) delivered: Vec<(i64, &'static str)>,
    /// Days on which goals were set, and their reviews.
    pub(super) goals: Vec<(i64, Vec<i64>)>,
    pub(super) referrals: Vec<i64>,
    /// First and last days.
    pub(super) managers: Vec<(i64, i64)>,
    /// Contracts and purchases are complete.
    pub(super) whole: bool,
    pub(super) contracts_complete: bool,
    pub(super) commercial: bool,
    pub(super) live: bool,
    /// A contract or purchase unseen could have opened a newer episode.
    pub(super) may_have_restarted: bool,
    pub(super) anchor: i64,
    pub(super) opened: Option<i64>,
    pub(super) close: Option<i64>,
    pub(super) episodes: usize,
    ratio: i64,
    default_gap: i64,
    grace: i64,
}

fn said(fact: Tri) -> &'static str {
    match fact {
        Tri::Yes => "Yes",
        Tri::No => "No",
        Tri::Unknown => "Unknown",
    }
}

fn minor(money: &Money) -> (String, i128) {
    let units = money.to_minor().map_or(0, |minor| i128::from(minor.units()));
    (money.currency().code().to_owned(), units)
}

impl<'a> Seen<'a> {
    pub(super) fn new(question: Question<'a>, card: &Card) -> Self {
        let complete = |table| question.coverage.is_complete(table);
        let mut seen = Self {
            question,
            today: number(question.as_of),
            deals: Vec::new(),
            nets: BTreeMap::new(),
            days: BTreeSet::new(),
            lines: Vec::new(),
            talk: Vec::new(),
            delivered: Vec::new(),
            goals: Vec::new(),
            referrals: Vec::new(),
            managers: Vec::new(),
            whole: complete(Table::Contracts) && complete(Table::Purchases),
            contracts_complete: complete(Table::Contracts),
            commercial: false,
            live: false,
            may_have_restarted: false,
            anchor: number(question.as_of),
            opened: None,
            close: None,
            episodes: 0,
            ratio: card.ratio,
            default_gap: card.default_gap,
            grace: card.grace,
        };
        seen.contracts();
        seen.purchases();
        seen.service();
        seen.place();
        seen
    }

    fn known(&self, recorded: Option<Instant>) -> bool {
        match recorded {
            None => true,
            Some(instant) => number(instant.date_utc()) <= number(self.question.known_at),
        }
    }

    fn contracts(&mut self) {
        for entry in self.question.relationship.contracts() {
            let row = &entry.record;
            let signed_later = row.signed.is_some_and(|day| number(day) > self.today);
            let click_through = ["terms_of_service", "trade_account"].contains(&&*row.kind);
            if number(row.start) > self.today
                || signed_later
                || click_through
                || !self.known(entry.recorded_at)
            {
                continue;
            }
            self.deals.push(Deal {
                start: number(row.start),
                began: number(row.signed.map_or(row.start, |signed| signed.max(row.start))),
                end: row.end.map_or(NEVER, number),
                negotiated: row.terms == Terms::Negotiated,
                recurring: [Billing::Monthly, Billing::Quarterly, Billing::Annual]
                    .contains(&row.billing),
                duty: said(row.fiduciary),
                exclusive: said(row.exclusive),
                value: row.annual_value.as_ref().map(minor),
            });
        }
    }

    fn purchases(&mut self) {
        let rows = self.question.relationship.purchases();
        let visible: Vec<_> = rows
            .iter()
            .filter(|entry| {
                self.known(entry.recorded_at) && number(entry.record.date) <= self.today
            })
            .collect();
        for entry in &visible {
            // A refund counts on the day of what it names, if that can be seen.
            let named = visible
                .iter()
                .find(|other| other.id.is_some() && other.id == entry.record.reverses);
            let day = number(named.map_or(entry.record.date, |other| other.record.date));
            let key = (day, entry.record.currency().code().to_owned());
            *self.nets.entry(key).or_default() += i128::from(entry.record.minor().units());
        }
        self.days = self.nets.iter().filter(|&(_, &net)| net > 0).map(|(key, _)| key.0).collect();
        for entry in &visible {
            let (row, day) = (&entry.record, number(entry.record.date));
            if row.minor().units() > 0 && self.days.contains(&day) {
                self.lines.push(Line {
                    day,
                    currency: row.currency().code().to_owned(),
                    amount: row.minor().units().into(),
                    customised: said(row.customised),
                    promotional: row.promotional == Tri::Yes,
                });
            }
        }
    }

    fn service(&mut self) {
        let relationship = self.question.relationship;
        for entry in relationship.interactions() {
            let (row, day) = (&entry.record, number(entry.record.date));
            if self.known(entry.recorded_at) && day <= self.today {
                self.talk.push(Talk {
                    day,
                    kind: row.kind.to_string(),
                    direction: match row.direction {
                        Direction::In => "in",
                        Direction::Out => "out",
                        _ => "mutual",
                    },
                    initiator: row.initiator,
                    personal: row.personal,
                    human: row.personal
                        && row.initiator != Initiator::Automated
                        && !["marketing", "order"].contains(&&*row.kind),
                });
            }
        }
        for entry in relationship.deliverables() {
            if let Some(day) = entry.record.done.map(number)
                && self.known(entry.recorded_at)
                && day <= self.today
            {
                self.delivered.push((day, said(entry.record.customised)));
            }
        }
        for entry in relationship.goals() {
            let set = number(entry.record.set);
            if self.known(entry.recorded_at) && set <= self.today {
                let reviews = entry.record.reviews.iter().copied().map(number);
                self.goals.push((set, reviews.filter(|&day| day <= self.today).collect()));
            }
        }
        for entry in relationship.referrals() {
            let day = number(entry.record.date);
            if self.known(entry.recorded_at) && day <= self.today {
                self.referrals.push(day);
            }
        }
        for entry in relationship.assignments() {
            let (start, end) = (number(entry.record.start), entry.record.end.map_or(NEVER, number));
            if self.known(entry.recorded_at) && start <= self.today {
                self.managers.push((start, end));
            }
        }
    }

    /// Activity, liveness, episode and anchor.
    fn place(&mut self) {
        let mut totals: BTreeMap<&str, i128> = BTreeMap::new();
        for ((_, currency), net) in &self.nets {
            *totals.entry(currency).or_default() += net;
        }
        self.commercial = !self.deals.is_empty() || totals.values().any(|&total| total > 0);
        let last = self.days.last().copied();
        let in_force = self.deals.iter().any(|deal| deal.end >= self.today);
        let bought = last.is_some_and(|last| {
            2 * (self.today - last) <= self.ratio * self.own_gap_doubled(self.today)
        });
        self.live = in_force || bought;
        let openings = self.openings();
        self.episodes = openings.len();
        if let Some(&(opened, close)) = openings.last() {
            (self.opened, self.close) = (Some(opened), close);
        }
        if self.commercial && !self.live {
            let ends = self.deals.iter().map(|deal| deal.end).chain(last);
            self.anchor = ends.max().unwrap_or(self.today);
            // One more day of business today: would it open an episode?
            let held = self.deals.iter().any(|deal| self.today <= deal.end + self.grace);
            self.may_have_restarted = !self.whole && !held;
        }
    }

    /// Twice the own gap over the purchase days up to and including `until`.
    fn own_gap_doubled(&self, until: i64) -> i64 {
        let days: Vec<i64> = self.days.iter().copied().filter(|&day| day <= until).collect();
        if days.len() < 3 { 2 * self.default_gap } else { median_doubled(&gaps(&days)) }
    }

    /// All days on which something begins or is bought that open an episode, each with the close
    /// of the one before it.
    pub(super) fn openings(&self) -> Vec<(i64, Option<i64>)> {
        let mut starts: Vec<(i64, bool)> =
            self.deals.iter().map(|deal| (deal.start, false)).collect();
        starts.extend(self.days.iter().map(|&day| (day, true)));
        // Contracts first on one day.
        starts.sort_unstable();
        let mut openings = Vec::new();
        for (place, &(date, _)) in starts.iter().enumerate() {
            let before: Vec<(i64, bool)> = starts.iter().copied().take(place).collect();
            if before.is_empty() {
                openings.push((date, None));
                continue;
            }
            let deals = self.deals.iter().filter(|deal| {
                // Those walked before: earlier starts, and of this day those already walked.
                deal.start < date || before.contains(&(date, false))
            });
            let ends: Vec<i64> = deals.map(|deal| deal.end).collect();
            let last_day = before.iter().filter(|one| one.1).map(|one| one.0).max();
            let by_contract = ends.iter().any(|&end| end == NEVER || date <= end + self.grace);
            let by_purchase = last_day.is_some_and(|last| {
                date <= last + (self.ratio * self.own_gap_doubled(last)).div_euclid(2)
            });
            if !by_contract && !by_purchase {
                openings.push((date, ends.into_iter().max().max(last_day)));
            }
        }
        openings
    }

    pub(super) fn in_episode(&self, day: i64) -> bool {
        self.close.is_none_or(|close| day > close)
    }

    pub(super) fn sales_cycle(&self) -> Option<i64> {
        let days = self.talk.iter().map(|one| one.day).filter(|&day| self.in_episode(day));
        let cycle = self.opened? - days.min()?;
        (cycle >= 0).then_some(cycle)
    }

    pub(super) fn stage(&self) -> &'static str {
        let age = |day: i64| self.today - day;
        let contracted = self.deals.iter().any(|deal| self.in_episode(deal.start));
        match (self.commercial, self.live, self.whole, contracted) {
            (false, _, true, _) => return "prospect",
            (false, _, false, _) | (true, false, false, _) => return "unknown",
            (true, false, true, true) => return "former",
            (true, false, true, false) => return "dormant",
            (true, true, _, _) => {}
        }
        let starts = self.deals.iter().map(|deal| deal.start);
        if self.days.iter().copied().chain(starts).min().is_some_and(|first| age(first) <= 30) {
            return "new";
        }
        let in_force: Vec<&Deal> =
            self.deals.iter().filter(|deal| deal.end >= self.today).collect();
        let days: Vec<i64> = self.days.iter().copied().collect();
        let mut gaps = gaps(&days);
        if in_force.is_empty()
            && gaps.len() >= 3
            && let Some(last_gap) = gaps.pop()
            && 2 * last_gap > self.ratio * median_doubled(&gaps)
            && days.last().is_some_and(|&last| age(last) <= 90)
        {
            return "reengaged";
        }
        let negotiated = in_force.iter().filter(|deal| deal.negotiated).map(|deal| deal.start);
        if let Some(since) = negotiated.min()
            && self.question.coverage.is_complete(Table::Interactions)
        {
            let personal = |one: &&Talk| one.personal && one.initiator != Initiator::Automated;
            let spoken = self.talk.iter().filter(personal).map(|one| one.day);
            let quiet_since = spoken.max().unwrap_or(since).max(since);
            if age(quiet_since) > 180 && days.last().is_none_or(|&last| age(last) > 180) {
                return "dormant";
            }
        }
        "active"
    }
}

fn gaps(days: &[i64]) -> Vec<i64> {
    days.iter().zip(days.iter().skip(1)).map(|(one, next)| next - one).collect()
}

fn median_doubled(values: &[i64]) -> i64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let at = |place: usize| sorted.get(place).copied().unwrap_or(0);
    at(sorted.len() / 2) + at((sorted.len() - 1) / 2)
}
