//! The stable class once more: for each evaluation, a look back over all that came before.

use chrono::{Days, NaiveDate};

use super::{Answer, Card, Question, Seen, number, verdict};

/// One evaluation: the day, the class found, whether a hard rule decided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "written out by tests")]
pub struct Evaluation {
    /// The day.
    pub day: NaiveDate,
    /// The class, by name.
    pub class: String,
    /// Whether a hard rule decided.
    pub ruled: bool,
    /// The days on which a contract that can be seen began, or was over for the first time.
    pub contract_days: Vec<NaiveDate>,
}

/// The stable class after the last of the evaluations. `dwell`: evaluations and days; `before`: the
/// class known from elsewhere.
#[must_use]
pub fn stable_class(
    evaluations: &[Evaluation],
    dwell: (usize, i64),
    before: Option<&str>,
) -> Option<String> {
    let Some((last, earlier)) = evaluations.split_last() else {
        return before.filter(|&class| class != "undetermined").map(str::to_owned);
    };
    let held = stable_class(earlier, dwell, before);
    if last.class == "undetermined" || held.as_ref() == Some(&last.class) {
        return held;
    }
    if held.is_none() || last.ruled {
        return Some(last.class.clone());
    }
    if let Some(previous) = earlier.last() {
        let since = |day: &NaiveDate| *day > previous.day && *day <= last.day;
        if last.contract_days.iter().any(since) {
            return Some(last.class.clone());
        }
    }
    // Any stretch of evaluations up to this one that all say the same will do.
    let enough = (0..evaluations.len()).any(|start| {
        let stretch: Vec<&Evaluation> = evaluations.iter().skip(start).collect();
        let same = stretch.iter().all(|one| one.class == last.class);
        let first = stretch.first().map_or(last.day, |one| one.day);
        same && stretch.len() >= dwell.0 && number(last.day) - number(first) >= dwell.1
    });
    if enough { Some(last.class.clone()) } else { held }
}

/// A signal, its points before and after.
pub type MovedPoints = (String, (i64, i64), (i64, i64));

/// What a replay says of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "compared by tests")]
pub struct Told {
    /// The verdict, with the stable class before as the previous class.
    pub answer: Answer,
    /// The stable class after it.
    pub stable: Option<String>,
    /// What changed, in words, each with the signals whose points moved.
    pub changes: Vec<(String, Vec<MovedPoints>)>,
}

/// Asks the question on each of the days, with what was known on it and by the question.
#[must_use]
pub fn replay(question: Question<'_>, days: &[NaiveDate], dwell: (usize, i64)) -> Vec<Told> {
    let mut evaluations: Vec<Evaluation> = Vec::new();
    let mut told: Vec<Told> = Vec::new();
    let mut episodes: Vec<(usize, Option<i64>)> = Vec::new();
    for &day in days {
        let held = stable_class(&evaluations, dwell, question.previous);
        let known_at = question.known_at.min(day);
        let asked = Question { as_of: day, known_at, previous: held.as_deref(), ..question };
        let answer = verdict(asked);
        let seen = Seen::new(asked, &Card::new(asked.rules));
        evaluations.push(Evaluation {
            day,
            class: answer.class.clone(),
            ruled: answer.hard_rule.is_some(),
            contract_days: contract_days(&seen),
        });
        episodes.push((seen.openings().len(), answer.episode.1));
        let stable = stable_class(&evaluations, dwell, question.previous);

        let mut changes = Vec::new();
        if let [.., (count, opened), (now, Some(open))] = episodes.as_slice()
            && let Some(last) = told.last()
            && let [.., before, _] = evaluations.as_slice()
        {
            let later = opened.is_none_or(|old| *open > old);
            if later && (now > count || *open > number(before.day)) {
                changes
                    .push((format!("episode {count} {now}"), moved(Some(&last.answer), &answer)));
            }
        }
        if let Some(last) = told.last().filter(|last| last.answer.stage != answer.stage) {
            let words = format!("stage {} {}", last.answer.stage, answer.stage);
            changes.push((words, moved(Some(&last.answer), &answer)));
        }
        if stable != held {
            // The last day on which the class before was found.
            let given = told.iter().rev().find(|one| Some(&one.answer.class) == held.as_ref());
            let (from, to) = (held.as_deref().unwrap_or("none"), stable.as_deref().unwrap_or("?"));
            let word = if from == "customer" { "converted" } else { "class" };
            changes.push((
                format!("{word} {from} {to}"),
                moved(given.map(|one| &one.answer), &answer),
            ));
        }
        told.push(Told { answer, stable, changes });
    }
    told
}

fn contract_days(seen: &Seen<'_>) -> Vec<NaiveDate> {
    let days = seen.deals.iter().flat_map(|deal| [deal.began, deal.end + 1]);
    days.filter_map(day).collect()
}

/// The signals whose points differ; nobody's points are none.
fn moved(before: Option<&Answer>, after: &Answer) -> Vec<MovedPoints> {
    let mut moved = Vec::new();
    for (signal, value, to) in &after.contributions {
        let earlier = before
            .and_then(|answer| answer.contributions.iter().find(|(other, ..)| other == signal));
        let from = earlier.map_or((0, 0), |&(_, _, points)| points);
        if value.is_some() && from != *to {
            moved.push((signal.clone(), from, *to));
        }
    }
    moved
}

/// The days on which all episodes but the last one closed.
#[must_use]
pub fn closes(question: Question<'_>) -> Vec<NaiveDate> {
    let openings = Seen::new(question, &Card::new(question.rules)).openings();
    openings.into_iter().filter_map(|(_, close)| close).filter_map(day).collect()
}

fn day(number: i64) -> Option<NaiveDate> {
    let days = Days::new(number.unsigned_abs());
    let epoch = NaiveDate::default();
    if number < 0 { epoch.checked_sub_days(days) } else { epoch.checked_add_days(days) }
}
