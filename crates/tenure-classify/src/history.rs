//! What can be seen of a relationship at the day of the question: contracts, purchase days,
//! episodes, liveness.

use chrono::{Days, NaiveDate};
use tenure_model::record::{Contract, Initiator, Interaction, Purchase, Terms};
use tenure_model::{AsOf, PurchaseDays, Relationship, Table};

use crate::context::Context;
use crate::median::RunningMedian;

/// Contracts that commit nobody: they count for nothing.
const NO_ENGAGEMENT: [&str; 2] = ["terms_of_service", "trade_account"];

/// The visible history of one account.
#[derive(Debug)]
pub(crate) struct History<'a> {
    pub(crate) relationship: &'a Relationship,
    pub(crate) as_of: AsOf,
    /// Visible engagement contracts, by start.
    pub(crate) contracts: Vec<&'a Contract>,
    /// What each day came to.
    pub(crate) nets: PurchaseDays,
    /// The purchase days, in order, each once.
    pub(crate) days: Vec<NaiveDate>,
    /// Contracts and purchases are complete.
    pub(crate) sources_complete: bool,
    pub(crate) interactions_complete: bool,
    /// There is commercial activity.
    pub(crate) active: bool,
    pub(crate) live: bool,
    /// A contract or purchase that we cannot see could have opened a newer episode.
    pub(crate) may_have_restarted: bool,
    /// The first commercial day ever.
    pub(crate) first_day: Option<NaiveDate>,
    pub(crate) last_purchase: Option<NaiveDate>,
    pub(crate) episode: Episode,
    pub(crate) rhythm: Rhythm,
}

/// A stretch of business without a long break, and where we look from.
///
/// ```
/// use tenure_classify::{Context, Evidence};
/// use tenure_model::{AccountId, AsOf, Coverage, Relationship, parse_date};
/// let nothing = Relationship::new(AccountId::new("acme")?);
/// let today = parse_date("2025-06-30")?;
/// let evidence = Evidence::of(&nothing, &Context::new(AsOf::new(today), Coverage::complete()));
/// let episode = evidence.episode();
/// assert_eq!((episode.number, episode.opened, episode.anchor), (0, None, today));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Episode {
    /// Which, from 1; 0 where there is none.
    pub number: u32,
    /// The day the episode before it closed; evidence is later than that.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::optional"))]
    pub previous_close: Option<NaiveDate>,
    /// Its first contract start or purchase day.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::optional"))]
    pub opened: Option<NaiveDate>,
    /// The day we look from: the day of the question, or the last one on which the relationship
    /// was live.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::dates::plain"))]
    pub anchor: NaiveDate,
}

/// The account's own rhythm, from its whole history. Gaps are doubled: a median may be a half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rhythm {
    ratio: i64,
    /// Twice the own gap.
    own_gap_halves: i64,
    gaps: usize,
    last_gap: i64,
    /// Twice the median of the gaps before the last one.
    earlier_halves: Option<i64>,
}

impl<'a> History<'a> {
    pub(crate) fn of(relationship: &'a Relationship, context: &Context<'_>) -> Self {
        let as_of = context.as_of;
        let contracts: Vec<&Contract> = relationship
            .contracts()
            .iter()
            .filter(|entry| {
                let contract = &entry.record;
                as_of.sees(contract.start, entry.recorded_at)
                    && contract.signed.is_none_or(|signed| signed <= as_of.day())
                    && !NO_ENGAGEMENT.contains(&contract.kind.as_ref())
            })
            .map(|entry| &entry.record)
            .collect();
        let nets = relationship.purchase_days(as_of);
        let days = nets.dates();
        let complete = |table| context.coverage.is_complete(table);
        let active = !contracts.is_empty() || any_net_total_above_zero(&nets);
        let (mut episode, rhythm, reach) = walk(&contracts, &days, context);
        let sources_complete = complete(Table::Contracts) && complete(Table::Purchases);

        let today = as_of.day();
        let last_purchase = days.last().copied();
        let live = is_live(today, &contracts, last_purchase, &rhythm);
        if active && !live {
            let last_end = contracts.iter().filter_map(|contract| contract.end).max();
            episode.anchor = last_end.max(last_purchase).unwrap_or(today);
        }
        let first_day = contracts.first().map(|contract| contract.start).into_iter();
        Self {
            relationship,
            as_of,
            sources_complete,
            interactions_complete: complete(Table::Interactions),
            active,
            live,
            may_have_restarted: active
                && !live
                && !sources_complete
                && reach.is_none_or(|reach| reach < today),
            first_day: first_day.chain(days.first().copied()).min(),
            last_purchase,
            episode,
            rhythm,
            contracts,
            nets,
            days,
        }
    }

