//! What a history says: every signal as an interval, and the facts beside them.

use chrono::NaiveDate;
use tenure_model::{AsOf, Relationship, Tri};

use crate::context::Context;
use crate::history::Episode;
use crate::reader::EvidenceReader;
use crate::signal::{Signal, Signals, Span};
use crate::stage::{Stage, StageChange};
use crate::value::ValuePerDay;

mod canonical;

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
/// Cost: a few passes over the account's tables, linear in its records. Many accounts are read
/// fastest by one [`EvidenceReader`].
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
    pub(crate) as_of: AsOf,
    pub(crate) facts: Facts,
    pub(crate) stage: Stage,
    pub(crate) next_stage: Option<StageChange>,
    pub(crate) contracts_changed: Option<NaiveDate>,
    pub(crate) episode: Episode,
    pub(crate) sales_cycle_days: Option<i64>,
    pub(crate) value_per_day: Option<ValuePerDay>,
    /// The signals as if what was not observed had not happened.
    pub(crate) observed: Signals,
    /// From the observed anchor.
    pub(crate) reading: Reading,
    /// From any day up to that of the question, where we cannot tell when it was over.
    pub(crate) alternative: Option<Reading>,
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
    pub(crate) fn widen(&mut self, other: &Self) {
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
        EvidenceReader::new().read(relationship, context)
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
        let mut both = self.reading;
        if let Some(other) = &self.alternative {
            both.widen(other);
        }
        both.transactional
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

    /// The opening of an episode that goes on to the day of the question: its time still passes.
    pub(crate) fn waits_since(&self) -> Option<NaiveDate> {
        self.episode.opened.filter(|_| self.episode.anchor == self.as_of.day())
    }

    /// The signals as if what was not observed had not happened: the lower ends count.
    pub(crate) const fn observed(&self) -> &Signals {
        &self.observed
    }
}
