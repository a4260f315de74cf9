//! The fast way: a log of finished monthly amounts, a row a change, summed without a ledger an
//! account.

use tenure_model::record::{SubscriptionChange, SubscriptionEvent};
use tenure_model::{Instant, Minor, Money, Month};
use tenure_stats::SurvivalCount;

use crate::cohort::CohortRow;
use crate::definition::{LatePolicy, NegativePolicy};
use crate::error::{LogError, StateError};
use crate::plan::{RevenuePlan, span};
use crate::retention::WindowSums;
use crate::state::{MonthSums, RevenueState, Sums};
use crate::waterfall::{Logos, MovementCounts, MovementLines, Waterfall};

/// Seconds of 24 hours, and of the longest stretch in which no two months begin.
const DAY: i64 = 86_400;
const SECONDS_OF_DAY: usize = 86_400;

/// From an instant on, a subscription is worth so much a month: a row of a [`RevenueLog`], 24 bytes.
///
/// ```
/// use tenure_revenue::LogEvent;
/// let event = LogEvent { account: 7, subscription: 0, at: 1_704_412_800, monthly: 10_000 };
/// assert_eq!(size_of_val(&event), 24);
/// ```
#[expect(clippy::exhaustive_structs, reason = "a row of a log, as wide as it may be")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEvent {
    /// Whose.
    pub account: u32,
    /// Which subscription of the account.
    pub subscription: u32,
    /// When it takes effect: seconds since 1970 (UTC).
    pub at: i64,
    /// The amount a month, minor units of the reporting currency; 0 ends the subscription.
    pub monthly: i64,
}

/// A log of monthly amounts, rows in any order; ties in one instant by row.
///
/// Each row is a `set` in the reporting currency; for prices, trials, pauses or foreign currencies
/// see [`RevenuePlan::account`]. Both give the same state to the last cell.
///
/// *Shape*: 24 bytes a row in; [`RevenueLog::group`] sorts by account (linear where ids are dense)
/// and by instant within it.
///
/// ```
/// use tenure_model::{Currency, Month};
/// use tenure_revenue::{LogEvent, RevenueDefinition, RevenueLog, RevenuePlan};
///
/// let (a, b) = (Month::parse("2024-01")?, Month::parse("2024-02")?);
/// let plan = RevenuePlan::new(RevenueDefinition::new(Currency::new("USD")?), a, b)?
///     .with_window(a, b)?;
/// let mut log = RevenueLog::new(None);
/// // 2024-01-05: 100 a month; 2024-02-10: 75.
/// log.push(LogEvent { account: 1, subscription: 0, at: 1_707_523_200, monthly: 7_500 }, None)?;
/// log.push(LogEvent { account: 1, subscription: 0, at: 1_704_412_800, monthly: 10_000 }, None)?;
/// let state = log.group().state(&plan)?;
/// assert_eq!(state.net(b).ok_or("not reported")?.lines().contraction, 2_500);
/// let retention = state.retention(a, b).ok_or("not asked")?;
/// assert_eq!(retention.nrr_point_to_point().ok_or("no base")?.to_decimal(2), "0.75");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueLog {
    known_by: Option<Instant>,
    /// The last second that is known.
    known: i64,
    /// By the last bits of the account: one sort of all rows would wait for memory at every row.
    shelves: Vec<Vec<LogEvent>>,
    /// The earliest second of a row; after the calendar where there is none.
    earliest: i64,
    unknown: u64,
}

/// How many shelves the rows of a log lie on: a power of 2.
const SHELVES: usize = 256;

/// The first and the last second of the calendar: years 0001 to 9999.
const FIRST_SECOND: i64 = -62_135_596_800;
const LAST_SECOND: i64 = 253_402_300_799;

impl RevenueLog {
    /// An empty log that leaves out what was recorded after `known_by`.
    #[must_use]
    pub fn new(known_by: Option<Instant>) -> Self {
        let known = known_by.map_or(LAST_SECOND, |by| by.micros().div_euclid(1_000_000));
        Self { known_by, known, shelves: vec![Vec::new(); SHELVES], earliest: i64::MAX, unknown: 0 }
    }

    /// Makes room for about so many more rows, which saves moving them as they come; they may be more
    /// or fewer.
    pub fn reserve(&mut self, rows: usize) {
        let each = rows.wrapping_div(SHELVES);
        for shelf in &mut self.shelves {
            shelf.reserve(each.saturating_add(each.wrapping_div(8)));
        }
    }

