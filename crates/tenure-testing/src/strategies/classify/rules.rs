//! Valid rule sets of any shape: signals left out and in another order, other bins, thresholds,
//! windows and hard rules.

use proptest::collection::vec;
use proptest::prelude::*;
use tenure_classify::{
    Actionable, Bin, Condition, RuleSet, RuleSetParts, Signal, SignalKind, SignalRule, Thresholds,
};

/// Numbers to build from, each below 256; zeros once they have run out.
struct Draws<'a>(&'a [u8]);

impl Draws<'_> {
    /// From 0 to `most`; 0 for 0.
    fn up_to(&mut self, most: u32) -> u32 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        // Two bytes where one does not reach.
        let mut number = u32::from(first);
        if most > 255
            && let Some((&second, rest)) = self.0.split_first()
        {
            self.0 = rest;
            number = number.saturating_mul(256).saturating_add(second.into());
        }
        number.checked_rem(most.saturating_add(1)).unwrap_or(0)
    }

    fn rule(&mut self, signal: Signal, reasons: &[SignalRule]) -> Option<SignalRule> {
        let generic = reasons.iter().find(|rule| rule.signal == signal)?;
        let step = match signal {
            Signal::TenureDays => 300,
            Signal::ValueRatio => 3_000,
            _ => 4,
        };
        let mut bins = vec![Bin { from: 0, points: 0 }];
        let (mut from, mut points) = (0_i64, 0_u32);
        // Yes is 1 and nothing above it; there is no level above the last.
        let (most, step) = match signal.kind() {
            SignalKind::Bool => (0, 0),
            SignalKind::Ordinal => (1, 0),
            _ => (3, step),
        };
        for _ in 0..self.up_to(most).saturating_add(1) {
            from = from.saturating_add(i64::from(self.up_to(step)).saturating_add(1));
            points = points.saturating_add(self.up_to(18));
            bins.push(Bin { from, points });
        }
        let other = usize::try_from(self.up_to(40)).ok().and_then(|place| reasons.get(place));
        let reason = other.unwrap_or(generic).reason;
        let mut rule = SignalRule::new(signal, generic.group.clone(), bins.into(), reason);
        rule.typical = self.up_to(9);
        rule.actionable = match self.up_to(3) {
            0 | 1 => Actionable::Yes,
            2 => Actionable::No,
            _ => Actionable::Wait,
        };
        // One in eight is left out.
        (self.up_to(7) < 7).then_some(rule)
    }
}

/// The rule set that these bytes stand for; valid whatever they are.
#[must_use]
pub fn rule_set_parts(bytes: &[u8]) -> RuleSetParts {
    let mut draws = Draws(bytes);
    let mut parts = RuleSet::generic().parts().clone();
    let generic = parts.signals.clone();
    parts.id = "drawn".into();
    parts.window_days = draws.up_to(800).saturating_add(1);
    parts.dormant_ratio = draws.up_to(5).saturating_add(1);
    parts.default_gap_days = draws.up_to(500).saturating_add(1);
    parts.episode_grace_days = draws.up_to(200);
    parts.transactional.min_standard_count = draws.up_to(8);
    parts.transactional.min_standard_share_bps = match draws.up_to(3) {
        0 => 1_000,
        1 => 0,
        _ => draws.up_to(10_000),
    };
    // H0 and H1, H1 first, H0 alone, H1 alone, none.
    let (mut rules, order) = (parts.hard_rules.to_vec(), draws.up_to(7));
    match order {
        0..=2 => {}
        3 | 4 => rules.reverse(),
        5 => rules.retain(|rule| rule.when == Condition::NoCommercialActivity),
        6 => rules.retain(|rule| rule.when == Condition::Fiduciary),
        _ => rules.clear(),
    }
    parts.hard_rules = rules.into();
    let mut signals: Vec<SignalRule> =
        Signal::ALL.iter().filter_map(|&signal| draws.rule(signal, &generic)).collect();
    let turn = usize::try_from(draws.up_to(13)).unwrap_or(0);
    let turn = turn.checked_rem(signals.len()).unwrap_or(0);
    signals.rotate_left(turn);
    let reachable = |signals: &[SignalRule]| {
        signals.iter().fold(0_u32, |sum, rule| sum.saturating_add(rule.max_points())).min(100)
    };
    if reachable(&signals) == 0 {
        // Not a point anywhere: no threshold could be reached.
        signals = generic.to_vec();
    }
    let client = draws.up_to(reachable(&signals).saturating_sub(1)).saturating_add(1);
    let customer = draws.up_to(client.saturating_sub(1));
    // Client from `exit_client` on, which lies above `customer`; customer below `exit_customer`,
    // which lies below `client`.
    let room = client.saturating_sub(customer).saturating_sub(1);
    let exit_client = client.saturating_sub(draws.up_to(room));
    let exit_customer = customer.saturating_add(draws.up_to(room));
    parts.thresholds =
        Thresholds { client, customer, exit_client, exit_customer, ..parts.thresholds };
    parts.signals = signals.into();
    parts
}

/// Rule sets of any shape, and now and then the default one.
pub fn rule_sets() -> impl Strategy<Value = RuleSet> {
    let drawn = vec(any::<u8>(), 180).prop_map(|bytes| rule_set_parts(&bytes));
    let parts = prop_oneof![1 => Just(RuleSet::generic().parts().clone()), 3 => drawn];
    // Never refused: `rule_set_parts` is held to that by a test of its own.
    parts.prop_filter_map("valid", |parts| parts.build().ok())
}

#[cfg(test)]
mod tests {
    use super::{RuleSetParts, rule_set_parts};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_valid_rule_set(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let built = rule_set_parts(&bytes).build();
            prop_assert!(built.is_ok(), "{:?}", built);
        }
    }

    #[test]
    fn they_differ() {
        let of = |byte| -> RuleSetParts { rule_set_parts(&[byte; 180]) };
        assert_ne!(of(1), of(2));
        let counted =
            |step: u8| -> Vec<u8> { (0..180_u8).map(|at| at.wrapping_mul(step)).collect() };
        let lengths = (1..20).map(|step| rule_set_parts(&counted(step)).signals.len());
        assert!(lengths.collect::<std::collections::BTreeSet<_>>().len() > 1);
    }
}
