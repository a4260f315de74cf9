//! The laws of revenue.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test: a panic is a failure, and sums are small"
)]

use std::collections::BTreeMap;
use std::str::FromStr;

use num_bigint::BigInt;
use proptest::prelude::*;
use tenure_model::Month;
use tenure_revenue::{
    AccountRevenue, Logos, Rate, RenewalState, Retention, RevenueDefinition, RevenuePlan,
    RevenueState, StateError, SubscriptionRow, Waterfall,
};
use tenure_stats::kaplan_meier;
use tenure_testing::oracle::revenue::{self as oracle, Company, Lines, Quotient, Row, survival_at};
use tenure_testing::strategies::revenue as strategies;

/// Every window of the reported months.
fn windows() -> Vec<(Month, Month)> {
    let (first, last) = strategies::reported();
    let closes: Vec<Month> =
        (-1..=4).filter_map(|step| first.plus(step)).filter(|&month| month <= last).collect();
    closes
        .iter()
        .flat_map(|&from| closes.iter().map(move |&to| (from, to)))
        .filter(|(from, to)| from <= to)
        .collect()
}

fn plan(definition: &RevenueDefinition) -> RevenuePlan {
    let (first, last) = strategies::reported();
    let plan = RevenuePlan::new(definition.clone(), first, last).unwrap();
    windows().into_iter().fold(plan, |plan, (from, to)| plan.with_window(from, to).unwrap())
}

fn by_account(rows: &[Row]) -> BTreeMap<u8, Vec<SubscriptionRow<'_>>> {
    let mut accounts: BTreeMap<u8, Vec<SubscriptionRow<'_>>> = BTreeMap::new();
    for row in rows {
        let recorded_at = row.recorded_at;
        accounts
            .entry(row.account)
            .or_default()
            .push(SubscriptionRow { event: &row.event, recorded_at });
    }
    accounts
}

fn accounts(plan: &RevenuePlan, rows: &[Row]) -> Vec<AccountRevenue> {
    by_account(rows).into_values().map(|rows| plan.account(rows).unwrap()).collect()
}

fn state<'a>(
    plan: &RevenuePlan,
    accounts: impl IntoIterator<Item = &'a AccountRevenue>,
) -> RevenueState {
    let mut state = plan.state();
    for account in accounts {
        state.push(account).unwrap();
    }
    state
}

fn lines(waterfall: &Waterfall) -> Lines {
    let lines = waterfall.lines();
    [
        lines.opening,
        lines.new,
        lines.expansion,
        lines.contraction,
        lines.churn,
        lines.reactivation,
        lines.fx,
        lines.adjustment,
        lines.closing,
    ]
}

fn logos(logos: &Logos) -> [u64; 5] {
    [logos.opening(), logos.new_accounts(), logos.reactivated(), logos.churned(), logos.closing()]
}

fn quotient(rate: Option<Rate>) -> Quotient {
    rate.map(|rate| (rate.num(), rate.den()))
}

fn names(found: &Retention) -> BTreeMap<&'static str, Quotient> {
    BTreeMap::from([
        ("nrr_point_to_point", found.nrr_point_to_point()),
        ("nrr_exclude_returned", found.nrr_exclude_returned()),
        ("grr_point_to_point", found.grr_point_to_point()),
        ("grr_path_min", found.grr_path_min()),
        ("grr_min_of_totals", found.grr_min_of_totals()),
        ("logo_point_to_point", found.logo_point_to_point()),
        ("logo_continuous", found.logo_continuous()),
        ("nrr_formula_net", found.nrr_formula_net()),
        ("nrr_formula_net_with_reactivation", found.nrr_formula_net_with_reactivation()),
        ("grr_formula_net", found.grr_formula_net()),
        ("nrr_formula_gross", found.nrr_formula_gross()),
        ("nrr_formula_gross_with_reactivation", found.nrr_formula_gross_with_reactivation()),
        ("grr_formula_gross", found.grr_formula_gross()),
    ])
    .into_iter()
    .map(|(name, rate)| (name, quotient(rate)))
    .collect()
}

/// The gap between opening and closing, by the identity of section 3.
fn gap(
    [opening, new, expansion, contraction, churn, back, fx, adjustment, closing]: Lines,
) -> i128 {
    opening + new + expansion - contraction - churn + back + fx + adjustment - closing
}