    /// Whether it is live on that day, if nothing more happens.
    pub(crate) fn is_live_on(&self, day: NaiveDate) -> bool {
        is_live(day, &self.contracts, self.last_purchase, &self.rhythm)
    }

    /// The first day on which silence is longer than the usual, if nothing more is bought.
    pub(crate) fn silent_on(&self) -> Option<NaiveDate> {
        later(self.last_purchase?, self.rhythm.reach_days()).succ_opt()
    }

    /// The first day on which no contract is in force any more; `None` where one is open, or there
    /// is none.
    pub(crate) fn free_on(&self) -> Option<NaiveDate> {
        let mut ends = self.contracts.iter().map(|contract| contract.end);
        ends.try_fold(None, |last, end| end.map(|end| Some(end).max(last)))??.succ_opt()
    }

    /// The last day on which an engagement contract began, or was over for the first time.
    pub(crate) fn contracts_changed(&self) -> Option<NaiveDate> {
        let today = self.as_of.day();
        let began = |one: &Contract| one.signed.map_or(one.start, |day| day.max(one.start));
        let over = |one: &Contract| one.end?.succ_opt().filter(|&day| day <= today);
        self.contracts.iter().map(|one| over(one).max(Some(began(one)))).max().flatten()
    }

    /// The days on which the earlier episodes closed, in order.
    pub(crate) fn earlier_closes(&self, context: &Context<'_>) -> Vec<NaiveDate> {
        let mut closes = Vec::new();
        let mut close = self.episode.previous_close;
        while let Some(day) = close {
            closes.push(day);
            // What was walked up to that day opened its episode without what came later.
            let contracts = self.contracts.partition_point(|contract| contract.start <= day);
            let days = self.days.partition_point(|&bought| bought <= day);
            let contracts = self.contracts.get(..contracts).unwrap_or_default();
            let days = self.days.get(..days).unwrap_or_default();
            close = walk(contracts, days, context).0.previous_close;
        }
        closes.reverse();
        closes
    }

    /// Whether that day is evidence of the current episode.
    pub(crate) fn in_episode(&self, day: NaiveDate) -> bool {
        self.episode.previous_close.is_none_or(|close| day > close)
    }

    /// Whether a contract or purchase that we cannot see could bridge the gap before the episode.
    pub(crate) fn is_close_in_doubt(&self) -> bool {
        !self.sources_complete && self.episode.previous_close.is_some()
    }

    /// The engagement contracts of the current episode.
    pub(crate) fn episode_contracts(&self) -> &[&'a Contract] {
        let first = self.contracts.partition_point(|contract| !self.in_episode(contract.start));
        self.contracts.get(first..).unwrap_or_default()
    }

    /// The engagement contracts in force on that day.
    pub(crate) fn in_force(&self, day: NaiveDate) -> impl Iterator<Item = &'a Contract> {
        self.contracts.iter().copied().filter(move |contract| contract.in_force(day))
    }

    /// The visible positive amounts on purchase days.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &'a Purchase> {
        let as_of = self.as_of;
        let purchases = self.relationship.purchases().iter();
        purchases
            .filter(move |entry| as_of.sees(entry.record.date, entry.recorded_at))
            .map(|entry| &entry.record)
            .filter(|line| line.minor().units() > 0 && self.days.binary_search(&line.date).is_ok())
    }

    /// The visible interactions, by date.
    pub(crate) fn interactions(&self) -> impl DoubleEndedIterator<Item = &'a Interaction> {
        let as_of = self.as_of;
        self.relationship
            .interactions()
            .iter()
            .filter(move |entry| as_of.sees(entry.record.date, entry.recorded_at))
            .map(|entry| &entry.record)
    }

    /// The last personal interaction that no machine began.
    pub(crate) fn last_personal_contact(&self) -> Option<NaiveDate> {
        let personal = |one: &&Interaction| one.personal && one.initiator != Initiator::Automated;
        self.interactions().rev().find(personal).map(|one| one.date)
    }

    /// The earliest start of the negotiated contracts in force on that day.
    pub(crate) fn negotiated_since(&self, day: NaiveDate) -> Option<NaiveDate> {
        let mut in_force = self.in_force(day);
        in_force.find(|contract| contract.terms == Terms::Negotiated).map(|contract| contract.start)
    }

    /// Back after a silence of several own gaps.
    pub(crate) fn is_back(&self) -> bool {
        self.rhythm.last_gap_was_silence()
    }
}

