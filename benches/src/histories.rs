//! Made-up histories: the events of accounts, forty each.

use std::ops::Range;

use chrono::{Days, NaiveDate};
use tenure_classify::{Class, Context};
use tenure_model::record::{
    Assignment, Billing, Contract, Deliverable, Direction, Goal, Initiator, Interaction, Purchase,
    Referral, Terms,
};
use tenure_model::{
    AccountId, AsOf, Completeness, Coverage, Currency, Event, Instant, Minor, Money, Record,
    RecordId, Table, Text, Tri, Zone,
};

use crate::random::Random;

/// Events of each account: 1 contract, 14 purchases, 20 interactions, 2 deliverables, 1 goal with
/// its reviews, 1 referral and 1 assignment.
pub const EVENTS: usize = 40;
/// One account in so many is asked about with contracts and purchases that are not complete.
pub const INCOMPLETE_ONE_IN: usize = 10;

const PURCHASES: u32 = 14;
const INTERACTIONS: u32 = 20;

type Failure = Box<dyn std::error::Error>;

/// How complete the tables of that account are: whole, but for one account in
/// [`INCOMPLETE_ONE_IN`].
#[must_use]
pub fn coverage(account: usize) -> Coverage {
    if account.is_multiple_of(INCOMPLETE_ONE_IN) {
        Coverage::complete()
            .with(Table::Contracts, Completeness::Partial)
            .with(Table::Purchases, Completeness::Partial)
    } else {
        Coverage::complete()
    }
}

/// The events of these accounts, shuffled; an account is always the same one.
///
/// Half of the accounts are looked after, half buy by themselves; one in five has fallen silent.
/// One purchase in twenty is a refund, and half of those name what they take back; a quarter of
/// the accounts come from tables that say when each row was recorded. Every row has an id. Words
/// are shared, as readers of tables share them.
///
/// # Errors
/// None: every value made is allowed.
pub fn events(accounts: Range<usize>) -> Result<Vec<Event>, Failure> {
    let words = Words::new()?;
    let mut events = Vec::with_capacity(accounts.len().saturating_mul(EVENTS));
    for account in accounts {
        let mut maker = Maker::new(account, &words)?;
        maker.records()?;
        events.append(&mut maker.events);
    }
    // Fisher and Yates, from the end.
    let mut random = Random::new(20_250_702);
    for place in (1..events.len()).rev() {
        let end = u32::try_from(place)?.saturating_add(1);
        events.swap(place, usize::try_from(random.below(end))?);
    }
    Ok(events)
}

/// What is asked about each of these accounts: one context an account, in order.
///
/// A third of the accounts was a client, a third a customer before.
#[must_use]
pub fn contexts(accounts: Range<usize>) -> Vec<Context<'static>> {
    let of = |account: usize| {
        let mut context = Context::new(AsOf::new(today()), coverage(account));
        context.previous_class = match account % 3 {
            0 => None,
            1 => Some(Class::Client),
            _ => Some(Class::Customer),
        };
        context
    };
    accounts.map(of).collect()
}

/// The day of the question: 2025-06-30.
#[must_use]
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 6, 30).unwrap_or_default()
}

struct Words {
    kinds: Vec<Text>,
    channels: Vec<Text>,
    retainer: Text,
    report: Text,
    role: Text,
    euro: Currency,
    dollar: Currency,
}

impl Words {
    fn new() -> Result<Self, Failure> {
        let texts = |all: &[&str]| all.iter().map(|&text| Text::from(text)).collect();
        Ok(Self {
            kinds: texts(&[
                "meeting",
                "question",
                "answer",
                "advice",
                "marketing",
                "order",
                "qbr",
                "delivery",
            ]),
            channels: texts(&["email", "phone", "meeting"]),
            retainer: "retainer".into(),
            report: "report".into(),
            role: "account manager".into(),
            euro: Currency::new("EUR")?,
            dollar: Currency::new("USD")?,
        })
    }
}

struct Maker<'a> {
    account: AccountId,
    number: usize,
    words: &'a Words,
    random: Random,
    /// The last day of business: today, or long ago.
    silent_days: u32,
    looked_after: bool,
    recorded: bool,
    events: Vec<Event>,
}

impl<'a> Maker<'a> {
    fn new(number: usize, words: &'a Words) -> Result<Self, Failure> {
        let mut random = Random::new(u64::try_from(number)?);
        let silent_days = if random.below(5) == 0 { 400 } else { 0 };
        Ok(Self {
            account: AccountId::new(&format!("A{number:07}"))?,
            number,
            words,
            silent_days,
            looked_after: random.below(2) == 0,
            recorded: random.below(4) == 0,
            random,
            events: Vec::with_capacity(EVENTS),
        })
    }

