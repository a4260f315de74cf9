use super::{Actionable, Bin, RuleSet, RuleSetParts};
use crate::digest::Digest;
use crate::fault::Fault;
use crate::reason::Reason;
use crate::signal::{Signal, Span};
use crate::stable::Dwell;

fn codes(change: impl FnOnce(&mut RuleSetParts)) -> Vec<&'static str> {
    let mut parts = RuleSet::generic().parts().clone();
    change(&mut parts);
    match parts.build() {
        Ok(_) => Vec::new(),
        Err(error) => error.faults().iter().map(|fault| fault.code().name()).collect(),
    }
}

fn bins(parts: &mut RuleSetParts, bins: &[(i64, u32)]) {
    let bins: Vec<Bin> = bins.iter().map(|&(from, points)| Bin { from, points }).collect();
    parts.signals.to_mut()[4].bins = bins.into();
}

#[test]
fn the_default_rule_set_passes_its_own_check() {
    assert_eq!(codes(|_| ()), Vec::<&str>::new());
    let parts = RuleSet::generic().parts().clone();
    assert_eq!(&parts.build().unwrap(), RuleSet::generic());
}

#[test]
fn every_fault_is_named() {
    assert_eq!(codes(|p| p.id = "".into()), ["missing_name"]);
    assert_eq!(codes(|p| p.version = "".into()), ["missing_name"]);
    assert_eq!(codes(|p| p.window_days = 0), ["out_of_range"]);
    assert_eq!(codes(|p| p.window_days = 36_501), ["out_of_range"]);
    assert_eq!(codes(|p| p.dormant_ratio = 0), ["out_of_range"]);
    assert_eq!(codes(|p| p.default_gap_days = 0), ["out_of_range"]);
    assert_eq!(codes(|p| p.episode_grace_days = 36_501), ["out_of_range"]);
    assert_eq!(codes(|p| p.episode_grace_days = 0), Vec::<&str>::new());
    assert_eq!(codes(|p| p.transactional.min_standard_share_bps = 10_001), ["out_of_range"]);
    assert_eq!(
        codes(|p| p.signals = Vec::new().into()),
        ["no_signal", "unreachable_threshold", "unreachable_threshold"]
    );
    assert_eq!(codes(|p| bins(p, &[(0, 0), (1, 5), (1, 9)])), ["unsorted_bins"]);
    assert_eq!(codes(|p| bins(p, &[(0, 0), (1, 5), (2, 4)])), ["decreasing_points"]);
    assert_eq!(codes(|p| bins(p, &[(0, 0), (1, 1_001)])), ["out_of_range"]);
    for first in [&[(1, 0)][..], &[(0, 1)], &[]] {
        assert_eq!(codes(|p| bins(p, first)), ["first_bin_not_zero"]);
    }
    let twice = codes(|p| {
        let again = p.signals[0].clone();
        p.signals.to_mut().push(again);
    });
    assert_eq!(twice, ["duplicate_id"]);
    let twice = codes(|p| {
        let again = p.hard_rules[0].clone();
        p.hard_rules.to_mut().push(again);
    });
    assert_eq!(twice, ["duplicate_id", "dead_hard_rule"]);
    assert_eq!(codes(|p| p.thresholds.client = 101), ["unreachable_threshold"]);
    assert_eq!(
        codes(|p| p.thresholds.customer = 45),
        ["threshold_crossing", "hysteresis_inverted"]
    );
    assert_eq!(codes(|p| p.thresholds.exit_client = 56), ["hysteresis_inverted"]);
    assert_eq!(codes(|p| p.thresholds.exit_client = 35), ["threshold_crossing"]);
    assert_eq!(codes(|p| p.thresholds.exit_customer = 34), ["hysteresis_inverted"]);
    assert_eq!(codes(|p| p.thresholds.exit_customer = 55), ["threshold_crossing"]);
    for (evaluations, days, expected) in [
        (0, 28, &["out_of_range"][..]),
        (1, 0, &[]),
        (1_000, 36_500, &[]),
        (1_001, 36_501, &["out_of_range", "out_of_range"]),
    ] {
        let found = codes(|p| {
            p.thresholds.dwell = Dwell { evaluations, days };
        });
        assert_eq!(found, expected);
    }
    assert_eq!(codes(|p| p.hard_rules.to_mut()[1].id = "".into()), ["missing_name"]);
    assert_eq!(codes(|p| p.signals.to_mut()[4].typical = 1_001), ["out_of_range"]);
    assert_eq!(codes(|p| p.signals.to_mut()[4].reason = Reason::SelfService), ["unknown_reason"]);
    assert_eq!(codes(|p| bins(p, &[(0, 0), (1_000_000_000_001, 1)])), ["out_of_range"]);
}

