//! Slow oracle of `tenure-classify`: the verdict once more, from the specification, by scanning
//! everything again for every question. Days are numbers, facts are texts, unknown lines are tried
//! on either side.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "small numbers; an oracle that overflows should stop the test"
)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use tenure_model::record::{Contract, Initiator, Interaction, Purchase, Terms};
use tenure_model::{Coverage, Entry, Instant, Relationship, Table, Tri};

pub mod playbook;
mod reasons;
mod view;

use reasons::Reasons;
use view::View;

/// What is asked.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "written out by tests")]
pub struct Question<'a> {
    /// The history.
    pub relationship: &'a Relationship,
    /// The day.
    pub as_of: NaiveDate,
    /// The last day whose records are known.
    pub known_at: NaiveDate,
    /// How complete the tables are.
    pub coverage: Coverage,
    /// The class before, by name.
    pub previous: Option<&'a str>,
    /// The lean policy.
    pub lean: bool,
    /// Packs in force, by name.
    pub packs: &'a [&'a str],
}

/// What the specification answers, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "compared by tests")]
pub struct Answer {
    /// The class.
    pub class: String,
    /// The classes left open.
    pub possible: BTreeSet<String>,
    /// The score, lower and upper end.
    pub score: (i64, i64),
    /// Yes, No or Maybe.
    pub transactional: &'static str,
    /// The stage.
    pub stage: &'static str,
    /// All reasons, in order.
    pub reasons: Vec<String>,
    /// The hard rule that fired.
    pub hard_rule: Option<&'static str>,
    /// Points of each signal, in the order of the specification.
    pub points: Vec<(i64, i64)>,
    /// The distance to the nearest threshold.
    pub margin: i64,
    /// Whether the strict policy gives a class.
    pub robust: bool,
    /// The observed anchor, the opening and the close before it, as day numbers.
    pub episode: (i64, Option<i64>, Option<i64>),
}

fn number(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce())
}

/// A contract that counts.
struct Deal<'a> {
    start: i64,
    /// Far away for an open one.
    end: i64,
    row: &'a Contract,
}

