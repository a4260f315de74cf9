//! What is seen from one anchor.

use std::collections::{BTreeMap, BTreeSet};

use tenure_model::record::{Billing, Contract, Direction, Initiator, Interaction, Purchase, Terms};
use tenure_model::{Table, Tri};

use super::{NEVER, Seen, human, number, points};

/// What is seen from one anchor.
#[derive(Clone, Copy)]
pub(super) struct View<'a, 's> {
    pub(super) seen: &'s Seen<'a>,
    pub(super) anchor: i64,
    pub(super) close: Option<i64>,
    pub(super) opened: Option<i64>,
    /// The last day of business seen, where a newer episode may have begun unseen after it.
    pub(super) restarted: Option<i64>,
}

impl<'a> View<'a, '_> {
    pub(super) fn in_episode(&self, day: i64) -> bool {
        day <= self.anchor && self.close.is_none_or(|close| day > close)
    }

    pub(super) fn in_window(&self, day: i64) -> bool {
        self.in_episode(day) && self.anchor - day < 365
    }

    pub(super) fn active(&self) -> Vec<&Contract> {
        let deals = self.seen.deals.iter();
        deals.filter(|d| d.start <= self.anchor && self.anchor <= d.end).map(|d| d.row).collect()
    }

    pub(super) fn recurring(&self) -> Vec<&Contract> {
        let mut active = self.active();
        active.retain(|one| {
            [Billing::Monthly, Billing::Quarterly, Billing::Annual].contains(&one.billing)
        });
        active
    }

    pub(super) fn talk(&self) -> Vec<&'a Interaction> {
        let mut talk = self.seen.interactions();
        talk.retain(|one| self.in_window(number(one.date)));
        talk
    }

    pub(super) fn exchanges(&self) -> i64 {
        let count = |wanted| {
            let talk = self.talk();
            talk.iter().filter(|one| human(one) && one.direction == wanted).count()
        };
        to_i64(count(Direction::Mutual) + count(Direction::In).min(count(Direction::Out)))
    }

    pub(super) fn lines(&self) -> Vec<&'a Purchase> {
        let mut lines = self.seen.lines();
        lines.retain(|line| self.in_window(number(line.date)));
        lines
    }

    /// Days of done deliverables in the window with that fact.
    pub(super) fn delivered(&self, facts: &[Tri]) -> Vec<i64> {
        let seen = self.seen;
        seen.question
            .relationship
            .deliverables()
            .iter()
            .filter(|entry| {
                seen.known(entry.recorded_at) && facts.contains(&entry.record.customised)
            })
            .filter_map(|entry| entry.record.done.map(number))
            .filter(|&day| self.in_window(day))
            .collect()
    }

    pub(super) fn custom_days(&self, facts: &[Tri]) -> i64 {
        let lines = self.lines();
        let bought = lines.iter().filter(|line| facts.contains(&line.customised));
        let mut days: BTreeSet<i64> = bought.map(|line| number(line.date)).collect();
        days.extend(self.delivered(facts));
        to_i64(days.len())
    }

    /// Least and most of a signal, completeness of the tables not yet looked at.
    pub(super) fn observed(&self, signal: &str) -> (i64, i64) {
        let seen = self.seen;
        let relationship = seen.question.relationship;
        let same = |value: i64| (value, value);
        let flag = |fact: bool| same(i64::from(fact));
        match signal {
            "contract.form" => same(
                self.active()
                    .iter()
                    .map(|one| if one.terms == Terms::Negotiated { 2 } else { 1 })
                    .max()
                    .unwrap_or(0),
            ),
            "billing.recurring" => flag(!self.recurring().is_empty()),
            "tenure.days" => {
                let opened = self.opened.filter(|&day| self.in_episode(day));
                same(opened.map_or(0, |day| self.anchor - day))
            }
            "repeat.days" => {
                let bought = seen.days.iter().filter(|&&day| self.in_window(day)).count();
                let old = self.recurring().iter().any(|one| self.anchor - number(one.start) >= 90);
                same(to_i64(bought) + if old { 12 } else { 0 })
            }
            "custom.count" => {
                (self.custom_days(&[Tri::Yes]), self.custom_days(&[Tri::Yes, Tri::Unknown]))
            }
            "advice.count" => same(to_i64(
                self.talk()
                    .iter()
                    .filter(|one| {
                        human(one)
                            && ["advice", "strategy_review", "qbr", "consultation"]
                                .contains(&&*one.kind)
                    })
                    .count(),
            )),
            "dialogue.exchanges" => same(self.exchanges()),
            "proactive.count" => same(to_i64(
                self.talk()
                    .iter()
                    .filter(|one| {
                        human(one)
                            && one.initiator == Initiator::Provider
                            && !["answer", "win_back"].contains(&&*one.kind)
                    })
                    .count(),
            )),
            "goal.tracked" => flag(relationship.goals().iter().any(|entry| {
                seen.known(entry.recorded_at) && self.in_episode(number(entry.record.set))
            })),
            "milestone.count" => {
                let reviews: usize = relationship
                    .goals()
                    .iter()
                    .filter(|entry| {
                        seen.known(entry.recorded_at) && entry.record.set <= seen.question.as_of
                    })
                    .map(|entry| {
                        let days = entry.record.reviews.iter();
                        days.filter(|&&review| self.in_window(number(review))).count()
                    })
                    .sum();
                let done = |facts: &[Tri]| to_i64(reviews + self.delivered(facts).len());
                (done(&[Tri::Yes]), done(&[Tri::Yes, Tri::Unknown]))
            }
            "manager.dedicated" => flag(relationship.assignments().iter().any(|entry| {
                let one = &entry.record;
                seen.known(entry.recorded_at)
                    && number(one.start) <= self.anchor
                    && one.end.is_none_or(|end| number(end) >= self.anchor)
            })),
            "exclusive" => {
                let says =
                    |facts: &[Tri]| self.active().iter().any(|one| facts.contains(&one.exclusive));
                (i64::from(says(&[Tri::Yes])), i64::from(says(&[Tri::Yes, Tri::Unknown])))
            }
            "referral.count" => same(to_i64(
                relationship
                    .referrals()
                    .iter()
                    .filter(|entry| {
                        seen.known(entry.recorded_at) && self.in_episode(number(entry.record.date))
                    })
                    .count(),
            )),
            _ => same(0),
        }
    }

    pub(super) fn points(&self, signal: &str) -> (i64, i64) {
        use Table::{
            Assignments, Contracts, Deliverables, Goals, Interactions, Purchases, Referrals,
        };
        let sources: &[Table] = match signal {
            "contract.form" | "billing.recurring" | "exclusive" => &[Contracts],
            "tenure.days" | "repeat.days" => &[Contracts, Purchases],
            "custom.count" => &[Purchases, Deliverables],
            "advice.count" | "dialogue.exchanges" | "proactive.count" => &[Interactions],
            "goal.tracked" => &[Goals],
            "milestone.count" => &[Deliverables, Goals],
            "manager.dedicated" => &[Assignments],
            "referral.count" => &[Referrals],
            _ => &[],
        };
        // What was seen before the opening belongs to the episode unless an unseen one closed in
        // between, and that one must have been out of reach: a contract by 90 days of grace, a
        // purchase by 3 gaps of a day at least.
        let reach = if self.seen.complete(&[Purchases]) {
            91
        } else if self.seen.complete(&[Contracts]) {
            4
        } else {
            1
        };
        // Where no business was seen, an episode may have opened on this very day.
        let opened = self.opened.filter(|_| self.seen.commercial()).unwrap_or(self.anchor);
        let start = self.close.max(Some(opened - reach));
        let (mut least, _) = self.beginning(start).observed(signal);
        if self.restarted.is_some() {
            let newer = View { close: self.restarted, opened: None, ..*self };
            least = least.min(newer.observed(signal).0);
        }
        let (_, most) = self.beginning(None).observed(signal);
        let most = if self.seen.complete(sources) { most } else { NEVER };
        (points(signal, least), points(signal, most))
    }

    /// How many standard lines, and the shares of the currencies, if each unknown line falls where
    /// the bits say and each unknown annual value is nothing or immense.
    pub(super) fn scenario(&self, bits: u64, immense: [bool; 2]) -> (usize, Vec<(i128, i128)>) {
        let mut money: BTreeMap<&str, (i128, i128)> = BTreeMap::new();
        let (mut standard_lines, mut unknown) = (0, 0_u32);
        for line in self.lines() {
            let amount = i128::from(line.minor().units());
            let standard = match line.customised {
                Tri::No => true,
                Tri::Yes => false,
                Tri::Unknown => {
                    unknown += 1;
                    bits & 1_u64.wrapping_shl(unknown - 1) != 0
                }
            };
            let sums = money.entry(line.currency().code()).or_default();
            if standard {
                standard_lines += 1;
                sums.0 += amount;
            } else {
                sums.1 += amount;
            }
        }
        for contract in self.active() {
            let negotiated = contract.terms == Terms::Negotiated;
            let (currency, amount) = match &contract.annual_value {
                Some(value) => (
                    value.currency().code(),
                    value.to_minor().map_or(0, |minor| i128::from(minor.units())),
                ),
                None if immense.get(usize::from(negotiated)) == Some(&true) => {
                    ("somewhere", 1_000_000_000_000_000_000_000)
                }
                None => continue,
            };
            let sums = money.entry(currency).or_default();
            if negotiated {
                sums.1 += amount;
            } else {
                sums.0 += amount;
            }
        }
        let mut shares: Vec<(i128, i128)> =
            money.values().map(|&(s, c)| (s, s + c)).filter(|&(_, total)| total > 0).collect();
        if shares.is_empty() {
            shares.push((0, 1));
        }
        (standard_lines, shares)
    }

    /// The test over complete tables.
    pub(super) fn test(&self) -> &'static str {
        let unknown = self.lines().iter().filter(|line| line.customised == Tri::Unknown).count();
        // Up to ten lines every way, above that the two extremes, which bound all others.
        let ways: Vec<u64> =
            if unknown <= 10 { (0..1_u64 << unknown).collect() } else { vec![0, u64::MAX] };
        let mut verdicts = BTreeSet::new();
        for bits in ways {
            for immense in [[false, false], [true, false], [false, true], [true, true]] {
                let (count, shares) = self.scenario(bits, immense);
                let tenths = shares.iter().filter(|&&(s, total)| 10 * s >= total).count();
                verdicts.insert(if count < 6 || tenths == 0 {
                    "No"
                } else if tenths == shares.len() {
                    "Yes"
                } else {
                    "Maybe"
                });
            }
        }
        match verdicts.into_iter().collect::<Vec<_>>().as_slice() {
            [one] => one,
            _ => "Maybe",
        }
    }

    /// The same view with another close, where an unseen contract or purchase could move it.
    fn beginning(&self, close: Option<i64>) -> Self {
        let whole = self.seen.complete(&[Table::Contracts, Table::Purchases]);
        let close = if whole { self.close } else { close };
        View { close, ..*self }
    }

    pub(super) fn transactional(&self) -> &'static str {
        let (one, other) = (self.transactional_here(), self.beginning(None).transactional_here());
        if one == other { one } else { "Maybe" }
    }

    /// Points of what was observed.
    pub(super) fn observed_points(&self, signal: &str) -> i64 {
        points(signal, self.observed(signal).0)
    }

    fn transactional_here(&self) -> &'static str {
        let could = self.lines().iter().filter(|line| line.customised != Tri::Yes).count();
        if self.seen.complete(&[Table::Purchases]) && could < 6 {
            "No"
        } else if self.seen.complete(&[Table::Purchases, Table::Contracts]) {
            self.test()
        } else {
            "Maybe"
        }
    }

    /// The test over known facts alone.
    pub(super) fn observed_test(&self) -> &'static str {
        let (mut count, mut money) = (0, BTreeMap::<&str, (i128, i128)>::new());
        for line in self.lines() {
            let amount = i128::from(line.minor().units());
            let sums = money.entry(line.currency().code()).or_default();
            match line.customised {
                Tri::No => {
                    count += 1;
                    sums.0 += amount;
                }
                Tri::Yes => sums.1 += amount,
                Tri::Unknown => {}
            }
        }
        for contract in self.active() {
            let Some(value) = &contract.annual_value else { continue };
            let amount = value.to_minor().map_or(0, |minor| i128::from(minor.units()));
            let sums = money.entry(value.currency().code()).or_default();
            if contract.terms == Terms::Negotiated {
                sums.1 += amount;
            } else {
                sums.0 += amount;
            }
        }
        money.retain(|_, sums| sums.0 + sums.1 > 0);
        let material = !money.is_empty() && money.values().all(|&(s, c)| 10 * s >= s + c);
        if count >= 6 && material { "Yes" } else { "No" }
    }
}

pub(super) fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
