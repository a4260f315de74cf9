//! The state of a group of accounts: one strand an engine, merged, never averaged.

use tenure_model::{AsOf, Currency};

use crate::error::ScorecardError;
use crate::figure::Figure;
use crate::health::{HealthState, Profiles};
use crate::period::Cut;
use crate::relations::{self, TreatmentState};
use crate::revenue::{Months, RevenueQuestion, RevenueStrand};
use crate::settings::ValueSettings;
use crate::silence::SilenceState;
use crate::value::ValueState;
use crate::window::{WindowQuestion, WindowState};

/// What every group is asked; made once.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// What is asked of the whole window.
    pub(crate) window: WindowQuestion,
    /// The calendar periods of both windows.
    pub(crate) cuts: Vec<Cut>,
    /// What is asked of the days that the window has in them, where it has any.
    pub(crate) periods: Vec<WindowQuestion>,
    pub(crate) profiles: Profiles,
    /// The playbook, by name and version.
    pub(crate) playbook: String,
    pub(crate) value: ValueSettings,
    pub(crate) now: AsOf,
    /// What concerns money; `None` where the book has none.
    pub(crate) money: Option<(Currency, RevenueQuestion)>,
}

/// What is known of the portfolio as a whole, once it has been seen.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Whether any case names a bot.
    pub(crate) bots: bool,
    /// How the fits of the models ended, in words.
    pub(crate) fits: String,
}

/// The state of a group of accounts.
#[derive(Debug, Clone)]
pub(crate) struct GroupState {
    /// Accounts in it at `as_of`.
    pub(crate) accounts: u64,
    pub(crate) window: WindowState,
    pub(crate) health: HealthState,
    pub(crate) treatment: TreatmentState,
    pub(crate) silence: SilenceState,
    pub(crate) money: Option<MoneyState>,
}

/// The strands that need a currency.
#[derive(Debug, Clone)]
pub(crate) struct MoneyState {
    pub(crate) revenue: RevenueStrand,
    pub(crate) value: ValueState,
}

impl GroupState {
    pub(crate) fn new(question: &Question) -> Self {
        Self {
            accounts: 0,
            window: WindowState::new(&question.window),
            health: HealthState::new(&question.profiles),
            treatment: TreatmentState::default(),
            silence: SilenceState::default(),
            money: question.money.as_ref().map(|(currency, revenue)| MoneyState {
                revenue: RevenueStrand::new(revenue),
                value: ValueState::new(*currency, question.now),
            }),
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.accounts = self.accounts.saturating_add(other.accounts);
        self.window.merge(&other.window)?;
        self.health.merge(&other.health)?;
        self.treatment.merge(&other.treatment);
        self.silence.merge(&other.silence);
        if let (Some(own), Some(more)) = (&mut self.money, &other.money) {
            own.revenue.merge(&more.revenue)?;
            own.value.merge(&more.value)?;
        }
        Ok(())
    }

    /// Every figure, always the same ones in the same order.
    pub(crate) fn figures(&self, question: &Question, known: &Known) -> Vec<Figure> {
        let mut out = Vec::new();
        self.window.survey.figures(&mut out);
        self.window.service.figures(known.bots, &mut out);
        if let (Some(state), Some((_, revenue))) = (&self.money, &question.money) {
            state.revenue.figures(revenue, revenue.months(), &mut out);
            if let Some(renewals) = &self.window.renewals {
                renewals.figures(&mut out);
            }
            state.revenue.contract_value(revenue, &question.value, &mut out);
            state.value.figures(&question.value, &known.fits, &mut out);
        }
        self.health.figures(&mut out);
        relations::figures(&self.window.care, &mut out);
        relations::repurchase(&self.window.care, &mut out);
        self.treatment.figures(&question.playbook, &mut out);
        self.silence.figures(&mut out);
        out
    }
}

/// The figures of a period: of the days it has of the window, of the months it has of the revenue
/// window. Left out is what is told as of a day, and what is asked of the whole window: who bought
/// again, whose return lasted, and the value of a contract.
pub(crate) fn period_figures(
    days: Option<&WindowState>,
    months: Option<Months>,
    revenue: &GroupState,
    question: &Question,
    known: &Known,
) -> Vec<Figure> {
    let mut out = Vec::new();
    if let Some(state) = days {
        state.survey.figures(&mut out);
        state.service.figures(known.bots, &mut out);
    }
    if let (Some(months), Some(state), Some((_, asked))) = (months, &revenue.money, &question.money)
    {
        state.revenue.figures(asked, months, &mut out);
    }
    if let Some(state) = days {
        if let Some(renewals) = &state.renewals {
            renewals.figures(&mut out);
        }
        relations::figures(&state.care, &mut out);
    }
    out
}