const NEVER: i64 = 9_000_000;
/// Signals: name, reason, typical, bins.
type CardRow = (&'static str, &'static str, i64, &'static [(i64, i64)]);
const CARD: [CardRow; 14] = [
    ("contract.form", "formal_contract", 0, &[(1, 5), (2, 14)]),
    ("billing.recurring", "recurring_billing", 0, &[(1, 6)]),
    ("tenure.days", "long_tenure", 9, &[(30, 3), (90, 6), (365, 9)]),
    ("repeat.days", "repeat_business", 5, &[(2, 2), (4, 5)]),
    ("custom.count", "customised_service", 0, &[(1, 5), (2, 9), (4, 14)]),
    ("advice.count", "advisory", 0, &[(1, 3), (3, 6), (6, 9)]),
    ("dialogue.exchanges", "two_way_dialogue", 0, &[(2, 5), (4, 10), (12, 16)]),
    ("proactive.count", "proactive_support", 0, &[(1, 2), (2, 4)]),
    ("goal.tracked", "goal_oriented", 0, &[(1, 8)]),
    ("milestone.count", "goal_oriented", 0, &[(1, 2), (3, 4)]),
    ("manager.dedicated", "dedicated_manager", 0, &[(1, 6)]),
    ("exclusive", "exclusive", 0, &[(1, 2)]),
    ("referral.count", "advocacy", 0, &[(1, 2)]),
    ("value.ratio", "high_value", 0, &[(3_000, 2)]),
];

fn points(signal: &str, value: i64) -> i64 {
    let bins = CARD.iter().find(|row| row.0 == signal).map_or(&[][..], |row| row.3);
    bins.iter().filter(|&&(from, _)| value >= from).map(|&(_, points)| points).max().unwrap_or(0)
}

/// Everything visible, as plain lists.
struct Seen<'a> {
    question: Question<'a>,
    today: i64,
    deals: Vec<Deal<'a>>,
    /// Net of each day and currency.
    nets: BTreeMap<(i64, &'static str), i128>,
    /// Purchase days.
    days: BTreeSet<i64>,
}

impl<'a> Seen<'a> {
    fn new(question: Question<'a>) -> Self {
        let mut seen = Self {
            question,
            today: number(question.as_of),
            deals: Vec::new(),
            nets: BTreeMap::new(),
            days: BTreeSet::new(),
        };
        let relationship = question.relationship;
        for entry in relationship.contracts() {
            let row = &entry.record;
            let later = row.start > question.as_of
                || row.signed.is_some_and(|signed| signed > question.as_of);
            let engaged = !["terms_of_service", "trade_account"].contains(&&*row.kind);
            if seen.known(entry.recorded_at) && !later && engaged {
                let end = row.end.map_or(NEVER, number);
                seen.deals.push(Deal { start: number(row.start), end, row });
            }
        }
        for entry in relationship.purchases() {
            if !seen.visible(entry) {
                continue;
            }
            let mut day = entry.record.date;
            if let Some(id) = &entry.record.reverses {
                for other in relationship.purchases() {
                    if other.id.as_ref() == Some(id) && seen.visible(other) {
                        day = other.record.date;
                    }
                }
            }
            let key = (number(day), entry.record.currency().code());
            *seen.nets.entry(key).or_default() += i128::from(entry.record.minor().units());
        }
        seen.days = seen.nets.iter().filter(|&(_, &net)| net > 0).map(|(key, _)| key.0).collect();
        seen
    }

    fn known(&self, recorded: Option<Instant>) -> bool {
        match recorded {
            None => true,
            Some(instant) => number(instant.date_utc()) <= number(self.question.known_at),
        }
    }

    fn visible(&self, entry: &Entry<Purchase>) -> bool {
        self.known(entry.recorded_at) && entry.record.date <= self.question.as_of
    }

    fn complete(&self, tables: &[Table]) -> bool {
        tables.iter().all(|&table| self.question.coverage.is_complete(table))
    }

    fn commercial(&self) -> bool {
        let mut totals: BTreeMap<&str, i128> = BTreeMap::new();
        for ((_, currency), net) in &self.nets {
            *totals.entry(currency).or_default() += net;
        }
        !self.deals.is_empty() || totals.values().any(|&total| total > 0)
    }

    /// Twice the own gap over the purchase days up to and including `until`.
    fn own_gap_doubled(&self, until: i64) -> i64 {
        let days: Vec<i64> = self.days.iter().copied().filter(|&day| day <= until).collect();
        if days.len() < 3 { 730 } else { median_doubled(&gaps(&days)) }
    }

    fn live(&self) -> bool {
        let contracted = self.deals.iter().any(|deal| deal.end >= self.today);
        let bought = self
            .days
            .last()
            .is_some_and(|last| 2 * (self.today - last) <= 3 * self.own_gap_doubled(self.today));
        contracted || bought
    }

    /// All days on which something begins or is bought, each with the close of the episode before
    /// it, if it opens one.
    fn openings(&self) -> Vec<(i64, Option<i64>)> {
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
            let by_contract = ends.iter().any(|&end| end == NEVER || date <= end + 90);
            let by_purchase = last_day
                .is_some_and(|last| date <= last + (3 * self.own_gap_doubled(last)).div_euclid(2));
            if !by_contract && !by_purchase {
                openings.push((date, ends.into_iter().max().max(last_day)));
            }
        }
        openings
    }

    fn interactions(&self) -> Vec<&'a Interaction> {
        self.question
            .relationship
            .interactions()
            .iter()
            .filter(|entry| {
                self.known(entry.recorded_at) && entry.record.date <= self.question.as_of
            })
            .map(|entry| &entry.record)
            .collect()
    }

    fn lines(&self) -> Vec<&'a Purchase> {
        self.question
            .relationship
            .purchases()
            .iter()
            .filter(|entry| self.visible(entry))
            .map(|entry| &entry.record)
            .filter(|line| line.minor().units() > 0 && self.days.contains(&number(line.date)))
            .collect()
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

