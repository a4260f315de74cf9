//! Times to occasions to one summary.

use chrono::TimeDelta;
use tenure_stats::integer_to_f64;

use super::customer::{CustomerPurchases, Moment};
use super::definition::{FirstPurchase, OccasionPeriod, Refunds, SummaryDefinition, ZeroSpend};
use super::time::{Elapsed, PurchaseTime};
use crate::history::History;
use crate::spend::Spend;
use crate::unit::TimeUnit;

/// What one customer did, in the three numbers the models know and an exact spend.
///
/// How often did the customer come back (`x`), when last (`t_x`), how long have we watched (`T`)?
///
/// ```text
/// x   = occasions - 1
/// t_x = last occasion - first occasion
/// T   = as_of - first occasion          (all over period starts, in whole days or microseconds)
/// ```
///
/// *Shape*: from [`PurchaseLog`](crate::PurchaseLog) or [`CustomerPurchases`]; times and minor units are
/// exact integers, and become floats of a [`TimeUnit`] only in [`PurchaseSummary::history`], rounded
/// once.
/// *Source*: Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurchaseSummary {
    definition: SummaryDefinition,
    as_of: PurchaseTime,
    first: PurchaseTime,
    last: PurchaseTime,
    x: u64,
    /// Minor units of the occasions that mean spend is over, if `spends`; else 0.
    paid: i128,
    spends: bool,
}

/// An exact spend and the number of occasions it was spent at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[expect(clippy::exhaustive_structs, reason = "two numbers that mean each other")]
pub struct TotalSpend {
    /// Minor units of the definition's currency.
    pub minor: i128,
    /// At how many occasions; at least one.
    pub occasions: u64,
}

/// A summary, or none, and what was left out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PurchaseOutcome {
    /// `None` without an occasion by `as_of`: all later, or all refunded.
    pub summary: Option<PurchaseSummary>,
    /// Rows after `as_of`, ignored.
    pub later_rows: u64,
    /// Minor units refunded beyond what the policy could take from a purchase.
    pub unabsorbed_refunds: i128,
}

impl PurchaseSummary {
    /// What was counted how.
    #[must_use]
    pub const fn definition(&self) -> SummaryDefinition {
        self.definition
    }

    /// The last day or instant that counts.
    #[must_use]
    pub const fn as_of(&self) -> PurchaseTime {
        self.as_of
    }

    /// The start of the first occasion.
    #[must_use]
    pub const fn first(&self) -> PurchaseTime {
        self.first
    }

    /// The start of the last occasion.
    #[must_use]
    pub const fn last(&self) -> PurchaseTime {
        self.last
    }

    /// Repeat occasions.
    #[must_use]
    pub const fn x(&self) -> u64 {
        self.x
    }

    /// How long after the first occasion the last one was: `t_x`, exact.
    #[must_use]
    pub fn recency(&self) -> TimeDelta {
        self.last.since(self.first).to_delta()
    }

    /// How long after the first occasion the period of `as_of` starts: `T`, exact.
    #[must_use]
    pub fn age(&self) -> TimeDelta {
        self.watched().to_delta()
    }

    fn watched(&self) -> Elapsed {
        self.definition.period().start(self.as_of).since(self.first)
    }

    /// The exact spend that mean spend is over; `None` without such an occasion, or if an amount
    /// is not known.
    #[must_use]
    pub const fn spend(&self) -> Option<TotalSpend> {
        if self.spends {
            Some(TotalSpend { minor: self.paid, occasions: self.paid_occasions() })
        } else {
            None
        }
    }

    /// How many occasions mean spend is over.
    const fn paid_occasions(&self) -> u64 {
        match self.definition.first_purchase() {
            FirstPurchase::Excluded => self.x,
            FirstPurchase::Included => self.x.saturating_add(1),
        }
    }

    /// The history a model reads, in `unit`.
    #[must_use]
    pub fn history(&self, unit: TimeUnit) -> History {
        let recency = self.last.since(self.first).in_unit(unit);
        History::trusted(self.x, recency, self.watched().in_unit(unit), unit)
    }

