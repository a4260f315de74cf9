//! What is counted of a group of cases and contacts, and the figures made of it.

use tenure::model::Entry;
use tenure::model::record::{Case, Contact};
use tenure::service::{
    AutomationTally, ContactRow, DurationDefinition, DurationTally, FcrDefinition, FcrTally,
    OneTouchTally, RepeatRow, ServiceRate, ServiceWindow, SlaTally, TimeMeasure, first_repeats,
    no_repeat_by,
};
use tenure::stats::{Level, SurvivalMethod};

use super::{Question, percent, short};
use crate::error::CommandError;
use crate::figure::{Figure, Number, Unit};

/// The cases and contacts of a group within a window.
pub(super) struct State {
    window: ServiceWindow,
    /// One a repeat window, with its episodes as rows of a survival curve.
    fcr: Vec<(FcrTally, Vec<RepeatRow>)>,
    times: Vec<DurationTally>,
    one_touch: OneTouchTally,
    sla: SlaTally,
    automation: AutomationTally,
    cases: u64,
    contacts: u64,
}

impl State {
    pub(super) fn new(question: &Question, window: ServiceWindow) -> Self {
        let mut times = Vec::new();
        for measure in
            [TimeMeasure::FirstReply, TimeMeasure::FirstResolution, TimeMeasure::FullResolution]
        {
            let targets = question.targets.iter().copied();
            let calendar_time = DurationDefinition::new(measure).with_targets(targets.clone());
            times.push(DurationTally::new(calendar_time, window));
            times.extend(question.calendar.clone().map(|calendar| {
                let business = DurationDefinition::new(measure).in_business_time(calendar);
                DurationTally::new(business.with_targets(targets), window)
            }));
        }
        let fcr = |&definition: &FcrDefinition| (FcrTally::new(definition, window), Vec::new());
        Self {
            window,
            fcr: question.fcr.iter().map(fcr).collect(),
            times,
            one_touch: OneTouchTally::new(window),
            sla: SlaTally::new(window),
            automation: AutomationTally::new(window),
            cases: 0,
            contacts: 0,
        }
    }

    /// Counts the cases and contacts of one account.
    pub(super) fn push(
        &mut self,
        cases: &[Entry<Case>],
        contacts: &[Entry<Contact>],
    ) -> Result<(), CommandError> {
        let size = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        self.cases = self.cases.saturating_add(size(cases.len()));
        self.contacts = self.contacts.saturating_add(size(contacts.len()));
        let known = |entry: &&Entry<Contact>| {
            let last = self.window.known_until();
            last.zip(entry.recorded_at).is_none_or(|(last, recorded)| recorded <= last)
        };
        let rows: Vec<ContactRow<'_>> = contacts
            .iter()
            .filter(known)
            .map(|entry| {
                let contact = &entry.record;
                let mut row = ContactRow::new(&contact.issue, contact.at, contact.resolved);
                row.channel = contact.channel.as_deref();
                row
            })
            .collect();
        for (tally, repeats) in &mut self.fcr {
            tally.push_contacts(contacts).map_err(CommandError::compute)?;
            repeats.extend(first_repeats(&rows, tally.definition(), &self.window));
        }
        for case in cases {
            for tally in &mut self.times {
                tally.push_entry(case).map_err(CommandError::compute)?;
            }
            self.one_touch.push_entry(case).map_err(CommandError::compute)?;
            self.sla.push_entry(case).map_err(CommandError::compute)?;
            self.automation.push_entry(case).map_err(CommandError::compute)?;
        }
        Ok(())
    }

    pub(super) const fn has_cases(&self) -> bool {
        self.cases > 0
    }

    pub(super) const fn has_contacts(&self) -> bool {
        self.contacts > 0
    }

    /// Whether any case says how a conversation with a bot ended. Where none does, nobody knows
    /// whether there are bots: automation is undefined then, not 0.
    pub(super) fn knows_of_bots(&self) -> bool {
        self.automation.counts().bot_started > 0
    }

