//! Reasons, in stable order.

use tenure_model::Tri;

use crate::class::Class;
use crate::evidence::Facts;
use crate::reason::{Reason, push};
use crate::rules::RuleSet;
use crate::signal::{Signal, Signals};
use crate::stage::Stage;

/// What the reasons look at.
pub(crate) struct Case<'a> {
    pub(crate) class: Class,
    pub(crate) customer_possible: bool,
    pub(crate) idle: bool,
    pub(crate) facts: &'a Facts,
    pub(crate) duty: bool,
    pub(crate) regulated: bool,
    pub(crate) transactional: Tri,
    pub(crate) stage: Stage,
    pub(crate) held: bool,
    pub(crate) overridden: bool,
    /// Their lower ends are what the reasons count.
    pub(crate) signals: &'a Signals,
}

pub(crate) fn reasons(case: &Case<'_>, rules: &RuleSet) -> Vec<Reason> {
    let mut reasons = Vec::with_capacity(12);
    if case.idle {
        reasons.push(if case.facts.sources_complete {
            Reason::NoCommercialActivity
        } else {
            Reason::EvidenceMissing
        });
        if case.regulated {
            push(&mut reasons, Reason::RegulatedTerm);
        }
    } else {
        if case.class == Class::Undetermined {
            reasons.push(Reason::EvidenceMissing);
        }
        let customer = match case.class {
            Class::Client | Class::Hybrid => false,
            Class::Customer => true,
            Class::Undetermined => case.customer_possible,
        };
        if customer {
            customer_side(case, rules, &mut reasons);
        } else {
            client_side(case, rules, &mut reasons);
        }
    }
    if case.held {
        push(&mut reasons, Reason::HysteresisHeld);
    }
    if case.overridden {
        push(&mut reasons, Reason::HumanOverride);
    }
    reasons
}

fn client_side(case: &Case<'_>, rules: &RuleSet, reasons: &mut Vec<Reason>) {
    if case.duty {
        push(reasons, Reason::FiduciaryDuty);
    }
    if case.regulated {
        push(reasons, Reason::RegulatedTerm);
    }
    if case.class == Class::Hybrid && case.transactional == Tri::Yes {
        push(reasons, Reason::MixedStreams);
    }
    if case.stage.is_ended() {
        push(reasons, Reason::RelationshipEnded);
    }
    // Points above what is typical, by code, in the order of each code's first signal.
    let rules = &rules.parts().signals;
    let mut above: Vec<(Reason, u32)> = Vec::with_capacity(rules.len());
    for rule in rules.iter() {
        let points = rule.points(case.signals.get(rule.signal).lo()).saturating_sub(rule.typical);
        match above.iter_mut().find(|(reason, _)| *reason == rule.reason) {
            Some((_, sum)) => *sum = sum.saturating_add(points),
            None => above.push((rule.reason, points)),
        }
    }
    above.sort_by_key(|&(_, points)| std::cmp::Reverse(points));
    for (reason, _) in above.into_iter().filter(|&(_, points)| points > 0) {
        push(reasons, reason);
    }
}

fn customer_side(case: &Case<'_>, rules: &RuleSet, reasons: &mut Vec<Reason>) {
    if case.facts.single_purchase {
        push(reasons, Reason::SingleTransaction);
    }
    if case.stage.is_ended() {
        push(reasons, Reason::RelationshipEnded);
    }
    if case.facts.mostly_promotional {
        push(reasons, Reason::PriceConvenience);
    }
    if case.facts.self_service {
        push(reasons, Reason::SelfService);
    }
    let gap = |signal: Signal| {
        rules.rule(signal).map_or(0, |rule| {
            rule.max_points().saturating_sub(rule.points(case.signals.get(signal).lo()))
        })
    };
    let pair = |one, other| gap(one).saturating_add(gap(other));
    let mut gaps = [
        (Reason::StandardisedOffer, pair(Signal::CustomCount, Signal::AdviceCount)),
        (Reason::OneWayInteraction, pair(Signal::DialogueExchanges, Signal::ProactiveCount)),
        (Reason::NoFormalContract, gap(Signal::ContractForm)),
    ];
    gaps.sort_by_key(|&(_, points)| std::cmp::Reverse(points));
    // Where nothing is missing there is no gap to name.
    for (reason, _) in gaps.into_iter().filter(|&(_, points)| points > 0) {
        push(reasons, reason);
    }
    if case.regulated {
        push(reasons, Reason::RegulatedTerm);
    }
}
