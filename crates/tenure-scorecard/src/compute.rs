//! One account after the other into the groups of its classes, and the groups to a scorecard.

use tenure_classify::{Class, Context, Evidence, Override, Stage, ValueMedian, brief, class_of};
use tenure_clv::{RfmBins, SummaryDefinition};
use tenure_model::{AsOf, PurchaseDays, Relationship};
use tenure_revenue::RenewalDefinition;
use tenure_service::{FcrDefinition, RepeatRule, ServiceWindow};

use crate::error::ScorecardError;
use crate::group::{GroupState, Known, Question, period_figures};
use crate::groups::{Groups, SegmentKey, StageThen};
use crate::health::Profiles;
use crate::loyalty::LoyaltyState;
use crate::period;
use crate::plan::{FittedPlan, PortfolioSurvey};
use crate::population::{CLASSES, Census, Moves, STAGES};
use crate::relations::{self, Treated};
use crate::revenue::{RevenueQuestion, Subscriptions};
use crate::rfm::RfmQuestion;
use crate::scorecard::{AccountLine, FittedModel, Group, PeriodFigures, Scorecard, TableUse};
use crate::settings::{Dates, Settings};
use crate::silence::{ReEngagement, Silence};
use crate::spread::spreads;
use crate::streams;
use crate::usage;
use crate::value::{Fitting, Outlook, Purchases};
use crate::window::{Account, WindowQuestion, WindowState};

