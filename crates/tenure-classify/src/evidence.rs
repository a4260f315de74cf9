//! What a history says: every signal as an interval, and the facts beside them.

use chrono::{Days, NaiveDate};
use tenure_model::record::{Direction, Initiator, Interaction, Terms};
use tenure_model::{AsOf, Relationship, Table, Tri};

use crate::context::Context;
use crate::history::{Episode, History};
use crate::rules::RuleSet;
use crate::signal::{Signal, Signals, Span};
use crate::stage::{Stage, StageChange};
use crate::transactional::Streams;
use crate::value::ValuePerDay;

mod canonical;

/// Above every bound: a count of which only the least is known.
const UNBOUNDED: i64 = i64::MAX;
const FORM_STANDARD: i64 = 1;
const FORM_NEGOTIATED: i64 = 2;
/// A recurring contract counts as a year of purchase days once it has run this long.
const RECURRING_DAYS: i64 = 12;
const RECURRING_AFTER_DAYS: i64 = 90;
const ADVICE: [&str; 4] = ["advice", "strategy_review", "qbr", "consultation"];
const NOT_HUMAN: [&str; 2] = ["marketing", "order"];
const NOT_PROACTIVE: [&str; 2] = ["answer", "win_back"];

/// What the history of one account says on a day: the signals as intervals, the transactional
/// stream test, the stage, and the facts the rules and reasons ask for.
///
/// A signal whose tables are complete is exact; otherwise its lower end is what was observed and
/// its upper end open. Where contracts or purchases are not complete, two things more are in doubt:
/// whether the relationship is over (then there are two readings, from the observed anchor and from
/// any day since), and where the episode began: a contract or purchase that we cannot see may have
/// bridged the gap before it, or belong to an earlier episode. Then the upper ends also count what
/// came before the close that was observed, and the lower ends nothing that an unseen episode could
/// have closed over before the opening, or before the day itself where no business was seen; and
/// where a newer episode may have begun unseen, no duty of care of the past decides.
///
/// Cost: a few passes over the account's tables, and a sort of its purchases.
///
/// ```
/// use tenure_classify::{Context, Evidence, Signal, Span, Stage};
/// use tenure_model::record::{Direction, Initiator, Interaction};
/// use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Record, parse_date};
/// let acme = AccountId::new("acme")?;
/// let day = parse_date("2025-05-02")?;
/// let mut call =
///     Interaction::new(day, "phone", "advice", Direction::Mutual, Initiator::Provider);
/// call.personal = true;
/// let (book, _) = Book::from_events([Event::new(acme.clone(), Record::Interaction(call))]);
/// let acme = book.get(&acme).ok_or("missing")?;
/// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
/// let evidence = Evidence::of(acme, &context);
/// assert_eq!(evidence.signals().get(Signal::AdviceCount), Span::exactly(1));
/// assert_eq!(evidence.stage(), Stage::Prospect);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    as_of: AsOf,
    pub(crate) facts: Facts,
    stage: Stage,
    next_stage: Option<StageChange>,
    contracts_changed: Option<NaiveDate>,
    episode: Episode,
    sales_cycle_days: Option<i64>,
    value_per_day: Option<ValuePerDay>,
    /// The signals as if what was not observed had not happened.
    observed: Signals,
    /// From the observed anchor.
    reading: Reading,
    /// From any day up to that of the question, where we cannot tell when it was over.
    alternative: Option<Reading>,
}

/// What can be read from one anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) signals: Signals,
    /// The transactional stream test; unknown where it may be either.
    pub(crate) transactional: Tri,
}

impl Reading {
    /// Makes room for another reading of the same anchor.
    fn widen(&mut self, other: &Self) {
        self.signals = self.signals.hull(&other.signals);
        if self.transactional != other.transactional {
            self.transactional = Tri::Unknown;
        }
    }
}

/// Facts that are no signals, from the observed anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) active: bool,
    pub(crate) sources_complete: bool,
    /// Whether an engagement contract of the episode carries a duty of care.
    pub(crate) fiduciary: Tri,
    /// The same by what was observed.
    pub(crate) fiduciary_observed: bool,
    /// Whether standard buying is material in what was observed.
    pub(crate) transactional: bool,
    pub(crate) human_contact: bool,
    pub(crate) single_purchase: bool,
    pub(crate) mostly_promotional: bool,
    pub(crate) self_service: bool,
}

