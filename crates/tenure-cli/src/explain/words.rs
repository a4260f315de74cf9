//! Words for classes, stages, points.

use std::borrow::Cow;

use tenure::classify::{Aspect, Class, Context, Stage, Verdict};
use tenure::model::Tri;

use super::facts::incomplete;
use crate::table::EVIDENCE;

/// What a class says of the account, or of us.
pub(super) fn class(verdict: &Verdict, context: &Context<'_>) -> String {
    match verdict.class {
        Class::Client => "an ongoing relationship, personal and two-way".to_owned(),
        Class::Customer => "it buys, without much of a relationship beside".to_owned(),
        Class::Hybrid if verdict.transactional == Tri::Yes => {
            "a relationship, and standard buying beside it".to_owned()
        }
        Class::Hybrid => "more than buying, less than a full relationship".to_owned(),
        Class::Undetermined if verdict.hard_rule.is_some() => {
            "there is no business with it yet".to_owned()
        }
        Class::Undetermined => {
            let possible: Vec<_> = verdict.possible.iter().map(Class::name).collect();
            let missing = incomplete(&EVIDENCE, &context.coverage);
            let because = match missing.as_slice() {
                [] => "the records leave it open".to_owned(),
                tables => format!("not complete are {}", tables.join(", ")),
            };
            format!("it may be {}, and we cannot tell; {because}", possible.join(" or "))
        }
    }
}

pub(super) const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Prospect => "a prospect",
        Stage::New => "new",
        Stage::Active => "active",
        Stage::Dormant => "dormant",
        Stage::Reengaged => "back after a long silence",
        Stage::Former => "former",
        _ => "at a stage we cannot tell",
    }
}

pub(super) fn firmness(verdict: &Verdict) -> &'static str {
    match (verdict.robust, verdict.class) {
        (true, _) => "Nothing that is missing could change the class.",
        (false, Class::Undetermined) if verdict.hard_rule.is_some() => {
            "There is nothing to decide before there is business."
        }
        (false, Class::Undetermined) => "What is missing could change the class.",
        (false, _) => {
            "It is decided by what was seen alone (policy lean): what is missing could change the class."
        }
    }
}

pub(super) fn points(count: u32) -> String {
    if count == 1 { "1 point".to_owned() } else { format!("{count} points") }
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What of a treatment, for people.
pub(super) fn aspect(aspect: Aspect) -> Cow<'static, str> {
    match aspect {
        Aspect::SupportModel => "support".into(),
        Aspect::PersonalWithinDays => "last personal contact".into(),
        Aspect::ReviewWithinDays => "last review".into(),
        Aspect::MaxBroadcastsPerMonth => "broadcasts in the last 30 days".into(),
        other => other.name().replace('_', " ").into(),
    }
}
