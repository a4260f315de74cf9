//! Rows of a backtest from the history of an account.

use chrono::NaiveDate;
use tenure_model::record::Initiator;
use tenure_model::{AsOf, Dormancy, DormancyOptions, Relationship};

use super::{Backtest, Fate, Glance};
use crate::error::FollowError;
use crate::observations::Observations;

/// What is to be foreseen.
///
/// ```
/// assert_eq!(tenure_health::backtest::Outcome::NotRenewed.name(), "not_renewed");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// A contract that comes due in the window is lost in it. Accounts with nothing due, or with all
    /// of it decided by the day of the score, are not at risk; a term that comes due and is not
    /// decided by the end of the data is censored.
    NotRenewed,
    /// Silence passes so many own gaps in the window. Accounts that are silent by then have ended;
    /// those whose rhythm is not known are not at risk. Silence that has begun by the day of the score
    /// is half the way: a score that knows recency in own gaps foresees that part of it by arithmetic.
    Dormant(DormancyOptions),
}

impl Outcome {
    /// Its name in reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotRenewed => "not_renewed",
            Self::Dormant(_) => "dormant",
        }
    }
}

impl Backtest {
    /// Looks at an account on every day of the grid: scores what was recorded by then, and finds what
    /// came after in everything known `as_of` the end of the data.
    ///
    /// Baselines: days since the account last bought, wrote, met or called, in what was recorded by
    /// then; days until the last of its contracts in force ends; its score one step before.
    ///
    /// # Errors
    /// A value that cannot be kept; a row that [`Backtest::push`] refuses.
    ///
    /// ```
    /// use tenure_health::backtest::{Backtest, FewEvents, Grid, Outcome};
    /// use tenure_model::record::{Observation, Renewal};
    /// use tenure_model::{AccountId, AsOf, Book, Currency, Event, Minor, Money, Record, parse_date};
    /// let acme = AccountId::new("acme")?;
    /// let usd = Currency::new("USD")?;
    /// let mut renewal = Renewal::new("K1", parse_date("2025-03-31")?, Money::from_minor(Minor::new(1), usd));
    /// renewal.lost_at = Some(parse_date("2025-03-31")?);
    /// let seen = ["outcome", "dialogue", "delivery", "commercial"].map(|id| {
    ///     Record::Observation(Observation::new(tenure_model::parse_date("2025-01-15").unwrap_or_default(), id, 50.into()))
    /// });
    /// let records = seen.into_iter().chain([Record::Renewal(renewal)]);
    /// let (book, _) = Book::from_events(records.map(|record| Event::new(acme.clone(), record)));
    /// let grid = Grid::new(parse_date("2025-01-31")?, 1, 3, 90)?;
    /// let profile = tenure_health::profiles::client();
    /// let profile = profile.with_missing(tenure_health::MissingPolicy::RENORMALISE)?;
    /// let mut test = Backtest::new(&profile, &grid);
    /// let end = AsOf::new(parse_date("2025-12-31")?);
    /// test.follow(0, &book.relationships()[0], Outcome::NotRenewed, end)?;
    /// let counts = test.counts();
    /// // January and February see the loss; by the end of March it has happened.
    /// assert_eq!((counts.used, counts.not_at_risk), (2, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn follow(
        &mut self,
        account: u32,
        relationship: &Relationship,
        outcome: Outcome,
        as_of: AsOf,
    ) -> Result<(), FollowError> {
        let mut previous = None;
        for at in self.grid.days().to_vec() {
            let then = AsOf::new(at).in_zone(as_of.zone());
            let (seen, _) = Observations::of(&self.profile, relationship, then)?;
            let score = seen.score().point();
            let fate = match outcome {
                Outcome::NotRenewed => self.renewal_fate(relationship, at, as_of),
                Outcome::Dormant(options) => self.dormancy_fate(relationship, &options, at, as_of),
            };
            self.push(Glance {
                account,
                at,
                recorded: seen.latest_record(),
                score,
                probability: None,
                idle_days: days(last_activity(relationship, then), at),
                contract_days_left: contract_end(relationship, then)
                    .and_then(|end| days(Some(at), end)),
                previous,
                fate,
            })?;
            previous = score;
        }
        Ok(())
    }

    pub(super) fn renewal_fate(
        &self,
        relationship: &Relationship,
        at: NaiveDate,
        as_of: AsOf,
    ) -> Fate {
        let end = self.grid.end(at);
        if end > as_of.day() {
            return Fate::Censored;
        }
        let mut fate = Fate::NotAtRisk;
        for entry in relationship.renewals() {
            let renewal = &entry.record;
            let decided = [renewal.closed_at, renewal.lost_at].into_iter().flatten().min();
            let known = as_of.knows(entry.recorded_at);
            if !known || !self.grid.covers(at, renewal.due) || decided.is_some_and(|day| day <= at)
            {
                continue;
            }
            let lost = renewal.lost_at.filter(|&day| self.grid.covers(at, day));
            fate = match (fate, lost) {
                (Fate::Event(one), Some(other)) => Fate::Event(one.min(other)),
                (_, Some(lost)) => Fate::Event(lost),
                (Fate::Event(one), None) => Fate::Event(one),
                // Still open: late, and nobody knows how it ends.
                (_, None) if decided.is_none_or(|day| day > as_of.day()) => Fate::Censored,
                (Fate::Censored, None) => Fate::Censored,
                (_, None) => Fate::NoEvent,
            };
        }
        fate
    }

    pub(super) fn dormancy_fate(
        &self,
        relationship: &Relationship,
        options: &DormancyOptions,
        at: NaiveDate,
        as_of: AsOf,
    ) -> Fate {
        let purchases = relationship.purchase_days(as_of).dates();
        let Some(now) = Dormancy::of(&purchases, at, options) else { return Fate::NotAtRisk };
        match now.dormant() {
            None => return Fate::NotAtRisk,
            Some(true) => return Fate::Ended,
            Some(false) => {}
        }
        let end = self.grid.end(at);
        if end > as_of.day() {
            return Fate::Censored;
        }
        // From one purchase to the next: does silence pass the limit in between?
        let mut silent_from = now.dormant_from();
        for &day in purchases.iter().filter(|&&day| day > at && day <= end) {
            if silent_from.is_some_and(|from| from < day) {
                break;
            }
            silent_from = Dormancy::of(&purchases, day, options).and_then(|one| one.dormant_from());
        }
        silent_from.filter(|&from| self.grid.covers(at, from)).map_or(Fate::NoEvent, Fate::Event)
    }
}

