//! Reasons, in stable order.

use tenure_model::Tri;

use crate::class::Class;
use crate::evidence::Facts;
use crate::reason::Reason;
use crate::rules::{RuleSet, SignalRule};
use crate::signal::Signal;
use crate::stage::Stage;

/// RulePoints by rule, in the order of the rule set: a signal is ruled once at most.
pub(crate) type RulePoints = [u32; Signal::COUNT];

/// The points of one value for each rule.
pub(crate) fn points(rules: &RuleSet, value: impl Fn(Signal) -> i64) -> RulePoints {
    let mut points = [0; Signal::COUNT];
    for (slot, rule) in points.iter_mut().zip(rules.parts().signals.iter()) {
        *slot = rule.points(value(rule.signal));
    }
    points
}

/// What the reasons look at, besides points.
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
}

/// The first so many reasons: a code is listed once, and what comes after a full list is left out.
#[derive(Debug)]
pub(crate) struct ReasonList<const N: usize> {
    codes: [Option<Reason>; N],
    len: usize,
}

impl<const N: usize> Default for ReasonList<N> {
    fn default() -> Self {
        Self { codes: [None; N], len: 0 }
    }
}

impl<const N: usize> ReasonList<N> {
    fn push(&mut self, reason: Reason) {
        if self.codes.contains(&Some(reason)) {
            return;
        }
        if let Some(slot) = self.codes.get_mut(self.len) {
            *slot = Some(reason);
            self.len = self.len.saturating_add(1);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Reason> {
        self.codes.iter().copied().flatten()
    }

    pub(crate) const fn codes(&self) -> [Option<Reason>; N] {
        self.codes
    }
}

/// What the reasons ask of a rule set, looked up once.
pub(crate) struct ReasonCard<'r> {
    rules: &'r [SignalRule],
    /// For each rule the place of the first one with the same code.
    first_of_code: [usize; Signal::COUNT],
    /// The places of the rules whose missing points speak for a customer.
    gaps: [(Reason, [Option<usize>; 2]); 3],
}

impl<'r> ReasonCard<'r> {
    pub(crate) fn of(rules: &'r RuleSet) -> Self {
        let rules: &[SignalRule] = &rules.parts().signals;
        let mut first_of_code = [0; Signal::COUNT];
        for (slot, rule) in first_of_code.iter_mut().zip(rules) {
            let first = rules.iter().position(|other| other.reason == rule.reason);
            *slot = first.unwrap_or_default();
        }
        let place = |signal| rules.iter().position(|rule| rule.signal == signal);
        let pair = |one, other| [place(one), place(other)];
        Self {
            rules,
            first_of_code,
            gaps: [
                (Reason::StandardisedOffer, pair(Signal::CustomCount, Signal::AdviceCount)),
                (
                    Reason::OneWayInteraction,
                    pair(Signal::DialogueExchanges, Signal::ProactiveCount),
                ),
                (Reason::NoFormalContract, [place(Signal::ContractForm), None]),
            ],
        }
    }

    /// Lists the reasons. `points` are what the lower ends give.
    pub(crate) fn reasons<const N: usize>(
        &self,
        case: &Case<'_>,
        points: &RulePoints,
        reasons: &mut ReasonList<N>,
    ) {
        if case.idle {
            reasons.push(if case.facts.sources_complete {
                Reason::NoCommercialActivity
            } else {
                Reason::EvidenceMissing
            });
            if case.regulated {
                reasons.push(Reason::RegulatedTerm);
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
                self.customer_side(case, points, reasons);
            } else {
                self.client_side(case, points, reasons);
            }
        }
        if case.held {
            reasons.push(Reason::HysteresisHeld);
        }
        if case.overridden {
            reasons.push(Reason::HumanOverride);
        }
    }

    fn client_side<const N: usize>(
        &self,
        case: &Case<'_>,
        points: &RulePoints,
        reasons: &mut ReasonList<N>,
    ) {
        if case.duty {
            reasons.push(Reason::FiduciaryDuty);
        }
        if case.regulated {
            reasons.push(Reason::RegulatedTerm);
        }
        if case.class == Class::Hybrid && case.transactional == Tri::Yes {
            reasons.push(Reason::MixedStreams);
        }
        if case.stage.is_ended() {
            reasons.push(Reason::RelationshipEnded);
        }
        // RulePoints above what is typical, by code, at the place of each code's first signal.
        let mut above: RulePoints = [0; Signal::COUNT];
        for ((rule, points), &first) in self.rules.iter().zip(points).zip(&self.first_of_code) {
            if let Some(sum) = above.get_mut(first) {
                *sum = sum.saturating_add(points.saturating_sub(rule.typical));
            }
        }
        while reasons.len != N
            && let Some((place, _)) = take_largest(&mut above)
        {
            if let Some(rule) = self.rules.get(place) {
                reasons.push(rule.reason);
            }
        }
    }

    fn customer_side<const N: usize>(
        &self,
        case: &Case<'_>,
        points: &RulePoints,
        reasons: &mut ReasonList<N>,
    ) {
        if case.facts.single_purchase {
            reasons.push(Reason::SingleTransaction);
        }
        if case.stage.is_ended() {
            reasons.push(Reason::RelationshipEnded);
        }
        if case.facts.mostly_promotional {
            reasons.push(Reason::PriceConvenience);
        }
        if case.facts.self_service {
            reasons.push(Reason::SelfService);
        }
        let gap = |place: Option<usize>| {
            let ruled = place.and_then(|place| self.rules.get(place).zip(points.get(place)));
            ruled.map_or(0, |(rule, &points)| rule.max_points().saturating_sub(points))
        };
        let mut gaps = self.gaps.map(|(_, [one, other])| gap(one).saturating_add(gap(other)));
        // Where nothing is missing there is no gap to name.
        while let Some((place, _)) = take_largest(&mut gaps) {
            if let Some(&(reason, _)) = self.gaps.get(place) {
                reasons.push(reason);
            }
        }
        if case.regulated {
            reasons.push(Reason::RegulatedTerm);
        }
    }
}

/// Takes out the first of the largest numbers: where it was, and what it was; `None` where all are
/// 0.
pub(crate) fn take_largest(numbers: &mut [u32]) -> Option<(usize, u32)> {
    let (mut place, mut largest) = (0, 0);
    for (at, &number) in numbers.iter().enumerate() {
        if number > largest {
            (place, largest) = (at, number);
        }
    }
    let taken = numbers.get_mut(place).filter(|_| largest > 0)?;
    Some((place, std::mem::take(taken)))
}