    /// Adds a row; `recorded_at` in seconds since 1970 (UTC), `None` is always known.
    ///
    /// # Errors
    /// An instant outside the years 0001 to 9999; the log is then as it was.
    #[inline]
    pub fn push(&mut self, event: LogEvent, recorded_at: Option<i64>) -> Result<(), LogError> {
        let recorded = recorded_at.unwrap_or(FIRST_SECOND);
        for found in [event.at, recorded] {
            if !(FIRST_SECOND..=LAST_SECOND).contains(&found) {
                return Err(LogError::OutOfCalendar { found });
            }
        }
        if recorded > self.known {
            self.unknown = self.unknown.saturating_add(1);
        } else if let Some(shelf) = self.shelves.get_mut(index(event.account) % SHELVES) {
            self.earliest = self.earliest.min(event.at);
            shelf.push(event);
        }
        Ok(())
    }

    /// How many rows were known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shelves.iter().fold(0, |sum, shelf| sum.saturating_add(shelf.len()))
    }

    /// Whether no row was known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.earliest == i64::MAX
    }

    /// How many rows were left out: recorded after `known_by`.
    #[must_use]
    pub const fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Brings the rows of each account together, in order of instant, then of row.
    #[must_use]
    pub fn group(self) -> GroupedLog {
        let mut shelves = self.shelves;
        let mut room = Sorting::default();
        for shelf in &mut shelves {
            room.by_account(shelf);
            for rows in shelf.chunk_by_mut(|left, right| left.account == right.account) {
                if !rows.is_sorted_by_key(|event| event.at) {
                    rows.sort_by_key(|event| event.at);
                }
            }
        }
        let earliest = Some(self.earliest).filter(|&at| at <= LAST_SECOND);
        GroupedLog { known_by: self.known_by, shelves, earliest }
    }
}

/// Room to sort a shelf in.
#[derive(Default)]
struct Sorting {
    places: Vec<usize>,
    sorted: Vec<LogEvent>,
}

impl Sorting {
    /// Sorted by account, rows of one in their order: by counting where ids are dense.
    fn by_account(&mut self, shelf: &mut Vec<LogEvent>) {
        let key = |event: &LogEvent| index(event.account).wrapping_div(SHELVES);
        let highest = shelf.iter().map(key).max().unwrap_or_default();
        let Some(&filler) = shelf.first() else { return };
        if highest > shelf.len().saturating_mul(4) {
            shelf.sort_by_key(|event| event.account);
            return;
        }
        self.places.clear();
        self.places.resize(highest.saturating_add(2), 0);
        for event in &*shelf {
            if let Some(count) = self.places.get_mut(key(event).wrapping_add(1)) {
                *count = count.wrapping_add(1);
            }
        }
        let mut sum = 0_usize;
        for place in &mut self.places {
            sum = sum.wrapping_add(*place);
            *place = sum;
        }
        self.sorted.clear();
        self.sorted.resize(shelf.len(), filler);
        for event in &*shelf {
            if let Some(place) = self.places.get_mut(key(event)) {
                if let Some(slot) = self.sorted.get_mut(*place) {
                    *slot = *event;
                }
                *place = place.wrapping_add(1);
            }
        }
        shelf.copy_from_slice(&self.sorted);
    }
}

/// A `u32` as a place; every platform with this much memory has 32 bits of them.
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The rows of a [`RevenueLog`], account by account. Made by [`RevenueLog::group`].
///
/// ```
/// use tenure_revenue::RevenueLog;
/// assert_eq!(RevenueLog::new(None).group().accounts().count(), 0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupedLog {
    known_by: Option<Instant>,
    shelves: Vec<Vec<LogEvent>>,
    earliest: Option<i64>,
}

impl GroupedLog {
    /// The rows of each account, in order of instant, then of row; accounts in no special order.
    pub fn accounts(&self) -> impl Iterator<Item = &[LogEvent]> {
        let same = |left: &LogEvent, right: &LogEvent| left.account == right.account;
        self.shelves.iter().flat_map(move |shelf| shelf.chunk_by(same))
    }

