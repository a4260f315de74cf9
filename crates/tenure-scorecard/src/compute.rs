//! From a book to its scorecard: two passes over the accounts, each in parallel, each in parts that
//! merge.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::thread;

use tenure_classify::{
    Class, Context, Evidence, Override, ValueMedian, ValuePerDay, brief, class_of,
};
use tenure_clv::SummaryDefinition;
use tenure_model::{AsOf, Book, Relationship, Text};
use tenure_service::{FcrDefinition, RepeatRule, ServiceWindow};

use crate::error::ScorecardError;
use crate::group::{GroupState, Known, Question};
use crate::health::Profiles;
use crate::money::reporting_currency;
use crate::population::{CLASSES, Census, Moves};
use crate::relations::{self, Treated};
use crate::revenue::RevenueQuestion;
use crate::scorecard::{AccountLine, FittedModel, Group, Scorecard, TableUse};
use crate::settings::{Dates, Settings};
use crate::spread::spreads;
use crate::streams;
use crate::usage;
use crate::value::{Fitting, Models, Outlook, Purchases};

/// The most segments a scorecard holds.
pub const MAX_SEGMENTS: usize = 1_000;

/// Accounts between two words of progress.
const STRIDE: usize = 1_024;

/// Classifies every account of a book and computes every metric by class and segment.
///
/// 1. *Question*: who are they to us, and how is it going, class by class?
/// 2. *Formula*: each figure names its own; the class is the verdict at `as_of`, and for a figure
///    over a window the verdict on the day before the window, so that the outcome does not choose
///    the class. An account that was not there yet is undetermined then.
/// 3. *Shape*: in, a book and settings; out, a [`Scorecard`]. Every state is merged, never
///    averaged: any number of threads gives the same bytes. `progress` is told how many accounts
///    are done since it was last told. Cost: linear in events; memory for a purchase summary and a
///    line an account, and one state a class and segment.
/// 4. *Undefined when*: a figure without data is `None`; money figures are left out where the book
///    has no money.
/// 5. *Accuracy*: that of each figure's engine; sums of estimates are exact sums, rounded once.
/// 6. *Source*: own definition.
///
/// # Errors
/// Amounts in several currencies and none chosen, windows outside the calendar, more than
/// [`MAX_SEGMENTS`] segments, or a value an engine cannot take, with its account.
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
/// [`scorecard`]; a part holds a line an account and one state a class and segment.
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
    fitting: Fitting,
    /// Value a day, at each of the three days.
    rates: [Vec<ValuePerDay>; 3],
}

/// A plan whose models are fitted, ready for the second pass.
#[derive(Debug)]
pub struct FittedPlan<'a> {
    job: &'a Job<'a>,
    models: Models,
    fitted: Vec<FittedModel>,
    medians: [Option<ValueMedian>; 3],
}

/// What the second pass found in a shard.
#[derive(Debug, Clone)]
pub struct ScorecardPart {
    groups: Groups,
    lines: Vec<AccountLine>,
    census: Census,
    moves: Moves,
    tables: Vec<TableUse>,
    /// Accounts of which nothing can be seen yet.
    not_yet: u64,
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
        FittedPlan { job: &self.job, models, fitted, medians }
    }
}

impl PortfolioSurvey {
    /// Takes in another shard.
    ///
    /// # Errors
    /// A full count.
    pub fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.fitting.merge(&other.fitting)?;
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
    /// A value an engine cannot take, with its account; more than [`MAX_SEGMENTS`] segments.
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
                job.measure_one(relationship, &self.models, &contexts, &mut found)
                    .map_err(|source| of_account(relationship, source))?;
            }
            check_segments(&found.groups)?;
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
        self.job.finish(part, self.fitted.clone())
    }
}

impl ScorecardPart {
    /// Takes in another shard.
    ///
    /// # Errors
    /// More than [`MAX_SEGMENTS`] segments together, states of other settings, or a full count.
    pub fn merge(&mut self, other: Self) -> Result<(), ScorecardError> {
        merge_groups(&mut self.groups, other.groups)?;
        self.lines.extend(other.lines);
        self.census.merge(&other.census);
        self.moves.merge(&other.moves);
        usage::merge(&mut self.tables, &other.tables);
        self.not_yet = self.not_yet.saturating_add(other.not_yet);
        Ok(())
    }
}

