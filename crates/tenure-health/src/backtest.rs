//! Does the score say beforehand what happens afterwards?

use std::collections::BTreeSet;

use chrono::NaiveDate;
use tenure_stats::{Auc, AucDifference, AucError, Interval, Level, Ratio, len_to_f64};

use crate::error::BacktestError;
use crate::profile::Profile;

mod calibration;
mod control;
mod decile;
mod follow;
mod grid;
mod lead;
mod stability;

pub use calibration::{Calibration, ReliabilityBin};
pub use decile::{Decile, deciles};
pub use follow::Outcome;
pub use grid::{Fate, Grid};
pub use lead::LeadTimes;
pub use stability::FrozenBins;

/// One account looked at on one day of the grid: what was known then, and what came after.
///
/// Baselines are plain facts that anybody has without a score; `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a row that callers write down")]
pub struct Glance {
    /// A number of the account: rows of one account have one.
    pub account: u32,
    /// The day.
    pub at: NaiveDate,
    /// When the latest record the score reads was observed or recorded, whichever is later.
    pub recorded: Option<NaiveDate>,
    /// The score as one number.
    pub score: Option<u16>,
    /// A chance of the event that somebody states, 0 to 1. A score is none.
    pub probability: Option<f64>,
    /// Baseline: days since the account last did anything.
    pub idle_days: Option<u32>,
    /// Baseline: days until its contract ends.
    pub contract_days_left: Option<u32>,
    /// Baseline: its score one step of the grid before.
    pub previous: Option<u16>,
    /// What came of it.
    pub fate: Fate,
}

impl Glance {
    /// A row of which nothing but the score is known.
    #[must_use]
    pub const fn new(account: u32, at: NaiveDate, score: Option<u16>, fate: Fate) -> Self {
        Self {
            account,
            at,
            recorded: None,
            score,
            probability: None,
            idle_days: None,
            contract_days_left: None,
            previous: None,
            fate,
        }
    }
}

/// What is said with few events.
///
/// ```
/// assert_eq!(tenure_health::backtest::FewEvents::default(), tenure_health::backtest::FewEvents::Refuse);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FewEvents {
    /// Counts only. The default.
    #[default]
    Refuse,
    /// Everything: somebody forced it.
    Force,
}

/// A score put to the test: rows of what it said, and of what came after.
///
/// 1. *Question*: does the score say beforehand what happens afterwards, and better than what anybody
///    knows without it?
/// 2. *Formula*: on each day t of the [`Grid`], the score of what was recorded by t against an event
///    in (t, t + horizon]. Accounts that ended by t, and those whose window is not over at the end of
///    the data, are left out and counted. The area is that of the event among low scores, with rows of
///    one account in one cluster ([`Auc::of_clusters`]).
/// 3. *Shape*: in, one [`Glance`] an account and day; out, a [`BacktestReport`]. Cost: a sort of the
///    rows a measure.
/// 4. *Undefined*: areas where no row, or every row, has the event. *Errors*: a score that read
///    a record of after t (leakage), an outcome before the score, a day off the grid, a row twice.
/// 5. *Accuracy*: counts, areas and lift are exact; variances as [`Auc`] says.
/// 6. *Source*: the measures name theirs; with fewer than 30 events, or 10 a component, fits to noise
///    look like findings (Peduzzi and others 1996), so the comparison is refused unless forced.
///
/// ```
/// use tenure_health::backtest::{Backtest, Fate, FewEvents, Glance, Grid};
/// use tenure_health::profiles;
/// use tenure_model::parse_date;
/// use tenure_stats::Level;
/// let t = parse_date("2025-01-31")?;
/// let grid = Grid::new(t, 1, 1, 90)?;
/// let mut test = Backtest::new(&profiles::client(), &grid);
/// let left = Fate::Event(parse_date("2025-03-01")?);
/// for (account, score, fate) in
///     [(0, 300, left), (1, 700, Fate::NoEvent), (2, 400, Fate::NoEvent), (3, 400, left)]
/// {
///     test.push(Glance::new(account, t, Some(score), fate))?;
/// }
/// let report = test.report(FewEvents::Force, Level::default(), 1)?;
/// // 300 below both; 400 below 700, tied with 400.
/// assert_eq!(report.area.map(|area| area.ratio.to_string()), Some("7/8".to_owned()));
/// assert_eq!(test.report(FewEvents::Refuse, Level::default(), 1)?.area, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    profile: Profile,
    grid: Grid,
    rows: Vec<Glance>,
    seen: BTreeSet<(u32, NaiveDate)>,
    counts: Counts,
}

