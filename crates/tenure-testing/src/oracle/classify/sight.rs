//! What can be counted, seen from one day, or from every day and after every close that may be the
//! right ones.

use std::collections::{BTreeMap, BTreeSet};

use tenure_model::record::Initiator;
use tenure_model::{Coverage, Table};

use super::Contribution;
use super::card::Card;
use super::seen::{Deal, Line, Seen, Talk};
use super::streams;

/// One way it may be: the day looked from, and the close of the episode before.
#[derive(Clone, Copy)]
struct World {
    anchor: i64,
    close: Option<i64>,
}

impl World {
    fn in_episode(self, day: i64) -> bool {
        day <= self.anchor && self.close.is_none_or(|close| day > close)
    }
}

/// In how many worlds a day counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    Never,
    Perhaps,
    Always,
}

pub(super) struct Sight {
    /// Least and most of each signal.
    values: BTreeMap<&'static str, (i64, i64)>,
    /// Yes, No or Maybe.
    pub(super) transactional: &'static str,
    /// The same by known facts alone.
    pub(super) known_transactional: &'static str,
    /// What may lie in the window.
    pub(super) talk: Vec<Talk>,
    pub(super) lines: Vec<Line>,
    pub(super) exchanges: i64,
    /// A contract billed by the year or oftener is in force.
    pub(super) recurring: bool,
}

struct Maker<'s> {
    seen: &'s Seen<'s>,
    card: &'s Card,
    worlds: Vec<World>,
    coverage: Coverage,
    window: BTreeMap<i64, Counts>,
    episode: BTreeMap<i64, Counts>,
}

impl Sight {
    /// As if what was observed were all that happened.
    pub(super) fn observed(seen: &Seen<'_>, card: &Card) -> Self {
        let world = World { anchor: seen.anchor, close: seen.close };
        Maker::new(seen, card, vec![world], Coverage::complete()).make()
    }

    /// Every way it may be.
    pub(super) fn joined(seen: &Seen<'_>, card: &Card) -> Self {
        let coverage = seen.question.coverage;
        let mut closes = BTreeSet::from([seen.close]);
        let mut last = seen.anchor;
        if !seen.whole {
            // What came before may belong to this episode, bridged by something unseen; or to one
            // that closed unseen, out of reach of the opening: by the grace of a contract, or by so
            // many gaps of a day. Where no business was seen, the opening may be today.
            let opened = seen.opened.filter(|_| seen.commercial).unwrap_or(seen.anchor);
            let reach = match (coverage.is_complete(Table::Purchases), seen.contracts_complete) {
                (true, _) => card.grace,
                (false, true) => card.ratio,
                (false, false) => 0,
            };
            closes.extend([None, seen.close.max(Some(opened - reach - 1))]);
            if seen.may_have_restarted {
                closes.insert(Some(seen.anchor));
            }
            if seen.commercial && !seen.live {
                last = seen.today;
            }
        }
        let worlds = (seen.anchor..=last)
            .flat_map(|anchor| closes.iter().map(move |&close| World { anchor, close }));
        Maker::new(seen, card, worlds.collect(), coverage).make()
    }

    pub(super) fn value(&self, signal: &str) -> (i64, i64) {
        self.values.get(signal).copied().unwrap_or((0, 0))
    }

    /// Points of each row of the card.
    pub(super) fn points(&self, card: &Card) -> Vec<(i64, i64)> {
        let ends = card.rows.iter().map(|row| (row, self.value(row.signal)));
        ends.map(|(row, (lo, hi))| (row.points(lo), row.points(hi))).collect()
    }

    pub(super) fn score(&self, card: &Card) -> (i64, i64) {
        capped(&self.points(card))
    }

    pub(super) fn contributions(&self, card: &Card) -> Vec<Contribution> {
        let points = self.points(card);
        let mut list: Vec<Contribution> = card
            .rows
            .iter()
            .zip(&points)
            .map(|(row, &points)| {
                let (lo, hi) = self.value(row.signal);
                // Above the last bin only what was observed is told.
                (row.signal.to_owned(), Some((lo, hi.min(row.top().max(lo)))), points)
            })
            .collect();
        let (lo, hi) = summed(&points);
        if hi > 100 {
            list.push(("cap".to_owned(), None, (100_i64.min(lo) - lo, 100 - hi)));
        }
        list
    }
}