/// Class and segment; accounts without a segment come last.
type Groups = BTreeMap<(Class, SegmentKey), GroupState>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum SegmentKey {
    Named(Text),
    None,
}

/// Everything a pass needs, besides the accounts.
#[derive(Debug)]
struct Job<'a> {
    settings: &'a Settings,
    dates: Dates,
    summary: Option<SummaryDefinition>,
    question: Question,
}

/// What an account is judged in, at each of the three days.
struct Contexts<'a> {
    now: Context<'a>,
    opening: Context<'a>,
    revenue_opening: Context<'a>,
}

impl<'a> Contexts<'a> {
    fn new(job: &'a Job<'_>, medians: [Option<ValueMedian>; 3]) -> Self {
        let [now, opening, revenue_opening] = job.days();
        let [at_now, at_opening, at_revenue] = medians;
        let settings = job.settings;
        Self {
            now: settings.context_on(now, at_now),
            opening: settings.context_on(opening, at_opening),
            revenue_opening: settings.context_on(revenue_opening, at_revenue),
        }
    }
}

impl<'a> Job<'a> {
    fn new(settings: &'a Settings) -> Result<Self, ScorecardError> {
        let dates = settings.dates()?;
        let money = match settings.currency {
            None => None,
            Some(currency) => Some((currency, RevenueQuestion::new(settings, &dates, currency)?)),
        };
        let playbook = &settings.playbook;
        let question = Question {
            fcr: FcrDefinition::new(settings.repeat_window_days, RepeatRule::Rolling)?,
            service_window: ServiceWindow::of_days(dates.window, dates.now)?,
            profiles: Profiles::new(),
            care: relations::question(settings, &dates)?,
            playbook: format!("{} {}", playbook.id(), playbook.version()),
            value: settings.value,
            now: dates.now,
            money,
        };
        let summary = settings
            .currency
            .map(|currency| SummaryDefinition::new(currency, settings.value.refunds));
        Ok(Self { settings, dates, summary, question })
    }

    /// The three days an account is classified at: now, and when each window opened.
    const fn days(&self) -> [AsOf; 3] {
        [self.dates.now, self.dates.opening, self.dates.revenue_opening]
    }

    fn nothing(&self) -> PortfolioSurvey {
        let fitting = Fitting::new(&self.settings.value);
        PortfolioSurvey { fitting, rates: Default::default() }
    }

    fn empty_part(&self) -> ScorecardPart {
        ScorecardPart {
            groups: Groups::new(),
            lines: Vec::new(),
            census: Census::default(),
            moves: Moves::default(),
            tables: self.table_uses(&[]),
            not_yet: 0,
        }
    }

    fn table_uses(&self, chunk: &[Relationship]) -> Vec<TableUse> {
        let Settings { coverage, currency, .. } = self.settings;
        usage::table_uses(chunk, self.dates.now, coverage, *currency)
    }

    /// First pass: purchases for the models, value a day for the portfolio's median.
    fn survey(&self, chunk: &[Relationship]) -> Result<PortfolioSurvey, ScorecardError> {
        let mut found = self.nothing();
        let Some(summary) = self.summary else { return Ok(found) };
        let contexts = self.days().map(|day| self.settings.context_on(day, None));
        for relationship in chunk {
            Purchases::of(relationship, self.dates.now, summary)
                .and_then(|purchases| found.fitting.push(&purchases, &self.settings.value))
                .map_err(|source| of_account(relationship, source))?;
            for (rates, context) in found.rates.iter_mut().zip(&contexts) {
                rates.extend(Evidence::of(relationship, context).value_per_day());
            }
        }
        Ok(found)
    }

