//! What would have to be different for another class.

use serde::Serialize;
use tenure::classify::{Change, Context, NoWayError, Target, Verdict};

use super::facts::Facts;

/// The ways to both sides.
#[derive(Serialize)]
pub(crate) struct Ways {
    client_side: Way,
    customer: Way,
}

/// The way to one side: its changes, none if it is there, or why there is none.
#[derive(Serialize)]
struct Way {
    reached: bool,
    changes: Vec<ChangeLine>,
    blocked: Option<String>,
}

#[derive(Serialize)]
struct ChangeLine {
    signal: &'static str,
    /// The end of its value that counts; null where nothing bounds it.
    from: Option<i64>,
    to: i64,
    on: Option<String>,
    /// Points gained, or lost.
    points: i64,
    sentence: String,
}

impl Ways {
    pub(crate) fn new(context: &Context<'_>, verdict: &Verdict, facts: &Facts<'_>) -> Self {
        let way = |found, target| Way::new(found, context, verdict, facts, target);
        let ways = &verdict.counterfactual;
        Self {
            client_side: way(&ways.client_side, Target::ClientSide),
            customer: way(&ways.customer, Target::Customer),
        }
    }

    /// A sentence for each side, and what stands under it.
    pub(crate) fn sentences(&self) -> [(String, Vec<String>); 2] {
        [
            self.client_side.say(
                "It is on the client side already",
                "To the client side for certain: the fewest changes are",
                "No way to the client side",
            ),
            self.customer.say(
                "It is a customer already",
                "To a customer for certain: the fewest changes are",
                "No way to a customer",
            ),
        ]
    }
}

impl Way {
    fn new(
        found: &Result<Vec<Change>, NoWayError>,
        context: &Context<'_>,
        verdict: &Verdict,
        facts: &Facts<'_>,
        target: Target,
    ) -> Self {
        match found {
            Ok(changes) => Self {
                reached: changes.is_empty(),
                changes: changes.iter().map(|one| line(one, context, facts, target)).collect(),
                blocked: None,
            },
            Err(error) => {
                Self { reached: false, changes: Vec::new(), blocked: Some(why_not(error, verdict)) }
            }
        }
    }

    fn say(&self, reached: &str, changes: &str, blocked: &str) -> (String, Vec<String>) {
        if let Some(why) = &self.blocked {
            return (format!("{blocked}: {why}."), Vec::new());
        }
        if self.reached {
            return (format!("{reached}."), Vec::new());
        }
        let lines = self.changes.iter().map(|one| {
            let sign = if one.points > 0 { "+" } else { "" };
            format!("{} ({sign}{} points)", one.sentence, one.points)
        });
        (format!("{changes}:"), lines.collect())
    }
}

fn line(change: &Change, context: &Context<'_>, facts: &Facts<'_>, target: Target) -> ChangeLine {
    let points = context.rules.rule(change.signal).map_or(0, |rule| {
        let (before, after) = (rule.points(change.from), rule.points(change.to));
        i64::from(after).saturating_sub(i64::from(before))
    });
    ChangeLine {
        signal: change.signal.name(),
        from: Some(change.from).filter(|&from| from != i64::MAX),
        to: change.to,
        on: change.on.map(|day| day.to_string()),
        points,
        sentence: facts.change(change, target),
    }
}

fn why_not(error: &NoWayError, verdict: &Verdict) -> String {
    match error {
        NoWayError::HardRule { id } if verdict.hard_rule.as_ref() == Some(id) => {
            format!("hard rule {id} decides before the score")
        }
        NoWayError::HardRule { id } => {
            format!(
                "hard rule {id} may decide before the score, and we do not know whether it does"
            )
        }
        NoWayError::OutOfReach { reachable, needed } => {
            format!("what we can change is worth {reachable} points, and {needed} are needed")
        }
        other => other.to_string(),
    }
}
