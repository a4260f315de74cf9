//! How evidence is read from a history.

use chrono::{Days, NaiveDate};
use tenure_model::record::{Direction, Initiator, Interaction, Terms};
use tenure_model::{AsOf, Coverage, Currency, Entry, Relationship, Table, Tri};

use crate::context::Context;
use crate::evidence::{Evidence, Facts, Reading};
use crate::history::{Buffers, Episode, History, age};
use crate::rules::RuleSet;
use crate::signal::{Signal, Signals, Span};
use crate::stage::{Stage, StageChange};
use crate::transactional::Streams;
use crate::value::ValuePerDay;

/// Above every bound: a count of which only the least is known.
const UNBOUNDED: i64 = i64::MAX;
const FORM_STANDARD: i64 = 1;
const FORM_NEGOTIATED: i64 = 2;
/// A recurring contract counts as a year of purchase days once it has run this long.
const RECURRING_DAYS: i64 = 12;
const RECURRING_AFTER_DAYS: i64 = 90;

/// Reads history after history in the same room: nothing is allocated per account once the room is
/// large enough for the longest of them.
///
/// ```
/// use tenure_classify::{Context, EvidenceReader, Stage};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let mut reader = EvidenceReader::new();
/// for id in ["acme", "globex"] {
///     let nothing = Relationship::new(AccountId::new(id)?);
///     assert_eq!(reader.read(&nothing, &context).stage(), Stage::Prospect);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct EvidenceReader {
    history: Buffers,
    streams: Streams,
}

impl EvidenceReader {
    /// A reader without room yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a history as of the day of the context, as [`Evidence::of`].
    #[must_use]
    pub fn read(&mut self, relationship: &Relationship, context: &Context<'_>) -> Evidence {
        let history = &History::of(relationship, context, &mut self.history);
        let complete = Complete::of(&context.coverage);
        let mut reader = Reader { history, context, complete, streams: &mut self.streams };
        let anchor = history.episode.anchor;
        let window = Window::new(anchor, history.episode.previous_close, context.rules);
        let mut look = reader.look_from(window);
        let observed = look.reading.signals;
        reader.widen(&mut look.reading, anchor);
        let in_doubt = history.over && !history.sources_complete;
        let alternative = in_doubt.then(|| reader.since(anchor));
        let stage = Stage::of(history);
        Evidence {
            as_of: context.as_of,
            facts: Facts {
                active: history.active,
                sources_complete: history.sources_complete,
                fiduciary: reader.fiduciary(),
                fiduciary_observed: reader.episode_has(Tri::Yes),
                transactional: look.transactional_observed,
                human_contact: look.human_contact,
                single_purchase: history.days.len() == 1 && !look.recurring,
                mostly_promotional: look.mostly_promotional,
                self_service: look.self_service,
            },
            stage,
            // What is over has no day to come.
            next_stage: if history.over { None } else { StageChange::next(history, stage) },
            contracts_changed: history.contracts_changed(),
            episode: history.episode,
            sales_cycle_days: reader.sales_cycle_days(),
            value_per_day: match reader.worth(window) {
                Worth::Rate(rate) => Some(rate),
                Worth::Nothing | Worth::NotKnown => None,
            },
            observed,
            reading: look.reading,
            alternative,
        }
    }
}

/// A reading, and the facts that come with it.
struct Look {
    reading: Reading,
    transactional_observed: bool,
    recurring: bool,
    human_contact: bool,
    mostly_promotional: bool,
    self_service: bool,
}

/// What the account paid in the window.
enum Worth {
    Nothing,
    Rate(ValuePerDay),
    NotKnown,
}

/// Which tables are complete.
#[derive(Clone, Copy)]
struct Complete {
    contracts: bool,
    purchases: bool,
    interactions: bool,
    deliverables: bool,
    goals: bool,
    referrals: bool,
    assignments: bool,
}

impl Complete {
    fn of(coverage: &Coverage) -> Self {
        Self {
            contracts: coverage.is_complete(Table::Contracts),
            purchases: coverage.is_complete(Table::Purchases),
            interactions: coverage.is_complete(Table::Interactions),
            deliverables: coverage.is_complete(Table::Deliverables),
            goals: coverage.is_complete(Table::Goals),
            referrals: coverage.is_complete(Table::Referrals),
            assignments: coverage.is_complete(Table::Assignments),
        }
    }
}

