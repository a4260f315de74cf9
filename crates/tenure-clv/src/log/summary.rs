//! Days to occasions to one summary.

use chrono::NaiveDate;
use tenure_stats::integer_to_f64;

use super::days::{CustomerPurchases, Day};
use super::definition::{FirstPurchase, OccasionPeriod, Refunds, SummaryDefinition, ZeroSpend};
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
/// T   = as_of - first occasion          (all over period starts, in whole days)
/// ```
///
/// *Shape*: from [`PurchaseLog`](crate::PurchaseLog) or [`CustomerPurchases`]; days and minor units are
/// exact integers, and become floats of a [`TimeUnit`] only in [`PurchaseSummary::history`].
/// *Source*: Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurchaseSummary {
    definition: SummaryDefinition,
    as_of: NaiveDate,
    x: u64,
    t_x_days: u32,
    age_days: u32,
    spend: Option<TotalSpend>,
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

    /// The last day that counts.
    #[must_use]
    pub const fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// Repeat occasions.
    #[must_use]
    pub const fn x(&self) -> u64 {
        self.x
    }

    /// Days from the first occasion to the last.
    #[must_use]
    pub const fn t_x_days(&self) -> u32 {
        self.t_x_days
    }

    /// Days from the first occasion to `as_of`: `T`.
    #[must_use]
    pub const fn age_days(&self) -> u32 {
        self.age_days
    }

    /// The exact spend that mean spend is over; `None` without such an occasion, or if an amount
    /// is not known.
    #[must_use]
    pub const fn spend(&self) -> Option<TotalSpend> {
        self.spend
    }

    /// The history a model reads, in `unit`.
    #[must_use]
    pub fn history(&self, unit: TimeUnit) -> History {
        let in_unit = |days: u32| TimeUnit::Day.convert(f64::from(days), unit);
        History::trusted(self.x, in_unit(self.t_x_days), in_unit(self.age_days), unit)
    }

    /// The mean spend the Gamma-Gamma model reads, in major units; `None` where
    /// [`PurchaseSummary::spend`] is, or is not positive.
    #[must_use]
    pub fn mean_spend(&self) -> Option<Spend> {
        let total = self.spend?;
        let per_major = i128::from(self.definition.currency().minor_per_major());
        let units = i128::from(total.occasions).checked_mul(per_major)?;
        let mean = integer_to_f64(total.minor) / integer_to_f64(units);
        Spend::new(total.occasions, mean).ok()
    }
}

/// An occasion of one customer, before policies have had their say.
#[derive(Debug, Clone, Copy)]
struct Occasion {
    start: NaiveDate,
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
    pub(crate) fn starts(&self) -> impl Iterator<Item = NaiveDate> {
        self.occasions.iter().flatten().map(|occasion| occasion.start)
    }

    pub(crate) fn finish(
        &mut self,
        days: &CustomerPurchases,
        definition: SummaryDefinition,
        as_of: NaiveDate,
    ) -> PurchaseOutcome {
        self.occasions.clear();
        self.open.clear();
        let mut later_rows = 0_u64;
        let mut unabsorbed = 0_u128;
        let mut period: Option<Period> = None;
        for day in days.days() {
            if day.date > as_of {
                later_rows = later_rows.saturating_add(day.rows());
                continue;
            }
            let start = definition.period().start(day.date);
            if let Some(closed) = period.filter(|open| open.start != start) {
                unabsorbed = unabsorbed.saturating_add(self.close(closed, definition.refunds()));
                period = None;
            }
            period.get_or_insert(Period::new(start)).absorb(day);
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
        days: &CustomerPurchases,
        definition: SummaryDefinition,
        as_of: NaiveDate,
    ) -> PurchaseOutcome {
        quick(days.days(), definition, as_of)
            .unwrap_or_else(|| self.finish(days, definition, as_of))
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

    fn summary(&self, definition: SummaryDefinition, as_of: NaiveDate) -> Option<PurchaseSummary> {
        let mut occasions = self.occasions.iter().flatten();
        let first = occasions.next()?;
        let (mut x, mut last, mut repeat, mut priced) = (0_u64, first, 0_u128, first.priced);
        for occasion in occasions {
            x = x.saturating_add(1);
            repeat = repeat.saturating_add(occasion.amount);
            priced &= occasion.priced;
            last = occasion;
        }
        let (paid, counted) = match definition.first_purchase() {
            FirstPurchase::Excluded => (repeat, x),
            FirstPurchase::Included => (repeat.saturating_add(first.amount), x.saturating_add(1)),
        };
        let end = definition.period().start(as_of);
        Some(PurchaseSummary {
            definition,
            as_of,
            x,
            t_x_days: days_between(first.start, last.start),
            age_days: days_between(first.start, end),
            spend: (priced && counted > 0).then_some(TotalSpend {
                minor: i128::try_from(paid).unwrap_or(i128::MAX),
                occasions: counted,
            }),
        })
    }
}

/// The outcome where each day is an occasion: no refunds, all amounts known, nothing dropped.
fn quick(days: &[Day], definition: SummaryDefinition, as_of: NaiveDate) -> Option<PurchaseOutcome> {
    if definition.period() != OccasionPeriod::Day || definition.zero_spend() != ZeroSpend::Counts {
        return None;
    }
    let (mut occasions, mut paid, mut later_rows) = (0_u64, 0_u128, 0_u64);
    let mut last = None;
    for day in days {
        if day.unpriced > 0 || day.refunds > 0 {
            return None;
        }
        if day.date > as_of {
            later_rows = later_rows.saturating_add(day.rows());
            continue;
        }
        occasions = occasions.saturating_add(1);
        paid = paid.saturating_add(day.paid);
        last = Some(day.date);
    }
    let first = days.first().filter(|_| occasions > 0);
    let summary = first.zip(last).map(|(first, last)| {
        let x = occasions.saturating_sub(1);
        let (paid, counted) = match definition.first_purchase() {
            FirstPurchase::Excluded => (paid.saturating_sub(first.paid), x),
            FirstPurchase::Included => (paid, occasions),
        };
        PurchaseSummary {
            definition,
            as_of,
            x,
            t_x_days: days_between(first.date, last),
            age_days: days_between(first.date, as_of),
            spend: (counted > 0).then_some(TotalSpend {
                minor: i128::try_from(paid).unwrap_or(i128::MAX),
                occasions: counted,
            }),
        }
    });
    Some(PurchaseOutcome { summary, later_rows, unabsorbed_refunds: 0 })
}

/// Whole days between two dates in order, which the years 1 to 9999 hold in 22 bits.
fn days_between(from: NaiveDate, to: NaiveDate) -> u32 {
    u32::try_from(to.signed_duration_since(from).num_days()).unwrap_or(u32::MAX)
}

/// The rows of one customer in one period.
#[derive(Debug, Clone, Copy)]
struct Period {
    start: NaiveDate,
    bought: bool,
    priced: bool,
    paid: u128,
    refunded: u128,
}

impl Period {
    const fn new(start: NaiveDate) -> Self {
        Self { start, bought: false, priced: true, paid: 0, refunded: 0 }
    }

    fn absorb(&mut self, day: &Day) {
        self.bought |= day.purchases > 0 || day.unpriced > 0;
        self.priced &= day.unpriced == 0;
        self.paid = self.paid.saturating_add(day.paid);
        self.refunded = self.refunded.saturating_add(day.refunded);
    }
}
