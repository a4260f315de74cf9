//! From a book to its scorecard: two passes over the accounts, each in parallel.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::thread;

use tenure_classify::{
    Class, Context, Evidence, Override, ValueMedian, ValuePerDay, brief, class_of,
};
use tenure_clv::SummaryDefinition;
use tenure_model::{AsOf, Book, Currency, Relationship, Text};
use tenure_service::{FcrDefinition, RepeatRule, ServiceWindow};

use crate::error::ScorecardError;
use crate::group::{GroupState, Known, Question};
use crate::health::Profiles;
use crate::money::reporting_currency;
use crate::population::{CLASSES, Census};
use crate::revenue::RevenueQuestion;
use crate::scorecard::{AccountLine, Group, Scorecard};
use crate::settings::{Dates, Settings};
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
    let dates = settings.dates()?;
    let currency = reporting_currency(book, settings.currency, dates.now, settings.zone)?;
    let job = Job::new(settings, dates, currency)?;
    let chunks = chunks(book, threads);

    let surveyed = in_parallel(&chunks, |chunk| job.survey(chunk))?;
    let mut fitting = Fitting::new(&settings.value);
    let mut rates: [Vec<ValuePerDay>; 3] = Default::default();
    let mut purchases = Vec::with_capacity(chunks.len());
    for part in surveyed {
        fitting.merge(&part.fitting)?;
        for (all, more) in rates.iter_mut().zip(part.rates) {
            all.extend(more);
        }
        purchases.push(part.purchases);
    }
    let (models, fitted) = fitting.models(&settings.value, currency);
    let medians = rates.map(|rates| ValueMedian::of(currency?, rates));

    let work: Vec<(&[Relationship], Vec<Purchases>)> = chunks.into_iter().zip(purchases).collect();
    let measured = in_parallel(&work, |(chunk, purchases)| {
        job.measure(chunk, purchases, &models, medians, progress)
    })?;
    let mut groups = Groups::new();
    let mut accounts = Vec::with_capacity(book.len());
    let mut census = Census::default();
    let mut not_yet = 0_u64;
    for part in measured {
        merge_groups(&mut groups, part.groups)?;
        accounts.extend(part.lines);
        not_yet = not_yet.saturating_add(part.not_yet);
        census.merge(&part.census);
    }
    let mut card = job.finish(book, groups, accounts, &census, fitted)?;
    card.accounts_not_yet = not_yet;
    Ok(card)
}

/// Class and segment; accounts without a segment come last.
type Groups = BTreeMap<(Class, SegmentKey), GroupState>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum SegmentKey {
    Named(Text),
    None,
}

/// What the first pass finds in a chunk of accounts.
struct Surveyed {
    purchases: Vec<Purchases>,
    fitting: Fitting,
    /// Value a day, at each of the three days.
    rates: [Vec<ValuePerDay>; 3],
}

/// What the second pass finds in a chunk of accounts.
struct Measured {
    groups: Groups,
    lines: Vec<AccountLine>,
    census: Census,
    /// Accounts of which nothing can be seen yet.
    not_yet: u64,
}

/// Everything a pass needs, besides the accounts.
struct Job<'a> {
    settings: &'a Settings,
    dates: Dates,
    currency: Option<Currency>,
    summary: Option<SummaryDefinition>,
    question: Question,
}

impl<'a> Job<'a> {
    fn new(
        settings: &'a Settings,
        dates: Dates,
        currency: Option<Currency>,
    ) -> Result<Self, ScorecardError> {
        let money = match currency {
            None => None,
            Some(currency) => Some((currency, RevenueQuestion::new(settings, &dates, currency)?)),
        };
        let question = Question {
            fcr: FcrDefinition::new(settings.repeat_window_days, RepeatRule::Rolling)?,
            service_window: ServiceWindow::of_days(dates.window, dates.now)?,
            profiles: Profiles::new(),
            value: settings.value,
            now: dates.now,
            money,
        };
        let summary =
            currency.map(|currency| SummaryDefinition::new(currency, settings.value.refunds));
        Ok(Self { settings, dates, currency, summary, question })
    }

    /// The three days an account is classified at: now, and when each window opened.
    const fn days(&self) -> [AsOf; 3] {
        [self.dates.now, self.dates.opening, self.dates.revenue_opening]
    }