impl Rhythm {
    /// Whether so many days of silence are within the usual.
    fn reaches(&self, silence: i64) -> bool {
        silence.saturating_mul(2) <= self.ratio.saturating_mul(self.own_gap_halves)
    }

    /// How many days of silence are within the usual.
    const fn reach_days(&self) -> i64 {
        self.ratio.saturating_mul(self.own_gap_halves).div_euclid(2)
    }

    fn last_gap_was_silence(&self) -> bool {
        self.gaps >= 3
            && self.earlier_halves.is_some_and(|halves| {
                self.last_gap.saturating_mul(2) > self.ratio.saturating_mul(halves)
            })
    }
}

fn is_live(
    today: NaiveDate,
    contracts: &[&Contract],
    last_purchase: Option<NaiveDate>,
    rhythm: &Rhythm,
) -> bool {
    contracts.iter().any(|contract| contract.in_force(today))
        || last_purchase.is_some_and(|day| rhythm.reaches(age(today, day)))
}

pub(crate) fn age(today: NaiveDate, day: NaiveDate) -> i64 {
    today.signed_duration_since(day).num_days()
}

/// Nets come by day, then currency: totals are kept in a short list of currencies.
fn any_net_total_above_zero(nets: &PurchaseDays) -> bool {
    let mut totals: Vec<(tenure_model::Currency, i128)> = Vec::new();
    for day in nets.nets() {
        match totals.iter_mut().find(|(currency, _)| *currency == day.currency) {
            Some((_, total)) => *total = total.saturating_add(day.net),
            None => totals.push((day.currency, day.net)),
        }
    }
    totals.iter().any(|&(_, total)| total > 0)
}

/// So many days after that day, or the end of the calendar.
pub(crate) fn later(day: NaiveDate, days: i64) -> NaiveDate {
    let days = Days::new(u64::try_from(days).unwrap_or(0));
    day.checked_add_days(days).unwrap_or(NaiveDate::MAX)
}

/// Walks contract starts and purchase days in date order, contracts first on one day; the last
/// value is how far what was walked holds the episode together.
fn walk(
    contracts: &[&Contract],
    days: &[NaiveDate],
    context: &Context<'_>,
) -> (Episode, Rhythm, Option<NaiveDate>) {
    let parts = context.rules.parts();
    let grace = i64::from(parts.episode_grace_days);
    let ratio = i64::from(parts.dormant_ratio);
    let default_halves = i64::from(parts.default_gap_days).saturating_mul(2);
    let mut episode =
        Episode { number: 0, previous_close: None, opened: None, anchor: context.as_of.day() };
    let mut rhythm = Rhythm {
        ratio,
        own_gap_halves: default_halves,
        gaps: 0,
        last_gap: 0,
        earlier_halves: None,
    };
    let mut median = RunningMedian::default();
    let mut last_purchase: Option<NaiveDate> = None;
    let mut last_end: Option<NaiveDate> = None;
    let mut reach: Option<NaiveDate> = None;
    let mut purchase_reach: Option<NaiveDate> = None;

    let (mut contracts, mut days) = (contracts.iter().peekable(), days.iter().peekable());
    loop {
        let contract = match (contracts.peek(), days.peek()) {
            (Some(contract), Some(day)) if contract.start <= **day => contracts.next(),
            (Some(_), None) => contracts.next(),
            _ => None,
        };
        let Some(date) = contract.map(|one| one.start).or_else(|| days.next().copied()) else {
            break;
        };
        if episode.opened.is_none() || reach.max(purchase_reach).is_some_and(|end| date > end) {
            episode.number = episode.number.saturating_add(1);
            episode.previous_close = last_end.max(last_purchase);
            episode.opened = Some(date);
        }
        if let Some(contract) = contract {
            let end = contract.end.map_or(NaiveDate::MAX, |end| later(end, grace));
            reach = reach.max(Some(end));
            last_end = last_end.max(contract.end);
        } else {
            if let Some(before) = last_purchase {
                rhythm.earlier_halves = median.halves();
                rhythm.last_gap = age(date, before);
                rhythm.gaps = rhythm.gaps.saturating_add(1);
                median.push(rhythm.last_gap);
                if rhythm.gaps >= 2 {
                    rhythm.own_gap_halves = median.halves().unwrap_or(default_halves);
                }
            }
            last_purchase = Some(date);
            purchase_reach = Some(later(date, rhythm.reach_days()));
        }
    }
    (episode, rhythm, reach.max(purchase_reach))
}
