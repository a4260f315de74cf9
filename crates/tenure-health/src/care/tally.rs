//! The care of many accounts, counted.

use tenure_model::{Relationship, Text};
use tenure_stats::{Ratio, Share};

use super::account::CareHistory;
use super::counts::{CareCounts, ChannelCounts, Channels};
use super::definition::{CareDefinition, CareError};

/// The care of accounts over a window: how steadily they are looked after, whether what was
/// promised came in time, whether goals move, how often we speak and by which channel, and whether
/// they buy again and send others.
///
/// ```text
/// managed          = managed_days / days
/// continuity       = longest_person_days / person_days
/// on time          = on_time / due                    due = on_time + late + overdue
/// mean days late   = days_late / late
/// goals reviewed   = goals_reviewed / goals           goals closed = goals_closed / goals
/// personal cadence = personal_cadence_kept / personal_cadence_days   (review cadence alike)
/// channel          = interactions of the channel / interactions
/// referral rate    = referrals / may_refer            referring = referring / may_refer
/// repeat buyers    = repeat_buyers / buyers
/// ```
///
/// *Shape*: in, one [`Relationship`] an account; out, exact ratios of counts. One account more adds
/// to the counts; an account that ended still counts from its first day on, so ask by class or stage.
/// Merging is commutative and associative to the bit, and what is retracted was never there. Cost:
/// linear in the account's records, with a sort of its contacts; the state is a few counts and three a
/// channel.
///
/// *Undefined when* the whole is 0, or its table absent. A table that is only partial gives what was
/// recorded: shares of days and rates of referral are then at least so large.
///
/// *Accuracy*: exact.
///
/// *Source*: continuity is the usual provider index of Breslau and Reeb (1975), "Continuity of care in
/// a university-based practice" (recalled, not looked up), with days in place of visits; the other
/// ratios are our definitions.
///
/// ```
/// use tenure_health::{CareDefinition, CareTally};
/// use tenure_model::record::{Assignment, Deliverable};
/// use tenure_model::{AccountId, AsOf, Book, Coverage, Event, Period, Record, parse_date};
/// let acme = AccountId::new("acme")?;
/// let event = |record| Event::new(acme.clone(), record);
/// // Ten days of January by Ann, the other 21 by Bob.
/// let mut ann = Assignment::new(parse_date("2024-01-01")?, "manager");
/// (ann.end, ann.person) = (Some(parse_date("2025-01-10")?), Some("ann".into()));
/// let mut bob = Assignment::new(parse_date("2025-01-11")?, "manager");
/// bob.person = Some("bob".into());
/// let mut report = Deliverable::new("report");
/// (report.due, report.done) = (Some(parse_date("2025-01-15")?), Some(parse_date("2025-01-18")?));
/// let (book, _) = Book::from_events([
///     event(Record::Assignment(ann)),
///     event(Record::Assignment(bob)),
///     event(Record::Deliverable(report)),
/// ]);
/// let day = parse_date("2025-01-31")?;
/// let january = Period::inclusive(parse_date("2025-01-01")?, day).ok_or("no window")?;
/// let mut care =
///     CareTally::new(CareDefinition::new(january, AsOf::new(day), Coverage::complete())?);
/// care.push(book.get(&acme).ok_or("missing")?)?;
/// assert_eq!(care.managed().map(|all| (all.num(), all.den())), Some((31, 31)));
/// assert_eq!(care.continuity().map(|held| (held.num(), held.den())), Some((21, 31)));
/// assert_eq!(care.counts().handovers, 1);
/// assert_eq!((care.on_time().x(), care.on_time().n()), (0, 1));
/// assert_eq!(care.mean_days_late().map(|late| late.to_decimal(1)), Some("3.0".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareTally {
    definition: CareDefinition,
    counts: CareCounts,
    channels: Channels,
}

impl CareTally {
    /// The most channels that are told apart.
    pub const MAX_CHANNELS: usize = 1_000;

    /// No account yet.
    #[must_use]
    pub fn new(definition: CareDefinition) -> Self {
        Self { definition, counts: CareCounts::default(), channels: Channels::new() }
    }

    /// Counts an account.
    ///
    /// # Errors
    /// A full count, or too many channels; the tally is then as it was.
    pub fn push(&mut self, relationship: &Relationship) -> Result<(), CareError> {
        self.push_history(&CareHistory::of(relationship, &self.definition))
    }

    /// Counts an account that was read already.
    ///
    /// # Errors
    /// A history read for another day or other tables, a full count, or too many channels; the tally
    /// is then as it was.
    pub fn push_history(&mut self, history: &CareHistory<'_>) -> Result<(), CareError> {
        let asked = &self.definition;
        if (history.as_of, history.coverage) != (asked.as_of(), asked.coverage()) {
            return Err(CareError::Definition);
        }
        let (counts, channels) = history.read(asked);
        self.absorb(counts, &channels)
    }

