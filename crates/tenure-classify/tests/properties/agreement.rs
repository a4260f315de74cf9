//! The engine says what the specification says, told once more by the slow oracle.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tenure_classify::{Class, Evidence, Policy, Stage, class_of, evaluate, judge};
use tenure_model::{AsOf, Coverage, Dormancy, DormancyOptions};
use tenure_testing::laws::same_verdict;
use tenure_testing::strategies::classify::packs;

use crate::given::{
    account, ago, class, context, coverage, events, relationship, rule_sets, today, under,
};

proptest! {
    #[test]
    fn the_verdict_is_what_the_specification_says(
        events in events(),
        coverage in coverage(),
        rules in rule_sets(),
        previous in class(),
        lean in any::<bool>(),
        packs in packs(),
        industry in select(vec![None, Some("bank"), Some("financial_planning")]),
        rates in prop::option::weighted(0.3, vec((-500_i128..60_000, 1_i64..400), 1..6)),
        known_after in prop_oneof![Just(0_i64), -60_i64..60],
    ) {
        let mut asked = under(&rules, coverage);
        asked.as_of = AsOf::new(today()).known_at(ago(-known_after));
        asked.previous_class = previous;
        asked.policy = if lean { Policy::Lean } else { Policy::Strict };
        asked.packs = &packs;
        asked.provider_industry = industry;
        let portfolio = rates.as_deref().map(|rates| ("USD", rates));
        let _ = same_verdict(&relationship(&events), asked, portfolio);
    }

    #[test]
    fn the_class_alone_is_the_class_of_the_verdict(
        events in events(),
        coverage in coverage(),
        previous in class(),
        lean in any::<bool>(),
    ) {
        let mut context = context(coverage);
        context.previous_class = previous;
        context.policy = if lean { Policy::Lean } else { Policy::Strict };
        let evidence = Evidence::of(&relationship(&events), &context);
        prop_assert_eq!(class_of(&evidence, &context), judge(&evidence, &context).class);
    }

    #[test]
    fn liveness_and_return_are_those_of_the_model(events in events()) {
        let relationship = relationship(&events);
        let context = context(Coverage::complete());
        let days = relationship.purchase_days(AsOf::new(today())).dates();
        let options = DormancyOptions::default().with_default_gap_days(365).unwrap();
        if relationship.contracts().is_empty()
            && let Some(rhythm) = Dormancy::of(&days, today(), &options)
        {
            let stage = evaluate(&relationship, &context).stage;
            let live = matches!(stage, Stage::New | Stage::Active | Stage::Reengaged);
            if Evidence::of(&relationship, &context).has_commercial_activity() {
                prop_assert_eq!(rhythm.dormant(), Some(!live));
            } else {
                prop_assert_eq!(stage, Stage::Prospect);
            }
            if stage == Stage::Reengaged {
                prop_assert!(rhythm.reengaged());
            }
            if stage == Stage::Active {
                prop_assert!(!rhythm.reengaged());
            }
        }
    }
}

/// Nothing at all, under every coverage there is.
#[test]
fn an_empty_history_is_what_the_specification_says() {
    let nothing = relationship(&[]);
    assert_eq!(nothing.account(), &account().unwrap());
    for coverage in [Coverage::complete(), Coverage::absent()] {
        let verdict = same_verdict(&nothing, context(coverage), None);
        assert_eq!(verdict.class, Class::Undetermined);
    }
}
