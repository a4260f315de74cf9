//! Figures that others printed, each with its source; and two that are on purpose not reproduced.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: a panic is a failure")]

use serde_json::Value;
use tenure_model::allocate;
use tenure_testing::conformance::revenue_answer;

/// What the library says to a case of the conformance copy, figure by figure.
fn says(case: &str, figures: &[(&str, &str)]) {
    let file: Value =
        serde_json::from_str(include_str!("../../tenure-testing/conformance/revenue/cases.json"))
            .unwrap();
    let cases = file["cases"].as_array().unwrap();
    let case = cases.iter().find(|known| known["id"] == case).unwrap();
    let found = revenue_answer(case, &file["defaults"]).unwrap();
    for (path, figure) in figures {
        let mut at = &found;
        for step in path.split('/') {
            at = match at {
                Value::Array(rows) => &rows[serde_json::from_str::<usize>(step).unwrap()],
                object => &object[step],
            };
        }
        let at = at.get("value").unwrap_or(at);
        let at = at.as_str().map_or_else(|| at.to_string(), str::to_owned);
        assert_eq!(at, *figure, "{path}");
    }
}

/// ChartMogul help centre, article 201244842.
#[test]
fn chartmogul_lifecycle() {
    says(
        "published_chartmogul_lifecycle",
        &[
            ("default/gross/2023-01/new", "166.67"),
            ("default/gross/2023-01/expansion", "60.00"),
            ("default/gross/2023-01/contraction", "60.00"),
            ("default/gross/2024-01/churn", "166.67"),
            ("default/gross/2024-02/reactivation", "150.00"),
        ],
    );
}

/// ChartMogul help centre, article 203359341: gross churn 20%, net churn 10%.
#[test]
fn chartmogul_churn_rates() {
    let window = "default/retention/2024-01..2024-02";
    says(
        "published_churn_rate_base",
        &[
            (&format!("{window}/grr_formula_net"), "0.8000000000"),
            (&format!("{window}/nrr_formula_net_with_reactivation"), "0.9000000000"),
        ],
    );
}

/// Stripe, glossary of billing analytics: 12,500, though its formula line prints 800/12.
#[test]
fn stripe_glossary() {
    says("published_stripe_mrr", &[("default/net/2024-01/closing", "12500.00")]);
}

/// ProfitWell: 120 a year less 10% is 9 a month.
#[test]
fn profitwell_discount() {
    says("published_profitwell_discount", &[("default/net/2024-01/closing", "9.00")]);
}

/// Adaptive Insights: January 0%, February 200%, the quarter 100%.
#[test]
fn adaptive_insights_renewals() {
    says(
        "renewal_published_adaptive",
        &[
            ("0/value_net", "0.0000000000"),
            ("1/value_net", "2.0000000000"),
            ("2/value_net", "1.0000000000"),
        ],
    );
}

/// moneyphp, doc/features/allocation.rst: 5 at 70/30 is 4 and 1.
#[test]
fn moneyphp_allocation() {
    assert_eq!(allocate(5, &[70, 30]).unwrap(), [4, 1]);
}

/// The quick ratio of 20,000 + 8,000 over 5,000 + 3,000.
#[test]
fn quick_ratio() {
    says("ratio_quick_basic", &[("without_reactivation", "3.5000000000")]);
}

/// Gold, "Fighting Churn with Data" (2020), listing 2.6: 5% a month is 45.96% a year.
#[test]
fn annual_churn() {
    says("ratio_annualise", &[("annual", "0.4596399123")]);
}

/// Gehan (1965), 6-MP arm: 0.857 after 6 weeks.
#[test]
fn gehan_survival() {
    says("public_km_gehan_6mp", &[("0/survival", "0.8571428571")]);
}

/// Not reproduced: Chargebee's minimum of totals, which prints 1% of churn where an account of half
/// the revenue has left. Per account half is kept.
#[test]
fn not_chargebees_minimum_of_totals() {
    let window = "default/retention/2024-01..2024-02/grr_point_to_point";
    says("grr_cap_per_account", &[(window, "0.5000000000")]);
}

/// Not reproduced: 35, 33, 33 of the Ruby gem `money_extensions` for 101 in three parts.
#[test]
fn not_money_extensions() {
    assert_eq!(allocate(101, &[1, 1, 1]).unwrap(), [34, 34, 33]);
    assert_eq!(allocate(-100, &[1, 1, 1]).unwrap(), [-34, -33, -33]);
}
