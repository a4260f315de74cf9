//! Of what came due, how much was renewed?

use std::borrow::Cow;

use tenure_model::Entry;
use tenure_model::record::Renewal;
use tenure_revenue::{RenewalDefinition, RenewalState};
use tenure_stats::{Level, Share, ShareMethod};

use crate::error::ScorecardError;
use crate::figure::{Basis, Figure, Section, Unit, Value};

/// The renewals of a group of accounts that came due in the days of the definition.
#[derive(Debug, Clone)]
pub(crate) struct Renewals {
    definition: RenewalDefinition,
    state: RenewalState,
    /// Renewals due in these days and left out: another currency.
    other_currency: u64,
}

impl Renewals {
    pub(crate) fn new(definition: RenewalDefinition) -> Self {
        Self { definition, state: RenewalState::new(definition), other_currency: 0 }
    }

    pub(crate) fn push(&mut self, entry: &Entry<Renewal>) -> Result<(), ScorecardError> {
        if entry.record.arr_due.currency() == self.definition.currency {
            self.state.push(&entry.record)?;
        } else if self.definition.period.contains(entry.record.due) {
            self.other_currency = self.other_currency.saturating_add(1);
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.state.merge(&other.state)?;
        self.other_currency = self.other_currency.saturating_add(other.other_currency);
        Ok(())
    }

    pub(crate) fn figures(&self, out: &mut Vec<Figure>) {
        let rates = self.state.rates();
        let mut counts = vec![
            (Cow::Borrowed("due"), u128::from(rates.due_count())),
            (Cow::Borrowed("pending"), u128::from(rates.pending_count())),
        ];
        if self.other_currency > 0 {
            counts.push((Cow::Borrowed("other_currency"), u128::from(self.other_currency)));
        }
        let by_count = Figure {
            id: "renewal_rate",
            label: "Renewed, by count",
            section: Section::Revenue,
            unit: Unit::Share,
            basis: Basis::WindowOpening,
            value: rates.count_rate().map(|rate| Value::Ratio(rate.ratio())),
            interval: Share::new(rates.won_count(), rates.due_count())
                .ok()
                .and_then(|share| share.interval(ShareMethod::default(), Level::default())),
            counts,
            definition: format!(
                "count_rate: terms due and renewed / terms due, {}",
                self.definition
            ),
        };
        let by_value = Figure {
            id: "renewal_rate_value",
            label: "Renewed, by value",
            value: rates.value_gross().map(|rate| Value::Ratio(rate.ratio())),
            interval: None,
            definition: format!(
                "value_gross: renewed ARR, each term capped at what was due / ARR due, {}",
                self.definition
            ),
            ..by_count.clone()
        };
        out.extend([by_count, by_value]);
    }
}