pub(super) fn summed(points: &[(i64, i64)]) -> (i64, i64) {
    points.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

pub(super) fn capped(points: &[(i64, i64)]) -> (i64, i64) {
    let (lo, hi) = summed(points);
    (lo.min(100), hi.min(100))
}

impl<'s> Maker<'s> {
    fn new(seen: &'s Seen<'_>, card: &'s Card, worlds: Vec<World>, coverage: Coverage) -> Self {
        let mut maker = Self {
            seen,
            card,
            worlds,
            coverage,
            window: BTreeMap::new(),
            episode: BTreeMap::new(),
        };
        let mut days: BTreeSet<i64> = seen.days.clone();
        days.extend(seen.talk.iter().map(|one| one.day));
        days.extend(seen.delivered.iter().map(|one| one.0));
        days.extend(seen.goals.iter().flat_map(|goal| goal.1.iter().copied().chain([goal.0])));
        days.extend(&seen.referrals);
        for day in days {
            let of_episode = maker.how_often(|world| world.in_episode(day));
            let in_window = maker
                .how_often(|world| world.in_episode(day) && world.anchor - day < card.window_days);
            maker.episode.insert(day, of_episode);
            maker.window.insert(day, in_window);
        }
        maker
    }

    fn how_often(&self, holds: impl Fn(World) -> bool) -> Counts {
        let times = self.worlds.iter().filter(|&&world| holds(world)).count();
        match times {
            0 => Counts::Never,
            _ if times == self.worlds.len() => Counts::Always,
            _ => Counts::Perhaps,
        }
    }

    fn complete(&self, tables: &[Table]) -> bool {
        tables.iter().all(|&table| self.coverage.is_complete(table))
    }

    /// How many of those days always count, and how many may.
    fn number(&self, days: impl Iterator<Item = i64>) -> (i64, i64) {
        counted(days.map(|day| self.window.get(&day).copied().unwrap_or(Counts::Never)))
    }

    fn episode_number(&self, days: impl Iterator<Item = i64>) -> (i64, i64) {
        counted(days.map(|day| self.episode.get(&day).copied().unwrap_or(Counts::Never)))
    }

    /// The least and the most over all worlds.
    fn extremes(&self, value: impl Fn(World) -> i64) -> (i64, i64) {
        let values: BTreeSet<i64> = self.worlds.iter().map(|&world| value(world)).collect();
        (values.first().copied().unwrap_or(0), values.last().copied().unwrap_or(0))
    }

    fn active(&self, world: World) -> impl Iterator<Item = &Deal> {
        let deals = self.seen.deals.iter();
        deals.filter(move |deal| deal.start <= world.anchor && world.anchor <= deal.end)
    }

    fn make(self) -> Sight {
        let spoken = |test: &dyn Fn(&&Talk) -> bool| {
            self.number(self.seen.talk.iter().filter(test).map(|one| one.day))
        };
        let toward = |way: &str| spoken(&|one| one.human && one.direction == way);
        let (inward, outward, mutual) = (toward("in"), toward("out"), toward("mutual"));
        let exchanges = (mutual.0 + inward.0.min(outward.0), mutual.1 + inward.1.min(outward.1));
        let advice = ["advice", "strategy_review", "qbr", "consultation"];
        let may_count = |day| self.window.get(&day).is_some_and(|&how| how != Counts::Never);
        let lines: Vec<Line> =
            self.seen.lines.iter().filter(|line| may_count(line.day)).cloned().collect();
        let first = self.worlds.first().copied();
        let deals: Vec<&Deal> = first.into_iter().flat_map(|world| self.active(world)).collect();

        let mut values = BTreeMap::new();
        let mut set = |signal: &'static str, tables: &[Table], (least, most): (i64, i64)| {
            values.insert(signal, (least, if self.complete(tables) { most } else { i64::MAX }));
        };
        use Table::{
            Assignments, Contracts, Deliverables, Goals, Interactions, Purchases, Referrals,
        };
        let best = |world| {
            let forms = self.active(world).map(|deal| if deal.negotiated { 2 } else { 1 });
            forms.max().unwrap_or(0)
        };
        // Ordinals and flags end at their top.
        let ended = |value: (i64, i64), tables: &[Table], top: i64| {
            (value.0, if self.complete(tables) { value.1 } else { top })
        };
        set("contract.form", &[], ended(self.extremes(best), &[Contracts], 2));
        let flag = |fact: &dyn Fn(World) -> bool| self.extremes(|world| i64::from(fact(world)));
        let billed = flag(&|world| self.active(world).any(|deal| deal.recurring));
        set("billing.recurring", &[], ended(billed, &[Contracts], 1));
        let says =
            |world, facts: &[&str]| self.active(world).any(|deal| facts.contains(&deal.exclusive));
        let surely = flag(&|world| says(world, &["Yes"])).0;
        let perhaps = flag(&|world| says(world, &["Yes", "Unknown"])).1;
        set("exclusive", &[], ended((surely, perhaps), &[Contracts], 1));
        let tenure = |world: World| {
            let opened = self.seen.opened.filter(|&day| world.in_episode(day));
            opened.map_or(0, |day| world.anchor - day)
        };
        set("tenure.days", &[Contracts, Purchases], self.extremes(tenure));
        let bought = self.number(self.seen.days.iter().copied());
        let year = self.extremes(|world| {
            let old = |deal: &Deal| deal.recurring && world.anchor - deal.start >= 90;
            if self.active(world).any(old) { 12 } else { 0 }
        });
        set("repeat.days", &[Contracts, Purchases], (bought.0 + year.0, bought.1 + year.1));
        let custom = |facts: &[&str]| {
            let bought = self.seen.lines.iter().filter(|line| facts.contains(&line.customised));
            let done = self.seen.delivered.iter().filter(|one| facts.contains(&one.1));
            let days: BTreeSet<i64> =
                bought.map(|line| line.day).chain(done.map(|one| one.0)).collect();
            self.number(days.into_iter())
        };
        let days = (custom(&["Yes"]).0, custom(&["Yes", "Unknown"]).1);
        set("custom.count", &[Purchases, Deliverables], days);
        let advised = spoken(&|one| one.human && advice.contains(&&*one.kind));
        set("advice.count", &[Interactions], advised);
        set("dialogue.exchanges", &[Interactions], exchanges);
        let ours = spoken(&|one| {
            one.human
                && one.initiator == Initiator::Provider
                && !["answer", "win_back"].contains(&&*one.kind)
        });
        set("proactive.count", &[Interactions], ours);
        let goals = self.episode_number(self.seen.goals.iter().map(|goal| goal.0));
        let goals = (goals.0.min(1), goals.1.min(1));
        set("goal.tracked", &[], ended(goals, &[Goals], 1));
        let reviews = self.number(self.seen.goals.iter().flat_map(|goal| goal.1.iter().copied()));
        let done = |facts: &[&str]| {
            let done = self.seen.delivered.iter().filter(|one| facts.contains(&one.1));
            self.number(done.map(|one| one.0))
        };
        let milestones = (reviews.0 + done(&["Yes"]).0, reviews.1 + done(&["Yes", "Unknown"]).1);
        set("milestone.count", &[Deliverables, Goals], milestones);
        let managed = flag(&|world| {
            let mut all = self.seen.managers.iter();
            all.any(|&(start, end)| start <= world.anchor && world.anchor <= end)
        });
        set("manager.dedicated", &[], ended(managed, &[Assignments], 1));
        let referred = self.episode_number(self.seen.referrals.iter().copied());
        set("referral.count", &[Referrals], referred);
        values.insert("value.ratio", self.value_ratio(&deals));

        let purchases_complete = self.complete(&[Purchases]);
        let whole = self.complete(&[Contracts, Purchases]);
        let transactional = streams::test(&lines, &deals, self.card, whole, purchases_complete);
        Sight {
            values,
            transactional,
            known_transactional: streams::known(&lines, &deals, self.card),
            talk: self.seen.talk.iter().filter(|one| may_count(one.day)).cloned().collect(),
            lines,
            exchanges: exchanges.1,
            recurring: deals.iter().any(|deal| deal.recurring),
        }
    }

    /// Thousandths of the median of the portfolio.
    fn value_ratio(&self, deals: &[&Deal]) -> (i64, i64) {
        let Some((currency, rates)) = self.seen.question.portfolio else { return (0, 0) };
        let unknown = (0, i64::MAX);
        let (true, Some(world)) = (self.seen.whole, self.worlds.first()) else { return unknown };
        let held = |day: i64| world.in_episode(day) && world.anchor - day < self.card.window_days;
        let mut paid: BTreeMap<&str, i128> = BTreeMap::new();
        for ((day, code), net) in &self.seen.nets {
            if held(*day) {
                *paid.entry(code).or_default() += net;
            }
        }
        for deal in deals {
            let Some((code, value)) = &deal.value else { return unknown };
            *paid.entry(code).or_default() += value;
        }
        let days = (0..self.card.window_days).map(|back| world.anchor - back);
        let of_episode = |day: &i64| held(*day) && self.seen.opened.is_none_or(|one| *day >= one);
        let days = i128::try_from(days.filter(of_episode).count().max(1)).unwrap_or(1);
        // The median as a fraction of minor units and days.
        let mut above: Vec<(i128, i128)> = rates
            .iter()
            .filter(|rate| rate.0 > 0)
            .map(|&(minor, days)| (minor, i128::from(days)))
            .collect();
        above.sort_by(|a, b| (a.0 * b.1).cmp(&(b.0 * a.1)));
        let middle = |place: usize| above.get(place).copied();
        let (Some(high), Some(low)) =
            (middle(above.len() / 2), middle(above.len().saturating_sub(1) / 2))
        else {
            return (0, 0);
        };
        let median = (low.0 * high.1 + high.0 * low.1, 2 * low.1 * high.1);
        match paid.iter().collect::<Vec<_>>().as_slice() {
            [] => (0, 0),
            [(code, total)] if **code == currency => {
                let ratio = (1_000 * **total * median.1).div_euclid(days * median.0);
                i64::try_from(ratio).map_or(unknown, |ratio| (ratio, ratio))
            }
            _ => unknown,
        }
    }
}

fn counted(days: impl Iterator<Item = Counts>) -> (i64, i64) {
    days.fold((0, 0), |(least, most), how| match how {
        Counts::Never => (least, most),
        Counts::Perhaps => (least, most + 1),
        Counts::Always => (least + 1, most + 1),
    })
}