    fn chance(&mut self, one_in: u32) -> bool {
        self.random.below(one_in) == 0
    }

    /// A day of the two years before the last business.
    fn day(&mut self) -> NaiveDate {
        let days = self.random.below(730).saturating_add(self.silent_days);
        ago(days)
    }

    fn pick(&mut self, all: &[Text]) -> Text {
        let place = self.random.below(u32::try_from(all.len()).unwrap_or(0));
        usize::try_from(place).ok().and_then(|place| all.get(place)).cloned().unwrap_or_default()
    }

    fn tri(&mut self, yes_in_ten: u32) -> Tri {
        match self.random.below(20) {
            0 => Tri::Unknown,
            n if n / 2 < yes_in_ten => Tri::Yes,
            _ => Tri::No,
        }
    }

    fn push(&mut self, day: NaiveDate, record: Record) -> Result<(), Failure> {
        let mut event = Event::new(self.account.clone(), record);
        event.id = Some(self.id(self.events.len())?);
        if self.recorded {
            event.recorded_at = Some(Instant::parse(&day.to_string(), Zone::UTC)?);
        }
        self.events.push(event);
        Ok(())
    }

    fn id(&self, place: usize) -> Result<RecordId, Failure> {
        Ok(RecordId::new(&format!("R{:07}-{place}", self.number))?)
    }

    fn records(&mut self) -> Result<(), Failure> {
        let start = ago(self.silent_days.saturating_add(730));
        let terms = if self.looked_after { Terms::Negotiated } else { Terms::Standard };
        let billing = if self.chance(2) { Billing::Monthly } else { Billing::PerOrder };
        let mut contract = Contract::new(self.words.retainer.clone(), start, terms, billing);
        contract.end = (self.silent_days > 0).then(|| ago(self.silent_days));
        (contract.fiduciary, contract.exclusive) = (Tri::No, self.tri(1));
        contract.annual_value = Some(Money::from_minor(Minor::new(1_200_000), self.words.euro));
        self.push(start, Record::Contract(contract))?;
        for _ in 0..PURCHASES {
            self.purchase()?;
        }
        for _ in 0..INTERACTIONS {
            self.interaction()?;
        }
        for _ in 0..2 {
            let day = self.day();
            let mut done = Deliverable::new(self.words.report.clone());
            (done.done, done.due) = (Some(day), Some(day));
            done.customised = self.tri(if self.looked_after { 8 } else { 1 });
            self.push(day, Record::Deliverable(done))?;
        }
        let mut goal = Goal::new(start, self.words.report.clone());
        goal.reviews = vec![start, self.day(), self.day()];
        self.push(start, Record::Goal(goal))?;
        let day = self.day();
        self.push(day, Record::Referral(Referral::new(day)))?;
        self.push(start, Record::Assignment(Assignment::new(start, self.words.role.clone())))
    }

    fn purchase(&mut self) -> Result<(), Failure> {
        let units = i64::from(self.random.below(40_000)).saturating_add(1);
        let foreign = self.number.is_multiple_of(25) && self.chance(3);
        let currency = if foreign { self.words.dollar } else { self.words.euro };
        // The contract comes first, then purchases: a refund may name the one before it.
        let before = self.events.len().checked_sub(1).filter(|&place| place > 0);
        let refund = self.chance(20);
        let units = if refund { (units / 4).saturating_neg().saturating_sub(1) } else { units };
        let day = self.day();
        let mut line = Purchase::new(day, Money::from_minor(Minor::new(units), currency))?;
        line.customised = self.tri(if self.looked_after { 4 } else { 1 });
        line.promotional = self.tri(2);
        if refund && self.chance(2) {
            line.reverses = before.map(|place| self.id(place)).transpose()?;
        }
        self.push(day, Record::Purchase(line))
    }

    fn interaction(&mut self) -> Result<(), Failure> {
        let day = self.day();
        let words = self.words;
        let (channel, kind) = (self.pick(&words.channels), self.pick(&words.kinds));
        let (direction, initiator) = match self.random.below(5) {
            0 | 1 => (Direction::In, Initiator::Account),
            2 => (Direction::Out, Initiator::Provider),
            3 => (Direction::Mutual, Initiator::Provider),
            _ => (Direction::Out, Initiator::Automated),
        };
        let mut one = Interaction::new(day, channel, kind, direction, initiator);
        one.personal = if self.looked_after { !self.chance(5) } else { self.chance(3) };
        self.push(day, Record::Interaction(one))
    }
}

fn ago(days: u32) -> NaiveDate {
    today().checked_sub_days(Days::new(u64::from(days))).unwrap_or_default()
}