fn days(from: Option<NaiveDate>, to: NaiveDate) -> Option<u32> {
    u32::try_from(to.signed_duration_since(from?).num_days()).ok()
}

/// The last day on which the account did anything that can be seen: bought, wrote, met, answered,
/// called or opened a case.
fn last_activity(relationship: &Relationship, as_of: AsOf) -> Option<NaiveDate> {
    let purchases = relationship.purchases().iter();
    let purchases = purchases.map(|entry| (entry.record.date, entry.recorded_at));
    let talks = relationship.interactions().iter().filter(|entry| {
        let talk = &entry.record;
        talk.personal && talk.initiator != Initiator::Automated
    });
    let talks = talks.map(|entry| (entry.record.date, entry.recorded_at));
    let zone = as_of.zone();
    let contacts = relationship.contacts().iter();
    let contacts = contacts.map(|entry| (zone.date_of(entry.record.at), entry.recorded_at));
    let cases = relationship.cases().iter();
    let cases = cases.map(|entry| (zone.date_of(entry.record.opened), entry.recorded_at));
    let seen = purchases.chain(talks).chain(contacts).chain(cases);
    seen.filter(|&(day, recorded)| as_of.sees(day, recorded)).map(|(day, _)| day).max()
}

/// The last day of the contracts in force that have one.
fn contract_end(relationship: &Relationship, as_of: AsOf) -> Option<NaiveDate> {
    let in_force = relationship.contracts().iter().filter(|entry| {
        as_of.sees(entry.record.start, entry.recorded_at) && entry.record.in_force(as_of.day())
    });
    in_force.filter_map(|entry| entry.record.end).max()
}