/// What the second pass found in a shard.
#[derive(Debug, Clone)]
pub struct ScorecardPart {
    pub(crate) groups: Groups,
    pub(crate) lines: Vec<AccountLine>,
    census: Census,
    moves: Moves,
    loyalty: LoyaltyState,
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
        self.loyalty.merge(&other.loyalty);
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
    pub(crate) rfm: RfmQuestion,
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
        let cuts = period::cuts(&dates, settings.period)?;
        let money = match settings.currency {
            None => None,
            Some(currency) => {
                Some((currency, RevenueQuestion::new(settings, &dates, currency, &cuts)?))
            }
        };
        let playbook = &settings.playbook;
        let window = WindowQuestion {
            days: dates.window,
            now: dates.now,
            fcr: FcrDefinition::new(settings.repeat_window_days, RepeatRule::Rolling)?,
            service: ServiceWindow::of_days(dates.window, dates.now)?,
            care: relations::question(settings, &dates)?,
            renewals: settings
                .currency
                .map(|currency| RenewalDefinition::new(currency, dates.window, dates.now.day())),
            is_part: false,
        };
        let periods = cuts.iter().filter_map(|cut| cut.days).map(|days| window.within(days));
        let question = Question {
            periods: periods.collect::<Result<_, _>>()?,
            cuts,
            window,
            profiles: Profiles::new(),
            playbook: format!("{} {}", playbook.id(), playbook.version()),
            value: settings.value,
            now: dates.now,
            money,
        };
        let summary = settings
            .currency
            .map(|currency| SummaryDefinition::new(currency, settings.value.refunds));
        let rfm = RfmQuestion::new(&settings.rfm, settings.currency, settings.as_of)?;
        Ok(Self { settings, dates, summary, question, rfm })
    }

    /// The three days an account is classified at: now, and when each window opened.
    const fn days(&self) -> [AsOf; 3] {
        [self.dates.now, self.dates.opening, self.dates.revenue_opening]
    }

    pub(crate) fn nothing(&self) -> PortfolioSurvey {
        let fitting = Fitting::new(&self.settings.value);
        PortfolioSurvey { fitting, rfm: self.rfm.intake(), rates: Default::default() }
    }

    pub(crate) fn empty_part(&self) -> ScorecardPart {
        ScorecardPart {
            groups: Groups::default(),
            lines: Vec::new(),
            census: Census::default(),
            moves: Moves::default(),
            loyalty: LoyaltyState::default(),
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
            let purchases = Purchases::of(relationship, self.dates.now, summary)
                .map_err(|source| of_account(relationship, source))?;
            found.rfm.push((), self.rfm.outcome(&purchases)?);
            found
                .fitting
                .push(&purchases, &self.settings.value)
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
        plan: &FittedPlan<'_>,
        contexts: &Contexts<'_>,
        found: &mut ScorecardPart,
    ) -> Result<(), ScorecardError> {
        let Contexts { now, opening, revenue_opening } = contexts;
        let mut now = *now;
        now.overrides = self.settings.overrides_of(relationship.account());
        let verdict = brief(&Evidence::of(relationship, &now), &now);
        let class = verdict.class;
        let (class_at_opening, stage_at_opening) = self.then(relationship, opening);
        let (class_at_revenue, stage_at_revenue) = if opening.as_of == revenue_opening.as_of {
            (class_at_opening, stage_at_opening)
        } else {
            self.then(relationship, revenue_opening)
        };
        let there_at_opening = stage_at_opening.is_some();
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
            Some(purchases) => plan.models.outlook(purchases)?,
            None => Outlook::default(),
        };
        let days = relationship.purchase_days(self.dates.now);
        let silence = Silence::of(relationship, &days, self.dates.now, verdict.stage);
        let rfm = self.rfm.score(plan.bins.as_ref(), purchases.as_ref())?;
        let programme = self.settings.loyalty.as_ref();
        let membership = found.loyalty.push(relationship, class, programme, self.dates.now)?;

        let groups = &mut found.groups;
        for state in groups.of(class, Some(verdict.stage), &segment, question) {
            state.accounts = state.accounts.saturating_add(1);
            state.health.push(&health)?;
            state.treatment.push(&treated);
            state.silence.push_rhythm(&silence);
            if let (Some(money), Some(purchases)) = (&mut state.money, &purchases) {
                money.value.push(purchases, &outlook)?;
            }
        }
        let account = Account::of(relationship, &question.window);
        for state in groups.of(class_at_opening, stage_at_opening, &segment, question) {
            state.window.push(&account, &question.window)?;
            state.silence.push_return(&silence, self.dates.window);
        }
        for (state, asked) in groups.periods_of(class_at_opening, &question.periods) {
            state.push(&account, asked)?;
        }
        let mut mrr = None;
        if let Some((_, asked)) = &question.money {
            let subscriptions = Subscriptions::of(relationship, asked)?;
            mrr = subscriptions.mrr(asked);
            for state in groups.of(class_at_revenue, stage_at_revenue, &segment, question) {
                if let Some(money) = &mut state.money {
                    money.revenue.push(&subscriptions)?;
                }
            }
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
            stage_at_opening: stage_at_opening.map(Stage::name),
            there_at_opening,
            mismatches: treated.mismatches,
            health: health.span(contract_share)?,
            contract_share,
            paid_in_window: self.paid_in_window(&days),
            mrr,
            p_alive: outlook.p_alive,
            expected_purchases: outlook.expected_purchases,
            residual_value: outlook.residual_value,
            rfm,
            silence,
            membership,
        });
        Ok(())
    }

    /// The class and the stage on an opening day, of one reading; no stage where nothing of the
    /// account could be seen yet.
    fn then(&self, relationship: &Relationship, context: &Context<'_>) -> (Class, StageThen) {
        let evidence = Evidence::of(relationship, context);
        let there = usage::is_seen(relationship, context.as_of);
        (class_of(&evidence, context), there.then_some(evidence.stage()))
    }

    /// Purchases less refunds in the window, where there is any, each refund on the day of the
    /// purchase it names.
    fn paid_in_window(&self, days: &PurchaseDays) -> Option<i128> {
        let currency = self.settings.currency?;
        let own = days
            .nets()
            .iter()
            .filter(|day| day.currency == currency && self.dates.window.contains(day.date));
        own.map(|day| day.net)
            .fold(None, |sum: Option<i128>, net| Some(sum.unwrap_or(0).saturating_add(net)))
    }

    /// The periods, in order. What is told by days has its own states; revenue is cut by month.
    fn by_period(
        &self,
        groups: &Groups,
        by_class: &[(Class, GroupState)],
        total: &GroupState,
        known: &Known,
    ) -> Result<Vec<PeriodFigures>, ScorecardError> {
        let question = &self.question;
        let none: Vec<WindowState> = question.periods.iter().map(WindowState::new).collect();
        let mut all = none.clone();
        for (_, states) in groups.by_period() {
            for (sum, state) in all.iter_mut().zip(states) {
                sum.merge(state)?;
            }
        }
        let mut out = Vec::with_capacity(question.cuts.len());
        let mut with_days = 0_usize..;
        for cut in &question.cuts {
            let place = cut.days.and_then(|_| with_days.next());
            let figures = |states: &[WindowState], revenue: &GroupState| {
                let days = place.and_then(|place| states.get(place));
                period_figures(days, cut.months, revenue, question, known)
            };
            let of_class = |(class, revenue): &(Class, GroupState)| {
                let own = groups.by_period().find(|(own, _)| own == class);
                (class.name(), figures(own.map_or(&none, |(_, states)| states), revenue))
            };
            out.push(PeriodFigures {
                name: cut.name.clone(),
                days: cut.days,
                months: cut.months,
                total: figures(&all, total),
                by_class: by_class.iter().map(of_class).collect(),
            });
        }
        Ok(out)
    }

    pub(crate) fn finish(
        &self,
        part: ScorecardPart,
        models: Vec<FittedModel>,
        bins: Option<RfmBins>,
    ) -> Result<Scorecard, ScorecardError> {
        let ScorecardPart { groups, lines: mut accounts, census, moves, loyalty, tables, not_yet } =
            part;
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
        let not_there_yet: StageThen = None;
        let mut by_stage: Vec<(StageThen, GroupState)> =
            STAGES.map(Some).into_iter().chain([not_there_yet]).map(|one| (one, empty())).collect();
        for (class, stage, state) in groups.by_class_and_stage() {
            total.merge(state)?;
            for (_, sum) in by_class.iter_mut().filter(|(own, _)| *own == class) {
                sum.merge(state)?;
            }
            for (_, sum) in by_stage.iter_mut().filter(|(own, _)| *own == stage) {
                sum.merge(state)?;
            }
        }
        let fits: Vec<String> =
            models.iter().map(|model| format!("{} {}", model.id, model.status)).collect();
        let known = Known { bots: total.window.service.knows_of_bots(), fits: fits.join(", ") };
        let group = |name: String, state: &GroupState| Group {
            name,
            accounts: state.accounts,
            figures: state.figures(&self.question, &known),
        };
        let Settings { rules, playbook, currency, loyalty: programme, .. } = self.settings;
        let (today, window) = (self.dates.now.day(), self.dates.window);
        Ok(Scorecard {
            as_of: self.dates.now,
            currency: *currency,
            window: self.dates.window,
            revenue_months: (self.dates.first, self.dates.last),
            period: self.settings.period,
            rule_set: format!("{} {}", rules.id(), rules.version()),
            playbook: format!("{} {}", playbook.id(), playbook.version()),
            tables,
            population: census.population(),
            transitions: moves.transitions(),
            spreads: spreads(&accounts),
            models,
            rfm: currency.map(|_| self.rfm.section(bins, &accounts)),
            re_engagement: ReEngagement::of(&accounts, today, window),
            loyalty: loyalty.section(programme.as_ref(), &accounts, today),
            total: group("all".to_owned(), &total),
            by_class: by_class
                .iter()
                .map(|(class, state)| group(class.name().to_owned(), state))
                .collect(),
            by_stage: by_stage
                .iter()
                .map(|(stage, state)| {
                    group(stage.map_or("(not there yet)", Stage::name).to_owned(), state)
                })
                .collect(),
            by_period: self.by_period(&groups, &by_class, &total, &known)?,
            by_segment: groups
                .by_segment()
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
