//! One account after the other into the groups of its classes, and the groups to a scorecard.

use std::collections::BTreeMap;

use tenure_classify::{Class, Context, Evidence, Override, ValueMedian, brief, class_of};
use tenure_clv::SummaryDefinition;
use tenure_model::{AsOf, Relationship};
use tenure_service::{FcrDefinition, RepeatRule, ServiceWindow};

use crate::error::ScorecardError;
use crate::group::{GroupState, Known, Question};
use crate::groups::{Groups, SegmentKey};
use crate::health::Profiles;
use crate::plan::PortfolioSurvey;
use crate::population::{CLASSES, Census, Moves};
use crate::relations::{self, Treated};
use crate::revenue::RevenueQuestion;
use crate::scorecard::{AccountLine, FittedModel, Group, Scorecard, TableUse};
use crate::settings::{Dates, Settings};
use crate::spread::spreads;
use crate::usage;
use crate::value::{Fitting, Models, Outlook, Purchases};

/// What the second pass found in a shard.
#[derive(Debug, Clone)]
pub struct ScorecardPart {
    pub(crate) groups: Groups,
    pub(crate) lines: Vec<AccountLine>,
    census: Census,
    moves: Moves,
    pub(crate) tables: Vec<TableUse>,
    /// Accounts of which nothing can be seen yet.
    pub(crate) not_yet: u64,
}

impl ScorecardPart {
    /// Takes in another shard.
    ///
    /// # Errors
    /// More than [`MAX_SEGMENTS`](crate::MAX_SEGMENTS) segments together, states of other settings, or a full count.
    pub fn merge(&mut self, other: Self) -> Result<(), ScorecardError> {
        self.groups.merge(other.groups)?;
        self.lines.extend(other.lines);
        self.census.merge(&other.census);
        self.moves.merge(&other.moves);
        usage::merge(&mut self.tables, &other.tables);
        self.not_yet = self.not_yet.saturating_add(other.not_yet);
        Ok(())
    }
}

/// Everything a pass needs, besides the accounts.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) dates: Dates,
    summary: Option<SummaryDefinition>,
    question: Question,
}

/// What an account is judged in, at each of the three days.
pub(crate) struct Contexts<'a> {
    now: Context<'a>,
    opening: Context<'a>,
    revenue_opening: Context<'a>,
}

impl<'a> Contexts<'a> {
    pub(crate) fn new(job: &'a Job<'_>, medians: [Option<ValueMedian>; 3]) -> Self {
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
    pub(crate) fn new(settings: &'a Settings) -> Result<Self, ScorecardError> {
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

    pub(crate) fn nothing(&self) -> PortfolioSurvey {
        let fitting = Fitting::new(&self.settings.value);
        PortfolioSurvey { fitting, rates: Default::default() }
    }

    pub(crate) fn empty_part(&self) -> ScorecardPart {
        ScorecardPart {
            groups: Groups::default(),
            lines: Vec::new(),
            census: Census::default(),
            moves: Moves::default(),
            tables: self.table_uses(&[]),
            not_yet: 0,
        }
    }

    pub(crate) fn table_uses(&self, chunk: &[Relationship]) -> Vec<TableUse> {
        let Settings { coverage, currency, .. } = self.settings;
        usage::table_uses(chunk, self.dates.now, coverage, *currency)
    }

    /// First pass: purchases for the models, value a day for the portfolio's median.
    pub(crate) fn survey(&self, chunk: &[Relationship]) -> Result<PortfolioSurvey, ScorecardError> {
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
    pub(crate) fn measure_one(
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
        let state = groups.of(class, &segment, question);
        state.accounts = state.accounts.saturating_add(1);
        state.health.push(&health)?;
        state.treatment.push(&treated);
        if let (Some(money), Some(purchases)) = (&mut state.money, &purchases) {
            money.value.push(purchases, &outlook)?;
        }
        let state = groups.of(class_at_opening, &segment, question);
        state.survey.push(relationship, self.dates.window, self.dates.now)?;
        state.service.push(relationship)?;
        state.care.push(relationship)?;
        if let (Some(money), Some((_, revenue))) = (&mut state.money, &question.money) {
            money.revenue.push_renewals(relationship, revenue)?;
        }
        let state = groups.of(class_at_revenue, &segment, question);
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
            health: health.span(),
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

    pub(crate) fn finish(
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
        for (class, segment, state) in groups.each() {
            total.merge(state)?;
            for (own, sum) in &mut by_class {
                if *own == class {
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

pub(crate) fn of_account(relationship: &Relationship, source: ScorecardError) -> ScorecardError {
    ScorecardError::Account { account: relationship.account().clone(), source: Box::new(source) }
}
