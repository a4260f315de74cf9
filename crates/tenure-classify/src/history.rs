//! What can be seen of a relationship at the day of the question: contracts, purchase days,
//! episodes, liveness.

use chrono::{Datelike, Days, NaiveDate};
use tenure_model::record::{Contract, Initiator, Interaction, Terms};
use tenure_model::{AsOf, Currency, PurchaseDay, PurchaseDays, Relationship, Table};

use crate::context::Context;
use crate::median::RunningMedian;

/// Whether a contract of that kind commits anybody; the others count for nothing.
fn is_engagement(kind: &str) -> bool {
    !matches!(kind, "terms_of_service" | "trade_account")
}

/// Room for what is worked out on the way, kept from one account to the next.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    contracts: Vec<usize>,
    nets: PurchaseDays,
    totals: Vec<(Currency, i128)>,
    days: Vec<NaiveDate>,
    gaps: RunningMedian,
}

/// The visible history of one account.
#[derive(Debug)]
pub(crate) struct History<'a> {
    pub(crate) relationship: &'a Relationship,
    pub(crate) as_of: AsOf,
    /// The places of the visible engagement contracts, by start.
    contracts: &'a [usize],
    /// What each day came to.
    pub(crate) nets: &'a [PurchaseDay],
    /// The purchase days, in order, each once.
    pub(crate) days: &'a [NaiveDate],
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
    pub(crate) fn of(
        relationship: &'a Relationship,
        context: &Context<'_>,
        buffers: &'a mut Buffers,
    ) -> Self {
        let as_of = context.as_of;
        let Buffers { contracts, nets, totals, days, gaps } = buffers;
        contracts.clear();
        contracts.extend(relationship.contracts().iter().enumerate().filter_map(
            |(place, entry)| {
                let contract = &entry.record;
                let visible = as_of.sees(contract.start, entry.recorded_at)
                    && contract.signed.is_none_or(|signed| signed <= as_of.day())
                    && is_engagement(&contract.kind);
                visible.then_some(place)
            },
        ));
        relationship.purchase_days_into(as_of, nets);
        days.clear();
        days.extend(nets.days());
        let (contracts, nets, days): (&'a [usize], _, &'a [_]) = (contracts, nets.nets(), days);
        let all = || engagements(relationship, contracts);

        let complete = |table| context.coverage.is_complete(table);
        let active = !contracts.is_empty() || any_net_total_above_zero(nets, totals);
        let (mut episode, rhythm, reach) = walk(all(), days, gaps, context);
        let sources_complete = complete(Table::Contracts) && complete(Table::Purchases);

        let today = as_of.day();
        let last_purchase = days.last().copied();
        let live = is_live(today, all(), last_purchase, &rhythm);
        if active && !live {
            let last_end = all().filter_map(|contract| contract.end).max();
            episode.anchor = last_end.max(last_purchase).unwrap_or(today);
        }
        let first_day = all().next().map(|contract| contract.start).into_iter();
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
                && reach.is_none_or(|reach| reach < number(today)),
            first_day: first_day.chain(days.first().copied()).min(),
            last_purchase,
            episode,
            rhythm,
            contracts,
            nets,
            days,
        }
    }

    /// The visible engagement contracts, by start.
    pub(crate) fn contracts(&self) -> impl Iterator<Item = &'a Contract> + Clone {
        engagements(self.relationship, self.contracts)
    }

    /// Whether it is live on that day, if nothing more happens.
    pub(crate) fn is_live_on(&self, day: NaiveDate) -> bool {
        is_live(day, self.contracts(), self.last_purchase, &self.rhythm)
    }

    /// The first days on which silence, or the end of a contract, could change something.
    pub(crate) fn turning_days(&self) -> Vec<NaiveDate> {
        let ends = self.contracts().filter_map(|contract| contract.end);
        let silence = self.last_purchase.map(|day| later(day, self.rhythm.reach_days()));
        ends.chain(silence).map(|last| later(last, 1)).collect()
    }

    /// Whether a contract or purchase that we cannot see could bridge the gap before the episode.
    pub(crate) fn is_close_in_doubt(&self) -> bool {
        !self.sources_complete && self.episode.previous_close.is_some()
    }

    /// The engagement contracts of the current episode.
    pub(crate) fn episode_contracts(&self) -> impl Iterator<Item = &'a Contract> {
        let close = self.episode.previous_close;
        self.contracts().filter(move |contract| close.is_none_or(|close| contract.start > close))
    }

    /// The engagement contracts in force on that day.
    pub(crate) fn in_force(&self, day: NaiveDate) -> impl Iterator<Item = &'a Contract> {
        self.contracts().filter(move |contract| contract.in_force(day))
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

