//! Laws of purchase summaries, models and fits.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use chrono::NaiveDate;
use proptest::prelude::*;
use tenure_clv::{
    BgBb, BgNbd, DiscountRate, Dropout, ExpectedSpend, FirstPurchase, GammaGamma, GroupedSpend,
    GroupedSummary, HistoricalValue, History, HistoryColumns, Nbd, OccasionPeriod,
    OpportunityHistory, ParetoNbd, Prediction, PurchaseColumns, PurchaseLog, PurchaseModel,
    PurchaseRow, Refunds, RfmBins, RfmTable, Sbg, SortedPurchases, Spend, SummaryDefinition,
    TimeSpan, TimeUnit, Total, ZeroSpend,
};
use tenure_model::{Currency, Minor};
use tenure_testing::oracle::clv::{self as oracle, PlainDefinition, PlainRefunds};
use tenure_testing::strategies::clv::{self as strategies, PlainKind, PlainRow};

type Log = PurchaseLog<u8>;

fn definitions() -> impl Strategy<Value = (SummaryDefinition, PlainDefinition)> {
    let refunds = prop_oneof![
        Just((Refunds::Drop, PlainRefunds::Drop)),
        Just((Refunds::Net, PlainRefunds::Net)),
        Just((Refunds::Offset, PlainRefunds::Offset)),
    ];
    (refunds, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |((refunds, plain), weeks, first_included, drop_zero)| {
            let ours = SummaryDefinition::new(Currency::new("EUR").unwrap(), refunds)
                .with_period(if weeks { OccasionPeriod::Week } else { OccasionPeriod::Day })
                .with_first_purchase(if first_included {
                    FirstPurchase::Included
                } else {
                    FirstPurchase::Excluded
                })
                .with_zero_spend(if drop_zero { ZeroSpend::Drop } else { ZeroSpend::Counts });
            (ours, PlainDefinition { refunds: plain, weeks, first_included, drop_zero })
        },
    )
}

fn ours(row: &PlainRow) -> PurchaseRow {
    match row.kind {
        PlainKind::Purchase(amount) => PurchaseRow::purchase(row.at, Minor::new(amount.into())),
        PlainKind::Unpriced => PurchaseRow::unpriced(row.at),
        PlainKind::Refund(amount) => PurchaseRow::refund(row.at, Minor::new(amount.into())),
    }
    .unwrap()
}

fn log(definition: SummaryDefinition, rows: &[PlainRow]) -> Log {
    let mut log = Log::new(definition);
    for row in rows {
        log.push(row.customer, ours(row)).unwrap();
    }
    log
}

fn any_definition() -> SummaryDefinition {
    SummaryDefinition::new(Currency::new("EUR").unwrap(), Refunds::Offset)
}

fn weeks(amount: f64) -> TimeSpan {
    TimeSpan::new(amount, TimeUnit::Week).unwrap()
}

fn told((x, recency, age): (u64, f64, f64), unit: TimeUnit) -> History {
    History::new(x, recency, age, unit).unwrap()
}

/// Parameters and a history of the size the literature meets, of both dropout models.
fn ordinary() -> impl Strategy<Value = (BgNbd, [f64; 4], History, (u64, f64, f64))> {
    let shape = || strategies::positive(-0.3..=0.8);
    let history = strategies::history(12);
    let alpha = strategies::positive(0.0..=1.5);
    (shape(), alpha, shape(), shape(), history, any::<bool>()).prop_map(
        |(r, alpha, a, b, history, modified)| {
            let make = if modified { BgNbd::modified } else { BgNbd::new };
            let model = make(r, alpha, a, b, TimeUnit::Week).unwrap();
            (model, [r, alpha, a, b], told(history, TimeUnit::Week), history)
        },
    )
}

/// Parameters and histories as far as the types allow.
fn extreme() -> impl Strategy<Value = (BgNbd, History)> {
    let far = || strategies::positive(-12.0..=12.0);
    let times = (1e-6..1.0_f64, strategies::positive(-12.0..=12.0));
    let count = prop_oneof![0_u64..5, 0_u64..100_000, Just(1 << 53)];
    let history = (count, times);
    (far(), far(), far(), far(), history, any::<bool>()).prop_map(|values| {
        let (r, alpha, a, b, (x, (part, age)), modified) = values;
        let make = if modified { BgNbd::modified } else { BgNbd::new };
        let model = make(r, alpha, a, b, TimeUnit::Week).unwrap();
        let recency = if x == 0 { 0.0 } else { part * age };
        (model, told((x, recency, age), TimeUnit::Week))
    })
}

fn close(got: f64, want: f64, relative: f64) -> bool {
    (got - want).abs() <= relative * want.abs().max(1e-300)
}

