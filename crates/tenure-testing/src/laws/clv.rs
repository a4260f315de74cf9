//! Laws of customer value.

use tenure_clv::{
    BgNbd, DiscountRate, FirstPurchase, History, Nbd, OccasionPeriod, ParetoNbd, PurchaseColumns,
    PurchaseLog, PurchaseModel, PurchaseRow, PurchaseSummary, Refunds, SummaryDefinition, TimeSpan,
    TimeUnit, Total, ZeroSpend,
};
use tenure_model::{Currency, Instant, Minor};

use crate::oracle::clv::{self as oracle, PlainDefinition, PlainRefunds};
use crate::strategies::clv::{PlainKind, PlainRow};

/// Bytes that say parameters, a history, a horizon and a discount; those after them are a log.
const MODEL_BYTES: usize = 20;
/// Bytes that say how a log is read, and those of a row.
const DEFINITION_BYTES: usize = 8;
const ROW_BYTES: usize = 7;
/// The oracle takes refunds unit by unit.
const MOST_ROWS: usize = 60;

/// Whatever the bytes say: models keep the law of `models`, logs of instants the one of `instants`.
///
/// # Panics
/// Where that does not hold.
pub fn clv(bytes: &[u8]) {
    let (of_models, of_log) = bytes.split_at(bytes.len().min(MODEL_BYTES));
    models(of_models);
    instants(of_log);
}

/// Whatever parameters, history, horizon and discount the bytes say, within what is promised (counts
/// to 1e5, ages to 1e6, parameters from 1e-6 to 1e6): every answer is a number, probabilities are
/// probabilities, and no expectation is above what nobody leaving would buy.
#[expect(clippy::panic, reason = "a fuzz target reports by panicking")]
fn models(bytes: &[u8]) {
    let mut bytes = bytes.iter().copied();
    let mut part = || {
        let [high, low] = [bytes.next().unwrap_or(0), bytes.next().unwrap_or(0)];
        f64::from(u16::from_be_bytes([high, low])) / f64::from(u16::MAX)
    };
    let mut power = |low: f64, high: f64| ten_to(low + (high - low) * part());
    let [r, alpha, third, fourth] = [(); 4].map(|()| power(-6.0, 6.0));
    let (age, horizon, force) = (power(-6.0, 6.0), power(-6.0, 6.0), power(-9.0, 3.0));
    let count = power(0.0, 5.0);
    let (recency, kind) = (part(), part());
    // About a quarter never repeat; another bought just now, or nearly.
    let x = if kind < 0.25 { 0 } else { whole(count) };
    let recency = match x {
        0 => 0.0,
        _ if kind < 0.4 => age,
        _ if kind < 0.5 => age * (1.0 - 1e-12 * (1.0 + recency)),
        _ => (recency * age).max(age * 1e-6),
    };
    let unit = TimeUnit::Week;
    let (Ok(told), Ok(span)) = (History::new(x, recency, age, unit), TimeSpan::new(horizon, unit))
    else {
        panic!("not a history: {x} {recency} {age}");
    };
    // Every eighth or so lies on a point where the closed forms break.
    let third = if kind > 0.9 { 1.0 } else { third };
    let fourth = if (0.8..0.9).contains(&kind) { alpha } else { fourth };
    let models = [
        BgNbd::new(r, alpha, third, fourth, unit).map(PurchaseModel::from),
        BgNbd::modified(r, alpha, third, fourth, unit).map(PurchaseModel::from),
        ParetoNbd::new(r, alpha, third, fourth, unit).map(PurchaseModel::from),
        Nbd::new(r, alpha, unit).map(PurchaseModel::from),
    ];
    let Ok(rate) = DiscountRate::continuous(force, unit) else { panic!("no rate: {force}") };
    let most = (r + tenure_stats::count_to_f64(x)) / (alpha + age) * (1.0 + 1e-9);
    for model in models.into_iter().flatten() {
        let check = |name: &str, value: f64, most: f64| {
            assert!((0.0..=most).contains(&value), "{model:?} {told:?} {span:?} {name} {value}");
        };
        assert!(model.log_likelihood(&told).is_finite(), "{model:?} {told:?} log-likelihood");
        let one = 1.0 + 1e-13;
        let (alive, dead) = (model.p_alive(&told), model.p_dead(&told));
        check("p_alive", alive, one);
        check("p_dead", dead, one);
        assert!((alive + dead - 1.0).abs() < 1e-14, "{model:?} {told:?} {alive} + {dead}");
        check("p_alive_after", model.p_alive_after(&told, span), alive * one + 1e-300);
        check("p_no_purchase", model.p_no_purchase(&told, span), one);
        check("p_purchases", model.p_purchases(&told, span, x), one);
        check("p_new_customer", model.p_new_customer(span, x), one);
        check("expected", model.expected_purchases(&told, span), most * horizon);
        check("new", model.expected_new_customer(span), r / alpha * horizon * (1.0 + 1e-9));
        if let Total::Finite(discounted) = model.discounted_purchases(&told, rate) {
            check("discounted", discounted, most / force);
        } else {
            panic!("{model:?} {rate:?} is unbounded with a discount");
        }
        let months = model.discounted_purchases_by_period(&told, rate, span, 12);
        check("months", months, 12.0 * most * horizon);
    }
}

