//! What a scorecard is asked: the day, the windows, the definitions.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use chrono::NaiveDate;
use tenure_classify::{
    Context, Evidence, Override, Pack, Playbook, Policy, RuleSet, ValueMedian, ValuePerDay,
};
use tenure_clv::{DiscountRate, Refunds, TimeSpan, TimeUnit, Timing};
use tenure_health::loyalty::Programme;
use tenure_model::{AccountId, AsOf, Book, Coverage, Currency, Month, Period, Zone};

use crate::error::ScorecardError;
use crate::money::reporting_currency;
use crate::parallel::{chunks, in_parallel};
use crate::period::PeriodLength;
use crate::revenue::RevenueQuestion;
use crate::rfm::RfmSettings;
use crate::streams::ValueStreams;

/// What a scorecard is asked.
///
/// ```
/// use tenure_model::{Coverage, parse_date};
/// use tenure_scorecard::Settings;
/// let mut settings = Settings::new(parse_date("2025-12-31")?, Coverage::complete());
/// settings.window_months = 6;
/// # Ok::<(), tenure_model::DateError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The day of the question, included.
    pub as_of: NaiveDate,
    /// The last day whose records are known; `None`: `as_of`. The days on which windows open are asked
    /// with their own knowledge at most.
    pub known_at: Option<NaiveDate>,
    /// How complete each table is.
    pub coverage: Coverage,
    /// The reporting currency; `None`: the one currency of the book.
    pub currency: Option<Currency>,
    /// Where months and days begin.
    pub zone: Zone,
    /// Months of the survey, service and renewal window, which ends with `as_of`.
    pub window_months: u32,
    /// Months of the revenue window, which ends with the last closed month.
    pub revenue_months: u32,
    /// How long the periods are that the figures over a window are also told by.
    pub period: PeriodLength,
    /// The rules of the classes.
    pub rules: RuleSet,
    /// Industry packs in force, in order.
    pub packs: Vec<Pack>,
    /// The provider's own industry, read only inside a pack's rule.
    pub industry: Option<String>,
    /// What a verdict does with evidence that is missing.
    pub policy: Policy,
    /// What people decided about accounts: beside the computed class, never instead of it.
    pub overrides: BTreeMap<AccountId, Vec<Override>>,
    /// How accounts are to be treated, by class and stage.
    pub playbook: Playbook,
    /// Days within which another contact about an issue is a repeat.
    pub repeat_window_days: u32,
    /// How value is computed.
    pub value: ValueSettings,
    /// How recency, frequency and monetary value are scored.
    pub rfm: RfmSettings,
    /// The loyalty programme; `None`: entries of points are counted only.
    pub loyalty: Option<Programme>,
}

/// How lifetime value is computed.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ValueSettings {
    /// The unit of time of the models.
    pub unit: TimeUnit,
    /// What a refund does to the purchases.
    pub refunds: Refunds,
    /// Purchases are expected over this span after `as_of`; `None`: not asked.
    pub horizon: Option<TimeSpan>,
    /// The discount of what lies ahead; `None`: residual value is not computed.
    pub discount: Option<DiscountRate>,
    /// The share of what is paid that is margin, 0 to 1; 1 counts revenue as value.
    pub margin: f64,
    /// When a contract's margins fall; there is no default, and no contract value without it.
    pub timing: Option<Timing>,
}

impl Settings {
    /// Windows of twelve months, told by quarter, weeks for the models, refunds netted on their day, one year
    /// ahead, no discount, revenue counted as value, the generic rules, no packs, the strict policy, bins of
    /// recency, frequency and monetary value made of the portfolio, no loyalty programme.
    #[must_use]
    pub fn new(as_of: NaiveDate, coverage: Coverage) -> Self {
        Self {
            as_of,
            known_at: None,
            coverage,
            currency: None,
            zone: Zone::UTC,
            window_months: 12,
            revenue_months: 12,
            period: PeriodLength::default(),
            rules: RuleSet::generic().clone(),
            packs: Vec::new(),
            industry: None,
            policy: Policy::Strict,
            overrides: BTreeMap::new(),
            playbook: Playbook::standard().clone(),
            repeat_window_days: 7,
            value: ValueSettings::default(),
            rfm: RfmSettings::default(),
            loyalty: None,
        }
    }

    /// The context that an account of the book is judged in on the day of the question: as
    /// [`scorecard`](crate::scorecard) judges it, with the portfolio's median value a day in the
    /// reporting currency, and without a person's word, which differs from account to account: see
    /// [`overrides_of`](Self::overrides_of). `progress` is told how many accounts were read since it was last told.
    ///
    /// # Errors
    /// Amounts in several currencies and none chosen; a thread that does not start.
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    /// use tenure_classify::{Class, evaluate};
    /// use tenure_model::record::Purchase;
    /// use tenure_model::{AccountId, Book, Coverage, Currency, Event, Money, Record, parse_date};
    /// use tenure_scorecard::Settings;
    /// let price = Money::parse("5.00", Currency::new("USD")?)?;
    /// let purchase = Record::Purchase(Purchase::new(parse_date("2025-06-01")?, price)?);
    /// let (book, _) = Book::from_events([Event::new(AccountId::new("acme")?, purchase)]);
    /// let settings = Settings::new(parse_date("2025-06-30")?, Coverage::complete());
    /// let context = settings.context(&book, NonZeroUsize::MIN, &|_| {})?;
    /// assert!(context.value_median.is_some());
    /// let verdict = evaluate(book.relationships().first().ok_or("nobody")?, &context);
    /// assert_eq!(verdict.class, Class::Customer);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn context(
        &self,
        book: &Book,
        threads: NonZeroUsize,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Context<'_>, ScorecardError> {
        let now = self.now();
        let Some(currency) = reporting_currency(book, self.currency, now, self.zone)? else {
            return Ok(self.context_on(now, None));
        };
        let alone = self.context_on(now, None);
        let rates = in_parallel(&chunks(book, threads), |chunk| {
            let rates = chunk.iter().filter_map(|one| Evidence::of(one, &alone).value_per_day());
            let rates: Vec<ValuePerDay> = rates.collect();
            progress(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            Ok(rates)
        })?;
        let median = ValueMedian::of(currency, rates.into_iter().flatten());
        Ok(self.context_on(now, median))
    }