proptest! {
    #[test]
    fn summaries_are_what_a_rescan_finds(
        rows in strategies::rows(),
        (definition, plain) in definitions(),
        as_of in strategies::day(),
    ) {
        let log = log(definition, &rows);
        let summaries = log.summaries(as_of).unwrap();
        let (mut without, mut later, mut unabsorbed) = (0, 0, 0);
        for (customer, _) in log.customers() {
            let own: Vec<_> = rows.iter().filter(|row| row.customer == *customer).copied().collect();
            let (expected, own_later, own_unabsorbed) = oracle::summary(&own, plain, as_of);
            later += own_later;
            unabsorbed += i128::from(own_unabsorbed);
            let found = summaries.rows.iter().find(|(other, _)| *other == customer);
            let found = found.map(|(_, found)| {
                let spend = found.spend().map(|spend| (spend.minor, spend.occasions));
                (found.x(), found.recency().num_days(), found.age().num_days(), spend)
            });
            let expected = expected.map(|(x, recency, age, spend)| {
                (x, recency, age, spend.map(|(minor, occasions)| (i128::from(minor), occasions)))
            });
            without += u64::from(expected.is_none());
            prop_assert_eq!(found, expected);
        }
        prop_assert_eq!(summaries.without_purchase, without);
        prop_assert_eq!(summaries.later_rows, u64::try_from(later).unwrap());
        prop_assert_eq!(summaries.unabsorbed_refunds, unabsorbed);
    }

    #[test]
    fn any_split_of_a_log_merges_to_the_whole(
        left in strategies::rows(),
        right in strategies::rows(),
        shuffle in any::<prop::sample::Index>(),
    ) {
        let definition = any_definition();
        let (one, other) = (log(definition, &left), log(definition, &right));
        let mut all = [left, right].concat();
        let whole = log(definition, &all);
        let mut forth = one.clone();
        forth.merge(other.clone()).unwrap();
        let mut back = other;
        back.merge(one).unwrap();
        prop_assert_eq!(&forth, &whole);
        prop_assert_eq!(&back, &whole);
        if !all.is_empty() {
            let pivot = shuffle.index(all.len());
            all.rotate_left(pivot);
            all.reverse();
            prop_assert_eq!(&log(definition, &all), &whole);
        }
    }

    #[test]
    fn a_retracted_row_was_never_pushed(rows in strategies::rows(), extra in strategies::row()) {
        let before = log(any_definition(), &rows);
        let mut after = before.clone();
        after.push(extra.customer, ours(&extra)).unwrap();
        after.retract(&extra.customer, ours(&extra)).unwrap();
        prop_assert_eq!(after, before);
    }

    #[test]
    fn later_rows_change_nothing_but_their_count(
        rows in strategies::rows(),
        as_of in strategies::day(),
    ) {
        let (early, late): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.at <= as_of);
        let (whole, known) = (log(any_definition(), &rows), log(any_definition(), &early));
        let (whole, known) = (whole.summaries(as_of).unwrap(), known.summaries(as_of).unwrap());
        prop_assert_eq!(whole.rows, known.rows);
        prop_assert_eq!(whole.later_rows, u64::try_from(late.len()).unwrap());
        prop_assert_eq!(known.later_rows, 0);
    }

    #[test]
    fn historical_value_is_the_sum(
        margins in prop::collection::vec((strategies::day(), any::<i64>()), 0..30),
        as_of in strategies::day(),
        cut in any::<prop::sample::Index>(),
    ) {
        let euro = Currency::new("EUR").unwrap();
        let value = |margins: &[(NaiveDate, i64)]| {
            let mut value = HistoricalValue::new(euro, as_of);
            for (date, margin) in margins {
                value.push(*date, Minor::new(*margin)).unwrap();
            }
            value
        };
        let whole = value(&margins);
        let wanted = margins.iter().filter(|(date, _)| *date <= as_of);
        prop_assert_eq!(whole.total_minor(), wanted.fold(0, |sum, (_, m)| sum + i128::from(*m)));
        let cut = cut.index(margins.len() + 1);
        let mut merged = value(&margins[cut..]);
        merged.merge(&value(&margins[..cut])).unwrap();
        prop_assert_eq!(&merged, &whole);
        for (date, margin) in &margins[cut..] {
            merged.retract(*date, Minor::new(*margin)).unwrap();
        }
        prop_assert_eq!(&merged, &value(&margins[..cut]));
    }

    #[test]
    fn grouping_order_and_partition_leave_the_fit_as_it_is(
        mut histories in prop::collection::vec(strategies::history(4), 3..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let grouped = |histories: &[(u64, f64, f64)]| {
            let mut groups = GroupedSummary::new(TimeUnit::Day);
            for history in histories {
                groups.push(told(*history, TimeUnit::Day)).unwrap();
            }
            groups
        };
        let whole = grouped(&histories);
        histories.reverse();
        let cut = cut.index(histories.len());
        let mut merged = grouped(&histories[..cut]);
        merged.merge(&grouped(&histories[cut..])).unwrap();
        prop_assert_eq!(&merged, &whole);
        match (BgNbd::fit(&whole), BgNbd::fit(&merged)) {
            (Ok(one), Ok(other)) => {
                prop_assert_eq!(one.log_likelihood.to_bits(), other.log_likelihood.to_bits());
                prop_assert_eq!(
                    one.model.parameters().map(f64::to_bits),
                    other.model.parameters().map(f64::to_bits)
                );
                prop_assert!(one.log_likelihood.is_finite());
            }
            (one, other) => prop_assert_eq!(one.err(), other.err()),
        }
        let first = told(histories[0], TimeUnit::Day);
        merged.push(first).unwrap();
        merged.retract(first).unwrap();
        prop_assert_eq!(&merged, &whole);
    }

    #[test]
    fn bg_nbd_is_the_mixture_it_is_defined_as(
        (model, parameters, customer, history) in ordinary(),
        horizon in strategies::positive(-1.0..=2.5),
        force in strategies::positive(-4.0..=0.0),
    ) {
        let modified = model.dropout() == Dropout::AfterAny;
        let truth = oracle::bg_nbd(parameters, modified, history, horizon, force);
        // Beyond that the grid ends before the living do.
        prop_assume!(truth.p_alive > 1e-9);
        let got = model.log_likelihood(&customer);
        prop_assert!((got - truth.log_likelihood).abs() < 1e-9 * got.abs().max(1.0), "{truth:?}");
        prop_assert!(close(model.p_alive(&customer), truth.p_alive, 1e-9), "{truth:?}");
        let expected = model.expected_purchases(&customer, weeks(horizon));
        prop_assert!(close(expected, truth.expected, 1e-9), "{expected} {truth:?}");
        let rate = DiscountRate::continuous(force, TimeUnit::Week).unwrap();
        let discounted = model.discounted_purchases(&customer, rate).finite().unwrap();
        prop_assert!(close(discounted, truth.discounted, 1e-9), "{discounted} {truth:?}");
    }

    #[test]
    fn pareto_nbd_is_the_mixture_it_is_defined_as(
        (_, [r, alpha, s, beta], customer, history) in ordinary(),
        horizon in strategies::positive(-1.0..=2.5),
        force in strategies::positive(-4.0..=0.0),
    ) {
        let beta = 10.0 * beta;
        let model = ParetoNbd::new(r, alpha, s, beta, TimeUnit::Week).unwrap();
        let truth = oracle::pareto_nbd([r, alpha, s, beta], history, horizon, force);
        // Beyond that the grid ends before the living do.
        prop_assume!(truth.p_alive > 1e-9);
        let got = model.log_likelihood(&customer);
        prop_assert!((got - truth.log_likelihood).abs() < 1e-9 * got.abs().max(1.0), "{truth:?}");
        let (alive, dead) = (model.p_alive(&customer), model.p_dead(&customer));
        prop_assert!(close(alive, truth.p_alive, 1e-9), "{alive} {truth:?}");
        prop_assert!((alive + dead - 1.0).abs() <= 4e-16);
        prop_assert!(model.p_alive_after(&customer, weeks(horizon)) < alive);
        let expected = model.expected_purchases(&customer, weeks(horizon));
        prop_assert!(close(expected, truth.expected, 1e-9), "{expected} {truth:?}");
        let rate = DiscountRate::continuous(force, TimeUnit::Week).unwrap();
        let discounted = model.discounted_purchases(&customer, rate).finite().unwrap();
        prop_assert!(close(discounted, truth.discounted, 1e-9), "{discounted} {truth:?}");
        let free = DiscountRate::continuous(0.0, TimeUnit::Week).unwrap();
        let free = model.discounted_purchases(&customer, free);
        prop_assert_eq!(free == Total::Unbounded, s <= 1.0);
    }

    #[test]
    fn expected_purchases_rise_from_nothing_and_add_up(
        (model, _, customer, _) in ordinary(),
        first in strategies::positive(-2.0..=3.0),
        second in strategies::positive(-2.0..=3.0),
    ) {
        let by = |t| model.expected_purchases(&customer, weeks(t));
        prop_assert_eq!(by(0.0).to_bits(), 0.0_f64.to_bits());
        let (near, far) = (by(first), by(first + second));
        prop_assert!(near < far);
        let between =
            model.expected_purchases_between(&customer, weeks(first), weeks(first + second));
        prop_assert!(close(near + between, far, 1e-12), "{near} {between} {far}");
    }

    #[test]
    fn life_and_death_are_complements_and_no_repeat_is_alive(
        (model, _, customer, _) in ordinary(),
    ) {
        let (alive, dead) = (model.p_alive(&customer), model.p_dead(&customer));
        prop_assert!((alive + dead - 1.0).abs() <= 4e-16);
        let never_dropped = customer.x() == 0 && model.dropout() == Dropout::AfterRepeats;
        prop_assert_eq!(never_dropped, dead.to_bits() == 0.0_f64.to_bits());
    }

    #[test]
    fn discounted_purchases_fall_in_the_rate_and_tend_to_the_undiscounted(
        (model, _, customer, _) in ordinary(),
        force in strategies::positive(-3.0..=0.0),
    ) {
        let at = |force| {
            let rate = DiscountRate::continuous(force, TimeUnit::Week).unwrap();
            model.discounted_purchases(&customer, rate)
        };
        let (low, high) = (at(force).finite().unwrap(), at(2.0 * force).finite().unwrap());
        prop_assert!(high < low);
        let [_, _, a, _] = model.parameters();
        match at(0.0) {
            Total::Finite(free) => {
                prop_assert!(a > 1.0 && low < free);
                // It is reached as slowly as low rates and low dropout are likely.
                if a > 3.0 && customer.x() > 1 {
                    prop_assert!(close(at(1e-11).finite().unwrap(), free, 1e-6));
                }
            }
            Total::Unbounded => prop_assert!(a <= 1.0),
        }
    }

    #[test]
    fn discounting_by_period_rises_with_the_horizon_and_is_a_sum_without_a_rate(
        (model, _, customer, _) in ordinary(),
        rate in 0.0..0.5_f64,
        periods in 1_u16..24,
    ) {
        let month = weeks(4.345);
        let rate = DiscountRate::per_period(rate, month).unwrap();
        let by = |n| model.discounted_purchases_by_period(&customer, rate, month, n);
        prop_assert_eq!(by(0).to_bits(), 0.0_f64.to_bits());
        prop_assert!(by(periods) < by(periods + 1));
        let dert = model.discounted_purchases(&customer, rate).finite();
        prop_assert!(dert.is_none_or(|dert| by(periods) < dert));
        let free = DiscountRate::per_period(0.0, month).unwrap();
        let sum = model.discounted_purchases_by_period(&customer, free, month, periods);
        let whole = model.expected_purchases(&customer, weeks(4.345 * f64::from(periods)));
        prop_assert!(close(sum, whole, 1e-12));
    }

    #[test]
    fn time_in_other_units_changes_the_likelihood_only(
        (model, [r, alpha, a, b], customer, (x, recency, age)) in ordinary(),
        horizon in strategies::positive(-1.0..=2.0),
    ) {
        let modified = model.dropout() == Dropout::AfterAny;
        let make = if modified { BgNbd::modified } else { BgNbd::new };
        let in_days = make(r, 7.0 * alpha, a, b, TimeUnit::Day).unwrap();
        let same = told((x, 7.0 * recency, 7.0 * age), TimeUnit::Day);
        let shift = f64::from(u32::try_from(x).unwrap()) * libm::log(7.0);
        let moved = in_days.log_likelihood(&same) + shift;
        let here = model.log_likelihood(&customer);
        prop_assert!((moved - here).abs() < 1e-12 * here.abs().max(1.0) + 1e-13 * shift);
        prop_assert!(close(in_days.p_alive(&customer), model.p_alive(&same), 1e-12));
        let (one, other) = (
            in_days.expected_purchases(&customer, weeks(horizon)),
            model.expected_purchases(&same, weeks(horizon)),
        );
        prop_assert!(close(one, other, 1e-12));
    }

    #[test]
    fn nothing_is_ever_not_a_number(
        (model, customer) in extreme(),
        horizon in strategies::positive(-12.0..=12.0),
        force in strategies::positive(-9.0..=3.0),
    ) {
        prop_assert!(model.log_likelihood(&customer).is_finite());
        for p in [model.p_alive(&customer), model.p_dead(&customer)] {
            prop_assert!((0.0..=1.0).contains(&p));
        }
        let [r, alpha, ..] = model.parameters();
        let x = tenure_stats::count_to_f64(customer.x());
        let most = (r + x) * horizon / (alpha + customer.age());
        let expected = model.expected_purchases(&customer, weeks(horizon));
        prop_assert!((0.0..=most * (1.0 + 1e-9)).contains(&expected), "{expected} {most}");
        let new = model.expected_new_customer(weeks(horizon));
        prop_assert!(new > 0.0 && new <= r * horizon / alpha * (1.0 + 1e-9), "{new}");
        let rate = DiscountRate::continuous(force, TimeUnit::Week).unwrap();
        let [r, alpha, a, b] = model.parameters();
        let pareto = ParetoNbd::new(r, alpha, a, b, TimeUnit::Week).unwrap();
        prop_assert!(pareto.log_likelihood(&customer).is_finite());
        for p in [pareto.p_alive(&customer), pareto.p_dead(&customer)] {
            prop_assert!((0.0..=1.0).contains(&p));
        }
        for expected in [
            pareto.expected_purchases(&customer, weeks(horizon)),
            pareto.expected_new_customer(weeks(horizon)),
            pareto.discounted_purchases(&customer, rate).finite().unwrap(),
        ] {
            prop_assert!(expected >= 0.0 && expected.is_finite());
        }
        let discounted = model.discounted_purchases(&customer, rate).finite();
        let most = (r + x) / (alpha + customer.age()) / force;
        let bound = (0.0..=most * (1.0 + 1e-9)).contains(&discounted.unwrap());
        prop_assert!(bound, "{discounted:?} {most}");
    }

    #[test]
    fn discrete_time_models_are_finite_and_add_up(
        first in strategies::positive(-12.0..=12.0),
        second in strategies::positive(-12.0..=12.0),
        third in strategies::positive(-12.0..=12.0),
        fourth in strategies::positive(-12.0..=12.0),
        (n, recency, x) in (1_u32..2000, any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        discount in strategies::positive(-9.0..=1.0),
        later in 0_u32..50,
    ) {
        let recency = u32::try_from(recency.index(usize::try_from(n).unwrap() + 1)).unwrap();
        let x = match recency {
            0 => 0,
            _ => 1 + u32::try_from(x.index(usize::try_from(recency).unwrap())).unwrap(),
        };
        let model = BgBb::new(first, second, third, fourth).unwrap();
        let customer = OpportunityHistory::new(x, recency, n).unwrap();
        prop_assert!(model.log_likelihood(&customer).is_finite());
        let (alive, dead) = (model.p_alive_after(&customer, 0), model.p_dead(&customer));
        prop_assert!((alive + dead - 1.0).abs() <= 4e-16);
        prop_assert!(model.p_alive_after(&customer, later) <= alive);
        let some = model.expected_purchases(&customer, later);
        let all = model.discounted_purchases(&customer, discount).unwrap().finite().unwrap();
        prop_assert!(some >= 0.0 && some <= f64::from(later) && all.is_finite() && all >= 0.0);

        let contract = Sbg::new(first, second).unwrap();
        let (before, now) = (contract.survival(later), contract.survival(later + 1));
        prop_assert!((0.0..=1.0).contains(&now) && now <= before);
        let retention = contract.retention(later + 1).unwrap();
        prop_assert!((before * retention - now).abs() <= 1e-12 * before);
        let churn = contract.churn(later + 1).unwrap();
        prop_assert!((before - churn - now).abs() <= 1e-12 * before);
        let derl = contract.discounted_renewals(later, discount).unwrap().finite().unwrap();
        prop_assert!(derl >= 0.0 && derl <= (1.0 + discount) / discount * (1.0 + 1e-9), "{derl}");
    }

    #[test]
    fn expected_spend_is_the_posterior_mean(
        p in strategies::positive(-0.5..=1.0),
        q in 1.5..10.0_f64,
        v in strategies::positive(0.0..=2.0),
        x in 0_u64..20,
        mean in strategies::positive(0.0..=2.5),
    ) {
        let model = GammaGamma::new(p, q, v).unwrap();
        let got = match Spend::new(x, mean) {
            Ok(spend) => model.expected_spend(&spend),
            Err(_) => model.population_mean(),
        };
        let want = oracle::gamma_gamma_mean([p, q, v], x, mean);
        prop_assert!(close(got.mean().unwrap(), want, 1e-9), "{got:?} {want}");
    }

    #[test]
    fn spend_is_positive_or_undefined(
        p in strategies::positive(-12.0..=12.0),
        q in strategies::positive(-12.0..=12.0),
        v in strategies::positive(-12.0..=12.0),
        x in prop_oneof![1_u64..50, Just(1 << 53)],
        mean in strategies::positive(-12.0..=12.0),
    ) {
        let model = GammaGamma::new(p, q, v).unwrap();
        let spend = Spend::new(x, mean).unwrap();
        prop_assert!(model.log_likelihood(&spend).is_finite());
        for (shape, expected) in [
            (p * tenure_stats::count_to_f64(x) + (q - 1.0), model.expected_spend(&spend)),
            (q - 1.0, model.population_mean()),
        ] {
            match expected {
                ExpectedSpend::Mean(mean) => {
                    prop_assert!(shape > 0.0 && mean > 0.0 && mean.is_finite());
                }
                _ => prop_assert!(shape <= 0.0),
            }
        }
    }

    #[test]
    fn grouped_spend_merges_and_fits_to_the_bit(
        mut spends in prop::collection::vec((1_u64..6, strategies::positive(0.0..=2.0)), 3..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let grouped = |spends: &[(u64, f64)]| {
            let mut groups = GroupedSpend::new();
            groups.skip().unwrap();
            for (purchases, mean) in spends {
                groups.push(Spend::new(*purchases, *mean).unwrap()).unwrap();
            }
            groups
        };
        let mut whole = grouped(&spends);
        whole.skip().unwrap();
        spends.reverse();
        let cut = cut.index(spends.len());
        let mut merged = grouped(&spends[..cut]);
        merged.merge(&grouped(&spends[cut..])).unwrap();
        prop_assert_eq!(&merged, &whole);
        let (one, other) = (GammaGamma::fit(&whole).unwrap(), GammaGamma::fit(&merged).unwrap());
        prop_assert_eq!(
            one.model.parameters().map(f64::to_bits),
            other.model.parameters().map(f64::to_bits)
        );
    }

    #[test]
    fn a_longer_silence_makes_death_likelier(
        (bg, [r, alpha, a, b], _, _) in ordinary(),
        x in 1_u64..12,
        age in 1.0..200.0_f64,
        (early, late) in (1e-6..1.0_f64, 1e-6..1.0_f64),
    ) {
        let (early, late) = (early.min(late) * age, early.max(late) * age);
        let pareto = ParetoNbd::new(r, alpha, a, 10.0 * b, TimeUnit::Week).unwrap();
        for model in [PurchaseModel::from(bg), pareto.into()] {
            let p = |recency| model.p_alive(&told((x, recency, age), TimeUnit::Week));
            prop_assert!(p(early) <= p(late) * (1.0 + 1e-14), "{} {}", p(early), p(late));
            prop_assert!(p(age) >= p(late) * (1.0 - 1e-14));
        }
    }

    #[test]
    fn being_alive_fades_and_starts_from_now(
        (bg, [r, alpha, a, b], customer, _) in ordinary(),
        (near, far) in (strategies::positive(-2.0..=3.0), strategies::positive(-2.0..=3.0)),
    ) {
        let (near, far) = (near.min(far), near.max(far));
        let pareto = ParetoNbd::new(r, alpha, a, 10.0 * b, TimeUnit::Week).unwrap();
        for model in [PurchaseModel::from(bg), pareto.into()] {
            let now = model.p_alive(&customer);
            prop_assert!(close(model.p_alive_after(&customer, weeks(0.0)), now, 1e-14));
            let after = |later| model.p_alive_after(&customer, weeks(later));
            prop_assert!(after(far) <= after(near) * (1.0 + 1e-13));
            prop_assert!(after(near) <= now * (1.0 + 1e-13));
            // Who is dead is silent; who is silent may be alive.
            let silent = model.p_no_purchase(&customer, weeks(10.0));
            prop_assert!(silent <= 1.0 + 1e-14);
            prop_assert!(silent >= model.p_dead(&customer) * (1.0 - 1e-14));
        }
    }

    #[test]
    fn the_distribution_sums_to_one_and_has_the_mean(
        (bg, [r, alpha, a, b], customer, _) in ordinary(),
        horizon in 0.01..20.0_f64,
    ) {
        let horizon = weeks(horizon * alpha / 20.0);
        let pareto = ParetoNbd::new(r, alpha, a, 10.0 * b, TimeUnit::Week).unwrap();
        let nbd = Nbd::new(r, alpha, TimeUnit::Week).unwrap();
        for model in [PurchaseModel::from(bg), pareto.into(), nbd.into()] {
            type Mass<'a> = &'a dyn Fn(u64) -> f64;
            let known: Mass<'_> = &|j| model.p_purchases(&customer, horizon, j);
            let new: Mass<'_> = &|j| model.p_new_customer(horizon, j);
            for (mass, mean) in [
                (known, model.expected_purchases(&customer, horizon)),
                (new, model.expected_new_customer(horizon)),
            ] {
                let (mut all, mut sum, mut j) = (0.0, 0.0, 0_u32);
                while j < 2_000 {
                    let p = mass(u64::from(j));
                    prop_assert!((0.0..=1.0 + 1e-14).contains(&p));
                    all += p;
                    sum += f64::from(j) * p;
                    if j > 20 && f64::from(j) * p < 1e-18 {
                        break;
                    }
                    j += 1;
                }
                prop_assert!((all - 1.0).abs() < 1e-11, "{} {all}", model.name());
                let near = (sum - mean).abs() < 1e-10 * mean.max(1e-3);
                prop_assert!(near, "{} {sum} {mean}", model.name());
            }
        }
    }

    #[test]
    fn intervals_add_up_and_nobody_leaving_is_nbd(
        (bg, [r, alpha, a, b], customer, _) in ordinary(),
        (first, second) in (0.01..50.0_f64, 0.01..50.0_f64),
    ) {
        let pareto = ParetoNbd::new(r, alpha, a, 10.0 * b, TimeUnit::Week).unwrap();
        let (here, there) = (weeks(first), weeks(first + second));
        for model in [PurchaseModel::from(bg), pareto.into()] {
            let parts = model.expected_purchases(&customer, here)
                + model.expected_purchases_between(&customer, here, there);
            prop_assert!(close(parts, model.expected_purchases(&customer, there), 1e-11));
            let backward = model.expected_purchases_between(&customer, there, here);
            prop_assert_eq!(backward.to_bits(), 0.0_f64.to_bits());
        }
        // b so large that nobody drops out.
        let stays = BgNbd::new(r, alpha, 1e-3, 1e12, TimeUnit::Week).unwrap();
        // A silence against all odds speaks of death even so.
        prop_assume!(stays.p_dead(&customer) < 1e-13);
        let nbd = Nbd::new(r, alpha, TimeUnit::Week).unwrap();
        let (one, other) =
            (stays.expected_purchases(&customer, here), nbd.expected_purchases(&customer, here));
        prop_assert!(close(one, other, 1e-11));
        let off = stays.log_likelihood(&customer) - nbd.log_likelihood(&customer);
        prop_assert!(off.abs() < 1e-10);
        // Who would buy more often has dropped out by then with 1e-15.
        let off = stays.p_new_customer(here, 2) - nbd.p_new_customer(here, 2);
        prop_assert!(off.abs() < 1e-14 + 1e-10 * nbd.p_new_customer(here, 2));
    }

    #[test]
    fn discounts_fall_to_the_undiscounted_sum(
        (_, [r, alpha, a, b], customer, _) in ordinary(),
        (low, high) in (strategies::positive(-6.0..=0.0), strategies::positive(-6.0..=0.0)),
    ) {
        // Bounded without a discount.
        let a = a + 1.5;
        let models = [
            PurchaseModel::from(BgNbd::new(r, alpha, a, b, TimeUnit::Week).unwrap()),
            ParetoNbd::new(r, alpha, a, 10.0 * b, TimeUnit::Week).unwrap().into(),
        ];
        for model in models {
            let dert = |force: f64| {
                let rate = DiscountRate::continuous(force, TimeUnit::Week).unwrap();
                model.discounted_purchases(&customer, rate).finite().unwrap()
            };
            let (low, high) = (low.min(high), low.max(high));
            prop_assert!(dert(high) <= dert(low) * (1.0 + 1e-13));
            prop_assert!(dert(low) <= dert(0.0) * (1.0 + 1e-13));
            prop_assert!(close(dert(1e-12), dert(0.0), 1e-4), "{} {}", dert(1e-12), dert(0.0));
        }
    }

    #[test]
    fn columns_are_rows_to_the_bit(
        (bg, [r, alpha, a, b], _, _) in ordinary(),
        rows in prop::collection::vec(strategies::history(9), 1..10),
        days in any::<bool>(),
    ) {
        // Rows twice, once reversed: what is remembered must not show.
        let rows: Vec<_> = rows.iter().chain(rows.iter().rev()).copied().collect();
        let x: Vec<u64> = rows.iter().map(|&(x, _, _)| x).collect();
        let recency: Vec<f64> = rows.iter().map(|&(_, recency, _)| recency).collect();
        let age: Vec<f64> = rows.iter().map(|&(_, _, age)| age).collect();
        let unit = if days { TimeUnit::Day } else { TimeUnit::Week };
        let columns = HistoryColumns::new(&x, &recency, &age, unit).unwrap();
        let (rate, period) = (DiscountRate::per_year(0.1).unwrap(), weeks(4.345));
        let span = weeks(13.0);
        let pareto = ParetoNbd::new(r, alpha, a, 10.0 * b, TimeUnit::Week).unwrap();
        let nbd = Nbd::new(r, alpha, TimeUnit::Week).unwrap();
        for model in [PurchaseModel::from(bg), pareto.into(), nbd.into()] {
            let mut out = vec![f64::NAN; rows.len()];
            for prediction in [
                Prediction::PAlive,
                Prediction::PAliveAfter(span),
                Prediction::PNoPurchase(span),
                Prediction::ExpectedPurchases(span),
                Prediction::DiscountedPurchases(rate),
                Prediction::DiscountedByPeriod { rate, period, periods: 12 },
            ] {
                model.predict(&columns, prediction, &mut out).unwrap();
                for (told, got) in columns.iter().zip(&out) {
                    let want = match prediction {
                        Prediction::PAlive => model.p_alive(&told),
                        Prediction::PAliveAfter(span) => model.p_alive_after(&told, span),
                        Prediction::PNoPurchase(span) => model.p_no_purchase(&told, span),
                        Prediction::ExpectedPurchases(span) => {
                            model.expected_purchases(&told, span)
                        }
                        Prediction::DiscountedPurchases(rate) => {
                            model.discounted_purchases(&told, rate).finite().unwrap()
                        }
                        _ => model.discounted_purchases_by_period(&told, rate, period, 12),
                    };
                    let name = model.name();
                    let same = got.to_bits() == want.to_bits();
                    prop_assert!(same, "{name} {prediction:?} {got} {want}");
                }
            }
        }
        let mut pushed = GroupedSummary::new(unit);
        for told in columns.iter() {
            pushed.push(told).unwrap();
        }
        prop_assert_eq!(columns.grouped(), pushed);
    }

    #[test]
    fn logs_in_columns_or_sorted_are_the_log(
        rows in strategies::rows(),
        (definition, _) in definitions(),
        as_of in strategies::day(),
        spread in prop_oneof![Just(1_u64), Just(1 << 40), Just(u64::MAX / 3)],
    ) {
        let mut log: PurchaseLog<u64> = PurchaseLog::new(definition);
        let (mut customers, mut dates, mut minor) = (Vec::new(), Vec::new(), Vec::new());
        let mut sorted = Vec::new();
        for row in &rows {
            let signed = match row.kind {
                PlainKind::Purchase(amount) => i64::from(amount),
                PlainKind::Refund(amount) => -i64::from(amount),
                PlainKind::Unpriced => continue,
            };
            let customer = u64::from(row.customer) * spread;
            let one = PurchaseRow::signed(row.at, Minor::new(signed)).unwrap();
            log.push(customer, one).unwrap();
            customers.push(customer);
            dates.push(row.at);
            minor.push(signed);
            sorted.push((customer, one));
        }
        let whole = log.summaries(as_of).unwrap();
        let columns = PurchaseColumns::new(&customers, &dates, &minor).unwrap();
        let found = columns.summaries(definition, as_of).unwrap();
        let owned: Vec<_> = whole.rows.iter().map(|&(who, summary)| (*who, summary)).collect();
        prop_assert_eq!(&found.rows, &owned);
        prop_assert_eq!(
            (found.without_purchase, found.later_rows, found.unabsorbed_refunds),
            (whole.without_purchase, whole.later_rows, whole.unabsorbed_refunds)
        );
        sorted.sort_by_key(|&(customer, _)| customer);
        let mut stream = SortedPurchases::new(definition, as_of).unwrap();
        let mut finished = Vec::new();
        for (customer, row) in sorted {
            finished.extend(stream.push(customer, row).unwrap());
        }
        finished.extend(stream.finish());
        let finished: Vec<_> = finished
            .into_iter()
            .filter_map(|(who, outcome)| Some((who, outcome.summary?)))
            .collect();
        prop_assert_eq!(finished, owned);
    }

    #[test]
    fn a_holdout_counts_the_occasions_after_the_cut(
        rows in strategies::rows(),
        (cut, end) in (strategies::day(), strategies::day()),
    ) {
        // Without refunds an occasion is a day with a purchase.
        let definition = SummaryDefinition::new(Currency::new("EUR").unwrap(), Refunds::Drop);
        let log = log(definition, &rows);
        let Ok(holdout) = log.holdout(cut, end) else {
            prop_assert!(end <= cut);
            return Ok(());
        };
        let days = |who: u8, from: Option<NaiveDate>, to: NaiveDate| {
            let mut days: Vec<NaiveDate> = rows
                .iter()
                .filter(|row| row.customer == who && !matches!(row.kind, PlainKind::Refund(_)))
                .map(|row| row.at)
                .filter(|&date| from.is_none_or(|from| date > from) && date <= to)
                .collect();
            days.sort_unstable();
            days.dedup();
            u64::try_from(days.len()).unwrap()
        };
        for (who, row) in &holdout.rows {
            prop_assert_eq!(row.occasions, days(**who, Some(cut), end));
            prop_assert_eq!(row.calibration.x() + 1, days(**who, None, cut));
        }
        let known = log.customers().filter(|(who, _)| days(**who, None, cut) > 0).count();
        prop_assert_eq!(holdout.rows.len(), known);
        let later = u64::try_from(log.customers().count() - known).unwrap();
        prop_assert_eq!(holdout.first_seen_after, later);
    }

    #[test]
    fn scores_count_who_is_worse(
        values in prop::collection::vec((0_u32..9, 0_u64..6, 0_i64..9), 1..40),
    ) {
        let euro = Currency::new("EUR").unwrap();
        let as_of = NaiveDate::from_ymd_opt(2024, 6, 30).unwrap();
        // A log of such values: the last purchase so many days ago, so many days, so much in all.
        let mut log: PurchaseLog<usize> =
            PurchaseLog::new(SummaryDefinition::new(euro, Refunds::Drop));
        for (who, &(recency, frequency, minor)) in values.iter().enumerate() {
            for before in 0..=frequency {
                let back = u64::from(recency) + before;
                let day = as_of.checked_sub_days(chrono::Days::new(back)).unwrap();
                let paid = if before == 0 { minor + 1 } else { 1 };
                log.push(who, PurchaseRow::purchase(day, Minor::new(paid)).unwrap()).unwrap();
            }
        }
        let table = log.rfm(as_of, 365).unwrap();
        let bins = RfmBins::made_from(&table, "v").unwrap();
        let cells = bins.cells(&table);
        let n = values.len();
        let score = |worse: usize| u8::try_from((1 + 5 * worse / n).min(5)).unwrap();
        let told = table.rows.iter().zip(&cells.scores).zip(&values);
        for (((who, rfm), (other, found)), &(recency, frequency, minor)) in told {
            prop_assert_eq!((*who, rfm.recency_days, rfm.frequency), (*other, recency, frequency + 1));
            prop_assert_eq!(rfm.monetary_minor, i128::from(minor) + 1 + i128::from(frequency));
            let rows = || table.rows.iter().map(|(_, one)| one);
            let want = [
                score(rows().filter(|one| one.recency_days > rfm.recency_days).count()),
                score(rows().filter(|one| one.frequency < rfm.frequency).count()),
                score(rows().filter(|one| one.monetary_minor < rfm.monetary_minor).count()),
            ];
            prop_assert_eq!([found.recency(), found.frequency(), found.monetary()], want);
        }
        for sizes in [cells.sizes.recency, cells.sizes.frequency, cells.sizes.monetary] {
            let all = sizes.iter().fold(0, |sum, size| sum + size);
            prop_assert_eq!(all, u64::try_from(n).unwrap());
        }
    }

    /// Of rows with refunds and unknown amounts: by the oracle's summary of all days, and of the window.
    #[test]
    fn a_customer_by_recency_frequency_and_money(
        rows in strategies::rows(),
        as_of in strategies::day(),
        window in 1_u32..60,
        cut in 0_usize..40,
    ) {
        let plain = PlainDefinition {
            refunds: PlainRefunds::Net,
            weeks: false,
            first_included: true,
            drop_zero: true,
        };
        let all = log(any_definition(), &rows);
        let opens = as_of.checked_sub_days(chrono::Days::new(window.into())).unwrap();
        let table = all.rfm(as_of, window).unwrap();
        let (mut never, mut unpriced) = (0, 0);
        let mut known = Vec::new();
        for (who, _) in all.customers() {
            let own: Vec<PlainRow> =
                rows.iter().filter(|row| row.customer == *who).copied().collect();
            let late: Vec<PlainRow> = own.iter().filter(|row| row.at > opens).copied().collect();
            let Some((_, t_x, age, _)) = oracle::summary(&own, plain, as_of).0 else {
                never += 1;
                continue;
            };
            let (frequency, spend) = match oracle::summary(&late, plain, as_of).0 {
                None => (0, Some((0, 0))),
                Some((x, _, _, spend)) => (x + 1, spend),
            };
            match spend {
                None => unpriced += 1,
                Some((paid, _)) => known.push((*who, u32::try_from(age - t_x).unwrap(), frequency, paid)),
            }
        }
        let found: Vec<_> = table
            .rows
            .iter()
            .map(|(who, rfm)| {
                let paid = i64::try_from(rfm.monetary_minor).unwrap();
                (**who, rfm.recency_days, rfm.frequency, paid)
            })
            .collect();
        prop_assert_eq!(found, known);
        prop_assert_eq!((table.never_purchased, table.unpriced), (never, unpriced));

        // In two parts, in the other order, it makes the same bins.
        let mut parts = [RfmTable::new(as_of, window), RfmTable::new(as_of, window)];
        for (place, (_, purchases)) in all.customers().enumerate() {
            parts[usize::from(place < cut % 3)].push((), purchases.rfm(as_of, window).unwrap());
        }
        let [mut one, other] = parts;
        one.merge(&other).unwrap();
        prop_assert_eq!(RfmBins::made_from(&one, "v"), RfmBins::made_from(&table, "v"));
        prop_assert_eq!((one.never_purchased, one.unpriced), (never, unpriced));
    }

    #[test]
    fn any_bytes_keep_the_law(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        tenure_testing::laws::clv(&bytes);
    }
}
