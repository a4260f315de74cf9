//! Engine and slow oracle give one answer.

use tenure_classify::{
    Change, Confidence, Context, NoWayError, Policy, Source, ValueMedian, ValuePerDay, Verdict,
    evaluate,
};
use tenure_model::{Currency, Relationship, Tri};

use crate::oracle::classify::{Answer, Choices, Question, Way, number, verdict};

/// A currency, and minor units and days of the accounts of a portfolio in it.
pub type Portfolio<'a> = (&'a str, &'a [(i128, i64)]);

/// The verdict of the engine, which is that of the oracle, as are what would settle and what would
/// change it.
///
/// # Panics
/// Where it is not.
#[must_use]
pub fn same_verdict(
    relationship: &Relationship,
    mut context: Context<'_>,
    portfolio: Option<Portfolio<'_>>,
) -> Verdict {
    context.value_median = portfolio.and_then(median);
    // A portfolio in which nobody is worth anything is none.
    let portfolio = portfolio.filter(|_| context.value_median.is_some());
    let packs: Vec<&str> = context.packs.iter().map(|pack| pack.id()).collect();
    let question = Question {
        relationship,
        rules: context.rules.parts(),
        as_of: context.as_of.day(),
        known_at: context.as_of.knowledge_day(),
        coverage: context.coverage,
        previous: context.previous_class.map(tenure_classify::Class::name),
        lean: context.policy == Policy::Lean,
        packs: &packs,
        industry: context.provider_industry,
        portfolio,
    };
    let found = evaluate(relationship, &context);
    assert_same(&answer(&found), &verdict(question));
    found
}

/// Tells the lines that differ, not both answers whole.
fn assert_same<T: PartialEq + std::fmt::Debug>(engine: &T, oracle: &T) {
    if engine != oracle {
        let (engine, oracle) = (format!("{engine:#?}"), format!("{oracle:#?}"));
        let pairs = engine.lines().zip(oracle.lines()).filter(|(one, other)| one != other);
        let told: Vec<String> = pairs
            .take(8)
            .map(|(one, other)| format!("{} is {} in the oracle", one.trim(), other.trim()))
            .collect();
        assert!(engine == oracle, "{}", told.join("; "));
    }
}

fn median((code, rates): Portfolio<'_>) -> Option<ValueMedian> {
    let currency = Currency::new(code).ok()?;
    let rates = rates.iter().filter_map(|&(minor, days)| ValuePerDay::new(currency, minor, days));
    ValueMedian::of(currency, rates)
}

/// A verdict in the words of the oracle.
fn answer(found: &Verdict) -> Answer {
    let episode = &found.episode;
    Answer {
        class: found.class.name().to_owned(),
        possible: found.possible.iter().map(|class| class.name().to_owned()).collect(),
        score: (found.score.lo.into(), found.score.hi.into()),
        transactional: match found.transactional {
            Tri::Yes => "Yes",
            Tri::No => "No",
            Tri::Unknown => "Maybe",
        },
        stage: found.stage.name(),
        term: found.term.to_string(),
        contributions: found
            .contributions
            .iter()
            .map(|one| {
                let source = match one.source {
                    Source::Signal(signal) => signal.name(),
                    _ => "cap",
                };
                let value = one.value.map(|span| (span.lo(), span.hi()));
                (source.to_owned(), value, (one.lo, one.hi))
            })
            .collect(),
        reasons: found.reasons.iter().map(|reason| reason.name().to_owned()).collect(),
        hard_rule: found.hard_rule.as_deref().map(str::to_owned),
        thresholds: (found.thresholds.client.into(), found.thresholds.customer.into()),
        margin: found.margin.into(),
        coverage: (found.coverage.known.into(), found.coverage.of.into()),
        robust: found.robust,
        confidence: match found.confidence {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            _ => "low",
        },
        episode: (
            number(episode.anchor),
            episode.opened.map(number),
            episode.previous_close.map(number),
            usize::try_from(episode.number).unwrap_or(usize::MAX),
        ),
        sales_cycle: found.sales_cycle_days,
        contracts_changed: found.contracts_changed.map(number),
        choices: Choices {
            settled_by: found
                .settled_by
                .iter()
                .map(|one| {
                    (one.signal.name().to_owned(), (one.lo.into(), one.hi.into()), one.settles)
                })
                .collect(),
            client_side: way(&found.counterfactual.client_side),
            customer: way(&found.counterfactual.customer),
        },
    }
}

fn way(found: &Result<Vec<Change>, NoWayError>) -> Way {
    match found {
        Ok(changes) => Way::Changes(
            changes
                .iter()
                .map(|one| (one.signal.name().to_owned(), one.from, one.to, one.on.map(number)))
                .collect(),
        ),
        Err(NoWayError::HardRule { id }) => Way::HardRule(id.to_string()),
        Err(NoWayError::OutOfReach { reachable, needed }) => {
            Way::OutOfReach((*reachable).into(), (*needed).into())
        }
        Err(other) => Way::HardRule(format!("{other:?}")),
    }
}