impl Evidence {
    /// Reads a history as of the day of the context.
    #[must_use]
    pub fn of(relationship: &Relationship, context: &Context<'_>) -> Self {
        let history = History::of(relationship, context);
        let reader = Reader { history: &history, context };
        let anchor = history.episode.anchor;
        let look = reader.look(anchor);
        let in_doubt = history.active && !history.live && !history.sources_complete;
        let alternative = in_doubt.then(|| reader.since(anchor));
        let stage = Stage::of(&history);
        Self {
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
            next_stage: StageChange::next(&history, stage),
            contracts_changed: history.contracts_changed(),
            episode: history.episode,
            sales_cycle_days: reader.sales_cycle_days(),
            value_per_day: look.value_per_day,
            observed: look.observed,
            reading: look.reading,
            alternative,
        }
    }

    /// The day of the question.
    #[must_use]
    pub const fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// The signals; where there are two readings, wide enough for both.
    #[must_use]
    pub fn signals(&self) -> Signals {
        let signals = self.reading.signals;
        self.alternative.map_or(signals, |other| signals.hull(&other.signals))
    }

    /// The same evidence with another value of one signal.
    ///
    /// ```
    /// use tenure_classify::{Context, Evidence, Signal, Span, judge};
    /// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
    /// let nothing = Relationship::new(AccountId::new("acme")?);
    /// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
    /// let evidence = Evidence::of(&nothing, &context);
    /// let more = evidence.with_signal(Signal::GoalTracked, Span::exactly(1));
    /// assert_eq!(judge(&more, &context).score.lo, 8);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_signal(&self, signal: Signal, value: Span) -> Self {
        let mut changed = self.clone();
        changed.observed.set(signal, value);
        changed.reading.signals.set(signal, value);
        if let Some(other) = &mut changed.alternative {
            other.signals.set(signal, value);
        }
        changed
    }

    /// Whether standard buying is material; unknown where it may be either.
    #[must_use]
    pub fn transactional(&self) -> Tri {
        match self.alternative {
            Some(other) if other.transactional != self.reading.transactional => Tri::Unknown,
            _ => self.reading.transactional,
        }
    }

    /// Where the relationship stands on the day of the question.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The first stage that differs from today's if nothing more happens; `None` if it stays.
    ///
    /// ```
    /// use tenure_classify::{Context, Evidence, Stage};
    /// use tenure_model::record::Purchase;
    /// use tenure_model::{
    ///     AccountId, AsOf, Book, Coverage, Currency, Event, Money, Record, parse_date,
    /// };
    /// let shopper = AccountId::new("shopper")?;
    /// let price = Money::parse("1.20", Currency::new("EUR")?)?;
    /// let purchase = Purchase::new(parse_date("2025-06-20")?, price)?;
    /// let (book, _) = Book::from_events([Event::new(shopper.clone(), Record::Purchase(purchase))]);
    /// let context = Context::new(AsOf::new(parse_date("2025-06-30")?), Coverage::complete());
    /// let evidence = Evidence::of(book.get(&shopper).ok_or("missing")?, &context);
    /// let next = evidence.next_stage().ok_or("none")?;
    /// // New for 30 days after the first purchase.
    /// assert_eq!((next.on, next.to), (parse_date("2025-07-21")?, Stage::Active));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn next_stage(&self) -> Option<StageChange> {
        self.next_stage
    }

    /// The last day on which an engagement contract began (was signed, if later) or was over for
    /// the first time; `None` where there is none.
    #[must_use]
    pub const fn contracts_changed(&self) -> Option<NaiveDate> {
        self.contracts_changed
    }

    /// The current or last episode.
    #[must_use]
    pub const fn episode(&self) -> Episode {
        self.episode
    }

    /// Whether there is an engagement contract or a net purchase.
    #[must_use]
    pub const fn has_commercial_activity(&self) -> bool {
        self.facts.active
    }

    /// Days from the first interaction of the episode to its opening; `None` where no interaction
    /// came first.
    #[must_use]
    pub const fn sales_cycle_days(&self) -> Option<i64> {
        self.sales_cycle_days
    }

    /// What the account is observed to be worth a day, for a [`ValueMedian`](crate::ValueMedian);
    /// `None` where nothing was paid, a value is not known, or there are several currencies.
    #[must_use]
    pub const fn value_per_day(&self) -> Option<ValuePerDay> {
        self.value_per_day
    }

    /// The signals as if what was not observed had not happened: the lower ends count.
    pub(crate) const fn observed(&self) -> &Signals {
        &self.observed
    }

    pub(crate) fn readings(&self) -> impl Iterator<Item = &Reading> {
        std::iter::once(&self.reading).chain(&self.alternative)
    }
}