/// The contracts at these places.
fn engagements<'a>(
    relationship: &'a Relationship,
    places: &'a [usize],
) -> impl Iterator<Item = &'a Contract> + Clone {
    let all = relationship.contracts();
    places.iter().filter_map(|&place| all.get(place)).map(|entry| &entry.record)
}

fn is_live<'a>(
    today: NaiveDate,
    mut contracts: impl Iterator<Item = &'a Contract>,
    last_purchase: Option<NaiveDate>,
    rhythm: &Rhythm,
) -> bool {
    contracts.any(|contract| contract.in_force(today))
        || last_purchase.is_some_and(|day| rhythm.reaches(age(today, day)))
}

/// The number of a day: differences of numbers are days.
pub(crate) fn number(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce())
}

pub(crate) fn age(today: NaiveDate, day: NaiveDate) -> i64 {
    number(today).saturating_sub(number(day))
}

/// Nets come by day, then currency: totals are kept in a short list of currencies.
fn any_net_total_above_zero(nets: &[PurchaseDay], totals: &mut Vec<(Currency, i128)>) -> bool {
    totals.clear();
    for day in nets {
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
/// value is the number of the day up to which what was walked holds the episode together.
fn walk<'a>(
    contracts: impl Iterator<Item = &'a Contract>,
    days: &[NaiveDate],
    gaps: &mut RunningMedian,
    context: &Context<'_>,
) -> (Episode, Rhythm, Option<i64>) {
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
    gaps.clear();
    let mut last_purchase: Option<(NaiveDate, i64)> = None;
    let mut last_end: Option<NaiveDate> = None;
    // Of contracts the furthest so far; of purchases the last one's.
    let (mut reach, mut purchase_reach): (Option<i64>, Option<i64>) = (None, None);

    let (mut contracts, mut days) = (contracts.peekable(), days.iter().copied().peekable());
    loop {
        let contract = match (contracts.peek(), days.peek()) {
            (Some(contract), Some(&day)) if contract.start <= day => contracts.next(),
            (Some(_), None) => contracts.next(),
            _ => None,
        };
        let Some(date) = contract.map(|one| one.start).or_else(|| days.next()) else { break };
        let day = number(date);
        if episode.opened.is_none() || reach.max(purchase_reach).is_some_and(|end| day > end) {
            episode.number = episode.number.saturating_add(1);
            episode.previous_close = last_end.max(last_purchase.map(|(date, _)| date));
            episode.opened = Some(date);
        }
        if let Some(contract) = contract {
            let end = contract.end.map_or(i64::MAX, |end| number(end).saturating_add(grace));
            reach = reach.max(Some(end));
            last_end = last_end.max(contract.end);
        } else {
            if let Some((_, before)) = last_purchase {
                rhythm.earlier_halves = gaps.halves();
                rhythm.last_gap = day.saturating_sub(before);
                rhythm.gaps = rhythm.gaps.saturating_add(1);
                gaps.push(rhythm.last_gap);
                if rhythm.gaps >= 2 {
                    rhythm.own_gap_halves = gaps.halves().unwrap_or(default_halves);
                }
            }
            last_purchase = Some((date, day));
            purchase_reach = Some(day.saturating_add(rhythm.reach_days()));
        }
    }
    (episode, rhythm, reach.max(purchase_reach))
}
