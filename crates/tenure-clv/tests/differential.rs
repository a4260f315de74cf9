//! Purchases at instants: against a slow rescan, against days, and from every door of a log.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use tenure_clv::{
    FirstPurchase, GroupedSummary, History, HoldoutError, Nbd, OccasionPeriod, PurchaseColumns,
    PurchaseLog, PurchaseLogError, PurchaseRow, PurchaseSummary, PurchaseTime, Refunds, RfmError,
    SortedPurchases, SummaryDefinition, TimeUnit, ZeroSpend,
};
use tenure_model::{Currency, Instant, Minor, Zone};
use tenure_testing::oracle::clv::{self as oracle, PlainDefinition, PlainRefunds};
use tenure_testing::strategies::clv::{self as strategies, PlainKind, PlainRow};

const DAY: i64 = 86_400_000_000;

type Log = PurchaseLog<u8>;

fn definition(plain: PlainDefinition, period: OccasionPeriod) -> SummaryDefinition {
    let refunds = match plain.refunds {
        PlainRefunds::Drop => Refunds::Drop,
        PlainRefunds::Net => Refunds::Net,
        PlainRefunds::Offset => Refunds::Offset,
    };
    let first =
        if plain.first_included { FirstPurchase::Included } else { FirstPurchase::Excluded };
    SummaryDefinition::new(Currency::new("EUR").unwrap(), refunds)
        .with_period(period)
        .with_first_purchase(first)
        .with_zero_spend(if plain.drop_zero { ZeroSpend::Drop } else { ZeroSpend::Counts })
}

fn definitions() -> impl Strategy<Value = PlainDefinition> {
    let refunds =
        prop_oneof![Just(PlainRefunds::Drop), Just(PlainRefunds::Net), Just(PlainRefunds::Offset)];
    (refunds, any::<bool>(), any::<bool>()).prop_map(|(refunds, first_included, drop_zero)| {
        PlainDefinition { refunds, weeks: false, first_included, drop_zero }
    })
}

fn instants(plain: PlainDefinition) -> SummaryDefinition {
    definition(plain, OccasionPeriod::Instant)
}

fn offset() -> SummaryDefinition {
    let plain = PlainDefinition {
        refunds: PlainRefunds::Offset,
        weeks: false,
        first_included: false,
        drop_zero: false,
    };
    instants(plain)
}

fn at(micros: i64) -> Instant {
    Instant::from_micros(micros).unwrap()
}

fn row(time: impl Into<PurchaseTime>, kind: PlainKind) -> PurchaseRow {
    match kind {
        PlainKind::Purchase(amount) => PurchaseRow::purchase(time, Minor::new(amount.into())),
        PlainKind::Unpriced => PurchaseRow::unpriced(time),
        PlainKind::Refund(amount) => PurchaseRow::refund(time, Minor::new(amount.into())),
    }
    .unwrap()
}

fn ours(plain: &PlainRow<i64>) -> PurchaseRow {
    row(at(plain.at), plain.kind)
}

fn log(definition: SummaryDefinition, rows: &[PlainRow<i64>]) -> Log {
    let mut log = Log::new(definition);
    for row in rows {
        log.push(row.customer, ours(row)).unwrap();
    }
    log
}

fn micros(delta: TimeDelta) -> i64 {
    delta.num_microseconds().unwrap()
}

/// What the models see, to the bit.
fn bits(told: History) -> [u64; 3] {
    [told.x(), told.recency().to_bits(), told.age().to_bits()]
}