    /// The sums over all accounts: what [`RevenueState::push`] of every account's
    /// [`RevenuePlan::account`] comes to.
    ///
    /// *Cost*: one pass over an account's rows to the closes that differ from the one before, one
    /// over these to classes and all lags. Nothing is allocated for a row or an account, and memory
    /// beyond the rows does not grow with accounts.
    ///
    /// # Errors
    /// Another `known_by` than the log's, a plan that posts late rows when recorded (a row does not
    /// keep when it was), a row more than [`RevenuePlan::MAX_MONTHS`] before the last month, an
    /// account whose amounts do not fit.
    pub fn state(&self, plan: &RevenuePlan) -> Result<RevenueState, LogError> {
        let definition = plan.definition();
        if definition.known_by != self.known_by {
            return Err(LogError::KnownBy { log: self.known_by, plan: definition.known_by });
        }
        if definition.late != LatePolicy::Restate {
            return Err(LogError::Late);
        }
        let mut sums = Columns::new(plan, self.earliest)?;
        for rows in self.accounts() {
            sums.account(rows)?;
        }
        sums.finish()
    }
}

/// A close that differs from the one before.
#[derive(Debug, Clone, Copy)]
struct Run {
    month: usize,
    value: i64,
    /// Whether a return in this month is after the window for returns.
    outlasted: bool,
}

/// Cells of sums. They grow in 64 bits, where that is known to be enough, and are emptied into 128
/// before it is not.
struct Grid<const N: usize> {
    narrow: Vec<[i64; N]>,
    wide: Vec<[i128; N]>,
}

impl<const N: usize> Grid<N> {
    fn new(length: usize) -> Self {
        Self { narrow: vec![[0; N]; length], wide: vec![[0; N]; length] }
    }

    /// Adds to a cell.
    #[inline]
    fn add(&mut self, place: usize, amounts: [i64; N]) {
        if let Some(cell) = self.narrow.get_mut(place) {
            for (sum, amount) in cell.iter_mut().zip(amounts) {
                // Below the limit of `Columns::load`.
                *sum = sum.wrapping_add(amount);
            }
        }
    }

    fn empty(&mut self) {
        for (wide, narrow) in self.wide.iter_mut().zip(&mut self.narrow) {
            for (wide, narrow) in wide.iter_mut().zip(narrow) {
                // Fewer than 2^64 sums of 64 bits.
                *wide = wide.wrapping_add(i128::from(std::mem::take(narrow)));
            }
        }
    }
}

/// Places of a month's cell: balances as differences to the month before; then what moved, by class,
/// and how often an account became paying, again paying, or no longer.
const WORTH: usize = 0;
const POSITIVE: usize = 1;
const PAYING: usize = 2;
const NET: usize = 3;
const GROSS: usize = 12;
const MONTH_CELL: usize = 21;
/// Places of the classes, and of the counts, after `NET` and `GROSS`.
const NEW: usize = 0;
const EXPANSION: usize = 1;
const CONTRACTION: usize = 2;
const CHURN: usize = 3;
const REACTIVATION: usize = 4;
const ADJUSTMENT: usize = 5;
const COUNT_NEW: usize = 6;
const COUNT_BACK: usize = 7;
const COUNT_GONE: usize = 8;

/// Places of a window's cell, by the month it ends in, as differences to the month before: the
/// fields of [`WindowSums`].
const WINDOW_CELL: usize = 8;

/// An account worth `base` at the start and `closing` at the end of a window, `lowest` on the way.
#[inline]
fn kept(base: i64, closing: i64, lowest: i64) -> [i64; WINDOW_CELL] {
    if base <= 0 {
        return [0; WINDOW_CELL];
    }
    let continuous = lowest > 0;
    [
        1,
        base,
        closing,
        if continuous { closing } else { 0 },
        base.min(closing.max(0)),
        lowest.max(0),
        i64::from(closing > 0),
        i64::from(continuous),
    ]
}