    /// The mean spend the Gamma-Gamma model reads, in major units; `None` where
    /// [`PurchaseSummary::spend`] is, or is not positive.
    #[must_use]
    pub fn mean_spend(&self) -> Option<Spend> {
        let total = self.spend()?;
        let per_major = i128::from(self.definition.currency().minor_per_major());
        let units = i128::from(total.occasions).checked_mul(per_major)?;
        let mean = integer_to_f64(total.minor) / integer_to_f64(units);
        Spend::new(total.occasions, mean).ok()
    }
}

/// An occasion of one customer, before policies have had their say.
#[derive(Debug, Clone, Copy)]
struct Occasion {
    start: PurchaseTime,
    amount: u128,
    priced: bool,
}

/// Space to finish one customer after another without allocating for each.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    occasions: Vec<Option<Occasion>>,
    /// Places of the occasions a refund can still take from, oldest first.
    open: Vec<usize>,
}

impl Scratch {
    /// When the occasions of the customer last finished started, in order.
    pub(crate) fn starts(&self) -> impl Iterator<Item = PurchaseTime> {
        self.occasions.iter().flatten().map(|occasion| occasion.start)
    }

    /// `as_of` and the customer's times are of the kind the definition counts.
    pub(crate) fn finish(
        &mut self,
        customer: &CustomerPurchases,
        definition: SummaryDefinition,
        as_of: PurchaseTime,
    ) -> PurchaseOutcome {
        self.occasions.clear();
        self.open.clear();
        let mut later_rows = 0_u64;
        let mut unabsorbed = 0_u128;
        let mut period: Option<Period> = None;
        for moment in customer.moments() {
            if moment.time > as_of {
                later_rows = later_rows.saturating_add(moment.rows());
                continue;
            }
            let start = definition.period().start(moment.time);
            if let Some(closed) = period.filter(|open| open.start != start) {
                unabsorbed = unabsorbed.saturating_add(self.close(closed, definition.refunds()));
                period = None;
            }
            period.get_or_insert(Period::new(start)).absorb(moment);
        }
        if let Some(closed) = period {
            unabsorbed = unabsorbed.saturating_add(self.close(closed, definition.refunds()));
        }
        if definition.zero_spend() == ZeroSpend::Drop {
            for occasion in &mut self.occasions {
                *occasion = occasion.filter(|paid| paid.amount > 0 || !paid.priced);
            }
        }
        PurchaseOutcome {
            summary: self.summary(definition, as_of),
            later_rows,
            unabsorbed_refunds: i128::try_from(unabsorbed).unwrap_or(i128::MAX),
        }
    }

    /// The same as [`Scratch::finish`]; what [`Scratch::starts`] tells is not kept.
    pub(super) fn outcome(
        &mut self,
        customer: &CustomerPurchases,
        definition: SummaryDefinition,
        as_of: PurchaseTime,
    ) -> PurchaseOutcome {
        quick(customer.moments(), definition, as_of)
            .unwrap_or_else(|| self.finish(customer, definition, as_of))
    }

    /// Ends a period: its purchases become an occasion, its refunds take. What they could not
    /// take is returned.
    fn close(&mut self, period: Period, refunds: Refunds) -> u128 {
        let place = self.occasions.len();
        if period.bought {
            self.occasions.push(Some(Occasion {
                start: period.start,
                amount: period.paid,
                priced: period.priced,
            }));
            if period.paid > 0 {
                self.open.push(place);
            }
        }
        let mut rest = period.refunded;
        match refunds {
            Refunds::Drop => return 0,
            Refunds::Net => {
                if self.open.last() == Some(&place) {
                    rest = self.take(rest);
                } else if let Some(slot) = self.occasions.get_mut(place)
                    && rest > 0
                    && slot.is_some_and(|occasion| occasion.priced)
                {
                    // Something free, and a refund: a sum below zero is no occasion.
                    *slot = None;
                }
            }
            Refunds::Offset => {
                while rest > 0 && !self.open.is_empty() {
                    rest = self.take(rest);
                }
            }
        }
        rest
    }