proptest! {
    #[test]
    fn summaries_of_instants_are_what_a_rescan_finds(
        rows in strategies::instant_rows(),
        plain in definitions(),
        as_of in strategies::micros(),
    ) {
        let log = log(instants(plain), &rows);
        let summaries = log.summaries(at(as_of)).unwrap();
        let (mut without, mut later, mut unabsorbed) = (0, 0, 0);
        for (customer, _) in log.customers() {
            let own: Vec<_> = rows.iter().filter(|row| row.customer == *customer).copied().collect();
            let (expected, own_later, own_unabsorbed) = oracle::instant_summary(&own, plain, as_of);
            later += own_later as u64;
            unabsorbed += i128::from(own_unabsorbed);
            without += u64::from(expected.is_none());
            let found = summaries.rows.iter().find(|(other, _)| *other == customer);
            let found = found.map(|(_, found)| {
                let spend = found.spend().map(|spend| (spend.minor, spend.occasions));
                (found.x(), micros(found.recency()), micros(found.age()), spend)
            });
            let expected = expected.map(|(x, recency, age, spend)| {
                (x, recency, age, spend.map(|(minor, occasions)| (i128::from(minor), occasions)))
            });
            prop_assert_eq!(found, expected);
        }
        prop_assert_eq!(summaries.without_purchase, without);
        prop_assert_eq!(summaries.later_rows, later);
        prop_assert_eq!(summaries.unabsorbed_refunds, unabsorbed);
    }

    /// `0 <= t_x <= T`, `x = 0` if and only if `t_x = 0`, in every unit: what the models demand.
    #[test]
    fn every_history_of_instants_is_one(
        rows in strategies::instant_rows(),
        plain in definitions(),
        as_of in strategies::micros(),
    ) {
        let log = log(instants(plain), &rows);
        let mut groups = GroupedSummary::new(TimeUnit::Hour);
        let summaries = log.summaries(at(as_of)).unwrap();
        for (_, one) in &summaries.rows {
            for &unit in TimeUnit::ALL {
                let told = one.history(unit);
                let again = History::new(told.x(), told.recency(), told.age(), unit).unwrap();
                prop_assert_eq!(bits(told), bits(again));
            }
            // Hours and days of one exact span, each rounded once.
            let (hours, days) = (one.history(TimeUnit::Hour), one.history(TimeUnit::Day));
            for (hours, days) in [(hours.recency(), days.recency()), (hours.age(), days.age())] {
                prop_assert!((hours - 24.0 * days).abs() <= hours * f64::EPSILON, "{hours} {days}");
            }
            groups.push(one.history(TimeUnit::Hour)).unwrap();
        }
        // Grouped and ungrouped are the same customers.
        let mut grouped: Vec<[u64; 3]> = Vec::new();
        for (told, weight) in groups.rows() {
            grouped.extend((0..weight).map(|_| bits(*told)));
        }
        let mut each: Vec<[u64; 3]> =
            summaries.rows.iter().map(|(_, one)| bits(one.history(TimeUnit::Hour))).collect();
        each.sort_unstable();
        prop_assert_eq!(grouped, each);
    }

    #[test]
    fn any_split_of_instants_merges_to_the_whole(
        left in strategies::instant_rows(),
        right in strategies::instant_rows(),
        pivot in any::<prop::sample::Index>(),
    ) {
        let (one, other) = (log(offset(), &left), log(offset(), &right));
        let mut all = [left, right].concat();
        let whole = log(offset(), &all);
        let mut forth = one.clone();
        forth.merge(other.clone()).unwrap();
        let mut back = other;
        back.merge(one).unwrap();
        prop_assert_eq!(&forth, &whole);
        prop_assert_eq!(&back, &whole);
        if !all.is_empty() {
            let pivot = pivot.index(all.len());
            all.rotate_left(pivot);
            all.reverse();
            prop_assert_eq!(&log(offset(), &all), &whole);
        }
    }

    #[test]
    fn a_retracted_instant_was_never_pushed(
        rows in strategies::instant_rows(),
        extra in strategies::row_at(strategies::micros()),
    ) {
        let before = log(offset(), &rows);
        let mut after = before.clone();
        after.push(extra.customer, ours(&extra)).unwrap();
        after.retract(&extra.customer, ours(&extra)).unwrap();
        prop_assert_eq!(after, before);
    }

    #[test]
    fn instants_in_columns_or_sorted_are_the_log(
        rows in strategies::instant_rows(),
        plain in definitions(),
        as_of in strategies::micros(),
        // Customer, instant and place fit 64 bits, or do not.
        spread in prop_oneof![Just(1_u64), Just(1 << 40), Just(u64::MAX / 3)],
    ) {
        let definition = instants(plain);
        let mut log: PurchaseLog<u64> = PurchaseLog::new(definition);
        let (mut customers, mut times, mut minor) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            let signed = match row.kind {
                PlainKind::Purchase(amount) => i64::from(amount),
                PlainKind::Refund(amount) => -i64::from(amount),
                PlainKind::Unpriced => continue,
            };
            customers.push(u64::from(row.customer) * spread);
            times.push(at(row.at));
            minor.push(signed);
        }
        let pushed = || {
            let rows = customers.iter().zip(&times).zip(&minor);
            rows.map(|((&who, &at), &minor)| (who, PurchaseRow::signed(at, Minor::new(minor)).unwrap()))
        };
        for (who, row) in pushed() {
            log.push(who, row).unwrap();
        }
        let whole = log.summaries(at(as_of)).unwrap();
        let columns = PurchaseColumns::of_instants(&customers, &times, &minor).unwrap();
        let found = columns.summaries(definition, at(as_of)).unwrap();
        let owned: Vec<_> = whole.rows.iter().map(|&(who, summary)| (*who, summary)).collect();
        prop_assert_eq!(&found.rows, &owned);
        prop_assert_eq!(
            (found.without_purchase, found.later_rows, found.unabsorbed_refunds),
            (whole.without_purchase, whole.later_rows, whole.unabsorbed_refunds)
        );
        let mut sorted: Vec<_> = pushed().collect();
        sorted.sort_by_key(|&(customer, _)| customer);
        let mut stream = SortedPurchases::new(definition, at(as_of)).unwrap();
        let mut finished = Vec::new();
        for (customer, row) in sorted {
            finished.extend(stream.push(customer, row).unwrap());
        }
        finished.extend(stream.finish());
        let finished: Vec<_> =
            finished.into_iter().filter_map(|(who, one)| Some((who, one.summary?))).collect();
        prop_assert_eq!(finished, owned);
    }

    /// A log whose instants are all midnights is the log of their days, in `x`, `t_x`, spend, and in
    /// `T` if it ends with a midnight; to the end of the last day it is a day less a microsecond more.
    #[test]
    fn midnights_are_days(
        rows in strategies::rows(),
        plain in definitions(),
        as_of in strategies::day(),
    ) {
        let midnight = |date: NaiveDate| Zone::UTC.first_instant(date).unwrap();
        let mut days = Log::new(definition(plain, OccasionPeriod::Day));
        let mut midnights = Log::new(instants(plain));
        for one in &rows {
            days.push(one.customer, row(one.at, one.kind)).unwrap();
            midnights.push(one.customer, row(midnight(one.at), one.kind)).unwrap();
        }
        let days_found = days.summaries(as_of).unwrap();
        let found = midnights.summaries(midnight(as_of)).unwrap();
        let ends = midnights.summaries(Zone::UTC.last_instant(as_of).unwrap()).unwrap();
        prop_assert_eq!(days_found.rows.len(), found.rows.len());
        prop_assert_eq!(
            (days_found.without_purchase, days_found.later_rows, days_found.unabsorbed_refunds),
            (found.without_purchase, found.later_rows, found.unabsorbed_refunds)
        );
        let told = |one: &PurchaseSummary| (one.x(), one.recency(), one.spend());
        for ((day, instant), end) in days_found.rows.iter().zip(&found.rows).zip(&ends.rows) {
            prop_assert_eq!((day.0, told(&day.1)), (instant.0, told(&instant.1)));
            prop_assert_eq!((day.0, told(&day.1)), (end.0, told(&end.1)));
            prop_assert_eq!(day.1.age(), instant.1.age());
            let more = TimeDelta::microseconds(DAY - 1);
            prop_assert_eq!(day.1.age() + more, end.1.age());
            for &unit in TimeUnit::ALL {
                prop_assert_eq!(bits(day.1.history(unit)), bits(instant.1.history(unit)));
            }
        }
        prop_assert_eq!(midnights.to_days(Zone::UTC).unwrap(), days);
    }

    /// Whole hours are whole in hours, and days of them are an exact 24th.
    #[test]
    fn whole_hours_are_whole(first in 0_i64..9_999, later in 1_i64..9_999, rest in 0_i64..9_999) {
        let hour = |hours: i64| at(1_700_000_000_000_000 + hours * (DAY / 24));
        let mut log = Log::new(offset());
        for hours in [first, first + later] {
            log.push(0, PurchaseRow::unpriced(hour(hours)).unwrap()).unwrap();
        }
        let found = log.summaries(hour(first + later + rest)).unwrap();
        let told = |unit| {
            let [_, recency, age] = bits(found.rows[0].1.history(unit));
            [recency, age]
        };
        let hours = [later as f64, (later + rest) as f64];
        prop_assert_eq!(told(TimeUnit::Hour), hours.map(f64::to_bits));
        prop_assert_eq!(told(TimeUnit::Day), hours.map(|h| (h / 24.0).to_bits()));
        prop_assert_eq!(told(TimeUnit::Week), hours.map(|h| (h / 168.0).to_bits()));
    }

    /// What is made days of in a zone is what was pushed by that zone's days.
    #[test]
    fn days_are_those_of_the_zone(
        rows in strategies::instant_rows(),
        zone in prop_oneof![Just("UTC"), Just("+13:45"), Just("-09:30")],
        as_of in strategies::day(),
    ) {
        let zone = Zone::parse(zone).unwrap();
        let instants = log(offset(), &rows);
        let mut days = Log::new(offset().with_period(OccasionPeriod::Day));
        for one in &rows {
            days.push(one.customer, row(zone.date_of(at(one.at)), one.kind)).unwrap();
        }
        let made = instants.to_days(zone).unwrap();
        prop_assert_eq!(&made, &days);
        prop_assert_eq!(made.rfm(as_of, 30).unwrap(), days.rfm(as_of, 30).unwrap());
        prop_assert_eq!(instants.rfm(as_of, 30), Err(RfmError::Instants));
        // Days are days already.
        prop_assert_eq!(&days.to_days(zone).unwrap(), &days);
    }

    #[test]
    fn a_holdout_of_instants_counts_what_came_after_the_cut(
        rows in strategies::instant_rows(),
        (cut, end) in (strategies::micros(), strategies::micros()),
    ) {
        let plain = PlainDefinition {
            refunds: PlainRefunds::Drop,
            weeks: false,
            first_included: false,
            drop_zero: false,
        };
        let log = log(instants(plain), &rows);
        let Ok(holdout) = log.holdout(at(cut), at(end)) else {
            prop_assert!(end <= cut);
            return Ok(());
        };
        let bought = |who: u8, from: i64, to: i64| {
            let own = rows.iter().filter(|row| {
                row.customer == who && !matches!(row.kind, PlainKind::Refund(_))
            });
            let times = own.map(|row| row.at).filter(|&at| at > from && at <= to);
            times.collect::<std::collections::BTreeSet<i64>>().len() as u64
        };
        for (who, found) in &holdout.rows {
            prop_assert_eq!(found.calibration.x() + 1, bought(**who, i64::MIN, cut));
            prop_assert_eq!(found.occasions, bought(**who, cut, end));
        }
        let known = log.customers().filter(|(who, _)| bought(**who, i64::MIN, cut) > 0).count();
        prop_assert_eq!(holdout.rows.len(), known);
        let later = (log.customers().count() - known) as u64;
        prop_assert_eq!(holdout.first_seen_after, later);
        let hours = (end - cut) as f64 / 3.6e9;
        prop_assert!((holdout.horizon().in_unit(TimeUnit::Hour) - hours).abs() <= hours * 1e-15);
    }

    /// Where weeks are cut, every occasion is counted once: in the calibration or after it.
    #[test]
    fn a_holdout_of_weeks_counts_every_week_once(
        rows in strategies::rows(),
        (one, other) in (strategies::day(), strategies::day()),
    ) {
        let (cut, end) = (one.min(other), one.max(other));
        let definition = SummaryDefinition::new(Currency::new("EUR").unwrap(), Refunds::Drop)
            .with_period(OccasionPeriod::Week);
        let mut log = Log::new(definition);
        for one in &rows {
            log.push(one.customer, row(one.at, one.kind)).unwrap();
        }
        let Ok(holdout) = log.holdout(cut, end) else {
            prop_assert_eq!(cut, end);
            return Ok(());
        };
        let whole = log.summaries(end).unwrap();
        for (who, found) in &holdout.rows {
            let all = whole.rows.iter().find(|(other, _)| other == who).unwrap().1.x();
            prop_assert_eq!(found.calibration.x() + found.occasions, all);
        }
    }

    /// Against the sum written down: one expectation a customer, in doubles of hours.
    #[test]
    fn tracking_of_instants_is_the_sum_it_is_defined_as(
        rows in strategies::instant_rows(),
        start in strategies::micros(),
        weeks in 0_u16..4,
    ) {
        let plain = PlainDefinition {
            refunds: PlainRefunds::Drop,
            weeks: false,
            first_included: false,
            drop_zero: false,
        };
        let log = log(instants(plain), &rows);
        // NBD expects r / alpha a week.
        let model = Nbd::new(3.0, 2.0, TimeUnit::Week).unwrap();
        let tracking = log.tracking(model, at(start), weeks).unwrap();
        prop_assert_eq!(tracking.weeks.len(), usize::from(weeks));
        let bought = |who: u8| {
            let own = rows.iter().filter(|row| {
                row.customer == who && !matches!(row.kind, PlainKind::Refund(_))
            });
            own.map(|row| row.at).collect::<std::collections::BTreeSet<i64>>()
        };
        let last = |week: u16| start + i64::from(week) * 7 * DAY - 1;
        let (mut customers, mut before) = (0, 0);
        for who in 0..3 {
            let Some(&first) = bought(who).first() else { continue };
            before += u64::from(first < start && first <= last(weeks));
            customers += u64::from(first >= start && first <= last(weeks));
        }
        prop_assert_eq!((tracking.customers, tracking.before_start), (customers, before));
        for found in &tracking.weeks {
            let (mut actual, mut expected) = (0, 0.0);
            for who in 0..3 {
                let times = bought(who);
                let Some(&first) = times.first().filter(|first| **first >= start) else { continue };
                let last = last(found.week);
                actual += times.iter().skip(1).filter(|&&at| at <= last).count() as u64;
                if first < last {
                    expected += 1.5 * (last - first) as f64 / (7 * DAY) as f64;
                }
            }
            prop_assert_eq!(found.actual, actual);
            prop_assert!((found.expected - expected).abs() < 1e-13 * expected.max(1.0));
        }
    }

    /// A day among instants, or an instant among days, is refused and leaves things as they were.
    #[test]
    fn days_and_instants_are_never_mixed(
        instant in strategies::micros(),
        date in strategies::day(),
        week in any::<bool>(),
    ) {
        let instants = offset();
        let period = if week { OccasionPeriod::Week } else { OccasionPeriod::Day };
        let days = instants.with_period(period);
        let (instant, date) = (PurchaseTime::from(at(instant)), PurchaseTime::from(date));
        for (definition, right, wrong) in [(instants, instant, date), (days, date, instant)] {
            let strange = PurchaseRow::unpriced(wrong).unwrap();
            let mut log = Log::new(definition);
            log.push(0, PurchaseRow::unpriced(right).unwrap()).unwrap();
            let before = log.clone();
            let refused = log.push(0, strange).unwrap_err();
            prop_assert!(matches!(refused, PurchaseLogError::Time(error) if error.found() == wrong));
            prop_assert!(log.push(1, strange).is_err());
            prop_assert!(log.retract(&0, strange).is_err());
            prop_assert_eq!(&log, &before);
            prop_assert_eq!(log.summaries(wrong).unwrap_err().found(), wrong);
            let ended = log.holdout(right, wrong);
            prop_assert!(matches!(ended, Err(HoldoutError::Time(error)) if error.found() == wrong));
            prop_assert!(matches!(log.holdout(wrong, right), Err(HoldoutError::Time(_))));
            let model = Nbd::new(1.0, 1.0, TimeUnit::Week).unwrap();
            prop_assert!(log.tracking(model, wrong, 1).is_err());
            prop_assert!(SortedPurchases::<u8>::new(definition, wrong).is_err());
            let mut stream = SortedPurchases::new(definition, right).unwrap();
            prop_assert!(stream.push(0, strange).is_err());
            prop_assert_eq!(stream.finish(), None);
            let (_, customer) = log.customers().next().unwrap();
            let strange = if definition == instants { days } else { instants };
            prop_assert!(customer.summary(definition, right).is_ok());
            prop_assert!(customer.summary(definition, wrong).is_err());
            prop_assert!(customer.summary(strange, wrong).is_err());
        }
        let (dates, times) = ([date.date().unwrap()], [instant.instant().unwrap()]);
        let columns = PurchaseColumns::new(&[0], &dates, &[1]).unwrap();
        prop_assert!(columns.summaries(instants, instant).is_err());
        prop_assert!(columns.summaries(days, instant).is_err());
        let columns = PurchaseColumns::of_instants(&[0], &times, &[1]).unwrap();
        prop_assert!(columns.summaries(days, date).is_err());
        prop_assert!(columns.summaries(instants, date).is_err());
    }
}