/// How many rows became what; `looked_at` is the sum of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Rows pushed.
    pub looked_at: u64,
    /// Rows in the test.
    pub used: u64,
    /// Rows of accounts that had ended by that day.
    pub ended: u64,
    /// Rows whose window is not over at the end of the data.
    pub censored: u64,
    /// Rows of accounts to which it could not happen.
    pub not_at_risk: u64,
    /// Rows without a score as one number.
    pub no_score: u64,
}

impl Backtest {
    /// The fewest events at all.
    pub const MIN_EVENTS: u64 = 30;
    /// The fewest events a component of the profile.
    pub const MIN_EVENTS_PER_COMPONENT: u64 = 10;

    /// A test of this profile's scores, without rows yet.
    #[must_use]
    pub fn new(profile: &Profile, grid: &Grid) -> Self {
        Self {
            profile: profile.clone(),
            grid: grid.clone(),
            rows: Vec::new(),
            seen: BTreeSet::new(),
            counts: Counts::default(),
        }
    }

    /// Takes a row.
    ///
    /// # Errors
    /// A record of after the day; an event not in the window; a day off the grid; an account twice on
    /// a day; a score above 1000, a probability outside 0 to 1. The test is then as it was.
    pub fn push(&mut self, row: Glance) -> Result<(), BacktestError> {
        let Glance { account, at, .. } = row;
        if let Some(recorded) = row.recorded.filter(|&recorded| recorded > at) {
            return Err(BacktestError::Leakage { account, at, recorded });
        }
        if self.grid.days().binary_search(&at).is_err() {
            return Err(BacktestError::OffGrid { at });
        }
        if let Fate::Event(on) = row.fate {
            if on <= at {
                return Err(BacktestError::OutcomeBeforeScore { account, at, outcome: on });
            }
            if !self.grid.covers(at, on) {
                return Err(BacktestError::OutsideWindow { account, at, outcome: on });
            }
        }
        if let Some(found) = row.score.into_iter().chain(row.previous).find(|&one| one > 1000) {
            return Err(BacktestError::OffScale { account, at, found });
        }
        if let Some(found) = row.probability.filter(|p| !(0.0..=1.0).contains(p)) {
            return Err(BacktestError::Probability { account, at, found });
        }
        if !self.seen.insert((account, at)) {
            return Err(BacktestError::Twice { account, at });
        }
        let counter = match (row.fate, row.score) {
            (Fate::Ended, _) => &mut self.counts.ended,
            (Fate::Censored, _) => &mut self.counts.censored,
            (Fate::NotAtRisk, _) => &mut self.counts.not_at_risk,
            (_, None) => &mut self.counts.no_score,
            (_, Some(_)) => {
                self.rows.push(row);
                &mut self.counts.used
            }
        };
        *counter = counter.saturating_add(1);
        self.counts.looked_at = self.counts.looked_at.saturating_add(1);
        Ok(())
    }

