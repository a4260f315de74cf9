use super::{Bin, RuleSet, RuleSetParts};
use crate::error::RuleSetFault;
use crate::signal::{Signal, Span};

fn codes(change: impl FnOnce(&mut RuleSetParts)) -> Vec<&'static str> {
    let mut parts = RuleSet::generic().parts().clone();
    change(&mut parts);
    match parts.build() {
        Ok(_) => Vec::new(),
        Err(error) => error.faults().iter().map(RuleSetFault::code).collect(),
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
}

#[test]
fn all_faults_are_reported_in_one_message() {
    let mut parts = RuleSet::generic().parts().clone();
    parts.id = "".into();
    parts.thresholds.exit_client = 60;
    let error = parts.build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`id` is empty; `exit_client` is `60`, expected at most `client`"
    );
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
