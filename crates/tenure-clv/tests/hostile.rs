//! Input that breaks other packages, by name.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use tenure_clv::{
    BgBb, BgNbd, ColumnError, FitError, FitStatus, GammaGamma, GroupedOpportunities, GroupedSpend,
    GroupedSummary, History, HistoryColumns, HistoryError, Nbd, OpportunityHistory, ParetoNbd,
    Prediction, PurchaseModel, PurchaseRow, PurchaseRowError, Spend, SpendError, TimeSpan,
    TimeUnit,
};
use tenure_model::Minor;

fn told(x: u64, recency: f64, age: f64) -> History {
    History::new(x, recency, age, TimeUnit::Week).unwrap()
}

fn groups(rows: &[(u64, f64, f64, u64)]) -> GroupedSummary {
    let mut groups = GroupedSummary::new(TimeUnit::Week);
    for &(x, recency, age, customers) in rows {
        groups.push_many(told(x, recency, age), customers).unwrap();
    }
    groups
}

#[test]
fn recency_beyond_age_names_its_row() {
    let found = History::new(2, 40.0, 39.0, TimeUnit::Week);
    assert!(matches!(found, Err(HistoryError::Recency { .. })));
    let columns = HistoryColumns::new(&[0, 2], &[0.0, 40.0], &[39.0, 39.0], TimeUnit::Week);
    assert!(matches!(columns, Err(ColumnError::History { row: 1, .. })));
}

#[test]
fn a_negative_spend_is_refused() {
    assert!(matches!(Spend::new(2, -5.0), Err(SpendError::Mean { .. })));
    let day = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    let found = PurchaseRow::purchase(day, Minor::new(-1));
    assert!(matches!(found, Err(PurchaseRowError::NegativePurchase { .. })));
}

#[test]
fn nobody_repeats() {
    let once = groups(&[(0, 0.0, 39.0, 500), (0, 0.0, 27.0, 400)]);
    let expected = FitError::NoRepeatPurchase { customers: 900 };
    assert_eq!(BgNbd::fit(&once).unwrap_err(), expected);
    assert_eq!(BgNbd::fit_modified(&once).unwrap_err(), expected);
    assert_eq!(ParetoNbd::fit(&once).unwrap_err(), expected);
    assert_eq!(Nbd::fit(&once).unwrap_err(), expected);
    let mut spends = GroupedSpend::new();
    spends.skip_many(900).unwrap();
    assert_eq!(GammaGamma::fit(&spends).unwrap_err(), FitError::Empty);
    let mut donors = GroupedOpportunities::new();
    donors.push_many(OpportunityHistory::new(0, 0, 6).unwrap(), 900).unwrap();
    assert_eq!(BgBb::fit(&donors).unwrap_err(), expected);
}

/// One customer says nothing of how customers differ: an estimate on a ridge, or an error, but no
/// standard error.
#[test]
fn one_customer_is_no_population() {
    let one = groups(&[(3, 30.0, 39.0, 1)]);
    let mut told = 0;
    for (status, se) in [
        BgNbd::fit(&one).map(|fit| (fit.status == FitStatus::Converged, fit.se.is_some())),
        ParetoNbd::fit(&one).map(|fit| (fit.status == FitStatus::Converged, fit.se.is_some())),
        Nbd::fit(&one).map(|fit| (fit.status == FitStatus::Converged, fit.se.is_some())),
    ]
    .into_iter()
    .flatten()
    {
        assert!(!status && !se);
        told += 1;
    }
    assert!(told > 0);
}

/// Everybody bought alike: zero variance.
#[test]
fn constant_data_lies_on_a_ridge() {
    let alike = groups(&[(3, 30.0, 39.0, 5_000)]);
    let fit = BgNbd::fit(&alike).unwrap();
    assert!(matches!(fit.status, FitStatus::Ridge { .. }), "{:?}", fit.status);
    assert!(fit.log_likelihood.is_finite() && fit.se.is_none());
    let estimate = fit.estimate(|model| model.p_alive(&told(3, 30.0, 39.0)));
    assert!(estimate.value.is_finite() && estimate.se.is_none());
}

