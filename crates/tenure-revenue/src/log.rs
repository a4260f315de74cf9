//! The fast way: a log of finished monthly amounts, a row a change, summed without a ledger an
//! account.

use tenure_model::{Instant, Month};

use crate::cohort::CohortRow;
use crate::definition::{LatePolicy, NegativePolicy};
use crate::error::LogError;
use crate::plan::{RevenuePlan, span};
use crate::retention::WindowSums;
use crate::state::{MonthSums, RevenueState, Sums};
use crate::waterfall::{Change, Logos, MovementCounts, MovementLines, Waterfall};

/// Seconds of 24 hours, and of the longest stretch in which no two months begin.
const DAY: i64 = 86_400;

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
    events: Vec<LogEvent>,
    unknown: u64,
}

impl RevenueLog {
    /// An empty log that leaves out what was recorded after `known_by`.
    #[must_use]
    pub const fn new(known_by: Option<Instant>) -> Self {
        Self { known_by, events: Vec::new(), unknown: 0 }
    }

    /// Adds a row; `recorded_at` in seconds since 1970 (UTC), `None` is always known.
    ///
    /// # Errors
    /// An instant outside the years 0001 to 9999; the log is then as it was.
    #[inline]
    pub fn push(&mut self, event: LogEvent, recorded_at: Option<i64>) -> Result<(), LogError> {
        let recorded = match recorded_at {
            Some(seconds) => Some(instant(seconds)?),
            None => None,
        };
        instant(event.at)?;
        match (recorded, self.known_by) {
            (Some(recorded), Some(known_by)) if recorded > known_by => {
                self.unknown = self.unknown.saturating_add(1);
            }
            _ => self.events.push(event),
        }
        Ok(())
    }

    /// How many rows were known.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether no row was known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// How many rows were left out: recorded after `known_by`.
    #[must_use]
    pub const fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Brings the rows of each account together, in order of instant, then of row.
    #[must_use]
    pub fn group(self) -> GroupedLog {
        let mut events = by_account(self.events);
        for rows in events.chunk_by_mut(|left, right| left.account == right.account) {
            if !rows.is_sorted_by_key(|event| event.at) {
                rows.sort_by_key(|event| event.at);
            }
        }
        let earliest = events.iter().map(|event| event.at).min();
        GroupedLog { known_by: self.known_by, events, earliest }
    }
}

fn instant(seconds: i64) -> Result<Instant, LogError> {
    seconds
        .checked_mul(1_000_000)
        .and_then(Instant::from_micros)
        .ok_or(LogError::OutOfCalendar { found: seconds })
}

/// Sorted by account, rows of one in their order: by counting where ids are dense.
fn by_account(mut events: Vec<LogEvent>) -> Vec<LogEvent> {
    let highest = events.iter().map(|event| index(event.account)).max().unwrap_or_default();
    let Some(&filler) = events.first() else { return events };
    if events.is_sorted_by_key(|event| event.account) {
        return events;
    }
    if highest > events.len().saturating_mul(4) {
        events.sort_by_key(|event| event.account);
        return events;
    }
    let mut places = vec![0_usize; highest.saturating_add(2)];
    for event in &events {
        if let Some(next) = places.get_mut(index(event.account).wrapping_add(1)) {
            *next = next.wrapping_add(1);
        }
    }
    let mut sum = 0_usize;
    for place in &mut places {
        sum = sum.wrapping_add(*place);
        *place = sum;
    }
    let mut sorted = vec![filler; events.len()];
    for event in &events {
        if let Some(place) = places.get_mut(index(event.account)) {
            if let Some(slot) = sorted.get_mut(*place) {
                *slot = *event;
            }
            *place = place.wrapping_add(1);
        }
    }
    sorted
}

/// A `u32` as a place; every platform with this much memory has 32 bits of them.
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The rows of a [`RevenueLog`], account by account. Made by [`RevenueLog::group`].
///
/// ```
/// use tenure_revenue::RevenueLog;
/// assert!(RevenueLog::new(None).group().events().is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupedLog {
    known_by: Option<Instant>,
    events: Vec<LogEvent>,
    earliest: Option<i64>,
}