/// The sums, by month from the first a row lies in to the last reported.
struct Columns<'p> {
    plan: &'p RevenuePlan,
    floor: bool,
    /// Whole days a return may take; `None` is any.
    window: Option<i64>,
    first: Month,
    /// First instants of the months, and of the one after the last.
    starts: Vec<i64>,
    /// By day since the first month: the month it begins in.
    days: Vec<usize>,
    months: Grid<MONTH_CELL>,
    /// By length of windows.
    lags: Vec<(usize, Grid<WINDOW_CELL>)>,
    /// By month of birth, then age: revenue, revenue capped at birth, accounts, as differences to
    /// the age before.
    cohorts: Vec<Grid<3>>,
    /// By length: ended and going.
    spells: Vec<(u64, u64)>,
    accounts: u64,
    /// No cell holds more than this.
    load: u64,
    /// Accounts too large for cells of 64 bits, summed the long way.
    large: Option<RevenueState>,
    /// Kept from account to account for their memory.
    runs: Vec<Run>,
    standing: Vec<(u32, i64)>,
}

/// What an account may add to a cell, at most, to be summed in 64 bits; and all since they were
/// last emptied.
const LARGE: u64 = 1 << 60;
const FULL: u64 = 1 << 61;

impl<'p> Columns<'p> {
    fn new(plan: &'p RevenuePlan, earliest: Option<i64>) -> Result<Self, LogError> {
        let definition = plan.definition();
        let mut first = plan.opening_month();
        if let Some(at) = earliest {
            let outside = LogError::OutOfCalendar { found: at };
            let at = at.checked_mul(1_000_000).and_then(Instant::from_micros);
            let Some(at) = at else { return Err(outside) };
            let Some(month) = Month::of(definition.zone.date_of(at)) else { return Err(outside) };
            let (last, max) = (plan.last(), RevenuePlan::MAX_MONTHS);
            if span(month, last) >= max {
                return Err(LogError::TooEarly { at, last, max });
            }
            first = first.min(month);
        }
        let length = span(first, plan.last()).saturating_add(1);
        let outside = || LogError::OutOfCalendar { found: FIRST_SECOND };
        let mut starts = Vec::with_capacity(length.saturating_add(1));
        let mut month = first;
        for _ in 0..=length {
            starts.push(plan.start(month).ok_or_else(outside)?.div_euclid(1_000_000));
            month = month.plus(1).ok_or_else(outside)?;
        }
        let mut days = Vec::new();
        if let (Some(&from), Some(&to)) = (starts.first(), starts.last()) {
            let (mut at, mut month) = (from, 0_usize);
            while at < to {
                while starts.get(month.saturating_add(1)).is_some_and(|&next| next <= at) {
                    month = month.saturating_add(1);
                }
                days.push(month);
                at = at.saturating_add(DAY);
            }
        }
        let mut lags: Vec<usize> = plan.windows().iter().map(|&(a, b)| span(a, b)).collect();
        lags.sort_unstable();
        lags.dedup();
        Ok(Self {
            plan,
            floor: definition.negative == NegativePolicy::Floor,
            window: definition.reactivation_window_days.map(i64::from),
            first,
            starts,
            days,
            months: Grid::new(length),
            lags: lags.into_iter().map(|lag| (lag, Grid::new(length))).collect(),
            cohorts: (0..length).map(|born| Grid::new(length.saturating_sub(born))).collect(),
            spells: vec![(0, 0); length],
            accounts: 0,
            load: 0,
            large: None,
            runs: Vec::new(),
            standing: Vec::new(),
        })
    }

    /// The month of an instant; `None` after the last.
    #[inline]
    fn month_of(&self, at: i64) -> Option<usize> {
        let from = self.starts.first()?;
        let day = usize::try_from(at.wrapping_sub(*from)).ok()?.wrapping_div(SECONDS_OF_DAY);
        let month = *self.days.get(day)?;
        let next = month.wrapping_add(1);
        // A month begins at most once within 24 hours.
        let begun = self.starts.get(next).is_some_and(|&start| start <= at);
        Some(if begun { next } else { month })
    }

    /// Adds the rows of one account.
    fn account(&mut self, rows: &[LogEvent]) -> Result<(), LogError> {
        // An account is worth at most all its amounts together, and changes at most once a row.
        let most = rows.iter().fold(0, |most: u64, row| most.max(row.monthly.unsigned_abs()));
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let load = most.saturating_mul(count).saturating_mul(count).saturating_mul(2);
        if load >= LARGE {
            return self.long_way(rows);
        }
        self.load = self.load.saturating_add(load.max(1));
        if self.load >= FULL {
            self.empty();
            self.load = load;
        }
        self.accounts = self.accounts.wrapping_add(1);
        self.closes(rows);
        self.classes();
        self.retain();
        self.outlive();
        Ok(())
    }

