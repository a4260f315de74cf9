//! Waterfalls by quarter, year and day are what the closes and changes of their days say.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test: a panic is a failure, and sums are small"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tenure_model::{Currency, Month};
use tenure_revenue::{
    FxPolicy, Grain, MovementLine, PlanError, RevenueDefinition, RevenuePlan, SubscriptionRow,
};
use tenure_testing::oracle::revenue::{Company, Row};
use tenure_testing::strategies::revenue as strategies;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn by_account(rows: &[Row]) -> BTreeMap<u8, Vec<SubscriptionRow<'_>>> {
    let mut accounts: BTreeMap<u8, Vec<SubscriptionRow<'_>>> = BTreeMap::new();
    for row in rows {
        let of = SubscriptionRow { event: &row.event, recorded_at: row.recorded_at };
        accounts.entry(row.account).or_default().push(of);
    }
    accounts
}

const CLASSES: [MovementLine; 6] = [
    MovementLine::New,
    MovementLine::Expansion,
    MovementLine::Contraction,
    MovementLine::Churn,
    MovementLine::Reactivation,
    MovementLine::Adjustment,
];

proptest! {
    /// By month it is what the plan says, under every option.
    #[test]
    fn a_month_is_a_month(
        rows in strategies::rows(true, 20),
        definition in strategies::definitions(),
    ) {
        let plan = RevenuePlan::new(definition, month("2024-01"), month("2024-03")).unwrap();
        let months = plan.by_grain(Grain::Month).unwrap();
        for rows in by_account(&rows).values() {
            let account = plan.account(rows.iter().copied()).unwrap();
            let found = months.account(rows.iter().copied()).unwrap();
            for (month, row) in plan.months().zip(found.rows()) {
                prop_assert_eq!(row.period, month.days().unwrap());
                prop_assert_eq!(Some(&row.net), account.net(month));
                prop_assert_eq!(Some(&row.gross), account.gross(month));
                prop_assert_eq!(Some(row.arr), account.arr(month));
            }
        }
    }

    /// Gross movements of a quarter are those of its months, and of its days, where rates do not
    /// move; its balances are theirs under every option.
    #[test]
    fn a_quarter_has_the_changes_of_its_days(
        rows in strategies::rows(true, 20),
        definition in strategies::definitions(),
    ) {
        let fixed = matches!(definition.fx, FxPolicy::Constant | FxPolicy::Locked);
        let (first, last) = (month("2024-01"), month("2024-03"));
        let company_of = definition.clone();
        let plan = RevenuePlan::new(definition, first, last).unwrap();
        let mut states = [Grain::Quarter, Grain::Day].map(|grain| plan.by_grain(grain).unwrap().state());
        for rows in by_account(&rows).values() {
            for state in &mut states {
                let account = state.plan().clone().account(rows.iter().copied()).unwrap();
                let before = state.clone();
                state.merge(&account).unwrap();
                let mut back = state.clone();
                back.retract(&account).unwrap();
                prop_assert_eq!(back, before);
            }
        }
        let [quarter, days] = states;
        let quarter = quarter.rows().next().unwrap();
        let days: Vec<_> = days.rows().collect();
        prop_assert_eq!(days.len(), 91);
        for pair in days.windows(2) {
            let [one, next] = pair else { continue };
            prop_assert_eq!(one.net.lines().closing, next.net.lines().opening);
        }
        let answers = Company::new(&company_of, first, last, &rows).answers();
        prop_assert_eq!(quarter.net.lines().opening, answers[&first].net[0]);
        prop_assert_eq!(quarter.net.lines().closing, answers[&last].net[8]);
        prop_assert_eq!(days.last().unwrap().net.lines().closing, answers[&last].net[8]);
        if fixed {
            for line in CLASSES {
                let of_days = days.iter().fold(0, |sum, day| sum + day.gross.lines().line(line));
                prop_assert_eq!(of_days, quarter.gross.lines().line(line), "{}", line);
            }
            let of_months = answers.values().fold(0, |sum, month| sum + month.gross[1]);
            prop_assert_eq!(of_months, quarter.gross.lines().new);
        }
    }

    /// Net movements of a quarter are by the two closes alone.
    #[test]
    fn a_quarter_moves_by_its_closes(rows in strategies::plain_rows(20)) {
        let definition = RevenueDefinition::new(strategies::usd());
        let plan = RevenuePlan::new(definition, month("2024-01"), month("2024-06")).unwrap();
        let quarters = plan.by_grain(Grain::Quarter).unwrap();
        for rows in by_account(&rows).values() {
            let account = plan.account(rows.iter().copied()).unwrap();
            let closes = ["2023-12", "2024-03", "2024-06"].map(|at| account.mrr(month(at)).unwrap());
            let found = quarters.account(rows.iter().copied()).unwrap();
            for (pair, row) in closes.windows(2).zip(found.rows()) {
                let [from, to] = pair else { continue };
                let lines = row.net.lines();
                let won = if *from == 0 { *to } else { 0 };
                prop_assert_eq!(lines.new + lines.reactivation, won);
                prop_assert_eq!(lines.churn, if *to == 0 { *from } else { 0 });
                let stays = *from > 0 && *to > 0;
                let moved = if stays { to - from } else { 0 };
                prop_assert_eq!(lines.expansion - lines.contraction, moved);
            }
        }
    }
}

#[test]
fn months_must_begin_and_end_with_a_period() {
    let definition = RevenueDefinition::new(Currency::new("USD").unwrap());
    let plan = RevenuePlan::new(definition.clone(), month("2024-02"), month("2024-06")).unwrap();
    let error = plan.by_grain(Grain::Quarter).unwrap_err();
    assert!(matches!(error, PlanError::Unaligned { .. }));
    assert_eq!(error.to_string(), "months `2024-02..2024-06` do not begin and end with a quarter");
    let plan = RevenuePlan::new(definition, month("2024-01"), month("2025-06")).unwrap();
    assert!(plan.by_grain(Grain::Year).is_err());
    assert_eq!(plan.by_grain(Grain::Quarter).unwrap().periods().count(), 6);
    // A leap year has its day.
    assert_eq!(plan.by_grain(Grain::Day).unwrap().periods().count(), 366 + 181);
    assert!(plan.by_grain(Grain::Day).unwrap().to_string().ends_with(", by day"));
}