struct Reader<'a, 'h> {
    history: &'h History<'a>,
    context: &'h Context<'h>,
    complete: Complete,
    streams: &'h mut Streams,
}

/// The days after `after` up to and including `anchor`.
#[derive(Clone, Copy)]
struct Window {
    after: NaiveDate,
    anchor: NaiveDate,
    /// The last day before the episode.
    before: Option<NaiveDate>,
}

impl Window {
    fn new(anchor: NaiveDate, before: Option<NaiveDate>, rules: &RuleSet) -> Self {
        let days = Days::new(u64::from(rules.parts().window_days));
        let start = anchor.checked_sub_days(days).unwrap_or(NaiveDate::MIN);
        Self { after: before.map_or(start, |day| day.max(start)), anchor, before }
    }

    /// Whether a day lies in the episode, up to the anchor.
    fn in_episode(self, day: NaiveDate) -> bool {
        self.before.is_none_or(|before| day > before) && day <= self.anchor
    }

    fn holds(self, day: NaiveDate) -> bool {
        self.after < day && day <= self.anchor
    }

    /// The part of a table in order of day that lies in the window.
    fn of<T>(self, table: &[T], day: impl Fn(&T) -> NaiveDate) -> &[T] {
        let first = table.partition_point(|one| day(one) <= self.after);
        let rest = table.get(first..).unwrap_or_default();
        let len = rest.partition_point(|one| day(one) <= self.anchor);
        rest.get(..len).unwrap_or_default()
    }
}

/// Adds to a total of one currency; whether it was that currency.
fn add(total: &mut Option<(Currency, i128)>, currency: Currency, minor: i128) -> bool {
    let (known, sum) = total.get_or_insert((currency, 0));
    *sum = sum.saturating_add(minor);
    *known == currency
}

/// The records that were known.
fn known<T>(entries: &[Entry<T>], as_of: AsOf) -> impl Iterator<Item = &T> {
    let known = entries.iter().filter(move |entry| as_of.knows(entry.recorded_at));
    known.map(|entry| &entry.record)
}

/// What the interactions of a window come to.
#[derive(Default)]
struct Talk {
    human: i64,
    advice: i64,
    inward: i64,
    outward: i64,
    mutual: i64,
    proactive: i64,
    impersonal_by_account: bool,
}

fn count(counter: &mut i64, when: bool) {
    *counter = counter.saturating_add(i64::from(when));
}

impl Talk {
    fn add(&mut self, one: &Interaction) {
        if !one.personal {
            self.impersonal_by_account |= one.initiator == Initiator::Account;
            return;
        }
        if one.initiator == Initiator::Automated {
            return;
        }
        let (advice, proactive) = match one.kind.as_ref() {
            "marketing" | "order" => return,
            "advice" | "strategy_review" | "qbr" | "consultation" => (true, true),
            "answer" | "win_back" => (false, false),
            _ => (false, true),
        };
        count(&mut self.human, true);
        count(&mut self.advice, advice);
        count(&mut self.inward, one.direction == Direction::In);
        count(&mut self.outward, one.direction == Direction::Out);
        count(&mut self.mutual, one.direction == Direction::Mutual);
        count(&mut self.proactive, proactive && one.initiator == Initiator::Provider);
    }

    fn exchanges(&self) -> i64 {
        self.mutual.saturating_add(self.inward.min(self.outward))
    }
}

/// Counts days, which come in order.
#[derive(Default)]
struct DayCount {
    day: Option<NaiveDate>,
    known: bool,
    known_days: i64,
    days: i64,
}

impl DayCount {
    /// One thing of that day, known to count or perhaps counting.
    fn add(&mut self, day: NaiveDate, known: bool) {
        if self.day != Some(day) {
            (self.day, self.known) = (Some(day), false);
            count(&mut self.days, true);
        }
        count(&mut self.known_days, known && !self.known);
        self.known |= known;
    }
}

/// From what was observed to what may be: `most` if the tables are complete, else open.
fn span(complete: bool, observed: i64, most: i64, open: i64) -> Span {
    Span::new(observed, if complete { most } else { open.max(observed) })
}

fn counted(complete: bool, observed: i64) -> Span {
    span(complete, observed, observed, UNBOUNDED)
}

fn flag(complete: bool, observed: bool) -> Span {
    span(complete, i64::from(observed), i64::from(observed), 1)
}