    fn empty(&mut self) {
        self.months.empty();
        for (_, cells) in &mut self.lags {
            cells.empty();
        }
        for cells in &mut self.cohorts {
            cells.empty();
        }
    }

    /// The same by a ledger: amounts near the end of 64 bits.
    #[cold]
    fn long_way(&mut self, rows: &[LogEvent]) -> Result<(), LogError> {
        let currency = self.plan.definition().currency;
        let mut events = Vec::with_capacity(rows.len());
        for row in rows {
            let at = row.at.checked_mul(1_000_000).and_then(Instant::from_micros);
            let at = at.ok_or(LogError::OutOfCalendar { found: row.at })?;
            let monthly = Money::from_minor(Minor::new(row.monthly), currency);
            let change = SubscriptionChange::Set { monthly };
            events.push(SubscriptionEvent::new(at, row.subscription.to_string(), change));
        }
        let account = rows.first().map(|row| row.account).unwrap_or_default();
        let ledger = self.plan.account(&events);
        let ledger = ledger.map_err(|source| LogError::Account { account, source })?;
        let state = self.large.get_or_insert_with(|| self.plan.state());
        state.push(&ledger).map_err(|source| LogError::Sum { source })
    }

    /// The closes that differ from the one before; gross movements on the way.
    fn closes(&mut self, rows: &[LogEvent]) {
        self.runs.clear();
        self.standing.clear();
        let (mut total, mut value, mut closed) = (0_i64, 0_i64, 0_i64);
        let (mut ever, mut fell) = (false, None);
        let mut open = Run { month: 0, value: 0, outlasted: false };
        let mut returned = false;
        let mut rows = rows.iter().peekable();
        while let Some(event) = rows.next() {
            let gain = event.monthly.wrapping_sub(self.replace(event));
            total = total.wrapping_add(gain);
            let at = event.at;
            if rows.peek().is_some_and(|next| next.at == at) {
                continue;
            }
            let now = if self.floor { total.max(0) } else { total };
            if now == value {
                continue;
            }
            let Some(month) = self.month_of(at).filter(|&month| month < self.spells.len()) else {
                break;
            };
            if month != open.month {
                if value != closed {
                    self.runs.push(Run { value, ..open });
                    closed = value;
                }
                open = Run { month, value, outlasted: false };
                returned = false;
            }
            let late = self.outlasts(fell, at);
            if now > 0 && !returned {
                (open.outlasted, returned) = (late, true);
            }
            if let Some(cell) = self.months.narrow.get_mut(month) {
                enter(cell, GROSS, value, now, !ever || late);
            }
            if value > 0 && now <= 0 {
                fell = Some(at);
            }
            ever |= now > 0;
            value = now;
        }
        if value != closed {
            self.runs.push(Run { value, ..open });
        }
    }

    /// Puts the amount of an event in its place, and returns the one that was there.
    #[inline]
    fn replace(&mut self, event: &LogEvent) -> i64 {
        let key = event.subscription;
        if let [(known, monthly)] = self.standing.as_mut_slice()
            && *known == key
        {
            return std::mem::replace(monthly, event.monthly);
        }
        match self.standing.binary_search_by_key(&key, |own| own.0) {
            Ok(place) => self
                .standing
                .get_mut(place)
                .map_or(0, |own| std::mem::replace(&mut own.1, event.monthly)),
            Err(place) => {
                self.standing.insert(place, (key, event.monthly));
                0
            }
        }
    }

    #[inline]
    fn outlasts(&self, fell: Option<i64>, at: i64) -> bool {
        match (self.window, fell) {
            (Some(days), Some(fell)) => at.wrapping_sub(fell).div_euclid(DAY) > days,
            _ => false,
        }
    }

    /// The net class of each close.
    fn classes(&mut self) {
        let (mut from, mut seen) = (0_i64, false);
        for run in &self.runs {
            let to = run.value;
            if let Some(cell) = self.months.narrow.get_mut(run.month) {
                cell[WORTH] = cell[WORTH].wrapping_add(to.wrapping_sub(from));
                let risen = to.max(0).wrapping_sub(from.max(0));
                cell[POSITIVE] = cell[POSITIVE].wrapping_add(risen);
                let paying = i64::from(to > 0).wrapping_sub(i64::from(from > 0));
                cell[PAYING] = cell[PAYING].wrapping_add(paying);
                enter(cell, NET, from, to, !seen || run.outlasted);
            }
            seen |= to > 0;
            from = to;
        }
    }