fn euros(refunds: Refunds) -> SummaryDefinition {
    SummaryDefinition::new(Currency::new("EUR").unwrap(), refunds)
        .with_period(OccasionPeriod::Instant)
}

fn utc(text: &str) -> Instant {
    Instant::parse(text, Zone::UTC).unwrap()
}

fn paid(text: &str, cents: i64) -> PurchaseRow {
    PurchaseRow::signed(utc(text), Minor::new(cents)).unwrap()
}

/// 9:00 and 21:00 on the 1st, and a minute before midnight of the 3rd, the last day.
#[test]
fn a_purchase_a_minute_before_the_end_counts() {
    let mut log = PurchaseLog::new(euros(Refunds::Drop));
    for text in ["2024-05-01T09:00:00Z", "2024-05-01T21:00:00Z", "2024-05-03T23:59:00Z"] {
        log.push("ann", paid(text, 10_00)).unwrap();
    }
    let end = Zone::UTC.last_instant(NaiveDate::from_ymd_opt(2024, 5, 3).unwrap()).unwrap();
    let found = log.summaries(end).unwrap();
    let (_, ann) = &found.rows[0];
    // 62 h 59 min after the first; watched for 63 h less a microsecond.
    assert_eq!((ann.x(), found.later_rows), (2, 0));
    assert_eq!(ann.recency(), TimeDelta::minutes(62 * 60 + 59));
    assert_eq!(ann.age(), TimeDelta::hours(63) - TimeDelta::microseconds(1));
    let hours = ann.history(TimeUnit::Hour);
    assert_eq!(hours.recency().to_bits(), (3779.0_f64 / 60.0).to_bits());
    assert!(hours.recency() <= hours.age() && hours.age() < 63.0);
    // To the instant of the purchase itself; a microsecond before it is later.
    let last = utc("2024-05-03T23:59:00Z");
    let found = log.summaries(last).unwrap();
    assert_eq!((found.rows[0].1.x(), found.rows[0].1.recency()), (2, found.rows[0].1.age()));
    let before = log.summaries(at(last.micros() - 1)).unwrap();
    assert_eq!((before.rows[0].1.x(), before.later_rows), (1, 1));
    // One microsecond apart are two occasions, and t_x is above 0.
    let mut twice = PurchaseLog::new(euros(Refunds::Drop));
    for micros in [0, 1] {
        twice.push("bob", PurchaseRow::unpriced(at(micros)).unwrap()).unwrap();
    }
    let found = twice.summaries(at(1)).unwrap();
    let told = found.rows[0].1.history(TimeUnit::Year);
    assert!(told.x() == 1 && told.recency() > 0.0 && told.recency() <= told.age());
}