/// What the classes of a month add up to, with their signs.
fn moved([_, new, expansion, contraction, churn, back, _, adjustment, _]: Lines) -> i128 {
    new + expansion - contraction - churn + back + adjustment
}

proptest! {
    #[test]
    fn the_engine_says_what_the_slow_replay_says(
        definition in strategies::definitions(),
        rows in strategies::rows(true, 14),
    ) {
        let (first, last) = strategies::reported();
        let plan = plan(&definition);
        let state = state(&plan, &accounts(&plan, &rows));
        let company = Company::new(&definition, first, last, &rows);
        for (month, answer) in company.answers() {
            prop_assert_eq!(lines(state.net(month).unwrap()), answer.net, "net {}", month);
            prop_assert_eq!(logos(state.logos(month).unwrap()), answer.logos, "logos {}", month);
            prop_assert_eq!(lines(state.gross(month).unwrap()), answer.gross, "gross {}", month);
            let counts = state.movement_counts(month).unwrap();
            let counts = [counts.new, counts.reactivated, counts.churned];
            prop_assert_eq!(counts, answer.counts, "counts {}", month);
            prop_assert_eq!(state.arr(month), Some(answer.arr), "arr {}", month);
        }
        let cohorts: BTreeMap<_, Vec<_>> = state
            .cohorts()
            .iter()
            .map(|(&month, rows)| {
                (month, rows.iter().map(|row| (row.mrr, row.gross_mrr, row.logos)).collect())
            })
            .collect();
        prop_assert_eq!(cohorts, company.cohorts());
    }

    #[test]
    fn every_name_of_retention_is_what_its_formula_says(
        definition in strategies::definitions(),
        rows in strategies::rows(true, 10),
        window in prop::sample::select(windows()),
    ) {
        let (first, last) = strategies::reported();
        let (from, to) = window;
        let plan = plan(&definition);
        let state = state(&plan, &accounts(&plan, &rows));
        let company = Company::new(&definition, first, last, &rows);
        let found = state.retention(from, to).unwrap();
        prop_assert_eq!(names(&found), company.retention(from, to));
        let product = company.compounded(from, to);
        prop_assert_eq!(found.nrr_compounded_monthly().is_some(), product.is_some());
        if let (Some(found), Some((num, den))) = (found.nrr_compounded_monthly(), product) {
            // The printed value is within half a unit of its last place.
            let printed = BigInt::from_str(&found.to_decimal(10).replace('.', "")).unwrap();
            let scale = BigInt::from(10).pow(10);
            let error: BigInt = (den.clone() * printed - num * scale) * 2;
            prop_assert!(error.magnitude() <= den.magnitude());
        }
    }

    #[test]
    fn survival_is_the_product_over_spells(
        definition in strategies::definitions(),
        rows in strategies::rows(false, 20),
    ) {
        let (first, last) = strategies::reported();
        let plan = plan(&definition);
        let state = state(&plan, &accounts(&plan, &rows));
        let spells = Company::new(&definition, first, last, &rows).spells();
        let counted = state.spells().values().fold(0, |sum, c| sum + c.events + c.censored);
        prop_assert_eq!(counted, u64::try_from(spells.len()).unwrap());
        for row in kaplan_meier(state.spells()) {
            let (num, den) = survival_at(&spells, row.time);
            let exact = row.exact.unwrap();
            prop_assert_eq!(num * exact.den(), den * exact.num());
        }
    }

    #[test]
    fn every_waterfall_closes_and_meets_the_next(
        definition in strategies::definitions(),
        rows in strategies::rows(true, 30),
    ) {
        let plan = plan(&definition);
        let accounts = accounts(&plan, &rows);
        let total = state(&plan, &accounts);
        for of in accounts.iter().map(|account| state(&plan, [account])).chain([total]) {
            let mut close = None;
            for month in plan.months() {
                let net = lines(of.net(month).unwrap());
                let gross = lines(of.gross(month).unwrap());
                prop_assert_eq!(gap(net), 0);
                prop_assert_eq!(gap(gross), 0);
                prop_assert_eq!(moved(net), moved(gross));
                prop_assert_eq!((net[0], net[6], net[8]), (gross[0], gross[6], gross[8]));
                let counts = logos(of.logos(month).unwrap());
                prop_assert_eq!(counts[0] + counts[1] + counts[2], counts[3] + counts[4]);
                if let Some((money, people)) = close {
                    prop_assert_eq!((net[0], counts[0]), (money, people));
                }
                close = Some((net[8], counts[4]));
            }
            prop_assert!(of.net_total().is_some() && of.logos_total().is_some());
        }
    }

    #[test]
    fn the_total_is_the_sum_of_its_accounts_for_any_sharding_and_order(
        definition in strategies::definitions(),
        rows in strategies::rows(true, 30),
        shards in prop::collection::vec(0..3_usize, 4),
    ) {
        let plan = plan(&definition);
        let accounts = accounts(&plan, &rows);
        let batch = state(&plan, &accounts);
        let mut parts = [plan.state(), plan.state(), plan.state()];
        for (account, &shard) in accounts.iter().rev().zip(&shards) {
            parts[shard].push(account).unwrap();
        }
        let [first, second, third] = &parts;
        let mut left = first.clone();
        left.merge(second).unwrap();
        left.merge(third).unwrap();
        let mut right = third.clone();
        right.merge(first).unwrap();
        right.merge(second).unwrap();
        prop_assert_eq!(&left, &batch);
        prop_assert_eq!(&right, &batch);
        for month in plan.months() {
            let sum = accounts.iter().fold(0, |sum, account| sum + account.mrr(month).unwrap());
            prop_assert_eq!(lines(batch.net(month).unwrap())[8], sum);
            let arr = accounts.iter().fold(0, |sum, account| sum + account.arr(month).unwrap());
            prop_assert_eq!(batch.arr(month), Some(arr));
        }
    }

    #[test]
    fn a_late_event_is_old_out_new_in(
        definition in strategies::definitions(),
        rows in strategies::rows(true, 20),
    ) {
        prop_assume!(!rows.is_empty());
        let plan = plan(&definition);
        let (late, known) = rows.split_last().unwrap();
        let mut kept = state(&plan, &accounts(&plan, known));
        if let Some(old) = by_account(known).remove(&late.account) {
            kept.retract(&plan.account(old).unwrap()).unwrap();
        }
        let new = by_account(&rows).remove(&late.account).unwrap();
        kept.push(&plan.account(new).unwrap()).unwrap();
        prop_assert_eq!(kept, state(&plan, &accounts(&plan, &rows)));
    }

    #[test]
    fn what_was_never_pushed_is_not_taken_back(
        definition in strategies::definitions(),
        rows in strategies::rows(true, 20),
    ) {
        let plan = plan(&definition);
        let mut empty = plan.state();
        for account in accounts(&plan, &rows) {
            prop_assert_eq!(empty.retract(&account), Err(StateError::NeverPushed));
            prop_assert_eq!(&empty, &plan.state());
            empty.push(&account).unwrap();
            empty.retract(&account).unwrap();
            prop_assert_eq!(&empty, &plan.state());
        }
    }

    #[test]
    fn input_order_is_nothing_where_no_two_instants_tie(
        definition in strategies::definitions(),
        rows in strategies::rows(true, 20),
        seed in any::<u64>(),
    ) {
        // No two events of an account may be posted at one instant and take effect at one instant.
        let mut rows = rows;
        for (place, row) in rows.iter_mut().enumerate() {
            row.event.seq = u64::try_from(place).unwrap();
        }
        let plan = plan(&definition);
        let straight = state(&plan, &accounts(&plan, &rows));
        rows.sort_by_key(|row| row.event.seq.wrapping_add(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        prop_assert_eq!(state(&plan, &accounts(&plan, &rows)), straight);
    }

    #[test]
    fn gross_retention_is_a_share_and_never_above_net(
        rows in strategies::plain_rows(40),
        window in prop::sample::select(windows()),
    ) {
        let definition = RevenueDefinition::new(strategies::usd());
        let plan = plan(&definition);
        let state = state(&plan, &accounts(&plan, &rows));
        let found = state.retention(window.0, window.1).unwrap();
        let Some(grr) = found.grr_point_to_point() else { return Ok(()) };
        let num = |rate: Option<Rate>| rate.unwrap().num();
        prop_assert!(0 <= grr.num() && grr.num() <= grr.den());
        prop_assert!(grr.num() <= num(found.nrr_point_to_point()));
        prop_assert!(num(found.grr_path_min()) <= grr.num());
        prop_assert!(num(found.nrr_exclude_returned()) <= num(found.nrr_point_to_point()));
        prop_assert!(num(found.logo_continuous()) <= num(found.logo_point_to_point()));
        prop_assert!(grr.num() <= num(found.grr_min_of_totals()));
        for month in plan.months() {
            let [_, classes @ .., _, _, _] = lines(state.net(month).unwrap());
            prop_assert!(classes.iter().all(|&class| class >= 0));
        }
    }

    #[test]
    fn both_late_policies_agree_where_nothing_is_late(
        definition in strategies::definitions(),
        rows in strategies::rows(true, 20),
    ) {
        let mut rows = rows;
        for row in &mut rows {
            row.recorded_at = None;
        }
        let [restate, post] = [0, 1].map(|at| {
            let mut definition = definition.clone();
            definition.late = tenure_revenue::LatePolicy::ALL[at];
            let plan = plan(&definition);
            let state = state(&plan, &accounts(&plan, &rows));
            plan.months()
                .map(|month| (*state.net(month).unwrap(), *state.gross(month).unwrap()))
                .collect::<Vec<_>>()
        });
        prop_assert_eq!(restate, post);
    }

    #[test]
    fn knowing_everything_is_knowing_by_the_end(
        definition in strategies::definitions(),
        rows in strategies::rows(true, 20),
    ) {
        let end = tenure_model::Instant::parse("2030-01-01", tenure_model::Zone::UTC).unwrap();
        let [always, by_the_end] = [None, Some(end)].map(|known_by| {
            let mut definition = definition.clone();
            definition.known_by = known_by;
            let plan = plan(&definition);
            let state = state(&plan, &accounts(&plan, &rows));
            plan.months().map(|month| *state.net(month).unwrap()).collect::<Vec<_>>()
        });
        prop_assert_eq!(always, by_the_end);
    }
}

proptest! {
    #[test]
    fn renewals_are_what_the_lists_say_for_any_sharding(
        asked in strategies::renewal_definitions(),
        terms in strategies::renewals(25),
        shard in 0..25_usize,
    ) {
        let (left, right) = terms.split_at(shard.min(terms.len()));
        let [mut state, other] = [left, right].map(|terms| {
            let mut state = RenewalState::new(asked);
            for term in terms {
                state.push(term).unwrap();
            }
            state
        });
        state.merge(&other).unwrap();
        let rates = state.rates();
        let answer = oracle::renewals(&terms, &asked);
        let counts = [rates.due_count(), rates.pending_count(), rates.early_count()];
        prop_assert_eq!(counts, answer.counts);
        prop_assert_eq!(rates.due_value(), answer.due_value);
        prop_assert_eq!(quotient(rates.count_rate()), answer.count_rate);
        prop_assert_eq!(quotient(rates.value_gross()), answer.value_gross);
        prop_assert_eq!(quotient(rates.value_net()), answer.value_net);
        prop_assert_eq!(quotient(rates.on_time_count_rate()), answer.on_time);
        prop_assert_eq!(quotient(rates.resolved_count_rate()), answer.resolved);
        for term in right {
            state.retract(term).unwrap();
        }
        let mut kept = RenewalState::new(asked);
        for term in left {
            kept.push(term).unwrap();
        }
        prop_assert_eq!(state, kept);
    }
}

#[test]
fn different_questions_never_merge() {
    let definition = RevenueDefinition::new(strategies::usd());
    let mut other = definition.clone();
    other.reactivation_window_days = Some(90);
    let (first, last) = strategies::reported();
    let ours = RevenuePlan::new(definition.clone(), first, last).unwrap();
    let shorter = RevenuePlan::new(definition, first, first).unwrap();
    let others = [
        RevenuePlan::new(other, first, last).unwrap(),
        ours.clone().with_window(first, last).unwrap(),
        shorter,
    ];
    for other in others {
        let mut state = ours.state();
        let error = state.merge(&other.state()).unwrap_err();
        assert!(matches!(error, StateError::Definition { .. }), "{error}");
        let nobody = other.account(std::iter::empty::<SubscriptionRow<'_>>()).unwrap();
        assert!(state.push(&nobody).is_err());
        assert_eq!(state, ours.state());
    }
}