impl GroupedLog {
    /// The rows.
    #[must_use]
    pub fn events(&self) -> &[LogEvent] {
        &self.events
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
    /// account worth more than 64-bit minor units.
    pub fn state(&self, plan: &RevenuePlan) -> Result<RevenueState, LogError> {
        let definition = plan.definition();
        if definition.known_by != self.known_by {
            return Err(LogError::KnownBy { log: self.known_by, plan: definition.known_by });
        }
        if definition.late != LatePolicy::Restate {
            return Err(LogError::Late);
        }
        let mut sums = Columns::new(plan, self.earliest)?;
        for rows in self.events.chunk_by(|left, right| left.account == right.account) {
            sums.account(rows)?;
        }
        sums.finish(plan)
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

/// What a month adds up to; `worth`, `positive` and `logos` as differences to the month before.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    worth: i128,
    positive: i128,
    logos: i64,
    net: MovementLines,
    entered: MovementCounts,
    gross: MovementLines,
    counts: MovementCounts,
}

/// What the windows of one length add up to, by the month they end in, as differences to the one
/// before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Kept {
    accounts: i64,
    base: i128,
    closing: i128,
    continuous: i128,
    capped: i128,
    path_min: i128,
    logos: i64,
    logos_continuous: i64,
}

impl Kept {
    /// An account worth `base` at the start and `closing` at the end, `lowest` on the way.
    fn of(base: i64, closing: i64, lowest: i64) -> Self {
        if base <= 0 {
            return Self::default();
        }
        Self {
            accounts: 1,
            base: base.into(),
            closing: closing.into(),
            continuous: if lowest > 0 { closing.into() } else { 0 },
            capped: base.min(closing.max(0)).into(),
            path_min: lowest.max(0).into(),
            logos: i64::from(closing > 0),
            logos_continuous: i64::from(lowest > 0),
        }
    }

    // Sums of fewer than 2^63 amounts of 64 bits fit 128: nothing here wraps.
    fn plus(&mut self, other: &Self) {
        self.accounts = self.accounts.wrapping_add(other.accounts);
        self.base = self.base.wrapping_add(other.base);
        self.closing = self.closing.wrapping_add(other.closing);
        self.continuous = self.continuous.wrapping_add(other.continuous);
        self.capped = self.capped.wrapping_add(other.capped);
        self.path_min = self.path_min.wrapping_add(other.path_min);
        self.logos = self.logos.wrapping_add(other.logos);
        self.logos_continuous = self.logos_continuous.wrapping_add(other.logos_continuous);
    }

    fn less(&mut self, other: &Self) {
        self.accounts = self.accounts.wrapping_sub(other.accounts);
        self.base = self.base.wrapping_sub(other.base);
        self.closing = self.closing.wrapping_sub(other.closing);
        self.continuous = self.continuous.wrapping_sub(other.continuous);
        self.capped = self.capped.wrapping_sub(other.capped);
        self.path_min = self.path_min.wrapping_sub(other.path_min);
        self.logos = self.logos.wrapping_sub(other.logos);
        self.logos_continuous = self.logos_continuous.wrapping_sub(other.logos_continuous);
    }