/// 10.00 at nine, 20.00 at noon, and 15.00 back at one.
#[test]
fn what_a_refund_does_at_its_own_instant() {
    let told = |refunds, back: &str| {
        let mut log = PurchaseLog::new(euros(refunds));
        for row in [
            paid("2024-05-01T09:00:00Z", 10_00),
            paid("2024-05-01T12:00:00Z", 20_00),
            paid(back, -15_00),
        ] {
            log.push("ann", row).unwrap();
        }
        let found = log.summaries(utc("2024-05-02T00:00:00Z")).unwrap();
        let (_, ann) = found.rows[0];
        (ann.x(), ann.spend().map(|spend| spend.minor), found.unabsorbed_refunds)
    };
    let (at_nine, at_noon, at_one) =
        ("2024-05-01T09:00:00Z", "2024-05-01T12:00:00Z", "2024-05-01T13:00:00Z");
    assert_eq!(told(Refunds::Drop, at_one), (1, Some(20_00), 0));
    // Nothing was bought at one: net finds nothing, offset takes from noon.
    assert_eq!(told(Refunds::Net, at_one), (1, Some(20_00), 15_00));
    assert_eq!(told(Refunds::Offset, at_one), (1, Some(5_00), 0));
    // Told at the instant of the purchase it reverses.
    assert_eq!(told(Refunds::Net, at_noon), (1, Some(5_00), 0));
    // The purchase at nine is gone, and noon becomes the first; 5.00 find nothing earlier.
    assert_eq!(told(Refunds::Net, at_nine), (0, None, 5_00));
    assert_eq!(told(Refunds::Offset, at_nine), (0, None, 5_00));
}