    /// Takes in the rows of other accounts, or of other days: the same as pushing all of them.
    ///
    /// # Errors
    /// A test of another profile or grid; an account on a day that both have. The test is then as it
    /// was.
    ///
    /// ```
    /// use tenure_health::backtest::{Backtest, Fate, Glance, Grid};
    /// let t = tenure_model::parse_date("2025-01-31")?;
    /// let mut one = Backtest::new(&tenure_health::profiles::client(), &Grid::new(t, 1, 1, 90)?);
    /// let mut other = one.clone();
    /// one.push(Glance::new(0, t, Some(300), Fate::NoEvent))?;
    /// other.push(Glance::new(1, t, Some(700), Fate::NoEvent))?;
    /// one.merge(&other)?;
    /// assert_eq!(one.counts().used, 2);
    /// assert!(one.merge(&other).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge(&mut self, other: &Self) -> Result<(), BacktestError> {
        if !self.profile.is(&other.profile) || self.grid != other.grid {
            return Err(BacktestError::OtherTest);
        }
        if let Some(&(account, at)) = self.seen.intersection(&other.seen).next() {
            return Err(BacktestError::Twice { account, at });
        }
        self.seen.extend(&other.seen);
        self.rows.extend(&other.rows);
        let Counts { looked_at, used, ended, censored, not_at_risk, no_score } = &mut self.counts;
        for (own, more) in [
            (looked_at, other.counts.looked_at),
            (used, other.counts.used),
            (ended, other.counts.ended),
            (censored, other.counts.censored),
            (not_at_risk, other.counts.not_at_risk),
            (no_score, other.counts.no_score),
        ] {
            *own = own.saturating_add(more);
        }
        Ok(())
    }

    /// How many rows became what, so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// What came out. The seed is that of the negative control.
    ///
    /// # Errors
    /// More rows than [`Auc::MAX_ROWS`].
    pub fn report(
        &self,
        few: FewEvents,
        level: Level,
        seed: u64,
    ) -> Result<BacktestReport, BacktestError> {
        let mut rows = self.rows.clone();
        rows.sort_unstable_by_key(|row| (row.at, row.account));
        let events: Vec<bool> = rows.iter().map(|row| row.fate.is_event()).collect();
        let count = |flag: &&bool| **flag;
        let found = u64::try_from(events.iter().filter(count).count()).unwrap_or(u64::MAX);
        let components = u64::try_from(self.profile.components().len()).unwrap_or(u64::MAX);
        let by_component = components.saturating_mul(Self::MIN_EVENTS_PER_COMPONENT);
        let needed = by_component.max(Self::MIN_EVENTS);
        let too_few = (found < needed).then_some(TooFew { found, needed });
        let accounts: BTreeSet<u32> = rows.iter().map(|row| row.account).collect();
        let mut report = BacktestReport {
            profile: self.profile.id().to_owned(),
            grid: self.grid.clone(),
            counts: self.counts,
            accounts: u64::try_from(accounts.len()).unwrap_or(u64::MAX),
            events: found,
            prevalence: share(found, self.counts.used),
            too_few,
            area: None,
            deciles: Vec::new(),
            bands: self.bands(&rows),
            lead: LeadTimes::of(&rows, |row| self.is_worst(row)),
            stability: self.stability(&rows),
            baselines: Vec::new(),
            calibration: None,
            control: None,
        };
        if too_few.is_some() && few == FewEvents::Refuse {
            return Ok(report);
        }
        let risk = |row: &Glance| row.score.map(|score| -f64::from(score));
        report.area = area(&rows, risk)?.map(|auc| Area::new(&auc, level));
        let scores: Vec<u16> = rows.iter().filter_map(|row| row.score).collect();
        report.deciles = deciles(&scores, &events);
        for baseline in Baseline::ALL {
            if let Some(compared) = compare(&rows, risk, baseline, level)? {
                report.baselines.push(compared);
            }
        }
        let stated: Vec<(f64, bool)> =
            rows.iter().filter_map(|row| Some((row.probability?, row.fate.is_event()))).collect();
        report.calibration = Calibration::of(&stated, level)?;
        report.control = control(&rows, level, seed)?;
        Ok(report)
    }

    /// In the worst band.
    fn is_worst(&self, row: &Glance) -> bool {
        row.score.is_some_and(|score| self.profile.band(score) == 0)
    }

    fn bands(&self, rows: &[Glance]) -> Vec<BandOutcome> {
        let mut bands: Vec<BandOutcome> = self
            .profile
            .bands()
            .names()
            .map(|name| BandOutcome { band: name.to_owned(), rows: 0, events: 0 })
            .collect();
        for row in rows {
            let band = row.score.map(|score| self.profile.band(score));
            if let Some(band) = band.and_then(|band| bands.get_mut(band)) {
                band.rows = band.rows.saturating_add(1);
                band.events = band.events.saturating_add(u64::from(row.fate.is_event()));
            }
        }
        bands
    }

    fn stability(&self, rows: &[Glance]) -> Vec<(NaiveDate, Option<f64>)> {
        let mut periods = rows.chunk_by(|one, next| one.at == next.at);
        let scores =
            |rows: &[Glance]| rows.iter().filter_map(|row| row.score).collect::<Vec<u16>>();
        let Some(frozen) = periods.next().and_then(|first| FrozenBins::of(&scores(first))) else {
            return Vec::new();
        };
        let of = |rows: &[Glance]| Some((rows.first()?.at, frozen.psi(&scores(rows))));
        periods.filter_map(of).collect()
    }
}