impl Reader<'_, '_> {
    /// Where we cannot tell whether the relationship is over: it may have ended on any day since it
    /// was last seen, or not at all. What every one of the windows holds is certain, what none of
    /// them holds is not; between them a window may hold less than at both ends, and more.
    fn since(&mut self, seen: NaiveDate) -> Reading {
        let (today, rules) = (self.context.as_of.day(), self.context.rules);
        let close = self.history.episode.previous_close;
        let mut reading = self.look_from(Window::new(today, close, rules)).reading;
        self.widen(&mut reading, today);
        let any = Window { anchor: today, ..Window::new(seen, None, rules) };
        reading.widen(&self.look_from(any).reading);
        // A newer episode may have begun after all that was seen.
        let newer = Some(seen).filter(|_| self.history.may_have_restarted);
        let close = newer.or_else(|| self.latest_close(seen));
        let last = Window::new(today, close, rules);
        reading.widen(&self.look_from(last).reading);
        let every = Window { anchor: seen, ..last };
        reading.widen(&self.look_from(every).reading);
        let managed = reading.signals.get(Signal::ManagerDedicated).hull(self.managed(seen, today));
        reading.signals.set(Signal::ManagerDedicated, managed);
        reading
    }

    /// Makes room for what is in doubt about where the episode began.
    fn widen(&mut self, reading: &mut Reading, anchor: NaiveDate) {
        if self.history.sources_complete {
            return;
        }
        for before in [None, self.latest_close(anchor)] {
            // From the close that was observed we have looked already.
            if before != self.history.episode.previous_close {
                let window = Window::new(anchor, before, self.context.rules);
                reading.widen(&self.look_from(window).reading);
            }
        }
    }

    /// Whether somebody was assigned on every one of those days, and whether on any.
    fn managed(&self, first: NaiveDate, last: NaiveDate) -> Span {
        let (mut next, mut any) = (Some(first), false);
        for entry in self.history.relationship.assignments() {
            let one = &entry.record;
            // Seen by today, the last of these days.
            if !self.history.as_of.sees(one.start, entry.recorded_at) {
                continue;
            }
            any |= one.end.is_none_or(|end| end >= first);
            // By start: who comes later does not fill an earlier day.
            if next.is_some_and(|day| one.in_force(day)) {
                next = one.end.and_then(|end| end.succ_opt());
            }
        }
        Span::new(i64::from(next.is_none_or(|day| day > last)), i64::from(any))
    }

    /// The last day on which an episode before the one of that anchor may have closed.
    fn latest_close(&self, anchor: NaiveDate) -> Option<NaiveDate> {
        let Episode { opened, previous_close, .. } = self.history.episode;
        // Where no business was seen, an episode that was not may have opened this very day.
        let opened = opened.filter(|_| self.history.active).unwrap_or(anchor);
        let reach = Days::new(u64::from(self.unseen_reach()));
        previous_close.max(opened.checked_sub_days(reach))
    }

    /// An earlier episode that nobody recorded closed at least so many days before the observed
    /// opening: had it closed later, its reach would have taken the opening in. A contract reaches
    /// the grace beyond its end, a purchase at least `dormant_ratio` gaps of one day.
    fn unseen_reach(&self) -> u32 {
        let parts = self.context.rules.parts();
        if self.complete.purchases {
            parts.episode_grace_days.saturating_add(1)
        } else if self.complete.contracts {
            parts.dormant_ratio.saturating_add(1)
        } else {
            1
        }
    }

    fn look_from(&mut self, window: Window) -> Look {
        let mut signals = Signals::default();
        self.streams.clear();
        let recurring = self.contracts(window, &mut signals);
        let promotional = self.purchases(window, recurring, &mut signals);
        let talk = self.talk(window, &mut signals);
        self.goals_and_people(window, &mut signals);
        if let Some(median) = &self.context.value_median {
            let known = match self.worth(window) {
                _ if !self.history.sources_complete => None,
                Worth::Nothing => Some(0),
                Worth::Rate(rate) => median.thousandths(rate),
                Worth::NotKnown => None,
            };
            let ratio = known.map_or(Span::new(0, UNBOUNDED), Span::exactly);
            signals.set(Signal::ValueRatio, ratio);
        }

        let (rule, streams) = (&self.context.rules.parts().transactional, &self.streams);
        let transactional = if self.complete.purchases && !streams.could_be_many(rule) {
            Tri::No
        } else if self.history.sources_complete {
            streams.test(rule)
        } else {
            Tri::Unknown
        };
        Look {
            reading: Reading { signals, transactional },
            transactional_observed: streams.observed(rule),
            recurring: recurring.is_some(),
            human_contact: talk.human > 0,
            mostly_promotional: promotional,
            self_service: talk.impersonal_by_account && talk.exchanges() == 0,
        }
    }

