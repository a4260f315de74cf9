//! What is counted over some days: the whole window, or one period of it.

use tenure_health::{CareDefinition, CareHistory, CareTally};
use tenure_model::record::{Case, Renewal};
use tenure_model::{AsOf, Instant, Period, Relationship};
use tenure_revenue::RenewalDefinition;
use tenure_service::{AccountEpisodes, FcrDefinition, ServiceWindow};

use crate::error::ScorecardError;
use crate::renewals::Renewals;
use crate::service::ServiceState;
use crate::survey::SurveyState;

/// What is asked of some days; made once.
#[derive(Debug, Clone)]
pub(crate) struct WindowQuestion {
    pub(crate) days: Period,
    pub(crate) now: AsOf,
    pub(crate) fcr: FcrDefinition,
    pub(crate) service: ServiceWindow,
    pub(crate) care: CareDefinition,
    /// `None` where the book has no money.
    pub(crate) renewals: Option<RenewalDefinition>,
    /// A part of a window is not shown what lies on other days: the whole has looked at it, and
    /// refused what cannot be.
    pub(crate) is_part: bool,
}

impl WindowQuestion {
    /// The same of some of the days: as seen from the same day, so that the parts of a window sum to
    /// the whole.
    pub(crate) fn within(&self, days: Period) -> Result<Self, ScorecardError> {
        let mut renewals = self.renewals;
        if let Some(asked) = &mut renewals {
            asked.period = days;
        }
        let service = ServiceWindow::of_days(days, self.now)?;
        let care = self.care.over(days)?;
        Ok(Self { days, service, care, renewals, is_part: true, ..self.clone() })
    }

    fn shows(&self, case: &Case) -> bool {
        let within = |(start, end): (Instant, Instant)| start <= case.opened && case.opened < end;
        !self.is_part || self.service.period().is_none_or(within)
    }

    fn shows_term(&self, term: &Renewal) -> bool {
        !self.is_part || self.days.contains(term.due)
    }
}

/// One account, read once for all the states it goes into.
pub(crate) struct Account<'a> {
    relationship: &'a Relationship,
    care: CareHistory<'a>,
    episodes: AccountEpisodes,
}

impl<'a> Account<'a> {
    pub(crate) fn of(relationship: &'a Relationship, asked: &WindowQuestion) -> Self {
        Self {
            relationship,
            care: CareHistory::of(relationship, &asked.care),
            episodes: AccountEpisodes::of(asked.fcr, &asked.service, relationship.contacts()),
        }
    }
}

/// What a group of accounts said, asked, renewed and was given within some days.
#[derive(Debug, Clone)]
pub(crate) struct WindowState {
    pub(crate) survey: SurveyState,
    pub(crate) service: ServiceState,
    pub(crate) care: CareTally,
    pub(crate) renewals: Option<Renewals>,
}

impl WindowState {
    pub(crate) fn new(asked: &WindowQuestion) -> Self {
        Self {
            survey: SurveyState::new(),
            service: ServiceState::new(asked.fcr, asked.service),
            care: CareTally::new(asked.care),
            renewals: asked.renewals.map(Renewals::new),
        }
    }

    /// Counts an account.
    pub(crate) fn push(
        &mut self,
        account: &Account<'_>,
        asked: &WindowQuestion,
    ) -> Result<(), ScorecardError> {
        let of = account.relationship;
        self.survey.push(of, asked.days, asked.now)?;
        self.service
            .push(&account.episodes, of.cases().iter().filter(|case| asked.shows(&case.record)))?;
        self.care.push_history(&account.care)?;
        if let Some(renewals) = &mut self.renewals {
            of.renewals()
                .iter()
                .filter(|entry| asked.now.knows(entry.recorded_at))
                .filter(|entry| asked.shows_term(&entry.record))
                .try_for_each(|entry| renewals.push(entry))?;
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.survey.merge(&other.survey)?;
        self.service.merge(&other.service)?;
        self.care.merge(&other.care)?;
        if let (Some(own), Some(more)) = (&mut self.renewals, &other.renewals) {
            own.merge(more)?;
        }
        Ok(())
    }
}