/// What a backtest came to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BacktestReport {
    /// The id of the profile.
    pub profile: String,
    /// The days looked at, and how far ahead.
    pub grid: Grid,
    /// Rows, used and left out by reason.
    pub counts: Counts,
    /// Accounts among the rows used.
    pub accounts: u64,
    /// Rows used that have the event.
    pub events: u64,
    /// The share of rows with the event: what somebody who knows nothing else would state.
    pub prevalence: Option<Ratio>,
    /// Fewer events than a comparison needs; what follows is then there only if it was forced.
    pub too_few: Option<TooFew>,
    /// How often the score ranks a row with the event below one without.
    pub area: Option<Area>,
    /// Rows in ten parts by ascending score.
    pub deciles: Vec<Decile>,
    /// Each band, worst first, against what happened.
    pub bands: Vec<BandOutcome>,
    /// How long before an event the score was in the worst band.
    pub lead: LeadTimes,
    /// The stability index of each day but the first, against the first.
    pub stability: Vec<(NaiveDate, Option<f64>)>,
    /// The score against each baseline, on the rows that have both.
    pub baselines: Vec<Comparison>,
    /// Of the probabilities, where any are stated.
    pub calibration: Option<Calibration>,
    /// The same test with the outcomes of each day dealt out anew: there nothing is to be found.
    pub control: Option<Control>,
}

/// Fewer events than a comparison needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooFew {
    /// The events there are.
    pub found: u64,
    /// The events it takes.
    pub needed: u64,
}

/// An area under the curve, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Area {
    /// Exact.
    pub ratio: Ratio,
    /// DeLong's, by account; `None` with too few accounts.
    pub interval: Option<Interval>,
}

impl Area {
    fn new(auc: &Auc, level: Level) -> Self {
        Self { ratio: auc.ratio(), interval: auc.interval(level) }
    }
}

/// Rows of one band.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BandOutcome {
    /// The name of the band.
    pub band: String,
    /// Rows in it.
    pub rows: u64,
    /// Rows in it with the event.
    pub events: u64,
}

/// What anybody knows without a score.
///
/// ```
/// assert_eq!(tenure_health::backtest::Baseline::IdleDays.name(), "days_since_last_activity");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Baseline {
    /// Days since the account last did anything: more is worse.
    IdleDays,
    /// Days until the contract ends: fewer is worse.
    ContractDaysLeft,
    /// The score of the step before: less is worse.
    PreviousScore,
    /// The share of rows with the event, the same for every row: it ranks nothing.
    Prevalence,
}

impl Baseline {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::IdleDays, Self::ContractDaysLeft, Self::PreviousScore, Self::Prevalence];

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdleDays => "days_since_last_activity",
            Self::ContractDaysLeft => "contract_days_left",
            Self::PreviousScore => "previous_score",
            Self::Prevalence => "prevalence",
        }
    }

    /// More is worse.
    fn risk(self, row: &Glance) -> Option<f64> {
        match self {
            Self::IdleDays => row.idle_days.map(f64::from),
            Self::ContractDaysLeft => row.contract_days_left.map(|days| -f64::from(days)),
            Self::PreviousScore => row.previous.map(|score| -f64::from(score)),
            Self::Prevalence => Some(0.0),
        }
    }
}

/// How the score does beside a baseline.
///
/// ```
/// assert_eq!(tenure_health::backtest::Standing::NoBetter.name(), "no better than baseline");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// The interval of the difference lies above 0.
    Better,
    /// It includes 0, or there is none.
    NoBetter,
    /// It lies below 0.
    Worse,
}

impl Standing {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Better => "better than baseline",
            Self::NoBetter => "no better than baseline",
            Self::Worse => "worse than baseline",
        }
    }
}