#[test]
fn what_is_free_counts_or_is_dropped() {
    let told = |zero| {
        let mut log = PurchaseLog::new(euros(Refunds::Net).with_zero_spend(zero));
        for (text, cents) in [("2024-05-01T09:00:00Z", 0), ("2024-05-01T09:00:01Z", 7)] {
            log.push("ann", paid(text, cents)).unwrap();
        }
        let found = log.summaries(utc("2024-05-01T09:00:03Z")).unwrap();
        (found.rows[0].1.x(), micros(found.rows[0].1.age()))
    };
    assert_eq!(told(ZeroSpend::Counts), (1, 3_000_000));
    assert_eq!(told(ZeroSpend::Drop), (0, 2_000_000));
}

/// Which day an instant lies on is beyond the calendar for some zones.
#[test]
fn days_beyond_the_calendar_are_refused() {
    let mut log = PurchaseLog::new(euros(Refunds::Net));
    log.push("ann", paid("9999-12-31T23:30:00Z", 1)).unwrap();
    assert!(log.to_days(Zone::UTC).is_ok());
    let east = Zone::parse("+01:00").unwrap();
    let refused = log.to_days(east).unwrap_err();
    assert_eq!(refused.to_string(), "date `+10000-01-01` is outside the years 1 to 9999");
}
