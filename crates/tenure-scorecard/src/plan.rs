//! The two passes over a portfolio, in shards that merge: survey, fit, measure, finish.

use std::borrow::Cow;
use std::num::NonZeroUsize;

use tenure_classify::{ValueMedian, ValuePerDay};
use tenure_clv::{RfmBins, RfmTable};
use tenure_model::{Book, Relationship};

use crate::compute::{Contexts, Job, ScorecardPart, of_account};
use crate::error::ScorecardError;
use crate::money::reporting_currency;
use crate::parallel::{chunks, in_parallel};
use crate::scorecard::{FittedModel, Scorecard};
use crate::settings::Settings;
use crate::usage;
use crate::value::{Fitting, Models};

/// Accounts between two words of progress.
const STRIDE: usize = 1_024;

/// Classifies every account of a book and computes every metric by class, stage, segment and period.
///
/// 1. *Question*: who are they to us, and how is it going, class by class?
/// 2. *Formula*: each figure names its own; class and stage are those at `as_of`, and for a figure
///    over a window those on the day before the window, so that the outcome does not choose them.
///    An account that was not there yet is undetermined then, and in no stage. Figures over a window
///    are told by calendar quarter or month as well: see [`PeriodFigures`](crate::PeriodFigures).
/// 3. *Shape*: in, a book and settings; out, a [`Scorecard`]. Every state is merged, never
///    averaged: any number of threads gives the same bytes. `progress` is told how many accounts
///    are done since it was last told. Cost: linear in events; memory for a purchase summary and a
///    line an account, and a state a class and stage, a segment, and a class and period.
/// 4. *Undefined when*: a figure without data is `None`; money figures are left out where the book
///    has no money.
/// 5. *Accuracy*: that of each figure's engine; sums of estimates are exact sums, rounded once.
/// 6. *Source*: own definition.
///
/// # Errors
/// Amounts in several currencies and none chosen, windows outside the calendar, more than
/// [`MAX_SEGMENTS`](crate::MAX_SEGMENTS) segments, or a value an engine cannot take, with its account.
///
/// ```
/// use std::num::NonZeroUsize;
/// use tenure_model::record::{Answer, Response, Survey};
/// use tenure_model::{AccountId, Book, Coverage, Event, Record, parse_date};
/// use tenure_scorecard::{Settings, scorecard};
///
/// let answer = Response::new(parse_date("2025-06-01")?, Survey::Nps, Answer::Score(10));
/// let event = Event::new(AccountId::new("acme")?, Record::Response(answer));
/// let (book, _) = Book::from_events([event]);
/// let settings = Settings::new(parse_date("2025-12-31")?, Coverage::absent());
/// let card = scorecard(&book, &settings, NonZeroUsize::MIN, &|_| {})?;
/// let nps = card.total.figures.iter().find(|figure| figure.id == "nps");
/// assert_eq!(nps.and_then(|nps| nps.counts.first()).map(|(_, answers)| *answers), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn scorecard(
    book: &Book,
    settings: &Settings,
    threads: NonZeroUsize,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Scorecard, ScorecardError> {
    let now = settings.dates()?.now;
    let mut settings = Cow::Borrowed(settings);
    if settings.currency.is_none() {
        let currency = reporting_currency(book, None, now, settings.zone)?;
        settings.to_mut().currency = currency;
    }
    let plan = ScorecardPlan::new(&settings)?;
    let survey = plan.survey(book, threads)?;
    let fitted = plan.fit(&survey);
    drop(survey);
    let part = fitted.measure(book, threads, progress)?;
    fitted.finish(part)
}

/// A scorecard of a portfolio in parts: of accounts in several places, or more than fit at once.
///
/// ```text
/// each shard: survey(shard)  --merge--> fit  --> each shard: measure(shard)  --merge--> finish
/// ```
///
/// The models and the portfolio's median value need every account before any of them can be
/// measured: hence two passes. Each account belongs to one shard. Parts merge in any order, and any
/// split gives the bytes of [`scorecard`] over the whole.
///
/// *Shape*: in, books of disjoint accounts, the same twice; out, a [`Scorecard`]. Cost: that of
/// [`scorecard`]; a part holds a line an account and a state a class and stage, a segment, and a
/// class and period.
///
/// ```
/// use std::num::NonZeroUsize;
/// use tenure_model::record::{Answer, Response, Survey};
/// use tenure_model::{AccountId, Book, Coverage, Event, Record, parse_date};
/// use tenure_scorecard::{ScorecardPlan, Settings, scorecard};
///
/// let answer = |account, score| -> Result<Event, Box<dyn std::error::Error>> {
///     let answer = Response::new(parse_date("2025-06-01")?, Survey::Nps, Answer::Score(score));
///     Ok(Event::new(AccountId::new(account)?, Record::Response(answer)))
/// };
/// let (one, _) = Book::from_events([answer("acme", 10)?]);
/// let (two, _) = Book::from_events([answer("moon", 3)?]);
/// let settings = Settings::new(parse_date("2025-12-31")?, Coverage::absent());
///
/// let plan = ScorecardPlan::new(&settings)?;
/// let mut survey = plan.survey(&one, NonZeroUsize::MIN)?;
/// survey.merge(&plan.survey(&two, NonZeroUsize::MIN)?)?;
/// let fitted = plan.fit(&survey);
/// let mut part = fitted.measure(&two, NonZeroUsize::MIN, &|_| {})?;
/// part.merge(fitted.measure(&one, NonZeroUsize::MIN, &|_| {})?)?;
///
/// let (whole, _) = Book::from_events([answer("acme", 10)?, answer("moon", 3)?]);
/// assert_eq!(fitted.finish(part)?, scorecard(&whole, &settings, NonZeroUsize::MIN, &|_| {})?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ScorecardPlan<'a> {
    job: Job<'a>,
}

