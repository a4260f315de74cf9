//! What a scorecard is asked: the day, the windows, the definitions.

use chrono::NaiveDate;
use tenure_classify::{Pack, Policy};
use tenure_clv::{DiscountRate, Refunds, TimeSpan, TimeUnit, Timing};
use tenure_model::{AsOf, Coverage, Currency, Month, Period, Zone};

use crate::error::ScorecardError;

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
    /// Industry packs in force, in order.
    pub packs: Vec<Pack>,
    /// The provider's own industry, read only inside a pack's rule.
    pub industry: Option<String>,
    /// What a verdict does with evidence that is missing.
    pub policy: Policy,
    /// Days within which another contact about an issue is a repeat.
    pub repeat_window_days: u32,
    /// How value is computed.
    pub value: ValueSettings,
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
    /// Windows of twelve months, weeks for the models, refunds netted on their day, one year
    /// ahead, no discount, revenue counted as value, no packs, the strict policy.
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
            packs: Vec::new(),
            industry: None,
            policy: Policy::Strict,
            repeat_window_days: 7,
            value: ValueSettings::default(),
        }
    }

    /// The days and months these settings speak of.
    pub(crate) fn dates(&self) -> Result<Dates, ScorecardError> {
        let out_of_range = || ScorecardError::Calendar { as_of: self.as_of };
        let at = |day: NaiveDate| AsOf::new(day).in_zone(self.zone);
        let now =
            self.known_at.map_or(at(self.as_of), |known_at| at(self.as_of).known_at(known_at));
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