    /// Form, billing, exclusivity and tenure; the earliest start of a recurring active contract.
    fn contracts(&mut self, window: Window, signals: &mut Signals) -> Option<NaiveDate> {
        let (mut form, mut exclusive, mut maybe_exclusive) = (0, false, false);
        let mut recurring: Option<NaiveDate> = None;
        for contract in self.history.in_force(window.anchor) {
            form = form.max(match contract.terms {
                Terms::Negotiated => FORM_NEGOTIATED,
                _ => FORM_STANDARD,
            });
            exclusive |= contract.exclusive == Tri::Yes;
            maybe_exclusive |= contract.exclusive != Tri::No;
            if contract.billing.is_recurring() && recurring.is_none() {
                recurring = Some(contract.start);
            }
            self.streams.add_contract(contract);
        }
        let contracts = self.complete.contracts;
        signals.set(Signal::ContractForm, span(contracts, form, form, FORM_NEGOTIATED));
        signals.set(Signal::BillingRecurring, flag(contracts, recurring.is_some()));
        let may = i64::from(maybe_exclusive);
        signals.set(Signal::Exclusive, span(contracts, i64::from(exclusive), may, 1));
        let opened = self.history.episode.opened.filter(|&day| window.in_episode(day));
        let tenure = opened.map_or(0, |day| age(window.anchor, day));
        signals.set(Signal::TenureDays, counted(self.history.sources_complete, tenure));
        recurring
    }

    /// Repeat business, customised days and milestones; whether at least half of the lines were
    /// promotional.
    fn purchases(
        &mut self,
        window: Window,
        recurring: Option<NaiveDate>,
        signals: &mut Signals,
    ) -> bool {
        let History { relationship, as_of, days, .. } = *self.history;
        let days = window.of(days, |&day| day);
        let billed =
            recurring.is_some_and(|start| age(window.anchor, start) >= RECURRING_AFTER_DAYS);
        let repeat = i64::try_from(days.len()).unwrap_or(UNBOUNDED).saturating_add(if billed {
            RECURRING_DAYS
        } else {
            0
        });
        signals.set(Signal::RepeatDays, counted(self.history.sources_complete, repeat));

        // What was delivered, in order of day; what was not comes first in the table.
        let delivered =
            window.of(relationship.deliverables(), |one| one.record.done.unwrap_or(NaiveDate::MIN));
        let mut delivered = known(delivered, as_of)
            .filter(|one| one.customised != Tri::No)
            .filter_map(|one| Some((one.done?, one.customised == Tri::Yes)))
            .peekable();
        let (mut custom, mut done, mut maybe_done) = (DayCount::default(), 0, 0);
        let mut deliver = |custom: &mut DayCount, (day, known): (NaiveDate, bool)| {
            custom.add(day, known);
            count(&mut done, known);
            count(&mut maybe_done, true);
        };
        let (mut lines, mut promotional) = (0_i64, 0_i64);
        let mut days = days.iter().peekable();
        let entries = window.of(relationship.purchases(), |entry| entry.record.date);
        for line in known(entries, as_of).filter(|line| line.minor().units() > 0) {
            while days.next_if(|&&day| day < line.date).is_some() {}
            if days.peek() != Some(&&line.date) {
                continue;
            }
            self.streams.add_line(line);
            count(&mut lines, true);
            count(&mut promotional, line.promotional == Tri::Yes);
            if line.customised != Tri::No {
                while let Some(one) = delivered.next_if(|&(day, _)| day <= line.date) {
                    deliver(&mut custom, one);
                }
                custom.add(line.date, line.customised == Tri::Yes);
            }
        }
        for one in delivered {
            deliver(&mut custom, one);
        }
        let complete = self.complete.purchases && self.complete.deliverables;
        let customised = span(complete, custom.known_days, custom.days, UNBOUNDED);
        signals.set(Signal::CustomCount, customised);

        let mut reviews = 0;
        for goal in known(relationship.goals(), as_of).filter(|goal| goal.set <= as_of.day()) {
            for &review in &goal.reviews {
                count(&mut reviews, window.holds(review));
            }
        }
        let complete = self.complete.deliverables && self.complete.goals;
        let (least, most) = (reviews.saturating_add(done), reviews.saturating_add(maybe_done));
        signals.set(Signal::MilestoneCount, span(complete, least, most, UNBOUNDED));
        lines > 0 && promotional.saturating_mul(2) >= lines
    }