    /// How the value of accounts divides into what comes under contract and what they buy; `None`
    /// where the book has no money.
    ///
    /// # Errors
    /// Amounts in several currencies and none chosen; windows outside the calendar.
    pub fn value_streams(&self, book: &Book) -> Result<Option<ValueStreams>, ScorecardError> {
        let currency = reporting_currency(book, self.currency, self.now(), self.zone)?;
        let Some(currency) = currency else { return Ok(None) };
        let question = RevenueQuestion::new(self, &self.dates()?, currency, &[])?;
        Ok(Some(ValueStreams { question, coverage: self.coverage }))
    }

    /// What people decided about that account; no word where nobody did.
    ///
    /// ```
    /// use tenure_classify::{Class, Override};
    /// use tenure_model::{AccountId, Coverage, parse_date};
    /// use tenure_scorecard::Settings;
    /// let (acme, day) = (AccountId::new("acme")?, parse_date("2025-06-30")?);
    /// let mut settings = Settings::new(day, Coverage::complete());
    /// let word = Override::new(Class::Client, "j.doe", "retainer agreed", day, None)?;
    /// settings.overrides.insert(acme.clone(), vec![word]);
    /// assert_eq!(settings.overrides_of(&acme).len(), 1);
    /// assert_eq!(settings.overrides_of(&AccountId::new("moon")?), []);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn overrides_of(&self, account: &AccountId) -> &[Override] {
        self.overrides.get(account).map_or(&[], Vec::as_slice)
    }

    /// The context of any day.
    pub(crate) fn context_on(&self, as_of: AsOf, median: Option<ValueMedian>) -> Context<'_> {
        let mut context = Context::new(as_of, self.coverage);
        context.rules = &self.rules;
        context.policy = self.policy;
        context.packs = &self.packs;
        context.provider_industry = self.industry.as_deref();
        context.value_median = median;
        context
    }

    /// The day of the question, and what was known.
    fn now(&self) -> AsOf {
        let now = AsOf::new(self.as_of).in_zone(self.zone);
        self.known_at.map_or(now, |known_at| now.known_at(known_at))
    }

    /// The days and months these settings speak of.
    pub(crate) fn dates(&self) -> Result<Dates, ScorecardError> {
        let out_of_range = || ScorecardError::Calendar { as_of: self.as_of };
        let at = |day: NaiveDate| AsOf::new(day).in_zone(self.zone);
        let now = self.now();
        // What an opening day knows is not more than its own day knew.
        let then = |day: NaiveDate| at(day).known_at(day.min(now.knowledge_day()));
        if self.window_months == 0 || self.revenue_months == 0 {
            return Err(ScorecardError::EmptyWindow);
        }
        let window =
            Period::months_ending(self.window_months, self.as_of).ok_or_else(out_of_range)?;
        let opening = window.start().pred_opt().ok_or_else(out_of_range)?;
        let this_month = Month::of(self.as_of).ok_or_else(out_of_range)?;
        let last = if this_month.last_day() == self.as_of {
            this_month
        } else {
            this_month.plus(-1).ok_or_else(out_of_range)?
        };
        let back = i32::try_from(self.revenue_months).map_err(|_| out_of_range())?;
        let base = back.checked_neg().and_then(|back| last.plus(back)).ok_or_else(out_of_range)?;
        let first = base.plus(1).ok_or_else(out_of_range)?;
        Ok(Dates {
            now,
            window,
            opening: then(opening),
            base,
            first,
            last,
            revenue_opening: then(base.last_day()),
        })
    }
}

impl Default for ValueSettings {
    fn default() -> Self {
        Self {
            unit: TimeUnit::Week,
            refunds: Refunds::Net,
            horizon: None,
            discount: None,
            margin: 1.0,
            timing: None,
        }
    }
}

/// The days and months of a scorecard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dates {
    /// The day of the question.
    pub(crate) now: AsOf,
    /// The window of survey, service and renewals.
    pub(crate) window: Period,
    /// The day before that window.
    pub(crate) opening: AsOf,
    /// The month whose close opens the revenue window.
    pub(crate) base: Month,
    /// The first month of the revenue window.
    pub(crate) first: Month,
    /// Its last month.
    pub(crate) last: Month,
    /// The last day of `base`.
    pub(crate) revenue_opening: AsOf,
}
