//! What do they say? The answers of a group of accounts.

use std::borrow::Cow;

use tenure_model::record::Survey;
use tenure_model::{AsOf, Period, Relationship};
use tenure_stats::Level;
use tenure_survey::{Definition, Reason, Tally};

use crate::error::ScorecardError;
use crate::figure::{Basis, Figure, Section, Unit, Value};

/// The answers of a group of accounts within some days.
#[derive(Debug, Clone)]
pub(crate) struct SurveyState {
    nps: Tally,
    csat: Tally,
    ces: Tally,
}

impl SurveyState {
    pub(crate) fn new() -> Self {
        Self {
            nps: Tally::new(Definition::nps()),
            csat: Tally::new(Definition::csat()),
            ces: Tally::new(Definition::ces()),
        }
    }

    pub(crate) fn push(
        &mut self,
        relationship: &Relationship,
        window: Period,
        as_of: AsOf,
    ) -> Result<(), ScorecardError> {
        for entry in relationship.responses() {
            let response = &entry.record;
            if window.contains(response.date) && as_of.sees(response.date, entry.recorded_at) {
                let tally = match response.survey {
                    Survey::Nps => &mut self.nps,
                    Survey::Csat => &mut self.csat,
                    Survey::Ces => &mut self.ces,
                    other => return Err(ScorecardError::UnknownSurvey { found: other.name() }),
                };
                tally.push(response.answer)?;
            }
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.nps.merge(&other.nps)?;
        self.csat.merge(&other.csat)?;
        self.ces.merge(&other.ces)?;
        Ok(())
    }

    pub(crate) fn figures(&self, out: &mut Vec<Figure>) {
        for (id, label, unit, tally, formula) in [
            (
                "nps",
                "Net Promoter Score",
                Unit::Points,
                &self.nps,
                "100 (answers of 9 and 10 - answers of 0 to 6) / answers of 0 to 10; score interval",
            ),
            (
                "csat",
                "Satisfied (4 or 5 of 5)",
                Unit::Share,
                &self.csat,
                "answers of 4 and 5 / answers of 1 to 5; Wilson interval",
            ),
            (
                "ces",
                "Found it easy (5 to 7 of 7)",
                Unit::Share,
                &self.ces,
                "answers of 5 to 7 / answers of 1 to 7; Wilson interval",
            ),
        ] {
            let score = tally.score(Level::default());
            let mut counts = vec![(Cow::Borrowed("answers"), u128::from(score.n()))];
            counts.extend(Reason::ALL.iter().filter_map(|&reason| {
                let count = score.exclusions().count(reason);
                (count > 0).then(|| (Cow::Borrowed(reason.name()), u128::from(count)))
            }));
            out.push(Figure {
                id,
                label,
                section: Section::Survey,
                unit,
                basis: Basis::WindowOpening,
                value: score.value().map(Value::Ratio),
                interval: score.interval(),
                counts,
                definition: format!("{}: {formula}", score.definition()),
            });
        }
    }
}