    /// Second pass: verdicts, and the account into the groups of its classes.
    fn measure_one(
        &self,
        relationship: &Relationship,
        models: &Models,
        contexts: &Contexts<'_>,
        found: &mut ScorecardPart,
    ) -> Result<(), ScorecardError> {
        let Contexts { now, opening, revenue_opening } = contexts;
        let mut now = *now;
        now.overrides = self.settings.overrides_of(relationship.account());
        let verdict = brief(&Evidence::of(relationship, &now), &now);
        let class = verdict.class;
        let class_at_opening = class_of(&Evidence::of(relationship, opening), opening);
        let class_at_revenue = if opening.as_of == revenue_opening.as_of {
            class_at_opening
        } else {
            class_of(&Evidence::of(relationship, revenue_opening), revenue_opening)
        };
        let there_at_opening = usage::is_seen(relationship, self.dates.opening);
        let profile = relationship.profile_known(self.dates.now);
        let named = profile.and_then(|profile| profile.segment.clone());
        let segment = named.clone().map_or(SegmentKey::None, SegmentKey::Named);
        let question = &self.question;
        let health = question.profiles.health(class, relationship, self.dates.now)?;
        let contract_share = match &question.money {
            Some((_, revenue)) if class == Class::Hybrid => {
                streams::contract_share(relationship, revenue, &self.settings.coverage)?
            }
            _ => None,
        };
        let treated = Treated::of(relationship, &verdict, &self.settings.playbook, &now);
        let purchases = match self.summary {
            Some(summary) => Some(Purchases::of(relationship, self.dates.now, summary)?),
            None => None,
        };
        let outlook = match &purchases {
            Some(purchases) => models.outlook(purchases)?,
            None => Outlook::default(),
        };

        let groups = &mut found.groups;
        let state = group(groups, class, &segment, question);
        state.accounts = state.accounts.saturating_add(1);
        state.health.push(&health)?;
        state.treatment.push(&treated);
        if let (Some(money), Some(purchases)) = (&mut state.money, &purchases) {
            money.value.push(purchases, &outlook)?;
        }
        let state = group(groups, class_at_opening, &segment, question);
        state.survey.push(relationship, self.dates.window, self.dates.now)?;
        state.service.push(relationship)?;
        state.care.push(relationship)?;
        if let (Some(money), Some((_, revenue))) = (&mut state.money, &question.money) {
            money.revenue.push_renewals(relationship, revenue)?;
        }
        let state = group(groups, class_at_revenue, &segment, question);
        let mut mrr = None;
        if let (Some(money), Some((_, revenue))) = (&mut state.money, &question.money) {
            mrr = money.revenue.push_subscriptions(relationship, revenue)?;
        }

        found.census.count(class, verdict.stage);
        found.moves.count(there_at_opening.then_some(class_at_opening), class);
        found.lines.push(AccountLine {
            account: relationship.account().clone(),
            segment: named,
            class: class.name(),
            possible: verdict.possible.iter().map(Class::name).collect(),
            score: (i64::from(verdict.score.lo), i64::from(verdict.score.hi)),
            stage: verdict.stage.name(),
            confidence: verdict.confidence.name(),
            reasons: verdict.shown_reasons().iter().map(|reason| reason.name()).collect(),
            term: verdict.term.into_owned(),
            overridden: Override::in_force(now.overrides, now.as_of.day())
                .map(|word| word.class().name()),
            class_at_opening: class_at_opening.name(),
            there_at_opening,
            mismatches: treated.mismatches,
            health: health.span(contract_share)?,
            contract_share,
            paid_in_window: self.paid_in_window(relationship),
            mrr,
            p_alive: outlook.p_alive,
            expected_purchases: outlook.expected_purchases,
            residual_value: outlook.residual_value,
        });
        Ok(())
    }

    /// Purchases less refunds in the window, where there is any, each refund on the day of the
    /// purchase it names.
    fn paid_in_window(&self, relationship: &Relationship) -> Option<i128> {
        let currency = self.settings.currency?;
        let days = relationship.purchase_days(self.dates.now);
        let own = days
            .nets()
            .iter()
            .filter(|day| day.currency == currency && self.dates.window.contains(day.date));
        own.map(|day| day.net)
            .fold(None, |sum: Option<i128>, net| Some(sum.unwrap_or(0).saturating_add(net)))
    }

