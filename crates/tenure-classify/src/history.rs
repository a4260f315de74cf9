//! What can be seen of a relationship at the day of the question: contracts, purchase days,
//! episodes, liveness.

use chrono::{Datelike, Days, NaiveDate};
use tenure_model::record::{Contract, Initiator, Interaction, Terms};
use tenure_model::{AsOf, Currency, PurchaseDay, PurchaseDays, Relationship, Table};

use crate::context::Context;
use crate::median::RunningMedian;

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
    /// It did business, and is not live any more.
    pub(crate) over: bool,
    /// A contract or purchase that we cannot see could have opened a newer episode.
    pub(crate) may_have_restarted: bool,
    /// The first commercial day ever.
    pub(crate) first_day: Option<NaiveDate>,
    pub(crate) last_purchase: Option<NaiveDate>,
    pub(crate) episode: Episode,
    /// Not worked out where an open contract in force answers for today and every day to come.
    rhythm: Option<Rhythm>,
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
                    && contract.is_engagement();
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
        let mut walk = Walk::new(context, gaps);
        walk.along(all(), days);
        let mut episode = walk.episode;
        let sources_complete = complete(Table::Contracts) && complete(Table::Purchases);

        let today = as_of.day();
        let last_purchase = days.last().copied();
        let mut in_force = all().filter(|contract| contract.in_force(today)).peekable();
        let contracted = in_force.peek().is_some();
        let open = in_force.any(|contract| contract.end.is_none());
        let rhythm = (!open).then(|| walk.rhythm());
        let live = contracted || is_within_rhythm(today, last_purchase, rhythm.as_ref());
        let over = active && !live;
        if over {
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
            over,
            may_have_restarted: over && !sources_complete && walk.is_beyond(number(today)),
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
        self.contracts().any(|contract| contract.in_force(day))
            || is_within_rhythm(day, self.last_purchase, self.rhythm.as_ref())
    }

    /// The first day on which silence is longer than the usual and matters, if nothing more is
    /// bought.
    pub(crate) fn silent_on(&self) -> Option<NaiveDate> {
        later(self.last_purchase?, self.rhythm.as_ref()?.reach_days()).succ_opt()
    }

    /// The first day on which no contract is in force any more; `None` where one is open, or there
    /// is none.
    pub(crate) fn free_on(&self) -> Option<NaiveDate> {
        let mut ends = self.contracts().map(|contract| contract.end);
        ends.try_fold(None, |last, end| end.map(|end| Some(end).max(last)))??.succ_opt()
    }

    /// The last day on which an engagement contract began, or was over for the first time.
    pub(crate) fn contracts_changed(&self) -> Option<NaiveDate> {
        let today = self.as_of.day();
        let began = |one: &Contract| one.signed.map_or(one.start, |day| day.max(one.start));
        let over = |one: &Contract| one.end?.succ_opt().filter(|&day| day <= today);
        self.contracts().map(|one| over(one).max(Some(began(one)))).max().flatten()
    }

    /// The days on which the earlier episodes closed, in order.
    pub(crate) fn earlier_closes(&self, context: &Context<'_>) -> Vec<NaiveDate> {
        let (mut closes, mut gaps) = (Vec::new(), RunningMedian::default());
        let mut close = self.episode.previous_close;
        while let Some(day) = close {
            closes.push(day);
            // What was walked up to that day opened its episode without what came later.
            let contracts = self.contracts().take_while(|contract| contract.start <= day);
            let days = self.days.partition_point(|&bought| bought <= day);
            let mut walk = Walk::new(context, &mut gaps);
            walk.along(contracts, self.days.get(..days).unwrap_or_default());
            close = walk.episode.previous_close;
        }
        closes.reverse();
        closes
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
        self.rhythm.as_ref().is_some_and(Rhythm::last_gap_was_silence)
    }
}

impl Rhythm {
    /// Whether so many days of silence are within the usual.
    fn reaches(&self, silence: i64) -> bool {
        silence.saturating_mul(2) <= self.ratio.saturating_mul(self.own_gap_halves)
    }