#[test]
fn what_a_file_could_not_say_is_a_fault() {
    let billing = |bins: &[Bin]| codes(|p| p.signals.to_mut()[1].bins = bins.to_vec().into());
    let bin = |from, points| Bin { from, points };
    assert_eq!(billing(&[bin(0, 0), bin(1, 6)]), Vec::<&str>::new());
    assert_eq!(billing(&[bin(0, 0), bin(2, 6)]), ["out_of_range"]);
    assert_eq!(billing(&[bin(0, 0)]), ["out_of_range"]);
    assert_eq!(billing(&[bin(0, 0), bin(1, 6), bin(2, 7)]), ["out_of_range"]);
    let form = |bins: &[Bin]| codes(|p| p.signals.to_mut()[0].bins = bins.to_vec().into());
    assert_eq!(form(&[bin(0, 0), bin(2, 14)]), Vec::<&str>::new());
    assert_eq!(form(&[bin(0, 0), bin(3, 14)]), ["out_of_range"]);
}

#[test]
fn the_digest_of_the_default_rule_set_is_that_of_its_canonical_form() {
    let generic = RuleSet::generic();
    assert_eq!(generic.digest(), Digest::of(generic.canonical().as_bytes()));
    assert_eq!(generic.parts().clone().build().unwrap().digest(), generic.digest());
}

#[test]
fn every_setting_is_part_of_the_identity() {
    let changes: [fn(&mut RuleSetParts); 22] = [
        |p| p.id = "house".into(),
        |p| p.version = "1.0.1".into(),
        |p| p.window_days = 366,
        |p| p.dormant_ratio = 4,
        |p| p.default_gap_days = 364,
        |p| p.episode_grace_days = 91,
        |p| p.signals.to_mut().swap(0, 1),
        |p| p.signals.to_mut()[4].group = "other".into(),
        |p| p.signals.to_mut()[4].bins.to_mut()[3].from = 5,
        |p| p.signals.to_mut()[4].bins.to_mut()[1].points = 6,
        |p| p.signals.to_mut()[4].typical = 1,
        |p| p.signals.to_mut()[4].reason = Reason::Advisory,
        |p| p.signals.to_mut()[4].actionable = Actionable::Wait,
        |p| drop(p.hard_rules.to_mut().pop()),
        |p| p.hard_rules.to_mut()[0].id = "H9".into(),
        |p| p.thresholds.client = 56,
        |p| p.thresholds.customer = 34,
        |p| p.thresholds.exit_client = 46,
        |p| p.thresholds.exit_customer = 43,
        |p| p.thresholds.dwell.evaluations = 3,
        |p| p.thresholds.dwell.days = 29,
        |p| p.transactional.min_standard_share_bps = 1_001,
    ];
    let mut digests = std::collections::BTreeSet::from([RuleSet::generic().digest()]);
    for change in changes {
        let mut parts = RuleSet::generic().parts().clone();
        change(&mut parts);
        digests.insert(parts.build().unwrap().digest());
    }
    let mut parts = RuleSet::generic().parts().clone();
    parts.transactional.min_standard_count = 7;
    digests.insert(parts.build().unwrap().digest());
    assert_eq!(digests.len(), changes.len() + 2);
}

#[test]
fn all_faults_are_reported_in_one_message() {
    let mut parts = RuleSet::generic().parts().clone();
    parts.id = "".into();
    parts.thresholds.exit_client = 60;
    let error = parts.build().unwrap_err();
    let told: Vec<String> = error.faults().iter().map(Fault::to_string).collect();
    let expected = [
        "id: `id` is empty [missing_name]",
        "thresholds.exit_client: `60` is above `client`, which is `55`: \
         leaving a class is harder than entering it [hysteresis_inverted]",
    ];
    assert_eq!(told, expected);
    assert_eq!(error.to_string(), expected.join("; "));
}

#[test]
fn a_bin_begins_at_its_bound() {
    let tenure = RuleSet::generic().rule(Signal::TenureDays).unwrap();
    let points = [-1, 0, 29, 30, 89, 90, 364, 365].map(|days| tenure.points(days));
    assert_eq!(points, [0, 0, 0, 3, 3, 6, 6, 9]);
    assert_eq!(tenure.shown(Span::new(40, i64::MAX)), Span::new(40, 365));
    assert_eq!(tenure.shown(Span::new(400, i64::MAX)), Span::exactly(400));
    assert_eq!(tenure.shown(Span::exactly(400)), Span::exactly(400));
}

#[test]
fn the_rule_sets_that_come_with_the_crate_pass_the_check() {
    for &name in RuleSet::BUILT_IN {
        let rules = RuleSet::built_in(name).unwrap();
        assert_eq!(rules.id(), name);
        assert_eq!(&rules.parts().clone().build().unwrap(), rules);
    }
}
