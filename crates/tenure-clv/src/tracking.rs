//! A cohort's expected purchases, week by week.

use tenure_stats::count_to_f64;

use crate::fit::Sum;
use crate::unit::TimeSpan;

/// How many repeat purchases does a model expect of a cohort by the end of a week?
///
/// ```text
/// sum over customers acquired on day s, 7w-1 > s, of E[X((7w-1-s)/7 weeks)]
/// ```
///
/// *Shape*: how many customers were acquired on which day, day 0 being the cohort's first;
/// `expected` says what the model expects of one new customer. *Cost*: one expectation per day
/// with acquisitions. *Accuracy*: the model's; the sum is compensated.
///
/// *Source*: Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way".
///
/// ```
/// use tenure_clv::{BgNbd, TimeSpan, TimeUnit, expected_cumulative};
/// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week)?;
/// // Ten customers on day 6: after week 2 they have been there for the 7 days from 6 to 13.
/// let by_week_2 = expected_cumulative([(6, 10)], 2, |span| model.expected_new_customer(span));
/// let one = model.expected_new_customer(TimeSpan::new(1.0, TimeUnit::Week)?);
/// assert!((by_week_2 - 10.0 * one).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn expected_cumulative(
    acquired: impl IntoIterator<Item = (u32, u64)>,
    week: u16,
    expected: impl Fn(TimeSpan) -> f64,
) -> f64 {
    let last = u32::from(week).saturating_mul(7).saturating_sub(1);
    let spans = acquired.into_iter().filter_map(|(day, customers)| {
        let days = last.saturating_sub(day);
        (days > 0).then(|| (TimeSpan::days(days), customers))
    });
    expected_of(spans, expected)
}

/// What is expected of so many new customers after such spans.
pub(crate) fn expected_of(
    cohort: impl Iterator<Item = (TimeSpan, u64)>,
    expected: impl Fn(TimeSpan) -> f64,
) -> f64 {
    let mut sum = Sum::default();
    for (span, customers) in cohort {
        sum.add(count_to_f64(customers) * expected(span));
    }
    sum.total()
}
