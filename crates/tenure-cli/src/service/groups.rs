//! Which cases and contacts belong to which group.

use std::collections::{BTreeMap, BTreeSet};

use tenure::ingest::Ingested;
use tenure::model::{Period, Relationship};
use tenure::service::ServiceWindow;

use super::Question;
use super::metrics::State;
use crate::error::CommandError;
use crate::figure::Figure;
use crate::group::{By, Key};
use crate::progress;

/// What cases and contacts may be grouped by.
pub(super) const KNOWN: [By; 7] =
    [By::Segment, By::Kind, By::Industry, By::Channel, By::Month, By::Quarter, By::Year];

/// The group of all rows.
const ALL: &str = "all";

/// Every figure: of all, then of each group.
pub(super) fn figures(
    ingested: &Ingested,
    by: Option<By>,
    window: Option<Period>,
    question: &Question,
) -> Result<Vec<Figure>, CommandError> {
    let relationships = ingested.book.relationships();
    let whole_window = service_window(window, question)?;
    let groups = match by {
        None => Vec::new(),
        Some(by) => groups(by, relationships, whole_window, window, question)?,
    };
    let mut whole = State::new(question, whole_window);
    let mut states: BTreeMap<Key, State> =
        groups.into_iter().map(|(key, window)| (key, State::new(question, window))).collect();
    let bar = progress::accounts(u64::try_from(relationships.len()).unwrap_or(u64::MAX));
    bar.set_message("measure");
    for relationship in relationships {
        let (cases, contacts) = (relationship.cases(), relationship.contacts());
        whole.push(cases, contacts)?;
        match by {
            None => {}
            Some(By::Channel) => {
                for (key, state) in &mut states {
                    let of = |channel: Option<&str>| match key {
                        Key::Named(name) => channel == Some(name),
                        Key::Unsaid => channel.is_none(),
                    };
                    let cases = cases.iter().filter(|one| of(one.record.channel.as_deref()));
                    let contacts = contacts.iter().filter(|one| of(one.record.channel.as_deref()));
                    let (cases, contacts): (Vec<_>, Vec<_>) =
                        (cases.cloned().collect(), contacts.cloned().collect());
                    state.push(&cases, &contacts)?;
                }
            }
            // the windows tell periods apart
            Some(By::Month | By::Quarter | By::Year) => {
                for state in states.values_mut() {
                    state.push(cases, contacts)?;
                }
            }
            Some(by) => {
                let profile = relationship.profile_known(question.as_of);
                if let Some(state) = states.get_mut(&Key::of(by.of_account(profile))) {
                    state.push(cases, contacts)?;
                }
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    // where no case names a bot nobody knows whether there are bots
    let bots_known = whole.knows_of_bots();
    let named = states.iter().map(|(key, state)| (key.label(by.map_or("group", By::name)), state));
    let states: Vec<(String, &State)> =
        std::iter::once((ALL.to_owned(), &whole)).chain(named).collect();
    let mut figures = Vec::new();
    for (name, state) in states.iter().filter(|(_, state)| state.has_contacts()) {
        figures.extend(state.of_contacts(name, question));
    }
    for (name, state) in states.iter().filter(|(_, state)| state.has_cases()) {
        figures.extend(state.of_cases(name, question, bots_known));
    }
    Ok(figures)
}

fn service_window(
    period: Option<Period>,
    question: &Question,
) -> Result<ServiceWindow, CommandError> {
    match period {
        Some(period) => {
            ServiceWindow::of_days(period, question.as_of).map_err(CommandError::compute)
        }
        None => {
            // all days up to that of the question: from the first that can be written
            let first = chrono::NaiveDate::from_ymd_opt(1, 1, 2);
            let period = first.and_then(|first| Period::inclusive(first, question.as_of.day()));
            let period = period.ok_or_else(|| CommandError::Compute("no such days".to_owned()))?;
            ServiceWindow::of_days(period, question.as_of).map_err(CommandError::compute)
        }
    }
}

/// The groups there are, each with its window.
fn groups(
    by: By,
    relationships: &[Relationship],
    whole: ServiceWindow,
    window: Option<Period>,
    question: &Question,
) -> Result<Vec<(Key, ServiceWindow)>, CommandError> {
    let mut keys: BTreeSet<Key> = BTreeSet::new();
    let mut periods: BTreeSet<(String, Period)> = BTreeSet::new();
    let zone = question.as_of.zone();
    for relationship in relationships {
        let (cases, contacts) = (relationship.cases(), relationship.contacts());
        let days = cases
            .iter()
            .map(|case| case.record.opened)
            .chain(contacts.iter().map(|contact| contact.record.at))
            .map(|at| zone.date_of(at));
        match by {
            By::Channel => {
                keys.extend(cases.iter().map(|case| Key::of(case.record.channel.as_deref())));
                keys.extend(contacts.iter().map(|one| Key::of(one.record.channel.as_deref())));
            }
            By::Month | By::Quarter | By::Year => {
                let inside = days
                    .filter(|&day| day <= question.as_of.day())
                    .filter(|&day| window.is_none_or(|window| window.contains(day)));
                periods.extend(inside.filter_map(|day| by.period_of(day, window)));
            }
            _ if cases.is_empty() && contacts.is_empty() => {}
            _ => {
                let profile = relationship.profile_known(question.as_of);
                keys.insert(Key::of(by.of_account(profile)));
            }
        }
    }
    if periods.is_empty() {
        return Ok(keys.into_iter().map(|key| (key, whole)).collect());
    }
    let window = |(name, period): (String, Period)| {
        let window = ServiceWindow::of_days(period, question.as_of).map_err(CommandError::compute);
        Ok((Key::Named(name), window?))
    };
    periods.into_iter().map(window).collect()
}