    /// What is kept over the windows of each length.
    fn retain(&mut self) {
        let runs = self.runs.as_slice();
        let end = self.spells.len();
        for (lag, cells) in &mut self.lags {
            // `first` runs have begun at the start of the window, `last` at its end.
            let (mut first, mut last) = (0_usize, 0_usize);
            let mut was = [0_i64; WINDOW_CELL];
            loop {
                let leaves = runs.get(first).map_or(end, |run| run.month.wrapping_add(*lag));
                let enters = runs.get(last).map_or(end, |run| run.month);
                let month = leaves.min(enters);
                if month >= end {
                    break;
                }
                first = first.wrapping_add(usize::from(leaves == month));
                last = last.wrapping_add(usize::from(enters == month));
                let Some(path) = first.checked_sub(1).and_then(|open| runs.get(open..last)) else {
                    continue;
                };
                let [begin, ..] = path else { continue };
                let [.., close] = path else { continue };
                let lowest = path.iter().fold(begin.value, |low, run| low.min(run.value));
                let now = kept(begin.value, close.value, lowest);
                let mut change = now;
                for (change, was) in change.iter_mut().zip(was) {
                    *change = change.wrapping_sub(was);
                }
                cells.add(month, change);
                was = now;
            }
        }
    }

    /// Its cohort, and its first spell.
    fn outlive(&mut self) {
        let Some(place) = self.runs.iter().position(|run| run.value > 0) else { return };
        let Some(lived) = self.runs.get(place..) else { return };
        let [born, ..] = lived else { return };
        let Some(ages) = self.cohorts.get_mut(born.month) else { return };
        let (mut from, mut ended) = (0_i64, None);
        for run in lived {
            let to = run.value;
            let capped = to.min(born.value).wrapping_sub(from.min(born.value));
            let paying = i64::from(to > 0).wrapping_sub(i64::from(from > 0));
            let age = run.month.wrapping_sub(born.month);
            ages.add(age, [to.wrapping_sub(from), capped, paying]);
            if to <= 0 && ended.is_none() {
                ended = Some(run.month);
            }
            from = to;
        }
        let last = ended.unwrap_or(self.spells.len().wrapping_sub(1));
        if let Some((events, censored)) = self.spells.get_mut(last.wrapping_sub(born.month)) {
            let count = if ended.is_some() { events } else { censored };
            *count = count.wrapping_add(1);
        }
    }

    /// The sums of the reported months, as a state.
    fn finish(mut self) -> Result<RevenueState, LogError> {
        self.empty();
        let plan = self.plan;
        let mut sums = Sums::empty(plan);
        sums.accounts = self.accounts;
        let built = (|| {
            self.reported(&mut sums)?;
            self.kept(&mut sums)?;
            self.aged(&mut sums)
        })();
        built.ok_or(LogError::Sum { source: StateError::Overflow })?;
        for (length, &(events, censored)) in (0_u64..).zip(&self.spells) {
            if events > 0 || censored > 0 {
                sums.survival.insert(length, SurvivalCount::new(events, censored));
            }
        }
        let mut state = RevenueState::from_parts(plan.clone(), sums);
        if let Some(large) = &self.large {
            state.merge(large).map_err(|source| LogError::Sum { source })?;
        }
        Ok(state)
    }