/// Whatever purchases and refunds the bytes say, at whatever instants: the summary is what a rescan
/// finds, from the log, its parts merged and columns alike; what is taken back leaves nothing; and every
/// history is one, of which models say numbers.
#[expect(clippy::panic, reason = "a fuzz target reports by panicking")]
fn instants(bytes: &[u8]) {
    let Some((head, rest)) = bytes.split_first_chunk::<DEFINITION_BYTES>() else { return };
    let [flags, cut, rest_of_time @ ..] = *head;
    let Some(as_of) = instant(rest_of_time) else { return };
    let plain = PlainDefinition {
        refunds: match flags & 3 {
            0 => PlainRefunds::Drop,
            1 => PlainRefunds::Net,
            _ => PlainRefunds::Offset,
        },
        weeks: false,
        first_included: flags & 4 > 0,
        drop_zero: flags & 8 > 0,
    };
    let rows: Vec<PlainRow<i64>> = rest
        .as_chunks::<ROW_BYTES>()
        .0
        .iter()
        .take(MOST_ROWS)
        .filter_map(|&[what, rest_of_time @ ..]| {
            let amount = u32::from(what >> 5);
            let kind = match what & 7 {
                0 => PlainKind::Unpriced,
                1..=4 => PlainKind::Purchase(amount),
                _ => PlainKind::Refund(amount),
            };
            let at = instant(rest_of_time)?.micros();
            Some(PlainRow { customer: (what >> 3) & 3, at, kind })
        })
        .collect();
    let Ok(currency) = Currency::new("EUR") else { panic!("no euro") };
    let definition = SummaryDefinition::new(
        currency,
        match plain.refunds {
            PlainRefunds::Drop => Refunds::Drop,
            PlainRefunds::Net => Refunds::Net,
            PlainRefunds::Offset => Refunds::Offset,
        },
    )
    .with_period(OccasionPeriod::Instant)
    .with_first_purchase(if plain.first_included {
        FirstPurchase::Included
    } else {
        FirstPurchase::Excluded
    })
    .with_zero_spend(if plain.drop_zero { ZeroSpend::Drop } else { ZeroSpend::Counts });
    let pushed = |rows: &[PlainRow<i64>]| {
        let mut log = PurchaseLog::new(definition);
        for row in rows {
            assert_eq!(log.push(row.customer, ours(row)), Ok(()));
        }
        log
    };
    let whole = pushed(&rows);
    let (left, right) = rows.split_at(usize::from(cut).min(rows.len()));
    let mut merged = pushed(right);
    assert_eq!(merged.merge(pushed(left)), Ok(()));
    assert_eq!(merged, whole, "merged in parts");
    let Ok(found) = whole.summaries(as_of) else { panic!("{as_of} is an instant") };
    let (mut later, mut unabsorbed) = (0_usize, 0_i128);
    for (customer, _) in whole.customers() {
        let own: Vec<_> = rows.iter().filter(|row| row.customer == *customer).copied().collect();
        let (want, own_later, own_unabsorbed) =
            oracle::instant_summary(&own, plain, as_of.micros());
        later = later.saturating_add(own_later);
        unabsorbed = unabsorbed.saturating_add(own_unabsorbed.into());
        let one = found.rows.iter().find(|(who, _)| *who == customer).map(|(_, one)| one);
        let got = one.map(|one| {
            let spend = one.spend().map(|spend| (spend.minor, spend.occasions));
            (one.x(), one.recency().num_microseconds(), one.age().num_microseconds(), spend)
        });
        let want = want.map(|(x, recency, age, spend)| {
            let spend = spend.map(|(minor, occasions)| (i128::from(minor), occasions));
            (x, Some(recency), Some(age), spend)
        });
        assert_eq!(got, want, "{rows:?}");
        if let Some(one) = one {
            answers(one);
        }
    }
    assert_eq!(Ok(found.later_rows), u64::try_from(later));
    assert_eq!(found.unabsorbed_refunds, unabsorbed);
    columns(&rows, definition, as_of);
    for row in &rows {
        assert_eq!(merged.retract(&row.customer, ours(row)), Ok(()));
    }
    assert_eq!(merged.customers().count(), 0, "taken back");
}

