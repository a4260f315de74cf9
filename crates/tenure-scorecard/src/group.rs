//! The state of a group of accounts: one strand an engine, merged, never averaged.

use tenure_health::{CareDefinition, CareTally};
use tenure_model::{AsOf, Currency};
use tenure_service::{FcrDefinition, ServiceWindow};

use crate::error::ScorecardError;
use crate::figure::Figure;
use crate::health::{HealthState, Profiles};
use crate::relations::{self, TreatmentState};
use crate::revenue::{RevenueQuestion, RevenueStrand};
use crate::service::ServiceState;
use crate::settings::ValueSettings;
use crate::silence::SilenceState;
use crate::survey::SurveyState;
use crate::value::ValueState;

/// What every group is asked; made once.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) fcr: FcrDefinition,
    pub(crate) service_window: ServiceWindow,
    pub(crate) profiles: Profiles,
    pub(crate) care: CareDefinition,
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
    pub(crate) survey: SurveyState,
    pub(crate) service: ServiceState,
    pub(crate) health: HealthState,
    pub(crate) care: CareTally,
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
            survey: SurveyState::new(),
            service: ServiceState::new(question.fcr, question.service_window),
            health: HealthState::new(&question.profiles),
            care: CareTally::new(question.care),
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
        self.survey.merge(&other.survey)?;
        self.service.merge(&other.service)?;
        self.health.merge(&other.health)?;
        self.care.merge(&other.care)?;
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
        self.survey.figures(&mut out);
        self.service.figures(known.bots, &mut out);
        if let (Some(state), Some((_, revenue))) = (&self.money, &question.money) {
            state.revenue.figures(revenue, &question.value, &mut out);
            state.value.figures(&question.value, &known.fits, &mut out);
        }
        self.health.figures(&mut out);
        relations::figures(&self.care, &mut out);
        self.treatment.figures(&question.playbook, &mut out);
        self.silence.figures(&mut out);
        out
    }
}