fn human(one: &Interaction) -> bool {
    one.personal
        && one.initiator != Initiator::Automated
        && !["marketing", "order"].contains(&&*one.kind)
}

/// The classes of a score interval, a test and a fiduciary fact under two thresholds.
fn classes(
    (lo, hi): (i64, i64),
    test: &str,
    fiduciary: &str,
    (client, customer): (i64, i64),
) -> BTreeSet<String> {
    let mut open = BTreeSet::new();
    let client_side = |open: &mut BTreeSet<String>| {
        if test != "Yes" {
            open.insert("client".to_owned());
        }
        if test != "No" {
            open.insert("hybrid".to_owned());
        }
    };
    if fiduciary == "Yes" {
        client_side(&mut open);
        return open;
    }
    if fiduciary == "Maybe" {
        client_side(&mut open);
    }
    // Every score of the interval, one by one.
    for score in lo..=hi {
        if score >= client {
            client_side(&mut open);
        } else if score < customer {
            open.insert("customer".to_owned());
        } else {
            open.insert("hybrid".to_owned());
        }
    }
    open
}

fn only(open: &BTreeSet<String>) -> String {
    match open.iter().collect::<Vec<_>>().as_slice() {
        [one] => (*one).clone(),
        _ => "undetermined".to_owned(),
    }
}

fn sum(points: &[(i64, i64)]) -> (i64, i64) {
    let lo: i64 = points.iter().map(|one| one.0).sum();
    let hi: i64 = points.iter().map(|one| one.1).sum();
    (lo.min(100), hi.min(100))
}