    fn reported(&self, sums: &mut Sums) -> Option<()> {
        let currency = self.plan.definition().currency;
        let skipped = span(self.first, self.plan.first());
        let (mut worth, mut positive, mut paying) = (0_i128, 0_i128, 0_i128);
        for (place, cell) in self.months.wide.iter().enumerate() {
            let (opening, base, paid) = (worth, positive, paying);
            worth = worth.checked_add(cell[WORTH])?;
            positive = positive.checked_add(cell[POSITIVE])?;
            paying = paying.checked_add(cell[PAYING])?;
            let slot = place.checked_sub(skipped).and_then(|at| sums.months.get_mut(at));
            let Some(slot) = slot else { continue };
            let waterfall = |from: usize| {
                let cell = cell.get(from..)?.first_chunk::<6>()?;
                let lines = MovementLines {
                    opening,
                    new: cell[NEW],
                    expansion: cell[EXPANSION],
                    contraction: cell[CONTRACTION],
                    churn: cell[CHURN],
                    reactivation: cell[REACTIVATION],
                    fx: 0,
                    adjustment: cell[ADJUSTMENT],
                    closing: worth,
                };
                Waterfall::new(currency, lines).ok()
            };
            let counts = |from: usize| {
                let cell = cell.get(from..)?.first_chunk::<9>()?;
                Some(MovementCounts {
                    new: number(cell[COUNT_NEW])?,
                    reactivated: number(cell[COUNT_BACK])?,
                    churned: number(cell[COUNT_GONE])?,
                })
            };
            let (net, entered) = (waterfall(NET)?, counts(NET)?);
            let lost = net.lines().contraction.checked_add(net.lines().churn)?;
            *slot = MonthSums {
                net,
                logos: Logos::new(
                    number(paid)?,
                    entered.new,
                    entered.reactivated,
                    entered.churned,
                    number(paying)?,
                )?,
                gross: waterfall(GROSS)?,
                counts: counts(GROSS)?,
                arr: worth.checked_mul(12)?,
                base,
                kept: base.checked_add(net.lines().expansion)?.checked_sub(lost)?,
            };
        }
        Some(())
    }

    fn kept(&self, sums: &mut Sums) -> Option<()> {
        for (lag, cells) in &self.lags {
            let mut kept = [0_i128; WINDOW_CELL];
            let back = i32::try_from(*lag).ok()?.checked_neg()?;
            for (place, cell) in cells.wide.iter().enumerate() {
                for (kept, change) in kept.iter_mut().zip(cell) {
                    *kept = kept.checked_add(*change)?;
                }
                let to = self.first.plus(i32::try_from(place).ok()?)?;
                let Some(from) = to.plus(back) else { continue };
                let asked = self.plan.windows().binary_search(&(from, to)).ok();
                let Some(slot) = asked.and_then(|at| sums.windows.get_mut(at)) else { continue };
                let [accounts, base, closing, continuous, capped, path_min, logos, throughout] =
                    kept;
                *slot = WindowSums {
                    accounts: number(accounts)?,
                    base,
                    closing,
                    continuous,
                    capped,
                    path_min,
                    logos: number(logos)?,
                    logos_continuous: number(throughout)?,
                };
            }
        }
        Some(())
    }

    fn aged(&self, sums: &mut Sums) -> Option<()> {
        for (born, ages) in self.cohorts.iter().enumerate() {
            // An age of 0 counts accounts; none are lost before.
            if ages.wide.first().is_none_or(|birth| birth[2] == 0) {
                continue;
            }
            let mut age = [0_i128; 3];
            let mut rows = Vec::with_capacity(ages.wide.len());
            for change in &ages.wide {
                for (sum, change) in age.iter_mut().zip(change) {
                    *sum = sum.checked_add(*change)?;
                }
                let [mrr, gross_mrr, logos] = age;
                rows.push(CohortRow { mrr, gross_mrr, logos: number(logos)? });
            }
            sums.cohorts.insert(self.first.plus(i32::try_from(born).ok()?)?, rows);
        }
        Some(())
    }
}

fn number(count: i128) -> Option<u64> {
    u64::try_from(count).ok()
}

/// Adds a movement to the classes of a cell that begin at `from`.
#[inline]
fn enter(cell: &mut [i64; MONTH_CELL], from: usize, was: i64, now: i64, first: bool) {
    let gain = now.wrapping_sub(was);
    let (class, amount, counter) = match (was > 0, now > 0) {
        (false, true) if first => (NEW, gain, COUNT_NEW),
        (false, true) => (REACTIVATION, gain, COUNT_BACK),
        (true, false) => (CHURN, gain.wrapping_neg(), COUNT_GONE),
        (true, true) if gain > 0 => (EXPANSION, gain, MONTH_CELL),
        (true, true) => (CONTRACTION, gain.wrapping_neg(), MONTH_CELL),
        (false, false) => (ADJUSTMENT, gain, MONTH_CELL),
    };
    if let Some(sum) = cell.get_mut(from.wrapping_add(class)) {
        *sum = sum.wrapping_add(amount);
    }
    if let Some(count) = cell.get_mut(from.wrapping_add(counter)) {
        *count = count.wrapping_add(1);
    }
}