/// A reading, and the facts that come with it.
struct Look {
    reading: Reading,
    observed: Signals,
    transactional_observed: bool,
    recurring: bool,
    human_contact: bool,
    mostly_promotional: bool,
    self_service: bool,
    value_per_day: Option<ValuePerDay>,
}

/// What the account paid in the window.
enum Worth {
    Nothing,
    Rate(ValuePerDay),
    NotKnown,
}

struct Reader<'a, 'h> {
    history: &'h History<'a>,
    context: &'h Context<'h>,
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
        self.impersonal_by_account |= one.initiator == Initiator::Account && !one.personal;
        let kind = one.kind.as_ref();
        if !one.personal || one.initiator == Initiator::Automated || NOT_HUMAN.contains(&kind) {
            return;
        }
        count(&mut self.human, true);
        count(&mut self.advice, ADVICE.contains(&kind));
        count(&mut self.inward, one.direction == Direction::In);
        count(&mut self.outward, one.direction == Direction::Out);
        count(&mut self.mutual, one.direction == Direction::Mutual);
        let ours = one.initiator == Initiator::Provider && !NOT_PROACTIVE.contains(&kind);
        count(&mut self.proactive, ours);
    }

    fn exchanges(&self) -> i64 {
        self.mutual.saturating_add(self.inward.min(self.outward))
    }
}

impl Reader<'_, '_> {
    fn complete(&self, tables: &[Table]) -> bool {
        tables.iter().all(|&table| self.context.coverage.is_complete(table))
    }

    /// From what was observed to what may be: `most` if the tables are complete, else open.
    fn span(&self, tables: &[Table], observed: i64, most: i64, open: i64) -> Span {
        Span::new(observed, if self.complete(tables) { most } else { open.max(observed) })
    }

    fn counted(&self, tables: &[Table], observed: i64) -> Span {
        self.span(tables, observed, observed, UNBOUNDED)
    }

    fn flag(&self, tables: &[Table], observed: bool) -> Span {
        self.span(tables, i64::from(observed), i64::from(observed), 1)
    }

    fn look(&self, anchor: NaiveDate) -> Look {
        let episode = self.history.episode;
        let from = |after| self.look_from(Window::new(anchor, after, self.context.rules));
        let mut look = from(episode.previous_close);
        if !self.history.sources_complete {
            look.reading.widen(&from(None).reading);
            look.reading.widen(&from(self.latest_close(anchor)).reading);
        }
        look
    }