/// Spend that does not differ between customers beyond chance: about half of such data have no top,
/// for the likelihood rises for ever in `q`; the others have one far out, which must be the same
/// when everybody is there a thousand times.
#[test]
fn spend_without_differences_between_customers() {
    let model = GammaGamma::new(6.0, 1e9, 15e9).unwrap();
    let purchases: Vec<u64> = (0..600).map(|place| 1 + place % 6).collect();
    let (mut ridges, mut tops) = (0, 0);
    for seed in 0..12 {
        let (mut once, mut often) = (GroupedSpend::new(), GroupedSpend::new());
        for spend in model.simulate(&purchases, seed).into_iter().flatten() {
            once.push(spend).unwrap();
            often.push_many(spend, 1000).unwrap();
        }
        let fit = GammaGamma::fit(&once).unwrap();
        let [p, q, v] = fit.model.parameters();
        if q > 6.5e7 {
            assert!(matches!(fit.status, FitStatus::Ridge { .. }), "{seed} {:?}", fit.status);
            assert!(fit.se.is_none() && fit.log_likelihood.is_finite());
            ridges += 1;
        } else {
            assert_eq!(fit.status, FitStatus::Converged, "{seed} {q}");
            let again = GammaGamma::fit(&often).unwrap().model.parameters();
            for (one, other) in [p, q, v].into_iter().zip(again) {
                assert!((one / other - 1.0).abs() < 1e-6, "{seed} {one} {other}");
            }
            tops += 1;
        }
    }
    assert!(ridges > 2 && tops > 2, "{ridges} {tops}");
}

/// A billion customers weigh what they are: as a thousand of the same kinds, scaled.
#[test]
fn a_billion_customers_in_one_group() {
    let rows = [
        (0, 0.0, 39.0, 350),
        (0, 0.0, 30.0, 301),
        (1, 4.0, 39.0, 120),
        (1, 20.0, 30.0, 80),
        (2, 9.0, 39.0, 60),
        (2, 20.0, 39.0, 36),
        (3, 35.0, 39.0, 24),
        (4, 20.0, 30.0, 16),
        (6, 30.0, 32.0, 8),
        (9, 36.0, 39.0, 5),
    ];
    let small = groups(&rows);
    let large =
        groups(&rows.map(|(x, recency, age, weight)| (x, recency, age, weight * 1_000_000)));
    let (few, many) = (BgNbd::fit(&small).unwrap(), BgNbd::fit(&large).unwrap());
    assert_eq!(many.customers, 1_000_000_000);
    for (one, other) in few.model.parameters().into_iter().zip(many.model.parameters()) {
        assert!((one / other - 1.0).abs() < 1e-8, "{one} {other}");
    }
    let (few_se, many_se) = (few.se.unwrap(), many.se.unwrap());
    for (one, other) in few_se.into_iter().zip(many_se) {
        assert!((one / other / 1000.0 - 1.0).abs() < 1e-6, "{one} {other}");
    }
    assert!((many.log_likelihood / few.log_likelihood / 1e6 - 1.0).abs() < 1e-12);
}

#[test]
fn an_empty_column_is_answered_with_nothing() {
    let columns = HistoryColumns::new(&[], &[], &[], TimeUnit::Week).unwrap();
    let model = PurchaseModel::from(Nbd::new(0.5, 5.0, TimeUnit::Week).unwrap());
    let horizon = TimeSpan::new(1.0, TimeUnit::Week).unwrap();
    model.predict(&columns, Prediction::ExpectedPurchases(horizon), &mut []).unwrap();
    assert!(columns.is_empty() && columns.grouped().customers() == 0);
}