    /// Takes in a tally of other accounts.
    ///
    /// # Errors
    /// Another definition, a full count, or too many channels; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), CareError> {
        if self.definition != other.definition {
            return Err(CareError::Definition);
        }
        self.absorb(other.counts, &other.channels)
    }

    /// Takes out an account that was counted.
    ///
    /// # Errors
    /// An account whose counts are not there; the tally is then as it was.
    pub fn retract(&mut self, relationship: &Relationship) -> Result<(), CareError> {
        let (counts, channels) =
            CareHistory::of(relationship, &self.definition).read(&self.definition);
        let counts = self.counts.with(counts, u64::checked_sub).ok_or(CareError::NotThere)?;
        let mut left = self.channels.clone();
        for (channel, less) in channels {
            let own = left.get_mut(&channel).ok_or(CareError::NotThere)?;
            *own = own.with(less, u64::checked_sub).ok_or(CareError::NotThere)?;
        }
        left.retain(|_, counts| counts.total() > 0);
        (self.counts, self.channels) = (counts, left);
        Ok(())
    }

    fn absorb(&mut self, counts: CareCounts, channels: &Channels) -> Result<(), CareError> {
        let counts = self.counts.with(counts, sum).ok_or(CareError::Full)?;
        let new = channels.keys().filter(|channel| !self.channels.contains_key(*channel)).count();
        if self.channels.len().saturating_add(new) > Self::MAX_CHANNELS {
            return Err(CareError::TooManyChannels);
        }
        // No channel counts more than all the interactions, which are not full.
        for (channel, more) in channels {
            let own = self.channels.entry(channel.clone()).or_default();
            *own = own.with(*more, sum).unwrap_or(*own);
        }
        self.counts = counts;
        Ok(())
    }

    /// What is counted.
    #[must_use]
    pub const fn definition(&self) -> &CareDefinition {
        &self.definition
    }

    /// The counts.
    #[must_use]
    pub const fn counts(&self) -> &CareCounts {
        &self.counts
    }

    /// Interactions by channel, in order of name.
    pub fn channels(&self) -> impl Iterator<Item = (&Text, ChannelCounts)> {
        self.channels.iter().map(|(channel, counts)| (channel, *counts))
    }

    /// The share of days on which somebody was assigned.
    #[must_use]
    pub fn managed(&self) -> Option<Ratio> {
        ratio(self.counts.managed_days, self.counts.days)
    }

    /// Of the days that people known by name held a role, the share of who held it longest: 1 where
    /// nobody ever changed.
    #[must_use]
    pub fn continuity(&self) -> Option<Ratio> {
        ratio(self.counts.longest_person_days, self.counts.person_days)
    }

    /// Of the deliverables due in the window, those done on the day or before.
    #[must_use]
    pub fn on_time(&self) -> Share {
        share(self.counts.on_time, self.counts.due)
    }

    /// Days by which what came late was late; what is overdue is not among it.
    #[must_use]
    pub fn mean_days_late(&self) -> Option<Ratio> {
        ratio(self.counts.days_late, self.counts.late)
    }

    /// Of the goals that were open in the window, those reviewed in it.
    #[must_use]
    pub fn goals_reviewed(&self) -> Share {
        share(self.counts.goals_reviewed, self.counts.goals)
    }

    /// Of the goals that were open in the window, those closed in it.
    #[must_use]
    pub fn goals_closed(&self) -> Share {
        share(self.counts.goals_closed, self.counts.goals)
    }

    /// The share of days on which the last personal contact was as recent as asked.
    #[must_use]
    pub fn personal_cadence(&self) -> Option<Ratio> {
        ratio(self.counts.personal_cadence_kept, self.counts.personal_cadence_days)
    }

    /// The share of days on which the last review was as recent as asked: of a goal, or an
    /// interaction of kind `review`, `strategy_review` or `qbr`.
    #[must_use]
    pub fn review_cadence(&self) -> Option<Ratio> {
        ratio(self.counts.review_cadence_kept, self.counts.review_cadence_days)
    }

    /// Referrals an account.
    #[must_use]
    pub fn referral_rate(&self) -> Option<Ratio> {
        ratio(self.counts.referrals, self.counts.may_refer)
    }

    /// The accounts that sent somebody.
    #[must_use]
    pub fn referring(&self) -> Share {
        share(self.counts.referring, self.counts.may_refer)
    }

    /// Of the accounts that bought in the window, those that did on two days or more.
    #[must_use]
    pub fn repeat_buyers(&self) -> Share {
        share(self.counts.repeat_buyers, self.counts.buyers)
    }
}

fn ratio(num: u64, den: u64) -> Option<Ratio> {
    Ratio::new(i128::from(num), i128::from(den))
}

/// Cannot be refused: no account's part is more than its whole, and no count is larger than a share
/// may count.
fn share(x: u64, n: u64) -> Share {
    Share::new(x, n).unwrap_or_default()
}

/// The sum, where a count may be so large.
fn sum(own: u64, more: u64) -> Option<u64> {
    own.checked_add(more).filter(|&sum| sum <= Share::MAX_COUNT)
}