    /// First contact resolution under every rule.
    pub(super) fn of_contacts(&self, group: &str, question: &Question) -> Vec<Figure> {
        let mut figures = Vec::new();
        for (tally, repeats) in &self.fcr {
            let days = tally.definition().window_days();
            let named = |name: &str| {
                if self.fcr.len() > 1 { format!("{name}_{days}d") } else { name.to_owned() }
            };
            let rates = tally.rates();
            for rate in &rates {
                let counts = if rate.name == "one_and_done" { "contacts" } else { "episodes" };
                figures.push(share(
                    ["contacts", group, &named(&format!("fcr_{}", rate.name))],
                    rate,
                    counts,
                    fcr_formula(rate.name),
                    question.level,
                ));
            }
            let counts = tally.counts();
            let definition = tally.to_string();
            let excluded: Vec<(String, u64)> = [
                ("immature", counts.immature),
                ("outside", counts.outside),
                ("unseen_contacts", counts.unseen_contacts),
            ]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| (name.to_owned(), count))
            .collect();
            let contacts_each = tally.contacts_per_episode().map(Number::Exact);
            figures.push(
                Figure::new(
                    ["contacts", group, &named("contacts_per_episode")],
                    Unit::PerOne,
                    contacts_each,
                    ("episodes", counts.mature),
                    (&definition, "contacts of mature episodes / mature episodes"),
                )
                .without(excluded),
            );
            figures.push(censored(
                ["contacts", group, &named("no_repeat_censored")],
                repeats,
                tally,
                question.level,
            ));
        }
        figures
    }

    /// Everything that cases tell.
    pub(super) fn of_cases(
        &self,
        group: &str,
        question: &Question,
        bots_known: bool,
    ) -> Vec<Figure> {
        let mut figures = Vec::new();
        for tally in &self.times {
            self.times(tally, group, question, &mut figures);
        }
        let rate = |id: &str, rate: &ServiceRate, counts, formula| {
            share(["cases", group, id], rate, counts, formula, question.level)
        };
        for one in &self.sla.rates() {
            let formula = match one.name {
                "attainment" => "met / (met + breached), open breaches included",
                _ => {
                    "met / (met + breached and closed): leaves out open breaches, so it overstates"
                }
            };
            figures.push(rate(&format!("sla_{}", one.name), one, "cases", formula));
        }
        for one in &self.one_touch.rates() {
            figures.push(rate(one.name, one, "solved_cases", one_touch_formula(one.name)));
        }
        for one in &self.automation.rates() {
            let (counts, formula) = match one.name {
                "automation" => ("cases", "resolved by the bot / all cases"),
                "containment" => (
                    "bot_conversations",
                    "(started - escalated) / started: abandoned ones count as contained",
                ),
                _ => ("bot_conversations", "resolved by the bot / started"),
            };
            let mut figure = rate(one.name, one, counts, formula);
            if !bots_known {
                (figure.value, figure.interval) = (None, None);
                figure.status = crate::figure::Status::Undefined;
                figure.formula = "undefined: no case says how a talk with a bot ended";
            }
            figures.push(figure);
        }
        figures
    }

    fn times(
        &self,
        tally: &DurationTally,
        group: &str,
        question: &Question,
        out: &mut Vec<Figure>,
    ) {
        let counts = tally.counts();
        let excluded: Vec<(String, u64)> = [
            ("not_yet", counts.not_yet),
            ("time_unknown", counts.time_unknown),
            ("opened_by_us", counts.opened_by_us),
            ("outside", counts.outside),
            ("unseen", counts.unseen),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| (name.to_owned(), count))
        .collect();
        let business = if tally.definition().calendar().is_some() { "_business" } else { "" };
        let measure = match tally.definition().measure() {
            TimeMeasure::FirstReply => "first_reply",
            TimeMeasure::FirstResolution => "first_resolution",
            _ => "full_resolution",
        };
        let definition = format!("{} {}", tally.definition(), tally.window());
        let new = |id: &str, unit, value, formula| {
            let id = format!("{measure}{business}_{id}");
            let named = ["cases", group, &id];
            Figure::new(named, unit, value, ("cases", counts.timed), (&definition, formula))
                .without(excluded.clone())
        };
        let sketch = tally.sketch();
        let formula = "time from opening, over the cases with a time";
        out.push(new("mean", Unit::Millis, sketch.mean().map(Number::Exact), formula));
        for p in &question.percentiles {
            let value = sketch.quantile(*p).map(|millis| Number::Estimate(millis.to_f64()));
            let formula = "quantile of type 7, within 1 % of the exact one";
            out.push(new(&percent(p), Unit::Millis, value, formula));
        }
        for &target in tally.definition().targets() {
            let Some(within) = tally.within(target) else { continue };
            let value = within.ratio().map(Number::Exact);
            let interval = within.interval(Default::default(), question.level);
            let formula = "cases with a time up to the target / cases with a time, counted exactly";
            out.push(
                new(&format!("within_{}", short(target)), Unit::Share, value, formula)
                    .within(interval),
            );
        }
    }
}

fn share(
    names: [&str; 3],
    rate: &ServiceRate,
    counts: &'static str,
    formula: &'static str,
    level: Level,
) -> Figure {
    let value = rate.share.ratio().map(Number::Exact);
    let excluded = rate.excluded.iter().map(|&(name, count)| (name.to_owned(), count)).collect();
    Figure::new(names, Unit::Share, value, (counts, rate.share.n()), (&rate.definition, formula))
        .within(rate.interval(level))
        .without(excluded)
}

/// The chance of no repeat within the window, from young episodes, too.
fn censored(names: [&str; 3], repeats: &[RepeatRow], tally: &FcrTally, level: Level) -> Figure {
    let window = tally.definition().window_micros().unsigned_abs();
    let found = no_repeat_by(repeats, window);
    let value = found.as_ref().map(|found| match found.exact {
        Some(exact) => Number::Exact(exact),
        None => Number::Estimate(found.estimate),
    });
    let rows = found.as_ref().map_or(0, |found| found.rows);
    let interval = found.and_then(|found| found.interval(SurvivalMethod::default(), level));
    let formula = "Kaplan-Meier: chance that an episode sees no second contact within the window, \
                   young episodes counted as long as they were seen";
    let definition = tally.to_string();
    Figure::new(names, Unit::Share, value, ("episodes", rows), (&definition, formula))
        .within(interval)
}

fn fcr_formula(name: &str) -> &'static str {
    match name {
        "resolved_and_no_repeat" => {
            "episodes whose first contact is flagged resolved and that saw no repeat / mature \
             episodes whose first flag is known"
        }
        "no_repeat" => "episodes without a repeat / mature episodes",
        "flag_only" => {
            "episodes whose first contact is flagged resolved, whatever follows / mature episodes \
             whose first flag is known"
        }
        "net" => "as resolved_and_no_repeat, of the issues that one contact could resolve",
        "one_and_done" => "contacts that stayed alone / contacts of mature episodes",
        _ => "see the documentation of tenure-service",
    }
}

fn one_touch_formula(name: &str) -> &'static str {
    match name {
        "fcr.zendesk.lt2" => "fewer than two public agent replies, none counts / solved",
        "fcr.zendesk.eq1" => "exactly one public agent reply / solved",
        "fcr.no_reopen" => "never reopened / solved",
        "fcr.freshservice" => "no reply by the account after creation / solved",
        "fcr.strict" => "exactly one public agent reply and never reopened / solved",
        _ => "see the documentation of tenure-service",
    }
}