    /// Takes from the newest open occasion; what is left to take is returned.
    fn take(&mut self, refund: u128) -> u128 {
        let newest = self.open.last().and_then(|&place| self.occasions.get_mut(place));
        let Some(slot) = newest else { return refund };
        let Some(occasion) = slot else { return refund };
        let taken = refund.min(occasion.amount);
        occasion.amount = occasion.amount.saturating_sub(taken);
        if occasion.amount == 0 {
            if occasion.priced {
                *slot = None;
            }
            self.open.pop();
        }
        refund.saturating_sub(taken)
    }

    fn summary(
        &self,
        definition: SummaryDefinition,
        as_of: PurchaseTime,
    ) -> Option<PurchaseSummary> {
        let mut occasions = self.occasions.iter().flatten();
        let first = occasions.next()?;
        let (mut x, mut last, mut repeat, mut priced) = (0_u64, first, 0_u128, first.priced);
        for occasion in occasions {
            x = x.saturating_add(1);
            repeat = repeat.saturating_add(occasion.amount);
            priced &= occasion.priced;
            last = occasion;
        }
        let span = (first.start, last.start);
        let paid = [first.amount, repeat];
        Some(PurchaseSummary::of(definition, as_of, span, x, priced.then_some(paid)))
    }
}

impl PurchaseSummary {
    /// Of first and last occasion, repeats, and what was paid at the first and at the repeats, if
    /// that is known.
    fn of(
        definition: SummaryDefinition,
        as_of: PurchaseTime,
        (first, last): (PurchaseTime, PurchaseTime),
        x: u64,
        paid: Option<[u128; 2]>,
    ) -> Self {
        let mut summary = Self { definition, as_of, first, last, x, paid: 0, spends: false };
        if let Some([at_first, repeat]) = paid.filter(|_| summary.paid_occasions() > 0) {
            let paid = match definition.first_purchase() {
                FirstPurchase::Excluded => repeat,
                FirstPurchase::Included => repeat.saturating_add(at_first),
            };
            summary.paid = i128::try_from(paid).unwrap_or(i128::MAX);
            summary.spends = true;
        }
        summary
    }
}

/// The outcome where each time is an occasion: no refunds, all amounts known, nothing dropped.
fn quick(
    moments: &[Moment],
    definition: SummaryDefinition,
    as_of: PurchaseTime,
) -> Option<PurchaseOutcome> {
    if definition.period() == OccasionPeriod::Week || definition.zero_spend() != ZeroSpend::Counts {
        return None;
    }
    let (mut occasions, mut paid, mut later_rows) = (0_u64, 0_u128, 0_u64);
    let mut last = None;
    for moment in moments {
        if moment.unpriced > 0 || moment.refunds > 0 {
            return None;
        }
        if moment.time > as_of {
            later_rows = later_rows.saturating_add(moment.rows());
            continue;
        }
        occasions = occasions.saturating_add(1);
        paid = paid.saturating_add(moment.paid);
        last = Some(moment.time);
    }
    let first = moments.first().filter(|_| occasions > 0);
    let summary = first.zip(last).map(|(first, last)| {
        let paid = [first.paid, paid.saturating_sub(first.paid)];
        let x = occasions.saturating_sub(1);
        PurchaseSummary::of(definition, as_of, (first.time, last), x, Some(paid))
    });
    Some(PurchaseOutcome { summary, later_rows, unabsorbed_refunds: 0 })
}

/// The rows of one customer in one period.
#[derive(Debug, Clone, Copy)]
struct Period {
    start: PurchaseTime,
    bought: bool,
    priced: bool,
    paid: u128,
    refunded: u128,
}

impl Period {
    const fn new(start: PurchaseTime) -> Self {
        Self { start, bought: false, priced: true, paid: 0, refunded: 0 }
    }

    fn absorb(&mut self, moment: &Moment) {
        self.bought |= moment.purchases > 0 || moment.unpriced > 0;
        self.priced &= moment.unpriced == 0;
        self.paid = self.paid.saturating_add(moment.paid);
        self.refunded = self.refunded.saturating_add(moment.refunded);
    }
}

#[cfg(test)]
mod tests {
    use super::PurchaseSummary;

    #[test]
    fn a_summary_is_no_wider_than_it_was_with_days_alone() {
        assert!(size_of::<PurchaseSummary>() <= 80);
    }
}
