//! How well are they served? The cases and contacts of a group of accounts.

use std::borrow::Cow;

use tenure_model::Entry;
use tenure_model::record::Case;
use tenure_service::{
    AccountEpisodes, AutomationTally, DurationTally, FcrDefinition, FcrRate, FcrTally,
    ServiceWindow, SlaTally, TimeMeasure,
};
use tenure_stats::{Level, Probability, Share, ShareMethod};

use crate::error::ScorecardError;
use crate::figure::{Basis, Figure, Section, Unit, Value};

/// The cases and contacts of a group of accounts within some days.
#[derive(Debug, Clone)]
pub(crate) struct ServiceState {
    fcr: FcrTally,
    first_reply: DurationTally,
    resolution: DurationTally,
    sla: SlaTally,
    automation: AutomationTally,
}

impl ServiceState {
    pub(crate) fn new(fcr: FcrDefinition, window: ServiceWindow) -> Self {
        Self {
            fcr: FcrTally::new(fcr, window),
            first_reply: DurationTally::new(TimeMeasure::FirstReply, window),
            resolution: DurationTally::new(TimeMeasure::FullResolution, window),
            sla: SlaTally::new(window),
            automation: AutomationTally::new(window),
        }
    }

    pub(crate) fn push<'a>(
        &mut self,
        episodes: &AccountEpisodes,
        cases: impl Iterator<Item = &'a Entry<Case>>,
    ) -> Result<(), ScorecardError> {
        self.fcr.push_episodes(episodes)?;
        for case in cases {
            self.first_reply.push_entry(case)?;
            self.resolution.push_entry(case)?;
            self.automation.push_entry(case)?;
            self.sla.push_entry(case)?;
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), ScorecardError> {
        self.fcr.merge(&other.fcr)?;
        self.first_reply.merge(&other.first_reply)?;
        self.resolution.merge(&other.resolution)?;
        self.sla.merge(&other.sla)?;
        self.automation.merge(&other.automation)?;
        Ok(())
    }

    /// Whether any case says how a conversation with a bot ended. Where none does, nobody knows
    /// whether there are bots: the automation rate is unknown, not 0.
    pub(crate) fn knows_of_bots(&self) -> bool {
        self.automation.counts().bot_started > 0
    }

    pub(crate) fn figures(&self, bots_known: bool, out: &mut Vec<Figure>) {
        let share = |id, label, share: Share, unit, counts: &[(&'static str, u64)], definition| {
            let mut named = vec![(Cow::Borrowed(unit), u128::from(share.n()))];
            named.extend(present(counts));
            Figure {
                id,
                label,
                section: Section::Service,
                unit: Unit::Share,
                basis: Basis::WindowOpening,
                value: share.ratio().map(Value::Ratio),
                interval: share.interval(ShareMethod::default(), Level::default()),
                counts: named,
                definition,
            }
        };
        let fcr = self.fcr.counts();
        let rate = FcrRate::default();
        out.push(share(
            "fcr",
            "First contact resolution",
            self.fcr.share(rate),
            "episodes",
            &[("immature", fcr.immature), ("flag_unknown", self.fcr.excluded(rate))],
            format!(
                "{} {}: episodes whose first contact is flagged resolved and that saw no repeat \
                 within the window / mature episodes whose first flag is known; Wilson interval",
                self.fcr.definition(),
                rate.name()
            ),
        ));
        for tally in [&self.first_reply, &self.resolution] {
            self.times(tally, out);
        }
        let sla = self.sla.counts();
        out.push(share(
            "sla_attainment",
            "Resolved as promised",
            self.sla.attainment(),
            "cases",
            &[
                ("pending", sla.pending),
                ("without_target", sla.without_target),
                ("end_unknown", sla.end_unknown),
                ("pause_unknown", sla.pause_unknown),
            ],
            format!(
                "{}: cases that met their target / cases that met or breached it, open breaches \
                 included; Wilson interval",
                SlaTally::DEFINITION
            ),
        ));
        let mut automation = share(
            "automation",
            "Resolved without a person",
            self.automation.automation(),
            "cases",
            &[],
            format!(
                "{} bot resolved / all cases; Wilson interval; undefined where no case of the \
                 portfolio names a bot",
                AutomationTally::DEFINITION
            ),
        );
        if !bots_known {
            (automation.value, automation.interval) = (None, None);
        }
        out.push(automation);
    }

    fn times(&self, tally: &DurationTally, out: &mut Vec<Figure>) {
        let counts = tally.counts();
        for (id, label, percent) in match tally.definition().measure() {
            TimeMeasure::FirstReply => [
                ("first_reply_median", "First reply, median", 50),
                ("first_reply_p90", "First reply, 90th percentile", 90),
            ],
            _ => [
                ("resolution_median", "Resolution, median", 50),
                ("resolution_p90", "Resolution, 90th percentile", 90),
            ],
        } {
            let value = Probability::percent(percent).and_then(|p| tally.sketch().quantile(p));
            let mut named = vec![(Cow::Borrowed("cases"), u128::from(counts.timed))];
            named.extend(present(&[
                ("not_yet", counts.not_yet),
                ("time_unknown", counts.time_unknown),
            ]));
            out.push(Figure {
                id,
                label,
                section: Section::Service,
                unit: Unit::Millis,
                basis: Basis::WindowOpening,
                value: value.map(|millis| Value::Estimate(millis.to_f64())),
                interval: None,
                counts: named,
                definition: format!(
                    "{}: time from opening, over the cases with a time; quantile of type 7, within 1 % of \
                     the exact one",
                    tally.definition()
                ),
            });
        }
    }
}

/// The counts that are not 0.
fn present(counts: &[(&'static str, u64)]) -> impl Iterator<Item = (Cow<'static, str>, u128)> {
    counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|&(name, count)| (Cow::Borrowed(name), u128::from(count)))
}