    fn finish(
        &self,
        part: ScorecardPart,
        models: Vec<FittedModel>,
    ) -> Result<Scorecard, ScorecardError> {
        let ScorecardPart { groups, lines: mut accounts, census, moves, tables, not_yet } = part;
        accounts.sort_by(|one, other| one.account.cmp(&other.account));
        let twice = accounts.windows(2).find_map(|pair| match pair {
            [one, other] if one.account == other.account => Some(one.account.clone()),
            _ => None,
        });
        if let Some(account) = twice {
            return Err(ScorecardError::AccountTwice { account });
        }
        let empty = || GroupState::new(&self.question);
        let mut total = empty();
        let mut by_class = CLASSES.map(|class| (class, empty()));
        let mut by_segment: BTreeMap<SegmentKey, GroupState> = BTreeMap::new();
        for ((class, segment), state) in &groups {
            total.merge(state)?;
            for (own, sum) in &mut by_class {
                if own == class {
                    sum.merge(state)?;
                }
            }
            by_segment.entry(segment.clone()).or_insert_with(empty).merge(state)?;
        }
        let fits: Vec<String> =
            models.iter().map(|model| format!("{} {}", model.id, model.status)).collect();
        let known = Known { bots: total.service.knows_of_bots(), fits: fits.join(", ") };
        let group = |name: String, state: &GroupState| Group {
            name,
            accounts: state.accounts,
            figures: state.figures(&self.question, &known),
        };
        let Settings { rules, playbook, currency, .. } = self.settings;
        Ok(Scorecard {
            as_of: self.dates.now,
            currency: *currency,
            window: self.dates.window,
            revenue_months: (self.dates.first, self.dates.last),
            rule_set: format!("{} {}", rules.id(), rules.version()),
            playbook: format!("{} {}", playbook.id(), playbook.version()),
            tables,
            population: census.population(),
            transitions: moves.transitions(),
            spreads: spreads(&accounts),
            models,
            total: group("all".to_owned(), &total),
            by_class: by_class
                .iter()
                .map(|(class, state)| group(class.name().to_owned(), state))
                .collect(),
            by_segment: by_segment
                .iter()
                .map(|(segment, state)| match segment {
                    SegmentKey::Named(name) => group(name.as_ref().to_owned(), state),
                    SegmentKey::None => group("(no segment)".to_owned(), state),
                })
                .collect(),
            accounts,
            accounts_not_yet: not_yet,
        })
    }
}

/// The state of a class and segment, empty where there is none yet.
fn group<'g>(
    groups: &'g mut Groups,
    class: Class,
    segment: &SegmentKey,
    question: &Question,
) -> &'g mut GroupState {
    groups.entry((class, segment.clone())).or_insert_with(|| GroupState::new(question))
}

/// Merges the groups of a chunk into those of the others.
fn merge_groups(groups: &mut Groups, more: Groups) -> Result<(), ScorecardError> {
    for (key, state) in more {
        match groups.get_mut(&key) {
            Some(own) => own.merge(&state)?,
            None => {
                groups.insert(key, state);
            }
        }
    }
    check_segments(groups)
}

/// Refuses more segments than a scorecard holds; no segment at all is none of them.
fn check_segments(groups: &Groups) -> Result<(), ScorecardError> {
    if groups.len() <= MAX_SEGMENTS {
        return Ok(());
    }
    let segments: BTreeSet<&SegmentKey> = groups
        .keys()
        .map(|(_, segment)| segment)
        .filter(|segment| **segment != SegmentKey::None)
        .collect();
    if segments.len() > MAX_SEGMENTS {
        return Err(ScorecardError::TooManySegments);
    }
    Ok(())
}

fn of_account(relationship: &Relationship, source: ScorecardError) -> ScorecardError {
    ScorecardError::Account { account: relationship.account().clone(), source: Box::new(source) }
}

/// The accounts in as many parts as there are threads.
pub(crate) fn chunks(book: &Book, threads: NonZeroUsize) -> Vec<&[Relationship]> {
    let size = book.len().div_ceil(threads.get()).max(1);
    book.relationships().chunks(size).collect()
}

/// Does the same to every part, a thread each; results in the order of the parts.
pub(crate) fn in_parallel<P: Sync, R: Send>(
    parts: &[P],
    work: impl Fn(&P) -> Result<R, ScorecardError> + Sync,
) -> Result<Vec<R>, ScorecardError> {
    if let [only] = parts {
        return Ok(vec![work(only)?]);
    }
    thread::scope(|scope| {
        let work = &work;
        let start = |part| thread::Builder::new().spawn_scoped(scope, move || work(part));
        // All of them run before the first is waited for.
        let running: Vec<_> = parts.iter().map(start).collect();
        running
            .into_iter()
            .map(|thread| {
                let thread = thread.map_err(|_| ScorecardError::Thread)?;
                thread.join().unwrap_or(Err(ScorecardError::Thread))
            })
            .collect()
    })
}