    fn sums(&self) -> Option<WindowSums> {
        Some(WindowSums {
            accounts: self.accounts.try_into().ok()?,
            base: self.base,
            closing: self.closing,
            continuous: self.continuous,
            capped: self.capped,
            path_min: self.path_min,
            logos: self.logos.try_into().ok()?,
            logos_continuous: self.logos_continuous.try_into().ok()?,
        })
    }
}

/// An age of a cohort, as differences to the age before.
#[derive(Debug, Clone, Copy, Default)]
struct Aged {
    mrr: i128,
    gross: i128,
    logos: i64,
}

/// The sums, by month from the first a row lies in to the last reported.
struct Columns {
    floor: bool,
    /// Whole days a return may take; `None` is any.
    window: Option<i64>,
    first: Month,
    /// First instants of the months, and of the one after the last.
    starts: Vec<i64>,
    /// By day since the first month: the month it begins in.
    days: Vec<usize>,
    months: Vec<Column>,
    /// By length of windows.
    lags: Vec<(usize, Vec<Kept>)>,
    /// By month of birth, then age.
    cohorts: Vec<Vec<Aged>>,
    /// By length: ended and going.
    spells: Vec<(u64, u64)>,
    accounts: u64,
    /// Kept from account to account for their memory.
    runs: Vec<Run>,
    standing: Vec<(u32, i64)>,
}

impl Columns {
    fn new(plan: &RevenuePlan, earliest: Option<i64>) -> Result<Self, LogError> {
        let definition = plan.definition();
        let opening = plan.opening_month();
        let mut first = opening;
        if let Some(at) = earliest.map(instant).transpose()? {
            let month = Month::of(definition.zone.date_of(at))
                .ok_or(LogError::OutOfCalendar { found: at.micros() })?;
            let (last, max) = (plan.last(), RevenuePlan::MAX_MONTHS);
            if span(month, last) >= max {
                return Err(LogError::TooEarly { at, last, max });
            }
            first = first.min(month);
        }
        let length = span(first, plan.last()).saturating_add(1);
        let outside = || LogError::OutOfCalendar { found: i64::MIN };
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
            floor: definition.negative == NegativePolicy::Floor,
            window: definition.reactivation_window_days.map(i64::from),
            first,
            starts,
            days,
            months: vec![Column::default(); length],
            lags: lags.into_iter().map(|lag| (lag, vec![Kept::default(); length])).collect(),
            cohorts: (0..length)
                .map(|born| vec![Aged::default(); length.saturating_sub(born)])
                .collect(),
            spells: vec![(0, 0); length],
            accounts: 0,
            runs: Vec::new(),
            standing: Vec::new(),
        })
    }

    /// The month of an instant; `None` after the last.
    fn month_of(&self, at: i64) -> Option<usize> {
        let from = self.starts.first()?;
        let day = usize::try_from(at.wrapping_sub(*from).div_euclid(DAY)).ok()?;
        let month = *self.days.get(day)?;
        let next = month.wrapping_add(1);
        // A month begins at most once within 24 hours.
        let month =
            if self.starts.get(next).is_some_and(|&start| start <= at) { next } else { month };
        (month < self.months.len()).then_some(month)
    }

    /// Adds the rows of one account.
    fn account(&mut self, rows: &[LogEvent]) -> Result<(), LogError> {
        self.accounts = self.accounts.wrapping_add(1);
        self.closes(rows)?;
        self.classes().ok_or_else(|| overflow(rows))?;
        self.retain();
        self.outlive();
        Ok(())
    }

    /// The closes that differ from the one before; gross movements on the way.
    fn closes(&mut self, rows: &[LogEvent]) -> Result<(), LogError> {
        self.runs.clear();
        self.standing.clear();
        let (mut total, mut value, mut closed) = (0_i64, 0_i64, 0_i64);
        let (mut ever, mut fell) = (false, None);
        let mut open = Run { month: 0, value: 0, outlasted: false };
        let mut returned = false;
        for tied in rows.chunk_by(|left, right| left.at == right.at) {
            let Some(at) = tied.first().map(|event| event.at) else { continue };
            let Some(month) = self.month_of(at) else { break };
            for event in tied {
                let known = self.standing.binary_search_by_key(&event.subscription, |own| own.0);
                let before = match known {
                    Ok(place) => self
                        .standing
                        .get_mut(place)
                        .map_or(0, |own| std::mem::replace(&mut own.1, event.monthly)),
                    Err(place) => {
                        self.standing.insert(place, (event.subscription, event.monthly));
                        0
                    }
                };
                total = event
                    .monthly
                    .checked_sub(before)
                    .and_then(|gain| total.checked_add(gain))
                    .ok_or_else(|| overflow(rows))?;
            }
            let now = if self.floor { total.max(0) } else { total };
            if now == value {
                continue;
            }
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
            let change = Change {
                from: value.into(),
                to: now.into(),
                paid: value > 0,
                pays: now > 0,
                first: !ever || late,
            };
            if let Some(column) = self.months.get_mut(month) {
                change
                    .enter(&mut column.gross, &mut column.counts)
                    .ok_or_else(|| overflow(rows))?;
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
        Ok(())
    }

    fn outlasts(&self, fell: Option<i64>, at: i64) -> bool {
        match (self.window, fell) {
            (Some(days), Some(fell)) => at.wrapping_sub(fell).div_euclid(DAY) > days,
            _ => false,
        }
    }

    /// The net class of each close.
    fn classes(&mut self) -> Option<()> {
        let (mut from, mut seen) = (0_i64, false);
        for run in &self.runs {
            let to = run.value;
            let change = Change {
                from: from.into(),
                to: to.into(),
                paid: from > 0,
                pays: to > 0,
                first: !seen || run.outlasted,
            };
            let column = self.months.get_mut(run.month)?;
            change.enter(&mut column.net, &mut column.entered)?;
            column.worth = column.worth.wrapping_add(i128::from(to).wrapping_sub(from.into()));
            let risen = i128::from(to.max(0)).wrapping_sub(from.max(0).into());
            column.positive = column.positive.wrapping_add(risen);
            let logos = i64::from(to > 0).wrapping_sub(i64::from(from > 0));
            column.logos = column.logos.wrapping_add(logos);
            seen |= to > 0;
            from = to;
        }
        Some(())
    }

    /// What is kept over the windows of each length.
    fn retain(&mut self) {
        let runs = self.runs.as_slice();
        let end = self.months.len();
        for (lag, kept) in &mut self.lags {
            // `first` runs have begun at the start of the window, `last` at its end.
            let (mut first, mut last) = (0_usize, 0_usize);
            let mut was = Kept::default();
            loop {
                let leaves = runs.get(first).map_or(end, |run| run.month.saturating_add(*lag));
                let enters = runs.get(last).map_or(end, |run| run.month);
                let month = leaves.min(enters);
                if month >= end {
                    break;
                }
                first = first.wrapping_add(usize::from(leaves == month));
                last = last.wrapping_add(usize::from(enters == month));
                let Some(open) = first.checked_sub(1) else { continue };
                let path = runs.get(open..last).unwrap_or_default();
                let Some((begin, close)) = path.first().zip(path.last()) else { continue };
                let lowest = path.iter().fold(begin.value, |low, run| low.min(run.value));
                let now = Kept::of(begin.value, close.value, lowest);
                if let Some(cell) = kept.get_mut(month).filter(|_| now != was) {
                    cell.plus(&now);
                    cell.less(&was);
                    was = now;
                }
            }
        }
    }

    /// Its cohort, and its first spell.
    fn outlive(&mut self) {
        let Some(place) = self.runs.iter().position(|run| run.value > 0) else { return };
        let Some((born, lived)) = self.runs.get(place..).and_then(<[Run]>::split_first) else {
            return;
        };
        let end = self.months.len();
        let Some(ages) = self.cohorts.get_mut(born.month) else { return };
        let mut from = 0_i64;
        for run in std::iter::once(born).chain(lived) {
            if let Some(age) = ages.get_mut(run.month.wrapping_sub(born.month)) {
                let gain = |to: i64, from: i64| i128::from(to).wrapping_sub(from.into());
                age.mrr = age.mrr.wrapping_add(gain(run.value, from));
                let capped = gain(run.value.min(born.value), from.min(born.value));
                age.gross = age.gross.wrapping_add(capped);
                let logos = i64::from(run.value > 0).wrapping_sub(i64::from(from > 0));
                age.logos = age.logos.wrapping_add(logos);
            }
            from = run.value;
        }
        let ended = lived.iter().find(|run| run.value <= 0).map(|run| run.month);
        let length = ended.unwrap_or(end.wrapping_sub(1)).wrapping_sub(born.month);
        if let Some((events, censored)) = self.spells.get_mut(length) {
            let count = if ended.is_some() { events } else { censored };
            *count = count.wrapping_add(1);
        }
    }

    /// The sums of the reported months, as a state.
    fn finish(self, plan: &RevenuePlan) -> Result<RevenueState, LogError> {
        let wrong = || LogError::Overflow { account: None };
        let mut sums = Sums::empty(plan);
        sums.accounts = self.accounts;
        let currency = plan.definition().currency;
        let skipped = span(self.first, plan.first());
        let (mut worth, mut positive, mut logos) = (0_i128, 0_i128, 0_i64);
        for (place, column) in self.months.iter().enumerate() {
            let (opening, base, paying) = (worth, positive, logos);
            worth = worth.wrapping_add(column.worth);
            positive = positive.wrapping_add(column.positive);
            logos = logos.wrapping_add(column.logos);
            let Some(slot) = place.checked_sub(skipped).and_then(|at| sums.months.get_mut(at))
            else {
                continue;
            };
            let closed = |lines: MovementLines| {
                Waterfall::new(currency, MovementLines { opening, closing: worth, ..lines })
                    .map_err(|_| wrong())
            };
            let number = |count: i64| u64::try_from(count).map_err(|_| wrong());
            let MovementCounts { new, reactivated, churned } = column.entered;
            let lost = column.net.contraction.checked_add(column.net.churn);
            let kept = base.checked_add(column.net.expansion).zip(lost);
            *slot = MonthSums {
                net: closed(column.net)?,
                logos: Logos::new(number(paying)?, new, reactivated, churned, number(logos)?)
                    .ok_or_else(wrong)?,
                gross: closed(column.gross)?,
                counts: column.counts,
                arr: worth.checked_mul(12).ok_or_else(wrong)?,
                base,
                kept: kept.and_then(|(kept, lost)| kept.checked_sub(lost)).ok_or_else(wrong)?,
            };
        }
        for (lag, cells) in &self.lags {
            let mut kept = Kept::default();
            for (place, cell) in cells.iter().enumerate() {
                kept.plus(cell);
                let ends = i32::try_from(place).ok().and_then(|place| self.first.plus(place));
                let back = i32::try_from(*lag).ok().and_then(i32::checked_neg);
                let window = ends.and_then(|to| Some((to.plus(back?)?, to)));
                let asked = window.and_then(|window| plan.windows().binary_search(&window).ok());
                if let Some(slot) = asked.and_then(|at| sums.windows.get_mut(at)) {
                    *slot = kept.sums().ok_or_else(wrong)?;
                }
            }
        }
        for (born, ages) in self.cohorts.iter().enumerate() {
            if ages.first().is_none_or(|birth| birth.logos == 0) {
                continue;
            }
            let month = i32::try_from(born).ok().and_then(|born| self.first.plus(born));
            let mut row = CohortRow::default();
            let mut logos = 0_i64;
            let mut rows = Vec::with_capacity(ages.len());
            for age in ages {
                row.mrr = row.mrr.wrapping_add(age.mrr);
                row.gross_mrr = row.gross_mrr.wrapping_add(age.gross);
                logos = logos.wrapping_add(age.logos);
                row.logos = u64::try_from(logos).map_err(|_| wrong())?;
                rows.push(row);
            }
            sums.cohorts.insert(month.ok_or_else(wrong)?, rows);
        }
        for (length, &(events, censored)) in (0_u64..).zip(&self.spells) {
            if events > 0 || censored > 0 {
                sums.survival.insert(length, tenure_stats::SurvivalCount::new(events, censored));
            }
        }
        Ok(RevenueState::from_parts(plan.clone(), sums))
    }
}

fn overflow(rows: &[LogEvent]) -> LogError {
    LogError::Overflow { account: rows.first().map(|event| event.account) }
}