/// The score beside a baseline, on the rows that have both.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// Which.
    pub baseline: Baseline,
    /// Rows that have both.
    pub rows: u64,
    /// The area of the score on these rows.
    pub score: Area,
    /// The area of the baseline on them.
    pub area: Area,
    /// Score minus baseline.
    pub difference: Ratio,
    /// DeLong's, paired and by account.
    pub interval: Option<Interval>,
    /// What that says.
    pub standing: Standing,
}

/// A test in which nothing is to be found.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Control {
    /// The seed by which outcomes were dealt out.
    pub seed: u64,
    /// The area it came to.
    pub area: Area,
}

impl Control {
    /// Whether nothing was found: one half lies in the interval.
    #[must_use]
    pub fn found_nothing(&self) -> bool {
        self.area.interval.is_some_and(|interval| interval.contains(0.5))
    }
}

fn share(part: u64, all: u64) -> Option<Ratio> {
    Ratio::new(i128::from(part), i128::from(all)).map(Ratio::reduced)
}

/// Of the rows that have a risk, rows of one account in one cluster.
fn area(rows: &[Glance], risk: impl Fn(&Glance) -> Option<f64>) -> Result<Option<Auc>, AucError> {
    let rows: Vec<(u32, bool, f64)> = rows
        .iter()
        .filter_map(|row| Some((row.account, row.fate.is_event(), risk(row)?)))
        .collect();
    let mut accounts: Vec<u32> = rows.iter().map(|row| row.0).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let cluster = |row: &(u32, bool, f64)| accounts.partition_point(|&other| other < row.0);
    let clusters: Vec<usize> = rows.iter().map(cluster).collect();
    let events: Vec<bool> = rows.iter().map(|row| row.1).collect();
    let risks: Vec<f64> = rows.iter().map(|row| row.2).collect();
    Auc::of_clusters(&risks, &events, &clusters)
}

fn compare(
    rows: &[Glance],
    risk: impl Fn(&Glance) -> Option<f64>,
    baseline: Baseline,
    level: Level,
) -> Result<Option<Comparison>, AucError> {
    let both: Vec<Glance> =
        rows.iter().filter(|row| baseline.risk(row).is_some()).copied().collect();
    let (ours, theirs) = (area(&both, risk)?, area(&both, |row| baseline.risk(row))?);
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return Ok(None) };
    let difference = ours.difference(&theirs)?;
    let interval = difference.interval(level);
    Ok(Some(Comparison {
        baseline,
        rows: u64::try_from(both.len()).unwrap_or(u64::MAX),
        score: Area::new(&ours, level),
        area: Area::new(&theirs, level),
        difference: difference.ratio(),
        interval,
        standing: standing(&difference, interval),
    }))
}

fn standing(difference: &AucDifference, interval: Option<Interval>) -> Standing {
    match interval {
        Some(interval) if !interval.contains(0.0) => {
            if difference.estimate() > 0.0 {
                Standing::Better
            } else {
                Standing::Worse
            }
        }
        _ => Standing::NoBetter,
    }
}

fn control(rows: &[Glance], level: Level, seed: u64) -> Result<Option<Control>, AucError> {
    let mut dealt = rows.to_vec();
    for period in dealt.chunk_by_mut(|one, next| one.at == next.at) {
        let day =
            period.first().map_or(0, |row| row.at.signed_duration_since(NaiveDate::MIN).num_days());
        let mut fates: Vec<Fate> = period.iter().map(|row| row.fate).collect();
        control::shuffle(&mut fates, seed, u64::try_from(day).unwrap_or_default());
        for (row, fate) in period.iter_mut().zip(fates) {
            row.fate = fate;
        }
    }
    let risk = |row: &Glance| row.score.map(|score| -f64::from(score));
    Ok(area(&dealt, risk)?.map(|auc| Control { seed, area: Area::new(&auc, level) }))
}

/// The mean of some numbers; `None` of none.
fn mean(values: &[f64]) -> Option<f64> {
    let mut sum = tenure_stats::ExactSum::new();
    for &value in values {
        sum.push(value).ok()?;
    }
    if values.is_empty() { None } else { Some(sum.value()? / len_to_f64(values.len())) }
}

#[cfg(test)]
mod tests;