/// A history of instants is one in every unit, and models say numbers of it.
#[expect(clippy::panic, reason = "a fuzz target reports by panicking")]
fn answers(one: &PurchaseSummary) {
    for &unit in TimeUnit::ALL {
        let told = one.history(unit);
        let again = History::new(told.x(), told.recency(), told.age(), unit);
        assert_eq!(again.as_ref(), Ok(&told), "{one:?}");
        let Ok(model) = BgNbd::modified(0.25, 4.5, 0.75, 2.5, unit) else { panic!("no model") };
        assert!(model.log_likelihood(&told).is_finite(), "{told:?}");
        assert!((0.0..=1.0).contains(&model.p_alive(&told)), "{told:?}");
    }
}

/// Columns, where every amount is known, say what a log of their rows says.
#[expect(clippy::panic, reason = "a fuzz target reports by panicking")]
fn columns(rows: &[PlainRow<i64>], definition: SummaryDefinition, as_of: Instant) {
    let mut log = PurchaseLog::new(definition);
    let (mut customers, mut times, mut minor) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        // Far apart, customer, instant and place do not fit one number.
        let customer = u64::from(row.customer) << if rows.len().is_multiple_of(2) { 0 } else { 60 };
        let signed = match row.kind {
            PlainKind::Refund(amount) => i64::from(amount).saturating_neg(),
            PlainKind::Purchase(amount) => i64::from(amount),
            PlainKind::Unpriced => continue,
        };
        let Some(at) = Instant::from_micros(row.at) else { panic!("no instant: {row:?}") };
        let Ok(one) = PurchaseRow::signed(at, Minor::new(signed)) else {
            panic!("no row: {row:?}")
        };
        assert_eq!(log.push(customer, one), Ok(()));
        customers.push(customer);
        times.push(at);
        minor.push(signed);
    }
    let found = PurchaseColumns::of_instants(&customers, &times, &minor)
        .map(|columns| columns.summaries(definition, as_of).map(|found| found.rows));
    let want: Result<Vec<_>, _> = log
        .summaries(as_of)
        .map(|found| found.rows.into_iter().map(|(&who, one)| (who, one)).collect());
    assert_eq!(found.map(Result::ok), Ok(want.ok()));
}

fn ours(row: &PlainRow<i64>) -> PurchaseRow {
    let found = Instant::from_micros(row.at).map(|at| match row.kind {
        PlainKind::Purchase(amount) => PurchaseRow::purchase(at, Minor::new(amount.into())),
        PlainKind::Unpriced => PurchaseRow::unpriced(at),
        PlainKind::Refund(amount) => PurchaseRow::refund(at, Minor::new(amount.into())),
    });
    #[expect(clippy::panic, reason = "a fuzz target reports by panicking")]
    let Some(Ok(found)) = found else { panic!("no row: {row:?}") };
    found
}

/// An instant of six bytes: near together or far apart, as the first says; `None` beyond the calendar.
fn instant([scale, bytes @ ..]: [u8; 6]) -> Option<Instant> {
    let [near, b, c, d, e] = bytes;
    let far = i64::from(i32::from_be_bytes([b, c, d, e]));
    Instant::from_micros(match scale & 3 {
        // Microseconds, hours and days that meet.
        0 => i64::from(near & 15),
        1 => i64::from(near & 15).saturating_mul(3_600_000_000),
        2 => i64::from(near).saturating_mul(86_400_000_000).saturating_sub(i64::from(b & 1)),
        // From a microsecond to ten thousand years.
        _ => far << (scale >> 2).min(31),
    })
}

#[expect(clippy::disallowed_methods, reason = "a random number need not be the same everywhere")]
fn ten_to(power: f64) -> f64 {
    10_f64.powf(power)
}

#[expect(clippy::as_conversions, reason = "from 1 to 1e5")]
fn whole(count: f64) -> u64 {
    count as u64
}
