//! Which tier do they hold, and which points are they owed?

use chrono::{Days, NaiveDate};
use tenure_classify::Class;
use tenure_health::loyalty::Programme;
use tenure_model::record::Ledger;
use tenure_model::{AsOf, Relationship};

use crate::counted::{Counted, Rows, place_of};
use crate::error::ScorecardError;
use crate::population::CLASSES;
use crate::scorecard::AccountLine;

/// Points that expire within so many days after `as_of` are told apart.
const EXPIRY_DAYS: u64 = 90;

/// What a member holds at `as_of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Membership {
    /// Which tier of the programme, from 0.
    pub tier: u8,
    /// Qualifying points of the window so far.
    pub qualifying: i64,
    /// Redeemable points that can be spent.
    pub points: i64,
    /// Of these, points that count no more after the next 90 days.
    pub expiring: i64,
}

/// The loyalty programme of a portfolio: tiers and points.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoyaltySection {
    /// The programme; `None`: nobody named one, and entries are counted only.
    pub programme: Option<Programme>,
    /// Accounts with an entry of points that can be seen; with a programme, its members.
    pub members: Counted,
    /// Entries that can be seen, in the ledger of qualifying points.
    pub qualifying_entries: u64,
    /// And in that of redeemable ones.
    pub redeemable_entries: u64,
    /// Members of each tier, least first; none without a programme.
    pub tiers: Vec<Counted>,
    /// The last day of points that count as expiring.
    pub expiring_by: NaiveDate,
    /// Redeemable points, over all and by class, in this order: `outstanding` (they can be spent), `expiring` (of
    /// these, the ones whose last day is at most 90 days ahead), `earned`, `spent`, `expired`,
    /// `overdrawn`; `earned - spent - expired = outstanding - overdrawn`. None without a programme.
    pub points: Vec<PointsSum>,
}

/// A sum of points, over all and of each class at `as_of`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PointsSum {
    /// What is summed.
    pub name: &'static str,
    /// Over all.
    pub total: i128,
    /// Of each class, in the order of the report.
    pub by_class: Vec<(&'static str, i128)>,
}

const SUMS: [&str; 6] = ["outstanding", "expiring", "earned", "spent", "expired", "overdrawn"];

/// The entries and points of some accounts, by class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LoyaltyState {
    members: [u64; CLASSES.len()],
    qualifying_entries: u64,
    redeemable_entries: u64,
    sums: [[i128; CLASSES.len()]; SUMS.len()],
}

impl LoyaltyState {
    /// Counts the entries of an account of that class, and replays them where there is a programme.
    pub(crate) fn push(
        &mut self,
        relationship: &Relationship,
        class: Class,
        programme: Option<&Programme>,
        as_of: AsOf,
    ) -> Result<Option<Membership>, ScorecardError> {
        let (mut qualifying, mut redeemable) = (0_u64, 0_u64);
        for entry in relationship.points() {
            if !as_of.sees(entry.record.date, entry.recorded_at) {
                continue;
            }
            let count = match entry.record.ledger {
                Ledger::Qualifying => &mut qualifying,
                _ => &mut redeemable,
            };
            *count = count.saturating_add(1);
        }
        let place = place_of(class.name());
        if qualifying > 0 || redeemable > 0 {
            self.qualifying_entries = self.qualifying_entries.saturating_add(qualifying);
            self.redeemable_entries = self.redeemable_entries.saturating_add(redeemable);
            if let Some(members) = place.and_then(|place| self.members.get_mut(place)) {
                *members = members.saturating_add(1);
            }
        }
        let Some(programme) = programme else { return Ok(None) };
        let Some(standing) = programme.replay_from_first(relationship, as_of)? else {
            return Ok(None);
        };
        let balance = standing.balance();
        let (points, expiring) = (balance.points(), balance.expiring_by(expiring_by(as_of.day())));
        let more = [
            points,
            expiring,
            balance.earned(),
            balance.spent(),
            balance.expired(),
            balance.overdrawn(),
        ];
        for (sums, more) in self.sums.iter_mut().zip(more) {
            if let Some(sum) = place.and_then(|place| sums.get_mut(place)) {
                // Cannot saturate: 2^64 amounts of 2^63 fit.
                *sum = sum.saturating_add(i128::from(more));
            }
        }
        // A programme has at most 64 tiers.
        let tier = u8::try_from(standing.rank()).unwrap_or(u8::MAX);
        Ok(Some(Membership { tier, qualifying: standing.qualifying(), points, expiring }))
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let own = self
            .members
            .iter_mut()
            .chain([&mut self.qualifying_entries, &mut self.redeemable_entries]);
        let more =
            other.members.iter().chain([&other.qualifying_entries, &other.redeemable_entries]);
        for (own, more) in own.zip(more) {
            *own = own.saturating_add(*more);
        }
        for (own, more) in self.sums.iter_mut().flatten().zip(other.sums.iter().flatten()) {
            *own = own.saturating_add(*more);
        }
    }

    pub(crate) fn section(
        &self,
        programme: Option<&Programme>,
        accounts: &[AccountLine],
        as_of: NaiveDate,
    ) -> LoyaltySection {
        let names = programme.map(|programme| {
            let mut rows = Rows::new(programme.tiers().len());
            for line in accounts {
                if let Some(member) = line.membership {
                    rows.count(usize::from(member.tier), line.class);
                }
            }
            let named = programme.tiers().enumerate();
            named.map(|(row, (name, _))| rows.row(row, name.to_owned())).collect()
        });
        let classes = || CLASSES.iter().map(|class| class.name());
        let points = SUMS.iter().zip(self.sums).map(|(&name, sums)| PointsSum {
            name,
            total: sums.iter().fold(0_i128, |sum, one| sum.saturating_add(*one)),
            by_class: classes().zip(sums).collect(),
        });
        LoyaltySection {
            programme: programme.cloned(),
            members: Counted {
                name: "members".into(),
                accounts: self.members.iter().fold(0, |sum: u64, one| sum.saturating_add(*one)),
                by_class: classes().zip(self.members).collect(),
            },
            qualifying_entries: self.qualifying_entries,
            redeemable_entries: self.redeemable_entries,
            tiers: names.unwrap_or_default(),
            expiring_by: expiring_by(as_of),
            points: if programme.is_some() { points.collect() } else { Vec::new() },
        }
    }
}

/// The last day of points that count as expiring.
fn expiring_by(as_of: NaiveDate) -> NaiveDate {
    as_of.checked_add_days(Days::new(EXPIRY_DAYS)).unwrap_or(NaiveDate::MAX)
}