    fn talk(&self, window: Window, signals: &mut Signals) -> Talk {
        let mut talk = Talk::default();
        let entries = self.history.relationship.interactions();
        let entries = window.of(entries, |entry| entry.record.date);
        for one in known(entries, self.history.as_of) {
            talk.add(one);
        }
        let interactions = self.complete.interactions;
        signals.set(Signal::AdviceCount, counted(interactions, talk.advice));
        signals.set(Signal::DialogueExchanges, counted(interactions, talk.exchanges()));
        signals.set(Signal::ProactiveCount, counted(interactions, talk.proactive));
        talk
    }

    fn goals_and_people(&self, window: Window, signals: &mut Signals) {
        let History { relationship, as_of, .. } = *self.history;
        let goal = known(relationship.goals(), as_of).any(|goal| window.in_episode(goal.set));
        signals.set(Signal::GoalTracked, flag(self.complete.goals, goal));
        let manager =
            known(relationship.assignments(), as_of).any(|one| one.in_force(window.anchor));
        signals.set(Signal::ManagerDedicated, flag(self.complete.assignments, manager));
        let referrals =
            known(relationship.referrals(), as_of).filter(|one| window.in_episode(one.date));
        let referrals = i64::try_from(referrals.count()).unwrap_or(UNBOUNDED);
        signals.set(Signal::ReferralCount, counted(self.complete.referrals, referrals));
    }

    fn worth(&self, window: Window) -> Worth {
        let history = self.history;
        let mut total: Option<(Currency, i128)> = None;
        for day in window.of(history.nets, |day| day.date) {
            if !add(&mut total, day.currency, day.net) {
                return Worth::NotKnown;
            }
        }
        for contract in history.in_force(window.anchor) {
            let value = contract.annual_value.as_ref();
            let value = value.and_then(|value| Some((value.currency(), value.to_minor().ok()?)));
            let Some((currency, minor)) = value else { return Worth::NotKnown };
            if !add(&mut total, currency, minor.units().into()) {
                return Worth::NotKnown;
            }
        }
        let Some((currency, minor)) = total else { return Worth::Nothing };
        // The days of the window from the opening on, it included.
        let before_opening = history.episode.opened.and_then(|day| day.pred_opt());
        let after = before_opening.map_or(window.after, |day| day.max(window.after));
        let days = age(window.anchor, after).max(1);
        ValuePerDay::new(currency, minor, days).map_or(Worth::NotKnown, Worth::Rate)
    }

    /// Whether a contract of the observed episode says so of its duty of care.
    fn episode_has(&self, duty: Tri) -> bool {
        self.history.episode_contracts().any(|contract| contract.fiduciary == duty)
    }

    fn fiduciary(&self) -> Tri {
        // An earlier contract may belong to the episode, if we cannot tell where it began.
        let earlier = self.history.is_close_in_doubt()
            && self.history.contracts().any(|contract| contract.fiduciary != Tri::No);
        if self.episode_has(Tri::Yes) && !self.history.may_have_restarted {
            Tri::Yes
        } else if earlier
            || self.episode_has(Tri::Yes)
            || self.episode_has(Tri::Unknown)
            || !self.complete.contracts
        {
            Tri::Unknown
        } else {
            Tri::No
        }
    }

    fn sales_cycle_days(&self) -> Option<i64> {
        let History { relationship, as_of, episode, .. } = *self.history;
        let entries = relationship.interactions();
        let first = episode
            .previous_close
            .map_or(0, |close| entries.partition_point(|entry| entry.record.date <= close));
        let seen = entries.iter().skip(first).take_while(|one| one.record.date <= as_of.day());
        let first = seen.into_iter().find(|entry| as_of.knows(entry.recorded_at))?;
        let cycle = age(episode.opened?, first.record.date);
        (cycle >= 0).then_some(cycle)
    }
}