/// What the first pass found in a shard: what the models are fitted to, and the values a day.
#[derive(Debug, Clone)]
pub struct PortfolioSurvey {
    pub(crate) fitting: Fitting,
    /// Recency, frequency and monetary value of every account, for the bins.
    pub(crate) rfm: RfmTable<()>,
    /// Value a day, at each of the three days.
    pub(crate) rates: [Vec<ValuePerDay>; 3],
}

/// A plan whose models are fitted, ready for the second pass.
#[derive(Debug)]
pub struct FittedPlan<'a> {
    job: &'a Job<'a>,
    pub(crate) models: Models,
    fitted: Vec<FittedModel>,
    medians: [Option<ValueMedian>; 3],
    pub(crate) bins: Option<RfmBins>,
}

impl<'a> ScorecardPlan<'a> {
    /// The plan of these settings. Without a reporting currency there are no figures of money:
    /// shards cannot tell each other's, so name it.
    ///
    /// # Errors
    /// Windows outside the calendar.
    pub fn new(settings: &'a Settings) -> Result<Self, ScorecardError> {
        Ok(Self { job: Job::new(settings)? })
    }

    /// First pass over a shard.
    ///
    /// # Errors
    /// A value an engine cannot take, with its account.
    pub fn survey(
        &self,
        shard: &Book,
        threads: NonZeroUsize,
    ) -> Result<PortfolioSurvey, ScorecardError> {
        let mut all = self.job.nothing();
        for part in in_parallel(&chunks(shard, threads), |chunk| self.job.survey(chunk))? {
            all.merge(&part)?;
        }
        Ok(all)
    }

    /// Fits the models to all the shards together; where one cannot be fitted, the scorecard says
    /// why.
    #[must_use]
    pub fn fit(&self, survey: &PortfolioSurvey) -> FittedPlan<'_> {
        let currency = self.job.settings.currency;
        let (models, fitted) = survey.fitting.models(&self.job.settings.value, currency);
        let medians = survey.rates.each_ref();
        let medians = medians.map(|rates| ValueMedian::of(currency?, rates.iter().copied()));
        let bins = self.job.rfm.bins(&survey.rfm);
        FittedPlan { job: &self.job, models, fitted, medians, bins }
    }
}

impl PortfolioSurvey {
    /// Takes in another shard.
    ///
    /// # Errors
    /// A full count.
    pub fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.fitting.merge(&other.fitting)?;
        self.rfm.merge(&other.rfm)?;
        for (all, more) in self.rates.iter_mut().zip(&other.rates) {
            all.extend(more);
        }
        Ok(())
    }
}

impl FittedPlan<'_> {
    /// Second pass over a shard; `progress` is told how many accounts are done since it was last told.
    ///
    /// # Errors
    /// A value an engine cannot take, with its account; more than [`MAX_SEGMENTS`](crate::MAX_SEGMENTS) segments.
    pub fn measure(
        &self,
        shard: &Book,
        threads: NonZeroUsize,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<ScorecardPart, ScorecardError> {
        let mut all = self.job.empty_part();
        let parts =
            in_parallel(&chunks(shard, threads), |chunk| self.measure_chunk(chunk, progress))?;
        for part in parts {
            all.merge(part)?;
        }
        Ok(all)
    }

    fn measure_chunk(
        &self,
        chunk: &[Relationship],
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<ScorecardPart, ScorecardError> {
        let job = self.job;
        let mut found = job.empty_part();
        found.lines.reserve(chunk.len());
        let contexts = Contexts::new(job, self.medians);
        for stride in chunk.chunks(STRIDE) {
            for relationship in stride {
                if !usage::is_seen(relationship, job.dates.now) {
                    found.not_yet = found.not_yet.saturating_add(1);
                    continue;
                }
                job.measure_one(relationship, self, &contexts, &mut found)
                    .map_err(|source| of_account(relationship, source))?;
            }
            found.groups.check_segments()?;
            progress(u64::try_from(stride.len()).unwrap_or(u64::MAX));
        }
        found.tables = job.table_uses(chunk);
        Ok(found)
    }

    /// The scorecard of all the shards together.
    ///
    /// # Errors
    /// An account that was in two of them.
    pub fn finish(&self, part: ScorecardPart) -> Result<Scorecard, ScorecardError> {
        self.job.finish(part, self.fitted.clone(), self.bins.clone())
    }
}