    /// First pass: purchases for the models, value a day for the portfolio's median.
    fn survey(&self, chunk: &[Relationship]) -> Result<Surveyed, ScorecardError> {
        let mut found = Surveyed {
            purchases: Vec::with_capacity(chunk.len()),
            fitting: Fitting::new(&self.settings.value),
            rates: Default::default(),
        };
        let contexts = self.days().map(|day| self.settings.context_on(day, None));
        for relationship in chunk {
            if let Some(summary) = self.summary {
                let purchases = Purchases::of(relationship, self.dates.now, summary)
                    .and_then(|purchases| {
                        found.fitting.push(&purchases, &self.settings.value)?;
                        Ok(purchases)
                    })
                    .map_err(|source| of_account(relationship, source))?;
                found.purchases.push(purchases);
                for (rates, context) in found.rates.iter_mut().zip(&contexts) {
                    rates.extend(Evidence::of(relationship, context).value_per_day());
                }
            }
        }
        Ok(found)
    }

    /// Second pass: verdicts, and every account into the groups of its classes.
    fn measure(
        &self,
        chunk: &[Relationship],
        purchases: &[Purchases],
        models: &Models,
        medians: [Option<ValueMedian>; 3],
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Measured, ScorecardError> {
        let mut found = Measured {
            groups: Groups::new(),
            lines: Vec::with_capacity(chunk.len()),
            census: Census::default(),
            not_yet: 0,
        };
        let [now, opening, revenue_opening] = self.days();
        let [at_now, at_opening, at_revenue] = medians;
        let contexts = [
            self.settings.context_on(now, at_now),
            self.settings.context_on(opening, at_opening),
            self.settings.context_on(revenue_opening, at_revenue),
        ];
        let mut purchases = purchases.iter();
        for stride in chunk.chunks(STRIDE) {
            for relationship in stride {
                let purchases = purchases.next();
                if !usage::is_seen(relationship, self.dates.now) {
                    found.not_yet = found.not_yet.saturating_add(1);
                    continue;
                }
                self.measure_one(relationship, purchases, models, &contexts, &mut found)
                    .map_err(|source| of_account(relationship, source))?;
            }
            check_segments(&found.groups)?;
            progress(u64::try_from(stride.len()).unwrap_or(u64::MAX));
        }
        Ok(found)
    }

    fn measure_one(
        &self,
        relationship: &Relationship,
        purchases: Option<&Purchases>,
        models: &Models,
        contexts: &[Context<'_>; 3],
        found: &mut Measured,
    ) -> Result<(), ScorecardError> {
        let [now, opening, revenue_opening] = contexts;
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
        let profile = relationship.profile_known(self.dates.now);
        let named = profile.and_then(|profile| profile.segment.clone());
        let segment = named.clone().map_or(SegmentKey::None, SegmentKey::Named);
        let question = &self.question;
        let health = question.profiles.health(class, relationship, self.dates.now)?;
        let outlook = match purchases {
            Some(purchases) => models.outlook(purchases)?,
            None => Outlook::default(),
        };

        let groups = &mut found.groups;
        let state = group(groups, class, &segment, question);
        state.accounts = state.accounts.saturating_add(1);
        state.health.push(&health)?;
        if let (Some(money), Some(purchases)) = (&mut state.money, purchases) {
            money.value.push(purchases, &outlook)?;
        }
        let state = group(groups, class_at_opening, &segment, question);
        state.survey.push(relationship, self.dates.window, self.dates.now)?;
        state.service.push(relationship)?;
        if let (Some(money), Some((_, revenue))) = (&mut state.money, &question.money) {
            money.revenue.push_renewals(relationship, revenue)?;
        }
        let state = group(groups, class_at_revenue, &segment, question);
        if let (Some(money), Some((_, revenue))) = (&mut state.money, &question.money) {
            money.revenue.push_subscriptions(relationship, revenue)?;
        }

        found.census.count(class, verdict.stage);
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
            health: health.span(),
            p_alive: outlook.p_alive,
            expected_purchases: outlook.expected_purchases,
            residual_value: outlook.residual_value,
        });
        Ok(())
    }

    fn finish(
        &self,
        book: &Book,
        groups: Groups,
        accounts: Vec<AccountLine>,
        census: &Census,
        models: Vec<crate::scorecard::FittedModel>,
    ) -> Result<Scorecard, ScorecardError> {
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
        let rules = &self.settings.rules;
        Ok(Scorecard {
            as_of: self.dates.now,
            currency: self.currency,
            window: self.dates.window,
            revenue_months: (self.dates.first, self.dates.last),
            rule_set: format!("{} {}", rules.id(), rules.version()),
            tables: usage::table_uses(
                book.relationships(),
                self.dates.now,
                &self.settings.coverage,
                self.currency,
            ),
            population: census.population(),
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
            accounts_not_yet: 0,
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
