//! The transactional stream test, by trying every way an unsaid fact may be.

use std::collections::{BTreeMap, BTreeSet};

use super::card::Card;
use super::seen::{Deal, Line};

/// Yes, No or Maybe.
pub(super) fn test(
    lines: &[Line],
    deals: &[&Deal],
    card: &Card,
    whole: bool,
    purchases_complete: bool,
) -> &'static str {
    let could = lines.iter().filter(|line| line.customised != "Yes").count();
    if purchases_complete && to_i64(could) < card.standard_count {
        "No"
    } else if whole {
        every_way(lines, deals, card)
    } else {
        "Maybe"
    }
}

/// The test with each unsaid line on either side, and each unknown annual value nothing or immense.
fn every_way(lines: &[Line], deals: &[&Deal], card: &Card) -> &'static str {
    let unsaid = lines.iter().filter(|line| line.customised == "Unknown").count();
    // Up to ten lines every way, above that the two extremes, which bound all others.
    let ways: Vec<u64> =
        if unsaid <= 10 { (0..1_u64 << unsaid).collect() } else { vec![0, u64::MAX] };
    let mut verdicts = BTreeSet::new();
    for way in ways {
        for immense in [[false, false], [true, false], [false, true], [true, true]] {
            verdicts.insert(one_way(lines, deals, card, way, immense));
        }
    }
    match verdicts.into_iter().collect::<Vec<_>>().as_slice() {
        [one] => one,
        _ => "Maybe",
    }
}

fn one_way(
    lines: &[Line],
    deals: &[&Deal],
    card: &Card,
    way: u64,
    [immense_standard, immense_negotiated]: [bool; 2],
) -> &'static str {
    let mut money: BTreeMap<&str, (i128, i128)> = BTreeMap::new();
    let (mut count, mut unsaid) = (0, 0_u32);
    for line in lines {
        let standard = match line.customised {
            "No" => true,
            "Yes" => false,
            _ => {
                unsaid += 1;
                way & 1_u64.wrapping_shl(unsaid - 1) != 0
            }
        };
        let sums = money.entry(&line.currency).or_default();
        let side = if standard { &mut sums.0 } else { &mut sums.1 };
        *side += line.amount;
        count += i64::from(standard);
    }
    for deal in deals {
        let immense = if deal.negotiated { immense_negotiated } else { immense_standard };
        let (currency, amount) = match &deal.value {
            Some((currency, amount)) => (currency.as_str(), *amount),
            None if immense => ("somewhere", 1_000_000_000_000_000_000_000),
            None => continue,
        };
        let sums = money.entry(currency).or_default();
        let side = if deal.negotiated { &mut sums.1 } else { &mut sums.0 };
        *side += amount;
    }
    let (enough, of) = shares(&money, card);
    match (count >= card.standard_count, enough) {
        (false, _) | (_, 0) => "No",
        (true, some) if some == of => "Yes",
        _ => "Maybe",
    }
}

/// The test over known facts alone: Yes or No.
pub(super) fn known(lines: &[Line], deals: &[&Deal], card: &Card) -> &'static str {
    let said: Vec<Line> =
        lines.iter().filter(|line| line.customised != "Unknown").cloned().collect();
    match one_way(&said, deals, card, 0, [false, false]) {
        "Yes" => "Yes",
        _ => "No",
    }
}

/// In how many currencies the share is large enough, of how many with money; no money is a share
/// of nothing.
fn shares(money: &BTreeMap<&str, (i128, i128)>, card: &Card) -> (usize, usize) {
    let mut shares: Vec<(i128, i128)> =
        money.values().map(|&(s, c)| (s, s + c)).filter(|&(_, total)| total > 0).collect();
    if shares.is_empty() {
        shares.push((0, 1));
    }
    let enough = shares.iter().filter(|&&(s, total)| 10_000 * s >= card.standard_share * total);
    (enough.count(), shares.len())
}

fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