fn stage(seen: &Seen<'_>, close: Option<i64>) -> &'static str {
    let whole = seen.complete(&[Table::Contracts, Table::Purchases]);
    let age = |day: i64| seen.today - day;
    if !seen.commercial() {
        return if whole { "prospect" } else { "unknown" };
    }
    if !seen.live() {
        let contracted = seen.deals.iter().any(|deal| close.is_none_or(|close| deal.start > close));
        return match (whole, contracted) {
            (false, _) => "unknown",
            (true, true) => "former",
            (true, false) => "dormant",
        };
    }
    let commercial_days = seen.days.iter().copied().chain(seen.deals.iter().map(|deal| deal.start));
    if commercial_days.min().is_some_and(|first| age(first) <= 30) {
        return "new";
    }
    let in_force: Vec<&Deal<'_>> =
        seen.deals.iter().filter(|deal| deal.end >= seen.today).collect();
    let days: Vec<i64> = seen.days.iter().copied().collect();
    let mut gaps = gaps(&days);
    if in_force.is_empty()
        && gaps.len() >= 3
        && let Some(last_gap) = gaps.pop()
        && 2 * last_gap > 3 * median_doubled(&gaps)
        && days.last().is_some_and(|&last| age(last) <= 90)
    {
        return "reengaged";
    }
    let negotiated = in_force.iter().filter(|deal| deal.row.terms == Terms::Negotiated);
    if let Some(since) = negotiated.map(|deal| deal.start).min()
        && seen.complete(&[Table::Interactions])
    {
        let spoken = seen
            .interactions()
            .into_iter()
            .filter(|one| one.personal && one.initiator != Initiator::Automated);
        let spoken = spoken.map(|one| number(one.date)).max().unwrap_or(since).max(since);
        if age(spoken) > 180 && days.last().is_none_or(|&last| age(last) > 180) {
            return "dormant";
        }
    }
    "active"
}

/// Answers by the specification.
#[must_use]
pub fn verdict(question: Question<'_>) -> Answer {
    let seen = Seen::new(question);
    let (opened, close) = match seen.openings().last() {
        Some(&(opened, close)) => (Some(opened), close),
        None => (None, None),
    };
    let (commercial, live) = (seen.commercial(), seen.live());
    let whole = seen.complete(&[Table::Contracts, Table::Purchases]);
    let anchor = if live || !commercial {
        seen.today
    } else {
        let ends = seen.deals.iter().map(|deal| deal.end);
        ends.chain(seen.days.last().copied()).max().unwrap_or(seen.today)
    };
    let view = |anchor| View { seen: &seen, anchor, close, opened, restarted: None };
    let mut views = vec![view(anchor)];
    let mut restarted = false;
    if commercial && !live && !whole {
        // One more day of business today: would it open an episode?
        restarted = !seen.deals.iter().any(|deal| seen.today <= deal.end + 90);
        views.push(View { restarted: restarted.then_some(anchor), ..view(seen.today) });
    }

    let of_episode =
        || seen.deals.iter().filter(|deal| close.is_none_or(|close| deal.start > close));
    let bridged = !whole && close.is_some();
    let ever = seen.deals.iter().any(|deal| deal.row.fiduciary != Tri::No);
    let duty_seen = of_episode().any(|deal| deal.row.fiduciary == Tri::Yes);
    let fiduciary = if duty_seen && !restarted {
        "Yes"
    } else if of_episode().any(|deal| deal.row.fiduciary == Tri::Unknown)
        || !seen.complete(&[Table::Contracts])
        || (bridged && ever)
        || duty_seen
    {
        "Maybe"
    } else {
        "No"
    };
    let limits = match question.previous {
        Some("client") => (45, 35),
        Some("customer") => (55, 42),
        _ => (55, 35),
    };
    let rows = |view: &View<'_, '_>| CARD.map(|row| view.points(row.0));
    let strict = |limits| {
        let mut open = BTreeSet::new();
        if !commercial && whole {
            open.insert("undetermined".to_owned());
        } else {
            for view in &views {
                open.extend(classes(sum(&rows(view)), view.transactional(), fiduciary, limits));
            }
        }
        let class = if commercial { only(&open) } else { "undetermined".to_owned() };
        (class, open)
    };
    let class_under = |limits| {
        if !question.lean || !commercial {
            return strict(limits).0;
        }
        let Some(view) = views.first() else { return strict(limits).0 };
        let lo = sum(&CARD.map(|row| (view.observed_points(row.0), 0))).0;
        let duty = if duty_seen { "Yes" } else { "No" };
        only(&classes((lo, lo), view.observed_test(), duty, limits))
    };
    let (robust_class, possible) = strict(limits);
    let class = class_under(limits);
    let joined: Vec<(i64, i64)> = CARD
        .iter()
        .map(|row| {
            let ends = views.iter().map(|view| view.points(row.0));
            ends.fold((NEVER, 0), |all, one| (all.0.min(one.0), all.1.max(one.1)))
        })
        .collect();
    let told: Vec<i64> = match views.first() {
        Some(view) if question.lean => CARD.map(|row| view.observed_points(row.0)).to_vec(),
        _ => joined.iter().map(|ends| ends.0).collect(),
    };
    let tests: BTreeSet<&'static str> = views.iter().map(View::transactional).collect();
    let transactional = match tests.into_iter().collect::<Vec<_>>().as_slice() {
        [one] => one,
        _ => "Maybe",
    };
    let (lo, hi) = sum(&joined);
    let margin = [limits.0, limits.1].into_iter().map(|limit| {
        // The nearest score of the interval to the threshold.
        (lo..=hi).map(|score| (score - limit).abs()).min().unwrap_or(0)
    });
    let stage = stage(&seen, close);
    let duty = if question.lean { duty_seen } else { fiduciary == "Yes" };
    let case = Reasons {
        class: &class,
        possible: &possible,
        commercial,
        whole,
        stage,
        duty,
        transactional,
        points: &told,
        packs: question.packs,
    };
    let mut reasons = views.first().map_or_else(Vec::new, |view| case.list(view));
    if class_under((55, 35)) != class {
        reasons.push("hysteresis_held".to_owned());
    }
    Answer {
        hard_rule: match (commercial, whole, duty) {
            (false, true, _) => Some("H0"),
            (true, _, true) => Some("H1"),
            _ => None,
        },
        robust: robust_class != "undetermined",
        score: (lo, hi),
        transactional,
        stage,
        reasons,
        margin: margin.min().unwrap_or(0),
        points: joined,
        episode: (anchor, opened, close),
        class,
        possible,
    }
}
