//! How the money is spread over accounts and classes.

use tenure_classify::Class;
use tenure_stats::{Concentration, Ratio};

use crate::population::CLASSES;
use crate::scorecard::{AccountLine, Spread};

/// How each kind of money is spread, over all accounts.
pub(crate) fn spreads(accounts: &[AccountLine]) -> Vec<Spread> {
    let paid = |line: &AccountLine| line.paid_in_window;
    let mrr = |line: &AccountLine| line.mrr;
    [
        spread("paid_in_window", "Purchases less refunds in the window", accounts, paid),
        spread("mrr", "Monthly recurring revenue at the last close", accounts, mrr),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `None` where nobody has any of it.
fn spread(
    id: &'static str,
    label: &'static str,
    accounts: &[AccountLine],
    of: impl Fn(&AccountLine) -> Option<i128>,
) -> Option<Spread> {
    let amounts = || accounts.iter().filter_map(|line| Some((line.class, of(line)?)));
    let above: Vec<i128> = amounts().map(|(_, amount)| amount).filter(|&one| one > 0).collect();
    let below = amounts().filter(|&(_, amount)| amount < 0).count();
    if above.is_empty() {
        return None;
    }
    let count = above.len();
    let concentration = Concentration::of(above).unwrap_or_default();
    let total = concentration.total();
    let by_class = CLASSES.map(|class: Class| {
        let own = amounts().filter(|&(of, amount)| of == class.name() && amount > 0);
        let sum = own.fold(0_i128, |sum, (_, amount)| sum.saturating_add(amount));
        (class.name(), sum, total.and_then(|total| Ratio::new(sum, total)))
    });
    let tenth = count.div_ceil(10);
    Some(Spread {
        id,
        label,
        accounts: u64::try_from(count).unwrap_or(u64::MAX),
        below_zero: u64::try_from(below).unwrap_or(u64::MAX),
        total,
        by_class: by_class.into(),
        gini: concentration.gini(),
        largest: u64::try_from(tenth).unwrap_or(u64::MAX),
        largest_share: concentration.top(tenth),
    })
}
