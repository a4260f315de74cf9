//! The periods of a scorecard against its windows, on random books.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use chrono::NaiveDate;
use proptest::prelude::*;
use tenure_model::{Book, Coverage, Currency, Event, Month, Period};
use tenure_scorecard::{Basis, Figure, PeriodLength, Scorecard, Settings, Value, scorecard};
use tenure_testing::strategies::book::{as_of, book_events};
use tenure_testing::strategies::classify::{ago, coverage};

fn asked(as_of: NaiveDate, coverage: Coverage) -> Settings {
    let mut settings = Settings::new(as_of, coverage);
    settings.currency = Some(Currency::new("USD").unwrap());
    settings
}

fn card(events: &[Event], settings: &Settings) -> Scorecard {
    let (book, _) = Book::from_events(events.to_vec());
    scorecard(&book, settings, NonZeroUsize::MIN, &|_| {}).unwrap()
}

fn figure<'a>(figures: &'a [Figure], id: &str) -> &'a Figure {
    figures.iter().find(|figure| figure.id == id).unwrap()
}

fn count(figure: &Figure, name: &str) -> u128 {
    let found = figure.counts.iter().find(|(known, _)| known == name);
    found.map_or(0, |(_, count)| *count)
}

fn whole_of(figure: &Figure) -> Option<i128> {
    match figure.value {
        None => None,
        Some(Value::Whole(value)) => Some(value),
        other => panic!("{} is {other:?}", figure.id),
    }
}

fn period() -> impl Strategy<Value = PeriodLength> {
    prop::sample::select(PeriodLength::ALL)
}

/// What is counted by its own day: the count of the whole is that of the periods together. Movements
/// of revenue lead from one close to the next.
fn sums(whole: &[Figure], periods: &[&[Figure]]) {
    let added = |id: &str, name: &str| match id {
        "nps" | "csat" | "ces" | "fcr" | "sla_attainment" | "automation" => true,
        "first_reply_median" | "first_reply_p90" | "resolution_median" | "resolution_p90" => true,
        "renewal_rate" | "renewal_rate_value" | "managed_days" | "delivered_on_time" => true,
        "days_late" | "personal_cadence" | "review_cadence" | "interactions" => true,
        "staff_continuity" => name != "longest_person_days",
        "goals_closed" | "goals_reviewed" => matches!(name, "goals_closed" | "milestones"),
        "referring" => name == "referrals",
        id if id.starts_with("mrr_") => matches!(name, "new" | "reactivated" | "churned"),
        _ => false,
    };
    let of = |id: &str| -> Vec<&Figure> {
        periods.iter().filter_map(|one| one.iter().find(|figure| figure.id == id)).collect()
    };
    for figure in whole {
        let parts = of(figure.id);
        let names = parts.iter().flat_map(|part| &part.counts).chain(&figure.counts);
        let names: BTreeSet<&str> = names.map(|(name, _)| name.as_ref()).collect();
        for name in names.into_iter().filter(|name| added(figure.id, name)) {
            let sum = parts.iter().fold(0, |sum, part| sum + count(part, name));
            assert_eq!(sum, count(figure, name), "{} {name}", figure.id);
        }
    }
    if !whole.iter().any(|figure| figure.id == "mrr_opening") {
        return;
    }
    let values = |id: &str| -> Vec<Option<i128>> { of(id).into_iter().map(whole_of).collect() };
    let (opening, closing) = (values("mrr_opening"), values("mrr_closing"));
    assert_eq!(opening[1..], closing[..closing.len() - 1]);
    assert_eq!(opening.first().copied(), Some(whole_of(figure(whole, "mrr_opening"))));
    assert_eq!(closing.last().copied(), Some(whole_of(figure(whole, "mrr_closing"))));
    for id in ["new", "expansion", "contraction", "churn", "reactivation", "adjustment"] {
        let id = format!("mrr_{id}");
        let sum = values(&id).into_iter().try_fold(0, |sum, value| Some(sum + value?));
        assert_eq!(sum, whole_of(figure(whole, &id)), "{id}");
    }
}

proptest! {
    /// The periods share out both windows, and what is counted by its own day sums to the window.
    #[test]
    fn periods_sum_to_the_window(
        events in book_events(),
        as_of in as_of(),
        coverage in coverage(),
        window in 1_u32..16,
        revenue in 1_u32..16,
        period in period(),
    ) {
        let mut settings = asked(as_of, coverage);
        (settings.window_months, settings.revenue_months) = (window, revenue);
        settings.period = period;
        let card = card(&events, &settings);
        let days: Vec<Period> = card.by_period.iter().filter_map(|one| one.days).collect();
        prop_assert_eq!(days[0].start(), card.window.start());
        prop_assert_eq!(days[days.len() - 1].end(), card.window.end());
        prop_assert!(days.windows(2).all(|pair| pair[0].end() == pair[1].start()));
        let months: Vec<_> = card.by_period.iter().filter_map(|one| one.months).collect();
        prop_assert_eq!((months[0].0, months[months.len() - 1].1), card.revenue_months);
        prop_assert!(months.windows(2).all(|pair| pair[0].1.plus(1) == Some(pair[1].0)));
        let most = if period == PeriodLength::Month { 31 } else { 92 };
        prop_assert!(days.iter().all(|one| (1..=most).contains(&one.len_days())));

        sums(&card.total.figures, &card.by_period.iter().map(|one| &*one.total).collect::<Vec<_>>());
        for (place, class) in card.by_class.iter().enumerate() {
            let own = card.by_period.iter().map(|one| &one.by_class[place]);
            prop_assert!(own.clone().all(|(name, _)| *name == class.name));
            sums(&class.figures, &own.map(|(_, figures)| &**figures).collect::<Vec<_>>());
        }
        // Every figure over a window but these three.
        for one in &card.by_period {
            let told = card.total.figures.iter().filter(|figure| match figure.basis {
                Basis::AsOf => false,
                Basis::WindowOpening => {
                    one.days.is_some() && !["repurchase", "win_back"].contains(&figure.id)
                }
                Basis::RevenueOpening => {
                    one.months.is_some() && figure.id != "contract_value_per_account"
                }
            });
            let told: Vec<&str> = told.map(|figure| figure.id).collect();
            prop_assert_eq!(&told, &one.total.iter().map(|figure| figure.id).collect::<Vec<_>>());
        }
    }

    /// A window that is one period is told by it as it is told itself.
    #[test]
    fn a_window_of_one_period_is_that_period(
        events in book_events(),
        back in 0_i64..24,
        coverage in coverage(),
    ) {
        let month = Month::of(ago(30 * back)).unwrap();
        let mut settings = asked(month.last_day(), coverage);
        (settings.window_months, settings.revenue_months) = (1, 1);
        settings.period = PeriodLength::Month;
        let card = card(&events, &settings);
        let [one] = card.by_period.as_slice() else { panic!("{:?}", card.by_period) };
        prop_assert_eq!(&one.name, &month.to_string());
        for figure in &one.total {
            let whole = card.total.figures.iter().find(|whole| whole.id == figure.id);
            prop_assert_eq!(Some(figure), whole);
        }
    }
}
