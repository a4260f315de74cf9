//! Reasons as sentences, and the facts behind them.

use serde::Serialize;
use tenure::classify::{Context, Reason, Signal, Source, Verdict};
use tenure::model::{Relationship, Table};

use super::facts::{Facts, incomplete};
use super::words::capital;
use crate::table::EVIDENCE;
use crate::text;

/// A reason, and the facts behind it.
#[derive(Serialize)]
pub(super) struct ReasonLine {
    pub(super) code: &'static str,
    pub(super) sentence: String,
    pub(super) facts: Vec<String>,
}

/// A reason as a sentence about the account, in the words of the packs in force.
pub(super) fn sentence(reason: Reason, context: &Context<'_>) -> String {
    let told = text::printable(reason.text_in(context.packs));
    match reason {
        Reason::FiduciaryDuty
        | Reason::RegulatedTerm
        | Reason::EvidenceMissing
        | Reason::RelationshipEnded
        | Reason::HumanOverride => capital(&told),
        _ => format!("It {told}"),
    }
}

/// The facts that a reason rests on.
pub(super) fn behind(
    reason: Reason,
    relationship: &Relationship,
    context: &Context<'_>,
    verdict: &Verdict,
    facts: &Facts<'_>,
) -> Vec<String> {
    let signals: Vec<Signal> = match reason {
        Reason::StandardisedOffer => vec![Signal::CustomCount, Signal::AdviceCount],
        Reason::OneWayInteraction => vec![Signal::DialogueExchanges, Signal::ProactiveCount],
        Reason::NoFormalContract => vec![Signal::ContractForm],
        Reason::SelfService => vec![Signal::DialogueExchanges],
        _ => {
            let rules = context.rules.parts().signals.iter();
            rules.filter(|rule| rule.reason == reason).map(|rule| rule.signal).collect()
        }
    };
    let points = |signal: &Signal| {
        let contribution =
            verdict.contributions.iter().find(|one| one.source == Source::Signal(*signal))?;
        let most = context.rules.rule(*signal)?.max_points();
        Some(format!(
            "{}: {} of {} points",
            capital(&facts.of(*signal)),
            text::range(contribution.lo, contribution.hi),
            most
        ))
    };
    let mut lines: Vec<String> = signals.iter().filter_map(points).collect();
    lines.extend(beside(reason, relationship, context, verdict));
    lines
}

/// The facts that are no signals.
fn beside(
    reason: Reason,
    relationship: &Relationship,
    context: &Context<'_>,
    verdict: &Verdict,
) -> Option<String> {
    let standard = context.rules.parts().transactional;
    match reason {
        Reason::SingleTransaction => {
            let days = relationship.purchase_days(context.as_of).dates();
            let ever = if context.coverage.is_complete(Table::Purchases) { "ever" } else { "seen" };
            days.first().map(|day| format!("One purchase day {ever}: {day}"))
        }
        Reason::MixedStreams => Some(format!(
            "{} standard purchases or more, with at least {}% of the money",
            standard.min_standard_count,
            text::fixed(i128::from(standard.min_standard_share_bps), 2)
        )),
        Reason::PriceConvenience => Some("At least half of its purchases were promotional".to_owned()),
        Reason::RelationshipEnded if verdict.episode.anchor != verdict.as_of => {
            Some(format!("The last day of business was {}", verdict.episode.anchor))
        }
        Reason::RelationshipEnded => {
            Some("A negotiated contract is in force, but nobody has spoken or bought for more than 180 days".to_owned())
        }
        Reason::NoCommercialActivity => {
            Some("No contract and no purchase; both tables are complete".to_owned())
        }
        Reason::EvidenceMissing => {
            let missing = incomplete(&EVIDENCE, &context.coverage);
            Some(match missing.as_slice() {
                [] => "The records leave it open".to_owned(),
                tables => format!("Not complete: {}", tables.join(", ")),
            })
        }
        Reason::RegulatedTerm => context.packs.iter().find_map(|pack| {
            let mut rules = pack.parts().terms.iter();
            let rule = rules.find(|rule| rule.regulated && rule.term == verdict.term)?;
            let source = rule.source.as_deref().unwrap_or("no source");
            Some(format!("Pack {}: {}", text::printable(pack.id()), text::printable(source)))
        }),
        _ => None,
    }
}