    /// Where we cannot tell whether the relationship is over: it may have ended on any day since it
    /// was last seen, or not at all. What every one of the windows holds is certain, what none of
    /// them holds is not; between them a window may hold less than at both ends, and more.
    fn since(&self, seen: NaiveDate) -> Reading {
        let (today, rules) = (self.context.as_of.day(), self.context.rules);
        let mut reading = self.look(today).reading;
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

    /// Whether somebody was assigned on every one of those days, and whether on any.
    fn managed(&self, first: NaiveDate, last: NaiveDate) -> Span {
        let (mut next, mut any) = (Some(first), false);
        for entry in self.history.relationship.assignments() {
            let one = &entry.record;
            if !self.history.as_of.sees(one.start, entry.recorded_at) || one.start > last {
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
        if self.complete(&[Table::Purchases]) {
            parts.episode_grace_days.saturating_add(1)
        } else if self.complete(&[Table::Contracts]) {
            parts.dormant_ratio.saturating_add(1)
        } else {
            1
        }
    }

    fn look_from(&self, window: Window) -> Look {
        let history = self.history;
        let mut signals = Signals::default();
        let mut streams = Streams::default();

        let recurring = self.contracts(window, &mut signals, &mut streams);
        let promotional = self.purchases(window, recurring, &mut signals, &mut streams);
        let talk = self.talk(window, &mut signals);
        self.goals_and_people(window, &mut signals);
        let worth = self.worth(window);
        signals.set(Signal::ValueRatio, self.value_ratio(&worth));

        let rule = &self.context.rules.parts().transactional;
        let transactional = if self.complete(&[Table::Purchases]) && !streams.could_be_many(rule) {
            Tri::No
        } else if history.sources_complete {
            streams.test(rule)
        } else {
            Tri::Unknown
        };
        Look {
            reading: Reading { signals, transactional },
            observed: signals,
            transactional_observed: streams.observed(rule),
            recurring: recurring.is_some(),
            human_contact: talk.human > 0,
            mostly_promotional: promotional,
            self_service: talk.impersonal_by_account && talk.exchanges() == 0,
            value_per_day: match worth {
                Worth::Rate(rate) => Some(rate),
                Worth::Nothing | Worth::NotKnown => None,
            },
        }
    }

    /// Form, billing, exclusivity and tenure; the earliest start of a recurring active contract.
    fn contracts(
        &self,
        window: Window,
        signals: &mut Signals,
        streams: &mut Streams,
    ) -> Option<NaiveDate> {
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
            streams.add_contract(contract);
        }
        let contracts = &[Table::Contracts];
        signals.set(Signal::ContractForm, self.span(contracts, form, form, FORM_NEGOTIATED));
        signals.set(Signal::BillingRecurring, self.flag(contracts, recurring.is_some()));
        let may = i64::from(maybe_exclusive);
        signals.set(Signal::Exclusive, self.span(contracts, i64::from(exclusive), may, 1));
        let opened = self.history.episode.opened.filter(|&day| window.in_episode(day));
        let tenure = opened.map_or(0, |day| window.anchor.signed_duration_since(day).num_days());
        let tables = &[Table::Contracts, Table::Purchases];
        signals.set(Signal::TenureDays, self.counted(tables, tenure));
        recurring
    }

    /// Repeat business and customised days; whether at least half of the lines were promotional.
    fn purchases(
        &self,
        window: Window,
        recurring: Option<NaiveDate>,
        signals: &mut Signals,
        streams: &mut Streams,
    ) -> bool {
        let history = self.history;
        let bought = history.days.iter().filter(|&&day| window.holds(day)).count();
        let billed = recurring.is_some_and(|start| {
            window.anchor.signed_duration_since(start).num_days() >= RECURRING_AFTER_DAYS
        });
        let repeat = i64::try_from(bought).unwrap_or(UNBOUNDED).saturating_add(if billed {
            RECURRING_DAYS
        } else {
            0
        });
        let tables = &[Table::Contracts, Table::Purchases];
        signals.set(Signal::RepeatDays, self.counted(tables, repeat));

        // Days, and whether something of that day is known to be customised.
        let mut custom: Vec<(NaiveDate, bool)> = Vec::new();
        let (mut lines, mut promotional, mut done, mut maybe_done) = (0_i64, 0_i64, 0, 0);
        for line in history.lines().filter(|line| window.holds(line.date)) {
            streams.add_line(line);
            count(&mut lines, true);
            count(&mut promotional, line.promotional == Tri::Yes);
            if line.customised != Tri::No {
                custom.push((line.date, line.customised == Tri::Yes));
            }
        }
        for entry in history.relationship.deliverables() {
            let delivered = &entry.record;
            let Some(day) = delivered.done else { continue };
            let seen = history.as_of.sees(day, entry.recorded_at) && window.holds(day);
            if seen && delivered.customised != Tri::No {
                let known = delivered.customised == Tri::Yes;
                custom.push((day, known));
                count(&mut done, known);
                count(&mut maybe_done, true);
            }
        }
        custom.sort_unstable();
        let (mut known, mut possible) = (0, 0);
        for day in custom.chunk_by(|a, b| a.0 == b.0) {
            count(&mut known, day.iter().any(|&(_, known)| known));
            count(&mut possible, true);
        }
        let tables = &[Table::Purchases, Table::Deliverables];
        signals.set(Signal::CustomCount, self.span(tables, known, possible, UNBOUNDED));

        let mut reviews = 0;
        for entry in history.relationship.goals() {
            if history.as_of.sees(entry.record.set, entry.recorded_at) {
                for &review in &entry.record.reviews {
                    count(&mut reviews, window.holds(review));
                }
            }
        }
        let tables = &[Table::Deliverables, Table::Goals];
        let (least, most) = (reviews.saturating_add(done), reviews.saturating_add(maybe_done));
        signals.set(Signal::MilestoneCount, self.span(tables, least, most, UNBOUNDED));
        lines > 0 && promotional.saturating_mul(2) >= lines
    }

    fn talk(&self, window: Window, signals: &mut Signals) -> Talk {
        let mut talk = Talk::default();
        for one in self.history.interactions().filter(|one| window.holds(one.date)) {
            talk.add(one);
        }
        let interactions = &[Table::Interactions];
        signals.set(Signal::AdviceCount, self.counted(interactions, talk.advice));
        signals.set(Signal::DialogueExchanges, self.counted(interactions, talk.exchanges()));
        signals.set(Signal::ProactiveCount, self.counted(interactions, talk.proactive));
        talk
    }

    fn goals_and_people(&self, window: Window, signals: &mut Signals) {
        let history = self.history;
        let relationship = history.relationship;
        let in_episode = |day| window.in_episode(day);
        let goal = relationship.goals().iter().any(|entry| {
            in_episode(entry.record.set) && history.as_of.sees(entry.record.set, entry.recorded_at)
        });
        signals.set(Signal::GoalTracked, self.flag(&[Table::Goals], goal));
        let manager = relationship.assignments().iter().any(|entry| {
            entry.record.in_force(window.anchor)
                && history.as_of.sees(entry.record.start, entry.recorded_at)
        });
        signals.set(Signal::ManagerDedicated, self.flag(&[Table::Assignments], manager));
        let referrals = relationship.referrals().iter().filter(|entry| {
            let day = entry.record.date;
            in_episode(day) && history.as_of.sees(day, entry.recorded_at)
        });
        let referrals = i64::try_from(referrals.count()).unwrap_or(UNBOUNDED);
        signals.set(Signal::ReferralCount, self.counted(&[Table::Referrals], referrals));
    }

    fn worth(&self, window: Window) -> Worth {
        let history = self.history;
        let mut total: Option<(tenure_model::Currency, i128)> = None;
        let nets = history.nets.nets().iter().filter(|day| window.holds(day.date));
        let bought = nets.map(|day| Some((day.currency, day.net)));
        let contracted = history.in_force(window.anchor).map(|contract| {
            let value = contract.annual_value?;
            Some((value.currency(), i128::from(value.to_minor().ok()?.units())))
        });
        for paid in bought.chain(contracted) {
            let Some((currency, minor)) = paid else { return Worth::NotKnown };
            total = match total {
                None => Some((currency, minor)),
                Some((known, sum)) if known == currency => Some((known, sum.saturating_add(minor))),
                Some(_) => return Worth::NotKnown,
            };
        }
        let Some((currency, minor)) = total else { return Worth::Nothing };
        // The days of the window from the opening on, it included.
        let before_opening = history.episode.opened.and_then(|day| day.pred_opt());
        let after = before_opening.map_or(window.after, |day| day.max(window.after));
        let days = window.anchor.signed_duration_since(after).num_days().max(1);
        ValuePerDay::new(currency, minor, days).map_or(Worth::NotKnown, Worth::Rate)
    }

    fn value_ratio(&self, worth: &Worth) -> Span {
        let Some(median) = &self.context.value_median else { return Span::exactly(0) };
        let known = match worth {
            _ if !self.history.sources_complete => None,
            Worth::Nothing => Some(0),
            Worth::Rate(rate) => median.thousandths(*rate),
            Worth::NotKnown => None,
        };
        known.map_or(Span::new(0, UNBOUNDED), Span::exactly)
    }

    /// Whether a contract of the observed episode says so of its duty of care.
    fn episode_has(&self, duty: Tri) -> bool {
        self.history.episode_contracts().iter().any(|contract| contract.fiduciary == duty)
    }

    fn fiduciary(&self) -> Tri {
        // An earlier contract may belong to the episode, if we cannot tell where it began.
        let earlier = self.history.is_close_in_doubt()
            && self.history.contracts.iter().any(|contract| contract.fiduciary != Tri::No);
        if self.episode_has(Tri::Yes) && !self.history.may_have_restarted {
            Tri::Yes
        } else if earlier
            || self.episode_has(Tri::Yes)
            || self.episode_has(Tri::Unknown)
            || !self.complete(&[Table::Contracts])
        {
            Tri::Unknown
        } else {
            Tri::No
        }
    }

    fn sales_cycle_days(&self) -> Option<i64> {
        let first = self.history.interactions().find(|one| self.history.in_episode(one.date))?;
        let cycle = self.history.episode.opened?.signed_duration_since(first.date).num_days();
        (cycle >= 0).then_some(cycle)
    }
}