    /// How many days of silence are within the usual.
    const fn reach_days(&self) -> i64 {
        reach_days(self.ratio, self.own_gap_halves)
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

const fn reach_days(ratio: i64, own_gap_halves: i64) -> i64 {
    ratio.saturating_mul(own_gap_halves).div_euclid(2)
}

/// Whether the silence since the last purchase is within the account's rhythm.
fn is_within_rhythm(
    today: NaiveDate,
    last_purchase: Option<NaiveDate>,
    rhythm: Option<&Rhythm>,
) -> bool {
    last_purchase.zip(rhythm).is_some_and(|(day, rhythm)| rhythm.reaches(age(today, day)))
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

/// A walk along contract starts and purchase days in date order, contracts first on one day.
struct Walk<'m> {
    grace: i64,
    ratio: i64,
    default_halves: i64,
    gaps: &'m mut RunningMedian,
    episode: Episode,
    last_purchase: Option<(NaiveDate, i64)>,
    last_end: Option<NaiveDate>,
    /// The furthest that a contract reaches so far.
    reach: Option<i64>,
}

impl<'m> Walk<'m> {
    fn new(context: &Context<'_>, gaps: &'m mut RunningMedian) -> Self {
        gaps.clear();
        let parts = context.rules.parts();
        Self {
            grace: i64::from(parts.episode_grace_days),
            ratio: i64::from(parts.dormant_ratio),
            default_halves: i64::from(parts.default_gap_days).saturating_mul(2),
            gaps,
            episode: Episode {
                number: 0,
                previous_close: None,
                opened: None,
                anchor: context.as_of.day(),
            },
            last_purchase: None,
            last_end: None,
            reach: None,
        }
    }

    fn along<'a>(&mut self, contracts: impl Iterator<Item = &'a Contract>, days: &[NaiveDate]) {
        let mut days = days;
        for contract in contracts {
            while let Some((&day, later)) = days.split_first()
                && day.cmp(&contract.start).is_lt()
            {
                self.purchase(day);
                days = later;
            }
            self.contract(contract);
        }
        for &day in days {
            self.purchase(day);
        }
    }

    /// Something commercial of that day: a new episode where it lies beyond both reaches.
    fn visit(&mut self, date: NaiveDate, day: i64) {
        if self.is_beyond(day) {
            self.episode.number = self.episode.number.saturating_add(1);
            self.episode.previous_close = self.last_end.max(self.last_purchase.map(|last| last.0));
            self.episode.opened = Some(date);
        }
    }

    /// Whether what was walked so far does not hold the episode together up to that day.
    fn is_beyond(&mut self, day: i64) -> bool {
        // The contracts first: only where they do not reach is the account's rhythm asked for.
        self.reach.is_none_or(|reach| day > reach)
            && self.last_purchase.is_none_or(|(_, last)| {
                let reach_days = reach_days(self.ratio, self.own_gap_halves());
                day > last.saturating_add(reach_days)
            })
    }

    fn contract(&mut self, contract: &Contract) {
        self.visit(contract.start, number(contract.start));
        let end = contract.end.map_or(i64::MAX, |end| number(end).saturating_add(self.grace));
        self.reach = self.reach.max(Some(end));
        self.last_end = self.last_end.max(contract.end);
    }

    fn purchase(&mut self, date: NaiveDate) {
        let day = number(date);
        self.visit(date, day);
        if let Some((_, before)) = self.last_purchase {
            self.gaps.push(day.saturating_sub(before));
        }
        self.last_purchase = Some((date, day));
    }

    /// Twice the median of two gaps or more, else of the default.
    fn own_gap_halves(&mut self) -> i64 {
        let known = if self.gaps.values().len() >= 2 { self.gaps.halves() } else { None };
        known.unwrap_or(self.default_halves)
    }

    fn rhythm(&mut self) -> Rhythm {
        let gaps = self.gaps.values();
        Rhythm {
            ratio: self.ratio,
            gaps: gaps.len(),
            last_gap: gaps.last().copied().unwrap_or(0),
            own_gap_halves: self.own_gap_halves(),
            earlier_halves: self.gaps.earlier_halves(),
        }
    }
}
