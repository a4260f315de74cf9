//! Laws of customer value.

use tenure_clv::{
    BgNbd, DiscountRate, History, Nbd, ParetoNbd, PurchaseModel, TimeSpan, TimeUnit, Total,
};

/// Whatever parameters, history, horizon and discount the bytes say, within what is promised (counts
/// to 1e5, ages to 1e6, parameters from 1e-6 to 1e6): every answer is a number, probabilities are
/// probabilities, and no expectation is above what nobody leaving would buy.
///
/// # Panics
/// Where that does not hold.
#[expect(clippy::panic, reason = "a fuzz target reports by panicking")]
pub fn clv(bytes: &[u8]) {
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

#[expect(clippy::disallowed_methods, reason = "a random number need not be the same everywhere")]
fn ten_to(power: f64) -> f64 {
    10_f64.powf(power)
}

#[expect(clippy::as_conversions, reason = "from 1 to 1e5")]
fn whole(count: f64) -> u64 {
    count as u64
}
